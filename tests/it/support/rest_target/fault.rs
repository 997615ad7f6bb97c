//! How the REST target goes wrong: once, or for as long as it is told.

use super::Entry;
use serde::Deserialize;
use std::collections::VecDeque;
use std::time::Duration;

/// How the next request goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answered, but late.
    Delay(Duration),
    /// Answered like this, and nothing done.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// The line is cut before anything is done.
    DropBefore,
    /// Done, and the line is cut without a word.
    DropAfter,
    /// Done, and answered only so much later.
    HoldAfter(Duration),
    /// Says 200 and does nothing.
    Lie,
    /// Says 202, and does it so much later.
    Later(Duration),
    /// Done and answered; then somebody else changes the same record by this patch.
    EditAfter(String),
}

/// Which requests a fault is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum When {
    #[default]
    Any,
    /// Of one record.
    Read,
    Write,
}

impl When {
    fn fits(self, entry: &Entry) -> bool {
        let reads = entry.method == "GET";
        match self {
            Self::Any => true,
            Self::Read => reads && entry.path.trim_matches('/').contains('/'),
            Self::Write => !reads,
        }
    }
}

/// The faults to come, each for the first request it fits.
#[derive(Default)]
pub(super) struct Queue(VecDeque<(When, Fault)>);

impl Queue {
    pub fn push(&mut self, fault: Fault) {
        self.push_for(When::Any, fault);
    }

    pub fn push_for(&mut self, when: When, fault: Fault) {
        self.0.push_back((when, fault));
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn next(&mut self, entry: &Entry) -> Option<Fault> {
        let at = self.0.iter().position(|(when, _)| when.fits(entry))?;
        self.0.remove(at).map(|(_, fault)| fault)
    }
}

/// What it is like as long as nobody says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Switches {
    /// Records have a version, and a write may be made conditional on it.
    pub etag: bool,
    /// A request repeated with its key is answered again and not done again.
    pub idempotent: bool,
    /// Texts are cut after so many characters.
    pub trim: Option<usize>,
    /// A read shows records as they were so long ago.
    pub stale: Duration,
}

impl Default for Switches {
    fn default() -> Self {
        Self { etag: true, idempotent: true, trim: None, stale: Duration::ZERO }
    }
}
