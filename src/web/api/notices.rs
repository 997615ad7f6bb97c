//! What the owner of the token is told, for programs.

use super::body::JsonBody;
use super::listing::{Ask, Items, cut, rows, wrong};
use crate::domain::catalog::Catalog;
use crate::domain::ids::{NoticeId, RecordId};
use crate::store::notices::{self, After, Told};
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::messages::english;
use crate::web::pages::notices::sentence;
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One thing that was told.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    id: String,
    /// `assigned`, `mentioned`, `due_soon`, `write_failed`, `view_entered`, `answered`, `unanswered`,
    /// `escalated` or `objected`.
    kind: String,
    /// In one English sentence.
    text: String,
    conflict: Option<String>,
    record: Option<String>,
    entity: Option<String>,
    /// The page on which to act.
    page: String,
    /// Names and numbers of the sentence.
    facts: BTreeMap<String, String>,
    at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
    /// No mail about its record reaches this person.
    muted: bool,
}

fn view(catalog: &Catalog, told: Told, muted: &[RecordId]) -> NoticeView {
    NoticeView {
        text: english().plain(&sentence(catalog, &told, true)),
        muted: told.record.as_ref().is_some_and(|record| muted.contains(record)),
        id: told.id.0,
        kind: told.kind.as_str().to_owned(),
        conflict: told.conflict.map(|id| id.0),
        record: told.record.map(|id| id.0),
        entity: told.entity.map(|id| id.0),
        page: told.link,
        facts: told.facts,
        at: told.created_at,
        read_at: told.read_at,
    }
}

/// How many were unread before.
#[derive(Serialize, ToSchema)]
pub struct ReadView {
    read: u64,
}

/// Up to where they were seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadBody {
    /// The id of the newest notice that was seen.
    last: String,
}

/// Whether mail about a record reaches this person.
#[derive(Serialize, ToSchema)]
pub struct MuteView {
    record: String,
    muted: bool,
}

/// `?view=unread&cursor=unread.ID`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeQuery {
    view: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
}

impl NoticeQuery {
    fn after(&self) -> Result<Option<After>, Failure> {
        let Some(text) = self.cursor.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let read = match text.split_once('.') {
            Some(("read", id)) => Some((true, id)),
            Some(("unread", id)) => Some((false, id)),
            _ => None,
        };
        let after = read.map(|(read, id)| After { read, id: NoticeId(id.to_owned()) });
        after.map(Some).ok_or_else(|| wrong("cursor", "a cursor of this list"))
    }
}

/// `GET /api/v1/notices`: the unread first, the newest first.
///
/// # Errors
/// The query does not fit, or the store cannot be read.
pub async fn list(
    viewer: SignedIn,
    request: HttpRequest,
    Ask(query): Ask<NoticeQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (limit, after) = (rows(query.limit)?, query.after()?);
    let alone = match query.view.as_deref() {
        None | Some("" | "all") => false,
        Some("unread") => true,
        Some(_) => return Err(wrong("view", "all or unread")),
    };
    let mut session = site.session(&viewer).await?;
    let mut found = notices::page(&mut session, &viewer, alone, after.as_ref(), limit + 1).await?;
    let more = cut(&mut found, limit);
    let next = found.last().filter(|_| more).map(|last| {
        let after = After::of(last);
        format!("{}.{}", if after.read { "read" } else { "unread" }, after.id)
    });
    let records = found.iter().filter_map(|told| told.record.as_ref());
    let muted = notices::muted(&mut session, &viewer.user, records).await?;
    let setup = site.engine.setup();
    let items = found.into_iter().map(|told| view(&setup.catalog, told, &muted)).collect();
    Ok(Items { items, next }.respond(&request))
}

/// `POST /api/v1/notices/{id}/reading`: marks one as read.
///
/// # Errors
/// The viewer has no such notice.
pub async fn read(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<NoticeId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body, async |_| {
        let before = site.engine.read_notice(&viewer, &id).await?;
        let read = u64::from(before.read_at.is_none());
        Reply::of(StatusCode::OK, &ReadView { read })
    })
    .await
}

/// `POST /api/v1/notices/reading`: marks one and all before it as read.
///
/// # Errors
/// The store failed.
pub async fn read_all(
    viewer: SignedIn,
    request: HttpRequest,
    body: JsonBody<ReadBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let last = NoticeId(body.value.last.clone());
        let read = site.engine.read_notices(&viewer, &last).await?;
        Reply::of(StatusCode::OK, &ReadView { read })
    })
    .await
}

/// `POST /api/v1/records/{id}/mute`: no mail about it. What concerns its owner stands in the list as ever.
///
/// # Errors
/// There is no such record for this viewer.
pub async fn mute(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<RecordId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    set_muted((&request, &body), &viewer, &id, &site, true).await
}

/// `POST /api/v1/records/{id}/unmute`: mail about it again.
///
/// # Errors
/// As [`mute`].
pub async fn unmute(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<RecordId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    set_muted((&request, &body), &viewer, &id, &site, false).await
}

async fn set_muted(
    (request, body): (&HttpRequest, &Bytes),
    viewer: &SignedIn,
    id: &RecordId,
    site: &Site,
    muted: bool,
) -> Result<HttpResponse, Failure> {
    once(request, viewer, body, async |_| {
        site.engine.mute(viewer, id, muted).await?;
        Reply::of(StatusCode::OK, &MuteView { record: id.0.clone(), muted })
    })
    .await
}
