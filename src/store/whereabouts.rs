//! Which row it was: the table and the identity of a row that cannot be read.

use super::db::Row;
use super::error::StoreError;

/// Columns that alone tell a row from all others of its table.
const ALONE: [&str; 2] = ["id", "seq"];
/// Columns that do so together, where there is none of those.
const TOGETHER: [&str; 8] =
    ["system", "entity", "external_id", "record_id", "field", "version", "subject", "user_id"];

/// The error of a row that `text` brought, with its table and the values of its key.
pub(super) fn named(error: StoreError, text: &str, row: &Row) -> StoreError {
    let StoreError::Row(problem) = error else { return error };
    let key = match ALONE.iter().find_map(|column| part(row, column)) {
        Some(key) => key,
        None => TOGETHER.iter().filter_map(|column| part(row, column)).collect::<Vec<_>>().join(", "),
    };
    let table = table(text).unwrap_or("a row");
    StoreError::Row(if key.is_empty() {
        format!("{table}: {problem}")
    } else {
        format!("{table} {key}: {problem}")
    })
}

/// `id 7`; None where the answer has no such column.
fn part(row: &Row, column: &str) -> Option<String> {
    let text = row.maybe::<String>(column).ok().flatten();
    let text = text.or_else(|| row.maybe::<i64>(column).ok().flatten().map(|number| number.to_string()));
    text.map(|text| format!("{column} {text}"))
}

/// The first table a statement reads from.
fn table(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("FROM ")?;
    let rest = rest.trim_start();
    let name = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())];
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn the_table_is_the_first_one_read_from() {
        assert_eq!(table("SELECT c.* FROM conflicts c WHERE c.open"), Some("conflicts"));
        assert_eq!(table("SELECT 1 FROM (SELECT 2)"), None);
        assert_eq!(table("SELECT * FROM   audit_head"), Some("audit_head"));
    }
}
