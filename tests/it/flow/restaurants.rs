//! The whole job on two real sources: one restaurant guide in a real PostgreSQL, the other
//! behind REST, linked by the given pairs.

use super::{audit_actions, open};
use crate::support::postgres;
use crate::support::rest_target::{RestTarget, TOKEN};
use crate::support::world::{World, steward};
use chrono::TimeDelta;
use referee::domain::audit::Actor;
use referee::domain::conflict::Dispute;
use referee::domain::ids::{ConflictId, DifferenceId, SystemId};
use referee::domain::resolution::Outcome;
use referee::domain::value::Held;
use referee::engine::review::Decision;
use referee::store::conflicts;
use sqlx::postgres::PgPool;
use std::collections::{BTreeMap, BTreeSet};

const CONFIG: &str = r#"
[[system]]
id = "fodors"
label = "Fodor's"
connector = { kind = "postgres", host = "HOST", port = PORT, database = "DATABASE", user = "USER", tls = "off" }
[[system]]
id = "zagats"
label = "Zagat's"
connector = { kind = "rest", base_url = "BASE", auth = "bearer", allow = ["127.0.0.1"], collections = { restaurants = { path = "/restaurants", record_path = "/data", item_path = "/restaurants/{key}", paging = "page", page_param = "page", size_param = "size", max_size = 10, etag = true } } }

[[entity]]
id = "restaurant"
label = "Restaurant"
title = "name"
fields = [
  { id = "name", label = "Name" },
  { id = "address", label = "Address" },
  { id = "city", label = "City" },
  { id = "phone", label = "Phone", comparison = { phone = "US" } },
]

[[mapping]]
system = "fodors"
entity = "restaurant"
object = "fodors"
key = "id"
fields = [
  { field = "name", columns = ["name"] },
  { field = "address", columns = ["addr"] },
  { field = "city", columns = ["city"] },
  { field = "phone", columns = ["phone"] },
]

[[mapping]]
system = "zagats"
entity = "restaurant"
object = "restaurants"
key = "id"
fields = [
  { field = "name", columns = ["name"] },
  { field = "address", columns = ["addr"] },
  { field = "city", columns = ["city"] },
  { field = "phone", columns = ["phone"] },
]
"#;

type Rows = BTreeMap<String, BTreeMap<String, String>>;

fn csv(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = format!("{}/tests/data/fodors-zagat/{name}", env!("CARGO_MANIFEST_DIR"));
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Both guides as they stand in their systems, read outside Referee.
async fn left(pool: &PgPool) -> Rows {
    let sql = "SELECT id::text, name, addr, city, phone, type FROM fodors";
    let rows: Vec<(String, String, String, String, String, String)> =
        sqlx::query_as(sql).fetch_all(pool).await.unwrap();
    let names = ["name", "addr", "city", "phone", "type"];
    let row =
        |(id, a, b, c, d, e)| (id, names.iter().map(ToString::to_string).zip([a, b, c, d, e]).collect());
    rows.into_iter().map(row).collect()
}

fn right(target: &RestTarget) -> Rows {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let parse = |document: &String| -> BTreeMap<String, serde_json::Value> {
        serde_json::from_str(document).unwrap()
    };
    let row = |(key, document): (&String, &String)| {
        let fields = parse(document)
            .into_iter()
            .filter(|(name, _)| !["updated_at", "updated_by"].contains(&name.as_str()));
        (key.clone(), fields.map(|(name, value)| (name, text(&value))).collect())
    };
    target.records("restaurants").iter().map(row).collect()
}

async fn lay_down(url: &str, target: &RestTarget) -> PgPool {
    let pool = PgPool::connect(url).await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE fodors (id bigint PRIMARY KEY, name text, addr text, city text, phone text, type text)",
    )
    .execute(&pool)
    .await
    .unwrap();
    for row in csv("fodors.csv") {
        sqlx::query("INSERT INTO fodors VALUES ($1::bigint, $2, $3, $4, $5, $6)")
            .bind(row["id"].parse::<i64>().unwrap())
            .bind(&row["name"])
            .bind(&row["addr"])
            .bind(&row["city"])
            .bind(&row["phone"])
            .bind(&row["type"])
            .execute(&pool)
            .await
            .unwrap();
    }
    for row in csv("zagats.csv") {
        let mut document: serde_json::Map<String, serde_json::Value> =
            row.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        document.insert("id".into(), row["id"].parse::<i64>().unwrap().into());
        target.put("restaurants", &serde_json::Value::Object(document).to_string());
    }
    pool
}

fn config(url: &str, target: &RestTarget) -> String {
    let url = url::Url::parse(url).unwrap();
    CONFIG
        .replace("HOST", url.host_str().unwrap())
        .replace("PORT", &url.port().unwrap().to_string())
        .replace("DATABASE", url.path().trim_start_matches('/'))
        .replace("USER", url.username())
        .replace("BASE", &target.url)
}

struct Found {
    conflict: ConflictId,
    version: i64,
    difference: DifferenceId,
    dispute: Dispute,
    /// External id by system.
    ids: BTreeMap<SystemId, String>,
}

async fn found(world: &World) -> Vec<Found> {
    let mut session = world.engine.store().session().await.unwrap();
    let mut found = Vec::new();
    for conflict in open(world).await {
        let rows = referee::store::holdings::of_records(&mut session, std::slice::from_ref(&conflict.record))
            .await
            .unwrap();
        let ids: BTreeMap<SystemId, String> =
            rows.into_iter().map(|row| (row.system, row.external_id)).collect();
        for difference in
            conflicts::differences(&mut session, std::slice::from_ref(&conflict.id)).await.unwrap()
        {
            let (version, dispute, ids) = (conflict.version, difference.dispute, ids.clone());
            found.push(Found {
                conflict: conflict.id.clone(),
                version,
                difference: difference.id,
                dispute,
                ids,
            });
        }
    }
    found
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Ten are decided: four keep left, four keep right, two are typed. Answers what shall stand on
/// both sides: ids, column, value.
async fn decide_ten(
    world: &World,
    all: &[Found],
    before_left: &Rows,
    before_right: &Rows,
) -> Vec<(String, String, &'static str, String)> {
    world.enable_writes(&["fodors", "zagats"]).await;
    let mut decided: Vec<(usize, &Found, &'static str)> = Vec::new();
    let mut used = BTreeSet::new();
    for found in all.iter().filter(|found| found.dispute.field.as_str() != "name") {
        if decided.len() < 10 && used.insert(found.conflict.clone()) {
            let column = match found.dispute.field.as_str() {
                "address" => "addr",
                "city" => "city",
                _ => "phone",
            };
            decided.push((decided.len(), found, column));
        }
    }
    let mut goal: Vec<(String, String, &'static str, String)> = Vec::new();
    for (index, found, column) in &decided {
        let ids =
            (found.ids[&SystemId::from("fodors")].clone(), found.ids[&SystemId::from("zagats")].clone());
        let typed =
            if *column == "phone" { "212/555-0123".to_owned() } else { format!("{index} typed street") };
        let (outcome, value) = match index {
            0..4 => (Outcome::Keep { value: 1 }, before_left[&ids.0][*column].clone()),
            4..8 => (Outcome::Keep { value: 2 }, before_right[&ids.1][*column].clone()),
            _ => (Outcome::Type { values: vec![Held::from(typed.as_str())] }, typed.clone()),
        };
        let outcomes = vec![(found.difference.clone(), outcome)];
        let decision = Decision { version: found.version, outcomes, ..Decision::default() };
        world.engine.resolve(&steward(), &found.conflict, decision).await.unwrap();
        goal.push((ids.0, ids.1, *column, value));
    }
    world.clock.advance(TimeDelta::seconds(21));
    assert_eq!(world.deliver().await, 4 + 4 + 2 * 2, "each system that differs is written once");
    goal
}

#[tokio::test]
async fn two_real_guides_are_compared_decided_written_and_proven() {
    let Some(url) = postgres::database().await else { return };
    let target = RestTarget::start();
    let pool = lay_down(&url, &target).await;
    let world = World::on(None, &config(&url, &target), &[]).await;
    world.engine.save_secret(&"zagats".into(), TOKEN, Actor::referee()).await.unwrap();
    let pairs: Vec<Vec<String>> = csv("matches_fodors_zagats.csv")
        .into_iter()
        .map(|row| vec![row["fodors_id"].clone(), row["zagats_id"].clone()])
        .collect();
    assert_eq!(pairs.len(), 112);
    world.sync().await;
    let systems = ["fodors".into(), "zagats".into()];
    let linked =
        world.engine.import_links(&Actor::referee(), &"restaurant".into(), &systems, pairs.clone()).await;
    assert_eq!(linked.unwrap(), 112);

    // What is found is exactly what a plain comparison of the two files says.
    let (before_left, before_right) = (left(&pool).await, right(&target));
    let expected = |field: &str, normal: fn(&str) -> String| -> BTreeSet<String> {
        let differs = |pair: &&Vec<String>| {
            normal(&before_left[&pair[0]][field]) != normal(&before_right[&pair[1]][field])
        };
        pairs.iter().filter(differs).map(|pair| pair[0].clone()).collect()
    };
    let all = found(&world).await;
    let of = |field: &str| -> BTreeSet<String> {
        let own = all.iter().filter(|found| found.dispute.field.as_str() == field);
        own.map(|found| found.ids[&SystemId::from("fodors")].clone()).collect()
    };
    let phones = expected("phone", digits);
    assert_eq!(phones.len(), 4);
    assert_eq!(of("phone"), phones, "4 phones differ; the 108 that only look different are not queued");
    assert_eq!(of("address"), expected("addr", normal));
    assert_eq!(of("city"), expected("city", normal));
    assert_eq!(of("name"), expected("name", normal));

    let goal = decide_ten(&world, &all, &before_left, &before_right).await;

    // Read outside Referee: 20 of 20 as decided, everything else byte for byte as before.
    let (mut should_left, mut should_right) = (before_left, before_right);
    for (left, right, column, value) in goal {
        should_left.get_mut(&left).unwrap().insert(column.to_owned(), value.clone());
        should_right.get_mut(&right).unwrap().insert(column.to_owned(), value);
    }
    assert_eq!(left(&pool).await, should_left);
    assert_eq!(right(&target), should_right);
    let before = found(&world).await.len();
    world.sync().await;
    assert_eq!(found(&world).await.len(), before, "reading again finds nothing new");
    let actions = audit_actions(&world).await;
    assert_eq!(actions.iter().filter(|action| *action == "decided").count(), 10);
    let confirmed = actions.iter().filter(|action| *action == "delivery_confirmed").count();
    assert_eq!(confirmed, 12);
}
