//! Samples of what rules settled, and how people answered them.

use super::db::{Arg, FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::audit::Actor;
use crate::domain::ids::{DifferenceId, EntityId, FieldId, RecordId, ResolutionId, UserId};
use crate::domain::sample::{Answer, Verdict};
use crate::domain::time::Time;

/// Settled differences looked at for one draw: the newest.
pub const DRAWN_FROM: i64 = 20_000;

/// A sample, and who drew it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub id: String,
    /// Empty: of any kind of record.
    pub entity: EntityId,
    /// Empty: of any field.
    pub field: FieldId,
    pub days: i64,
    pub actor: Actor,
    pub created_at: Time,
}

impl FromRow for Sample {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            entity: row.get::<String>("entity")?.into(),
            field: row.get::<String>("field")?.into(),
            days: row.get("days")?,
            actor: row.json("actor")?,
            created_at: row.time("created_at")?,
        })
    }
}

/// One difference of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// From 1.
    pub place: i64,
    pub resolution: ResolutionId,
    pub difference: DifferenceId,
    pub record: RecordId,
    pub entity: EntityId,
    pub field: FieldId,
    /// The rule that settled it, as a policy names it.
    pub rule: String,
    pub answer: Option<(Answer, Verdict)>,
    pub answered_at: Option<Time>,
}

impl FromRow for Item {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let mut answer: Option<Answer> = row
            .maybe::<String>("answer")?
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|e| StoreError::row("answer", &e.to_string()))?;
        let verdict = row.maybe::<String>("verdict")?.and_then(|name| Verdict::of(&name));
        let (entity, field) = (row.get::<String>("entity")?.into(), row.get::<String>("field")?.into());
        if let Some(answer) = &mut answer {
            row.sight().sample_answer(&entity, &field, answer);
        }
        Ok(Self {
            place: row.get("place")?,
            resolution: row.get::<String>("resolution_id")?.into(),
            difference: row.get::<String>("difference_id")?.into(),
            record: row.get::<String>("record_id")?.into(),
            entity,
            field,
            rule: row.get("rule")?,
            answer: answer.zip(verdict),
            answered_at: row.maybe_time("answered_at")?,
        })
    }
}

/// A difference that a rule settled, to be drawn.
pub struct Settled {
    pub difference: DifferenceId,
    pub resolution: ResolutionId,
    pub entity: EntityId,
    pub field: FieldId,
}

impl FromRow for Settled {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            difference: row.get::<String>("id")?.into(),
            resolution: row.get::<String>("resolution_id")?.into(),
            entity: row.get::<String>("entity")?.into(),
            field: row.get::<String>("field")?.into(),
        })
    }
}

/// What rules settled since then, of this kind of record and field where they are not empty, the
/// newest first. Whole records that were made again have no values to choose from.
pub async fn settled(
    s: &mut Session,
    viewer: &Viewer,
    (entity, field): (&EntityId, &FieldId),
    since: Time,
) -> Result<Vec<Settled>, StoreError> {
    let query = s.sql(
        "SELECT id, resolution_id, entity, field FROM differences WHERE state = 'settled_by_rule' AND closed_at IS NOT NULL
             AND field <> 'record'",
    );
    let mut query = query.push_bind(" AND opened_at >= ?", [since.into()]);
    if !entity.as_str().is_empty() {
        query = query.push_bind(" AND entity = ?", [entity.into()]);
    }
    if !field.as_str().is_empty() {
        query = query.push_bind(" AND field = ?", [field.into()]);
    }
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND entity IN ").push_list(entities.iter());
    }
    query.push(" ORDER BY id DESC").limit(DRAWN_FROM).all().await
}

/// Stores a sample with what was drawn.
pub async fn insert(w: &mut WriteSession, sample: &Sample, items: &[Item]) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO samples (id, entity, field, days, actor_id, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&sample.id)
    .bind(&sample.entity)
    .bind(&sample.field)
    .bind(sample.days)
    .bind(&sample.actor.id)
    .bind(serde_json::to_string(&sample.actor)?)
    .bind(sample.created_at)
    .run_one()
    .await?;
    let row = |item: &Item| -> Vec<Arg> {
        vec![
            (&sample.id).into(),
            item.place.into(),
            (&item.resolution).into(),
            (&item.difference).into(),
            (&item.record).into(),
            (&item.entity).into(),
            (&item.field).into(),
            (&item.rule).into(),
        ]
    };
    let head =
        "INSERT INTO sample_items (sample_id, place, resolution_id, difference_id, record_id, entity, field,
        rule)";
    w.insert_rows(head, items.iter().map(row).collect(), "").await?;
    Ok(())
}

/// One sample.
pub async fn get(s: &mut Session, id: &str) -> Result<Option<Sample>, StoreError> {
    s.sql("SELECT * FROM samples WHERE id = $1").bind(id).maybe().await
}

/// The newest samples, newest first.
pub async fn recent(s: &mut Session, limit: i64) -> Result<Vec<Sample>, StoreError> {
    s.sql("SELECT * FROM samples ORDER BY id DESC LIMIT $1").bind(limit).all().await
}

/// The differences of these samples that exist for this viewer, each with its sample, in order.
pub async fn items(
    s: &mut Session,
    viewer: &Viewer,
    samples: &[String],
) -> Result<Vec<(String, Item)>, StoreError> {
    struct Of(String, Item);
    impl FromRow for Of {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.get("sample_id")?, Item::from_row(row)?))
        }
    }
    let query = s.sql("SELECT * FROM sample_items WHERE sample_id IN ").push_list(samples);
    let all: Vec<Of> = query.push(" ORDER BY sample_id, place").all().await?;
    let seen = all.into_iter().filter(|of| viewer.sees(&of.1.entity));
    Ok(seen.map(|Of(sample, item)| (sample, item)).collect())
}

/// Stores an answer. False where there is one already: the first one counts.
pub async fn answer(
    w: &mut WriteSession,
    sample: &str,
    place: i64,
    answer: &Answer,
    verdict: Verdict,
) -> Result<bool, StoreError> {
    let (now, text) = (w.now(), serde_json::to_string(answer)?);
    let query = w.sql(
        "UPDATE sample_items SET answer = $3, verdict = $4, answered_at = $5
         WHERE sample_id = $1 AND place = $2 AND verdict IS NULL",
    );
    let changed = query.bind(sample).bind(place).bind(text).bind(verdict.as_str()).bind(now).run().await?;
    Ok(changed == 1)
}

/// How many samples of somebody are not answered to their end.
pub async fn unfinished(s: &mut Session, user: &UserId) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM samples s WHERE s.actor_id = $1 AND EXISTS
             (SELECT 1 FROM sample_items i WHERE i.sample_id = s.id AND i.verdict IS NULL)",
    );
    Ok(query.bind(user).value().await?.unwrap_or(0))
}

/// How the newest sample of a field was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub field: FieldId,
    pub sample: String,
    /// Answered as the rule decided.
    pub agrees: i64,
    /// Answered one way or the other.
    pub all: i64,
}

impl FromRow for Figure {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            field: row.get::<String>("field")?.into(),
            sample: row.get("sample_id")?,
            agrees: row.get("agrees")?,
            all: row.get("answered")?,
        })
    }
}

/// The newest figure of each field of a kind of record.
pub async fn figures(s: &mut Session, entity: &EntityId) -> Result<Vec<Figure>, StoreError> {
    let query = s.sql(
        "SELECT i.field, i.sample_id, CAST(count(*) AS BIGINT) AS answered,
             CAST(sum(CASE WHEN i.verdict = 'agrees' THEN 1 ELSE 0 END) AS BIGINT) AS agrees
         FROM sample_items i WHERE i.entity = $1 AND i.verdict IN ('agrees', 'differs') AND i.sample_id =
             (SELECT max(j.sample_id) FROM sample_items j WHERE j.entity = i.entity AND j.field = i.field
                  AND j.verdict IN ('agrees', 'differs'))
         GROUP BY i.field, i.sample_id",
    );
    query.bind(entity).all().await
}
