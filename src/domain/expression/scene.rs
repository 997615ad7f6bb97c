//! What an expression may look at: one difference, its systems and its record.

use super::LONGEST_TEXT;
use crate::domain::compare::decimal;
use crate::domain::diff::Candidate;
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::value::{Held, Tuple};
use cel::Value;
use cel::objects::{Key, Map};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The names an expression may use, as `docs/admins/policies.md` explains them.
pub const NAMES: [&str; 15] = [
    "field",
    "kind",
    "systems",
    "values",
    "numbers",
    "moved",
    "authors",
    "hands",
    "changed_at",
    "hours_ago",
    "agreed",
    "proposed",
    "change",
    "change_percent",
    "record",
];

/// The values of an expression's names.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    variables: Vec<(&'static str, Value)>,
    /// Names, and fields of the record, with texts that are too long; they have no value here.
    long: BTreeSet<String>,
}

impl Scene {
    pub(super) fn variables(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.variables.iter().cloned()
    }

    /// What cannot be looked at, being too long.
    pub(super) fn too_long(&self) -> impl Iterator<Item = &str> {
        self.long.iter().map(String::as_str)
    }

    /// Gives a name its value; one that is not in [`NAMES`] would never be asked for.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        if is_long(&value) {
            self.long.insert(name.to_owned());
        } else {
            self.variables.push((name, value));
        }
    }

    /// Gives a name one value for each system.
    pub fn by_system<V: Into<Value>>(
        &mut self,
        name: &'static str,
        candidates: &[Candidate],
        value: impl Fn(&Candidate) -> Option<V>,
    ) {
        let entry = |own: &Candidate| Some((key(&own.system), value(own)?.into()));
        self.set(name, map(candidates.iter().filter_map(entry)));
    }

    /// The record's fields, each as the first system that has it holds it.
    pub fn record(&mut self, fields: &BTreeMap<FieldId, Held>) {
        let entry = |(field, held): (&FieldId, &Held)| (Key::String(Arc::new(field.0.clone())), text(held));
        let (long, short): (Vec<_>, Vec<_>) = fields.iter().partition(|(_, held)| is_long(&text(held)));
        self.long.extend(long.into_iter().map(|(field, _)| field.0.clone()));
        self.set("record", map(short.into_iter().map(entry)));
    }
}

/// Whether a text in it, or its texts together, have too many characters.
fn is_long(value: &Value) -> bool {
    length(value) > LONGEST_TEXT
}

/// The characters of the longest text, of a list of all its texts.
fn length(value: &Value) -> usize {
    match value {
        // Counting characters only where there are bytes enough for too many.
        Value::String(text) if text.len() > LONGEST_TEXT => text.chars().count(),
        Value::String(text) => text.len(),
        Value::List(items) => items.iter().map(length).sum(),
        Value::Map(map) => map.map.values().map(length).max().unwrap_or(0),
        _ => 0,
    }
}

fn key(system: &SystemId) -> Key {
    Key::String(Arc::new(system.0.clone()))
}

fn map(entries: impl Iterator<Item = (Key, Value)>) -> Value {
    let map: HashMap<Key, Value> = entries.collect();
    Value::Map(Map { map: Arc::new(map) })
}

/// A value as text; null where there is none.
#[must_use]
pub fn text(held: &Held) -> Value {
    held.value().map_or(Value::Null, |text| Value::String(Arc::new(text.to_owned())))
}

/// A slot's values: one text, or for a group a list of them.
#[must_use]
pub fn tuple(values: &Tuple) -> Value {
    match values.as_slice() {
        [one] => text(one),
        many => Value::List(Arc::new(many.iter().map(text).collect())),
    }
}

/// A slot's value as a number, if it is one: a double, which has 15 digits.
#[must_use]
pub fn number(values: &[Held]) -> Option<f64> {
    let [one] = values else { return None };
    decimal::normal(one.value()?).ok()?.parse().ok()
}
