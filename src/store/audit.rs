//! The audit log's rows: appended at commit, read for the page, the export and verification.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::audit::{self, Action, Entry, Event};
use crate::domain::chance;
use crate::domain::seal::{Key, SealBroken};
use crate::domain::time;
use crate::faults::{self, Point};
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
    let subjects: BTreeSet<String> = events.iter().map(Event::subject).collect();
    let keys = keys_of(w, subjects).await?;
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
    w.sql("UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1").bind(seq).bind(&hash).run_one().await?;
    if events.iter().any(|event| event.action == Action::Decided) {
        faults::pass(Point::K3);
    }
    Ok(())
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

/// The keys of these subjects.
async fn keys_of(
    w: &mut WriteSession,
    subjects: BTreeSet<String>,
) -> Result<HashMap<String, Key>, StoreError> {
    let known = stored_keys(w, &subjects).await?;
    let mut keys = HashMap::with_capacity(subjects.len());
    // In one order for all: two transactions that each make the key the other one waits for would
    // end each other.
    for subject in subjects {
        let key = match known.get(&subject) {
            Some(known) => known.open(&w.store.key)?,
            None => new_key(w, &subject).await?,
        };
        keys.insert(subject, key);
    }
    Ok(keys)
}

/// The key of a subject, made at its first entry, or at the first one after it was erased.
async fn new_key(w: &mut WriteSession, subject: &str) -> Result<Key, StoreError> {
    // It seals nothing before the next entry.
    let from = head(w).await?.0 + 1;
    let fresh = Key::new(chance::bytes(&*w.store.random));
    let nonce = chance::bytes(&*w.store.random);
    let mut sealed = w.store.key.seal(nonce, &key_place(subject, from), fresh.bytes())?;
    sealed.extend(from.to_be_bytes());
    w.sql("INSERT INTO subject_keys (subject, sealed) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING")
        .bind(subject)
        .bind(sealed)
        .run()
        .await?;
    let stored = w.sql("SELECT subject, sealed FROM subject_keys WHERE subject = $1").bind(subject);
    let stored: SubjectKey = stored.maybe().await?.ok_or(StoreError::NotFound)?;
    Ok(stored.open(&w.store.key)?)
}

/// The number of the first entry is part of the place, so that nobody can change it.
fn key_place(subject: &str, from: i64) -> String {
    match from {
        0 => format!("subject_keys/{subject}/sealed"),
        from => format!("subject_keys/{subject}/sealed/{from}"),
    }
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

/// A subject's key as stored: sealed under the store's key, and behind it the number of the first
/// entry whose values it can have sealed, in eight bytes. Without these: from the first of all.
pub struct SubjectKey {
    subject: String,
    sealed: Vec<u8>,
    /// Values of earlier entries were sealed under a key that was destroyed.
    pub from: i64,
}

/// Nonce, key and tag.
const SEALED_KEY: usize = 12 + 32 + 16;

impl FromRow for SubjectKey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        // What is no bytes any longer does not open.
        let mut sealed: Vec<u8> = row.get("sealed").unwrap_or_default();
        let from = sealed.get(SEALED_KEY..).and_then(|from| from.try_into().ok());
        let from = from.map_or(0, i64::from_be_bytes);
        if from != 0 {
            sealed.truncate(SEALED_KEY);
        }
        Ok(Self { subject: row.get("subject")?, sealed, from })
    }
}

impl SubjectKey {
    /// # Errors
    /// Another key sealed it, or it was changed.
    pub fn open(&self, master: &Key) -> Result<Key, SealBroken> {
        let bytes = master.open(&key_place(&self.subject, self.from), &self.sealed)?;
        Ok(Key::new(bytes.try_into().map_err(|_| SealBroken)?))
    }
}

/// The keys of these subjects that still exist.
pub async fn stored_keys(
    s: &mut Session,
    subjects: &BTreeSet<String>,
) -> Result<HashMap<String, SubjectKey>, StoreError> {
    let query = s.sql("SELECT subject, sealed FROM subject_keys WHERE subject IN ").push_list(subjects);
    let rows: Vec<SubjectKey> = query.all().await?;
    Ok(rows.into_iter().map(|row| (row.subject.clone(), row)).collect())
}

/// The keys of these subjects that still exist and open.
pub(super) async fn subject_keys(
    s: &mut Session,
    master: &Key,
    subjects: &[&str],
) -> Result<HashMap<String, Key>, StoreError> {
    let subjects = subjects.iter().map(|subject| (*subject).to_owned()).collect();
    let stored = stored_keys(s, &subjects).await?;
    Ok(stored.into_iter().filter_map(|(subject, key)| Some((subject, key.open(master).ok()?))).collect())
}

/// Whether the store's key is the one that sealed what is stored; true while nothing is.
pub async fn key_opens(s: &mut Session, key: &Key) -> Result<bool, StoreError> {
    let first: Option<SubjectKey> =
        s.sql("SELECT subject, sealed FROM subject_keys ORDER BY subject LIMIT 1").maybe().await?;
    Ok(first.is_none_or(|first| first.open(key).is_ok()))
}

/// A value that stands beside the entry `seq`.
pub struct SealedValue {
    pub seq: i64,
    pub name: String,
    pub subject: String,
    sealed: Vec<u8>,
}

impl FromRow for SealedValue {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            seq: row.get("seq")?,
            name: row.get("name")?,
            subject: row.get("subject")?,
            // What is no bytes any longer does not open.
            sealed: row.get("sealed").unwrap_or_default(),
        })
    }
}

impl SealedValue {
    /// # Errors
    /// Another key sealed it, it was made for another entry or name, or it was changed.
    pub fn open(&self, key: &Key) -> Result<String, SealBroken> {
        let plain = key.open(&place(self.seq, &self.name), &self.sealed)?;
        String::from_utf8(plain).map_err(|_| SealBroken)
    }
}

/// The values beside the entries from one number to another, both included; sealed as they are, or
/// only that they are there.
pub async fn values_between(
    s: &mut Session,
    first: i64,
    last: i64,
    sealed: bool,
) -> Result<Vec<SealedValue>, StoreError> {
    let query = s.sql(match sealed {
        true => "SELECT seq, name, subject, sealed FROM audit_values WHERE seq >= $1 AND seq <= $2",
        false => "SELECT seq, name, subject FROM audit_values WHERE seq >= $1 AND seq <= $2",
    });
    query.bind(first).bind(last).all().await
}
