//! The same for programs: every operation of the API's description, with every id there is.

use super::crawl::{READERS, apps, prepared};
use super::story::{self, OF_ADMINS, OF_STEWARDS, disputed, viewer};
use crate::support::app::TestApp;
use referee::domain::ids::ResolutionId;
use referee::domain::resolution::Outcome;
use referee::domain::value::Held;
use referee::engine::accounts::{NewToken, command_line};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Sends requests with a token, and looks at every answer.
struct Program<'a> {
    http: reqwest::Client,
    url: &'a str,
    token: String,
    login: &'static str,
    hidden: &'static str,
    shown: &'static str,
    seen: usize,
    answered: BTreeSet<String>,
}

impl Program<'_> {
    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> (StatusCode, Value) {
        let mut request =
            self.http.request(method.clone(), format!("{}{path}", self.url)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        let low = text.to_lowercase();
        assert!(!low.contains(self.hidden), "{} reads what is hidden at {method} {path}: {text}", self.login);
        // What a verb without its body comes to is not looked at here.
        let failed = status == StatusCode::INTERNAL_SERVER_ERROR && method == Method::GET;
        assert!(!failed, "{method} {path}: {text}");
        self.seen += usize::from(low.contains(self.shown));
        (status, serde_json::from_str(&text).unwrap_or_default())
    }
}

/// Every operation of the API's description, with every id that is met.
async fn api(
    app: &TestApp,
    (login, hidden, shown): (&'static str, &'static str, &'static str),
    held: &[String],
) -> BTreeSet<String> {
    let new = NewToken { login: login.to_owned(), name: "tests".to_owned(), days: 1 };
    let token = app.accounts.issue_token(command_line(), new).await.unwrap();
    let mut program = Program {
        http: reqwest::Client::new(),
        url: &app.url,
        token,
        login,
        hidden,
        shown,
        seen: 0,
        answered: BTreeSet::new(),
    };
    let (_, description) = program.ask(Method::GET, "/api/openapi.json", None, None).await;
    let paths = description["paths"].as_object().unwrap().clone();
    let named: BTreeMap<&str, &[&str]> = [
        ("system", &["portal", "ledger"][..]),
        ("entity", &["supplier"][..]),
        ("field", &["account", "city", "clerk"][..]),
    ]
    .into();
    for (template, methods) in &paths {
        let of = |name: &str| -> Vec<String> {
            let known = named.get(name).map(|all| all.iter().map(|one| (*one).to_owned()).collect());
            known.unwrap_or_else(|| held.to_vec())
        };
        let places = filled(template, &of);
        for method in ["get", "post"] {
            if methods.get(method).is_none() {
                continue;
            }
            for place in &places {
                let (status, _) = match method {
                    "get" => program.ask(Method::GET, place, None, None).await,
                    _ => program.ask(Method::POST, place, Some(&json!({})), None).await,
                };
                if status.is_success() {
                    program.answered.insert(format!("{method} {template}"));
                }
            }
        }
    }
    for place in
        ["/api/v1/records?q=hushalp", "/api/v1/conflicts?field=account", "/api/v1/conflicts?q=hushalp"]
    {
        program.ask(Method::GET, place, None, None).await;
    }
    assert!(program.seen > 3, "{login} is told what may be seen");
    program.answered
}

/// The addresses of a template, one for each way to fill it.
fn filled(template: &str, of: &dyn Fn(&str) -> Vec<String>) -> Vec<String> {
    let Some((before, rest)) = template.split_once('{') else { return vec![template.to_owned()] };
    let (name, after) = rest.split_once('}').unwrap();
    let tails = filled(after, of);
    let heads = of(name);
    heads
        .iter()
        .flat_map(|id| tails.iter().map(move |tail| format!("{before}{id}{tail}")))
        .take(400)
        .collect()
}

#[tokio::test]
async fn no_program_is_told_what_is_hidden_from_its_owner() {
    for app in apps().await {
        let story = prepared(&app).await;
        let mut answered = BTreeSet::new();
        for reader in READERS {
            let browser = app.sign_in(reader.0).await;
            let mut ids = BTreeSet::new();
            for place in [
                "/queue",
                "/decisions",
                "/failed-writes",
                "/incidents",
                "/samples",
                "/records",
                "/audit",
                "/notices",
            ] {
                let body = browser.get(place).await.body;
                let words = body.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                ids.extend(
                    words
                        .filter(|word| word.len() == 36 && word.matches('-').count() == 4)
                        .map(str::to_owned),
                );
            }
            ids.extend(story.ids.iter().cloned());
            ids.extend(all_ids(&app).await);
            let held: Vec<String> = ids.into_iter().collect();
            answered.extend(api(&app, reader, &held).await);
        }
        let reads = answered.iter().filter(|own| own.starts_with("get ")).count();
        assert!(reads > 25, "{reads} operations were answered: {answered:#?}");
    }
}

/// The ids of what the story made.
async fn all_ids(app: &TestApp) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for line in app.audit().await {
        let about = line.about;
        all.extend(about.record.map(|id| id.0));
        all.extend(about.conflict.map(|id| id.0));
        all.extend(about.resolution.map(|id| id.0));
        all.extend(about.delivery.map(|id| id.0));
        all.extend(about.run.map(|id| id.0));
    }
    all
}

#[tokio::test]
async fn who_takes_back_a_decision_is_not_told_what_it_was_about() {
    let app = disputed(None).await;
    let omar = viewer(&app, "omar").await;
    let typed = Outcome::Type { values: vec![Held::from(&*format!("{OF_ADMINS} typed"))] };
    let made: ResolutionId = story::decide(&app, &omar, 6, "account", typed).await.id;
    let new = NewToken { login: "lea".to_owned(), name: "tests".to_owned(), days: 1 };
    let token = app.accounts.issue_token(command_line(), new).await.unwrap();
    let mut lea = Program {
        http: reqwest::Client::new(),
        url: &app.url,
        token,
        login: "lea",
        hidden: OF_ADMINS,
        shown: OF_STEWARDS,
        seen: 0,
        answered: BTreeSet::new(),
    };
    let place = format!("/api/v1/resolutions/{made}/undo");
    for _ in 0..2 {
        // The second answer is the one that was kept with the first.
        let (status, body) = lea.ask(Method::POST, &place, Some(&json!({})), Some("take-it-back-1")).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(body["outcomes"][0]["value"], json!({ "hidden": true }), "{body}");
    }
}
