//! The audit log as people read it: filtered, counted, paged by number, its values opened.

use super::Store;
use super::audit::{self, SealedValue};
use super::db::{Arg, FromRow, Query, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::audit::{Entry, Line};
use crate::domain::ids::{ConflictId, FieldId, RecordId, RunId, SystemId, UserId};
use crate::domain::time::Time;
use std::collections::{BTreeMap, HashMap};

/// Which entries; the address of the page, parsed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The text form of an action.
    pub action: Option<String>,
    /// A user's id; empty for Referee itself.
    pub actor: Option<String>,
    pub record: Option<RecordId>,
    pub field: Option<FieldId>,
    pub system: Option<SystemId>,
    pub run: Option<RunId>,
    pub from: Option<Time>,
    /// Up to, but not at this instant.
    pub to: Option<Time>,
    pub text: Option<Text>,
}

/// What a search text was found to mean: an entry matches if any of these does.
#[derive(Clone, Debug, Default)]
pub struct Text {
    pub number: Option<i64>,
    pub records: Vec<RecordId>,
    pub actors: Vec<UserId>,
}

/// From where a page is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum From {
    #[default]
    Newest,
    /// The entries before that number, newest first.
    Before(i64),
    /// The entries after it, the nearest ones.
    After(i64),
}

/// At most `limit` entries, newest first.
pub async fn page(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    from: From,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let query = narrowed(s.sql("SELECT a.seq, a.line, a.hash FROM audit a WHERE 1 = 1"), viewer, filter);
    let query = match from {
        From::Newest => query.push(" ORDER BY a.seq DESC"),
        From::Before(seq) => query.push_bind(" AND a.seq < ? ORDER BY a.seq DESC", [seq.into()]),
        From::After(seq) => query.push_bind(" AND a.seq > ? ORDER BY a.seq", [seq.into()]),
    };
    let mut page: Vec<Entry> = query.limit(limit).all().await?;
    if matches!(from, From::After(_)) {
        page.reverse();
    }
    Ok(page)
}

/// How many entries the filter leaves, up to number `last`.
pub async fn count(s: &mut Session, viewer: &Viewer, filter: &Filter, last: i64) -> Result<i64, StoreError> {
    let query = s.sql("SELECT CAST(count(*) AS BIGINT) AS value FROM audit a WHERE a.seq <= $1").bind(last);
    Ok(narrowed(query, viewer, filter).value().await?.unwrap_or(0))
}

/// What entries are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    Action,
    Actor,
}

/// The values of a facet under the other filters, most first.
pub async fn facet(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    facet: Facet,
) -> Result<Vec<super::queue::Count>, StoreError> {
    let (text, rest) = match facet {
        Facet::Action => (
            "SELECT a.action AS value, CAST(count(*) AS BIGINT) AS count FROM audit a WHERE 1 = 1",
            Filter { action: None, ..filter.clone() },
        ),
        Facet::Actor => (
            "SELECT a.actor_id AS value, CAST(count(*) AS BIGINT) AS count FROM audit a WHERE 1 = 1",
            Filter { actor: None, ..filter.clone() },
        ),
    };
    narrowed(s.sql(text), viewer, &rest).push(" GROUP BY 1 ORDER BY 2 DESC, 1").all().await
}

/// One entry.
pub async fn entry(s: &mut Session, viewer: &Viewer, seq: i64) -> Result<Option<Entry>, StoreError> {
    let filter = Filter { text: Some(Text { number: Some(seq), ..Text::default() }), ..Filter::default() };
    Ok(page(s, viewer, &filter, From::Newest, 1).await?.pop())
}

/// Adds the filter's conditions to a statement over `audit a`.
fn narrowed<'s, M>(mut query: Query<'s, M>, viewer: &Viewer, filter: &Filter) -> Query<'s, M> {
    if let Some(entities) = &viewer.entities {
        query = query
            .push(" AND (a.record_id IS NULL OR a.record_id IN (SELECT id FROM records WHERE entity IN ");
        query = query.push_list(entities.iter()).push("))");
    }
    let conditions: [(&'static str, Option<Arg>); 8] = [
        (" AND a.action = ?", filter.action.as_ref().map(Arg::from)),
        (" AND a.actor_id = ?", filter.actor.as_ref().map(Arg::from)),
        (" AND a.record_id = ?", filter.record.as_ref().map(Arg::from)),
        (" AND a.field = ?", filter.field.as_ref().map(Arg::from)),
        (" AND a.system = ?", filter.system.as_ref().map(Arg::from)),
        (" AND a.run_id = ?", filter.run.as_ref().map(Arg::from)),
        (" AND a.at >= ?", filter.from.map(Arg::from)),
        (" AND a.at < ?", filter.to.map(Arg::from)),
    ];
    for (text, value) in conditions {
        if let Some(value) = value {
            query = query.push_bind(text, [value]);
        }
    }
    let Some(text) = &filter.text else { return query };
    query = match text.number {
        Some(number) => query.push_bind(" AND (a.seq = ?", [number.into()]),
        None => query.push(" AND (1 = 0"),
    };
    query = query.push(" OR a.record_id IN ").push_list(text.records.iter());
    query.push(" OR a.actor_id IN ").push_list(text.actors.iter()).push(")")
}

/// The personal values of entries, by name.
pub type Values = HashMap<i64, BTreeMap<String, String>>;

/// The personal values of these entries. One whose key was destroyed, or that does not open, is
/// left out: its entry still names it.
pub async fn values(s: &mut Session, store: &Store, seqs: &[i64]) -> Result<Values, StoreError> {
    let query = s.sql("SELECT seq, name, subject, sealed FROM audit_values WHERE seq IN ");
    let sealed: Vec<SealedValue> = query.push_list(seqs.iter().copied()).all().await?;
    let mut subjects: Vec<&str> = sealed.iter().map(|value| value.subject.as_str()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let keys = audit::subject_keys(s, store.key(), &subjects).await?;
    let mut values = Values::new();
    for value in &sealed {
        let Some(key) = keys.get(&value.subject) else { continue };
        if let Ok(text) = value.open(key) {
            values.entry(value.seq).or_default().insert(value.name.clone(), text);
        }
    }
    if !s.sight().is_whole() {
        veil(s, &mut values).await?;
    }
    Ok(values)
}

/// Veils what the reader may not see, by what each entry says that it is about.
async fn veil(s: &mut Session, values: &mut Values) -> Result<(), StoreError> {
    let query = s.sql("SELECT seq, line, hash FROM audit WHERE seq IN ").push_list(values.keys().copied());
    let entries: Vec<Entry> = query.all().await?;
    for (seq, own) in values.iter_mut() {
        let entry = entries.iter().find(|entry| entry.seq == *seq);
        let line: Option<Line> = entry.and_then(|entry| serde_json::from_str(&entry.line).ok());
        match line {
            Some(line) => s.sight().entry_values(&line, own),
            // One that cannot be read may be about anything.
            None => own.clear(),
        }
    }
    Ok(())
}

struct ReadAt(Time);

impl FromRow for ReadAt {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.time("at")?))
    }
}

/// When somebody's last "read" entry of a view was made.
pub async fn read_at(s: &mut Session, user: &UserId, view: &str) -> Result<Option<Time>, StoreError> {
    let query = s.sql("SELECT at FROM audit_reads WHERE user_id = $1 AND view_name = $2");
    let read: Option<ReadAt> = query.bind(user).bind(view).maybe().await?;
    Ok(read.map(|read| read.0))
}

/// Remembers that somebody reads a view now.
pub async fn save_read(w: &mut WriteSession, user: &UserId, view: &str) -> Result<(), StoreError> {
    let now = w.now();
    w.sql(
        "INSERT INTO audit_reads (user_id, view_name, at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, view_name) DO UPDATE SET at = excluded.at",
    )
    .bind(user)
    .bind(view)
    .bind(now)
    .run_one()
    .await
}

/// Who did what was done last to the record of a conflict, if it was done since then: a user's id, empty
/// for Referee itself.
pub async fn last_actor(
    s: &mut Session,
    conflict: &ConflictId,
    since: Time,
) -> Result<Option<String>, StoreError> {
    struct Last {
        actor: String,
        at: Time,
    }
    impl FromRow for Last {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self { actor: row.get("actor_id")?, at: row.time("at")? })
        }
    }
    let query = s.sql(
        "SELECT a.actor_id, a.at FROM audit a
         WHERE a.record_id = (SELECT c.record_id FROM conflicts c WHERE c.id = $1) AND a.action <> 'read'
         ORDER BY a.seq DESC LIMIT 1",
    );
    let last: Option<Last> = query.bind(conflict).maybe().await?;
    Ok(last.filter(|last| last.at >= since).map(|last| last.actor))
}
