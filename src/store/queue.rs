//! The review queue: filtered, counted, and paged by key.

mod facets;
mod filter;
mod pages;
mod settled;
mod slots;

pub use facets::{AGES, Count, Facet, by_system, facet, facet_of_few};
pub use filter::{Due, Filter, Order, Under, Waiting, Whose, Words};
pub use pages::{Position, page, page_before, place};
pub use settled::{MOST_COUNTED, count_settled, settled, settled_after};
pub use slots::{SlotCount, differences, slots};

use super::db::{Query, Reading, Session};
use super::error::StoreError;
use super::search;
use crate::domain::access::Viewer;
use crate::domain::ids::ConflictId;
use crate::domain::time::Time;
use filter::narrowed;

/// How many open conflicts the filter leaves, counted to one above [`MOST_COUNTED`].
pub async fn count(s: &mut Session, viewer: &Viewer, filter: &Filter, now: Time) -> Result<i64, StoreError> {
    up_to(narrowed(counted(s), viewer, filter, now)).await
}

/// At most `limit` of them, in no order.
///
/// # Errors
/// The store cannot be read.
pub async fn ids(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    now: Time,
    limit: i64,
) -> Result<Vec<ConflictId>, StoreError> {
    let query = narrowed(s.sql("SELECT c.id AS value FROM conflicts c WHERE c.open"), viewer, filter, now);
    let ids: Vec<String> = query.limit(limit).values().await?;
    Ok(ids.into_iter().map(ConflictId).collect())
}

/// Records that a list can be narrowed to by words.
pub const MOST_FOUND: usize = 5_000;

/// The filter, with the records that have its words, and with what is known about how many differences
/// meet it.
///
/// # Errors
/// The store cannot be read.
pub async fn measured(s: &mut Session, viewer: &Viewer, filter: Filter) -> Result<Filter, StoreError> {
    let filter = found(s, viewer, filter).await?;
    // No index leads to a system's differences: each would be looked at.
    let alone = Filter { system: None, ..filter.clone() };
    if !alone.asks_differences() {
        return Ok(filter);
    }
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM (SELECT 1 FROM differences d WHERE d.state = 'open'",
    );
    let rare = up_to(filter::of_difference(query, &alone)).await? <= MOST_COUNTED;
    Ok(Filter { rare, ..filter })
}

async fn found(s: &mut Session, viewer: &Viewer, filter: Filter) -> Result<Filter, StoreError> {
    let Words::Sought(sought) = &filter.words else { return Ok(filter) };
    let ids = search::ids(s, viewer, sought, MOST_FOUND).await?;
    Ok(Filter { words: ids.map_or(Words::TooMany, Words::Of), ..filter })
}

/// The beginning of a count that ends early: its conditions follow, then [`up_to`].
fn counted(s: &mut Session) -> Query<'_, Reading> {
    s.sql("SELECT CAST(count(*) AS BIGINT) AS value FROM (SELECT 1 FROM conflicts c WHERE c.open")
}

async fn up_to<M>(query: Query<'_, M>) -> Result<i64, StoreError> {
    let query = query.push_bind(" LIMIT ?) AS counted", [(MOST_COUNTED + 1).into()]);
    Ok(query.value().await?.unwrap_or(0))
}
