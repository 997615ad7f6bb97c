//! What all agreed on of a record, as it is stored: the values by the time since when they are agreed,
//! for most of a record have one time. Earlier releases stored a time with each; both are read.

use super::db::Row;
use super::error::StoreError;
use crate::domain::ids::FieldId;
use crate::domain::record::{Agreed, Base};
use crate::domain::time::{Time, parse_stamp, stamp};
use crate::domain::value::Held;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A value: a text as it stands, empty or not, and null; anything else in a list of its own.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored<'a> {
    Text(Cow<'a, str>),
    Null(()),
    Other([Held; 1]),
}

impl<'a> Stored<'a> {
    fn of(held: &'a Held) -> Self {
        match held {
            Held::Value(text) if !text.is_empty() => Self::Text(Cow::Borrowed(text)),
            Held::Empty => Self::Text(Cow::Borrowed("")),
            Held::Null => Self::Null(()),
            Held::Value(_) | Held::Unknown | Held::Hidden(_) => Self::Other([held.clone()]),
        }
    }

    fn held(self) -> Held {
        match self {
            Self::Text(text) if text.is_empty() => Held::Empty,
            Self::Text(text) => Held::Value(text.into_owned()),
            Self::Null(()) => Held::Null,
            Self::Other([held]) => held,
        }
    }
}

/// `[["2026-03-03T09:12:40.000000Z",{"city":"Berlin","fax":null}]]`.
pub(super) fn text(base: &Base) -> Result<String, StoreError> {
    let mut by_time: BTreeMap<Time, BTreeMap<&FieldId, Stored<'_>>> = BTreeMap::new();
    for (field, Agreed(held, since)) in &base.0 {
        by_time.entry(*since).or_default().insert(field, Stored::of(held));
    }
    let all: Vec<_> = by_time.into_iter().map(|(since, fields)| (stamp(since), fields)).collect();
    Ok(serde_json::to_string(&all)?)
}

/// What [`text`] made of a base, or an earlier release did.
pub(super) fn read(row: &Row) -> Result<Base, StoreError> {
    let text: String = row.get("body")?;
    of(&text).map_err(|problem| StoreError::row("body", &problem))
}

fn of(text: &str) -> Result<Base, String> {
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    let all: Vec<(String, BTreeMap<FieldId, Stored<'_>>)> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut base = Base::default();
    for (since, fields) in all {
        let since = parse_stamp(&since).map_err(|error| error.to_string())?;
        base.0.extend(fields.into_iter().map(|(field, held)| (field, Agreed(held.held(), since))));
    }
    Ok(base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held() -> impl Strategy<Value = Held> {
        prop_oneof![".{0,9}".prop_map(Held::Value), Just(Held::Null), Just(Held::Empty), Just(Held::Unknown),]
    }

    proptest! {
        #[test]
        fn what_is_stored_is_read_back_and_so_is_what_was_stored_before(
            fields in prop::collection::btree_map("[a-z/]{1,5}", (held(), 0_i64..3), 0..6),
        ) {
            let agreed = |(held, at)| Agreed(held, Time::from_timestamp_micros(1_700_000_000_000_000 + at).unwrap());
            let base = Base(fields.into_iter().map(|(id, own)| (FieldId(id), agreed(own))).collect());
            prop_assert_eq!(of(&text(&base).unwrap()), Ok(base.clone()));
            prop_assert_eq!(of(&serde_json::to_string(&base).unwrap()), Ok(base));
        }
    }

    #[test]
    fn values_of_one_time_share_it() {
        let since: Time = "2026-03-03T09:12:40Z".parse().unwrap();
        let agreed = |held| Agreed(held, since);
        let fields = [("city", Held::from("Berlin")), ("fax", Held::Null), ("note", Held::Empty)];
        let base = Base(fields.map(|(id, held)| (id.into(), agreed(held))).into());
        let expected = r#"[["2026-03-03T09:12:40.000000Z",{"city":"Berlin","fax":null,"note":""}]]"#;
        assert_eq!(text(&base).unwrap(), expected);
        assert!(of("[[1]]").is_err() && of("damaged").is_err());
    }
}
