//! Texts: cut, in other capitals, without zeros, wrapped in signs, or with unseen ones.

use super::conversion::{Guess, Member};
use super::signs::is_unseen;
use super::{Shape, Strength};
use crate::domain::compare::text::fold_case;
use crate::domain::compare::{Comparison, decimal};

/// Widths that columns usually have, in characters or bytes.
const WIDTHS: [usize; 36] = [
    8, 10, 12, 15, 16, 20, 24, 25, 28, 30, 32, 35, 36, 40, 45, 48, 50, 60, 64, 70, 80, 90, 96, 100, 120, 128,
    140, 150, 160, 200, 250, 254, 255, 256, 500, 512,
];

/// From here on widths lie far apart.
const WIDE: usize = 30;

/// Wider ones are these and the powers of two, one less included.
fn is_width(n: usize) -> bool {
    WIDTHS.contains(&n)
        || n > 512 && (n.is_multiple_of(500) || n.is_power_of_two() || (n + 1).is_power_of_two())
}

/// The front of the other text.
pub(super) fn cut(member: &Member<'_>) -> Option<Guess> {
    let (damaged, dots) = front(member.damaged);
    if let Some(guess) = cut_digits(member) {
        return Some(guess);
    }
    if damaged.is_empty() || matches!(member.field.comparison, Comparison::Boolean | Comparison::Date) {
        return None;
    }
    let length = front_length(member, damaged)?;
    let rest: Vec<char> = member.whole.chars().skip(length.saturating_sub(1)).take(2).collect();
    let (&before, &after) = (rest.first()?, rest.get(1)?);
    // A cut at a space leaves nothing to see of it.
    let lengths = if after == ' ' { length..=length + 1 } else { length..=length };
    let at_limit = member.limit.filter(|limit| lengths.contains(limit));
    let usual = lengths.clone().find(|n| is_width(*n)).or(is_width(damaged.len()).then_some(length));
    let inside = before.is_alphanumeric() && after.is_alphanumeric() || ends_openly(damaged);
    let number = member.field.comparison.is_number();
    // What is no value any more was not meant.
    let check = |text: &str| member.field.comparison.normal_text(text).is_ok();
    let broken = !check(damaged) && check(member.whole);
    let strength = match (at_limit, usual) {
        (Some(_), _) => Strength::Strong,
        _ if number => return None,
        _ if dots || broken => Strength::Strong,
        // The system is known to keep more.
        _ if member.limit.is_some_and(|limit| limit > length) => Strength::Weak,
        _ if is_short_form(damaged) => Strength::Weak,
        (_, Some(_)) if inside => Strength::Strong,
        // Between two words people stop too, and narrow widths are met by chance.
        (_, Some(width)) if width >= WIDE => Strength::Likely,
        _ if inside && length >= 4 => Strength::Likely,
        _ => Strength::Weak,
    };
    Some((Some(Shape::Truncated { at: at_limit.or(usual).unwrap_or(length) }), strength))
}

/// Words that people cut short themselves: street, avenue, company.
const SHORT_FORMS: [&str; 24] = [
    "st", "str", "ave", "av", "blvd", "boul", "pl", "cres", "cr", "rd", "dr", "ct", "sq", "ln", "hwy", "pde",
    "tce", "co", "corp", "inc", "ltd", "dept", "intl", "assoc",
];

fn is_short_form(text: &str) -> bool {
    let last = text.rsplit(' ').next().unwrap_or(text);
    SHORT_FORMS.contains(&last.to_lowercase().as_str())
}

/// Words that nobody ends with.
const LEADING: [&str; 18] = [
    "and", "or", "of", "the", "a", "an", "in", "to", "for", "with", "&", "und", "der", "et", "de", "la", "y",
    "e",
];

/// `95 ave. a` ends with the letter of an avenue.
fn ends_openly(text: &str) -> bool {
    let last = text.rsplit_once(' ').map(|(_, last)| last.to_lowercase());
    let letter = |last: &String| last.len() == 1 && text.contains(|c: char| c.is_ascii_digit());
    last.is_some_and(|last| LEADING.contains(&last.as_str()) && !letter(&last))
}

/// What is left of a text, without the marks of a cut, and whether dots stand for the rest.
fn front(text: &str) -> (&str, bool) {
    let text = text.trim_end_matches('\u{fffd}').trim_end();
    match text.strip_suffix('…').or_else(|| text.strip_suffix("...")) {
        Some(front) => (front.trim_end(), true),
        None => (text, false),
    }
}

/// How many characters of the whole the front has, if it is one and something is missing.
fn front_length(member: &Member<'_>, damaged: &str) -> Option<usize> {
    let whole = member.whole.trim_end();
    let length = damaged.chars().count();
    if whole.starts_with(damaged) {
        return (whole.len() > damaged.len()).then_some(length);
    }
    if member.field.comparison == Comparison::Exact || damaged.len() > whole.len() + 64 {
        return None;
    }
    let front: String = whole.chars().take(length).collect();
    let shorter = front.len() < whole.len();
    (shorter && fold_case(&front) == fold_case(damaged)).then_some(length)
}

/// Telephone numbers are written in many ways: their digits tell.
fn cut_digits(member: &Member<'_>) -> Option<Guess> {
    let Comparison::Phone(_) = &member.field.comparison else { return None };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let normal = |text: &str| member.field.comparison.normal_text(text).unwrap_or_else(|_| text.to_owned());
    let (damaged, whole) = (digits(&normal(member.damaged)), digits(&normal(member.whole)));
    let at = member.damaged.trim_end().chars().count();
    let fits = damaged.len() >= 5 && damaged.len() < whole.len() && whole.starts_with(&damaged);
    let strength = if member.limit == Some(at) { Strength::Strong } else { Strength::Likely };
    fits.then_some((Some(Shape::Truncated { at }), strength))
}

/// The same letters in other capitals.
pub(super) fn letter_case(member: &Member<'_>) -> Option<Guess> {
    let (damaged, whole) = (member.damaged, member.whole);
    if damaged == whole || fold_case(damaged) != fold_case(whole) && !is_spelled_so(damaged, whole) {
        return None;
    }
    let all = is_upper(damaged) || damaged.to_lowercase() == damaged;
    let strength = if all || is_title(damaged) { Strength::Strong } else { Strength::Likely };
    Some((Some(Shape::LetterCase), strength))
}

fn is_upper(text: &str) -> bool {
    text.to_uppercase() == text
}

/// Capitals that are more than the letters in another size: `STRASSE` for Straße, `DENİZ` for Deniz.
fn is_spelled_so(damaged: &str, whole: &str) -> bool {
    is_upper(damaged) != is_upper(whole) && spelled(damaged) == spelled(whole)
}

/// Without regard to what capitals do to single letters: `STRASSE`, `DENİZ`, `DENIZ` for `denız`.
fn spelled(text: &str) -> String {
    fold_case(text).replace('ß', "ss").replace("i\u{307}", "i").replace('ı', "i")
}

/// Every word begins with a capital and has no other.
fn is_title(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut letters = words.map(|word| {
        let mut letters = word.chars();
        letters.next().is_none_or(|first| !first.is_lowercase()) && letters.all(|c| !c.is_uppercase())
    });
    letters.all(|title| title)
}

/// The same digits without the zeros in front, as a number would be written.
pub(super) fn zeros(member: &Member<'_>) -> Option<Guess> {
    let kind = &member.field.comparison;
    if kind.is_number() || matches!(kind, Comparison::Date | Comparison::Boolean) {
        return None;
    }
    let (damaged, whole) = (member.damaged.trim(), member.whole.trim());
    let damaged = damaged.strip_suffix(".0").filter(|_| !whole.contains('.')).unwrap_or(damaged);
    let bare = whole.trim_start_matches('0');
    let lost = damaged.len() < whole.len() && damaged.trim_start_matches('0') == bare;
    let number = bare.starts_with(|c: char| c.is_ascii_digit());
    let strength = if decimal::all_digits(whole) { Strength::Strong } else { Strength::Likely };
    (lost && number).then_some((Some(Shape::LeadingZeros), strength))
}

/// What writing a cell of a table leaves around a text: quotes, an apostrophe, `.0`, `4.9E+11`.
pub(super) fn wrapped(member: &Member<'_>) -> Option<Guess> {
    let (damaged, whole) = (member.damaged.trim(), member.whole.trim());
    if damaged == whole {
        return None;
    }
    let plain =
        |text: &str| text.replace("\\'", "'").replace("\\\"", "\"").replace("''", "'").replace("\"\"", "\"");
    let quoted = damaged.len() >= 2 && damaged.starts_with('"') && damaged.ends_with('"');
    let inner = if quoted { &damaged[1..damaged.len() - 1] } else { damaged };
    let wrapped = inner == whole
        || damaged.strip_prefix('\'') == Some(whole)
        || (inner.len() > whole.len() && plain(inner) == whole)
        || decimal::all_digits(whole) && damaged.strip_suffix(".0") == Some(whole)
        || scientific(damaged, whole);
    wrapped.then_some((None, Strength::Strong))
}

/// `4.93012E+11` for `493012345678`.
fn scientific(damaged: &str, whole: &str) -> bool {
    let whole = whole.trim_start_matches(['+', '0']);
    if whole.len() < 8 || !decimal::all_digits(whole) || !damaged.contains(['e', 'E']) {
        return false;
    }
    let Ok(plain) = decimal::normal(damaged) else { return false };
    // The last digit that was kept may have been rounded up.
    let kept = plain.trim_end_matches('0').len().saturating_sub(1);
    plain.len() == whole.len() && kept >= 2 && plain.get(..kept) == whole.get(..kept)
}

/// Signs that are not seen, or spaces where they count.
pub(super) fn invisible(member: &Member<'_>) -> Option<Guess> {
    let seen = |text: &str| text.chars().filter(|c| !is_unseen(*c)).collect::<String>();
    let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (damaged, whole) = (seen(member.damaged), seen(member.whole));
    match () {
        () if member.damaged == member.whole => None,
        () if damaged == whole => Some((None, Strength::Strong)),
        () if member.field.comparison == Comparison::Exact && spaced(&damaged) == spaced(&whole) => {
            Some((None, Strength::Likely))
        }
        () => None,
    }
}
