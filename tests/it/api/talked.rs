//! People and programs talk about a conflict, tag it, are told, and ask outside.

use super::at;
use super::host::{Host, Program};
use crate::support::app::form;
use referee::domain::access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Comments, tags, notices and a question about an open conflict; the conflict as it is afterwards.
pub async fn about(host: &Host, steward: &Program, conflict: &Value) -> Value {
    let lena = host.program("lena", Role::Manager).await;
    let olga = host.program("olga", Role::Auditor).await;
    said(steward, &lena, &olga, conflict).await;
    tagged(steward, &olga, conflict).await;
    noticed(steward, &lena, conflict).await;
    asked(host, steward, &olga, conflict).await;
    steward.get(&at(conflict, "")).await.ok()
}

async fn said(steward: &Program, lena: &Program, olga: &Program, conflict: &Value) {
    let path = at(conflict, "/comments");
    // What went along with handing it over stands there already.
    let before = steward.get(&path).await.ok()["items"].as_array().unwrap().len();
    let body = json!({"text": "@lena and @nobody: he moved in March"});
    assert_eq!(olga.post(&path, &body).await.problem(403).0, "forbidden");
    assert_eq!(steward.post(&path, &json!({"text": " "})).await.problem(422).0, "invalid");
    assert_eq!(steward.post(&path, &json!({"words": "x"})).await.problem(400).0, "malformed");
    let made = steward.post_once("say", &path, &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(
        (&made.json["told"], &made.json["unknown"]),
        (&json!(["lena of the tests"]), &json!(["nobody"]))
    );
    let again = steward.post_once("say", &path, &body).await;
    assert!(again.replayed && again.json["id"] == made.json["id"]);
    let mismatch = steward.post_once("say", &path, &json!({"text": "other"})).await;
    assert_eq!(mismatch.problem(422).0, "idempotency_mismatch");
    let shown = olga.get(&made.location).await.ok();
    assert_eq!((&shown["text"], &shown["withdrawn_at"]), (&body["text"], &Value::Null));
    let second = lena.post(&path, &json!({"text": "I ask him"})).await;
    let first = olga.get(&format!("{path}?limit=1")).await;
    assert_eq!(first.json["items"][0]["id"], second.json["id"], "newest first");
    assert!(first.link.contains("cursor="), "{}", first.link);
    let rest = format!("{path}?cursor={}", first.json["next"].as_str().unwrap());
    let rest = olga.get(&rest).await.ok();
    assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&made.json["id"], &Value::Null));
    assert_eq!(rest["items"].as_array().unwrap().len(), before + 1);

    let withdrawal = format!("{}/withdrawal", second.location);
    assert_eq!(steward.post(&withdrawal, &Value::Null).await.problem(403).0, "forbidden");
    let gone = lena.post(&withdrawal, &Value::Null).await.ok();
    assert_eq!((&gone["text"], &gone["withdrawn_by"]), (&json!(""), &json!("lena of the tests")));
    assert_eq!(olga.get("/api/v1/comments/none").await.problem(404).0, "not_found");
    let none = "/api/v1/conflicts/none/comments";
    assert_eq!(olga.get(none).await.problem(404).0, "not_found");
}

async fn tagged(steward: &Program, olga: &Program, conflict: &Value) {
    let path = at(conflict, "/tags");
    let body = json!({"add": ["#VIP ", "ask  them"]});
    assert_eq!(olga.post(&path, &body).await.problem(403).0, "forbidden");
    assert_eq!(steward.post(&path, &json!({"add": ["a,b"]})).await.problem(422).0, "invalid");
    let tags = steward.post(&path, &body).await.ok();
    assert_eq!(tags["tags"], json!(["ask them", "vip"]));
    assert_eq!(olga.get("/api/v1/tags").await.ok()["items"][0], json!({"tag": "ask them", "open": 1}));
    for (tag, found) in [("vip", 1), ("none", 0)] {
        let list = olga.get(&format!("/api/v1/conflicts?tag={tag}")).await.ok();
        assert_eq!(list["items"].as_array().unwrap().len(), found, "{tag}");
    }
    steward.post(&path, &json!({"remove": ["Ask them"]})).await.ok();
    assert_eq!(olga.get(&path).await.ok()["tags"], json!(["vip"]));
}

async fn noticed(steward: &Program, lena: &Program, conflict: &Value) {
    let own = steward.get("/api/v1/notices?view=unread").await.ok();
    assert!(own["items"].as_array().unwrap().iter().all(|one| one["kind"] != "mentioned"), "{own}");
    let told = lena.get("/api/v1/notices").await.ok();
    let own = &told["items"][0];
    assert_eq!(
        (&own["kind"], &own["conflict"], &own["read_at"]),
        (&json!("mentioned"), &conflict["id"], &Value::Null)
    );
    assert_eq!(own["text"], "ana of the tests mentioned you on Ada Okafor");
    let record = conflict["record"].as_str().unwrap();
    let muted = lena.post(&format!("/api/v1/records/{record}/mute"), &Value::Null).await.ok();
    assert_eq!(muted, json!({"record": record, "muted": true}));
    assert_eq!(lena.get("/api/v1/notices").await.ok()["items"][0]["muted"], true);
    lena.post(&format!("/api/v1/records/{record}/unmute"), &Value::Null).await.ok();
    assert_eq!(lena.post("/api/v1/records/none/mute", &Value::Null).await.problem(404).0, "not_found");

    let reading = format!("/api/v1/notices/{}/reading", own["id"].as_str().unwrap());
    assert_eq!(steward.post(&reading, &Value::Null).await.problem(404).0, "not_found", "somebody else's");
    for read in [1, 0] {
        assert_eq!(lena.post(&reading, &Value::Null).await.ok()["read"], read);
    }
    let before = json!({"last": own["id"]});
    assert_eq!(lena.post("/api/v1/notices/reading", &before).await.ok()["read"], 0);
    assert_eq!(lena.get("/api/v1/notices?view=unread").await.ok()["items"], json!([]));
    assert_eq!(lena.get("/api/v1/notices?cursor=x").await.problem(400).0, "malformed");
}

/// The path of a link that is to be passed on by hand.
fn link<'a>(host: &Host, answer: &'a Value) -> &'a str {
    assert_eq!((&answer["posted"], &answer["mailed_at"]), (&json!("no_server"), &Value::Null), "{answer}");
    let link = answer["link"].as_str().unwrap();
    link.strip_prefix(&host.url).unwrap_or(link)
}

async fn asked(host: &Host, steward: &Program, olga: &Program, conflict: &Value) {
    let path = at(conflict, "/questions");
    let difference = conflict["differences"][0]["id"].clone();
    let body = json!({"difference": difference, "address": "ada@example.com", "text": "Where do you live?"});
    assert_eq!(olga.post(&path, &body).await.problem(403).0, "forbidden");
    let mut wrong = body.clone();
    wrong["address"] = json!("Ada <a@b>");
    assert_eq!(steward.post(&path, &wrong).await.problem(422).0, "invalid");
    let made = steward.post_once("who", &path, &body).await;
    assert_eq!((made.status, &made.json["state"]), (StatusCode::CREATED, &json!("open")), "{}", made.text);
    let link = link(host, &made.json);
    let again = steward.post_once("who", &path, &body).await;
    assert_eq!((again.replayed, &again.json["id"]), (true, &made.json["id"]));
    assert_eq!((&again.json["link"], again.text.contains("/ask/")), (&Value::Null, false), "told once");
    let waits = steward.get(&at(conflict, "")).await.ok();
    assert_eq!(waits["waits_for"], "reply");

    assert_eq!(steward.post(&path, &body).await.problem(409).0, "conflict", "it is open already");
    let mut other = body.clone();
    other["text"] = json!("Since when?");
    let second = steward.post(&path, &other).await.ok();
    let first = olga.get(&format!("{path}?limit=1")).await.ok();
    assert_eq!((&first["items"][0]["id"], &first["next"]), (&second["id"], &second["id"]));
    let place = format!("{}/withdrawal", second["href"].as_str().unwrap());
    assert_eq!(olga.post(&place, &Value::Null).await.problem(403).0, "forbidden");
    assert_eq!(steward.post(&place, &Value::Null).await.ok()["state"], "withdrawn");
    assert_eq!(steward.post(&place, &Value::Null).await.problem(409).0, "conflict");

    let visitor = host.visitor();
    let answer = [("choice", "value:1"), ("text", "Since March")];
    let sent = visitor.send(form(visitor.request(Method::POST, link), &answer)).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    let shown = olga.get(&made.location).await.ok();
    assert_eq!(shown["state"], "answered");
    let expected = json!({"choice": "value", "value": 1, "other": null, "text": "Since March"});
    assert_eq!((&shown["answer"], &shown["offered"][0]["n"]), (&expected, &json!(1)));
    assert_eq!(steward.get(&at(conflict, "")).await.ok()["waits_for"], Value::Null);
    let told = steward.get("/api/v1/notices?view=unread&limit=1").await.ok();
    assert_eq!(told["items"][0]["kind"], "answered");
}

/// Whose value was not kept is told, and objects; the review is decided as before.
pub async fn objected(host: &Host, steward: &Program, decision: &Value) {
    let path = format!("/api/v1/resolutions/{}/letters", decision["id"].as_str().unwrap());
    let body = json!({"field": "address", "address": "wh@example.com", "name": "Depot", "text": "He moved"});
    let mut wrong = body.clone();
    wrong["field"] = json!("phone");
    assert_eq!(steward.post(&path, &wrong).await.problem(404).0, "not_found");
    let made = steward.post_once("tell", &path, &body).await;
    assert_eq!((made.status, &made.json["kept"]["postcode"]), (StatusCode::CREATED, &json!("10117")));
    let again = steward.post_once("tell", &path, &body).await;
    assert_eq!((again.replayed, &again.json["link"]), (true, &Value::Null));
    assert_eq!(steward.get(&path).await.ok()["items"].as_array().unwrap().len(), 1);
    let (visitor, words) = (host.visitor(), [("words", "The gate is on the other side")]);
    let sent = visitor.send(form(visitor.request(Method::POST, link(host, &made.json)), &words)).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    let shown = steward.get(&made.location).await.ok();
    assert_eq!(shown["objection"]["words"], words[0].1);
    let review = format!("/api/v1/conflicts/{}", shown["objection"]["review"].as_str().unwrap());
    let review = steward.get(&review).await.ok();
    assert_eq!(review["differences"][0]["asked"], json!({"by": "Depot", "reason": words[0].1}));
    let kept = steward.post(&at(&review, "/resolution"), &super::keep_first(&review)).await;
    assert_eq!(kept.status, 201, "{}", kept.text);
}
