//! How a full pull knows what is gone: by a merge of its rows with what is held, or by
//! remembering every key it met.

use super::Engine;
use super::intake::{Source, Taken};
use super::sync::{Ended, Reading, still_ours};
use crate::connectors::{Page, Row};
use crate::domain::time::Time;
use crate::store::runs::Run;
use crate::store::{StoreError, holdings, runs};
use futures_util::future::join_all;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Rows asked for at once, of those a pull passed by.
const ASKED: i64 = 4;

/// What a full pull passed by.
pub(super) enum Absences {
    /// The rows come in the order of their keys, and so do the holdings: each page is merged with
    /// the holdings of its stretch, and those it passes by are marked in its transaction. Memory
    /// holds a page, and a run that is taken up again has lost nothing.
    Merged,
    /// The rows come in any order: a hash of each key met, eight bytes a row. `whole` is false
    /// for a run taken up again, which does not know what was met before.
    Met { hasher: RandomState, keys: HashSet<u64>, whole: bool },
    /// Not a full pull: what it did not bring may well be there.
    None,
}

impl Absences {
    pub fn of(reading: &Reading) -> Self {
        match (reading.is_full(), reading.connector.capabilities().ordered) {
            (false, _) => Self::None,
            (true, true) => Self::Merged,
            (true, false) => {
                let (hasher, keys, whole) = (RandomState::new(), HashSet::new(), !reading.resumed);
                Self::Met { hasher, keys, whole }
            }
        }
    }

    pub fn merges(&self) -> bool {
        matches!(self, Self::Merged)
    }

    /// Remembers the keys of a page, those of rows that cannot be read among them.
    pub fn meet(&mut self, page: &Page) {
        let Self::Met { hasher, keys, whole: true } = self else { return };
        keys.extend(met(page).map(|key| hasher.hash_one(key)));
    }

    /// Whether a key was met, or may have been.
    pub fn has_met(&self, key: &str) -> bool {
        match self {
            Self::Met { hasher, keys, whole: true } => keys.contains(&hasher.hash_one(key)),
            _ => true,
        }
    }

    /// Whether every absence is known.
    pub fn are_complete(&self) -> bool {
        matches!(self, Self::Merged | Self::Met { whole: true, .. })
    }
}

/// The keys of the rows that are there.
pub(super) fn met(page: &Page) -> impl Iterator<Item = &str> {
    let unusable = page.unusable.iter().filter_map(|row| row.key.as_deref());
    page.rows.iter().map(|row| row.key.as_str()).chain(unusable)
}

impl Engine {
    /// Makes absent what a full pull passed by and what is not there when it is asked for, unless
    /// it is too much at once to be believed.
    pub(super) async fn find_absent(
        &self,
        run: &mut Run,
        reading: &Reading,
        absences: &Absences,
    ) -> Result<(), Ended> {
        if let Absences::Met { .. } = absences {
            self.mark_unmet(run, absences).await?;
        }
        self.leave_refused(run, absences.are_complete()).await?;
        self.ask_for_missed(run, reading).await?;
        self.leave_waiting(run, absences.are_complete()).await?;
        loop {
            let (next, read_after, at) = (run.clone(), reading.cursor.read_at, self.now());
            let (entity, mapping) = (reading.entity.clone(), reading.mapping.clone());
            let made = self.store().write::<_, StoreError, _>(async move |w| {
                if !still_ours(w, &next).await? {
                    return Ok((None, Vec::new()));
                }
                let (entity, mapping) = (&entity, &mapping);
                let source = Source { entity, mapping, run: &next.id, origin: "run", read_after, at };
                Ok((Some(source.take_absent(w).await?), Vec::new()))
            });
            if made.await?.ok_or(Ended::TakenOver)? == 0 {
                return Ok(());
            }
        }
    }

    /// Asks for each row that was passed by: a page that moved on while others were deleted, or a
    /// list that leaves some out, is no proof that a row is gone. Ends once it is clear that too
    /// many are.
    async fn ask_for_missed(&self, run: &mut Run, reading: &Reading) -> Result<(), Ended> {
        let limits = self.setup().catalog.incidents.clone();
        let (mut position, mut gone, mut held) = (String::new(), 0, None);
        loop {
            let mut session = self.store().session().await?;
            let ids = holdings::missed_ids(&mut session, &run.id, &position, ASKED).await?;
            let Some(last) = ids.last() else { return Ok(()) };
            // The whole table is read for it: only once something was passed by.
            let of = match held {
                Some(held) => held,
                None => holdings::count_present(&mut session, &run.system, &run.entity).await?,
            };
            held = Some(of);
            drop(session);
            position.clone_from(last);
            let at = self.now();
            let asked = ids.iter().map(|id| reading.connector.read(&reading.spec, id));
            let mut found = Vec::new();
            for (answer, id) in join_all(asked).await.into_iter().zip(&ids) {
                // A row that answers to another key is not this one.
                found.extend(answer?.filter(|row| row.key == *id));
            }
            gone += i64::try_from(ids.len() - found.len()).unwrap_or(0);
            self.take_found(run, reading, (found, at)).await?;
            if limits.is_mass(gone, of) {
                let gone = holdings::count_missed(&mut self.store().session().await?, &run.id).await?;
                return Err(Ended::Mass { gone, of });
            }
        }
    }

    /// Takes rows that were passed by and are there.
    async fn take_found(
        &self,
        run: &mut Run,
        reading: &Reading,
        (rows, at): (Vec<Row>, Time),
    ) -> Result<(), Ended> {
        let (next, read_after) = (run.clone(), reading.cursor.read_at);
        let (entity, mapping) = (reading.entity.clone(), reading.mapping.clone());
        let saved = self.store().write::<_, StoreError, _>(async move |w| {
            let mut run = next.clone();
            if !still_ours(w, &run).await? {
                return Ok((None, Vec::new()));
            }
            if rows.is_empty() {
                return Ok((Some(run), Vec::new()));
            }
            let ids: Vec<String> = rows.iter().map(|row| row.key.clone()).collect();
            holdings::unmiss(w, &run.system, &run.entity, &ids).await?;
            let (entity, mapping) = (&entity, &mapping);
            let source = Source { entity, mapping, run: &next.id, origin: "run", read_after, at };
            let Taken { changed, set_aside, .. } = source.take_rows(w, rows.clone()).await?;
            run.counts.changed += changed;
            run.counts.quarantined += i64::try_from(set_aside.len()).unwrap_or(0);
            runs::set_aside(w, &run, &set_aside).await?;
            runs::save(w, &run).await?;
            Ok((Some(run), Vec::new()))
        });
        *run = saved.await?.ok_or(Ended::TakenOver)?;
        Ok(())
    }

    async fn mark_unmet(&self, run: &Run, absences: &Absences) -> Result<(), Ended> {
        let mut position = String::new();
        loop {
            let mut session = self.store().session().await?;
            let ids = holdings::present_ids(&mut session, &run.system, &run.entity, &position, 5000).await?;
            drop(session);
            let Some(last) = ids.last() else { return Ok(()) };
            position.clone_from(last);
            let unmet: Vec<String> = ids.into_iter().filter(|id| !absences.has_met(id)).collect();
            for ids in unmet.chunks(500) {
                let (run, ids) = (run.clone(), ids.to_vec());
                let marked = self.store().write::<_, StoreError, _>(async move |w| {
                    if !still_ours(w, &run).await? {
                        return Ok((false, Vec::new()));
                    }
                    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                    let began = (&run.id, run.started_at);
                    holdings::miss_these(w, &run.system, &run.entity, &ids, began).await?;
                    Ok((true, Vec::new()))
                });
                if !marked.await? {
                    return Err(Ended::TakenOver);
                }
            }
        }
    }
}
