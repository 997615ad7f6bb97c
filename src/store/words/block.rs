//! How words stand in blocks, and records in a segment's list: pure bytes.
//!
//! A block is a run of words in the order of their bytes, each by what it shares with the one before
//! it, with the places of the records that have it. A place is a record's number in its segment.

use super::super::error::StoreError;

/// A block is closed once it has so many bytes.
const SIZE: usize = 8 * 1024;

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn damaged() -> StoreError {
    StoreError::Row("word_blocks: column body is no block of words".to_owned())
}

/// What is still to be read of some bytes.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn number(&mut self) -> Result<u64, StoreError> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (byte, rest) = self.0.split_first().ok_or_else(damaged)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f).checked_shl(shift).ok_or_else(damaged)?;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
            shift += 7;
        }
    }

    fn length(&mut self) -> Result<usize, StoreError> {
        usize::try_from(self.number()?).map_err(|_| damaged())
    }

    fn place(&mut self) -> Result<u32, StoreError> {
        u32::try_from(self.number()?).map_err(|_| damaged())
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], StoreError> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(bytes)
    }
}

/// Blocks being filled, for a segment of so many records.
pub(super) struct Blocks {
    records: usize,
    done: Vec<(String, Vec<u8>)>,
    first: String,
    last: String,
    body: Vec<u8>,
}

impl Blocks {
    pub fn new(records: usize) -> Self {
        let (done, body) = (Vec::new(), Vec::new());
        Self { records, done, first: String::new(), last: String::new(), body }
    }

    /// Adds a word that comes after those before it, with its places in ascending order.
    pub fn push(&mut self, word: &str, places: &[u32]) {
        if self.body.is_empty() {
            self.first = word.to_owned();
            self.last.clear();
        }
        let same = self.last.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
        put(&mut self.body, same as u64);
        put(&mut self.body, (word.len() - same) as u64);
        self.body.extend_from_slice(&word.as_bytes()[same..]);
        if places.len() == self.records {
            // Every record has it.
            put(&mut self.body, 0);
        } else {
            put(&mut self.body, places.len() as u64);
            let mut before = 0;
            for place in places {
                put(&mut self.body, u64::from(place - before));
                before = *place;
            }
        }
        self.last.clear();
        self.last.push_str(word);
        if self.body.len() >= SIZE {
            self.close();
        }
    }

    fn close(&mut self) {
        if !self.body.is_empty() {
            self.done.push((std::mem::take(&mut self.first), std::mem::take(&mut self.body)));
        }
    }

    /// The blocks that are closed, each with its first word.
    pub fn closed(&mut self) -> &mut Vec<(String, Vec<u8>)> {
        &mut self.done
    }

    /// All of them.
    pub fn finish(mut self) -> Vec<(String, Vec<u8>)> {
        self.close();
        self.done
    }
}

/// The words of a block, one after the other.
pub(super) struct Words<'a> {
    rest: Rest<'a>,
    records: usize,
    word: Vec<u8>,
}

impl<'a> Words<'a> {
    pub fn of(body: &'a [u8], records: usize) -> Self {
        Self { rest: Rest(body), records, word: Vec::new() }
    }

    /// The next word; its places replace what is in `places`.
    pub fn next(&mut self, places: &mut Vec<u32>) -> Result<Option<&str>, StoreError> {
        if self.rest.0.is_empty() {
            return Ok(None);
        }
        let (same, more) = (self.rest.length()?, self.rest.length()?);
        self.word.truncate(same);
        self.word.extend_from_slice(self.rest.bytes(more)?);
        places.clear();
        match self.rest.length()? {
            0 => places.extend(0..u32::try_from(self.records).map_err(|_| damaged())?),
            count => {
                let mut place = 0;
                for _ in 0..count {
                    place = self.rest.place()?.checked_add(place).ok_or_else(damaged)?;
                    places.push(place);
                }
            }
        }
        std::str::from_utf8(&self.word).map(Some).map_err(|_| damaged())
    }
}

/// A record's id: the bytes of a UUID, or any other text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) enum Member {
    Uuid([u8; 16]),
    Text(String),
}

impl Member {
    pub fn of(id: &str) -> Self {
        match uuid::Uuid::try_parse(id) {
            Ok(uuid) if id.len() == 36 && !id.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                Self::Uuid(uuid.into_bytes())
            }
            _ => Self::Text(id.to_owned()),
        }
    }

    pub fn id(&self) -> String {
        match self {
            Self::Uuid(bytes) => uuid::Uuid::from_bytes(*bytes).hyphenated().to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Ord for Member {
    /// As their texts.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Uuid(one), Self::Uuid(other)) => one.cmp(other),
            _ => self.id().cmp(&other.id()),
        }
    }
}

impl PartialOrd for Member {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A segment's records in the order of their places, each with the segment its words were made in.
pub(super) fn put_members(members: &[(i64, Member)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(members.len() * 17 + 16);
    for run in members.chunk_by(|one, other| one.0 == other.0) {
        put(&mut bytes, run[0].0.unsigned_abs());
        put(&mut bytes, run.len() as u64);
        for (_, member) in run {
            match member {
                Member::Uuid(uuid) => {
                    bytes.push(0);
                    bytes.extend_from_slice(uuid);
                }
                Member::Text(text) => {
                    put(&mut bytes, text.len() as u64);
                    bytes.extend_from_slice(text.as_bytes());
                }
            }
        }
    }
    bytes
}

/// What [`put_members`] wrote.
pub(super) fn members(bytes: &[u8]) -> Result<Vec<(i64, Member)>, StoreError> {
    let (mut rest, mut members) = (Rest(bytes), Vec::with_capacity(bytes.len() / 17));
    while !rest.0.is_empty() {
        let born = i64::try_from(rest.number()?).map_err(|_| damaged())?;
        for _ in 0..rest.number()? {
            let member = match rest.length()? {
                0 => Member::Uuid(rest.bytes(16)?.try_into().map_err(|_| damaged())?),
                length => {
                    let text = std::str::from_utf8(rest.bytes(length)?).map_err(|_| damaged())?;
                    Member::Text(text.to_owned())
                }
            };
            members.push((born, member));
        }
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn read(blocks: &[(String, Vec<u8>)], records: usize) -> Vec<(String, Vec<u32>)> {
        let (mut all, mut places) = (Vec::new(), Vec::new());
        for (first, body) in blocks {
            let (mut words, mut at) = (Words::of(body, records), 0);
            while let Some(word) = words.next(&mut places).unwrap() {
                assert!(at > 0 || word == first, "a block is found by its first word");
                all.push((word.to_owned(), places.clone()));
                at += 1;
            }
        }
        all
    }

    proptest! {
        #[test]
        fn what_goes_into_blocks_comes_out(
            words in prop::collection::btree_map("[a-zé ]{1,40}", prop::collection::btree_set(0u32..300, 1..40), 0..400),
        ) {
            let words: BTreeMap<String, BTreeSet<u32>> = words;
            let mut blocks = Blocks::new(300);
            for (word, places) in &words {
                blocks.push(word, &places.iter().copied().collect::<Vec<_>>());
            }
            let expected: Vec<(String, Vec<u32>)> =
                words.into_iter().map(|(word, places)| (word, places.into_iter().collect())).collect();
            prop_assert_eq!(read(&blocks.finish(), 300), expected);
        }

        #[test]
        fn bytes_that_are_no_block_are_an_error_and_no_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let (mut words, mut places) = (Words::of(&body, 9), Vec::new());
            while let Ok(Some(_)) = words.next(&mut places) {}
            let _ = members(&body);
        }
    }

    #[test]
    fn a_word_that_every_record_has_takes_one_byte_for_them() {
        let all: Vec<u32> = (0..5000).collect();
        let mut blocks = Blocks::new(5000);
        blocks.push("customer", &all);
        let blocks = blocks.finish();
        assert_eq!(blocks[0].1.len(), 2 + "customer".len() + 1);
        assert_eq!(read(&blocks, 5000), [("customer".to_owned(), all)]);
    }

    #[test]
    fn members_are_what_they_were_and_sort_as_their_texts() {
        let ids =
            ["0192b3c4-0000-7000-8000-00000000000a", "0192B3C4-0000-7000-8000-00000000000a", "rec-1", ""];
        let all: Vec<(i64, Member)> =
            ids.iter().zip([7, 7, 9, 9]).map(|(id, born)| (born, Member::of(id))).collect();
        assert_eq!(all.iter().map(|(_, member)| member.id()).collect::<Vec<_>>(), ids);
        assert_eq!(members(&put_members(&all[..3])).unwrap(), all[..3]);
        assert!(all[0].1 > all[1].1 && all[2].1 > all[0].1);
    }
}
