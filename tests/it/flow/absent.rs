//! What a full pull passes by: records that are gone, however the pull went.

use super::*;
use chrono::TimeDelta;
use referee::domain::diff::Kind;
use referee::domain::ids::{EntityId, SystemId};
use referee::engine::sync::Trigger;
use referee::store::runs::{self, Run};
use referee::store::{StoreError, holdings};

/// 1,200 customers in both systems, which is three pages; the portal's are read through a view
/// that can be made to fail at one of them.
async fn large(url: Option<String>) -> World {
    let world = World::on(url, CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    let count = "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 2199)";
    let portal = format!(
        "ALTER TABLE customers RENAME TO kept; CREATE TABLE poison (id TEXT);
         {count} INSERT INTO kept SELECT 'C-' || i, 'Name ' || i, 'Street 1', '10115', '030 1', '2024-03-04', 1,
             '2026-01-01 10:00:00', 'Ana' FROM n;
         CREATE VIEW customers AS SELECT id,
             CASE WHEN id IN (SELECT id FROM poison) THEN abs(-9223372036854775808) ELSE name END AS name,
             street, zip, phone, since, vip, updated_at, updated_by FROM kept"
    );
    let warehouse = format!(
        "{count} INSERT INTO SHIP_TO SELECT 'WH-' || i, 'C-' || i, 'NAME ' || i, 'STREET', '1', '10115', '030 1',
             '04/03/2024', 'A', '2026-01-01 11:00:00', 'import' FROM n"
    );
    world.sql("portal", &portal).await;
    world.sql("warehouse", &warehouse).await;
    world.sync().await;
    assert_eq!(open(&world).await, []);
    world
}

async fn databases() -> Vec<Option<String>> {
    let postgres = postgres::database().await;
    [None].into_iter().chain(postgres.map(Some)).collect()
}

fn portal() -> (SystemId, EntityId) {
    (SystemId::from("portal"), EntityId::from("customer"))
}

/// Reads the portal whole.
async fn read(world: &World) -> Run {
    world.clock.advance(TimeDelta::minutes(1));
    let trigger = Trigger { full: true, ..Trigger::schedule() };
    world.engine.sync(&portal().0, &trigger).await.unwrap().remove(0)
}

/// Leaves a run as a worker that was killed leaves it.
async fn left_by_its_worker(world: &World, run: &Run) {
    let run =
        Run { state: "running".to_owned(), lease_until: Some(run.started_at), ended_at: None, ..run.clone() };
    let saved = world
        .engine
        .store()
        .write::<_, StoreError, _>(async move |w| Ok((runs::save(w, &run).await?, Vec::new())));
    assert!(saved.await.unwrap());
}

#[tokio::test]
async fn what_is_gone_is_found_by_a_run_that_was_taken_up_again() {
    for url in databases().await {
        let world = large(url).await;
        // One is gone from the first page, one from the third; the read fails at the second.
        world
            .sql(
                "portal",
                "DELETE FROM kept WHERE id IN ('C-1005', 'C-2150'); INSERT INTO poison VALUES ('C-1700')",
            )
            .await;
        let failed = read(&world).await;
        assert_eq!(failed.state, "failed");
        assert_eq!(failed.position.as_deref(), Some("C-1499"), "as far as it came: {:?}", failed.error);
        assert_eq!(open(&world).await, [], "nothing is taken as deleted by a run that failed");
        left_by_its_worker(&world, &failed).await;
        world.sql("portal", "DELETE FROM poison").await;
        let resumed = read(&world).await;
        assert_eq!(
            (resumed.id, resumed.state.as_str(), resumed.fence),
            (failed.id, "done", failed.fence + 1)
        );
        let mut gone = Vec::new();
        for conflict in open(&world).await {
            let kinds: Vec<Kind> =
                differences(&world, &conflict).await.into_iter().map(|d| d.dispute.kind).collect();
            assert_eq!(kinds, [Kind::Deleted]);
            gone.push(conflict.title);
        }
        gone.sort();
        assert_eq!(gone, ["Name 1005", "Name 2150"]);
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_not_gone() {
    for url in databases().await {
        let world = large(url).await;
        world.sql("portal", "UPDATE kept SET zip = x'00ff' WHERE id = 'C-1500'").await;
        let run = read(&world).await;
        assert_eq!((run.state.as_str(), run.counts.quarantined), ("done", 1));
        assert_eq!(open(&world).await, []);
        let mut session = world.engine.store().session().await.unwrap();
        let (system, entity) = portal();
        assert_eq!(holdings::count_present(&mut session, &system, &entity).await.unwrap(), 1202);
    }
}

#[tokio::test]
async fn too_much_gone_at_once_is_held_and_comes_back() {
    for url in databases().await {
        let world = large(url).await;
        world.sql("portal", "CREATE TABLE away AS SELECT * FROM kept WHERE id < 'C-1100'; DELETE FROM kept WHERE id < 'C-1100'").await;
        let held = read(&world).await;
        let told = held.error.unwrap();
        assert!(told.contains("101 of 1202 records are gone at once"), "{told}");
        assert_eq!(open(&world).await, []);
        world
            .sql("portal", "INSERT INTO kept SELECT * FROM away; DELETE FROM kept WHERE id = 'C-1100'")
            .await;
        assert_eq!(read(&world).await.error, None);
        assert_eq!(open(&world).await.len(), 1, "what came back is not taken as deleted");
    }
}
