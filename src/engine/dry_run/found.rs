//! What a dry run finds: records that differ, judged in batches with what the store knows.

use super::side::Side;
use super::{DryRunError, Report};
use crate::domain::author::{AuthorKind, Hand};
use crate::domain::conflict::Dispute;
use crate::domain::diff::{self, Candidate, Kind, Standing};
use crate::domain::entity::Entity;
use crate::domain::ids::{FieldId, RecordId, SystemId};
use crate::domain::judge::{Circumstances, Verdict};
use crate::domain::opinion::{self, Question};
use crate::domain::presence::Lacking;
use crate::domain::record::{Base, Holding};
use crate::domain::rows;
use crate::domain::time::Time;
use crate::engine::{Engine, Setup};
use crate::store::exceptions::{self, Exception};
use crate::store::{StoreError, records};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a run would do with a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Would {
    /// Put it before a person.
    Review,
    /// Settle it by its rule, with this system's value or with one that the rule made.
    Settle { system: Option<SystemId> },
    /// Leave it: somebody decided that it stands.
    LeaveDifferent,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Found {
    /// The shared identifier.
    pub key: String,
    /// The record, if it is known already.
    pub record: Option<RecordId>,
    pub dispute: Dispute,
    pub would: Would,
}

/// What a difference is counted as: a child row as one of its kind.
pub(super) fn counted_as(field: &FieldId) -> FieldId {
    rows::row_of(field).map_or_else(|| field.clone(), |(children, _)| children.into())
}

/// How many differences of a field there are, by what would become of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub review: u64,
    pub settle: u64,
    pub leave_different: u64,
}

/// What a dry run compared and found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Shared identifiers met in any system.
    pub records: u64,
    /// Those on which every field agrees.
    pub agree: u64,
    pub differ: u64,
    /// Those that could not be compared: a row stands twice, or cannot be read.
    pub left_out: u64,
    /// Records a system does not have, by system.
    pub lacking: BTreeMap<SystemId, u64>,
    /// By field or group.
    pub differences: BTreeMap<FieldId, Counts>,
    /// By field or group: values that are written differently and are the same.
    pub written: BTreeMap<FieldId, u64>,
}

/// A record that may differ.
pub(super) struct Pending {
    pub key: String,
    pub holdings: Vec<Holding>,
    /// Systems that should have it and have not.
    pub absent: Vec<SystemId>,
    /// The slots that differ.
    pub fields: Vec<FieldId>,
}

pub(super) struct Judge<'a> {
    engine: &'a Engine,
    setup: &'a Setup,
    entity: &'a Entity,
    sides: &'a [Side],
    now: Time,
}

/// What the store knows of the records of a batch.
struct Known {
    records: HashMap<String, RecordId>,
    bases: HashMap<RecordId, Base>,
    exceptions: Vec<Exception>,
}

impl<'a> Judge<'a> {
    pub fn new(engine: &'a Engine, setup: &'a Setup, entity: &'a Entity, sides: &'a [Side]) -> Self {
        Self { engine, setup, entity, sides, now: engine.now() }
    }

    /// Judges the records of a batch and empties it.
    pub async fn judge(
        &self,
        batch: &mut Vec<Pending>,
        summary: &mut Summary,
        report: &mut Report<'_>,
    ) -> Result<(), DryRunError> {
        if batch.is_empty() {
            return Ok(());
        }
        let known = self.known(batch).await?;
        for pending in batch.drain(..) {
            let mut differs = false;
            for found in self.found(&known, &pending) {
                let counts = summary.differences.entry(counted_as(&found.dispute.field)).or_default();
                *match found.would {
                    Would::Review => &mut counts.review,
                    Would::Settle { .. } => &mut counts.settle,
                    Would::LeaveDifferent => &mut counts.leave_different,
                } += 1;
                differs = true;
                report(&found)?;
            }
            *(if differs { &mut summary.differ } else { &mut summary.agree }) += 1;
            // A stop or the deadline gets in between two records.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn known(&self, batch: &[Pending]) -> Result<Known, StoreError> {
        let mut session = self.engine.store().session().await?;
        let links: Vec<&str> = batch.iter().map(|pending| pending.key.as_str()).collect();
        let found = records::by_links(&mut session, &self.entity.id, &links).await?;
        let records: HashMap<String, RecordId> =
            found.into_iter().filter_map(|record| Some((record.link?, record.id))).collect();
        let ids: Vec<RecordId> = records.values().cloned().collect();
        if ids.is_empty() {
            return Ok(Known { records, bases: HashMap::new(), exceptions: Vec::new() });
        }
        let bases = records::bases(&mut session, &ids).await?.into_iter().collect();
        Ok(Known { records, bases, exceptions: exceptions::of_records(&mut session, &ids).await? })
    }

    fn found(&self, known: &Known, pending: &Pending) -> Vec<Found> {
        let record = known.records.get(&pending.key);
        let base = record.and_then(|record| known.bases.get(record)).cloned().unwrap_or_default();
        let moved = match base.0.is_empty() {
            true => BTreeSet::new(),
            false => opinion::moved(self.entity, &base, &pending.holdings),
        };
        let absence = self.absence(pending).map(|dispute| (dispute, Verdict::Review));
        let mut opinions: Vec<(Dispute, Verdict)> = absence.into_iter().collect();
        let book = self.setup.rulebook();
        let slots = self.entity.slots_of(&base, &pending.holdings, std::iter::empty());
        for slot in slots.into_iter().filter(|slot| pending.fields.contains(&slot.id)) {
            let compared = diff::compare(&slot, &base, &pending.holdings);
            let Standing::Differs(kind) = compared.standing else { continue };
            let hands: Vec<Hand> = compared.candidates.iter().map(|candidate| self.hand(candidate)).collect();
            let (dispute, judgement) = opinion::of_values(&Question {
                book: &book,
                entity: self.entity,
                slot: &slot,
                kind,
                compared: &compared,
                hands: &hands,
                moved: &moved,
                holdings: &pending.holdings,
                past: &[],
                written: &BTreeMap::new(),
                circumstances: &Circumstances::default(),
                now: self.now,
            });
            opinions.push((dispute, judgement.verdict));
        }
        let found = opinions.into_iter().map(|(dispute, verdict)| {
            let would = match verdict {
                _ if self.stands(known, record, &dispute) => Would::LeaveDifferent,
                Verdict::Settle { system, .. } => Would::Settle { system },
                Verdict::Review => Would::Review,
            };
            Found { key: pending.key.clone(), record: record.cloned(), dispute, would }
        });
        found.collect()
    }

    fn absence(&self, pending: &Pending) -> Option<Dispute> {
        if pending.absent.is_empty() {
            return None;
        }
        let title =
            pending.holdings.iter().find_map(|holding| holding.fields.get(&self.entity.title)?.value());
        let (title, absent) = (title.unwrap_or(&pending.key), pending.absent.clone());
        let lacking = Lacking { kind: Kind::Missing, absent, gone: Vec::new(), changed: None };
        let (policies, none) = (&self.setup.policies, Circumstances::default());
        Some(opinion::of_absence(policies, self.entity, title, lacking, &pending.holdings, &none).0)
    }

    fn hand(&self, candidate: &Candidate) -> Hand {
        let side = self.sides.iter().find(|side| side.mapping.system == candidate.system);
        let kind = side.map(|side| side.mapping.author_kind(candidate.read.modified_by.as_deref()));
        Hand { kind: kind.unwrap_or(AuthorKind::Unknown), burst: 0 }
    }

    fn stands(&self, known: &Known, record: Option<&RecordId>, dispute: &Dispute) -> bool {
        let of = |exception: &&Exception| {
            Some(&exception.record) == record
                && exception.field == dispute.field
                && exception.until > self.now
        };
        let exception = known.exceptions.iter().find(of);
        exception.is_some_and(|exception| exception.fingerprint == dispute.fingerprint())
    }
}

impl Summary {
    /// Differences of every field.
    #[must_use]
    pub fn all(&self) -> u64 {
        let all = |counts: &Counts| counts.review + counts.settle + counts.leave_different;
        self.differences.values().map(all).sum()
    }

    /// Differences a person would have to decide.
    #[must_use]
    pub fn reviews(&self) -> u64 {
        self.differences.values().map(|counts| counts.review).sum()
    }
}
