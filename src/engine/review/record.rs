//! A decision as it is stored: the resolution, its deliveries, the states of its differences and
//! its entries in the log.

use super::work::Worked;
use super::{Decision, PartOf, about};
use crate::domain::access::Viewer;
use crate::domain::approval::{Approval, digest};
use crate::domain::audit::{About, Action, Event};
use crate::domain::conflict::{DifferenceState, Dispute};
use crate::domain::delivery::DeliveryState;
use crate::domain::entity::Entity;
use crate::domain::ids::{ResolutionId, UserId};
use crate::domain::notice::NoticeKind;
use crate::domain::resolution::{Chosen, Outcome, Reason};
use crate::domain::suggestion::{self, Shown, Suggested};
use crate::domain::time::Time;
use crate::domain::value::Held;
use crate::domain::{diff, pattern};
use crate::engine::approvals::{self, Request};
use crate::engine::detect::{resolution_state, sum_up};
use crate::engine::{Refusal, Setup};
use crate::store::conflicts::{Conflict, Difference};
use crate::store::exceptions::{self, Exception};
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

/// A decision that was worked out, to be stored.
pub(in crate::engine) struct Decided {
    pub resolution: Resolution,
    /// As its differences leave it.
    conflict: Conflict,
    deliveries: Vec<Delivery>,
    fields: Vec<FieldDecision>,
    changed: Vec<Difference>,
    exceptions: Vec<Exception>,
    /// To be entered into the log.
    events: Vec<Event>,
}

/// A decision as it is stored, and what is entered into the log; nothing is stored yet. The conflict comes
/// with all of its differences.
pub(super) fn decide(
    w: &WriteSession,
    viewer: &Viewer,
    setup: &Setup,
    (mut conflict, mut differences): (Conflict, Vec<Difference>),
    decision: &Decision,
    worked: Vec<Worked>,
) -> Result<Decided, Refusal> {
    let id = ResolutionId(w.new_id());
    let until = held_until(w.now(), viewer, decision, &worked);
    let page: Vec<&Dispute> = worked.iter().map(|worked| &worked.difference.dispute).collect();
    let page = serde_json::to_string(&page).map_err(StoreError::from)?;
    let entity = setup.entity(&conflict.entity)?;
    let hours = asks_approval(decision, &worked);
    let (mut deliveries, mut changed, mut outcomes, mut events) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut fields, mut exceptions) = (Vec::new(), Vec::new());
    for Worked { difference, outcome, targets, .. } in worked {
        let (suggested, told) = suggested(entity, &difference, &outcome, decision.seen);
        // Suggestions do not praise themselves: what was accepted in bulk is no track record.
        let tracked = told.suggested.filter(|_| !decision.accepts);
        fields.push(FieldDecision { resolution: id.clone(), suggested: tracked, ..told });
        events.push(decided_event(viewer, setup, &conflict, decision, &difference, &outcome, &id));
        let field = difference.dispute.field.clone();
        let state = if hours.is_some() {
            decided(&difference, &id)?
        } else {
            let owner = Owner { user: &viewer.user, reason: decision.reason, note: &decision.note };
            exceptions.extend(exception(&owner, &difference, &outcome));
            settled(&difference, &outcome, &id, targets.is_empty(), w.now())?
        };
        let own =
            targets.into_iter().map(|t| t.delivery(w, &id, &conflict.id, &conflict.record, entity, until));
        deliveries.extend(own.map(|own| if hours.is_some() { proposed(own) } else { own }));
        outcomes.push(Chosen { difference: difference.id.clone(), field, outcome, suggested });
        changed.push(Difference { state, ..difference });
    }
    let mut resolution = Resolution {
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
        approval: decision.approval.clone(),
        group: decision.part_of.as_ref().map(|part| part.group.clone()),
    };
    if let Some(hours) = hours {
        events.push(ask_approval(&mut resolution, &deliveries, &conflict, hours)?);
    }
    for own in &changed {
        differences.iter_mut().filter(|old| old.id == own.id).for_each(|old| old.clone_from(own));
    }
    events.extend(sum_up(&mut conflict, &differences, w.now()));
    Ok(Decided { resolution, conflict, deliveries, fields, changed, exceptions, events })
}

/// Stores decisions, and answers what to enter into the log.
pub(in crate::engine) async fn store(
    w: &mut WriteSession,
    all: Vec<Decided>,
) -> Result<Vec<Event>, StoreError> {
    let (mut resolutions, mut deliveries, mut fields, mut changed, mut events) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for own in all {
        if own.resolution.is_awaiting() {
            let request = Request::of_decision(&own.conflict, &own.resolution.actor, &own.resolution.id);
            request.tell_approvers(w, NoticeKind::ApprovalAsked, &own.resolution.fields()).await?;
        }
        for exception in &own.exceptions {
            exceptions::save(w, exception).await?;
        }
        conflicts::save(w, &own.conflict).await?;
        if own.resolution.reverses().is_none() {
            fields.extend(own.fields);
        }
        resolutions.push(own.resolution);
        deliveries.extend(own.deliveries);
        changed.extend(own.changed);
        events.extend(own.events);
    }
    resolutions::insert(w, &resolutions).await?;
    resolutions::insert_deliveries(w, &deliveries).await?;
    field_decisions::insert(w, &fields).await?;
    conflicts::save_differences(w, &changed).await?;
    Ok(events)
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

/// Nothing of it is sent before somebody else approves.
fn proposed(delivery: Delivery) -> Delivery {
    let writable = matches!(delivery.state, DeliveryState::Waiting { .. });
    Delivery { state: DeliveryState::Proposed { writable }, ..delivery }
}

/// Hours in which a second person has to approve a decision, if one has to.
fn asks_approval(decision: &Decision, worked: &[Worked]) -> Option<u32> {
    let policies = worked.iter().map(|worked| &worked.policy);
    let mut asking = policies.filter(|policy| policy.second_approver).peekable();
    let asks = decision.approval.is_none() && asking.peek().is_some();
    asks.then(|| approvals::hours(asking))
}

/// Binds a decision to the approval that it awaits.
fn ask_approval(
    resolution: &mut Resolution,
    deliveries: &[Delivery],
    conflict: &Conflict,
    hours: u32,
) -> Result<Event, StoreError> {
    let asked = Approval::asked(bound_to(resolution, deliveries)?, resolution.created_at, hours);
    let about = About { resolution: Some(resolution.id.clone()), ..about(conflict) };
    let event = Event::new(Action::ApprovalAsked, resolution.actor.clone(), about);
    let event = event.fact("decision", &resolution.id).value("digest", asked.short());
    // A decision that writes nothing is held all the same.
    "held".clone_into(&mut resolution.state);
    resolution.approval = Some(asked);
    Ok(event)
}

/// What an approval of a decision is bound to: its outcomes, the values it was made over with their
/// versions, the policy version, and every write.
pub(super) fn bound_to(resolution: &Resolution, deliveries: &[Delivery]) -> Result<String, StoreError> {
    let outcomes = serde_json::to_string(&resolution.outcomes)?;
    let mut parts = vec![outcomes, resolution.page.clone(), resolution.policy_version.to_string()];
    for delivery in deliveries {
        parts.push(delivery.system.0.clone());
        parts.push(delivery.external_id.clone().unwrap_or_default());
        parts.push(serde_json::to_string(&delivery.change)?);
    }
    Ok(digest(parts.iter().map(String::as_str)))
}

/// Who leaves a difference as it is, and why.
pub(super) struct Owner<'a> {
    pub user: &'a UserId,
    pub reason: Option<Reason>,
    pub note: &'a str,
}

fn decided(difference: &Difference, id: &ResolutionId) -> Result<DifferenceState, Refusal> {
    let state = difference.state.clone().decide(id.clone());
    state.map_err(|error| Refusal::WrongState(error.to_string()))
}

/// What a difference is by an outcome that holds from now on.
pub(super) fn settled(
    difference: &Difference,
    outcome: &Outcome,
    id: &ResolutionId,
    nothing_to_write: bool,
    now: Time,
) -> Result<DifferenceState, Refusal> {
    let state = difference.state.clone();
    let state = match outcome {
        Outcome::LeaveDifferent { .. } => state.except(id.clone()),
        // Every system holds it already: there is nothing to wait for.
        _ if nothing_to_write => state.decide(id.clone()).and_then(|decided| decided.close(now)),
        _ => state.decide(id.clone()),
    };
    state.map_err(|error| Refusal::WrongState(error.to_string()))
}

/// The exception that an outcome makes, if it leaves the difference.
pub(super) fn exception(owner: &Owner<'_>, difference: &Difference, outcome: &Outcome) -> Option<Exception> {
    let Outcome::LeaveDifferent { until } = outcome else { return None };
    let reason = owner.reason.map_or_else(|| owner.note.to_owned(), |reason| reason.as_str().to_owned());
    Some(Exception {
        record: difference.record.clone(),
        field: difference.dispute.field.clone(),
        fingerprint: difference.fingerprint.clone(),
        owner: owner.user.clone(),
        reason,
        until: *until,
    })
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
        Some(PartOf { group, incident: None, .. }) => event.fact("group", group),
        Some(PartOf { group, incident: Some(id), .. }) => event.fact("group", group).fact("incident", id),
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
