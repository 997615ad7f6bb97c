//! Questions to people outside, and their answers.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, DifferenceId, EntityId, FieldId, QuestionId, RecordId, UserId};
use crate::domain::question::{Answer, Offered, Standing};
use crate::domain::time::Time;

/// A question as it was asked, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub id: QuestionId,
    pub conflict: ConflictId,
    pub record: RecordId,
    pub entity: EntityId,
    pub difference: DifferenceId,
    pub field: FieldId,
    pub asker: UserId,
    pub asker_name: String,
    /// Who is asked.
    pub name: String,
    pub address: String,
    /// Words that go with it; may be empty.
    pub text: String,
    pub offered: Vec<Offered>,
    pub created_at: Time,
    pub expires_at: Time,
    pub mailed_at: Option<Time>,
    pub standing: Standing,
}

impl FromRow for Question {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let (entity, field) = (row.get::<String>("entity")?.into(), row.get::<String>("field")?.into());
        let (mut offered, mut standing): (Vec<Offered>, _) = (row.json("offered")?, standing(row)?);
        row.sight().offered(&entity, &field, &mut offered);
        if let Standing::Answered { answer, .. } = &mut standing {
            row.sight().answer(&entity, &field, answer);
        }
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            conflict: row.get::<String>("conflict_id")?.into(),
            record: row.get::<String>("record_id")?.into(),
            entity,
            difference: row.get::<String>("difference_id")?.into(),
            field,
            asker: row.get::<String>("asker")?.into(),
            asker_name: row.get("asker_name")?,
            name: row.get("name")?,
            address: row.get("address")?,
            text: row.get("text")?,
            offered,
            created_at: row.time("created_at")?,
            expires_at: row.time("expires_at")?,
            mailed_at: row.maybe_time("mailed_at")?,
            standing,
        })
    }
}

fn standing(row: &Row) -> Result<Standing, StoreError> {
    let at = || row.time("ended_at");
    Ok(match row.get::<String>("state")?.as_str() {
        "open" => Standing::Open,
        "answered" => Standing::Answered { at: at()?, answer: row.json::<Answer>("answer")? },
        "withdrawn" => Standing::Withdrawn { at: at()? },
        "expired" => Standing::Expired { at: at()? },
        "over" => Standing::Over { at: at()? },
        other => return Err(StoreError::row("state", &format!("holds “{other}”"))),
    })
}

/// Stores a new question with the hash of its link's secret.
pub async fn insert(w: &mut WriteSession, question: &Question, hash: &str) -> Result<(), StoreError> {
    let query = w.sql(
        "INSERT INTO questions (id, conflict_id, record_id, entity, difference_id, field, asker, asker_name, name,
             address, text, offered, token_hash, created_at, expires_at, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open')",
    );
    let query = query.bind(&question.id).bind(&question.conflict).bind(&question.record);
    let query = query.bind(&question.entity).bind(&question.difference).bind(&question.field);
    let query = query.bind(&question.asker).bind(&question.asker_name).bind(&question.name);
    let query = query.bind(&question.address).bind(&question.text);
    let query = query.bind(serde_json::to_string(&question.offered)?).bind(hash);
    query.bind(question.created_at).bind(question.expires_at).run_one().await
}

/// The question of a link, by the hash of its secret.
pub async fn by_token(s: &mut Session, hash: &str) -> Result<Option<Question>, StoreError> {
    s.sql("SELECT * FROM questions WHERE token_hash = $1").bind(hash).maybe().await
}

/// The question, if it exists for this viewer.
pub async fn get(s: &mut Session, viewer: &Viewer, id: &QuestionId) -> Result<Option<Question>, StoreError> {
    let found: Option<Question> = s.sql("SELECT * FROM questions WHERE id = $1").bind(id).maybe().await?;
    Ok(found.filter(|question| viewer.sees(&question.entity)))
}

/// The newest questions of a conflict, oldest of them first.
pub async fn of_conflict(s: &mut Session, id: &ConflictId, limit: i64) -> Result<Vec<Question>, StoreError> {
    let query = s.sql("SELECT * FROM questions WHERE conflict_id = $1 ORDER BY id DESC LIMIT $2");
    let mut all: Vec<Question> = query.bind(id).bind(limit).all().await?;
    all.reverse();
    Ok(all)
}

/// Questions of a conflict, newest first, from that one on.
pub async fn page(
    s: &mut Session,
    id: &ConflictId,
    before: Option<&QuestionId>,
    limit: i64,
) -> Result<Vec<Question>, StoreError> {
    let query = s.sql("SELECT * FROM questions").push_bind(" WHERE conflict_id = ?", [id.into()]);
    let query = match before {
        Some(before) => query.push_bind(" AND id < ?", [before.into()]),
        None => query,
    };
    query.push(" ORDER BY id DESC").limit(limit).all().await
}

/// The newest questions about a record, newest first.
pub async fn of_record(s: &mut Session, id: &RecordId, limit: i64) -> Result<Vec<Question>, StoreError> {
    let query = s.sql("SELECT * FROM questions WHERE record_id = $1 ORDER BY id DESC LIMIT $2");
    query.bind(id).bind(limit).all().await
}

/// Open questions whose time is over, or whose field is settled.
pub async fn to_end(s: &mut Session, now: Time, limit: i64) -> Result<Vec<Question>, StoreError> {
    let query = s.sql(
        "SELECT q.* FROM questions q WHERE q.state = 'open' AND (q.expires_at <= $1 OR NOT EXISTS (
             SELECT 1 FROM differences d WHERE d.id = q.difference_id AND d.state = 'open')) ORDER BY q.id LIMIT $2",
    );
    query.bind(now).bind(limit).all().await
}

/// Ends an open question; false where it has ended.
pub async fn end(w: &mut WriteSession, id: &QuestionId, standing: &Standing) -> Result<bool, StoreError> {
    let answer = match standing {
        Standing::Answered { answer, .. } => Some(serde_json::to_string(answer)?),
        _ => None,
    };
    let query =
        w.sql("UPDATE questions SET state = $2, ended_at = $3, answer = $4 WHERE id = $1 AND state = 'open'");
    let query = query.bind(id).bind(standing.name()).bind(standing.ended_at()).bind(answer);
    Ok(query.run().await? > 0)
}

/// Remembers that it left by mail.
pub async fn mailed(w: &mut WriteSession, id: &QuestionId) -> Result<(), StoreError> {
    let now = w.now();
    w.sql("UPDATE questions SET mailed_at = $2 WHERE id = $1").bind(id).bind(now).run_one().await
}
