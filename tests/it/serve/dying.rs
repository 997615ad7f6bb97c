//! Reading that is cut off in the middle: the system dies, or the program does.

use super::killed::{later, with_desk};
use super::{Place, stores};
use crate::support::rest_target::{Fault, RestTarget};
use referee::domain::ids::RunId;
use referee::store::runs::Run;
use serde_json::{Value, json};
use std::time::Duration;

const CUSTOMERS: usize = 35;

/// Each customer is one record, and nothing of what is in the systems is taken as gone.
async fn whole(running: &super::Running) {
    let records = running.api.get("records?q=Customer&limit=200").await;
    assert_eq!(records["items"].as_array().unwrap().len(), CUSTOMERS, "{records:#}");
    assert_eq!(running.api.get("conflicts").await["items"], json!([]), "nothing is taken as deleted");
}

#[tokio::test]
async fn a_system_that_dies_in_the_middle_fails_its_run_and_the_next_one_completes() {
    for store in stores().await {
        let (place, desk) = with_desk(store.as_deref(), CUSTOMERS, false).await;
        let running = place.serve();
        // Two of four pages arrive.
        let skip = desk.journal().len();
        desk.fault(Fault::Delay(Duration::ZERO));
        desk.fault(Fault::Delay(Duration::ZERO));
        desk.fault(Fault::DropBefore);
        let run = running.api.read(&["desk"]).await.remove(0);
        assert_eq!(desk.journal().len() - skip, 3, "the third page was asked for once: {run:#}");
        assert_eq!((&run["state"], &run["counts"]["read"]), (&json!("failed"), &json!(20)), "{run:#}");
        let error = run["error"].as_str().unwrap();
        assert!(error.contains(&desk.url), "which system, and where: {error}");
        whole(&running).await;
        let browser = running.api.browser().await;
        let plain = |body: String| body.replace("<bdi>", "").replace("</bdi>", "");
        let alerts = plain(browser.get("/alerts").await.body);
        assert!(
            alerts.contains("Helpdesk could not be read") && alerts.contains("Check that it runs"),
            "{alerts}"
        );
        let queue = plain(browser.get("/queue").await.body);
        assert!(queue.contains("Helpdesk could not be read"), "and on every page");

        running.api.read_well(&["desk"]).await;
        whole(&running).await;
        assert!(browser.get("/alerts").await.body.contains("Nothing is wrong"));
        assert_eq!(running.api.told("run_failed").await, 1);
        running.served.stop();
        place.verify(store.as_deref());
    }
}

/// Begins to read the helpdesk and kills the server when the third of four pages is under way.
async fn kill_in_mid_run(place: &Place, desk: &RestTarget) -> String {
    // A page that brings nothing is not stored by itself.
    for n in [1, 11] {
        let row = json!({"id": format!("P{n:03}"), "ref": format!("C-{n}"), "name": format!("Customer {n} "),
            "street": format!("Storgata {n}")});
        desk.put("people", &row.to_string());
    }
    let running = place.serve();
    let skip = desk.journal().len();
    desk.fault(Fault::Delay(Duration::ZERO));
    desk.fault(Fault::Delay(Duration::ZERO));
    desk.fault(Fault::Delay(Duration::from_secs(20)));
    let (_, begun) = running.api.post("systems/desk/runs", &json!({"full": true})).await;
    for _ in 0..600 {
        if desk.journal().len() - skip >= 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let run = begun["ids"][0].as_str().unwrap().to_owned();
    // The third page is asked for while the second is stored.
    for _ in 0..600 {
        if running.api.get(&format!("runs/{run}")).await["counts"]["read"] == 20 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(running.api.get(&format!("runs/{run}")).await["counts"]["read"], 20);
    running.served.kill();
    run
}

#[tokio::test]
async fn a_run_whose_program_was_killed_is_taken_over_and_nothing_is_doubled_or_deleted() {
    for store in stores().await {
        let (place, desk) = with_desk(store.as_deref(), CUSTOMERS, false).await;
        let id = kill_in_mid_run(&place, &desk).await;
        let soon = place.serve();
        let run = soon.api.get(&format!("runs/{id}")).await;
        assert_eq!(run["state"], "running", "its lease has not ended yet");
        let (status, told) = soon.api.post("systems/desk/runs", &json!({})).await;
        assert_eq!(status, 409, "{told:#}");
        assert!(told["detail"].as_str().unwrap().contains("being read already"), "{told:#}");
        soon.served.stop();

        let skip = desk.journal().len();
        let run = taken_over(&place, &id).await;
        assert_eq!((run.state.as_str(), run.error), ("done", None));
        assert_eq!(run.counts.read, i64::try_from(CUSTOMERS).unwrap(), "it goes on where it stopped");
        let asked = desk.journal()[skip].query.clone();
        assert!(asked.contains("page=3"), "{asked}");
        let running = place.serve();
        whole(&running).await;
        running.api.read_well(&["portal", "desk"]).await;
        whole(&running).await;
        assert_eq!(running.api.told("conflict_opened").await, 0, "at no time was anything taken as gone");
        running.served.stop();
        place.verify(store.as_deref());
    }
}

/// Starts after the lease's end and waits until the run has ended: nobody asks for it.
async fn taken_over(place: &Place, id: &str) -> Run {
    let app = later(place.path(), 3).await;
    let (stop, engine) = (app.stopper(), app.engine.clone());
    let server = tokio::spawn(app.run());
    let mut run = engine.run(&RunId::from(id)).await.unwrap();
    for _ in 0..300 {
        if run.state != "running" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        run = engine.run(&RunId::from(id)).await.unwrap();
    }
    // Judged after it has ended.
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(engine);
    stop.cancel();
    server.await.unwrap().unwrap();
    run
}

#[tokio::test]
async fn a_system_that_is_down_at_the_start_does_not_keep_the_server_from_starting() {
    let place = Place::with_two_systems(None, 1, "").await;
    std::fs::rename(place.file("portal"), place.path().join("away")).unwrap();
    let running = place.serve();
    let ready = reqwest_get(&running.served.url, "/readyz").await;
    assert!(ready.is_success(), "{ready}");
    let runs = running.api.read(&["portal", "warehouse"]).await;
    assert_eq!((&runs[0]["state"], &runs[1]["state"]), (&json!("failed"), &json!("done")), "each for itself");
    let error = runs[0]["error"].as_str().unwrap();
    assert!(error.contains("portal.sqlite"), "{error}");
    let systems = running.api.get("systems").await;
    let last = |n: usize| systems["items"][n]["last_run"]["state"].clone();
    assert_eq!((last(0), last(1)), (json!("failed"), json!("done")));
    assert_eq!(running.api.get("conflicts").await["items"], Value::Array(Vec::new()), "nothing is missing");
    std::fs::rename(place.path().join("away"), place.file("portal")).unwrap();
    running.api.read_well(&["portal"]).await;
    running.served.stop();
}

async fn reqwest_get(url: &str, path: &str) -> reqwest::StatusCode {
    crate::support::app::http().get(format!("{url}{path}")).send().await.unwrap().status()
}
