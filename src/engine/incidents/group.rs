//! Deciding as a group: one outcome for a frozen set of differences, an incident's or those that are
//! alike. Frozen first and shown with what is left out; then decided one by one by the worker, each the
//! way of a single decision.

use super::{because, end, event, may_end};
use crate::domain::access::{Right, Role, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::conflict;
use crate::domain::group::{Excluded, GroupChoice};
use crate::domain::ids::{DifferenceId, GroupId, RunId, UserId};
use crate::domain::incident::{Choice, Ending, IncidentState};
use crate::domain::judge::Finding;
use crate::domain::policy::Effective;
use crate::domain::resolution::Reason;
use crate::domain::time::Time;
use crate::engine::review::{Decision, PartOf};
use crate::engine::{Engine, Refusal, Setup};
use crate::store::conflicts::{Conflict, Difference};
use crate::store::groups::{self, Group, Member, Of};
use crate::store::incidents::{self, Incident};
use crate::store::{StoreError, WriteSession, conflicts, records, users};
use chrono::TimeDelta;
use std::collections::HashMap;

/// Differences of one group at most; the rest stays for another one.
const MOST: usize = 100_000;
/// Differences looked at in one read.
const READ: i64 = 500;
/// Differences decided before the worker looks around.
const BATCH: i64 = 50;
/// From so many on, the number is typed.
pub const TYPED: i64 = 100;
/// A group is held so long at least, in seconds.
const HOLD: u32 = 60;

/// What a group is to be made of.
#[derive(Clone, Debug)]
pub struct Asked {
    pub of: Of,
    pub choice: GroupChoice,
    pub reason: Option<Reason>,
    /// Why, in words.
    pub note: String,
}

/// How far a group is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub included: i64,
    pub decided: i64,
    pub excluded: Vec<(String, i64)>,
}

impl Progress {
    /// What will be decided, or was.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.included + self.decided
    }
}

impl Engine {
    /// Freezes the set of a group as it is now, as a draft: nothing is decided yet.
    ///
    /// # Errors
    /// The viewer may not decide, there is nothing to decide, a reason or a note is missing, or records
    /// of the incident still wait to be compared.
    pub async fn freeze(&self, viewer: &Viewer, asked: Asked) -> Result<Group, Refusal> {
        if !viewer.may(Right::Decide) {
            return Err(Refusal::Forbidden);
        }
        let note = because(&asked.note)?;
        let setup = self.setup();
        let incident = self.open_incident(viewer, &asked.of).await?;
        let (members, whole, entity) = self.members(viewer, &setup, &asked).await?;
        let Some(entity) = entity else {
            return Err(Refusal::WrongState("nothing of it is open any longer".to_owned()));
        };
        let group = Group {
            id: GroupId::default(),
            incident: incident.map(|incident| incident.id),
            entity,
            pattern: if let Of::Alike(pattern) = &asked.of { pattern.clone() } else { String::new() },
            choice: asked.choice.clone(),
            actor: viewer.actor(),
            reason: asked.reason.map_or("", Reason::as_str).to_owned(),
            note,
            state: "draft".to_owned(),
            whole,
            created_at: self.now(),
            chosen_at: None,
            ended_at: None,
        };
        self.store
            .write::<_, Refusal, _>(async move |w| {
                let group = Group { id: w.new_id().into(), created_at: w.now(), ..group.clone() };
                groups::drop_drafts(w, group.created_at - TimeDelta::days(1)).await?;
                groups::insert(w, &group, &members).await?;
                Ok((group, Vec::new()))
            })
            .await
    }

    /// The incident a group is made of, which nothing was chosen for.
    async fn open_incident(&self, viewer: &Viewer, of: &Of) -> Result<Option<Incident>, Refusal> {
        let Of::Incident(id) = of else { return Ok(None) };
        let incident = self.incident(viewer, id).await?;
        if !incident.state.is_open() {
            return Err(Refusal::WrongState("something was chosen for this incident already".to_owned()));
        }
        let mut session = self.store.session().await?;
        if records::any_member_unjudged(&mut session, id).await? {
            let text = "its records are still being compared: try again in a moment";
            return Err(Refusal::WrongState(text.to_owned()));
        }
        Ok(Some(incident))
    }

    async fn members(
        &self,
        viewer: &Viewer,
        setup: &Setup,
        asked: &Asked,
    ) -> Result<(Vec<Member>, bool, Option<crate::domain::ids::EntityId>), Refusal> {
        let mut session = self.store.session().await?;
        let (mut members, mut entity, mut after) = (Vec::new(), None, DifferenceId::default());
        let now = self.now();
        loop {
            let page = groups::candidates(&mut session, viewer, &asked.of, &after, READ).await?;
            let Some(last) = page.last() else { return Ok((members, true, entity)) };
            after.clone_from(&last.id);
            entity.get_or_insert_with(|| last.entity.clone());
            let ids: Vec<_> = page.iter().map(|difference| difference.conflict.clone()).collect();
            let all = conflicts::conflicts_of_ids(&mut session, &ids).await?;
            let all: HashMap<_, Conflict> = all.into_iter().map(|one| (one.id.clone(), one)).collect();
            for difference in page {
                let Some(conflict) = all.get(&difference.conflict) else { continue };
                let fits = fits(setup, viewer, conflict, &difference, &asked.choice, now);
                if fits.is_ok() && asked.reason.is_none() && policy(setup, &difference).reason_asked {
                    return Err(Refusal::Invalid("The policy of a field asks for a reason".to_owned()));
                }
                members.push(member(conflict, difference, fits.err()));
            }
            if members.len() >= MOST {
                return Ok((members, false, entity));
            }
        }
    }

    /// How far a group is.
    ///
    /// # Errors
    /// The store failed.
    pub async fn progress(&self, id: &GroupId) -> Result<Progress, StoreError> {
        let mut progress = Progress::default();
        for count in groups::counts(&mut self.store.session().await?, id).await? {
            match count.value.split_once('/') {
                None if count.value == "included" => progress.included = count.count,
                None => progress.decided = count.count,
                Some((_, why)) => progress.excluded.push((why.to_owned(), count.count)),
            }
        }
        Ok(progress)
    }

    /// A group.
    ///
    /// # Errors
    /// There is none of that id for this viewer, or the store failed.
    pub async fn group(&self, viewer: &Viewer, id: &GroupId) -> Result<Group, Refusal> {
        let found = groups::get(&mut self.store.session().await?, viewer, id).await?;
        found.ok_or(Refusal::NotFound("group"))
    }

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
        let group = self.group(viewer, id).await?;
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
        let viewer = viewer.clone();
        self.store
            .write::<_, Refusal, _>(async move |w| {
                if !groups::start(w, &group.id).await? {
                    return Err(Refusal::WrongState("this set was decided already".to_owned()));
                }
                let mut events = vec![told(&viewer, &group, &progress)];
                events.extend(choose_incident(w, &viewer, &group).await?);
                Ok((Group { state: "working".to_owned(), chosen_at: Some(w.now()), ..group.clone() }, events))
            })
            .await
    }

    /// Decides some of a group; once none is left, the group has ended and its incident with it.
    pub(super) async fn decide_some(&self, group: &Group) -> Result<(), Refusal> {
        let mut session = self.store.session().await?;
        let first = DifferenceId::default();
        let members = groups::members(&mut session, &group.id, "included", &first, BATCH).await?;
        let stored = users::by_id(&mut session, &UserId(group.actor.id.clone())).await?;
        drop(session);
        if members.is_empty() {
            return self.finish_group(group).await;
        }
        // What whoever froze it may now, and not what was allowed then.
        let may = stored.as_ref().is_none_or(|user| !user.disabled && user.roles.contains(&Role::Steward));
        let program = group.actor.kind == crate::domain::audit::ActorKind::Program;
        let viewer = stored.map(|user| user.viewer(program)).unwrap_or_else(|| Viewer {
            user: UserId(group.actor.id.clone()),
            login: String::new(),
            name: group.actor.name.clone(),
            roles: [Role::Steward].into(),
            // What it was frozen over was all of this kind.
            entities: Some([group.entity.clone()].into()),
            program,
        });
        let setup = self.reload().await?;
        for member in members {
            let left_out = match may {
                true => self.decide_member(&setup, &viewer, group, &member).await?,
                false => Some((Excluded::NoRight, String::new())),
            };
            if let Some((why, detail)) = left_out {
                let (group, id) = (group.id.clone(), member.difference);
                self.store
                    .write::<_, StoreError, _>(async move |w| {
                        Ok((groups::exclude(w, &group, &id, why, &detail).await?, Vec::new()))
                    })
                    .await?;
            }
        }
        Ok(())
    }

    /// Decides one difference of a group, or says why it is left out.
    async fn decide_member(
        &self,
        setup: &std::sync::Arc<Setup>,
        viewer: &Viewer,
        group: &Group,
        member: &Member,
    ) -> Result<Option<(Excluded, String)>, Refusal> {
        // Another field of the record may be decided between looking and deciding.
        for last in [false, true] {
            let mut session = self.store.session().await?;
            let found = conflicts::of_ids(&mut session, std::slice::from_ref(&member.difference)).await?;
            let Some(difference) = found.into_iter().next() else { return Ok(Some(left(Excluded::Decided))) };
            if !viewer.sees(&difference.entity) {
                return Ok(Some(left(Excluded::NoRight)));
            }
            let Some(conflict) = conflicts::get(&mut session, viewer, &difference.conflict).await? else {
                return Ok(Some(left(Excluded::Decided)));
            };
            drop(session);
            if difference.state.is_open() && difference.fingerprint != member.fingerprint {
                return Ok(Some(left(Excluded::Changed)));
            }
            let outcome = match fits(setup, viewer, &conflict, &difference, &group.choice, self.now()) {
                Ok(outcome) => outcome,
                Err((why, detail)) => return Ok(Some((why, detail))),
            };
            let decision = Decision {
                version: conflict.version,
                outcomes: vec![(difference.id.clone(), outcome)],
                reason: Reason::of(&group.reason),
                note: group.note.clone(),
                hold_seconds: Some(HOLD),
                part_of: Some(PartOf { group: group.id.clone(), incident: group.incident.clone() }),
                ..Decision::default()
            };
            match self.decide(setup.clone(), viewer, &conflict.id, decision).await {
                Ok(_) => return Ok(None),
                Err(Refusal::Stale) if !last => self.judge_conflict(viewer, &conflict.id).await?,
                Err(Refusal::Stale) => {}
                Err(Refusal::DecidedAlready(by)) => return Ok(Some((Excluded::Decided, by))),
                Err(Refusal::Store(error)) if !error.is_lasting() => return Err(error.into()),
                Err(Refusal::Outcomes(problems)) => {
                    let detail = problems.into_iter().map(|(_, error)| error.to_string());
                    return Ok(Some((Excluded::Refused, detail.collect::<Vec<_>>().join("; "))));
                }
                Err(other) => return Ok(Some((Excluded::Refused, other.to_string()))),
            }
        }
        Ok(Some(left(Excluded::Changed)))
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
                hand_to_people(w, &group).await?;
                let more = incidents::count_waiting(w, id, &group.id).await? > 0;
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

fn left(why: Excluded) -> (Excluded, String) {
    (why, String::new())
}

fn policy(setup: &Setup, difference: &Difference) -> Effective {
    let entity = setup.catalog.entity(&difference.entity);
    let slot = entity.and_then(|entity| Some((entity, entity.slot(&difference.dispute.field)?)));
    match (slot, entity) {
        (Some((entity, slot)), _) => setup.policy(entity, &slot),
        (None, Some(entity)) => setup.policies.effective_for_record(entity),
        (None, None) => difference.dispute.policy.clone(),
    }
}

/// What a choice means for a difference as it stands, or why it is left out.
fn fits(
    setup: &Setup,
    viewer: &Viewer,
    conflict: &Conflict,
    difference: &Difference,
    choice: &GroupChoice,
    now: Time,
) -> Result<crate::domain::resolution::Outcome, (Excluded, String)> {
    if !difference.state.is_open() {
        return Err(left(Excluded::Decided));
    }
    let claimed = conflict.claimed_by.as_ref().filter(|_| conflict.claimed_until.is_some_and(|u| u > now));
    if let Some(by) = claimed.filter(|by| **by != viewer.user) {
        return Err((Excluded::Claimed, by.0.clone()));
    }
    if !policy(setup, difference).bulk_allowed {
        return Err(left(Excluded::HighStakes));
    }
    choice.outcome(&difference.dispute).map_err(left)
}

fn member(conflict: &Conflict, difference: Difference, out: Option<(Excluded, String)>) -> Member {
    Member {
        difference: difference.id,
        conflict: conflict.id.clone(),
        title: conflict.title.clone(),
        field: difference.dispute.field,
        fingerprint: difference.fingerprint,
        state: if out.is_some() { "excluded" } else { "included" }.to_owned(),
        why: out.as_ref().map_or("", |(why, _)| why.as_str()).to_owned(),
        detail: out.map(|(_, detail)| detail).unwrap_or_default(),
        resolution: None,
    }
}

fn told(viewer: &Viewer, group: &Group, progress: &Progress) -> Event {
    let left: i64 = progress.excluded.iter().map(|(_, count)| count).sum();
    let about = About { entity: Some(group.entity.clone()), ..About::default() };
    let event = Event::new(Action::GroupDecided, viewer.actor(), about)
        .fact("group", &group.id)
        .fact("differences", progress.included)
        .fact("left_out", left)
        .fact("reason", &group.note);
    let event = match &group.choice {
        GroupChoice::Keep { system } => event.fact("outcome", "keep").fact("system", system),
        GroupChoice::KeepOthers { system } => event.fact("outcome", "keep_others").fact("system", system),
        GroupChoice::LeaveDifferent { .. } => event.fact("outcome", "leave_different"),
    };
    match &group.incident {
        Some(incident) => event.fact("incident", incident),
        None => event,
    }
}

/// The incident that a group was made of has its choice.
async fn choose_incident(
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
