//! Asking another desk about a conflict, its answer, and what goes to its owner because it is overdue.

use super::told;
use super::{Crew, Routed, entry, may_route, release, text};
use crate::domain::access::{Role, Viewer};
use crate::domain::audit::{Action, Actor, Event};
use crate::domain::ids::{ConflictId, UserId};
use crate::domain::routing::{Desk, Escalation, Route, stands_in};
use crate::engine::review::{about, locked};
use crate::engine::{Engine, Refusal};
use crate::store::conflicts::Conflict;
use crate::store::{conflicts, routing};

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
        ids: &[ConflictId],
        to: &Desk,
        question: &str,
    ) -> Result<Routed, Refusal> {
        may_route(viewer)?;
        let question = text(question, false, "the question")?;
        if *to == Desk::Person(viewer.user.clone()) {
            return Err(Refusal::Invalid("that is your own desk: choose another".to_owned()));
        }
        let (by, to) = (viewer.clone(), to.clone());
        self.each(viewer, ids, move |conflict, crew| {
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
        ids: &[ConflictId],
        words: &str,
    ) -> Result<Routed, Refusal> {
        may_route(viewer)?;
        let (by, words) = (viewer.clone(), text(words, false, "the answer")?);
        self.each(viewer, ids, move |conflict, crew| {
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
            let deciding = giver.filter(|id| crew.deciding(id).is_ok());
            conflict.assignee.clone_from(&deciding);
            conflict.assigned_by = deciding.as_ref().map(|_| by.user.clone());
            release(conflict, &by);
            let event = entry(Action::ConflictSentBack, &by, conflict).value("words", &words);
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
        let mut more = false;
        for route in routes.iter().filter(|route| route.escalates) {
            let Some(owner) = &route.owner else { continue };
            let (now, field) = (self.now(), route.field.as_ref());
            let late = routing::overdue(&mut session, &route.entity, field, now, AT_ONCE).await?;
            more |= i64::try_from(late.len()).is_ok_and(|found| found == AT_ONCE);
            if !late.is_empty() {
                self.tell_owner(route, owner, late).await?;
            }
        }
        Ok(more)
    }

    async fn tell_owner(&self, route: &Route, owner: &UserId, late: Vec<Conflict>) -> Result<(), Refusal> {
        let (to, route) = (Desk::Person(owner.clone()), route.clone());
        self.store
            .write(async move |w| {
                let crew = Crew::load(w).await?;
                let mut events = Vec::new();
                for found in &late {
                    let mut conflict = locked(w, &Viewer::referee(), &found.id).await?;
                    let still =
                        conflict.open && conflict.due_at < crew.now && conflict.overdue_told.is_none();
                    if !still {
                        continue;
                    }
                    conflict.overdue_told = Some(crew.now);
                    // Whoever was asked already has it.
                    let given =
                        conflict.escalation.is_none() && give(&mut conflict, &crew, &to, None, "").is_ok();
                    conflicts::save(w, &conflict).await?;
                    if given {
                        let event = Event::new(Action::ConflictEscalated, Actor::referee(), about(&conflict));
                        let field = route.field.as_ref().map_or("", |field| field.as_str());
                        let event =
                            event.fact("to", to.text()).fact("because", "overdue").fact("route", field);
                        let event = event.value("record", &conflict.title).value("name", crew.desk(&to));
                        told::tell(w, None, &crew, &conflict, &event).await?;
                        events.push(event);
                    }
                }
                Ok::<_, Refusal>(((), events))
            })
            .await
    }
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
            conflict.assignee = Some(stands_in(id, &crew.colleagues()));
            conflict.assigned_by = by.cloned();
        }
    }
    conflict.escalation =
        Some(Escalation { to: to.clone(), by: by.cloned(), at: crew.now, question: question.to_owned() });
    conflict.wait = None;
    Ok(())
}
