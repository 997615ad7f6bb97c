//! Child rows in a case file: tables under their key, which become the column that a system keeps
//! its rows in and are read as every mapping reads it.

use super::parts::{AgreedValues, cell};
use super::{CaseError, CaseFile, parts};
use crate::domain::compare::Comparison;
use crate::domain::entity::Entity;
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::rows::{self, Children, RowsMapping};
use crate::domain::value::{Cell, Cells, Held};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One kind of child rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseChildren {
    id: FieldId,
    #[serde(default)]
    label: Option<String>,
    #[serde(rename = "field")]
    fields: Vec<toml::Table>,
}

/// Where a system keeps its rows, if not in a column called like their kind, with a member `key`
/// and members called like their fields.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseRows {
    pub children: FieldId,
    #[serde(default = "exact")]
    key_as: Comparison,
    #[serde(default)]
    column: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    members: BTreeMap<FieldId, String>,
}

fn exact() -> Comparison {
    Comparison::Exact
}

/// By kind of child rows its rows, each with its `key`.
pub(super) type Rows = BTreeMap<FieldId, Vec<toml::Table>>;

/// The member that holds a row's key.
pub(super) const KEY: &str = "key";

/// The id of a row whose key is written as people write it.
pub(super) fn id_of(expected: &FieldId) -> FieldId {
    match expected.as_str().split_once('/') {
        Some((children, key)) => FieldId(format!("{children}/{}", rows::encoded(&rows::decoded(key)))),
        None => expected.clone(),
    }
}

impl CaseChildren {
    pub fn children(&self) -> Result<Children, CaseError> {
        let fields: Result<_, _> = self.fields.iter().map(parts::field).collect();
        let place = |error: CaseError| CaseError(format!("children \"{}\": {error}", self.id));
        let label = self.label.clone().unwrap_or_else(|| self.id.0.clone());
        Ok(Children { id: self.id.clone(), label, fields: fields.map_err(place)? })
    }
}

/// The mapping of rows that say of their parts what a case file does.
fn plain(children: &Children, key_as: Comparison) -> RowsMapping {
    RowsMapping {
        children: children.id.clone(),
        column: children.id.0.clone(),
        key: KEY.to_owned(),
        key_as,
        members: children.fields.iter().map(|field| (field.id.clone(), field.id.0.clone())).collect(),
        read_only: false,
    }
}

/// Rows as a system would send them: what a row leaves out is null.
pub(super) fn column(children: &Children, rows: &[toml::Table]) -> Cell {
    let row = |row: &toml::Table| {
        let left_out = children.fields.iter().map(|field| (field.id.0.clone(), Cell::Null));
        let said = row.iter().filter_map(|(name, value)| Some((name.clone(), cell(value)?)));
        left_out.chain(said).collect()
    };
    let rows: Vec<Cells> = rows.iter().map(row).collect();
    serde_json::to_string(&rows).map_or(Cell::Null, Cell::Json)
}

impl CaseFile {
    /// How a system keeps its child rows; what no version of it names it does not keep.
    pub(super) fn rows_mappings(&self, system: &SystemId, children: &[Children]) -> Vec<RowsMapping> {
        let own = self.mapping_of(system).map_or(&[][..], |own| &own.rows);
        let of = |children: &Children| {
            let named = || self.versions_of(system).any(|version| version.names(&children.id));
            match own.iter().find(|own| own.children == children.id) {
                None => named().then(|| plain(children, exact())),
                Some(own) => {
                    let plain = plain(children, own.key_as.clone());
                    Some(RowsMapping {
                        column: own.column.clone().unwrap_or(plain.column),
                        key: own.key.clone().unwrap_or(plain.key),
                        members: plain.members.into_iter().chain(own.members.clone()).collect(),
                        ..plain
                    })
                }
            }
        };
        children.iter().filter_map(of).collect()
    }

    /// The fields of rows that are no system's. Their keys are written as in the first system that
    /// says how they are to be read.
    ///
    /// # Errors
    /// They cannot be read: why.
    pub(super) fn fields_of(&self, children: &Children, rows: &[toml::Table]) -> Result<Fields, String> {
        let said = self.mappings.iter().flat_map(|mapping| &mapping.rows);
        let mut keys = said.filter(|own| own.children == children.id).map(|own| own.key_as.clone());
        let key_as = keys.find(|key_as| *key_as != Comparison::Exact).unwrap_or(Comparison::Exact);
        let cells = Cells::from([(children.id.0.clone(), column(children, rows))]);
        plain(children, key_as).read(&cells, false)
    }

    /// What all agreed on of child rows.
    ///
    /// # Errors
    /// Some cannot be read: where, and why.
    pub(super) fn agreed_rows(&self, entity: &Entity, agreed: &AgreedValues) -> Result<Fields, String> {
        let mut fields = Fields::new();
        for children in &entity.children {
            let Some(rows) = agreed.rows.get(&children.id) else { continue };
            let read = self.fields_of(children, rows);
            let mut read = read.map_err(|why| format!("agreed.rows.{}: {why}", children.id))?;
            read.remove(&children.id);
            if !agreed.partly.contains(&children.id) {
                let none = children.fields_of(None).into_iter().map(|field| (field.id, Held::Null));
                read.extend(none);
            }
            fields.extend(read);
        }
        Ok(fields)
    }
}

pub(super) type Fields = BTreeMap<FieldId, Held>;
