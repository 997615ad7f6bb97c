//! What an expression may look at: one difference, its systems and its record.

use crate::domain::compare::decimal;
use crate::domain::diff::Candidate;
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::value::{Held, Tuple};
use cel::Value;
use cel::objects::{Key, Map};
use std::collections::{BTreeMap, HashMap};
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
}

impl Scene {
    pub(super) fn variables(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.variables.iter().cloned()
    }

    /// Gives a name its value; one that is not in [`NAMES`] would never be asked for.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.variables.push((name, value.into()));
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
        self.set("record", map(fields.iter().map(entry)));
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
