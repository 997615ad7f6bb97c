//! The keyboard map: one table drives the handlers in `app.js`, the hints on buttons, the
//! help page and the test that no two keys clash where both work.

/// Where a key works. Keys of [`Context::Everywhere`] work on every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    Everywhere,
    Queue,
    Conflict,
}

/// One action and the keys that start it.
#[derive(Debug)]
pub struct Key {
    pub context: Context,
    /// What `app.js` does, or the `data-act` of the link, button or field it uses.
    pub action: &'static str,
    /// As `KeyboardEvent.key` names them; digits are matched by their place on the keyboard,
    /// two keys with a space are pressed one after the other.
    pub keys: &'static [&'static str],
}

impl Key {
    /// The key of the message that says what the action does.
    #[must_use]
    pub fn message(&self) -> String {
        format!("key-{}", self.action)
    }

    /// The keys as `kbd` elements.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        match self.keys {
            [first, .., last] if first.len() == 1 && first.as_bytes()[0].is_ascii_digit() => {
                vec![format!("{first}–{last}")]
            }
            keys => keys.iter().map(|key| drawn(key)).collect(),
        }
    }
}

const fn key(context: Context, action: &'static str, keys: &'static [&'static str]) -> Key {
    Key { context, action, keys }
}

use Context::{Conflict, Everywhere, Queue};

/// Every key of the application.
pub const KEYS: &[Key] = &[
    key(Everywhere, "help", &["?"]),
    key(Everywhere, "search", &["/"]),
    key(Everywhere, "go-queue", &["g q"]),
    key(Everywhere, "go-records", &["g r"]),
    key(Everywhere, "go-audit", &["g a"]),
    key(Everywhere, "go-settings", &["g s"]),
    key(Everywhere, "undo", &["z"]),
    key(Everywhere, "leave-field", &["Escape"]),
    key(Queue, "row-next", &["j"]),
    key(Queue, "row-previous", &["k"]),
    key(Queue, "row-open", &["Enter", "o"]),
    key(Queue, "start", &["n"]),
    key(Queue, "filters", &["f"]),
    key(Conflict, "choose", &["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
    key(Conflict, "type", &["v"]),
    key(Conflict, "leave", &["l"]),
    key(Conflict, "reason", &["r"]),
    key(Conflict, "save-next", &["Enter"]),
    key(Conflict, "save-stay", &["S"]),
    key(Conflict, "field-next", &["j"]),
    key(Conflict, "field-previous", &["k"]),
    key(Conflict, "conflict-next", &["n"]),
    key(Conflict, "conflict-previous", &["p"]),
    key(Conflict, "timeline", &["t"]),
    key(Conflict, "agreed", &["d"]),
    key(Conflict, "skip", &["s"]),
];

/// The keys that work on a page of that context, as JSON: `{"j":"row-next", ...}`.
#[must_use]
pub fn json(context: Context) -> String {
    let here = KEYS.iter().filter(|key| key.context == Everywhere || key.context == context);
    let pairs: serde_json::Map<String, serde_json::Value> =
        here.flat_map(|key| key.keys.iter().map(|name| ((*name).to_owned(), key.action.into()))).collect();
    serde_json::Value::Object(pairs).to_string()
}

/// The first key of an action as HTML, or nothing if it has none.
#[must_use]
pub fn hint(action: &str) -> String {
    let found = KEYS.iter().find(|key| key.action == action).and_then(|key| key.keys.first());
    found.map_or_else(String::new, |key| format!("<kbd aria-hidden=\"true\">{}</kbd>", drawn(key)))
}

/// Letters in capitals, so that L is not read as 1; a capital that needs Shift says so.
fn drawn(key: &str) -> String {
    match key {
        "Enter" => "⏎".to_owned(),
        "Escape" => "Esc".to_owned(),
        one if one.len() == 1 && one.as_bytes()[0].is_ascii_uppercase() => format!("⇧{one}"),
        other => other.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_actions_share_a_key_where_both_work() {
        for context in [Queue, Conflict] {
            let mut seen = HashSet::new();
            for key in KEYS.iter().filter(|key| key.context == Everywhere || key.context == context) {
                for name in key.keys {
                    assert!(seen.insert(*name), "{name} is used twice in {context:?}");
                }
            }
            // `g` begins the sequences, so it may not be a key of its own.
            assert!(!seen.contains("g"));
        }
    }

    #[test]
    fn every_action_says_what_it_does() {
        for key in KEYS {
            assert!(crate::web::messages::english().has(&key.message()), "{}", key.message());
        }
    }
}
