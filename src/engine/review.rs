//! Review: what a steward does with a conflict. Claim, resolve, undo.

mod approve;
mod cause;
mod claim;
mod record;
mod reverse;
mod undo;
mod work;

use super::detect::{Targets, refresh};
use super::once::Receipt;
use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::Approval;
use crate::domain::audit::{About, Event};
use crate::domain::diff::{self, Candidate};
use crate::domain::entity::Entity;
use crate::domain::ids::{ConflictId, DifferenceId, GroupId, IncidentId, SystemId};
use crate::domain::presence::RECORD;
use crate::domain::record::{Base, Holding};
use crate::domain::resolution::{Draft, Outcome, OutcomeError, Reason};
use crate::domain::sight::{Sight, WORDS};
use crate::faults::{self, Point};
use crate::store::conflicts::{Conflict, Difference};
use crate::store::resolutions::Resolution;
use crate::store::{WriteSession, configuration, conflicts, groups, holdings, records, resolutions};
pub(super) use approve::{because, check_right, decider, look_at_decision, nobody_waits, not_as_shown};
use record::decide;
pub use reverse::{Kept, PutBack};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use work::{Work, Worked, compared};

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
    /// The group it is part of.
    pub part_of: Option<PartOf>,
    /// The approval that was given for all that it is part of: of a group, or of its reversal.
    pub approval: Option<Approval>,
    /// Suggestions were accepted that nobody looked at one by one: no track record comes of it.
    pub accepts: bool,
    /// It was made on the conflict's page, or over what the API says of it: there its suggestions are
    /// shown.
    pub seen: bool,
}

/// The group that a decision is part of, and the incident that ends with it.
#[derive(Clone, Debug)]
pub struct PartOf {
    pub group: GroupId,
    pub incident: Option<IncidentId>,
}

/// A decision worked out against the present state: what would be written.
pub struct Preview {
    pub targets: Vec<Targets>,
    pub problems: Vec<(DifferenceId, OutcomeError)>,
}

impl Engine {
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
        let holdings = compared(&setup, &conflict, rows);
        let work = Work { setup: &setup, conflict: &conflict, holdings: &holdings, link, now: self.now() };
        check_sight(&setup, viewer, &conflict, &differences, decision)?;
        let (worked, mut problems) = work.all(&differences, &decision.outcomes)?;
        let mut targets: Vec<Targets> = worked.into_iter().flat_map(|worked| worked.targets).collect();
        // A record that is made somewhere has all of its fields.
        let sight = setup.sight(viewer);
        targets.iter_mut().for_each(|own| sight.change(&conflict.entity, &own.system, &mut own.change));
        unsay(&sight, &conflict, &differences, &mut problems);
        Ok(Preview { targets, problems })
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
        let decided = self.decide(setup.clone(), viewer, id, decision).await;
        if matches!(decided, Err(Refusal::Stale)) {
            // The page that is shown next has the new values.
            self.judge_conflict(viewer, id).await?;
        }
        decided
    }

    /// Brings a conflict up to date with what its systems hold.
    pub(super) async fn judge_conflict(&self, viewer: &Viewer, id: &ConflictId) -> Result<(), Refusal> {
        let setup = Arc::new(Setup::load(&mut self.store.session().await?).await?);
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let (conflict, mut events) = (locked(w, &viewer, &id).await?, Vec::new());
                Self::judge_record(&setup, w, &conflict.entity, &conflict.record, &mut events).await?;
                Ok::<_, Refusal>(((), events))
            })
            .await
    }

    pub(super) async fn decide(
        &self,
        setup: Arc<Setup>,
        viewer: &Viewer,
        id: &ConflictId,
        decision: Decision,
    ) -> Result<Resolution, Refusal> {
        let (viewer, id) = (viewer.clone(), id.clone());
        faults::pass(Point::K1);
        let decided =
            self.store.write(async move |w| decide_in(w, &setup, &viewer, &id, &decision).await).await;
        faults::pass(Point::K4);
        decided
    }
}

/// Decides, as a part of a transaction.
pub(super) async fn decide_in(
    w: &mut WriteSession,
    setup: &Arc<Setup>,
    viewer: &Viewer,
    id: &ConflictId,
    decision: &Decision,
) -> Result<(Resolution, Vec<Event>), Refusal> {
    let mut conflict = locked(w, viewer, id).await?;
    check_policy_version(w, setup).await?;
    let differences = conflicts::differences(w, std::slice::from_ref(id)).await?;
    check_sight(setup, viewer, &conflict, &differences, decision)?;
    check_version(w, &conflict, &differences, decision).await?;
    let rows = holdings::of_records(w, std::slice::from_ref(&conflict.record)).await?;
    let link = records::get(w, viewer, &conflict.record).await?.and_then(|record| record.link);
    let left_out = left_out(&rows);
    let holdings = compared(setup, &conflict, rows);
    let work = Work { setup, conflict: &conflict, holdings: &holdings, link, now: w.now() };
    let (worked, mut problems) = work.all(&differences, &decision.outcomes)?;
    if !problems.is_empty() {
        unsay(&setup.sight(viewer), &conflict, &differences, &mut problems);
        return Err(Refusal::Outcomes(problems.into_iter().map(|(id, e)| (id.0, e)).collect()));
    }
    check_values(setup.entity(&conflict.entity)?, &holdings, &left_out, &worked)?;
    check_reason(decision, &worked)?;
    conflict.draft = undecided(conflict.draft.as_deref(), decision);
    (conflict.claimed_by, conflict.claimed_until) = (None, None);
    let (resolution, mut events) = decide(w, viewer, setup, &conflict, decision, worked).await?;
    events.extend(refresh(w, conflict).await?);
    if let Some(part) = &decision.part_of {
        for (difference, _) in &decision.outcomes {
            if !groups::decided(w, &part.group, difference, &resolution.id).await? {
                return Err(Refusal::WrongState("the group was stopped".to_owned()));
            }
        }
    }
    if let Some(receipt) = &decision.receipt {
        receipt.keep(w, &resolution).await?;
    }
    Ok((resolution, events))
}

/// Takes the words from problems that may repeat a value which the viewer may not see: a record that is
/// made somewhere is made of all its fields.
fn unsay(
    sight: &Sight,
    conflict: &Conflict,
    differences: &[Difference],
    problems: &mut [(DifferenceId, OutcomeError)],
) {
    let whole = |id: &DifferenceId| {
        differences.iter().any(|own| own.id == *id && own.dispute.field.as_str() == RECORD)
    };
    for (_, problem) in problems.iter_mut().filter(|(id, _)| !sight.sees_all(&conflict.entity) && whole(id)) {
        if let OutcomeError::Invalid { reason, .. } = problem {
            WORDS.clone_into(reason);
        }
    }
}

/// Refuses a decision on what the viewer may not see.
fn check_sight(
    setup: &Setup,
    viewer: &Viewer,
    conflict: &Conflict,
    differences: &[Difference],
    decision: &Decision,
) -> Result<(), Refusal> {
    let chosen = differences.iter().filter(|own| decision.outcomes.iter().any(|(id, _)| *id == own.id));
    chosen
        .map(|own| &own.dispute.field)
        .try_for_each(|field| setup.check_sight(viewer, &conflict.entity, field))
}

/// The kept choices of differences that a decision leaves open.
fn undecided(draft: Option<&str>, decision: &Decision) -> Option<String> {
    let mut kept: Vec<Draft> = serde_json::from_str(draft?).ok()?;
    kept.retain(|own| decision.outcomes.iter().all(|(id, _)| *id != own.chosen.difference));
    if kept.is_empty() { None } else { serde_json::to_string(&kept).ok() }
}

fn may_decide(viewer: &Viewer) -> Result<(), Refusal> {
    if viewer.may(Right::Decide) { Ok(()) } else { Err(Refusal::Forbidden) }
}

pub(super) async fn locked(
    w: &mut WriteSession,
    viewer: &Viewer,
    id: &ConflictId,
) -> Result<Conflict, Refusal> {
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
    let current = configuration::current_number(w, configuration::Document::Policies).await?;
    let newer = current.is_some_and(|current| current != setup.policy_version);
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

/// Systems that hold the record more than once, of which the page told.
fn left_out(rows: &[holdings::Holding]) -> BTreeSet<SystemId> {
    let present = || rows.iter().filter(|row| row.present);
    let many = |row: &&holdings::Holding| present().filter(|other| other.system == row.system).count() > 1;
    present().filter(many).map(|row| row.system.clone()).collect()
}

/// Refuses a decision when a system holds something else than the page said, though nobody has
/// judged it yet.
fn check_values(
    entity: &Entity,
    holdings: &[Holding],
    left_out: &BTreeSet<SystemId>,
    worked: &[Worked],
) -> Result<(), Refusal> {
    let is_fresh = |worked: &Worked| {
        let dispute = &worked.difference.dispute;
        let holders = dispute.values.iter().flat_map(|value| &value.holders);
        let Some(slot) = entity.slot(&dispute.field) else {
            let present = |system: &SystemId| holdings.iter().any(|h| h.present && h.system == *system);
            // What is removed has to be what the page was about, to the last field of the row.
            let seen: BTreeMap<_, _> = holders.map(|h| (&h.candidate.system, h.candidate.revision)).collect();
            let is_seen = |h: &Holding| !h.present || seen.get(&h.system) == Some(&h.revision);
            let removed = worked.outcome == Outcome::RemoveElsewhere;
            return !dispute.absent.iter().any(present) && (!removed || holdings.iter().all(is_seen));
        };
        let holders = holders.filter(|h| !left_out.contains(&h.candidate.system));
        let shown: BTreeMap<_, _> = holders.map(|h| (&h.candidate.system, &h.candidate.normal)).collect();
        let now = diff::compare(&slot, &Base::default(), holdings).candidates;
        // To the digit, also where a tolerance would let it pass: that is what the page showed.
        let stands = |c: &Candidate| shown.get(&c.system).is_some_and(|seen| **seen == c.normal);
        now.len() == shown.len() && now.iter().all(stands)
    };
    let fresh = worked.iter().all(is_fresh);
    if fresh { Ok(()) } else { Err(Refusal::Stale) }
}

fn check_reason(decision: &Decision, worked: &[Worked]) -> Result<(), Refusal> {
    let given = decision.reason.is_some();
    if decision.reason == Some(Reason::Other) && decision.note.trim().is_empty() {
        return Err(Refusal::Invalid("“Other” needs a note that says what".to_owned()));
    }
    let asked = worked.iter().any(|worked| worked.policy.reason_asked);
    if asked && !given {
        return Err(Refusal::Invalid("The policy of this field asks for a reason".to_owned()));
    }
    let left = worked.iter().any(|worked| matches!(worked.outcome, Outcome::LeaveDifferent { .. }));
    if left && !given && decision.note.trim().is_empty() {
        return Err(Refusal::Invalid("Leaving a difference needs a reason or a note".to_owned()));
    }
    let removed = worked.iter().any(|worked| worked.outcome == Outcome::RemoveElsewhere);
    if removed && !given && decision.note.trim().is_empty() {
        return Err(Refusal::Invalid("Removing a record needs a reason or a note".to_owned()));
    }
    if decision.note.chars().count() > 2000 {
        return Err(Refusal::Invalid("A note may have 2,000 characters".to_owned()));
    }
    Ok(())
}
