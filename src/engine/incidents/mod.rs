//! Incidents: opened by what reads and judges, chosen for by a person, worked off by the worker.

mod absence;
pub(super) mod change;
pub mod group;
pub(super) mod storm;
mod work;

pub(super) use absence::came_back;

use super::{Engine, Refusal};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::ids::{EntityId, IncidentId, RunId, SystemId};
use crate::domain::incident::{Choice, Ending, IncidentKind, IncidentState, Limits};
use crate::store::incidents::{self, Incident};
use crate::store::{StoreError, WriteSession, alerts, records};
use chrono::TimeDelta;

/// Characters of a reason.
const REASON: usize = 500;

/// What an incident is opened over.
pub(super) struct Found {
    pub kind: IncidentKind,
    pub system: SystemId,
    pub entity: EntityId,
    pub run: RunId,
    pub records: i64,
    pub held: i64,
    /// The alert's words.
    pub told: String,
}

/// Opens an incident, with its alert. The mapping has none of that kind.
pub(super) async fn open(w: &mut WriteSession, found: Found) -> Result<(Incident, Event), StoreError> {
    let incident = Incident {
        id: w.new_id().into(),
        kind: found.kind,
        system: found.system,
        entity: found.entity,
        run: found.run,
        opened_at: w.now(),
        records: found.records,
        held: found.held,
        state: IncidentState::Open,
    };
    incidents::insert(w, &incident).await?;
    let link = format!("/incidents/{}", incident.id);
    alerts::raise(w, &cause(&incident), Some(&incident.system), &found.told, &link).await?;
    let event = event(Action::IncidentOpened, Actor::referee(), &incident)
        .fact("records", incident.records)
        .fact("of", incident.held);
    Ok((incident, event))
}

/// Ends the incidents of an entity under which nothing waits any longer: each record was answered for
/// itself, or the values came to agree. A storm goes on taking in what is new for as long as it is one.
pub(super) async fn end_empty(
    w: &mut WriteSession,
    limits: &Limits,
    entity: &EntityId,
) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    for found in incidents::holding(w, entity).await? {
        let Some(incident) = incidents::lock(w, &found.id).await? else { continue };
        let storms = incident.kind == IncidentKind::Storm
            && w.now() - incident.opened_at < TimeDelta::minutes(limits.storm_minutes);
        if !incident.state.is_open()
            || storms
            || incidents::any_unsettled(w, &incident.id).await?
            || records::any_member_unjudged(w, &incident.id).await?
        {
            continue;
        }
        let by = Actor::referee();
        let choice = Choice { ending: Ending::CameBack, by, reason: String::new(), at: w.now() };
        events.push(end(w, &incident, IncidentState::Ended(choice, w.now())).await?);
    }
    Ok(events)
}

/// Ends an incident whose choice takes no more work, or that passed by itself.
pub(super) async fn end(
    w: &mut WriteSession,
    incident: &Incident,
    state: IncidentState,
) -> Result<Event, StoreError> {
    incidents::save_state(w, &incident.id, &state).await?;
    alerts::clear(w, &cause(incident)).await?;
    if incident.kind.holds_differences() {
        // What is left of it is judged as usual.
        records::mark_members_unjudged(w, &incident.id, &incident.entity).await?;
    }
    let ended =
        event(Action::IncidentEnded, state.choice().map_or_else(Actor::referee, |c| c.by.clone()), incident);
    Ok(match state.choice() {
        Some(choice) => ended.fact("how", choice.ending.as_str()).fact("reason", &choice.reason),
        None => ended,
    })
}

/// The cause of an incident's alert.
fn cause(incident: &Incident) -> String {
    format!("incident/{}/{}/{}", incident.kind.as_str(), incident.system, incident.entity)
}

fn event(action: Action, actor: Actor, incident: &Incident) -> Event {
    let about = About {
        entity: Some(incident.entity.clone()),
        system: Some(incident.system.clone()),
        run: Some(incident.run.clone()).filter(|run| !run.0.is_empty()),
        ..About::default()
    };
    Event::new(action, actor, about).fact("incident", &incident.id).fact("kind", incident.kind.as_str())
}

/// Why, trimmed.
///
/// # Errors
/// It is empty, or too long.
fn because(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON {
        return Err(Refusal::Invalid("Say why, in 1 to 500 characters".to_owned()));
    }
    Ok(reason.to_owned())
}

impl Engine {
    /// An incident.
    ///
    /// # Errors
    /// There is none of that id for this viewer, or the store failed.
    pub async fn incident(&self, viewer: &Viewer, id: &IncidentId) -> Result<Incident, Refusal> {
        let found = incidents::get(&mut self.session_for(viewer).await?, viewer, id).await?;
        found.ok_or(Refusal::NotFound("incident"))
    }

    /// Chooses how an incident ends, where no outcome for its differences is chosen with it: a mass
    /// delete is allowed or refused, the others are let go. What takes work is done by the worker.
    ///
    /// # Errors
    /// The viewer may not, there is no such incident, it is not open any longer, the choice is not one
    /// of its kind, or no reason is given.
    pub async fn choose(
        &self,
        viewer: &Viewer,
        id: &IncidentId,
        ending: Ending,
        reason: &str,
    ) -> Result<Incident, Refusal> {
        may_end(viewer)?;
        let (viewer, id, reason) = (viewer.clone(), id.clone(), because(reason)?);
        let begun = self
            .store
            .write(async move |w| {
                let found = incidents::lock(w, &id).await?.filter(|incident| viewer.sees(&incident.entity));
                let incident = found.ok_or(Refusal::NotFound("incident"))?;
                let fits = match ending {
                    Ending::Allowed | Ending::Refused => incident.kind == IncidentKind::MassDelete,
                    Ending::Released => incident.kind.holds_differences(),
                    _ => false,
                };
                if !fits {
                    return Err(Refusal::Invalid("This cannot be chosen for this incident".to_owned()));
                }
                let choice = Choice { ending, by: viewer.actor(), reason: reason.clone(), at: w.now() };
                let decided = event(Action::IncidentDecided, viewer.actor(), &incident)
                    .fact("how", ending.as_str())
                    .fact("reason", &reason);
                let closed = |error: crate::domain::incident::NotOpen| Refusal::WrongState(error.to_string());
                let mut events = vec![decided];
                let state = incident.state.clone();
                let state = if ending == Ending::Allowed { state.work(choice) } else { state.end(choice) };
                let state = state.map_err(closed)?;
                match state {
                    IncidentState::Ended(..) => events.push(end(w, &incident, state.clone()).await?),
                    _ => incidents::save_state(w, &id, &state).await?,
                }
                Ok((Incident { state, ..incident }, events))
            })
            .await?;
        self.many_asked.notify_one();
        Ok(begun)
    }
}

/// Stewards decide, and admins answer for what is connected: both may end an incident.
fn may_end(viewer: &Viewer) -> Result<(), Refusal> {
    let may = viewer.may(Right::Decide) || viewer.may(Right::Configure);
    if may { Ok(()) } else { Err(Refusal::Forbidden) }
}
