//! Scans: every row of an object in the order of one column, streamed, for comparing.
//!
//! A scan gives rows as text lines and leaves them so: two lines equal as bytes need no
//! decoding. The form is that of PostgreSQL's `COPY` (cells parted by tabs, `\N` for null, `\t`,
//! `\n`, `\r`, `\b`, `\f`, `\v` and `\\` for what would be mistaken), since the kind of system
//! that has the most rows sends it at no cost.

use super::{Capabilities, Connector, ConnectorError, ObjectSpec, Page, Scope, lexeme, time};
use crate::domain::time::Time;
use crate::domain::value::{Cell, Cells};
use futures_util::stream::{BoxStream, StreamExt as _, try_unfold};
use std::borrow::Cow;

/// Bytes in a block, about.
pub const BLOCK: usize = 128 * 1024;

/// Rows asked for at once where a scan is made of pages.
const PAGE: usize = 1000;

/// Most rows of a system that does not give them in order: they are sorted in memory.
const SORTED: usize = 200_000;

/// How the rows of a scan follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By the column as a 64-bit integer.
    Integer,
    /// By the bytes of the column's text. Every system can give this one.
    Bytes,
}

/// What to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanSpec {
    pub object: String,
    /// The column that orders the rows; rows without it are left out.
    pub by: String,
    /// The cells of each line, in this order, after the one the rows are ordered by.
    pub columns: Vec<String>,
}

impl ScanSpec {
    /// The same as what a pull reads.
    pub(super) fn object_spec(&self) -> ObjectSpec {
        ObjectSpec {
            object: self.object.clone(),
            key: self.by.clone(),
            modified_at: None,
            modified_by: None,
            columns: self.columns.iter().chain([&self.by]).cloned().collect(),
        }
    }
}

/// Some rows of a scan, in order, and never a part of one. A line of the key alone is a row that
/// is there and cannot be read.
#[derive(Debug, Default)]
pub struct Block {
    text: Vec<u8>,
    /// Where each line ends in `text`.
    ends: Vec<usize>,
}

/// A scan under way.
pub type Scan<'a> = BoxStream<'a, Result<Block, ConnectorError>>;

impl Block {
    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of all its rows.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The line at `index`, without its line feed; empty past the end.
    #[must_use]
    pub fn line(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    /// Adds a line that is in the form already.
    pub fn push_line(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        self.ends.push(self.text.len());
    }

    /// Adds a row: its key and its cells, those of a row that cannot be read excepted.
    pub(super) fn push_row<'c>(&mut self, key: &str, cells: impl IntoIterator<Item = Option<&'c Cell>>) {
        escape(key, &mut self.text);
        for cell in cells {
            self.text.push(b'\t');
            match cell.map(Cell::text) {
                None => self.text.extend_from_slice(MISSING),
                Some(None) => self.text.extend_from_slice(NULL),
                Some(Some(text)) => escape(text, &mut self.text),
            }
        }
        self.ends.push(self.text.len());
    }
}

const NULL: &[u8] = b"\\N";

/// A member the row does not have, which no table knows.
const MISSING: &[u8] = b"\\?";

fn escape(cell: &str, text: &mut Vec<u8>) {
    for byte in cell.bytes() {
        let letter = match byte {
            b'\\' => b'\\',
            b'\t' => b't',
            b'\n' => b'n',
            b'\r' => b'r',
            0x08 => b'b',
            0x0c => b'f',
            0x0b => b'v',
            plain => {
                text.push(plain);
                continue;
            }
        };
        text.extend_from_slice(&[b'\\', letter]);
    }
}

/// The key of a line, as it is written there.
#[must_use]
pub fn raw_key(line: &[u8]) -> &[u8] {
    line.split(|byte| *byte == b'\t').next().unwrap_or_default()
}

/// The cells of a line under the names of its columns; None where the row cannot be read.
#[must_use]
pub fn cells(line: &[u8], columns: &[String]) -> Option<Cells> {
    let mut raw = line.split(|byte| *byte == b'\t').skip(1).peekable();
    raw.peek()?;
    let known = columns.iter().zip(raw).filter(|(_, raw)| *raw != MISSING);
    Some(known.map(|(column, raw)| (column.clone(), cell(raw))).collect())
}

fn cell(raw: &[u8]) -> Cell {
    if raw == NULL { Cell::Null } else { Cell::Text(text(raw).into_owned()) }
}

/// The instant a cell of a line tells: numbers stand there as texts.
#[must_use]
pub fn instant(cell: &Cell) -> Option<Time> {
    let number = || lexeme::number(cell.text().unwrap_or("").to_owned());
    time::instant(cell).or_else(|| time::instant(&number()))
}

/// The text that is written so.
#[must_use]
pub fn text(raw: &[u8]) -> Cow<'_, str> {
    if !raw.contains(&b'\\') {
        return String::from_utf8_lossy(raw);
    }
    let (mut text, mut bytes) = (Vec::with_capacity(raw.len()), raw.iter());
    while let Some(byte) = bytes.next() {
        text.push(match (byte, if *byte == b'\\' { bytes.next() } else { None }) {
            (_, Some(b't')) => b'\t',
            (_, Some(b'n')) => b'\n',
            (_, Some(b'r')) => b'\r',
            (_, Some(b'b')) => 0x08,
            (_, Some(b'f')) => 0x0c,
            (_, Some(b'v')) => 0x0b,
            (_, Some(other)) => *other,
            (plain, None) => *plain,
        });
    }
    Cow::Owned(String::from_utf8_lossy(&text).into_owned())
}

/// The order both scans are to have: integers where both can, for it is the order of the index.
#[must_use]
pub fn common(orders: impl IntoIterator<Item = Order>) -> Order {
    let integer = orders.into_iter().all(|order| order == Order::Integer);
    if integer { Order::Integer } else { Order::Bytes }
}

/// A scan made of pulls, for kinds that have no better way. Its order is that of the bytes.
pub(super) fn by_pages<'a>(connector: &'a dyn Connector, spec: &ScanSpec) -> Scan<'a> {
    let (object, spec) = (spec.object_spec(), spec.clone());
    match connector.capabilities() {
        Capabilities { ordered: true, .. } => pages(connector, object, spec),
        _ => sorted(connector, object, spec),
    }
}

fn pages(connector: &dyn Connector, object: ObjectSpec, spec: ScanSpec) -> Scan<'_> {
    let start = Some((object, spec, None::<String>));
    try_unfold(start, move |state| async move {
        let Some((object, spec, position)) = state else { return Ok(None) };
        let mut page = connector.pull(&object, &Scope::Full, position.as_deref(), PAGE).await?;
        let (next, mut block) = (page.next.take(), Block::default());
        push_sorted(&mut block, &spec, entries(page).collect());
        Ok(Some((block, next.map(|next| (object, spec, Some(next))))))
    })
    .boxed()
}

fn sorted(connector: &dyn Connector, object: ObjectSpec, spec: ScanSpec) -> Scan<'_> {
    let read = async move {
        let (mut all, mut position) = (Vec::new(), None::<String>);
        loop {
            let mut page = connector.pull(&object, &Scope::Full, position.as_deref(), PAGE).await?;
            position = page.next.take();
            all.extend(entries(page));
            if all.len() > SORTED {
                let object = &object.object;
                let message = format!(
                    "{object} does not come in the order of its keys and has more than {SORTED} rows, \
                     too many to sort here"
                );
                return Err(ConnectorError::Refused(message));
            }
            if position.is_none() {
                break;
            }
        }
        let mut block = Block::default();
        push_sorted(&mut block, &spec, all);
        Ok(block)
    };
    futures_util::stream::once(read).boxed()
}

/// A key with the cells of its row, or without where the row cannot be read.
type Entry = (String, Option<Cells>);

fn entries(page: Page) -> impl Iterator<Item = Entry> {
    let unusable = page.unusable.into_iter().filter_map(|row| Some((row.key?, None)));
    page.rows.into_iter().map(|row| (row.key, Some(row.cells))).chain(unusable)
}

fn push_sorted(block: &mut Block, spec: &ScanSpec, mut entries: Vec<Entry>) {
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    for (key, cells) in entries {
        let columns = spec.columns.iter().take(if cells.is_some() { usize::MAX } else { 0 });
        block.push_row(&key, columns.map(|column| cells.as_ref().and_then(|cells| cells.get(column))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_went_in() {
        let columns = ["a", "b", "c", "d"].map(str::to_owned);
        let odd = Cell::Text("tab\there, back\\slash, line\r\nfeed, \\N, é".to_owned());
        let (null, empty) = (Cell::Null, Cell::Text(String::new()));
        let mut block = Block::default();
        block.push_row("k\\1", [Some(&odd), Some(&null), None, Some(&empty)]);
        block.push_row("k2", []);
        assert_eq!(text(raw_key(block.line(0))), "k\\1");
        let read = cells(block.line(0), &columns).expect("a row");
        assert_eq!((&read["a"], &read["b"], &read["d"]), (&odd, &null, &empty));
        assert!(!read.contains_key("c"), "a member that is missing is not null");
        assert_eq!(cells(block.line(1), &columns), None);
        assert_eq!((block.len(), block.line(2)), (2, &b""[..]));
    }
}
