//! The handlers of a record's page and of its timeline.

use super::{build, events};
use crate::domain::ids::{FieldId, RecordId};
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::page::{Page, Shell};
use crate::web::site::Site;
use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

/// Which part of a timeline.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    pub field: String,
    pub system: String,
    /// The key of the event that the page begins after.
    pub before: String,
}

/// `GET /records/{id}`.
///
/// # Errors
/// There is no such record for this person.
pub async fn page(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<super::RecordPage>, Failure> {
    let dossier = site.engine.dossier(&viewer, &RecordId(id.into_inner())).await?;
    let face = clock::face(&request);
    Ok(Page::new(shell, build::page(&dossier, &viewer, &face)))
}

/// `GET /records/{id}/timeline`.
///
/// # Errors
/// There is no such record for this person.
pub async fn timeline(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    narrowed: Query<Narrowed>,
) -> Result<Page<super::TimelinePage>, Failure> {
    let dossier = site.engine.dossier(&viewer, &RecordId(id.into_inner())).await?;
    let face = clock::face(&request);
    let field = (!narrowed.field.is_empty()).then(|| FieldId(narrowed.field.clone()));
    let all = events::of(&dossier, &face, field.as_ref());
    Ok(Page::new(shell, build::timeline(&dossier, &face, all, &narrowed)))
}
