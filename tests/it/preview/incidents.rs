//! Incidents and group decisions.

use super::{Rendered, at, render, said};
use referee::web::messages::msg;
use referee::web::page::Tone;
use referee::web::pages::incidents::*;
use referee::web::pages::parts::*;

fn choice(value: &str, key: &'static str, system: &str) -> Choice {
    Choice { value: value.into(), text: msg(key).with("system", system), chosen: false }
}

fn form() -> GroupForm {
    GroupForm {
        action: "/incidents/i1/groups".into(),
        like: String::new(),
        choices: vec![
            choice("keep:portal", "choice-accept", "Portal"),
            choice("others:portal", "choice-refuse", "Portal"),
            choice("keep:warehouse", "choice-keep", "Warehouse"),
            choice("leave", "choice-leave", ""),
        ],
        reasons: vec![choice("", "reason-no-code", ""), choice("newer_change", "reason-newer", "")],
    }
}

fn rows() -> Vec<RecordRow> {
    let names = ["Ada Okafor", "Mateo Lindqvist", "Société Générale de Distribution du Nord", "李雷"];
    let row = |(n, name): (usize, &&str)| RecordRow {
        name: (*name).into(),
        href: format!("/records/r{n}"),
        id: format!("C-10{n:02}"),
        state: (n == 2).then(|| msg("member-kept")),
    };
    names.iter().enumerate().map(row).collect()
}

fn incident() -> IncidentPage {
    IncidentPage {
        id: "i1".into(),
        title: msg("incident-mass-delete").with("system", "Portal"),
        state: msg("incident-state-open"),
        tone: Tone::Warning,
        lead: msg("incident-lead-mass-delete")
            .with("system", "Portal")
            .with("n", 2310_u32)
            .with("of", 41_200_u32),
        facts: vec![(msg("incident-opened"), said("14:02")), (msg("incident-entity"), said("Customer"))],
        links: vec![Link::new(msg("run-see"), "/runs/r1")],
        notice: None,
        progress: None,
        answers: vec![choice("allowed", "answer-allowed", ""), choice("refused", "answer-refused", "")],
        form: None,
        pause: Some((
            "/systems/portal/mappings/customer/pause".into(),
            msg("incident-pause").with("system", "Portal").with("entity", "Customer"),
        )),
        rows: rows(),
        pager: Pager {
            range: Some(msg("incident-records").with("n", 2310_u32)),
            previous: None,
            next: Some("/incidents/i1?after=x".into()),
        },
    }
}

fn changed() -> IncidentPage {
    IncidentPage {
        title: msg("incident-mass-change").with("system", "Portal"),
        lead: msg("incident-lead-mass-change")
            .with("system", "Portal")
            .with("n", 2310_u32)
            .with("of", 41_200_u32),
        links: vec![
            Link::new(msg("incident-waiting").with("n", 2310_u32), "/queue?incident=i1"),
            Link::new(msg("run-see"), "/runs/r1"),
        ],
        answers: vec![choice("released", "answer-released", "")],
        form: Some(form()),
        pause: None,
        ..incident()
    }
}

fn working() -> IncidentPage {
    IncidentPage {
        state: msg("incident-state-working"),
        tone: Tone::Info,
        progress: Some((412, 2310)),
        answers: Vec::new(),
        pause: None,
        ..incident()
    }
}

fn group() -> GroupPage {
    let seen = |now: &str, was: &str| {
        vec![
            (said(now), vec!["Portal".to_owned(), "Helpdesk".to_owned()]),
            (said(was), vec!["Warehouse".to_owned()]),
        ]
    };
    let row = |(name, now, was): (&str, &str, &str)| MemberRow {
        name: name.into(),
        href: "/conflicts/c1".into(),
        field: said("Phone"),
        seen: seen(now, was),
        becomes: said(now),
        state: msg("member-included"),
    };
    let left = |name: &str, why: &'static str| LeftRow {
        name: name.into(),
        href: "/conflicts/c2".into(),
        field: said("Phone"),
        why: msg(why),
    };
    GroupPage {
        id: "g1".into(),
        title: msg("group-title").with("n", 2296_u32),
        state: msg("group-draft"),
        tone: Tone::Info,
        lead: msg("group-keep").with("system", "Portal"),
        facts: vec![
            (msg("incident-by"), said("Maya Klein")),
            (msg("group-frozen"), said("14:06")),
            (msg("incident-why"), said("The new number range of the call centre")),
        ],
        links: vec![Link::new(msg("incident-see"), "/incidents/i1")],
        problem: None,
        progress: None,
        total: 2296,
        may_decide: true,
        typed: true,
        rows: [
            ("Ada Okafor", "+49 30 6660100", "+49 30 55501100"),
            ("Mateo Lindqvist", "+49 30 6660101", "+49 30 55501101"),
        ]
        .map(row)
        .into(),
        pager: Pager {
            range: Some(msg("group-listed").with("n", 2296_u32)),
            previous: None,
            next: Some("/groups/g1?after=x".into()),
        },
        left_out: vec![(msg("left-claimed"), 2), (msg("left-high-stakes"), 12)],
        left_rows: vec![left("Jo Li", "left-claimed"), left("Ana Ruiz", "left-high-stakes")],
    }
}

pub fn pages() -> Vec<Rendered> {
    let row = |title: &'static str, state: &'static str, tone: Tone| IncidentRow {
        href: "/incidents/i1".into(),
        title: msg(title).with("system", "Portal"),
        entity: "Customer".into(),
        records: 2310,
        opened: at(said("14:02")),
        state: msg(state),
        tone,
    };
    let list = IncidentsPage {
        open: vec![row("incident-mass-change", "incident-state-open", Tone::Warning)],
        ended: vec![
            row("incident-storm", "ending-released", Tone::Done),
            row("incident-mass-delete", "ending-came_back", Tone::Done),
        ],
        pager: Pager::default(),
        empty: None,
    };
    let none = IncidentsPage {
        open: Vec::new(),
        ended: Vec::new(),
        pager: Pager::default(),
        empty: Some(Empty { title: msg("incidents-none"), text: msg("incidents-none-text"), link: None }),
    };
    let alike = AlikePage {
        count: 212,
        list: "/queue?like=abc".into(),
        lead: msg("alike-lead")
            .with("field", "Phone")
            .with("entity", "Customer")
            .with("cause", msg("cause-stale")),
        alone: false,
        form: Some(GroupForm { action: "/groups".into(), like: "abc".into(), ..form() }),
    };
    let problem = GroupPage { problem: Some(said("Type 2296 to decide them all")), ..group() };
    let going =
        GroupPage { state: msg("group-working"), progress: Some((412, 2296)), may_decide: false, ..group() };
    vec![
        render("incidents", list),
        render("incidents-none", none),
        render("incident", incident()),
        render("incident-change", changed()),
        render("incident-working", working()),
        render("alike", alike),
        render("group", group()),
        render("group-problem", problem),
        render("group-working", going),
    ]
}
