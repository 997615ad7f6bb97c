//! The queue's page from what was read.

use super::address::{Address, Cursor, List, Near};
use super::read::{Desk, Part, Rows};
use super::rows::{conflict_row, failed_row};
use super::{Find, QueuePage, columns, empty, facets, views};
use crate::domain::access::Right;
use crate::domain::ids::{EntityId, FieldId, SystemId};
use crate::domain::suggestion::Grade;
use crate::store::queue::MOST_COUNTED;
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::approvals;
use crate::web::pages::parts::{Count, Link, Pager, Tab};
use crate::web::pages::words;

/// The page.
#[must_use]
pub fn page(desk: &Desk) -> QueuePage {
    let view = desk.address.view;
    let decides = desk.viewer.may(Right::Decide) && view.is_open() && view != List::Others;
    let (mut rows, mut failed, mut awaiting) = (Vec::new(), Vec::new(), Vec::new());
    match &desk.rows {
        Rows::Conflicts(part) => rows = part.rows.iter().map(|row| conflict_row(desk, row)).collect(),
        Rows::Deliveries(part) => failed = part.rows.iter().map(|row| failed_row(desk, row)).collect(),
        Rows::Awaiting(part) => {
            let row = |row| approvals::row(&desk.setup.catalog, &desk.viewer, &desk.clock, row);
            awaiting = part.rows.iter().map(row).collect();
        }
    }
    let filters = filters(desk);
    let columns = columns::of(&desk.address);
    let passes = view.is_open() && (desk.viewer.may(Right::Decide) || desk.viewer.may(Right::Reverse));
    let top = desk.address.from_the_top().query();
    let all = if view == List::Others { List::All } else { view };
    QueuePage {
        open: number(if view.is_open() { desk.total } else { desk.counts.all }),
        summary: summary(desk),
        tabs: tabs(desk),
        facets: if view.is_open() { facets::of(desk) } else { Vec::new() },
        clear: (!filters.is_empty()).then(|| Address { view: all, ..Address::default() }.href()),
        filters,
        find: view.is_open().then(|| Find {
            words: desk.address.q.clone().unwrap_or_default(),
            carried: desk.address.beside_words(),
        }),
        order: match view.is_open() {
            true => msg(format!("queue-order-{}", desk.address.sort.as_str())),
            false if view == List::Approval => msg("queue-order-oldest"),
            false => msg("queue-order-newest"),
        },
        more: match view {
            List::Rule => Some(Link::new(msg("samples-title"), "/samples")),
            List::Failed => Some(Link::new(msg("failed-grouped"), "/failed-writes")),
            _ => None,
        },
        pager: pager(desk),
        first: columns::first(&desk.address),
        heads: columns::heads(&desk.address, &columns),
        menu: columns::menu(&desk.address, &columns),
        reset: columns::reset(&desk.address),
        columns,
        batch: (passes && !desk.rows.is_empty()).then(|| top.clone()),
        takes: desk.viewer.may(Right::Decide).then(|| desk.viewer.user.0.clone()),
        total: capped(desk.total).text(),
        saved: views::saved(desk),
        arrivals: view.is_open().then(|| views::arrivals(desk)),
        start: (decides && !desk.rows.is_empty()).then(|| desk.address.from_the_top().query()),
        notice: empty::notice(desk),
        empty: empty::empty(desk),
        rows,
        failed,
        awaiting,
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
        (List::All, capped(counts.all)),
        (List::Mine, capped(counts.mine)),
        (List::Unassigned, capped(counts.unassigned)),
        (List::Snoozed, capped(counts.snoozed)),
        (List::Escalated, capped(counts.escalated)),
        (List::Itself, capped(counts.itself)),
        (List::Rule, capped(counts.rule)),
        (List::Failed, count(counts.failed)),
        (List::Approval, count(counts.approval)),
    ]
    .map(|(list, count)| Tab {
        text: msg(list.message()),
        count: Some(count),
        href: view(list).href(),
        current: desk.address.view == list && desk.address.saved.is_none(),
    })
    .into_iter()
    .chain(views::tabs(desk))
    .collect()
}

pub(super) fn field_name(desk: &Desk, id: &str) -> Msg {
    let entity = desk.address.entity.clone().map(EntityId);
    words::field(&desk.setup.catalog, entity.as_ref(), &FieldId::from(id))
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
    let near = address.due.map(|near| msg(format!("filter-{}", near.as_str())));
    add(near, Address { due: None, ..address.clone() });
    let field = address.field.as_deref().map(|field| field_name(desk, field));
    add(field, Address { field: None, ..address.clone() });
    add(address.cause.as_deref().map(words::cause), Address { cause: None, ..address.clone() });
    add(address.stakes.map(words::stakes), Address { stakes: None, ..address.clone() });
    add(address.kind.as_deref().map(facets::kind), Address { kind: None, ..address.clone() });
    let grade = address.suggestion.as_deref().and_then(Grade::of).map(facets::suggestion);
    let grade = grade.map(|grade| msg("filter-suggestion").with("grade", grade));
    add(grade, Address { suggestion: None, ..address.clone() });
    let age = address.age.map(|age| msg(format!("age-{}", age.as_str())));
    add(age, Address { age: None, ..address.clone() });
    let assignee = address.assignee.as_deref().map(|id| facets::person(desk, id));
    add(assignee, Address { assignee: None, ..address.clone() });
    let process = address.process.as_ref().map(literal);
    add(process, Address { process: None, ..address.clone() });
    add(address.tag.as_ref().map(literal), Address { tag: None, ..address.clone() });
    let words = address.q.as_ref().map(|words| msg("filter-words").with("words", words));
    add(words, Address { q: None, ..address.clone() });
    let like = address.like.as_ref().map(|_| msg("filter-like"));
    add(like, Address { like: None, ..address.clone() });
    let incident = address.incident.as_ref().map(|_| msg("filter-incident"));
    add(incident, Address { incident: None, ..address.clone() });
    let system = address.system.clone().map(SystemId).map(|id| literal(catalog.label(&id)));
    add(system, Address { system: None, ..address.clone() });
    let entity = address.entity.clone().map(EntityId);
    let entity = entity.map(|id| literal(catalog.entity_label(&id)));
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
        Rows::Awaiting(part) => pages(desk, part, |row| row.place().to_string()),
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
    let open = desk.address.view.is_open() || matches!(desk.address.view, List::Failed | List::Approval);
    if open { count(desk.total).text() } else { capped(desk.total).text() }
}
