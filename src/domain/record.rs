//! Records: what each system holds about one real-world thing, and what all agreed on.

use super::ids::{FieldId, RecordId, SystemId, VersionId};
use super::time::Time;
use super::value::{Cells, Held};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one system currently says about one record, mapped into the entity's fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding {
    pub record: RecordId,
    pub system: SystemId,
    pub external_id: String,
    /// False once a completed full pull or a delete event showed it gone.
    pub present: bool,
    pub cells: Cells,
    pub fields: BTreeMap<FieldId, Held>,
    /// Why a field is unknown.
    pub problems: BTreeMap<FieldId, String>,
    pub revision: i64,
    pub version: Option<VersionId>,
    pub read: Reading,
    /// The system's own version of the row.
    pub token: Option<String>,
}

/// Systems that hold two or more present rows of one record, with their identifiers. Nobody knows
/// which of them is the record until a person says so.
#[must_use]
pub fn duplicates(holdings: &[Holding]) -> BTreeMap<SystemId, Vec<String>> {
    // Nearly every record is held once by each.
    let present = |at: usize| holdings[..at].iter().filter(|own| own.present);
    let twice = |at: usize| present(at).any(|own| own.system == holdings[at].system);
    if !(1..holdings.len()).any(|at| holdings[at].present && twice(at)) {
        return BTreeMap::new();
    }
    let mut ids: BTreeMap<SystemId, Vec<String>> = BTreeMap::new();
    for holding in holdings.iter().filter(|holding| holding.present) {
        ids.entry(holding.system.clone()).or_default().push(holding.external_id.clone());
    }
    ids.retain(|_, ids| ids.len() > 1);
    ids
}

/// The holdings that are compared and written to: all but those of systems with duplicates.
#[must_use]
pub fn comparable(holdings: &[Holding]) -> Vec<Holding> {
    let duplicates = duplicates(holdings);
    holdings.iter().filter(|holding| !duplicates.contains_key(&holding.system)).cloned().collect()
}

/// When a value was learned, and what the source said of its last change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The change happened after this read; None at the first one.
    pub after: Option<Time>,
    pub at: Time,
    pub modified_at: Option<Time>,
    pub modified_by: Option<String>,
}

/// A value on which all systems agreed, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed(pub Held, #[serde(with = "stamp")] pub Time);

/// Per field the last agreed value: the common ancestor. Values are normal forms' originals:
/// the text of the system that speaks first in the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Base(pub BTreeMap<FieldId, Agreed>);

impl Base {
    /// The agreed values of these fields and the newest of their times; None until each has one.
    #[must_use]
    pub fn tuple<'a>(&self, fields: impl Iterator<Item = &'a FieldId>) -> Option<(Vec<Held>, Time)> {
        let agreed: Option<Vec<&Agreed>> = fields.map(|field| self.0.get(field)).collect();
        let agreed = agreed?;
        let since = agreed.iter().map(|a| a.1).max()?;
        Some((agreed.iter().map(|a| a.0.clone()).collect(), since))
    }
}

mod stamp {
    use crate::domain::time::{Time, parse_stamp, stamp};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&stamp(*time))
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        parse_stamp(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
