//! Removing a row: only as the steward saw it, and done only when it is looked for and not there.

use super::after::is_lagging;
use super::{Attempt, CONDITION_TRIES, Outcome, later};
use crate::connectors::{ConnectorError, Written};
use crate::domain::delivery::DeliveryState;
use crate::domain::time::Time;
use crate::faults::{self, Point};

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
            match self.taken {
                Some(taken) if is_lagging(taken, self.now) => return Ok(still_there(taken)),
                Some(_) => return Ok(later("it said yes, and the record is still there")),
                None => {}
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
        Ok(later("the row changes faster than it can be removed"))
    }

    /// It is not there, and nothing was sent. One such answer may be a fault of the way: it is looked for
    /// once more before it counts as gone.
    fn not_there(&self) -> Outcome {
        match self.delivery.state {
            DeliveryState::Sending { attempt: 1, .. } if !self.maybe_sent => {
                later("the record is not there: it is looked for once more")
            }
            _ => self.removed(),
        }
    }

    async fn look_whether_gone(&self, key: &str) -> Outcome {
        // The removal was taken: whatever reading says, it must not look as if nothing was sent.
        let taken = self.clock.now();
        match self.connector.read(&self.spec, key).await {
            Ok(None) => self.removed(),
            Ok(Some(_)) => still_there(taken),
            Err(error) => {
                let message = format!("removed, but not looked for yet: {error}");
                Outcome::Unseen { taken, message }
            }
        }
    }

    fn removed(&self) -> Outcome {
        Outcome::State(DeliveryState::Confirmed { at: self.now }, None)
    }
}

/// It said yes, and it is looked for again for a while before that counts as not done.
fn still_there(taken: Time) -> Outcome {
    Outcome::Unseen { taken, message: "it said yes, and the record is still to be seen".to_owned() }
}
