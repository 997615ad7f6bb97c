//! Telling the REST target what to do from another process, at `/_control/`.

use super::State;
use super::fault::{Fault, Switches, When};
use super::json::Json;
use actix_web::HttpResponse;
use actix_web::web::{Data, Json as Body, Path, ServiceConfig, get, post, resource};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

type Shared = Data<Mutex<State>>;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/_control/story").route(post().to(story)))
        .service(resource("/_control/faults").route(post().to(faults)))
        .service(resource("/_control/records/{collection}").route(get().to(records)).route(post().to(put)));
}

/// A new story: nothing is left of the one before.
#[derive(Deserialize)]
struct Story {
    journal: PathBuf,
    etag: bool,
    idempotent: bool,
    #[serde(default)]
    trim: Option<usize>,
    #[serde(default)]
    stale_ms: u64,
}

async fn story(state: Shared, story: Body<Story>) -> HttpResponse {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(&story.journal).expect("journal");
    let stale = Duration::from_millis(story.stale_ms);
    let switches = Switches { etag: story.etag, idempotent: story.idempotent, trim: story.trim, stale };
    *state.lock().expect("state") = State { file: Some(file), switches, ..State::default() };
    HttpResponse::NoContent().finish()
}

/// Faults for the requests to come.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    when: When,
    fault: Kind,
    #[serde(default)]
    ms: u64,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    retry_after: Option<String>,
    #[serde(default)]
    body: String,
    #[serde(default = "once")]
    times: usize,
    /// Nothing is left of those before.
    #[serde(default)]
    clear: bool,
}

fn once() -> usize {
    1
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    None,
    Delay,
    Answer,
    Redirect,
    DropBefore,
    DropAfter,
    HoldAfter,
    Lie,
    Later,
    EditAfter,
}

async fn faults(state: Shared, asked: Body<Asked>) -> HttpResponse {
    let mut state = state.lock().expect("state");
    if asked.clear {
        state.faults.clear();
    }
    for _ in 0..asked.times {
        if let Some(fault) = asked.fault() {
            state.faults.push_for(asked.when, fault);
        }
    }
    HttpResponse::NoContent().finish()
}

impl Asked {
    fn fault(&self) -> Option<Fault> {
        let (time, body) = (Duration::from_millis(self.ms), self.body.clone());
        let retry = self.retry_after.iter().map(|text| ("retry-after", text.clone()));
        Some(match self.fault {
            Kind::None => return None,
            Kind::Delay => Fault::Delay(time),
            Kind::Answer => Fault::Answer { status: self.status, headers: retry.collect(), body },
            Kind::Redirect => {
                Fault::Answer { status: 302, headers: vec![("location", body)], body: String::new() }
            }
            Kind::DropBefore => Fault::DropBefore,
            Kind::DropAfter => Fault::DropAfter,
            Kind::HoldAfter => Fault::HoldAfter(time),
            Kind::Lie => Fault::Lie,
            Kind::Later => Fault::Later(time),
            Kind::EditAfter => Fault::EditAfter(body),
        })
    }
}

/// Every record of a collection.
async fn records(state: Shared, collection: Path<String>) -> HttpResponse {
    let documents: Vec<String> = state.lock().expect("state").records(&collection).into_values().collect();
    HttpResponse::Ok().content_type("application/json").body(format!("[{}]", documents.join(",")))
}

/// Changes a record from outside: the members of the body, or a new one.
async fn put(state: Shared, collection: Path<String>, body: String) -> HttpResponse {
    let mut state = state.lock().expect("state");
    let patch = Json::read(&body);
    let key = patch.text("id").expect("id");
    let known = state.collections.get(collection.as_str()).and_then(|all| all.get(&key));
    let document = match known.map(|record| record.document.clone()) {
        Some(mut document) => {
            document.merge(patch);
            document
        }
        None => patch,
    };
    state.put(&collection, document);
    HttpResponse::NoContent().finish()
}
