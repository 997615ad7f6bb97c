//! Suggestions: which value the facts of a difference speak for, what speaks for and against it,
//! and how such suggestions did before. Nothing is chosen by a suggestion: a person takes it or not.

#[cfg(test)]
mod tests;

use super::author::AuthorKind;
use super::conflict::{Dispute, Distinct, Holder};
use super::entity::Slot;
use super::ids::{DifferenceId, EntityId, FieldId, SystemId};
use super::judge::time_of_change;
use super::policy::Effective;
use super::seal::sha256;
use super::time::Time;
use super::value::Held;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Decisions that a track record looks back on.
pub const LAST: i64 = 100;
/// Fewer decisions than that are no track record.
pub const ENOUGH: i64 = 30;
/// One difference in so many hides its suggestion until something is chosen, to see whether people
/// decide as they would without it.
const SAMPLE: u32 = 20;

/// A value that the facts speak for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The number of the listed value.
    pub value: usize,
    pub reasons: Vec<Fact>,
    pub against: Vec<Fact>,
}

/// One fact for or against a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A person changed it there.
    Person { system: SystemId, author: Option<String> },
    /// The source of truth holds it.
    Source { system: SystemId },
    /// It changed, and these still hold what all agreed on.
    OthersStand { systems: Vec<SystemId> },
    /// The other changes were made before it.
    Newest { system: SystemId },
    /// It meets what is demanded of the field.
    Valid,
    /// Other values do not meet what is demanded of the field.
    OthersInvalid,
    /// Most systems hold it.
    Most { holders: usize, systems: usize },
    /// Against: the source of truth holds another value.
    NotSource { system: SystemId },
    /// Against: a person changed it elsewhere.
    PersonElsewhere { system: SystemId, author: Option<String> },
    /// Against: another value is newer.
    NewerElsewhere { system: SystemId },
    /// Against: it was one of very many changes made at once.
    Bulk { system: SystemId, records: i64 },
    /// Against: an automation or an import made the change.
    Machine { system: SystemId },
    /// Against: it would replace a value by nothing.
    Blank,
}

impl Fact {
    /// The text form, as programs see it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Source { .. } => "source",
            Self::OthersStand { .. } => "others_stand",
            Self::Newest { .. } => "newest",
            Self::Valid => "valid",
            Self::OthersInvalid => "others_invalid",
            Self::Most { .. } => "most",
            Self::NotSource { .. } => "not_source",
            Self::PersonElsewhere { .. } => "person_elsewhere",
            Self::NewerElsewhere { .. } => "newer_elsewhere",
            Self::Bulk { .. } => "bulk",
            Self::Machine { .. } => "machine",
            Self::Blank => "blank",
        }
    }

    /// What it adds to a value's weight, or takes from it.
    fn weight(&self) -> i32 {
        match self {
            Self::Source { .. } | Self::OthersInvalid => 3,
            Self::Person { .. } | Self::OthersStand { .. } => 2,
            Self::Newest { .. } | Self::Most { .. } => 1,
            Self::Valid | Self::NotSource { .. } => 0,
            Self::PersonElsewhere { .. } | Self::NewerElsewhere { .. } | Self::Machine { .. } => -1,
            Self::Bulk { .. } | Self::Blank => -2,
        }
    }
}

/// The value that the facts speak for; None where they speak for none, or for two alike. Of a record
/// that is missing somewhere nothing is suggested.
#[must_use]
pub fn of(dispute: &Dispute, slot: &Slot<'_>) -> Option<Suggestion> {
    let held: Vec<&Distinct> = dispute.values.iter().filter(|value| !value.holders.is_empty()).collect();
    if held.len() < 2 || !dispute.absent.is_empty() {
        return None;
    }
    let look = Look { dispute, slot, held: &held };
    let mut weighed: Vec<(i32, Suggestion)> =
        held.iter().filter(|value| look.is_valid(value)).map(|value| look.weigh(value)).collect();
    weighed.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let rival = weighed.get(1).map(|(weight, _)| *weight);
    let (weight, best) = weighed.into_iter().next()?;
    (weight > 0 && rival.is_none_or(|rival| rival < weight)).then_some(best)
}

struct Look<'a> {
    dispute: &'a Dispute,
    slot: &'a Slot<'a>,
    held: &'a [&'a Distinct],
}

impl Look<'_> {
    fn weigh(&self, value: &Distinct) -> (i32, Suggestion) {
        let (reasons, against) = (self.reasons(value), self.against(value));
        let weight = reasons.iter().chain(&against).map(Fact::weight).sum();
        (weight, Suggestion { value: value.n, reasons, against })
    }

    fn reasons(&self, value: &Distinct) -> Vec<Fact> {
        let mut reasons = Vec::new();
        reasons.extend(value.holders.iter().find(|own| by_person(own)).map(|own| Fact::Person {
            system: own.candidate.system.clone(),
            author: own.candidate.read.modified_by.clone(),
        }));
        let source = value.holders.iter().find(|own| Some(&own.candidate.system) == self.source());
        reasons.extend(source.map(|own| Fact::Source { system: own.candidate.system.clone() }));
        reasons.extend(self.others_stand(value));
        if let (Some(own), Some(other)) = (newest(value), self.newest_of_others(value)) {
            reasons.extend((own.0 > other.0).then_some(Fact::Newest { system: own.1 }));
        }
        let systems = self.held.iter().map(|other| other.holders.len()).sum();
        let holders = value.holders.len();
        if systems > 2 && holders * 2 > systems {
            reasons.push(Fact::Most { holders, systems });
        }
        if self.others(value).any(|other| !self.is_valid(other)) {
            reasons.push(Fact::OthersInvalid);
        } else if self.slot.fields().any(|field| !field.validate.is_empty()) {
            reasons.push(Fact::Valid);
        }
        reasons
    }

    fn against(&self, value: &Distinct) -> Vec<Fact> {
        let mut against = Vec::new();
        let elsewhere = || self.others(value).flat_map(|other| &other.holders);
        let source = elsewhere().find(|own| Some(&own.candidate.system) == self.source());
        against.extend(source.map(|own| Fact::NotSource { system: own.candidate.system.clone() }));
        against.extend(elsewhere().find(|own| by_person(own)).map(|own| Fact::PersonElsewhere {
            system: own.candidate.system.clone(),
            author: own.candidate.read.modified_by.clone(),
        }));
        if let (Some(own), Some(other)) = (newest(value), self.newest_of_others(value)) {
            against.extend((other.0 > own.0).then_some(Fact::NewerElsewhere { system: other.1 }));
        }
        let moved = || value.holders.iter().filter(|own| own.candidate.moved);
        if let Some(own) = moved().find(|own| own.hand.is_bulk()) {
            let (system, records) = (own.candidate.system.clone(), own.hand.burst);
            against.push(Fact::Bulk { system, records });
        } else if !moved().any(by_person)
            && let Some(own) = moved().find(|own| is_machine(own.hand.kind))
        {
            against.push(Fact::Machine { system: own.candidate.system.clone() });
        }
        let blank = |value: &Distinct| value.normal.iter().all(Held::is_blank);
        if blank(value) && self.others(value).any(|other| !blank(other)) {
            against.push(Fact::Blank);
        }
        against
    }

    fn source(&self) -> Option<&SystemId> {
        self.dispute.policy.source_of_truth.as_ref()
    }

    fn others(&self, value: &Distinct) -> impl Iterator<Item = &Distinct> {
        let n = value.n;
        self.held.iter().copied().filter(move |other| other.n != n)
    }

    /// It moved, and nobody else did.
    fn others_stand(&self, value: &Distinct) -> Option<Fact> {
        let moved = |value: &Distinct| value.holders.iter().any(|own| own.candidate.moved);
        if self.dispute.agreed.is_none() || !moved(value) || self.others(value).any(moved) {
            return None;
        }
        let systems = self.others(value).flat_map(|other| &other.holders);
        Some(Fact::OthersStand { systems: systems.map(|own| own.candidate.system.clone()).collect() })
    }

    fn newest_of_others(&self, value: &Distinct) -> Option<(Time, SystemId)> {
        self.others(value).filter_map(newest).max()
    }

    fn is_valid(&self, value: &Distinct) -> bool {
        let shown = value.shown(self.source());
        self.slot.fields().zip(shown).all(|(field, held)| field.check(held).is_ok())
    }
}

/// A person, known by name, changed this one value.
fn by_person(holder: &Holder) -> bool {
    holder.candidate.moved && holder.hand.kind == AuthorKind::Person && !holder.hand.is_bulk()
}

fn is_machine(kind: AuthorKind) -> bool {
    matches!(kind, AuthorKind::Import | AuthorKind::Integration)
}

/// When it was changed last, of systems that changed it at a known time.
fn newest(value: &Distinct) -> Option<(Time, SystemId)> {
    let moved = value.holders.iter().map(|holder| &holder.candidate).filter(|candidate| candidate.moved);
    moved.filter_map(|candidate| Some((time_of_change(candidate)?, candidate.system.clone()))).max()
}

/// How suggestions did that were like one: of the last of them, how often people kept the suggested
/// value, and how often such a decision was reversed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Track {
    pub total: i64,
    pub kept: i64,
    pub reversed: i64,
}

/// How much a track record says. Words, not a percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    High,
    Some,
    Low,
    /// Too few decisions were like it.
    Unknown,
}

impl Strength {
    /// The strength of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::High, Self::Some, Self::Low, Self::Unknown].into_iter().find(|own| own.as_str() == name)
    }

    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Some => "some",
            Self::Low => "low",
            Self::Unknown => "unknown",
        }
    }
}

impl Track {
    /// Whether there are enough decisions to say anything.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.total >= ENOUGH
    }

    /// High: nine in ten were kept and two in a hundred reversed at most. Some: six in ten were kept
    /// and one in ten reversed at most.
    #[must_use]
    pub fn strength(&self) -> Strength {
        match () {
            () if !self.is_enough() => Strength::Unknown,
            () if self.kept * 10 >= self.total * 9 && self.reversed * 50 <= self.total => Strength::High,
            () if self.kept * 10 >= self.total * 6 && self.reversed * 10 <= self.total => Strength::Some,
            () => Strength::Low,
        }
    }
}

/// How the queue tells differences apart by what is suggested for them: by the track record of such
/// suggestions, by their being hidden until something is chosen, or by there being none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grade {
    High,
    Some,
    Low,
    /// Too few decisions were like it.
    Unknown,
    Hidden,
    #[default]
    None,
}

impl Grade {
    pub const ALL: [Self; 6] = [Self::High, Self::Some, Self::Low, Self::Unknown, Self::Hidden, Self::None];

    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Some => "some",
            Self::Low => "low",
            Self::Unknown => "unknown",
            Self::Hidden => "hidden",
            Self::None => "none",
        }
    }

    /// The grade of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.as_str() == name)
    }

    /// Of a difference; `strength` is asked only where something is suggested and shown.
    #[must_use]
    pub fn of_difference(
        dispute: &Dispute,
        slot: Option<&Slot<'_>>,
        id: &DifferenceId,
        strength: impl FnOnce(&Slot<'_>) -> Strength,
    ) -> Self {
        let Some(slot) = slot.filter(|slot| of(dispute, slot).is_some()) else { return Self::None };
        if is_blind(&dispute.policy, id) { Self::Hidden } else { strength(slot).into() }
    }
}

impl From<Strength> for Grade {
    fn from(strength: Strength) -> Self {
        match strength {
            Strength::High => Self::High,
            Strength::Some => Self::Some,
            Strength::Low => Self::Low,
            Strength::Unknown => Self::Unknown,
        }
    }
}

/// Whose decisions a track record is of: differences of one pattern or, where those are too few, of one
/// field with one cause. Patterns come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Pattern(String),
    Cause { entity: EntityId, field: FieldId, cause: String },
}

impl Scope {
    /// The text form; none of them begins like another one.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Pattern(pattern) => pattern.clone(),
            Self::Cause { entity, field, cause } => format!("{entity}/{field}/{cause}"),
        }
    }

    /// The scope of that key.
    #[must_use]
    pub fn read(key: &str) -> Self {
        let cause = || {
            let (entity, rest) = key.split_once('/')?;
            let (field, cause) = rest.rsplit_once('/')?;
            Some(Self::Cause { entity: entity.into(), field: field.into(), cause: cause.to_owned() })
        };
        cause().unwrap_or_else(|| Self::Pattern(key.to_owned()))
    }
}

/// The track records that say something, by the keys of their scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracks(pub HashMap<String, Strength>);

impl Tracks {
    /// What is known of suggestions for a difference of that pattern, else of that field and cause.
    #[must_use]
    pub fn strength(&self, pattern: &str, other: &Scope) -> Strength {
        let known = self.0.get(pattern).or_else(|| self.0.get(&other.key()));
        known.copied().unwrap_or(Strength::Unknown)
    }
}

/// What of a suggestion a person had seen who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// It stood there before anything was chosen.
    Before,
    /// It was hidden until something was chosen.
    After,
    /// It was not shown: the decision was made elsewhere.
    No,
}

/// The suggestion that belonged to a decision, as it is stored with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggested {
    /// The number of the listed value.
    pub value: usize,
    pub shown: Shown,
}

/// Whether a suggestion is hidden until something is chosen: where the policy says so, and for a
/// small part of all differences, always the same ones.
#[must_use]
pub fn is_blind(policy: &Effective, difference: &DifferenceId) -> bool {
    let digest = sha256(&[b"blind", difference.as_str().as_bytes()]);
    let number = u32::from_str_radix(&digest[..8], 16).unwrap_or(0);
    policy.decide_blind || number.is_multiple_of(SAMPLE)
}
