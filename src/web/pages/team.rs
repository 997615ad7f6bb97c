//! Who has what on their desk, to balance it; and who stands in for whom. No speed, no ranking.

use super::parts::{Choice, Problem};
use super::queue::address::{Address, List, NOBODY, Near};
use crate::domain::access::{Right, Role};
use crate::domain::ids::UserId;
use crate::engine::Refusal;
use crate::engine::routing::Away;
use crate::store::routing::{self, Load, Member};
use crate::store::users;
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::filters;
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::{Flash, Page, Section, Shell, Tone, View};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

/// `GET /team`.
#[derive(Template, Clone, Debug)]
#[template(path = "team/page.html")]
pub struct TeamPage {
    pub rows: Vec<Desk>,
    /// The person's own time away; None for somebody who does not decide.
    pub away: Option<AwayForm>,
    pub problems: Vec<Problem>,
}

impl View for TeamPage {
    const SECTION: Section = Section::Queue;
}

/// One person's desk, or nobody's.
#[derive(Clone, Debug)]
pub struct Desk {
    pub name: Msg,
    /// `away until 3 March; Jonas stands in`.
    pub note: Option<Msg>,
    pub open: Number,
    pub today: Number,
    pub overdue: Number,
    pub waiting: Number,
}

/// A number that leads to its rows.
#[derive(Clone, Debug)]
pub struct Number {
    pub n: i64,
    pub href: String,
}

/// The form of one's own time away.
#[derive(Clone, Debug, Default)]
pub struct AwayForm {
    /// What is in force: `You are away until ...`.
    pub now: Option<Msg>,
    pub from: String,
    pub until: String,
    pub deputies: Vec<Choice>,
}

/// `GET /team`.
///
/// # Errors
/// The store cannot be read.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
) -> Result<Page<TeamPage>, Failure> {
    Ok(Page::new(shell, shown(&viewer, &site, &face, None).await?))
}

async fn shown(
    viewer: &SignedIn,
    site: &Site,
    face: &Clockface,
    sent: Option<(&Sent, Problem)>,
) -> Result<TeamPage, Failure> {
    if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) {
        return Err(Failure::new(Code::Forbidden));
    }
    let mut s = site.session(viewer).await?;
    let team = routing::team(&mut s).await?;
    let loads = routing::desks(&mut s, viewer, face.now, face.tomorrow()).await?;
    let of = |person: Option<&UserId>| {
        loads.iter().find(|load| load.person.as_ref() == person).cloned().unwrap_or_default()
    };
    let shows = |member: &&Member| member.has(Role::Steward) || of(Some(&member.id)) != Load::default();
    let mut rows: Vec<Desk> = team
        .iter()
        .filter(shows)
        .map(|member| {
            let load = of(Some(&member.id));
            desk(literal(&member.name), note(member, &team, face), member.id.as_str(), &load)
        })
        .collect();
    // Whoever signs in no longer, and still has something.
    let gone = loads.iter().filter_map(|load| load.person.as_ref().map(|id| (id, load)));
    let gone: Vec<_> = gone.filter(|(id, _)| team.iter().all(|member| member.id != **id)).collect();
    let names = users::names(&mut s, gone.iter().map(|(id, _)| *id)).await?;
    for (id, load) in gone {
        let name = names.get(id).cloned().unwrap_or_else(|| id.0.clone());
        rows.push(desk(literal(name), None, id.as_str(), load));
    }
    rows.push(desk(msg("assignee-nobody"), None, NOBODY, &of(None)));
    let away =
        viewer.may(Right::Decide).then(|| form(viewer, &team, face, sent.as_ref().map(|(sent, _)| *sent)));
    Ok(TeamPage { rows, away, problems: sent.into_iter().map(|(_, problem)| problem).collect() })
}

fn desk(name: Msg, note: Option<Msg>, id: &str, load: &Load) -> Desk {
    let number = |n: i64, view: List, due: Option<Near>| {
        let address = Address { view, due, assignee: Some(id.to_owned()), ..Address::default() };
        Number { n, href: address.href() }
    };
    Desk {
        name,
        note,
        open: number(load.open, List::All, None),
        today: number(load.today, List::All, Some(Near::Today)),
        overdue: number(load.overdue, List::All, Some(Near::Overdue)),
        waiting: number(load.waiting, List::Snoozed, None),
    }
}

fn note(member: &Member, team: &[Member], face: &Clockface) -> Option<Msg> {
    let (_, until) = member.away.filter(|_| member.is_away(face.now))?;
    let deputy = team.iter().find(|other| Some(&other.id) == member.deputy.as_ref());
    let until = face.moment(until).text;
    Some(match deputy {
        Some(deputy) => msg("team-away-deputy").with("until", until).with("name", &deputy.name),
        None => msg("team-away").with("until", until),
    })
}

fn form(viewer: &SignedIn, team: &[Member], face: &Clockface, sent: Option<&Sent>) -> AwayForm {
    let own = team.iter().find(|member| member.id == viewer.user);
    let away = own.and_then(|own| own.away).filter(|(_, until)| *until > face.now);
    let deputy = own.and_then(|own| own.deputy.as_ref()).map_or("", UserId::as_str);
    let chosen = sent.map_or(deputy, |sent| sent.deputy.as_str());
    let nobody = Choice { value: String::new(), text: msg("deputy-nobody"), chosen: chosen.is_empty() };
    let others = team.iter().filter(|member| member.has(Role::Steward) && member.id != viewer.user);
    let choice = |member: &Member| Choice {
        value: member.id.0.clone(),
        text: literal(&member.name),
        chosen: member.id.as_str() == chosen,
    };
    let field = |sent: Option<&str>, time| sent.map_or_else(|| face.field(time), str::to_owned);
    let (from, until) = away.unwrap_or((face.now, face.now + chrono::TimeDelta::days(7)));
    AwayForm {
        now: away.map(|(from, until)| {
            let text = msg("team-own-away").with("from", face.moment(from).text);
            text.with("until", face.moment(until).text)
        }),
        from: field(sent.map(|sent| sent.from.as_str()), from),
        until: field(sent.map(|sent| sent.until.as_str()), until),
        deputies: std::iter::once(nobody).chain(others.map(choice)).collect(),
    }
}

/// The form of a time away.
#[derive(Deserialize)]
pub struct Sent {
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    deputy: String,
    /// `back` ends it.
    #[serde(default)]
    then: String,
}

/// `POST /team/away`.
///
/// # Errors
/// The store failed. What cannot be so is told on the page.
pub async fn away(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let back = sent.then == "back";
    let deputy = Some(sent.deputy.as_str()).filter(|id| !id.is_empty()).map(UserId::from);
    let times = face.local_time(&sent.from).zip(face.local_time(&sent.until));
    let done = match times {
        _ if back => site.engine.set_away(&viewer, None).await,
        Some((from, until)) => site.engine.set_away(&viewer, Some(Away { from, until, deputy })).await,
        None => Err(Refusal::Invalid("give a day and time from which, and until which".to_owned())),
    };
    match done {
        Ok(()) => {
            let text = msg(if back { "flash-back" } else { "flash-away" });
            let flash = Flash { tone: Tone::Done, text, undo: None, link: None };
            Ok(flash::redirect(&request, &viewer, "/team", &flash))
        }
        Err(Refusal::Invalid(text)) => {
            let problem = Problem { field: "away-until".to_owned(), text: literal(text) };
            let page = shown(&viewer, &site, &face, Some((&sent, problem))).await?;
            Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
        }
        Err(other) => Err(other.into()),
    }
}
