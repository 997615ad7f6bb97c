//! The parts of a case file, and the catalog they make.

use super::{CaseError, CaseFile};
use crate::domain::catalog::{Catalog, System};
use crate::domain::cause::Past;
use crate::domain::clock::{Clocks, Measured, Offset};
use crate::domain::entity::{Entity, Field, Slot};
use crate::domain::ids::{EntityId, FieldId, RecordId, SystemId};
use crate::domain::judge::Circumstances;
use crate::domain::mapping::{FieldMapping, Mapping};
use crate::domain::policy::{EntityPolicy, Policies};
use crate::domain::record::{Holding, Reading};
use crate::domain::time::Time;
use crate::domain::value::{Cell, Cells, Held};
use crate::engine::Setup;
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
    system: SystemId,
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
    row: BTreeMap<String, toml::Value>,
    #[serde(default)]
    null: Vec<String>,
    /// Columns that are gone.
    #[serde(default)]
    unreadable: Vec<String>,
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

/// The last values on which all agreed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreedValues {
    pub since: Time,
    pub values: BTreeMap<FieldId, toml::Value>,
}

/// What a system said before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Earlier {
    system: SystemId,
    read: Time,
    /// When the row was changed then, as the system says, and by whom.
    #[serde(default)]
    changed: Option<Time>,
    #[serde(default)]
    by: Option<String>,
    values: BTreeMap<FieldId, toml::Value>,
}

/// What is known beside the values.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseCircumstances {
    #[serde(default)]
    incident: Option<String>,
    #[serde(default)]
    flips: u32,
    #[serde(default)]
    reopened: bool,
    /// A person allowed the record to be gone.
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
            settled: Vec::new(),
            reopened: own.reopened,
            allowed: own.allowed,
        }
    }
}

impl Earlier {
    pub fn of(&self, slot: &Slot<'_>) -> Option<Past> {
        let value = |field: &Field| Some(cell(self.values.get(&field.id)?)?.held());
        let shown: Option<Vec<Held>> = slot.fields().map(value).collect();
        let normal = super::normal(slot, &shown?);
        let read =
            Reading { after: None, at: self.read, modified_at: self.changed, modified_by: self.by.clone() };
        Some(Past { system: self.system.clone(), normal, read })
    }
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
    fn cells(&self) -> Cells {
        let row = self.row.iter().filter_map(|(column, value)| Some((column.clone(), cell(value)?)));
        row.chain(self.null.iter().map(|column| (column.clone(), Cell::Null))).collect()
    }

    fn names(&self, field: &Field) -> bool {
        let id = &field.id.0;
        self.row.contains_key(id) || self.null.contains(id) || self.unreadable.contains(id)
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

    fn holding(&self, mapping: &Mapping, now: Time) -> Holding {
        let cells = self.cells();
        let mapped = mapping.read(&cells);
        Holding {
            record: RecordId::default(),
            system: self.system.clone(),
            external_id: self.key.clone(),
            present: true,
            cells,
            fields: mapped.fields,
            problems: mapped.problems,
            revision: self.revision.unwrap_or(if self.first { 1 } else { 2 }),
            version: None,
            read: self.reading(now),
            token: None,
        }
    }
}

impl CaseFile {
    pub(super) fn catalog(&self) -> Result<Catalog, CaseError> {
        let fields: Vec<Field> = self.fields.iter().map(field).collect::<Result<_, _>>()?;
        let mut systems: Vec<SystemId> = Vec::new();
        for version in &self.versions {
            if !systems.contains(&version.system) {
                systems.push(version.system.clone());
            }
        }
        let mappings = systems.iter().map(|system| self.mapping(system, &fields)).collect();
        let system = |id: SystemId| System {
            label: id.0.clone(),
            id,
            connector: serde_json::json!({}),
            every_minutes: None,
        };
        let Some(first) = fields.first() else {
            return Err(CaseError("field: a case has at least one field".to_owned()));
        };
        let entity = serde_json::json!({
            "id": ENTITY, "label": "Record", "title": first.id, "fields": fields, "groups": self.groups,
        });
        let entity: Entity = serde_json::from_value(entity).map_err(|error| CaseError(error.to_string()))?;
        let own = EntityPolicy { all: self.policy.clone(), slots: self.policies.clone() };
        Ok(Catalog {
            systems: systems.into_iter().map(system).collect(),
            entities: vec![entity],
            mappings,
            incidents: crate::domain::incident::Limits::default(),
            policies: Policies([(EntityId::from(ENTITY), own)].into()),
        })
    }

    fn mapping(&self, system: &SystemId, fields: &[Field]) -> Mapping {
        let own = self.mappings.iter().find(|mapping| mapping.system == *system);
        let of_system = || self.versions.iter().filter(|version| version.system == *system);
        let said = own.map_or(&[][..], |own| &own.fields);
        let plain = fields.iter().filter(|field| said.iter().all(|own| own.field != field.id));
        let plain = plain.filter(|field| of_system().any(|version| version.names(field)));
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
            complete: false,
            new_key: None,
            null_is_empty: own.is_some_and(|own| own.null_is_empty),
            deep_link: None,
            fields: plain.chain(said.iter().cloned()).collect(),
            rows: Vec::new(),
        }
    }

    pub(super) fn holdings(&self, setup: &Setup) -> Vec<Holding> {
        let entity = EntityId::from(ENTITY);
        let own = |mapping: &Mapping| -> Vec<Holding> {
            let versions = self.versions.iter().filter(|version| version.system == mapping.system);
            versions.map(|version| version.holding(mapping, self.now)).collect()
        };
        setup.catalog.mappings_of(&entity).flat_map(own).collect()
    }

    pub(super) fn clocks(&self) -> Clocks {
        let measured = |mapping: &CaseMapping| {
            let within_ms = mapping.clock_within_ms.unwrap_or(0).max(0);
            let offset = Offset { ahead_ms: mapping.clock_offset_ms?, within_ms };
            Some((mapping.system.clone(), Measured::after(None, offset, self.now)))
        };
        Clocks(self.mappings.iter().filter_map(measured).collect())
    }
}

fn field(table: &toml::Table) -> Result<Field, CaseError> {
    let mut table = table.clone();
    let id = table.get("id").cloned().unwrap_or_else(|| toml::Value::String(String::new()));
    table.entry("label").or_insert_with(|| id.clone());
    Field::deserialize(table).map_err(|error| CaseError(format!("field {id}: {}", error.message())))
}
