//! What is not done, and what is said about it.

use super::host::{Host, Program};
use super::{at, keep_first};
use referee::domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn each_role_may_what_it_may() {
    let host = Host::start().await;
    host.moved("C-1", "Lindenallee 12").await;
    host.sync().await;
    let steward = host.program("ana", Role::Steward).await;
    let manager = host.program("mia", Role::Manager).await;
    let admin = host.program("tariq", Role::Admin).await;
    let auditor = host.program("noor", Role::Auditor).await;
    let conflict = steward.first().await;
    let (claim, resolution) = (at(&conflict, "/claim"), at(&conflict, "/resolution"));
    let body = keep_first(&conflict);
    for other in [&manager, &admin, &auditor] {
        assert_eq!(other.get(&at(&conflict, "")).await.status, 200, "everybody may look");
        assert_eq!(other.post(&claim, &Value::Null).await.problem(403).0, "forbidden");
        assert_eq!(other.post(&resolution, &body).await.problem(403).0, "forbidden");
        assert_eq!(other.get("/api/v1/audit").await.status, 200);
    }
    assert_eq!(steward.get("/api/v1/audit").await.problem(403).0, "forbidden");
    for other in [&steward, &manager, &auditor] {
        let run = other.post("/api/v1/systems/portal/runs", &json!({})).await;
        assert_eq!(run.problem(403).0, "forbidden");
        assert_eq!(other.get("/api/v1/users").await.problem(403).0, "forbidden");
    }
    let decided = steward.post(&resolution, &body).await;
    let undo = format!("{}/undo", decided.location);
    let jonas = host.program("jonas", Role::Steward).await;
    for other in [&jonas, &auditor, &admin] {
        assert_eq!(other.post(&undo, &Value::Null).await.problem(403).0, "forbidden");
    }
    assert_eq!(manager.post(&undo, &Value::Null).await.ok()["state"], "undone");
    let nobody = host.nobody();
    for path in ["conflicts", "systems", "audit", "records", "me"] {
        assert_eq!(nobody.get(&format!("/api/v1/{path}")).await.problem(401).0, "unauthenticated");
    }
    assert_eq!(nobody.post(&resolution, &body).await.problem(401).0, "unauthenticated");
}

#[tokio::test]
async fn what_is_not_there_or_not_readable_is_said() {
    let host = Host::start().await;
    let (steward, admin) =
        (host.program("ana", Role::Steward).await, host.program("tariq", Role::Admin).await);
    for path in ["conflicts/x", "resolutions/x", "records/x", "runs/x", "nothing", "conflicts/x/nothing"] {
        assert_eq!(steward.get(&format!("/api/v1/{path}")).await.problem(404).0, "not_found");
    }
    let body = json!({"version": 1, "outcomes": []});
    assert_eq!(steward.post("/api/v1/conflicts/x/claim", &body).await.problem(404).0, "not_found");
    assert_eq!(steward.post("/api/v1/conflicts/x/resolution", &body).await.problem(404).0, "not_found");
    assert_eq!(steward.post("/api/v1/resolutions/x/undo", &body).await.problem(404).0, "not_found");
    assert_eq!(admin.post("/api/v1/systems/x/runs", &json!({})).await.problem(404).0, "not_found");
    let wrong = steward.send(Method::DELETE, "/api/v1/conflicts", |request| request).await;
    assert_eq!(wrong.problem(405).0, "method_not_allowed");
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "stakes=huge",
        "cause=magic",
        "due=soon",
        "view=theirs",
        "cursor=nonsense",
        "colour=red",
    ] {
        let answer = steward.get(&format!("/api/v1/conflicts?{query}")).await;
        assert_eq!(answer.problem(400).0, "malformed");
        let name = query.split('=').next().unwrap();
        let told = answer.json["detail"].as_str().unwrap().to_owned();
        assert!(told.contains(name) || told.contains("digit"), "{query}: {told}");
    }
    assert_eq!(admin.get("/api/v1/audit?cursor=-1").await.problem(400).0, "malformed");
    broken(&steward).await;
}

async fn broken(steward: &Program) {
    let path = "/api/v1/conflicts/x/resolution";
    let json = |text: &str| {
        let text = text.to_owned();
        steward
            .send(Method::POST, path, |request| request.header("content-type", "application/json").body(text))
    };
    let cases = [
        ("{\"version\":1,", ""),
        ("{\"version\":\"1\",\"outcomes\":[]}", "/version"),
        ("{\"version\":1,\"outcomes\":[{\"difference\":7}]}", "/outcomes/0/difference"),
        (
            "{\"version\":1,\"outcomes\":[{\"difference\":\"d\",\"outcome\":\"guess\"}]}",
            "/outcomes/0/outcome",
        ),
        ("{\"version\":1,\"outcomes\":[],\"reason\":\"because\"}", "/reason"),
        ("{\"version\":1,\"outcomes\":[],\"hold_seconds\":-1}", "/hold_seconds"),
        ("{\"version\":1,\"outcomes\":[],\"colour\":1}", "/colour"),
    ];
    for (text, place) in cases {
        let (code, places) = json(text).await.problem(400);
        assert_eq!((code.as_str(), places), ("malformed", vec![place.to_owned()]), "{text}");
    }
    let untyped = steward.send(Method::POST, path, |request| request.body("version=1")).await;
    assert_eq!(untyped.problem(415).0, "unsupported_type");
    let large = format!("{{\"version\":1,\"note\":\"{}\"}}", "x".repeat(3 << 20));
    assert_eq!(json(&large).await.problem(413).0, "too_large");
}

#[tokio::test]
async fn outcomes_that_do_not_fit_are_named_one_by_one() {
    let host = Host::start().await;
    let steward = host.program("ana", Role::Steward).await;
    host.moved("C-1", "Lindenallee 12").await;
    host.sync().await;
    let conflict = steward.first().await;
    let id = conflict["differences"][0]["id"].clone();
    let path = at(&conflict, "/resolution");
    let typed = |value: Value| json!({"difference": id, "outcome": "type", "value": value});
    let cases = [
        (json!({"difference": id, "outcome": "keep", "value": 9}), "/value"),
        (json!({"difference": id, "outcome": "keep", "value": "1"}), "/value"),
        (json!({"difference": id, "outcome": "keep"}), "/value"),
        (json!({"difference": "x", "outcome": "keep", "value": 1}), "/difference"),
        (json!({"difference": id, "outcome": "create_there", "value": 1}), "/outcome"),
        (json!({"difference": id, "outcome": "leave_different"}), "/until"),
        (json!({"difference": id, "outcome": "leave_different", "until": "2020-01-01T00:00:00Z"}), "/until"),
        (json!({"difference": id, "outcome": "keep", "value": 1, "until": "2027-01-01T00:00:00Z"}), "/until"),
        (typed(json!("a text")), "/value"),
        (typed(json!({"street": "x"})), "/value/postcode"),
        (typed(json!({"street": 1, "postcode": "2"})), "/value/street"),
        (typed(json!({"street": "x", "postcode": "2", "city": "y"})), "/value/city"),
    ];
    for (outcome, place) in cases {
        let body = json!({"version": conflict["version"], "outcomes": [outcome]});
        let (code, places) = steward.post(&path, &body).await.problem(422);
        assert_eq!((code.as_str(), places), ("invalid", vec![format!("/outcomes/0{place}")]), "{outcome}");
    }
    let of = |outcomes: Value, note: &str, reason: Value| json!({"version": conflict["version"], "outcomes": outcomes, "note": note, "reason": reason});
    let keep = json!({"difference": id, "outcome": "keep", "value": 1});
    let twice = of(json!([keep, keep]), "", Value::Null);
    assert_eq!(steward.post(&path, &twice).await.problem(422).1, ["/outcomes/1/difference"]);
    assert_eq!(steward.post(&path, &of(json!([]), "", Value::Null)).await.problem(422).1, ["/outcomes"]);
    let other = of(json!([keep]), " ", json!("other"));
    assert_eq!(steward.post(&path, &other).await.problem(422).1, ["/note"]);
    let leave = json!({"difference": id, "outcome": "leave_different", "until": "2026-04-01T00:00:00Z"});
    let unsaid = of(json!([leave]), "", Value::Null);
    assert_eq!(steward.post(&path, &unsaid).await.problem(422).1, ["/reason"]);
    assert_eq!(steward.get(&at(&conflict, "")).await.ok()["open"], true, "nothing of it was done");
    let said = of(json!([leave]), "moving in April", Value::Null);
    let left = steward.post(&path, &said).await;
    assert_eq!(left.status, 201, "{}", left.text);
    let told = steward.get(&left.location).await.ok();
    assert_eq!(told["outcomes"][0]["until"], "2026-04-01T00:00:00Z");
    assert_eq!(told["deliveries"], json!([]));
    let after = steward.get(&at(&conflict, "")).await.ok();
    assert_eq!(after["differences"][0]["state"], "excepted");
}

#[tokio::test]
async fn the_queue_is_filtered_and_paged() {
    let host = Host::start().await;
    let steward = host.program("ana", Role::Steward).await;
    host.moved("C-1", "Lindenallee 12").await;
    host.moved("C-2", "Fjordgata 1").await;
    host.sync().await;
    let count = async |query: &str| {
        let list = steward.get(&format!("/api/v1/conflicts?{query}")).await.ok();
        list["items"].as_array().unwrap().len()
    };
    for (query, expected) in [
        ("", 2),
        ("entity=customer&field=address&stakes=high&system=portal&cause=stale_copy", 2),
        ("view=unassigned&due=today", 2),
        ("due=2026-03-05T00:00:00Z", 2),
        ("due=overdue", 0),
        ("view=mine", 0),
        ("view=others", 0),
        ("field=phone", 0),
        ("stakes=low", 0),
        ("entity=order", 0),
        ("entity=", 2),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
    let first = steward.get("/api/v1/conflicts?field=address&limit=1").await;
    let next = first.json["next"].as_str().unwrap();
    assert_eq!(first.link, format!("</api/v1/conflicts?field=address&limit=1&cursor={next}>; rel=\"next\""));
    let path = first.link.split(['<', '>']).nth(1).unwrap();
    let second = steward.get(path).await;
    assert!(second.json["next"].is_null() && second.link.is_empty());
    assert_ne!(first.json["items"][0]["id"], second.json["items"][0]["id"]);
}
