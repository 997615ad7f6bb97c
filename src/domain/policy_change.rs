//! Changes of the policies: what a draft holds, and what lies between two versions.

use super::entity::{Entity, Slot};
use super::ids::{EntityId, FieldId};
use super::policy::{EntityPolicy, Policies, Policy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One level with its whole new policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub entity: EntityId,
    /// None: the entity's own level, which fields and groups inherit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<FieldId>,
    pub policy: Policy,
}

impl Change {
    /// Whether both are of the same level.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        (&self.entity, &self.slot) == (&other.entity, &other.slot)
    }
}

/// Adds a change to those there are; an earlier one of the same level is replaced.
pub fn add(changes: &mut Vec<Change>, change: Change) {
    match changes.iter_mut().find(|known| known.is_of(&change)) {
        Some(known) => *known = change,
        None => changes.push(change),
    }
}

/// The policy set at a level itself.
#[must_use]
pub fn own(policies: &Policies, entity: &EntityId, slot: Option<&FieldId>) -> Policy {
    let Some(policy) = policies.0.get(entity) else { return Policy::default() };
    match slot {
        Some(slot) => policy.slots.get(slot).cloned().unwrap_or_default(),
        None => policy.all.clone(),
    }
}

/// The policies with these changes made. A level that sets nothing is left out.
#[must_use]
pub fn applied(mut policies: Policies, changes: &[Change]) -> Policies {
    for change in changes {
        let entity = policies.0.entry(change.entity.clone()).or_default();
        match &change.slot {
            None => entity.all = change.policy.clone(),
            Some(slot) if change.policy == Policy::default() => drop(entity.slots.remove(slot)),
            Some(slot) => drop(entity.slots.insert(slot.clone(), change.policy.clone())),
        }
    }
    policies.0.retain(|_, entity| *entity != EntityPolicy::default());
    policies
}

/// The changes that lead from one version to another, in the order of the entities and fields.
#[must_use]
pub fn between(from: &Policies, to: &Policies) -> Vec<Change> {
    let mut changes = Vec::new();
    let entities: BTreeSet<&EntityId> = from.0.keys().chain(to.0.keys()).collect();
    for entity in entities {
        let slots = |policies: &Policies| -> Vec<FieldId> {
            policies.0.get(entity).map(|policy| policy.slots.keys().cloned().collect()).unwrap_or_default()
        };
        let named: BTreeSet<FieldId> = slots(from).into_iter().chain(slots(to)).collect();
        let levels = std::iter::once(None).chain(named.into_iter().map(Some));
        for slot in levels {
            let policy = own(to, entity, slot.as_ref());
            if own(from, entity, slot.as_ref()) != policy {
                changes.push(Change { entity: entity.clone(), slot, policy });
            }
        }
    }
    changes
}

/// What policies are set on in an entity ([`Slot::policy_id`]: child rows by their kind) for which
/// something else is in force under `to`, and whether that is so for the record as a whole.
#[must_use]
pub fn governed(entity: &Entity, from: &Policies, to: &Policies) -> (BTreeSet<FieldId>, bool) {
    let differs = |slot: &Slot<'_>| from.effective(entity, slot) != to.effective(entity, slot);
    let slots = entity.slots().into_iter().filter(differs).map(|slot| slot.policy_id().clone()).collect();
    (slots, from.effective_for_record(entity) != to.effective_for_record(entity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::{Rule, Stakes};

    fn policies(text: &str) -> Policies {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_lies_between_two_versions_leads_from_one_to_the_other_and_back() {
        let one = policies(
            r#"{"customer":{"all":{"rule":"source_wins"},"slots":{"phone":{"rule":"manual_review"}}},"order":{"all":{"stakes":"high"}}}"#,
        );
        let two = policies(
            r#"{"customer":{"all":{"rule":"source_wins"},"slots":{"name":{"rule":"manual_review"}}},"order":{"all":{"stakes":"low"}}}"#,
        );
        assert_eq!(between(&one, &one), []);
        assert_eq!(between(&one, &two).len(), 3);
        assert_eq!(applied(one.clone(), &between(&one, &two)), two);
        assert_eq!(applied(two.clone(), &between(&two, &one)), one);
    }

    #[test]
    fn the_last_change_of_a_level_is_the_one_that_counts() {
        let change = |rule, stakes| Change {
            entity: "customer".into(),
            slot: Some("phone".into()),
            policy: Policy { rule, stakes, ..Policy::default() },
        };
        let mut changes = vec![change(Some(Rule::SourceWins), None)];
        add(&mut changes, change(None, Some(Stakes::High)));
        assert_eq!(changes, [change(None, Some(Stakes::High))]);
        assert_eq!(
            own(&applied(Policies::default(), &changes), &"customer".into(), Some(&"phone".into())),
            changes[0].policy
        );
        add(&mut changes, change(None, None));
        assert_eq!(applied(Policies::default(), &changes), Policies::default(), "nothing set is left out");
    }
}
