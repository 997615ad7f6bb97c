//! SQLite files of other programs.

mod dialect;
mod digits;
mod fault;
mod file;

use super::idle::Idle;
use super::scan::{self, Order, Scan, ScanSpec};
use super::sql::{self, Column, Found, Param, Selection, Statement, Table, Unreadable, no_table, quote};
use super::{Capabilities, Connector, ConnectorError, DEADLINE, Heard, calls};
use super::{ObjectDescription, ObjectSpec, Page, Row, Scope, Written};
use crate::domain::value::{Cell, Cells};
use crate::faults::{self, Point};
use data_encoding::HEXLOWER;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, TypeInfo, ValueRef};
use std::path::PathBuf;
use std::sync::Arc;

/// Most rows without a usable key that a pull tells of.
const KEYLESS: usize = 1000;

/// Every table and view of the file with its columns; `$1` is a name, or null for all.
const COLUMNS: &str = "
SELECT l.name AS relation, c.name AS attribute, c.type AS declared, CAST(c.pk AS BIGINT) AS place,
       l.type = 'table' AND l.wr = 0 AND c.pk = 1 AND upper(c.type) = 'INTEGER' AND
           (SELECT count(*) FROM pragma_table_xinfo(l.name, 'main') AS k WHERE k.pk > 0) = 1 AS is_rowid
FROM pragma_table_list AS l JOIN pragma_table_xinfo(l.name, 'main') AS c
WHERE l.schema = 'main' AND l.type IN ('table', 'view', 'virtual') AND substr(l.name, 1, 7) <> 'sqlite_'
  AND c.hidden <> 1 AND ($1 IS NULL OR l.name = $1)
ORDER BY l.name COLLATE BINARY, c.cid";

/// Where the file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqliteSettings {
    pub path: PathBuf,
}

/// An SQLite file as a system.
pub(super) struct Sqlite(Arc<Inner>);

struct Inner {
    path: PathBuf,
    /// The path, for messages.
    place: String,
    idle: Idle<Opened>,
}

/// A connection and the file it has open.
struct Opened {
    connection: SqliteConnection,
    identity: file::Identity,
}

impl Sqlite {
    pub fn new(settings: &SqliteSettings) -> Self {
        // Absolute, so that it begins with no word SQLite would read as an address (`file:`).
        let path = std::path::absolute(&settings.path).unwrap_or_else(|_| settings.path.clone());
        let place = path.display().to_string();
        Self(Arc::new(Inner { path, place, idle: Idle::default() }))
    }
}

impl Connector for Sqlite {
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

    fn scan<'a>(&'a self, spec: &'a ScanSpec, _order: Order) -> Scan<'a> {
        scan::by_pages(self, spec)
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
                selection.update::<dialect::Sqlite>(&expected.key, &expected.cells, &changes)
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
                selection.delete::<dialect::Sqlite>(&expected.key, &expected.cells)
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

    /// A connection for one call to the file that has the name now. Whoever took it gives it
    /// back only if all went well.
    async fn open(&self) -> Result<Opened, ConnectorError> {
        let identity = file::identity(&self.path).await?;
        let kept = std::iter::from_fn(|| self.idle.take()).find(|kept| kept.identity == identity);
        let mut opened = match kept {
            Some(kept) => kept,
            None => Opened { connection: file::connect(&self.path).await?, identity },
        };
        file::limit(&mut opened.connection).await.map_err(|error| self.fault(&error))?;
        Ok(opened)
    }

    async fn table(&self, connection: &mut SqliteConnection, name: &str) -> Result<Table, ConnectorError> {
        let found = tables(connection, Some(name)).await.map_err(|error| self.fault(&error))?;
        found.into_iter().next().ok_or_else(|| no_table(&self.place, name))
    }

    async fn describe(&self) -> Result<Vec<ObjectDescription>, ConnectorError> {
        let mut opened = self.open().await?;
        let tables = tables(&mut opened.connection, None).await.map_err(|error| self.fault(&error))?;
        self.idle.keep(opened);
        Ok(tables.iter().map(Table::description).collect())
    }

    async fn pull(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        position: Option<&str>,
        limit: usize,
    ) -> Result<Page, ConnectorError> {
        let mut opened = self.open().await?;
        let table = self.table(&mut opened.connection, &object.object).await?;
        let selection = Selection::new(&table, object)?;
        let statement = selection.page::<dialect::Sqlite>(object, scope, position, limit)?;
        let found = self.found(&mut opened.connection, &selection, statement).await?;
        let (mut page, _) = sql::keys_in_order(&selection, object, scope, found, limit);
        if page.next.is_none() && *scope == Scope::Full {
            let statement = selection.keyless::<dialect::Sqlite>(KEYLESS);
            let found = self.found(&mut opened.connection, &selection, statement).await?;
            page.unusable.extend(sql::keyless(&selection, found));
        }
        self.idle.keep(opened);
        // A file has no clock: whoever writes it stamps by this machine's.
        page.clock = Some(Heard::Ours);
        Ok(page)
    }

    async fn read(&self, object: &ObjectSpec, key: &str) -> Result<Option<Row>, ConnectorError> {
        let mut opened = self.open().await?;
        let table = self.table(&mut opened.connection, &object.object).await?;
        let selection = Selection::new(&table, object)?;
        let statement = selection.row::<dialect::Sqlite>(key);
        let found = self.found(&mut opened.connection, &selection, statement).await?;
        self.idle.keep(opened);
        sql::one(&selection, object, found)
    }

    async fn found(
        &self,
        connection: &mut SqliteConnection,
        selection: &Selection<'_>,
        statement: Statement,
    ) -> Result<Vec<Found>, ConnectorError> {
        let rows = bound(statement).fetch_all(connection).await.map_err(|error| self.fault(&error))?;
        let found = rows.iter().map(|row| decode(selection, row)).collect::<Result<_, _>>();
        found.map_err(|error| self.fault(&error))
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
            let mut opened = self.begin().await?;
            let connection = &mut opened.connection;
            let table = self.table(connection, &object.object).await?;
            let selection = Selection::new(&table, object)?;
            let statement = statement(&selection)?;
            let told = sql::Told::of(&statement);
            let done = bound(statement).execute(&mut *connection).await.map(|done| done.rows_affected());
            told.keep(&done);
            let written = match done.map_err(|error| self.fault(&error))? {
                0 => self.missed(connection, &selection, key).await?,
                1 => Written::Applied { shown: true },
                _ => {
                    let message = format!("the key {key:?} is on more than one row");
                    return Err(ConnectorError::Refused(message));
                }
            };
            Ok((opened, written))
        };
        let (opened, written) = calls::within(DEADLINE, || calls::too_slow(&self.place), change).await?;
        faults::pass(Point::K8);
        self.end(opened, matches!(written, Written::Applied { .. })).await?;
        Ok(written)
    }

    /// Why no row was changed.
    async fn missed(
        &self,
        connection: &mut SqliteConnection,
        selection: &Selection<'_>,
        key: &str,
    ) -> Result<Written, ConnectorError> {
        let statement = selection.count::<dialect::Sqlite>(key);
        let row = bound(statement).fetch_one(connection).await;
        let count = row.and_then(|row| row.try_get::<i64, _>(0)).map_err(|error| self.fault(&error))?;
        Ok(if count == 0 { Written::Gone } else { Written::ConditionFailed })
    }

    async fn create(&self, object: &ObjectSpec, cells: &Cells) -> Result<String, ConnectorError> {
        let _slot = self.idle.slot(&self.place).await?;
        let change = async {
            let mut opened = self.begin().await?;
            let table = self.table(&mut opened.connection, &object.object).await?;
            let statement = Selection::new(&table, object)?.insert::<dialect::Sqlite>(cells)?;
            let row = bound(statement).fetch_one(&mut opened.connection).await;
            let key = row.and_then(|row| row.try_get::<Option<String>, _>(0));
            let key = key.map_err(|error| self.fault(&error))?;
            Ok((opened, key.filter(|key| !key.is_empty())))
        };
        let (opened, key) = calls::within(DEADLINE, || calls::too_slow(&self.place), change).await?;
        faults::pass(Point::K8);
        self.end(opened, key.is_some()).await?;
        let none = || ConnectorError::Refused(format!("{}: the new row would have no key", object.object));
        key.ok_or_else(none)
    }

    /// IMMEDIATE, so that a lock is waited for here and not refused in the middle.
    async fn begin(&self) -> Result<Opened, ConnectorError> {
        let mut opened = self.open().await?;
        let begun = sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut opened.connection).await;
        begun.map_err(|error| self.fault(&error))?;
        Ok(opened)
    }

    async fn end(&self, mut opened: Opened, commit: bool) -> Result<(), ConnectorError> {
        let word = if commit { "COMMIT" } else { "ROLLBACK" };
        match sqlx::raw_sql(word).execute(&mut opened.connection).await {
            Ok(_) => {
                self.idle.keep(opened);
                Ok(())
            }
            // Nothing was to be written: closing the file ends the transaction as well.
            Err(_) if !commit => Ok(()),
            Err(error) => Err(fault::of_commit(&self.place, &error)),
        }
    }
}

/// The tables of the file, or the one of exactly that name.
async fn tables(connection: &mut SqliteConnection, name: Option<&str>) -> Result<Vec<Table>, sqlx::Error> {
    let mut tables: Vec<Table> = Vec::new();
    let query = sqlx::query(COLUMNS).bind(name.map(str::to_owned));
    for row in query.fetch_all(connection).await? {
        let name: String = row.try_get("relation")?;
        if tables.last().is_none_or(|table| table.name != name) {
            tables.push(Table { quoted: format!("main.{}", quote(&name)), name, columns: Vec::new() });
        }
        let declared: String = row.try_get("declared")?;
        let place: i64 = row.try_get("place")?;
        let base = match row.try_get("is_rowid")? {
            true => dialect::ROWID.to_owned(),
            false => declared.clone(),
        };
        let column = Column {
            name: row.try_get("attribute")?,
            cast: declared.clone(),
            base,
            declared,
            key: usize::try_from(place).ok().filter(|place| *place > 0),
        };
        if let Some(table) = tables.last_mut() {
            table.columns.push(column);
        }
    }
    Ok(tables)
}

type Query = sqlx::query::Query<'static, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn bound(statement: Statement) -> Query {
    // Safe: the names in it are the catalogue's and quoted, the values are parameters.
    let mut query = sqlx::query(AssertSqlSafe(statement.sql));
    for param in statement.params {
        query = match param {
            Param::Null => query.bind(None::<String>),
            Param::Text(text) => query.bind(text),
            Param::Integer(number) => query.bind(number),
            Param::Real(number) => query.bind(number),
        };
    }
    query
}

fn decode(selection: &Selection<'_>, row: &SqliteRow) -> Result<Found, sqlx::Error> {
    let cells = (1..=selection.columns.len()).map(|at| cell(row, at)).collect::<Result<_, _>>()?;
    // A key that is no text makes an unusable row, found by its own query.
    let key = row.try_get_unchecked::<Option<String>, _>(0).ok().flatten().unwrap_or_default();
    Ok(Found { key, cells })
}

fn cell(row: &SqliteRow, at: usize) -> Result<Result<Cell, Unreadable>, sqlx::Error> {
    let value = row.try_get_raw(at)?;
    if value.is_null() {
        return Ok(Ok(Cell::Null));
    }
    let name = value.type_info().name().to_owned();
    drop(value);
    Ok(match name.as_str() {
        "INTEGER" => Ok(Cell::Number(row.try_get_unchecked::<i64, _>(at)?.to_string())),
        "REAL" => Ok(dialect::real(row.try_get_unchecked(at)?)),
        "TEXT" => match row.try_get_unchecked::<String, _>(at) {
            Ok(text) => Ok(Cell::Text(text)),
            Err(_) => Err(unreadable(row, at, "holds text that is not UTF-8")),
        },
        _ => Err(unreadable(row, at, "holds binary data")),
    })
}

fn unreadable(row: &SqliteRow, at: usize, reason: &'static str) -> Unreadable {
    let bytes: Vec<u8> = row.try_get_unchecked(at).unwrap_or_default();
    Unreadable { shown: format!("x'{}'", HEXLOWER.encode(&bytes)), reason }
}
