//! A conflict goes from desk to desk by programs, and comes back as it was.

use super::at;
use super::host::{Host, Program};
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::time::{Clock as _, stamp};
use serde_json::{Value, json};

/// Gives an open conflict away, escalates it, takes it back, puts it off and calls it back.
pub async fn there_and_back(host: &Host, steward: &Program, conflict: &Value) {
    let other = host.program("mira", Role::Steward).await;
    let mira = other.get("/api/v1/me").await.ok()["id"].as_str().unwrap().to_owned();
    let ana = steward.get("/api/v1/me").await.ok()["id"].as_str().unwrap().to_owned();
    let given = steward.post(&at(conflict, "/assignment"), &json!({"to": mira})).await.ok();
    assert_eq!(given["assignee"], mira.as_str());
    let listed = other.get("/api/v1/conflicts?view=mine").await.ok();
    assert_eq!(listed["items"][0]["id"], conflict["id"]);
    let nobody = steward.post(&at(conflict, "/assignment"), &json!({"to": "nobody"})).await;
    assert_eq!(nobody.problem(422).0, "invalid");
    let back = other.post(&at(conflict, "/return"), &json!({"words": "Not mine"})).await.ok();
    assert_eq!(back["assignee"], ana.as_str());

    let asked = json!({"to": "role/manager", "question": "Is this contract still running?"});
    let escalated = steward.post(&at(conflict, "/escalation"), &asked).await.ok();
    assert_eq!(escalated["escalated_to"], "role/manager");
    assert_eq!(escalated["question"], asked["question"]);
    let listed = steward.get("/api/v1/conflicts?view=escalated").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let wrong = steward.post(&at(conflict, "/escalation"), &json!({"to": "the boss", "question": "?"})).await;
    assert_eq!(wrong.problem(400).0, "malformed");
    let answered = other.post(&at(conflict, "/return"), &json!({"words": "Until June"})).await.ok();
    assert_eq!((&answered["escalated_to"], &answered["assignee"]), (&Value::Null, &json!(ana)));

    let until = stamp(host.clock.now() + TimeDelta::hours(3));
    let waits = steward.post(&at(conflict, "/wait"), &json!({"until": until, "ends": "change"})).await.ok();
    assert_eq!(waits["waits_for"], "change");
    assert_eq!(steward.get("/api/v1/conflicts").await.ok()["items"], json!([]), "it is not in the queue");
    let listed = steward.get("/api/v1/conflicts?view=snoozed").await.ok();
    assert_eq!(listed["items"][0]["id"], conflict["id"]);
    let called = steward.post(&at(conflict, "/recall"), &Value::Null).await.ok();
    assert_eq!(called["waits_until"], Value::Null);
    assert_eq!(steward.post(&at(conflict, "/recall"), &Value::Null).await.problem(409).0, "conflict");
    steward.post(&at(conflict, "/assignment"), &json!({"to": null})).await.ok();
}
