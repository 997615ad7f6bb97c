//! Where the records of a file stand, in the order of their keys.
//!
//! A file has no index of its own, and no order that could be relied on. One walk through it
//! writes the place of every record, twelve bytes each, to a file without a name; a page then
//! reads its records from where they stand. Memory holds neither the keys nor the records.

use super::folder::Opened;
use super::format::{Format, Met, Span};
use super::sorter::Sorter;
use crate::connectors::sql::{Found, Selection, Table};
use crate::connectors::{ConnectorError, ObjectSpec, Unusable};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;

/// Bytes of one place.
const PLACE: u64 = 12;

/// Most records without a usable key that a pull tells of.
const KEYLESS: usize = 1000;

/// Most bytes that are read at once.
const CHUNK: u64 = 4 * 1024 * 1024;

/// Letters shown of a record that has no key.
const SHOWN: usize = 64 * 1024;

pub(super) struct Index {
    pub opened: Opened,
    pub format: Box<dyn Format>,
    pub table: Table,
    /// The column the records are ordered by.
    pub key: String,
    pub count: u64,
    pub keyless: Vec<Unusable>,
    places: File,
}

/// A record as it stands in the file.
pub(super) struct Record {
    /// The place of its first letter.
    pub from: u64,
    /// Without what parts it from others.
    pub bytes: Vec<u8>,
}

/// Takes the places of a walk.
struct Places {
    out: BufWriter<File>,
    count: u64,
    keyless: Vec<Span>,
    reasons: Vec<String>,
}

impl Places {
    fn new() -> io::Result<Self> {
        let out = BufWriter::with_capacity(1 << 16, tempfile::tempfile()?);
        Ok(Self { out, count: 0, keyless: Vec::new(), reasons: Vec::new() })
    }

    fn put(&mut self, span: Span) -> io::Result<()> {
        self.count += 1;
        self.out.write_all(&span.from.to_le_bytes())?;
        self.out.write_all(&span.bytes.to_le_bytes())
    }

    fn without_key(&mut self, span: Span, reason: String) {
        if self.keyless.len() < KEYLESS {
            self.keyless.push(span);
            self.reasons.push(reason);
        }
    }
}

/// The order of the places could not be written.
fn no_room(error: &io::Error) -> ConnectorError {
    ConnectorError::unavailable(format!(
        "the order of the rows could not be kept in a temporary file: {error}"
    ))
}

impl Index {
    /// Goes through the file: once where it is in order, as most exports are, else twice.
    pub fn of(
        opened: Opened,
        format: Box<dyn Format>,
        name: &str,
        key: &str,
    ) -> Result<Self, ConnectorError> {
        let walked = match in_order(&opened, &*format, name, key)? {
            Some(walked) => walked,
            None => sorted(&opened, &*format, name, key)?,
        };
        let (table, places) = walked;
        let Places { out, count, keyless, reasons } = places;
        let file = out.into_inner().map_err(|error| no_room(error.error()))?;
        let key = key.to_owned();
        let mut index = Self { opened, format, table, key, count, keyless: Vec::new(), places: file };
        for (span, reason) in keyless.into_iter().zip(reasons) {
            let mut raw = String::from_utf8_lossy(&index.record(span)?.bytes).into_owned();
            raw.truncate(raw.floor_char_boundary(SHOWN));
            index.keyless.push(Unusable { key: None, raw, reason });
        }
        Ok(index)
    }

    /// The table as far as `object` asks for it: a file without a record has every member.
    pub fn table_for(&self, object: &ObjectSpec) -> Table {
        let mut table = self.table.clone();
        if table.columns.is_empty() {
            let asked = object.columns.iter().chain([&object.key]);
            let times = [&object.modified_at, &object.modified_by].into_iter().flatten();
            let column =
                |name: &String| crate::connectors::sql::Column { name: name.clone(), ..Default::default() };
            table.columns.extend(asked.chain(times).map(column));
        }
        table
    }

    /// The first record whose key is not before `key`, or with `after` the first behind it.
    pub fn find(&self, key: &str, after: bool) -> Result<u64, ConnectorError> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let found = self.key_of(&self.record(self.span(middle)?)?.bytes);
            let before = if after { found.as_str() <= key } else { found.as_str() < key };
            if before { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }

    fn key_of(&self, record: &[u8]) -> String {
        self.format.key(&self.table, &self.key, record)
    }

    fn span(&self, at: u64) -> Result<Span, ConnectorError> {
        Ok(self.spans(at, 1)?.into_iter().next().unwrap_or(Span { from: 0, bytes: 0 }))
    }

    fn spans(&self, at: u64, count: usize) -> Result<Vec<Span>, ConnectorError> {
        let left = usize::try_from(self.count.saturating_sub(at)).unwrap_or(usize::MAX);
        let mut raw = vec![0; left.min(count) * usize::try_from(PLACE).unwrap_or(12)];
        self.places.read_exact_at(&mut raw, at * PLACE).map_err(|error| no_room(&error))?;
        let span = |place: &[u8]| {
            let (from, bytes) = place.split_first_chunk::<8>()?;
            let (bytes, _) = bytes.split_first_chunk::<4>()?;
            Some(Span { from: u64::from_le_bytes(*from), bytes: u32::from_le_bytes(*bytes) })
        };
        Ok(raw.chunks(12).filter_map(span).collect())
    }

    /// The record of a place.
    pub fn record(&self, span: Span) -> Result<Record, ConnectorError> {
        let raw = self.read(span.from, u64::from(span.bytes))?;
        Ok(self.trimmed(span.from, &raw))
    }

    fn trimmed(&self, from: u64, raw: &[u8]) -> Record {
        let (before, after) = self.format.margins(raw);
        let bytes = raw.get(before..raw.len() - after).unwrap_or_default().to_vec();
        Record { from: from + u64::try_from(before).unwrap_or(0), bytes }
    }

    fn read(&self, from: u64, bytes: u64) -> Result<Vec<u8>, ConnectorError> {
        let mut raw = vec![0; usize::try_from(bytes).unwrap_or(0)];
        let place = &self.opened.place;
        self.opened.file.read_exact_at(&mut raw, from).map_err(|error| {
            ConnectorError::unavailable(format!("{place} was changed while it was read: {error}"))
        })?;
        Ok(raw)
    }

    /// Up to `count` records from `at` on, in order: fewer where they are large.
    pub fn records(&self, at: u64, count: usize) -> Result<Vec<Record>, ConnectorError> {
        let (spans, mut records, mut total) = (self.spans(at, count)?, Vec::new(), 0);
        let mut rest = spans.as_slice();
        while let Some(first) = rest.first().filter(|_| total < CHUNK || records.len() < 2) {
            // Neighbours are read at once.
            let (mut end, mut many) = (first.from, 0);
            for span in rest {
                if span.from != end || end - first.from >= CHUNK {
                    break;
                }
                end += u64::from(span.bytes);
                many += 1;
            }
            let raw = self.read(first.from, end - first.from)?;
            let (some, others) = rest.split_at(many);
            for span in some {
                let start = usize::try_from(span.from - first.from).unwrap_or(0);
                let bytes = usize::try_from(span.bytes).unwrap_or(0);
                records.push(self.trimmed(span.from, raw.get(start..start + bytes).unwrap_or_default()));
            }
            total += end - first.from;
            rest = others;
        }
        Ok(records)
    }

    /// A record as a row is made of it.
    pub fn found(&self, selection: &Selection<'_>, record: &Record) -> Found {
        let cells = self.format.decode(selection, &record.bytes);
        Found { key: self.key_of(&record.bytes), cells }
    }

    /// The records that have the key: one, none, or several.
    pub fn of_key(&self, key: &str) -> Result<Vec<Record>, ConnectorError> {
        let mut records = self.records(self.find(key, false)?, 2)?;
        records.retain(|record| self.key_of(&record.bytes) == key);
        Ok(records)
    }
}

type Walked = (Table, Places);

/// None where a key stands behind a later one.
fn in_order(
    opened: &Opened,
    format: &dyn Format,
    name: &str,
    key: &str,
) -> Result<Option<Walked>, ConnectorError> {
    let mut places = Places::new().map_err(|error| no_room(&error))?;
    let (mut last, mut broken) = (String::new(), false);
    let walked = format.walk(opened, name, key, &mut |met: Met<'_>| {
        match met.key {
            Err(reason) => places.without_key(met.span, reason),
            Ok(key) if key < last.as_str() => {
                broken = true;
                return Err(ConnectorError::unavailable("out of order"));
            }
            Ok(key) => {
                last.clear();
                last.push_str(key);
                places.put(met.span).map_err(|error| no_room(&error))?;
            }
        }
        Ok(())
    });
    if broken { Ok(None) } else { Ok(Some((walked?, places))) }
}

fn sorted(opened: &Opened, format: &dyn Format, name: &str, key: &str) -> Result<Walked, ConnectorError> {
    let mut places = Places::new().map_err(|error| no_room(&error))?;
    let mut sorter = Sorter::default();
    let table = format.walk(opened, name, key, &mut |met: Met<'_>| {
        match met.key {
            Err(reason) => places.without_key(met.span, reason),
            Ok(key) => sorter.push(key, met.span).map_err(|error| no_room(&error))?,
        }
        Ok(())
    })?;
    sorter.finish(&mut |span| places.put(span)).map_err(|error| no_room(&error))?;
    Ok((table, places))
}
