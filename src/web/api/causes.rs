//! A steward's word on why systems differ, for programs.

use super::body::JsonBody;
use super::conflicts::view;
use crate::domain::ids::{ConflictId, FieldId};
use crate::web::auth::Steward;
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::ToSchema;

/// The cause of a difference.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CauseBody {
    /// `stale_copy`, `human_override`, `race`, `transformation`, `bulk_update`,
    /// `interface_change`, `echo`, `missing_record`, `deleted_record` or `unknown`; null: as it
    /// was found.
    cause: Option<String>,
}

/// `POST /api/v1/conflicts/{id}/differences/{field}/cause`: says what the cause is.
///
/// # Errors
/// The viewer may not decide, or there is no such conflict, difference or cause.
pub async fn correct(
    viewer: Steward,
    request: HttpRequest,
    path: Path<(String, String)>,
    body: JsonBody<CauseBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (id, field) = path.into_inner();
    let (id, field) = (ConflictId(id), FieldId(field));
    once(&request, &viewer, &body.raw, async |_| {
        site.engine.correct_cause(&viewer, &id, &field, body.value.cause.as_deref()).await?;
        Reply::of(StatusCode::OK, &view(&site, &viewer, &id).await?)
    })
    .await
}
