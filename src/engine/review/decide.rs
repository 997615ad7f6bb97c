//! Decisions as parts of a transaction: conflicts are locked, each decision is checked against what its
//! conflict is found to be, and all of them are stored together.

use super::Decision;
use super::record::{self, Decided};
use super::work::{Work, Worked, compared};
use crate::domain::access::Viewer;
use crate::domain::audit::Event;
use crate::domain::diff::{self, Candidate};
use crate::domain::entity::Entity;
use crate::domain::ids::{ConflictId, DifferenceId, RecordId, SystemId};
use crate::domain::presence::RECORD;
use crate::domain::record::{Base, Holding};
use crate::domain::resolution::{Left, Outcome, OutcomeError, Reason};
use crate::domain::sight::{Sight, WORDS};
use crate::engine::{Refusal, Setup};
use crate::store::conflicts::{Conflict, Difference};
use crate::store::resolutions::Resolution;
use crate::store::{StoreError, WriteSession, configuration, conflicts, holdings, records, resolutions};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A conflict, locked, with what a decision on it is checked against.
pub(in crate::engine) struct Found {
    pub conflict: Conflict,
    pub differences: Vec<Difference>,
    holdings: Vec<holdings::Holding>,
    link: Option<String>,
}

/// Locks these conflicts and finds what they are; those that do not exist for this viewer are left out.
pub(in crate::engine) async fn found(
    w: &mut WriteSession,
    viewer: &Viewer,
    ids: &[ConflictId],
) -> Result<HashMap<ConflictId, Found>, StoreError> {
    let all = conflicts::lock_some(w, viewer, ids).await?;
    let ids: Vec<ConflictId> = all.iter().map(|conflict| conflict.id.clone()).collect();
    let of: BTreeSet<RecordId> = all.iter().map(|conflict| conflict.record.clone()).collect();
    let of: Vec<RecordId> = of.into_iter().collect();
    let (mut differences, mut held) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
    for difference in conflicts::differences(w, &ids).await? {
        differences.entry(difference.conflict.clone()).or_default().push(difference);
    }
    for holding in holdings::of_records(w, &of).await? {
        held.entry(holding.record.clone()).or_default().push(holding);
    }
    let records = records::of_ids(w, &of).await?.into_iter().filter(|record| viewer.sees(&record.entity));
    let links: HashMap<_, _> = records.map(|record| (record.id, record.link)).collect();
    let found = |conflict: Conflict| {
        let found = Found {
            differences: differences.remove(&conflict.id).unwrap_or_default(),
            holdings: held.get(&conflict.record).cloned().unwrap_or_default(),
            link: links.get(&conflict.record).cloned().flatten(),
            conflict,
        };
        (found.conflict.id.clone(), found)
    };
    Ok(all.into_iter().map(found).collect())
}

/// Decides, as a part of a transaction.
pub(in crate::engine) async fn decide_in(
    w: &mut WriteSession,
    setup: &Setup,
    viewer: &Viewer,
    id: &ConflictId,
    decision: &Decision,
) -> Result<(Resolution, Vec<Event>), Refusal> {
    let found = found(w, viewer, std::slice::from_ref(id)).await?.remove(id);
    let found = found.ok_or(Refusal::NotFound("conflict"))?;
    check_policy_version(w, setup).await?;
    check_version(w, &found, decision).await?;
    let decided = decided(w, setup, viewer, found, decision)?;
    let resolution = decided.resolution.clone();
    let events = record::store(w, vec![decided]).await?;
    if let Some(receipt) = &decision.receipt {
        receipt.keep(w, &resolution).await?;
    }
    Ok((resolution, events))
}

/// Works a decision out against what its conflict was found to be; nothing is stored yet.
///
/// # Errors
/// The viewer may not see what is decided, a system holds something else than the page said, an outcome
/// does not fit, or a reason is missing.
pub(in crate::engine) fn decided(
    w: &WriteSession,
    setup: &Setup,
    viewer: &Viewer,
    found: Found,
    decision: &Decision,
) -> Result<Decided, Refusal> {
    let Found { mut conflict, differences, holdings: rows, link } = found;
    check_sight(setup, viewer, &conflict, &differences, decision)?;
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
    conflict.draft = undecided(conflict.draft.as_deref(), decision)?;
    (conflict.claimed_by, conflict.claimed_until) = (None, None);
    record::decide(w, viewer, setup, (conflict, differences), decision, worked)
}

/// Takes the words from problems that may repeat a value which the viewer may not see: a record that is
/// made somewhere is made of all its fields.
pub(super) fn unsay(
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
pub(super) fn check_sight(
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

/// The kept choices of differences that a decision leaves open. What was written beside them went with
/// the form into this decision.
fn undecided(draft: Option<&str>, decision: &Decision) -> Result<Option<String>, StoreError> {
    let mut choices = Left::read(draft)?.choices;
    choices.retain(|own| decision.outcomes.iter().all(|(id, _)| *id != own.chosen.difference));
    Ok(Left { choices, ..Left::default() }.text()?)
}

/// A policy that now asks more than the page knew refuses the decision: the page is made again.
pub(in crate::engine) async fn check_policy_version(
    w: &mut WriteSession,
    setup: &Setup,
) -> Result<(), Refusal> {
    let current = configuration::current_number(w, configuration::Document::Policies).await?;
    let newer = current.is_some_and(|current| current != setup.policy_version);
    if newer { Err(Refusal::Stale) } else { Ok(()) }
}

/// Refuses a decision over values that have since moved, or that somebody else decided.
async fn check_version(w: &mut WriteSession, found: &Found, decision: &Decision) -> Result<(), Refusal> {
    let chosen = found.differences.iter().filter(|d| decision.outcomes.iter().any(|(id, _)| *id == d.id));
    let decided = chosen.filter(|difference| !difference.state.is_open()).find_map(|d| d.state.resolution());
    if let Some(id) = decided.cloned() {
        let by = resolutions::of_ids(w, &[id]).await?.into_iter().next().map(|by| by.actor.name);
        return Err(Refusal::DecidedAlready(by.unwrap_or_default()));
    }
    if found.conflict.version == decision.version { Ok(()) } else { Err(Refusal::Stale) }
}

/// Systems that hold the record more than once, of which the page told.
pub(super) fn left_out(rows: &[holdings::Holding]) -> BTreeSet<SystemId> {
    let present = || rows.iter().filter(|row| row.present);
    let many = |row: &&holdings::Holding| present().filter(|other| other.system == row.system).count() > 1;
    present().filter(many).map(|row| row.system.clone()).collect()
}

/// Refuses a decision when a system holds something else than the page said, though nobody has
/// judged it yet.
pub(super) fn check_values(
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
