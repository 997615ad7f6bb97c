//! Differences that end or come back: systems that came to agree, values that moved under a
//! decision, and records that are missing somewhere.

use super::record::{Judge, Presence, resolution_state};
use crate::domain::audit::Action;
use crate::domain::conflict::DifferenceState;
use crate::domain::delivery::DeliveryState;
use crate::domain::diff::{Compared, Kind};
use crate::domain::entity::Slot;
use crate::domain::ids::{FieldId, ResolutionId};
use crate::domain::record::Holding;
use crate::domain::value::Tuple;
use crate::engine::opinion::{self, RECORD};
use crate::store::StoreError;
use crate::store::conflicts::Difference;
use crate::store::resolutions::Delivery;

impl Judge<'_> {
    /// The systems agree on what was disputed.
    pub fn came_to_agree(&mut self, difference: &Difference) {
        let Some(resolution) =
            difference.state.resolution().filter(|_| difference.state.is_under_way()).cloned()
        else {
            return self.settled_by_itself(difference);
        };
        let own: Vec<Delivery> = self.deliveries(&resolution, &difference.dispute.field);
        if own.iter().any(|delivery| matches!(delivery.state, DeliveryState::Sending { .. })) {
            return;
        }
        let now = self.now();
        let unsent = own.iter().all(|delivery| matches!(delivery.state, DeliveryState::Waiting { .. }));
        for delivery in own.iter().filter(|delivery| delivery.state.ended_at().is_none()) {
            let state =
                if unsent { DeliveryState::Undone { at: now } } else { DeliveryState::Confirmed { at: now } };
            self.set_delivery(delivery, state);
        }
        self.update_resolution(&resolution);
        if unsent && !own.is_empty() {
            return self.settled_by_itself(difference);
        }
        if let Ok(state) = difference.state.clone().close(now) {
            self.change(difference, state);
        }
    }

    /// Ends a decision of which every delivery has ended, and nothing else: whether the systems
    /// agree is not known.
    pub fn close_if_delivered(&mut self, difference: &Difference) {
        let Some(resolution) = difference.state.resolution() else { return };
        let own = self.deliveries(resolution, &difference.dispute.field);
        if difference.state.is_under_way() && own.iter().all(|delivery| delivery.state.ended_at().is_some()) {
            self.came_to_agree(difference);
        }
    }

    fn settled_by_itself(&mut self, difference: &Difference) {
        let now = self.now();
        if matches!(difference.state, DifferenceState::Excepted { .. }) {
            let field = difference.dispute.field.clone();
            self.ruling.ended_exceptions.push((self.loaded.record.id.clone(), field));
        }
        self.change(difference, difference.state.clone().settle_by_itself(now));
        self.ruling.counts.settled_by_itself += 1;
        self.tell(Action::SettledByItself, Some(&difference.dispute.field), |event| event);
    }

    /// Whether a system holds neither what the decision saw there nor what it sends there.
    pub fn was_moved(&self, slot: &Slot<'_>, difference: &Difference, compared: &Compared) -> bool {
        let Some(resolution) = difference.state.resolution() else { return false };
        let deliveries = self.deliveries(resolution, &difference.dispute.field);
        compared.candidates.iter().any(|candidate| {
            let holders = difference.dispute.values.iter().flat_map(|value| &value.holders);
            let seen = holders.map(|h| &h.candidate).find(|seen| seen.system == candidate.system);
            let Some(seen) = seen else { return true };
            let delivery = deliveries.iter().find(|delivery| delivery.system == candidate.system);
            let ours = delivery.map(|delivery| after(slot, &seen.normal, delivery));
            candidate.normal != seen.normal && Some(&candidate.normal) != ours.as_ref()
        })
    }

    /// Takes a decision back because values moved under it. False while a worker still has a
    /// delivery of it: the worker will find out by itself.
    pub fn withdraw(&mut self, difference: &Difference) -> bool {
        let Some(resolution) = difference.state.resolution().cloned() else { return false };
        let own = self.deliveries(&resolution, &difference.dispute.field);
        if own.iter().any(|delivery| matches!(delivery.state, DeliveryState::Sending { .. })) {
            return false;
        }
        let now = self.now();
        for delivery in own.iter().filter(|delivery| delivery.state.ended_at().is_none()) {
            self.set_delivery(delivery, DeliveryState::Overtaken { at: now, found: [].into() });
        }
        self.ruling.resolution_states.push((resolution.clone(), "overtaken"));
        self.change(difference, DifferenceState::Open);
        if let Some(decision) = self.loaded.batch.resolution(&resolution).cloned() {
            self.set_draft(&decision);
        }
        // `differs` stores the difference again with its new values.
        self.ruling.differences.pop();
        true
    }

    fn deliveries(&self, resolution: &ResolutionId, field: &FieldId) -> Vec<Delivery> {
        let all = self.loaded.batch.deliveries(resolution);
        all.filter(|delivery| delivery.change.slot == *field).cloned().collect()
    }

    fn update_resolution(&mut self, resolution: &ResolutionId) {
        let states = self.loaded.batch.deliveries(resolution).map(|delivery| {
            let changed = self.ruling.deliveries.iter().find(|changed| changed.id == delivery.id);
            &changed.unwrap_or(delivery).state
        });
        let state = resolution_state(states);
        self.ruling.resolution_states.push((resolution.clone(), state));
    }

    /// A record that is missing or deleted on one side is a difference of its own kind.
    pub fn presence(&mut self) -> Result<(), StoreError> {
        let field = FieldId::from(RECORD);
        let existing = self.existing(&field);
        let present: Vec<&Holding> = self.loaded.holdings.iter().filter(|holding| holding.present).collect();
        if present.is_empty() && self.loaded.all.iter().any(|holding| holding.present) {
            // Only systems that hold it twice are left: nobody knows which row to make elsewhere.
            return Ok(());
        }
        let presence = if present.is_empty() { None } else { self.absences() };
        match (presence, existing) {
            (None, None) => Ok(()),
            (None, Some(difference)) => {
                self.came_to_agree(difference);
                Ok(())
            }
            (Some(_), Some(difference)) if difference.state.is_under_way() => Ok(()),
            (Some(presence), existing) => {
                let Presence { absent, kind } = presence;
                let (batch, title) = (self.loaded.batch, &self.loaded.record.title);
                let dispute =
                    opinion::of_absence(&batch.setup, &batch.entity, title, (kind, absent), &present);
                if self.is_excepted(&dispute) { Ok(()) } else { self.open(dispute, existing) }
            }
        }
    }

    fn absences(&self) -> Option<Presence> {
        let batch = self.loaded.batch;
        let (mut absent, mut deleted) = (Vec::new(), false);
        for mapping in batch.setup.catalog.mappings_of(&batch.entity.id) {
            let own: Vec<&Holding> = self.loaded.all.iter().filter(|h| h.system == mapping.system).collect();
            let full_at = batch.cursors.get(&mapping.system).and_then(|cursor| cursor.full_at);
            // Only a full pull begun after the record was known can have missed it.
            let lacks = own.is_empty()
                && mapping.complete
                && full_at.is_some_and(|full_at| full_at > self.loaded.record.created_at);
            let gone = !own.is_empty() && own.iter().all(|holding| !holding.present);
            deleted |= gone;
            if lacks || gone {
                absent.push(mapping.system.clone());
            }
        }
        let kind = if deleted { Kind::Deleted } else { Kind::Missing };
        (!absent.is_empty()).then_some(Presence { absent, kind })
    }
}

/// What a system holds once a delivery has arrived, in normal form.
fn after(slot: &Slot<'_>, seen: &Tuple, delivery: &Delivery) -> Tuple {
    let found = match &delivery.state {
        DeliveryState::AcceptedWithChanges { found, .. } => Some(found),
        _ => None,
    };
    let fields = slot.fields().zip(seen);
    fields
        .map(|(field, seen)| {
            let sent = delivery.change.fields.get(&field.id).map(|(_, becomes)| becomes);
            let now = found.and_then(|found| found.get(&field.id)).or(sent);
            now.map_or_else(|| seen.clone(), |held| field.comparison.normal(held))
        })
        .collect()
}
