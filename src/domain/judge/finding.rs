//! What the judge finds on its way.

use crate::domain::ids::{IncidentId, SystemId};
use crate::domain::policy::Rule;
use serde::{Deserialize, Serialize};

/// One thing the judge found, in order; shown to people in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// A system's value cannot be read: it takes no side, and nothing is agreed.
    Unreadable { system: SystemId },
    /// A value is not of its field's kind, so that no rule chooses it; None: the rule's own.
    Invalid { system: Option<SystemId>, reason: String },
    /// No level sets a rule, so a person decides.
    NoRule,
    /// The policy asks for a person.
    AlwaysReviewed,
    /// The rule would keep this system's value.
    RuleChooses { rule: Rule, system: SystemId },
    /// The rule would give every system a value that none of them holds.
    RuleMakes { rule: Rule, value: String },
    /// `source_wins` without a source of truth that speaks here.
    NoSource,
    /// There was never an agreed value, so nobody knows who moved.
    NeverAgreed,
    /// `priority` without an order of systems, or with none of them here.
    NoPriority,
    /// How much a system is trusted here, in hundredths of the most trusted one's fresh value.
    Trust { system: SystemId, percent: u32 },
    /// The rule needs values with an order, or numbers, and these are not.
    NotOrdered { system: SystemId },
    /// The rule joins lists, and these are not.
    NotLists,
    /// `most_frequent` with fewer than three systems.
    TooFew { systems: usize },
    /// Two values are held, or trusted, the same.
    Tie { first: SystemId, second: SystemId },
    /// Two systems made one change: nobody knows whether it was made twice or copied.
    SameChange { first: SystemId, second: SystemId },
    /// A record that was lost elsewhere is made there again, as this system holds it.
    Restores { system: SystemId },
    /// A record that the source of truth lost is removed elsewhere.
    Removes { system: SystemId },
    /// A rule would remove it, and a person is asked: it was not found by a full reading, or something about
    /// it is open.
    NotRemovedUnasked,
    /// A system that still holds a record changed it since all agreed: it is not removed unasked.
    ChangedHere { system: SystemId },
    /// A candidate's time of change is not known.
    NoTime { system: SystemId },
    /// The times are closer than the clocks can tell apart.
    TooClose {
        first: SystemId,
        second: SystemId,
        milliseconds: i64,
        /// What they must differ by, beyond which one is newer: clocks, their doubt and the margin.
        #[serde(default)]
        bound_ms: i64,
        /// Those of the two whose clock was never measured.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unmeasured: Vec<SystemId>,
    },
    /// All agree, and some write it otherwise than this system, whose form they get.
    Tidied { form_of: SystemId },
    /// An incident holds it: no rule settles it until a person has chosen there.
    Incident { incident: IncidentId },
    /// A person asked to decide this difference.
    Reopened,
    /// Rules have settled this field of this record again and again: two robots are at war.
    Flapping { times: u32 },
    /// The policy's expression asks for a person here.
    ReviewIf { expression: String },
    /// The policy's expression gives no answer here.
    ReviewIfFailed { expression: String, reason: String },
    /// A blank would replace a value.
    BlankWins { system: SystemId },
    /// The winner is one of very many changes made at once.
    Bulk { system: SystemId, records: i64 },
    /// A person may have made the change that the rule would put back.
    HumanEdit { system: SystemId, author: Option<String> },
}
