//! Undo: a decision is taken back while nothing of it has been sent.

use super::approve::nobody_waits;
use super::{about, locked};
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::{Approval, Standing};
use crate::domain::audit::{Action, Event};
use crate::domain::conflict::DifferenceState;
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::ResolutionId;
use crate::engine::approvals::ask_nobody;
use crate::engine::detect::refresh;
use crate::engine::once::{Receipt, Told};
use crate::engine::{Engine, Refusal};
use crate::faults::{self, Point};
use crate::store::conflicts::{Conflict, Difference};
use crate::store::resolutions::{Resolution, approvals};
use crate::store::{StoreError, WriteSession, conflicts, exceptions, field_decisions, resolutions};

impl Engine {
    /// Takes a decision back while nothing of it has been sent: all of it or nothing.
    ///
    /// # Errors
    /// It is not the viewer's own (managers may undo others'), or something was sent already.
    pub async fn undo(&self, viewer: &Viewer, id: &ResolutionId) -> Result<Resolution, Refusal> {
        self.undo_once(viewer, id, None).await
    }

    /// As [`Engine::undo`], and keeps the answer for whoever asks again.
    ///
    /// # Errors
    /// As [`Engine::undo`].
    pub async fn undo_once(
        &self,
        viewer: &Viewer,
        id: &ResolutionId,
        receipt: Option<Receipt<Told>>,
    ) -> Result<Resolution, Refusal> {
        let (viewer, id, setup) = (viewer.clone(), id.clone(), self.setup());
        self.store
            .write(async move |w| {
                let found = resolutions::get(w, &viewer, &id).await?;
                let resolution = found.ok_or(Refusal::NotFound("decision"))?;
                let own = resolution.actor.id == viewer.user.0 && viewer.may(Right::Decide);
                if !own && !viewer.may(Right::Reverse) {
                    return Err(Refusal::Forbidden);
                }
                let mut conflict = locked(w, &viewer, &resolution.conflict).await?;
                // Approved or sent back meanwhile, it is another one.
                let found = resolutions::get(w, &viewer, &id).await?;
                let mut resolution = found.ok_or(Refusal::NotFound("decision"))?;
                undo_deliveries(w, &resolution).await?;
                let elsewhere = open_elsewhere(w, &conflict).await?;
                reopen(w, &resolution, elsewhere.as_ref().unwrap_or(&conflict)).await?;
                resolutions::set_state(w, &id, "undone").await?;
                field_decisions::forget(w, &id).await?;
                if let Some(reversed) = resolution.reverses() {
                    field_decisions::reversed(w, reversed, false).await?;
                }
                "undone".clone_into(&mut resolution.state);
                if let Some(asked) = resolution.approval.clone().filter(Approval::is_awaited) {
                    let ended = asked.end(Standing::Undone, viewer.actor(), w.now(), "");
                    let ended = ended.map_err(nobody_waits)?;
                    approvals::save(w, &id, &ended).await?;
                    ask_nobody(w, &format!("/resolutions/{id}")).await?;
                    resolution.approval = Some(ended);
                }
                let draft = resolution.draft()?;
                let event = Event::new(Action::Undone, viewer.actor(), about(&conflict));
                let event = event.fact("decision", &id).value("record", &conflict.title);
                let event = match &resolution.group {
                    Some(group) => event.fact("group", group),
                    None => event,
                };
                let mut events = vec![event];
                if let Some(other) = elsewhere {
                    let draft = other.draft.clone().or_else(|| draft.clone());
                    events.extend(refresh(w, Conflict { draft, ..other }).await?);
                } else {
                    conflict.draft = draft;
                }
                events.extend(refresh(w, conflict).await?);
                if let Some(receipt) = &receipt {
                    receipt.keep_decision(w, setup.clone(), &viewer, &resolution).await?;
                }
                faults::pass(Point::K18);
                Ok((resolution, events))
            })
            .await
    }
}

pub(super) async fn undo_deliveries(w: &mut WriteSession, resolution: &Resolution) -> Result<(), Refusal> {
    if matches!(resolution.state.as_str(), "undone" | "overtaken") {
        return Err(Refusal::WrongState("this decision was taken back already".to_owned()));
    }
    let now = w.now();
    for mut delivery in resolutions::deliveries(w, std::slice::from_ref(&resolution.id)).await? {
        // One field was overtaken: there is nothing of it left to undo.
        if matches!(delivery.state, DeliveryState::Overtaken { .. } | DeliveryState::Undone { .. }) {
            continue;
        }
        let undone: Result<DeliveryState, _> = delivery.state.clone().undo(now);
        delivery.state = undone.map_err(|_| {
            let text = "it is too late to undo: something was sent already";
            Refusal::WrongState(text.to_owned())
        })?;
        if !resolutions::save_delivery(w, &delivery).await? {
            return Err(Refusal::WrongState("it is too late to undo: it is being sent".to_owned()));
        }
    }
    Ok(())
}

/// Opens what a resolution had decided.
/// Another conflict of the record that is open: a record has one at most, so what is reopened is asked
/// there.
async fn open_elsewhere(w: &mut WriteSession, conflict: &Conflict) -> Result<Option<Conflict>, StoreError> {
    let all = conflicts::unclosed(w, std::slice::from_ref(&conflict.record), []).await?;
    Ok(all.into_iter().find(|other| other.open && other.id != conflict.id))
}

/// Puts what a decision decided before people again, in that conflict.
pub(super) async fn reopen(
    w: &mut WriteSession,
    resolution: &Resolution,
    conflict: &Conflict,
) -> Result<(), Refusal> {
    let all = conflicts::differences(w, std::slice::from_ref(&resolution.conflict)).await?;
    let mut changed = Vec::new();
    for difference in all.into_iter().filter(|d| d.state.resolution() == Some(&resolution.id)) {
        if matches!(difference.state, DifferenceState::Excepted { .. }) {
            exceptions::end(w, &difference.record, &difference.dispute.field).await?;
        }
        let state = difference.state.clone().reopen().map_err(|e| Refusal::WrongState(e.to_string()))?;
        changed.push(Difference { state, conflict: conflict.id.clone(), ..difference });
    }
    conflicts::save_differences(w, &changed).await?;
    Ok(())
}
