//! What people decided, field by field: the track record of suggestions, and the last decisions.

use super::db::{Arg, FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::{DifferenceId, EntityId, FieldId, ResolutionId};
use crate::domain::suggestion::{LAST, Shown, Track};

/// What a person decided for one difference, beside what was suggested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDecision {
    pub resolution: ResolutionId,
    pub difference: DifferenceId,
    pub entity: EntityId,
    /// What its policy is set on: of a child row, the field that all rows are.
    pub field: FieldId,
    pub pattern: String,
    pub cause: String,
    /// The number of the value that was suggested.
    pub suggested: Option<usize>,
    pub shown: Shown,
    /// The decision gave the suggested value.
    pub kept: bool,
}

/// Stores what a decision says of its fields.
pub async fn insert(w: &mut WriteSession, all: &[FieldDecision]) -> Result<(), StoreError> {
    let row = |own: &FieldDecision| -> Vec<Arg> {
        let shown = match own.shown {
            Shown::Before => "before",
            Shown::After => "after",
            Shown::No => "no",
        };
        vec![
            (&own.resolution).into(),
            (&own.difference).into(),
            (&own.entity).into(),
            (&own.field).into(),
            own.pattern.as_str().into(),
            own.cause.as_str().into(),
            own.suggested.and_then(|n| i64::try_from(n).ok()).into(),
            shown.into(),
            own.kept.into(),
            false.into(),
        ]
    };
    w.insert_rows(
        "INSERT INTO field_decisions (resolution_id, difference_id, entity, field, pattern, cause, suggested,
             shown, kept, reversed)",
        all.iter().map(row).collect(),
        "",
    )
    .await?;
    Ok(())
}

/// Forgets a decision that was taken back before anything of it was sent.
pub async fn forget(w: &mut WriteSession, id: &ResolutionId) -> Result<(), StoreError> {
    w.sql("DELETE FROM field_decisions WHERE resolution_id = $1").bind(id).run().await?;
    Ok(())
}

/// Marks a decision as reversed, or takes that back where the reversal was undone.
pub async fn reversed(w: &mut WriteSession, id: &ResolutionId, reversed: bool) -> Result<(), StoreError> {
    let query = w.sql("UPDATE field_decisions SET reversed = $2 WHERE resolution_id = $1");
    query.bind(id).bind(reversed).run().await?;
    Ok(())
}

impl FromRow for Track {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { total: row.get("total")?, kept: row.get("kept")?, reversed: row.get("reversed")? })
    }
}

/// How the last suggestions did whose differences had this pattern.
pub async fn of_pattern(s: &mut Session, pattern: &str) -> Result<Track, StoreError> {
    s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS total,
             CAST(coalesce(sum(CASE WHEN kept THEN 1 ELSE 0 END), 0) AS BIGINT) AS kept,
             CAST(coalesce(sum(CASE WHEN reversed THEN 1 ELSE 0 END), 0) AS BIGINT) AS reversed
         FROM (SELECT kept, reversed FROM field_decisions WHERE pattern = $1 AND suggested IS NOT NULL
             ORDER BY resolution_id DESC LIMIT $2) AS last",
    )
    .bind(pattern)
    .bind(LAST)
    .one()
    .await
}

/// How the last suggestions did that were about this field, with this cause.
pub async fn of_cause(
    s: &mut Session,
    entity: &EntityId,
    field: &FieldId,
    cause: &str,
) -> Result<Track, StoreError> {
    s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS total,
             CAST(coalesce(sum(CASE WHEN kept THEN 1 ELSE 0 END), 0) AS BIGINT) AS kept,
             CAST(coalesce(sum(CASE WHEN reversed THEN 1 ELSE 0 END), 0) AS BIGINT) AS reversed
         FROM (SELECT kept, reversed FROM field_decisions
             WHERE entity = $1 AND field = $2 AND cause = $3 AND suggested IS NOT NULL
             ORDER BY resolution_id DESC LIMIT $4) AS last",
    )
    .bind(entity)
    .bind(field)
    .bind(cause)
    .bind(LAST)
    .one()
    .await
}

/// The newest decisions about a field, newest first: each with its difference.
pub async fn newest(
    s: &mut Session,
    entity: &EntityId,
    field: &FieldId,
    limit: i64,
) -> Result<Vec<(ResolutionId, DifferenceId)>, StoreError> {
    struct Pair(ResolutionId, DifferenceId);
    impl FromRow for Pair {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            let (resolution, difference) =
                (row.get::<String>("resolution_id")?, row.get::<String>("difference_id")?);
            Ok(Self(resolution.into(), difference.into()))
        }
    }
    let query = s.sql(
        "SELECT resolution_id, difference_id FROM field_decisions WHERE entity = $1 AND field = $2
         ORDER BY resolution_id DESC LIMIT $3",
    );
    let pairs: Vec<Pair> = query.bind(entity).bind(field).bind(limit).all().await?;
    Ok(pairs.into_iter().map(|pair| (pair.0, pair.1)).collect())
}
