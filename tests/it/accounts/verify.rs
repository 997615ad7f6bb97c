//! `referee audit verify`: a whole log, and every way it can be damaged.

use crate::support::app::{TestApp, config};
use crate::support::postgres;
use crate::support::program::referee;
use referee::domain::access::Role;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::path::{Path, PathBuf};

fn verify(folder: &Path, database: &str) -> (Option<i32>, String) {
    let output = referee(folder, &["audit", "verify", "--database", database]).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// A stopped server's folder with twenty entries in its log.
async fn twenty(app: TestApp) -> tempfile::TempDir {
    for n in 0..20 {
        app.add(&format!("user{n}"), &[Role::Steward]).await;
    }
    app.stop().await
}

/// A copy of the database as one file, changed by `sql`.
async fn changed(folder: &Path, name: &str, sql: &str) -> PathBuf {
    let (from, copy) = (folder.join("data/referee.db"), folder.join(name));
    for ending in ["", "-wal"] {
        let _ = std::fs::copy(format!("{}{ending}", from.display()), format!("{}{ending}", copy.display()));
    }
    // As one file, which nobody else has open.
    let mut connection = connect(&copy, SqliteJournalMode::Delete).await;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    copy
}

async fn connect(file: &Path, mode: SqliteJournalMode) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file).journal_mode(mode).connect().await.unwrap()
}

#[tokio::test]
async fn a_whole_log_is_verified_and_a_damaged_one_is_named_at_its_first_bad_entry() {
    let folder = twenty(TestApp::start().await).await;
    let folder = folder.path();
    let whole = changed(folder, "whole.db", "SELECT 1").await;
    let (code, said) = verify(folder, whole.to_str().unwrap());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("verified 20 entries"), "{said}");

    let damages = [
        ("edited", "UPDATE audit SET line = replace(line, 'steward', 'admin..') WHERE seq = 7", "entry 7:"),
        ("deleted", "DELETE FROM audit WHERE seq = 11", "entry 11:"),
        ("cut", "DELETE FROM audit WHERE seq > 17", "entry 18:"),
        ("emptied", "DELETE FROM audit", "entry 1:"),
        ("stripped", "DELETE FROM audit_values WHERE seq > 4", "entry 5: its value"),
        (
            "swapped",
            "UPDATE audit SET seq = -seq WHERE seq IN (5, 6); UPDATE audit SET seq = 11 + seq WHERE seq < 0",
            "entry 5:",
        ),
        ("forged hash", "UPDATE audit SET hash = 'x' || substr(hash, 2) WHERE seq = 9", "entry 9:"),
        ("another actor", "UPDATE audit SET actor_id = 'x' WHERE seq = 3", "entry 3:"),
        ("another time", "UPDATE audit SET at = '2020' WHERE seq = 4", "entry 4:"),
        (
            "before the first",
            "INSERT INTO audit SELECT 0, line, hash, at, action, actor_id, record_id, system, field, run_id FROM audit WHERE seq = 1",
            "entry 1:",
        ),
        (
            "after the last",
            "INSERT INTO audit SELECT 21, line, hash, at, action, actor_id, record_id, system, field, run_id FROM audit WHERE seq = 1",
            "entry 21:",
        ),
        ("not text", "UPDATE audit SET line = CAST(x'ff7b' AS TEXT) WHERE seq = 8", "entry 8:"),
        ("head moved", "UPDATE audit_head SET seq = 19", "entry 20:"),
    ];
    for (name, sql, first) in damages {
        let copy = changed(folder, &format!("{}.db", name.replace(' ', "-")), sql).await;
        let (code, said) = verify(folder, copy.to_str().unwrap());
        assert_eq!(code, Some(1), "{name}: {said}");
        assert!(said.contains(first), "{name}: {said}");
    }
}

#[tokio::test]
async fn a_flipped_byte_is_found_and_verifying_leaves_no_trace() {
    let folder = twenty(TestApp::start().await).await;
    let folder = folder.path();
    let copy = changed(folder, "flipped.db", "SELECT 1").await;
    let mut bytes = std::fs::read(&copy).unwrap();
    let at = find(&bytes, b"\"seq\":13,").unwrap();
    let name = at + find(&bytes[at..], b"user_added").unwrap();
    bytes[name] ^= 1;
    std::fs::write(&copy, &bytes).unwrap();
    let (code, said) = verify(folder, &format!("sqlite://{}", copy.display()));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("entry 13:"), "{said}");
    assert_eq!(std::fs::read(&copy).unwrap(), bytes);
    let beside = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let beside: Vec<_> = beside.filter(|name| name.to_str().unwrap().starts_with("flipped")).collect();
    assert_eq!(beside, ["flipped.db"]);
}

fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text)
}

#[tokio::test]
async fn the_log_of_postgresql_is_verified_as_well() {
    let Some(url) = postgres::database().await else { return };
    let folder = twenty(TestApp::start_on(Some(url.clone())).await).await;
    let (code, said) = verify(folder.path(), &url);
    assert_eq!(code, Some(0), "{said}");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("UPDATE audit SET line = replace(line, 'steward', 'admin') WHERE seq = 7")
        .execute(&mut connection)
        .await
        .unwrap();
    let (code, said) = verify(folder.path(), &url);
    assert_eq!(code, Some(1));
    assert!(said.contains("entry 7:"), "{said}");
}

#[test]
fn what_is_no_log_cannot_be_verified() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.db");
    std::fs::write(&text, "no database").unwrap();
    let empty = folder.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();
    let nobody = "postgres://nobody@127.0.0.1:1/none";
    let odd =
        [text.to_str().unwrap(), empty.to_str().unwrap(), "sqlite:///no/such.db", "mysql://x", "", nobody];
    for database in odd {
        let (code, said) = verify(folder.path(), database);
        assert_eq!(code, Some(2), "{database}: {said}");
    }
    assert!(!folder.path().join("no").exists());
}

#[tokio::test]
async fn a_log_changed_while_the_server_was_down_is_an_alarm_at_its_start() {
    let app = TestApp::start().await;
    app.add("maya", &[Role::Manager]).await;
    let folder = twenty(app).await;
    let path = folder.path().join("data/referee.db");
    let mut connection = connect(&path, SqliteJournalMode::Wal).await;
    let change = "UPDATE audit SET line = line || ' ' WHERE seq = 9";
    sqlx::raw_sql(change).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let settings = config(folder.path());
    let app = TestApp::start_as(folder, settings, true).await;
    let maya = app.sign_in("maya").await;
    for _ in 0..100 {
        let page = maya.get("/audit/verification").await.body;
        if page.contains("Broken at entry") {
            assert!(page.contains("Referee"), "who checked it: {page}");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nobody noticed");
}
