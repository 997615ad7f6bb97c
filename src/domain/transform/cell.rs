//! Values going back into cells, which keep their types.

use crate::domain::compare::{Comparison, decimal};
use crate::domain::value::{Cell, Held};

impl Cell {
    /// A value in this cell's type where it can be: a number stays a number, a boolean a
    /// boolean, a nested object one.
    pub(in crate::domain) fn retyped(&self, value: &Held) -> Self {
        let text = match value {
            Held::Value(text) => text,
            Held::Empty => return Self::Text(String::new()),
            Held::Null | Held::Unknown | Held::Hidden(_) => return Self::Null,
        };
        let typed = match self {
            Self::Number(_) if decimal::is_json_number(text) => Some(Self::Number(text.clone())),
            Self::Number(_) => decimal::normal(text).ok().map(Self::Number),
            Self::Bool(_) => {
                Comparison::Boolean.normal_text(text).ok().map(|word| Self::Bool(word == "true"))
            }
            Self::Json(_) => is_nested(text).then(|| Self::Json(text.clone())),
            Self::Null | Self::Text(_) | Self::Hidden(_) => None,
        };
        typed.unwrap_or_else(|| Self::Text(text.clone()))
    }

    /// Nothing, as this cell has it: a text is empty, all else null.
    pub(in crate::domain) fn blank(&self) -> Self {
        if let Self::Text(_) = self { Self::Text(String::new()) } else { Self::Null }
    }

    /// How the cell's own type compares values.
    pub(in crate::domain) fn comparison(&self) -> Option<Comparison> {
        match self {
            Self::Number(_) => Some(Comparison::Decimal),
            Self::Bool(_) => Some(Comparison::Boolean),
            Self::Null | Self::Text(_) | Self::Json(_) | Self::Hidden(_) => None,
        }
    }
}

/// JSON of an object or a list.
fn is_nested(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
