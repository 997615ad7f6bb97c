//! The addresses of group decisions: of an incident, of differences that are alike, or of what the queue
//! lists.

pub mod act;
pub mod file;
mod rows;
mod shown;

use super::build::{choices, entity, number, reasons};
use super::{AlikePage, GroupForm, GroupPage};
use crate::domain::access::{Right, Viewer};
use crate::domain::group::GroupChoice;
use crate::domain::ids::{DifferenceId, GroupId};
use crate::domain::resolution::Reason;
use crate::engine::Refusal;
use crate::engine::incidents::group::{Asked, may_be_grouped};
use crate::store::groups::{self, Of};
use crate::store::queue::{self, Filter};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::parts::Choice;
use crate::web::pages::words;
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use chrono::TimeDelta;
use serde::Deserialize;

/// "Leave different" of a group ends after so many days.
const LEAVE_DAYS: i64 = 90;

/// The outcome of a group as its form sends it.
#[derive(Deserialize)]
pub struct Sent {
    #[serde(default)]
    like: String,
    #[serde(default)]
    choice: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
}

impl Sent {
    fn asked(&self, of: Of, now: crate::domain::time::Time) -> Result<Asked, Refusal> {
        let choice = match self.choice.split_once(':') {
            Some(("keep", system)) => GroupChoice::Keep { system: system.into() },
            Some(("others", system)) => GroupChoice::KeepOthers { system: system.into() },
            _ if self.choice == "leave" => {
                GroupChoice::LeaveDifferent { until: now + TimeDelta::days(LEAVE_DAYS) }
            }
            _ => return Err(Refusal::Invalid("Choose one of the outcomes".to_owned())),
        };
        Ok(Asked { of, choice, reason: Reason::of(&self.reason), note: self.note.clone() })
    }
}

/// Freezes a set: where its page is, or what is wrong with what was sent.
///
/// # Errors
/// The viewer may not decide, there is nothing of it, or the store failed.
pub async fn freeze(
    viewer: &Viewer,
    site: &Site,
    of: Of,
    sent: &Sent,
) -> Result<Result<String, Msg>, Failure> {
    let frozen = match sent.asked(of, site.engine.now()) {
        Ok(asked) => site.engine.freeze(viewer, asked).await,
        Err(refusal) => Err(refusal),
    };
    match frozen {
        Ok(group) => Ok(Ok(format!("/groups/{}", group.id))),
        Err(Refusal::WrongState(why) | Refusal::Invalid(why)) => Ok(Err(said(why))),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Leads to the page of a set that was frozen.
///
/// # Errors
/// The message cannot be kept.
pub fn frozen(request: &HttpRequest, viewer: &Viewer, place: &str) -> HttpResponse {
    let flash = Flash { tone: Tone::Info, text: msg("flash-frozen"), undo: None, link: None };
    flash::redirect(request, viewer, place, &flash)
}

impl GroupForm {
    /// The same with what was sent, and what is wrong with it.
    #[must_use]
    pub fn again(mut self, sent: &Sent, problem: Msg) -> Self {
        let chosen = |choice: &mut Choice, value: &str| choice.chosen = choice.value == value;
        self.choices.iter_mut().for_each(|choice| chosen(choice, &sent.choice));
        self.reasons.iter_mut().for_each(|choice| chosen(choice, &sent.reason));
        self.note.clone_from(&sent.note);
        self.problem = Some(problem);
        self
    }
}

/// The pattern that is asked for.
#[derive(Deserialize)]
pub struct Like {
    like: String,
}

/// `GET /groups/new`: what is alike, and the outcomes to choose from.
///
/// # Errors
/// Nothing is of that pattern, or the store cannot be read.
pub async fn alike(
    viewer: SignedIn,
    site: Data<Site>,
    shell: Shell,
    Query(asked): Query<Like>,
) -> Result<Page<AlikePage>, Failure> {
    Ok(Page::new(shell, alike_page(&site, &viewer, &asked.like).await?))
}

async fn alike_page(site: &Site, viewer: &Viewer, like: &str) -> Result<AlikePage, Failure> {
    let setup = site.engine.setup();
    let mut session = site.session(viewer).await?;
    let of = Of::Alike(like.to_owned());
    let found =
        groups::candidates(&mut session, viewer, &of, &DifferenceId::default(), site.engine.now(), 1).await?;
    let first = found.first().ok_or_else(|| Failure::new(Code::NotFound))?;
    let filter = Filter { like: Some(like.to_owned()), ..Filter::default() };
    let filter = queue::measured(&mut session, viewer, filter).await?;
    let count = queue::count(&mut session, viewer, &filter, site.engine.now()).await?;
    let grouped = may_be_grouped(&setup, first);
    let form = (grouped && viewer.may(Right::Decide)).then(|| GroupForm {
        action: "/groups".to_owned(),
        like: like.to_owned(),
        choices: choices(&setup, &first.entity, None),
        reasons: reasons(),
        note: String::new(),
        problem: None,
    });
    let lead = msg("alike-lead")
        .with("field", words::field(&setup.catalog, Some(&first.entity), &first.dispute.field))
        .with("entity", entity(&setup, &first.entity))
        .with("cause", words::cause(first.dispute.cause_name()));
    let list = format!("/queue?like={like}");
    Ok(AlikePage { count: number(count), list, lead, alone: !grouped, form })
}

/// `POST /groups`: freezes what is alike for one outcome. What cannot be frozen comes back as it was sent.
///
/// # Errors
/// The viewer may not decide, or the store failed.
pub async fn make(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let problem = match freeze(&viewer, &site, Of::Alike(sent.like.clone()), &sent).await? {
        Ok(place) => return Ok(frozen(&request, &viewer, &place)),
        Err(problem) => problem,
    };
    let mut page = alike_page(&site, &viewer, &sent.like).await?;
    page.form = page.form.map(|form| form.again(&sent, problem));
    let page = Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(page.respond_to(&request))
}

/// `GET /groups/{id}`.
///
/// # Errors
/// There is no such group for this person, or the store cannot be read.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    id: Path<String>,
    Query(asked): Query<Looked>,
) -> Result<Page<GroupPage>, Failure> {
    let group = site.engine.group(&viewer, &GroupId(id.into_inner())).await?;
    Ok(Page::new(shell, shown::page(&site, &viewer, &face, &group, &asked, None).await?))
}

/// Which rows of a group are looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Looked {
    /// After this row.
    after: Option<String>,
    /// Of a draft: those that come to this.
    of: Option<String>,
    /// Of a draft: those left out for this.
    left: Option<String>,
    /// Of a run: those that stand so.
    show: Option<String>,
}

/// The number of differences, typed.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    count: String,
}

/// `POST /groups/{id}/decision`: decides the frozen set.
///
/// # Errors
/// The viewer may not decide, there is no such group, or the store failed.
pub async fn decide(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    id: Path<String>,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse, Failure> {
    let id = GroupId(id.into_inner());
    match site.engine.decide_group(&viewer, &id, &typed.count).await {
        Ok(group) => {
            let asked = group.approval.is_some_and(|approval| approval.is_awaited());
            let text = msg(if asked { "flash-asked-approval" } else { "flash-group" });
            let flash = Flash { tone: Tone::Done, text, undo: None, link: None };
            Ok(flash::redirect(&request, &viewer, &format!("/groups/{id}"), &flash))
        }
        Err(Refusal::Invalid(why) | Refusal::WrongState(why)) => {
            let again = Again { count: typed.count, ..Again::new(said(why)) };
            refused(&site, (&viewer, &face), shell, &request, &id, again).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What was sent and refused.
pub struct Again {
    pub problem: Msg,
    /// The number that was typed.
    pub count: String,
    /// Why it was to be reversed.
    pub why: String,
    /// Why it was to be sent back.
    pub reason: String,
    /// The rows that were ticked.
    pub rows: Vec<DifferenceId>,
}

impl Again {
    /// Refused for that.
    #[must_use]
    pub fn new(problem: Msg) -> Self {
        let (count, why, reason) = (String::new(), String::new(), String::new());
        Self { problem, count, why, reason, rows: Vec::new() }
    }
}

/// The page of a group with what was sent and refused.
///
/// # Errors
/// There is no such group for this person, or the store cannot be read.
pub async fn refused(
    site: &Site,
    (viewer, face): (&Viewer, &Clockface),
    shell: Shell,
    request: &HttpRequest,
    id: &GroupId,
    again: Again,
) -> Result<HttpResponse, Failure> {
    let group = site.engine.group(viewer, id).await?;
    let problem = Some(again.problem);
    let mut page = shown::page(site, viewer, face, &group, &Looked::default(), problem).await?;
    (page.count, page.why) = (again.count, again.why);
    page.approvals.iter_mut().for_each(|own| own.reason.clone_from(&again.reason));
    let rows = page.parts.iter_mut().filter(|part| !part.tickable).flat_map(|part| &mut part.rows);
    rows.for_each(|row| row.ticked = again.rows.iter().any(|ticked| ticked.0 == row.id));
    let page = Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(page.respond_to(request))
}
