//! The words that records are found by: segments of sorted words, each made in one go, with the places
//! of the records that have them. A row for each word and record cost more than all else that is
//! stored of a record; see docs/decisions/0005-words.md.
//!
//! A segment never changes. A record whose words change comes into a new segment, and is gone from the
//! one its words were made in. Segments that are alike in size are merged, and what is gone is left out
//! then. Everything that writes here holds the head of its entity first.

mod block;
mod convert;
mod find;
mod merge;

pub(super) use block::Member;
pub(super) use convert::convert;
pub(super) use find::{Matches, beginning};

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::{EntityId, RecordId};
use block::Blocks;
use std::collections::{BTreeMap, HashMap};

/// Where a record's words were made, and what they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// The number of the segment they were made in.
    pub born: i64,
    /// Of all the words.
    pub digest: i64,
}

/// A record with the words it is to be found by.
pub struct Wanted {
    pub record: RecordId,
    pub words: Vec<String>,
    /// Of the words.
    pub digest: i64,
    pub before: Option<Indexed>,
}

impl Wanted {
    /// None where the record is found by just these words already.
    #[must_use]
    pub fn of(record: &RecordId, words: Vec<String>, before: Option<Indexed>) -> Option<Self> {
        let digest = digest(&words);
        let same = before.is_some_and(|before| before.digest == digest);
        (!same).then(|| Self { record: record.clone(), words, digest, before })
    }
}

/// FNV-1a of the words one after the other: it tells whether any changed, and stays the same from one
/// version of the program to the next.
fn digest(words: &[String]) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in words.iter().flat_map(|word| word.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    i64::from_le_bytes(hash.to_le_bytes())
}

/// A segment as it is listed.
pub(super) struct Segment {
    id: i64,
    /// The first and the last segment whose words are in it: no other has any of theirs.
    low: i64,
    high: i64,
    level: i64,
    records: i64,
    /// Records that are found by other words by now.
    gone: i64,
}

impl FromRow for Segment {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            low: row.get("low")?,
            high: row.get("high")?,
            level: row.get("level")?,
            records: row.get("records")?,
            gone: row.get("gone")?,
        })
    }
}

impl Segment {
    fn places(&self) -> usize {
        usize::try_from(self.records).unwrap_or(0)
    }
}

/// Makes no record of an entity be found by any word, until each is indexed again.
pub async fn forget_all(w: &mut WriteSession, entity: &EntityId) -> Result<(), StoreError> {
    // Its head first, as everything that writes here.
    next_number(w, entity).await?;
    for text in [
        "DELETE FROM word_blocks WHERE entity = $1",
        "DELETE FROM word_members WHERE entity = $1",
        "DELETE FROM word_segments WHERE entity = $1",
        "DELETE FROM word_gone WHERE entity = $1",
        "UPDATE bases SET words_in = NULL, words = NULL
         WHERE record_id IN (SELECT id FROM records WHERE entity = $1)",
    ] {
        w.sql(text).bind(entity).run().await?;
    }
    Ok(())
}

/// The segments of an entity, oldest first.
async fn segments(s: &mut Session, entity: &EntityId) -> Result<Vec<Segment>, StoreError> {
    s.sql("SELECT id, low, high, level, records, gone FROM word_segments WHERE entity = $1 ORDER BY low")
        .bind(entity)
        .all()
        .await
}

/// The next number of a segment. Until this transaction ends nobody else writes words of the entity.
async fn next_number(w: &mut WriteSession, entity: &EntityId) -> Result<i64, StoreError> {
    let number = w.sql(
        "INSERT INTO word_heads (entity, last) VALUES ($1, 1)
         ON CONFLICT (entity) DO UPDATE SET last = word_heads.last + 1 RETURNING last AS value",
    );
    number.bind(entity).value().await?.ok_or(StoreError::NotFound)
}

/// Makes records of one entity be found by these words and no others; the number of the segment they
/// were made in. The caller keeps it with the record.
pub async fn add(w: &mut WriteSession, entity: &EntityId, wanted: &[&Wanted]) -> Result<i64, StoreError> {
    let number = next_number(w, entity).await?;
    let mut places: HashMap<&str, Vec<u32>> = HashMap::new();
    for (place, wanted) in (0..).zip(wanted) {
        for word in &wanted.words {
            places.entry(word).or_default().push(place);
        }
    }
    let mut words: Vec<(&str, Vec<u32>)> = places.into_iter().collect();
    words.sort_unstable_by_key(|(word, _)| *word);
    let mut blocks = Blocks::new(wanted.len());
    for (word, places) in words {
        blocks.push(word, &places);
    }
    save_blocks(w, entity, number, blocks.finish()).await?;
    let members: Vec<(i64, Member)> =
        wanted.iter().map(|own| (number, Member::of(own.record.as_str()))).collect();
    save_segment(w, entity, number, (number, number, 0), &members).await?;
    let gone = wanted.iter().filter_map(|own| Some((own.before?.born, &own.record)));
    forget(w, entity, gone).await?;
    merge::tidy(w, entity).await?;
    Ok(number)
}

/// Makes a record be found by no words any longer.
pub async fn remove(
    w: &mut WriteSession,
    entity: &EntityId,
    record: &RecordId,
    known: Indexed,
) -> Result<(), StoreError> {
    next_number(w, entity).await?;
    forget(w, entity, [(known.born, record)]).await?;
    merge::tidy(w, entity).await
}

/// Takes records out of the segments their words were made in.
async fn forget<'r>(
    w: &mut WriteSession,
    entity: &EntityId,
    gone: impl IntoIterator<Item = (i64, &'r RecordId)>,
) -> Result<(), StoreError> {
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    let mut rows = Vec::new();
    for (born, record) in gone {
        *counts.entry(born).or_default() += 1;
        rows.push(vec![entity.into(), born.into(), record.into()]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    w.insert_rows("INSERT INTO word_gone (entity, born, record_id)", rows, "ON CONFLICT DO NOTHING").await?;
    for segment in segments(w, entity).await? {
        let more: i64 = counts.range(segment.low..=segment.high).map(|(_, count)| count).sum();
        if more > 0 {
            let query = w.sql("UPDATE word_segments SET gone = gone + $3 WHERE entity = $1 AND id = $2");
            query.bind(entity).bind(segment.id).bind(more).run_one().await?;
        }
    }
    Ok(())
}

async fn save_blocks(
    w: &mut WriteSession,
    entity: &EntityId,
    segment: i64,
    blocks: Vec<(String, Vec<u8>)>,
) -> Result<(), StoreError> {
    let row =
        |(first, body): (String, Vec<u8>)| vec![entity.into(), segment.into(), first.into(), body.into()];
    let rows = blocks.into_iter().map(row).collect();
    w.insert_rows("INSERT INTO word_blocks (entity, segment, first, body)", rows, "").await?;
    Ok(())
}

async fn save_segment(
    w: &mut WriteSession,
    entity: &EntityId,
    id: i64,
    (low, high, level): (i64, i64, i64),
    members: &[(i64, Member)],
) -> Result<(), StoreError> {
    let records = i64::try_from(members.len()).unwrap_or(i64::MAX);
    let query = w.sql(
        "INSERT INTO word_segments (entity, id, low, high, level, records) VALUES ($1, $2, $3, $4, $5, $6)",
    );
    query.bind(entity).bind(id).bind(low).bind(high).bind(level).bind(records).run_one().await?;
    let query = w.sql("INSERT INTO word_members (entity, segment, body) VALUES ($1, $2, $3)");
    query.bind(entity).bind(id).bind(block::put_members(members)).run_one().await
}
