//! Drafts in shadow, and what each would have made of the differences judged meanwhile.

use super::db::{Arg, FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::{ConflictId, DifferenceId, EntityId, FieldId};
use crate::domain::shadow::Beside;
use crate::domain::time::Time;
use crate::domain::value::Tuple;

/// A draft in shadow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    pub draft: String,
    /// Of the draft as it was put there.
    pub fingerprint: String,
    pub started_by: String,
    pub started_at: Time,
    pub until: Time,
    pub most: i64,
    /// When it was ended before its time, and why: `stopped` or `number`.
    pub ended: Option<(Time, String)>,
}

impl FromRow for Shadow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let ended_at = row.maybe_time("ended_at")?;
        Ok(Self {
            draft: row.get("draft_id")?,
            fingerprint: row.get("fingerprint")?,
            started_by: row.get("started_by")?,
            started_at: row.time("started_at")?,
            until: row.time("until")?,
            most: row.get("most")?,
            ended: ended_at.zip(row.maybe("ended_why")?),
        })
    }
}

/// What a draft would have made of one difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub draft: String,
    pub difference: DifferenceId,
    pub conflict: ConflictId,
    pub entity: EntityId,
    pub field: FieldId,
    pub beside: Beside,
    /// The values it would have kept; none where it asks a person.
    pub would: Option<Tuple>,
}

impl FromRow for Judgement {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let of = |name: &str| Beside::ALL.into_iter().find(|beside| beside.as_str() == name);
        let would: Option<String> = row.maybe("would")?;
        let would: Result<Option<Tuple>, _> = would.map(|text| serde_json::from_str(&text)).transpose();
        let mut would = would.map_err(|e| StoreError::row("would", &e.to_string()))?;
        let (entity, field) = (row.get::<String>("entity")?.into(), row.get::<String>("field")?.into());
        if let Some(tuple) = &mut would {
            row.sight().tuple(&entity, &field, tuple);
        }
        Ok(Self {
            draft: row.get("draft_id")?,
            difference: row.get::<String>("difference_id")?.into(),
            conflict: row.get::<String>("conflict_id")?.into(),
            entity,
            field,
            beside: row.named("outcome", of)?,
            would,
        })
    }
}

/// The drafts in shadow that were not ended.
pub async fn running(s: &mut Session) -> Result<Vec<Shadow>, StoreError> {
    s.sql("SELECT * FROM policy_shadows WHERE ended_at IS NULL ORDER BY draft_id").all().await
}

/// The shadow of a draft, if it is or was in one.
pub async fn get(s: &mut Session, draft: &str) -> Result<Option<Shadow>, StoreError> {
    s.sql("SELECT * FROM policy_shadows WHERE draft_id = $1").bind(draft).maybe().await
}

/// Puts a draft in shadow; what it found in an earlier one is gone.
pub async fn start(w: &mut WriteSession, shadow: &Shadow) -> Result<(), StoreError> {
    remove(w, &shadow.draft).await?;
    w.sql(
        "INSERT INTO policy_shadows (draft_id, fingerprint, started_by, started_at, until, most)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&shadow.draft)
    .bind(&shadow.fingerprint)
    .bind(&shadow.started_by)
    .bind(shadow.started_at)
    .bind(shadow.until)
    .bind(shadow.most)
    .run_one()
    .await
}

/// Ends a shadow that runs; what it found stays.
pub async fn end(w: &mut WriteSession, draft: &str, why: &str) -> Result<u64, StoreError> {
    let now = w.now();
    let text =
        "UPDATE policy_shadows SET ended_at = $2, ended_why = $3 WHERE draft_id = $1 AND ended_at IS NULL";
    w.sql(text).bind(draft).bind(now).bind(why).run().await
}

/// Forgets the shadow of a draft and what it found.
pub async fn remove(w: &mut WriteSession, draft: &str) -> Result<(), StoreError> {
    w.sql("DELETE FROM shadow_judgements WHERE draft_id = $1").bind(draft).run().await?;
    w.sql("DELETE FROM policy_shadows WHERE draft_id = $1").bind(draft).run().await.map(|_| ())
}

/// How many more differences a running shadow may write down; none when it has ended.
async fn left(w: &mut WriteSession, draft: &str) -> Result<Option<i64>, StoreError> {
    let now = w.now();
    let query = w.sql(
        "SELECT s.most - (SELECT CAST(count(*) AS BIGINT) FROM shadow_judgements j WHERE j.draft_id = s.draft_id)
             AS value
         FROM policy_shadows s WHERE s.draft_id = $1 AND s.ended_at IS NULL AND s.until > $2",
    );
    query.bind(draft).bind(now).value().await
}

/// Writes down what drafts would have made of differences, the newest judgement of each. A shadow
/// that has written down as many as it may ends.
pub async fn save(w: &mut WriteSession, all: Vec<Judgement>) -> Result<(), StoreError> {
    for own in all {
        match left(w, &own.draft).await? {
            None => continue,
            Some(left) if left <= 0 => drop(end(w, &own.draft, "number").await?),
            Some(_) => insert(w, own).await?,
        }
    }
    Ok(())
}

async fn insert(w: &mut WriteSession, own: Judgement) -> Result<(), StoreError> {
    let would = own.would.as_ref().map(serde_json::to_string).transpose()?;
    let now: Arg = w.now().into();
    let row = vec![
        own.draft.into(),
        (&own.difference).into(),
        (&own.conflict).into(),
        (&own.entity).into(),
        (&own.field).into(),
        now,
        own.beside.as_str().into(),
        would.into(),
    ];
    let head =
        "INSERT INTO shadow_judgements (draft_id, difference_id, conflict_id, entity, field, judged_at,
                    outcome, would)";
    let tail = "ON CONFLICT (draft_id, difference_id) DO UPDATE SET judged_at = excluded.judged_at,
                    conflict_id = excluded.conflict_id, outcome = excluded.outcome, would = excluded.would";
    w.insert_rows(head, vec![row], tail).await.map(|_| ())
}

/// What the shadow of a draft found, oldest first.
pub async fn judgements(s: &mut Session, draft: &str, limit: i64) -> Result<Vec<Judgement>, StoreError> {
    let text = "SELECT * FROM shadow_judgements WHERE draft_id = $1 ORDER BY difference_id LIMIT $2";
    s.sql(text).bind(draft).bind(limit).all().await
}
