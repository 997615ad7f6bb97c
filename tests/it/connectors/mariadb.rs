//! What is particular to MariaDB.

use super::bench::{Bench, Outside, cells, customer, mariadb_settings, text};
use referee::connectors::{ConnectorError, ObjectSpec, Row, Scope, Secret, Settings, Written, open};

async fn fill(bench: &Bench) {
    bench.outside.add(&cells(&[("id", text("2")), ("name", text("Ada"))])).await;
}

async fn row(bench: &Bench, object: &ObjectSpec, key: &str) -> Option<Row> {
    bench.connector.read(object, key).await.expect("read")
}

fn codes() -> ObjectSpec {
    ObjectSpec {
        object: "codes".to_owned(),
        key: "id".to_owned(),
        modified_at: None,
        modified_by: None,
        columns: ["id", "v"].map(str::to_owned).into(),
    }
}

#[tokio::test]
async fn the_letters_of_an_old_database_come_and_go_whole() {
    let Some(bench) = Bench::mariadb_in("latin1").await else { return };
    fill(&bench).await;
    let before = row(&bench, &customer(), "2").await.expect("there");
    let changes = cells(&[("name", text("Größe à la carte €"))]);
    let written = bench.connector.write(&customer(), &before, &changes, "1").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    let kept = row(&bench, &customer(), "2").await.expect("there");
    assert_eq!(kept.cells["name"], text("Größe à la carte €"));

    // There is no Ł among them: it is refused, not kept as a question mark.
    let changes = cells(&[("name", text("Łódź"))]);
    match bench.connector.write(&customer(), &kept, &changes, "2").await {
        Err(ConnectorError::Refused(words)) => assert!(words.contains("name"), "{words}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(row(&bench, &customer(), "2").await, Some(kept));
    assert_eq!(row(&bench, &customer(), "Ł").await, None);
}

#[tokio::test]
async fn keys_and_conditions_go_by_their_bytes() {
    let Some(bench) = Bench::mariadb().await else { return };
    let make = "CREATE TABLE codes (id VARCHAR(20) PRIMARY KEY, v VARCHAR(20));
        INSERT INTO codes VALUES ('ab', 'Muller'), ('C', 'x')";
    bench.outside.sql(make).await;
    for other in ["AB", "ab ", "äb"] {
        assert_eq!(row(&bench, &codes(), other).await, None, "{other:?}");
    }
    let held = row(&bench, &codes(), "ab").await.expect("there");
    for other in ["muller", "Müller", "Muller "] {
        let expected = Row { cells: cells(&[("id", text("ab")), ("v", text(other))]), ..held.clone() };
        let changes = cells(&[("v", text("new"))]);
        let written = bench.connector.write(&codes(), &expected, &changes, other).await;
        assert_eq!(written, Ok(Written::ConditionFailed), "{other:?}");
    }
    let page = bench.connector.pull(&codes(), &Scope::Full, None, 1).await.expect("page");
    assert_eq!(page.rows[0].key, "C", "the order of the bytes");
    assert_eq!(row(&bench, &codes(), "ab").await, Some(held));
}

#[tokio::test]
async fn what_an_account_may_not_is_told_in_the_server_s_words() {
    let Some(bench) = Bench::mariadb().await else { return };
    fill(&bench).await;
    let Outside::MariaDb { url, .. } = &bench.outside else { unreachable!("a MariaDB") };
    let mut settings = mariadb_settings(url);
    settings.user = format!("reader_{}", settings.database);
    let make = format!(
        "CREATE USER '{0}'@'%' IDENTIFIED BY 'right'; GRANT SELECT ON {1}.customer TO '{0}'@'%'",
        settings.user, settings.database
    );
    bench.outside.sql(&make).await;
    let connect = |secret: &str| {
        open(&Settings::Mysql(settings.clone()), Some(&Secret::new(secret.to_owned()))).expect("open")
    };
    match connect("wrong").read(&customer(), "2").await {
        Err(ConnectorError::Credentials(words)) => {
            assert!(words.contains(&settings.user) && !words.contains("wrong"), "{words}");
        }
        other => panic!("{other:?}"),
    }
    let reader = connect("right");
    let held = reader.read(&customer(), "2").await.expect("read").expect("there");
    match reader.write(&customer(), &held, &cells(&[("name", text("New"))]), "1").await {
        Err(ConnectorError::Credentials(words)) => assert!(words.contains("UPDATE"), "{words}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(row(&bench, &customer(), "2").await, Some(held));
}
