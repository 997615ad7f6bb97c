//! The audit log for programs: each entry exactly as it was written and hashed.

use super::listing::{Ask, Items, rows, wrong};
use crate::domain::access::Viewer;
use crate::domain::audit::{Entry, Line};
use crate::store::audit;
use crate::web::auth::Auditor;
use crate::web::failure::Failure;
use crate::web::site::Site;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One entry of the log.
#[derive(Serialize, ToSchema)]
pub struct AuditEntry {
    seq: i64,
    /// SHA-256, in hexadecimal digits, of the hash before, a line feed and `line`.
    hash: String,
    /// The exact text that was hashed: JSON.
    line: String,
}

/// `?cursor=120&limit=50`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    cursor: Option<i64>,
    limit: Option<i64>,
}

/// `GET /api/v1/audit`: entries in order; reading them is entered, as on the page. Those about entities that do not exist for the viewer
/// are left out.
///
/// # Errors
/// The viewer may not see the log, or the query does not fit.
pub async fn list(
    viewer: Auditor,
    request: HttpRequest,
    ask: Ask<AuditQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (after, limit) = (ask.0.cursor.unwrap_or(0), rows(ask.0.limit)?);
    if after < 0 {
        return Err(wrong("cursor", "the number of an entry, or 0"));
    }
    site.engine.note_read(&viewer, None).await?;
    let entries = audit::after(&mut site.session(&viewer).await?, after, limit).await?;
    let full = i64::try_from(entries.len()).is_ok_and(|count| count == limit);
    let next = entries.last().filter(|_| full).map(|last| last.seq.to_string());
    let seen = entries.into_iter().filter(|entry| sees(&viewer, entry));
    let items = seen.map(|Entry { seq, hash, line }| AuditEntry { seq, hash, line }).collect();
    Ok(Items { items, next }.respond(&request))
}

fn sees(viewer: &Viewer, entry: &Entry) -> bool {
    if viewer.entities.is_none() {
        return true;
    }
    // A line that cannot be read is shown to those who see everything, and to nobody else.
    let line = serde_json::from_str::<Line>(&entry.line).ok();
    line.is_some_and(|line| line.about.entity.is_none_or(|entity| viewer.sees(&entity)))
}
