//! What is done beside a decision: comments, tags, questions and whom it is passed on to are sent with the
//! form of the decision, so that what was chosen there, and what else was typed, is on the page that
//! answers, or is left for whoever opens the conflict next.

use super::super::parts::Problem;
use super::super::questions::SentQuestion;
use super::super::talk::Draft;
use super::form::Sent;
use super::handle::{Look, Told};
use super::{ConflictPage, causes, late, seen, trail};
use crate::domain::access::Viewer;
use crate::domain::comment;
use crate::domain::conflict::Dispute;
use crate::domain::ids::{ConflictId, DifferenceId};
use crate::domain::resolution::{self, Chosen, Left, Outcome};
use crate::engine::case::Case;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::flash;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Flash, Shell, Tone};
use crate::web::site::Site;
use crate::web::when::Clockface;
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

/// What hinders somebody to leave the page with what was typed beside the decision.
#[must_use]
pub fn unready(sent: &Sent) -> Option<Problem> {
    problem(sent).or_else(|| unsent(sent))
}

/// A question that was typed and not sent would be lost with the page: whether it is to be sent is for the
/// person to say.
#[must_use]
pub fn unsent(sent: &Sent) -> Option<Problem> {
    let question = question(sent);
    let typed = [&question.address, &question.name, &question.text];
    let typed = typed.iter().any(|text| !text.trim().is_empty());
    typed.then(|| Problem { field: format!("{QUESTION}text"), text: msg("problem-question-unsent") })
}

/// What was chosen and not decided, for whoever opens the conflict next; None where nothing is decided.
#[must_use]
pub fn left(sent: &Sent, case: &Case, face: &Clockface) -> Option<Left> {
    if sent.get("version").is_empty() {
        return None;
    }
    let mut sent = sent.clone();
    seen::carry_over(&mut sent, case);
    let (decision, _) = sent.decision(case, face);
    let page: Vec<Dispute> = case.decidable().map(|own| own.dispute.clone()).collect();
    let choice = |(id, outcome): (DifferenceId, Outcome)| {
        let own = case.decidable().find(|own| own.id == id)?;
        let because = sent.get(&format!("because.{id}")).trim().to_owned();
        let field = own.dispute.field.clone();
        let draft = Chosen { difference: id, field, outcome, suggested: None }.draft(&page);
        Some(resolution::Draft { because, ..draft })
    };
    Some(Left {
        choices: decision.outcomes.into_iter().filter_map(choice).collect(),
        note: sent.get("note").trim().to_owned(),
        reason: sent.get("reason").to_owned(),
    })
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

/// Says what was typed beside a decision that was saved just now: a comment, and causes. Sent twice, it is
/// one comment.
///
/// # Errors
/// The viewer may only read, there is no such conflict, or the store failed.
pub async fn say(site: &Site, viewer: &Viewer, case: &Case, sent: &Sent) -> Result<(), Failure> {
    let text = sent.get(COMMENT);
    if !text.trim().is_empty() {
        site.engine.comment(viewer, &case.conflict.id, text, sent.get("comment-key")).await?;
    }
    causes::say(site, viewer, case, sent).await
}

/// Somebody who said something beside a decision.
pub(in crate::web::pages) struct Beside<'a> {
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
        self.again(vec![Problem { field: field.to_owned(), text }]).await
    }

    /// The same page with what was sent.
    pub async fn again(self, problems: Vec<Problem>) -> Result<HttpResponse, Failure> {
        let case = self.site.engine.case(self.viewer, &self.id).await?;
        self.shown(case, problems).await
    }

    async fn shown(self, case: Case, problems: Vec<Problem>) -> Result<HttpResponse, Failure> {
        let Self { viewer, request, site, shell, mut sent, .. } = self;
        let face = clock::face(request);
        if !case.conflict.open {
            // The page shows what was decided, not what would have been.
            sent.forget("outcome.");
            sent = Sent::of_case(&case, &face).with(sent);
        }
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
