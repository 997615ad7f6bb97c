//! Comments on conflicts.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::ids::{CommentId, ConflictId, EntityId, RecordId, UserId};
use crate::domain::time::Time;

/// What somebody said about a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub conflict: ConflictId,
    pub record: RecordId,
    pub entity: EntityId,
    pub author: UserId,
    /// The author's name then.
    pub author_name: String,
    /// Empty once it was withdrawn.
    pub text: String,
    pub created_at: Time,
    pub withdrawn: Option<Withdrawn>,
}

/// Who took a comment back, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    pub by: String,
    pub at: Time,
}

impl FromRow for Comment {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let by: Option<String> = row.maybe("withdrawn_by")?;
        let withdrawn = by.zip(row.maybe_time("withdrawn_at")?).map(|(by, at)| Withdrawn { by, at });
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            conflict: row.get::<String>("conflict_id")?.into(),
            record: row.get::<String>("record_id")?.into(),
            entity: row.get::<String>("entity")?.into(),
            author: row.get::<String>("author")?.into(),
            author_name: row.get("author_name")?,
            text: row.get("text")?,
            created_at: row.time("created_at")?,
            withdrawn,
        })
    }
}

/// The newest comments of a conflict, oldest of them first.
pub async fn of_conflict(s: &mut Session, id: &ConflictId, limit: i64) -> Result<Vec<Comment>, StoreError> {
    let query = s.sql("SELECT * FROM comments WHERE conflict_id = $1 ORDER BY id DESC LIMIT $2");
    let mut all: Vec<Comment> = query.bind(id).bind(limit).all().await?;
    all.reverse();
    Ok(all)
}

/// Comments of a conflict, newest first, from that one on.
pub async fn page(
    s: &mut Session,
    id: &ConflictId,
    before: Option<&CommentId>,
    limit: i64,
) -> Result<Vec<Comment>, StoreError> {
    let query = s.sql("SELECT * FROM comments").push_bind(" WHERE conflict_id = ?", [id.into()]);
    let query = match before {
        Some(before) => query.push_bind(" AND id < ?", [before.into()]),
        None => query,
    };
    query.push(" ORDER BY id DESC").limit(limit).all().await
}

/// How many comments a conflict has.
pub async fn count(s: &mut Session, id: &ConflictId) -> Result<i64, StoreError> {
    let query = s.sql("SELECT CAST(count(*) AS BIGINT) AS value FROM comments WHERE conflict_id = $1");
    Ok(query.bind(id).value().await?.unwrap_or(0))
}

/// The newest comments on a record, newest first.
pub async fn of_record(s: &mut Session, id: &RecordId, limit: i64) -> Result<Vec<Comment>, StoreError> {
    let query = s.sql("SELECT * FROM comments WHERE record_id = $1 ORDER BY id DESC LIMIT $2");
    query.bind(id).bind(limit).all().await
}

/// The comment, if it exists for this viewer.
pub async fn get(s: &mut Session, viewer: &Viewer, id: &CommentId) -> Result<Option<Comment>, StoreError> {
    let found: Option<Comment> = s.sql("SELECT * FROM comments WHERE id = $1").bind(id).maybe().await?;
    Ok(found.filter(|comment| viewer.sees(&comment.entity)))
}

/// Stores a comment; false where this form of that person was sent before.
pub async fn insert(w: &mut WriteSession, comment: &Comment, form: &str) -> Result<bool, StoreError> {
    let query = w.sql(
        "INSERT INTO comments (id, conflict_id, record_id, entity, author, author_name, text, form, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (author, form) DO NOTHING",
    );
    let query = query.bind(&comment.id).bind(&comment.conflict).bind(&comment.record);
    let query = query.bind(&comment.entity).bind(&comment.author).bind(&comment.author_name);
    Ok(query.bind(&comment.text).bind(form).bind(comment.created_at).run().await? > 0)
}

/// The comment that this person sent with that form.
pub async fn of_form(s: &mut Session, author: &UserId, form: &str) -> Result<Option<Comment>, StoreError> {
    s.sql("SELECT * FROM comments WHERE author = $1 AND form = $2").bind(author).bind(form).maybe().await
}

/// Takes a comment back: its text goes, who and when stays.
pub async fn withdraw(w: &mut WriteSession, id: &CommentId, by: &str) -> Result<(), StoreError> {
    let now = w.now();
    w.sql("UPDATE comments SET text = '', withdrawn_at = $2, withdrawn_by = $3 WHERE id = $1")
        .bind(id)
        .bind(now)
        .bind(by)
        .run_one()
        .await
}
