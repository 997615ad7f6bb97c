//! Connected systems and their runs.

pub mod build;
pub mod handle;
pub mod runs;
pub mod target;

use super::parts::{Choice, Empty, Link, Notice, Pager};
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, Tone, View};
use crate::web::when::When;
use askama::Template;

/// `GET /systems`: the inventory.
#[derive(Template, Clone, Debug)]
#[template(path = "system/list.html")]
pub struct SystemsPage {
    pub rows: Vec<SystemRow>,
    pub runs: Vec<RunRow>,
    /// Every run, on a page of its own.
    pub all_runs: String,
    /// Whether the person may start runs and change systems.
    pub admin: bool,
    pub empty: Option<Empty>,
}

impl View for SystemsPage {
    const SECTION: Section = Section::Settings;
}

/// One system of the inventory.
#[derive(Clone, Debug)]
pub struct SystemRow {
    pub id: String,
    pub name: String,
    pub href: String,
    /// `SQLite database`.
    pub kind: Msg,
    /// `Watch only`, `Read and write`.
    pub direction: Msg,
    pub records: u64,
    pub last_read: Option<When>,
    pub last_write: Option<When>,
    /// `every 15 min`, `by hand`.
    pub schedule: Msg,
    pub state: Msg,
    pub tone: Tone,
    /// Its clock beside ours, as last measured.
    pub clock: Msg,
    /// Where "Run now" posts to.
    pub run: Option<String>,
}

/// `GET /systems/{id}`: one system.
#[derive(Template, Clone, Debug)]
#[template(path = "system/page.html")]
pub struct SystemPage {
    pub id: String,
    pub name: String,
    pub facts: Vec<(Msg, Msg)>,
    pub notice: Option<Notice>,
    /// Nothing is sent to it now.
    pub left_alone: Option<target::LeftAlone>,
    /// What the connector can do, each a sentence.
    pub capabilities: Vec<Msg>,
    /// Their field, ours, the conversion.
    pub mapping: Vec<(String, String, Msg)>,
    pub steps: Vec<TestStep>,
    pub writable: bool,
    pub paused: bool,
    /// What is mapped, each with what of it is paused; for those who may change that.
    pub mapped: Vec<MappedRow>,
    pub admin: bool,
    pub runs: Vec<RunRow>,
}

impl View for SystemPage {
    const SECTION: Section = Section::Settings;
}

/// One object of a system that is mapped.
#[derive(Clone, Debug)]
pub struct MappedRow {
    pub id: String,
    /// `Customer`, and their name of it.
    pub entity: String,
    pub object: String,
    /// Where its pauses are switched.
    pub action: String,
    /// Why it is not read, and not written.
    pub reading: Option<String>,
    pub writing: Option<String>,
}

/// One step of the connection test.
#[derive(Clone, Debug)]
pub struct TestStep {
    pub name: Msg,
    pub passed: Option<bool>,
    /// The system's own words.
    pub said: Option<String>,
    pub advice: Option<Msg>,
}

/// One run in a list.
#[derive(Clone, Debug)]
pub struct RunRow {
    pub id: String,
    pub href: String,
    pub system: String,
    /// `Full`, `Since the last run`.
    pub kind: Msg,
    pub started: When,
    pub took: Option<Msg>,
    pub read: u64,
    pub changed: u64,
    pub conflicts: u64,
    pub state: Msg,
    pub tone: Tone,
}

/// `GET /runs`.
#[derive(Template, Clone, Debug)]
#[template(path = "system/runs.html")]
pub struct RunsPage {
    pub systems: Vec<Choice>,
    pub rows: Vec<RunRow>,
    pub pager: Pager,
    pub empty: Option<Empty>,
}

impl View for RunsPage {
    const SECTION: Section = Section::Settings;
}

/// `GET /runs/{id}`: one execution of reading a system.
#[derive(Template, Clone, Debug)]
#[template(path = "system/run.html")]
pub struct RunPage {
    pub run: RunRow,
    pub system: Link,
    /// Done and expected, while it runs; expected is what the last full run read.
    pub progress: Option<(u64, u64)>,
    /// `Maya Klein, by hand`, `the schedule`.
    pub started_by: Msg,
    pub facts: Vec<(Msg, Msg)>,
    /// Its failure in the system's own words, and our advice.
    pub failure: Option<(String, Msg)>,
    /// Where "Run again" posts to.
    pub again: Option<String>,
    /// Rows that could not be mapped: kept, with why.
    pub quarantine: Vec<(String, Msg)>,
}

impl RunPage {
    /// How much is done, 0 to 100.
    #[must_use]
    pub fn percent(&self) -> u64 {
        self.progress.map_or(100, |(done, of)| (done * 100).checked_div(of).unwrap_or(0).min(100))
    }
}

impl View for RunPage {
    const SECTION: Section = Section::Settings;
}
