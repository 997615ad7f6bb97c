//! Who decides new conflicts: routes, set by admins, and new conflicts on their way along them.

use super::Crew;
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::ids::{EntityId, FieldId, UserId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::routing::{Route, route_of, taker};
use crate::engine::review::about;
use crate::engine::{Engine, Refusal, notices};
use crate::store::conflicts::Conflict;
use crate::store::{StoreError, WriteSession, conflicts, routing, users};

/// People of one route.
const MOST_PEOPLE: usize = 50;

impl Engine {
    /// Sets who decides new conflicts of an entity or field, who owns it, and whether what is overdue
    /// goes to the owner.
    ///
    /// # Errors
    /// The viewer may not configure, there is no such entity or field, somebody named does not decide
    /// or does not exist, nobody is named at all, or the store failed.
    pub async fn set_route(&self, viewer: &Viewer, route: Route) -> Result<(), Refusal> {
        self.check(viewer, &route.entity, route.field.as_ref())?;
        let invalid = |text: &str| Err(Refusal::Invalid(text.to_owned()));
        if route.people.len() > MOST_PEOPLE {
            return invalid("a route may name 50 people");
        }
        if route.people.is_empty() && route.owner.is_none() {
            return invalid("name somebody who decides, or an owner");
        }
        if route.escalates && route.owner.is_none() {
            return invalid("what is overdue can only go to an owner: name one");
        }
        let by = viewer.clone();
        self.store
            .write(async move |w| {
                let crew = Crew::load(w).await?;
                let people: Result<Vec<String>, Refusal> = route
                    .people
                    .iter()
                    .map(|id| crew.deciding(id).map(|member| member.login.clone()))
                    .collect();
                let owner = route.owner.as_ref().map(|id| crew.member(id).ok_or(Refusal::NotFound("person")));
                let owner = owner.transpose()?.map_or_else(String::new, |member| member.login.clone());
                routing::save_route(w, &route).await?;
                routing::look_again(w, &route.entity).await?;
                let event = changed(&by, &route.entity, route.field.as_ref());
                let event = event.fact("people", people?.join(",")).fact("owner", owner);
                Ok(((), vec![event.fact("escalates", route.escalates)]))
            })
            .await
    }

    /// Takes a route away.
    ///
    /// # Errors
    /// The viewer may not configure, there is no such route, or the store failed.
    pub async fn drop_route(
        &self,
        viewer: &Viewer,
        entity: &EntityId,
        field: Option<&FieldId>,
    ) -> Result<(), Refusal> {
        if !viewer.may(Right::Configure) {
            return Err(Refusal::Forbidden);
        }
        let (by, entity, field) = (viewer.clone(), entity.clone(), field.cloned());
        self.store
            .write(async move |w| {
                if !routing::drop_route(w, &entity, field.as_ref()).await? {
                    return Err(Refusal::NotFound("route"));
                }
                Ok(((), vec![changed(&by, &entity, field.as_ref()).fact("removed", "yes")]))
            })
            .await
    }

    fn check(&self, viewer: &Viewer, entity: &EntityId, field: Option<&FieldId>) -> Result<(), Refusal> {
        if !viewer.may(Right::Configure) {
            return Err(Refusal::Forbidden);
        }
        let setup = self.setup();
        let entity = setup.catalog.entity(entity).ok_or(Refusal::NotFound("entity"))?;
        match field {
            Some(field) if entity.slot(field).is_none() => Err(Refusal::NotFound("field")),
            _ => Ok(()),
        }
    }
}

fn changed(by: &Viewer, entity: &EntityId, field: Option<&FieldId>) -> Event {
    let about = About { entity: Some(entity.clone()), field: field.cloned(), ..About::default() };
    Event::new(Action::RouteChanged, by.actor(), about)
}

/// A conflict that has just opened, with its disputed fields in their order.
pub(in crate::engine) struct Opened {
    pub conflict: Conflict,
    pub fields: Vec<FieldId>,
}

/// Gives each new conflict of an entity to whoever has least open of its route.
pub(in crate::engine) async fn give_new(
    w: &mut WriteSession,
    entity: &EntityId,
    opened: Vec<Opened>,
) -> Result<Vec<Event>, StoreError> {
    if opened.is_empty() {
        return Ok(Vec::new());
    }
    let routes = routing::routes(w, Some(entity)).await?;
    if routes.iter().all(|route| route.people.is_empty()) {
        return Ok(Vec::new());
    }
    let now = w.now();
    let colleagues = routing::colleagues(&routing::team(w).await?, now);
    let people: Vec<&UserId> = colleagues.keys().collect();
    let names = users::names(w, people.iter().copied()).await?;
    let (mut open, mut events) = (routing::loads(w, people).await?, Vec::new());
    for Opened { mut conflict, fields } in opened {
        let route = route_of(&routes, entity, &fields);
        let Some(to) = route.and_then(|route| taker(&route.people, &colleagues, &open)) else { continue };
        *open.entry(to.clone()).or_insert(0) += 1;
        conflict.assignee = Some(to.clone());
        conflicts::save(w, &conflict).await?;
        let event = Event::new(Action::ConflictAssigned, Actor::referee(), about(&conflict));
        let name = names.get(&to).cloned().unwrap_or_default();
        let event = event.value("record", &conflict.title).value("name", name);
        let notice = Notice::of_conflict(NoticeKind::Assigned, &conflict.id, &conflict.record, entity);
        notices::tell(w, &to, notice.fact("by", "Referee")).await?;
        events.push(event.fact("to", to).fact("because", "route"));
    }
    Ok(events)
}
