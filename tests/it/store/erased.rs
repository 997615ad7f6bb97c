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
        assert_eq!(place.verified().await, Ok(3));
        assert_eq!(place.ask("SELECT hash FROM audit_head").await, before);

        entered(&place, "ada", "known under a new key").await;
        let after = values(&place).await;
        assert_eq!(after.keys().copied().collect::<Vec<_>>(), [2, 4], "what was erased stays so");
        assert_eq!(after[&4], "known under a new key");
        assert_eq!(place.verified().await, Ok(4));
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
