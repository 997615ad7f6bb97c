//! Clocks that are wrong pick no winner: they are measured where the system tells its time, and
//! what lies inside the bound comes before a person.

use super::*;
use crate::support::rest_target::{RestTarget, TOKEN};
use crate::support::world::{TestClock, steward};
use chrono::TimeDelta;
use referee::clock::SystemClock;
use referee::domain::audit::Actor;
use referee::domain::explanation::{Explanation, Said};
use referee::domain::ids::SystemId;
use referee::domain::judge::Finding;
use referee::domain::time::{Clock, Time, stamp};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

const CONFIG: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "shop"
label = "Shop"
connector = CONNECTOR

[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [{ id = "name", label = "Name" }, { id = "city", label = "City" }]

[[mapping]]
system = "portal"
entity = "customer"
object = "people"
key = "id"
link = "id"
modified_at = "updated_at"
modified_by = "updated_by"
fields = [{ field = "name", columns = ["name"] }, { field = "city", columns = ["city"] }]
[[mapping]]
system = "shop"
entity = "customer"
object = "people"
key = "id"
link = "id"
modified_at = "updated_at"
modified_by = "updated_by"
fields = [{ field = "name", columns = ["name"] }, { field = "city", columns = ["city"] }]

[policy.customer.all]
rule = "most_recent_wins"
"#;
const REST: &str = r#"{ kind = "rest", base_url = "BASE", auth = "bearer", allow = ["127.0.0.1"], collections = { people = { path = "/people", record_path = "/data", item_path = "/people/{key}", paging = "page", page_param = "page", size_param = "size", max_size = 10, since_param = "since", etag = true } } }"#;
const PEOPLE: &str = "
CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT, city TEXT, updated_at TEXT, updated_by TEXT);
INSERT INTO people VALUES ('C-1', 'Ada', 'Bonn', '2026-01-01T10:00:00Z', 'Ana');";

fn http(time: Time) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A portal and a shop behind REST whose clock runs ahead, which agree; on each database there is.
async fn shops(ahead: TimeDelta, age: u32) -> Vec<(World, RestTarget)> {
    let mut shops = Vec::new();
    for url in [None].into_iter().chain(postgres::database().await.map(Some)) {
        let shop = RestTarget::start();
        shop.put("people", &person("Bonn", "2026-01-01T10:00:00Z".parse().unwrap()));
        let config = CONFIG.replace("CONNECTOR", &REST.replace("BASE", &shop.url));
        let world = World::on(url, &config, &[("portal", PEOPLE)]).await;
        world.engine.save_secret(&"shop".into(), TOKEN, Actor::referee()).await.unwrap();
        tick(&world, &shop, ahead, age);
        world.sync().await;
        assert_eq!(open(&world).await, []);
        shops.push((world, shop));
    }
    shops
}

/// The shop's clock as it will be when the world is read next, a minute from now.
fn tick(world: &World, shop: &RestTarget, ahead: TimeDelta, age: u32) {
    shop.set_clock(&http(world.engine.now() + TimeDelta::minutes(1) + ahead), age);
}

fn person(city: &str, at: Time) -> String {
    let at = stamp(at);
    format!(r#"{{"id":"C-1","name":"Ada","city":"{city}","updated_at":"{at}","updated_by":"Bo"}}"#)
}

async fn edit_portal(world: &World, city: &str, at: Time) {
    let at = stamp(at);
    let sql = format!("UPDATE people SET city = '{city}', updated_at = '{at}', updated_by = 'Ana'");
    world.sql("portal", &sql).await;
}

async fn explained(world: &World) -> Explanation {
    let mut session = world.engine.store().session().await.unwrap();
    let found = referee::store::records::by_links(&mut session, &"customer".into(), &["C-1"]).await;
    let record = found.unwrap().remove(0);
    let explained = world.engine.explain(&steward(), &record.id, Some(&"city".into())).await.unwrap();
    explained.into_iter().next().unwrap()
}

/// What the judge says of two edits: `later` seconds later in the shop, by its own stamp.
async fn judged(world: &World, shop: &RestTarget, ahead: TimeDelta, age: u32, later: i64) -> Explanation {
    let edited = world.engine.now() + TimeDelta::seconds(5);
    edit_portal(world, "Köln", edited).await;
    shop.put("people", &person("Berlin", edited + TimeDelta::seconds(later)));
    tick(world, shop, ahead, age);
    world.sync().await;
    explained(world).await
}

fn too_close(explained: &Explanation) -> Option<(i64, i64, Vec<SystemId>)> {
    explained.findings.iter().find_map(|finding| match finding {
        Finding::TooClose { milliseconds, bound_ms, unmeasured, .. } => {
            Some((*milliseconds, *bound_ms, unmeasured.clone()))
        }
        _ => None,
    })
}

#[tokio::test]
async fn a_shop_whose_clock_runs_ahead_does_not_win_by_it() {
    let ahead = TimeDelta::seconds(180);
    for (world, shop) in shops(ahead, 0).await {
        // The portal was edited last, by true time: 160 seconds are the clock's.
        let explained = judged(&world, &shop, ahead, 0, 160).await;
        assert_eq!(explained.verdict, Some(Said::Review));
        let (apart, bound, unmeasured) = too_close(&explained).expect("a finding");
        assert_eq!((apart, unmeasured), (160_000, vec![]));
        // 180 s, up to a second more by the header's step and the way, and 2 s of margin.
        // Real time passes while the world's clock stands still: some seconds on a busy machine.
        assert!((182_000..200_000).contains(&bound), "{bound}");
        let clock = explained.voices[1].clock.expect("measured");
        assert!((clock.now.ahead_ms - 180_000).abs() < 10_000, "{clock:?}");
        assert!((500..10_000).contains(&clock.now.within_ms), "{clock:?}");
        assert_eq!(explained.voices[0].clock.map(|own| own.now.within_ms), Some(0), "a file is ours");
        assert_eq!(open(&world).await.len(), 1);
    }
}

#[tokio::test]
async fn beyond_what_the_clocks_explain_the_newest_wins() {
    let ahead = TimeDelta::seconds(60);
    for (world, shop) in shops(ahead, 0).await {
        world.enable_writes(&["portal"]).await;
        judged(&world, &shop, ahead, 0, 90).await;
        assert_eq!(open(&world).await, [], "90 s are more than 60 s, a second and the margin");
        assert_eq!(world.deliver().await, 1);
        assert_eq!(world.value("portal", "SELECT city FROM people").await, "Berlin");
    }
}

#[tokio::test]
async fn equal_stamps_and_clocks_that_were_just_set_come_before_a_person() {
    for (world, shop) in shops(TimeDelta::zero(), 0).await {
        let explained = judged(&world, &shop, TimeDelta::zero(), 0, 0).await;
        assert_eq!(explained.verdict, Some(Said::Review), "equal stamps");
    }
    for (world, shop) in shops(TimeDelta::seconds(180), 0).await {
        // The stamp is from before the clock was set right; by now it tells the truth.
        let explained = judged(&world, &shop, TimeDelta::zero(), 0, 160).await;
        assert_eq!(explained.verdict, Some(Said::Review));
        let clock = explained.voices[1].clock.expect("measured");
        assert!(clock.now.ahead_ms.abs() < 10_000, "{clock:?}");
        assert!(clock.before.is_some_and(|before| before.ahead_ms > 170_000), "{clock:?}");
    }
}

#[tokio::test]
async fn a_clock_that_tells_nothing_is_taken_to_be_ours_and_that_is_said() {
    let ahead = TimeDelta::seconds(180);
    // Out of a cache: nobody knows when that was.
    for (world, shop) in shops(ahead, 30).await {
        let explained = judged(&world, &shop, ahead, 30, 1).await;
        assert_eq!(explained.voices[1].clock, None);
        assert_eq!(too_close(&explained), Some((1000, 2000, vec!["shop".into()])));
    }
    for (world, shop) in shops(ahead, 30).await {
        let explained = judged(&world, &shop, ahead, 30, 160).await;
        assert!(matches!(explained.verdict, Some(Said::Settle { .. })), "as without a measure");
    }
}

/// The same with a PostgreSQL server whose clock is ahead of ours: ours is the one that is moved.
#[tokio::test]
async fn a_database_server_whose_clock_runs_ahead_does_not_win_by_it() {
    for store in [None].into_iter().chain(postgres::database().await.map(Some)) {
        let Some(system) = postgres::database().await else { return };
        let url = url::Url::parse(&system).unwrap();
        let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
        let database = url.path().trim_start_matches('/');
        let connector = format!(
            r#"{{ kind = "postgres", host = "{host}", port = {port}, database = "{database}", user = "postgres", tls = "off" }}"#
        );
        let mut shop = PgConnection::connect(&system).await.unwrap();
        sqlx::raw_sql(PEOPLE).execute(&mut shop).await.unwrap();
        let world = World::on(store, &CONFIG.replace("CONNECTOR", &connector), &[("portal", PEOPLE)]).await;
        move_to(&world.clock, SystemClock.now() - TimeDelta::minutes(3));
        world.sync().await;
        // A minute of ours went by, and no real one: the server is two minutes ahead at least.
        let edited = world.engine.now() + TimeDelta::seconds(5);
        edit_portal(&world, "Köln", edited).await;
        let later = stamp(edited + TimeDelta::seconds(60));
        let sql = format!("UPDATE people SET city = 'Berlin', updated_at = '{later}', updated_by = 'Bo'");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut shop).await.unwrap();
        world.sync().await;
        let explained = explained(&world).await;
        assert_eq!(explained.verdict, Some(Said::Review));
        assert!(too_close(&explained).is_some_and(|(apart, bound, _)| apart == 60_000 && bound >= 62_000));
        let clock = explained.voices[1].clock.expect("measured");
        assert!(clock.now.ahead_ms >= 60_000 && clock.now.within_ms < 60_000, "{clock:?}");
    }
}

fn move_to(clock: &TestClock, time: Time) {
    clock.advance(time - clock.now());
}
