//! Numbers as text: what may be carried as a number without changing a byte of it.

use crate::domain::value::Cell;

/// A number cell where JSON can carry the lexeme as it is, else a text (`NaN`, `Infinity`).
pub(super) fn number(lexeme: String) -> Cell {
    if is_json_number(&lexeme) { Cell::Number(lexeme) } else { Cell::Text(lexeme) }
}

/// `-? int frac? exp?` of RFC 8259.
fn is_json_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits(rest);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
        return false;
    }
    let Some(rest) = after_fraction(rest) else { return false };
    let Some(rest) = after_exponent(rest) else { return false };
    rest.is_empty()
}

/// The leading digits and what follows them.
fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// What follows a fraction, if there is one; none where a point has no digits.
fn after_fraction(text: &str) -> Option<&str> {
    let Some(rest) = text.strip_prefix('.') else { return Some(text) };
    let (found, rest) = digits(rest);
    (!found.is_empty()).then_some(rest)
}

/// What follows an exponent, if there is one; none where it has no digits.
fn after_exponent(text: &str) -> Option<&str> {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return Some(text) };
    let (found, rest) = digits(rest.strip_prefix(['+', '-']).unwrap_or(rest));
    (!found.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_can_carry_is_a_number() {
        for text in ["0", "-0", "12.10", "1e-7", "1E+30", "18446744073709551617", "-0.5e0"] {
            assert_eq!(number(text.to_owned()), Cell::Number(text.to_owned()), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_text() {
        for text in ["", "-", "NaN", "Infinity", "01", ".5", "5.", "1e", "1e+", "+1", " 1", "1 ", "0x10"] {
            assert_eq!(number(text.to_owned()), Cell::Text(text.to_owned()), "{text}");
        }
    }
}
