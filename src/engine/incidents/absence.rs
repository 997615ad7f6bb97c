//! A mass delete: what a full pull found gone is frozen as a set of rows, and taken as deleted only when
//! a person says so. Each row is asked for once more then: what came back meanwhile stays.

use super::{Found, end, open};
use crate::connectors::Row;
use crate::domain::audit::{Actor, Event};
use crate::domain::ids::{EntityId, SystemId};
use crate::domain::incident::{Choice, Ending, IncidentKind, IncidentState};
use crate::engine::intake::{Source, Taken};
use crate::engine::sync::object_spec;
use crate::engine::{Engine, Refusal};
use crate::store::incidents::{self, Incident};
use crate::store::runs::{self, Run};
use crate::store::{StoreError, WriteSession, holdings};
use futures_util::future::join_all;
use std::collections::BTreeSet;

/// Rows worked off in one transaction.
const BATCH: i64 = 100;
/// Rows asked for at once.
const ASKED: usize = 4;

/// Opens the incident of a full pull that found too much gone, over everything it passed by. None when
/// the mapping has one already: that one's set stays as it was frozen.
async fn open_mass_delete(
    w: &mut WriteSession,
    run: &Run,
    (gone, held): (i64, i64),
    label: &str,
) -> Result<Option<Event>, StoreError> {
    let kind = IncidentKind::MassDelete;
    if incidents::unended(w, &run.system, &run.entity, kind).await?.is_some() {
        return Ok(None);
    }
    let (system, entity) = (run.system.clone(), run.entity.clone());
    let told = format!(
        "{label}: {gone} of {held} records are gone at once; none of them is taken as deleted until somebody says so"
    );
    let found = Found { kind, system, entity, run: run.id.clone(), records: gone, held, told };
    let (incident, event) = open(w, found).await?;
    incidents::freeze_missed(w, &incident.id, &run.id).await?;
    Ok(Some(event))
}

/// Ends the incident of a mapping once every row it is about is back.
pub(in crate::engine) async fn came_back(
    w: &mut WriteSession,
    system: &SystemId,
    entity: &EntityId,
) -> Result<Option<Event>, StoreError> {
    let found = incidents::unended(w, system, entity, IncidentKind::MassDelete).await?;
    let Some(incident) = found.filter(|incident| incident.state.is_open()) else { return Ok(None) };
    if incidents::count_members(w, &incident.id, "held").await? > 0 {
        return Ok(None);
    }
    let by = Actor::referee();
    let choice = Choice { ending: Ending::CameBack, by, reason: String::new(), at: w.now() };
    let state = IncidentState::Ended(choice, w.now());
    end(w, &incident, state).await.map(Some)
}

impl Engine {
    /// Holds what a full pull found gone until a person chooses.
    pub(in crate::engine) async fn hold_mass_delete(
        &self,
        run: &Run,
        found: (i64, i64),
    ) -> Result<(), StoreError> {
        let (run, label) = (run.clone(), self.setup().catalog.label(&run.system).to_owned());
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let opened = open_mass_delete(w, &run, found, &label).await?;
                Ok(((), opened.into_iter().collect()))
            })
            .await
    }

    /// Lets what a person refused to take as deleted be, before the others are asked for. A row that is
    /// back was refused once: gone again, it is a new question. `all`: the run knows every row it met.
    pub(in crate::engine) async fn leave_refused(&self, run: &Run, all: bool) -> Result<(), StoreError> {
        let run = run.clone();
        self.store
            .write::<_, StoreError, _>(async move |w| {
                if all {
                    incidents::keep_returned(w, &run, true).await?;
                }
                incidents::unmiss_held(w, &run, false).await?;
                Ok(((), Vec::new()))
            })
            .await
    }

    /// Lets be what waits for somebody's choice, however little of it is still gone; what answered when
    /// it was asked for is back.
    pub(in crate::engine) async fn leave_waiting(&self, run: &Run, all: bool) -> Result<(), StoreError> {
        let run = run.clone();
        self.store
            .write::<_, StoreError, _>(async move |w| {
                if all {
                    incidents::keep_returned(w, &run, false).await?;
                }
                incidents::unmiss_held(w, &run, true).await?;
                Ok(((), Vec::new()))
            })
            .await
    }

    /// Works off some rows of a mass delete that was allowed; once none is left, it has ended.
    pub(super) async fn absent_some(&self, incident: &Incident) -> Result<(), Refusal> {
        let mut session = self.store.session().await?;
        let rows = incidents::members(&mut session, &incident.id, Some("held"), None, BATCH).await?;
        drop(session);
        if rows.is_empty() {
            self.end_worked(incident).await?;
            self.judge(&incident.entity, &incident.run).await?;
            return Ok(());
        }
        let (at, keys) = (self.now(), rows.into_iter().map(|row| row.external_id).collect::<Vec<_>>());
        let found = self.ask_system(incident, &keys).await?;
        self.take_answers(incident, keys, (found, at)).await
    }

    /// The rows that are there.
    async fn ask_system(&self, incident: &Incident, keys: &[String]) -> Result<Vec<Row>, Refusal> {
        let unread = |error: crate::connectors::ConnectorError| Refusal::WrongState(error.to_string());
        let setup = self.setup();
        let mapping = setup.catalog.mapping(&incident.system, &incident.entity);
        let mapping = mapping.ok_or(Refusal::NotFound("mapping"))?;
        let connector = self.connector(&incident.system).map_err(unread)?;
        let spec = object_spec(mapping, connector.capabilities());
        let mut found = Vec::new();
        for keys in keys.chunks(ASKED) {
            let answers = join_all(keys.iter().map(|key| connector.read(&spec, key))).await;
            for (answer, key) in answers.into_iter().zip(keys) {
                found.extend(answer.map_err(unread)?.filter(|row| row.key == *key));
            }
        }
        Ok(found)
    }

    async fn take_answers(
        &self,
        incident: &Incident,
        keys: Vec<String>,
        (found, at): (Vec<Row>, crate::domain::time::Time),
    ) -> Result<(), Refusal> {
        let setup = self.setup();
        let incident = incident.clone();
        self.store
            .write::<_, Refusal, _>(async move |w| {
                let mapping = setup.catalog.mapping(&incident.system, &incident.entity);
                let mapping = mapping.ok_or(Refusal::NotFound("mapping"))?;
                let entity = setup.entity(&incident.entity)?;
                let cursor = runs::cursor(w, &incident.system, &incident.entity).await?;
                let (run, read_after) = (&incident.run, cursor.read_at);
                let source = Source { entity, mapping, run, origin: "run", read_after, at };
                let back: BTreeSet<&str> = found.iter().map(|row| row.key.as_str()).collect();
                let (kept, gone): (Vec<String>, Vec<String>) =
                    keys.iter().cloned().partition(|key| back.contains(key.as_str()));
                let ids: Vec<&str> = gone.iter().map(String::as_str).collect();
                let held = holdings::to_change(w, &incident.system, &incident.entity, &ids).await?;
                // What somebody read since is there, whatever the answer was.
                let absent: Vec<_> =
                    held.into_iter().filter(|row| row.present && !source.is_older_than(w, row)).collect();
                source.make_absent(w, absent).await?;
                holdings::unmiss(w, &incident.system, &incident.entity, &kept).await?;
                let Taken { .. } = source.take_rows(w, found.clone()).await?;
                incidents::set_members(w, &incident.id, &gone, "done").await?;
                incidents::set_members(w, &incident.id, &kept, "kept").await?;
                Ok(((), Vec::new()))
            })
            .await
    }

    /// Ends an incident whose choice was worked off, and lets what is left of it be judged.
    pub(super) async fn end_worked(&self, incident: &Incident) -> Result<(), Refusal> {
        let incident = incident.clone();
        self.store
            .write::<_, Refusal, _>(async move |w| {
                let Some(now) = incidents::lock(w, &incident.id).await? else { return Ok(((), Vec::new())) };
                if !matches!(now.state, IncidentState::Working(_)) {
                    return Ok(((), Vec::new()));
                }
                let state = now.state.clone().done(w.now());
                let done = incidents::count_members(w, &now.id, "done").await?;
                let kept = incidents::count_members(w, &now.id, "kept").await?;
                let event = end(w, &now, state).await?.fact("done", done).fact("kept", kept);
                Ok(((), vec![event]))
            })
            .await
    }
}
