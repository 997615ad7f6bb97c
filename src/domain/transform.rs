//! Transforms: the conversion steps of a mapping, each with its way back.

mod case;
mod cell;
mod chain;
mod date;
mod number;
mod part;
#[cfg(test)]
mod tests;

pub(in crate::domain) use chain::{Chain, same};

use super::compare::text::fold_case;
use super::compare::{Comparison, short};
use super::{country, phone};
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
    /// A date or time in this strftime format becomes ISO 8601. Never guessed: a time without
    /// an offset in it stays without one, and a `Z` that ends the format stands for UTC.
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

impl TransformError {
    fn unreadable(text: &str, expected: impl Into<String>) -> Self {
        Self::Unreadable { text: short(text), expected: expected.into() }
    }

    /// The text, cut where it is long, and why it cannot be written.
    pub fn unwritable(text: &str, reason: impl Into<String>) -> Self {
        Self::Unwritable { text: short(text), reason: reason.into() }
    }
}

const COUNTRY: &str = "a country's name or code (ISO 3166)";

impl Transform {
    /// One text, from the system's form to ours. A text of one column is joined already.
    ///
    /// # Errors
    /// The text is not in the form that the step reads.
    pub fn read(&self, text: &str) -> Result<String, TransformError> {
        let wrong = |expected: String| TransformError::unreadable(text, expected);
        match self {
            Self::Join { .. } | Self::Case(_) => Ok(text.to_owned()),
            Self::Trim => Ok(text.trim().to_owned()),
            Self::Part { separator, index } => {
                part::read(text, separator, *index).ok_or_else(|| wrong("separated by anything".to_owned()))
            }
            Self::Number { decimal, thousands } => number::read(text, *decimal, *thousands)
                .ok_or_else(|| wrong(number::expected(*decimal, *thousands))),
            Self::Date { format } => {
                date::read(text, format).ok_or_else(|| wrong(format!("a date in the format {format}")))
            }
            Self::Phone { region } => {
                phone::e164(text, region).map_err(|_| wrong(format!("a phone number ({region})")))
            }
            Self::Country { .. } => country::find(text)
                .map(|country| country.alpha2.to_owned())
                .ok_or_else(|| wrong(COUNTRY.to_owned())),
        }
    }

    /// One text, from our form to the system's. `before` is what this step reads in the present
    /// row: the other parts of a column, and how its numbers are written.
    ///
    /// # Errors
    /// The text is not what the step can write.
    pub fn write(&self, text: &str, before: &str) -> Result<String, TransformError> {
        let wrong = |reason: String| TransformError::unwritable(text, reason);
        match self {
            Self::Join { .. } => Ok(text.to_owned()),
            Self::Case(case) => Ok(case.write(text)),
            Self::Trim => Ok(text.trim().to_owned()),
            Self::Part { separator, index } => {
                part::write(text, before, separator, *index).map_err(|reason| wrong(reason.to_owned()))
            }
            Self::Number { decimal, thousands } => number::write(text, *decimal, *thousands, before)
                .ok_or_else(|| wrong("it is not a decimal number".to_owned())),
            Self::Date { format } => date::write(text, format).map_err(wrong),
            Self::Phone { region } => {
                phone::e164(text, region).map_err(|_| wrong(format!("it is not a phone number ({region})")))
            }
            Self::Country { style } => country::find(text)
                .map(|country| style.of(country).to_owned())
                .ok_or_else(|| wrong(format!("it is not {COUNTRY}"))),
        }
    }

    /// The text without what the step itself does not keep, for asking whether two texts are
    /// the same to it.
    fn fold(&self, text: &str) -> String {
        let kind = match self {
            Self::Join { .. } | Self::Part { .. } => return text.to_owned(),
            Self::Case(_) => return fold_case(text),
            Self::Trim => return text.trim().to_owned(),
            Self::Number { .. } => Comparison::Decimal,
            Self::Date { .. } => Comparison::Date,
            Self::Phone { region } => Comparison::Phone(region.clone()),
            Self::Country { .. } => Comparison::Country,
        };
        kind.normal_text(text).unwrap_or_else(|_| text.to_owned())
    }
}

impl CountryStyle {
    fn of(self, country: &country::Country) -> &'static str {
        match self {
            Self::Alpha2 => country.alpha2,
            Self::Alpha3 => country.alpha3,
            Self::Name => country.english,
        }
    }
}
