//! What a delivery found out becomes what is held: the next pull finds nothing new.

use super::alarm::alarm;
use super::told::told;
use super::{lag, update_resolution};
use crate::connectors::Row;
use crate::domain::access::Viewer;
use crate::domain::audit::{Action, Actor, Event};
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::RunId;
use crate::domain::time::Time;
use crate::engine::Setup;
use crate::engine::deliveries::stands;
use crate::engine::detect::is_unsettled;
use crate::engine::intake::Source;
use crate::engine::review::about;
use crate::store::conflicts::Difference;
use crate::store::records::Link;
use crate::store::resolutions::Delivery;
use crate::store::{StoreError, WriteSession, conflicts, holdings, records, resolutions};

/// The row as read becomes the holding: our own write and its read-back are on the timeline.
pub(super) async fn row(
    w: &mut WriteSession,
    setup: &Setup,
    delivery: &Delivery,
    row: Row,
) -> Result<(), StoreError> {
    let run = RunId(delivery.id.0.clone());
    let Some(source) = source(setup, delivery, &run, w.now()) else { return Ok(()) };
    if delivery.change.create {
        let link = Link { external_id: row.key.clone(), record: delivery.record.clone() };
        records::save_link(w, &delivery.system, &delivery.entity, &link, "hand").await?;
    }
    source.take_rows(w, vec![row]).await?;
    Ok(())
}

/// The row was asked for by its key and is not there: its holding becomes absent, as after a full
/// pull that passed it by.
pub(super) async fn absence(
    w: &mut WriteSession,
    setup: &Setup,
    delivery: &Delivery,
) -> Result<(), StoreError> {
    let run = RunId(delivery.id.0.clone());
    let (Some(source), Some(key)) = (source(setup, delivery, &run, w.now()), &delivery.external_id) else {
        return Ok(());
    };
    let now = w.now();
    holdings::miss_these(w, &delivery.system, &delivery.entity, &[key], (&run, now)).await?;
    source.take_absent(w).await?;
    Ok(())
}

fn source<'a>(setup: &'a Setup, delivery: &Delivery, run: &'a RunId, at: Time) -> Option<Source<'a>> {
    let mapping = setup.catalog.mapping(&delivery.system, &delivery.entity)?;
    let entity = setup.catalog.entity(&delivery.entity)?;
    let origin = if delivery.state.is_done() { "write" } else { "run" };
    Some(Source { entity, mapping, run, origin, read_after: Some(delivery.created_at), at })
}

/// A decision that was overtaken goes back to people with its draft, also where the judge could not
/// tell: what stands there now cannot be read, so that nothing is compared. While a worker has
/// another delivery of it in hand, or it is not known what became of one, that one's end decides.
pub(super) async fn reopen(
    setup: &Setup,
    w: &mut WriteSession,
    delivery: &Delivery,
) -> Result<Vec<Event>, StoreError> {
    let all = resolutions::deliveries(w, std::slice::from_ref(&delivery.resolution)).await?;
    let own: Vec<Delivery> =
        all.into_iter().filter(|other| other.change.slot == delivery.change.slot).collect();
    let is = |of: fn(&DeliveryState) -> bool| own.iter().any(|other| of(&other.state));
    let overtaken = is(|state| matches!(state, DeliveryState::Overtaken { .. }));
    if !overtaken || is(|state| matches!(state, DeliveryState::Sending { .. })) {
        return Ok(Vec::new());
    }
    let differences = conflicts::differences(w, std::slice::from_ref(&delivery.conflict)).await?;
    let decided = differences.into_iter().find(|difference| stands(difference, delivery));
    let conflict = conflicts::get(w, &Viewer::referee(), &delivery.conflict).await?;
    let (Some(decided), Some(mut conflict)) = (decided, conflict) else { return Ok(Vec::new()) };
    let now = w.now();
    let mut events = Vec::new();
    for mut other in own.iter().filter(|other| is_unsettled(&other.state)).cloned() {
        other.state = other.state.call_off(now);
        resolutions::settle_delivery(w, &other).await?;
        alarm(w, setup, &other).await?;
        events.extend(told(setup, w, &other).await?);
    }
    if own.iter().any(|other| other.state.is_soon_settled(now, lag())) {
        return Ok(events);
    }
    update_resolution(w, delivery).await?;
    let state = decided.state.clone().reopen().map_err(|error| StoreError::Row(error.to_string()))?;
    let field = decided.dispute.field.clone();
    let event = Event::new(Action::ConflictReopened, Actor::referee(), about(&conflict))
        .policy(setup.policy_version)
        .fact("fields", field)
        .fact("cause", decided.dispute.cause_name())
        .value("record", &conflict.title);
    conflicts::save_differences(w, &[Difference { state, ..decided }]).await?;
    let resolution = resolutions::of_ids(w, std::slice::from_ref(&delivery.resolution)).await?.pop();
    conflict.draft = resolution.map(|decision| decision.draft()).transpose()?.flatten();
    conflicts::save(w, &conflict).await?;
    if !conflict.open {
        events.push(event);
    }
    Ok(events)
}
