//! A second person's word on a decision, before anything of it is sent.
//!
//! ```text
//!   Awaiting --somebody else approves--> Approved (held, then sent)
//!      |------somebody else sends it back--> SentBack (open again, with the draft)
//!      |------who decided takes it back----> Undone   (open again, with the draft)
//!      +------a value moves----------------> Ended    (open again, with the draft)
//! ```
//!
//! It is bound to exactly what was decided: [`digest`] is taken over it, shown short, and sent along with
//! the approval.

use super::access::{Right, Viewer};
use super::audit::Actor;
use super::seal::sha256;
use super::time::Time;
use serde::{Deserialize, Serialize};

/// Characters of a digest that are shown.
const SHOWN: usize = 12;

/// How far an approval is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Awaiting,
    Approved,
    SentBack,
    Undone,
    /// A value moved: what was decided is not there any longer.
    Ended,
}

impl Standing {
    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Approved => "approved",
            Self::SentBack => "sent_back",
            Self::Undone => "undone",
            Self::Ended => "ended",
        }
    }
}

/// An approval, as stored with what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub standing: Standing,
    /// Of what was decided.
    pub digest: String,
    pub asked_at: Time,
    /// Who approved, or sent back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Why it was sent back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Why somebody may not approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// The roles do not include it.
    Role,
    /// It is the person's own decision.
    Own,
}

/// An approval that is not awaited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody waits for an approval of this any longer")]
pub struct NotAwaited;

impl Approval {
    /// One that is asked for.
    #[must_use]
    pub fn asked(digest: String, at: Time) -> Self {
        Self { standing: Standing::Awaiting, digest, asked_at: at, by: None, at: None, reason: String::new() }
    }

    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.standing == Standing::Awaiting
    }

    /// The digest as people compare it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.digest.get(..SHOWN).unwrap_or(&self.digest)
    }

    /// The same, once it has ended so.
    ///
    /// # Errors
    /// It is not awaited.
    pub fn end(&self, standing: Standing, by: Actor, at: Time, reason: &str) -> Result<Self, NotAwaited> {
        if !self.is_awaited() {
            return Err(NotAwaited);
        }
        let (by, at, reason) = (Some(by), Some(at), reason.to_owned());
        Ok(Self { standing, by, at, reason, ..self.clone() })
    }
}

/// Whether `viewer` may approve what `decider` decided.
///
/// # Errors
/// Why not.
pub fn may_approve(viewer: &Viewer, decider: &Actor) -> Result<(), Barred> {
    match () {
        () if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) => Err(Barred::Role),
        () if viewer.user.0 == decider.id => Err(Barred::Own),
        () => Ok(()),
    }
}

/// What an approval is bound to: SHA-256 over the parts, each with its length before it.
#[must_use]
pub fn digest<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(&format!("{}:{part}\n", part.len()));
    }
    sha256(&[text.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Role;

    fn viewer(user: &str, roles: &[Role]) -> Viewer {
        let roles = roles.iter().copied().collect();
        Viewer { user: user.into(), login: user.into(), roles, ..Viewer::referee() }
    }

    #[test]
    fn nobody_approves_their_own_whatever_their_roles() {
        let ana = viewer("ana", &Role::ALL);
        assert_eq!(may_approve(&ana, &ana.actor()), Err(Barred::Own));
        // A program of hers is she.
        assert_eq!(may_approve(&Viewer { program: true, ..ana.clone() }, &ana.actor()), Err(Barred::Own));
        for (role, answer) in [
            (Role::Steward, Ok(())),
            (Role::Manager, Ok(())),
            (Role::Admin, Err(Barred::Role)),
            (Role::Auditor, Err(Barred::Role)),
        ] {
            assert_eq!(may_approve(&viewer("maya", &[role]), &ana.actor()), answer, "{role:?}");
        }
    }

    #[test]
    fn an_approval_ends_once() {
        let asked = Approval::asked(digest(["a"]), Time::default());
        let done = asked.end(Standing::Approved, Actor::referee(), Time::default(), "").unwrap();
        assert_eq!(done.end(Standing::SentBack, Actor::referee(), Time::default(), ""), Err(NotAwaited));
        assert_eq!(asked.short().len(), SHOWN);
    }

    #[test]
    fn parts_cannot_flow_into_each_other() {
        assert_ne!(digest(["ab", "c"]), digest(["a", "bc"]));
        assert_ne!(digest(["a\n1:b"]), digest(["a", "b"]));
        assert_eq!(digest(["a", "b"]), digest(["a", "b"]));
    }
}
