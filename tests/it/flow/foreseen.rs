//! A first load of a second system: what its rows lead to is worked out on their way in.

use super::*;
use crate::support::world::steward;
use chrono::TimeDelta;
use referee::domain::ids::{EntityId, RecordId, SystemId};
use referee::domain::record::Base;
use referee::engine::sync::Trigger;
use referee::store::{StoreError, WriteSession, records};
use std::collections::BTreeMap;

const MANY: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "warehouse"
label = "Warehouse"
connector = { kind = "sqlite", path = "FOLDER/warehouse.sqlite" }

[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [
  { id = "name", label = "Name" },
  { id = "city", label = "City" },
  { id = "since", label = "Customer since", comparison = "date" },
]

[[mapping]]
system = "portal"
entity = "customer"
object = "customers"
key = "id"
link = "id"
fields = [
  { field = "name", columns = ["name"] },
  { field = "city", columns = ["city"] },
  { field = "since", columns = ["since"] },
]
[[mapping]]
system = "warehouse"
entity = "customer"
object = "ship_to"
key = "no"
link = "customer"
fields = [
  { field = "name", columns = ["name"] },
  { field = "city", columns = ["city"] },
  { field = "since", columns = ["since"], transforms = [{ date = { format = "%d/%m/%Y" } }] },
]
"#;

/// Customers enough for several pages, and one that only the portal has.
const CUSTOMERS: &str = "CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, city TEXT, since TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1701)
INSERT INTO customers SELECT printf('C-%05d', i), 'Customer ' || i, 'City ' || (i % 7), '2024-04-03' FROM n;";

/// Of every hundredth the city differs; one customer has a second row, pages after its first.
const SHIP_TO: &str =
    "CREATE TABLE ship_to (no TEXT PRIMARY KEY, customer TEXT, name TEXT, city TEXT, since TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1700)
INSERT INTO ship_to SELECT printf('W-%05d', i), printf('C-%05d', i), 'Customer ' || i,
    'City ' || CASE WHEN i % 100 = 0 THEN 'elsewhere' ELSE i % 7 END, '03/04/2024' FROM n;
INSERT INTO ship_to VALUES ('W-99999', 'C-00010', 'Customer 10', 'City 3', '03/04/2024');";

/// Reads one system and judges nothing.
async fn read(world: &World, system: &str) {
    let (system, entity) = (SystemId::from(system), EntityId::from("customer"));
    let trigger = Trigger { full: true, ..Trigger::schedule() };
    let run = world.engine.start_run(&system, &entity, &trigger).await.unwrap();
    assert_eq!(world.engine.carry_out(run).await.unwrap().state, "done");
}

async fn waiting(world: &World) -> Vec<RecordId> {
    let mut session = world.engine.store().session().await.unwrap();
    let tried = world.engine.now() - TimeDelta::days(1);
    records::unjudged(&mut session, &"customer".into(), tried, &[], 5000).await.unwrap()
}

async fn links(world: &World, ids: &[RecordId]) -> Vec<String> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = records::of_ids(&mut session, ids).await.unwrap();
    let mut links: Vec<String> = all.into_iter().filter_map(|record| record.link).collect();
    links.sort();
    links
}

async fn agreed(world: &World, ids: &[RecordId]) -> BTreeMap<RecordId, Base> {
    let mut session = world.engine.store().session().await.unwrap();
    records::bases(&mut session, ids).await.unwrap().into_iter().collect()
}

async fn many() -> Vec<World> {
    let mut worlds = vec![World::on(None, MANY, &[("portal", CUSTOMERS), ("warehouse", SHIP_TO)]).await];
    if let Some(url) = postgres::database().await {
        worlds.push(World::on(Some(url), MANY, &[("portal", CUSTOMERS), ("warehouse", SHIP_TO)]).await);
    }
    worlds
}

#[tokio::test]
async fn rows_that_agree_are_settled_on_their_way_in_and_only_those() {
    for world in many().await {
        read(&world, "portal").await;
        let all = waiting(&world).await;
        assert_eq!(all.len(), 1701, "nothing is known of the other system yet");
        read(&world, "warehouse").await;
        let left = links(&world, &waiting(&world).await).await;
        let mut expected: Vec<String> = (1..=17).map(|i| format!("C-{:05}", i * 100)).collect();
        expected.extend(["C-00010".to_owned(), "C-01701".to_owned()]);
        expected.sort();
        assert_eq!(left, expected, "those that differ, are held twice, or are in one system alone");

        let early = agreed(&world, &all).await;
        assert_eq!(early.len(), 1683, "the one that is held twice was held once at first");
        assert!(early.values().all(|base| base.0.len() == 3));
        assert_eq!(words(&world, "W-01234").await, ["C-01234"]);

        world.sync().await;
        assert_eq!(waiting(&world).await, []);
        let late = agreed(&world, &all).await;
        assert!(early.iter().all(|(id, base)| late.get(id) == Some(base)), "the judge finds nothing to add");
        assert_eq!(open(&world).await.len(), 17);
        assert_eq!(words(&world, "W-00100").await, ["C-00100"]);
    }
}

/// Customers that are found by a word.
async fn words(world: &World, word: &str) -> Vec<String> {
    let mut session = world.engine.store().session().await.unwrap();
    let found = records::find(&mut session, &steward(), &[word.to_lowercase()], 10).await.unwrap();
    found.into_iter().filter_map(|record| record.link).collect()
}

#[tokio::test]
async fn a_system_that_was_judged_alone_before_is_settled_the_same_way() {
    for world in many().await {
        read(&world, "portal").await;
        world.engine.judge(&"customer".into(), &"r".into()).await.unwrap();
        assert_eq!(waiting(&world).await, []);
        assert_eq!(words(&world, "C-01234").await, ["C-01234"]);
        read(&world, "warehouse").await;
        let left = links(&world, &waiting(&world).await).await;
        assert_eq!(left.len(), 18, "17 cities, and the one that is held twice: {left:?}");
        assert_eq!(words(&world, "W-01234").await, ["C-01234"], "found by what arrived as well");
        world.sync().await;
        assert_eq!(open(&world).await.len(), 17);
    }
}

#[tokio::test]
async fn a_stored_row_that_cannot_be_read_is_left_out_alone() {
    let world = World::on(None, MANY, &[("portal", CUSTOMERS), ("warehouse", SHIP_TO)]).await;
    read(&world, "portal").await;
    let damage = async |w: &mut WriteSession| {
        let query = w.sql("UPDATE holdings SET raw = 'damaged' WHERE external_id = 'C-00020'");
        Ok::<_, StoreError>((query.run_one().await?, Vec::new()))
    };
    world.engine.store().write(damage).await.unwrap();
    read(&world, "warehouse").await;
    world.engine.judge(&"customer".into(), &"r".into()).await.unwrap();
    let mut session = world.engine.store().session().await.unwrap();
    assert_eq!(records::count_left_out(&mut session, &"customer".into()).await.unwrap(), 1);
    assert_eq!(open(&world).await.len(), 17, "all others were judged");
}
