//! Inside the guard: who asks, by cookie or by token, and whether what they send is theirs.
//!
//! A form of a session that has ended is not lost: its sender is asked for the password, and
//! the same request then goes on (see [`super::again`]).

use super::again::{self, Answer};
use super::auth::{self, Who};
use super::failure::{Code, Failure};
use super::site::Site;
use super::{csrf, guard};
use crate::store::sessions::WebSession;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{Error, HttpMessage as _};
use futures_util::{StreamExt as _, stream};

/// What may be done with a request that may change something.
enum Verdict {
    Pass,
    /// A form of an ended session.
    Again(Box<WebSession>, Bytes),
}

/// The form that a request carries, for the page of a failure that keeps it.
#[derive(Clone, Debug)]
pub struct SentForm(pub Bytes);

/// Lets a request in.
///
/// # Errors
/// Never itself; the inner service may.
pub async fn gate(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if is_for_anybody(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let site = Site::of(request.request()).clone();
    let verdict = match judge(&site, &mut request).await {
        Ok(verdict) => verdict,
        Err(failure) => return Ok(request.error_response(failure)),
    };
    let mut cookies: Vec<Cookie<'static>> = Vec::new();
    if let Verdict::Again(session, body) = verdict {
        match again::answer(&site, &mut request, *session, &body).await {
            Ok(Answer::SignedIn(new)) => cookies = auth::cookies(&site, &new),
            Ok(Answer::Ask(response)) => return Ok(request.into_response(response)),
            Err(failure) => return Ok(request.error_response(failure)),
        }
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    for cookie in cookies {
        response.response_mut().add_cookie(&cookie)?;
    }
    Ok(response)
}

/// Paths that are the same for everybody and need no look at who asks. Whoever knows a link of a mail
/// may use it: its secret is all that a form of its page has to prove.
fn is_for_anybody(path: &str) -> bool {
    ["/static/", "/ask/", "/object/"].iter().any(|start| path.starts_with(start))
        || ["/livez", "/readyz", "/healthz"].contains(&path)
}

async fn judge(site: &Data<Site>, request: &mut ServiceRequest) -> Result<Verdict, Failure> {
    let length =
        request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > site.reach.body_limit) {
        return Err(Failure::new(Code::TooLarge));
    }
    let who = find(site, request).await?;
    let program = who.as_ref().is_some_and(|who| who.viewer.program);
    if let Some(who) = &who {
        request.extensions_mut().insert(who.clone());
    }
    if program || csrf::is_safe(request.method()) {
        return Ok(Verdict::Pass);
    }
    if !csrf::is_own_origin(site, request.request()) {
        return Err(Failure::new(Code::BadFormToken));
    }
    let (sent, body) = token_of(site, request).await?;
    let of_session = who.as_ref().map(|who| who.csrf.clone());
    // Somebody may have signed in by another tab since the sign-in form was shown.
    let visits = who.is_none() || request.path() == "/sign-in";
    let of_visitor = csrf::visitor_token(site, request.request()).filter(|_| visits);
    if of_session.into_iter().chain(of_visitor).any(|expected| csrf::same(&expected, &sent)) {
        return Ok(Verdict::Pass);
    }
    unexpected(site, request, who, &sent, body).await
}

/// What to do with a request whose token is not that of its session.
async fn unexpected(
    site: &Data<Site>,
    request: &ServiceRequest,
    who: Option<Who>,
    sent: &str,
    body: Option<Bytes>,
) -> Result<Verdict, Failure> {
    let made_for = if sent.is_empty() { None } else { site.accounts.session_of_form(sent).await? };
    match (who, made_for) {
        // A page of this person's earlier session, sent after signing in again.
        (Some(who), Some(session)) if who.user.id == session.user.id => Ok(Verdict::Pass),
        (Some(_), _) => Err(Failure::new(Code::BadFormToken)),
        (None, Some(session)) if !session.user.disabled => match body {
            Some(body) => Ok(Verdict::Again(Box::new(session), body)),
            None => Err(Failure::new(Code::Unauthenticated)),
        },
        (None, _) if request.path() == "/sign-in" => Err(Failure::new(Code::BadFormToken)),
        (None, _) => Err(Failure::new(Code::Unauthenticated)),
    }
}

async fn find(site: &Site, request: &ServiceRequest) -> Result<Option<Who>, Failure> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(header) = header.filter(|_| guard::is_api(request.path())) {
        let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
        let bearer = match scheme.eq_ignore_ascii_case("bearer") {
            true => site.accounts.bearer(token.trim()).await?,
            false => None,
        };
        let bearer = bearer.ok_or_else(|| Failure::new(Code::Unauthenticated))?;
        return Ok(Some(Who {
            viewer: bearer.user.viewer(true),
            user: bearer.user,
            csrf: String::new(),
            left: None,
        }));
    }
    let Some(token) = auth::session_token(site, request.request()) else { return Ok(None) };
    let session = site.accounts.session(&token, !asks_by_itself(request)).await?;
    let now = site.store().clock().now();
    Ok(session.map(|session| Who {
        left: Some(session.left(now)),
        viewer: session.user.viewer(false),
        user: session.user,
        csrf: session.csrf,
    }))
}

/// A page that asks again and again is no sign that somebody sits before it.
fn asks_by_itself(request: &ServiceRequest) -> bool {
    request.path() == "/queue/arrivals"
}

/// The token that was sent, and the body if it is a form, which is then read and put back.
async fn token_of(site: &Site, request: &mut ServiceRequest) -> Result<(String, Option<Bytes>), Failure> {
    let header = request.headers().get(csrf::HEADER).and_then(|value| value.to_str().ok());
    if let Some(header) = header {
        return Ok((csrf::plain(header), None));
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Ok((String::new(), None));
    }
    let body = read(request.take_payload(), site.reach.body_limit).await?;
    put_back(request, body.clone());
    request.extensions_mut().insert(SentForm(body.clone()));
    let field = url::form_urlencoded::parse(&body).find(|(name, _)| name == csrf::FIELD);
    Ok((field.map(|(_, value)| csrf::plain(&value)).unwrap_or_default(), Some(body)))
}

/// A whole body of at most `limit` bytes.
///
/// # Errors
/// It is larger, or its sender went away.
pub async fn read(mut payload: Payload, limit: usize) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Failure::new(Code::Malformed))?;
        if body.len() + chunk.len() > limit {
            return Err(Failure::new(Code::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Gives the request a body that has been read, or another one.
pub fn put_back(request: &mut ServiceRequest, body: Bytes) {
    let payload = Box::pin(stream::once(async move { Ok(body) }));
    request.set_payload(Payload::Stream { payload });
}
