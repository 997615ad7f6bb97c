//! The judge: what a policy makes of a difference, with every finding on the way.
//!
//! Order: unknown out, equal after normalising and standing exceptions have been sifted before
//! (see `diff` and `engine::detect`); here follow blanks, the rule, and its guards. A guard
//! turns an automatic outcome into a review and says why.

use super::author::{AuthorKind, Hand};
use super::diff::{Candidate, Compared, Kind};
use super::ids::{IncidentId, SystemId};
use super::policy::{Effective, Rule};
use super::time::Time;
use super::value::{Held, Tuple};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// One thing the judge found, in order; shown to people in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// An incident holds it: no rule settles it until a person has chosen there.
    Incident { incident: IncidentId },
    /// No level sets a rule, so a person decides.
    NoRule,
    /// The policy asks for a person.
    AlwaysReviewed,
    /// The rule would keep this system's value.
    RuleChooses { rule: Rule, system: SystemId },
    /// `source_wins` without a source of truth that speaks here.
    NoSource,
    /// There was never an agreed value, so nobody knows who moved.
    NeverAgreed,
    /// A blank would replace a value.
    BlankWins { system: SystemId },
    /// A person may have made the change that the rule would put back.
    HumanEdit { system: SystemId, author: Option<String> },
    /// The winner is one of very many changes made at once.
    Bulk { system: SystemId, records: i64 },
    /// A candidate's time of change is not known.
    NoTime { system: SystemId },
    /// The times are closer than the clocks can tell apart.
    TooClose { first: SystemId, second: SystemId, milliseconds: i64 },
}

/// What becomes of the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every system gets this one's value.
    Settle {
        system: SystemId,
        values: Tuple,
    },
    Review,
}

/// The verdict and how it was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
}

/// What the judge looks at.
pub struct Case<'a> {
    pub kind: Kind,
    pub compared: &'a Compared,
    /// The hand behind each candidate, in the candidates' order.
    pub hands: &'a [Hand],
    pub policy: &'a Effective,
    /// The largest measured difference between the clocks of the systems in dispute, in ms.
    pub clock_difference_ms: i64,
    /// The incident that holds it: a mass change or a storm.
    pub incident: Option<IncidentId>,
}

impl Case<'_> {
    /// Applies rule and guards.
    #[must_use]
    pub fn judge(&self) -> Judgement {
        let incident = |incident: &IncidentId| Finding::Incident { incident: incident.clone() };
        let mut findings: Vec<Finding> = self.incident.iter().map(incident).collect();
        let winner = self.choose(&mut findings).filter(|winner| self.guard(*winner, &mut findings));
        let winner = winner.filter(|_| self.incident.is_none());
        let verdict = winner.map_or(Verdict::Review, |index| {
            let candidate = &self.compared.candidates[index];
            Verdict::Settle { system: candidate.system.clone(), values: candidate.shown.clone() }
        });
        Judgement { verdict, findings }
    }

    /// The candidate the rule would keep, by index.
    fn choose(&self, findings: &mut Vec<Finding>) -> Option<usize> {
        if !self.policy.rule_is_set {
            findings.push(Finding::NoRule);
            return None;
        }
        let chosen = match self.policy.rule {
            Rule::ManualReview => {
                findings.push(Finding::AlwaysReviewed);
                return None;
            }
            _ if matches!(self.kind, Kind::First | Kind::Missing | Kind::Deleted) => {
                findings.push(Finding::NeverAgreed);
                return None;
            }
            Rule::SourceWins => self.source(findings),
            Rule::MostRecentWins => self.newest(findings),
        }?;
        let system = self.compared.candidates[chosen].system.clone();
        findings.push(Finding::RuleChooses { rule: self.policy.rule, system });
        Some(chosen)
    }

    fn source(&self, findings: &mut Vec<Finding>) -> Option<usize> {
        let source = self.policy.source_of_truth.as_ref();
        let index = self.compared.candidates.iter().position(|candidate| Some(&candidate.system) == source);
        if index.is_none() {
            findings.push(Finding::NoSource);
        }
        index
    }

    /// The candidate changed last. One that did not move counts as old as the agreement.
    fn newest(&self, findings: &mut Vec<Finding>) -> Option<usize> {
        let mut moved: Vec<(usize, Time)> = Vec::new();
        for (index, candidate) in self.moved() {
            let Some(time) = time_of_change(candidate) else {
                findings.push(Finding::NoTime { system: candidate.system.clone() });
                return None;
            };
            moved.push((index, time));
        }
        moved.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        let (winner, newest) = *moved.first()?;
        let own = &self.compared.candidates[winner].normal;
        let rival = moved.iter().find(|(index, _)| self.compared.candidates[*index].normal != *own);
        if let Some((rival, time)) = rival {
            let apart = (newest - *time).num_milliseconds();
            if apart <= self.clock_difference_ms + i64::from(self.policy.clock_margin_ms) {
                let system = |index: usize| self.compared.candidates[index].system.clone();
                let (first, second) = (system(winner), system(*rival));
                findings.push(Finding::TooClose { first, second, milliseconds: apart });
                return None;
            }
        }
        Some(winner)
    }

    fn moved(&self) -> impl Iterator<Item = (usize, &Candidate)> {
        self.compared.candidates.iter().enumerate().filter(|(_, candidate)| candidate.moved)
    }

    /// Whether every guard lets the winner pass; each that does not adds its finding.
    fn guard(&self, winner: usize, findings: &mut Vec<Finding>) -> bool {
        let before = findings.len();
        let (candidate, hand) = (&self.compared.candidates[winner], &self.hands[winner]);
        if !self.policy.allow_blank && candidate.shown.iter().all(Held::is_blank) {
            findings.push(Finding::BlankWins { system: candidate.system.clone() });
        }
        let losers = self.moved().filter(|(_, other)| other.normal != candidate.normal);
        let edited: Vec<usize> = losers
            .filter(|(index, _)| self.hands[*index].may_be_a_person())
            .map(|(index, _)| index)
            .collect();
        if candidate.moved && hand.is_bulk() && !edited.is_empty() {
            findings.push(Finding::Bulk { system: candidate.system.clone(), records: hand.burst });
        }
        for index in edited.into_iter().filter(|index| self.is_overwritten_edit(winner, *index)) {
            let loser = &self.compared.candidates[index];
            let author = loser.read.modified_by.clone();
            findings.push(Finding::HumanEdit { system: loser.system.clone(), author });
        }
        findings.len() == before
    }

    /// Whether the loser's change, perhaps a person's, would be put back unseen. Under
    /// `most_recent_wins` a newer edit by a person rightly replaces an older one.
    fn is_overwritten_edit(&self, winner: usize, loser: usize) -> bool {
        let by_time = self.policy.rule == Rule::MostRecentWins;
        let person = |index: usize| self.hands[index].kind == AuthorKind::Person;
        !by_time || (person(loser) && !person(winner))
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
