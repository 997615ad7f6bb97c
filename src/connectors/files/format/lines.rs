//! JSON Lines: one object a line, numbers as they are written.

use super::{Bounded, Decoded, Format, Met, Opened, RECORD, Span, Take, column, fault, table};
use crate::connectors::sql::{Selection, Table, Unreadable};
use crate::connectors::{ConnectorError, json};
use crate::domain::value::{Cell, Cells};
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};

pub(in crate::connectors::files) struct Lines;

/// Most names a file can have for its members.
const NAMES: usize = 5_000;

/// Objects inside objects, followed this far.
const DEPTH: usize = 8;

/// The members met so far and the kinds of their values.
#[derive(Default)]
struct Names {
    places: HashMap<String, usize>,
    /// In the order of their first appearance.
    found: Vec<(String, &'static str)>,
}

impl Names {
    fn meet(&mut self, line: &str, path: &mut Vec<String>) -> Result<(), String> {
        let json::Members(members) = json::members(line)?;
        for (name, value) in members {
            path.push(name);
            let (value, whole) = (value.get(), json::name(path));
            let kind = json::kind(value);
            let room = self.found.len() < NAMES;
            match self.places.get(&whole).and_then(|place| self.found.get_mut(*place)) {
                // A null says nothing about the type.
                Some((_, known)) if *known == "null" => *known = kind,
                Some(_) => {}
                None if room => {
                    self.places.insert(whole.clone(), self.found.len());
                    self.found.push((whole, kind));
                }
                None => {}
            }
            if kind == "object" && path.len() < DEPTH {
                self.meet(value, path)?;
            }
            path.pop();
        }
        Ok(())
    }

    fn table(self, name: &str) -> Table {
        table(name, self.found.into_iter().map(|(name, kind)| column(name, kind)).collect())
    }
}

/// One line of the file and where it stands.
struct Line {
    from: u64,
    number: u64,
    bytes: Vec<u8>,
}

/// Every line that is not blank.
fn each(
    opened: &Opened,
    take: &mut dyn FnMut(&Line) -> Result<bool, ConnectorError>,
) -> Result<(), ConnectorError> {
    let broken = |number: u64| move |error| fault(&opened.place, number, &error);
    (&opened.file).seek(SeekFrom::Start(0)).map_err(broken(1))?;
    let mut reader = BufReader::with_capacity(1 << 16, Bounded::new(&opened.file));
    let mut line = Line { from: 0, number: 0, bytes: Vec::new() };
    loop {
        line.from += u64::try_from(line.bytes.len()).unwrap_or(0);
        line.number += 1;
        line.bytes.clear();
        reader.get_mut().renew();
        let read =
            (&mut reader).take(RECORD).read_until(b'\n', &mut line.bytes).map_err(broken(line.number))?;
        if read == 0 {
            return Ok(());
        }
        if line.bytes.iter().any(|byte| !byte.is_ascii_whitespace()) && !take(&line)? {
            return Ok(());
        }
    }
}

/// The object of a line, without what may stand before the first.
fn object(line: &[u8]) -> Result<&str, String> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    std::str::from_utf8(line).map(str::trim).map_err(|_| "it is not UTF-8".to_owned())
}

fn key_of(line: &str, key: &str) -> Result<String, String> {
    if json::kind(line) != "object" {
        return Err(format!("it is a {}, not an object", json::kind(line)));
    }
    let found = json::at(line, &json::path(key))?.map(serde_json::from_str::<Cell>).transpose();
    match found.map_err(|error| error.to_string())? {
        Some(Cell::Text(text) | Cell::Number(text)) if !text.is_empty() => Ok(text),
        _ => Err(format!("the key {key:?} is empty or not a text or number")),
    }
}

impl Format for Lines {
    fn walk(
        &self,
        opened: &Opened,
        name: &str,
        key: &str,
        take: &mut Take<'_>,
    ) -> Result<Table, ConnectorError> {
        let mut names = Names::default();
        each(opened, &mut |line| {
            let found = object(&line.bytes).and_then(|text| {
                let key = key_of(text, key)?;
                names.meet(text, &mut Vec::new())?;
                Ok(key)
            });
            let key = found.as_deref().map_err(|wrong| format!("line {}: {wrong}", line.number));
            let bytes = u32::try_from(line.bytes.len()).unwrap_or(u32::MAX);
            take(Met { span: Span { from: line.from, bytes }, key }).map(|()| true)
        })?;
        Ok(names.table(name))
    }

    fn sample(
        &self,
        opened: &Opened,
        name: &str,
        most: usize,
    ) -> Result<(Table, Vec<Vec<Cell>>), ConnectorError> {
        let (mut names, mut lines) = (Names::default(), Vec::new());
        each(opened, &mut |line| {
            if let Ok(text) = object(&line.bytes)
                && names.meet(text, &mut Vec::new()).is_ok()
            {
                lines.push(text.to_owned());
            }
            Ok(lines.len() < most)
        })?;
        let table = names.table(name);
        let cell = |line: &str, name: &str| {
            let found = json::at(line, &json::path(name)).ok().flatten();
            found.and_then(|found| serde_json::from_str(found).ok()).unwrap_or(Cell::Null)
        };
        let row = |line: &String| table.columns.iter().map(|column| cell(line, &column.name)).collect();
        let rows = lines.iter().map(row).collect();
        Ok((table, rows))
    }

    fn key(&self, _table: &Table, key: &str, record: &[u8]) -> String {
        object(record).and_then(|line| key_of(line, key)).unwrap_or_default()
    }

    fn decode(&self, selection: &Selection<'_>, record: &[u8]) -> Decoded {
        let wrong = |shown: &str, reason| Unreadable { shown: shown.to_owned(), reason };
        let text = object(record).unwrap_or("null");
        let cell = |name: &str| match json::at(text, &json::path(name)) {
            Ok(Some(value)) => serde_json::from_str(value).map_err(|_| wrong(value, "is not JSON")),
            Ok(None) => Ok(Cell::Null),
            Err(_) => Err(wrong("", "is there twice, or the line is not JSON")),
        };
        selection.columns.iter().map(|column| cell(&column.name)).collect()
    }

    fn changed(&self, table: &Table, record: &[u8], changes: &Cells) -> Result<Vec<u8>, ConnectorError> {
        let refuse = |what: String| ConnectorError::Refused(format!("{}: {what}", table.name));
        let mut text = object(record).map_err(refuse)?.to_owned();
        for (name, cell) in changes {
            let value = serde_json::to_string(cell).map_err(|error| refuse(error.to_string()))?;
            text = json::with(&text, &json::path(name), &value).map_err(refuse)?;
        }
        Ok(text.into_bytes())
    }

    fn made(&self, table: &Table, cells: &Cells) -> Result<Vec<u8>, ConnectorError> {
        self.changed(table, b"{}", cells)
    }
}
