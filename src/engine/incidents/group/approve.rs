//! One approval for a whole group: its set is frozen, and nothing of it is decided before somebody else
//! has approved exactly that set.

use super::decide::{choose_incident, told};
use super::{READ, progress_of};
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::{Approval, NotAwaited, Standing, digest};
use crate::domain::audit::{About, Action, Event};
use crate::domain::ids::{DifferenceId, GroupId};
use crate::engine::review::{because, check_right, decider, nobody_waits, not_as_shown};
use crate::engine::{Engine, Refusal};
use crate::store::groups::{self, Group};
use crate::store::{Session, StoreError, WriteSession};

impl Engine {
    /// Asks somebody else to approve a frozen set.
    pub(super) async fn ask_group_approval(&self, group: Group, differences: i64) -> Result<Group, Refusal> {
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
                let asked = Approval::asked(digest_of(w, &draft).await?, w.now());
                groups::save_approval(w, &draft.id, &asked).await?;
                let event = event(Action::ApprovalAsked, &draft, &asked);
                let event = Event { actor: draft.actor.clone(), ..event }.fact("differences", differences);
                Ok((Group { approval: Some(asked), ..draft }, vec![event]))
            })
            .await
    }

    /// Approves a group, which is then decided as it was frozen. `seen` is the digest that the page showed.
    ///
    /// # Errors
    /// The viewer may not, or decided it; nobody waits for it any longer; it is not what the page showed.
    pub async fn approve_group(&self, viewer: &Viewer, id: &GroupId, seen: &str) -> Result<Group, Refusal> {
        let (viewer, id, seen) = (viewer.clone(), id.clone(), seen.to_owned());
        self.store
            .write(async move |w| {
                let (group, asked) = awaited(w, &viewer, &id).await?;
                let (bound, progress) = (digest_of(w, &group).await?, progress_of(w, &id).await?);
                if bound != asked.digest || (seen != bound && seen != asked.short()) {
                    return Err(not_as_shown());
                }
                let decider = decider(w, &group.actor, &group.entity, &[Right::Decide]).await?;
                let approved = asked.end(Standing::Approved, viewer.actor(), w.now(), "");
                groups::save_approval(w, &group.id, &approved.map_err(nobody_waits)?).await?;
                if !groups::start(w, &group.id).await? {
                    return Err(nobody_waits(NotAwaited));
                }
                let event = event(Action::Approved, &group, &asked).fact("decided_by", &group.actor.id);
                let mut events = vec![Event { actor: viewer.actor(), ..event }];
                events.push(told(group.actor.clone(), &group, &progress));
                events.extend(choose_incident(w, &decider, &group).await?);
                Ok((Group { state: "working".to_owned(), chosen_at: Some(w.now()), ..group }, events))
            })
            .await
    }

    /// Sends a group back to who decided it, who may change the set and ask again.
    ///
    /// # Errors
    /// The viewer may not, or decided it; nobody waits for it any longer; or no reason was given.
    pub async fn send_group_back(
        &self,
        viewer: &Viewer,
        id: &GroupId,
        reason: &str,
    ) -> Result<Group, Refusal> {
        let (viewer, id, reason) = (viewer.clone(), id.clone(), because(reason)?);
        self.store
            .write(async move |w| {
                let (group, asked) = awaited(w, &viewer, &id).await?;
                let ended = asked.end(Standing::SentBack, viewer.actor(), w.now(), &reason);
                let ended = ended.map_err(nobody_waits)?;
                groups::save_approval(w, &id, &ended).await?;
                let event = event(Action::ApprovalSentBack, &group, &asked).value("reason", &reason);
                let event = Event { actor: viewer.actor(), ..event };
                Ok((Group { approval: Some(ended), ..group }, vec![event]))
            })
            .await
    }
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

async fn awaited(w: &mut WriteSession, viewer: &Viewer, id: &GroupId) -> Result<(Group, Approval), Refusal> {
    let group = groups::lock(w, viewer, id).await?.ok_or(Refusal::NotFound("group"))?;
    check_right(viewer, &group.actor)?;
    let asked =
        group.approval.clone().filter(Approval::is_awaited).ok_or(NotAwaited).map_err(nobody_waits)?;
    Ok((group, asked))
}

pub(super) fn event(action: Action, group: &Group, asked: &Approval) -> Event {
    let about = About { entity: Some(group.entity.clone()), ..About::default() };
    let event = Event::new(action, group.actor.clone(), about);
    event.fact("group", &group.id).fact("digest", asked.short())
}
