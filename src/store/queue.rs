//! The review queue: filtered, counted, and paged by key.

use super::conflicts::Conflict;
use super::db::{Arg, FromRow, MOST_ROWS, Query, Row, Session};
use super::error::StoreError;
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, EntityId, FieldId, IncidentId, SystemId, UserId};
use crate::domain::policy::Stakes;
use crate::domain::time::Time;

/// Which open conflicts, by who has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    #[default]
    All,
    Mine,
    Unassigned,
    /// Claimed by somebody else at this moment.
    Others,
}

/// Which open conflicts, by when they are due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Due {
    #[default]
    Any,
    Overdue,
    /// Before this instant, and not overdue.
    Before(Time),
}

/// Which open conflicts, by the incident that holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Under {
    /// None does: those that wait for a decision of their own.
    #[default]
    None,
    Any,
    Incident(IncidentId),
}

/// Which open conflicts, by whether they are put off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waiting {
    /// Those that are not: the queue.
    #[default]
    No,
    Only,
    Either,
}

/// What the queue shows; the address of its page, parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub whose: Whose,
    pub due: Due,
    pub entity: Option<EntityId>,
    pub field: Option<FieldId>,
    pub cause: Option<String>,
    pub stakes: Option<Stakes>,
    pub system: Option<SystemId>,
    pub under: Under,
    /// With an open difference of this pattern, whoever holds it.
    pub like: Option<String>,
    pub waiting: Waiting,
    /// Put before another desk.
    pub escalated: bool,
    pub kind: Option<String>,
    /// Whom it is given to.
    pub assignee: Option<UserId>,
    /// Open since before the first, and not before the second.
    pub opened: (Option<Time>, Option<Time>),
    /// The labels of the entity: only these entities.
    pub entities: Option<Vec<EntityId>>,
}

/// Where a page ends: the next one begins after this row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub overdue: bool,
    pub stakes: Stakes,
    pub due_at: Time,
    pub id: ConflictId,
}

impl Position {
    /// The position of a conflict in the default order.
    #[must_use]
    pub fn of(conflict: &Conflict, now: Time) -> Self {
        Self {
            overdue: conflict.due_at < now,
            stakes: conflict.stakes,
            due_at: conflict.due_at,
            id: conflict.id.clone(),
        }
    }
}

/// One value of a facet and how many conflicts have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub value: String,
    pub count: i64,
}

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { value: row.get("value")?, count: row.get("count")? })
    }
}

/// At most `limit` open conflicts after `after`, in the default order: overdue, stakes, due,
/// age. Each stretch of equal rank is one seek in one direction, so a deep page costs what
/// the first one does.
pub async fn page(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    after: Option<&Position>,
    now: Time,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    let (mut page, limit) = (Vec::new(), limit.min(MOST_ROWS));
    for overdue in [true, false] {
        for stakes in Stakes::ALL.into_iter().rev() {
            let rank = |overdue: bool, stakes: Stakes| (!overdue, std::cmp::Reverse(stakes));
            let stretch = rank(overdue, stakes);
            if after.is_some_and(|after| rank(after.overdue, after.stakes) > stretch) {
                continue;
            }
            let left = limit - i64::try_from(page.len()).unwrap_or(limit);
            if left <= 0 {
                return Ok(page);
            }
            let query = s.sql("SELECT c.* FROM conflicts c WHERE c.open");
            let query = query.push_bind(" AND c.stakes = ?", [stakes.rank().into()]);
            let side = if overdue { " AND c.due_at < ?" } else { " AND c.due_at >= ?" };
            let mut query = narrowed(query.push_bind(side, [now.into()]), viewer, filter, now);
            if let Some(after) = after.filter(|after| rank(after.overdue, after.stakes) == stretch) {
                query = query
                    .push_bind(" AND (c.due_at, c.id) > (?, ?)", [after.due_at.into(), (&after.id).into()]);
            }
            page.extend(query.push(" ORDER BY c.due_at, c.id").limit(left).all().await?);
        }
    }
    Ok(page)
}

/// At most `limit` open conflicts before `before`, nearest last: the page that ends there.
pub async fn page_before(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    before: &Position,
    now: Time,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    let rank = |overdue: bool, stakes: Stakes| (!overdue, std::cmp::Reverse(stakes));
    let last = rank(before.overdue, before.stakes);
    let (mut page, limit) = (Vec::<Conflict>::new(), limit.min(MOST_ROWS));
    for (overdue, stakes) in [false, true].into_iter().flat_map(|o| Stakes::ALL.map(|s| (o, s))) {
        let left = limit - i64::try_from(page.len()).unwrap_or(limit);
        if rank(overdue, stakes) > last || left <= 0 {
            continue;
        }
        let query = s.sql("SELECT c.* FROM conflicts c WHERE c.open");
        let query = query.push_bind(" AND c.stakes = ?", [stakes.rank().into()]);
        let side = if overdue { " AND c.due_at < ?" } else { " AND c.due_at >= ?" };
        let mut query = narrowed(query.push_bind(side, [now.into()]), viewer, filter, now);
        if rank(overdue, stakes) == last {
            let place = [before.due_at.into(), (&before.id).into()];
            query = query.push_bind(" AND (c.due_at, c.id) < (?, ?)", place);
        }
        page.extend(query.push(" ORDER BY c.due_at DESC, c.id DESC").limit(left).all::<Conflict>().await?);
    }
    page.reverse();
    Ok(page)
}

/// How many open conflicts the filter leaves.
pub async fn count(s: &mut Session, viewer: &Viewer, filter: &Filter, now: Time) -> Result<i64, StoreError> {
    let query = s.sql("SELECT CAST(count(*) AS BIGINT) AS value FROM conflicts c WHERE c.open");
    Ok(narrowed(query, viewer, filter, now).value().await?.unwrap_or(0))
}

/// How many open conflicts stand before this position in the filter.
pub async fn place(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    position: &Position,
    now: Time,
) -> Result<i64, StoreError> {
    let side = if position.overdue { " AND c.due_at < ?" } else { " AND c.due_at >= ?" };
    let query = s.sql("SELECT CAST(count(*) AS BIGINT) AS value FROM conflicts c WHERE c.open");
    let query = narrowed(query, viewer, filter, now).push_bind(side, [now.into()]).push_bind(
        " AND (c.stakes > ? OR (c.stakes = ? AND (c.due_at, c.id) < (?, ?)))",
        [
            position.stakes.rank().into(),
            position.stakes.rank().into(),
            position.due_at.into(),
            (&position.id).into(),
        ],
    );
    let before = query.value().await?.unwrap_or(0);
    if position.overdue {
        return Ok(before);
    }
    let overdue = Filter { due: Due::Overdue, ..filter.clone() };
    Ok(before + count(s, viewer, &overdue, now).await?)
}

/// A facet of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    Field,
    Cause,
    Stakes,
}

/// The values of a facet under the other filters, most first. A conflict counts once for each
/// value that one of its open differences has.
pub async fn facet(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    facet: Facet,
    now: Time,
) -> Result<Vec<Count>, StoreError> {
    let (text, rest) = match facet {
        Facet::Field => (
            "SELECT d.field AS value, CAST(count(DISTINCT c.id) AS BIGINT) AS count FROM conflicts c
             JOIN differences d ON d.conflict_id = c.id AND d.state = 'open' WHERE c.open",
            Filter { field: None, ..filter.clone() },
        ),
        Facet::Cause => (
            "SELECT d.cause AS value, CAST(count(DISTINCT c.id) AS BIGINT) AS count FROM conflicts c
             JOIN differences d ON d.conflict_id = c.id AND d.state = 'open' WHERE c.open",
            Filter { cause: None, ..filter.clone() },
        ),
        Facet::Stakes => (
            "SELECT CAST(c.stakes AS TEXT) AS value, CAST(count(*) AS BIGINT) AS count FROM conflicts c WHERE c.open",
            Filter { stakes: None, ..filter.clone() },
        ),
    };
    let query = match facet {
        Facet::Stakes => narrowed(s.sql(text), viewer, &rest, now),
        // The difference that is counted has to meet the other filters itself, as in the list.
        _ => of_difference(narrowed_by_conflict(s.sql(text), viewer, &rest, now), &rest),
    };
    query.push(" GROUP BY 1 ORDER BY 2 DESC, 1").all().await
}

/// Adds the filter's conditions to a statement over `conflicts c`.
fn narrowed<'s, M>(query: Query<'s, M>, viewer: &Viewer, filter: &Filter, now: Time) -> Query<'s, M> {
    narrowed_by_difference(narrowed_by_conflict(query, viewer, filter, now), filter)
}

fn narrowed_by_conflict<'s, M>(
    mut query: Query<'s, M>,
    viewer: &Viewer,
    filter: &Filter,
    now: Time,
) -> Query<'s, M> {
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND c.entity IN ").push_list(entities.iter());
    }
    let me = || [Arg::from(&viewer.user)];
    query = match filter.whose {
        Whose::All => query,
        // What belongs to who is away is their deputy's too.
        Whose::Mine => query.push_bind(
            " AND c.assignee IN (SELECT id FROM users WHERE id = ? OR
                 (deputy = ? AND away_from <= ? AND away_until > ?))",
            [(&viewer.user).into(), (&viewer.user).into(), now.into(), now.into()],
        ),
        Whose::Unassigned => query.push(" AND c.assignee IS NULL"),
        Whose::Others => query
            .push_bind(" AND c.claimed_until > ?", [now.into()])
            .push_bind(" AND c.claimed_by <> ?", me()),
    };
    query = match filter.due {
        Due::Any => query,
        Due::Overdue => query.push_bind(" AND c.due_at < ?", [now.into()]),
        Due::Before(end) => query.push_bind(" AND c.due_at >= ? AND c.due_at < ?", [now.into(), end.into()]),
    };
    query = match &filter.under {
        Under::Incident(id) => query.push_bind(" AND c.incident_id = ?", [id.into()]),
        Under::None if filter.like.is_none() => query.push(" AND c.incident_id IS NULL"),
        _ => query,
    };
    query = match filter.waiting {
        Waiting::No => query.push(" AND c.waits_until IS NULL"),
        Waiting::Only => query.push(" AND c.waits_until IS NOT NULL"),
        Waiting::Either => query,
    };
    if filter.escalated {
        query = query.push(" AND c.escalated_to IS NOT NULL");
    }
    if let Some(assignee) = &filter.assignee {
        query = query.push_bind(" AND c.assignee = ?", [assignee.into()]);
    }
    if let Some(before) = filter.opened.0 {
        query = query.push_bind(" AND c.opened_at < ?", [before.into()]);
    }
    if let Some(since) = filter.opened.1 {
        query = query.push_bind(" AND c.opened_at >= ?", [since.into()]);
    }
    if let Some(entity) = &filter.entity {
        query = query.push_bind(" AND c.entity = ?", [entity.into()]);
    }
    if let Some(entities) = &filter.entities {
        query = query.push(" AND c.entity IN ").push_list(entities.iter());
    }
    if let Some(stakes) = filter.stakes {
        query = query.push_bind(" AND c.stakes = ?", [stakes.rank().into()]);
    }
    query
}

fn narrowed_by_difference<'s, M>(query: Query<'s, M>, filter: &Filter) -> Query<'s, M> {
    const SOME: &str =
        " AND EXISTS (SELECT 1 FROM differences d WHERE d.conflict_id = c.id AND d.state = 'open'";
    let plain = [filter.cause.is_none(), filter.like.is_none(), filter.kind.is_none()];
    if filter.field.is_none() && filter.system.is_none() && plain == [true; 3] {
        return query;
    }
    of_difference(query.push(SOME), filter).push(")")
}

/// The filter's conditions on one `differences d`.
fn of_difference<'s, M>(mut query: Query<'s, M>, filter: &Filter) -> Query<'s, M> {
    if let Some(field) = &filter.field {
        query = query.push_bind(" AND d.field = ?", [field.into()]);
    }
    if let Some(cause) = &filter.cause {
        query = query.push_bind(" AND d.cause = ?", [cause.into()]);
    }
    if let Some(like) = &filter.like {
        query = query.push_bind(" AND d.pattern = ?", [like.into()]);
    }
    if let Some(kind) = &filter.kind {
        query = query.push_bind(" AND d.kind = ?", [kind.into()]);
    }
    if let Some(system) = &filter.system {
        // An underscore is a letter of names and a wildcard of LIKE.
        let plain = system.as_str().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query = query.push_bind(" AND d.systems LIKE ? ESCAPE '\\'", [format!("%,{plain},%").into()]);
    }
    query
}

/// Conflicts with a difference in this closed state, newest first, after `before` (an id).
pub async fn settled(
    s: &mut Session,
    viewer: &Viewer,
    state: &'static str,
    before: Option<&ConflictId>,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    let query = s.sql("SELECT c.* FROM conflicts c WHERE 1 = 1");
    let everything = Filter { under: Under::Any, waiting: Waiting::Either, ..Filter::default() };
    let query = narrowed(query, viewer, &everything, Time::default());
    let mut query = query.push_bind(
        " AND EXISTS (SELECT 1 FROM differences d WHERE d.conflict_id = c.id AND d.state = ?)",
        [state.into()],
    );
    if let Some(before) = before {
        query = query.push_bind(" AND c.id < ?", [before.into()]);
    }
    query.push(" ORDER BY c.id DESC").limit(limit).all().await
}

/// The page of [`settled`] that ends at `after` (an id), newest first.
pub async fn settled_after(
    s: &mut Session,
    viewer: &Viewer,
    state: &'static str,
    after: &ConflictId,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    let query = s.sql("SELECT c.* FROM conflicts c WHERE 1 = 1");
    let everything = Filter { under: Under::Any, waiting: Waiting::Either, ..Filter::default() };
    let query = narrowed(query, viewer, &everything, Time::default());
    let query = query.push_bind(
        " AND EXISTS (SELECT 1 FROM differences d WHERE d.conflict_id = c.id AND d.state = ?)",
        [state.into()],
    );
    let query = query.push_bind(" AND c.id > ? ORDER BY c.id", [after.into()]).limit(limit);
    let mut page: Vec<Conflict> = query.all().await?;
    page.reverse();
    Ok(page)
}

/// Settled conflicts are counted up to this many, since they only grow.
pub const MOST_COUNTED: i64 = 10_000;

/// How many conflicts have a difference in this state, counted to one above [`MOST_COUNTED`].
pub async fn count_settled(s: &mut Session, viewer: &Viewer, state: &'static str) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM
             (SELECT DISTINCT d.conflict_id FROM differences d WHERE d.state = $1",
    );
    let mut query = query.bind(state);
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND d.entity IN ").push_list(entities.iter());
    }
    let query = query.push_bind(" LIMIT ?) AS counted", [(MOST_COUNTED + 1).into()]);
    Ok(query.value().await?.unwrap_or(0))
}
