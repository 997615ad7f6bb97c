//! Incidents and groups by plain forms, as a steward without scripts uses them.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{Answer, Browser, TestApp};
use chrono::TimeDelta;
use referee::domain::access::{Role, Viewer};
use reqwest::StatusCode;

/// A hundred and thirty more customers, whose numbers the portal then changes at once.
async fn changed() -> TestApp {
    let app = TestApp::start().await;
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 229)";
    let portal = format!(
        "{PORTAL} {numbers} INSERT INTO customers SELECT 'D-' || i, 'Name ' || i, 'Way 1', '10115',
             '030 55501' || i, '2024-03-04', 1, '2026-03-03 10:00:00', 'Ana' FROM n"
    );
    let warehouse = format!(
        "{WAREHOUSE} {numbers} INSERT INTO SHIP_TO SELECT 'WD-' || i, 'D-' || i, 'NAME ' || i, 'WAY', '1',
             '10115', '030 55501' || i, '04/03/2024', 'A', '2026-03-03 10:00:00', 'import' FROM n"
    );
    app.lay_down(CONFIG, &[("portal", &portal), ("warehouse", &warehouse)]).await;
    for system in ["portal", "warehouse"] {
        app.engine.enable_writes(&Viewer::referee(), &system.into(), true).await.unwrap();
    }
    for (login, role) in [("ana", Role::Steward), ("tariq", Role::Admin), ("vera", Role::Auditor)] {
        app.add(login, &[role]).await;
    }
    app.sql(
        "portal",
        "UPDATE customers SET phone = '030 66601' || substr(id, 3), updated_at = '2026-03-03 12:01:30'
         WHERE id LIKE 'D-%'",
    )
    .await;
    app.sync().await;
    app
}

/// The first address of that beginning on a page.
fn link(answer: &Answer, begins: &str) -> String {
    let hrefs = answer.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    hrefs.map(str::to_owned).find(|href| href.starts_with(begins)).unwrap_or_else(|| panic!("{begins}"))
}

async fn ok(browser: &Browser, path: &str) -> Answer {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer
}

#[tokio::test]
async fn a_mass_change_is_decided_by_plain_forms() {
    let app = changed().await;
    let ana = app.sign_in("ana").await;
    let queue = ok(&ana, "/queue").await;
    assert!(queue.body.contains("1 incident waits for a choice"), "the queue says so");
    assert!(!queue.body.contains("Name 100"), "and is not flooded");
    let list = ok(&ana, "/incidents").await;
    let page = link(&list, "/incidents/0");
    let incident = ok(&ana, &page).await;
    for text in ["Mass change in Portal", "130 of 132", "130 differences wait under it", "Accept as backfill"]
    {
        assert!(incident.body.contains(text), "{text}");
    }
    let waiting = ok(&ana, &link(&incident, "/queue?incident=")).await;
    assert!(waiting.body.contains("of 130"), "the count's list");
    let wrong = ana.post(&format!("{page}/groups"), &[("note", "New numbers")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["<title>Problem: ", "Choose one of the outcomes", "value=\"New numbers\""] {
        assert!(wrong.body.contains(text), "{text}: {}", wrong.body);
    }
    let silent = ana.post(&format!("{page}/groups"), &[("choice", "keep:warehouse"), ("note", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.body.contains("value=\"keep:warehouse\" checked"), "what was chosen is kept");
    let sent =
        ana.post(&format!("{page}/groups"), &[("choice", "keep:portal"), ("note", "New numbers")]).await;
    let group = sent.leads_to().to_owned();
    let draft = ok(&ana, &group).await;
    for text in ["One decision for 130 differences", "Type 130 to decide them all", "Nothing is decided yet"]
    {
        assert!(draft.body.contains(text), "{text}");
    }
    let short = ana.post(&format!("{group}/decision"), &[("count", "13")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.body.contains("Problem:") && short.body.contains("role=\"alert\""));
    assert!(short.body.contains("name=\"count\" value=\"13\""), "{}", short.body);
    let done = ana.post(&format!("{group}/decision"), &[("count", "130")]).await;
    assert_eq!(done.leads_to(), group);
    assert!(app.engine.work_off().await.unwrap());
    let halfway = ok(&ana, &group).await;
    assert!(halfway.body.contains("64 of 130") && halfway.body.contains("<progress"), "how far it is");
    while app.engine.work_off().await.unwrap() {}
    assert!(ok(&ana, &page).await.body.contains("Accepted as right"));
    assert!(!ok(&ana, "/queue").await.body.contains("waits for a choice"));
    app.clock.advance(TimeDelta::seconds(61));
    while app.engine.deliver_next().await.unwrap() {}
    let none =
        ana.post(&format!("{group}/reversal"), &[("which", "ticked"), ("reason", "They were wrong")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["Tick at least one row", "name=\"reason\" value=\"They were wrong\""] {
        assert!(none.body.contains(text), "{text}: {}", none.body);
    }
    let row = none.body.split("name=\"row\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let silent = ana.post(&format!("{group}/reversal"), &[("which", "ticked"), ("row", &row)]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.body.contains(&format!("value=\"{row}\" checked")), "what was ticked is kept");
    let log = ok(&app.sign_in("vera").await, "/audit").await;
    assert!(log.status.is_success());
}

#[tokio::test]
async fn those_alike_are_one_link_away_and_each_role_has_its_part() {
    let app = changed().await;
    let ana = app.sign_in("ana").await;
    let incident = link(&ok(&ana, "/incidents").await, "/incidents/0");
    // The rules are asked to review: then each waits for itself, and they are still alike.
    let waiting = ok(&ana, &format!("/queue?incident={}", incident.trim_start_matches("/incidents/"))).await;
    let conflict = ok(&ana, &link(&waiting, "/conflicts/").replace("&amp;", "&")).await;
    assert!(conflict.body.contains("130 like this"), "on the conflict's page");
    let alike = ok(&ana, &link(&conflict, "/queue?like=")).await;
    assert!(alike.body.contains("130 conflicts like this"));
    let form = ok(&ana, &link(&alike, "/groups/new?like=")).await;
    assert!(form.body.contains("Keep Portal’s value everywhere"));
    let vera = app.sign_in("vera").await;
    let seen = ok(&vera, &incident).await;
    assert!(!seen.body.contains("<fieldset"), "who only reads is asked nothing");
    let refused = vera.post(&format!("{incident}/choice"), &[("ending", "released"), ("because", "x")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let tariq = app.sign_in("tariq").await;
    let paused = ok(&tariq, &incident).await;
    assert!(paused.body.contains("Or pause reading Customer of Portal"));
    let pause = "/systems/portal/mappings/customer/pause";
    assert!(paused.body.contains(&format!("action=\"{pause}\"")));
    tariq.post(pause, &[("reading", "on"), ("because", "The loader runs wild")]).await.leads_to();
    for page in [incident.as_str(), "/queue", "/systems/portal"] {
        assert!(ok(&tariq, page).await.body.contains("The loader runs wild"), "{page}");
    }
    let released =
        tariq.post(&format!("{incident}/choice"), &[("ending", "released"), ("because", "It may")]).await;
    assert_eq!(released.leads_to(), incident);
    assert!(ok(&tariq, &incident).await.body.contains("Judged as usual"));
}

#[tokio::test]
async fn an_answer_that_is_refused_keeps_its_words_and_only_what_can_be_taken_back_has_a_tick() {
    let app = changed().await;
    let ana = app.sign_in("ana").await;
    let page = link(&ok(&ana, "/incidents").await, "/incidents/0");
    let long = "x".repeat(501);
    let refused = ana.post(&format!("{page}/choice"), &[("ending", "released"), ("because", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["<title>Problem: ", "Say why, in 1 to 500 characters", &format!("value=\"{long}\"")] {
        assert!(refused.body.contains(text), "{text}");
    }
    let fields = [("choice", "keep:portal"), ("reason", "newer_change"), ("note", "The new numbers")];
    let group = ana.post(&format!("{page}/groups"), &fields).await.leads_to().to_owned();
    let draft = ok(&ana, &group).await;
    let shown: Vec<(&str, String)> = draft
        .body
        .split("name=\"shown\" value=\"")
        .skip(1)
        .map(|rest| ("shown", rest.split('"').next().unwrap().to_owned()))
        .collect();
    let shown: Vec<(&str, &str)> = shown.iter().map(|(name, id)| (*name, id.as_str())).collect();
    assert_eq!(shown.len(), 20);
    ana.post(&format!("{group}/rows"), &shown).await;
    ana.post(&format!("{group}/decision"), &[("count", "110")]).await;
    while app.engine.work_off().await.unwrap() {}
    let left = ok(&ana, &format!("{group}?show=left_out")).await;
    assert!(left.body.contains("Taken out by hand") && !left.body.contains("name=\"row\""), "{}", left.body);
    let waiting = ok(&ana, &format!("{group}?show=waiting")).await;
    assert_eq!(waiting.body.matches("name=\"row\"").count(), 50);
}
