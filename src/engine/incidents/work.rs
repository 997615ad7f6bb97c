//! The worker's share: what was chosen is carried out batch by batch, and goes on after a restart.

use crate::engine::{Engine, Refusal};
use crate::faults;
use crate::store::{StoreError, groups, incidents};
use chrono::TimeDelta;

/// A worker that has not come back for so long is gone.
const LEASE_SECONDS: i64 = 120;

impl Engine {
    /// Does one batch of what was chosen for an incident or a group; false when there is nothing to do.
    ///
    /// # Errors
    /// The store failed, or a system that is to be asked cannot be read: it is tried again.
    pub async fn work_off(&self) -> Result<bool, Refusal> {
        let leased = self
            .store
            .write::<_, StoreError, _>(async move |w| {
                let until = w.now() + faults::hurry(TimeDelta::seconds(LEASE_SECONDS));
                let incident = incidents::lease(w, until).await?;
                let group = if incident.is_none() { groups::lease(w, until).await? } else { None };
                Ok(((incident, group), Vec::new()))
            })
            .await?;
        // What fails stays in hand for a while, so that the others have their turn.
        match leased {
            (Some(incident), _) => {
                self.absent_some(&incident).await?;
                self.give_back(async move |w| incidents::give_back(w, &incident.id).await).await?;
            }
            (None, Some(group)) => {
                match group.taking_back() {
                    Some(back) => self.back_some(&group, back).await?,
                    None => self.decide_some(&group).await?,
                }
                self.give_back(async move |w| groups::give_back(w, &group.id).await).await?;
            }
            (None, None) => return Ok(false),
        }
        Ok(true)
    }

    async fn give_back<F>(&self, work: F) -> Result<(), StoreError>
    where
        F: AsyncFn(&mut crate::store::WriteSession) -> Result<(), StoreError> + Send + 'static,
    {
        self.store.write::<_, StoreError, _>(async move |w| Ok((work(w).await?, Vec::new()))).await
    }
}
