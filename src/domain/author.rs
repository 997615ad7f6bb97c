//! Who changed a value, as far as the source tells.

use super::diff::Candidate;
use super::mapping::Mapping;
use serde::{Deserialize, Serialize};

/// The kind of hand behind a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    Person,
    /// An import, an integration user, a nightly job: named so in the mapping.
    Machine,
    /// The source names nobody.
    Unknown,
}

impl Mapping {
    /// The kind of hand behind an author's name: a machine if the mapping lists it.
    #[must_use]
    pub fn author_kind(&self, author: Option<&str>) -> AuthorKind {
        match author {
            None | Some("") => AuthorKind::Unknown,
            Some(name) if self.machine_authors.iter().any(|known| known.eq_ignore_ascii_case(name)) => {
                AuthorKind::Machine
            }
            Some(_) => AuthorKind::Person,
        }
    }
}

/// The hand behind a candidate, and whether it changed very many records at the time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    pub kind: AuthorKind,
    /// Records the same author changed in the same system within ten minutes.
    pub burst: i64,
}

/// Records by one author in ten minutes from which a change counts as bulk.
pub const BULK: i64 = 200;

impl Hand {
    /// One of very many changes made at once.
    #[must_use]
    pub fn is_bulk(&self) -> bool {
        self.burst >= BULK
    }

    /// An edit of this one record by a person, or by we do not know whom: never overwritten unseen.
    #[must_use]
    pub fn may_be_a_person(&self) -> bool {
        self.kind != AuthorKind::Machine && !self.is_bulk()
    }
}

/// A candidate with the hand behind it.
pub type Attributed<'a> = (&'a Candidate, &'a Hand);
