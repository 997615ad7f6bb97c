//! Not the same record: the form on a record's page that takes one system's row out of it, and the
//! button that links it again.

use super::parts::{Choice, Link};
use super::record;
use crate::domain::access::{Right, Viewer};
use crate::domain::ids::{RecordId, SystemId};
use crate::engine::Refusal;
use crate::engine::dossier::Dossier;
use crate::engine::separate::Apart;
use crate::store::separations::Separation;
use crate::web::auth::{SignedIn, Steward};
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// Between a system and an identifier in the form; no system's name has it.
const BETWEEN: char = '/';

/// The form.
#[derive(Clone, Debug)]
pub struct Apartness {
    /// Where it posts to.
    pub action: String,
    /// Each row of the record.
    pub rows: Vec<Choice>,
    pub reason: String,
    pub error: Option<Msg>,
}

/// A row that was taken out of this record, or from which this one was taken.
#[derive(Clone, Debug)]
pub struct Separated {
    /// Who said what, when and why.
    pub text: Msg,
    /// The other record.
    pub other: Link,
    /// Where linking again posts to, for who may.
    pub action: Option<String>,
}

/// The form of a record; None for who may not decide, and where there is one row alone.
#[must_use]
pub fn form(dossier: &Dossier, viewer: &Viewer) -> Option<Apartness> {
    let row = |holding: &crate::domain::record::Holding| Choice {
        value: format!("{}{BETWEEN}{}", holding.system, holding.external_id),
        text: literal(format!("{} {}", dossier.setup.catalog.label(&holding.system), holding.external_id)),
        chosen: false,
    };
    let rows: Vec<Choice> = dossier.holdings.iter().map(row).collect();
    let may = viewer.may(Right::Decide) && rows.len() > 1;
    let action = format!("/records/{}/separations", dossier.record.id);
    may.then(|| Apartness { action, rows, reason: String::new(), error: None })
}

/// What was taken out of a record, or where it came from.
#[must_use]
pub fn of(dossier: &Dossier, viewer: &Viewer, face: &Clockface) -> Vec<Separated> {
    let separated = |own: &Separation| {
        let lost = own.from == dossier.record.id;
        let (key, other) =
            if lost { ("separated-from-here", &own.to) } else { ("separated-here", &own.from) };
        let text = msg(key)
            .with("system", dossier.setup.catalog.label(&own.system))
            .with("id", &own.external_id)
            .with("name", &own.by)
            .with("when", face.day(own.at).text)
            .with("reason", &own.reason);
        Separated {
            text,
            other: Link::new(msg("separated-other"), format!("/records/{other}")),
            action: viewer.may(Right::Decide).then(|| format!("/separations/{}/end", own.id)),
        }
    };
    dossier.separations.iter().map(separated).collect()
}

/// What the form sends.
#[derive(Clone, Debug, Deserialize)]
pub struct Sent {
    #[serde(default)]
    row: String,
    #[serde(default)]
    reason: String,
}

/// `POST /records/{id}/separations`.
///
/// # Errors
/// The viewer may not, or there is no such record or row. What does not do comes back as the same
/// page with what was sent.
pub async fn separate(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let record = RecordId(id.into_inner());
    let (system, external_id) = sent.row.split_once(BETWEEN).unwrap_or_default();
    let apart = Apart {
        record: record.clone(),
        system: SystemId::from(system),
        external_id: external_id.to_owned(),
        reason: sent.reason.clone(),
    };
    let (status, error) = match site.engine.separate(&viewer, apart).await {
        Ok(_) => {
            let flash = Flash { tone: Tone::Done, text: msg("flash-separated"), undo: None, link: None };
            return Ok(flash::redirect(&request, &viewer, &format!("/records/{record}"), &flash));
        }
        Err(Refusal::Invalid(_)) => (StatusCode::UNPROCESSABLE_ENTITY, msg("separate-reason-length")),
        Err(Refusal::NotFound(what)) if what != "record" => {
            (StatusCode::UNPROCESSABLE_ENTITY, msg("separate-no-row"))
        }
        Err(Refusal::WrongState(text)) => (StatusCode::CONFLICT, literal(text)),
        Err(refusal) => return Err(refusal.into()),
    };
    let face = clock::face(&request);
    let dossier = site.engine.dossier(&viewer, &record).await?;
    let mut page = record::build::page(&dossier, &viewer, &face);
    page.apart = page.apart.map(|mut form| {
        for row in &mut form.rows {
            row.chosen = row.value == sent.row;
        }
        Apartness { reason: sent.reason.clone(), error: Some(error), ..form }
    });
    Ok(Page::new(shell, page).status(status).into_response())
}

/// `POST /separations/{id}/end`: links it again.
///
/// # Errors
/// The viewer may not, there is no such separation, or it cannot be taken back now.
pub async fn end(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let own = site.engine.rejoin(&viewer, &id).await?;
    let flash = Flash { tone: Tone::Done, text: msg("flash-rejoined"), undo: None, link: None };
    Ok(flash::redirect(&request, &viewer, &format!("/records/{}", own.from), &flash))
}
