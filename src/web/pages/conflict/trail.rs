//! Where a conflict stands in the view it was opened from, and which one comes next there.

use super::super::parts::Link;
use super::super::queue::address::Address;
use super::Trail;
use crate::domain::access::Viewer;
use crate::domain::time::Time;
use crate::engine::case::Case;
use crate::store::queue::{self, Filter, Position};
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::messages::msg;
use crate::web::site::Site;
use actix_web::HttpRequest;
use actix_web::web::{Data, Query};

/// The address of a conflict in the same view.
fn address(request: &HttpRequest, id: &str) -> String {
    match request.query_string() {
        "" => format!("/conflicts/{id}"),
        query => format!("/conflicts/{id}?{query}"),
    }
}

fn queue_address(request: &HttpRequest) -> String {
    match request.query_string() {
        "" => "/queue".to_owned(),
        query => format!("/queue?{query}"),
    }
}

/// What the view it was opened from lists; everything, when it names none or one of closed ones.
fn filter(request: &HttpRequest) -> Filter {
    let asked = Query::<Address>::from_query(request.query_string()).map(Query::into_inner);
    let asked = asked.unwrap_or_default();
    if asked.view.is_open() { asked.filter(&clock::face(request)) } else { Filter::default() }
}

/// The way back, the place in the list, and the next one.
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
    let filter = filter(request);
    let mut s = site.store().session().await?;
    let here = Position::of(&case.conflict, now);
    let crumbs = vec![Link::new(msg("queue-heading"), queue_address(request))];
    if !case.conflict.open {
        return Ok(Trail { crumbs, position: None, previous: None, next: None });
    }
    let before = queue::place(&mut s, viewer, &filter, &here, now).await?;
    let total = queue::count(&mut s, viewer, &filter, now).await?;
    let next = queue::page(&mut s, viewer, &filter, Some(&here), now, 1).await?.pop();
    Ok(Trail {
        crumbs,
        position: Some(msg("conflict-position").with("at", before + 1).with("total", total)),
        previous: None,
        next: next.map(|next| address(request, next.id.as_str())),
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
    let mut s = site.store().session().await?;
    let (here, filter) = (Position::of(&case.conflict, now), filter(request));
    for start in [Some(&here), None] {
        let page = queue::page(&mut s, viewer, &filter, start, now, 50).await?;
        let free = page.into_iter().find(|next| {
            let taken = next.claimed_until.is_some_and(|until| until > now);
            next.id != case.conflict.id && (!taken || next.claimed_by.as_ref() == Some(&viewer.user))
        });
        if let Some(next) = free {
            return Ok(address(request, next.id.as_str()));
        }
    }
    Ok(queue_address(request))
}
