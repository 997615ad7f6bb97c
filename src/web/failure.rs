//! The one failure of floor 3: for a person a page that says what happened, to what, and what
//! to do; for a program `application/problem+json` with a code of a closed list.

use super::messages::{Msg, english, msg};
use super::page::{Page, Shell};
use super::pages::account::{ErrorPage, SentAgain};
use super::pages::parts::Link;
use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, as programs know it. A code never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request could not be read: a broken body, a wrong type, an unknown field.
    Malformed,
    /// It was read, but a value is not acceptable.
    Invalid,
    /// Nobody is signed in, or the token is unknown.
    Unauthenticated,
    /// Signed in, but not allowed.
    Forbidden,
    /// There is no such thing, or not for this person.
    NotFound,
    MethodNotAllowed,
    /// The body is of another type than the one that is taken.
    UnsupportedType,
    /// A value moved since it was read.
    Stale,
    /// Somebody else decided, or holds the claim.
    Conflict,
    /// The same key was used for another request.
    IdempotencyMismatch,
    /// The form's token is missing or not of this session.
    BadFormToken,
    TooLarge,
    /// Too many tries.
    Throttled,
    /// A system or the store cannot be reached now.
    Unavailable,
    Internal,
}

impl Code {
    /// The status of HTTP.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Invalid | Self::IdempotencyMismatch => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::BadFormToken => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Stale | Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The word in JSON and in the keys of its messages.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::UnsupportedType => "unsupported_type",
            Self::Stale => "stale",
            Self::Conflict => "conflict",
            Self::IdempotencyMismatch => "idempotency_mismatch",
            Self::BadFormToken => "bad_form_token",
            Self::TooLarge => "too_large",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// Every code, for the tests and the API's description.
    pub const ALL: [Self; 15] = [
        Self::Malformed,
        Self::Invalid,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::UnsupportedType,
        Self::Stale,
        Self::Conflict,
        Self::IdempotencyMismatch,
        Self::BadFormToken,
        Self::TooLarge,
        Self::Throttled,
        Self::Unavailable,
        Self::Internal,
    ];
}

/// A failure on its way to the person or program.
#[derive(Clone, Debug)]
pub struct Failure {
    pub code: Code,
    /// What happened, if more is known than the code says.
    pub detail: Option<Msg>,
    /// The ways on beside the usual ones.
    pub links: Vec<Link>,
    /// What is wrong where, for programs.
    pub errors: Vec<FieldError>,
    /// The version that what was to be changed has now, for programs.
    pub version: Option<i64>,
}

/// What is wrong at one place of a request's body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// A JSON Pointer (RFC 6901).
    pub pointer: String,
    pub detail: String,
}

impl Failure {
    /// A failure that says only its code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { code, detail: None, links: Vec::new(), errors: Vec::new(), version: None }
    }

    /// The same with what happened.
    #[must_use]
    pub fn detail(mut self, detail: Msg) -> Self {
        self.detail = Some(detail);
        self
    }

    /// The same with one more way on.
    #[must_use]
    pub fn link(mut self, text: Msg, href: impl Into<String>) -> Self {
        self.links.push(Link::new(text, href));
        self
    }

    /// The page for a person.
    #[must_use]
    pub fn page(self, shell: Shell, request: &str) -> Page<ErrorPage> {
        self.page_with(shell, request, None)
    }

    /// The same with the form that could not be saved.
    #[must_use]
    pub fn page_with(self, shell: Shell, request: &str, again: Option<SentAgain>) -> Page<ErrorPage> {
        let slug = self.code.slug();
        let mut links = self.links;
        links.push(Link::new(msg("error-to-queue"), "/queue"));
        let body = ErrorPage {
            title: msg(format!("error-{slug}")),
            lines: self.detail.into_iter().chain([msg(format!("error-{slug}-advice"))]).collect(),
            links,
            again,
            request: request.to_owned(),
        };
        Page::new(shell, body).status(self.code.status())
    }

    /// The body of `application/problem+json` (RFC 9457).
    #[must_use]
    pub fn problem(&self, request: &str) -> Problem {
        let say = |text: &Msg| english().plain(text);
        Problem {
            kind: "about:blank",
            title: say(&msg(format!("error-{}", self.code.slug()))),
            status: self.code.status().as_u16(),
            code: self.code,
            detail: self.detail.as_ref().map(say),
            request: request.to_owned(),
            version: self.version,
            errors: self.errors.clone(),
        }
    }
}

/// Problem details as JSON.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: String,
    pub status: u16,
    pub code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's id, as in the log and in `x-request-id`.
    pub request: String,
    /// The present version of what was to be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}
