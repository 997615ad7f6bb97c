//! A database server as a system: what is the same for every kind that is spoken to over a line.
//!
//! Each call runs in a task of its own: the driver (sqlx 0.9.0) can leave a transaction open on
//! a connection whose call was cancelled.

use super::pull::Pull;
use super::{Dialect, Found, Selection, Statement, Table, no_table, one};
use crate::connectors::idle::Idle;
use crate::connectors::scan::{Order, Scan, ScanSpec};
use crate::connectors::{CONNECT_DEADLINE, Capabilities, Connector, ConnectorError, DEADLINE, calls};
use crate::connectors::{Heard, ObjectDescription, ObjectSpec, Page, Row, Scope, Written};
use crate::domain::value::Cells;
use crate::faults::{self, Point};
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a catalogue entry is believed. A statement over a column that went away meanwhile
/// fails, which is told as `Shape` all the same.
const REMEMBERED: Duration = Duration::from_secs(10);

/// Of a write's time, what is left for its commit.
const COMMIT: Duration = Duration::from_secs(5);

/// After this rest a kept connection is tried before it is used.
const RESTED: Duration = Duration::from_secs(5);

/// How one kind of server is spoken to.
pub(in crate::connectors) trait Driver: Sized + Send + Sync + 'static {
    type Line: Send + 'static;
    type Dialect: Dialect;
    /// A statement whose rows are taken a few at a time.
    type Cursor: Send + 'static;

    /// What begins a transaction.
    const BEGIN: &'static str;

    fn connect(&self) -> impl Future<Output = Result<Self::Line, sqlx::Error>> + Send;
    fn ping(line: &mut Self::Line) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
    /// Runs a statement of our own words.
    fn run(line: &mut Self::Line, sql: String) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
    /// The table of that name, or every table; of two that share a name the nearer one stands first.
    fn tables(
        line: &mut Self::Line,
        name: Option<&str>,
    ) -> impl Future<Output = Result<Vec<Table>, sqlx::Error>> + Send;
    fn rows(
        line: &mut Self::Line,
        selection: &Selection<'_>,
        statement: Statement,
    ) -> impl Future<Output = Result<Vec<Found>, sqlx::Error>> + Send;
    fn count(
        line: &mut Self::Line,
        statement: Statement,
    ) -> impl Future<Output = Result<i64, sqlx::Error>> + Send;
    /// How many rows it changed.
    fn execute(
        line: &mut Self::Line,
        statement: Statement,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;
    /// Makes a row; its key as text, where it has one.
    fn insert(
        line: &mut Self::Line,
        selection: &Selection<'_>,
        cells: &Cells,
        statement: Statement,
    ) -> impl Future<Output = Result<Option<String>, sqlx::Error>> + Send;
    fn clock(line: &mut Self::Line) -> impl Future<Output = Result<Option<Heard>, sqlx::Error>> + Send;

    /// Opens a cursor, which takes the line; closed it may give it back.
    fn open(
        line: Self::Line,
        statement: Statement,
    ) -> impl Future<Output = Result<Self::Cursor, sqlx::Error>> + Send;
    /// The next `wanted` rows; fewer at the end.
    fn more(
        cursor: &mut Self::Cursor,
        selection: &Selection<'_>,
        wanted: usize,
    ) -> impl Future<Output = Result<Vec<Found>, sqlx::Error>> + Send;
    fn close(cursor: Self::Cursor) -> impl Future<Output = Option<Self::Line>> + Send;

    /// Whether the values of a column are integers, and its index in their order.
    fn is_integer(column: &super::Column) -> bool;
    fn scan(server: &Arc<Server<Self>>, spec: &ScanSpec, order: Order) -> Scan<'static>;

    /// The error of a statement that was not carried out.
    fn fault(place: &str, error: &sqlx::Error) -> ConnectorError;
    /// Whether a failed commit is an answer: the transaction is rolled back.
    fn is_rolled_back(error: &sqlx::Error) -> bool;
    /// Whether the key's text is none of the key's type, so that no row can have it.
    fn is_no_value(error: &sqlx::Error) -> bool;
}

/// A database on a server.
pub(in crate::connectors) struct Server<D: Driver> {
    driver: D,
    /// `database at host:port`, for messages.
    pub place: String,
    pub idle: Idle<(D::Line, Instant)>,
    tables: Mutex<HashMap<String, (Instant, Arc<Table>)>>,
    pub(super) pulls: Mutex<Vec<Pull<D>>>,
}

/// The connector of a server.
pub(in crate::connectors) struct Of<D: Driver>(Arc<Server<D>>);

impl<D: Driver> Of<D> {
    pub fn new(driver: D, place: String) -> Self {
        let (idle, tables, pulls) = (Idle::default(), Mutex::default(), Mutex::default());
        Self(Arc::new(Server { driver, place, idle, tables, pulls }))
    }
}

impl<D: Driver> Connector for Of<D> {
    fn capabilities(&self) -> Capabilities {
        Capabilities { condition: true, create: true, delete: true, modified_time: true, ordered: true }
    }

    fn describe(&self) -> BoxFuture<'_, Result<Vec<ObjectDescription>, ConnectorError>> {
        let server = Arc::clone(&self.0);
        calls::reading(async move { server.reading(server.describe()).await })
    }

    fn pull<'a>(
        &'a self,
        object: &'a ObjectSpec,
        scope: &'a Scope,
        position: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Page, ConnectorError>> {
        let (server, object, scope) = (Arc::clone(&self.0), object.clone(), scope.clone());
        let position = position.map(str::to_owned);
        calls::reading(async move {
            server.reading(server.pull(&object, &scope, position.as_deref(), limit.max(1))).await
        })
    }

    fn scan_order<'a>(&'a self, spec: &'a ScanSpec) -> BoxFuture<'a, Result<Order, ConnectorError>> {
        let (server, spec) = (Arc::clone(&self.0), spec.clone());
        calls::reading(async move { server.reading(server.scan_order(&spec)).await })
    }

    fn scan<'a>(&'a self, spec: &'a ScanSpec, order: Order) -> Scan<'a> {
        D::scan(&self.0, spec, order)
    }

    fn read<'a>(
        &'a self,
        object: &'a ObjectSpec,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Row>, ConnectorError>> {
        let (server, object, key) = (Arc::clone(&self.0), object.clone(), key.to_owned());
        calls::reading(async move { server.reading(server.read(&object, &key)).await })
    }

    fn write<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        changes: &'a Cells,
        _idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>> {
        let (server, object) = (Arc::clone(&self.0), object.clone());
        let (expected, changes) = (expected.clone(), changes.clone());
        calls::writing(async move {
            let update = |selection: &Selection<'_>| {
                selection.update::<D::Dialect>(&expected.key, &expected.cells, &changes)
            };
            server.alter(&object, &expected.key, update).await
        })
    }

    fn create<'a>(
        &'a self,
        object: &'a ObjectSpec,
        cells: &'a Cells,
        _idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<String, ConnectorError>> {
        let (server, object, cells) = (Arc::clone(&self.0), object.clone(), cells.clone());
        calls::writing(async move { server.create(&object, &cells).await })
    }

    fn remove<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        _idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>> {
        let (server, object, expected) = (Arc::clone(&self.0), object.clone(), expected.clone());
        calls::writing(async move {
            let delete =
                |selection: &Selection<'_>| selection.delete::<D::Dialect>(&expected.key, &expected.cells);
            server.alter(&object, &expected.key, delete).await
        })
    }
}

impl<D: Driver> Server<D> {
    pub fn fault(&self, error: &sqlx::Error) -> ConnectorError {
        D::fault(&self.place, error)
    }

    pub fn late(&self) -> ConnectorError {
        calls::too_slow(&self.place)
    }

    async fn reading<T>(
        &self,
        work: impl Future<Output = Result<T, ConnectorError>>,
    ) -> Result<T, ConnectorError> {
        let _slot = self.idle.slot(&self.place).await?;
        calls::within(DEADLINE, || self.late(), work).await
    }

    /// A connection for one call. Whoever took it gives it back only if all went well.
    pub async fn connection(&self) -> Result<D::Line, ConnectorError> {
        while let Some((mut line, kept)) = self.idle.take() {
            let tried = kept.elapsed() < RESTED
                || matches!(tokio::time::timeout(CONNECT_DEADLINE, D::ping(&mut line)).await, Ok(Ok(())));
            if tried {
                return Ok(line);
            }
        }
        let late = || {
            let seconds = CONNECT_DEADLINE.as_secs();
            ConnectorError::unavailable(format!("{}: no connection within {seconds} s", self.place))
        };
        let connect = async { self.driver.connect().await.map_err(|error| self.fault(&error)) };
        calls::within(CONNECT_DEADLINE, late, connect).await
    }

    pub fn keep(&self, line: D::Line) {
        self.idle.keep((line, Instant::now()));
    }

    /// Runs a statement of our own words.
    pub async fn run(&self, line: &mut D::Line, sql: impl Into<String>) -> Result<(), ConnectorError> {
        D::run(line, sql.into()).await.map_err(|error| self.fault(&error))
    }

    /// What the catalogue says of the object, from memory where it knows every column wanted.
    pub async fn table(&self, line: &mut D::Line, object: &ObjectSpec) -> Result<Arc<Table>, ConnectorError> {
        let known = self.remembered(&object.object);
        if let Some(table) = known.filter(|table| Selection::new(table, object).is_ok()) {
            return Ok(table);
        }
        let found = D::tables(line, Some(&object.object)).await;
        let first = found.map_err(|error| self.fault(&error))?.into_iter().next();
        let table = Arc::new(first.ok_or_else(|| no_table(&self.place, &object.object))?);
        let entry = (Instant::now(), Arc::clone(&table));
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.insert(object.object.clone(), entry);
        Ok(table)
    }

    fn remembered(&self, name: &str) -> Option<Arc<Table>> {
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, table) = tables.get(name)?;
        (since.elapsed() < REMEMBERED).then(|| Arc::clone(table))
    }

    async fn describe(&self) -> Result<Vec<ObjectDescription>, ConnectorError> {
        let mut line = self.connection().await?;
        let tables = D::tables(&mut line, None).await.map_err(|error| self.fault(&error))?;
        self.keep(line);
        let mut found: Vec<ObjectDescription> = tables.iter().map(Table::description).collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    async fn scan_order(&self, spec: &ScanSpec) -> Result<Order, ConnectorError> {
        let mut line = self.connection().await?;
        let table = self.table(&mut line, &spec.object_spec()).await?;
        self.keep(line);
        let integer = D::is_integer(table.column(&spec.by)?);
        Ok(if integer { Order::Integer } else { Order::Bytes })
    }

    async fn read(&self, object: &ObjectSpec, key: &str) -> Result<Option<Row>, ConnectorError> {
        let mut line = self.connection().await?;
        let table = self.table(&mut line, object).await?;
        let selection = Selection::new(&table, object)?;
        let found = match D::rows(&mut line, &selection, selection.row::<D::Dialect>(key)).await {
            Ok(found) => found,
            Err(error) if D::is_no_value(&error) => Vec::new(),
            Err(error) => return Err(self.fault(&error)),
        };
        self.keep(line);
        one(&selection, object, found)
    }

    pub(super) async fn found(
        &self,
        line: &mut D::Line,
        selection: &Selection<'_>,
        statement: Statement,
    ) -> Result<Vec<Found>, ConnectorError> {
        D::rows(line, selection, statement).await.map_err(|error| self.fault(&error))
    }

    /// Changes or removes the row of a key by one statement, on its condition.
    async fn alter(
        &self,
        object: &ObjectSpec,
        key: &str,
        statement: impl FnOnce(&Selection<'_>) -> Result<Statement, ConnectorError>,
    ) -> Result<Written, ConnectorError> {
        let _slot = self.idle.slot(&self.place).await?;
        let change = async {
            let mut line = self.begin().await?;
            let table = self.table(&mut line, object).await?;
            let selection = Selection::new(&table, object)?;
            let statement = statement(&selection)?;
            let done = D::execute(&mut line, statement).await.map_err(|error| self.fault(&error))?;
            let written = match done {
                0 => self.missed(&mut line, &selection, key).await?,
                1 => Written::Applied { shown: true },
                _ => {
                    let message = format!("the key {key:?} is on more than one row");
                    return Err(ConnectorError::Refused(message));
                }
            };
            Ok((line, written))
        };
        let (line, written) = calls::within(DEADLINE - COMMIT, || self.late(), change).await?;
        faults::pass(Point::K8);
        self.end(line, matches!(written, Written::Applied { .. })).await?;
        Ok(written)
    }

    /// Why no row was changed.
    async fn missed(
        &self,
        line: &mut D::Line,
        selection: &Selection<'_>,
        key: &str,
    ) -> Result<Written, ConnectorError> {
        let count = D::count(line, selection.count::<D::Dialect>(key)).await;
        match count.map_err(|error| self.fault(&error))? {
            0 => Ok(Written::Gone),
            _ => Ok(Written::ConditionFailed),
        }
    }

    async fn create(&self, object: &ObjectSpec, cells: &Cells) -> Result<String, ConnectorError> {
        let _slot = self.idle.slot(&self.place).await?;
        let change = async {
            let mut line = self.begin().await?;
            let table = self.table(&mut line, object).await?;
            let selection = Selection::new(&table, object)?;
            let statement = selection.insert::<D::Dialect>(cells)?;
            let key = D::insert(&mut line, &selection, cells, statement).await;
            let key = key.map_err(|error| self.fault(&error))?;
            Ok((line, key.filter(|key| !key.is_empty())))
        };
        let (line, key) = calls::within(DEADLINE - COMMIT, || self.late(), change).await?;
        faults::pass(Point::K8);
        self.end(line, key.is_some()).await?;
        let none = || ConnectorError::Refused(format!("{}: the new row would have no key", object.object));
        key.ok_or_else(none)
    }

    async fn begin(&self) -> Result<D::Line, ConnectorError> {
        let mut line = self.connection().await?;
        self.run(&mut line, D::BEGIN).await?;
        Ok(line)
    }

    /// Ends the transaction. Up to here a lost line means that nothing was written; a commit
    /// whose answer is lost may have been done.
    async fn end(&self, mut line: D::Line, commit: bool) -> Result<(), ConnectorError> {
        let word = if commit { "COMMIT" } else { "ROLLBACK" };
        let unknown = || ConnectorError::Unknown(format!("{}: no answer to the commit", self.place));
        let end = async {
            D::run(&mut line, word.to_owned()).await.map_err(|error| match self.fault(&error) {
                ConnectorError::Unavailable { message, .. } if !D::is_rolled_back(&error) => {
                    ConnectorError::Unknown(message)
                }
                other => other,
            })
        };
        match calls::within(COMMIT, unknown, end).await {
            Ok(()) => {
                self.keep(line);
                Ok(())
            }
            // Nothing was to be written: closing the line ends the transaction as well.
            Err(_) if !commit => Ok(()),
            Err(error) => Err(error),
        }
    }
}
