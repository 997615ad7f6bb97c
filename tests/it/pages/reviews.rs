//! Asking for a decision: from the page of a decision, from a record, and what the conflict says.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{Answer, Browser, TestApp};
use crate::support::postgres;
use crate::support::world::admin;
use chrono::TimeDelta;
use referee::domain::access::{Role, Viewer};
use referee::domain::ids::SystemId;
use referee::store::{records, resolutions};
use reqwest::StatusCode;

/// A new name of the portal's, given to the warehouse by the rule, on each database there is.
async fn apps() -> Vec<TestApp> {
    let mut apps = Vec::new();
    for url in [None, postgres::database().await] {
        if url.is_none() && !apps.is_empty() {
            continue;
        }
        let app = TestApp::start_on(url).await;
        app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
        for (login, role) in [("ana", Role::Steward), ("mira", Role::Manager), ("vera", Role::Auditor)] {
            app.add(login, &[role]).await;
        }
        for system in ["portal", "warehouse"] {
            app.engine.enable_writes(&admin(), &SystemId::from(system), true).await.unwrap();
        }
        let text = "UPDATE customers SET name='Ada Bell', updated_at='2026-03-03 12:01:30', updated_by='Ana' WHERE id='C-1'";
        app.sql("portal", text).await;
        app.sync().await;
        apps.push(app);
    }
    apps
}

async fn delivered(app: &TestApp) {
    app.clock.advance(TimeDelta::seconds(21));
    while app.engine.deliver_next().await.unwrap() {}
}

/// The record, and the newest decision on it.
async fn known(app: &TestApp) -> (String, String) {
    let mut session = app.engine.store().session().await.unwrap();
    let found = records::find(&mut session, &Viewer::referee(), &["ada".into()], 5).await.unwrap().remove(0);
    let decision = resolutions::of_record(&mut session, &found.id, 5).await.unwrap().remove(0);
    (found.id.0, decision.id.0)
}

/// What stands after `name="…" value="` first.
fn value(page: &Answer, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    page.body.split(&marker).nth(1).unwrap_or_else(|| panic!("{name}")).split('"').next().unwrap().to_owned()
}

async fn ask(browser: &Browser, record: &str, fields: &[(&str, &str)]) -> Answer {
    browser.post(&format!("/records/{record}/reviews"), fields).await
}

#[tokio::test]
async fn a_decision_of_a_rule_is_doubted_and_the_earlier_value_kept() {
    for app in apps().await {
        let (record, decision) = known(&app).await;
        let ana = app.sign_in("ana").await;
        let page = ana.get(&format!("/resolutions/{decision}")).await;
        assert!(page.body.contains("policy version 1"), "{}", page.body);
        assert!(!page.body.contains("Ask for a decision"), "while it is on its way nothing is asked");
        delivered(&app).await;
        let page = ana.get(&format!("/resolutions/{decision}")).await;
        assert!(page.body.contains("Ask for a decision"), "{}", page.body);
        assert_eq!((value(&page, "field"), value(&page, "decision")), ("name".into(), decision.clone()));
        let vera = app.sign_in("vera").await;
        let looked = vera.get(&format!("/resolutions/{decision}")).await;
        assert!(!looked.body.contains("Ask for a decision"));
        let fields = [("field", "name"), ("decision", decision.as_str()), ("reason", "she never married")];
        assert_eq!(ask(&vera, &record, &fields).await.status, StatusCode::FORBIDDEN);
        let asked = ask(&ana, &record, &fields).await;
        let conflict = asked.leads_to().to_owned();
        assert!(conflict.starts_with("/conflicts/"));
        let page = ana.get(&conflict).await;
        for text in [
            "asked for a decision on <b><bdi>Name</bdi></b>, on which all systems agree",
            "she never married",
            "Earlier: held before version 1 of the policy settled it",
            "Ada Okafor",
            "data-n=\"2\"",
            "a decision is asked for",
        ] {
            assert!(page.body.contains(text), "{text}: {}", page.body);
        }
        assert!(!page.body.contains("disagrees"), "they agree: {}", page.body);
        let difference = page.body.split("data-difference=\"").nth(1).unwrap().split('"').next().unwrap();
        let (version, key) = (value(&page, "version"), value(&page, "idempotency"));
        let outcome = format!("outcome.{difference}");
        let sent = [("version", &*version), ("idempotency", &*key), (&*outcome, "keep:2"), ("then", "stay")];
        let kept = ana.post(&format!("{conflict}/resolution"), &sent).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
        let (_, second) = known(&app).await;
        delivered(&app).await;
        let page = ana.get(&format!("/resolutions/{second}")).await;
        assert!(page.body.contains("Keep an earlier value"), "{}", page.body);
        let list = ana.get("/decisions").await;
        assert!(list.body.contains("Kept an earlier <b><bdi>Name</bdi></b>"), "{}", list.body);
    }
}

#[tokio::test]
async fn any_agreed_field_of_a_record_is_asked_about_and_what_was_typed_is_kept() {
    for app in apps().await {
        let (record, _) = known(&app).await;
        let mira = app.sign_in("mira").await;
        let page = mira.get(&format!("/records/{record}")).await;
        assert!(page.body.contains("<option value=\"address\""), "a group is one: {}", page.body);
        let under_way = ask(&mira, &record, &[("field", "name"), ("reason", "why <not>")]).await;
        assert_eq!(under_way.status, StatusCode::CONFLICT);
        for text in ["on its way", "why &#60;not&#62;", "<option value=\"name\" selected>"] {
            assert!(under_way.body.contains(text), "{text}: {}", under_way.body);
        }
        let empty = ask(&mira, &record, &[("field", "phone"), ("reason", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.body.contains("Say in 1 to 500 characters"), "{}", empty.body);
        let gone = ask(&mira, &record, &[("field", "nothing"), ("reason", "why")]).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        let asked = ask(&mira, &record, &[("field", "phone"), ("reason", "Nobody answers there")]).await;
        let page = mira.get(asked.leads_to()).await;
        assert!(
            page.body.contains("Nobody answers there") && !page.body.contains("Earlier:"),
            "{}",
            page.body
        );
        let page = mira.get(&format!("/records/{record}")).await;
        assert!(!page.body.contains("<option value=\"phone\""), "it is asked already: {}", page.body);
    }
}

/// A value of a page's attribute: `href="/samples/…"`.
fn linked(page: &Answer, start: &str) -> String {
    let rest = page
        .body
        .split(&format!("href=\"{start}"))
        .nth(1)
        .unwrap_or_else(|| panic!("{start}: {}", page.body));
    format!("{start}{}", rest.split('"').next().unwrap())
}

#[tokio::test]
async fn a_sample_is_answered_blind_and_the_rule_is_told_afterwards() {
    for app in apps().await {
        delivered(&app).await;
        let ana = app.sign_in("ana").await;
        assert!(ana.get("/queue?view=rule").await.body.contains("href=\"/samples\""));
        let wrong = ana.post("/samples", &[("of", "customer"), ("days", "x"), ("size", "51")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        for text in
            ["1 to 365 days", "1 to 50 differences", "value=\"51\"", "<option value=\"customer\" selected>"]
        {
            assert!(wrong.body.contains(text), "{text}: {}", wrong.body);
        }
        let none = ana.post("/samples", &[("of", "customer/phone"), ("days", "30"), ("size", "20")]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let drawn = ana.post("/samples", &[("of", "customer/name"), ("days", "30"), ("size", "20")]).await;
        let item = drawn.leads_to().to_owned();
        let page = ana.get(&item).await;
        for text in
            ["Ada Bell", "ADA OKAFOR", "Which value is right?", "Last agreed: <q><bdi>Ada Okafor</bdi></q>"]
        {
            assert!(page.body.contains(text), "{text}: {}", page.body);
        }
        for hidden in ["Source of truth", "The rule", "checked", "policy version"] {
            assert!(!page.body.contains(hidden), "{hidden}: {}", page.body);
        }
        let answer = format!("{item}/answer");
        let nothing = ana.post(&answer, &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let empty = ana.post(&answer, &[("answer", "type"), ("typed.name", " ")]).await;
        assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.body.contains("Type the value"));
        let vera = app.sign_in("vera").await;
        assert!(!vera.get(&item).await.body.contains(&answer), "whoever drew it answers");
        assert_eq!(vera.post(&answer, &[("answer", "unsure")]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            vera.post("/samples", &[("days", "3"), ("size", "3")]).await.status,
            StatusCode::FORBIDDEN
        );
        let told = ana.post(&answer, &[("answer", "type"), ("typed.name", "Ada <Okafor>")]).await;
        assert_eq!(told.leads_to(), item);
        let page = ana.get(&item).await;
        for text in [
            "The rule decided otherwise: <q><bdi>Ada Bell</bdi></q>",
            "Ada &#60;Okafor&#62;",
            "The rule",
            "Ask for a decision",
        ] {
            assert!(page.body.contains(text), "{text}: {}", page.body);
        }
        assert_eq!(
            ana.post(&answer, &[("answer", "keep:1")]).await.leads_to(),
            item,
            "the first answer counts"
        );
        let (record, _) = known(&app).await;
        let fields = [("field", "name"), ("decision", &*value(&page, "decision")), ("reason", "a mix-up")];
        assert!(ask(&ana, &record, &fields).await.leads_to().starts_with("/conflicts/"));
        tallied(&app, &vera, item.split("/items").next().unwrap()).await;
    }
}

/// The counts of a sample, for those who only look, and beside the rule.
async fn tallied(app: &TestApp, vera: &Browser, sample: &str) {
    let page = vera.get(sample).await;
    for text in ["0 of 1 as the rule decided", "otherwise", "Source wins"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let list = vera.get("/samples").await;
    assert!(list.body.contains("1 of 1") && !list.body.contains("Draw a sample"), "{}", list.body);
    app.add("tariq", &[Role::Admin]).await;
    let matrix = app.sign_in("tariq").await.get("/policies/customer").await;
    assert_eq!(linked(&matrix, "/samples/"), sample);
    assert!(matrix.body.contains("0 of 1 as the rule decided"));
    assert_eq!(vera.get("/samples/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(vera.get(&format!("{sample}/items/2")).await.status, StatusCode::NOT_FOUND);
}
