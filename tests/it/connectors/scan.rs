//! Scans: every row once, in the order that was agreed, as bytes that two systems share.

use super::bench::{Bench, cells, text};
use super::{KEYS, fill};
use futures_util::StreamExt as _;
use referee::connectors::scan::{self, Order, ScanSpec};
use referee::connectors::{Connector, ConnectorError};
use referee::domain::value::Cell;

fn spec(columns: &[&str]) -> ScanSpec {
    let columns = columns.iter().map(ToString::to_string).collect();
    ScanSpec { object: "customer".to_owned(), by: "id".to_owned(), columns }
}

/// The lines of a whole scan.
async fn lines(
    connector: &dyn Connector,
    spec: &ScanSpec,
    order: Order,
) -> Result<Vec<Vec<u8>>, ConnectorError> {
    let (mut lines, mut blocks) = (Vec::new(), connector.scan(spec, order));
    while let Some(block) = blocks.next().await {
        let block = block?;
        lines.extend((0..block.len()).map(|at| block.line(at).to_vec()));
    }
    Ok(lines)
}

pub async fn a_scan_gives_every_row_once_in_order(bench: Bench) {
    fill(&bench).await;
    let odd = "tab\there, back\\slash, \\N and\nanother line";
    bench.outside.add(&cells(&[("id", text("odd\\key")), ("name", text(odd)), ("phone", Cell::Null)])).await;
    let spec = spec(&["name", "phone", "stock"]);
    let lines = lines(&*bench.connector, &spec, Order::Bytes).await.expect("scan");
    let mut sorted: Vec<&str> = KEYS.into_iter().chain(["odd\\key"]).collect();
    sorted.sort_unstable();
    let keys: Vec<_> = lines.iter().map(|line| scan::text(scan::raw_key(line))).collect();
    assert_eq!(keys, sorted);
    let place = sorted.iter().position(|key| *key == "odd\\key").expect("there");
    let read = scan::cells(&lines[place], &spec.columns).expect("a row");
    assert_eq!((&read["name"], &read["phone"]), (&text(odd), &Cell::Null));
    // A number comes as its text: a line knows no types.
    assert_eq!(scan::cells(&lines[0], &spec.columns).expect("a row")["stock"], text("7"));
}

pub async fn a_scan_of_a_missing_column_names_it(bench: Bench) {
    fill(&bench).await;
    let wrong = lines(&*bench.connector, &spec(&["surname"]), Order::Bytes).await;
    assert!(
        matches!(&wrong, Err(ConnectorError::Shape(message)) if message.contains("surname")),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn integers_are_scanned_in_the_order_of_their_index() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.sql("CREATE TABLE counted (id bigint, name text, is_open boolean)").await;
    bench.outside.sql("INSERT INTO counted VALUES (10, 'ten', true), (9, 'nine', false), (-2, 'less', null), (NULL, 'none', true)").await;
    let columns = ["name", "is_open"].map(str::to_owned).to_vec();
    let spec = ScanSpec { object: "counted".to_owned(), by: "id".to_owned(), columns };
    assert_eq!(bench.connector.scan_order(&spec).await, Ok(Order::Integer));
    let integers = lines(&*bench.connector, &spec, Order::Integer).await.expect("scan");
    assert_eq!(integers, [&b"-2\tless\t\\N"[..], b"9\tnine\tfalse", b"10\tten\ttrue"]);
    let bytes = lines(&*bench.connector, &spec, Order::Bytes).await.expect("scan");
    assert_eq!(bytes, [&b"-2\tless\t\\N"[..], b"10\tten\ttrue", b"9\tnine\tfalse"]);
    let by_name = ScanSpec { by: "name".to_owned(), ..spec };
    assert_eq!(bench.connector.scan_order(&by_name).await, Ok(Order::Bytes));
}

#[tokio::test]
async fn a_scan_that_nobody_reads_on_leaves_nothing_behind() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outside.sql("CREATE TABLE long (id bigint PRIMARY KEY, name text)").await;
    bench.outside.sql("INSERT INTO long SELECT n, repeat('x', 100) FROM generate_series(1, 100000) n").await;
    let spec = ScanSpec { object: "long".to_owned(), by: "id".to_owned(), columns: vec!["name".to_owned()] };
    let mut blocks = bench.connector.scan(&spec, Order::Integer);
    let first = blocks.next().await.expect("a block").expect("read");
    assert!((1..100_000).contains(&first.len()));
    drop(blocks);
    let open = "SELECT count(*)::text FROM pg_stat_activity WHERE state <> 'idle' AND query LIKE 'COPY%' AND datname = current_database()";
    for _ in 0..100 {
        if bench.outside.column(open).await == [Some("0".to_owned())] {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the scan still runs");
}
