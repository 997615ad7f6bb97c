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
    /// The row before anything could have been sent.
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
    /// It arrived, or something else did, and was put back: it is for people, and not written again.
    PutBack,
    /// The system said yes, and gives no sign by which to tell whether it was done.
    Unclear,
}

impl Sent {
    /// When it was sent, at the latest.
    #[must_use]
    pub fn at(&self) -> Option<Time> {
        self.taken.or(self.lost)
    }

    /// Settles by reading: the row shows the old values, and `stamp`. `lag`: how much later than it did
    /// something a system may show it.
    #[must_use]
    pub fn settle(&self, stamp: &Stamp, now: Time, lag: TimeDelta) -> Settled {
        match (self.stamp.moved(stamp), self.taken) {
            (Some(true), _) => Settled::PutBack,
            _ if self.at().is_some_and(|at| now - at < lag) => Settled::Wait,
            // What was shown was there, also where the row's own stamp is not kept by its system.
            (_, Some(_)) if self.shown => Settled::PutBack,
            (None, Some(_)) => Settled::Unclear,
            (Some(false), _) | (None, None) => Settled::Free,
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
        let lag = TimeDelta::seconds(90);
        let (same, other, none) = (stamp(Some("a"), None), stamp(Some("b"), None), Stamp::default());
        let sent = |taken, shown| Sent { taken, shown, stamp: same.clone(), ..Sent::default() };
        let lost = |at| Sent { lost: Some(at), ..sent(None, false) };
        for (sent, now, settled) in [
            (sent(None, false), &same, Settled::Free),
            (sent(None, false), &none, Settled::Free),
            (sent(None, false), &other, Settled::PutBack),
            (lost(at(11)), &none, Settled::Wait),
            (lost(at(10)), &none, Settled::Free),
            (lost(at(11)), &other, Settled::PutBack),
            (sent(Some(at(0)), true), &other, Settled::PutBack),
            (sent(Some(at(11)), true), &same, Settled::Wait),
            (sent(Some(at(11)), false), &none, Settled::Wait),
            (sent(Some(at(10)), true), &same, Settled::PutBack),
            (sent(Some(at(10)), true), &none, Settled::PutBack),
            (sent(Some(at(10)), false), &same, Settled::Free),
            (sent(Some(at(10)), false), &none, Settled::Unclear),
        ] {
            assert_eq!(sent.settle(now, at(100), lag), settled, "{sent:?} {now:?}");
        }
    }
}
