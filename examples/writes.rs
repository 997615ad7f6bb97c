//! What `benches/run writes` measures: decisions through the store's writer, rows in batches, and
//! raw statements of the same durability beside them. Prints one number, the rate a second.
//!
//! `writes decisions URL CALLERS SECONDS`: each caller decides, waits for its answer, decides again.
//! `writes raw URL GROUP SECONDS`: plain inserts, so many a commit.
//! `writes batch URL ROWS SECONDS`: holdings, so many a transaction, through the store.
//! `writes rows URL ROWS SECONDS`: the same rows one statement each, so many a transaction.

use chrono::TimeDelta;
use referee::clock::{SystemChance, SystemClock};
use referee::domain::audit::{About, Action, Actor, ActorKind, Event};
use referee::domain::delivery::{Change, DeliveryState};
use referee::domain::record::Reading;
use referee::domain::seal::Key;
use referee::domain::time::{Clock as _, stamp};
use referee::domain::value::Cell;
use referee::store::conflicts::{self, Conflict};
use referee::store::holdings::{self, Holding};
use referee::store::records::{self, Record};
use referee::store::resolutions::{self, Delivery, Resolution};
use referee::store::{Options, Store, StoreError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [what, url, size, seconds] = words.as_slice() else {
        return Err("writes decisions|raw|batch|rows URL SIZE SECONDS".into());
    };
    let (size, time) = (size.parse()?, Duration::from_secs_f64(seconds.parse()?));
    let rate = match what.as_str() {
        "decisions" => decisions(&open(url).await?, size, time).await?,
        "batch" => batches(&open(url).await?, size, time).await?,
        "raw" => raw(url, size, time).await?,
        "rows" => rows(url, size, time).await?,
        other => return Err(format!("there is no {other}").into()),
    };
    println!("{rate:.1}");
    Ok(())
}

async fn open(url: &str) -> Result<Store, StoreError> {
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemChance::new()));
    Store::open(Options { url: url.to_owned(), key: Key::new([7; 32]), clock, random }).await
}

fn a_second(count: u64, began: Instant) -> f64 {
    // Up to 2^53 they are exact.
    count.to_string().parse::<f64>().unwrap_or(0.0) / began.elapsed().as_secs_f64()
}

fn now() -> Instant {
    Instant::now()
}

/// Decisions with one delivery and one entry in the log each, on a conflict per caller.
async fn decisions(store: &Store, callers: usize, time: Duration) -> Result<f64, Failed> {
    for caller in 0..callers {
        store.write::<_, StoreError, _>(async move |w| Ok((prepare(w, caller).await?, Vec::new()))).await?;
    }
    let (done, began) = (Arc::new(AtomicU64::new(0)), now());
    let callers = (0..callers).map(|caller| {
        let (store, done) = (store.clone(), done.clone());
        tokio::spawn(async move {
            while began.elapsed() < time {
                decide(&store, caller).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, StoreError>(())
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await??;
    }
    Ok(a_second(done.load(Ordering::Relaxed), began))
}

fn record(caller: usize, time: chrono::DateTime<chrono::Utc>) -> Record {
    let id = format!("bench-record-{caller}").into();
    Record { id, entity: "customer".into(), link: None, title: "Ada Okafor".to_owned(), created_at: time }
}

async fn prepare(w: &mut referee::store::WriteSession, caller: usize) -> Result<(), StoreError> {
    let conflict = Conflict {
        id: format!("bench-conflict-{caller}").into(),
        record: record(caller, w.now()).id,
        entity: "customer".into(),
        title: "Ada Okafor".to_owned(),
        open: true,
        stakes: referee::domain::policy::Stakes::Medium,
        due_at: w.now(),
        opened_at: w.now(),
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
    };
    let found = conflicts::get(w, &referee::domain::access::Viewer::referee(), &conflict.id).await?;
    if found.is_none() {
        records::insert(w, &[record(caller, w.now())]).await?;
        conflicts::insert(w, &conflict).await?;
    }
    Ok(())
}

async fn decide(store: &Store, caller: usize) -> Result<(), StoreError> {
    let actor = Actor {
        kind: ActorKind::Person,
        id: "bench-user".to_owned(),
        name: "Ana Ruiz".to_owned(),
        role: "steward".to_owned(),
    };
    store
        .write(async move |w| {
            let (now, record) = (w.now(), record(caller, w.now()).id);
            let conflict = format!("bench-conflict-{caller}").into();
            let resolution = Resolution {
                id: w.new_id().into(),
                conflict,
                record: record.clone(),
                state: "held".to_owned(),
                actor: actor.clone(),
                reason: "newer_change".to_owned(),
                note: String::new(),
                created_at: now,
                held_until: now + TimeDelta::seconds(20),
                policy_version: 1,
                page: PAGE.to_owned(),
                outcomes: Vec::new(),
                approval: None,
                group: None,
            };
            let delivery = Delivery {
                id: w.new_id().into(),
                resolution: resolution.id.clone(),
                conflict: resolution.conflict.clone(),
                record: record.clone(),
                system: "warehouse".into(),
                entity: "customer".into(),
                external_id: Some("WH-008841".to_owned()),
                change: Change {
                    form: false,
                    create: false,
                    remove: false,
                    slot: "phone".into(),
                    fields: [].into(),
                    beside: [].into(),
                    before: [("TEL".to_owned(), Cell::Text("030 55501742".to_owned()))].into(),
                    cells: [("TEL".to_owned(), Cell::Text("030 55501743".to_owned()))].into(),
                },
                state: DeliveryState::Waiting { until: resolution.held_until },
                idempotency_key: w.new_id(),
                lease_until: None,
                fence: 0,
                created_at: now,
            };
            let about = About { record: Some(record), ..About::default() };
            let event = Event::new(Action::Decided, actor.clone(), about).policy(1).fact("outcome", "keep");
            resolutions::insert(w, std::slice::from_ref(&resolution)).await?;
            resolutions::insert_deliveries(w, &[delivery]).await?;
            Ok(((), vec![event.value("kept", "030 55501743").value("over", "030 55501742")]))
        })
        .await
}

/// What a page of one difference takes.
const PAGE: &str = r#"[{"field":"phone","kind":"change","values":[{"n":1,"normal":["+493055501743"],"holders":[{"system":"portal","shown":["+49 30 55501743"]}]},{"n":2,"normal":["+493055501742"],"holders":[{"system":"warehouse","shown":["030 55501742"]}]}],"agreed":["+49 30 55501742"],"findings":["always_reviewed"],"cause":{"cause":"stale_copy","changed":"portal"}}]"#;

/// Plain inserts of a row as long as a decision's, `group` a commit, with the store's durability.
async fn raw(url: &str, group: usize, time: Duration) -> Result<f64, Failed> {
    let mut connection = durable(url).await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS raw (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT)")
        .execute(&mut connection)
        .await?;
    let (mut done, began) = (0, now());
    while began.elapsed() < time {
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        for _ in 0..group {
            let row = sqlx::query("INSERT INTO raw (a, b, c) VALUES ($1, $2, $3)");
            row.bind("bench-user").bind("bench-record").bind(PAGE).execute(&mut *tx).await?;
            done += 1;
        }
        tx.commit().await?;
    }
    Ok(a_second(done, began))
}

async fn durable(url: &str) -> Result<sqlx::SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::from_str(url)?.create_if_missing(true);
    options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full).connect().await
}

fn holding(number: u64) -> Holding {
    let at = SystemClock.now();
    let cells =
        [("NAME", "ADA OKAFOR"), ("STREET", "LINDENALLEE"), ("ZIP", "10117"), ("TEL", "030 55501742")];
    Holding {
        system: "warehouse".into(),
        entity: "customer".into(),
        external_id: format!("WH-{number:012}"),
        record: "bench-record-0".into(),
        present: true,
        cells: cells.map(|(column, text)| (column.to_owned(), Cell::Text(text.to_owned()))).into(),
        digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        version: None,
        revision: 1,
        read: Reading { after: None, at, modified_at: Some(at), modified_by: Some("import".to_owned()) },
        token: None,
        run: "bench-run".into(),
    }
}

/// Where the numbers of this run begin: none was used before.
fn fresh() -> u64 {
    u64::try_from(SystemClock.now().timestamp_micros()).unwrap_or(0)
}

async fn batches(store: &Store, rows: usize, time: Duration) -> Result<f64, Failed> {
    store.write::<_, StoreError, _>(async |w| Ok((prepare(w, 0).await?, Vec::new()))).await?;
    let (mut next, mut done, began) = (fresh(), 0, now());
    while began.elapsed() < time {
        let count = u64::try_from(rows)?;
        let all: Vec<Holding> = (next..next + count).map(holding).collect();
        let write = store.write::<_, StoreError, _>(async move |w| {
            holdings::save(w, &all).await?;
            Ok(((), Vec::new()))
        });
        write.await?;
        (next, done) = (next + count, done + count);
    }
    Ok(a_second(done, began))
}

/// The same rows into the same table, a prepared statement each.
async fn rows(url: &str, rows: usize, time: Duration) -> Result<f64, Failed> {
    const INSERT: &str = "INSERT INTO holdings (system, entity, external_id, record_id, present, raw, digest,
        revision, modified_at, modified_by, read_at, run_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    macro_rules! insert {
        ($tx:expr, $number:expr) => {{
            let row = holding($number);
            let (raw, at) = (serde_json::to_string(&row.cells)?, stamp(row.read.at));
            let query = sqlx::query(INSERT).bind(row.system.0).bind(row.entity.0).bind(row.external_id);
            let query =
                query.bind(row.record.0).bind(row.present).bind(raw).bind(row.digest).bind(row.revision);
            query.bind(at.clone()).bind(row.read.modified_by).bind(at).bind(row.run.0).execute($tx).await?;
        }};
    }
    let (mut next, mut done, began) = (fresh(), 0, now());
    let count = u64::try_from(rows)?;
    if url.starts_with("sqlite") {
        let mut connection = durable(url).await?;
        while began.elapsed() < time {
            let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
            for number in next..next + count {
                insert!(&mut *tx, number);
            }
            tx.commit().await?;
            (next, done) = (next + count, done + count);
        }
    } else {
        let mut connection = sqlx::PgConnection::connect(url).await?;
        while began.elapsed() < time {
            let mut tx = connection.begin().await?;
            for number in next..next + count {
                insert!(&mut *tx, number);
            }
            tx.commit().await?;
            (next, done) = (next + count, done + count);
        }
    }
    Ok(a_second(done, began))
}
