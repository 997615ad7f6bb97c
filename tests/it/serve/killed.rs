//! Killed between decision and delivery: the decision arrives, and once.

use super::{Place, stores};
use crate::support::program::fed;
use crate::support::rest_target::{Entry, Fault, RestTarget, TOKEN};
use chrono::TimeDelta;
use referee::app::{App, Start};
use referee::clock::SystemClock;
use referee::config::{Config, Environment};
use referee::domain::time::{Clock, Time};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const MOVED: &str = "UPDATE customers SET street='Lindenallee 12', zip='10117', \
                     updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'";

#[tokio::test]
async fn killed_during_the_hold_the_decision_arrives_once_in_each_system() {
    for store in stores().await {
        let place = Place::with_two_systems(store.as_deref(), 3, "").await;
        let first = place.serve();
        first.api.read_well(&["portal", "warehouse"]).await;
        first.api.enable_writes(&["portal", "warehouse"]).await;
        place.sql("portal", MOVED).await;
        first.api.read_well(&["portal"]).await;
        let conflict = first.api.conflicts(1).await.remove(0);
        let before = (place.journal("portal").await.len(), place.journal("warehouse").await.len());
        let typed = json!({"outcome": "type", "value": {"street": "Am Markt 3b", "postcode": "10999"}});
        let resolution = first.api.decide(&conflict, typed).await;
        first.served.kill();

        let second = place.serve();
        let done = second.api.until(&resolution, |told| told["state"] == "done").await;
        let states: Vec<_> = done["deliveries"].as_array().unwrap().iter().map(|d| &d["state"]).collect();
        assert_eq!(states, ["confirmed", "confirmed"], "{done:#}");
        let there = place.value("portal", "SELECT street || '|' || zip FROM customers WHERE id='C-1'").await;
        assert_eq!(there, "Am Markt 3b|10999");
        let sql = "SELECT STREET || '|' || HOUSE_NO || '|' || ZIP FROM SHIP_TO WHERE WH_NO='WH-1'";
        assert_eq!(place.value("warehouse", sql).await, "AM MARKT|3B|10999");
        // Once more through a start and a whole run: nothing is sent again, nothing opens.
        second.served.kill();
        let third = place.serve();
        third.api.read_well(&["portal", "warehouse"]).await;
        assert_eq!(third.api.get("conflicts").await["items"], json!([]));
        assert_eq!(place.journal("portal").await[before.0..], ["change C-1"]);
        assert_eq!(place.journal("warehouse").await[before.1..], ["change WH-1"]);
        assert_eq!((third.api.told("decided").await, third.api.told("delivery_confirmed").await), (1, 2));
        third.served.stop();
        place.verify(store.as_deref());
    }
}

#[tokio::test]
async fn one_decision_sent_a_hundred_times_at_once_and_again_after_a_crash_is_one() {
    for store in stores().await {
        let place = Place::with_two_systems(store.as_deref(), 3, "").await;
        let first = place.serve();
        first.api.read_well(&["portal", "warehouse"]).await;
        place.sql("portal", MOVED).await;
        first.api.read_well(&["portal"]).await;
        let conflict = first.api.conflicts(1).await.remove(0);
        let outcome = json!({"outcome": "keep", "value": 1, "difference": conflict["differences"][0]["id"]});
        let body = json!({"version": conflict["version"], "outcomes": [outcome]});
        let path = format!("conflicts/{}/resolution", conflict["id"].as_str().unwrap());
        let send = async |api: &super::Api| {
            let ask = api.http.post(format!("{}/api/v1/{path}", api.url)).bearer_auth(&api.token);
            let answer = ask.header("idempotency-key", "once").json(&body).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        let answers = futures_util::future::join_all((0..100).map(|_| send(&first.api))).await;
        let (done, running): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(status, _)| *status == 201);
        assert!(running.iter().all(|(status, _)| *status == 409), "still being answered: {running:?}");
        assert!(!done.is_empty() && done.iter().all(|answer| *answer == done[0]), "{done:?}");
        first.served.kill();
        let second = place.serve();
        for _ in 0..100 {
            assert_eq!(send(&second.api).await, done[0]);
        }
        assert_eq!(second.api.told("decided").await, 1);
        second.served.stop();
        place.verify(store.as_deref());
    }
}

/// The portal, and a helpdesk behind REST.
const DESK: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "desk"
label = "Helpdesk"
connector = { kind = "rest", base_url = "BASE", auth = "bearer", allow = ["127.0.0.1"], collections = { people = { path = "/people", record_path = "/data", item_path = "/people/{key}", paging = "page", page_param = "page", size_param = "size", max_size = 10, etag = true, create = CREATE } } }

[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [{ id = "name", label = "Name" }, { id = "street", label = "Street" }]

[[mapping]]
system = "portal"
entity = "customer"
object = "customers"
key = "id"
link = "id"
fields = [{ field = "name", columns = ["name"] }, { field = "street", columns = ["street"] }]

[[mapping]]
system = "desk"
entity = "customer"
object = "people"
key = "id"
link = "ref"
complete = true
fields = [{ field = "name", columns = ["name"] }, { field = "street", columns = ["street"] }]

[policy.customer.all]
source_of_truth = "portal"
hold_seconds = 1
"#;

/// A portal and a helpdesk that agree on this many customers.
pub(super) async fn with_desk(store: Option<&str>, customers: usize, create: bool) -> (Place, RestTarget) {
    let desk = RestTarget::start();
    let business = DESK.replace("BASE", &desk.url).replace("CREATE", &create.to_string());
    let place = Place::new(store, &business, "");
    let mut rows = "CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, street TEXT);".to_owned();
    for n in 1..=customers {
        rows += &format!("INSERT INTO customers VALUES ('C-{n}', 'Customer {n}', 'Storgata {n}');");
        let person = json!({"id": format!("P{n:03}"), "ref": format!("C-{n}"), "name": format!("Customer {n}"),
            "street": format!("Storgata {n}")});
        desk.put("people", &person.to_string());
    }
    place.lay_down("portal", &rows, "customers", "id").await;
    let served = place.serve();
    let (code, _, told) = fed(place.path(), &["system", "secret", "desk", "--data", "data"], TOKEN);
    assert_eq!(code, Some(0), "{told}");
    served.api.read_well(&["portal", "desk"]).await;
    served.api.enable_writes(&["portal", "desk"]).await;
    served.served.stop();
    (place, desk)
}

/// The requests that write, since the first `skip` of all.
fn writes(desk: &RestTarget, skip: usize) -> Vec<Entry> {
    desk.journal().into_iter().skip(skip).filter(|entry| entry.method != "GET").collect()
}

/// Waits until a write was done there.
async fn written(desk: &RestTarget, skip: usize) {
    for _ in 0..600 {
        if writes(desk, skip).iter().any(|entry| entry.changed) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing was written: {:?}", desk.journal());
}

/// A clock that is ahead of the machine's.
struct Ahead(TimeDelta);

impl Clock for Ahead {
    fn now(&self) -> Time {
        SystemClock.now() + self.0
    }
}

/// The installation's server started again after this long, within the test: for what waits for
/// the end of a lease.
pub(super) async fn later(folder: &Path, minutes: i64) -> App {
    let environment = Environment::from([("HOME".to_owned(), folder.display().to_string())]);
    let (mut config, _) = Config::load(Some(&folder.join("referee.toml")), &environment).unwrap();
    config.server.listen = ([127, 0, 0, 1], 0).into();
    config.data.folder = Some(folder.join("data"));
    config.business.file = None;
    App::build(Start { clock: Arc::new(Ahead(TimeDelta::minutes(minutes))), ..Start::new(config) })
        .await
        .unwrap()
}

#[tokio::test]
async fn killed_while_it_is_being_sent_the_decision_is_not_sent_twice() {
    for store in stores().await {
        let (place, desk) = with_desk(store.as_deref(), 3, false).await;
        let first = place.serve();
        place.sql("portal", "UPDATE customers SET street='Lindenallee 12' WHERE id='C-2'").await;
        first.api.read_well(&["portal"]).await;
        let conflict = first.api.conflicts(1).await.remove(0);
        let skip = desk.journal().len();
        // It is read, then written; the write is done there and its answer held back.
        desk.fault(Fault::Delay(Duration::ZERO));
        desk.fault(Fault::HoldAfter(Duration::from_secs(20)));
        let resolution = first.api.decide(&conflict, json!({"outcome": "keep", "value": 1})).await;
        written(&desk, skip).await;
        assert_eq!(first.api.get(&resolution).await["state"], "sending", "not shown as done before it is");
        first.served.kill();

        // The lock of its folder tells SQLite's next server that nobody else is sending. On a
        // database that others may share, the lease has to end first.
        if store.is_none() {
            let second = place.serve();
            second.api.until(&resolution, |told| told["state"] == "done").await;
            assert!(second.served.log().contains("taken over"), "{}", second.served.log());
            second.served.stop();
        } else {
            let app = later(place.path(), 3).await;
            let stop = app.stopper();
            let server = tokio::spawn(app.run());
            tokio::time::sleep(Duration::from_secs(4)).await;
            stop.cancel();
            server.await.unwrap().unwrap();
        }
        let third = place.serve();
        let done = third.api.get(&resolution).await;
        assert_eq!((&done["state"], &done["deliveries"][0]["state"]), (&json!("done"), &json!("confirmed")));
        let sent = writes(&desk, skip);
        assert_eq!(sent.len(), 1, "settled by reading, not by sending again: {sent:?}");
        assert!(desk.records("people")["P002"].contains("Lindenallee 12"));
        assert_eq!(place.journal("portal").await, ["change C-2"], "our own edit alone");
        third.api.read_well(&["portal", "desk"]).await;
        assert_eq!(third.api.get("conflicts").await["items"], json!([]));
        assert_eq!(third.api.told("delivery_confirmed").await, 1);
        third.served.stop();
        place.verify(store.as_deref());
    }
}

#[tokio::test]
async fn killed_while_a_record_is_being_made_it_is_not_made_twice() {
    let (place, desk) = with_desk(None, 2, true).await;
    let first = place.serve();
    place.sql("portal", "INSERT INTO customers VALUES ('C-9', 'Wei Zhang', 'Ring 1')").await;
    // What was read just now is on its way, not missing: a second look decides.
    first.api.read_well(&["portal", "desk", "portal", "desk"]).await;
    let conflict = first.api.conflicts(1).await.remove(0);
    let skip = desk.journal().len();
    desk.fault(Fault::HoldAfter(Duration::from_secs(20)));
    let resolution = first.api.decide(&conflict, json!({"outcome": "create_there", "value": 1})).await;
    written(&desk, skip).await;
    first.served.kill();

    let second = place.serve();
    let refused = |told: &serde_json::Value| told["deliveries"][0]["state"] == "refused";
    let told = second.api.until(&resolution, refused).await;
    let message = told["deliveries"][0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("look there whether it was"), "{told:#}");
    assert_eq!(writes(&desk, skip).len(), 1, "nobody knows its key there, so a person looks: {told:#}");
    assert_eq!(desk.records("people").len(), 3);
    let alerts = second.api.browser().await.get("/alerts").await;
    assert!(
        alerts.body.contains("<bdi>Helpdesk</bdi> refused to make the missing record (<bdi>Customer</bdi>)"),
        "{}",
        alerts.body
    );
    second.served.stop();
    place.verify(None);
}

#[tokio::test]
async fn a_record_that_was_made_and_not_read_back_is_read_and_not_made_again() {
    let (place, desk) = with_desk(None, 2, true).await;
    let running = place.serve();
    place.sql("portal", "INSERT INTO customers VALUES ('C-9', 'Wei Zhang', 'Ring 1')").await;
    running.api.read_well(&["portal", "desk", "portal", "desk"]).await;
    let conflict = running.api.conflicts(1).await.remove(0);
    let skip = desk.journal().len();
    // It is made, and then the helpdesk falls silent for two looks.
    desk.fault(Fault::Delay(Duration::ZERO));
    desk.fault(Fault::DropBefore);
    desk.fault(Fault::Answer { status: 503, headers: Vec::new(), body: String::new() });
    let resolution = running.api.decide(&conflict, json!({"outcome": "create_there", "value": 1})).await;
    let done = running.api.until(&resolution, |told| told["state"] == "done").await;
    assert_eq!(done["deliveries"][0]["state"], "confirmed", "{done:#}");
    assert_eq!(writes(&desk, skip).len(), 1, "{:?}", writes(&desk, skip));
    assert_eq!(desk.journal().len() - skip, 4, "made, and looked for three times");
    running.api.read_well(&["portal", "desk"]).await;
    assert_eq!(running.api.get("conflicts").await["items"], json!([]));
    running.served.stop();
    place.verify(None);
}
