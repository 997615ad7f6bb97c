//! Walking JSON without reading it into values: what is not touched stays as it is written.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// The tokens of a JSON Pointer, or of a bare member name.
pub(super) fn path(name: &str) -> Vec<String> {
    match name.strip_prefix('/') {
        Some(pointer) => pointer.split('/').map(|t| t.replace("~1", "/").replace("~0", "~")).collect(),
        None if name.is_empty() => Vec::new(),
        None => vec![name.to_owned()],
    }
}

/// The name of a path, as short as it can be: the reverse of [`path`].
pub(super) fn name(path: &[String]) -> String {
    match path {
        [only] if !only.is_empty() && !only.starts_with('/') => only.clone(),
        path => path.iter().map(|t| format!("/{}", t.replace('~', "~0").replace('/', "~1"))).collect(),
    }
}

/// The members of an object in their order, a name twice among them if it is there twice.
pub(super) struct Members<'a>(pub Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// What kind of value a text is, by its first character.
pub(super) fn kind(json: &str) -> &'static str {
    match json.trim_start().as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}

pub(super) fn members(json: &str) -> Result<Members<'_>, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

pub(super) fn elements(json: &str) -> Result<Vec<&RawValue>, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

impl<'a> Members<'a> {
    /// The member of that name.
    ///
    /// # Errors
    /// It is there twice: which one counts, nobody can tell.
    pub fn get(&self, name: &str) -> Result<Option<&'a str>, String> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let first = found.next().map(|(_, value)| value.get());
        if found.next().is_some() {
            return Err(format!("the member {name:?} is there twice"));
        }
        Ok(first)
    }
}

/// The value at a path, none where there is none. Below a null everything is null.
pub(super) fn at<'a>(json: &'a str, path: &[String]) -> Result<Option<&'a str>, String> {
    let Some((token, rest)) = path.split_first() else { return Ok(Some(json)) };
    let inner = match kind(json) {
        "object" => members(json)?.get(token)?,
        "array" => token
            .parse::<usize>()
            .ok()
            .map(|n| elements(json).map(|list| list.get(n).map(|v| v.get())))
            .transpose()?
            .flatten(),
        "null" => return Ok(Some(json)),
        _ => None,
    };
    match inner {
        Some(inner) => at(inner, rest),
        None => Ok(None),
    }
}

/// The same text with another value at a path; objects on the way are made where there are none.
///
/// # Errors
/// The path leads through something that is neither an object nor a list's element.
pub(super) fn with(json: &str, path: &[String], value: &str) -> Result<String, String> {
    let Some((token, rest)) = path.split_first() else { return Ok(value.to_owned()) };
    match kind(json) {
        "null" => with("{}", path, value),
        "object" => {
            let members = members(json)?;
            let old = members.get(token)?;
            let new = with(old.unwrap_or("null"), rest, value)?;
            let mut parts = Vec::with_capacity(members.0.len() + 1);
            for (name, old) in &members.0 {
                parts.push(member(name, if name == token { &new } else { old.get() }));
            }
            if old.is_none() {
                parts.push(member(token, &new));
            }
            Ok(format!("{{{}}}", parts.join(",")))
        }
        "array" => {
            let list = elements(json)?;
            let place = token.parse::<usize>().ok().filter(|place| *place < list.len());
            let place = place.ok_or_else(|| format!("the list has no element {token:?}"))?;
            let mut parts: Vec<String> = list.iter().map(|old| old.get().to_owned()).collect();
            if let Some(part) = parts.get_mut(place) {
                *part = with(part, rest, value)?;
            }
            Ok(format!("[{}]", parts.join(",")))
        }
        other => Err(format!("{token:?} would be inside a {other}")),
    }
}

fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", serde_json::Value::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str =
        r#"{"id": 18446744073709551617, "price":12.10,"a/b":{"c~d":[1e-7,"é"]},"none":null}"#;

    fn seen(name: &str) -> Option<&'static str> {
        at(RECORD, &path(name)).expect("unambiguous")
    }

    #[test]
    fn a_value_is_found_as_it_is_written() {
        assert_eq!(seen("id"), Some("18446744073709551617"));
        assert_eq!(seen("/price"), Some("12.10"));
        assert_eq!(seen("/a~1b/c~0d/0"), Some("1e-7"));
        assert_eq!(seen("/none/below"), Some("null"));
        assert_eq!(seen("/price/below"), None);
        assert_eq!(seen("/a~1b/c~0d/7"), None);
        assert_eq!(seen("gone"), None);
        assert_eq!(at(r#"{"a":1,"a":2}"#, &path("a")), Err("the member \"a\" is there twice".to_owned()));
    }

    #[test]
    fn names_and_paths_are_each_other_s_reverse() {
        for text in ["name", "/address/street", "/a~1b/c~0d", "/"] {
            assert_eq!(name(&path(text)), text);
        }
        assert_eq!(name(&path("/top")), "top");
    }

    #[test]
    fn a_change_leaves_every_other_byte_of_the_values() {
        let changed = with(RECORD, &path("/a~1b/c~0d/1"), "\"ü\"").expect("changed");
        assert_eq!(
            changed,
            r#"{"id":18446744073709551617,"price":12.10,"a/b":{"c~d":[1e-7,"ü"]},"none":null}"#
        );
        let patch = with("{}", &path("/address/street"), "\"x\"").expect("nested");
        let patch = with(&patch, &path("/address/city"), "null").expect("beside");
        assert_eq!(patch, r#"{"address":{"street":"x","city":null}}"#);
        assert!(with(RECORD, &path("/price/below"), "1").is_err());
        assert!(with(RECORD, &path("/a~1b/c~0d/9"), "1").is_err());
    }
}
