//! Carrying a try out: what the machine asks for is asked of the system.

use super::look::Lens;
use crate::connectors::{Connector, ConnectorError, ObjectSpec, Row, Written};
use crate::domain::delivery::Why;
use crate::domain::delivery::attempt::{Answer, Ask, Attempt, End, Failure, Fault, Kind, Without};
use crate::domain::time::Clock;
use crate::domain::value::Cells;
use crate::faults::{self, Point, Protection};
use crate::store::resolutions::Delivery;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A try and what it is carried out with.
pub(super) struct Carrier<'a> {
    pub lens: Lens<'a>,
    pub connector: Arc<dyn Connector>,
    pub spec: ObjectSpec,
    pub clock: Arc<dyn Clock>,
    /// The row as last read, and when.
    pub row: Option<Row>,
    pub read_at: Instant,
    /// How long the value that was written over could have changed unseen.
    pub window: Option<Duration>,
}

impl Carrier<'_> {
    /// Does what the try asks for, until it has found something out.
    pub async fn carry(&mut self, attempt: &mut Attempt, first: Ask) -> End {
        let mut ask = first;
        loop {
            let done = match &ask {
                Ask::Read => self.read(attempt).await,
                Ask::Write => self.write(attempt).await,
                Ask::End(end) => return end.clone(),
            };
            ask = done.unwrap_or_else(|error| attempt.failed(failure(error), &ask, self.clock.now()));
        }
    }

    async fn read(&mut self, attempt: &mut Attempt) -> Result<Ask, ConnectorError> {
        self.row = None;
        self.row = self.connector.read(&self.spec, attempt.key()).await?;
        self.read_at = Instant::now();
        let look = self.row.as_ref().map(|row| self.lens.look(row));
        Ok(attempt.looked(look.as_ref(), self.clock.now()))
    }

    async fn write(&mut self, attempt: &mut Attempt) -> Result<Ask, ConnectorError> {
        let change = &self.lens.delivery.change;
        let cells = match &self.row {
            Some(row) if !change.remove => match self.lens.cells(&row.cells) {
                Ok(cells) => cells,
                Err(message) => return Ok(Ask::End(End::Refused { message, why: Why::Said })),
            },
            _ => change.cells.clone(),
        };
        faults::linger(Point::K7).await;
        faults::pass(Point::K7);
        if let Err(end) = attempt.may_send(self.clock.now()) {
            return Ok(Ask::End(end));
        }
        faults::soon(Point::K9);
        let answer = self.send(&cells).await;
        faults::linger(Point::K10).await;
        faults::pass(Point::K10);
        Ok(attempt.answered(answer?, self.clock.now()))
    }

    async fn send(&mut self, cells: &Cells) -> Result<Answer, ConnectorError> {
        let answer = self.sent(cells).await?;
        if let (Some(row), Answer::Yes { .. }) = (&mut self.row, &answer)
            && faults::without(Protection::ReadBack)
        {
            row.cells.extend(cells.clone());
        }
        Ok(answer)
    }

    async fn sent(&mut self, cells: &Cells) -> Result<Answer, ConnectorError> {
        let (spec, key) = (&self.spec, write_key(self.lens.delivery));
        let written = match &self.row {
            None => return Ok(Answer::Made(self.connector.create(spec, cells, &key).await?)),
            Some(row) if self.lens.delivery.change.remove => self.connector.remove(spec, row, &key).await?,
            Some(row) => self.connector.write(spec, row, cells, &key).await?,
        };
        Ok(match written {
            Written::Applied { shown } => {
                self.window = (!self.connector.capabilities().condition).then(|| self.read_at.elapsed());
                Answer::Yes { shown }
            }
            Written::ConditionFailed => Answer::ConditionFailed,
            Written::Gone => {
                self.row = None;
                Answer::Gone
            }
        })
    }
}

/// What a delivery writes.
pub(super) fn kind(delivery: &Delivery) -> Kind {
    match &delivery.change {
        change if change.create => Kind::Create,
        change if change.remove => Kind::Remove,
        change if change.form => Kind::Form,
        _ => Kind::Change,
    }
}

/// What is taken away of the protections: nothing, in every build but the fault driver's.
pub(super) fn without() -> Without {
    Without {
        pre_read: faults::without(Protection::PreRead),
        read_back: faults::without(Protection::ReadBack),
        unknown_by_reading: faults::without(Protection::UnknownByReading),
        fencing: faults::without(Protection::Fencing),
    }
}

/// The key the write carries, made with the decision.
fn write_key(delivery: &Delivery) -> String {
    let Delivery { idempotency_key, fence, .. } = delivery;
    match faults::without(Protection::KeyBeforeTry) {
        true => format!("{idempotency_key}-{fence}-{}", std::process::id()),
        false => idempotency_key.clone(),
    }
}

/// A system's failure in the words of a try.
pub(super) fn failure(error: ConnectorError) -> Failure {
    match error {
        ConnectorError::Unavailable { message, retry_after_seconds: after, whole } => {
            let fault = if whole { Fault::Whole } else { Fault::System };
            Failure::Unavailable { message, after, fault }
        }
        ConnectorError::Credentials(message) => Failure::Credentials(message),
        ConnectorError::Refused(message) | ConnectorError::Shape(message) => Failure::Refused(message),
        ConnectorError::Unknown(message) => Failure::Unknown(message),
    }
}
