//! The export of the log: exactly the entries of the list, oldest first, streamed page by page.

use super::csv;
use crate::domain::access::Viewer;
use crate::domain::audit::{self, Line};
use crate::store::StoreError;
use crate::store::trail::{self, Filter};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentEncoding};
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most entries of one export.
pub const MOST: i64 = 100_000;
/// Entries read at once.
const BATCH: i64 = 500;

/// The columns of the CSV.
const COLUMNS: [&str; 17] = [
    "seq",
    "at",
    "action",
    "actor",
    "actor_id",
    "role",
    "entity",
    "record",
    "conflict",
    "resolution",
    "system",
    "field",
    "run",
    "policy_version",
    "facts",
    "values",
    "hash",
];

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
}

impl Format {
    /// The form of that name; CSV where none is named.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "" | "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::JsonLines),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl; charset=utf-8",
        }
    }
}

/// What one export reads; `last` is the newest entry of its list.
struct Reader {
    site: Data<Site>,
    viewer: Viewer,
    filter: Filter,
    format: Format,
    after: i64,
    last: i64,
    begun: bool,
}

/// The export as an answer that is written while it is read.
#[must_use]
pub fn answer(
    site: Data<Site>,
    viewer: Viewer,
    filter: Filter,
    last: i64,
    format: Format,
    face: &Clockface,
) -> HttpResponse {
    let name = format!("audit-{}.{}", face.now.format("%Y%m%dT%H%M%SZ"), format.as_str());
    let reader = Reader { site, viewer, filter, format, after: 0, last, begun: false };
    let chunks = stream::try_unfold(reader, |mut reader| async move {
        let chunk = reader.next().await.map_err(|error| {
            tracing::error!(%error, "an export was cut short");
            error
        })?;
        Ok::<_, StoreError>(chunk.map(|chunk| (chunk, reader)))
    });
    HttpResponse::Ok()
        .content_type(format.content_type())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        // Compressing would gather what is to be sent bit by bit.
        .insert_header(ContentEncoding::Identity)
        .streaming(Box::pin(chunks))
}

impl Reader {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let mut out = Vec::new();
        if !self.begun && self.format == Format::Csv {
            out.extend(csv::line(COLUMNS.map(str::to_owned)));
        }
        let first = !std::mem::replace(&mut self.begun, true);
        let mut s = self.site.session(&self.viewer).await?;
        let from = trail::From::After(self.after);
        let mut entries = trail::page(&mut s, &self.viewer, &self.filter, from, BATCH).await?;
        entries.retain(|entry| entry.seq <= self.last);
        entries.reverse();
        if entries.is_empty() {
            return Ok((first && !out.is_empty()).then(|| out.into()));
        }
        let numbers: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
        let mut values = trail::values(&mut s, self.site.store(), &numbers).await?;
        for entry in &entries {
            let opened = values.remove(&entry.seq).unwrap_or_default();
            out.extend(match self.format {
                Format::Csv => csv_row(entry, &opened)?,
                Format::JsonLines => json_line(entry, opened)?,
            });
        }
        self.after = numbers.last().copied().unwrap_or(self.last);
        Ok(Some(out.into()))
    }
}

/// The entry's line as it is stored, with its values and its hash.
fn json_line(entry: &audit::Entry, values: BTreeMap<String, String>) -> Result<Vec<u8>, StoreError> {
    let mut line: Value = serde_json::from_str(&entry.line)?;
    if let Some(line) = line.as_object_mut() {
        line.insert("values".to_owned(), json!(values));
        line.insert("hash".to_owned(), json!(entry.hash));
    }
    let mut out = serde_json::to_vec(&line)?;
    out.push(b'\n');
    Ok(out)
}

fn csv_row(entry: &audit::Entry, values: &BTreeMap<String, String>) -> Result<Vec<u8>, StoreError> {
    let line: Line = serde_json::from_str(&entry.line)?;
    let about = &line.about;
    let id = |id: Option<&str>| id.unwrap_or_default().to_owned();
    Ok(csv::line([
        line.seq.to_string(),
        line.at,
        line.action.as_str(),
        line.actor.name,
        line.actor.id,
        line.actor.role,
        id(about.entity.as_ref().map(|id| id.as_str())),
        id(about.record.as_ref().map(|id| id.as_str())),
        id(about.conflict.as_ref().map(|id| id.as_str())),
        id(about.resolution.as_ref().map(|id| id.as_str())),
        id(about.system.as_ref().map(|id| id.as_str())),
        id(about.field.as_ref().map(|id| id.as_str())),
        id(about.run.as_ref().map(|id| id.as_str())),
        line.policy_version.map(|n| n.to_string()).unwrap_or_default(),
        pairs(&line.facts),
        pairs(values),
        entry.hash.clone(),
    ]))
}

/// `name: value; name: value`: a cell that people can read.
fn pairs(map: &BTreeMap<String, String>) -> String {
    map.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("; ")
}
