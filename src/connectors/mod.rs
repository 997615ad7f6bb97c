//! Connectors: the code that talks to one kind of system, behind one trait.
//!
//! A connector knows rows and columns, not entities: mappings turn one into the other.
//! [`open`] makes one from its settings; it does no I/O, so a system that is down is found by
//! the first call. Every call has a total deadline of [`DEADLINE`].

mod calls;
pub mod exchange;
mod files;
mod idle;
mod json;
mod lexeme;
pub mod mail;
mod mysql;
mod open;
mod postgres;
mod rest;
pub mod scan;
mod sql;
mod sqlite;
mod time;

pub use files::{FileFormat, FileObject, FilesSettings};
pub use mysql::MysqlSettings;
pub use open::{Secret, Settings, open};
pub use postgres::{PostgresSettings, Tls};
pub use rest::{Auth, Collection, Paging, RestSettings, WriteMethod};
pub use sqlite::SqliteSettings;

use crate::domain::time::Time;
use crate::domain::value::{Cell, Cells};
use futures_util::future::BoxFuture;
use scan::{Order, Scan, ScanSpec};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

/// Longest time to a connection.
pub const CONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// Longest time of one call, from its start to its whole answer.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// What a kind of system can do; shown to the admin and asked by the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// A write can be made conditional on the values or version just read.
    pub condition: bool,
    pub create: bool,
    pub delete: bool,
    /// Rows carry a modified time, so changes can be pulled since an instant.
    pub modified_time: bool,
    /// A full pull comes ordered by key in byte order, and a page's `next` is its last key.
    pub ordered: bool,
}

/// What to read of a system: an object, its key and the columns wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectSpec {
    pub object: String,
    pub key: String,
    pub modified_at: Option<String>,
    pub modified_by: Option<String>,
    /// Column names or JSON Pointers, the above among them.
    pub columns: BTreeSet<String>,
}

/// One row as the system has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub key: String,
    pub cells: Cells,
    pub modified_at: Option<Time>,
    pub modified_by: Option<String>,
    /// The system's own version of the row (an ETag), where it has one.
    pub token: Option<String>,
}

/// Which rows a pull wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Full,
    /// Changed at or after this instant.
    Since(Time),
}

/// One page of a pull; `next` is where the following page starts, in the connector's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub rows: Vec<Row>,
    pub next: Option<String>,
    pub unusable: Vec<Unusable>,
    /// What was heard of the system's clock with this page.
    pub clock: Option<Heard>,
    /// How long before this page was asked for its rows may have been read: pages of one cursor
    /// show the system as it was when the cursor was opened.
    pub age: Duration,
}

/// What a system told of its clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It has none but this machine's.
    Ours,
    Said {
        time: Time,
        /// It tells the time in steps of this size, and may be up to one later than it said.
        step: Duration,
        /// From asking to the answer.
        trip: Duration,
        /// When the answer was there.
        answered: Instant,
    },
}

/// A row that is there and cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Its key, where it has one: the row is not gone.
    pub key: Option<String>,
    /// The whole row as JSON, as far as it could be read.
    pub raw: String,
    pub reason: String,
}

/// An object a system offers, as found by `describe`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectDescription {
    pub name: String,
    /// Column name and the system's own type name.
    pub columns: Vec<(String, String)>,
    /// Columns of the primary key.
    pub key: Vec<String>,
}

/// How a write ended, as far as the answer tells; the caller reads back in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The system says it did it. `shown`: in a way that shows it, by counting the row or answering
    /// with the values as written.
    Applied { shown: bool },
    /// The row was no longer as expected: nothing was written.
    ConditionFailed,
    /// The row is gone: nothing was written.
    Gone,
}

/// What went wrong in talking to a system. `Display` is for people: the system's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// Not reached, or it answered that it cannot now: worth another try. `whole`: whatever it is
    /// asked, and not this row alone.
    #[error("{message}")]
    Unavailable { message: String, retry_after_seconds: Option<u64>, whole: bool },
    /// The credentials were not accepted.
    #[error("{0}")]
    Credentials(String),
    /// The system understood and said no: another try would be refused again.
    #[error("{0}")]
    Refused(String),
    /// The request went out and no answer came: it may or may not have been done.
    #[error("{0}")]
    Unknown(String),
    /// The system's shape is not what the mapping says: a table, column or path is missing.
    #[error("{0}")]
    Shape(String),
}

impl ConnectorError {
    /// Worth another try, at a time of the caller's choice.
    fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into(), retry_after_seconds: None, whole: true }
    }

    /// As [`ConnectorError::unavailable`], and the fault may be this row's alone.
    fn unavailable_row(message: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into(), retry_after_seconds: None, whole: false }
    }
}

/// What of `changes` is to be written: not what is as expected already, if anything is not.
fn differing(changes: &Cells, expected: &Cells) -> Cells {
    let differs = |(name, cell): &(&String, &Cell)| expected.get(*name) != Some(*cell);
    let some: Cells =
        changes.iter().filter(differs).map(|(name, cell)| (name.clone(), cell.clone())).collect();
    if some.is_empty() { changes.clone() } else { some }
}

/// One system, spoken to.
pub trait Connector: Send + Sync {
    fn capabilities(&self) -> Capabilities;

    /// The objects and columns the system offers.
    fn describe(&self) -> BoxFuture<'_, Result<Vec<ObjectDescription>, ConnectorError>>;

    /// One page of at most `limit` rows, from the start (`position` None) or from a page's `next`.
    fn pull<'a>(
        &'a self,
        object: &'a ObjectSpec,
        scope: &'a Scope,
        position: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Page, ConnectorError>>;

    /// The order a scan of this can have at the least cost.
    fn scan_order<'a>(&'a self, _spec: &'a ScanSpec) -> BoxFuture<'a, Result<Order, ConnectorError>> {
        Box::pin(async { Ok(Order::Bytes) })
    }

    /// Every row, in that order; each block has a deadline of [`DEADLINE`].
    fn scan<'a>(&'a self, spec: &'a ScanSpec, order: Order) -> Scan<'a>;

    /// The row of that key, None when the system has none.
    fn read<'a>(
        &'a self,
        object: &'a ObjectSpec,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Row>, ConnectorError>>;

    /// Changes only `changes` of the row, on the condition that those same columns still hold
    /// what `expected` says (or that its token is unchanged), where the kind has a condition.
    /// Those that are as expected already, beside others that are not, are condition alone.
    fn write<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        changes: &'a Cells,
        idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>>;

    /// Makes a row of these cells and says its key; refused where the kind cannot.
    fn create<'a>(
        &'a self,
        object: &'a ObjectSpec,
        cells: &'a Cells,
        idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<String, ConnectorError>>;

    /// Removes the row, on the condition that every column of `expected` still holds what it says
    /// (or its token is unchanged), where the kind has a condition; refused where the kind cannot.
    fn remove<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>>;
}
