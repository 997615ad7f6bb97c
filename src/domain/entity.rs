//! Entities, their fields and field groups: what an admin says records are made of.

use super::compare::Comparison;
use super::ids::{EntityId, FieldId};
use super::validate::Validation;
use serde::{Deserialize, Serialize};

/// A kind of record, labelled with the business process it serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    pub id: EntityId,
    /// Shown to people: "Customer".
    pub label: String,
    /// The business process: "quote to cash".
    #[serde(default)]
    pub process: String,
    /// The field whose value names a record on screen.
    pub title: FieldId,
    pub fields: Vec<Field>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// One value slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub id: FieldId,
    pub label: String,
    #[serde(default)]
    pub comparison: Comparison,
    /// Money, identity and stock default to manual review with high stakes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// Longest text a value may have, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// What its values must be, beyond their kind.
    #[serde(default, skip_serializing_if = "Validation::is_empty")]
    pub validate: Validation,
}

/// What kind of harm a wrong value does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    Money,
    Identity,
    Stock,
}

/// Fields that must come from one source together (street, postcode, city).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub id: FieldId,
    pub label: String,
    pub members: Vec<FieldId>,
}

/// What is compared and decided as one: a field, or a whole group.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    pub id: &'a FieldId,
    pub label: &'a str,
    /// The members of a group, or the field itself.
    members: &'a [FieldId],
    entity: &'a Entity,
}

impl<'a> Slot<'a> {
    /// The fields of the slot, in the group's order.
    pub fn fields(&self) -> impl Iterator<Item = &'a Field> + use<'a> {
        let entity = self.entity;
        self.members.iter().filter_map(move |id| entity.field(id))
    }

    /// Whether one choice takes several fields together.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.members.len() > 1 || self.members.first() != Some(self.id)
    }
}

impl Entity {
    /// The field of that id.
    #[must_use]
    pub fn field(&self, id: &FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| &field.id == id)
    }

    /// The group a field belongs to.
    #[must_use]
    pub fn group_of(&self, field: &FieldId) -> Option<&Group> {
        self.groups.iter().find(|group| group.members.contains(field))
    }

    /// Every slot in the order of the entity's fields; a group stands where its first member does.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot<'_>> {
        let mut slots: Vec<Slot<'_>> = Vec::new();
        for field in &self.fields {
            let slot = match self.group_of(&field.id) {
                Some(group) => self.group_slot(group),
                None => self.field_slot(field),
            };
            if slots.iter().all(|known| known.id != slot.id) {
                slots.push(slot);
            }
        }
        slots
    }

    /// The slot of that id, be it a group or a field outside any group.
    #[must_use]
    pub fn slot(&self, id: &FieldId) -> Option<Slot<'_>> {
        self.slots().into_iter().find(|slot| slot.id == id)
    }

    fn group_slot<'a>(&'a self, group: &'a Group) -> Slot<'a> {
        Slot { id: &group.id, label: &group.label, members: &group.members, entity: self }
    }

    fn field_slot<'a>(&'a self, field: &'a Field) -> Slot<'a> {
        let members = std::slice::from_ref(&field.id);
        Slot { id: &field.id, label: &field.label, members, entity: self }
    }
}
