//! The workers: generic loops that do one piece of work after the other until told to stop.

mod lanes;

use super::alerts::Mail;
use super::sync::Trigger;
use super::views::Reader;
use super::{Engine, Refusal};
use crate::domain::access::Viewer;
use crate::domain::ids::{RunId, SystemId};
use crate::store::damage::Depth;
use crate::store::runs::Run;
use crate::store::{StoreError, exceptions, records, runs, targets};
use chrono::TimeDelta;
use futures_util::FutureExt as _;
use futures_util::stream::{self, StreamExt as _};
use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Systems read at once: one that is slow must not hold up the others.
const READERS: usize = 8;
/// How often it is looked what is due.
const LOOK: Duration = Duration::from_secs(2);
const MINUTE: Duration = Duration::from_secs(60);
/// How often watched views are looked at.
const WATCH: Duration = Duration::from_secs(30);
const DAY: Duration = Duration::from_secs(86_400);
/// What a run that ended so lately has changed is judged by the worker that ended it.
const JUDGED_SECONDS: i64 = 120;

/// What is to be done about one system.
#[derive(Default)]
struct Due {
    /// Runs whose worker is gone.
    orphans: Vec<Run>,
    scheduled: bool,
}

impl Engine {
    /// Starts the workers: senders of deliveries, the schedule, who judges what was left, and one
    /// check of the audit log as it was found. They stop at `stop`, each after the piece of work it has in hand; the check,
    /// which changes nothing, where it is.
    pub fn start_workers(
        self: &Arc<Self>,
        stop: &CancellationToken,
        mail: Option<Mail>,
        views: Option<Reader>,
    ) -> Vec<JoinHandle<()>> {
        let mut workers = vec![tokio::spawn(lanes::send_what_is_due(self.clone(), stop.clone()))];
        workers.push(tokio::spawn(self.clone().read_what_is_due(stop.clone())));
        workers.push(tokio::spawn(self.clone().tidy_reports(stop.clone())));
        let engine = self.clone();
        workers.push(tokio::spawn(repeat(stop.clone(), LOOK, move || {
            let engine = engine.clone();
            async move { Ok(engine.judge_what_nobody_has_in_hand().await.map(|()| false)?) }
        })));
        let (engine, many) = (self.clone(), stop.clone());
        workers.push(tokio::spawn(async move {
            // Who asks for many does not wait for the next look; what another server was asked does.
            repeat_woken(many, LOOK, Some(&engine.many_asked), || engine.work_off()).await;
        }));
        let engine = self.clone();
        workers.push(tokio::spawn(repeat(stop.clone(), LOOK, move || {
            let engine = engine.clone();
            async move { Ok(engine.bring_back().await? | engine.escalate_overdue().await?) }
        })));
        let (engine, stopped) = (self.clone(), stop.clone());
        workers.push(tokio::spawn(async move {
            let check = stopped.run_until_cancelled(engine.verify_audit(&Viewer::referee())).await;
            if let Some(Err(error)) = check {
                tracing::error!(%error, "the audit log could not be checked");
            }
        }));
        workers.push(tokio::spawn(self.clone().look_for_damage_daily(stop.clone())));
        if let Some(reader) = views {
            let engine = self.clone();
            workers.push(tokio::spawn(repeat(stop.clone(), WATCH, move || {
                let (engine, reader) = (engine.clone(), reader.clone());
                async move { engine.tell_watchers(&reader).await.map(|()| false) }
            })));
        }
        if let Some(mail) = mail.map(Arc::new) {
            let engine = self.clone();
            workers.push(tokio::spawn(repeat(stop.clone(), Duration::from_secs(5), move || {
                let (engine, mail) = (engine.clone(), mail.clone());
                async move {
                    engine.mail_alerts(&mail).await?;
                    engine.mail_notices(&mail).await?;
                    engine.mail_reports(&mail).await.map(|()| false)
                }
            })));
        }
        let engine = self.clone();
        workers.push(tokio::spawn(repeat(stop.clone(), MINUTE, move || {
            let engine = engine.clone();
            async move {
                // Each has its turn, however the others fare.
                let (approvals, questions) = (engine.look_at_approvals().await, engine.end_questions().await);
                let (notices, reports) = (engine.look_at_notices().await, engine.end_reports().await);
                let graded = engine.look_at_suggestions().await?;
                notices?;
                reports?;
                Ok(graded | approvals? | questions?)
            }
        })));
        workers
    }

    /// One step of the workers, carried out to its end: reads what is due, and judges records whose
    /// exception has ended or that a worker left unjudged.
    ///
    /// # Errors
    /// The store failed. What goes wrong with one system stands in its run and in the log.
    pub async fn keep_schedule(&self) -> Result<(), Refusal> {
        let due = stream::iter(self.due().await?);
        due.for_each_concurrent(READERS, async |(system, due)| self.read_due(&system, due).await).await;
        self.judge_leftovers(&[]).await?;
        Ok(())
    }

    /// Looks through the database file at the start, as far as that is fast, and each day in full.
    async fn look_for_damage_daily(self: Arc<Self>, stop: CancellationToken) {
        let mut depth = Depth::Pages;
        while !stop.is_cancelled() {
            let looked = stop.run_until_cancelled(self.look_for_damage(depth)).await;
            if let Some(Err(error)) = looked {
                tracing::error!(%error, "the database file could not be looked through");
            }
            depth = Depth::Indexes;
            stop.run_until_cancelled(tokio::time::sleep(DAY)).await;
        }
    }

    /// Reads each system that is due in a task of its own, until told to stop; then waits for those
    /// under way.
    async fn read_what_is_due(self: Arc<Self>, stop: CancellationToken) {
        let under_way: Arc<Mutex<HashMap<SystemId, JoinHandle<()>>>> = Arc::default();
        let (engine, tasks) = (self, under_way.clone());
        repeat(stop, LOOK, move || {
            let (engine, tasks) = (engine.clone(), tasks.clone());
            async move {
                for (system, due) in engine.due().await? {
                    let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
                    tasks.retain(|_, task| !task.is_finished());
                    if tasks.len() < READERS && !tasks.contains_key(&system) {
                        let (engine, id) = (engine.clone(), system.clone());
                        let work = async move { engine.read_due(&id, due).await };
                        tasks.insert(system, tokio::spawn(work));
                    }
                }
                Ok(false)
            }
        })
        .await;
        let tasks = std::mem::take(&mut *under_way.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks.into_values() {
            if let Err(error) = task.await {
                tracing::error!(%error, "the reading of a system broke off");
            }
        }
    }

    /// The systems there is something to do about: one is due by its schedule, or a worker left a
    /// run of it, also where it is read on demand only: what was begun is brought to an end.
    async fn due(&self) -> Result<BTreeMap<SystemId, Due>, Refusal> {
        let setup = self.reload().await?;
        let mut session = self.store.session().await?;
        let mut all: BTreeMap<SystemId, Due> = BTreeMap::new();
        for orphan in runs::orphans(&mut session, self.now(), 20).await? {
            // What is paused stays where it is, and goes on from there.
            if setup.not_read(&orphan.system, &orphan.entity).is_none() {
                all.entry(orphan.system.clone()).or_default().orphans.push(orphan);
            }
        }
        for system in &setup.catalog.systems {
            let Some(minutes) = system.every_minutes else { continue };
            if setup.read_of(&system.id).next().is_none() {
                continue;
            }
            let last = runs::newest(&mut session, Some(&system.id), 1).await?;
            let next = last.first().map(|run| run.started_at + TimeDelta::minutes(i64::from(minutes)));
            if next.is_none_or(|next| next <= self.now()) {
                all.entry(system.id.clone()).or_default().scheduled = true;
            }
        }
        let known = targets::all(&mut session).await?;
        let refused = |system: &SystemId| known.iter().any(|(id, target)| id == system && !target.signs_in());
        all.retain(|system, _| setup.state(system).paused_reason.is_none() && !refused(system));
        Ok(all)
    }

    /// Does what is due about a system. What fails is logged, and the rest done.
    async fn read_due(&self, system: &SystemId, due: Due) {
        let trigger = Trigger::schedule();
        for orphan in &due.orphans {
            let ended = match self.start_run(system, &orphan.entity, &trigger).await {
                Ok(run) => self.finish(run).await,
                Err(error) => Err(error),
            };
            told(system, ended);
        }
        if due.scheduled {
            told(system, self.sync(system, &trigger).await.map(drop));
        }
    }

    /// Judges what was left, but not what a run under way has changed: a run is judged when it has
    /// ended, by who carried it out.
    async fn judge_what_nobody_has_in_hand(&self) -> Result<(), StoreError> {
        let mut session = self.store.session().await?;
        let now = self.now();
        let ended = now - TimeDelta::seconds(JUDGED_SECONDS);
        let in_hand = runs::in_hand(&mut session, now, ended).await?;
        drop(session);
        self.judge_leftovers(&in_hand).await
    }

    async fn judge_leftovers(&self, in_hand: &[RunId]) -> Result<(), StoreError> {
        self.take_up_released().await?;
        let mut session = self.store.session().await?;
        let expired = exceptions::expired(&mut session, self.now(), 200).await?;
        // One row is looked at, however many entities there are; mostly there is none.
        let waiting = records::any_unjudged(&mut session, self.tried_since(), in_hand).await?;
        drop(session);
        if expired.is_empty() && !waiting {
            return Ok(());
        }
        if !expired.is_empty() {
            self.store
                .write::<_, StoreError, _>(async move |w| {
                    for (record, entity) in &expired {
                        records::mark_unjudged(w, entity, "exception", [record]).await?;
                    }
                    Ok(((), Vec::new()))
                })
                .await?;
        }
        for entity in &self.setup().catalog.entities {
            self.judge_but(&entity.id, &RunId::default(), in_hand).await?;
        }
        Ok(())
    }
}

/// Logs what went wrong with a system.
fn told(system: &SystemId, ended: Result<(), Refusal>) {
    match ended {
        // Somebody else is reading it: that is as good.
        Ok(()) | Err(Refusal::WrongState(_)) => {}
        Err(error) => tracing::error!(%system, %error, "a system could not be read as scheduled"),
    }
}

/// Calls `work` until told to stop: again at once while there is work, after `idle` when there
/// is none, and after a growing pause when it fails. Work that panics is work not done: the
/// worker goes on.
async fn repeat<F, Fut>(stop: CancellationToken, idle: Duration, work: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<bool, Refusal>>,
{
    repeat_woken(stop, idle, None, work).await;
}

/// The same, and `wake` ends a pause early.
async fn repeat_woken<F, Fut>(stop: CancellationToken, idle: Duration, wake: Option<&Notify>, work: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<bool, Refusal>>,
{
    let mut failures = 0u32;
    while !stop.is_cancelled() {
        let pause = match AssertUnwindSafe(async { work().await }).catch_unwind().await {
            Ok(Ok(true)) => {
                failures = 0;
                continue;
            }
            Ok(Ok(false)) => {
                failures = 0;
                idle
            }
            Err(_) => {
                tracing::error!("a worker panicked and will go on");
                idle
            }
            Ok(Err(error)) => {
                failures = (failures + 1).min(7);
                tracing::error!(%error, "a worker failed and will try again");
                Duration::from_millis(250 * 2u64.pow(failures))
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
            () = woken(wake) => {}
        }
    }
}

async fn woken(wake: Option<&Notify>) {
    match wake {
        Some(wake) => wake.notified().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::repeat;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;
    use tokio_util::sync::CancellationToken;

    #[tokio::test]
    async fn a_worker_whose_work_panics_goes_on() {
        let (stop, calls) = (CancellationToken::new(), Arc::new(AtomicU32::new(0)));
        let (stopped, counted) = (stop.clone(), calls.clone());
        let work = move || {
            let (stop, calls) = (stopped.clone(), counted.clone());
            async move {
                assert_ne!(calls.fetch_add(1, Ordering::SeqCst), 0, "the first call panics");
                stop.cancel();
                Ok(true)
            }
        };
        let worker = repeat(stop, Duration::from_millis(1), work);
        tokio::time::timeout(Duration::from_secs(10), worker).await.ok();
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}
