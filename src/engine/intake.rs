//! Intake: rows as a connector read them become holdings, versions and records to be judged.

use super::incoming::{Arrived, Incoming, link};
use super::quarantine::plain;
use crate::connectors::{Page, Row};
use crate::domain::entity::Entity;
use crate::domain::ids::{RecordId, RunId};
use crate::domain::mapping::Mapping;
use crate::domain::record::Reading;
use crate::domain::time::Time;
use crate::store::holdings::{Fresh, Head, Holding, Version};
use crate::store::records::Record;
use crate::store::runs::SetAside;
use crate::store::{Session, StoreError, WriteSession, holdings, records};
use chrono::TimeDelta;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Holdings made absent in one transaction.
const ABSENT: i64 = 500;
/// Beyond twice the rows of a page, so many holdings of its stretch are looked through.
const ABSENT_UNSEEN: usize = 2000;

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
    /// Takes rows that were not read with a page of a pull.
    pub async fn take_rows(&self, w: &mut WriteSession, rows: Vec<Row>) -> Result<Taken, StoreError> {
        let incoming = Incoming::of(self.mapping, Page { rows, ..Page::default() });
        self.take(w, &incoming, &Held::default()).await
    }

    /// Takes a page of rows, of which so much is known. Rows equal to what is held change nothing.
    pub async fn take(
        &self,
        w: &mut WriteSession,
        incoming: &Incoming,
        held: &Held,
    ) -> Result<Taken, StoreError> {
        let asked;
        let held = match held.known {
            true => held,
            false => {
                asked = self.held(w, incoming).await?;
                &asked
            }
        };
        let others: Vec<&Arrived> = incoming.rows.values().filter(|one| !held.has(one)).collect();
        let mut taken = Taken { set_aside: incoming.set_aside.clone(), ..Taken::default() };
        if others.is_empty() {
            return Ok(taken);
        }
        let maybe_known = others.iter().map(|one| one.row.key.as_str()).filter(|key| !held.lacks(key));
        let ids: Vec<&str> = maybe_known.collect();
        let known = match ids.is_empty() {
            true => Vec::new(),
            false => holdings::to_change(w, &self.mapping.system, &self.entity.id, &ids).await?,
        };
        let mut known: HashMap<String, Holding> =
            known.into_iter().map(|holding| (holding.external_id.clone(), holding)).collect();
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        for one in others {
            match known.remove(&one.row.key) {
                Some(holding) if holding.present && holding.digest == one.digest => {}
                // A delivery, say, read it after this page was asked for.
                Some(holding) if self.is_older_than(w, &holding) => {}
                Some(holding) => changed.push((holding, one)),
                None => fresh.push(one),
            }
        }
        taken.changed = i64::try_from(fresh.len() + changed.len()).unwrap_or(i64::MAX);
        taken.moved = changed
            .iter()
            .filter(|(held, one)| is_moved(held, &one.row))
            .map(|(_, one)| one.row.key.clone())
            .collect();
        let mut touched = self.take_fresh(w, &fresh).await?;
        touched.extend(self.take_changed(w, changed).await?);
        records::mark_unjudged(w, &self.entity.id, self.run.as_str(), &touched).await?;
        incoming.foreseen.settle(w, &self.entity.id, &touched).await?;
        Ok(taken)
    }

    /// What is held under the keys of a page.
    async fn held(&self, s: &mut Session, incoming: &Incoming) -> Result<Held, StoreError> {
        let ids: Vec<&str> = incoming.rows.keys().map(String::as_str).collect();
        let heads = holdings::heads(s, &self.mapping.system, &self.entity.id, &ids).await?;
        Ok(Held::of(heads, None))
    }

    /// Says what is held where a page has its rows; of a full pull that comes in the order of its keys
    /// (`after` the one before it) also what of it the page passes by.
    pub async fn look(
        &self,
        s: &mut Session,
        after: Option<&str>,
        incoming: &Incoming,
    ) -> Result<(Held, Passed), StoreError> {
        let Some(after) = after else { return Ok((self.held(s, incoming).await?, Passed::None)) };
        let (system, entity, next) = (&self.mapping.system, &self.entity.id, incoming.next.as_deref());
        let most = incoming.met.len() * 2 + ABSENT_UNSEEN;
        let heads = holdings::stretch(s, system, entity, (after, next), most).await?;
        if heads.len() >= most {
            // Very many are gone there: they are not all read to be marked.
            return Ok((Held::default(), Passed::Many));
        }
        let passed = |head: &&Head| head.digest.is_some() && !incoming.met.contains(&head.external_id);
        let passed: Vec<String> = heads.iter().filter(passed).map(|head| head.external_id.clone()).collect();
        let passed = if passed.is_empty() { Passed::None } else { Passed::These(passed) };
        Ok((Held::of(heads, Some((after.to_owned(), incoming.next.clone()))), passed))
    }

    async fn take_fresh(
        &self,
        w: &mut WriteSession,
        rows: &[&Arrived],
    ) -> Result<BTreeSet<RecordId>, StoreError> {
        if rows.is_empty() {
            return Ok(BTreeSet::new());
        }
        let owners = self.owners(w, rows).await?;
        let (mut fresh, mut touched) = (Vec::with_capacity(rows.len()), BTreeSet::new());
        for Arrived { row, raw, digest } in rows {
            let Some(record) = owners.get(&row.key) else { continue };
            touched.insert(record.clone());
            fresh.push(Fresh {
                external_id: &row.key,
                record,
                raw,
                digest,
                modified_at: row.modified_at,
                modified_by: row.modified_by.as_deref(),
                token: row.token.as_deref(),
            });
        }
        let (system, entity) = (&self.mapping.system, &self.entity.id);
        holdings::insert(w, (system, entity), (self.run, self.read_after, self.at), &fresh).await?;
        Ok(touched)
    }

    async fn take_changed(
        &self,
        w: &mut WriteSession,
        rows: Vec<(Holding, &Arrived)>,
    ) -> Result<BTreeSet<RecordId>, StoreError> {
        let (mut changed, mut versions) = (Vec::new(), Vec::new());
        for (before, Arrived { row, digest, .. }) in rows {
            let after = Holding {
                present: true,
                cells: row.cells.clone(),
                digest: digest.clone(),
                read: self.reading(row.modified_at, row.modified_by.clone()),
                token: row.token.clone(),
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

    /// Marks what a page of a full pull passes by.
    pub async fn pass_by(
        &self,
        w: &mut WriteSession,
        (began, after): (Time, &str),
        incoming: &Incoming,
        passed: &Passed,
    ) -> Result<(), StoreError> {
        let (system, entity, next) = (&self.mapping.system, &self.entity.id, incoming.next.as_deref());
        match passed {
            Passed::None => {}
            Passed::These(ids) => {
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                holdings::miss_these(w, system, entity, &ids, (self.run, began)).await?;
            }
            Passed::Many => {
                let met: Vec<&str> = incoming.met.iter().map(String::as_str).collect();
                holdings::miss(w, system, entity, (after, next), &met, (self.run, began)).await?;
            }
        }
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
        rows: &[&Arrived],
    ) -> Result<HashMap<String, RecordId>, StoreError> {
        let ids: Vec<&str> = rows.iter().map(|one| one.row.key.as_str()).collect();
        let linked = records::links(w, &self.mapping.system, &self.entity.id, &ids).await?;
        let mut owners: HashMap<String, RecordId> =
            linked.into_iter().map(|link| (link.external_id, link.record)).collect();
        let links: Vec<&str> = rows.iter().filter_map(|one| link(self.mapping, &one.row)).collect();
        let known = records::by_links(w, &self.entity.id, &links).await?;
        let mut by_link: HashMap<String, RecordId> =
            known.into_iter().filter_map(|record| Some((record.link?, record.id))).collect();
        let mut fresh = Vec::new();
        for Arrived { row, .. } in rows {
            if owners.contains_key(&row.key) {
                continue;
            }
            let link = link(self.mapping, row);
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

    fn new_record(&self, w: &WriteSession, row: &Row, link: Option<&str>) -> Record {
        let title = self.mapping.field(&self.entity.title).and_then(|field| field.read(&row.cells).ok());
        let title = title.as_ref().and_then(|held| held.value());
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

/// Holdings that a page of a full pull passes by.
pub(super) enum Passed {
    None,
    These(Vec<String>),
    /// Too many to be named.
    Many,
}

/// What is known to be held where a page has its rows.
#[derive(Default)]
pub(super) struct Held {
    /// Whether it was asked for.
    known: bool,
    /// By key, of those that are present.
    digests: HashMap<String, String>,
    /// Those that are absent.
    absent: HashSet<String>,
    /// The keys after the first, up to the second, are all known; None where nothing is.
    end: Option<(String, Option<String>)>,
}

impl Held {
    fn of(heads: Vec<Head>, end: Option<(String, Option<String>)>) -> Self {
        let mut held = Self { known: true, end, ..Self::default() };
        for Head { external_id, digest } in heads {
            match digest {
                Some(digest) => drop(held.digests.insert(external_id, digest)),
                None => drop(held.absent.insert(external_id)),
            }
        }
        held
    }

    /// Whether a row is held as it is.
    fn has(&self, one: &Arrived) -> bool {
        self.digests.get(&one.row.key) == Some(&one.digest)
    }

    /// Whether every row of a page is held as it is.
    pub fn has_all(&self, incoming: &Incoming) -> bool {
        self.known && incoming.rows.values().all(|one| self.has(one))
    }

    /// Whether it is known that nothing is held under a key.
    fn lacks(&self, key: &str) -> bool {
        let Some((after, until)) = &self.end else { return false };
        let known = key > after.as_str() && until.as_deref().is_none_or(|until| key <= until);
        known && !self.digests.contains_key(key) && !self.absent.contains(key)
    }
}
