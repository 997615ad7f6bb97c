//! The handlers of a draft: its page, its rows, switching on, bringing up to date, throwing away.

use super::build::{self, Asked};
use super::{DraftPage, DraftRowsPage};
use crate::domain::access::Viewer;
use crate::domain::audit::About;
use crate::engine::{Refusal, Setup};
use crate::store::configuration::{self, Document};
use crate::store::policy_drafts::Draft;
use crate::web::auth::Admin;
use crate::web::failure::{Code, Failure};
use crate::web::messages::{Msg, msg};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::parts::Notice;
use crate::web::site::Site;
use crate::web::{clock, flash};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// `GET /policy-drafts/{id}`.
///
/// # Errors
/// There is no such draft for this viewer, or the store failed.
pub async fn page(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<DraftPage>, Failure> {
    let body = shown(&viewer, &request, &site, &id).await?;
    Ok(Page::new(shell, body))
}

async fn shown(viewer: &Viewer, request: &HttpRequest, site: &Site, id: &str) -> Result<DraftPage, Failure> {
    let draft = find(viewer, site, id).await?;
    let preview = site.engine.preview_draft(viewer, &draft).await?;
    let shadow = site.engine.shadow(viewer, &draft).await?;
    let newest = configuration::current(&mut site.session(viewer).await?, Document::Policies).await?;
    let setup = site.engine.setup();
    Ok(build::page(&setup, &draft, &preview, shadow.as_ref(), newest.as_ref(), &clock::face(request))?)
}

async fn find(viewer: &Viewer, site: &Site, id: &str) -> Result<Draft, Failure> {
    site.engine.draft(viewer, id).await.map_err(gone)
}

fn gone(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::NotFound(_) => {
            let failure = Failure::new(Code::NotFound).detail(msg("draft-gone"));
            failure.link(msg("policies-title"), "/policies")
        }
        other => other.into(),
    }
}

/// `GET /policy-drafts/{id}/differences?what=settled&system=portal`.
///
/// # Errors
/// There is no such draft for this viewer, or the store failed.
pub async fn rows(
    viewer: Admin,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    asked: Query<Asked>,
) -> Result<Page<DraftRowsPage>, Failure> {
    let draft = find(&viewer, &site, &id).await?;
    let page = if asked.what.starts_with("shadow-") {
        let found = site.engine.shadow(&viewer, &draft).await?;
        super::shadow::rows(&site.engine.setup(), &draft, found.as_ref(), &asked)
    } else {
        let preview = site.engine.preview_draft(&viewer, &draft).await?;
        build::rows(&site.engine.setup(), &draft, &preview, &asked)
    };
    let about = About { entity: draft.changes.first().map(|own| own.entity.clone()), ..About::default() };
    site.engine.note_view(&viewer, "policy_draft", format!("policy-draft/{}", draft.id), about).await?;
    Ok(Page::new(shell, page))
}

/// How long a draft is put in shadow.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Shadowing {
    days: String,
    most: String,
}

/// `POST /policy-drafts/{id}/shadow`: puts it in shadow.
///
/// # Errors
/// There is no such draft for this viewer, the days or differences are out of bounds, or the store
/// failed.
pub async fn start_shadow(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    Form(sent): Form<Shadowing>,
) -> Result<HttpResponse, Failure> {
    let number = |text: &str| text.trim().parse().unwrap_or(0);
    let wanted = (number(&sent.days), number(&sent.most));
    site.engine.start_shadow(&viewer, &id, wanted).await.map_err(gone)?;
    let said = msg("flash-shadow").with("n", wanted.0);
    Ok(done(&viewer, &request, &format!("/policy-drafts/{id}"), said))
}

/// `POST /policy-drafts/{id}/shadow-end`: ends its shadow.
///
/// # Errors
/// There is no such draft for this viewer, it is not in shadow, or the store failed.
pub async fn end_shadow(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    site.engine.end_shadow(&viewer, &id).await.map_err(gone)?;
    Ok(done(&viewer, &request, &format!("/policy-drafts/{id}"), msg("flash-shadow-ended")))
}

/// What a draft said when it was looked at: [`Draft::fingerprint`].
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    seen: String,
}

/// `POST /policy-drafts/{id}/version`: switches it on. A draft that was overtaken, or changed since
/// it was looked at, is kept, and its page says so.
///
/// # Errors
/// There is no such draft for this viewer, or the store failed.
pub async fn switch_on(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Seen>,
) -> Result<HttpResponse, Failure> {
    let draft = find(&viewer, &site, &id).await?;
    match site.engine.switch_on(&viewer, &id, &sent.seen).await {
        Ok(n) => Ok(done(&viewer, &request, &target(&draft), msg("flash-policy").with("n", n))),
        Err(Refusal::Stale) => {
            let mut body = shown(&viewer, &request, &site, &id).await?;
            if body.stale.is_none() {
                body.notice = Some(changed());
            }
            Ok(Page::new(shell, body).status(StatusCode::CONFLICT).into_response())
        }
        Err(other) => Err(gone(other)),
    }
}

fn changed() -> Notice {
    let lines = vec![msg("draft-changed-advice")];
    Notice { tone: Tone::Danger, title: msg("draft-changed"), lines, links: Vec::new() }
}

/// The matrix, with the row marked that changed.
fn target(draft: &Draft) -> String {
    match draft.changes.as_slice() {
        [one] => {
            let slot = one.slot.as_ref().map_or("_all", |slot| slot.as_str());
            format!("{}?changed={slot}", build::matrix(draft))
        }
        _ => build::matrix(draft),
    }
}

/// `POST /policy-drafts/{id}/basis`: bases it on the version in force now.
///
/// # Errors
/// There is no such draft for this viewer, or the store failed.
pub async fn rebase(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let href = format!("/policy-drafts/{id}");
    let said = match site.engine.rebase_draft(&viewer, &id).await {
        Ok(draft) => msg("flash-draft-rebased").with("n", draft.based_on),
        Err(Refusal::Invalid(_)) => msg("flash-draft-same"),
        Err(other) => return Err(gone(other)),
    };
    Ok(done(&viewer, &request, &href, said))
}

/// `POST /policy-drafts/{id}/removal`: throws it away.
///
/// # Errors
/// There is no such draft for this viewer, or the store failed.
pub async fn discard(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let draft = site.engine.discard_draft(&viewer, &id).await.map_err(gone)?;
    let setup: std::sync::Arc<Setup> = site.engine.setup();
    let said = msg("flash-draft-gone").with("what", build::what(&setup, &draft));
    Ok(done(&viewer, &request, &build::matrix(&draft), said))
}

fn done(viewer: &Viewer, request: &HttpRequest, target: &str, text: Msg) -> HttpResponse {
    let flash = Flash { tone: Tone::Done, text, undo: None, link: None };
    flash::redirect(request, viewer, target, &flash)
}
