//! The handlers of the policies: the matrix, the form of one field, the versions.

use super::form::{self, Place, Sent};
use super::{build, versions};
use crate::domain::audit::About;
use crate::domain::policy_change::Change;
use crate::engine::policies::PolicyChange;
use crate::engine::{Refusal, Setup};
use crate::store::configuration::{self, Document};
use crate::store::policy_drafts::Draft;
use crate::store::queue::{self, Facet, Filter};
use crate::store::samples;
use crate::web::auth::Admin;
use crate::web::clock;
use crate::web::failure::{Code, Failure};
use crate::web::messages::msg;
use crate::web::page::{Page, Shell};
use crate::web::pages::parts::Problem;
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
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
    let mut s = site.session(&viewer).await?;
    let filter = Filter { entity: Some(entity.id.clone()), ..Filter::default() };
    let reviews = build::Reviews {
        all: queue::count(&mut s, &viewer, &filter, face.now).await?,
        fields: queue::facet(&mut s, &viewer, &filter, Facet::Field, face.now, face.tomorrow()).await?,
        blind: samples::figures(&mut s, &entity.id).await?,
    };
    let version = configuration::current(&mut s, Document::Policies).await?;
    let mut body = build::page(&setup, entity, &reviews, version.as_ref(), &face, &asked.changed);
    body.drafts = site.engine.drafts(&viewer).await?.iter().map(build::draft).collect();
    Ok(Page::new(shell, body))
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
    let sent = Sent::of(place.policy(), setup.policy_version, &setup);
    Ok(Page::new(shell, form::page(&setup, &place, &sent, Vec::new())))
}

/// `POST /policies/{entity}/{slot}`: a draft, whose page is next. What cannot be saved comes back with what
/// was typed.
///
/// # Errors
/// There is no such kind of record or field, or the store failed.
pub async fn change(
    viewer: Admin,
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
    match site.engine.draft_policy(&viewer, change).await {
        Ok(draft) => Ok(to_draft(&draft)),
        Err(refusal) => {
            let problem = refused(&site, &mut sent, refusal).await?;
            let setup = site.engine.reload().await?;
            let place = Place::find(&setup, &path.0, &path.1)?;
            Ok(again(shell, &setup, &place, &sent, vec![problem]))
        }
    }
}

/// `POST /policies/{entity}/{slot}/trial`: the form as it was sent, with what its condition says of
/// real records. Nothing is saved.
///
/// # Errors
/// There is no such kind of record or field, or the store failed.
pub async fn trial(
    viewer: Admin,
    site: Data<Site>,
    shell: Shell,
    path: Path<(String, String)>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let setup = site.engine.reload().await?;
    let place = Place::find(&setup, &path.0, &path.1)?;
    let change =
        Change { entity: place.entity.id.clone(), slot: place.slot_id(), policy: place.policy().clone() };
    let mut page = form::page(&setup, &place, &sent, Vec::new());
    let status = match site.engine.try_expression(&viewer, &change, sent.review_if.trim()).await {
        Ok(tried) => {
            let about = About { entity: Some(change.entity), field: change.slot, ..About::default() };
            let view = format!("policy-trial/{}/{}", path.0, path.1);
            site.engine.note_view(&viewer, "policy_trial", view, about).await?;
            page.tried = Some(tried.iter().map(|tried| build::tried(&setup, place.entity, tried)).collect());
            StatusCode::OK
        }
        Err(Refusal::Invalid(why)) => {
            let text = msg("problem-review-if").with("why", why);
            page.problems.push(Problem { field: "review_if".to_owned(), text });
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(other) => return Err(other.into()),
    };
    Ok(Page::new(shell, page).status(status).into_response())
}

fn to_draft(draft: &Draft) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, format!("/policy-drafts/{}", draft.id))).finish()
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
                configuration::current(&mut site.session_outside().await?, Document::Policies).await?;
            let (author, n) = current.map_or((String::new(), 0), |now| (now.author, now.version));
            sent.version = n.to_string();
            let text = msg("problem-policy-stale").with("name", author).with("n", n);
            Ok(Problem { field: form::STALE.to_owned(), text })
        }
        Refusal::Invalid(text) if text == "nothing was changed" => {
            Ok(Problem { field: "rule".to_owned(), text: msg("problem-policy-same") })
        }
        Refusal::Invalid(text) => {
            Ok(Problem { field: "because".to_owned(), text: crate::web::messages::said(text) })
        }
        other => Err(other.into()),
    }
}

/// Two versions to compare.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Between {
    pub entity: String,
    pub from: i64,
    pub to: i64,
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
    between: Query<Between>,
) -> Result<Page<super::VersionsPage>, Failure> {
    let entity = build::entity_or_first(&site.engine.setup(), &between.entity)?.id.0.clone();
    entity_versions(viewer, request, site, shell, Path::from(entity), between).await
}

/// `GET /policies/{entity}/versions?from=3&to=5`.
///
/// # Errors
/// There is no such kind of record, or the store failed.
pub async fn entity_versions(
    _: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    entity: Path<String>,
    between: Query<Between>,
) -> Result<Page<super::VersionsPage>, Failure> {
    let body = versions_page(&request, &site, &entity, &between, None).await?;
    Ok(Page::new(shell, body))
}

async fn versions_page(
    request: &HttpRequest,
    site: &Site,
    entity: &str,
    between: &Between,
    problem: Option<Problem>,
) -> Result<super::VersionsPage, Failure> {
    let setup = site.engine.setup();
    let entity = setup.entity(&entity.into())?;
    let mut s = site.session_outside().await?;
    let stored = configuration::versions(&mut s, Document::Policies, VERSIONS + 1).await?;
    let mut page = versions::page(&setup, entity, &stored, &clock::face(request))?;
    if between.from > 0 && between.to > 0 {
        let from = configuration::version(&mut s, Document::Policies, between.from).await?;
        let to = configuration::version(&mut s, Document::Policies, between.to).await?;
        let (Some(from), Some(to)) = (from, to) else { return Err(Failure::new(Code::NotFound)) };
        page.compared = Some(versions::compared(&setup, entity, &from, &to)?);
    }
    page.problems.extend(problem);
    Ok(page)
}

/// Why somebody goes back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Because {
    because: String,
}

/// `POST /policies/{entity}/versions/{n}/draft`: a draft of the way back, whose page is next.
///
/// # Errors
/// There is no such version, or the store failed. Without a reason, or where nothing differs, the
/// versions come back with what is wrong.
pub async fn roll_back(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    path: Path<(String, i64)>,
    Form(sent): Form<Because>,
) -> Result<HttpResponse, Failure> {
    site.engine.reload().await?;
    let text = match site.engine.draft_rollback(&viewer, path.1, &sent.because).await {
        Ok(draft) => return Ok(to_draft(&draft)),
        Err(Refusal::Invalid(text)) if text == "nothing was changed" => msg("problem-policy-back-same"),
        Err(Refusal::Invalid(_)) => msg("problem-because-policy"),
        Err(other) => return Err(other.into()),
    };
    let problem = Problem { field: format!("because-{}", path.1), text };
    let body = versions_page(&request, &site, &path.0, &Between::default(), Some(problem)).await?;
    Ok(Page::new(shell, body).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}
