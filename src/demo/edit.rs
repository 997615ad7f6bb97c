//! One plain change of one row of one system: what a person, an import or a program does there.

use super::people::copied;
use super::rows::{Record, Row, Value};
use super::system::{System, Table};
use crate::domain::time::Time;

/// A change, with when and by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub system: System,
    pub table: Table,
    /// The key of the row in that system.
    pub key: String,
    pub change: Change,
    pub at: Time,
    pub by: String,
}

/// What is done to the row.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// These columns get these values; with none the row is written again as it is.
    Set(Row),
    Insert(Row),
    Delete,
}

impl Edit {
    /// What has to be written for a record to become another; None if the system does not
    /// hold what differs.
    pub fn between<R: Record>(system: System, before: &R, after: &R, at: Time, by: &str) -> Option<Self> {
        let (old, new) = (before.row(system), after.row(system));
        let changed: Row = new.into_iter().filter(|column| !old.contains(column)).collect();
        (!changed.is_empty()).then(|| Self::set(system, before, changed, at, by))
    }

    /// These columns get these values.
    pub fn set<R: Record>(system: System, record: &R, columns: Row, at: Time, by: &str) -> Self {
        Self {
            system,
            table: R::TABLE,
            key: record.key(system),
            change: Change::Set(columns),
            at,
            by: by.to_owned(),
        }
    }

    /// One column gets a value.
    pub fn column<R: Record>(
        system: System,
        record: &R,
        (column, value): (&'static str, impl Into<Value>),
        at: Time,
        by: &str,
    ) -> Self {
        Self::set(system, record, vec![(column, value.into())], at, by)
    }

    /// The row is written again with what it holds already.
    pub fn rewrite<R: Record>(system: System, record: &R, at: Time, by: &str) -> Self {
        Self::set(system, record, Row::new(), at, by)
    }

    pub fn insert<R: Record>(system: System, record: &R, at: Time, by: &str) -> Self {
        Self { change: Change::Insert(record.row(system)), ..Self::rewrite(system, record, at, by) }
    }

    pub fn delete<R: Record>(system: System, record: &R, at: Time, by: &str) -> Self {
        Self { change: Change::Delete, ..Self::rewrite(system, record, at, by) }
    }

    /// A change that starts in one system and reaches the others some minutes later.
    pub fn everywhere<R: Record>(origin: System, before: &R, after: &R, at: Time, by: &str) -> Vec<Self> {
        let edit = |system: System| match system == origin {
            true => Self::between(system, before, after, at, by),
            false => {
                let at = copied(at, system, before.turn());
                Self::between(system, before, after, at, system.copier(R::TABLE))
            }
        };
        // The origin first, as it happened.
        let others = System::ALL.into_iter().filter(|system| *system != origin);
        std::iter::once(origin).chain(others).filter_map(edit).collect()
    }
}
