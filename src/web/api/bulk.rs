//! What is done with a group beside deciding it: its rows, one approval for all of it, taking it back.

use super::approvals::{ApprovalBody, SentBackBody};
use super::body::JsonBody;
use super::incidents::view;
use super::listing::{Ask, Items};
use crate::domain::access::Viewer;
use crate::domain::group::Back;
use crate::domain::ids::{DifferenceId, GroupId};
use crate::engine::incidents::group::{TakeBack, Which};
use crate::store::groups::rows::{self as stored, Standing};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One row of a group.
#[derive(Serialize, ToSchema)]
pub struct GroupRow {
    /// The difference.
    id: String,
    conflict: String,
    title: String,
    field: String,
    /// What the choice comes to for it: `keep:portal`, `one`, `leave`.
    becomes: String,
    /// `to_come`, `waiting`, `confirmed`, `failed`, `taking_back`, `undone`, `reversed`, `overtaken` or
    /// `left_out`.
    standing: String,
    /// Why it is left out, or could not be taken back.
    why: Option<String>,
    /// The decision.
    resolution: Option<String>,
}

impl From<Standing> for GroupRow {
    fn from(row: Standing) -> Self {
        let Standing { member, standing } = row;
        let why = [member.why, member.detail, member.back_detail];
        Self {
            id: member.difference.0,
            conflict: member.conflict.0,
            title: member.title,
            field: member.field.0,
            becomes: member.becomes,
            standing,
            why: why.into_iter().filter(|why| !why.is_empty()).reduce(|all, why| format!("{all}: {why}")),
            resolution: member.resolution.map(|id| id.0),
        }
    }
}

/// Which rows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowQuery {
    standing: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// `GET /api/v1/groups/{id}/rows`: the rows of a group.
///
/// # Errors
/// There is no such group for this viewer.
pub async fn rows(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<GroupId>,
    site: Data<Site>,
    Ask(query): Ask<RowQuery>,
) -> Result<HttpResponse, Failure> {
    let limit = super::listing::rows(query.limit)?;
    let group = site.engine.group(&viewer, &id).await?;
    let after = DifferenceId(query.cursor.unwrap_or_default());
    let mut session = site.session(&viewer).await?;
    let standing = query.standing.as_deref();
    let mut found = stored::standing(&mut session, &group.id, standing, &after, limit + 1).await?;
    let wanted = usize::try_from(limit).unwrap_or(0);
    let more = found.len() > wanted;
    found.truncate(wanted);
    let next = found.last().filter(|_| more).map(|last| last.member.difference.0.clone());
    Ok(Items { items: found.into_iter().map(GroupRow::from).collect(), next }.respond(&request))
}

/// Rows of a draft, by their ids.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TickBody {
    /// Taken out of the set.
    #[serde(default)]
    out: Vec<String>,
    /// Put in again.
    #[serde(default)]
    back: Vec<String>,
}

/// `POST /api/v1/groups/{id}/rows`: takes rows out of a draft, or puts them in again.
///
/// # Errors
/// The viewer did not freeze it, or it was decided.
pub async fn tick(
    viewer: Steward,
    request: HttpRequest,
    id: Path<GroupId>,
    body: JsonBody<TickBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let ids = |all: &[String]| all.iter().map(|id| DifferenceId::from(id.as_str())).collect();
        site.engine.tick(&viewer, &id, ids(&body.value.back), ids(&body.value.out)).await?;
        shown(&site, &viewer, &id, StatusCode::OK).await
    })
    .await
}

async fn shown(site: &Site, viewer: &Viewer, id: &GroupId, status: StatusCode) -> Result<Reply, Failure> {
    let group = site.engine.group(viewer, id).await?;
    Reply::of(status, &view(site, group).await?)
}

/// `POST /api/v1/groups/{id}/approval`: approves a whole group, which is then decided, or its reversal.
///
/// # Errors
/// The viewer may not, or asked for it; nobody waits for it; or it is another digest.
pub async fn approve(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<GroupId>,
    body: JsonBody<ApprovalBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        site.engine.approve_group(&viewer, &id, &body.value.digest).await?;
        shown(&site, &viewer, &id, StatusCode::ACCEPTED).await
    })
    .await
}

/// `POST /api/v1/groups/{id}/return`: sends a whole group, or its reversal, back to who asked for it.
///
/// # Errors
/// The viewer may not, or asked for it; nobody waits for it; or no reason is given.
pub async fn send_back(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<GroupId>,
    body: JsonBody<SentBackBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        site.engine.send_group_back(&viewer, &id, &body.value.reason).await?;
        shown(&site, &viewer, &id, StatusCode::OK).await
    })
    .await
}

/// Which rows are taken back, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackBody {
    /// By their ids; without it all.
    rows: Option<Vec<String>>,
    /// Why, in 1 to 500 characters: asked for where it is reversed.
    #[serde(default)]
    reason: String,
}

/// `POST /api/v1/groups/{id}/undo`: undoes all of a group, or these rows, while nothing was sent.
///
/// # Errors
/// The viewer may not, or nothing of it can be undone.
pub async fn undo(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<GroupId>,
    body: JsonBody<BackBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| back(&site, &viewer, &id, Back::Undo, &body.value).await)
        .await
}

/// `POST /api/v1/groups/{id}/reversal`: reverses all of a group, or these rows.
///
/// # Errors
/// The viewer may not, no reason is given, or nothing of it can be reversed.
pub async fn reverse(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<GroupId>,
    body: JsonBody<BackBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| back(&site, &viewer, &id, Back::Reverse, &body.value).await)
        .await
}

async fn back(
    site: &Site,
    viewer: &Viewer,
    id: &GroupId,
    way: Back,
    body: &BackBody,
) -> Result<Reply, Failure> {
    let these = |rows: &Vec<String>| rows.iter().map(|id| DifferenceId::from(id.as_str())).collect();
    let rows = body.rows.as_ref().map_or(Which::All, |rows| Which::These(these(rows)));
    site.engine.take_back(viewer, id, TakeBack { way, rows, reason: body.reason.clone() }).await?;
    shown(site, viewer, id, StatusCode::ACCEPTED).await
}
