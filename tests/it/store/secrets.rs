//! What is sealed stands nowhere in the open, and opens with its own key alone.

use super::*;
use crate::support::app::{TestApp, config};
use referee::app::{App, Start, StartError};
use referee::config::Secret;
use referee::domain::access::Role;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const PASSWORD: &str = "canary-of-a-system-8461";
const REMARK: &str = "canary-of-a-person-3390";

fn find(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Everything that is stored, as bytes: the files of SQLite, every row of PostgreSQL.
async fn stored(folder: &Path, url: Option<&str>) -> Vec<u8> {
    let mut all = crate::support::bytes_of(folder, &["referee.key"]);
    let Some(url) = url else { return all };
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.unwrap();
    assert!(tables.len() > 20);
    for table in tables {
        // As text, and bytes also as what they spell.
        let rows = AssertSqlSafe(format!("SELECT convert_to(t::text, 'UTF8') FROM {table} t"));
        let rows: Vec<Vec<u8>> = sqlx::query_scalar(rows).fetch_all(&mut connection).await.unwrap();
        all.extend(rows.concat());
    }
    for bytes in [
        "SELECT secret FROM systems WHERE secret IS NOT NULL",
        "SELECT sealed FROM audit_values",
        "SELECT sealed FROM subject_keys",
    ] {
        let rows: Vec<Vec<u8>> = sqlx::query_scalar(bytes).fetch_all(&mut connection).await.unwrap();
        assert!(!rows.is_empty(), "{bytes}");
        all.extend(rows.concat());
    }
    all
}

#[tokio::test]
async fn a_stored_secret_stands_nowhere_and_opens_with_its_own_key_alone() {
    let mut urls = vec![None];
    urls.extend(postgres::database_of_people().await.map(Some));
    for url in urls {
        let app = TestApp::start_on(url.clone()).await;
        app.add("ana", &[Role::Admin]).await;
        app.engine.save_secret(&"portal".into(), PASSWORD, Actor::referee()).await.unwrap();
        let entered = app.engine.store().write::<_, StoreError, _>(async |_| {
            let about = About { record: Some("r1".into()), ..About::default() };
            Ok(((), vec![Event::new(Action::Decided, Actor::referee(), about).value("note", REMARK)]))
        });
        entered.await.unwrap();
        let folder = app.stop().await;
        let data = folder.path().join("data");
        let key = data.join("referee.key");
        assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);

        let bytes = stored(&data, url.as_deref()).await;
        assert!(
            find(&bytes, "configuration_changed") && find(&bytes, "\"decided\""),
            "it was looked at the right place"
        );
        for canary in [PASSWORD, REMARK] {
            assert!(!find(&bytes, canary), "{canary} stands in the database");
        }
        let secret = std::fs::read_to_string(&key).unwrap();
        assert!(!find(&bytes, secret.lines().last().unwrap()), "the key stands beside its file");

        let other = tempfile::tempdir().unwrap();
        drop(App::build(Start::new(config(other.path()))).await.unwrap());
        let right = std::fs::read(&key).unwrap();
        std::fs::copy(other.path().join("data/referee.key"), &key).unwrap();
        let mut config = config(folder.path());
        config.store.url = url.clone().map(Secret::new);
        let refused = App::build(Start::new(config.clone())).await.err().expect("refused");
        assert!(matches!(refused, StartError::WrongKey(_)), "{refused}");
        let told = refused.to_string();
        assert!(told.contains("key file") && told.contains("put the right one back"), "{told}");
        std::fs::write(&key, right).unwrap();
        assert!(App::build(Start::new(config)).await.is_ok(), "nothing was changed by the wrong one");
    }
}
