//! Selections: what matched a view at one instant.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::ids::ConflictId;
use crate::domain::time::Time;

/// Conflicts of one selection.
pub const MOST: i64 = 10_000;

/// A frozen set of conflicts, for the person who froze it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    pub id: String,
    /// The query of the queue's address.
    pub view: String,
    pub created_at: Time,
}

impl FromRow for Selection {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { id: row.get("id")?, view: row.get("view")?, created_at: row.time("created_at")? })
    }
}

/// Stores a selection with its members, in their order.
pub async fn insert(
    w: &mut WriteSession,
    viewer: &Viewer,
    view: &str,
    members: &[ConflictId],
) -> Result<String, StoreError> {
    let (id, now) = (w.new_id(), w.now());
    w.sql("INSERT INTO selections (id, user_id, view, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&id)
        .bind(&viewer.user)
        .bind(view)
        .bind(now)
        .run_one()
        .await?;
    let rows = members
        .iter()
        .zip(0_i64..)
        .map(|(conflict, place)| vec![id.as_str().into(), place.into(), conflict.into()]);
    w.insert_rows("INSERT INTO selected (selection_id, place, conflict_id)", rows.collect(), "").await?;
    Ok(id)
}

/// The selection, for whoever made it.
pub async fn get(s: &mut Session, viewer: &Viewer, id: &str) -> Result<Option<Selection>, StoreError> {
    s.sql("SELECT * FROM selections WHERE id = $1 AND user_id = $2").bind(id).bind(&viewer.user).maybe().await
}

/// Its conflicts, in the order in which they stood.
pub async fn members(s: &mut Session, id: &str) -> Result<Vec<ConflictId>, StoreError> {
    let query = s.sql("SELECT conflict_id AS value FROM selected WHERE selection_id = $1 ORDER BY place");
    let ids: Vec<String> = query.bind(id).limit(MOST).values().await?;
    Ok(ids.into_iter().map(ConflictId).collect())
}

/// Takes away what was frozen before then; how many selections.
pub async fn drop_before(w: &mut WriteSession, before: Time) -> Result<(), StoreError> {
    w.sql("DELETE FROM selected WHERE selection_id IN (SELECT id FROM selections WHERE created_at < $1)")
        .bind(before)
        .run()
        .await?;
    w.sql("DELETE FROM selections WHERE created_at < $1").bind(before).run().await?;
    Ok(())
}
