//! The demo's world: laid down the same every time, five systems of two kinds, and
//! stories that come out as told.

mod engine;
mod faults;
mod helpdesk;
mod laying_down;
mod stories;

use crate::support::world::TestClock;
use referee::demo::{Start, System, World};
use referee::domain::time::Time;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Column as _, ConnectOptions, Row as _};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const SEED: u64 = 7;
/// A Wednesday in October, in Berlin 11 in the morning.
const NOW: &str = "2026-10-14T09:00:00Z";

fn now() -> Time {
    NOW.parse().unwrap()
}

/// A world in a folder that goes with the test.
async fn world(start: Start) -> (World, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let world = laid_down(folder.path(), SEED, start).await;
    (world, folder)
}

async fn laid_down(folder: &Path, seed: u64, start: Start) -> World {
    World::lay_down(folder, seed, TestClock::at(now()), start).await.unwrap()
}

/// Rows by system, table and key, each as the text of its columns.
type Rows = BTreeMap<(&'static str, &'static str, String), Vec<(String, String)>>;

const TABLES: [(System, &str, &str); 12] = [
    (System::Portal, "customers", "SELECT id, * FROM customers"),
    (System::Portal, "products", "SELECT sku, * FROM products"),
    (System::Helpdesk, "contacts", "SELECT id, * FROM contacts"),
    (System::Helpdesk, "articles", "SELECT id, * FROM articles"),
    (System::Warehouse, "SHIP_TO", "SELECT WH_NO, * FROM SHIP_TO"),
    (System::Warehouse, "STOCK", "SELECT ITEM_NO, * FROM STOCK"),
    (System::Warehouse, "OPERATORS", "SELECT OP_NO, * FROM OPERATORS"),
    (System::Warehouse, "VENDORS", "SELECT vendor, * FROM VENDORS"),
    (System::Portal, "staff", "SELECT login, * FROM staff"),
    (System::Billing, "accounts", "SELECT account, * FROM accounts"),
    (System::Billing, "suppliers", "SELECT number, * FROM suppliers"),
    (System::Hr, "employees", "SELECT number, * FROM employees"),
];

/// Everything the five systems hold, byte for byte.
async fn rows(world: &World) -> Rows {
    let mut all = Rows::new();
    for (system, table, select) in TABLES {
        let mut file = SqliteConnectOptions::new().filename(world.path(system)).connect().await.unwrap();
        for row in sqlx::query(select).fetch_all(&mut file).await.unwrap() {
            let text = |at: usize| row.try_get_unchecked::<Option<String>, _>(at).unwrap();
            let columns = row.columns().iter().enumerate().skip(1);
            let columns =
                columns.map(|(at, column)| (column.name().to_owned(), text(at).unwrap_or("NULL".to_owned())));
            all.insert((system.id(), table, text(0).unwrap()), columns.collect());
        }
    }
    all
}

/// One cell of it.
fn cell<'a>(rows: &'a Rows, system: &'static str, table: &'static str, key: &str, column: &str) -> &'a str {
    let row = &rows[&(system, table, key.to_owned())];
    &row.iter().find(|(name, _)| name == column).unwrap().1
}

/// The values of a column.
fn column<'a>(rows: &'a Rows, table: &'a str, column: &'a str) -> impl Iterator<Item = &'a str> {
    let own = rows.iter().filter(move |((_, name, _), _)| *name == table);
    own.flat_map(|(_, row)| row).filter(move |(name, _)| name == column).map(|(_, value)| value.as_str())
}

fn clock() -> Arc<TestClock> {
    TestClock::at(now())
}
