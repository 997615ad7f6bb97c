//! A second person's word on a decision, before anything of it is sent.
//!
//! ```text
//!   Awaiting --somebody else approves--> Approved (held, then sent)
//!      |------somebody else sends it back--> SentBack (open again, with the draft)
//!      |------who decided takes it back----> Undone   (open again, with the draft)
//!      |------nobody answers in time-------> Expired  (open again, with the draft)
//!      +------a value moves----------------> Ended    (open again, with the draft)
//! ```
//!
//! It is bound to exactly what was decided: [`digest`] is taken over it, shown short, and sent along with
//! the approval.

use super::access::{Right, Viewer};
use super::audit::Actor;
use super::seal::sha256;
use super::time::Time;
use chrono::TimeDelta;
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
    /// Nobody answered in time.
    Expired,
    /// A value moved: what was decided is not there any longer.
    Ended,
}

impl Standing {
    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Approved => "approved",
            Self::SentBack => "sent_back",
            Self::Undone => "undone",
            Self::Expired => "expired",
            Self::Ended => "ended",
        }
    }

    /// What it is stored and found by beside the approval itself: that knows how it ended.
    #[must_use]
    pub fn found_by(self) -> &'static str {
        match self {
            Self::Expired => Self::Ended.as_str(),
            other => other.as_str(),
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
    /// When nobody may answer any longer; None of one that was asked for before there was an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Time>,
    /// Those who may answer were told once more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reminded: bool,
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
    /// One that is asked for, for so many hours.
    #[must_use]
    pub fn asked(digest: String, at: Time, hours: u32) -> Self {
        let (standing, reason) = (Standing::Awaiting, String::new());
        let ends_at = Some(at + TimeDelta::hours(hours.into()));
        Self { standing, digest, asked_at: at, ends_at, reminded: false, by: None, at: None, reason }
    }

    /// When something is next to be done about it: a reminder at half of its time, then its end.
    #[must_use]
    pub fn next(&self) -> Option<Time> {
        let ends_at = self.ends_at.filter(|_| self.is_awaited())?;
        Some(if self.reminded { ends_at } else { self.asked_at + (ends_at - self.asked_at) / 2 })
    }

    /// Whether its time has passed.
    #[must_use]
    pub fn is_over(&self, now: Time) -> bool {
        self.is_awaited() && self.ends_at.is_some_and(|ends_at| ends_at <= now)
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
        let asked = Approval::asked(digest(["a"]), Time::default(), 8);
        let done = asked.end(Standing::Approved, Actor::referee(), Time::default(), "").unwrap();
        assert_eq!(done.end(Standing::SentBack, Actor::referee(), Time::default(), ""), Err(NotAwaited));
        assert_eq!(asked.short().len(), SHOWN);
    }

    #[test]
    fn half_of_the_time_reminds_and_all_of_it_ends() {
        let at = |hours| Time::default() + TimeDelta::hours(hours);
        let asked = Approval::asked(String::new(), at(0), 8);
        assert_eq!((asked.next(), asked.is_over(at(7)), asked.is_over(at(8))), (Some(at(4)), false, true));
        let reminded = Approval { reminded: true, ..asked };
        assert_eq!(reminded.next(), Some(at(8)));
        let ended = reminded.end(Standing::Expired, Actor::referee(), at(8), "").unwrap();
        assert_eq!((ended.next(), ended.is_over(at(9)), ended.standing.found_by()), (None, false, "ended"));
        // One of before has no end until it gets one.
        let old: Approval =
            serde_json::from_str(r#"{"standing":"awaiting","digest":"d","asked_at":"1970-01-01T00:00:00Z"}"#)
                .unwrap();
        assert_eq!((old.next(), old.is_over(at(9000))), (None, false));
    }

    #[test]
    fn parts_cannot_flow_into_each_other() {
        assert_ne!(digest(["ab", "c"]), digest(["a", "bc"]));
        assert_ne!(digest(["a\n1:b"]), digest(["a", "b"]));
        assert_eq!(digest(["a", "b"]), digest(["a", "b"]));
    }
}
