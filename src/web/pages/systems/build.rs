//! The inventory and the page of one system, built from the configuration and what is stored.

use super::{MappedRow, RunRow, SystemPage, SystemRow, SystemsPage, target};
use crate::domain::access::{Right, Viewer};
use crate::domain::catalog::System;
use crate::domain::clock::{Measured, Offset};
use crate::domain::ids::{EntityId, SystemId};
use crate::domain::mapping::{FieldMapping, Mapping};
use crate::domain::target::{Standing, Target, Windows};
use crate::domain::time::Time;
use crate::domain::transform::Transform;
use crate::engine::{Capabilities, Setup};
use crate::store::configuration::SystemState;
use crate::store::runs::{self, Run};
use crate::store::{Session, StoreError, holdings, resolutions, targets};
use crate::web::failure::{Code, Failure};
use crate::web::messages::{Msg, literal, msg, said};
use crate::web::page::Tone;
use crate::web::pages::parts::{Empty, Link, Notice};
use crate::web::pages::words;
use crate::web::when::Clockface;

/// What the store knows of a system.
pub struct Known {
    pub records: u64,
    pub last_read: Option<Time>,
    pub last_write: Option<Time>,
    pub last_run: Option<Run>,
    pub state: SystemState,
    pub clock: Option<Measured>,
    /// Some object of it is not read, or not written.
    pub partly_paused: bool,
    /// How writing to it goes.
    pub target: Target,
}

impl Known {
    /// # Errors
    /// The store failed.
    pub async fn read(s: &mut Session, setup: &Setup, id: &SystemId) -> Result<Self, StoreError> {
        let (mut records, mut last_read) = (0, None);
        for mapping in setup.catalog.mappings.iter().filter(|mapping| mapping.system == *id) {
            records += holdings::count_present(s, id, &mapping.entity).await?;
            last_read = last_read.max(runs::cursor(s, id, &mapping.entity).await?.read_at);
        }
        Ok(Self {
            records: u64::try_from(records).unwrap_or(0),
            last_read,
            last_write: resolutions::last_write(s, id).await?,
            last_run: runs::newest(s, Some(id), 1).await?.pop(),
            state: setup.state(id),
            clock: setup.clocks.of(id).copied(),
            target: targets::get(s, id).await?,
            partly_paused: setup.pauses.iter().any(|pause| pause.system == *id),
        })
    }

    /// How it goes, and how loudly to say so.
    fn condition(&self, face: &Clockface) -> (Msg, Tone) {
        match &self.last_run {
            _ if matches!(self.target.standing, Standing::NoSignIn { .. }) => {
                (msg("system-no-sign-in"), Tone::Danger)
            }
            _ if matches!(self.target.standing, Standing::Paused { .. }) => {
                (msg("system-left-alone"), Tone::Danger)
            }
            _ if self.state.paused_reason.is_some() => (msg("system-is-paused"), Tone::Warning),
            _ if self.partly_paused => (msg("system-is-partly-paused"), Tone::Warning),
            Some(run) if run.state == "failed" => {
                let since = run.ended_at.unwrap_or(run.started_at);
                (msg("system-failing").with("when", face.day(since).text), Tone::Danger)
            }
            Some(run) if run.state == "running" => (msg("run-running"), Tone::Info),
            Some(_) => (msg("system-well"), Tone::Done),
            None => (msg("system-never-read"), Tone::Info),
        }
    }

    /// The reason of the last failure, if it was not followed by a success.
    fn error(&self) -> Option<&str> {
        self.last_run.as_ref().and_then(|run| run.error.as_deref())
    }

    fn clock(&self) -> Msg {
        let Some(Measured { now, .. }) = self.clock else { return msg("clock-unknown") };
        match now.ahead_ms {
            0 if now.within_ms == 0 => msg("clock-equal"),
            ms if ms.abs() <= now.within_ms => {
                msg("clock-within").with("span", words::milliseconds(now.within_ms + ms.abs()))
            }
            ms if ms > 0 => msg("clock-ahead").with("span", words::milliseconds(ms)),
            ms => msg("clock-behind").with("span", words::milliseconds(-ms)),
        }
    }

    /// The clock with all that is known of it, each a sentence.
    fn clock_facts(&self, face: &Clockface) -> Vec<Msg> {
        let Some(clock) = &self.clock else { return vec![msg("clock-unknown-why")] };
        if clock.now == Offset::default() && clock.before.is_none() {
            return vec![msg("clock-ours")];
        }
        let measured = msg("clock-measured").with("clock", self.clock());
        let measured = measured.with("within", words::milliseconds(clock.now.within_ms));
        let mut facts = vec![measured.with("when", face.ago(clock.at).text)];
        facts.extend(clock.before.map(|(before, set)| {
            let was = words::milliseconds(before.ahead_ms.abs());
            let said = if before.ahead_ms < 0 { "clock-was-behind" } else { "clock-was-ahead" };
            msg(said).with("span", was).with("when", face.ago(set).text)
        }));
        facts
    }
}

/// The system of that id.
///
/// # Errors
/// It is not configured.
pub fn find<'a>(setup: &'a Setup, id: &str) -> Result<&'a System, Failure> {
    setup.catalog.system(&SystemId::from(id)).ok_or_else(|| Failure::new(Code::NotFound))
}

/// A reason that was given.
///
/// # Errors
/// It is empty, or longer than 500 characters.
pub fn because(text: &str) -> Result<&str, Failure> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 {
        return Err(Failure::new(Code::Invalid).detail(msg("problem-because-switch")));
    }
    Ok(text)
}

fn kind(system: &System) -> Msg {
    match system.kind() {
        "sqlite" => msg("kind-sqlite"),
        "postgres" => msg("kind-postgres"),
        "mysql" => msg("kind-mysql"),
        "rest" => msg("kind-rest"),
        "files" => msg("kind-files"),
        other => literal(other),
    }
}

fn direction(state: &SystemState) -> Msg {
    msg(if state.writes_enabled { "direction-write" } else { "direction-watch" })
}

fn schedule(system: &System) -> Msg {
    match system.every_minutes {
        Some(minutes) => msg("schedule-every").with("span", Clockface::length(i64::from(minutes) * 60)),
        None => msg("schedule-by-hand"),
    }
}

/// One row of the inventory.
#[must_use]
pub fn row(setup: &Setup, system: &System, known: &Known, face: &Clockface, viewer: &Viewer) -> SystemRow {
    let (state, tone) = known.condition(face);
    let mapped = setup.catalog.mappings.iter().any(|mapping| mapping.system == system.id);
    SystemRow {
        id: system.id.0.clone(),
        name: system.label.clone(),
        href: format!("/systems/{}", system.id),
        kind: kind(system),
        direction: direction(&known.state),
        records: known.records,
        last_read: known.last_read.map(|time| face.ago(time)),
        last_write: known.last_write.map(|time| face.ago(time)),
        schedule: schedule(system),
        state,
        tone,
        clock: known.clock(),
        run: (mapped && viewer.may(Right::Operate)).then(|| format!("/systems/{}/runs", system.id)),
    }
}

/// The inventory.
#[must_use]
pub fn list(rows: Vec<SystemRow>, runs: Vec<RunRow>, viewer: &Viewer) -> SystemsPage {
    let (title, text) = (msg("empty-systems-title"), msg("empty-systems-text"));
    SystemsPage {
        empty: rows.is_empty().then_some(Empty { title, text, link: None }),
        rows,
        runs,
        all_runs: "/runs".to_owned(),
        admin: viewer.may(Right::Operate),
    }
}

/// What a connector can do, each a sentence; of one without a condition also what was measured.
#[must_use]
pub fn capabilities(can: Capabilities, windows: Windows) -> Vec<Msg> {
    let condition = match (can.condition, windows.mean_ms()) {
        (true, _) => msg("can-conditional"),
        (false, None) => msg("can-unconditional"),
        (false, Some(mean)) => msg("can-unconditional-measured")
            .with("mean", mean)
            .with("longest", windows.longest_ms.max(mean))
            .with("n", windows.count),
    };
    let mut said = vec![msg("can-full"), condition];
    said.extend(can.create.then(|| msg("can-create")));
    said.extend(can.delete.then(|| msg("can-delete")));
    said.extend(can.modified_time.then(|| msg("can-increments")));
    said
}

/// The page of one system.
#[must_use]
pub fn page(
    setup: &Setup,
    system: &System,
    known: &Known,
    capabilities: Option<Vec<Msg>>,
    runs: Vec<RunRow>,
    face: &Clockface,
    viewer: &Viewer,
) -> SystemPage {
    let admin = viewer.may(Right::Configure);
    SystemPage {
        id: system.id.0.clone(),
        name: system.label.clone(),
        facts: facts(setup, system, known, face, admin),
        notice: notice(known),
        left_alone: target::left_alone(&system.id, &system.label, &known.target, face, admin),
        capabilities: capabilities.unwrap_or_else(|| vec![msg("system-unopened")]),
        mapping: mapping(setup, &system.id),
        steps: Vec::new(),
        writable: known.state.writes_enabled,
        paused: known.state.paused_reason.is_some(),
        mapped: mapped(setup, &system.id, viewer),
        admin,
        runs,
    }
}

fn mapped(setup: &Setup, system: &SystemId, viewer: &Viewer) -> Vec<MappedRow> {
    let own = setup.catalog.mappings.iter().filter(|own| own.system == *system && viewer.sees(&own.entity));
    let row = |own: &Mapping| MappedRow {
        id: own.entity.0.clone(),
        entity: kind_label(setup, &own.entity).to_owned(),
        object: own.object.clone(),
        action: format!("/systems/{system}/mappings/{}/pause", own.entity),
        reading: setup.not_read(system, &own.entity).map(str::to_owned),
        writing: setup.not_written(system, &own.entity).map(str::to_owned),
    };
    own.map(row).collect()
}

fn kind_label<'a>(setup: &'a Setup, entity: &'a EntityId) -> &'a str {
    setup.catalog.entity_label(entity)
}

fn facts(setup: &Setup, system: &System, known: &Known, face: &Clockface, admin: bool) -> Vec<(Msg, Msg)> {
    let time = |time: Option<Time>| time.map_or_else(|| msg("never"), |time| face.ago(time).text);
    let mut facts = vec![(msg("fact-name-kind"), kind(system))];
    // Where a system stands is for those who may change it.
    facts.extend(address(system).filter(|_| admin).map(|at| (msg("fact-name-address"), literal(at))));
    facts.extend([
        (msg("fact-name-direction"), direction(&known.state)),
        (msg("fact-name-schedule"), schedule(system)),
        (msg("fact-name-records"), msg("number").with("n", known.records)),
        (msg("fact-name-read"), time(known.last_read)),
        (msg("fact-name-write"), time(known.last_write)),
    ]);
    facts.extend(known.clock_facts(face).into_iter().map(|fact| (msg("fact-name-clock"), fact)));
    facts.extend(known.state.paused_reason.as_ref().map(|why| (msg("fact-name-paused"), literal(why))));
    for pause in setup.pauses.iter().filter(|pause| pause.system == system.id) {
        let said = |key: &'static str, why: &String| {
            let text = msg(key).with("entity", kind_label(setup, &pause.entity)).with("reason", why);
            (msg("fact-name-paused"), text)
        };
        facts.extend(pause.reading.as_ref().map(|why| said("fact-paused-reading", why)));
        facts.extend(pause.writing.as_ref().map(|why| said("fact-paused-writing", why)));
    }
    facts
}

/// The file or address of a system, without anything that signs in.
fn address(system: &System) -> Option<String> {
    let text = |name: &str| system.connector.get(name).and_then(serde_json::Value::as_str);
    if let Some(path) = text("path") {
        return Some(path.to_owned());
    }
    if let Some(url) = text("url").or_else(|| text("base_url")) {
        let mut url = url::Url::parse(url).ok()?;
        let cleared = url.set_username("").and_then(|()| url.set_password(None));
        url.set_query(None);
        return cleared.ok().map(|()| url.to_string());
    }
    let port = system.connector.get("port").map(|port| format!(":{port}")).unwrap_or_default();
    let database = text("database").map(|name| format!("/{name}")).unwrap_or_default();
    text("host").map(|host| format!("{host}{port}{database}"))
}

fn notice(known: &Known) -> Option<Notice> {
    let (error, run) = (known.error()?, known.last_run.as_ref()?);
    Some(Notice {
        tone: Tone::Danger,
        title: msg("run-failed"),
        lines: vec![said(error), msg("run-advice")],
        links: vec![Link::new(msg("run-see"), format!("/runs/{}", run.id))],
    })
}

fn mapping(setup: &Setup, system: &SystemId) -> Vec<(String, String, Msg)> {
    let several = setup.catalog.mappings.iter().filter(|mapping| mapping.system == *system).count() > 1;
    let mappings = setup.catalog.mappings.iter().filter(|mapping| mapping.system == *system);
    let mut rows = Vec::new();
    for mapping in mappings {
        let Some(entity) = setup.catalog.entity(&mapping.entity) else { continue };
        let ours = |field: &FieldMapping| {
            entity.field(&field.field).map_or(field.field.as_str(), |field| &field.label).to_owned()
        };
        let how = |field: &FieldMapping| match several {
            true => msg("mapping-of").with("entity", &entity.label).with("how", conversion(field)),
            false => conversion(field),
        };
        rows.extend(mapping.fields.iter().map(|f| (f.columns.join(", "), ours(f), how(f))));
    }
    rows
}

fn conversion(field: &FieldMapping) -> Msg {
    let one = |transform: &Transform| match transform {
        Transform::Join { .. } => msg("transform-join"),
        Transform::Part { index, .. } => msg("transform-part").with("n", index + 1),
        Transform::Case(_) => msg("transform-case"),
        Transform::Trim => msg("transform-trim"),
        Transform::Number { .. } => msg("transform-number"),
        Transform::Date { format } => msg("transform-date").with("format", format),
        Transform::Phone { region } => msg("transform-phone").with("region", region),
        Transform::Country { .. } => msg("transform-country"),
    };
    if field.transforms.is_empty() {
        return msg("mapping-as-is");
    }
    let names: Vec<Msg> = field.transforms.iter().map(one).collect();
    msg("transforms").with("names", names)
}
