//! Numbers that are near enough, computed exactly.

use super::super::figure::Figure;
use super::{decimal, short};
use bigdecimal::{BigDecimal, One, Signed};
use std::str::FromStr;

/// Whether two numbers are no further apart than the tolerance allows. What is no number is near
/// nothing.
pub(super) fn is_near(a: &str, b: &str, absolute: Option<&Figure>, relative: Option<&Figure>) -> bool {
    let Some((a, b)) = decimal::exact(a).zip(decimal::exact(b)) else { return false };
    let apart = (&a - &b).abs();
    let within = |bound: BigDecimal| apart <= bound;
    absolute.and_then(number).is_some_and(within)
        || relative.and_then(share).is_some_and(|share| within(share * a.abs().max(b.abs())))
}

fn number(figure: &Figure) -> Option<BigDecimal> {
    decimal::exact(&figure.0).filter(|bound| !bound.is_negative())
}

/// `0.01` or `1%`; from 0, and less than all.
fn share(figure: &Figure) -> Option<BigDecimal> {
    let share = match figure.0.trim().strip_suffix('%') {
        Some(percent) => decimal::exact(percent)? * BigDecimal::from_str("0.01").ok()?,
        None => decimal::exact(&figure.0)?,
    };
    (!share.is_negative() && share < BigDecimal::one()).then_some(share)
}

/// What is wrong with a tolerance.
pub(super) fn problems(absolute: Option<&Figure>, relative: Option<&Figure>) -> Vec<String> {
    let mut problems = Vec::new();
    if absolute.is_none() && relative.is_none() {
        problems.push(
            "its tolerance says nothing: give absolute (0.05), relative (0.01 or \"1%\") or both".to_owned(),
        );
    }
    if let Some(figure) = absolute.filter(|figure| number(figure).is_none()) {
        let text = short(&figure.0);
        problems.push(format!("its absolute tolerance “{text}” must be a number of 0 or more, such as 0.05"));
    }
    if let Some(figure) = relative.filter(|figure| share(figure).is_none()) {
        let text = short(&figure.0);
        problems
            .push(format!("its relative tolerance “{text}” must be from 0 up to 1, such as 0.01 or \"1%\""));
    }
    problems
}
