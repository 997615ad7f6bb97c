//! The demo's buttons: make a conflict, break a system, heal it, reset. Only where a demo runs.

use crate::domain::access::{Right, Viewer};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::{Code, Failure};
use crate::web::filters;
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::{Flash, Page, Section, Shell, Tone, View};
use crate::web::site::{DemoControls, Faults, Site};
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use askama::Template;
use serde::Deserialize;
use std::sync::Arc;

/// `GET /demo`.
#[derive(Template, Clone, Debug)]
#[template(path = "demo/page.html")]
pub struct DemoPage {
    pub systems: Vec<DemoSystem>,
}

impl View for DemoPage {
    const SECTION: Section = Section::None;
}

/// One system of the demo.
#[derive(Clone, Debug)]
pub struct DemoSystem {
    pub id: String,
    pub label: String,
    pub broken: bool,
    pub faults: Vec<DemoFault>,
}

/// One way in which a system can be broken.
#[derive(Clone, Debug)]
pub struct DemoFault {
    pub id: String,
    pub text: Msg,
    pub on: bool,
}

/// `GET /demo/states`.
#[derive(Template, Clone, Debug)]
#[template(path = "demo/states.html")]
pub struct StatesPage {
    pub screens: Vec<Screen>,
}

impl StatesPage {
    /// Whether there is a button that brings a state about.
    fn acts(&self) -> bool {
        self.screens.iter().flat_map(|screen| &screen.cells).any(|cell| cell.can_act)
    }
}

impl View for StatesPage {
    const SECTION: Section = Section::None;
}

/// The cells of one screen.
#[derive(Clone, Debug)]
pub struct Screen {
    pub id: &'static str,
    pub label: Msg,
    pub cells: Vec<StateCell>,
}

/// One cell.
#[derive(Clone, Debug)]
pub struct StateCell {
    pub id: &'static str,
    pub text: Msg,
    pub address: Option<String>,
    pub can_act: bool,
}

/// Which fault.
#[derive(Deserialize)]
pub struct FaultForm {
    fault: String,
}

fn controls(site: &Site) -> Result<Arc<dyn DemoControls>, Failure> {
    site.demo().ok_or_else(|| Failure::new(Code::NotFound))
}

/// # Errors
/// No demo runs here.
pub async fn page(
    _: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
) -> Result<HttpResponse, Failure> {
    let (faults, setup) = (controls(&site)?.faults().await, site.engine.setup());
    let system = |(id, faults): (String, Faults)| DemoSystem {
        label: setup.catalog.label(&id.as_str().into()).to_owned(),
        broken: faults.iter().any(|(_, on)| *on),
        faults: faults
            .into_iter()
            .map(|(id, on)| DemoFault {
                text: msg(format!("demo-{}-{id}", if on { "is" } else { "fault" })),
                id,
                on,
            })
            .collect(),
        id,
    };
    let systems = faults.into_iter().map(system).collect();
    Ok(Page::new(shell, DemoPage { systems }).respond_to(&request))
}

/// # Errors
/// No demo runs here, or its world cannot be read.
pub async fn states(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
) -> Result<HttpResponse, Failure> {
    let states = controls(&site)?.states().await.map_err(|_| Failure::new(Code::Internal))?;
    let mut screens: Vec<Screen> = Vec::new();
    for state in states {
        let cell = StateCell {
            id: state.id,
            text: msg(format!("demo-state-{}-{}", state.screen, state.id)),
            address: state.address,
            can_act: state.can_act && viewer.may(Right::Decide),
        };
        match screens.last_mut().filter(|screen| screen.id == state.screen) {
            Some(screen) => screen.cells.push(cell),
            None => screens.push(Screen {
                id: state.screen,
                label: msg(format!("demo-states-{}", state.screen)),
                cells: vec![cell],
            }),
        }
    }
    Ok(Page::new(shell, StatesPage { screens }).respond_to(&request))
}

/// `POST /demo/states/{screen}/{id}`.
///
/// # Errors
/// No demo runs here, it has no such state, or the viewer may not decide.
pub async fn bring_about(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    place: Path<(String, String)>,
) -> Result<HttpResponse, Failure> {
    let done = controls(&site)?.bring_about(&place.0, &place.1).await;
    if done == Ok(false) {
        return Err(Failure::new(Code::NotFound));
    }
    Ok(said(&request, &viewer, done.map(|_| msg("demo-brought-about")), "/demo/states"))
}

/// `POST /demo/conflicts`.
///
/// # Errors
/// No demo runs here.
pub async fn make(viewer: SignedIn, request: HttpRequest, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let done = controls(&site)?.make_conflict().await;
    Ok(said(&request, &viewer, done.map(|name| msg("demo-made").with("name", name)), "/queue"))
}

/// `POST /demo/reset`.
///
/// # Errors
/// No demo runs here.
pub async fn reset(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let done = controls(&site)?.reset().await;
    Ok(said(&request, &viewer, done.map(|_| msg("demo-was-reset")), "/queue"))
}

/// `POST /demo/systems/{id}/fault`.
///
/// # Errors
/// No demo runs here.
pub async fn fault(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    form: Form<FaultForm>,
) -> Result<HttpResponse, Failure> {
    let done = controls(&site)?.break_system(&id, &form.fault).await;
    let label = site.engine.setup().catalog.label(&id.as_str().into()).to_owned();
    Ok(said(&request, &viewer, done.map(|_| msg("demo-broke").with("name", label)), "/demo"))
}

/// `POST /demo/systems/{id}/heal`.
///
/// # Errors
/// No demo runs here.
pub async fn heal(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let done = controls(&site)?.heal(&id).await;
    let label = site.engine.setup().catalog.label(&id.as_str().into()).to_owned();
    Ok(said(&request, &viewer, done.map(|_| msg("demo-healed").with("name", label)), "/demo"))
}

fn said(request: &HttpRequest, viewer: &Viewer, done: Result<Msg, String>, target: &str) -> HttpResponse {
    let (tone, text) = match done {
        Ok(text) => (Tone::Done, text),
        Err(error) => (Tone::Danger, msg("demo-failed").with("text", literal(error))),
    };
    flash::redirect(request, viewer, target, &Flash { tone, text, undo: None, link: None })
}
