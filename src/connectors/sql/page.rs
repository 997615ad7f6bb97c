//! From rows as read to a page: no key twice, no key lost between two pages.

use super::Selection;
use crate::connectors::{ConnectorError, ObjectSpec, Page, Row, Scope, Unusable, time};
use crate::domain::value::{Cell, Cells};

/// A row as it came: its key as text, and every cell or why it cannot be one.
pub(in crate::connectors) struct Found {
    pub key: String,
    /// In the order of the selection's columns.
    pub cells: Vec<Result<Cell, Unreadable>>,
}

/// A value that is no cell: as much of it as can be shown, and the reason.
pub(in crate::connectors) struct Unreadable {
    pub shown: String,
    pub reason: &'static str,
}

/// A page of `found`, which came ordered by key with one row more than `limit` where there are
/// more; the rows that belong to the next page are handed back. A key that several rows have is
/// unusable for all of them.
pub(in crate::connectors) fn keys_in_order(
    selection: &Selection<'_>,
    object: &ObjectSpec,
    scope: &Scope,
    mut found: Vec<Found>,
    limit: usize,
) -> (Page, Vec<Found>) {
    let (mut page, mut rest) = (Page::default(), Vec::new());
    if found.len() > limit
        && let Some(last) = found.last().map(|row| row.key.clone())
    {
        // The last key goes to the next page whole, lest two rows of it end up on two pages.
        let whole = found.partition_point(|row| row.key < last);
        if whole > 0 {
            rest = found.split_off(whole);
        }
        page.next = found.last().map(|row| row.key.clone());
    }
    let mut found = found.into_iter().peekable();
    while let Some(first) = found.next() {
        let mut same = vec![first];
        while let Some(row) = found.next_if(|row| same.first().is_some_and(|first| first.key == row.key)) {
            same.push(row);
        }
        let count = same.len();
        for row in same {
            match row_of(selection, object, row, count) {
                Ok(row) if changed_before(&row, scope) => {}
                Ok(row) => page.rows.push(row),
                Err(unusable) => page.unusable.push(unusable),
            }
        }
    }
    (page, rest)
}

/// What to say of rows whose key cannot be one.
pub(in crate::connectors) fn keyless(selection: &Selection<'_>, found: Vec<Found>) -> Vec<Unusable> {
    let reason = format!("the key {:?} is empty or not a text or number", selection.key.name);
    let unusable =
        |row: Found| Unusable { key: None, raw: whole(selection, row.cells), reason: reason.clone() };
    found.into_iter().map(unusable).collect()
}

/// The row of a key that was asked for.
///
/// # Errors
/// `Shape` where several rows have the key, or a column cannot be read.
pub(in crate::connectors) fn one(
    selection: &Selection<'_>,
    object: &ObjectSpec,
    mut found: Vec<Found>,
) -> Result<Option<Row>, ConnectorError> {
    let count = found.len();
    let Some(row) = found.pop() else { return Ok(None) };
    let key = row.key.clone();
    match row_of(selection, object, row, count) {
        Ok(row) => Ok(Some(row)),
        Err(wrong) => Err(ConnectorError::Shape(format!("{} {key:?}: {}", object.object, wrong.reason))),
    }
}

fn row_of(
    selection: &Selection<'_>,
    object: &ObjectSpec,
    found: Found,
    count: usize,
) -> Result<Row, Unusable> {
    let key = found.key;
    if count > 1 {
        let reason = format!("the key {key:?} is on more than one row");
        return Err(Unusable { key: Some(key), raw: whole(selection, found.cells), reason });
    }
    let names = selection.columns.iter().map(|column| &column.name);
    let wrong = names.clone().zip(&found.cells).find_map(|(name, cell)| Some((name, cell.as_ref().err()?)));
    if let Some((name, unreadable)) = wrong {
        let reason = format!("the column {name:?} {}", unreadable.reason);
        return Err(Unusable { key: Some(key), raw: whole(selection, found.cells), reason });
    }
    let cells: Cells =
        names.zip(found.cells).filter_map(|(name, cell)| Some((name.clone(), cell.ok()?))).collect();
    let of = |name: &Option<String>| name.as_ref().and_then(|name| cells.get(name));
    let modified_at = of(&object.modified_at).and_then(time::instant);
    let modified_by = of(&object.modified_by).and_then(Cell::text).map(str::to_owned);
    Ok(Row { key, modified_at, modified_by, cells, token: None })
}

/// The row as JSON, with what can be shown of the values that are no cells.
fn whole(selection: &Selection<'_>, found: Vec<Result<Cell, Unreadable>>) -> String {
    let shown = |cell: Result<Cell, Unreadable>| cell.unwrap_or_else(|wrong| Cell::Text(wrong.shown));
    let names = selection.columns.iter().map(|column| column.name.clone());
    let cells: Cells = names.zip(found.into_iter().map(shown)).collect();
    serde_json::to_string(&cells).unwrap_or_default()
}

/// A row of a `Since` pull that the database could only roughly tell was changed since.
fn changed_before(row: &Row, scope: &Scope) -> bool {
    matches!((scope, row.modified_at), (Scope::Since(since), Some(changed)) if changed < *since)
}
