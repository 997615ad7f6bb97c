//! The outermost layer: every request gets a name, a deadline and an answer. A panic becomes
//! one failure page, an empty error a page or a problem, and every answer its headers.

use super::failure::{Code, Failure};
use super::language;
use super::messages::{Messages, msg};
use super::page::Shell;
use super::shell::{self, RequestId};
use super::site::Site;
use super::{again, flash, headers};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, HeaderValue, LOCATION, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, Responder as _, ResponseError};
use futures_util::FutureExt as _;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

/// What is needed to answer when the request itself is lost.
#[derive(Clone)]
struct Asked {
    site: Data<Site>,
    id: String,
    api: bool,
    messages: &'static Messages,
}

/// Answers every request.
///
/// # Errors
/// The handler panicked, took too long, or the request was lost on the way: the error is the answer.
pub async fn guard(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let site = Site::of(request.request()).clone();
    let id = site.random_text().chars().take(16).collect::<String>();
    let messages = language::asked(&site, request.headers());
    let asked = Asked { site, id, api: is_api(request.path()), messages };
    request.extensions_mut().insert(RequestId(asked.id.clone()));
    let (method, path, began) = (request.method().clone(), told(request.path()), Instant::now());
    if method == Method::HEAD {
        // Answered as GET; the server leaves the body out.
        request.head_mut().method = Method::GET;
    }
    let work = AssertUnwindSafe(next.call(request)).catch_unwind();
    let answer = match tokio::time::timeout(asked.site.reach.timeout, work).await {
        Ok(Ok(Ok(response))) => Ok(finish(&asked, response.map_into_boxed_body()).await),
        Ok(Ok(Err(error))) => Err(Lost::new(&asked, of_status(error.as_response_error().status_code()))),
        Ok(Err(_)) => Err(Lost::new(&asked, Failure::new(Code::Internal))),
        Err(_) => {
            let failure = Failure::new(Code::Unavailable).detail(msg("access-timeout"));
            Err(Lost::new(&asked, failure))
        }
    };
    let status = answer.as_ref().map_or_else(|lost| lost.failure.code.status(), ServiceResponse::status);
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request = asked.id, %method, path, status = status.as_u16(), ms, "answered");
    answer.map_err(Error::from)
}

/// An address as the log has it: without the secret of a link.
fn told(path: &str) -> String {
    let secret = ["/ask/", "/object/"].iter().find(|start| path.starts_with(*start));
    secret.map_or_else(|| path.to_owned(), |start| format!("{start}…"))
}

/// Whether programs ask here.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

async fn finish(asked: &Asked, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let mut response = match failure_of(&response) {
        Some(failure) => {
            let new = answer(asked, response.request(), failure, &response).await;
            response.into_response(new)
        }
        None => response,
    };
    if let Some(cookie) = flash::removal(&asked.site, response.request())
        && let Err(error) = response.response_mut().add_cookie(&cookie)
    {
        tracing::error!(%error, "a cookie could not be removed");
    }
    headers::complete(&asked.site, &asked.id, response.headers_mut());
    response
}

/// The failure of a response that is an error and does not say so itself.
fn failure_of(response: &ServiceResponse<BoxBody>) -> Option<Failure> {
    let status = response.status();
    if let Some(error) = response.response().error() {
        let known = error.as_error::<Failure>().cloned();
        return Some(known.unwrap_or_else(|| of_status(status)));
    }
    let empty = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    let error = status.is_client_error() || status.is_server_error();
    (error && empty).then(|| of_status(status))
}

fn of_status(status: StatusCode) -> Failure {
    Failure::new(match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedType,
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        status if status.is_client_error() => Code::Malformed,
        _ => Code::Internal,
    })
}

async fn answer(
    asked: &Asked,
    request: &HttpRequest,
    failure: Failure,
    before: &ServiceResponse<BoxBody>,
) -> HttpResponse {
    if failure.code == Code::Unauthenticated && !asked.api && request.method() == Method::GET {
        return to_sign_in(request);
    }
    let failure = with_reason(asked, failure);
    let mut new = if asked.api {
        problem(asked, &failure)
    } else {
        let shell = shell::shell(request).await;
        // What was typed is not lost with a disk that is full.
        let form = if failure.code == Code::Unavailable { again::form_of(request) } else { None };
        failure.page_with(shell, &asked.id, form).respond_to(request)
    };
    if let Some(allow) = before.headers().get(ALLOW) {
        new.headers_mut().insert(ALLOW, with_head(allow));
    }
    new
}

/// Where the database takes no writes: why, in what is answered.
fn with_reason(asked: &Asked, failure: Failure) -> Failure {
    match asked.site.store().trouble() {
        Some(trouble) if failure.code == Code::Unavailable && failure.detail.is_none() => {
            failure.detail(shell::trouble(&trouble))
        }
        _ => failure,
    }
}

/// The methods of an address; HEAD goes with GET, as [`guard`] answers it.
fn with_head(allow: &HeaderValue) -> HeaderValue {
    let text = allow.to_str().unwrap_or_default();
    let get = text.split(',').any(|method| method.trim() == "GET");
    let all = get.then(|| HeaderValue::from_str(&format!("{text}, HEAD")).ok()).flatten();
    all.unwrap_or_else(|| allow.clone())
}

/// Signing in first, then exactly the page that was asked for.
fn to_sign_in(request: &HttpRequest) -> HttpResponse {
    let asked = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let next: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
    let target = if asked == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={next}") };
    HttpResponse::SeeOther().insert_header((LOCATION, target)).finish()
}

fn problem(asked: &Asked, failure: &Failure) -> HttpResponse {
    let mut response = HttpResponse::build(failure.code.status());
    if failure.code == Code::Unauthenticated {
        response.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    let body = serde_json::to_string(&failure.problem(&asked.id)).unwrap_or_default();
    response.content_type("application/problem+json").body(body)
}

/// An error that is a whole answer, for when the request is gone.
struct Lost {
    asked: Asked,
    failure: Failure,
}

impl Lost {
    fn new(asked: &Asked, failure: Failure) -> Self {
        Self { asked: asked.clone(), failure }
    }
}

impl fmt::Debug for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.failure, f)
    }
}
impl ResponseError for Lost {
    fn status_code(&self) -> StatusCode {
        self.failure.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let asked = &self.asked;
        let mut response = if asked.api {
            problem(asked, &self.failure)
        } else {
            let shell = Shell::anonymous(asked.messages, String::new(), asked.site.random_text());
            self.failure.clone().page(shell, &asked.id).into_response()
        };
        headers::complete(&asked.site, &asked.id, response.headers_mut());
        response
    }
}
