use super::*;
use crate::support::world::steward;
use referee::store::{Backend, records};

/// The number of the last segment of words that was made.
async fn made(world: &World) -> i64 {
    let mut session = world.engine.store().session().await.unwrap();
    let last = session.sql("SELECT last AS value FROM word_heads WHERE entity = 'customer'");
    last.value().await.unwrap().unwrap()
}

/// How many customers are found by a word.
async fn found(world: &World, word: &str) -> usize {
    let mut session = world.engine.store().session().await.unwrap();
    records::find(&mut session, &steward(), &[word.to_owned()], 10).await.unwrap().len()
}

#[tokio::test]
async fn the_words_of_a_record_are_written_only_when_they_change() {
    for world in worlds().await {
        let before = made(&world).await;
        assert_eq!((found(&world, "okafor").await, found(&world, "okafor-bell").await), (1, 0));
        // Written otherwise, and judged again: every word of it is the same.
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET NAME='Ada Okafor', CHG_AT='2026-03-03 12:01:30' WHERE WH_NO='WH-1'",
            )
            .await;
        world.sync().await;
        assert_eq!(made(&world).await, before);
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET NAME='ADA OKAFOR-BELL', CHG_AT='2026-03-03 12:02:30' WHERE WH_NO='WH-1'",
            )
            .await;
        world.sync().await;
        assert!(made(&world).await > before);
        assert_eq!((found(&world, "okafor").await, found(&world, "bell").await), (1, 1));
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET NAME='ADA OKAFOR', CHG_AT='2026-03-03 12:03:30' WHERE WH_NO='WH-1'",
            )
            .await;
        world.sync().await;
        assert_eq!((found(&world, "okafor").await, found(&world, "bell").await), (1, 0));
    }
}

#[tokio::test]
async fn what_a_worker_left_unjudged_is_judged_by_the_next() {
    for world in worlds().await {
        world.sql("portal", "UPDATE customers SET zip='10117', updated_at='2026-03-03 12:01:30', updated_by='Ada' WHERE id='C-1'").await;
        let trigger =
            referee::engine::sync::Trigger { full: true, ..referee::engine::sync::Trigger::schedule() };
        let run = world.engine.start_run(&"portal".into(), &"customer".into(), &trigger).await.unwrap();
        // Read, and then its worker is gone.
        world.engine.carry_out(run).await.unwrap();
        assert_eq!(open(&world).await, []);
        world.engine.keep_schedule().await.unwrap();
        assert_eq!(open(&world).await.len(), 1);
        let seen = open(&world).await[0].version;
        world.engine.keep_schedule().await.unwrap();
        assert_eq!(open(&world).await[0].version, seen, "and only once");
    }
}

#[tokio::test]
async fn a_case_holds_what_is_shown_beside_it_and_what_came_before_that() {
    for world in worlds().await {
        let sqlite = world.engine.store().backend() == Backend::Sqlite;
        for street in 1..=7 {
            let text = format!(
                "UPDATE customers SET street='Ring {street}', updated_at='2026-03-03 12:0{street}:30', updated_by='Ada' WHERE id='C-1'"
            );
            world.sql("portal", &text).await;
            world.sync().await;
        }
        let conflict = open(&world).await.remove(0);
        let case = world.engine.case(&steward(), &conflict.id).await.unwrap();
        let streets: Vec<String> =
            case.versions.iter().map(|version| format!("{:?}", version.cells["street"])).collect();
        assert!(streets[0].contains("Ring 7") && streets.len() == 4, "SQLite: {sqlite}: {streets:?}");
        for version in &case.versions {
            let parent = version.parent.as_ref().unwrap();
            let mut known = case.versions.iter().chain(&case.parents);
            assert!(known.any(|other| other.id == *parent), "what came before each of them is there");
        }
        assert_eq!(case.parents.len(), 1, "and nothing else");
    }
}
