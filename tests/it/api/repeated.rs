//! Requests sent twice, at once, or too late.

use super::host::Host;
use super::{at, keep_first};
use referee::domain::access::{Role, Viewer};
use referee::domain::audit::Action;
use referee::domain::seal::sha256;
use referee::engine::once::Receipt;
use referee::store::idempotency::{self, RequestKey};
use serde_json::{Value, json};

#[tokio::test]
async fn a_decision_sent_again_is_answered_again_and_not_made_again() {
    let host = Host::start().await;
    let ana = host.program("ana", Role::Steward).await;
    host.moved("C-1", "Lindenallee 12").await;
    host.sync().await;
    let conflict = ana.first().await;
    let (path, body) = (at(&conflict, "/resolution"), keep_first(&conflict));
    let stale = json!({ "version": 0, "outcomes": body["outcomes"] });
    let refused = ana.post_once("k-1", &path, &stale).await;
    assert_eq!(refused.problem(409).0, "stale");
    assert_eq!(refused.json["version"], conflict["version"], "with the version there is now");
    let first = ana.post_once("k-1", &path, &body).await;
    assert_eq!(
        (first.status.as_u16(), first.replayed),
        (201, false),
        "a refusal is not kept: {}",
        first.text
    );
    let again = ana.post_once("k-1", &path, &body).await;
    assert_eq!((again.status.as_u16(), again.replayed), (201, true), "{}", again.text);
    assert_eq!((again.text, again.location), (first.text, first.location));
    let other = ana.post_once("k-1", &path, &stale).await;
    assert_eq!(other.problem(422).0, "idempotency_mismatch");
    let jonas = host.program("jonas", Role::Steward).await;
    let late = jonas.post_once("k-1", &path, &body).await;
    assert_eq!(late.problem(409).0, "conflict", "a key is its user's own");
    assert!(late.json["detail"].as_str().unwrap().contains("ana of the tests"), "{}", late.text);
    assert!(late.json["version"].as_i64() > conflict["version"].as_i64());
}

#[tokio::test]
async fn a_reversal_whose_answer_was_lost_is_answered_as_it_was_done() {
    let host = Host::start().await;
    let ana = host.program("ana", Role::Manager).await;
    let jonas = host.program("jonas", Role::Steward).await;
    host.moved("C-1", "Lindenallee 12").await;
    host.sync().await;
    let conflict = jonas.first().await;
    let decided = jonas.post(&at(&conflict, "/resolution"), &keep_first(&conflict)).await;
    host.clock.advance(chrono::TimeDelta::minutes(1));
    jonas.until(&decided.location, |told| told["state"] == "done").await;
    let (path, body) = (format!("{}/reversal", decided.location), json!({ "reason": "the wrong customer" }));
    let sent = (0..20).map(|_| ana.post_once("r-1", &path, &body));
    let answers = futures_util::future::join_all(sent).await;
    let (done, running): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert!(!done.is_empty() && done.iter().all(|answer| answer.text == done[0].text), "one answer");
    assert_eq!(done.iter().filter(|answer| !answer.replayed).count(), 1, "done once");
    assert!(running.iter().all(|answer| answer.problem(409).0 == "conflict"), "still being answered");
    let again = ana.post_once("r-1", &path, &body).await;
    assert_eq!((again.status.as_u16(), again.replayed, &again.text), (201, true, &done[0].text));
    assert_eq!(again.location, done[0].location);
    let other = ana.post_once("r-1", &path, &json!({ "reason": "another" })).await;
    assert_eq!(other.problem(422).0, "idempotency_mismatch");
    assert_eq!(ana.post(&path, &body).await.problem(409).0, "conflict", "it was reversed");
    let reversals = host.audit().await.into_iter().filter(|line| line.action == Action::Reversed).count();
    assert_eq!(reversals, 1);
}

#[tokio::test]
async fn of_many_claims_at_once_one_is_granted() {
    let host = Host::start().await;
    host.moved("C-1", "Lindenallee 12").await;
    host.sync().await;
    let mut programs = Vec::new();
    for number in 0..64 {
        programs.push(host.program(&format!("steward-{number}"), Role::Steward).await);
    }
    let conflict = programs[0].first().await;
    let path = at(&conflict, "/claim");
    let claims = programs.iter().map(|program| program.post(&path, &Value::Null));
    let answers = futures_util::future::join_all(claims).await;
    let (granted, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((granted.len(), refused.len()), (1, 63));
    let holder = granted[0].json["claim"]["name"].as_str().unwrap();
    for answer in refused {
        assert_eq!(answer.problem(409).0, "conflict");
        assert!(answer.json["detail"].as_str().unwrap().contains(holder), "{}", answer.text);
    }
}

#[tokio::test]
async fn an_undo_whose_answer_was_lost_is_answered_as_it_was_done() {
    let host = Host::start().await;
    let ana = host.program("ana", Role::Steward).await;
    host.moved("C-1", "Lindenallee 12").await;
    host.sync().await;
    let conflict = ana.first().await;
    let decided = ana.post(&at(&conflict, "/resolution"), &keep_first(&conflict)).await;
    let undo = format!("{}/undo", decided.location);
    let first = ana.post_once("u-1", &undo, &Value::Null).await;
    assert_eq!((first.status.as_u16(), first.replayed), (200, false), "{}", first.text);
    let again = ana.post_once("u-1", &undo, &Value::Null).await;
    assert_eq!((again.status.as_u16(), again.replayed, again.text), (200, true, first.text));

    // The process ends between what was done and the answer: all that is left is what was committed.
    let conflict = ana.first().await;
    let decided = ana.post(&at(&conflict, "/resolution"), &keep_first(&conflict)).await;
    let undo = format!("{}/undo", decided.location);
    let me = ana.get("/api/v1/me").await.ok();
    let viewer = Viewer {
        user: me["id"].as_str().unwrap().into(),
        login: "ana".to_owned(),
        name: "ana of the tests".to_owned(),
        roles: [Role::Steward].into(),
        entities: None,
        program: true,
        hold: Default::default(),
    };
    let what = format!("POST\n{undo}\n");
    let fingerprint = sha256(&[what.as_bytes(), b"null"]);
    let key = RequestKey { user: viewer.user.clone(), key: "u-2".to_owned(), fingerprint };
    let receipt = Receipt { key: key.clone(), answer: |_| (200, "{\"state\":\"undone\"}".to_owned()) };
    let id = decided.json["id"].as_str().unwrap().into();
    host.engine.undo_once(&viewer, &id, Some(receipt)).await.unwrap();
    assert_eq!(ana.post(&undo, &Value::Null).await.problem(409).0, "conflict", "it is done");
    let mut session = host.engine.store().session().await.unwrap();
    let kept = idempotency::find(&mut session, &key, host.engine.now()).await.unwrap();
    assert_eq!(kept.map(|answer| answer.status), Some(200), "and its answer is there with it");
}
