//! Why systems differ: named causes, each with its evidence.

use super::author::{AuthorKind, Hand};
use super::compare::Comparison;
use super::diff::{Candidate, Compared, Kind};
use super::entity::Slot;
use super::ids::SystemId;
use super::judge::time_of_change;
use super::value::Held;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    /// Day and month stand the other way round.
    Transformation {
        system: SystemId,
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
    pub const NAMES: [&'static str; 8] = [
        "stale_copy",
        "human_override",
        "race",
        "transformation",
        "bulk_update",
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
            Self::MissingRecord { .. } => "missing_record",
            Self::DeletedRecord { .. } => "deleted_record",
            Self::Unknown => "unknown",
        }
    }
}

/// The likeliest cause of a difference in values. `moved_systems` changed some field of the
/// record: their row's time says nothing of a field that did not move.
#[must_use]
pub fn of_values(
    slot: &Slot<'_>,
    kind: Kind,
    compared: &Compared,
    hands: &[Hand],
    moved_systems: &BTreeSet<SystemId>,
) -> Cause {
    let candidates = &compared.candidates;
    let moved = || candidates.iter().zip(hands).filter(|(candidate, _)| candidate.moved);
    if let Some(system) = swapped_date(slot, candidates, kind) {
        return Cause::Transformation { system };
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
