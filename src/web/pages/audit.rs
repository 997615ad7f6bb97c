//! The audit log: who did what, and the proof that nothing of it was changed.

mod asked;
pub mod build;
pub mod csv;
mod export;
pub mod handle;
mod routed;
mod sentence;
mod verification;

use super::parts::{Empty, Facet, Link, Pager};
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, View};
use crate::web::when::When;
use askama::Template;

/// `GET /audit`.
#[derive(Template, Clone, Debug)]
#[template(path = "audit/page.html")]
pub struct AuditPage {
    pub query: String,
    /// `YYYY-MM-DD`, as they were typed.
    pub from: String,
    pub to: String,
    pub chain: Chain,
    pub facets: Vec<Facet>,
    pub filters: Vec<Link>,
    pub clear: Option<String>,
    /// `214 entries matching Okafor, newest first`.
    pub found: Msg,
    /// `Berlin, CEST`.
    pub zone: Msg,
    pub days: Vec<Day>,
    pub pager: Pager,
    pub empty: Option<Empty>,
    /// The same list as a file, one per form.
    pub exports: Vec<Link>,
}

impl View for AuditPage {
    const SECTION: Section = Section::Audit;
}

/// What is known of the chain, by checking it.
#[derive(Clone, Debug)]
pub enum Chain {
    /// Nothing was checked since the start.
    Unchecked,
    Checking {
        done: u64,
        of: u64,
    },
    Verified {
        up_to: u64,
        when: When,
    },
    Broken {
        at: u64,
        when: When,
    },
}

impl Chain {
    /// Whether an entry was changed after it was written.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Broken { .. })
    }
}

/// The entries of one day.
#[derive(Clone, Debug)]
pub struct Day {
    /// `Today`, `Yesterday`, or the weekday.
    pub name: Msg,
    pub date: Msg,
    pub entries: Vec<Entry>,
}

/// One entry as a sentence.
#[derive(Clone, Debug)]
pub struct Entry {
    pub number: u64,
    pub href: String,
    /// `11:08`.
    pub time: String,
    pub utc: String,
    /// Begins with who did it; values in `<q>`.
    pub sentence: Msg,
    /// Record, reason, policy version.
    pub details: Vec<Msg>,
}

/// `GET /audit/verification`.
#[derive(Template, Clone, Debug)]
#[template(path = "audit/verification.html")]
pub struct VerificationPage {
    pub chain: Chain,
    pub entries: u64,
    /// The newest entry's line, in hex.
    pub head: String,
    /// What was checked before: the newest first.
    pub checks: Vec<Check>,
    /// The command that verifies without this server.
    pub command: String,
}

impl View for VerificationPage {
    const SECTION: Section = Section::Audit;
}

/// One finished check.
#[derive(Clone, Debug)]
pub struct Check {
    pub when: When,
    pub from: u64,
    pub to: u64,
    pub result: Msg,
    pub broken: bool,
    pub by: Msg,
}

/// `GET /audit/{number}`: one entry, as it is stored.
#[derive(Template, Clone, Debug)]
#[template(path = "audit/entry.html")]
pub struct EntryPage {
    pub entry: Entry,
    pub when: When,
    /// Names and values of the stored entry.
    pub facts: Vec<(Msg, String)>,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// This line and the one before it, in hex.
    pub line: String,
    pub previous_line: String,
}

impl View for EntryPage {
    const SECTION: Section = Section::Audit;
}
