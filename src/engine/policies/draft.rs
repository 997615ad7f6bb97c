//! Drafts: made, added to, brought up to date, thrown away.

use super::may_change;
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::ids::{EntityId, FieldId};
use crate::domain::policy::{Policies, Policy};
use crate::domain::policy_change::{Change, add, applied, between, own};
use crate::engine::{Engine, Refusal};
use crate::store::configuration::{self, Document};
use crate::store::policy_drafts::{self, Draft};
use crate::store::{StoreError, WriteSession};

/// Drafts there may be.
const MOST: i64 = 100;

/// A change of one slot's policy, or of an entity's own, as somebody asks for it.
#[derive(Clone, Debug)]
pub struct PolicyChange {
    pub entity: EntityId,
    /// None: the entity's own level, which fields and groups inherit.
    pub slot: Option<FieldId>,
    pub policy: Policy,
    pub reason: String,
    /// The version the admin started from.
    pub version: i64,
}

impl Engine {
    /// Keeps a change as a draft: in the one the admin has on this version, or in a new one.
    ///
    /// # Errors
    /// The viewer may not, nothing changed, no reason was given, the entity or slot does not
    /// exist, or another version came in force meanwhile.
    pub async fn draft_policy(&self, viewer: &Viewer, asked: PolicyChange) -> Result<Draft, Refusal> {
        let PolicyChange { entity, slot, policy, reason, version } = asked;
        let change = Change { entity, slot, policy };
        may_change(viewer, std::slice::from_ref(&change))?;
        self.check_change(viewer, &change)?;
        check_reason(&reason)?;
        let viewer = viewer.clone();
        self.store
            .write(async move |w| {
                let (number, now) = in_force(w).await?;
                if number != version {
                    return Err(Refusal::Stale);
                }
                let known = policy_drafts::of(w, &viewer.user, number).await?;
                let before = known.as_ref().map_or(&[][..], |draft| &draft.changes);
                let shown = own(&applied(now, before), &change.entity, change.slot.as_ref());
                if shown == change.policy {
                    return Err(Refusal::Invalid("nothing was changed".to_owned()));
                }
                let fresh = Draft {
                    id: w.new_id(),
                    author_id: viewer.user.clone(),
                    author: viewer.name.clone(),
                    reason: String::new(),
                    based_on: number,
                    rolls_back: None,
                    created_at: w.now(),
                    changed_at: w.now(),
                    changes: Vec::new(),
                };
                let mut draft = known.unwrap_or(fresh);
                add(&mut draft.changes, change.clone());
                (draft.reason, draft.changed_at) = (joined(&draft.reason, &reason), w.now());
                policy_drafts::save(w, &draft).await?;
                let events = vec![event(Action::PolicyDrafted, &viewer, &draft, Some(&change))];
                Ok((draft, events))
            })
            .await
    }

    /// Drafts the way back to an earlier version.
    ///
    /// # Errors
    /// The viewer may not, there is no such version, it is the same as the one in force, or no
    /// reason was given.
    pub async fn draft_rollback(&self, viewer: &Viewer, to: i64, reason: &str) -> Result<Draft, Refusal> {
        may_change(viewer, &[])?;
        check_reason(reason)?;
        let (viewer, reason) = (viewer.clone(), reason.trim().to_owned());
        self.store
            .write(async move |w| {
                let (number, now) = in_force(w).await?;
                let old = configuration::version(w, Document::Policies, to).await?;
                let old = old.ok_or(Refusal::NotFound("version"))?;
                let old: Policies = serde_json::from_str(&old.body).map_err(StoreError::from)?;
                let changes = between(&now, &old);
                may_change(&viewer, &changes)?;
                if changes.is_empty() {
                    return Err(Refusal::Invalid("nothing was changed".to_owned()));
                }
                let draft = Draft {
                    id: w.new_id(),
                    author_id: viewer.user.clone(),
                    author: viewer.name.clone(),
                    reason: reason.clone(),
                    based_on: number,
                    rolls_back: Some(to),
                    created_at: w.now(),
                    changed_at: w.now(),
                    changes,
                };
                policy_drafts::save(w, &draft).await?;
                let events = vec![event(Action::PolicyDrafted, &viewer, &draft, None)];
                Ok((draft, events))
            })
            .await
    }

    /// The drafts there are, newest first.
    ///
    /// # Errors
    /// The viewer may not see them, or the store failed.
    pub async fn drafts(&self, viewer: &Viewer) -> Result<Vec<Draft>, Refusal> {
        may_change(viewer, &[])?;
        let all = policy_drafts::all(&mut self.store.session().await?, MOST).await?;
        Ok(all.into_iter().filter(|draft| may_change(viewer, &draft.changes).is_ok()).collect())
    }

    /// One draft.
    ///
    /// # Errors
    /// The viewer may not see it, or there is none of this id: it may be in force by now.
    pub async fn draft(&self, viewer: &Viewer, id: &str) -> Result<Draft, Refusal> {
        if !viewer.may(Right::Configure) {
            return Err(Refusal::Forbidden);
        }
        let draft = policy_drafts::get(&mut self.store.session().await?, id).await?;
        let draft = draft.ok_or(Refusal::NotFound("draft"))?;
        may_change(viewer, &draft.changes)?;
        Ok(draft)
    }

    /// Bases a draft on the version in force now. What that version says already is left out. One
    /// that went back to an earlier version is a change as any other, unless it still leads there.
    ///
    /// # Errors
    /// As [`Engine::draft`]; nothing is left of it.
    pub async fn rebase_draft(&self, viewer: &Viewer, id: &str) -> Result<Draft, Refusal> {
        self.draft(viewer, id).await?;
        let (viewer, id) = (viewer.clone(), id.to_owned());
        self.store
            .write(async move |w| {
                let mut draft = policy_drafts::lock(w, &id).await?.ok_or(Refusal::NotFound("draft"))?;
                may_change(&viewer, &draft.changes)?;
                let (number, now) = in_force(w).await?;
                if !leads_back(w, &draft, &now).await? {
                    draft.rolls_back = None;
                }
                draft
                    .changes
                    .retain(|change| own(&now, &change.entity, change.slot.as_ref()) != change.policy);
                if draft.changes.is_empty() {
                    return Err(Refusal::Invalid("nothing was changed".to_owned()));
                }
                (draft.based_on, draft.changed_at) = (number, w.now());
                policy_drafts::save(w, &draft).await?;
                let events = vec![event(Action::PolicyDraftRebased, &viewer, &draft, None)];
                Ok((draft, events))
            })
            .await
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// As [`Engine::draft`].
    pub async fn discard_draft(&self, viewer: &Viewer, id: &str) -> Result<Draft, Refusal> {
        self.draft(viewer, id).await?;
        let (viewer, id) = (viewer.clone(), id.to_owned());
        self.store
            .write(async move |w| {
                let draft = policy_drafts::lock(w, &id).await?.ok_or(Refusal::NotFound("draft"))?;
                may_change(&viewer, &draft.changes)?;
                policy_drafts::remove(w, &id).await?;
                let events = vec![event(Action::PolicyDraftDiscarded, &viewer, &draft, None)];
                Ok((draft, events))
            })
            .await
    }
}

/// An entry about a draft: about one change of it, or about all of it.
pub(super) fn event(action: Action, viewer: &Viewer, draft: &Draft, change: Option<&Change>) -> Event {
    let first = change.or(draft.changes.first());
    let (entity, field) = (first.map(|own| own.entity.clone()), change.and_then(|own| own.slot.clone()));
    let about = About { entity, field, ..About::default() };
    let mut event = Event::new(action, viewer.actor(), about).fact("draft", &draft.id);
    event = event.fact("based_on", draft.based_on).fact("reason", &draft.reason);
    if let Ok(changes) = serde_json::to_string(change.map_or(&draft.changes[..], std::slice::from_ref)) {
        event = event.fact("changes", changes);
    }
    if draft.author_id != viewer.user {
        event = event.fact("drafted_by", &draft.author);
    }
    match draft.rolls_back {
        Some(back) => event.fact("rolls_back", back),
        None => event,
    }
}

/// Whether a draft of a way back still leads to that version from what is in force.
async fn leads_back(w: &mut WriteSession, draft: &Draft, now: &Policies) -> Result<bool, Refusal> {
    let Some(to) = draft.rolls_back else { return Ok(false) };
    let Some(old) = configuration::version(w, Document::Policies, to).await? else { return Ok(false) };
    let old: Policies = serde_json::from_str(&old.body).map_err(StoreError::from)?;
    Ok(applied(now.clone(), &draft.changes) == applied(old, &[]))
}

/// The number and the policies of the version in force.
pub(super) async fn in_force(w: &mut WriteSession) -> Result<(i64, Policies), StoreError> {
    let current = configuration::current(w, Document::Policies).await?;
    let (number, body) = current.map_or((0, "{}".to_owned()), |current| (current.version, current.body));
    Ok((number, serde_json::from_str(&body)?))
}

fn check_reason(reason: &str) -> Result<(), Refusal> {
    match reason.trim().chars().count() {
        1..=500 => Ok(()),
        _ => Err(Refusal::Invalid("say in 1 to 500 characters why the policy changes".to_owned())),
    }
}

/// The reason of a draft with one more; where both together are too long, the newer one.
fn joined(old: &str, new: &str) -> String {
    let new = new.trim();
    let both = format!("{old}; {new}");
    match old {
        "" => new.to_owned(),
        old if old.split("; ").any(|known| known == new) => old.to_owned(),
        _ if both.chars().count() <= 500 => both,
        _ => new.to_owned(),
    }
}
