//! The queue's page from what was read.

use super::address::{Address, Cursor, List, Near};
use super::read::{Desk, Part, Rows};
use super::rows::{conflict_row, failed_row};
use super::{QueuePage, empty};
use crate::domain::access::Right;
use crate::domain::ids::{EntityId, FieldId, SystemId};
use crate::domain::policy::Stakes;
use crate::store::queue::{self, MOST_COUNTED};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::parts::{Count, Facet, FacetValue, Link, Pager, Tab};
use crate::web::pages::words;

/// The page.
#[must_use]
pub fn page(desk: &Desk) -> QueuePage {
    let view = desk.address.view;
    let decides = desk.viewer.may(Right::Decide) && view.is_open() && view != List::Others;
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    match &desk.rows {
        Rows::Conflicts(part) => rows = part.rows.iter().map(|row| conflict_row(desk, row)).collect(),
        Rows::Deliveries(part) => failed = part.rows.iter().map(|row| failed_row(desk, row)).collect(),
    }
    let filters = filters(desk);
    let all = if view == List::Others { List::All } else { view };
    QueuePage {
        open: number(if view.is_open() { desk.total } else { desk.counts.all }),
        summary: summary(desk),
        tabs: tabs(desk),
        facets: if view.is_open() { facets(desk) } else { Vec::new() },
        clear: (!filters.is_empty()).then(|| Address { view: all, ..Address::default() }.href()),
        filters,
        order: msg(if view.is_open() { "queue-order" } else { "queue-order-newest" }),
        more: match view {
            List::Rule => Some(Link::new(msg("samples-title"), "/samples")),
            List::Failed => Some(Link::new(msg("failed-grouped"), "/failed-writes")),
            _ => None,
        },
        pager: pager(desk),
        start: (decides && !desk.rows.is_empty()).then(|| desk.address.from_the_top().query()),
        notice: empty::notice(desk),
        empty: empty::empty(desk),
        rows,
        failed,
    }
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn count(count: i64) -> Count {
    Count::Exact(number(count))
}

fn capped(count: i64) -> Count {
    if count > MOST_COUNTED { Count::Over(number(MOST_COUNTED)) } else { Count::Exact(number(count)) }
}

fn view(view: List) -> Address {
    Address { view, ..Address::default() }
}

fn summary(desk: &Desk) -> Vec<Link> {
    let due = |near| Address { due: Some(near), ..Address::default() };
    let counts = &desk.counts;
    [
        ("queue-open", counts.all, view(List::All)),
        ("queue-due-today", counts.today, due(Near::Today)),
        ("queue-overdue", counts.overdue, due(Near::Overdue)),
        ("queue-with-others", counts.others, view(List::Others)),
    ]
    .map(|(key, n, address)| Link::new(msg(key).with("n", n), address.href()))
    .into()
}

fn tabs(desk: &Desk) -> Vec<Tab> {
    let counts = &desk.counts;
    [
        (List::All, count(counts.all)),
        (List::Mine, count(counts.mine)),
        (List::Unassigned, count(counts.unassigned)),
        (List::Itself, capped(counts.itself)),
        (List::Rule, capped(counts.rule)),
        (List::Failed, count(counts.failed)),
    ]
    .map(|(list, count)| Tab {
        text: msg(list.message()),
        count: Some(count),
        href: view(list).href(),
        current: desk.address.view == list,
    })
    .into()
}

fn field_name(desk: &Desk, id: &str) -> Msg {
    let entity = desk.address.entity.clone().map(EntityId);
    words::field(&desk.setup.catalog, entity.as_ref(), &FieldId::from(id))
}

fn stakes_of(rank: &str) -> Option<Stakes> {
    Stakes::of_rank(rank.parse().ok()?)
}

fn facets(desk: &Desk) -> Vec<Facet> {
    let address = desk.address.from_the_top();
    let facet = |title: &'static str, counts: &[queue::Count], one: &dyn Fn(&str) -> (Msg, bool, Address)| {
        let value = |found: &queue::Count| {
            let (text, chosen, address) = one(&found.value);
            FacetValue { text, count: Some(count(found.count)), href: address.href(), chosen }
        };
        Facet { title: msg(title), values: counts.iter().map(value).collect(), more: None }
    };
    let fields = facet("facet-field", &desk.fields, &|value| {
        let chosen = address.field.as_deref() == Some(value);
        let field = (!chosen).then(|| value.to_owned());
        (field_name(desk, value), chosen, Address { field, ..address.clone() })
    });
    let causes = facet("facet-cause", &desk.causes, &|value| {
        let chosen = address.cause.as_deref() == Some(value);
        let cause = (!chosen).then(|| value.to_owned());
        (words::cause(value), chosen, Address { cause, ..address.clone() })
    });
    let stakes = facet("facet-stakes", &desk.stakes, &|value| {
        let stakes = stakes_of(value);
        let chosen = address.stakes == stakes;
        let text = stakes.map_or_else(|| literal(value), words::stakes);
        (text, chosen, Address { stakes: stakes.filter(|_| !chosen), ..address.clone() })
    });
    [fields, causes, stakes].into_iter().filter(|facet| !facet.values.is_empty()).collect()
}

/// The chosen filters, each as the way to the list without it.
fn filters(desk: &Desk) -> Vec<Link> {
    let (address, catalog) = (desk.address.from_the_top(), &desk.setup.catalog);
    if !address.view.is_open() {
        return Vec::new();
    }
    let mut links = Vec::new();
    let mut add = |text: Option<Msg>, without: Address| {
        links.extend(text.map(|text| Link::new(text, without.href())));
    };
    let others = (address.view == List::Others).then(|| msg("filter-others"));
    add(others, Address { view: List::All, ..address.clone() });
    let near =
        address.due.map(|near| msg(if near == Near::Today { "filter-today" } else { "filter-overdue" }));
    add(near, Address { due: None, ..address.clone() });
    let field = address.field.as_deref().map(|field| field_name(desk, field));
    add(field, Address { field: None, ..address.clone() });
    add(address.cause.as_deref().map(words::cause), Address { cause: None, ..address.clone() });
    add(address.stakes.map(words::stakes), Address { stakes: None, ..address.clone() });
    let like = address.like.as_ref().map(|_| msg("filter-like"));
    add(like, Address { like: None, ..address.clone() });
    let incident = address.incident.as_ref().map(|_| msg("filter-incident"));
    add(incident, Address { incident: None, ..address.clone() });
    let system = address.system.clone().map(SystemId).map(|id| literal(catalog.label(&id)));
    add(system, Address { system: None, ..address.clone() });
    let entity = address.entity.clone().map(EntityId);
    let entity = entity.map(|id| literal(catalog.entity(&id).map_or(id.as_str(), |entity| &entity.label)));
    add(entity, Address { entity: None, ..address.clone() });
    links
}

fn pager(desk: &Desk) -> Pager {
    match &desk.rows {
        Rows::Conflicts(part) if desk.address.view.is_open() => {
            pages(desk, part, |row| Cursor::of(row, desk.begun).text())
        }
        Rows::Conflicts(part) => pages(desk, part, |row| row.id.0.clone()),
        Rows::Deliveries(part) => pages(desk, part, |row| row.id.0.clone()),
    }
}

fn pages<T>(desk: &Desk, part: &Part<T>, cursor: impl Fn(&T) -> String) -> Pager {
    let (Some(first), Some(last)) = (part.rows.first(), part.rows.last()) else { return Pager::default() };
    let top = desk.address.from_the_top();
    let previous = || Address { before: Some(cursor(first)), ..top.clone() }.href();
    let next = || Address { after: Some(cursor(last)), ..top.clone() }.href();
    let total = capped_total(desk);
    let shown = i64::try_from(part.rows.len()).unwrap_or(0);
    let range = match desk.before {
        Some(before) => {
            msg("range").with("first", before + 1).with("last", before + shown).with("total", total)
        }
        None => msg("range-total").with("total", total),
    };
    Pager { range: Some(range), previous: part.previous.then(previous), next: part.next.then(next) }
}

fn capped_total(desk: &Desk) -> Msg {
    let open = desk.address.view.is_open() || desk.address.view == List::Failed;
    if open { count(desk.total).text() } else { capped(desk.total).text() }
}
