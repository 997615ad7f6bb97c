//! A frozen set that nothing was decided of yet: rows are taken out, and in again.

use super::approve::is_awaiting;
use crate::domain::access::{Right, Viewer};
use crate::domain::ids::{DifferenceId, GroupId};
use crate::engine::{Engine, Refusal};
use crate::store::groups::{self, asked, rows};

impl Engine {
    /// Takes rows out of a draft, and those of `ticked` that were taken out in again.
    ///
    /// # Errors
    /// The viewer did not freeze it, it was decided, or it awaits an approval.
    pub async fn tick(
        &self,
        viewer: &Viewer,
        id: &GroupId,
        ticked: Vec<DifferenceId>,
        unticked: Vec<DifferenceId>,
    ) -> Result<(), Refusal> {
        if !viewer.may(Right::Decide) {
            return Err(Refusal::Forbidden);
        }
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let group = groups::lock(w, &viewer, &id).await?.ok_or(Refusal::NotFound("group"))?;
                if group.actor.id != viewer.user.0 {
                    return Err(Refusal::WrongState("only who froze this set may change it".to_owned()));
                }
                if group.state != "draft" || is_awaiting(&group) {
                    return Err(Refusal::WrongState("this set was decided already".to_owned()));
                }
                rows::tick(w, &id, &unticked, false).await?;
                rows::tick(w, &id, &ticked, true).await?;
                asked::look_at_asking(w, &id).await?;
                Ok(((), Vec::new()))
            })
            .await
    }
}
