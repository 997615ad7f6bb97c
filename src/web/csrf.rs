//! Requests forged by other sites. A request that may change something must come from our own
//! origin, as far as the browser tells, and must carry the token of the session it is sent in.

use super::auth;
use super::site::Site;
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::http::header::{HeaderName, ORIGIN};
use actix_web::http::{Method, uri::Uri};
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq as _;

/// The field of forms and the header of scripts that carry the token.
pub const FIELD: &str = "csrf";
pub const HEADER: &str = "x-csrf-token";

/// Whether requests of this method never change anything.
#[must_use]
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether the browser says, or does not deny, that one of our own pages sent this.
#[must_use]
pub fn is_own_origin(site: &Site, request: &HttpRequest) -> bool {
    let header = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("null"));
    let origin = header(ORIGIN);
    match header(HeaderName::from_static("sec-fetch-site")) {
        Some("same-origin" | "none") => origin != Some("null"),
        Some(_) => false,
        // An old browser, plain http from another computer, or no browser.
        None => origin.is_none_or(|origin| is_ours(site, request, origin)),
    }
}

fn is_ours(site: &Site, request: &HttpRequest, origin: &str) -> bool {
    match &site.reach.origin {
        Some(ours) => ours == origin,
        None => {
            let uri = origin.parse::<Uri>().ok();
            let authority = uri.as_ref().and_then(|uri| uri.authority()).map(|authority| authority.as_str());
            authority.is_some_and(|authority| authority == request.connection_info().host())
        }
    }
}

/// The token as a page carries it: another text on each page. Pages are compressed, and what is always
/// the same beside what a stranger may choose could be guessed from their lengths.
#[must_use]
pub fn masked(site: &Site, token: &str) -> String {
    let pad = site.random_bytes();
    let masked = crossed(token.as_bytes(), &pad);
    match token {
        "" => String::new(),
        _ => format!("{}.{}", BASE64URL_NOPAD.encode(&pad), BASE64URL_NOPAD.encode(&masked)),
    }
}

/// The token behind what a form sent; what is none of ours stays as it is.
#[must_use]
pub fn plain(sent: &str) -> String {
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok().filter(|bytes| !bytes.is_empty());
    let parts = sent.split_once('.').and_then(|(pad, masked)| Some((decode(pad)?, decode(masked)?)));
    let token = parts.and_then(|(pad, masked)| String::from_utf8(crossed(&masked, &pad)).ok());
    token.unwrap_or_else(|| sent.to_owned())
}

fn crossed(text: &[u8], pad: &[u8]) -> Vec<u8> {
    text.iter().zip(pad.iter().cycle()).map(|(byte, pad)| byte ^ pad).collect()
}

/// Whether two tokens are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    !a.is_empty() && bool::from(a.as_bytes().ct_eq(b.as_bytes()))
}

/// The name of the cookie that stands for a session before signing in.
fn visitor_cookie(site: &Site) -> String {
    format!("{}-visitor", site.reach.cookie)
}

/// The token of forms before signing in: bound to a cookie of this browser.
#[must_use]
pub fn visitor_token(site: &Site, request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(&visitor_cookie(site))?;
    let key = site.store().key();
    (cookie.value().len() == 32).then(|| key.mac(&format!("visitor/{}", cookie.value())))
}

/// A new cookie for a visitor, with its token.
#[must_use]
pub fn new_visitor(site: &Site) -> (Cookie<'static>, String) {
    let text = site.random_text();
    let token = site.store().key().mac(&format!("visitor/{text}"));
    (auth::cookie(site, visitor_cookie(site), text), token)
}
