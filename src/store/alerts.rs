//! Alerts: at most one open per cause, shown as a banner and mailed once.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::SystemId;
use crate::domain::time::Time;

/// The cause of the alert that says that alerts cannot be mailed.
pub const MAIL: &str = "mail";

/// Something a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub id: String,
    /// What it is about: `run/portal/customer`.
    pub cause: String,
    pub system: Option<SystemId>,
    pub message: String,
    /// The page on which to act.
    pub link: String,
    pub opened_at: Time,
    pub closed_at: Option<Time>,
    pub mailed_at: Option<Time>,
    pub times: i64,
}

impl FromRow for Alert {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            cause: row.get("cause")?,
            system: row.maybe::<String>("system")?.map(SystemId),
            message: row.get("message")?,
            link: row.get("link")?,
            opened_at: row.time("opened_at")?,
            closed_at: row.maybe_time("closed_at")?,
            mailed_at: row.maybe_time("mailed_at")?,
            times: row.get("times")?,
        })
    }
}

/// Opens an alert, or counts another time on the open one of that cause.
pub async fn raise(
    w: &mut WriteSession,
    cause: &str,
    system: Option<&SystemId>,
    message: &str,
    link: &str,
) -> Result<(), StoreError> {
    let (id, now) = (w.new_id(), w.now());
    let counted = w
        .sql("UPDATE alerts SET times = times + 1, message = $2 WHERE cause = $1 AND closed_at IS NULL")
        .bind(cause)
        .bind(message)
        .run()
        .await?;
    if counted > 0 {
        return Ok(());
    }
    w.sql("INSERT INTO alerts (id, cause, system, message, link, opened_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(cause)
        .bind(system)
        .bind(message)
        .bind(link)
        .bind(now)
        .run_one()
        .await
}

/// Closes the open alert of that cause, if there is one.
pub async fn clear(w: &mut WriteSession, cause: &str) -> Result<bool, StoreError> {
    let now = w.now();
    let query = w.sql("UPDATE alerts SET closed_at = $2 WHERE cause = $1 AND closed_at IS NULL");
    Ok(query.bind(cause).bind(now).run().await? > 0)
}

/// The open alerts, newest first.
pub async fn open(s: &mut Session, limit: i64) -> Result<Vec<Alert>, StoreError> {
    s.sql("SELECT * FROM alerts WHERE closed_at IS NULL ORDER BY id DESC LIMIT $1").bind(limit).all().await
}

/// How many alerts are open.
pub async fn count_open(s: &mut Session) -> Result<i64, StoreError> {
    let query = s.sql("SELECT CAST(count(*) AS BIGINT) AS value FROM alerts WHERE closed_at IS NULL");
    Ok(query.value().await?.unwrap_or(0))
}

/// The open alerts whose cause begins like this, oldest first: `run/` are those of reading.
pub async fn open_of(s: &mut Session, cause: &'static str) -> Result<Vec<Alert>, StoreError> {
    s.sql("SELECT * FROM alerts WHERE closed_at IS NULL AND cause LIKE $1 ORDER BY id LIMIT 100")
        .bind(format!("{cause}%"))
        .all()
        .await
}

/// Open alerts that have not been mailed, oldest first.
pub async fn unmailed(s: &mut Session, limit: i64) -> Result<Vec<Alert>, StoreError> {
    s.sql(
        "SELECT * FROM alerts WHERE closed_at IS NULL AND mailed_at IS NULL AND cause <> $1
         ORDER BY id LIMIT $2",
    )
    .bind(MAIL)
    .bind(limit)
    .all()
    .await
}

/// Remembers that an alert was mailed.
pub async fn mailed(w: &mut WriteSession, id: &str) -> Result<(), StoreError> {
    let now = w.now();
    w.sql("UPDATE alerts SET mailed_at = $2 WHERE id = $1").bind(id).bind(now).run_one().await
}
