//! What is known of a system's clock: how far it runs ahead of ours, and how exactly.
//!
//! A measure is an interval: the clock was asked at one instant of ours and its answer was there at
//! another, and it told the time in steps of some size. What it said is true of somewhere in between.

use super::ids::SystemId;
use super::time::Time;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A clock that was set is doubted for so long: by then every row it stamped before was read.
const DOUBTED_HOURS: i64 = 24;

/// How far a clock runs ahead of ours: `ahead_ms`, give or take `within_ms`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offset {
    /// Milliseconds; below zero it runs behind.
    pub ahead_ms: i64,
    /// Milliseconds, never below zero.
    pub within_ms: i64,
}

impl Offset {
    /// What a clock said (`time`, in steps of `step`) between two instants of ours.
    #[must_use]
    pub fn of(time: Time, step: TimeDelta, asked: Time, answered: Time) -> Self {
        let least = (time - answered).num_milliseconds();
        let most = ((time + step) - asked).num_milliseconds();
        let ahead_ms = least + (most - least) / 2;
        // Milliseconds are cut off: one more keeps the truth inside.
        Self { ahead_ms, within_ms: (most - ahead_ms).max(ahead_ms - least) + 1 }
    }

    fn least(self) -> i64 {
        self.ahead_ms.saturating_sub(self.within_ms)
    }

    fn most(self) -> i64 {
        self.ahead_ms.saturating_add(self.within_ms)
    }

    /// The least that holds both.
    fn with(self, other: Self) -> Self {
        let (least, most) = (self.least().min(other.least()), self.most().max(other.most()));
        let ahead_ms = least.saturating_add(most.saturating_sub(least) / 2);
        Self { ahead_ms, within_ms: most.saturating_sub(ahead_ms) }
    }

    /// Whether both cannot be true of one clock.
    fn contradicts(self, other: Self) -> bool {
        self.most() < other.least() || other.most() < self.least()
    }
}

/// A system's clock, as measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    pub now: Offset,
    pub at: Time,
    /// As it was before it was set, and when that was noticed.
    pub before: Option<(Offset, Time)>,
}

impl Measured {
    /// What is known after one more measure. A measure that contradicts the last one tells that the
    /// clock was set; rows stamped before that are still to be read, so that both count for a day.
    #[must_use]
    pub fn after(known: Option<Self>, now: Offset, at: Time) -> Self {
        let fresh = |(_, set): &(Offset, Time)| at - *set < TimeDelta::hours(DOUBTED_HOURS);
        let before = match known {
            // Set again, or drifted: what it was before that counts on, as long as it would have.
            Some(known) if known.now.contradicts(now) => match known.before.filter(fresh) {
                Some((before, set)) => Some((before.with(known.now), set)),
                None => Some((known.now, at)),
            },
            Some(known) => known.before.filter(fresh),
            None => None,
        };
        Self { now, at, before }
    }

    /// The least and the most that it may run ahead.
    fn bounds(&self) -> (i64, i64) {
        let all = || std::iter::once(self.now).chain(self.before.map(|(before, _)| before));
        let least = all().map(Offset::least).min().unwrap_or_default();
        (least, all().map(Offset::most).max().unwrap_or_default())
    }
}

/// The clocks that were measured. One that was not is taken to be ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clocks(pub BTreeMap<SystemId, Measured>);

impl Clocks {
    #[must_use]
    pub fn of(&self, system: &SystemId) -> Option<&Measured> {
        self.0.get(system)
    }

    /// By how many milliseconds at most the stamps of two systems may be apart for one instant.
    #[must_use]
    pub fn apart_ms(&self, first: &SystemId, second: &SystemId) -> i64 {
        if first == second {
            return 0;
        }
        let bounds = |system| self.of(system).map_or((0, 0), Measured::bounds);
        let ((a_least, a_most), (b_least, b_most)) = (bounds(first), bounds(second));
        a_most.saturating_sub(b_least).max(b_most.saturating_sub(a_least)).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        format!("2026-03-03T12:00:{text}Z").parse().unwrap()
    }

    fn clocks(all: &[(&str, i64, i64)]) -> Clocks {
        let measured = |ahead_ms, within_ms| Measured::after(None, Offset { ahead_ms, within_ms }, at("00"));
        Clocks(all.iter().map(|(id, ahead, within)| ((*id).into(), measured(*ahead, *within))).collect())
    }

    #[test]
    fn what_is_true_lies_inside_the_measure() {
        let second = TimeDelta::seconds(1);
        // True differences: 90.0 s ahead, told in whole seconds, asked and answered 200 ms apart.
        for told_after in [0, 100, 200] {
            let (asked, answered) = (at("10.300"), at("10.500"));
            let told = asked + TimeDelta::milliseconds(told_after) + TimeDelta::seconds(90);
            let cut = told - TimeDelta::milliseconds(i64::from(told.timestamp_subsec_millis()));
            let offset = Offset::of(cut, second, asked, answered);
            assert!(offset.least() <= 90_000 && 90_000 <= offset.most(), "{told_after}: {offset:?}");
            assert!(offset.within_ms <= 602, "{offset:?}");
        }
        let exact = Offset::of(at("10.400"), TimeDelta::zero(), at("10.300"), at("10.310"));
        assert!(exact.least() <= 90 && exact.most() >= 100 && exact.within_ms <= 7, "{exact:?}");
    }

    #[test]
    fn two_clocks_are_apart_by_their_difference_and_both_doubts() {
        let all = clocks(&[("a", 60_000, 500), ("b", -1000, 20)]);
        let apart = |a: &str, b: &str| all.apart_ms(&a.into(), &b.into());
        assert_eq!(apart("a", "b"), 61_520);
        assert_eq!(apart("b", "a"), 61_520);
        assert_eq!(apart("a", "unmeasured"), 60_500);
        assert_eq!(apart("x", "y"), 0);
        assert_eq!(apart("a", "a"), 0, "stamps of one clock are in its order");
    }

    #[test]
    fn a_clock_that_was_set_is_doubted_for_a_day() {
        let offset = |ahead_ms| Offset { ahead_ms, within_ms: 10 };
        let wrong = Measured::after(None, offset(3_600_000), at("00"));
        let set = Measured::after(Some(wrong), offset(5), at("10"));
        assert_eq!(set.bounds(), (-5, 3_600_010));
        let again = Measured::after(Some(set), offset(0), at("20"));
        assert_eq!(again.bounds(), (-10, 3_600_010), "a measure that says the same changes nothing");
        let later = Measured::after(Some(again), offset(0), at("20") + TimeDelta::hours(24));
        assert_eq!(later.bounds(), (-10, 10));
    }
}
