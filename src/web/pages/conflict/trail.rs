//! Where a conflict stands in the view it was opened from, and which one comes next there.

use super::super::parts::Link;
use super::super::queue::address::Address;
use super::Trail;
use crate::domain::access::Viewer;
use crate::domain::routing::SKIPPED_HOURS;
use crate::domain::time::Time;
use crate::engine::case::Case;
use crate::store::conflicts::Conflict;
use crate::store::queue::{self, Filter, Position};
use crate::store::routing;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::messages::msg;
use crate::web::pages::words;
use crate::web::site::Site;
use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use chrono::TimeDelta;
use url::form_urlencoded;

/// What tells the address of the next conflict, which a browser may fetch ahead, from the one that
/// saving leads to: a browser takes what it has fetched for either, and that page does not say
/// what was saved.
const AHEAD: &str = "ahead";

/// The query of the view it was opened from, with its `?`; empty when it was opened by itself.
#[must_use]
pub fn query(request: &HttpRequest) -> String {
    let pairs = form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != AHEAD);
    match form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().as_str() {
        "" => String::new(),
        query => format!("?{query}"),
    }
}

/// The same address, to be fetched ahead.
fn ahead(address: &str) -> String {
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}{AHEAD}=1")
}

/// The address of a conflict in the same view.
#[must_use]
pub fn address(request: &HttpRequest, id: &str) -> String {
    format!("/conflicts/{id}{}", query(request))
}

/// The list it was opened from.
#[must_use]
pub fn queue_address(request: &HttpRequest) -> String {
    format!("/queue{}", query(request))
}

/// The view it was opened from; everything, when it names none or one of closed ones.
fn view(request: &HttpRequest) -> Address {
    let asked = Query::<Address>::from_query(request.query_string()).map(Query::into_inner);
    asked.ok().filter(|asked| asked.view.is_open()).unwrap_or_default()
}

fn filter(request: &HttpRequest, case: &Case) -> Filter {
    view(request).filter(&clock::face(request), &case.setup)
}

/// The way back: the queue, and the list it was opened from by what narrows it most.
fn crumbs(request: &HttpRequest, case: &Case) -> Vec<Link> {
    let view = view(request);
    let field = view.field.as_deref().map(|field| words::field(&case.setup.catalog, None, &field.into()));
    let cause = view.cause.as_deref().map(words::cause);
    let name = field.or(cause).or(view.stakes.map(words::stakes)).unwrap_or_else(|| msg(view.view.message()));
    vec![Link::new(msg("queue-heading"), "/queue"), Link::new(name, queue_address(request))]
}

/// The way back, the place in the list, and its neighbours there.
///
/// # Errors
/// The store failed.
pub async fn trail(
    site: &Data<Site>,
    viewer: &Viewer,
    request: &HttpRequest,
    case: &Case,
    now: Time,
) -> Result<Trail, Failure> {
    let filter = filter(request, case);
    let mut s = site.session(viewer).await?;
    let here = Position::of(&case.conflict, now);
    let crumbs = crumbs(request, case);
    if !case.conflict.open {
        drop(s);
        let next = after(site, viewer, request, case, now).await?;
        let next = next.starts_with("/conflicts/").then_some(next);
        return Ok(Trail { crumbs, position: None, previous: None, next });
    }
    let filter = queue::measured(&mut s, viewer, filter).await?;
    let before = queue::place(&mut s, viewer, &filter, &here, now).await?;
    let total = queue::count(&mut s, viewer, &filter, now).await?;
    let next = queue::page(&mut s, viewer, &filter, Some(&here), now, 1).await?.pop();
    let previous = queue::page_before(&mut s, viewer, &filter, &here, now, 1).await?.pop();
    let there = |conflict: Conflict| address(request, conflict.id.as_str());
    Ok(Trail {
        crumbs,
        // Opened from a list that it has left since, or that has become too long to look through.
        position: (total > before)
            .then(|| msg("conflict-position").with("at", before + 1).with("total", total)),
        previous: previous.map(there),
        next: next.map(there).map(|next| ahead(&next)),
    })
}

/// The address of the next open conflict after this one that nobody else is on; the queue when
/// there is none.
///
/// # Errors
/// The store failed.
pub async fn after(
    site: &Data<Site>,
    viewer: &Viewer,
    request: &HttpRequest,
    case: &Case,
    now: Time,
) -> Result<String, Failure> {
    let mut s = site.session(viewer).await?;
    let (here, filter) = (Position::of(&case.conflict, now), filter(request, case));
    let since = now - TimeDelta::hours(SKIPPED_HOURS);
    let skipped = routing::skipped_by(&mut s, &viewer.user, since).await?;
    let mut later = None;
    let filter = queue::measured(&mut s, viewer, filter).await?;
    let freely = filter.freely(&viewer.user);
    for (of, start) in [(&freely, Some(&here)), (&freely, None), (&filter, Some(&here)), (&filter, None)] {
        let page = queue::page(&mut s, viewer, of, start, now, 50).await?;
        let is_free = |next: &&Conflict| {
            let taken = next.claimed_until.is_some_and(|until| until > now);
            next.id != case.conflict.id && (!taken || next.claimed_by.as_ref() == Some(&viewer.user))
        };
        let free: Vec<&Conflict> = page.iter().filter(is_free).collect();
        if let Some(next) = free.iter().find(|next| !skipped.contains(&next.id)) {
            return Ok(address(request, next.id.as_str()));
        }
        later = later.or_else(|| free.first().map(|next| next.id.clone()));
    }
    Ok(later.map_or_else(|| queue_address(request), |id| address(request, id.as_str())))
}
