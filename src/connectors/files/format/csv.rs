//! Values parted by a delimiter, a record a line, the names in the first (RFC 4180).

use super::{Bounded, Decoded, Format, Met, Opened, Span, Take, column, fault, table};
use crate::connectors::ConnectorError;
use crate::connectors::sql::{Selection, Table, Unreadable};
use crate::domain::value::{Cell, Cells};
use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8};
use std::borrow::Cow;
use std::io::{Read, Seek as _, SeekFrom};

pub(in crate::connectors::files) struct Csv {
    pub delimiter: u8,
    pub letters: &'static Encoding,
    pub null: Option<String>,
}

const NOT_LETTERS: &str = "is not in the file's encoding";

impl Csv {
    fn reader<R: Read>(&self, source: R) -> Reader<R> {
        ReaderBuilder::new().delimiter(self.delimiter).has_headers(false).flexible(true).from_reader(source)
    }

    fn start<'a>(&self, opened: &'a Opened) -> Result<Reader<Bounded<'a>>, ConnectorError> {
        (&opened.file).seek(SeekFrom::Start(0)).map_err(|error| fault(&opened.place, 1, &error))?;
        Ok(self.reader(Bounded::new(&opened.file)))
    }

    /// The next record into `record`; false at the end.
    fn next(
        opened: &Opened,
        reader: &mut Reader<Bounded<'_>>,
        record: &mut ByteRecord,
    ) -> Result<bool, ConnectorError> {
        reader.get_mut().renew();
        let line = reader.position().line();
        reader.read_byte_record(record).map_err(|error| match error.kind() {
            ErrorKind::Io(error) => fault(&opened.place, line, error),
            _ => ConnectorError::Shape(format!("{}, line {line}: {error}", opened.place)),
        })
    }

    /// The names of the first line.
    fn header(
        &self,
        opened: &Opened,
        name: &str,
        reader: &mut Reader<Bounded<'_>>,
    ) -> Result<Table, ConnectorError> {
        let mut record = ByteRecord::new();
        let place = &opened.place;
        if !Self::next(opened, reader, &mut record)? {
            return Err(ConnectorError::Shape(format!(
                "{place} is empty: its first line is to name the columns"
            )));
        }
        if let Some([0xff, 0xfe] | [0xfe, 0xff]) = record.as_slice().get(..2) {
            return Err(ConnectorError::Shape(format!("{place} is in UTF-16: save it as UTF-8")));
        }
        let mut columns = Vec::with_capacity(record.len());
        for (at, raw) in record.iter().enumerate() {
            let written = self.text(raw).ok_or_else(|| {
                let letters = self.letters.name();
                ConnectorError::Shape(format!("{place}: the name of column {} is not {letters}", at + 1))
            })?;
            let seen = |name: &str| {
                columns.iter().any(|column: &crate::connectors::sql::Column| column.name == name)
            };
            let plain = if written.is_empty() { format!("({})", at + 1) } else { written.into_owned() };
            // A name that stands twice: the second is told by its number.
            let name = if seen(&plain) { format!("{plain} ({})", at + 1) } else { plain };
            columns.push(column(name, "text"));
        }
        Ok(table(name, columns))
    }

    /// Says that the delimiter may be another, where all names stand in one.
    fn column_at(&self, table: &Table, name: &str) -> Result<usize, ConnectorError> {
        let at = table.columns.iter().position(|column| column.name == name);
        at.ok_or_else(|| match table.columns.as_slice() {
            [only] if only.name.contains([';', '\t', '|', ',']) => ConnectorError::Shape(format!(
                "{} has no column {name:?}, only {:?}: is its delimiter really {:?}?",
                table.name,
                only.name,
                char::from(self.delimiter)
            )),
            _ => ConnectorError::Shape(format!("{} has no column {name:?}", table.name)),
        })
    }

    fn text<'b>(&self, raw: &'b [u8]) -> Option<Cow<'b, str>> {
        if self.letters == UTF_8 {
            return std::str::from_utf8(raw).ok().map(Cow::Borrowed);
        }
        self.letters.decode_without_bom_handling_and_without_replacement(raw)
    }

    fn cell(&self, raw: &[u8]) -> Result<Cell, Unreadable> {
        let shown = || String::from_utf8_lossy(raw).into_owned();
        let text = self.text(raw).ok_or_else(|| Unreadable { shown: shown(), reason: NOT_LETTERS })?;
        Ok(if self.null.as_deref() == Some(&text) { Cell::Null } else { Cell::Text(text.into_owned()) })
    }

    fn record(&self, raw: &[u8]) -> ByteRecord {
        let mut record = ByteRecord::with_capacity(raw.len(), 16);
        let mut builder = ReaderBuilder::new();
        builder
            .delimiter(self.delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(raw.len().clamp(64, 8192));
        let read = builder.from_reader(raw).read_byte_record(&mut record);
        if !matches!(read, Ok(true)) {
            record.clear();
        }
        record
    }

    /// A value as it stands in a line, quoted where it would be mistaken.
    fn written(&self, name: &str, cell: &Cell) -> Result<Vec<u8>, ConnectorError> {
        let refuse = |what: &str| ConnectorError::Refused(format!("{name}: {what}"));
        let text = match (cell.text(), &self.null) {
            (None, null) => null.as_deref().unwrap_or(""),
            (Some(text), Some(null)) if text == null => {
                return Err(refuse("this text stands for null in the file"));
            }
            (Some(text), _) => text,
        };
        let (raw, _, lost) = self.letters.encode(text);
        if lost {
            let letters = self.letters.name();
            return Err(refuse(&format!("the file's encoding, {letters}, has no letter for part of it")));
        }
        let odd = |byte: &u8| [self.delimiter, b'"', b'\r', b'\n'].contains(byte);
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
        if !raw.iter().any(odd) && !edge(raw.first()) && !edge(raw.last()) {
            return Ok(raw.into_owned());
        }
        let mut quoted = vec![b'"'];
        for byte in raw.iter() {
            quoted.extend((*byte == b'"').then_some(b'"').into_iter().chain([*byte]));
        }
        quoted.push(b'"');
        Ok(quoted)
    }

    /// The values of a line as they stand there, quotes and all; none where a quote is not closed.
    fn parts<'r>(&self, record: &'r [u8]) -> Option<Vec<&'r [u8]>> {
        let (mut parts, mut from, mut quoted) = (Vec::new(), 0, false);
        for (at, byte) in record.iter().enumerate() {
            match byte {
                // Within quotes a quote stands twice, which ends them and begins them again.
                b'"' if quoted || at == from => quoted = !quoted,
                b'"' if at.checked_sub(1).and_then(|before| record.get(before)) == Some(&b'"') => {
                    quoted = true
                }
                byte if *byte == self.delimiter && !quoted => {
                    parts.extend(record.get(from..at));
                    from = at + 1;
                }
                _ => {}
            }
        }
        parts.extend(record.get(from..));
        (!quoted).then_some(parts)
    }

    /// Whether the record goes on to the end of the file because a quote does.
    fn is_open(&self, record: &[u8]) -> bool {
        // Closed quotes come in pairs.
        record.iter().filter(|byte| **byte == b'"').count() % 2 == 1 && self.parts(record).is_none()
    }

    fn joined(&self, parts: &[Cow<'_, [u8]>]) -> Vec<u8> {
        match parts {
            // A line without a letter would be no record.
            [only] if only.is_empty() => b"\"\"".to_vec(),
            _ => parts.join(&self.delimiter),
        }
    }
}

impl Format for Csv {
    fn walk(
        &self,
        opened: &Opened,
        name: &str,
        key: &str,
        take: &mut Take<'_>,
    ) -> Result<Table, ConnectorError> {
        let mut reader = self.start(opened)?;
        let table = self.header(opened, name, &mut reader)?;
        let at = self.column_at(&table, key)?;
        let mut record = ByteRecord::new();
        loop {
            let (from, line) = (reader.position().byte(), reader.position().line());
            if !Self::next(opened, &mut reader, &mut record)? {
                return Ok(table);
            }
            let bytes = u32::try_from(reader.position().byte() - from).unwrap_or(u32::MAX);
            let raw = record.get(at).unwrap_or_default();
            let text = self.text(raw);
            let key = match text.as_deref() {
                None => Err(format!("line {line}: the key {key:?} {NOT_LETTERS}")),
                Some(text) if text.is_empty() || self.null.as_deref() == Some(text) => {
                    Err(format!("line {line}: the key {key:?} is empty"))
                }
                Some(text) => Ok(text),
            };
            take(Met { span: Span { from, bytes }, key })?;
        }
    }

    fn sample(
        &self,
        opened: &Opened,
        name: &str,
        most: usize,
    ) -> Result<(Table, Vec<Vec<Cell>>), ConnectorError> {
        let mut reader = self.start(opened)?;
        let table = self.header(opened, name, &mut reader)?;
        let (mut rows, mut record) = (Vec::new(), ByteRecord::new());
        while rows.len() < most && Self::next(opened, &mut reader, &mut record)? {
            let cell = |at: usize| record.get(at).and_then(|raw| self.cell(raw).ok()).unwrap_or(Cell::Null);
            rows.push((0..table.columns.len()).map(cell).collect());
        }
        Ok((table, rows))
    }

    fn key(&self, table: &Table, key: &str, record: &[u8]) -> String {
        let (record, at) = (self.record(record), table.columns.iter().position(|column| column.name == key));
        let raw = at.and_then(|at| record.get(at)).unwrap_or_default();
        self.text(raw).map(Cow::into_owned).unwrap_or_default()
    }

    fn decode(&self, selection: &Selection<'_>, record: &[u8]) -> Decoded {
        let (open, record, columns) = (self.is_open(record), self.record(record), &selection.table.columns);
        let cell = |name: &str| {
            let wrong = |reason| Err(Unreadable { shown: String::new(), reason });
            let Some(at) = columns.iter().position(|column| column.name == name) else {
                return wrong("is not there");
            };
            match record.get(at) {
                _ if open => wrong("cannot be told: a quote in this line is not closed"),
                None => wrong("has no value: the line has fewer values than the first one has names"),
                Some(raw) if record.len() > columns.len() => Err(Unreadable {
                    shown: String::from_utf8_lossy(raw).into_owned(),
                    reason: "may be another's: the line has more values than the first one has names",
                }),
                Some(raw) => self.cell(raw),
            }
        };
        selection.columns.iter().map(|column| cell(&column.name)).collect()
    }

    fn changed(&self, table: &Table, record: &[u8], changes: &Cells) -> Result<Vec<u8>, ConnectorError> {
        let parts = self.parts(record).unwrap_or_default();
        if parts.len() != table.columns.len() || self.record(record).len() != parts.len() {
            let text = format!("{}: the quotes of this line leave in doubt where its values end", table.name);
            return Err(ConnectorError::Refused(text));
        }
        let mut parts: Vec<Cow<'_, [u8]>> = parts.into_iter().map(Cow::Borrowed).collect();
        for (name, cell) in changes {
            let at = self.column_at(table, name)?;
            if let Some(part) = parts.get_mut(at) {
                *part = Cow::Owned(self.written(name, cell)?);
            }
        }
        Ok(self.joined(&parts))
    }

    fn made(&self, table: &Table, cells: &Cells) -> Result<Vec<u8>, ConnectorError> {
        for name in cells.keys() {
            self.column_at(table, name)?;
        }
        let part = |name: &str| match cells.get(name) {
            Some(cell) => self.written(name, cell).map(Cow::Owned),
            None => self.written(name, &Cell::Null).map(Cow::Owned),
        };
        let parts: Vec<Cow<'_, [u8]>> =
            table.columns.iter().map(|column| part(&column.name)).collect::<Result<_, _>>()?;
        Ok(self.joined(&parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv() -> Csv {
        Csv { delimiter: b';', letters: encoding_rs::WINDOWS_1252, null: Some("NULL".to_owned()) }
    }

    fn of(names: &[&str]) -> Table {
        table("t", names.iter().map(|name| column((*name).to_owned(), "text")).collect())
    }

    #[test]
    fn a_value_is_changed_and_no_other_byte() {
        let (csv, table) = (csv(), of(&["id", "name", "note"]));
        let line = b"7;\"a \"\"quoted\"\" one; here\"; kept as it is ";
        let changes = Cells::from([("name".to_owned(), Cell::Text("M\u{fc}ller; \"x\"".to_owned()))]);
        let new = csv.changed(&table, line, &changes).expect("changed");
        assert_eq!(new, b"7;\"M\xfcller; \"\"x\"\"\"; kept as it is ");
        let changes = Cells::from([("note".to_owned(), Cell::Null)]);
        assert_eq!(
            csv.changed(&table, line, &changes).expect("changed"),
            b"7;\"a \"\"quoted\"\" one; here\";NULL"
        );
    }

    #[test]
    fn what_the_file_cannot_hold_is_refused() {
        let (csv, table) = (csv(), of(&["id", "name"]));
        for (text, word) in [("NULL", "null"), ("日本", "windows-1252")] {
            let changes = Cells::from([("name".to_owned(), Cell::Text(text.to_owned()))]);
            let refused = csv.changed(&table, b"7;x", &changes).expect_err("refused").to_string();
            assert!(refused.contains(word), "{refused}");
        }
        let changes = Cells::from([("name".to_owned(), Cell::Text("y".to_owned()))]);
        assert!(csv.changed(&table, b"7;x;z", &changes).is_err(), "a value too many");
    }
}
