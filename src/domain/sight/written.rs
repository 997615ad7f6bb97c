//! What is written to systems: changes, how they stand, and what systems say of them.

use super::{Sight, WORDS, veil};
use crate::domain::delivery::{Change, DeliveryState};
use crate::domain::ids::{EntityId, SystemId};

impl Sight {
    /// Veils the hidden fields and columns of a change.
    pub fn change(&self, entity: &EntityId, system: &SystemId, change: &mut Change) {
        for (_, (was, becomes)) in change.fields.iter_mut().filter(|(field, _)| self.hides(entity, field)) {
            veil(was);
            veil(becomes);
        }
        for (_, held) in change.beside.iter_mut().filter(|(field, _)| self.hides(entity, field)) {
            veil(held);
        }
        self.cells(entity, system, &mut change.before);
        self.cells(entity, system, &mut change.cells);
    }

    /// Veils how a change stands: what was found of hidden fields, and a system's words where it was
    /// given a hidden value, which they may repeat.
    pub fn delivery_state(&self, entity: &EntityId, change: &Change, state: &mut DeliveryState) {
        let given = change.fields.keys().any(|field| self.hides(entity, field));
        match state {
            DeliveryState::AcceptedWithChanges { found, .. } | DeliveryState::Overtaken { found, .. } => {
                for (_, held) in found.iter_mut().filter(|(field, _)| self.hides(entity, field)) {
                    veil(held);
                }
            }
            DeliveryState::Retrying { message, .. }
            | DeliveryState::Refused { message, .. }
            | DeliveryState::Unknown { message, .. } => {
                if given || self.hides(entity, &change.slot) {
                    WORDS.clone_into(message);
                }
            }
            DeliveryState::Proposed { .. }
            | DeliveryState::Waiting { .. }
            | DeliveryState::Sending { .. }
            | DeliveryState::Confirmed { .. }
            | DeliveryState::ByHand { .. }
            | DeliveryState::Undone { .. } => {}
        }
    }
}
