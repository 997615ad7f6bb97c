//! A second person's word: what a page shows of an approval, and where it is given.

use crate::domain::access::Viewer;
use crate::domain::approval::{Approval, Standing, may_approve};
use crate::domain::audit::Actor;
use crate::domain::group::TakingBack;
use crate::domain::ids::{GroupId, ResolutionId};
use crate::engine::Refusal;
use crate::store::resolutions::approvals::{Awaiting, What};
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg, said};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::decisions::{self, read::Decisions};
use crate::web::pages::incidents::groups::{self, Again};
use crate::web::pages::parts::Notice;
use crate::web::pages::words;
use crate::web::site::Site;
use crate::web::when::{Clockface, When};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use serde::Deserialize;

/// What a page shows of an approval.
#[derive(Clone, Debug)]
pub struct ApprovalPart {
    /// Its place on the page.
    pub id: &'static str,
    /// Of the decision or the group: the forms post below it.
    pub base: String,
    /// `Waits for somebody else than Ana Ruiz to approve it`.
    pub title: Msg,
    pub tone: Tone,
    pub lines: Vec<Msg>,
    /// What is approved, as people compare it.
    pub digest: String,
    /// Whether this person may answer.
    pub may: bool,
    /// What approving does.
    pub tip: Msg,
    /// Why it is sent back, as it was typed.
    pub reason: String,
}

/// The part of a page that is about an approval.
#[must_use]
pub fn part(
    viewer: &Viewer,
    face: &Clockface,
    decider: &Actor,
    approval: &Approval,
    base: String,
) -> ApprovalPart {
    let by = approval.by.as_ref().map_or("", |by| by.name.as_str());
    let when = approval.at.map_or_else(|| literal(""), |at| face.moment(at).text);
    // Without its digest it is of values that this person may not see.
    let hidden = approval.digest.is_empty();
    let may = approval.is_awaited() && !hidden && may_approve(viewer, decider).is_ok();
    let own = viewer.user.0 == decider.id;
    let (title, tone) = match approval.standing {
        Standing::Awaiting => (msg("approval-awaiting").with("name", &decider.name), Tone::Warning),
        Standing::Approved => (msg("approval-approved").with("name", by).with("when", when), Tone::Done),
        Standing::SentBack => (msg("approval-sent-back").with("name", by).with("when", when), Tone::Warning),
        Standing::Undone => (msg("approval-undone"), Tone::Info),
        Standing::Expired => (msg("approval-expired").with("when", when), Tone::Warning),
        Standing::Ended => (msg("approval-ended"), Tone::Warning),
    };
    let mut lines = Vec::new();
    if let Some(ends) = approval.ends_at.filter(|_| approval.is_awaited()) {
        lines.push(msg("approval-until").with("when", face.moment(ends).text));
    }
    match () {
        () if approval.is_awaited() && own => lines.push(msg("approval-own")),
        () if approval.is_awaited() && hidden => lines.push(msg("approval-hidden")),
        () if approval.is_awaited() && !may => lines.push(msg("approval-not-you")),
        () if !approval.reason.is_empty() => {
            lines.push(msg("approval-because").with("why", &approval.reason));
        }
        () => {}
    }
    let digest = approval.short().to_owned();
    let (tip, reason) = (msg("approval-tip"), String::new());
    ApprovalPart { id: "approval", base, title, tone, lines, digest, may, tip, reason }
}

impl ApprovalPart {
    /// The same, where many that were decided are to be reversed; `back` while they are.
    #[must_use]
    pub fn of_reversal(mut self, back: Option<&TakingBack>) -> Self {
        self.id = "approval-back";
        self.tip = msg("approval-reversal-tip");
        self.title = msg("approval-reversal").with("state", self.title);
        let why = back.map(|back| msg("approval-reversal-why").with("why", &back.reason));
        self.lines.splice(0..0, why);
        self
    }
}

/// One row of the queue's list of what awaits an approval.
#[derive(Clone, Debug)]
pub struct AwaitingRow {
    pub href: String,
    /// The record, or `312 differences`.
    pub name: Msg,
    pub field: Msg,
    pub by: String,
    pub asked: When,
    /// When it ends if nobody answers.
    pub ends: Option<When>,
    pub digest: String,
    /// Whether this person may answer it.
    pub state: Msg,
}

/// A decision or group that awaits an approval.
#[must_use]
pub fn row(
    catalog: &crate::domain::catalog::Catalog,
    viewer: &Viewer,
    face: &Clockface,
    awaiting: &Awaiting,
) -> AwaitingRow {
    let field = words::field(catalog, Some(&awaiting.entity), &awaiting.fields.as_str().into());
    let more = awaiting.differences - 1;
    let of_many = |key: &'static str| msg(key).with("n", awaiting.differences);
    let (href, name, field) = match awaiting.what {
        What::Group => (format!("/groups/{}", awaiting.id), of_many("approval-group"), field),
        What::Reversal => (format!("/groups/{}", awaiting.id), of_many("approval-group-back"), field),
        What::Decision if more > 0 => {
            let field = msg("decision-more").with("first", field).with("n", more);
            (format!("/resolutions/{}", awaiting.id), literal(&awaiting.title), field)
        }
        What::Decision => (format!("/resolutions/{}", awaiting.id), literal(&awaiting.title), field),
    };
    let state = match () {
        () if viewer.user.0 == awaiting.actor.id => "approval-row-own",
        () if may_approve(viewer, &awaiting.actor).is_ok() => "approval-row-may",
        () => "approval-row-waits",
    };
    AwaitingRow {
        href,
        name,
        field,
        by: awaiting.actor.name.clone(),
        ends: awaiting.approval.ends_at.map(|ends| face.moment(ends)),
        asked: face.moment(awaiting.approval.asked_at),
        digest: awaiting.approval.short().to_owned(),
        state: msg(state),
    }
}

/// What the forms send.
#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    digest: String,
    #[serde(default)]
    reason: String,
}

/// `POST /resolutions/{id}/approval`: approves a decision.
///
/// # Errors
/// The viewer may not, there is no such decision, or the store failed.
pub async fn approve(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Answer>,
) -> Result<HttpResponse, Failure> {
    let id = ResolutionId(id.into_inner());
    let done = site.engine.approve(&viewer, &id, &sent.digest, None).await.map(drop);
    let desk = Desk { viewer: &viewer, request: &request, site: &site, shell };
    desk.of_decision(&id, done, "flash-approved", sent).await
}

/// `POST /resolutions/{id}/return`: sends a decision back.
///
/// # Errors
/// The viewer may not, there is no such decision, or the store failed.
pub async fn send_back(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Answer>,
) -> Result<HttpResponse, Failure> {
    let id = ResolutionId(id.into_inner());
    let done = site.engine.send_decision_back(&viewer, &id, &sent.reason, None).await.map(drop);
    let desk = Desk { viewer: &viewer, request: &request, site: &site, shell };
    desk.of_decision(&id, done, "flash-decision-back", sent).await
}

/// `POST /groups/{id}/approval`: approves a whole group, or its reversal.
///
/// # Errors
/// The viewer may not, there is no such group, or the store failed.
pub async fn approve_group(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Answer>,
) -> Result<HttpResponse, Failure> {
    let id = GroupId(id.into_inner());
    let done = site.engine.approve_group(&viewer, &id, &sent.digest).await.map(drop);
    let desk = Desk { viewer: &viewer, request: &request, site: &site, shell };
    desk.of_group(&id, done, "flash-approved", sent).await
}

/// `POST /groups/{id}/return`: sends a whole group, or its reversal, back.
///
/// # Errors
/// The viewer may not, there is no such group, or the store failed.
pub async fn send_group_back(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Answer>,
) -> Result<HttpResponse, Failure> {
    let id = GroupId(id.into_inner());
    let done = site.engine.send_group_back(&viewer, &id, &sent.reason).await.map(drop);
    let desk = Desk { viewer: &viewer, request: &request, site: &site, shell };
    desk.of_group(&id, done, "flash-decision-back", sent).await
}

/// Who answered, and where.
struct Desk<'a> {
    viewer: &'a Viewer,
    request: &'a HttpRequest,
    site: &'a Site,
    shell: Shell,
}

/// What is wrong with an answer that was refused.
fn problem(refusal: Refusal) -> Result<Msg, Failure> {
    match refusal {
        Refusal::WrongState(why) | Refusal::Invalid(why) => Ok(said(why)),
        Refusal::Stale => Ok(msg("approval-ended")),
        refusal => Err(refusal.into()),
    }
}

impl Desk<'_> {
    fn done(&self, place: &str, key: &'static str) -> HttpResponse {
        let link = Some((msg("approval-list"), "/queue?view=approval".to_owned()));
        let flash = Flash { tone: Tone::Done, text: msg(key), undo: None, link };
        flash::redirect(self.request, self.viewer, place, &flash)
    }

    /// Leads to the decision, or shows it with what was typed and refused.
    async fn of_decision(
        self,
        id: &ResolutionId,
        done: Result<(), Refusal>,
        key: &'static str,
        sent: Answer,
    ) -> Result<HttpResponse, Failure> {
        let Err(refusal) = done else { return Ok(self.done(&format!("/resolutions/{id}"), key)) };
        let title = problem(refusal)?;
        let read = Decisions::one(self.site, self.viewer, clock::face(self.request), id).await?;
        let mut page = decisions::build::page(&read)?;
        page.notice = Some(Notice { tone: Tone::Danger, title, lines: Vec::new(), links: Vec::new() });
        if let Some(own) = &mut page.approval {
            own.reason = sent.reason;
        }
        let page = Page::new(self.shell, page).status(StatusCode::UNPROCESSABLE_ENTITY);
        Ok(page.respond_to(self.request))
    }

    /// Leads to the group, or shows it with what was typed and refused.
    async fn of_group(
        self,
        id: &GroupId,
        done: Result<(), Refusal>,
        key: &'static str,
        sent: Answer,
    ) -> Result<HttpResponse, Failure> {
        let Err(refusal) = done else { return Ok(self.done(&format!("/groups/{id}"), key)) };
        let again = Again { reason: sent.reason, ..Again::new(problem(refusal)?) };
        let seen = (self.viewer, &clock::face(self.request));
        groups::refused(self.site, seen, self.shell, self.request, id, again).await
    }
}
