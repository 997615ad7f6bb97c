//! The rows of a group: those that come to the same, those that are left out, and what became of each.

use super::Member;
use crate::domain::group::{Back, Excluded};
use crate::domain::ids::{DifferenceId, FieldId, GroupId};
use crate::store::db::{FromRow, Row, Session};
use crate::store::error::StoreError;
use crate::store::queue::Count;
use crate::store::write::WriteSession;

/// How a row stands, as the page of a run counts them.
macro_rules! standing {
    () => {
        "CASE WHEN m.state = 'excluded' THEN 'left_out' WHEN m.state = 'included' THEN 'to_come'
             WHEN m.back IN ('undo', 'reverse') THEN 'taking_back' WHEN m.back = 'reversed' THEN 'reversed' WHEN r.state = 'done' THEN 'confirmed'
             WHEN r.state IN ('held', 'sending') THEN 'waiting' WHEN r.state = 'partly' THEN 'failed'
             ELSE r.state END"
    };
}

/// A member with how its decision stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub member: Member,
    /// `confirmed`, `waiting`, `failed`, `undone`, `reversed`, `overtaken`, `taking_back`, `to_come` or
    /// `left_out`.
    pub standing: String,
}

impl FromRow for Standing {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { member: Member::from_row(row)?, standing: row.get("standing")? })
    }
}

/// How many rows stand how.
pub async fn standings(s: &mut Session, id: &GroupId) -> Result<Vec<Count>, StoreError> {
    s.sql(concat!(
        "SELECT ",
        standing!(),
        " AS value, CAST(count(*) AS BIGINT) AS count FROM group_members m
         LEFT JOIN resolutions r ON r.id = m.resolution_id WHERE m.group_id = $1 GROUP BY 1 ORDER BY 1"
    ))
    .bind(id)
    .all()
    .await
}

/// The rows that stand so after `after`, in order; all for `None`.
pub async fn standing(
    s: &mut Session,
    id: &GroupId,
    standing: Option<&str>,
    after: &DifferenceId,
    limit: i64,
) -> Result<Vec<Standing>, StoreError> {
    let query = s.sql(concat!(
        "SELECT * FROM (SELECT m.*, ",
        standing!(),
        " AS standing FROM group_members m LEFT JOIN resolutions r ON r.id = m.resolution_id
         WHERE m.group_id = $1) m WHERE difference_id > $2"
    ));
    let query = query.bind(id).bind(after);
    let query = match standing {
        Some(standing) => query.push_bind(" AND standing = ?", [standing.into()]),
        None => query,
    };
    query.push(" ORDER BY difference_id").limit(limit).all().await
}

/// How many included rows come to what.
pub async fn outcomes(s: &mut Session, id: &GroupId) -> Result<Vec<Count>, StoreError> {
    s.sql(
        "SELECT becomes AS value, CAST(count(*) AS BIGINT) AS count FROM group_members
         WHERE group_id = $1 AND state = 'included' GROUP BY becomes ORDER BY 2 DESC, 1",
    )
    .bind(id)
    .all()
    .await
}

/// The fields of the included rows that a second person has to approve.
pub async fn fields_asking(s: &mut Session, id: &GroupId) -> Result<Vec<FieldId>, StoreError> {
    let query = s.sql(
        "SELECT DISTINCT field AS value FROM group_members WHERE group_id = $1 AND state = 'included' AND asks
         ORDER BY 1",
    );
    let fields: Vec<String> = query.bind(id).values().await?;
    Ok(fields.into_iter().map(FieldId).collect())
}

/// Included rows that come to this after `after`, in order.
pub async fn of_outcome(
    s: &mut Session,
    id: &GroupId,
    becomes: &str,
    after: &DifferenceId,
    limit: i64,
) -> Result<Vec<Member>, StoreError> {
    let query = s.sql(
        "SELECT * FROM group_members WHERE group_id = $1 AND state = 'included' AND becomes = $2
             AND difference_id > $3 ORDER BY difference_id",
    );
    query.bind(id).bind(becomes).bind(after).limit(limit).all().await
}

/// Rows left out for this reason after `after`, in order.
pub async fn left_out(
    s: &mut Session,
    id: &GroupId,
    why: &str,
    after: &DifferenceId,
    limit: i64,
) -> Result<Vec<Member>, StoreError> {
    let query = s.sql(
        "SELECT * FROM group_members WHERE group_id = $1 AND state = 'excluded' AND why = $2
             AND difference_id > $3 ORDER BY difference_id",
    );
    query.bind(id).bind(why).bind(after).limit(limit).all().await
}

/// Takes rows out of a draft, or those that were taken out in again.
pub async fn tick(
    w: &mut WriteSession,
    id: &GroupId,
    rows: &[DifferenceId],
    ticked: bool,
) -> Result<u64, StoreError> {
    let text = match ticked {
        false => "UPDATE group_members SET state = 'excluded', why = 'unticked' WHERE state = 'included'",
        true => "UPDATE group_members SET state = 'included', why = '' WHERE why = 'unticked'",
    };
    let query = w.sql(text).push_bind(" AND group_id = ?", [id.into()]);
    query.push(" AND difference_id IN ").push_list(rows).run().await
}

/// Takes out every row whose turn has not come.
pub async fn stop(w: &mut WriteSession, id: &GroupId) -> Result<u64, StoreError> {
    let query = w.sql(
        "UPDATE group_members SET state = 'excluded', why = $2 WHERE group_id = $1 AND state = 'included'",
    );
    query.bind(id).bind(Excluded::Stopped.as_str()).run().await
}

/// Marks decided rows to be taken back: these, or all.
pub async fn ask_back(
    w: &mut WriteSession,
    id: &GroupId,
    way: Back,
    rows: Option<&[DifferenceId]>,
) -> Result<u64, StoreError> {
    let query = w.sql(
        "UPDATE group_members SET back = $2, back_detail = '' WHERE group_id = $1 AND state = 'decided'
             AND back IN ('', 'kept')",
    );
    let query = query.bind(id).bind(way.as_str());
    let query = match rows {
        Some(rows) => query.push(" AND difference_id IN ").push_list(rows),
        None => query,
    };
    // What stands no longer, or has arrived, is nothing to be undone; and the other way round.
    let states = match way {
        Back::Undo => {
            " AND resolution_id IN (SELECT id FROM resolutions WHERE state IN ('held', 'partly', 'done'))"
        }
        Back::Reverse => {
            " AND resolution_id IN (SELECT id FROM resolutions WHERE state IN ('done', 'partly'))"
        }
    };
    query.push(states).run().await
}

/// Rows that are to be taken back after `after`, in order.
pub async fn asked_back(
    s: &mut Session,
    id: &GroupId,
    after: &DifferenceId,
    limit: i64,
) -> Result<Vec<Member>, StoreError> {
    let query = s.sql(
        "SELECT * FROM group_members WHERE group_id = $1 AND back IN ('undo', 'reverse')
             AND difference_id > $2 ORDER BY difference_id",
    );
    query.bind(id).bind(after).limit(limit).all().await
}

/// The fields of the rows that are decided, or are to be.
pub async fn fields(s: &mut Session, id: &GroupId) -> Result<Vec<FieldId>, StoreError> {
    let text =
        "SELECT DISTINCT field AS value FROM group_members WHERE group_id = $1 AND state <> 'excluded'";
    let fields: Vec<String> = s.sql(text).bind(id).values().await?;
    Ok(fields.into_iter().map(FieldId).collect())
}

/// The fields of the rows that are to be taken back.
pub async fn fields_back(s: &mut Session, id: &GroupId) -> Result<Vec<FieldId>, StoreError> {
    let query = s.sql(
        "SELECT DISTINCT field AS value FROM group_members
         WHERE group_id = $1 AND back IN ('undo', 'reverse')",
    );
    let fields: Vec<String> = query.bind(id).values().await?;
    Ok(fields.into_iter().map(FieldId).collect())
}

/// How many rows are to be taken back.
pub async fn count_back(s: &mut Session, id: &GroupId) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM group_members
         WHERE group_id = $1 AND back IN ('undo', 'reverse')",
    );
    Ok(query.bind(id).value().await?.unwrap_or(0))
}

/// Nothing of a group is to be taken back after all: its rows stand as they did.
pub async fn leave(w: &mut WriteSession, id: &GroupId) -> Result<u64, StoreError> {
    let query = w.sql(
        "UPDATE group_members SET back = '', back_detail = '' WHERE group_id = $1 AND back IN ('undo', 'reverse')",
    );
    query.bind(id).run().await
}

/// Stores what became of taking a row back.
pub async fn save_back(
    w: &mut WriteSession,
    id: &GroupId,
    row: &DifferenceId,
    back: &str,
    detail: &str,
) -> Result<(), StoreError> {
    let query = w.sql(
        "UPDATE group_members SET back = $3, back_detail = $4 WHERE group_id = $1 AND difference_id = $2",
    );
    query.bind(id).bind(row).bind(back).bind(detail).run_one().await
}
