//! Child rows between a JSON column of a real PostgreSQL and a system with text columns: one row
//! is decided, written back, and nothing else is touched. Beside them a tolerance, a set and a
//! sequence that open nothing while they are the same.

use super::*;
use crate::support::world::{admin, steward};
use chrono::TimeDelta;
use referee::domain::diff::Kind;
use referee::domain::policy::{Policy, Rule};
use referee::domain::resolution::Outcome;
use referee::domain::value::Held;
use referee::engine::Refusal;
use referee::engine::policies::PolicyChange;
use referee::engine::review::Decision;
use sqlx::postgres::PgPool;

const ORDERS: &str = r#"
[[system]]
id = "shop"
label = "Shop"
connector = { kind = "postgres", host = "HOST", port = PORT, database = "DATABASE", user = "USER", tls = "off" }
[[system]]
id = "erp"
label = "ERP"
connector = { kind = "sqlite", path = "FOLDER/erp.sqlite" }

[[entity]]
id = "order"
label = "Order"
title = "customer"
fields = [
  { id = "customer", label = "Customer" },
  { id = "total", label = "Total", comparison = { tolerance = { absolute = 0.05 } } },
  { id = "tags", label = "Tags", comparison = { set = { separator = ";" } } },
  { id = "stops", label = "Stops", comparison = { sequence = { separator = ">" } } },
]
[[entity.children]]
id = "lines"
label = "Order line"
fields = [
  { id = "quantity", label = "Quantity", comparison = "decimal" },
  { id = "price", label = "Price", comparison = "decimal" },
]

[[mapping]]
system = "shop"
entity = "order"
object = "orders"
key = "id"
link = "id"
complete = true
fields = [
  { field = "customer", columns = ["customer"] },
  { field = "total", columns = ["total"] },
  { field = "tags", columns = ["tags"] },
  { field = "stops", columns = ["stops"] },
]
rows = [{ children = "lines", column = "items", key = "sku", members = { quantity = "qty", price = "unit_price" } }]

[[mapping]]
system = "erp"
entity = "order"
object = "auftrag"
key = "nr"
link = "ref"
fields = [
  { field = "customer", columns = ["kunde"] },
  { field = "total", columns = ["summe"] },
  { field = "tags", columns = ["merkmale"] },
  { field = "stops", columns = ["halte"] },
]
rows = [{ children = "lines", column = "positionen", key = "artikel", key_as = "decimal", members = { quantity = "menge", price = "preis" } }]

[policy.order.all]
rule = "manual_review"
[policy.order.slots.lines]
rule = "source_wins"
source_of_truth = "shop"
stakes = "high"
"#;

const SHOP_ITEMS: &str = r#"[{"sku": 10, "qty": 2, "unit_price": 5.10, "note": "gift"},  {"sku": 20, "qty": 1, "unit_price": 99}]"#;
const ERP_ITEMS: &str = r#"[{"artikel":"0020","menge":"1,0","preis":"99.00"}, {"preis":"5.1","menge":"2","artikel":"0010","lager":"A"}]"#;

struct Orders {
    world: World,
    shop: PgPool,
}

impl Orders {
    async fn shop(&self, sql: &str) -> String {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&self.shop).await.unwrap()
    }

    async fn shop_items(&self) -> String {
        self.shop("SELECT items::text FROM orders").await
    }

    async fn erp_items(&self) -> String {
        self.world.value("erp", "SELECT positionen FROM auftrag").await
    }

    async fn set_shop(&self, items: &str) {
        sqlx::query("UPDATE orders SET items = $1::json").bind(items).execute(&self.shop).await.unwrap();
        self.world.sync().await;
    }

    async fn set_erp(&self, items: &str) {
        self.world.sql("erp", &format!("UPDATE auftrag SET positionen = '{items}'")).await;
        self.world.sync().await;
    }

    /// The fields that wait for a person.
    async fn disputed(&self) -> Vec<String> {
        let mut fields = Vec::new();
        for conflict in open(&self.world).await {
            let all = differences(&self.world, &conflict).await;
            fields.extend(all.iter().filter(|d| d.state.is_open()).map(|d| d.dispute.field.to_string()));
        }
        fields
    }
}

/// One order in both systems, on each database there is; none without PostgreSQL.
async fn orders() -> Vec<Orders> {
    let mut all = Vec::new();
    for on_postgres in [false, true] {
        let Some(url) = postgres::database().await else { continue };
        let shop = PgPool::connect(&url).await.unwrap();
        let sql =
            "CREATE TABLE orders (id text PRIMARY KEY, customer text, total numeric, tags jsonb, stops json,
            items json)";
        sqlx::raw_sql(sql).execute(&shop).await.unwrap();
        let sql = "INSERT INTO orders VALUES ('O-1', 'Ada', 104.20, '[\"new\",\"VIP\"]', '[\"Jena\",\"Ulm\"]', $1::json)";
        sqlx::query(sql).bind(SHOP_ITEMS).execute(&shop).await.unwrap();
        let erp = format!(
            "CREATE TABLE auftrag (nr TEXT PRIMARY KEY, ref TEXT, kunde TEXT, summe TEXT, merkmale TEXT, halte TEXT,
             positionen TEXT);
             INSERT INTO auftrag VALUES ('A1', 'O-1', 'ADA', '104.24', 'vip; new;VIP', 'jena > ulm', '{}')",
            ERP_ITEMS.replace("1,0", "1.0")
        );
        let at = url::Url::parse(&url).unwrap();
        let config = ORDERS
            .replace("HOST", at.host_str().unwrap())
            .replace("PORT", &at.port().unwrap().to_string())
            .replace("DATABASE", at.path().trim_start_matches('/'))
            .replace("USER", at.username());
        let store = if on_postgres { postgres::database().await } else { None };
        let world = World::on(store, &config, &[("erp", &erp)]).await;
        assert_eq!(world.engine.setup().catalog.problems(), Vec::<String>::new());
        world.sync().await;
        all.push(Orders { world, shop });
    }
    all
}

async fn decide(orders: &Orders, field: &str, outcome: Outcome) {
    let world = &orders.world;
    let conflict = open(world).await.remove(0);
    let all = differences(world, &conflict).await;
    let difference = all.iter().find(|d| d.dispute.field.as_str() == field).unwrap();
    let outcomes = vec![(difference.id.clone(), outcome)];
    let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
    world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
    world.clock.advance(TimeDelta::minutes(5));
    assert!(world.deliver().await > 0);
}

#[tokio::test]
async fn what_is_the_same_opens_nothing_and_what_is_not_does() {
    for orders in orders().await {
        assert_eq!(orders.disputed().await, [""; 0], "near, in another order, written differently");
        orders.world.sql("erp", "UPDATE auftrag SET summe = '104.26'").await;
        orders.world.sync().await;
        assert_eq!(orders.disputed().await, ["total"], "beyond the tolerance");
        orders
            .world
            .sql("erp", "UPDATE auftrag SET summe = '104.16', merkmale = 'new', halte = 'Ulm > Jena'")
            .await;
        orders.world.sync().await;
        let mut disputed = orders.disputed().await;
        disputed.sort();
        assert_eq!(disputed, ["stops", "tags"], "the total is near again, by itself");
        orders.world.enable_writes(&["shop", "erp"]).await;
        let tags = Outcome::Type { values: vec!["red;new".into()] };
        decide(&orders, "tags", tags).await;
        assert_eq!(
            orders.shop("SELECT tags::text FROM orders").await,
            r#"["red", "new"]"#,
            "a list stays a list"
        );
        assert_eq!(orders.world.value("erp", "SELECT merkmale FROM auftrag").await, "red;new");
        assert_eq!(orders.disputed().await, ["stops"]);
    }
}

#[tokio::test]
async fn one_member_of_one_line_is_one_conflict_and_one_write() {
    for orders in orders().await {
        orders.world.enable_writes(&["shop", "erp"]).await;
        let erp = ERP_ITEMS.replace("1,0", "1.0");
        orders.set_erp(&erp.replace(r#""menge":"2""#, r#""menge":"3""#)).await;
        assert_eq!(orders.disputed().await, ["lines/10"], "a person may have made it: reviewed");
        let conflict = open(&orders.world).await.remove(0);
        let dispute = differences(&orders.world, &conflict).await.remove(0).dispute;
        assert_eq!(dispute.kind, Kind::Change);
        let shown: Vec<&[Held]> = dispute.values.iter().map(|value| value.shown(None)).collect();
        assert_eq!(shown, [[Held::from("2"), "5.10".into()], ["3".into(), "5.1".into()]]);
        assert_eq!(dispute.policy.stakes.as_str(), "high", "the policy of the lines");
        decide(&orders, "lines/10", Outcome::Keep { value: 2 }).await;
        assert_eq!(orders.shop_items().await, SHOP_ITEMS.replace(r#""qty": 2"#, r#""qty": 3"#));
        assert_eq!(orders.erp_items().await, erp.replace(r#""menge":"2""#, r#""menge":"3""#));
        orders.world.sync().await;
        assert_eq!(orders.disputed().await, [""; 0]);
        let typed = Outcome::Type { values: vec!["3".into(), "5.55".into()] };
        orders
            .set_shop(&SHOP_ITEMS.replace(r#""qty": 2, "unit_price": 5.10"#, r#""qty": 3, "unit_price": 6"#))
            .await;
        // The source changed it: settled by rule, without a person.
        assert_eq!(orders.disputed().await, [""; 0]);
        orders.world.deliver().await;
        assert!(
            orders.erp_items().await.contains(r#"{"preis":"6","menge":"3","artikel":"0010","lager":"A"}"#)
        );
        orders.set_erp(&orders.erp_items().await.replace(r#""preis":"6""#, r#""preis":"7""#)).await;
        decide(&orders, "lines/10", typed).await;
        assert!(orders.shop_items().await.contains(r#""qty": 3, "unit_price": 5.55, "note": "gift""#));
        assert!(orders.erp_items().await.contains(r#"{"preis":"5.55","menge":"3","#));
    }
}

#[tokio::test]
async fn a_draft_for_the_lines_counts_every_line() {
    for orders in orders().await {
        let erp = ERP_ITEMS.replace("1,0", "1.0");
        orders.set_erp(&erp.replace(r#""menge":"2""#, r#""menge":"3""#)).await;
        assert_eq!(orders.disputed().await, ["lines/10"]);
        let engine = &orders.world.engine;
        let asked = |slot: &str| PolicyChange {
            entity: "order".into(),
            slot: Some(slot.into()),
            policy: Policy { rule: Some(Rule::ManualReview), ..Policy::default() },
            reason: "lines are looked at".to_owned(),
            version: engine.setup().policy_version,
        };
        let draft = engine.draft_policy(&admin(), asked("lines")).await.unwrap();
        let preview = engine.preview_draft(&admin(), &draft).await.unwrap();
        let fields: Vec<&str> = preview.open.iter().map(|own| own.field.as_str()).collect();
        assert_eq!(fields, ["lines/10"]);
        let single = engine.draft_policy(&admin(), asked("lines/10")).await;
        assert!(matches!(single, Err(Refusal::Invalid(_))), "{single:?}");
    }
}

#[tokio::test]
async fn a_line_is_added_and_taken_out_where_it_differs() {
    for orders in orders().await {
        orders.world.enable_writes(&["shop", "erp"]).await;
        let more = SHOP_ITEMS.replace("]", r#", {"sku": 30, "qty": 4, "unit_price": 1.5}]"#);
        orders.set_shop(&more).await;
        // Its keys are padded with zeros: whether this one would be too is not made up.
        assert_eq!(orders.disputed().await, ["lines/30"]);
        orders.set_shop(SHOP_ITEMS).await;
        assert_eq!(orders.disputed().await, [""; 0]);
        orders.set_erp(&ERP_ITEMS.replace("1,0", "1.0").replace(r#""00"#, "\"")).await;
        orders.set_shop(&more).await;
        assert_eq!(orders.disputed().await, [""; 0], "a line that the source of truth added goes by rule");
        orders.world.deliver().await;
        let added = orders.erp_items().await;
        assert!(added.ends_with(r#","lager":"A"},{"artikel":"30","preis":"1.5","menge":"4"}]"#), "{added}");
        orders.world.sync().await;
        assert_eq!(orders.disputed().await, [""; 0]);
        orders.set_erp(&added.replace(r#",{"artikel":"30","preis":"1.5","menge":"4"}"#, "")).await;
        assert_eq!(orders.disputed().await, ["lines/30"], "a line taken out elsewhere is asked about");
        decide(&orders, "lines/30", Outcome::Keep { value: 2 }).await;
        assert_eq!(orders.shop_items().await, SHOP_ITEMS, "taken out, byte for byte as before it was added");
        orders.world.sync().await;
        assert_eq!(orders.disputed().await, [""; 0]);
    }
}

#[tokio::test]
async fn lines_that_cannot_be_told_apart_are_unknown_and_open_nothing() {
    for orders in orders().await {
        orders
            .set_erp(
                r#"[{"artikel":"10","menge":"9","preis":"9"},{"artikel":"0010","menge":"2","preis":"5"}]"#,
            )
            .await;
        assert_eq!(orders.disputed().await, [""; 0]);
        orders.set_erp("[{").await;
        assert_eq!(orders.disputed().await, [""; 0]);
        orders
            .set_erp(
                r#"[{"artikel":"10","menge":"9","preis":"5.1"},{"artikel":"20","menge":"1","preis":"99"}]"#,
            )
            .await;
        assert_eq!(orders.disputed().await, ["lines/10"], "judged against what was agreed before");
    }
}
