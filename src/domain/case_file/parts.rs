//! The parts of a case file, and the catalog they make.

use super::expect::Values;
use super::rows::{self, CaseRows, Rows};
use super::{CaseError, CaseFile};
use crate::domain::catalog::{Catalog, System};
use crate::domain::cause::Past;
use crate::domain::clock::{Clocks, Measured, Offset};
use crate::domain::entity::{Entity, Field, Slot};
use crate::domain::ids::{EntityId, FieldId, RecordId, SystemId};
use crate::domain::incident::Limits;
use crate::domain::judge::Circumstances;
use crate::domain::mapping::{FieldMapping, Mapping};
use crate::domain::policy::{EntityPolicy, Policies};
use crate::domain::record::{Holding, Reading};
use crate::domain::rows::{Children, held as held_in};
use crate::domain::time::Time;
use crate::domain::value::{Cell, Cells, Held};
use chrono::TimeDelta;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The entity of every case.
pub(super) const ENTITY: &str = "record";

/// Noon of a day in March 2026: a case that names no time is judged then.
pub(super) fn noon() -> Time {
    Time::from_timestamp(1_773_144_000, 0).unwrap_or_default()
}

/// What is known of a system's rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseMapping {
    pub system: SystemId,
    #[serde(default)]
    machine_authors: Vec<String>,
    #[serde(default)]
    import_authors: Vec<String>,
    #[serde(default)]
    writes_as: Option<String>,
    #[serde(default)]
    null_is_empty: bool,
    /// Fields that are not a column of the same name as it stands.
    #[serde(default, rename = "field")]
    fields: Vec<FieldMapping>,
    /// Child rows that are kept or keyed in another way.
    #[serde(default)]
    pub rows: Vec<CaseRows>,
    /// The system should hold every record: one it lacks is a difference.
    #[serde(default)]
    complete: bool,
    /// It was read whole since the record was known, so that what it lacks is known.
    #[serde(default = "yes")]
    read_whole: bool,
    /// By how many milliseconds its clock runs ahead of ours.
    #[serde(default)]
    clock_offset_ms: Option<i64>,
    /// Within how many milliseconds that is known.
    #[serde(default)]
    clock_within_ms: Option<i64>,
}

/// What one system says now.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Version {
    pub system: SystemId,
    /// Another row of the same system is a duplicate of the record.
    #[serde(default = "first_row")]
    key: String,
    /// The columns. What is not here, nor null, nor unreadable, the system does not know.
    #[serde(default)]
    pub row: BTreeMap<String, toml::Value>,
    /// Child rows, by their kind.
    #[serde(default)]
    pub rows: Rows,
    #[serde(default)]
    pub null: Vec<String>,
    /// Columns that are gone.
    #[serde(default)]
    pub unreadable: Vec<String>,
    /// The row was there, and the system no longer shows it.
    #[serde(default)]
    pub deleted: bool,
    /// So many records the same read found gone, of so many that the system held.
    #[serde(default)]
    pub gone: Option<i64>,
    #[serde(default)]
    pub of: Option<i64>,
    /// When the row was changed, as the system says.
    #[serde(default)]
    changed: Option<Time>,
    /// By whom.
    #[serde(default)]
    by: Option<String>,
    /// When this was read, and the read before; the first time: `first = true`.
    #[serde(default)]
    read: Option<Time>,
    #[serde(default)]
    read_before: Option<Time>,
    #[serde(default)]
    first: bool,
    /// Records the same author changed there within ten minutes.
    #[serde(default)]
    pub burst: i64,
    /// How often the row has changed since it was first read.
    #[serde(default)]
    revision: Option<i64>,
}

fn first_row() -> String {
    "1".to_owned()
}

fn yes() -> bool {
    true
}

/// The last values on which all agreed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreedValues {
    pub since: Time,
    #[serde(default)]
    pub values: BTreeMap<FieldId, toml::Value>,
    /// Child rows, by their kind: a row that is not here was agreed not to be there, ...
    #[serde(default)]
    pub rows: Rows,
    /// ... but of these kinds nothing was ever agreed on it.
    #[serde(default)]
    pub partly: Vec<FieldId>,
}

/// What a system said before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Earlier {
    pub system: SystemId,
    read: Time,
    /// When the row was changed then, as the system says, and by whom.
    #[serde(default)]
    changed: Option<Time>,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    pub values: BTreeMap<FieldId, toml::Value>,
    #[serde(default)]
    pub rows: Rows,
}

/// What is known beside the values.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseCircumstances {
    #[serde(default)]
    incident: Option<String>,
    #[serde(default)]
    flips: u32,
    /// Values that rules gave it in the last day: a text, or the texts of a group or row.
    #[serde(default)]
    settled: Vec<Values>,
    #[serde(default)]
    reopened: bool,
    /// A person allowed the mass delete that the record is part of.
    #[serde(default)]
    allowed: bool,
    /// A person decided that exactly these values may stand.
    #[serde(default)]
    pub left_different: bool,
}

impl From<CaseCircumstances> for Circumstances {
    fn from(own: CaseCircumstances) -> Self {
        Self {
            incident: own.incident.map(Into::into),
            flips: own.flips,
            settled: own.settled.iter().map(Values::tuple).collect(),
            reopened: own.reopened,
            allowed: own.allowed,
        }
    }
}

impl Earlier {
    pub fn of(&self, case: &CaseFile, entity: &Entity, slot: &Slot<'_>) -> Option<Past> {
        let mut fields = held(&self.values);
        for children in &entity.children {
            let rows = self.rows.get(&children.id).map(|rows| case.fields_of(children, rows));
            fields.extend(rows.and_then(Result::ok).unwrap_or_default());
        }
        let shown: Option<Vec<Held>> =
            slot.fields().map(|field| held_in(&fields, &field.id).cloned()).collect();
        let normal = super::normal(slot, &shown?);
        let read =
            Reading { after: None, at: self.read, modified_at: self.changed, modified_by: self.by.clone() };
        Some(Past { system: self.system.clone(), normal, read })
    }
}

/// Values by field; what is no value is not known.
pub(super) fn held(values: &BTreeMap<FieldId, toml::Value>) -> rows::Fields {
    let held = |cell_of: &toml::Value| cell(cell_of).map_or(Held::Unknown, |cell| cell.held());
    values.iter().map(|(id, value)| (id.clone(), held(value))).collect()
}

/// A cell as a system would send it; None for what is no value.
pub(super) fn cell(value: &toml::Value) -> Option<Cell> {
    Some(match value {
        toml::Value::String(text) => Cell::Text(text.clone()),
        toml::Value::Integer(number) => Cell::Number(number.to_string()),
        toml::Value::Float(number) => Cell::Number(number.to_string()),
        toml::Value::Boolean(value) => Cell::Bool(*value),
        toml::Value::Datetime(time) => Cell::Text(time.to_string()),
        toml::Value::Array(_) | toml::Value::Table(_) => Cell::Json(serde_json::to_string(value).ok()?),
    })
}

impl Version {
    fn cells(&self, children: &[Children]) -> Cells {
        let row = self.row.iter().filter_map(|(column, value)| Some((column.clone(), cell(value)?)));
        let rows = children.iter().filter_map(|own| Some((own, self.rows.get(&own.id)?)));
        let rows = rows.map(|(own, rows)| (own.id.0.clone(), rows::column(own, rows)));
        row.chain(rows).chain(self.null.iter().map(|column| (column.clone(), Cell::Null))).collect()
    }

    /// Whether it says anything of a field or of a kind of child rows.
    pub fn names(&self, id: &FieldId) -> bool {
        let named = self.row.contains_key(&id.0) || self.rows.contains_key(id);
        named || self.null.contains(&id.0) || self.unreadable.contains(&id.0)
    }

    /// Whether it stays as it was held, since too much is gone at once and nobody allowed it.
    pub fn is_held(&self, circumstances: &CaseCircumstances) -> bool {
        let mass = self.gone.zip(self.of).is_some_and(|(gone, of)| Limits::default().is_mass(gone, of));
        self.deleted && mass && !circumstances.allowed
    }

    fn reading(&self, now: Time) -> Reading {
        let at = self.read.unwrap_or(now);
        let before = self.read_before.unwrap_or(at - TimeDelta::hours(24));
        Reading {
            after: (!self.first).then_some(before),
            at,
            modified_at: self.changed,
            modified_by: self.by.clone(),
        }
    }

    fn holding(&self, mapping: &Mapping, case: &CaseFile, children: &[Children]) -> Holding {
        let cells = self.cells(children);
        let mapped = mapping.read(&cells);
        Holding {
            record: RecordId::default(),
            system: self.system.clone(),
            external_id: self.key.clone(),
            present: !self.deleted || self.is_held(&case.circumstances),
            cells,
            fields: mapped.fields,
            problems: mapped.problems,
            revision: self.revision.unwrap_or(if self.first { 1 } else { 2 }),
            version: None,
            read: self.reading(case.now),
            token: None,
        }
    }
}

impl CaseFile {
    pub(super) fn mapping_of(&self, system: &SystemId) -> Option<&CaseMapping> {
        self.mappings.iter().find(|mapping| mapping.system == *system)
    }

    pub(super) fn versions_of(&self, system: &SystemId) -> impl Iterator<Item = &Version> {
        self.versions.iter().filter(move |version| version.system == *system)
    }

    /// The configuration that the case is about: its systems are those that say something, in that
    /// order, and then those that a mapping alone names, which lack the record.
    pub(super) fn catalog(&self) -> Result<Catalog, CaseError> {
        let fields: Vec<Field> = self.fields.iter().map(field).collect::<Result<_, _>>()?;
        let children: Vec<Children> =
            self.children.iter().map(rows::CaseChildren::children).collect::<Result<_, _>>()?;
        let mut systems: Vec<SystemId> = Vec::new();
        let speaking = self.versions.iter().map(|version| &version.system);
        for system in speaking.chain(self.mappings.iter().map(|mapping| &mapping.system)) {
            if !systems.contains(system) {
                systems.push(system.clone());
            }
        }
        let mappings = systems.iter().map(|system| self.mapping(system, &fields, &children)).collect();
        let system = |id: SystemId| System {
            label: id.0.clone(),
            id,
            connector: serde_json::json!({}),
            every_minutes: None,
            writes_per_second: None,
        };
        let Some(first) = fields.first() else {
            return Err(CaseError("field: a case has at least one field".to_owned()));
        };
        let entity = Entity {
            id: ENTITY.into(),
            label: "Record".to_owned(),
            process: String::new(),
            title: first.id.clone(),
            groups: self.groups.clone(),
            fields,
            children,
        };
        let own = EntityPolicy { all: self.policy.clone(), slots: self.policies.clone() };
        Ok(Catalog {
            systems: systems.into_iter().map(system).collect(),
            entities: vec![entity],
            mappings,
            incidents: Limits::default(),
            policies: Policies([(EntityId::from(ENTITY), own)].into()),
        })
    }

    fn mapping(&self, system: &SystemId, fields: &[Field], children: &[Children]) -> Mapping {
        let own = self.mapping_of(system);
        let said = own.map_or(&[][..], |own| &own.fields);
        let plain = fields.iter().filter(|field| said.iter().all(|own| own.field != field.id));
        let plain = plain.filter(|field| self.versions_of(system).any(|version| version.names(&field.id)));
        let plain = plain.map(|field| FieldMapping {
            field: field.id.clone(),
            columns: vec![field.id.0.clone()],
            transforms: Vec::new(),
            read_only: false,
            max_length: None,
        });
        Mapping {
            system: system.clone(),
            entity: ENTITY.into(),
            object: "rows".to_owned(),
            key: "key".to_owned(),
            link: None,
            modified_at: None,
            modified_by: None,
            machine_authors: own.map_or(Vec::new(), |own| own.machine_authors.clone()),
            import_authors: own.map_or(Vec::new(), |own| own.import_authors.clone()),
            writes_as: own.and_then(|own| own.writes_as.clone()),
            complete: own.is_some_and(|own| own.complete),
            new_key: None,
            null_is_empty: own.is_some_and(|own| own.null_is_empty),
            deep_link: None,
            fields: plain.chain(said.iter().cloned()).collect(),
            rows: self.rows_mappings(system, children),
        }
    }

    /// What the systems hold, in the order of the configuration.
    pub(super) fn holdings(&self, catalog: &Catalog) -> Vec<Holding> {
        let entity = EntityId::from(ENTITY);
        let children = catalog.entities.first().map_or(&[][..], |entity| &entity.children);
        let own = |mapping: &Mapping| -> Vec<Holding> {
            let versions = self.versions_of(&mapping.system);
            versions.map(|version| version.holding(mapping, self, children)).collect()
        };
        catalog.mappings_of(&entity).flat_map(own).collect()
    }

    pub(super) fn clocks(&self) -> Clocks {
        let measured = |mapping: &CaseMapping| {
            let within_ms = mapping.clock_within_ms.unwrap_or(0).max(0);
            let offset = Offset { ahead_ms: mapping.clock_offset_ms?, within_ms };
            Some((mapping.system.clone(), Measured::after(None, offset, self.now)))
        };
        Clocks(self.mappings.iter().filter_map(measured).collect())
    }

    /// Whether a system was read whole since the record was known; it was, unless the case says no.
    pub(super) fn was_read_whole(&self, system: &SystemId) -> bool {
        self.mapping_of(system).is_none_or(|mapping| mapping.read_whole)
    }
}

pub(super) fn field(table: &toml::Table) -> Result<Field, CaseError> {
    let mut table = table.clone();
    let id = table.get("id").cloned().unwrap_or_else(|| toml::Value::String(String::new()));
    table.entry("label").or_insert_with(|| id.clone());
    Field::deserialize(table).map_err(|error| CaseError(format!("field {id}: {}", error.message())))
}
