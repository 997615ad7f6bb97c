//! Changing fields of a row: read before, written on a condition, read back.

use super::after::is_lagging;
use super::{Attempt, CONDITION_TRIES, Outcome, later};
use crate::connectors::{ConnectorError, Row, Written};
use crate::domain::delivery::{DeliveryState, Why};
use crate::domain::ids::FieldId;
use crate::domain::rows;
use crate::domain::time::Time;
use crate::domain::value::{Cells, Held};
use crate::faults::{self, Point, Protection};
use crate::store::resolutions::Delivery;
use std::collections::BTreeMap;

/// A yes that was none.
const NOT_APPLIED: &str = "it said yes, and the value is unchanged";

impl Attempt<'_> {
    /// Changes fields of a row.
    pub(super) async fn change(&self) -> Result<Outcome, ConnectorError> {
        let key = self.delivery.external_id.as_deref().unwrap_or_default();
        let mut message = String::new();
        for _ in 0..CONDITION_TRIES {
            let Some(row) = self.connector.read(&self.spec, key).await? else {
                return Ok(self.overtaken(None));
            };
            let blind = faults::without(Protection::PreRead)
                || (self.maybe_sent && faults::without(Protection::UnknownByReading));
            match self.compare(&row) {
                _ if blind => {}
                // Ours has arrived: what moved beside it since then is judged like any change.
                Found::Becomes if self.maybe_sent || self.stands_beside(&row) => {
                    return Ok(self.confirmed(row));
                }
                Found::Was if self.stands_beside(&row) => match self.taken {
                    // A copy that lags behind shows it later: writing again would be a second change.
                    Some(taken) if is_lagging(taken, self.now) => {
                        return Ok(unseen(taken));
                    }
                    Some(_) => return Ok(later(NOT_APPLIED)),
                    None => {}
                },
                _ => return Ok(self.overtaken(Some(row))),
            }
            if !self.writable {
                return Ok(self.by_hand(Some(row)));
            }
            let cells = match self.cells(&row.cells) {
                Ok(cells) => cells,
                Err(reason) => {
                    return Ok(Outcome::State(
                        DeliveryState::Refused { at: self.now, message: reason, why: Why::Said },
                        None,
                    ));
                }
            };
            faults::linger(Point::K7).await;
            faults::pass(Point::K7);
            if self.is_late() {
                break;
            }
            faults::soon(Point::K9);
            let written = self.connector.write(&self.spec, &row, &cells, &self.key()).await?;
            faults::linger(Point::K10).await;
            faults::pass(Point::K10);
            match written {
                Written::Applied if faults::without(Protection::ReadBack) => {
                    let cells = row.cells.into_iter().chain(cells).collect();
                    return Ok(self.confirmed(Row { cells, ..row }));
                }
                Written::Applied => return self.read_back(key).await,
                Written::Gone => return Ok(self.overtaken(None)),
                // Another field of the row moved, or this one in between: read again.
                Written::ConditionFailed => {
                    "the row changes faster than it can be written".clone_into(&mut message)
                }
            }
        }
        Ok(later(&message))
    }

    /// Whether its lease has ended: another worker may have written by now, and the value may stand
    /// as it did again. What is read then says nothing of whether this was sent.
    pub(super) fn is_late(&self) -> bool {
        let ended = self.delivery.lease_until.is_some_and(|until| until <= self.clock.now());
        ended && !faults::without(Protection::Fencing)
    }

    /// The key the write carries, made with the decision.
    pub(super) fn key(&self) -> String {
        let Delivery { idempotency_key, fence, .. } = self.delivery;
        match faults::without(Protection::KeyBeforeTry) {
            true => format!("{idempotency_key}-{fence}-{}", std::process::id()),
            false => idempotency_key.clone(),
        }
    }

    async fn read_back(&self, key: &str) -> Result<Outcome, ConnectorError> {
        let taken = self.clock.now();
        // The write was taken: whatever reading says, it must not look as if nothing was sent.
        Ok(match self.connector.read(&self.spec, key).await {
            Err(error) => {
                let message = format!("written, but not read back yet: {error}");
                Outcome::Unseen { taken, message }
            }
            Ok(None) => self.overtaken(None),
            Ok(Some(row)) => match self.compare(&row) {
                Found::Becomes => self.confirmed(row),
                // It keeps its own way of writing: that is no value, and nothing to fight over.
                Found::Was if self.delivery.change.form => {
                    let found = self.fields(&row);
                    Outcome::State(DeliveryState::AcceptedWithChanges { at: self.now, found }, Some(row))
                }
                Found::Was => unseen(taken),
                Found::Other => {
                    let found = self.fields(&row);
                    Outcome::State(DeliveryState::AcceptedWithChanges { at: self.now, found }, Some(row))
                }
            },
        })
    }

    /// The system is watched only by now, and nothing of it was sent: a person enters it there.
    pub(super) fn by_hand(&self, row: Option<Row>) -> Outcome {
        Outcome::State(DeliveryState::ByHand { since: self.now }, row)
    }

    pub(super) fn confirmed(&self, row: Row) -> Outcome {
        Outcome::State(DeliveryState::Confirmed { at: self.now }, Some(row))
    }

    pub(super) fn overtaken(&self, row: Option<Row>) -> Outcome {
        let change = &self.delivery.change;
        let mut found = row.as_ref().map(|row| self.mapping.read(&row.cells).fields).unwrap_or_default();
        found.retain(|id, _| change.fields.contains_key(id) || change.beside.contains_key(id));
        Outcome::State(DeliveryState::Overtaken { at: self.now, found }, row)
    }

    /// How the fields to be written read now.
    pub(super) fn compare(&self, row: &Row) -> Found {
        match () {
            () if self.all_are(row, |(_, becomes)| becomes) => Found::Becomes,
            () if self.all_are(row, |(was, _)| was) => Found::Was,
            () => Found::Other,
        }
    }

    /// Whether all fields of the change read as one side of it.
    pub(super) fn all_are(&self, row: &Row, side: fn(&(Held, Held)) -> &Held) -> bool {
        let now = self.fields(row);
        self.delivery.change.fields.iter().all(|(id, pair)| match self.delivery.change.form {
            // Of its form alone every text of the value is another one.
            true => rows::held(&now, id) == Some(side(pair)),
            false => self.is_now(id, side(pair), &now, row),
        })
    }

    /// Whether the slot's other fields are as they were when the decision was made: one choice
    /// takes a whole group, so that no mixture of two choices is ever written.
    fn stands_beside(&self, row: &Row) -> bool {
        let now = self.mapping.read(&row.cells).fields;
        self.delivery.change.beside.iter().all(|(id, was)| self.is_now(id, was, &now, row))
    }

    /// Whether a field reads as it is said to, in normal form and to the digit: a value that is
    /// merely within a tolerance of the one on the page was not seen. Two texts that cannot be read
    /// are the same only if they are the same text.
    fn is_now(&self, id: &FieldId, said: &Held, now: &BTreeMap<FieldId, Held>, row: &Row) -> bool {
        let comparison = self.entity.field(id).map(|field| &field.comparison);
        let same = |one: &Held, other: &Held| {
            comparison.map_or_else(|| one == other, |c| c.normal(one) == c.normal(other))
        };
        match (said, rows::held(now, id)) {
            (Held::Unknown, Some(Held::Unknown)) => {
                let before = &self.delivery.change.before;
                let columns = self.mapping.field(id).map_or(&[][..], |field| &field.columns);
                columns.iter().all(|column| before.get(column) == row.cells.get(column))
            }
            (Held::Unknown, _) | (_, Some(Held::Unknown) | None) => false,
            (said, Some(held)) => same(held, said),
        }
    }

    fn fields(&self, row: &Row) -> BTreeMap<FieldId, Held> {
        let all = self.mapping.read(&row.cells).fields;
        let own = self.delivery.change.fields.keys();
        own.filter_map(|id| Some((id.clone(), rows::held(&all, id)?.clone()))).collect()
    }

    /// The columns to write, made anew over the row just read: a column shared by several
    /// fields keeps the parts that are not ours. The columns of the slot's other fields are there
    /// as they stand, for the write's condition.
    fn cells(&self, current: &Cells) -> Result<Cells, String> {
        let change = &self.delivery.change;
        let values = change.fields.iter().map(|(id, (_, becomes))| (id.clone(), becomes.clone())).collect();
        let write = self.mapping.write(&values, current);
        let mut cells = write.map_err(|(field, error)| format!("{field}: {error}"))?;
        let beside = change.beside.keys().filter_map(|id| self.mapping.field(id));
        for column in beside.flat_map(|field| &field.columns) {
            if let Some(cell) = current.get(column) {
                cells.entry(column.clone()).or_insert_with(|| cell.clone());
            }
        }
        Ok(cells)
    }
}

/// It said yes, and it is read again for a while before that counts as not done.
fn unseen(taken: Time) -> Outcome {
    Outcome::Unseen { taken, message: "it said yes, and what is read does not show it yet".to_owned() }
}

/// What a read found in the fields to be written.
pub(super) enum Found {
    Was,
    Becomes,
    Other,
}
