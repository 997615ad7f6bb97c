//! The worker's share: what was chosen is carried out batch by batch, and goes on after a restart.

use crate::domain::incident::{Ending, IncidentKind, IncidentState};
use crate::engine::{Engine, Refusal};
use crate::store::incidents::{self, Incident};
use chrono::TimeDelta;

/// A worker that has not come back for so long is gone.
const LEASE_SECONDS: i64 = 120;

impl Engine {
    /// Does one batch of what was chosen for an incident or a group; false when there is nothing to do.
    ///
    /// # Errors
    /// The store failed, or a system that is to be asked cannot be read: it is tried again.
    pub async fn work_off(&self) -> Result<bool, Refusal> {
        let incident = self
            .store
            .write::<_, Refusal, _>(async move |w| {
                let until = w.now() + TimeDelta::seconds(LEASE_SECONDS);
                Ok((incidents::lease(w, until).await?, Vec::new()))
            })
            .await?;
        let Some(incident) = incident else { return Ok(false) };
        // What fails stays in hand for a while, so that the others have their turn.
        let worked = self.work_on(&incident).await?;
        let id = incident.id.clone();
        self.store
            .write::<_, Refusal, _>(async move |w| Ok((incidents::give_back(w, &id).await?, Vec::new())))
            .await?;
        Ok(worked)
    }

    async fn work_on(&self, incident: &Incident) -> Result<bool, Refusal> {
        let IncidentState::Working(choice) = &incident.state else { return Ok(false) };
        match (incident.kind, choice.ending) {
            (IncidentKind::MassDelete, Ending::Allowed) => self.absent_some(incident).await?,
            _ => {
                self.end_worked(incident).await?;
                false
            }
        };
        Ok(true)
    }
}
