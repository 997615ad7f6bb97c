//! What changed between two texts, in words, for showing one against the other.
//!
//! Whole words are compared first. Inside a word only the changed letters are marked, but only
//! when that is easier to see: most of the word is the same and it changed in one place or two.
//! No mark ever falls inside what a reader sees as one letter (a grapheme).

mod odd;
#[cfg(test)]
mod tests;

pub use odd::{Odd, odd_characters};

use similar::{Algorithm, DiffOp, DiffableStr, capture_diff_slices};
use std::ops::Range;

/// A stretch of text and which of the two texts it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub mark: Mark,
}

/// Which of the two texts a span belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// In both.
    Same,
    /// Only in the earlier text.
    Was,
    /// Only in the later text.
    Now,
}

/// How two pieces of text are held to be one.
#[derive(Clone, Copy)]
enum Eyes {
    /// Letter by letter.
    Exact,
    /// Capitals and small letters are one.
    Loose,
}

impl Eyes {
    /// What is compared for a piece.
    fn keys(self, tokens: &[&str]) -> Vec<String> {
        let key = |token: &&str| match self {
            Self::Exact => (*token).to_owned(),
            Self::Loose => token.to_lowercase(),
        };
        tokens.iter().map(key).collect()
    }
}

/// Longest text that is looked into, in characters. It also bounds the work: no clock decides
/// what a page shows.
pub const LONGEST: usize = 4_000;

/// The difference in reading order, no span empty and no two neighbours of one mark. The spans
/// `Same` and `Was` together are `was`, `Same` and `Now` together are `now`; what was stands in
/// front of what it is now. Texts above 4,000 characters are one change.
#[must_use]
pub fn words(was: &str, now: &str) -> Vec<Span> {
    let long = |text: &str| text.len() > LONGEST && text.chars().count() > LONGEST;
    let mut spans = Spans::default();
    if was == now {
        spans.push(Mark::Same, now);
    } else if long(was) || long(now) {
        spans.change(was, now);
    } else {
        spans.compare(&tokens(was), &tokens(now), Eyes::Exact);
    }
    spans.0
}

/// What of a value another one does not have: its own text in order, `Same` or `Now`. Capitals
/// do not count while anything else differs, nor do spaces and signs in a value that is written
/// otherwise as a whole, such as a phone number; where nothing but capitals differs, they are
/// what is marked.
#[must_use]
pub fn alone(other: &str, value: &str) -> Vec<Span> {
    let long = |text: &str| text.len() > LONGEST;
    let mut spans = Spans::default();
    if other == value {
        spans.push(Mark::Same, value);
    } else if long(other) || long(value) {
        spans.push(Mark::Now, value);
    } else if other.to_lowercase() == value.to_lowercase() {
        spans.capitals(other, value);
    } else {
        spans.compare(&tokens(other), &tokens(value), Eyes::Loose);
        if !spans.0.iter().any(|span| span.mark == Mark::Same && has_letters(&span.text)) {
            spans = written_otherwise(other, value).unwrap_or(spans);
        }
    }
    spans.0.retain(|span| span.mark != Mark::Was);
    tidy(spans.0)
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// The difference of the letters and digits alone, whatever stands between them; `None` if it is
/// clearer to mark the whole value.
fn written_otherwise(other: &str, value: &str) -> Option<Spans> {
    let letters = |text: &'_ str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let (plain_other, plain) = (letters(other), letters(value));
    let mut marks = inside(&plain_other, &plain, Eyes::Loose)?.into_iter();
    let mut left = marks.find(|span| span.mark != Mark::Was)?;
    let mut spans = Spans::default();
    for grapheme in value.tokenize_graphemes() {
        let own = letters(grapheme);
        while left.text.is_empty() && !own.is_empty() {
            left = marks.find(|span| span.mark != Mark::Was)?;
        }
        spans.push(left.mark, grapheme);
        left.text = left.text.strip_prefix(own.as_str())?.to_owned();
    }
    Some(spans)
}

/// White space at the ends of a mark is no part of it, and a mark of signs alone, next to
/// nothing that is marked, is none.
fn tidy(spans: Vec<Span>) -> Vec<Span> {
    let mut out = Spans::default();
    for span in spans {
        let word = span.text.trim();
        if span.mark == Mark::Same || word.is_empty() {
            out.push(span.mark, &span.text);
            continue;
        }
        let start = span.text.len() - span.text.trim_start().len();
        out.push(Mark::Same, &span.text[..start]);
        out.push(Mark::Now, word);
        out.push(Mark::Same, &span.text[start + word.len()..]);
    }
    out.0
}

/// Token ranges that are the same in both texts, or were one thing and are another.
#[derive(Clone)]
struct Change {
    same: bool,
    was: Range<usize>,
    now: Range<usize>,
}

/// What a reader sees as changed. The shortest list of edits keeps every piece that happens to
/// occur in both; a piece no longer than the changes on its two sides is taken into them, so
/// that three words in a row are one change, and `04/10` became `10/04` instead of moving.
fn changes(was: &[&str], now: &[&str], eyes: Eyes) -> Vec<Change> {
    let (was, now) = (eyes.keys(was), eyes.keys(now));
    let size = |tokens: &[String]| tokens.iter().map(String::len).sum::<usize>();
    let absorbs = |change: &Change, same: &Change| {
        let largest = size(&was[change.was.clone()]).max(size(&now[change.now.clone()]));
        !change.same && size(&now[same.now.clone()]) <= largest
    };
    let mut changes: Vec<Change> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &was, &now) {
        let same = matches!(op, DiffOp::Equal { .. });
        changes.push(Change { same, was: op.old_range(), now: op.new_range() });
        loop {
            let joined = match changes.as_slice() {
                [.., a, b] if !a.same && !b.same => 2,
                [.., a, b, c] if b.same && absorbs(a, b) && absorbs(c, b) => 3,
                _ => break,
            };
            let tail = changes.split_off(changes.len() - joined);
            changes.extend(span_of(&tail));
        }
    }
    changes
}

fn span_of(changes: &[Change]) -> Option<Change> {
    let (first, last) = (changes.first()?, changes.last()?);
    Some(Change { same: false, was: first.was.start..last.was.end, now: first.now.start..last.now.end })
}

#[derive(Default)]
struct Spans(Vec<Span>);

impl Spans {
    fn push(&mut self, mark: Mark, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.mark == mark => last.text.push_str(text),
            _ => self.0.push(Span { text: text.to_owned(), mark }),
        }
    }

    fn change(&mut self, was: &str, now: &str) {
        self.push(Mark::Was, was);
        self.push(Mark::Now, now);
    }

    fn compare(&mut self, was: &[&str], now: &[&str], eyes: Eyes) {
        for change in changes(was, now, eyes) {
            if change.same {
                self.push(Mark::Same, &now[change.now].concat());
            } else {
                self.replace(&was[change.was], &now[change.now], eyes);
            }
        }
    }

    /// Two texts that are one but for capitals: those are marked, letter by letter.
    fn capitals(&mut self, was: &str, now: &str) {
        let (was, now) = (was.tokenize_graphemes(), now.tokenize_graphemes());
        if was.len() != now.len() {
            return self.change(&was.concat(), &now.concat());
        }
        for (was, now) in was.iter().zip(&now) {
            self.push(if was == now { Mark::Same } else { Mark::Now }, now);
        }
    }

    /// Words that became others. With as many on both sides each is held against its partner,
    /// so that two misspelt words show two letters; one that has nothing in common with its
    /// partner leaves the whole change whole.
    fn replace(&mut self, was: &[&str], now: &[&str], eyes: Eyes) {
        if was.len() == now.len() {
            let pairs: Option<Vec<_>> =
                was.iter().zip(now).map(|(was, now)| inside(was, now, eyes)).collect();
            if let Some(pairs) = pairs {
                for span in pairs.iter().flatten() {
                    self.push(span.mark, &span.text);
                }
                return;
            }
        }
        self.change(&was.concat(), &now.concat());
    }
}

/// The difference inside a word; `None` if it is clearer to show the whole word. A short number
/// is read as a whole: 10117 is no 1011 with another end.
fn inside(was: &str, now: &str, eyes: Eyes) -> Option<Vec<Span>> {
    const MOST_RUNS: usize = 2;
    const LONG_NUMBER: usize = 8;
    let short = |word: &str| word.len() < LONG_NUMBER && word.contains(|c: char| c.is_ascii_digit());
    if was != now && short(was) && short(now) {
        return None;
    }
    let (was, now) = (was.tokenize_graphemes(), now.tokenize_graphemes());
    let changes = changes(&was, &now, eyes);
    let runs = changes.iter().filter(|change| !change.same).count();
    let same: usize = changes.iter().filter(|change| change.same).map(|change| change.now.len()).sum();
    // At least 70% of the two words together: Rotterdam and Amsterdam are not one name.
    if runs > MOST_RUNS || same * 2 * 10 < (was.len() + now.len()) * 7 {
        return None;
    }
    let mut spans = Spans::default();
    for change in changes {
        let text = now[change.now].concat();
        if change.same {
            spans.push(Mark::Same, &text);
        } else {
            spans.change(&was[change.was].concat(), &text);
        }
    }
    Some(spans.0)
}

/// Words, spaces and marks, each one token. Words end where Unicode says, except inside a
/// grapheme: its two rules do not quite exclude that.
fn tokens(text: &str) -> Vec<&str> {
    let mut seam = 0;
    let graphemes = text.tokenize_graphemes().into_iter();
    let seams: Vec<usize> = graphemes
        .map(|grapheme| {
            seam += grapheme.len();
            seam
        })
        .collect();
    let (mut start, mut end) = (0, 0);
    let mut tokens = Vec::new();
    for word in text.tokenize_unicode_words() {
        end += word.len();
        if seams.binary_search(&end).is_ok() {
            tokens.push(&text[start..end]);
            start = end;
        }
    }
    tokens
}
