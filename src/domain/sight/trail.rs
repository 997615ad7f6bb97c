//! What is sealed beside entries of the log.

use super::{Sight, WORDS};
use crate::domain::audit::{Action, Line};
use std::collections::BTreeMap;

/// Sealed values that say who, where or why, in a person's words, and not what a field holds.
const OPEN: [&str; 14] = [
    "record",
    "name",
    "login",
    "address",
    "reason",
    "note",
    "question",
    "words",
    "text",
    "tag",
    "external_id",
    "other_record",
    "filter",
    "of",
];

impl Sight {
    /// Whether the values of an entry may tell what a hidden field holds. Where it names no field, those
    /// of any of its entity may.
    #[must_use]
    pub fn hides_entry(&self, line: &Line) -> bool {
        match (&line.about.entity, &line.about.field) {
            (Some(entity), Some(field)) => self.hides(entity, field),
            (Some(entity), None) => !self.sees_all(entity),
            (None, Some(field)) => self.hides_somewhere(field),
            (None, None) => false,
        }
    }

    /// Veils the opened values of an entry.
    pub fn entry_values(&self, line: &Line, values: &mut BTreeMap<String, String>) {
        if self.hides_entry(line) {
            // What somebody outside answers is about the value, in whatever words.
            let answered = line.action == Action::QuestionAnswered;
            let open = |name: &str| OPEN.contains(&name) && !(answered && name == "text");
            for (_, value) in values.iter_mut().filter(|(name, _)| !open(name.as_str())) {
                WORDS.clone_into(value);
            }
        }
    }
}
