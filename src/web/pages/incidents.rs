//! Incidents and group decisions: one problem or one pattern, chosen for once.

pub(super) mod build;
pub use build::title;
pub mod groups;
pub mod handle;

use super::approvals::ApprovalPart;
use super::parts::{Choice, Empty, Link, Notice, Pager, Tab};
use crate::web::filters;
use crate::web::marks::Piece;
use crate::web::messages::Msg;
use crate::web::page::{Section, Tone, View};
use crate::web::when::When;
use askama::Template;

/// `GET /incidents`: those that are open, then those that ended.
#[derive(Template, Clone, Debug)]
#[template(path = "incidents/list.html")]
pub struct IncidentsPage {
    pub open: Vec<IncidentRow>,
    pub ended: Vec<IncidentRow>,
    pub pager: Pager,
    pub empty: Option<Empty>,
}

impl View for IncidentsPage {
    const SECTION: Section = Section::Queue;
}

/// One incident of a list.
#[derive(Clone, Debug)]
pub struct IncidentRow {
    pub href: String,
    /// `Mass delete in Portal`.
    pub title: Msg,
    pub entity: String,
    pub records: u64,
    pub opened: When,
    pub state: Msg,
    pub tone: Tone,
}

/// `GET /incidents/{id}`.
#[derive(Template, Clone, Debug)]
#[template(path = "incidents/page.html")]
pub struct IncidentPage {
    pub id: String,
    pub title: Msg,
    pub state: Msg,
    pub tone: Tone,
    /// What happened, in a sentence.
    pub lead: Msg,
    pub facts: Vec<(Msg, Msg)>,
    pub links: Vec<Link>,
    pub notice: Option<Notice>,
    /// Done and all, while a choice is carried out.
    pub progress: Option<(u64, u64)>,
    /// The two answers of a mass delete.
    pub answers: Vec<Choice>,
    /// Why, as it was typed and refused, and what is wrong with it.
    pub because: String,
    pub problem: Option<Msg>,
    /// The outcomes to decide everything by.
    pub form: Option<GroupForm>,
    /// Where the system is paused, for those who may.
    pub pause: Option<(String, Msg)>,
    pub rows: Vec<RecordRow>,
    pub pager: Pager,
}

impl IncidentPage {
    /// Whether something that was sent is wrong.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.problem.is_some() || self.form.as_ref().is_some_and(|form| form.problem.is_some())
    }

    /// How much is done, 0 to 100.
    #[must_use]
    pub fn percent(&self) -> u64 {
        percent(self.progress)
    }
}

impl View for IncidentPage {
    const SECTION: Section = Section::Queue;
}

fn percent(progress: Option<(u64, u64)>) -> u64 {
    progress.map_or(100, |(done, of)| (done * 100).checked_div(of).unwrap_or(0).min(100))
}

/// One record of an incident.
#[derive(Clone, Debug)]
pub struct RecordRow {
    pub name: String,
    pub href: String,
    pub id: String,
    /// `Taken as deleted`, `Came back`; nothing while it is held.
    pub state: Option<Msg>,
}

/// The form that makes a group.
#[derive(Clone, Debug)]
pub struct GroupForm {
    /// Where it is sent.
    pub action: String,
    /// The pattern, of differences that are alike.
    pub like: String,
    pub choices: Vec<Choice>,
    pub reasons: Vec<Choice>,
    /// Why, as it was typed.
    pub note: String,
    /// What is wrong with what was sent.
    pub problem: Option<Msg>,
}

/// `GET /groups/new`: differences that are alike, before one outcome is chosen for them.
#[derive(Template, Clone, Debug)]
#[template(path = "incidents/alike.html")]
pub struct AlikePage {
    pub count: u64,
    pub list: String,
    pub lead: Msg,
    /// Its policy has each decided by itself.
    pub alone: bool,
    /// None where the person may not decide, or not so.
    pub form: Option<GroupForm>,
}

impl View for AlikePage {
    const SECTION: Section = Section::Queue;
}

/// `GET /groups/{id}`: the frozen set, what is left out, and how far it is.
#[derive(Template, Clone, Debug)]
#[template(path = "incidents/group.html")]
pub struct GroupPage {
    pub id: String,
    pub title: Msg,
    pub state: Msg,
    pub tone: Tone,
    /// `Keep Warehouse’s value everywhere.`
    pub lead: Msg,
    pub facts: Vec<(Msg, Msg)>,
    pub links: Vec<Link>,
    /// Why it cannot be decided as it was sent.
    pub problem: Option<Msg>,
    /// It is being decided or taken back.
    pub under_way: bool,
    /// Decided, of so many; where that says more than the state.
    pub progress: Option<(u64, u64)>,
    pub total: u64,
    /// A second person's word on deciding it, and on reversing it.
    pub approvals: Vec<ApprovalPart>,
    /// The person may take back the question to a second person.
    pub may_withdraw: bool,
    /// Deciding asks a second person first.
    pub asks: bool,
    /// Whether the person may decide it now.
    pub may_decide: bool,
    /// The number is to be typed.
    pub typed: bool,
    /// Of a run: how many stand how, each with its rows.
    pub standings: Vec<Tab>,
    /// Where all rows are to be had as a file.
    pub file: Option<String>,
    pub parts: Vec<GroupPart>,
    pub pager: Pager,
    /// What is left out, by why.
    pub left: Vec<GroupPart>,
    pub left_total: u64,
    /// How rows can be taken back by this person.
    pub back: Option<BackPart>,
    /// What was typed and refused: the number, and why it is reversed.
    pub count: String,
    pub why: String,
}

impl GroupPage {
    /// How much is done, 0 to 100.
    #[must_use]
    pub fn percent(&self) -> u64 {
        percent(self.progress)
    }
}

impl View for GroupPage {
    const SECTION: Section = Section::Queue;
}

/// Rows of a group that come to the same.
#[derive(Clone, Debug)]
pub struct GroupPart {
    /// Its place on the page.
    pub id: String,
    pub title: Msg,
    pub count: u64,
    pub rows: Vec<MemberRow>,
    /// All of them, where these are the first ones.
    pub all: Option<String>,
    /// Rows can be taken out, or in again.
    pub tickable: bool,
}

/// How rows of a group can be taken back.
#[derive(Clone, Copy, Debug)]
pub struct BackPart {
    pub undo: bool,
    pub reverse: bool,
}

/// A value that systems hold: its pieces, or its state where it has no text.
#[derive(Clone, Debug)]
pub struct SeenValue {
    pub pieces: Vec<Piece>,
    pub state: Option<Msg>,
    pub systems: Vec<String>,
}

/// One difference of a group: what its systems say, and what they get.
#[derive(Clone, Debug)]
pub struct MemberRow {
    pub id: String,
    /// It can be taken out of the set, or taken back.
    pub tickable: bool,
    pub ticked: bool,
    pub name: String,
    pub href: String,
    pub field: Msg,
    pub seen: Vec<SeenValue>,
    pub becomes: Msg,
    pub state: Msg,
}
