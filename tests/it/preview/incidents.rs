//! Incidents and group decisions.

use super::{Rendered, at, render, said};
use referee::web::marks::{Mark, Piece, against, beside};
use referee::web::messages::{Msg, msg};
use referee::web::page::Tone;
use referee::web::pages::approvals::ApprovalPart;
use referee::web::pages::bulk::{BulkForm, BulkPage};
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
        note: String::new(),
        problem: None,
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
        because: String::new(),
        problem: None,
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

#[expect(clippy::too_many_lines, reason = "one page, field by field")]
fn group() -> GroupPage {
    let seen = |now: &str, was: &str| {
        let value = |pieces: Vec<Piece>, systems: &[&str]| {
            let systems = systems.iter().map(|name| (*name).to_owned()).collect();
            SeenValue { pieces, state: None, systems }
        };
        let now_held = value(Piece::whole(Mark::Plain, now), &["Portal", "Helpdesk"]);
        vec![now_held, value(beside(against(now, was)), &["Warehouse"])]
    };
    let row = |(name, now, was): (&str, &str, &str)| MemberRow {
        id: name.into(),
        tickable: true,
        ticked: true,
        name: name.into(),
        href: "/conflicts/c1".into(),
        field: said("Phone"),
        seen: seen(now, was),
        becomes: said(now),
        state: msg("member-included"),
    };
    let rows: Vec<MemberRow> = [
        ("Ada Okafor", "+49 30 6660100", "+49 30 55501100"),
        ("Mateo Lindqvist", "+49 30 6660101", "+49 30 55501101"),
    ]
    .map(row)
    .into();
    let left = |why: &'static str, count: u64| GroupPart {
        id: why.into(),
        title: msg(why),
        count,
        rows: rows.clone(),
        all: None,
        tickable: why == "left-unticked",
    };
    GroupPage {
        count: String::new(),
        why: String::new(),
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
        under_way: false,
        progress: None,
        total: 2296,
        approvals: Vec::new(),
        may_withdraw: false,
        asks: false,
        may_decide: true,
        typed: true,
        standings: Vec::new(),
        file: None,
        parts: vec![GroupPart {
            id: "part-0".into(),
            title: msg("group-outcome-keep").with("system", "Portal"),
            count: 2296,
            rows: rows.clone(),
            all: Some("/groups/g1?of=keep%3Aportal".into()),
            tickable: true,
        }],
        pager: Pager::default(),
        left_total: 15,
        left: vec![left("left-claimed", 2), left("left-high-stakes", 12), left("left-unticked", 1)],
        back: None,
    }
}

/// A run under way, of which some can still be undone and some be reversed.
fn run() -> GroupPage {
    let tab = |name: &str, count: u64| Tab {
        text: msg(format!("group-standing-{name}")),
        count: Some(Count::Exact(count)),
        href: format!("/groups/g1?show={name}"),
        current: name == "all",
    };
    let mut page = group();
    page.state = msg("group-working");
    page.progress = Some((412, 2296));
    page.may_decide = false;
    page.standings = vec![tab("all", 2311), tab("confirmed", 388), tab("failed", 4), tab("waiting", 20)];
    page.file = Some("/groups/g1/file".into());
    page.back = Some(BackPart { undo: true, reverse: true });
    for part in &mut page.parts {
        (part.tickable, part.title) = (false, msg("group-standing-all"));
    }
    page
}

/// A set that somebody else has to approve.
fn awaiting() -> GroupPage {
    GroupPage {
        state: msg("group-awaiting"),
        may_decide: false,
        approvals: vec![ApprovalPart {
            id: "approval",
            base: "/groups/g1".into(),
            title: msg("approval-awaiting").with("name", "Maya Klein"),
            tone: Tone::Warning,
            lines: Vec::new(),
            digest: "4f0a91c2d77e".into(),
            may: true,
            tip: msg("approval-tip"),
            reason: String::new(),
        }],
        ..group()
    }
}

fn bulk() -> BulkPage {
    let choice = |value: &str, text: Msg| Choice { value: value.into(), text, chosen: false };
    let slot = |field: &str, count: u64, current: bool| Tab {
        text: msg("bulk-slot").with("field", field).with("entity", "Customer"),
        count: Some(Count::Exact(count)),
        href: "/bulk?view=all".into(),
        current,
    };
    BulkPage {
        list: "/queue?view=all".into(),
        problem: Some(said("Choose one of the rules")),
        slots: vec![slot("Phone", 312, true), slot("Shipping address", 18, false)],
        form: Some(BulkForm {
            selection: String::new(),
            lead: msg("bulk-lead").with("n", 312).with("field", "Phone").with("entity", "Customer"),
            view: "view=all".into(),
            conflicts: vec!["c1".into()],
            slot: "customer/phone".into(),
            choices: vec![
                choice("source", msg("bulk-source")),
                choice("newest", msg("bulk-newest")),
                choice("keep:portal", msg("choice-keep").with("system", "Portal")),
                choice("leave", msg("choice-leave")),
            ],
            typed: vec![("typed.phone".into(), "Phone".into(), String::new())],
            one: false,
            reasons: form().reasons,
            note: String::new(),
            notes: vec![msg("bulk-alone"), msg("bulk-second")],
        }),
        empty: None,
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
    vec![
        render("incidents", list),
        render("incidents-none", none),
        render("incident", incident()),
        render("incident-change", changed()),
        render("incident-working", working()),
        render("alike", alike),
        render("group", group()),
        render("group-problem", problem),
        render("group-working", run()),
        render("group-awaiting", awaiting()),
        render("bulk", bulk()),
    ]
}
