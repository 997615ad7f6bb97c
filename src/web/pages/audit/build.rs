//! The list of entries with its facets, and the page of one entry.

use super::asked::{Asked, REFEREE};
use super::sentence::Spoken;
use super::{AuditPage, Chain, Day, Entry, EntryPage};
use crate::domain::audit::{self, GENESIS, Line};
use crate::domain::time::{Time, parse_stamp};
use crate::engine::Setup;
use crate::store::queue::Count as Counted;
use crate::store::trail::{From, Values};
use crate::store::users::Named;
use crate::web::failure::{Code, Failure};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::parts::{Count, Empty, Facet, FacetValue, Link, Pager};
use crate::web::when::Clockface;
use std::collections::BTreeMap;

/// What the store says of a page.
pub struct Listed {
    pub entries: Vec<audit::Entry>,
    /// There is more in the direction it was read.
    pub more: bool,
    pub values: Values,
    pub total: i64,
    pub actions: Vec<Counted>,
    pub actors: Vec<Counted>,
    pub people: Vec<Named>,
}

/// The numbers of entries.
#[must_use]
pub fn numbers(entries: &[audit::Entry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.seq).collect()
}

/// The list.
#[must_use]
pub fn page(setup: &Setup, face: &Clockface, asked: &Asked, listed: &Listed, chain: Chain) -> AuditPage {
    let query = asked.q.trim().to_owned();
    let found = match query.as_str() {
        "" => msg("audit-found").with("n", listed.total),
        query => msg("audit-found-query").with("n", listed.total).with("query", query),
    };
    let empty = Empty { title: msg("empty-audit-title"), text: msg("empty-audit-text"), link: None };
    AuditPage {
        query: asked.q.clone(),
        from: asked.from.clone(),
        to: asked.to.clone(),
        chain,
        facets: vec![actions(asked, &listed.actions), actors(asked, listed)],
        filters: filters(setup, asked, listed),
        clear: asked.is_narrowed().then(|| "/audit".to_owned()),
        found,
        zone: face.zone_name(),
        days: days(setup, face, listed),
        pager: pager(asked, listed),
        empty: listed.entries.is_empty().then_some(empty),
        exports: vec![
            Link::new(msg("export-csv"), asked.export("csv")),
            Link::new(msg("export-jsonl"), asked.export("jsonl")),
        ],
    }
}

fn value(text: Msg, count: i64, chosen: bool, href: String) -> FacetValue {
    FacetValue { text, count: Some(Count::Exact(u64::try_from(count).unwrap_or(0))), href, chosen }
}

fn actions(asked: &Asked, counts: &[Counted]) -> Facet {
    let one = |counted: &Counted| {
        let chosen = counted.value == asked.action;
        let target = if chosen { "" } else { counted.value.as_str() };
        value(action(&counted.value), counted.count, chosen, asked.address(&[("action", target)]))
    };
    Facet { title: msg("facet-action"), values: counts.iter().map(one).collect(), more: None }
}

/// The name of an action as a filter.
fn action(name: &str) -> Msg {
    msg(format!("action-{}", name.replace('_', "-")))
}

fn actors(asked: &Asked, listed: &Listed) -> Facet {
    let one = |counted: &Counted| {
        let id = if counted.value.is_empty() { REFEREE } else { counted.value.as_str() };
        let chosen = id == asked.actor;
        let target = if chosen { "" } else { id };
        value(actor(id, &listed.people), counted.count, chosen, asked.address(&[("actor", target)]))
    };
    Facet { title: msg("facet-person"), values: listed.actors.iter().map(one).collect(), more: None }
}

/// A person's name, Referee, or the version of the policy that acted.
fn actor(id: &str, people: &[Named]) -> Msg {
    if id == REFEREE {
        return msg("product");
    }
    if let Some(person) = people.iter().find(|user| user.id.0 == id) {
        return literal(&person.name);
    }
    match id.parse::<i64>() {
        Ok(version) => msg("audit-rule").with("n", version),
        Err(_) => literal(id),
    }
}

fn filters(setup: &Setup, asked: &Asked, listed: &Listed) -> Vec<Link> {
    let text = |name: &str, value: &str| match name {
        "action" => action(value),
        "actor" => actor(value, &listed.people),
        "system" => literal(setup.catalog.label(&value.into())),
        "record" => msg("audit-of-record").with("id", super::sentence::short(value)),
        "run" => msg("event-run").with("n", super::sentence::short(value)),
        _ => literal(value),
    };
    asked.chosen().map(|(name, value)| Link::new(text(name, value), asked.address(&[(name, "")]))).collect()
}

fn days(setup: &Setup, face: &Clockface, listed: &Listed) -> Vec<Day> {
    let mut days: Vec<(i64, Day)> = Vec::new();
    let none = BTreeMap::new();
    for stored in &listed.entries {
        let Some((line, at)) = read(stored) else { continue };
        let spoken =
            Spoken { setup, face, line: &line, values: listed.values.get(&stored.seq).unwrap_or(&none) };
        let (ago, entry) = (face.days_ago(at), shown(&spoken, at));
        match days.last_mut().filter(|(day, _)| *day == ago) {
            Some((_, day)) => day.entries.push(entry),
            None => {
                let name = match ago {
                    0 => msg("day-today"),
                    1 => msg("day-yesterday"),
                    _ => msg(format!("weekday-{}", face.weekday(at))),
                };
                days.push((ago, Day { name, date: face.date(at), entries: vec![entry] }));
            }
        }
    }
    days.into_iter().map(|(_, day)| day).collect()
}

fn read(stored: &audit::Entry) -> Option<(Line, Time)> {
    // One that cannot be read is what verification names; the list goes on without it.
    let line: Line = serde_json::from_str(&stored.line).ok()?;
    let at = parse_stamp(&line.at).ok()?;
    Some((line, at))
}

fn shown(spoken: &Spoken<'_>, at: Time) -> Entry {
    Entry {
        number: u64::try_from(spoken.line.seq).unwrap_or(0),
        href: format!("/audit/{}", spoken.line.seq),
        time: spoken.face.minute(at),
        utc: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        sentence: spoken.sentence(),
        details: spoken.details(),
    }
}

fn pager(asked: &Asked, listed: &Listed) -> Pager {
    let (newer, older) = match asked.position() {
        From::Newest => (false, listed.more),
        From::Before(_) => (true, listed.more),
        From::After(_) => (listed.more, true),
    };
    let at = |entry: Option<&audit::Entry>, name: &str| {
        entry.map(|entry| asked.address(&[(name, &entry.seq.to_string())]))
    };
    Pager {
        range: None,
        previous: newer.then(|| at(listed.entries.first(), "after")).flatten(),
        next: older.then(|| at(listed.entries.last(), "before")).flatten(),
    }
}

/// The page of one entry, as it is stored.
///
/// # Errors
/// The entry's line cannot be read.
pub fn entry_page(
    setup: &Setup,
    face: &Clockface,
    stored: &audit::Entry,
    before: Option<&audit::Entry>,
    after: bool,
    values: &Values,
) -> Result<EntryPage, Failure> {
    let broken = || Failure::new(Code::Internal).detail(msg("audit-unreadable").with("n", stored.seq));
    let (line, at) = read(stored).ok_or_else(broken)?;
    let none = BTreeMap::new();
    let values = values.get(&stored.seq).unwrap_or(&none);
    let spoken = Spoken { setup, face, line: &line, values };
    Ok(EntryPage {
        entry: shown(&spoken, at),
        when: face.day(at),
        facts: facts(&line, values),
        previous: before.map(|before| format!("/audit/{}", before.seq)),
        next: after.then(|| format!("/audit/{}", stored.seq + 1)),
        line: stored.hash.clone(),
        previous_line: before.map_or_else(|| GENESIS.to_owned(), |before| before.hash.clone()),
    })
}

/// Names and values as they stand in the entry; the names are its own.
fn facts(line: &Line, values: &BTreeMap<String, String>) -> Vec<(Msg, String)> {
    let about = serde_json::to_value(&line.about).unwrap_or_default();
    let about = about.as_object().cloned().unwrap_or_default();
    let about = about.into_iter().map(|(name, id)| (name, id.as_str().unwrap_or_default().to_owned()));
    let own = [
        ("at".to_owned(), line.at.clone()),
        ("action".to_owned(), line.action.as_str()),
        ("actor".to_owned(), format!("{} {}", line.actor.name, line.actor.id).trim().to_owned()),
        ("role".to_owned(), line.actor.role.clone()),
        ("policy_version".to_owned(), line.policy_version.map(|n| n.to_string()).unwrap_or_default()),
    ];
    let erased = |name: &String| (name.clone(), values.get(name).cloned().unwrap_or_else(|| "∅".to_owned()));
    own.into_iter()
        .chain(about)
        .chain(line.facts.clone())
        .chain(line.sealed.keys().map(erased))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (literal(name.replace('_', " ")), value))
        .collect()
}
