//! Finding records by the words of their identifiers and values: counted, and paged by key.

use super::db::{FromRow, Query, Row, Session};
use super::error::StoreError;
use super::records::Record;
use crate::domain::access::Viewer;
use crate::domain::ids::{EntityId, RecordId};
use crate::domain::words::Sought;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub sought: Sought,
    pub entity: Option<EntityId>,
}

/// Records counted of one kind.
pub struct OfEntity {
    pub entity: EntityId,
    pub count: i64,
}

impl FromRow for OfEntity {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { entity: row.get::<String>("entity")?.into(), count: row.get("count")? })
    }
}

/// At most `limit` records after the one with that id, oldest first.
pub async fn page(
    s: &mut Session,
    viewer: &Viewer,
    search: &Search,
    after: Option<&RecordId>,
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    let mut query = narrowed(s.sql("SELECT r.* FROM records r WHERE 1 = 1"), viewer, search);
    if let Some(after) = after {
        query = query.push_bind(" AND r.id > ?", [after.into()]);
    }
    query.push(" ORDER BY r.id").limit(limit).all().await
}

/// At most `limit` records before the one with that id, oldest first.
pub async fn page_before(
    s: &mut Session,
    viewer: &Viewer,
    search: &Search,
    before: &RecordId,
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    let query = narrowed(s.sql("SELECT r.* FROM records r WHERE 1 = 1"), viewer, search);
    let query = query.push_bind(" AND r.id < ?", [before.into()]);
    let mut found: Vec<Record> = query.push(" ORDER BY r.id DESC").limit(limit).all().await?;
    found.reverse();
    Ok(found)
}

/// How many records of each kind are found, whatever kind the search asks for.
pub async fn counts(s: &mut Session, viewer: &Viewer, search: &Search) -> Result<Vec<OfEntity>, StoreError> {
    let text = "SELECT r.entity AS entity, CAST(count(*) AS BIGINT) AS count FROM records r WHERE 1 = 1";
    let all = Search { entity: None, ..search.clone() };
    narrowed(s.sql(text), viewer, &all).push(" GROUP BY r.entity").all().await
}

/// Adds the search's conditions to a statement over `records r`.
fn narrowed<'s, M>(mut query: Query<'s, M>, viewer: &Viewer, search: &Search) -> Query<'s, M> {
    const WORD: &str = "r.id IN (SELECT record_id FROM search_tokens WHERE token >= ? AND token < ?)";
    // The end of the range: the beginning followed by the last character there is.
    let range = |word: &String| [word.into(), format!("{word}\u{10FFFF}").into()];
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND r.entity IN ").push_list(entities.iter());
    }
    if let Some(entity) = &search.entity {
        query = query.push_bind(" AND r.entity = ?", [entity.into()]);
    }
    if search.sought.is_empty() {
        return query;
    }
    query = query.push(" AND (");
    query = match &search.sought.whole {
        Some(whole) => query.push_bind(WORD, range(whole)),
        None => query.push("1 = 0"),
    };
    query = query.push(if search.sought.parts.is_empty() { " OR (1 = 0" } else { " OR (1 = 1" });
    if let Some(whole) = search.sought.whole.as_ref().filter(|_| search.sought.identifier) {
        const NOWHERE: &str = " AND NOT EXISTS (SELECT 1 FROM search_tokens WHERE token >= ? AND token < ?)";
        query = query.push_bind(NOWHERE, range(whole));
    }
    for part in &search.sought.parts {
        query = query.push(" AND ").push_bind(WORD, range(part));
    }
    query.push("))")
}
