//! Raw cells as a system sent them, and field values in their states.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};

/// What stands for a hidden value where nobody finds better words for it.
pub const HIDDEN: &str = "hidden by your role";

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
    /// There is a cell, and whoever reads may not see it. Never stored.
    Hidden(Veil),
}

/// Stands where a value was that somebody may not see. It tells whether two of them hid the same, in
/// this process, and nothing else: it has no text, and is written and printed without what it keeps.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Veil(u64);

impl Veil {
    /// Over something that is compared only.
    #[must_use]
    pub fn over(hidden: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        hidden.hash(&mut hasher);
        Self(hasher.finish())
    }
}

impl fmt::Debug for Veil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

impl Serialize for Veil {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Veil {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self::default())
    }
}

impl Cell {
    /// The cell as text, `None` for null.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Null | Self::Hidden(_) => None,
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Number(text) | Self::Text(text) | Self::Json(text) => Some(text),
        }
    }

    /// The cell's value in the sense of comparing: null, empty or a text.
    #[must_use]
    pub fn held(&self) -> Held {
        match (self, self.text()) {
            (Self::Hidden(veil), _) => Held::Hidden(*veil),
            (_, None) => Held::Null,
            (_, Some("")) => Held::Empty,
            (_, Some(text)) => Held::Value(text.to_owned()),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Hidden(_) => Err(serde::ser::Error::custom("a hidden cell is never stored")),
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
    /// Something, or nothing: whoever reads may not see it.
    Hidden(Veil),
}

impl Held {
    /// The text of a value; `None` for the other states.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Value(text) => Some(text),
            Self::Unknown | Self::Null | Self::Empty | Self::Hidden(_) => None,
        }
    }

    /// Whoever reads may not see it.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        matches!(self, Self::Hidden(_))
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
        let none = if self.is_hidden() { HIDDEN } else { "" };
        f.write_str(self.value().unwrap_or(none))
    }
}

/// The values of a slot: one for a field, one per member for a group.
pub type Tuple = Vec<Held>;
