//! Writes that need a person, by what is wrong with them: one fix, one retry for all of a cause, and
//! for one alone another value, or leaving it different.

pub mod build;
pub mod handle;

use super::decisions::Delivery;
use super::parts::{Choice, Empty, Link, Notice, Pager};
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, View};
use crate::web::when::When;
use askama::Template;

/// `GET /failed-writes`: the causes there are.
#[derive(Template, Clone, Debug)]
#[template(path = "failed/list.html")]
pub struct FailedPage {
    /// All of them, of whatever cause.
    pub total: u64,
    pub causes: Vec<CauseRow>,
    /// There are more causes than are shown.
    pub more: Option<Msg>,
    pub empty: Option<Empty>,
}

impl View for FailedPage {
    const SECTION: Section = Section::Queue;
}

/// One cause.
#[derive(Clone, Debug)]
pub struct CauseRow {
    pub href: String,
    pub system: String,
    /// `Customer`.
    pub kind: String,
    pub title: Msg,
    /// The system's own words, of the newest of them.
    pub said: Option<Msg>,
    pub count: u64,
    pub newest: When,
    pub retry: Option<RetryAll>,
}

/// Where "Retry all" posts to, and the newest delivery it is for.
#[derive(Clone, Debug)]
pub struct RetryAll {
    pub action: String,
    pub until: String,
}

/// `GET /failed-writes/{system}/{entity}/{cause}`: the writes of one cause.
#[derive(Template, Clone, Debug)]
#[template(path = "failed/cause.html")]
pub struct CausePage {
    pub cause: CauseRow,
    pub advice: Msg,
    /// Where an admin puts it right.
    pub fix: Option<Link>,
    pub rows: Vec<FailedRow>,
    pub pager: Pager,
}

impl View for CausePage {
    const SECTION: Section = Section::Queue;
}

/// One write in a list.
#[derive(Clone, Debug)]
pub struct FailedRow {
    pub href: String,
    pub record: String,
    pub id: String,
    pub field: Msg,
    pub since: When,
    pub delivery: Delivery,
}

/// `GET /deliveries/{id}`: one write, with all that can be done about it.
#[derive(Template, Clone, Debug)]
#[template(path = "failed/delivery.html")]
pub struct DeliveryPage {
    pub id: String,
    pub record: Link,
    pub decision: Link,
    pub cause: Option<Link>,
    pub field: Msg,
    pub delivery: Delivery,
    pub notice: Option<Notice>,
    pub by_hand: Option<ByHand>,
    pub instead: Option<Instead>,
    /// What was sent last and what it was answered; for admins.
    pub exchanges: Vec<Exchange>,
    pub exchanged: Option<When>,
}

impl View for DeliveryPage {
    const SECTION: Section = Section::Queue;
}

/// What a person types where.
#[derive(Clone, Debug)]
pub struct ByHand {
    pub system: String,
    /// The row's identifier there.
    pub key: Option<String>,
    /// The way to it.
    pub open: Option<String>,
    /// Their field, and what it shall hold.
    pub fields: Vec<(String, Option<Msg>)>,
}

/// The forms of another decision.
#[derive(Clone, Debug)]
pub struct Instead {
    /// Where they post to.
    pub action: String,
    /// Name, label and value of each field of the slot.
    pub values: Vec<(String, String, String)>,
    pub reasons: Vec<Choice>,
    pub note: String,
    pub until: String,
    /// Which of the two was sent, and what is wrong with it.
    pub error: Option<(&'static str, Msg)>,
}

impl Instead {
    /// What is wrong with one of the two forms.
    #[must_use]
    pub fn wrong(&self, form: &str) -> Option<&Msg> {
        self.error.as_ref().filter(|(of, _)| *of == form).map(|(_, error)| error)
    }
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub request: String,
    pub answer: String,
}
