//! How a full pull knows what is gone: by a merge of its rows with what is held, or by
//! remembering every key it met.

use super::sync::Reading;
use crate::connectors::Page;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// What a full pull passed by.
pub(super) enum Absences {
    /// The rows come in the order of their keys, and so do the holdings: each page is merged with
    /// the holdings of its stretch, and those it passes by are marked in its transaction. Memory
    /// holds a page, and a run that is taken up again has lost nothing.
    Merged,
    /// The rows come in any order: a hash of each key met, eight bytes a row. `whole` is false
    /// for a run taken up again, which does not know what was met before.
    Met { hasher: RandomState, keys: HashSet<u64>, whole: bool },
    /// Not a full pull: what it did not bring may well be there.
    None,
}

impl Absences {
    pub fn of(reading: &Reading, full: bool) -> Self {
        match (full, reading.connector.capabilities().ordered) {
            (false, _) => Self::None,
            (true, true) => Self::Merged,
            (true, false) => {
                let (hasher, keys, whole) = (RandomState::new(), HashSet::new(), !reading.resumed);
                Self::Met { hasher, keys, whole }
            }
        }
    }

    pub fn merges(&self) -> bool {
        matches!(self, Self::Merged)
    }

    /// Remembers the keys of a page, those of rows that cannot be read among them.
    pub fn meet(&mut self, page: &Page) {
        let Self::Met { hasher, keys, whole: true } = self else { return };
        keys.extend(met(page).map(|key| hasher.hash_one(key)));
    }

    /// Whether a key was met, or may have been.
    pub fn has_met(&self, key: &str) -> bool {
        match self {
            Self::Met { hasher, keys, whole: true } => keys.contains(&hasher.hash_one(key)),
            _ => true,
        }
    }

    /// Whether every absence is known.
    pub fn are_complete(&self) -> bool {
        matches!(self, Self::Merged | Self::Met { whole: true, .. })
    }
}

/// The keys of the rows that are there.
pub(super) fn met(page: &Page) -> impl Iterator<Item = &str> {
    let unusable = page.unusable.iter().filter_map(|row| row.key.as_deref());
    page.rows.iter().map(|row| row.key.as_str()).chain(unusable)
}
