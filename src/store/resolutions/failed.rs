//! Deliveries that need a person: refused ones, and those to be entered by hand.

use super::Delivery;
use crate::domain::access::Viewer;
use crate::domain::ids::{DeliveryId, EntityId, SystemId};
use crate::store::db::Query;
use crate::store::{FromRow, Row, Session, StoreError};

/// The newest deliveries that ended badly or wait for a person, newest first, after `before`.
pub async fn failed(
    s: &mut Session,
    viewer: &Viewer,
    before: Option<&DeliveryId>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let mut query = s.sql("SELECT * FROM deliveries WHERE state IN ('refused', 'by_hand')");
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND entity IN ").push_list(entities.iter());
    }
    if let Some(before) = before {
        query = query.push_bind(" AND id < ?", [before.into()]);
    }
    query.push(" ORDER BY id DESC").limit(limit).all().await
}

/// The page of [`failed`] that ends at `after`, newest first.
pub async fn failed_after(
    s: &mut Session,
    viewer: &Viewer,
    after: &DeliveryId,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let mut query = s.sql("SELECT * FROM deliveries WHERE state IN ('refused', 'by_hand')");
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND entity IN ").push_list(entities.iter());
    }
    let query = query.push_bind(" AND id > ? ORDER BY id", [after.into()]).limit(limit);
    let mut page: Vec<Delivery> = query.all().await?;
    page.reverse();
    Ok(page)
}

/// How many deliveries [`failed`] lists in all.
pub async fn count_failed(s: &mut Session, viewer: &Viewer) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM deliveries WHERE state IN ('refused', 'by_hand')",
    );
    let query = match &viewer.entities {
        Some(entities) => query.push(" AND entity IN ").push_list(entities.iter()),
        None => query,
    };
    Ok(query.value().await?.unwrap_or(0))
}

/// Deliveries of one cause: one fix helps them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub system: SystemId,
    pub entity: EntityId,
    /// As of `domain::refusal`.
    pub key: String,
}

/// How many there are of a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub cause: Cause,
    pub deliveries: i64,
    /// The newest of them.
    pub newest: DeliveryId,
}

impl FromRow for Group {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let cause = Cause {
            system: row.get::<String>("system")?.into(),
            entity: row.get::<String>("entity")?.into(),
            key: row.get("cause")?,
        };
        let newest = row.get::<String>("newest")?.into();
        Ok(Self { cause, deliveries: row.get("deliveries")?, newest })
    }
}

/// The causes there are, those with the most deliveries first.
pub async fn groups(s: &mut Session, viewer: &Viewer, limit: i64) -> Result<Vec<Group>, StoreError> {
    let query = s.sql(
        "SELECT system, entity, cause, CAST(count(*) AS BIGINT) AS deliveries, max(id) AS newest FROM deliveries
         WHERE state IN ('refused', 'by_hand') AND cause IS NOT NULL",
    );
    let query =
        seen(query, viewer).push(" GROUP BY system, entity, cause ORDER BY deliveries DESC, newest DESC");
    query.limit(limit).all().await
}

/// The deliveries of a cause, newest first, after `before`.
pub async fn of_cause(
    s: &mut Session,
    viewer: &Viewer,
    cause: &Cause,
    before: Option<&DeliveryId>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let query = seen(alike(s.sql("SELECT * FROM deliveries"), cause), viewer);
    let query = match before {
        Some(before) => query.push_bind(" AND id < ?", [before.into()]),
        None => query,
    };
    query.push(" ORDER BY id DESC").limit(limit).all().await
}

/// The next deliveries of a cause, oldest first, after `after` and not after `until`.
pub async fn next_of_cause(
    s: &mut Session,
    viewer: &Viewer,
    cause: &Cause,
    (after, until): (&DeliveryId, &DeliveryId),
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let query = seen(alike(s.sql("SELECT * FROM deliveries"), cause), viewer);
    let query = query.push_bind(" AND id > ? AND id <= ? ORDER BY id", [after.into(), until.into()]);
    query.limit(limit).all().await
}

/// How many deliveries a cause has.
pub async fn count_of_cause(s: &mut Session, viewer: &Viewer, cause: &Cause) -> Result<i64, StoreError> {
    let query = s.sql("SELECT CAST(count(*) AS BIGINT) AS value FROM deliveries");
    Ok(seen(alike(query, cause), viewer).value().await?.unwrap_or(0))
}

fn alike<'s, Mode>(query: Query<'s, Mode>, cause: &Cause) -> Query<'s, Mode> {
    let of = " WHERE state IN ('refused', 'by_hand') AND system = ? AND entity = ? AND cause = ?";
    query.push_bind(of, [(&cause.system).into(), (&cause.entity).into(), (&cause.key).into()])
}

fn seen<'s, Mode>(query: Query<'s, Mode>, viewer: &Viewer) -> Query<'s, Mode> {
    match &viewer.entities {
        Some(entities) => query.push(" AND entity IN ").push_list(entities.iter()),
        None => query,
    }
}
