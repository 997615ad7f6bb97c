//! The forms of a file: where its records are, what they hold, and how one is written.

mod csv;
mod lines;

pub(super) use csv::Csv;
pub(super) use lines::Lines;

use super::folder::Opened;
use crate::connectors::sql::{Column, Selection, Table, Unreadable};
use crate::connectors::{ConnectorError, DEADLINE};
use crate::domain::value::{Cell, Cells};
use std::fs::File;
use std::io::{self, Read};
use std::time::Instant;

/// Most bytes of one record; one more is a quote that is not closed, or no text at all.
pub(super) const RECORD: u64 = 32 * 1024 * 1024;

/// Where a record stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub from: u64,
    pub bytes: u32,
}

/// A record on the way through a file.
pub(super) struct Met<'a> {
    pub span: Span,
    /// Its key, or why it has none.
    pub key: Result<&'a str, String>,
}

/// What is told of every record; an error ends the walk.
pub(super) type Take<'a> = dyn FnMut(Met<'_>) -> Result<(), ConnectorError> + 'a;

/// The cells of a record in the order of the columns asked for, each or why it is none.
pub(super) type Decoded = Vec<Result<Cell, Unreadable>>;

pub(super) trait Format: Send + Sync {
    /// Goes through the file once, from its start, and says its columns.
    ///
    /// # Errors
    /// `Shape` where the key is no column or the file is not of this form, `Unavailable` where
    /// it cannot be read within the deadline.
    fn walk(
        &self,
        opened: &Opened,
        table: &str,
        key: &str,
        take: &mut Take<'_>,
    ) -> Result<Table, ConnectorError>;

    /// The columns, and what the first records hold of them: for whoever chooses among them.
    ///
    /// # Errors
    /// As [`Format::walk`].
    fn sample(
        &self,
        opened: &Opened,
        table: &str,
        most: usize,
    ) -> Result<(Table, Vec<Vec<Cell>>), ConnectorError>;

    /// The key of a record that has one, whatever else is wrong with it.
    fn key(&self, table: &Table, key: &str, record: &[u8]) -> String;

    /// What a record holds.
    fn decode(&self, selection: &Selection<'_>, record: &[u8]) -> Decoded;

    /// The same record with other values, every byte beside them as it is.
    ///
    /// # Errors
    /// `Refused` where the form cannot hold a value.
    fn changed(&self, table: &Table, record: &[u8], changes: &Cells) -> Result<Vec<u8>, ConnectorError>;

    /// A new record.
    ///
    /// # Errors
    /// As [`Format::changed`].
    fn made(&self, table: &Table, cells: &Cells) -> Result<Vec<u8>, ConnectorError>;

    /// How many bytes before a record, and after it, part it from others.
    fn margins(&self, record: &[u8]) -> (usize, usize) {
        let end = record.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |last| last + 1);
        let start = record.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or(end);
        let marked = record.get(start..).is_some_and(|rest| rest.starts_with(b"\xef\xbb\xbf"));
        (if marked { start + 3 } else { start }, record.len() - end)
    }
}

/// A file that is read only so far at a time, and not for ever.
struct Bounded<'a> {
    file: &'a File,
    left: u64,
    until: Instant,
}

impl<'a> Bounded<'a> {
    fn new(file: &'a File) -> Self {
        Self { file, left: RECORD, until: Instant::now() + DEADLINE }
    }

    /// A record came to its end: the next may be as long again.
    fn renew(&mut self) {
        self.left = RECORD;
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() > self.until {
            return Err(io::Error::from(io::ErrorKind::TimedOut));
        }
        let read = self.file.read(buffer)?;
        self.left = match (self.left, u64::try_from(read).unwrap_or(u64::MAX)) {
            (left, read) if read <= left => left - read,
            _ => return Err(io::Error::from(io::ErrorKind::FileTooLarge)),
        };
        Ok(read)
    }
}

/// What a failed read means, at a line.
fn fault(place: &str, line: u64, error: &io::Error) -> ConnectorError {
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            let most = RECORD / 1024 / 1024;
            ConnectorError::Shape(format!(
                "{place}, line {line}: the record that begins there has no end within {most} MB: \
                 is a quote not closed?"
            ))
        }
        io::ErrorKind::TimedOut => {
            let seconds = DEADLINE.as_secs();
            ConnectorError::unavailable(format!("{place} could not be read within {seconds} s"))
        }
        _ => ConnectorError::unavailable(format!("{place}, line {line}: {error}")),
    }
}

fn column(name: String, declared: &str) -> Column {
    Column { name, declared: declared.to_owned(), ..Column::default() }
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table { name: name.to_owned(), quoted: String::new(), columns }
}
