//! The state of a delivery after a try.

use super::attempt::End;
use super::sent::Sent;
use super::{DeliveryState, TRIES, TransitionError, Why};
use crate::domain::ids::FieldId;
use crate::domain::target::Probe;
use crate::domain::time::Time;
use crate::domain::value::Held;
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// Seconds before the second, third, ... try; together 24 hours.
const WAITS: [i64; 9] = [5, 15, 60, 300, 900, 3600, 10_800, 28_800, 43_200];
/// The least and the longest wait, in seconds, before what is being settled by reading is read again.
const READ_AGAIN: [i64; 2] = [2, 15];
/// A system that said yes may show it so many seconds later, and is only read again until then.
pub const LAG_SECONDS: i64 = 90;

/// A try that has ended.
#[derive(Clone, Debug)]
pub struct After<'s> {
    /// As it was leased, and as it stood before.
    pub leased: &'s DeliveryState,
    pub before: &'s DeliveryState,
    /// An earlier try may have been carried out.
    pub maybe_sent: bool,
    /// What is known by now of what was sent.
    pub sent: Sent,
    pub probe: Probe,
    pub now: Time,
    /// 0 to 1: stretches waits, so that many do not come back at once.
    pub stretch: f64,
    /// How much later than its yes a system may show what it did.
    pub lag: TimeDelta,
}

impl After<'_> {
    /// The state it ends or waits in. `found`: how the fields of the change, and for what was overtaken
    /// those beside them, read at last.
    ///
    /// # Errors
    /// It was not being sent.
    pub fn state(&self, end: End, found: BTreeMap<FieldId, Held>) -> Result<DeliveryState, TransitionError> {
        let DeliveryState::Sending { attempt, .. } = *self.leased else {
            return Err(TransitionError(self.leased.name()));
        };
        let at = self.now;
        Ok(match end {
            End::Confirmed => DeliveryState::Confirmed { at },
            End::Accepted => DeliveryState::AcceptedWithChanges { at, found },
            End::Overtaken => DeliveryState::Overtaken { at, found },
            End::ByHand => DeliveryState::ByHand { since: at },
            End::Refused { message, why } => DeliveryState::Refused { at, message, why },
            End::Lost(message) => self.lost(attempt, message),
            End::Broken(message) => self.settled_by_reading(attempt, self.wait(attempt, None), message),
            End::Unseen(message) => self.look_again(attempt, message),
            End::Made(message) => self.made(attempt, message),
            End::Later { message, after, .. } => self.later(attempt, message, after)?,
            End::Credentials(message) => self.no_sign_in(attempt, message),
        })
    }

    /// Settled by reading after that time, or the end of tries.
    fn settled_by_reading(&self, attempt: u32, wait: TimeDelta, message: String) -> DeliveryState {
        let (at, sent) = (self.now, self.sent.clone());
        match attempt < TRIES {
            true => DeliveryState::Unknown { attempt, next: at + wait, message, sent },
            false => DeliveryState::Refused { at, message, why: Why::Tried },
        }
    }

    /// Soon, and later and later if it cannot be read either.
    fn lost(&self, attempt: u32, message: String) -> DeliveryState {
        let first = attempt == 1 || self.probe == Probe::Early;
        let wait = if first { soon() } else { self.wait(attempt - 1, None) };
        self.settled_by_reading(attempt, wait, message)
    }

    /// Read again: soon, then less and less often. That is no other try.
    fn look_again(&self, attempt: u32, message: String) -> DeliveryState {
        let since = self.sent.at().map_or(soon(), |at| self.now - at);
        let wait = since.clamp(soon(), TimeDelta::seconds(READ_AGAIN[1]));
        let attempt = attempt.saturating_sub(1);
        DeliveryState::Unknown { attempt, next: self.now + wait, message, sent: self.sent.clone() }
    }

    /// A row was made that cannot be read yet; it is not made again.
    fn made(&self, attempt: u32, message: String) -> DeliveryState {
        match self.sent.taken.is_some_and(|taken| self.now - taken < self.lag) {
            true => self.look_again(attempt, message),
            false => self.settled_by_reading(attempt, self.wait(attempt, None), message),
        }
    }

    fn later(
        &self,
        attempt: u32,
        message: String,
        after: Option<u64>,
    ) -> Result<DeliveryState, TransitionError> {
        // It was tried before its turn, to see whether the system is back: its tries are its own.
        if self.probe == Probe::Early {
            return Ok(put_back(self.before, message));
        }
        let wait = self.wait(attempt, after);
        // What may have arrived is still settled by reading.
        match self.maybe_sent {
            true => Ok(self.settled_by_reading(attempt, wait, message)),
            false => self.leased.clone().retry(self.now, wait, message),
        }
    }

    /// The system is at fault, not the delivery: no try is counted, and it goes when the system goes on.
    fn no_sign_in(&self, attempt: u32, message: String) -> DeliveryState {
        let (attempt, next) = (attempt.saturating_sub(1), self.now);
        match self.maybe_sent {
            true => DeliveryState::Unknown { attempt, next, message, sent: self.sent.clone() },
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
        TimeDelta::milliseconds(planned.max(asked * 1000))
    }
}

fn soon() -> TimeDelta {
    TimeDelta::seconds(READ_AGAIN[0])
}

/// The state before a try, with what the try was answered.
fn put_back(before: &DeliveryState, said: String) -> DeliveryState {
    let mut state = before.clone();
    if let DeliveryState::Retrying { message, .. } | DeliveryState::Unknown { message, .. } = &mut state {
        *message = said;
    }
    state
}
