//! What the list can be narrowed by: each value a link to exactly its rows.

use super::address::{Address, Age, NOBODY, Near};
use super::build::field_name;
use super::read::Desk;
use crate::domain::diff::Kind;
use crate::domain::ids::{EntityId, SystemId, UserId};
use crate::domain::policy::Stakes;
use crate::domain::suggestion::Grade;
use crate::store::queue::{self, MOST_COUNTED};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::parts::{Count, Facet, FacetValue};
use crate::web::pages::words;

const KINDS: [Kind; 5] = [Kind::Change, Kind::Clash, Kind::First, Kind::Missing, Kind::Deleted];

/// Every facet with a value, in the order of the page.
#[must_use]
pub fn of(desk: &Desk) -> Vec<Facet> {
    let mut all: Vec<Facet> =
        desk.facets.iter().map(|(facet, counts)| one(desk, *facet, counts.as_deref())).collect();
    all.insert(2, systems(desk));
    all.push(processes(desk));
    all.push(tags(desk));
    // A facet with one value that everything has narrows nothing.
    all.into_iter().filter(|facet| !facet.values.is_empty()).collect()
}

fn number(counted: Option<i64>) -> Option<Count> {
    let exact = |n: i64| u64::try_from(n).unwrap_or(0);
    counted.map(|n| if n > MOST_COUNTED { Count::Over(exact(MOST_COUNTED)) } else { Count::Exact(exact(n)) })
}

/// The values that were counted, or every one there may be, without numbers.
fn one(desk: &Desk, facet: queue::Facet, counts: Option<&[queue::Count]>) -> Facet {
    let values: Vec<(String, Option<i64>)> = match counts {
        Some(counts) => counts.iter().map(|one| (one.value.clone(), Some(one.count))).collect(),
        None => known(desk, facet).into_iter().map(|value| (value, None)).collect(),
    };
    let values = values.into_iter().filter_map(|(value, count)| {
        let (text, chosen, address) = link(desk, facet, &value)?;
        Some(FacetValue { text, count: number(count), href: address.href(), chosen })
    });
    Facet { title: msg(title(facet)), values: values.collect(), more: None }
}

fn title(facet: queue::Facet) -> &'static str {
    match facet {
        queue::Facet::Entity => "facet-entity",
        queue::Facet::Field => "facet-field",
        queue::Facet::Kind => "facet-kind",
        queue::Facet::Cause => "facet-cause",
        queue::Facet::Suggestion => "facet-suggestion",
        queue::Facet::Due => "facet-due",
        queue::Facet::Age => "facet-age",
        queue::Facet::Stakes => "facet-stakes",
        queue::Facet::Assignee => "facet-assignee",
    }
}

/// Every value a facet may have, where it is too slow to count which it has.
fn known(desk: &Desk, facet: queue::Facet) -> Vec<String> {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    match facet {
        queue::Facet::Entity => {
            desk.setup.catalog.entities.iter().map(|entity| entity.id.0.clone()).collect()
        }
        queue::Facet::Field => {
            let slots = desk.setup.catalog.entities.iter().flat_map(|entity| entity.slots());
            let mut ids: Vec<String> = slots.map(|slot| slot.id.0.clone()).collect();
            ids.sort();
            ids.dedup();
            ids
        }
        queue::Facet::Kind => KINDS.iter().map(|kind| kind.as_str().to_owned()).collect(),
        queue::Facet::Cause => texts(&crate::domain::cause::Cause::NAMES),
        queue::Facet::Suggestion => Grade::ALL.iter().map(|grade| grade.as_str().to_owned()).collect(),
        queue::Facet::Due => texts(&["overdue", "today", "later"]),
        queue::Facet::Age => Age::ALL.iter().map(|age| age.as_str().to_owned()).collect(),
        queue::Facet::Stakes => Stakes::ALL.iter().map(|stakes| stakes.rank().to_string()).collect(),
        queue::Facet::Assignee => desk.address.assignee.iter().cloned().collect(),
    }
}

/// A value's text, whether it is chosen, and the list with it or, when it is chosen, without.
fn link(desk: &Desk, facet: queue::Facet, value: &str) -> Option<(Msg, bool, Address)> {
    let address = desk.address.from_the_top();
    let turn = |own: &Option<String>| {
        let chosen = own.as_deref() == Some(value);
        (chosen, (!chosen).then(|| value.to_owned()))
    };
    Some(match facet {
        queue::Facet::Entity => {
            let (chosen, entity) = turn(&address.entity);
            (kind_of_record(desk, value), chosen, Address { entity, ..address })
        }
        queue::Facet::Field => {
            let (chosen, field) = turn(&address.field);
            (field_name(desk, value), chosen, Address { field, ..address })
        }
        queue::Facet::Kind => {
            let (chosen, own) = turn(&address.kind);
            (kind(value), chosen, Address { kind: own, ..address })
        }
        queue::Facet::Cause => {
            let (chosen, cause) = turn(&address.cause);
            (words::cause(value), chosen, Address { cause, ..address })
        }
        queue::Facet::Suggestion => {
            let grade = Grade::of(value)?;
            let (chosen, own) = turn(&address.suggestion);
            (suggestion(grade), chosen, Address { suggestion: own, ..address })
        }
        queue::Facet::Due => {
            let near =
                [Near::Overdue, Near::Today, Near::Later].into_iter().find(|near| near.as_str() == value)?;
            let chosen = address.due == Some(near);
            let due = Some(near).filter(|_| !chosen);
            (msg(format!("filter-{value}")), chosen, Address { due, ..address })
        }
        queue::Facet::Age => {
            let age = Age::ALL.into_iter().find(|age| age.as_str() == value)?;
            let chosen = address.age == Some(age);
            (msg(format!("age-{value}")), chosen, Address { age: Some(age).filter(|_| !chosen), ..address })
        }
        queue::Facet::Stakes => {
            let stakes = Stakes::of_rank(value.parse().ok()?)?;
            let chosen = address.stakes == Some(stakes);
            let own = Some(stakes).filter(|_| !chosen);
            (words::stakes(stakes), chosen, Address { stakes: own, ..address })
        }
        queue::Facet::Assignee => {
            let value = if value.is_empty() { NOBODY } else { value };
            let chosen = address.assignee.as_deref() == Some(value);
            let assignee = (!chosen).then(|| value.to_owned());
            (person(desk, value), chosen, Address { assignee, ..address })
        }
    })
}

fn systems(desk: &Desk) -> Facet {
    let address = desk.address.from_the_top();
    let uncounted = || desk.setup.catalog.systems.iter().map(|system| (system.id.0.clone(), None)).collect();
    let values: Vec<(String, Option<i64>)> = match &desk.systems {
        Some(counts) => counts.iter().map(|one| (one.value.clone(), Some(one.count))).collect(),
        None => uncounted(),
    };
    let values = values.into_iter().map(|(value, count)| {
        let chosen = address.system.as_deref() == Some(value.as_str());
        let text = literal(desk.setup.catalog.label(&SystemId::from(value.as_str())));
        let system = (!chosen).then_some(value);
        let href = Address { system, ..address.clone() }.href();
        FacetValue { text, count: number(count), href, chosen }
    });
    Facet { title: msg("facet-system"), values: values.collect(), more: None }
}

fn processes(desk: &Desk) -> Facet {
    let address = desk.address.from_the_top();
    let values = desk.processes.iter().filter(|one| one.count > 0).map(|one| {
        let chosen = address.process.as_deref() == Some(one.value.as_str());
        let process = (!chosen).then(|| one.value.clone());
        let href = Address { process, ..address.clone() }.href();
        FacetValue { text: literal(&one.value), count: number(Some(one.count)), href, chosen }
    });
    Facet { title: msg("facet-process"), values: values.collect(), more: None }
}

fn tags(desk: &Desk) -> Facet {
    let address = desk.address.from_the_top();
    let values = desk.tags.iter().map(|one| {
        let chosen = address.tag.as_deref() == Some(one.value.as_str());
        let tag = (!chosen).then(|| one.value.clone());
        let href = Address { tag, ..address.clone() }.href();
        FacetValue { text: literal(&one.value), count: number(Some(one.count)), href, chosen }
    });
    Facet { title: msg("facet-tag"), values: values.collect(), more: None }
}

fn kind_of_record(desk: &Desk, id: &str) -> Msg {
    let entity = desk.setup.catalog.entity(&EntityId::from(id));
    literal(entity.map_or(id, |entity| &entity.label))
}

/// How values came to differ.
#[must_use]
pub fn kind(name: &str) -> Msg {
    match name {
        "change" => msg("kind-changed"),
        "clash" => msg("kind-clash"),
        "first" => msg("kind-first"),
        "deleted" => msg("kind-deleted"),
        _ => msg("kind-missing"),
    }
}

/// What is suggested.
#[must_use]
pub fn suggestion(grade: Grade) -> Msg {
    msg(format!("facet-suggestion-{}", grade.as_str()))
}

/// Whom something is given to.
#[must_use]
pub fn person(desk: &Desk, id: &str) -> Msg {
    match id {
        NOBODY => msg("assignee-nobody"),
        id if id == desk.viewer.user.as_str() => msg("assignee-you"),
        id => literal(desk.names.get(&UserId::from(id)).map_or(id, String::as_str)),
    }
}
