//! Who changed a value, as far as the source tells.

use super::mapping::Mapping;
use serde::{Deserialize, Serialize};

/// The kind of hand behind a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    Person,
    /// An import: named so in the mapping.
    Import,
    /// An integration user, a nightly job: named so in the mapping.
    #[serde(alias = "machine")]
    Integration,
    /// Referee itself, by the name it signs in with.
    Us,
    /// The source names nobody.
    Unknown,
}

impl AuthorKind {
    /// The text form, as expressions and the API have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Import => "import",
            Self::Integration => "integration",
            Self::Us => "us",
            Self::Unknown => "unknown",
        }
    }
}

impl Mapping {
    /// The kind of hand behind an author's name, by the names the mapping lists.
    #[must_use]
    pub fn author_kind(&self, author: Option<&str>) -> AuthorKind {
        let Some(name) = author.map(str::trim).filter(|name| !name.is_empty()) else {
            return AuthorKind::Unknown;
        };
        let is = |known: &String| known.eq_ignore_ascii_case(name);
        match () {
            () if self.writes_as.as_ref().is_some_and(is) => AuthorKind::Us,
            () if self.import_authors.iter().any(is) => AuthorKind::Import,
            () if self.machine_authors.iter().any(is) => AuthorKind::Integration,
            () => AuthorKind::Person,
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
        matches!(self.kind, AuthorKind::Person | AuthorKind::Unknown) && !self.is_bulk()
    }
}
