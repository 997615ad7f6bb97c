//! A form that was sent after its session had ended. The page that asks for the password holds
//! every field of it and posts to the same address; with the right password of the same person
//! the request goes on as if the session had never ended.
//!
//! The form's own token says whose session it was made for, and only that person's password
//! completes it, so another site can no more send such a form than any other.

use super::auth::{self, Who};
use super::failure::{Code, Failure};
use super::gate::SentForm;
use super::messages::{Msg, msg};
use super::page::Page;
use super::pages::account::{AgainPage, SentAgain};
use super::site::Site;
use super::{csrf, gate, shell};
use crate::engine::accounts::{Attempt, NewSession, SignInError};
use crate::store::sessions::WebSession;
use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, Responder as _};
use url::form_urlencoded;

/// The field of the password; every other field is the form's own.
pub const PASSWORD: &str = "again-password";

/// How it goes on.
pub enum Answer {
    /// Signed in again: the request, without the password, goes on.
    SignedIn(NewSession),
    /// The page that asks for the password.
    Ask(HttpResponse),
}

/// Signs the sender in again, or asks for the password.
///
/// # Errors
/// Signing in is not possible now.
pub async fn answer(
    site: &Site,
    request: &mut ServiceRequest,
    session: WebSession,
    body: &Bytes,
) -> Result<Answer, Failure> {
    let (passwords, kept): (Vec<_>, Vec<_>) =
        form_urlencoded::parse(body).into_owned().partition(|(name, _)| name == PASSWORD);
    let Some((_, password)) = passwords.into_iter().next() else {
        return Ok(Answer::Ask(ask(request.request(), &session, kept, None).await));
    };
    let attempt = Attempt {
        login: session.user.login.clone(),
        password,
        address: auth::address(site, request.request()),
        replaces: auth::session_token(site, request.request()),
        device: auth::device(site, request.request()),
    };
    match site.accounts.sign_in(attempt).await {
        Ok(new) => {
            go_on(request, &new, &kept);
            Ok(Answer::SignedIn(new))
        }
        Err(error) => {
            let told = told(error)?;
            Ok(Answer::Ask(ask(request.request(), &session, kept, Some(told)).await))
        }
    }
}

fn go_on(request: &mut ServiceRequest, new: &NewSession, kept: &[(String, String)]) {
    let user = new.user.clone();
    let who = Who { viewer: user.viewer(false), user, csrf: new.csrf.clone(), left: None };
    request.extensions_mut().insert(who);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    gate::put_back(request, body.into());
}

async fn ask(
    request: &HttpRequest,
    session: &WebSession,
    kept: Vec<(String, String)>,
    failure: Option<Msg>,
) -> HttpResponse {
    let action = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let name = session.user.name.clone();
    let page = AgainPage { action, name, login: session.user.login.clone(), kept, failure };
    let page = Page::new(shell::shell(request).await, page).status(StatusCode::UNAUTHORIZED);
    page.respond_to(request)
}

/// The form of a request, to be sent once more from the page that says why it failed. None where it
/// carries what is not to stand in a page.
#[must_use]
pub fn form_of(request: &HttpRequest) -> Option<SentAgain> {
    let body = request.extensions().get::<SentForm>()?.0.clone();
    let fields = form_urlencoded::parse(&body).into_owned().filter(|(name, _)| name != csrf::FIELD);
    let fields: Vec<(String, String)> = fields.collect();
    let is_secret = |name: &str| ["password", "secret"].iter().any(|word| name.contains(word));
    if request.method() != Method::POST || fields.iter().any(|(name, _)| is_secret(name)) {
        return None;
    }
    let action = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Some(SentAgain { action, fields })
}

/// What to say of a sign-in that did not succeed.
///
/// # Errors
/// It is no matter of name, password or patience.
pub fn told(error: SignInError) -> Result<Msg, Failure> {
    match error {
        SignInError::Wrong => Ok(msg("sign-in-failed")),
        SignInError::Wait(wait) if wait.num_seconds() < 60 => {
            Ok(msg("access-wait-seconds").with("n", wait.num_seconds() + 1))
        }
        SignInError::Wait(wait) => Ok(msg("access-wait-minutes").with("n", wait.num_minutes() + 1)),
        SignInError::Account(error) => {
            tracing::error!(%error, "signing in is not possible");
            Err(Failure::new(Code::Unavailable))
        }
    }
}
