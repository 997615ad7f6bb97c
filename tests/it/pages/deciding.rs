//! The conflict page as a person without scripts uses it: suggestions, one system's values for all,
//! what is left open, and a page that was made before something moved.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{Answer, Browser, TestApp};
use crate::support::world::admin;
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::ids::SystemId;
use reqwest::StatusCode;

/// The portal changed the address and the phone of one customer, and people decide both.
async fn two_fields() -> TestApp {
    let app = TestApp::start().await;
    let config = CONFIG.replace("rule = \"most_recent_wins\"", "rule = \"manual_review\"");
    app.lay_down(&config, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    app.add("ana", &[Role::Steward]).await;
    app.add("jonas", &[Role::Steward]).await;
    for system in ["portal", "warehouse"] {
        app.engine.enable_writes(&admin(), &SystemId::from(system), true).await.unwrap();
    }
    app.sql("portal", "UPDATE customers SET street='Lindenallee 12', phone='+49 30 99', updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'").await;
    app.sync().await;
    app
}

/// A page of the one conflict there is, and what its form would send.
struct Page {
    path: String,
    answer: Answer,
}

impl Page {
    async fn open(browser: &Browser) -> Self {
        let queue = browser.get("/queue").await;
        let path = queue.body.split("class=\"open\" href=\"").nth(1).unwrap();
        let path = path.split(['"', '?']).next().unwrap().to_owned();
        Self { answer: browser.get(&path).await, path }
    }

    /// The differences, in the order of the page.
    fn differences(&self) -> Vec<String> {
        let parts = self.answer.body.split("data-difference=\"").skip(1);
        parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
    }

    fn hidden(&self) -> Vec<(String, String)> {
        let form = self.answer.body.split("id=\"decide\"").nth(1).unwrap();
        let fields = form.split("<input type=\"hidden\" name=\"").skip(1);
        let pair = |text: &str| {
            let (name, rest) = text.split_once("\" value=\"").unwrap();
            (name.to_owned(), rest.split('"').next().unwrap().to_owned())
        };
        fields.map(pair).filter(|(name, _)| name != "csrf").collect()
    }

    async fn send(&self, browser: &Browser, more: &[(&str, &str)]) -> Self {
        let hidden = self.hidden();
        let own = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<(&str, &str)> = own.chain(more.iter().copied()).collect();
        let path = format!("{}/resolution", self.path);
        Self { answer: browser.post(&path, &fields).await, path: self.path.clone() }
    }

    #[track_caller]
    fn says(&self, text: &str) {
        assert!(self.answer.body.contains(text), "{text}: {}", self.answer.body);
    }

    fn is_chosen(&self, id: &str, value: &str) -> bool {
        let end = format!("name=\"outcome.{id}\" value=\"{value}\"");
        self.answer
            .body
            .split(&end)
            .nth(1)
            .is_some_and(|rest| rest.split('>').next().unwrap().contains("checked"))
    }
}

fn outcome(id: &str) -> String {
    format!("outcome.{id}")
}

#[tokio::test]
async fn a_suggestion_says_why_and_all_of_them_are_accepted_without_a_script() {
    let app = two_fields().await;
    let ana = app.sign_in("ana").await;
    let page = Page::open(&ana).await;
    page.says("Suggested: 1");
    page.says("Not enough history");
    page.says("In the source of truth.");
    assert!(!page.answer.body.contains(" checked"), "nothing is chosen for anybody");
    let ids = page.differences();
    assert_eq!(ids.len(), 2);
    let shown: Vec<&String> = ids
        .iter()
        .filter(|id| {
            let head = page.answer.body.split(&format!("id=\"d-{id}\"")).next().unwrap();
            !head.rsplit("<div class=\"").next().unwrap().contains("blind")
        })
        .collect();
    let filled = page.send(&ana, &[("then", "accept")]).await;
    assert_eq!(filled.answer.status, StatusCode::OK);
    for id in &ids {
        assert_eq!(filled.is_chosen(id, "keep:1"), shown.contains(&id), "{id}: only what was shown");
    }
    let all = page.send(&ana, &[("then", "use:warehouse")]).await;
    assert!(ids.iter().all(|id| all.is_chosen(id, "keep:2")), "{}", all.answer.body);
    all.says("ELMSTRAßE");
}

#[tokio::test]
async fn what_is_undecided_is_listed_once_and_then_kept_open() {
    let app = two_fields().await;
    let ana = app.sign_in("ana").await;
    let page = Page::open(&ana).await;
    let ids = page.differences();
    let first = outcome(&ids[0]);
    let listed = page.send(&ana, &[(&first, "keep:1"), ("then", "stay")]).await;
    assert_eq!(listed.answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    listed.says("is not decided");
    listed.says("Save the 1 decided, keep 1 open");
    assert!(listed.is_chosen(&ids[0], "keep:1"));
    let saved = listed.send(&ana, &[(&first, "keep:1"), ("then", "stay")]).await;
    assert_eq!(saved.answer.status, StatusCode::SEE_OTHER, "{}", saved.answer.body);
    let rest = Page::open(&ana).await;
    assert_eq!(rest.differences(), [ids[1].clone()], "the other one stays open");
}

#[tokio::test]
async fn a_page_that_is_older_than_a_value_says_what_moved_and_keeps_what_was_meant() {
    let app = two_fields().await;
    let ana = app.sign_in("ana").await;
    let page = Page::open(&ana).await;
    let ids = page.differences();
    // The number of the portal's phone becomes another one's while somebody decides.
    app.sql(
        "warehouse",
        "UPDATE SHIP_TO SET TEL='+49 30 77', CHG_AT='2026-03-03 12:02:30', CHG_BY='Bo' WHERE WH_NO='WH-1'",
    )
    .await;
    app.sync().await;
    let chosen: Vec<(String, &str)> = ids.iter().map(|id| (outcome(id), "keep:2")).collect();
    let mut sent: Vec<(&str, &str)> = chosen.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    sent.push(("then", "next"));
    let stale = page.send(&ana, &sent).await;
    assert_eq!(stale.answer.status, StatusCode::CONFLICT);
    for text in ["while you were deciding", "+49 30 77", "Nothing was saved", "tag new", "choose again"] {
        stale.says(text);
    }
    assert_eq!(stale.answer.body.matches("class=\"tag new\"").count(), 1, "one value moved");
    let kept = ids.iter().filter(|id| stale.is_chosen(id, "keep:2")).count();
    assert_eq!(kept, 1, "the address stays chosen, and the phone that is gone is not replaced by another");
}

#[tokio::test]
async fn what_another_decided_or_settled_itself_says_so_and_leads_on() {
    let app = two_fields().await;
    let (ana, jonas) = (app.sign_in("ana").await, app.sign_in("jonas").await);
    let (mine, theirs) = (Page::open(&ana).await, Page::open(&jonas).await);
    let chosen: Vec<String> = mine.differences().iter().map(|id| outcome(id)).collect();
    let keep = |value: &'static str| {
        let all = chosen.iter().map(move |name| (name.as_str(), value));
        all.chain([("then", "stay")]).collect::<Vec<_>>()
    };
    let saved = theirs.send(&jonas, &keep("keep:2")).await;
    assert_eq!(saved.answer.status, StatusCode::SEE_OTHER, "{}", saved.answer.body);
    let late = mine.send(&ana, &keep("keep:1")).await;
    assert_eq!(late.answer.status, StatusCode::CONFLICT);
    for text in [
        "jonas of the tests",
        "Decide again",
        "Keep <bdi>Warehouse</bdi>",
        "You had chosen",
        "See the decision",
    ] {
        late.says(text);
    }

    let app = two_fields().await;
    let ana = app.sign_in("ana").await;
    let page = Page::open(&ana).await;
    let chosen: Vec<String> = page.differences().iter().map(|id| outcome(id)).collect();
    app.sql("warehouse", "UPDATE SHIP_TO SET STREET='LINDENALLEE', HOUSE_NO='12', TEL='+49 30 99', CHG_AT='2026-03-03 12:02:30' WHERE WH_NO='WH-1'").await;
    app.sync().await;
    let mut sent: Vec<(&str, &str)> = chosen.iter().map(|name| (name.as_str(), "keep:1")).collect();
    sent.push(("then", "next"));
    let over = page.send(&ana, &sent).await;
    assert_eq!(over.answer.status, StatusCode::CONFLICT);
    over.says("Settled by itself");
    over.says("Open the next conflict");
}

#[tokio::test]
async fn who_comes_second_keeps_what_was_typed() {
    let app = two_fields().await;
    let (ana, jonas) = (app.sign_in("ana").await, app.sign_in("jonas").await);
    let (mine, theirs) = (Page::open(&ana).await, Page::open(&jonas).await);
    let ids = mine.differences();
    let (first, second) = (outcome(&ids[0]), outcome(&ids[1]));
    let listed = theirs.send(&jonas, &[(&first, "keep:2"), ("then", "stay")]).await;
    let saved = listed.send(&jonas, &[(&first, "keep:2"), ("then", "stay")]).await;
    assert_eq!(saved.answer.status, StatusCode::SEE_OTHER, "{}", saved.answer.body);
    let phone =
        mine.answer.body.split(&format!("name=\"typed.{}.", ids[1])).nth(1).expect("a field to type in");
    let typed = format!("typed.{}.{}", ids[1], phone.split('"').next().unwrap());
    let sent = [
        (first.as_str(), "keep:1"),
        (second.as_str(), "type"),
        (typed.as_str(), "+49 30 4711 0815"),
        ("note", "Ada said so on the phone"),
        ("then", "stay"),
    ];
    let late = mine.send(&ana, &sent).await;
    assert_eq!(late.answer.status, StatusCode::CONFLICT);
    for text in [
        "jonas of the tests",
        "You had chosen for <b><bdi>Address</bdi></b>: Keep <bdi>Portal</bdi>",
        "value=\"+49 30 4711 0815\"",
        "Ada said so on the phone",
    ] {
        late.says(text);
    }
    assert!(late.is_chosen(&ids[1], "type"), "the other field's choice is kept: {}", late.answer.body);
    // Sent again as it is, the rest is decided.
    let again = late.send(&ana, &sent[1..]).await;
    assert_eq!(again.answer.status, StatusCode::SEE_OTHER, "{}", again.answer.body);
}

#[tokio::test]
async fn the_last_decisions_on_a_field_stand_beside_it() {
    let app = two_fields().await;
    let ana = app.sign_in("ana").await;
    let page = Page::open(&ana).await;
    let chosen: Vec<String> = page.differences().iter().map(|id| outcome(id)).collect();
    let mut sent: Vec<(&str, &str)> = chosen.iter().map(|name| (name.as_str(), "keep:1")).collect();
    sent.push(("then", "stay"));
    let saved = page.send(&ana, &sent).await;
    let saved = saved.answer;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    app.clock.advance(TimeDelta::seconds(61));
    while app.engine.deliver_next().await.unwrap() {}
    app.sql("portal", "UPDATE customers SET street='Hafen 1', updated_at='2026-03-03 12:05:30', updated_by='Ana' WHERE id='C-2'").await;
    app.sync().await;
    let page = Page::open(&ana).await;
    page.says("Last decisions on this field");
    page.says("<b><bdi>ana of the tests</bdi></b>");
    page.says("Not the same record");
}
