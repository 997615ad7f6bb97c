//! The addresses of decisions and of their writes.

use super::read::Decisions;
use super::{DecisionPage, DecisionsPage, ReversalPage, build};
use crate::domain::access::Viewer;
use crate::domain::ids::{DeliveryId, ResolutionId};
use crate::engine::Refusal;
use crate::store::resolutions;
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::conflict::trail;
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// `GET /decisions`.
///
/// # Errors
/// The store cannot be read.
pub async fn list(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
) -> Result<Page<DecisionsPage>, Failure> {
    let read = Decisions::recent(&site, &viewer, clock).await?;
    Ok(Page::new(shell, build::list(&read)?))
}

/// `GET /resolutions/{id}`.
///
/// # Errors
/// There is no such decision for this viewer, or the store cannot be read.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<DecisionPage>, Failure> {
    let read = Decisions::one(&site, &viewer, clock, &ResolutionId(id.into_inner())).await?;
    Ok(Page::new(shell, build::page(&read)?))
}

/// `POST /resolutions/{id}/undo`: takes the decision back and leads to its conflict, where the
/// choices stand as a draft.
///
/// # Errors
/// The viewer may not, there is no such decision, or the store failed.
pub async fn undo(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let id = ResolutionId(id.into_inner());
    match site.engine.undo(&viewer, &id).await {
        Ok(decision) => {
            // Back in the list it was decided in.
            let place = trail::address(&request, decision.conflict.as_str());
            Ok(told(&request, &viewer, &place, Tone::Done, msg("flash-undone")))
        }
        Err(Refusal::WrongState(why)) => {
            let place = format!("/resolutions/{id}");
            Ok(told(&request, &viewer, &place, Tone::Danger, said(why)))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `GET /resolutions/{id}/reversal`: what reversing would put back.
///
/// # Errors
/// The viewer may not, there is no such decision, or the store failed.
pub async fn reversal(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let id = ResolutionId(id.into_inner());
    match site.engine.reversal(&viewer, &id).await {
        Ok(found) => {
            let read = Decisions::one(&site, &viewer, clock::face(&request), &id).await?;
            Ok(Page::new(shell, build::reversal(&read, &found.1)).into_response())
        }
        Err(Refusal::WrongState(why)) => {
            let place = format!("/resolutions/{id}");
            Ok(told(&request, &viewer, &place, Tone::Danger, said(why)))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What the form of a reversal sends.
#[derive(Deserialize)]
pub struct Because {
    #[serde(default)]
    reason: String,
}

/// `POST /resolutions/{id}/reversal`: reverses the decision, and leads to the decision that does.
///
/// # Errors
/// As [`reversal`]. Without a reason the same page comes back.
pub async fn reverse(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Because>,
) -> Result<HttpResponse, Failure> {
    let id = ResolutionId(id.into_inner());
    match site.engine.reverse(&viewer, &id, &sent.reason).await {
        Ok(decision) => {
            let place = format!("/resolutions/{}", decision.id);
            Ok(told(&request, &viewer, &place, Tone::Done, msg("flash-reversed")))
        }
        Err(Refusal::Invalid(why)) => {
            let found = site.engine.reversal(&viewer, &id).await?;
            let read = Decisions::one(&site, &viewer, clock::face(&request), &id).await?;
            let page = build::reversal(&read, &found.1);
            let page = ReversalPage { reason: sent.reason, error: Some(said(why)), ..page };
            Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
        }
        Err(Refusal::WrongState(why)) => {
            let place = format!("/resolutions/{id}");
            Ok(told(&request, &viewer, &place, Tone::Danger, said(why)))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `POST /deliveries/{id}/retry`: tries a refused write again, and leads to its decision.
///
/// # Errors
/// The viewer may not, there is no such write, or the store failed.
pub async fn retry(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let id = DeliveryId(id.into_inner());
    let place = place_of(&site, &viewer, &id).await?;
    let (tone, text) = match site.engine.retry(&viewer, &id).await {
        Ok(()) => (Tone::Done, msg("flash-retried")),
        Err(Refusal::WrongState(why)) => (Tone::Danger, said(why)),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(told(&request, &viewer, &place, tone, text))
}

/// `POST /deliveries/{id}/reopening`: brings what a system refused before a person again, and
/// leads to its conflict.
///
/// # Errors
/// The viewer may not, there is no such write, or the store failed.
pub async fn reopening(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let id = DeliveryId(id.into_inner());
    let place = place_of(&site, &viewer, &id).await?;
    Ok(match site.engine.decide_again(&viewer, &id).await {
        Ok(conflict) => {
            told(&request, &viewer, &format!("/conflicts/{conflict}"), Tone::Done, msg("flash-reopened"))
        }
        Err(Refusal::WrongState(why)) => told(&request, &viewer, &place, Tone::Danger, said(why)),
        Err(refusal) => return Err(refusal.into()),
    })
}

/// The page of the decision that a write belongs to.
async fn place_of(site: &Site, viewer: &Viewer, id: &DeliveryId) -> Result<String, Failure> {
    let found = resolutions::delivery(&mut site.session(viewer).await?, id).await?;
    let found = found.filter(|found| viewer.sees(&found.entity));
    Ok(format!("/resolutions/{}", found.ok_or_else(|| Failure::new(Code::NotFound))?.resolution))
}

fn told(request: &HttpRequest, viewer: &Viewer, place: &str, tone: Tone, text: Msg) -> HttpResponse {
    flash::redirect(request, viewer, place, &Flash { tone, text, undo: None, link: None })
}
