//! One record with all its open differences: understand, choose, see what will be written.
//!
//! The form posts, per difference id, `outcome.<id>` (`keep:1`, `type`, `leave`, or empty for
//! undecided), `typed.<id>.<field>`, `until.<id>`, `because.<id>` and `seen.<id>` (which value had
//! which number); and once `reason`, `note`, `version`, `csrf`, `idempotency`, `listed` (what is
//! undecided was said) and `then` (`next`, `stay`, `check`, `accept`, `use:<system>`).
//!
//! Comments, tags, questions, causes and whom it is passed on to are fields of the same form under other
//! addresses, `comment`, `comment-key`, `tag`, `untag`, `question-*`, `cause-*`, and those of
//! [`super::routing`]: what was chosen is sent along, and comes back or is left for whoever opens it next.
//!
//! Enter in a field presses the first button of the form, whose `go` saves nothing: it shows what would be
//! written. A script presses the button that saves where the field is one of the decision.

pub mod ask;
pub(super) mod beside;
pub mod build;
pub mod causes;
mod cells;
mod counts;
pub(super) mod form;
pub mod handle;
mod late;
mod limits;
pub mod listed;
mod precedents;
mod rule;
pub(super) mod seen;
mod suggest;
pub mod summary;
pub mod talk;
pub mod trail;
mod verdict;

use super::parts::{Choice, Due, Link, Notice, Problem, SystemLink};
use super::questions::Questions;
use super::routing::Passing;
use super::talk::Talk;
use crate::web::filters;
use crate::web::keys::Context;
use crate::web::marks::{self, Piece};
use crate::web::messages::{Msg, msg};
use crate::web::page::{Section, View};
use crate::web::when::When;
use askama::Template;
pub use causes::Causes;
pub use listed::ListHead;
pub use precedents::Precedent;

/// `GET /conflicts/{id}`.
#[derive(Template, Clone, Debug)]
#[template(path = "conflict/page.html")]
pub struct ConflictPage {
    pub id: String,
    /// What the form carries to tell whether a value has moved since.
    pub version: String,
    /// The key of this form's one decision.
    pub idempotency: String,
    /// The query of the view it was opened from, with its `?`.
    pub query: String,
    pub trail: Trail,
    pub head: Head,
    /// The sentences of the verdict, facts only.
    pub verdict: Vec<Msg>,
    /// Stale, decided by another, settled by itself, read only: said above the grid.
    pub notice: Option<Notice>,
    pub problems: Vec<Problem>,
    pub columns: Vec<Column>,
    /// Of a closed one, as of when the values stand.
    pub then: Option<Msg>,
    /// Beside the head "Last agreed": `3 March`.
    pub agreed_on: Option<Msg>,
    pub differences: Vec<Difference>,
    pub agreed: Vec<AgreedField>,
    pub timeline: String,
    /// Other open conflicts and comments: each a link.
    pub related: Vec<Link>,
    pub preview: Preview,
    pub events: Vec<Event>,
    pub causes: Vec<Causes>,
    pub questions: Questions,
    pub talk: Talk,
    /// Whether this person may decide now; `false` shows the same page without its form.
    pub deciding: bool,
    /// The reasons to choose from, if the policy asks for one.
    pub reasons: Vec<Choice>,
    pub note: String,
    /// The forms that pass it on, for somebody who may and while it is open.
    pub passing: Option<Passing>,
    /// It is closed, and this person may have it decided again.
    pub reopens: bool,
    /// How many differences have an outcome in what was sent.
    pub decided: usize,
    /// What stayed undecided was listed once: saving again keeps it open.
    pub listed: bool,
    /// The last decisions on the disputed fields.
    pub precedents: Vec<Precedent>,
    /// Where one system's row is said to be another record.
    pub separate: Option<Link>,
}

impl View for ConflictPage {
    const SECTION: Section = Section::Queue;
    const KEYS: Context = Context::Conflict;
}

impl ConflictPage {
    /// `cols-3`, or `stacked` where a column per system would be too narrow.
    #[must_use]
    pub fn layout(&self) -> String {
        match self.columns.len() {
            n @ 1..=5 => format!("cols-{n}"),
            _ => "stacked".to_owned(),
        }
    }

    /// `Ada Okafor, 1 field disagrees`, or that a decision is asked for.
    #[must_use]
    pub fn heading(&self) -> Msg {
        let n = self.differences.iter().filter(|difference| difference.disagrees()).count();
        let key = if n == 0 { "conflict-title-asked" } else { "conflict-title" };
        msg(key).with("name", &self.head.name).with("n", n)
    }

    /// The name of the system whose cells stand at that place.
    #[must_use]
    pub fn column_name(&self, at: &usize) -> &str {
        self.columns.get(*at).map_or("", |column| column.name.as_str())
    }

    /// How many suggestions can be taken at once.
    #[must_use]
    pub fn acceptable(&self) -> usize {
        let shown = |difference: &&Difference| difference.suggestion.as_ref().is_some_and(|own| !own.blind);
        self.differences.iter().filter(shown).count()
    }

    /// The key that takes all values of the system at that place.
    #[must_use]
    pub fn use_key(&self, at: &usize) -> String {
        format!("use-all {at}")
    }
}

/// Where this conflict stands in the list it was opened from.
#[derive(Clone, Debug)]
pub struct Trail {
    /// The way back: the queue, and the view it was opened from.
    pub crumbs: Vec<Link>,
    /// `3 of 42`.
    pub position: Option<Msg>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// The line that names the record.
#[derive(Clone, Debug)]
pub struct Head {
    pub name: String,
    pub href: String,
    /// The kind of record, as the configuration names it.
    pub entity: String,
    pub ids: Vec<SystemLink>,
    /// `Ana Ruiz is on this, 2 min ago`.
    pub presence: Option<Msg>,
    /// `Assigned to you`.
    pub assigned: Option<Msg>,
    /// `Snoozed until tomorrow 08:00`.
    pub waits: Option<Msg>,
    pub due: Option<Due>,
}

/// One system's column.
#[derive(Clone, Debug)]
pub struct Column {
    /// The system, as the form names it.
    pub id: String,
    pub name: String,
    /// `read 1 min ago`, `not readable since 09:12`.
    pub read: Option<Msg>,
    /// The read is too old or failed.
    pub stale: bool,
}

/// One disputed field or group.
#[derive(Clone, Debug)]
pub struct Difference {
    pub id: String,
    /// The field's name as the configuration gives it.
    pub label: String,
    /// `High stakes, always reviewed`.
    pub rule: Msg,
    /// `One choice for street, postcode and city`; what goes wrong if it is wrong.
    pub notes: Vec<Msg>,
    /// `212 like this`: the list of exactly those.
    pub alike: Option<Link>,
    /// One per column, in their order.
    pub cells: Vec<Cell>,
    /// The distinct values, numbered from 1.
    pub options: Vec<Candidate>,
    /// Why this person does not decide it, and who does: its values are hidden.
    pub hidden: Option<Msg>,
    /// The last agreed value, one line per member; empty when unknown.
    pub agreed: Vec<String>,
    /// Under that value: since when, where the column's head does not say it; or that there is none.
    pub agreed_note: Option<Msg>,
    /// Where one is too long for its cell, all values whole: the number, one line per member.
    pub whole: Vec<(usize, Vec<String>)>,
    /// What choosing does, where that is more than keeping a value.
    pub act: Option<Msg>,
    pub suggestion: Option<Suggestion>,
    pub chosen: Chosen,
    /// Which value has which number on this page.
    pub seen: String,
    /// Whether it may be empty on purpose.
    pub may_clear: bool,
    /// Every member of every list, if it is one.
    pub combined: Option<String>,
    /// It is a record that is missing somewhere.
    pub of_record: bool,
    /// The names of the members, shown in each cell: of child rows.
    pub members: Vec<String>,
    /// The head over the rows of its list, if it is the first of them.
    pub list: Option<ListHead>,
    /// A row under such a head, and whether that says its rule and notes.
    pub under_head: bool,
    pub told_above: bool,
    /// The fields for a value of one's own; empty where none may be typed.
    pub typed: Vec<Typed>,
    /// What removing the record would do, where it is missing somewhere.
    pub remove: Option<Msg>,
    /// Whether "leave different" may be chosen.
    pub may_leave: bool,
    /// `YYYY-MM-DD`, as it was typed.
    pub until: String,
    pub because: String,
    pub error: Option<Msg>,
}

impl Difference {
    /// Whether one choice covers several fields.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.cells.iter().any(|cell| cell.lines.len() > 1)
    }

    /// The cell that carries the radio button of a value: the first that shows it.
    #[must_use]
    pub fn leads(&self, at: &usize) -> bool {
        let n = self.cells.get(*at).and_then(|cell| cell.n);
        n.is_some() && self.cells.iter().position(|cell| cell.n == n) == Some(*at)
    }

    /// Whether no later cell shows the same value.
    #[must_use]
    pub fn ends(&self, at: &usize) -> bool {
        let n = self.cells.get(*at).and_then(|cell| cell.n);
        self.cells.iter().rposition(|cell| cell.n == n) == Some(*at)
    }

    /// Whether values can be chosen that no system holds any longer.
    #[must_use]
    pub fn has_earlier(&self) -> bool {
        self.options.iter().any(|option| option.earlier.is_some())
    }

    /// Whether the systems hold different values of it, or one of them none at all.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        self.act.is_some() || self.options.iter().filter(|option| option.earlier.is_none()).count() > 1
    }

    /// Whether the value of that number was chosen.
    #[must_use]
    pub fn keeps(&self, n: &u8) -> bool {
        self.chosen == Chosen::Keep(*n)
    }

    /// Whether a value was typed.
    #[must_use]
    pub fn types(&self) -> bool {
        self.chosen == Chosen::Type
    }

    /// Whether it is left different.
    #[must_use]
    pub fn leaves(&self) -> bool {
        self.chosen == Chosen::Leave
    }

    /// Whether it is empty on purpose.
    #[must_use]
    pub fn clears(&self) -> bool {
        self.chosen == Chosen::Clear
    }

    /// Whether the lists are combined.
    #[must_use]
    pub fn combines(&self) -> bool {
        self.chosen == Chosen::Combine
    }

    /// Whether something is chosen, and as far as is known it can be saved.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.chosen != Chosen::Open
            && self.error.is_none()
            && self.typed.iter().all(|own| own.error.is_none())
    }

    /// The name of a member, where cells show it.
    #[must_use]
    pub fn member(&self, at: &usize) -> Option<&String> {
        self.members.get(*at)
    }

    /// `Leave different`, or of a record `Leave it missing`.
    #[must_use]
    pub fn leave_word(&self) -> Msg {
        msg(if self.of_record { "decision-leave-missing" } else { "decision-leave" })
    }

    /// Whether it is removed where it still is.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.chosen == Chosen::Remove
    }

    /// Whether a cell shows again, letter by letter, what the first with its number shows.
    #[must_use]
    pub fn repeats(&self, at: &usize) -> bool {
        let Some(cell) = self.cells.get(*at) else { return false };
        let first = self.cells.iter().take(*at).find(|other| cell.n.is_some() && other.n == cell.n);
        first.is_some_and(|first| first.text() == cell.text())
    }
}

/// What was chosen for a difference; nothing to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    Open,
    Keep(u8),
    Type,
    Clear,
    Combine,
    Leave,
    Remove,
}

/// What one system holds.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The number of its value; `None` where there is no value to choose.
    pub n: Option<u8>,
    /// The value, one line per member of a group, with what is new against last agreed.
    pub lines: Vec<Vec<Piece>>,
    /// Instead of a value: `Empty`, `Not in this system`, `Hidden by your role`.
    pub state: Option<Msg>,
    /// The small lines: who changed it and when, or that it is the same as last agreed.
    pub facts: Vec<Msg>,
    pub source_of_truth: bool,
    /// It moved while the person was deciding.
    pub fresh: bool,
}

impl Cell {
    /// The value's letters, one line per member.
    fn text(&self) -> Vec<String> {
        let line = |pieces: &Vec<Piece>| pieces.iter().map(|piece| piece.text.as_str()).collect();
        self.lines.iter().map(line).collect()
    }

    /// Too long for a cell: shown by the places that differ, the whole text under the row.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.text().iter().map(String::len).sum::<usize>() > marks::LONG
    }
}

/// One distinct value.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub n: u8,
    /// The form's value, `keep:1`.
    pub outcome: String,
    /// The value as it will stand, one line per member.
    pub lines: Vec<Msg>,
    /// `Keep Portal's value`.
    pub keeps: Msg,
    /// Nobody holds it any longer: when it was held.
    pub earlier: Option<Msg>,
}

/// What the facts speak for. Never preselected.
#[derive(Clone, Debug)]
pub struct Suggestion {
    pub n: u8,
    /// `High`, `Some`, `Low`, `Not enough history`.
    pub strength: Msg,
    /// The facts for it.
    pub why: Vec<Msg>,
    /// The facts against it.
    pub against: Vec<Msg>,
    /// `Like this before: kept 96 of 100, 1 reversed.`
    pub record: Option<Msg>,
    /// Hidden until something is chosen.
    pub blind: bool,
}

/// One input for a typed value.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The field, as in `typed.<difference>.<field>`.
    pub field: String,
    pub label: String,
    pub value: String,
    /// `Warehouse keeps 30 characters`, before anything is typed.
    pub limits: Vec<Msg>,
    pub error: Option<Msg>,
    /// Longer than one line.
    pub long: bool,
}

/// A field on which all systems agree.
#[derive(Clone, Debug)]
pub struct AgreedField {
    pub label: String,
    pub value: Msg,
    /// `changed 2 days ago`, for those that moved lately.
    pub changed: Option<Msg>,
}

/// What saving would write, by system.
#[derive(Clone, Debug)]
pub struct Preview {
    pub systems: Vec<PreviewSystem>,
    /// The systems to which nothing is written.
    pub unchanged: Vec<Unchanged>,
    /// What cannot be saved as it is: `Street: Warehouse cannot store it`.
    pub problems: Vec<Msg>,
    /// How long it is held before it is sent.
    pub hold_seconds: u32,
    /// How many lines to keep free, so that nothing moves when the preview grows.
    pub reserve: usize,
}

/// Systems to which nothing is written, alike in what may be yet.
#[derive(Clone, Debug)]
pub struct Unchanged {
    pub systems: Vec<String>,
    /// `Phone is added here once you choose.`
    pub pending: Option<Msg>,
}

impl Preview {
    /// `reserve-4`: the class that keeps the room, 12 lines at most.
    #[must_use]
    pub fn room(&self) -> String {
        format!("reserve-{}", self.reserve.clamp(1, 12))
    }
}

/// The writes to one system.
#[derive(Clone, Debug)]
pub struct PreviewSystem {
    /// Its record is removed: what it holds goes, and nothing comes.
    pub removes: bool,
    pub name: String,
    pub writes: Vec<PreviewWrite>,
    /// `Will be sent when it is back`, `To be done by hand: it is watched only`.
    pub note: Option<Msg>,
}

/// One field of one system, before and after.
#[derive(Clone, Debug)]
pub struct PreviewWrite {
    /// The field's own name there.
    pub field: String,
    /// Both values are hidden by the reader's role.
    pub hidden: bool,
    /// `None`: there is no value now.
    pub was: Option<String>,
    pub now: Option<String>,
    /// Cut text, a rejected form.
    pub warnings: Vec<Msg>,
}

/// One of the last events of the record.
#[derive(Clone, Debug)]
pub struct Event {
    pub when: When,
    pub text: Msg,
}

/// `POST /conflicts/{id}/preview`: the preview alone, for the script.
#[derive(Template, Clone, Debug)]
#[template(path = "conflict/preview.html")]
pub struct PreviewPart {
    pub preview: Preview,
}
