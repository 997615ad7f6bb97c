//! Decisions and their writes: what became of each, and how to take it back.

pub mod build;
pub mod deliveries;
mod handle;
pub mod letters;
pub mod read;

pub use handle::{list, page, reopening, retry, reversal, reverse, undo};

use self::letters::Letters;
use super::approvals::ApprovalPart;
use super::parts::{Empty, Link, Notice, Pager};
use super::reviews::Ask;
use super::talk::Said;
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, Tone, View};
use crate::web::when::When;
use askama::Template;

/// `GET /decisions`: the last ten of the person.
#[derive(Template, Clone, Debug)]
#[template(path = "decision/list.html")]
pub struct DecisionsPage {
    pub rows: Vec<DecisionRow>,
    pub pager: Pager,
    pub empty: Option<Empty>,
}

impl View for DecisionsPage {
    const SECTION: Section = Section::Queue;
}

/// One decision of the list.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    pub href: String,
    pub when: When,
    pub record: String,
    /// `Kept Portal's Shipping address`.
    pub text: Msg,
    pub state: State,
    pub recover: Recover,
}

/// A state in words, with the next thing to happen in the same words.
#[derive(Clone, Debug)]
pub struct State {
    pub text: Msg,
    pub tone: Tone,
}

/// How a decision can be taken back.
#[derive(Clone, Debug)]
pub enum Recover {
    /// Nothing was sent yet: where Undo posts to.
    Undo(String),
    /// It was sent: where the preview of reversing is.
    Reverse(String),
    No,
}

/// `GET /resolutions/{id}`: one decision with what was seen and what was written. Prints on one
/// sheet.
#[derive(Template, Clone, Debug)]
#[template(path = "decision/page.html")]
pub struct DecisionPage {
    pub record: Link,
    pub conflict: Link,
    /// `Maya Klein decided 2 fields of Ada Okafor, today 11:08`.
    pub sentence: Msg,
    pub when: When,
    pub state: State,
    pub recover: Recover,
    pub notice: Option<Notice>,
    pub approval: Option<ApprovalPart>,
    pub outcomes: Vec<Outcome>,
    pub deliveries: Vec<Delivery>,
    /// Reason, note, suggestion shown, policy version, and the like.
    pub facts: Vec<(Msg, Msg)>,
    pub audit: Vec<Link>,
    /// What people said about its conflict.
    pub comments: Vec<Said>,
    /// Who was told of it, and the form that tells somebody.
    pub letters: Letters,
    /// Whoever doubts it asks for another decision.
    pub ask: Option<Ask>,
}

impl View for DecisionPage {
    const SECTION: Section = Section::Queue;
}

/// What was decided for one difference.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub field: Msg,
    /// The values as they were shown, with who held them.
    pub seen: Vec<SeenValue>,
    /// `Keep Portal's value`, `Typed`, `Left different until 27 October`.
    pub outcome: Msg,
    /// What was suggested, and whether it was seen.
    pub suggested: Option<Msg>,
}

/// One value as it was shown.
#[derive(Clone, Debug)]
pub struct SeenValue {
    pub n: u8,
    pub value: Msg,
    pub systems: Vec<String>,
    pub chosen: bool,
}

/// One write to one system.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub system: String,
    /// Its own page.
    pub href: Option<String>,
    pub state: State,
    pub writes: Vec<Write>,
    /// The system's own words, shown first.
    pub said: Option<Msg>,
    /// Our advice under it.
    pub advice: Option<Msg>,
    /// Where "Retry" or "Send now" posts to, with its name.
    pub actions: Vec<Link>,
}

/// One column that is written: before and after.
#[derive(Clone, Debug)]
pub struct Write {
    pub column: String,
    pub was: Option<String>,
    pub now: Option<String>,
    /// Both are hidden by the reader's role.
    pub hidden: bool,
}

/// `GET /resolutions/{id}/reversal`: what reversing would put back.
#[derive(Template, Clone, Debug)]
#[template(path = "decision/reversal.html")]
pub struct ReversalPage {
    pub decision: Link,
    pub record: String,
    /// Where the form posts to.
    pub action: String,
    pub deliveries: Vec<Delivery>,
    /// Nothing of it can be put back.
    pub blocked: bool,
    pub reason: String,
    pub error: Option<Msg>,
}

impl View for ReversalPage {
    const SECTION: Section = Section::Queue;
}
