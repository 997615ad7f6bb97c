//! Signing in and out.

use super::account::SignInPage;
use crate::engine::accounts::{Attempt, SignInError};
use crate::web::again::told;
use crate::web::auth::{self, SignedIn, same_site};
use crate::web::csrf;
use crate::web::failure::{Code, Failure};
use crate::web::messages::{Msg, msg};
use crate::web::page::{Page, Shell};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use serde::Deserialize;

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Target {
    #[serde(default)]
    next: String,
    /// Said after signing out.
    out: Option<String>,
}

/// The sign-in form.
#[derive(Deserialize)]
pub struct SignInForm {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`.
pub async fn page(
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    target: Query<Target>,
) -> HttpResponse {
    if auth::who(&request).is_some() {
        return see_other(same_site(&target.next));
    }
    // A session's cookie that lets nobody in: the session has ended.
    let ended = auth::session_token(&site, &request).map(|_| msg("access-ended"));
    let note = ended.or(target.out.as_ref().map(|_| msg("signed-out")));
    let next = same_site(&target.next).to_owned();
    form(&request, &site, shell, SignInPage { next, note, ..SignInPage::default() })
}

fn form(request: &HttpRequest, site: &Site, mut shell: Shell, page: SignInPage) -> HttpResponse {
    let cookie = shell.csrf.is_empty().then(|| {
        let (cookie, token) = csrf::new_visitor(site);
        shell.csrf = csrf::masked(site, &token);
        cookie
    });
    let mut response = Page::new(shell, page).respond_to(request);
    if let Some(Err(error)) = cookie.map(|cookie| response.add_cookie(&cookie)) {
        tracing::error!(%error, "a cookie could not be set");
    }
    response
}

/// `POST /sign-in`.
///
/// # Errors
/// Signing in is not possible now.
pub async fn sign_in(
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    Form(sent): Form<SignInForm>,
) -> Result<HttpResponse, Failure> {
    let attempt = Attempt {
        login: sent.login.clone(),
        password: sent.password,
        address: auth::address(&site, &request),
        replaces: auth::session_token(&site, &request),
        device: auth::device(&site, &request),
    };
    let next = same_site(&sent.next);
    match site.accounts.sign_in(attempt).await {
        Ok(new) => {
            let mut response = see_other(next);
            for cookie in auth::cookies(&site, &new) {
                response.add_cookie(&cookie).map_err(|_| Failure::new(Code::Internal))?;
            }
            Ok(response)
        }
        Err(error) => {
            let wait = match &error {
                SignInError::Wait(wait) => Some(wait.num_seconds() + 1),
                _ => None,
            };
            let page = SignInPage { login: sent.login, next: next.to_owned(), ..SignInPage::default() };
            Ok(refused(&request, shell, page, told(error)?, wait))
        }
    }
}

fn refused(
    request: &HttpRequest,
    shell: Shell,
    page: SignInPage,
    why: Msg,
    wait: Option<i64>,
) -> HttpResponse {
    let status = if wait.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNAUTHORIZED };
    let page = SignInPage { failure: Some(why), ..page };
    let mut response = Page::new(shell, page).status(status).respond_to(request);
    if let Some(seconds) = wait {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// `POST /session`: somebody is still here. Answers the seconds the session goes on now, for the
/// script that warns before its end; asking is what renews it.
pub async fn stay(_: SignedIn, shell: Shell) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body(shell.session_left.unwrap_or(0).to_string())
}

/// `POST /sign-out`.
///
/// # Errors
/// The store failed, and the session may go on.
pub async fn sign_out(_: SignedIn, request: HttpRequest, site: Data<Site>) -> Result<HttpResponse, Failure> {
    if let Some(token) = auth::session_token(&site, &request) {
        site.accounts.sign_out(&token).await?;
    }
    let mut cookie = auth::session_cookie(&site, "");
    cookie.make_removal();
    let mut response = see_other("/sign-in?out=1");
    response.add_cookie(&cookie).map_err(|_| Failure::new(Code::Internal))?;
    Ok(response)
}

fn see_other(target: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, target)).finish()
}
