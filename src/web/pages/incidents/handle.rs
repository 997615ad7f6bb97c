//! The addresses of incidents.

use super::build::{self, Shown};
use super::groups;
use super::{IncidentPage, IncidentsPage};
use crate::domain::access::Viewer;
use crate::domain::ids::IncidentId;
use crate::domain::incident::{Ending, IncidentKind, IncidentState};
use crate::engine::Refusal;
use crate::store::groups::Of;
use crate::store::incidents::{self, Incident};
use crate::store::{Session, StoreError, groups as stored, records};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::Failure;
use crate::web::flash;
use crate::web::messages::{msg, said};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::parts::{Empty, Pager};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use serde::Deserialize;
use std::collections::HashMap;

/// Rows of a page.
const PAGE: usize = 50;
const READ: i64 = PAGE as i64 + 1;

/// Where a page of a list begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct After {
    pub after: Option<String>,
}

/// `GET /incidents`.
///
/// # Errors
/// The store cannot be read.
pub async fn list(
    viewer: SignedIn,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    Query(asked): Query<After>,
) -> Result<Page<IncidentsPage>, Failure> {
    let setup = site.engine.setup();
    let mut session = site.session(&viewer).await?;
    let before = asked.after.map(IncidentId);
    let open = incidents::open(&mut session, &viewer, 200).await?;
    let mut ended = incidents::ended(&mut session, &viewer, before.as_ref(), READ).await?;
    let more = ended.len() > PAGE;
    ended.truncate(PAGE);
    let next = ended.last().filter(|_| more).map(|last| format!("/incidents?after={}", last.id));
    let rows = |all: &[Incident]| all.iter().map(|one| build::row(&setup, one, &face)).collect::<Vec<_>>();
    let empty = || Empty { title: msg("incidents-none"), text: msg("incidents-none-text"), link: None };
    let body = IncidentsPage {
        empty: (open.is_empty() && ended.is_empty()).then(empty),
        open: rows(&open),
        ended: rows(&ended),
        pager: Pager { next, ..Pager::default() },
    };
    Ok(Page::new(shell, body))
}

/// `GET /incidents/{id}`.
///
/// # Errors
/// There is no such incident for this person, or the store cannot be read.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    id: Path<String>,
    Query(asked): Query<After>,
) -> Result<Page<IncidentPage>, Failure> {
    let id = IncidentId(id.into_inner());
    Ok(Page::new(shell, incident_page(&site, (&viewer, &face), &id, asked).await?))
}

async fn incident_page(
    site: &Site,
    (viewer, face): (&Viewer, &Clockface),
    id: &IncidentId,
    asked: After,
) -> Result<IncidentPage, Failure> {
    let setup = site.engine.reload().await?;
    let incident = site.engine.incident(viewer, id).await?;
    let mut session = site.session(viewer).await?;
    let s = &mut session;
    let after = asked.after.as_deref().and_then(|after| after.split_once('~'));
    let mut members = incidents::members(s, &incident.id, None, after, READ).await?;
    let more = members.len() > PAGE;
    members.truncate(PAGE);
    let address = |last: &incidents::Member| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("after", &format!("{}~{}", last.external_id, last.record));
        format!("/incidents/{}?{}", incident.id, query.finish())
    };
    let next = members.last().filter(|_| more).map(address);
    let ids: Vec<_> = members.iter().map(|member| member.record.clone()).collect();
    let titles = records::of_ids(s, &ids).await?;
    let mut titles: HashMap<_, _> = titles.into_iter().map(|one| (one.id, one.title)).collect();
    let rows = members.iter().map(|one| build::record(one, titles.remove(&one.record))).collect();
    let group = stored::of_incident(s, &incident.id).await?;
    let waiting = stored::count_of_incident(s, viewer, &incident.id).await?;
    let progress = progress(s, &incident, group.as_ref()).await?;
    let range = msg("incident-records").with("n", incident.records);
    let pager = Pager {
        range: Some(range),
        previous: asked.after.map(|_| format!("/incidents/{}", incident.id)),
        next,
    };
    let (setup, incident, group) = (&setup, &incident, group.as_ref());
    let shown = Shown { setup, incident, viewer, face, progress, waiting, group, rows, pager };
    Ok(build::page(shown))
}

/// Done and all, while a choice is carried out.
async fn progress(
    s: &mut Session,
    incident: &Incident,
    group: Option<&stored::Group>,
) -> Result<Option<(i64, i64)>, StoreError> {
    if !matches!(incident.state, IncidentState::Working(_)) {
        return Ok(None);
    }
    if incident.kind == IncidentKind::MassDelete {
        let held = incidents::count_members(s, &incident.id, "held").await?;
        return Ok(Some(((incident.records - held).max(0), incident.records)));
    }
    let Some(group) = group else { return Ok(None) };
    let counts = stored::counts(s, &group.id).await?;
    let of = |value: &str| counts.iter().find(|count| count.value == value).map_or(0, |count| count.count);
    Ok(Some((of("decided"), of("decided") + of("included"))))
}

/// The answer to an incident.
#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    ending: String,
    #[serde(default)]
    because: String,
}

/// `POST /incidents/{id}/choice`: allows or refuses a mass delete, or lets the others go.
///
/// # Errors
/// The viewer may not, there is no such incident, or the store failed.
pub async fn choose(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    id: Path<String>,
    Form(answer): Form<Answer>,
) -> Result<HttpResponse, Failure> {
    let id = IncidentId(id.into_inner());
    let chosen = match Ending::of(&answer.ending) {
        Some(ending) => site.engine.choose(&viewer, &id, ending, &answer.because).await.map(drop),
        None => Err(Refusal::Invalid("Choose one of the answers".to_owned())),
    };
    let why = match chosen {
        Ok(()) => {
            let text = msg(format!("flash-{}", answer.ending));
            let flash = Flash { tone: Tone::Done, text, undo: None, link: None };
            return Ok(flash::redirect(&request, &viewer, &format!("/incidents/{id}"), &flash));
        }
        Err(Refusal::WrongState(why) | Refusal::Invalid(why)) => why,
        Err(refusal) => return Err(refusal.into()),
    };
    let mut page = incident_page(&site, (&viewer, &face), &id, After::default()).await?;
    // Where somebody else was first there is nothing to answer any longer, and the page says so.
    page.answers.iter_mut().for_each(|own| own.chosen = own.value == answer.ending);
    (page.because, page.problem) = (answer.because, Some(said(why)));
    let page = Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(page.respond_to(&request))
}

/// `POST /incidents/{id}/groups`: freezes its differences for one outcome, and leads to what that means. What
/// cannot be frozen comes back as it was sent.
///
/// # Errors
/// The viewer may not decide, there is no such incident, or the store failed.
pub async fn freeze(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<groups::Sent>,
) -> Result<HttpResponse, Failure> {
    let id = IncidentId(id.into_inner());
    let problem = match groups::freeze(&viewer, &site, Of::Incident(id.clone()), &sent).await? {
        Ok(place) => return Ok(groups::frozen(&request, &viewer, &place)),
        Err(problem) => problem,
    };
    let mut page = incident_page(&site, (&viewer, &face), &id, After::default()).await?;
    page.form = page.form.map(|form| form.again(&sent, problem));
    let page = Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(page.respond_to(&request))
}
