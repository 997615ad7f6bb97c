//! A second person's word, by a program.

use super::body::JsonBody;
use super::listing::{Ask, Items, cut, rows, wrong};
use super::resolutions::{told_of, view};
use crate::domain::approval::Approval;
use crate::domain::ids::ResolutionId;
use crate::engine::once::Receipt;
use crate::store::resolutions::approvals::{self, Awaiting, Place, What};
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An approval, and what it is bound to.
#[derive(Serialize, ToSchema)]
pub struct ApprovalView {
    /// `awaiting`, `approved`, `sent_back`, `undone`, `expired` (nobody answered in time) or `ended` (a value
    /// moved).
    state: String,
    /// SHA-256 of exactly what was decided.
    digest: String,
    asked_at: DateTime<Utc>,
    /// When it expires, or would have.
    ends_at: Option<DateTime<Utc>>,
    /// Who approved or sent it back, when, and why it was sent back.
    by: Option<String>,
    at: Option<DateTime<Utc>>,
    reason: Option<String>,
}

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        Self {
            state: approval.standing.as_str().to_owned(),
            digest: approval.digest,
            asked_at: approval.asked_at,
            ends_at: approval.ends_at,
            by: approval.by.map(|by| by.name),
            at: approval.at,
            reason: Some(approval.reason).filter(|reason| !reason.is_empty()),
        }
    }
}

/// A decision, or a whole group, that awaits an approval.
#[derive(Serialize, ToSchema)]
pub struct AwaitingView {
    id: String,
    href: String,
    /// `decision`, `group`, or the `reversal` of a group.
    kind: String,
    entity: String,
    /// The record's name, of a decision.
    title: Option<String>,
    /// How many differences it decides, or reverses.
    differences: i64,
    decided_by: String,
    digest: String,
    asked_at: DateTime<Utc>,
    /// When it expires if nobody answers.
    ends_at: Option<DateTime<Utc>>,
}

/// Which page of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwaitingQuery {
    cursor: Option<String>,
    limit: Option<i64>,
}

/// `GET /api/v1/approvals`: what awaits an approval, oldest first.
///
/// # Errors
/// The store cannot be read.
pub async fn list(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    Ask(query): Ask<AwaitingQuery>,
) -> Result<HttpResponse, Failure> {
    let limit = rows(query.limit)?;
    let mut session = site.session(&viewer).await?;
    let read = |cursor: &String| Place::read(cursor).ok_or_else(|| wrong("cursor", "a cursor of this list"));
    let after = query.cursor.as_ref().map(read).transpose()?;
    let mut found = approvals::awaiting(&mut session, &viewer, after.as_ref(), limit + 1).await?;
    let more = cut(&mut found, limit);
    let next = found.last().filter(|_| more).map(|last| last.place().to_string());
    let words = |what: What| match what {
        What::Decision => ("resolutions", "decision"),
        What::Group => ("groups", "group"),
        What::Reversal => ("groups", "reversal"),
    };
    let item = |one: Awaiting| AwaitingView {
        href: format!("/api/v1/{}/{}", words(one.what).0, one.id),
        kind: words(one.what).1.to_owned(),
        id: one.id,
        entity: one.entity.0,
        title: Some(one.title).filter(|title| !title.is_empty()),
        differences: one.differences,
        decided_by: one.actor.name,
        digest: one.approval.digest,
        asked_at: one.approval.asked_at,
        ends_at: one.approval.ends_at,
    };
    Ok(Items { items: found.into_iter().map(item).collect(), next }.respond(&request))
}

/// What is approved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalBody {
    /// The digest that was looked at.
    pub(super) digest: String,
}

/// Why it is sent back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentBackBody {
    /// In 1 to 500 characters.
    pub(super) reason: String,
}

/// `POST /api/v1/resolutions/{id}/approval`: approves a decision, which is then held and sent.
///
/// # Errors
/// The viewer may not, or decided it; nobody waits for it; it is another digest; a value moved.
pub async fn approve(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ResolutionId>,
    body: JsonBody<ApprovalBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |key| {
        let kept = key.is_some();
        let receipt = key.map(|key| Receipt { key, answer: |told| (200, told_of(told)) });
        site.engine.approve(&viewer, &id, &body.value.digest, receipt).await?;
        Ok(Reply { kept, ..Reply::of(StatusCode::OK, &view(&site, &viewer, &id).await?)? })
    })
    .await
}

/// `POST /api/v1/resolutions/{id}/return`: sends a decision back to who made it.
///
/// # Errors
/// The viewer may not, or decided it; nobody waits for it; or no reason is given.
pub async fn send_back(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ResolutionId>,
    body: JsonBody<SentBackBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |key| {
        let kept = key.is_some();
        let receipt = key.map(|key| Receipt { key, answer: |told| (200, told_of(told)) });
        site.engine.send_decision_back(&viewer, &id, &body.value.reason, receipt).await?;
        Ok(Reply { kept, ..Reply::of(StatusCode::OK, &view(&site, &viewer, &id).await?)? })
    })
    .await
}
