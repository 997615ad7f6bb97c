//! Systems, runs, policies, alerts, settings.

use super::{Rendered, at, render, said};
use referee::web::messages::{Msg, literal, msg};
use referee::web::page::Tone;
use referee::web::pages::parts::*;
use referee::web::pages::{alerts, policies, settings, systems};

fn run(id: &str, system: &str, state: &'static str, tone: Tone) -> systems::RunRow {
    systems::RunRow {
        id: id.into(),
        href: format!("/runs/{id}"),
        system: system.into(),
        kind: msg("run-increment"),
        started: at(msg("ago-minutes").with("n", 4)),
        took: Some(msg("age-seconds").with("n", 3)),
        read: 2_000,
        changed: 14,
        conflicts: 3,
        state: msg(state),
        tone,
    }
}

fn runs() -> Vec<systems::RunRow> {
    vec![
        run("8116", "Portal", "run-running", Tone::Info),
        run("8115", "Helpdesk", "run-done", Tone::Done),
        run("8114", "Warehouse", "run-state-failed", Tone::Danger),
    ]
}

fn inventory() -> systems::SystemsPage {
    let row = |id: &str, name: &str, kind: &'static str, state: Msg, tone: Tone| systems::SystemRow {
        id: id.into(),
        name: name.into(),
        href: format!("/systems/{id}"),
        kind: msg(kind),
        direction: msg(if id == "warehouse" { "direction-watch" } else { "direction-write" }),
        records: 2_000,
        last_read: Some(at(msg("ago-minutes").with("n", 4))),
        last_write: (id == "portal").then(|| at(msg("ago-hours").with("n", 2))),
        schedule: msg("schedule-every").with("span", msg("age-minutes").with("n", 15)),
        state,
        tone,
        clock: msg("clock-equal"),
        run: Some(format!("/systems/{id}/runs")),
    };
    systems::SystemsPage {
        rows: vec![
            row("portal", "Portal", "kind-sqlite", msg("system-well"), Tone::Done),
            row("helpdesk", "Helpdesk", "kind-rest", msg("system-is-paused"), Tone::Warning),
            row(
                "warehouse",
                "Warehouse",
                "kind-postgres",
                msg("system-failing").with("when", "09:12"),
                Tone::Danger,
            ),
        ],
        runs: runs(),
        all_runs: "/runs".into(),
        admin: true,
        empty: None,
    }
}

fn system() -> systems::SystemPage {
    let step = |name: &'static str, passed: Option<bool>| systems::TestStep {
        name: msg(name),
        passed,
        said: (passed == Some(false))
            .then(|| "password authentication failed for user \"referee\"".to_owned()),
        advice: (passed == Some(false)).then(|| said("Set the password again under Sign in.")),
    };
    systems::SystemPage {
        id: "warehouse".into(),
        name: "Warehouse".into(),
        facts: vec![
            (msg("fact-name-kind"), msg("kind-postgres")),
            (msg("fact-name-address"), literal("127.0.0.1:5432/warehouse")),
            (msg("fact-name-direction"), msg("direction-watch")),
        ],
        notice: None,
        left_alone: Some(systems::target::LeftAlone {
            notice: Notice {
                tone: Tone::Danger,
                title: msg("target-paused").with("system", "Warehouse"),
                lines: vec![
                    msg("target-said").with("when", "today 10:12").with("said", "connection refused"),
                    msg("target-paused-next").with("time", "11:08:20"),
                ],
                links: Vec::new(),
            },
            resume: Some("/systems/warehouse/resumption".into()),
        }),
        capabilities: vec![msg("can-full"), msg("can-conditional"), msg("can-create")],
        mapping: vec![
            ("ship_street".into(), "Street".into(), msg("mapping-as-is")),
            ("ship_zip".into(), "Postcode".into(), said("trimmed")),
        ],
        steps: vec![
            step("step-reach", Some(true)),
            step("step-sign-in", Some(false)),
            step("step-read", None),
        ],
        writable: false,
        paused: false,
        mapped: vec![systems::MappedRow {
            id: "customer".into(),
            entity: "Customer".into(),
            object: "SHIP_TO".into(),
            action: "/systems/warehouse/mappings/customer/pause".into(),
            reading: Some("The loader runs wild".into()),
            writing: None,
        }],
        admin: true,
        runs: runs(),
    }
}

fn one_run(state: &'static str, tone: Tone) -> systems::RunPage {
    systems::RunPage {
        run: run("8114", "Warehouse", state, tone),
        system: Link::new(literal("Warehouse"), "/systems/warehouse"),
        progress: None,
        started_by: msg("run-by-person").with("name", "Tariq Nasser"),
        facts: Vec::new(),
        failure: None,
        again: Some("/systems/warehouse/runs".into()),
        quarantine: vec![("WH-000017".into(), said("04/31/2026 is no date"))],
    }
}

/// `*` marks what is inherited.
fn setting(text: &str) -> policies::Setting {
    policies::Setting { text: said(text.trim_end_matches('*')), inherited: text.ends_with('*') }
}

fn policy(label: &str, settings: [&str; 6], reviews: u64) -> policies::PolicyRow {
    let [source, rule, stakes, reason, hold, due] = settings.map(setting);
    policies::PolicyRow {
        label: label.into(),
        href: "/policies/customer/phone".into(),
        source,
        rule,
        reviewed: None,
        stakes,
        reason,
        hold,
        due,
        reviews,
        reviews_href: format!("/queue?field={}", label.replace(' ', "+")),
        warning: (label == "Delivery note")
            .then(|| msg("warning-newest-batch").with("field", label).with("system", "Warehouse")),
        marked: label == "Phone",
    }
}

fn matrix() -> policies::PoliciesPage {
    let tab = |name: &str, n: u64, current: bool| Tab {
        text: literal(name),
        count: Some(Count::Exact(n)),
        href: format!("/policies/{name}"),
        current,
    };
    policies::PoliciesPage {
        tabs: vec![tab("Customer", 11, true), tab("Order", 14, false), tab("Product", 9, false)],
        entity: "Customer".into(),
        version: msg("policies-version")
            .with("n", 14)
            .with("when", "12 October")
            .with("author", "Tariq Nasser"),
        versions: "/policies/customer/versions".into(),
        parent: policy("", ["Portal", "Source wins", "Medium", "No", "20 s", "24 h"], 190),
        rows: vec![
            policy("Name", ["Portal*", "Source wins*", "Medium*", "No*", "20 s*", "24 h*"], 3),
            policy("Phone", ["Helpdesk", "Always reviewed", "Medium*", "No*", "20 s*", "24 h*"], 64),
            policy("Shipping address", ["Portal*", "Always reviewed", "High", "No*", "20 s*", "24 h*"], 48),
            policy("Plan", ["Portal*", "Always reviewed", "High", "Coded", "60 s", "8 h"], 31),
            policy("Delivery note", ["Warehouse", "Newest wins", "Low", "No*", "20 s*", "7 d"], 2),
            policy("Tags", ["Portal*", "Union of all", "Low", "No*", "20 s*", "7 d"], 0),
        ],
        without_rule: 0,
        drafts: vec![Link::new(
            said("2 changes by Tariq Nasser: agents correct phones first"),
            "/policy-drafts/d1",
        )],
        admin: true,
    }
}

fn choice(value: &str, text: Msg, chosen: bool) -> Choice {
    Choice { value: value.into(), text, chosen }
}

#[expect(clippy::too_many_lines, reason = "one page, field by field")]
fn form(problems: Vec<Problem>) -> policies::PolicyForm {
    let rule = |name: &str, chosen: bool| policies::RuleChoice {
        choice: choice(name, msg(format!("rule-{name}")).with("entity", "Customer"), chosen),
        good: msg(format!("rule-{name}-good")),
        danger: msg(format!("rule-{name}-danger")),
        best: chosen.then(|| msg("rule-best-manual_review")),
        caution: chosen.then(|| msg("warning-too-few").with("field", "Phone").with("n", 2)),
        figures: chosen.then(|| msg("rule-figures").with("n", 64).with("share", 88)),
    };
    let inherit =
        |value: Msg| choice("", msg("inherit-choice").with("entity", "Customer").with("value", value), true);
    policies::PolicyForm {
        entity: "Customer".into(),
        entity_href: "/policies/customer".into(),
        field: Some("Phone".into()),
        action: "/policies/customer/phone".into(),
        version: "14".into(),
        now: said("always reviewed"),
        limited: None,
        sources: vec![
            choice("portal", literal("Portal"), false),
            choice("helpdesk", literal("Helpdesk"), true),
            choice("warehouse", literal("Warehouse"), false),
        ],
        rules: vec![
            rule("inherit", false),
            rule("manual", true),
            rule("source", false),
            rule("newest", false),
        ],
        stakes: vec![
            inherit(msg("stakes-medium")),
            choice("low", msg("stakes-low"), false),
            choice("high", msg("stakes-high"), false),
        ],
        reasons: vec![inherit(msg("reason-asked-no")), choice("coded", msg("reason-asked-coded"), false)],
        hold: "20".into(),
        hold_inherited: "20".into(),
        due: String::new(),
        due_inherited: "24".into(),
        review_if: "change_percent > 20.0".into(),
        review_if_inherited: String::new(),
        trial: "/policies/customer/phone/trial".into(),
        tried: Some(vec![policies::TriedRow {
            title: "Ada Okafor".into(),
            href: "/records/r1".into(),
            field: "Phone".into(),
            values: vec![("Portal".into(), "+49 30 1".into()), ("Helpdesk".into(), "+49 30 2".into())],
            answer: msg("tried-asks"),
            asks: true,
        }]),
        priority: String::new(),
        priority_inherited: "Portal, Helpdesk".into(),
        half_life: String::new(),
        half_life_inherited: "0".into(),
        blanks: vec![inherit(msg("blank-rejected"))],
        blinds: vec![inherit(msg("blind-no")), choice("yes", msg("blind-yes"), false)],
        tidies: vec![inherit(msg("tidy-no")), choice("yes", msg("tidy-yes"), false)],
        deletes: Vec::new(),
        bulk: vec![inherit(msg("bulk-yes")), choice("no", msg("bulk-no"), false)],
        second: vec![inherit(msg("second-no")), choice("yes", msg("second-yes"), false)],
        approval: String::new(),
        approval_inherited: "8".into(),
        if_wrong: "Agents call a number nobody answers.".into(),
        because: String::new(),
        problems,
    }
}

fn versions() -> policies::VersionsPage {
    policies::VersionsPage {
        entity: "Customer".into(),
        entity_href: "/policies/customer".into(),
        versions: vec![
            policies::PolicyVersion {
                number: 14,
                when: at(msg("when-yesterday").with("time", "09:40")),
                author: "Tariq Nasser".into(),
                reason: "Agents correct phones first; the portal follows.".into(),
                changes: vec![(literal("Phone"), msg("policy-rule"), msg("rule-source"), msg("rule-manual"))],
                current: true,
                roll_back: None,
            },
            policies::PolicyVersion {
                number: 13,
                when: at(said("2 October")),
                author: "Ana Ruiz".into(),
                reason: "First version from the configuration file.".into(),
                changes: Vec::new(),
                current: false,
                roll_back: Some("/policies/customer/versions/13/draft".into()),
            },
        ],
        compared: None,
        compare: "/policies/customer/versions".into(),
        problems: Vec::new(),
        admin: true,
    }
}

fn alerts() -> alerts::AlertsPage {
    let row = |tone: Tone, text: Msg, advice: &'static str, ended: bool| alerts::AlertRow {
        tone,
        text,
        advice: msg(advice),
        link: Some(Link::new(msg("runs-title"), "/runs/8114")),
        since: at(said("09:12")),
        times: 8,
        ended: ended.then(|| at(said("10:02"))),
        acknowledge: (!ended).then(|| "/alerts/a1/acknowledgement".to_owned()),
    };
    let failed = msg("alert-run-failed").with("system", "Warehouse").with("said", "connection refused");
    let refused = msg("alert-delivery-refused")
        .with("system", "Billing")
        .with("n", 38)
        .with("field", "Postcode")
        .with("said", "token expired");
    alerts::AlertsPage {
        settings: true,
        open: 2,
        rows: vec![
            row(Tone::Danger, failed.clone(), "alert-run-advice", false),
            row(Tone::Warning, refused, "alert-delivery-advice", false),
            row(Tone::Info, failed, "alert-run-advice", true),
        ],
        pager: Pager::default(),
        empty: None,
    }
}

fn index() -> settings::SettingsPage {
    let item = |name: &str, href: &str, state: Option<Msg>, alarm: bool| settings::Setting {
        link: Link::new(msg(format!("settings-{name}")), href),
        text: msg(format!("settings-{name}-text")),
        state,
        alarm,
    };
    settings::SettingsPage {
        items: vec![
            item(
                "systems",
                "/systems",
                Some(msg("settings-systems-state").with("n", 3).with("failing", 1)),
                true,
            ),
            item("policies", "/policies", None, false),
            item("runs", "/runs", None, false),
            item("alerts", "/alerts", Some(msg("alerts-open").with("n", 2)), true),
            item("verification", "/audit/verification", None, false),
        ],
    }
}

/// The pages in each state.
pub fn pages() -> Vec<Rendered> {
    let progress = systems::RunPage {
        progress: Some((640, 2_000)),
        again: None,
        quarantine: Vec::new(),
        ..one_run("run-running", Tone::Info)
    };
    let failed = systems::RunPage {
        failure: Some(("connection refused".into(), said("Check that the database runs."))),
        ..one_run("run-state-failed", Tone::Danger)
    };
    let list = systems::RunsPage {
        systems: vec![
            choice("", msg("timeline-all-systems"), true),
            choice("portal", literal("Portal"), false),
        ],
        rows: runs(),
        pager: Pager::default(),
        empty: None,
    };
    let because = Problem { field: "because".into(), text: msg("problem-because-policy") };
    vec![
        render("systems", inventory()),
        render("systems-read-only", systems::SystemsPage { admin: false, ..inventory() }),
        render("system", system()),
        render("runs", list),
        render("run-progress", progress),
        render("run-failed", failed),
        render("policies", matrix()),
        render("policy-form", form(Vec::new())),
        render("policy-form-problems", form(vec![because])),
        render("policy-versions", versions()),
        render("alerts", alerts()),
        render("settings", index()),
    ]
}
