//! The roof's own sources: the machine's clock and its randomness.

use crate::domain::chance::Random;
use crate::domain::time::{Clock, Time};
use chrono::SubsecRound;
use ring::rand::{SecureRandom, SystemRandom};

/// The machine's wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Time {
        chrono::Utc::now().trunc_subsecs(6)
    }
}

/// The operating system's randomness.
#[derive(Clone, Debug)]
pub struct SystemChance(SystemRandom);

impl Default for SystemChance {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl SystemChance {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Random for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        if self.0.fill(bytes).is_err() {
            // A guessable token or key would be worse than a stop.
            tracing::error!("the operating system gives no randomness");
            std::process::abort();
        }
    }
}
