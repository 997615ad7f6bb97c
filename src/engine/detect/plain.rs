//! The plain case, which is nearly every record of a first load: each system holds it once, all say the
//! same to the letter, nothing is open or on its way, and no policy tidies what is agreed. Only what is
//! agreed advances, and none of what the judge works out of differences is needed.

use super::load::{Batch, Loaded};
use super::ruling::Ruling;
use crate::domain::entity::{Entity, Slot};
use crate::domain::ids::RecordId;
use crate::domain::record::{Agreed, Base, Holding};
use crate::domain::rows;
use crate::domain::time::Time;
use crate::domain::value::Held;
use crate::engine::Setup;

impl Batch {
    /// The ruling on a record in the plain case; None where it is another, for the judge to look at.
    pub(super) fn plain(&self, id: &RecordId) -> Option<Ruling> {
        let Loaded { all, base, differences, exceptions, .. } = self.of(id)?;
        let idle =
            differences.is_empty() && exceptions.is_empty() && Self::may_be_plain(&self.setup, &self.entity);
        if !idle || !self.is_held_once_everywhere(all) {
            return None;
        }
        let (mut base, mut moved) = (base, false);
        for slot in self.entity.slots() {
            moved |= self.advance(&slot, all, &mut base)?;
        }
        let base = moved.then(|| (id.clone(), base));
        Some(Ruling { base, ..Ruling::default() })
    }

    /// Whether there can be plain cases of an entity at all.
    pub(super) fn may_be_plain(setup: &Setup, entity: &Entity) -> bool {
        entity.children.is_empty() && setup.shadows.is_empty() && !setup.policies.tidies(entity)
    }

    fn is_held_once_everywhere(&self, all: &[Holding]) -> bool {
        let mut systems = 0;
        let once = self.setup.catalog.mappings_of(&self.entity.id).all(|mapping| {
            systems += 1;
            let mut own = all.iter().filter(|holding| holding.system == mapping.system);
            own.next().is_some_and(|holding| holding.present) && own.next().is_none()
        });
        once && systems == all.len()
    }

    /// Advances what is agreed of a slot; whether that moved. None where not all say the same, or
    /// somebody cannot be read.
    fn advance(&self, slot: &Slot<'_>, all: &[Holding], base: &mut Base) -> Option<bool> {
        let speaks = |own: &&Holding| slot.fields().all(|field| rows::held(&own.fields, &field.id).is_some());
        let mut voices = all.iter().filter(speaks);
        let Some(first) = voices.next() else { return Some(false) };
        let mut latest = first.read.modified_at;
        for other in voices {
            let same = |field| rows::held(&first.fields, field) == rows::held(&other.fields, field);
            if !slot.fields().all(|field| same(&field.id)) {
                return None;
            }
            latest = latest.zip(other.read.modified_at).map(|(one, other)| one.max(other));
        }
        let now = self.now;
        let since: Time = latest.filter(|time| *time <= now).unwrap_or(now);
        let mut moved = false;
        for field in slot.fields() {
            let held = rows::held(&first.fields, &field.id).filter(|held| **held != Held::Unknown)?;
            let known = base.0.get(&field.id);
            // One that is merely near leaves the base where it is, or it would creep.
            if known.is_none_or(|agreed| !field.comparison.same(&agreed.0, held)) {
                base.0.insert(field.id.clone(), Agreed(held.clone(), since));
                moved = true;
            }
        }
        Some(moved)
    }
}
