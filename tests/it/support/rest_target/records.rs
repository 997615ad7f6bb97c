//! What the REST target does with its records.

use super::json::Json;
use super::{Entry, PAGE, Record, State, problem};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LINK};
use std::collections::HashMap;

pub(super) fn route(state: &mut State, entry: &Entry) -> HttpResponse {
    let path = urlencoding(&entry.path);
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let (collection, key) = (parts.next().unwrap_or_default().to_owned(), parts.next());
    let known = state.collections.contains_key(&collection);
    match (entry.method.as_str(), key) {
        _ if !known => problem(StatusCode::NOT_FOUND, "no such collection"),
        ("GET", None) => list(state, &collection, &entry.query),
        ("GET", Some(key)) => match state.collections.get(&collection).and_then(|all| all.get(key)) {
            Some(record) => item(StatusCode::OK, record.seen(state.switches.stale), state.switches.etag),
            None => problem(StatusCode::NOT_FOUND, "no such record"),
        },
        ("POST", None) => once(state, entry, |state| insert(state, &collection, &entry.body)),
        ("PATCH" | "PUT", Some(key)) => once(state, entry, |state| change(state, &collection, key, entry)),
        ("DELETE", Some(key)) => once(state, entry, |state| delete(state, &collection, key, entry)),
        _ => problem(StatusCode::METHOD_NOT_ALLOWED, "not allowed"),
    }
}

/// The path with its escapes resolved, after it was cut at no escaped slash: keys are the rest.
pub(super) fn urlencoding(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A request with a known idempotency key gets the answer it had.
fn once(
    state: &mut State,
    entry: &Entry,
    work: impl FnOnce(&mut State) -> (StatusCode, String),
) -> HttpResponse {
    let known = entry
        .idempotency_key
        .as_ref()
        .filter(|_| state.switches.idempotent)
        .and_then(|key| state.answers.get(key))
        .cloned();
    let (status, body) = known.unwrap_or_else(|| work(state));
    if let Some(key) = entry.idempotency_key.clone().filter(|_| status.is_success()) {
        state.answers.insert(key, (status, body.clone()));
    }
    HttpResponse::build(status).content_type("application/json").body(body)
}

fn refusal(status: StatusCode, detail: &str) -> (StatusCode, String) {
    (status, serde_json::json!({"title": "Refused", "detail": detail}).to_string())
}

fn insert(state: &mut State, collection: &str, body: &str) -> (StatusCode, String) {
    let mut document = Json::read(body);
    if document.text("id").is_none() {
        document.merge(Json::read(&format!(r#"{{"id":"new-{}"}}"#, state.changes + 1)));
    }
    let key = document.text("id").expect("id");
    if state.collections.get(collection).is_some_and(|all| all.contains_key(&key)) {
        return refusal(StatusCode::CONFLICT, "the id is taken");
    }
    state.store(collection, document.clone());
    (StatusCode::CREATED, document.written())
}

fn change(state: &mut State, collection: &str, key: &str, entry: &Entry) -> (StatusCode, String) {
    let Some(record) = state.collections.get(collection).and_then(|all| all.get(key)) else {
        return refusal(StatusCode::NOT_FOUND, "no such record");
    };
    let token = entry.if_match.as_ref().filter(|_| state.switches.etag);
    if token.is_some_and(|token| *token != etag(record.version)) {
        return refusal(StatusCode::PRECONDITION_FAILED, "the record was changed");
    }
    let mut document = record.document.clone();
    match entry.method.as_str() {
        "PUT" => document = Json::read(&entry.body),
        _ => document.merge(Json::read(&entry.body)),
    }
    if document.written().contains("forbidden") {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "the value is forbidden here");
    }
    if let Some(longest) = state.switches.trim {
        document.trim(longest);
    }
    state.store(collection, document.clone());
    (StatusCode::OK, document.written())
}

fn delete(state: &mut State, collection: &str, key: &str, entry: &Entry) -> (StatusCode, String) {
    let Some(record) = state.collections.get(collection).and_then(|all| all.get(key)) else {
        return refusal(StatusCode::NOT_FOUND, "no such record");
    };
    let token = entry.if_match.as_ref().filter(|_| state.switches.etag);
    if token.is_some_and(|token| *token != etag(record.version)) {
        return refusal(StatusCode::PRECONDITION_FAILED, "the record was changed");
    }
    state.delete(collection, key);
    (StatusCode::OK, "{}".to_owned())
}

fn etag(version: u64) -> String {
    format!("\"v{version}\"")
}

fn item(status: StatusCode, (document, version): (&Json, u64), with_etag: bool) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    if with_etag {
        response.insert_header((ETAG, etag(version)));
    }
    response.content_type("application/json").body(document.written())
}

/// A page by `page`, `offset` or `cursor`, each with `size`; the answer tells the next cursor,
/// and its header the next page.
fn list(state: &State, collection: &str, query: &str) -> HttpResponse {
    let query: HashMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("size").unwrap_or(PAGE).min(PAGE);
    let since = query.get("since").cloned().unwrap_or_default();
    let all: Vec<(&String, &Record)> = state.collections[collection]
        .iter()
        .filter(|(_, record)| record.document.text("updated_at").is_none_or(|time| time >= since))
        .collect();
    let start = match (number("page"), number("offset"), query.get("cursor")) {
        (Some(page), ..) => (page - 1) * size,
        (_, Some(offset), _) => offset,
        (_, _, Some(cursor)) => all.partition_point(|(key, _)| *key <= cursor),
        _ => 0,
    };
    let page: Vec<&(&String, &Record)> = all.iter().skip(start).take(size).collect();
    let more = start + page.len() < all.len();
    let next = page.last().filter(|_| more).map(|(key, _)| serde_json::Value::from(key.as_str()));
    let stale = state.switches.stale;
    let documents: Vec<String> = page.iter().map(|(_, record)| record.seen(stale).0.written()).collect();
    let mut response = HttpResponse::Ok();
    if more {
        let after = start / size + 2;
        response.insert_header((LINK, format!("</{collection}?page={after}&size={size}>; rel=\"next\"")));
    }
    let next = next.unwrap_or_default();
    let body = format!(r#"{{"data":[{}],"meta":{{"next":{next}}}}}"#, documents.join(","));
    response.content_type("application/json").body(body)
}
