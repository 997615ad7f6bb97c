//! MariaDB and MySQL.

mod catalogue;
mod dialect;
mod fault;
mod rows;
mod settings;

pub use settings::MysqlSettings;

use super::open::Secret;
use super::scan::{Order, Scan, ScanSpec};
use super::sql::{self, Column, Driver, Found, Param, Selection, Server, Statement, Table};
use super::{ConnectorError, Heard};
use crate::domain::value::{Cell, Cells};
use rows::Rows;
use sqlx::mysql::{MySqlConnectOptions, MySqlQueryResult, MySqlRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, Row as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What each line is set to: names in double quotes, no value silently cut or changed, times in UTC,
/// waits that end. A long text is sorted whole.
const SESSION: &str = "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
    time_zone = '+00:00', innodb_lock_wait_timeout = 5, lock_wait_timeout = 5, net_write_timeout = 60,
    max_sort_length = 8192";

/// A MariaDB or MySQL database as a system.
#[derive(Clone)]
pub(super) struct Mysql(MySqlConnectOptions);

/// Its connector.
pub(super) fn connector(settings: &MysqlSettings, secret: Option<&Secret>) -> sql::Of<Mysql> {
    let place = format!("{} at {}:{}", settings.database, settings.host, settings.port);
    sql::Of::new(Mysql(settings.options(secret)), place)
}

impl Driver for Mysql {
    type Line = MySqlConnection;
    type Dialect = dialect::Mysql;
    type Cursor = Rows;

    const BEGIN: &'static str = "START TRANSACTION";

    async fn connect(&self) -> Result<MySqlConnection, sqlx::Error> {
        let mut line = self.0.connect().await?;
        sqlx::raw_sql(SESSION).execute(&mut line).await?;
        Ok(line)
    }

    async fn ping(line: &mut MySqlConnection) -> Result<(), sqlx::Error> {
        line.ping().await
    }

    async fn run(line: &mut MySqlConnection, sql: String) -> Result<(), sqlx::Error> {
        // Safe: no word in it comes from outside.
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(line).await.map(drop)
    }

    async fn tables(line: &mut MySqlConnection, name: Option<&str>) -> Result<Vec<Table>, sqlx::Error> {
        catalogue::tables(line, name).await
    }

    async fn rows(
        line: &mut MySqlConnection,
        selection: &Selection<'_>,
        statement: Statement,
    ) -> Result<Vec<Found>, sqlx::Error> {
        let rows = bound(statement).fetch_all(line).await?;
        rows.iter().map(|row| found(selection, row)).collect()
    }

    async fn count(line: &mut MySqlConnection, statement: Statement) -> Result<i64, sqlx::Error> {
        bound(statement).fetch_one(line).await?.try_get(0)
    }

    async fn execute(line: &mut MySqlConnection, statement: Statement) -> Result<u64, sqlx::Error> {
        Ok(told(line, statement).await?.rows_affected())
    }

    async fn insert(
        line: &mut MySqlConnection,
        selection: &Selection<'_>,
        cells: &Cells,
        statement: Statement,
    ) -> Result<Option<String>, sqlx::Error> {
        let made = told(line, statement).await?.last_insert_id();
        let given = cells.get(&selection.key.name).and_then(Cell::text).map(str::to_owned);
        let Some(key) = given.or_else(|| (made > 0).then(|| made.to_string())) else { return Ok(None) };
        // As the column keeps it: a number without its leading zeros, say.
        let kept = selection.kept_key::<dialect::Mysql>(&key);
        let row = bound(kept).fetch_optional(line).await?;
        row.map_or(Ok(None), |row| text(&row, 0))
    }

    async fn clock(line: &mut MySqlConnection) -> Result<Option<Heard>, sqlx::Error> {
        let asking = Instant::now();
        let clock = "SELECT CAST(CONVERT(SYSDATE(6) USING utf8mb4) AS BINARY)";
        let row = sqlx::query(clock).fetch_one(line).await?;
        let (trip, answered, step) = (asking.elapsed(), Instant::now(), Duration::from_micros(1));
        let time = text(&row, 0)?.and_then(|text| super::time::instant(&Cell::Text(text)));
        Ok(time.map(|time| Heard::Said { time, step, trip, answered }))
    }

    async fn open(line: MySqlConnection, statement: Statement) -> Result<Rows, sqlx::Error> {
        Ok(Rows::of(line, statement))
    }

    async fn more(
        cursor: &mut Rows,
        selection: &Selection<'_>,
        wanted: usize,
    ) -> Result<Vec<Found>, sqlx::Error> {
        let mut all = Vec::with_capacity(wanted);
        while all.len() < wanted {
            let Some(row) = cursor.next().await else { break };
            all.push(found(selection, &row?)?);
        }
        Ok(all)
    }

    async fn close(cursor: Rows) -> Option<MySqlConnection> {
        cursor.line().await
    }

    fn is_integer(column: &Column) -> bool {
        dialect::INTEGERS.contains(&column.base.as_str()) && !column.declared.contains("unsigned")
    }

    fn scan(server: &Arc<Server<Self>>, spec: &ScanSpec, order: Order) -> Scan<'static> {
        rows::scan(server, spec, order)
    }

    fn fault(place: &str, error: &sqlx::Error) -> ConnectorError {
        fault::of(place, error)
    }

    fn is_rolled_back(error: &sqlx::Error) -> bool {
        [1205, 1213].contains(&fault::number(error))
    }

    fn is_no_value(error: &sqlx::Error) -> bool {
        // An illegal mix of collations, a wrong or a cut value.
        [1265, 1267, 1292, 1366].contains(&fault::number(error))
    }
}

async fn told(line: &mut MySqlConnection, statement: Statement) -> Result<MySqlQueryResult, sqlx::Error> {
    let told = sql::Told::of(&statement);
    let done = bound(statement).execute(line).await;
    match done {
        Ok(done) => {
            told.keep(&Ok(done.rows_affected()));
            Ok(done)
        }
        Err(error) => {
            let failed = Err(error);
            told.keep(&failed);
            failed.map(|_: u64| MySqlQueryResult::default())
        }
    }
}

type Query = sqlx::query::Query<'static, sqlx::MySql, sqlx::mysql::MySqlArguments>;

fn bound(statement: Statement) -> Query {
    // Safe: the names in it are the catalogue's and quoted, the values are parameters.
    // A statement that the server keeps knows the columns of a table as they were.
    let mut query = sqlx::query(AssertSqlSafe(statement.sql)).persistent(false);
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

/// The text of a column, which came as its bytes.
fn text(row: &MySqlRow, at: usize) -> Result<Option<String>, sqlx::Error> {
    let bytes: Option<Vec<u8>> = row.try_get_unchecked(at)?;
    bytes.map(String::from_utf8).transpose().map_err(|error| sqlx::Error::Decode(error.into()))
}

fn found(selection: &Selection<'_>, row: &MySqlRow) -> Result<Found, sqlx::Error> {
    let cell = |(at, column): (usize, &&Column)| Ok(Ok(dialect::cell(column, text(row, at + 1)?)));
    let cells = selection.columns.iter().enumerate().map(cell).collect::<Result<_, sqlx::Error>>()?;
    Ok(Found { key: text(row, 0)?.unwrap_or_default(), cells })
}
