//! Keeping, changing, watching and removing views of the queue.

use super::queue::address::Address;
use super::queue::{self, ViewAgain};
use crate::domain::access::Viewer;
use crate::engine::views::{NewView, Reader};
use crate::engine::{Engine, Refusal};
use crate::store::views;
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Shell, Tone};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::sync::Arc;

/// What the queries of views ask the store for.
#[must_use]
pub fn reader() -> Reader {
    Arc::new(|query, zone, now, setup| {
        let address = Query::<Address>::from_query(query).ok()?.into_inner();
        let face = Clockface { now, zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) };
        Some(address.from_the_top().filter(&face, setup))
    })
}

/// The form of a view.
#[derive(Deserialize)]
pub struct Sent {
    name: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    shared: String,
}

impl Sent {
    /// The view, and the address it keeps.
    fn view(self) -> Result<(NewView, Address), Failure> {
        let address = Query::<Address>::from_query(&self.query).map_err(|_| Failure::new(Code::Malformed))?;
        let address = Address { saved: None, ..address.from_the_top() };
        let view = NewView { name: self.name, query: address.query(), shared: self.shared == "yes" };
        Ok((view, address))
    }
}

fn at(address: Address, id: &str) -> String {
    Address { saved: Some(id.to_owned()), ..address }.href()
}

fn told(
    request: &HttpRequest,
    viewer: &Viewer,
    place: &str,
    done: Result<Msg, Refusal>,
) -> Result<HttpResponse, Failure> {
    let (tone, text) = match done {
        Ok(text) => (Tone::Done, text),
        Err(Refusal::Invalid(text)) => (Tone::Warning, said(text)),
        Err(other) => return Err(other.into()),
    };
    Ok(flash::redirect(request, viewer, place, &Flash { tone, text, undo: None, link: None }))
}

/// `POST /views`.
///
/// # Errors
/// The address is not one of ours, or the store failed.
pub async fn save(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let (view, address) = sent.view()?;
    let (name, shared) = (view.name.clone(), view.shared);
    match site.engine.save_view(&viewer, view).await {
        Ok(id) => told(&request, &viewer, &at(address, &id), Ok(msg("flash-view-saved").with("name", name))),
        Err(Refusal::Invalid(why)) => {
            let again = ViewAgain { new: true, name, shared, problem: said(why) };
            queue::refused(&site, (&viewer, clock), shell, &request, address, again).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `GET /views/{id}`: leads to the list it keeps; an address that says nothing of what is looked for.
///
/// # Errors
/// The store failed.
pub async fn open(viewer: SignedIn, site: Data<Site>, id: Path<String>) -> Result<HttpResponse, Failure> {
    Ok(flash::plain(&place(&site.engine, &viewer, &id).await?))
}

/// `POST /views/{id}`.
///
/// # Errors
/// There is no such view of this person, the address is not one of ours, or the store failed.
pub async fn change(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let (view, address) = sent.view()?;
    let (name, shared) = (view.name.clone(), view.shared);
    let text = msg("flash-view-saved").with("name", &view.name);
    match site.engine.change_view(&viewer, &id, view).await {
        Err(Refusal::Invalid(why)) => {
            let again = ViewAgain { new: false, name, shared, problem: said(why) };
            let address = Address { saved: Some(id.into_inner()), ..address };
            queue::refused(&site, (&viewer, clock), shell, &request, address, again).await
        }
        done => told(&request, &viewer, &at(address, &id), done.map(|()| text)),
    }
}

/// `POST /views/{id}/removal`.
///
/// # Errors
/// There is no such view of this person, or the store failed.
pub async fn remove(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let done = site.engine.drop_view(&viewer, &id).await.map(|()| msg("flash-view-removed"));
    told(&request, &viewer, "/queue", done)
}

/// Whether to watch.
#[derive(Deserialize)]
pub struct Watching {
    on: String,
}

/// `POST /views/{id}/watching`.
///
/// # Errors
/// There is no such view for this person, or the store failed.
pub async fn watch(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    Form(sent): Form<Watching>,
) -> Result<HttpResponse, Failure> {
    let on = sent.on == "yes";
    let text = msg(if on { "flash-view-watched" } else { "flash-view-unwatched" });
    let done = site.engine.watch_view(&viewer, &id, on).await.map(|()| text);
    let place = place(&site.engine, &viewer, &id).await?;
    told(&request, &viewer, &place, done)
}

async fn place(engine: &Engine, viewer: &Viewer, id: &str) -> Result<String, Failure> {
    let mut s = engine.session_for(viewer).await?;
    let found = views::get(&mut s, viewer, id).await?;
    let address = found.and_then(|view| Query::<Address>::from_query(&view.query).ok());
    Ok(address.map_or_else(|| "/queue".to_owned(), |address| at(address.into_inner(), id)))
}
