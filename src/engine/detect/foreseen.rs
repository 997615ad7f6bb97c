//! Rows of a first load that make their record a plain case are judged on their way in: what they lead
//! to is worked out beside the store's writer, while that stores the page before. The writer only looks
//! whether everything it was worked out from still stands. What does not is judged like any other.

use super::add_words;
use super::load::Batch;
use crate::domain::ids::{EntityId, RecordId};
use crate::domain::mapping::Mapping;
use crate::domain::record::{Base, Holding, Reading};
use crate::domain::value::Cells;
use crate::engine::incoming::{Arrived, Incoming, link};
use crate::engine::intake::Source;
use crate::engine::{Engine, Setup};
use crate::store::holdings::Revision;
use crate::store::records::{Advanced, Kept};
use crate::store::words::Wanted;
use crate::store::{Session, StoreError, WriteSession, conflicts, exceptions, holdings, records};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What the rows of a page lead to.
#[derive(Default)]
pub(in crate::engine) struct Foreseen {
    /// By the records they belong to.
    plain: HashMap<RecordId, Plain>,
    /// The versions of the configuration and of the policies it was worked out under.
    under: (i64, i64),
}

/// What follows for a record, and what it was worked out from.
struct Plain {
    base: Option<Base>,
    wanted: Option<Wanted>,
    /// Everything that is held once the row is stored.
    held: BTreeSet<Revision>,
    kept: Option<Kept>,
}

impl Engine {
    /// Works out which rows of a page will be plain cases.
    ///
    /// # Errors
    /// The store failed.
    pub(in crate::engine) async fn foresee(
        &self,
        session: &mut Session,
        source: &Source<'_>,
        incoming: &Incoming,
    ) -> Result<Foreseen, StoreError> {
        let (setup, entity) = (self.setup(), source.entity);
        // The rows of a run are read by the mapping it began with.
        let as_begun = setup.catalog.mapping(&source.mapping.system, &entity.id) == Some(source.mapping);
        if !as_begun || !Batch::may_be_plain(&setup, entity) {
            return Ok(Foreseen::default());
        }
        let mut rows = by_link(source.mapping, incoming);
        let links: Vec<&str> = rows.keys().copied().collect();
        let known = records::by_links(session, &entity.id, &links).await?;
        if known.is_empty() {
            return Ok(Foreseen::default());
        }
        let ids: Vec<RecordId> = known.iter().map(|record| record.id.clone()).collect();
        let run = (&entity.id, source.run);
        let mut batch = Batch::read(session, &setup, run, &ids, self.now()).await?;
        let mut foreseen = HashMap::new();
        for record in known {
            let row = record.link.as_deref().and_then(|link| rows.remove(link));
            let Some(row) = row else { continue };
            batch.arrives(held(source, &record.id, row));
            if let Some(plain) = plain(&batch, &record.id) {
                foreseen.insert(record.id, plain);
            }
        }
        Ok(Foreseen { plain: foreseen, under: setup.versions() })
    }
}

/// The rows that share an identifier with no other of their page.
fn by_link<'i>(mapping: &Mapping, incoming: &'i Incoming) -> HashMap<&'i str, &'i Arrived> {
    let (mut rows, mut twice) = (HashMap::new(), HashSet::new());
    for one in incoming.rows.values() {
        let Some(link) = link(mapping, &one.row) else { continue };
        if rows.insert(link, one).is_some() {
            twice.insert(link);
        }
    }
    rows.retain(|link, _| !twice.contains(link));
    rows
}

/// A row as it will be held. Its cells are of no matter once they are read.
fn held(source: &Source<'_>, record: &RecordId, Arrived { row, .. }: &Arrived) -> Holding {
    let mapped = source.mapping.read(&row.cells);
    Holding {
        record: record.clone(),
        system: source.mapping.system.clone(),
        external_id: row.key.clone(),
        present: true,
        cells: Cells::default(),
        fields: mapped.fields,
        problems: mapped.problems,
        revision: 1,
        version: None,
        read: Reading {
            after: source.read_after,
            at: source.at,
            modified_at: row.modified_at,
            modified_by: row.modified_by.clone(),
        },
        token: row.token.clone(),
    }
}

fn plain(batch: &Batch, id: &RecordId) -> Option<Plain> {
    let ruling = batch.plain(id)?;
    let loaded = batch.of(id).filter(|loaded| loaded.other_title().is_none())?;
    let revision = |own: &Holding| Revision {
        record: id.clone(),
        system: own.system.clone(),
        external_id: own.external_id.clone(),
        revision: own.revision,
    };
    Some(Plain {
        base: ruling.base.map(|(_, base)| base),
        wanted: loaded.wanted(),
        held: batch.all(id).iter().map(revision).collect(),
        kept: batch.kept(id),
    })
}

impl Foreseen {
    /// Whether it was worked out under this setup.
    pub fn is_under(&self, setup: &Setup) -> bool {
        self.under == setup.versions()
    }

    /// Stores what follows for those of these records that are as they were foreseen, and takes them
    /// off the list of those to be judged. All of them are on it, marked in this transaction: whoever
    /// changes one meanwhile marks it after.
    pub async fn settle(
        &self,
        w: &mut WriteSession,
        entity: &EntityId,
        touched: &BTreeSet<RecordId>,
    ) -> Result<(), StoreError> {
        let ids: Vec<RecordId> = touched.iter().filter(|id| self.plain.contains_key(*id)).cloned().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let ids = self.still_so(w, ids).await?;
        let plain: Vec<(&RecordId, &Plain)> =
            ids.iter().filter_map(|id| self.plain.get(id).map(|plain| (id, plain))).collect();
        let wanted: Vec<&Wanted> = plain.iter().filter_map(|(_, plain)| plain.wanted.as_ref()).collect();
        let mut indexed = add_words(w, entity, &wanted).await?;
        let advanced = plain.into_iter().map(|(id, plain)| Advanced {
            record: id.clone(),
            base: plain.base.clone(),
            indexed: indexed.remove(id),
        });
        records::save_advanced(w, advanced.collect()).await?;
        records::judged(w, &ids).await
    }

    /// Those of which nothing is otherwise than it was foreseen.
    async fn still_so(
        &self,
        w: &mut WriteSession,
        mut ids: Vec<RecordId>,
    ) -> Result<Vec<RecordId>, StoreError> {
        conflicts::lock_of_records(w, &ids).await?;
        let mut held: HashMap<RecordId, BTreeSet<Revision>> = HashMap::new();
        for own in holdings::revisions(w, &ids).await? {
            held.entry(own.record.clone()).or_default().insert(own);
        }
        let kept = records::kept(w, &ids).await?;
        let kept: HashMap<RecordId, Kept> = kept.into_iter().map(|own| (own.record.clone(), own)).collect();
        let open = conflicts::unfinished(w, &ids).await?;
        let excepted = exceptions::of_records(w, &ids).await?;
        let open = open.into_iter().map(|difference| difference.record);
        let busy: HashSet<RecordId> =
            open.chain(excepted.into_iter().map(|exception| exception.record)).collect();
        ids.retain(|id| {
            let same =
                |plain: &Plain| held.get(id) == Some(&plain.held) && kept.get(id) == plain.kept.as_ref();
            !busy.contains(id) && self.plain.get(id).is_some_and(same)
        });
        Ok(ids)
    }
}
