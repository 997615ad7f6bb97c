//! Conflicts that are over, and how many there are.

use super::filter::{Filter, Under, Waiting, narrowed};
use crate::domain::access::Viewer;
use crate::domain::ids::ConflictId;
use crate::domain::time::Time;
use crate::store::conflicts::Conflict;
use crate::store::db::Session;
use crate::store::error::StoreError;

/// Conflicts with a difference in this closed state, newest first, after `before` (an id).
pub async fn settled(
    s: &mut Session,
    viewer: &Viewer,
    state: &'static str,
    before: Option<&ConflictId>,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    let query = s.sql("SELECT c.* FROM conflicts c WHERE 1 = 1");
    let everything = Filter { under: Under::Any, waiting: Waiting::Either, ..Filter::default() };
    let query = narrowed(query, viewer, &everything, Time::default());
    let mut query = query.push_bind(
        " AND EXISTS (SELECT 1 FROM differences d WHERE d.conflict_id = c.id AND d.state = ?)",
        [state.into()],
    );
    if let Some(before) = before {
        query = query.push_bind(" AND c.id < ?", [before.into()]);
    }
    query.push(" ORDER BY c.id DESC").limit(limit).all().await
}

/// The page of [`settled`] that ends at `after` (an id), newest first.
pub async fn settled_after(
    s: &mut Session,
    viewer: &Viewer,
    state: &'static str,
    after: &ConflictId,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    let query = s.sql("SELECT c.* FROM conflicts c WHERE 1 = 1");
    let everything = Filter { under: Under::Any, waiting: Waiting::Either, ..Filter::default() };
    let query = narrowed(query, viewer, &everything, Time::default());
    let query = query.push_bind(
        " AND EXISTS (SELECT 1 FROM differences d WHERE d.conflict_id = c.id AND d.state = ?)",
        [state.into()],
    );
    let query = query.push_bind(" AND c.id > ? ORDER BY c.id", [after.into()]).limit(limit);
    let mut page: Vec<Conflict> = query.all().await?;
    page.reverse();
    Ok(page)
}

/// Settled conflicts are counted up to this many, since they only grow.
pub const MOST_COUNTED: i64 = 10_000;

/// How many conflicts have a difference in this state, counted to one above [`MOST_COUNTED`].
pub async fn count_settled(s: &mut Session, viewer: &Viewer, state: &'static str) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM
             (SELECT DISTINCT d.conflict_id FROM differences d WHERE d.state = $1",
    );
    let mut query = query.bind(state);
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND d.entity IN ").push_list(entities.iter());
    }
    let query = query.push_bind(" LIMIT ?) AS counted", [(MOST_COUNTED + 1).into()]);
    Ok(query.value().await?.unwrap_or(0))
}
