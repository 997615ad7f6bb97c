//! What is wrong with who may see a field: each a sentence with its place and what to do.

use crate::domain::access::Role;
use crate::domain::catalog::Catalog;
use crate::domain::entity::{Entity, Field};
use crate::domain::mapping::Mapping;
use std::collections::{BTreeMap, BTreeSet};

/// The roles a field is limited to; none where all may see it.
type Limit = Option<BTreeSet<Role>>;

impl Catalog {
    /// What of the limits cannot be kept.
    pub(in crate::domain) fn sight_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for entity in &self.entities {
            of_entity(entity, &mut problems);
        }
        for mapping in &self.mappings {
            if let Some(entity) = self.entity(&mapping.entity) {
                of_mapping(entity, mapping, &mut problems);
            }
        }
        problems
    }
}

fn of_entity(entity: &Entity, problems: &mut Vec<String>) {
    let place = format!("entity {}", entity.id);
    let rows = entity.children.iter().flat_map(|children| &children.fields);
    for field in entity.fields.iter().chain(rows) {
        if field.visible_to.as_ref().is_some_and(BTreeSet::is_empty) {
            problems.push(format!(
                "{place}: field “{}”: visible_to names nobody: name at least one role, or leave it out \
                 so that all see it",
                field.id
            ));
        }
    }
    if entity.field(&entity.title).is_some_and(|title| title.visible_to.is_some()) {
        problems.push(format!(
            "{place}: its title “{}” names its records wherever they are listed, and cannot be limited by \
             visible_to: choose another title",
            entity.title
        ));
    }
    for group in &entity.groups {
        let members = group.members.iter().filter_map(|id| entity.field(id));
        together(members, &format!("{place}: group “{}”", group.id), problems);
    }
    for children in &entity.children {
        together(children.fields.iter(), &format!("{place}: children “{}”", children.id), problems);
    }
}

/// What is decided as one is seen as one.
fn together<'a>(fields: impl Iterator<Item = &'a Field>, place: &str, problems: &mut Vec<String>) {
    let limits: BTreeSet<&Limit> = fields.map(|field| &field.visible_to).collect();
    if limits.len() > 1 {
        problems.push(format!(
            "{place}: its fields are decided together, so give all of them the same visible_to"
        ));
    }
}

/// A column that a limited field is made of tells nobody else anything.
fn of_mapping(entity: &Entity, mapping: &Mapping, problems: &mut Vec<String>) {
    let place = format!("mapping {} of {}", mapping.entity, mapping.system);
    let mut limits: BTreeMap<&String, BTreeSet<&Limit>> = BTreeMap::new();
    for own in &mapping.fields {
        let Some(field) = entity.field(&own.field) else { continue };
        for column in &own.columns {
            limits.entry(column).or_default().insert(&field.visible_to);
        }
    }
    for rows in &mapping.rows {
        let children = entity.children.iter().find(|children| children.id == rows.children);
        if let Some(field) = children.and_then(|children| children.fields.first()) {
            limits.entry(&rows.column).or_default().insert(&field.visible_to);
        }
    }
    for (column, limits) in &limits {
        let limited = limits.iter().any(|limit| limit.is_some());
        if limits.len() > 1 {
            problems.push(format!(
                "{place}: several fields are made of column “{column}”: give all of them the same visible_to"
            ));
        }
        let shown = [Some(&mapping.key), mapping.link.as_ref(), mapping.modified_at.as_ref()];
        let shown = shown.into_iter().chain([mapping.modified_by.as_ref()]).flatten();
        if limited && shown.into_iter().any(|own| own == *column) {
            problems.push(format!(
                "{place}: column “{column}” identifies or dates the row, which everybody sees, so the field \
                 made of it cannot be limited by visible_to: map another column, or limit nothing"
            ));
        }
    }
}
