//! Several segments made one. What is gone is left out, so that its words leave the store.

use super::block::{Blocks, Member, Words, members};
use super::{Segment, next_number, save_blocks, save_segment, segments};
use crate::domain::ids::EntityId;
use crate::store::db::{FromRow, Row, Session};
use crate::store::error::StoreError;
use crate::store::write::WriteSession;
use std::collections::HashSet;

/// Segments of one level that become one of the next.
const FAN: usize = 8;
/// No segment is merged into one of more records: it takes the one writer for that long.
const MOST: i64 = 40_000;
/// Blocks read at once of each segment that is merged.
const AHEAD: i64 = 8;
/// Blocks written at once.
const AT_ONCE: usize = 64;

/// Merges what is to be merged, after words were added or left out.
pub(super) async fn tidy(w: &mut WriteSession, entity: &EntityId) -> Result<(), StoreError> {
    loop {
        let all = segments(w, entity).await?;
        let Some(due) = due(&all) else { return Ok(()) };
        merge(w, entity, due).await?;
    }
}

/// Segments beside each other that are to be one: the last ones of one level, or one of which a
/// quarter is gone.
fn due(all: &[Segment]) -> Option<&[Segment]> {
    let worn = all.iter().position(|one| one.gone * 4 >= one.records);
    if let Some(worn) = worn {
        return Some(&all[worn..=worn]);
    }
    let level = all.last()?.level;
    let run = all.iter().rev().take_while(|one| one.level == level).count();
    let last = &all[all.len() - run.min(FAN)..];
    (run >= FAN && last.iter().map(|one| one.records).sum::<i64>() <= MOST).then_some(last)
}

async fn merge(w: &mut WriteSession, entity: &EntityId, old: &[Segment]) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (old.first(), old.last()) else { return Ok(()) };
    let number = next_number(w, entity).await?;
    let gone = gone(w, entity, (first.low, last.high)).await?;
    let (mut kept, mut inputs) = (Vec::new(), Vec::with_capacity(old.len()));
    for segment in old {
        let mut becomes = Vec::with_capacity(segment.places());
        for (born, member) in read_members(w, entity, segment.id).await? {
            let stays = gone.is_empty() || !gone.contains(&(born, member.clone()));
            becomes.push(stays.then(|| u32::try_from(kept.len()).unwrap_or(u32::MAX)));
            if stays {
                kept.push((born, member));
            }
        }
        inputs.push(Input::new(segment, becomes));
    }
    let mut blocks = Blocks::new(kept.len());
    let (mut word, mut places) = (String::new(), Vec::new());
    loop {
        for input in &mut inputs {
            input.fill(w, entity).await?;
        }
        let Some(least) = inputs.iter().filter_map(Input::head).min() else { break };
        word.clear();
        word.push_str(least);
        places.clear();
        for input in inputs.iter_mut().filter(|input| input.head() == Some(&word)) {
            input.take(&mut places);
        }
        if !places.is_empty() {
            blocks.push(&word, &places);
        }
        if blocks.closed().len() >= AT_ONCE {
            let closed = std::mem::take(blocks.closed());
            save_blocks(w, entity, number, closed).await?;
        }
    }
    save_blocks(w, entity, number, blocks.finish()).await?;
    let level = if old.len() > 1 { first.level + 1 } else { first.level };
    let span = (first.low, last.high, level);
    remove(w, entity, old, span).await?;
    if !kept.is_empty() {
        save_segment(w, entity, number, span, &kept).await?;
    }
    Ok(())
}

async fn remove(
    w: &mut WriteSession,
    entity: &EntityId,
    old: &[Segment],
    (low, high, _): (i64, i64, i64),
) -> Result<(), StoreError> {
    for segment in old {
        for text in [
            "DELETE FROM word_blocks WHERE entity = $1 AND segment = $2",
            "DELETE FROM word_members WHERE entity = $1 AND segment = $2",
            "DELETE FROM word_segments WHERE entity = $1 AND id = $2",
        ] {
            w.sql(text).bind(entity).bind(segment.id).run().await?;
        }
    }
    let query = w.sql("DELETE FROM word_gone WHERE entity = $1 AND born >= $2 AND born <= $3");
    query.bind(entity).bind(low).bind(high).run().await?;
    Ok(())
}

/// The records that are gone from segments made between these two.
pub(super) async fn gone(
    s: &mut Session,
    entity: &EntityId,
    (low, high): (i64, i64),
) -> Result<HashSet<(i64, Member)>, StoreError> {
    let query = s.sql(
        "SELECT born, record_id FROM word_gone WHERE entity = $1 AND born >= $2 AND born <= $3 ORDER BY born",
    );
    let rows: Vec<Gone> = query.bind(entity).bind(low).bind(high).all().await?;
    Ok(rows.into_iter().map(|row| (row.0, Member::of(&row.1))).collect())
}

struct Gone(i64, String);

impl FromRow for Gone {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(row.get("born")?, row.get("record_id")?))
    }
}

async fn read_members(
    s: &mut Session,
    entity: &EntityId,
    segment: i64,
) -> Result<Vec<(i64, Member)>, StoreError> {
    let query = s.sql("SELECT body AS value FROM word_members WHERE entity = $1 AND segment = $2");
    let body: Option<Vec<u8>> = query.bind(entity).bind(segment).value().await?;
    members(&body.ok_or(StoreError::NotFound)?)
}

/// A segment being merged: its words come one by one.
struct Input {
    segment: i64,
    records: usize,
    /// By place, the place in the new segment; None for what is gone.
    becomes: Vec<Option<u32>>,
    /// The first word of the last block that was read.
    position: Option<String>,
    /// The words of the blocks that were read, one after the other, and their places.
    text: String,
    places: Vec<u32>,
    /// Where each word and its places end.
    ends: Vec<(usize, usize)>,
    /// The next word of those.
    at: usize,
    ended: bool,
}

impl Input {
    fn new(segment: &Segment, becomes: Vec<Option<u32>>) -> Self {
        Self {
            segment: segment.id,
            records: segment.places(),
            becomes,
            position: None,
            text: String::new(),
            places: Vec::new(),
            ends: Vec::new(),
            at: 0,
            ended: false,
        }
    }

    /// Where the next word and its places begin.
    fn begin(&self) -> (usize, usize) {
        self.at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default()
    }

    /// The next word.
    fn head(&self) -> Option<&str> {
        let (end, _) = self.ends.get(self.at)?;
        self.text.get(self.begin().0..*end)
    }

    /// Adds the new places of the next word, and goes on.
    fn take(&mut self, places: &mut Vec<u32>) {
        let Some((_, end)) = self.ends.get(self.at) else { return };
        let old = self.places.get(self.begin().1..*end).unwrap_or_default();
        let becomes = |place: &u32| self.becomes.get(usize::try_from(*place).ok()?).copied().flatten();
        places.extend(old.iter().filter_map(becomes));
        self.at += 1;
    }

    async fn fill(&mut self, s: &mut Session, entity: &EntityId) -> Result<(), StoreError> {
        if self.at < self.ends.len() || self.ended {
            return Ok(());
        }
        let query = s.sql("SELECT first, body FROM word_blocks WHERE entity = $1 AND segment = $2");
        let mut query = query.bind(entity).bind(self.segment);
        if let Some(position) = &self.position {
            query = query.push_bind(" AND first > ?", [position.into()]);
        }
        let blocks: Vec<Block> = query.push(" ORDER BY first").limit(AHEAD).all().await?;
        self.ended = blocks.is_empty();
        self.text.clear();
        self.places.clear();
        self.ends.clear();
        self.at = 0;
        let mut places = Vec::new();
        for Block { first, body } in blocks {
            let mut words = Words::of(&body, self.records);
            while let Some(word) = words.next(&mut places)? {
                self.text.push_str(word);
                self.places.extend_from_slice(&places);
                self.ends.push((self.text.len(), self.places.len()));
            }
            self.position = Some(first);
        }
        Ok(())
    }
}

struct Block {
    first: String,
    body: Vec<u8>,
}

impl FromRow for Block {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { first: row.get("first")?, body: row.get("body")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(id: i64, level: i64, records: i64, gone: i64) -> Segment {
        Segment { id, low: id, high: id, level, records, gone }
    }

    #[test]
    fn segments_of_a_level_are_merged_once_there_are_enough_and_they_are_not_too_large() {
        let some = |count, level, records| (1..=count).map(move |id| segment(id, level, records, 0));
        let small: Vec<Segment> = some(7, 0, 10).collect();
        assert!(due(&small).is_none());
        let older: Vec<Segment> = some(3, 1, 80).chain(some(8, 0, 10)).collect();
        assert_eq!(due(&older).map(<[_]>::len), Some(8), "those of the last level, and no others");
        let large: Vec<Segment> = some(9, 1, MOST / 8 + 1).collect();
        assert!(due(&large).is_none());
    }

    #[test]
    fn a_segment_of_which_a_quarter_is_gone_is_made_anew_alone() {
        let all = [segment(1, 2, 100, 24), segment(2, 1, 100, 25), segment(3, 0, 1, 0)];
        assert_eq!(due(&all).map(|due| due.iter().map(|one| one.id).collect::<Vec<_>>()), Some(vec![2]));
    }
}
