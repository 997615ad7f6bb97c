//! Deliveries: one write to one system that a resolution needs.
//!
//! ```text
//!   Waiting (held) --lease--> Sending --read back equal--> Confirmed
//!      |                        |------rewritten--------> AcceptedWithChanges
//!      | undo                   |------moved before-----> Overtaken (conflict reopens)
//!      v                        |------no---------------> Refused
//!   Undone                      |------not now----------> Retrying --lease--> Sending
//!                               |------no answer--------> Unknown  --by reading--> ...
//!                               +------taken, not seen--> Unknown  --by reading--> ...
//!   Proposed: a second person has to approve it first; then Waiting, or ByHand.
//!   ByHand: a target that takes no writes, or none any longer; Confirmed by a later read.
//! ```
//!
//! [`attempt`] is one try, [`after`] what follows from it, [`sent`] what is known of what was sent.

pub mod after;
pub mod attempt;
pub mod sent;

pub use sent::{Sent, Settled, Stamp};

use super::ids::FieldId;
use super::time::Time;
use super::value::{Cell, Cells, Held};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tries before a delivery asks for a person.
pub const TRIES: u32 = 10;

/// What a delivery writes, fixed when the decision is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// A row to be made, rather than changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub create: bool,
    /// A row to be removed: its fields have to stand as the steward saw them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remove: bool,
    /// The form alone is written: the value is agreed, and texts are compared as they stand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub form: bool,
    /// The slot that was decided.
    pub slot: FieldId,
    /// Our fields: as the steward saw them in this system, and as they shall be.
    pub fields: BTreeMap<FieldId, (Held, Held)>,
    /// The slot's other fields, as the steward saw them in this system: they are not written, and
    /// must stand as they were.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<FieldId, Held>,
    /// The system's columns as they stood when the decision was made: what reverse puts back.
    pub before: Cells,
    /// The system's columns as they will be written.
    pub cells: Cells,
}

/// One column of a change: its name, what it holds and what it will hold; None is nothing.
pub type ColumnChange<'c> = (&'c str, Option<&'c str>, Option<&'c str>);

impl Change {
    /// The columns that change, in the system's own words: of a row to be removed every one that holds
    /// something.
    #[must_use]
    pub fn columns(&self) -> Vec<ColumnChange<'_>> {
        if self.remove {
            let gone = self.before.iter().filter(|(_, cell)| **cell != Cell::Null);
            return gone.map(|(name, was)| (name.as_str(), was.text(), None)).collect();
        }
        let changed = self.cells.iter().filter(|(name, cell)| self.before.get(*name) != Some(cell));
        changed
            .map(|(name, cell)| (name.as_str(), self.before.get(name).and_then(Cell::text), cell.text()))
            .collect()
    }
}

impl Change {
    /// Whether what a column holds or will hold is hidden from whoever reads it.
    #[must_use]
    pub fn hides(&self, column: &str) -> bool {
        let cells = [self.before.get(column), self.cells.get(column)];
        cells.into_iter().flatten().any(|cell| matches!(cell, Cell::Hidden(_)))
    }
}

/// What ended a delivery that a person has to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The system said no, or our mapping cannot say it.
    #[default]
    Said,
    /// Ten tries were not enough.
    Tried,
    /// It cannot be told from here whether it was done.
    Look,
}

impl Why {
    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Tried => "tried",
            Self::Look => "look",
        }
    }
}

/// The state of a delivery, with exactly that state's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeliveryState {
    /// Somebody has to approve its decision first. Afterwards it waits, or a person enters it there.
    Proposed {
        writable: bool,
    },
    /// Can be undone until then.
    Waiting {
        until: Time,
    },
    /// A worker has it; `attempt` counts from 1.
    Sending {
        attempt: u32,
        #[serde(flatten)]
        sent: Sent,
    },
    /// Read back and equal.
    Confirmed {
        at: Time,
    },
    /// The system took it and made something else of it.
    AcceptedWithChanges {
        at: Time,
        found: BTreeMap<FieldId, Held>,
    },
    /// Will be tried again by itself.
    Retrying {
        attempt: u32,
        next: Time,
        message: String,
    },
    /// The system said no, or ten tries were not enough.
    Refused {
        at: Time,
        message: String,
        #[serde(default)]
        why: Why,
    },
    /// The value had moved: nothing was written.
    Overtaken {
        at: Time,
        found: BTreeMap<FieldId, Held>,
    },
    /// It may have been carried out: being settled by reading.
    Unknown {
        attempt: u32,
        next: Time,
        message: String,
        #[serde(flatten)]
        sent: Sent,
    },
    /// The target takes no writes from us: a person enters it there.
    ByHand {
        since: Time,
    },
    Undone {
        at: Time,
    },
}

/// A transition that the present state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a delivery that is {0} cannot do that")]
pub struct TransitionError(pub &'static str);

impl DeliveryState {
    /// The text form.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proposed { .. } => "proposed",
            Self::Waiting { .. } => "waiting",
            Self::Sending { .. } => "sending",
            Self::Confirmed { .. } => "confirmed",
            Self::AcceptedWithChanges { .. } => "accepted_with_changes",
            Self::Retrying { .. } => "retrying",
            Self::Refused { .. } => "refused",
            Self::Overtaken { .. } => "overtaken",
            Self::Unknown { .. } => "unknown",
            Self::ByHand { .. } => "by_hand",
            Self::Undone { .. } => "undone",
        }
    }

    /// The text form that the store finds it by: what is proposed waits there, and is never due.
    #[must_use]
    pub fn column(&self) -> &'static str {
        match self {
            Self::Proposed { .. } => "waiting",
            other => other.name(),
        }
    }

    /// Nothing of it was sent, and nothing is being sent.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        matches!(self, Self::Proposed { .. } | Self::Waiting { .. } | Self::ByHand { .. })
    }

    /// Its decision was approved. What takes no writes from us any longer is entered by a person.
    #[must_use]
    pub fn approve(self, until: Time, writes: bool, now: Time) -> Self {
        match self {
            Self::Proposed { writable } if writable && writes => Self::Waiting { until },
            Self::Proposed { .. } => Self::ByHand { since: now },
            other => other,
        }
    }

    /// When the worker takes it up by itself; None when nothing happens without a person.
    #[must_use]
    pub fn next_at(&self) -> Option<Time> {
        match self {
            Self::Waiting { until } => Some(*until),
            Self::Retrying { next, .. } | Self::Unknown { next, .. } => Some(*next),
            _ => None,
        }
    }

    /// The same, with the worker taking it up at that time.
    #[must_use]
    pub fn due_at(mut self, time: Time) -> Self {
        if let Self::Waiting { until: at }
        | Self::Retrying { next: at, .. }
        | Self::Unknown { next: at, .. } = &mut self
        {
            *at = time;
        }
        self
    }

    /// What is known of tries that may have been carried out.
    #[must_use]
    pub fn sent(&self) -> Option<&Sent> {
        match self {
            Self::Sending { sent, .. } | Self::Unknown { sent, .. } => Some(sent),
            _ => None,
        }
    }

    /// An earlier try may have been carried out: its worker went away, or no answer came.
    #[must_use]
    pub fn is_maybe_sent(&self) -> bool {
        self.sent().is_some()
    }

    /// Its outcome is not known, and will be so soon that a decision waits for it: longer only where
    /// the system cannot be read.
    #[must_use]
    pub fn is_soon_settled(&self, now: Time, lag: TimeDelta) -> bool {
        match self {
            Self::Sending { .. } => true,
            Self::Unknown { sent, .. } => sent.at().is_some_and(|at| now - at < lag),
            _ => false,
        }
    }

    /// Which try is under way, from 1.
    #[must_use]
    pub fn attempt(&self) -> Option<u32> {
        match self {
            Self::Sending { attempt, .. } => Some(*attempt),
            _ => None,
        }
    }

    /// When it ended, if it did.
    #[must_use]
    pub fn ended_at(&self) -> Option<Time> {
        match self {
            Self::Confirmed { at }
            | Self::AcceptedWithChanges { at, .. }
            | Self::Refused { at, .. }
            | Self::Overtaken { at, .. }
            | Self::Undone { at } => Some(*at),
            _ => None,
        }
    }

    /// The decision holds in this system.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Confirmed { .. } | Self::AcceptedWithChanges { .. })
    }

    /// A worker takes it up.
    ///
    /// # Errors
    /// It has ended, or waits for a person.
    pub fn lease(self) -> Result<Self, TransitionError> {
        match self {
            Self::Waiting { .. } => Ok(Self::Sending { attempt: 1, sent: Sent::default() }),
            Self::Retrying { attempt, .. } => {
                Ok(Self::Sending { attempt: attempt + 1, sent: Sent::default() })
            }
            Self::Unknown { attempt, sent, .. } => Ok(Self::Sending { attempt: attempt + 1, sent }),
            // A worker died with it: the next one settles it by reading.
            Self::Sending { attempt, sent } => Ok(Self::Sending { attempt: attempt + 1, sent }),
            other => Err(TransitionError(other.name())),
        }
    }

    /// Nothing was sent yet, and nothing will be.
    ///
    /// # Errors
    /// It was leased: from now on a decision can be reversed, not undone.
    pub fn undo(self, at: Time) -> Result<Self, TransitionError> {
        match self {
            Self::Proposed { .. } | Self::Waiting { .. } | Self::ByHand { .. } => Ok(Self::Undone { at }),
            other => Err(TransitionError(other.name())),
        }
    }

    /// Its decision does not stand any longer. What may have been sent is still settled by reading, so
    /// that nobody decides on values that are not there; the rest ends. One that a worker has in hand is
    /// left to the worker.
    #[must_use]
    pub fn call_off(self, at: Time) -> Self {
        match self {
            Self::Sending { .. } => self,
            Self::Proposed { .. } => Self::Undone { at },
            Self::Unknown { attempt, next, message, sent } => {
                Self::Unknown { attempt, next, message, sent: Sent { called_off: true, ..sent } }
            }
            _ => Self::Overtaken { at, found: BTreeMap::new() },
        }
    }

    /// A later attempt, or the end of attempts.
    ///
    /// # Errors
    /// It is not being sent.
    pub fn retry(self, now: Time, wait: TimeDelta, message: String) -> Result<Self, TransitionError> {
        match self {
            Self::Sending { attempt, .. } if attempt >= TRIES => {
                Ok(Self::Refused { at: now, message, why: Why::Tried })
            }
            Self::Sending { attempt, .. } => Ok(Self::Retrying { attempt, next: now + wait, message }),
            other => Err(TransitionError(other.name())),
        }
    }
}
