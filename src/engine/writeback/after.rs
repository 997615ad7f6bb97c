//! The state of a delivery after a try.

use super::target::Probe;
use super::{Fault, Outcome};
use crate::connectors::Row;
use crate::domain::delivery::{DeliveryState, TRIES, Why};
use crate::domain::time::Time;
use crate::faults;
use crate::store::StoreError;
use crate::store::resolutions::Leased;
use chrono::TimeDelta;

/// Seconds before the second, third, ... try; together 24 hours.
const WAITS: [i64; 9] = [5, 15, 60, 300, 900, 3600, 10_800, 28_800, 43_200];
/// A system that said yes may show it so much later, and is only read again until then.
const LAG_SECONDS: i64 = 90;

/// A try that has ended.
pub(super) struct After<'l> {
    leased: &'l Leased,
    attempt: u32,
    /// When the system said yes to what is not to be seen yet.
    taken: Option<Time>,
    probe: Probe,
    now: Time,
    /// 0 to 1: stretches waits, so that many do not come back at once.
    stretch: f64,
}

impl<'l> After<'l> {
    /// # Errors
    /// The delivery was not being sent.
    pub fn of(leased: &'l Leased, probe: Probe, now: Time, stretch: f64) -> Result<Self, StoreError> {
        let delivery = &leased.delivery;
        let DeliveryState::Sending { attempt, taken } = delivery.state else {
            return Err(StoreError::Row(format!("delivery {} was leased and is not sending", delivery.id)));
        };
        Ok(Self { leased, attempt, taken, probe, now, stretch })
    }

    /// The state it ends or waits in, and the row it read.
    pub fn state(self, outcome: Outcome) -> Result<(DeliveryState, Option<Row>), StoreError> {
        let state = match outcome {
            Outcome::State(state, row) => return Ok((state, row)),
            Outcome::Lost(message) => self.lost(message),
            Outcome::Broken(message) => self.again(self.wait(self.attempt, None), message, None),
            Outcome::Unseen { taken, message } => self.look_again(taken, message),
            Outcome::Made { message, .. } => self.made(message),
            Outcome::Later { message, after, fault } => self.later(message, after, fault)?,
            Outcome::Credentials(message) => self.no_sign_in(message),
        };
        Ok((state, None))
    }

    /// Settled by reading after that time, or the end of tries.
    fn again(&self, wait: TimeDelta, message: String, taken: Option<Time>) -> DeliveryState {
        let (attempt, now) = (self.attempt, self.now);
        match attempt < TRIES {
            true => DeliveryState::Unknown { attempt, next: now + wait, message, taken },
            false => DeliveryState::Refused { at: now, message, why: Why::Tried },
        }
    }

    /// Settled soon, and later and later if it cannot be read either.
    fn lost(&self, message: String) -> DeliveryState {
        let first = self.attempt == 1 || self.probe == Probe::Early;
        let wait = if first { soon() } else { self.wait(self.attempt - 1, None) };
        self.again(wait, message, None)
    }

    /// Read again: soon, then less and less often. That is no other try.
    fn look_again(&self, taken: Time, message: String) -> DeliveryState {
        let wait = (self.now - taken).clamp(soon(), faults::hurry(TimeDelta::seconds(15)));
        let (attempt, next) = (self.attempt, self.now + wait);
        DeliveryState::Unknown { attempt, next, message, taken: Some(taken) }
    }

    /// A row was made that cannot be read yet; it is not made again.
    fn made(&self, message: String) -> DeliveryState {
        // Only when it was just made is that now.
        let fresh = self.leased.delivery.external_id.is_none();
        match self.taken.or(fresh.then_some(self.now)).filter(|taken| is_lagging(*taken, self.now)) {
            Some(taken) => self.look_again(taken, message),
            None => self.again(soon(), message, None),
        }
    }

    fn later(&self, message: String, after: Option<u64>, fault: Fault) -> Result<DeliveryState, StoreError> {
        // It was tried before its turn, to see whether the system is back: its tries are its own.
        if self.probe == Probe::Early {
            return Ok(put_back(&self.leased.before, message));
        }
        let wait = self.wait(self.attempt, after);
        // What may have arrived is still settled by reading.
        if self.leased.maybe_sent && fault != Fault::Row {
            return Ok(self.again(wait, message, self.taken));
        }
        let state = self.leased.delivery.state.clone().retry(self.now, wait, message);
        state.map_err(|error| StoreError::Row(error.to_string()))
    }

    /// The system is at fault, not the delivery: no try is counted, and it goes when the system goes on.
    fn no_sign_in(&self, message: String) -> DeliveryState {
        let (attempt, next) = (self.attempt.saturating_sub(1), self.now);
        match self.leased.maybe_sent {
            true => DeliveryState::Unknown { attempt, next, message, taken: self.taken },
            false => DeliveryState::Retrying { attempt, next, message },
        }
    }

    /// The plan's wait before the next try, stretched by up to a fifth, or what the system asks for,
    /// capped at an hour.
    fn wait(&self, attempt: u32, after: Option<u64>) -> TimeDelta {
        let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(WAITS.len() - 1);
        let asked = after.map_or(0, |seconds| i64::try_from(seconds).unwrap_or(3600).min(3600));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "at most a few hours in ms"
        )]
        let planned = (WAITS[index] as f64 * 1000.0 * (1.0 + self.stretch / 5.0)) as i64;
        faults::hurry(TimeDelta::milliseconds(planned.max(asked * 1000)))
    }
}

fn soon() -> TimeDelta {
    faults::hurry(TimeDelta::seconds(2))
}

/// The state before a try, with what the try was answered.
fn put_back(before: &DeliveryState, said: String) -> DeliveryState {
    match before.clone() {
        DeliveryState::Retrying { attempt, next, .. } => {
            DeliveryState::Retrying { attempt, next, message: said }
        }
        DeliveryState::Unknown { attempt, next, taken, .. } => {
            DeliveryState::Unknown { attempt, next, message: said, taken }
        }
        other => other,
    }
}

/// Whether a system that said yes then may still be about to show it.
pub(super) fn is_lagging(taken: Time, now: Time) -> bool {
    now - taken < faults::hurry(TimeDelta::seconds(LAG_SECONDS))
}
