//! Values as programs see them: a text for a field, an object of texts for a group.

use crate::domain::entity::Slot;
use crate::domain::rows;
use crate::domain::value::{Held, Tuple};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A field's text, or a group's texts by member. Null is no value; an empty text is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum FieldValue {
    /// There may be a value, and the roles of whoever asks do not see it.
    Hidden(Hidden),
    Field(Option<String>),
    Group(BTreeMap<String, Option<String>>),
}

/// Stands for values that the roles of whoever asks do not see: `{"hidden": true}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    hidden: bool,
}

/// The text of one held value.
#[must_use]
pub fn text(held: &Held) -> Option<String> {
    match held {
        Held::Value(text) => Some(text.clone()),
        Held::Empty => Some(String::new()),
        Held::Null | Held::Unknown | Held::Hidden(_) => None,
    }
}

/// The values of a slot. A slot that is configured no longer shows its members by number.
#[must_use]
pub fn of(slot: Option<&Slot<'_>>, tuple: &[Held]) -> FieldValue {
    match (slot, tuple) {
        _ if tuple.iter().any(Held::is_hidden) => FieldValue::Hidden(Hidden { hidden: true }),
        (Some(slot), _) if slot.is_group() => {
            let members = slot.fields().zip(tuple);
            FieldValue::Group(
                members.map(|(field, held)| (rows::short_id(&field.id).to_owned(), text(held))).collect(),
            )
        }
        (_, [held]) => FieldValue::Field(text(held)),
        (_, tuple) => {
            let members = tuple.iter().enumerate();
            FieldValue::Group(members.map(|(at, held)| ((at + 1).to_string(), text(held))).collect())
        }
    }
}

/// What is wrong with a typed value: where below it, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub pointer: String,
    pub detail: String,
}

impl Wrong {
    fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// Reads a typed value.
///
/// # Errors
/// It is not a text or null; or for a group no object of all its members and nothing else.
pub fn typed(slot: Option<&Slot<'_>>, value: &serde_json::Value) -> Result<Tuple, Wrong> {
    let Some(slot) = slot.filter(|slot| slot.is_group()) else { return Ok(vec![held("", value)?]) };
    let members: Vec<&str> = slot.fields().map(|field| rows::short_id(&field.id)).collect();
    let Some(object) = value.as_object() else {
        let detail = format!("has to be an object with {}", members.join(", "));
        return Err(Wrong::new("", detail));
    };
    if let Some(unknown) = object.keys().find(|key| !members.contains(&key.as_str())) {
        let pointer = format!("/{}", unknown.replace('~', "~0").replace('/', "~1"));
        return Err(Wrong::new(pointer, format!("is not one of {}", members.join(", "))));
    }
    let of = |member: &&str| match object.get(*member) {
        Some(value) => held(&format!("/{member}"), value),
        None => Err(Wrong::new(format!("/{member}"), "is missing")),
    };
    members.iter().map(of).collect()
}

fn held(pointer: &str, value: &serde_json::Value) -> Result<Held, Wrong> {
    match value {
        serde_json::Value::String(text) => Ok(Held::from(text.as_str())),
        serde_json::Value::Null => Ok(Held::Null),
        _ => Err(Wrong::new(pointer, "has to be a text or null")),
    }
}
