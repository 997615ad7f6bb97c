//! The languages a person can read Referee in.

use serde::{Deserialize, Serialize};

/// A language of the pages. Each has all of its messages in `locales/`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "de")]
    German,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The tag, as stored and as browsers send it: `en`, `de`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language of a tag, whatever its country: `de-AT` is German.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let first = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|known| first.eq_ignore_ascii_case(known.tag()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_language_whatever_its_country() {
        assert_eq!(Language::of("de-AT"), Some(Language::German));
        assert_eq!(Language::of("EN"), Some(Language::English));
        for none in ["", "fr", "deu", "-de", "*"] {
            assert_eq!(Language::of(none), None, "{none:?}");
        }
    }
}
