//! Blind review: samples of what rules settled, one difference after the other, and the tallies.

pub mod build;
pub mod handle;

use super::parts::{Choice, Problem};
use super::reviews::Ask;
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, View};
use crate::web::when::When;
use askama::Template;

/// `GET /samples`: draws a sample, and lists the newest.
#[derive(Template, Clone, Debug)]
#[template(path = "sample/list.html")]
pub struct SamplesPage {
    /// Whether this person may draw one.
    pub draws: bool,
    /// Everything, a kind of record, or one of its fields.
    pub of: Vec<Choice>,
    pub days: String,
    pub size: String,
    pub most_days: i64,
    pub largest: usize,
    pub problems: Vec<Problem>,
    pub rows: Vec<SampleRow>,
}

impl View for SamplesPage {
    const SECTION: Section = Section::Queue;
}

impl SamplesPage {
    /// What is wrong with a field of the form.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<&Msg> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| &problem.text)
    }
}

/// One sample of the list.
#[derive(Clone, Debug)]
pub struct SampleRow {
    pub href: String,
    pub drawn: When,
    pub by: String,
    pub of: Msg,
    /// `12 of 40`.
    pub done: Msg,
    /// `11 of 12 as the rule decided`.
    pub figure: Msg,
}

/// `GET /samples/{id}`: how it was answered.
#[derive(Template, Clone, Debug)]
#[template(path = "sample/page.html")]
pub struct SamplePage {
    pub heading: Msg,
    pub by: String,
    pub drawn: When,
    /// `38 of 40 as the rule decided`.
    pub figure: Msg,
    /// The first one that is not answered, for whoever drew it.
    pub next: Option<String>,
    pub begun: bool,
    pub tallies: Vec<Tally>,
    pub items: Vec<ItemRow>,
}

impl View for SamplePage {
    const SECTION: Section = Section::Queue;
}

/// The answers of one field and rule.
#[derive(Clone, Debug)]
pub struct Tally {
    pub field: Msg,
    pub rule: Msg,
    pub figure: Msg,
    /// Answers that count neither way.
    pub unsure: Option<Msg>,
}

/// One difference of a sample.
#[derive(Clone, Debug)]
pub struct ItemRow {
    pub href: String,
    pub at: usize,
    pub record: String,
    pub field: Msg,
    pub state: Msg,
    pub differs: bool,
}

/// `GET /samples/{id}/items/{place}`: one difference as it stood, then the answer beside the rule's.
#[derive(Template, Clone, Debug)]
#[template(path = "sample/item.html")]
pub struct ItemPage {
    pub sample: String,
    pub heading: Msg,
    pub position: Msg,
    /// Where the answer is sent; None where there is one, or it is somebody else's to give.
    pub action: Option<String>,
    /// When it differed, and what all had agreed on.
    pub facts: Vec<Msg>,
    pub values: Vec<Value>,
    /// The fields of a value of one's own.
    pub typed: Vec<Typed>,
    pub chosen: String,
    pub error: Option<Msg>,
    /// What it came to.
    pub told: Option<Msg>,
    /// Why nothing can be answered here.
    pub waits: Option<Msg>,
    pub ask: Option<Ask>,
    pub next: Option<String>,
}

impl View for ItemPage {
    const SECTION: Section = Section::Queue;
}

/// One distinct value.
#[derive(Clone, Debug)]
pub struct Value {
    /// Empty: it was none of those that were held.
    pub n: Option<usize>,
    pub text: Msg,
    pub holders: Vec<Holder>,
    /// Who chose it, once that is told.
    pub by: Vec<Msg>,
}

impl Value {
    /// `keep:1`.
    #[must_use]
    pub fn code(&self) -> String {
        self.n.map_or_else(String::new, |n| format!("keep:{n}"))
    }
}

/// A system that held a value, and how it came by it.
#[derive(Clone, Debug)]
pub struct Holder {
    pub system: String,
    pub facts: Vec<Msg>,
}

/// One input of a value of one's own.
#[derive(Clone, Debug)]
pub struct Typed {
    pub field: String,
    pub label: Msg,
    pub value: String,
}
