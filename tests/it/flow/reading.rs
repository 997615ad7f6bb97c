//! What pages and the API tell, and what reading them leaves in the log.

use super::*;
use crate::support::app::TestApp;
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::audit::Action;
use referee::domain::catalog::Catalog;
use referee::engine::accounts::{NewToken, command_line};
use referee::engine::sync::Trigger;
use referee::store::records;
use reqwest::Method;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

async fn apps() -> Vec<TestApp> {
    let mut apps = vec![TestApp::start().await];
    if let Some(url) = postgres::database().await {
        apps.push(TestApp::start_on(Some(url)).await);
    }
    apps
}

/// The `read` entries of the log: who, and of which view.
async fn reads(app: &TestApp) -> Vec<(String, String)> {
    let lines = app.audit().await.into_iter().filter(|line| line.action == Action::Read);
    lines.map(|line| (line.actor.name, line.facts["view"].clone())).collect()
}

#[tokio::test]
async fn reading_the_log_is_entered_once_for_person_and_ten_minutes_by_page_or_program() {
    for app in apps().await {
        for login in ["maria", "piet"] {
            app.add(login, &[Role::Manager]).await;
        }
        let maria = app.sign_in("maria").await;
        for _ in 0..3 {
            assert_eq!(maria.get("/audit").await.status, 200);
        }
        let maria_read = ("maria of the tests".to_owned(), "audit".to_owned());
        assert_eq!(reads(&app).await, std::slice::from_ref(&maria_read));

        let new = NewToken { login: "piet".to_owned(), name: "a program".to_owned(), days: 1 };
        let token = app.accounts.issue_token(command_line(), new).await.unwrap();
        let program = app.visitor();
        let ask = || program.request(Method::GET, "/api/v1/audit?limit=5").bearer_auth(&token);
        for _ in 0..3 {
            let answer = program.send(ask()).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert_eq!(answer.json()["items"].as_array().unwrap().len(), 5);
        }
        let piet_read = ("piet of the tests".to_owned(), "audit".to_owned());
        assert_eq!(reads(&app).await, [maria_read.clone(), piet_read.clone()]);

        app.clock.advance(TimeDelta::minutes(11));
        assert_eq!(program.send(ask()).await.status, 200);
        assert_eq!(reads(&app).await, [maria_read, piet_read.clone(), piet_read]);
        let refused = program.send(program.request(Method::GET, "/api/v1/audit")).await;
        assert_eq!(refused.status, 401);
        assert_eq!(reads(&app).await.len(), 3, "who may not read it has not read it");
    }
}

async fn lay_down(app: &TestApp) {
    let double = "INSERT INTO SHIP_TO VALUES ('WH-9','C-1','ADA OKAFOR','NEBENSTRASSE','9','99999',
        '030 55509999','04/03/2024','A','2026-03-03 12:01:30','import')";
    for (system, sql) in [("portal", PORTAL), ("warehouse", WAREHOUSE), ("warehouse", double)] {
        let file = app.folder.path().join(format!("{system}.sqlite"));
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        sqlx::raw_sql(sql).execute(&mut options.connect().await.unwrap()).await.unwrap();
    }
    let config = CONFIG.replace("FOLDER", &app.folder.path().display().to_string());
    let catalog: Catalog = toml::from_str(&config).unwrap();
    assert!(app.engine.seed(catalog).await.unwrap());
    app.engine.sync_all(&Trigger { full: true, ..Trigger::schedule() }).await.unwrap();
}

#[tokio::test]
async fn a_record_held_twice_says_so_on_its_page_and_to_programs() {
    for app in apps().await {
        lay_down(&app).await;
        app.add("ana", &[Role::Steward]).await;
        let mut session = app.engine.store().session().await.unwrap();
        let mut find = async |word: &str| {
            let words = [word.to_owned()];
            records::find(&mut session, &Viewer::referee(), &words, 9).await.unwrap().remove(0).id
        };
        let (doubled, plain) = (find("nebenstrasse").await, find("mateo").await);
        let ana = app.sign_in("ana").await;
        let page = ana.get(&format!("/records/{doubled}")).await.body;
        assert!(page.contains("holds this record more than once") && page.contains("WH-9"), "{page}");
        assert!(page.contains("Held more than once"), "its values are nobody's until then");
        assert!(!ana.get(&format!("/records/{plain}")).await.body.contains("more than once"));

        let new = NewToken { login: "ana".to_owned(), name: "a program".to_owned(), days: 1 };
        let token = app.accounts.issue_token(command_line(), new).await.unwrap();
        for (record, expected) in
            [(doubled, serde_json::json!({ "warehouse": ["WH-1", "WH-9"] })), (plain, serde_json::json!({}))]
        {
            let ask = ana.request(Method::GET, &format!("/api/v1/records/{record}")).bearer_auth(&token);
            assert_eq!(ana.send(ask).await.json()["duplicates"], expected);
        }
    }
}
