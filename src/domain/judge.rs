//! The judge: what a policy makes of a difference, with every finding on the way.
//!
//! Order: unknown out, equal after normalising and standing exceptions have been sifted before
//! (see `diff` and `engine::detect`); here follow invalid candidates out, the incident that holds
//! it, the rule, and its guards. A guard turns an automatic outcome into a review and says why. Every finding is kept,
//! not only the first.

mod absence;
mod finding;
mod guards;
mod rules;

pub use absence::{Fate, Presence, absence};
pub use finding::Finding;
pub use guards::{Checked, Guard};

use super::author::{AuthorKind, Hand};
use super::clock::Clocks;
use super::diff::{self, Candidate, Compared, Kind};
use super::entity::Slot;
use super::expression::Expressions;
use super::ids::{FieldId, IncidentId, SystemId};
use super::policy::Effective;
use super::time::Time;
use super::value::{Held, Tuple};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// What becomes of the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every system gets these values; `system` holds them, unless the rule made them up.
    Settle {
        system: Option<SystemId>,
        values: Tuple,
    },
    Review,
}

/// The verdict and how it was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    /// Every guard that was asked, in order; none when no rule chose anything.
    pub guards: Vec<Checked>,
}

/// What is known of a difference beside its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The open incident that holds it: a storm or a mass change.
    pub incident: Option<IncidentId>,
    /// How often a rule has given this slot of this record the value it would give again, in the
    /// last 24 hours, as far as that is known by number alone.
    pub flips: u32,
    /// The values that rules gave it in that time.
    pub settled: Vec<Tuple>,
    /// A person asked to decide it.
    pub reopened: bool,
    /// A person allowed the record to be gone where it is.
    pub allowed: bool,
}

/// Settlements of one slot by rule within 24 hours from which two robots are at war.
pub const FLIPS: u32 = 3;

/// What the judge looks at.
pub struct Case<'a> {
    pub slot: &'a Slot<'a>,
    pub kind: Kind,
    pub compared: &'a Compared,
    /// The hand behind each candidate, in the candidates' order.
    pub hands: &'a [Hand],
    /// Systems whose value cannot be read.
    pub unreadable: &'a [SystemId],
    pub policy: &'a Effective,
    /// What was measured of the systems' clocks.
    pub clocks: &'a Clocks,
    pub circumstances: &'a Circumstances,
    /// The record's values, for expressions.
    pub record: &'a BTreeMap<FieldId, Held>,
    pub expressions: &'a Expressions,
    pub now: Time,
}

/// What a rule would give every system.
struct Choice {
    /// The candidate that holds it, by index.
    holder: Option<usize>,
    shown: Tuple,
    normal: Tuple,
}

impl Case<'_> {
    /// Applies rule and guards.
    #[must_use]
    pub fn judge(&self) -> Judgement {
        let unreadable = self.unreadable.iter().map(|system| Finding::Unreadable { system: system.clone() });
        let mut findings: Vec<Finding> = unreadable.collect();
        let valid = self.valid(&mut findings);
        let incident = self.circumstances.incident.clone();
        findings.extend(incident.map(|incident| Finding::Incident { incident }));
        let Some(choice) = self.choose(&valid, &mut findings) else {
            return Judgement { verdict: Verdict::Review, findings, guards: Vec::new() };
        };
        let guards = self.guard(&choice);
        let stops: Vec<Finding> = guards.iter().flat_map(|guard| guard.findings.iter().cloned()).collect();
        let passes = stops.is_empty() && self.circumstances.incident.is_none();
        let verdict = match passes {
            true => Verdict::Settle { system: choice.holder.map(|at| self.system(at)), values: choice.shown },
            false => Verdict::Review,
        };
        findings.extend(stops);
        Judgement { verdict, findings, guards }
    }

    /// Which candidates are of their field's kind; the others are no choice of a rule's.
    fn valid(&self, findings: &mut Vec<Finding>) -> Vec<bool> {
        let check = |candidate: &Candidate| match self.invalid(&candidate.shown) {
            None => true,
            Some(reason) => {
                findings.push(Finding::Invalid { system: Some(candidate.system.clone()), reason });
                false
            }
        };
        self.compared.candidates.iter().map(check).collect()
    }

    /// Why these values are not of their fields' kind.
    fn invalid(&self, shown: &[Held]) -> Option<String> {
        let checked = self.slot.fields().zip(shown).map(|(field, held)| field.check(held));
        checked.filter_map(Result::err).map(|invalid| invalid.0).next()
    }

    fn system(&self, at: usize) -> SystemId {
        self.compared.candidates[at].system.clone()
    }

    /// Those that changed. What Referee wrote there itself is nobody's change, unless nothing else is.
    fn changed(&self) -> Vec<(usize, &Candidate)> {
        let moved: Vec<(usize, &Candidate)> = self.candidates().filter(|(_, own)| own.moved).collect();
        let others = moved.iter().filter(|(at, _)| self.hands[*at].kind != AuthorKind::Us);
        let others: Vec<(usize, &Candidate)> = others.copied().collect();
        if others.is_empty() { moved } else { others }
    }

    fn candidates(&self) -> impl Iterator<Item = (usize, &Candidate)> {
        self.compared.candidates.iter().enumerate()
    }

    fn same(&self, a: &[Held], b: &[Held]) -> bool {
        diff::same(self.slot, a, b)
    }
}

/// When a candidate's value changed: the source's time, if it lies in the interval in which
/// the change was learned. A record-level time outside it dates another change.
#[must_use]
pub fn time_of_change(candidate: &Candidate) -> Option<Time> {
    let read = &candidate.read;
    // A clock may run ahead of ours by some minutes and still be honest.
    let latest = read.at + TimeDelta::minutes(5);
    let earliest = read.after.map(|after| after - TimeDelta::minutes(5));
    read.modified_at.filter(|time| *time <= latest && earliest.is_none_or(|earliest| *time >= earliest))
}
