//! What the SQL kinds share: names that were found in the catalogue, and the statements.
//!
//! No name reaches a statement that the catalogue did not give: a mapping's name is only ever
//! compared with the catalogue's. Values are always parameters.

mod page;
mod pull;
mod server;
mod statement;
mod told;

pub(super) use page::{Found, Unreadable, keyless, keys_in_order, one};
pub(super) use pull::WAITS;
pub(super) use server::{Driver, Of, Server};
pub(super) use statement::{Dialect, Param, Selection, Statement};
pub(super) use told::Told;

use super::{ConnectorError, ObjectDescription};
use std::fmt::Write as _;

/// A table or view as the catalogue has it.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The name mappings use.
    pub name: String,
    /// The quoted name statements use.
    pub quoted: String,
    pub columns: Vec<Column>,
}

/// A column as the catalogue has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    pub name: String,
    /// The declared type, for people.
    pub declared: String,
    /// The type a text is cast to before it is compared or stored.
    pub cast: String,
    /// The type under a domain: decides what its values are.
    pub base: String,
    /// Where the column stands in the primary key, from 1.
    pub key: Option<usize>,
}

impl Table {
    /// The column of exactly that name.
    ///
    /// # Errors
    /// `Shape`, naming the column.
    pub fn column(&self, name: &str) -> Result<&Column, ConnectorError> {
        self.columns
            .iter()
            .find(|column| column.name == name)
            .ok_or_else(|| ConnectorError::Shape(format!("{} has no column {name:?}", self.name)))
    }

    pub fn description(&self) -> ObjectDescription {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key.is_some()).collect();
        key.sort_by_key(|column| column.key);
        ObjectDescription {
            name: self.name.clone(),
            columns: self.columns.iter().map(|c| (c.name.clone(), c.declared.clone())).collect(),
            key: key.into_iter().map(|column| column.name.clone()).collect(),
        }
    }
}

impl Column {
    /// The column in a statement that calls the table `t`. Without the `t` SQLite would read the
    /// quoted name of a column that has vanished as a text.
    pub fn quoted(&self) -> String {
        format!("t.{}", quote(&self.name))
    }
}

/// A name as an SQL identifier.
pub(super) fn quote(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    let _ = write!(quoted, "\"{}\"", name.replace('"', "\"\""));
    quoted
}

/// The error of a table the catalogue does not have.
pub(super) fn no_table(place: &str, name: &str) -> ConnectorError {
    ConnectorError::Shape(format!("{place} has no table or view {name:?}"))
}
