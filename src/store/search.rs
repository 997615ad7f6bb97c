//! Finding records by the words of their identifiers and values: counted, and paged by key.

use super::db::{FromRow, Query, Row, Session};
use super::error::StoreError;
use super::records::{self, Record};
use super::words::{self, Matches, Member};
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
    if let Some(found) = found(s, &search.sought).await? {
        let after = after.map(|after| Member::of(after.as_str()));
        let all = found.seen(viewer, search.entity.as_ref());
        let ids = all.first(limit, |own| after.as_ref().is_none_or(|after| own > after));
        return of_ids(s, &ids).await;
    }
    let mut query = narrowed(s.sql("SELECT r.* FROM records r WHERE 1 = 1"), viewer, search.entity.as_ref());
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
    if let Some(found) = found(s, &search.sought).await? {
        let before = Member::of(before.as_str());
        let ids = found.seen(viewer, search.entity.as_ref()).last(limit, |own| *own < before);
        return of_ids(s, &ids).await;
    }
    let query = narrowed(s.sql("SELECT r.* FROM records r WHERE 1 = 1"), viewer, search.entity.as_ref());
    let query = query.push_bind(" AND r.id < ?", [before.into()]);
    let mut found: Vec<Record> = query.push(" ORDER BY r.id DESC").limit(limit).all().await?;
    found.reverse();
    Ok(found)
}

async fn of_ids(s: &mut Session, ids: &[RecordId]) -> Result<Vec<Record>, StoreError> {
    let mut found = records::of_ids(s, ids).await?;
    found.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(found)
}

/// How many records of each kind are found, whatever kind the search asks for.
pub async fn counts(s: &mut Session, viewer: &Viewer, search: &Search) -> Result<Vec<OfEntity>, StoreError> {
    if let Some(found) = found(s, &search.sought).await? {
        let of = |(entity, count)| OfEntity { entity, count };
        return Ok(found.seen(viewer, None).counts().map(of).collect());
    }
    let text = "SELECT r.entity AS entity, CAST(count(*) AS BIGINT) AS count FROM records r WHERE 1 = 1";
    narrowed(s.sql(text), viewer, None).push(" GROUP BY r.entity").all().await
}

/// The ids of the records that are found; None where they are more than `most`.
pub async fn ids(
    s: &mut Session,
    viewer: &Viewer,
    sought: &Sought,
    most: usize,
) -> Result<Option<Vec<RecordId>>, StoreError> {
    let found = found(s, sought).await?.unwrap_or_default().seen(viewer, None);
    Ok((found.len() <= most).then(|| found.ids()))
}

/// The records that are found; None where nothing is sought.
async fn found(s: &mut Session, sought: &Sought) -> Result<Option<Matches>, StoreError> {
    if sought.is_empty() {
        return Ok(None);
    }
    let whole = match &sought.whole {
        Some(whole) => words::beginning(s, whole).await?,
        None => Matches::default(),
    };
    // Where it is found whole, the parts of an identifier are not sought.
    let only_whole = sought.identifier && sought.whole.is_some() && !whole.is_empty();
    if only_whole || sought.parts.is_empty() {
        return Ok(Some(whole));
    }
    let mut all: Option<Matches> = None;
    for part in &sought.parts {
        let own = words::beginning(s, part).await?;
        all = Some(match all {
            Some(all) => all.and(&own),
            None => own,
        });
    }
    Ok(Some(whole.or(all.unwrap_or_default())))
}

/// Narrows a statement over `records r` to what is seen.
fn narrowed<'s, M>(mut query: Query<'s, M>, viewer: &Viewer, entity: Option<&EntityId>) -> Query<'s, M> {
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND r.entity IN ").push_list(entities.iter());
    }
    match entity {
        Some(entity) => query.push_bind(" AND r.entity = ?", [entity.into()]),
        None => query,
    }
}
