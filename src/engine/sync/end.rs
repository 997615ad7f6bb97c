//! How a run ends: done, failed with an alert, or held because too much is gone at once.

use super::Ended;
use crate::connectors::ConnectorError;
use crate::domain::audit::{About, Action, Actor, Event};
use crate::engine::writeback::target;
use crate::engine::{Engine, Refusal};
use crate::store::runs::Run;
use crate::store::{StoreError, alerts, runs};

impl Engine {
    /// Reads what a run is to read and stores how it ended.
    ///
    /// # Errors
    /// The store failed. What cannot be read, or not be kept, ends the run as failed, with an alert.
    pub async fn carry_out(&self, mut run: Run) -> Result<Run, Refusal> {
        if !self.signs_in(&run.system).await? {
            let text = "not read: the system does not accept Referee's sign-in".to_owned();
            return self.end_run(run, Some(text), None).await;
        }
        let before = run.counts.read;
        let outcome = self.read_all(&mut run).await;
        match outcome {
            Ok(()) => self.end_run(run, None, Some("")).await,
            // One finds out for all, and the alert is the system's. Where it gave a list and not a record of
            // it, that may be the record's own: the next run tells.
            Err(Ended::Connector(error @ ConnectorError::Credentials(_))) if run.counts.read == before => {
                let text = error.to_string();
                let run = self.end_run(run, Some(text.clone()), None).await?;
                self.leave_alone(&run, text).await?;
                Ok(run)
            }
            // One row, or one stored page, is at fault: taken up again the run would fail again.
            Err(Ended::Store(error)) if error.is_lasting() => {
                tracing::error!(run = %run.id, %error, "what was read could not be stored");
                let text = format!("what was read could not be stored: {error}");
                self.end_run(run, Some(text), Some(": what was read could not be stored")).await
            }
            Err(Ended::Store(error)) => Err(error.into()),
            Err(Ended::TakenOver) => Err(Refusal::WrongState("another worker took this run over".to_owned())),
            // The system's own words may repeat a value, and an alert leaves by mail.
            Err(Ended::Connector(error)) => self.end_run(run, Some(error.to_string()), Some("")).await,
            Err(Ended::Mass { gone, of }) => {
                let text =
                    format!("{gone} of {of} records are gone at once: held, nothing was taken as deleted");
                self.hold_mass_delete(&run, (gone, of)).await?;
                self.end_run(run, Some(text), None).await
            }
        }
    }

    /// A system that refused the sign-in is neither read nor written until somebody says so.
    async fn leave_alone(&self, run: &Run, message: String) -> Result<(), StoreError> {
        let (setup, system) = (self.setup(), run.system.clone());
        self.store
            .write::<_, StoreError, _>(async move |w| {
                Ok(((), target::refused_sign_in(w, &setup, &system, &message).await?))
            })
            .await
    }

    /// `told` follows the alert's own words; None where something else has an alert of its own.
    async fn end_run(&self, mut run: Run, error: Option<String>, told: Option<&str>) -> Result<Run, Refusal> {
        (run.state, run.lease_until) = (if error.is_some() { "failed" } else { "done" }.to_owned(), None);
        if error.is_none() {
            run.position = None;
        }
        run.error = error;
        let setup = self.setup();
        let (system, entity) = (setup.catalog.label(&run.system), setup.catalog.entity_label(&run.entity));
        let message = told.map(|told| format!("{system} could not be read ({entity}){told}"));
        self.store
            .write::<_, Refusal, _>(async move |w| {
                let mut run = run.clone();
                run.ended_at = Some(w.now());
                if !runs::save(w, &run).await? {
                    return Err(Refusal::WrongState("another worker took this run over".to_owned()));
                }
                let cause = format!("run/{}/{}", run.system, run.entity);
                match message.as_ref().filter(|_| run.error.is_some()) {
                    None => drop(alerts::clear(w, &cause).await?),
                    Some(message) => {
                        let link = format!("/runs/{}", run.id);
                        alerts::raise(w, &cause, Some(&run.system), message, &link).await?;
                    }
                }
                let event = run_event(&run);
                Ok((run, vec![event]))
            })
            .await
    }
}

fn run_event(run: &Run) -> Event {
    let action = if run.error.is_some() { Action::RunFailed } else { Action::RunEnded };
    let about = About {
        entity: Some(run.entity.clone()),
        system: Some(run.system.clone()),
        run: Some(run.id.clone()),
        ..About::default()
    };
    let event = Event::new(action, Actor::referee(), about)
        .fact("kind", &run.kind)
        .fact("rows_read", run.counts.read)
        .fact("rows_changed", run.counts.changed)
        .fact("rows_quarantined", run.counts.quarantined);
    match &run.error {
        Some(error) => event.value("error", error),
        None => event,
    }
}
