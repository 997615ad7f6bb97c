//! Holdings that a full pull passed by.

use super::Holding;
use crate::domain::ids::{EntityId, RunId, SystemId};
use crate::domain::time::Time;
use crate::store::db::Session;
use crate::store::error::StoreError;
use crate::store::write::WriteSession;

/// Marks the present holdings after `after`, up to `until` (to the end, without it), but for the
/// keys that a full pull met there: the merge of its page with what is held. What was read since
/// the pull began is there, whatever its page says. How many.
pub async fn miss(
    w: &mut WriteSession,
    system: &SystemId,
    entity: &EntityId,
    (after, until): (&str, Option<&str>),
    met: &[&str],
    (run, began): (&RunId, Time),
) -> Result<u64, StoreError> {
    let mut query = w
        .sql(
            "UPDATE holdings SET missed_in = $1
             WHERE system = $2 AND entity = $3 AND present AND external_id > $4 AND read_at < $5",
        )
        .bind(run)
        .bind(system)
        .bind(entity)
        .bind(after)
        .bind(began);
    if let Some(until) = until {
        query = query.push_bind(" AND external_id <= ?", [until.into()]);
    }
    if !met.is_empty() {
        query = query.push(" AND external_id NOT IN ").push_list(met.iter().copied());
    }
    query.run().await
}

/// Marks these holdings as passed by, but for those read since the pull began.
pub async fn miss_these(
    w: &mut WriteSession,
    system: &SystemId,
    entity: &EntityId,
    ids: &[&str],
    (run, began): (&RunId, Time),
) -> Result<u64, StoreError> {
    w.sql(
        "UPDATE holdings SET missed_in = $1
         WHERE system = $2 AND entity = $3 AND present AND read_at < $4 AND external_id IN ",
    )
    .bind(run)
    .bind(system)
    .bind(entity)
    .bind(began)
    .push_list(ids.iter().copied())
    .run()
    .await
}

/// Takes back that these holdings were passed by: they are there after all.
pub async fn unmiss(
    w: &mut WriteSession,
    system: &SystemId,
    entity: &EntityId,
    ids: &[String],
) -> Result<u64, StoreError> {
    w.sql("UPDATE holdings SET missed_in = NULL WHERE system = $1 AND entity = $2 AND external_id IN ")
        .bind(system)
        .bind(entity)
        .push_list(ids)
        .run()
        .await
}

/// Identifiers of present holdings that a full pull passed by, after `position`, in order.
pub async fn missed_ids(
    s: &mut Session,
    run: &RunId,
    position: &str,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    s.sql(
        "SELECT external_id AS value FROM holdings
         WHERE missed_in = $1 AND present AND external_id > $2 ORDER BY external_id LIMIT $3",
    )
    .bind(run)
    .bind(position)
    .bind(limit)
    .values()
    .await
}

/// How many present holdings a full pull passed by.
pub async fn count_missed(s: &mut Session, run: &RunId) -> Result<i64, StoreError> {
    let query =
        s.sql("SELECT CAST(count(*) AS BIGINT) AS value FROM holdings WHERE missed_in = $1 AND present");
    Ok(query.bind(run).value().await?.unwrap_or(0))
}

/// Some present holdings that a full pull passed by.
pub async fn missed(s: &mut Session, run: &RunId, limit: i64) -> Result<Vec<Holding>, StoreError> {
    s.sql("SELECT * FROM holdings WHERE missed_in = $1 AND present LIMIT $2")
        .bind(run)
        .bind(limit)
        .all()
        .await
}
