//! The addresses of group decisions: of an incident, or of differences that are alike.

use super::build::{choices, entity, number, reasons};
use super::handle::After;
use super::{AlikePage, GroupForm, GroupPage, LeftRow, MemberRow};
use crate::domain::access::{Right, Viewer};
use crate::domain::group::GroupChoice;
use crate::domain::ids::{DifferenceId, GroupId};
use crate::domain::resolution::{Outcome, Reason};
use crate::engine::incidents::group::{Asked, Progress, TYPED, may_be_grouped};
use crate::engine::{Refusal, Setup};
use crate::store::conflicts::{self, Difference};
use crate::store::groups::{self, Group, Member, Of};
use crate::store::queue::{self, Filter};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg, said};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::parts::{Link, Pager};
use crate::web::pages::words;
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use serde::Deserialize;
use std::collections::HashMap;

/// Rows of a page.
const PAGE: usize = 50;
const READ: i64 = PAGE as i64 + 1;
/// Rows of what is left out.
const LEFT: i64 = 50;
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
    let found = groups::candidates(&mut session, &viewer, &of, &DifferenceId::default(), 1).await?;
    let first = found.first().ok_or_else(|| Failure::new(Code::NotFound))?;
    let filter = Filter { like: Some(asked.like.clone()), ..Filter::default() };
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
    Query(asked): Query<After>,
) -> Result<Page<GroupPage>, Failure> {
    let group = site.engine.group(&viewer, &GroupId(id.into_inner())).await?;
    Ok(Page::new(shell, shown(&site, &viewer, &face, &group, asked.after, None).await?))
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
        Ok(_) => {
            let flash = Flash { tone: Tone::Done, text: msg("flash-group"), undo: None, link: None };
            Ok(flash::redirect(&request, &viewer, &format!("/groups/{id}"), &flash))
        }
        Err(Refusal::Invalid(why) | Refusal::WrongState(why)) => {
            let group = site.engine.group(&viewer, &id).await?;
            let body = shown(&site, &viewer, &face, &group, None, Some(said(why))).await?;
            let page = Page::new(shell, body).status(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY);
            Ok(actix_web::Responder::respond_to(page, &request))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn shown(
    site: &Site,
    viewer: &Viewer,
    face: &Clockface,
    group: &Group,
    after: Option<String>,
    problem: Option<Msg>,
) -> Result<GroupPage, Failure> {
    let setup = site.engine.setup();
    let progress = site.engine.progress(&group.id).await?;
    let mut session = site.store().session().await?;
    let s = &mut session;
    let listed = if group.state == "done" { "decided" } else { "included" };
    let first = DifferenceId(after.clone().unwrap_or_default());
    let mut members = groups::members(s, &group.id, listed, &first, READ).await?;
    let more = members.len() > PAGE;
    members.truncate(PAGE);
    let href = format!("/groups/{}", group.id);
    let next = members.last().filter(|_| more).map(|last| format!("{href}?after={}", last.difference));
    let left = groups::members(s, &group.id, "excluded", &DifferenceId::default(), LEFT).await?;
    let ids: Vec<DifferenceId> = members.iter().map(|member| member.difference.clone()).collect();
    let found = conflicts::of_ids(s, &ids).await?;
    let found: HashMap<_, _> = found.into_iter().map(|one| (one.id.clone(), one)).collect();
    let draft = group.state == "draft";
    let mine = draft && viewer.may(Right::Decide) && group.actor.id == viewer.user.0;
    let range = msg("group-listed")
        .with("n", if group.state == "done" { progress.decided } else { progress.included });
    Ok(GroupPage {
        id: group.id.0.clone(),
        title: msg("group-title").with("n", progress.total()),
        state: msg(format!("group-{}", group.state)),
        tone: if group.state == "done" { Tone::Done } else { Tone::Info },
        lead: lead(&setup, group, face),
        facts: facts(group, face),
        links: links(group),
        problem,
        progress: (!draft).then(|| (number(progress.decided), number(progress.total()))),
        total: number(progress.included),
        may_decide: mine && progress.included > 0,
        typed: progress.included > TYPED,
        rows: members
            .iter()
            .map(|member| row(&setup, group, member, found.get(&member.difference)))
            .collect(),
        pager: Pager { range: Some(range), previous: after.map(|_| href), next },
        left_out: left_out(&progress),
        left_rows: left.iter().map(|member| left_row(&setup, group, member)).collect(),
    })
}

fn lead(setup: &Setup, group: &Group, face: &Clockface) -> Msg {
    match &group.choice {
        GroupChoice::Keep { system } => msg("group-keep").with("system", setup.catalog.label(system)),
        GroupChoice::KeepOthers { system } => msg("group-others").with("system", setup.catalog.label(system)),
        GroupChoice::LeaveDifferent { until } => msg("group-leave").with("until", face.date(*until)),
    }
}

fn facts(group: &Group, face: &Clockface) -> Vec<(Msg, Msg)> {
    let mut facts = vec![
        (msg("incident-by"), literal(&group.actor.name)),
        (msg("group-frozen"), face.moment(group.created_at).text),
        (msg("incident-why"), literal(&group.note)),
    ];
    facts.extend(group.ended_at.map(|at| (msg("group-ended"), face.moment(at).text)));
    facts
}

fn links(group: &Group) -> Vec<Link> {
    match &group.incident {
        Some(id) => vec![Link::new(msg("incident-see"), format!("/incidents/{id}"))],
        None => vec![Link::new(msg("alike-see"), format!("/queue?like={}", group.pattern))],
    }
}

fn why(code: &str) -> Msg {
    msg(format!("left-{}", code.replace('_', "-")))
}

fn left_out(progress: &Progress) -> Vec<(Msg, u64)> {
    progress.excluded.iter().map(|(code, count)| (why(code), number(*count))).collect()
}

fn place(member: &Member) -> String {
    match &member.resolution {
        Some(resolution) => format!("/resolutions/{resolution}"),
        None => format!("/conflicts/{}", member.conflict),
    }
}

fn row(setup: &Setup, group: &Group, member: &Member, found: Option<&Difference>) -> MemberRow {
    let seen = |difference: &Difference| {
        let source = difference.dispute.policy.source_of_truth.as_ref();
        let value = |value: &crate::domain::conflict::Distinct| {
            let text = words::values(value.shown(source)).map_or_else(|state| state, literal);
            let label = |holder: &crate::domain::conflict::Holder| {
                setup.catalog.label(&holder.candidate.system).to_owned()
            };
            (text, value.holders.iter().map(label).collect())
        };
        difference.dispute.values.iter().map(value).collect::<Vec<_>>()
    };
    let becomes = |difference: &Difference| match group.choice.outcome(&difference.dispute) {
        Ok(Outcome::Keep { value }) => {
            let source = difference.dispute.policy.source_of_truth.as_ref();
            let kept = difference.dispute.value(value)?;
            Some(words::values(kept.shown(source)).map_or_else(|state| state, literal))
        }
        _ => Some(msg("group-stays")),
    };
    MemberRow {
        name: member.title.clone(),
        href: place(member),
        field: words::field(&setup.catalog, Some(&group.entity), &member.field),
        seen: found.map(seen).unwrap_or_default(),
        becomes: found.and_then(becomes).unwrap_or_else(|| msg("group-stays")),
        state: msg(format!("member-{}", member.state)),
    }
}

fn left_row(setup: &Setup, group: &Group, member: &Member) -> LeftRow {
    LeftRow {
        name: member.title.clone(),
        href: place(member),
        field: words::field(&setup.catalog, Some(&group.entity), &member.field),
        why: why(&member.why),
    }
}
