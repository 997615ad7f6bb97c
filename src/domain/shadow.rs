//! Shadow: what a draft of the policies would have made of a difference, beside what was made of it.

use super::value::{Held, Tuple};
use serde::{Deserialize, Serialize};

/// Two judgements of one difference, side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// Both settle it with one value, or both ask a person.
    Same,
    /// The draft would have settled what people review.
    Settles,
    /// The draft would have asked a person where the policy in force settles.
    Asks,
    /// Both settle it, with different values.
    Otherwise,
}

impl Beside {
    pub const ALL: [Self; 4] = [Self::Same, Self::Settles, Self::Asks, Self::Otherwise];

    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Settles => "settles",
            Self::Asks => "asks",
            Self::Otherwise => "otherwise",
        }
    }

    /// What two judgements are to each other: the values each settles with, none where it asks a
    /// person; `same` tells whether two values count as one.
    #[must_use]
    pub fn of(settled: Option<&Tuple>, would: Option<&Tuple>, same: impl Fn(&Tuple, &Tuple) -> bool) -> Self {
        match (settled, would) {
            (None, None) => Self::Same,
            (None, Some(_)) => Self::Settles,
            (Some(_), None) => Self::Asks,
            (Some(one), Some(other)) if same(one, other) => Self::Same,
            (Some(_), Some(_)) => Self::Otherwise,
        }
    }
}

/// What people made of a difference that the draft would have settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// The same value.
    Alike,
    /// Another one.
    Differently,
    /// They left it different.
    LeftDifferent,
    /// Nothing yet.
    Open,
    /// It ended without them.
    Ended,
}

impl Chosen {
    pub const ALL: [Self; 5] = [Self::Alike, Self::Differently, Self::LeftDifferent, Self::Open, Self::Ended];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alike => "alike",
            Self::Differently => "differently",
            Self::LeftDifferent => "left_different",
            Self::Open => "open",
            Self::Ended => "ended",
        }
    }
}

/// Stands for a record that is made again where it is missing.
#[must_use]
pub fn made_again() -> Tuple {
    Tuple::new()
}

/// Stands for a record that is removed where it still is.
#[must_use]
pub fn removed() -> Tuple {
    vec![Held::Null]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_judgements_side_by_side() {
        let (a, b): (Tuple, Tuple) = (vec![Held::from("a")], vec![Held::from("b")]);
        let same = |one: &Tuple, other: &Tuple| one == other;
        assert_eq!(Beside::of(None, None, same), Beside::Same);
        assert_eq!(Beside::of(Some(&a), Some(&a), same), Beside::Same);
        assert_eq!(Beside::of(None, Some(&a), same), Beside::Settles);
        assert_eq!(Beside::of(Some(&a), None, same), Beside::Asks);
        assert_eq!(Beside::of(Some(&a), Some(&b), same), Beside::Otherwise);
    }
}
