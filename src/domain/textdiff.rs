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

/// Longest text that is looked into, in characters. It also bounds the work: no clock decides
/// what a page shows.
const LONGEST: usize = 4_000;

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
        let (was, now) = (tokens(was), tokens(now));
        for change in changes(&was, &now) {
            if change.same {
                spans.push(Mark::Same, &now[change.now].concat());
            } else {
                spans.replace(&was[change.was], &now[change.now]);
            }
        }
    }
    spans.0
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
fn changes(was: &[&str], now: &[&str]) -> Vec<Change> {
    let size = |tokens: &[&str]| tokens.iter().map(|token| token.len()).sum::<usize>();
    let absorbs = |change: &Change, same: &Change| {
        let largest = size(&was[change.was.clone()]).max(size(&now[change.now.clone()]));
        !change.same && size(&now[same.now.clone()]) <= largest
    };
    let mut changes: Vec<Change> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, was, now) {
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

    /// Words that became others. With as many on both sides each is held against its partner,
    /// so that two misspelt words show two letters; one that has nothing in common with its
    /// partner leaves the whole change whole.
    fn replace(&mut self, was: &[&str], now: &[&str]) {
        if was.len() == now.len() {
            let pairs: Option<Vec<_>> = was.iter().zip(now).map(|(was, now)| inside(was, now)).collect();
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

/// The difference inside a word; `None` if it is clearer to show the whole word.
fn inside(was: &str, now: &str) -> Option<Vec<Span>> {
    const MOST_RUNS: usize = 2;
    let (was, now) = (was.tokenize_graphemes(), now.tokenize_graphemes());
    let changes = changes(&was, &now);
    let runs = changes.iter().filter(|change| !change.same).count();
    let same: usize = changes.iter().filter(|change| change.same).map(|change| change.now.len()).sum();
    // At least 60% of the two words together.
    if runs > MOST_RUNS || same * 2 * 10 < (was.len() + now.len()) * 6 {
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
