//! Drafts of the policies, and conflicts that wait for the end of a claim to be judged again.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::conflict::Dispute;
use crate::domain::ids::{EntityId, RecordId, UserId};
use crate::domain::policy_change::Change;
use crate::domain::resolution::Chosen;
use crate::domain::seal;
use crate::domain::time::Time;

/// A draft: changes that are not in force yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub id: String,
    pub author_id: UserId,
    pub author: String,
    pub reason: String,
    /// The version its author saw.
    pub based_on: i64,
    /// The version it goes back to.
    pub rolls_back: Option<i64>,
    pub created_at: Time,
    pub changed_at: Time,
    pub changes: Vec<Change>,
}

impl Draft {
    /// What tells whether a draft still is what somebody looked at: a hash over its changes, its
    /// reason and its version, in hexadecimal.
    ///
    /// # Errors
    /// It cannot be written as JSON, which nothing stored can cause.
    pub fn fingerprint(&self) -> Result<String, StoreError> {
        let text = serde_json::to_string(&(&self.changes, &self.reason, self.based_on, self.rolls_back))?;
        Ok(seal::sha256(&[text.as_bytes()]))
    }
}

impl FromRow for Draft {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            author_id: row.get::<String>("author_id")?.into(),
            author: row.get("author")?,
            reason: row.get("reason")?,
            based_on: row.get("based_on")?,
            rolls_back: row.maybe("rolls_back")?,
            created_at: row.time("created_at")?,
            changed_at: row.time("changed_at")?,
            changes: row.json("changes")?,
        })
    }
}

/// One draft.
pub async fn get(s: &mut Session, id: &str) -> Result<Option<Draft>, StoreError> {
    s.sql("SELECT * FROM policy_drafts WHERE id = $1").bind(id).maybe().await
}

/// One draft, its row locked until the transaction ends.
pub async fn lock(w: &mut WriteSession, id: &str) -> Result<Option<Draft>, StoreError> {
    let text = w.either(
        "SELECT * FROM policy_drafts WHERE id = $1",
        "SELECT * FROM policy_drafts WHERE id = $1 FOR UPDATE",
    );
    w.sql(text).bind(id).maybe().await
}

/// Every draft, newest first.
pub async fn all(s: &mut Session, limit: i64) -> Result<Vec<Draft>, StoreError> {
    s.sql("SELECT * FROM policy_drafts ORDER BY id DESC LIMIT $1").bind(limit).all().await
}

/// The newest draft somebody made in the form on that version.
pub async fn of(s: &mut Session, author: &UserId, based_on: i64) -> Result<Option<Draft>, StoreError> {
    let text = "SELECT * FROM policy_drafts WHERE author_id = $1 AND based_on = $2 AND rolls_back IS NULL
                ORDER BY id DESC LIMIT 1";
    s.sql(text).bind(author).bind(based_on).maybe().await
}

/// Stores a draft, new or changed.
pub async fn save(w: &mut WriteSession, draft: &Draft) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO policy_drafts (id, author_id, author, reason, based_on, rolls_back, created_at, changed_at, changes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, based_on = excluded.based_on,
             rolls_back = excluded.rolls_back, changed_at = excluded.changed_at, changes = excluded.changes",
    )
    .bind(&draft.id)
    .bind(&draft.author_id)
    .bind(&draft.author)
    .bind(&draft.reason)
    .bind(draft.based_on)
    .bind(draft.rolls_back)
    .bind(draft.created_at)
    .bind(draft.changed_at)
    .bind(serde_json::to_string(&draft.changes)?)
    .run_one()
    .await
}

/// Takes a draft away, with what its shadow found.
pub async fn remove(w: &mut WriteSession, id: &str) -> Result<u64, StoreError> {
    super::policy_shadows::remove(w, id).await?;
    w.sql("DELETE FROM policy_drafts WHERE id = $1").bind(id).run().await
}

/// Remembers the open conflicts of an entity that somebody holds now: they are judged later.
pub async fn postpone_claimed(w: &mut WriteSession, entity: &EntityId) -> Result<u64, StoreError> {
    let now = w.now();
    w.sql(
        "INSERT INTO policy_later (conflict_id, record_id, entity)
         SELECT id, record_id, entity FROM conflicts WHERE entity = $1 AND open AND claimed_until >= $2
         ON CONFLICT (conflict_id) DO NOTHING",
    )
    .bind(entity)
    .bind(now)
    .run()
    .await
}

/// A postponed conflict: its id, record and entity.
pub struct Postponed(pub String, pub RecordId, pub EntityId);

impl FromRow for Postponed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let record = row.get::<String>("record_id")?.into();
        Ok(Self(row.get("conflict_id")?, record, row.get::<String>("entity")?.into()))
    }
}

/// Postponed conflicts that nobody holds any longer.
pub async fn released(s: &mut Session, now: Time, limit: i64) -> Result<Vec<Postponed>, StoreError> {
    let text = "SELECT l.* FROM policy_later l JOIN conflicts c ON c.id = l.conflict_id
                WHERE c.claimed_until IS NULL OR c.claimed_until < $1 ORDER BY l.conflict_id LIMIT $2";
    s.sql(text).bind(now).bind(limit).all().await
}

/// Takes conflicts off the list of those that are judged later.
pub async fn taken_up(w: &mut WriteSession, conflicts: &[String]) -> Result<u64, StoreError> {
    w.sql("DELETE FROM policy_later WHERE conflict_id IN ").push_list(conflicts).run().await
}

/// A decision as it is looked back on.
pub struct Past {
    pub id: String,
    pub record: RecordId,
    pub title: String,
    pub created_at: Time,
    pub page: Vec<Dispute>,
    pub outcomes: Vec<Chosen>,
}

impl FromRow for Past {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            record: row.get::<String>("record_id")?.into(),
            title: row.get("title")?,
            created_at: row.time("created_at")?,
            page: row.json("page")?,
            outcomes: row.json("outcomes")?,
        })
    }
}

/// The newest decisions over records of an entity that no rule made and nobody took back.
pub async fn past(s: &mut Session, entity: &EntityId, limit: i64) -> Result<Vec<Past>, StoreError> {
    let text = "SELECT r.id, r.record_id, r.created_at, c.title, r.page, r.outcomes FROM resolutions r
                JOIN conflicts c ON c.id = r.conflict_id
                WHERE c.entity = $1 AND r.state <> 'undone' AND r.actor NOT LIKE '%\"kind\":\"rule\"%'
                ORDER BY r.id DESC LIMIT $2";
    s.sql(text).bind(entity).bind(limit).all().await
}

/// The open conflicts of an entity, oldest first.
pub async fn open(
    s: &mut Session,
    entity: &EntityId,
    limit: i64,
) -> Result<Vec<super::conflicts::Conflict>, StoreError> {
    let text = "SELECT * FROM conflicts WHERE entity = $1 AND open ORDER BY id LIMIT $2";
    s.sql(text).bind(entity).bind(limit).all().await
}

/// How many open conflicts an entity has.
pub async fn count_open(s: &mut Session, entity: &EntityId) -> Result<i64, StoreError> {
    let text = "SELECT CAST(count(*) AS BIGINT) AS value FROM conflicts WHERE entity = $1 AND open";
    Ok(s.sql(text).bind(entity).value().await?.unwrap_or(0))
}

/// The newest records of an entity that have no open conflict.
pub async fn agreed(s: &mut Session, entity: &EntityId, limit: i64) -> Result<Vec<RecordId>, StoreError> {
    let text = "SELECT id AS value FROM records r WHERE entity = $1 AND NOT EXISTS
                (SELECT 1 FROM conflicts c WHERE c.record_id = r.id AND c.open) ORDER BY id DESC LIMIT $2";
    let ids: Vec<String> = s.sql(text).bind(entity).bind(limit).values().await?;
    Ok(ids.into_iter().map(RecordId).collect())
}
