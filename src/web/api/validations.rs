//! Asking whether values would do, before they are saved anywhere.

use super::body::JsonBody;
use crate::domain::ids::{EntityId, FieldId};
use crate::domain::value::Held;
use crate::engine::validate::Unfit;
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::site::Site;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A record as somebody is about to save it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidationBody {
    /// The values by field, in the entity's own form; null for none.
    values: BTreeMap<String, Option<String>>,
    /// Only these fields are asked about. Without it a field that is left out is blank.
    #[serde(default)]
    partial: bool,
}

/// Whether the values would do.
#[derive(Serialize, ToSchema)]
pub struct ValidationView {
    valid: bool,
    problems: Vec<ValidationProblem>,
}

/// A value that would not do.
#[derive(Serialize, ToSchema)]
pub struct ValidationProblem {
    field: String,
    /// The system that could not hold it; null where no system should.
    system: Option<String>,
    /// It follows the field's name and a colon.
    reason: String,
}

impl From<Unfit> for ValidationProblem {
    fn from(own: Unfit) -> Self {
        Self { field: own.field.0, system: own.system.map(|system| system.0), reason: own.reason }
    }
}

/// `POST /api/v1/entities/{id}/validate`. Nothing is stored.
///
/// # Errors
/// There is no such entity or field, or the viewer may not see one of the fields.
pub async fn validate(
    viewer: SignedIn,
    id: Path<EntityId>,
    body: JsonBody<ValidationBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let ValidationBody { values, partial } = body.value;
    let held = |text: Option<String>| text.map_or(Held::Null, |text| Held::from(text.as_str()));
    let values = values.into_iter().map(|(field, text)| (FieldId(field), held(text))).collect();
    let unfit = site.engine.validate(&viewer, &id, &values, partial)?;
    let problems: Vec<_> = unfit.into_iter().map(ValidationProblem::from).collect();
    Ok(HttpResponse::Ok().json(ValidationView { valid: problems.is_empty(), problems }))
}
