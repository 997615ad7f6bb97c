//! The keyboard map: one table drives the handlers in `app.js`, the hints on buttons, the
//! help page and the test that no two keys clash where both work.

use crate::domain::preferences::{AfterSave, Preferences};
use std::collections::BTreeMap;

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

    /// Whether an account can give it another key: one that is a single character.
    #[must_use]
    pub fn rebinds(&self) -> bool {
        matches!(self.keys, [one] if one.chars().count() == 1)
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
    key(Queue, "row-tick", &["x"]),
    key(Queue, "row-range", &["X"]),
    key(Queue, "row-assign-me", &["i"]),
    key(Queue, "row-assign", &["m"]),
    key(Queue, "row-snooze", &["h"]),
    key(Queue, "row-escalate", &["e"]),
    key(Queue, "row-bulk", &["b"]),
    key(Conflict, "choose", &["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
    key(Conflict, "use-all", &["w 1", "w 2", "w 3", "w 4", "w 5", "w 6", "w 7", "w 8", "w 9"]),
    key(Conflict, "accept", &["a"]),
    key(Conflict, "accept-all", &["A"]),
    key(Conflict, "type", &["v"]),
    key(Conflict, "combine", &["b"]),
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
    key(Conflict, "snooze", &["h"]),
    key(Conflict, "assign-me", &["i"]),
    key(Conflict, "assign", &["m"]),
    key(Conflict, "escalate", &["e"]),
    key(Conflict, "comment", &["c"]),
    key(Conflict, "copy-link", &["y"]),
];

/// The keys of one account: the table, with what its preferences say otherwise.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    off: bool,
    stays: bool,
    own: BTreeMap<String, String>,
}

impl Keymap {
    #[must_use]
    pub fn of(preferences: &Preferences) -> Self {
        let stays = preferences.after_save == AfterSave::Stay;
        Self { off: preferences.keys_off, stays, own: preferences.keys.clone() }
    }

    /// What saving does first, and what it can do too: `next` and `stay`, as the account wants it.
    #[must_use]
    pub fn saves(&self) -> (&'static str, &'static str) {
        if self.stays { ("stay", "next") } else { ("next", "stay") }
    }

    /// The keys of an action; none where they are off.
    #[must_use]
    pub fn keys<'k>(&'k self, key: &'k Key) -> Vec<&'k str> {
        if self.off {
            return Vec::new();
        }
        if let Some(own) = self.own.get(key.action).filter(|_| key.rebinds()) {
            return vec![own];
        }
        // Enter saves as the account wants it; the other way has the other's key.
        let turned = match key.action {
            "save-next" if self.stays => Some("save-stay"),
            "save-stay" if self.stays => Some("save-next"),
            _ => None,
        };
        let table = turned.and_then(|action| KEYS.iter().find(|other| other.action == action));
        table.map_or(key.keys, |other| other.keys).to_vec()
    }

    /// The keys that work on a page of that context, as JSON: `{"j":"row-next", ...}`.
    #[must_use]
    pub fn json(&self, context: Context) -> String {
        let here = KEYS.iter().filter(|key| key.context == Everywhere || key.context == context);
        let pairs = here.flat_map(|key| {
            self.keys(key).into_iter().map(|name| (name.to_owned(), key.action.into())).collect::<Vec<_>>()
        });
        serde_json::Value::Object(pairs.collect()).to_string()
    }

    /// The first key of an action as HTML, or nothing if it has none; with a number after the action,
    /// the key of that place.
    #[must_use]
    pub fn hint(&self, action: &str) -> String {
        let (action, place) = action.split_once(' ').unwrap_or((action, "1"));
        let at = place.parse::<usize>().unwrap_or(1).saturating_sub(1);
        let found = KEYS.iter().find(|key| key.action == action);
        let key = found.and_then(|key| self.keys(key).get(at).copied().map(drawn));
        key.map_or_else(String::new, |key| {
            format!("<kbd aria-hidden=\"true\">{}</kbd>", super::messages::escaped(&key))
        })
    }

    /// The keys of an action, for people.
    #[must_use]
    pub fn shown(&self, key: &Key) -> Vec<String> {
        match self.keys(key).as_slice() {
            [first, .., last] if first.ends_with('1') && last.ends_with('9') => {
                vec![format!("{}–9", drawn(first))]
            }
            keys => keys.iter().map(|key| drawn(key)).collect(),
        }
    }

    /// What is wrong with the keys of an account: the actions, and why.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, Clash)> {
        let wrong = |key: &&Key| Some((key.action, self.problem(key)?));
        KEYS.iter()
            .filter(|key| self.own.contains_key(key.action))
            .collect::<Vec<_>>()
            .iter()
            .filter_map(wrong)
            .collect()
    }

    fn problem(&self, key: &Key) -> Option<Clash> {
        let own = self.own.get(key.action)?;
        let mut letters = own.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) if !letter.is_whitespace() && !letter.is_control() => {}
            _ => return Some(Clash::NotOne),
        }
        let meets = |other: &&Key| {
            let both =
                key.context == other.context || key.context == Everywhere || other.context == Everywhere;
            let keys = Self { off: false, ..self.clone() };
            let meets = keys.keys(other).iter().any(|name| name.split(' ').next() == Some(own.as_str()));
            both && meets && other.action != key.action
        };
        KEYS.iter().find(meets).map(|other| Clash::With(other.action))
    }
}

/// Why an action cannot have a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// It is no single character.
    NotOne,
    /// That action has it where both work, or begins with it.
    With(&'static str),
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
            // `g` and `w` begin sequences, so they may not be keys of their own.
            let begins = |name: &&str| name.split(' ').count() > 1 && seen.contains(&name[..1]);
            assert_eq!(seen.iter().find(|name| begins(name)), None);
        }
    }

    #[test]
    fn an_account_has_its_own_keys_or_none() {
        let preferences = Preferences {
            keys: [("skip".to_owned(), "x".to_owned()), ("save-next".to_owned(), "q".to_owned())].into(),
            after_save: AfterSave::Stay,
            ..Preferences::default()
        };
        let map = Keymap::of(&preferences);
        let json: serde_json::Value = serde_json::from_str(&map.json(Conflict)).unwrap();
        assert_eq!(json["x"], "skip");
        assert!(json.get("s").is_none(), "its old key is free");
        assert_eq!((&json["Enter"], &json["S"]), (&"save-stay".into(), &"save-next".into()));
        assert!(json.get("q").is_none(), "Enter is no key to be given away");
        assert_eq!(
            (map.hint("skip"), map.saves().0),
            ("<kbd aria-hidden=\"true\">X</kbd>".to_owned(), "stay")
        );
        let off = Keymap::of(&Preferences { keys_off: true, ..preferences });
        assert_eq!((off.json(Conflict), off.hint("skip")), ("{}".to_owned(), String::new()));
    }

    #[test]
    fn a_key_of_ones_own_clashes_with_none_where_both_work() {
        let problems = |action: &str, key: &str| {
            let keys = [(action.to_owned(), key.to_owned())].into();
            Keymap::of(&Preferences { keys, ..Preferences::default() }).problems()
        };
        assert_eq!(problems("skip", "x"), []);
        assert_eq!(problems("skip", "<"), []);
        assert_eq!(problems("skip", "é"), []);
        assert_eq!(problems("skip", "v"), [("skip", Clash::With("type"))]);
        assert_eq!(problems("skip", "f"), [], "that one is the queue's");
        assert_eq!(problems("skip", "g"), [("skip", Clash::With("go-queue"))]);
        assert_eq!(problems("skip", "3"), [("skip", Clash::With("choose"))]);
        assert_eq!(problems("undo", "f"), [("undo", Clash::With("filters"))]);
        for none in ["", " ", "ab", "\u{7}"] {
            assert_eq!(problems("skip", none), [("skip", Clash::NotOne)], "{none:?}");
        }
    }

    #[test]
    fn every_action_says_what_it_does() {
        for key in KEYS {
            assert!(crate::web::messages::english().has(&key.message()), "{}", key.message());
        }
    }
}
