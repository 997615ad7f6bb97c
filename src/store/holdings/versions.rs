//! Versions: what systems said before.

use super::{Holding, reading, seen};
use crate::domain::ids::{EntityId, RecordId, RunId, SystemId, VersionId};
use crate::domain::record::Reading;
use crate::domain::time::Time;
use crate::domain::value::Cells;
use crate::store::db::{FromRow, Row, Session};
use crate::store::error::StoreError;
use crate::store::write::WriteSession;

/// One immutable version on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub id: VersionId,
    pub parent: Option<VersionId>,
    pub record: RecordId,
    pub system: SystemId,
    pub entity: EntityId,
    pub external_id: String,
    pub present: bool,
    pub cells: Cells,
    pub digest: String,
    /// `run`, `write` or `webhook`: how it was learned.
    pub origin: String,
    pub read: Reading,
    pub run: RunId,
}

impl Version {
    /// A holding as a version of that id.
    #[must_use]
    pub fn of(holding: &Holding, id: VersionId, parent: Option<VersionId>, origin: &str) -> Self {
        Self {
            id,
            parent,
            record: holding.record.clone(),
            system: holding.system.clone(),
            entity: holding.entity.clone(),
            external_id: holding.external_id.clone(),
            present: holding.present,
            cells: holding.cells.clone(),
            digest: holding.digest.clone(),
            origin: origin.to_owned(),
            read: holding.read.clone(),
            run: holding.run.clone(),
        }
    }
}

impl FromRow for Version {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let (system, entity, cells) = seen(row)?;
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            parent: row.maybe::<String>("parent")?.map(VersionId),
            record: row.get::<String>("record_id")?.into(),
            system,
            entity,
            external_id: row.get("external_id")?,
            present: row.get("present")?,
            cells,
            digest: row.get("digest")?,
            origin: row.get("origin")?,
            read: reading(row)?,
            run: row.get::<String>("run_id")?.into(),
        })
    }
}

/// Stores versions.
pub async fn insert_versions(w: &mut WriteSession, versions: &[Version]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(versions.len());
    for version in versions {
        rows.push(vec![
            (&version.id).into(),
            (&version.record).into(),
            (&version.system).into(),
            (&version.entity).into(),
            (&version.external_id).into(),
            version.parent.as_ref().into(),
            version.present.into(),
            serde_json::to_string(&version.cells)?.into(),
            (&version.digest).into(),
            (&version.origin).into(),
            version.read.modified_at.into(),
            version.read.modified_by.as_ref().into(),
            version.read.after.into(),
            version.read.at.into(),
            (&version.run).into(),
        ]);
    }
    w.insert_rows(
        "INSERT INTO versions (id, record_id, system, entity, external_id, parent, present, raw, digest, origin,
             modified_at, modified_by, read_after, read_at, run_id)",
        rows,
        "",
    )
    .await?;
    Ok(())
}

/// The versions of a record, newest first.
pub async fn versions(s: &mut Session, record: &RecordId, limit: i64) -> Result<Vec<Version>, StoreError> {
    s.sql("SELECT * FROM versions WHERE record_id = $1 ORDER BY id DESC")
        .bind(record)
        .limit(limit)
        .all()
        .await
}

/// The newest versions of these records, at most five a record and system, newest first.
pub async fn newest_versions(s: &mut Session, records: &[&RecordId]) -> Result<Vec<Version>, StoreError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let query = s.sql(
        "SELECT * FROM (SELECT v.*, ROW_NUMBER() OVER (PARTITION BY v.record_id, v.system ORDER BY v.id DESC) AS place
             FROM versions v WHERE v.record_id IN ",
    );
    query.push_list(records.iter().copied()).push(") AS newest WHERE place <= 5 ORDER BY id DESC").all().await
}

/// The versions of these ids, in no order.
pub async fn versions_of_ids(s: &mut Session, ids: &[VersionId]) -> Result<Vec<Version>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    s.sql("SELECT * FROM versions WHERE id IN ").push_list(ids).all().await
}

/// How many records this author changed in this system between two instants, counted up to `most`.
pub async fn burst(
    s: &mut Session,
    system: &SystemId,
    author: &str,
    from: Time,
    to: Time,
    most: i64,
) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM (SELECT 1 FROM versions
         WHERE system = $1 AND modified_by = $2 AND modified_at >= $3 AND modified_at <= $4 LIMIT $5) AS counted",
    );
    let query = query.bind(system).bind(author).bind(from).bind(to).bind(most);
    Ok(query.value().await?.unwrap_or(0))
}
