//! A report of a saved view by mail: when it comes, and that it comes no more.

use super::parts::{Choice, Link, Notice};
use crate::domain::access::Viewer;
use crate::domain::preferences::MailWish;
use crate::domain::schedule::Schedule;
use crate::engine::Refusal;
use crate::store::{users, view_reports, views};
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::filters;
use crate::web::flash;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Page, Section, Shell, Tone, View};
use crate::web::site::Site;
use crate::web::when::{Clockface, When};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use askama::Template;
use serde::Deserialize;

/// What the form says where nothing is asked for yet.
const USUAL: &str = "08:00";

/// `GET /views/{id}/report`.
#[derive(Template, Clone, Debug)]
#[template(path = "queue/report_mail.html")]
pub struct ReportMailPage {
    pub name: String,
    /// The view, and the forms below it.
    pub href: String,
    pub problem: Option<Msg>,
    /// Why no mail can reach this person.
    pub notice: Option<Notice>,
    /// Never, every day, on a weekday.
    pub days: Vec<Choice>,
    pub time: String,
    /// Whose clock: `Berlin, CET`.
    pub zone: Msg,
    /// When the next one comes.
    pub next: Option<When>,
}

impl View for ReportMailPage {
    const SECTION: Section = Section::Queue;
}

/// The form: `never`, `daily` or the number of a weekday, and a time.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    day: String,
    time: String,
}

impl Sent {
    fn of(schedule: Option<Schedule>) -> Self {
        let Some(schedule) = schedule else {
            return Self { day: "never".to_owned(), time: USUAL.to_owned() };
        };
        let day = schedule.weekday.map_or_else(|| "daily".to_owned(), |day| day.to_string());
        Self { day, time: schedule.time() }
    }

    fn schedule(&self) -> Result<Option<Schedule>, Refusal> {
        let weekday = match self.day.as_str() {
            "never" => return Ok(None),
            "daily" => None,
            day => Some(day.parse().unwrap_or(0)),
        };
        let read = Schedule::read(weekday, &self.time);
        read.map(Some).ok_or_else(|| Refusal::Invalid("choose a day, and a time like 08:30".to_owned()))
    }
}

/// `GET /views/{id}/report`: changes nothing; a mail leads here, to end it by one button.
///
/// # Errors
/// There is no such view for this person, or the store cannot be read.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<ReportMailPage>, Failure> {
    Ok(Page::new(shell, shown(&site, &viewer, &face, &id, None).await?))
}

async fn shown(
    site: &Site,
    viewer: &Viewer,
    face: &Clockface,
    id: &str,
    again: Option<(Sent, Msg)>,
) -> Result<ReportMailPage, Failure> {
    let mut session = site.session(viewer).await?;
    let s = &mut session;
    let view = views::get(s, viewer, id).await?.ok_or_else(|| Failure::new(Code::NotFound))?;
    let asked = view_reports::of(s, id, &viewer.user).await?;
    let user = users::by_id(s, &viewer.user).await?;
    let reached = user.is_some_and(|user| user.mail.is_some() && user.preferences.mail != MailWish::Never);
    let why = match (site.engine.has_post(), reached) {
        (false, _) => Some((msg("report-no-server"), Vec::new())),
        (_, false) => {
            let link = Link::new(msg("preferences-title"), "/preferences");
            Some((msg("report-no-address"), vec![link]))
        }
        _ => None,
    };
    let notice = why.map(|(title, links)| Notice { tone: Tone::Warning, title, lines: Vec::new(), links });
    let schedule = asked.as_ref().and_then(|asked| asked.schedule);
    let (sent, problem) = again.map_or_else(|| (Sent::of(schedule), None), |(sent, why)| (sent, Some(why)));
    let weekday =
        |day: i8| (day.to_string(), msg("report-weekly").with("day", msg(format!("weekday-{day}"))));
    let days = [("never".to_owned(), msg("report-never")), ("daily".to_owned(), msg("report-daily"))];
    let choice = |(value, text): (String, Msg)| {
        let chosen = value == sent.day;
        Choice { value, text, chosen }
    };
    Ok(ReportMailPage {
        name: view.name,
        href: format!("/views/{id}"),
        problem,
        notice,
        days: days.into_iter().chain((1..=7).map(weekday)).map(choice).collect(),
        time: sent.time,
        zone: face.zone_name(),
        next: asked.map(|asked| face.moment(asked.next_at)),
    })
}

/// `POST /views/{id}/report`: when it comes from now on, or that it comes no more.
///
/// # Errors
/// There is no such view for this person, or the store failed.
pub async fn save(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let done = match sent.schedule() {
        Ok(schedule) => site.engine.schedule_report(&viewer, &id, schedule).await.map(|()| schedule),
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(schedule) => {
            let key = if schedule.is_some() { "flash-report-saved" } else { "flash-report-ended" };
            Ok(told(&request, &viewer, &id, key))
        }
        Err(Refusal::Invalid(why)) => {
            let page = shown(&site, &viewer, &face, &id, Some((sent, said(why)))).await?;
            Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).respond_to(&request))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `POST /views/{id}/report/once`: one report, now.
///
/// # Errors
/// As [`save`].
pub async fn once(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    match site.engine.report_now(&viewer, &id).await {
        Ok(()) => Ok(told(&request, &viewer, &id, "flash-report-once")),
        Err(Refusal::Invalid(why)) => {
            let mut page = shown(&site, &viewer, &face, &id, None).await?;
            page.problem = Some(said(why));
            Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).respond_to(&request))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn told(request: &HttpRequest, viewer: &Viewer, id: &str, key: &'static str) -> HttpResponse {
    let flash = Flash { tone: Tone::Done, text: msg(key), undo: None, link: None };
    flash::redirect(request, viewer, &format!("/views/{id}/report"), &flash)
}
