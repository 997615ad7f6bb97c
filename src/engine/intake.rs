//! Intake: rows as a connector read them become holdings, versions and records to be judged.

use super::absences::met;
use super::quarantine::{is_key, plain, set_aside, unstorable, unusable};
use crate::connectors::{Page, Row};
use crate::domain::entity::Entity;
use crate::domain::ids::{RecordId, RunId};
use crate::domain::mapping::Mapping;
use crate::domain::record::Reading;
use crate::domain::seal::sha256;
use crate::domain::time::Time;
use crate::domain::value::Cells;
use crate::store::holdings::{Holding, Version};
use crate::store::records::Record;
use crate::store::runs::SetAside;
use crate::store::{StoreError, WriteSession, holdings, records};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Holdings made absent in one transaction.
const ABSENT: i64 = 500;

/// A holding whose time lies so far ahead of the clock was not read later: a clock was wrong. What
/// is skipped for being older is read again by the next pull, which looks back as far.
const CLOCKS_MINUTES: i64 = 5;

/// Where rows come from.
pub(super) struct Source<'a> {
    pub entity: &'a Entity,
    pub mapping: &'a Mapping,
    /// The run that read them, or the delivery that read them back.
    pub run: &'a RunId,
    /// `run` or `write`.
    pub origin: &'static str,
    /// The start of the read before this one.
    pub read_after: Option<Time>,
    /// The rows show the system as it was then, or later: for a page, when it was asked for. What
    /// is held from a later read is newer than they are.
    pub at: Time,
}

/// What a page changed.
#[derive(Default)]
pub(super) struct Taken {
    pub changed: i64,
    /// Rows that were held before and are another way now, by their keys.
    pub moved: Vec<String>,
    pub set_aside: Vec<SetAside>,
}

impl Source<'_> {
    /// Takes a page of rows. Rows equal to what is held change nothing.
    pub async fn take(&self, w: &mut WriteSession, page: Page) -> Result<Taken, StoreError> {
        let mut taken = Taken { set_aside: unusable(page.unusable), ..Taken::default() };
        let rows = unique(self.storable(page.rows, &mut taken.set_aside), &mut taken.set_aside);
        let ids: Vec<&str> = rows.keys().map(String::as_str).collect();
        let known = holdings::to_change(w, &self.mapping.system, &self.entity.id, &ids).await?;
        let mut known: HashMap<String, Holding> =
            known.into_iter().map(|holding| (holding.external_id.clone(), holding)).collect();
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        for row in rows.into_values() {
            let digest = match digest(&row.cells) {
                Ok(digest) => digest,
                Err(error) => {
                    taken.set_aside.push(set_aside(&row, error.to_string()));
                    continue;
                }
            };
            match known.remove(&row.key) {
                Some(holding) if holding.present && holding.digest == digest => {}
                // A delivery, say, read it after this page was asked for.
                Some(holding) if self.is_older_than(w, &holding) => {}
                Some(holding) => changed.push((holding, row, digest)),
                None => fresh.push((row, digest)),
            }
        }
        taken.changed = i64::try_from(fresh.len() + changed.len()).unwrap_or(i64::MAX);
        taken.moved = changed
            .iter()
            .filter(|(held, row, _)| is_moved(held, row))
            .map(|(_, row, _)| row.key.clone())
            .collect();
        let mut touched = self.take_fresh(w, fresh).await?;
        touched.extend(self.take_changed(w, changed).await?);
        records::mark_unjudged(w, &self.entity.id, self.run.as_str(), &touched).await?;
        Ok(taken)
    }

    /// The rows that the store can keep; one that it cannot must not hold up the others.
    fn storable(&self, rows: Vec<Row>, aside: &mut Vec<SetAside>) -> Vec<Row> {
        let mut kept = Vec::with_capacity(rows.len());
        for row in rows {
            match unstorable(&row, self.link(&row)) {
                Some(reason) => aside.push(set_aside(&row, reason)),
                None => kept.push(row),
            }
        }
        kept
    }

    async fn take_fresh(
        &self,
        w: &mut WriteSession,
        rows: Vec<(Row, String)>,
    ) -> Result<BTreeSet<RecordId>, StoreError> {
        let owners = self.owners(w, &rows).await?;
        let (mut fresh, mut touched) = (Vec::new(), BTreeSet::new());
        for (row, digest) in rows {
            let Some(record) = owners.get(&row.key) else { continue };
            touched.insert(record.clone());
            fresh.push(Holding {
                system: self.mapping.system.clone(),
                entity: self.entity.id.clone(),
                external_id: row.key,
                record: record.clone(),
                present: true,
                cells: row.cells,
                digest,
                version: None,
                revision: 1,
                read: self.reading(row.modified_at, row.modified_by),
                token: row.token,
                run: self.run.clone(),
            });
        }
        holdings::insert(w, &fresh).await?;
        Ok(touched)
    }

    async fn take_changed(
        &self,
        w: &mut WriteSession,
        rows: Vec<(Holding, Row, String)>,
    ) -> Result<BTreeSet<RecordId>, StoreError> {
        let (mut changed, mut versions) = (Vec::new(), Vec::new());
        for (before, row, digest) in rows {
            let after = Holding {
                present: true,
                cells: row.cells,
                digest,
                read: self.reading(row.modified_at, row.modified_by),
                token: row.token,
                ..before.clone()
            };
            changed.push(self.succeed(w, &before, after, &mut versions));
        }
        holdings::insert_versions(w, &versions).await?;
        holdings::save(w, &changed).await?;
        Ok(changed.into_iter().map(|holding| holding.record).collect())
    }

    /// The holding that follows `before`, with both on the timeline.
    fn succeed(
        &self,
        w: &WriteSession,
        before: &Holding,
        after: Holding,
        versions: &mut Vec<Version>,
    ) -> Holding {
        let parent = before.version.clone().unwrap_or_else(|| {
            // Nothing is written while a record stays as it was first read; now it has a past.
            let first = w.new_id().into();
            versions.push(Version::of(before, first, None, "run"));
            versions[versions.len() - 1].id.clone()
        });
        let id = w.new_id();
        let revision = before.revision + 1;
        let after = Holding { version: Some(id.clone().into()), revision, run: self.run.clone(), ..after };
        versions.push(Version::of(&after, id.into(), Some(parent), self.origin));
        after
    }

    /// Marks the holdings between two keys of a full pull that its page does not have.
    pub async fn pass_by(
        &self,
        w: &mut WriteSession,
        (began, after): (Time, &str),
        page: &Page,
    ) -> Result<(), StoreError> {
        let met: Vec<&str> = met(page).filter(|key| is_key(key)).collect();
        let stretch = (after, page.next.as_deref());
        holdings::miss(w, &self.mapping.system, &self.entity.id, stretch, &met, (self.run, began)).await?;
        Ok(())
    }

    /// Marks some of what a completed full pull passed by as absent; how many.
    pub async fn take_absent(&self, w: &mut WriteSession) -> Result<usize, StoreError> {
        let gone = holdings::missed(w, self.run, ABSENT).await?;
        self.make_absent(w, gone).await
    }

    /// Marks these holdings as absent; how many.
    pub async fn make_absent(&self, w: &mut WriteSession, gone: Vec<Holding>) -> Result<usize, StoreError> {
        let (mut changed, mut versions) = (Vec::new(), Vec::new());
        for before in gone {
            let after = Holding { present: false, read: self.reading(None, None), ..before.clone() };
            changed.push(self.succeed(w, &before, after, &mut versions));
        }
        holdings::insert_versions(w, &versions).await?;
        holdings::save(w, &changed).await?;
        let touched = changed.iter().map(|holding| &holding.record);
        records::mark_unjudged(w, &self.entity.id, self.run.as_str(), touched).await?;
        Ok(changed.len())
    }

    fn reading(&self, modified_at: Option<Time>, modified_by: Option<String>) -> Reading {
        Reading { after: self.read_after, at: self.at, modified_at, modified_by }
    }

    /// Whether what is held was read after these rows.
    pub fn is_older_than(&self, w: &WriteSession, holding: &Holding) -> bool {
        let possible = w.now() + TimeDelta::minutes(CLOCKS_MINUTES);
        holding.read.at > self.at && holding.read.at <= possible
    }

    /// The record of each new row: linked by hand or file, by the declared key, or a new one.
    async fn owners(
        &self,
        w: &mut WriteSession,
        rows: &[(Row, String)],
    ) -> Result<HashMap<String, RecordId>, StoreError> {
        let ids: Vec<&str> = rows.iter().map(|(row, _)| row.key.as_str()).collect();
        let linked = records::links(w, &self.mapping.system, &self.entity.id, &ids).await?;
        let mut owners: HashMap<String, RecordId> =
            linked.into_iter().map(|link| (link.external_id, link.record)).collect();
        let links: Vec<&str> = rows.iter().filter_map(|(row, _)| self.link(row)).collect();
        let known = records::by_links(w, &self.entity.id, &links).await?;
        let mut by_link: HashMap<String, RecordId> =
            known.into_iter().filter_map(|record| Some((record.link?, record.id))).collect();
        let mut fresh = Vec::new();
        for (row, _) in rows {
            if owners.contains_key(&row.key) {
                continue;
            }
            let link = self.link(row);
            let record = match link.and_then(|link| by_link.get(link)) {
                Some(record) => record.clone(),
                None => {
                    let record = self.new_record(w, row, link);
                    let id = record.id.clone();
                    by_link.extend(link.map(|link| (link.to_owned(), id.clone())));
                    fresh.push(record);
                    id
                }
            };
            owners.insert(row.key.clone(), record);
        }
        records::insert(w, &fresh).await?;
        Ok(owners)
    }

    fn link<'r>(&self, row: &'r Row) -> Option<&'r str> {
        let cell = row.cells.get(self.mapping.link.as_deref()?)?;
        cell.text().filter(|text| !text.is_empty())
    }

    fn new_record(&self, w: &WriteSession, row: &Row, link: Option<&str>) -> Record {
        let mapped = self.mapping.read(&row.cells);
        let title = mapped.fields.get(&self.entity.title).and_then(|held| held.value());
        Record {
            id: w.new_id().into(),
            entity: self.entity.id.clone(),
            link: link.map(str::to_owned),
            title: plain(title.unwrap_or(&row.key)),
            created_at: w.now(),
        }
    }
}

/// Whether a value of a row is another one. Columns that are only read since the mapping changed, and
/// rows that came back, are no change.
fn is_moved(held: &Holding, row: &Row) -> bool {
    let differs = |(column, cell)| row.cells.get(column).is_some_and(|now| now != cell);
    held.present && held.cells.iter().any(differs)
}

/// Rows by key; a key that stands twice on a page is set aside, the first row stays.
fn unique(rows: Vec<Row>, aside: &mut Vec<SetAside>) -> BTreeMap<String, Row> {
    let mut by_key = BTreeMap::new();
    for row in rows {
        if by_key.contains_key(&row.key) {
            let reason = format!("the key “{}” stands twice", row.key);
            aside.push(set_aside(&row, reason));
        } else {
            by_key.insert(row.key.clone(), row);
        }
    }
    by_key
}

/// SHA-256 of the cells as stored.
pub(super) fn digest(cells: &Cells) -> Result<String, StoreError> {
    Ok(sha256(&[serde_json::to_string(cells)?.as_bytes()]))
}
