//! Dry runs: what systems disagree about now, with nothing written.

mod build;
pub mod handle;

use super::parts::{Choice, Count, Empty, Notice, Pager, Problem, Tab};
use crate::web::filters;
use crate::web::marks::Piece;
use crate::web::messages::Msg;
use crate::web::page::{Section, Tone, View};
use crate::web::when::When;
use askama::Template;

/// `GET /dry-runs`: the form, and those of late.
#[derive(Template, Clone, Debug)]
#[template(path = "dry_run/list.html")]
pub struct DryRunsPage {
    /// One per kind of record.
    pub tabs: Vec<Tab>,
    pub entity: String,
    pub entity_id: String,
    /// Systems that have this kind of record.
    pub systems: Vec<Choice>,
    pub problems: Vec<Problem>,
    pub runs: Vec<DryRunRow>,
    /// Nothing can be compared, and why.
    pub empty: Option<Empty>,
}

impl View for DryRunsPage {
    const SECTION: Section = Section::Settings;
}

/// One dry run in a list.
#[derive(Clone, Debug)]
pub struct DryRunRow {
    pub href: String,
    pub entity: String,
    pub systems: Vec<String>,
    pub started: When,
    pub by: String,
    pub state: Msg,
    pub tone: Tone,
    /// `214 differences`, once it is known.
    pub found: Option<Msg>,
}

/// `GET /dry-runs/{id}`.
#[derive(Template, Clone, Debug)]
#[template(path = "dry_run/page.html")]
pub struct DryRunPage {
    pub run: DryRunRow,
    /// Done and expected, while it runs.
    pub progress: Option<(u64, u64)>,
    /// Where "Stop" posts to, while it runs.
    pub cancel: Option<String>,
    /// The page looks again by itself; the address at which it does not, or does.
    pub watched: bool,
    pub watch: String,
    /// Why there is nothing to show.
    pub notice: Option<Notice>,
    pub result: Option<Found>,
}

impl DryRunPage {
    /// How much is done, 0 to 100.
    #[must_use]
    pub fn percent(&self) -> u64 {
        self.progress.map_or(100, |(done, of)| (done * 100).checked_div(of).unwrap_or(0).min(100))
    }
}

impl View for DryRunPage {
    const SECTION: Section = Section::Settings;
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    pub differences: u64,
    /// Records compared, agreeing, differing, left out, lacking.
    pub facts: Vec<Msg>,
    pub fields: Vec<FieldRow>,
    /// Where the whole report is.
    pub report: String,
    /// The report holds the first lines only.
    pub cut: Option<Msg>,
    /// What is shown of the rows: the filter in words, and the address without it.
    pub filter: Option<(Msg, String)>,
    pub shown: Count,
    pub rows: Vec<Row>,
    pub pager: Pager,
}

/// One field with what would become of its differences.
#[derive(Clone, Debug)]
pub struct FieldRow {
    pub label: Msg,
    pub all: Option<Counted>,
    pub settle: Vec<Counted>,
    pub review: Vec<Counted>,
    pub stand: Option<Counted>,
    /// Values written differently that are the same.
    pub written: u64,
}

/// A number of rows that leads to them, with the rule or the reason.
#[derive(Clone, Debug)]
pub struct Counted {
    pub n: u64,
    pub text: Msg,
    pub href: String,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Row {
    pub key: String,
    pub record: Option<String>,
    pub field: Msg,
    pub sides: Vec<Side>,
    pub would: Msg,
    pub tone: Tone,
}

/// One value with who holds it.
#[derive(Clone, Debug)]
pub struct Side {
    pub pieces: Vec<Piece>,
    pub state: Option<Msg>,
    pub holders: Vec<String>,
}
