//! A decision as it is stored: the resolution, its deliveries, the states of its differences and
//! its entries in the log.

use super::work::Worked;
use super::{Decision, PartOf, about};
use crate::domain::access::Viewer;
use crate::domain::audit::{About, Action, Event};
use crate::domain::conflict::Dispute;
use crate::domain::entity::Entity;
use crate::domain::ids::ResolutionId;
use crate::domain::resolution::{Chosen, Outcome, Reason};
use crate::domain::suggestion::{self, Shown, Suggested};
use crate::domain::time::Time;
use crate::domain::value::Held;
use crate::domain::{diff, pattern};
use crate::engine::detect::resolution_state;
use crate::engine::{Refusal, Setup};
use crate::store::conflicts::{Conflict, Difference, Exception};
use crate::store::field_decisions::FieldDecision;
use crate::store::resolutions::{Delivery, Resolution};
use crate::store::{StoreError, WriteSession, conflicts, field_decisions, resolutions};
use chrono::TimeDelta;

/// The longest hold anybody can ask for, in seconds.
const MOST_HOLD: u32 = 3000;

/// The end of the hold: the longest of what the policies and the steward ask for, stretched as the
/// account wants it.
fn held_until(now: Time, viewer: &Viewer, decision: &Decision, worked: &[Worked]) -> Time {
    let policies = worked.iter().map(|worked| worked.policy.hold_seconds).max().unwrap_or(0);
    let seconds = viewer.hold.of_seconds(policies).max(decision.hold_seconds.unwrap_or(0)).min(MOST_HOLD);
    now + TimeDelta::seconds(i64::from(seconds))
}

/// Stores a decision that was worked out, and says what to enter into the log.
pub(super) async fn decide(
    w: &mut WriteSession,
    viewer: &Viewer,
    setup: &Setup,
    conflict: &Conflict,
    decision: &Decision,
    worked: Vec<Worked>,
) -> Result<(Resolution, Vec<Event>), Refusal> {
    let id = ResolutionId(w.new_id());
    let until = held_until(w.now(), viewer, decision, &worked);
    let page: Vec<&Dispute> = worked.iter().map(|worked| &worked.difference.dispute).collect();
    let page = serde_json::to_string(&page).map_err(StoreError::from)?;
    let entity = setup.entity(&conflict.entity)?;
    let (mut deliveries, mut changed, mut outcomes, mut events) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut fields = Vec::new();
    for Worked { difference, outcome, targets, .. } in worked {
        let (suggested, told) = suggested(entity, &difference, &outcome, decision.seen);
        fields.push(FieldDecision { resolution: id.clone(), ..told });
        events.push(decided_event(viewer, setup, conflict, decision, &difference, &outcome, &id));
        let field = difference.dispute.field.clone();
        let state = difference.state.clone();
        let state = match &outcome {
            Outcome::LeaveDifferent { until } => {
                except(w, viewer, decision, &difference, *until).await?;
                state.except(id.clone())
            }
            // Every system holds it already: there is nothing to wait for.
            _ if targets.is_empty() => state.decide(id.clone()).and_then(|decided| decided.close(w.now())),
            _ => state.decide(id.clone()),
        };
        let state = state.map_err(|e| Refusal::WrongState(e.to_string()))?;
        let own =
            targets.into_iter().map(|t| t.delivery(w, &id, &conflict.id, &conflict.record, entity, until));
        deliveries.extend(own.collect::<Vec<_>>());
        outcomes.push(Chosen { difference: difference.id.clone(), field, outcome, suggested });
        changed.push(Difference { state, ..difference });
    }
    let resolution = Resolution {
        id,
        conflict: conflict.id.clone(),
        record: conflict.record.clone(),
        state: resolution_state(deliveries.iter().map(|delivery: &Delivery| &delivery.state)).to_owned(),
        actor: viewer.actor(),
        reason: decision.reason.map_or("", Reason::as_str).to_owned(),
        note: decision.note.trim().to_owned(),
        created_at: w.now(),
        held_until: until,
        policy_version: setup.policy_version,
        page,
        outcomes,
    };
    resolutions::insert(w, &resolution).await?;
    resolutions::insert_deliveries(w, &deliveries).await?;
    if resolution.reverses().is_none() {
        field_decisions::insert(w, &fields).await?;
    }
    conflicts::save_differences(w, &changed).await?;
    Ok((resolution, events))
}

/// What was suggested for a difference as it stood on the page, and what became of that.
fn suggested(
    entity: &Entity,
    difference: &Difference,
    outcome: &Outcome,
    seen: bool,
) -> (Option<Suggested>, FieldDecision) {
    let dispute = &difference.dispute;
    let slot = entity.slot(&dispute.field);
    let found = slot.as_ref().and_then(|slot| suggestion::of(dispute, slot));
    let shown = match () {
        () if found.is_none() || !seen => Shown::No,
        () if suggestion::is_blind(&dispute.policy, &difference.id) => Shown::After,
        () => Shown::Before,
    };
    let kept = |value: usize| match (outcome, &slot) {
        (Outcome::Keep { value: own }, _) => *own == value,
        (Outcome::Type { values } | Outcome::Combine { values } | Outcome::Clear { values }, Some(slot)) => {
            let source = dispute.policy.source_of_truth.as_ref();
            dispute.value(value).is_some_and(|listed| diff::same(slot, listed.shown(source), values))
        }
        _ => false,
    };
    let value = found.map(|found| found.value);
    let told = FieldDecision {
        resolution: ResolutionId::default(),
        difference: difference.id.clone(),
        entity: entity.id.clone(),
        field: slot.as_ref().map_or_else(|| dispute.field.clone(), |slot| slot.policy_id().clone()),
        pattern: pattern::key(&entity.id, dispute),
        cause: dispute.cause_name().to_owned(),
        suggested: value,
        shown,
        kept: value.is_some_and(kept),
    };
    (value.map(|value| Suggested { value, shown }), told)
}

async fn except(
    w: &mut WriteSession,
    viewer: &Viewer,
    decision: &Decision,
    difference: &Difference,
    until: Time,
) -> Result<(), StoreError> {
    let reason = decision.reason.map_or_else(|| decision.note.clone(), |reason| reason.as_str().to_owned());
    let exception = Exception {
        record: difference.record.clone(),
        field: difference.dispute.field.clone(),
        fingerprint: difference.fingerprint.clone(),
        owner: viewer.user.clone(),
        reason,
        until,
    };
    conflicts::save_exception(w, &exception).await
}

fn decided_event(
    viewer: &Viewer,
    setup: &Setup,
    conflict: &Conflict,
    decision: &Decision,
    difference: &Difference,
    outcome: &Outcome,
    id: &ResolutionId,
) -> Event {
    let dispute = &difference.dispute;
    let field = Some(dispute.field.clone());
    let about = About { field, resolution: Some(id.clone()), ..about(conflict) };
    let action = match outcome {
        Outcome::PutBack { .. } => Action::Reversed,
        _ => Action::Decided,
    };
    let event = Event::new(action, viewer.actor(), about)
        .policy(setup.policy_version)
        .fact("reason", decision.reason.map_or("", Reason::as_str))
        .value("record", &conflict.title)
        .value("note", decision.note.trim());
    let event = match &decision.part_of {
        None => event,
        Some(PartOf { group, incident: None }) => event.fact("group", group),
        Some(PartOf { group, incident: Some(id) }) => event.fact("group", group).fact("incident", id),
    };
    let text = |tuple: &[Held]| tuple.iter().map(Held::to_string).collect::<Vec<_>>().join(", ");
    let source = dispute.policy.source_of_truth.as_ref();
    match outcome {
        Outcome::Keep { value } | Outcome::CreateThere { value } => {
            let word = if matches!(outcome, Outcome::Keep { .. }) { "keep" } else { "create_there" };
            let kept = dispute.value(*value).map_or(String::new(), |kept| text(kept.shown(source)));
            let others = dispute.values.iter().filter(|other| other.n != *value);
            let over = others.map(|other| text(other.shown(source))).collect::<Vec<_>>().join(" | ");
            event.fact("outcome", word).value("kept", kept).value("over", over)
        }
        Outcome::Type { values } => event.fact("outcome", "type").value("typed", text(values)),
        Outcome::Clear { .. } => event.fact("outcome", "clear"),
        Outcome::Combine { values } => event.fact("outcome", "combine").value("kept", text(values)),
        Outcome::PutBack { of } => event.fact("decision", of),
        Outcome::RemoveElsewhere => event.fact("outcome", "remove_elsewhere"),
        Outcome::LeaveDifferent { until } => {
            event.fact("outcome", "leave_different").fact("until", crate::domain::time::stamp(*until))
        }
    }
}
