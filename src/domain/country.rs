//! Countries: their codes, and the names people write for them.

mod aliases;
mod table;

use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One country or territory of ISO 3166-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// `DE`
    pub alpha2: &'static str,
    /// `DEU`
    pub alpha3: &'static str,
    /// `276`; empty where there is none.
    pub numeric: &'static str,
    /// The short English name, as it is written to systems that want names.
    pub english: &'static str,
    pub german: &'static str,
}

impl Country {
    const fn new(
        alpha2: &'static str,
        alpha3: &'static str,
        numeric: &'static str,
        english: &'static str,
        german: &'static str,
    ) -> Self {
        Self { alpha2, alpha3, numeric, english, german }
    }
}

/// The country of a code (alpha-2, alpha-3, numeric) or of a name in English or German, without
/// regard to letter case, accents, punctuation and a leading "the". `None` if no country, or no
/// single one, is called so.
#[must_use]
pub fn find(text: &str) -> Option<&'static Country> {
    // The longest name has under 60 characters; a text that is none should cost nothing.
    if text.len() > 200 {
        return None;
    }
    INDEX.get(&key(text)).copied()
}

/// Every country in the order of alpha-2 codes.
pub fn all() -> impl Iterator<Item = &'static Country> {
    table::COUNTRIES.iter().chain(&table::BEYOND_ISO)
}

static INDEX: LazyLock<HashMap<String, &'static Country>> = LazyLock::new(|| entries().collect());

/// Every key and its country, some twice.
fn entries() -> impl Iterator<Item = (String, &'static Country)> {
    let named = all().flat_map(|c| {
        let codes = [c.alpha2, c.alpha3, c.numeric].into_iter().filter(|code| !code.is_empty());
        codes.chain([c.english, c.german]).map(move |name| (name, c))
    });
    let aliases = aliases::ALIASES
        .iter()
        .filter_map(|(alpha2, name)| Some((*name, all().find(|country| country.alpha2 == *alpha2)?)));
    named.chain(aliases).flat_map(|(name, country)| [(key(name), country), (key(&spelled(name)), country)])
}

/// German letters as they are written where there are none: `Oesterreich`.
fn spelled(name: &str) -> String {
    let pairs = [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue")];
    pairs.iter().fold(name.to_owned(), |name, (letter, two)| name.replace(letter, two))
}

/// Lower case without accents, words of letters and digits only: `côte d’Ivoire` is
/// `cote d ivoire`, `St. Lucia` is `saint lucia`.
fn key(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .replace('ß', "ss")
        .replace('&', " and ")
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    // Alone it is the code of São Tomé and Príncipe.
    if let ["st", _, ..] = words.as_slice() {
        words[0] = "saint";
    }
    let words = words.strip_prefix(&["the"]).unwrap_or(&words);
    words.strip_suffix(&["the"]).unwrap_or(words).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn code(text: &str) -> Option<&'static str> {
        find(text).map(|country| country.alpha2)
    }

    #[test]
    fn codes_are_unique_and_in_order() {
        let alpha2: Vec<_> = table::COUNTRIES.iter().map(|c| c.alpha2).collect();
        assert!(alpha2.is_sorted());
        for codes in [
            alpha2.iter().copied().collect::<BTreeSet<_>>(),
            table::COUNTRIES.iter().map(|c| c.alpha3).collect(),
            table::COUNTRIES.iter().map(|c| c.numeric).collect(),
        ] {
            assert_eq!(codes.len(), 249);
        }
        for country in all() {
            assert_eq!((country.alpha2.len(), country.alpha3.len()), (2, 3));
        }
    }

    #[test]
    fn no_name_is_of_two_countries() {
        for (key, country) in entries() {
            assert_eq!(INDEX.get(&key), Some(&country), "{key}");
            assert!(!key.is_empty());
        }
        for (alpha2, name) in aliases::ALIASES {
            assert_eq!(code(name), Some(*alpha2), "{name}");
        }
    }

    #[test]
    fn every_country_is_found_by_each_of_its_names() {
        for country in all() {
            for name in [country.alpha2, country.alpha3, country.english, country.german] {
                assert_eq!(code(name), Some(country.alpha2), "{name}");
                assert_eq!(code(&name.to_uppercase()), Some(country.alpha2), "{name}");
            }
        }
    }

    #[test]
    fn what_people_write() {
        for (text, alpha2) in [
            ("Germany", "DE"),
            (" deutschland ", "DE"),
            ("276", "DE"),
            ("UK", "GB"),
            ("U.S.A.", "US"),
            ("the Netherlands", "NL"),
            ("Bahamas (the)", "BS"),
            ("OESTERREICH", "AT"),
            ("Osterreich", "AT"),
            ("Cote d'Ivoire", "CI"),
            ("Türkiye", "TR"),
            ("TURKEY", "TR"),
            ("Saint Lucia", "LC"),
            ("Trinidad & Tobago", "TT"),
            ("St", "ST"),
            ("Kosovo", "XK"),
        ] {
            assert_eq!(code(text), Some(alpha2), "{text}");
        }
    }

    #[test]
    fn what_is_none_or_could_be_two_is_not_guessed() {
        for text in
            ["", "  ", "Korea", "America", "Atlantis", "Saint", "D", "DEUT", "27", "the", "Germany, Bavaria"]
        {
            assert_eq!(code(text), None, "{text}");
        }
        assert_eq!(code(&"x".repeat(100_000)), None);
    }
}
