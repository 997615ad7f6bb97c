//! Sessions of browsers. The cookie's token is never stored, only its SHA-256.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::users::User;
use super::write::WriteSession;
use crate::domain::ids::UserId;
use crate::domain::time::Time;
use chrono::Duration;

/// A session ends when nothing was asked for so long,
pub const IDLE: Duration = Duration::minutes(30);
/// and in any case after so long.
pub const ABSOLUTE: Duration = Duration::hours(12);
/// An ended session is remembered for so long: a form of it can still be sent after signing in again.
const KEPT: Duration = Duration::days(2);

/// A browser's session with its user as the user is now.
#[derive(Clone, Debug)]
pub struct WebSession {
    pub user: User,
    pub token_hash: String,
    /// The token every form of this session carries.
    pub csrf: String,
    /// The user's epoch when it began.
    pub epoch: i64,
    pub seen_at: Time,
    pub ends_at: Time,
}

impl WebSession {
    /// Whether it still lets its user in.
    #[must_use]
    pub fn is_alive(&self, now: Time) -> bool {
        let in_time = now < self.ends_at && now - self.seen_at < IDLE;
        in_time && self.epoch == self.user.epoch && !self.user.disabled
    }

    /// How long it lets its user in if nothing more is asked for.
    #[must_use]
    pub fn left(&self, now: Time) -> Duration {
        (self.ends_at - now).min(self.seen_at + IDLE - now)
    }
}

impl FromRow for WebSession {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            user: User::from_row(row)?,
            token_hash: row.get("token_hash")?,
            csrf: row.get("csrf")?,
            epoch: row.get("session_epoch")?,
            seen_at: row.time("seen_at")?,
            ends_at: row.time("ends_at")?,
        })
    }
}

const SELECT: &str = "SELECT u.*, s.token_hash, s.csrf, s.epoch AS session_epoch, s.seen_at, s.ends_at
     FROM sessions s JOIN users u ON u.id = s.user_id";

/// The session of a cookie, alive or not.
pub async fn by_token(s: &mut Session, token_hash: &str) -> Result<Option<WebSession>, StoreError> {
    s.sql(SELECT).push(" WHERE s.token_hash = $1").bind(token_hash).maybe().await
}

/// The session whose forms carry this token, alive or not.
pub async fn by_csrf(s: &mut Session, csrf: &str) -> Result<Option<WebSession>, StoreError> {
    s.sql(SELECT).push(" WHERE s.csrf = $1").bind(csrf).maybe().await
}

/// Begins a session.
pub async fn insert(
    w: &mut WriteSession,
    token_hash: &str,
    csrf: &str,
    user: &UserId,
    epoch: i64,
) -> Result<(), StoreError> {
    let now = w.now();
    w.sql("DELETE FROM sessions WHERE ends_at < $1").bind(now - KEPT).run().await?;
    w.sql(
        "INSERT INTO sessions (token_hash, user_id, epoch, csrf, created_at, seen_at, ends_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(token_hash)
    .bind(user)
    .bind(epoch)
    .bind(csrf)
    .bind(now)
    .bind(now)
    .bind(now + ABSOLUTE)
    .run_one()
    .await
}

/// Notes that the session was used now.
pub async fn seen(w: &mut WriteSession, token_hash: &str) -> Result<(), StoreError> {
    let now = w.now();
    w.sql("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2")
        .bind(token_hash)
        .bind(now)
        .run()
        .await
        .map(|_| ())
}

/// Ends the session, if it has not ended; says whose it was.
pub async fn end(w: &mut WriteSession, token_hash: &str) -> Result<Option<User>, StoreError> {
    let now = w.now();
    let Some(session) = by_token(w, token_hash).await? else { return Ok(None) };
    if !session.is_alive(now) {
        return Ok(None);
    }
    w.sql("UPDATE sessions SET ends_at = $2 WHERE token_hash = $1")
        .bind(token_hash)
        .bind(now)
        .run_one()
        .await?;
    Ok(Some(session.user))
}
