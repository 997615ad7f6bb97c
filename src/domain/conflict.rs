//! Conflicts and their differences.
//!
//! ```text
//!            decide                 confirmed everywhere
//!   Open ------------> Decided ----------------------------> (closed)
//!    ^ |                  | undone, overtaken
//!    | |                  +-----------> Open, with the draft
//!    | +-- leave different --> Excepted -- expired or a value moved --> Open
//!    | +-- a rule chose -----> SettledByRule -- overtaken --> Open
//!    | +-- systems agree ----> SettledByItself
//!    +---- (a new difference)
//! ```

use super::audit::Actor;
use super::author::Hand;
use super::cause::{Cause, Suspect};
use super::diff::{Candidate, Compared, Kind};
use super::ids::{FieldId, IncidentId, ResolutionId, SystemId};
use super::judge::Finding;
use super::policy::Effective;
use super::time::Time;
use super::value::{Held, Tuple};
use serde::{Deserialize, Serialize};

/// The state of one difference; each variant carries exactly that state's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferenceState {
    Open,
    /// Decided by a person; closed once every delivery is confirmed.
    Decided {
        resolution: ResolutionId,
        closed: Option<Time>,
    },
    /// Left different on purpose.
    Excepted {
        resolution: ResolutionId,
    },
    SettledByRule {
        resolution: ResolutionId,
        closed: Option<Time>,
    },
    /// The systems came to agree without us.
    SettledByItself {
        at: Time,
    },
}

/// A transition that the present state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a difference that is {from} cannot be {to}")]
pub struct TransitionError {
    pub from: &'static str,
    pub to: &'static str,
}

impl DifferenceState {
    /// The text form, as stored.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Decided { .. } => "decided",
            Self::Excepted { .. } => "excepted",
            Self::SettledByRule { .. } => "settled_by_rule",
            Self::SettledByItself { .. } => "settled_by_itself",
        }
    }

    /// Waits for a person.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// A decision is on its way to the systems.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Decided { closed: None, .. } | Self::SettledByRule { closed: None, .. })
    }

    /// The resolution that decided it.
    #[must_use]
    pub fn resolution(&self) -> Option<&ResolutionId> {
        match self {
            Self::Decided { resolution, .. }
            | Self::Excepted { resolution }
            | Self::SettledByRule { resolution, .. } => Some(resolution),
            Self::Open | Self::SettledByItself { .. } => None,
        }
    }

    /// When it ended, if it did.
    #[must_use]
    pub fn closed_at(&self) -> Option<Time> {
        match self {
            Self::Decided { closed, .. } | Self::SettledByRule { closed, .. } => *closed,
            Self::SettledByItself { at } => Some(*at),
            Self::Open | Self::Excepted { .. } => None,
        }
    }

    /// # Errors
    /// It is not open.
    pub fn decide(self, resolution: ResolutionId) -> Result<Self, TransitionError> {
        self.leave_open("decided", Self::Decided { resolution, closed: None })
    }

    /// # Errors
    /// It is not open.
    pub fn except(self, resolution: ResolutionId) -> Result<Self, TransitionError> {
        self.leave_open("left different", Self::Excepted { resolution })
    }

    /// # Errors
    /// It is not open.
    pub fn settle_by_rule(self, resolution: ResolutionId) -> Result<Self, TransitionError> {
        self.leave_open("settled by rule", Self::SettledByRule { resolution, closed: None })
    }

    /// Systems came to agree: from open, excepted, or a decision that had not been sent.
    #[must_use]
    pub fn settle_by_itself(self, at: Time) -> Self {
        match self {
            Self::SettledByItself { .. } => self,
            _ => Self::SettledByItself { at },
        }
    }

    /// Every delivery was confirmed.
    ///
    /// # Errors
    /// Nothing was decided.
    pub fn close(self, at: Time) -> Result<Self, TransitionError> {
        match self {
            Self::Decided { resolution, .. } => Ok(Self::Decided { resolution, closed: Some(at) }),
            Self::SettledByRule { resolution, .. } => {
                Ok(Self::SettledByRule { resolution, closed: Some(at) })
            }
            other => Err(TransitionError { from: other.name(), to: "closed" }),
        }
    }

    /// Undone, overtaken, an exception ended, or a value moved.
    ///
    /// # Errors
    /// It is closed: a new difference is another one.
    pub fn reopen(self) -> Result<Self, TransitionError> {
        match self.closed_at() {
            Some(_) => Err(TransitionError { from: self.name(), to: "reopened" }),
            None => Ok(Self::Open),
        }
    }

    fn leave_open(self, to: &'static str, next: Self) -> Result<Self, TransitionError> {
        if self.is_open() { Ok(next) } else { Err(TransitionError { from: self.name(), to }) }
    }
}

/// What a difference says, as last judged: shown on the page and stored with each decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    pub field: FieldId,
    pub kind: Kind,
    /// Every distinct value with its number, in the order of the systems.
    pub values: Vec<Distinct>,
    /// Systems that have no such record (kinds missing and deleted).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<SystemId>,
    /// The last agreed value and since when.
    pub agreed: Option<(Tuple, Time)>,
    pub findings: Vec<Finding>,
    /// The causes it may have, the likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Suspect>,
    /// What a steward said the cause is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Correction>,
    /// A person asked for a decision: no rule settles it, and it stays open though all agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    pub policy: Effective,
}

/// Who asked for a decision, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub by: String,
    pub reason: String,
}

/// A steward's word on a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// One of [`Cause::NAMES`].
    pub cause: String,
    pub by: String,
}

/// One distinct value and who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distinct {
    /// The key that picks it, from 1.
    pub n: usize,
    pub normal: Tuple,
    /// Who holds it now; nobody, if it was held before the question was asked again.
    pub holders: Vec<Holder>,
    /// The text of a value that nobody holds any longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Was>,
}

/// A value that was held before a question was asked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Was {
    pub values: Tuple,
    /// The decision it was on the page of, where one is doubted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Doubted>,
}

/// A decision that somebody doubts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubted {
    pub decision: ResolutionId,
    pub by: Actor,
    /// The policy version it was made under.
    pub policy_version: i64,
}

/// One system's word for a distinct value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub candidate: Candidate,
    pub hand: Hand,
}

impl Distinct {
    /// The text that is kept: the source of truth's if it holds this value, else the first one's.
    #[must_use]
    pub fn shown(&self, source_of_truth: Option<&SystemId>) -> &[Held] {
        let source = self.holders.iter().find(|holder| Some(&holder.candidate.system) == source_of_truth);
        let holder = source.or(self.holders.first()).map(|holder| &holder.candidate.shown);
        holder.or(self.was.as_ref().map(|was| &was.values)).map_or(&[], Vec::as_slice)
    }
}

impl Dispute {
    /// The incident that holds it.
    #[must_use]
    pub fn incident(&self) -> Option<&IncidentId> {
        self.findings.iter().find_map(|finding| match finding {
            Finding::Incident { incident } => Some(incident),
            _ => None,
        })
    }

    /// The distinct value of that number.
    #[must_use]
    pub fn value(&self, n: usize) -> Option<&Distinct> {
        self.values.iter().find(|value| value.n == n)
    }

    /// Where a person asked for a decision, the values that were held earlier stay choices:
    /// those of the same question, or those on the page of a decision that is doubted.
    pub fn remember(&mut self, earlier: &Self, doubted: Option<&Doubted>) {
        if self.asked.is_none() {
            return;
        }
        let source = self.policy.source_of_truth.clone();
        for value in &earlier.values {
            if self.values.iter().all(|known| known.normal != value.normal) {
                let values = value.shown(source.as_ref()).to_vec();
                let now = || Was { values, before: doubted.cloned() };
                let (n, was) = (self.values.len() + 1, Some(value.was.clone().unwrap_or_else(now)));
                self.values.push(Distinct { n, normal: value.normal.clone(), holders: Vec::new(), was });
            }
        }
    }

    /// Whether nothing but the form of an agreed value is at stake.
    #[must_use]
    pub fn is_of_form(&self) -> bool {
        self.findings.iter().any(|finding| matches!(finding, Finding::Tidied { .. }))
    }

    /// The name of the rule that settles it.
    #[must_use]
    pub fn rule_name(&self) -> &'static str {
        if self.is_of_form() { "tidy_formatting" } else { self.policy.rule.as_str() }
    }

    /// Numbers the distinct values of a comparison.
    #[must_use]
    pub fn distinct(compared: &Compared, hands: &[Hand]) -> Vec<Distinct> {
        Self::numbered(compared, hands, |candidate| &candidate.normal)
    }

    /// Numbers the forms in which one value is written.
    #[must_use]
    pub fn forms(compared: &Compared, hands: &[Hand]) -> Vec<Distinct> {
        Self::numbered(compared, hands, |candidate| &candidate.shown)
    }

    fn numbered(compared: &Compared, hands: &[Hand], of: impl Fn(&Candidate) -> &Tuple) -> Vec<Distinct> {
        let mut values: Vec<Distinct> = Vec::new();
        for (candidate, hand) in compared.candidates.iter().zip(hands) {
            let holder = Holder { candidate: candidate.clone(), hand: hand.clone() };
            let is_it = |value: &&mut Distinct| {
                value.holders.first().is_some_and(|first| of(&first.candidate) == of(candidate))
            };
            match values.iter_mut().find(is_it) {
                Some(value) => value.holders.push(holder),
                None => {
                    let n = values.len() + 1;
                    values.push(Distinct {
                        n,
                        normal: candidate.normal.clone(),
                        holders: vec![holder],
                        was: None,
                    });
                }
            }
        }
        values
    }

    /// Tells two disputes over other values apart: SHA-256 of kind, systems and normal forms.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut text = self.kind.as_str().to_owned();
        let mut words: Vec<(&str, &Tuple)> = self
            .values
            .iter()
            .flat_map(|value| value.holders.iter().map(|h| (h.candidate.system.as_str(), &value.normal)))
            .collect();
        words.sort_unstable();
        for (system, normal) in words {
            text.push_str(&format!("\n{system}\t{normal:?}"));
        }
        for system in &self.absent {
            text.push_str(&format!("\nabsent\t{system}"));
        }
        super::seal::sha256(&[text.as_bytes()])
    }
}

impl Dispute {
    /// The likeliest cause found.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        self.causes.first().map_or(&Cause::Unknown, |suspect| &suspect.cause)
    }

    /// The name of the cause: a steward's word before what was found.
    #[must_use]
    pub fn cause_name(&self) -> &str {
        self.corrected.as_ref().map_or_else(|| self.cause().name(), |own| own.cause.as_str())
    }

    /// The systems in dispute, as `,portal,warehouse,`: the form that is searched in.
    #[must_use]
    pub fn systems(&self) -> String {
        let holders = self.values.iter().flat_map(|value| &value.holders);
        let systems = holders.map(|holder| &holder.candidate.system).chain(&self.absent);
        systems.fold(",".to_owned(), |list, system| list + system.as_str() + ",")
    }
}
