//! Changing what needs human review: each change is a new version with author and reason.

use super::{Engine, Refusal};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::ids::{EntityId, FieldId, RunId};
use crate::domain::policy::{Policies, Policy};
use crate::store::configuration::{self, Document};
use crate::store::{StoreError, records};

/// A change of one slot's policy, or of an entity's own.
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
    /// Puts a changed policy in force as the next version, and judges the open, unclaimed
    /// differences it governs anew. Answers the new version.
    ///
    /// # Errors
    /// The viewer may not, nothing changed, no reason was given, the entity or slot does not
    /// exist, or another admin changed the policies meanwhile.
    pub async fn change_policy(&self, viewer: &Viewer, change: PolicyChange) -> Result<i64, Refusal> {
        if !viewer.may(Right::Configure) {
            return Err(Refusal::Forbidden);
        }
        self.check(&change)?;
        let (viewer, entity) = (viewer.clone(), change.entity.clone());
        let version = self.store.write(async move |w| {
            let current = configuration::current(w, Document::Policies).await?;
            let (number, body) =
                current.map_or((0, "{}".to_owned()), |current| (current.version, current.body));
            if number != change.version {
                return Err(Refusal::Stale);
            }
            let before: Policies = serde_json::from_str(&body).map_err(StoreError::from)?;
            let after = changed(before.clone(), &change);
            if after == before {
                return Err(Refusal::Invalid("nothing was changed".to_owned()));
            }
            let body = serde_json::to_string(&after).map_err(StoreError::from)?;
            let next = number + 1;
            let saved =
                configuration::insert(w, Document::Policies, next, &viewer.name, &change.reason, body).await;
            saved.map_err(|error| match error {
                // Two admins at once: the second is told, and sees the first one's version.
                StoreError::Duplicate(_) => Refusal::Stale,
                other => other.into(),
            })?;
            records::mark_open_unjudged(w, &change.entity, "policy").await?;
            let about =
                About { entity: Some(change.entity.clone()), field: change.slot.clone(), ..About::default() };
            let policy = serde_json::to_string(&change.policy).map_err(StoreError::from)?;
            let event = Event::new(Action::PolicyChanged, viewer.actor(), about).policy(next);
            Ok((next, vec![event.fact("reason", &change.reason).fact("policy", policy)]))
        });
        let version = version.await?;
        self.reload().await?;
        self.judge(&entity, &RunId::default()).await?;
        Ok(version)
    }

    fn check(&self, change: &PolicyChange) -> Result<(), Refusal> {
        let setup = self.setup();
        let entity = setup.entity(&change.entity)?;
        if change.slot.as_ref().is_some_and(|slot| entity.slot(slot).is_none()) {
            return Err(Refusal::NotFound("field"));
        }
        let invalid = |text: &str| Err(Refusal::Invalid(text.to_owned()));
        let reason = change.reason.trim();
        if reason.is_empty() || reason.chars().count() > 500 {
            return invalid("say in 1 to 500 characters why the policy changes");
        }
        if change.policy.hold_seconds.is_some_and(|hold| hold > 300) {
            return invalid("a hold is 0 to 300 seconds");
        }
        if change.policy.due_hours.is_some_and(|due| !(1..=8760).contains(&due)) {
            return invalid("a due time is 1 to 8,760 hours");
        }
        let source = change.policy.source_of_truth.as_ref();
        if source.is_some_and(|source| setup.catalog.mapping(source, &change.entity).is_none()) {
            return invalid("the source of truth must be a system that maps this entity");
        }
        Ok(())
    }
}

fn changed(mut policies: Policies, change: &PolicyChange) -> Policies {
    let entity = policies.0.entry(change.entity.clone()).or_default();
    match &change.slot {
        None => entity.all = change.policy.clone(),
        Some(slot) if change.policy == Policy::default() => drop(entity.slots.remove(slot)),
        Some(slot) => drop(entity.slots.insert(slot.clone(), change.policy.clone())),
    }
    policies
}
