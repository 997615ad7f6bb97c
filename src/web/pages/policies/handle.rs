//! The handlers of the policies: the matrix, the form of one field, the versions.

use super::form::{self, Place, Sent};
use super::{build, versions};
use crate::engine::policies::PolicyChange;
use crate::engine::{Refusal, Setup};
use crate::store::configuration::{self, Document};
use crate::store::queue::{self, Facet, Filter};
use crate::web::auth::Admin;
use crate::web::failure::Failure;
use crate::web::messages::msg;
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::parts::Problem;
use crate::web::site::Site;
use crate::web::{clock, flash};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// Versions that are shown.
const VERSIONS: i64 = 100;

/// Which kind of record, and which of its fields was just changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub entity: String,
    pub changed: String,
}

/// `GET /policies?entity=`: the first kind of record if none is named.
///
/// # Errors
/// Nothing is configured, or the store failed.
pub async fn index(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    asked: Query<Asked>,
) -> Result<Page<super::PoliciesPage>, Failure> {
    let entity = build::entity_or_first(&site.engine.setup(), &asked.entity)?.id.0.clone();
    page(viewer, request, site, shell, Path::from(entity), asked).await
}

/// `GET /policies/{entity}`.
///
/// # Errors
/// There is no such kind of record, or the store failed.
pub async fn page(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    entity: Path<String>,
    asked: Query<Asked>,
) -> Result<Page<super::PoliciesPage>, Failure> {
    let setup = site.engine.reload().await?;
    let entity = setup.entity(&entity.into_inner().into())?;
    let face = clock::face(&request);
    let mut s = site.store().session().await?;
    let filter = Filter { entity: Some(entity.id.clone()), ..Filter::default() };
    let reviews = build::Reviews {
        all: queue::count(&mut s, &viewer, &filter, face.now).await?,
        fields: queue::facet(&mut s, &viewer, &filter, Facet::Field, face.now).await?,
    };
    let version = configuration::current(&mut s, Document::Policies).await?;
    Ok(Page::new(shell, build::page(&setup, entity, &reviews, version.as_ref(), &face, &asked.changed)))
}

/// `GET /policies/{entity}/{slot}`; the slot `_all` is the kind of record itself.
///
/// # Errors
/// There is no such kind of record or field.
pub async fn form(
    _: Admin,
    site: Data<Site>,
    shell: Shell,
    path: Path<(String, String)>,
) -> Result<Page<super::PolicyForm>, Failure> {
    let setup = site.engine.reload().await?;
    let place = Place::find(&setup, &path.0, &path.1)?;
    let sent = Sent::of(place.policy(), setup.policy_version);
    Ok(Page::new(shell, form::page(&setup, &place, &sent, Vec::new())))
}

/// `POST /policies/{entity}/{slot}`: the next version. What cannot be saved comes back with what
/// was typed.
///
/// # Errors
/// There is no such kind of record or field, or the store failed.
pub async fn change(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    path: Path<(String, String)>,
    Form(mut sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let setup = site.engine.reload().await?;
    let place = Place::find(&setup, &path.0, &path.1)?;
    let policy = match sent.policy(place.policy(), &setup, place.entity) {
        Ok(policy) => policy,
        Err(problems) => return Ok(again(shell, &setup, &place, &sent, problems)),
    };
    let change = PolicyChange {
        entity: place.entity.id.clone(),
        slot: place.slot_id(),
        policy,
        reason: sent.because.trim().to_owned(),
        version: sent.version.parse().unwrap_or(0),
    };
    match site.engine.change_policy(&viewer, change).await {
        Ok(n) => {
            let text = msg("flash-policy").with("n", n);
            let flash = Flash { tone: Tone::Done, text, undo: None, link: None };
            Ok(flash::redirect(&request, &viewer, &place.matrix(&path.1), &flash))
        }
        Err(refusal) => {
            let problem = refused(&site, &mut sent, refusal).await?;
            let setup = site.engine.reload().await?;
            let place = Place::find(&setup, &path.0, &path.1)?;
            Ok(again(shell, &setup, &place, &sent, vec![problem]))
        }
    }
}

/// The form once more, with what was typed and what is wrong.
fn again(
    shell: Shell,
    setup: &Setup,
    place: &Place<'_>,
    sent: &Sent,
    problems: Vec<Problem>,
) -> HttpResponse {
    let stale = problems.iter().any(|problem| problem.field == form::STALE);
    let status = if stale { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    Page::new(shell, form::page(setup, place, sent, problems)).status(status).into_response()
}

/// A refusal as a mistake of the form. One who was overtaken goes on from the other's version.
async fn refused(site: &Site, sent: &mut Sent, refusal: Refusal) -> Result<Problem, Failure> {
    match refusal {
        Refusal::Stale => {
            let current =
                configuration::current(&mut site.store().session().await?, Document::Policies).await?;
            let (author, n) = current.map_or((String::new(), 0), |now| (now.author, now.version));
            sent.version = n.to_string();
            let text = msg("problem-policy-stale").with("name", author).with("n", n);
            Ok(Problem { field: form::STALE.to_owned(), text })
        }
        Refusal::Invalid(text) if text == "nothing was changed" => {
            Ok(Problem { field: "rule".to_owned(), text: msg("problem-policy-same") })
        }
        Refusal::Invalid(text) => {
            Ok(Problem { field: "because".to_owned(), text: crate::web::messages::literal(text) })
        }
        other => Err(other.into()),
    }
}

/// `GET /policies/versions?entity=`.
///
/// # Errors
/// Nothing is configured, or the store failed.
pub async fn all_versions(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    asked: Query<Asked>,
) -> Result<Page<super::VersionsPage>, Failure> {
    let entity = build::entity_or_first(&site.engine.setup(), &asked.entity)?.id.0.clone();
    entity_versions(viewer, request, site, shell, Path::from(entity)).await
}

/// `GET /policies/{entity}/versions`.
///
/// # Errors
/// There is no such kind of record, or the store failed.
pub async fn entity_versions(
    _: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    entity: Path<String>,
) -> Result<Page<super::VersionsPage>, Failure> {
    let setup = site.engine.setup();
    let entity = setup.entity(&entity.into_inner().into())?;
    let mut s = site.store().session().await?;
    let stored = configuration::versions(&mut s, Document::Policies, VERSIONS + 1).await?;
    Ok(Page::new(shell, versions::page(&setup, entity, &stored, &clock::face(&request))?))
}
