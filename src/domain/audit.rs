//! The audit log: what an entry says, how entries are chained, and how the chain is verified.
//!
//! An entry's line is one JSON text. Its hash is SHA-256 over the previous entry's hash in
//! hexadecimal, a line feed, and the line's exact bytes, so that anybody can check it with
//! `sha256sum`. Personal values never stand in the line: it holds their HMAC under a key of
//! the record they are about, and the values themselves are sealed in a side table, so that
//! destroying the key erases them and leaves the chain whole.

use super::ids::{
    ConflictId, DeliveryId, EntityId, FieldId, RecordId, ResolutionId, RunId, SystemId, UserId,
};
use super::seal::{self, Key};
use super::time::{self, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What happened, as a closed list; the text form stands in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    ConflictOpened,
    ConflictClosed,
    ConflictReopened,
    ConflictClaimed,
    ConflictAssigned,
    ConflictPutOff,
    ConflictReturned,
    ConflictEscalated,
    ConflictSentBack,
    ConflictSkipped,
    Decided,
    SettledByRule,
    ReviewAsked,
    Commented,
    CommentWithdrawn,
    Tagged,
    Untagged,
    QuestionAsked,
    QuestionAnswered,
    QuestionWithdrawn,
    QuestionEnded,
    DecisionTold,
    Objected,
    CauseCorrected,
    SampleDrawn,
    SampleAnswered,
    SettledByItself,
    Undone,
    Reversed,
    DeliveryConfirmed,
    DeliveryAcceptedWithChanges,
    DeliveryRefused,
    DeliveryOvertaken,
    DeliveryByHand,
    DeliveryRetried,
    TargetPaused,
    TargetResumed,
    RunEnded,
    RunFailed,
    IncidentOpened,
    IncidentDecided,
    IncidentEnded,
    GroupDecided,
    GroupTakenBack,
    ApprovalAsked,
    Approved,
    ApprovalSentBack,
    ApprovalEnded,
    ApprovalExpired,
    PolicyChanged,
    PolicyDrafted,
    PolicyDraftRebased,
    PolicyDraftDiscarded,
    PolicyShadowStarted,
    PolicyShadowEnded,
    ConfigurationChanged,
    WritesEnabled,
    WritesDisabled,
    LinksImported,
    RecordSeparated,
    RecordRejoined,
    UserAdded,
    UserChanged,
    AwayChanged,
    RouteChanged,
    TokenIssued,
    TokenRevoked,
    SignedIn,
    SignInFailed,
    SignedOut,
    Read,
    Exported,
    ViewReportScheduled,
    ViewReportEnded,
    DemoEdited,
}

impl Action {
    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(text)) => text,
            _ => String::new(),
        }
    }
}

/// Who did it, and in which role at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub kind: ActorKind,
    /// A user id, or the policy version for a rule.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// A person's name, or what stands for it on screen.
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    Person,
    Program,
    /// A policy that settled a difference.
    Rule,
    /// Referee itself: detection, deliveries, start-up.
    Referee,
}

impl Actor {
    /// Referee itself.
    #[must_use]
    pub fn referee() -> Self {
        Self { kind: ActorKind::Referee, id: String::new(), name: "Referee".into(), role: String::new() }
    }

    /// The policy of that version.
    #[must_use]
    pub fn rule(version: i64) -> Self {
        let name = format!("policy version {version}");
        Self { kind: ActorKind::Rule, id: version.to_string(), name, role: String::new() }
    }
}

/// What an entry is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<EntityId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<ConflictId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<ResolutionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
}

/// One thing to be written to the log. Made by engine verbs; numbered and chained at commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub action: Action,
    pub actor: Actor,
    pub about: About,
    pub policy_version: Option<i64>,
    /// What is not personal: counts, states, reasons, names of fields.
    pub facts: BTreeMap<String, String>,
    /// What may be personal: values, names, notes. Sealed per subject.
    pub values: BTreeMap<String, String>,
}

impl Event {
    /// An event of `actor` about `about`, with nothing more to say yet.
    #[must_use]
    pub fn new(action: Action, actor: Actor, about: About) -> Self {
        let (facts, values) = (BTreeMap::new(), BTreeMap::new());
        Self { action, actor, about, policy_version: None, facts, values }
    }

    #[must_use]
    pub fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }

    #[must_use]
    pub fn value(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }

    #[must_use]
    pub fn policy(mut self, version: i64) -> Self {
        self.policy_version = Some(version);
        self
    }

    /// Whose key seals the event's personal values: the record's, else that of the user it is
    /// about, else the actor's.
    #[must_use]
    pub fn subject(&self) -> String {
        subject(&self.about, &self.actor)
    }
}

fn subject(about: &About, actor: &Actor) -> String {
    match (&about.record, &about.user) {
        (Some(record), _) => format!("record/{record}"),
        (None, Some(user)) => format!("user/{user}"),
        (None, None) => format!("user/{}", actor.id),
    }
}

impl Line {
    /// Whose key seals the values that the line names.
    #[must_use]
    pub fn subject(&self) -> String {
        subject(&self.about, &self.actor)
    }
}

/// The line of an entry, as stored and hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub seq: i64,
    pub at: String,
    pub action: Action,
    pub actor: Actor,
    #[serde(default)]
    pub about: About,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<i64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// Name of each sealed value and its HMAC under the subject's key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sealed: BTreeMap<String, String>,
}

/// A chained entry, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: i64,
    pub line: String,
    pub hash: String,
}

/// Makes the entry that follows `previous` (its hash) with this number and time.
///
/// # Errors
/// The line cannot be serialised, which no event made here can cause.
pub fn chain(
    previous: &str,
    seq: i64,
    at: Time,
    event: &Event,
    key: &Key,
) -> Result<Entry, serde_json::Error> {
    let sealed = event.values.iter().map(|(name, value)| (name.clone(), key.mac(value))).collect();
    let line = serde_json::to_string(&Line {
        seq,
        at: time::stamp(at),
        action: event.action,
        actor: event.actor.clone(),
        about: event.about.clone(),
        policy_version: event.policy_version,
        facts: event.facts.clone(),
        sealed,
    })?;
    let hash = hash(previous, &line);
    Ok(Entry { seq, line, hash })
}

/// The hash of a line that follows `previous`.
#[must_use]
pub fn hash(previous: &str, line: &str) -> String {
    seal::sha256(&[previous.as_bytes(), b"\n", line.as_bytes()])
}

/// Walks a chain entry by entry, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    seq: i64,
    hash: String,
}

/// The first entry that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq}: {problem}")]
pub struct Broken {
    pub seq: i64,
    pub problem: String,
}

impl Default for Verifier {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

impl Verifier {
    /// The number of the last good entry and its hash.
    #[must_use]
    pub fn head(&self) -> (i64, &str) {
        (self.seq, &self.hash)
    }

    /// Checks the next entry.
    ///
    /// # Errors
    /// A number is missing or stands twice, the line's own number is another, or the hash is not that of
    /// the line after its predecessor.
    pub fn next(&mut self, entry: &Entry) -> Result<(), Broken> {
        let expected = self.seq + 1;
        if entry.seq != expected {
            let problem = format!("is missing: the next one stored is {}", entry.seq);
            return Err(Broken { seq: expected, problem });
        }
        if hash(&self.hash, &entry.line) != entry.hash {
            let problem = "its text or an entry before it was changed: the hash does not match".to_owned();
            return Err(Broken { seq: entry.seq, problem });
        }
        let line: Line = serde_json::from_str(&entry.line)
            .map_err(|e| Broken { seq: entry.seq, problem: format!("cannot be read: {e}") })?;
        if line.seq != entry.seq {
            return Err(Broken {
                seq: entry.seq,
                problem: format!("says of itself that it is {}", line.seq),
            });
        }
        self.seq = entry.seq;
        self.hash.clone_from(&entry.hash);
        Ok(())
    }

    /// Checks that the chain ends where the stored head says it does.
    ///
    /// # Errors
    /// Entries were cut from the tail.
    pub fn end(&self, head_seq: i64, head_hash: &str) -> Result<(), Broken> {
        if (self.seq, self.hash.as_str()) == (head_seq, head_hash) {
            return Ok(());
        }
        let problem = format!("is missing: the log should reach {head_seq} and ends at {}", self.seq);
        Err(Broken { seq: self.seq + 1, problem })
    }
}
