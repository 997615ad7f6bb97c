//! Which words of a value differ: what `ins`, `del` and bold are drawn on.
//!
//! Whole words are compared first; inside a word only if it is long, not a number, mostly the
//! same and differs in one or two places. Nothing is ever split inside a grapheme.

use similar::Algorithm::Myers;
use similar::ChangeTag;
use similar::utils::{diff_graphemes, diff_unicode_words};

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

/// `value` against the last agreed one: what is new in it is marked.
#[must_use]
pub fn against(agreed: &str, value: &str) -> Vec<Piece> {
    if agreed == value {
        return Piece::whole(Mark::Plain, value);
    }
    pieces(agreed, value, ChangeTag::Insert, Mark::Now)
}

/// Two values side by side: what they share and what each has alone. Values that share nothing
/// are plain.
#[must_use]
pub fn pair(a: &str, b: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (of_a, of_b) =
        (pieces(b, a, ChangeTag::Insert, Mark::Now), pieces(a, b, ChangeTag::Insert, Mark::Now));
    let shared = |pieces: &[Piece]| pieces.iter().any(|piece| piece.is_same());
    if shared(&of_a) && shared(&of_b) && a != b {
        (of_a, of_b)
    } else {
        (Piece::whole(Mark::Plain, a), Piece::whole(Mark::Plain, b))
    }
}

fn pieces(old: &str, new: &str, side: ChangeTag, mark: Mark) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let words = diff_unicode_words(Myers, old, new);
    for (at, (tag, text)) in words.iter().enumerate() {
        if *tag == ChangeTag::Equal {
            push(&mut out, Mark::Same, text);
        } else if *tag == side {
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            match before.and_then(|(tag, word)| (*tag == ChangeTag::Delete).then(|| inside(word, text))?) {
                Some(parts) => parts.into_iter().for_each(|part| push(&mut out, part.mark, &part.text)),
                None => push(&mut out, mark, text),
            }
        }
    }
    joined(out)
}

/// The marks inside one long word, if it is mostly the same.
fn inside(old: &str, new: &str) -> Option<Vec<Piece>> {
    let long = new.chars().count() >= 8 && new.chars().all(char::is_alphabetic);
    if !long {
        return None;
    }
    let mut out = Vec::new();
    for (tag, text) in diff_graphemes(Myers, old, new) {
        match tag {
            ChangeTag::Equal => push(&mut out, Mark::Same, text),
            ChangeTag::Insert => push(&mut out, Mark::Now, text),
            ChangeTag::Delete => {}
        }
    }
    let length =
        |mark: Mark| -> usize { out.iter().filter(|p| p.mark == mark).map(|p| p.text.chars().count()).sum() };
    let runs = out.iter().filter(|piece| piece.is_now()).count();
    let enough = length(Mark::Same) * 10 >= new.chars().count() * 6;
    (enough && (1..=2).contains(&runs)).then_some(out)
}

fn push(out: &mut Vec<Piece>, mark: Mark, text: &str) {
    match out.last_mut() {
        Some(last) if last.mark == mark => last.text.push_str(text),
        _ => out.push(Piece { mark, text: text.to_owned() }),
    }
}

/// A space or sign between two marked words belongs to the mark: one run reads better than two.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let thin = |piece: &Piece| piece.is_same() && !piece.text.chars().any(char::is_alphanumeric);
    let mut out: Vec<Piece> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let between = at > 0 && pieces.get(at + 1).is_some_and(Piece::is_now) && pieces[at - 1].is_now();
        let mark = if thin(piece) && between { Mark::Now } else { piece.mark };
        push(&mut out, mark, &piece.text);
    }
    if out.iter().all(|piece| !piece.is_same() || thin(piece)) {
        // Only signs are shared: nothing is.
        let text: String = out.iter().map(|piece| piece.text.as_str()).collect();
        return Piece::whole(Mark::Now, text);
    }
    trimmed(out)
}

/// Spaces at the ends of a mark are no part of it.
fn trimmed(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out = Vec::new();
    for piece in pieces {
        let word = piece.text.trim();
        if !piece.is_now() || word.is_empty() || word.len() == piece.text.len() {
            push(&mut out, piece.mark, &piece.text);
            continue;
        }
        let start = piece.text.len() - piece.text.trim_start().len();
        let (before, rest) = piece.text.split_at(start);
        let (word, after) = rest.split_at(word.len());
        for (mark, text) in [(Mark::Same, before), (Mark::Now, word), (Mark::Same, after)] {
            if !text.is_empty() {
                push(&mut out, mark, text);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(pieces: &[Piece]) -> String {
        pieces.iter().map(|p| if p.is_now() { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    #[test]
    fn whole_words_are_marked_and_numbers_are_never_split() {
        assert_eq!(drawn(&against("Elmstraße 4", "Lindenallee 12")), "[Lindenallee 12]");
        assert_eq!(drawn(&against("+49 30 5550 1742", "+49 30 5550 1472")), "+49 30 5550 [1472]");
        assert_eq!(drawn(&against("10115", "10117")), "[10117]");
        assert_eq!(drawn(&against("Berlin", "Berlin Mitte")), "Berlin [Mitte]");
        assert_eq!(drawn(&against("Berlin", "Berlin")), "Berlin");
    }

    #[test]
    fn a_long_word_is_marked_inside_where_it_differs() {
        assert_eq!(drawn(&against("Lindenalee", "Lindenallee")), "Lindenal[l]ee");
    }

    #[test]
    fn a_pair_shows_what_both_share() {
        let (a, b) = pair("+46 70 555 0118", "+46 70 555 0181");
        assert_eq!((drawn(&a), drawn(&b)), ("+46 70 555 [0118]".into(), "+46 70 555 [0181]".into()));
        let (a, _) = pair("Enterprise", "Team");
        assert_eq!(a, Piece::whole(Mark::Plain, "Enterprise"));
    }
}
