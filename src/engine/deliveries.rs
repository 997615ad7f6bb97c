//! What a person does about a delivery that needs one.

use super::detect::{refresh, resolution_state};
use super::review::about;
use super::writeback::alarm;
use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::conflict::{Asked, Dispute};
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::{ConflictId, DeliveryId};
use crate::store::conflicts::Difference;
use crate::store::resolutions::{Delivery, Resolution};
use crate::store::{StoreError, WriteSession, conflicts, resolutions};
use std::sync::Arc;

impl Engine {
    /// Makes deliveries that a dead process was sending due at once, instead of after their
    /// lease: only for the one instance that can be at work on this store, at its start. Each is
    /// read before anything is sent again.
    ///
    /// # Errors
    /// The store failed.
    pub async fn take_over_deliveries(&self) -> Result<(), StoreError> {
        let taken = self
            .store
            .write::<_, StoreError, _>(async |w| Ok((resolutions::end_leases(w).await?, Vec::new())))
            .await?;
        if taken > 0 {
            tracing::info!(deliveries = taken, "taken over from a process that ended in the middle");
        }
        Ok(())
    }

    /// Sends a delivery at once: one that was refused, waits for another try, or is held still.
    ///
    /// # Errors
    /// The viewer may not decide, there is no such delivery, or it is being sent or has ended.
    pub async fn retry(&self, viewer: &Viewer, id: &DeliveryId) -> Result<(), Refusal> {
        if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) {
            return Err(Refusal::Forbidden);
        }
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let delivery =
                    resolutions::delivery(w, &id).await?.filter(|found| viewer.sees(&found.entity));
                let delivery = delivery.ok_or(Refusal::NotFound("delivery"))?;
                let conflict = std::slice::from_ref(&delivery.conflict);
                let known = conflicts::differences(w, conflict).await?;
                Ok(((), vec![retry(w, &viewer, delivery, &known).await?]))
            })
            .await
    }

    /// Brings a decision that a system refused before a person again: its difference reopens with
    /// the draft, and what was refused is not tried any more. What arrived elsewhere stays there
    /// and is one of the values to decide between. Answers the conflict.
    ///
    /// # Errors
    /// The viewer may not decide, there is no such delivery, it was not refused, its decision does
    /// not stand any longer, or another system is still being written.
    pub async fn decide_again(&self, viewer: &Viewer, id: &DeliveryId) -> Result<ConflictId, Refusal> {
        if !viewer.may(Right::Decide) {
            return Err(Refusal::Forbidden);
        }
        let (viewer, id, setup) = (viewer.clone(), id.clone(), self.reload().await?);
        self.store
            .write(async move |w| {
                let (delivery, events) = back_to_people(w, &setup, &viewer, &id).await?;
                Ok((delivery.conflict, events))
            })
            .await
    }
}

/// Opens the difference again that a delivery belongs to, and ends what waits for a person of it.
pub(super) async fn back_to_people(
    w: &mut WriteSession,
    setup: &Arc<Setup>,
    viewer: &Viewer,
    id: &DeliveryId,
) -> Result<(Delivery, Vec<Event>), Refusal> {
    let found = resolutions::delivery(w, id).await?.filter(|found| viewer.sees(&found.entity));
    let delivery = found.ok_or(Refusal::NotFound("delivery"))?;
    setup.check_sight(viewer, &delivery.entity, &delivery.change.slot)?;
    let conflict = conflicts::lock(w, viewer, &delivery.conflict).await?;
    let mut conflict = conflict.ok_or(Refusal::NotFound("conflict"))?;
    let all = resolutions::deliveries(w, std::slice::from_ref(&delivery.resolution)).await?;
    give_up(w, &delivery, &all).await?;
    let reason = "a system refused the decision".to_owned();
    let asked = Asked { by: viewer.name.clone(), reason };
    let decision = reopen(w, &delivery, &asked).await?;
    conflict.draft = decision.draft()?;
    let event = Event::new(Action::ConflictReopened, viewer.actor(), about(&conflict));
    let mut events = vec![event.fact("decision", &delivery.resolution)];
    let (entity, record) = (conflict.entity.clone(), conflict.record.clone());
    events.extend(refresh(w, conflict).await?);
    Engine::judge_record(setup, w, &entity, &record, &mut events).await?;
    Ok((delivery, events))
}

/// Makes a delivery due now.
///
/// # Errors
/// It is being sent, has ended, or its decision does not stand any longer: nothing is changed then.
pub(super) async fn retry(
    w: &mut WriteSession,
    viewer: &Viewer,
    mut delivery: Delivery,
    known: &[Difference],
) -> Result<Event, Refusal> {
    let now = w.now();
    delivery.state = match delivery.state.clone() {
        DeliveryState::Refused { message, .. } => DeliveryState::Retrying { attempt: 0, next: now, message },
        state @ (DeliveryState::Waiting { .. }
        | DeliveryState::Retrying { .. }
        | DeliveryState::Unknown { .. }) => state.due_at(now),
        _ => return Err(Refusal::WrongState("it is being sent, or has ended".to_owned())),
    };
    if !known.iter().any(|difference| stands(difference, &delivery)) {
        return Err(no_longer());
    }
    resolutions::settle_delivery(w, &delivery).await?;
    alarm::settle(w, &delivery.system).await?;
    let all = resolutions::lock_deliveries(w, &delivery.resolution).await?;
    let state = resolution_state(all.iter().map(|delivery| &delivery.state));
    resolutions::set_state(w, &delivery.resolution, state).await?;
    let about = About {
        entity: Some(delivery.entity.clone()),
        record: Some(delivery.record.clone()),
        conflict: Some(delivery.conflict.clone()),
        resolution: Some(delivery.resolution.clone()),
        delivery: Some(delivery.id.clone()),
        system: Some(delivery.system.clone()),
        ..About::default()
    };
    Ok(Event::new(Action::DeliveryRetried, viewer.actor(), about))
}

/// Ends what was refused of a decision about one slot.
async fn give_up(w: &mut WriteSession, refused: &Delivery, all: &[Delivery]) -> Result<(), Refusal> {
    if !matches!(refused.state, DeliveryState::Refused { .. } | DeliveryState::ByHand { .. }) {
        let text = "only what a system refused, or a person is to enter, is decided again";
        return Err(Refusal::WrongState(text.to_owned()));
    }
    let (own, now) = (all.iter().filter(|other| other.change.slot == refused.change.slot), w.now());
    for delivery in own {
        match &delivery.state {
            DeliveryState::Refused { .. } | DeliveryState::ByHand { .. } => {
                let state = DeliveryState::Overtaken { at: now, found: [].into() };
                resolutions::settle_delivery(w, &Delivery { state, ..delivery.clone() }).await?;
                alarm::settle(w, &delivery.system).await?;
            }
            state if state.ended_at().is_some() => {}
            _ => {
                let text = "another system is still being written: wait until that has ended";
                return Err(Refusal::WrongState(text.to_owned()));
            }
        }
    }
    Ok(())
}

/// Opens the difference that a delivery belongs to, and says what its decision is now.
async fn reopen(w: &mut WriteSession, delivery: &Delivery, asked: &Asked) -> Result<Resolution, Refusal> {
    let mut changed = Vec::new();
    for difference in conflicts::differences(w, std::slice::from_ref(&delivery.conflict)).await? {
        if stands(&difference, delivery) {
            let state = difference.state.clone().reopen().map_err(|e| Refusal::WrongState(e.to_string()))?;
            let dispute = Dispute { asked: Some(asked.clone()), ..difference.dispute };
            changed.push(Difference { state, dispute, ..difference });
        }
    }
    if changed.is_empty() {
        return Err(no_longer());
    }
    conflicts::save_differences(w, &changed).await?;
    let ids = std::slice::from_ref(&delivery.resolution);
    let now = resolutions::deliveries(w, ids).await?;
    resolutions::set_state(w, &delivery.resolution, resolution_state(now.iter().map(|d| &d.state))).await?;
    resolutions::of_ids(w, ids).await?.pop().ok_or(Refusal::NotFound("decision"))
}

/// Whether a difference still waits for this delivery.
pub(super) fn stands(difference: &Difference, delivery: &Delivery) -> bool {
    difference.dispute.field == delivery.change.slot
        && difference.state.is_under_way()
        && difference.state.resolution() == Some(&delivery.resolution)
}

fn no_longer() -> Refusal {
    let text = "its decision does not stand any longer: a later one would be written over";
    Refusal::WrongState(text.to_owned())
}
