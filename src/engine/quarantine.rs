//! What intake sets aside: rows a connector could not read, and rows the store cannot keep. Each is
//! kept whole with its reason; its key stays known, so that it is not taken as gone.

use crate::connectors::{Row, Unusable};
use crate::store::runs::SetAside;

/// Bytes of a key, a link or an author: both databases find rows by them, and PostgreSQL keeps no
/// longer ones in an index.
const LONGEST: usize = 1000;

/// Rows that a connector could not read.
pub(super) fn unusable(rows: Vec<Unusable>) -> Vec<SetAside> {
    let aside = |row: Unusable| SetAside {
        external_id: row.key.filter(|key| is_key(key)),
        raw: plain(&row.raw),
        reason: plain(&row.reason),
    };
    rows.into_iter().map(aside).collect()
}

/// A row that was read, with the reason why it is not taken.
pub(super) fn set_aside(row: &Row, reason: String) -> SetAside {
    let external_id = Some(row.key.clone()).filter(|key| is_key(key));
    // A row that is no JSON is still told with its names and values.
    let raw = serde_json::to_string(&row.cells).unwrap_or_else(|_| format!("{:?}", row.cells));
    SetAside { external_id, raw: plain(&raw), reason: plain(&reason) }
}

/// Why the store could not keep this row, if it could not. No database keeps a NUL character.
pub(super) fn unstorable(row: &Row, link: Option<&str>) -> Option<String> {
    let texts =
        [("the key", Some(row.key.as_str())), ("its link", link), ("its author", row.modified_by.as_deref())];
    for (name, text) in texts {
        match text {
            Some(text) if text.contains('\0') => return Some(format!("{name} holds a NUL character")),
            Some(text) if text.len() > LONGEST => {
                return Some(format!("{name} is longer than {LONGEST} bytes"));
            }
            _ => {}
        }
    }
    if row.token.as_deref().is_some_and(|token| token.contains('\0')) {
        return Some("its version holds a NUL character".to_owned());
    }
    let nul = row.cells.iter().find(|(_, cell)| cell.text().is_some_and(|text| text.contains('\0')));
    nul.map(|(name, _)| format!("the column {name:?} holds a NUL character"))
}

/// Whether a key can be kept.
pub(super) fn is_key(key: &str) -> bool {
    !key.contains('\0') && key.len() <= LONGEST
}

/// A text with its NUL characters written out.
pub(super) fn plain(text: &str) -> String {
    text.replace('\0', "\\u0000")
}
