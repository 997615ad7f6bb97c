//! The REST target's own account of what was done to it.

use super::State;
use super::json::Json;
use super::records::urlencoding;
use referee::clock::SystemClock;
use referee::domain::time::{Clock as _, stamp};
use std::io::Write as _;
use std::time::Instant;

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
    /// When it came.
    pub at: Instant,
}

impl State {
    /// Writes a request that is no read into the file, if there is one: before it is answered, and
    /// safe from a power cut. The record's text stands there before and after, where it was changed.
    pub(super) fn write_down(&mut self, entry: &Entry, status: u16) {
        let (before, after) = std::mem::take(&mut self.last);
        if entry.method != "GET" {
            self.line(&serde_json::json!({"who": "request", "method": entry.method,
                "path": urlencoding(&entry.path), "if_match": entry.if_match, "key": entry.idempotency_key,
                "body": entry.body, "status": status, "before": before, "after": after}));
        }
    }

    /// Changes the record of a request as somebody else would.
    pub(super) fn edit_behind(&mut self, entry: &Entry, patch: &str) {
        let path = urlencoding(&entry.path);
        let Some((collection, key)) = path.trim_start_matches('/').split_once('/') else { return };
        let record = self.collections.get(collection).and_then(|all| all.get(key));
        let Some(mut document) = record.map(|record| record.document.clone()) else { return };
        document.merge(Json::read(patch));
        self.put(collection, document);
    }

    /// Puts a record there as somebody else would.
    pub(super) fn put(&mut self, collection: &str, document: Json) {
        let (key, _) = self.store(collection, document);
        let (before, after) = std::mem::take(&mut self.last);
        let path = format!("/{collection}/{key}");
        self.line(&serde_json::json!({"who": "outside", "path": path, "before": before, "after": after}));
    }

    fn line(&mut self, told: &serde_json::Value) {
        let Some(file) = &mut self.file else { return };
        let mut told = told.clone();
        told["at"] = stamp(SystemClock.now()).into();
        file.write_all(format!("{told}\n").as_bytes()).expect("journal");
        file.sync_data().expect("journal");
    }
}
