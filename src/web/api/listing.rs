//! Lists: their one form, their query, and the address of their next page.

use crate::web::failure::{Code, Failure};
use crate::web::messages::msg;
use actix_web::dev::Payload;
use actix_web::error::QueryPayloadError;
use actix_web::http::header::LINK;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};
use url::form_urlencoded;

/// Rows of a page, if the query does not say.
const ROWS: i64 = 50;
/// Rows a page may have.
const MOST: i64 = 200;

/// A list in the API's one form.
#[derive(Serialize)]
pub struct Items<T> {
    pub items: Vec<T>,
    /// The cursor of the next page, to be sent as `cursor`; null on the last one.
    pub next: Option<String>,
}

impl<T: Serialize> Items<T> {
    /// The answer, with a `Link` to the next page if there is one.
    #[must_use]
    pub fn respond(self, request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        if let Some(next) = &self.next {
            let query = form_urlencoded::parse(request.query_string().as_bytes());
            let kept = query.filter(|(name, _)| name != "cursor");
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(kept)
                .append_pair("cursor", next)
                .finish();
            response.insert_header((LINK, format!("<{}?{query}>; rel=\"next\"", request.path())));
        }
        response.json(self)
    }
}

/// The query of an address, read as `T`; what `T` does not know is refused.
pub struct Ask<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Ask<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let told = |error: QueryPayloadError| {
            let problem = match &error {
                QueryPayloadError::Deserialize(error) => error.to_string(),
                error => error.to_string(),
            };
            Failure::new(Code::Malformed).detail(msg("access-query").with("problem", problem))
        };
        ready(Query::<T>::from_query(request.query_string()).map(|query| Self(query.0)).map_err(told))
    }
}

/// The refusal of one value of a query.
#[must_use]
pub fn wrong(name: &str, expected: &str) -> Failure {
    Failure::new(Code::Malformed)
        .detail(msg("access-query-value").with("name", name).with("expected", expected))
}

/// How many rows are asked for.
///
/// # Errors
/// Fewer than one or more than a page may have.
pub fn rows(limit: Option<i64>) -> Result<i64, Failure> {
    let limit = limit.unwrap_or(ROWS);
    if (1..=MOST).contains(&limit) { Ok(limit) } else { Err(wrong("limit", "1 to 200")) }
}

/// Takes the row away that was read beyond the page, and answers whether there was one.
pub fn cut<T>(found: &mut Vec<T>, limit: i64) -> bool {
    let wanted = usize::try_from(limit).unwrap_or(0);
    let more = found.len() > wanted;
    found.truncate(wanted);
    more
}

/// The value of a query's field, if it says anything.
#[must_use]
pub fn said(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}
