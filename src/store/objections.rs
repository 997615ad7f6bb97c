//! Letters to people whose value was not kept, and their objections.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, EntityId, FieldId, ObjectionId, RecordId, ResolutionId, UserId};
use crate::domain::time::Time;
use crate::domain::value::Tuple;

/// Somebody who was told what was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    pub id: ObjectionId,
    pub resolution: ResolutionId,
    pub conflict: ConflictId,
    pub record: RecordId,
    pub entity: EntityId,
    pub field: FieldId,
    pub teller: UserId,
    pub teller_name: String,
    /// Who was told.
    pub name: String,
    pub address: String,
    /// Why it was decided so, in the teller's words.
    pub text: String,
    /// The value that was kept.
    pub kept: Tuple,
    pub created_at: Time,
    pub expires_at: Time,
    pub mailed_at: Option<Time>,
    pub objected: Option<Objected>,
}

/// An objection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objected {
    pub at: Time,
    /// The conflict in which the review waits.
    pub review: ConflictId,
    pub words: String,
}

impl FromRow for Objection {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let objected = match row.maybe_time("objected_at")? {
            Some(at) => {
                Some(Objected { at, review: row.get::<String>("review")?.into(), words: row.get("words")? })
            }
            None => None,
        };
        let (entity, field) = (row.get::<String>("entity")?.into(), row.get::<String>("field")?.into());
        let mut kept: Tuple = row.json("kept")?;
        row.sight().tuple(&entity, &field, &mut kept);
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            resolution: row.get::<String>("resolution_id")?.into(),
            conflict: row.get::<String>("conflict_id")?.into(),
            record: row.get::<String>("record_id")?.into(),
            entity,
            field,
            teller: row.get::<String>("teller")?.into(),
            teller_name: row.get("teller_name")?,
            name: row.get("name")?,
            address: row.get("address")?,
            text: row.get("text")?,
            kept,
            created_at: row.time("created_at")?,
            expires_at: row.time("expires_at")?,
            mailed_at: row.maybe_time("mailed_at")?,
            objected,
        })
    }
}

/// Stores one with the hash of its link's secret.
pub async fn insert(w: &mut WriteSession, told: &Objection, hash: &str) -> Result<(), StoreError> {
    let query = w.sql(
        "INSERT INTO objections (id, resolution_id, conflict_id, record_id, entity, field, teller, teller_name,
             name, address, text, kept, token_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    );
    let query = query.bind(&told.id).bind(&told.resolution).bind(&told.conflict).bind(&told.record);
    let query = query.bind(&told.entity).bind(&told.field).bind(&told.teller).bind(&told.teller_name);
    let query = query.bind(&told.name).bind(&told.address).bind(&told.text);
    let query = query.bind(serde_json::to_string(&told.kept)?).bind(hash);
    query.bind(told.created_at).bind(told.expires_at).run_one().await
}

/// The one of a link, by the hash of its secret.
pub async fn by_token(s: &mut Session, hash: &str) -> Result<Option<Objection>, StoreError> {
    s.sql("SELECT * FROM objections WHERE token_hash = $1").bind(hash).maybe().await
}

/// The one of that id, if it exists for this viewer.
pub async fn get(
    s: &mut Session,
    viewer: &Viewer,
    id: &ObjectionId,
) -> Result<Option<Objection>, StoreError> {
    let found: Option<Objection> = s.sql("SELECT * FROM objections WHERE id = $1").bind(id).maybe().await?;
    Ok(found.filter(|told| viewer.sees(&told.entity)))
}

/// Who was told of a decision, oldest first.
pub async fn of_resolution(
    s: &mut Session,
    id: &ResolutionId,
    limit: i64,
) -> Result<Vec<Objection>, StoreError> {
    let query = s.sql("SELECT * FROM objections WHERE resolution_id = $1 ORDER BY id LIMIT $2");
    query.bind(id).bind(limit).all().await
}

/// Keeps an objection; false where there is one.
pub async fn object(
    w: &mut WriteSession,
    id: &ObjectionId,
    review: &ConflictId,
    words: &str,
) -> Result<bool, StoreError> {
    let now = w.now();
    let query = w.sql(
        "UPDATE objections SET objected_at = $2, review = $3, words = $4 WHERE id = $1 AND objected_at IS NULL",
    );
    Ok(query.bind(id).bind(now).bind(review).bind(words).run().await? > 0)
}

/// Remembers that it left by mail.
pub async fn mailed(w: &mut WriteSession, id: &ObjectionId) -> Result<(), StoreError> {
    let now = w.now();
    w.sql("UPDATE objections SET mailed_at = $2 WHERE id = $1").bind(id).bind(now).run_one().await
}
