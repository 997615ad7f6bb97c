//! Asking for a decision: a form on the pages of a decision and of a record.

use super::parts::Choice;
use super::{decisions, record};
use crate::domain::access::{Right, Viewer};
use crate::domain::ids::{ConflictId, FieldId, RecordId, ResolutionId};
use crate::engine::Refusal;
use crate::engine::ask::Question;
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::flash;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// The form.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Where it posts to.
    pub action: String,
    /// The decision that is doubted.
    pub decision: Option<String>,
    pub fields: Vec<Choice>,
    pub reason: String,
    pub error: Option<Msg>,
}

impl Ask {
    /// An empty form about these fields of a record.
    #[must_use]
    pub fn about(record: &RecordId, fields: Vec<Choice>, decision: Option<&ResolutionId>) -> Self {
        Self {
            action: format!("/records/{record}/reviews"),
            decision: decision.map(|id| id.0.clone()),
            fields,
            reason: String::new(),
            error: None,
        }
    }

    /// The form as it was sent, and what is wrong with it.
    fn again(mut self, sent: &Sent, error: Msg) -> Self {
        for field in &mut self.fields {
            field.chosen = field.value == sent.field;
        }
        Self { reason: sent.reason.clone(), error: Some(error), ..self }
    }
}

/// Whether somebody may ask: who decides, and who may reverse what others decided.
#[must_use]
pub fn may_ask(viewer: &Viewer) -> bool {
    viewer.may(Right::Decide) || viewer.may(Right::Reverse)
}

/// What the form sends.
#[derive(Clone, Debug, Deserialize)]
pub struct Sent {
    #[serde(default)]
    field: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    decision: String,
}

/// `POST /records/{id}/reviews`: brings a field into the queue, and leads to its conflict.
///
/// # Errors
/// The viewer may not, there is no such record, field or decision, or the store failed. What cannot
/// be asked comes back as the same page with what was sent.
pub async fn ask(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let record = RecordId(id.into_inner());
    let decision = (!sent.decision.is_empty()).then(|| ResolutionId(sent.decision.clone()));
    let question = Question {
        record: record.clone(),
        field: FieldId(sent.field.clone()),
        reason: sent.reason.clone(),
        decision: decision.clone(),
    };
    let (status, error) = match site.engine.ask(&viewer, question).await {
        Ok(conflict) => {
            let flash = Flash { tone: Tone::Done, text: msg("flash-asked"), undo: None, link: None };
            return Ok(flash::redirect(&request, &viewer, &format!("/conflicts/{conflict}"), &flash));
        }
        Err(Refusal::Invalid(_)) => (StatusCode::UNPROCESSABLE_ENTITY, msg("ask-reason-length")),
        Err(Refusal::WrongState(_)) => (StatusCode::CONFLICT, msg("ask-under-way")),
        Err(refusal) => return Err(refusal.into()),
    };
    let face = clock::face(&request);
    match decision {
        Some(id) => {
            let read = decisions::read::Decisions::one(&site, &viewer, face, &id).await?;
            let mut page = decisions::build::page(&read)?;
            page.ask = page.ask.map(|form| form.again(&sent, error));
            Ok(Page::new(shell, page).status(status).into_response())
        }
        None => {
            let dossier = site.engine.dossier(&viewer, &record).await?;
            let mut page = record::build::page(&dossier, &viewer, &face);
            page.ask = page.ask.map(|form| form.again(&sent, error));
            Ok(Page::new(shell, page).status(status).into_response())
        }
    }
}

/// Why a conflict is to be decided again.
#[derive(Clone, Debug, Deserialize)]
pub struct Again {
    #[serde(default)]
    reason: String,
}

/// `POST /conflicts/{id}/reopening`: brings back every field that was decided last, and leads to it.
///
/// # Errors
/// The viewer may not, there is no such conflict, nothing of it was decided, the reason is missing, a
/// decision is on its way, or the store failed.
pub async fn reopen(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    Form(sent): Form<Again>,
) -> Result<HttpResponse, Failure> {
    let done = site.engine.reopen(&viewer, &ConflictId(id.clone()), &sent.reason).await;
    let (place, tone, text) = match done {
        Ok(conflict) => (format!("/conflicts/{conflict}"), Tone::Done, msg("flash-asked")),
        Err(Refusal::Invalid(_)) => (format!("/conflicts/{id}"), Tone::Warning, msg("reopen-missing")),
        Err(Refusal::WrongState(_)) => (format!("/conflicts/{id}"), Tone::Warning, msg("reopen-nothing")),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(flash::redirect(&request, &viewer, &place, &Flash { tone, text, undo: None, link: None }))
}
