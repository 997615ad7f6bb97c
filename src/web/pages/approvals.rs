//! A second person's word: what a page shows of an approval, and where it is given.

use crate::domain::access::Viewer;
use crate::domain::approval::{Approval, Standing, may_approve};
use crate::domain::audit::Actor;
use crate::domain::group::TakingBack;
use crate::domain::ids::{GroupId, ResolutionId};
use crate::engine::Refusal;
use crate::store::resolutions::approvals::{Awaiting, What};
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg, said};
use crate::web::page::{Flash, Tone};
use crate::web::pages::words;
use crate::web::site::Site;
use crate::web::when::{Clockface, When};
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
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
    let may = approval.is_awaited() && may_approve(viewer, decider).is_ok();
    let own = viewer.user.0 == decider.id;
    let (title, tone) = match approval.standing {
        Standing::Awaiting => (msg("approval-awaiting").with("name", &decider.name), Tone::Warning),
        Standing::Approved => (msg("approval-approved").with("name", by).with("when", when), Tone::Done),
        Standing::SentBack => (msg("approval-sent-back").with("name", by).with("when", when), Tone::Warning),
        Standing::Undone => (msg("approval-undone"), Tone::Info),
        Standing::Ended => (msg("approval-ended"), Tone::Warning),
        Standing::Expired => (msg("approval-expired").with("when", when), Tone::Warning),
    };
    let mut lines = Vec::new();
    match () {
        () if approval.is_awaited() && own => lines.push(msg("approval-own")),
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
    id: Path<String>,
    Form(sent): Form<Answer>,
) -> Result<HttpResponse, Failure> {
    let id = ResolutionId(id.into_inner());
    let done = site.engine.approve(&viewer, &id, &sent.digest, None).await.map(drop);
    told(&request, &viewer, &format!("/resolutions/{id}"), done, "flash-approved")
}

/// `POST /resolutions/{id}/return`: sends a decision back.
///
/// # Errors
/// The viewer may not, there is no such decision, or the store failed.
pub async fn send_back(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    Form(sent): Form<Answer>,
) -> Result<HttpResponse, Failure> {
    let id = ResolutionId(id.into_inner());
    let done = site.engine.send_decision_back(&viewer, &id, &sent.reason, None).await.map(drop);
    told(&request, &viewer, &format!("/resolutions/{id}"), done, "flash-decision-back")
}

/// `POST /groups/{id}/approval`: approves a whole group.
///
/// # Errors
/// The viewer may not, there is no such group, or the store failed.
pub async fn approve_group(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    Form(sent): Form<Answer>,
) -> Result<HttpResponse, Failure> {
    let id = GroupId(id.into_inner());
    let done = site.engine.approve_group(&viewer, &id, &sent.digest).await.map(drop);
    told(&request, &viewer, &format!("/groups/{id}"), done, "flash-approved")
}

/// `POST /groups/{id}/return`: sends a whole group back.
///
/// # Errors
/// The viewer may not, there is no such group, or the store failed.
pub async fn send_group_back(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    Form(sent): Form<Answer>,
) -> Result<HttpResponse, Failure> {
    let id = GroupId(id.into_inner());
    let done = site.engine.send_group_back(&viewer, &id, &sent.reason).await.map(drop);
    told(&request, &viewer, &format!("/groups/{id}"), done, "flash-decision-back")
}

fn told(
    request: &HttpRequest,
    viewer: &Viewer,
    place: &str,
    done: Result<(), Refusal>,
    key: &'static str,
) -> Result<HttpResponse, Failure> {
    let (tone, text) = match done {
        Ok(()) => (Tone::Done, msg(key)),
        Err(Refusal::WrongState(why) | Refusal::Invalid(why)) => (Tone::Danger, said(why)),
        Err(Refusal::Stale) => (Tone::Danger, msg("approval-ended")),
        Err(refusal) => return Err(refusal.into()),
    };
    let link = Some((msg("approval-list"), "/queue?view=approval".to_owned()));
    Ok(flash::redirect(request, viewer, place, &Flash { tone, text, undo: None, link }))
}
