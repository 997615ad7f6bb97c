//! Everything that matches, frozen: what comes later is not of it.

use super::PassingPage;
use super::build::{Standing, forms};
use super::sent::Sent;
use crate::domain::access::{Right, Viewer};
use crate::domain::ids::ConflictId;
use crate::store::{conflicts, routing, selections};
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::messages::{literal, msg};
use crate::web::page::{Page, Shell};
use crate::web::pages::parts::Link;
use crate::web::pages::queue::address::Address;
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path, Query};

/// Rows that the page names.
const NAMED: usize = 50;

/// `POST /selections`: freezes what is ticked, or with `all` what matches the view now, and leads to it.
///
/// # Errors
/// The view is not one of ours or not one of open conflicts, nothing is ticked, or the store failed.
pub async fn freeze(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let sent = Sent::read(&body);
    let address =
        Query::<Address>::from_query(sent.get("view")).map_err(|_| Failure::new(Code::Malformed))?;
    let (address, ticked) = (address.from_the_top(), sent.conflicts());
    if !address.view.is_open() {
        return Err(Failure::new(Code::Malformed));
    }
    let id = if sent.get("all").is_empty() {
        site.engine.freeze_these(&viewer, ticked, &address.query()).await?
    } else {
        let filter = address.filter(&clock, &site.engine.setup());
        site.engine.freeze_view(&viewer, &filter, &address.query()).await?
    };
    Ok(flash::plain(&format!("/selections/{id}")))
}

/// `GET /selections/{id}`.
///
/// # Errors
/// There is no such selection of this person, or the store failed.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<PassingPage>, Failure> {
    let mut session = site.session(&viewer).await?;
    let s = &mut session;
    let found = selections::get(s, &viewer, &id).await?.ok_or_else(|| Failure::new(Code::NotFound))?;
    let ids = selections::members(s, &found.id).await?;
    let first = &ids[..ids.len().min(NAMED)];
    let rows = conflicts::some(s, &viewer, first).await?;
    let (team, routes) = (routing::team(s).await?, routing::routes(s, None).await?);
    let standing =
        Standing { viewer: &viewer, face: &face, team: &team, conflict: None, routes: &routes, skips: &[] };
    let mut passing = forms(&standing, |_| "", Vec::new()).ok_or_else(|| Failure::new(Code::Forbidden))?;
    passing.query = format!("?{}", found.view);
    passing.from = "queue";
    passing.what = vec![("selection", found.id.clone())];
    let more = ids.len().saturating_sub(rows.len());
    Ok(Page::new(
        shell,
        PassingPage {
            title: msg("selection-title").with("n", ids.len()),
            lead: msg("selection-lead").with("when", face.moment(found.created_at).text),
            back: Link::new(msg("queue-heading"), format!("/queue?{}", found.view)),
            rows: rows
                .into_iter()
                .map(|row| Link::new(literal(row.title), format!("/conflicts/{}?{}", row.id, found.view)))
                .collect(),
            more: (more > 0).then(|| msg("selection-more").with("n", more)),
            selection: viewer
                .may(Right::Decide)
                .then(|| vec![("view", found.view.clone()), ("selection", found.id.clone())]),
            passing,
        },
    ))
}

/// The conflicts of a selection of this person.
///
/// # Errors
/// There is no such selection of this person, or the store failed.
pub async fn members(site: &Site, viewer: &Viewer, id: &str) -> Result<Vec<ConflictId>, Failure> {
    let mut s = site.session(viewer).await?;
    let found = selections::get(&mut s, viewer, id).await?.ok_or_else(|| Failure::new(Code::NotFound))?;
    Ok(selections::members(&mut s, &found.id).await?)
}
