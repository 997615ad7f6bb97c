//! The handlers that pass conflicts on.

use super::build::{Standing, forms};
use super::sent::Sent;
use super::{PassingPage, selections};
use crate::domain::access::Viewer;
use crate::domain::ids::ConflictId;
use crate::domain::routing::Ends;
use crate::engine::Refusal;
use crate::engine::routing::Routed;
use crate::store::routing;
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::conflict::trail;
use crate::web::pages::parts::{Link, Problem};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// `POST /assignments`.
///
/// # Errors
/// The viewer may not, or the store failed. What is wrong comes back with the forms.
pub async fn assign(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let job = Job::new(&viewer, &request, &site, &face, &body).await?;
    let to = job.sent.person();
    let mine = to.as_ref() == Some(&viewer.user);
    let done = site.engine.assign(&viewer, &job.ids, to.as_ref()).await;
    let text = match to {
        None => msg("flash-assigned-nobody"),
        Some(_) if mine => msg("flash-assigned-me"),
        Some(_) => msg("flash-assigned"),
    };
    // Whoever takes it goes on with it.
    job.answer(shell, done, text, "assign-to", mine).await
}

/// `POST /waits`.
///
/// # Errors
/// As [`assign`].
pub async fn wait(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let job = Job::new(&viewer, &request, &site, &face, &body).await?;
    let (until, ends) = match job.sent.wait(&face) {
        Ok(wait) => wait,
        Err(problem) => return job.again(shell, problem).await,
    };
    let done = site.engine.put_off(&viewer, &job.ids, until, ends).await;
    let text = msg(if ends == Ends::Change { "flash-put-off-change" } else { "flash-put-off" });
    job.answer(shell, done, text.with("until", face.moment(until).text), "wait-at", false).await
}

/// `POST /escalations`.
///
/// # Errors
/// As [`assign`].
pub async fn escalate(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let job = Job::new(&viewer, &request, &site, &face, &body).await?;
    let desk = match job.sent.desk() {
        Ok(desk) => desk,
        Err(problem) => return job.again(shell, problem).await,
    };
    let done = site.engine.escalate(&viewer, &job.ids, &desk, job.sent.get("question")).await;
    job.answer(shell, done, msg("flash-escalated"), "escalate-question", false).await
}

/// `POST /returns`.
///
/// # Errors
/// As [`assign`].
pub async fn send_back(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    face: Clockface,
    shell: Shell,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let job = Job::new(&viewer, &request, &site, &face, &body).await?;
    let done = site.engine.send_back(&viewer, &job.ids, job.sent.get("words")).await;
    job.answer(shell, done, msg("flash-sent-back"), "return-words", false).await
}

/// `POST /conflicts/{id}/recall`: it waits no longer.
///
/// # Errors
/// There is no such conflict for this person, it does not wait, or the store failed.
pub async fn recall(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let ids = [ConflictId(id.into_inner())];
    let conflict = site.engine.call_back(&viewer, &ids).await?.only()?;
    let flash = Flash { tone: Tone::Done, text: msg("flash-recalled"), undo: None, link: None };
    let place = trail::address(&request, conflict.id.as_str());
    Ok(flash::redirect(&request, &viewer, &place, &flash))
}

/// One form that was sent.
struct Job<'a> {
    viewer: &'a Viewer,
    request: &'a HttpRequest,
    site: &'a Data<Site>,
    face: &'a Clockface,
    sent: Sent,
    ids: Vec<ConflictId>,
}

impl<'a> Job<'a> {
    async fn new(
        viewer: &'a Viewer,
        request: &'a HttpRequest,
        site: &'a Data<Site>,
        face: &'a Clockface,
        body: &[u8],
    ) -> Result<Self, Failure> {
        let sent = Sent::read(body);
        let ids = match sent.get("selection") {
            "" => sent.conflicts(),
            id => selections::members(site, viewer, id).await?,
        };
        Ok(Self { viewer, request, site, face, sent, ids })
    }

    fn queue(&self) -> String {
        format!("/queue{}", trail::query(self.request))
    }

    /// Says what was done, on the page where the person goes on.
    async fn answer(
        &self,
        shell: Shell,
        done: Result<Routed, Refusal>,
        text: Msg,
        field: &str,
        stays: bool,
    ) -> Result<HttpResponse, Failure> {
        let done = match done {
            Ok(done) => done,
            Err(Refusal::Invalid(text)) => {
                let problem = Problem { field: field.to_owned(), text: literal(text) };
                return self.again(shell, problem).await;
            }
            Err(other) => return Err(other.into()),
        };
        let single = self.sent.get("from") == "conflict";
        if let (true, Some((_, refusal))) = (single, done.left_out.first()) {
            let problem = Problem { field: field.to_owned(), text: literal(refusal.to_string()) };
            return self.again(shell, problem).await;
        }
        let target = match (single, stays, self.ids.first()) {
            (true, true, Some(id)) => trail::address(self.request, id.as_str()),
            (true, false, Some(id)) => {
                let case = self.site.engine.case(self.viewer, id).await?;
                trail::after(self.site, self.viewer, self.request, &case, self.face.now).await?
            }
            _ => self.queue(),
        };
        let link = (single && !stays).then(|| self.ids.first()).flatten();
        let flash = Flash {
            tone: if done.done.is_empty() { Tone::Warning } else { Tone::Done },
            text: self.said(&done, text, single),
            undo: None,
            link: link.map(|id| (msg("flash-passed-see"), trail::address(self.request, id.as_str()))),
        };
        Ok(flash::redirect(self.request, self.viewer, &target, &flash))
    }

    /// `Put off until tomorrow 08:00: Ada Okafor`, `3 conflicts: ... 2 left out: ...`.
    fn said(&self, done: &Routed, text: Msg, single: bool) -> Msg {
        let what = match done.done.first() {
            Some(only) if single => literal(&only.title),
            _ => msg("conflicts-n").with("n", done.done.len()),
        };
        let text = text.with("what", what);
        match done.left_out.first() {
            Some((_, why)) => msg("flash-left-out")
                .with("said", text)
                .with("n", done.left_out.len())
                .with("why", why.to_string()),
            None => text,
        }
    }

    /// The forms again, with what was typed and what is wrong with it.
    async fn again(&self, shell: Shell, problem: Problem) -> Result<HttpResponse, Failure> {
        let (team, routes) = {
            let mut s = self.site.session(self.viewer).await?;
            (routing::team(&mut s).await?, routing::routes(&mut s, None).await?)
        };
        let only = match self.ids.as_slice() {
            [only] => Some(self.site.engine.case(self.viewer, only).await?),
            _ => None,
        };
        let conflict = only
            .as_ref()
            .map(|case| (&case.conflict, case.open().map(|own| own.dispute.field.clone()).collect()));
        let (viewer, face) = (self.viewer, self.face);
        let standing = Standing { viewer, face, team: &team, conflict, routes: &routes, skips: &[] };
        let passing = forms(&standing, Some(&self.sent), Some(problem));
        let mut passing = passing.ok_or_else(|| Failure::new(Code::Forbidden))?;
        passing.query = trail::query(self.request);
        passing.from = if self.sent.get("from") == "conflict" { "conflict" } else { "queue" };
        passing.what = match self.sent.get("selection") {
            "" => self.ids.iter().map(|id| ("conflict", id.0.clone())).collect(),
            id => vec![("selection", id.to_owned())],
        };
        let lead = match &only {
            Some(case) => literal(&case.record.title),
            None => msg("conflicts-n").with("n", self.ids.len()),
        };
        let back = match self.ids.as_slice() {
            [only] if passing.from == "conflict" => {
                Link::new(lead.clone(), trail::address(self.request, only.as_str()))
            }
            _ => Link::new(msg("queue-heading"), self.queue()),
        };
        let page = PassingPage {
            title: msg("passing-title"),
            lead,
            back,
            rows: Vec::new(),
            more: None,
            selection: None,
            passing,
        };
        Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
    }
}
