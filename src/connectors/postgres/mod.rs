//! PostgreSQL, and the databases that speak its protocol.

mod catalogue;
mod dialect;
mod fault;
mod scan;
mod settings;

pub use settings::{PostgresSettings, Tls};

use super::ConnectorError;
use super::Heard;
use super::open::Secret;
use super::scan::{Order, Scan, ScanSpec};
use super::sql::{self, Column, Driver, Found, Param, Selection, Server, Statement, Table, WAITS};
use crate::domain::value::{Cell, Cells};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A PostgreSQL database as a system.
pub(super) struct Postgres(PgConnectOptions);

/// Its connector.
pub(super) fn connector(settings: &PostgresSettings, secret: Option<&Secret>) -> sql::Of<Postgres> {
    let place = format!("{} at {}:{}", settings.database, settings.host, settings.port);
    sql::Of::new(Postgres(settings.options(secret)), place)
}

impl Driver for Postgres {
    type Line = PgConnection;
    type Dialect = dialect::Postgres;
    type Cursor = PgConnection;

    const BEGIN: &'static str = "BEGIN";

    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        self.0.connect().await
    }

    async fn ping(line: &mut PgConnection) -> Result<(), sqlx::Error> {
        line.ping().await
    }

    async fn run(line: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
        // Safe: no word in it comes from outside.
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(line).await.map(drop)
    }

    async fn tables(line: &mut PgConnection, name: Option<&str>) -> Result<Vec<Table>, sqlx::Error> {
        catalogue::tables(line, name).await
    }

    async fn rows(
        line: &mut PgConnection,
        selection: &Selection<'_>,
        statement: Statement,
    ) -> Result<Vec<Found>, sqlx::Error> {
        fetch(line, statement).await?.into_iter().map(|row| found(selection, &row)).collect()
    }

    async fn count(line: &mut PgConnection, statement: Statement) -> Result<i64, sqlx::Error> {
        fetch(line, statement).await?.first().map_or(Ok(0), |row| row.try_get(0))
    }

    async fn execute(line: &mut PgConnection, statement: Statement) -> Result<u64, sqlx::Error> {
        let told = sql::Told::of(&statement);
        let done = bound(statement).execute(line).await.map(|done| done.rows_affected());
        told.keep(&done);
        done
    }

    async fn insert(
        line: &mut PgConnection,
        _selection: &Selection<'_>,
        _cells: &Cells,
        statement: Statement,
    ) -> Result<Option<String>, sqlx::Error> {
        fetch(line, statement).await?.first().map_or(Ok(None), |row| row.try_get(0))
    }

    async fn clock(line: &mut PgConnection) -> Result<Option<Heard>, sqlx::Error> {
        let asking = Instant::now();
        let text: String = sqlx::query_scalar("SELECT clock_timestamp()::text").fetch_one(line).await?;
        let (trip, answered, step) = (asking.elapsed(), Instant::now(), Duration::from_micros(1));
        let time = super::time::instant(&Cell::Text(text));
        Ok(time.map(|time| Heard::Said { time, step, trip, answered }))
    }

    async fn open(mut line: PgConnection, mut statement: Statement) -> Result<PgConnection, sqlx::Error> {
        let seconds = WAITS.as_secs();
        let begin = format!("BEGIN READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '{seconds}s'");
        Self::run(&mut line, begin).await?;
        statement.sql = format!("DECLARE pull NO SCROLL CURSOR FOR {}", statement.sql);
        fetch(&mut line, statement).await?;
        Ok(line)
    }

    async fn more(
        cursor: &mut PgConnection,
        selection: &Selection<'_>,
        wanted: usize,
    ) -> Result<Vec<Found>, sqlx::Error> {
        let sql = format!("FETCH FORWARD {wanted} FROM pull");
        Self::rows(cursor, selection, Statement { sql, params: Vec::new() }).await
    }

    async fn close(mut cursor: PgConnection) -> Option<PgConnection> {
        Self::run(&mut cursor, "ROLLBACK".to_owned()).await.ok().map(|()| cursor)
    }

    fn is_integer(column: &Column) -> bool {
        ["smallint", "integer", "bigint"].contains(&column.base.as_str())
    }

    fn scan(server: &Arc<Server<Self>>, spec: &ScanSpec, order: Order) -> Scan<'static> {
        scan::start(server, spec, order)
    }

    fn fault(place: &str, error: &sqlx::Error) -> ConnectorError {
        fault::of(place, error)
    }

    fn is_rolled_back(error: &sqlx::Error) -> bool {
        fault::code(error).starts_with("40")
    }

    fn is_no_value(error: &sqlx::Error) -> bool {
        fault::is_no_value(error)
    }
}

async fn fetch(line: &mut PgConnection, statement: Statement) -> Result<Vec<PgRow>, sqlx::Error> {
    bound(statement).fetch_all(line).await
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

fn found(selection: &Selection<'_>, row: &PgRow) -> Result<Found, sqlx::Error> {
    let cell = |(at, column): (usize, &&Column)| Ok(Ok(dialect::cell(column, row.try_get(at + 1)?)));
    let cells = selection.columns.iter().enumerate().map(cell).collect::<Result<_, sqlx::Error>>()?;
    Ok(Found { key: row.try_get::<Option<String>, _>(0)?.unwrap_or_default(), cells })
}
