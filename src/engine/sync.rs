//! Sync: one run reads one object of one system, page by page, and has what changed judged.
//!
//! Each page is one transaction with its rows, the run's counts and the position of the next
//! page, so that a run cut short goes on where it stopped. See `absences` for how a full pull
//! knows what is gone.

mod end;
mod page;

use super::incidents::{came_back, change};
use super::{Engine, Refusal};
use crate::connectors::{Capabilities, Connector, ConnectorError, ObjectSpec, Scope};
use crate::domain::audit::Actor;
use crate::domain::entity::Entity;
use crate::domain::ids::{EntityId, RunId, SystemId};
use crate::domain::mapping::Mapping;
use crate::domain::time::Time;
use crate::faults::{self, Point};
use crate::store::runs::{Counts, Cursor, Run};
use crate::store::{StoreError, WriteSession, holdings, pauses, records, runs, targets};
use chrono::TimeDelta;
use futures_util::future::join;
use page::{FIRST_PAGE, Met};
use std::sync::Arc;

/// How far a pull of changes looks back behind the last one, for late commits.
const OVERLAP_MINUTES: i64 = 5;
/// A full pull finds what the pulls of changes missed, and what was deleted: at least so often.
const FULL_HOURS: i64 = 24;
/// A worker that has not renewed its lease for so long is gone.
const LEASE_SECONDS: i64 = 120;

/// What set a run off.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// `schedule`, `person`, `program` or `command`.
    pub name: &'static str,
    pub by: Actor,
    /// Read everything, also where changes alone could be asked for.
    pub full: bool,
}

impl Trigger {
    /// The schedule's own.
    #[must_use]
    pub fn schedule() -> Self {
        Self { name: "schedule", by: Actor::referee(), full: false }
    }
}

/// Everything one run works with.
pub(super) struct Reading {
    pub entity: Entity,
    pub mapping: Mapping,
    pub connector: Arc<dyn Connector>,
    pub spec: ObjectSpec,
    pub scope: Scope,
    pub cursor: Cursor,
    /// Whether its rows can make plain cases: it is the first load of the last system to be read.
    /// Later pulls bring what is held already, and little else.
    pub foresees: bool,
    /// Went on from a position that an earlier worker left.
    pub resumed: bool,
    /// Records the system holds, as far as that was asked.
    pub held: change::Held,
}

impl Reading {
    /// Whether everything is read, and what is not met is gone.
    pub fn is_full(&self) -> bool {
        self.scope == Scope::Full
    }
}

/// Why a run ended early.
pub(super) enum Ended {
    Connector(ConnectorError),
    Store(StoreError),
    /// Another worker has it now.
    TakenOver,
    /// Too much is gone at once to be believed.
    Mass {
        gone: i64,
        of: i64,
    },
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
impl From<ConnectorError> for Ended {
    fn from(error: ConnectorError) -> Self {
        Self::Connector(error)
    }
}

impl Engine {
    /// Reads every object of a system that is mapped, one run each, and judges what changed.
    ///
    /// # Errors
    /// There is no such system, one of its runs is under way, or the store failed. A system
    /// that cannot be read is not an error here: its run says so.
    pub async fn sync(&self, system: &SystemId, trigger: &Trigger) -> Result<Vec<Run>, Refusal> {
        let setup = self.reload().await?;
        setup.catalog.system(system).ok_or(Refusal::NotFound("system"))?;
        let entities: Vec<EntityId> = setup.read_of(system).collect();
        let mut done = Vec::new();
        for entity in entities {
            // The run before has found out for all.
            if !done.is_empty() && !self.signs_in(system).await? {
                break;
            }
            let run = self.start_run(system, &entity, trigger).await?;
            let run = self.carry_out(run).await?;
            self.judge_run(&run).await?;
            done.push(run);
        }
        Ok(done)
    }

    /// Reads every system before anything is judged, so that a change on its way from one
    /// system to the next is not taken for a conflict.
    ///
    /// # Errors
    /// As [`Engine::sync`].
    pub async fn sync_all(&self, trigger: &Trigger) -> Result<Vec<Run>, Refusal> {
        let setup = self.reload().await?;
        let mut done = Vec::new();
        let read = |own: &&Mapping| setup.not_read(&own.system, &own.entity).is_none();
        for mapping in setup.catalog.mappings.iter().filter(read) {
            if !self.signs_in(&mapping.system).await? {
                tracing::warn!(system = %mapping.system, "not read: it does not accept Referee's sign-in");
                continue;
            }
            let run = self.start_run(&mapping.system, &mapping.entity, trigger).await?;
            done.push(self.carry_out(run).await?);
        }
        for run in &mut done {
            self.judge_run(run).await?;
        }
        Ok(done)
    }

    /// Starts a run for every mapped object of a system and answers at once; the runs go on by
    /// themselves, one after the other, each judged when it has ended. What goes wrong then
    /// stands in the run and in the log.
    ///
    /// # Errors
    /// There is no such system, nothing of it is mapped, all its runs are under way already, or
    /// the store failed.
    pub async fn begin(self: &Arc<Self>, system: &SystemId, trigger: &Trigger) -> Result<Vec<Run>, Refusal> {
        let setup = self.reload().await?;
        setup.catalog.system(system).ok_or(Refusal::NotFound("system"))?;
        let (mut started, mut refused) = (Vec::new(), None);
        for entity in setup.read_of(system) {
            match self.start_run(system, &entity, trigger).await {
                Ok(run) => started.push(run),
                Err(refusal) => refused = Some(refusal),
            }
        }
        if started.is_empty() {
            return Err(refused.unwrap_or_else(|| setup.nothing_to_read(system)));
        }
        let (engine, runs) = (self.clone(), started.clone());
        tokio::spawn(async move {
            for run in runs {
                let id = run.id.clone();
                if let Err(error) = engine.finish(run).await {
                    tracing::error!(run = %id, %error, "a run could not be finished");
                }
            }
        });
        Ok(started)
    }

    /// Carries a run out and has what it changed judged.
    pub(super) async fn finish(&self, run: Run) -> Result<(), Refusal> {
        let run = self.carry_out(run).await?;
        self.judge_run(&run).await?;
        Ok(())
    }

    /// Begins a run, or takes over one whose worker is gone.
    ///
    /// # Errors
    /// A run of this mapping is under way, or the store failed.
    pub async fn start_run(
        &self,
        system: &SystemId,
        entity: &EntityId,
        trigger: &Trigger,
    ) -> Result<Run, Refusal> {
        let timed = self.can_pull_changes(system, entity);
        let (system, entity, trigger) = (system.clone(), entity.clone(), trigger.clone());
        self.store
            .write(async move |w| {
                let (now, until) = (w.now(), w.now() + lease());
                // As it stands in the store now: whoever paused it, and in which process.
                if let Some(why) = pauses::get(w, &system, &entity).await?.reading {
                    return Err(Refusal::WrongState(format!(
                        "reading {entity} of {system} is paused: {why}"
                    )));
                }
                if !targets::get(w, &system).await?.signs_in() {
                    let text = "does not accept Referee's sign-in: give it another secret, or say on its \
                                page that it goes on";
                    return Err(Refusal::WrongState(format!("{system} {text}")));
                }
                if let Some(mut run) = runs::running(w, &system, &entity).await? {
                    if run.lease_until.is_some_and(|lease| lease > now) {
                        return Err(Refusal::WrongState(format!("{system} is being read already")));
                    }
                    if !runs::take_over(w, &run, until).await? {
                        return Err(Refusal::WrongState(format!("{system} is being read already")));
                    }
                    (run.fence, run.lease_until) = (run.fence + 1, Some(until));
                    return Ok((run, Vec::new()));
                }
                let cursor = runs::cursor(w, &system, &entity).await?;
                let daily = TimeDelta::hours(FULL_HOURS);
                let recent = cursor.full_at.is_some_and(|full_at| now - full_at < daily);
                let full = trigger.full || !timed || !recent;
                let since = cursor.read_at.map(|time| time - TimeDelta::minutes(OVERLAP_MINUTES));
                let run = Run {
                    id: w.new_id().into(),
                    system: system.clone(),
                    entity: entity.clone(),
                    kind: if full { "full" } else { "changes" }.to_owned(),
                    trigger: trigger.name.to_owned(),
                    started_by: trigger.by.name.clone(),
                    state: "running".to_owned(),
                    started_at: now,
                    ended_at: None,
                    position: None,
                    since: since.filter(|_| !full),
                    counts: Counts::default(),
                    error: None,
                    lease_until: Some(until),
                    fence: 1,
                };
                runs::insert(w, &run).await?;
                Ok((run, Vec::new()))
            })
            .await
    }

    /// Whether a system is not known to refuse our sign-in.
    pub(super) async fn signs_in(&self, system: &SystemId) -> Result<bool, StoreError> {
        Ok(targets::get(&mut self.store.session().await?, system).await?.signs_in())
    }

    fn can_pull_changes(&self, system: &SystemId, entity: &EntityId) -> bool {
        let setup = self.setup();
        let timed =
            setup.catalog.mapping(system, entity).is_some_and(|mapping| mapping.modified_at.is_some());
        timed && self.connector(system).is_ok_and(|connector| connector.capabilities().modified_time)
    }

    /// Judges what a run changed and adds the outcome to its counts.
    pub(super) async fn judge_run(&self, run: &Run) -> Result<Counts, StoreError> {
        let counts = self.judge(&run.entity, &run.id).await?;
        let (id, more) = (run.id.clone(), counts.clone());
        self.store
            .write::<_, StoreError, _>(async move |w| {
                if let Some(mut run) = runs::get(w, &id).await? {
                    run.counts.add(&more);
                    runs::save(w, &run).await?;
                }
                Ok(((), Vec::new()))
            })
            .await?;
        Ok(counts)
    }

    async fn read_all(&self, run: &mut Run) -> Result<(), Ended> {
        let reading = Arc::new(self.reading(run).await?);
        let mut met = Met::of(&reading);
        let id = run.id.clone();
        let mut page = Some(self.page(&id, &reading, &mut met, run.position.as_deref(), FIRST_PAGE).await?);
        while let Some(ready) = page.take() {
            let (next, most) = (ready.incoming.next.clone(), ready.most);
            let ahead = async {
                match &next {
                    Some(next) => self.page(&id, &reading, &mut met, Some(next), most).await.map(Some),
                    None => Ok(None),
                }
            };
            // The next page is read and looked through while this one is stored.
            let (taken, ahead) = join(self.take_page(run, &reading, ready), ahead).await;
            taken?;
            page = ahead?;
        }
        self.keep_clock(&run.system, &met.clock).await?;
        if reading.is_full() {
            self.find_absent(run, &reading, &met.absences).await?;
        }
        self.complete(run, &reading, reading.is_full() && met.absences.are_complete()).await
    }

    /// Whether every other system that maps the entity was read once.
    async fn others_are_read(&self, run: &Run) -> Result<bool, StoreError> {
        let (setup, mut session) = (self.setup(), self.store.session().await?);
        for mapping in setup.catalog.mappings_of(&run.entity).filter(|own| own.system != run.system) {
            if runs::cursor(&mut session, &mapping.system, &run.entity).await?.read_at.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn reading(&self, run: &Run) -> Result<Reading, Ended> {
        let setup = self.setup();
        let gone = || ConnectorError::Refused("its mapping is not configured any longer".to_owned());
        let mapping = setup.catalog.mapping(&run.system, &run.entity).cloned().ok_or_else(gone)?;
        let entity = setup.catalog.entity(&run.entity).cloned().ok_or_else(gone)?;
        let connector = self.connector(&run.system)?;
        let spec = object_spec(&mapping, connector.capabilities());
        let cursor = runs::cursor(&mut self.store.session().await?, &run.system, &run.entity).await?;
        let scope = match run.since {
            Some(since) if run.kind == "changes" => Scope::Since(since),
            _ => Scope::Full,
        };
        Ok(Reading {
            entity,
            mapping,
            connector,
            spec,
            foresees: scope == Scope::Full && cursor.full_at.is_none() && self.others_are_read(run).await?,
            scope,
            cursor,
            resumed: run.position.is_some(),
            held: change::Held::default(),
        })
    }

    /// Moves the cursor; after a full pull, what the system should hold and lacks is judged too.
    async fn complete(&self, run: &Run, reading: &Reading, full: bool) -> Result<(), Ended> {
        let cursor = Cursor {
            read_at: Some(run.started_at),
            full_at: if full { Some(run.started_at) } else { reading.cursor.full_at },
        };
        let lacking = if full && reading.mapping.complete { self.lacking(run).await? } else { Vec::new() };
        let run = run.clone();
        let ours = self
            .store
            .write::<_, StoreError, _>(async move |w| {
                if !still_ours(w, &run).await? {
                    return Ok((false, Vec::new()));
                }
                runs::save_cursor(w, &run.system, &run.entity, &cursor).await?;
                records::mark_unjudged(w, &run.entity, run.id.as_str(), &lacking).await?;
                faults::pass(Point::K17);
                let back = if full { came_back(w, &run.system, &run.entity).await? } else { None };
                Ok((true, back.into_iter().collect()))
            })
            .await?;
        if ours { Ok(()) } else { Err(Ended::TakenOver) }
    }

    async fn lacking(&self, run: &Run) -> Result<Vec<crate::domain::ids::RecordId>, StoreError> {
        let mut session = self.store.session().await?;
        let (mut all, mut position) = (Vec::new(), String::new());
        loop {
            let (system, entity, before) = (&run.system, &run.entity, run.started_at);
            let ids = holdings::lacking(&mut session, system, entity, before, &position, 5000).await?;
            let Some(last) = ids.last() else { return Ok(all) };
            position.clone_from(&last.0);
            all.extend(ids);
        }
    }
}

fn lease() -> TimeDelta {
    faults::hurry(TimeDelta::seconds(LEASE_SECONDS))
}

/// Whether a run is still this worker's, its lease renewed: asked first in every transaction that
/// writes for it. A worker that stalled has nothing more to say.
pub(super) async fn still_ours(w: &mut WriteSession, run: &Run) -> Result<bool, StoreError> {
    let until = w.now() + lease();
    runs::renew(w, run, until).await
}

/// What a connector is to read for a mapping.
pub(super) fn object_spec(mapping: &Mapping, capabilities: Capabilities) -> ObjectSpec {
    let timed = capabilities.modified_time;
    ObjectSpec {
        object: mapping.object.clone(),
        key: mapping.key.clone(),
        modified_at: mapping.modified_at.clone().filter(|_| timed),
        modified_by: mapping.modified_by.clone(),
        columns: mapping.columns().into_iter().map(str::to_owned).collect(),
    }
}

/// A run that is to be carried out, by its id: for the page that shows it.
impl Engine {
    /// # Errors
    /// There is no such run, or the store failed.
    pub async fn run(&self, id: &RunId) -> Result<Run, Refusal> {
        runs::get(&mut self.store.session().await?, id).await?.ok_or(Refusal::NotFound("run"))
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Time {
        self.store.clock().now()
    }
}
