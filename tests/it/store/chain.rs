//! One chain of entries, and what verification says of it when somebody else has been at it.

use super::*;
use std::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_written_at_once_form_one_chain_without_gaps() {
    for place in places().await {
        let writers = (0..64).map(|n| {
            let store = place.store.clone();
            tokio::spawn(async move {
                for part in 0..4 {
                    store
                        .write::<_, StoreError, _>(async move |_| {
                            // Two subjects, in either order: who makes their keys meets the others.
                            let of = |record: i64| About {
                                record: Some(format!("r{record}").into()),
                                ..About::default()
                            };
                            let event =
                                |record| Event::new(Action::Read, Actor::referee(), of(record)).value("n", n);
                            let (one, two) = (part * 2, part * 2 + 1);
                            let both = if n % 2 == 0 { [one, two] } else { [two, one] };
                            Ok(((), both.map(event).to_vec()))
                        })
                        .await
                        .unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        assert_eq!(place.verified().await, Ok(64 * 4 * 2));
    }
}

/// What somebody with the rights of the owner may do to a log of twenty entries, and the entry
/// that verification names.
const DAMAGE: [(&str, &str); 7] = [
    ("UPDATE audit SET line = replace(line, '\"note\":\"7\"', '\"note\":\"8\"') WHERE seq = 7", "entry 7:"),
    ("DELETE FROM audit WHERE seq = 11", "entry 11:"),
    ("UPDATE audit SET seq = -seq WHERE seq IN (5, 6); UPDATE audit SET seq = 11 + seq WHERE seq < 0", "entry 5:"),
    (
        "UPDATE audit SET seq = -seq WHERE seq >= 9; UPDATE audit SET seq = 1 - seq WHERE seq < 0;
         INSERT INTO audit (seq, line, hash, at, action, actor_id)
             SELECT 9, replace(line, '\"seq\":8', '\"seq\":9'), hash, at, action, actor_id FROM audit WHERE seq = 8;
         UPDATE audit_head SET seq = 21",
        "entry 9:",
    ),
    ("DELETE FROM audit WHERE seq > 17", "entry 18:"),
    ("UPDATE audit SET action = 'decided' WHERE seq = 3", "entry 3:"),
    ("UPDATE audit_head SET seq = 19", "entry 20:"),
];

#[tokio::test]
async fn a_line_that_was_changed_deleted_moved_or_inserted_is_named() {
    for place in places().await {
        for id in 1..=20 {
            place.note(id).await.unwrap();
        }
        assert_eq!(place.verified().await, Ok(20));
        place.outside("CREATE TABLE kept AS SELECT * FROM audit; CREATE TABLE kept_head AS SELECT * FROM audit_head").await;
        for (sql, entry) in DAMAGE {
            place.outside(sql).await;
            let told = place.verified().await.unwrap_err();
            assert!(told.starts_with(entry), "{sql}: {told}");
            place
                .outside(
                    "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept;
                     DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head",
                )
                .await;
            assert_eq!(place.verified().await, Ok(20), "{sql}: mended");
        }
    }
}

#[tokio::test]
async fn the_command_verifies_both_databases_with_no_server_there() {
    for place in places().await {
        for id in 1..=5 {
            place.note(id).await.unwrap();
        }
        let Place { store, url, clock, folder } = place;
        store.close().await;
        let verify = || {
            let arguments = ["audit", "verify", "--database", &url];
            let done = Command::new(env!("CARGO_BIN_EXE_referee")).args(arguments).output().unwrap();
            (done.status.code(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
        };
        let (code, told) = verify();
        assert_eq!(code, Some(0), "{told}");
        assert!(told.starts_with("verified 5 entries"), "{told}");
        let store = Store::open(options(&url, &clock)).await.unwrap();
        let place = Place { store, url: url.clone(), clock, folder };
        place
            .outside(
                "UPDATE audit SET line = replace(line, '\"note\":\"4\"', '\"note\":\"5\"') WHERE seq = 4",
            )
            .await;
        place.store.close().await;
        let (code, told) = verify();
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("entry 4:"), "{told}");
    }
}
