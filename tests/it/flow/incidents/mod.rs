//! Incidents: very much at once is one question, and what a person answers is what happens.

mod bulk;
mod changed;
mod deleted;
mod second;
mod stormed;

use super::*;
use chrono::TimeDelta;
use referee::domain::ids::{EntityId, SystemId};
use referee::domain::incident::IncidentKind;
use referee::engine::sync::Trigger;
use referee::store::incidents::{self, Incident};
use referee::store::runs::Run;
use referee::store::{alerts, holdings};

async fn databases() -> Vec<Option<String>> {
    let postgres = postgres::database().await;
    [None].into_iter().chain(postgres.map(Some)).collect()
}

/// So many customers in both systems, which agree and were read once.
async fn many(url: Option<String>, config: &str, count: u32) -> World {
    let world = World::on(url, config, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    let to = 1000 + count - 1;
    let numbers =
        format!("WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < {to})");
    let portal = format!(
        "{numbers} INSERT INTO customers SELECT 'C-' || i, 'Name ' || i, 'Street 1', '10115', '030 1' || i,
             '2024-03-04', 1, '2026-01-01 10:00:00', 'Ana' FROM n"
    );
    let warehouse = format!(
        "{numbers} INSERT INTO SHIP_TO SELECT 'WH-' || i, 'C-' || i, 'NAME ' || i, 'STREET', '1', '10115',
             '030 1' || i, '04/03/2024', 'A', '2026-01-01 11:00:00', 'import' FROM n"
    );
    world.sql("portal", &portal).await;
    world.sql("warehouse", &warehouse).await;
    world.sync().await;
    assert_eq!(open(&world).await, []);
    assert_eq!(unended(&world).await, [], "a first load is no incident");
    world
}

fn system(name: &str) -> SystemId {
    SystemId::from(name)
}

fn customer() -> EntityId {
    EntityId::from("customer")
}

/// Reads one system whole, and judges.
async fn read(world: &World, name: &str) -> Run {
    world.clock.advance(TimeDelta::minutes(1));
    let trigger = Trigger { full: true, ..Trigger::schedule() };
    world.engine.sync(&system(name), &trigger).await.unwrap().remove(0)
}

async fn unended(world: &World) -> Vec<Incident> {
    let mut session = world.engine.store().session().await.unwrap();
    incidents::open(&mut session, &Viewer::referee(), 100).await.unwrap()
}

async fn present(world: &World, name: &str) -> i64 {
    let mut session = world.engine.store().session().await.unwrap();
    holdings::count_present(&mut session, &system(name), &customer()).await.unwrap()
}

/// The causes of the open alerts that are about incidents.
async fn alarms(world: &World) -> Vec<String> {
    let mut session = world.engine.store().session().await.unwrap();
    let open = alerts::open(&mut session, 100).await.unwrap();
    open.into_iter().filter(|alert| alert.cause.starts_with("incident/")).map(|alert| alert.link).collect()
}

/// Does everything the worker would do.
async fn work_off(world: &World) {
    for _ in 0..500 {
        if !world.engine.work_off().await.unwrap() {
            return;
        }
    }
    panic!("the work does not end");
}
