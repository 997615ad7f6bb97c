//! One outcome for many differences: what it means for each of them, or why one is left out.

use super::conflict::{Dispute, Distinct};
use super::ids::SystemId;
use super::resolution::Outcome;
use super::time::Time;
use super::value::Held;
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
}

impl Excluded {
    pub const ALL: [Self; 8] = [
        Self::Claimed,
        Self::Changed,
        Self::Decided,
        Self::HighStakes,
        Self::ValueMissing,
        Self::OthersDiffer,
        Self::NoRight,
        Self::Refused,
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
        }
    }
}

impl GroupChoice {
    /// What it means for one difference.
    ///
    /// # Errors
    /// It means nothing there: why.
    pub fn outcome(&self, dispute: &Dispute) -> Result<Outcome, Excluded> {
        let kept = match self {
            Self::LeaveDifferent { until } => return Ok(Outcome::LeaveDifferent { until: *until }),
            _ if !dispute.absent.is_empty() => return Err(Excluded::ValueMissing),
            Self::Keep { system } => {
                let value = dispute.values.iter().find(|value| holds(value, system));
                // Emptying very many fields at once is decided one by one.
                let blank = |value: &&Distinct| value.normal.iter().all(Held::is_blank);
                value.filter(|value| !blank(value)).ok_or(Excluded::ValueMissing)?
            }
            Self::KeepOthers { system } => others(dispute, system)?,
        };
        Ok(Outcome::Keep { value: kept.n })
    }
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
