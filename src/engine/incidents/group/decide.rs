//! A frozen set is decided: the worker takes its differences many in one
//! transaction, each by the rules of a single decision, and hands what was left out to people.

use super::{HOLD, Progress, READ, TYPED, asks_approval, fits, left, policy, progress_of};
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::{Approval, Standing};
use crate::domain::audit::{About, Action, Actor, ActorKind, Event};
use crate::domain::conflict;
use crate::domain::group::{Excluded, GroupChoice};
use crate::domain::ids::{ConflictId, DifferenceId, GroupId, RunId, UserId};
use crate::domain::incident::{Choice, Ending, IncidentState};
use crate::domain::judge::Finding;
use crate::domain::resolution::Reason;
use crate::engine::incidents::{end, event, may_end};
use crate::engine::review::{
    Decided, Decision, Found, PartOf, check_policy_version, decided, found, not_as_shown, store,
};
use crate::engine::{Engine, Refusal, Setup};
use crate::faults::{self, Point};
use crate::store::groups::{self, Group, Member};
use crate::store::{StoreError, WriteSession, conflicts, incidents, records, users};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Differences decided in one transaction, before the worker looks around.
const BATCH: i64 = 64;

impl Engine {
    /// Decides a frozen set: from now on the worker does. `typed` is the number of differences, asked
    /// for above [`TYPED`].
    ///
    /// # Errors
    /// The viewer may not or did not freeze it, it is empty, the number is another one, or it was
    /// decided already.
    pub async fn decide_group(&self, viewer: &Viewer, id: &GroupId, typed: &str) -> Result<Group, Refusal> {
        if !viewer.may(Right::Decide) {
            return Err(Refusal::Forbidden);
        }
        // As it was frozen: what is decided is not what may be seen of it.
        let group = groups::get(&mut self.store.session().await?, viewer, id).await?;
        let group = group.ok_or(Refusal::NotFound("group"))?;
        if group.actor.id != viewer.user.0 {
            return Err(Refusal::WrongState("only who froze this set may decide it".to_owned()));
        }
        let progress = self.progress(id).await?;
        if progress.included == 0 && group.state == "draft" {
            return Err(Refusal::WrongState("nothing is left in this set".to_owned()));
        }
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        if progress.included > TYPED && digits != progress.included.to_string() {
            return Err(Refusal::Invalid(format!("Type {} to decide them all", progress.included)));
        }
        if group.needs_approval {
            return self.ask_group_approval(group, progress.included).await;
        }
        let (viewer, shown) = (viewer.clone(), progress.included);
        let begun = self
            .store
            .write::<_, Refusal, _>(async move |w| {
                // Nobody ticks anything of it meanwhile.
                let found = groups::lock(w, &viewer, &group.id).await?;
                if found.is_none_or(|found| found.state != "draft") || !groups::start(w, &group.id).await? {
                    return Err(Refusal::WrongState("this set was decided already".to_owned()));
                }
                let progress = progress_of(w, &group.id).await?;
                if progress.included != shown {
                    return Err(not_as_shown());
                }
                let mut events = vec![told(viewer.actor(), &group, &progress)];
                events.extend(choose_incident(w, &viewer, &group).await?);
                Ok((Group { state: "working".to_owned(), chosen_at: Some(w.now()), ..group.clone() }, events))
            })
            .await?;
        self.many_asked.notify_one();
        Ok(begun)
    }

    /// Decides some of a group; once none is left, the group has ended and its incident with it.
    pub(in crate::engine::incidents) async fn decide_some(&self, group: &Group) -> Result<(), Refusal> {
        let mut session = self.store.session().await?;
        let first = DifferenceId::default();
        let members = groups::members(&mut session, &group.id, "included", &first, BATCH).await?;
        drop(session);
        if members.is_empty() {
            return self.finish_group(group).await;
        }
        let viewer = self.as_now(&group.actor).await?.filter(|viewer| viewer.may(Right::Decide));
        let setup = self.reload().await?;
        // Each decision is a new version of its conflict: those of one come one after the other.
        let mut of_conflict: BTreeMap<ConflictId, Vec<Member>> = BTreeMap::new();
        for member in members.into_iter().rev() {
            of_conflict.entry(member.conflict.clone()).or_default().push(member);
        }
        while let Some(turn) = next_turn(&mut of_conflict) {
            match &viewer {
                Some(viewer) => self.decide_turn(setup.clone(), viewer, group, turn).await?,
                None => self.leave_rows(group, &turn, left(Excluded::NoRight)).await?,
            }
            faults::pass(Point::K23);
        }
        Ok(())
    }

    /// Decides one difference each of some conflicts, or notes why it is left out.
    async fn decide_turn(
        &self,
        mut setup: Arc<Setup>,
        viewer: &Viewer,
        group: &Group,
        turn: Vec<Member>,
    ) -> Result<(), Refusal> {
        let mut late = self.decide_together(&setup, viewer, group, turn).await?;
        if late.is_empty() {
            return Ok(());
        }
        // Another field of the record was decided, or a policy came into force, between looking and deciding.
        for member in &late {
            self.judge_conflict(viewer, &member.conflict).await?;
        }
        setup = self.reload().await?;
        late = self.decide_together(&setup, viewer, group, late).await?;
        self.leave_rows(group, &late, left(Excluded::Changed)).await
    }

    /// Decides these in one transaction, and answers those that are not what was looked at. What the store
    /// does not take is tried alone, so that the others are decided.
    async fn decide_together(
        &self,
        setup: &Arc<Setup>,
        viewer: &Viewer,
        group: &Group,
        members: Vec<Member>,
    ) -> Result<Vec<Member>, Refusal> {
        match self.decide_rows(setup, viewer, group, members.clone()).await {
            Err(Refusal::Store(error)) if error.is_lasting() => {}
            other => return other,
        }
        let mut late = Vec::new();
        for member in members {
            match self.decide_rows(setup, viewer, group, vec![member.clone()]).await {
                Ok(own) => late.extend(own),
                Err(Refusal::Store(error)) if error.is_lasting() => {
                    self.leave_rows(group, &[member], (Excluded::Refused, error.to_string())).await?;
                }
                Err(other) => return Err(other),
            }
        }
        Ok(late)
    }

    async fn decide_rows(
        &self,
        setup: &Arc<Setup>,
        viewer: &Viewer,
        group: &Group,
        members: Vec<Member>,
    ) -> Result<Vec<Member>, Refusal> {
        let (setup, viewer, group) = (setup.clone(), viewer.clone(), group.clone());
        self.store
            .write::<_, Refusal, _>(async move |w| decide_in(w, &setup, &viewer, &group, &members).await)
            .await
    }

    async fn leave_rows(
        &self,
        group: &Group,
        members: &[Member],
        (why, detail): (Excluded, String),
    ) -> Result<(), Refusal> {
        if members.is_empty() {
            return Ok(());
        }
        let ids: Vec<DifferenceId> = members.iter().map(|member| member.difference.clone()).collect();
        let group = group.id.clone();
        let leave = async move |w: &mut WriteSession| {
            for id in &ids {
                groups::exclude(w, &group, id, why, &detail).await?;
            }
            Ok::<_, StoreError>(((), Vec::new()))
        };
        Ok(self.store.write(leave).await?)
    }

    /// Somebody with the rights of now, and not of when they asked; None once they have none.
    pub(super) async fn as_now(&self, actor: &Actor) -> Result<Option<Viewer>, StoreError> {
        let mut session = self.store.session().await?;
        let stored = users::by_id(&mut session, &UserId(actor.id.clone())).await?;
        let program = actor.kind == ActorKind::Program;
        Ok(stored.filter(|user| !user.disabled).map(|user| user.viewer(program)))
    }

    /// Ends a group that was worked off. What it left out is handed to people, and no rule answers it;
    /// the incident ends with it unless more waits there, which came in after the set was frozen.
    async fn finish_group(&self, group: &Group) -> Result<(), Refusal> {
        if group.incident.is_some() {
            // What came in meanwhile is known to be part of the incident once it was compared.
            self.judge(&group.entity, &RunId::default()).await?;
        }
        let group = group.clone();
        let progress = self.progress(&group.id).await?;
        self.store
            .write::<_, Refusal, _>(async move |w| {
                if !groups::finish(w, &group.id).await? {
                    return Ok(((), Vec::new()));
                }
                let Some(id) = &group.incident else { return Ok(((), Vec::new())) };
                let Some(incident) = incidents::lock(w, id).await? else { return Ok(((), Vec::new())) };
                // A run that was stopped has settled nothing for the rows whose turn had not come.
                let stopped = progress.excluded.iter().any(|(why, _)| why == Excluded::Stopped.as_str());
                if !stopped {
                    hand_to_people(w, &group).await?;
                }
                let more = stopped || incidents::count_waiting(w, id, &group.id).await? > 0;
                if more || !group.whole || records::any_member_unjudged(w, id).await? {
                    // The rest waits for another choice.
                    incidents::save_state(w, id, &IncidentState::Open).await?;
                    records::mark_members_unjudged(w, id, &incident.entity).await?;
                    return Ok(((), Vec::new()));
                }
                let state = incident.state.clone().done(w.now());
                let left: i64 = progress.excluded.iter().map(|(_, count)| count).sum();
                let event = end(w, &incident, state).await?;
                Ok(((), vec![event.fact("decided", progress.decided).fact("left_out", left)]))
            })
            .await
    }
}

/// The next of each conflict: each decision makes a new version of it.
fn next_turn(of_conflict: &mut BTreeMap<ConflictId, Vec<Member>>) -> Option<Vec<Member>> {
    let turn: Vec<Member> = of_conflict.values_mut().filter_map(Vec::pop).collect();
    (!turn.is_empty()).then_some(turn)
}

/// Why a row is not decided.
enum Not {
    /// It is not what was looked at: it is looked at again.
    Late,
    Left(Excluded, String),
}

/// Decides rows of as many conflicts as a part of a transaction, and answers those that are late.
async fn decide_in(
    w: &mut WriteSession,
    setup: &Setup,
    viewer: &Viewer,
    group: &Group,
    members: &[Member],
) -> Result<(Vec<Member>, Vec<Event>), Refusal> {
    if let Err(Refusal::Stale) = check_policy_version(w, setup).await {
        return Ok((members.to_vec(), Vec::new()));
    }
    let ids: Vec<DifferenceId> = members.iter().map(|member| member.difference.clone()).collect();
    let included = groups::lock_included(w, &group.id, &ids).await?;
    let now_of: BTreeMap<_, _> =
        conflicts::of_ids(w, &ids).await?.into_iter().map(|one| (one.id, one.conflict)).collect();
    let of: Vec<ConflictId> = now_of.values().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let mut found = found(w, viewer, &of).await?;
    let (mut all, mut done, mut late) = (Vec::new(), Vec::new(), Vec::new());
    for member in members.iter().filter(|member| included.contains(&member.difference)) {
        let own = now_of.get(&member.difference).map(|conflict| found.remove(conflict));
        let row = match own {
            // Two of them have come to be of one conflict.
            Some(None) if viewer.sees(&group.entity) => Err(Not::Late),
            own => decide_row(w, setup, viewer, group, (member, own.flatten())),
        };
        match row {
            Ok(decided) => {
                all.push(decided);
                done.push(member.difference.clone());
            }
            Err(Not::Late) => late.push(member.clone()),
            Err(Not::Left(why, detail)) => {
                groups::exclude(w, &group.id, &member.difference, why, &detail).await?;
            }
        }
    }
    let events = store(w, all).await?;
    groups::decided(w, &group.id, &done).await?;
    Ok((late, events))
}

/// Works out the decision of one row against what its conflict was found to be.
fn decide_row(
    w: &WriteSession,
    setup: &Setup,
    viewer: &Viewer,
    group: &Group,
    (member, found): (&Member, Option<Found>),
) -> Result<Decided, Not> {
    let not = |(why, detail): (Excluded, String)| Not::Left(why, detail);
    if !viewer.sees(&group.entity) {
        return Err(not(left(Excluded::NoRight)));
    }
    let found = found.ok_or_else(|| not(left(Excluded::Decided)))?;
    let difference = found.differences.iter().find(|own| own.id == member.difference);
    let difference = difference.ok_or(Not::Late)?;
    let is_open = difference.state.is_open();
    if is_open && asks_approval(&policy(setup, difference)) && approval(group).is_none() {
        return Err(not(left(Excluded::NeedsApproval)));
    }
    if is_open && difference.fingerprint != member.fingerprint {
        return Err(not(left(Excluded::Changed)));
    }
    let outcome = fits(setup, viewer, &found.conflict, difference, &group.choice, w.now()).map_err(not)?;
    // Another source of truth, say: it is decided as it was shown, or not at all.
    let becomes = group.choice.becomes(&difference.dispute, &outcome);
    if !member.becomes.is_empty() && member.becomes != becomes {
        return Err(not(left(Excluded::Changed)));
    }
    let decision = Decision {
        version: found.conflict.version,
        outcomes: vec![(difference.id.clone(), outcome)],
        reason: Reason::of(&group.reason),
        note: group.note.clone(),
        hold_seconds: Some(hold()),
        approval: approval(group),
        accepts: group.choice == GroupChoice::Suggested,
        part_of: Some(PartOf { group: group.id.clone(), incident: group.incident.clone() }),
        ..Decision::default()
    };
    decided(w, setup, viewer, found, &decision).map_err(|refusal| match refusal {
        Refusal::Stale => Not::Late,
        Refusal::Outcomes(problems) => {
            let detail = problems.into_iter().map(|(_, error)| error.to_string());
            Not::Left(Excluded::Refused, detail.collect::<Vec<_>>().join("; "))
        }
        other => Not::Left(Excluded::Refused, other.to_string()),
    })
}

/// Seconds before what a group decided is sent.
fn hold() -> u32 {
    let hold = faults::hurry(TimeDelta::seconds(HOLD.into()));
    u32::try_from(hold.num_seconds()).unwrap_or(HOLD)
}

/// Marks what a group left out as asked for: it waits in the queue, and no rule settles it. So it is with
/// what it decided and somebody may still undo, or a system overtake.
async fn hand_to_people(w: &mut WriteSession, group: &Group) -> Result<(), StoreError> {
    for (state, why) in [("excluded", "left out of the group"), ("decided", "one of the group")] {
        let mut after = DifferenceId::default();
        loop {
            let page = groups::members(w, &group.id, state, &after, READ).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.difference);
            let ids: Vec<DifferenceId> = page.into_iter().map(|member| member.difference).collect();
            mark_asked(w, group, why, &ids).await?;
        }
    }
    Ok(())
}

async fn mark_asked(
    w: &mut WriteSession,
    group: &Group,
    why: &str,
    ids: &[DifferenceId],
) -> Result<(), StoreError> {
    let found = conflicts::of_ids(w, ids).await?;
    // Nobody decides them meanwhile.
    let of: Vec<_> = found.into_iter().map(|difference| difference.record).collect();
    conflicts::lock_of_records(w, &of).await?;
    let mut left = conflicts::of_ids(w, ids).await?;
    left.retain(|one| (one.state.is_open() || one.state.is_under_way()) && one.dispute.asked.is_none());
    for difference in &mut left {
        let (by, reason) = (group.actor.name.clone(), format!("{why}: {}", group.note));
        difference.dispute.asked = Some(conflict::Asked { by, reason });
        // What is open is judged anew; what is undone would else wait under an incident that ended.
        if difference.state.is_under_way() {
            difference.dispute.findings.retain(|finding| !matches!(finding, Finding::Incident { .. }));
            difference.dispute.findings.push(Finding::Reopened);
        }
    }
    conflicts::save_differences(w, &left).await
}

/// The approval that was given for a group.
fn approval(group: &Group) -> Option<Approval> {
    group.approval.clone().filter(|approval| approval.standing == Standing::Approved)
}

pub(super) fn told(actor: Actor, group: &Group, progress: &Progress) -> Event {
    let left: i64 = progress.excluded.iter().map(|(_, count)| count).sum();
    let about = About { entity: Some(group.entity.clone()), ..About::default() };
    let event = Event::new(Action::GroupDecided, actor, about)
        .fact("group", &group.id)
        .fact("differences", progress.included)
        .fact("left_out", left)
        .fact("reason", &group.note);
    let event = match &group.choice {
        GroupChoice::Keep { system } => event.fact("outcome", "keep").fact("system", system),
        GroupChoice::KeepOthers { system } => event.fact("outcome", "keep_others").fact("system", system),
        GroupChoice::LeaveDifferent { .. } => event.fact("outcome", "leave_different"),
        GroupChoice::Source => event.fact("outcome", "source"),
        GroupChoice::Newest => event.fact("outcome", "newest"),
        GroupChoice::One { .. } => event.fact("outcome", "one"),
        GroupChoice::Suggested => event.fact("outcome", "suggested"),
    };
    match &group.incident {
        Some(incident) => event.fact("incident", incident),
        None => event,
    }
}

/// The incident that a group was made of has its choice.
pub(super) async fn choose_incident(
    w: &mut WriteSession,
    viewer: &Viewer,
    group: &Group,
) -> Result<Option<Event>, Refusal> {
    let Some(id) = &group.incident else { return Ok(None) };
    may_end(viewer)?;
    let incident = incidents::lock(w, id).await?.ok_or(Refusal::NotFound("incident"))?;
    let ending = match &group.choice {
        GroupChoice::Keep { system } if *system == incident.system => Ending::Accepted,
        GroupChoice::KeepOthers { system } if *system == incident.system => Ending::Refused,
        _ => Ending::Decided,
    };
    let choice = Choice { ending, by: viewer.actor(), reason: group.note.clone(), at: w.now() };
    let state =
        incident.state.clone().work(choice).map_err(|error| Refusal::WrongState(error.to_string()))?;
    incidents::save_state(w, id, &state).await?;
    let event = event(Action::IncidentDecided, viewer.actor(), &incident);
    Ok(Some(event.fact("how", ending.as_str()).fact("reason", &group.note).fact("group", &group.id)))
}
