//! A server with two real SQLite systems, and programs that talk to it with tokens. Every
//! answer is held to the API's own description.

use super::description::Description;
use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{self, TestApp};
use referee::domain::access::{Role, Viewer};
use referee::domain::ids::SystemId;
use referee::engine::accounts::{NewToken, command_line};
use referee::store::users::{self, User};
use referee::store::{StoreError, WriteSession};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A server with its workers at work, held to its description.
pub struct Host {
    app: TestApp,
    description: Arc<Description>,
    /// The operations that were answered as described.
    pub answered: Arc<Mutex<BTreeSet<String>>>,
}

impl Deref for Host {
    type Target = TestApp;
    fn deref(&self) -> &TestApp {
        &self.app
    }
}

/// A program with a token, or without.
#[derive(Clone)]
pub struct Program {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    description: Arc<Description>,
    answered: Arc<Mutex<BTreeSet<String>>>,
}

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub link: String,
    pub replayed: bool,
    pub text: String,
    pub json: Value,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self.json
    }

    /// The code of a problem of that status, and the places it names.
    #[track_caller]
    pub fn problem(&self, status: u16) -> (String, Vec<String>) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        let places = self.json["errors"].as_array().cloned().unwrap_or_default();
        let place = |error: &Value| error["pointer"].as_str().unwrap().to_owned();
        (self.json["code"].as_str().unwrap().to_owned(), places.iter().map(place).collect())
    }
}

impl Host {
    /// Two systems that agree, read once; Referee may write to both.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = app::config(folder.path());
        config.server.workers = 2;
        let app = TestApp::start_as(folder, config, true).await;
        let description = Arc::new(Description::of(&app.url).await);
        app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
        for system in ["portal", "warehouse"] {
            app.engine.enable_writes(&Viewer::referee(), &SystemId::from(system), true).await.unwrap();
        }
        Self { app, description, answered: Arc::default() }
    }

    /// Looks into a system from outside.
    pub async fn value(&self, system: &str, text: &str) -> String {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(text.to_owned()));
        query.fetch_one(&mut self.connect(system).await).await.unwrap()
    }

    /// An address that changed in the portal and is stale in the warehouse, read by both.
    pub async fn moved(&self, customer: &str, street: &str) {
        let text = format!(
            "UPDATE customers SET street='{street}', zip='10117', updated_at='2026-03-03 12:01:30',
             updated_by='Ada Okafor' WHERE id='{customer}'"
        );
        self.sql("portal", &text).await;
    }

    /// A program of a new user with this role. It needs no password.
    pub async fn program(&self, login: &str, role: Role) -> Program {
        let name = login.to_owned();
        let added = self.engine.store().write(async move |w: &mut WriteSession| {
            let user = User {
                id: w.new_id().into(),
                login: name.clone(),
                name: format!("{name} of the tests"),
                roles: [role].into(),
                zone: "UTC".to_owned(),
                theme: "system".to_owned(),
                preferences: Default::default(),
                mail: None,
                disabled: false,
                epoch: 0,
                created_at: w.now(),
            };
            users::insert(w, &user, "no password").await?;
            Ok::<_, StoreError>(((), Vec::new()))
        });
        added.await.unwrap();
        let new = NewToken { login: login.to_owned(), name: "tests".to_owned(), days: 1 };
        let token = self.accounts.issue_token(command_line(), new).await.unwrap();
        Program { token: Some(token), ..self.nobody() }
    }

    /// A program without a token.
    pub fn nobody(&self) -> Program {
        let (description, answered) = (self.description.clone(), self.answered.clone());
        let http = reqwest::Client::new();
        Program { http, url: self.url.clone(), token: None, description, answered }
    }

    /// Every operation the description tells of.
    pub fn operations(&self) -> BTreeSet<String> {
        self.description.operations()
    }
}

impl Program {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, |request| request).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, |request| request.json(body)).await
    }

    /// The same under an idempotency key.
    pub async fn post_once(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, |request| request.header("idempotency-key", key).json(body)).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        make: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = make(request).send().await.unwrap();
        let header = |name: &str| response.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_owned();
        let (status, location, link) = (response.status(), header("location"), header("link"));
        let (replayed, kind) = (header("idempotent-replayed") == "true", header("content-type"));
        let text = response.text().await.unwrap();
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        let expected = if status.is_success() { "application/json" } else { "application/problem+json" };
        assert_eq!(kind, expected, "{method} {path}: {text}");
        let path = path.split('?').next().unwrap();
        let operation = self.description.check(method.as_str(), path, status.as_u16(), &json);
        if status.is_success() {
            self.answered.lock().unwrap().insert(operation.expect("an operation"));
        }
        Answer { status, location, link, replayed, text, json }
    }

    /// Asks again until the answer is as wanted, for ten seconds.
    pub async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..200 {
            let json = self.get(path).await.ok();
            if wanted(&json) {
                return json;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} did not come to be as wanted: {}", self.get(path).await.text);
    }

    /// The first conflict of the queue, whole.
    pub async fn first(&self) -> Value {
        let list = self.until("/api/v1/conflicts", |list| list["items"][0]["id"].is_string()).await;
        let id = list["items"][0]["id"].as_str().unwrap();
        self.get(&format!("/api/v1/conflicts/{id}")).await.ok()
    }
}
