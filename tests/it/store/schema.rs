//! The schema: brought up to date once, by one, and never backwards.

use super::*;
use referee::store::is_current;
use std::process::{Command, Stdio};

const STEPS: &str = "SELECT CAST(version AS TEXT) || ' ' || CAST(installed_on AS TEXT) FROM _sqlx_migrations ORDER BY version";

/// An address on each database, where nothing is yet.
async fn empty(folder: &tempfile::TempDir) -> Vec<String> {
    let mut urls = vec![format!("sqlite://{}/new.db?mode=rwc", folder.path().display())];
    urls.extend(postgres::database_of_people().await);
    urls
}

#[tokio::test]
async fn a_schema_that_is_current_is_left_alone() {
    for place in places().await {
        let before = place.ask(STEPS).await;
        place.note(1).await.unwrap();
        let again = Store::open(options(&place.url, &place.clock)).await.unwrap();
        assert_eq!(place.ask(STEPS).await, before);
        assert_eq!(is_current(&mut again.session().await.unwrap()).await, Ok(true));
        assert_eq!(place.notes().await, [1]);
        again.close().await;
        assert_eq!(place.note(2).await, Ok(2));
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_what_to_do() {
    for place in places().await {
        place
            .outside(
                "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
                 SELECT 9000, 'of tomorrow', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
            )
            .await;
        for told in [
            Store::open(options(&place.url, &place.clock)).await.err().unwrap(),
            Store::open_beside(options(&place.url, &place.clock)).await.err().unwrap(),
        ] {
            assert!(matches!(told, StoreError::Unavailable(_)), "{told}");
            let told = told.to_string();
            assert!(told.contains("schema") && told.contains("use "), "{told}");
        }
        let told = Store::open(options(&place.url, &place.clock)).await.err().unwrap().to_string();
        assert!(told.contains("9000") && told.contains("use a newer one"), "{told}");
        assert_eq!(is_current(&mut place.store.session().await.unwrap()).await, Ok(false));
    }
}

#[tokio::test]
async fn a_changed_step_is_refused_and_changes_nothing() {
    for place in places().await {
        let steps = place.ask(STEPS).await.len();
        let change = match place.store.backend() {
            Backend::Sqlite => "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 3",
            Backend::Postgres => "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 3",
        };
        place.outside(change).await;
        let told = Store::open(options(&place.url, &place.clock)).await.err().unwrap().to_string();
        assert!(told.contains('3'), "{told}");
        assert_eq!(place.ask(STEPS).await.len(), steps);
        assert_eq!(place.note(1).await, Ok(1), "the lock was given back");
    }
}

#[tokio::test]
async fn many_that_open_one_new_database_at_once_bring_it_up_once() {
    let folder = tempfile::tempdir().unwrap();
    for url in empty(&folder).await {
        let clock = TestClock::at(NOON.parse().unwrap());
        let all = (0..8).map(|_| Store::open(options(&url, &clock)));
        let opened = futures_util::future::join_all(all).await;
        let mut stores: Vec<Store> = opened.into_iter().map(Result::unwrap).collect();
        let store = stores.pop().unwrap();
        let mut s = store.session().await.unwrap();
        let steps: Vec<i64> =
            s.sql("SELECT version AS value FROM _sqlx_migrations ORDER BY version").values().await.unwrap();
        // A number may be left out, where two steps were made at the same time.
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
        assert!(steps.len() >= 7);
        let heads: Vec<i64> = s.sql("SELECT seq AS value FROM audit_head").values().await.unwrap();
        assert_eq!(heads, [0], "the one row a step writes");
    }
}

#[tokio::test]
async fn two_processes_on_one_new_database_bring_it_up_once() {
    let folder = tempfile::tempdir().unwrap();
    for url in empty(&folder).await {
        let start = |name: &str| {
            let data = folder.path().join(format!("{}-{name}", url.len()));
            let arguments = ["user", "list", "--database", &url, "--data", data.to_str().unwrap()];
            let mut command = Command::new(env!("CARGO_BIN_EXE_referee"));
            command.args(arguments).current_dir(folder.path()).stdin(Stdio::null());
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        for process in ["one", "two"].map(start) {
            let done = process.wait_with_output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let clock = TestClock::at(NOON.parse().unwrap());
        let store = Store::open_beside(options(&url, &clock)).await.unwrap();
        let heads: Vec<i64> =
            store.session().await.unwrap().sql("SELECT seq AS value FROM audit_head").values().await.unwrap();
        assert_eq!(heads, [0]);
    }
}

#[tokio::test]
async fn text_is_ordered_by_its_bytes_whatever_the_language_of_the_database() {
    for place in places().await {
        place.outside("DROP TABLE notes").await;
        for id in ["b", "B", "a-c", "ab", "_", "é"] {
            place.outside(&format!("INSERT INTO subject_keys (subject, sealed) VALUES ('{id}', '')")).await;
        }
        let mut s = place.store.session().await.unwrap();
        let ordered: Vec<String> =
            s.sql("SELECT subject AS value FROM subject_keys ORDER BY subject").values().await.unwrap();
        assert_eq!(ordered, ["B", "_", "a-c", "ab", "b", "é"]);
        let range = s.sql(
            "SELECT subject AS value FROM subject_keys WHERE subject >= $1 AND subject < $2 ORDER BY subject",
        );
        let range: Vec<String> = range.bind("a").bind("a\u{10FFFF}").values().await.unwrap();
        assert_eq!(range, ["a-c", "ab"], "words are found by how they begin");
    }
}
