//! What the floors below say in English, found again among the messages of `said.ftl`.
//!
//! A verb that refuses says why in a sentence, since programs, commands and the log read it as
//! it is. For a person it is shown in their language: the sentence is matched with the English
//! messages `refusal-*` of that file, what stands in place of an argument is the argument. A
//! sentence that is not there is shown as it is, as is what a system says in its own words. An
//! argument `why` has to be such a sentence itself.

use super::{Arg, Msg, literal, msg};
use std::sync::LazyLock;

const FILE: &str = include_str!("../../../locales/en/said.ftl");

/// A message as its pieces.
#[derive(Debug)]
struct Shape {
    key: String,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Argument(String),
}

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let mut shapes: Vec<Shape> = FILE.lines().filter_map(shape).collect();
    // The one that says most is the right one.
    shapes.sort_by_key(|shape| std::cmp::Reverse(shape.literal()));
    shapes
});

/// The sentence as a message, where it is one of ours; with its first letter as it was.
#[must_use]
pub fn said(text: impl Into<String>) -> Msg {
    let text = text.into();
    found(&text).unwrap_or_else(|| literal(text))
}

fn found(text: &str) -> Option<Msg> {
    SHAPES.iter().find_map(|shape| shape.read(text))
}

/// A line `key = text with { $arguments }`; this file has no other messages.
fn shape(line: &str) -> Option<Shape> {
    let (key, text) = line.split_once(" = ").filter(|_| line.starts_with("refusal-"))?;
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("{ $") {
        let (name, after) = after.split_once(" }")?;
        pieces.extend((!before.is_empty()).then(|| Piece::Text(before.to_owned())));
        pieces.push(Piece::Argument(name.to_owned()));
        rest = after;
    }
    pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest.to_owned())));
    Some(Shape { key: key.to_owned(), pieces })
}

impl Shape {
    fn literal(&self) -> usize {
        self.pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.len() } else { 0 }).sum()
    }

    /// The message this sentence is, if it has this shape.
    fn read(&self, text: &str) -> Option<Msg> {
        let (mut rest, mut open, mut args) = (text, None::<&str>, Vec::new());
        for (at, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Argument(name) => open = Some(name),
                Piece::Text(words) => {
                    let last = at + 1 == self.pieces.len();
                    let start = match (open, last) {
                        (None, _) => find_start(rest, words, at == 0)?,
                        (Some(_), true) => rest.len().checked_sub(words.len())?,
                        (Some(_), false) => rest.find(words.as_str())?,
                    };
                    if at > 0 && rest.get(start..)?.strip_prefix(words.as_str()).is_none() {
                        return None;
                    }
                    if let Some(name) = open.take() {
                        args.push((name, rest.get(..start)?));
                    }
                    rest = rest.get(start + words.len()..)?;
                }
            }
        }
        match open {
            Some(name) => args.push((name, rest)),
            None if !rest.is_empty() => return None,
            None => {}
        }
        args.iter().try_fold(msg(self.key.clone()), |whole, (name, value)| {
            let value = match *name {
                _ if value.is_empty() => return None,
                "why" => Arg::from(found(value)?),
                _ => Arg::from(*value),
            };
            Some(whole.with((*name).to_owned(), value))
        })
    }
}

/// Where the words begin: at the very start, the first letter of a sentence in either case.
fn find_start(text: &str, words: &str, first: bool) -> Option<usize> {
    let (mut ours, mut theirs) = (words.chars(), text.chars());
    let same = |a: char, b: char| a == b || (first && a.to_lowercase().eq(b.to_lowercase()));
    let begins = same(ours.next()?, theirs.next()?) && theirs.as_str().starts_with(ours.as_str());
    begins.then_some(0)
}

#[cfg(test)]
mod tests {
    use super::super::{english, of};
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn a_sentence_of_ours_is_found_with_what_it_speaks_of() {
        let german = of(Language::German);
        for (text, shown) in [
            ("“Other” needs a note that says what", "„Anderes“"),
            ("Type 212 to decide them all", "212"),
            ("Portal is being read already", "Portal"),
            ("Postcode: it is longer than 10 characters", "Postcode: Der Wert ist länger als 10 Zeichen"),
        ] {
            let found = said(text);
            assert!(matches!(found, Msg::Key { .. }), "{text}");
            assert!(german.plain(&found).contains(shown), "{}", german.plain(&found));
            assert_ne!(german.plain(&found), text);
            assert_eq!(english().plain(&found).to_lowercase(), text.to_lowercase());
        }
    }

    #[test]
    fn words_of_a_system_stay_as_they_are() {
        for text in ["postcode: more than 10 characters", "", "Type", "is being read already"] {
            assert_eq!(said(text), literal(text), "{text}");
        }
    }
}
