//! The dry run: the other plan, and the same judge.

use super::*;
use referee::domain::ids::{EntityId, SystemId};
use referee::engine::dry_run::{DryRunError, Found, Summary, Would};
use std::collections::BTreeSet;

/// Changes of every kind, after the two systems agreed.
async fn stir(world: &World) {
    world
        .sql(
            "portal",
            "UPDATE customers SET street='Lindenallee 12', updated_at='2026-03-03 12:00:30', updated_by='Ada' WHERE id='C-1';
             UPDATE customers SET phone='+49 30 99', updated_at='2026-03-03 12:00:30', updated_by='Ada' WHERE id='C-2';
             INSERT INTO customers VALUES ('C-3','Only Here','A 1','1','+49 30 1','2024-01-02',1,'2026-03-03 12:00:30','Ana')",
        )
        .await;
    world
        .sql(
            "warehouse",
            "UPDATE SHIP_TO SET NAME=' ada   okafor', SINCE='03/04/2024' WHERE WH_NO='WH-1';
             UPDATE SHIP_TO SET NAME='M LINDQVIST', CHG_AT='2026-03-03 12:00:20', CHG_BY='Bo' WHERE WH_NO='WH-2'",
        )
        .await;
}

async fn dry_run(world: &World, systems: &[&str]) -> Result<(Summary, Vec<Found>), DryRunError> {
    let systems: Vec<SystemId> = systems.iter().map(|system| SystemId::from(*system)).collect();
    let mut all = Vec::new();
    let mut report = |found: &Found| {
        all.push(found.clone());
        Ok(())
    };
    let summary = world.engine.dry_run(&EntityId::from("customer"), &systems, &mut report).await?;
    Ok((summary, all))
}

/// What stands in every table that a sync writes to.
async fn stored(world: &World) -> (Vec<String>, i64) {
    let mut session = world.engine.store().session().await.unwrap();
    let (system, entity) = (SystemId::from("portal"), EntityId::from("customer"));
    let held = referee::store::holdings::count_present(&mut session, &system, &entity).await.unwrap();
    (audit_actions(world).await, held)
}

#[tokio::test]
async fn a_dry_run_finds_what_a_sync_then_opens_and_writes_nothing() {
    for world in worlds().await {
        stir(&world).await;
        let before = stored(&world).await;
        let (summary, found) = dry_run(&world, &[]).await.unwrap();
        assert_eq!(stored(&world).await, before, "nothing is written");
        assert_eq!((summary.records, summary.agree, summary.differ), (3, 0, 3));
        assert_eq!(summary.lacking[&SystemId::from("warehouse")], 1);

        world.sync().await;
        let mut opened = BTreeSet::new();
        for conflict in open(&world).await {
            for difference in differences(&world, &conflict).await {
                let dispute = difference.dispute;
                if difference.state.is_open() {
                    let (kind, print) = (dispute.kind, dispute.fingerprint());
                    opened.insert((conflict.title.clone(), dispute.field, kind, print));
                }
            }
        }
        let title = |key: &str| {
            ["", "Ada Okafor", "Mateo Lindqvist", "Only Here"][key[2..].parse::<usize>().unwrap()]
        };
        let reviewed = found.iter().filter(|found| found.would == Would::Review).map(|found| {
            let dispute = found.dispute.clone();
            (title(&found.key).to_owned(), dispute.field.clone(), dispute.kind, dispute.fingerprint())
        });
        assert_eq!(reviewed.collect::<BTreeSet<_>>(), opened);
        let settled: Vec<&str> =
            found.iter().filter(|f| f.would != Would::Review).map(|f| f.dispute.field.as_str()).collect();
        assert_eq!(settled, ["since", "phone"], "what a rule would settle is told apart");
        let again = dry_run(&world, &["warehouse", "portal"]).await.unwrap().0;
        assert_eq!(again.records, 3);
    }
}

#[tokio::test]
async fn before_the_first_read_everything_that_differs_is_a_first_difference() {
    let world = World::on(None, CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    stir(&world).await;
    let (summary, found) = dry_run(&world, &[]).await.unwrap();
    let told: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|found| (found.key.as_str(), found.dispute.field.as_str(), found.dispute.kind.as_str()))
        .collect();
    let expected = [
        ("C-1", "address", "first"),
        ("C-1", "since", "first"),
        ("C-2", "name", "first"),
        ("C-2", "phone", "first"),
        ("C-3", "record", "missing"),
    ];
    assert_eq!(told, expected);
    assert!(found.iter().all(|found| found.would == Would::Review && found.record.is_none()));
    assert_eq!(summary.reviews(), 5);
    assert_eq!(stored(&world).await.1, 0, "no holding is kept");
}

#[tokio::test]
async fn a_row_that_stands_twice_or_cannot_be_read_is_left_out_and_said() {
    let world = World::on(None, CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    world
        .sql(
            "warehouse",
            "INSERT INTO SHIP_TO SELECT 'WH-9', CUST_REF, 'Somebody Else', STREET, HOUSE_NO, ZIP, TEL, SINCE, DOCK, CHG_AT, CHG_BY
               FROM SHIP_TO WHERE WH_NO='WH-1';
             UPDATE SHIP_TO SET ZIP = x'00ff' WHERE WH_NO = 'WH-2'",
        )
        .await;
    let (summary, found) = dry_run(&world, &[]).await.unwrap();
    assert_eq!(found.len(), 0);
    assert_eq!((summary.records, summary.agree, summary.differ, summary.left_out), (2, 0, 0, 2));
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused_in_words() {
    let world = World::on(None, CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    let one = dry_run(&world, &["portal"]).await.unwrap_err().to_string();
    assert!(one.contains("fewer than two"), "{one}");
    let unknown = dry_run(&world, &["portal", "crm"]).await.unwrap_err().to_string();
    assert!(unknown.contains("crm does not map customer"), "{unknown}");
    world.sql("warehouse", "DROP TABLE SHIP_TO").await;
    let gone = dry_run(&world, &[]).await.unwrap_err().to_string();
    assert!(gone.contains("Warehouse could not be read") && gone.contains("SHIP_TO"), "{gone}");
}

#[tokio::test]
async fn the_first_systems_reading_is_no_agreement_whichever_comes_first() {
    for url in [None, postgres::database().await] {
        let world = World::on(url, CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
        stir(&world).await;
        let expected = dry_run(&world, &[]).await.unwrap().1;
        // One system after the other, each judged before the next is read, as a schedule does it.
        for system in ["portal", "warehouse"] {
            let trigger = referee::engine::sync::Trigger::schedule();
            world.engine.sync(&system.into(), &trigger).await.unwrap();
        }
        let mut opened = BTreeSet::new();
        for conflict in open(&world).await {
            for difference in differences(&world, &conflict).await {
                assert_eq!(difference.dispute.agreed, None, "they never agreed");
                opened.insert((difference.dispute.field.clone(), difference.dispute.fingerprint()));
            }
        }
        let expected =
            expected.iter().map(|found| (found.dispute.field.clone(), found.dispute.fingerprint()));
        assert_eq!(opened, expected.collect());
    }
}
