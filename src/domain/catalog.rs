//! The business configuration in force: systems, entities and mappings, checked as a whole.

use super::entity::Entity;
use super::expression::Expression;
use super::ids::{self, EntityId, FieldId, SystemId};
use super::incident::Limits;
use super::mapping::Mapping;
use super::policy::{Policies, Policy};
use super::presence::RECORD;
use super::rows;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A connected business application, as configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    pub id: SystemId,
    /// Shown to people: "Portal".
    pub label: String,
    /// The kind of system and its settings, in the words of its connector.
    pub connector: serde_json::Value,
    /// Minutes between scheduled pulls; none when it is pulled on demand only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_minutes: Option<u32>,
    /// The most writes in any one second; none for what is usual for its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes_per_second: Option<u32>,
}

/// Writes in a second to a system behind HTTP: each is three requests of it.
const USUAL_REST: u32 = 20;
/// Writes in a second to a database.
const USUAL_SQL: u32 = 500;
/// More than any system takes by single rows.
const MOST_WRITES: u32 = 10_000;

impl System {
    /// The kind of the connector: "sqlite".
    #[must_use]
    pub fn kind(&self) -> &str {
        self.connector.get("kind").and_then(serde_json::Value::as_str).unwrap_or("")
    }

    /// The most writes in any one second, at least 1.
    #[must_use]
    pub fn writes_per_second(&self) -> u32 {
        let usual = if self.kind() == "rest" { USUAL_REST } else { USUAL_SQL };
        self.writes_per_second.unwrap_or(usual).clamp(1, MOST_WRITES)
    }
}

/// One version of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    #[serde(default, rename = "system")]
    pub systems: Vec<System>,
    #[serde(default, rename = "entity")]
    pub entities: Vec<Entity>,
    #[serde(default, rename = "mapping")]
    pub mappings: Vec<Mapping>,
    /// Seeds the first policy version of an empty store; later versions live in the store.
    #[serde(default, rename = "policy", skip_serializing_if = "policies_are_empty")]
    pub policies: Policies,
    /// From when on much is too much at once.
    #[serde(default, skip_serializing_if = "limits_are_usual")]
    pub incidents: Limits,
}

fn limits_are_usual(limits: &Limits) -> bool {
    *limits == Limits::default()
}

fn policies_are_empty(policies: &Policies) -> bool {
    policies.0.is_empty()
}

impl Catalog {
    #[must_use]
    pub fn system(&self, id: &SystemId) -> Option<&System> {
        self.systems.iter().find(|system| &system.id == id)
    }

    #[must_use]
    pub fn entity(&self, id: &EntityId) -> Option<&Entity> {
        self.entities.iter().find(|entity| &entity.id == id)
    }

    #[must_use]
    pub fn mapping(&self, system: &SystemId, entity: &EntityId) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| &mapping.system == system && &mapping.entity == entity)
    }

    /// The mappings of an entity, in the order of the systems: the order of every grid.
    pub fn mappings_of<'a>(&'a self, entity: &'a EntityId) -> impl Iterator<Item = &'a Mapping> {
        self.systems.iter().filter_map(move |system| self.mapping(&system.id, entity))
    }

    /// A system's name on screen, or its id when it is configured no longer.
    #[must_use]
    pub fn label<'a>(&'a self, system: &'a SystemId) -> &'a str {
        self.system(system).map_or(system.as_str(), |system| &system.label)
    }

    /// What people call an entity: its label, or its id where it is not configured.
    #[must_use]
    pub fn entity_label<'a>(&'a self, entity: &'a EntityId) -> &'a str {
        self.entity(entity).map_or(entity.as_str(), |entity| &entity.label)
    }

    /// What is wrong with the configuration, each as a sentence with its place; empty when nothing is.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.incidents.problems();
        unique(self.systems.iter().map(|system| system.id.as_str()), "system", &mut problems);
        unique(self.entities.iter().map(|entity| entity.id.as_str()), "entity", &mut problems);
        for system in &self.systems {
            if system.writes_per_second.is_some_and(|rate| rate == 0 || rate > MOST_WRITES) {
                let problem = "writes_per_second is 1 to 10000";
                problems.push(format!("system {}: {problem}", system.id));
            }
        }
        for entity in &self.entities {
            check_entity(entity, &mut problems);
        }
        for mapping in &self.mappings {
            self.check_mapping(mapping, &mut problems);
        }
        problems.extend(self.sight_problems());
        self.check_policies(&mut problems);
        problems
    }

    fn check_mapping(&self, mapping: &Mapping, problems: &mut Vec<String>) {
        let place = format!("mapping {} of {}", mapping.entity, mapping.system);
        if self.system(&mapping.system).is_none() {
            problems.push(format!("{place}: there is no system “{}”", mapping.system));
        }
        let Some(entity) = self.entity(&mapping.entity) else {
            problems.push(format!("{place}: there is no entity “{}”", mapping.entity));
            return;
        };
        for field in &mapping.fields {
            if entity.field(&field.field).is_none() {
                problems.push(format!("{place}: {} has no field “{}”", entity.id, field.field));
            }
            if field.columns.is_empty() {
                problems.push(format!("{place}: field “{}” names no column", field.field));
            }
        }
        for rows in &mapping.rows {
            let children = entity.children.iter().find(|children| children.id == rows.children);
            problems.extend(rows::problems(rows, children, &place));
        }
        for group in &entity.groups {
            let mapped = group.members.iter().filter(|member| mapping.field(member).is_some()).count();
            if mapped != 0 && mapped != group.members.len() {
                problems.push(format!(
                    "{place}: maps {mapped} of the {} fields of group “{}”: map all of them or none",
                    group.members.len(),
                    group.id
                ));
            }
        }
    }

    fn check_policies(&self, problems: &mut Vec<String>) {
        for (id, policy) in &self.policies.0 {
            let Some(entity) = self.entity(id) else {
                problems.push(format!("policy: there is no entity “{id}”"));
                continue;
            };
            for slot in policy.slots.keys() {
                if entity.slots().iter().all(|known| *known.id != *slot) {
                    problems.push(format!("policy of {id}: there is no field or group “{slot}”"));
                }
            }
        }
    }

    /// What of the policies cannot be followed, each as a sentence with its place.
    #[must_use]
    pub fn policy_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (id, policy) in &self.policies.0 {
            self.check_policy(id, &format!("policy of {id}"), &policy.all, &mut problems);
            for (slot, policy) in &policy.slots {
                self.check_policy(id, &format!("policy of {id}, {slot}"), policy, &mut problems);
            }
        }
        problems
    }

    fn check_policy(&self, id: &EntityId, place: &str, policy: &Policy, problems: &mut Vec<String>) {
        let named = policy.source_of_truth.iter().chain(policy.priority.iter().flatten());
        for system in named.filter(|system| self.mapping(system, id).is_none()) {
            problems.push(format!("{place}: “{system}” does not map {id}"));
        }
        let expression = policy.review_if.as_deref().filter(|text| !text.trim().is_empty());
        if let Some(Err(error)) = expression.map(Expression::parse) {
            problems.push(format!("{place}: its condition cannot be read: {error}"));
        }
    }
}

fn check_entity(entity: &Entity, problems: &mut Vec<String>) {
    let place = format!("entity {}", entity.id);
    unique(entity.fields.iter().map(|field| field.id.as_str()), &format!("{place}: field"), problems);
    if entity.field(&entity.title).is_none() {
        problems.push(format!("{place}: its title “{}” is not one of its fields", entity.title));
    }
    for field in &entity.fields {
        let of_field = |problem| format!("{place}: field “{}”: {problem}", field.id);
        problems.extend(field.validation_problems().into_iter().map(of_field));
    }
    for children in &entity.children {
        problems.extend(children.problems(&entity.id));
        let fields = children.fields.iter().map(|field| field.id.as_str());
        unique(fields, &format!("{place}: field of “{}”", children.id), problems);
    }
    let others =
        entity.fields.iter().map(|field| &field.id).chain(entity.groups.iter().map(|group| &group.id));
    let others: BTreeSet<&FieldId> = others.collect();
    for children in entity.children.iter().filter(|children| others.contains(&children.id)) {
        problems.push(format!("{place}: children “{}” are called like a field or group", children.id));
    }
    for id in others.iter().filter(|id| id.as_str() == RECORD) {
        problems.push(format!("{place}: “{id}” is the name of the record as a whole: choose another"));
    }
    let children = entity.children.iter().map(|children| children.id.as_str());
    unique(children, &format!("{place}: children"), problems);
    for group in &entity.groups {
        for member in group.members.iter().filter(|member| entity.field(member).is_none()) {
            problems.push(format!("{place}: group “{}” names “{member}”, which is no field", group.id));
        }
    }
}

fn unique<'a>(ids: impl Iterator<Item = &'a str>, what: &str, problems: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !ids::is_slug(id) {
            problems.push(format!("{what} “{id}”: a name is 1 to 64 of a-z, 0-9 and _, a letter first"));
        }
        if !seen.insert(id) {
            problems.push(format!("{what} “{id}” stands twice"));
        }
    }
}
