//! Which parts of a value are drawn as new, as lost, in bold or in grey.
//!
//! What differs is found by [`textdiff`](crate::domain::textdiff); here it becomes the pieces a
//! template draws.

use crate::domain::textdiff::{self, Span};

/// What a piece of a value is, against the value it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nothing to compare with, or nothing in common: plain.
    Plain,
    /// The same in both: grey in the queue, plain elsewhere.
    Same,
    /// Only here: "now", or bold in the queue.
    Now,
    /// Lost: "was".
    Was,
}

/// A piece of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub mark: Mark,
    pub text: String,
}

impl Piece {
    /// One whole value with one mark.
    #[must_use]
    pub fn whole(mark: Mark, text: impl Into<String>) -> Vec<Self> {
        vec![Self { mark, text: text.into() }]
    }

    fn beginning(self, characters: usize) -> Self {
        Self { text: beginning(&self.text, characters), ..self }
    }

    /// Whether it is marked as new.
    #[must_use]
    pub fn is_now(&self) -> bool {
        self.mark == Mark::Now
    }

    /// Whether it is marked as lost.
    #[must_use]
    pub fn is_was(&self) -> bool {
        self.mark == Mark::Was
    }

    /// Whether both values have it.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.mark == Mark::Same
    }
}

impl From<Span> for Piece {
    fn from(span: Span) -> Self {
        let mark = match span.mark {
            textdiff::Mark::Same => Mark::Same,
            textdiff::Mark::Was => Mark::Was,
            textdiff::Mark::Now => Mark::Now,
        };
        Self { mark, text: span.text }
    }
}

/// `value` against the last agreed one: what is new in it is marked.
#[must_use]
pub fn against(agreed: &str, value: &str) -> Vec<Piece> {
    if agreed == value {
        return Piece::whole(Mark::Plain, value);
    }
    textdiff::alone(agreed, value).into_iter().map(Piece::from).collect()
}

/// Pieces of a value beside another one, to be read in a list: where the two share no word at
/// all, nothing stands out and all is plain.
#[must_use]
pub fn beside(pieces: Vec<Piece>) -> Vec<Piece> {
    let shared = |piece: &Piece| piece.is_same() && piece.text.chars().any(char::is_alphanumeric);
    if pieces.iter().any(shared) {
        return pieces;
    }
    Piece::whole(Mark::Plain, pieces.iter().map(|piece| piece.text.as_str()).collect::<String>())
}

/// A value of more bytes than these is shown in excerpts, a group's lines together.
pub const LONG: usize = 300;
/// What is shown beside a place that differs, in characters.
const AROUND: usize = 90;
/// What is shown of a place that differs, at each of its ends, in characters.
const WITHIN: usize = 160;
/// Places that differ, of one value: the whole text has the rest.
const PLACES: usize = 6;

/// The places of a long value that are new, each with what stands around it; without any, how it begins.
#[must_use]
pub fn excerpt(pieces: Vec<Piece>) -> Vec<Piece> {
    if pieces.iter().map(|piece| piece.text.len()).sum::<usize>() <= LONG {
        return pieces;
    }
    let now: Vec<usize> = (0..pieces.len()).filter(|at| pieces[*at].is_now()).collect();
    let (first, end) = match (now.first(), now.get(PLACES - 1).or(now.last())) {
        (Some(first), Some(last)) => (*first, *last + 1),
        // Nothing stands out: how it begins.
        _ => return pieces.into_iter().take(1).map(|own| own.beginning(2 * AROUND)).collect(),
    };
    let cut = pieces.len() > end + 1;
    let shown = pieces.into_iter().enumerate().take(end + 1).map(|(at, piece)| {
        let (head, tail) = match () {
            () if piece.is_now() => (WITHIN, WITHIN),
            () => (if at > first { AROUND } else { 0 }, if at < end { AROUND } else { 0 }),
        };
        Piece { text: ends(&piece.text, head, tail), ..piece }
    });
    let mut shown: Vec<Piece> = shown.collect();
    shown.extend(cut.then(|| Piece { mark: Mark::Plain, text: " …".to_owned() }));
    shown
}

/// How a text begins, in that many characters and whole words.
#[must_use]
pub fn beginning(text: &str, characters: usize) -> String {
    ends(text, characters, 0)
}

/// The two ends of a text, in that many characters and whole words; all of it, if it is hardly more.
fn ends(text: &str, head: usize, tail: usize) -> String {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    if places.len() <= head + tail + 10 {
        return text.to_owned();
    }
    let front = &text[..places[head]];
    let front = front.rfind(char::is_whitespace).map_or(front, |at| &front[..at]);
    let back = if tail == 0 { "" } else { &text[places[places.len() - tail]..] };
    let back = back.find(char::is_whitespace).map_or(back, |at| back[at..].trim_start());
    let gap = match (front.is_empty(), back.is_empty()) {
        (true, _) => "… ",
        (false, true) => " …",
        (false, false) => " … ",
    };
    format!("{front}{gap}{back}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(pieces: &[Piece]) -> String {
        pieces.iter().map(|p| if p.is_now() { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    #[test]
    fn a_value_beside_another_shows_what_both_share() {
        let beside = |other, value| drawn(&beside(against(other, value)));
        assert_eq!(beside("+46 70 555 0118", "+46 70 555 0181"), "+46 70 555 [0181]");
        assert_eq!(beside("Hauptplatz 2, Graz", "LINDENGASSE 25, GRAZ"), "[LINDENGASSE 25], GRAZ");
    }

    #[test]
    fn values_that_share_nothing_are_plain() {
        for (other, value) in [("Enterprise", "Team"), ("12-05", "33-06"), ("", "Team")] {
            assert_eq!(beside(against(other, value)), Piece::whole(Mark::Plain, value));
        }
    }

    #[test]
    fn of_a_long_value_the_places_that_differ_are_shown() {
        let filler = |word: &str| format!("{word} ").repeat(200);
        let (was, now) = (
            format!("{}ten days {}", filler("so"), filler("on")),
            format!("{}five days {}", filler("so"), filler("on")),
        );
        let shown = excerpt(against(&was, &now));
        assert_eq!(shown.iter().filter(|piece| piece.is_now()).count(), 1);
        let text = drawn(&shown);
        assert!(
            text.starts_with("… so so") && text.contains("so [five] days on") && text.ends_with("on …"),
            "{text}"
        );
        assert!(text.chars().count() < 2 * AROUND + 30, "{text}");
        let whole = excerpt(Piece::whole(Mark::Plain, filler("as")));
        assert!(drawn(&whole).starts_with("as as") && drawn(&whole).ends_with('…'), "{whole:?}");
        let short = against("Elm Road 4", "Elm Road 5");
        assert_eq!(excerpt(short.clone()), short);
    }

    #[test]
    fn a_text_is_cut_between_words_and_never_inside_a_letter() {
        assert_eq!(beginning("Müßiggang ist aller Laster Anfang, sagt man", 20), "Müßiggang ist aller …");
        assert_eq!(beginning(&"ß".repeat(40), 20), format!("{} …", "ß".repeat(20)));
    }
}
