//! A second person's word: approved, a decision goes on as it was made; sent back, it is open again with
//! its draft. It is for exactly what was decided, and never for one's own.

use super::decide::{check_policy_version, check_values, left_out};
use super::record::{Owner, bound_to, exception, settled};
use super::undo::{reopen, undo_deliveries};
use super::work::{Worked, compared};
use super::{about, locked};
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::{Approval, Barred, NotAwaited, Standing, may_approve};
use crate::domain::audit::{About, Action, Actor, ActorKind, Event};
use crate::domain::ids::{EntityId, ResolutionId, UserId};
use crate::domain::notice::NoticeKind;
use crate::domain::policy::Effective;
use crate::domain::resolution::{Outcome, Reason};
use crate::domain::time::Time;
use crate::engine::approvals::{Request, Step, ask_nobody};
use crate::engine::detect::{refresh, resolution_state};
use crate::engine::once::{Receipt, Told};
use crate::engine::{Engine, Refusal, Setup};
use crate::store::conflicts::{Conflict, Difference};
use crate::store::resolutions::approvals::{self, What};
use crate::store::resolutions::{self, Delivery, Resolution};
use crate::store::{WriteSession, conflicts, exceptions, field_decisions, holdings, users};
use std::sync::Arc;

/// Characters of a reason.
const MOST: usize = 500;

impl Engine {
    /// Approves a decision, which is then held and sent. `digest` is what the page showed of it.
    ///
    /// # Errors
    /// The viewer may not, or decided it; nobody waits for it any longer; it is not what the page showed;
    /// or a value moved, which ends it.
    pub async fn approve(
        &self,
        viewer: &Viewer,
        id: &ResolutionId,
        digest: &str,
        receipt: Option<Receipt<Told>>,
    ) -> Result<Resolution, Refusal> {
        let setup = self.reload().await?;
        let (by, of, seen) = (viewer.clone(), id.clone(), digest.to_owned());
        let approved = self
            .store
            .write(async move |w| {
                let (decision, events) = approve_in(w, &setup, &by, &of, &seen).await?;
                if let Some(receipt) = &receipt {
                    receipt.keep_decision(w, setup.clone(), &by, &decision).await?;
                }
                Ok((decision, events))
            })
            .await;
        if matches!(approved, Err(Refusal::Stale)) {
            self.end_approval(viewer, id).await?;
        }
        approved
    }

    /// Sends a decision back to who made it: it is open again, with its draft.
    ///
    /// # Errors
    /// The viewer may not, or decided it; nobody waits for it any longer; or no reason was given.
    pub async fn send_decision_back(
        &self,
        viewer: &Viewer,
        id: &ResolutionId,
        reason: &str,
        receipt: Option<Receipt<Told>>,
    ) -> Result<Resolution, Refusal> {
        let reason = because(reason)?;
        let (viewer, id, setup) = (viewer.clone(), id.clone(), self.setup());
        self.store
            .write(async move |w| {
                let (decision, conflict, asked) = awaited(w, &viewer, &id).await?;
                let sent_back = asked.end(Standing::SentBack, viewer.actor(), w.now(), &reason);
                let event = told(Action::ApprovalSentBack, viewer.actor(), &conflict, &decision, &asked);
                let sent_back = sent_back.map_err(nobody_waits)?;
                let request = Request::of_decision(&conflict, &decision.actor, &id);
                request.tell_end(w, NoticeKind::ApprovalRefused, Some(&viewer)).await?;
                let (decision, mut events) = take_back(w, decision, conflict, sent_back, "undone").await?;
                events.insert(0, event.value("reason", &reason));
                if let Some(receipt) = &receipt {
                    receipt.keep_decision(w, setup.clone(), &viewer, &decision).await?;
                }
                Ok((decision, events))
            })
            .await
    }

    /// Ends an approval over values that moved, and judges them.
    async fn end_approval(&self, viewer: &Viewer, id: &ResolutionId) -> Result<(), Refusal> {
        let (by, of) = (viewer.clone(), id.clone());
        let ended: Result<_, Refusal> = self
            .store
            .write(async move |w| {
                let (decision, conflict, asked) = awaited(w, &by, &of).await?;
                let ended = asked.end(Standing::Ended, Actor::referee(), w.now(), "");
                let event = told(Action::ApprovalEnded, Actor::referee(), &conflict, &decision, &asked);
                let (conflict_id, ended) = (conflict.id.clone(), ended.map_err(nobody_waits)?);
                ask_nobody(w, &format!("/resolutions/{of}")).await?;
                let (_, mut events) = take_back(w, decision, conflict, ended, "overtaken").await?;
                events.insert(0, event);
                Ok((conflict_id, events))
            })
            .await;
        match ended {
            Ok(conflict) => self.judge_conflict(viewer, &conflict).await,
            // It was ended meanwhile.
            Err(Refusal::WrongState(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// Reminds of a request whose half has passed, or ends it: the decision is open again, with its draft.
pub(in crate::engine) async fn look_at_decision(
    w: &mut WriteSession,
    id: &ResolutionId,
) -> Result<Vec<Event>, Refusal> {
    let (decision, conflict, asked) = match awaited(w, &Viewer::referee(), id).await {
        Ok(found) => found,
        // It was answered meanwhile.
        Err(Refusal::WrongState(_) | Refusal::NotFound(_)) => return Ok(Vec::new()),
        Err(other) => return Err(other),
    };
    let (now, by) = (w.now(), decision.actor.clone());
    let request = Request::of_decision(&conflict, &by, id);
    let step = Step::of(&asked, now);
    match step {
        Step::Nothing => return Ok(Vec::new()),
        Step::Prolong | Step::Remind => {
            request.tell_approvers(w, NoticeKind::ApprovalDue, &decision.fields()).await?;
            approvals::save(w, id, &step.on(&asked, now)).await?;
            return Ok(Vec::new());
        }
        Step::Expire => {}
    }
    request.tell_end(w, NoticeKind::ApprovalExpired, None).await?;
    request.alarm(w, What::Decision, id.as_str()).await?;
    let expired = asked.end(Standing::Expired, Actor::referee(), now, "").map_err(nobody_waits)?;
    let event = told(Action::ApprovalExpired, Actor::referee(), &conflict, &decision, &asked);
    let (_, mut events) = take_back(w, decision, conflict, expired, "undone").await?;
    events.insert(0, event);
    Ok(events)
}

/// Why, trimmed.
///
/// # Errors
/// It is empty, or too long.
pub(in crate::engine) fn because(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MOST {
        return Err(Refusal::Invalid(format!("say in 1 to {MOST} characters why it is sent back")));
    }
    Ok(reason.to_owned())
}

pub(in crate::engine) fn nobody_waits(error: NotAwaited) -> Refusal {
    Refusal::WrongState(error.to_string())
}

/// What was sent is about something else than what is there.
pub(in crate::engine) fn not_as_shown() -> Refusal {
    Refusal::WrongState("this is not what the page showed: look at it again".to_owned())
}

/// Whoever decided, with the rights of now: one of these is enough.
///
/// # Errors
/// The account is no longer there or disabled, or may not any longer.
pub(in crate::engine) async fn decider(
    w: &mut WriteSession,
    actor: &Actor,
    entity: &EntityId,
    rights: &[Right],
) -> Result<Viewer, Refusal> {
    let stored = users::by_id(w, &UserId(actor.id.clone())).await?.filter(|user| !user.disabled);
    let decider = stored.map(|user| user.viewer(actor.kind == ActorKind::Program));
    let may = |own: &Viewer| own.sees(entity) && rights.iter().any(|right| own.may(*right));
    decider
        .filter(may)
        .ok_or_else(|| Refusal::WrongState("who decided this may not any longer: send it back".to_owned()))
}

pub(in crate::engine) fn check_right(viewer: &Viewer, decider: &Actor) -> Result<(), Refusal> {
    may_approve(viewer, decider).map_err(|barred| match barred {
        Barred::Role => Refusal::Forbidden,
        Barred::Own => Refusal::WrongState("this is your own decision: somebody else approves it".to_owned()),
    })
}

/// A decision that awaits the viewer's word, with its conflict locked, so that of two one comes first.
async fn awaited(
    w: &mut WriteSession,
    viewer: &Viewer,
    id: &ResolutionId,
) -> Result<(Resolution, Conflict, Approval), Refusal> {
    let missing = || Refusal::NotFound("decision");
    let found = resolutions::get(w, viewer, id).await?.ok_or_else(missing)?;
    check_right(viewer, &found.actor)?;
    let conflict = locked(w, viewer, &found.conflict).await?;
    let decision = resolutions::get(w, viewer, id).await?.ok_or_else(missing)?;
    let asked = decision.approval.clone().filter(Approval::is_awaited);
    let asked = asked.ok_or(NotAwaited).map_err(nobody_waits)?;
    Ok((decision, conflict, asked))
}

fn told(action: Action, actor: Actor, conflict: &Conflict, decision: &Resolution, asked: &Approval) -> Event {
    let about = About { resolution: Some(decision.id.clone()), ..about(conflict) };
    let event = Event::new(action, actor, about).fact("decision", &decision.id);
    event.value("digest", asked.short()).fact("decided_by", &decision.actor.id)
}

async fn approve_in(
    w: &mut WriteSession,
    setup: &Arc<Setup>,
    viewer: &Viewer,
    id: &ResolutionId,
    seen: &str,
) -> Result<(Resolution, Vec<Event>), Refusal> {
    let (mut decision, conflict, asked) = awaited(w, viewer, id).await?;
    // Ended, though nobody has looked yet.
    if asked.is_over(w.now()) {
        return Err(nobody_waits(NotAwaited));
    }
    for chosen in &decision.outcomes {
        setup.check_sight(viewer, &conflict.entity, &chosen.field)?;
    }
    let rights: &[Right] = match decision.reverses() {
        Some(_) => &[Right::Decide, Right::Reverse],
        None => &[Right::Decide],
    };
    decider(w, &decision.actor, &conflict.entity, rights).await?;
    let current = check_policy_version(w, setup).await;
    current
        .map_err(|_| Refusal::WrongState("the policies changed this moment: look at it again".to_owned()))?;
    let deliveries = resolutions::lock_deliveries(w, id).await?;
    let bound = bound_to(&decision, &deliveries)?;
    if bound != asked.digest || (seen != bound && seen != asked.short()) {
        return Err(not_as_shown());
    }
    let of = std::slice::from_ref(&conflict.id);
    let differences = conflicts::differences(w, of).await?;
    let own = differences.into_iter().filter(|one| one.state.resolution() == Some(id)).collect();
    let worked = worked(setup, &conflict, &decision, own)?;
    let rows = holdings::of_records(w, std::slice::from_ref(&conflict.record)).await?;
    let (apart, held) = (left_out(&rows), compared(setup, &conflict, rows));
    check_values(setup.entity(&conflict.entity)?, &held, &apart, &worked)?;
    let now = w.now();
    let until = now + (decision.held_until - decision.created_at);
    carry_on(w, setup, &mut decision, deliveries, worked, until).await?;
    let approved = asked.end(Standing::Approved, viewer.actor(), now, "").map_err(nobody_waits)?;
    approvals::save(w, id, &approved).await?;
    approvals::set_held_until(w, id, until).await?;
    resolutions::set_state(w, id, &decision.state).await?;
    let request = Request::of_decision(&conflict, &decision.actor, id);
    request.tell_end(w, NoticeKind::ApprovalGiven, Some(viewer)).await?;
    let mut events = vec![told(Action::Approved, viewer.actor(), &conflict, &decision, &asked)];
    events.extend(refresh(w, conflict).await?);
    Ok((Resolution { approval: Some(approved), held_until: until, ..decision }, events))
}

/// What was decided, under the policy that is in force now: it may ask for nothing more than the one it
/// was decided under.
fn worked(
    setup: &Setup,
    conflict: &Conflict,
    decision: &Resolution,
    own: Vec<Difference>,
) -> Result<Vec<Worked>, Refusal> {
    let entity = setup.entity(&conflict.entity)?;
    let mut all = Vec::new();
    for chosen in &decision.outcomes {
        let difference = own.iter().find(|one| one.id == chosen.difference).cloned();
        let difference = difference.ok_or(Refusal::Stale)?;
        let policy = match entity.slot(&difference.dispute.field) {
            Some(slot) => setup.policy(entity, &slot),
            None => setup.policies.effective_for_record(entity),
        };
        if asks_more(&policy, &difference.dispute.policy) {
            let text = "the policy of this field changed since it was decided: send it back";
            return Err(Refusal::WrongState(text.to_owned()));
        }
        all.push(Worked { difference, outcome: chosen.outcome.clone(), targets: Vec::new(), policy });
    }
    Ok(all)
}

/// Whether a policy asks for something that an earlier one did not.
fn asks_more(now: &Effective, then: &Effective) -> bool {
    (now.reason_asked && !then.reason_asked)
        || (!now.bulk_allowed && then.bulk_allowed)
        || (!now.allow_blank && then.allow_blank)
        || (now.second_approver && !then.second_approver)
        || now.stakes > then.stakes
        || now.hold_seconds > then.hold_seconds
}

/// A decision goes on as if it had been made now.
async fn carry_on(
    w: &mut WriteSession,
    setup: &Setup,
    decision: &mut Resolution,
    deliveries: Vec<Delivery>,
    worked: Vec<Worked>,
    until: Time,
) -> Result<(), Refusal> {
    let now = w.now();
    let mut sent = Vec::with_capacity(deliveries.len());
    for mut delivery in deliveries {
        let writes = setup.state(&delivery.system).writes_enabled;
        delivery.state = delivery.state.approve(until, writes, now);
        resolutions::settle_delivery(w, &delivery).await?;
        sent.push(delivery);
    }
    let user = UserId(decision.actor.id.clone());
    let owner = Owner { user: &user, reason: Reason::of(&decision.reason), note: &decision.note };
    let mut changed = Vec::new();
    for Worked { difference, outcome, .. } in worked {
        if matches!(outcome, Outcome::LeaveDifferent { until } if until <= now) {
            let text = "the time until which it was to stay different has passed: send it back";
            return Err(Refusal::WrongState(text.to_owned()));
        }
        let nothing = !sent.iter().any(|own| own.change.slot == difference.dispute.field);
        let state = difference.state.clone().reopen();
        let state = state.map_err(|error| Refusal::WrongState(error.to_string()))?;
        let difference = Difference { state, ..difference };
        if let Some(exception) = exception(&owner, &difference, &outcome) {
            exceptions::save(w, &exception).await?;
        }
        let state = settled(&difference, &outcome, &decision.id, nothing, now)?;
        changed.push(Difference { state, ..difference });
    }
    conflicts::save_differences(w, &changed).await?;
    resolution_state(sent.iter().map(|delivery| &delivery.state)).clone_into(&mut decision.state);
    Ok(())
}

/// Opens what was decided again, with the draft.
async fn take_back(
    w: &mut WriteSession,
    mut decision: Resolution,
    mut conflict: Conflict,
    ended: Approval,
    state: &str,
) -> Result<(Resolution, Vec<Event>), Refusal> {
    undo_deliveries(w, &decision).await?;
    reopen(w, &decision, &conflict).await?;
    resolutions::set_state(w, &decision.id, state).await?;
    approvals::save(w, &decision.id, &ended).await?;
    field_decisions::forget(w, &decision.id).await?;
    if let Some(reversed) = decision.reverses() {
        field_decisions::reversed(w, reversed, false).await?;
    }
    state.clone_into(&mut decision.state);
    decision.approval = Some(ended);
    conflict.draft = decision.draft()?;
    let events = refresh(w, conflict).await?.into_iter().collect();
    Ok((decision, events))
}
