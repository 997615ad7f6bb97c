//! Leaving a conflict to others for now.

use super::{entry, keep, release, text};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::Action;
use crate::domain::ids::ConflictId;
use crate::domain::resolution::Left;
use crate::engine::review::locked;
use crate::engine::{Engine, Refusal};
use crate::store::{conflicts, routing};

impl Engine {
    /// Leaves a conflict to others: for some hours it comes last for this person. It stays where it
    /// is for everybody else. What is left in its form is kept for whoever opens it.
    ///
    /// # Errors
    /// The viewer may not decide, the reason is too long, there is no such conflict, or the store
    /// failed.
    pub async fn skip(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        reason: &str,
        left: Option<Left>,
    ) -> Result<(), Refusal> {
        if !viewer.may(Right::Decide) {
            return Err(Refusal::Forbidden);
        }
        let sight = self.setup().sight(viewer);
        let (by, id, reason) = (viewer.clone(), id.clone(), text(reason, true, "the reason")?);
        self.store
            .write(async move |w| {
                let mut conflict = locked(w, &by, &id).await?;
                release(&mut conflict, &by);
                if let Some(left) = left.clone().filter(|_| conflict.open) {
                    keep(&mut conflict, left, &sight)?;
                }
                conflicts::save(w, &conflict).await?;
                routing::skip(w, &by, &id, &reason).await?;
                let event = entry(Action::ConflictSkipped, &by, &conflict).value("reason", &reason);
                Ok(((), vec![event]))
            })
            .await
    }
}
