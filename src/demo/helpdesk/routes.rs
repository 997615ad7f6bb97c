//! Every address of the helpdesk.

use super::answer::{Item, Problem};
use super::desk::{Desk, Listed, Wanted};
use super::shape::Collection;
use crate::domain::time::{Time, parse_stamp};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, IF_MATCH};
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use url::form_urlencoded;

/// Records on a page, unless asked for more or less.
const SIZE: i64 = 50;
/// The most records on a page.
const MOST: i64 = 200;

type Answer = Result<HttpResponse, Problem>;

pub(super) fn all(routes: &mut ServiceConfig) {
    for collection in [Collection::Contacts, Collection::Articles] {
        let list = move |_: Caller, desk: Data<Desk>, asked: Query<Asked>| list(collection, desk, asked);
        let make = move |_: Caller, desk: Data<Desk>, http: HttpRequest, body: Bytes| {
            make(collection, desk, http, body)
        };
        let item = move |_: Caller, desk: Data<Desk>, id: Path<String>| item(collection, desk, id);
        let change = move |_: Caller, desk: Data<Desk>, id: Path<String>, http: HttpRequest, body: Bytes| {
            change(collection, desk, id, http, body)
        };
        let name = collection.name();
        let whole = web::resource(format!("/{name}")).route(web::get().to(list)).route(web::post().to(make));
        let one = web::resource(format!("/{name}/{{id}}"))
            .route(web::get().to(item))
            .route(web::patch().to(change));
        routes.service(whole).service(one);
    }
}

/// A caller who was let in.
struct Caller;

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(http: &HttpRequest, _: &mut Payload) -> Self::Future {
        let bearer =
            header(http, &AUTHORIZATION).and_then(|text| text.strip_prefix("Bearer ").map(str::to_owned));
        let (desk, writes) = (http.app_data::<Data<Desk>>().cloned(), !http.method().is_safe());
        Box::pin(async move {
            let closed = || Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Closed", "there is no desk");
            desk.ok_or_else(closed)?.admit(bearer.as_deref(), writes).await.map(|()| Self)
        })
    }
}

fn header(http: &HttpRequest, name: &HeaderName) -> Option<String> {
    http.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[derive(Deserialize)]
struct Asked {
    page: Option<String>,
    per_page: Option<String>,
    updated_since: Option<String>,
}

async fn list(collection: Collection, desk: Data<Desk>, asked: Query<Asked>) -> Answer {
    let number =
        |text: &Option<String>, name: &str, none: i64, most: i64| match text.as_deref().map(str::parse) {
            None => Ok(none),
            Some(Ok(number)) if (1..=most).contains(&number) => Ok(number),
            Some(_) => Err(Problem::bad_request(format!("{name} is not a number from 1 to {most}"))),
        };
    let page = number(&asked.page, "page", 1, 1_000_000)?;
    let size = number(&asked.per_page, "per_page", SIZE, MOST)?;
    let since = match asked.updated_since.as_deref().map(parse_stamp) {
        None => None,
        Some(Ok(time)) => Some(time),
        Some(Err(_)) => return Err(Problem::bad_request("updated_since is not an instant (RFC 3339)")),
    };
    let Listed { items, total } = desk.list(collection, since, (page, size)).await?;
    let next = (page * size < total).then(|| address(collection, since, page + 1, size));
    let data: Vec<String> = items.into_iter().map(|item| item.body).collect();
    let (data, next) = (data.join(","), serde_json::Value::from(next));
    let body =
        format!(r#"{{"data":[{data}],"page":{page},"per_page":{size},"total":{total},"next":{next}}}"#);
    Ok(HttpResponse::Ok().content_type("application/json").body(body))
}

fn address(collection: Collection, since: Option<Time>, page: i64, size: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("page", &page.to_string()).append_pair("per_page", &size.to_string());
    if let Some(since) = since {
        query.append_pair("updated_since", &crate::domain::time::stamp(since));
    }
    format!("/{}?{}", collection.name(), query.finish())
}

async fn item(collection: Collection, desk: Data<Desk>, id: Path<String>) -> Answer {
    let id = number(collection, &id)?;
    desk.item(collection, id).await.map(Item::answer)
}

async fn change(
    collection: Collection,
    desk: Data<Desk>,
    id: Path<String>,
    http: HttpRequest,
    body: Bytes,
) -> Answer {
    let id = number(collection, &id)?;
    let wanted = wanted(collection, &http, &body, false)?;
    desk.change(collection, id, &wanted).await.map(Item::answer)
}

async fn make(collection: Collection, desk: Data<Desk>, http: HttpRequest, body: Bytes) -> Answer {
    let wanted = wanted(collection, &http, &body, true)?;
    desk.make(collection, &wanted).await.map(|item| item.created(collection.name()))
}

fn number(collection: Collection, id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| Problem::gone(collection.one(), id))
}

fn wanted(collection: Collection, http: &HttpRequest, body: &Bytes, making: bool) -> Result<Wanted, Problem> {
    let kind = header(http, &CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !["application/json", "application/merge-patch+json"].contains(&kind.as_str()) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "Unsupported media type", "send JSON or a JSON merge patch"));
    }
    let text = std::str::from_utf8(body).map_err(|error| Problem::bad_request(error.to_string()))?;
    let patch = serde_json::from_str(text).map_err(|error| Problem::bad_request(error.to_string()))?;
    Ok(Wanted {
        changes: collection.changes(&patch, making)?,
        body: text.to_owned(),
        if_match: header(http, &IF_MATCH),
        idempotency_key: header(http, &HeaderName::from_static("idempotency-key")),
    })
}
