//! The words that records are found by: what is found is what a plain comparison with every record finds,
//! however often words were changed and merged.

use super::*;
use referee::domain::access::Viewer;
use referee::domain::words::Sought;
use referee::store::records::Record;
use referee::store::search::{self, Search};
use std::collections::BTreeMap;

const TEXTS: [&str; 12] = [
    "Ada Okafor",
    "ada@example.org",
    "C-1",
    "C-17",
    "Oak Street 12",
    "oak lane",
    "Łódź",
    "10115",
    "+49 30 901820",
    "Okafor & Sons, a company with a name that is too long to be kept whole",
    "日本橋",
    "x",
];
const SOUGHT: [&str; 16] = [
    "ada",
    "okafor",
    "oka",
    "ok",
    "oak street",
    "oak",
    "C-1",
    "c-17",
    "1011",
    "łó",
    "lane ada",
    "日",
    "x",
    "nobody",
    "example.org",
    "+49 30",
];

fn record(n: usize) -> Record {
    // Ids as they are made, and ids of another kind.
    let id = if n.is_multiple_of(7) {
        format!("rec-{n:03}")
    } else {
        format!("0192b3c4-0000-7000-8000-{:012x}", n * 7919)
    };
    let (link, created_at) = (None, NOON.parse().unwrap());
    Record { id: id.into(), entity: "customer".into(), link, title: format!("Customer {n:03}"), created_at }
}

/// The texts that a record has in a round: a few of them, other ones than in most rounds before.
fn texts(n: usize, round: usize) -> Vec<&'static str> {
    let of = |at: &usize| (n * 31 + round * 17 + at * at * 7).is_multiple_of(5);
    (0..TEXTS.len()).filter(of).map(|at| TEXTS[at]).collect()
}

/// Whether a record with these texts is found, by comparing alone; `all` are the words of all records.
fn is_found(sought: &Sought, words: &[String], all: &[Vec<String>]) -> bool {
    let begins = |words: &[String], part: &String| words.iter().any(|word| word.starts_with(part.as_str()));
    let whole = sought.whole.as_ref().is_some_and(|whole| begins(words, whole));
    let anywhere = sought.whole.as_ref().is_some_and(|whole| all.iter().any(|words| begins(words, whole)));
    let parts = !sought.parts.is_empty() && sought.parts.iter().all(|part| begins(words, part));
    whole || (parts && !(sought.identifier && anywhere))
}

async fn ids(place: &Place, text: &str) -> Vec<RecordId> {
    let search = Search { sought: Sought::of(text), entity: None };
    let (viewer, mut s) = (Viewer::referee(), place.store.session().await.unwrap());
    let (mut found, mut position): (Vec<RecordId>, Option<RecordId>) = (Vec::new(), None);
    loop {
        let page = search::page(&mut s, &viewer, &search, position.as_ref(), 9).await.unwrap();
        let Some(last) = page.last() else { break };
        position = Some(last.id.clone());
        found.extend(page.into_iter().map(|record| record.id));
    }
    let counts = search::counts(&mut s, &viewer, &search).await.unwrap();
    assert_eq!(counts.iter().map(|of| of.count).sum::<i64>(), i64::try_from(found.len()).unwrap(), "{text}");
    found
}

#[tokio::test]
async fn what_is_found_is_what_comparing_every_record_finds() {
    for place in places().await {
        let records: Vec<Record> = (0..60).map(record).collect();
        let all = records.clone();
        let write = place
            .store
            .write::<_, StoreError, _>(async move |w| Ok((records::insert(w, &all).await?, Vec::new())));
        write.await.unwrap();
        let mut known: BTreeMap<RecordId, (Option<Indexed>, Vec<&str>)> = BTreeMap::new();
        for round in 0..12 {
            // In every round other records have other words, some of them for the first time.
            for (n, record) in
                records.iter().enumerate().filter(|(n, _)| (n + round) % 3 == 0 && *n < 10 + round * 5)
            {
                let (before, id) = (known.get(&record.id).and_then(|known| known.0), record.id.clone());
                let texts = texts(n, round);
                let own = texts.clone();
                let write = place.store.write::<_, StoreError, _>(async move |w| {
                    Ok((find_by(w, &id, before, &own).await?, Vec::new()))
                });
                known.insert(record.id.clone(), (write.await.unwrap(), texts));
            }
            let words: Vec<Vec<String>> =
                known.values().map(|(_, texts)| of_text::indexed(texts.iter().copied())).collect();
            for text in SOUGHT {
                let sought = Sought::of(text);
                let own = known.keys().zip(&words).filter(|(_, own)| is_found(&sought, own, &words));
                let expected: Vec<RecordId> = own.map(|(id, _)| id.clone()).collect();
                assert_eq!(ids(&place, text).await, expected, "{text} in round {round}");
            }
        }
        let segments = place.ask("SELECT CAST(count(*) AS TEXT) FROM word_segments").await;
        let made = place.ask("SELECT CAST(last AS TEXT) FROM word_heads").await;
        let (segments, made): (i64, i64) = (segments[0].parse().unwrap(), made[0].parse().unwrap());
        assert!(segments < 30 && made > 100, "{segments} of {made}: they are merged");
    }
}

#[tokio::test]
async fn a_record_that_is_dropped_leaves_no_words() {
    for place in places().await {
        let write = place.store.write::<_, StoreError, _>(async |w| {
            let (one, other) = (record(1), record(2));
            records::insert(w, &[one.clone(), other.clone()]).await?;
            find_by(w, &one.id, None, &["Ada"]).await?;
            find_by(w, &other.id, None, &["Adam"]).await?;
            records::drop_if_empty(w, &one.id).await?;
            Ok(((), Vec::new()))
        });
        write.await.unwrap();
        assert_eq!(ids(&place, "ada").await, [record(2).id]);
        let blocks = place.ask("SELECT first FROM word_blocks").await;
        assert_eq!(blocks, ["adam"], "its words are gone from the store as well");
    }
}

#[tokio::test]
async fn the_words_of_an_earlier_release_come_over() {
    for place in places().await {
        let write = place.store.write::<_, StoreError, _>(async |w| {
            records::insert(w, &(0..9).map(record).collect::<Vec<_>>()).await?;
            Ok(((), Vec::new()))
        });
        write.await.unwrap();
        place.outside("CREATE TABLE search_tokens (token TEXT NOT NULL, record_id TEXT NOT NULL)").await;
        for n in 0..8 {
            let id = record(n).id;
            place
                .outside(&format!("INSERT INTO search_tokens VALUES ('okafor', '{id}'), ('c-{n}', '{id}')"))
                .await;
        }
        let again = Store::open(options(&place.url, &place.clock)).await.unwrap();
        again.close().await;
        let mut all: Vec<RecordId> = (0..8).map(|n| record(n).id).collect();
        all.sort();
        assert_eq!(ids(&place, "okaf").await, all);
        assert_eq!(ids(&place, "C-3").await, [record(3).id]);
        let left = match place.store.backend() {
            Backend::Sqlite => "SELECT name FROM sqlite_master WHERE name = 'search_tokens'",
            Backend::Postgres => {
                "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE tablename = 'search_tokens'"
            }
        };
        assert_eq!(place.ask(left).await, [""; 0]);
        // What came over is known: the next change takes it away.
        let id = record(3).id;
        let write = place.store.write::<_, StoreError, _>(async move |w| {
            let before = records::kept(w, std::slice::from_ref(&id)).await?.remove(0).indexed;
            Ok((find_by(w, &id, before, &["Lindqvist"]).await?, Vec::new()))
        });
        write.await.unwrap();
        assert_eq!((ids(&place, "c-3").await.len(), ids(&place, "lind").await), (0, vec![record(3).id]));
    }
}
