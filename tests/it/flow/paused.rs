//! One object of a system is paused: it is not read, or not written, while all else goes on.

use super::*;
use crate::support::world::{admin, steward};
use chrono::TimeDelta;
use referee::domain::ids::{EntityId, SystemId};
use referee::engine::Refusal;
use referee::engine::pauses::Way;
use referee::engine::sync::Trigger;
use referee::store::runs;

async fn pause(world: &World, way: Way, on: bool) {
    let (portal, customer) = (SystemId::from("portal"), EntityId::from("customer"));
    world.engine.pause_mapping(&admin(), (&portal, &customer), way, on, "a storm").await.unwrap();
}

async fn runs_of(world: &World) -> usize {
    let mut session = world.engine.store().session().await.unwrap();
    runs::newest(&mut session, Some(&"portal".into()), 100).await.unwrap().len()
}

#[tokio::test]
async fn what_is_not_read_starts_no_run_however_it_is_asked() {
    for world in worlds().await {
        let before = runs_of(&world).await;
        pause(&world, Way::Reading, true).await;
        world.sql("portal", "UPDATE customers SET zip='10999', updated_at='2026-03-03 12:01:30', updated_by='Ada' WHERE id='C-1'").await;
        world.sync().await;
        assert_eq!(runs_of(&world).await, before, "all systems at once");
        assert!(world.engine.sync(&"portal".into(), &Trigger::schedule()).await.unwrap().is_empty());
        let asked = world.engine.begin(&"portal".into(), &Trigger::schedule()).await;
        assert!(matches!(asked, Err(Refusal::WrongState(_))), "{asked:?}");
        let one = world.engine.start_run(&"portal".into(), &"customer".into(), &Trigger::schedule()).await;
        assert!(matches!(&one, Err(Refusal::WrongState(why)) if why.contains("a storm")), "{one:?}");
        world.engine.keep_schedule().await.unwrap();
        assert_eq!((runs_of(&world).await, open(&world).await.len()), (before, 0));
        // The other system's object of that kind is read as ever.
        let mut session = world.engine.store().session().await.unwrap();
        let newest = runs::newest(&mut session, Some(&"warehouse".into()), 1).await.unwrap();
        assert!(world.engine.now() - newest[0].started_at < TimeDelta::minutes(1));
        drop(session);
        pause(&world, Way::Reading, false).await;
        world.sync().await;
        assert_eq!(open(&world).await.len(), 1, "what changed meanwhile is found");
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|action| *action == "configuration_changed").count(), 3);
    }
}

#[tokio::test]
async fn what_is_not_written_waits_and_then_goes_on() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        pause(&world, Way::Writing, true).await;
        // A machine's edit in the warehouse is put back there; a name only the portal lacks is sent to it.
        world.sql("warehouse", "UPDATE SHIP_TO SET TEL='030 999', CHG_AT='2026-03-03 12:01:30', CHG_BY='import' WHERE WH_NO='WH-1'").await;
        world.sync().await;
        assert_eq!(open(&world).await, [], "the newest phone is settled by rule");
        assert_eq!(world.deliver().await, 0, "nothing is sent to the portal");
        let phone = "SELECT phone FROM customers WHERE id='C-1'";
        assert_eq!(world.value("portal", phone).await, "+49 30 55501742");
        world.clock.advance(TimeDelta::hours(48));
        assert_eq!(world.deliver().await, 0, "however long it takes");
        // The other system is written as ever.
        world.sql("portal", "UPDATE customers SET name='Mateo L', updated_at='2026-03-05 12:03:30', updated_by='Ada' WHERE id='C-2'").await;
        world.sync().await;
        assert_eq!(world.deliver().await, 1);
        assert_eq!(world.value("warehouse", "SELECT NAME FROM SHIP_TO WHERE WH_NO='WH-2'").await, "MATEO L");
        pause(&world, Way::Writing, false).await;
        assert_eq!(world.deliver().await, 1);
        assert_eq!(world.value("portal", phone).await, "030 999");
    }
}

#[tokio::test]
async fn only_an_admin_pauses_and_with_a_reason() {
    for world in worlds().await {
        let (portal, customer) = (SystemId::from("portal"), EntityId::from("customer"));
        let at = (&portal, &customer);
        let refused = world.engine.pause_mapping(&steward(), at, Way::Reading, true, "x").await;
        assert!(matches!(refused, Err(Refusal::Forbidden)));
        let silent = world.engine.pause_mapping(&admin(), at, Way::Reading, true, "  ").await;
        assert!(matches!(silent, Err(Refusal::Invalid(_))));
        let none =
            world.engine.pause_mapping(&admin(), (&portal, &"order".into()), Way::Reading, true, "x").await;
        assert!(matches!(none, Err(Refusal::NotFound(_))));
        assert!(world.engine.setup().pauses.is_empty());
    }
}
