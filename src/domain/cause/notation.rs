//! The same day, number or telephone number as another country writes it.

use super::conversion::{Guess, Member};
use super::{Shape, Strength};
use crate::domain::compare::moment::Moment;
use crate::domain::compare::{Comparison, decimal};
use crate::domain::phone;
use chrono::{Datelike, NaiveDate};

/// Longest text looked at, in bytes.
const LONGEST: usize = 64;
/// What stands between the parts of a day.
const BETWEEN: &str = ".,-/ '’\u{a0}\u{202f}،٫٬";
/// What stands between thousands, and before a fraction.
const POINTS: &str = "., '’\u{a0}\u{202f}،٫٬";
/// Most digits in front of a telephone number: an exit code of three, another country's of three, and a zero.
const FRONT: usize = 7;
/// Fewer digits of a telephone number may be those of another one by chance.
const FEWEST: usize = 7;

pub(super) fn conversion(member: &Member<'_>) -> Option<Guess> {
    if member.damaged.len().max(member.whole.len()) > LONGEST {
        return None;
    }
    let (damaged, whole) = (member.damaged.trim(), member.whole.trim());
    match &member.field.comparison {
        Comparison::Date => is_same_day(damaged, whole).then_some((Some(Shape::Notation), Strength::Strong)),
        kind if kind.is_number() => {
            is_same_number(damaged, whole).then_some((Some(Shape::Notation), Strength::Strong))
        }
        kind @ Comparison::Phone(_) => dial_code(damaged, &kind.normal_text(whole).ok()?),
        _ => None,
    }
}

/// `4.3.26` for `2026-03-04`.
fn is_same_day(damaged: &str, whole: &str) -> bool {
    let Some(Moment::Day(whole)) = Moment::parse(whole) else { return false };
    let numbers = damaged.split(|c| BETWEEN.contains(c)).filter(|part| !part.is_empty());
    let numbers: Option<Vec<u32>> = numbers.map(|part| part.parse().ok()).collect();
    let Some(&[a, b, c]) = numbers.as_deref() else { return false };
    let is = |year: u32, month, day| {
        let year = if year < 100 {
            whole.year() - whole.year() % 100 + year.cast_signed()
        } else {
            year.cast_signed()
        };
        NaiveDate::from_ymd_opt(year, month, day) == Some(whole)
    };
    Moment::parse(damaged).is_none() && (is(c, b, a) || is(c, a, b) || is(a, b, c))
}

/// `1.234,56` for `1234.56`.
fn is_same_number(damaged: &str, whole: &str) -> bool {
    let Ok(whole) = decimal::normal(whole) else { return false };
    if decimal::normal(damaged).is_ok() || damaged.starts_with(|c| POINTS.contains(c)) {
        return false;
    }
    let (sign, digits) = damaged.strip_prefix('-').map_or(("", damaged), |digits| ("-", digits));
    let bare = |text: &str| text.chars().filter(|c| !POINTS.contains(*c)).collect::<String>();
    let point = digits.char_indices().rfind(|(_, c)| POINTS.contains(*c));
    let with = point.map(|(at, c)| format!("{sign}{}.{}", bare(&digits[..at]), &digits[at + c.len_utf8()..]));
    let readings = [with, Some(format!("{sign}{}", bare(digits)))];
    readings.into_iter().flatten().any(|text| decimal::normal(&text).as_ref() == Ok(&whole))
}

/// What stands in a telephone number.
fn is_dialled(c: char) -> bool {
    c.is_ascii_digit() || c.is_whitespace() || "+-–/().".contains(c)
}

/// Behind the whole number's country code stand the same digits; in front of them something else, or
/// nothing. `whole` is in E.164.
fn dial_code(damaged: &str, whole: &str) -> Option<Guess> {
    let own = phone::subscriber(whole).filter(|_| !damaged.contains(|c| !is_dialled(c)))?;
    let digits: String = damaged.chars().filter(char::is_ascii_digit).collect();
    let front = digits.strip_suffix(own)?;
    let strength = if own.len() >= FEWEST { Strength::Strong } else { Strength::Likely };
    (front.len() <= FRONT).then_some((Some(Shape::DialCode), strength))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_any_order() {
        for text in ["4.3.26", "04/03/2026", "3/4/26", "2026/3/4", "26. 3. 4.", "04-03-26"] {
            assert!(is_same_day(text, "2026-03-04"), "{text}");
        }
        for text in ["5.3.26", "4.3.1926", "4.3", "4.3.26.1", "2026-03-04", "March 4", "0.3.26", ""] {
            assert!(!is_same_day(text, "2026-03-04"), "{text}");
        }
        assert!(!is_same_day("4.3.26", "2026-03-04T09:00:00Z"));
    }

    #[test]
    fn numbers_in_any_signs() {
        for (text, whole) in [
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("12,34,567.8", "1234567.8"),
            ("1 234,5", "1234.50"),
            ("-1.234,5", "-1234.5"),
            ("1.234.567", "1234567"),
            ("12,50", "12.5"),
        ] {
            assert!(is_same_number(text, whole), "{text}");
        }
        // The first is a number as it stands, the third another one.
        for (text, whole) in [
            ("1250", "12.5"),
            ("12,50", "1250.5"),
            ("12,51", "12.5"),
            (",5", "0.5"),
            ("3/4", "34"),
            ("3-4", "34"),
            ("", "0"),
        ] {
            assert!(!is_same_number(text, whole), "{text}");
        }
    }

    #[test]
    fn the_number_behind_the_countrys_code() {
        for text in ["01 23 45 67 89", "33123456789", "+49 33 123456789", "0033/1/23456789", "123456789"] {
            assert!(dial_code(text, "+33123456789").is_some(), "{text}");
        }
        for text in ["01 23 45 67 80", "id 123456789", "23456789", "12345678900123456789", "phone"] {
            assert!(dial_code(text, "+33123456789").is_none(), "{text}");
        }
    }
}
