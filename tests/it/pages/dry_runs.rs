//! The dry run as an admin uses it: chosen, watched, read, taken away.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{Answer, Browser, TestApp, config};
use crate::support::postgres;
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::engine::dry_run::Limits;
use reqwest::StatusCode;
use std::time::Duration;

/// Two systems that agree but for a few values, on each database there is.
async fn apps() -> Vec<TestApp> {
    let mut apps = Vec::new();
    for url in [None, postgres::database().await] {
        if url.is_none() && !apps.is_empty() {
            continue;
        }
        let app = TestApp::start_on(url).await;
        app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
        for (login, role) in [("ana", Role::Steward), ("tariq", Role::Admin)] {
            app.add(login, &[role]).await;
        }
        app.sql(
            "portal",
            "UPDATE customers SET street='Lindenallee 12', updated_at='2026-03-03 12:00:30', updated_by='Ada' WHERE id='C-1';
             UPDATE customers SET phone='+49 30 99', updated_at='2026-03-03 12:00:30', updated_by='Ada' WHERE id='C-2';
             INSERT INTO customers VALUES ('C-3','Only <b>Here</b>','A 1','1','+49 30 1','2024-01-02',1,'2026-03-03 12:00:30','Ana')",
        )
        .await;
        apps.push(app);
    }
    apps
}

const BOTH: [(&str, &str); 3] = [("entity", "customer"), ("system", "portal"), ("system", "warehouse")];

/// The page of a run once it has ended.
async fn ended(browser: &Browser, href: &str) -> Answer {
    for _ in 0..200 {
        let page = browser.get(href).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        if page.header("refresh").is_empty() {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the dry run does not end");
}

/// Every link of the page to rows of a kind, with the number it names.
fn counts(page: &str) -> Vec<(usize, String)> {
    let (_, table) = page.split_once("id=\"fields\"").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    let links = table.split("<a ").skip(1).map(|link| {
        let href = link.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        let text = link.split_once('>').unwrap().1.split('<').next().unwrap();
        (text.trim().parse().unwrap(), href.replace("&amp;", "&").replace("&#38;", "&"))
    });
    links.collect()
}

#[tokio::test]
async fn a_dry_run_shows_what_a_run_would_do_and_writes_nothing() {
    for app in apps().await {
        let tariq = app.sign_in("tariq").await;
        let form = tariq.get("/dry-runs").await;
        assert!(form.body.contains("Customer") && form.body.matches("checked").count() == 2, "{}", form.body);
        let entries = app.audit().await.len();
        let begun = tariq.post("/dry-runs", &BOTH).await;
        let href = begun.leads_to().to_owned();
        assert!(href.ends_with("?watch=1"));
        let page = ended(&tariq, &href).await;
        assert!(page.body.contains("<b>3 differences</b>, nothing written"), "{}", page.body);
        assert!(page.body.contains("1 is not in <bdi>Warehouse</bdi>"), "{}", page.body);
        assert!(page.body.contains("Only &lt;b&gt;Here") || !page.body.contains("Only <b>Here"));
        assert!(page.body.contains("<b>Lindenallee 12</b>"), "what differs stands out: {}", page.body);
        assert!(page.body.contains("Settled: Portal’s value is kept"), "{}", page.body);
        let counts = counts(&page.body);
        assert!(counts.len() >= 6, "{counts:?}");
        for (n, href) in counts {
            let rows = tariq.get(href.split('#').next().unwrap()).await.body;
            assert_eq!(rows.matches("<div class=\"pair\">").count() / 2, n, "{href}: {rows}");
        }
        let report = tariq.get(&format!("{}/report", href.split('?').next().unwrap())).await;
        assert!(report.header("content-disposition").contains("dry-run-customer-"));
        let lines: Vec<serde_json::Value> =
            report.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!((&lines[0]["field"], &lines[0]["key"]), (&"address".into(), &"C-1".into()));
        let new: Vec<String> = app.audit().await[entries..].iter().map(|l| l.action.as_str()).collect();
        assert_eq!(new, ["read"], "one entry, however often it is looked at");
        let said = app.audit().await.pop().unwrap();
        assert_eq!(said.facts["view"], "dry_run");
        let kept: Vec<_> = std::fs::read_dir(app.folder.path().join("data/dry-runs")).unwrap().collect();
        assert_eq!(kept.len(), 1);
        app.clock.advance(TimeDelta::hours(25));
        let tariq = app.sign_in("tariq").await;
        assert_eq!(tariq.get(&href).await.status, StatusCode::NOT_FOUND, "it goes when it is old");
        assert_eq!(std::fs::read_dir(app.folder.path().join("data/dry-runs")).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn what_cannot_be_compared_is_said_and_the_choice_is_kept() {
    let app = apps().await.remove(0);
    let tariq = app.sign_in("tariq").await;
    tariq.get("/dry-runs").await;
    let one = tariq.post("/dry-runs", &BOTH[..2]).await;
    assert_eq!(one.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(one.body.contains("<title>Problem:") && one.body.contains("Choose at least two systems"));
    assert_eq!(one.body.matches("checked").count(), 1, "the tick stays");
    app.sql("warehouse", "DROP TABLE SHIP_TO").await;
    let href = tariq.post("/dry-runs", &BOTH).await.leads_to().to_owned();
    let failed = ended(&tariq, &href).await;
    assert!(
        failed.body.contains("This dry run stopped") && failed.body.contains("SHIP_TO"),
        "{}",
        failed.body
    );
    let report = tariq.get(&format!("{}/report", href.split('?').next().unwrap())).await;
    assert_eq!(report.status, StatusCode::CONFLICT);
    assert_eq!(std::fs::read_dir(app.folder.path().join("data/dry-runs")).unwrap().count(), 0);
    let ana = app.sign_in("ana").await;
    for path in ["/dry-runs", &href] {
        assert_eq!(ana.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(ana.post("/dry-runs", &BOTH).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn one_at_a_time_and_it_can_be_stopped() {
    let app = apps().await.remove(0);
    let tariq = app.sign_in("tariq").await;
    tariq.get("/dry-runs").await;
    // Somebody holds the warehouse's table for a while: the comparison waits.
    app.sql(
        "portal",
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
         INSERT INTO customers SELECT 'D-' || i, 'Name ' || i, 'Street ' || i, '1', '+49 30 1', '2024-01-02', 1,
             '2026-03-03 12:00:30', 'Ana' FROM n",
    )
    .await;
    let href = tariq.post("/dry-runs", &BOTH).await.leads_to().to_owned();
    let running = tariq.get(&href).await;
    assert_eq!(running.header("refresh"), "2", "it looks again by itself: {}", running.body);
    assert!(running.body.contains("Stop looking"));
    let plain = href.split('?').next().unwrap();
    assert_eq!(tariq.get(plain).await.header("refresh"), "", "unless it is told not to");
    let second = tariq.post("/dry-runs", &BOTH).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(
        second
            .body
            .contains("a dry run that tariq of the tests started is under way".trim_start_matches("a "))
    );
    tariq.post(&format!("{plain}/cancellation"), &[]).await.leads_to();
    let stopped = ended(&tariq, &href).await;
    assert!(stopped.body.contains("This dry run was stopped before its end"), "{}", stopped.body);
    assert_eq!(std::fs::read_dir(app.folder.path().join("data/dry-runs")).unwrap().count(), 0);
    assert!(tariq.get("/dry-runs").await.body.contains("Stopped"));
}

#[tokio::test]
async fn a_report_is_bounded_and_all_is_counted() {
    let app = TestApp::start().await;
    let limits = Limits { lines: 2, ..Limits::default() };
    let engine = referee::engine::Engine::start(app.engine.store().clone()).await.unwrap();
    let folder = app.folder.path().join("bounded");
    engine.dry_runs().keep_in(&folder, limits, tokio_util::sync::CancellationToken::new()).unwrap();
    app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    app.sql("portal", "UPDATE customers SET name = 'X' || id, zip = id, phone = '1'").await;
    let ask = referee::engine::dry_run::Ask { entity: "customer".into(), systems: Vec::new() };
    let viewer = referee::domain::access::Viewer::referee();
    let run = engine.start_dry_run(&viewer, ask, referee::web::api::dry_runs::json_line).await.unwrap();
    while run.is_running() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let referee::engine::dry_run::State::Done { index, summary, .. } = run.state() else { panic!() };
    assert!(index.cut && index.len() == 2 && summary.all() == 6, "{summary:?}");
    assert_eq!(index.kinds().iter().map(|(_, n)| n).sum::<u64>(), 6);
    assert_eq!(std::fs::read_to_string(run.report()).unwrap().lines().count(), 2);
    // A start empties the folder.
    let _ = config(app.folder.path());
    let again = referee::engine::Engine::start(app.engine.store().clone()).await.unwrap();
    again.dry_runs().keep_in(&folder, Limits::default(), tokio_util::sync::CancellationToken::new()).unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}
