//! Answers kept under the keys of the requests they answered, so that a request sent again is
//! answered again and not done again.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::UserId;
use crate::domain::time::Time;
use chrono::Duration;

/// How long an answer is kept.
pub const KEPT: Duration = Duration::hours(24);

/// The key of a request, as the program that sent it chose it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestKey {
    pub user: UserId,
    pub key: String,
    /// SHA-256 of method, path and body.
    pub fingerprint: String,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub fingerprint: String,
    pub status: i64,
    pub body: String,
    pub created_at: Time,
}

impl FromRow for Answer {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            fingerprint: row.get("fingerprint")?,
            status: row.get("status")?,
            body: row.get("body")?,
            created_at: row.time("created_at")?,
        })
    }
}

/// The answer kept for that key, if it is not older than [`KEPT`].
pub async fn find(s: &mut Session, key: &RequestKey, now: Time) -> Result<Option<Answer>, StoreError> {
    s.sql(
        "SELECT fingerprint, status, body, created_at FROM idempotency
         WHERE user_id = $1 AND idempotency_key = $2 AND created_at > $3",
    )
    .bind(&key.user)
    .bind(&key.key)
    .bind(now - KEPT)
    .maybe()
    .await
}

/// Keeps the answer, best in the transaction it tells of. A second answer for a key that has
/// one is [`StoreError::Duplicate`], so that of two racing requests one rolls back.
pub async fn keep(w: &mut WriteSession, key: &RequestKey, status: i64, body: &str) -> Result<(), StoreError> {
    let now = w.now();
    w.sql("DELETE FROM idempotency WHERE created_at <= $1").bind(now - KEPT).run().await?;
    w.sql(
        "INSERT INTO idempotency (user_id, idempotency_key, fingerprint, status, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&key.user)
    .bind(&key.key)
    .bind(&key.fingerprint)
    .bind(status)
    .bind(body)
    .bind(now)
    .run_one()
    .await
}
