//! Which records have a word that begins so.

use super::block::{Member, Words, members};
use super::merge::gone;
use crate::domain::access::Viewer;
use crate::domain::ids::{EntityId, RecordId};
use crate::store::db::{FromRow, Row, Session};
use crate::store::error::StoreError;
use std::collections::BTreeMap;

/// How often a search is tried that met a merge.
const TRIES: usize = 5;

/// Records that are found: of each entity, in the order of their ids, none twice.
#[derive(Debug, Default)]
pub(in crate::store) struct Matches(BTreeMap<EntityId, Vec<Member>>);

impl Matches {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Those that are in both.
    pub fn and(mut self, other: &Self) -> Self {
        let none = Vec::new();
        for (entity, own) in &mut self.0 {
            let mut others = other.0.get(entity).unwrap_or(&none).iter().peekable();
            own.retain(|one| {
                while others.next_if(|other| *other < one).is_some() {}
                others.peek() == Some(&one)
            });
        }
        self.0.retain(|_, own| !own.is_empty());
        self
    }

    /// Those that are in either.
    pub fn or(mut self, other: Self) -> Self {
        for (entity, more) in other.0 {
            self.0.entry(entity).or_default().extend(more);
        }
        self.tidy()
    }

    fn tidy(mut self) -> Self {
        for own in self.0.values_mut() {
            own.sort_unstable();
            own.dedup();
        }
        self.0.retain(|_, own| !own.is_empty());
        self
    }

    /// Those of one kind, if one is given, that the viewer sees.
    pub fn seen(mut self, viewer: &Viewer, entity: Option<&EntityId>) -> Self {
        self.0.retain(|own, _| viewer.sees(own) && entity.is_none_or(|entity| entity == own));
        self
    }

    /// How many there are of each kind.
    pub fn counts(self) -> impl Iterator<Item = (EntityId, i64)> {
        self.0.into_iter().map(|(entity, own)| (entity, i64::try_from(own.len()).unwrap_or(i64::MAX)))
    }

    /// All of them.
    pub fn ids(&self) -> Vec<RecordId> {
        self.0.values().flatten().map(|own| own.id().into()).collect()
    }

    /// The first of those for which `wanted` is true, whatever their kind.
    pub fn first(&self, most: i64, wanted: impl Fn(&Member) -> bool) -> Vec<RecordId> {
        let most = usize::try_from(most).unwrap_or(0);
        let own = |own: &'_ Vec<Member>| {
            own.iter().filter(|own| wanted(own)).take(most).cloned().collect::<Vec<_>>()
        };
        let mut all: Vec<Member> = self.0.values().flat_map(own).collect();
        all.sort_unstable();
        all.iter().take(most).map(|own| own.id().into()).collect()
    }

    /// The last of those for which `wanted` is true, whatever their kind.
    pub fn last(&self, most: i64, wanted: impl Fn(&Member) -> bool) -> Vec<RecordId> {
        let most = usize::try_from(most).unwrap_or(0);
        let own = |own: &'_ Vec<Member>| {
            own.iter().rev().filter(|own| wanted(own)).take(most).cloned().collect::<Vec<_>>()
        };
        let mut all: Vec<Member> = self.0.values().flat_map(own).collect();
        all.sort_unstable();
        all.iter().rev().take(most).map(|own| own.id().into()).collect()
    }
}

/// The records with a word that begins so.
pub(in crate::store) async fn beginning(s: &mut Session, word: &str) -> Result<Matches, StoreError> {
    for _ in 0..TRIES {
        if let Some(matches) = read(s, word).await? {
            return Ok(matches);
        }
    }
    Err(StoreError::Conflict("the words are being merged".to_owned()))
}

/// None where a segment was merged between two statements: its records are in another one by now.
async fn read(s: &mut Session, word: &str) -> Result<Option<Matches>, StoreError> {
    // The end of the range: the beginning followed by the last character there is.
    let end = format!("{word}\u{10FFFF}");
    let blocks: Vec<Block> = s
        .sql(
            "SELECT s.entity, s.id, s.low, s.high, s.records, s.gone, b.body FROM word_segments s JOIN word_blocks b
                 ON b.entity = s.entity AND b.segment = s.id AND b.first < $2 AND b.first >= COALESCE(
                     (SELECT MAX(i.first) FROM word_blocks i
                      WHERE i.entity = s.entity AND i.segment = s.id AND i.first <= $1), '')
             ORDER BY s.entity, s.id",
        )
        .bind(word)
        .bind(&end)
        .all()
        .await?;
    let mut matches = Matches::default();
    for own in blocks.chunk_by(|one, other| (&one.entity, one.segment) == (&other.entity, other.segment)) {
        let mut places = Vec::new();
        for block in own {
            block.places(word, &mut places)?;
        }
        let Some(segment) = own.first().filter(|_| !places.is_empty()) else { continue };
        places.sort_unstable();
        places.dedup();
        let Some(found) = segment.records(s, &places).await? else { return Ok(None) };
        matches.0.entry(segment.entity.clone()).or_default().extend(found);
    }
    Ok(Some(matches.tidy()))
}

struct Block {
    entity: EntityId,
    segment: i64,
    span: (i64, i64),
    records: i64,
    gone: i64,
    body: Vec<u8>,
}

impl FromRow for Block {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            entity: row.get::<String>("entity")?.into(),
            segment: row.get("id")?,
            span: (row.get("low")?, row.get("high")?),
            records: row.get("records")?,
            gone: row.get("gone")?,
            body: row.get("body")?,
        })
    }
}

impl Block {
    /// Adds the places of the words that begin so.
    fn places(&self, beginning: &str, all: &mut Vec<u32>) -> Result<(), StoreError> {
        let (mut words, mut own) =
            (Words::of(&self.body, usize::try_from(self.records).unwrap_or(0)), Vec::new());
        while let Some(word) = words.next(&mut own)? {
            if word.starts_with(beginning) {
                all.extend_from_slice(&own);
            } else if word > beginning {
                break;
            }
        }
        Ok(())
    }

    /// The records at these places that are still found by what is here.
    async fn records(&self, s: &mut Session, places: &[u32]) -> Result<Option<Vec<Member>>, StoreError> {
        let query = s.sql("SELECT body AS value FROM word_members WHERE entity = $1 AND segment = $2");
        let body: Option<Vec<u8>> = query.bind(&self.entity).bind(self.segment).value().await?;
        let Some(body) = body else { return Ok(None) };
        let gone = match self.gone {
            0 => None,
            _ => Some(gone(s, &self.entity, self.span).await?),
        };
        let all = members(&body)?;
        let at = |place: &u32| all.get(usize::try_from(*place).ok()?);
        let stays = |own: &&(i64, Member)| gone.as_ref().is_none_or(|gone| !gone.contains(*own));
        Ok(Some(places.iter().filter_map(at).filter(stays).map(|(_, member)| member.clone()).collect()))
    }
}
