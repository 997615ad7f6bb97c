//! Writing in the letter case a system wants.

use super::LetterCase;
use crate::domain::compare::text::fold_case;

impl LetterCase {
    /// The text in this case. A letter that could not be told back is left as it is: `ß` would
    /// become `SS`, which reads as another name.
    pub(super) fn write(self, text: &str) -> String {
        match self {
            Self::Upper => text.chars().map(upper).collect(),
            Self::Lower => text.to_lowercase(),
            Self::Title => title(text),
        }
    }
}

fn upper(c: char) -> String {
    let (letter, upper) = (c.to_string(), c.to_uppercase().to_string());
    if fold_case(&upper) == fold_case(&letter) { upper } else { letter }
}

/// The first letter of each word and of each part behind a hyphen is large.
fn title(text: &str) -> String {
    let mut begins = true;
    let mut titled = String::with_capacity(text.len());
    for c in text.to_lowercase().chars() {
        if begins {
            titled.push_str(&upper(c));
        } else {
            titled.push(c);
        }
        begins = c.is_whitespace() || c == '-';
    }
    titled
}
