//! Preferences: they follow the account, what cannot be is told and kept, and they do something.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::TestApp;
use crate::support::world::admin;
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::ids::SystemId;
use reqwest::StatusCode;

#[tokio::test]
async fn preferences_follow_the_account_and_what_cannot_be_is_told() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    app.add("jonas", &[Role::Steward]).await;
    let ana = app.sign_in("ana").await;
    let sent = [("theme", "dark"), ("density", "compact"), ("after", "stay"), ("hold", "5"), ("keys", "on")];

    let wrong = [&sent[..], &[("zone", "Middle/Earth"), ("key-skip", "v"), ("key-type", "ab")]].concat();
    let refused = ana.post("/preferences", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in
        ["“Middle/Earth” is no time zone", "A key is a single character", "value=\"ab\"", "<title>Problem: "]
    {
        assert!(refused.body.contains(text), "{text}: {}", refused.body);
    }
    assert!(!ana.get("/queue").await.body.contains("data-density=\"compact\""), "nothing of it is kept");

    let right = [&sent[..], &[("zone", "europe/berlin"), ("key-skip", "x"), ("key-undo", "z")]].concat();
    assert_eq!(ana.post("/preferences", &right).await.status, StatusCode::SEE_OTHER);
    let page = app.sign_in("ana").await.get("/preferences").await;
    for text in ["data-theme=\"dark\"", "data-density=\"compact\"", "value=\"Europe/Berlin\"", "value=\"x\""]
    {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(!page.body.contains("name=\"key-undo\" value=\"z\""), "as shipped is no key of one's own");
    let help = ana.get("/help").await;
    assert!(help.body.contains("<kbd>X</kbd>") && !help.body.contains("<kbd>S</kbd>"), "{}", help.body);
    let other = app.sign_in("jonas").await.get("/queue").await;
    assert!(other.body.contains("data-density=\"regular\"") && !other.body.contains("data-theme"));

    let off = [&sent[..4], &[("zone", "UTC"), ("keys", "off")]].concat();
    ana.post("/preferences", &off).await;
    assert!(ana.get("/queue").await.body.contains("data-keys=\"{}\""), "no key does anything");
}

#[tokio::test]
async fn a_hold_is_as_long_as_its_account_wants_it() {
    let app = TestApp::start().await;
    app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    app.add("ana", &[Role::Steward]).await;
    app.engine.enable_writes(&admin(), &SystemId::from("warehouse"), true).await.unwrap();
    app.sync().await;
    let moves = "UPDATE customers SET street='Lindenallee 12', zip='10117', updated_at='2026-03-03 12:01:30' \
                 WHERE id='C-1'";
    app.sql("portal", moves).await;
    app.sync().await;
    let ana = app.sign_in("ana").await;
    ana.post("/preferences", &[("zone", "UTC"), ("hold", "5"), ("after", "stay")]).await;

    let queue = ana.get("/queue").await;
    let conflict = queue.body.split("href=\"/conflicts/").nth(1).unwrap().split(['"', '?']).next().unwrap();
    let conflict = format!("/conflicts/{conflict}");
    let page = ana.get(&conflict).await;
    assert!(
        page.body.contains("<button class=\"button main\" name=\"then\" value=\"stay\""),
        "{}",
        page.body
    );
    let value = |name: &str| {
        let marker = format!("name=\"{name}\" value=\"");
        page.body.split(&marker).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let difference = page.body.split("data-difference=\"").nth(1).unwrap().split('"').next().unwrap();
    let (version, key, outcome) = (value("version"), value("idempotency"), format!("outcome.{difference}"));
    let sent = [("version", &*version), ("idempotency", &*key), (&*outcome, "keep:1"), ("then", "stay")];
    let saved = ana.post(&format!("{conflict}/resolution"), &sent).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);

    app.clock.advance(TimeDelta::seconds(99));
    assert!(!app.engine.deliver_next().await.unwrap(), "five times 20 s");
    app.clock.advance(TimeDelta::seconds(2));
    assert!(app.engine.deliver_next().await.unwrap());
}
