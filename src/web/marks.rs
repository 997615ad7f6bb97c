//! Which parts of a value are drawn as new, as lost, in bold or in grey.
//!
//! What differs is found by [`textdiff`](crate::domain::textdiff); here it becomes the pieces a
//! template draws.

use crate::domain::compare::Comparison;
use crate::domain::textdiff::{self, Span};
use crate::domain::value::Held;

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
    let (head, tail) = shared(agreed, value);
    let (from, to) = (head.len(), value.len() - tail.len());
    let middle = textdiff::alone(&agreed[from..agreed.len() - tail.len()], &value[from..to]);
    let same = |text: &str| Piece { mark: Mark::Same, text: text.to_owned() };
    let all = std::iter::once(same(head)).chain(middle.into_iter().map(Piece::from)).chain([same(tail)]);
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in all.filter(|piece| !piece.text.is_empty()) {
        match pieces.last_mut().filter(|last| last.mark == piece.mark) {
            Some(last) => last.text.push_str(&piece.text),
            None => pieces.push(piece),
        }
    }
    pieces
}

/// A list against the last agreed one, member by member, in whatever order they stand: those are marked
/// that it did not have. None for what is no list, or where no member is new.
#[must_use]
pub fn members(comparison: &Comparison, agreed: &str, value: &str) -> Option<Vec<Piece>> {
    let ((of, members), (_, known)) = (comparison.members(value)?, comparison.members(agreed)?);
    let is_new = |member: &str| {
        !member.is_empty()
            && !known.iter().any(|other| of.same(&Held::from(other.as_str()), &Held::from(member)))
    };
    let (mut pieces, mut rest): (Vec<Piece>, _) = (Vec::new(), value);
    let mut push = |mark: Mark, text: &str| match pieces.last_mut().filter(|last| last.mark == mark) {
        Some(last) => last.text.push_str(text),
        None if !text.is_empty() => pieces.push(Piece { mark, text: text.to_owned() }),
        None => {}
    };
    for member in &members {
        // One that is written otherwise inside a list, as JSON may be, is not found in it.
        let (before, after) = rest.split_at(rest.find(member.as_str())?);
        push(Mark::Same, before);
        push(if is_new(member) { Mark::Now } else { Mark::Same }, member);
        rest = &after[member.len()..];
    }
    push(Mark::Same, rest);
    pieces.iter().any(Piece::is_now).then_some(pieces)
}

/// What two texts have in common in front and at the end, in whole words. Of texts that are short enough
/// to be looked into it is left to that.
fn shared<'v>(one: &str, other: &'v str) -> (&'v str, &'v str) {
    if one.len().max(other.len()) <= textdiff::LONGEST {
        return ("", "");
    }
    let equal = |(a, b): &((usize, char), (usize, char))| a.1 == b.1;
    let head = one.char_indices().zip(other.char_indices()).take_while(equal);
    let head = head.map(|(_, (at, letter))| at + letter.len_utf8()).last().unwrap_or(0);
    let head = other[..head].trim_end_matches(|letter: char| !letter.is_whitespace()).len();
    let (rest, own) = (&one[head.min(one.len())..], &other[head..]);
    let tail = rest.chars().rev().zip(own.chars().rev()).take_while(|(a, b)| a == b);
    let tail = own.len() - tail.map(|(letter, _)| letter.len_utf8()).sum::<usize>();
    let tail = own[tail..].find(char::is_whitespace).map_or(own.len(), |at| tail + at);
    (&other[..head], &own[tail..])
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
/// A longer word is cut inside, in characters.
const WORD: usize = 20;
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
    let space = front.rfind(char::is_whitespace).filter(|at| front[*at..].chars().count() <= WORD);
    let front = space.map_or(front, |at| front[..at].trim_end());
    let back = if tail == 0 { "" } else { &text[places[places.len() - tail]..] };
    let space = back.find(char::is_whitespace).filter(|at| back[..*at].chars().count() <= WORD);
    let back = space.map_or(back, |at| back[at..].trim_start());
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
    fn of_a_list_the_members_are_marked_that_are_new() {
        let list = |separator: &str| Comparison::Set { of: Box::default(), separator: separator.to_owned() };
        let marked = |agreed, value| members(&list(";"), agreed, value).map(|pieces| drawn(&pieces));
        assert_eq!(marked("ISO 9001; FSC", "FSC; ISO 14001").as_deref(), Some("FSC; [ISO 14001]"));
        assert_eq!(marked("a; b", "c; a; d").as_deref(), Some("[c]; a; [d]"));
        assert_eq!(marked("a", "a; a b").as_deref(), Some("a; [a b]"));
        assert_eq!(marked(r#"["a"]"#, r#"["b", "a"]"#).as_deref(), Some(r#"["[b]", "a"]"#));
        assert_eq!(marked("a; b", "b"), None, "nothing is new");
        assert_eq!(members(&Comparison::Text, "a", "b"), None, "no list");
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

    #[test]
    fn texts_too_long_to_be_looked_into_share_their_ends() {
        let clause = "Goods are checked by whoever takes them in. ".repeat(120);
        let (was, now) = (format!("{clause}Ten days. {clause}"), format!("{clause}Five weeks. {clause}"));
        let pieces = against(&was, &now);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), now);
        let text = drawn(&excerpt(pieces));
        assert!(text.contains("takes them in. [Five weeks]. Goods"), "{text}");
        assert!(text.chars().count() < 2 * AROUND + 40, "{text}");
        assert_eq!(drawn(&against(&"a".repeat(5000), &"a".repeat(5001))), format!("[{}]", "a".repeat(5001)));
    }

    #[test]
    fn a_text_without_blanks_is_cut_all_the_same() {
        let text = format!("Titel\n{}", "字".repeat(3000));
        let shown = drawn(&excerpt(Piece::whole(Mark::Plain, text)));
        assert!(shown.chars().count() > 150 && shown.ends_with('…'), "{shown}");
    }
}
