//! What a group decided is taken back, all of it or some: undone while nothing was sent, reversed
//! afterwards. The worker does it row by row, each the way of a single decision, and goes on after a restart.
//! Where a second person has to approve one row of a reversal, one approval is asked for all of it.

use super::approve::{event, hours_of, is_awaiting};
use super::{READ, asks_approval, policy_of};
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::{Approval, Standing, digest};
use crate::domain::audit::{About, Action, Event};
use crate::domain::group::{Back, TakingBack};
use crate::domain::ids::{DifferenceId, FieldId, GroupId, ResolutionId};
use crate::domain::notice::NoticeKind;
use crate::engine::approvals::{Request, ask_nobody};
use crate::engine::incidents::because;
use crate::engine::review::nobody_waits;
use crate::engine::{Engine, Refusal, Setup};
use crate::faults::{self, Point};
use crate::store::groups::{self, Group, Member, asked, rows};
use crate::store::{Session, StoreError, WriteSession, records, resolutions};

/// Rows taken back before the worker looks around.
const BATCH: i64 = 50;

/// Which rows.
#[derive(Clone, Debug)]
pub enum Which {
    All,
    These(Vec<DifferenceId>),
}

/// What is to be taken back, and how.
#[derive(Clone, Debug)]
pub struct TakeBack {
    pub way: Back,
    pub rows: Which,
    /// Why: asked for where it is reversed.
    pub reason: String,
}

impl Engine {
    /// Takes back what a group decided: from now on the worker does, unless a second person has to approve
    /// the reversal first. Undoing all of one that is still being decided stops it; of one that awaits an
    /// approval, to be decided or to be reversed, it takes the question back.
    ///
    /// # Errors
    /// The viewer did not decide it and is no manager; nothing of it can be taken back so; some of it is
    /// being taken back; or a reversal has no reason.
    pub async fn take_back(&self, viewer: &Viewer, id: &GroupId, asked: TakeBack) -> Result<Group, Refusal> {
        let reason = match asked.way {
            Back::Reverse => because(&asked.reason)?,
            Back::Undo => asked.reason.trim().chars().take(500).collect(),
        };
        let (viewer, id, setup) = (viewer.clone(), id.clone(), self.reload().await?);
        let begun = self
            .store
            .write(async move |w| {
                let group = groups::lock(w, &viewer, &id).await?.ok_or(Refusal::NotFound("group"))?;
                let own = group.actor.id == viewer.user.0 && viewer.may(Right::Decide);
                if !own && !viewer.may(Right::Reverse) {
                    return Err(Refusal::Forbidden);
                }
                if is_awaiting(&group) {
                    return withdraw(w, &viewer, group).await;
                }
                if group.awaits_reversal() && asked.way == Back::Undo && matches!(asked.rows, Which::All) {
                    return withdraw_reversal(w, &viewer, group).await;
                }
                if group.back.is_some() {
                    let text = "some of it is being taken back: wait until that has ended";
                    return Err(Refusal::WrongState(text.to_owned()));
                }
                let (these, mut marked) = match &asked.rows {
                    Which::All => (None, 0),
                    Which::These(rows) => (Some(rows.as_slice()), 0),
                };
                if these.is_none() && asked.way == Back::Undo && group.state == "working" {
                    marked += rows::stop(w, &id).await?;
                }
                marked += rows::ask_back(w, &id, asked.way, these).await?;
                if marked == 0 {
                    let text = "nothing of it can be taken back so any longer";
                    return Err(Refusal::WrongState(text.to_owned()));
                }
                let (by, reason) = (viewer.actor(), reason.clone());
                let back = TakingBack { way: asked.way, by, reason };
                begin(w, &setup, group, back, marked).await
            })
            .await?;
        self.many_asked.notify_one();
        Ok(begun)
    }

    /// Takes some rows of a group back; once none is left, that has ended.
    pub(in crate::engine::incidents) async fn back_some(
        &self,
        group: &Group,
        back: &TakingBack,
    ) -> Result<(), Refusal> {
        let mut session = self.store.session().await?;
        let first = DifferenceId::default();
        let members = rows::asked_back(&mut session, &group.id, &first, BATCH).await?;
        drop(session);
        if members.is_empty() {
            let id = group.id.clone();
            let end = async move |w: &mut WriteSession| {
                Ok::<_, StoreError>((asked::save_back(w, &id, None).await?, Vec::new()))
            };
            return Ok(self.store.write(end).await?);
        }
        let viewer = self.as_now(&back.by).await?;
        let approval = group.back_approval.clone().filter(|own| own.standing == Standing::Approved);
        for member in members {
            let done = match (&viewer, &member.resolution) {
                (Some(viewer), Some(id)) => self.take_row_back(viewer, (back, &approval), id).await?,
                _ => Err("who asked for it may not any longer".to_owned()),
            };
            let (state, detail) = match done {
                Ok(()) => (back.way.done(), String::new()),
                Err(why) => ("kept", why),
            };
            let (group, Member { difference, .. }) = (group.id.clone(), member);
            let keep = async move |w: &mut WriteSession| {
                rows::save_back(w, &group, &difference, state, &detail).await?;
                Ok::<_, StoreError>(((), Vec::new()))
            };
            self.store.write(keep).await?;
            faults::pass(Point::K23);
        }
        Ok(())
    }

    /// Takes one decision back, or says why it stays.
    async fn take_row_back(
        &self,
        viewer: &Viewer,
        (back, approval): (&TakingBack, &Option<Approval>),
        id: &ResolutionId,
    ) -> Result<Result<(), String>, Refusal> {
        if self.is_back(viewer, back.way, id).await? {
            return Ok(Ok(()));
        }
        if back.way == Back::Reverse && approval.is_none() && self.asks_second(viewer, id).await? {
            return Ok(Err("a second person has to approve this: reverse it by itself".to_owned()));
        }
        let done = match back.way {
            Back::Undo => self.undo(viewer, id).await,
            Back::Reverse => self.reverse_as(viewer, id, &back.reason, approval.clone()).await,
        };
        match done {
            Ok(_) => Ok(Ok(())),
            Err(Refusal::Store(error)) if !error.is_lasting() => Err(error.into()),
            Err(other) => Ok(Err(other.to_string())),
        }
    }

    /// Whether reversing it would wait for a second person, as its policy says since the whole was asked for.
    async fn asks_second(&self, viewer: &Viewer, id: &ResolutionId) -> Result<bool, StoreError> {
        let (setup, mut session) = (self.reload().await?, self.store.session().await?);
        let Some(decision) = resolutions::get(&mut session, viewer, id).await? else { return Ok(false) };
        let record = records::get(&mut session, viewer, &decision.record).await?;
        let Some(entity) = record.and_then(|record| setup.catalog.entity(&record.entity)) else {
            return Ok(false);
        };
        let slots = decision.outcomes.iter().filter_map(|chosen| entity.slot(&chosen.field));
        Ok(slots.into_iter().any(|slot| setup.policy(entity, &slot).second_approver))
    }

    /// Whether it was taken back already: by a worker that went away before it could note it down.
    async fn is_back(&self, viewer: &Viewer, way: Back, id: &ResolutionId) -> Result<bool, StoreError> {
        let mut session = self.store.session().await?;
        let Some(decision) = resolutions::get(&mut session, viewer, id).await? else {
            return Ok(false);
        };
        if way == Back::Undo {
            return Ok(decision.state == "undone");
        }
        let all = resolutions::reversals(&mut session, std::slice::from_ref(&decision.record)).await?;
        Ok(all.iter().any(|reversal| reversal.reverses() == Some(id)))
    }
}

/// What was marked is taken back from now on, or once somebody else has approved it.
async fn begin(
    w: &mut WriteSession,
    setup: &Setup,
    group: Group,
    back: TakingBack,
    marked: u64,
) -> Result<(Group, Vec<Event>), Refusal> {
    asked::save_back(w, &group.id, Some(&back)).await?;
    let fields = rows::fields_back(w, &group.id).await?;
    if back.way == Back::Reverse && asks_for_all(setup, &group, &fields) {
        let hours = hours_of(setup, &group.entity, &fields);
        let own = Approval::asked(digest_back(w, &group, &back).await?, w.now(), hours);
        asked::save_back_approval(w, &group.id, Some(&own)).await?;
        let request = Request::of_group(&group, &back.by);
        request.tell_approvers(w, NoticeKind::ApprovalAsked, &fields).await?;
        let asks = Event { actor: back.by.clone(), ..event(Action::ApprovalAsked, &group, &own) };
        let asks = asks.fact("differences", marked).fact("reversal", "yes").value("reason", &back.reason);
        return Ok((Group { back: Some(back), back_approval: Some(own), ..group }, vec![asks]));
    }
    asked::save_back_approval(w, &group.id, None).await?;
    let event = taken_back(&group, &back).fact("differences", marked);
    Ok((Group { back: Some(back), back_approval: None, ..group }, vec![event]))
}

/// Whether a second person has to approve the reversal of what was marked: as deciding it at once would.
fn asks_for_all(setup: &Setup, group: &Group, fields: &[FieldId]) -> bool {
    let mut policies = fields.iter().filter_map(|field| policy_of(setup, &group.entity, field));
    policies.any(|policy| asks_approval(&policy))
}

/// What the approval of a reversal is bound to: why, and every decision that is reversed.
pub(super) async fn digest_back(
    s: &mut Session,
    group: &Group,
    back: &TakingBack,
) -> Result<String, StoreError> {
    let mut parts = vec![group.id.0.clone(), back.way.as_str().to_owned(), back.reason.clone()];
    parts.push(back.by.id.clone());
    let mut after = DifferenceId::default();
    loop {
        let page = rows::asked_back(s, &group.id, &after, READ).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.difference);
        for member in page {
            parts.extend([member.difference.0, member.resolution.unwrap_or_default().0]);
        }
    }
    Ok(digest(parts.iter().map(String::as_str)))
}

/// Nothing is reversed after all: the rows stand as they did, and the group says how that came.
pub(super) async fn leave(w: &mut WriteSession, group: Group, ended: Approval) -> Result<Group, StoreError> {
    rows::leave(w, &group.id).await?;
    asked::save_back(w, &group.id, None).await?;
    asked::save_back_approval(w, &group.id, Some(&ended)).await?;
    Ok(Group { back: None, back_approval: Some(ended), ..group })
}

/// Takes the question back whether a group may be reversed.
async fn withdraw_reversal(
    w: &mut WriteSession,
    viewer: &Viewer,
    group: Group,
) -> Result<(Group, Vec<Event>), Refusal> {
    let Some(asked) = group.back_approval.clone() else { return Ok((group, Vec::new())) };
    let ended = asked.end(Standing::Undone, viewer.actor(), w.now(), "").map_err(nobody_waits)?;
    ask_nobody(w, &format!("/groups/{}", group.id)).await?;
    let told = Event { actor: viewer.actor(), ..event(Action::ApprovalEnded, &group, &asked) };
    Ok((leave(w, group, ended).await?, vec![told.fact("reversal", "yes")]))
}

/// Takes the question back that a group asks a second person.
async fn withdraw(
    w: &mut WriteSession,
    viewer: &Viewer,
    group: Group,
) -> Result<(Group, Vec<Event>), Refusal> {
    let Some(asked) = group.approval.clone().filter(Approval::is_awaited) else {
        return Ok((group, Vec::new()));
    };
    let ended = asked.end(Standing::Undone, viewer.actor(), w.now(), "").map_err(nobody_waits)?;
    asked::save_approval(w, &group.id, &ended).await?;
    ask_nobody(w, &format!("/groups/{}", group.id)).await?;
    let event = Event { actor: viewer.actor(), ..event(Action::ApprovalEnded, &group, &asked) };
    Ok((Group { approval: Some(ended), ..group }, vec![event]))
}

pub(super) fn taken_back(group: &Group, back: &TakingBack) -> Event {
    let about = About { entity: Some(group.entity.clone()), ..About::default() };
    let event = Event::new(Action::GroupTakenBack, back.by.clone(), about).fact("group", &group.id);
    event.fact("how", back.way.as_str()).value("reason", &back.reason)
}
