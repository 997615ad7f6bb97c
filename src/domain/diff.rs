//! The three-way comparison of one slot: what each system holds against what all agreed on.

#[cfg(test)]
mod tests;

use super::entity::Slot;
use super::ids::SystemId;
use super::record::{Base, Holding, Reading};
use super::rows;
use super::time::Time;
use super::value::{Held, Tuple};
use serde::{Deserialize, Serialize};

/// What one system says of a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub system: SystemId,
    /// As the mapping read it.
    pub shown: Tuple,
    /// As it is compared.
    pub normal: Tuple,
    pub read: Reading,
    pub revision: i64,
    /// Differs from the agreed value.
    pub moved: bool,
}

/// How a slot's values differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Some moved from the agreed value, all to one value.
    Change,
    /// Moved to different values.
    Clash,
    /// There was never an agreed value.
    First,
    /// A system that should hold every record lacks this one.
    Missing,
    /// A system lost the record while another still has it.
    Deleted,
}

impl Kind {
    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Clash => "clash",
            Self::First => "first",
            Self::Missing => "missing",
            Self::Deleted => "deleted",
        }
    }
}

/// How a slot stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Every system that maps the slot is known and equal: the base advances to this value.
    Agreed(Tuple),
    /// The known ones are equal, but somebody is unreadable: nothing is disputed, nothing advances.
    Waiting,
    Differs(Kind),
}

/// A slot of one record, compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub standing: Standing,
    /// Every readable system's word, in the order of the configuration.
    pub candidates: Vec<Candidate>,
    /// The agreed value and since when.
    pub base: Option<(Tuple, Time)>,
}

/// Compares one slot over the holdings of a record, in the order of the configuration.
/// Absent holdings and systems that do not map the slot take no part.
#[must_use]
pub fn compare(slot: &Slot<'_>, base: &Base, holdings: &[Holding]) -> Compared {
    let base = agreed(slot, base);
    let agreed = base.as_ref().map(|(tuple, _)| normal(slot, tuple));
    let voices: Vec<(&Holding, Tuple)> = holdings
        .iter()
        .filter(|holding| holding.present)
        .filter_map(|holding| Some((holding, shown(slot, holding)?)))
        .collect();
    let all = voices.len();
    let mut candidates: Vec<Candidate> = voices
        .into_iter()
        .filter(|(_, shown)| !shown.contains(&Held::Unknown))
        .map(|(holding, shown)| candidate(slot, agreed.as_ref(), holding, shown))
        .collect();
    let agree = all_same(slot, candidates.iter());
    // Each may be near the agreed value and too far from the others: then they drifted apart.
    if let Some(agreed) = agreed.as_ref().filter(|_| !agree && !candidates.iter().any(|c| c.moved)) {
        for candidate in &mut candidates {
            candidate.moved = candidate.normal != *agreed;
        }
    }
    let standing = standing(slot, &candidates, (agree, all), agreed.is_some());
    Compared { standing, candidates, base }
}

/// Whether two values of a slot count as the same. This is what equality means everywhere; with
/// a tolerance it is a matter of pairs, and not of normal forms.
#[must_use]
pub fn same(slot: &Slot<'_>, a: &[Held], b: &[Held]) -> bool {
    let mut fields = slot.fields().zip(a.iter().zip(b));
    a.len() == b.len() && fields.all(|(field, (a, b))| field.comparison.same(a, b))
}

fn same_normal(slot: &Slot<'_>, a: &[Held], b: &[Held]) -> bool {
    let near =
        || slot.fields().zip(a.iter().zip(b)).all(|(field, (a, b))| field.comparison.same_normal(a, b));
    a.len() == b.len() && (a == b || near())
}

/// Whether every pair is the same, in whatever order they stand.
fn all_same<'a>(slot: &Slot<'_>, candidates: impl Iterator<Item = &'a Candidate> + Clone) -> bool {
    let mut firsts = candidates.clone();
    while let Some(first) = firsts.next() {
        if !firsts.clone().all(|other| same_normal(slot, &first.normal, &other.normal)) {
            return false;
        }
        // Where nothing is merely near, the first is like all the others.
        if firsts.clone().all(|other| first.normal == other.normal) {
            return true;
        }
    }
    true
}

fn standing(
    slot: &Slot<'_>,
    candidates: &[Candidate],
    (agree, all): (bool, usize),
    has_base: bool,
) -> Standing {
    let Some(first) = candidates.first() else { return Standing::Waiting };
    if agree {
        let everybody = candidates.len() == all;
        return if everybody { Standing::Agreed(first.shown.clone()) } else { Standing::Waiting };
    }
    if !has_base {
        return Standing::Differs(Kind::First);
    }
    let one = all_same(slot, candidates.iter().filter(|candidate| candidate.moved));
    Standing::Differs(if one { Kind::Change } else { Kind::Clash })
}

fn candidate(slot: &Slot<'_>, agreed: Option<&Tuple>, holding: &Holding, shown: Tuple) -> Candidate {
    let normal = normal(slot, &shown);
    Candidate {
        system: holding.system.clone(),
        moved: agreed.is_some_and(|agreed| !same_normal(slot, agreed, &normal)),
        shown,
        normal,
        read: holding.read.clone(),
        revision: holding.revision,
    }
}

/// What all agreed on for a slot, and since when. Once the rows of a record were agreed on, those
/// that were none of them were agreed not to be there.
#[must_use]
pub fn agreed(slot: &Slot<'_>, base: &Base) -> Option<(Tuple, Time)> {
    base.tuple(slot.fields().map(|field| &field.id)).or_else(|| {
        let all = slot.children().filter(|_| slot.is_row())?.fields_of(None);
        base.tuple(all.iter().map(|field| &field.id))
    })
}

/// The slot's values as a holding has them; None when its mapping leaves any of them out.
#[must_use]
pub fn shown(slot: &Slot<'_>, holding: &Holding) -> Option<Tuple> {
    slot.fields().map(|field| rows::held(&holding.fields, &field.id).cloned()).collect()
}

/// The normal form of a slot's values.
#[must_use]
pub fn normal(slot: &Slot<'_>, tuple: &[Held]) -> Tuple {
    slot.fields().zip(tuple).map(|(field, held)| field.comparison.normal(held)).collect()
}
