//! What a delivery raises and clears.

use crate::domain::access::Viewer;
use crate::domain::audit::ActorKind;
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::{SystemId, UserId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::engine::{Setup, notices};
use crate::store::resolutions::failed::{self, Cause};
use crate::store::resolutions::{self, Delivery};
use crate::store::{StoreError, WriteSession, alerts};

/// What the alerts of refused writes begin with; their system, entity and cause follow.
const WRITES: &str = "writes/";

/// Refused deliveries raise one alert for all of one cause; when none is left it is cleared. The system's own words stand on the decision's page alone: they may repeat a value,
/// and an alert leaves by mail.
pub(super) async fn alarm(
    w: &mut WriteSession,
    setup: &Setup,
    delivery: &Delivery,
) -> Result<(), StoreError> {
    let (label, system) = (setup.catalog.label(&delivery.system), &delivery.system);
    if delivery.change.form {
        return untidied(w, setup, delivery).await;
    }
    match (&delivery.state, delivery.cause()) {
        (DeliveryState::Refused { .. }, Some(key)) => {
            let text = format!("{label} refused {}", what(setup, delivery));
            let place = format!("{system}/{}/{key}", delivery.entity);
            let link = format!("/failed-writes/{place}");
            tell_who_decided(w, delivery, label).await?;
            alerts::raise(w, &format!("{WRITES}{place}"), Some(system), &text, &link).await
        }
        (state, _) if state.ended_at().is_some() || matches!(state, DeliveryState::ByHand { .. }) => {
            settle(w, system).await
        }
        _ => Ok(()),
    }
}

/// Tells the person whose decision it was. What a rule decided has nobody to be told.
async fn tell_who_decided(w: &mut WriteSession, delivery: &Delivery, label: &str) -> Result<(), StoreError> {
    let found = resolutions::of_ids(w, std::slice::from_ref(&delivery.resolution)).await?.pop();
    let Some(decision) = found.filter(|decision| decision.actor.kind == ActorKind::Person) else {
        return Ok(());
    };
    let link = format!("/resolutions/{}", decision.id);
    let notice = Notice::new(NoticeKind::WriteFailed, link).about(&decision.record, &delivery.entity);
    let notice = Notice { conflict: Some(decision.conflict), ..notice.fact("system", label) };
    notices::tell(w, &UserId(decision.actor.id), notice).await
}

/// Clears the alerts of a system's refused writes of which none is left.
pub(in crate::engine) async fn settle(w: &mut WriteSession, system: &SystemId) -> Result<(), StoreError> {
    for alert in alerts::open_of(w, WRITES).await? {
        let mut place = alert.cause.trim_start_matches(WRITES).splitn(3, '/');
        let (Some(of), Some(entity), Some(key)) = (place.next(), place.next(), place.next()) else {
            continue;
        };
        if of != system.as_str() {
            continue;
        }
        let cause = Cause { system: system.clone(), entity: entity.into(), key: key.to_owned() };
        if failed::count_of_cause(w, &Viewer::referee(), &cause).await? == 0 {
            alerts::clear(w, &alert.cause).await?;
        }
    }
    Ok(())
}

/// A system that does not keep the form it is given is told of once per field, and not fought.
async fn untidied(w: &mut WriteSession, setup: &Setup, delivery: &Delivery) -> Result<(), StoreError> {
    use DeliveryState::{AcceptedWithChanges, Refused};
    if !matches!(delivery.state, AcceptedWithChanges { .. } | Refused { .. }) {
        return Ok(());
    }
    let (system, slot) = (&delivery.system, &delivery.change.slot);
    let entity = setup.catalog.entity(&delivery.entity);
    let field = entity.and_then(|entity| entity.slot(slot)).map_or(slot.0.clone(), |s| s.label.to_owned());
    let label = setup.catalog.label(system);
    let kept = "does not keep the form that tidying gives it. It is left as the system writes it";
    let text = format!("{label}: {field} {kept}");
    let cause = format!("tidy/{system}/{}/{slot}", delivery.entity);
    alerts::raise(w, &cause, Some(system), &text, &format!("/resolutions/{}", delivery.resolution)).await
}

/// `the decision on Address of Customer WH-1`: identifiers and labels, no values.
fn what(setup: &Setup, delivery: &Delivery) -> String {
    let entity = setup.catalog.entity(&delivery.entity);
    let kind = entity.map_or(delivery.entity.as_str(), |entity| &entity.label);
    let slot = &delivery.change.slot;
    let field =
        entity.and_then(|entity| entity.slot(slot)).map_or(slot.0.clone(), |slot| slot.label.to_owned());
    match &delivery.external_id {
        _ if delivery.change.remove => format!("to remove the record ({kind})"),
        _ if delivery.change.create => format!("to make the missing record ({kind})"),
        Some(id) => format!("the decision on {field} of {kind} {id}"),
        None => format!("the decision on {field} of {kind}"),
    }
}
