//! What somebody may see: which fields' values are limited to roles, and how what is read is veiled
//! for those who have none of these.
//!
//! It names what may be seen, not what may not: a field or a column that the configuration knows no
//! longer is hidden from whoever may not see all of its entity. Values become [`Held::Hidden`], which
//! keeps no text, so that nothing behind can tell one. That systems differ, who holds the same, who
//! changed it and when stay to be seen.

mod page;
mod problems;
mod trail;
mod written;

use super::access::Role;
use super::catalog::Catalog;
use super::entity::{Entity, Field};
use super::ids::{EntityId, FieldId, SystemId};
use super::mapping::Mapping;
use super::presence::RECORD;
use super::record::{Agreed, Base};
use super::value::{Cell, Cells, Held, Veil};
use std::collections::{BTreeMap, BTreeSet};

/// What stands for words that could tell a hidden value, such as a system's refusal to take it.
pub use super::value::HIDDEN as WORDS;

/// What one reader may see. The default sees everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// None: everything.
    part: Option<BTreeMap<EntityId, Part>>,
}

/// What may be seen of one entity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Part {
    /// Nothing of it is hidden, not even what is configured no longer.
    whole: bool,
    /// Fields, groups and kinds of child rows.
    slots: BTreeSet<FieldId>,
    /// The columns of each system's row.
    columns: BTreeMap<SystemId, BTreeSet<String>>,
}

impl Field {
    /// Whether one of these roles may see its values.
    #[must_use]
    pub fn is_visible_to(&self, roles: &BTreeSet<Role>) -> bool {
        self.visible_to.as_ref().is_none_or(|named| !named.is_disjoint(roles))
    }
}

impl Entity {
    /// The roles that may see a slot's values; None where all may.
    #[must_use]
    pub fn limited_to(&self, slot: &FieldId) -> Option<BTreeSet<Role>> {
        self.slot(slot)?.fields().find_map(|field| field.visible_to.clone())
    }

    fn is_limited(&self) -> bool {
        let rows = self.children.iter().flat_map(|children| &children.fields);
        self.fields.iter().chain(rows).any(|field| field.visible_to.is_some())
    }
}

impl Catalog {
    /// What somebody with these roles may see.
    #[must_use]
    pub fn sight(&self, roles: &BTreeSet<Role>) -> Sight {
        let limited = |entity: &Entity| entity.is_limited();
        let part = self.entities.iter().any(limited).then(|| {
            let part = |entity: &Entity| (entity.id.clone(), self.part(entity, roles));
            self.entities.iter().map(part).collect()
        });
        let all_whole = |part: &BTreeMap<EntityId, Part>| part.values().all(|part| part.whole);
        Sight { part: part.filter(|part| !all_whole(part)) }
    }

    /// What people outside may see: nothing that is limited to any role.
    #[must_use]
    pub fn outside(&self) -> Sight {
        self.sight(&BTreeSet::new())
    }

    fn part(&self, entity: &Entity, roles: &BTreeSet<Role>) -> Part {
        let sees = |field: &&Field| field.is_visible_to(roles);
        let own = entity.fields.iter().filter(sees).map(|field| field.id.clone());
        let mut slots: BTreeSet<FieldId> = own.collect();
        let all = |members: &[FieldId]| members.iter().all(|member| slots.contains(member));
        let groups: Vec<FieldId> =
            entity.groups.iter().filter(|group| all(&group.members)).map(|group| group.id.clone()).collect();
        let rows = entity.children.iter().filter(|rows| rows.fields.iter().all(|field| sees(&field)));
        let rows: Vec<FieldId> = rows.map(|rows| rows.id.clone()).collect();
        slots.extend(groups.into_iter().chain(rows));
        let known = entity.fields.len() + entity.groups.len() + entity.children.len();
        let mappings = self.mappings.iter().filter(|mapping| mapping.entity == entity.id);
        let columns = mappings.map(|mapping| (mapping.system.clone(), columns(mapping, &slots)));
        Part { whole: slots.len() == known, columns: columns.collect(), slots }
    }
}

/// The columns of a mapping that no hidden field is made of.
fn columns(mapping: &Mapping, slots: &BTreeSet<FieldId>) -> BTreeSet<String> {
    let fields = mapping.fields.iter().filter(|own| !slots.contains(&own.field));
    let rows = mapping.rows.iter().filter(|own| !slots.contains(&own.children)).map(|own| &own.column);
    let hidden: BTreeSet<&str> =
        fields.flat_map(|own| &own.columns).chain(rows).map(String::as_str).collect();
    mapping.columns().difference(&hidden).map(|name| (*name).to_owned()).collect()
}

impl Sight {
    /// Whether nothing is hidden.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.part.is_none()
    }

    /// Whether nothing of an entity is hidden.
    #[must_use]
    pub fn sees_all(&self, entity: &EntityId) -> bool {
        self.part.as_ref().is_none_or(|part| part.get(entity).is_some_and(|part| part.whole))
    }

    /// By entity the slots that may be seen, None for all of them; None where nothing is hidden.
    pub fn seen(&self) -> Option<impl Iterator<Item = (&EntityId, Option<&BTreeSet<FieldId>>)>> {
        let part = self.part.as_ref()?;
        Some(part.iter().map(|(entity, part)| (entity, (!part.whole).then_some(&part.slots))))
    }

    /// Whether the values of a slot, a field, a child row or one of its fields are hidden.
    #[must_use]
    pub fn hides(&self, entity: &EntityId, id: &FieldId) -> bool {
        let slot = id.as_str().split('/').next().unwrap_or_default();
        let seen = |part: &Part| part.whole || slot == RECORD || part.slots.contains(slot);
        self.part.as_ref().is_some_and(|part| !part.get(entity).is_some_and(seen))
    }

    /// The same, where it is not known of which entity the slot is.
    #[must_use]
    pub fn hides_somewhere(&self, id: &FieldId) -> bool {
        let part = self.part.as_ref();
        part.is_some_and(|part| part.keys().any(|entity| self.hides(entity, id)))
    }

    /// Whether a column of a system's row is hidden.
    #[must_use]
    pub fn hides_column(&self, entity: &EntityId, system: &SystemId, column: &str) -> bool {
        let seen = |part: &Part| part.columns.get(system).is_some_and(|own| own.contains(column));
        let sees = |part: &Part| part.whole || seen(part);
        self.part.as_ref().is_some_and(|part| !part.get(entity).is_some_and(sees))
    }

    /// Veils the hidden columns of a row.
    pub fn cells(&self, entity: &EntityId, system: &SystemId, cells: &mut Cells) {
        if self.sees_all(entity) {
            return;
        }
        for (column, cell) in cells.iter_mut().filter(|(name, _)| self.hides_column(entity, system, name)) {
            *cell = Cell::Hidden(Veil::over(&(column, &*cell)));
        }
    }

    /// Veils the hidden fields of a record's agreed values.
    pub fn base(&self, entity: &EntityId, base: &mut Base) {
        for (_, Agreed(held, _)) in base.0.iter_mut().filter(|(field, _)| self.hides(entity, field)) {
            veil(held);
        }
    }
}

/// Hides a value. What nobody could read is known to be so.
fn veil(held: &mut Held) {
    if *held != Held::Unknown {
        *held = Held::Hidden(Veil::over(held));
    }
}

fn veil_all<'a>(held: impl IntoIterator<Item = &'a mut Held>) {
    held.into_iter().for_each(veil);
}
