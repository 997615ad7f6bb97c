//! Records that are removed where they still are: by a person's decision, and by policy.

use super::*;
use crate::support::world::{other_steward, steward};
use chrono::TimeDelta;
use referee::domain::conflict::DifferenceState;
use referee::domain::diff::Kind;
use referee::domain::judge::Finding;
use referee::domain::resolution::{Outcome, Reason};
use referee::engine::Refusal;
use referee::engine::review::Decision;
use referee::store::resolutions::{self, Resolution};

const GONE: &str = "DELETE FROM customers WHERE id = 'C-1'";
const COUNT: &str = "SELECT CAST(count(*) AS TEXT) FROM SHIP_TO WHERE WH_NO = 'WH-1'";

/// A world in which the portal has lost a customer that the warehouse still has.
async fn lost(config: &str) -> Vec<World> {
    let mut worlds = Vec::new();
    for url in [None, postgres::database().await] {
        if url.is_none() && !worlds.is_empty() {
            continue;
        }
        let world = World::on(url, config, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
        world.sync().await;
        world.enable_writes(&["portal", "warehouse"]).await;
        worlds.push(world);
    }
    worlds
}

async fn question(world: &World) -> (Conflict, Difference) {
    let conflict = open(world).await.remove(0);
    let difference = differences(world, &conflict).await.remove(0);
    (conflict, difference)
}

fn removal(conflict: &Conflict, difference: &Difference) -> Decision {
    let outcomes = vec![(difference.id.clone(), Outcome::RemoveElsewhere)];
    let (version, reason) = (conflict.version, Some(Reason::ConfirmedWithCustomer));
    Decision { version, outcomes, reason, ..Decision::default() }
}

async fn states(world: &World, resolution: &Resolution) -> Vec<(String, &'static str)> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = resolutions::deliveries(&mut session, std::slice::from_ref(&resolution.id)).await.unwrap();
    all.iter().map(|delivery| (delivery.system.to_string(), delivery.state.name())).collect()
}

#[tokio::test]
async fn a_person_has_it_removed_and_it_stays_gone() {
    for world in lost(CONFIG).await {
        world.sql("portal", GONE).await;
        world.sync().await;
        let (conflict, difference) = question(&world).await;
        assert_eq!(difference.dispute.kind, Kind::Deleted);
        let unsaid = Decision { reason: None, ..removal(&conflict, &difference) };
        let refused = world.engine.resolve(&steward(), &conflict.id, unsaid).await;
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "a removal needs a reason: {refused:?}");

        let decision = removal(&conflict, &difference);
        let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        assert_eq!(world.value("warehouse", COUNT).await, "1", "it is held first");
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(world.value("warehouse", COUNT).await, "0");
        assert_eq!(states(&world, &resolution).await, [("warehouse".to_owned(), "confirmed")]);
        world.sync().await;
        assert_eq!(open(&world).await, [], "and nobody is asked again");
        assert_eq!(world.value("warehouse", "SELECT CAST(count(*) AS TEXT) FROM SHIP_TO").await, "1");
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|action| *action == "delivery_confirmed").count(), 1);
    }
}

/// A field of it was in dispute; gone everywhere, nobody is left to ask about it.
#[tokio::test]
async fn gone_everywhere_it_asks_nothing_more() {
    for world in lost(CONFIG).await {
        world.sql("portal", "UPDATE customers SET phone = '+49 30 55501799' WHERE id = 'C-1'").await;
        world.sync().await;
        let (conflict, difference) = question(&world).await;
        assert_eq!(difference.dispute.kind, Kind::Change);
        world.sql("portal", GONE).await;
        world.sql("warehouse", "DELETE FROM SHIP_TO WHERE WH_NO = 'WH-1'").await;
        world.sync().await;
        assert_eq!(open(&world).await, [], "no system holds it any longer");
        let after = differences(&world, &conflict).await;
        assert!(after.iter().all(|difference| !difference.state.is_open()), "{after:?}");
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|action| *action == "settled_by_itself").count(), 1);
    }
}

#[tokio::test]
async fn a_row_that_was_changed_meanwhile_is_not_removed() {
    for world in lost(CONFIG).await {
        world.sql("portal", GONE).await;
        world.sync().await;
        let (conflict, difference) = question(&world).await;
        let decision = removal(&conflict, &difference);
        let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        world.sql("warehouse", "UPDATE SHIP_TO SET TEL = '030 7' WHERE WH_NO = 'WH-1'").await;
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(world.value("warehouse", COUNT).await, "1");
        assert_eq!(states(&world, &resolution).await, [("warehouse".to_owned(), "overtaken")]);
        assert_eq!(open(&world).await.len(), 1, "it is asked again");
    }
}

#[tokio::test]
async fn what_was_edited_while_the_page_was_open_is_shown_first() {
    for world in lost(CONFIG).await {
        world.sql("portal", GONE).await;
        world.sync().await;
        let (conflict, difference) = question(&world).await;
        world.sql("warehouse", "UPDATE SHIP_TO SET TEL = '030 7' WHERE WH_NO = 'WH-1'").await;
        world.sync().await;
        let decision = removal(&conflict, &difference);
        let refused = world.engine.resolve(&steward(), &conflict.id, decision).await;
        assert!(matches!(refused, Err(Refusal::Stale)), "{refused:?}");
        let (conflict, difference) = question(&world).await;
        let decision = removal(&conflict, &difference);
        assert!(world.engine.resolve(&steward(), &conflict.id, decision).await.is_ok());
    }
}

#[tokio::test]
async fn what_somebody_else_removed_is_as_it_was_to_be() {
    for world in lost(CONFIG).await {
        world.sql("portal", GONE).await;
        world.sync().await;
        let (conflict, difference) = question(&world).await;
        let decision = removal(&conflict, &difference);
        let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        world.sql("warehouse", "DELETE FROM SHIP_TO WHERE WH_NO = 'WH-1'").await;
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        let once = [("warehouse".to_owned(), "retrying")];
        assert_eq!(states(&world, &resolution).await, once, "one look may be wrong");
        world.clock.advance(TimeDelta::seconds(10));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(states(&world, &resolution).await, [("warehouse".to_owned(), "confirmed")]);
        assert_eq!(open(&world).await, []);
    }
}

#[tokio::test]
async fn where_nothing_is_written_a_person_removes_it_and_a_read_confirms() {
    for world in lost(CONFIG).await {
        world
            .engine
            .enable_writes(&crate::support::world::admin(), &"warehouse".into(), false)
            .await
            .unwrap();
        world.sql("portal", GONE).await;
        world.sync().await;
        let (conflict, difference) = question(&world).await;
        let decision = removal(&conflict, &difference);
        let resolution = world.engine.resolve(&other_steward(), &conflict.id, decision).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        world.deliver().await;
        assert_eq!(states(&world, &resolution).await, [("warehouse".to_owned(), "by_hand")]);
        world.sql("warehouse", "DELETE FROM SHIP_TO WHERE WH_NO = 'WH-1'").await;
        world.sync().await;
        assert_eq!(states(&world, &resolution).await, [("warehouse".to_owned(), "confirmed")]);
        assert_eq!(open(&world).await, []);
    }
}

fn propagating() -> String {
    let all = "source_of_truth = \"portal\"\n";
    CONFIG.replacen(all, &format!("{all}deletes = \"propagate\"\n"), 1)
}

#[tokio::test]
async fn policy_removes_what_the_source_of_truth_lost_and_nobody_changed() {
    for world in lost(&propagating()).await {
        world.sql("portal", GONE).await;
        world.sync().await;
        assert_eq!(open(&world).await, [], "no person is asked");
        assert_eq!(world.deliver().await, 1);
        assert_eq!(world.value("warehouse", COUNT).await, "0");
        world.sync().await;
        assert_eq!(open(&world).await, []);
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|action| *action == "settled_by_rule").count(), 1);
    }
}

#[tokio::test]
async fn policy_removes_nothing_that_was_edited_or_lost_elsewhere() {
    for world in lost(&propagating()).await {
        world.sql("portal", GONE).await;
        world.sql("warehouse", "UPDATE SHIP_TO SET TEL = '030 7' WHERE WH_NO = 'WH-1'").await;
        world.sql("warehouse", "DELETE FROM SHIP_TO WHERE WH_NO = 'WH-2'").await;
        world.sync().await;
        let mut found = Vec::new();
        for conflict in open(&world).await {
            for difference in differences(&world, &conflict).await {
                assert_eq!(difference.state, DifferenceState::Open);
                found.extend(difference.dispute.findings);
            }
        }
        assert!(found.contains(&Finding::ChangedHere { system: "warehouse".into() }), "{found:?}");
        assert!(found.contains(&Finding::NoSource), "the source of truth still has it: {found:?}");
        // What is judged again is still not removed, though all that are left agree by then.
        for _ in 0..2 {
            let touched = "UPDATE SHIP_TO SET DOCK = DOCK || 'B' WHERE WH_NO = 'WH-1'";
            world.sql("warehouse", touched).await;
            world.sync().await;
            assert_eq!(world.deliver().await, 0);
        }
        assert_eq!(world.value("warehouse", COUNT).await, "1");
        let portal = world.value("portal", "SELECT CAST(count(*) AS TEXT) FROM customers").await;
        assert_eq!(portal, "1", "nothing is removed from the source of truth");
    }
}
