//! The crawler: every page and every operation there is, as somebody who may not see a value, and its
//! text must not occur; then as somebody who may, and it must.

use super::story::{self, OF_ADMINS, OF_STEWARDS, Story, conflict, disputed, lived, viewer};
use crate::support::app::{Answer, Browser, TestApp};
use crate::support::postgres;
use referee::domain::group::GroupChoice;
use referee::domain::policy::{Policy, Rule};
use referee::domain::value::Held;
use referee::engine::incidents::group::Asked;
use referee::engine::policies::PolicyChange;
use referee::engine::samples::Draw;
use referee::store::groups::{Of, View};
use referee::store::queue::Filter;
use reqwest::StatusCode;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Pages of one crawl; more would be a loop.
const MOST: usize = 3000;

/// A page or an answer must not have any of these texts.
struct Crawl<'a> {
    app: &'a TestApp,
    browser: Browser,
    login: &'static str,
    hidden: &'static str,
    shown: &'static str,
    /// Addresses that were answered, with what came of it.
    visited: BTreeMap<String, StatusCode>,
    /// Where the text was seen that may be.
    seen: usize,
    /// Whatever stands in the place of an id in an address, by what it is of.
    ids: BTreeSet<String>,
}

impl Crawl<'_> {
    fn look(&mut self, place: &str, answer: &Answer) {
        let (body, login) = (answer.body.to_lowercase(), self.login);
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes()).to_lowercase();
            assert!(!value.contains(self.hidden), "{login} reads it in {name} of {place}");
        }
        if let Some(at) = body.find(self.hidden) {
            let around: String = body[at.saturating_sub(300)..].chars().take(500).collect();
            panic!("{login} reads what is hidden at {place}:\n...{around}...");
        }
        assert!(answer.status != StatusCode::INTERNAL_SERVER_ERROR, "{place}: {}", answer.body);
        self.seen += usize::from(body.contains(self.shown));
        let hex = |word: &&str| word.len() == 36 && word.matches('-').count() == 4;
        let words = answer.body.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        self.ids.extend(words.filter(hex).map(str::to_owned));
    }

    async fn get(&mut self, place: &str) -> Answer {
        let answer = self.browser.get(place).await;
        self.look(place, &answer);
        self.visited.insert(place.to_owned(), answer.status);
        answer
    }

    async fn post(&mut self, place: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.browser.post(place, fields).await;
        self.look(&format!("POST {place}"), &answer);
        answer
    }

    /// Follows every link from these pages on.
    async fn pages(&mut self, from: &[&str]) {
        let mut next: VecDeque<String> = from.iter().map(|place| (*place).to_owned()).collect();
        while let Some(place) = next.pop_front() {
            if self.visited.contains_key(&place) || self.visited.len() > MOST {
                continue;
            }
            let answer = self.get(&place).await;
            if let Some(target) = answer.headers.get("location").and_then(|value| value.to_str().ok()) {
                next.push_back(target.split('#').next().unwrap().to_owned());
            }
            let html = answer.header("content-type").starts_with("text/html");
            next.extend(links(&answer.body).into_iter().filter(|_| html).filter(|link| !is_again(link)));
        }
        assert!(self.visited.len() < MOST, "the crawl does not end");
    }
}

/// The links of a page to others of ours.
fn links(html: &str) -> Vec<String> {
    let hrefs = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let own = hrefs.filter(|href| href.starts_with('/') && !href.starts_with("//"));
    let plain = |href: &str| {
        let href = href.split('#').next().unwrap_or_default();
        href.replace("&amp;", "&").replace("&#38;", "&").replace("&#61;", "=")
    };
    own.map(plain).filter(|href| !href.starts_with("/static/")).collect()
}

/// Lists in other orders and other combinations of filters: there is no end of them.
fn is_again(link: &str) -> bool {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let many =
        query.matches('=').count() > 2 || ["sort=", "columns=", "from="].iter().any(|p| query.contains(p));
    many || (path.starts_with("/conflicts/") && !query.is_empty())
}

/// The pages that a person's links do not lead to, and those that lead to all others.
const FROM: [&str; 29] = [
    "/",
    "/queue",
    "/queue?view=all&columns=field,values,suggestion",
    "/queue?view=mine",
    "/queue?view=failed",
    "/queue?view=settled",
    "/queue?view=approvals",
    "/queue?q=hushalp",
    "/queue?q=hushsig",
    "/queue/report",
    "/queue/export",
    "/queue/arrivals?since=2026-03-03T12:00:00.000000Z",
    "/records",
    "/records?q=hushalp",
    "/records?q=hushsig",
    "/decisions",
    "/failed-writes",
    "/incidents",
    "/samples",
    "/audit",
    "/audit/export?format=csv",
    "/audit/export?format=jsonl",
    "/audit/verification",
    "/alerts",
    "/notices",
    "/team",
    "/preferences",
    "/help",
    "/bulk?entity=supplier&field=account",
];
const OF_ADMIN: [&str; 8] = [
    "/settings",
    "/settings/routing",
    "/systems",
    "/runs",
    "/policies",
    "/policies/versions",
    "/policies/supplier/account",
    "/dry-runs",
];

/// Addresses that are no page of a signed-in person's world.
const BESIDE: [&str; 14] = [
    "/sign-in",
    "/session",
    "/sign-out",
    "/demo",
    "/demo/states",
    "/static/{file}",
    "/ask/{token}",
    "/object/{token}",
    "/livez",
    "/readyz",
    "/healthz",
    "/api/openapi.json",
    "/views/{id}",
    "/selections/{id}",
];

/// Every address of the route table that is read.
fn routes() -> BTreeSet<String> {
    let table = include_str!("../../../src/web/routes.rs");
    let own = table.split("resource(").skip(1).filter_map(|part| {
        let (_, rest) = part.split_once('"')?;
        let (path, rest) = rest.split_once('"')?;
        let rest = rest.split("resource(").next()?.split(".service(").next()?;
        rest.contains("route(get()").then(|| path.replace(":.+}", "}"))
    });
    own.filter(|path| !BESIDE.contains(&path.as_str())).collect()
}

fn fits(template: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(t, p)| (t.starts_with('{') && *p != "new") || t == p)
}

/// A group over each field, decided by who sees everything; samples, a draft of a policy, a dry run and
/// a row that could not be taken.
pub async fn prepared(app: &TestApp) -> Story {
    let mut story = lived(app).await;
    let omar = viewer(app, "omar").await;
    let value =
        vec![Held::from(&*format!("{OF_STEWARDS} for all")), Held::from(&*format!("{OF_STEWARDS} too"))];
    for (field, choice) in [("account", GroupChoice::Source), ("terms", GroupChoice::One { values: value })] {
        let filter =
            Filter { entity: Some("supplier".into()), field: Some(field.into()), ..Filter::default() };
        let view = View { filter, query: format!("field={field}"), ..View::default() };
        let asked = Asked { of: Of::View(Box::new(view)), choice, reason: None, note: "many".to_owned() };
        let group = app.engine.freeze(&omar, asked).await.unwrap();
        assert!(app.engine.progress(&group.id).await.unwrap().included > 0, "{field}");
        story.ids.push(group.id.0);
    }
    let policy = Policy { rule: Some(Rule::MostRecentWins), ..Policy::default() };
    let change = PolicyChange {
        entity: "supplier".into(),
        slot: Some("account".into()),
        policy,
        reason: "a try".to_owned(),
        version: app.engine.setup().policy_version,
    };
    story.ids.push(app.engine.draft_policy(&omar, change).await.unwrap().id);
    // What a rule settled has arrived, and is drawn.
    story::deliver(app).await;
    let draw = Draw { entity: "supplier".into(), field: "clerk".into(), days: 30, size: 5 };
    app.engine.draw(&omar, draw).await.unwrap();
    app.sql(
        "ledger",
        &format!("INSERT INTO suppliers (id, name, account) VALUES (NULL, 'No key', '{OF_ADMINS} aside')"),
    )
    .await;
    // Very much at once: an incident holds it.
    app.sql("portal", &format!("UPDATE suppliers SET rate='{OF_STEWARDS} mass', updated_by='job'")).await;
    app.sync().await;
    story
}

async fn crawl(
    app: &TestApp,
    story: &Story,
    (login, hidden, shown): (&'static str, &'static str, &'static str),
) -> BTreeSet<String> {
    let browser = app.sign_in(login).await;
    let mut crawl =
        Crawl { app, browser, login, hidden, shown, visited: BTreeMap::new(), seen: 0, ids: BTreeSet::new() };
    let admin = if login == "lea" { &[][..] } else { &OF_ADMIN[..] };
    if login == "tariq" {
        let fields = [("entity", "supplier"), ("system", "portal"), ("system", "ledger")];
        let begun = crawl.post("/dry-runs", &fields).await;
        let place = begun.leads_to().to_owned();
        for _ in 0..200 {
            if crawl.get(&place).await.header("refresh").is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        crawl.visited.clear();
    }
    crawl.post("/views", &[("name", "All of them"), ("query", "view=all&columns=field,values")]).await;
    crawl.pages(&[&FROM[..], admin].concat()).await;
    let held: Vec<String> = crawl.ids.iter().chain(&story.ids).cloned().collect();
    // Pages that no link of this person leads to exist all the same for who knows their address.
    for template in routes().into_iter().filter(|path| !path.starts_with("/api/")) {
        if template.matches('{').count() == 1 && !crawl.visited.keys().any(|path| fits(&template, path)) {
            let (before, after) = template.split_once('{').unwrap();
            let after = after.split_once('}').unwrap().1;
            for id in &held {
                crawl.get(&format!("{before}{id}{after}")).await;
            }
        }
    }
    previews(&mut crawl, story).await;
    assert!(crawl.seen > 5, "{login} sees what may be seen");
    crawl
        .visited
        .iter()
        .filter(|(_, status)| status.is_success() || status.is_redirection())
        .map(|(path, _)| path.clone())
        .collect()
}

/// What is posted and shows a page again: previews, refusals, forms that come back.
async fn previews(crawl: &mut Crawl<'_>, story: &Story) {
    let found = conflict(crawl.app, 6).await;
    let id = |field: &str| {
        let own = found.1.iter().find(|one| one.dispute.field.as_str() == field);
        own.map(|own| own.id.0.clone()).unwrap_or_default()
    };
    let (version, city, account) = (found.0.version.to_string(), id("city"), id("account"));
    let (of_city, of_account) = (format!("outcome.{city}"), format!("outcome.{account}"));
    for fields in [
        vec![("version", version.as_str()), (of_city.as_str(), "keep:1"), ("then", "check")],
        vec![("version", version.as_str()), (of_account.as_str(), "keep:1"), ("then", "check")],
        vec![
            ("version", "1"),
            (of_account.as_str(), "keep:2"),
            (of_city.as_str(), "keep:2"),
            ("then", "stay"),
        ],
        vec![("version", version.as_str()), (of_account.as_str(), "clear"), ("then", "stay")],
    ] {
        crawl.post(&format!("/conflicts/{}/preview", found.0.id), &fields).await;
        crawl.post(&format!("/conflicts/{}/resolution", found.0.id), &fields).await;
    }
    for text in ["record.account != ''", "values.portal != ''"] {
        crawl.post("/policies/supplier/city/trial", &[("review_if", text)]).await;
        crawl
            .post("/policies/supplier/city", &[("review_if", text), ("reason", "try"), ("version", "1")])
            .await;
    }
    // The draft that was taken back stands in the form of who sees it alone.
    crawl.get(&format!("/conflicts/{}", story.undone)).await;
    crawl.get(&format!("/conflicts/{}/summary", story.undone)).await;
}

pub async fn apps() -> Vec<TestApp> {
    let mut apps = vec![disputed(None).await];
    if let Some(url) = postgres::database().await {
        apps.push(disputed(Some(url)).await);
    }
    apps
}

pub const READERS: [(&str, &str, &str); 2] =
    [("lea", OF_ADMINS, OF_STEWARDS), ("tariq", OF_STEWARDS, OF_ADMINS)];

#[tokio::test]
async fn nobody_meets_what_is_hidden_on_any_page_or_in_any_answer() {
    for app in apps().await {
        let story = prepared(&app).await;
        let mut visited = BTreeSet::new();
        for reader in READERS {
            visited.extend(crawl(&app, &story, reader).await);
        }
        let missed: Vec<String> = routes()
            .into_iter()
            .filter(|path| !path.starts_with("/api/"))
            .filter(|path| !visited.iter().any(|seen| fits(path, seen)))
            .collect();
        assert_eq!(missed, [""; 0], "every page there is was looked at");
    }
}
