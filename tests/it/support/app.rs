//! The whole server, as production starts it, in a temporary folder on a free port; and people
//! and programs that use it over HTTP.

use super::world::{NOON, SystemRandom, TestClock};
use chrono::TimeDelta;
use referee::app::{App, Start};
use referee::config::{Config, Secret};
use referee::domain::access::Role;
use referee::domain::audit::{Entry, Line};
use referee::domain::catalog::Catalog;
use referee::engine::Engine;
use referee::engine::accounts::{Accounts, NewUser, command_line};
use referee::engine::sync::Trigger;
use referee::store::audit;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, RequestBuilder, StatusCode};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

/// A password that is accepted, of everybody in the tests.
pub const PASSWORD: &str = "three wooden spoons";

/// A running server. It stops when it is dropped.
pub struct TestApp {
    pub url: String,
    pub clock: Arc<TestClock>,
    pub engine: Arc<Engine>,
    pub accounts: Accounts,
    pub folder: tempfile::TempDir,
    stop: DropGuard,
    server: JoinHandle<std::io::Result<()>>,
}

/// Settings for a server in that folder, on a free port.
pub fn config(folder: &Path) -> Config {
    let mut config = Config::default();
    config.server.listen = ([127, 0, 0, 1], 0).into();
    config.server.workers = 1;
    config.data.folder = Some(folder.join("data"));
    config
}

impl TestApp {
    /// A server on SQLite.
    pub async fn start() -> Self {
        Self::start_on(None).await
    }

    /// A server on that database, or on SQLite.
    pub async fn start_on(store_url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        config.store.url = store_url.map(Secret::new);
        Self::start_with(folder, config).await
    }

    /// A server with these settings. `REFEREE_TEST_LOG=debug` shows the log of a failed test.
    pub async fn start_with(folder: tempfile::TempDir, config: Config) -> Self {
        Self::start_as(folder, config, false).await
    }

    /// The same, with its workers at work if `workers` says so: then deliveries and schedules go by
    /// themselves.
    pub async fn start_as(folder: tempfile::TempDir, config: Config, workers: bool) -> Self {
        if let Ok(level) = std::env::var("REFEREE_TEST_LOG") {
            let _ = tracing_subscriber::fmt().with_env_filter(level).with_test_writer().try_init();
        }
        let clock = TestClock::at(NOON.parse().unwrap());
        let start =
            Start { clock: clock.clone(), random: Arc::new(SystemRandom), workers, ..Start::new(config) };
        let app = App::build(start).await.unwrap();
        let (url, stop) = (format!("http://127.0.0.1:{}", app.port), app.stopper().drop_guard());
        let (engine, accounts) = (app.engine.clone(), app.accounts.clone());
        let server = tokio::spawn(app.run());
        Self { url, clock, engine, accounts, folder, stop, server }
    }

    /// Lays down SQLite systems, each by its statements, and has Referee read them: `config` has
    /// `FOLDER` for their folder.
    pub async fn lay_down(&self, config: &str, systems: &[(&str, &str)]) {
        for (system, text) in systems {
            self.sql(system, text).await;
        }
        let folder = self.folder.path().display().to_string();
        let catalog: Catalog = toml::from_str(&config.replace("FOLDER", &folder)).unwrap();
        assert!(self.engine.seed(catalog).await.unwrap());
        self.sync().await;
    }

    /// A SQLite system, from outside.
    pub async fn connect(&self, system: &str) -> SqliteConnection {
        self.open(&format!("{system}.sqlite")).await
    }

    /// A SQLite file of the folder, a system's or Referee's own.
    pub async fn open(&self, file: &str) -> SqliteConnection {
        let file = self.folder.path().join(file);
        SqliteConnectOptions::new().filename(file).create_if_missing(true).connect().await.unwrap()
    }

    /// Changes a system from outside.
    pub async fn sql(&self, system: &str, text: &str) {
        let text = sqlx::AssertSqlSafe(text.to_owned());
        sqlx::raw_sql(text).execute(&mut self.connect(system).await).await.unwrap();
    }

    /// Reads every system whole a minute later, and judges.
    pub async fn sync(&self) {
        self.clock.advance(TimeDelta::minutes(1));
        self.engine.sync_all(&Trigger { full: true, ..Trigger::schedule() }).await.unwrap();
    }

    /// Stops the server as a signal would, waits for its end, and leaves its folder.
    pub async fn stop(self) -> tempfile::TempDir {
        let Self { engine, accounts, folder, stop, server, .. } = self;
        stop.disarm().cancel();
        server.await.unwrap().unwrap();
        let store = engine.store().clone();
        drop((engine, accounts));
        store.close().await;
        folder
    }

    /// Adds a user with [`PASSWORD`].
    pub async fn add(&self, login: &str, roles: &[Role]) {
        let new = NewUser {
            login: login.to_owned(),
            name: format!("{login} of the tests"),
            roles: roles.iter().copied().collect(),
            password: PASSWORD.to_owned(),
            mail: None,
        };
        self.accounts.add_user(command_line(), new).await.unwrap();
    }

    /// A browser in which nobody is signed in.
    pub fn visitor(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// A browser in which this user, who has [`PASSWORD`], is signed in.
    pub async fn sign_in(&self, login: &str) -> Browser {
        let browser = self.visitor();
        let answer = browser.sign_in(login, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }

    /// The audit log's lines from the first on.
    pub async fn audit(&self) -> Vec<Line> {
        let mut session = self.engine.store().session().await.unwrap();
        let entries = audit::after(&mut session, 0, 10_000).await.unwrap();
        entries.iter().map(|Entry { line, .. }| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A client that follows nothing and remembers nothing by itself.
pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A browser: cookies, and the token of the last page's forms.
pub struct Browser {
    http: reqwest::Client,
    pub url: String,
    pub cookies: Mutex<BTreeMap<String, String>>,
    pub csrf: Mutex<String>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Where a redirect leads.
    pub fn leads_to(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.headers[LOCATION].to_str().unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Browser {
    /// A browser that has not been at this address.
    pub fn at(url: &str) -> Self {
        Self { http: http(), url: url.to_owned(), cookies: Mutex::default(), csrf: Mutex::default() }
    }

    /// A request with this browser's cookies, to be changed before [`Browser::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies = self.cookies.lock().unwrap();
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, format!("{}{path}", self.url));
        if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) }
    }

    /// Sends it, keeps the cookies of the answer and the token of its forms.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let answer = Answer { status, headers, body: answer.text().await.unwrap() };
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if rest.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(token) = token_in(&answer.body) {
            *self.csrf.lock().unwrap() = token;
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Switches a draft of the policies on as its page shows it now.
    pub async fn switch_on(&self, draft: &str) -> Answer {
        let page = self.get(draft).await;
        let seen = page.body.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        self.post(&format!("{draft}/version"), &[("seen", seen.unwrap_or_default())]).await
    }

    /// Sends a form as a page of ours would: with its token, from our own origin.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.lock().unwrap().clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        let request = self.request(Method::POST, path).header("sec-fetch-site", "same-origin");
        self.send(form(request, &all)).await
    }

    /// Opens the sign-in page and sends it; then opens a page, whose forms' token is kept.
    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        self.get("/sign-in").await;
        let answer = self.post("/sign-in", &[("login", login), ("password", password)]).await;
        if answer.status == StatusCode::SEE_OTHER {
            self.get("/no-such-page").await;
        }
        answer
    }

    /// The one cookie that is a session's.
    pub fn session(&self) -> (String, String) {
        let cookies = self.cookies.lock().unwrap();
        let other = |name: &str| ["-visitor", "-flash", "-device"].iter().any(|end| name.ends_with(end));
        let session = cookies.iter().find(|(name, _)| !other(name));
        session.map(|(name, value)| (name.clone(), value.clone())).expect("a session's cookie")
    }
}

/// A request with these fields as its form.
pub fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

/// The token of the first form of a page.
fn token_in(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("name=\"csrf\" value=\"")?;
    Some(rest.split_once('"')?.0.to_owned())
}
