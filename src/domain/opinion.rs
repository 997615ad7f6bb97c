//! The one judge: what is said of a slot's difference, whether it was found among stored
//! holdings or by comparing two systems directly.

use super::author::{AuthorKind, Hand};
use super::catalog::Catalog;
use super::cause::{self, Cause, Evidence, Past, Strength, Suspect};
use super::clock::Clocks;
use super::conflict::{Dispute, Distinct, Holder};
use super::diff::{self, Candidate, Compared, Kind};
use super::entity::{Entity, Field, Slot};
use super::expression::Expressions;
use super::ids::{FieldId, SystemId};
use super::judge::{self, Case, Circumstances, Fate, Judgement};
use super::mapping::Mapping;
use super::policy::{Effective, Policies};
use super::presence::{Lacking, RECORD};
use super::record::{Base, Holding};
use super::time::Time;
use super::value::{Held, Tuple};
use std::collections::{BTreeMap, BTreeSet};

/// What is in force: the configuration, the policies and their expressions, and what was measured of
/// each system's clock.
pub struct Rulebook<'a> {
    pub catalog: &'a Catalog,
    pub policies: &'a Policies,
    pub expressions: &'a Expressions,
    pub clocks: &'a Clocks,
}

impl Rulebook<'_> {
    /// The policy in force for a slot.
    #[must_use]
    pub fn policy(&self, entity: &Entity, slot: &Slot<'_>) -> Effective {
        self.policies.effective(entity, slot)
    }
}

/// A slot's difference, and what is known of it.
pub struct Question<'a> {
    pub book: &'a Rulebook<'a>,
    pub entity: &'a Entity,
    pub slot: &'a Slot<'a>,
    pub kind: Kind,
    pub compared: &'a Compared,
    /// In the candidates' order.
    pub hands: &'a [Hand],
    /// Systems that changed some field of the record since all agreed.
    pub moved: &'a BTreeSet<SystemId>,
    pub holdings: &'a [Holding],
    pub past: &'a [Past],
    /// What Referee last wrote of the slot, by system.
    pub written: &'a BTreeMap<SystemId, Tuple>,
    pub circumstances: &'a Circumstances,
    pub now: Time,
}

/// What policy makes of a slot's difference, and how.
#[must_use]
pub fn of_values(question: &Question<'_>) -> (Dispute, Judgement) {
    let Question { book, entity, slot, kind, compared, hands, .. } = *question;
    let policy = book.policy(entity, slot);
    // Only an expression asks for the other fields, of which child rows may make very many.
    let asks = policy.review_if.is_some();
    let case = Case {
        slot,
        kind,
        compared,
        hands,
        unreadable: &unreadable(slot, question.holdings),
        policy: &policy,
        clocks: book.clocks,
        circumstances: question.circumstances,
        record: &if asks { fields(question.holdings) } else { BTreeMap::new() },
        expressions: book.expressions,
        now: question.now,
    };
    let judgement = case.judge();
    let evidence = Evidence {
        slot,
        kind,
        compared,
        hands,
        moved: question.moved,
        source_of_truth: policy.source_of_truth.as_ref(),
        past: question.past,
        written: question.written,
        limits: &limits(book.catalog, entity, slot),
    };
    let dispute = Dispute {
        field: slot.id.clone(),
        kind,
        values: Dispute::distinct(compared, hands),
        absent: Vec::new(),
        agreed: compared.base.clone(),
        findings: judgement.findings.clone(),
        causes: cause::of_values(&evidence),
        corrected: None,
        asked: None,
        policy,
    };
    (dispute, judgement)
}

/// Systems of which some value of the slot cannot be read.
fn unreadable(slot: &Slot<'_>, holdings: &[Holding]) -> Vec<SystemId> {
    let present = holdings.iter().filter(|holding| holding.present);
    let unknown = |own: &&Holding| diff::shown(slot, own).is_some_and(|shown| shown.contains(&Held::Unknown));
    present.filter(unknown).map(|holding| holding.system.clone()).collect()
}

/// The record's values, each as the first system that has it holds it.
fn fields(holdings: &[Holding]) -> BTreeMap<FieldId, Held> {
    let mut fields = BTreeMap::new();
    for (field, held) in holdings.iter().filter(|holding| holding.present).flat_map(|own| &own.fields) {
        let known = fields.entry(field.clone()).or_insert(Held::Unknown);
        if *known == Held::Unknown {
            known.clone_from(held);
        }
    }
    fields
}

/// The longest text each system keeps in the fields of a slot, where its mapping says so.
fn limits(catalog: &Catalog, entity: &Entity, slot: &Slot<'_>) -> BTreeMap<(SystemId, FieldId), usize> {
    let limit = |mapping: &Mapping, field: &Field| {
        let most = mapping.field(&field.id)?.max_length?;
        Some(((mapping.system.clone(), field.id.clone()), most))
    };
    let mappings = catalog.mappings_of(&entity.id);
    mappings.flat_map(|mapping| slot.fields().filter_map(move |field| limit(mapping, field))).collect()
}

/// A record that some systems lack and others hold is a difference of its own kind.
#[must_use]
pub fn of_absence(
    policies: &Policies,
    entity: &Entity,
    title: &str,
    lacking: Lacking,
    holdings: &[Holding],
    circumstances: &Circumstances,
) -> (Dispute, Fate) {
    let Lacking { kind, absent, gone, changed } = lacking;
    let first = absent.first().cloned().unwrap_or_default();
    let cause = match kind {
        Kind::Deleted => Cause::DeletedRecord { system: first },
        _ => Cause::MissingRecord { system: first },
    };
    let title: Tuple = vec![Held::from(title)];
    let present = || holdings.iter().filter(|holding| holding.present);
    let holder = |holding: &Holding| Holder {
        candidate: Candidate {
            system: holding.system.clone(),
            shown: title.clone(),
            normal: title.clone(),
            read: holding.read.clone(),
            revision: holding.revision,
            moved: false,
        },
        hand: Hand { kind: AuthorKind::Unknown, burst: 0 },
    };
    let holders = present().map(holder).collect();
    let policy = policies.effective_for_record(entity);
    let presence = judge::Presence {
        kind,
        gone: &gone,
        never_there: absent.iter().any(|system| !gone.contains(system)),
        holders: present().map(|holding| &holding.system).collect(),
        changed,
    };
    let (findings, fate) = judge::absence(&presence, &policy, circumstances);
    let dispute = Dispute {
        field: FieldId::from(RECORD),
        kind,
        values: vec![Distinct { n: 1, normal: title.clone(), holders, was: None }],
        absent,
        agreed: None,
        findings,
        causes: vec![Suspect { cause, strength: Strength::Strong }],
        corrected: None,
        asked: None,
        policy,
    };
    (dispute, fate)
}

/// Systems that changed some field of the record since all agreed.
#[must_use]
pub fn moved(entity: &Entity, base: &Base, holdings: &[Holding]) -> BTreeSet<SystemId> {
    let compared = entity.slots_of(base, holdings, std::iter::empty());
    let compared = compared.into_iter().map(|slot| diff::compare(&slot, base, holdings));
    let candidates = compared.flat_map(|compared| compared.candidates);
    candidates.filter(|candidate| candidate.moved).map(|candidate| candidate.system).collect()
}
