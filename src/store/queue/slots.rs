//! The differences of one field that the queue lists, for one decision over many of them.

use super::filter::{narrowed_by_conflict, of_difference};
use crate::domain::access::Viewer;
use crate::domain::ids::{DifferenceId, EntityId, FieldId};
use crate::domain::time::Time;
use crate::store::conflicts::Difference;
use crate::store::db::{FromRow, Query, Row, Session};
use crate::store::error::StoreError;
use crate::store::groups::View;

/// The open differences of one field that a view lists, after `after`, in order of their ids.
pub async fn differences(
    s: &mut Session,
    viewer: &Viewer,
    view: &View,
    after: &DifferenceId,
    now: Time,
    limit: i64,
) -> Result<Vec<Difference>, StoreError> {
    let view = &found(s, viewer, view).await?;
    let query = s.sql(
        "SELECT d.* FROM conflicts c JOIN differences d ON d.conflict_id = c.id AND d.state = 'open' WHERE c.open",
    );
    let query = of_view(query, viewer, view, now).push_bind(" AND d.id > ?", [after.into()]);
    query.push(" ORDER BY d.id").limit(limit).all().await
}

/// A field of a kind of record, and how many open differences of it there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotCount {
    pub entity: EntityId,
    pub field: FieldId,
    pub count: i64,
}

impl FromRow for SlotCount {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let (entity, field) = (row.get::<String>("entity")?.into(), row.get::<String>("field")?.into());
        Ok(Self { entity, field, count: row.get("count")? })
    }
}

/// The fields that a view lists, those with the most differences first.
pub async fn slots(
    s: &mut Session,
    viewer: &Viewer,
    view: &View,
    now: Time,
    limit: i64,
) -> Result<Vec<SlotCount>, StoreError> {
    let view = &found(s, viewer, view).await?;
    let query = s.sql(
        "SELECT d.entity, d.field, CAST(count(*) AS BIGINT) AS count FROM conflicts c
         JOIN differences d ON d.conflict_id = c.id AND d.state = 'open' WHERE c.open",
    );
    let query = of_view(query, viewer, view, now).push(" GROUP BY d.entity, d.field ORDER BY 3 DESC, 1, 2");
    query.limit(limit).all().await
}

async fn found(s: &mut Session, viewer: &Viewer, view: &View) -> Result<View, StoreError> {
    Ok(View { filter: super::found(s, viewer, view.filter.clone()).await?, ..view.clone() })
}

fn of_view<'s, M>(query: Query<'s, M>, viewer: &Viewer, view: &View, now: Time) -> Query<'s, M> {
    let query = of_difference(narrowed_by_conflict(query, viewer, &view.filter, now), &view.filter);
    match view.ids.is_empty() {
        true => query,
        false => query.push(" AND c.id IN ").push_list(&view.ids),
    }
}
