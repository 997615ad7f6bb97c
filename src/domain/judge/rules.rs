//! The rules: which value each would give every system.

use super::{Case, Choice, Finding, time_of_change};
use crate::domain::author::AuthorKind;
use crate::domain::compare::Comparison;
use crate::domain::compare::moment::Moment;
use crate::domain::diff::{self, Candidate, Kind};
use crate::domain::policy::Rule;
use crate::domain::time::Time;
use crate::domain::value::Held;
use bigdecimal::BigDecimal;
use std::cmp::Ordering;

/// Trusts closer than this many hundredths are the same.
const NEAR: u32 = 5;

impl Case<'_> {
    /// What the rule would give every system, of the candidates that are valid.
    pub(super) fn choose(&self, valid: &[bool], findings: &mut Vec<Finding>) -> Option<Choice> {
        if !self.policy.rule_is_set {
            findings.push(Finding::NoRule);
            return None;
        }
        let rule = self.policy.rule;
        if rule == Rule::ManualReview {
            findings.push(Finding::AlwaysReviewed);
            return None;
        }
        if matches!(self.kind, Kind::Missing | Kind::Deleted)
            || (self.kind == Kind::First && rule.needs_agreement())
        {
            findings.push(Finding::NeverAgreed);
            return None;
        }
        let speakers: Vec<usize> =
            self.candidates().map(|(at, _)| at).filter(|at| valid.get(*at) == Some(&true)).collect();
        let holder = match rule {
            Rule::ManualReview => None,
            Rule::SourceWins => self.source(&speakers, findings),
            Rule::MostRecentWins => self.newest(&speakers, findings),
            Rule::MostFrequent => self.most_frequent(&speakers, findings),
            Rule::Priority => self.most_trusted(&speakers, findings),
            Rule::Max => self.extreme(&speakers, Ordering::Greater, findings),
            Rule::Min => self.extreme(&speakers, Ordering::Less, findings),
            Rule::Delta => return self.sum(valid, findings),
            Rule::Union => return self.union(valid, findings),
        }?;
        findings.push(Finding::RuleChooses { rule, system: self.system(holder) });
        let candidate = &self.compared.candidates[holder];
        let (shown, normal) = (candidate.shown.clone(), candidate.normal.clone());
        Some(Choice { holder: Some(holder), shown, normal })
    }

    fn source(&self, speakers: &[usize], findings: &mut Vec<Finding>) -> Option<usize> {
        let source = self.policy.source_of_truth.as_ref();
        let holder =
            speakers.iter().copied().find(|at| Some(&self.compared.candidates[*at].system) == source);
        if holder.is_none() {
            findings.push(Finding::NoSource);
        }
        holder
    }

    /// The candidate changed last. One that did not move counts as old as the agreement.
    fn newest(&self, speakers: &[usize], findings: &mut Vec<Finding>) -> Option<usize> {
        let mut moved: Vec<(usize, Time)> = Vec::new();
        for (at, candidate) in self.changed() {
            let Some(time) = time_of_change(candidate) else {
                findings.push(Finding::NoTime { system: candidate.system.clone() });
                return None;
            };
            if speakers.contains(&at) {
                moved.push((at, time));
            }
        }
        moved.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        let (winner, newest) = *moved.first()?;
        let own = &self.compared.candidates[winner].normal;
        let rival = moved.iter().find(|(at, _)| !self.same(&self.compared.candidates[*at].normal, own));
        if let Some((rival, time)) = rival {
            let apart = (newest - *time).num_milliseconds();
            let (first, second) = (self.system(winner), self.system(*rival));
            let clocks = self.clocks.apart_ms(&first, &second);
            let bound_ms = clocks.saturating_add(i64::from(self.policy.clock_margin_ms));
            if apart <= bound_ms {
                let both = [&first, &second].into_iter();
                let unmeasured = both.filter(|system| self.clocks.of(system).is_none()).cloned().collect();
                findings.push(Finding::TooClose { first, second, milliseconds: apart, bound_ms, unmeasured });
                return None;
            }
        }
        Some(winner)
    }

    /// The value that more systems hold than any other.
    fn most_frequent(&self, speakers: &[usize], findings: &mut Vec<Finding>) -> Option<usize> {
        if speakers.len() < 3 {
            findings.push(Finding::TooFew { systems: speakers.len() });
            return None;
        }
        let normal = |at: usize| &self.compared.candidates[at].normal;
        let votes =
            |at: usize| speakers.iter().filter(|other| self.same(normal(**other), normal(at))).count();
        let most = speakers.iter().map(|at| votes(*at)).max()?;
        let mut first = speakers.iter().copied().filter(|at| votes(*at) == most);
        let winner = first.next()?;
        if let Some(rival) = first.find(|at| !self.same(normal(*at), normal(winner))) {
            findings.push(Finding::Tie { first: self.system(winner), second: self.system(rival) });
            return None;
        }
        Some(winner)
    }

    /// The candidate of the most trusted system. A blank is nothing to trust, unless it may win.
    fn most_trusted(&self, speakers: &[usize], findings: &mut Vec<Finding>) -> Option<usize> {
        let order = &self.policy.priority;
        let says = |at: &usize| self.policy.allow_blank || !is_blank(&self.compared.candidates[*at]);
        let mut trusts: Vec<(usize, u32)> = Vec::new();
        for at in speakers.iter().copied().filter(says) {
            let candidate = &self.compared.candidates[at];
            let Some(rank) = order.iter().position(|system| *system == candidate.system) else { continue };
            let percent = self.trust(rank, candidate, findings)?;
            findings.push(Finding::Trust { system: candidate.system.clone(), percent });
            trusts.push((at, percent));
        }
        trusts.sort_by_key(|(_, percent)| std::cmp::Reverse(*percent));
        let Some((winner, most)) = trusts.first().copied() else {
            findings.push(Finding::NoPriority);
            return None;
        };
        let normal = |at: usize| &self.compared.candidates[at].normal;
        let near = |(at, percent): &&(usize, u32)| {
            self.policy.half_life_days.is_some()
                && most - percent < NEAR
                && !self.same(normal(*at), normal(winner))
        };
        if let Some((rival, _)) = trusts.iter().skip(1).find(near) {
            findings.push(Finding::Tie { first: self.system(winner), second: self.system(*rival) });
            return None;
        }
        Some(winner)
    }

    /// The trust in a system of that rank, fading by half in each half-life of its value's age.
    fn trust(&self, rank: usize, candidate: &Candidate, findings: &mut Vec<Finding>) -> Option<u32> {
        let systems = u32::try_from(self.policy.priority.len()).ok()?;
        let fresh = f64::from(systems - u32::try_from(rank).ok()?) / f64::from(systems);
        let Some(days) = self.policy.half_life_days else { return Some(percent(fresh)) };
        let Some(changed) = candidate.read.modified_at.filter(|changed| *changed <= self.now) else {
            findings.push(Finding::NoTime { system: candidate.system.clone() });
            return None;
        };
        let hours = i32::try_from((self.now - changed).num_hours()).unwrap_or(i32::MAX);
        let halves = f64::from(hours) / 24.0 / f64::from(days);
        Some(percent(fresh * 0.5_f64.powf(halves)))
    }

    /// The candidate whose value is before or after all others.
    fn extreme(&self, speakers: &[usize], wanted: Ordering, findings: &mut Vec<Finding>) -> Option<usize> {
        let mut best: Option<(usize, Ordered)> = None;
        for at in speakers.iter().copied() {
            let candidate = &self.compared.candidates[at];
            if is_blank(candidate) {
                continue;
            }
            let Some(value) = self.ordered(candidate) else {
                findings.push(Finding::NotOrdered { system: candidate.system.clone() });
                return None;
            };
            let order = match &best {
                None => Some(wanted),
                Some((_, known)) => value.compare(known),
            };
            match order {
                None => {
                    findings.push(Finding::NotOrdered { system: candidate.system.clone() });
                    return None;
                }
                Some(order) if order == wanted => best = Some((at, value)),
                Some(_) => {}
            }
        }
        best.map(|(at, _)| at)
    }

    fn ordered(&self, candidate: &Candidate) -> Option<Ordered> {
        let text = candidate.normal.first()?.value()?;
        let mut fields = self.slot.fields();
        let (field, None) = (fields.next()?, fields.next()) else { return None };
        match &field.comparison {
            Comparison::Date => Moment::parse(text).map(Ordered::Moment),
            own if own.is_number() => text.parse().ok().map(Ordered::Number),
            _ => None,
        }
    }

    /// The agreed value and what each system added to it.
    fn sum(&self, valid: &[bool], findings: &mut Vec<Finding>) -> Option<Choice> {
        if !self.unreadable.is_empty() {
            // What they changed is not known: the finding says so already.
            return None;
        }
        let base = self.compared.base.as_ref().map(|(tuple, _)| diff::normal(self.slot, tuple))?;
        let number = |values: &[Held]| match values {
            [one] => one.value()?.parse::<BigDecimal>().ok(),
            _ => None,
        };
        let numbers = self.slot.fields().all(|field| field.comparison.is_number());
        // Every change counts, one within a tolerance too; what Referee wrote is nobody's change.
        let moved: Vec<(usize, &Candidate)> = self
            .candidates()
            .filter(|(at, own)| own.normal != base && self.hands[*at].kind != AuthorKind::Us)
            .collect();
        let first = moved.first()?;
        let Some(before) = number(&base).filter(|_| numbers) else {
            findings.push(Finding::NotOrdered { system: first.1.system.clone() });
            return None;
        };
        let mut sum = before.clone();
        for (at, candidate) in &moved {
            let after = number(&candidate.normal).filter(|_| valid.get(*at) == Some(&true));
            let Some(after) = after else {
                findings.push(Finding::NotOrdered { system: candidate.system.clone() });
                return None;
            };
            sum += after - &before;
        }
        let copied = |(at, own): &(usize, &Candidate)| {
            moved.iter().find(|(other, rival)| other > at && self.same(&rival.normal, &own.normal))
        };
        if let Some((own, rival)) = moved.iter().find_map(|own| Some((own, copied(own)?))) {
            let (first, second) = (own.1.system.clone(), rival.1.system.clone());
            findings.push(Finding::SameChange { first, second });
            return None;
        }
        let value = sum.normalized().to_plain_string();
        Some(self.made(vec![Held::Value(value)], findings))
    }

    /// Every item of every list, those of the source of truth first.
    fn union(&self, valid: &[bool], findings: &mut Vec<Finding>) -> Option<Choice> {
        let mut fields = self.slot.fields();
        let (field, None) = (fields.next()?, fields.next()) else {
            findings.push(Finding::NotLists);
            return None;
        };
        let source = self.policy.source_of_truth.as_ref();
        let mut speakers: Vec<&Candidate> =
            self.candidates().filter(|(at, _)| valid.get(*at) == Some(&true)).map(|(_, own)| own).collect();
        speakers.sort_by_key(|candidate| Some(&candidate.system) != source);
        let texts: Vec<&str> =
            speakers.iter().filter_map(|candidate| candidate.shown.first()?.value()).collect();
        let Some(joined) = field.comparison.union(&texts) else {
            findings.push(Finding::NotLists);
            return None;
        };
        Some(self.made(vec![Held::from(joined.as_str())], findings))
    }

    /// What a rule made, held by a candidate that happens to have it.
    fn made(&self, shown: Vec<Held>, findings: &mut Vec<Finding>) -> Choice {
        let normal = diff::normal(self.slot, &shown);
        let rule = self.policy.rule;
        let holder = self.candidates().find(|(_, own)| own.normal == normal);
        let Some((holder, candidate)) = holder else {
            let value = shown.first().map(ToString::to_string).unwrap_or_default();
            findings.push(Finding::RuleMakes { rule, value });
            return Choice { holder: None, shown, normal };
        };
        findings.push(Finding::RuleChooses { rule, system: candidate.system.clone() });
        Choice { holder: Some(holder), shown: candidate.shown.clone(), normal: candidate.normal.clone() }
    }
}

/// Whether a candidate holds nothing, spaces and empty lists being nothing.
fn is_blank(candidate: &Candidate) -> bool {
    candidate.normal.iter().all(Held::is_blank)
}

/// A value that stands before or after another of its kind.
enum Ordered {
    Number(BigDecimal),
    Moment(Moment),
}

impl Ordered {
    /// None where nobody knows: a day and an instant, or a time of day without its zone.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(own), Self::Number(other)) => Some(own.cmp(other)),
            (Self::Moment(own), Self::Moment(other)) => own.certain_order(*other),
            _ => None,
        }
    }
}

/// A share as hundredths.
fn percent(share: f64) -> u32 {
    // A share lies between 0 and 1: hundredths of it are a small whole number.
    format!("{:.0}", share * 100.0).parse().unwrap_or(0)
}
