//! What systems held of records before, and what Referee wrote: read only for records that differ.

use super::load::Batch;
use crate::domain::cause::Past;
use crate::domain::delivery::DeliveryState;
use crate::domain::diff::{self, Compared, Standing};
use crate::domain::entity::{Entity, Slot};
use crate::domain::ids::{FieldId, RecordId, SystemId};
use crate::domain::past;
use crate::domain::record::{Base, Holding, Reading};
use crate::domain::rows;
use crate::domain::value::{Held, Tuple};
use crate::engine::Setup;
use crate::store::holdings::{self, Version};
use crate::store::resolutions::Delivery;
use crate::store::{Session, StoreError};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Versions read of a record and system, the present one among them; as many as
/// [`holdings::newest_versions`] gives.
const KNOWN: usize = 5;

/// What a system held before its present row.
pub(in crate::engine) struct Earlier {
    system: SystemId,
    fields: BTreeMap<FieldId, Held>,
    read: Reading,
    /// It was read back after a delivery of ours.
    ours: bool,
}

/// The earlier versions of those records that differ, newest first.
pub(super) async fn load(
    s: &mut Session,
    batch: &Batch,
) -> Result<HashMap<RecordId, Vec<Earlier>>, StoreError> {
    let (setup, entity) = (&batch.setup, &batch.entity);
    let none = Base::default();
    let differing: Vec<&RecordId> = batch
        .held()
        .filter(|record| {
            let holdings = batch.compared(record);
            has_history(holdings) && differs(entity, batch.base(record).unwrap_or(&none), holdings)
        })
        .collect();
    let mut earlier: HashMap<RecordId, Vec<Earlier>> = HashMap::new();
    for version in holdings::newest_versions(s, &differing).await? {
        let is_now = |own: &Holding| own.version.as_ref() == Some(&version.id);
        if !version.present || batch.compared(&version.record).iter().any(is_now) {
            continue;
        }
        let record = version.record.clone();
        earlier.entry(record).or_default().extend(through(setup, entity, version));
    }
    // Ids made in one transaction are in no order: a first change writes two versions.
    for own in earlier.values_mut() {
        own.sort_by_key(|version| Reverse(version.read.at));
    }
    Ok(earlier)
}

/// A row that never changed has no earlier version.
fn has_history(holdings: &[Holding]) -> bool {
    holdings.len() > 1 && holdings.iter().any(|holding| holding.revision > 1)
}

/// Whether any slot differs; rows that are alike cell by cell are not compared in full.
fn differs(entity: &Entity, base: &Base, holdings: &[Holding]) -> bool {
    let Some((first, others)) = holdings.split_first() else { return false };
    let unlike = |field: &FieldId, held: &Held| {
        others.iter().any(|other| rows::held(&other.fields, field).is_some_and(|own| own != held))
    };
    let others_have_more =
        || others.iter().flat_map(|other| other.fields.keys()).any(|id| !first.fields.contains_key(id));
    if !first.fields.iter().any(|(field, held)| unlike(field, held)) && !others_have_more() {
        return false;
    }
    let slots = entity.slots_of(base, holdings, std::iter::empty());
    let mut slots = slots.iter().filter(|slot| !slot.is_all_rows());
    slots.any(|slot| matches!(diff::compare(slot, base, holdings).standing, Standing::Differs(_)))
}

fn through(setup: &Setup, entity: &Entity, version: Version) -> Option<Earlier> {
    let mapping = setup.catalog.mapping(&version.system, &entity.id)?;
    Some(Earlier {
        fields: mapping.read(&version.cells).fields,
        ours: version.origin == "write",
        read: version.read,
        system: version.system,
    })
}

impl Earlier {
    fn shown(&self, slot: &Slot<'_>) -> Option<Tuple> {
        let values: Option<Tuple> =
            slot.fields().map(|field| rows::held(&self.fields, &field.id).cloned()).collect();
        values.filter(|values| !values.contains(&Held::Unknown))
    }
}

impl Batch {
    /// What systems held of a slot before, newest first.
    pub fn past(&self, record: &RecordId, slot: &Slot<'_>) -> Vec<Past> {
        let past = |own: &Earlier| {
            let normal = diff::normal(slot, &own.shown(slot)?);
            Some(Past { system: own.system.clone(), normal, read: own.read.clone() })
        };
        self.earlier(record).filter_map(past).collect()
    }

    /// Dates the candidates of a slot by the versions in which their values appeared.
    pub fn date(&self, record: &RecordId, slot: &Slot<'_>, compared: &mut Compared) {
        past::date(compared, &self.past(record, slot), |system| self.knows_all(record, system));
    }

    /// Whether the earlier versions that were read are all there are of a system.
    pub fn knows_all(&self, record: &RecordId, system: &SystemId) -> bool {
        self.earlier(record).filter(|own| own.system == *system).count() < KNOWN - 1
    }

    /// What Referee last wrote of a slot, by system: by a delivery that arrived, or as the value
    /// that stood there right before the present one.
    pub fn written(&self, record: &RecordId, slot: &Slot<'_>) -> BTreeMap<SystemId, Tuple> {
        let mut written = BTreeMap::new();
        let mut known: Vec<&SystemId> = Vec::new();
        for earlier in self.earlier(record) {
            if !known.contains(&&earlier.system) {
                known.push(&earlier.system);
                let values = earlier.shown(slot).filter(|_| earlier.ours);
                written.extend(values.map(|values| (earlier.system.clone(), values)));
            }
        }
        let arrived = self.all_deliveries().filter(|own| own.record == *record && arrived(&own.state));
        for delivery in arrived.filter(|own| own.change.slot == *slot.id) {
            written.extend(goal(delivery, slot).map(|values| (delivery.system.clone(), values)));
        }
        written
    }
}

fn arrived(state: &DeliveryState) -> bool {
    matches!(state, DeliveryState::Confirmed { .. } | DeliveryState::AcceptedWithChanges { .. })
}

/// The values a delivery gave the whole slot.
fn goal(delivery: &Delivery, slot: &Slot<'_>) -> Option<Tuple> {
    let change = &delivery.change;
    let goal =
        |id: &FieldId| change.fields.get(id).map(|(_, goal)| goal).or_else(|| change.beside.get(id)).cloned();
    slot.fields().map(|field| goal(&field.id)).collect()
}
