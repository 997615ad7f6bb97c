//! A folder of exports as one of the systems: read, found different, decided, written, read back.

use super::decide::{keep, moved};
use super::*;
use crate::support::world::steward;
use chrono::TimeDelta;
use referee::engine::sync::Trigger;

const HEADER: &str = "WH_NO;CUST_REF;NAME;STREET;HOUSE_NO;ZIP;TEL;SINCE;DOCK;CHG_AT;CHG_BY\r\n";
const ADA: &str =
    "WH-1;C-1;ADA OKAFOR;\"ELMSTRAßE\";4;10115;030 55501742;04/03/2024;A ;2026-01-01 11:00:00;import\r\n";
const MATEO: &str =
    "WH-2;C-2;MATEO LINDQVIST;STORGATA;8;0184;030 55501743;06/05/2024;A ;2026-01-01 11:00:00;import\r\n";

/// The portal's table, and the warehouse as a file of that name, on each database there is.
async fn worlds_of_files() -> Vec<(World, std::path::PathBuf)> {
    let config = CONFIG.replace(
        "{ kind = \"sqlite\", path = \"FOLDER/warehouse.sqlite\" }",
        "{ kind = \"files\", folder = \"FOLDER\", quiet_seconds = 0, objects = { SHIP_TO = { file = \"ship_to-*.csv\", delimiter = \";\" } } }",
    );
    let mut worlds = Vec::new();
    for url in [None, postgres::database().await] {
        if url.is_none() && !worlds.is_empty() {
            continue;
        }
        let world = World::on(url, &config, &[("portal", PORTAL)]).await;
        let file = world.path("portal").with_file_name("ship_to-2026-03-03.csv");
        std::fs::write(&file, [HEADER, MATEO, ADA].concat()).unwrap();
        world.sync().await;
        assert_eq!(open(&world).await, [], "they agree");
        worlds.push((world, file));
    }
    worlds
}

#[tokio::test]
async fn what_is_decided_is_written_into_the_file_and_read_back() {
    for (world, file) in worlds_of_files().await {
        let (conflict, difference) = moved(&world).await;
        world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        let ada = ADA.replace("\"ELMSTRAßE\";4;10115", "LINDENALLEE;12;10117");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), [HEADER, MATEO, &ada].concat());
        world.sync().await;
        assert_eq!(open(&world).await, [], "confirmed and agreed");
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_or_gone_makes_nothing_absent() {
    for (world, file) in worlds_of_files().await {
        let read = async || {
            world.clock.advance(TimeDelta::minutes(1));
            let trigger = Trigger { full: true, ..Trigger::schedule() };
            world.engine.sync(&"warehouse".into(), &trigger).await.unwrap().remove(0)
        };
        let whole = std::fs::read(&file).unwrap();
        for (bytes, word) in [
            (&b""[..], "first line"),
            (&b"WH_NO;CUST_REF\r\nWH-1;C-1\r\n"[..], "CHG_AT"),
            (&b"WH_NO,CUST_REF,NAME\r\nWH-1,C-1,ADA\r\n"[..], "delimiter"),
        ] {
            std::fs::write(&file, bytes).unwrap();
            let run = read().await;
            let error = run.error.unwrap();
            assert!(error.contains(word), "{error}");
        }
        std::fs::remove_file(&file).unwrap();
        let error = read().await.error.unwrap();
        assert!(error.contains("no file \"ship_to-*.csv\""), "{error}");
        assert_eq!(open(&world).await, [], "nothing is taken for gone");
        std::fs::write(&file, whole).unwrap();
        assert_eq!(read().await.error, None);
        assert_eq!(open(&world).await, []);
    }
}
