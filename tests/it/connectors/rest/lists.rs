//! Lists: every way of paging, and records and answers that cannot be read.

use super::{DOCUMENT, bench, page, read, status, with_address};
use crate::connectors::bench::{Bench, cells, customer, text};
use crate::support::rest_target::Fault;
use referee::connectors::{ConnectorError, ObjectSpec, Paging, Scope};
use referee::domain::value::Cell;

/// What a pull answers when the system answers that.
async fn pulled(fault: Fault) -> Result<usize, ConnectorError> {
    let bench = bench().await;
    bench.outside.rest().fault(fault);
    let found = bench.connector.pull(&with_address(), &Scope::Full, None, 10).await?;
    Ok(found.rows.len())
}

#[tokio::test]
async fn every_way_of_paging_gives_everything_once() {
    let ways: [(Paging, Option<&str>, Option<&str>); 5] = [
        (Paging::Page, None, None),
        (Paging::Offset, None, None),
        (Paging::Cursor, None, Some("/meta/next")),
        (Paging::Link, None, None),
        (Paging::Page, Some("page"), None),
    ];
    for (paging, param, next) in ways {
        let bench = Bench::rest_with(|collection| {
            collection.paging = paging;
            collection.page_param = param.map(str::to_owned);
            collection.next = next.map(str::to_owned);
            // More than the target gives at once: a short page is not the end.
            collection.max_size = 1000;
        });
        for n in 0..95 {
            bench.outside.add(&cells(&[("id", text(&format!("c{n:03}")))])).await;
        }
        let object = ObjectSpec {
            columns: ["id".to_owned()].into(),
            modified_at: None,
            modified_by: None,
            ..customer()
        };
        let (found, _) = bench.pull(&object, Scope::Full, 1000).await;
        let keys: Vec<String> = found.rows.into_iter().map(|row| row.key).collect();
        let expected: Vec<String> = (0..95).map(|n| format!("c{n:03}")).collect();
        assert_eq!(keys, expected, "{paging:?}");
    }
}

#[tokio::test]
async fn pages_of_growing_and_shrinking_size_lose_nothing_and_bring_nothing_twice() {
    for paging in [Paging::Page, Paging::Offset, Paging::Cursor] {
        let bench = Bench::rest_with(|collection| {
            collection.paging = paging;
            collection.next = (paging == Paging::Cursor).then(|| "/meta/next".to_owned());
            collection.max_size = 1000;
        });
        let keys: Vec<String> = (0..60).map(|n| format!("c{n:03}")).collect();
        for key in &keys {
            bench.outside.add(&cells(&[("id", text(key))])).await;
        }
        let object = ObjectSpec {
            columns: ["id".to_owned()].into(),
            modified_at: None,
            modified_by: None,
            ..customer()
        };
        // As large as the rows before were light.
        let (mut found, mut position, mut limits) = (Vec::new(), None, [4, 9, 2, 10, 7].into_iter().cycle());
        loop {
            let limit = limits.next().unwrap_or(1);
            let page =
                bench.connector.pull(&object, &Scope::Full, position.as_deref(), limit).await.expect("pull");
            found.extend(page.rows.into_iter().map(|row| row.key));
            match page.next {
                Some(next) => position = Some(next),
                None => break,
            }
        }
        assert_eq!(found, keys, "{paging:?}");
    }
}

#[tokio::test]
async fn paging_that_goes_in_circles_ends_with_an_error() {
    let one = r#"{"data":[{"id":"a"},{"id":"b"}],"meta":{"next":"one"}}"#;
    let two = r#"{"data":[{"id":"c"},{"id":"d"}],"meta":{"next":"two"}}"#;
    let object =
        ObjectSpec { columns: ["id".to_owned()].into(), modified_at: None, modified_by: None, ..customer() };
    for (paging, answers) in [
        (Paging::Page, vec![one, one]),
        (Paging::Offset, vec![one, one]),
        (Paging::Cursor, vec![one, one]),
        (Paging::Cursor, vec![one, two, one, two, one, two]),
    ] {
        let bench = Bench::rest_with(|collection| {
            collection.paging = paging;
            collection.next = Some("/meta/next".to_owned());
        });
        let given = answers.len();
        answers.into_iter().for_each(|answer| bench.outside.rest().fault(page(answer)));
        let mut position = None;
        let error = loop {
            let found = bench.connector.pull(&object, &Scope::Full, position.as_deref(), 10).await;
            match found {
                Ok(found) => position = Some(found.next.expect("more")),
                Err(error) => break error,
            }
        };
        assert!(matches!(&error, ConnectorError::Shape(words) if words.contains("repeats")), "{error:?}");
        assert!(bench.outside.rest().journal().len() <= given, "{paging:?}");
    }
}

#[tokio::test]
async fn answers_that_are_not_what_was_asked_for_are_named() {
    let shape = async |fault: Fault| match pulled(fault).await {
        Err(ConnectorError::Shape(words)) => words,
        other => panic!("{other:?}"),
    };
    assert!(shape(page("<!doctype html><title>Sign in</title>")).await.contains("HTML page"));
    assert!(shape(page("not json")).await.contains("not JSON"));
    assert!(shape(page(r#"{"data":[{"id":"1"}"#)).await.contains("not JSON"));
    assert!(shape(page(r#"{"items":[]}"#)).await.contains("/data"));
    assert!(shape(page(r#"{"data":{}}"#)).await.contains("/data"));
    assert!(shape(page(r#"{"data":[],"data":[]}"#)).await.contains("twice"));
    assert!(shape(status(302, &[("location", "/login")], "")).await.contains("/login"));
    assert!(shape(status(404, &[], r#"{"message":"no such path"}"#)).await.contains("no such path"));
    let (unavailable, denied) = (pulled(status(502, &[], "")).await, pulled(status(401, &[], "")).await);
    assert!(matches!(unavailable, Err(ConnectorError::Unavailable { .. })), "{unavailable:?}");
    assert!(matches!(denied, Err(ConnectorError::Credentials(_))), "{denied:?}");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_harms_no_other() {
    let bench = bench().await;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let good = r#"{"id":"good","name":"é","address":{}}"#;
    let bad = [
        r#"{"id":"","name":"x"}"#,
        r#"{"name":"x"}"#,
        r#"{"id":null}"#,
        r#"{"id":["1"]}"#,
        r#"{"id":".."}"#,
        "17",
        "null",
        r#"{"id":"1","id":"2"}"#,
        r#"{"id":"3","name":"\ud800"}"#,
        r#"{"id":"4","name":"a","name":"b"}"#,
    ];
    let body = format!(r#"{{"data":[{},{good},{{"id":"deep","name":{deep}}}]}}"#, bad.join(","));
    bench.outside.rest().fault(page(&body));
    let object = ObjectSpec {
        columns: ["id", "name"].map(str::to_owned).into(),
        modified_at: None,
        modified_by: None,
        ..customer()
    };
    let found = bench.connector.pull(&object, &Scope::Full, None, 100).await.expect("page");
    let keys: Vec<&str> = found.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["good", "deep"]);
    let told: Vec<&str> = found.unusable.iter().map(|row| row.raw.as_str()).collect();
    assert_eq!(told, bad);
    assert!(found.unusable.iter().all(|row| !row.reason.is_empty()));
    assert!(found.clock.is_some());
}

#[tokio::test]
async fn an_absent_member_is_unknown_or_null_as_the_settings_say() {
    for absent_is_null in [false, true] {
        let bench = Bench::rest_with(|collection| collection.absent_is_null = absent_is_null);
        bench.outside.rest().put("customer", r#"{"id":"7","address":null}"#);
        bench.outside.rest().put("customer", DOCUMENT.replace("\"7\"", "\"8\"").as_str());
        let row = read(&bench, &with_address()).await;
        let known = absent_is_null.then_some(Cell::Null);
        assert_eq!(row.cells.get("balance"), known.as_ref());
        assert_eq!(row.cells.get("/address/city"), Some(&Cell::Null));
        let (found, _) = bench.pull(&with_address(), Scope::Full, 10).await;
        assert_eq!(found.rows.len(), 2);
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let body = format!(r#"{{"data":["{}"]}}"#, "x".repeat(33 * 1024 * 1024));
    let error = pulled(page(&body)).await.expect_err("too large");
    assert!(matches!(&error, ConnectorError::Shape(words) if words.contains("32 MiB")), "{error:?}");
}
