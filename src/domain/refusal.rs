//! Why a delivery needs a person, as a key that those of one cause share: one fix helps them all.
//!
//! The key is made of what kind of refusal it is and of the system's message without what belongs to
//! one record alone: its identifier, its values, numbers, what stands in quotes.

pub use super::delivery::Why;

use super::delivery::{Change, DeliveryState};
use super::seal::sha256;
use super::value::{Cell, Held};

/// Characters of a message that count; what follows is mostly a listing.
const COUNTED: usize = 300;
/// Shorter values are part of too many words.
const LEAST: usize = 3;

/// The key of what a delivery needs a person for; None when it needs none.
#[must_use]
pub fn cause(state: &DeliveryState, key: Option<&str>, change: &Change) -> Option<String> {
    let (kind, message) = match state {
        DeliveryState::Refused { why, message, .. } => (why.as_str(), message),
        DeliveryState::ByHand { .. } => return Some("by_hand".to_owned()),
        _ => return None,
    };
    let print = sha256(&[pattern(message, &own_words(key, change)).as_bytes()]);
    Some(format!("{kind}-{}", print.get(..12).unwrap_or_default()))
}

/// The kind of refusal in a key.
#[must_use]
pub fn kind(cause: &str) -> Option<Why> {
    let name = cause.split('-').next().unwrap_or_default();
    [Why::Said, Why::Tried, Why::Look].into_iter().find(|why| why.as_str() == name)
}

/// What belongs to the record: longest first, so that a part does not spoil the whole.
fn own_words<'a>(key: Option<&'a str>, change: &'a Change) -> Vec<&'a str> {
    let held = change.fields.values().flat_map(|(was, becomes)| [was, becomes]).filter_map(Held::value);
    let cells = change.cells.values().chain(change.before.values()).filter_map(|cell| match cell {
        Cell::Text(text) | Cell::Number(text) => Some(text.as_str()),
        _ => None,
    });
    let mut words: Vec<&str> = held.chain(cells).chain(key).filter(|word| word.len() >= LEAST).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    words
}

/// A message without what is of one record alone.
#[must_use]
pub fn pattern(message: &str, own: &[&str]) -> String {
    let short: String = message.chars().take(COUNTED).collect();
    let bare = own.iter().fold(short, |text, word| text.replace(word, "#"));
    let words = unquoted(&bare);
    let words: Vec<String> = words.split_whitespace().map(plain).collect();
    words.join(" ")
}

/// What stands in quotes becomes `#`. A quote within a word is an apostrophe.
fn unquoted(text: &str) -> String {
    let closing = |open: char| match open {
        '"' | '`' | '\'' => Some(open),
        '“' => Some('”'),
        '‘' => Some('’'),
        '«' => Some('»'),
        _ => None,
    };
    let (mut out, mut rest, mut before) = (String::with_capacity(text.len()), text, ' ');
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let inside = closing(first).filter(|_| !before.is_alphanumeric());
        match inside.and_then(|close| after.find(close).map(|at| &after[at + close.len_utf8()..])) {
            Some(end) => {
                out.push('#');
                (rest, before) = (end, '#');
            }
            None => {
                out.push(first);
                (rest, before) = (after, first);
            }
        }
    }
    out
}

/// A word with a number in it becomes `#`, its punctuation kept; others are in small letters.
fn plain(word: &str) -> String {
    let core = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '#');
    if core.chars().any(|c| c.is_ascii_digit() || c == '#' || c == '@') {
        return word.replacen(core, "#", 1);
    }
    word.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_one_record_does_not_part_what_has_one_cause() {
        for (one, other) in [
            ("Postcode: more than 10 characters", "postcode: more than 12 characters"),
            ("row P001 is locked", "row P-2_77 is locked"),
            ("\"Ada Okafor\" is not allowed", "\"Mateo's\" is not allowed"),
            ("the street ‘A b’ is unknown", "the street ‘C’ is unknown"),
            ("mail ada@example.com is taken", "mail bo@example.org is taken"),
            (
                "failed: 0190f3c2-7a11-7abc-8def-001122334455 (request 77)",
                "failed: 0190f3c2-9999-7abc-8def-aabbccddeeff (request 9)",
            ),
        ] {
            assert_eq!(pattern(one, &[]), pattern(other, &[]), "{one} / {other}");
        }
        assert_eq!(pattern("Berlin is closed", &["Berlin"]), pattern("Oslo is closed", &["Oslo"]));
    }

    #[test]
    fn another_cause_is_another_pattern() {
        for (one, other) in [
            ("postcode: more than 10 characters", "street: more than 10 characters"),
            ("it doesn't fit", "it doesn't exist"),
            ("", "no"),
        ] {
            assert_ne!(pattern(one, &[]), pattern(other, &[]), "{one} / {other}");
        }
    }
}
