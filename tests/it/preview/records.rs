//! A record, its timeline, and the search.

use super::{Rendered, at, render, said};
use referee::web::marks::against;
use referee::web::messages::{Msg, literal, msg};
use referee::web::pages::parts::*;
use referee::web::pages::record::*;
use referee::web::pages::records::*;
use referee::web::pages::reviews::Ask;

fn event(id: &str, when: &str, system: &str, who: &str, how: &str) -> TimelineEvent {
    TimelineEvent {
        when: at(said(when)),
        system: literal(system),
        who: said(who),
        text: None,
        was: None,
        now: None,
        tag: None,
        how: said(how),
        id: id.into(),
        field: None,
    }
}

fn events() -> Vec<TimelineEvent> {
    let moved = |event: TimelineEvent| TimelineEvent {
        was: Some("Elmstraße 4, 10115".into()),
        now: Some("Lindenallee 12, 10117".into()),
        ..event
    };
    vec![
        TimelineEvent {
            text: Some(msg("event-opened").with("system", "Warehouse")),
            ..event("e-90412", "Yesterday 14:09:00", "Referee", "Detection", "Run 8,114")
        },
        TimelineEvent {
            text: Some(said("Elmstraße 4, 10115 written again")),
            tag: Some(said("Race, end")),
            ..event(
                "e-90411",
                "Yesterday 14:06:12",
                "Warehouse",
                "Address import",
                "Polled 14:09, 3 min later",
            )
        },
        moved(event("e-90407", "Yesterday 14:04:31", "Helpdesk", "Portal link", "Webhook, at once")),
        moved(event(
            "e-90403",
            "Yesterday 14:02:03",
            "Portal",
            "Ada Okafor, the customer",
            "Webhook, 2 s later",
        )),
        TimelineEvent {
            text: Some(said("Read by Warehouse: Elmstraße 4, 10115")),
            tag: Some(said("Race, start")),
            ..event("e-90398", "Yesterday 13:55:10", "Portal", "Address import", "Portal’s access log")
        },
        TimelineEvent {
            text: Some(msg("event-agreed").with("value", "Elmstraße 4, 10115 Berlin")),
            ..event("e-31077", "3 March 09:12:40", "All", "Full check", "Run 2,960")
        },
    ]
}

fn choice(value: &str, text: Msg, chosen: bool) -> Choice {
    Choice { value: value.into(), text, chosen }
}

fn timeline() -> TimelinePage {
    TimelinePage {
        field: Some("Shipping address".into()),
        name: "Ada Okafor".into(),
        entity: "customer".into(),
        id: "C-20418".into(),
        href: "/records/ada".into(),
        conflict: Some("/conflicts/0199".into()),
        fields: vec![
            choice("", msg("timeline-all-fields"), false),
            choice("shipping", said("Shipping address"), true),
        ],
        systems: vec![choice("", msg("timeline-all-systems"), true), choice("portal", said("Portal"), false)],
        zone: literal("Berlin, CEST"),
        cause: Some(Cause {
            name: said("race"),
            evidence: vec![said(
                "Warehouse wrote at 14:06 what it had read from Portal at 13:55. The customer’s change at 14:02 fell between.",
            )],
            clock: Some(said("Clocks agree within 0.4 s")),
        }),
        events: events(),
        pager: Pager::default(),
    }
}

fn field(label: &str, values: [&str; 3], agreed: &str, truth: usize) -> RecordField {
    let cell = |(at, value): (usize, &str)| RecordCell {
        pieces: if value.is_empty() { Vec::new() } else { against(agreed, value) },
        state: value.is_empty().then(|| msg("state-no-field")),
        source_of_truth: at == truth,
    };
    RecordField {
        label: label.into(),
        timeline: "/records/ada/timeline?field=x".into(),
        cells: values.into_iter().enumerate().map(cell).collect(),
        agreed: literal(agreed),
        disputed: values.iter().any(|value| !value.is_empty() && *value != agreed),
    }
}

fn record() -> RecordPage {
    let id = |system: &str, id: &str| SystemLink { system: system.into(), id: id.into(), href: None };
    let column = |name: &str| RecordColumn { name: name.into(), read: said("read 2 min ago") };
    RecordPage {
        name: "Ada Okafor".into(),
        entity: "Customer".into(),
        ids: vec![id("Portal", "C-20418"), id("Helpdesk", "503127"), id("Warehouse", "WH-008841")],
        conflict: Some(Link::new(msg("record-open-conflict"), "/conflicts/0199")),
        duplicates: Vec::new(),
        columns: ["Portal", "Helpdesk", "Warehouse"].map(column).into(),
        fields: vec![
            field("Street", ["Lindenallee 12", "Lindenallee 12", "Elmstraße 4"], "Elmstraße 4", 0),
            field("Postcode", ["10117", "10117", "10115"], "10115", 0),
            field("City", ["Berlin", "Berlin", "Berlin"], "Berlin", 0),
            field(
                "Phone",
                ["+49 30 5550 1742", "+49 30 5550 1472", "+49 30 5550 1742"],
                "+49 30 5550 1742",
                1,
            ),
            field("Plan", ["Team", "Team", ""], "Team", 0),
        ],
        timeline: "/records/ada/timeline".into(),
        events: events(),
        decisions: vec![Link::new(said("Kept Portal’s Email, 6 October, by Ana Ruiz"), "/resolutions/r0")],
        apart: None,
        separated: Vec::new(),
        ask: Some(Ask::about(
            &"ada".into(),
            vec![choice("city", literal("City"), false), choice("plan", literal("Plan"), false)],
            None,
        )),
    }
}

fn found() -> RecordsPage {
    let row = |name: &str, id: &str, matched: Option<(&str, &str)>, conflict: Option<Link>| Found {
        name: name.into(),
        href: format!("/records/{id}"),
        entity: "Customer".into(),
        ids: vec![("Portal".into(), id.into()), ("Warehouse".into(), "WH-008841".into())],
        matched: matched.map(|(field, value)| (field.into(), value.into())),
        conflict,
    };
    let disagree = Link::new(msg("records-fields-disagree").with("n", 2), "/conflicts/0199");
    let tab = |name: &str, n: u64, current: bool| Tab {
        text: literal(name),
        count: Some(Count::Exact(n)),
        href: format!("/records?kind={name}"),
        current,
    };
    RecordsPage {
        query: "Okafor".into(),
        tabs: vec![tab("Customer", 2, true), tab("Order", 14, false)],
        found: Some(msg("records-found").with("n", 2).with("query", "Okafor")),
        rows: vec![
            row("Ada Okafor", "C-20418", None, Some(disagree)),
            row("Brightwater Ltd", "S-77120", Some(("Contact", "n.okafor@brightwater.example")), None),
        ],
        pager: Pager::default(),
        empty: None,
    }
}

/// The pages in each state.
pub fn pages() -> Vec<Rendered> {
    let none = RecordsPage {
        rows: Vec::new(),
        found: None,
        tabs: Vec::new(),
        query: "Okaforr".into(),
        empty: Some(Empty {
            title: msg("empty-records-title").with("query", "Okaforr"),
            text: msg("empty-records-text"),
            link: None,
        }),
        ..found()
    };
    let mut whole = TimelinePage { field: None, cause: None, ..timeline() };
    whole.events[2].field = Some("Street".into());
    vec![
        render("record", record()),
        render("timeline", timeline()),
        render("timeline-record", whole),
        render("records", found()),
        render("records-none", none),
    ]
}
