//! Changes from outside while the program serves.

use super::Place;
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// Changes a system by the command a person would use; by a library where it is not installed.
async fn change(place: &Place, system: &str, sql: &str) {
    let done = Command::new("sqlite3").arg(place.file(system)).arg(sql).output();
    match done {
        Ok(done) => assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr)),
        Err(_) => place.sql(system, sql).await,
    }
    assert!(Path::new(&place.file(system)).exists());
}

#[tokio::test]
async fn a_row_changed_outside_is_queued_by_one_run_and_one_changed_in_the_hold_is_not_overwritten() {
    let place = Place::with_two_systems(None, 4, "").await;
    let running = place.serve();
    let api = &running.api;
    api.read_well(&["portal", "warehouse"]).await;
    api.enable_writes(&["portal", "warehouse"]).await;
    change(&place, "portal", "UPDATE customers SET street='Lindenallee 12', zip='10117' WHERE id='C-1'")
        .await;
    api.read_well(&["portal"]).await;
    let conflict = api.conflicts(1).await.remove(0);
    let difference = &conflict["differences"][0];
    assert_eq!(difference["values"][0]["value"]["street"], "Lindenallee 12", "{conflict:#}");
    assert_eq!(difference["agreed"]["street"], "Elmstraße 4");

    let before = place.journal("warehouse").await.len();
    let typed = json!({"outcome": "type", "value": {"street": "Am Markt 3b", "postcode": "10999"}});
    let resolution = api.decide(&conflict, typed).await;
    assert_eq!(api.get(&resolution).await["state"], "held");
    for (system, sql) in [
        ("portal", "UPDATE customers SET zip='20001' WHERE id='C-1'"),
        ("warehouse", "UPDATE SHIP_TO SET ZIP='20002' WHERE WH_NO='WH-1'"),
    ] {
        change(&place, system, sql).await;
    }
    api.until(&resolution, |told| told["state"] == "overtaken").await;
    let back = api.conflicts(1).await.remove(0);
    assert_eq!((&back["id"], &back["open"]), (&conflict["id"], &json!(true)));
    let found = back["differences"][0]["values"].to_string();
    assert!(found.contains("20001") && found.contains("20002"), "with what is there now: {found}");
    assert_eq!(place.journal("warehouse").await[before..], ["change WH-1"], "the outside's own change alone");
    assert_eq!(
        place.value("portal", "SELECT street || zip FROM customers WHERE id='C-1'").await,
        "Lindenallee 1220001"
    );
    let page = api.browser().await.get(&format!("/conflicts/{}", back["id"].as_str().unwrap())).await;
    for typed in ["value=\"Am Markt 3b\"", "value=\"10999\""] {
        assert!(page.body.contains(typed), "the draft is in the form, {typed}: {}", page.body);
    }
    running.served.stop();
    place.verify(None);
}
