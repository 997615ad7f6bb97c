//! What is particular to SQLite: files that go away, locks, and values with types of their own.

use super::bench::{Bench, cells, customer, number, sqlite, text};
use referee::connectors::{ConnectorError, ObjectSpec, Scope, Written};
use referee::domain::value::{Cell, Cells};
use std::time::{Duration, Instant};

async fn bench() -> Bench {
    Bench::sqlite().await.expect("always there")
}

fn unavailable<T: std::fmt::Debug>(result: Result<T, ConnectorError>) -> String {
    match result {
        Err(ConnectorError::Unavailable { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_made() {
    let folder = tempfile::TempDir::new().expect("folder");
    let path = folder.path().join("gone.db");
    let connector = sqlite(path.clone());
    let words = unavailable(connector.describe().await);
    assert!(words.contains("gone.db") && words.contains("not there"), "{words}");
    unavailable(connector.create(&customer(), &Cells::new(), "k").await);
    assert!(!path.exists());
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 0);
}

#[tokio::test]
async fn a_file_that_vanishes_or_is_replaced_is_noticed() {
    let bench = bench().await;
    bench.outside.add(&cells(&[("id", text("1")), ("name", text("old"))])).await;
    let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    let (path, aside) = (bench.outside.path(), bench.outside.path().with_extension("aside"));
    std::fs::rename(&path, &aside).expect("rename");
    unavailable(bench.connector.read(&customer(), "1").await);
    let changes = cells(&[("name", text("lost"))]);
    unavailable(bench.connector.write(&customer(), &row, &changes, "k1").await);
    std::fs::copy(&aside, &path).expect("restore");
    let written = bench.connector.write(&customer(), &row, &cells(&[("name", text("kept"))]), "k2").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    // The old file, still open here, is as it was; the new one has the value.
    assert_eq!(bench.outside.column("SELECT name FROM customer").await, [Some("old".to_owned())]);
    let row = sqlite(path).read(&customer(), "1").await.expect("read").expect("row");
    assert_eq!(row.cells["name"], text("kept"));
}

#[tokio::test]
async fn what_is_no_database_is_named() {
    let folder = tempfile::TempDir::new().expect("folder");
    let path = folder.path().join("letter.db");
    std::fs::write(&path, "Dear Sir or Madam, ".repeat(100)).expect("write");
    let error = sqlite(path.clone()).describe().await.expect_err("no database");
    assert!(matches!(&error, ConnectorError::Shape(words) if words.contains("letter.db")), "{error:?}");
    let error = sqlite(folder.path().to_owned()).describe().await.expect_err("no file");
    assert!(matches!(&error, ConnectorError::Shape(_)), "{error:?}");
}

#[tokio::test]
async fn a_lock_is_waited_for_and_then_told() {
    let bench = bench().await;
    bench.outside.add(&cells(&[("id", text("1")), ("name", text("old"))])).await;
    let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    let changes = cells(&[("name", text("new"))]);
    bench.outside.sql("BEGIN EXCLUSIVE").await;
    let began = Instant::now();
    let words = unavailable(bench.connector.write(&customer(), &row, &changes, "k1").await);
    assert!(words.contains("locked"), "{words}");
    assert!((4..10).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    let object = customer();
    let write = bench.connector.write(&object, &row, &changes, "k2");
    let free = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        bench.outside.sql("ROLLBACK").await;
    };
    let (written, ()) = tokio::join!(write, free);
    assert_eq!(written, Ok(Written::Applied { shown: true }));
}

#[tokio::test]
async fn a_call_given_up_leaves_no_lock_and_no_half() {
    let bench = bench().await;
    bench.outside.add(&cells(&[("id", text("1")), ("stock", number("0"))])).await;
    for n in 0..200_u64 {
        let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
        let (changes, object) = (cells(&[("stock", number(&(n + 1).to_string()))]), customer());
        let write = bench.connector.write(&object, &row, &changes, "k");
        let _ = tokio::time::timeout(Duration::from_micros(n * 7), write).await;
    }
    bench.outside.sql("BEGIN IMMEDIATE; UPDATE customer SET name = 'mine'; COMMIT").await;
    let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    assert_eq!(row.cells["name"], text("mine"));
}

#[tokio::test]
async fn values_are_what_they_are_not_what_the_column_says() {
    let bench = bench().await;
    bench
        .outside
        .sql("CREATE TABLE v (id TEXT PRIMARY KEY, any, d DECIMAL(10,2), t TEXT COLLATE NOCASE)")
        .await;
    bench
        .outside
        .sql(
            "INSERT INTO v VALUES ('1', 12, 12.10, 'abc'), ('2', '12', 9007199254740993, 'x'),
                ('3', 0.1 + 0.2, 'n/a', NULL), ('4', 12.0, 1e300, ''), ('5', x'00ff', 1, 'blob'),
                ('6', 9e999, 1, CAST(x'ff' AS TEXT))",
        )
        .await;
    let object = ObjectSpec {
        object: "v".into(),
        key: "id".into(),
        modified_at: None,
        modified_by: None,
        columns: ["any", "d", "t"].map(str::to_owned).into(),
    };
    let (page, _) = bench.pull(&object, Scope::Full, 2).await;
    let cell = |row: usize, column: &str| page.rows[row].cells[column].clone();
    assert_eq!((cell(0, "any"), cell(0, "d")), (number("12"), number("12.1")));
    assert_eq!((cell(1, "any"), cell(1, "d")), (text("12"), number("9007199254740993")));
    assert_eq!((cell(2, "any"), cell(2, "d")), (number("0.30000000000000004"), text("n/a")));
    assert_eq!((cell(3, "any"), cell(3, "d")), (number("12.0"), number("1e300")));
    assert_eq!((cell(2, "t"), cell(3, "t")), (Cell::Null, text("")));
    let told: Vec<(&str, &str)> =
        page.unusable.iter().map(|row| (row.raw.as_str(), row.reason.as_str())).collect();
    let [(blob, binary), (_, broken)] = told.as_slice() else { panic!("{told:?}") };
    assert!(blob.contains("x'00ff'") && binary.contains("binary"), "{blob} {binary}");
    assert!(broken.contains("UTF-8"), "{broken}");

    // A condition is about the value itself: another case, and another type, are other values.
    for (key, column, behind) in [("1", "t", "'ABC'"), ("2", "any", "12"), ("1", "any", "'12'")] {
        let row = bench.connector.read(&object, key).await.expect("read").expect("row");
        bench.outside.sql(&format!("UPDATE v SET \"{column}\" = {behind} WHERE id = '{key}'")).await;
        let written = bench.connector.write(&object, &row, &cells(&[(column, text("new"))]), "k").await;
        assert_eq!(written, Ok(Written::ConditionFailed), "{key} {column}");
    }
    // And every value that was read can be written over.
    for key in ["1", "2", "3", "4"] {
        let row = bench.connector.read(&object, key).await.expect("read").expect("row");
        let changes = cells(&[("any", number("1")), ("d", number("2")), ("t", number("12.10"))]);
        assert_eq!(
            bench.connector.write(&object, &row, &changes, "k").await,
            Ok(Written::Applied { shown: true }),
            "{key}"
        );
    }
    let kept =
        bench.outside.column("SELECT typeof(any) || typeof(d) || typeof(t) || t FROM v WHERE id < '5'").await;
    assert_eq!(kept, vec![Some("integerintegertext12.10".to_owned()); 4]);
}

#[tokio::test]
async fn a_trigger_s_refusal_is_told_in_its_words() {
    let bench = bench().await;
    bench.outside.add(&cells(&[("id", text("1")), ("name", text("old"))])).await;
    let trigger =
        "CREATE TRIGGER keep BEFORE UPDATE ON customer BEGIN SELECT RAISE(ABORT, 'closed period'); END";
    bench.outside.sql(trigger).await;
    let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    let written = bench.connector.write(&customer(), &row, &cells(&[("name", text("new"))]), "k").await;
    assert_eq!(written, Err(ConnectorError::Refused("closed period".to_owned())));
}

#[tokio::test]
async fn a_path_is_a_path_and_never_an_address() {
    let bench = bench().await;
    bench.outside.add(&cells(&[("id", text("1"))])).await;
    let uri = format!("file:{}?mode=ro", bench.outside.path().display());
    let words = unavailable(sqlite(uri.into()).read(&customer(), "1").await);
    assert!(words.contains("not there"), "{words}");
    let odd = bench.outside.path().with_file_name("file:odd?mode=memory&x#y.db");
    std::fs::copy(bench.outside.path(), &odd).expect("copy");
    let row = sqlite(odd).read(&customer(), "1").await.expect("read").expect("row");
    assert_eq!(row.key, "1");
}

#[tokio::test]
async fn number_keys_of_a_large_table_come_in_the_order_of_their_texts() {
    let bench = bench().await;
    bench.outside.sql("CREATE TABLE n (id INTEGER PRIMARY KEY, v TEXT)").await;
    let all = "WITH RECURSIVE k(i) AS (SELECT -10000 UNION ALL SELECT i + 1 FROM k WHERE i < 9999)";
    bench.outside.sql(&format!("INSERT INTO n {all} SELECT i, 'v' || i FROM k")).await;
    let mut expected: Vec<String> = (-10_000..10_000).map(|n: i32| n.to_string()).collect();
    expected.sort_unstable();
    let object = ObjectSpec {
        object: "n".into(),
        key: "id".into(),
        modified_at: None,
        modified_by: None,
        columns: ["id", "v"].map(str::to_owned).into(),
    };
    let (page, pages) = bench.pull(&object, Scope::Full, 100).await;
    assert_eq!(pages, 200);
    assert!(page.rows.into_iter().map(|row| row.key).eq(expected));
}
