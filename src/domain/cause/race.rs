//! Races: a system writes back what it had read before a newer change.

use super::{Cause, Evidence, Past, Strength, Suspect};
use crate::domain::author::{AuthorKind, Hand};
use crate::domain::compare::Comparison;
use crate::domain::diff::Candidate;
use crate::domain::ids::SystemId;
use crate::domain::judge::time_of_change;
use crate::domain::time::Time;
use chrono::TimeDelta;

/// Times closer than this do not tell which came first.
const CLOSE: TimeDelta = TimeDelta::seconds(2);
/// A copy read before a change is written back within minutes.
const SOON: TimeDelta = TimeDelta::minutes(15);

impl<'a> Evidence<'a> {
    pub(super) fn races(&self) -> Vec<Suspect> {
        let back = self.voices().filter_map(|(candidate, hand)| self.went_back(candidate, hand));
        let mut found: Vec<Suspect> = back.chain(self.wrote_again()).collect();
        found.sort_by_key(|suspect| std::cmp::Reverse(suspect.strength));
        found
    }

    /// A candidate that did not move, though its system wrote the row after the change elsewhere.
    fn wrote_again(&self) -> Option<Suspect> {
        let changed = self.voices().map(|voice| voice.0).filter(|candidate| candidate.moved);
        let dated = changed.filter_map(|candidate| Some((candidate, time_of_change(candidate)?)));
        let (changed, since) = dated.min_by_key(|(_, time)| *time)?;
        let (rewrote, at) = self.voices().find_map(|(candidate, _)| {
            let at = time_of_change(candidate).filter(|at| *at > since)?;
            let same = !self.moved.contains(&candidate.system) && candidate.revision > 1;
            same.then_some((candidate, at))
        })?;
        let strength = match at - since {
            gap if gap <= CLOSE => Strength::Weak,
            gap if gap <= SOON => Strength::Strong,
            _ => Strength::Likely,
        };
        Some(race(&changed.system, &rewrote.system, strength))
    }

    /// A candidate that had a newer value, and holds an earlier one again.
    fn went_back(&self, candidate: &Candidate, hand: &Hand) -> Option<Suspect> {
        let mut own = self.past_of(&candidate.system).skip_while(|past| past.normal == candidate.normal);
        let given_up = own.next();
        let (keeper, strength) = match given_up {
            Some(given_up) => {
                let had = own.find(|past| past.normal == candidate.normal).map(|past| past.read.at);
                let agreed = self.compared.base.as_ref().map(|(_, since)| *since);
                // One that never moved away from what was agreed came back from nowhere.
                let came_back = |since: &Time| !candidate.moved && given_up.read.at >= *since;
                let old = had.or(agreed.filter(came_back))?;
                // One that has held its value all the time holds no newer one: a change was made,
                // taken back, and is made again.
                let others = self.voices().map(|voice| voice.0).filter(|other| other.read.at > old);
                let mut keepers = others
                    .filter(|other| other.system != candidate.system && other.normal == given_up.normal);
                (keepers.next()?, Strength::Strong)
            }
            // What it held is not known; that another left this very value behind is.
            None => (self.left_behind(candidate)?, Strength::Likely),
        };
        // A switch goes to and fro, and a person may take a change back.
        let switch = self.slot.fields().all(|field| field.comparison == Comparison::Boolean);
        let by_hand = hand.kind == AuthorKind::Person && !hand.is_bulk();
        let mut strength = Some(strength);
        for doubt in [switch, by_hand] {
            strength = if doubt { strength.and_then(Strength::less) } else { strength };
        }
        Some(race(&keeper.system, &candidate.system, strength?))
    }

    /// Another system that held this candidate's value before the one it holds now.
    fn left_behind(&self, candidate: &Candidate) -> Option<&'a Candidate> {
        let others = self.voices().map(|voice| voice.0).filter(|other| other.normal != candidate.normal);
        let mut left = others.filter(|other| {
            candidate.moved
                && !other.moved
                && self.past_of(&other.system).any(|past| past.normal == candidate.normal)
        });
        left.next()
    }

    fn past_of<'s>(&'s self, system: &'s SystemId) -> impl Iterator<Item = &'a Past> + use<'s, 'a> {
        self.past.iter().filter(move |past| past.system == *system)
    }
}

fn race(changed: &SystemId, rewrote: &SystemId, strength: Strength) -> Suspect {
    Suspect { cause: Cause::Race { changed: changed.clone(), rewrote: rewrote.clone() }, strength }
}
