//! Who decides new conflicts: the routes, for admins.

use crate::domain::access::{Right, Role};
use crate::domain::ids::{EntityId, FieldId, UserId};
use crate::domain::routing::Route;
use crate::engine::Refusal;
use crate::store::routing::{self, Member};
use crate::web::auth::Admin;
use crate::web::failure::Failure;
use crate::web::filters;
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::{Flash, Page, Section, Shell, Tone, View};
use crate::web::pages::parts::{Choice, Problem};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// `GET /settings/routing`.
#[derive(Template, Clone, Debug)]
#[template(path = "routing/settings.html")]
pub struct RoutesPage {
    pub rows: Vec<Row>,
    /// `customer/` or `customer/phone`: what a new route is of.
    pub slots: Vec<Choice>,
    pub people: Vec<Choice>,
    pub owners: Vec<Choice>,
    pub escalates: bool,
    pub problems: Vec<Problem>,
}

impl View for RoutesPage {
    const SECTION: Section = Section::Settings;
}

/// A route.
#[derive(Clone, Debug)]
pub struct Row {
    pub slot: String,
    pub name: Msg,
    pub people: Vec<String>,
    pub owner: Option<String>,
    pub escalates: bool,
}

/// The fields of the form.
#[derive(Default)]
struct Sent {
    slot: String,
    people: Vec<UserId>,
    owner: Option<UserId>,
    escalates: bool,
    removes: bool,
}

impl Sent {
    fn read(body: &[u8]) -> Self {
        let mut sent = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            match name.as_ref() {
                "slot" => sent.slot = value.into_owned(),
                "people" => sent.people.push(UserId(value.into_owned())),
                "owner" if !value.is_empty() => sent.owner = Some(UserId(value.into_owned())),
                "escalates" => sent.escalates = value == "yes",
                "then" => sent.removes = value == "remove",
                _ => {}
            }
        }
        sent
    }

    fn slot(&self) -> (EntityId, Option<FieldId>) {
        let (entity, field) = self.slot.split_once('/').unwrap_or((&self.slot, ""));
        (entity.into(), Some(field).filter(|field| !field.is_empty()).map(FieldId::from))
    }
}

/// `GET /settings/routing`.
///
/// # Errors
/// The store cannot be read.
pub async fn page(viewer: Admin, site: Data<Site>, shell: Shell) -> Result<Page<RoutesPage>, Failure> {
    debug_assert!(viewer.may(Right::Configure));
    Ok(Page::new(shell, shown(&site, &Sent::default(), None).await?))
}

/// `POST /settings/routing`: sets a route, or takes it away.
///
/// # Errors
/// There is no such route to remove, or the store failed. What cannot be so is told on the page.
pub async fn save(
    viewer: Admin,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let sent = Sent::read(&body);
    let (entity, field) = sent.slot();
    let (people, owner) = (sent.people.clone(), sent.owner.clone());
    let done = match sent.removes {
        true => site.engine.drop_route(&viewer, &entity, field.as_ref()).await,
        false => {
            let route = Route { entity, field, people, owner, escalates: sent.escalates };
            site.engine.set_route(&viewer, route).await
        }
    };
    match done {
        Ok(()) => {
            let text = msg(if sent.removes { "flash-route-gone" } else { "flash-route" });
            let flash = Flash { tone: Tone::Done, text, undo: None, link: None };
            Ok(flash::redirect(&request, &viewer, "/settings/routing", &flash))
        }
        Err(Refusal::Invalid(text)) => {
            let problem = Problem { field: "route-people".to_owned(), text: literal(text) };
            let page = shown(&site, &sent, Some(problem)).await?;
            Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

async fn shown(site: &Site, sent: &Sent, problem: Option<Problem>) -> Result<RoutesPage, Failure> {
    let mut s = site.session_outside().await?;
    let (team, routes) = (routing::team(&mut s).await?, routing::routes(&mut s, None).await?);
    let setup = site.engine.setup();
    let name = |id: &UserId| team.iter().find(|member| member.id == *id).map(|member| member.name.clone());
    let text = |entity: &EntityId, field: Option<&FieldId>| {
        let found = setup.catalog.entity(entity);
        let kind = found.map_or_else(|| entity.0.clone(), |found| found.label.clone());
        let label = field.map(|field| {
            let slot = found.and_then(|found| found.slot(field)).map(|slot| slot.label.to_owned());
            slot.unwrap_or_else(|| field.0.clone())
        });
        match label {
            Some(field) => msg("route-field").with("entity", kind).with("field", field),
            None => msg("route-entity").with("entity", kind),
        }
    };
    let row = |route: &Route| Row {
        slot: slot(&route.entity, route.field.as_ref()),
        name: text(&route.entity, route.field.as_ref()),
        people: route.people.iter().filter_map(name).collect(),
        owner: route.owner.as_ref().and_then(name),
        escalates: route.escalates,
    };
    let mut slots = Vec::new();
    for entity in &setup.catalog.entities {
        let fields = entity.slots().into_iter().map(|slot| Some(slot.id.clone()));
        for field in std::iter::once(None).chain(fields) {
            let value = slot(&entity.id, field.as_ref());
            let chosen = sent.slot == value;
            slots.push(Choice { value, text: text(&entity.id, field.as_ref()), chosen });
        }
    }
    let choice = |member: &Member, chosen: bool| Choice {
        value: member.id.0.clone(),
        text: literal(&member.name),
        chosen,
    };
    let nobody = Choice { value: String::new(), text: msg("assignee-nobody"), chosen: sent.owner.is_none() };
    let owners = team.iter().map(|member| choice(member, sent.owner.as_ref() == Some(&member.id)));
    Ok(RoutesPage {
        rows: routes.iter().map(row).collect(),
        slots,
        people: team
            .iter()
            .filter(|member| member.has(Role::Steward))
            .map(|member| choice(member, sent.people.contains(&member.id)))
            .collect(),
        owners: std::iter::once(nobody).chain(owners).collect(),
        escalates: sent.escalates,
        problems: problem.into_iter().collect(),
    })
}

fn slot(entity: &EntityId, field: Option<&FieldId>) -> String {
    format!("{entity}/{}", field.map_or("", FieldId::as_str))
}
