//! Deciding as a group: one outcome for a frozen set of differences, an incident's or those that are
//! alike. Frozen first and shown with what is left out; then decided one by one by the worker, each the
//! way of a single decision.

mod approve;
mod back;
mod decide;
mod draft;

pub(in crate::engine) use approve::look_at_group;
pub use back::{TakeBack, Which};

use super::because;
use crate::domain::access::{Right, Viewer};
use crate::domain::group::{Excluded, GroupChoice, Row};
use crate::domain::ids::{DifferenceId, EntityId, FieldId, GroupId};
use crate::domain::policy::{Effective, Stakes};
use crate::domain::resolution::{self, Outcome, Reason};
use crate::domain::time::Time;
use crate::domain::value::Held;
use crate::engine::{Engine, Refusal, Setup};
use crate::store::conflicts::{Conflict, Difference};
use crate::store::groups::{self, Group, Member, Of};
use crate::store::incidents::Incident;
use crate::store::{Session, StoreError, conflicts, records};
use chrono::TimeDelta;
use std::collections::HashMap;

/// Differences of one group at most; the rest stays for another one.
const MOST: usize = 100_000;
/// Differences looked at in one read.
const READ: i64 = 500;
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

/// A set as it was frozen.
#[derive(Default)]
struct Set {
    members: Vec<Member>,
    whole: bool,
    entity: Option<EntityId>,
    /// A second person has to approve it.
    needs_approval: bool,
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

    /// What was left out for that reason.
    #[must_use]
    pub fn left_out(&self, why: Excluded) -> i64 {
        self.excluded.iter().filter(|(own, _)| own == why.as_str()).map(|(_, count)| count).sum()
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
        if let Some((entity, field)) =
            asked.of.view().and_then(|view| view.filter.entity.as_ref().zip(view.filter.field.as_ref()))
        {
            setup.check_sight(viewer, entity, field)?;
        }
        check_one(&setup, &asked)?;
        let incident = self.open_incident(viewer, &asked.of).await?;
        let Set { members, whole, entity, needs_approval } = self.members(viewer, &setup, &asked).await?;
        let Some(entity) = entity else {
            return Err(Refusal::WrongState("nothing of it is open any longer".to_owned()));
        };
        let group = Group {
            id: GroupId::default(),
            incident: incident.map(|incident| incident.id),
            entity,
            pattern: if let Of::Alike(pattern) = &asked.of { pattern.clone() } else { String::new() },
            field: asked.of.view().and_then(|view| view.filter.field.clone()).unwrap_or_default(),
            view: asked.of.view().map(|view| view.query.clone()).unwrap_or_default(),
            needs_approval,
            approval: None,
            back: None,
            back_approval: None,
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

    async fn members(&self, viewer: &Viewer, setup: &Setup, asked: &Asked) -> Result<Set, Refusal> {
        let mut session = self.store.session().await?;
        let (mut set, mut after) = (Set::default(), DifferenceId::default());
        let now = self.now();
        loop {
            let page = groups::candidates(&mut session, viewer, &asked.of, &after, now, READ).await?;
            let Some(last) = page.last() else { return Ok(Set { whole: true, ..set }) };
            after.clone_from(&last.id);
            set.entity.get_or_insert_with(|| last.entity.clone());
            let ids: Vec<_> = page.iter().map(|difference| difference.conflict.clone()).collect();
            let all = conflicts::conflicts_of_ids(&mut session, &ids).await?;
            let all: HashMap<_, Conflict> = all.into_iter().map(|one| (one.id.clone(), one)).collect();
            for difference in page {
                let Some(conflict) = all.get(&difference.conflict) else { continue };
                let fits = fits(setup, viewer, conflict, &difference, &asked.choice, now);
                let policy = policy(setup, &difference);
                if fits.is_ok() && asked.reason.is_none() && policy.reason_asked {
                    return Err(Refusal::Invalid("The policy of a field asks for a reason".to_owned()));
                }
                let asks = asks_approval(&policy);
                set.needs_approval |= fits.is_ok() && asks;
                let becomes = fits.as_ref().map(|outcome| asked.choice.becomes(&difference.dispute, outcome));
                let becomes = becomes.unwrap_or_default();
                let member = member(conflict, difference, fits.err(), becomes);
                set.members.push(Member { asks, ..member });
            }
            if set.members.len() >= MOST {
                return Ok(set);
            }
        }
    }

    /// How far a group is.
    ///
    /// # Errors
    /// The store failed.
    pub async fn progress(&self, id: &GroupId) -> Result<Progress, StoreError> {
        progress_of(&mut self.store.session().await?, id).await
    }

    /// A group.
    ///
    /// # Errors
    /// There is none of that id for this viewer, or the store failed.
    pub async fn group(&self, viewer: &Viewer, id: &GroupId) -> Result<Group, Refusal> {
        let found = groups::get(&mut self.session_for(viewer).await?, viewer, id).await?;
        found.ok_or(Refusal::NotFound("group"))
    }
}

/// How far a group is, as this session sees it.
async fn progress_of(s: &mut Session, id: &GroupId) -> Result<Progress, StoreError> {
    let mut progress = Progress::default();
    for count in groups::counts(s, id).await? {
        match count.value.split_once('/') {
            None if count.value == "included" => progress.included = count.count,
            None => progress.decided = count.count,
            Some((_, why)) => progress.excluded.push((why.to_owned(), count.count)),
        }
    }
    Ok(progress)
}

/// One value for all is a value of the field.
fn check_one(setup: &Setup, asked: &Asked) -> Result<(), Refusal> {
    let GroupChoice::One { values } = &asked.choice else { return Ok(()) };
    let filter = asked.of.view().map(|view| &view.filter);
    let entity = filter.and_then(|filter| setup.catalog.entity(filter.entity.as_ref()?));
    let slot = entity.and_then(|entity| entity.slot(filter?.field.as_ref()?));
    let slot = slot.ok_or_else(|| Refusal::Invalid("One value is for one field".to_owned()))?;
    // Emptying very many fields at once is decided one by one.
    if values.iter().all(Held::is_blank) {
        return Err(Refusal::Invalid("Type the value that all of them get".to_owned()));
    }
    let typed = resolution::check_typed(&slot, values);
    typed.map_err(|error| Refusal::Invalid(error.to_string()))
}

fn left(why: Excluded) -> (Excluded, String) {
    (why, String::new())
}

fn policy(setup: &Setup, difference: &Difference) -> Effective {
    let known = policy_of(setup, &difference.entity, &difference.dispute.field);
    known.unwrap_or_else(|| difference.dispute.policy.clone())
}

/// The policy in force; None where the kind of record is not configured any longer.
fn policy_of(setup: &Setup, entity: &EntityId, field: &FieldId) -> Option<Effective> {
    let entity = setup.catalog.entity(entity)?;
    Some(match entity.slot(field) {
        Some(slot) => setup.policy(entity, &slot),
        None => setup.policies.effective_for_record(entity),
    })
}

/// Whether a difference may be decided together with others like it.
#[must_use]
pub fn may_be_grouped(setup: &Setup, difference: &Difference) -> bool {
    policy(setup, difference).bulk_allowed
}

/// What a choice means for a difference as it stands, or why it is left out.
fn fits(
    setup: &Setup,
    viewer: &Viewer,
    conflict: &Conflict,
    difference: &Difference,
    choice: &GroupChoice,
    now: Time,
) -> Result<Outcome, (Excluded, String)> {
    if !difference.state.is_open() {
        return Err(left(Excluded::Decided));
    }
    let claimed = conflict.claimed_by.as_ref().filter(|_| conflict.claimed_until.is_some_and(|u| u > now));
    if let Some(by) = claimed.filter(|by| **by != viewer.user) {
        return Err((Excluded::Claimed, by.0.clone()));
    }
    if setup.sight(viewer).hides(&difference.entity, &difference.dispute.field) {
        return Err(left(Excluded::NoRight));
    }
    if !may_be_grouped(setup, difference) {
        return Err(left(Excluded::HighStakes));
    }
    let slot = setup.catalog.entity(&difference.entity);
    let slot = slot.and_then(|entity| entity.slot(&difference.dispute.field));
    let row = Row { id: &difference.id, dispute: &difference.dispute, slot: slot.as_ref() };
    choice.outcome(&row).map_err(left)
}

/// Many at once in a field of high stakes are approved as well, where its policy allows them at all.
fn asks_approval(policy: &Effective) -> bool {
    policy.second_approver || policy.stakes == Stakes::High
}

fn member(
    conflict: &Conflict,
    difference: Difference,
    out: Option<(Excluded, String)>,
    becomes: String,
) -> Member {
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
        asks: false,
        becomes,
        back: String::new(),
        back_detail: String::new(),
    }
}
