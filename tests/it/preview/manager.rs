//! The audit log, and decisions with their writes.

use super::{Rendered, at, render, said};
use referee::web::messages::{Msg, literal, msg};
use referee::web::page::Tone;
use referee::web::pages::audit::*;
use referee::web::pages::decisions::*;
use referee::web::pages::parts::*;

fn entry(number: u64, time: &str, sentence: Msg, details: &[&str]) -> Entry {
    Entry {
        number,
        href: format!("/audit/{number}"),
        time: time.into(),
        utc: "2026-10-13T09:08:00Z".into(),
        sentence,
        details: details.iter().map(|detail| said(detail)).collect(),
    }
}

fn by(key: &'static str, actor: &str) -> Msg {
    msg(key).with("actor", actor)
}

fn kept() -> Msg {
    by("entry-kept", "Maya Klein")
        .with("system", "Portal")
        .with("field", "Shipping address")
        .with("value", "Lindenallee 12, 10117")
        .with("other", "Warehouse")
        .with("lost", "Elmstraße 4, 10115")
}

fn days() -> Vec<Day> {
    let record = "Ada Okafor";
    let opened = by("entry-opened", "Referee").with("field", "Shipping address").with("system", "Warehouse");
    let confirmed = by("entry-confirmed", "Referee")
        .with("system", "Warehouse")
        .with("value", "Lindenallee 12, 10117 Berlin");
    let left = by("entry-left", "Maya Klein").with("field", "Phone").with("until", "27 October");
    let reversed = by("entry-reversed", "Ana Ruiz")
        .with("field", "Email")
        .with("system", "Helpdesk")
        .with("value", "ada@okafor.example");
    vec![
        Day {
            name: msg("day-today"),
            date: said("13 October 2026"),
            entries: vec![
                entry(
                    48_212,
                    "11:09",
                    confirmed,
                    &[record, "Shipping address", "read back and equal, 24 s after the decision"],
                ),
                entry(
                    48_209,
                    "11:08",
                    kept(),
                    &[record, "suggestion shown and followed", "policy version 14", "no reason asked"],
                ),
                entry(
                    48_208,
                    "11:08",
                    left,
                    &[record, "reason Other: “customer will call back with the right number”"],
                ),
                entry(
                    48_177,
                    "10:41",
                    by("entry-read", "Ana Ruiz").with("what", "the full history of Ada Okafor"),
                    &["One read entry for this person, record and ten minutes"],
                ),
            ],
        },
        Day {
            name: msg("day-yesterday"),
            date: said("12 October 2026"),
            entries: vec![
                entry(
                    48_064,
                    "15:02",
                    reversed,
                    &[record, "reverses entry 47,655", "reason Confirmed with customer"],
                ),
                entry(48_031, "14:09", opened, &[record, "likely cause race", "run 8,114"]),
            ],
        },
    ]
}

fn verified() -> Chain {
    Chain::Verified { up_to: 48_212, when: at(msg("ago-minutes").with("n", 5)) }
}

fn facet(title: &str, values: &[(&str, u64)]) -> Facet {
    let value = |(name, n): &(&str, u64)| FacetValue {
        text: literal(*name),
        count: Some(Count::Exact(*n)),
        href: format!("/audit?{title}={}", name.replace(' ', "+")),
        chosen: false,
    };
    Facet { title: msg(format!("facet-{title}")), values: values.iter().map(value).collect(), more: None }
}

fn audit() -> AuditPage {
    AuditPage {
        query: "Okafor".into(),
        from: "2026-09-13".into(),
        to: "2026-10-13".into(),
        chain: verified(),
        facets: vec![
            facet(
                "action",
                &[("Decisions", 96), ("Writes", 71), ("Reads and exports", 22), ("Conflicts opened", 12)],
            ),
            facet(
                "person",
                &[("Ana Ruiz", 58), ("Maya Klein", 41), ("Jonas Beck", 17), ("Referee, by rule", 86)],
            ),
            facet("reason", &[("Source of truth is right", 49), ("Confirmed with customer", 21)]),
        ],
        filters: Vec::new(),
        clear: None,
        found: msg("audit-found-query").with("n", 214).with("query", "Okafor"),
        zone: literal("Berlin, CEST"),
        days: days(),
        pager: Pager {
            range: Some(msg("range").with("first", 1).with("last", 8).with("total", 214)),
            previous: None,
            next: Some("/audit?before=48019".into()),
        },
        empty: None,
        exports: vec![Link::new(msg("export-csv"), "/audit/export?q=Okafor&format=csv")],
    }
}

fn verification(chain: Chain) -> VerificationPage {
    let broken = chain.is_broken();
    VerificationPage {
        chain,
        entries: 48_212,
        head: "9f2c5d0e1b7a4488c1d3e5f60718293a4b5c6d7e8f9001122334455667788990".into(),
        checks: vec![Check {
            when: at(msg("ago-minutes").with("n", 5)),
            from: 1,
            to: 48_212,
            result: if broken {
                msg("verification-broken").with("n", 31_007)
            } else {
                msg("verification-ok")
            },
            broken,
            by: msg("verification-by-schedule"),
        }],
        command: "referee audit verify --database URL".into(),
    }
}

fn state(text: Msg, tone: Tone) -> State {
    State { text, tone }
}

fn waiting() -> State {
    state(msg("state-waiting").with("time", "11:08:20"), Tone::Info)
}

fn delivery(system: &str, state: State) -> Delivery {
    let write = |column: &str, was: &str, now: &str| Write {
        column: column.into(),
        was: Some(was.into()),
        now: Some(now.into()),
        hidden: false,
    };
    Delivery {
        href: Some("/deliveries/0190".into()),
        system: system.into(),
        state,
        writes: vec![
            write("ship_street", "Elmstraße 4", "Lindenallee 12"),
            write("ship_zip", "10115", "10117"),
        ],
        said: None,
        advice: None,
        actions: Vec::new(),
    }
}

fn refused() -> Delivery {
    Delivery {
        href: Some("/deliveries/0190".into()),
        said: Some(said("value too long for type character varying(10)")),
        advice: Some(said("Shorten the postcode, or leave it different.")),
        actions: vec![
            Link::new(msg("retry"), "/deliveries/d2/retry"),
            Link::new(msg("decide-again"), "/deliveries/d2/reopening"),
        ],
        ..delivery("Billing", state(msg("state-refused"), Tone::Danger))
    }
}

fn decision(deliveries: Vec<Delivery>, state: State, recover: Recover) -> DecisionPage {
    let seen = |n: u8, value: &str, systems: &[&str], chosen: bool| SeenValue {
        n,
        value: literal(value),
        systems: systems.iter().map(|system| (*system).to_owned()).collect(),
        chosen,
    };
    DecisionPage {
        record: Link::new(literal("Ada Okafor"), "/records/ada"),
        conflict: Link::new(msg("conflict-link"), "/conflicts/0199"),
        sentence: msg("decision-sentence")
            .with("name", "Maya Klein")
            .with("n", 1)
            .with("record", "Ada Okafor"),
        when: at(msg("when-today").with("time", "11:08")),
        state,
        recover,
        notice: None,
        approval: None,
        outcomes: vec![Outcome {
            field: literal("Shipping address"),
            seen: vec![
                seen(1, "Lindenallee 12, 10117 Berlin", &["Portal", "Helpdesk"], true),
                seen(2, "Elmstraße 4, 10115 Berlin", &["Warehouse"], false),
            ],
            outcome: msg("decision-keep").with("system", "Portal"),
            suggested: Some(msg("decision-suggested").with("n", 1)),
        }],
        deliveries,
        facts: vec![
            (msg("fact-name-suggestion"), msg("suggestion-shown-followed")),
            (msg("fact-name-policy"), msg("policy-version").with("n", 14)),
            (msg("fact-name-held"), msg("hold-seconds").with("n", 20)),
        ],
        audit: vec![Link::new(msg("audit-link").with("n", 48_209), "/audit/48209")],
        comments: Vec::new(),
        letters: Default::default(),
        ask: None,
    }
}

fn list() -> DecisionsPage {
    let row = |record: &str, text: Msg, state: State, recover: Recover| DecisionRow {
        href: "/resolutions/r1".into(),
        when: at(msg("when-today").with("time", "11:08")),
        record: record.into(),
        text,
        state,
        recover,
    };
    let kept = |field: &str| msg("decision-kept").with("system", "Portal").with("field", field);
    let partly =
        msg("state-partly").with("yes", vec!["Portal".to_owned()]).with("no", vec!["Billing".to_owned()]);
    DecisionsPage {
        rows: vec![
            row(
                "Ada Okafor",
                kept("Shipping address"),
                waiting(),
                Recover::Undo("/resolutions/r1/undo".into()),
            ),
            row(
                "Harbour Foods",
                msg("decision-typed-for").with("field", "Plan"),
                state(partly, Tone::Danger),
                Recover::Reverse("/resolutions/r2/reversal".into()),
            ),
            row(
                "Oskar Nilsen",
                kept("Shipping address"),
                state(msg("state-confirmed"), Tone::Done),
                Recover::Reverse("/resolutions/r3/reversal".into()),
            ),
            row("Wei Zhang", kept("Email"), state(msg("state-undone"), Tone::Info), Recover::No),
        ],
        pager: Pager::default(),
        empty: None,
    }
}

fn reversal() -> ReversalPage {
    ReversalPage {
        blocked: false,
        decision: Link::new(msg("decision-title"), "/resolutions/r3"),
        record: "Ada Okafor".into(),
        action: "/resolutions/r3/reversal".into(),
        deliveries: vec![delivery("Warehouse", state(msg("state-put-back"), Tone::Info))],
        reason: String::new(),
        error: None,
    }
}

fn audit_pages() -> Vec<Rendered> {
    let broken = Chain::Broken { at: 31_007, when: at(msg("ago-minutes").with("n", 1)) };
    let none = AuditPage {
        days: Vec::new(),
        found: msg("audit-found-query").with("n", 0).with("query", "Okaforr"),
        empty: Some(Empty { title: msg("empty-audit-title"), text: msg("empty-audit-text"), link: None }),
        pager: Pager::default(),
        chain: Chain::Unchecked,
        ..audit()
    };
    let entry = EntryPage {
        entry: entry(48_209, "11:08", kept(), &["Ada Okafor", "policy version 14"]),
        when: at(said("11:08")),
        facts: vec![(msg("fact-name-policy"), "14".into()), (msg("fact-name-reason"), "—".into())],
        previous: Some("/audit/48208".into()),
        next: Some("/audit/48210".into()),
        line: "9f2c5d0e1b7a4488c1d3e5f60718293a4b5c6d7e8f9001122334455667788990".into(),
        previous_line: "1f2c5d0e1b7a4488c1d3e5f60718293a4b5c6d7e8f9001122334455667788990".into(),
    };
    vec![
        render("audit", audit()),
        render("audit-none", none),
        render("audit-broken", AuditPage { chain: broken.clone(), ..audit() }),
        render("audit-entry", entry),
        render("verification", verification(verified())),
        render("verification-checking", verification(Chain::Checking { done: 12_000, of: 48_212 })),
        render("verification-broken", verification(broken)),
    ]
}

/// The pages in each state.
pub fn pages() -> Vec<Rendered> {
    let undo = || Recover::Undo("/resolutions/r1/undo".into());
    let reverse = || Recover::Reverse("/resolutions/r1/reversal".into());
    let confirmed = || state(msg("state-confirmed"), Tone::Done);
    let partly = || {
        let (yes, no) = (vec!["Warehouse".to_owned()], vec!["Billing".to_owned()]);
        state(msg("state-partly").with("yes", yes).with("no", no), Tone::Danger)
    };
    let retrying = msg("state-retrying").with("n", 2).with("of", 10).with("time", "14:05");
    let mut pages = audit_pages();
    pages.extend([
        render("decisions", list()),
        render(
            "decisions-none",
            DecisionsPage {
                rows: Vec::new(),
                empty: Some(Empty {
                    title: msg("empty-decisions-title"),
                    text: msg("empty-decisions-text"),
                    link: None,
                }),
                ..list()
            },
        ),
        render("decision-waiting", decision(vec![delivery("Warehouse", waiting())], waiting(), undo())),
        render(
            "decision-partly",
            decision(vec![delivery("Warehouse", confirmed()), refused()], partly(), reverse()),
        ),
        render(
            "decision-retrying",
            decision(
                vec![delivery("Warehouse", state(retrying.clone(), Tone::Warning))],
                state(retrying, Tone::Warning),
                Recover::No,
            ),
        ),
        render("reversal", reversal()),
    ]);
    pages
}
