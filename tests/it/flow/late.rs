//! Reads that come late: pages older than what is held by then, lists that leave rows out, and
//! workers that stalled while another took over.

use super::*;
use crate::support::rest_target::{Fault, RestTarget, TOKEN};
use crate::support::world::steward;
use chrono::TimeDelta;
use referee::domain::audit::Actor;
use referee::domain::diff::Kind;
use referee::domain::ids::{EntityId, SystemId};
use referee::domain::resolution::Outcome;
use referee::engine::Refusal;
use referee::engine::review::Decision;
use referee::engine::sync::Trigger;
use referee::store::runs::{self, Run};
use referee::store::{StoreError, alerts};
use std::time::Duration;

const CONFIG: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "shop"
label = "Shop"
connector = { kind = "rest", base_url = "BASE", auth = "bearer", allow = ["127.0.0.1"], collections = { people = { path = "/people", record_path = "/data", item_path = "/people/{key}", paging = "page", page_param = "page", size_param = "size", max_size = 10, etag = true } } }

[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [{ id = "name", label = "Name" }]

[[mapping]]
system = "portal"
entity = "customer"
object = "customers"
key = "id"
link = "id"
fields = [{ field = "name", columns = ["name"] }]
[[mapping]]
system = "shop"
entity = "customer"
object = "people"
key = "id"
link = "id"
fields = [{ field = "name", columns = ["name"] }]
"#;
const PEOPLE: &str = "CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT);
    INSERT INTO customers VALUES ('C-1', 'Ada'), ('C-2', 'Mateo');";

/// A portal in SQLite and a shop behind REST that agree, read once, on each database there is.
async fn shops() -> Vec<(World, RestTarget)> {
    let mut shops = Vec::new();
    for url in [None].into_iter().chain(postgres::database().await.map(Some)) {
        let shop = RestTarget::start();
        shop.put("people", r#"{"id":"C-1","name":"Ada"}"#);
        shop.put("people", r#"{"id":"C-2","name":"Mateo"}"#);
        let world = World::on(url, &CONFIG.replace("BASE", &shop.url), &[("portal", PEOPLE)]).await;
        world.engine.save_secret(&"shop".into(), TOKEN, Actor::referee()).await.unwrap();
        world.sync().await;
        assert_eq!(open(&world).await, []);
        shops.push((world, shop));
    }
    shops
}

fn shop_trigger() -> (SystemId, EntityId, Trigger) {
    ("shop".into(), "customer".into(), Trigger { full: true, ..Trigger::schedule() })
}

/// Reads the shop whole.
async fn read(world: &World) -> Run {
    world.clock.advance(TimeDelta::minutes(1));
    let (system, _, trigger) = shop_trigger();
    world.engine.sync(&system, &trigger).await.unwrap().remove(0)
}

/// Waits until the shop was asked once more than `before`.
async fn asked(shop: &RestTarget, before: usize) {
    for _ in 0..200 {
        if shop.journal().len() > before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the shop was not asked");
}

async fn names(world: &World) -> Vec<String> {
    let mut session = world.engine.store().session().await.unwrap();
    let sql = "SELECT raw AS value FROM holdings WHERE system = 'shop' AND present ORDER BY external_id";
    session.sql(sql).values().await.unwrap()
}

#[tokio::test]
async fn a_page_that_is_older_than_what_was_delivered_meanwhile_does_not_undo_it() {
    for (world, shop) in shops().await {
        world.enable_writes(&["portal", "shop"]).await;
        world.sql("portal", "UPDATE customers SET name = 'Ada Okafor' WHERE id = 'C-1'").await;
        world.sync().await;
        let conflict = open(&world).await.remove(0);
        let difference = differences(&world, &conflict).await.remove(0);
        let outcomes = vec![(difference.id.clone(), Outcome::Keep { value: 1 })];
        let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
        world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        // The shop reads its list, and answers with it only later.
        let before = shop.journal().len();
        shop.fault(Fault::HoldAfter(Duration::from_millis(1500)));
        let (engine, (system, _, trigger)) = (world.engine.clone(), shop_trigger());
        let run = tokio::spawn(async move { engine.sync(&system, &trigger).await.unwrap().remove(0) });
        asked(&shop, before).await;
        assert_eq!(world.deliver().await, 1);
        let run = run.await.unwrap();
        assert_eq!((run.error, run.counts.changed), (None, 0));
        assert!(names(&world).await[0].contains("Ada Okafor"), "what was read back stands");
        assert_eq!(open(&world).await, [], "the page opens nothing");
        // What it skipped is not forgotten: the next read brings what the shop says by then.
        shop.put("people", r#"{"id":"C-1","name":"Ada Bell"}"#);
        assert_eq!(read(&world).await.counts.changed, 1);
        assert_eq!(open(&world).await.len(), 1);
    }
}

#[tokio::test]
async fn a_row_that_a_list_left_out_is_gone_only_if_it_is_not_there() {
    for (world, shop) in shops().await {
        let body = r#"{"data":[{"id":"C-1","name":"Ada"}],"meta":{}}"#.to_owned();
        let headers = vec![("content-type", "application/json".to_owned())];
        let list = Fault::Answer { status: 200, headers, body };
        shop.fault(list.clone());
        let run = read(&world).await;
        assert_eq!((run.error, run.counts.changed), (None, 0));
        assert_eq!(open(&world).await, [], "left out of the list, and there");
        assert_eq!(names(&world).await.len(), 2);

        shop.fault(list.clone());
        shop.fault(Fault::Answer { status: 403, headers: Vec::new(), body: "no".to_owned() });
        assert_eq!(read(&world).await.state, "failed", "nobody knows whether it is there");
        assert_eq!(open(&world).await, []);

        shop.remove("people", "C-2");
        assert_eq!(read(&world).await.error, None);
        let conflict = open(&world).await.remove(0);
        let kinds: Vec<Kind> =
            differences(&world, &conflict).await.into_iter().map(|d| d.dispute.kind).collect();
        assert_eq!((conflict.title.as_str(), kinds), ("Mateo", vec![Kind::Deleted]));
    }
}

#[tokio::test]
async fn a_worker_that_stalled_writes_nothing_beside_the_one_that_took_over() {
    for (world, shop) in shops().await {
        let (system, entity, trigger) = shop_trigger();
        let before =
            runs::cursor(&mut world.engine.store().session().await.unwrap(), &system, &entity).await.unwrap();
        shop.put("people", r#"{"id":"C-1","name":"Ada Bell"}"#);
        let stalled = world.engine.start_run(&system, &entity, &trigger).await.unwrap();
        world.clock.advance(TimeDelta::minutes(3));
        let other = world.engine.start_run(&system, &entity, &trigger).await.unwrap();
        assert_eq!((&other.id, other.fence), (&stalled.id, stalled.fence + 1));
        let told = world.engine.carry_out(stalled).await;
        assert!(matches!(told, Err(Refusal::WrongState(_))), "{told:?}");
        assert!(!names(&world).await[0].contains("Bell"), "nothing was taken");
        let mut session = world.engine.store().session().await.unwrap();
        assert_eq!(runs::cursor(&mut session, &system, &entity).await.unwrap(), before);
        drop(session);
        let done = world.engine.carry_out(other).await.unwrap();
        assert_eq!((done.state.as_str(), done.counts.read, done.counts.changed), ("done", 2, 1));
    }
}

/// Causes of the open alerts.
async fn alarms(world: &World) -> Vec<String> {
    let mut session = world.engine.store().session().await.unwrap();
    alerts::open(&mut session, 10).await.unwrap().into_iter().map(|alert| alert.cause).collect()
}

#[tokio::test]
async fn a_row_that_cannot_be_stored_is_set_aside_and_the_others_go_on() {
    for (world, _shop) in shops().await {
        let nul = "UPDATE customers SET name = 'A' || char(0) || 'da' WHERE id = 'C-1';
            UPDATE customers SET name = 'Mateo L' WHERE id = 'C-2';
            INSERT INTO customers VALUES ('C-3', 'x' || char(0)), ('C' || char(0) || '4', 'y');";
        world.sql("portal", nul).await;
        world.clock.advance(TimeDelta::minutes(1));
        let (_, _, trigger) = shop_trigger();
        let run = world.engine.sync(&"portal".into(), &trigger).await.unwrap().remove(0);
        assert_eq!((run.error, run.counts.changed, run.counts.quarantined), (None, 1, 3));
        let mut session = world.engine.store().session().await.unwrap();
        let mut aside: Vec<_> = runs::quarantine(&mut session, &run.id, 10)
            .await
            .unwrap()
            .into_iter()
            .map(|row| (row.external_id, row.reason))
            .collect();
        aside.sort();
        let reason = |text: &str| format!("{text} holds a NUL character");
        assert_eq!(
            aside,
            [
                (None, reason("the key")),
                (Some("C-1".to_owned()), reason("the column \"name\"")),
                (Some("C-3".to_owned()), reason("the column \"name\""))
            ]
        );
        drop(session);
        let titles: Vec<String> = open(&world).await.into_iter().map(|conflict| conflict.title).collect();
        assert_eq!(titles, ["Mateo"], "the others are judged, and what is set aside is not gone");
        assert_eq!(alarms(&world).await, [] as [&str; 0]);
    }
}

/// Damages what is stored of the portal's C-1, or puts it right.
async fn store_raw(world: &World, raw: &'static str) {
    let write = world.engine.store().write::<_, StoreError, _>(async move |w| {
        let sql = "UPDATE holdings SET raw = $1 WHERE system = 'portal' AND external_id = 'C-1'";
        Ok((w.sql(sql).bind(raw).run_one().await?, Vec::new()))
    });
    write.await.unwrap();
}

#[tokio::test]
async fn a_record_that_cannot_be_judged_holds_up_no_other_and_somebody_is_told() {
    for (world, shop) in shops().await {
        store_raw(&world, "damaged").await;
        shop.put("people", r#"{"id":"C-1","name":"Ada Bell"}"#);
        shop.put("people", r#"{"id":"C-2","name":"Mateo Bell"}"#);
        assert_eq!(read(&world).await.counts.changed, 2);
        assert_eq!(open(&world).await.len(), 1, "the other one is judged");
        assert_eq!(alarms(&world).await, ["judge/customer"]);
        world.engine.keep_schedule().await.unwrap();
        let mut session = world.engine.store().session().await.unwrap();
        let counted = alerts::open(&mut session, 10).await.unwrap().remove(0).times;
        assert_eq!(counted, 1, "it is not tried over and over");
        drop(session);
        // A page that changes it cannot be taken: the run ends, and says so.
        world.sql("portal", "UPDATE customers SET name = 'Ada Lind' WHERE id = 'C-1'").await;
        let (_, _, trigger) = shop_trigger();
        let run = world.engine.sync(&"portal".into(), &trigger).await.unwrap().remove(0);
        assert_eq!(run.state, "failed");
        assert_eq!(alarms(&world).await, ["run/portal/customer", "judge/customer"]);

        store_raw(&world, r#"{"id":"C-1","name":"Ada"}"#).await;
        world.sql("portal", "UPDATE customers SET name = 'Ada' WHERE id = 'C-1'").await;
        world.clock.advance(TimeDelta::minutes(61));
        world.engine.keep_schedule().await.unwrap();
        assert_eq!(open(&world).await.len(), 2, "tried again, and judged");
        world.sync().await;
        assert_eq!(alarms(&world).await, [] as [&str; 0]);
    }
}

/// Waits until the portal was read so often.
async fn portal_runs(world: &World, count: usize) {
    for _ in 0..400 {
        let mut session = world.engine.store().session().await.unwrap();
        let runs = runs::newest(&mut session, Some(&"portal".into()), 50).await.unwrap();
        if runs.iter().filter(|run| run.state == "done").count() >= count {
            return;
        }
        drop(session);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the portal was not read {count} times");
}

#[tokio::test]
async fn a_slow_system_holds_up_no_other_and_is_waited_for_at_the_end() {
    for url in [None].into_iter().chain(postgres::database().await.map(Some)) {
        let shop = RestTarget::start();
        shop.put("people", r#"{"id":"C-1","name":"Ada"}"#);
        let config = CONFIG
            .replace("BASE", &shop.url)
            .replace("label = \"Portal\"", "label = \"Portal\"\nevery_minutes = 1")
            .replace("label = \"Shop\"", "label = \"Shop\"\nevery_minutes = 1");
        let world = World::on(url, &config, &[("portal", PEOPLE)]).await;
        world.engine.save_secret(&"shop".into(), TOKEN, Actor::referee()).await.unwrap();
        shop.fault(Fault::HoldAfter(Duration::from_secs(9)));
        let stop = tokio_util::sync::CancellationToken::new();
        let workers = world.engine.start_workers(&stop, None, None);
        portal_runs(&world, 1).await;
        world.clock.advance(TimeDelta::seconds(61));
        world.sql("portal", "UPDATE customers SET name = 'Ada Bell' WHERE id = 'C-1'").await;
        portal_runs(&world, 2).await;
        let mut session = world.engine.store().session().await.unwrap();
        let slow = runs::newest(&mut session, Some(&"shop".into()), 5).await.unwrap();
        assert_eq!(slow.iter().map(|run| run.state.as_str()).collect::<Vec<_>>(), ["running"]);
        drop(session);
        stop.cancel();
        for worker in workers {
            worker.await.unwrap();
        }
        let mut session = world.engine.store().session().await.unwrap();
        let slow = runs::newest(&mut session, Some(&"shop".into()), 5).await.unwrap().remove(0);
        assert_eq!((slow.state.as_str(), slow.counts.read), ("done", 1));
        drop(session);
        assert!(open(&world).await.iter().any(|conflict| conflict.title.starts_with("Ada")));
    }
}
