//! One record: what each system holds now, its timeline, its decisions.

pub mod build;
pub mod events;
pub mod handle;
mod talk;

use super::parts::{Choice, Link, Pager, SystemLink};
use super::reviews::Ask;
use super::separations::{Apartness, Separated};
use crate::web::filters;
use crate::web::marks::Piece;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Section, View};
use crate::web::when::When;
use askama::Template;

/// `GET /records/{id}`.
#[derive(Template, Clone, Debug)]
#[template(path = "record/page.html")]
pub struct RecordPage {
    pub name: String,
    pub entity: String,
    pub ids: Vec<SystemLink>,
    /// Its open conflict, if it has one.
    pub conflict: Option<Link>,
    /// Systems that hold it more than once, and are left out until that is settled.
    pub duplicates: Vec<Msg>,
    /// The names of the systems, the columns of `fields`.
    pub columns: Vec<RecordColumn>,
    pub fields: Vec<RecordField>,
    pub timeline: String,
    /// The newest events.
    pub events: Vec<TimelineEvent>,
    pub decisions: Vec<Link>,
    /// Asks for a decision about a field on which the systems agree.
    pub ask: Option<Ask>,
    /// Says that one of its rows is another record.
    pub apart: Option<Apartness>,
    /// Rows that were taken out of it, or from which it was taken.
    pub separated: Vec<Separated>,
}

impl View for RecordPage {
    const SECTION: Section = Section::Records;
}

impl RecordPage {
    /// The name of the system whose cells stand at that place.
    #[must_use]
    pub fn column_name(&self, at: &usize) -> &str {
        self.columns.get(*at).map_or("", |column| column.name.as_str())
    }
}

/// One system's column of a record.
#[derive(Clone, Debug)]
pub struct RecordColumn {
    pub name: String,
    pub read: Msg,
}

/// One field across all systems.
#[derive(Clone, Debug)]
pub struct RecordField {
    pub label: String,
    /// Its own timeline.
    pub timeline: String,
    pub cells: Vec<RecordCell>,
    /// The last agreed value, or why there is none.
    pub agreed: Msg,
    pub disputed: bool,
}

/// What one system holds of a field.
#[derive(Clone, Debug)]
pub struct RecordCell {
    pub pieces: Vec<Piece>,
    /// Instead of a value.
    pub state: Option<Msg>,
    pub source_of_truth: bool,
}

/// `GET /records/{id}/timeline`: everything that happened, newest first.
#[derive(Template, Clone, Debug)]
#[template(path = "record/timeline.html")]
pub struct TimelinePage {
    /// The field, or `None` for the whole record.
    pub field: Option<String>,
    pub name: String,
    pub entity: String,
    pub id: String,
    /// The record's page.
    pub href: String,
    pub conflict: Option<String>,
    /// The choices of the filter by field.
    pub fields: Vec<Choice>,
    pub systems: Vec<Choice>,
    /// `Times in Berlin, CEST`.
    pub zone: Msg,
    pub cause: Option<Cause>,
    pub events: Vec<TimelineEvent>,
    pub pager: Pager,
}

impl View for TimelinePage {
    const SECTION: Section = Section::Records;
}

impl TimelinePage {
    /// `Timeline: Shipping address`, or `Timeline` for the whole record.
    #[must_use]
    pub fn heading(&self) -> Msg {
        match &self.field {
            Some(field) => msg("timeline-of").with("field", field),
            None => msg("conflict-timeline"),
        }
    }
}

/// Why the systems differ.
#[derive(Clone, Debug)]
pub struct Cause {
    /// `race`.
    pub name: Msg,
    /// The facts that speak for it.
    pub evidence: Vec<Msg>,
    /// `Clocks agree within 0.4 s`.
    pub clock: Option<Msg>,
}

/// One event of the timeline.
#[derive(Clone, Debug)]
pub struct TimelineEvent {
    pub when: When,
    /// A system's name, `Referee`, or `All`.
    pub system: Msg,
    pub who: Msg,
    /// Words before the change, if it is not a plain change of a value.
    pub text: Option<Msg>,
    pub was: Option<String>,
    pub now: Option<String>,
    /// `Race, end`.
    pub tag: Option<Msg>,
    /// `Polled 14:09, 3 min later`.
    pub how: Msg,
    pub id: String,
    /// The field, where the timeline is of a whole record.
    pub field: Option<String>,
}
