//! Values that are another value as a conversion left it, member by member.

use super::{Cause, Evidence, Shape, Strength, Suspect, encoding, moment, notation, number, text};
use crate::domain::author::{AuthorKind, Hand};
use crate::domain::compare::Comparison;
use crate::domain::diff::{self, Candidate, Kind};
use crate::domain::entity::Field;
use crate::domain::ids::SystemId;
use crate::domain::value::{Held, Tuple};
use std::mem::discriminant;

/// What a conversion did, where it can be told, and how much speaks for it.
pub(super) type Guess = (Option<Shape>, Strength);

/// Longest text looked at, in bytes; a longer one is asked only whether it was cut.
const LONGEST: usize = 16_384;

/// One field's two texts: the one in question, and the one it may have been made of.
pub(super) struct Member<'a> {
    pub field: &'a Field,
    pub damaged: &'a str,
    pub whole: &'a str,
    /// The longest text the system keeps there, in characters.
    pub limit: Option<usize>,
}

impl Member<'_> {
    /// The likeliest conversion; of the same strength, the first.
    fn guess(&self) -> Option<Guess> {
        // A member more or less of a list is no damage.
        if matches!(self.field.comparison, Comparison::Set { .. } | Comparison::Sequence { .. }) {
            return None;
        }
        if self.damaged.len().max(self.whole.len()) > LONGEST {
            return text::cut(self);
        }
        let kinds: [fn(&Member<'_>) -> Option<Guess>; 9] = [
            number::conversion,
            moment::conversion,
            notation::conversion,
            text::letter_case,
            text::zeros,
            encoding::conversion,
            text::wrapped,
            text::invisible,
            text::cut,
        ];
        let guesses = kinds.iter().filter_map(|kind| kind(self));
        guesses.fold(None, |best: Option<Guess>, guess| match best {
            Some(best) if best.1 >= guess.1 => Some(best),
            _ => Some(guess),
        })
    }
}

impl Evidence<'_> {
    pub(super) fn conversions(&self) -> Vec<Suspect> {
        let mut found: Vec<(Suspect, bool)> = Vec::new();
        for (candidate, hand) in self.in_question() {
            let Some((shape, strength)) = self.converted(candidate, hand) else { continue };
            let system = candidate.system.clone();
            let doubt = self.kind == Kind::First && self.source_of_truth == Some(&system);
            found.push((Suspect { cause: Cause::Transformation { system, shape }, strength }, doubt));
        }
        // Where either could have been made of the other, the source of truth is the original.
        found.sort_by_key(|(_, doubt)| *doubt);
        found.into_iter().map(|(suspect, _)| suspect).collect()
    }

    /// What Referee wrote came back as something else.
    pub(super) fn echoes(&self) -> Vec<Suspect> {
        let echo = |(candidate, hand): (&Candidate, &Hand)| {
            let written = self.written.get(&candidate.system);
            let made = written.filter(|own| diff::normal(self.slot, own) != candidate.normal);
            // A person who shortens what we wrote is a person.
            let made_of =
                |own: &Tuple| self.made_of(candidate, own).is_some_and(|_| hand.kind != AuthorKind::Person);
            let strength = match (made, hand.kind) {
                (Some(own), _) if made_of(own) => Strength::Strong,
                (Some(_), AuthorKind::Us) => Strength::Strong,
                // It stands there as it was written: others moved.
                (None, AuthorKind::Us) if written.is_some() => Strength::Weak,
                (None, AuthorKind::Us) if self.converted(candidate, hand).is_some() => Strength::Strong,
                (None, AuthorKind::Us) => Strength::Likely,
                _ => return None,
            };
            Some(Suspect { cause: Cause::Echo { system: candidate.system.clone() }, strength })
        };
        self.in_question().filter_map(echo).collect()
    }

    /// What made a candidate's value of another's, of the agreed one, or of one held before.
    pub(super) fn converted(&self, candidate: &Candidate, hand: &Hand) -> Option<Guess> {
        let others = self.compared.candidates.iter().filter(|other| other.normal != candidate.normal);
        let others = others.map(|other| (&other.shown, other.moved));
        let agreed = self.compared.base.iter().map(|(tuple, _)| (tuple, false));
        let written = self.written.get(&candidate.system).map(|tuple| (tuple, false));
        let wholes = agreed.chain(others).chain(written);
        let guesses = wholes.filter_map(|(whole, fresh)| {
            let (shape, strength) = self.made_of(candidate, whole)?;
            // That two systems moved to such a pair by chance is unlikely, except for numbers.
            let more = fresh && !matches!(shape, Some(Shape::UnitFactor { .. }));
            Some((shape, if more { strength.more() } else { strength }))
        });
        let (shape, strength) = guesses.max_by_key(|guess| guess.1)?;
        // People type short forms, round, and put appointments off; conversions do nothing else.
        let by_hand = hand.kind == AuthorKind::Person && !hand.is_bulk();
        let short = matches!(shape, Some(Shape::Truncated { .. }));
        // Nothing was agreed and nobody is named: the longer one may have been added to.
        let first = self.kind == Kind::First && hand.kind == AuthorKind::Unknown;
        let doubt = by_hand || short && first && !self.is_at_limit(candidate);
        let strength = if doubt { strength.less()? } else { strength };
        Some((shape, strength))
    }

    /// Whether a value fills what its system keeps.
    fn is_at_limit(&self, candidate: &Candidate) -> bool {
        let fields = self.slot.fields().zip(&candidate.shown);
        let mut limits = fields.filter_map(|(field, held)| {
            let limit = self.limits.get(&(candidate.system.clone(), field.id.clone()))?;
            Some((*limit, held.value()?.chars().count()))
        });
        limits.any(|(limit, length)| length + 1 >= limit)
    }

    /// The one conversion that makes a candidate's values of these; None if any member differs
    /// in another way.
    fn made_of(&self, candidate: &Candidate, whole: &Tuple) -> Option<Guess> {
        let mut best: Option<Guess> = None;
        for (at, field) in self.slot.fields().enumerate() {
            let (damaged, whole) = (candidate.shown.get(at)?, whole.get(at)?);
            if field.comparison.same(damaged, whole) {
                continue;
            }
            let guess = self.member(&candidate.system, field, damaged, whole)?.guess()?;
            best = match best {
                None => Some(guess),
                Some(best) if family(&best) != family(&guess) => return None,
                Some(best) => Some((best.0, best.1.max(guess.1))),
            };
        }
        best
    }

    fn member<'m>(
        &self,
        system: &SystemId,
        field: &'m Field,
        damaged: &'m Held,
        whole: &'m Held,
    ) -> Option<Member<'m>> {
        let limit = self.limits.get(&(system.clone(), field.id.clone())).copied();
        let limit = limit.or_else(|| field.most_characters());
        Some(Member { field, damaged: damaged.value()?, whole: whole.value()?, limit })
    }
}

fn family(guess: &Guess) -> Option<std::mem::Discriminant<Shape>> {
    guess.0.as_ref().map(discriminant)
}
