//! Rows that a person said are another record than the one they were linked to.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::{EntityId, RecordId, SystemId};
use crate::domain::time::Time;

/// One system's row, taken out of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Separation {
    pub id: String,
    pub system: SystemId,
    pub entity: EntityId,
    pub external_id: String,
    /// The record it was part of.
    pub from: RecordId,
    /// The record it is now.
    pub to: RecordId,
    /// The name of whoever said so.
    pub by: String,
    pub reason: String,
    pub at: Time,
    /// When it was linked again.
    pub ended_at: Option<Time>,
}

impl FromRow for Separation {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            system: row.get::<String>("system")?.into(),
            entity: row.get::<String>("entity")?.into(),
            external_id: row.get("external_id")?,
            from: row.get::<String>("from_record")?.into(),
            to: row.get::<String>("to_record")?.into(),
            by: row.get("actor_name")?,
            reason: row.get("reason")?,
            at: row.time("created_at")?,
            ended_at: row.maybe_time("ended_at")?,
        })
    }
}

/// Stores a new one.
pub async fn insert(w: &mut WriteSession, own: &Separation) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO separations (id, system, entity, external_id, from_record, to_record, actor_name, reason,
             created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&own.id)
    .bind(&own.system)
    .bind(&own.entity)
    .bind(&own.external_id)
    .bind(&own.from)
    .bind(&own.to)
    .bind(&own.by)
    .bind(&own.reason)
    .bind(own.at)
    .run_one()
    .await
}

/// The one of that id.
pub async fn get(s: &mut Session, id: &str) -> Result<Option<Separation>, StoreError> {
    s.sql("SELECT * FROM separations WHERE id = $1").bind(id).maybe().await
}

/// Those that stand of a record, which it lost or came from, oldest first.
pub async fn standing(s: &mut Session, record: &RecordId) -> Result<Vec<Separation>, StoreError> {
    let query = s.sql(
        "SELECT * FROM separations WHERE ended_at IS NULL AND from_record = $1
         UNION ALL SELECT * FROM separations WHERE ended_at IS NULL AND to_record = $1
         ORDER BY id",
    );
    query.bind(record).all().await
}

/// Ends one: its row was linked again.
pub async fn end(w: &mut WriteSession, id: &str) -> Result<(), StoreError> {
    let now = w.now();
    let query = w.sql("UPDATE separations SET ended_at = $2 WHERE id = $1");
    query.bind(id).bind(now).run_one().await
}
