//! Removing a row: only as the steward saw it, and done only when it is looked for and not there.

use super::{Attempt, CONDITION_TRIES, Outcome};
use crate::connectors::{ConnectorError, Written};
use crate::domain::delivery::DeliveryState;
use crate::faults::{self, Point};
use chrono::TimeDelta;

impl Attempt<'_> {
    /// Removes the row, unless it has changed since it was decided. One that is gone already is as
    /// it was to be, whoever removed it.
    pub(super) async fn remove(&self) -> Result<Outcome, ConnectorError> {
        let key = self.delivery.external_id.as_deref().unwrap_or_default();
        for _ in 0..CONDITION_TRIES {
            let Some(row) = self.connector.read(&self.spec, key).await? else { return Ok(self.removed()) };
            if !self.all_are(&row, |(was, _)| was) {
                return Ok(self.overtaken(Some(row)));
            }
            if !self.writable || !self.connector.capabilities().delete {
                return Ok(self.by_hand(Some(row)));
            }
            faults::linger(Point::K7).await;
            faults::pass(Point::K7);
            if self.is_late() {
                break;
            }
            faults::soon(Point::K9);
            let removed = self.connector.remove(&self.spec, &row, &self.key()).await?;
            faults::pass(Point::K10);
            match removed {
                Written::Applied => return Ok(self.look_whether_gone(key).await),
                Written::Gone => return Ok(self.removed()),
                // A field of the row moved in between: read again.
                Written::ConditionFailed => {}
            }
        }
        let message = "the row changes faster than it can be removed".to_owned();
        Ok(Outcome::Later { message, after: None })
    }

    async fn look_whether_gone(&self, key: &str) -> Outcome {
        // The removal was taken: whatever reading says, it must not look as if nothing was sent.
        match self.connector.read(&self.spec, key).await {
            Ok(None) => self.removed(),
            Ok(Some(_)) => {
                Outcome::Later { message: "it said yes, and the record is still there".into(), after: None }
            }
            Err(error) => {
                let next = self.now + faults::hurry(TimeDelta::seconds(2));
                let message = format!("removed, but not looked for yet: {error}");
                Outcome::State(DeliveryState::Unknown { attempt: 0, next, message }, None)
            }
        }
    }

    fn removed(&self) -> Outcome {
        Outcome::State(DeliveryState::Confirmed { at: self.now }, None)
    }
}
