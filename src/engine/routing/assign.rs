//! Giving conflicts to somebody, and giving them back.

use super::{Batch, Routed, entry, may_route, release};
use crate::domain::access::Viewer;
use crate::domain::audit::Action;
use crate::domain::ids::UserId;
use crate::domain::routing::stands_in;
use crate::engine::{Engine, Refusal};
use crate::store::routing::colleagues;

impl Engine {
    /// Gives conflicts to somebody who decides, or to nobody. Who is away gets none: their deputy
    /// does.
    ///
    /// # Errors
    /// The viewer may not decide or lead, there is nobody of that id who decides, or the store failed.
    pub async fn assign(
        &self,
        viewer: &Viewer,
        ids: impl Into<Batch<'_>>,
        to: Option<&UserId>,
    ) -> Result<Routed, Refusal> {
        may_route(viewer)?;
        let (by, to) = (viewer.clone(), to.cloned());
        self.each(viewer, ids.into(), move |conflict, crew| {
            let taker = match &to {
                // Whoever takes something while away means it.
                Some(id) if *id == by.user => Some(crew.deciding(id)?.id.clone()),
                Some(id) => Some(stands_in(&crew.deciding(id)?.id, &colleagues(&crew.team, crew.now))),
                None => None,
            };
            conflict.assigned_by = taker.as_ref().filter(|taker| **taker != by.user).map(|_| by.user.clone());
            if taker.as_ref() != Some(&by.user) {
                release(conflict, &by);
            }
            conflict.assignee.clone_from(&taker);
            let event = entry(Action::ConflictAssigned, &by, conflict);
            let name = taker.as_ref().map_or_else(String::new, |id| crew.name(id));
            Ok(event.fact("to", taker.map_or_else(String::new, |id| id.0)).value("name", name))
        })
        .await
    }
}
