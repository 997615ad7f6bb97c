//! How long somebody waits after failed tries to sign in.

use super::time::Time;
use chrono::Duration;

/// Failures after this long without another one no longer count.
pub const FORGOTTEN: Duration = Duration::days(1);
/// The longest wait.
const LONGEST: Duration = Duration::minutes(15);

/// The failed tries of one login name, or from one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    pub count: i64,
    pub last_at: Time,
}

/// Whose failures: many people may share an address, nobody shares a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Login,
    Address,
}

impl Whose {
    /// Failures that cost no wait.
    #[must_use]
    pub fn free(self) -> i64 {
        match self {
            Self::Login => 5,
            Self::Address => 25,
        }
    }
}

impl Failures {
    /// What still has to be waited, if anything: 1 s after the free failures, doubled by each
    /// further one, 15 minutes at most.
    #[must_use]
    pub fn wait(&self, whose: Whose, now: Time) -> Option<Duration> {
        let beyond = self.count - whose.free();
        if beyond < 0 || now - self.last_at >= FORGOTTEN {
            return None;
        }
        let full = match beyond {
            0..10 => LONGEST.min(Duration::seconds(1 << beyond)),
            _ => LONGEST,
        };
        // A clock set back must not lengthen the wait.
        let left = (self.last_at + full - now).min(full);
        (left > Duration::zero()).then_some(left)
    }

    /// With one more failure now.
    #[must_use]
    pub fn more(before: Option<Self>, now: Time) -> Self {
        let count = before.filter(|f| now - f.last_at < FORGOTTEN).map_or(0, |f| f.count);
        Self { count: count + 1, last_at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::parse_stamp;

    #[test]
    fn waits_double_from_one_second_to_a_quarter_of_an_hour() {
        let now = parse_stamp("2026-03-03T09:00:00Z").unwrap();
        let wait = |count| Failures { count, last_at: now }.wait(Whose::Login, now).map(|d| d.num_seconds());
        assert_eq!((wait(4), wait(5), wait(6), wait(8)), (None, Some(1), Some(2), Some(8)));
        assert_eq!((wait(14), wait(15), wait(1_000)), (Some(512), Some(900), Some(900)));
        let failures = Failures { count: 6, last_at: now };
        assert_eq!(failures.wait(Whose::Login, now + Duration::seconds(2)), None);
        assert_eq!(failures.wait(Whose::Address, now), None);
        assert_eq!(failures.wait(Whose::Login, now - Duration::hours(1)), Some(Duration::seconds(2)));
    }

    #[test]
    fn a_day_of_peace_is_forgiven() {
        let now = parse_stamp("2026-03-03T09:00:00Z").unwrap();
        let old = Failures { count: 50, last_at: now - FORGOTTEN };
        assert_eq!(Failures::more(Some(old), now).count, 1);
        assert_eq!(Failures::more(Some(Failures { count: 50, last_at: now }), now).count, 51);
    }
}
