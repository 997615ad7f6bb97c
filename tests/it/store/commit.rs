//! One commit for many callers, and what one of them cannot do to the others.

use super::*;
use referee::domain::audit::Line;
use referee::store::audit;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Barrier, Notify};

/// Holds every writer until told to go on, so that what is sent meanwhile waits together.
async fn occupied(place: &Place) -> Arc<Notify> {
    let writers = if place.store.backend() == Backend::Sqlite { 1 } else { 8 };
    let (go, began) = (Arc::new(Notify::new()), Arc::new(Barrier::new(writers + 1)));
    for _ in 0..writers {
        let (store, go, began) = (place.store.clone(), go.clone(), began.clone());
        tokio::spawn(async move {
            store
                .write::<_, StoreError, _>(async move |_| {
                    let told = go.notified();
                    began.wait().await;
                    told.await;
                    Ok(((), Vec::new()))
                })
                .await
        });
    }
    began.wait().await;
    go
}

/// Lets those go that wait.
async fn release(go: &Notify) {
    tokio::time::sleep(Duration::from_millis(200)).await;
    go.notify_waiters();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_callers_at_once_are_each_answered_after_their_commit() {
    for place in places().await {
        let go = occupied(&place).await;
        let callers: Vec<_> = (0..64)
            .map(|id| {
                let store = place.store.clone();
                tokio::spawn(async move {
                    note(&store, id).await.unwrap();
                    // Another connection sees only what is committed.
                    let mut session = store.session().await.unwrap();
                    let seen = session.sql("SELECT id AS value FROM notes WHERE id = $1").bind(id);
                    seen.value::<i64>().await.unwrap()
                })
            })
            .collect();
        release(&go).await;
        for (id, caller) in callers.into_iter().enumerate() {
            assert_eq!(caller.await.unwrap(), i64::try_from(id).ok());
        }
        assert_eq!(place.verified().await, Ok(64));
        let lines = lines(&place).await;
        let told: BTreeSet<&str> = lines.iter().map(|line| line.facts["note"].as_str()).collect();
        assert_eq!(told.len(), 64, "one entry for each");
        if place.store.backend() == Backend::Sqlite {
            // The instant belongs to the transaction.
            let commits: BTreeSet<&str> = lines.iter().map(|line| line.at.as_str()).collect();
            assert!(commits.len() <= 3, "{} commits for 64 callers", commits.len());
        }
    }
}

async fn lines(place: &Place) -> Vec<Line> {
    let mut session = place.store.session().await.unwrap();
    let entries = audit::after(&mut session, 0, 10_000).await.unwrap();
    entries.iter().map(|entry| serde_json::from_str(&entry.line).unwrap()).collect()
}

/// A note, and then what its number says.
async fn troubled(store: &Store, id: i64) -> Result<i64, StoreError> {
    store
        .write(async move |w| {
            w.sql("INSERT INTO notes (id, body) VALUES ($1, 'noted')").bind(id).run_one().await?;
            match id {
                13 => Err(StoreError::NotFound),
                27 => panic!("a closure of the tests panics"),
                41 => {
                    // Refused by the database itself.
                    w.sql("INSERT INTO notes (id, body) VALUES ($1, 'again')").bind(id).run_one().await?;
                    Ok((id, Vec::new()))
                }
                _ => Ok((id, vec![told(id)])),
            }
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_fails_or_panics_takes_nobody_along() {
    for place in places().await {
        let go = occupied(&place).await;
        let callers: Vec<_> = (0..64)
            .map(|id| {
                let store = place.store.clone();
                tokio::spawn(async move { troubled(&store, id).await })
            })
            .collect();
        release(&go).await;
        for (id, caller) in callers.into_iter().enumerate() {
            match (id, caller.await.unwrap()) {
                (13, answer) => assert_eq!(answer, Err(StoreError::NotFound)),
                (27, answer) => assert_eq!(answer, Err(StoreError::Panic)),
                (41, answer) => assert!(matches!(answer, Err(StoreError::Duplicate(_))), "{answer:?}"),
                (id, answer) => assert_eq!(answer, Ok(i64::try_from(id).unwrap())),
            }
        }
        let kept: Vec<i64> = (0..64).filter(|id| ![13, 27, 41].contains(id)).collect();
        assert_eq!(place.notes().await, kept, "and what the others wrote is there");
        assert_eq!(place.verified().await, Ok(61));
        assert_eq!(place.note(100).await, Ok(100), "the writers go on");
        assert_eq!(place.left_open().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_closure_called_again_does_its_work_once() {
    for place in places().await {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let done = place
            .store
            .write::<_, StoreError, _>(async move |w| {
                w.sql("INSERT INTO notes (id, body) VALUES (1, 'noted')").run_one().await?;
                match counted.fetch_add(1, Ordering::SeqCst) {
                    0 | 1 => Err(StoreError::Conflict("made by the test".to_owned())),
                    _ => Ok(((), vec![told(1)])),
                }
            })
            .await;
        assert_eq!((done, calls.load(Ordering::SeqCst)), (Ok(()), 3));
        assert_eq!(place.notes().await, [1]);
        assert_eq!(place.verified().await, Ok(1));

        let never = place
            .store
            .write::<(), StoreError, _>(async |w| {
                w.sql("INSERT INTO notes (id, body) VALUES (2, 'noted')").run_one().await?;
                Err(StoreError::Conflict("made by the test".to_owned()))
            })
            .await;
        assert!(matches!(never, Err(StoreError::Conflict(_))));
        assert_eq!(place.notes().await, [1]);
    }
}

#[tokio::test]
async fn two_transactions_that_wait_for_each_other_both_end() {
    for place in places().await {
        for id in [1, 2] {
            place.note(id).await.unwrap();
        }
        let (met, tries) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
        let both = [(1, 2), (2, 1)].map(|(first, second)| {
            let (met, tries, store) = (met.clone(), tries.clone(), place.store.clone());
            let meets = store.backend() == Backend::Postgres;
            async move {
                store
                    .write::<_, StoreError, _>(async move |w| {
                        let add = "UPDATE notes SET body = body || '+' WHERE id = $1";
                        w.sql(add).bind(first).run_one().await?;
                        if tries.fetch_add(1, Ordering::SeqCst) < 2 && meets {
                            met.wait().await;
                        }
                        w.sql(add).bind(second).run_one().await?;
                        Ok(((), vec![told(first)]))
                    })
                    .await
            }
        });
        for done in futures_util::future::join_all(both).await {
            assert_eq!(done, Ok(()));
        }
        let expected = if place.store.backend() == Backend::Postgres { 3 } else { 2 };
        assert_eq!(
            tries.load(Ordering::SeqCst),
            expected,
            "on PostgreSQL one of them had to be called again"
        );
        let bodies = place.ask("SELECT body FROM notes ORDER BY id").await;
        assert_eq!(bodies, ["noted++", "noted++"], "each added once to each");
        assert_eq!(place.verified().await, Ok(4));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_busy_longer_than_one_try_waits_is_tried_again() {
    // SQLite only: its whole database has one lock. PostgreSQL's rows are in the test above.
    let place = places().await.remove(0);
    let mut outside = place.sqlite().await;
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut outside).await.unwrap();
    let store = place.store.clone();
    let write = tokio::spawn(async move { note(&store, 1).await });
    tokio::time::sleep(Duration::from_millis(5_600)).await;
    assert!(!write.is_finished(), "the first try gave up after five seconds, and another one waits");
    sqlx::raw_sql("COMMIT").execute(&mut outside).await.unwrap();
    assert_eq!(write.await.unwrap(), Ok(1));
    assert_eq!(place.notes().await, [1]);
}

#[tokio::test]
async fn nothing_is_stored_of_a_write_that_went_on_after_a_refused_statement() {
    for place in places().await {
        place.note(1).await.unwrap();
        let done = place
            .store
            .write::<_, StoreError, _>(async |w| {
                let refused = w.sql("INSERT INTO notes (id, body) VALUES (1, 'again')").run().await;
                assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
                let _ = w.sql("INSERT INTO notes (id, body) VALUES (2, 'noted')").run().await;
                Ok(((), Vec::new()))
            })
            .await;
        assert!(matches!(done, Err(StoreError::Database(_))), "never told as done: {done:?}");
        assert_eq!(place.notes().await, [1]);
        assert_eq!(place.note(3).await, Ok(3));
    }
}

#[tokio::test]
async fn a_commit_that_fails_leaves_nothing_and_no_open_transaction() {
    for place in places().await {
        place
            .outside(
                "CREATE TABLE answers (id BIGINT PRIMARY KEY,
                     note BIGINT NOT NULL REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)",
            )
            .await;
        for _ in 0..2 {
            let done = place
                .store
                .write::<_, StoreError, _>(async |w| {
                    w.sql("INSERT INTO answers (id, note) VALUES (1, 99)").run_one().await?;
                    Ok(((), vec![told(99)]))
                })
                .await;
            assert!(matches!(done, Err(StoreError::Database(_))), "checked at the commit: {done:?}");
        }
        assert_eq!(place.note(1).await, Ok(1));
        assert_eq!(place.ask("SELECT CAST(count(*) AS TEXT) FROM answers").await, ["0"]);
        assert_eq!(place.verified().await, Ok(1));
        assert_eq!(place.left_open().await, [""; 0]);
    }
}
