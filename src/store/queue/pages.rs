//! The list page by page, by key: a deep page costs what the first one does.

use super::filter::{Filter, Order, narrowed};
use crate::domain::access::Viewer;
use crate::domain::ids::ConflictId;
use crate::domain::policy::Stakes;
use crate::domain::time::Time;
use crate::store::conflicts::Conflict;
use crate::store::db::{Arg, MOST_ROWS, Query, Session};
use crate::store::error::StoreError;

/// Where a page ends: the next one begins after this row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub overdue: bool,
    pub stakes: Stakes,
    pub due_at: Time,
    pub opened_at: Time,
    pub title: String,
    pub id: ConflictId,
}

impl Position {
    /// The position of a conflict, in every order.
    #[must_use]
    pub fn of(conflict: &Conflict, now: Time) -> Self {
        Self {
            overdue: conflict.due_at < now,
            stakes: conflict.stakes,
            due_at: conflict.due_at,
            opened_at: conflict.opened_at,
            title: conflict.title.clone(),
            id: conflict.id.clone(),
        }
    }

    fn rank(&self) -> (bool, std::cmp::Reverse<Stakes>) {
        rank(self.overdue, self.stakes)
    }
}

fn rank(overdue: bool, stakes: Stakes) -> (bool, std::cmp::Reverse<Stakes>) {
    (!overdue, std::cmp::Reverse(stakes))
}

/// An order by one column and the id: one seek in one direction.
struct Keyed {
    after: &'static str,
    before: &'static str,
    sort: &'static str,
    back: &'static str,
}

impl Order {
    fn keyed(self) -> Option<Keyed> {
        let up = |after, before, sort, back| Some(Keyed { after, before, sort, back });
        match self {
            Self::Urgency => None,
            Self::Due => up(
                " AND (c.due_at, c.id) > (?, ?)",
                " AND (c.due_at, c.id) < (?, ?)",
                " ORDER BY c.due_at, c.id",
                " ORDER BY c.due_at DESC, c.id DESC",
            ),
            Self::Oldest => up(
                " AND (c.opened_at, c.id) > (?, ?)",
                " AND (c.opened_at, c.id) < (?, ?)",
                " ORDER BY c.opened_at, c.id",
                " ORDER BY c.opened_at DESC, c.id DESC",
            ),
            Self::Title => up(
                " AND (c.title, c.id) > (?, ?)",
                " AND (c.title, c.id) < (?, ?)",
                " ORDER BY c.title, c.id",
                " ORDER BY c.title DESC, c.id DESC",
            ),
            Self::Newest => Self::Oldest.keyed().map(Keyed::turned),
            Self::TitleDown => Self::Title.keyed().map(Keyed::turned),
        }
    }

    fn place(self, position: &Position) -> [Arg; 2] {
        let key = match self {
            Self::Urgency | Self::Due => position.due_at.into(),
            Self::Oldest | Self::Newest => position.opened_at.into(),
            Self::Title | Self::TitleDown => position.title.as_str().into(),
        };
        [key, (&position.id).into()]
    }
}

impl Keyed {
    fn turned(self) -> Self {
        Self { after: self.before, before: self.after, sort: self.back, back: self.sort }
    }
}

/// At most `limit` open conflicts after `after`, in the filter's order. Each stretch of equal rank is
/// one seek in one direction.
pub async fn page(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    after: Option<&Position>,
    now: Time,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    let (mut page, limit) = (Vec::new(), limit.min(MOST_ROWS));
    if let Some(keyed) = filter.order.keyed() {
        let mut query = narrowed(s.sql("SELECT c.* FROM conflicts c WHERE c.open"), viewer, filter, now);
        if let Some(after) = after {
            query = query.push_bind(keyed.after, filter.order.place(after));
        }
        return query.push(keyed.sort).limit(limit).all().await;
    }
    for overdue in [true, false] {
        for stakes in Stakes::ALL.into_iter().rev() {
            let stretch = rank(overdue, stakes);
            if after.is_some_and(|after| after.rank() > stretch) {
                continue;
            }
            let left = limit - i64::try_from(page.len()).unwrap_or(limit);
            if left <= 0 {
                return Ok(page);
            }
            let mut query = narrowed(stretch_of(s, overdue, stakes, now), viewer, filter, now);
            if let Some(after) = after.filter(|after| after.rank() == stretch) {
                query = query.push_bind(" AND (c.due_at, c.id) > (?, ?)", filter.order.place(after));
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
    let (mut page, limit) = (Vec::<Conflict>::new(), limit.min(MOST_ROWS));
    if let Some(keyed) = filter.order.keyed() {
        let query = narrowed(s.sql("SELECT c.* FROM conflicts c WHERE c.open"), viewer, filter, now);
        let query = query.push_bind(keyed.before, filter.order.place(before));
        page = query.push(keyed.back).limit(limit).all().await?;
        page.reverse();
        return Ok(page);
    }
    let last = before.rank();
    for (overdue, stakes) in [false, true].into_iter().flat_map(|o| Stakes::ALL.map(|s| (o, s))) {
        let left = limit - i64::try_from(page.len()).unwrap_or(limit);
        if rank(overdue, stakes) > last || left <= 0 {
            continue;
        }
        let mut query = narrowed(stretch_of(s, overdue, stakes, now), viewer, filter, now);
        if rank(overdue, stakes) == last {
            query = query.push_bind(" AND (c.due_at, c.id) < (?, ?)", filter.order.place(before));
        }
        page.extend(query.push(" ORDER BY c.due_at DESC, c.id DESC").limit(left).all::<Conflict>().await?);
    }
    page.reverse();
    Ok(page)
}

/// The open conflicts of one rank.
fn stretch_of<'s>(s: &'s mut Session, overdue: bool, stakes: Stakes, now: Time) -> Query<'s, super::Reading> {
    of_rank(s.sql("SELECT c.* FROM conflicts c WHERE c.open"), overdue, stakes, now)
}

fn of_rank<M>(query: Query<'_, M>, overdue: bool, stakes: Stakes, now: Time) -> Query<'_, M> {
    let query = query.push_bind(" AND c.stakes = ?", [stakes.rank().into()]);
    query.push_bind(if overdue { " AND c.due_at < ?" } else { " AND c.due_at >= ?" }, [now.into()])
}

/// How many open conflicts stand before this position in the filter, up to one above
/// [`super::MOST_COUNTED`].
pub async fn place(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    position: &Position,
    now: Time,
) -> Result<i64, StoreError> {
    if let Some(keyed) = filter.order.keyed() {
        let query = narrowed(super::counted(s), viewer, filter, now);
        return super::up_to(query.push_bind(keyed.before, filter.order.place(position))).await;
    }
    // Stretch by stretch, each a range of the index; what lies behind is never looked at.
    let (mut before, last) = (0, position.rank());
    for (overdue, stakes) in [true, false].into_iter().flat_map(|o| Stakes::ALL.map(|s| (o, s))) {
        if rank(overdue, stakes) > last || before > super::MOST_COUNTED {
            continue;
        }
        let query = of_rank(super::counted(s), overdue, stakes, now);
        let mut query = narrowed(query, viewer, filter, now);
        if rank(overdue, stakes) == last {
            query = query.push_bind(" AND (c.due_at, c.id) < (?, ?)", filter.order.place(position));
        }
        before += super::up_to(query).await?;
    }
    Ok(before.min(super::MOST_COUNTED + 1))
}
