//! A store in trouble as people and programs meet it: pages read, and say why nothing is saved; what is sent
//! is answered with that and not lost; and it goes on by itself.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{Answer, Browser, TestApp, config};
use crate::support::small::Small;
use referee::app::{App, Start};
use referee::domain::access::Role;
use referee::domain::audit::Event;
use referee::engine::accounts::{NewToken, command_line};
use referee::store::{StoreError, WriteSession};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use std::path::PathBuf;
use std::time::{Duration, Instant};

const MOVED: &str =
    "UPDATE customers SET street='Lindenallee 12', zip='10117', updated_at='2026-03-03 12:01:30',
    updated_by='Ada Okafor' WHERE id='C-1'";
const NOTE: &str = "she said \"Lindenallee\" on the phone";

/// A server with one open conflict, a steward's browser and a program of hers.
struct Desk {
    app: TestApp,
    ana: Browser,
    token: String,
    conflict: Value,
}

impl Desk {
    async fn on(folder: tempfile::TempDir) -> Self {
        let settings = config(folder.path());
        let app = TestApp::start_as(folder, settings, true).await;
        app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
        app.sql("portal", MOVED).await;
        app.sync().await;
        app.add("ana", &[Role::Steward]).await;
        let ana = app.sign_in("ana").await;
        let new = NewToken { login: "ana".to_owned(), name: "tests".to_owned(), days: 1 };
        let token = app.accounts.issue_token(command_line(), new).await.unwrap();
        let mut desk = Self { app, ana, token, conflict: Value::Null };
        let list = desk.api(Method::GET, "conflicts", &Value::Null).await.json();
        let path = format!("conflicts/{}", list["items"][0]["id"].as_str().unwrap());
        desk.conflict = desk.api(Method::GET, &path, &Value::Null).await.json();
        desk
    }

    async fn api(&self, method: Method, path: &str, body: &Value) -> Answer {
        let program = self.app.visitor();
        let ask = program.request(method.clone(), &format!("/api/v1/{path}")).bearer_auth(&self.token);
        program.send(if method == Method::GET { ask } else { ask.json(body) }).await
    }

    fn path(&self) -> String {
        format!("conflicts/{}", self.conflict["id"].as_str().unwrap())
    }

    async fn decide(&self) -> Answer {
        let difference = &self.conflict["differences"][0]["id"];
        let outcome = json!({"difference": difference, "outcome": "keep", "value": 1});
        let body = json!({"version": self.conflict["version"], "outcomes": [outcome]});
        self.api(Method::POST, &format!("{}/resolution", self.path()), &body).await
    }

    /// The same with the page's form.
    async fn send(&self) -> Answer {
        let page = self.ana.get(&format!("/{}", self.path())).await.body;
        let field = |name: &str| {
            let rest = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
            rest.split('"').next().unwrap().to_owned()
        };
        let (version, key) = (field("version"), field("idempotency"));
        let outcome = format!("outcome.{}", self.conflict["differences"][0]["id"].as_str().unwrap());
        let sent = [
            ("version", &*version),
            ("idempotency", &*key),
            (&*outcome, "keep:1"),
            ("note", NOTE),
            ("then", "stay"),
        ];
        self.ana.post(&format!("/{}/resolution", self.path()), &sent).await
    }

    fn database(&self) -> PathBuf {
        self.app.folder.path().join("data/referee.db")
    }

    /// Everything says what is the matter, and everything can be read. Answers the page that keeps the form.
    async fn tells(&self, kind: &str, words: &str) -> Answer {
        for path in ["/queue", "/decisions", &format!("/{}", self.path())] {
            let page = self.ana.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
            assert!(
                page.body.contains("role=\"alert\"") && page.body.contains(words),
                "{path}: {}",
                page.body
            );
        }
        let read = self.api(Method::GET, &self.path(), &Value::Null).await;
        assert_eq!((read.status, &read.json()["open"]), (StatusCode::OK, &json!(true)));
        let ready = self.ana.get("/readyz?verbose").await;
        assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(ready.body.contains("failed writing"), "{}", ready.body);
        assert!(ready.body.contains(&format!("the database takes no writes ({kind})")), "{}", ready.body);
        assert_eq!(self.ana.get("/livez").await.status, StatusCode::OK);

        let refused = self.decide().await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
        let problem = refused.json();
        assert_eq!(problem["code"], "unavailable");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem:#}");
        let page = self.send().await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.body);
        assert!(page.body.contains(words) && page.body.contains("Send it again"), "{}", page.body);
        assert!(page.body.contains("she said &#34;Lindenallee&#34; on the phone"), "{}", page.body);
        page
    }

    /// It says that it is well within ten seconds of being so.
    async fn heals(&self) {
        let start = Instant::now();
        while self.ana.get("/readyz").await.status != StatusCode::OK {
            assert!(start.elapsed() < Duration::from_secs(10), "{:?}", self.app.engine.store().trouble());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(!self.ana.get("/queue").await.body.contains("Nothing can be saved"));
    }

    /// The form of a page that could not be saved, sent from there.
    async fn sent_again(&self, page: &Answer) -> Answer {
        let form = page.body.split("<form method=\"post\" action=\"/conflicts/").nth(1).unwrap();
        let (action, rest) = form.split_once('"').unwrap();
        let hidden = rest.split("</form>").next().unwrap().split("<input type=\"hidden\" name=\"").skip(1);
        let mut fields = Vec::new();
        for input in hidden {
            let (name, rest) = input.split_once("\" value=\"").unwrap();
            let value = rest.split('"').next().unwrap().replace("&#34;", "\"");
            fields.push((name.to_owned(), value));
        }
        let fields: Vec<(&str, &str)> =
            fields.iter().filter(|(name, _)| name != "csrf").map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.ana.post(&format!("/conflicts/{action}"), &fields).await
    }

    async fn stop(self) -> tempfile::TempDir {
        self.app.stop().await
    }
}

/// Stores ever smaller things until none is taken any longer.
async fn fill(app: &TestApp) {
    for length in [200_000, 2000, 1] {
        let mut stored = 0;
        while app.engine.store().write(async move |w: &mut WriteSession| put(w, length).await).await.is_ok() {
            stored += 1;
            assert!(stored < 5000, "it never gets full");
        }
    }
}

async fn put(w: &mut WriteSession, length: usize) -> Result<((), Vec<Event>), StoreError> {
    w.sql("CREATE TABLE IF NOT EXISTS ballast (body TEXT)").run().await?;
    w.sql("INSERT INTO ballast (body) VALUES ($1)").bind("x".repeat(length)).run().await?;
    Ok(((), Vec::new()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_keeps_what_was_typed_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let Some(small) = Small::mounted(&data, 16) else { return };
    let desk = Desk::on(folder).await;
    let ballast = small.path().join("ballast");
    std::fs::write(&ballast, vec![0; 4 * 1024 * 1024]).unwrap();
    fill(&desk.app).await;
    let page = desk.tells("full", "Nothing can be saved now: the disk is full.").await;
    std::fs::remove_file(ballast).unwrap();
    desk.heals().await;
    let saved = desk.sent_again(&page).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let conflict = desk.api(Method::GET, &desk.path(), &Value::Null).await.json();
    assert_eq!(conflict["open"], false, "decided once, by what was sent again");
    let folder = desk.stop().await;
    drop(small);
    drop(folder);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_of_another_program_is_told_and_ends_by_itself() {
    let desk = Desk::on(tempfile::tempdir().unwrap()).await;
    let options = SqliteConnectOptions::new().filename(desk.database());
    let mut other: SqliteConnection = options.connect().await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let start = Instant::now();
    // Whoever meets it first waits for it.
    let first = desk.decide().await;
    assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE, "{}", first.body);
    // Many at once are told together, not one after the other.
    let known = Instant::now();
    let many = futures_util::future::join_all((0..10).map(|_| desk.decide())).await;
    assert!(many.iter().all(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE));
    assert!(known.elapsed() < Duration::from_secs(20), "{:?}", known.elapsed());
    let page = desk.tells("locked", "another program keeps the database locked").await;
    let held = start.elapsed();
    tokio::time::sleep(Duration::from_secs(30).saturating_sub(held)).await;
    sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    desk.heals().await;
    let saved = desk.sent_again(&page).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_moved_away_is_told_and_heals_when_it_is_back() {
    let desk = Desk::on(tempfile::tempdir().unwrap()).await;
    let (file, away) = (desk.database(), desk.database().with_extension("away"));
    std::fs::rename(&file, &away).unwrap();
    assert_eq!(desk.decide().await.status, StatusCode::SERVICE_UNAVAILABLE);
    let page = desk.tells("gone", "the database’s file is not where it was").await;
    assert!(!file.exists(), "none is made in its place");
    std::fs::rename(&away, &file).unwrap();
    desk.heals().await;
    let saved = desk.sent_again(&page).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_log_is_told_and_a_restart_puts_it_right() {
    let desk = Desk::on(tempfile::tempdir().unwrap()).await;
    for end in ["wal", "shm"] {
        std::fs::remove_file(format!("{}-{end}", desk.database().display())).unwrap();
    }
    assert_eq!(desk.decide().await.status, StatusCode::SERVICE_UNAVAILABLE);
    desk.tells("no-log", "the database’s log was deleted").await;
    let (token, conflict) = (desk.token.clone(), desk.conflict.clone());
    let folder = desk.stop().await;
    let settings = config(folder.path());
    let app = TestApp::start_as(folder, settings, true).await;
    let ana = app.sign_in("ana").await;
    let desk = Desk { app, ana, token, conflict };
    desk.heals().await;
    assert_eq!(desk.decide().await.status, StatusCode::CREATED, "nothing that was stored is lost");
    desk.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_it_does_not_start_with_an_empty_one() {
    let desk = Desk::on(tempfile::tempdir().unwrap()).await;
    let file = desk.database();
    let folder = desk.stop().await;
    std::fs::remove_file(&file).unwrap();
    let error = App::build(Start::new(config(folder.path()))).await.err().unwrap().to_string();
    assert!(error.contains("put the file back, or restore a backup"), "{error}");
    assert!(!file.exists(), "and makes none");
}
