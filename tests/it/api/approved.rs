//! A second person's word, and a run that is taken back, as programs do it.

use super::host::{Host, Program};
use super::journey::run;
use crate::support::world;
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::policy::{Policy, Rule, Stakes};
use referee::engine::policies::PolicyChange;
use serde_json::{Value, json};

/// From now on names are decided by people, many at once as well, and approved by another.
async fn watched(host: &Host) {
    let policy = Policy {
        rule: Some(Rule::ManualReview),
        stakes: Some(Stakes::High),
        bulk_allowed: Some(true),
        second_approver: Some(true),
        ..Policy::default()
    };
    let (entity, slot) = ("customer".into(), Some("name".into()));
    let version = host.engine.setup().policy_version;
    let change = PolicyChange { entity, slot, policy, reason: "after an audit".to_owned(), version };
    let draft = host.engine.draft_policy(&world::admin(), change).await.unwrap();
    host.engine.switch_on(&world::admin(), &draft.id, &draft.fingerprint().unwrap()).await.unwrap();
}

async fn renamed(host: &Host, admin: &Program, ending: &str) {
    let sql = format!(
        "UPDATE customers SET name = name || '{ending}', updated_at = '2026-03-03 12:31:30', updated_by = 'Ana'
         WHERE id LIKE 'C-%'"
    );
    host.sql("portal", &sql).await;
    run(host, admin, "portal").await;
}

/// The conflicts over names.
async fn names(steward: &Program) -> Vec<Value> {
    let list = steward.until("/api/v1/conflicts?field=name", |list| {
        list["items"].as_array().is_some_and(|items| items.len() == 2)
    });
    list.await["items"].as_array().unwrap().clone()
}

/// Decides, is sent back, decides again and is approved; then a run.
pub async fn by_another(host: &Host, steward: &Program, admin: &Program) {
    let other = host.program("jonas", Role::Steward).await;
    watched(host).await;
    renamed(host, admin, " Ltd").await;
    let first = names(steward).await.remove(0);
    let path = format!("/api/v1/conflicts/{}", first["id"].as_str().unwrap());
    let (mut back, mut place) = (true, String::new());
    for word in ["return", "approval"] {
        let conflict = steward.get(&path).await.ok();
        let own = conflict["differences"].as_array().unwrap().iter();
        let difference = own.into_iter().find(|one| one["field"] == "name").unwrap();
        let outcome = json!({"difference": difference["id"], "outcome": "keep", "value": 1});
        let body = json!({"version": conflict["version"], "outcomes": [outcome]});
        let decided = steward.post(&format!("{path}/resolution"), &body).await;
        assert_eq!(decided.json["state"], "awaiting_approval", "{}", decided.text);
        place = decided.location.clone();
        let waiting = other.get("/api/v1/approvals").await.ok();
        assert_eq!(waiting["items"][0]["kind"], "decision");
        let digest = waiting["items"][0]["digest"].clone();
        let body = if back { json!({"reason": "Ask first"}) } else { json!({"digest": digest}) };
        let own = steward.post(&format!("{place}/{word}"), &body).await;
        assert_eq!(own.problem(409).0, "conflict", "never one's own");
        let answered = other.post_once(word, &format!("{place}/{word}"), &body).await;
        assert_eq!(answered.status, 200, "{}", answered.text);
        assert!(other.post_once(word, &format!("{place}/{word}"), &body).await.replayed);
        back = false;
    }
    let held = steward.get(&place).await.ok();
    assert_eq!((&held["state"], &held["approval"]["state"]), (&json!("held"), &json!("approved")));
    let undone = steward.post(&format!("{place}/undo"), &Value::Null).await.ok();
    assert_eq!(undone["state"], "undone");
    at_once(host, steward, &other).await;
}

async fn at_once(host: &Host, steward: &Program, other: &Program) {
    let body = json!({"view": "view=all", "entity": "customer", "field": "name", "outcome": "keep",
        "system": "portal", "note": "They are companies now"});
    let frozen = steward.post("/api/v1/groups", &body).await;
    assert_eq!(frozen.status, 201, "{}", frozen.text);
    assert_eq!((&frozen.json["included"], &frozen.json["needs_approval"]), (&json!(2), &json!(true)));
    let place = frozen.location.clone();
    let rows = steward.get(&format!("{place}/rows")).await.ok();
    let one = rows["items"][0]["id"].clone();
    let out = steward.post(&format!("{place}/rows"), &json!({"out": [one]})).await.ok();
    assert_eq!((&out["included"], &out["excluded"]), (&json!(1), &json!({"unticked": 1})));
    let again = steward.post(&format!("{place}/rows"), &json!({"back": [one]})).await.ok();
    assert_eq!(again["included"], 2);
    let asked = steward.post(&format!("{place}/decision"), &json!({})).await;
    assert_eq!(asked.json["approval"]["state"], "awaiting", "{}", asked.text);
    let sent = other.post(&format!("{place}/return"), &json!({"reason": "Both?"})).await.ok();
    assert_eq!(sent["approval"]["state"], "sent_back");
    let asked = steward.post(&format!("{place}/decision"), &json!({})).await;
    let digest = json!({"digest": asked.json["approval"]["digest"]});
    let own = steward.post(&format!("{place}/approval"), &digest).await;
    assert_eq!(own.problem(409).0, "conflict");
    let approved = other.post(&format!("{place}/approval"), &digest).await;
    assert_eq!(
        (approved.status, &approved.json["state"]),
        (reqwest::StatusCode::ACCEPTED, &json!("working"))
    );
    steward.until(&place, |group| group["state"] == "done").await;
    let undo = steward.post(&format!("{place}/undo"), &json!({"rows": [one]})).await;
    assert_eq!(undo.status, 202, "{}", undo.text);
    steward.until(&place, |group| group["standings"]["undone"] == 1).await;
    host.clock.advance(TimeDelta::seconds(61));
    while host.engine.deliver_next().await.unwrap() {}
    let done = steward.until(&place, |group| group["standings"]["confirmed"] == 1).await;
    assert_eq!(done["standings"], json!({"confirmed": 1, "undone": 1}));
    let reverse = steward.post(&format!("{place}/reversal"), &json!({"reason": "They are not"})).await;
    assert_eq!((reverse.status.as_u16(), &reverse.json["taking_back"]), (202, &json!("reverse")));
    // Its policy asks a second person for each reversal: one word is for all of it.
    assert_eq!(reverse.json["reversal_approval"]["state"], "awaiting", "{}", reverse.text);
    let waiting = other.get("/api/v1/approvals").await.ok();
    assert_eq!(
        (&waiting["items"][0]["kind"], &waiting["items"][0]["differences"]),
        (&json!("reversal"), &json!(1))
    );
    let digest = json!({"digest": waiting["items"][0]["digest"]});
    assert_eq!(steward.post(&format!("{place}/approval"), &digest).await.problem(409).0, "conflict");
    let approved = other.post(&format!("{place}/approval"), &digest).await;
    assert_eq!(approved.json["reversal_approval"]["state"], "approved", "{}", approved.text);
    let done = steward.until(&place, |group| group["taking_back"].is_null()).await;
    assert_eq!(done["standings"], json!({"reversed": 1, "undone": 1}));
}
