//! Entities, their fields and field groups: what an admin says records are made of.

use super::access::Role;
use super::compare::Comparison;
use super::ids::{EntityId, FieldId};
use super::record::{Base, Holding};
use super::rows::{self, Children};
use super::validate::Validation;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

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
    /// Keyed rows inside a record, such as order lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Children>,
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
    /// The roles that may see its values, and so decide it. None: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_to: Option<BTreeSet<Role>>,
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

/// What is compared and decided as one: a field, a whole group, or one child row.
///
/// The rows of a record are known only from its holdings, so the slot of a row is made of its id
/// (`lines/4711`) wherever it is asked for. The slot of all rows (`lines`) is what policies are
/// set on; no system holds a value of it.
#[derive(Debug)]
pub struct Slot<'a> {
    pub id: Name<'a, FieldId>,
    pub label: Name<'a, str>,
    members: Members<'a>,
}

/// A name of a slot, of the configuration or made for a child row: a reference to it is used like
/// one into the configuration. It has no `clone` of its own, so that cloning gives the name itself.
#[derive(Debug)]
pub struct Name<'a, T: ToOwned + ?Sized>(Cow<'a, T>)
where
    T::Owned: fmt::Debug;

impl<T: ToOwned + ?Sized> std::ops::Deref for Name<'_, T>
where
    T::Owned: fmt::Debug,
{
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ToOwned + fmt::Display + ?Sized> fmt::Display for Name<'_, T>
where
    T::Owned: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name: &T = &self.0;
        name.fmt(f)
    }
}

#[derive(Debug)]
enum Members<'a> {
    /// The members of a group, or the field itself.
    Of(&'a [FieldId], &'a Entity),
    /// The fields of one child row, or of all of them.
    Rows(Vec<Field>, &'a Children),
}

impl<'a> Slot<'a> {
    /// The fields of the slot, in the group's order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> + use<'_, 'a> {
        let (members, own) = match &self.members {
            Members::Of(ids, entity) => (Some((*ids, *entity)), &[][..]),
            Members::Rows(fields, _) => (None, fields.as_slice()),
        };
        let of = members.into_iter().flat_map(|(ids, entity)| ids.iter().filter_map(|id| entity.field(id)));
        of.chain(own)
    }

    /// Whether one choice takes several fields together.
    #[must_use]
    pub fn is_group(&self) -> bool {
        match &self.members {
            Members::Of(ids, _) => ids.len() > 1 || ids.first() != Some(&*self.id),
            Members::Rows(..) => true,
        }
    }

    /// What its policy is set on: of a child row all rows of its kind, else the slot itself.
    #[must_use]
    pub fn policy_id(&self) -> &FieldId {
        match &self.members {
            Members::Of(..) => &self.id,
            Members::Rows(_, children) => &children.id,
        }
    }

    /// The child rows it is one of, or all of.
    #[must_use]
    pub fn children(&self) -> Option<&'a Children> {
        match &self.members {
            Members::Of(..) => None,
            Members::Rows(_, children) => Some(children),
        }
    }

    /// Whether it is what the policy of child rows is set on, and no value of a record.
    #[must_use]
    pub fn is_all_rows(&self) -> bool {
        self.children().is_some_and(|children| children.id == *self.id)
    }

    /// Whether it is one child row.
    #[must_use]
    pub fn is_row(&self) -> bool {
        self.children().is_some_and(|children| children.id != *self.id)
    }
}

impl Entity {
    /// The field of that id. A row's field is found by its own id (`lines/4711/quantity`), and
    /// is that of all rows.
    #[must_use]
    pub fn field(&self, id: &FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| &field.id == id).or_else(|| {
            let (children, member) = rows::member_of(id)?;
            let children = self.children.iter().find(|known| known.id.as_str() == children)?;
            children.fields.iter().find(|field| field.id.as_str() == member)
        })
    }

    /// A field's name on screen; of a child row with the row's: `Order line 4711: Quantity`.
    #[must_use]
    pub fn field_label(&self, id: &FieldId) -> Option<String> {
        let label = self.field(id)?.label.clone();
        let row = rows::row_of_field(id).and_then(|row| self.slot(&row).map(|row| row.label.to_owned()));
        Some(row.map_or_else(|| label.clone(), |row| format!("{row}: {label}")))
    }

    /// The group a field belongs to.
    #[must_use]
    pub fn group_of(&self, field: &FieldId) -> Option<&Group> {
        self.groups.iter().find(|group| group.members.contains(field))
    }

    /// Every slot that a policy is set on, in the order of the entity's fields; a group stands
    /// where its first member does, child rows after all fields.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot<'_>> {
        let mut slots = self.own_slots();
        slots.extend(self.children.iter().map(|children| all_rows(children)));
        slots
    }

    /// Every slot of one record: the child rows are those that any system holds, all agreed on or
    /// a difference is `disputed` of, followed by the slot of all rows.
    #[must_use]
    pub fn slots_of<'k>(
        &self,
        base: &'k Base,
        holdings: &'k [Holding],
        disputed: impl Iterator<Item = &'k FieldId> + Clone,
    ) -> Vec<Slot<'_>> {
        let mut slots = self.own_slots();
        for children in &self.children {
            let mut keys = rows::keys(&children.id, base, holdings);
            let of_these = |(own, key)| (own == children.id.as_str()).then_some(key);
            keys.extend(disputed.clone().filter_map(rows::row_of).filter_map(of_these));
            slots.extend(keys.into_iter().map(|key| row(children, key)));
            slots.push(all_rows(children));
        }
        slots
    }

    fn own_slots(&self) -> Vec<Slot<'_>> {
        let mut slots: Vec<Slot<'_>> = Vec::new();
        for field in &self.fields {
            let slot = match self.group_of(&field.id) {
                Some(group) => self.group_slot(group),
                None => self.field_slot(field),
            };
            if slots.iter().all(|known| *known.id != *slot.id) {
                slots.push(slot);
            }
        }
        slots
    }

    /// The slot of that id, be it a group, a field outside any group, child rows or one of them.
    #[must_use]
    pub fn slot(&self, id: &FieldId) -> Option<Slot<'_>> {
        if let Some((children, key)) = rows::row_of(id) {
            let children = self.children.iter().find(|known| known.id.as_str() == children)?;
            return Some(row(children, key));
        }
        self.slots().into_iter().find(|slot| *slot.id == *id)
    }

    fn group_slot<'a>(&'a self, group: &'a Group) -> Slot<'a> {
        slot(&group.id, &group.label, Members::Of(&group.members, self))
    }

    fn field_slot<'a>(&'a self, field: &'a Field) -> Slot<'a> {
        slot(&field.id, &field.label, Members::Of(std::slice::from_ref(&field.id), self))
    }
}

fn slot<'a>(id: &'a FieldId, label: &'a str, members: Members<'a>) -> Slot<'a> {
    Slot { id: Name(Cow::Borrowed(id)), label: Name(Cow::Borrowed(label)), members }
}

/// The slot that the policy of child rows is set on.
fn all_rows(children: &Children) -> Slot<'_> {
    slot(&children.id, &children.label, Members::Rows(children.fields_of(None), children))
}

/// One child row, by its key as it stands in ids.
fn row<'a>(children: &'a Children, key: &str) -> Slot<'a> {
    Slot {
        id: Name(Cow::Owned(children.row_id(key))),
        label: Name(Cow::Owned(format!("{} {}", children.label, rows::decoded(key)))),
        members: Members::Rows(children.fields_of(Some(key)), children),
    }
}
