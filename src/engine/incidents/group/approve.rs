//! One approval for a whole group: its set is frozen, and nothing of it is decided before somebody else
//! has approved exactly that set.

use super::back::{digest_back, leave, taken_back};
use super::decide::{choose_incident, told};
use super::{READ, asks_approval, policy_of, progress_of};
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::{Approval, NotAwaited, Standing, digest};
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::group::TakingBack;
use crate::domain::ids::{DifferenceId, EntityId, FieldId, GroupId};
use crate::domain::notice::NoticeKind;
use crate::engine::approvals::{self, Request, Step};
use crate::engine::review::{because, check_right, decider, nobody_waits, not_as_shown};
use crate::engine::{Engine, Refusal, Setup};
use crate::store::groups::{self, Group, asked, rows};
use crate::store::resolutions::approvals::What;
use crate::store::{Session, StoreError, WriteSession};

impl Engine {
    /// Asks somebody else to approve a frozen set.
    pub(super) async fn ask_group_approval(&self, group: Group, differences: i64) -> Result<Group, Refusal> {
        let setup = self.setup();
        self.store
            .write(async move |w| {
                let found = groups::lock(w, &Viewer::referee(), &group.id).await?;
                let draft = found.filter(|group| group.state == "draft" && !is_awaiting(group));
                let Some(draft) = draft else {
                    return Err(Refusal::WrongState("this set was decided already".to_owned()));
                };
                // Nobody ticks anything of it meanwhile.
                if progress_of(w, &draft.id).await?.included != differences {
                    return Err(not_as_shown());
                }
                let fields = rows::fields_asking(w, &draft.id).await?;
                let hours = hours_of(&setup, &draft.entity, &fields);
                let asked = Approval::asked(digest_of(w, &draft).await?, w.now(), hours);
                asked::save_approval(w, &draft.id, &asked).await?;
                let request = Request::of_group(&draft, &draft.actor);
                let fields = rows::fields(w, &draft.id).await?;
                request.tell_approvers(w, NoticeKind::ApprovalAsked, &fields).await?;
                let event = event(Action::ApprovalAsked, &draft, &asked);
                let event = Event { actor: draft.actor.clone(), ..event }.fact("differences", differences);
                Ok((Group { approval: Some(asked), ..draft }, vec![event]))
            })
            .await
    }

    /// Approves a group, which is then decided as it was frozen, or reversed as it was asked for. `seen` is
    /// the digest that the page showed.
    ///
    /// # Errors
    /// The viewer may not, or asked for it; nobody waits for it any longer; it is not what the page showed.
    pub async fn approve_group(&self, viewer: &Viewer, id: &GroupId, seen: &str) -> Result<Group, Refusal> {
        let (viewer, id, seen, setup) = (viewer.clone(), id.clone(), seen.to_owned(), self.setup());
        let begun = self
            .store
            .write(async move |w| {
                let awaited = awaited(w, &viewer, &id).await?;
                if awaited.1.is_over(w.now()) {
                    return Err(nobody_waits(NotAwaited));
                }
                // Nobody answers for what they may not see.
                for field in rows::fields(w, &id).await? {
                    setup.check_sight(&viewer, &awaited.0.entity, &field)?;
                }
                match awaited {
                    (group, asked, Some(back)) => {
                        approve_reversal(w, &viewer, (group, asked, back), &seen).await
                    }
                    (group, asked, None) => approve_decision(w, &viewer, (group, asked), &seen).await,
                }
            })
            .await?;
        self.many_asked.notify_one();
        Ok(begun)
    }

    /// Sends a group back to who decided it, who may change the set and ask again; or its reversal, which
    /// leaves all as it was.
    ///
    /// # Errors
    /// The viewer may not, or asked for it; nobody waits for it any longer; or no reason was given.
    pub async fn send_group_back(
        &self,
        viewer: &Viewer,
        id: &GroupId,
        reason: &str,
    ) -> Result<Group, Refusal> {
        let (viewer, id, reason) = (viewer.clone(), id.clone(), because(reason)?);
        self.store
            .write(async move |w| {
                let (group, asked, back) = awaited(w, &viewer, &id).await?;
                let ended = asked.end(Standing::SentBack, viewer.actor(), w.now(), &reason);
                let ended = ended.map_err(nobody_waits)?;
                let by = back.as_ref().map_or(&group.actor, |back| &back.by);
                let request = Request::of_group(&group, by);
                request.tell_end(w, NoticeKind::ApprovalRefused, Some(&viewer)).await?;
                let event = event(Action::ApprovalSentBack, &group, &asked).value("reason", &reason);
                let event = Event { actor: viewer.actor(), ..event };
                if back.is_some() {
                    let event = event.fact("reversal", "yes");
                    return Ok((leave(w, group, ended).await?, vec![event]));
                }
                asked::save_approval(w, &id, &ended).await?;
                Ok((Group { approval: Some(ended), ..group }, vec![event]))
            })
            .await
    }
}

async fn approve_decision(
    w: &mut WriteSession,
    viewer: &Viewer,
    (group, asked): (Group, Approval),
    seen: &str,
) -> Result<(Group, Vec<Event>), Refusal> {
    let (bound, progress) = (digest_of(w, &group).await?, progress_of(w, &group.id).await?);
    check_seen(&bound, &asked, seen)?;
    let decider = decider(w, &group.actor, &group.entity, &[Right::Decide]).await?;
    let approved = asked.end(Standing::Approved, viewer.actor(), w.now(), "").map_err(nobody_waits)?;
    asked::save_approval(w, &group.id, &approved).await?;
    Request::of_group(&group, &group.actor).tell_end(w, NoticeKind::ApprovalGiven, Some(viewer)).await?;
    if !groups::start(w, &group.id).await? {
        return Err(nobody_waits(NotAwaited));
    }
    let mut events = vec![approved_by(viewer, &group, &asked, &group.actor)];
    events.push(told(group.actor.clone(), &group, &progress));
    events.extend(choose_incident(w, &decider, &group).await?);
    let (state, chosen_at) = ("working".to_owned(), Some(w.now()));
    Ok((Group { state, chosen_at, approval: Some(approved), ..group }, events))
}

async fn approve_reversal(
    w: &mut WriteSession,
    viewer: &Viewer,
    (group, asked, back): (Group, Approval, TakingBack),
    seen: &str,
) -> Result<(Group, Vec<Event>), Refusal> {
    check_seen(&digest_back(w, &group, &back).await?, &asked, seen)?;
    decider(w, &back.by, &group.entity, &[Right::Decide, Right::Reverse]).await?;
    let approved = asked.end(Standing::Approved, viewer.actor(), w.now(), "").map_err(nobody_waits)?;
    asked::save_back_approval(w, &group.id, Some(&approved)).await?;
    Request::of_group(&group, &back.by).tell_end(w, NoticeKind::ApprovalGiven, Some(viewer)).await?;
    let rows = rows::count_back(w, &group.id).await?;
    let events = vec![
        approved_by(viewer, &group, &asked, &back.by).fact("reversal", "yes"),
        taken_back(&group, &back).fact("differences", rows),
    ];
    Ok((Group { back_approval: Some(approved), ..group }, events))
}

/// Reminds of a request whose half has passed, or ends it: the set stays as it was frozen, or nothing is
/// reversed, and it can be asked for again.
pub(in crate::engine) async fn look_at_group(
    w: &mut WriteSession,
    id: &GroupId,
) -> Result<Vec<Event>, Refusal> {
    let (group, asked, back) = match awaited(w, &Viewer::referee(), id).await {
        Ok(found) => found,
        // It was answered meanwhile.
        Err(Refusal::WrongState(_) | Refusal::NotFound(_)) => return Ok(Vec::new()),
        Err(other) => return Err(other),
    };
    let (now, step) = (w.now(), Step::of(&asked, w.now()));
    let by = back.as_ref().map_or(&group.actor, |back| &back.by).clone();
    match step {
        Step::Nothing => return Ok(Vec::new()),
        Step::Prolong | Step::Remind => {
            let later = step.on(&asked, now);
            match back {
                Some(_) => asked::save_back_approval(w, id, Some(&later)).await?,
                None => asked::save_approval(w, id, &later).await?,
            }
            let (request, fields) = (Request::of_group(&group, &by), rows::fields(w, id).await?);
            request.tell_approvers(w, NoticeKind::ApprovalDue, &fields).await?;
            return Ok(Vec::new());
        }
        Step::Expire => {}
    }
    let request = Request::of_group(&group, &by);
    let what = if back.is_some() { What::Reversal } else { What::Group };
    request.tell_end(w, NoticeKind::ApprovalExpired, None).await?;
    request.alarm(w, what, id.as_str()).await?;
    let expired = asked.end(Standing::Expired, Actor::referee(), now, "").map_err(nobody_waits)?;
    let told = event(Action::ApprovalExpired, &group, &asked).fact("decided_by", &by.id);
    let told = Event { actor: Actor::referee(), ..told };
    if back.is_some() {
        leave(w, group, expired).await?;
        return Ok(vec![told.fact("reversal", "yes")]);
    }
    asked::save_approval(w, id, &expired).await?;
    Ok(vec![told])
}

/// Hours in which somebody answers what is asked about these fields.
pub(super) fn hours_of(setup: &Setup, entity: &EntityId, fields: &[FieldId]) -> u32 {
    let policies: Vec<_> = fields.iter().filter_map(|field| policy_of(setup, entity, field)).collect();
    approvals::hours(policies.iter().filter(|policy| asks_approval(policy)))
}

/// Refuses an approval of something else than what was asked for, or than what the page showed.
fn check_seen(bound: &str, asked: &Approval, seen: &str) -> Result<(), Refusal> {
    if bound == asked.digest && (seen == bound || seen == asked.short()) {
        Ok(())
    } else {
        Err(not_as_shown())
    }
}

fn approved_by(viewer: &Viewer, group: &Group, asked: &Approval, decider: &Actor) -> Event {
    let event = event(Action::Approved, group, asked).fact("decided_by", &decider.id);
    Event { actor: viewer.actor(), ..event }
}

/// What an approval of a group is bound to: its choice, and every row with the values it was frozen over.
async fn digest_of(s: &mut Session, group: &Group) -> Result<String, StoreError> {
    let mut parts = vec![group.id.0.clone(), serde_json::to_string(&group.choice)?, group.reason.clone()];
    parts.push(group.note.clone());
    let mut after = DifferenceId::default();
    loop {
        let page = groups::members(s, &group.id, "included", &after, READ).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.difference);
        for member in page {
            parts.extend([member.difference.0, member.fingerprint, member.becomes]);
        }
    }
    Ok(digest(parts.iter().map(String::as_str)))
}

pub(super) fn is_awaiting(group: &Group) -> bool {
    group.approval.as_ref().is_some_and(Approval::is_awaited)
}

/// A group that awaits the viewer's word, and what is to be taken back where that is what it is about.
async fn awaited(
    w: &mut WriteSession,
    viewer: &Viewer,
    id: &GroupId,
) -> Result<(Group, Approval, Option<TakingBack>), Refusal> {
    let group = groups::lock(w, viewer, id).await?.ok_or(Refusal::NotFound("group"))?;
    let back = group.back.clone().filter(|_| group.awaits_reversal());
    check_right(viewer, back.as_ref().map_or(&group.actor, |back| &back.by))?;
    let asked = if back.is_some() { &group.back_approval } else { &group.approval };
    let asked = asked.clone().filter(Approval::is_awaited).ok_or(NotAwaited).map_err(nobody_waits)?;
    Ok((group, asked, back))
}

pub(super) fn event(action: Action, group: &Group, asked: &Approval) -> Event {
    let about = About { entity: Some(group.entity.clone()), ..About::default() };
    let event = Event::new(action, group.actor.clone(), about);
    event.fact("group", &group.id).value("digest", asked.short())
}
