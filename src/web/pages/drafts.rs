//! A draft of the policies: what it changes, what it would do, and the button that switches it on.

pub mod build;
pub mod handle;
pub mod shadow;

use super::parts::Notice;
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, View};
use crate::web::when::When;
use askama::Template;

/// `GET /policy-drafts/{id}`.
#[derive(Template, Clone, Debug)]
#[template(path = "policy/draft.html")]
pub struct DraftPage {
    pub href: String,
    /// The matrix of its first kind of record.
    pub matrix: String,
    /// `2 changes`, `Back to version 3`.
    pub heading: Msg,
    pub author: String,
    pub when: When,
    pub reason: String,
    /// Which state of the draft the page shows: that, and no other, is switched on.
    pub fingerprint: String,
    pub based_on: i64,
    pub changes: Vec<ChangeRow>,
    /// Dangers of what it sets.
    pub warnings: Vec<Msg>,
    /// Another version came in force since.
    pub stale: Option<Msg>,
    pub notice: Option<Notice>,
    pub open: Tally,
    pub agreed: Tally,
    pub past: Tally,
    pub shadow: ShadowPart,
}

impl View for DraftPage {
    const SECTION: Section = Section::Settings;
}

/// One setting of one level, before and after.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    pub field: Msg,
    pub setting: Msg,
    pub was: Msg,
    pub becomes: Msg,
}

/// A sentence with its parts, each a number that leads to its rows.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub lead: Option<Msg>,
    pub parts: Vec<Part>,
    /// What it rests on: a sample, too little history.
    pub note: Option<Msg>,
}

/// A draft in shadow: how it was put there, and what it found by field.
#[derive(Clone, Debug)]
pub struct ShadowPart {
    pub running: bool,
    /// How many differences, since when and until when; none where it never was in shadow.
    pub lead: Option<Msg>,
    /// Why it does not run any longer.
    pub ended: Option<Msg>,
    pub rows: Vec<ShadowRow>,
    /// Where putting it in shadow and ending that post to.
    pub start: String,
    pub end: String,
    pub days: String,
    pub most: String,
}

/// What the shadow found of one field: numbers with their rows.
#[derive(Clone, Debug)]
pub struct ShadowRow {
    pub field: Msg,
    pub parts: Vec<(Msg, String)>,
}

/// One number of a tally; without an address where no rows are kept.
#[derive(Clone, Debug)]
pub struct Part {
    pub text: Msg,
    pub href: Option<String>,
}

/// `GET /policy-drafts/{id}/differences`: the rows behind one number.
#[derive(Template, Clone, Debug)]
#[template(path = "policy/draft_rows.html")]
pub struct DraftRowsPage {
    pub href: String,
    pub matrix: String,
    pub draft: Msg,
    pub heading: Msg,
    /// Past decisions: what was decided, what the rule would have kept.
    pub past: bool,
    pub rows: Vec<Row>,
    pub more: Option<Msg>,
}

impl View for DraftRowsPage {
    const SECTION: Section = Section::Settings;
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Row {
    pub title: String,
    pub href: String,
    pub field: Msg,
    pub decided: Msg,
    pub would: Msg,
}
