//! The handlers that pass conflicts on.

use super::build::{Standing, forms};
use super::sent::Sent;
use super::{PassingPage, selections};
use crate::domain::access::Viewer;
use crate::domain::ids::ConflictId;
use crate::domain::routing::Ends;
use crate::engine::Refusal;
use crate::engine::routing::{Batch, Routed};
use crate::store::routing;
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg, said};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::conflict::beside::{self, Beside};
use crate::web::pages::conflict::{form, trail};
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
    // Whoever takes it goes on with it.
    let batch = match job.batch(mine).await? {
        Ok(batch) => batch,
        Err(problem) => return job.again(shell, problem).await,
    };
    let done = site.engine.assign(&viewer, batch, to.as_ref()).await;
    let text = match to {
        None => msg("flash-assigned-nobody"),
        Some(_) if mine => msg("flash-assigned-me"),
        Some(_) => msg("flash-assigned"),
    };
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
    let batch = match job.batch(false).await? {
        Ok(batch) => batch,
        Err(problem) => return job.again(shell, problem).await,
    };
    let done = site.engine.put_off(&viewer, batch, until, ends).await;
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
    let batch = match job.batch(false).await? {
        Ok(batch) => batch,
        Err(problem) => return job.again(shell, problem).await,
    };
    let done = site.engine.escalate(&viewer, batch, &desk, job.sent.get("escalate-question")).await;
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
    let batch = match job.batch(false).await? {
        Ok(batch) => batch,
        Err(problem) => return job.again(shell, problem).await,
    };
    let done = site.engine.send_back(&viewer, batch, job.sent.get("return-words")).await;
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
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let ids = [ConflictId(id.into_inner())];
    let id = site.engine.call_back(&viewer, &ids).await?.only()?.id;
    let sent = form::Sent::read(&body);
    let beside = Beside { viewer: &viewer, request: &request, site: &site, shell, id, sent };
    // Nothing of the form was meant by it: all that is typed stays.
    beside.done("comment-key", "passing", msg("flash-recalled")).await
}

/// One form that was sent.
struct Job<'a> {
    viewer: &'a Viewer,
    request: &'a HttpRequest,
    site: &'a Data<Site>,
    face: &'a Clockface,
    sent: Sent,
    /// The same as the page of a conflict reads it, with what was chosen there.
    form: form::Sent,
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
        Ok(Self { viewer, request, site, face, sent, form: form::Sent::read(body), ids })
    }

    /// The conflict on whose page it was sent.
    fn single(&self) -> Option<&ConflictId> {
        let only = <[_; 1]>::try_from(self.ids.iter().collect::<Vec<_>>()).ok();
        only.map(|[only]| only).filter(|_| self.sent.get("from") == "conflict")
    }

    /// What is passed on. Where the person leaves the page of a conflict, what was chosen on it is kept for
    /// whoever opens it next; or what hinders that.
    async fn batch(&self, stays: bool) -> Result<Result<Batch<'_>, Problem>, Failure> {
        let batch = Batch::from(&self.ids);
        let Some(id) = self.single().filter(|_| !stays) else { return Ok(Ok(batch)) };
        if let Some(problem) = beside::unready(&self.form) {
            return Ok(Err(problem));
        }
        let case = self.site.engine.case(self.viewer, id).await?;
        Ok(Ok(batch.leaving(beside::left(&self.form, &case, self.face))))
    }

    /// The page of a conflict, with what was sent from it.
    fn beside(&self, shell: Shell, id: &ConflictId) -> Beside<'_> {
        let (id, sent) = (id.clone(), self.form.clone());
        Beside { viewer: self.viewer, request: self.request, site: self.site, shell, id, sent }
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
                let problem = Problem { field: field.to_owned(), text: said(text) };
                return self.again(shell, problem).await;
            }
            Err(other) => return Err(other.into()),
        };
        let single = self.single();
        if let (Some(_), Some((_, refusal))) = (single, done.left_out.first()) {
            let problem = Problem { field: field.to_owned(), text: said(refusal.to_string()) };
            return self.again(shell, problem).await;
        }
        let text = self.said(&done, text, single.is_some());
        let target = match single {
            Some(id) if stays => return self.beside(shell, id).done("assign-", "passing", text).await,
            Some(id) => {
                let case = self.site.engine.case(self.viewer, id).await?;
                beside::say(self.site, self.viewer, &case, &self.form).await?;
                trail::after(self.site, self.viewer, self.request, &case, self.face.now).await?
            }
            None => self.queue(),
        };
        let flash = Flash {
            tone: if done.done.is_empty() { Tone::Warning } else { Tone::Done },
            text,
            undo: None,
            link: single.map(|id| (msg("flash-passed-see"), trail::address(self.request, id.as_str()))),
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

    /// The page it came from, or the forms alone, with what was typed and what is wrong with it.
    async fn again(&self, shell: Shell, problem: Problem) -> Result<HttpResponse, Failure> {
        if let Some(id) = self.single() {
            return self.beside(shell, id).again(vec![problem]).await;
        }
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
        let passing = forms(&standing, |name| self.sent.get(name), vec![problem]);
        let mut passing = passing.ok_or_else(|| Failure::new(Code::Forbidden))?;
        passing.query = trail::query(self.request);
        passing.from = "queue";
        passing.what = match self.sent.get("selection") {
            "" => self.ids.iter().map(|id| ("conflict", id.0.clone())).collect(),
            id => vec![("selection", id.to_owned())],
        };
        let lead = match &only {
            Some(case) => literal(&case.record.title),
            None => msg("conflicts-n").with("n", self.ids.len()),
        };
        let page = PassingPage {
            title: msg("passing-title"),
            lead,
            back: Link::new(msg("queue-heading"), self.queue()),
            rows: Vec::new(),
            more: None,
            selection: None,
            passing,
        };
        Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
    }
}
