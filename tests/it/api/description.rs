//! The API's description, and whether an answer is what it says: every required member there,
//! every member described, each of its type.

use serde_json::Value;
use std::collections::BTreeSet;

pub struct Description(Value);

impl Description {
    /// What the server itself tells.
    pub async fn of(url: &str) -> Self {
        let text = reqwest::get(format!("{url}/api/openapi.json")).await.unwrap().text().await.unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    pub fn operations(&self) -> BTreeSet<String> {
        let all = self.paths().flat_map(|(_, methods)| methods.as_object().unwrap().values());
        all.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect()
    }

    /// Each operation as `get /api/...`.
    pub fn addresses(&self) -> BTreeSet<String> {
        let all = self.paths().flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        });
        all.collect()
    }

    fn paths(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["paths"].as_object().unwrap().iter()
    }

    /// Checks an answer and says which operation gave it; None for an address that is none.
    #[track_caller]
    pub fn check(&self, method: &str, path: &str, status: u16, body: &Value) -> Option<String> {
        let found = self.paths().find(|(template, _)| fits(template, path));
        let operation = found.map(|(_, methods)| &methods[method.to_lowercase()]);
        let operation = operation.filter(|operation| operation.is_object());
        if status >= 400 {
            self.hold(&serde_json::json!({"$ref": "#/components/schemas/Problem"}), body, "problem");
            assert_eq!(body["status"], status);
            return None;
        }
        let operation = operation?;
        let answer = &operation["responses"][status.to_string()];
        assert!(answer.is_object(), "{method} {path} is not described to answer {status}");
        self.hold(&answer["content"]["application/json"]["schema"], body, path);
        Some(operation["operationId"].as_str().unwrap().to_owned())
    }

    #[track_caller]
    fn hold(&self, schema: &Value, value: &Value, place: &str) {
        if let Err(wrong) = self.fits(schema, value, place) {
            panic!("not as described: {wrong}\n{value:#}");
        }
    }

    fn fits(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        let schema = self.resolved(schema);
        let says = |what: &str| schema.get(what).is_some();
        if !["type", "properties", "enum", "oneOf", "anyOf", "allOf"].into_iter().any(says) {
            // Anything at all.
            return Ok(());
        }
        for one in ["oneOf", "anyOf"] {
            if let Some(ways) = schema[one].as_array() {
                let fits = ways.iter().any(|way| self.fits(way, value, place).is_ok());
                return if fits { Ok(()) } else { Err(format!("{place}: fits none of {one}: {value}")) };
            }
        }
        if let Some(known) = schema["enum"].as_array()
            && !known.contains(value)
        {
            return Err(format!("{place}: {value} is not one of {known:?}"));
        }
        self.typed(schema, value, place)?;
        match value {
            Value::Object(members) => {
                let known = self.members(schema);
                for (name, member) in members {
                    let place = format!("{place}/{name}");
                    match known.iter().find(|(known, ..)| known == name) {
                        Some((_, schema, _)) => self.fits(schema, member, &place)?,
                        None => match self.more(schema) {
                            Some(Value::Bool(true)) => {}
                            Some(more) if more.is_object() => self.fits(more, member, &place)?,
                            _ => return Err(format!("{place} is not described")),
                        },
                    }
                }
                let missing =
                    known.iter().find(|(name, _, required)| *required && !members.contains_key(name));
                missing.map_or(Ok(()), |(name, ..)| Err(format!("{place}/{name} is missing")))
            }
            Value::Array(items) => {
                items.iter().try_for_each(|item| self.fits(&schema["items"], item, &format!("{place}/-")))
            }
            _ => Ok(()),
        }
    }

    fn typed(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = match &schema["type"] {
            Value::String(known) => known == kind,
            Value::Array(known) => known.iter().any(|known| known == kind),
            _ => true,
        };
        if fits { Ok(()) } else { Err(format!("{place}: {kind} where {} is described", schema["type"])) }
    }

    /// Name, schema and whether it has to be there, also from the parts of `allOf`.
    fn members<'a>(&'a self, schema: &'a Value) -> Vec<(String, &'a Value, bool)> {
        let schema = self.resolved(schema);
        let required = |name: &String| {
            schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name))
        };
        let own = schema["properties"].as_object().into_iter().flatten();
        let mut members: Vec<_> = own.map(|(name, schema)| (name.clone(), schema, required(name))).collect();
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if members.iter().all(|(known, ..)| known != name) {
                members.push((name.to_owned(), &Value::Null, true));
            }
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            members.extend(self.members(part));
        }
        members
    }

    /// What members of other names hold, also from the parts of `allOf`.
    fn more<'a>(&'a self, schema: &'a Value) -> Option<&'a Value> {
        let schema = self.resolved(schema);
        let parts = || schema["allOf"].as_array().into_iter().flatten();
        schema.get("additionalProperties").or_else(|| parts().find_map(|part| self.more(part)))
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(place) => {
                let found = self.0.pointer(place.trim_start_matches('#'));
                self.resolved(found.unwrap_or_else(|| panic!("{place} is not there")))
            }
            None => schema,
        }
    }

    /// Every `$ref` leads somewhere.
    pub fn references(&self) -> usize {
        fn walk(description: &Description, value: &Value) -> usize {
            match value {
                Value::Object(members) => {
                    let here = usize::from(members.contains_key("$ref"));
                    if here == 1 {
                        description.resolved(value);
                    }
                    here + members.values().map(|member| walk(description, member)).sum::<usize>()
                }
                Value::Array(items) => items.iter().map(|item| walk(description, item)).sum(),
                _ => 0,
            }
        }
        walk(self, &self.0)
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(known, part)| known.starts_with('{') || known == part)
}
