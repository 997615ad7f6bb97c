//! `/object/{token}`: somebody whose value was not kept objects, once.

use super::super::{questions, words};
use super::{named, none, over, shown, wait};
use crate::domain::question::MOST_TEXT;
use crate::engine::Refusal;
use crate::engine::objections::Told;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::filters;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::{Section, View};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

/// `GET /object/{token}`.
#[derive(Template, Clone, Debug)]
#[template(path = "link/object.html")]
pub struct ObjectPage {
    pub action: String,
    /// `Address of Customer`.
    pub what: Msg,
    pub field: Msg,
    /// Who decided.
    pub decider: String,
    pub kept: Msg,
    pub when: Msg,
    pub reason: Option<Msg>,
    /// Why, in the words of who told.
    pub text: String,
    pub ids: Vec<(String, String)>,
    /// As it was sent.
    pub said: String,
    pub most: usize,
    pub until: Msg,
    pub problem: Option<Msg>,
}

impl View for ObjectPage {
    const SECTION: Section = Section::None;
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    words: String,
}

/// `GET /object/{token}`: changes nothing.
///
/// # Errors
/// The store cannot be read.
pub async fn page(
    request: HttpRequest,
    site: Data<Site>,
    token: Path<String>,
) -> Result<HttpResponse, Failure> {
    if let Some(later) = wait(&site, &request).await? {
        return Ok(later);
    }
    match site.engine.told_by(&token).await? {
        None => none(&site, &request).await,
        Some(told) => Ok(looked(&site, &request, &token, &told, "", None)),
    }
}

/// `POST /object/{token}`: takes the one objection.
///
/// # Errors
/// The store failed. What cannot be taken comes back as it was sent.
pub async fn object(
    request: HttpRequest,
    site: Data<Site>,
    token: Path<String>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    if let Some(later) = wait(&site, &request).await? {
        return Ok(later);
    }
    let Some(told) = site.engine.told_by(&token).await? else { return none(&site, &request).await };
    if !told.is_open(site.engine.now()) {
        return Ok(looked(&site, &request, &token, &told, &sent.words, None));
    }
    let problem = match site.engine.object(&token, &sent.words).await {
        Ok(()) => return Ok(over(&site, &request, "object-done", msg("object-done-text"), StatusCode::OK)),
        Err(Refusal::Invalid(_)) => msg("problem-object").with("most", MOST_TEXT),
        // Used in the meantime, or the decision is still being written.
        Err(Refusal::WrongState(_)) => match site.engine.told_by(&token).await? {
            Some(now) if now.is_open(site.engine.now()) => msg("object-wait-text"),
            _ => return Ok(over(&site, &request, "object-over", msg("object-over-text"), StatusCode::GONE)),
        },
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(looked(&site, &request, &token, &told, &sent.words, Some(problem)))
}

fn looked(
    site: &Site,
    request: &HttpRequest,
    token: &str,
    told: &Told,
    said: &str,
    problem: Option<Msg>,
) -> HttpResponse {
    if !told.is_open(site.engine.now()) {
        return over(site, request, "object-over", msg("object-over-text"), StatusCode::GONE);
    }
    let (own, face) = (&told.objection, clock::face(request));
    let catalog = &site.engine.setup().catalog;
    let (field, entity) = questions::what(catalog, &own.entity, &own.field);
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ObjectPage {
        action: format!("/object/{token}"),
        what: msg("link-what").with("field", field.clone()).with("entity", entity),
        field,
        decider: told.decision.actor.name.clone(),
        kept: words::values(&own.kept).map_or_else(|state| state, literal),
        when: face.moment(told.decision.created_at).exact,
        reason: words::reason(&told.decision.reason),
        text: own.text.clone(),
        ids: named(site, &told.ids),
        said: said.to_owned(),
        most: MOST_TEXT,
        until: face.moment(own.expires_at).exact,
        problem,
    };
    shown(site, request, page, status)
}
