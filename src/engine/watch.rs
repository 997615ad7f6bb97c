//! Who watches the log: its verification while the server runs, and the entries that reading
//! and exporting it leave in it.

use super::verify::{self, Verified, VerifyError};
use super::{Engine, Refusal};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Broken, Event};
use crate::domain::ids::RecordId;
use crate::domain::time::Time;
use crate::store::damage::{self, Depth};
use crate::store::{StoreError, alerts, trail};
use chrono::TimeDelta;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Checks that are remembered.
const KEPT: usize = 20;
/// One "read" entry per person and view in so many minutes.
const READ_MINUTES: i64 = 10;
/// The alert of a log that is not as it was written.
const CAUSE: &str = "audit";
/// The alert of a database file that is damaged, and its words.
const DAMAGE: &str = "damage";
const DAMAGED: &str =
    "The database file is damaged. Stop Referee and restore a backup: what is written now may be lost";

/// A finished check of the whole log.
#[derive(Clone, Debug)]
pub struct Checked {
    pub at: Time,
    /// The name of who asked for it.
    pub by: String,
    pub result: Result<Verified, Broken>,
}

/// What is known of the log since the start.
#[derive(Default)]
pub struct Checks(Mutex<State>);

#[derive(Default)]
struct State {
    /// Good entries and entries in all, while a check runs.
    running: Option<(i64, i64)>,
    /// Newest first.
    done: VecDeque<Checked>,
}

impl Checks {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far a check has come, and of how many entries, if one runs.
    #[must_use]
    pub fn running(&self) -> Option<(i64, i64)> {
        self.state().running
    }

    /// The finished checks, newest first.
    #[must_use]
    pub fn done(&self) -> Vec<Checked> {
        self.state().done.iter().cloned().collect()
    }
}

impl Engine {
    /// The checks of the log since the start.
    #[must_use]
    pub fn checks(&self) -> &Checks {
        &self.checks
    }

    /// Verifies the whole log, remembers the result, and raises an alert where it is broken. Does
    /// nothing while another check runs.
    ///
    /// # Errors
    /// The viewer may not, or the store failed.
    pub async fn verify_audit(&self, viewer: &Viewer) -> Result<(), Refusal> {
        if !viewer.may(Right::Audit) {
            return Err(Refusal::Forbidden);
        }
        if self.checks.state().running.replace((0, 0)).is_some() {
            return Ok(());
        }
        let result = self.walk().await;
        self.checks.state().running = None;
        let result = match result {
            Ok(verified) => Ok(verified),
            Err(VerifyError::Broken(broken)) => Err(broken),
            Err(VerifyError::Store(error)) => return Err(error.into()),
        };
        self.tell(result.clone().err()).await?;
        let mut state = self.checks.state();
        state.done.push_front(Checked { at: self.now(), by: viewer.name.clone(), result });
        state.done.truncate(KEPT);
        Ok(())
    }

    /// Looks whether the database file is whole, and raises an alert where it is not: what is damaged is
    /// not found out by whoever meets it first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn look_for_damage(&self, depth: Depth) -> Result<(), StoreError> {
        let found = damage::look(&mut self.store.session().await?, depth).await?;
        if let Some(words) = &found {
            tracing::error!(found = words, "the database file is damaged");
        }
        self.store
            .write::<_, StoreError, _>(async move |w| {
                match &found {
                    None => drop(alerts::clear(w, DAMAGE).await?),
                    Some(_) => alerts::raise(w, DAMAGE, None, DAMAGED, "/alerts").await?,
                }
                Ok(((), Vec::new()))
            })
            .await
    }

    async fn walk(&self) -> Result<Verified, VerifyError> {
        let mut session = self.store.session().await?;
        let told = |good, of| self.checks.state().running = Some((good, of));
        verify::walk(&mut session, Some(self.store.key()), told).await
    }

    async fn tell(&self, broken: Option<Broken>) -> Result<(), StoreError> {
        self.store
            .write::<_, StoreError, _>(async move |w| {
                match &broken {
                    None => drop(alerts::clear(w, CAUSE).await?),
                    Some(broken) => {
                        let text = format!("The audit log is not as it was written: {broken}");
                        alerts::raise(w, CAUSE, None, &text, "/audit/verification").await?;
                    }
                }
                Ok(((), Vec::new()))
            })
            .await
    }

    /// Enters that somebody reads the log: of one record, or whichever entries. One entry per
    /// person, view and ten minutes.
    ///
    /// # Errors
    /// The store failed.
    pub async fn note_read(&self, viewer: &Viewer, record: Option<RecordId>) -> Result<(), StoreError> {
        let view = record.as_ref().map_or_else(|| "audit".to_owned(), |record| format!("audit/{record}"));
        self.note_view(viewer, "audit", view, About { record, ..About::default() }).await
    }

    /// Enters that somebody reads values: one entry per person, `place` (what was read exactly) and
    /// ten minutes. `view` names the kind of page in the entry.
    ///
    /// # Errors
    /// The store failed.
    pub async fn note_view(
        &self,
        viewer: &Viewer,
        view: &'static str,
        place: String,
        about: About,
    ) -> Result<(), StoreError> {
        let fresh = TimeDelta::minutes(READ_MINUTES);
        let read = trail::read_at(&mut self.store.session().await?, &viewer.user, &place).await?;
        if read.is_some_and(|read| self.now() - read < fresh) {
            return Ok(());
        }
        let viewer = viewer.clone();
        self.store
            .write::<_, StoreError, _>(async move |w| {
                // Two pages opened at once are one reading.
                let read = trail::read_at(w, &viewer.user, &place).await?;
                if read.is_some_and(|read| w.now() - read < fresh) {
                    return Ok(((), Vec::new()));
                }
                trail::save_read(w, &viewer.user, &place).await?;
                Ok(((), vec![Event::new(Action::Read, viewer.actor(), about.clone()).fact("view", view)]))
            })
            .await
    }

    /// Enters that somebody takes entries out of the log.
    ///
    /// # Errors
    /// The viewer may not, or the store failed.
    pub async fn note_export(
        &self,
        viewer: &Viewer,
        format: &'static str,
        filter: String,
        entries: i64,
    ) -> Result<(), Refusal> {
        if !viewer.may(Right::Audit) {
            return Err(Refusal::Forbidden);
        }
        self.note_taken(viewer, ("audit", format), filter, entries).await
    }

    /// Enters that somebody takes rows out of the queue.
    ///
    /// # Errors
    /// The store failed.
    pub async fn note_queue_export(&self, viewer: &Viewer, view: String, rows: usize) -> Result<(), Refusal> {
        self.note_taken(viewer, ("queue", "csv"), view, i64::try_from(rows).unwrap_or(0)).await
    }

    async fn note_taken(
        &self,
        viewer: &Viewer,
        (what, format): (&'static str, &'static str),
        filter: String,
        entries: i64,
    ) -> Result<(), Refusal> {
        let actor = viewer.actor();
        self.store
            .write::<_, StoreError, _>(async move |_w| {
                let event = Event::new(Action::Exported, actor.clone(), About::default());
                let event = event.fact("what", what).fact("format", format).fact("entries", entries);
                // A search text may be a person's name.
                Ok(((), vec![event.value("filter", &filter)]))
            })
            .await?;
        Ok(())
    }
}
