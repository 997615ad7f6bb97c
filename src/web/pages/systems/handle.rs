//! The handlers of the inventory and of one system.

use super::{build, runs};
use crate::domain::ids::{EntityId, SystemId};
use crate::engine::Refusal;
use crate::engine::pauses::Way;
use crate::engine::sync::Trigger;
use crate::store::targets;
use crate::web::auth::{Admin, Operator, SignedIn};
use crate::web::failure::Failure;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::site::Site;
use crate::web::{clock, flash};
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// Runs shown beside systems.
const RUNS: i64 = 10;

/// `GET /systems`.
///
/// # Errors
/// The store failed.
pub async fn list(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
) -> Result<Page<super::SystemsPage>, Failure> {
    let (setup, face) = (site.engine.setup(), clock::face(&request));
    let mut s = site.session(&viewer).await?;
    let mut rows = Vec::new();
    for system in &setup.catalog.systems {
        let known = build::Known::read(&mut s, &setup, &system.id).await?;
        rows.push(build::row(&setup, system, &known, &face, &viewer));
    }
    let newest = crate::store::runs::newest(&mut s, None, RUNS).await?;
    Ok(Page::new(shell, build::list(rows, runs::rows(&setup, &newest, &face), &viewer)))
}

/// `GET /systems/{id}`.
///
/// # Errors
/// There is no such system, or the store failed.
pub async fn page(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<super::SystemPage>, Failure> {
    let (setup, face) = (site.engine.setup(), clock::face(&request));
    let system = build::find(&setup, &id)?;
    let mut s = site.session(&viewer).await?;
    let known = build::Known::read(&mut s, &setup, &system.id).await?;
    let newest = crate::store::runs::newest(&mut s, Some(&system.id), RUNS).await?;
    let capabilities = site.engine.capabilities(&system.id);
    let windows = targets::windows(&mut s, &system.id).await?;
    let capabilities = capabilities.map(|can| build::capabilities(can, windows));
    let runs = runs::rows(&setup, &newest, &face);
    Ok(Page::new(shell, build::page(&setup, system, &known, capabilities, runs, &face, &viewer)))
}

/// `POST /systems/{id}/runs`: reads it now, and leads to the run.
///
/// # Errors
/// There is no such system, it is being read already, or the store failed.
pub async fn run(
    viewer: Operator,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let system = SystemId(id.into_inner());
    let trigger = Trigger { name: "person", by: viewer.actor(), full: false };
    let run = site.engine.run_now(&viewer, &system, trigger).await?;
    let label = site.engine.setup().catalog.label(&system).to_owned();
    let flash = done(msg("flash-run-started").with("system", label));
    Ok(flash::redirect(&request, &viewer, &format!("/runs/{}", run.id), &flash))
}

/// A switch of a system's page.
#[derive(Deserialize)]
pub struct Switch {
    #[serde(default)]
    writes: String,
    #[serde(default)]
    pause: String,
    #[serde(default)]
    because: String,
}

/// `POST /systems/{id}/writes`: turns writing on or off.
///
/// # Errors
/// There is no such system, or the store failed.
pub async fn writes(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    Form(switch): Form<Switch>,
) -> Result<HttpResponse, Failure> {
    let (system, on) = (SystemId(id.into_inner()), switch.writes == "on");
    let because = build::because(&switch.because)?;
    site.engine.switch_writes(&viewer, &system, on, because).await?;
    let said = if on { "flash-writes-on" } else { "flash-writes-off" };
    Ok(switched(&viewer, &request, &site, &system, said))
}

/// `POST /systems/{id}/pause`: stops the scheduled reading, or lets it go on.
///
/// # Errors
/// There is no such system, or the store failed.
pub async fn pause(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    Form(switch): Form<Switch>,
) -> Result<HttpResponse, Failure> {
    let (system, on) = (SystemId(id.into_inner()), switch.pause == "on");
    let because = build::because(&switch.because)?;
    site.engine.pause(&viewer, &system, on, because).await?;
    let said = if on { "flash-paused" } else { "flash-resumed" };
    Ok(switched(&viewer, &request, &site, &system, said))
}

/// `POST /systems/{id}/resumption`: tries at once whether a system that is left alone is back.
///
/// # Errors
/// There is no such system, or the store failed.
pub async fn resume(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let system = SystemId(id.into_inner());
    let place = format!("/systems/{system}");
    let flash = match site.engine.resume_target(&viewer, &system).await {
        Ok(()) => {
            let label = site.engine.setup().catalog.label(&system).to_owned();
            done(msg("flash-target-resumed").with("system", label))
        }
        Err(Refusal::WrongState(_)) => {
            Flash { tone: Tone::Info, text: msg("flash-target-open"), undo: None, link: None }
        }
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(flash::redirect(&request, &viewer, &place, &flash))
}

/// A switch of one object of a system.
#[derive(Deserialize)]
pub struct MappingSwitch {
    #[serde(default)]
    reading: String,
    #[serde(default)]
    writing: String,
    #[serde(default)]
    because: String,
}

/// `POST /systems/{id}/mappings/{entity}/pause`: stops reading or writing one object of a system, or
/// lets it go on.
///
/// # Errors
/// There is no such mapping, no reason is given, or the store failed.
pub async fn pause_mapping(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    path: Path<(String, String)>,
    Form(switch): Form<MappingSwitch>,
) -> Result<HttpResponse, Failure> {
    let (system, entity) = path.into_inner();
    let (system, entity) = (SystemId(system), EntityId(entity));
    let because = build::because(&switch.because)?;
    let way = if switch.writing.is_empty() { Way::Reading } else { Way::Writing };
    let on = switch.reading == "on" || switch.writing == "on";
    site.engine.pause_mapping(&viewer, (&system, &entity), way, on, because).await?;
    let setup = site.engine.setup();
    let kind = setup.catalog.entity_label(&entity).to_owned();
    let said = match (way, on) {
        (Way::Reading, true) => "flash-mapping-not-read",
        (Way::Reading, false) => "flash-mapping-read",
        (Way::Writing, true) => "flash-mapping-not-written",
        (Way::Writing, false) => "flash-mapping-written",
    };
    let flash = done(msg(said).with("entity", kind).with("system", setup.catalog.label(&system)));
    Ok(flash::redirect(&request, &viewer, &format!("/systems/{system}"), &flash))
}

/// Back to the system's page, with what was switched.
fn switched(
    viewer: &Admin,
    request: &HttpRequest,
    site: &Site,
    system: &SystemId,
    said: &'static str,
) -> HttpResponse {
    let label = site.engine.setup().catalog.label(system).to_owned();
    let flash = done(msg(said).with("system", label));
    flash::redirect(request, viewer, &format!("/systems/{system}"), &flash)
}

fn done(text: Msg) -> Flash {
    Flash { tone: Tone::Done, text, undo: None, link: None }
}
