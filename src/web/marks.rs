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
}
