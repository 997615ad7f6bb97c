//! The program as an installation runs it, from outside: its own settings and configuration,
//! real systems, the API, signals, `kill -9`.

mod dying;
mod killed;
mod mailed;
mod outside;
mod refused;
mod troubled;

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{Browser, PASSWORD, http};
use crate::support::postgres;
use crate::support::program::{Served, fed, run};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::path::Path;
use std::time::Duration;

/// Each system counts what is written to it, whoever writes.
const JOURNALS: &str = "
CREATE TABLE journal (n INTEGER PRIMARY KEY, what TEXT);
CREATE TRIGGER changed AFTER UPDATE ON TABLE_ BEGIN INSERT INTO journal (what) VALUES ('change ' || NEW.KEY_); END;
CREATE TRIGGER made AFTER INSERT ON TABLE_ BEGIN INSERT INTO journal (what) VALUES ('make ' || NEW.KEY_); END;
CREATE TRIGGER gone AFTER DELETE ON TABLE_ BEGIN INSERT INTO journal (what) VALUES ('remove ' || OLD.KEY_); END;";

/// An installation: a folder with `referee.toml`, the business configuration and SQLite systems.
struct Place {
    folder: tempfile::TempDir,
    token: String,
}

/// Where Referee itself may remember: SQLite, and PostgreSQL where it is installed.
async fn stores() -> Vec<Option<String>> {
    let mut stores = vec![None];
    stores.extend(postgres::database().await.map(Some));
    stores
}

impl Place {
    /// An installation with this business configuration, in which `FOLDER` is its folder, and
    /// with a person and a token of every role.
    fn new(store: Option<&str>, business: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = format!("[business]\nfile = \"business.toml\"\n{more}\n");
        if let Some(url) = store {
            settings += &format!("[store]\nurl = \"{url}\"\n");
        }
        std::fs::write(folder.path().join("referee.toml"), settings).unwrap();
        let business = business.replace("FOLDER", &folder.path().display().to_string());
        std::fs::write(folder.path().join("business.toml"), business).unwrap();
        let mut place = Self { folder, token: String::new() };
        let mut add = vec!["user", "add", "ana", "--name", "Ana Ruiz", "--password-stdin", "--data", "data"];
        for role in ["steward", "manager", "admin"] {
            add.extend(["--role", role]);
        }
        let (code, _, told) = fed(place.path(), &add, PASSWORD);
        assert_eq!(code, Some(0), "{told}");
        let issued = run(place.path(), &["token", "issue", "ana", "--name", "tests", "--data", "data"]);
        place.token = issued.1.trim().to_owned();
        assert!(place.token.starts_with("ref_"), "{issued:?}");
        place
    }

    /// The portal and the warehouse of the flow tests with their journals, agreed; the hold of an
    /// address lasts this long.
    async fn with_two_systems(store: Option<&str>, hold: u32, more: &str) -> Self {
        let held = format!("stakes = \"high\"\nhold_seconds = {hold}");
        let place = Self::new(store, &CONFIG.replace("stakes = \"high\"", &held), more);
        place.lay_down("portal", PORTAL, "customers", "id").await;
        place.lay_down("warehouse", WAREHOUSE, "SHIP_TO", "WH_NO").await;
        place
    }

    /// Makes a system's file, with its journal.
    async fn lay_down(&self, system: &str, sql: &str, table: &str, key: &str) {
        std::fs::File::create(self.file(system)).unwrap();
        self.sql(system, sql).await;
        self.sql(system, &JOURNALS.replace("TABLE_", table).replace("KEY_", key)).await;
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, system: &str) -> std::path::PathBuf {
        self.path().join(format!("{system}.sqlite"))
    }

    async fn connect(&self, system: &str) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.file(system)).connect().await.unwrap()
    }

    /// Changes a system from outside.
    async fn sql(&self, system: &str, sql: &str) {
        let text = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(text).execute(&mut self.connect(system).await).await.unwrap();
    }

    /// Looks into a system from outside.
    async fn value(&self, system: &str, sql: &str) -> String {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
        query.fetch_one(&mut self.connect(system).await).await.unwrap()
    }

    /// What was written to a system, by its own account.
    async fn journal(&self, system: &str) -> Vec<String> {
        let query = sqlx::query_scalar("SELECT what FROM journal ORDER BY n");
        query.fetch_all(&mut self.connect(system).await).await.unwrap()
    }

    /// Starts the server.
    fn serve(&self) -> Running {
        let served = Served::start(self.path());
        let api = Api { http: http(), url: served.url.clone(), token: self.token.clone() };
        Running { served, api }
    }

    /// The audit log is whole, by the command that an auditor would use.
    fn verify(&self, store: Option<&str>) {
        let database = store.unwrap_or("data/referee.db");
        let (code, said, told) = run(self.path(), &["audit", "verify", "--database", database]);
        assert_eq!(code, Some(0), "{said}{told}");
    }
}

/// A server that runs, and a program that talks to it.
struct Running {
    served: Served,
    api: Api,
}

/// A program with a token.
struct Api {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Api {
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let request =
            self.http.request(method, format!("{}/api/v1/{path}", self.url)).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// A successful GET.
    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body:#}");
        body
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Asks again until the answer is as wanted, for a minute.
    async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..600 {
            let body = self.get(path).await;
            if wanted(&body) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{path} did not come to be as wanted: {:#}", self.get(path).await);
    }

    /// Reads these systems whole, one after the other, and answers their runs.
    async fn read(&self, systems: &[&str]) -> Vec<Value> {
        let mut runs = Vec::new();
        for system in systems {
            let (status, begun) = self.post(&format!("systems/{system}/runs"), &json!({"full": true})).await;
            assert_eq!(status, StatusCode::ACCEPTED, "{begun:#}");
            let path = format!("runs/{}", begun["ids"][0].as_str().unwrap());
            runs.push(self.until(&path, |run| run["state"] != "running").await);
        }
        runs
    }

    /// Reads these systems, which are well.
    async fn read_well(&self, systems: &[&str]) {
        for run in self.read(systems).await {
            assert_eq!((&run["state"], &run["error"]), (&json!("done"), &Value::Null), "{run:#}");
        }
    }

    /// The open conflicts, whole, once there are so many.
    async fn conflicts(&self, count: usize) -> Vec<Value> {
        let list = self.until("conflicts", |list| list["items"].as_array().unwrap().len() == count).await;
        let mut found = Vec::new();
        for item in list["items"].as_array().unwrap() {
            found.push(self.get(&format!("conflicts/{}", item["id"].as_str().unwrap())).await);
        }
        found
    }

    /// Decides the first difference of a conflict; answers the resolution's address.
    async fn decide(&self, conflict: &Value, outcome: Value) -> String {
        let mut outcome = outcome;
        outcome["difference"] = conflict["differences"][0]["id"].clone();
        let body = json!({"version": conflict["version"], "outcomes": [outcome]});
        let path = format!("conflicts/{}/resolution", conflict["id"].as_str().unwrap());
        let (status, decided) = self.post(&path, &body).await;
        assert_eq!(status, StatusCode::CREATED, "{decided:#}");
        format!("resolutions/{}", decided["id"].as_str().unwrap())
    }

    /// How often the audit log tells of this.
    async fn told(&self, action: &str) -> usize {
        let log = self.get("audit?limit=200&cursor=0").await;
        let all = log["items"].as_array().unwrap().iter();
        let line = |item: &Value| serde_json::from_str::<Value>(item["line"].as_str().unwrap()).unwrap();
        all.filter(|item| line(item)["action"] == action).count()
    }

    /// A browser in which Ana is signed in.
    async fn browser(&self) -> Browser {
        let browser = Browser::at(&self.url);
        let answer = browser.sign_in("ana", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }

    /// Lets Referee write to these systems, by the page for it.
    async fn enable_writes(&self, systems: &[&str]) {
        let browser = self.browser().await;
        for system in systems {
            let fields = [("writes", "on"), ("because", "the tests may")];
            browser.post(&format!("/systems/{system}/writes"), &fields).await.leads_to();
        }
    }
}
