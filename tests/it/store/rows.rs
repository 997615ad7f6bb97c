//! Rows that are not what the code expects: refused, with the place they stand at.

use super::*;
use referee::domain::access::Viewer;
use referee::store::{FromRow, Row, Session, conflicts, holdings, records, resolutions, runs};

struct Whole<T>(T);

macro_rules! whole {
    ($($type:ty),+) => {$(impl FromRow for Whole<$type> {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            row.get("value").map(Self)
        }
    })+};
}
whole!(String, i64, f64, bool, Vec<u8>);

async fn refused<T>(s: &mut Session, sql: &'static str) -> String
where
    Whole<T>: FromRow,
{
    match s.sql(sql).one::<Whole<T>>().await {
        Err(StoreError::Row(told)) => told,
        Err(other) => panic!("{sql}: {other}"),
        Ok(_) => panic!("{sql}: read as if it were there"),
    }
}

#[tokio::test]
async fn null_is_never_read_as_a_value() {
    for place in places().await {
        let mut s = place.store.session().await.unwrap();
        let bytes = s.either("SELECT CAST(NULL AS BLOB) AS value", "SELECT CAST(NULL AS BYTEA) AS value");
        let told = [
            refused::<String>(&mut s, "SELECT CAST(NULL AS TEXT) AS value").await,
            refused::<i64>(&mut s, "SELECT CAST(NULL AS BIGINT) AS value").await,
            refused::<f64>(&mut s, "SELECT CAST(NULL AS DOUBLE PRECISION) AS value").await,
            refused::<bool>(&mut s, "SELECT CAST(NULL AS BOOLEAN) AS value").await,
            refused::<Vec<u8>>(&mut s, bytes).await,
        ];
        for told in told {
            assert!(told.ends_with("column value is null"), "{told}");
        }
        let none = s.sql("SELECT CAST(NULL AS BIGINT) AS value").value::<i64>().await;
        assert_eq!(none, Ok(None), "who asks whether there is one is told that there is none");
        let listed = s.sql("SELECT CAST(NULL AS TEXT) AS value").values::<String>().await;
        assert!(matches!(listed, Err(StoreError::Row(_))));
    }
}

#[tokio::test]
async fn a_value_of_another_type_is_refused() {
    for place in places().await {
        let mut s = place.store.session().await.unwrap();
        refused::<i64>(&mut s, "SELECT CAST('seven' AS TEXT) AS value").await;
        refused::<String>(&mut s, "SELECT CAST(7 AS BIGINT) AS value").await;
        refused::<bool>(&mut s, "SELECT CAST('t' AS TEXT) AS value").await;
        let no_such = s.sql("SELECT CAST(7 AS BIGINT) AS other").one::<Whole<i64>>().await;
        assert!(matches!(no_such, Err(StoreError::Row(told)) if told.contains("value")));
    }
    // SQLite takes any text into a column of numbers.
    let place = places().await.remove(0);
    place.outside("INSERT INTO runs (id, system, entity, kind, trigger_name, started_by, state, started_at, fence)
         VALUES ('run-7', 'portal', 'customer', 'full', 'person', 'ana', 'done', '2026-03-03T12:00:00.000000Z', 'many')").await;
    let mut s = place.store.session().await.unwrap();
    let told = runs::get(&mut s, &"run-7".into()).await.unwrap_err().to_string();
    assert!(told.contains("runs id run-7: column fence is stored as TEXT"), "{told}");
}

#[tokio::test]
async fn text_with_a_nul_character_gets_the_same_answer_on_both() {
    for place in places().await {
        let done = place
            .store
            .write::<_, StoreError, _>(async |w| {
                w.sql("INSERT INTO notes (id, body) VALUES (1, $1)").bind("a\0b").run_one().await?;
                Ok(((), Vec::new()))
            })
            .await;
        assert_eq!(done, Err(StoreError::Nul));
        assert_eq!(place.notes().await, [0_i64; 0]);
    }
}

/// A record with a conflict, a decision and a delivery, as an older or a broken program may have
/// left them, each column good until a test spoils it.
const GOOD: &str = r#"
INSERT INTO records (id, entity, title, created_at) VALUES ('rec-1', 'customer', 'Ada', '2026-03-03T12:00:00.000000Z');
INSERT INTO holdings (system, entity, external_id, record_id, present, raw, digest, revision, read_at, run_id)
    VALUES ('portal', 'customer', 'C-1', 'rec-1', TRUE, '{}', 'd', 1, '2026-03-03T12:00:00.000000Z', 'run-1');
INSERT INTO conflicts (id, record_id, entity, title, open, stakes, due_at, opened_at, version)
    VALUES ('con-1', 'rec-1', 'customer', 'Ada', TRUE, 2, '2026-03-04T12:00:00.000000Z', '2026-03-03T12:00:00.000000Z', 1);
INSERT INTO differences (id, conflict_id, record_id, entity, field, kind, state, body, fingerprint, cause, systems,
        stakes, due_at, policy_version, opened_at)
    VALUES ('dif-1', 'con-1', 'rec-1', 'customer', 'phone', 'first', 'open',
        '{"dispute":{"field":"phone","kind":"first","values":[],"absent":[],"agreed":null,"findings":[],"cause":{"cause":"unknown"},"policy":{"source_of_truth":null,"rule":"manual_review","rule_is_set":false,"stakes":"medium","reason_asked":false,"hold_seconds":20,"due_hours":24,"allow_blank":false,"clock_margin_ms":2000,"if_wrong":null}}}',
        'f', 'unknown', ',portal,', 2, '2026-03-04T12:00:00.000000Z', 1, '2026-03-03T12:00:00.000000Z');
INSERT INTO resolutions (id, conflict_id, record_id, state, actor, actor_id, reason, note, created_at, held_until,
        policy_version, page, outcomes)
    VALUES ('res-1', 'con-1', 'rec-1', 'held', '{"kind":"person","id":"ana","name":"Ana"}', 'ana', '', '',
        '2026-03-03T12:00:00.000000Z', '2026-03-03T12:00:20.000000Z', 1, '[]', '[]');
INSERT INTO deliveries (id, resolution_id, conflict_id, record_id, system, entity, body, state, detail, idempotency_key,
        created_at)
    VALUES ('del-1', 'res-1', 'con-1', 'rec-1', 'portal', 'customer',
        '{"slot":"phone","fields":{},"before":{},"cells":{}}', 'confirmed',
        '{"state":"confirmed","at":"2026-03-03T12:00:00Z"}', 'key-1', '2026-03-03T12:00:00.000000Z');
"#;

/// What reading everything says, first failure first.
async fn all_read(s: &mut Session) -> Result<(), StoreError> {
    let viewer = Viewer::referee();
    records::get(s, &viewer, &"rec-1".into()).await?.unwrap();
    holdings::of_records(s, &["rec-1".into()]).await?.pop().unwrap();
    conflicts::get(s, &viewer, &"con-1".into()).await?.unwrap();
    conflicts::differences(s, &["con-1".into()]).await?.pop().unwrap();
    resolutions::get(s, &viewer, &"res-1".into()).await?.unwrap();
    resolutions::deliveries(s, &["res-1".into()]).await?.pop().unwrap();
    Ok(())
}

#[tokio::test]
async fn a_bad_row_is_an_error_that_names_table_column_and_row() {
    let spoiled = [
        ("UPDATE records SET created_at = 'yesterday'", "records id rec-1: column created_at "),
        (
            "UPDATE holdings SET raw = '{\"a\":'",
            "holdings system portal, entity customer, external_id C-1, record_id rec-1: column raw ",
        ),
        ("UPDATE conflicts SET stakes = 9", "conflicts id con-1: column stakes "),
        ("UPDATE differences SET state = 'pondered'", "differences id dif-1: column state holds “pondered”"),
        ("UPDATE differences SET state = 'decided'", "differences id dif-1: column resolution_id is null"),
        ("UPDATE differences SET body = 'no JSON'", "differences id dif-1: column body "),
        ("UPDATE resolutions SET outcomes = '[{}]'", "resolutions id res-1: column outcomes "),
        ("UPDATE deliveries SET detail = '{\"state\":\"lost\"}'", "deliveries id del-1: column detail "),
    ];
    for place in places().await {
        if place.store.backend() == Backend::Postgres {
            place.outside("ALTER TABLE conflicts DROP CONSTRAINT conflicts_stakes_check; ALTER TABLE differences DROP CONSTRAINT differences_state_check").await;
        }
        let wipe = "DELETE FROM deliveries; DELETE FROM resolutions; DELETE FROM differences;
            DELETE FROM conflicts; DELETE FROM holdings; DELETE FROM records;";
        place.outside(GOOD).await;
        assert_eq!(all_read(&mut place.store.session().await.unwrap()).await, Ok(()));
        for (sql, expected) in spoiled {
            place.outside(&format!("{wipe}{GOOD}{sql}")).await;
            let told = all_read(&mut place.store.session().await.unwrap()).await.unwrap_err();
            assert!(matches!(told, StoreError::Row(_)), "{sql}: {told}");
            assert!(told.to_string().contains(expected), "{sql}: {told}");
        }
    }
}
