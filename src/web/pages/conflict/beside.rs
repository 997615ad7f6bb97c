//! What is said beside a decision: comments, tags and questions are sent with the form of the decision,
//! so that what was chosen there, and what else was typed, is on the page that answers.

use super::super::parts::Problem;
use super::super::questions::SentQuestion;
use super::super::talk::Draft;
use super::form::Sent;
use super::handle::{Look, Told};
use super::{ConflictPage, late, trail};
use crate::domain::access::Viewer;
use crate::domain::comment;
use crate::domain::ids::ConflictId;
use crate::engine::case::Case;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::flash;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Flash, Shell, Tone};
use crate::web::site::Site;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

/// The fields of a comment, of tags and of a question, by what their names begin with.
pub const COMMENT: &str = "comment";
pub const TAG: &str = "tag";
pub const QUESTION: &str = "question-";

impl ConflictPage {
    /// The form that comments, tags and questions belong to: that of the decision, whose choices go
    /// along, or one of their own.
    #[must_use]
    pub fn form(&self) -> &'static str {
        if self.deciding { "decide" } else { "say" }
    }
}

/// The question that was sent.
#[must_use]
pub fn question(sent: &Sent) -> SentQuestion {
    let get = |name: &str| sent.get(&format!("{QUESTION}{name}")).to_owned();
    SentQuestion {
        about: get("about"),
        to: get("to"),
        address: get("address"),
        name: get("name"),
        text: get("text"),
        days: get("days"),
    }
}

/// What was typed beside the decision and not sent yet.
#[must_use]
pub fn draft(sent: &Sent, problems: &[Problem]) -> Draft {
    let question = question(sent);
    let typed = [&question.address, &question.name, &question.text].iter().any(|text| !text.is_empty());
    let wrong = problems.iter().any(|problem| problem.field.starts_with(QUESTION));
    Draft {
        comment: sent.get(COMMENT).to_owned(),
        tag: sent.get(TAG).to_owned(),
        question: (typed || wrong).then_some(question),
        problems: problems.to_vec(),
    }
}

/// What is wrong with what was typed beside a decision: it is saved along with it, or neither is.
#[must_use]
pub fn problem(sent: &Sent) -> Option<Problem> {
    let text = sent.get(COMMENT);
    let bad = !text.trim().is_empty() && comment::checked(text).is_none();
    bad.then(|| Problem {
        field: COMMENT.to_owned(),
        text: msg("problem-comment").with("most", comment::MOST),
    })
}

/// Says what was typed beside a decision that was saved just now. Sent twice, it is one comment.
///
/// # Errors
/// The viewer may only read, there is no such conflict, or the store failed.
pub async fn say(site: &Site, viewer: &Viewer, id: &ConflictId, sent: &Sent) -> Result<(), Failure> {
    let text = sent.get(COMMENT);
    if !text.trim().is_empty() {
        site.engine.comment(viewer, id, text, sent.get("comment-key")).await?;
    }
    Ok(())
}

/// Somebody who said something beside a decision.
pub(super) struct Beside<'a> {
    pub viewer: &'a Viewer,
    pub request: &'a HttpRequest,
    pub site: &'a Data<Site>,
    pub shell: Shell,
    pub id: ConflictId,
    pub sent: Sent,
}

impl Beside<'_> {
    /// It is done: back to the conflict, to `place` of it. Where something was chosen or typed that is
    /// not saved yet, the same page answers with it.
    pub async fn done(self, part: &str, place: &str, text: Msg) -> Result<HttpResponse, Failure> {
        self.told(part, place, Flash { tone: Tone::Done, text, undo: None, link: None }).await
    }

    /// The same, with more to say than a text.
    pub async fn told(mut self, part: &str, place: &str, flash: Flash) -> Result<HttpResponse, Failure> {
        self.sent.forget(part);
        let case = self.site.engine.case(self.viewer, &self.id).await?;
        if !case.conflict.open || !self.sent.is_unsaved(&case) {
            let target = format!("{}#{place}", trail::address(self.request, self.id.as_str()));
            return Ok(flash::redirect(self.request, self.viewer, &target, &flash));
        }
        self.shell.flash = Some(flash);
        self.shown(case, Vec::new()).await
    }

    /// It cannot be done: the same page with what was sent, and what is wrong with it.
    pub async fn wrong(self, field: &str, text: Msg) -> Result<HttpResponse, Failure> {
        let case = self.site.engine.case(self.viewer, &self.id).await?;
        self.shown(case, vec![Problem { field: field.to_owned(), text }]).await
    }

    async fn shown(self, case: Case, problems: Vec<Problem>) -> Result<HttpResponse, Failure> {
        let Self { viewer, request, site, shell, mut sent, .. } = self;
        let face = clock::face(request);
        let notice = match sent.get("version") {
            // Sent where nothing is decided.
            "" => {
                sent = Sent::of_case(&case, &face).with(sent);
                None
            }
            version if version == case.conflict.version.to_string() => None,
            _ if case.conflict.open => late::moved(&case, &mut sent),
            _ => None,
        };
        let stale = notice.is_some();
        let look = Look { request, viewer, face: &face };
        look.answer(site, shell, &case, &sent, Told { problems, notice, stale, ..Told::default() }).await
    }
}
