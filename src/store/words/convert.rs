//! A store of an earlier release has a row for each word and record: they become segments.

use super::{Indexed, Wanted, add, next_number};
use crate::domain::ids::{EntityId, RecordId};
use crate::store::db::{FromRow, Row, Session};
use crate::store::error::StoreError;
use crate::store::open::Store;
use crate::store::records::{self, Advanced};
use crate::store::write::WriteSession;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Records brought over in one transaction.
const AT_ONCE: i64 = 2000;

/// Brings the words of an earlier release over, if there are any. Cut short, it goes on where it
/// stopped: a record that has come over is left alone.
pub(in crate::store) async fn convert(store: &Store) -> Result<(), StoreError> {
    if !is_there(&mut store.session().await?).await? {
        return Ok(());
    }
    let mut position = String::new();
    loop {
        let after = position.clone();
        let last =
            store.write::<_, StoreError, _>(async move |w| Ok((step(w, &after).await?, Vec::new()))).await?;
        let Some(last) = last else { break };
        if position.is_empty() {
            tracing::info!("the words that records are found by are brought into their new form");
        }
        position = last;
    }
    store
        .write(async |w| {
            w.sql("DROP TABLE IF EXISTS search_tokens").run().await?;
            Ok(((), Vec::new()))
        })
        .await
}

async fn is_there(s: &mut Session) -> Result<bool, StoreError> {
    let sqlite = "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name = 'search_tokens'";
    let postgres = "SELECT CAST(tablename AS TEXT) AS value FROM pg_tables
         WHERE tablename = 'search_tokens' AND schemaname = current_schema()";
    let text = s.either(sqlite, postgres);
    Ok(s.sql(text).value::<String>().await?.is_some())
}

/// The next records after `after`; the last of them.
async fn step(w: &mut WriteSession, after: &str) -> Result<Option<String>, StoreError> {
    let query = w.sql("SELECT id AS record_id, entity AS word FROM records WHERE id > $1 ORDER BY id");
    let all: Vec<Pair> = query.bind(after).limit(AT_ONCE).all().await?;
    let Some(last) = all.last().map(|last| last.record.clone()) else { return Ok(None) };
    let mut by_entity: BTreeMap<EntityId, Vec<RecordId>> = BTreeMap::new();
    for pair in all {
        by_entity.entry(pair.word.into()).or_default().push(pair.record.into());
    }
    for (entity, ids) in by_entity {
        // The head is held from here on: what another process has brought over is seen.
        next_number(w, &entity).await?;
        let kept = records::kept(w, &ids).await?;
        let done: HashSet<RecordId> =
            kept.into_iter().filter(|own| own.indexed.is_some()).map(|own| own.record).collect();
        let mut words: HashMap<String, Vec<String>> = HashMap::new();
        let query = w.sql("SELECT record_id, token AS word FROM search_tokens WHERE record_id IN ");
        for pair in query.push_list(&ids).push(" ORDER BY token").all::<Pair>().await? {
            words.entry(pair.record).or_default().push(pair.word);
        }
        let fresh = ids.iter().filter(|id| !done.contains(*id)).filter_map(|id| {
            let words = words.remove(id.as_str())?;
            Wanted::of(id, words, None)
        });
        let wanted: Vec<Wanted> = fresh.collect();
        if wanted.is_empty() {
            continue;
        }
        let born = add(w, &entity, &wanted.iter().collect::<Vec<_>>()).await?;
        let advanced = |own: Wanted| Advanced {
            indexed: Some(Indexed { born, digest: own.digest }),
            record: own.record,
            base: None,
        };
        records::save_advanced(w, wanted.into_iter().map(advanced).collect()).await?;
    }
    Ok(Some(last))
}

struct Pair {
    record: String,
    word: String,
}

impl FromRow for Pair {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { record: row.get("record_id")?, word: row.get("word")? })
    }
}
