//! Decisions that are reversed: what they wrote is put back where it still stands.

use super::*;
use crate::support::world::{admin, other_steward, steward};
use chrono::TimeDelta;
use referee::domain::ids::ResolutionId;
use referee::domain::resolution::Outcome;
use referee::engine::Refusal;
use referee::engine::review::{Decision, Kept};
use referee::store::resolutions::{self, Resolution};

const PHONES: [(&str, &str); 2] = [
    ("portal", "SELECT phone FROM customers WHERE id = 'C-1'"),
    ("warehouse", "SELECT TEL FROM SHIP_TO WHERE WH_NO = 'WH-1'"),
];

/// The address of one customer differs and is decided for the portal's; it has arrived.
async fn decided(world: &World) -> Resolution {
    world.enable_writes(&["portal", "warehouse"]).await;
    world.sql("portal", "UPDATE customers SET street='Lindenallee 12', updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'").await;
    world.sync().await;
    let conflict = open(world).await.remove(0);
    let difference = differences(world, &conflict).await.remove(0);
    let outcomes = vec![(difference.id.clone(), Outcome::Keep { value: 1 })];
    let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
    let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
    world.clock.advance(TimeDelta::seconds(21));
    assert_eq!(world.deliver().await, 1);
    assert_eq!(street(world).await, "LINDENALLEE|12|10115");
    assert_eq!(open(world).await, []);
    resolution
}

async fn street(world: &World) -> String {
    let sql = "SELECT STREET || '|' || HOUSE_NO || '|' || ZIP FROM SHIP_TO WHERE WH_NO='WH-1'";
    world.value("warehouse", sql).await
}

async fn states(world: &World, id: &ResolutionId) -> Vec<(String, &'static str)> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = resolutions::deliveries(&mut session, std::slice::from_ref(id)).await.unwrap();
    all.iter().map(|delivery| (delivery.system.to_string(), delivery.state.name())).collect()
}

#[tokio::test]
async fn what_was_written_is_put_back_and_asked_again() {
    for world in worlds().await {
        let decision = decided(&world).await;
        let (_, preview) = world.engine.reversal(&steward(), &decision.id).await.unwrap();
        assert_eq!(preview.len(), 1);
        let target = preview[0].way.as_ref().unwrap();
        assert_eq!(target.system.as_str(), "warehouse");
        let reversal = world.engine.reverse(&steward(), &decision.id, "the customer called").await.unwrap();
        assert_eq!(reversal.reverses(), Some(&decision.id));
        assert_eq!(street(&world).await, "LINDENALLEE|12|10115", "it is held first");
        // Reading meanwhile finds that all agree, and takes nothing back.
        world.sync().await;
        assert_eq!(states(&world, &reversal.id).await, [("warehouse".to_owned(), "waiting")]);
        let again = world.engine.reverse(&steward(), &decision.id, "twice").await;
        assert!(matches!(again, Err(Refusal::WrongState(_))), "{again:?}");

        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(street(&world).await, "ELMSTRAßE|4|10115", "as it was");
        assert_eq!(states(&world, &reversal.id).await, [("warehouse".to_owned(), "confirmed")]);
        world.sync().await;
        let asked = open(&world).await;
        assert_eq!(asked.len(), 1, "the systems differ again, and a person decides");
        let difference = differences(&world, &asked[0]).await.remove(0);
        assert_eq!(difference.dispute.asked.map(|asked| asked.by), Some(steward().name));
        assert_eq!(world.deliver().await, 0, "nothing is written unasked");
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|action| *action == "reversed").count(), 1);
    }
}

#[tokio::test]
async fn what_was_changed_since_is_left_alone() {
    for world in worlds().await {
        let decision = decided(&world).await;
        world.sql("warehouse", "UPDATE SHIP_TO SET STREET='HAFENWEG', HOUSE_NO='1', CHG_AT='2026-03-03 12:05:00', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        world.sync().await;
        let (_, preview) = world.engine.reversal(&steward(), &decision.id).await.unwrap();
        assert_eq!(preview[0].way.as_ref().err(), Some(&Kept::Moved));
        let refused = world.engine.reverse(&steward(), &decision.id, "too late").await;
        assert!(matches!(refused, Err(Refusal::WrongState(_))), "{refused:?}");
        assert_eq!(street(&world).await, "HAFENWEG|1|10115");
    }
}

#[tokio::test]
async fn a_change_during_the_hold_ends_the_reversal() {
    for world in worlds().await {
        let decision = decided(&world).await;
        let reversal = world.engine.reverse(&steward(), &decision.id, "wrong customer").await.unwrap();
        world.sql("warehouse", "UPDATE SHIP_TO SET STREET='HAFENWEG', HOUSE_NO='1', CHG_AT='2026-03-03 12:05:00', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        world.clock.advance(TimeDelta::seconds(21));
        world.deliver().await;
        assert_eq!(street(&world).await, "HAFENWEG|1|10115");
        assert_eq!(states(&world, &reversal.id).await, [("warehouse".to_owned(), "overtaken")]);
        assert_eq!(open(&world).await.len(), 1);
    }
}

#[tokio::test]
async fn a_reversal_can_be_undone_and_is_not_for_everybody() {
    for world in worlds().await {
        let decision = decided(&world).await;
        for viewer in [other_steward(), admin()] {
            let refused = world.engine.reverse(&viewer, &decision.id, "not mine").await;
            assert!(matches!(refused, Err(Refusal::Forbidden)), "{refused:?}");
        }
        let unsaid = world.engine.reverse(&steward(), &decision.id, " ").await;
        assert!(matches!(unsaid, Err(Refusal::Invalid(_))), "{unsaid:?}");
        let reversal = world.engine.reverse(&steward(), &decision.id, "by mistake").await.unwrap();
        world.engine.undo(&steward(), &reversal.id).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 0);
        assert_eq!(street(&world).await, "LINDENALLEE|12|10115");
        let again = world.engine.reverse(&steward(), &decision.id, "after all").await;
        assert!(again.is_ok(), "one that was undone reverses nothing: {again:?}");
    }
}

#[tokio::test]
async fn what_a_rule_settled_is_put_back_and_no_rule_settles_it_again() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("portal", "UPDATE customers SET phone='030 999', updated_at='2026-03-03 12:01:30', updated_by='import' WHERE id='C-1'").await;
        world.sync().await;
        assert_eq!(world.deliver().await, 1);
        assert_eq!(world.value(PHONES[1].0, PHONES[1].1).await, "030 999");
        let mut session = world.engine.store().session().await.unwrap();
        let conflict: Vec<String> =
            session.sql("SELECT conflict_id AS value FROM resolutions").values().await.unwrap();
        let all = resolutions::of_conflict(&mut session, &conflict[0].clone().into(), 10).await.unwrap();
        drop(session);
        let manager = Viewer { roles: [referee::domain::access::Role::Manager].into(), ..admin() };
        let reversal = world.engine.reverse(&manager, &all[0].id, "a wrong number").await.unwrap();
        world.clock.advance(TimeDelta::seconds(61));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(states(&world, &reversal.id).await, [("warehouse".to_owned(), "confirmed")]);
        assert_eq!(world.value(PHONES[1].0, PHONES[1].1).await, "030 55501742");
        for _ in 0..2 {
            world.sync().await;
            assert_eq!(world.deliver().await, 0, "the rule leaves it alone now");
        }
        assert_eq!(world.value(PHONES[0].0, PHONES[0].1).await, "030 999");
        assert_eq!(open(&world).await.len(), 1);
    }
}
