//! Why systems differ: named causes, each with its evidence.

use super::author::{AuthorKind, Hand};
use super::compare::Comparison;
use super::diff::{Candidate, Compared, Kind};
use super::entity::Slot;
use super::ids::SystemId;
use super::judge::time_of_change;
use super::time::Time;
use super::value::{Held, Tuple};
use serde::{Deserialize, Serialize};
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
    /// The longest text each system keeps in this slot's field, where a mapping says so.
    pub limits: &'a BTreeMap<SystemId, usize>,
}

/// A value that a system held before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    pub system: SystemId,
    pub normal: Tuple,
    pub read_at: Time,
}

/// The causes a difference in values may have, the likeliest first; never empty.
#[must_use]
pub fn of_values(evidence: &Evidence<'_>) -> Vec<Suspect> {
    vec![Suspect { cause: likeliest(evidence), strength: Strength::Likely }]
}

fn likeliest(evidence: &Evidence<'_>) -> Cause {
    let Evidence { slot, kind, compared, hands, moved: moved_systems, .. } = *evidence;
    let candidates = &compared.candidates;
    let moved = || candidates.iter().zip(hands).filter(|(candidate, _)| candidate.moved);
    if let Some(system) = swapped_date(slot, candidates, kind) {
        return Cause::Transformation { system, shape: Some(Shape::SwappedDayAndMonth) };
    }
    if let Some((candidate, hand)) = moved().find(|(_, hand)| hand.is_bulk()) {
        return Cause::BulkUpdate { system: candidate.system.clone(), records: hand.burst };
    }
    if let Some(race) = race(candidates, moved_systems) {
        return race;
    }
    let by_hand = moved().find(|(_, hand)| hand.kind == AuthorKind::Person);
    match (kind, by_hand, moved().next()) {
        (Kind::Clash, Some((candidate, _)), _) => {
            let author = candidate.read.modified_by.clone().unwrap_or_default();
            Cause::HumanOverride { system: candidate.system.clone(), author }
        }
        (Kind::Change, _, Some((candidate, _))) => Cause::StaleCopy { changed: candidate.system.clone() },
        _ => Cause::Unknown,
    }
}

/// A candidate that did not move, though its system wrote the row after the change elsewhere.
fn race(candidates: &[Candidate], moved_systems: &BTreeSet<SystemId>) -> Option<Cause> {
    let changed = candidates.iter().filter(|candidate| candidate.moved);
    let changed =
        changed.filter_map(|candidate| Some((candidate, time_of_change(candidate)?))).min_by_key(|c| c.1)?;
    let rewrote = candidates.iter().find(|candidate| {
        !moved_systems.contains(&candidate.system)
            && candidate.revision > 1
            && time_of_change(candidate).is_some_and(|time| time > changed.1)
    })?;
    Some(Cause::Race { changed: changed.0.system.clone(), rewrote: rewrote.system.clone() })
}

/// The system whose date is another's with day and month swapped.
fn swapped_date(slot: &Slot<'_>, candidates: &[Candidate], kind: Kind) -> Option<SystemId> {
    if slot.fields().all(|field| field.comparison != Comparison::Date) {
        return None;
    }
    let text = |candidate: &Candidate| candidate.normal.first().and_then(Held::value).map(str::to_owned);
    let other = |candidate: &Candidate| {
        let swapped = swap_day_and_month(&text(candidate)?)?;
        candidates
            .iter()
            .find(|rival| text(rival).is_some_and(|date| date == swapped))
            .map(|_| candidate.system.clone())
    };
    let suspects = candidates.iter().filter(|candidate| candidate.moved || kind == Kind::First);
    suspects.filter_map(other).next()
}

fn swap_day_and_month(date: &str) -> Option<String> {
    let (year, rest) = date.get(..10)?.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    (month != day && day <= "12").then(|| format!("{year}-{day}-{month}"))
}
