//! What needs human review: the policy of each field, changed as a new version with a reason.

pub mod build;
mod form;
pub mod handle;
pub mod versions;

use super::parts::{Choice, Link, Problem, Tab};
use crate::web::filters;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Section, View};
use crate::web::when::When;
use askama::Template;

/// `GET /policies/{entity}`: the matrix.
#[derive(Template, Clone, Debug)]
#[template(path = "policy/page.html")]
pub struct PoliciesPage {
    /// One per kind of record, with the number of its fields.
    pub tabs: Vec<Tab>,
    pub entity: String,
    /// `Version 14, on since 12 October, by Tariq Nasser`.
    pub version: Msg,
    pub versions: String,
    /// The defaults of the kind of record: "All of Customer".
    pub parent: PolicyRow,
    pub rows: Vec<PolicyRow>,
    /// Fields without a rule: they are reviewed.
    pub without_rule: u64,
    /// What is not in force yet.
    pub drafts: Vec<Link>,
    pub admin: bool,
}

impl View for PoliciesPage {
    const SECTION: Section = Section::Settings;
}

/// The policy of one field.
#[derive(Clone, Debug)]
pub struct PolicyRow {
    /// The field's name; the parent's row is named by the template.
    pub label: String,
    /// The form that changes it.
    pub href: String,
    pub source: Setting,
    pub rule: Setting,
    /// `38 of 40 as the rule decided`: the newest blind review of it.
    pub reviewed: Option<Link>,
    pub stakes: Setting,
    pub reason: Setting,
    pub hold: Setting,
    pub due: Setting,
    /// Conflicts that wait for a person, and the link to exactly those.
    pub reviews: u64,
    pub reviews_href: String,
    pub warning: Option<Msg>,
    /// Just changed.
    pub marked: bool,
}

/// One setting: set here, or inherited and grey.
#[derive(Clone, Debug)]
pub struct Setting {
    pub text: Msg,
    pub inherited: bool,
}

/// `GET /policies/{entity}/{field}`: the form.
#[derive(Template, Clone, Debug)]
#[template(path = "policy/form.html")]
pub struct PolicyForm {
    pub entity: String,
    pub entity_href: String,
    /// The field, or `None` for all of the entity.
    pub field: Option<String>,
    pub action: String,
    /// The version the form was opened on.
    pub version: String,
    pub now: Msg,
    /// Which roles see its values, where not all do: the configuration says so.
    pub limited: Option<Msg>,
    pub sources: Vec<Choice>,
    pub rules: Vec<RuleChoice>,
    pub stakes: Vec<Choice>,
    pub reasons: Vec<Choice>,
    /// Seconds, as typed; empty inherits.
    pub hold: String,
    pub hold_inherited: String,
    /// Hours, as typed; empty inherits.
    pub due: String,
    pub due_inherited: String,
    /// Hours in which a second person approves.
    pub approval: String,
    pub approval_inherited: String,
    /// The condition under which a person decides, as typed; empty inherits.
    pub review_if: String,
    pub review_if_inherited: String,
    /// Where the condition is tried.
    pub trial: String,
    /// What it says of real records, once it was tried.
    pub tried: Option<Vec<TriedRow>>,
    /// Systems in the order of trust.
    pub priority: String,
    pub priority_inherited: String,
    /// Days, as typed.
    pub half_life: String,
    pub half_life_inherited: String,
    pub blanks: Vec<Choice>,
    pub tidies: Vec<Choice>,
    pub blinds: Vec<Choice>,
    /// Of the kind of record alone.
    pub deletes: Vec<Choice>,
    /// Whether many may be decided at once.
    pub bulk: Vec<Choice>,
    /// Whether a second person approves.
    pub second: Vec<Choice>,
    /// One sentence on what goes wrong in the business.
    pub if_wrong: String,
    /// Why the change is made: asked always.
    pub because: String,
    pub problems: Vec<Problem>,
}

impl PolicyForm {
    /// `Phone of Customer`, or `All of Customer`.
    #[must_use]
    pub fn heading(&self) -> Msg {
        match &self.field {
            Some(field) => msg("policy-heading").with("field", field).with("entity", &self.entity),
            None => msg("policy-parent").with("entity", &self.entity),
        }
    }

    /// The error of one field of the form.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<&Msg> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| &problem.text)
    }
}

impl View for PolicyForm {
    const SECTION: Section = Section::Settings;
}

/// One rule with what it is good for, its danger, and this field's own figures.
#[derive(Clone, Debug)]
pub struct RuleChoice {
    pub choice: Choice,
    pub good: Msg,
    pub danger: Msg,
    /// What it is best for.
    pub best: Option<Msg>,
    /// What would go wrong here.
    pub caution: Option<Msg>,
    pub figures: Option<Msg>,
}

/// What a condition says of one record.
#[derive(Clone, Debug)]
pub struct TriedRow {
    pub title: String,
    pub href: String,
    pub field: String,
    /// System and value.
    pub values: Vec<(String, String)>,
    pub answer: Msg,
    /// A person would be asked, or there is no answer.
    pub asks: bool,
}

/// `GET /policies/{entity}/versions`.
#[derive(Template, Clone, Debug)]
#[template(path = "policy/versions.html")]
pub struct VersionsPage {
    pub entity: String,
    pub entity_href: String,
    pub versions: Vec<PolicyVersion>,
    /// Two versions side by side.
    pub compared: Option<Compared>,
    /// Where two versions are chosen.
    pub compare: String,
    pub problems: Vec<Problem>,
    pub admin: bool,
}

impl VersionsPage {
    /// The error of one field of a form.
    #[must_use]
    pub fn error(&self, version: &u64) -> Option<&Msg> {
        let field = format!("because-{version}");
        self.problems.iter().find(|problem| problem.field == field).map(|problem| &problem.text)
    }
}

/// What lies between two versions.
#[derive(Clone, Debug)]
pub struct Compared {
    pub from: i64,
    pub to: i64,
    /// Field, setting, before, after.
    pub changes: Vec<(Msg, Msg, Msg, Msg)>,
}

impl View for VersionsPage {
    const SECTION: Section = Section::Settings;
}

/// One version of the policies of a kind of record.
#[derive(Clone, Debug)]
pub struct PolicyVersion {
    pub number: u64,
    pub when: When,
    pub author: String,
    pub reason: String,
    /// Field, setting, before, after.
    pub changes: Vec<(Msg, Msg, Msg, Msg)>,
    pub current: bool,
    /// Where "Roll back to this" posts to.
    pub roll_back: Option<String>,
}
