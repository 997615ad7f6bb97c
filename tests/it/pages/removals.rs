//! Removing a record where it still is: what is about to go is shown, and who removes it says why.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{Answer, TestApp};
use crate::support::world::admin;
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::ids::SystemId;
use reqwest::StatusCode;

/// What stands after `name="…" value="` first.
fn value(page: &Answer, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    page.body.split(&marker).nth(1).unwrap_or_else(|| panic!("{name}")).split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_a_removal_takes_away_is_shown_before_and_after() {
    let app = TestApp::start().await;
    app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    app.add("ana", &[Role::Steward]).await;
    app.engine.enable_writes(&admin(), &SystemId::from("warehouse"), true).await.unwrap();
    app.sync().await;
    app.sql("portal", "DELETE FROM customers WHERE id = 'C-1'").await;
    app.sync().await;

    let ana = app.sign_in("ana").await;
    let queue = ana.get("/queue").await;
    let conflict = queue.body.split("href=\"/conflicts/").nth(1).unwrap().split(['"', '?']).next().unwrap();
    let conflict = format!("/conflicts/{conflict}");
    let page = ana.get(&conflict).await;
    let difference = page.body.split("data-difference=\"").nth(1).unwrap().split('"').next().unwrap();
    let (version, key) = (value(&page, "version"), value(&page, "idempotency"));
    let outcome = format!("outcome.{difference}");
    let sent = |then| [("version", &*version), ("idempotency", &*key), (&*outcome, "remove"), ("then", then)];
    let removed = "The record is removed here, and what it holds with it. Say why in the note.";

    let checked = ana.post(&format!("{conflict}/resolution"), &sent("check")).await;
    assert!(checked.body.contains(removed) && checked.body.contains("ADA OKAFOR"), "{}", checked.body);
    let unsaid = ana.post(&format!("{conflict}/resolution"), &sent("stay")).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.body.contains("Removing a record needs a reason or a note"), "{}", unsaid.body);
    assert!(unsaid.body.contains(removed), "and the choice stays: {}", unsaid.body);

    let mut said = sent("stay").to_vec();
    said.push(("note", "closed her account"));
    let saved = ana.post(&format!("{conflict}/resolution"), &said).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    app.clock.advance(TimeDelta::seconds(21));
    while app.engine.deliver_next().await.unwrap() {}
    let list = ana.get("/decisions").await;
    let decision = list.body.split("href=\"/resolutions/").nth(1).unwrap().split('"').next().unwrap();
    let told = ana.get(&format!("/resolutions/{decision}")).await;
    for text in ["ADA OKAFOR", "closed her account"] {
        assert!(told.body.contains(text), "{text}: {}", told.body);
    }
}
