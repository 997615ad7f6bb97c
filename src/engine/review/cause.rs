//! A steward's word on why systems differ.

use super::{about, locked, may_decide};
use crate::domain::access::Viewer;
use crate::domain::audit::{About, Action, Event};
use crate::domain::cause::Cause;
use crate::domain::conflict::Correction;
use crate::domain::ids::{ConflictId, FieldId};
use crate::engine::{Engine, Refusal};
use crate::store::conflicts::{self, Difference};

impl Engine {
    /// Says what the cause of a difference is, by its name, or takes that back with None: then it
    /// is again what was found. It stands when the difference is judged anew.
    ///
    /// # Errors
    /// The viewer may not decide, there is no such conflict or difference, or no such cause.
    pub async fn correct_cause(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        field: &FieldId,
        cause: Option<&str>,
    ) -> Result<(), Refusal> {
        may_decide(viewer)?;
        if let Some(cause) = cause.filter(|cause| !Cause::NAMES.contains(cause)) {
            let names = Cause::NAMES.join(", ");
            return Err(Refusal::Invalid(format!("“{cause}” is no cause: give one of {names}")));
        }
        let (viewer, id, field) = (viewer.clone(), id.clone(), field.clone());
        let (cause, setup) = (cause.map(str::to_owned), self.setup());
        self.store
            .write(async move |w| {
                let conflict = locked(w, &viewer, &id).await?;
                setup.check_sight(&viewer, &conflict.entity, &field)?;
                let all = conflicts::differences(w, std::slice::from_ref(&id)).await?;
                // The one that is open, or the last that was.
                let mut own: Vec<Difference> =
                    all.into_iter().filter(|one| one.dispute.field == field).collect();
                own.sort_by_key(|one| (one.state.is_open(), one.opened_at));
                let mut difference = own.pop().ok_or(Refusal::NotFound("difference"))?;
                let before = difference.dispute.cause_name().to_owned();
                let said = difference.dispute.corrected.as_ref().map(|own| own.cause.clone());
                if said == cause {
                    return Ok(((), Vec::new()));
                }
                difference.dispute.corrected =
                    cause.clone().map(|cause| Correction { cause, by: viewer.name.clone() });
                let after = difference.dispute.cause_name().to_owned();
                conflicts::save_differences(w, &[difference]).await?;
                let about = About { field: Some(field.clone()), ..about(&conflict) };
                let event = Event::new(Action::CauseCorrected, viewer.actor(), about);
                let event =
                    event.value("record", &conflict.title).fact("before", before).fact("cause", after);
                Ok(((), vec![event]))
            })
            .await
    }
}
