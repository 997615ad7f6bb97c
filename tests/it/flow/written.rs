//! What a delivery looks at before it writes, and what it leaves alone.

use super::*;
use crate::support::world::{admin, steward};
use chrono::TimeDelta;
use referee::domain::diff::Kind;
use referee::domain::resolution::Outcome;
use referee::engine::review::Decision;
use referee::store::resolutions::{self, Resolution};
use referee::store::{StoreError, configuration, holdings, records};

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

/// Lets nothing be written to the warehouse any longer, as another process on the same database
/// does it: this one is not told.
async fn watched_by_another_process(world: &World) {
    let off = world.engine.store().write::<_, StoreError, _>(async |w| {
        let mut state = configuration::system_state(w, &"warehouse".into()).await?;
        state.writes_enabled = false;
        configuration::save_system_state(w, &state).await?;
        Ok(((), Vec::new()))
    });
    off.await.unwrap();
    assert!(world.engine.setup().state(&"warehouse".into()).writes_enabled, "not told");
}

#[tokio::test]
async fn nothing_is_written_to_a_system_that_is_watched_only_by_now() {
    for world in worlds().await {
        for by_another in [false, true] {
            let (conflict, difference) = street_moved(&world).await;
            let before = address(&world).await;
            let resolution = keep(&world, &conflict, &difference, 1).await;
            if by_another {
                watched_by_another_process(&world).await;
            } else {
                world.engine.enable_writes(&admin(), &"warehouse".into(), false).await.unwrap();
            }
            world.clock.advance(TimeDelta::seconds(21));
            world.deliver().await;
            assert_eq!(address(&world).await, before, "writes are off");
            assert_eq!(states(&world, &resolution).await, state("warehouse", "by_hand"));
            assert_eq!(audit_actions(&world).await.last().unwrap(), "delivery_by_hand");
            let mut session = world.engine.store().session().await.unwrap();
            let told = resolutions::failed(&mut session, &steward(), None, 10).await.unwrap();
            assert_eq!(told.len(), 1, "people see it");
            let stored = resolutions::get(&mut session, &steward(), &resolution.id).await.unwrap().unwrap();
            assert_eq!(stored.state, "partly", "it does not count as done");
            // Entered there by a person, and read.
            world.sql("warehouse", "UPDATE SHIP_TO SET STREET='LINDENALLEE', HOUSE_NO='12', CHG_AT='2026-03-03 12:03:10', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
            world.sync().await;
            assert_eq!(states(&world, &resolution).await, state("warehouse", "confirmed"));
            assert_eq!(open(&world).await, []);
            world.sql("portal", "UPDATE customers SET street='Elmstraße 4' WHERE id='C-1'").await;
            world
                .sql("warehouse", "UPDATE SHIP_TO SET STREET='ELMSTRAßE', HOUSE_NO='4' WHERE WH_NO='WH-1'")
                .await;
            world.sync().await;
            assert_eq!(open(&world).await, []);
        }
    }
}

#[tokio::test]
async fn what_may_have_been_sent_before_writes_were_switched_off_is_settled_by_reading() {
    for world in worlds().await {
        for arrived in [false, true] {
            let (conflict, difference) = street_moved(&world).await;
            let resolution = keep(&world, &conflict, &difference, 1).await;
            world.clock.advance(TimeDelta::seconds(21));
            // A worker takes it and is gone, before or after it wrote.
            let lease = world.engine.store().write::<_, StoreError, _>(async |w| {
                let until = w.now() + TimeDelta::seconds(150);
                Ok((resolutions::lease(w, &"warehouse".into(), until, false).await?, Vec::new()))
            });
            assert!(lease.await.unwrap().is_some());
            if arrived {
                world
                    .sql(
                        "warehouse",
                        "UPDATE SHIP_TO SET STREET='LINDENALLEE', HOUSE_NO='12' WHERE WH_NO='WH-1'",
                    )
                    .await;
            }
            watched_by_another_process(&world).await;
            world.clock.advance(TimeDelta::seconds(151));
            world.deliver().await;
            let expected = if arrived { "confirmed" } else { "by_hand" };
            assert_eq!(states(&world, &resolution).await, state("warehouse", expected));
            let street = if arrived { "LINDENALLEE|12|10115" } else { "ELMSTRAßE|4|10115" };
            assert_eq!(address(&world).await, street);
            // Back to the start by hand, and agreed.
            world.sql("portal", "UPDATE customers SET street='Elmstraße 4' WHERE id='C-1'").await;
            world
                .sql("warehouse", "UPDATE SHIP_TO SET STREET='ELMSTRAßE', HOUSE_NO='4' WHERE WH_NO='WH-1'")
                .await;
            world.sync().await;
            assert_eq!(open(&world).await, []);
        }
    }
}

#[tokio::test]
async fn a_row_that_is_gone_before_the_write_comes_back_as_deleted() {
    for world in worlds().await {
        let (conflict, difference) = street_moved(&world).await;
        let resolution = keep(&world, &conflict, &difference, 1).await;
        world.sql("warehouse", "DELETE FROM SHIP_TO WHERE WH_NO='WH-1'").await;
        world.clock.advance(TimeDelta::seconds(21));
        world.deliver().await;
        assert_eq!(states(&world, &resolution).await, state("warehouse", "overtaken"));
        let back = open(&world).await;
        assert_eq!(back.len(), 1, "before any read of the whole system");
        let disputes = differences(&world, &back[0]).await;
        let deleted: Vec<_> = disputes.iter().filter(|difference| difference.state.is_open()).collect();
        assert_eq!(deleted.len(), 1, "the address is not disputed any longer");
        assert_eq!(deleted[0].dispute.kind, Kind::Deleted);
        assert_eq!(deleted[0].dispute.absent, ["warehouse".into()]);
        let mut session = world.engine.store().session().await.unwrap();
        let held = holdings::of_records(&mut session, std::slice::from_ref(&back[0].record)).await.unwrap();
        let present: Vec<_> =
            held.iter().filter(|holding| holding.present).map(|h| h.system.0.as_str()).collect();
        assert_eq!(present, ["portal"]);
        world.sync().await;
        assert_eq!(open(&world).await.len(), 1, "the next read finds nothing new");
        // Made there again by a person: it ends.
        world.sql("warehouse", "INSERT INTO SHIP_TO VALUES ('WH-1','C-1','ADA OKAFOR','LINDENALLEE','12','10115','030 55501742','04/03/2024','A','2026-03-03 12:09:00','Bo')").await;
        world.sync().await;
        assert_eq!(open(&world).await, []);
    }
}

#[tokio::test]
async fn a_record_is_called_and_found_by_what_was_written() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("warehouse", "UPDATE SHIP_TO SET NAME='ADA LIND', CHG_AT='2026-03-03 12:01:30', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        world.sync().await;
        let conflict = open(&world).await.remove(0);
        let difference = differences(&world, &conflict).await.remove(0);
        let values = vec![referee::domain::value::Held::from("Ada Wren")];
        let outcomes = vec![(difference.id.clone(), Outcome::Type { values })];
        let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
        world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 2);
        let mut session = world.engine.store().session().await.unwrap();
        let found = records::find(&mut session, &steward(), &["wren".to_owned()], 5).await.unwrap();
        assert_eq!(found.len(), 1, "found by it before anything is read again");
        assert_eq!(found[0].title, "Ada Wren");
    }
}
