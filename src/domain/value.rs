//! Raw cells as a system sent them, and field values in their four states.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// One raw value of one column, with nothing lost: a number keeps its lexeme, so `12.10`,
/// `1e-7` and integers above 2^64 survive a round trip. Stored as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    Null,
    Bool(bool),
    /// The number exactly as the source wrote it.
    Number(String),
    Text(String),
    /// A nested object or list, as JSON text.
    Json(String),
}

impl Cell {
    /// The cell as text, `None` for null.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Null => None,
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Number(text) | Self::Text(text) | Self::Json(text) => Some(text),
        }
    }

    /// The cell's value in the sense of comparing: null, empty or a text.
    #[must_use]
    pub fn held(&self) -> Held {
        match self.text() {
            None => Held::Null,
            Some("") => Held::Empty,
            Some(text) => Held::Value(text.to_owned()),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(lexeme) | Self::Json(lexeme) => {
                let raw = RawValue::from_string(lexeme.clone());
                raw.map_err(serde::ser::Error::custom)?.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'"') => Self::Text(serde_json::from_str(text).map_err(D::Error::custom)?),
            Some(b'{' | b'[') => Self::Json(text.to_owned()),
            _ => Self::Number(text.to_owned()),
        })
    }
}

/// The mapped columns of one row, by column name or JSON Pointer.
pub type Cells = BTreeMap<String, Cell>;

/// A field's value as one system holds it, in the entity's own form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// Unreadable, or the column vanished: takes no side and lets nothing be agreed.
    Unknown,
    Null,
    Empty,
    Value(String),
}

impl Held {
    /// The text of a value; `None` for the three other states.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Value(text) => Some(text),
            Self::Unknown | Self::Null | Self::Empty => None,
        }
    }

    /// Null or empty: there is nothing there.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Null | Self::Empty)
    }
}

impl From<&str> for Held {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Value(text.to_owned()) }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.value().unwrap_or(""))
    }
}

/// The values of a slot: one for a field, one per member for a group.
pub type Tuple = Vec<Held>;
