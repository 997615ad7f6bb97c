//! A database that takes no writes: full, locked, taken away. Reading goes on, what was acknowledged is
//! there, and writing goes on by itself.

use super::*;
use crate::support::small::Small;
use referee::store::{Trouble, TroubleKind};
use std::path::Path;
use std::time::{Duration, Instant};

async fn store_in(folder: &Path) -> (Store, String) {
    let url = format!("sqlite://{}/referee.db", folder.display());
    let clock = TestClock::at(NOON.parse().unwrap());
    let store = Store::open_with(options(&url, &clock), 2).await.unwrap();
    let table = store.write::<_, StoreError, _>(async |w| {
        w.sql("CREATE TABLE notes (id BIGINT PRIMARY KEY, body TEXT NOT NULL)").run().await?;
        Ok(((), Vec::new()))
    });
    table.await.unwrap();
    (store, url)
}

async fn note(store: &Store, id: i64, length: usize) -> Result<(), StoreError> {
    let body = "x".repeat(length);
    store
        .write(async move |w: &mut WriteSession| {
            w.sql("INSERT INTO notes (id, body) VALUES ($1, $2)").bind(id).bind(&body).run_one().await?;
            Ok(((), Vec::new()))
        })
        .await
}

async fn notes(store: &Store) -> Vec<i64> {
    let mut session = store.session().await.unwrap();
    session.sql("SELECT id AS value FROM notes ORDER BY id").values::<i64>().await.unwrap()
}

fn kind(store: &Store) -> Option<TroubleKind> {
    store.trouble().map(|trouble: Trouble| trouble.kind)
}

/// Waits until the store says of itself that it writes, and says how long that took.
async fn healed(store: &Store) -> Duration {
    let start = Instant::now();
    while store.trouble().is_some() {
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", store.trouble());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_reading_goes_on_and_space_heals_it() {
    let folder = tempfile::tempdir().unwrap();
    let Some(small) = Small::mounted(folder.path(), 6) else { return };
    let ballast = folder.path().join("ballast");
    std::fs::write(&ballast, vec![0; 1024 * 1024]).unwrap();
    let (store, _) = store_in(small.path()).await;
    let mut stored = Vec::new();
    let error = loop {
        let id = i64::try_from(stored.len()).unwrap();
        match note(&store, id, 50_000).await {
            Ok(()) => stored.push(id),
            Err(error) => break error,
        }
        assert!(stored.len() < 1000, "it never gets full");
    };
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert_eq!(kind(&store), Some(TroubleKind::Full));
    assert_eq!(notes(&store).await, stored, "what was acknowledged is there, and nothing else");
    assert!(note(&store, 5000, 50_000).await.is_err(), "still");
    std::fs::remove_file(ballast).unwrap();
    healed(&store).await;
    note(&store, 9999, 50_000).await.unwrap();
    stored.push(9999);
    assert_eq!(notes(&store).await, stored);
    if !small.again("remount,ro") {
        return store.close().await;
    }
    let error = note(&store, 10_000, 10).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(kind(&store).is_some());
    assert_eq!(notes(&store).await, stored, "reading goes on");
    assert!(small.again("remount,rw"));
    healed(&store).await;
    note(&store, 10_001, 10).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_program_holds_the_lock_nothing_spins_and_then_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (store, url) = store_in(folder.path()).await;
    note(&store, 1, 10).await.unwrap();
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let start = Instant::now();
    let error = note(&store, 2, 10).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(start.elapsed() < Duration::from_secs(25), "{:?}", start.elapsed());
    assert_eq!(kind(&store), Some(TroubleKind::Locked));
    assert_eq!(notes(&store).await, [1], "reading goes on");
    sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
    healed(&store).await;
    note(&store, 3, 10).await.unwrap();
    assert_eq!(notes(&store).await, [1, 3]);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_taken_away_is_not_written_to_nor_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = store_in(folder.path()).await;
    note(&store, 1, 10).await.unwrap();
    let (file, away) = (folder.path().join("referee.db"), folder.path().join("away.db"));
    std::fs::rename(&file, &away).unwrap();
    let error = note(&store, 2, 10).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert_eq!(kind(&store), Some(TroubleKind::Gone));
    assert!(!file.exists(), "none is made in its place");
    assert_eq!(notes(&store).await, [1], "reading goes on");
    std::fs::write(&file, b"").unwrap();
    let error = note(&store, 2, 10).await.unwrap_err();
    assert!(error.to_string().contains("another one"), "{error}");
    std::fs::remove_file(&file).unwrap();
    std::fs::rename(&away, &file).unwrap();
    healed(&store).await;
    note(&store, 3, 10).await.unwrap();
    assert_eq!(notes(&store).await, [1, 3]);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_deleted_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let (store, url) = store_in(folder.path()).await;
    for id in 1..=50 {
        note(&store, id, 1000).await.unwrap();
    }
    for name in ["referee.db-wal", "referee.db-shm"] {
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    let error = note(&store, 99, 10).await.unwrap_err();
    assert!(error.to_string().contains("log is gone"), "{error}");
    assert_eq!(kind(&store), Some(TroubleKind::NoLog));
    // A reader that comes later makes another one: what is written goes to the one that is gone.
    std::fs::write(folder.path().join("referee.db-wal"), b"").unwrap();
    assert!(note(&store, 99, 10).await.is_err(), "not before a restart");
    assert_eq!(kind(&store), Some(TroubleKind::NoLog));
    std::fs::remove_file(folder.path().join("referee.db-wal")).unwrap();
    store.close().await;
    let clock = TestClock::at(NOON.parse().unwrap());
    let store = Store::open_with(options(&url, &clock), 2).await.unwrap();
    assert_eq!(notes(&store).await, (1..=50).collect::<Vec<_>>(), "after a restart all is there");
    note(&store, 99, 10).await.unwrap();
    store.close().await;
}
