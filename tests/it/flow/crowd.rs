//! Ten thousand writes that all failed while a system was down: when it is back they come at its rate, each
//! once, in their order, and none is forgotten. By the machine's own clock, as the system sees it.

use super::targets::CONFIG;
use crate::support::rest_target::{Entry, RestTarget, TOKEN};
use crate::support::world::SystemRandom;
use chrono::TimeDelta;
use referee::clock::SystemClock;
use referee::domain::access::Viewer;
use referee::domain::audit::Actor;
use referee::domain::catalog::Catalog;
use referee::domain::delivery::{Change, DeliveryState};
use referee::domain::ids::SystemId;
use referee::domain::seal::Key;
use referee::domain::target::{Standing, Target};
use referee::domain::time::Time;
use referee::domain::value::{Cell, Held};
use referee::engine::Engine;
use referee::engine::sync::Trigger;
use referee::store::resolutions::{self, Delivery, Resolution};
use referee::store::{Options, Store, StoreError, WriteSession, targets};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Records of the system, and writes to each of them.
const RECORDS: usize = 400;
const WRITES: usize = 25;
/// What the system takes in a second.
const RATE: usize = 20;
/// So many writes are watched, which takes as many seconds at least as they are times its rate.
const WATCHED: usize = 4 * RATE;

/// A portal and a helpdesk that agree.
async fn agreed(folder: &Path, desk: &RestTarget) -> Arc<Engine> {
    let mut rows = "CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, street TEXT);".to_owned();
    for n in 0..RECORDS {
        rows += &format!("INSERT INTO customers VALUES ('C-{n}', 'Customer {n}', 'step 0');");
        let person = format!(r#"{{"id":"P{n}","ref":"C-{n}","name":"Customer {n}","street":"step 0"}}"#);
        desk.put("people", &person);
    }
    let portal = SqliteConnectOptions::new().filename(folder.join("portal.sqlite")).create_if_missing(true);
    sqlx::raw_sql(sqlx::AssertSqlSafe(rows)).execute(&mut portal.connect().await.unwrap()).await.unwrap();
    let url = format!("sqlite://{}/referee.db", folder.display());
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let store = Store::open(Options { url, key: Key::new([7; 32]), clock, random }).await.unwrap();
    let engine = Engine::start(store).await.unwrap();
    let config = CONFIG.replace("BASE", &desk.url).replace("ETAG", "true");
    let config = config.replace("FOLDER", &folder.display().to_string());
    // What one step leaves different is nobody's to settle but a person's.
    let config = config.replace("source_wins", "manual_review");
    let config = config.replace("writes_per_second = 10", &format!("writes_per_second = {RATE}"));
    assert!(engine.seed(toml::from_str::<Catalog>(&config).unwrap()).await.unwrap());
    engine.save_secret(&"desk".into(), TOKEN, Actor::referee()).await.unwrap();
    for run in engine.sync_all(&Trigger::schedule()).await.unwrap() {
        assert_eq!((run.error, run.counts.read), (None, i64::try_from(RECORDS).unwrap()));
    }
    engine.enable_writes(&Viewer::referee(), &"desk".into(), true).await.unwrap();
    engine
}

/// Of each record, its key at the helpdesk.
async fn records(engine: &Engine) -> Vec<(String, String)> {
    let mut session = engine.store().session().await.unwrap();
    let text = "SELECT record_id || ' ' || external_id AS value FROM holdings WHERE system = 'desk'";
    let all: Vec<String> = session.sql(text).values().await.unwrap();
    all.iter().map(|one| one.split_once(' ').unwrap()).map(|(r, k)| (r.to_owned(), k.to_owned())).collect()
}

/// The helpdesk has been down, and ten thousand writes to it were tried again and again.
async fn outage(engine: &Engine) {
    let all = records(engine).await;
    assert_eq!(all.len(), RECORDS);
    let insert = engine.store().write::<_, StoreError, _>(async move |w| {
        for (record, key) in &all {
            decided(w, record, key).await?;
        }
        let (system, since) = (SystemId::from("desk"), w.now());
        let down = targets::lock(w, &system).await?;
        let standing = Standing::Paused { since, probe_at: since, step: 3, message: "no route".to_owned() };
        targets::save(w, &system, &Target { standing, ..down }).await?;
        Ok(((), Vec::new()))
    });
    insert.await.unwrap();
}

/// A decision on a record with its writes, each the step after the one before.
async fn decided(w: &mut WriteSession, record: &str, key: &str) -> Result<(), StoreError> {
    let now = w.now();
    let resolution = Resolution {
        approval: None,
        group: None,
        id: w.new_id().into(),
        conflict: format!("conflict-{key}").into(),
        record: record.into(),
        state: "sending".to_owned(),
        actor: Actor::referee(),
        reason: String::new(),
        note: String::new(),
        created_at: now,
        held_until: now,
        policy_version: 1,
        page: "[]".to_owned(),
        outcomes: Vec::new(),
    };
    let conflict = "INSERT INTO conflicts (id, record_id, entity, title, open, stakes, due_at, opened_at,
        closed_at, version) VALUES ($1, $2, 'customer', 'x', FALSE, 1, $3, $3, $3, 1)";
    w.sql(conflict).bind(&resolution.conflict).bind(&resolution.record).bind(now).run_one().await?;
    resolutions::insert(w, std::slice::from_ref(&resolution)).await?;
    let all: Vec<Delivery> = (1..=WRITES).map(|step| tried(&resolution, key, step, now)).collect();
    resolutions::insert_deliveries(w, &all).await
}

/// A write that has failed four times, the step after the one before.
fn tried(resolution: &Resolution, key: &str, step: usize, now: Time) -> Delivery {
    let (was, becomes) = (format!("step {}", step - 1), format!("step {step}"));
    let cells = |text: &String| [("street".to_owned(), Cell::Text(text.clone()))].into();
    let change = Change {
        form: false,
        create: false,
        remove: false,
        slot: "street".into(),
        before: cells(&was),
        cells: cells(&becomes),
        fields: [("street".into(), (Held::Value(was), Held::Value(becomes)))].into(),
        beside: [].into(),
    };
    Delivery {
        id: format!("{key}-{step:03}").into(),
        resolution: resolution.id.clone(),
        conflict: resolution.conflict.clone(),
        record: resolution.record.clone(),
        system: "desk".into(),
        entity: "customer".into(),
        external_id: Some(key.to_owned()),
        change,
        state: DeliveryState::Retrying {
            attempt: 4,
            next: now + TimeDelta::hours(1),
            message: "no route".to_owned(),
        },
        idempotency_key: format!("key-{key}-{step}"),
        lease_until: None,
        fence: 4,
        created_at: now,
    }
}

/// The writes the helpdesk took, as it wrote them down.
fn writes(desk: &RestTarget) -> Vec<Entry> {
    desk.journal().into_iter().filter(|entry| entry.method != "GET").collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_retries_after_an_outage_come_at_the_system_s_rate_and_in_order() {
    let (folder, desk) = (tempfile::tempdir().unwrap(), RestTarget::start());
    let engine = agreed(folder.path(), &desk).await;
    outage(&engine).await;
    let stop = CancellationToken::new();
    let workers = engine.start_workers(&stop, None, None);
    for _ in 0..1200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if writes(&desk).len() >= WATCHED {
            break;
        }
    }
    stop.cancel();
    for worker in workers {
        worker.await.unwrap();
    }
    let seen = writes(&desk);
    let second = Duration::from_secs(1);
    let within =
        |from: &Entry| seen.iter().filter(|own| own.at >= from.at && own.at < from.at + second).count();
    let most = seen.iter().map(within).max().unwrap_or(0);
    // A write follows its read: how long that took is not the same for each.
    assert!(most <= RATE + RATE / 4, "{most} in a second");
    assert!(seen.len() >= WATCHED, "they go on by themselves: {}", seen.len());

    // Each record's writes were done one after the other, each once.
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &seen {
        let step = steps.entry(entry.path.clone()).or_default();
        *step += 1;
        assert!(entry.changed && entry.body.contains(&format!("\"step {step}\"")), "{entry:?}: {step}");
    }
    let mut session = engine.store().session().await.unwrap();
    let text = "SELECT state || ' ' || count(*) AS value FROM deliveries GROUP BY state ORDER BY state";
    let found: Vec<String> = session.sql(text).values().await.unwrap();
    let left = RECORDS * WRITES - seen.len();
    assert_eq!(found, [format!("confirmed {}", seen.len()), format!("retrying {left}")], "none is lost");
}
