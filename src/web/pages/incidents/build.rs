//! The pages of incidents from what is stored.

use super::{GroupForm, IncidentPage, IncidentRow, RecordRow};
use crate::domain::access::{Right, Viewer};
use crate::domain::ids::{EntityId, SystemId};
use crate::domain::incident::{IncidentKind, IncidentState};
use crate::domain::resolution::Reason;
use crate::engine::Setup;
use crate::store::groups::Group;
use crate::store::incidents::{Incident, Member};
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::Tone;
use crate::web::pages::parts::{Choice, Link, Notice, Pager};
use crate::web::pages::words;
use crate::web::when::Clockface;

/// A number of rows as pages have it.
pub fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// `Mass delete in Portal`.
pub fn title(setup: &Setup, incident: &Incident) -> Msg {
    let key = match incident.kind {
        IncidentKind::MassDelete => "incident-mass-delete",
        IncidentKind::MassChange => "incident-mass-change",
        IncidentKind::Storm => "incident-storm",
    };
    msg(key).with("system", setup.catalog.label(&incident.system))
}

/// Where it stands, and how loud that is said.
pub fn state(incident: &Incident) -> (Msg, Tone) {
    match &incident.state {
        IncidentState::Open => (msg("incident-state-open"), Tone::Warning),
        IncidentState::Working(_) => (msg("incident-state-working"), Tone::Info),
        IncidentState::Ended(choice, _) => (msg(format!("ending-{}", choice.ending.as_str())), Tone::Done),
    }
}

pub fn entity(setup: &Setup, id: &EntityId) -> String {
    setup.catalog.entity_label(id).to_owned()
}

pub fn row(setup: &Setup, incident: &Incident, face: &Clockface) -> IncidentRow {
    let (state, tone) = state(incident);
    IncidentRow {
        href: format!("/incidents/{}", incident.id),
        title: title(setup, incident),
        entity: entity(setup, &incident.entity),
        records: number(incident.records),
        opened: face.moment(incident.opened_at),
        state,
        tone,
    }
}

/// What the page of an incident is made of.
pub struct Shown<'a> {
    pub setup: &'a Setup,
    pub incident: &'a Incident,
    pub viewer: &'a Viewer,
    pub face: &'a Clockface,
    /// Done and all, while a choice is carried out.
    pub progress: Option<(i64, i64)>,
    /// Differences that wait under it.
    pub waiting: i64,
    pub group: Option<&'a Group>,
    pub rows: Vec<RecordRow>,
    pub pager: Pager,
}

pub fn page(shown: Shown<'_>) -> IncidentPage {
    let (setup, incident, viewer) = (shown.setup, shown.incident, shown.viewer);
    let (word, tone) = state(incident);
    let (open, decides) = (incident.state.is_open(), viewer.may(Right::Decide));
    let may = decides || viewer.may(Right::Configure);
    let holds = incident.kind.holds_differences();
    let paused = setup.state(&incident.system).paused_reason;
    let whole = paused.is_some();
    let paused = paused.or_else(|| setup.not_read(&incident.system, &incident.entity).map(str::to_owned));
    let admin = open && paused.is_none() && viewer.may(Right::Configure);
    let answers = match (open && may, incident.kind) {
        (false, _) => Vec::new(),
        (true, IncidentKind::MassDelete) => vec![answer("allowed"), answer("refused")],
        (true, _) => vec![answer("released")],
    };
    let group_form = (open && decides && holds).then(|| GroupForm {
        action: format!("/incidents/{}/groups", incident.id),
        like: String::new(),
        choices: choices(setup, &incident.entity, Some(&incident.system)),
        reasons: reasons(),
        note: String::new(),
        problem: None,
    });
    IncidentPage {
        id: incident.id.0.clone(),
        title: title(setup, incident),
        state: word,
        tone,
        lead: lead(setup, incident),
        facts: facts(&shown),
        links: links(&shown),
        notice: paused.map(|reason| paused_notice(setup, incident, whole, reason)),
        progress: shown.progress.map(|(done, of)| (number(done), number(of))),
        answers,
        because: String::new(),
        problem: None,
        form: group_form,
        pause: admin.then(|| {
            let (system, kind) = (&incident.system, &incident.entity);
            let text = msg("incident-pause").with("system", setup.catalog.label(system));
            (format!("/systems/{system}/mappings/{kind}/pause"), text.with("entity", entity(setup, kind)))
        }),
        rows: shown.rows,
        pager: shown.pager,
    }
}

fn paused_notice(setup: &Setup, incident: &Incident, whole: bool, reason: String) -> Notice {
    let key = if whole { "paused-by-hand" } else { "paused-mapping" };
    let title = msg(key).with("system", setup.catalog.label(&incident.system)).with("reason", reason);
    let title = title.with("entity", entity(setup, &incident.entity));
    Notice { tone: Tone::Warning, title, lines: Vec::new(), links: Vec::new() }
}

fn answer(ending: &str) -> Choice {
    Choice { value: ending.to_owned(), text: msg(format!("answer-{ending}")), chosen: false }
}

fn lead(setup: &Setup, incident: &Incident) -> Msg {
    let key = match incident.kind {
        IncidentKind::MassDelete => "incident-lead-mass-delete",
        IncidentKind::MassChange => "incident-lead-mass-change",
        IncidentKind::Storm => "incident-lead-storm",
    };
    msg(key)
        .with("system", setup.catalog.label(&incident.system))
        .with("n", incident.records)
        .with("of", incident.held)
}

fn facts(shown: &Shown<'_>) -> Vec<(Msg, Msg)> {
    let (setup, incident, face) = (shown.setup, shown.incident, shown.face);
    let mut facts = vec![
        (msg("incident-opened"), face.moment(incident.opened_at).text),
        (msg("incident-entity"), literal(entity(setup, &incident.entity))),
    ];
    if let Some(choice) = incident.state.choice() {
        facts.push((msg("incident-chosen"), msg(format!("ending-{}", choice.ending.as_str()))));
        facts.push((msg("incident-by"), literal(&choice.by.name)));
        facts.push((msg("incident-when"), face.moment(choice.at).text));
        if !choice.reason.is_empty() {
            facts.push((msg("incident-why"), literal(&choice.reason)));
        }
    }
    facts
}

fn links(shown: &Shown<'_>) -> Vec<Link> {
    let incident = shown.incident;
    let mut links = Vec::new();
    if shown.waiting > 0 {
        let text = msg("incident-waiting").with("n", shown.waiting);
        links.push(Link::new(text, format!("/queue?incident={}", incident.id)));
    }
    if !incident.run.0.is_empty() {
        links.push(Link::new(msg("run-see"), format!("/runs/{}", incident.run)));
    }
    if let Some(group) = shown.group {
        links.push(Link::new(msg("group-see"), format!("/groups/{}", group.id)));
    }
    links
}

/// What can be chosen for all differences of an entity; `moved` is the system an incident is of.
pub fn choices(setup: &Setup, entity: &EntityId, moved: Option<&SystemId>) -> Vec<Choice> {
    let choice = |value: String, text: Msg| Choice { value, text, chosen: false };
    let mut choices = Vec::new();
    for mapping in setup.catalog.mappings_of(entity) {
        let (system, label) = (&mapping.system, setup.catalog.label(&mapping.system));
        let (keep, back) = match moved {
            Some(moved) if moved == system => ("choice-accept", Some("choice-refuse")),
            Some(_) => ("choice-keep", None),
            None => ("choice-keep", Some("choice-keep-others")),
        };
        choices.push(choice(format!("keep:{system}"), msg(keep).with("system", label)));
        choices.extend(back.map(|key| choice(format!("others:{system}"), msg(key).with("system", label))));
    }
    choices.push(choice("leave".to_owned(), msg("choice-leave")));
    choices
}

/// The reasons, none chosen.
pub fn reasons() -> Vec<Choice> {
    let none = Choice { value: String::new(), text: msg("reason-no-code"), chosen: true };
    let choice = |reason: Reason| Choice {
        value: reason.as_str().to_owned(),
        text: msg(words::reason_key(reason)),
        chosen: false,
    };
    [none].into_iter().chain(Reason::ALL.into_iter().map(choice)).collect()
}

/// One record of an incident.
pub fn record(member: &Member, title: Option<String>) -> RecordRow {
    RecordRow {
        name: title.unwrap_or_else(|| member.external_id.clone()),
        href: format!("/records/{}", member.record),
        id: member.external_id.clone(),
        state: match member.state.as_str() {
            "done" => Some(msg("member-done")),
            "kept" => Some(msg("member-kept")),
            _ => None,
        },
    }
}
