//! How many conflicts of a list have which value of what they can be narrowed by.

use super::filter::{Filter, narrowed, narrowed_by_conflict, of_difference, of_seen};
use crate::domain::access::Viewer;
use crate::domain::time::Time;
use crate::store::db::{Arg, FromRow, Query, Row, Session};
use crate::store::error::StoreError;
use chrono::TimeDelta;

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

/// What a list can be narrowed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    Entity,
    Field,
    Kind,
    Cause,
    Suggestion,
    Stakes,
    Age,
    Due,
    Assignee,
}

/// Hours after which a conflict is of the next age; `h1`, `d1`, `d3`, `d7`, `older` in the addresses.
pub const AGES: [(&str, i64); 4] = [("h1", 1), ("d1", 24), ("d3", 72), ("d7", 168)];

impl Facet {
    /// Of the conflict itself, or of one of its differences.
    fn column(self) -> Option<&'static str> {
        match self {
            Self::Entity => Some(
                "SELECT c.entity AS value, CAST(count(*) AS BIGINT) AS count FROM conflicts c WHERE c.open",
            ),
            Self::Stakes => Some(
                "SELECT CAST(c.stakes AS TEXT) AS value, CAST(count(*) AS BIGINT) AS count FROM conflicts c WHERE c.open",
            ),
            Self::Assignee => Some(
                "SELECT COALESCE(c.assignee, '') AS value, CAST(count(*) AS BIGINT) AS count FROM conflicts c WHERE c.open",
            ),
            _ => None,
        }
    }

    fn of_difference(self) -> Option<&'static str> {
        match self {
            Self::Field => Some(
                "SELECT d.field AS value, CAST(count(DISTINCT c.id) AS BIGINT) AS count FROM conflicts c",
            ),
            Self::Kind => {
                Some("SELECT d.kind AS value, CAST(count(DISTINCT c.id) AS BIGINT) AS count FROM conflicts c")
            }
            Self::Cause => Some(
                "SELECT d.cause AS value, CAST(count(DISTINCT c.id) AS BIGINT) AS count FROM conflicts c",
            ),
            Self::Suggestion => Some(
                "SELECT d.suggestion AS value, CAST(count(DISTINCT c.id) AS BIGINT) AS count FROM conflicts c",
            ),
            _ => None,
        }
    }

    /// The filter without this facet's own choice.
    fn without(self, filter: &Filter) -> Filter {
        let mut rest = filter.clone();
        match self {
            Self::Entity => rest.entity = None,
            Self::Field => rest.field = None,
            Self::Kind => rest.kind = None,
            Self::Cause => rest.cause = None,
            Self::Suggestion => rest.suggestion = None,
            Self::Stakes => rest.stakes = None,
            Self::Age => rest.opened = (None, None),
            Self::Due => rest.due = super::Due::Any,
            Self::Assignee => rest.assignee = None,
        }
        // What was rare may have been so by this very choice.
        rest.rare &=
            !matches!(self, Self::Field | Self::Kind | Self::Cause | Self::Suggestion) || rest == *filter;
        rest
    }
}

/// The values of a facet under the other filters, most first. A conflict counts once for each
/// value that one of its open differences has.
pub async fn facet(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    facet: Facet,
    now: Time,
    tomorrow: Time,
) -> Result<Vec<Count>, StoreError> {
    let rest = facet.without(filter);
    let query = if let Some(text) = facet.column() {
        narrowed(s.sql(text), viewer, &rest, now)
    } else if let Some(text) = facet.of_difference() {
        // A short list is a short way to its differences: SQLite, which keeps no figures, would rather
        // begin with all that are open. Of a cross join it takes the first side first.
        let few = rest.rare && rest.asks_differences();
        let side = if few { ", differences d" } else { " CROSS JOIN differences d" };
        let query =
            s.sql(text).push(side).push(" WHERE d.conflict_id = c.id AND d.state = 'open' AND c.open");
        // The difference that is counted has to meet the other filters itself, as in the list.
        let query = of_difference(narrowed_by_conflict(query, viewer, &rest, now), &rest);
        if facet == Facet::Suggestion { of_seen(query) } else { query }
    } else if facet == Facet::Age {
        narrowed(by_age(s, now), viewer, &rest, now)
    } else {
        narrowed(by_due(s, now, tomorrow), viewer, &rest, now)
    };
    query.push(" GROUP BY 1 ORDER BY 2 DESC, 1").limit(100).all().await
}

/// The same for a list of at most [`super::MOST_COUNTED`] rows. None: without the facet's own choice there
/// are more than that to look at.
pub async fn facet_of_few(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    facet: Facet,
    now: Time,
    tomorrow: Time,
) -> Result<Option<Vec<Count>>, StoreError> {
    let rest = facet.without(filter);
    if rest != *filter {
        let rest = super::measured(s, viewer, rest).await?;
        if super::count(s, viewer, &rest, now).await? > super::MOST_COUNTED {
            return Ok(None);
        }
    }
    Ok(Some(self::facet(s, viewer, filter, facet, now, tomorrow).await?))
}

fn by_age<'s>(s: &'s mut Session, now: Time) -> Query<'s, super::Reading> {
    let since: Vec<Arg> = AGES.iter().map(|(_, hours)| (now - TimeDelta::hours(*hours)).into()).collect();
    s.sql("SELECT").push_bind(
        " CASE WHEN c.opened_at >= ? THEN 'h1' WHEN c.opened_at >= ? THEN 'd1' WHEN c.opened_at >= ? THEN 'd3'
             WHEN c.opened_at >= ? THEN 'd7' ELSE 'older' END AS value,
             CAST(count(*) AS BIGINT) AS count FROM conflicts c WHERE c.open",
        since,
    )
}

fn by_due<'s>(s: &'s mut Session, now: Time, tomorrow: Time) -> Query<'s, super::Reading> {
    s.sql("SELECT").push_bind(
        " CASE WHEN c.due_at < ? THEN 'overdue' WHEN c.due_at < ? THEN 'today' ELSE 'later' END AS value,
             CAST(count(*) AS BIGINT) AS count FROM conflicts c WHERE c.open",
        [now.into(), tomorrow.into()],
    )
}

/// How many conflicts of the list each of these systems is in dispute over.
pub async fn by_system<'v>(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    systems: impl IntoIterator<Item = &'v crate::domain::ids::SystemId>,
    now: Time,
) -> Result<Vec<Count>, StoreError> {
    let mut counts = Vec::new();
    for system in systems {
        let one = Filter { system: Some(system.clone()), ..filter.clone() };
        let count = super::count(s, viewer, &one, now).await?;
        counts.extend((count > 0).then(|| Count { value: system.0.clone(), count }));
    }
    counts.sort_by_key(|one| std::cmp::Reverse(one.count));
    Ok(counts)
}
