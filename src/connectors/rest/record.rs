//! From a JSON record to a row, and from changed cells to a document.

use super::key::is_key;
use super::settings::Collection;
use crate::connectors::json;
use crate::connectors::{ConnectorError, ObjectSpec, Row, Unusable, time};
use crate::domain::value::{Cell, Cells};

/// Which members a row is made of.
pub(super) struct Shape<'a> {
    key: Vec<String>,
    modified_at: Option<&'a String>,
    modified_by: Option<&'a String>,
    columns: Vec<(&'a String, Vec<String>)>,
    absent_is_null: bool,
}

impl<'a> Shape<'a> {
    pub fn new(object: &'a ObjectSpec, collection: &'a Collection) -> Self {
        let modified_at = object.modified_at.as_ref().or(collection.modified_at.as_ref());
        let modified_by = object.modified_by.as_ref().or(collection.modified_by.as_ref());
        let mut names: Vec<&String> = object.columns.iter().collect();
        names.extend([modified_at, modified_by].into_iter().flatten());
        names.sort();
        names.dedup();
        let columns = names.into_iter().map(|name| (name, json::path(name))).collect();
        let key = json::path(&object.key);
        Self { key, modified_at, modified_by, columns, absent_is_null: collection.absent_is_null }
    }

    /// The row of a record.
    ///
    /// # Errors
    /// Why the record is unusable, with its key if it has one.
    pub fn row(&self, record: &str, token: Option<String>) -> Result<Row, Unusable> {
        let unusable = |key, reason| Unusable { key, raw: record.to_owned(), reason };
        let key = self.key(record).map_err(|reason| unusable(None, reason))?;
        let cells = self.cells(record).map_err(|reason| unusable(Some(key.clone()), reason))?;
        let of = |name: Option<&String>| name.and_then(|name| cells.get(name));
        let modified_at = of(self.modified_at).and_then(time::instant);
        let modified_by = of(self.modified_by).and_then(Cell::text).map(str::to_owned);
        Ok(Row { key, cells, modified_at, modified_by, token })
    }

    fn key(&self, record: &str) -> Result<String, String> {
        if json::kind(record) != "object" {
            return Err(format!("the record is a {}, not an object", json::kind(record)));
        }
        let key = json::at(record, &self.key)?.map(cell).transpose()?;
        match key {
            Some(Cell::Text(text) | Cell::Number(text)) if is_key(&text) => Ok(text),
            _ => Err("the key is empty or not a text or number".to_owned()),
        }
    }

    fn cells(&self, record: &str) -> Result<Cells, String> {
        let mut cells = Cells::new();
        for (name, path) in &self.columns {
            match json::at(record, path)? {
                Some(value) => {
                    let cell = cell(value).map_err(|error| format!("the member {name:?}: {error}"))?;
                    cells.insert((*name).clone(), cell);
                }
                None if self.absent_is_null => {
                    cells.insert((*name).clone(), Cell::Null);
                }
                None => {}
            }
        }
        Ok(cells)
    }

    /// A member that none of the rows has: renamed or removed.
    pub fn missing(&self, rows: &[Row]) -> Option<&'a String> {
        let lacks = |name: &String| rows.iter().all(|row| !row.cells.contains_key(name));
        self.columns.iter().map(|(name, _)| *name).find(|name| !rows.is_empty() && lacks(name))
    }
}

/// The value as a cell, numbers as they are written.
fn cell(json: &str) -> Result<Cell, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// A document with the changes in it, on top of `base`.
///
/// # Errors
/// `Refused` where a change has no place in it.
pub(super) fn changed(base: &str, changes: &Cells, expected: &Cells) -> Result<String, ConnectorError> {
    let mut document = base.to_owned();
    for (name, cell) in changes {
        let cell = in_the_type_of(expected.get(name), cell);
        let text =
            serde_json::to_string(&cell).map_err(|error| ConnectorError::Refused(error.to_string()))?;
        document = json::with(&document, &json::path(name), &text)
            .map_err(|error| ConnectorError::Refused(format!("{name}: {error}")))?;
    }
    Ok(document)
}

/// A merge patch of the changes (RFC 7396).
///
/// # Errors
/// `Refused` for a change inside a list: a merge patch only replaces lists whole.
pub(super) fn merge_patch(changes: &Cells, expected: &Cells) -> Result<String, ConnectorError> {
    let in_list = |name: &&String| {
        let path = json::path(name);
        path.iter().skip(1).any(|token| !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit()))
    };
    match changes.keys().find(in_list) {
        Some(name) => {
            let message = format!("{name} lies inside a list, which a PATCH cannot change alone: use PUT");
            Err(ConnectorError::Refused(message))
        }
        None => changed("{}", changes, expected),
    }
}

/// A text for a member that holds a number or a boolean is written as one, if it is one.
fn in_the_type_of(expected: Option<&Cell>, new: &Cell) -> Cell {
    let Cell::Text(text) = new else { return new.clone() };
    match (expected, text.as_str()) {
        (Some(Cell::Bool(_)), "true") => Cell::Bool(true),
        (Some(Cell::Bool(_)), "false") => Cell::Bool(false),
        (Some(Cell::Number(_)), _) => crate::connectors::lexeme::number(text.clone()),
        _ => new.clone(),
    }
}

/// The members of some records as columns, nested objects as pointers, in order of appearance.
pub(super) fn columns(records: &[&str]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for record in records {
        collect(record, &mut Vec::new(), &mut found);
    }
    found
}

/// Objects inside objects, followed this far.
const DEPTH: usize = 8;

fn collect(json: &str, path: &mut Vec<String>, found: &mut Vec<(String, String)>) {
    let kind = json::kind(json);
    if let ("object", true, Ok(members)) = (kind, path.len() < DEPTH, json::members(json)) {
        for (name, value) in members.0 {
            path.push(name);
            collect(value.get(), path, found);
            path.pop();
        }
        return;
    }
    let name = json::name(path);
    match found.iter_mut().find(|(known, _)| *known == name) {
        // A null says nothing about the type.
        Some((_, known)) if known == "null" => *known = kind.to_owned(),
        Some(_) => {}
        None => found.push((name, kind.to_owned())),
    }
}
