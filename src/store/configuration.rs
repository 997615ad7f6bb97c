//! Versions of the business configuration and of the policies, and the state of each system.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::SystemId;
use crate::domain::time::Time;

/// One stored version of a document; `body` is its exact JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub version: i64,
    pub created_at: Time,
    pub author: String,
    pub reason: String,
    pub body: String,
}

impl FromRow for Version {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            version: row.get("version")?,
            created_at: row.time("created_at")?,
            author: row.get("author")?,
            reason: row.get("reason")?,
            body: row.get("body")?,
        })
    }
}

/// Which document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    Configuration,
    Policies,
}

impl Document {
    fn newest(self) -> &'static str {
        match self {
            Self::Configuration => "SELECT * FROM configurations ORDER BY version DESC LIMIT $1",
            Self::Policies => "SELECT * FROM policies ORDER BY version DESC LIMIT $1",
        }
    }

    fn number(self) -> &'static str {
        match self {
            Self::Configuration => "SELECT max(version) AS value FROM configurations",
            Self::Policies => "SELECT max(version) AS value FROM policies",
        }
    }

    fn one(self) -> &'static str {
        match self {
            Self::Configuration => "SELECT * FROM configurations WHERE version = $1",
            Self::Policies => "SELECT * FROM policies WHERE version = $1",
        }
    }

    fn insert(self) -> &'static str {
        match self {
            Self::Configuration => {
                "INSERT INTO configurations (version, created_at, author, reason, body) VALUES ($1, $2, $3, $4, $5)"
            }
            Self::Policies => {
                "INSERT INTO policies (version, created_at, author, reason, body) VALUES ($1, $2, $3, $4, $5)"
            }
        }
    }
}

/// The version in force, if there is one.
pub async fn current(s: &mut Session, document: Document) -> Result<Option<Version>, StoreError> {
    s.sql(document.newest()).bind(1).maybe().await
}

/// The number of the version in force, if there is one.
pub async fn current_number(s: &mut Session, document: Document) -> Result<Option<i64>, StoreError> {
    s.sql(document.number()).value().await
}

/// The version of that number.
pub async fn version(
    s: &mut Session,
    document: Document,
    number: i64,
) -> Result<Option<Version>, StoreError> {
    s.sql(document.one()).bind(number).maybe().await
}

/// The newest versions, newest first.
pub async fn versions(s: &mut Session, document: Document, limit: i64) -> Result<Vec<Version>, StoreError> {
    s.sql(document.newest()).bind(limit).all().await
}

/// Stores the next version. Two admins who started from the same one cannot both succeed: the
/// second meets [`StoreError::Duplicate`].
pub async fn insert(
    w: &mut WriteSession,
    document: Document,
    version: i64,
    author: &str,
    reason: &str,
    body: String,
) -> Result<(), StoreError> {
    let now = w.now();
    w.sql(document.insert()).bind(version).bind(now).bind(author).bind(reason).bind(body).run_one().await
}

/// What is known of a system beside its configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemState {
    pub id: SystemId,
    pub writes_enabled: bool,
    /// Sealed for `systems/<id>/secret`.
    pub secret: Option<Vec<u8>>,
    pub paused_reason: Option<String>,
}

impl FromRow for SystemState {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            writes_enabled: row.get("writes_enabled")?,
            secret: row.maybe("secret")?,
            paused_reason: row.maybe("paused_reason")?,
        })
    }
}

/// The state of every system that has one.
pub async fn system_states(s: &mut Session) -> Result<Vec<SystemState>, StoreError> {
    s.sql("SELECT * FROM systems ORDER BY id").all().await
}

/// The state of one system: watch only and running, if nothing else was ever set.
pub async fn system_state(s: &mut Session, id: &SystemId) -> Result<SystemState, StoreError> {
    let state: Option<SystemState> = s.sql("SELECT * FROM systems WHERE id = $1").bind(id).maybe().await?;
    Ok(state.unwrap_or_else(|| SystemState { id: id.clone(), ..SystemState::default() }))
}

/// Stores the state of a system.
pub async fn save_system_state(w: &mut WriteSession, state: &SystemState) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO systems (id, writes_enabled, secret, paused_reason)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET writes_enabled = excluded.writes_enabled, secret = excluded.secret,
             paused_reason = excluded.paused_reason",
    )
    .bind(&state.id)
    .bind(state.writes_enabled)
    .bind(state.secret.clone())
    .bind(state.paused_reason.as_ref())
    .run_one()
    .await
}
