//! Transforms: the conversion steps of a mapping, each with its way back.

use serde::{Deserialize, Serialize};

/// One conversion step. Read goes from the system's text to ours, write the other way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Several columns become one text; writing splits at the last separators.
    Join { separator: String },
    /// Part `index` (from 0) of a column split by `separator`; writing replaces that part only.
    Part { separator: String, index: usize },
    /// Reads as it stands; writes in this letter case.
    Case(LetterCase),
    /// Spaces at the ends fall away.
    Trim,
    /// `1.000,50` with these marks becomes `1000.50`.
    Number {
        decimal: char,
        #[serde(default)]
        thousands: Option<char>,
    },
    /// A date or time in this strftime format becomes ISO 8601. Never guessed.
    Date { format: String },
    /// Becomes E.164, numbers without a country code being of `region`.
    Phone { region: String },
    /// Becomes ISO 3166 alpha-2; writes as `style`.
    Country { style: CountryStyle },
}

/// The letter case a system wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterCase {
    Upper,
    Lower,
    Title,
}

/// How a system writes countries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountryStyle {
    Alpha2,
    Alpha3,
    Name,
}

/// Why a value could not be converted: what, where and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransformError {
    #[error("column {0} is not there")]
    MissingColumn(String),
    #[error("“{text}” is not {expected}")]
    Unreadable { text: String, expected: String },
    #[error("“{text}” cannot be written here: {reason}")]
    Unwritable { text: String, reason: String },
}
