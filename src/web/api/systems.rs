//! Systems and the runs that read them.

use super::body::MaybeJson;
use super::listing::Items;
use crate::domain::access::Viewer;
use crate::domain::catalog::System;
use crate::domain::clock::Measured;
use crate::domain::ids::{RunId, SystemId};
use crate::domain::target::{Standing, Target};
use crate::engine::Setup;
use crate::engine::sync::Trigger;
use crate::store::pauses::Pause;
use crate::store::runs::{self, Run};
use crate::store::{Session, targets};
use crate::web::auth::{Admin, Operator, SignedIn};
use crate::web::failure::{Code, Failure};
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A connected business application.
#[derive(Serialize, ToSchema)]
pub struct SystemView {
    id: String,
    label: String,
    /// `sqlite`, `postgres` or `rest`.
    kind: String,
    /// Referee may write to it; else it only watches.
    writes_enabled: bool,
    /// Why it is not read at present.
    paused: Option<String>,
    /// Objects of it that are not read, or not written.
    pauses: Vec<PauseView>,
    /// Nothing is sent to it now; null: it is written to.
    left_alone: Option<LeftAloneView>,
    /// Its clock, as last measured; null: never, and it is taken to be ours.
    clock: Option<ClockView>,
    /// Minutes between scheduled runs.
    every_minutes: Option<u32>,
    /// The entities that it holds records of.
    entities: Vec<String>,
    last_run: Option<RunView>,
}

/// One object of a system that is not read, or not written.
#[derive(Serialize, ToSchema)]
pub struct PauseView {
    entity: String,
    /// Why no run of it begins.
    reading: Option<String>,
    /// Why what is to be sent there waits.
    writing: Option<String>,
}

/// Why nothing is sent to a system now.
#[derive(Serialize, ToSchema)]
pub struct LeftAloneView {
    /// `no_answer`: it fails whatever it is sent; `no_sign_in`: it does not accept ours, and is not read
    /// either; `asked`: it wants to be left alone for a while.
    why: &'static str,
    since: Option<DateTime<Utc>>,
    /// What it said.
    message: Option<String>,
    /// When one write is tried; null: not before a person says so.
    next_at: Option<DateTime<Utc>>,
}

impl LeftAloneView {
    fn of(target: Target, now: DateTime<Utc>) -> Option<Self> {
        let quiet = target.quiet_until.filter(|until| *until > now);
        match target.standing {
            Standing::Paused { since, probe_at, message, .. } => {
                let (since, message, next_at) = (Some(since), Some(message), Some(probe_at).max(quiet));
                Some(Self { why: "no_answer", since, message, next_at })
            }
            Standing::NoSignIn { since, message } => {
                let (since, message) = (Some(since), Some(message));
                Some(Self { why: "no_sign_in", since, message, next_at: None })
            }
            Standing::Open { .. } => {
                quiet.map(|_| Self { why: "asked", since: None, message: None, next_at: quiet })
            }
        }
    }
}

/// How far a system's clock runs ahead of ours.
#[derive(Serialize, ToSchema)]
pub struct ClockView {
    /// Milliseconds; below zero it runs behind.
    ahead_ms: i64,
    /// Give or take so many milliseconds.
    within_ms: i64,
    measured_at: DateTime<Utc>,
    /// Set within the last day: how far it ran ahead before. Until then both count.
    ran_ahead_ms: Option<i64>,
}

impl From<&Measured> for ClockView {
    fn from(clock: &Measured) -> Self {
        let Measured { now, at, before } = *clock;
        let ran_ahead_ms = before.map(|(before, _)| before.ahead_ms);
        Self { ahead_ms: now.ahead_ms, within_ms: now.within_ms, measured_at: at, ran_ahead_ms }
    }
}

/// One execution of reading one object of a system.
#[derive(Serialize, ToSchema)]
pub struct RunView {
    id: String,
    system: String,
    entity: String,
    /// `full` or `changes`.
    kind: String,
    /// `schedule`, `person`, `program` or `command`.
    trigger: String,
    started_by: String,
    /// `running`, `done` or `failed`.
    state: String,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    counts: RunCounts,
    /// Why it failed.
    error: Option<String>,
}

/// What a run did so far. What its changes led to is counted when they have been judged, after
/// the reading ended.
#[derive(Serialize, ToSchema)]
pub struct RunCounts {
    read: i64,
    changed: i64,
    quarantined: i64,
    opened: i64,
    settled_by_rule: i64,
    settled_by_itself: i64,
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        let counts = run.counts;
        Self {
            id: run.id.0,
            system: run.system.0,
            entity: run.entity.0,
            kind: run.kind,
            trigger: run.trigger,
            started_by: run.started_by,
            state: run.state,
            started_at: run.started_at,
            ended_at: run.ended_at,
            counts: RunCounts {
                read: counts.read,
                changed: counts.changed,
                quarantined: counts.quarantined,
                opened: counts.opened,
                settled_by_rule: counts.settled_by_rule,
                settled_by_itself: counts.settled_by_itself,
            },
            error: run.error,
        }
    }
}

/// `GET /api/v1/systems`: every system, without its connection's settings.
///
/// # Errors
/// The store cannot be read.
pub async fn list(viewer: SignedIn, site: Data<Site>) -> Result<Json<Items<SystemView>>, Failure> {
    let (setup, now) = (site.engine.setup(), site.engine.now());
    let mut session = site.session(&viewer).await?;
    let mut items = Vec::new();
    for system in &setup.catalog.systems {
        items.push(view(&mut session, &setup, &viewer, system, now).await?);
    }
    Ok(Json(Items { items, next: None }))
}

async fn view(
    session: &mut Session,
    setup: &Setup,
    viewer: &Viewer,
    system: &System,
    now: DateTime<Utc>,
) -> Result<SystemView, Failure> {
    let own = setup.catalog.mappings.iter().filter(|mapping| mapping.system == system.id);
    let entities = own.filter(|mapping| viewer.sees(&mapping.entity)).map(|m| m.entity.0.clone());
    let newest = runs::newest(session, Some(&system.id), 20).await?;
    let state = setup.state(&system.id);
    Ok(SystemView {
        id: system.id.0.clone(),
        label: system.label.clone(),
        kind: system.kind().to_owned(),
        writes_enabled: state.writes_enabled,
        paused: state.paused_reason,
        pauses: pauses(setup, &system.id, viewer),
        left_alone: LeftAloneView::of(targets::get(session, &system.id).await?, now),
        clock: setup.clocks.of(&system.id).map(ClockView::from),
        every_minutes: system.every_minutes,
        entities: entities.collect(),
        last_run: newest.into_iter().find(|run| viewer.sees(&run.entity)).map(RunView::from),
    })
}

fn pauses(setup: &Setup, system: &SystemId, viewer: &Viewer) -> Vec<PauseView> {
    let own = setup.pauses.iter().filter(|own| own.system == *system && viewer.sees(&own.entity));
    let view = |own: &Pause| PauseView {
        entity: own.entity.0.clone(),
        reading: own.reading.clone(),
        writing: own.writing.clone(),
    };
    own.map(view).collect()
}

/// What a run is to read.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunBody {
    /// Read everything, also where the changes alone could be asked for.
    #[serde(default)]
    full: bool,
}

/// The runs that were started, one for each entity the system holds.
#[derive(Serialize, ToSchema)]
pub struct Started {
    /// Of the runs, in the order in which they are carried out.
    ids: Vec<String>,
    /// The first one's address.
    href: String,
    items: Vec<RunView>,
}

/// `POST /api/v1/systems/{id}/runs`: starts reading a system.
///
/// # Errors
/// The viewer may not, there is no such system, or it is being read.
pub async fn run(
    viewer: Operator,
    request: HttpRequest,
    id: Path<SystemId>,
    body: MaybeJson<RunBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let trigger = trigger(&viewer, body.value.full);
        let started = site.engine.begin(&id, &trigger).await?;
        let ids: Vec<String> = started.iter().map(|run| run.id.0.clone()).collect();
        let href = format!("/api/v1/runs/{}", ids.first().map_or("", String::as_str));
        let told = Started { ids, href, items: started.into_iter().map(RunView::from).collect() };
        Reply::of(StatusCode::ACCEPTED, &told)
    })
    .await
}

/// `POST /api/v1/systems/{id}/resumption`: tries at once whether a system that is left alone is back.
///
/// # Errors
/// The viewer may not, there is no such system, or nothing waits for it.
pub async fn resume(
    viewer: Admin,
    request: HttpRequest,
    id: Path<SystemId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body, async |_| {
        site.engine.resume_target(&viewer, &id).await?;
        let mut session = site.session(&viewer).await?;
        let setup = site.engine.setup();
        let system = setup.catalog.system(&id).ok_or_else(|| Failure::new(Code::NotFound))?;
        let now = site.engine.now();
        Reply::of(StatusCode::OK, &view(&mut session, &setup, &viewer, system, now).await?)
    })
    .await
}

fn trigger(viewer: &Viewer, full: bool) -> Trigger {
    Trigger { name: if viewer.program { "program" } else { "person" }, by: viewer.actor(), full }
}

/// `GET /api/v1/runs/{id}`: where a run stands.
///
/// # Errors
/// There is no such run for this viewer.
pub async fn show_run(viewer: SignedIn, id: Path<RunId>, site: Data<Site>) -> Result<Json<RunView>, Failure> {
    let run = site.engine.run(&id).await?;
    if !viewer.sees(&run.entity) {
        return Err(Failure::new(Code::NotFound));
    }
    Ok(Json(run.into()))
}
