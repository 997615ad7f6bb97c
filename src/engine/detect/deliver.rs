//! Which writes a decision needs: one delivery for every system whose normalised value differs.

use crate::domain::delivery::{Change, DeliveryState};
use crate::domain::diff;
use crate::domain::entity::{Entity, Field, Slot};
use crate::domain::ids::{ConflictId, FieldId, RecordId, ResolutionId, SystemId};
use crate::domain::mapping::Mapping;
use crate::domain::record::Holding;
use crate::domain::rows;
use crate::domain::time::Time;
use crate::domain::transform::TransformError;
use crate::domain::value::{Cell, Cells, Held, Tuple};
use crate::engine::Setup;
use crate::store::WriteSession;
use crate::store::resolutions::Delivery;
use std::collections::BTreeMap;

/// One system's share of what a decision writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    pub system: SystemId,
    pub external_id: Option<String>,
    pub change: Change,
    /// The system takes writes from us; otherwise a person enters it there.
    pub writable: bool,
}

/// What giving every system `target` for a slot takes. A system that is already equal after
/// normalising gets nothing: never a write for formatting alone. Nor does one whose value cannot
/// be read: nobody saw what would be lost, and what it says once it can be read is judged then.
///
/// # Errors
/// A system cannot store the value: which one, and why.
pub fn plan(
    setup: &Setup,
    entity: &Entity,
    slot: &Slot<'_>,
    target: &Tuple,
    holdings: &[Holding],
) -> Result<Vec<Targets>, (SystemId, TransformError)> {
    let asks = Asks::of(slot, target, holdings);
    let mut plan = Vec::new();
    for holding in holdings.iter().filter(|holding| holding.present) {
        let Some(mapping) = setup.catalog.mapping(&holding.system, &entity.id) else { continue };
        let Some(shown) = diff::shown(slot, holding) else { continue };
        if shown.contains(&Held::Unknown) || asks.nothing_of(slot, &shown) {
            continue;
        }
        let change = change(mapping, slot, &shown, &asks, &holding.cells)
            .map_err(|error| (holding.system.clone(), error))?;
        plan.push(Targets {
            system: holding.system.clone(),
            external_id: Some(holding.external_id.clone()),
            writable: writable(setup, mapping, slot),
            change,
        });
    }
    Ok(plan)
}

/// What a decision asks of every system.
struct Asks<'a> {
    target: &'a Tuple,
    /// Values that are near the target are too far from each other: each becomes exactly it.
    exactly: bool,
}

impl<'a> Asks<'a> {
    fn of(slot: &Slot<'_>, target: &'a Tuple, holdings: &[Holding]) -> Self {
        let present = holdings.iter().filter(|holding| holding.present);
        let near: Vec<Tuple> = present
            .filter_map(|holding| diff::shown(slot, holding))
            .filter(|shown| diff::same(slot, shown, target))
            .collect();
        let apart = |one: &Tuple| near.iter().any(|other| !diff::same(slot, one, other));
        Self { target, exactly: near.iter().any(apart) }
    }

    fn nothing_of(&self, slot: &Slot<'_>, shown: &Tuple) -> bool {
        let mut fields = slot.fields().zip(shown).zip(self.target);
        fields.all(|((field, was), becomes)| !self.differs(field, was, becomes))
    }

    fn differs(&self, field: &Field, was: &Held, becomes: &Held) -> bool {
        let exactly = || field.comparison.normal(was) != field.comparison.normal(becomes);
        !field.comparison.same(was, becomes) || (self.exactly && exactly())
    }
}

fn change(
    mapping: &Mapping,
    slot: &Slot<'_>,
    shown: &Tuple,
    asks: &Asks<'_>,
    current: &Cells,
) -> Result<Change, TransformError> {
    let (mut fields, mut beside) = (BTreeMap::new(), BTreeMap::new());
    for ((field, was), becomes) in slot.fields().zip(shown).zip(asks.target) {
        if asks.differs(field, was, becomes) {
            let text = becomes.value().unwrap_or("");
            let becomes = field.comparison.in_the_form_of(was, becomes);
            let becomes = becomes.map_err(|problem| TransformError::unwritable(text, problem.0))?;
            fields.insert(field.id.clone(), (was.clone(), becomes));
        } else {
            beside.insert(field.id.clone(), was.clone());
        }
    }
    let values = fields.iter().map(|(id, (_, becomes))| (id.clone(), becomes.clone())).collect();
    let cells = mapping.write(&values, current).map_err(|(_, error)| error)?;
    let before = current.iter().filter(|(column, _)| cells.contains_key(*column));
    let before = before.map(|(column, cell)| (column.clone(), cell.clone())).collect();
    Ok(Change {
        create: false,
        remove: false,
        form: false,
        slot: slot.id.clone(),
        fields,
        beside,
        before,
        cells,
    })
}

/// Whether Referee may write the slot there by itself.
pub fn writable(setup: &Setup, mapping: &Mapping, slot: &Slot<'_>) -> bool {
    let read_only = slot.fields().any(|field| mapping.is_read_only(&field.id));
    setup.state(&mapping.system).writes_enabled && !read_only
}

/// The rows of a record, to be removed wherever it still is.
pub fn removals(setup: &Setup, entity: &Entity, slot: &FieldId, holdings: &[Holding]) -> Vec<Targets> {
    let present = holdings.iter().filter(|holding| holding.present);
    let mapped = present.filter(|holding| setup.catalog.mapping(&holding.system, &entity.id).is_some());
    // A row of which some field is only read is nothing to be removed by itself.
    let writable = |holding: &Holding| {
        let mapping = setup.catalog.mapping(&holding.system, &entity.id);
        let writes = mapping.is_some_and(|mapping| {
            let fields = mapping.fields.iter().all(|field| !field.read_only);
            fields && mapping.rows.iter().all(|rows| !rows.read_only)
        });
        writes && setup.state(&holding.system).writes_enabled
    };
    let removal = |holding: &Holding| Targets {
        system: holding.system.clone(),
        external_id: Some(holding.external_id.clone()),
        writable: writable(holding),
        change: Change {
            create: false,
            remove: true,
            form: false,
            slot: slot.clone(),
            fields: holding.fields.iter().map(|(id, was)| (id.clone(), (was.clone(), Held::Null))).collect(),
            beside: BTreeMap::new(),
            before: holding.cells.clone(),
            cells: Cells::new(),
        },
    };
    mapped.map(removal).collect()
}

/// A row for a system that lacks the record, made of the record's present values.
///
/// # Errors
/// A value cannot be stored there.
pub fn creation(
    setup: &Setup,
    entity: &Entity,
    slot: &FieldId,
    system: &SystemId,
    link: Option<&str>,
    holdings: &[Holding],
) -> Result<Option<Targets>, (SystemId, TransformError)> {
    let Some(mapping) = setup.catalog.mapping(system, &entity.id) else { return Ok(None) };
    let values: BTreeMap<FieldId, Held> = mapping
        .fields
        .iter()
        .filter_map(|own| Some((own.field.clone(), best(setup, entity, &own.field, holdings)?)))
        .collect();
    let rows = mapping.rows.iter().flat_map(|rows| best_rows(setup, entity, &rows.children, holdings));
    let values: BTreeMap<FieldId, Held> = values.into_iter().chain(rows).collect();
    let mut cells = mapping.write(&values, &Cells::new()).map_err(|(_, error)| (system.clone(), error))?;
    let fields = values.into_iter().map(|(id, value)| (id, (Held::Null, value))).collect();
    if let Some((column, link)) = mapping.link.as_ref().zip(link) {
        cells.insert(column.clone(), Cell::Text(link.to_owned()));
    }
    if let Some((template, link)) = mapping.new_key.as_ref().zip(link) {
        cells.insert(mapping.key.clone(), Cell::Text(template.replace("{link}", link)));
    }
    let writable = setup.state(system).writes_enabled;
    let (slot, beside, before) = (slot.clone(), BTreeMap::new(), Cells::new());
    let change = Change { create: true, remove: false, form: false, slot, fields, beside, before, cells };
    Ok(Some(Targets { system: system.clone(), external_id: None, change, writable }))
}

/// A field's value as its source of truth has it, or else the first system that has one.
fn best(setup: &Setup, entity: &Entity, field: &FieldId, holdings: &[Holding]) -> Option<Held> {
    let slot = entity.slots().into_iter().find(|slot| slot.fields().any(|own| own.id == *field))?;
    let source = setup.policy(entity, &slot).source_of_truth;
    let value = |holding: &Holding| holding.fields.get(field).filter(|held| **held != Held::Unknown).cloned();
    let present = || holdings.iter().filter(|holding| holding.present);
    let first = present().find(|holding| Some(&holding.system) == source.as_ref()).and_then(value);
    first.or_else(|| present().find_map(value))
}

/// Every field of child rows, as their source of truth has them, or else the first system whose
/// rows are known.
fn best_rows(
    setup: &Setup,
    entity: &Entity,
    children: &FieldId,
    holdings: &[Holding],
) -> BTreeMap<FieldId, Held> {
    let Some(slot) = entity.slot(children) else { return BTreeMap::new() };
    let source = setup.policy(entity, &slot).source_of_truth;
    let known = |holding: &&Holding| holding.present && holding.fields.get(children) == Some(&Held::Null);
    let known: Vec<&Holding> = holdings.iter().filter(known).collect();
    let first = known.iter().find(|holding| Some(&holding.system) == source.as_ref()).or(known.first());
    let of = |id: &FieldId| {
        rows::row_of_field(id).is_some()
            && rows::member_of(id).is_some_and(|(own, _)| own == children.as_str())
    };
    let fields = first.into_iter().flat_map(|holding| &holding.fields).filter(|(id, _)| of(id));
    fields.map(|(id, held)| (id.clone(), held.clone())).collect()
}

impl Targets {
    /// The target as a delivery of a resolution, held until then.
    #[must_use]
    pub fn delivery(
        self,
        w: &WriteSession,
        resolution: &ResolutionId,
        conflict: &ConflictId,
        record: &RecordId,
        entity: &Entity,
        held_until: Time,
    ) -> Delivery {
        let now = w.now();
        let state = if self.writable {
            DeliveryState::Waiting { until: held_until }
        } else {
            DeliveryState::ByHand { since: now }
        };
        Delivery {
            id: w.new_id().into(),
            resolution: resolution.clone(),
            conflict: conflict.clone(),
            record: record.clone(),
            system: self.system,
            entity: entity.id.clone(),
            external_id: self.external_id,
            change: self.change,
            state,
            // The key exists before the first try, and is the same for every try.
            idempotency_key: w.new_id(),
            lease_until: None,
            fence: 0,
            created_at: now,
        }
    }
}
