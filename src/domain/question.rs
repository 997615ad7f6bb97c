//! Questions to one person outside: one field, a few choices, answered once by a link.
//!
//! ```text
//!           answered        by the link, once
//!   open -> withdrawn       by whoever asked, or a manager
//!           expired         nobody answered in time
//!           over            the field was settled meanwhile
//! ```
//! An answer is evidence: it decides nothing.

use super::time::Time;
use super::value::Tuple;
use serde::{Deserialize, Serialize};

/// Days a question is open unless said otherwise, and at most.
pub const DAYS: i64 = 3;
pub const MOST_DAYS: i64 = 30;
/// Characters of the words that go with a question, and of those of an answer.
pub const MOST_TEXT: usize = 500;
pub const MOST_ANSWER: usize = 2_000;
/// Questions of one conflict that are open at once.
pub const MOST_OPEN: usize = 5;
/// Bytes of a link's secret.
pub const SECRET: usize = 32;

/// One of the values a question offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Its number on the conflict's page when it was asked.
    pub n: usize,
    /// One per member of the field or group.
    pub values: Tuple,
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "choice", rename_all = "snake_case")]
pub enum Choice {
    /// An offered value.
    Value { n: usize },
    /// Another value, in the answerer's own words.
    Other { value: String },
    /// The person does not know.
    Unknown,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    #[serde(flatten)]
    pub choice: Choice,
    /// Words beside it; may be empty.
    #[serde(default)]
    pub text: String,
}

/// Why an answer cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    #[error("choose one of the answers")]
    Nothing,
    #[error("give the other value")]
    NoValue,
    #[error("an answer may have {MOST_ANSWER} characters")]
    TooLong,
}

impl Answer {
    /// The answer as it was sent: `choice` is `value:1`, `other` or `unknown`.
    ///
    /// # Errors
    /// Nothing, or nothing that was offered, is chosen; another value is not given; it is too long.
    pub fn read(offered: &[Offered], choice: &str, other: &str, text: &str) -> Result<Self, AnswerError> {
        let (other, text) = (other.trim(), text.trim());
        if other.chars().count() > MOST_ANSWER || text.chars().count() > MOST_ANSWER {
            return Err(AnswerError::TooLong);
        }
        let number = choice.strip_prefix("value:").and_then(|n| n.parse().ok());
        let choice = match (choice, number) {
            ("unknown", _) => Choice::Unknown,
            ("other", _) if other.is_empty() => return Err(AnswerError::NoValue),
            ("other", _) => Choice::Other { value: other.to_owned() },
            (_, Some(n)) if offered.iter().any(|value| value.n == n) => Choice::Value { n },
            _ => return Err(AnswerError::Nothing),
        };
        Ok(Self { choice, text: text.to_owned() })
    }
}

/// How a question stands; each variant carries exactly that state's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Open,
    Answered {
        at: Time,
        answer: Answer,
    },
    Withdrawn {
        at: Time,
    },
    Expired {
        at: Time,
    },
    /// The field was settled before anybody answered.
    Over {
        at: Time,
    },
}

impl Standing {
    /// The text form, as stored and in the keys of its messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered { .. } => "answered",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Expired { .. } => "expired",
            Self::Over { .. } => "over",
        }
    }

    /// When it ended, if it did.
    #[must_use]
    pub fn ended_at(&self) -> Option<Time> {
        match self {
            Self::Open => None,
            Self::Answered { at, .. } | Self::Withdrawn { at } | Self::Expired { at } | Self::Over { at } => {
                Some(*at)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::value::Held;

    #[test]
    fn an_answer_is_one_of_what_was_offered() {
        let offered = [Offered { n: 2, values: vec![Held::from("a")] }];
        let read = |choice: &str, other: &str| Answer::read(&offered, choice, other, " so ");
        let right = |choice| Ok(Answer { choice, text: "so".to_owned() });
        assert_eq!(read("value:2", ""), right(Choice::Value { n: 2 }));
        assert_eq!(read("other", " b "), right(Choice::Other { value: "b".to_owned() }));
        assert_eq!(read("unknown", "b"), right(Choice::Unknown));
        assert_eq!(read("other", " "), Err(AnswerError::NoValue));
        for nothing in ["", "value:1", "value:", "value:x", "2"] {
            assert_eq!(read(nothing, "b"), Err(AnswerError::Nothing), "{nothing}");
        }
        let long = "x".repeat(MOST_ANSWER + 1);
        assert_eq!(read("other", &long), Err(AnswerError::TooLong));
        let answer = read("value:2", "").unwrap();
        let stored = serde_json::to_string(&answer).unwrap();
        assert_eq!(stored, r#"{"choice":"value","n":2,"text":"so"}"#);
        assert_eq!(serde_json::from_str::<Answer>(&stored).unwrap(), answer);
    }
}
