//! Dry runs a person or a program asks for: one at a time on a server, in the background, with a
//! deadline, each with its report in a folder that is emptied at start. Nothing else is written.

use super::report::{self, Format, Index, Writer};
use super::{DryRunError, Found, Summary};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::chance;
use crate::domain::ids::{EntityId, SystemId};
use crate::domain::time::Time;
use crate::engine::{Engine, Refusal};
use crate::store::{StoreError, holdings, trail};
use chrono::TimeDelta;
use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// How often it is looked for old reports.
const TIDY: Duration = Duration::from_secs(60);
/// How often, and how long at most, a stop waits for the dry run under way to end.
const ENDING_STEP: Duration = Duration::from_millis(50);
const ENDING_STEPS: u32 = 100;

/// How much dry runs may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// One that takes longer is ended.
    pub deadline: Duration,
    /// Lines of a report; what comes after is only counted.
    pub lines: usize,
    /// Bytes of a report.
    pub bytes: u64,
    /// Reports that are kept, the newest.
    pub kept: usize,
    /// Hours after which a report is removed.
    pub hours: i64,
}

impl Default for Limits {
    fn default() -> Self {
        let deadline = Duration::from_secs(15 * 60);
        Self { deadline, lines: 100_000, bytes: 128 << 20, kept: 5, hours: 24 }
    }
}

/// What is to be compared.
#[derive(Clone, Debug)]
pub struct Ask {
    pub entity: EntityId,
    /// Two or more that map the entity; none: all of them.
    pub systems: Vec<SystemId>,
}

/// Where a dry run stands.
#[derive(Clone, Debug)]
pub enum State {
    Running,
    Done {
        ended: Time,
        summary: Arc<Summary>,
        index: Arc<Index>,
    },
    /// Why, in words.
    Failed {
        ended: Time,
        error: String,
    },
    /// It took longer than it may, minutes.
    TooLong {
        ended: Time,
        minutes: u64,
    },
    Cancelled {
        ended: Time,
    },
}

/// One dry run since the start of the server.
#[derive(Debug)]
pub struct DryRun {
    pub id: String,
    pub ask: Ask,
    /// The name of who asked for it.
    pub by: String,
    pub started: Time,
    /// Records that are likely to be compared: what the largest of the systems held when last read.
    pub expected: u64,
    seen: AtomicU64,
    state: Mutex<State>,
    stop: CancellationToken,
    path: PathBuf,
}

impl DryRun {
    #[must_use]
    pub fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records compared so far.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }

    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.state(), State::Running)
    }

    /// Where the report stands, once it is whole.
    #[must_use]
    pub fn report(&self) -> &Path {
        &self.path
    }

    /// Lines of the report, by the places where they begin.
    ///
    /// # Errors
    /// The report was removed or cannot be read.
    pub async fn lines(&self, places: Vec<u64>) -> io::Result<Vec<String>> {
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || report::lines(&path, &places)).await.map_err(io::Error::other)?
    }

    fn end(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl Drop for DryRun {
    fn drop(&mut self) {
        // The last one who knew of it is gone, and so is its report.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The folder of the reports, and what may happen there.
#[derive(Debug)]
struct Place {
    folder: PathBuf,
    limits: Limits,
    stop: CancellationToken,
    /// A long comparison must not stand in the way of the requests of one worker.
    runtime: Handle,
}

/// The dry runs since the start of the server, newest first.
#[derive(Debug, Default)]
pub struct DryRuns {
    place: OnceLock<Place>,
    all: Mutex<VecDeque<Arc<DryRun>>>,
}

impl DryRuns {
    /// Keeps reports in this folder, which is emptied first. Dry runs end at `stop`.
    ///
    /// # Errors
    /// The folder cannot be made or emptied.
    pub fn keep_in(&self, folder: &Path, limits: Limits, stop: CancellationToken) -> io::Result<()> {
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::DirBuilder::new().mode(0o700).create(folder)?;
        let place = Place { folder: folder.to_owned(), limits, stop, runtime: Handle::current() };
        let _ = self.place.set(place);
        Ok(())
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Arc<DryRun>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets those that are old, and more than may be kept; one that runs stays.
    fn tidy(&self, now: Time) {
        let Some(place) = self.place.get() else { return };
        let mut all = self.all();
        let oldest = now - TimeDelta::hours(place.limits.hours);
        all.retain(|run| run.is_running() || run.started > oldest);
        all.truncate(place.limits.kept);
    }

    /// Takes a new one up, unless one is under way.
    fn enter(&self, run: Arc<DryRun>) -> Result<(), Refusal> {
        let mut all = self.all();
        if let Some(other) = all.iter().find(|run| run.is_running()) {
            let message =
                format!("a dry run that {} started is under way: wait for its end, or stop it", other.by);
            return Err(Refusal::WrongState(message));
        }
        all.push_front(run);
        Ok(())
    }
}

impl Engine {
    /// The dry runs since the start, for whoever may run them.
    #[must_use]
    pub fn dry_runs(&self) -> &DryRuns {
        &self.dry_runs
    }

    /// The dry runs that this viewer may see, newest first.
    ///
    /// # Errors
    /// The viewer may not run any.
    pub fn recent_dry_runs(&self, viewer: &Viewer) -> Result<Vec<Arc<DryRun>>, Refusal> {
        may(viewer)?;
        self.dry_runs.tidy(self.now());
        Ok(self.dry_runs.all().iter().filter(|run| viewer.sees(&run.ask.entity)).cloned().collect())
    }

    /// One dry run.
    ///
    /// # Errors
    /// The viewer may not run any, or there is none of this id: reports go when they are old.
    pub fn dry_run_of(&self, viewer: &Viewer, id: &str) -> Result<Arc<DryRun>, Refusal> {
        let all = self.recent_dry_runs(viewer)?;
        all.into_iter().find(|run| run.id == id).ok_or(Refusal::NotFound("dry run"))
    }

    /// Starts a dry run, which goes on after the answer; `format` writes the lines of its report.
    ///
    /// # Errors
    /// The viewer may not; there is no such entity; fewer than two systems are named, or one does
    /// not map the entity; another dry run is under way.
    pub async fn start_dry_run(
        self: &Arc<Self>,
        viewer: &Viewer,
        ask: Ask,
        format: Format,
    ) -> Result<Arc<DryRun>, Refusal> {
        may(viewer)?;
        let setup = self.reload().await?;
        setup
            .catalog
            .entity(&ask.entity)
            .filter(|_| viewer.sees(&ask.entity))
            .ok_or(Refusal::NotFound("entity"))?;
        let ask = self.completed(ask)?;
        let nowhere = || Refusal::WrongState("this server has no folder for reports".to_owned());
        let place = self.dry_runs.place.get().ok_or_else(nowhere)?;
        let mut expected = 0;
        let mut session = self.store.session().await?;
        for system in &ask.systems {
            let held = holdings::count_present(&mut session, system, &ask.entity).await?;
            expected = expected.max(u64::try_from(held).unwrap_or(0));
        }
        drop(session);
        let id = data_encoding::HEXLOWER.encode(&chance::bytes::<12>(&**self.store.random()));
        let run = Arc::new(DryRun {
            path: place.folder.join(format!("{id}.jsonl")),
            id,
            ask,
            by: viewer.name.clone(),
            started: self.now(),
            expected,
            seen: AtomicU64::new(0),
            state: Mutex::new(State::Running),
            stop: place.stop.child_token(),
        });
        self.dry_runs.tidy(self.now());
        self.dry_runs.enter(run.clone())?;
        let (engine, begun, limits) = (self.clone(), run.clone(), place.limits.clone());
        place.runtime.spawn(async move {
            let ended = engine.carry_out_dry_run(&begun, &limits, format).await;
            begun.end(ended);
            engine.dry_runs.tidy(engine.now());
        });
        Ok(run)
    }

    /// Removes reports that are old, every minute until `stop`; then every report, for they hold
    /// values and nobody could read them again. One that is being written ends with its own file.
    pub(in crate::engine) async fn tidy_reports(self: Arc<Self>, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(TIDY)).await.is_some() {
            self.dry_runs.tidy(self.now());
        }
        for _ in 0..ENDING_STEPS {
            if !self.dry_runs.all().iter().any(|run| run.is_running()) {
                break;
            }
            tokio::time::sleep(ENDING_STEP).await;
        }
        // A report goes with the last who knew of it.
        self.dry_runs.all().clear();
    }

    /// Ends a dry run under way. One that has ended stays as it is.
    ///
    /// # Errors
    /// As [`Engine::dry_run_of`].
    pub fn cancel_dry_run(&self, viewer: &Viewer, id: &str) -> Result<Arc<DryRun>, Refusal> {
        let run = self.dry_run_of(viewer, id)?;
        if run.is_running() {
            run.stop.cancel();
        }
        Ok(run)
    }

    /// The systems that are to be compared, each named and known.
    fn completed(&self, mut ask: Ask) -> Result<Ask, Refusal> {
        let setup = self.setup();
        let mapped: Vec<SystemId> =
            setup.catalog.mappings_of(&ask.entity).map(|mapping| mapping.system.clone()).collect();
        if let Some(system) = ask.systems.iter().find(|system| !mapped.contains(system)) {
            return Err(Refusal::Invalid(format!("{system} does not map {}", ask.entity)));
        }
        let named = std::mem::take(&mut ask.systems);
        // In the order of the configuration, each once.
        ask.systems = mapped.into_iter().filter(|s| named.is_empty() || named.contains(s)).collect();
        if ask.systems.len() < 2 {
            return Err(Refusal::Invalid("choose at least two systems to compare".to_owned()));
        }
        Ok(ask)
    }

    async fn carry_out_dry_run(&self, run: &DryRun, limits: &Limits, format: Format) -> State {
        let work = tokio::time::timeout(limits.deadline, self.compare_and_report(run, limits, format));
        let outcome = run.stop.run_until_cancelled(work).await;
        let ended = self.now();
        match outcome {
            None => State::Cancelled { ended },
            Some(Err(_)) => State::TooLong { ended, minutes: limits.deadline.as_secs() / 60 },
            Some(Ok(Err(error))) => State::Failed { ended, error: error.to_string() },
            Some(Ok(Ok((summary, index)))) => {
                State::Done { ended, summary: Arc::new(summary), index: Arc::new(index) }
            }
        }
    }

    async fn compare_and_report(
        &self,
        run: &DryRun,
        limits: &Limits,
        format: Format,
    ) -> Result<(Summary, Index), DryRunError> {
        let setup = self.setup();
        let entity = setup.entity(&run.ask.entity)?;
        let mut writer = Writer::create(&run.path, format, (limits.lines, limits.bytes))?;
        // Reports are files that every admin reads: what is limited to some roles stands in none.
        let outside = setup.catalog.outside();
        let mut report = |found: &Found| {
            let mut found = found.clone();
            outside.dispute(&entity.id, &mut found.dispute);
            writer.take(entity, &found)
        };
        let summary = self.compare_now(&run.ask.entity, &run.ask.systems, &mut report, &run.seen).await?;
        Ok((summary, writer.finish()?))
    }

    /// Enters that somebody reads the values of a dry run: one entry per person, dry run and ten
    /// minutes.
    ///
    /// # Errors
    /// The store failed.
    pub async fn note_dry_run_read(&self, viewer: &Viewer, run: &DryRun) -> Result<(), StoreError> {
        let view = format!("dry-run/{}", run.id);
        let fresh = TimeDelta::minutes(10);
        let read = trail::read_at(&mut self.store.session().await?, &viewer.user, &view).await?;
        if read.is_some_and(|read| self.now() - read < fresh) {
            return Ok(());
        }
        let (viewer, entity) = (viewer.clone(), run.ask.entity.clone());
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let read = trail::read_at(w, &viewer.user, &view).await?;
                if read.is_some_and(|read| w.now() - read < fresh) {
                    return Ok(((), Vec::new()));
                }
                trail::save_read(w, &viewer.user, &view).await?;
                let about = About { entity: Some(entity.clone()), ..About::default() };
                Ok(((), vec![Event::new(Action::Read, viewer.actor(), about).fact("view", "dry_run")]))
            })
            .await
    }
}

fn may(viewer: &Viewer) -> Result<(), Refusal> {
    if viewer.may(Right::Operate) { Ok(()) } else { Err(Refusal::Forbidden) }
}
