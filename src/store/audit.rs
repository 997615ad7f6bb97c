//! The audit log's rows: appended at commit, read for the page, the export and verification.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::audit::{self, Entry, Event};
use crate::domain::chance;
use crate::domain::seal::Key;
use crate::domain::time;
use std::collections::{BTreeSet, HashMap};

struct Head {
    seq: i64,
    hash: String,
}

impl FromRow for Head {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { seq: row.get("seq")?, hash: row.get("hash")? })
    }
}

impl FromRow for Entry {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { seq: row.get("seq")?, line: row.get("line")?, hash: row.get("hash")? })
    }
}

/// Chains the events of a transaction and stores them: the last statements before its commit,
/// so that on PostgreSQL the head is locked as briefly as can be.
pub(super) async fn append(w: &mut WriteSession, events: &[Event]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    // In one order for all: two transactions that each make the key the other one waits for would
    // end each other.
    let subjects: BTreeSet<String> = events.iter().map(Event::subject).collect();
    let mut keys = HashMap::with_capacity(subjects.len());
    for subject in subjects {
        let key = subject_key(w, &subject).await?;
        keys.insert(subject, key);
    }
    let keys: Vec<&Key> = events.iter().filter_map(|event| keys.get(&event.subject())).collect();
    let head = w.either(
        "SELECT seq, hash FROM audit_head WHERE id = 1",
        "SELECT seq, hash FROM audit_head WHERE id = 1 FOR UPDATE",
    );
    let Head { mut seq, mut hash } = w.sql(head).one().await?;
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for (event, key) in events.iter().zip(keys) {
        seq += 1;
        let entry = audit::chain(&hash, seq, w.now(), event, key)?;
        hash.clone_from(&entry.hash);
        values.extend(sealed_values(w, seq, event, key)?);
        lines.push(line_row(entry, w.now(), event));
    }
    let columns =
        "INSERT INTO audit (seq, line, hash, at, action, actor_id, record_id, system, field, run_id)";
    w.insert_rows(columns, lines, "").await?;
    w.insert_rows("INSERT INTO audit_values (seq, name, subject, sealed)", values, "").await?;
    w.sql("UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1").bind(seq).bind(&hash).run_one().await
}

fn line_row(entry: Entry, now: time::Time, event: &Event) -> Vec<super::Arg> {
    let about = &event.about;
    vec![
        entry.seq.into(),
        entry.line.into(),
        entry.hash.into(),
        now.into(),
        event.action.as_str().into(),
        (&event.actor.id).into(),
        about.record.as_ref().into(),
        about.system.as_ref().into(),
        about.field.as_ref().into(),
        about.run.as_ref().into(),
    ]
}

fn sealed_values(
    w: &WriteSession,
    seq: i64,
    event: &Event,
    key: &Key,
) -> Result<Vec<Vec<super::Arg>>, StoreError> {
    let subject = event.subject();
    let seal = |(name, value): (&String, &String)| {
        let sealed = key.seal(chance::bytes(&*w.store.random), &place(seq, name), value.as_bytes())?;
        Ok(vec![seq.into(), name.into(), (&subject).into(), sealed.into()])
    };
    event.values.iter().map(seal).collect()
}

pub(super) fn place(seq: i64, name: &str) -> String {
    format!("audit_values/{seq}/{name}")
}

/// The key of a subject, made at its first entry.
async fn subject_key(w: &mut WriteSession, subject: &str) -> Result<Key, StoreError> {
    if let Some(key) = w.subject_keys.get(subject) {
        return Ok(key.clone());
    }
    let fresh = Key::new(chance::bytes(&*w.store.random));
    let place = format!("subject_keys/{subject}/sealed");
    let sealed = w.store.key.seal(chance::bytes(&*w.store.random), &place, fresh.bytes())?;
    w.sql("INSERT INTO subject_keys (subject, sealed) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING")
        .bind(subject)
        .bind(sealed)
        .run()
        .await?;
    let stored =
        w.sql("SELECT sealed AS value FROM subject_keys WHERE subject = $1").bind(subject).value().await?;
    let stored: Vec<u8> = stored.ok_or(StoreError::NotFound)?;
    let key = open_key(&w.store.key, subject, &stored)?;
    w.subject_keys.insert(subject.to_owned(), key.clone());
    Ok(key)
}

fn open_key(master: &Key, subject: &str, sealed: &[u8]) -> Result<Key, StoreError> {
    let bytes = master.open(&format!("subject_keys/{subject}/sealed"), sealed)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| StoreError::Seal(crate::domain::seal::SealBroken))?;
    Ok(Key::new(bytes))
}

/// The entries after `seq`, in order, at most `limit`.
pub async fn after(s: &mut Session, seq: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    s.sql("SELECT seq, line, hash FROM audit WHERE seq > $1 ORDER BY seq").bind(seq).limit(limit).all().await
}

/// The number and hash of the last entry, as the log itself keeps them.
pub async fn head(s: &mut Session) -> Result<(i64, String), StoreError> {
    let head: Head = s.sql("SELECT seq, hash FROM audit_head WHERE id = 1").one().await?;
    Ok((head.seq, head.hash))
}

/// An entry with the columns that repeat parts of its line, in the order `at`, `action`,
/// `actor_id`, `record_id`, `system`, `field`, `run_id`.
pub struct Copied {
    pub entry: Entry,
    pub copies: [Option<String>; 7],
}

impl FromRow for Copied {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let copies = [
            row.maybe("at")?,
            row.maybe("action")?,
            row.maybe("actor_id")?,
            row.maybe("record_id")?,
            row.maybe("system")?,
            row.maybe("field")?,
            row.maybe("run_id")?,
        ];
        Ok(Self { entry: Entry::from_row(row)?, copies })
    }
}

/// As [`after`], with the columns to be compared with the line.
pub async fn copied_after(s: &mut Session, seq: i64, limit: i64) -> Result<Vec<Copied>, StoreError> {
    s.sql(
        "SELECT seq, line, hash, at, action, actor_id, record_id, system, field, run_id
         FROM audit WHERE seq > $1 ORDER BY seq",
    )
    .bind(seq)
    .limit(limit)
    .all()
    .await
}

/// The keys of these subjects that still exist and open.
pub(super) async fn subject_keys(
    s: &mut Session,
    master: &Key,
    subjects: &[&str],
) -> Result<HashMap<String, Key>, StoreError> {
    let query = s.sql("SELECT subject, sealed FROM subject_keys WHERE subject IN ");
    let rows: Vec<Sealed> = query.push_list(subjects.iter().copied()).all().await?;
    let open = |row: Sealed| Some((row.subject.clone(), open_key(master, &row.subject, &row.sealed).ok()?));
    Ok(rows.into_iter().filter_map(open).collect())
}

/// Whether the store's key is the one that sealed what is stored; true while nothing is.
pub async fn key_opens(s: &mut Session, key: &Key) -> Result<bool, StoreError> {
    let first: Option<Sealed> =
        s.sql("SELECT subject, sealed FROM subject_keys ORDER BY subject LIMIT 1").maybe().await?;
    Ok(first.is_none_or(|first| open_key(key, &first.subject, &first.sealed).is_ok()))
}

struct Sealed {
    subject: String,
    sealed: Vec<u8>,
}

impl FromRow for Sealed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { subject: row.get("subject")?, sealed: row.get("sealed")? })
    }
}
