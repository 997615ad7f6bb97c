//! Differences that end or come back: systems that came to agree, values that moved under a
//! decision, and records that are missing somewhere.

use super::load::Loaded;
use super::record::Judge;
use super::shadow;
use crate::domain::audit::Action;
use crate::domain::conflict::{DifferenceState, Dispute};
use crate::domain::delivery::DeliveryState;
use crate::domain::diff::{self, Candidate, Compared};
use crate::domain::entity::Slot;
use crate::domain::ids::{FieldId, ResolutionId, SystemId};
use crate::domain::judge::{Fate, Finding};
use crate::domain::opinion;
use crate::domain::presence::{Lacking, Presence, RECORD};
use crate::domain::value::Tuple;
use crate::engine::Setup;
use crate::engine::writeback::lag;
use crate::store::StoreError;
use crate::store::conflicts::Difference;
use crate::store::resolutions::{Delivery, Resolution};

impl Judge<'_> {
    /// The systems agree on what was disputed: on `agreed`, where it is known.
    pub fn came_to_agree(
        &mut self,
        slot: Option<&Slot<'_>>,
        difference: &Difference,
        agreed: Option<&Tuple>,
    ) -> Result<(), StoreError> {
        let Some(resolution) =
            difference.state.resolution().filter(|_| difference.state.is_under_way()).cloned()
        else {
            self.settled_by_itself(difference);
            return Ok(());
        };
        if self.is_awaiting(difference) {
            self.ruling.approvals_ended.insert(resolution);
            self.settled_by_itself(difference);
            return Ok(());
        }
        let own: Vec<Delivery> = self.deliveries(&resolution, &difference.dispute.field);
        if own.iter().any(|delivery| matches!(delivery.state, DeliveryState::Sending { .. })) {
            return Ok(());
        }
        let as_decided = match (slot, agreed) {
            (Some(slot), Some(agreed)) => {
                let meant = self.meant(&resolution, &difference.dispute.field)?;
                meant.is_none_or(|meant| diff::same(slot, &meant, agreed))
            }
            _ => true,
        };
        let now = self.now();
        let unsent = own.iter().all(|delivery| matches!(delivery.state, DeliveryState::Waiting { .. }));
        for delivery in own.iter().filter(|delivery| is_unsettled(&delivery.state)) {
            self.set_delivery(
                delivery,
                match () {
                    () if unsent => DeliveryState::Undone { at: now },
                    () if as_decided => DeliveryState::Confirmed { at: now },
                    () => delivery.state.clone().call_off(now),
                },
            );
        }
        self.update_resolution(&resolution);
        // They agree on something else, or before anything was sent: that was not the decision.
        if !as_decided || (unsent && !own.is_empty()) {
            self.settled_by_itself(difference);
        } else if let Ok(state) = difference.state.clone().close(now) {
            self.change(difference, state);
        }
        Ok(())
    }

    /// The values a decision meant for a slot; None where it left it different.
    fn meant(&self, resolution: &ResolutionId, field: &FieldId) -> Result<Option<Tuple>, StoreError> {
        let Some(decision) = self.loaded.batch.resolution(resolution) else { return Ok(None) };
        let chosen = decision.outcomes.iter().find(|chosen| chosen.field == *field);
        let page = decision.disputes()?;
        Ok(chosen.and_then(|chosen| chosen.meant(&page)))
    }

    /// Ends a decision of which every delivery has ended, and nothing else: whether the systems
    /// agree is not known.
    pub fn close_if_delivered(&mut self, difference: &Difference) -> Result<(), StoreError> {
        if self.is_awaiting(difference) {
            return Ok(());
        }
        let Some(resolution) = difference.state.resolution() else { return Ok(()) };
        let own = self.deliveries(resolution, &difference.dispute.field);
        if difference.state.is_under_way() && own.iter().all(|delivery| delivery.state.ended_at().is_some()) {
            self.came_to_agree(None, difference, None)?;
        }
        Ok(())
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

    /// Whether a system holds neither what the decision saw there nor what it sends there; once
    /// that has arrived, whether it holds anything else. A decision that arrived everywhere and
    /// left the systems different (one of them made something else of it) has moved as well.
    pub fn was_moved(&self, slot: &Slot<'_>, difference: &Difference, compared: &Compared) -> bool {
        let Some(resolution) = difference.state.resolution() else { return false };
        let deliveries = self.deliveries(resolution, &difference.dispute.field);
        let seen = |system: &SystemId| {
            let mut holders = difference.dispute.values.iter().flat_map(|value| &value.holders);
            holders.find(|holder| holder.candidate.system == *system).map(|holder| &holder.candidate.normal)
        };
        if self.is_awaiting(difference) {
            // Somebody approves exactly what was seen.
            let seen_by = difference.dispute.values.iter().map(|value| value.holders.len()).sum::<usize>();
            let stands = |candidate: &Candidate| seen(&candidate.system) == Some(&candidate.normal);
            return seen_by != compared.candidates.len() || !compared.candidates.iter().all(stands);
        }
        let arrived = deliveries.iter().all(|delivery| delivery.state.is_done());
        let goal = deliveries.iter().find_map(|own| Some(sent(slot, seen(&own.system)?, own)));
        arrived
            || compared.candidates.iter().any(|candidate| {
                let Some(seen) = seen(&candidate.system) else { return true };
                match deliveries.iter().find(|delivery| delivery.system == candidate.system) {
                    Some(own) => {
                        let holds = |tuple: &Tuple| diff::same(slot, &candidate.normal, tuple);
                        let as_seen = holds(seen) && !own.state.is_done();
                        !as_seen && !holds(&after(slot, seen, own))
                    }
                    // It gets nothing: it held the outcome, or could not be read when it was decided.
                    None => {
                        let holds = |tuple: &Tuple| diff::same(slot, &candidate.normal, tuple);
                        !holds(seen) && !goal.as_ref().is_some_and(holds)
                    }
                }
            })
    }

    /// Whether what a decision wrote is on its way back.
    pub fn is_being_reversed(&self, difference: &Difference) -> bool {
        let Some(id) = difference.state.resolution().filter(|_| difference.state.is_under_way()) else {
            return false;
        };
        let reverses = self.loaded.batch.resolution(id).is_some_and(|own| own.reverses().is_some());
        let deliveries = self.deliveries(id, &difference.dispute.field);
        reverses && deliveries.iter().any(|delivery| !delivery.state.is_done())
    }

    /// Takes a decision back because values moved under it. False while a worker still has a
    /// delivery of it, or it is not known what became of one: that is found out first.
    pub fn withdraw(&mut self, difference: &Difference) -> Result<bool, StoreError> {
        let Some(resolution) = difference.state.resolution().cloned() else { return Ok(false) };
        let own = self.deliveries(&resolution, &difference.dispute.field);
        if own.iter().any(|delivery| matches!(delivery.state, DeliveryState::Sending { .. })) {
            return Ok(false);
        }
        let now = self.now();
        for delivery in own.iter().filter(|delivery| is_unsettled(&delivery.state)) {
            self.set_delivery(delivery, delivery.state.clone().call_off(now));
        }
        if own.iter().any(|delivery| delivery.state.is_soon_settled(now, lag())) {
            return Ok(false);
        }
        if self.is_awaiting(difference) {
            // One approval was asked for all of it.
            self.ruling.approvals_ended.insert(resolution.clone());
        }
        // What it decided of other fields goes on, and can be undone as long as it is held.
        self.ruling.resolutions_moved.push(resolution.clone());
        self.change(difference, DifferenceState::Open);
        if let Some(decision) = self.loaded.batch.resolution(&resolution).cloned() {
            self.set_draft(&decision)?;
        }
        // `differs` stores the difference again with its new values.
        self.ruling.differences.pop();
        Ok(true)
    }

    /// Whether the decision on it awaits a second person.
    pub fn is_awaiting(&self, difference: &Difference) -> bool {
        let id = difference.state.resolution().filter(|_| difference.state.is_under_way());
        let decision = id.and_then(|id| self.loaded.batch.resolution(id));
        decision.is_some_and(Resolution::is_awaiting)
    }

    /// Opens again, with the draft, what else was decided where an approval ended.
    pub(super) fn end_approvals(&mut self) {
        let now = self.now();
        for id in self.ruling.approvals_ended.clone() {
            let Some(decision) = self.loaded.batch.resolution(&id).cloned() else { continue };
            let stored = |ruled: &[Delivery], own: &Delivery| ruled.iter().any(|ruled| ruled.id == own.id);
            let left: Vec<Delivery> = self.loaded.batch.deliveries(&id).cloned().collect();
            let known = self.ruling.deliveries.clone();
            for delivery in left.iter().filter(|own| !stored(&known, own)) {
                self.set_delivery(delivery, delivery.state.clone().call_off(now));
            }
            for difference in self.loaded.differences.iter().filter(|d| d.state.resolution() == Some(&id)) {
                if self.ruling.differences.iter().all(|ruled| ruled.id != difference.id) {
                    self.change(difference, DifferenceState::Open);
                }
            }
            // Told before the decision's other fields are asked about.
            if self.set_draft(&decision).is_ok() {
                self.tell(Action::ApprovalEnded, None, |event| event.fact("decision", &id));
            }
        }
    }

    fn deliveries(&self, resolution: &ResolutionId, field: &FieldId) -> Vec<Delivery> {
        let all = self.loaded.batch.deliveries(resolution);
        all.filter(|delivery| delivery.change.slot == *field).cloned().collect()
    }

    /// The deliveries by which a difference is settled.
    pub(super) fn deliveries_of(&self, difference: &Difference) -> Vec<Delivery> {
        let resolution = difference.state.resolution();
        resolution.map_or_else(Vec::new, |own| self.deliveries(own, &difference.dispute.field))
    }

    /// Its state is worked out when its deliveries are stored.
    pub(super) fn update_resolution(&mut self, resolution: &ResolutionId) {
        self.ruling.resolutions_moved.push(resolution.clone());
    }

    /// A record that is missing or deleted on one side is a difference of its own kind.
    pub fn presence(&mut self) -> Result<(), StoreError> {
        let field = FieldId::from(RECORD);
        let existing = self.existing(&field);
        match (self.loaded.presence(&self.moved), existing) {
            (Presence::Unclear, _) | (Presence::Whole, None) => Ok(()),
            (Presence::Whole, Some(difference)) => self.came_to_agree(None, difference, None),
            (Presence::Lacking(lacking), Some(difference)) if difference.state.is_under_way() => {
                // All arrived, and the record is not where it was decided to be: it came or went since.
                let arrived = self.deliveries_of(difference).iter().all(|own| own.state.is_done());
                if arrived && !self.is_awaiting(difference) && self.withdraw(difference)? {
                    self.lacking(lacking, Some(difference))?;
                }
                Ok(())
            }
            (Presence::Lacking(lacking), existing) => self.lacking(lacking, existing),
        }
    }

    fn lacking(&mut self, lacking: Lacking, existing: Option<&Difference>) -> Result<(), StoreError> {
        let field = FieldId::from(RECORD);
        let Loaded { batch, record, holdings, .. } = &self.loaded;
        let circumstances = batch.circumstances(&record.id, &field, existing);
        let judge = |setup: &Setup| {
            let (policies, lacking) = (&setup.policies, lacking.clone());
            opinion::of_absence(policies, &batch.entity, &record.title, lacking, holdings, &circumstances)
        };
        let (dispute, fate) = judge(&batch.setup);
        // Mostly no draft is in shadow.
        let wishes = match batch.setup.shadows.is_empty() {
            true => Vec::new(),
            false => self.wishes_of_absence(&field, |setup| shadow::of_absence(judge(setup).1)),
        };
        if self.is_excepted(&dispute) {
            return Ok(());
        }
        match fate {
            Fate::Restore => self.restore(dispute, existing)?,
            Fate::Remove if self.may_remove(existing) => self.remove(dispute, existing)?,
            Fate::Remove => {
                let findings = dispute.findings.iter().cloned().chain([Finding::NotRemovedUnasked]).collect();
                self.open(Dispute { findings, ..dispute }, existing)?;
            }
            Fate::Review => self.open(dispute, existing)?,
        }
        self.note(None, &field, wishes, shadow::of_absence(fate).as_ref(), existing);
        Ok(())
    }
}

impl Judge<'_> {
    /// Whether a rule may remove the record: a run found it lost, which counts how many are gone at once,
    /// and nobody was asked anything about it that is still open. What went on meanwhile would be lost.
    fn may_remove(&self, existing: Option<&Difference>) -> bool {
        let by_a_run = !self.loaded.batch.run.0.is_empty();
        let quiet = self.loaded.differences.is_empty() && self.loaded.exceptions.is_empty();
        existing.is_none() && by_a_run && quiet
    }
}

/// Not at its end, or refused, which a person may still take up again.
pub(in crate::engine) fn is_unsettled(state: &DeliveryState) -> bool {
    state.ended_at().is_none() || matches!(state, DeliveryState::Refused { .. })
}

/// What a delivery asks a system to hold, in normal form.
fn sent(slot: &Slot<'_>, seen: &Tuple, delivery: &Delivery) -> Tuple {
    let becomes = |field| delivery.change.fields.get(field).map(|(_, becomes)| becomes);
    let fields = slot.fields().zip(seen);
    fields
        .map(|(field, seen)| {
            becomes(&field.id).map_or_else(|| seen.clone(), |held| field.comparison.normal(held))
        })
        .collect()
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
