//! Records, their links and bases, and finding them by word or identifier.

use super::agreed;
use super::db::{Arg, FromRow, MOST_ROWS, Row, Session};
use super::error::StoreError;
use super::words::{self, Indexed, Matches};
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::ids::{EntityId, IncidentId, RecordId, RunId, SystemId};
use crate::domain::record::Base;
use crate::domain::time::Time;
use std::collections::BTreeSet;

/// Ids asked for in one statement.
const AT_ONCE: usize = 5000;

/// One real-world thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: RecordId,
    pub entity: EntityId,
    pub link: Option<String>,
    pub title: String,
    pub created_at: Time,
}

impl FromRow for Record {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            entity: row.get::<String>("entity")?.into(),
            link: row.maybe("link")?,
            title: row.get("title")?,
            created_at: row.time("created_at")?,
        })
    }
}

/// The columns of a record.
const COLUMNS: &[&str] = &["id", "entity", "link", "title", "created_at"];

/// The record, if it exists for this viewer.
pub async fn get(s: &mut Session, viewer: &Viewer, id: &RecordId) -> Result<Option<Record>, StoreError> {
    let record: Option<Record> = s.sql("SELECT * FROM records WHERE id = $1").bind(id).maybe().await?;
    Ok(record.filter(|record| viewer.sees(&record.entity)))
}

/// The records of these ids, in no order.
pub async fn of_ids(s: &mut Session, ids: &[RecordId]) -> Result<Vec<Record>, StoreError> {
    s.sql("SELECT * FROM records WHERE id IN ").push_list(ids).packed(COLUMNS).all().await
}

/// The records of an entity with these links, in no order.
pub async fn by_links(s: &mut Session, entity: &EntityId, links: &[&str]) -> Result<Vec<Record>, StoreError> {
    let query = s.sql("SELECT * FROM records WHERE entity = $1 AND link IN ").bind(entity);
    query.push_list(links.iter().copied()).packed(COLUMNS).all().await
}

/// Stores new records.
pub async fn insert(w: &mut WriteSession, records: &[Record]) -> Result<(), StoreError> {
    let row = |record: &Record| -> Vec<Arg> {
        vec![
            (&record.id).into(),
            (&record.entity).into(),
            record.link.as_ref().into(),
            (&record.title).into(),
            record.created_at.into(),
        ]
    };
    let rows = records.iter().map(row).collect();
    w.insert_rows("INSERT INTO records (id, entity, link, title, created_at)", rows, "").await?;
    Ok(())
}

/// Gives a record another name on screen.
pub async fn set_title(w: &mut WriteSession, id: &RecordId, title: &str) -> Result<(), StoreError> {
    w.sql("UPDATE records SET title = $2 WHERE id = $1").bind(id).bind(title).run_one().await
}

/// A link made by hand or from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub external_id: String,
    pub record: RecordId,
}

impl FromRow for Link {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { external_id: row.get("external_id")?, record: row.get::<String>("record_id")?.into() })
    }
}

/// The links by hand or file of these identifiers.
pub async fn links(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
    ids: &[&str],
) -> Result<Vec<Link>, StoreError> {
    s.sql("SELECT external_id, record_id FROM links WHERE system = $1 AND entity = $2 AND external_id IN ")
        .bind(system)
        .bind(entity)
        .push_list(ids.iter().copied())
        .all()
        .await
}

/// Stores a link; one that is there already is replaced.
pub async fn save_link(
    w: &mut WriteSession,
    system: &SystemId,
    entity: &EntityId,
    link: &Link,
    origin: &'static str,
) -> Result<(), StoreError> {
    let now = w.now();
    w.sql(
        "INSERT INTO links (system, entity, external_id, record_id, origin, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (system, entity, external_id) DO UPDATE SET
             record_id = excluded.record_id, origin = excluded.origin, created_at = excluded.created_at",
    )
    .bind(system)
    .bind(entity)
    .bind(&link.external_id)
    .bind(&link.record)
    .bind(origin)
    .bind(now)
    .run_one()
    .await
}

/// What is kept of a record beside its holdings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub record: RecordId,
    /// What all agreed on.
    pub base: Base,
    /// None while it is found by no words.
    pub indexed: Option<Indexed>,
}

impl FromRow for Kept {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let (born, digest) = (row.maybe("words_in")?, row.maybe("words")?);
        let mut base = agreed::read(row)?;
        if !row.sight().is_whole() {
            row.sight().base(&row.get::<String>("entity")?.into(), &mut base);
        }
        Ok(Self {
            record: row.get::<String>("record_id")?.into(),
            base,
            indexed: born.zip(digest).map(|(born, digest)| Indexed { born, digest }),
        })
    }
}

/// What is kept of these records; one of which nothing is kept is left out.
pub async fn kept(s: &mut Session, ids: &[RecordId]) -> Result<Vec<Kept>, StoreError> {
    if s.sight().is_whole() {
        let query = s.sql("SELECT record_id, body, words_in, words FROM bases WHERE record_id IN ");
        return query.push_list(ids).packed(&["record_id", "body", "words_in", "words"]).all().await;
    }
    let text = "SELECT b.record_id, b.body, b.words_in, b.words, r.entity FROM bases b
         JOIN records r ON r.id = b.record_id WHERE b.record_id IN ";
    s.sql(text).push_list(ids).all().await
}

/// The agreed values of these records; a record without any is left out.
pub async fn bases(s: &mut Session, ids: &[RecordId]) -> Result<Vec<(RecordId, Base)>, StoreError> {
    let agreed = |kept: Kept| (!kept.base.0.is_empty()).then_some((kept.record, kept.base));
    Ok(kept(s, ids).await?.into_iter().filter_map(agreed).collect())
}

/// A record's agreed values and the place of its words: those of both that changed.
pub struct Advanced {
    pub record: RecordId,
    pub base: Option<Base>,
    pub indexed: Option<Indexed>,
}

/// Stores what advanced, and leaves the rest as it is.
pub async fn save_advanced(w: &mut WriteSession, all: Vec<Advanced>) -> Result<(), StoreError> {
    let (mut both, mut bases, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for Advanced { record, base, indexed } in all {
        let (born, digest) = (indexed.map(|own| own.born), indexed.map(|own| own.digest));
        let row = |base: &Base| -> Result<Vec<Arg>, StoreError> {
            Ok(vec![(&record).into(), agreed::text(base)?.into(), born.into(), digest.into()])
        };
        match (base, indexed) {
            (Some(base), Some(_)) => both.push(row(&base)?),
            (Some(base), None) => bases.push((record, base)),
            (None, Some(_)) => words.push(row(&Base::default())?),
            (None, None) => {}
        }
    }
    const HEAD: &str = "INSERT INTO bases (record_id, body, words_in, words)";
    let tail = "ON CONFLICT (record_id) DO UPDATE SET
         body = excluded.body, words_in = excluded.words_in, words = excluded.words";
    w.insert_rows(HEAD, both, tail).await?;
    let tail = "ON CONFLICT (record_id) DO UPDATE SET words_in = excluded.words_in, words = excluded.words";
    w.insert_rows(HEAD, words, tail).await?;
    save_bases(w, &bases).await
}

/// Stores agreed values that advanced.
pub async fn save_bases(w: &mut WriteSession, bases: &[(RecordId, Base)]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(bases.len());
    for (record, base) in bases {
        rows.push(vec![record.into(), agreed::text(base)?.into()]);
    }
    let tail = "ON CONFLICT (record_id) DO UPDATE SET body = excluded.body";
    w.insert_rows("INSERT INTO bases (record_id, body)", rows, tail).await?;
    Ok(())
}

/// Marks records to be judged. One that is marked already, or was left out, is marked anew.
pub async fn mark_unjudged(
    w: &mut WriteSession,
    entity: &EntityId,
    run: &str,
    ids: impl IntoIterator<Item = &RecordId>,
) -> Result<(), StoreError> {
    // In order, so that two who mark the same records wait for each other and do not lock up.
    let ids: BTreeSet<&RecordId> = ids.into_iter().collect();
    let rows = ids.into_iter().map(|id| vec![id.into(), entity.into(), run.into()]).collect();
    let tail = "ON CONFLICT (record_id) DO UPDATE SET run_id = excluded.run_id, tried_at = NULL";
    w.insert_rows("INSERT INTO unjudged (record_id, entity, run_id)", rows, tail).await?;
    Ok(())
}

/// Marks every record of an incident.
pub async fn mark_members_unjudged(
    w: &mut WriteSession,
    incident: &IncidentId,
    entity: &EntityId,
) -> Result<u64, StoreError> {
    w.sql(
        "INSERT INTO unjudged (record_id, entity, run_id)
         SELECT DISTINCT record_id, CAST($2 AS TEXT), 'incident' FROM incident_records WHERE incident_id = $1
         ON CONFLICT (record_id) DO UPDATE SET run_id = excluded.run_id, tried_at = NULL",
    )
    .bind(incident)
    .bind(entity)
    .run()
    .await
}

/// Whether a record of an incident still waits to be judged.
pub async fn any_member_unjudged(s: &mut Session, incident: &IncidentId) -> Result<bool, StoreError> {
    let query = s.sql(
        "SELECT u.record_id AS value FROM unjudged u JOIN incident_records r ON r.record_id = u.record_id
         WHERE r.incident_id = $1 AND u.tried_at IS NULL LIMIT 1",
    );
    Ok(query.bind(incident).value::<String>().await?.is_some())
}

/// Marks every record of an entity whose open differences are under these fields.
pub async fn mark_open_unjudged(
    w: &mut WriteSession,
    entity: &EntityId,
    run: &str,
) -> Result<u64, StoreError> {
    let now = w.now();
    w.sql(
        "INSERT INTO unjudged (record_id, entity, run_id)
         SELECT DISTINCT record_id, entity, CAST($2 AS TEXT) FROM conflicts
         WHERE entity = $1 AND open AND (claimed_until IS NULL OR claimed_until < $3)
         ON CONFLICT (record_id) DO UPDATE SET run_id = excluded.run_id, tried_at = NULL",
    )
    .bind(entity)
    .bind(run)
    .bind(now)
    .run()
    .await
}

/// Marks every record of an entity.
pub async fn mark_all_unjudged(
    w: &mut WriteSession,
    entity: &EntityId,
    run: &str,
) -> Result<u64, StoreError> {
    w.sql(
        "INSERT INTO unjudged (record_id, entity, run_id)
         SELECT id, entity, CAST($2 AS TEXT) FROM records WHERE entity = $1
         ON CONFLICT (record_id) DO NOTHING",
    )
    .bind(entity)
    .bind(run)
    .run()
    .await
}

/// The next records to be judged, without those whose judging failed since `tried` and those that
/// one of the runs `but` marked.
pub async fn unjudged(
    s: &mut Session,
    entity: &EntityId,
    tried: Time,
    but: &[RunId],
    limit: i64,
) -> Result<Vec<RecordId>, StoreError> {
    let mut query = s
        .sql(
            "SELECT record_id AS value FROM unjudged
             WHERE entity = $1 AND (tried_at IS NULL OR tried_at < $2)",
        )
        .bind(entity)
        .bind(tried);
    if !but.is_empty() {
        query = query.push(" AND run_id NOT IN ").push_list(but);
    }
    let ids: Vec<String> = query.push(" ORDER BY record_id").limit(limit).packed(&["value"]).values().await?;
    Ok(ids.into_iter().map(RecordId).collect())
}

/// Whether any record waits to be judged, with the exceptions of [`unjudged`].
pub async fn any_unjudged(s: &mut Session, tried: Time, but: &[RunId]) -> Result<bool, StoreError> {
    let text = "SELECT record_id AS value FROM unjudged WHERE (tried_at IS NULL OR tried_at < $1)";
    let mut query = s.sql(text).bind(tried);
    if !but.is_empty() {
        query = query.push(" AND run_id NOT IN ").push_list(but);
    }
    Ok(query.limit(1).value::<String>().await?.is_some())
}

/// Leaves a record out for a while: judging it failed.
pub async fn leave_out(w: &mut WriteSession, id: &RecordId) -> Result<u64, StoreError> {
    let now = w.now();
    w.sql("UPDATE unjudged SET tried_at = $2 WHERE record_id = $1").bind(id).bind(now).run().await
}

/// How many records of an entity are left out.
pub async fn count_left_out(s: &mut Session, entity: &EntityId) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM unjudged WHERE entity = $1 AND tried_at IS NOT NULL",
    );
    Ok(query.bind(entity).value().await?.unwrap_or(0))
}

/// Which of these records are marked. Until this transaction ends nobody marks them anew: who does
/// waits, so that a change made while they are judged is judged after. A mark that another
/// transaction holds is waited for, or else left to it: who holds other rows already must not wait.
pub async fn take_up(
    w: &mut WriteSession,
    ids: &[RecordId],
    wait: bool,
) -> Result<Vec<RecordId>, StoreError> {
    let end = if wait { " FOR UPDATE" } else { " FOR UPDATE SKIP LOCKED" };
    let end = w.either("", end);
    let query = w.sql("SELECT record_id AS value FROM unjudged WHERE record_id IN ").push_list(ids);
    let ids: Vec<String> = query.push(" ORDER BY record_id").push(end).packed(&["value"]).values().await?;
    Ok(ids.into_iter().map(RecordId).collect())
}

/// Takes records off the list of those to be judged: only those that were taken up.
pub async fn judged(w: &mut WriteSession, ids: &[RecordId]) -> Result<(), StoreError> {
    w.sql("DELETE FROM unjudged WHERE record_id IN ").push_list(ids).run().await?;
    Ok(())
}

/// Records with a word or identifier that begins with each of `words` (normalised), by title.
pub async fn find(
    s: &mut Session,
    viewer: &Viewer,
    words: &[String],
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    let mut found: Option<Matches> = None;
    for word in words.iter().take(6) {
        let own = words::beginning(s, word).await?;
        found = Some(match found {
            Some(found) => found.and(&own),
            None => own,
        });
    }
    let Some(found) = found else {
        let mut query = s.sql("SELECT r.* FROM records r WHERE 1 = 1");
        if let Some(entities) = &viewer.entities {
            query = query.push(" AND r.entity IN ").push_list(entities.iter());
        }
        return query.push(" ORDER BY r.title, r.id").limit(limit).all().await;
    };
    let mut first: Vec<Record> = Vec::new();
    for ids in found.seen(viewer, None).ids().chunks(AT_ONCE) {
        let query = s.sql("SELECT r.* FROM records r WHERE r.id IN ").push_list(ids);
        first.extend(query.push(" ORDER BY r.title, r.id").limit(limit).all::<Record>().await?);
        first.sort_by(|one, other| (&one.title, &one.id).cmp(&(&other.title, &other.id)));
        first.truncate(usize::try_from(limit.clamp(0, MOST_ROWS)).unwrap_or(0));
    }
    Ok(first)
}

/// Removes a record that nothing is left of: no holding, no link, no conflict.
pub async fn drop_if_empty(w: &mut WriteSession, id: &RecordId) -> Result<(), StoreError> {
    let left = w.sql(
        "SELECT id AS value FROM records WHERE id = $1 AND (EXISTS (SELECT 1 FROM holdings WHERE record_id = $1)
             OR EXISTS (SELECT 1 FROM links WHERE record_id = $1)
             OR EXISTS (SELECT 1 FROM conflicts WHERE record_id = $1))",
    );
    if left.bind(id).value::<String>().await?.is_some() {
        return Ok(());
    }
    let entity =
        w.sql("SELECT entity AS value FROM records WHERE id = $1").bind(id).value::<String>().await?;
    let indexed = kept(w, std::slice::from_ref(id)).await?.pop().and_then(|kept| kept.indexed);
    if let Some((entity, indexed)) = entity.zip(indexed) {
        words::remove(w, &entity.into(), id, indexed).await?;
    }
    w.sql("DELETE FROM bases WHERE record_id = $1").bind(id).run().await?;
    w.sql("DELETE FROM unjudged WHERE record_id = $1").bind(id).run().await?;
    w.sql("DELETE FROM records WHERE id = $1").bind(id).run_one().await
}
