//! Why a field of a record is judged as it is, step by step.

use super::listing::{Ask, Items, said};
use crate::domain::audit::About;
use crate::domain::ids::{FieldId, RecordId};
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::site::Site;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How one field or group is judged, in order: `voices` (what every system says, raw and as it is
/// compared), `agreed`, `standing`, `kind`, `policy`, `findings`, `guards`, `verdict`, `causes`.
/// `referee explain` prints the same.
#[derive(Serialize, ToSchema)]
pub struct ExplanationItem {
    /// The field or group.
    field: String,
    label: String,
    /// `agreed`, `waiting`, `excepted` or `judged`.
    standing: Value,
    #[serde(flatten)]
    #[schema(value_type = BTreeMap<String, Value>)]
    steps: BTreeMap<String, Value>,
}

/// `?field=phone`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplanationQuery {
    field: Option<String>,
}

/// `GET /api/v1/records/{id}/explanation`: how each field of a record is judged, or one of them.
///
/// # Errors
/// There is no such record for this viewer, or no such field.
pub async fn show(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<RecordId>,
    ask: Ask<ExplanationQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let field = said(ask.0.field.as_ref()).map(FieldId::from);
    let found = site.engine.explain(&viewer, &id, field.as_ref()).await?;
    let about = About { record: Some(id.clone()), ..About::default() };
    site.engine.note_view(&viewer, "explanation", format!("explanation/{}", *id), about).await?;
    let items = found.iter().map(|own| {
        let mut steps: BTreeMap<String, Value> = match serde_json::to_value(own)? {
            Value::Object(steps) => steps.into_iter().collect(),
            other => [("steps".to_owned(), other)].into(),
        };
        let mut text = |name: &str| match steps.remove(name) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let (field, label, standing) = (text("field"), text("label"), Value::String(text("standing")));
        Ok(ExplanationItem { field, label, standing, steps })
    });
    let items: Result<Vec<ExplanationItem>, serde_json::Error> = items.collect();
    let items = items.map_err(|_| Failure::new(Code::Internal))?;
    Ok(Items { items, next: None }.respond(&request))
}
