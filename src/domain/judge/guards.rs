//! The guards: each stands against the danger that a rule is known for.

use super::{Case, Choice, FLIPS, Finding, time_of_change};
use crate::domain::author::AuthorKind;
use crate::domain::diff::{Candidate, Kind};
use crate::domain::expression::{self, Scene};
use crate::domain::policy::Rule;
use crate::domain::time::stamp;
use crate::domain::value::{Held, Tuple};
use serde::{Deserialize, Serialize};

/// A guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// A person asked to decide this one.
    Reopened,
    /// Two robots flip a field.
    Flapping,
    /// The policy's own condition.
    ReviewIf,
    /// A blank replaces no value, unless it may.
    Blank,
    /// What is written is of its field's kind.
    Validation,
    /// One of very many changes does not beat an individual edit.
    Bulk,
    /// A person's edit is not put back unseen.
    HumanEdit,
}

/// A guard that was asked: without findings it let the choice pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub guard: Guard,
    pub findings: Vec<Finding>,
}

impl Case<'_> {
    /// What every guard says of a choice.
    pub(super) fn guard(&self, choice: &Choice) -> Vec<Checked> {
        let asked = [
            (Guard::Reopened, self.reopened()),
            (Guard::Flapping, self.flapping(choice)),
            (Guard::ReviewIf, self.review_if(choice)),
            (Guard::Blank, self.blank(choice)),
            (Guard::Validation, self.validation(choice)),
            (Guard::Bulk, self.bulk(choice)),
            (Guard::HumanEdit, self.human_edit(choice)),
        ];
        asked.into_iter().map(|(guard, findings)| Checked { guard, findings }).collect()
    }

    fn reopened(&self) -> Vec<Finding> {
        self.circumstances.reopened.then_some(Finding::Reopened).into_iter().collect()
    }

    /// The same value again and again: somebody brings it back each time.
    fn flapping(&self, choice: &Choice) -> Vec<Finding> {
        let same = |own: &&Tuple| self.same(own, &choice.shown);
        let again = self.circumstances.settled.iter().filter(same).count();
        let times = self.circumstances.flips + u32::try_from(again).unwrap_or(u32::MAX);
        (times >= FLIPS).then_some(Finding::Flapping { times }).into_iter().collect()
    }

    fn review_if(&self, choice: &Choice) -> Vec<Finding> {
        let Some(expression) = self.policy.review_if.clone() else { return Vec::new() };
        match self.expressions.evaluate(&expression, &self.scene(&choice.shown)) {
            Ok(false) => Vec::new(),
            Ok(true) => vec![Finding::ReviewIf { expression }],
            // No answer is no leave to settle.
            Err(error) => vec![Finding::ReviewIfFailed { expression, reason: error.0 }],
        }
    }

    /// What an expression may look at, `proposed` being what the rule would keep.
    #[must_use]
    pub fn scene(&self, proposed: &Tuple) -> Scene {
        let all = &self.compared.candidates;
        let hand = |own: &Candidate| {
            let at = all.iter().position(|candidate| candidate.system == own.system)?;
            Some(self.hands.get(at)?.kind.as_str())
        };
        let agreed = self.compared.base.as_ref().map(|(values, _)| values);
        let (after, before) = (expression::number(proposed), agreed.and_then(|own| expression::number(own)));
        let change = after.zip(before).map(|(after, before)| after - before);
        let percent = change.zip(before).filter(|(_, before)| *before != 0.0);
        let systems: Vec<&str> = all.iter().map(|own| own.system.as_str()).collect();
        let mut scene = Scene::default();
        scene.set("field", self.slot.id.as_str());
        scene.set("kind", self.kind.as_str());
        scene.set("systems", systems);
        scene.set("agreed", agreed.map_or(cel::Value::Null, expression::tuple));
        scene.set("proposed", expression::tuple(proposed));
        scene.set("change", change.map_or(cel::Value::Null, Into::into));
        let percent = percent.map(|(change, before)| change / before.abs() * 100.0);
        scene.set("change_percent", percent.map_or(cel::Value::Null, Into::into));
        scene.by_system("values", all, |own| Some(expression::tuple(&own.shown)));
        scene.by_system("numbers", all, |own| expression::number(&own.shown));
        scene.by_system("moved", all, |own| Some(own.moved));
        scene.by_system("authors", all, |own| own.read.modified_by.clone());
        scene.by_system("hands", all, hand);
        scene.by_system("changed_at", all, |own| time_of_change(own).map(stamp));
        scene.by_system("hours_ago", all, |own| {
            let age = (self.now - time_of_change(own)?).num_milliseconds();
            i32::try_from(age / 1000).ok().map(|seconds| f64::from(seconds) / 3600.0)
        });
        scene.record(self.record);
        scene
    }

    fn blank(&self, choice: &Choice) -> Vec<Finding> {
        let Some(holder) = choice.holder else { return Vec::new() };
        let replaces = |at: usize| {
            let says = |own: &Candidate| own.normal.get(at).is_some_and(|held| !held.is_blank());
            choice.normal[at].is_blank() && self.compared.candidates.iter().any(says)
        };
        let wins = !self.policy.allow_blank && (0..choice.normal.len()).any(replaces);
        wins.then(|| Finding::BlankWins { system: self.system(holder) }).into_iter().collect()
    }

    /// A candidate's own value was checked before the rule; what the rule made was not.
    fn validation(&self, choice: &Choice) -> Vec<Finding> {
        let made = choice.holder.is_none();
        let reason = self.invalid(&choice.shown).filter(|_| made);
        reason.map(|reason| Finding::Invalid { system: None, reason }).into_iter().collect()
    }

    fn bulk(&self, choice: &Choice) -> Vec<Finding> {
        let Some(holder) = choice.holder else { return self.bulk_in_sum() };
        let (candidate, hand) = (&self.compared.candidates[holder], &self.hands[holder]);
        let beats = self.losers(choice).any(|(at, _)| self.hands[at].may_be_a_person());
        let bulk = candidate.moved && hand.is_bulk() && beats;
        bulk.then(|| Finding::Bulk { system: candidate.system.clone(), records: hand.burst })
            .into_iter()
            .collect()
    }

    /// One of very many changes is not added up with individual ones.
    fn bulk_in_sum(&self) -> Vec<Finding> {
        let moved: Vec<(usize, &Candidate)> = self.candidates().filter(|(_, own)| own.moved).collect();
        let alone = moved.iter().any(|(at, _)| !self.hands[*at].is_bulk());
        let bulk = moved.iter().filter(|(at, _)| alone && self.hands[*at].is_bulk());
        bulk.map(|(at, own)| Finding::Bulk { system: own.system.clone(), records: self.hands[*at].burst })
            .collect()
    }

    fn human_edit(&self, choice: &Choice) -> Vec<Finding> {
        let edited: Vec<(usize, &Candidate)> = match self.policy.rule {
            Rule::Union => self.candidates().filter(|(at, own)| self.took_away(choice, *at, own)).collect(),
            _ => self.losers(choice).filter(|(at, _)| self.is_overwritten_edit(choice, *at)).collect(),
        };
        let named = |author: &&String| !author.trim().is_empty();
        let finding = |(_, loser): (usize, &Candidate)| Finding::HumanEdit {
            system: loser.system.clone(),
            author: loser.read.modified_by.as_ref().filter(named).cloned(),
        };
        edited.into_iter().map(finding).collect()
    }

    /// Whether a person took a member off a list that joining would bring back.
    fn took_away(&self, choice: &Choice, at: usize, own: &Candidate) -> bool {
        let Some(field) = self.slot.fields().next() else { return false };
        let members = |held: Option<&Held>| -> Vec<Held> {
            let members = held.and_then(Held::value).and_then(|text| field.comparison.members(text));
            members.map_or_else(Vec::new, |(of, all)| {
                all.iter().map(|member| of.normal(&Held::from(member.as_str()))).collect()
            })
        };
        let agreed = self.compared.base.as_ref().and_then(|(tuple, _)| tuple.first());
        let (joined, kept) = (members(choice.shown.first()), members(own.shown.first()));
        let person = self.hands[at].kind == AuthorKind::Person && !self.hands[at].is_bulk();
        person && members(agreed).iter().any(|member| joined.contains(member) && !kept.contains(member))
    }

    /// Those that changed and whose change the choice would put back.
    fn losers(&self, choice: &Choice) -> impl Iterator<Item = (usize, &Candidate)> {
        self.candidates().filter(|(_, other)| other.moved && !self.same(&other.normal, &choice.normal))
    }

    fn is_newer(&self, one: usize, other: usize) -> bool {
        let time = |at: usize| time_of_change(&self.compared.candidates[at]);
        time(one).zip(time(other)).is_some_and(|(one, other)| one >= other)
    }

    /// Whether the loser's change, perhaps a person's, would be put back unseen.
    fn is_overwritten_edit(&self, choice: &Choice, loser: usize) -> bool {
        let person = |at: usize| self.hands[at].kind == AuthorKind::Person && !self.hands[at].is_bulk();
        match self.policy.rule {
            // What every system changed is in the sum and in the joined list.
            Rule::Delta | Rule::Union => false,
            // A newer edit by a person rightly replaces an older one.
            Rule::MostRecentWins => {
                let newer =
                    choice.holder.is_some_and(|holder| person(holder) && self.is_newer(holder, loser));
                person(loser) && !newer
            }
            // "Unless a person made it": one that names nobody may be a person's.
            Rule::SourceWins => self.hands[loser].may_be_a_person(),
            // These go by the values; a change that is known to be a person's is not undone by them.
            _ => self.kind != Kind::First && person(loser),
        }
    }
}
