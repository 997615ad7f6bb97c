//! The conflict page: the story, and every state of the coverage grid.

use super::{Rendered, at, render, said};
use referee::web::marks::{Mark, Piece, against};
use referee::web::messages::{Msg, literal, msg};
use referee::web::page::Tone;
use referee::web::pages::conflict::*;
use referee::web::pages::parts::*;

fn cell(n: u8, agreed: &[&str], lines: &[&str], facts: &[&str]) -> Cell {
    let line = |(at, value): (usize, &&str)| match agreed.get(at) {
        Some(agreed) => against(agreed, value),
        None => Piece::whole(Mark::Plain, *value),
    };
    Cell {
        n: (n > 0).then_some(n),
        lines: lines.iter().enumerate().map(line).collect(),
        state: None,
        facts: facts.iter().map(|fact| said(fact)).collect(),
        source_of_truth: false,
        fresh: false,
    }
}

fn truth(mut cell: Cell) -> Cell {
    cell.source_of_truth = true;
    cell
}

fn odd(state: Msg, facts: &[&str]) -> Cell {
    Cell { state: Some(state), ..cell(0, &[], &[], facts) }
}

fn candidate(n: u8, lines: &[&str], system: &str) -> Candidate {
    Candidate {
        n,
        outcome: format!("keep:{n}"),
        lines: lines.iter().map(|line| said(line)).collect(),
        keeps: msg("decision-keep").with("system", system),
        earlier: None,
    }
}

fn typed(field: &str, label: &str) -> Typed {
    Typed {
        field: field.into(),
        label: label.into(),
        value: String::new(),
        limits: vec![msg("typed-limit").with("system", "Warehouse").with("n", 30)],
        error: None,
        long: false,
    }
}

fn rule(stakes: &str) -> Msg {
    let stakes = msg(format!("stakes-{stakes}"));
    msg("rule-line").with("stakes", stakes).with("rule", msg("rule-always"))
}

fn address() -> Difference {
    let old = ["Elmstraße 4", "10115", "Berlin"];
    let new = ["Lindenallee 12", "10117", "Berlin"];
    let members: Vec<String> = ["street", "postcode", "city"].map(str::to_owned).into();
    Difference {
        id: "shipping".into(),
        label: "Shipping address".into(),
        rule: rule("high"),
        alike: None,
        notes: vec![
            msg("rule-one-choice").with("members", members),
            msg("rule-if-wrong").with("text", "parcels go to the old door"),
        ],
        cells: vec![
            truth(cell(1, &old, &new, &["Changed yesterday 14:02", "by the customer"])),
            cell(1, &old, &new, &["Changed yesterday 14:04", "by the Portal link"]),
            cell(2, &old, &old, &["Same as last agreed", "Rewritten yesterday 14:06"]),
        ],
        options: vec![candidate(1, &new, "Portal"), candidate(2, &old, "Warehouse")],
        hidden: None,
        agreed: old.map(str::to_owned).into(),
        agreed_note: None,
        whole: Vec::new(),
        list: None,
        under_head: false,
        told_above: false,
        act: None,
        suggestion: Some(Suggestion {
            n: 1,
            strength: msg("suggestion-high"),
            why: vec![said(
                "Changed by a person, in the source of truth, after Warehouse read its copy at 13:55; valid postcode.",
            )],
            against: Vec::new(),
            blind: false,
            record: Some(msg("suggestion-record").with("kept", 96).with("total", 100).with("reversed", 1)),
        }),
        chosen: Chosen::Open,
        typed: vec![typed("street", "Street"), typed("postcode", "Postcode"), typed("city", "City")],
        seen: "1~portal~a1 2~warehouse~b2".into(),
        may_clear: true,
        combined: None,
        of_record: false,
        members: Vec::new(),
        remove: None,
        may_leave: true,
        until: String::new(),
        because: String::new(),
        error: None,
    }
}

fn phone() -> Difference {
    let old = ["+49 30 5550 1742"];
    Difference {
        id: "phone".into(),
        label: "Phone".into(),
        rule: rule("medium"),
        notes: Vec::new(),
        alike: None,
        cells: vec![
            cell(1, &old, &old, &["Same as last agreed"]),
            truth(cell(2, &old, &["+49 30 5550 1472"], &["Changed 6 days ago", "by Jonas Beck, agent"])),
            cell(1, &[], &["030 5550 1742"], &["Same number,", "written differently"]),
        ],
        options: vec![candidate(1, &old, "Portal"), candidate(2, &["+49 30 5550 1472"], "Helpdesk")],
        hidden: None,
        agreed: old.map(str::to_owned).into(),
        agreed_note: None,
        whole: Vec::new(),
        list: None,
        under_head: false,
        told_above: false,
        act: None,
        suggestion: Some(Suggestion {
            n: 2,
            strength: msg("suggestion-some"),
            why: vec![said("Changed by a person, in the source of truth.")],
            against: vec![said("The customer saved Portal 2 days later and left 1742.")],
            blind: false,
            record: Some(msg("suggestion-record").with("kept", 31).with("total", 44).with("reversed", 3)),
        }),
        typed: vec![typed("phone", "Phone")],
        ..address()
    }
}

fn preview(chosen: bool) -> Preview {
    let write = |field: &str, was: &str, now: &str| PreviewWrite {
        hidden: false,
        field: field.into(),
        was: Some(was.into()),
        now: Some(now.into()),
        warnings: Vec::new(),
    };
    let writes =
        vec![write("ship_street", "Elmstraße 4", "Lindenallee 12"), write("ship_zip", "10115", "10117")];
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let unchanged = |systems: &[&str], fields: &[&str]| {
        let pending = msg("writes-pending").with("n", fields.len()).with("fields", names(fields));
        vec![Unchanged { systems: names(systems), pending: Some(pending) }]
    };
    if chosen {
        Preview {
            systems: vec![PreviewSystem { removes: false, name: "Warehouse".into(), writes, note: None }],
            unchanged: unchanged(&["Portal", "Helpdesk"], &["Phone"]),
            problems: Vec::new(),
            hold_seconds: 20,
            reserve: 3,
        }
    } else {
        Preview {
            systems: Vec::new(),
            unchanged: unchanged(&["Portal", "Helpdesk", "Warehouse"], &["Shipping address", "Phone"]),
            problems: Vec::new(),
            hold_seconds: 20,
            reserve: 3,
        }
    }
}

fn head() -> Head {
    let id = |system: &str, id: &str| SystemLink {
        system: system.into(),
        id: id.into(),
        href: Some(format!("https://{}.example/{id}", system.to_lowercase())),
    };
    Head {
        name: "Ada Okafor".into(),
        href: "/records/ada".into(),
        entity: "Customer".into(),
        ids: vec![id("Portal", "C-20418"), id("Helpdesk", "503127"), id("Warehouse", "WH-008841")],
        presence: Some(
            msg("conflict-presence").with("name", "Ana Ruiz").with("when", msg("ago-minutes").with("n", 2)),
        ),
        assigned: Some(msg("assigned-you")),
        waits: None,
        due: Some(Due { when: at(msg("due-in-hours").with("n", 3)), urgency: Urgency::Soon }),
    }
}

fn verdict() -> Vec<Msg> {
    let yesterday = || msg("when-yesterday").with("time", "14:02");
    vec![
        msg("verdict-count").with("n", 2).with("total", 11),
        msg("verdict-changed-spread")
            .with("who", msg("who-customer"))
            .with("field", "Shipping address")
            .with("system", "Portal")
            .with("when", yesterday())
            .with("others", vec!["Helpdesk".to_owned()])
            .with("n", 1),
        msg("verdict-holds").with("system", "Warehouse").with("n", 1).with("when", "3 March"),
        msg("verdict-changed-only").with("n", 1).with("field", "Phone").with("systems", "Helpdesk"),
    ]
}

fn columns() -> Vec<Column> {
    let column = |name: &str, minutes: i64| Column {
        id: name.to_lowercase(),
        name: name.into(),
        read: Some(msg("column-read").with("when", msg("ago-minutes").with("n", minutes))),
        stale: false,
    };
    vec![column("Portal", 1), column("Helpdesk", 4), column("Warehouse", 2)]
}

fn agreed() -> Vec<AgreedField> {
    let field = |label: &str, value: &str, changed: Option<&str>| AgreedField {
        label: label.into(),
        value: said(value),
        changed: changed.map(said),
    };
    vec![
        field("Email", "ada@okafor.example", Some("changed 6 days ago")),
        field("Name", "Ada Okafor", None),
        field("Plan", "Team", None),
        field("Country", "Germany", None),
        field("Language", "German", None),
        field("Billing address", "Lindenallee 12, 10117 Berlin", None),
        field("Lead status", "Customer", None),
        field("Role", "Approver", None),
        field("Tags", "newsletter, founders", None),
    ]
}

/// The page of the picture, before anything is chosen.
fn causes() -> Vec<Causes> {
    let evidence = msg("evidence-race").with("changed", "Portal").with("rewrote", "Warehouse");
    let race = msg("cause-line-strong").with("cause", msg("cause-race")).with("evidence", evidence);
    let choice = |value: &str, key: &str| Choice {
        value: value.into(),
        text: msg(key.to_owned()),
        chosen: value.is_empty(),
    };
    vec![Causes {
        name: "cause-shipping".into(),
        label: "Shipping address".into(),
        lines: vec![race],
        action: "/conflicts/0199/differences/address/cause".into(),
        said: String::new(),
        choices: vec![
            choice("", "cause-as-found"),
            choice("race", "cause-race"),
            choice("unknown", "cause-unknown"),
        ],
    }]
}

pub fn story() -> ConflictPage {
    let event = |when: &str, text: &str| Event { when: at(said(when)), text: said(text) };
    ConflictPage {
        passing: None,
        reopens: false,
        id: "0199".into(),
        version: "v7".into(),
        idempotency: "k1".into(),
        query: "?view=all".into(),
        trail: Trail {
            crumbs: vec![
                Link::new(msg("queue-heading"), "/queue"),
                Link::new(msg("view-all"), "/queue?view=all"),
            ],
            position: Some(msg("conflict-position").with("at", 3).with("total", 42)),
            previous: Some("/conflicts/0198".into()),
            next: Some("/conflicts/0200".into()),
        },
        head: head(),
        verdict: verdict(),
        notice: None,
        problems: Vec::new(),
        columns: columns(),
        then: None,
        agreed_on: Some(said("3 March")),
        differences: vec![address(), phone()],
        agreed: agreed(),
        timeline: "/records/ada/timeline".into(),
        related: vec![
            Link::new(said("1 conflict on order 10482"), "/conflicts/0201"),
            Link::new(said("2 comments"), "/conflicts/0199/comments"),
        ],
        preview: preview(false),
        causes: causes(),
        talk: Default::default(),
        questions: Default::default(),
        events: vec![
            event("Today 10:58", "Delivery for order 10482 booked"),
            event("Yesterday 14:06", "Warehouse import wrote Elmstraße 4"),
            event("Yesterday 14:02", "Customer saved Lindenallee 12"),
        ],
        deciding: true,
        reasons: Vec::new(),
        note: String::new(),
        decided: 0,
        listed: false,
        precedents: Vec::new(),
        separate: None,
    }
}

fn half() -> ConflictPage {
    let mut page = story();
    page.differences[0].chosen = Chosen::Keep(1);
    page.preview = preview(true);
    page.decided = 1;
    page
}

fn notice(tone: Tone, title: Msg, lines: Vec<Msg>, links: Vec<Link>) -> Option<Notice> {
    Some(Notice { tone, title, lines, links })
}

fn stale() -> ConflictPage {
    let mut page = half();
    let title =
        msg("stale-title").with("system", "Warehouse").with("field", "Postcode").with("value", "10117");
    page.notice = notice(Tone::Warning, title, vec![msg("stale-saved")], Vec::new());
    page.differences[0].cells[2].fresh = true;
    page
}

fn decided_by_other() -> ConflictPage {
    let mut page = half();
    page.deciding = false;
    let title = msg("decided-title").with("name", "Ana Ruiz").with("when", msg("ago-minutes").with("n", 2));
    let outcome = msg("decided-outcome")
        .with("field", "Shipping address")
        .with("outcome", msg("decision-keep").with("system", "Portal"));
    let links = vec![
        Link::new(msg("decided-see"), "/resolutions/r1"),
        Link::new(msg("decided-again"), "/conflicts/0199?again"),
    ];
    page.notice = notice(Tone::Info, title, vec![outcome], links);
    page
}

fn settled() -> ConflictPage {
    let mut page = story();
    page.deciding = false;
    let text = msg("settled-text").with("fields", vec!["Shipping address".to_owned(), "Phone".to_owned()]);
    let title = msg("settled-title").with("when", msg("ago-minutes").with("n", 1));
    page.notice =
        notice(Tone::Done, title, vec![text], vec![Link::new(msg("settled-next"), "/conflicts/0200")]);
    page
}

fn read_only() -> ConflictPage {
    let mut page = story();
    page.deciding = false;
    page.notice = notice(Tone::Info, msg("read-only-title"), vec![msg("read-only-text")], Vec::new());
    page
}

fn problems() -> ConflictPage {
    let mut page = half();
    page.differences[1].chosen = Chosen::Type;
    page.differences[1].typed[0].value = "+49 30 5550 17421742".into();
    page.differences[1].typed[0].error = Some(said("Too long for a phone number in Germany."));
    page.problems = vec![
        Problem {
            field: "t-phone-phone".into(),
            text: msg("problem-typed")
                .with("field", "Phone")
                .with("why", "too long for a phone number in Germany"),
        },
        Problem { field: "reason".into(), text: msg("problem-reason") },
    ];
    let reason =
        |value: &str| Choice { value: value.into(), text: msg(format!("reason-{value}")), chosen: false };
    page.reasons =
        ["source-of-truth", "newer", "confirmed", "document", "formatting", "other"].map(reason).into();
    page
}

fn leaving() -> ConflictPage {
    let mut page = story();
    page.differences[1].chosen = Chosen::Leave;
    page.differences[1].until = "2026-10-27".into();
    page.differences[1].because = "The customer will call back".into();
    page.decided = 1;
    page
}

fn missing() -> ConflictPage {
    let mut page = story();
    page.head.ids.pop();
    page.verdict = vec![
        msg("verdict-record-missing")
            .with("there", vec!["Portal".to_owned(), "Helpdesk".to_owned()])
            .with("missing", "Warehouse"),
    ];
    let mut record = phone();
    record.id = "record".into();
    record.label = "Record".into();
    record.cells = vec![
        truth(cell(1, &[], &["Ada Okafor"], &["Created 7 months ago", "by the customer"])),
        cell(1, &[], &["Ada Okafor"], &["Created 7 months ago"]),
        Cell { n: Some(2), ..odd(msg("state-absent"), &["Gone since yesterday 14:06"]) },
    ];
    record.options = vec![
        Candidate {
            keeps: msg("decision-create").with("system", "Warehouse"),
            ..candidate(1, &["Ada Okafor"], "")
        },
        Candidate {
            lines: vec![msg("state-absent")],
            keeps: msg("decision-remove").with("system", "Portal and Helpdesk"),
            ..candidate(2, &[], "")
        },
    ];
    record.agreed = Vec::new();
    record.typed = Vec::new();
    record.suggestion = None;
    page.differences = vec![record];
    page.preview = preview(false);
    page.preview.unchanged.iter_mut().for_each(|own| own.pending = None);
    page
}

fn wide() -> ConflictPage {
    let mut page = story();
    for name in ["Billing", "Newsletter", "Shop", "Ledger", "Archive"] {
        page.columns.push(Column {
            id: name.to_lowercase(),
            name: name.into(),
            read: Some(said("read 2 min ago")),
            stale: false,
        });
    }
    page.columns[4].stale = true;
    page.columns[4].read = Some(msg("column-unreadable").with("when", "09:12"));
    let old = ["Elmstraße 4", "10115", "Berlin"];
    page.differences[0].cells.extend([
        cell(3, &old, &["Elmstr. 4", "10115", "Berlin Mitte"], &["Changed 2 months ago"]),
        odd(msg("state-unknown").with("when", "09:12"), &[]),
        cell(2, &old, &old, &["Same as last agreed"]),
        odd(msg("state-no-field"), &[]),
        odd(msg("state-hidden"), &[]),
    ]);
    page.differences[0].options.push(candidate(3, &["Elmstr. 4", "10115", "Berlin Mitte"], "Billing"));
    let old = ["+49 30 5550 1742"];
    page.differences[1].cells.extend((0..5).map(|_| cell(1, &old, &old, &["Same as last agreed"])));
    page
}

fn hard() -> ConflictPage {
    let mut page = story();
    page.columns.pop();
    let text = "Please ring twice and leave the parcel with the neighbour on the left. ".repeat(56);
    let mut note = phone();
    note.id = "note".into();
    note.label = "Delivery note".into();
    note.suggestion = None;
    note.agreed = Vec::new();
    note.cells = vec![cell(1, &[], &[&text], &["Changed 2 days ago"]), odd(msg("state-empty"), &[])];
    note.cells[1].n = Some(2);
    note.options = vec![candidate(1, &["Please ring twice…"], "Portal"), candidate(2, &[], "Helpdesk")];
    note.options[1].lines = vec![msg("state-empty")];
    note.typed = vec![Typed { long: true, ..typed("note", "Delivery note") }];
    let mut name = phone();
    name.id = "name".into();
    name.label = "Name".into();
    name.suggestion = None;
    name.cells = vec![
        cell(1, &["ليلى حداد"], &["ليلى حدّاد"], &["Changed yesterday 14:02"]),
        cell(2, &["ليلى حداد"], &["ليلى حداد"], &["Same as last agreed"]),
    ];
    name.options = vec![candidate(1, &["ليلى حدّاد"], "Portal"), candidate(2, &["ليلى حداد"], "Helpdesk")];
    name.agreed = vec!["ليلى حداد".into()];
    page.differences = vec![note, name];
    page.verdict.truncate(1);
    page.verdict.push(msg("verdict-no-base").with("field", literal("Delivery note")));
    page
}

/// The page in each state.
pub fn pages() -> Vec<Rendered> {
    vec![
        render("conflict", story()),
        render("conflict-half", half()),
        render("conflict-stale", stale()),
        render("conflict-decided", decided_by_other()),
        render("conflict-settled", settled()),
        render("conflict-read-only", read_only()),
        render("conflict-problems", problems()),
        render("conflict-leaving", leaving()),
        render("conflict-missing", missing()),
        render("conflict-wide", wide()),
        render("conflict-hard", hard()),
    ]
}
