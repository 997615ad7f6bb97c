//! What the SQL kinds promise beyond the contract.

use super::bench::{Bench, cells, number, table, text};
use referee::connectors::{ConnectorError, ObjectSpec, Scope, Written};
use referee::domain::time::parse_stamp;
use referee::domain::value::Cell;
use std::collections::BTreeSet;

macro_rules! on_each {
    ($($promise:ident),+ $(,)?) => {
        mod of_sqlite { $(#[tokio::test] async fn $promise() {
            super::$promise(super::Bench::sqlite().await.expect("always there")).await;
        })+ }
        mod of_mariadb { $(#[tokio::test] async fn $promise() {
            let Some(bench) = super::Bench::mariadb().await else { return };
            super::$promise(bench).await;
        })+ }
        mod of_postgres { $(#[tokio::test] async fn $promise() {
            let Some(bench) = super::Bench::postgres().await else { return };
            super::$promise(bench).await;
        })+ }
    };
}

on_each![
    names_are_names_whatever_they_hold,
    number_keys_go_by_their_text,
    rows_without_a_key_are_told_of,
    rows_that_share_a_key_are_told_of,
    a_row_that_shares_its_key_is_not_written,
    a_key_made_by_the_database_is_returned,
    a_broken_rule_is_refused_in_the_database_s_words,
    views_are_objects,
    a_column_that_goes_away_is_named,
    a_table_made_later_is_found,
    times_of_other_types_are_read,
    writes_side_by_side_keep_their_conditions,
];

fn object(name: &str, key: &str, columns: &[&str]) -> ObjectSpec {
    ObjectSpec {
        object: name.to_owned(),
        key: key.to_owned(),
        modified_at: None,
        modified_by: None,
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn names_are_names_whatever_they_hold(bench: Bench) {
    bench.outside.sql("CREATE TABLE canary (id TEXT); INSERT INTO canary VALUES ('alive')").await;
    let names = [
        "a\"b",
        "x; DROP TABLE canary; --",
        "$1",
        "select",
        "Ünï çødé",
        "two words",
        "a.b",
        "'",
        "%s",
        "\\",
        "?",
        "0123456789012345678901234567890123456789012345678901234567890ab",
    ];
    for name in names {
        let (table, column) = (quoted(name), quoted(&name.chars().rev().collect::<String>()));
        let sql = format!("CREATE TABLE {table} (\"i\"\"d\" TEXT PRIMARY KEY, {column} TEXT, other TEXT)");
        bench.outside.sql(&sql).await;
        bench.outside.sql(&format!("INSERT INTO {table} VALUES ('k', 'old', 'same')")).await;
        let column: String = name.chars().rev().collect();
        let object = object(name, "i\"d", &["i\"d", &column]);
        let described = bench.connector.describe().await.expect("describe");
        assert!(described.iter().any(|found| found.name == name && found.key == ["i\"d"]), "{name}");
        let (page, _) = bench.pull(&object, Scope::Full, 10).await;
        assert_eq!(page.rows.len(), 1, "{name}");
        let changes = cells(&[(&column, text("new"))]);
        let written = bench.connector.write(&object, &page.rows[0], &changes, "k1").await;
        assert_eq!(written, Ok(Written::Applied { shown: true }), "{name}");
        let row = bench.connector.read(&object, "k").await.expect("read").expect("row");
        assert_eq!(row.cells[&column], text("new"));
        let made = cells(&[("i\"d", text("k2")), (&column, text("made"))]);
        assert_eq!(bench.connector.create(&object, &made, "k2").await.as_deref(), Ok("k2"), "{name}");
    }
    for name in ["canary\" --", "canary;", "CANARY", "nul\0", "", &"x".repeat(100_000)] {
        let found = bench.connector.pull(&object(name, "id", &["id"]), &Scope::Full, None, 1).await;
        assert!(found.is_err(), "{name:.20}");
        let found = bench.connector.pull(&object("canary", name, &[]), &Scope::Full, None, 1).await;
        assert!(matches!(found, Err(ConnectorError::Shape(_))), "{name:.20}");
    }
    assert_eq!(bench.outside.column("SELECT id FROM canary").await, [Some("alive".to_owned())]);
}

async fn number_keys_go_by_their_text(bench: Bench) {
    bench.outside.sql("CREATE TABLE n (id INTEGER PRIMARY KEY, v TEXT)").await;
    for id in [-5, 0, 1, 2, 9, 10, 11, 100, 99, 1000] {
        bench.outside.sql(&format!("INSERT INTO n VALUES ({id}, 'v{id}')")).await;
    }
    let object = object("n", "id", &["id", "v"]);
    for limit in [1, 3, 100] {
        let (page, _) = bench.pull(&object, Scope::Full, limit).await;
        let keys: Vec<&str> = page.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["-5", "0", "1", "10", "100", "1000", "11", "2", "9", "99"]);
    }
    let row = bench.connector.read(&object, "10").await.expect("read").expect("row");
    assert_eq!((&row.cells["id"], &row.cells["v"]), (&number("10"), &text("v10")));
    for key in ["010", "+10", " 10", "10.0", "1e1", "ten", "99999999999999999999", "\0"] {
        assert_eq!(bench.connector.read(&object, key).await, Ok(None), "{key:?}");
    }
}

async fn rows_without_a_key_are_told_of(bench: Bench) {
    bench.outside.sql("CREATE TABLE k (id TEXT, v TEXT)").await;
    bench.outside.sql("INSERT INTO k VALUES ('a', '1'), (NULL, '2'), ('', '3'), ('b', '4')").await;
    let (page, _) = bench.pull(&object("k", "id", &["id", "v"]), Scope::Full, 1).await;
    assert_eq!(page.rows.len(), 2);
    let mut told: Vec<&str> = page.unusable.iter().map(|row| row.raw.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, [r#"{"id":"","v":"3"}"#, r#"{"id":null,"v":"2"}"#]);
    assert!(page.unusable.iter().all(|row| row.reason.contains("\"id\"")));
}

async fn rows_that_share_a_key_are_told_of(bench: Bench) {
    bench.outside.sql("CREATE TABLE d (id TEXT, v TEXT)").await;
    bench
        .outside
        .sql("INSERT INTO d VALUES ('a','1'),('b','2'),('b','3'),('b','4'),('c','5'),('c','6'),('d','7')")
        .await;
    let object = object("d", "id", &["id", "v"]);
    for limit in 1..10 {
        let (page, _) = bench.pull(&object, Scope::Full, limit).await;
        let keys: Vec<&str> = page.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["a", "d"], "pages of {limit}");
        // With pages smaller than the group the rest of the group is skipped, never the reason.
        let reasons: BTreeSet<&str> = page.unusable.iter().map(|row| row.reason.as_str()).collect();
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(limit < 3 || page.unusable.len() == 5, "{:?}", page.unusable);
    }
    let found = bench.connector.read(&object, "b").await;
    assert!(
        matches!(&found, Err(ConnectorError::Shape(words)) if words.contains("more than one")),
        "{found:?}"
    );
}

async fn a_row_that_shares_its_key_is_not_written(bench: Bench) {
    bench.outside.sql("CREATE TABLE d (id TEXT, v TEXT)").await;
    bench.outside.sql("INSERT INTO d VALUES ('a','1')").await;
    let object = object("d", "id", &["id", "v"]);
    let row = bench.connector.read(&object, "a").await.expect("read").expect("row");
    bench.outside.sql("INSERT INTO d VALUES ('a','1')").await;
    let written = bench.connector.write(&object, &row, &cells(&[("v", text("2"))]), "k1").await;
    assert!(matches!(&written, Err(ConnectorError::Refused(_))), "{written:?}");
    assert_eq!(bench.outside.column("SELECT v FROM d").await, [Some("1".to_owned()), Some("1".to_owned())]);
}

async fn a_key_made_by_the_database_is_returned(bench: Bench) {
    let key = match bench.outside {
        super::bench::Outside::Sqlite { .. } => "INTEGER PRIMARY KEY",
        _ => "INTEGER PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY",
    };
    bench.outside.sql(&format!("CREATE TABLE m (id {key}, v TEXT DEFAULT 'default')")).await;
    let object = object("m", "id", &["id", "v"]);
    let made = bench.connector.create(&object, &cells(&[("v", text("x"))]), "k1").await;
    assert_eq!(made.as_deref(), Ok("1"));
    assert_eq!(bench.connector.create(&object, &cells(&[]), "k2").await.as_deref(), Ok("2"));
    let values = bench.outside.column("SELECT v FROM m ORDER BY id").await;
    assert_eq!(values, [Some("x".to_owned()), Some("default".to_owned())]);
}

async fn a_broken_rule_is_refused_in_the_database_s_words(bench: Bench) {
    bench
        .outside
        .sql("CREATE TABLE r (id TEXT PRIMARY KEY, n INTEGER NOT NULL, CONSTRAINT few CHECK (n < 10))")
        .await;
    bench.outside.sql("INSERT INTO r VALUES ('a', 1)").await;
    let object = object("r", "id", &["n"]);
    let row = bench.connector.read(&object, "a").await.expect("read").expect("row");
    for (cell, word) in [(number("10"), "few"), (Cell::Null, "n")] {
        let written = bench.connector.write(&object, &row, &cells(&[("n", cell)]), "k1").await;
        let Err(ConnectorError::Refused(words)) = &written else { panic!("{written:?}") };
        assert!(words.contains(word), "{words}");
    }
    assert_eq!(bench.outside.column("SELECT CAST(n AS TEXT) FROM r").await, [Some("1".to_owned())]);
}

async fn views_are_objects(bench: Bench) {
    bench.outside.sql(&table("base")).await;
    bench.outside.sql("INSERT INTO base (id, name) VALUES ('1', 'one')").await;
    bench.outside.sql("CREATE VIEW v AS SELECT id, name AS label FROM base").await;
    let described = bench.connector.describe().await.expect("describe");
    let view = described.iter().find(|found| found.name == "v").expect("the view");
    assert_eq!(view.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["id", "label"]);
    let (page, _) = bench.pull(&object("v", "id", &["label"]), Scope::Full, 10).await;
    assert_eq!(page.rows[0].cells["label"], text("one"));
}

async fn a_column_that_goes_away_is_named(bench: Bench) {
    bench.outside.sql("CREATE TABLE g (id TEXT PRIMARY KEY, phone TEXT)").await;
    bench.outside.sql("INSERT INTO g VALUES ('a', '1')").await;
    let object = object("g", "id", &["id", "phone"]);
    let row = bench.connector.read(&object, "a").await.expect("read").expect("row");
    // A kept connection has the old statement and the old catalogue in mind.
    bench.outside.sql("ALTER TABLE g RENAME COLUMN phone TO telephone").await;
    let changes = cells(&[("phone", text("2"))]);
    for error in [
        bench.connector.read(&object, "a").await.map(|_| ()),
        bench.connector.pull(&object, &Scope::Full, None, 10).await.map(|_| ()),
        bench.connector.write(&object, &row, &changes, "k1").await.map(|_| ()),
    ] {
        let Err(ConnectorError::Shape(words)) = &error else { panic!("{error:?}") };
        assert!(words.contains("phone"), "{words}");
    }
}

async fn a_table_made_later_is_found(bench: Bench) {
    let object = object("late", "id", &["id"]);
    assert!(bench.connector.pull(&object, &Scope::Full, None, 1).await.is_err());
    bench.outside.sql("CREATE TABLE late (id TEXT PRIMARY KEY)").await;
    assert!(bench.connector.pull(&object, &Scope::Full, None, 1).await.is_ok());
    bench.outside.sql("ALTER TABLE late ADD COLUMN v TEXT").await;
    let object = self::object("late", "id", &["id", "v"]);
    assert!(bench.connector.pull(&object, &Scope::Full, None, 1).await.is_ok());
}

async fn times_of_other_types_are_read(bench: Bench) {
    bench.outside.sql("CREATE TABLE t (id TEXT PRIMARY KEY, epoch INTEGER, words TEXT)").await;
    bench.outside.sql("INSERT INTO t VALUES ('a', 1772529160, '2026-03-03T10:12:40+01:00')").await;
    bench.outside.sql("INSERT INTO t VALUES ('b', 1772529161, '2026-03-03 09:12:41.5')").await;
    bench.outside.sql("INSERT INTO t VALUES ('c', NULL, 'last week')").await;
    for column in ["epoch", "words"] {
        let mut object = object("t", "id", &["id"]);
        object.modified_at = Some(column.to_owned());
        let times = bench.pull(&object, Scope::Full, 10).await.0.rows;
        let times: Vec<_> =
            times.into_iter().map(|row| row.modified_at.map(|time| time.timestamp())).collect();
        assert_eq!(times, [Some(1_772_529_160), Some(1_772_529_161), None], "{column}");
        let since = Scope::Since(parse_stamp("2026-03-03T09:12:41Z").expect("time"));
        let rows = bench.pull(&object, since, 10).await.0.rows;
        let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).filter(|key| *key != "c").collect();
        assert_eq!(keys, ["b"], "{column}");
    }
}

async fn writes_side_by_side_keep_their_conditions(bench: Bench) {
    bench.outside.sql("CREATE TABLE c (id TEXT PRIMARY KEY, n INTEGER)").await;
    bench.outside.sql("INSERT INTO c VALUES ('a', 0)").await;
    let object = object("c", "id", &["n"]);
    let add = async |_: usize| {
        let mut applied = 0;
        for _ in 0..10 {
            let row = bench.connector.read(&object, "a").await.expect("read").expect("row");
            let n: i64 = row.cells["n"].text().expect("number").parse().expect("number");
            let changes = cells(&[("n", number(&(n + 1).to_string()))]);
            let written = bench.connector.write(&object, &row, &changes, "k").await.expect("an answer");
            applied += i64::from(written == Written::Applied { shown: true });
        }
        applied
    };
    let applied: i64 = futures_util::future::join_all((0..8).map(add)).await.into_iter().sum();
    let row = bench.connector.read(&object, "a").await.expect("read").expect("row");
    assert_eq!(row.cells["n"], number(&applied.to_string()));
    assert!(applied >= 10, "{applied}");
}
