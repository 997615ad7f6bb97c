//! Detect: judges records whose holdings changed, in batches, each batch one transaction.

mod by_rule;
mod deliver;
mod foreseen;
mod held;
mod left_out;
pub(super) mod load;
mod past;
mod plain;
pub(super) mod record;
mod refresh;
mod ruling;
mod settle;
mod shadow;
mod tidy;
mod trial;

pub(super) use deliver::writable;
pub use deliver::{Targets, creation, plan, removals};
pub(super) use foreseen::Foreseen;
pub(super) use load::mapped;
pub(super) use record::resolution_state;
pub(super) use refresh::{refresh, sum_up};
pub(super) use settle::is_unsettled;
pub use trial::Fate;

pub use crate::domain::presence::RECORD;

use super::routing::give_new;
use super::{Engine, incidents};
use crate::domain::approval::Standing;
use crate::domain::audit::{Actor, Event};
use crate::domain::ids::{EntityId, RecordId, RunId};
use crate::engine::approvals::ask_nobody;
use crate::engine::writeback::alarm;
use crate::store::records::Advanced;
use crate::store::runs::Counts;
use crate::store::words::{Indexed, Wanted};
use crate::store::{self, StoreError, WriteSession, conflicts, exceptions, records, resolutions};
use load::Batch;
use ruling::Ruling;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Records judged in one transaction.
const BATCH: i64 = 500;

impl Engine {
    /// Judges every record of an entity that waits for it, and says what came of it.
    ///
    /// # Errors
    /// The store failed, or the entity is not configured.
    pub async fn judge(&self, entity: &EntityId, run: &RunId) -> Result<Counts, StoreError> {
        self.judge_but(entity, run, &[]).await
    }

    /// Judges as [`Engine::judge`], without what one of the runs `but` has changed.
    pub(super) async fn judge_but(
        &self,
        entity: &EntityId,
        run: &RunId,
        but: &[RunId],
    ) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        loop {
            let mut session = self.store.session().await?;
            let ids = records::unjudged(&mut session, entity, self.tried_since(), but, BATCH).await?;
            drop(session);
            if ids.is_empty() {
                self.tell_that_none_is_left_out(entity).await?;
                self.end_empty_incidents(entity).await?;
                return Ok(counts);
            }
            match self.judge_batch(entity, run, ids.clone()).await {
                Ok(judged) => counts.add(&judged),
                Err(error) if error.is_lasting() && self.setup().catalog.entity(entity).is_some() => {
                    counts.add(&self.judge_each(entity, run, ids).await?);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// An incident that holds nothing is no question any longer.
    async fn end_empty_incidents(&self, entity: &EntityId) -> Result<(), StoreError> {
        let holding = store::incidents::holding(&mut self.store.session().await?, entity).await?;
        if holding.is_empty() {
            return Ok(());
        }
        let (entity, limits) = (entity.clone(), self.setup().catalog.incidents.clone());
        self.store
            .write::<_, StoreError, _>(async move |w| {
                Ok(((), incidents::end_empty(w, &limits, &entity).await?))
            })
            .await
    }

    async fn judge_batch(
        &self,
        entity: &EntityId,
        run: &RunId,
        ids: Vec<RecordId>,
    ) -> Result<Counts, StoreError> {
        let (setup, entity, run) = (self.setup(), entity.clone(), run.clone());
        self.store
            .write(async move |w| {
                // Before anything is loaded. What another worker judged meanwhile is done.
                let ids = records::take_up(w, &ids, true).await?;
                let batch = Batch::load(w, &setup, &entity, &run, &ids).await?;
                let (mut counts, mut events) = (Counts::default(), Vec::new());
                let (mut movers, mut advanced, mut opened) = (BTreeSet::new(), Vec::new(), Vec::new());
                let mut indexed = index(w, &batch, &ids).await?;
                for id in &ids {
                    let ruled = match batch.plain(id) {
                        Some(ruling) => Some(ruling),
                        None => batch.rule(w, id)?,
                    };
                    let Some(mut ruling) = ruled else { continue };
                    movers.append(&mut ruling.movers);
                    opened.extend(ruling.opened());
                    advanced.push(Advanced {
                        record: id.clone(),
                        base: ruling.base.take().map(|(_, base)| base),
                        indexed: indexed.remove(id),
                    });
                    save(w, ruling, &mut counts, &mut events).await?;
                }
                // Most records of a first load have nothing else to store: one statement for all.
                records::save_advanced(w, advanced).await?;
                records::judged(w, &ids).await?;
                events.extend(give_new(w, &entity, opened).await?);
                for system in &movers {
                    events.extend(incidents::storm::look(w, &setup, &entity, system).await?);
                }
                Ok((counts, events))
            })
            .await
    }

    /// Judges one record now, inside a transaction of the caller's.
    pub(super) async fn judge_record(
        setup: &Arc<super::Setup>,
        w: &mut WriteSession,
        entity: &EntityId,
        record: &RecordId,
        events: &mut Vec<Event>,
    ) -> Result<(), StoreError> {
        let ids = std::slice::from_ref(record);
        let marked = records::take_up(w, ids, false).await?;
        let batch = Batch::load(w, setup, entity, &RunId::default(), ids).await?;
        let indexed = index(w, &batch, ids).await?.remove(record);
        if let Some(mut ruling) = batch.rule(w, record)? {
            let base = ruling.base.take().map(|(_, base)| base);
            let advanced = Advanced { record: record.clone(), base, indexed };
            records::save_advanced(w, vec![advanced]).await?;
            let opened = ruling.opened();
            save(w, ruling, &mut Counts::default(), events).await?;
            events.extend(give_new(w, entity, opened.into_iter().collect()).await?);
        }
        records::judged(w, &marked).await
    }
}

/// Brings the records' names on screen and the words they are found by up to date; where the words of
/// those are that changed.
async fn index(
    w: &mut WriteSession,
    batch: &Batch,
    ids: &[RecordId],
) -> Result<HashMap<RecordId, Indexed>, StoreError> {
    let mut wanted = Vec::new();
    for id in ids {
        let Some(loaded) = batch.of(id) else { continue };
        if let Some(title) = loaded.other_title() {
            records::set_title(w, id, title).await?;
        }
        wanted.extend(loaded.wanted());
    }
    add_words(w, &batch.entity.id, &wanted.iter().collect::<Vec<_>>()).await
}

/// Makes records be found by their words; where those are.
async fn add_words(
    w: &mut WriteSession,
    entity: &EntityId,
    wanted: &[&Wanted],
) -> Result<HashMap<RecordId, Indexed>, StoreError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let born = store::words::add(w, entity, wanted).await?;
    let own = |own: &&Wanted| (own.record.clone(), Indexed { born, digest: own.digest });
    Ok(wanted.iter().map(own).collect())
}

pub(super) async fn save(
    w: &mut WriteSession,
    ruling: Ruling,
    counts: &mut Counts,
    events: &mut Vec<Event>,
) -> Result<(), StoreError> {
    counts.add(&ruling.counts);
    events.extend(ruling.events);
    if let Some(base) = ruling.base {
        records::save_bases(w, &[base]).await?;
    }
    if let Some((conflict, is_new)) = ruling.conflict {
        if is_new {
            conflicts::insert(w, &conflict).await?;
        }
        conflicts::save(w, &conflict).await?;
    }
    let (decisions, deliveries): (Vec<_>, Vec<_>) = ruling.resolutions.into_iter().unzip();
    resolutions::insert(w, &decisions).await?;
    resolutions::insert_deliveries(w, &deliveries.concat()).await?;
    conflicts::save_differences(w, &ruling.differences).await?;
    for delivery in ruling.deliveries {
        resolutions::settle_delivery(w, &delivery).await?;
        // Its end was found by reading: what stood in the way of sending it is of no matter now.
        alarm::settle(w, &delivery.system).await?;
    }
    for resolution in ruling.resolutions_moved {
        let all = resolutions::lock_deliveries(w, &resolution).await?;
        let state = resolution_state(all.iter().map(|delivery| &delivery.state));
        resolutions::set_state(w, &resolution, state).await?;
    }
    for id in ruling.approvals_ended {
        let found = resolutions::of_ids(w, std::slice::from_ref(&id)).await?;
        let awaited = found.first().and_then(|decision| decision.approval.clone());
        let (by, now) = (Actor::referee(), w.now());
        if let Some(Ok(ended)) = awaited.map(|awaited| awaited.end(Standing::Ended, by, now, "")) {
            resolutions::approvals::save(w, &id, &ended).await?;
            ask_nobody(w, &format!("/resolutions/{id}")).await?;
        }
        resolutions::set_state(w, &id, "overtaken").await?;
    }
    for (incident, record) in ruling.joined {
        let joined = store::incidents::add_records(w, &incident, &[record]).await?;
        store::incidents::grow(w, &incident, i64::try_from(joined).unwrap_or(0)).await?;
    }
    store::policy_shadows::save(w, ruling.shadows).await?;
    for (record, field) in ruling.ended_exceptions {
        exceptions::end(w, &record, &field).await?;
    }
    Ok(())
}
