//! What a rule settles goes the way of any decision, with the policy version as its actor.

use super::deliver::{self, Targets};
use super::record::Judge;
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::author::Hand;
use crate::domain::conflict::{Asked, DifferenceState, Dispute, Distinct};
use crate::domain::diff::{self, Compared, Kind, Standing};
use crate::domain::entity::Slot;
use crate::domain::ids::{FieldId, ResolutionId};
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

    fn settled(
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
            Event { actor: actor.clone(), about, ..event }
                .fact("rule", difference.dispute.policy.rule.as_str())
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
            outcomes: vec![Chosen { difference: difference.id.clone(), field, outcome }],
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
        compared: &Compared,
        difference: &Difference,
    ) -> Result<(), StoreError> {
        let batch = self.loaded.batch;
        let hands: Vec<Hand> = compared.candidates.iter().map(|candidate| batch.hand(candidate)).collect();
        let mut dispute = Dispute {
            values: Dispute::distinct(compared, &hands),
            agreed: compared.base.clone(),
            ..difference.dispute.clone()
        };
        dispute.remember(&difference.dispute);
        self.open(dispute, Some(difference))
    }
}

impl Judge<'_> {
    /// Opens a question about a slot, beside what was held when `before` was decided. False if
    /// there is no such slot.
    pub(in crate::engine) fn ask(
        &mut self,
        field: &FieldId,
        asked: Asked,
        before: Option<&Dispute>,
    ) -> Result<bool, Refusal> {
        let batch = self.loaded.batch;
        let Some(slot) = batch.entity.slot(field) else { return Ok(false) };
        let existing = self.existing(field);
        if existing.is_some_and(|known| known.state.is_under_way()) {
            let text = "a decision about it is on its way: undo it, or wait until it has arrived";
            return Err(Refusal::WrongState(text.to_owned()));
        }
        let compared = diff::compare(&slot, &self.loaded.base, self.loaded.holdings);
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
            findings: vec![Finding::Reopened],
            causes: existing.map_or_else(Vec::new, |known| known.dispute.causes.clone()),
            corrected: None,
            asked: Some(asked),
            policy: batch.setup.policy(&batch.entity, &slot),
        };
        for earlier in existing.map(|known| &known.dispute).into_iter().chain(before) {
            dispute.remember(earlier);
        }
        if let Some(DifferenceState::Excepted { .. }) = existing.map(|known| &known.state) {
            self.ruling.ended_exceptions.push((self.loaded.record.id.clone(), field.clone()));
        }
        self.open(dispute, existing)?;
        Ok(true)
    }
}
