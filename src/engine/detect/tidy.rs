//! Tidying: systems that write an agreed value otherwise get the form of its source of truth.
//!
//! It goes the way of any decision of a rule, and never the same way twice: what was written once
//! for its form, and is written otherwise again, is how that system wants it.

use super::deliver::{self, Targets};
use super::record::Judge;
use super::settle::is_unsettled;
use crate::domain::author::Hand;
use crate::domain::conflict::Dispute;
use crate::domain::delivery::{Change, DeliveryState};
use crate::domain::diff::{Compared, Kind, Standing};
use crate::domain::entity::Slot;
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::judge::Finding;
use crate::domain::record::Holding;
use crate::domain::resolution::Outcome;
use crate::domain::tidy::{Untidy, is_form_alone, untidy};
use crate::domain::value::{Cells, Held};
use crate::store::StoreError;
use crate::store::conflicts::Difference;
use crate::store::resolutions::Delivery;
use std::collections::BTreeMap;

impl Judge<'_> {
    /// Gives the systems that write an agreed value otherwise its one form, where policy asks for it.
    pub(super) fn tidy(&mut self, slot: &Slot<'_>, compared: &Compared) -> Result<(), StoreError> {
        let batch = self.loaded.batch;
        let policy = batch.setup.policy(&batch.entity, slot);
        if !policy.tidy_formatting || self.has_question(&slot.id) {
            return Ok(());
        }
        let targets: Vec<Targets> =
            untidy(slot, compared, &policy).iter().filter_map(|own| self.tidied(slot, own)).collect();
        let Some(form_of) = policy.source_of_truth.clone().filter(|_| !targets.is_empty()) else {
            return Ok(());
        };
        let hands: Vec<Hand> = compared.candidates.iter().map(|candidate| batch.hand(candidate)).collect();
        let mut still = compared.clone();
        // Whoever brought the value everybody holds: of its form alone nobody is the mover.
        still.candidates.iter_mut().for_each(|candidate| candidate.moved = false);
        let values = Dispute::forms(&still, &hands);
        let holds = |own: &SystemId| *own == form_of;
        let kept = values.iter().find(|v| v.holders.iter().any(|h| holds(&h.candidate.system)));
        let Some(outcome) = kept.map(|kept| Outcome::Keep { value: kept.n }) else { return Ok(()) };
        let dispute = Dispute {
            field: slot.id.clone(),
            kind: Kind::Change,
            values,
            absent: Vec::new(),
            agreed: compared.base.clone(),
            findings: vec![Finding::Tidied { form_of }],
            causes: Vec::new(),
            corrected: None,
            asked: None,
            policy,
        };
        self.settled(dispute, outcome, targets, None)
    }

    /// Left different on purpose, or part of an incident that a person has yet to choose about.
    fn has_question(&self, field: &FieldId) -> bool {
        let (batch, record) = (self.loaded.batch, &self.loaded.record.id);
        let held = |of: &crate::store::incidents::Incident| {
            batch.members.contains_key(&(of.id.clone(), record.clone()))
        };
        let excepted = self.loaded.exceptions.iter().any(|own| own.field == *field && own.until > self.now());
        excepted || batch.incidents.iter().any(held)
    }

    /// The write that tidies one system; none where it takes no writes, where it cannot hold the
    /// form, or where it was given it before.
    fn tidied(&self, slot: &Slot<'_>, untidy: &Untidy) -> Option<Targets> {
        let (batch, system) = (self.loaded.batch, &untidy.system);
        let mapping = batch.setup.catalog.mapping(system, &batch.entity.id)?;
        let own = |holding: &&Holding| holding.present && holding.system == *system;
        let holding = self.loaded.holdings.iter().find(own)?;
        if !deliver::writable(&batch.setup, mapping, slot) {
            return None;
        }
        let asked: BTreeMap<FieldId, Held> =
            untidy.fields.iter().map(|form| (form.field.clone(), form.becomes.clone())).collect();
        let mut row: Cells = holding.cells.clone();
        row.extend(mapping.write(&asked, &row).ok()?);
        // As the system will show it: a column that knows one way of writing keeps to it.
        let shown = mapping.read(&row).fields;
        let mut fields = BTreeMap::new();
        for (field, form) in slot
            .fields()
            .filter_map(|field| Some((field, untidy.fields.iter().find(|f| f.field == field.id)?)))
        {
            let becomes = shown.get(&field.id)?;
            if is_form_alone(field, &form.was, becomes) {
                fields.insert(field.id.clone(), (form.was.clone(), becomes.clone()));
            }
        }
        let again = |known: &&Delivery| was_given(known, system, &slot.id, &fields);
        if fields.is_empty() || batch.tidied(&self.loaded.record.id).any(|known| again(&known)) {
            return None;
        }
        let values = fields.iter().map(|(id, (_, becomes))| (id.clone(), becomes.clone())).collect();
        let cells = mapping.write(&values, &holding.cells).ok()?;
        let before = holding.cells.iter().filter(|(column, _)| cells.contains_key(*column));
        let before = before.map(|(column, cell)| (column.clone(), cell.clone())).collect();
        let rest = slot.fields().filter(|field| !fields.contains_key(&field.id));
        let beside = rest.filter_map(|f| Some((f.id.clone(), holding.fields.get(&f.id)?.clone()))).collect();
        Some(Targets {
            system: system.clone(),
            external_id: Some(holding.external_id.clone()),
            change: Change {
                create: false,
                remove: false,
                form: true,
                slot: slot.id.clone(),
                fields,
                beside,
                before,
                cells,
            },
            writable: true,
        })
    }

    /// Whether a tidying of the slot is still on its way. One that has ended is closed, and one whose
    /// values moved is taken back: nobody decided anything that a person would have to look at again.
    pub(super) fn is_being_tidied(
        &mut self,
        slot: &Slot<'_>,
        difference: &Difference,
        compared: &Compared,
    ) -> Result<bool, StoreError> {
        let own: Vec<Delivery> = self.deliveries_of(difference);
        let is = |of: fn(&DeliveryState) -> bool| own.iter().any(|delivery| of(&delivery.state));
        if is(|state| matches!(state, DeliveryState::Sending { .. })) {
            return Ok(true);
        }
        let overtaken = is(|state| matches!(state, DeliveryState::Overtaken { .. }));
        let moved = match compared.standing {
            Standing::Agreed(_) => own.iter().any(|delivery| self.is_moved(slot, delivery)),
            Standing::Waiting => false,
            Standing::Differs(_) => true,
        };
        let unsettled = |delivery: &&Delivery| {
            is_unsettled(&delivery.state) && !matches!(delivery.state, DeliveryState::Refused { .. })
        };
        let left: Vec<&Delivery> = own.iter().filter(unsettled).collect();
        if !left.is_empty() && !overtaken && !moved {
            return Ok(true);
        }
        let now = self.now();
        for delivery in left {
            self.set_delivery(delivery, delivery.state.clone().call_off(now));
        }
        if let Some(resolution) = difference.state.resolution().cloned() {
            self.update_resolution(&resolution);
        }
        let closed = difference.state.clone().close(now).map_err(|e| StoreError::Row(e.to_string()))?;
        self.change(difference, closed);
        Ok(false)
    }

    /// Whether its system writes the fields in neither form any longer.
    fn is_moved(&self, slot: &Slot<'_>, delivery: &Delivery) -> bool {
        let own = |holding: &&Holding| holding.present && holding.system == delivery.system;
        let Some(holding) = self.loaded.holdings.iter().find(own) else { return true };
        slot.fields().filter_map(|field| Some((field, delivery.change.fields.get(&field.id)?))).any(
            |(field, (was, becomes))| {
                let now = holding.fields.get(&field.id);
                now != Some(was) && now != Some(becomes)
            },
        )
    }
}

/// Whether a system was sent these very texts before.
fn was_given(
    known: &Delivery,
    system: &SystemId,
    slot: &FieldId,
    fields: &BTreeMap<FieldId, (Held, Held)>,
) -> bool {
    // What a person took back is not given again.
    let sent = !matches!(known.state, DeliveryState::Overtaken { .. });
    let given = |(id, (_, becomes)): (&FieldId, &(Held, Held))| {
        known.change.fields.get(id).is_some_and(|(_, before)| before == becomes)
    };
    sent && known.system == *system && known.change.slot == *slot && fields.iter().all(given)
}
