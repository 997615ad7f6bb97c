//! What is particular to REST: paging, versions, answers of every sort, and lines that break.

mod answers;
mod lists;

use super::bench::{Bench, cells, customer, number, rest_settings, text};
use crate::support::rest_target::{Entry, Fault, TOKEN};
use referee::connectors::{
    Collection, Connector, ConnectorError, ObjectSpec, Row, Scope, Secret, Settings, WriteMethod, Written,
    open,
};
use referee::domain::value::{Cell, Cells};
use std::sync::Arc;
use std::time::{Duration, Instant};

async fn bench() -> Bench {
    Bench::rest().await.expect("always there")
}

fn connector(url: &str, token: &str, change: impl FnOnce(&mut Collection)) -> Arc<dyn Connector> {
    let settings = Settings::Rest(rest_settings(url, change));
    open(&settings, Some(&Secret::new(token))).expect("open")
}

fn page(body: &str) -> Fault {
    Fault::Answer { status: 200, headers: Vec::new(), body: body.to_owned() }
}

fn status(status: u16, headers: &[(&'static str, &str)], body: &str) -> Fault {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Fault::Answer { status, headers, body: body.to_owned() }
}

/// A customer with an address, and what is read of it.
fn with_address() -> ObjectSpec {
    let names = ["id", "/address/street", "/address/city", "balance", "/tags/0", "a/b", "active"];
    ObjectSpec {
        columns: names.map(str::to_owned).into(),
        modified_at: None,
        modified_by: None,
        ..customer()
    }
}

const DOCUMENT: &str = r#"{"a/b":1e-7,"active":true,"address":{"city":"Köln","geo":[50.93750,6.96030],"street":"Domkloster 4"},"balance":18446744073709551617.10,"id":"7","tags":["x","y"],"unmapped":{"deep":[null,-0.0]}}"#;

async fn read(bench: &Bench, object: &ObjectSpec) -> Row {
    bench.connector.read(object, "7").await.expect("read").expect("row")
}

fn last(bench: &Bench) -> Entry {
    bench.outside.rest().journal().pop().expect("a request")
}

#[tokio::test]
async fn numbers_and_nested_members_keep_every_byte() {
    for write_method in [WriteMethod::Patch, WriteMethod::Put] {
        let bench = Bench::rest_with(|collection| collection.write_method = write_method);
        bench.outside.rest().put("customer", DOCUMENT);
        let object = with_address();
        let row = read(&bench, &object).await;
        assert_eq!(row.cells["balance"], number("18446744073709551617.10"));
        assert_eq!(row.cells["a/b"], number("1e-7"));
        assert_eq!(row.cells["/tags/0"], text("x"));
        assert_eq!(row.cells["active"], Cell::Bool(true));
        assert_eq!(row.token.as_deref(), Some("\"v2\""));
        let changes = cells(&[
            ("/address/street", text("Am \"Hof\" 1")),
            ("balance", number("0.10")),
            ("active", text("false")),
            ("a/b", text("2e-7")),
        ]);
        let written = bench.connector.write(&object, &row, &changes, "key-1").await;
        // By the version of the record: "false" came back as a truth value.
        assert!(matches!(written, Ok(Written::Applied { .. })), "{written:?}");
        let expected = DOCUMENT
            .replace("Domkloster 4", "Am \\\"Hof\\\" 1")
            .replace("18446744073709551617.10", "0.10")
            .replace("true", "false")
            .replace("1e-7", "2e-7");
        let sent = last(&bench);
        assert_eq!(bench.outside.all().await, std::slice::from_ref(&expected));
        assert_eq!(sent.idempotency_key.as_deref(), Some("key-1"));
        assert_eq!(sent.if_match.as_deref(), Some("\"v2\""));
        let patch = r#"{"address":{"street":"Am \"Hof\" 1"},"a/b":2e-7,"active":false,"balance":0.10}"#;
        match write_method {
            WriteMethod::Patch => {
                assert_eq!((sent.method.as_str(), sent.body.as_str()), ("PATCH", patch));
                assert_eq!(sent.content_type.as_deref(), Some("application/merge-patch+json"));
            }
            WriteMethod::Put => assert_eq!((sent.method.as_str(), sent.body), ("PUT", expected)),
        }
    }
}

#[tokio::test]
async fn an_element_of_a_list_is_changed_by_put_alone() {
    let changes = cells(&[("/tags/0", text("z"))]);
    for (write_method, works) in [(WriteMethod::Patch, false), (WriteMethod::Put, true)] {
        let bench = Bench::rest_with(|collection| collection.write_method = write_method);
        bench.outside.rest().put("customer", DOCUMENT);
        let row = read(&bench, &with_address()).await;
        let written = bench.connector.write(&with_address(), &row, &changes, "k").await;
        assert_eq!(written.is_ok(), works, "{written:?}");
        assert_eq!(bench.outside.all().await[0].contains(r#"["z","y"]"#), works);
    }
}

#[tokio::test]
async fn a_row_out_of_a_list_is_written_under_a_version_all_the_same() {
    let bench = bench().await;
    bench.outside.rest().put("customer", DOCUMENT);
    let (found, _) = bench.pull(&with_address(), Scope::Full, 10).await;
    let row = &found.rows[0];
    assert_eq!(row.token, None);
    let changes = cells(&[("/address/city", text("Bonn"))]);
    assert_eq!(
        bench.connector.write(&with_address(), row, &changes, "k1").await,
        Ok(Written::Applied { shown: true })
    );
    assert_eq!(last(&bench).if_match.as_deref(), Some("\"v2\""));
    let written = bench.connector.write(&with_address(), row, &changes, "k2").await;
    assert_eq!(written, Ok(Written::ConditionFailed));
}

#[tokio::test]
async fn the_token_is_asked_for_and_never_told() {
    let bench = bench().await;
    bench.outside.rest().put("customer", DOCUMENT);
    let echo = format!("bad token {TOKEN} in header");
    bench.outside.rest().fault(status(400, &[], &echo));
    let error = bench.connector.pull(&with_address(), &Scope::Full, None, 10).await.expect_err("refused");
    assert_eq!(error, ConnectorError::Refused("bad token *** in header".to_owned()));
    assert!(!format!("{:?}", Secret::new(TOKEN)).contains(TOKEN));

    let stranger = connector(&bench.outside.rest().url, "another", |_| {});
    let error = stranger.read(&with_address(), "7").await.expect_err("denied");
    assert!(matches!(&error, ConnectorError::Credentials(words) if words.contains("not known")), "{error:?}");
    let settings = Settings::Rest(rest_settings(&bench.outside.rest().url, |_| {}));
    assert!(matches!(open(&settings, None), Err(ConnectorError::Refused(_))));
    let odd = open(&settings, Some(&Secret::new("two\r\nlines")));
    assert!(matches!(odd, Err(ConnectorError::Refused(_))));
}

#[tokio::test]
async fn a_system_that_is_down_is_unavailable_at_once_for_writes_too() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").expect("bind").local_addr().expect("address").port();
    let down = connector(&format!("http://127.0.0.1:{port}"), TOKEN, |_| {});
    let began = Instant::now();
    let row = Row {
        key: "7".into(),
        cells: Cells::new(),
        modified_at: None,
        modified_by: None,
        token: Some("\"v1\"".into()),
    };
    for error in [
        down.describe().await.map(|_| ()),
        down.read(&customer(), "7").await.map(|_| ()),
        down.write(&customer(), &row, &cells(&[("name", text("x"))]), "k").await.map(|_| ()),
        down.create(&customer(), &cells(&[("name", text("x"))]), "k").await.map(|_| ()),
    ] {
        assert!(
            matches!(&error, Err(ConnectorError::Unavailable { message, .. }) if message.contains("refused")),
            "{error:?}"
        );
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn nothing_is_reached_that_was_not_allowed() {
    let bench = bench().await;
    bench.outside.rest().put("customer", DOCUMENT);
    let port = bench.outside.rest().url.rsplit_once(':').expect("port").1.to_owned();
    for host in ["127.0.0.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"] {
        let mut settings = rest_settings(&format!("http://{host}:{port}"), |_| {});
        settings.allow.clear();
        let refused = open(&Settings::Rest(settings), Some(&Secret::new(TOKEN)));
        assert!(matches!(refused, Err(ConnectorError::Refused(_))), "{host}");
    }
    // A name can only be judged when it is asked for.
    let mut settings = rest_settings(&format!("http://localhost:{port}"), |_| {});
    settings.allow.clear();
    let named = open(&Settings::Rest(settings), Some(&Secret::new(TOKEN))).expect("open");
    let error = named.read(&with_address(), "7").await.expect_err("refused");
    assert!(matches!(&error, ConnectorError::Refused(words) if words.contains("not allowed")), "{error:?}");
    assert!(bench.outside.rest().journal().is_empty());
    let allowed = connector(&format!("http://localhost:{port}"), TOKEN, |_| {});
    assert!(allowed.read(&with_address(), "7").await.expect("read").is_some());
}

#[tokio::test]
async fn what_cannot_be_made_is_refused_and_a_key_of_the_system_s_own_is_told() {
    let bench = Bench::rest_with(|collection| collection.create = false);
    let made = bench.connector.create(&customer(), &cells(&[("name", text("x"))]), "k").await;
    assert!(matches!(made, Err(ConnectorError::Refused(_))), "{made:?}");
    assert!(bench.outside.rest().journal().is_empty());
    let bench = self::bench().await;
    let given = cells(&[("name", text("x")), ("/address/city", text("Bonn"))]);
    let key = bench.connector.create(&customer(), &given, "k").await.expect("made");
    let records = bench.outside.rest().records("customer");
    assert!(records[&key].contains(r#""address":{"city":"Bonn"}"#), "{records:?}");
    bench.outside.rest().fault(status(201, &[("location", "/customer/c-99")], ""));
    let key = bench.connector.create(&customer(), &given, "k2").await;
    assert_eq!(key.as_deref(), Ok("c-99"));
}

#[test]
fn settings_that_cannot_work_are_refused_and_unknown_ones_too() {
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let settings = Settings::Rest(rest_settings("http://127.0.0.1:1", |_| {}));
        let mut value = serde_json::to_value(&settings).expect("value");
        change(&mut value);
        match serde_json::from_value::<Settings>(value) {
            Ok(settings) => open(&settings, Some(&Secret::new(TOKEN))).err().map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        }
    };
    assert_eq!(refused(&|_| {}), None);
    let with = |pointer: &'static str, new: &'static str| {
        refused(&move |value: &mut serde_json::Value| {
            *value.pointer_mut(pointer).expect(pointer) = serde_json::Value::from(new);
        })
    };
    for (pointer, new, word) in [
        ("/base_url", "ftp://127.0.0.1/", "base_url"),
        ("/base_url", "http://user:pass@127.0.0.1/", "credentials"),
        ("/base_url", "http://127.0.0.1/?a=b", "base_url"),
        ("/collections/customer/path", "customer", "begin with /"),
        ("/collections/customer/item_path", "/customer", "{key}"),
        ("/collections/customer/paging", "cursor", "next"),
        ("/collections/customer/paging", "guess", "guess"),
        ("/allow/0", "everything", "everything"),
        ("/kind", "ftp", "ftp"),
    ] {
        let words = with(pointer, new).unwrap_or_default();
        assert!(words.contains(word), "{pointer} = {new}: {words}");
    }
    let words = refused(&|value| value["password"] = "x".into()).unwrap_or_default();
    assert!(words.contains("password"), "{words}");
    let words = refused(&|value| value["collections"]["customer"]["pagin"] = "x".into()).unwrap_or_default();
    assert!(words.contains("pagin"), "{words}");
}
