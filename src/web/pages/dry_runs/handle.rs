//! The handlers of the dry runs: the form, one run, its report.

use super::build::{self, Asked, PAGE, Shown};
use super::{DryRunRow, DryRunsPage};
use crate::domain::entity::Entity;
use crate::domain::ids::{EntityId, SystemId};
use crate::engine::dry_run::{Ask, State};
use crate::engine::{Refusal, Setup};
use crate::web::api::dry_runs::{json_line, read};
use crate::web::auth::Operator;
use crate::web::clock;
use crate::web::failure::{Code, Failure};
use crate::web::messages::{literal, msg, said};
use crate::web::page::{Page, Shell};
use crate::web::pages::parts::{Choice, Empty, Link, Problem, Tab};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentEncoding, LOCATION};
use actix_web::web::{Bytes, Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde::Deserialize;
use tokio::io::AsyncReadExt as _;

/// Seconds after which a page that is watched is asked for again.
const LOOK: &str = "2";
/// Bytes of a report that are sent at once.
const CHUNK: usize = 64 << 10;

/// Which kind of record.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    entity: String,
}

/// `GET /dry-runs?entity=`.
///
/// # Errors
/// There is no such kind of record for this viewer.
pub async fn list(
    viewer: Operator,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    which: Query<Which>,
) -> Result<Page<DryRunsPage>, Failure> {
    let setup = site.engine.reload().await?;
    let face = clock::face(&request);
    let runs = site.engine.recent_dry_runs(&viewer)?;
    let rows = runs.iter().map(|run| build::row(&setup, run, &face)).collect();
    Ok(Page::new(shell, form(&viewer, &setup, &which.entity, None, Vec::new(), rows)?))
}

/// The form; `ticked` are the systems chosen before, all without any.
fn form(
    viewer: &Operator,
    setup: &Setup,
    entity: &str,
    ticked: Option<&[String]>,
    problems: Vec<Problem>,
    runs: Vec<DryRunRow>,
) -> Result<DryRunsPage, Failure> {
    let mappings = |entity: &Entity| setup.catalog.mappings_of(&entity.id).count();
    let seen = || setup.catalog.entities.iter().filter(|one| viewer.sees(&one.id) && mappings(one) > 1);
    let chosen = match entity {
        "" => seen().next(),
        id => Some(seen().find(|one| one.id.as_str() == id).ok_or_else(|| Failure::new(Code::NotFound))?),
    };
    let tab = |one: &Entity| Tab {
        text: literal(&one.label),
        count: None,
        href: format!("/dry-runs?entity={}", one.id),
        current: chosen.is_some_and(|chosen| chosen.id == one.id),
    };
    let systems =
        chosen.into_iter().flat_map(|one| setup.catalog.mappings_of(&one.id)).map(|mapping| Choice {
            value: mapping.system.0.clone(),
            text: literal(setup.catalog.label(&mapping.system)),
            chosen: ticked.is_none_or(|ticked| ticked.contains(&mapping.system.0)),
        });
    let empty = || Empty {
        title: msg("dry-run-none-title"),
        text: msg("dry-run-none-text"),
        link: Some(Link::new(msg("systems-title"), "/systems")),
    };
    Ok(DryRunsPage {
        tabs: seen().map(tab).collect(),
        entity: chosen.map_or_else(String::new, |one| one.label.clone()),
        entity_id: chosen.map_or_else(String::new, |one| one.id.0.clone()),
        systems: systems.collect(),
        problems,
        runs,
        empty: chosen.is_none().then(empty),
    })
}

/// `POST /dry-runs`: starts one, and leads to its page. A system is ticked by a field of its own.
///
/// # Errors
/// There is no such kind of record, or the store failed. What cannot be started comes back with
/// what was ticked.
pub async fn start(
    viewer: Operator,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Failure> {
    let all = |name: &str| -> Vec<String> {
        sent.iter().filter(|(own, _)| own == name).map(|(_, value)| value.clone()).collect()
    };
    let (entity, ticked) = (all("entity").pop().unwrap_or_default(), all("system"));
    let systems: Vec<SystemId> = ticked.iter().cloned().map(SystemId).collect();
    // Without any tick the engine would take all: here it is a slip.
    let begun = match systems.len() {
        0 | 1 => Err(Refusal::Invalid(String::new())),
        _ => {
            let ask = Ask { entity: EntityId(entity.clone()), systems };
            site.engine.start_dry_run(&viewer, ask, json_line).await
        }
    };
    let (problem, status) = match begun {
        Ok(run) => {
            let href = format!("/dry-runs/{}?watch=1", run.id);
            return Ok(HttpResponse::SeeOther().insert_header((LOCATION, href)).finish());
        }
        Err(Refusal::Invalid(_)) => (msg("problem-dry-run-systems"), StatusCode::UNPROCESSABLE_ENTITY),
        Err(Refusal::WrongState(text)) => (said(capital(&text)), StatusCode::CONFLICT),
        Err(other) => return Err(other.into()),
    };
    let (setup, face) = (site.engine.setup(), clock::face(&request));
    let runs = site.engine.recent_dry_runs(&viewer)?;
    let rows = runs.iter().map(|run| build::row(&setup, run, &face)).collect();
    let problems = vec![Problem { field: "systems".to_owned(), text: problem }];
    let body = form(&viewer, &setup, &entity, Some(&ticked), problems, rows)?;
    Ok(Page::new(shell, body).status(status).into_response())
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `GET /dry-runs/{id}`: where it stands, and what it found.
///
/// # Errors
/// There is none of this id for this viewer, or its report is gone.
pub async fn page(
    viewer: Operator,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Failure> {
    let run = site.engine.dry_run_of(&viewer, &id).map_err(gone)?;
    let (setup, face) = (site.engine.setup(), clock::face(&request));
    let mut body = build::page(&setup, &run, &face, asked.watch == "1");
    if let State::Done { summary, index, .. } = run.state() {
        site.engine.note_dry_run_read(&viewer, &run).await?;
        let places = index.places(|kind| asked.wants(kind));
        let from = asked.from.min(places.len());
        let to = (from + PAGE).min(places.len());
        let lines = read(&run, places[from..to].to_vec()).await?;
        let entity = setup.catalog.entity(&run.ask.entity);
        let (summary, index, fit) = (&*summary, &*index, places.len());
        let shown = Shown { setup: &setup, entity, run: &run, summary, index, asked: &asked, fit };
        body.result = Some(shown.found(&lines));
    }
    let watched = body.watched;
    let mut response = Page::new(shell, body).into_response();
    if watched {
        // Asked for by the person, who can turn it off: see the link beside the progress.
        let (name, value) = (actix_web::http::header::REFRESH, LOOK);
        response.headers_mut().insert(name, actix_web::http::header::HeaderValue::from_static(value));
    }
    Ok(response)
}

fn gone(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::NotFound(_) => Failure::new(Code::NotFound)
            .detail(msg("dry-run-gone"))
            .link(msg("settings-dry-runs"), "/dry-runs"),
        other => other.into(),
    }
}

/// `POST /dry-runs/{id}/cancellation`: ends it.
///
/// # Errors
/// There is none of this id for this viewer.
pub async fn cancel(viewer: Operator, site: Data<Site>, id: Path<String>) -> Result<HttpResponse, Failure> {
    let run = site.engine.cancel_dry_run(&viewer, &id).map_err(gone)?;
    let href = format!("/dry-runs/{}?watch=1", run.id);
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, href)).finish())
}

/// `GET /dry-runs/{id}/report`: the whole report, a line of JSON for each difference.
///
/// # Errors
/// There is none of this id for this viewer, or it has not ended well.
pub async fn report(viewer: Operator, site: Data<Site>, id: Path<String>) -> Result<HttpResponse, Failure> {
    let run = site.engine.dry_run_of(&viewer, &id).map_err(gone)?;
    let State::Done { .. } = run.state() else {
        return Err(Failure::new(Code::Conflict).detail(msg("dry-run-no-report")));
    };
    site.engine.note_dry_run_read(&viewer, &run).await?;
    let file = tokio::fs::File::open(run.report()).await.map_err(|error| {
        tracing::error!(%error, "the report of a dry run cannot be read");
        Failure::new(Code::NotFound).detail(msg("dry-run-gone"))
    })?;
    let name = format!("dry-run-{}-{}.jsonl", run.ask.entity, run.started.format("%Y%m%dT%H%M%SZ"));
    // The run is kept until its last byte is sent: it takes its report with it.
    let chunks = stream::try_unfold((file, run), |(mut file, run)| async move {
        let mut chunk = vec![0; CHUNK];
        let length = file.read(&mut chunk).await?;
        chunk.truncate(length);
        Ok::<_, std::io::Error>((length > 0).then(|| (Bytes::from(chunk), (file, run))))
    });
    Ok(HttpResponse::Ok()
        .content_type("application/jsonl; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        // Compressing would gather what is to be sent bit by bit.
        .insert_header(ContentEncoding::Identity)
        .streaming(Box::pin(chunks)))
}
