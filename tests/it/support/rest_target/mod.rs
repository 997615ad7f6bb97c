//! A small REST system of our own: collections of JSON records with ETags, a bearer token,
//! several ways of paging, modified times, and a journal of every request that nobody can take
//! an entry out of. It can be told to misbehave.
//!
//! Tests start it in their own process. `examples/fault_target.rs` is the same system as a
//! process, with its journal in a file and told what to do at `/_control/`.

mod control;
mod fault;
mod journal;
mod json;
mod records;

pub use fault::Fault;
pub use journal::Entry;

use actix_web::http::StatusCode;
use actix_web::http::header::{AGE, DATE, IF_MATCH};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev, rt, web};
use fault::{Queue, Switches};
use json::Json;
use std::collections::{BTreeMap, HashMap};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::time::{Duration, Instant};

/// The token every request has to carry.
pub const TOKEN: &str = "rest-target-token-4711";

/// Most records of a page, whatever is asked for.
pub const PAGE: usize = 10;

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
    /// Where changes are written down as well, for good.
    file: Option<std::fs::File>,
    faults: Queue,
    /// What is wrong for good: with the requests whose path ends like this.
    lasting: Vec<(String, Fault)>,
    switches: Switches,
    /// Answers by idempotency key: a request repeated is done once.
    answers: HashMap<String, (StatusCode, String)>,
    /// Counts changes; the system's own clock is built on it.
    changes: u64,
    /// The record's text before and after the last change.
    last: (Option<String>, Option<String>),
    /// What its clock says instead of the time, and how long ago a cache put that down.
    date: Option<(String, u32)>,
}

struct Record {
    document: Json,
    version: u64,
    /// What it was before the last change, and when that was.
    earlier: Option<(Json, u64, Instant)>,
}

impl Record {
    /// As a read sees it that lags behind so much.
    fn seen(&self, stale: Duration) -> (&Json, u64) {
        match &self.earlier {
            Some((document, version, at)) if at.elapsed() < stale => (document, *version),
            _ => (&self.document, self.version),
        }
    }
}

impl RestTarget {
    /// Starts on a free port of the loopback address.
    pub fn start() -> Self {
        Self::start_at(0, false)
    }

    /// Starts on that port, and lets itself be told what to do over HTTP if `controlled`.
    pub fn start_at(port: u16, controlled: bool) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let (sender, receiver) = mpsc::channel();
        let shared = web::Data::from(Arc::clone(&state));
        std::thread::spawn(move || {
            let run = async move {
                let app = move || {
                    let app = App::new().app_data(shared.clone());
                    let app = if controlled { app.configure(control::routes) } else { app };
                    app.default_service(web::to(answer))
                };
                let server = HttpServer::new(app)
                    .workers(1)
                    .disable_signals()
                    .on_connect(|connection, data| {
                        if let Some(stream) = connection.downcast_ref::<rt::net::TcpStream>() {
                            let own = stream.as_fd().try_clone_to_owned().expect("descriptor");
                            data.insert(Arc::new(TcpStream::from(own)));
                        }
                    })
                    .bind(("127.0.0.1", port))
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
        self.state().records(collection)
    }

    /// Makes the requests to come go wrong, one fault each.
    pub fn fault(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Makes every request whose path ends like this go wrong, until it is healed.
    pub fn fault_for_good(&self, path: &str, fault: Fault) {
        self.state().lasting.push((path.to_owned(), fault));
    }

    /// Ends every fault there is.
    pub fn heal(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.lasting.clear();
    }

    /// Lets reads show records as they were so long ago.
    pub fn lag(&self, time: Duration) {
        self.state().switches.stale = time;
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
        let records = self.collections.entry(collection.to_owned()).or_default();
        let before = records.remove(&key);
        self.last = (before.as_ref().map(|record| record.document.written()), Some(document.written()));
        let earlier = before.map(|record| (record.document, record.version, Instant::now()));
        records.insert(key.clone(), Record { document, version: self.changes, earlier });
        (key, self.changes)
    }

    fn delete(&mut self, collection: &str, key: &str) {
        self.changes += 1;
        let removed = self.collections.entry(collection.to_owned()).or_default().remove(key);
        self.last = (removed.map(|record| record.document.written()), None);
    }

    fn records(&self, collection: &str) -> BTreeMap<String, String> {
        let records = self.collections.get(collection).into_iter().flatten();
        records.map(|(key, record)| (key.clone(), record.document.written())).collect()
    }
}

fn header(request: &HttpRequest, name: &str) -> Option<String> {
    request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn entry(request: &HttpRequest, body: &web::Bytes) -> Entry {
    Entry {
        method: request.method().to_string(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        if_match: header(request, IF_MATCH.as_str()),
        idempotency_key: header(request, "idempotency-key"),
        content_type: header(request, "content-type"),
        body: String::from_utf8_lossy(body).into_owned(),
        changed: false,
        at: Instant::now(),
    }
}

async fn answer(request: HttpRequest, body: web::Bytes, state: web::Data<Mutex<State>>) -> HttpResponse {
    let entry = entry(&request, &body);
    let authorized = header(&request, "authorization") == Some(format!("Bearer {TOKEN}"));
    let (fault, place) = {
        let mut state = state.lock().expect("state");
        state.journal.push(entry.clone());
        let lasting = state.lasting.iter().find(|(path, _)| entry.path.ends_with(path.as_str()));
        let lasting = lasting.map(|(_, fault)| fault.clone());
        (lasting.or_else(|| state.faults.next(&entry)), state.journal.len() - 1)
    };
    match &fault {
        Some(Fault::Delay(time)) => rt::time::sleep(*time).await,
        Some(Fault::Answer { status, headers, body }) => {
            state.lock().expect("state").write_down(&entry, *status);
            let mut response = HttpResponse::build(StatusCode::from_u16(*status).expect("status"));
            headers.iter().for_each(|(name, value)| {
                response.insert_header((*name, value.as_str()));
            });
            return response.body(body.clone());
        }
        Some(Fault::DropBefore) => return cut(&request),
        Some(Fault::Lie) => {
            state.lock().expect("state").write_down(&entry, 200);
            return HttpResponse::Ok().json("done");
        }
        Some(Fault::Later(time)) => {
            let (state, time) = (state.clone(), *time);
            rt::spawn(async move {
                rt::time::sleep(time).await;
                done(&state, &entry, place);
            });
            return HttpResponse::Accepted().finish();
        }
        Some(Fault::DropAfter | Fault::HoldAfter(_) | Fault::EditAfter(_)) | None => {}
    }
    if !authorized {
        return problem(StatusCode::UNAUTHORIZED, "the token is not known");
    }
    let response = done(&state, &entry, place);
    match fault {
        Some(Fault::DropAfter) => cut(&request),
        Some(Fault::HoldAfter(time)) => {
            rt::time::sleep(time).await;
            response
        }
        Some(Fault::EditAfter(patch)) => {
            state.lock().expect("state").edit_behind(&entry, &patch);
            response
        }
        _ => response,
    }
}

/// Does what a request asks, and writes it down.
fn done(state: &Mutex<State>, entry: &Entry, place: usize) -> HttpResponse {
    let mut state = state.lock().expect("state");
    let before = state.changes;
    state.last = (None, None);
    let mut response = records::route(&mut state, entry);
    if let Some((date, age)) = &state.date {
        response.headers_mut().insert(DATE, date.parse().expect("date"));
        response.headers_mut().insert(AGE, (*age).into());
    }
    let changed = state.changes > before;
    if let Some(entry) = state.journal.get_mut(place) {
        entry.changed = changed;
    }
    state.write_down(entry, response.status().as_u16());
    response
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
