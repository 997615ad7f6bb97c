//! The workers: generic loops that do one piece of work after the other until told to stop.

use super::alerts::Mail;
use super::sync::Trigger;
use super::{Engine, Refusal, Setup};
use crate::domain::access::Viewer;
use crate::domain::ids::RunId;
use crate::store::{StoreError, conflicts, records, runs};
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Deliveries under way at once: one slow target must not hold up the others.
const SENDERS: usize = 4;

impl Engine {
    /// Starts the workers: senders of deliveries, the schedule, and one check of the audit log as
    /// it was found. They stop at `stop`, each after the piece of work it has in hand; the check,
    /// which changes nothing, where it is.
    pub fn start_workers(
        self: &Arc<Self>,
        stop: &CancellationToken,
        mail: Option<Mail>,
    ) -> Vec<JoinHandle<()>> {
        let sender = |_| {
            let engine = self.clone();
            tokio::spawn(repeat(stop.clone(), Duration::from_millis(250), move || {
                let engine = engine.clone();
                async move { engine.deliver_next().await.map_err(Refusal::from) }
            }))
        };
        let mut workers: Vec<_> = (0..SENDERS).map(sender).collect();
        let engine = self.clone();
        workers.push(tokio::spawn(repeat(stop.clone(), Duration::from_secs(2), move || {
            let engine = engine.clone();
            async move { engine.keep_schedule().await.map(|()| false) }
        })));
        let (engine, stopped) = (self.clone(), stop.clone());
        workers.push(tokio::spawn(async move {
            let check = stopped.run_until_cancelled(engine.verify_audit(&Viewer::referee())).await;
            if let Some(Err(error)) = check {
                tracing::error!(%error, "the audit log could not be checked");
            }
        }));
        if let Some(mail) = mail.map(Arc::new) {
            let engine = self.clone();
            workers.push(tokio::spawn(repeat(stop.clone(), Duration::from_secs(5), move || {
                let (engine, mail) = (engine.clone(), mail.clone());
                async move { engine.mail_alerts(&mail).await.map(|()| false) }
            })));
        }
        workers
    }

    /// Starts the runs that are due, and judges records whose exception has ended or that a
    /// worker left unjudged.
    ///
    /// # Errors
    /// The store failed.
    pub async fn keep_schedule(&self) -> Result<(), Refusal> {
        let setup = self.reload().await?;
        self.resume_runs(&setup).await?;
        for system in
            setup.catalog.systems.iter().filter(|system| setup.state(&system.id).paused_reason.is_none())
        {
            let Some(minutes) = system.every_minutes else { continue };
            let last = runs::newest(&mut self.store.session().await?, Some(&system.id), 1).await?;
            let next = last.first().map(|run| run.started_at + TimeDelta::minutes(i64::from(minutes)));
            if next.is_none_or(|next| next <= self.now()) {
                match self.sync(&system.id, &Trigger::schedule()).await {
                    // Somebody else is reading it: that is as good.
                    Ok(_) | Err(Refusal::WrongState(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        self.judge_leftovers().await?;
        Ok(())
    }

    /// Takes over the runs whose worker is gone, also of systems that are read on demand only:
    /// what was begun is brought to an end.
    async fn resume_runs(&self, setup: &Setup) -> Result<(), Refusal> {
        for orphan in runs::orphans(&mut self.store.session().await?, self.now(), 20).await? {
            if setup.state(&orphan.system).paused_reason.is_some() {
                continue;
            }
            let ended = match self.start_run(&orphan.system, &orphan.entity, &Trigger::schedule()).await {
                Ok(run) => self.finish(run).await,
                Err(error) => Err(error),
            };
            match ended {
                // Another worker was faster: that is as good.
                Ok(()) | Err(Refusal::WrongState(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn judge_leftovers(&self) -> Result<(), StoreError> {
        let mut session = self.store.session().await?;
        let expired = conflicts::expired_exceptions(&mut session, self.now(), 200).await?;
        // One row is looked at, however many entities there are; mostly there is none.
        let waiting = records::any_unjudged(&mut session, self.tried_since()).await?;
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
            self.judge(&entity.id, &RunId::default()).await?;
        }
        Ok(())
    }
}

/// Calls `work` until told to stop: again at once while there is work, after `idle` when there
/// is none, and after a growing pause when it fails.
async fn repeat<F, Fut>(stop: CancellationToken, idle: Duration, work: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<bool, Refusal>>,
{
    let mut failures = 0u32;
    while !stop.is_cancelled() {
        let pause = match work().await {
            Ok(true) => {
                failures = 0;
                continue;
            }
            Ok(false) => {
                failures = 0;
                idle
            }
            Err(error) => {
                failures = (failures + 1).min(7);
                tracing::error!(%error, "a worker failed and will try again");
                Duration::from_millis(250 * 2u64.pow(failures))
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
