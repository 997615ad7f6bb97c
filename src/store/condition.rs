//! Whether the database takes writes. When it does not, that is remembered with why, said to whoever
//! asks, and tried again until it does: nobody has to write for that to be found out.

use super::error::StoreError;
use crate::domain::time::Time;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often it is tried whether writes are taken again.
pub(super) const PROBE: Duration = Duration::from_secs(2);

/// Bytes that have to fit on a disk that was full before it is written to again.
const ROOM: usize = 256 * 1024;

/// That nothing can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub since: Time,
    pub kind: TroubleKind,
    /// The database's own words, for the log.
    pub message: String,
}

/// Why nothing can be written, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    Full,
    Locked,
    ReadOnly,
    /// The file is not where it was.
    Gone,
    /// Its log is not where it was: nothing is written before a restart.
    NoLog,
    Other,
}

impl TroubleKind {
    /// The word in JSON and in the keys of its messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Locked => "locked",
            Self::ReadOnly => "read-only",
            Self::Gone => "gone",
            Self::NoLog => "no-log",
            Self::Other => "other",
        }
    }

    fn of(message: &str) -> Self {
        let text = message.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match () {
            () if has(&["log is gone"]) => Self::NoLog,
            () if has(&["is gone"]) => Self::Gone,
            () if has(&["full", "no space", "disk quota"]) => Self::Full,
            () if has(&["locked"]) => Self::Locked,
            () if has(&["readonly", "read-only", "read only"]) => Self::ReadOnly,
            () => Self::Other,
        }
    }
}

/// What is known now.
#[derive(Default)]
pub(super) struct Condition(Mutex<Option<Trouble>>);

impl Condition {
    pub fn trouble(&self) -> Option<Trouble> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A write was committed.
    pub fn well(&self) {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Trouble { since, kind, .. }) = ended {
            tracing::warn!(%since, kind = kind.as_str(), "the database takes writes again");
        }
    }

    /// None was taken. Told once in the log, and again when the reason is another one.
    pub fn bad(&self, now: Time, message: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = TroubleKind::of(message);
        let since = known.as_ref().map_or(now, |known| known.since);
        if known.as_ref().is_none_or(|known| known.kind != kind) {
            tracing::error!(error = message, kind = kind.as_str(), "the database takes no writes");
        }
        *known = Some(Trouble { since, kind, message: message.to_owned() });
    }
}

/// The files of an SQLite database as they were opened. A file that was taken away, or replaced, still
/// takes what is written to it as if nothing had happened, and it is lost.
pub(super) struct Files {
    path: PathBuf,
    log: PathBuf,
    identity: (u64, u64),
    /// Of the log that the writer's connection has open.
    log_identity: Mutex<Option<(u64, u64)>>,
}

impl Files {
    /// The files behind an address, if they can be told: not those of a database in memory.
    pub fn of(path: &Path) -> Option<Self> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let identity = identity(path)?;
        Some(Self { path: path.to_owned(), log: log.into(), identity, log_identity: Mutex::default() })
    }

    /// Whether they are where they were.
    ///
    /// # Errors
    /// `Unavailable`, naming what is missing.
    pub fn check(&self) -> Result<(), StoreError> {
        match identity(&self.path) {
            Some(found) if found == self.identity => Ok(()),
            Some(_) => Err(gone("the database file is gone, and another one stands in its place")),
            None => Err(gone("the database file is gone")),
        }
    }

    /// Whether the log is there and the one that was written to before, which it is while a connection
    /// has begun to write. Another one in its place is a reader's, who knows nothing of ours.
    #[must_use]
    pub fn has_log(&self) -> bool {
        let Some(found) = identity(&self.log) else { return false };
        let mut known = self.log_identity.lock().unwrap_or_else(PoisonError::into_inner);
        *known.get_or_insert(found) == found
    }

    /// Whether there is room beside them for more than a page.
    ///
    /// # Errors
    /// `Unavailable`: there is none.
    pub fn has_room(&self) -> Result<(), StoreError> {
        let mut path = self.path.as_os_str().to_owned();
        path.push("-room");
        let written = std::fs::write(&path, vec![1; ROOM]);
        let removed = std::fs::remove_file(&path);
        written.and(removed).map_err(|error| StoreError::Unavailable(format!("the disk is full: {error}")))
    }

    /// The writer gets another connection, which may make another log.
    pub fn forget_log(&self) {
        *self.log_identity.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// That the log is not there: what it held was moved into the database file.
pub(super) fn no_log() -> StoreError {
    gone("the database's log is gone: what was stored is safe, and a restart puts it right")
}

fn gone(text: &str) -> StoreError {
    StoreError::Unavailable(text.to_owned())
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let file = std::fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_nothing_is_written_is_told_by_the_database_s_words() {
        for (message, kind) in [
            ("database or disk is full", TroubleKind::Full),
            ("could not extend file: No space left on device", TroubleKind::Full),
            ("database is locked by another program", TroubleKind::Locked),
            ("attempt to write a readonly database", TroubleKind::ReadOnly),
            ("cannot execute UPDATE in a read-only transaction", TroubleKind::ReadOnly),
            ("the database file is gone", TroubleKind::Gone),
            ("the database's log is gone: what was stored is safe", TroubleKind::NoLog),
            ("connection refused", TroubleKind::Other),
        ] {
            assert_eq!(TroubleKind::of(message), kind, "{message}");
        }
    }
}
