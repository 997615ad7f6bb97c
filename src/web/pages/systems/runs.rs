//! The list of runs, and one run.

use super::{RunPage, RunRow, RunsPage};
use crate::domain::access::Right;
use crate::domain::ids::{RunId, SystemId};
use crate::engine::Setup;
use crate::store::runs::{self, Run, SetAside};
use crate::store::{StoreError, holdings};
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::messages::{Msg, literal, msg, said};
use crate::web::page::{Page, Shell, Tone};
use crate::web::pages::parts::{Choice, Empty, Link, Pager};
use crate::web::pages::record::events::short;
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

/// Runs on one page.
const PAGE: usize = 50;
/// Rows set aside that are shown.
const SET_ASIDE: i64 = 200;

/// Which runs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    system: String,
    before: String,
}

/// `GET /runs`.
///
/// # Errors
/// The store failed.
pub async fn list(
    _: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    asked: Query<Asked>,
) -> Result<Page<RunsPage>, Failure> {
    let (setup, face) = (site.engine.setup(), clock::face(&request));
    let system = (!asked.system.is_empty()).then(|| SystemId(asked.system.clone()));
    let mut s = site.session_outside().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = if asked.before.is_empty() {
        runs::newest(&mut s, system.as_ref(), limit).await?
    } else {
        runs::older(&mut s, system.as_ref(), &RunId(asked.before.clone()), limit).await?
    };
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more).map(|last| address(&asked.system, &last.id));
    let empty = Empty { title: msg("empty-runs-title"), text: msg("empty-runs-text"), link: None };
    let body = RunsPage {
        systems: choices(&setup, &asked.system),
        empty: found.is_empty().then_some(empty),
        rows: rows(&setup, &found, &face),
        pager: Pager { next, ..Pager::default() },
    };
    Ok(Page::new(shell, body))
}

fn address(system: &str, before: &RunId) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !system.is_empty() {
        query.append_pair("system", system);
    }
    query.append_pair("before", before.as_str());
    format!("/runs?{}", query.finish())
}

fn choices(setup: &Setup, chosen: &str) -> Vec<Choice> {
    let all = Choice { value: String::new(), text: msg("timeline-all-systems"), chosen: chosen.is_empty() };
    let one = |system: &crate::domain::catalog::System| Choice {
        value: system.id.0.clone(),
        text: literal(&system.label),
        chosen: system.id.0 == chosen,
    };
    std::iter::once(all).chain(setup.catalog.systems.iter().map(one)).collect()
}

/// `GET /runs/{id}`.
///
/// # Errors
/// There is no such run, or the store failed.
pub async fn page(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<RunPage>, Failure> {
    let (setup, face) = (site.engine.setup(), clock::face(&request));
    let run = site.engine.run(&RunId(id.into_inner())).await?;
    let mut s = site.session(&viewer).await?;
    let aside = runs::quarantine(&mut s, &run.id, SET_ASIDE).await?;
    let of = holdings::count_present(&mut s, &run.system, &run.entity).await?;
    let done = u64::try_from(run.counts.read).unwrap_or(0);
    let running = run.state == "running";
    let mapped = setup.catalog.mapping(&run.system, &run.entity).is_some();
    let body = RunPage {
        run: row(&setup, &run, &face),
        system: Link::new(literal(setup.catalog.label(&run.system)), format!("/systems/{}", run.system)),
        progress: running.then(|| (done, u64::try_from(of).unwrap_or(0).max(done))),
        started_by: started_by(&run),
        facts: facts(&setup, &run),
        failure: run.error.clone().map(|error| (error, msg("run-advice"))),
        again: (!running && mapped && viewer.may(Right::Operate))
            .then(|| format!("/systems/{}/runs", run.system)),
        quarantine: aside.into_iter().map(quarantined).collect(),
    };
    Ok(Page::new(shell, body))
}

fn quarantined(row: SetAside) -> (String, Msg) {
    let id = row.external_id.unwrap_or_else(|| row.raw.chars().take(60).collect());
    (id, said(row.reason))
}

fn facts(setup: &Setup, run: &Run) -> Vec<(Msg, Msg)> {
    let entity = setup.catalog.entity_label(&run.entity);
    let number = |n: i64| msg("number").with("n", n);
    vec![
        (msg("records-kind"), literal(entity)),
        (msg("fact-run-settled-rule"), number(run.counts.settled_by_rule)),
        (msg("fact-run-settled-itself"), number(run.counts.settled_by_itself)),
        (msg("fact-run-quarantined"), number(run.counts.quarantined)),
        (msg("fact-run-id"), literal(short(&run.id.0))),
    ]
}

fn started_by(run: &Run) -> Msg {
    match run.trigger.as_str() {
        "schedule" => msg("run-by-schedule"),
        "program" => msg("run-by-program").with("name", &run.started_by),
        "command" => msg("run-by-command").with("name", &run.started_by),
        _ => msg("run-by-person").with("name", &run.started_by),
    }
}

/// A row per run.
#[must_use]
pub fn rows(setup: &Setup, found: &[Run], face: &Clockface) -> Vec<RunRow> {
    found.iter().map(|run| row(setup, run, face)).collect()
}

fn row(setup: &Setup, run: &Run, face: &Clockface) -> RunRow {
    let number = |n: i64| u64::try_from(n).unwrap_or(0);
    let (state, tone) = match run.state.as_str() {
        "running" => (msg("run-running"), Tone::Info),
        "failed" => (msg("run-state-failed"), Tone::Danger),
        _ => (msg("run-done"), Tone::Done),
    };
    RunRow {
        id: run.id.0.clone(),
        href: format!("/runs/{}", run.id),
        system: setup.catalog.label(&run.system).to_owned(),
        kind: msg(if run.kind == "full" { "run-full" } else { "run-increment" }),
        started: face.day(run.started_at),
        took: run.ended_at.map(|ended| took((ended - run.started_at).num_seconds())),
        read: number(run.counts.read),
        changed: number(run.counts.changed),
        conflicts: number(run.counts.opened),
        state,
        tone,
    }
}

/// How many systems there are, and how many of them fail.
///
/// # Errors
/// The store failed.
pub async fn health(s: &mut crate::store::Session, setup: &Setup) -> Result<(usize, usize), StoreError> {
    let mut failing = 0;
    for system in &setup.catalog.systems {
        let last = runs::newest(s, Some(&system.id), 1).await?;
        failing += usize::from(last.first().is_some_and(|run| run.state == "failed"));
    }
    Ok((setup.catalog.systems.len(), failing))
}

fn took(seconds: i64) -> Msg {
    if seconds < 1 { msg("run-at-once") } else { Clockface::length(seconds) }
}
