//! The list of open conflicts: what a steward comes home to.

pub mod address;
mod build;
pub mod columns;
mod empty;
mod facets;
mod handle;
mod read;
pub mod report;
mod rows;
mod suggested;
mod views;

pub use handle::{arrivals, page, refused, start};
pub use suggested::RowSuggestion;

use super::approvals::AwaitingRow;
use super::decisions::Delivery;
use super::parts::{Due, Empty, Facet, Link, Notice, Pager, Tab};
use crate::web::filters;
use crate::web::keys::Context;
use crate::web::marks::Piece;
use crate::web::messages::Msg;
use crate::web::page::{Section, View};
use askama::Template;

/// `GET /queue`.
#[derive(Template, Clone, Debug)]
#[template(path = "queue/page.html")]
pub struct QueuePage {
    /// The open conflicts of this view, for the title.
    pub open: u64,
    /// `42 open`, `6 due today`: each a link to exactly those rows.
    pub summary: Vec<Link>,
    pub tabs: Vec<Tab>,
    pub facets: Vec<Facet>,
    /// The chosen filters; each link takes one away.
    pub filters: Vec<Link>,
    /// The words that are looked for in this list; `None` where it is none of open conflicts.
    pub find: Option<Find>,
    /// Takes all filters away, if there are any.
    pub clear: Option<String>,
    /// `Overdue first, then stakes, due, age`.
    pub order: Msg,
    /// Beside it: what else can be done with these rows.
    pub more: Option<Link>,
    pub rows: Vec<Row>,
    /// The column of the record, and the others in their order.
    pub first: columns::Head,
    pub heads: Vec<columns::Head>,
    pub columns: Vec<columns::Column>,
    pub menu: Vec<columns::Choice>,
    pub reset: Option<Link>,
    /// The query of this view from its top, where its rows can be ticked and passed on.
    pub batch: Option<String>,
    /// Whether the person decides, and so may take and put off what is ticked.
    pub takes: Option<String>,
    /// How many match.
    pub total: Msg,
    /// Views of the person's own, and what can be done with the one that is shown.
    pub saved: Saved,
    /// Tells how many have come since this list was begun, for the script.
    pub arrivals: Option<String>,
    /// In the view of failed writes: the rows instead.
    pub failed: Vec<FailedRow>,
    /// In the view of what awaits an approval: the rows instead.
    pub awaiting: Vec<AwaitingRow>,
    pub pager: Pager,
    /// The query of this view that Start takes along; `None` where nothing can be started.
    pub start: Option<String>,
    /// Checking is paused or failing.
    pub notice: Option<Notice>,
    pub empty: Option<Empty>,
}

/// What is looked for in the list.
#[derive(Clone, Debug)]
pub struct Find {
    pub words: String,
    /// What the form carries along: name, value.
    pub carried: Vec<(String, String)>,
}

impl View for QueuePage {
    const SECTION: Section = Section::Queue;
    const KEYS: Context = Context::Queue;
}

/// What is to be done with views.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// The query that a new view would keep; None where nothing can be kept.
    pub query: Option<String>,
    /// The view this list began as.
    pub shown: Option<SavedView>,
    /// What was sent and refused.
    pub again: Option<ViewAgain>,
}

impl Saved {
    /// What was typed for a new view, if that was refused.
    #[must_use]
    pub fn new_again(&self) -> Option<&ViewAgain> {
        self.again.as_ref().filter(|again| again.new)
    }
}

/// The form of a view that was refused.
#[derive(Clone, Debug)]
pub struct ViewAgain {
    /// Of a new view; else of the one that is shown.
    pub new: bool,
    pub name: String,
    pub shared: bool,
    pub problem: Msg,
}

/// A saved view that is shown.
#[derive(Clone, Debug)]
pub struct SavedView {
    pub id: String,
    pub name: String,
    /// `by Ana`, where it is somebody else's.
    pub by: Option<Msg>,
    /// The address has been changed since.
    pub changed: bool,
    pub own: bool,
    pub shared: bool,
    pub watched: bool,
}

/// One record with its open differences.
#[derive(Clone, Debug)]
pub struct Row {
    pub conflict: String,
    pub href: String,
    pub name: String,
    /// Its identifier in the first system.
    pub id: String,
    /// The first disputed field.
    pub field: Msg,
    /// How many more are disputed.
    pub more: usize,
    /// Each distinct value and who holds it.
    pub sides: Vec<Side>,
    /// More distinct values than are shown.
    pub more_sides: usize,
    pub cause: Msg,
    pub entity: Msg,
    pub kind: Msg,
    pub stakes: Msg,
    /// High stakes are written in full ink, the others in grey.
    pub high: bool,
    pub age: Msg,
    pub due: Option<Due>,
    pub assignee: Msg,
    pub mine: bool,
    /// What is suggested, where that column is shown.
    pub suggestion: Option<RowSuggestion>,
}

/// One value of a row.
#[derive(Clone, Debug)]
pub struct Side {
    pub pieces: Vec<Piece>,
    /// Instead of a value: `Empty`, `Not in this system`.
    pub state: Option<Msg>,
    pub holders: Vec<Holder>,
}

/// A system that holds a value.
#[derive(Clone, Debug)]
pub struct Holder {
    pub name: String,
    pub source_of_truth: bool,
}

/// One write that failed or waits for a person.
#[derive(Clone, Debug)]
pub struct FailedRow {
    /// The decision it belongs to.
    pub href: String,
    pub record: String,
    pub id: String,
    pub field: Msg,
    pub delivery: Delivery,
}
