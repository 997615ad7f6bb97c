//! Policies: per field or group who has authority, which rule may settle a difference, and
//! what a mistake would cost. Inherited entity -> group -> field; a field without a rule is
//! reviewed.

#[cfg(test)]
mod tests;

use super::entity::{Entity, Slot};
use super::ids::{EntityId, FieldId, SystemId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What may settle a difference without a person. Its parameters stand beside it in [`Policy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A person decides.
    ManualReview,
    /// A change at the source propagates; one elsewhere is put back, unless a person made it.
    SourceWins,
    /// The newest change wins, if every time is known and the clocks allow the comparison.
    MostRecentWins,
    /// The value that most systems hold wins; three systems or more.
    MostFrequent,
    /// The most trusted system that has a value wins: [`Policy::priority`], which may fade with
    /// age: [`Policy::half_life_days`].
    Priority,
    /// The largest number or the latest date wins.
    Max,
    /// The smallest number or the earliest date wins.
    Min,
    /// Every system's change is added to the agreed value: stock counts.
    Delta,
    /// Every item of every list is kept.
    Union,
}

impl Rule {
    /// Every rule, in the order they are offered.
    pub const ALL: [Self; 9] = [
        Self::ManualReview,
        Self::SourceWins,
        Self::MostRecentWins,
        Self::Priority,
        Self::MostFrequent,
        Self::Max,
        Self::Min,
        Self::Delta,
        Self::Union,
    ];

    /// The rule of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == name)
    }

    /// The text form, as stored and posted.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ManualReview => "manual_review",
            Self::SourceWins => "source_wins",
            Self::MostRecentWins => "most_recent_wins",
            Self::MostFrequent => "most_frequent",
            Self::Priority => "priority",
            Self::Max => "max",
            Self::Min => "min",
            Self::Delta => "delta",
            Self::Union => "union",
        }
    }

    /// Whether it asks who moved from the agreed value, so that it says nothing of a difference
    /// about which the systems never agreed.
    #[must_use]
    pub fn needs_agreement(self) -> bool {
        matches!(self, Self::SourceWins | Self::MostRecentWins | Self::Delta)
    }
}

/// How much harm a wrong value does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stakes {
    Low,
    Medium,
    High,
}

impl Stakes {
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// 1 low, 2 medium, 3 high: the number the queue is ordered by.
    #[must_use]
    pub fn rank(self) -> i64 {
        match self {
            Self::Low => 1,
            Self::Medium => 2,
            Self::High => 3,
        }
    }

    /// The stakes of that rank.
    #[must_use]
    pub fn of_rank(rank: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|stakes| stakes.rank() == rank)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    fn due_hours(self) -> u32 {
        match self {
            Self::Low => 7 * 24,
            Self::Medium => 24,
            Self::High => 8,
        }
    }
}

/// What is set at one level; None takes the level above.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_of_truth: Option<SystemId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// A CEL expression: where it is true a person decides, elsewhere the rule. An empty text
    /// takes away what a level above asks. See [`super::expression`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_if: Option<String>,
    /// Systems from the most to the least trusted, for [`Rule::Priority`]; others come last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Vec<SystemId>>,
    /// Days after which a value's trust has halved, for [`Rule::Priority`]; 0: it never fades.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stakes: Option<Stakes>,
    /// A reason code must be given with the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_asked: Option<bool>,
    /// Seconds in which a decision can be undone before it is sent, 0 to 300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_seconds: Option<u32>,
    /// Hours until a difference is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_hours: Option<u32>,
    /// A blank may win by rule. Default no: a blank against a value is reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_blank: Option<bool>,
    /// What becomes of a record that a system lost while others hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletes: Option<Deletes>,
    /// Whether differences may be decided many at once. Default: all but those of high stakes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bulk_allowed: Option<bool>,
    /// A second person approves a decision before anything of it is sent, never who decided. Default no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_approver: Option<bool>,
    /// Hours in which a second person approves. Default: as many as there are until a difference is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_hours: Option<u32>,
    /// Milliseconds added to the measured clock difference before newest counts as newer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_margin_ms: Option<u32>,
    /// Systems that write the agreed value otherwise get the form of the source of truth. Default no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tidy_formatting: Option<bool>,
    /// What is suggested is hidden until something is chosen. Default no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_blind: Option<bool>,
    /// One sentence: what goes wrong in the business if this is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_wrong: Option<String>,
}

/// What becomes of a record that a system lost while others hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deletes {
    /// A person decides.
    #[default]
    Review,
    /// It is made there again, if the source of truth holds it and nobody allowed it to be gone as part
    /// of a mass delete. Whose hand deleted it is not known, and a person's delete is undone as well:
    /// where people may delete records on one side alone, leave this at `review`.
    Restore,
    /// It is removed elsewhere, if it was the source of truth that lost it and nobody changed it since
    /// all agreed. What is removed is kept on the timeline, and can be made there again by hand.
    Propagate,
}

impl Deletes {
    pub const ALL: [Self; 3] = [Self::Review, Self::Restore, Self::Propagate];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Restore => "restore",
            Self::Propagate => "propagate",
        }
    }
}

/// The policies of one entity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityPolicy {
    #[serde(default)]
    pub all: Policy,
    /// By field or group.
    #[serde(default)]
    pub slots: BTreeMap<FieldId, Policy>,
}

/// One version of all policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Policies(pub BTreeMap<EntityId, EntityPolicy>);

/// What is in force for a slot, with nothing left open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    pub source_of_truth: Option<SystemId>,
    pub rule: Rule,
    /// False when no level names a rule, so that it is reviewed by default.
    pub rule_is_set: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_if: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priority: Vec<SystemId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life_days: Option<u32>,
    pub stakes: Stakes,
    pub reason_asked: bool,
    pub hold_seconds: u32,
    pub due_hours: u32,
    pub allow_blank: bool,
    #[serde(default)]
    pub deletes: Deletes,
    #[serde(default)]
    pub bulk_allowed: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_approver: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_hours: Option<u32>,
    pub clock_margin_ms: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tidy_formatting: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decide_blind: bool,
    pub if_wrong: Option<String>,
}

impl Effective {
    /// Hours in which a second person approves.
    #[must_use]
    pub fn approved_within(&self) -> u32 {
        self.approval_hours.unwrap_or(self.due_hours)
    }
}

const DEFAULT_HOLD_SECONDS: u32 = 20;
const DEFAULT_CLOCK_MARGIN_MS: u32 = 2000;

impl Policies {
    /// What is in force for a slot of an entity. A field tagged money, identity or stock is
    /// reviewed with high stakes unless the slot itself says otherwise.
    #[must_use]
    pub fn effective(&self, entity: &Entity, slot: &Slot<'_>) -> Effective {
        let none = EntityPolicy::default();
        let policy = self.0.get(&entity.id).unwrap_or(&none);
        let own = policy.slots.get(slot.policy_id()).cloned().unwrap_or_default();
        let tagged = slot.fields().any(|field| field.tag.is_some());
        let middle = if tagged { grave() } else { Policy::default() };
        own.or(&middle).or(&policy.all).effective()
    }
}

impl Policies {
    /// Every expression that a level sets.
    pub fn expressions(&self) -> impl Iterator<Item = &str> {
        let levels = self.0.values().flat_map(|own| std::iter::once(&own.all).chain(own.slots.values()));
        levels.filter_map(|policy| policy.review_if.as_deref()).filter(|text| !text.trim().is_empty())
    }

    /// Whether some slot of an entity is tidied.
    #[must_use]
    pub fn tidies(&self, entity: &Entity) -> bool {
        let Some(own) = self.0.get(&entity.id) else { return false };
        let levels = std::iter::once(&own.all).chain(own.slots.values());
        levels.filter_map(|level| level.tidy_formatting).any(|tidies| tidies)
    }

    /// What is in force for a record as a whole: whether it should exist somewhere is reviewed.
    #[must_use]
    pub fn effective_for_record(&self, entity: &Entity) -> Effective {
        let all = self.0.get(&entity.id).map(|policy| policy.all.clone()).unwrap_or_default();
        Policy { rule: Some(Rule::ManualReview), ..all }.effective()
    }
}

fn grave() -> Policy {
    Policy { rule: Some(Rule::ManualReview), stakes: Some(Stakes::High), ..Policy::default() }
}

impl Policy {
    /// This level, with what it leaves open taken from `above`.
    #[must_use]
    pub fn or(self, above: &Self) -> Self {
        Self {
            source_of_truth: self.source_of_truth.or_else(|| above.source_of_truth.clone()),
            rule: self.rule.or(above.rule),
            review_if: self.review_if.or_else(|| above.review_if.clone()),
            priority: self.priority.or_else(|| above.priority.clone()),
            half_life_days: self.half_life_days.or(above.half_life_days),
            stakes: self.stakes.or(above.stakes),
            reason_asked: self.reason_asked.or(above.reason_asked),
            hold_seconds: self.hold_seconds.or(above.hold_seconds),
            due_hours: self.due_hours.or(above.due_hours),
            allow_blank: self.allow_blank.or(above.allow_blank),
            deletes: self.deletes.or(above.deletes),
            bulk_allowed: self.bulk_allowed.or(above.bulk_allowed),
            second_approver: self.second_approver.or(above.second_approver),
            approval_hours: self.approval_hours.or(above.approval_hours),
            clock_margin_ms: self.clock_margin_ms.or(above.clock_margin_ms),
            tidy_formatting: self.tidy_formatting.or(above.tidy_formatting),
            decide_blind: self.decide_blind.or(above.decide_blind),
            if_wrong: self.if_wrong.or_else(|| above.if_wrong.clone()),
        }
    }

    fn effective(self) -> Effective {
        let stakes = self.stakes.unwrap_or(Stakes::Medium);
        Effective {
            source_of_truth: self.source_of_truth,
            rule: self.rule.unwrap_or(Rule::ManualReview),
            rule_is_set: self.rule.is_some(),
            review_if: self.review_if.filter(|expression| !expression.trim().is_empty()),
            priority: self.priority.unwrap_or_default(),
            half_life_days: self.half_life_days.filter(|days| *days > 0),
            stakes,
            reason_asked: self.reason_asked.unwrap_or(false),
            hold_seconds: self.hold_seconds.unwrap_or(DEFAULT_HOLD_SECONDS),
            due_hours: self.due_hours.unwrap_or_else(|| stakes.due_hours()),
            allow_blank: self.allow_blank.unwrap_or(false),
            deletes: self.deletes.unwrap_or_default(),
            bulk_allowed: self.bulk_allowed.unwrap_or(stakes != Stakes::High),
            second_approver: self.second_approver.unwrap_or(false),
            approval_hours: self.approval_hours,
            clock_margin_ms: self.clock_margin_ms.unwrap_or(DEFAULT_CLOCK_MARGIN_MS),
            tidy_formatting: self.tidy_formatting.unwrap_or(false),
            decide_blind: self.decide_blind.unwrap_or(false),
            if_wrong: self.if_wrong,
        }
    }
}
