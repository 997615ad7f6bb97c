//! What the log says of a delivery.

use super::alarm::alarm;
use crate::domain::access::Viewer;
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::delivery::DeliveryState;
use crate::domain::value::Held;
use crate::engine::Setup;
use crate::engine::review::about;
use crate::store::resolutions::Delivery;
use crate::store::{StoreError, WriteSession, conflicts, resolutions};

/// Leaves a delivery to a system that takes no writes any longer to a person.
pub(super) async fn by_hand(
    setup: &Setup,
    w: &mut WriteSession,
    delivery: &mut Delivery,
) -> Result<Vec<Event>, StoreError> {
    delivery.state = DeliveryState::ByHand { since: w.now() };
    resolutions::save_delivery(w, delivery).await?;
    alarm(w, setup, delivery).await?;
    told(setup, w, delivery).await
}

/// The audit entry of a delivery's end, and of its being left to a person.
pub(super) async fn told(
    setup: &Setup,
    w: &mut WriteSession,
    delivery: &Delivery,
) -> Result<Vec<Event>, StoreError> {
    let action = match delivery.state {
        DeliveryState::Confirmed { .. } => Action::DeliveryConfirmed,
        DeliveryState::AcceptedWithChanges { .. } => Action::DeliveryAcceptedWithChanges,
        DeliveryState::Refused { .. } => Action::DeliveryRefused,
        DeliveryState::Overtaken { .. } => Action::DeliveryOvertaken,
        DeliveryState::ByHand { .. } => Action::DeliveryByHand,
        _ => return Ok(Vec::new()),
    };
    let Some(conflict) = conflicts::get(w, &Viewer::referee(), &delivery.conflict).await? else {
        return Ok(Vec::new());
    };
    let about = About {
        resolution: Some(delivery.resolution.clone()),
        delivery: Some(delivery.id.clone()),
        system: Some(delivery.system.clone()),
        field: Some(delivery.change.slot.clone()),
        ..about(&conflict)
    };
    let text = |of: fn(&(Held, Held)) -> &Held| {
        delivery.change.fields.values().map(|pair| of(pair).to_string()).collect::<Vec<_>>().join(", ")
    };
    let event = Event::new(action, Actor::referee(), about)
        .policy(setup.policy_version)
        .value("record", &conflict.title)
        .value("was", text(|(was, _)| was))
        .value("becomes", text(|(_, becomes)| becomes));
    Ok(vec![match &delivery.state {
        DeliveryState::Refused { message, .. } => event.value("message", message),
        _ => event,
    }])
}
