//! What is known of a write that may have been carried out, and what reading then says of it.

use crate::domain::time::Time;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How a row shows that it was changed: whatever its system gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The system's own version of the row, such as an ETag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<Time>,
}

impl Stamp {
    /// Whether the row was changed from this stamp to that one; None where the two have nothing to compare.
    #[must_use]
    pub fn moved(&self, now: &Self) -> Option<bool> {
        let by_token = self.token.as_ref().zip(now.token.as_ref()).map(|(was, is)| was != is);
        by_token.or_else(|| self.modified_at.zip(now.modified_at).map(|(was, is)| was != is))
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is known of tries that may have been carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// When the system said yes to what is not to be seen yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Time>,
    /// Since when it is not known whether anything was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<Time>,
    /// Its yes showed the values as they shall be: they were there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shown: bool,
    /// Its decision does not stand any longer: what became of it is still found out, and nothing is sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub called_off: bool,
    /// The row right before the write that was said yes to.
    #[serde(default, skip_serializing_if = "Stamp::is_empty")]
    pub stamp: Stamp,
}

/// What it means that a row reads as it did before a write that may have been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// As far as can be told nothing of it arrived: the same may be sent again, under the same key.
    Free,
    /// A copy that lags behind shows it later: writing again would be a second change.
    Wait,
    /// The system said yes, and nothing proves that it did nothing: it was put back, or is not kept. To
    /// write again may be a second change, so a person looks.
    Look,
}

impl Sent {
    /// When it was sent, at the latest.
    #[must_use]
    pub fn at(&self) -> Option<Time> {
        self.taken.or(self.lost)
    }

    /// Settles by reading: the row shows the old values, and `stamp`. `conditional`: the write names what
    /// it was read over, so that a copy that lags behind makes it fail. `lag`: how much later than it did
    /// something a system may show it.
    #[must_use]
    pub fn settle(&self, stamp: &Stamp, conditional: bool, now: Time, lag: TimeDelta) -> Settled {
        let waits = self.taken.or(self.lost.filter(|_| !conditional));
        if waits.is_some_and(|at| now - at < lag) {
            return Settled::Wait;
        }
        let moved = self.stamp.moved(stamp);
        match self.taken {
            None => Settled::Free,
            // The very version that was read before: nothing was done, whatever was said.
            Some(_) if moved == Some(false) && (self.stamp.token.is_some() || !self.shown) => Settled::Free,
            Some(_) => Settled::Look,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        chrono::DateTime::from_timestamp(1_772_539_200 + second, 0).expect("time")
    }

    fn stamp(token: Option<&str>, modified: Option<i64>) -> Stamp {
        Stamp { token: token.map(str::to_owned), modified_at: modified.map(at) }
    }

    #[test]
    fn a_row_moved_by_its_token_and_else_by_its_time() {
        for (was, is, moved) in [
            (stamp(Some("a"), None), stamp(Some("a"), None), Some(false)),
            (stamp(Some("a"), Some(1)), stamp(Some("b"), Some(1)), Some(true)),
            (stamp(None, Some(1)), stamp(Some("b"), Some(1)), Some(false)),
            (stamp(Some("a"), Some(1)), stamp(None, Some(2)), Some(true)),
            (stamp(Some("a"), None), stamp(None, Some(2)), None),
            (stamp(None, None), stamp(None, None), None),
        ] {
            assert_eq!(was.moved(&is), moved, "{was:?} {is:?}");
        }
    }

    #[test]
    fn old_values_are_settled_by_what_is_known() {
        let (none, token) = (Stamp::default(), stamp(Some("a"), None));
        let (other, time, later) = (stamp(Some("b"), None), stamp(None, Some(1)), stamp(None, Some(2)));
        let taken = |second, shown, stamp: &Stamp| Sent {
            taken: Some(at(second)),
            shown,
            stamp: stamp.clone(),
            ..Sent::default()
        };
        let lost = |second| Sent { lost: Some(at(second)), ..Sent::default() };
        for (sent, now, conditional, settled) in [
            (Sent::default(), &none, false, Settled::Free),
            (lost(11), &none, false, Settled::Wait),
            (lost(10), &none, false, Settled::Free),
            (lost(11), &other, true, Settled::Free),
            (taken(11, true, &token), &other, true, Settled::Wait),
            (taken(10, true, &token), &other, true, Settled::Look),
            (taken(10, false, &token), &other, true, Settled::Look),
            (taken(10, true, &token), &token, true, Settled::Free),
            (taken(10, false, &time), &time, false, Settled::Free),
            // Its time may not be kept by what we write.
            (taken(10, true, &time), &time, false, Settled::Look),
            (taken(10, false, &time), &later, false, Settled::Look),
            (taken(10, false, &none), &none, false, Settled::Look),
        ] {
            let found = sent.settle(now, conditional, at(100), TimeDelta::seconds(90));
            assert_eq!(found, settled, "{sent:?} {now:?}");
        }
    }
}
