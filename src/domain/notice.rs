//! Notices: what a person is told, in the browser and by mail.

use super::ids::{ConflictId, EntityId, RecordId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Minutes for which unread notices are gathered before one mail tells of them.
pub const GATHERED_MINUTES: i64 = 15;
/// Days after which a notice that was read is forgotten.
pub const KEPT_DAYS: i64 = 90;

/// What a notice says, as a closed list. Its facts are named beside each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Somebody gave the conflict to this person.
    Assigned,
    /// A comment names this person.
    Mentioned,
    /// What is assigned to this person is due soon.
    DueSoon,
    /// A system refused a write of this person's decision: `system`.
    WriteFailed,
    /// Something entered a view of the queue that this person watches: `view`, `n`.
    ViewEntered,
    /// The question this person asked was answered: `who`.
    Answered,
    /// The question this person asked was not answered in time: `who`.
    Unanswered,
    /// A conflict was passed on to this person.
    Escalated,
    /// What this person passed on came back: `by`.
    SentBack,
    /// Somebody objects to this person's decision: `who`.
    Objected,
    /// A decision of `by` awaits this person's approval.
    ApprovalAsked,
    /// The same, when half of its time has passed.
    ApprovalDue,
    /// This person's decision was approved.
    ApprovalGiven,
    /// It was sent back; the page it leads to says why.
    ApprovalRefused,
    /// Nobody approved it in time.
    ApprovalExpired,
}

impl NoticeKind {
    pub const ALL: [Self; 15] = [
        Self::Assigned,
        Self::Mentioned,
        Self::DueSoon,
        Self::WriteFailed,
        Self::ViewEntered,
        Self::Answered,
        Self::Unanswered,
        Self::Escalated,
        Self::SentBack,
        Self::Objected,
        Self::ApprovalAsked,
        Self::ApprovalDue,
        Self::ApprovalGiven,
        Self::ApprovalRefused,
        Self::ApprovalExpired,
    ];

    /// The text form, as stored and in the keys of its messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Mentioned => "mentioned",
            Self::DueSoon => "due_soon",
            Self::WriteFailed => "write_failed",
            Self::ViewEntered => "view_entered",
            Self::Answered => "answered",
            Self::Unanswered => "unanswered",
            Self::Escalated => "escalated",
            Self::SentBack => "sent_back",
            Self::Objected => "objected",
            Self::ApprovalAsked => "approval_asked",
            Self::ApprovalDue => "approval_due",
            Self::ApprovalGiven => "approval_given",
            Self::ApprovalRefused => "approval_refused",
            Self::ApprovalExpired => "approval_expired",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One thing to be told. It holds no value of a record: those stand on the page it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub kind: NoticeKind,
    pub conflict: Option<ConflictId>,
    pub record: Option<RecordId>,
    pub entity: Option<EntityId>,
    /// The page on which to act: a path of this server.
    pub link: String,
    /// Whose act it tells of: that person is never told.
    pub by: Option<UserId>,
    /// Names and identifiers; `by` is the name of who did it.
    pub facts: BTreeMap<String, String>,
}

impl Notice {
    /// A notice that leads to that page.
    #[must_use]
    pub fn new(kind: NoticeKind, link: impl Into<String>) -> Self {
        let (conflict, record, entity, by) = (None, None, None, None);
        Self { kind, conflict, record, entity, link: link.into(), by, facts: BTreeMap::new() }
    }

    /// A notice about a conflict, which leads to it.
    #[must_use]
    pub fn of_conflict(kind: NoticeKind, id: &ConflictId, record: &RecordId, entity: &EntityId) -> Self {
        Self {
            conflict: Some(id.clone()),
            ..Self::new(kind, format!("/conflicts/{id}")).about(record, entity)
        }
    }

    /// The same, about that record.
    #[must_use]
    pub fn about(mut self, record: &RecordId, entity: &EntityId) -> Self {
        (self.record, self.entity) = (Some(record.clone()), Some(entity.clone()));
        self
    }

    /// The same, as the act of that person.
    #[must_use]
    pub fn by(mut self, user: &UserId, name: &str) -> Self {
        self.by = Some(user.clone());
        self.fact("by", name)
    }

    #[must_use]
    pub fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }
}
