//! What a delivery looks at before it writes, and what it leaves alone.

use super::*;
use crate::support::world::steward;
use chrono::TimeDelta;
use referee::domain::resolution::Outcome;
use referee::engine::review::Decision;
use referee::store::resolutions::{self, Resolution};

/// A conflict over an address of which the street alone differs: the portal has a new one.
async fn street_moved(world: &World) -> (Conflict, Difference) {
    world.enable_writes(&["portal", "warehouse"]).await;
    world.sql("portal", "UPDATE customers SET street='Lindenallee 12', updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'").await;
    world.sync().await;
    let conflict = open(world).await.remove(0);
    let difference = differences(world, &conflict).await.remove(0);
    (conflict, difference)
}

async fn keep(world: &World, conflict: &Conflict, difference: &Difference, value: usize) -> Resolution {
    let outcomes = vec![(difference.id.clone(), Outcome::Keep { value })];
    let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
    world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap()
}

async fn address(world: &World) -> String {
    let sql = "SELECT STREET || '|' || HOUSE_NO || '|' || ZIP FROM SHIP_TO WHERE WH_NO='WH-1'";
    world.value("warehouse", sql).await
}

async fn states(world: &World, resolution: &Resolution) -> Vec<(String, &'static str)> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = resolutions::deliveries(&mut session, std::slice::from_ref(&resolution.id)).await.unwrap();
    all.iter().map(|delivery| (delivery.system.to_string(), delivery.state.name())).collect()
}

fn state(system: &str, state: &'static str) -> Vec<(String, &'static str)> {
    vec![(system.to_owned(), state)]
}

#[tokio::test]
async fn a_group_of_which_an_equal_member_moved_during_the_hold_is_not_mixed() {
    for world in worlds().await {
        let (conflict, difference) = street_moved(&world).await;
        let resolution = keep(&world, &conflict, &difference, 1).await;
        world.sql("warehouse", "UPDATE SHIP_TO SET ZIP='99999', CHG_AT='2026-03-03 12:02:10', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(
            address(&world).await,
            "ELMSTRAßE|4|99999",
            "no street of one choice with the code of another"
        );
        assert_eq!(states(&world, &resolution).await, state("warehouse", "overtaken"));
        let back = open(&world).await;
        assert_eq!(back.len(), 1, "it is back");
        assert!(back[0].draft.is_some(), "with its draft");
        let dispute = &differences(&world, &back[0]).await[0].dispute;
        assert!(dispute.values.iter().any(|value| value.shown(None)[1].to_string() == "99999"));
        assert!(audit_actions(&world).await.contains(&"delivery_overtaken".to_owned()));
    }
}

#[tokio::test]
async fn a_member_of_a_group_that_does_not_differ_is_not_written() {
    for world in worlds().await {
        let (conflict, difference) = street_moved(&world).await;
        let refuse =
            "CREATE TRIGGER no BEFORE UPDATE OF ZIP ON SHIP_TO BEGIN SELECT RAISE(ABORT, 'written'); END";
        world.sql("warehouse", refuse).await;
        let resolution = keep(&world, &conflict, &difference, 1).await;
        world.clock.advance(TimeDelta::seconds(21));
        world.deliver().await;
        assert_eq!(states(&world, &resolution).await, state("warehouse", "confirmed"));
        assert_eq!(address(&world).await, "LINDENALLEE|12|10115");
    }
}
