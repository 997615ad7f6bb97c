//! The systems' SQLite files: made whole, and changed row by row.

use super::DemoError;
use super::edit::{Change, Edit};
use super::history::Population;
use super::people::Stamp;
use super::rows::{Record, Row, Value};
use super::system::{Layout, System};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, QueryBuilder, Sqlite, SqliteConnection};
use std::path::Path;
use std::time::Duration;

/// Rows of one INSERT: with 33 columns well below the driver's limit of parameters.
const ROWS: usize = 200;

/// How long somebody else's lock is waited for.
const BUSY: Duration = Duration::from_secs(10);

/// Makes a system's file, with everybody in it.
pub(super) async fn make(path: &Path, system: System, population: &Population) -> Result<(), DemoError> {
    let failed = |error| DemoError::sql(system, error);
    // Nothing is lost if this is cut short: the file gets its name when it is whole.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(failed)?;
    let mut all = connection.begin().await.map_err(failed)?;
    sqlx::raw_sql(system.schema()).execute(&mut *all).await.map_err(failed)?;
    fill(&mut all, system, population).await.map_err(failed)?;
    all.commit().await.map_err(failed)?;
    connection.close().await.map_err(failed)
}

/// Empties a system's file and puts everybody in again. The file stays the same one, so that
/// whoever has it open goes on with it.
pub(super) async fn refill(path: &Path, system: System, population: &Population) -> Result<(), DemoError> {
    let failed = |error| DemoError::sql(system, error);
    let mut connection = open(path, system).await?;
    let mut all = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    for statement in emptied(system) {
        sqlx::raw_sql(*statement).execute(&mut *all).await.map_err(failed)?;
    }
    fill(&mut all, system, population).await.map_err(failed)?;
    all.commit().await.map_err(failed)?;
    connection.close().await.map_err(failed)
}

fn emptied(system: System) -> &'static [&'static str] {
    match system {
        System::Portal => &["DELETE FROM customers", "DELETE FROM products", "DELETE FROM staff"],
        System::Helpdesk => &["DELETE FROM contacts", "DELETE FROM articles", "DELETE FROM journal"],
        System::Warehouse => {
            &["DELETE FROM SHIP_TO", "DELETE FROM STOCK", "DELETE FROM OPERATORS", "DELETE FROM VENDORS"]
        }
        System::Billing => &["DELETE FROM accounts", "DELETE FROM suppliers"],
        System::Hr => &["DELETE FROM employees"],
    }
}

/// A connection to a file that is there.
pub(super) async fn open(path: &Path, system: System) -> Result<SqliteConnection, DemoError> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(BUSY);
    options.disable_statement_logging().connect().await.map_err(|error| DemoError::sql(system, error))
}

async fn fill(
    connection: &mut SqliteConnection,
    system: System,
    population: &Population,
) -> Result<(), sqlx::Error> {
    insert_all(connection, system, &population.customers).await?;
    insert_all(connection, system, &population.products).await?;
    insert_all(connection, system, &population.employees).await?;
    insert_all(connection, system, &population.suppliers).await
}

async fn insert_all<R: Record>(
    connection: &mut SqliteConnection,
    system: System,
    records: &[R],
) -> Result<(), sqlx::Error> {
    if !system.holds(R::TABLE) {
        return Ok(());
    }
    let layout = system.layout(R::TABLE);
    for some in records.chunks(ROWS) {
        let rows: Vec<Row> = some.iter().map(|record| record.row(system)).collect();
        let Some(first) = rows.first() else { return Ok(()) };
        let mut query = insert_into(&layout, first);
        query.push_values(rows.into_iter().zip(some), |mut values, (row, record)| {
            for (_, value) in row {
                match value {
                    Value::Null => values.push("NULL"),
                    Value::Text(text) => values.push_bind(text),
                    Value::Int(number) => values.push_bind(number),
                    Value::Real(number) => values.push_bind(number),
                };
            }
            let Stamp { at, by } = &record.stamps()[system as usize];
            values.push_bind(system.written(*at)).push_bind(by.clone());
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

fn insert_into(layout: &Layout, row: &Row) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("INSERT INTO ");
    query.push(layout.table).push(" (");
    for (column, _) in row {
        query.push(column).push(", ");
    }
    query.push(layout.modified_at).push(", ").push(layout.modified_by).push(") ");
    query
}

/// Makes edits in their order, all or none.
pub(super) async fn apply(path: &Path, system: System, edits: &[&Edit]) -> Result<(), DemoError> {
    let failed = |error| DemoError::sql(system, error);
    let mut connection = open(path, system).await?;
    let mut all = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    for edit in edits {
        let changed = apply_one(&mut all, edit).await.map_err(failed)?;
        if changed != 1 {
            return Err(DemoError::NoRow { system: system.id(), key: edit.key.clone() });
        }
        if system == System::Helpdesk {
            journal(&mut all, edit).await.map_err(failed)?;
        }
    }
    all.commit().await.map_err(failed)?;
    connection.close().await.map_err(failed)
}

/// The number of rows it changed.
async fn apply_one(connection: &mut SqliteConnection, edit: &Edit) -> Result<u64, sqlx::Error> {
    let layout = edit.system.layout(edit.table);
    let at = edit.system.written(edit.at);
    let mut query = match &edit.change {
        Change::Insert(row) => {
            let mut query = insert_into(&layout, row);
            query.push("VALUES (");
            for (_, value) in row {
                bind(&mut query, value).push(", ");
            }
            query.push_bind(at).push(", ").push_bind(edit.by.clone()).push(")");
            return Ok(query.build().execute(connection).await?.rows_affected());
        }
        Change::Set(row) => {
            let mut query = QueryBuilder::new("UPDATE ");
            query.push(layout.table).push(" SET ");
            for (column, value) in row {
                query.push(column).push(" = ");
                bind(&mut query, value).push(", ");
            }
            if edit.system == System::Helpdesk {
                query.push("revision = revision + 1, ");
            }
            query.push(layout.modified_at).push(" = ").push_bind(at).push(", ");
            query.push(layout.modified_by).push(" = ").push_bind(edit.by.clone());
            query
        }
        Change::Delete => {
            let mut query = QueryBuilder::new("DELETE FROM ");
            query.push(layout.table);
            query
        }
    };
    query.push(" WHERE ").push(layout.key).push(" = ").push_bind(edit.key.clone());
    Ok(query.build().execute(connection).await?.rows_affected())
}

/// The value as a parameter, or NULL written out.
pub(super) fn bind<'a>(query: &'a mut QueryBuilder<Sqlite>, value: &Value) -> &'a mut QueryBuilder<Sqlite> {
    match value {
        Value::Null => query.push("NULL"),
        Value::Text(text) => query.push_bind(text.clone()),
        Value::Int(number) => query.push_bind(*number),
        Value::Real(number) => query.push_bind(*number),
    }
}

/// What the helpdesk's own people do stands in its journal like what its interface is asked for.
async fn journal(connection: &mut SqliteConnection, edit: &Edit) -> Result<(), sqlx::Error> {
    let (kind, row) = match &edit.change {
        Change::Set(row) => ("change", row.as_slice()),
        Change::Insert(row) => ("create", row.as_slice()),
        Change::Delete => ("delete", [].as_slice()),
    };
    let json = |value: &Value| match value {
        Value::Null => serde_json::Value::Null,
        Value::Text(text) => text.as_str().into(),
        Value::Int(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
    };
    let body: serde_json::Map<_, _> =
        row.iter().map(|(column, value)| ((*column).to_owned(), json(value))).collect();
    const INSERT: &str = "INSERT INTO journal (at, by, kind, object, id, body) VALUES (?, ?, ?, ?, ?, ?)";
    sqlx::query(INSERT)
        .bind(edit.system.written(edit.at))
        .bind(&edit.by)
        .bind(kind)
        .bind(edit.system.layout(edit.table).table)
        .bind(edit.key.parse::<i64>().unwrap_or(0))
        .bind(serde_json::Value::Object(body).to_string())
        .execute(connection)
        .await?;
    Ok(())
}
