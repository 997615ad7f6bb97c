//! Normalising values before they are compared.
//!
//! Two values are the same when their normal forms are the same text, or, with a tolerance, when
//! they are close enough. A tolerance is no normal form: of three values the outer two may be too
//! far apart while each is near the middle one, so sameness is asked of pairs. The raw values are
//! kept and shown; the normal form is used for judging only.
//!
//! Every normal form is its own normal form, so a text that could not be normalised never meets
//! the normal form of another by chance.

mod boolean;
pub(in crate::domain) mod decimal;
mod email;
mod list;
pub(in crate::domain) mod moment;
#[cfg(test)]
mod tests;
pub(in crate::domain) mod text;
mod tolerance;

use super::figure::Figure;
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
    /// Decimal numbers that are no further apart than `absolute` (`0.05`), or than `relative`
    /// (`0.01` or `1%`) of the one further from zero. With both, either is enough.
    Tolerance {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absolute: Option<Figure>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        relative: Option<Figure>,
    },
    /// A list whose order and repeats do not count: a JSON list, or a text cut at `separator`.
    Set {
        #[serde(default)]
        of: Box<Comparison>,
        #[serde(default = "comma")]
        separator: String,
    },
    /// A list whose order counts.
    Sequence {
        #[serde(default)]
        of: Box<Comparison>,
        #[serde(default = "comma")]
        separator: String,
    },
}

fn comma() -> String {
    ",".to_owned()
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

fn are_one(a: &Held, b: &Held) -> bool {
    a == b && *a != Held::Unknown
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
            Self::Decimal | Self::Tolerance { .. } => decimal::normal(text),
            Self::Date => moment::normal(text),
            Self::Email => email::normal(text),
            Self::Country => country::find(text)
                .map(|country| country.alpha2.to_owned())
                .ok_or_else(|| Invalid::not(text, "a country's name or code (ISO 3166)")),
            Self::Boolean => boolean::normal(text),
            Self::Set { of, separator } | Self::Sequence { of, separator } => {
                let members = list::members(text, separator)?;
                members
                    .iter()
                    .filter(|member| !member.is_empty())
                    .try_for_each(|member| of.normal_text(member).map(|_| ()))?;
                Ok(list::normal(&members, of, self.is_set()))
            }
        }
    }

    fn is_set(&self) -> bool {
        matches!(self, Self::Set { .. })
    }

    /// The members of a list and how each is compared; None for a kind that is no list.
    #[must_use]
    pub fn members(&self, text: &str) -> Option<(&Self, Vec<String>)> {
        match self {
            Self::Set { of, separator } | Self::Sequence { of, separator } => {
                list::members(text, separator).ok().map(|members| (&**of, members))
            }
            _ => None,
        }
    }

    /// How one value is compared: a list's member, or the value itself.
    #[must_use]
    pub fn of_one(&self) -> &Self {
        match self {
            Self::Set { of, .. } | Self::Sequence { of, .. } => of,
            _ => self,
        }
    }

    /// The normal form of a value. Empty and null stay themselves (whether they are equal is
    /// the mapping's to say), and a list without members is empty. A value that cannot be
    /// normalised is compared by its text, and so is a member of a list.
    #[must_use]
    pub fn normal(&self, held: &Held) -> Held {
        let Held::Value(text) = held else { return held.clone() };
        if let Self::Set { of, separator } | Self::Sequence { of, separator } = self {
            return match list::members(text, separator) {
                Ok(members) => Held::from(list::normal(&members, of, self.is_set()).as_str()),
                Err(_) => held.clone(),
            };
        }
        match self.normal_text(text) {
            Ok(normal) => Held::from(normal.as_str()),
            Err(_) => held.clone(),
        }
    }

    /// Whether normal forms are numbers.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Decimal | Self::Tolerance { .. })
    }

    /// One list of every member of these lists, each once, written as the first is; None for
    /// what is no list.
    #[must_use]
    pub fn union(&self, texts: &[&str]) -> Option<String> {
        match self {
            Self::Set { of, separator } | Self::Sequence { of, separator } => {
                list::union(texts, of, separator)
            }
            _ => None,
        }
    }

    /// Whether two values count as the same. Values equal as they stand are not normalised at
    /// all, which is nearly every pair; what is unknown is the same as nothing, itself included.
    #[must_use]
    pub fn same(&self, a: &Held, b: &Held) -> bool {
        are_one(a, b) || self.same_normal(&self.normal(a), &self.normal(b))
    }

    /// [`Comparison::same`] of two values in normal form.
    #[must_use]
    pub fn same_normal(&self, a: &Held, b: &Held) -> bool {
        are_one(a, b) || self.is_near(a, b)
    }

    fn is_near(&self, a: &Held, b: &Held) -> bool {
        let Self::Tolerance { absolute, relative } = self else { return false };
        let near = |(a, b)| tolerance::is_near(a, b, absolute.as_ref(), relative.as_ref());
        a.value().zip(b.value()).is_some_and(near)
    }

    /// A list in the form that `like` has, so that a JSON list goes back as one and a separated
    /// text as one; any other value as it stands.
    ///
    /// # Errors
    /// A member contains the separator, and would be read back as two.
    pub fn in_the_form_of(&self, like: &Held, value: &Held) -> Result<Held, Invalid> {
        match (self, like, value) {
            (
                Self::Set { separator, .. } | Self::Sequence { separator, .. },
                Held::Value(like),
                Held::Value(text),
            ) => list::styled(text, like, separator).map(Held::Value),
            _ => Ok(value.clone()),
        }
    }

    /// What is wrong with the settings of this kind, each as a sentence with what to do.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        match self {
            Self::Tolerance { absolute, relative } => {
                tolerance::problems(absolute.as_ref(), relative.as_ref())
            }
            Self::Set { of, separator } | Self::Sequence { of, separator } => list::problems(of, separator),
            Self::Phone(region) if !phone::is_region(region) => vec![format!(
                "\"{region}\" is no region with telephone numbers: give its two letters (ISO 3166), such as \"DE\""
            )],
            _ => Vec::new(),
        }
    }
}
