//! The one judge: what is said of a slot's difference, whether it was found among stored
//! holdings or by comparing two systems directly.

use super::Setup;
use crate::domain::author::{AuthorKind, Hand};
use crate::domain::cause::{self, Cause};
use crate::domain::conflict::{Dispute, Distinct, Holder};
use crate::domain::diff::{self, Candidate, Compared, Kind};
use crate::domain::entity::{Entity, Slot};
use crate::domain::ids::{FieldId, IncidentId, SystemId};
use crate::domain::judge::{Case, Finding, Verdict};
use crate::domain::record::{Base, Holding};
use crate::domain::value::{Held, Tuple};
use std::collections::BTreeSet;

/// The field that a record missing on one side is a difference of.
pub const RECORD: &str = "record";

/// What policy makes of a slot's difference, which `incident` may hold; `moved` are the systems that changed some field of
/// the record since all agreed.
pub(super) fn of_values(
    setup: &Setup,
    entity: &Entity,
    slot: &Slot<'_>,
    (kind, compared): (Kind, &Compared),
    hands: &[Hand],
    moved: &BTreeSet<SystemId>,
    incident: Option<IncidentId>,
) -> (Dispute, Verdict) {
    let policy = setup.policy(entity, slot);
    let clock_difference_ms = setup.clock_difference_ms(compared.candidates.iter().map(|c| &c.system));
    let judgement = Case { kind, compared, hands, policy: &policy, clock_difference_ms, incident }.judge();
    let dispute = Dispute {
        field: slot.id.clone(),
        kind,
        values: Dispute::distinct(compared, hands),
        absent: Vec::new(),
        agreed: compared.base.clone(),
        findings: judgement.findings,
        cause: cause::of_values(slot, kind, compared, hands, moved),
        policy,
    };
    (dispute, judgement.verdict)
}

/// A record that some systems lack and others hold is a difference of its own kind.
pub(super) fn of_absence(
    setup: &Setup,
    entity: &Entity,
    title: &str,
    (kind, absent): (Kind, Vec<SystemId>),
    present: &[&Holding],
) -> Dispute {
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
    Dispute {
        field: FieldId::from(RECORD),
        kind,
        values: vec![Distinct { n: 1, normal: title.clone(), holders }],
        absent,
        agreed: None,
        findings: vec![Finding::AlwaysReviewed],
        cause,
        policy: setup.policies.effective_for_record(entity),
    }
}

/// Systems that changed some field of the record since all agreed.
pub(super) fn moved(entity: &Entity, base: &Base, holdings: &[Holding]) -> BTreeSet<SystemId> {
    let compared = entity.slots().into_iter().map(|slot| diff::compare(&slot, base, holdings));
    let candidates = compared.flat_map(|compared| compared.candidates);
    candidates.filter(|candidate| candidate.moved).map(|candidate| candidate.system).collect()
}
