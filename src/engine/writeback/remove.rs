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
            let Some(row) = self.connector.read(&self.spec, key).await? else { return Ok(self.not_there()) };
            let own = self.mapping.read(&row.cells).fields;
            // A field that was not there, such as an order line, was not seen either.
            let seen = own.keys().all(|id| self.delivery.change.fields.contains_key(id));
            if !seen || !self.all_are(&row, |(was, _)| was) {
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

    /// It is not there, and nothing was sent. One such answer may be a fault of the way: it is looked for
    /// once more before it counts as gone.
    fn not_there(&self) -> Outcome {
        match self.delivery.state {
            DeliveryState::Sending { attempt: 1 } if !self.maybe_sent => {
                let message = "the record is not there: it is looked for once more".to_owned();
                Outcome::Later { message, after: None }
            }
            _ => self.removed(),
        }
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
