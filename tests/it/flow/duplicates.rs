use super::*;
use crate::support::world::steward;
use referee::domain::value::Held;
use referee::store::{records, resolutions};

/// A second row of the warehouse for the first customer, with another address and phone.
const SECOND: &str = "INSERT INTO SHIP_TO VALUES
 ('WH-9','C-1','ADA OKAFOR','NEBENSTRASSE','9','99999','030 55509999','04/03/2024','A','2026-03-03 12:01:30','import')";

async fn base(world: &World, id: &referee::domain::ids::RecordId) -> String {
    let mut session = world.engine.store().session().await.unwrap();
    let base = records::bases(&mut session, std::slice::from_ref(id)).await.unwrap().remove(0).1;
    base.0["name"].0.to_string()
}

#[tokio::test]
async fn a_system_that_holds_a_record_twice_is_left_out_until_one_row_is_left() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("warehouse", SECOND).await;
        world.sync().await;
        world.sync().await;
        assert_eq!(open(&world).await, [], "neither compared nor counted as missing");
        let mut session = world.engine.store().session().await.unwrap();
        let found = records::find(&mut session, &steward(), &["nebenstrasse".to_owned()], 10).await.unwrap();
        assert_eq!(found.len(), 1, "found by what any of its rows says");
        let record = found[0].id.clone();
        drop(session);

        // A rule would send this to the warehouse, if anybody knew to which row.
        world.sql("portal", "UPDATE customers SET name='Ada Okafor-Bell', updated_at='2026-03-03 12:03:30', updated_by='Ada Okafor' WHERE id='C-1'").await;
        world.sync().await;
        assert_eq!((open(&world).await.len(), world.deliver().await), (0, 0));
        assert_eq!(base(&world, &record).await, "Ada Okafor", "nothing is agreed without the one left out");

        let dossier = world.engine.dossier(&steward(), &record).await.unwrap();
        let duplicates = referee::domain::record::duplicates(&dossier.holdings);
        assert_eq!(duplicates["warehouse"], ["WH-1", "WH-9"]);

        world.sql("warehouse", "DELETE FROM SHIP_TO WHERE WH_NO='WH-9'").await;
        world.sync().await;
        assert_eq!(world.deliver().await, 1, "with one row left the rule does its work");
        assert_eq!(
            world.value("warehouse", "SELECT NAME FROM SHIP_TO WHERE WH_NO='WH-1'").await,
            "ADA OKAFOR-BELL"
        );
        assert_eq!(base(&world, &record).await, "Ada Okafor-Bell");
        assert_eq!(open(&world).await, []);
    }
}

#[tokio::test]
async fn a_difference_that_was_open_stays_and_its_decision_spares_the_system_left_out() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("portal", "UPDATE customers SET street='Lindenallee 12', zip='10117', updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'").await;
        world.sync().await;
        assert_eq!(open(&world).await.len(), 1);
        world.sql("warehouse", SECOND).await;
        world.sync().await;
        let conflict = open(&world).await.remove(0);
        let difference = differences(&world, &conflict).await.remove(0);
        assert!(difference.state.is_open(), "nobody came to agree");
        let values = vec![Held::from("Am Markt 3b"), Held::from("10999")];
        let outcomes = vec![(difference.id.clone(), referee::domain::resolution::Outcome::Type { values })];
        let decision =
            referee::engine::review::Decision { version: conflict.version, outcomes, ..Default::default() };
        let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        let mut session = world.engine.store().session().await.unwrap();
        let deliveries = resolutions::deliveries(&mut session, &[resolution.id]).await.unwrap();
        let systems: Vec<&str> = deliveries.iter().map(|delivery| delivery.system.as_str()).collect();
        assert_eq!(systems, ["portal"]);
    }
}

#[tokio::test]
async fn a_delivery_on_its_way_is_not_taken_for_arrived() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("portal", "UPDATE customers SET name='Ada Okafor-Bell', updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'").await;
        world.sync().await;
        world.sql("warehouse", SECOND).await;
        world.sync().await;
        let actions = audit_actions(&world).await;
        let told = |actions: &[String], word: &str| actions.iter().any(|action| action == word);
        assert!(told(&actions, "settled_by_rule") && !told(&actions, "settled_by_itself"), "{actions:?}");
        assert!(!told(&actions, "conflict_closed"), "{actions:?}");
        assert_eq!(world.deliver().await, 1, "to the row it was decided for");
        let name = "SELECT NAME FROM SHIP_TO WHERE WH_NO=";
        assert_eq!(world.value("warehouse", &format!("{name}'WH-1'")).await, "ADA OKAFOR-BELL");
        assert_eq!(world.value("warehouse", &format!("{name}'WH-9'")).await, "ADA OKAFOR");
        let actions = audit_actions(&world).await;
        assert!(told(&actions, "delivery_confirmed") && told(&actions, "conflict_closed"), "{actions:?}");
    }
}
