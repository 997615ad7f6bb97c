//! The contract of every kind of connector, and what is particular to each.

mod bench;
mod files;
mod mariadb;
mod postgres;
mod proxy;
mod rest;
mod scan;
mod sql;
mod sqlite;

use scan::{a_scan_gives_every_row_once_in_order, a_scan_of_a_missing_column_names_it};

use bench::{Bench, cells, customer, number, text};
use referee::connectors::{ConnectorError, ObjectSpec, Row, Scope, Written};
use referee::domain::time::parse_stamp;
use referee::domain::value::{Cell, Cells};
use std::collections::BTreeSet;

/// One test per promise and kind.
macro_rules! contract {
    ($($promise:ident),+ $(,)?) => {
        mod of_sqlite { $(#[tokio::test] async fn $promise() {
            super::$promise(super::Bench::sqlite().await.expect("always there")).await;
        })+ }
        mod of_postgres { $(#[tokio::test] async fn $promise() {
            let Some(bench) = super::Bench::postgres().await else { return };
            super::$promise(bench).await;
        })+ }
        mod of_mariadb { $(#[tokio::test] async fn $promise() {
            let Some(bench) = super::Bench::mariadb().await else { return };
            super::$promise(bench).await;
        })+ }
        mod of_csv { $(#[tokio::test] async fn $promise() {
            super::$promise(super::Bench::files("csv").await.expect("always there")).await;
        })+ }
        mod of_jsonl { $(#[tokio::test] async fn $promise() {
            super::$promise(super::Bench::files("jsonl").await.expect("always there")).await;
        })+ }
        mod of_rest { $(#[tokio::test] async fn $promise() {
            super::$promise(super::Bench::rest().await.expect("always there")).await;
        })+ }
    };
}

contract![
    describe_finds_objects_columns_and_keys,
    a_full_pull_gives_every_row_once_in_order,
    an_empty_object_is_an_empty_page,
    a_pull_since_an_instant_gives_what_changed,
    a_row_is_read_by_its_key,
    a_write_changes_those_columns_and_no_other_byte,
    a_write_over_a_changed_value_is_not_done,
    a_value_that_stays_is_a_condition_and_not_written,
    a_write_to_a_missing_row_says_gone,
    null_empty_and_text_are_written_as_such,
    values_come_and_go_unchanged,
    a_missing_object_is_named,
    a_missing_column_is_named,
    a_new_row_says_its_key,
    a_key_that_is_taken_is_refused,
    a_row_is_removed_only_as_it_was_read,
    a_scan_gives_every_row_once_in_order,
    a_scan_of_a_missing_column_names_it,
];

/// Keys that sort differently by language, by number and by byte, and that mean something in
/// SQL or in an address.
const KEYS: [&str; 16] = [
    "10",
    "9",
    "B",
    "a",
    "Z",
    "é",
    "日本",
    "C-1",
    "C 1",
    "d'or",
    "q\"uote",
    "a/b",
    "a?b=c&d#e",
    "100%",
    "x;--",
    "_",
];

fn row(key: &str, name: &str) -> Cells {
    cells(&[
        ("id", text(key)),
        ("name", text(name)),
        ("phone", text("+49 30 1234")),
        ("balance", number("12.5")),
        ("stock", number("7")),
        ("updated_at", text("2026-03-03T09:12:40Z")),
        ("updated_by", text("ada")),
    ])
}

async fn fill(bench: &Bench) {
    for key in KEYS {
        bench.outside.add(&row(key, &format!("name of {key}"))).await;
    }
}

async fn read(bench: &Bench, key: &str) -> Row {
    bench.connector.read(&customer(), key).await.expect("read").expect("a row")
}

async fn describe_finds_objects_columns_and_keys(bench: Bench) {
    bench.outside.add(&row("1", "one")).await;
    let found = bench.connector.describe().await.expect("describe");
    let customer = found.iter().find(|object| object.name == "customer").expect("the object");
    assert_eq!(customer.key, ["id"]);
    let names: BTreeSet<&str> = customer.columns.iter().map(|(name, _)| name.as_str()).collect();
    let expected = ["id", "name", "phone", "balance", "stock", "updated_at", "updated_by"];
    assert_eq!(names, BTreeSet::from(expected));
    assert!(customer.columns.iter().all(|(_, kind)| !kind.is_empty()), "{:?}", customer.columns);
}

async fn a_full_pull_gives_every_row_once_in_order(bench: Bench) {
    fill(&bench).await;
    let mut sorted = KEYS;
    sorted.sort_unstable();
    for limit in [1, 3, KEYS.len(), 1000] {
        let (page, count) = bench.pull(&customer(), Scope::Full, limit).await;
        let keys: Vec<&str> = page.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, sorted, "pages of {limit}");
        assert!(page.unusable.is_empty());
        assert!(count >= KEYS.len().div_ceil(limit), "{count} pages of {limit}");
    }
    let (page, _) = bench.pull(&customer(), Scope::Full, 5).await;
    let one = &page.rows[0];
    assert_eq!(one.cells["name"], text("name of 10"));
    assert_eq!(one.modified_at, parse_stamp("2026-03-03T09:12:40Z").ok());
    assert_eq!(one.modified_by.as_deref(), Some("ada"));
}

async fn an_empty_object_is_an_empty_page(bench: Bench) {
    let (page, _) = bench.pull(&customer(), Scope::Full, 10).await;
    assert!(page.rows.is_empty() && page.unusable.is_empty());
}

async fn a_pull_since_an_instant_gives_what_changed(bench: Bench) {
    fill(&bench).await;
    bench.outside.set("B", "updated_at", &text("2026-03-03T09:12:41Z")).await;
    bench.outside.set("é", "updated_at", &text("2026-04-01T00:00:00Z")).await;
    let keys = async |since: &str| {
        let scope = Scope::Since(parse_stamp(since).expect("time"));
        let (page, _) = bench.pull(&customer(), scope, 2).await;
        page.rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
    };
    assert_eq!(keys("2026-03-03T09:12:41Z").await, ["B", "é"]);
    assert_eq!(keys("2026-03-03T09:12:41.000001Z").await, ["é"]);
    assert_eq!(keys("2026-03-03T09:12:40Z").await.len(), KEYS.len());
    assert!(keys("2026-04-01T00:00:01Z").await.is_empty());
}

async fn a_row_is_read_by_its_key(bench: Bench) {
    fill(&bench).await;
    for key in KEYS {
        let row = read(&bench, key).await;
        assert_eq!((row.key.as_str(), &row.cells["name"]), (key, &text(&format!("name of {key}"))));
    }
    for key in ["", "nobody", "b", "1", "010", "' OR 1=1 --", "C-1 "] {
        let found = bench.connector.read(&customer(), key).await;
        // An empty key is no key anywhere; an address could not even be made of it.
        let none =
            matches!(found, Ok(None)) || (key.is_empty() && matches!(found, Err(ConnectorError::Shape(_))));
        assert!(none, "{key:?}: {found:?}");
    }
}

async fn a_write_changes_those_columns_and_no_other_byte(bench: Bench) {
    fill(&bench).await;
    let before = bench.outside.all().await;
    let row = read(&bench, "d'or").await;
    let changes = cells(&[("name", text("O'Brien; DROP TABLE customer --")), ("stock", number("8"))]);
    let written = bench.connector.write(&customer(), &row, &changes, "key-1").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    let mut expected = row.cells.clone();
    expected.extend(changes.into_iter().map(|(name, cell)| (name, bench.kept(cell))));
    assert_eq!(read(&bench, "d'or").await.cells, expected);
    let after = bench.outside.all().await;
    assert_eq!(before.len(), after.len());
    let different: Vec<_> = before.iter().zip(&after).filter(|(one, other)| one != other).collect();
    let [(old, new)] = different.as_slice() else { panic!("{different:?}") };
    assert!(old.contains("name of d") && new.contains("DROP TABLE"), "{old} -> {new}");
}

async fn a_write_over_a_changed_value_is_not_done(bench: Bench) {
    fill(&bench).await;
    let row = read(&bench, "B").await;
    bench.outside.set("B", "phone", &text("+49 30 9999")).await;
    let before = bench.outside.all().await;
    let changes = cells(&[("phone", text("+49 30 5555")), ("name", text("new"))]);
    let written = bench.connector.write(&customer(), &row, &changes, "key-1").await;
    assert_eq!(written, Ok(Written::ConditionFailed));
    assert_eq!(bench.outside.all().await, before);
    let row = read(&bench, "B").await;
    let written = bench.connector.write(&customer(), &row, &changes, "key-2").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    assert_eq!(read(&bench, "B").await.cells["phone"], text("+49 30 5555"));
}

async fn a_value_that_stays_is_a_condition_and_not_written(bench: Bench) {
    fill(&bench).await;
    let row = read(&bench, "B").await;
    let changes = cells(&[("name", text("new")), ("phone", row.cells["phone"].clone())]);
    bench.outside.set("B", "phone", &text("+49 30 9999")).await;
    let before = bench.outside.all().await;
    let written = bench.connector.write(&customer(), &row, &changes, "key-1").await;
    assert_eq!(written, Ok(Written::ConditionFailed));
    assert_eq!(bench.outside.all().await, before);
    let row = read(&bench, "B").await;
    let changes = cells(&[("name", text("new")), ("phone", row.cells["phone"].clone())]);
    let written = bench.connector.write(&customer(), &row, &changes, "key-2").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    let after = read(&bench, "B").await.cells;
    assert_eq!((&after["name"], &after["phone"]), (&text("new"), &text("+49 30 9999")));
}

async fn a_write_to_a_missing_row_says_gone(bench: Bench) {
    fill(&bench).await;
    let row = read(&bench, "B").await;
    bench.outside.remove("B").await;
    let changes = cells(&[("phone", text("+49 30 5555"))]);
    let written = bench.connector.write(&customer(), &row, &changes, "key-1").await;
    assert_eq!(written, Ok(Written::Gone));
    assert_eq!(bench.outside.all().await.len(), KEYS.len() - 1);
}

async fn null_empty_and_text_are_written_as_such(bench: Bench) {
    fill(&bench).await;
    for (n, cell) in [Cell::Null, text(""), text("null"), text("12"), Cell::Null].into_iter().enumerate() {
        let row = read(&bench, "B").await;
        let (changes, key) = (cells(&[("name", cell.clone())]), format!("k{n}"));
        let written = bench.connector.write(&customer(), &row, &changes, &key).await;
        assert_eq!(written, Ok(Written::Applied { shown: true }), "{cell:?}");
        assert_eq!(read(&bench, "B").await.cells["name"], cell);
    }
}

async fn values_come_and_go_unchanged(bench: Bench) {
    bench.outside.add(&row("1", "e\u{301} é 日本 \u{1F600} \u{202E}bidi\u{200B} \\ \" ' $1 ?1 \t \n")).await;
    let first = read(&bench, "1").await;
    let name = first.cells["name"].clone();
    bench.outside.add(&row("2", "other")).await;
    let other = read(&bench, "2").await;
    let written = bench.connector.write(&customer(), &other, &cells(&[("name", name.clone())]), "k1").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    assert_eq!(read(&bench, "2").await.cells["name"], name);
    for (n, lexeme) in ["9007199254740993", "0.1", "-0.25", "1234567890.5"].into_iter().enumerate() {
        let row = read(&bench, "2").await;
        let changes = cells(&[("balance", number(lexeme))]);
        let written = bench.connector.write(&customer(), &row, &changes, &format!("n{n}")).await;
        assert_eq!(written, Ok(Written::Applied { shown: true }));
        let balance = read(&bench, "2").await.cells["balance"].clone();
        assert!(same_number(&balance, lexeme), "{lexeme}");
        assert_eq!(bench.kept(balance.clone()), balance, "a number where there are numbers");
    }
}

/// Whether it is that number to the last digit, whatever zeros its column puts behind it.
fn same_number(cell: &Cell, lexeme: &str) -> bool {
    let number = |text: &str| text.parse::<bigdecimal::BigDecimal>().expect("a number");
    matches!(cell, Cell::Number(held) | Cell::Text(held) if number(held) == number(lexeme))
}

/// The words of a `Shape` error.
fn shape<T: std::fmt::Debug>(result: Result<T, ConnectorError>) -> String {
    match result {
        Err(ConnectorError::Shape(message)) => message,
        other => panic!("{other:?}"),
    }
}

async fn a_missing_object_is_named(bench: Bench) {
    let object = ObjectSpec { object: "customers\"; DROP TABLE customer; --".to_owned(), ..customer() };
    let row =
        Row { key: "1".into(), cells: row("1", "x"), modified_at: None, modified_by: None, token: None };
    let changes = cells(&[("name", text("y"))]);
    let connector = &bench.connector;
    for words in [
        shape(connector.pull(&object, &Scope::Full, None, 10).await),
        shape(connector.read(&object, "1").await),
        shape(connector.write(&object, &row, &changes, "k1").await),
        shape(connector.create(&object, &changes, "k2").await),
        shape(connector.remove(&object, &row, "k3").await),
    ] {
        assert!(words.contains("DROP TABLE customer"), "{words}");
    }
    bench.outside.all().await;
}

async fn a_missing_column_is_named(bench: Bench) {
    fill(&bench).await;
    let mut object = customer();
    object.columns.insert("fax\" FROM customer; --".to_owned());
    let words = shape(bench.connector.pull(&object, &Scope::Full, None, 10).await);
    assert!(words.contains("fax"), "{words}");
}

async fn a_new_row_says_its_key(bench: Bench) {
    fill(&bench).await;
    let made = row("new/1", "new");
    let key = bench.connector.create(&customer(), &made, "k1").await;
    assert_eq!(key.as_deref(), Ok("new/1"));
    let found = read(&bench, "new/1").await;
    assert_eq!(found.cells["name"], text("new"));
    assert_eq!(bench.outside.all().await.len(), KEYS.len() + 1);
}

async fn a_row_is_removed_only_as_it_was_read(bench: Bench) {
    fill(&bench).await;
    let row = read(&bench, "d'or").await;
    let written = bench.connector.write(&customer(), &row, &cells(&[("name", text("new"))]), "k1").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    let removed = bench.connector.remove(&customer(), &row, "k2").await;
    assert_eq!(removed, Ok(Written::ConditionFailed), "it was changed since");
    let before = bench.outside.all().await;
    assert_eq!(before.len(), KEYS.len());

    let row = read(&bench, "d'or").await;
    // A kind that counts no rows has nothing to show of one that is gone.
    let removed = bench.connector.remove(&customer(), &row, "k3").await;
    assert!(matches!(removed, Ok(Written::Applied { .. })), "{removed:?}");
    assert_eq!(bench.connector.read(&customer(), "d'or").await, Ok(None));
    assert_eq!(bench.outside.all().await.len(), KEYS.len() - 1, "one, and no other");
    assert_eq!(bench.connector.remove(&customer(), &row, "k4").await, Ok(Written::Gone));
}

async fn a_key_that_is_taken_is_refused(bench: Bench) {
    fill(&bench).await;
    let before = bench.outside.all().await;
    let made = bench.connector.create(&customer(), &row("B", "second"), "k1").await;
    let Err(ConnectorError::Refused(words)) = made else { panic!("{made:?}") };
    assert!(!words.is_empty());
    assert_eq!(bench.outside.all().await, before);
}
