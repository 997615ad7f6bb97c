//! A JSON list of objects, read without losing a byte and changed in place.

use crate::domain::value::Cell;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;

/// One object of the list, with the places of its parts in the text.
pub(super) struct Object {
    /// From its opening to its closing bracket.
    pub place: Range<usize>,
    /// Each member's name, value and where the value stands.
    pub members: Vec<(String, Cell, Range<usize>)>,
}

impl Object {
    pub fn get(&self, name: &str) -> Option<&Cell> {
        self.place_of(name).map(|(cell, _)| cell)
    }

    pub fn place_of(&self, name: &str) -> Option<(&Cell, &Range<usize>)> {
        self.members.iter().find(|(own, ..)| own == name).map(|(_, cell, place)| (cell, place))
    }
}

/// The objects of a list.
///
/// # Errors
/// The text is no JSON list, or one of its members is no object; a sentence says which.
pub(super) fn objects(text: &str) -> Result<Vec<Object>, String> {
    let list: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|_| "it is not a JSON list of rows".to_owned())?;
    let place = |raw: &RawValue| {
        let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        start..start + raw.get().len()
    };
    let object = |(at, raw): (usize, &&RawValue)| {
        let mut deserializer = serde_json::Deserializer::from_str(raw.get());
        let members = deserializer.deserialize_map(Members);
        let members = members.map_err(|_| format!("row {} of its list is not a JSON object", at + 1))?;
        let inner = |(name, value): (String, &RawValue)| {
            let at = raw.get().as_ptr() as usize;
            let start = place(raw).start + (value.get().as_ptr() as usize - at);
            let cell =
                serde_json::from_str(value.get()).map_err(|_| format!("its member “{name}” cannot be read"));
            cell.map(|cell| (name, cell, start..start + value.get().len()))
        };
        let members = members.into_iter().map(inner).collect::<Result<_, _>>()?;
        Ok(Object { place: place(raw), members })
    };
    list.iter().enumerate().map(object).collect()
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// The text with values put into an object: in place where it has the member, behind its other
/// members else. `values` are JSON texts by name.
pub(super) fn with_members(text: &str, object: &Object, values: &[(&str, String)]) -> String {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut empty = object.members.is_empty();
    let end = object.place.end - 1;
    for (name, value) in values {
        match object.place_of(name) {
            Some((_, place)) => edits.push((place.clone(), value.clone())),
            None => {
                let comma = if std::mem::take(&mut empty) { "" } else { "," };
                edits.push((end..end, format!("{comma}{}:{value}", quoted(name))));
            }
        }
    }
    edits.sort_by_key(|(place, _)| place.start);
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (place, value) in edits {
        out.push_str(&text[at..place.start]);
        out.push_str(&value);
        at = place.end;
    }
    out.push_str(&text[at..]);
    out
}

/// The text without the object of that number, and without one of the commas beside it.
pub(super) fn without(text: &str, objects: &[Object], number: usize) -> String {
    let place = &objects[number].place;
    let (start, end) = match (number.checked_sub(1), objects.get(number + 1)) {
        (_, Some(next)) => (place.start, next.place.start),
        (Some(before), None) => (objects[before].place.end, place.end),
        (None, None) => (place.start, place.end),
    };
    format!("{}{}", &text[..start], &text[end..])
}

/// The text with one more object at its end.
pub(super) fn with_object(text: &str, objects: &[Object], object: &str) -> String {
    match (objects.last(), text.rfind(']')) {
        (Some(last), _) => {
            let end = last.place.end;
            format!("{},{object}{}", &text[..end], &text[end..])
        }
        (None, Some(end)) => format!("{}{object}{}", &text[..end], &text[end..]),
        (None, None) => format!("[{object}]"),
    }
}

pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
