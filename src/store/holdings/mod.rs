//! Holdings (what each system says now) and versions (what it said before).

mod missed;
mod versions;

pub use missed::{count_missed, miss, miss_these, missed, missed_ids, unmiss};
pub use versions::{Version, burst, insert_versions, newest_versions, versions, versions_of_ids};

use super::db::{Arg, FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::{EntityId, RecordId, RunId, SystemId, VersionId};
use crate::domain::record::Reading;
use crate::domain::time::Time;
use crate::domain::value::Cells;

/// What one system currently says about one record, unmapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    pub system: SystemId,
    pub entity: EntityId,
    pub external_id: String,
    pub record: RecordId,
    pub present: bool,
    pub cells: Cells,
    pub digest: String,
    pub version: Option<VersionId>,
    pub revision: i64,
    pub read: Reading,
    pub token: Option<String>,
    pub run: RunId,
}

fn reading(row: &Row) -> Result<Reading, StoreError> {
    Ok(Reading {
        after: row.maybe_time("read_after")?,
        at: row.time("read_at")?,
        modified_at: row.maybe_time("modified_at")?,
        modified_by: row.maybe("modified_by")?,
    })
}

/// The system, the entity and the cells of a row, as the reader may see them.
fn seen(row: &Row) -> Result<(SystemId, EntityId, Cells), StoreError> {
    let (system, entity) = (row.get::<String>("system")?.into(), row.get::<String>("entity")?.into());
    let mut cells = row.json("raw")?;
    row.sight().cells(&entity, &system, &mut cells);
    Ok((system, entity, cells))
}

impl FromRow for Holding {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let (system, entity, cells) = seen(row)?;
        Ok(Self {
            system,
            entity,
            external_id: row.get("external_id")?,
            record: row.get::<String>("record_id")?.into(),
            present: row.get("present")?,
            cells,
            digest: row.get("digest")?,
            version: row.maybe::<String>("version_id")?.map(VersionId),
            revision: row.get("revision")?,
            read: reading(row)?,
            token: row.maybe("token")?,
            run: row.get::<String>("run_id")?.into(),
        })
    }
}

/// The columns of a holding.
const COLUMNS: &[&str] = &[
    "system",
    "entity",
    "external_id",
    "record_id",
    "present",
    "raw",
    "digest",
    "version_id",
    "revision",
    "modified_at",
    "modified_by",
    "token",
    "read_after",
    "read_at",
    "run_id",
];

/// The identifier of a record in one system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    pub record: RecordId,
    pub system: SystemId,
    pub external_id: String,
}

impl FromRow for Identifier {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            record: row.get::<String>("record_id")?.into(),
            system: row.get::<String>("system")?.into(),
            external_id: row.get("external_id")?,
        })
    }
}

/// A holding by where it is and how often it changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision {
    pub record: RecordId,
    pub system: SystemId,
    pub external_id: String,
    pub revision: i64,
}

impl FromRow for Revision {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            record: row.get::<String>("record_id")?.into(),
            system: row.get::<String>("system")?.into(),
            external_id: row.get("external_id")?,
            revision: row.get("revision")?,
        })
    }
}

/// The holdings of these records, in no order: whether anything else is held than was known.
pub async fn revisions(s: &mut Session, records: &[RecordId]) -> Result<Vec<Revision>, StoreError> {
    s.sql("SELECT record_id, system, external_id, revision FROM holdings WHERE record_id IN ")
        .push_list(records)
        .packed(&["record_id", "system", "external_id", "revision"])
        .all()
        .await
}

/// The identifiers of these records, without what is held under them.
pub async fn identifiers(s: &mut Session, records: &[RecordId]) -> Result<Vec<Identifier>, StoreError> {
    s.sql("SELECT record_id, system, external_id FROM holdings WHERE record_id IN ")
        .push_list(records)
        .push(" ORDER BY system, external_id")
        .all()
        .await
}

/// What a system holds under these identifiers, in no order.
pub async fn by_external_ids(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
    ids: &[&str],
) -> Result<Vec<Holding>, StoreError> {
    s.sql("SELECT * FROM holdings WHERE system = $1 AND entity = $2 AND external_id IN ")
        .bind(system)
        .bind(entity)
        .push_list(ids.iter().copied())
        .all()
        .await
}

/// As [`by_external_ids`], for a change: nobody else changes them before this transaction ends.
pub async fn to_change(
    w: &mut WriteSession,
    system: &SystemId,
    entity: &EntityId,
    ids: &[&str],
) -> Result<Vec<Holding>, StoreError> {
    let end = w.either("", " ORDER BY external_id FOR UPDATE");
    w.sql("SELECT * FROM holdings WHERE system = $1 AND entity = $2 AND external_id IN ")
        .bind(system)
        .bind(entity)
        .push_list(ids.iter().copied())
        .push(end)
        .packed(COLUMNS)
        .all()
        .await
}

/// What tells whether a row that was read is another one than the one that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub external_id: String,
    /// None for one that is absent.
    pub digest: Option<String>,
}

impl FromRow for Head {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { external_id: row.get("external_id")?, digest: row.maybe("digest")? })
    }
}

/// The present holdings under these identifiers by their digests, in no order. Most rows of a full
/// pull are held as they are: what is held of them need not be read.
pub async fn heads(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
    ids: &[&str],
) -> Result<Vec<Head>, StoreError> {
    s.sql(
        "SELECT external_id, digest FROM holdings
         WHERE system = $1 AND entity = $2 AND present AND external_id IN ",
    )
    .bind(system)
    .bind(entity)
    .push_list(ids.iter().copied())
    .packed(&["external_id", "digest"])
    .all()
    .await
}

/// The first `most` holdings after `after`, up to `until` (to the end, without it), absent ones among
/// them. They come as one text: a row for each would cost more than finding them.
pub async fn stretch(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
    (after, until): (&str, Option<&str>),
    most: usize,
) -> Result<Vec<Head>, StoreError> {
    const SQLITE: &str = "SELECT json_group_array(json_array(external_id, digest)) AS value FROM
         (SELECT external_id, CASE WHEN present THEN digest END AS digest FROM holdings
          WHERE system = $1 AND entity = $2 AND external_id > $3";
    const POSTGRES: &str =
        "SELECT CAST(json_agg(json_build_array(external_id, digest)) AS TEXT) AS value FROM
         (SELECT external_id, CASE WHEN present THEN digest END AS digest FROM holdings
          WHERE system = $1 AND entity = $2 AND external_id > $3";
    let text = s.either(SQLITE, POSTGRES);
    let mut query = s.sql(text).bind(system).bind(entity).bind(after);
    if let Some(until) = until {
        query = query.push_bind(" AND external_id <= ?", [until.into()]);
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let end = query.push_bind(" ORDER BY external_id LIMIT ?) AS held", [most.into()]);
    let Some(text) = end.value::<String>().await? else { return Ok(Vec::new()) };
    let heads: Vec<(String, Option<String>)> = serde_json::from_str(&text)?;
    Ok(heads.into_iter().map(|(external_id, digest)| Head { external_id, digest }).collect())
}

/// What every system holds about these records, in no order.
pub async fn of_records(s: &mut Session, ids: &[RecordId]) -> Result<Vec<Holding>, StoreError> {
    s.sql("SELECT * FROM holdings WHERE record_id IN ").push_list(ids).packed(COLUMNS).all().await
}

/// Identifiers of present holdings after `position`, in order.
pub async fn present_ids(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
    position: &str,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    s.sql(
        "SELECT external_id AS value FROM holdings
         WHERE system = $1 AND entity = $2 AND external_id > $3 AND present ORDER BY external_id LIMIT $4",
    )
    .bind(system)
    .bind(entity)
    .bind(position)
    .bind(limit)
    .values()
    .await
}

/// How many records a system holds.
pub async fn count_present(s: &mut Session, system: &SystemId, entity: &EntityId) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM holdings WHERE system = $1 AND entity = $2 AND present",
    );
    Ok(query.bind(system).bind(entity).value().await?.unwrap_or(0))
}

/// How many records a system holds, counted up to `most`: without it the whole table is read.
pub async fn count_present_to(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
    most: i64,
) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM (SELECT 1 FROM holdings
             WHERE system = $1 AND entity = $2 AND present LIMIT $3) AS counted",
    );
    Ok(query.bind(system).bind(entity).bind(most).value().await?.unwrap_or(0))
}

/// Records of an entity that this system does not hold, first seen before `before`, after
/// `position`, in order: candidates for a missing record.
pub async fn lacking(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
    before: Time,
    position: &str,
    limit: i64,
) -> Result<Vec<RecordId>, StoreError> {
    // The entity is compared as an expression: by its index the records came in another order, and
    // every page would read and sort them all.
    let ids: Vec<String> = s
        .sql(
            "SELECT r.id AS value FROM records r
             WHERE r.entity || '' = $2 AND r.created_at < $3 AND r.id > $4 AND NOT EXISTS
                 (SELECT 1 FROM holdings h WHERE h.record_id = r.id AND h.system = $1)
             ORDER BY r.id LIMIT $5",
        )
        .bind(system)
        .bind(entity)
        .bind(before)
        .bind(position)
        .bind(limit)
        .packed(&["value"])
        .values()
        .await?;
    Ok(ids.into_iter().map(RecordId).collect())
}

const HEAD: &str =
    "INSERT INTO holdings (system, entity, external_id, record_id, present, raw, digest, version_id,
    revision, modified_at, modified_by, token, read_after, read_at, run_id)";

/// A row that nothing was held of, with its cells as they are stored.
pub struct Fresh<'a> {
    pub external_id: &'a str,
    pub record: &'a RecordId,
    pub raw: &'a str,
    pub digest: &'a str,
    pub modified_at: Option<Time>,
    pub modified_by: Option<&'a str>,
    pub token: Option<&'a str>,
}

/// Stores new holdings, all of one read. One that somebody else stored meanwhile stays as it is: it was
/// read later.
pub async fn insert(
    w: &mut WriteSession,
    (system, entity): (&SystemId, &EntityId),
    (run, after, at): (&RunId, Option<Time>, Time),
    fresh: &[Fresh<'_>],
) -> Result<(), StoreError> {
    let (after, at) = (Arg::from(after), Arg::from(at));
    let row = |own: &Fresh<'_>| -> Vec<Arg> {
        vec![
            system.into(),
            entity.into(),
            own.external_id.into(),
            own.record.into(),
            true.into(),
            own.raw.into(),
            own.digest.into(),
            Arg::Text(None),
            1_i64.into(),
            own.modified_at.into(),
            own.modified_by.into(),
            own.token.into(),
            after.clone(),
            at.clone(),
            run.into(),
        ]
    };
    let rows = fresh.iter().map(row).collect();
    w.insert_rows(HEAD, rows, "ON CONFLICT (system, entity, external_id) DO NOTHING").await?;
    Ok(())
}

/// Stores holdings, new or changed.
pub async fn save(w: &mut WriteSession, holdings: &[Holding]) -> Result<(), StoreError> {
    let rows = holdings.iter().map(row).collect::<Result<_, _>>()?;
    w.insert_rows(
        HEAD,
        rows,
        "ON CONFLICT (system, entity, external_id) DO UPDATE SET record_id = excluded.record_id,
             present = excluded.present, raw = excluded.raw, digest = excluded.digest,
             version_id = excluded.version_id, revision = excluded.revision,
             modified_at = excluded.modified_at, modified_by = excluded.modified_by, token = excluded.token,
             read_after = excluded.read_after, read_at = excluded.read_at, run_id = excluded.run_id,
             missed_in = NULL",
    )
    .await?;
    Ok(())
}

fn row(holding: &Holding) -> Result<Vec<Arg>, StoreError> {
    Ok(vec![
        (&holding.system).into(),
        (&holding.entity).into(),
        (&holding.external_id).into(),
        (&holding.record).into(),
        holding.present.into(),
        serde_json::to_string(&holding.cells)?.into(),
        (&holding.digest).into(),
        holding.version.as_ref().into(),
        holding.revision.into(),
        holding.read.modified_at.into(),
        holding.read.modified_by.as_ref().into(),
        holding.token.as_ref().into(),
        holding.read.after.into(),
        holding.read.at.into(),
        (&holding.run).into(),
    ])
}
