//! A run as a file: every row with its values before, the value after, how that stands, and its link.

use super::rows::{Read, Seen, place, seen};
use crate::domain::access::Viewer;
use crate::domain::ids::{DifferenceId, GroupId};
use crate::domain::value::Held;
use crate::engine::Setup;
use crate::store::StoreError;
use crate::store::groups::{Group, rows};
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::pages::audit::csv::line;
use crate::web::site::Site;
use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentEncoding};
use actix_web::web::{Bytes, Data, Path};
use futures_util::stream;
use std::sync::Arc;

/// Rows read at once.
const BATCH: i64 = 500;
/// The first line.
const COLUMNS: [&str; 8] = ["record", "field", "before", "after", "state", "why", "run", "link"];

struct Reader {
    site: Data<Site>,
    setup: Arc<Setup>,
    viewer: Viewer,
    group: Group,
    after: DifferenceId,
    begun: bool,
}

/// `GET /groups/{id}/file`: written while it is read.
///
/// # Errors
/// There is no such group for this person, or the store cannot be read.
pub async fn file(viewer: SignedIn, site: Data<Site>, id: Path<String>) -> Result<HttpResponse, Failure> {
    let group = site.engine.group(&viewer, &GroupId(id.into_inner())).await?;
    let name = format!("run-{}.csv", group.id);
    let (setup, after) = (site.engine.setup(), DifferenceId::default());
    let reader = Reader { site, setup, viewer: viewer.0, group, after, begun: false };
    let chunks = stream::try_unfold(reader, |mut reader| async move {
        let chunk = reader.next().await?;
        Ok::<_, StoreError>(chunk.map(|chunk| (chunk, reader)))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        // Compressing would gather what is to be sent bit by bit.
        .insert_header(ContentEncoding::Identity)
        .streaming(Box::pin(chunks)))
}

impl Reader {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let mut out = Vec::new();
        if !std::mem::replace(&mut self.begun, true) {
            out.extend(line(COLUMNS.map(str::to_owned)));
        }
        let mut session = self.site.session(&self.viewer).await?;
        let found = rows::standing(&mut session, &self.group.id, None, &self.after, BATCH).await?;
        let Some(last) = found.last() else {
            return Ok((!out.is_empty()).then(|| out.into()));
        };
        self.after.clone_from(&last.member.difference);
        let found = found.into_iter().map(|row| (row.member, Some(row.standing))).collect();
        let read = Read { setup: &self.setup, group: &self.group };
        for row in seen(&mut session, &read, found).await? {
            out.extend(line(self.cells(&row)));
        }
        Ok(Some(out.into()))
    }

    fn cells(&self, row: &Seen) -> [String; 8] {
        let text = |tuple: &[Held]| tuple.iter().map(Held::to_string).collect::<Vec<_>>().join(", ");
        let before = row.dispute.as_ref().map_or_else(String::new, |dispute| {
            let holders = dispute.values.iter().flat_map(|value| &value.holders);
            let held = holders.map(|holder| {
                let label = self.setup.catalog.label(&holder.candidate.system);
                format!("{label}: {}", text(&holder.candidate.shown))
            });
            held.collect::<Vec<_>>().join(" | ")
        });
        let origin = self.site.reach.origin.clone().unwrap_or_default();
        let why = match row.member.back_detail.is_empty() {
            true => [row.member.why.as_str(), row.member.detail.as_str()].join(" ").trim().to_owned(),
            false => row.member.back_detail.clone(),
        };
        [
            row.member.title.clone(),
            row.member.field.0.clone(),
            before,
            row.becomes.as_deref().map(text).unwrap_or_default(),
            row.standing.clone().unwrap_or_default(),
            why,
            self.group.id.0.clone(),
            format!("{origin}{}", place(&row.member)),
        ]
    }
}
