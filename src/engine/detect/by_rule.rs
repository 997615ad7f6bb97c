//! What a rule settles goes the way of any decision, with the policy version as its actor.

use super::deliver::{self, Targets};
use super::record::Judge;
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::author::Hand;
use crate::domain::conflict::{Asked, DifferenceState, Dispute, Distinct, Doubted};
use crate::domain::diff::{self, Compared, Kind, Standing};
use crate::domain::entity::Slot;
use crate::domain::ids::{ConflictId, FieldId, ResolutionId};
use crate::domain::judge::Finding;
use crate::domain::resolution::{Chosen, Outcome};
use crate::domain::value::Tuple;
use crate::engine::Refusal;
use crate::store::StoreError;
use crate::store::conflicts::Difference;
use crate::store::resolutions::{Delivery, Resolution};

impl Judge<'_> {
    /// Gives every system the values a rule chose.
    pub(super) fn settle(
        &mut self,
        slot: &Slot<'_>,
        dispute: Dispute,
        values: &Tuple,
        existing: Option<&Difference>,
    ) -> Result<(), StoreError> {
        let batch = self.loaded.batch;
        let Ok(targets) = deliver::plan(&batch.setup, &batch.entity, slot, values, self.loaded.holdings)
        else {
            // A system cannot store the value: a person sees the same refusal and can type another.
            return self.open(dispute, existing);
        };
        let holds = |value: &&Distinct| value.holders.iter().any(|holder| holder.candidate.shown == *values);
        let outcome = match dispute.values.iter().find(holds) {
            Some(kept) => Outcome::Keep { value: kept.n },
            None => Outcome::Type { values: values.clone() },
        };
        self.settled(dispute, outcome, targets, existing)
    }

    /// Makes a record again where it was lost.
    pub(super) fn restore(
        &mut self,
        dispute: Dispute,
        existing: Option<&Difference>,
    ) -> Result<(), StoreError> {
        let (batch, record) = (self.loaded.batch, self.loaded.record);
        let (link, mut targets) = (record.link.as_deref(), Vec::new());
        for system in &dispute.absent {
            let (setup, entity, field) = (&batch.setup, &batch.entity, &dispute.field);
            match deliver::creation(setup, entity, field, system, link, self.loaded.holdings) {
                Ok(target) => targets.extend(target),
                // A person sees the same refusal.
                Err(_) => return self.open(dispute, existing),
            }
        }
        self.settled(dispute, Outcome::CreateThere { value: 1 }, targets, existing)
    }

    /// Removes a record that the source of truth lost.
    pub(super) fn remove(
        &mut self,
        dispute: Dispute,
        existing: Option<&Difference>,
    ) -> Result<(), StoreError> {
        let batch = self.loaded.batch;
        let targets = deliver::removals(&batch.setup, &batch.entity, &dispute.field, self.loaded.holdings);
        self.settled(dispute, Outcome::RemoveElsewhere, targets, existing)
    }

    pub(super) fn settled(
        &mut self,
        dispute: Dispute,
        outcome: Outcome,
        targets: Vec<Targets>,
        existing: Option<&Difference>,
    ) -> Result<(), StoreError> {
        let batch = self.loaded.batch;
        let fingerprint = dispute.fingerprint();
        let mut difference = self.difference(dispute, existing, fingerprint);
        let (id, now) = (ResolutionId(self.w.new_id()), self.now());
        let field = difference.dispute.field.clone();
        difference.state =
            DifferenceState::Open.settle_by_rule(id.clone()).map_err(|e| StoreError::Row(e.to_string()))?;
        let (conflict, record) = (difference.conflict.clone(), self.loaded.record.id.clone());
        let deliveries: Vec<Delivery> = targets
            .into_iter()
            .map(|target| target.delivery(self.w, &id, &conflict, &record, &batch.entity, now))
            .collect();
        let actor = Actor::rule(batch.setup.policy_version);
        self.tell(Action::SettledByRule, Some(&field), |event| {
            let about = About { resolution: Some(id.clone()), ..event.about.clone() };
            Event { actor: actor.clone(), about, ..event }.fact("rule", difference.dispute.rule_name())
        });
        let resolution = Resolution {
            id,
            conflict,
            record,
            state: "sending".to_owned(),
            actor,
            reason: String::new(),
            note: String::new(),
            created_at: now,
            held_until: now,
            policy_version: batch.setup.policy_version,
            page: serde_json::to_string(&[&difference.dispute])?,
            approval: None,
            group: None,
            outcomes: vec![Chosen { difference: difference.id.clone(), field, outcome, suggested: None }],
        };
        self.ruling.counts.settled_by_rule += 1;
        self.ruling.resolutions.push((resolution, deliveries));
        self.ruling.differences.push(difference);
        Ok(())
    }

    /// Keeps a question open that a person asked, though all systems agree: what they hold now
    /// beside what was held before.
    pub(super) fn still_asked(
        &mut self,
        slot: &Slot<'_>,
        compared: &Compared,
        difference: &Difference,
    ) -> Result<(), StoreError> {
        let batch = self.loaded.batch;
        let hands: Vec<Hand> = compared.candidates.iter().map(|candidate| batch.hand(candidate)).collect();
        let mut dispute = Dispute {
            values: Dispute::distinct(compared, &hands),
            agreed: compared.base.clone(),
            findings: vec![Finding::Reopened],
            policy: batch.setup.policy(&batch.entity, slot),
            ..difference.dispute.clone()
        };
        dispute.remember(&difference.dispute, None);
        self.open(dispute, Some(difference))
    }
}

impl Judge<'_> {
    /// Opens a question about a slot, beside what was held when a doubted decision was made, and
    /// answers its conflict. None if there is no such slot, or no system that holds it.
    pub(in crate::engine) fn ask(
        &mut self,
        field: &FieldId,
        asked: Asked,
        doubted: Option<&(Doubted, Dispute)>,
    ) -> Result<Option<ConflictId>, Refusal> {
        let batch = self.loaded.batch;
        let Some(slot) = batch.entity.slot(field) else { return Ok(None) };
        let existing = self.existing(field);
        if existing.is_some_and(|known| known.state.is_under_way()) {
            let text = "a decision about it is on its way: undo it, or wait until it has arrived";
            return Err(Refusal::WrongState(text.to_owned()));
        }
        let compared = diff::compare(&slot, &self.loaded.base, self.loaded.holdings);
        if compared.candidates.is_empty() {
            return Ok(None);
        }
        let hands: Vec<Hand> = compared.candidates.iter().map(|candidate| batch.hand(candidate)).collect();
        let kind = match compared.standing {
            Standing::Differs(kind) => kind,
            Standing::Agreed(_) | Standing::Waiting => Kind::Change,
        };
        let mut dispute = Dispute {
            field: field.clone(),
            kind,
            values: Dispute::distinct(&compared, &hands),
            absent: Vec::new(),
            agreed: compared.base.clone(),
            findings: findings(existing),
            causes: existing.map_or_else(Vec::new, |known| known.dispute.causes.clone()),
            corrected: existing.and_then(|known| known.dispute.corrected.clone()),
            asked: Some(asked),
            policy: batch.setup.policy(&batch.entity, &slot),
        };
        if let Some(known) = existing {
            dispute.remember(&known.dispute, None);
        }
        if let Some((decision, page)) = doubted {
            dispute.remember(page, Some(decision));
            as_agreed(&slot, &mut dispute, page);
        }
        if let Some(DifferenceState::Excepted { .. }) = existing.map(|known| &known.state) {
            self.ruling.ended_exceptions.push((self.loaded.record.id.clone(), field.clone()));
        }
        self.open(dispute, existing)?;
        let opened = self.ruling.conflict.as_ref().map(|(conflict, _)| conflict.id.clone());
        // The very same question stands already.
        Ok(opened.or_else(|| existing.map(|known| known.conflict.clone())))
    }
}

/// An earlier value on which all had agreed comes back as it was agreed on: the system that still
/// held it may write it otherwise.
fn as_agreed(slot: &Slot<'_>, dispute: &mut Dispute, page: &Dispute) {
    let Some((agreed, _)) = &page.agreed else { return };
    for was in dispute.values.iter_mut().filter_map(|value| value.was.as_mut()) {
        if diff::same(slot, &was.values, agreed) {
            was.values.clone_from(agreed);
        }
    }
}

/// What was found of a difference, and that somebody asked. An incident goes on holding it.
fn findings(existing: Option<&Difference>) -> Vec<Finding> {
    let known = existing.map_or_else(Vec::new, |known| known.dispute.findings.clone());
    let known = known.into_iter().filter(|finding| *finding != Finding::Reopened);
    known.chain([Finding::Reopened]).collect()
}
