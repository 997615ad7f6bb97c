//! The pages behind links in mails: no account, one thing to say, nothing else to see. Reading them
//! changes nothing, for programs that look into mails follow every link.

pub mod ask;
pub mod object;

use crate::domain::ids::SystemId;
use crate::web::auth;
use crate::web::failure::Failure;
use crate::web::filters;
use crate::web::language;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Page, Section, Shell, View};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// A link that takes nothing: why, in plain words.
#[derive(Template, Clone, Debug)]
#[template(path = "link/over.html")]
pub struct OverPage {
    pub title: Msg,
    pub text: Msg,
}

impl View for OverPage {
    const SECTION: Section = Section::None;
}

/// A page for whoever holds a link, whoever else is signed in here. Its address is a secret: no
/// other page is told of it.
fn shown<T: View>(site: &Site, request: &HttpRequest, page: T, status: StatusCode) -> HttpResponse {
    let shell = Shell::anonymous(language::asked(site, request.headers()), String::new(), site.random_text());
    let mut response = Page::new(shell, page).status(status).into_response();
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// A page that says why nothing is taken.
fn over(site: &Site, request: &HttpRequest, key: &str, text: Msg, status: StatusCode) -> HttpResponse {
    shown(site, request, OverPage { title: msg(format!("{key}-title")), text }, status)
}

/// Whoever followed links that are none has to wait a little longer each time, as in signing in.
async fn wait(site: &Site, request: &HttpRequest) -> Result<Option<HttpResponse>, Failure> {
    let left = site.engine.link_wait(auth::address(site, request)).await?;
    Ok(left.map(|left| {
        let seconds = left.num_seconds() + 1;
        let text = msg("link-wait-text").with("seconds", seconds);
        let mut response = over(site, request, "link-wait", text, StatusCode::TOO_MANY_REQUESTS);
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
        response
    }))
}

/// A link that is none of ours.
async fn none(site: &Site, request: &HttpRequest) -> Result<HttpResponse, Failure> {
    site.engine.note_bad_link(auth::address(site, request)).await?;
    Ok(over(site, request, "link-none", msg("link-none-text"), StatusCode::NOT_FOUND))
}

/// The identifiers of a record by the names of their systems.
fn named(site: &Site, ids: &[(SystemId, String)]) -> Vec<(String, String)> {
    let catalog = &site.engine.setup().catalog;
    ids.iter().map(|(system, id)| (catalog.label(system).to_owned(), id.clone())).collect()
}
