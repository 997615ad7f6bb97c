//! The rows of the queue: one record with what disagrees in it, or one write that failed.

use super::columns::{self, Column};
use super::read::{Desk, state_of};
use super::{FailedRow, Holder, Row, Side, facets, suggested};
use crate::domain::conflict::{Dispute, Distinct};
use crate::domain::diff::Kind;
use crate::domain::ids::{RecordId, SystemId};
use crate::domain::policy::Stakes;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::resolutions::Delivery;
use crate::web::marks::{Mark, Piece, against, beside};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::decisions::deliveries;
use crate::web::pages::parts::{Due, Urgency};
use crate::web::pages::words;

/// Distinct values a row shows; its page shows all.
const SIDES: usize = 3;
/// Hours before it is due in which a conflict is marked.
const SOON_HOURS: i64 = 4;

/// One conflict.
pub fn conflict_row(desk: &Desk, conflict: &Conflict) -> Row {
    let view = desk.address.view;
    let all = desk.differences.get(&conflict.id).map_or(&[][..], Vec::as_slice);
    let mut shown: Vec<&Difference> = all.iter().filter(|d| d.state.name() == state_of(view)).collect();
    // The difference that met the filters stands first.
    shown.sort_by_key(|difference| !meets(desk, &difference.dispute));
    let first = shown.first().map(|difference| &difference.dispute);
    let sides = first.map_or_else(Vec::new, |dispute| sides(desk, dispute));
    let query = desk.address.from_the_top().query();
    let query = if view.is_open() { format!("?{query}") } else { String::new() };
    let field = |dispute: &Dispute| words::field(&desk.setup.catalog, Some(&conflict.entity), &dispute.field);
    let suggests = view.is_open() && columns::of(&desk.address).contains(&Column::Suggestion);
    let kind = conflict.entity.clone();
    let kind = desk.setup.catalog.entity(&kind).map_or(kind.0, |entity| entity.label.clone());
    Row {
        conflict: conflict.id.0.clone(),
        href: format!("/conflicts/{}{query}", conflict.id),
        name: conflict.title.clone(),
        id: identifier(desk, &conflict.record),
        field: first.map_or_else(|| literal(""), field),
        more: shown.len().saturating_sub(1),
        more_sides: sides.len().saturating_sub(SIDES),
        sides: sides.into_iter().take(SIDES).collect(),
        cause: words::cause(first.map_or("unknown", |dispute| dispute.cause_name())),
        entity: literal(kind),
        kind: first.map_or_else(|| literal(""), |dispute| facets::kind(dispute.kind.as_str())),
        stakes: words::stakes(conflict.stakes),
        high: conflict.stakes == Stakes::High,
        age: desk.clock.age(conflict.opened_at),
        due: view.is_open().then(|| due(desk, conflict)),
        assignee: assignee(desk, conflict),
        suggestion: suggests.then(|| suggested::of(desk, conflict, &shown)),
        mine: conflict.assignee.as_ref() == Some(&desk.viewer.user),
    }
}

fn meets(desk: &Desk, dispute: &Dispute) -> bool {
    let address = &desk.address;
    address.field.as_deref().is_none_or(|field| dispute.field.as_str() == field)
        && address.cause.as_deref().is_none_or(|cause| dispute.cause_name() == cause)
        && address.kind.as_deref().is_none_or(|kind| dispute.kind.as_str() == kind)
        && address
            .system
            .as_deref()
            .is_none_or(|own| dispute.systems().split(',').any(|system| system == own))
}

/// The identifier of a record in the first system, in the order of the configuration.
fn identifier(desk: &Desk, record: &RecordId) -> String {
    let own = desk.identifiers.get(record).map_or(&[][..], Vec::as_slice);
    let place = |id: &&crate::store::holdings::Identifier| {
        desk.setup.catalog.systems.iter().position(|system| system.id == id.system)
    };
    own.iter().min_by_key(place).map_or_else(String::new, |id| id.external_id.clone())
}

fn due(desk: &Desk, conflict: &Conflict) -> Due {
    let left = conflict.due_at - desk.clock.now;
    let urgency = match left.num_seconds() {
        ..0 => Urgency::Overdue,
        seconds if seconds < SOON_HOURS * 3600 => Urgency::Soon,
        _ => Urgency::Later,
    };
    Due { when: desk.clock.due(conflict.due_at), urgency }
}

fn assignee(desk: &Desk, conflict: &Conflict) -> Msg {
    let name = |id| literal(desk.names.get(id).cloned().unwrap_or_default());
    let with = conflict.claimed_by.as_ref().filter(|by| {
        **by != desk.viewer.user && conflict.claimed_until.is_some_and(|until| until > desk.clock.now)
    });
    match (with, &conflict.assignee) {
        (Some(by), _) if desk.address.view.is_open() => msg("assignee-claimed").with("name", name(by)),
        (_, Some(id)) if *id == desk.viewer.user => msg("assignee-you"),
        (_, Some(id)) => name(id),
        _ => msg("assignee-nobody"),
    }
}

/// Each distinct value with who holds it, against the first other one.
fn sides(desk: &Desk, dispute: &Dispute) -> Vec<Side> {
    let source = dispute.policy.source_of_truth.as_ref();
    let members = members(dispute);
    let has_text = |value: &&Distinct| words::values(value.shown(source)).is_ok();
    let mut sides: Vec<Side> = Vec::new();
    for value in &dispute.values {
        let other = dispute.values.iter().filter(has_text).find(|other| other.n != value.n);
        let pieces = pieces(value, other, &members, source);
        let state = if pieces.is_empty() { words::values(value.shown(source)).err() } else { None };
        let state = state.or_else(|| pieces.is_empty().then(|| msg("state-empty")));
        sides.push(Side { pieces, state, holders: holders(desk, dispute, value) });
    }
    if !dispute.absent.is_empty() {
        let state = msg(if dispute.kind == Kind::Deleted { "state-deleted" } else { "state-absent" });
        let holders = dispute.absent.iter().map(|system| holder(desk, dispute, system)).collect();
        sides.push(Side { pieces: Vec::new(), state: Some(state), holders });
    }
    sides
}

/// The members of a group that differ: what all share says nothing of the dispute.
fn members(dispute: &Dispute) -> Vec<usize> {
    let count = dispute.values.first().map_or(0, |value| value.normal.len());
    let normal = |at: usize| dispute.values.iter().map(move |value| value.normal.get(at));
    let differs = |at: &usize| normal(*at).any(|one| one != normal(*at).next().flatten());
    let differing: Vec<usize> = (0..count).filter(differs).collect();
    if differing.is_empty() { (0..count).collect() } else { differing }
}

/// The members of a value on one line, with what `other` does not have.
fn pieces(
    value: &Distinct,
    other: Option<&Distinct>,
    members: &[usize],
    source: Option<&SystemId>,
) -> Vec<Piece> {
    let text = |value: &Distinct, at: usize| value.shown(source).get(at)?.value().map(str::to_owned);
    let mut line: Vec<Piece> = Vec::new();
    for at in members.iter().copied() {
        let Some(own) = text(value, at) else { continue };
        if !line.is_empty() {
            line.extend(Piece::whole(Mark::Same, ", "));
        }
        line.extend(match other {
            None => Piece::whole(Mark::Plain, own),
            // Only written differently: the same.
            Some(other) if other.normal.get(at) == value.normal.get(at) => Piece::whole(Mark::Same, own),
            Some(other) => against(&text(other, at).unwrap_or_default(), &own),
        });
    }
    if line.is_empty() { line } else { beside(line) }
}

fn holders(desk: &Desk, dispute: &Dispute, value: &Distinct) -> Vec<Holder> {
    value.holders.iter().map(|held| holder(desk, dispute, &held.candidate.system)).collect()
}

fn holder(desk: &Desk, dispute: &Dispute, system: &SystemId) -> Holder {
    Holder {
        name: desk.setup.catalog.label(system).to_owned(),
        source_of_truth: dispute.policy.source_of_truth.as_ref() == Some(system),
    }
}

/// One write that failed or waits for a person.
pub fn failed_row(desk: &Desk, delivery: &Delivery) -> FailedRow {
    FailedRow {
        href: format!("/resolutions/{}", delivery.resolution),
        record: desk.titles.get(&delivery.record).cloned().unwrap_or_default(),
        id: identifier(desk, &delivery.record),
        field: words::field(&desk.setup.catalog, Some(&delivery.entity), &delivery.change.slot),
        delivery: deliveries::shown(&desk.setup, &desk.clock, &desk.viewer, &[], delivery),
    }
}
