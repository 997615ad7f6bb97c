//! Child rows: keyed rows inside a record, such as order lines.
//!
//! A system holds them as a JSON list of objects in one column. Reading makes a field of every
//! member of every row, with an id like `lines/4711/quantity`, and the mark `lines`: null where
//! the rows could be read, unknown where they could not. A row that a system lacks is null in
//! each of its fields. Behind that, rows are compared, judged and decided like groups.

mod json;
mod mapping;
#[cfg(test)]
mod tests;

pub use mapping::RowsMapping;
pub(in crate::domain) use mapping::problems;

use super::entity::Field;
use super::ids::{EntityId, FieldId};
use super::record::{Base, Holding};
use super::value::Held;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most rows of one kind in one record.
pub const MOST_ROWS: usize = 1000;

/// One kind of child rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Children {
    pub id: FieldId,
    /// Shown to people, the key after it: "Order line" (4711).
    pub label: String,
    /// What is compared of a row. They come from one source together, as those of a group do.
    pub fields: Vec<Field>,
}

impl Children {
    /// The id of a row: `lines/4711`. `key` is as it stands in ids.
    #[must_use]
    pub fn row_id(&self, key: &str) -> FieldId {
        FieldId(format!("{}/{key}", self.id))
    }

    /// The fields of one row, or of all of them, under ids of their own.
    pub(in crate::domain) fn fields_of(&self, key: Option<&str>) -> Vec<Field> {
        let own = |field: &Field| {
            let id = match key {
                Some(key) => field_id(&self.id, key, &field.id),
                None => FieldId(format!("{}//{}", self.id, field.id)),
            };
            Field { id, ..field.clone() }
        };
        self.fields.iter().map(own).collect()
    }
}

/// The id of a row's field: `lines/4711/quantity`.
fn field_id(children: &FieldId, key: &str, member: &FieldId) -> FieldId {
    FieldId(format!("{children}/{key}/{member}"))
}

/// The children and the key of a row's id.
#[must_use]
pub fn row_of(id: &FieldId) -> Option<(&str, &str)> {
    let (children, key) = id.as_str().split_once('/')?;
    (!key.is_empty() && !key.contains('/')).then_some((children, key))
}

/// The children, the key and the member of a row's field.
fn parts(id: &FieldId) -> Option<(&str, &str, &str)> {
    let (children, rest) = id.as_str().split_once('/')?;
    let (key, member) = rest.split_once('/')?;
    Some((children, key, member))
}

/// The children and the member of a row's field.
#[must_use]
pub fn member_of(id: &FieldId) -> Option<(&str, &str)> {
    parts(id).map(|(children, _, member)| (children, member))
}

/// The row that a row's field belongs to: `lines/4711` of `lines/4711/quantity`.
#[must_use]
pub fn row_of_field(id: &FieldId) -> Option<FieldId> {
    let (children, key, _) = parts(id).filter(|(_, key, _)| !key.is_empty())?;
    Some(FieldId(format!("{children}/{key}")))
}

/// A member's name without the row it is of: `quantity` of `lines/4711/quantity`; any other id
/// as it stands.
#[must_use]
pub fn short_id(id: &FieldId) -> &str {
    parts(id).map_or(id.as_str(), |(_, _, member)| member)
}

/// A field's value in a holding: one that is not there is null in a row that its system lacks,
/// and unknown where the rows could not be read. None where the mapping leaves it out.
#[must_use]
pub fn held<'a>(fields: &'a BTreeMap<FieldId, Held>, id: &FieldId) -> Option<&'a Held> {
    fields.get(id).or_else(|| fields.get(parts(id)?.0))
}

/// The keys of the rows that any system holds or all agreed on, as they stand in ids, in byte
/// order.
pub(in crate::domain) fn keys<'a>(
    children: &FieldId,
    base: &'a Base,
    holdings: &'a [Holding],
) -> BTreeSet<&'a str> {
    let present = holdings.iter().filter(|holding| holding.present);
    let held = present.flat_map(|holding| &holding.fields).map(|(id, _)| id);
    let known = held.chain(base.0.keys()).filter_map(parts);
    known
        .filter(|(own, key, _)| *own == children.as_str() && !key.is_empty())
        .map(|(_, key, _)| key)
        .collect()
}

/// A key as it stands in ids: letters and digits of any script, `.`, `-` and `_` as they are,
/// all else as `%` and two hexadecimal digits a byte.
pub(in crate::domain) fn encoded(key: &str) -> String {
    let mut id = String::with_capacity(key.len());
    for c in key.chars() {
        if c.is_alphanumeric() || ".-_".contains(c) {
            id.push(c);
        } else {
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| id.push_str(&format!("%{byte:02X}")));
        }
    }
    id
}

/// A key as people read it.
#[must_use]
pub fn decoded(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let pair = more.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Children {
    /// What is wrong with it, each as a sentence.
    pub(in crate::domain) fn problems(&self, entity: &EntityId) -> Vec<String> {
        let place = format!("entity {entity}: children “{}”", self.id);
        let mut problems = Vec::new();
        if self.fields.is_empty() {
            problems.push(format!("{place} has no fields: name what is compared of a row"));
        }
        for field in &self.fields {
            let of_field = |problem| format!("{place}: field “{}”: {problem}", field.id);
            problems.extend(field.validation_problems().into_iter().map(of_field));
        }
        problems
    }
}
