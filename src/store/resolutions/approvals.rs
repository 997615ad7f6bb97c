//! Decisions, of one conflict or of a whole group, that await a second person's word.

use crate::domain::access::Viewer;
use crate::domain::approval::Approval;
use crate::domain::audit::Actor;
use crate::domain::ids::{EntityId, ResolutionId};
use crate::store::db::Query;
use crate::store::{FromRow, Row, Session, StoreError, WriteSession};

/// The approval that a row holds, if any.
pub fn of_row(row: &Row) -> Result<Option<Approval>, StoreError> {
    let body: Option<String> = row.maybe("approval_body")?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// One decision that awaits an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaiting {
    /// Of the decision, or of the group.
    pub id: String,
    /// A whole group, rather than a decision.
    pub group: bool,
    pub entity: EntityId,
    /// The record's name; empty for a group.
    pub title: String,
    /// The fields, with commas between them; empty for a group.
    pub fields: String,
    /// How many differences it decides.
    pub differences: i64,
    pub actor: Actor,
    pub approval: Approval,
}

impl FromRow for Awaiting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let approval = of_row(row)?.ok_or_else(|| StoreError::row("approval_body", "is missing"))?;
        Ok(Self {
            id: row.get("id")?,
            group: row.get::<i64>("of_group")? == 1,
            entity: row.get::<String>("entity")?.into(),
            title: row.get("title")?,
            fields: row.get("fields")?,
            differences: row.get("differences")?,
            actor: row.json("actor")?,
            approval,
        })
    }
}

/// Both kinds as one table `a`; ids tell when they were decided.
const ALL: &str = "SELECT * FROM (
    SELECT s.id, CAST(0 AS BIGINT) AS of_group, c.entity, c.title, CAST(count(d.id) AS BIGINT) AS differences,
        min(d.field) AS fields, s.actor, s.approval_body
    FROM resolutions s JOIN conflicts c ON c.id = s.conflict_id JOIN differences d
        ON d.resolution_id = s.id AND d.conflict_id = s.conflict_id
    WHERE s.approval = 'awaiting' GROUP BY s.id, c.entity, c.title, s.actor, s.approval_body
    UNION ALL
    SELECT g.id, CAST(1 AS BIGINT), g.entity, '', (SELECT CAST(count(*) AS BIGINT) FROM group_members m
        WHERE m.group_id = g.id AND m.state = 'included'), g.field, g.actor, g.approval_body
    FROM group_decisions g WHERE g.approval = 'awaiting') a WHERE 1 = 1";

fn seen<'s, M>(query: Query<'s, M>, viewer: &Viewer) -> Query<'s, M> {
    match &viewer.entities {
        Some(entities) => query.push(" AND entity IN ").push_list(entities.iter()),
        None => query,
    }
}

/// Those that await an approval, newest first, after `before`.
pub async fn awaiting(
    s: &mut Session,
    viewer: &Viewer,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Awaiting>, StoreError> {
    let query = seen(s.sql(ALL), viewer);
    let query = match before {
        Some(before) => query.push_bind(" AND id < ?", [before.into()]),
        None => query,
    };
    query.push(" ORDER BY id DESC").limit(limit).all().await
}

/// The page of [`awaiting`] that ends at `after`, newest first.
pub async fn awaiting_after(
    s: &mut Session,
    viewer: &Viewer,
    after: &str,
    limit: i64,
) -> Result<Vec<Awaiting>, StoreError> {
    let query = seen(s.sql(ALL), viewer).push_bind(" AND id > ? ORDER BY id", [after.into()]).limit(limit);
    let mut page: Vec<Awaiting> = query.all().await?;
    page.reverse();
    Ok(page)
}

/// How many [`awaiting`] lists in all.
pub async fn count(s: &mut Session, viewer: &Viewer) -> Result<i64, StoreError> {
    let decisions = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM resolutions s JOIN conflicts c ON c.id = s.conflict_id
         WHERE s.approval = 'awaiting'",
    );
    let decisions: i64 = seen(decisions, viewer).value().await?.unwrap_or(0);
    let groups = "SELECT CAST(count(*) AS BIGINT) AS value FROM group_decisions WHERE approval = 'awaiting'";
    let groups: i64 = seen(s.sql(groups), viewer).value().await?.unwrap_or(0);
    Ok(decisions + groups)
}

/// Stores what became of an approval.
pub async fn save(w: &mut WriteSession, id: &ResolutionId, approval: &Approval) -> Result<(), StoreError> {
    let query = w.sql("UPDATE resolutions SET approval = $2, approval_body = $3 WHERE id = $1");
    let query = query.bind(id).bind(approval.standing.as_str());
    query.bind(serde_json::to_string(approval)?).run_one().await
}

/// Stores until when an approved decision is held.
pub async fn set_held_until(
    w: &mut WriteSession,
    id: &ResolutionId,
    until: crate::domain::time::Time,
) -> Result<(), StoreError> {
    let query = w.sql("UPDATE resolutions SET held_until = $2 WHERE id = $1");
    query.bind(id).bind(until).run_one().await
}
