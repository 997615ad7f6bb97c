//! How one system's column of rows becomes fields, and back.

use super::json::{self, Object};
use super::{Children, MOST_ROWS, encoded, field_id, parts};
use crate::domain::compare::{Comparison, short};
use crate::domain::ids::FieldId;
use crate::domain::transform::TransformError;
use crate::domain::value::{Cell, Cells, Held};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a system keeps child rows: one column with a JSON list of objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsMapping {
    /// The children of the entity.
    pub children: FieldId,
    /// A column name or a JSON Pointer.
    pub column: String,
    /// The member of a row that holds its key.
    pub key: String,
    /// What the system's keys are, so that `0010` in one is `10` in the other (`decimal`).
    #[serde(default = "exact")]
    pub key_as: Comparison,
    /// By field the member of a row that holds it.
    pub members: BTreeMap<FieldId, String>,
    /// The system takes no writes of its rows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
}

fn exact() -> Comparison {
    Comparison::Exact
}

/// Longest key of a row, in characters.
const LONGEST_KEY: usize = 200;

impl RowsMapping {
    /// The fields of every row, by their ids, and the mark that they could be read.
    ///
    /// # Errors
    /// Why the rows cannot be read: none of them is known then.
    pub(in crate::domain) fn read(
        &self,
        cells: &Cells,
        null_is_empty: bool,
    ) -> Result<BTreeMap<FieldId, Held>, String> {
        let cell = cells.get(&self.column).ok_or_else(|| format!("column {} is not there", self.column))?;
        let mut fields = BTreeMap::from([(self.children.clone(), Held::Null)]);
        let objects = objects(cell)?;
        self.check(&objects)?;
        for (object, key) in objects.iter().zip(self.keys(&objects)?) {
            for (field, member) in &self.members {
                let held = object.get(member).map_or(Held::Null, Cell::held);
                let held = if null_is_empty && held == Held::Null { Held::Empty } else { held };
                fields.insert(field_id(&self.children, &key, field), held);
            }
        }
        Ok(fields)
    }

    fn check(&self, objects: &[Object]) -> Result<(), String> {
        if objects.len() > MOST_ROWS {
            return Err(format!("it has {} rows, and {MOST_ROWS} are compared at most", objects.len()));
        }
        let mapped = || self.members.values().chain([&self.key]);
        for (at, object) in objects.iter().enumerate() {
            let twice = |name: &&String| object.members.iter().filter(|(own, ..)| own == *name).count() > 1;
            if let Some(name) = mapped().find(twice) {
                return Err(format!("row {} has the member “{name}” twice", at + 1));
            }
        }
        // One row may leave a member out; where all do, it is called something else by now.
        let gone = |name: &&String| objects.iter().all(|object| object.get(name).is_none());
        match mapped().find(gone).filter(|_| !objects.is_empty()) {
            Some(name) => Err(format!("no row has a member “{name}”: was it renamed?")),
            None => Ok(()),
        }
    }

    /// The rows' keys as they stand in ids.
    fn keys(&self, objects: &[Object]) -> Result<Vec<String>, String> {
        let mut keys: Vec<String> = Vec::with_capacity(objects.len());
        let mut seen = std::collections::BTreeSet::new();
        for (at, object) in objects.iter().enumerate() {
            let text = match object.get(&self.key) {
                Some(Cell::Text(text) | Cell::Number(text)) => text.trim(),
                _ => "",
            };
            if text.is_empty() {
                return Err(format!("row {} has no text or number as its key “{}”", at + 1, self.key));
            }
            if text.chars().count() > LONGEST_KEY {
                return Err(format!("the key of row {} is longer than {LONGEST_KEY} characters", at + 1));
            }
            let normal = self.key_as.normal(&Held::from(text));
            let key = encoded(normal.value().unwrap_or(text));
            if !seen.insert(key.clone()) {
                return Err(format!("two rows have the key “{}”", short(text)));
            }
            keys.push(key);
        }
        Ok(keys)
    }

    /// Whether this maps a row or its field.
    #[must_use]
    pub fn maps(&self, id: &FieldId) -> bool {
        match parts(id) {
            Some((children, _, member)) => {
                self.children.as_str() == children && self.members.contains_key(member)
            }
            None => false,
        }
    }

    /// The column with the fields of its rows as `values` have them: other rows and other members
    /// stay byte for byte. A row whose fields all become null is taken out, one that is not there
    /// is added at the end. None where no value is of these rows.
    ///
    /// # Errors
    /// The rows cannot be read, or would read back as others.
    pub(in crate::domain) fn write(
        &self,
        values: &BTreeMap<FieldId, Held>,
        row: &Cells,
        null_is_empty: bool,
    ) -> Result<Option<Cell>, (FieldId, TransformError)> {
        let mut by_key: BTreeMap<&str, BTreeMap<&str, &Held>> = BTreeMap::new();
        for (id, held) in values.iter().filter(|(id, _)| self.maps(id)) {
            let Some((_, key, member)) = parts(id) else { continue };
            by_key.entry(key).or_default().insert(member, held);
        }
        if by_key.is_empty() {
            return Ok(None);
        }
        let wrong = |reason: String| (self.children.clone(), TransformError::unwritable("", reason));
        let now = row.get(&self.column).unwrap_or(&Cell::Null);
        let mut text = list(now).to_owned();
        for (key, members) in by_key {
            text = self.write_row(&text, key, &members, null_is_empty).map_err(&wrong)?;
        }
        let cell = match now {
            Cell::Text(_) => Cell::Text(text),
            _ => Cell::Json(text),
        };
        let back = self.read(&Cells::from([(self.column.clone(), cell.clone())]), null_is_empty);
        let back = back.map_err(|problem| wrong(format!("it could not be read back: {problem}")))?;
        let own = values.iter().filter(|(id, _)| self.maps(id));
        for (id, held) in own {
            let read = super::held(&back, id);
            let same = |read: &Held| {
                read == held || Comparison::Decimal.same(read, held) || (read.is_blank() && held.is_blank())
            };
            if !read.is_some_and(same) {
                let text = held.value().unwrap_or("");
                return Err((
                    id.clone(),
                    TransformError::unwritable(text, "it would read back as another value"),
                ));
            }
        }
        Ok(Some(cell))
    }

    fn write_row(
        &self,
        text: &str,
        key: &str,
        members: &BTreeMap<&str, &Held>,
        null_is_empty: bool,
    ) -> Result<String, String> {
        let objects = json::objects(text)?;
        self.check(&objects)?;
        let number = self.keys(&objects)?.iter().position(|own| own == key);
        let object = number.map(|number| &objects[number]);
        let becomes = |field: &FieldId| {
            let now =
                object.and_then(|object| object.get(self.members.get(field)?)).map_or(Held::Null, Cell::held);
            members.get(field.as_str()).map_or(now, |held| (*held).clone())
        };
        let gone = self.members.keys().all(|field| match becomes(field) {
            Held::Null => true,
            Held::Empty => null_is_empty,
            _ => false,
        });
        match (number, object) {
            (Some(number), _) if gone => Ok(json::without(text, &objects, number)),
            (None, _) if gone => Ok(text.to_owned()),
            (_, Some(object)) => {
                let mut values = Vec::new();
                for (field, name) in &self.members {
                    let Some(held) = members.get(field.as_str()) else { continue };
                    let like = object.get(name).filter(|cell| **cell != Cell::Null);
                    let like = like.or_else(|| example(&objects, name));
                    values.push((name.as_str(), lexeme(like, held, null_is_empty)?));
                }
                Ok(json::with_members(text, object, &values))
            }
            (_, None) => {
                let of_key = Held::Value(self.key_of_new_row(key, &objects)?);
                let mut parts = vec![(&self.key, lexeme(example(&objects, &self.key), &of_key, false)?)];
                for (field, name) in &self.members {
                    parts.push((name, lexeme(example(&objects, name), &becomes(field), null_is_empty)?));
                }
                let parts: Vec<String> = parts
                    .into_iter()
                    .map(|(name, value)| format!("{}:{value}", json::quoted(name)))
                    .collect();
                Ok(json::with_object(text, &objects, &format!("{{{}}}", parts.join(","))))
            }
        }
    }
}

impl RowsMapping {
    /// The key of a row that is added, which is known in normal form only: where the keys there
    /// are written otherwise, nothing is made up.
    fn key_of_new_row(&self, key: &str, objects: &[Object]) -> Result<String, String> {
        let key = super::decoded(key);
        let keys = objects.iter().filter_map(|object| object.get(&self.key)?.text());
        let plain = |text: &str| self.key_as.normal(&Held::from(text)).value() == Some(text);
        let written_plainly =
            keys.clone().all(plain) && (keys.count() > 0 || !key.chars().any(char::is_alphabetic));
        if self.key_as == Comparison::Exact || written_plainly {
            return Ok(key);
        }
        let why = "is not there, and how its key is written there is not known: add it there first";
        Err(format!("the row “{key}” {why}"))
    }
}

fn objects(cell: &Cell) -> Result<Vec<Object>, String> {
    match cell {
        Cell::Null | Cell::Text(_) | Cell::Json(_) => json::objects(list(cell)),
        Cell::Bool(_) | Cell::Number(_) | Cell::Hidden(_) => Err("it is not a JSON list of rows".to_owned()),
    }
}

/// The text of the list; nothing at all is a list without rows.
fn list(cell: &Cell) -> &str {
    cell.text().map(str::trim).filter(|text| !text.is_empty()).unwrap_or("[]")
}

/// What other rows have there: the type that a new value gets.
fn example<'a>(objects: &'a [Object], name: &str) -> Option<&'a Cell> {
    objects.iter().filter_map(|object| object.get(name)).find(|cell| **cell != Cell::Null)
}

/// The JSON text of a value, of the type that `like` has where it can be.
fn lexeme(like: Option<&Cell>, held: &Held, null_is_empty: bool) -> Result<String, String> {
    let like = like.unwrap_or(&Cell::Null);
    let cell = match held {
        Held::Unknown | Held::Hidden(_) => return Err("it is not known".to_owned()),
        Held::Empty if null_is_empty => like.blank(),
        held => like.retyped(held),
    };
    serde_json::to_string(&cell).map_err(|problem| problem.to_string())
}

/// What is wrong with a system's rows, each as a sentence; `place` names the mapping.
pub(in crate::domain) fn problems(
    rows: &RowsMapping,
    children: Option<&Children>,
    place: &str,
) -> Vec<String> {
    let Some(children) = children else {
        return vec![format!("{place}: there are no children “{}” in its entity", rows.children)];
    };
    let place = format!("{place}: rows of “{}”", rows.children);
    let mut problems = Vec::new();
    for id in rows.members.keys().filter(|id| children.fields.iter().all(|field| field.id != **id)) {
        problems.push(format!("{place}: “{id}” is none of their fields"));
    }
    let lacking = children.fields.iter().filter(|field| !rows.members.contains_key(&field.id));
    for field in lacking {
        problems.push(format!("{place}: name the member for “{}”: all fields of a row or none", field.id));
    }
    let odd = |own: &Comparison| {
        matches!(own, Comparison::Tolerance { .. } | Comparison::Set { .. } | Comparison::Sequence { .. })
    };
    if odd(&rows.key_as) {
        problems.push(format!("{place}: key_as must tell one key from another: exact, text or decimal"));
    }
    if let Some(name) = rows.members.values().chain([&rows.key]).find(|name| name.starts_with('/')) {
        problems
            .push(format!("{place}: “{name}” must be the name of a member of the row itself, not a pointer"));
    }
    problems
}
