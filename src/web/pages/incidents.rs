//! Incidents and group decisions: one problem or one pattern, chosen for once.

mod build;
pub use build::title;
pub mod groups;
pub mod handle;

use super::parts::{Choice, Empty, Link, Notice, Pager};
use crate::web::filters;
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
    /// The outcomes to decide everything by.
    pub form: Option<GroupForm>,
    /// Where the system is paused, for those who may.
    pub pause: Option<(String, Msg)>,
    pub rows: Vec<RecordRow>,
    pub pager: Pager,
}

impl IncidentPage {
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
    pub progress: Option<(u64, u64)>,
    pub total: u64,
    /// Whether the person may decide it now.
    pub may_decide: bool,
    /// The number is to be typed.
    pub typed: bool,
    pub rows: Vec<MemberRow>,
    pub pager: Pager,
    /// Why, and how many are left out for it.
    pub left_out: Vec<(Msg, u64)>,
    pub left_rows: Vec<LeftRow>,
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

/// One difference of a group: what its systems say, and what they get.
#[derive(Clone, Debug)]
pub struct MemberRow {
    pub name: String,
    pub href: String,
    pub field: Msg,
    pub seen: Vec<(Msg, Vec<String>)>,
    pub becomes: Msg,
    pub state: Msg,
}

/// One difference that is left out.
#[derive(Clone, Debug)]
pub struct LeftRow {
    pub name: String,
    pub href: String,
    pub field: Msg,
    pub why: Msg,
}
