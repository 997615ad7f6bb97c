//! What follows an account: how dense its pages are, its keys, how long its decisions are held.

use super::language::Language;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most that a person's hold is stretched by.
pub const MOST_HOLD_FACTOR: u32 = 10;

/// How an account wants its pages and keys. What is not said is as shipped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    #[serde(skip_serializing_if = "is_default")]
    pub density: Density,
    /// No single key does anything.
    #[serde(skip_serializing_if = "is_default")]
    pub keys_off: bool,
    /// Actions of the keyboard map with another key than the map's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub after_save: AfterSave,
    #[serde(skip_serializing_if = "is_default")]
    pub hold: HoldFactor,
    /// None: as the browser asks.
    #[serde(skip_serializing_if = "is_default")]
    pub language: Option<Language>,
    #[serde(skip_serializing_if = "is_default")]
    pub mail: MailWish,
}

/// When notices leave by mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailWish {
    /// Each by itself.
    AtOnce,
    /// One mail that gathers what is still unread after a quarter of an hour.
    #[default]
    Digest,
    Never,
}

impl MailWish {
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Digest, Self::Never];

    /// The text form, as stored and in the form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Digest => "digest",
            Self::Never => "never",
        }
    }
}

/// How much fits on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    Compact,
    #[default]
    Regular,
    Roomy,
}

impl Density {
    pub const ALL: [Self; 3] = [Self::Compact, Self::Regular, Self::Roomy];

    /// The text form, as stored and in the page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Regular => "regular",
            Self::Roomy => "roomy",
        }
    }
}

/// Where saving a decision leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterSave {
    #[default]
    Next,
    Stay,
}

/// How many times as long as the policies say a person's decisions can be undone: 1 to
/// [`MOST_HOLD_FACTOR`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct HoldFactor(u32);

impl HoldFactor {
    /// The factor of that size, if there is one.
    #[must_use]
    pub fn of(times: u32) -> Option<Self> {
        (1..=MOST_HOLD_FACTOR).contains(&times).then_some(Self(times))
    }

    /// A hold in seconds, for this person.
    #[must_use]
    pub fn of_seconds(self, seconds: u32) -> u32 {
        seconds.saturating_mul(self.0)
    }

    #[must_use]
    pub fn times(self) -> u32 {
        self.0
    }
}

impl Default for HoldFactor {
    fn default() -> Self {
        Self(1)
    }
}

impl From<HoldFactor> for u32 {
    fn from(factor: HoldFactor) -> Self {
        factor.0
    }
}

impl TryFrom<u32> for HoldFactor {
    type Error = String;

    fn try_from(times: u32) -> Result<Self, String> {
        Self::of(times).ok_or_else(|| format!("a hold is stretched by 1 to {MOST_HOLD_FACTOR}, not {times}"))
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_shipped_and_is_not_stored() {
        let none: Preferences = serde_json::from_str("{}").unwrap();
        assert_eq!(none, Preferences::default());
        assert_eq!(serde_json::to_string(&none).unwrap(), "{}");
        let some = Preferences {
            density: Density::Compact,
            hold: HoldFactor::of(3).unwrap(),
            keys: [("skip".to_owned(), "y".to_owned())].into(),
            ..Preferences::default()
        };
        let text = serde_json::to_string(&some).unwrap();
        assert_eq!(text, r#"{"density":"compact","keys":{"skip":"y"},"hold":3}"#);
        assert_eq!(serde_json::from_str::<Preferences>(&text).unwrap(), some);
    }

    #[test]
    fn a_hold_is_stretched_by_one_to_ten() {
        assert_eq!((HoldFactor::of(0), HoldFactor::of(11)), (None, None));
        assert_eq!(HoldFactor::of(10).unwrap().of_seconds(300), 3000);
        assert!(serde_json::from_str::<Preferences>(r#"{"hold":0}"#).is_err());
    }
}
