//! A bit that flipped somewhere in the database file: met with an error or an alarm, never with a panic.

use super::*;
use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::TestApp;
use futures_util::FutureExt as _;
use referee::domain::access::{Role, Viewer};
use referee::engine::Engine;
use referee::store::damage::{self, Depth};
use referee::store::queue::{self, Filter};
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::Path;

const COPIES: u64 = 100;

/// How a copy was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    /// The start refused it.
    AtStart,
    /// The look through the file found it.
    ByTheFile,
    /// The check of the log found it.
    ByTheLog,
    /// A page could not be read.
    Unreadable,
    Nobody,
}

/// Starts on a file, looks it through, and reads it as pages do.
async fn meet(file: &Path) -> Met {
    let (url, clock) = (format!("sqlite://{}", file.display()), TestClock::at(NOON.parse().unwrap()));
    let Ok(store) = Store::open_with(options(&url, &clock), 1).await else { return Met::AtStart };
    let met = look(&store).await;
    store.close().await;
    met
}

async fn look(store: &Store) -> Met {
    let Ok(engine) = Engine::start(store.clone()).await else { return Met::AtStart };
    let mut session = store.session().await.unwrap();
    match damage::look(&mut session, Depth::Indexes).await {
        Ok(None) => {}
        _ => return Met::ByTheFile,
    }
    if verify::walk(&mut session, None, |_, _| {}).await.is_err() {
        return Met::ByTheLog;
    }
    let (referee, now) = (Viewer::referee(), engine.now());
    let page = queue::page(&mut session, &referee, &Filter::default(), None, now, 50).await;
    let Ok(page) = page else { return Met::Unreadable };
    drop(session);
    for conflict in page {
        if engine.case(&referee, &conflict.id).await.is_err() {
            return Met::Unreadable;
        }
    }
    if engine.judge(&"customer".into(), &referee::domain::ids::RunId::default()).await.is_err() {
        return Met::Unreadable;
    }
    Met::Nobody
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_is_an_alarm_or_an_error_and_never_a_panic() {
    let app = TestApp::start().await;
    app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    app.sql("portal", "UPDATE customers SET street='Lindenallee 12', zip='10117' WHERE id='C-1'").await;
    app.sync().await;
    for n in 0..20 {
        app.add(&format!("user{n}"), &[Role::Steward]).await;
    }
    let folder = app.stop().await;
    let whole = std::fs::read(folder.path().join("data/referee.db")).unwrap();
    let copy = folder.path().join("copy.db");
    std::fs::write(&copy, &whole).unwrap();
    assert_eq!(meet(&copy).await, Met::Nobody, "whole");

    // A small file is mostly room; what stands in it is not nothing.
    let used: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    let (mut found, mut chance) = (BTreeMap::new(), 0x5eed_u64);
    for n in 0..COPIES {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bit = (chance >> 16) % (used.len() as u64 * 8);
        let mut bytes = whole.clone();
        bytes[used[usize::try_from(bit / 8).unwrap()]] ^= 1 << (bit % 8);
        let own = folder.path().join(format!("copy-{n}.db"));
        std::fs::write(&own, &bytes).unwrap();
        // A panic is told apart from an error.
        let met = AssertUnwindSafe(meet(&own)).catch_unwind().await;
        let met = met.unwrap_or_else(|_| panic!("bit {bit} ends in a panic"));
        *found.entry(met).or_insert(0) += 1;
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", own.display()));
        }
    }
    // The others stand within a value or a name, of which SQLite keeps no sum.
    let nobody: u64 = found.get(&Met::Nobody).copied().unwrap_or(0);
    assert!(COPIES - nobody >= COPIES / 5, "{found:?}");
}

#[tokio::test]
async fn a_damaged_file_is_an_alert() {
    let place = Place::at(None, 2).await;
    let engine = Engine::start(place.store.clone()).await.unwrap();
    engine.look_for_damage(Depth::Indexes).await.unwrap();
    let open = async || {
        let mut session = place.store.session().await.unwrap();
        referee::store::alerts::open(&mut session, 10).await.unwrap()
    };
    assert_eq!(open().await, []);
    // An index that lacks what its table has.
    place
        .outside(
            "INSERT INTO notes (id, body) VALUES (1, 'x'); CREATE INDEX bodies ON notes (body);
             PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX bodies ON notes (id)' WHERE name = 'bodies';
             PRAGMA writable_schema = RESET",
        )
        .await;
    engine.look_for_damage(Depth::Indexes).await.unwrap();
    let told = open().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].message.contains("damaged") && told[0].cause == "damage", "{told:?}");
    place.outside("DROP INDEX bodies").await;
    engine.look_for_damage(Depth::Indexes).await.unwrap();
    assert_eq!(open().await, [], "whole again");
}
