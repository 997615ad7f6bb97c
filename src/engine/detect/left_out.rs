//! Records that cannot be judged: one of them must not hold up the others of its entity. It is
//! left out, with an alert, and tried again when it changes and some time later.

use crate::domain::ids::{EntityId, RecordId, RunId};
use crate::domain::time::Time;
use crate::engine::Engine;
use crate::store::runs::Counts;
use crate::store::{StoreError, alerts, records};
use chrono::TimeDelta;

/// A record that could not be judged is left out for so long.
const LEFT_OUT_MINUTES: i64 = 60;

impl Engine {
    /// Records whose judging failed since then are left out.
    pub(in crate::engine) fn tried_since(&self) -> Time {
        self.now() - TimeDelta::minutes(LEFT_OUT_MINUTES)
    }

    /// Judges the records of a batch that failed one by one.
    pub(super) async fn judge_each(
        &self,
        entity: &EntityId,
        run: &RunId,
        ids: Vec<RecordId>,
    ) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        for id in ids {
            match self.judge_batch(entity, run, vec![id.clone()]).await {
                Ok(judged) => counts.add(&judged),
                Err(error) if error.is_lasting() => self.leave_out(entity, id, &error).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(counts)
    }

    async fn leave_out(&self, entity: &EntityId, id: RecordId, error: &StoreError) -> Result<(), StoreError> {
        tracing::error!(record = %id, %error, "a record could not be judged");
        let label = self.setup().catalog.entity(entity).map_or_else(String::new, |e| e.label.clone());
        let (entity, error) = (entity.clone(), error.to_string());
        self.store()
            .write(async move |w| {
                records::leave_out(w, &id).await?;
                let count = records::count_left_out(w, &entity).await?;
                let message = format!(
                    "{label}: {count} records cannot be compared and are left out until they change. The last one: {error}"
                );
                let link = format!("/records/{id}");
                alerts::raise(w, &cause(&entity), None, &message, &link).await?;
                Ok(((), Vec::new()))
            })
            .await
    }

    /// Closes the alert of an entity that no record is left out of any longer.
    pub(super) async fn tell_that_none_is_left_out(&self, entity: &EntityId) -> Result<(), StoreError> {
        let mut session = self.store().session().await?;
        let open = alerts::open_of(&mut session, "judge/").await?;
        let cause = cause(entity);
        if !open.iter().any(|alert| alert.cause == cause)
            || records::count_left_out(&mut session, entity).await? > 0
        {
            return Ok(());
        }
        drop(session);
        self.store()
            .write(async move |w| {
                alerts::clear(w, &cause).await?;
                Ok(((), Vec::new()))
            })
            .await
    }
}

fn cause(entity: &EntityId) -> String {
    format!("judge/{entity}")
}
