//! Making a row in a system that lacks the record: at most once, whatever is cut off on the way.

use super::change::Found;
use super::{Attempt, Outcome};
use crate::connectors::ConnectorError;
use crate::domain::delivery::{DeliveryState, Why};
use crate::domain::value::Cell;
use crate::faults::{self, Point, Protection};

impl Attempt<'_> {
    /// Makes the row, unless an earlier try may have made it: then it is looked for, and made
    /// only where looking proves that it is not there.
    pub(super) async fn create(&self) -> Result<Outcome, ConnectorError> {
        if let Some(key) = &self.delivery.external_id {
            return Ok(self.found(key).await);
        }
        if self.delivery.fence > 1 && !faults::without(Protection::UnknownByReading) {
            match self.own_key() {
                Some(key) => match self.connector.read(&self.spec, key).await? {
                    Some(row) if matches!(self.compare(&row), Found::Becomes) => {
                        return Ok(self.confirmed(row));
                    }
                    Some(_) => {
                        let message = format!("there is another record under the key “{key}”");
                        return Ok(self.no(Why::Said, message));
                    }
                    None => {}
                },
                // Without a key it cannot be looked for: a person has to look whether it was made.
                None if self.orphan => {
                    let message = "Referee was stopped while the record was made: look there whether it was";
                    return Ok(self.no(Why::Look, message.to_owned()));
                }
                None => {}
            }
        }
        if !self.writable {
            return Ok(self.by_hand(None));
        }
        let cells = &self.delivery.change.cells;
        faults::linger(Point::K7).await;
        faults::pass(Point::K7);
        faults::soon(Point::K9);
        let created = self.connector.create(&self.spec, cells, &self.key()).await;
        faults::pass(Point::K10);
        match created {
            Ok(key) => Ok(self.found(&key).await),
            Err(ConnectorError::Unknown(message)) => {
                let message = format!("no answer came; look there whether the record was made: {message}");
                Ok(self.no(Why::Look, message))
            }
            Err(error) => Err(error),
        }
    }

    /// The row that was made. Whatever reading says, it is not made again.
    async fn found(&self, key: &str) -> Outcome {
        let made = |message| Outcome::Made { key: key.to_owned(), message };
        match self.connector.read(&self.spec, key).await {
            Ok(Some(row)) => self.confirmed(row),
            Ok(None) => made(format!("“{key}” was made and cannot be read")),
            Err(error) => made(format!("“{key}” was made, but not read back yet: {error}")),
        }
    }

    /// The key that the row gets from us, where the mapping says how it is made.
    fn own_key(&self) -> Option<&str> {
        match self.delivery.change.cells.get(&self.mapping.key) {
            Some(Cell::Text(key)) => Some(key),
            _ => None,
        }
    }

    fn no(&self, why: Why, message: String) -> Outcome {
        Outcome::State(DeliveryState::Refused { at: self.now, message, why }, None)
    }
}
