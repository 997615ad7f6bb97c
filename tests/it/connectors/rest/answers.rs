//! What answers to a write mean, and what it means when none comes.

use super::{DOCUMENT, bench, page, read, status, with_address};
use crate::connectors::bench::{cells, text};
use crate::support::rest_target::Fault;
use referee::connectors::{ConnectorError, Written};
use std::time::Duration;

/// What a write answers when the system answers that.
async fn written(fault: Fault) -> Result<Written, ConnectorError> {
    let bench = bench().await;
    bench.outside.rest().put("customer", DOCUMENT);
    let row = read(&bench, &with_address()).await;
    bench.outside.rest().fault(fault);
    let changes = cells(&[("/address/city", text("Bonn"))]);
    let written = bench.connector.write(&with_address(), &row, &changes, "k").await;
    assert_eq!(bench.outside.all().await, [DOCUMENT]);
    written
}

#[tokio::test]
async fn every_answer_to_a_write_has_its_meaning() {
    let problem = r#"{"title":"Invalid","detail":"the plan is unknown"}"#;
    assert_eq!(written(Fault::Lie).await, Ok(Written::Applied { shown: false }));
    assert_eq!(written(status(204, &[], "")).await, Ok(Written::Applied { shown: false }));
    assert_eq!(written(status(200, &[], DOCUMENT)).await, Ok(Written::Applied { shown: false }));
    assert_eq!(written(status(412, &[], "")).await, Ok(Written::ConditionFailed));
    for gone in [404, 410] {
        assert_eq!(written(status(gone, &[], "")).await, Ok(Written::Gone));
    }
    for refused in [400, 409, 422] {
        let words = "Invalid: the plan is unknown".to_owned();
        assert_eq!(written(status(refused, &[], problem)).await, Err(ConnectorError::Refused(words)));
    }
    for denied in [401, 403] {
        let found = written(status(denied, &[], r#"{"message":"expired"}"#)).await;
        assert_eq!(found, Err(ConnectorError::Credentials("expired".to_owned())));
    }
    for (code, header, wait) in [(429, "17", Some(17)), (503, "999999", Some(3600)), (503, "soon", None)] {
        let found = written(status(code, &[("retry-after", header)], "")).await;
        let Err(ConnectorError::Unavailable { retry_after_seconds, .. }) = found else { panic!("{found:?}") };
        assert_eq!(retry_after_seconds, wait);
    }
    for doubtful in [500, 502, 504] {
        let found = written(status(doubtful, &[], "<html>Bad gateway</html>")).await;
        assert!(matches!(&found, Err(ConnectorError::Unknown(words)) if words.contains("HTML")), "{found:?}");
    }
    let found = written(status(302, &[("location", "http://127.0.0.1:1/login")], "")).await;
    assert!(
        matches!(&found, Err(ConnectorError::Shape(words)) if words.contains("redirects to")),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_line_that_breaks_is_unknown_for_a_write_and_unavailable_for_a_read() {
    let bench = bench().await;
    bench.outside.rest().put("customer", DOCUMENT);
    let row = read(&bench, &with_address()).await;
    let changes = cells(&[("/address/city", text("Bonn"))]);
    for fault in [Fault::DropBefore, Fault::DropAfter] {
        bench.outside.rest().fault(fault.clone());
        let written = bench.connector.write(&with_address(), &row, &changes, "k").await;
        assert!(matches!(written, Err(ConnectorError::Unknown(_))), "{fault:?}: {written:?}");
        bench.outside.rest().fault(fault.clone());
        let found = bench.connector.read(&with_address(), "7").await;
        assert!(matches!(found, Err(ConnectorError::Unavailable { .. })), "{fault:?}: {found:?}");
    }
}

#[tokio::test]
async fn a_write_goes_on_when_its_caller_goes_away() {
    let bench = bench().await;
    bench.outside.rest().put("customer", DOCUMENT);
    let mut row = read(&bench, &with_address()).await;
    // Without a version the write begins with a read; the caller leaves between the two.
    row.token = None;
    bench.outside.rest().fault(Fault::Delay(Duration::from_millis(300)));
    let (object, changes) = (with_address(), cells(&[("/address/city", text("Bonn"))]));
    let write = bench.connector.write(&object, &row, &changes, "k");
    assert!(tokio::time::timeout(Duration::from_millis(100), write).await.is_err());
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(bench.outside.all().await[0].contains("Bonn"));
}

#[tokio::test]
async fn a_write_repeated_with_its_key_is_done_once() {
    let bench = bench().await;
    bench.outside.rest().put("customer", DOCUMENT);
    let row = read(&bench, &with_address()).await;
    let changes = cells(&[("/address/city", text("Bonn"))]);
    bench.outside.rest().fault(Fault::DropAfter);
    let written = bench.connector.write(&with_address(), &row, &changes, "same").await;
    assert!(matches!(written, Err(ConnectorError::Unknown(_))), "{written:?}");
    assert_eq!(
        bench.connector.write(&with_address(), &row, &changes, "same").await,
        Ok(Written::Applied { shown: true })
    );
    let changed = bench.outside.rest().journal().into_iter().filter(|entry| entry.changed).count();
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn the_system_s_own_refusal_is_heard() {
    let bench = bench().await;
    bench.outside.rest().put("customer", DOCUMENT);
    let row = read(&bench, &with_address()).await;
    let changes = cells(&[("/address/city", text("forbidden"))]);
    let written = bench.connector.write(&with_address(), &row, &changes, "k").await;
    let words = "Refused: the value is forbidden here".to_owned();
    assert_eq!(written, Err(ConnectorError::Refused(words)));
}

#[tokio::test]
async fn an_answer_about_another_record_is_not_taken() {
    let bench = bench().await;
    bench.outside.rest().fault(page(DOCUMENT));
    let error = bench.connector.read(&with_address(), "8").await.expect_err("another");
    assert!(matches!(&error, ConnectorError::Shape(words) if words.contains("\"7\"")), "{error:?}");
}
