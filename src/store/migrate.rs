//! The schema's history, brought up to date under our own lock: sqlx takes none on SQLite.

use super::db::{Link, Session};
use super::error::StoreError;
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use std::borrow::Cow;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "accounts", include_str!("../../migrations/0001_accounts.sql")),
    (2, "configuration", include_str!("../../migrations/0002_configuration.sql")),
    (3, "records", include_str!("../../migrations/0003_records.sql")),
    (4, "runs", include_str!("../../migrations/0004_runs.sql")),
    (5, "conflicts", include_str!("../../migrations/0005_conflicts.sql")),
    (6, "deliveries", include_str!("../../migrations/0006_deliveries.sql")),
    (7, "audit", include_str!("../../migrations/0007_audit.sql")),
    (8, "missed", include_str!("../../migrations/0008_missed.sql")),
];

/// Applies what is missing. On SQLite the caller holds the data folder's lock; PostgreSQL
/// takes an advisory lock for the whole run.
pub(super) async fn run(session: &mut Session) -> Result<(), StoreError> {
    let migrations = MIGRATIONS.iter().map(|(version, name, sql)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, (*sql).into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    let done = match &mut session.link {
        Link::Sqlite(conn) => migrator.run(&mut **conn).await,
        Link::Postgres(conn) => migrator.run(&mut **conn).await,
    };
    done.map_err(|error| match error {
        MigrateError::VersionMissing(version) => {
            let text =
                format!("its schema has step {version}, which this program does not know: use a newer one");
            StoreError::Unavailable(text)
        }
        other => StoreError::Database(other.to_string()),
    })
}

/// Whether the schema is exactly the one this program knows.
pub async fn is_current(session: &mut Session) -> Result<bool, StoreError> {
    let stored: Option<i64> =
        session.sql("SELECT MAX(version) AS value FROM _sqlx_migrations").value().await?;
    Ok(stored == MIGRATIONS.last().map(|(version, ..)| *version))
}
