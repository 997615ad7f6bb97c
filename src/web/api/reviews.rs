//! Asking for a decision.

use super::body::JsonBody;
use super::conflicts::{ConflictView, view};
use crate::domain::ids::{FieldId, RecordId, ResolutionId};
use crate::engine::ask::Question;
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question to a person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewBody {
    /// The field or group; it need not be in dispute.
    field: String,
    /// Why it should be decided, in up to 500 characters.
    reason: String,
    /// The decision that is doubted, a rule's or a person's: the values it was made over stay
    /// choices, without systems where nobody holds them any longer.
    #[serde(default)]
    resolution: Option<String>,
}

/// The conflict in which a question waits.
#[derive(Serialize, ToSchema)]
pub struct ReviewView {
    href: String,
    #[serde(flatten)]
    conflict: ConflictView,
}

/// `POST /api/v1/records/{id}/reviews`: brings a field of a record into the queue.
///
/// # Errors
/// The viewer may not, there is no such record, field or decision, no reason is given, or a decision
/// about the field is on its way.
pub async fn ask(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<RecordId>,
    body: JsonBody<ReviewBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let ReviewBody { field, reason, resolution } = &body.value;
        let question = Question {
            record: id.clone(),
            field: FieldId(field.clone()),
            reason: reason.clone(),
            decision: resolution.clone().map(ResolutionId),
        };
        let conflict = site.engine.ask(&viewer, question).await?;
        let href = format!("/api/v1/conflicts/{conflict}");
        let conflict = view(&site, &viewer, &conflict).await?;
        Reply::of(StatusCode::CREATED, &ReviewView { href, conflict })
    })
    .await
}
