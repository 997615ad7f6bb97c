//! What is particular to PostgreSQL: its types, its rights, lost answers and cancelled calls.

use super::bench::{Bench, Outside, cells, customer, number, postgres_settings, text};
use super::proxy::Proxy;
use referee::connectors::{
    Connector, ConnectorError, ObjectSpec, PostgresSettings, Scope, Settings, Written, open,
};
use referee::domain::value::Cell;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn settings(bench: &Bench) -> PostgresSettings {
    let Outside::Postgres { url, .. } = &bench.outside else { panic!("another kind") };
    postgres_settings(url)
}

fn connector(settings: PostgresSettings) -> Arc<dyn Connector> {
    open(&Settings::Postgres(settings), None).expect("open")
}

fn typed(columns: &[&str]) -> ObjectSpec {
    ObjectSpec {
        object: "typed".into(),
        key: "id".into(),
        modified_at: None,
        modified_by: None,
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
    }
}

/// A column's type, a value in SQL, and the cell that is read.
fn values() -> Vec<(&'static str, &'static str, Cell)> {
    vec![
        ("numeric(10,2)", "12.10", number("12.10")),
        ("numeric", "18446744073709551617.000", number("18446744073709551617.000")),
        ("numeric", "'NaN'", text("NaN")),
        ("double precision", "0.1::float8 + 0.2::float8", number("0.30000000000000004")),
        ("double precision", "1e-7", number("1e-07")),
        ("real", "'Infinity'", text("Infinity")),
        ("bigint", "9007199254740993", number("9007199254740993")),
        ("boolean", "true", Cell::Bool(true)),
        ("boolean", "NULL", Cell::Null),
        ("date", "'2026-03-04'", text("2026-03-04")),
        ("timestamptz", "'2026-03-03 10:12:40.5+01'", text("2026-03-03 09:12:40.5+00")),
        ("jsonb", r#"'{"b": 12.10, "a": [1]}'"#, Cell::Json(r#"{"a": [1], "b": 12.10}"#.to_owned())),
        ("json", r#"'"text"'"#, text("\"text\"")),
        ("text[]", "ARRAY['a', 'b c']", text(r#"{a,"b c"}"#)),
        ("uuid", "'018f0000-0000-7000-8000-000000000001'", text("018f0000-0000-7000-8000-000000000001")),
        ("char(5)", "'ab'", text("ab")),
        ("bytea", r"'\x00ff'", text(r"\x00ff")),
        ("mood", "'glad'", text("glad")),
        ("percent", "55", number("55")),
        ("text COLLATE loose", "'Straße'", text("Straße")),
    ]
}

#[tokio::test]
async fn every_type_is_read_and_can_be_written_over() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.sql("CREATE TYPE mood AS ENUM ('glad', 'sad')").await;
    bench.outside.sql("CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100)").await;
    let loose = "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false)";
    bench.outside.sql(loose).await;
    for (kind, sql, expected) in values() {
        bench.outside.sql("DROP TABLE IF EXISTS typed").await;
        bench.outside.sql(&format!("CREATE TABLE typed (id text PRIMARY KEY, v {kind})")).await;
        bench.outside.sql(&format!("INSERT INTO typed VALUES ('a', {sql}), ('b', NULL)")).await;
        // A new connector: this one remembers the table that was dropped.
        let connector = connector(settings(&bench));
        let object = typed(&["v"]);
        let read = async |key: &'static str| connector.read(&object, key).await.expect("read").expect("row");
        let (a, b) = (read("a").await, read("b").await);
        assert_eq!(a.cells["v"], expected, "{kind} {sql}");
        let written = connector.write(&object, &b, &a.cells, "k1").await;
        assert_eq!(written, Ok(Written::Applied { shown: true }), "{kind} {sql}");
        assert_eq!(read("b").await.cells, a.cells, "{kind} {sql}");
        let written = connector.write(&object, &a, &b.cells, "k2").await;
        assert_eq!(written, Ok(Written::Applied { shown: true }), "{kind} {sql}");
        let same = bench.outside.column("SELECT count(*)::text FROM typed WHERE v IS NULL").await;
        let nulls = if expected == Cell::Null { "2" } else { "1" };
        assert_eq!(same, [Some(nulls.to_owned())], "{kind} {sql}");
    }
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused_and_nothing_is_cut() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.add(&cells(&[("id", text("1")), ("phone", text("1")), ("stock", number("1"))])).await;
    let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    for (column, value) in [
        ("phone", "0123456789012345678901234567890"),
        ("stock", "many"),
        ("stock", "99999999999"),
        ("stock", ""),
        ("updated_at", "04/31/2026"),
        ("name", "nul\0"),
    ] {
        let written = bench.connector.write(&customer(), &row, &cells(&[(column, text(value))]), "k").await;
        assert!(matches!(&written, Err(ConnectorError::Refused(_))), "{column} {value:?}: {written:?}");
    }
    let row_now = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    assert_eq!(row_now, row);
}

#[tokio::test]
async fn a_refusal_names_the_constraint_and_repeats_no_other_value() {
    let Some(bench) = Bench::postgres().await else { return };
    let row = |id: &str, phone: &str| {
        cells(&[("id", text(id)), ("phone", text(phone)), ("name", text("Ada Okafor"))])
    };
    bench.outside.add(&row("1", "030 1")).await;
    bench.outside.add(&row("2", "030 2")).await;
    bench.outside.sql("ALTER TABLE customer ADD CONSTRAINT dialable CHECK (phone <> 'none')").await;
    bench.outside.sql("ALTER TABLE customer ADD CONSTRAINT one_each UNIQUE (phone)").await;
    let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    for (phone, constraint) in [("none", "dialable"), ("030 2", "one_each")] {
        let changes = cells(&[("phone", text(phone))]);
        let written = bench.connector.write(&customer(), &row, &changes, "k").await;
        let Err(ConnectorError::Refused(words)) = written else { panic!("{written:?}") };
        assert!(words.contains(constraint), "{words}");
        assert!(!words.contains("Ada Okafor") && !words.contains("030 2"), "{words}");
    }
}

#[tokio::test]
async fn order_is_by_byte_in_a_column_of_any_language() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.sql("CREATE TABLE typed (id text COLLATE \"en-US-x-icu\" PRIMARY KEY)").await;
    bench
        .outside
        .sql("INSERT INTO typed VALUES ('a'), ('B'), ('Z'), ('é'), ('e'), ('_'), ('10'), ('9')")
        .await;
    let by_language = bench.outside.column("SELECT id FROM typed ORDER BY id").await;
    let by_language: Vec<String> = by_language.into_iter().flatten().collect();
    for limit in [1, 3, 100] {
        let (page, _) = bench.pull(&typed(&["id"]), Scope::Full, limit).await;
        let keys: Vec<String> = page.rows.into_iter().map(|row| row.key).collect();
        assert_eq!(keys, ["10", "9", "B", "Z", "_", "a", "e", "é"]);
        assert_ne!(by_language, keys);
    }
}

#[tokio::test]
async fn other_schemas_go_by_their_name() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.sql("CREATE SCHEMA crm; CREATE TABLE crm.typed (id text PRIMARY KEY)").await;
    bench
        .outside
        .sql("CREATE TABLE typed (id text PRIMARY KEY); CREATE TABLE \"crm.typed\" (other text)")
        .await;
    bench.outside.sql("INSERT INTO crm.typed VALUES ('far'); INSERT INTO typed VALUES ('near')").await;
    let (page, _) = bench.pull(&typed(&["id"]), Scope::Full, 10).await;
    assert_eq!(page.rows[0].key, "near");
    // Of two that share a name the one at home is meant.
    let far = ObjectSpec { object: "crm.typed".into(), ..typed(&["id"]) };
    let found = bench.connector.pull(&far, &Scope::Full, None, 10).await;
    assert!(matches!(found, Err(ConnectorError::Shape(_))), "{found:?}");
    bench.outside.sql("DROP TABLE \"crm.typed\"").await;
    let (page, _) = bench.pull(&far, Scope::Full, 10).await;
    assert_eq!(page.rows[0].key, "far");
    assert!(page.clock.is_some());
}

#[tokio::test]
async fn rights_and_names_are_told_apart() {
    let Some(bench) = Bench::postgres().await else { return };
    let role = format!("reader_{}", settings(&bench).database);
    bench
        .outside
        .sql(&format!("CREATE ROLE {role} LOGIN; GRANT SELECT (id, name) ON customer TO {role}"))
        .await;
    bench.outside.add(&cells(&[("id", text("1")), ("name", text("old"))])).await;
    let reader = connector(PostgresSettings { user: role, ..settings(&bench) });
    let object = ObjectSpec {
        modified_at: None,
        modified_by: None,
        columns: ["id", "name"].map(str::to_owned).into(),
        ..customer()
    };
    let described = reader.describe().await.expect("describe");
    assert_eq!(described.len(), 1);
    assert_eq!(described[0].columns.len(), 2, "only what may be read: {described:?}");
    let row = reader.read(&object, "1").await.expect("read").expect("row");
    let written = reader.write(&object, &row, &cells(&[("name", text("new"))]), "k").await;
    assert!(matches!(&written, Err(ConnectorError::Credentials(_))), "{written:?}");

    let nobody = connector(PostgresSettings { user: "nobody_at_all".into(), ..settings(&bench) });
    let error = nobody.describe().await.expect_err("no such user");
    assert!(
        matches!(&error, ConnectorError::Credentials(words) if words.contains("nobody_at_all")),
        "{error:?}"
    );
    let nowhere = connector(PostgresSettings { database: "nowhere".into(), ..settings(&bench) });
    let error = nowhere.describe().await.expect_err("no such database");
    assert!(matches!(&error, ConnectorError::Shape(words) if words.contains("nowhere")), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable_at_once() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").expect("bind").local_addr().expect("address").port();
    let url = format!("postgres://someone@127.0.0.1:{port}/db");
    let began = Instant::now();
    let error = connector(postgres_settings(&url)).describe().await.expect_err("nobody there");
    assert!(
        matches!(&error, ConnectorError::Unavailable { message, .. } if message.contains("refused")),
        "{error:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
    let url = format!("postgres://someone@127.0.0.1:{}/db", listener.local_addr().expect("address").port());
    let began = Instant::now();
    let error = connector(postgres_settings(&url)).describe().await.expect_err("silence");
    assert!(matches!(&error, ConnectorError::Unavailable { .. }), "{error:?}");
    assert!((4..8).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_commit_without_an_answer_is_unknown_and_a_line_lost_before_is_not() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.add(&cells(&[("id", text("1")), ("name", text("old"))])).await;
    let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, settings(&bench).port));
    for (word, value, kept) in [("COMMIT", "done", "done"), ("UPDATE ", "lost", "old")] {
        bench.outside.set("1", "name", &text("old")).await;
        let proxy = Proxy::start(server, word).await;
        let behind = connector(PostgresSettings { port: proxy.port, ..settings(&bench) });
        assert_eq!(behind.read(&customer(), "1").await.expect("read"), Some(row.clone()));
        proxy.arm();
        let written = behind.write(&customer(), &row, &cells(&[("name", text(value))]), "k").await;
        match word {
            "COMMIT" => assert!(matches!(&written, Err(ConnectorError::Unknown(_))), "{written:?}"),
            _ => assert!(matches!(&written, Err(ConnectorError::Unavailable { .. })), "{written:?}"),
        }
        let now = behind.read(&customer(), "1").await.expect("read again").expect("row");
        assert_eq!(now.cells["name"], text(kept), "after a cut at {word}");
    }
}

#[tokio::test]
async fn calls_given_up_at_any_moment_poison_nothing() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.add(&cells(&[("id", text("1")), ("stock", number("0"))])).await;
    for n in 0..300_u64 {
        let object = customer();
        let row = bench.connector.read(&object, "1").await.expect("read").expect("row");
        let changes = cells(&[("stock", number(&(n + 1).to_string()))]);
        let write = bench.connector.write(&object, &row, &changes, "k");
        let _ = tokio::time::timeout(Duration::from_micros(n * 10), write).await;
    }
    // Every write given up ended by itself: committed or rolled back, and none holds a lock.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let open = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'referee' AND state LIKE 'idle in transaction%'";
    assert_eq!(bench.outside.column(open).await, [Some("0".to_owned())]);
    bench.outside.sql("SET lock_timeout = '1s'; UPDATE customer SET name = 'mine'").await;
    let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    assert_eq!(row.cells["name"], text("mine"));
}

#[tokio::test]
async fn a_locked_row_is_waited_for_and_then_told() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.add(&cells(&[("id", text("1")), ("name", text("old"))])).await;
    let row = bench.connector.read(&customer(), "1").await.expect("read").expect("row");
    bench.outside.sql("BEGIN; UPDATE customer SET stock = 1 WHERE id = '1'").await;
    let changes = cells(&[("name", text("new"))]);
    let written = bench.connector.write(&customer(), &row, &changes, "k").await;
    let Err(ConnectorError::Unavailable { message, .. }) = &written else { panic!("{written:?}") };
    assert!(message.contains("locked"), "{message}");
    bench.outside.sql("ROLLBACK").await;
    assert_eq!(
        bench.connector.write(&customer(), &row, &changes, "k").await,
        Ok(Written::Applied { shown: true })
    );
}

#[tokio::test]
async fn a_server_that_ended_our_connections_is_met_again() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.add(&cells(&[("id", text("1"))])).await;
    bench.connector.read(&customer(), "1").await.expect("read");
    let end = "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'referee'";
    assert_eq!(bench.outside.column(end).await, [Some("1".to_owned())]);
    tokio::time::sleep(Duration::from_millis(100)).await;
    // The first call may meet the dead line; it says so, and the next one has a new one.
    let first = bench.connector.read(&customer(), "1").await;
    assert!(matches!(first, Ok(Some(_)) | Err(ConnectorError::Unavailable { .. })), "{first:?}");
    assert!(bench.connector.read(&customer(), "1").await.expect("read").is_some());
}

/// A table of numbers as keys: `1` to `count`, whose order by byte no index has.
async fn numbered(bench: &Bench, count: usize) -> Vec<String> {
    bench.outside.sql("CREATE TABLE typed (id integer PRIMARY KEY, v text)").await;
    bench
        .outside
        .sql(&format!("INSERT INTO typed SELECT n, 'v' || n FROM generate_series(1, {count}) AS n"))
        .await;
    let mut keys: Vec<String> = (1..=count).map(|n| n.to_string()).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn a_pull_goes_on_where_it_was_whatever_became_of_its_cursor() {
    let Some(mut bench) = Bench::postgres().await else { return };
    let expected = numbered(&bench, 1000).await;
    let (object, mut keys, mut position) = (typed(&["id", "v"]), Vec::new(), None);
    for n in 0.. {
        match n {
            // The server ends the cursor's line, then Referee itself is started anew.
            3 => {
                let end = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'referee'";
                assert!(!bench.outside.column(end).await.is_empty());
            }
            5 => bench.connector = connector(settings(&bench)),
            _ => {}
        }
        // Two pulls of different things at once do not read each other's cursor.
        let other = typed(&["id"]);
        let connector = Arc::clone(&bench.connector);
        connector.pull(&other, &Scope::Full, position.as_deref(), 100).await.expect("other page");
        let page = connector.pull(&object, &Scope::Full, position.as_deref(), 100).await.expect("page");
        assert_eq!(page.rows.len(), 100, "page {n}");
        keys.extend(page.rows.into_iter().map(|row| row.key));
        position = page.next;
        if position.is_none() {
            break;
        }
    }
    assert_eq!(keys, expected);
    let open = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'referee' AND state LIKE 'idle in transaction%'";
    assert_eq!(bench.outside.column(open).await, [Some("0".to_owned())]);
}

#[tokio::test]
async fn a_page_of_a_cursor_tells_how_old_it_is() {
    let Some(bench) = Bench::postgres().await else { return };
    let _ = numbered(&bench, 400).await;
    let (object, mut position, mut ages) = (typed(&["id", "v"]), None, Vec::new());
    for _ in 0..4 {
        let page = bench.connector.pull(&object, &Scope::Full, position.as_deref(), 100).await.expect("page");
        ages.push(page.age);
        position = page.next;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    let [first, opened, third, fourth] = ages[..] else { panic!("{ages:?}") };
    assert_eq!((first, opened), (Duration::ZERO, Duration::ZERO), "read when asked for");
    assert!(third >= Duration::from_millis(60) && fourth >= third + Duration::from_millis(60), "{ages:?}");
}

#[tokio::test]
async fn a_page_costs_what_it_holds_and_not_what_the_table_holds() {
    let Some(bench) = Bench::postgres().await else { return };
    let expected = numbered(&bench, 20_000).await;
    let (page, pages) = bench.pull(&typed(&["id", "v"]), Scope::Full, 100).await;
    assert_eq!(pages, 200);
    assert!(page.rows.into_iter().map(|row| row.key).eq(expected));
    let read = "SELECT (seq_tup_read + idx_tup_fetch)::text FROM pg_stat_user_tables WHERE relname = 'typed'";
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let read: u64 = bench.outside.column(read).await[0].clone().expect("figure").parse().expect("number");
    // Twice for the first page and the cursor, once for rows without a key; not once a page.
    assert!(read <= 80_000, "{read} rows read for 20,000");
}
