//! Resolutions: a decision over one or more differences of one conflict.

mod left;
mod made;
#[cfg(test)]
mod tests;

pub use left::Left;
pub use made::{cleared, combined};

use super::conflict::Dispute;
use super::entity::Slot;
use super::ids::{DifferenceId, FieldId, ResolutionId};
use super::suggestion::Suggested;
use super::time::Time;
use super::value::{Held, Tuple};
use serde::{Deserialize, Serialize};

/// What was chosen for one difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// A listed value, by its number.
    Keep { value: usize },
    /// A value of one's own, one per member of the slot.
    Type { values: Tuple },
    /// Empty on purpose, as [`cleared`] makes it.
    Clear { values: Tuple },
    /// Every member of every list, as [`combined`] makes it.
    Combine { values: Tuple },
    /// The difference stays, known and owned, until then.
    LeaveDifferent { until: Time },
    /// The record is made in the systems that lack it, from the value of that number.
    CreateThere { value: usize },
    /// The record is removed from the systems that still hold it.
    RemoveElsewhere,
    /// What an earlier decision wrote is put back where it still stands.
    PutBack { of: ResolutionId },
}

/// The outcome of one difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub difference: DifferenceId,
    pub field: FieldId,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What was suggested, and whether that was shown; None where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested: Option<Suggested>,
}

/// A choice of a decision that was taken back, with the value it meant: the numbers of the page
/// that shows it again may be of other values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    #[serde(flatten)]
    pub chosen: Chosen,
    /// The listed value that was chosen.
    #[serde(default)]
    pub meant: Option<Tuple>,
    /// Why it is left different, where that was written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
}

impl Chosen {
    /// The values every system was to hold by this choice, on the page it was made on; None where
    /// nothing was to be written.
    #[must_use]
    pub fn meant(&self, page: &[Dispute]) -> Option<Tuple> {
        match &self.outcome {
            Outcome::LeaveDifferent { .. } | Outcome::RemoveElsewhere | Outcome::PutBack { .. } => None,
            Outcome::Type { values } | Outcome::Clear { values } | Outcome::Combine { values } => {
                Some(values.clone())
            }
            Outcome::Keep { value } | Outcome::CreateThere { value } => {
                let dispute = page.iter().find(|dispute| dispute.field == self.field)?;
                Some(dispute.value(*value)?.shown(dispute.policy.source_of_truth.as_ref()).to_vec())
            }
        }
    }

    /// The choice as it is offered again.
    #[must_use]
    pub fn draft(&self, page: &[Dispute]) -> Draft {
        Draft { chosen: self.clone(), meant: self.meant(page), because: String::new() }
    }
}

/// Why, as a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    SourceOfTruth,
    NewerChange,
    ConfirmedWithCustomer,
    DocumentSeen,
    Formatting,
    Other,
}

impl Reason {
    pub const ALL: [Self; 6] = [
        Self::SourceOfTruth,
        Self::NewerChange,
        Self::ConfirmedWithCustomer,
        Self::DocumentSeen,
        Self::Formatting,
        Self::Other,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SourceOfTruth => "source_of_truth",
            Self::NewerChange => "newer_change",
            Self::ConfirmedWithCustomer => "confirmed_with_customer",
            Self::DocumentSeen => "document_seen",
            Self::Formatting => "formatting",
            Self::Other => "other",
        }
    }

    /// The reason of that code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == code)
    }
}

/// What is wrong with an outcome, for the person who chose it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutcomeError {
    #[error("there is no value {0} here")]
    NoSuchValue(usize),
    #[error("{label} takes {expected} values, {given} were given")]
    WrongCount { label: String, expected: usize, given: usize },
    #[error("{label}: {reason}")]
    Invalid { label: String, reason: String },
    #[error("the time until which it may stay different lies in the past, or more than a year ahead")]
    BadUntil,
    #[error("only a missing record can be created")]
    NothingToCreate,
    #[error("only a record that is missing somewhere can be removed elsewhere")]
    NothingToRemove,
    #[error("only lists can be combined, and only where each of them can be read")]
    NotLists,
    #[error(
        "{0} cannot be cleared as a whole: keep “no value” where a system has none, or type what it shall be"
    )]
    NotCleared(String),
    #[error("a decision is reversed where it is shown, not by an outcome")]
    NotAChoice,
    #[error("it was given twice: choose one outcome for it")]
    Twice,
    #[error(
        "a value cannot be kept where a record is missing: create it there, remove it elsewhere or leave it different"
    )]
    MissingRecord,
}

impl Outcome {
    /// The values every system shall hold, or None when nothing is to be written. `slot` is None
    /// for a record that is missing somewhere.
    ///
    /// # Errors
    /// The outcome does not fit the dispute, or a typed value is not of its field's kind.
    pub fn target(
        &self,
        slot: Option<&Slot<'_>>,
        dispute: &Dispute,
        now: Time,
    ) -> Result<Option<Tuple>, OutcomeError> {
        let missing = !dispute.absent.is_empty();
        match self {
            Self::Keep { .. } | Self::Type { .. } | Self::Clear { .. } | Self::Combine { .. } if missing => {
                Err(OutcomeError::MissingRecord)
            }
            Self::PutBack { .. } => Err(OutcomeError::NotAChoice),
            Self::CreateThere { .. } if !missing => Err(OutcomeError::NothingToCreate),
            Self::RemoveElsewhere if !missing => Err(OutcomeError::NothingToRemove),
            Self::RemoveElsewhere => Ok(Some(Tuple::new())),
            Self::Keep { value } | Self::CreateThere { value } => {
                let distinct = dispute.value(*value).ok_or(OutcomeError::NoSuchValue(*value))?;
                Ok(Some(distinct.shown(dispute.policy.source_of_truth.as_ref()).to_vec()))
            }
            Self::Type { values } => {
                check_typed(slot.ok_or(OutcomeError::MissingRecord)?, values)?;
                Ok(Some(values.clone()))
            }
            Self::Clear { values } => {
                let slot = slot.ok_or(OutcomeError::MissingRecord)?;
                let blank = cleared(slot, dispute).filter(|blank| blank == values);
                let blank = blank.ok_or_else(|| OutcomeError::NotCleared(slot.label.to_owned()))?;
                check_typed(slot, &blank)?;
                Ok(Some(blank))
            }
            Self::Combine { values } => {
                let slot = slot.ok_or(OutcomeError::MissingRecord)?;
                let all = combined(slot, dispute).filter(|all| all == values);
                let all = all.ok_or(OutcomeError::NotLists)?;
                check_typed(slot, &all)?;
                Ok(Some(all))
            }
            Self::LeaveDifferent { until } => {
                let year = chrono::TimeDelta::days(366);
                if *until <= now || *until > now + year { Err(OutcomeError::BadUntil) } else { Ok(None) }
            }
        }
    }
}

/// Most characters a person types into a field that bounds nothing itself.
const MOST_TYPED: usize = 4000;

/// Whether typed values are of a slot's fields.
///
/// # Errors
/// Which is not, and why.
pub fn check_typed(slot: &Slot<'_>, values: &[Held]) -> Result<(), OutcomeError> {
    let expected = slot.fields().count();
    if values.len() != expected {
        return Err(OutcomeError::WrongCount { label: slot.label.to_owned(), expected, given: values.len() });
    }
    for (field, held) in slot.fields().zip(values) {
        let invalid = |reason: String| OutcomeError::Invalid { label: field.label.clone(), reason };
        field.check(held).map_err(|problem| invalid(problem.0))?;
        let length = held.value().map_or(0, |text| text.chars().count());
        if field.most_characters().is_none() && length > MOST_TYPED {
            return Err(invalid(format!("it is longer than {MOST_TYPED} characters")));
        }
    }
    Ok(())
}
