//! Callers that go away while their write waits or runs.

use super::*;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// Two notes, between which anything may happen to the caller.
async fn pair(store: &Store, id: i64) -> Result<(), StoreError> {
    store
        .write(async move |w| {
            w.sql("INSERT INTO notes (id, body) VALUES ($1, 'first')").bind(id).run_one().await?;
            tokio::task::yield_now().await;
            w.sql("INSERT INTO notes (id, body) VALUES ($1, 'second')").bind(id + 1000).run_one().await?;
            Ok(((), vec![told(id)]))
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_caller_goes_away_is_wholly_there_or_wholly_not() {
    // One connection: a transaction left open in it would be met by everybody after.
    for place in places_with(1).await {
        let mut given_up = 0_usize;
        for id in 0..150 {
            let soon = Duration::from_micros(u64::try_from(id % 5 * (id % 30)).unwrap() * 40);
            given_up += usize::from(if id % 5 == 0 {
                // Looked at once and dropped, however fast the machine is.
                let mut write = Box::pin(pair(&place.store, id));
                poll_fn(|cx| Poll::Ready(write.as_mut().poll(cx).is_pending())).await
            } else {
                timeout(soon, pair(&place.store, id)).await.is_err()
            });
            let ask = async {
                let mut session = place.store.session().await.unwrap();
                session.sql("SELECT body AS value FROM notes ORDER BY id").values::<String>().await.unwrap()
            };
            let _ = timeout(soon / 2, ask).await;
        }
        assert!(given_up > 20, "{given_up} callers went away");
        assert_eq!(place.note(5000).await, Ok(5000), "the next write works");
        let notes = place.notes().await;
        for id in 0..150 {
            let both = [id, id + 1000].map(|id| notes.contains(&id));
            assert_eq!(both[0], both[1], "{id}");
        }
        let entries = i64::try_from(notes.len() / 2 + 1).unwrap();
        assert_eq!(place.verified().await, Ok(entries), "an entry for each that is there");
        assert_eq!(place.left_open().await, [""; 0]);
        let mut session = timeout(Duration::from_secs(5), place.store.session()).await.unwrap().unwrap();
        assert_eq!(
            session.sql("SELECT id AS value FROM notes WHERE id = 5000").value().await,
            Ok(Some(5000_i64))
        );
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_while_others_are_served_first_takes_nobody_along() {
    for place in places_with(1).await {
        let (go, began) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (going, beginning, store) = (go.clone(), began.clone(), place.store.clone());
        let running = tokio::spawn(async move {
            store
                .write::<_, StoreError, _>(async move |w| {
                    w.sql("INSERT INTO notes (id, body) VALUES (1, 'slow')").run_one().await?;
                    beginning.notify_one();
                    going.notified().await;
                    Ok(((), vec![told(1)]))
                })
                .await
        });
        began.notified().await;
        let store = place.store.clone();
        let waiting = tokio::spawn(async move { pair(&store, 2).await });
        let store = place.store.clone();
        let patient = tokio::spawn(async move { pair(&store, 3).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        // The one that runs and one that waits lose their callers.
        running.abort();
        waiting.abort();
        go.notify_one();
        assert_eq!(patient.await.unwrap(), Ok(()));
        assert_eq!(place.notes().await, [1, 2, 3, 1002, 1003], "what was handed over is done");
        assert_eq!(place.verified().await, Ok(3));
        assert_eq!(place.left_open().await, [""; 0]);
    }
}

#[tokio::test]
async fn what_was_handed_over_before_the_store_closes_is_committed() {
    for place in places().await {
        let writes: Vec<_> = (0..40)
            .map(|id| {
                let store = place.store.clone();
                tokio::spawn(async move { note(&store, id).await })
            })
            .collect();
        tokio::task::yield_now().await;
        for write in writes {
            write.await.unwrap().unwrap();
        }
        let Place { store, url, clock, folder } = place;
        let other = store.clone();
        timeout(Duration::from_secs(5), store.close()).await.expect("also while another has it");
        assert_eq!(note(&other, 41).await, Err(StoreError::Stopping), "nothing more is taken");
        let store = Store::open(options(&url, &clock)).await.unwrap();
        let again = Place { store, url, clock, folder };
        assert_eq!(again.notes().await.len(), 40);
    }
}
