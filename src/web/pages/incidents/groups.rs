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
use crate::web::messages::{msg, said};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::words;
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
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

/// Freezes a set and leads to its page; what is missing is said on the page it came from.
pub async fn freeze(
    viewer: &Viewer,
    request: &HttpRequest,
    site: &Site,
    of: Of,
    sent: &Sent,
    back: &str,
) -> Result<HttpResponse, Failure> {
    let frozen = match sent.asked(of, site.engine.now()) {
        Ok(asked) => site.engine.freeze(viewer, asked).await,
        Err(refusal) => Err(refusal),
    };
    let (place, tone, text) = match frozen {
        Ok(group) => (format!("/groups/{}", group.id), Tone::Info, msg("flash-frozen")),
        Err(Refusal::WrongState(why) | Refusal::Invalid(why)) => (back.to_owned(), Tone::Danger, said(why)),
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(flash::redirect(request, viewer, &place, &Flash { tone, text, undo: None, link: None }))
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
    let setup = site.engine.setup();
    let mut session = site.store().session().await?;
    let of = Of::Alike(asked.like.clone());
    let found =
        groups::candidates(&mut session, &viewer, &of, &DifferenceId::default(), site.engine.now(), 1)
            .await?;
    let first = found.first().ok_or_else(|| Failure::new(Code::NotFound))?;
    let filter = Filter { like: Some(asked.like.clone()), ..Filter::default() };
    let filter = queue::measured(&mut session, &viewer, filter).await?;
    let count = queue::count(&mut session, &viewer, &filter, site.engine.now()).await?;
    let grouped = may_be_grouped(&setup, first);
    let form = (grouped && viewer.may(Right::Decide)).then(|| GroupForm {
        action: "/groups".to_owned(),
        like: asked.like.clone(),
        choices: choices(&setup, &first.entity, None),
        reasons: reasons(),
    });
    let lead = msg("alike-lead")
        .with("field", words::field(&setup.catalog, Some(&first.entity), &first.dispute.field))
        .with("entity", entity(&setup, &first.entity))
        .with("cause", words::cause(first.dispute.cause_name()));
    let list = format!("/queue?like={}", asked.like);
    Ok(Page::new(shell, AlikePage { count: number(count), list, lead, alone: !grouped, form }))
}

/// `POST /groups`: freezes what is alike for one outcome.
///
/// # Errors
/// The viewer may not decide, or the store failed.
pub async fn make(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("like", &sent.like).finish();
    let (of, back) = (Of::Alike(sent.like.clone()), format!("/groups/new?{query}"));
    freeze(&viewer, &request, &site, of, &sent, &back).await
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
            let group = site.engine.group(&viewer, &id).await?;
            let problem = Some(said(why));
            let body = shown::page(&site, &viewer, &face, &group, &Looked::default(), problem).await?;
            let page = Page::new(shell, body).status(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY);
            Ok(actix_web::Responder::respond_to(page, &request))
        }
        Err(refusal) => Err(refusal.into()),
    }
}
