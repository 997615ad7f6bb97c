//! Integers in the order of their texts: `-1 -10 -2 0 1 10 100 11 2`.
//!
//! Among integers with equally many digits the two orders are one, so what follows a text is one
//! span of integers for each number of digits, and every span can be walked by the index.

/// Integers from `low` to `high`, none of them of another sign or another number of digits. In
/// the order of texts the negative ones run downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub low: i64,
    pub high: i64,
}

/// Most digits of a 64-bit integer.
const DIGITS: u32 = 19;

/// The integers whose text follows that of `position`; none where that is no integer.
pub(super) fn after(position: Option<&str>) -> Option<Vec<Span>> {
    let position = position.map(str::parse::<i64>).transpose().ok()?;
    let negative = match position {
        None => lengths(None, true),
        Some(at) if at < 0 => lengths(Some(i128::from(at).unsigned_abs()), true),
        Some(_) => Vec::new(),
    };
    let positive = match position {
        Some(at) if at >= 0 => lengths(Some(i128::from(at).unsigned_abs()), false),
        Some(_) | None => lengths(None, false),
    };
    let below = negative.into_iter().filter_map(|(low, high)| span(-high, -low));
    Some(below.chain(positive.into_iter().filter_map(|(low, high)| span(low, high))).collect())
}

/// Per number of digits, the magnitudes whose text follows that of `at`.
fn lengths(at: Option<u128>, below_zero: bool) -> Vec<(i128, i128)> {
    let text = at.map(|at| at.to_string());
    let mut found = Vec::new();
    for digits in 1..=DIGITS {
        let least = if digits == 1 { i128::from(below_zero) } else { 10_i128.pow(digits - 1) };
        let most = 10_i128.pow(digits) - 1;
        let low = match &text {
            None => least,
            Some(text) => least.max(following(text, digits)),
        };
        found.push((low, most));
    }
    found
}

/// The least magnitude of so many digits whose text follows `text`.
fn following(text: &str, digits: u32) -> i128 {
    let wanted = usize::try_from(digits).unwrap_or(usize::MAX);
    match text.get(..wanted) {
        // A start of the text, or the text itself, does not follow it; the next one does.
        Some(start) => start.parse::<i128>().map_or(0, |start| start + 1),
        // The text with noughts behind it follows it.
        None => format!("{text:0<wanted$}").parse().unwrap_or(0),
    }
}

fn span(low: i128, high: i128) -> Option<Span> {
    let (low, high) = (low.max(i128::from(i64::MIN)), high.min(i128::from(i64::MAX)));
    let span = Span { low: i64::try_from(low).ok()?, high: i64::try_from(high).ok()? };
    (low <= high).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_exactly_what_the_spans_hold() {
        let mut numbers: Vec<i64> = (-130..130).collect();
        for edge in [999, 1000, 1001, 10_000, 123_456_789, i64::MAX, i64::MIN, i64::MAX - 1, i64::MIN + 1] {
            numbers.extend([edge, edge / 10, edge / 100, -(edge / 7)]);
        }
        let texts = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect::<Vec<_>>();
        for position in numbers.iter().copied().map(Some).chain([None]) {
            let text = position.map(|at| at.to_string());
            let spans = after(text.as_deref()).expect("an integer");
            let within = |n: &i64| spans.iter().any(|span| (span.low..=span.high).contains(n));
            let held: Vec<i64> = numbers.iter().copied().filter(within).collect();
            let follows = |n: &i64| text.as_ref().is_none_or(|text| n.to_string() > *text);
            let expected: Vec<i64> = numbers.iter().copied().filter(follows).collect();
            assert_eq!(texts(&held), texts(&expected), "{position:?}");
            assert!(spans.iter().all(|span| (span.low < 0) == (span.high < 0)), "{spans:?}");
        }
        assert_eq!(after(Some("ten")), None);
    }
}
