//! Reversing a decision: what would be put back, and putting it back.

use super::body::JsonBody;
use super::resolutions::{ChangeView, ResolutionView, changes, told_of, view};
use crate::domain::ids::ResolutionId;
use crate::engine::once::Receipt;
use crate::engine::review::{Kept, PutBack};
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What reversing a decision would do.
#[derive(Serialize, ToSchema)]
pub struct ReversalView {
    deliveries: Vec<PutBackView>,
}

/// What it would do about one write.
#[derive(Serialize, ToSchema)]
pub struct PutBackView {
    delivery: String,
    system: String,
    /// `put_back`, `by_hand`, `not_written`, `moved`, `gone`, `record`, `form` or `refused`.
    outcome: String,
    /// Why the system cannot take it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// By field, what is there now and what would be put back.
    changes: BTreeMap<String, ChangeView>,
}

impl From<PutBack> for PutBackView {
    fn from(back: PutBack) -> Self {
        let (outcome, message) = match &back.way {
            Ok(target) if target.writable => ("put_back", None),
            Ok(_) => ("by_hand", None),
            Err(Kept::NotWritten) => ("not_written", None),
            Err(Kept::Moved) => ("moved", None),
            Err(Kept::Gone) => ("gone", None),
            Err(Kept::Record) => ("record", None),
            Err(Kept::Form) => ("form", None),
            Err(Kept::Refused(why)) => ("refused", Some(why.clone())),
        };
        Self {
            delivery: back.delivery.id.0.clone(),
            system: back.delivery.system.0.clone(),
            outcome: outcome.to_owned(),
            message,
            changes: back.way.as_ref().map_or_else(|_| BTreeMap::new(), |target| changes(&target.change)),
        }
    }
}

/// Why a decision is reversed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReversalBody {
    reason: String,
}

/// `GET /api/v1/resolutions/{id}/reversal`: what reversing it would put back.
///
/// # Errors
/// The viewer may not, there is no such decision, it is not over, or it was reversed already.
pub async fn show(
    viewer: SignedIn,
    id: Path<ResolutionId>,
    site: Data<Site>,
) -> Result<Json<ReversalView>, Failure> {
    let (_, all) = site.engine.reversal(&viewer, &id).await?;
    Ok(Json(ReversalView { deliveries: all.into_iter().map(PutBackView::from).collect() }))
}

/// `POST /api/v1/resolutions/{id}/reversal`: reverses a decision by another one.
///
/// # Errors
/// As [`show`]; no reason is given, or nothing of it stands any longer.
pub async fn reverse(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ResolutionId>,
    body: JsonBody<ReversalBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |key| {
        let (kept, status) = (key.is_some(), StatusCode::CREATED);
        let receipt = key.map(|key| Receipt { key, answer: |told| (201, told_of(told)) });
        let decision = site.engine.reverse_once(&viewer, &id, &body.value.reason, receipt).await?;
        let decided: ResolutionView = view(&site, &viewer, &decision.id).await?;
        Ok(Reply { kept, ..Reply::of(status, &decided)? })
    })
    .await
}
