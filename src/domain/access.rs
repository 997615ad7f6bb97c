//! Who may do what: roles, and the viewer every read is made for.

use super::audit::{Actor, ActorKind};
use super::ids::{EntityId, UserId};
use super::preferences::HoldFactor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A role; roles add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Steward,
    Manager,
    Admin,
    Auditor,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Steward, Self::Manager, Self::Admin, Self::Auditor];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Steward => "steward",
            Self::Manager => "manager",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// What a role lets somebody do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Claim and resolve conflicts, undo own decisions.
    Decide,
    /// Say something about a conflict, and tag it.
    Comment,
    /// Undo and reverse the decisions of others.
    Reverse,
    /// See the audit log, verify and export it.
    Audit,
    /// Start runs and see systems.
    Operate,
    /// Change systems, policies and users.
    Configure,
}

/// Who looks: a person or program with roles and the entities they may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub user: UserId,
    pub login: String,
    pub name: String,
    pub roles: BTreeSet<Role>,
    /// None: every entity.
    pub entities: Option<BTreeSet<EntityId>>,
    /// The request carries an API token.
    pub program: bool,
    /// How long this person's decisions are held, beside what policies say.
    pub hold: HoldFactor,
}

impl Viewer {
    /// Referee itself, which sees everything.
    #[must_use]
    pub fn referee() -> Self {
        Self {
            user: UserId::default(),
            login: String::new(),
            name: "Referee".into(),
            roles: Role::ALL.into(),
            entities: None,
            program: false,
            hold: HoldFactor::default(),
        }
    }

    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        let has = |role| self.roles.contains(&role);
        match right {
            Right::Decide => has(Role::Steward),
            Right::Comment => has(Role::Steward) || has(Role::Manager) || has(Role::Admin),
            Right::Reverse => has(Role::Manager),
            Right::Audit => has(Role::Manager) || has(Role::Auditor) || has(Role::Admin),
            Right::Operate | Right::Configure => has(Role::Admin),
        }
    }

    /// Whether records of this entity exist for this viewer.
    #[must_use]
    pub fn sees(&self, entity: &EntityId) -> bool {
        self.entities.as_ref().is_none_or(|entities| entities.contains(entity))
    }

    /// The viewer as the actor of an audit entry.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let roles: Vec<&str> = self.roles.iter().map(|role| role.as_str()).collect();
        let kind = if self.program { ActorKind::Program } else { ActorKind::Person };
        Actor { kind, id: self.user.0.clone(), name: self.name.clone(), role: roles.join(",") }
    }
}
