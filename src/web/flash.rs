//! What an action has to say on the page that follows it: carried by a sealed cookie, so that
//! nobody else can write it or read it, and shown once.

use super::auth;
use super::page::Flash;
use super::site::Site;
use crate::domain::access::Viewer;
use crate::domain::chance;
use actix_web::cookie::Cookie;
use actix_web::http::header::LOCATION;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use data_encoding::BASE64URL_NOPAD;

/// Marks a request whose page shows the flash, so that the cookie is taken away.
pub struct Taken;

fn name(site: &Site) -> String {
    format!("{}-flash", site.reach.cookie)
}

/// A cookie sealed for one person does not open for another.
fn place(viewer: &Viewer) -> String {
    format!("flash/{}", viewer.user)
}

/// An answer that leads to `target` (303), where `flash` is shown.
#[must_use]
pub fn redirect(request: &HttpRequest, viewer: &Viewer, target: &str, flash: &Flash) -> HttpResponse {
    let site = Site::of(request);
    // An older one that nobody came to see gives way.
    request.extensions_mut().remove::<Taken>();
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, target));
    let (nonce, key) = (chance::bytes(&**site.store().random()), site.store().key());
    let sealed = serde_json::to_vec(flash).ok().and_then(|json| key.seal(nonce, &place(viewer), &json).ok());
    match sealed.map(|sealed| BASE64URL_NOPAD.encode(&sealed)) {
        // Browsers drop larger cookies; the action is done all the same.
        Some(text) if text.len() < 3800 => response.cookie(auth::cookie(site, name(site), text)),
        _ => &mut response,
    };
    response.finish()
}

/// An answer that leads to `target` (303) and has nothing to say.
#[must_use]
pub fn plain(target: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, target)).finish()
}

/// What the last action has to say.
#[must_use]
pub fn take(request: &HttpRequest, viewer: &Viewer) -> Option<Flash> {
    if is_ahead(request) {
        return None;
    }
    let site = Site::of(request);
    let cookie = request.cookie(&name(site))?;
    request.extensions_mut().insert(Taken);
    let sealed = BASE64URL_NOPAD.decode(cookie.value().as_bytes()).ok()?;
    serde_json::from_slice(&site.store().key().open(&place(viewer), &sealed).ok()?).ok()
}

/// Whether the browser asks ahead of the person, who may never come to see the page.
fn is_ahead(request: &HttpRequest) -> bool {
    let purpose = request.headers().get("sec-purpose").and_then(|purpose| purpose.to_str().ok());
    purpose.is_some_and(|purpose| purpose.starts_with("prefetch"))
}

/// The cookie's removal, if this request has shown its flash.
#[must_use]
pub fn removal(site: &Site, request: &HttpRequest) -> Option<Cookie<'static>> {
    request.extensions().get::<Taken>()?;
    let mut cookie = auth::cookie(site, name(site), String::new());
    cookie.make_removal();
    Some(cookie)
}
