//! Answers: items with their ETag, and problems (RFC 9457).

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use std::fmt;

/// Seconds after which a server that is down should be asked again.
const PATIENCE: &str = "5";

/// Why a request was not carried out.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    title: String,
    detail: String,
}

impl Problem {
    pub fn new(status: StatusCode, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { status, title: title.into(), detail: detail.into() }
    }

    /// A value that is not taken: which member, and why.
    pub fn invalid(member: &str, why: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, member, why)
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Bad request", detail)
    }

    pub fn gone(object: &str, id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", format!("there is no {object} {id}"))
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The records cannot be reached", error.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header((CONTENT_TYPE, "application/problem+json"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            answer.insert_header((RETRY_AFTER, PATIENCE));
        }
        let body = serde_json::json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        answer.body(body.to_string())
    }
}

/// Where nothing is.
pub(super) async fn nowhere() -> Result<HttpResponse, Problem> {
    Err(Problem::new(StatusCode::NOT_FOUND, "Not found", "there is nothing at this address"))
}

/// One contact or article as JSON.
pub(super) struct Item {
    pub id: i64,
    pub body: String,
    pub revision: i64,
}

impl Item {
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.revision)
    }

    pub fn answer(self) -> HttpResponse {
        HttpResponse::Ok().insert_header((ETAG, self.etag())).content_type("application/json").body(self.body)
    }

    /// The answer to a POST.
    pub fn created(self, collection: &str) -> HttpResponse {
        let location = format!("/{collection}/{}", self.id);
        HttpResponse::Created()
            .insert_header((ETAG, self.etag()))
            .insert_header((LOCATION, location))
            .content_type("application/json")
            .body(self.body)
    }
}
