//! Switching a draft on: the next version, and its differences judged anew.

use super::draft::in_force;
use super::may_change;
use crate::domain::access::Viewer;
use crate::domain::audit::{About, Action, Event};
use crate::domain::entity::{Entity, Slot};
use crate::domain::ids::{EntityId, RunId};
use crate::domain::policy::Policies;
use crate::domain::policy_change::{applied, own};
use crate::engine::{Engine, Refusal};
use crate::store::configuration::{self, Document};
use crate::store::policy_drafts::{self, Draft, Postponed};
use crate::store::{StoreError, WriteSession, records};
use std::collections::BTreeSet;

/// What marks records that are looked at for their form: very many, and left to the worker.
const TIDY: &str = "tidy";

impl Engine {
    /// Puts a draft in force as the next version, and judges the open, unclaimed differences of
    /// its entities anew; those that somebody holds are judged when the claim ends. Answers the
    /// new version.
    ///
    /// # Errors
    /// The viewer may not, there is no such draft, it no longer fits the configuration, or another
    /// version came in force, or somebody changed the draft, since it was looked at, when its
    /// [`Draft::fingerprint`] was `seen`: the draft is kept.
    pub async fn switch_on(&self, viewer: &Viewer, id: &str, seen: &str) -> Result<i64, Refusal> {
        let draft = self.draft(viewer, id).await?;
        for change in &draft.changes {
            self.check_change(viewer, change)?;
        }
        let entities: BTreeSet<EntityId> = draft.changes.iter().map(|change| change.entity.clone()).collect();
        let (viewer, id, wanted) = (viewer.clone(), id.to_owned(), entities.clone());
        let (seen, setup) = (seen.to_owned(), self.setup());
        let version = self.store.write(async move |w| {
            let draft = policy_drafts::lock(w, &id).await?.ok_or(Refusal::NotFound("draft"))?;
            may_change(&viewer, &draft.changes)?;
            let (number, before) = in_force(w).await?;
            // What was looked at is what comes in force, and nothing that was added since.
            if number != draft.based_on || draft.fingerprint()? != seen {
                return Err(Refusal::Stale);
            }
            let after = applied(before.clone(), &draft.changes);
            if after == applied(before.clone(), &[]) {
                return Err(Refusal::Invalid("nothing was changed".to_owned()));
            }
            let next = number + 1;
            insert(w, next, &viewer, &draft, &after).await?;
            policy_drafts::remove(w, &id).await?;
            for entity in &wanted {
                // Those first: what is open is judged at once, and not left for later.
                if setup.catalog.entity(entity).is_some_and(|own| tidies_more(own, &before, &after)) {
                    records::mark_all_unjudged(w, entity, TIDY).await?;
                }
                records::mark_open_unjudged(w, entity, "policy").await?;
                policy_drafts::postpone_claimed(w, entity).await?;
            }
            Ok((next, events(&viewer, &draft, &before, next)?))
        });
        let version = version.await?;
        self.reload().await?;
        for entity in &entities {
            self.judge_but(entity, &RunId::default(), &[TIDY.into()]).await?;
        }
        Ok(version)
    }

    /// Marks what was claimed when a policy came in force and is not any longer, to be judged.
    pub(in crate::engine) async fn take_up_released(&self) -> Result<bool, StoreError> {
        let mut session = self.store.session().await?;
        let released = policy_drafts::released(&mut session, self.now(), 200).await?;
        drop(session);
        if released.is_empty() {
            return Ok(false);
        }
        self.store
            .write::<_, StoreError, _>(async move |w| {
                for Postponed(_, record, entity) in &released {
                    records::mark_unjudged(w, entity, "policy", [record]).await?;
                }
                let ids: Vec<String> = released.iter().map(|Postponed(id, ..)| id.clone()).collect();
                policy_drafts::taken_up(w, &ids).await?;
                Ok(((), Vec::new()))
            })
            .await?;
        Ok(true)
    }
}

/// Whether a slot of an entity is tidied that was not before, or in another form.
fn tidies_more(entity: &Entity, before: &Policies, after: &Policies) -> bool {
    let form = |policies: &Policies, slot: &Slot<'_>| {
        let policy = policies.effective(entity, slot);
        policy.source_of_truth.filter(|_| policy.tidy_formatting)
    };
    entity.slots().iter().any(|slot| {
        let after = form(after, slot);
        after.is_some() && after != form(before, slot)
    })
}

async fn insert(
    w: &mut WriteSession,
    version: i64,
    viewer: &Viewer,
    draft: &Draft,
    policies: &Policies,
) -> Result<(), Refusal> {
    let body = serde_json::to_string(policies).map_err(StoreError::from)?;
    let saved =
        configuration::insert(w, Document::Policies, version, &viewer.name, &draft.reason, body).await;
    saved.map_err(|error| match error {
        // Two admins at once: the second is told, and sees the first one's version.
        StoreError::Duplicate(_) => Refusal::Stale,
        other => other.into(),
    })
}

/// One entry for each level that changed, with what was set there before.
fn events(viewer: &Viewer, draft: &Draft, before: &Policies, version: i64) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::with_capacity(draft.changes.len());
    for change in &draft.changes {
        let (entity, field) = (Some(change.entity.clone()), change.slot.clone());
        let about = About { entity, field, ..About::default() };
        let was = serde_json::to_string(&own(before, &change.entity, change.slot.as_ref()))?;
        let mut event = Event::new(Action::PolicyChanged, viewer.actor(), about).policy(version);
        event = event.fact("reason", &draft.reason).fact("was", was);
        event = event.fact("policy", serde_json::to_string(&change.policy)?);
        if draft.author_id != viewer.user {
            event = event.fact("drafted_by", &draft.author);
        }
        if let Some(back) = draft.rolls_back {
            event = event.fact("rolls_back", back);
        }
        events.push(event);
    }
    Ok(events)
}
