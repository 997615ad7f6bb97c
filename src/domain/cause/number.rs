//! Numbers: fewer decimals, another unit, and what binary fractions leave behind.

use super::conversion::{Guess, Member};
use super::{Shape, Strength};
use crate::domain::compare::{Comparison, decimal};
use bigdecimal::{BigDecimal, RoundingMode, Zero};

/// Units that stand beside each other in business data, as one over the other.
const FACTORS: [(&str, f64); 20] = [
    ("100", 100.0),
    ("1000", 1000.0),
    ("10", 10.0),
    ("10000", 10_000.0),
    ("100000", 100_000.0),
    ("1000000", 1_000_000.0),
    ("60", 60.0),
    ("3600", 3600.0),
    ("24", 24.0),
    ("12", 12.0),
    ("1440", 1440.0),
    ("86400", 86_400.0),
    ("2.54", 2.54),
    ("25.4", 25.4),
    ("30.48", 30.48),
    ("2.20462", 2.204_622_621_8),
    ("1.60934", 1.609_344),
    ("28.3495", 28.349_523_125),
    ("3.28084", 3.280_839_895),
    ("3.78541", 3.785_411_784),
];

/// Digits that a binary fraction of double width keeps.
const DOUBLE: usize = 14;
/// And of single width.
const SINGLE: usize = 7;

/// A number's text without exponent, and its value.
struct Number {
    text: String,
    value: BigDecimal,
    /// Decimals as they were written, zeros included.
    written: i64,
}

impl Number {
    fn of(text: &str) -> Option<Self> {
        let plain = decimal::normal(text).ok()?;
        let written = match text.trim().split_once('.') {
            Some((_, fraction)) if !text.contains(['e', 'E']) => fraction.len(),
            _ => decimals(&plain),
        };
        Some(Self { value: plain.parse().ok()?, written: written.try_into().ok()?, text: plain })
    }

    fn decimals(&self) -> i64 {
        i64::try_from(decimals(&self.text)).unwrap_or(i64::MAX)
    }

    /// Digits from the first that is not zero to the last written one.
    fn digits(&self) -> usize {
        let digits = self.text.chars().filter(char::is_ascii_digit);
        let zeros = usize::try_from(self.written - self.decimals()).unwrap_or(0);
        digits.skip_while(|digit| *digit == '0').count() + zeros
    }

    /// Digits without the zeros at either end.
    fn significand(&self) -> usize {
        let digits: String = self.text.chars().filter(char::is_ascii_digit).collect();
        digits.trim_matches('0').len()
    }

    fn double(&self) -> Option<f64> {
        self.text.parse().ok().filter(|value: &f64| value.is_finite() && *value != 0.0)
    }
}

fn decimals(plain: &str) -> usize {
    plain.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

pub(super) fn conversion(member: &Member<'_>) -> Option<Guess> {
    // A text that happens to be a number is one only where it has decimals.
    let number = match member.field.comparison {
        Comparison::Decimal | Comparison::Tolerance { .. } => true,
        Comparison::Text | Comparison::Exact => member.whole.contains('.') || member.damaged.contains('.'),
        _ => false,
    };
    if !number || member.damaged.len().max(member.whole.len()) > 400 {
        return None;
    }
    let (damaged, whole) = (Number::of(member.damaged)?, Number::of(member.whole)?);
    if damaged.value == whole.value || damaged.value.is_zero() && whole.value.is_zero() {
        return None;
    }
    let guesses = [rounded(&damaged, &whole), binary(&damaged, &whole), unit(&damaged, &whole)];
    guesses.into_iter().flatten().fold(None, |best: Option<Guess>, guess| match best {
        Some(best) if best.1 >= guess.1 => Some(best),
        _ => Some(guess),
    })
}

/// Fewer decimals: rounded either way, or cut.
fn rounded(damaged: &Number, whole: &Number) -> Option<Guess> {
    let modes = [RoundingMode::HalfUp, RoundingMode::HalfEven, RoundingMode::Down];
    let reached = |places: i64, mode| whole.value.with_scale_round(places, mode) == damaged.value;
    let places = [damaged.written, damaged.decimals()];
    let places = places.into_iter().filter(|places| *places < whole.decimals());
    let (places, mode) = places
        .flat_map(|places| modes.map(|mode| (places, mode)))
        .find(|(places, mode)| reached(*places, *mode))?;
    let precise = whole.decimals() >= 3 && places > 0 && mode != RoundingMode::Down;
    let strength = match () {
        // Nothing is left of it, or it is written as exactly as before: 20.00 for 19.99.
        () if damaged.value.is_zero() || damaged.written >= whole.written => Strength::Weak,
        () if precise => Strength::Strong,
        () => Strength::Likely,
    };
    Some((Some(Shape::Rounded { decimals: places.try_into().ok()? }), strength))
}

/// `12.10000038146973` for `12.1`: what a binary fraction makes of a decimal one.
fn binary(damaged: &Number, whole: &Number) -> Option<Guess> {
    let places = whole.decimals();
    let long = damaged.significand() >= DOUBLE && damaged.decimals() > places + 4;
    let back = damaged.value.with_scale_round(places, RoundingMode::HalfUp) == whole.value;
    let (a, b) = (damaged.double()?, whole.double()?);
    let near = (a - b).abs() <= b.abs() / 10f64.powi(i32::try_from(SINGLE).unwrap_or(7) - 1);
    (long && back && near).then_some((None, Strength::Strong))
}

/// The same quantity in another unit, within the rounding of what is written.
fn unit(damaged: &Number, whole: &Number) -> Option<Guess> {
    let (a, b) = (damaged.double()?, whole.double()?);
    let guesses = FACTORS.iter().flat_map(|(name, factor)| {
        let times = fits(damaged, a, b * factor).then(|| ((*name).to_owned(), *factor));
        let part = fits(damaged, a, b / factor).then(|| (format!("1/{name}"), *factor));
        [times, part].into_iter().flatten()
    });
    let guesses = guesses.filter_map(|(name, factor)| {
        let strength = weight(damaged, whole, (a, b), factor)?;
        Some((Some(Shape::UnitFactor { factor: name }), strength))
    });
    guesses.fold(None, |best: Option<Guess>, guess| match best {
        Some(best) if best.1 >= guess.1 => Some(best),
        _ => Some(guess),
    })
}

/// Whether a number is what was expected, rounded or cut to the decimals it is written with.
fn fits(number: &Number, value: f64, expected: f64) -> bool {
    let Ok(places) = i32::try_from(number.written.min(12)) else { return false };
    let step = 10f64.powi(-places);
    let noise = expected.abs() * 1e-9;
    (value - expected).abs() <= step * 0.5 + noise
        || (value - (expected / step).trunc() * step).abs() <= noise
}

/// The more digits agree, the less it is chance.
fn weight(damaged: &Number, whole: &Number, (a, b): (f64, f64), factor: f64) -> Option<Strength> {
    let exact = factor.fract() == 0.0
        && ((a * factor - b).abs() <= 1e-9 * b.abs() || (b * factor - a).abs() <= 1e-9 * a.abs());
    let digits = match exact {
        true => whole.significand().max(if factor >= 100.0 { 2 } else { 1 }),
        // Both are written with limited care: the coarser one says how much agrees.
        false => damaged.digits().min(whole.digits() + 2),
    };
    match digits {
        0 => None,
        3 if exact => Some(Strength::Strong),
        2 if exact => Some(Strength::Likely),
        1..=2 => Some(Strength::Weak),
        3 => Some(Strength::Likely),
        _ => Some(Strength::Strong),
    }
}
