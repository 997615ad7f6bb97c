//! Asking another desk about a conflict, its answer, and what goes to its owner because it is overdue.

use super::told;
use super::{Batch, Crew, Routed, entry, may_route, release, text};
use crate::domain::access::{Role, Viewer};
use crate::domain::audit::{Action, Actor, Event};
use crate::domain::ids::{ConflictId, EntityId, UserId};
use crate::domain::routing::{Desk, Escalation, Route, route_of, stands_in};
use crate::engine::review::{about, locked};
use crate::engine::{Engine, Refusal};
use crate::store::conflicts::Conflict;
use crate::store::routing::colleagues;
use crate::store::{WriteSession, conflicts, routing};

/// Conflicts of one route that are told of in one look.
const AT_ONCE: i64 = 100;

impl Engine {
    /// Gives conflicts to another desk with a question. They stay in the queue, with their due time;
    /// a person who is asked and decides becomes the assignee.
    ///
    /// # Errors
    /// The viewer may not decide or lead, the question is missing, there is no such desk or it is the
    /// viewer's own, or the store failed.
    pub async fn escalate(
        &self,
        viewer: &Viewer,
        ids: impl Into<Batch<'_>>,
        to: &Desk,
        question: &str,
    ) -> Result<Routed, Refusal> {
        may_route(viewer)?;
        let question = text(question, false, "the question")?;
        if *to == Desk::Person(viewer.user.clone()) {
            return Err(Refusal::Invalid("that is your own desk: choose another".to_owned()));
        }
        let (by, to) = (viewer.clone(), to.clone());
        self.each(viewer, ids.into(), move |conflict, crew| {
            give(conflict, crew, &to, Some(&by.user), &question)?;
            release(conflict, &by);
            let event = entry(Action::ConflictEscalated, &by, conflict);
            Ok(event.fact("to", to.text()).value("name", crew.desk(&to)).value("question", &question))
        })
        .await
    }

    /// Sends conflicts back to whoever escalated or assigned them, with words.
    ///
    /// # Errors
    /// The viewer may not decide or lead, the words are missing, or the store failed. One that nobody
    /// gave to anybody is left out.
    pub async fn send_back(
        &self,
        viewer: &Viewer,
        ids: impl Into<Batch<'_>>,
        words: &str,
    ) -> Result<Routed, Refusal> {
        may_route(viewer)?;
        let (by, words) = (viewer.clone(), text(words, false, "the answer")?);
        self.each(viewer, ids.into(), move |conflict, crew| {
            let escalated = conflict.escalation.take();
            let giver = match &escalated {
                Some(escalation) => escalation.by.clone(),
                None => conflict.assigned_by.clone(),
            };
            if escalated.is_none() && giver.is_none() {
                return Err(Refusal::WrongState(
                    "nobody gave it to you: there is nobody to send it to".to_owned(),
                ));
            }
            let deciding = giver.clone().filter(|id| crew.deciding(id).is_ok());
            conflict.assignee.clone_from(&deciding);
            conflict.assigned_by = deciding.as_ref().map(|_| by.user.clone());
            release(conflict, &by);
            let event = entry(Action::ConflictSentBack, &by, conflict).value("words", &words);
            let event = match &giver {
                Some(giver) => event.fact("giver", giver),
                None => event,
            };
            let name = deciding.as_ref().map_or_else(String::new, |id| crew.name(id));
            Ok(event.fact("to", deciding.map_or_else(String::new, |id| id.0)).value("name", name))
        })
        .await
    }

    /// Gives what is overdue to the owner of its field, once; whether there may be more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn escalate_overdue(&self) -> Result<bool, Refusal> {
        let mut session = self.store.session().await?;
        let routes = routing::routes(&mut session, None).await?;
        let mut entities: Vec<EntityId> =
            routes.iter().filter(|route| route.escalates).map(|route| route.entity.clone()).collect();
        entities.dedup();
        let mut more = false;
        for entity in entities {
            let late = routing::overdue(&mut session, &entity, self.now(), AT_ONCE).await?;
            more |= i64::try_from(late.len()).is_ok_and(|found| found == AT_ONCE);
            if !late.is_empty() {
                self.tell_owners(entity, late).await?;
            }
        }
        Ok(more)
    }

    async fn tell_owners(&self, entity: EntityId, late: Vec<ConflictId>) -> Result<(), Refusal> {
        self.store
            .write(async move |w| {
                let crew = Crew::load(w).await?;
                let routes = routing::routes(w, Some(&entity)).await?;
                let mut events = Vec::new();
                for id in &late {
                    events.extend(tell_owner(w, &crew, &routes, id).await?);
                }
                Ok::<_, Refusal>(((), events))
            })
            .await
    }
}

/// Gives one conflict that is overdue to the owner its own route names. Where the route keeps it, or
/// its owner is gone, it is noted as looked at until the route is another one.
async fn tell_owner(
    w: &mut WriteSession,
    crew: &Crew,
    routes: &[Route],
    id: &ConflictId,
) -> Result<Option<Event>, Refusal> {
    let mut conflict = locked(w, &Viewer::referee(), id).await?;
    let late = conflict.open && conflict.due_at < crew.now && conflict.overdue_told.is_none();
    if !late || conflict.wait.is_some() || conflict.incident.is_some() {
        return Ok(None);
    }
    let open = conflicts::differences(w, std::slice::from_ref(id)).await?;
    let open: Vec<_> = open.into_iter().filter(|difference| difference.state.is_open()).collect();
    let fields = open.iter().map(|difference| &difference.dispute.field);
    let route = route_of(routes, &conflict.entity, fields).filter(|route| route.escalates);
    let owner = route.and_then(|route| route.owner.clone()).map(Desk::Person);
    conflict.overdue_told = Some(crew.now);
    // Whoever was asked already has it.
    let owner = owner.filter(|_| conflict.escalation.is_none());
    let given = owner.filter(|to| give(&mut conflict, crew, to, None, "").is_ok());
    conflicts::save(w, &conflict).await?;
    let Some(to) = given else { return Ok(None) };
    let event = Event::new(Action::ConflictEscalated, Actor::referee(), about(&conflict));
    let event = event.fact("to", to.text()).fact("because", "overdue");
    let event = event.value("record", &conflict.title).value("name", crew.desk(&to));
    told::tell(w, None, crew, &conflict, &event).await?;
    Ok(Some(event))
}

/// Puts a conflict on another desk.
fn give(
    conflict: &mut Conflict,
    crew: &Crew,
    to: &Desk,
    by: Option<&UserId>,
    question: &str,
) -> Result<(), Refusal> {
    if let Desk::Person(id) = to {
        let member = crew.member(id);
        let member = member.ok_or_else(|| Refusal::Invalid("there is nobody of that name".to_owned()))?;
        if member.has(Role::Steward) {
            conflict.assignee = Some(stands_in(id, &colleagues(&crew.team, crew.now)));
            conflict.assigned_by = by.cloned();
        }
    }
    conflict.escalation =
        Some(Escalation { to: to.clone(), by: by.cloned(), at: crew.now, question: question.to_owned() });
    conflict.wait = None;
    Ok(())
}
