//! One outcome for many differences: what it means for each of them, or why one is left out.

use super::author::AuthorKind;
use super::conflict::{Dispute, Distinct};
use super::entity::Slot;
use super::ids::{DifferenceId, SystemId};
use super::resolution::Outcome;
use super::suggestion;
use super::time::Time;
use super::value::{Held, Tuple};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What is chosen for every difference of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum GroupChoice {
    /// Every system gets this one's value.
    Keep { system: SystemId },
    /// This system gets the value of the others back.
    KeepOthers { system: SystemId },
    /// They stay different until then.
    LeaveDifferent { until: Time },
    /// Each gets the value of its own source of truth.
    Source,
    /// Each gets what a person changed last.
    Newest,
    /// All get this one.
    One { values: Tuple },
    /// Each gets what is suggested for it.
    Suggested,
}

/// One difference, as a choice is worked out for it.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub id: &'a DifferenceId,
    pub dispute: &'a Dispute,
    /// Its field or group; None of a record that is missing somewhere.
    pub slot: Option<&'a Slot<'a>>,
}

/// Why a difference is left out of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Excluded {
    /// Somebody else is deciding it.
    Claimed,
    /// A value moved since the set was frozen.
    Changed,
    /// Somebody decided it, or it settled by itself.
    Decided,
    /// Its policy asks for each to be decided for itself, as it does where stakes are high.
    HighStakes,
    /// The system holds no value there.
    ValueMissing,
    /// The other systems do not agree among themselves.
    OthersDiffer,
    /// Whoever decided may no longer.
    NoRight,
    /// It cannot be saved: a system cannot store it, say.
    Refused,
    /// No person is known to have changed it last.
    NoPerson,
    /// No source of truth is set, or it does not hold the field.
    NoSource,
    /// The facts speak for no value, or for leaving it empty.
    NoSuggestion,
    /// Its suggestion is hidden until a person has chosen.
    Blind,
    /// A second person has to approve it, and was not asked.
    NeedsApproval,
    /// Whoever looked at the set took it out.
    Unticked,
    /// The group was stopped before its turn.
    Stopped,
}

impl Excluded {
    pub const ALL: [Self; 15] = [
        Self::Claimed,
        Self::Changed,
        Self::Decided,
        Self::HighStakes,
        Self::ValueMissing,
        Self::OthersDiffer,
        Self::NoRight,
        Self::Refused,
        Self::NoPerson,
        Self::NoSource,
        Self::NoSuggestion,
        Self::Blind,
        Self::NeedsApproval,
        Self::Unticked,
        Self::Stopped,
    ];

    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Changed => "changed",
            Self::Decided => "decided",
            Self::HighStakes => "high_stakes",
            Self::ValueMissing => "value_missing",
            Self::OthersDiffer => "others_differ",
            Self::NoRight => "no_right",
            Self::Refused => "refused",
            Self::NoPerson => "no_person",
            Self::NoSource => "no_source",
            Self::NoSuggestion => "no_suggestion",
            Self::Blind => "blind",
            Self::NeedsApproval => "needs_approval",
            Self::Unticked => "unticked",
            Self::Stopped => "stopped",
        }
    }
}

impl GroupChoice {
    /// What it means for one difference.
    ///
    /// # Errors
    /// It means nothing there: why.
    pub fn outcome(&self, row: &Row<'_>) -> Result<Outcome, Excluded> {
        let dispute = row.dispute;
        let kept = match self {
            Self::LeaveDifferent { until } => return Ok(Outcome::LeaveDifferent { until: *until }),
            Self::One { values } if dispute.absent.is_empty() => {
                return Ok(Outcome::Type { values: values.clone() });
            }
            _ if !dispute.absent.is_empty() => return Err(Excluded::ValueMissing),
            Self::Keep { system } => held_by(dispute, system)?,
            Self::Source => {
                let source = dispute.policy.source_of_truth.as_ref().ok_or(Excluded::NoSource)?;
                held_by(dispute, source)?
            }
            Self::Newest => newest(dispute)?,
            Self::One { .. } => return Err(Excluded::ValueMissing),
            Self::KeepOthers { system } => others(dispute, system)?,
            Self::Suggested => suggested(row)?,
        };
        Ok(Outcome::Keep { value: kept.n })
    }
}

impl GroupChoice {
    /// What it comes to for a difference, as those that come to the same share it: `keep:portal`, `one`,
    /// `leave`.
    #[must_use]
    pub fn becomes(&self, dispute: &Dispute, outcome: &Outcome) -> String {
        match (self, outcome) {
            (Self::LeaveDifferent { .. }, _) => "leave".to_owned(),
            (Self::One { .. }, _) => "one".to_owned(),
            (Self::Keep { system }, _) => format!("keep:{system}"),
            (_, Outcome::Keep { value }) => {
                let source = dispute.policy.source_of_truth.as_ref();
                let holders = dispute.value(*value).map_or(&[][..], |value| value.holders.as_slice());
                let holds = holders.iter().map(|holder| &holder.candidate.system);
                let first = holds.clone().find(|system| Some(*system) == source).or(holds.into_iter().next());
                first.map_or_else(|| "keep".to_owned(), |system| format!("keep:{system}"))
            }
            _ => "keep".to_owned(),
        }
    }
}

/// The value that a system holds.
fn held_by<'d>(dispute: &'d Dispute, system: &SystemId) -> Result<&'d Distinct, Excluded> {
    let value = dispute.values.iter().find(|value| holds(value, system));
    // Emptying very many fields at once is decided one by one.
    let blank = |value: &&Distinct| value.normal.iter().all(Held::is_blank);
    value.filter(|value| !blank(value)).ok_or(Excluded::ValueMissing)
}

/// The value that is suggested, where whoever decides may see that before choosing.
fn suggested<'d>(row: &Row<'d>) -> Result<&'d Distinct, Excluded> {
    let dispute = row.dispute;
    if suggestion::is_blind(&dispute.policy, row.id) {
        return Err(Excluded::Blind);
    }
    let found = row.slot.and_then(|slot| suggestion::of(dispute, slot));
    let value = found.and_then(|found| dispute.value(found.value));
    // Emptying very many fields at once is decided one by one.
    let blank = |value: &&Distinct| value.normal.iter().all(Held::is_blank);
    value.filter(|value| !blank(value)).ok_or(Excluded::NoSuggestion)
}

/// The value that a person changed last, by more than the margin of the clocks.
fn newest(dispute: &Dispute) -> Result<&Distinct, Excluded> {
    let mut changes = Vec::new();
    for value in &dispute.values {
        for holder in &value.holders {
            let moved = dispute.agreed.is_none() || holder.candidate.moved;
            let person = holder.hand.kind == AuthorKind::Person && !holder.hand.is_bulk();
            if moved && person {
                // A change of which nobody knows when it was may be the newest one.
                let at = holder.candidate.read.modified_at.ok_or(Excluded::NoPerson)?;
                changes.push((at, value));
            }
        }
    }
    changes.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let (last, value) = changes.first().ok_or(Excluded::NoPerson)?;
    let margin = TimeDelta::milliseconds(i64::from(dispute.policy.clock_margin_ms));
    let near = |(at, other): &(Time, &Distinct)| other.n != value.n && *last - *at <= margin;
    let blank = value.normal.iter().all(Held::is_blank);
    if blank || changes.iter().any(near) { Err(Excluded::NoPerson) } else { Ok(value) }
}

fn holds(value: &Distinct, system: &SystemId) -> bool {
    value.holders.iter().any(|holder| holder.candidate.system == *system)
}

/// The value of everybody else: the only one, or the one that all had agreed on.
fn others<'d>(dispute: &'d Dispute, system: &SystemId) -> Result<&'d Distinct, Excluded> {
    if !dispute.values.iter().any(|value| holds(value, system)) {
        return Err(Excluded::ValueMissing);
    }
    // What nobody holds any longer is nobody's value.
    let held = || dispute.values.iter().filter(|value| !value.holders.is_empty());
    let mut others = held().filter(|value| !holds(value, system));
    let stood = |value: &&Distinct| value.holders.iter().all(|holder| !holder.candidate.moved);
    match (others.next(), others.next()) {
        (None, _) => Err(Excluded::ValueMissing),
        (Some(only), None) => Ok(only),
        _ => {
            let agreed = held().filter(|_| dispute.agreed.is_some()).find(stood);
            agreed.filter(|value| !holds(value, system)).ok_or(Excluded::OthersDiffer)
        }
    }
}

/// How what a group decided is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// Nothing of it was sent yet.
    Undo,
    /// What was written is put back.
    Reverse,
}

impl Back {
    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Reverse => "reverse",
        }
    }

    /// The text form once it was done.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Self::Undo => "undone",
            Self::Reverse => "reversed",
        }
    }

    /// The way of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Undo, Self::Reverse].into_iter().find(|way| way.as_str() == name)
    }
}

/// Who takes a group back, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakingBack {
    pub way: Back,
    pub by: super::audit::Actor,
    pub reason: String,
}
