//! The one judge: what is said of a slot's difference, whether it was found among stored
//! holdings or by comparing two systems directly.

use super::Setup;
use crate::domain::author::{AuthorKind, Hand};
use crate::domain::cause::{self, Cause, Evidence, Past, Strength, Suspect};
use crate::domain::conflict::{Dispute, Distinct, Holder};
use crate::domain::diff::{self, Candidate, Compared, Kind};
use crate::domain::entity::{Entity, Field, Slot};
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::judge::{self, Case, Circumstances, Fate, Judgement};
use crate::domain::mapping::Mapping;
use crate::domain::record::{Base, Holding};
use crate::domain::time::Time;
use crate::domain::value::{Held, Tuple};
use std::collections::{BTreeMap, BTreeSet};

/// The field that a record missing on one side is a difference of.
pub const RECORD: &str = "record";

/// A slot's difference, and what is known of it.
pub(super) struct Question<'a> {
    pub setup: &'a Setup,
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
pub(super) fn of_values(question: &Question<'_>) -> (Dispute, Judgement) {
    let Question { setup, entity, slot, kind, compared, hands, .. } = *question;
    let policy = setup.policy(entity, slot);
    // Only an expression asks for the other fields, of which child rows may make very many.
    let asks = policy.review_if.is_some();
    let case = Case {
        slot,
        kind,
        compared,
        hands,
        unreadable: &unreadable(slot, question.holdings),
        policy: &policy,
        clocks: &setup.clocks,
        circumstances: question.circumstances,
        record: &if asks { fields(question.holdings) } else { BTreeMap::new() },
        expressions: &setup.expressions,
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
        limits: &limits(setup, entity, slot),
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
fn limits(setup: &Setup, entity: &Entity, slot: &Slot<'_>) -> BTreeMap<(SystemId, FieldId), usize> {
    let limit = |mapping: &Mapping, field: &Field| {
        let most = mapping.field(&field.id)?.max_length?;
        Some(((mapping.system.clone(), field.id.clone()), most))
    };
    let mappings = setup.catalog.mappings_of(&entity.id);
    mappings.flat_map(|mapping| slot.fields().filter_map(move |field| limit(mapping, field))).collect()
}

/// The systems that lack a record, and those that hold it.
#[derive(Clone)]
pub(super) struct Presence<'a> {
    pub kind: Kind,
    pub absent: Vec<SystemId>,
    /// Those of the absent that held it once.
    pub gone: Vec<SystemId>,
    pub present: Vec<&'a Holding>,
    /// Holders that changed it since all agreed; None where nothing was ever agreed on.
    pub changed: Option<BTreeSet<SystemId>>,
}

/// A record that some systems lack and others hold is a difference of its own kind.
pub(super) fn of_absence(
    setup: &Setup,
    entity: &Entity,
    title: &str,
    presence: Presence<'_>,
    circumstances: &Circumstances,
) -> (Dispute, Fate) {
    let Presence { kind, absent, gone, present, changed } = presence;
    let first = absent.first().cloned().unwrap_or_default();
    let cause = match kind {
        Kind::Deleted => Cause::DeletedRecord { system: first },
        _ => Cause::MissingRecord { system: first },
    };
    let title: Tuple = vec![Held::from(title)];
    let holder = |holding: &&Holding| Holder {
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
    let holders = present.iter().map(holder).collect();
    let policy = setup.policies.effective_for_record(entity);
    let held_by = present.iter().map(|holding| &holding.system).collect();
    let presence = judge::Presence { kind, gone: &gone, holders: held_by, changed };
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
pub(super) fn moved(entity: &Entity, base: &Base, holdings: &[Holding]) -> BTreeSet<SystemId> {
    let compared = entity.slots_of(base, holdings, std::iter::empty());
    let compared = compared.into_iter().map(|slot| diff::compare(&slot, base, holdings));
    let candidates = compared.flat_map(|compared| compared.candidates);
    candidates.filter(|candidate| candidate.moved).map(|candidate| candidate.system).collect()
}
