//! Tries to sign in that have not succeeded, counted per login name and per address.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::throttle::Failures;
use crate::domain::time::Time;

impl FromRow for Failures {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { count: row.get("failures")?, last_at: row.time("last_at")? })
    }
}

/// The failures of a subject: a digest of a login name, or an address.
pub async fn of(s: &mut Session, subject: &str) -> Result<Option<Failures>, StoreError> {
    s.sql("SELECT failures, last_at FROM sign_in_failures WHERE subject = $1").bind(subject).maybe().await
}

/// Stores the failures of a subject.
pub async fn put(w: &mut WriteSession, subject: &str, failures: &Failures) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO sign_in_failures (subject, failures, last_at) VALUES ($1, $2, $3)
         ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at",
    )
    .bind(subject)
    .bind(failures.count)
    .bind(failures.last_at)
    .run_one()
    .await
}

/// Forgets the failures of a subject.
pub async fn clear(w: &mut WriteSession, subject: &str) -> Result<(), StoreError> {
    w.sql("DELETE FROM sign_in_failures WHERE subject = $1").bind(subject).run().await.map(|_| ())
}

/// Forgets failures older than that.
pub async fn forget(w: &mut WriteSession, before: Time) -> Result<(), StoreError> {
    w.sql("DELETE FROM sign_in_failures WHERE last_at < $1").bind(before).run().await.map(|_| ())
}
