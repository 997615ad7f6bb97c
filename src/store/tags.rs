//! Tags of conflicts.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, UserId};
use crate::domain::order;
use std::cmp::Reverse;

/// The condition on a list of conflicts `c` that have a tag: `query.push_bind(WITH_TAG, [tag.into()])`.
pub const WITH_TAG: &str = " AND c.id IN (SELECT t.conflict_id FROM conflict_tags t WHERE t.tag = ?)";

/// The tags of a conflict, in their order.
pub async fn of_conflict(s: &mut Session, id: &ConflictId) -> Result<Vec<String>, StoreError> {
    let query = s.sql("SELECT tag AS value FROM conflict_tags WHERE conflict_id = $1 ORDER BY tag");
    let mut all: Vec<String> = query.bind(id).values().await?;
    order::by_name(&mut all, |tag| tag);
    Ok(all)
}

/// A tag and how many open conflicts have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub tag: String,
    pub count: i64,
}

impl FromRow for Counted {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { tag: row.get("tag")?, count: row.get("n")? })
    }
}

/// The tags of the open conflicts that a viewer sees, those with the most first.
pub async fn counts(s: &mut Session, viewer: &Viewer, limit: i64) -> Result<Vec<Counted>, StoreError> {
    let query = s.sql(
        "SELECT t.tag, CAST(count(*) AS BIGINT) AS n FROM conflict_tags t
         JOIN conflicts c ON c.id = t.conflict_id WHERE c.open",
    );
    let query = match &viewer.entities {
        Some(entities) => query.push(" AND c.entity IN ").push_list(entities),
        None => query,
    };
    let query = query.push(" GROUP BY t.tag ORDER BY count(*) DESC, t.tag").limit(limit);
    let mut all: Vec<Counted> = query.all().await?;
    order::by_name(&mut all, |one| &one.tag);
    all.sort_by_key(|one| Reverse(one.count));
    Ok(all)
}

/// The tags in use that begin like this, for the form.
pub async fn known(s: &mut Session, limit: i64) -> Result<Vec<String>, StoreError> {
    let query = s.sql("SELECT DISTINCT tag AS value FROM conflict_tags ORDER BY tag").limit(limit);
    let mut all: Vec<String> = query.values().await?;
    order::by_name(&mut all, |tag| tag);
    Ok(all)
}

/// Adds a tag; false where the conflict has it.
pub async fn add(w: &mut WriteSession, id: &ConflictId, tag: &str, by: &UserId) -> Result<bool, StoreError> {
    let now = w.now();
    let query = w.sql(
        "INSERT INTO conflict_tags (conflict_id, tag, added_by, added_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (conflict_id, tag) DO NOTHING",
    );
    Ok(query.bind(id).bind(tag).bind(by).bind(now).run().await? > 0)
}

/// Takes a tag away; false where the conflict has none of it.
pub async fn remove(w: &mut WriteSession, id: &ConflictId, tag: &str) -> Result<bool, StoreError> {
    let query = w.sql("DELETE FROM conflict_tags WHERE conflict_id = $1 AND tag = $2");
    Ok(query.bind(id).bind(tag).run().await? > 0)
}
