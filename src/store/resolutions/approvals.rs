//! Decisions, of one conflict or of a whole group, that await a second person's word.

use crate::domain::access::Viewer;
use crate::domain::approval::Approval;
use crate::domain::audit::Actor;
use crate::domain::group::TakingBack;
use crate::domain::ids::{EntityId, ResolutionId};
use crate::domain::resolution::Chosen;
use crate::domain::time::{Time, stamp};
use crate::store::db::Query;
use crate::store::{FromRow, Row, Session, StoreError, WriteSession};
use std::fmt;

/// The approval that a row holds, if any.
pub fn of_row(row: &Row) -> Result<Option<Approval>, StoreError> {
    let body: Option<String> = row.maybe("approval_body")?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// The approval of a group's reversal that a row holds, if any.
pub fn of_row_back(row: &Row) -> Result<Option<Approval>, StoreError> {
    let body: Option<String> = row.maybe("back_approval_body")?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// What somebody else has to approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Decision,
    /// Many at once.
    Group,
    /// The reversal of many at once.
    Reversal,
}

/// One decision that awaits an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaiting {
    /// Of the decision, or of the group.
    pub id: String,
    pub what: What,
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
        let mut approval = of_row(row)?.ok_or_else(|| StoreError::row("approval_body", "is missing"))?;
        let what = match row.get::<i64>("what")? {
            0 => What::Decision,
            1 => What::Group,
            _ => What::Reversal,
        };
        let back = row.maybe::<String>("back")?.filter(|_| what == What::Reversal);
        let actor = match back {
            Some(back) => serde_json::from_str::<TakingBack>(&back)?.by,
            None => row.json("actor")?,
        };
        let entity = row.get::<String>("entity")?.into();
        // A digest covers every value, and few values can be tried out.
        let fields: String = row.get("fields")?;
        let hidden = match row.maybe::<String>("outcomes")? {
            Some(outcomes) => {
                let chosen: Vec<Chosen> = serde_json::from_str(&outcomes)?;
                chosen.iter().any(|chosen| row.sight().hides(&entity, &chosen.field))
            }
            None => row.sight().hides_group(&entity, &fields.as_str().into()),
        };
        if hidden {
            approval.digest.clear();
        }
        Ok(Self {
            id: row.get("id")?,
            what,
            entity,
            title: row.get("title")?,
            fields,
            differences: row.get("differences")?,
            actor,
            approval,
        })
    }
}

impl Awaiting {
    /// Where the list goes on after this one.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { asked_at: self.approval.asked_at, id: self.id.clone() }
    }
}

/// A place in the list: since when it is awaited, and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub asked_at: Time,
    pub id: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", stamp(self.asked_at), self.id)
    }
}

impl Place {
    /// The place that a text names; None where it names none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (at, id) = text.split_once(',')?;
        Some(Self { asked_at: at.parse().ok()?, id: id.to_owned() })
    }
}

/// All kinds as one table `a`.
const ALL: &str = "SELECT * FROM (
    SELECT s.id, CAST(0 AS BIGINT) AS what, c.entity, c.title, CAST(count(d.id) AS BIGINT) AS differences,
        min(d.field) AS fields, s.actor, s.approval_body, s.approval_at, s.approval_next,
        CAST(NULL AS TEXT) AS back, s.outcomes
    FROM resolutions s JOIN conflicts c ON c.id = s.conflict_id JOIN differences d
        ON d.resolution_id = s.id AND d.conflict_id = s.conflict_id
    WHERE s.approval = 'awaiting' GROUP BY s.id, c.entity, c.title, s.actor, s.approval_body, s.approval_at,
        s.approval_next, s.outcomes
    UNION ALL
    SELECT g.id, CAST(1 AS BIGINT), g.entity, '', (SELECT CAST(count(*) AS BIGINT) FROM group_members m
        WHERE m.group_id = g.id AND m.state = 'included'), g.field, g.actor, g.approval_body, g.approval_at,
        g.approval_next, CAST(NULL AS TEXT), CAST(NULL AS TEXT)
    FROM group_decisions g WHERE g.approval = 'awaiting'
    UNION ALL
    SELECT g.id, CAST(2 AS BIGINT), g.entity, '', (SELECT CAST(count(*) AS BIGINT) FROM group_members m
        WHERE m.group_id = g.id AND m.back = 'reverse'), g.field, g.actor, g.back_approval_body,
        g.back_approval_at, g.back_approval_next, g.back, CAST(NULL AS TEXT)
    FROM group_decisions g WHERE g.back_approval = 'awaiting') a WHERE 1 = 1";

fn seen<'s, M>(query: Query<'s, M>, viewer: &Viewer) -> Query<'s, M> {
    match &viewer.entities {
        Some(entities) => query.push(" AND entity IN ").push_list(entities.iter()),
        None => query,
    }
}

/// Those that await an approval, oldest first, after `after`.
pub async fn awaiting(
    s: &mut Session,
    viewer: &Viewer,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Awaiting>, StoreError> {
    let query = seen(s.sql(ALL), viewer);
    let query = match after {
        Some(Place { asked_at, id }) => {
            query.push_bind(" AND (approval_at, id) > (?, ?)", [(*asked_at).into(), id.into()])
        }
        None => query,
    };
    query.push(" ORDER BY approval_at, id").limit(limit).all().await
}

/// The page of [`awaiting`] that ends before `before`, oldest first.
pub async fn awaiting_before(
    s: &mut Session,
    viewer: &Viewer,
    Place { asked_at, id }: &Place,
    limit: i64,
) -> Result<Vec<Awaiting>, StoreError> {
    let query = seen(s.sql(ALL), viewer)
        .push_bind(" AND (approval_at, id) < (?, ?)", [(*asked_at).into(), id.into()])
        .push(" ORDER BY approval_at DESC, id DESC");
    let mut page: Vec<Awaiting> = query.limit(limit).all().await?;
    page.reverse();
    Ok(page)
}

/// Those about which something is to be done by then, and those of which it is not known yet.
pub async fn due_by(s: &mut Session, then: Time, limit: i64) -> Result<Vec<Awaiting>, StoreError> {
    let query = s.sql(ALL).push_bind(" AND (approval_next IS NULL OR approval_next <= ?)", [then.into()]);
    query.push(" ORDER BY approval_at, id").limit(limit).all().await
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
    let back =
        "SELECT CAST(count(*) AS BIGINT) AS value FROM group_decisions WHERE back_approval = 'awaiting'";
    let back: i64 = seen(s.sql(back), viewer).value().await?.unwrap_or(0);
    Ok(decisions + groups + back)
}

/// Stores what became of an approval.
pub async fn save(w: &mut WriteSession, id: &ResolutionId, approval: &Approval) -> Result<(), StoreError> {
    let query =
        w.sql("UPDATE resolutions SET approval = $2, approval_body = $3, approval_next = $4 WHERE id = $1");
    let query = query.bind(id).bind(approval.standing.found_by());
    query.bind(serde_json::to_string(approval)?).bind(approval.next()).run_one().await
}

/// Stores until when an approved decision is held.
pub async fn set_held_until(w: &mut WriteSession, id: &ResolutionId, until: Time) -> Result<(), StoreError> {
    let query = w.sql("UPDATE resolutions SET held_until = $2 WHERE id = $1");
    query.bind(id).bind(until).run_one().await
}
