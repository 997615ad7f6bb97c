//! Decimal numbers as text, exactly: nothing here passes through a binary float, and nothing
//! is added or multiplied, so no digit is lost and no short text grows into a long one.

use super::Invalid;
use bigdecimal::BigDecimal;
use std::cmp::Ordering;
use std::str::FromStr;

/// Most digits a number may be written with.
const MOST_DIGITS: usize = 400;
/// Largest exponent, either way: those of a double fit, `1e400` does not.
const MOST_EXPONENT: i32 = 350;

/// The plain decimal text without exponent, plus sign, or zeros that say nothing: `-0.5`, `12.1`.
pub(in crate::domain) fn normal(text: &str) -> Result<String, Invalid> {
    let number = Parsed::from(text.trim()).ok_or_else(|| Invalid::not(text, "a decimal number"))?;
    let too_large = || Invalid::not(text, "a number of a size that can be compared");
    if number.whole.len() + number.fraction.len() > MOST_DIGITS {
        return Err(too_large());
    }
    let exponent = number.exponent().filter(|e| e.abs() <= MOST_EXPONENT).ok_or_else(too_large)?;
    Ok(number.plain(exponent))
}

/// Which of two numbers is greater, exactly; None where one of the texts is no number.
pub(in crate::domain) fn order(one: &str, other: &str) -> Option<Ordering> {
    Some(exact(one)?.cmp(&exact(other)?))
}

/// The number for arithmetic, exactly; of at most 750 digits, by the bounds of [`normal`].
pub(in crate::domain) fn exact(text: &str) -> Option<BigDecimal> {
    BigDecimal::from_str(&normal(text).ok()?).ok()
}

/// Whether JSON writes a number so: no plus, no leading zero, digits on both sides of the point.
pub(in crate::domain) fn is_json_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let Some(number) = Parsed::from(text) else { return false };
    let whole = number.whole;
    let plain_whole = whole == "0" || !whole.is_empty() && !whole.starts_with('0');
    let plain_point = !number.fraction.is_empty() || !digits.contains('.');
    plain_whole && plain_point && digits.starts_with(whole)
}

/// The parts of a number's text, digits only.
struct Parsed<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: Option<&'a str>,
}

impl<'a> Parsed<'a> {
    /// `[sign] digits [. digits] [e [sign] digits]`, with digits on one side of the point at least.
    fn from(text: &'a str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let power = exponent.map(|e| e.strip_prefix(['-', '+']).unwrap_or(e));
        let fits = all_digits(whole)
            && all_digits(fraction)
            && !(whole.is_empty() && fraction.is_empty())
            && power.is_none_or(|digits| !digits.is_empty() && all_digits(digits));
        fits.then_some(Self { negative, whole, fraction, exponent })
    }

    /// The power of ten; `None` when it is beyond any that is accepted. Zero has none.
    fn exponent(&self) -> Option<i32> {
        let zero = self.whole.bytes().chain(self.fraction.bytes()).all(|digit| digit == b'0');
        match self.exponent {
            Some(power) if !zero => power.parse().ok(),
            _ => Some(0),
        }
    }

    /// The number written out, its point moved by `exponent` places.
    fn plain(&self, exponent: i32) -> String {
        let shift = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
        let mut whole = self.whole.to_owned();
        let mut fraction = self.fraction.to_owned();
        if exponent > 0 {
            fraction.extend(std::iter::repeat_n('0', shift.saturating_sub(fraction.len())));
            let rest = fraction.split_off(shift);
            whole.push_str(&fraction);
            fraction = rest;
        } else if exponent < 0 {
            let zeros = "0".repeat(shift.saturating_sub(whole.len()));
            let moved = whole.split_off(whole.len().saturating_sub(shift));
            fraction = format!("{zeros}{moved}{fraction}");
        }
        join(self.negative, whole.trim_start_matches('0'), fraction.trim_end_matches('0'))
    }
}

fn join(negative: bool, whole: &str, fraction: &str) -> String {
    let zero = whole.is_empty() && fraction.is_empty();
    let sign = if negative && !zero { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// Only `0` to `9`, none included.
pub(in crate::domain) fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_digits_as_are_allowed_and_no_more() {
        let half = "9".repeat(MOST_DIGITS / 2);
        assert!(normal(&"9".repeat(MOST_DIGITS)).is_ok());
        assert!(normal(&format!("{half}.{half}")).is_ok());
        assert!(normal(&format!("{half}.{half}9")).is_err());
        assert_eq!(normal("1e350").map(|text| text.len()), Ok(351));
        assert_eq!(normal("1e-350").map(|text| text.len()), Ok(352));
        assert!(normal("1e351").is_err() && normal("1e-351").is_err());
    }
}
