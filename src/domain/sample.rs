//! Blind review: what a person would have decided where a rule has, told without the rule's choice.

use super::conflict::Dispute;
use super::diff;
use super::entity::Slot;
use super::resolution::Chosen;
use super::value::{Held, Tuple};
use serde::{Deserialize, Serialize};

/// A person's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The value of that number.
    Keep { value: usize },
    /// None of them: this one.
    Type { values: Tuple },
    /// What was there to see does not tell.
    Unsure,
}

/// An answer beside what the rule chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Agrees,
    Differs,
    /// It counts neither way.
    Unsure,
}

impl Verdict {
    pub const ALL: [Self; 3] = [Self::Agrees, Self::Differs, Self::Unsure];

    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::Unsure => "unsure",
        }
    }

    /// The verdict of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == name)
    }
}

impl Answer {
    /// The values it asks for; None where there is no value of its number, or it is unsure.
    #[must_use]
    pub fn meant(&self, dispute: &Dispute) -> Option<Tuple> {
        match self {
            Self::Unsure => None,
            Self::Type { values } => Some(values.clone()),
            Self::Keep { value } => {
                Some(dispute.value(*value)?.shown(dispute.policy.source_of_truth.as_ref()).to_vec())
            }
        }
    }

    /// How it stands to what a rule chose over these values. `slot` is None where the field is
    /// configured no longer: then the texts are compared. None if it does not fit the values.
    #[must_use]
    pub fn beside(&self, chosen: &Chosen, dispute: &Dispute, slot: Option<&Slot<'_>>) -> Option<Verdict> {
        if *self == Self::Unsure {
            return Some(Verdict::Unsure);
        }
        let (own, rules) = (self.meant(dispute)?, chosen.meant(std::slice::from_ref(dispute))?);
        let same = match slot {
            Some(slot) => diff::same(slot, &diff::normal(slot, &own), &diff::normal(slot, &rules)),
            None => own == rules,
        };
        Some(if same { Verdict::Agrees } else { Verdict::Differs })
    }

    /// A typed answer; None where nothing was typed.
    #[must_use]
    pub fn typed(texts: &[&str]) -> Option<Self> {
        let values: Tuple = texts.iter().map(|text| Held::from(text.trim())).collect();
        (!values.iter().all(Held::is_blank)).then_some(Self::Type { values })
    }
}
