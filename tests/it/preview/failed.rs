//! Writes that need a person: the causes, one of them, one write.

use super::{Rendered, at, render};
use referee::web::messages::{Msg, literal, msg};
use referee::web::page::Tone;
use referee::web::pages::decisions::{Delivery, State, Write};
use referee::web::pages::failed::*;
use referee::web::pages::parts::*;

fn cause(system: &str, title: &'static str, said: Option<&str>, count: u64) -> CauseRow {
    let href = "/failed-writes/helpdesk/customer/said-0a1b2c3d4e5f".to_owned();
    let retry = RetryAll { action: format!("{href}/retry"), until: "0199".into() };
    CauseRow {
        title: msg(title).with("system", system),
        system: system.into(),
        kind: "Customer".into(),
        said: said.map(literal),
        count,
        newest: at(msg("ago-minutes").with("n", 4)),
        retry: (title != "failed-by-hand").then_some(retry),
        href,
    }
}

fn causes() -> Vec<CauseRow> {
    vec![
        cause("Helpdesk", "failed-said", Some("Validation failed: street has more than 30 characters"), 38),
        cause("Billing", "failed-tried", Some("https://billing.example answered 503 Service Unavailable"), 4),
        cause("Warehouse", "failed-look", Some("no answer came; look there whether the record was made"), 1),
        cause("Ledger", "failed-by-hand", None, 2),
    ]
}

fn delivery(tone: Tone, state: &'static str) -> Delivery {
    Delivery {
        system: "Helpdesk".into(),
        href: Some("/deliveries/0199".into()),
        state: State { text: msg(state), tone },
        writes: vec![Write {
            column: "address/street".into(),
            was: Some("Elmstraße 4".into()),
            now: Some("Lindenallee 12, Hinterhaus, vierter Stock links".into()),
            hidden: false,
        }],
        said: Some(literal("Validation failed: street has more than 30 characters")),
        advice: Some(msg("alert-delivery-advice")),
        actions: vec![Link::new(msg("retry"), "/deliveries/0199/retry")],
    }
}

fn of_cause() -> CausePage {
    let row = |record: &str, id: &str| FailedRow {
        href: "/deliveries/0199".into(),
        record: record.into(),
        id: id.into(),
        field: literal("Shipping address"),
        since: at(msg("ago-minutes").with("n", 4)),
        delivery: Delivery { advice: None, actions: Vec::new(), ..delivery(Tone::Danger, "state-refused") },
    };
    CausePage {
        cause: causes().remove(0),
        advice: msg("failed-said-advice"),
        fix: Some(Link::new(msg("failed-fix").with("system", "Helpdesk"), "/systems/helpdesk")),
        rows: vec![row("Ada Okafor", "P-1"), row("Mateo Lindqvist", "P-2")],
        pager: Pager { range: Some(msg("range-total").with("total", 38)), ..Pager::default() },
    }
}

fn one(error: Option<(&'static str, Msg)>) -> DeliveryPage {
    let reason =
        |value: &str, text: &'static str| Choice { value: value.into(), text: msg(text), chosen: false };
    DeliveryPage {
        id: "0199".into(),
        record: Link::new(literal("Ada Okafor"), "/records/ada"),
        decision: Link::new(msg("decision-title"), "/resolutions/r1"),
        cause: Some(Link::new(msg("failed-alike").with("system", "Helpdesk"), causes().remove(0).href)),
        field: literal("Shipping address"),
        delivery: delivery(Tone::Danger, "state-refused"),
        notice: None,
        by_hand: Some(ByHand {
            system: "Helpdesk".into(),
            key: Some("P-1".into()),
            open: Some("https://desk.example/people/P-1".into()),
            fields: vec![
                ("address/street".into(), Some(literal("Lindenallee 12, Hinterhaus, vierter Stock links"))),
                ("address/extra".into(), None),
            ],
        }),
        instead: Some(Instead {
            action: "/deliveries/0199/decision".into(),
            values: vec![
                ("street".into(), "Street".into(), "Lindenallee 12, Hinterhaus, vierter Stock links".into()),
                ("postcode".into(), "Postcode".into(), "10117".into()),
            ],
            reasons: vec![
                reason("confirmed_with_customer", "reason-confirmed"),
                reason("other", "reason-other"),
            ],
            note: String::new(),
            until: "2026-11-12".into(),
            error,
        }),
        exchanges: vec![Exchange {
            request: "PATCH https://desk.example/people/P-1\nauthorization: ***\n\n{\"street\":\"Lindenallee 12\"}".into(),
            answer: "422 Unprocessable Entity\ncontent-type: application/json\n\n{\"detail\":\"street has more than 30 characters\"}".into(),
        }],
        exchanged: Some(at(msg("ago-minutes").with("n", 4))),
    }
}

/// The pages in each state.
pub fn pages() -> Vec<Rendered> {
    let list = || FailedPage { total: 45, causes: causes(), more: None, empty: None };
    let empty = Empty { title: msg("empty-failed-title"), text: msg("empty-failed-text"), link: None };
    let wrong = Some(("leave", literal("Leaving a difference needs a reason or a note")));
    let plain = DeliveryPage { exchanges: Vec::new(), exchanged: None, instead: None, ..one(None) };
    let hand = Delivery {
        said: None,
        advice: Some(msg("writes-by-hand")),
        ..delivery(Tone::Warning, "state-by-hand")
    };
    vec![
        render("failed", list()),
        render("failed-many", FailedPage { more: Some(msg("failed-more").with("n", 100)), ..list() }),
        render("failed-none", FailedPage { total: 0, causes: Vec::new(), empty: Some(empty), ..list() }),
        render("failed-cause", of_cause()),
        render("write", one(None)),
        render("write-problem", one(wrong)),
        render("write-by-hand", DeliveryPage { delivery: hand, ..plain }),
    ]
}
