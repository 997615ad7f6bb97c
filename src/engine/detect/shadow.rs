//! What drafts in shadow would have made of a difference: judged beside the policies in force, and
//! written down for the draft's page. Without a draft in shadow nothing here is done.

use super::deliver;
use super::record::Judge;
use crate::domain::conflict::DifferenceState;
use crate::domain::diff;
use crate::domain::entity::Slot;
use crate::domain::ids::FieldId;
use crate::domain::judge::{Fate, Verdict};
use crate::domain::opinion::{self, Question};
use crate::domain::shadow::{self, Beside};
use crate::domain::value::Tuple;
use crate::engine::setup::Shadow;
use crate::store::conflicts::Difference;
use crate::store::policy_shadows::Judgement;

/// What each draft in shadow would keep of a slot; none where it would ask a person.
pub(super) type Wishes = Vec<(String, Option<Tuple>)>;

impl Judge<'_> {
    fn shadows(&self, field: &FieldId) -> impl Iterator<Item = &Shadow> {
        let batch = self.loaded.batch;
        batch.setup.shadows.iter().filter(move |own| own.judges(&batch.entity.id, field, batch.now))
    }

    /// Judges a difference by each draft in shadow that governs it.
    pub(super) fn wishes(&self, question: &Question<'_>) -> Wishes {
        let judge = |shadow: &Shadow| {
            let (setup, book) = (&*shadow.setup, shadow.setup.rulebook());
            let asked = Question { book: &book, ..*question };
            let (_, judgement) = opinion::of_values(&asked);
            let Verdict::Settle { values, .. } = judgement.verdict else { return None };
            // What a system cannot store comes before a person.
            let plan = deliver::plan(setup, question.entity, question.slot, &values, question.holdings);
            plan.is_ok().then_some(values)
        };
        let governed = self.shadows(question.slot.policy_id());
        governed.map(|shadow| (shadow.draft.clone(), judge(shadow))).collect()
    }

    /// Judges a record that is missing somewhere by each draft in shadow that governs that.
    pub(super) fn wishes_of_absence(
        &self,
        field: &FieldId,
        judge: impl Fn(&crate::engine::Setup) -> Option<Tuple>,
    ) -> Wishes {
        self.shadows(field).map(|shadow| (shadow.draft.clone(), judge(&shadow.setup))).collect()
    }

    /// Writes down what was wished beside what was done: `settled` with these values, if a rule did.
    pub(super) fn note(
        &mut self,
        slot: Option<&Slot<'_>>,
        field: &FieldId,
        wishes: Wishes,
        settled: Option<&Tuple>,
        existing: Option<&Difference>,
    ) {
        if wishes.is_empty() {
            return;
        }
        let judged = self.ruling.differences.last().filter(|own| own.dispute.field == *field);
        let Some(known) = judged.or(existing) else { return };
        let by_rule = matches!(known.state, DifferenceState::SettledByRule { .. });
        let settled = settled.filter(|_| by_rule);
        let same = |one: &Tuple, other: &Tuple| match slot {
            Some(slot) => diff::same(slot, one, other),
            None => one == other,
        };
        let judgement = |(draft, would): (String, Option<Tuple>)| Judgement {
            draft,
            difference: known.id.clone(),
            conflict: known.conflict.clone(),
            entity: known.entity.clone(),
            field: field.clone(),
            beside: Beside::of(settled, would.as_ref(), same),
            would,
        };
        let judgements: Vec<Judgement> = wishes.into_iter().map(judgement).collect();
        self.ruling.shadows.extend(judgements);
    }
}

/// What becomes of a record that is missing somewhere, as it is written down; none: a person decides.
pub(super) fn of_absence(fate: Fate) -> Option<Tuple> {
    match fate {
        Fate::Restore => Some(shadow::made_again()),
        Fate::Remove => Some(shadow::removed()),
        Fate::Review => None,
    }
}
