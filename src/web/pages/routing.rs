//! Passing conflicts on: the forms to assign, put off, escalate and send back, for one conflict on
//! its page or for many at once; and what they do.
//!
//! Each form posts `conflict` (as often as there are conflicts) or `selection`, and `from` (`conflict` or
//! `queue`), which says where its answer leads. The query is that of the view. Its own fields are `assign-to`,
//! `assign-me`, `wait-until`, `wait-at`, `escalate-to`, `escalate-question` and `return-words`: on the page of
//! a conflict all of them belong to the form of its decision, and what was chosen there goes along.

mod build;
pub mod handle;
pub mod selections;
mod sent;
pub mod settings;

pub use build::{Standing, forms};

use super::parts::{Choice, Link, Problem};
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, View};
use askama::Template;

/// The forms.
#[derive(Clone, Debug, Default)]
pub struct Passing {
    /// The query of the view, with its `?`.
    pub query: String,
    /// The form of the page that all fields belong to; empty where each has one of its own.
    pub form: &'static str,
    /// `conflict` or `queue`.
    pub from: &'static str,
    /// What is passed on, as hidden fields: name and value.
    pub what: Vec<(&'static str, String)>,
    pub waits: Vec<Choice>,
    /// `2026-11-24T09:30` in the reader's zone, where they chose their own time.
    pub at: String,
    pub people: Vec<Choice>,
    pub desks: Vec<Choice>,
    pub question: String,
    /// The person's own id, for "Assign to me"; None where it is theirs already.
    pub me: Option<String>,
    /// Somebody may be answered: it was given by them.
    pub returns: bool,
    pub words: String,
    /// Who has it, what it waits for: each a sentence.
    pub standing: Vec<Msg>,
    /// It waits, and may be called back: where to.
    pub recall: Option<String>,
    pub problems: Vec<Problem>,
}

impl Passing {
    /// The form that the fields of one way to pass on belong to.
    #[must_use]
    pub fn form_of(&self, name: &str) -> String {
        if self.form.is_empty() { format!("pass-{name}") } else { self.form.to_owned() }
    }

    /// The mistake in a field.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<&Msg> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| &problem.text)
    }
}

/// The forms alone: for a frozen selection, or because something in them was wrong.
#[derive(Template, Clone, Debug)]
#[template(path = "routing/page.html")]
pub struct PassingPage {
    pub title: Msg,
    /// What is passed on.
    pub lead: Msg,
    pub back: Link,
    /// The first rows of a selection, and where the decision for all of them is made.
    pub rows: Vec<Link>,
    pub more: Option<Msg>,
    /// The hidden fields of the form that decides a selection together; None where that cannot be.
    pub selection: Option<Vec<(&'static str, String)>>,
    pub passing: Passing,
}

impl View for PassingPage {
    const SECTION: Section = Section::Queue;
}
