//! Numbers with a system's own marks.

use crate::domain::compare::decimal::{all_digits, is_json_number, normal};

/// What a text in these marks looks like, in words.
pub(super) fn expected(decimal: char, thousands: Option<char>) -> String {
    match thousands {
        Some(mark) => format!("a number like 1{mark}000{decimal}50"),
        None => format!("a number like 1000{decimal}50"),
    }
}

/// The number with a point and without groups, its digits otherwise as they stand. Groups must
/// be of three digits, so that `1.50` is never taken for 150.
pub(super) fn read(text: &str, decimal: char, thousands: Option<char>) -> Option<String> {
    let text = text.trim();
    let (sign, unsigned) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match unsigned.split_once(decimal) {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return None,
        None => (unsigned, ""),
    };
    let whole = match thousands.filter(|mark| *mark != decimal) {
        Some(mark) => ungrouped(whole, mark)?,
        None => whole.to_owned(),
    };
    if !all_digits(&whole) || !all_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { &whole };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

/// The digits of `1.234.567`; a number without any mark is as good.
fn ungrouped(whole: &str, mark: char) -> Option<String> {
    let groups: Vec<&str> = whole.split(|c| is_mark(c, mark)).collect();
    let (first, others) = groups.split_first()?;
    let even = (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3);
    (others.is_empty() || even).then(|| groups.concat())
}

/// Spaces of every kind are one mark, as are straight and curly apostrophes.
fn is_mark(c: char, mark: char) -> bool {
    let apostrophe = |c: char| c == '\'' || c == '’';
    c == mark || (c.is_whitespace() && mark.is_whitespace()) || (apostrophe(c) && apostrophe(mark))
}

/// The number in the system's marks, all its digits kept. It is grouped where groups have a
/// mark, unless `before` shows that this column does without.
pub(super) fn write(text: &str, decimal: char, thousands: Option<char>, before: &str) -> Option<String> {
    let text = text.trim();
    let plain = if is_json_number(text) && !text.contains(['e', 'E']) {
        text.to_owned()
    } else {
        normal(text).ok()?
    };
    let (sign, unsigned) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let whole = match thousands.filter(|_| !is_ungrouped(before, decimal)) {
        Some(mark) => grouped(whole, mark),
        None => whole.to_owned(),
    };
    let point = if fraction.is_empty() { String::new() } else { decimal.to_string() };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

/// Four digits in a row before the decimal mark.
fn is_ungrouped(before: &str, decimal: char) -> bool {
    let whole = before.split(decimal).next().unwrap_or("");
    whole.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() > 3)
}

fn grouped(whole: &str, mark: char) -> String {
    let mut grouped = String::with_capacity(whole.len() * 2);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}
