use super::*;
use referee::domain::diff::Kind;
use referee::domain::judge::Finding;

#[tokio::test]
async fn a_change_in_one_place_is_a_conflict_with_its_base() {
    for world in worlds().await {
        world
            .sql("portal", "UPDATE customers SET street='Lindenallee 12', zip='10117', updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'")
            .await;
        world.sync().await;
        let open = open(&world).await;
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].title, "Ada Okafor");
        let differences = differences(&world, &open[0]).await;
        assert_eq!(differences.len(), 1);
        let dispute = &differences[0].dispute;
        assert_eq!((dispute.field.as_str(), dispute.kind), ("address", Kind::Change));
        let agreed: Vec<String> =
            dispute.agreed.as_ref().unwrap().0.iter().map(ToString::to_string).collect();
        assert_eq!(agreed, ["Elmstraße 4", "10115"]);
        assert_eq!(dispute.values.len(), 2);
        assert_eq!(dispute.values[0].shown(None)[0].to_string(), "Lindenallee 12");
        assert_eq!(dispute.cause_name(), "stale_copy");
        assert_eq!(dispute.findings, [Finding::AlwaysReviewed]);
        world.sync().await;
        assert_eq!(super::open(&world).await[0].version, open[0].version, "a rescan changes nothing");
    }
}

#[tokio::test]
async fn what_only_looks_different_is_not_queued() {
    for world in worlds().await {
        world.sql("warehouse", "UPDATE SHIP_TO SET TEL='+49 (0)30 5550-1742', NAME='Ada  OKAFOR ', CHG_AT='2026-03-03 12:01:30'").await;
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET TEL='030 55501743', NAME='mateo lindqvist' WHERE WH_NO='WH-2'",
            )
            .await;
        world.sync().await;
        assert_eq!(open(&world).await, []);
    }
}

#[tokio::test]
async fn a_rule_settles_what_it_may_and_a_persons_edit_is_kept_from_it() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("portal", "UPDATE customers SET name='Ada Okafor-Bell', updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'").await;
        world.sql("warehouse", "UPDATE SHIP_TO SET NAME='M LINDQVIST', CHG_AT='2026-03-03 12:01:30', CHG_BY='Bo' WHERE WH_NO='WH-2'").await;
        world.sync().await;
        let open = open(&world).await;
        assert_eq!(open.len(), 1, "the source's change propagates; a person's elsewhere is reviewed");
        let human = &differences(&world, &open[0]).await[0].dispute.findings[1];
        assert!(
            matches!(human, Finding::HumanEdit { author: Some(author), .. } if author == "Bo"),
            "{human:?}"
        );
        assert_eq!(world.deliver().await, 1);
        assert_eq!(
            world.value("warehouse", "SELECT NAME FROM SHIP_TO WHERE WH_NO='WH-1'").await,
            "ADA OKAFOR-BELL"
        );
        let actions = audit_actions(&world).await;
        assert!(
            actions.contains(&"settled_by_rule".to_owned())
                && actions.contains(&"delivery_confirmed".to_owned())
        );
        world.sync().await;
        assert_eq!(super::open(&world).await.len(), 1, "our own write opens nothing");
    }
}

#[tokio::test]
async fn swapped_day_and_month_is_named() {
    for world in worlds().await {
        world.sql("warehouse", "UPDATE SHIP_TO SET SINCE='03/04/2024', CHG_AT='2026-03-03 12:01:30', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        world.sync().await;
        let open = open(&world).await;
        assert_eq!(open.len(), 1);
        assert_eq!(differences(&world, &open[0]).await[0].dispute.cause_name(), "transformation");
    }
}

#[tokio::test]
async fn a_missing_and_a_deleted_record_are_differences_of_their_own() {
    for world in worlds().await {
        world.sql("portal", "INSERT INTO customers (id, name, street, zip, phone, since) VALUES ('C-3','Wei Zhang','Ring 1','20095','+49 30 55501744','2025-01-01')").await;
        world.sql("warehouse", "DELETE FROM SHIP_TO WHERE WH_NO='WH-2'").await;
        world.sync().await;
        world.sync().await;
        let open = open(&world).await;
        let mut kinds = Vec::new();
        for conflict in &open {
            kinds.push(differences(&world, conflict).await[0].dispute.kind);
        }
        kinds.sort();
        assert_eq!(kinds, [Kind::Missing, Kind::Deleted]);
    }
}

#[tokio::test]
async fn systems_that_come_to_agree_settle_it_by_itself() {
    for world in worlds().await {
        world.sql("portal", "UPDATE customers SET zip='10117', updated_at='2026-03-03 12:01:30', updated_by='Ada' WHERE id='C-1'").await;
        world.sync().await;
        assert_eq!(open(&world).await.len(), 1);
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET ZIP='10117', CHG_AT='2026-03-03 12:02:30' WHERE WH_NO='WH-1'",
            )
            .await;
        world.sync().await;
        assert_eq!(open(&world).await, []);
        assert!(audit_actions(&world).await.contains(&"settled_by_itself".to_owned()));
    }
}
