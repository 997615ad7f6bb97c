//! Why a field of a record is judged as it is: every step, in its order.

use super::author::{AuthorKind, Hand};
use super::cause::{Past, Suspect};
use super::clock::{Measured, Offset};
use super::diff::{self, Candidate, Compared, Kind, Standing};
use super::entity::{Entity, Slot};
use super::ids::{FieldId, SystemId};
use super::judge::{Checked, Circumstances, Fate, Finding, Verdict, time_of_change};
use super::opinion::{self, Question, Rulebook};
use super::past;
use super::policy::Effective;
use super::presence::{Lacking, Presence, RECORD};
use super::record::{Base, Holding, comparable, duplicates};
use super::tidy::{Untidy, untidy};
use super::time::Time;
use super::value::{Held, Tuple};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How one field, group or child row of one record is judged, or whether the record is where it
/// should be, step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pub field: FieldId,
    pub label: String,
    /// What every system that maps the field says, in the order of the configuration.
    pub voices: Vec<Voice>,
    /// Systems that lack the record, where that is what is judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<SystemId>,
    /// The last value on which all agreed, and since when.
    pub agreed: Option<AgreedOn>,
    pub standing: Outcome,
    /// How the values differ; none where nothing is judged.
    pub kind: Option<Kind>,
    /// What is in force, with nothing left open.
    pub policy: Effective,
    /// What the judge found, in order.
    pub findings: Vec<Finding>,
    /// Every guard that was asked; none when no rule chose anything.
    pub guards: Vec<Checked>,
    pub verdict: Option<Said>,
    /// Systems that write the agreed value otherwise and that policy tidies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untidy: Vec<Untidy>,
    /// The causes it may have, the likeliest first.
    pub causes: Vec<Suspect>,
}

/// Where the order of judgement ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All are known and equal after normalising.
    Agreed,
    /// The readable ones are equal, and some cannot be read, or hold the record twice.
    Waiting,
    /// Left different on purpose, and nothing has moved since.
    Excepted,
    /// It was judged.
    Judged,
}

/// The last agreed value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgreedOn {
    pub values: Tuple,
    pub normal: Tuple,
    pub since: Time,
}

/// One system's word, raw and as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Voice {
    pub system: SystemId,
    pub external_id: String,
    pub values: Tuple,
    pub normal: Tuple,
    /// Differs from the agreed value.
    pub moved: bool,
    /// Takes no part, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// The change happened after this read; none at the first one.
    pub read_after: Option<Time>,
    pub read_at: Time,
    /// What the source says of its row's last change.
    pub modified_at: Option<Time>,
    pub modified_by: Option<String>,
    /// That time, if it lies in the interval in which the change was learned.
    pub changed_at: Option<Time>,
    pub hand: AuthorKind,
    /// What was measured of the system's clock; without that it is taken to be ours.
    pub clock: Option<VoiceClock>,
    /// Records the same author changed there within ten minutes.
    pub burst: i64,
}

/// A system's clock, as its times are judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct VoiceClock {
    /// How far it runs ahead of ours, and within what that is known, in milliseconds.
    #[serde(flatten)]
    pub now: Offset,
    pub measured_at: Time,
    /// As it was before it was set within the last day: both count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Offset>,
}

impl From<&Measured> for VoiceClock {
    fn from(clock: &Measured) -> Self {
        Self { now: clock.now, measured_at: clock.at, before: clock.before.map(|(before, _)| before) }
    }
}

/// The outcome of judging.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// A rule settles it: every system gets these values; `system` holds them already.
    Settle { system: Option<SystemId>, values: Tuple },
    /// The record is made again where it was lost, as this system holds it.
    Restore { system: SystemId },
    /// The record is removed where it still is, since this system lost it.
    Remove { system: SystemId },
    /// A person decides.
    Review,
}

/// A field of a record with all that is known of it.
pub struct Subject<'a> {
    pub book: &'a Rulebook<'a>,
    pub entity: &'a Entity,
    pub base: &'a Base,
    /// Of every system, in the order of the configuration.
    pub holdings: &'a [Holding],
    pub past: &'a [Past],
    /// Whether that is all there is of a system.
    pub is_whole: &'a dyn Fn(&SystemId) -> bool,
    /// Systems that changed some field of the record since all agreed.
    pub moved: &'a BTreeSet<SystemId>,
    /// What Referee last wrote of the slot, by system.
    pub written: &'a BTreeMap<SystemId, Tuple>,
    pub circumstances: &'a Circumstances,
    pub now: Time,
}

impl Subject<'_> {
    /// Explains one slot; `hand` tells whose a candidate is, and `excepted` whether a dispute
    /// stands by a decision, by its fingerprint.
    pub fn explain(
        &self,
        slot: &Slot<'_>,
        hand: impl Fn(&Candidate) -> Hand,
        excepted: impl Fn(&str) -> bool,
    ) -> Explanation {
        let mut compared = diff::compare(slot, self.base, &comparable(self.holdings));
        past::date(&mut compared, self.past, self.is_whole);
        let policy = self.book.policy(self.entity, slot);
        let mut explanation = Explanation {
            field: slot.id.clone(),
            label: slot.label.to_owned(),
            voices: self.voices(slot, &compared, &hand),
            absent: Vec::new(),
            agreed: compared.base.as_ref().map(|(values, since)| AgreedOn {
                values: values.clone(),
                normal: diff::normal(slot, values),
                since: *since,
            }),
            standing: Outcome::Waiting,
            kind: None,
            policy,
            findings: Vec::new(),
            guards: Vec::new(),
            verdict: None,
            untidy: Vec::new(),
            causes: Vec::new(),
        };
        match compared.standing {
            Standing::Waiting => {}
            Standing::Agreed(_) if explanation.voices.iter().any(|voice| voice.left_out.is_some()) => {}
            Standing::Agreed(_) => {
                explanation.standing = Outcome::Agreed;
                explanation.untidy = untidy(slot, &compared, &explanation.policy);
            }
            Standing::Differs(kind) => self.judge(&mut explanation, slot, kind, &compared, hand, excepted),
        }
        explanation
    }

    fn judge(
        &self,
        explanation: &mut Explanation,
        slot: &Slot<'_>,
        kind: Kind,
        compared: &Compared,
        hand: impl Fn(&Candidate) -> Hand,
        excepted: impl Fn(&str) -> bool,
    ) {
        let holdings = comparable(self.holdings);
        let hands: Vec<Hand> = compared.candidates.iter().map(hand).collect();
        let (dispute, judgement) = opinion::of_values(&Question {
            book: self.book,
            entity: self.entity,
            slot,
            kind,
            compared,
            hands: &hands,
            moved: self.moved,
            holdings: &holdings,
            past: self.past,
            written: self.written,
            circumstances: self.circumstances,
            now: self.now,
        });
        let stands = excepted(&dispute.fingerprint());
        explanation.standing = if stands { Outcome::Excepted } else { Outcome::Judged };
        explanation.kind = Some(kind);
        let verdict = match judgement.verdict {
            Verdict::Settle { system, values } => Said::Settle { system, values },
            Verdict::Review => Said::Review,
        };
        // What stands by a decision is not judged again, whatever a rule would say.
        explanation.verdict = (!stands).then_some(verdict);
        (explanation.findings, explanation.guards) = (judgement.findings, judgement.guards);
        explanation.causes = dispute.causes;
    }

    fn voices(&self, slot: &Slot<'_>, compared: &Compared, hand: &impl Fn(&Candidate) -> Hand) -> Vec<Voice> {
        let twice = duplicates(self.holdings);
        let present = self.holdings.iter().filter(|holding| holding.present);
        let voice = |holding: &Holding| {
            let values = diff::shown(slot, holding)?;
            let candidate = compared.candidates.iter().find(|own| own.system == holding.system);
            let hand = candidate.map(hand);
            let left_out = match candidate {
                Some(_) => None,
                None if twice.contains_key(&holding.system) => Some(TWICE.to_owned()),
                None => Some(why_unknown(slot, holding)),
            };
            Some(Voice {
                moved: candidate.is_some_and(|own| own.moved),
                left_out,
                changed_at: candidate.and_then(time_of_change),
                burst: hand.as_ref().map_or(0, |hand| hand.burst),
                hand: hand.map_or(AuthorKind::Unknown, |hand| hand.kind),
                clock: self.book.clocks.of(&holding.system).map(VoiceClock::from),
                ..Voice::of(holding, diff::normal(slot, &values), values)
            })
        };
        present.filter_map(voice).collect()
    }

    /// Explains where the record is that people call `title`: whether each system that should have
    /// it does, and what becomes of it where one does not.
    pub fn explain_presence(
        &self,
        title: &str,
        presence: Presence,
        excepted: impl Fn(&str) -> bool,
    ) -> Explanation {
        let mut explanation = Explanation {
            field: FieldId::from(RECORD),
            label: self.entity.label.clone(),
            voices: self.whereabouts(title),
            absent: Vec::new(),
            agreed: None,
            standing: Outcome::Waiting,
            kind: None,
            policy: self.book.policies.effective_for_record(self.entity),
            findings: Vec::new(),
            guards: Vec::new(),
            verdict: None,
            untidy: Vec::new(),
            causes: Vec::new(),
        };
        match (presence, self.circumstances.incident.clone()) {
            (Presence::Unclear, _) => {}
            (Presence::Whole, None) => explanation.standing = Outcome::Agreed,
            // What a mass delete took stays as it was held, until somebody has chosen.
            (Presence::Whole, Some(incident)) => explanation.findings.push(Finding::Incident { incident }),
            (Presence::Lacking(lacking), _) => {
                self.judge_absence(&mut explanation, title, lacking, excepted);
            }
        }
        explanation
    }

    fn judge_absence(
        &self,
        explanation: &mut Explanation,
        title: &str,
        lacking: Lacking,
        excepted: impl Fn(&str) -> bool,
    ) {
        let policies = self.book.policies;
        let holdings = comparable(self.holdings);
        (explanation.kind, explanation.absent) = (Some(lacking.kind), lacking.absent.clone());
        let (dispute, fate) =
            opinion::of_absence(policies, self.entity, title, lacking, &holdings, self.circumstances);
        let stands = excepted(&dispute.fingerprint());
        explanation.standing = if stands { Outcome::Excepted } else { Outcome::Judged };
        let verdict = match (fate, dispute.policy.source_of_truth) {
            (Fate::Restore, Some(system)) => Said::Restore { system },
            (Fate::Remove, Some(system)) => Said::Remove { system },
            _ => Said::Review,
        };
        explanation.verdict = (!stands).then_some(verdict);
        (explanation.findings, explanation.causes) = (dispute.findings, dispute.causes);
    }

    /// The systems that hold the record, each with its name.
    fn whereabouts(&self, title: &str) -> Vec<Voice> {
        let twice = duplicates(self.holdings);
        let present = self.holdings.iter().filter(|holding| holding.present);
        let title: Tuple = vec![Held::from(title)];
        let voice = |holding: &Holding| Voice {
            left_out: twice.contains_key(&holding.system).then(|| TWICE.to_owned()),
            ..Voice::of(holding, title.clone(), title.clone())
        };
        present.map(voice).collect()
    }
}

const TWICE: &str = "the system holds the record more than once";

impl Voice {
    /// What a holding says, of which nothing more is known.
    fn of(holding: &Holding, normal: Tuple, values: Tuple) -> Self {
        Self {
            system: holding.system.clone(),
            external_id: holding.external_id.clone(),
            values,
            normal,
            moved: false,
            left_out: None,
            read_after: holding.read.after,
            read_at: holding.read.at,
            modified_at: holding.read.modified_at,
            modified_by: holding.read.modified_by.clone(),
            changed_at: None,
            hand: AuthorKind::Unknown,
            clock: None,
            burst: 0,
        }
    }
}

fn why_unknown(slot: &Slot<'_>, holding: &Holding) -> String {
    let unknown = slot.fields().find(|field| holding.fields.get(&field.id) == Some(&Held::Unknown));
    let why = unknown.and_then(|field| holding.problems.get(&field.id));
    why.map_or_else(
        || "its value cannot be read".to_owned(),
        |why| format!("its value cannot be read: {why}"),
    )
}
