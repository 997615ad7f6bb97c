//! The queue, full and in its empty states.

use super::{Rendered, at, render, said};
use referee::web::marks::{Mark, Piece, against, beside};
use referee::web::messages::{Msg, literal, msg};
use referee::web::page::Tone;
use referee::web::pages::parts::*;
use referee::web::pages::queue::address::Address;
use referee::web::pages::queue::*;

fn due(text: &str) -> Option<Due> {
    let urgency = match text {
        late if late.contains("overdue") => Urgency::Overdue,
        "Due in 3 h" => Urgency::Soon,
        _ => Urgency::Later,
    };
    Some(Due { when: at(said(text)), urgency })
}

/// `Portal*,Helpdesk`: the star marks the source of truth.
fn side(value: Vec<Piece>, holders: &str) -> Side {
    let holder =
        |name: &str| Holder { name: name.trim_end_matches('*').into(), source_of_truth: name.ends_with('*') };
    let empty = value.iter().all(|piece| piece.text.is_empty());
    Side {
        state: empty.then(|| msg("state-empty")),
        pieces: if empty { Vec::new() } else { value },
        holders: holders.split(',').map(holder).collect(),
    }
}

/// Name and id; field; two values; who holds each; cause; stakes; age; due; assignee.
type Line = [&'static str; 11];

const LINES: [Line; 13] = [
    [
        "Brightwater Ltd",
        "S-77120",
        "Plan",
        "Enterprise",
        "Team",
        "Portal*/Billing",
        "interface",
        "high",
        "2 d",
        "2 h overdue",
        "You",
    ],
    [
        "Mateo Lindqvist",
        "C-19822",
        "Phone",
        "+46 70 555 0118",
        "+46 70 555 0181",
        "Helpdesk*/Portal,Warehouse",
        "by-hand",
        "medium",
        "3 d",
        "40 min overdue",
        "Ana",
    ],
    [
        "Ada Okafor",
        "C-20418",
        "Shipping address+",
        "Lindenallee 12, 10117",
        "Elmstraße 4, 10115",
        "Portal*,Helpdesk/Warehouse",
        "race",
        "high",
        "21 h",
        "Due in 3 h",
        "You",
    ],
    [
        "Kettle, 1.7 l steel",
        "P-3391",
        "Stock level",
        "10",
        "2",
        "Warehouse*/Portal",
        "race",
        "high",
        "5 h",
        "Due in 4 h",
        "",
    ],
    [
        "Priya Raman",
        "C-20377",
        "Role",
        "Approver",
        "Viewer",
        "Helpdesk/Portal*",
        "by-hand",
        "high",
        "6 h",
        "Due in 5 h",
        "",
    ],
    [
        "Order 10482",
        "O-10482",
        "Delivery date",
        "4 November",
        "11 April",
        "Portal*/Warehouse",
        "conversion",
        "high",
        "7 h",
        "Due in 6 h",
        "You",
    ],
    [
        "Oskar Nilsen",
        "C-18804",
        "Shipping address",
        "Storgata 8, 0184",
        "Storgata 8, 0185",
        "Portal*/Warehouse,Helpdesk",
        "stale",
        "high",
        "9 h",
        "Tomorrow",
        "",
    ],
    [
        "Harbour Foods",
        "S-70233",
        "Plan",
        "Cancelled",
        "Team",
        "Portal*/Billing",
        "stale",
        "high",
        "11 h",
        "Tomorrow",
        "Ana",
    ],
    [
        "Desk lamp, oak",
        "P-1207",
        "Stock level",
        "0",
        "14",
        "Warehouse*/Portal",
        "race",
        "high",
        "12 h",
        "Tomorrow",
        "",
    ],
    [
        "Wei Zhang",
        "C-20311",
        "Record",
        "Deleted 11 October",
        "Edited 12 October",
        "Portal*/Helpdesk",
        "deleted",
        "high",
        "1 d",
        "Tomorrow",
        "",
    ],
    [
        "Lena Vogt",
        "C-20102",
        "Email",
        "lena@vogt.example",
        "l.vogt@old.example",
        "Portal*,Billing/Helpdesk",
        "stale",
        "medium",
        "4 h",
        "Due in 8 h",
        "You",
    ],
    [
        "Tomás Ferreira",
        "C-17755",
        "Shipping address",
        "Rua do Carmo 21, 1200",
        "",
        "Portal*,Helpdesk/Warehouse",
        "stale",
        "medium",
        "1 d",
        "Tomorrow",
        "",
    ],
    [
        "Ines Duarte",
        "C-19410",
        "Phone+",
        "+351 21 555 0134",
        "+351 21 555 0143",
        "Portal,Helpdesk/Warehouse",
        "unknown",
        "medium",
        "1 d",
        "Thursday",
        "",
    ],
];

fn row(line: Line) -> Row {
    let [name, id, field, a, b, holders, cause, stakes, age, due_text, assignee] = line;
    let (of_a, of_b) = (beside(against(b, a)), beside(against(a, b)));
    let words =
        |side: Vec<Piece>, text: &str| if text.is_empty() { Piece::whole(Mark::Plain, "") } else { side };
    let (left, right) = holders.split_once('/').unwrap_or((holders, ""));
    Row {
        conflict: id.into(),
        entity: literal("Customer"),
        kind: msg("kind-changed"),
        href: format!("/conflicts/{id}"),
        name: name.into(),
        id: id.into(),
        field: literal(field.trim_end_matches('+')),
        more: usize::from(field.ends_with('+')),
        sides: vec![side(words(of_a, a), left), side(words(of_b, b), right)],
        more_sides: 0,
        cause: msg(format!("cause-{cause}")),
        stakes: msg(format!("stakes-{stakes}")),
        high: stakes == "high",
        age: said(age),
        due: due(due_text),
        assignee: match assignee {
            "You" => msg("assignee-you"),
            "" => msg("assignee-nobody"),
            name => literal(name),
        },
        suggestion: None,
        mine: assignee == "You",
    }
}

fn facet(title: &str, values: &[(&str, u64)], more: Option<u64>) -> Facet {
    let value = |(name, count): &(&str, u64)| FacetValue {
        text: name.strip_prefix('=').map_or_else(|| said(name), |key| msg(key.to_owned())),
        count: Some(Count::Exact(*count)),
        href: format!("/queue?{title}={}", name.trim_start_matches('=').replace(' ', "+")),
        chosen: false,
    };
    Facet {
        title: msg(format!("facet-{title}")),
        values: values.iter().map(value).collect(),
        more: more.map(|n| Link::new(msg("facet-more").with("n", n), "/queue/filters")),
    }
}

fn tab(view: &str, count: u64) -> Tab {
    Tab {
        text: msg(format!("view-{view}")),
        count: Some(Count::Exact(count)),
        href: format!("/queue?view={view}"),
        current: view == "all",
    }
}

fn summary() -> Vec<Link> {
    let count = |key: &'static str, n: u64| Link::new(msg(key).with("n", n), format!("/queue?{key}"));
    vec![
        count("queue-open", 42),
        count("queue-due-today", 6),
        count("queue-overdue", 2),
        count("queue-with-others", 3),
    ]
}

fn find() -> Find {
    Find { words: String::new(), carried: vec![("view".into(), "all".into())] }
}

/// The page of the picture.
pub fn full() -> QueuePage {
    let shown = columns::of(&Address::default());
    QueuePage {
        open: 42,
        find: Some(find()),
        summary: summary(),
        tabs: vec![
            tab("all", 42),
            tab("mine", 12),
            tab("unassigned", 27),
            tab("snoozed", 4),
            tab("escalated", 1),
            tab("settled-itself", 318),
            tab("settled-rule", 1204),
            tab("failed", 2),
        ],
        facets: vec![
            facet(
                "field",
                &[("Shipping address", 18), ("Phone", 8), ("Plan", 6), ("Stock level", 5), ("Role", 3)],
                Some(6),
            ),
            facet(
                "cause",
                &[("=cause-stale", 15), ("=cause-by-hand", 11), ("=cause-race", 7), ("=cause-conversion", 4)],
                Some(3),
            ),
            facet("stakes", &[("=stakes-high", 9), ("=stakes-medium", 21), ("=stakes-low", 12)], None),
            facet("system", &[("Portal", 31), ("Warehouse", 24), ("Helpdesk", 19), ("Billing", 9)], None),
        ],
        filters: Vec::new(),
        clear: None,
        order: msg("queue-order-urgency"),
        more: None,
        rows: LINES.map(row).into(),
        first: columns::first(&Address::default()),
        heads: columns::heads(&Address::default(), &shown),
        menu: columns::menu(&Address::default(), &shown),
        reset: None,
        columns: shown,
        batch: Some("view=all".to_owned()),
        takes: Some("ana".to_owned()),
        total: literal("42"),
        saved: Saved { query: Some("view=all".to_owned()), shown: None, again: None },
        arrivals: None,
        failed: Vec::new(),
        awaiting: Vec::new(),
        pager: Pager {
            range: Some(msg("range").with("first", 1).with("last", 13).with("total", 42)),
            previous: None,
            next: Some("/queue?after=0199".into()),
        },
        start: Some("view=all".into()),
        notice: None,
        empty: None,
    }
}

fn filtered() -> QueuePage {
    let mut page = full();
    page.facets[0].values[1].chosen = true;
    page.filters = vec![Link::new(said("Phone"), "/queue")];
    page.clear = Some("/queue".into());
    page.rows.retain(|row| row.field == literal("Phone"));
    page.pager.next = None;
    page
}

fn empty(title: &'static str, text: Msg, link: Option<Link>) -> QueuePage {
    let mut page = full();
    page.rows.clear();
    page.start = None;
    page.pager = Pager::default();
    page.empty = Some(Empty { title: msg(title), text, link });
    page
}

fn paused() -> QueuePage {
    let mut page = full();
    page.notice = Some(Notice {
        tone: Tone::Danger,
        title: msg("paused-title").with("system", "Warehouse").with("when", "09:12"),
        lines: vec![msg("paused-text").with("system", "Warehouse")],
        links: vec![Link::new(msg("paused-link"), "/alerts")],
    });
    page
}

/// The page in each state.
pub fn pages() -> Vec<Rendered> {
    let clear = Link::new(msg("filters-clear"), "/queue");
    let when = msg("ago-minutes").with("n", 1);
    vec![
        render("queue", full()),
        render("queue-filtered", filtered()),
        render("queue-none", empty("empty-filter-title", msg("empty-filter-text").with("n", 3), Some(clear))),
        render("queue-done", empty("empty-done-title", msg("empty-done-text").with("when", when), None)),
        render(
            "queue-no-systems",
            empty(
                "empty-systems-title",
                msg("empty-systems-text"),
                Some(Link::new(msg("empty-systems-link"), "/systems")),
            ),
        ),
        render("queue-paused", paused()),
    ]
}
