//! A small REST system of our own: collections of JSON records with ETags, a bearer token,
//! several ways of paging, modified times, and a journal of every request that nobody can take
//! an entry out of. It can be told to misbehave.

use actix_web::http::StatusCode;
use actix_web::http::header::{AGE, DATE, ETAG, IF_MATCH, LINK};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev, rt, web};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::time::Duration;

/// The token every request has to carry.
pub const TOKEN: &str = "rest-target-token-4711";

/// Most records of a page, whatever is asked for.
pub const PAGE: usize = 10;

/// How the next request goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answered, but late.
    Delay(Duration),
    /// Answered like this, and nothing done.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// The line is cut before anything is done.
    DropBefore,
    /// Done, and the line is cut without a word.
    DropAfter,
    /// Done, and answered only so much later.
    HoldAfter(Duration),
    /// Says 200 and does nothing.
    Lie,
}

/// One request, as it came and as it ended.
#[derive(Clone, Debug)]
pub struct Entry {
    pub method: String,
    pub path: String,
    pub query: String,
    pub if_match: Option<String>,
    pub idempotency_key: Option<String>,
    pub content_type: Option<String>,
    pub body: String,
    /// Whether it changed a record.
    pub changed: bool,
}

/// A running system; it ends with this value.
pub struct RestTarget {
    pub url: String,
    state: Arc<Mutex<State>>,
    server: dev::ServerHandle,
}

#[derive(Default)]
struct State {
    collections: BTreeMap<String, BTreeMap<String, Record>>,
    journal: Vec<Entry>,
    faults: VecDeque<Fault>,
    /// Answers by idempotency key: a request repeated is done once.
    answers: HashMap<String, (StatusCode, String)>,
    /// Counts changes; the system's own clock is built on it.
    changes: u64,
    /// What its clock says instead of the time, and how long ago a cache put that down.
    date: Option<(String, u32)>,
}

struct Record {
    document: Json,
    version: u64,
}

impl RestTarget {
    /// Starts on a free port of the loopback address.
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let (sender, receiver) = mpsc::channel();
        let shared = web::Data::from(Arc::clone(&state));
        std::thread::spawn(move || {
            let run = async move {
                let app = move || App::new().app_data(shared.clone()).default_service(web::to(answer));
                let server = HttpServer::new(app)
                    .workers(1)
                    .disable_signals()
                    .on_connect(|connection, data| {
                        if let Some(stream) = connection.downcast_ref::<rt::net::TcpStream>() {
                            let own = stream.as_fd().try_clone_to_owned().expect("descriptor");
                            data.insert(Arc::new(TcpStream::from(own)));
                        }
                    })
                    .bind(("127.0.0.1", 0))
                    .expect("bind");
                let address = server.addrs().first().copied().expect("address");
                let server = server.run();
                sender.send((address, server.handle())).expect("started");
                server.await.expect("server");
            };
            rt::System::new().block_on(run);
        });
        let (address, server) = receiver.recv().expect("started");
        Self { url: format!("http://{address}"), state, server }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("state")
    }

    /// Puts a record there as somebody else would, in other words than through this interface.
    pub fn put(&self, collection: &str, document: &str) {
        let mut state = self.state();
        state.store(collection, Json::read(document));
    }

    pub fn remove(&self, collection: &str, key: &str) {
        self.state().collections.entry(collection.to_owned()).or_default().remove(key);
    }

    /// Every record of a collection as JSON text, by key.
    pub fn records(&self, collection: &str) -> BTreeMap<String, String> {
        let state = self.state();
        let records = state.collections.get(collection).into_iter().flatten();
        records.map(|(key, record)| (key.clone(), record.document.written())).collect()
    }

    /// Makes the requests to come go wrong, one fault each.
    pub fn fault(&self, fault: Fault) {
        self.state().faults.push_back(fault);
    }

    /// Sets its clock, in the words of the `Date` header: there it stands still. `age`: so many
    /// seconds in a cache on the way.
    pub fn set_clock(&self, date: &str, age: u32) {
        self.state().date = Some((date.to_owned(), age));
    }

    /// Every request so far.
    pub fn journal(&self) -> Vec<Entry> {
        self.state().journal.clone()
    }
}

impl Drop for RestTarget {
    fn drop(&mut self) {
        // The command is sent at once; its end is nobody's concern.
        drop(self.server.stop(false));
    }
}

impl State {
    fn store(&mut self, collection: &str, document: Json) -> (String, u64) {
        self.changes += 1;
        let key = document.text("id").expect("id");
        let record = Record { document, version: self.changes };
        self.collections.entry(collection.to_owned()).or_default().insert(key.clone(), record);
        (key, self.changes)
    }
}

async fn answer(request: HttpRequest, body: web::Bytes, state: web::Data<Mutex<State>>) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let entry = Entry {
        method: request.method().to_string(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        if_match: header(IF_MATCH.as_str()),
        idempotency_key: header("idempotency-key"),
        content_type: header("content-type"),
        body: String::from_utf8_lossy(&body).into_owned(),
        changed: false,
    };
    let authorized = header("authorization").is_some_and(|value| value == format!("Bearer {TOKEN}"));
    let (fault, place) = {
        let mut state = state.lock().expect("state");
        state.journal.push(entry.clone());
        (state.faults.pop_front(), state.journal.len() - 1)
    };
    match fault {
        Some(Fault::Delay(time)) => rt::time::sleep(time).await,
        Some(Fault::Answer { status, headers, body }) => {
            let mut response = HttpResponse::build(StatusCode::from_u16(status).expect("status"));
            headers.into_iter().for_each(|header| {
                response.insert_header(header);
            });
            return response.body(body);
        }
        Some(Fault::DropBefore) => return cut(&request),
        Some(Fault::Lie) => return HttpResponse::Ok().json("done"),
        Some(Fault::DropAfter | Fault::HoldAfter(_)) | None => {}
    }
    if !authorized {
        return problem(StatusCode::UNAUTHORIZED, "the token is not known");
    }
    let response = {
        let mut state = state.lock().expect("state");
        let before = state.changes;
        let mut response = route(&mut state, &entry);
        if let Some((date, age)) = &state.date {
            response.headers_mut().insert(DATE, date.parse().expect("date"));
            response.headers_mut().insert(AGE, (*age).into());
        }
        let changed = state.changes > before;
        if let Some(entry) = state.journal.get_mut(place) {
            entry.changed = changed;
        }
        response
    };
    match fault {
        Some(Fault::DropAfter) => cut(&request),
        Some(Fault::HoldAfter(time)) => {
            rt::time::sleep(time).await;
            response
        }
        _ => response,
    }
}

/// Ends the connection without an answer.
fn cut(request: &HttpRequest) -> HttpResponse {
    let stream: &Arc<TcpStream> = request.conn_data().expect("connection");
    let _ = stream.shutdown(Shutdown::Both);
    HttpResponse::Ok().finish()
}

fn problem(status: StatusCode, detail: &str) -> HttpResponse {
    let body = serde_json::json!({"type": "about:blank", "title": "Refused", "detail": detail});
    HttpResponse::build(status).content_type("application/problem+json").body(body.to_string())
}

fn route(state: &mut State, entry: &Entry) -> HttpResponse {
    let path = urlencoding(&entry.path);
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let (collection, key) = (parts.next().unwrap_or_default().to_owned(), parts.next());
    let known = state.collections.contains_key(&collection);
    match (entry.method.as_str(), key) {
        _ if !known => problem(StatusCode::NOT_FOUND, "no such collection"),
        ("GET", None) => list(state, &collection, &entry.query),
        ("GET", Some(key)) => match state.collections.get(&collection).and_then(|all| all.get(key)) {
            Some(record) => item(StatusCode::OK, record),
            None => problem(StatusCode::NOT_FOUND, "no such record"),
        },
        ("POST", None) => once(state, entry, |state| insert(state, &collection, &entry.body)),
        ("PATCH" | "PUT", Some(key)) => once(state, entry, |state| change(state, &collection, key, entry)),
        ("DELETE", Some(key)) => once(state, entry, |state| delete(state, &collection, key, entry)),
        _ => problem(StatusCode::METHOD_NOT_ALLOWED, "not allowed"),
    }
}

/// The path with its escapes resolved, after it was cut at no escaped slash: keys are the rest.
fn urlencoding(path: &str) -> String {
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
    let known = entry.idempotency_key.as_ref().and_then(|key| state.answers.get(key)).cloned();
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
    if entry.if_match.as_ref().is_some_and(|token| *token != etag(record)) {
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
    state.store(collection, document.clone());
    (StatusCode::OK, document.written())
}

fn delete(state: &mut State, collection: &str, key: &str, entry: &Entry) -> (StatusCode, String) {
    let Some(record) = state.collections.get(collection).and_then(|all| all.get(key)) else {
        return refusal(StatusCode::NOT_FOUND, "no such record");
    };
    if entry.if_match.as_ref().is_some_and(|token| *token != etag(record)) {
        return refusal(StatusCode::PRECONDITION_FAILED, "the record was changed");
    }
    state.changes += 1;
    state.collections.entry(collection.to_owned()).or_default().remove(key);
    (StatusCode::OK, "{}".to_owned())
}

fn etag(record: &Record) -> String {
    format!("\"v{}\"", record.version)
}

fn item(status: StatusCode, record: &Record) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((ETAG, etag(record)))
        .content_type("application/json")
        .body(record.document.written())
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
    let documents: Vec<String> = page.iter().map(|(_, record)| record.document.written()).collect();
    let mut response = HttpResponse::Ok();
    if more {
        let after = start / size + 2;
        response.insert_header((LINK, format!("</{collection}?page={after}&size={size}>; rel=\"next\"")));
    }
    let next = next.unwrap_or_default();
    let body = format!(r#"{{"data":[{}],"meta":{{"next":{next}}}}}"#, documents.join(","));
    response.content_type("application/json").body(body)
}

/// A document whose scalars stay as they are written.
#[derive(Clone, Debug)]
enum Json {
    Object(Vec<(String, Json)>),
    Other(String),
}

impl Json {
    fn read(text: &str) -> Self {
        if !text.trim_start().starts_with('{') {
            return Self::Other(text.to_owned());
        }
        // A map would sort the members; these records are small, so order is found by place.
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).expect("JSON");
        Self::Object(members.into_iter().map(|(name, value)| (name, Self::read(value.get()))).collect())
    }

    fn written(&self) -> String {
        match self {
            Self::Other(text) => text.clone(),
            Self::Object(members) => {
                let member = |(name, value): &(String, Self)| {
                    format!("{}:{}", serde_json::Value::from(name.as_str()), value.written())
                };
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
            }
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        let Self::Object(members) = self else { return None };
        match members.iter().find(|(known, _)| known == name)? {
            (_, Self::Other(text)) if text.starts_with('"') => serde_json::from_str(text).ok(),
            (_, Self::Other(text)) => Some(text.clone()),
            (_, Self::Object(_)) => None,
        }
    }

    /// RFC 7396, except that a null is kept as one, as most systems do.
    fn merge(&mut self, patch: Self) {
        let (Self::Object(members), Self::Object(changes)) = (&mut *self, patch.clone()) else {
            *self = patch;
            return;
        };
        for (name, change) in changes {
            match members.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => old.merge(change),
                None => members.push((name, change)),
            }
        }
    }
}
