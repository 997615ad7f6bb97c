//! The whole job of a program: find a conflict, decide it, see it arrive, prove it.

use super::host::{Host, Program};
use super::{at, keep_first};
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::audit::{Entry, Verifier};
use referee::store::{StoreError, targets};
use serde_json::{Value, json};

/// Moves the clock over the hold and works until the decision has arrived everywhere.
async fn delivered(host: &Host, program: &Program, resolution: &str) -> Value {
    host.clock.advance(TimeDelta::seconds(21));
    while host.engine.deliver_next().await.unwrap() {}
    program.until(resolution, |told| told["state"] == "done").await
}

pub async fn run(host: &Host, admin: &Program, system: &str) -> Value {
    host.clock.advance(TimeDelta::minutes(1));
    let begun = admin.post(&format!("/api/v1/systems/{system}/runs"), &json!({"full": true})).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    let id = begun.json["ids"][0].as_str().unwrap().to_owned();
    assert_eq!(begun.location, format!("/api/v1/runs/{id}"));
    assert_eq!(begun.json["items"][0]["trigger"], "program");
    admin.until(&begun.location, |run| run["state"] != "running").await
}

#[tokio::test]
async fn a_program_does_the_whole_job() {
    let host = Host::start().await;
    let (steward, admin) =
        (host.program("ana", Role::Steward).await, host.program("tariq", Role::Admin).await);
    assert_eq!(steward.get("/api/v1/conflicts").await.ok()["items"], json!([]));
    host.moved("C-1", "Lindenallee 12").await;
    let done = run(&host, &admin, "portal").await;
    assert_eq!((&done["state"], &done["error"]), (&json!("done"), &Value::Null), "{done}");
    assert_eq!(done["counts"]["changed"], 1);

    let conflict = steward.first().await;
    assert_eq!((&conflict["title"], &conflict["entity"]), (&json!("Ada Okafor"), &json!("customer")));
    let difference = &conflict["differences"][0];
    assert_eq!(difference["field"], "address");
    assert_eq!((&difference["state"], &difference["kind"]), (&json!("open"), &json!("change")));
    assert_eq!(difference["cause"], "stale_copy");
    assert_eq!(difference["agreed"], json!({"street": "Elmstraße 4", "postcode": "10115"}));
    let (new, old) = (&difference["values"][0], &difference["values"][1]);
    assert_eq!(new["value"], json!({"street": "Lindenallee 12", "postcode": "10117"}));
    assert_eq!((&new["n"], &new["systems"]), (&json!(1), &json!(["portal"])));
    assert_eq!(old["systems"], json!(["warehouse"]));
    assert_eq!(difference["absent"], json!([]));

    said_why(&steward, &conflict).await;
    let conflict = handed_about(&host, &steward, &conflict).await;
    let decided = steward.post(&at(&conflict, "/resolution"), &keep_first(&conflict)).await;
    assert_eq!(decided.status, 201, "{}", decided.text);
    assert_eq!(decided.location, format!("/api/v1/resolutions/{}", decided.json["id"].as_str().unwrap()));
    let held = steward.get(&decided.location).await.ok();
    assert_eq!(held["state"], "held");
    assert_eq!(held["actor"]["kind"], "program");
    assert_eq!(held["outcomes"][0]["value"], 1);
    let delivery = &held["deliveries"][0];
    assert_eq!((&delivery["system"], &delivery["state"]), (&json!("warehouse"), &json!("waiting")));
    assert_eq!(delivery["fields"], json!(["postcode", "street"]));
    assert_eq!(delivery["changes"]["postcode"], json!({"from": "10115", "to": "10117"}));

    let done = delivered(&host, &steward, &decided.location).await;
    assert_eq!(done["deliveries"][0]["state"], "confirmed");
    let written = host
        .value("warehouse", "SELECT STREET||'|'||HOUSE_NO||'|'||ZIP FROM SHIP_TO WHERE WH_NO='WH-1'")
        .await;
    assert_eq!(written, "LINDENALLEE|12|10117");
    let after = steward.get(&at(&conflict, "")).await.ok();
    assert_eq!(after["open"], false);
    assert!(after["closed_at"].is_string());
    assert_eq!(after["differences"][0]["resolution"], done["id"]);
    cannot_be_claimed(&steward, &conflict).await;
    look_around(&host, &steward, &admin, &conflict).await;
    super::talked::objected(&host, &steward, &done).await;
    asked(&steward, &conflict, &done).await;
    reversed(&steward, &done).await;
    undone(&host, &steward, &admin).await;
    refused(&host, &steward, &admin).await;
    left_alone(&host, &steward, &admin).await;
    many_at_once(&host, &steward, &admin).await;
    separated(&steward).await;
    super::approved::by_another(&host, &steward, &admin).await;
    proven(&admin).await;
    assert_eq!(
        *host.answered.lock().unwrap(),
        host.operations(),
        "every operation was answered as described"
    );
}

/// It goes from desk to desk, is talked about and taken; the conflict as it is then.
async fn handed_about(host: &Host, steward: &Program, conflict: &Value) -> Value {
    super::passed_on::there_and_back(host, steward, conflict).await;
    let conflict = super::talked::about(host, steward, conflict).await;
    claimed(steward, &conflict).await;
    conflict
}

/// What is decided has nothing to claim.
async fn cannot_be_claimed(steward: &Program, conflict: &Value) {
    let over = steward.post(&at(conflict, "/claim"), &Value::Null).await;
    assert_eq!(over.problem(409).0, "conflict");
}

/// Somebody takes it for ten minutes.
async fn claimed(steward: &Program, conflict: &Value) {
    let claimed = steward.post(&at(conflict, "/claim"), &Value::Null).await.ok();
    assert_eq!(claimed["claim"]["name"], "ana of the tests");
}

/// One system's row is another record, and linked again.
async fn separated(steward: &Program) {
    let found = steward.get("/api/v1/records?q=C-2").await.ok();
    let record = found["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/records/{record}/separations");
    let row = |reason: &str| json!({"system": "warehouse", "external_id": "WH-2", "reason": reason});
    assert_eq!(steward.post(&path, &row(" ")).await.problem(422).0, "invalid");
    let made = steward.post(&path, &row("another house")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!((&made.json["from"], &made.json["ended_at"]), (&json!(record), &Value::Null));
    let other = steward.get(&made.location).await.ok();
    assert_eq!(other["systems"][0]["external_id"], "WH-2");
    let end = format!("/api/v1/separations/{}/end", made.json["id"].as_str().unwrap());
    assert!(steward.post(&end, &Value::Null).await.ok()["ended_at"].is_string());
    assert_eq!(steward.post(&end, &Value::Null).await.problem(409).0, "conflict");
}

/// Whether values would do, asked before they are saved anywhere.
async fn asked_beforehand(program: &Program) {
    let path = "/api/v1/entities/customer/validate";
    let fine =
        program.post(path, &json!({"values": {"name": "Ada", "phone": null}, "partial": true})).await.ok();
    assert_eq!(fine, json!({"valid": true, "problems": []}));
    let told = program.post(path, &json!({"values": {"since": "2026-02-30"}})).await.ok();
    let problem = &told["problems"][0];
    assert_eq!(
        (&told["valid"], &problem["field"], &problem["system"]),
        (&json!(false), &json!("since"), &Value::Null)
    );
    let (unknown, nobody) = (json!({"values": {"nose": "x"}}), "/api/v1/entities/nobody/validate");
    assert_eq!(program.post(path, &unknown).await.problem(422).0, "invalid");
    assert_eq!(program.post(nobody, &json!({"values": {}})).await.problem(404).0, "not_found");
}

/// A steward's word on the cause, and its end.
async fn said_why(steward: &Program, conflict: &Value) {
    let path = at(conflict, "/differences/address/cause");
    let said = steward.post(&path, &json!({"cause": "human_override"})).await.ok();
    let difference = &said["differences"][0];
    assert_eq!(
        (&difference["cause"], &difference["cause_said_by"]),
        (&json!("human_override"), &json!("ana of the tests"))
    );
    assert_eq!(difference["causes"][0], json!({"cause": "stale_copy", "strength": "likely"}));
    assert_eq!(steward.post(&path, &json!({"cause": "gremlins"})).await.problem(422).0, "invalid");
    let back = steward.post(&path, &json!({"cause": null})).await.ok();
    assert_eq!(
        (&back["differences"][0]["cause"], &back["version"]),
        (&json!("stale_copy"), &conflict["version"])
    );
}

async fn look_around(host: &Host, steward: &Program, admin: &Program, conflict: &Value) {
    asked_beforehand(admin).await;
    let found = steward.get("/api/v1/records?q=oka&limit=5").await.ok();
    assert_eq!(found["items"][0]["title"], "Ada Okafor");
    assert_eq!(steward.get("/api/v1/records?q=C-2").await.ok()["items"][0]["title"], "Mateo Lindqvist");
    let path = format!("/api/v1/records/{}", conflict["record"].as_str().unwrap());
    let record = steward.get(&path).await.ok();
    assert_eq!(found["items"][0]["id"], record["id"]);
    assert_eq!((&record["conflict"], &record["link"]), (&Value::Null, &json!("C-1")));
    assert_eq!(record["agreed"]["street"]["value"], "Lindenallee 12");
    assert_eq!(record["systems"][1]["external_id"], "WH-1");
    assert_eq!(record["systems"][1]["fields"]["postcode"], "10117");
    let systems = steward.get("/api/v1/systems").await.ok();
    assert_eq!(systems["items"][0]["id"], "portal");
    assert_eq!(
        (&systems["items"][0]["kind"], &systems["items"][0]["writes_enabled"]),
        (&json!("sqlite"), &json!(true))
    );
    assert_eq!(systems["items"][0]["last_run"]["state"], "done");
    assert!(!systems.to_string().contains("portal.sqlite"), "no settings of the connection");
    assert_eq!(steward.get("/api/v1/me").await.ok()["login"], "ana");
    assert_eq!(admin.get("/api/v1/users").await.ok()["items"].as_array().unwrap().len(), 5);
    compare(steward, admin).await;
    draft(steward, admin).await;
    assert_eq!(host.nobody().get("/api/openapi.json").await.ok()["openapi"], "3.1.0");
}

/// Why it is as it is, and the decision doubted: asked about, and kept as it is.
async fn asked(steward: &Program, conflict: &Value, decision: &Value) {
    let record = format!("/api/v1/records/{}", conflict["record"].as_str().unwrap());
    let why = steward.get(&format!("{record}/explanation?field=address")).await.ok();
    assert_eq!(
        (&why["items"][0]["field"], &why["items"][0]["standing"]),
        (&json!("address"), &json!("agreed"))
    );
    assert_eq!(steward.get(&format!("{record}/explanation?field=x")).await.problem(404).0, "not_found");
    let reviews = format!("{record}/reviews");
    let mut body = json!({ "field": "address", "reason": "", "resolution": decision["id"] });
    assert_eq!(steward.post(&reviews, &body).await.problem(422).0, "invalid");
    body["reason"] = json!("the parcel came back");
    let made = steward.post_once("ask", &reviews, &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(steward.post_once("ask", &reviews, &body).await.replayed);
    let open = steward.get(&made.location).await.ok();
    assert_eq!((&open["id"], &open["open"]), (&made.json["id"], &json!(true)));
    let asked = &open["differences"][0];
    assert_eq!(asked["asked"], json!({ "by": "ana of the tests", "reason": "the parcel came back" }));
    let (now, earlier) = (&asked["values"][0], &asked["values"][1]);
    assert_eq!(now["systems"], json!(["portal", "warehouse"]));
    assert_eq!((&earlier["systems"], &earlier["value"]["postcode"]), (&json!([]), &json!("10115")));
    let kept = steward.post(&at(&open, "/resolution"), &keep_first(&open)).await;
    let kept = steward.get(&kept.location).await.ok();
    assert_eq!((&kept["state"], &kept["deliveries"]), (&json!("done"), &json!([])));
}

/// What arrived is reversed, and that taken back.
async fn reversed(steward: &Program, decision: &Value) {
    let path = format!("/api/v1/resolutions/{}/reversal", decision["id"].as_str().unwrap());
    let preview = steward.get(&path).await.ok();
    let back = &preview["deliveries"][0];
    assert_eq!((&back["system"], &back["outcome"]), (&json!("warehouse"), &json!("put_back")));
    assert_eq!(back["changes"]["postcode"], json!({ "from": "10117", "to": "10115" }));
    assert_eq!(steward.post(&path, &json!({ "reason": "" })).await.problem(422).0, "invalid");
    let reason = json!({ "reason": "the wrong customer" });
    let made = steward.post_once("reverse", &path, &reason).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(steward.post_once("reverse", &path, &reason).await.replayed);
    assert_eq!(
        (&made.json["state"], &made.json["outcomes"][0]["outcome"]),
        (&json!("held"), &json!("put_back"))
    );
    assert_eq!(steward.post(&path, &reason).await.problem(409).0, "conflict");
    let undo = format!("/api/v1/resolutions/{}/undo", made.json["id"].as_str().unwrap());
    assert_eq!(steward.post(&undo, &Value::Null).await.ok()["state"], "undone");
    let conflict = format!("/api/v1/conflicts/{}", made.json["conflict"].as_str().unwrap());
    let open = steward.get(&conflict).await.ok();
    assert_eq!(open["open"], true, "the question stays");
    let kept = steward.post(&at(&open, "/resolution"), &keep_first(&open)).await;
    assert_eq!(kept.status, 201, "{}", kept.text);
}

/// What the systems disagree about now, as a program asks for it.
async fn compare(steward: &Program, admin: &Program) {
    let refused = steward.post("/api/v1/dry-runs", &json!({ "entity": "customer" })).await;
    assert_eq!(refused.problem(403).0, "forbidden");
    let one = json!({ "entity": "customer", "systems": ["portal"] });
    assert_eq!(admin.post("/api/v1/dry-runs", &one).await.problem(422).0, "invalid");
    let body = json!({ "entity": "customer" });
    let begun = admin.post_once("compare", "/api/v1/dry-runs", &body).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    let again = admin.post_once("compare", "/api/v1/dry-runs", &body).await;
    assert!(again.replayed && again.location == begun.location);
    let done = admin.until(&begun.location, |run| run["state"] == "done").await;
    assert_eq!((&done["found"]["records"], &done["systems"]), (&json!(2), &json!(["portal", "warehouse"])));
    let path = format!("{}/differences?limit=1", begun.location);
    let lines = admin.get(&path).await.ok();
    assert_eq!(lines["items"].as_array().unwrap().len(), usize::from(done["found"]["lines"] != 0));
    let stopped = admin.post(&format!("{}/cancellation", begun.location), &Value::Null).await.ok();
    assert_eq!(stopped["state"], "done", "what has ended stays as it is");
    let listed = admin.get("/api/v1/dry-runs").await.ok();
    assert_eq!(listed["items"][0]["id"], done["id"]);
}

/// A policy drafted, looked at, switched on and taken back, and a draft thrown away.
async fn draft(steward: &Program, admin: &Program) {
    assert_eq!(steward.get("/api/v1/policies").await.problem(403).0, "forbidden");
    let before = admin.get("/api/v1/policies").await.ok();
    assert_eq!(before["version"], 1);
    let body = json!({
        "version": 1, "reason": "names are the portal's", "entity": "customer", "slot": "name",
        "policy": { "rule": "manual_review", "stakes": "low" },
    });
    let made = admin.post_once("draft", "/api/v1/policy-drafts", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(admin.post_once("draft", "/api/v1/policy-drafts", &body).await.replayed);
    let mut wrong = body.clone();
    wrong["policy"]["review_if"] = json!("values[");
    assert_eq!(admin.post("/api/v1/policy-drafts", &wrong).await.problem(422).0, "invalid");
    let shown = admin.get(&made.location).await.ok();
    assert_eq!((&shown["preview"]["stale"], &shown["changes"][0]["slot"]), (&json!(false), &json!("name")));
    assert_eq!(admin.get("/api/v1/policy-drafts").await.ok()["items"][0]["id"], shown["id"]);
    let shadow = format!("{}/shadow", made.location);
    assert_eq!(admin.post(&shadow, &json!({ "days": 0 })).await.problem(422).0, "invalid");
    let shadowed = admin.post(&shadow, &json!({ "days": 3 })).await;
    assert_eq!((shadowed.status.as_u16(), &shadowed.json["shadow"]["most"]), (201, &json!(1000)));
    let ended = admin.post(&format!("{shadow}-end"), &Value::Null).await.ok();
    assert_eq!(ended["shadow"]["ended"], "stopped");
    assert_eq!(admin.get(&made.location).await.ok()["shadow"]["fields"], json!([]));
    let on = format!("{}/version", made.location);
    assert_eq!(admin.post(&on, &json!({ "fingerprint": "another" })).await.problem(409).0, "stale");
    let on = admin.post(&on, &json!({ "fingerprint": shown["fingerprint"] })).await;
    assert_eq!((on.status.as_u16(), &on.json["version"]), (201, &json!(2)));
    assert_eq!(admin.post("/api/v1/policy-drafts", &body).await.problem(409).0, "stale");
    let back = json!({ "version": 2, "reason": "it was better", "back_to": 1 });
    let back = admin.post("/api/v1/policy-drafts", &back).await;
    let removed = admin.post(&format!("{}/removal", back.location), &Value::Null).await.ok();
    assert_eq!(removed["rolls_back"], 1);
    assert_eq!(admin.get(&back.location).await.problem(404).0, "not_found");
}

/// A typed value for a longer hold, taken back within it.
async fn undone(host: &Host, steward: &Program, admin: &Program) {
    host.moved("C-2", "Fjordgata 1").await;
    run(host, admin, "portal").await;
    let conflict = steward.first().await;
    let body = json!({
        "version": conflict["version"],
        "outcomes": [{
            "difference": conflict["differences"][0]["id"],
            "outcome": "type",
            "value": { "street": "Am Markt 3b", "postcode": "10999" },
        }],
        "reason": "other",
        "note": "by phone",
        "hold_seconds": 120,
    });
    let decided = steward.post(&at(&conflict, "/resolution"), &body).await;
    assert_eq!(decided.status, 201, "{}", decided.text);
    host.clock.advance(TimeDelta::seconds(100));
    while host.engine.deliver_next().await.unwrap() {}
    let held = steward.get(&decided.location).await.ok();
    assert_eq!(held["state"], "held", "hold_seconds lengthens the hold");
    assert_eq!(held["outcomes"][0]["value"]["street"], "Am Markt 3b");
    assert_eq!((&held["reason"], &held["note"]), (&json!("other"), &json!("by phone")));
    assert_eq!(held["deliveries"].as_array().unwrap().len(), 2);
    let undo = format!("{}/undo", decided.location);
    assert_eq!(steward.post(&undo, &Value::Null).await.ok()["state"], "undone");
    assert_eq!(steward.post(&undo, &Value::Null).await.problem(409).0, "conflict");
    let back = steward.get(&at(&conflict, "")).await.ok();
    assert_eq!(back["open"], true);
    let short = json!({
        "version": back["version"],
        "outcomes": [{ "difference": back["differences"][0]["id"], "outcome": "keep", "value": 2 }],
        "hold_seconds": 0,
    });
    let again = steward.post(&at(&conflict, "/resolution"), &short).await;
    host.clock.advance(TimeDelta::seconds(10));
    while host.engine.deliver_next().await.unwrap() {}
    assert_eq!(steward.get(&again.location).await.ok()["state"], "held", "and never shortens it");
}

/// A system refuses what was decided: it is tried again, with the others of its cause and alone, and
/// decided otherwise.
async fn refused(host: &Host, steward: &Program, admin: &Program) {
    host.clock.advance(TimeDelta::seconds(200));
    while host.engine.deliver_next().await.unwrap() {}
    host.moved("C-2", "Lindenallee 9").await;
    run(host, admin, "portal").await;
    let closed = "CREATE TRIGGER closed BEFORE UPDATE ON SHIP_TO WHEN OLD.WH_NO = 'WH-2'
        BEGIN SELECT RAISE(ABORT, 'the dock is closed'); END";
    host.sql("warehouse", closed).await;
    let list = steward.until("/api/v1/conflicts", |list| list["items"].to_string().contains("Mateo")).await;
    let mateo = list["items"].as_array().unwrap().iter().find(|one| one["title"] == "Mateo Lindqvist");
    let conflict =
        steward.get(&format!("/api/v1/conflicts/{}", mateo.unwrap()["id"].as_str().unwrap())).await.ok();
    let decided = steward.post(&at(&conflict, "/resolution"), &keep_first(&conflict)).await;
    assert_eq!(decided.status, 201, "{}", decided.text);
    host.clock.advance(TimeDelta::seconds(21));
    let again = |state: &'static str| move |told: &Value| told["deliveries"][0]["state"] == state;
    while host.engine.deliver_next().await.unwrap() {}
    let told = steward.until(&decided.location, again("refused")).await;
    assert_eq!(told["deliveries"][0]["message"], "the dock is closed");
    let causes = steward.get("/api/v1/failed-writes").await.ok();
    let cause = &causes["items"][0];
    assert_eq!((&cause["kind"], &cause["deliveries"]), (&json!("said"), &json!(1)), "{causes}");
    assert_eq!(cause["message"], "the dock is closed");
    let href = cause["href"].as_str().unwrap();
    let of_cause = steward.get(href).await.ok();
    assert_eq!(of_cause["items"][0]["id"], told["deliveries"][0]["id"]);
    let until = json!({"until": cause["newest"]});
    assert_eq!(admin.post(&format!("{href}/retry"), &until).await.problem(403).0, "forbidden");
    let all = steward.post(&format!("{href}/retry"), &until).await.ok();
    assert_eq!(all, json!({"retried": 1, "left": 0, "more": false}));
    while host.engine.deliver_next().await.unwrap() {}
    steward.until(&decided.location, again("refused")).await;
    let delivery = format!("/api/v1/deliveries/{}", told["deliveries"][0]["id"].as_str().unwrap());
    steward.post(&format!("{delivery}/retry"), &Value::Null).await.ok();
    while host.engine.deliver_next().await.unwrap() {}
    steward.until(&decided.location, again("refused")).await;
    host.sql("warehouse", "DROP TRIGGER closed").await;
    let decision = format!("{delivery}/decision");
    let wrong = steward.post(&decision, &json!({"outcome": "keep", "value": 1})).await;
    assert_eq!(wrong.problem(422).0, "invalid");
    let value = json!({"street": "Am Markt 3b", "postcode": "10999"});
    let instead = json!({"outcome": "type", "value": value, "reason": "confirmed_with_customer"});
    let anew = steward.post(&decision, &instead).await;
    assert_eq!(anew.status, 201, "{}", anew.text);
    delivered(host, steward, &anew.location).await;
    assert_eq!(steward.get("/api/v1/failed-writes").await.ok()["items"], json!([]));
}

/// A system that does not accept the sign-in is left alone until an admin says so.
async fn left_alone(host: &Host, steward: &Program, admin: &Program) {
    let pause = host.engine.store().write::<_, StoreError, _>(async |w| {
        let system = "warehouse".into();
        let target = targets::lock(w, &system).await?.refused_sign_in(w.now(), "expired");
        targets::save(w, &system, &target).await?;
        Ok(((), Vec::new()))
    });
    pause.await.unwrap();
    let systems = steward.get("/api/v1/systems").await.ok();
    let warehouse = systems["items"].as_array().unwrap().iter().find(|one| one["id"] == "warehouse").unwrap();
    assert_eq!(
        (&warehouse["left_alone"]["why"], &warehouse["left_alone"]["next_at"]),
        (&json!("no_sign_in"), &Value::Null)
    );
    let path = "/api/v1/systems/warehouse/resumption";
    assert_eq!(steward.post(path, &Value::Null).await.problem(403).0, "forbidden");
    assert_eq!(admin.post(path, &Value::Null).await.ok()["left_alone"], Value::Null);
    assert_eq!(admin.post(path, &Value::Null).await.problem(409).0, "conflict");
}

/// Thirty numbers change at once and are decided as one; then the thirty are gone at once.
async fn many_at_once(host: &Host, steward: &Program, admin: &Program) {
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 129)";
    let customers = format!(
        "{numbers} INSERT INTO customers SELECT 'D-' || i, 'Name', 'Way 1', '10115', '030 55501' || i,
             '2024-03-04', 1, '2026-03-03 10:00:00', 'Ana' FROM n"
    );
    let places = format!(
        "{numbers} INSERT INTO SHIP_TO SELECT 'WD-' || i, 'D-' || i, 'NAME', 'WAY', '1', '10115',
             '030 55501' || i, '04/03/2024', 'A', '2026-03-03 10:00:00', 'import' FROM n"
    );
    host.sql("portal", &customers).await;
    host.sql("warehouse", &places).await;
    run(host, admin, "portal").await;
    run(host, admin, "warehouse").await;
    let change =
        "UPDATE customers SET phone = '030 66601' || substr(id, 3), updated_at = '2026-03-03 12:01:30'
        WHERE id LIKE 'D-%'";
    host.sql("portal", change).await;
    run(host, admin, "portal").await;
    let open = steward.get("/api/v1/incidents").await.ok();
    let incident = &open["items"][0];
    assert_eq!((&incident["kind"], &incident["state"]), (&json!("mass_change"), &json!("open")));
    assert_eq!((&incident["system"], &incident["records"]), (&json!("portal"), &json!(30)));
    let path = format!("/api/v1/incidents/{}", incident["id"].as_str().unwrap());
    let held = format!("/api/v1/conflicts?incident={}", incident["id"].as_str().unwrap());
    steward.until(&held, |list| list["items"].as_array().is_some_and(|items| items.len() == 30)).await;
    let mut body = json!({"incident": incident["id"], "outcome": "keep", "note": "Moved to the new numbers"});
    let missing = steward.post("/api/v1/groups", &body).await;
    assert_eq!(missing.problem(400).0, "malformed", "which system's value");
    body["system"] = json!("portal");
    let frozen = steward.post("/api/v1/groups", &body).await;
    assert_eq!(frozen.status, 201, "{}", frozen.text);
    assert_eq!((&frozen.json["state"], &frozen.json["included"]), (&json!("draft"), &json!(30)));
    let decided = steward.post(&format!("{}/decision", frozen.location), &json!({"count": 30})).await;
    assert_eq!(decided.status, 202, "{}", decided.text);
    let again = steward.post(&format!("{}/decision", frozen.location), &json!({"count": 30})).await;
    assert_eq!(again.problem(409).0, "conflict");
    while host.engine.work_off().await.unwrap() {}
    let done = steward.until(&frozen.location, |group| group["state"] == "done").await;
    assert_eq!((&done["decided"], &done["excluded"]), (&json!(30), &json!({})));
    let ended = steward.get(&path).await.ok();
    assert_eq!((&ended["state"], &ended["ending"]), (&json!("ended"), &json!("accepted")));
    host.sql("portal", "DELETE FROM customers WHERE id LIKE 'D-%'").await;
    run(host, admin, "portal").await;
    let open = steward.get("/api/v1/incidents").await.ok();
    let incident = &open["items"][0];
    assert_eq!((&incident["kind"], &incident["of"]), (&json!("mass_delete"), &json!(32)));
    let choice = format!("/api/v1/incidents/{}/choice", incident["id"].as_str().unwrap());
    let wrong = json!({"ending": "accepted", "reason": "no"});
    assert_eq!(steward.post(&choice, &wrong).await.problem(422).0, "invalid");
    let refused =
        steward.post(&choice, &json!({"ending": "refused", "reason": "A wrong filter there"})).await.ok();
    assert_eq!((&refused["state"], &refused["ending"]), (&json!("ended"), &json!("refused")));
}

/// The log as a program reads it, page by page, is whole.
async fn proven(admin: &Program) {
    let (mut verifier, mut path, mut actions) =
        (Verifier::default(), "/api/v1/audit?cursor=0&limit=4".to_owned(), Vec::new());
    loop {
        let page = admin.get(&path).await;
        for item in page.json["items"].as_array().unwrap() {
            let text = |name: &str| item[name].as_str().unwrap().to_owned();
            let (line, hash) = (text("line"), text("hash"));
            let parsed: Value = serde_json::from_str(&line).unwrap();
            actions.push(parsed["action"].as_str().unwrap().to_owned());
            verifier.next(&Entry { seq: item["seq"].as_i64().unwrap(), line, hash }).unwrap();
        }
        if page.json["next"].is_null() {
            assert_eq!(page.link, "");
            break;
        }
        let (address, rel) = page.link.split_once(">; ").unwrap();
        assert_eq!(rel, "rel=\"next\"");
        path = address.trim_start_matches('<').to_owned();
    }
    for action in ["conflict_opened", "conflict_claimed", "decided", "delivery_confirmed", "undone"] {
        assert!(actions.iter().any(|told| told == action), "{action} in {actions:?}");
    }
}
