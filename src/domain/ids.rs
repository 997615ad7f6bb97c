//! Identifiers. Slugs name what an admin configures (a system, an entity, a field);
//! UUIDv7 texts name what happens (a record, a conflict, a run), so that they sort by time.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The text of the identifier, as stored and shown.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

id! {
    /// A connected business application: a slug such as `portal`.
    SystemId,
    /// A kind of record: a slug such as `customer`.
    EntityId,
    /// One value slot of an entity, or a field group: a slug such as `phone`.
    FieldId,
    /// One real-world thing.
    RecordId,
    /// A record's one open conflict, or a closed one.
    ConflictId,
    /// One disputed field or group of a conflict.
    DifferenceId,
    /// A decision over differences of one conflict.
    ResolutionId,
    /// One write to one system.
    DeliveryId,
    /// One execution of reading a system.
    RunId,
    /// One immutable holding, present or past, on the timeline.
    VersionId,
    /// One problem of a source or mapping that holds many records.
    IncidentId,
    /// One decision over many differences.
    GroupId,
    /// A person or a program with an account.
    UserId,
    /// One thing a person is told.
    NoticeId,
    /// What somebody said about a conflict.
    CommentId,
    /// One question to one person outside.
    QuestionId,
    /// One person who was told of a decision, and may object.
    ObjectionId,
}

/// Whether `text` may name a system, entity or field: 1 to 64 of `a-z 0-9 _`, a letter first.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= 64
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
