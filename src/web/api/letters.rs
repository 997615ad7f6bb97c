//! Telling somebody whose value was not kept, and their objections, for programs.

use super::body::JsonBody;
use super::listing::Items;
use super::questions::PostedView;
use super::values::{self, FieldValue};
use crate::domain::ids::{FieldId, ObjectionId, ResolutionId};
use crate::engine::Setup;
use crate::engine::objections::{MOST, Telling};
use crate::engine::once::Receipt;
use crate::store::objections::{self, Objection};
use crate::store::resolutions;
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::{Code, Failure};
use crate::web::idempotency::{Reply, once};
use crate::web::pages::decisions::letters::post;
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Somebody who was told of a decision.
#[derive(Serialize, ToSchema)]
pub struct LetterView {
    id: String,
    href: String,
    resolution: String,
    conflict: String,
    record: String,
    entity: String,
    field: String,
    /// The value that was kept.
    kept: FieldValue,
    /// Who told.
    told_by: String,
    told_at: DateTime<Utc>,
    /// Who was told, and at which address.
    name: String,
    address: String,
    text: String,
    /// Its link takes an objection until then.
    open_until: DateTime<Utc>,
    /// When it left by mail; null where it did not.
    mailed_at: Option<DateTime<Utc>>,
    objection: Option<ObjectionView>,
}

/// An objection.
#[derive(Serialize, ToSchema)]
pub struct ObjectionView {
    at: DateTime<Utc>,
    words: String,
    /// The conflict in which the review waits.
    review: String,
}

/// A letter that was made.
#[derive(Serialize, ToSchema)]
pub struct ToldView {
    #[serde(flatten)]
    letter: LetterView,
    #[serde(flatten)]
    posted: PostedView,
}

/// Who is told what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterBody {
    /// A field or group of the decision that kept a value.
    field: String,
    /// A mail address.
    address: String,
    #[serde(default)]
    name: Option<String>,
    /// Why it was decided so, in up to 500 characters.
    #[serde(default)]
    text: Option<String>,
}

fn view(setup: &Setup, own: &Objection) -> LetterView {
    let slot = setup.catalog.entity(&own.entity).and_then(|entity| entity.slot(&own.field));
    let objection = own.objected.as_ref().map(|one| ObjectionView {
        at: one.at,
        words: one.words.clone(),
        review: one.review.0.clone(),
    });
    LetterView {
        id: own.id.0.clone(),
        href: format!("/api/v1/letters/{}", own.id),
        resolution: own.resolution.0.clone(),
        conflict: own.conflict.0.clone(),
        record: own.record.0.clone(),
        entity: own.entity.0.clone(),
        field: own.field.0.clone(),
        kept: values::of(slot.as_ref(), &own.kept),
        told_by: own.teller_name.clone(),
        told_at: own.created_at,
        name: own.name.clone(),
        address: own.address.clone(),
        text: own.text.clone(),
        open_until: own.expires_at,
        mailed_at: own.mailed_at,
        objection,
    }
}

/// `GET /api/v1/resolutions/{id}/letters`: who was told of a decision, oldest first.
///
/// # Errors
/// There is no such decision for this viewer.
pub async fn list(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ResolutionId>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let mut session = site.session(&viewer).await?;
    let missing = || Failure::new(Code::NotFound);
    resolutions::get(&mut session, &viewer, &id).await?.ok_or_else(missing)?;
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let found = objections::of_resolution(&mut session, &id, most).await?;
    let setup = site.engine.setup();
    Ok(Items { items: found.iter().map(|own| view(&setup, own)).collect(), next: None }.respond(&request))
}

/// `POST /api/v1/resolutions/{id}/letters`: tells somebody, by mail or by a link that is answered.
///
/// # Errors
/// The viewer may neither decide nor lead, there is no such decision or field, nothing was kept, the
/// address is none, too many were told, or the decision does not stand or is still held.
pub async fn tell(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ResolutionId>,
    body: JsonBody<LetterBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |key| {
        let kept = key.is_some();
        let receipt = key.map(|key| Receipt {
            key,
            answer: |(setup, own): &(Arc<Setup>, Objection)| {
                let told = ToldView { letter: view(setup, own), posted: PostedView::default() };
                (201, serde_json::to_string(&told).unwrap_or_default())
            },
        });
        let own = &body.value;
        let telling = Telling {
            field: FieldId(own.field.clone()),
            name: own.name.clone().unwrap_or_default(),
            address: own.address.clone(),
            text: own.text.clone().unwrap_or_default(),
        };
        let (told, token) = site.engine.tell_decided(&viewer, &id, telling, receipt).await?;
        let (posted, link) = post(&site, &clock::face(&request), &told, &token).await?;
        let letter = found(&site, &viewer, &told.id).await?;
        let told = ToldView { letter, posted: PostedView::of(posted, link) };
        Ok(Reply { kept, ..Reply::of(StatusCode::CREATED, &told)? })
    })
    .await
}

/// `GET /api/v1/letters/{id}`.
///
/// # Errors
/// There is no such letter for this viewer.
pub async fn show(
    viewer: SignedIn,
    id: Path<ObjectionId>,
    site: Data<Site>,
) -> Result<Json<LetterView>, Failure> {
    found(&site, &viewer, &id).await.map(Json)
}

async fn found(site: &Site, viewer: &SignedIn, id: &ObjectionId) -> Result<LetterView, Failure> {
    let found = objections::get(&mut site.session(viewer).await?, viewer, id).await?;
    let letter = found.ok_or_else(|| Failure::new(Code::NotFound))?;
    Ok(view(&site.engine.setup(), &letter))
}
