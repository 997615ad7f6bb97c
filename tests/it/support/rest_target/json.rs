//! Documents of the REST target.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A document whose scalars stay as they are written.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Object(Vec<(String, Json)>),
    Other(String),
}

impl Json {
    pub(super) fn read(text: &str) -> Self {
        if !text.trim_start().starts_with('{') {
            return Self::Other(text.to_owned());
        }
        // A map would sort the members; these records are small, so order is found by place.
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).expect("JSON");
        Self::Object(members.into_iter().map(|(name, value)| (name, Self::read(value.get()))).collect())
    }

    pub(super) fn written(&self) -> String {
        match self {
            Self::Other(text) => text.clone(),
            Self::Object(members) => {
                let member = |(name, value): &(String, Self)| {
                    format!("{}:{}", serde_json::Value::from(name.as_str()), value.written())
                };
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
            }
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        let Self::Object(members) = self else { return None };
        match members.iter().find(|(known, _)| known == name)? {
            (_, Self::Other(text)) if text.starts_with('"') => serde_json::from_str(text).ok(),
            (_, Self::Other(text)) => Some(text.clone()),
            (_, Self::Object(_)) => None,
        }
    }

    /// RFC 7396, except that a null is kept as one, as most systems do.
    pub(super) fn merge(&mut self, patch: Self) {
        let (Self::Object(members), Self::Object(changes)) = (&mut *self, patch.clone()) else {
            *self = patch;
            return;
        };
        for (name, change) in changes {
            match members.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => old.merge(change),
                None => members.push((name, change)),
            }
        }
    }

    /// Cuts its texts, but not `id`, as a system does whose columns are short.
    pub(super) fn trim(&mut self, longest: usize) {
        let Self::Object(members) = self else { return };
        for (_, value) in members.iter_mut().filter(|(name, _)| !matches!(name.as_str(), "id" | "ref")) {
            if let Self::Other(text) = value
                && let Ok(whole) = serde_json::from_str::<String>(text)
            {
                let cut: String = whole.chars().take(longest).collect();
                *text = serde_json::Value::from(cut).to_string();
            }
        }
    }
}
