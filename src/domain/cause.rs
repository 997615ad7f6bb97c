//! Why systems differ: named causes, each with its evidence.

mod alphabet;
mod conversion;
mod encoding;
mod interface;
mod moment;
mod notation;
mod number;
mod race;
mod signs;
mod text;

#[cfg(test)]
mod tests;

use super::author::{AuthorKind, Hand};
use super::diff::{Candidate, Compared, Kind};
use super::entity::Slot;
use super::ids::{FieldId, SystemId};
pub use super::past::Past;
use super::value::Tuple;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A likely cause with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// A system wrote its old value again after a newer change elsewhere.
    Race {
        changed: SystemId,
        rewrote: SystemId,
    },
    /// One side changed and the others still hold what was agreed.
    StaleCopy {
        changed: SystemId,
    },
    /// A system holds another's value as a conversion left it.
    Transformation {
        system: SystemId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<Shape>,
    },
    /// A person changed it by hand.
    HumanOverride {
        system: SystemId,
        author: String,
    },
    /// One of very many changes made at once.
    BulkUpdate {
        system: SystemId,
        records: i64,
    },
    /// The system's values are no longer what its interface used to give.
    InterfaceChange {
        system: SystemId,
    },
    /// What Referee itself wrote came back as something else.
    Echo {
        system: SystemId,
    },
    MissingRecord {
        system: SystemId,
    },
    DeletedRecord {
        system: SystemId,
    },
    Unknown,
}

impl Cause {
    /// Every cause's text form, in the order of the facet.
    pub const NAMES: [&'static str; 10] = [
        "stale_copy",
        "human_override",
        "race",
        "transformation",
        "bulk_update",
        "interface_change",
        "echo",
        "missing_record",
        "deleted_record",
        "unknown",
    ];

    /// The text form, as stored and filtered by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Race { .. } => "race",
            Self::StaleCopy { .. } => "stale_copy",
            Self::Transformation { .. } => "transformation",
            Self::HumanOverride { .. } => "human_override",
            Self::BulkUpdate { .. } => "bulk_update",
            Self::InterfaceChange { .. } => "interface_change",
            Self::Echo { .. } => "echo",
            Self::MissingRecord { .. } => "missing_record",
            Self::DeletedRecord { .. } => "deleted_record",
            Self::Unknown => "unknown",
        }
    }
}

/// What a conversion did to a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum Shape {
    /// Day and month stand the other way round.
    SwappedDayAndMonth,
    /// Cut after so many characters.
    Truncated { at: usize },
    /// Letters written in one character set and read in another, or lost on the way.
    Encoding,
    /// The same instant in another zone, so many minutes apart.
    ZoneShift { minutes: i64 },
    /// The same quantity in another unit.
    UnitFactor { factor: String },
    /// Rounded to so many decimals.
    Rounded { decimals: usize },
    /// Only the case of letters differs.
    LetterCase,
    /// Zeros at the front are gone.
    LeadingZeros,
    /// The same day or number, written as another country writes it.
    Notation,
    /// A telephone number whose country's code is gone, or another one stands there.
    DialCode,
}

/// How much speaks for a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    Weak,
    Likely,
    Strong,
}

impl Strength {
    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Likely => "likely",
            Self::Strong => "strong",
        }
    }

    /// One step more, where something else speaks for it.
    fn more(self) -> Self {
        match self {
            Self::Weak => Self::Likely,
            Self::Likely | Self::Strong => Self::Strong,
        }
    }

    /// One step less, where something speaks against it.
    fn less(self) -> Option<Self> {
        match self {
            Self::Weak => None,
            Self::Likely => Some(Self::Weak),
            Self::Strong => Some(Self::Likely),
        }
    }
}

/// One of the causes a difference may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    #[serde(flatten)]
    pub cause: Cause,
    pub strength: Strength,
}

/// What a cause is told from.
pub struct Evidence<'a> {
    pub slot: &'a Slot<'a>,
    pub kind: Kind,
    pub compared: &'a Compared,
    /// In the candidates' order.
    pub hands: &'a [Hand],
    /// Systems that changed some field of the record since all agreed: their row's time says
    /// nothing of a field that did not move.
    pub moved: &'a BTreeSet<SystemId>,
    pub source_of_truth: Option<&'a SystemId>,
    /// What systems held of this slot before, in normal form, newest first.
    pub past: &'a [Past],
    /// What Referee last wrote of this slot, by system.
    pub written: &'a BTreeMap<SystemId, Tuple>,
    /// The longest text each system keeps in a field, where a mapping says so.
    pub limits: &'a BTreeMap<(SystemId, FieldId), usize>,
}

/// Most causes that are named: a longer list explains nothing.
const MOST: usize = 4;

/// The causes a difference in values may have, the likeliest first; never empty. Where nothing
/// but weak signs speaks, unknown goes first, and what they hint at follows.
#[must_use]
pub fn of_values(evidence: &Evidence<'_>) -> Vec<Suspect> {
    let mut found = evidence.echoes();
    found.extend(evidence.conversions());
    found.extend(evidence.interface_changes());
    found.extend(evidence.bulk_updates());
    found.extend(evidence.races());
    found.extend(evidence.overrides());
    found.extend(evidence.stale_copies());
    // Of the same strength, the one that says more goes first: the order above.
    found.sort_by_key(|suspect| Reverse(suspect.strength));
    let mut suspects: Vec<Suspect> = Vec::new();
    for suspect in found {
        if suspects.iter().all(|known| known.cause.name() != suspect.cause.name()) {
            suspects.push(suspect);
        }
    }
    if suspects.first().is_none_or(|first| first.strength == Strength::Weak) {
        suspects.insert(0, Suspect { cause: Cause::Unknown, strength: Strength::Weak });
    }
    suspects.truncate(MOST);
    suspects
}

impl<'a> Evidence<'a> {
    fn voices(&self) -> impl Iterator<Item = (&'a Candidate, &'a Hand)> + use<'a> {
        self.compared.candidates.iter().zip(self.hands)
    }

    /// Those whose value needs a reason: that moved, or all where nothing was ever agreed.
    fn in_question(&self) -> impl Iterator<Item = (&'a Candidate, &'a Hand)> + use<'a> {
        let first = self.kind == Kind::First;
        self.voices().filter(move |(candidate, _)| first || candidate.moved)
    }

    fn bulk_updates(&self) -> Vec<Suspect> {
        let bulk = self.in_question().filter(|(_, hand)| hand.is_bulk());
        let suspect = |(candidate, hand): (&Candidate, &Hand)| Suspect {
            cause: Cause::BulkUpdate { system: candidate.system.clone(), records: hand.burst },
            strength: Strength::Strong,
        };
        bulk.map(suspect).collect()
    }

    /// A person's change against another one, or in a system that has no say in the field.
    fn overrides(&self) -> Vec<Suspect> {
        let by_hand = self.in_question().filter(|(candidate, hand)| {
            candidate.moved && hand.kind == AuthorKind::Person && !hand.is_bulk()
        });
        let suspect = |(candidate, _): (&Candidate, &Hand)| {
            let elsewhere = self.source_of_truth.is_some_and(|source| *source != candidate.system);
            let against = self.kind == Kind::Clash || elsewhere;
            let author = candidate.read.modified_by.clone().unwrap_or_default();
            let cause = Cause::HumanOverride { system: candidate.system.clone(), author };
            Suspect { cause, strength: if against { Strength::Likely } else { Strength::Weak } }
        };
        by_hand.map(suspect).collect()
    }

    /// One value is new, and the others still hold what was agreed.
    fn stale_copies(&self) -> Vec<Suspect> {
        let changed = self.compared.candidates.iter().find(|candidate| candidate.moved);
        let changed = changed.filter(|_| self.kind == Kind::Change);
        let suspect = |candidate: &Candidate| Suspect {
            cause: Cause::StaleCopy { changed: candidate.system.clone() },
            strength: Strength::Likely,
        };
        changed.map(suspect).into_iter().collect()
    }
}
