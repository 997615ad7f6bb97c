//! Normalising values before they are compared.
//!
//! Two values are the same when their normal forms are the same text. The raw values are kept
//! and shown; the normal form is used for judging only.
//!
//! Every normal form is its own normal form, so a text that could not be normalised never meets
//! the normal form of another by chance.

mod boolean;
pub(in crate::domain) mod decimal;
mod email;
pub(in crate::domain) mod moment;
#[cfg(test)]
mod tests;
pub(in crate::domain) mod text;

use super::value::Held;
use super::{country, phone};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// How a field's values are normalised before they are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Byte for byte after Unicode NFC.
    Exact,
    /// Letter case, runs of spaces and spaces at the ends do not count.
    #[default]
    Text,
    /// E.164; numbers without a country code are read in this region (`DE`).
    Phone(String),
    /// Decimal numbers: `12.10` is `12.1`.
    Decimal,
    /// Calendar dates in ISO 8601, an instant counting as its UTC text. A time of day without
    /// an offset stays one: it equals no instant, since its zone is not known.
    Date,
    /// Only the domain's letter case does not count.
    Email,
    /// ISO 3166 names and codes.
    Country,
    /// yes/no, true/false, 1/0, on/off.
    Boolean,
}

/// A value that is not of its field's kind, with the reason in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    /// `“text” is not what`, a long text being cut.
    pub(in crate::domain) fn not(text: &str, what: &str) -> Self {
        Self(format!("“{}” is not {what}", short(text)))
    }
}

/// At most 60 characters of a text, for a message.
pub(in crate::domain) fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Comparison {
    /// The normal form of a text.
    ///
    /// # Errors
    /// The text is not of this kind: the reason names the text and what was expected.
    pub fn normal_text(&self, text: &str) -> Result<String, Invalid> {
        match self {
            Self::Exact => Ok(text.nfc().collect()),
            Self::Text => Ok(text::normal(text)),
            Self::Phone(region) => phone::e164(text, region),
            Self::Decimal => decimal::normal(text),
            Self::Date => moment::normal(text),
            Self::Email => email::normal(text),
            Self::Country => country::find(text)
                .map(|country| country.alpha2.to_owned())
                .ok_or_else(|| Invalid::not(text, "a country's name or code (ISO 3166)")),
            Self::Boolean => boolean::normal(text),
        }
    }

    /// The normal form of a value. Empty and null stay themselves (whether they are equal is
    /// the mapping's to say); a value that cannot be normalised is compared by its text.
    #[must_use]
    pub fn normal(&self, held: &Held) -> Held {
        match held {
            Held::Value(text) => match self.normal_text(text) {
                Ok(normal) => Held::from(normal.as_str()),
                Err(_) => held.clone(),
            },
            other => other.clone(),
        }
    }

    /// Whether normal forms are numbers.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Decimal)
    }

    /// One list of every item of these lists; None for what is no list.
    #[must_use]
    pub fn union<'a>(&self, _texts: impl Iterator<Item = &'a str>) -> Option<String> {
        None
    }

    /// Whether two values count as the same. Values equal as they stand are not normalised at
    /// all, which is nearly every pair; what is unknown is the same as nothing, itself included.
    #[must_use]
    pub fn same(&self, a: &Held, b: &Held) -> bool {
        if *a == Held::Unknown || *b == Held::Unknown {
            return false;
        }
        a == b || self.normal(a) == self.normal(b)
    }
}
