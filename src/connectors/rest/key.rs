//! Keys of records: in answers, and in addresses.

use super::answer::{Answer, Voice};
use super::settings::Collection;
use crate::connectors::ObjectSpec;
use crate::connectors::json;
use crate::domain::value::Cell;
use reqwest::header::LOCATION;

/// Whether a text can name a record in an address: `.` and `..` would name another place.
pub(super) fn is_key(text: &str) -> bool {
    !text.is_empty() && text != "." && text != ".."
}

/// A key as one segment of an address.
pub(super) fn encoded(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    key.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The key in the answer to a POST.
pub(super) fn made(
    object: &ObjectSpec,
    collection: &Collection,
    answer: &Answer,
    voice: &Voice<'_>,
) -> Option<String> {
    let body = voice.json(answer).ok()?;
    let record = json::at(body, &json::path(&collection.item_record_path)).ok()??;
    let key = json::at(record, &json::path(&object.key)).ok()??;
    match serde_json::from_str(key).ok()? {
        Cell::Text(text) | Cell::Number(text) => Some(text).filter(|text| is_key(text)),
        Cell::Null | Cell::Bool(_) | Cell::Json(_) | Cell::Hidden(_) => None,
    }
}

/// The key in the address of the new record.
pub(super) fn located(collection: &Collection, answer: &Answer) -> Option<String> {
    let location = answer.headers.get(LOCATION)?.to_str().ok()?;
    let (before, after) = collection.item_path.split_once("{key}")?;
    let (_, key) = location.rsplit_once(before)?;
    let key = key.strip_suffix(after)?;
    Some(key.to_owned()).filter(|key| encoded(key) == *key && is_key(key))
}
