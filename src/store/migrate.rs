//! The schema's history, brought up to date under our own lock: sqlx takes none on SQLite.

use super::db::{Backend, Link, Session, text_by_bytes};
use super::error::StoreError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection, SqlSafeStr};
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
    (9, "tried", include_str!("../../migrations/0009_tried.sql")),
    (10, "incidents", include_str!("../../migrations/0010_incidents.sql")),
    (11, "groups", include_str!("../../migrations/0011_groups.sql")),
    (12, "policy_drafts", include_str!("../../migrations/0012_policy_drafts.sql")),
    (13, "samples", include_str!("../../migrations/0013_samples.sql")),
    (14, "incident_revisions", include_str!("../../migrations/0014_incident_revisions.sql")),
    (15, "words", include_str!("../../migrations/0015_words.sql")),
    (16, "clocks", include_str!("../../migrations/0016_clocks.sql")),
    (17, "shadows", include_str!("../../migrations/0017_shadows.sql")),
    (18, "mapping_pauses", include_str!("../../migrations/0018_mapping_pauses.sql")),
    (30, "targets", include_str!("../../migrations/0030_targets.sql")),
    (31, "delivery_causes", include_str!("../../migrations/0031_delivery_causes.sql")),
    (32, "exchanges", include_str!("../../migrations/0032_exchanges.sql")),
    (34, "preferences", include_str!("../../migrations/0034_preferences.sql")),
    (35, "windows", include_str!("../../migrations/0035_windows.sql")),
    (36, "routing", include_str!("../../migrations/0036_routing.sql")),
    (37, "views", include_str!("../../migrations/0037_views.sql")),
    (38, "queue", include_str!("../../migrations/0038_queue.sql")),
    (39, "overdue", include_str!("../../migrations/0039_overdue.sql")),
    (45, "field_decisions", include_str!("../../migrations/0045_field_decisions.sql")),
    (46, "separations", include_str!("../../migrations/0046_separations.sql")),
    (50, "notices", include_str!("../../migrations/0050_notices.sql")),
    (51, "talk", include_str!("../../migrations/0051_talk.sql")),
    (52, "questions", include_str!("../../migrations/0052_questions.sql")),
    (53, "objections", include_str!("../../migrations/0053_objections.sql")),
    (55, "approvals", include_str!("../../migrations/0055_approvals.sql")),
    (56, "bulk", include_str!("../../migrations/0056_bulk.sql")),
    (60, "mail_lease", include_str!("../../migrations/0060_mail_lease.sql")),
    (61, "view_members", include_str!("../../migrations/0061_view_members.sql")),
    (65, "taking_back", include_str!("../../migrations/0065_taking_back.sql")),
    (75, "approval_ends", include_str!("../../migrations/0075_approval_ends.sql")),
    (76, "view_reports", include_str!("../../migrations/0076_view_reports.sql")),
    (77, "suggestions", include_str!("../../migrations/0077_suggestions.sql")),
];

/// Applies what is missing, all of it or nothing on SQLite, whose write lock is taken for the
/// whole run; PostgreSQL takes an advisory lock for it.
pub(super) async fn run(session: &mut Session) -> Result<(), StoreError> {
    let backend = session.backend();
    let migrator =
        Migrator::with_migrations(MIGRATIONS.iter().map(|step| migration(step, backend)).collect());
    let done = match &mut session.link {
        Link::Sqlite(conn) => {
            let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
            let done = migrator.run(&mut *tx).await;
            // Dropped where a step failed, and so rolled back.
            if done.is_ok() {
                tx.commit().await?;
            }
            done
        }
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

/// A step in the words of the database. PostgreSQL orders text by the language of the database
/// unless told otherwise, and then neither finds words by their beginning nor pages in the order
/// SQLite does: there every text column is ordered by its bytes. The checksum stays that of the
/// file.
fn migration((version, name, sql): &(i64, &'static str, &'static str), backend: Backend) -> Migration {
    let text = match backend {
        Backend::Sqlite => (*sql).into_sql_str(),
        Backend::Postgres => text_by_bytes(sql),
    };
    let step = |text| Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, text, false);
    Migration { checksum: step((*sql).into_sql_str()).checksum, ..step(text) }
}

/// Whether the schema is exactly the one this program knows.
pub async fn is_current(session: &mut Session) -> Result<bool, StoreError> {
    let stored: Option<i64> =
        session.sql("SELECT MAX(version) AS value FROM _sqlx_migrations").value().await?;
    Ok(stored == MIGRATIONS.last().map(|(version, ..)| *version))
}
