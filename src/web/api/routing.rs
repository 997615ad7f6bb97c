//! Who looks at a conflict, and when, for programs.

use super::body::JsonBody;
use super::conflicts::view;
use super::listing::wrong;
use crate::domain::ids::{ConflictId, UserId};
use crate::domain::routing::{Desk, Ends};
use crate::engine::Refusal;
use crate::engine::routing::Routed;
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

/// Whom it is given to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentBody {
    /// The id of somebody who decides; null: nobody. Who is away gets none, their deputy does.
    to: Option<String>,
}

/// Until when it is put off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitBody {
    /// At most 90 days ahead.
    until: DateTime<Utc>,
    /// `time`, or `change`: the first change of a value ends it too.
    #[serde(default)]
    ends: Option<String>,
}

/// Whom to ask.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationBody {
    /// `user/<id>`, or `role/manager` and the like.
    to: String,
    /// In up to 500 characters.
    question: String,
}

/// What is said to whoever gave it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnBody {
    /// In up to 500 characters.
    words: String,
}

async fn answer(
    site: &Data<Site>,
    viewer: &crate::domain::access::Viewer,
    done: Result<Routed, Refusal>,
) -> Result<Reply, Failure> {
    let conflict = done?.only()?;
    Reply::of(StatusCode::OK, &view(site, viewer, &conflict.id).await?)
}

/// `POST /api/v1/conflicts/{id}/assignment`.
///
/// # Errors
/// The viewer may not, there is no such open conflict, or nobody of that id who decides.
pub async fn assign(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: JsonBody<AssignmentBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let to = body.value.to.clone().map(UserId);
        let done = site.engine.assign(&viewer, std::slice::from_ref(&*id), to.as_ref()).await;
        answer(&site, &viewer, done).await
    })
    .await
}

/// `POST /api/v1/conflicts/{id}/wait`.
///
/// # Errors
/// The viewer may not decide, there is no such open conflict, or that time cannot be.
pub async fn wait(
    viewer: Steward,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: JsonBody<WaitBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let ends = match body.value.ends.as_deref() {
            None | Some("time") => Ends::Time,
            Some("change") => Ends::Change,
            Some(_) => return Err(wrong("ends", "time or change")),
        };
        let done = site.engine.put_off(&viewer, std::slice::from_ref(&*id), body.value.until, ends).await;
        answer(&site, &viewer, done).await
    })
    .await
}

/// `POST /api/v1/conflicts/{id}/recall`.
///
/// # Errors
/// The viewer may not decide, there is no such open conflict, or it does not wait.
pub async fn recall(
    viewer: Steward,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body, async |_| {
        let done = site.engine.call_back(&viewer, std::slice::from_ref(&*id)).await;
        answer(&site, &viewer, done).await
    })
    .await
}

/// `POST /api/v1/conflicts/{id}/escalation`.
///
/// # Errors
/// The viewer may not, there is no such open conflict or desk, or the question is missing.
pub async fn escalate(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: JsonBody<EscalationBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let EscalationBody { to, question } = &body.value;
        let desk = Desk::of(to).ok_or_else(|| wrong("to", "user/<id> or role/<name>"))?;
        let done = site.engine.escalate(&viewer, std::slice::from_ref(&*id), &desk, question).await;
        answer(&site, &viewer, done).await
    })
    .await
}

/// `POST /api/v1/conflicts/{id}/return`.
///
/// # Errors
/// The viewer may not, there is no such open conflict, the words are missing, or nobody gave it.
pub async fn send_back(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: JsonBody<ReturnBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let done = site.engine.send_back(&viewer, std::slice::from_ref(&*id), &body.value.words).await;
        answer(&site, &viewer, done).await
    })
    .await
}
