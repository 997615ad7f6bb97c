//! Walking lists page by page: each row once, while others come.

use super::*;
use chrono::TimeDelta;
use referee::domain::access::Viewer;
use referee::domain::ids::{RecordId, RunId};
use referee::domain::policy::Stakes;
use referee::domain::time::Time;
use referee::domain::words::Sought;
use referee::store::conflicts::{self, Conflict};
use referee::store::queue::{self, Filter, Order, Position};
use referee::store::records::{self, Record};
use referee::store::runs::{self, Counts, Run};
use referee::store::search::{self, Search};
use referee::store::{MOST_ROWS, trail};
use std::collections::BTreeSet;

const PAGE: i64 = 7;

fn noon() -> Time {
    NOON.parse().unwrap()
}

fn record(n: i64) -> Record {
    Record {
        id: format!("rec-{n:05}").into(),
        entity: "customer".into(),
        link: None,
        title: "Okafor".to_owned(),
        created_at: noon(),
    }
}

/// A conflict whose rank only its number tells from most others.
fn conflict(n: i64) -> Conflict {
    let stakes = Stakes::ALL[usize::try_from(n).unwrap() % Stakes::ALL.len()];
    Conflict {
        id: format!("con-{n:05}").into(),
        record: record(n).id,
        entity: "customer".into(),
        title: "Okafor".to_owned(),
        open: true,
        stakes,
        due_at: noon() + TimeDelta::hours(n % 4 - 2),
        opened_at: noon(),
        closed_at: None,
        assignee: None,
        assigned_by: None,
        claimed_by: None,
        claimed_until: None,
        version: 1,
        draft: None,
        incident: None,
        wait: None,
        escalation: None,
        overdue_told: None,
    }
}

async fn add(store: &Store, numbers: std::ops::Range<i64>) {
    let write = store.write::<_, StoreError, _>(async move |w| {
        let all: Vec<Record> = numbers.clone().map(record).collect();
        records::insert(w, &all).await?;
        for n in numbers.clone() {
            conflicts::insert(w, &conflict(n)).await?;
            find_by(w, &record(n).id, None, &["Okafor"]).await?;
        }
        Ok(((), numbers.clone().map(told).collect()))
    });
    write.await.unwrap();
}

/// Walks with `next` until it brings nothing, while rows are added after each page; how often
/// each row was met.
async fn walk(place: &Place, mut next: impl AsyncFnMut() -> Vec<String>) -> Vec<String> {
    let (mut met, mut fresh) = (Vec::new(), 1000);
    loop {
        let page = next().await;
        if page.is_empty() {
            return met;
        }
        assert!(page.len() <= usize::try_from(PAGE).unwrap());
        met.extend(page);
        assert!(met.len() < 2000, "the walk does not end");
        // A few more, but not for ever: a list that grows as fast as it is read has no end.
        if fresh < 1030 {
            add(&place.store, fresh..fresh + 3).await;
            fresh += 3;
        }
    }
}

/// Nothing twice, and everything that was there from the beginning.
fn once_each(met: &[String], expected: impl Iterator<Item = String>) {
    let unique: BTreeSet<&String> = met.iter().collect();
    assert_eq!(unique.len(), met.len(), "a row was met twice");
    for id in expected {
        assert!(unique.contains(&id), "{id} was not met");
    }
}

#[tokio::test]
async fn the_queue_brings_each_conflict_once_forwards_and_backwards() {
    for place in places().await {
        add(&place.store, 0..100).await;
        let (viewer, filter, now) = (Viewer::referee(), Filter::default(), noon());
        let mut after: Option<Position> = None;
        let met = walk(&place, async || {
            let mut s = place.store.session().await.unwrap();
            let page = queue::page(&mut s, &viewer, &filter, after.as_ref(), now, PAGE).await.unwrap();
            after = page.last().map(|last| Position::of(last, now));
            page.into_iter().map(|conflict| conflict.id.0).collect()
        })
        .await;
        once_each(&met, (0..100).map(|n| conflict(n).id.0));

        let mut s = place.store.session().await.unwrap();
        let all = queue::page(&mut s, &viewer, &filter, None, now, 1000).await.unwrap();
        let ids = |page: &[Conflict]| page.iter().map(|conflict| conflict.id.0.clone()).collect::<Vec<_>>();
        let last = Position::of(all.last().unwrap(), now);
        let (mut before, mut back) = (last, ids(&all[all.len() - 1..]));
        loop {
            let page = queue::page_before(&mut s, &viewer, &filter, &before, now, PAGE).await.unwrap();
            let Some(first) = page.first() else { break };
            before = Position::of(first, now);
            back.splice(0..0, ids(&page));
        }
        assert_eq!(back, ids(&all), "the same list from its end");
    }
}

/// By its own key and its id, with what every order says of two rows.
fn in_order(order: Order, one: &Conflict, other: &Conflict) -> bool {
    let key = |own: &Conflict| (own.id.0.clone(), own.title.clone(), own.due_at, own.opened_at);
    let ((a, title_a, due_a, age_a), (b, title_b, due_b, age_b)) = (key(one), key(other));
    match order {
        Order::Urgency => true,
        Order::Due => (due_a, a) < (due_b, b),
        Order::Oldest => (age_a, a) < (age_b, b),
        Order::Newest => (age_a, a) > (age_b, b),
        Order::Title => (title_a, a) < (title_b, b),
        Order::TitleDown => (title_a, a) > (title_b, b),
    }
}

#[tokio::test]
async fn every_order_covers_the_whole_list_from_both_ends() {
    let orders = [Order::Due, Order::Oldest, Order::Newest, Order::Title, Order::TitleDown, Order::Urgency];
    for place in places().await {
        add(&place.store, 0..100).await;
        let write = place.store.write::<_, StoreError, _>(async move |w| {
            for n in 0..100 {
                let own = conflict(n);
                let (title, opened_at) = (format!("Name {}", n % 7), noon() - TimeDelta::hours(n % 5));
                conflicts::save(w, &Conflict { title, opened_at, ..own }).await?;
            }
            Ok(((), Vec::new()))
        });
        write.await.unwrap();
        let (viewer, now, mut s) = (Viewer::referee(), noon(), place.store.session().await.unwrap());
        for order in orders {
            let filter = Filter { order, ..Filter::default() };
            let all = queue::page(&mut s, &viewer, &filter, None, now, 1000).await.unwrap();
            assert_eq!(all.len(), 100);
            assert!(all.windows(2).all(|two| in_order(order, &two[0], &two[1])), "{order:?}");
            let (mut met, mut after): (Vec<Conflict>, Option<Position>) = (Vec::new(), None);
            loop {
                let page = queue::page(&mut s, &viewer, &filter, after.as_ref(), now, PAGE).await.unwrap();
                let Some(last) = page.last() else { break };
                after = Some(Position::of(last, now));
                let place = queue::place(&mut s, &viewer, &filter, &Position::of(&page[0], now), now).await;
                assert_eq!(place.unwrap(), i64::try_from(met.len()).unwrap(), "{order:?}");
                met.extend(page);
            }
            assert_eq!(met, all, "{order:?}");
            let mut back = vec![all[99].clone()];
            loop {
                let first = Position::of(&back[0], now);
                let page = queue::page_before(&mut s, &viewer, &filter, &first, now, PAGE).await.unwrap();
                if page.is_empty() {
                    break;
                }
                back.splice(0..0, page);
            }
            assert_eq!(back, all, "{order:?} from its end");
        }
    }
}

#[tokio::test]
async fn the_log_brings_each_entry_once() {
    for place in places().await {
        add(&place.store, 0..100).await;
        let mut from = trail::From::Newest;
        let met = walk(&place, async || {
            let mut s = place.store.session().await.unwrap();
            let page =
                trail::page(&mut s, &Viewer::referee(), &trail::Filter::default(), from, PAGE).await.unwrap();
            from = page.last().map_or(from, |last| trail::From::Before(last.seq));
            page.into_iter().map(|entry| entry.seq.to_string()).collect()
        })
        .await;
        once_each(&met, (1..=100).map(|seq| seq.to_string()));
        assert_eq!(met.len(), 100, "what came later is before the first page");
    }
}

#[tokio::test]
async fn the_records_found_are_brought_once_each() {
    for place in places().await {
        add(&place.store, 0..100).await;
        for sought in [Sought::default(), Sought::of("okaf")] {
            let search = Search { sought, entity: Some("customer".into()) };
            let mut after: Option<RecordId> = None;
            let mut s = place.store.session().await.unwrap();
            let mut met = Vec::new();
            loop {
                let page =
                    search::page(&mut s, &Viewer::referee(), &search, after.as_ref(), PAGE).await.unwrap();
                let Some(last) = page.last() else { break };
                after = Some(last.id.clone());
                met.extend(page.into_iter().map(|record| record.id.0));
            }
            once_each(&met, (0..100).map(|n| record(n).id.0));
        }
    }
}

fn run(n: i64) -> Run {
    Run {
        id: format!("run-{n:05}").into(),
        system: "portal".into(),
        entity: "customer".into(),
        kind: "full".to_owned(),
        trigger: "schedule".to_owned(),
        started_by: String::new(),
        state: "done".to_owned(),
        started_at: noon(),
        ended_at: None,
        position: None,
        since: None,
        counts: Counts::default(),
        error: None,
        lease_until: None,
        fence: 1,
    }
}

async fn add_runs(store: &Store, numbers: std::ops::Range<i64>) {
    let write = store.write::<_, StoreError, _>(async move |w| {
        for n in numbers.clone() {
            runs::insert(w, &run(n)).await?;
        }
        Ok(((), Vec::new()))
    });
    write.await.unwrap();
}

#[tokio::test]
async fn the_runs_are_brought_once_each() {
    for place in places().await {
        add_runs(&place.store, 0..100).await;
        let (mut before, mut fresh, mut met): (Option<RunId>, i64, Vec<String>) = (None, 1000, Vec::new());
        loop {
            let mut s = place.store.session().await.unwrap();
            let page = match &before {
                None => runs::newest(&mut s, None, PAGE).await.unwrap(),
                Some(before) => runs::older(&mut s, None, before, PAGE).await.unwrap(),
            };
            let Some(last) = page.last() else { break };
            before = Some(last.id.clone());
            met.extend(page.into_iter().map(|run| run.id.0));
            add_runs(&place.store, fresh..fresh + 2).await;
            fresh += 2;
        }
        once_each(&met, (0..100).map(|n| run(n).id.0));
        assert_eq!(met.len(), 100);
    }
}

#[tokio::test]
async fn a_page_has_an_end_whatever_is_asked_for() {
    for place in places().await {
        let rows = place.store.write::<_, StoreError, _>(async |w| {
            let row = |n: i64| vec![format!("run-{n:06}").into(), "2026-03-03T12:00:00.000000Z".into()];
            let head =
                "INSERT INTO runs (id, started_at, system, entity, kind, trigger_name, started_by, state)";
            let rest = ["portal", "customer", "full", "schedule", "", "done"];
            let rows = (0..MOST_ROWS + 50).map(|n| row(n).into_iter().chain(rest.map(Into::into)).collect());
            Ok((w.insert_rows(head, rows.collect(), "").await?, Vec::new()))
        });
        assert_eq!(i64::try_from(rows.await.unwrap()).unwrap(), MOST_ROWS + 50);
        add(&place.store, 0..20).await;
        let mut s = place.store.session().await.unwrap();
        for most in [i64::MAX, MOST_ROWS + 1] {
            let page = runs::newest(&mut s, None, most).await.unwrap();
            assert_eq!(i64::try_from(page.len()).unwrap(), MOST_ROWS);
        }
        let viewer = Viewer::referee();
        for none in [0, -1, i64::MIN] {
            assert_eq!(runs::newest(&mut s, None, none).await.unwrap().len(), 0, "{none}");
            let page = queue::page(&mut s, &viewer, &Filter::default(), None, noon(), none).await.unwrap();
            assert_eq!(page, [], "{none}");
            let log = trail::page(&mut s, &viewer, &trail::Filter::default(), trail::From::Newest, none)
                .await
                .unwrap();
            assert_eq!(log, [], "{none}");
            let found = search::page(&mut s, &viewer, &Search::default(), None, none).await.unwrap();
            assert_eq!(found, [], "{none}");
        }
        let page = queue::page(&mut s, &viewer, &Filter::default(), None, noon(), i64::MAX).await.unwrap();
        assert_eq!(page.len(), 20);
    }
}
