//! Review: what a steward does with a conflict. Claim, resolve, undo.

mod next;

use super::detect::{RECORD, Targets, creation, mapped, plan, refresh, resolution_state};
use super::once::Receipt;
use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::conflict::{DifferenceState, Dispute};
use crate::domain::delivery::DeliveryState;
use crate::domain::entity::{Entity, Slot};
use crate::domain::ids::{ConflictId, DifferenceId, ResolutionId};
use crate::domain::record::Holding;
use crate::domain::resolution::{Chosen, Outcome, OutcomeError, Reason};
use crate::domain::time::Time;
use crate::domain::transform::TransformError;
use crate::domain::value::Held;
use crate::store::conflicts::{Conflict, Difference, Exception};
use crate::store::resolutions::{Delivery, Resolution};
use crate::store::{StoreError, WriteSession, configuration, conflicts, holdings, records, resolutions};
use chrono::TimeDelta;
use std::sync::Arc;

/// The longest hold anybody can ask for, in seconds.
const MOST_HOLD: u32 = 3000;

/// What a steward decided, as posted.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The conflict's version on the page.
    pub version: i64,
    pub outcomes: Vec<(DifferenceId, Outcome)>,
    pub reason: Option<Reason>,
    pub note: String,
    /// May lengthen the hold, never shorten it.
    pub hold_seconds: Option<u32>,
    /// Kept with the decision, for a program that sends it again.
    pub receipt: Option<Receipt<Resolution>>,
}

/// What one difference's outcome means, worked out.
struct Worked {
    difference: Difference,
    outcome: Outcome,
    targets: Vec<Targets>,
}

/// A decision worked out against the present state: what would be written.
pub struct Preview {
    pub targets: Vec<Targets>,
    pub problems: Vec<(DifferenceId, OutcomeError)>,
}

impl Engine {
    /// Takes a conflict for ten minutes, or renews one's own claim.
    ///
    /// # Errors
    /// The viewer may not decide, there is no such conflict, or somebody else holds it: named.
    pub async fn claim(&self, viewer: &Viewer, id: &ConflictId) -> Result<Conflict, Refusal> {
        may_decide(viewer)?;
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let conflict = locked(w, &viewer, &id).await?;
                next::take(w, &viewer, conflict).await
            })
            .await
    }

    /// Gives a conflict to the viewer, or gives it back.
    ///
    /// # Errors
    /// The viewer may not decide, or there is no such conflict.
    pub async fn assign(&self, viewer: &Viewer, id: &ConflictId, to_me: bool) -> Result<Conflict, Refusal> {
        may_decide(viewer)?;
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let mut conflict = locked(w, &viewer, &id).await?;
                conflict.assignee = to_me.then(|| viewer.user.clone());
                if !to_me && conflict.claimed_by.as_ref() == Some(&viewer.user) {
                    (conflict.claimed_by, conflict.claimed_until) = (None, None);
                }
                conflicts::save(w, &conflict).await?;
                let event = Event::new(Action::ConflictClaimed, viewer.actor(), about(&conflict));
                let assigned = if to_me { "yes" } else { "given back" };
                Ok((conflict, vec![event.fact("assigned", assigned)]))
            })
            .await
    }

    /// What a decision would write, without deciding.
    ///
    /// # Errors
    /// There is no such conflict, or the store failed. Outcomes that do not fit are in the answer.
    pub async fn preview(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        decision: &Decision,
    ) -> Result<Preview, Refusal> {
        let setup = self.setup();
        let mut session = self.store.session().await?;
        let conflict =
            conflicts::get(&mut session, viewer, id).await?.ok_or(Refusal::NotFound("conflict"))?;
        let differences = conflicts::differences(&mut session, std::slice::from_ref(id)).await?;
        let rows = holdings::of_records(&mut session, std::slice::from_ref(&conflict.record)).await?;
        let record = records::get(&mut session, viewer, &conflict.record).await?;
        let link = record.and_then(|record| record.link);
        let holdings = mapped(&setup, &conflict.entity, rows).remove(&conflict.record).unwrap_or_default();
        let work = Work { setup: &setup, conflict: &conflict, holdings: &holdings, link, now: self.now() };
        let (worked, problems) = work.all(&differences, &decision.outcomes)?;
        Ok(Preview { targets: worked.into_iter().flat_map(|worked| worked.targets).collect(), problems })
    }

    /// Decides one or more differences of a conflict.
    ///
    /// # Errors
    /// The viewer may not decide; the page was made before something on it changed; somebody
    /// decided first; an outcome does not fit; the policy asks for a reason that is not given.
    pub async fn resolve(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        decision: Decision,
    ) -> Result<Resolution, Refusal> {
        may_decide(viewer)?;
        let setup = self.setup();
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let mut conflict = locked(w, &viewer, &id).await?;
                check_policy_version(w, &setup).await?;
                let differences = conflicts::differences(w, std::slice::from_ref(&id)).await?;
                check_version(w, &conflict, &differences, &decision).await?;
                let rows = holdings::of_records(w, std::slice::from_ref(&conflict.record)).await?;
                let link = records::get(w, &viewer, &conflict.record).await?.and_then(|record| record.link);
                let holdings =
                    mapped(&setup, &conflict.entity, rows).remove(&conflict.record).unwrap_or_default();
                let work =
                    Work { setup: &setup, conflict: &conflict, holdings: &holdings, link, now: w.now() };
                let (worked, problems) = work.all(&differences, &decision.outcomes)?;
                if !problems.is_empty() {
                    return Err(Refusal::Outcomes(problems.into_iter().map(|(id, e)| (id.0, e)).collect()));
                }
                check_reason(&decision, &worked)?;
                conflict.draft = None;
                (conflict.claimed_by, conflict.claimed_until) = (None, None);
                let (resolution, mut events) =
                    decide(w, &viewer, &setup, &conflict, &decision, worked).await?;
                events.extend(refresh(w, conflict).await?);
                if let Some(receipt) = &decision.receipt {
                    receipt.keep(w, &resolution).await?;
                }
                Ok((resolution, events))
            })
            .await
    }

    /// Takes a decision back while nothing of it has been sent: all of it or nothing.
    ///
    /// # Errors
    /// It is not the viewer's own (managers may undo others'), or something was sent already.
    pub async fn undo(&self, viewer: &Viewer, id: &ResolutionId) -> Result<Resolution, Refusal> {
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let found = resolutions::get(w, &viewer, &id).await?;
                let mut resolution = found.ok_or(Refusal::NotFound("decision"))?;
                let own = resolution.actor.id == viewer.user.0 && viewer.may(Right::Decide);
                if !own && !viewer.may(Right::Reverse) {
                    return Err(Refusal::Forbidden);
                }
                let mut conflict = locked(w, &viewer, &resolution.conflict).await?;
                undo_deliveries(w, &resolution).await?;
                reopen(w, &resolution).await?;
                resolutions::set_state(w, &id, "undone").await?;
                "undone".clone_into(&mut resolution.state);
                conflict.draft = serde_json::to_string(&resolution.outcomes).ok();
                let event = Event::new(Action::Undone, viewer.actor(), about(&conflict));
                let mut events = vec![event.fact("decision", &id)];
                events.extend(refresh(w, conflict).await?);
                Ok((resolution, events))
            })
            .await
    }
}

struct Work<'a> {
    setup: &'a Setup,
    conflict: &'a Conflict,
    holdings: &'a [Holding],
    link: Option<String>,
    now: Time,
}

type WorkedAll = (Vec<Worked>, Vec<(DifferenceId, OutcomeError)>);

impl Work<'_> {
    /// Works out each outcome; those that do not fit come back as problems.
    fn all(
        &self,
        differences: &[Difference],
        outcomes: &[(DifferenceId, Outcome)],
    ) -> Result<WorkedAll, Refusal> {
        let entity = self.setup.entity(&self.conflict.entity)?;
        let (mut worked, mut problems) = (Vec::new(), Vec::new());
        for (at, (id, outcome)) in outcomes.iter().enumerate() {
            // Two outcomes would be two sets of deliveries, and the later one would win unseen.
            if outcomes[..at].iter().any(|(earlier, _)| earlier == id) {
                problems.push((id.clone(), OutcomeError::Twice));
                continue;
            }
            let difference = differences.iter().find(|difference| difference.id == *id);
            let difference = difference.ok_or(Refusal::NotFound("difference"))?;
            match self.targets(entity, &difference.dispute, outcome) {
                Ok(targets) => {
                    worked.push(Worked { difference: difference.clone(), outcome: outcome.clone(), targets });
                }
                Err(error) => problems.push((id.clone(), error)),
            }
        }
        if worked.is_empty() && problems.is_empty() {
            return Err(Refusal::Invalid("nothing was chosen".to_owned()));
        }
        Ok((worked, problems))
    }

    fn targets(
        &self,
        entity: &Entity,
        dispute: &Dispute,
        outcome: &Outcome,
    ) -> Result<Vec<Targets>, OutcomeError> {
        if dispute.field.as_str() == RECORD {
            return self.creations(entity, dispute, outcome);
        }
        let gone = || OutcomeError::Invalid {
            label: dispute.field.to_string(),
            reason: "is not a field of this entity any longer".to_owned(),
        };
        let slot: Slot<'_> = entity.slot(&dispute.field).ok_or_else(gone)?;
        match outcome.target(Some(&slot), dispute, self.now)? {
            None => Ok(Vec::new()),
            Some(target) => plan(self.setup, entity, &slot, &target, self.holdings)
                .map_err(|(system, error)| self.unwritable(slot.label, &system, &error)),
        }
    }

    fn creations(
        &self,
        entity: &Entity,
        dispute: &Dispute,
        outcome: &Outcome,
    ) -> Result<Vec<Targets>, OutcomeError> {
        if outcome.target(None, dispute, self.now)?.is_none() {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for system in &dispute.absent {
            let made =
                creation(self.setup, entity, &dispute.field, system, self.link.as_deref(), self.holdings);
            all.extend(made.map_err(|(system, error)| self.unwritable("the record", &system, &error))?);
        }
        Ok(all)
    }

    fn unwritable(
        &self,
        label: &str,
        system: &crate::domain::ids::SystemId,
        error: &TransformError,
    ) -> OutcomeError {
        let reason = format!("{} cannot store it: {error}", self.setup.catalog.label(system));
        OutcomeError::Invalid { label: label.to_owned(), reason }
    }
}

fn may_decide(viewer: &Viewer) -> Result<(), Refusal> {
    if viewer.may(Right::Decide) { Ok(()) } else { Err(Refusal::Forbidden) }
}

async fn locked(w: &mut WriteSession, viewer: &Viewer, id: &ConflictId) -> Result<Conflict, Refusal> {
    conflicts::lock(w, viewer, id).await?.ok_or(Refusal::NotFound("conflict"))
}

pub(super) fn about(conflict: &Conflict) -> About {
    About {
        entity: Some(conflict.entity.clone()),
        record: Some(conflict.record.clone()),
        conflict: Some(conflict.id.clone()),
        ..About::default()
    }
}

/// A policy that now asks more than the page knew refuses the decision: the page is made again.
async fn check_policy_version(w: &mut WriteSession, setup: &Arc<Setup>) -> Result<(), Refusal> {
    let current = configuration::current(w, configuration::Document::Policies).await?;
    let newer = current.is_some_and(|current| current.version != setup.policy_version);
    if newer { Err(Refusal::Stale) } else { Ok(()) }
}

/// Refuses a decision over values that have since moved, or that somebody else decided.
async fn check_version(
    w: &mut WriteSession,
    conflict: &Conflict,
    differences: &[Difference],
    decision: &Decision,
) -> Result<(), Refusal> {
    let chosen = differences.iter().filter(|d| decision.outcomes.iter().any(|(id, _)| *id == d.id));
    let decided = chosen.filter(|difference| !difference.state.is_open()).find_map(|d| d.state.resolution());
    if let Some(id) = decided.cloned() {
        let by = resolutions::of_ids(w, &[id]).await?.into_iter().next().map(|by| by.actor.name);
        return Err(Refusal::DecidedAlready(by.unwrap_or_default()));
    }
    if conflict.version == decision.version { Ok(()) } else { Err(Refusal::Stale) }
}

fn check_reason(decision: &Decision, worked: &[Worked]) -> Result<(), Refusal> {
    let given = decision.reason.is_some();
    if decision.reason == Some(Reason::Other) && decision.note.trim().is_empty() {
        return Err(Refusal::Invalid("“Other” needs a note that says what".to_owned()));
    }
    let asked = worked.iter().any(|worked| worked.difference.dispute.policy.reason_asked);
    if asked && !given {
        return Err(Refusal::Invalid("the policy of this field asks for a reason".to_owned()));
    }
    let left = worked.iter().any(|worked| matches!(worked.outcome, Outcome::LeaveDifferent { .. }));
    if left && !given && decision.note.trim().is_empty() {
        return Err(Refusal::Invalid("leaving a difference needs a reason or a note".to_owned()));
    }
    if decision.note.chars().count() > 2000 {
        return Err(Refusal::Invalid("a note may have 2,000 characters".to_owned()));
    }
    Ok(())
}

/// The end of the hold: the longest of what the policies and the steward ask for.
fn held_until(now: Time, decision: &Decision, worked: &[Worked]) -> Time {
    let policies =
        worked.iter().map(|worked| worked.difference.dispute.policy.hold_seconds).max().unwrap_or(0);
    let seconds = policies.max(decision.hold_seconds.unwrap_or(0)).min(MOST_HOLD);
    now + TimeDelta::seconds(i64::from(seconds))
}

async fn decide(
    w: &mut WriteSession,
    viewer: &Viewer,
    setup: &Setup,
    conflict: &Conflict,
    decision: &Decision,
    worked: Vec<Worked>,
) -> Result<(Resolution, Vec<Event>), Refusal> {
    let id = ResolutionId(w.new_id());
    let until = held_until(w.now(), decision, &worked);
    let page: Vec<&Dispute> = worked.iter().map(|worked| &worked.difference.dispute).collect();
    let page = serde_json::to_string(&page).map_err(StoreError::from)?;
    let entity = setup.entity(&conflict.entity)?;
    let (mut deliveries, mut changed, mut outcomes, mut events) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for Worked { difference, outcome, targets } in worked {
        events.push(decided_event(viewer, setup, conflict, decision, &difference, &outcome, &id));
        let field = difference.dispute.field.clone();
        let state = difference.state.clone();
        let state = match &outcome {
            Outcome::LeaveDifferent { until } => {
                except(w, viewer, decision, &difference, *until).await?;
                state.except(id.clone())
            }
            _ => state.decide(id.clone()),
        };
        let state = state.map_err(|e| Refusal::WrongState(e.to_string()))?;
        let own =
            targets.into_iter().map(|t| t.delivery(w, &id, &conflict.id, &conflict.record, entity, until));
        deliveries.extend(own.collect::<Vec<_>>());
        outcomes.push(Chosen { difference: difference.id.clone(), field, outcome });
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
    conflicts::save_differences(w, &changed).await?;
    Ok((resolution, events))
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
    let event = Event::new(Action::Decided, viewer.actor(), about)
        .policy(setup.policy_version)
        .fact("reason", decision.reason.map_or("", Reason::as_str))
        .value("record", &conflict.title)
        .value("note", decision.note.trim());
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
        Outcome::LeaveDifferent { until } => {
            event.fact("outcome", "leave_different").fact("until", crate::domain::time::stamp(*until))
        }
    }
}

async fn undo_deliveries(w: &mut WriteSession, resolution: &Resolution) -> Result<(), Refusal> {
    if matches!(resolution.state.as_str(), "undone" | "overtaken") {
        return Err(Refusal::WrongState("this decision was taken back already".to_owned()));
    }
    let now = w.now();
    for mut delivery in resolutions::deliveries(w, std::slice::from_ref(&resolution.id)).await? {
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
async fn reopen(w: &mut WriteSession, resolution: &Resolution) -> Result<(), Refusal> {
    let all = conflicts::differences(w, std::slice::from_ref(&resolution.conflict)).await?;
    let mut changed = Vec::new();
    for difference in all.into_iter().filter(|d| d.state.resolution() == Some(&resolution.id)) {
        if matches!(difference.state, DifferenceState::Excepted { .. }) {
            conflicts::end_exception(w, &difference.record, &difference.dispute.field).await?;
        }
        let state = difference.state.clone().reopen().map_err(|e| Refusal::WrongState(e.to_string()))?;
        changed.push(Difference { state, ..difference });
    }
    conflicts::save_differences(w, &changed).await?;
    Ok(())
}
