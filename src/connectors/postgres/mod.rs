//! PostgreSQL, and the databases that speak its protocol.
//!
//! Each call runs in a task of its own: the driver (sqlx 0.9.0) can leave a transaction open on
//! a connection whose call was cancelled.

mod catalogue;
mod dialect;
mod fault;
mod pull;
mod scan;
mod settings;

pub use settings::{PostgresSettings, Tls};

use super::idle::Idle;
use super::open::Secret;
use super::scan::{Order, Scan, ScanSpec};
use super::sql::{self, Found, Param, Selection, Statement, Table, no_table};
use super::{CONNECT_DEADLINE, Capabilities, Connector, ConnectorError, DEADLINE, calls};
use super::{ObjectDescription, ObjectSpec, Page, Row, Scope, Written};
use crate::domain::value::Cells;
use crate::faults::{self, Point};
use futures_util::future::BoxFuture;
use pull::Pull;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row as _};
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

/// A PostgreSQL database as a system.
pub(super) struct Postgres(Arc<Inner>);

struct Inner {
    options: PgConnectOptions,
    /// `database at host:port`, for messages.
    place: String,
    idle: Idle<(PgConnection, Instant)>,
    tables: Mutex<HashMap<String, (Instant, Arc<Table>)>>,
    pulls: Mutex<Vec<Pull>>,
}

impl Postgres {
    pub fn new(settings: &PostgresSettings, secret: Option<&Secret>) -> Self {
        let place = format!("{} at {}:{}", settings.database, settings.host, settings.port);
        let options = settings.options(secret);
        let (idle, tables, pulls) = (Idle::default(), Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { options, place, idle, tables, pulls }))
    }
}

impl Connector for Postgres {
    fn capabilities(&self) -> Capabilities {
        Capabilities { condition: true, create: true, delete: true, modified_time: true, ordered: true }
    }

    fn describe(&self) -> BoxFuture<'_, Result<Vec<ObjectDescription>, ConnectorError>> {
        let inner = Arc::clone(&self.0);
        calls::reading(async move { inner.reading(inner.describe()).await })
    }

    fn pull<'a>(
        &'a self,
        object: &'a ObjectSpec,
        scope: &'a Scope,
        position: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Page, ConnectorError>> {
        let (inner, object, scope) = (Arc::clone(&self.0), object.clone(), scope.clone());
        let position = position.map(str::to_owned);
        calls::reading(async move {
            inner.reading(inner.pull(&object, &scope, position.as_deref(), limit.max(1))).await
        })
    }

    fn scan_order<'a>(&'a self, spec: &'a ScanSpec) -> BoxFuture<'a, Result<Order, ConnectorError>> {
        let (inner, spec) = (Arc::clone(&self.0), spec.clone());
        calls::reading(async move { inner.reading(inner.scan_order(&spec)).await })
    }

    fn scan<'a>(&'a self, spec: &'a ScanSpec, order: Order) -> Scan<'a> {
        self.0.scan(spec, order)
    }

    fn read<'a>(
        &'a self,
        object: &'a ObjectSpec,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Row>, ConnectorError>> {
        let (inner, object, key) = (Arc::clone(&self.0), object.clone(), key.to_owned());
        calls::reading(async move { inner.reading(inner.read(&object, &key)).await })
    }

    fn write<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        changes: &'a Cells,
        _idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>> {
        let (inner, object) = (Arc::clone(&self.0), object.clone());
        let (expected, changes) = (expected.clone(), changes.clone());
        calls::writing(async move {
            let update = |selection: &Selection<'_>| {
                selection.update::<dialect::Postgres>(&expected.key, &expected.cells, &changes)
            };
            inner.alter(&object, &expected.key, update).await
        })
    }

    fn create<'a>(
        &'a self,
        object: &'a ObjectSpec,
        cells: &'a Cells,
        _idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<String, ConnectorError>> {
        let (inner, object, cells) = (Arc::clone(&self.0), object.clone(), cells.clone());
        calls::writing(async move { inner.create(&object, &cells).await })
    }

    fn remove<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        _idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>> {
        let (inner, object, expected) = (Arc::clone(&self.0), object.clone(), expected.clone());
        calls::writing(async move {
            let delete = |selection: &Selection<'_>| {
                selection.delete::<dialect::Postgres>(&expected.key, &expected.cells)
            };
            inner.alter(&object, &expected.key, delete).await
        })
    }
}

impl Inner {
    fn fault(&self, error: &sqlx::Error) -> ConnectorError {
        fault::of(&self.place, error)
    }

    async fn reading<T>(
        &self,
        work: impl Future<Output = Result<T, ConnectorError>>,
    ) -> Result<T, ConnectorError> {
        let _slot = self.idle.slot(&self.place).await?;
        calls::within(DEADLINE, || calls::too_slow(&self.place), work).await
    }

    /// A connection for one call. Whoever took it gives it back only if all went well.
    async fn connection(&self) -> Result<PgConnection, ConnectorError> {
        while let Some((mut connection, kept)) = self.idle.take() {
            let tried = kept.elapsed() < RESTED
                || matches!(tokio::time::timeout(CONNECT_DEADLINE, connection.ping()).await, Ok(Ok(())));
            if tried {
                return Ok(connection);
            }
        }
        let late = || {
            let seconds = CONNECT_DEADLINE.as_secs();
            ConnectorError::unavailable(format!("{}: no connection within {seconds} s", self.place))
        };
        let connect = async { self.options.connect().await.map_err(|error| self.fault(&error)) };
        calls::within(CONNECT_DEADLINE, late, connect).await
    }

    fn keep(&self, connection: PgConnection) {
        self.idle.keep((connection, Instant::now()));
    }

    /// What the catalogue says of the object, from memory where it knows every column wanted.
    async fn table(
        &self,
        connection: &mut PgConnection,
        object: &ObjectSpec,
    ) -> Result<Arc<Table>, ConnectorError> {
        let known = self.remembered(&object.object);
        if let Some(table) = known.filter(|table| Selection::new(table, object).is_ok()) {
            return Ok(table);
        }
        let found = catalogue::tables(connection, Some(&object.object)).await;
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
        let mut connection = self.connection().await?;
        let tables = catalogue::tables(&mut connection, None).await.map_err(|error| self.fault(&error))?;
        self.keep(connection);
        let mut found: Vec<ObjectDescription> = tables.iter().map(Table::description).collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    async fn read(&self, object: &ObjectSpec, key: &str) -> Result<Option<Row>, ConnectorError> {
        let mut connection = self.connection().await?;
        let table = self.table(&mut connection, object).await?;
        let selection = Selection::new(&table, object)?;
        let statement = selection.row::<dialect::Postgres>(key);
        let rows = fetch(&mut connection, statement).await;
        let found = match rows {
            Ok(rows) => decode(&selection, rows).map_err(|error| self.fault(&error))?,
            Err(error) if fault::is_no_value(&error) => Vec::new(),
            Err(error) => return Err(self.fault(&error)),
        };
        self.keep(connection);
        sql::one(&selection, object, found)
    }

    async fn found(
        &self,
        connection: &mut PgConnection,
        selection: &Selection<'_>,
        statement: Statement,
    ) -> Result<Vec<Found>, ConnectorError> {
        let rows = fetch(connection, statement).await.map_err(|error| self.fault(&error))?;
        decode(selection, rows).map_err(|error| self.fault(&error))
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
            let mut connection = self.begin().await?;
            let table = self.table(&mut connection, object).await?;
            let selection = Selection::new(&table, object)?;
            let statement = statement(&selection)?;
            let done = execute(&mut connection, statement).await.map_err(|error| self.fault(&error))?;
            let written = match done {
                0 => self.missed(&mut connection, &selection, key).await?,
                1 => Written::Applied { shown: true },
                _ => {
                    let message = format!("the key {key:?} is on more than one row");
                    return Err(ConnectorError::Refused(message));
                }
            };
            Ok((connection, written))
        };
        let late = || calls::too_slow(&self.place);
        let (connection, written) = calls::within(DEADLINE - COMMIT, late, change).await?;
        faults::pass(Point::K8);
        self.end(connection, matches!(written, Written::Applied { .. })).await?;
        Ok(written)
    }

    /// Why no row was changed.
    async fn missed(
        &self,
        connection: &mut PgConnection,
        selection: &Selection<'_>,
        key: &str,
    ) -> Result<Written, ConnectorError> {
        let statement = selection.count::<dialect::Postgres>(key);
        let rows = fetch(connection, statement).await.map_err(|error| self.fault(&error))?;
        let count = rows.first().map_or(Ok(0), |row| row.try_get::<i64, _>(0));
        match count.map_err(|error| self.fault(&error))? {
            0 => Ok(Written::Gone),
            _ => Ok(Written::ConditionFailed),
        }
    }

    async fn create(&self, object: &ObjectSpec, cells: &Cells) -> Result<String, ConnectorError> {
        let _slot = self.idle.slot(&self.place).await?;
        let change = async {
            let mut connection = self.begin().await?;
            let table = self.table(&mut connection, object).await?;
            let statement = Selection::new(&table, object)?.insert::<dialect::Postgres>(cells)?;
            let rows = fetch(&mut connection, statement).await.map_err(|error| self.fault(&error))?;
            let key = rows.first().map_or(Ok(None), |row| row.try_get::<Option<String>, _>(0));
            let key = key.map_err(|error| self.fault(&error))?;
            Ok((connection, key.filter(|key| !key.is_empty())))
        };
        let late = || calls::too_slow(&self.place);
        let (connection, key) = calls::within(DEADLINE - COMMIT, late, change).await?;
        faults::pass(Point::K8);
        self.end(connection, key.is_some()).await?;
        let none = || ConnectorError::Refused(format!("{}: the new row would have no key", object.object));
        key.ok_or_else(none)
    }

    async fn begin(&self) -> Result<PgConnection, ConnectorError> {
        let mut connection = self.connection().await?;
        let begun = sqlx::raw_sql("BEGIN").execute(&mut connection).await;
        begun.map_err(|error| self.fault(&error))?;
        Ok(connection)
    }

    /// Ends the transaction. Up to here a lost line means that nothing was written; a commit
    /// whose answer is lost may have been done.
    async fn end(&self, mut connection: PgConnection, commit: bool) -> Result<(), ConnectorError> {
        let word = if commit { "COMMIT" } else { "ROLLBACK" };
        let unknown = || ConnectorError::Unknown(format!("{}: no answer to the commit", self.place));
        let end = async {
            let ended = sqlx::raw_sql(word).execute(&mut connection).await;
            ended.map(|_| ()).map_err(|error| fault::of_commit(&self.place, &error))
        };
        match calls::within(COMMIT, unknown, end).await {
            Ok(()) => {
                self.keep(connection);
                Ok(())
            }
            // Nothing was to be written: closing the line ends the transaction as well.
            Err(_) if !commit => Ok(()),
            Err(error) => Err(error),
        }
    }
}

async fn fetch(
    connection: &mut PgConnection,
    statement: Statement,
) -> Result<Vec<sqlx::postgres::PgRow>, sqlx::Error> {
    bound(statement).fetch_all(connection).await
}

async fn execute(connection: &mut PgConnection, statement: Statement) -> Result<u64, sqlx::Error> {
    let told = sql::Told::of(&statement);
    let done = bound(statement).execute(connection).await.map(|done| done.rows_affected());
    told.keep(&done);
    done
}

type Query = sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bound(statement: Statement) -> Query {
    // Safe: the names in it are the catalogue's and quoted, the values are parameters.
    // A cursor's statements are not kept: the next cursor has other columns under the same text.
    let once = statement.sql.starts_with("FETCH") || statement.sql.starts_with("DECLARE");
    let mut query = sqlx::query(AssertSqlSafe(statement.sql)).persistent(!once);
    for param in statement.params {
        query = query.bind(match param {
            Param::Null => None,
            Param::Text(text) => Some(text),
            Param::Integer(number) => Some(number.to_string()),
            Param::Real(number) => Some(format!("{number:?}")),
        });
    }
    query
}

fn decode(selection: &Selection<'_>, rows: Vec<sqlx::postgres::PgRow>) -> Result<Vec<Found>, sqlx::Error> {
    let found = |row: sqlx::postgres::PgRow| {
        let mut cells = Vec::with_capacity(selection.columns.len());
        for (at, column) in selection.columns.iter().enumerate() {
            cells.push(Ok(dialect::cell(column, row.try_get(at + 1)?)));
        }
        Ok(Found { key: row.try_get::<Option<String>, _>(0)?.unwrap_or_default(), cells })
    };
    rows.into_iter().map(found).collect()
}
