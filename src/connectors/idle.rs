//! Connections kept between calls.
//!
//! Not the driver's pool: that one repeats a refused connection until its time is up and then
//! tells only that, and it takes connections back in whatever state a cancelled call left them.
//! Here a connection comes back only after a call that went well; any other is closed.

use super::{ConnectorError, DEADLINE, calls};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Most calls to one system at a time.
const SLOTS: usize = 4;

pub(super) struct Idle<C> {
    kept: Mutex<Vec<C>>,
    slots: Semaphore,
}

impl<C> Default for Idle<C> {
    fn default() -> Self {
        Self { kept: Mutex::default(), slots: Semaphore::new(SLOTS) }
    }
}

impl<C> Idle<C> {
    /// Waits for the right to one call.
    pub async fn slot(&self, place: &str) -> Result<SemaphorePermit<'_>, ConnectorError> {
        let closed = |_| ConnectorError::unavailable(format!("{place}: closed"));
        let wait = async { self.slots.acquire().await.map_err(closed) };
        calls::within(DEADLINE, || calls::too_slow(place), wait).await
    }

    /// The connection used last.
    pub fn take(&self) -> Option<C> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    pub fn keep(&self, connection: C) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    /// Closes all: what broke one of them may have broken the others.
    pub fn clear(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
