//! Personal values: sealed beside the line, and gone with their subject's key.

use super::*;
use referee::store::{audit, trail};
use std::collections::BTreeMap;

const NOTE: &str = "Ada Okafor moved to Lindenallee 12";

async fn entered(place: &Place, record: &'static str, note: &'static str) {
    place
        .store
        .write::<_, StoreError, _>(async move |_| {
            let about = About { record: Some(record.into()), ..About::default() };
            let event = Event::new(Action::Decided, Actor::referee(), about);
            Ok(((), vec![event.fact("outcome", "keep").value("note", note)]))
        })
        .await
        .unwrap();
}

/// Verifies the log as the server does, which has the key.
async fn verified_with_key(place: &Place) -> Result<i64, String> {
    let mut session = place.store.session().await.unwrap();
    let done = verify::walk(&mut session, Some(place.store.key()), |_, _| {}).await;
    done.map(|found| found.entries).map_err(|error| error.to_string())
}

async fn both(place: &Place) -> Result<i64, String> {
    let (outside, inside) = (place.verified().await, verified_with_key(place).await);
    assert_eq!(outside, inside);
    outside
}

async fn values(place: &Place) -> BTreeMap<i64, String> {
    let mut s = place.store.session().await.unwrap();
    let seqs: Vec<i64> = audit::after(&mut s, 0, 100).await.unwrap().iter().map(|entry| entry.seq).collect();
    let values = trail::values(&mut s, &place.store, &seqs).await.unwrap();
    values.into_iter().map(|(seq, values)| (seq, values["note"].clone())).collect()
}

#[tokio::test]
async fn a_subject_whose_key_is_gone_takes_its_values_and_leaves_the_chain() {
    for place in places().await {
        entered(&place, "ada", NOTE).await;
        entered(&place, "mateo", "of somebody else").await;
        entered(&place, "ada", "and again").await;
        let lines = place.ask("SELECT line FROM audit").await;
        assert!(
            lines.iter().all(|line| !line.contains("Okafor") && line.contains("\"sealed\"")),
            "{lines:?}"
        );
        assert_eq!(values(&place).await[&1], NOTE);
        let before = place.ask("SELECT hash FROM audit_head").await;

        place.outside("DELETE FROM subject_keys WHERE subject = 'record/ada'").await;
        assert_eq!(values(&place).await, BTreeMap::from([(2, "of somebody else".to_owned())]));
        assert_eq!(both(&place).await, Ok(3));
        assert_eq!(place.ask("SELECT hash FROM audit_head").await, before);

        entered(&place, "ada", "known under a new key").await;
        let after = values(&place).await;
        assert_eq!(after.keys().copied().collect::<Vec<_>>(), [2, 4], "what was erased stays so");
        assert_eq!(after[&4], "known under a new key");
        assert_eq!(both(&place).await, Ok(4));
        // The values as well: what the present key can have sealed is all there.
        place.outside("DELETE FROM audit_values WHERE subject = 'record/ada' AND seq < 4").await;
        assert_eq!(both(&place).await, Ok(4));
        place.outside("DELETE FROM audit_values WHERE seq = 4").await;
        let gone = "entry 4: its value “note” is gone, and the key it was sealed under is not";
        assert_eq!(both(&place).await, Err(gone.to_owned()));
    }
}

#[tokio::test]
async fn a_sealed_value_moved_to_another_entry_does_not_open() {
    for place in places().await {
        entered(&place, "ada", NOTE).await;
        entered(&place, "ada", "and again").await;
        place
            .outside("DELETE FROM audit_values WHERE seq = 2; UPDATE audit_values SET seq = 2 WHERE seq = 1")
            .await;
        assert_eq!(values(&place).await, BTreeMap::new());
    }
}

#[tokio::test]
async fn a_log_without_its_sealed_values_is_not_whole() {
    for place in places().await {
        for note in ["one", "two", "three"] {
            entered(&place, "ada", note).await;
        }
        assert_eq!(both(&place).await, Ok(3));
        place.outside("DELETE FROM audit_values WHERE seq > 1").await;
        let gone = "entry 2: its value “note” is gone, and the key it was sealed under is not";
        assert_eq!(both(&place).await, Err(gone.to_owned()));
        place.outside("DELETE FROM audit_values").await;
        assert_eq!(both(&place).await, Err(gone.replace("entry 2", "entry 1")));
        // Its subject erased, key and values, it is whole.
        place.outside("DELETE FROM subject_keys").await;
        assert_eq!(both(&place).await, Ok(3));
    }
}

#[tokio::test]
async fn a_sealed_value_or_its_key_that_was_changed_is_found_with_the_key() {
    let changed = "entry 1: its value “note” was changed: it is not the one the line names";
    for place in places().await {
        entered(&place, "ada", NOTE).await;
        entered(&place, "ada", "and again").await;
        let other = "SELECT sealed FROM audit_values WHERE seq = 2";
        place.outside(&format!("UPDATE audit_values SET sealed = ({other}) WHERE seq = 1")).await;
        assert_eq!(place.verified().await, Ok(2), "without the key nobody can tell");
        assert_eq!(verified_with_key(&place).await, Err(changed.to_owned()));
        place.outside("DELETE FROM audit_values WHERE seq = 1").await;
        // As if it had been made for the third entry: the number is part of what is sealed.
        let bytes = match place.store.backend() {
            Backend::Sqlite => "CAST(substr(sealed, 1, 67) || x'03' AS BLOB)",
            Backend::Postgres => "substr(sealed, 1, 67) || '\\x03'::bytea",
        };
        place.outside(&format!("UPDATE subject_keys SET sealed = {bytes}")).await;
        let key = "entry 1: the key of its values was changed";
        assert_eq!(verified_with_key(&place).await, Err(key.to_owned()));
    }
}
