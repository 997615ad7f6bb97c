//! Leases with fencing numbers, and requests that are sent again.

use super::*;
use chrono::TimeDelta;
use referee::domain::delivery::{Change, DeliveryState, Why};
use referee::domain::ids::DeliveryId;
use referee::store::idempotency::{self, RequestKey};
use referee::store::records;
use referee::store::resolutions::{self, Delivery};
use referee::store::runs::{self, Counts, Run};
use std::collections::BTreeMap;

const DECIDED: &str = "
INSERT INTO records (id, entity, title, created_at) VALUES ('rec-1', 'customer', 'Ada', '2026-03-03T12:00:00.000000Z');
INSERT INTO conflicts (id, record_id, entity, title, open, stakes, due_at, opened_at, version)
    VALUES ('con-1', 'rec-1', 'customer', 'Ada', TRUE, 2, '2026-03-04T12:00:00.000000Z', '2026-03-03T12:00:00.000000Z', 1);
INSERT INTO resolutions (id, conflict_id, record_id, state, actor, actor_id, reason, note, created_at, held_until,
        policy_version, page, outcomes)
    VALUES ('res-1', 'con-1', 'rec-1', 'held', '{\"kind\":\"person\",\"id\":\"ana\",\"name\":\"Ana\"}', 'ana', '', '',
        '2026-03-03T12:00:00.000000Z', '2026-03-03T12:00:20.000000Z', 1, '[]', '[]');";

async fn delivery(place: &Place, id: &'static str, system: &'static str) {
    let until = NOON.parse().unwrap();
    let delivery = Delivery {
        id: id.into(),
        resolution: "res-1".into(),
        conflict: "con-1".into(),
        record: "rec-1".into(),
        system: system.into(),
        entity: "customer".into(),
        external_id: Some("C-1".to_owned()),
        change: Change {
            form: false,
            create: false,
            remove: false,
            slot: "phone".into(),
            fields: BTreeMap::new(),
            beside: BTreeMap::new(),
            before: BTreeMap::new(),
            cells: BTreeMap::new(),
        },
        state: DeliveryState::Waiting { until },
        idempotency_key: format!("key-{id}"),
        lease_until: None,
        fence: 0,
        created_at: until,
    };
    let write = place.store.write::<_, StoreError, _>(async move |w| {
        resolutions::insert_deliveries(w, std::slice::from_ref(&delivery)).await?;
        Ok(((), Vec::new()))
    });
    write.await.unwrap();
}

async fn lease(store: &Store) -> Option<Delivery> {
    let leased = store.write::<_, StoreError, _>(async |w| {
        let until = w.now() + TimeDelta::seconds(150);
        for system in ["portal", "warehouse", "desk"] {
            if let Some(leased) = resolutions::lease(w, &system.into(), until, false).await? {
                return Ok((Some(leased), Vec::new()));
            }
        }
        Ok((None, Vec::new()))
    });
    leased.await.unwrap().map(|leased| leased.delivery)
}

async fn saved(place: &Place, delivery: Delivery) -> bool {
    let saved = place.store.write::<_, StoreError, _>(async move |w| {
        Ok((resolutions::save_delivery(w, &delivery).await?, Vec::new()))
    });
    saved.await.unwrap()
}

#[tokio::test]
async fn who_held_a_delivery_before_changes_nothing_after_it_was_taken_over() {
    for place in places().await {
        place.outside(DECIDED).await;
        delivery(&place, "del-1", "portal").await;
        let old = lease(&place.store).await.unwrap();
        assert!(lease(&place.store).await.is_none(), "leased to one alone");
        place.clock.advance(TimeDelta::seconds(151));
        let new = lease(&place.store).await.unwrap();
        assert_eq!((old.fence + 1, &old.id), (new.fence, &new.id));

        let at = NOON.parse().unwrap();
        let late = Delivery {
            state: DeliveryState::Refused { at, message: "late".to_owned(), why: Why::Said },
            ..old
        };
        assert!(!saved(&place, late).await);
        let state = "SELECT state || ' ' || CAST(fence AS TEXT) FROM deliveries";
        assert_eq!(place.ask(state).await, ["sending 2"], "as the new holder left it");
        assert!(saved(&place, Delivery { state: DeliveryState::Confirmed { at }, ..new }).await);
        assert_eq!(place.ask(state).await, ["confirmed 2"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_workers_at_once_each_delivery_has_one_and_the_order_of_a_system_is_kept() {
    for place in places().await {
        place.outside(DECIDED).await;
        for (id, system) in
            [("del-1", "portal"), ("del-2", "portal"), ("del-3", "warehouse"), ("del-4", "desk")]
        {
            delivery(&place, id, system).await;
        }
        let workers = (0..16).map(|_| {
            let store = place.store.clone();
            tokio::spawn(async move { lease(&store).await })
        });
        let mut leased: Vec<DeliveryId> = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            leased.extend(worker.await.unwrap().map(|delivery| delivery.id));
        }
        // A worker that meets another one's row may go away with nothing; it asks again.
        while let Some(delivery) = lease(&place.store).await {
            leased.push(delivery.id);
        }
        leased.sort();
        let expected: [DeliveryId; 3] = ["del-1".into(), "del-3".into(), "del-4".into()];
        assert_eq!(leased, expected, "del-2 waits for del-1 of the same system");
    }
}

fn run() -> Run {
    let at = NOON.parse().unwrap();
    Run {
        id: "run-1".into(),
        system: "portal".into(),
        entity: "customer".into(),
        kind: "full".to_owned(),
        trigger: "schedule".to_owned(),
        started_by: String::new(),
        state: "running".to_owned(),
        started_at: at,
        ended_at: None,
        position: None,
        since: None,
        counts: Counts::default(),
        error: None,
        lease_until: Some(at),
        fence: 1,
    }
}

#[tokio::test]
async fn who_read_a_system_before_changes_nothing_after_the_run_was_taken_over() {
    for place in places().await {
        let write = place.store.write::<_, StoreError, _>(async |w| {
            runs::insert(w, &run()).await?;
            assert!(runs::save(w, &Run { position: Some("page 2".to_owned()), ..run() }).await?);
            let until = w.now() + TimeDelta::minutes(5);
            assert!(runs::take_over(w, &run(), until).await?);
            assert!(!runs::take_over(w, &run(), until).await?, "one worker takes it over");
            assert!(!runs::renew(w, &run(), until).await?);
            let late = Run { position: Some("page 3".to_owned()), ..run() };
            Ok((runs::save(w, &late).await?, Vec::new()))
        });
        assert!(!write.await.unwrap(), "refused");
        let mut s = place.store.session().await.unwrap();
        let found = runs::get(&mut s, &"run-1".into()).await.unwrap().unwrap();
        assert_eq!((found.position.as_deref(), found.fence), (Some("page 2"), 2));
        drop(s);
        let go_on = Run { position: Some("page 3".to_owned()), fence: 2, ..run() };
        let write = place
            .store
            .write::<_, StoreError, _>(async move |w| Ok((runs::save(w, &go_on).await?, Vec::new())));
        assert!(write.await.unwrap());
    }
}

async fn mark(store: &Store) {
    let write = store.write::<_, StoreError, _>(async |w| {
        records::mark_unjudged(w, &"customer".into(), "run-1", [&"rec-1".into(), &"rec-1".into()]).await?;
        Ok(((), Vec::new()))
    });
    write.await.unwrap();
}

#[tokio::test]
async fn a_record_that_is_marked_while_it_is_judged_is_judged_once_more() {
    for place in places().await {
        mark(&place.store).await;
        let loaded = Arc::new(tokio::sync::Notify::new());
        let taken = loaded.clone();
        let judging = place.store.write::<_, StoreError, _>(async move |w| {
            let ids = records::take_up(w, &["rec-1".into(), "rec-2".into()], true).await?;
            taken.notify_one();
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            records::judged(w, &ids).await?;
            Ok((ids, Vec::new()))
        });
        let marking = async {
            loaded.notified().await;
            mark(&place.store).await;
        };
        let (taken, ()) = tokio::join!(judging, marking);
        assert_eq!(taken.unwrap(), ["rec-1".into()]);
        let mut session = place.store.session().await.unwrap();
        let tried = NOON.parse().unwrap();
        let waiting = records::unjudged(&mut session, &"customer".into(), tried, &[], 10).await.unwrap();
        assert_eq!(waiting, ["rec-1".into()]);
    }
}

fn key(body: &str) -> RequestKey {
    RequestKey { user: "ana".into(), key: "k-1".to_owned(), fingerprint: body.to_owned() }
}

/// Work that is done once for a key: a note, and the answer kept with it.
async fn answered(store: &Store, key: RequestKey, id: i64) -> Result<(), StoreError> {
    store
        .write(async move |w| {
            w.sql("INSERT INTO notes (id, body) VALUES ($1, 'worked')").bind(id).run_one().await?;
            idempotency::keep(w, &key, 201, &format!("note {id}")).await?;
            Ok(((), vec![told(id)]))
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_requests_with_one_key_one_does_the_work() {
    for place in places().await {
        let callers = (0..16).map(|id| {
            let store = place.store.clone();
            tokio::spawn(async move { answered(&store, key("body"), id).await })
        });
        let mut done = Vec::new();
        for (id, caller) in callers.collect::<Vec<_>>().into_iter().enumerate() {
            match caller.await.unwrap() {
                Ok(()) => done.push(i64::try_from(id).unwrap()),
                Err(error) => assert!(matches!(error, StoreError::Duplicate(_)), "{error}"),
            }
        }
        assert_eq!(done.len(), 1, "{done:?}");
        assert_eq!(place.notes().await, done, "of the others nothing is left");
        assert_eq!(place.verified().await, Ok(1));

        let mut s = place.store.session().await.unwrap();
        let now = NOON.parse().unwrap();
        let kept = idempotency::find(&mut s, &key("body"), now).await.unwrap().unwrap();
        assert_eq!((kept.status, kept.body), (201, format!("note {}", done[0])));
        assert_eq!(kept.fingerprint, "body", "another body is told from it by this");
        let stranger = RequestKey { user: "jonas".into(), ..key("body") };
        assert_eq!(idempotency::find(&mut s, &stranger, now).await, Ok(None), "a key is its user's own");
        drop(s);

        let again = answered(&place.store, key("another body"), 50).await;
        assert!(matches!(again, Err(StoreError::Duplicate(_))), "{again:?}");
        place.clock.advance(TimeDelta::hours(25));
        assert_eq!(answered(&place.store, key("another body"), 51).await, Ok(()), "a day later it is free");
    }
}

#[tokio::test]
async fn what_a_worker_has_taken_since_is_not_settled_over_its_head() {
    for place in places().await {
        place.outside(DECIDED).await;
        delivery(&place, "del-1", "portal").await;
        let mut session = place.store.session().await.unwrap();
        let seen = resolutions::delivery(&mut session, &"del-1".into()).await.unwrap().unwrap();
        drop(session);
        lease(&place.store).await.unwrap();
        let state = DeliveryState::Overtaken { at: NOON.parse().unwrap(), found: BTreeMap::new() };
        let settled = Delivery { state, ..seen };
        let write = place.store.write::<_, StoreError, _>(async move |w| {
            Ok((resolutions::settle_delivery(w, &settled).await?, Vec::new()))
        });
        // Tried again as a whole; here it goes on knowing what it knew.
        assert!(matches!(write.await, Err(StoreError::Conflict(_))));
        assert_eq!(place.ask("SELECT state FROM deliveries").await, ["sending"]);
    }
}

#[tokio::test]
async fn two_workers_that_end_a_decision_at_the_same_time_see_each_other() {
    // One writer, as on SQLite, sees all there is.
    for place in places().await.into_iter().filter(|place| place.store.backend() == Backend::Postgres) {
        place.outside(DECIDED).await;
        delivery(&place, "del-1", "portal").await;
        delivery(&place, "del-2", "desk").await;
        let both = Arc::new(tokio::sync::Barrier::new(2));
        let ends = [lease(&place.store).await.unwrap(), lease(&place.store).await.unwrap()].map(|leased| {
            let (store, both) = (place.store.clone(), both.clone());
            let state = DeliveryState::Confirmed { at: NOON.parse().unwrap() };
            let delivery = Delivery { state, ..leased };
            tokio::spawn(async move {
                let write = store.write::<_, StoreError, _>(async move |w| {
                    assert!(resolutions::save_delivery(w, &delivery).await?);
                    // Each has ended its own, and neither is committed.
                    both.wait().await;
                    let all = resolutions::lock_deliveries(w, &delivery.resolution).await?;
                    let done = all.iter().filter(|other| other.state.is_done()).count();
                    Ok((done, Vec::new()))
                });
                write.await.unwrap()
            })
        });
        let mut seen = Vec::new();
        for end in ends {
            seen.push(end.await.unwrap());
        }
        seen.sort_unstable();
        assert_eq!(seen, [1, 2], "the second one sees both");
    }
}
