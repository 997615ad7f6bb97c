//! The pages of decisions from what was read.

use super::State;
use super::read::Decisions;
use super::{
    DecisionPage, DecisionRow, DecisionsPage, Outcome, ReversalPage, SeenValue, deliveries, letters,
};
use crate::domain::conflict::Dispute;
use crate::domain::ids::{EntityId, SystemId};
use crate::domain::resolution::{self, Chosen};
use crate::domain::suggestion::{Shown, Suggested};
use crate::engine::detect::RECORD;
use crate::engine::review::PutBack;
use crate::store::StoreError;
use crate::store::resolutions::{Delivery, Resolution};
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::Tone;
use crate::web::pages::approvals;
use crate::web::pages::parts::{Choice, Empty, Link, Pager};
use crate::web::pages::reviews::{self, Ask};
use crate::web::pages::{talk, words};

/// The list.
///
/// # Errors
/// A stored decision cannot be read.
pub fn list(read: &Decisions) -> Result<DecisionsPage, StoreError> {
    let rows = read.all.iter().map(|decision| row(read, decision)).collect::<Result<Vec<_>, _>>()?;
    let empty = Empty { title: msg("empty-decisions-title"), text: msg("empty-decisions-text"), link: None };
    Ok(DecisionsPage { empty: rows.is_empty().then_some(empty), rows, pager: Pager::default() })
}

fn row(read: &Decisions, decision: &Resolution) -> Result<DecisionRow, StoreError> {
    let page: Vec<Dispute> = serde_json::from_str(&decision.page)?;
    let own = read.deliveries(decision);
    let texts: Vec<Msg> =
        decision.outcomes.iter().map(|chosen| in_short(read, decision, &page, chosen)).collect();
    let text = match texts.as_slice() {
        [] => literal(""),
        [one] => one.clone(),
        [first, more @ ..] => msg("decision-more").with("first", first).with("n", more.len()),
    };
    Ok(DecisionRow {
        href: format!("/resolutions/{}", decision.id),
        when: read.clock.day(decision.created_at),
        record: title(read, decision),
        text,
        state: state(read, decision, &own),
        recover: read.recover(decision),
    })
}

/// How a decision stands; one that was reversed says so.
fn state(read: &Decisions, decision: &Resolution, own: &[&Delivery]) -> State {
    match read.is_reversed(decision) {
        true => State { text: msg("state-reversed"), tone: Tone::Info },
        false => deliveries::standing(&read.setup.catalog, &read.clock, decision, own),
    }
}

fn title(read: &Decisions, decision: &Resolution) -> String {
    read.record(decision).map_or_else(String::new, |record| record.title.clone())
}

fn entity<'a>(read: &'a Decisions, decision: &Resolution) -> Option<&'a EntityId> {
    read.record(decision).map(|record| &record.entity)
}

/// `Kept Portal’s Address`.
fn in_short(read: &Decisions, decision: &Resolution, page: &[Dispute], chosen: &Chosen) -> Msg {
    let field = words::field(&read.setup.catalog, entity(read, decision), &chosen.field);
    let dispute = page.iter().find(|dispute| dispute.field == chosen.field);
    match &chosen.outcome {
        resolution::Outcome::Keep { value } => match holder(read, dispute, *value) {
            Some(system) => msg("decision-kept").with("system", system).with("field", field),
            None => msg("decision-kept-earlier").with("field", field),
        },
        resolution::Outcome::Type { .. } => msg("decision-typed-for").with("field", field),
        resolution::Outcome::Clear { .. } => msg("decision-cleared-for").with("field", field),
        resolution::Outcome::Combine { .. } => msg("decision-combined-for").with("field", field),
        resolution::Outcome::LeaveDifferent { until } => {
            msg("decision-left-until").with("field", field).with("until", read.clock.date(*until))
        }
        resolution::Outcome::CreateThere { .. } => {
            msg("decision-create").with("system", absent(read, dispute))
        }
        resolution::Outcome::RemoveElsewhere => msg("decision-removed"),
        resolution::Outcome::PutBack { .. } => msg("decision-put-back-of").with("field", field),
    }
}

/// Who held a value: the source of truth if it did, else the first. None for an earlier value.
fn holder(read: &Decisions, dispute: Option<&Dispute>, n: usize) -> Option<String> {
    let source = dispute.and_then(|dispute| dispute.policy.source_of_truth.as_ref());
    let value = dispute.and_then(|dispute| dispute.value(n));
    let systems: Vec<&SystemId> =
        value.iter().flat_map(|value| &value.holders).map(|held| &held.candidate.system).collect();
    let best = systems.iter().find(|system| Some(**system) == source).or(systems.first());
    best.map(|system| read.setup.catalog.label(system).to_owned())
}

fn absent(read: &Decisions, dispute: Option<&Dispute>) -> Msg {
    let systems = dispute.map_or(&[][..], |dispute| &dispute.absent);
    let names: Vec<String> =
        systems.iter().map(|system| read.setup.catalog.label(system).to_owned()).collect();
    msg("list-of").with("names", names)
}

/// One decision.
///
/// # Errors
/// The stored decision cannot be read.
pub fn page(read: &Decisions) -> Result<DecisionPage, StoreError> {
    let decision = read.all.first().ok_or(StoreError::NotFound)?;
    let shown: Vec<Dispute> = serde_json::from_str(&decision.page)?;
    let own = read.deliveries(decision);
    let clock = &read.clock;
    let record = title(read, decision);
    let outcomes = decision.outcomes.iter().map(|chosen| outcome(read, decision, &shown, chosen)).collect();
    Ok(DecisionPage {
        record: Link::new(literal(&record), format!("/records/{}", decision.record)),
        conflict: Link::new(msg("conflict-link"), format!("/conflicts/{}", decision.conflict)),
        sentence: msg("decision-sentence")
            .with("name", &decision.actor.name)
            .with("n", decision.outcomes.len())
            .with("record", record),
        when: clock.day(decision.created_at),
        state: state(read, decision, &own),
        recover: read.recover(decision),
        notice: None,
        approval: decision.approval.as_ref().map(|own| {
            let base = format!("/resolutions/{}", decision.id);
            approvals::part(&read.viewer, clock, &decision.actor, own, base)
        }),
        outcomes,
        deliveries: own
            .iter()
            .map(|own| deliveries::shown(&read.setup, clock, &read.viewer, &read.targets, own))
            .collect(),
        facts: facts(decision),
        comments: read.comments.iter().map(|said| talk::said(said, &read.viewer, clock)).collect(),
        letters: letters::of(read, decision),
        audit: decision
            .group
            .iter()
            .map(|group| Link::new(msg("group-see"), format!("/groups/{group}")))
            .collect(),
        ask: ask(read, decision),
    })
}

/// The form that asks for another decision about what this one decided, once it has arrived.
fn ask(read: &Decisions, decision: &Resolution) -> Option<Ask> {
    let field = |chosen: &Chosen| {
        let text = words::field(&read.setup.catalog, entity(read, decision), &chosen.field);
        Choice { value: chosen.field.0.clone(), text, chosen: false }
    };
    let sight = read.setup.sight(&read.viewer);
    let seen = |chosen: &Chosen| entity(read, decision).is_none_or(|own| !sight.hides(own, &chosen.field));
    let known = |chosen: &&Chosen| chosen.field.as_str() != RECORD && seen(chosen);
    let fields: Vec<Choice> = decision.outcomes.iter().filter(known).map(field).collect();
    let may = !fields.is_empty() && read.is_over(decision) && reviews::may_ask(&read.viewer);
    may.then(|| Ask::about(&decision.record, fields, Some(&decision.id)))
}

/// What reversing a decision would put back.
#[must_use]
pub fn reversal(read: &Decisions, all: &[PutBack]) -> ReversalPage {
    let decision = read.all.first();
    let id = decision.map_or("", |decision| decision.id.as_str());
    ReversalPage {
        decision: Link::new(msg("decision-title"), format!("/resolutions/{id}")),
        record: decision.map_or_else(String::new, |decision| title(read, decision)),
        action: format!("/resolutions/{id}/reversal"),
        deliveries: all.iter().map(|back| deliveries::put_back(&read.setup.catalog, back)).collect(),
        blocked: all.iter().all(|back| back.way.is_err()),
        reason: String::new(),
        error: None,
    }
}

fn facts(decision: &Resolution) -> Vec<(Msg, Msg)> {
    let held = (decision.held_until - decision.created_at).num_seconds().max(0);
    let reason = words::reason(&decision.reason).unwrap_or_else(|| msg("fact-no-reason"));
    let note = (!decision.note.is_empty()).then(|| (msg("fact-name-note"), literal(&decision.note)));
    [(msg("fact-name-reason"), reason)]
        .into_iter()
        .chain(note)
        .chain([
            (msg("fact-name-policy"), msg("policy-version").with("n", decision.policy_version)),
            (msg("fact-name-held"), msg("hold-seconds").with("n", held)),
        ])
        .collect()
}

fn outcome(read: &Decisions, decision: &Resolution, page: &[Dispute], chosen: &Chosen) -> Outcome {
    let dispute = page.iter().find(|dispute| dispute.field == chosen.field);
    let outcome = match &chosen.outcome {
        resolution::Outcome::Keep { value } => match holder(read, dispute, *value) {
            Some(system) => msg("decision-keep").with("system", system),
            None => msg("decision-keep-earlier"),
        },
        resolution::Outcome::Type { values } => {
            let typed = words::values(values).map_or_else(|state| state, literal);
            msg("decision-typed-value").with("value", typed)
        }
        resolution::Outcome::Clear { .. } => msg("decision-cleared"),
        resolution::Outcome::Combine { values } => {
            let all = words::values(values).map_or_else(|state| state, literal);
            msg("decision-combined-value").with("value", all)
        }
        resolution::Outcome::LeaveDifferent { until } => {
            msg("state-left").with("until", read.clock.date(*until))
        }
        resolution::Outcome::CreateThere { .. } => {
            msg("decision-create").with("system", absent(read, dispute))
        }
        resolution::Outcome::RemoveElsewhere => msg("decision-removed"),
        resolution::Outcome::PutBack { .. } => msg("decision-put-back"),
    };
    Outcome {
        field: words::field(&read.setup.catalog, entity(read, decision), &chosen.field),
        seen: dispute.map_or_else(Vec::new, |dispute| seen(read, dispute, &chosen.outcome)),
        suggested: chosen.suggested.map(suggested),
        outcome,
    }
}

/// What was suggested then, and whether it was seen.
fn suggested(Suggested { value, shown }: Suggested) -> Msg {
    let key = match shown {
        Shown::Before => "decision-suggested",
        Shown::After => "decision-suggested-after",
        Shown::No => "decision-suggested-unseen",
    };
    msg(key).with("n", value)
}

/// The values as they were shown then.
fn seen(read: &Decisions, dispute: &Dispute, outcome: &resolution::Outcome) -> Vec<SeenValue> {
    let source = dispute.policy.source_of_truth.as_ref();
    let chosen = match outcome {
        resolution::Outcome::Keep { value } | resolution::Outcome::CreateThere { value } => Some(*value),
        _ => None,
    };
    let value = |value: &crate::domain::conflict::Distinct| SeenValue {
        n: u8::try_from(value.n).unwrap_or(u8::MAX),
        value: words::values(value.shown(source)).map_or_else(|state| state, literal),
        systems: value
            .holders
            .iter()
            .map(|held| read.setup.catalog.label(&held.candidate.system).to_owned())
            .collect(),
        chosen: chosen == Some(value.n),
    };
    dispute.values.iter().map(value).collect()
}
