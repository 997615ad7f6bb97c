//! Saying that one system's row is another record, and linking it again.

use super::body::JsonBody;
use crate::domain::ids::{RecordId, SystemId};
use crate::engine::separate::Apart;
use crate::store::separations::Separation;
use crate::web::auth::Steward;
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which row of a record is another one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeparationBody {
    system: String,
    /// The row's identifier in that system.
    external_id: String,
    /// Why it is not the same record, in up to 500 characters.
    reason: String,
}

/// A row that was taken out of a record.
#[derive(Serialize, ToSchema)]
pub struct SeparationView {
    id: String,
    /// The address of the record that it is now.
    href: String,
    system: String,
    external_id: String,
    /// The record it was part of.
    from: String,
    /// The record it is now.
    to: String,
    /// The name of whoever said so.
    by: String,
    reason: String,
    at: DateTime<Utc>,
    /// When it was linked again; null while it stands.
    ended_at: Option<DateTime<Utc>>,
}

impl From<Separation> for SeparationView {
    fn from(own: Separation) -> Self {
        Self {
            href: format!("/api/v1/records/{}", own.to),
            id: own.id,
            system: own.system.0,
            external_id: own.external_id,
            from: own.from.0,
            to: own.to.0,
            by: own.by,
            reason: own.reason,
            at: own.at,
            ended_at: own.ended_at,
        }
    }
}

/// `POST /api/v1/records/{id}/separations`.
///
/// # Errors
/// The viewer may not decide, there is no such record or row, no reason is given, or a decision about
/// the record is on its way.
pub async fn separate(
    viewer: Steward,
    request: HttpRequest,
    id: Path<RecordId>,
    body: JsonBody<SeparationBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let SeparationBody { system, external_id, reason } = &body.value;
        let apart = Apart {
            record: id.clone(),
            system: SystemId(system.clone()),
            external_id: external_id.clone(),
            reason: reason.clone(),
        };
        let separation = site.engine.separate(&viewer, apart).await?;
        Reply::of(StatusCode::CREATED, &SeparationView::from(separation))
    })
    .await
}

/// `POST /api/v1/separations/{id}/end`: links it again.
///
/// # Errors
/// The viewer may not decide, there is no such separation, it has ended, or a decision about one of the
/// records is on its way.
pub async fn end(
    viewer: Steward,
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body, async |_| {
        let separation = site.engine.rejoin(&viewer, &id).await?;
        Reply::of(StatusCode::OK, &SeparationView::from(separation))
    })
    .await
}
