//! Everything the judge needs to know of a batch of records, read in a handful of statements.

use super::past::{self, Earlier};
use crate::domain::audit::Actor;
use crate::domain::author::{AuthorKind, Hand};
use crate::domain::conflict::Dispute;
use crate::domain::diff::Candidate;
use crate::domain::entity::Entity;
use crate::domain::ids::{
    ConflictId, EntityId, FieldId, IncidentId, RecordId, ResolutionId, RunId, SystemId,
};
use crate::domain::judge::{Circumstances, time_of_change};
use crate::domain::presence::{self, Presence, RECORD};
use crate::domain::record::{Base, Holding, comparable, duplicates};
use crate::domain::sight::Sight;
use crate::domain::suggestion::Tracks;
use crate::domain::time::Time;
use crate::domain::value::Tuple;
use crate::domain::words;
use crate::engine::Setup;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::exceptions::{self, Exception};
use crate::store::incidents::Incident;
use crate::store::records::{Kept, Record};
use crate::store::resolutions::{Delivery, Resolution};
use crate::store::runs::Cursor;
use crate::store::words::{Indexed, Wanted};
use crate::store::{
    Session, StoreError, WriteSession, conflicts, holdings, incidents, records, resolutions, runs,
    suggestion_tracks,
};
use chrono::TimeDelta;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Counting stops here: more is bulk all the same.
const BURST_MOST: i64 = 10_000;

/// A batch of records with all that is stored about them.
pub(in crate::engine) struct Batch {
    pub setup: Arc<Setup>,
    pub entity: Entity,
    /// What everybody may see: the words of nothing else are kept.
    open: Sight,
    pub run: RunId,
    pub now: Time,
    records: HashMap<RecordId, Record>,
    holdings: HashMap<RecordId, Vec<Holding>>,
    /// Without systems that hold the record more than once: of records that such a system holds.
    compared: HashMap<RecordId, Vec<Holding>>,
    bases: HashMap<RecordId, Base>,
    indexed: HashMap<RecordId, Indexed>,
    conflicts: Vec<Conflict>,
    differences: HashMap<RecordId, Vec<Difference>>,
    exceptions: HashMap<RecordId, Vec<Exception>>,
    deliveries: Vec<Delivery>,
    resolutions: Vec<Resolution>,
    pub cursors: HashMap<SystemId, Cursor>,
    bursts: HashMap<(SystemId, String, i64), i64>,
    /// What systems held before, of records that differ; newest first.
    earlier: HashMap<RecordId, Vec<Earlier>>,
    /// What rules decided of these records in the last day.
    by_rule: Vec<Resolution>,
    /// What was written before for its form alone; asked only where a policy tidies.
    tidied: Vec<Delivery>,
    /// Incidents under which differences of the entity wait; which records are part of them, and with which
    /// revision of the system's row (0: as a whole).
    pub incidents: Vec<Incident>,
    pub members: HashMap<(IncidentId, RecordId), i64>,
    /// What the track records of suggestions say.
    pub tracks: Tracks,
    /// Records that a person allowed to be gone somewhere.
    allowed: HashSet<RecordId>,
}

/// One record's share of a batch.
pub(in crate::engine) struct Loaded<'a> {
    pub batch: &'a Batch,
    pub record: &'a Record,
    /// In the order of the configuration, without systems that hold the record more than once.
    pub holdings: &'a [Holding],
    /// Every one of them.
    pub all: &'a [Holding],
    pub base: Base,
    /// Where the words are that it is found by.
    pub indexed: Option<Indexed>,
    /// Open, excepted, or decided and on their way.
    pub differences: &'a [Difference],
    pub exceptions: &'a [Exception],
}

impl Loaded<'_> {
    /// Where the record is, `moved` being the systems that changed it since all agreed. Only a full
    /// pull begun after it was known can have missed it.
    pub fn presence(&self, moved: &BTreeSet<SystemId>) -> Presence {
        let mappings = self.batch.setup.catalog.mappings_of(&self.batch.entity.id);
        let missed = |system: &SystemId| {
            let full_at = self.batch.cursors.get(system).and_then(|cursor| cursor.full_at);
            full_at.is_some_and(|full_at| full_at > self.record.created_at)
        };
        presence::of(mappings, self.all, missed, (&self.base, moved))
    }
}

impl Loaded<'_> {
    /// What the record is called by the systems, where that is not its name on screen.
    pub fn other_title(&self) -> Option<&str> {
        let present = self.all.iter().filter(|holding| holding.present);
        let title = &self.batch.entity.title;
        let mut titles = present.filter_map(|own| own.fields.get(title).and_then(|held| held.value()));
        titles.next().filter(|title| *title != self.record.title)
    }

    /// The words it is to be found by, where those are others.
    pub fn wanted(&self) -> Option<Wanted> {
        let keys = self.all.iter().map(|holding| holding.external_id.as_str());
        // One index serves everybody: what is limited to some roles is found by nobody.
        let (open, entity) = (&self.batch.open, &self.batch.entity.id);
        let values = self.all.iter().flat_map(|holding| &holding.fields);
        let values = values.filter(|(field, _)| !open.hides(entity, field)).map(|(_, held)| held);
        let words = words::indexed(keys.chain(values.filter_map(|held| held.value())));
        Wanted::of(&self.record.id, words, self.indexed)
    }
}

impl Batch {
    pub async fn load(
        w: &mut WriteSession,
        setup: &Arc<Setup>,
        entity: &EntityId,
        run: &RunId,
        ids: &[RecordId],
    ) -> Result<Self, StoreError> {
        conflicts::lock_of_records(w, ids).await?;
        let now = w.now();
        Self::read(w, setup, (entity, run), ids, now).await
    }

    /// Reads a batch as it stands, holding nothing.
    pub async fn read(
        w: &mut Session,
        setup: &Arc<Setup>,
        (entity, run): (&EntityId, &RunId),
        ids: &[RecordId],
        now: Time,
    ) -> Result<Self, StoreError> {
        let entity = setup.catalog.entity(entity).cloned();
        let entity =
            entity.ok_or_else(|| StoreError::Row("a record's entity is not configured".to_owned()))?;
        let records =
            records::of_ids(w, ids).await?.into_iter().map(|record| (record.id.clone(), record)).collect();
        let holdings = mapped(setup, &entity.id, holdings::of_records(w, ids).await?);
        let differences = conflicts::unfinished(w, ids).await?;
        let conflicts = conflicts::unclosed(w, ids, differences.iter().map(|d| &d.conflict)).await?;
        let decided: Vec<_> = differences.iter().filter_map(|d| d.state.resolution().cloned()).collect();
        let cursors = runs::cursors(w, &entity.id).await?.into_iter().collect();
        let incidents = incidents::holding(w, &entity.id).await?;
        let members = match incidents.is_empty() {
            true => Vec::new(),
            false => {
                let held: Vec<_> = incidents.iter().map(|incident| incident.id.clone()).collect();
                incidents::of_records(w, &held, ids).await?
            }
        };
        // What never changed was never written to: a first load asks nothing more.
        let is_changed = |own: &&RecordId| {
            holdings.get(*own).is_some_and(|all| all.iter().any(|holding| holding.revision > 1))
        };
        let kept = records::kept(w, ids).await?;
        let changed: Vec<RecordId> = ids.iter().filter(is_changed).cloned().collect();
        let mut batch = Self {
            tidied: match setup.policies.tidies(&entity) {
                true => resolutions::of_form(w, ids).await?,
                false => Vec::new(),
            },
            incidents,
            members: members.into_iter().collect(),
            tracks: suggestion_tracks::all(w).await?,
            allowed: incidents::allowed(w, ids).await?.into_iter().collect(),
            open: setup.catalog.outside(),
            setup: setup.clone(),
            run: run.clone(),
            now,
            records,
            indexed: kept.iter().filter_map(|own| Some((own.record.clone(), own.indexed?))).collect(),
            bases: kept.into_iter().map(|own| (own.record, own.base)).collect(),
            conflicts,
            exceptions: by_record(exceptions::of_records(w, ids).await?, |exception| {
                exception.record.clone()
            }),
            deliveries: resolutions::deliveries(w, &decided).await?,
            resolutions: resolutions::of_ids(w, &decided).await?,
            differences: by_record(differences, |difference| difference.record.clone()),
            compared: without_duplicates(&holdings),
            holdings,
            cursors,
            bursts: HashMap::new(),
            earlier: HashMap::new(),
            by_rule: resolutions::by_rule(w, &changed, now - TimeDelta::hours(24)).await?,
            entity,
        };
        batch.count_bursts(w).await?;
        batch.earlier = past::load(w, &batch).await?;
        Ok(batch)
    }

    /// What systems held of a record before, newest first.
    pub(super) fn earlier(&self, record: &RecordId) -> impl Iterator<Item = &Earlier> {
        self.earlier.get(record).into_iter().flatten()
    }

    /// What of a record was written before for its form alone.
    pub(super) fn tidied(&self, record: &RecordId) -> impl Iterator<Item = &Delivery> {
        self.tidied.iter().filter(move |delivery| delivery.record == *record)
    }

    /// Every delivery of the batch's unfinished decisions.
    pub(super) fn all_deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter()
    }

    /// The holdings of a record that are compared.
    pub(super) fn compared(&self, id: &RecordId) -> &[Holding] {
        self.compared.get(id).or_else(|| self.holdings.get(id)).map_or(&[], Vec::as_slice)
    }

    /// The records with anything to compare.
    pub(super) fn held(&self) -> impl Iterator<Item = &RecordId> {
        self.holdings.keys()
    }

    /// What systems hold of a record, every one of them.
    pub(super) fn all(&self, id: &RecordId) -> &[Holding] {
        self.holdings.get(id).map_or(&[], Vec::as_slice)
    }

    /// Adds what a system holds that is not stored yet, in its place: for the plain case alone, since
    /// nothing else that was read is made to fit.
    pub(super) fn arrives(&mut self, holding: Holding) {
        let systems: Vec<&SystemId> =
            self.setup.catalog.mappings_of(&self.entity.id).map(|mapping| &mapping.system).collect();
        let rank = |own: &Holding| systems.iter().position(|system| **system == own.system);
        let all = self.holdings.entry(holding.record.clone()).or_default();
        let place = all.partition_point(|own| rank(own) <= rank(&holding));
        all.insert(place, holding);
    }

    /// What is kept of a record beside its holdings; None while that is nothing.
    pub(super) fn kept(&self, id: &RecordId) -> Option<Kept> {
        let (base, indexed) = (self.bases.get(id)?.clone(), self.indexed.get(id).copied());
        Some(Kept { record: id.clone(), base, indexed })
    }

    /// What all agreed on of a record.
    pub(super) fn base(&self, id: &RecordId) -> Option<&Base> {
        self.bases.get(id)
    }

    pub fn of<'a>(&'a self, id: &RecordId) -> Option<Loaded<'a>> {
        Some(Loaded {
            batch: self,
            record: self.records.get(id)?,
            holdings: self.compared(id),
            all: self.all(id),
            base: self.bases.get(id).cloned().unwrap_or_default(),
            indexed: self.indexed.get(id).copied(),
            differences: self.differences.get(id).map_or(&[], Vec::as_slice),
            exceptions: self.exceptions.get(id).map_or(&[], Vec::as_slice),
        })
    }

    /// The hand behind a candidate.
    pub fn hand(&self, candidate: &Candidate) -> Hand {
        let author = candidate.read.modified_by.as_deref();
        let mapping = self.setup.catalog.mapping(&candidate.system, &self.entity.id);
        let ours = author == Some(&Actor::referee().name);
        let kind = mapping.filter(|_| !ours).map(|mapping| mapping.author_kind(author));
        let key = time_of_change(candidate)
            .zip(author)
            .map(|(time, author)| burst_key(&candidate.system, author, time));
        let burst = key.and_then(|key| self.bursts.get(&key)).copied().unwrap_or(0);
        Hand { kind: kind.unwrap_or(AuthorKind::Us), burst }
    }

    /// What is known of a slot's difference beside its values.
    pub fn circumstances(
        &self,
        record: &RecordId,
        field: &FieldId,
        known: Option<&Difference>,
    ) -> Circumstances {
        let settled = self.settled(record, field);
        Circumstances {
            incident: None,
            allowed: self.allowed.contains(record),
            // A record that was made again was made again as it is.
            flips: if field.as_str() == RECORD { self.ruled(record, field) } else { 0 },
            settled,
            reopened: known.is_some_and(|known| known.dispute.asked.is_some()),
        }
    }

    /// How often rules decided a slot in the last day.
    fn ruled(&self, record: &RecordId, field: &FieldId) -> u32 {
        let own = self.by_rule.iter().filter(|decision| decision.record == *record);
        let of_field = |own: &&Resolution| own.outcomes.iter().any(|chosen| chosen.field == *field);
        u32::try_from(own.filter(of_field).count()).unwrap_or(u32::MAX)
    }

    /// The values that rules gave a slot in the last day.
    fn settled(&self, record: &RecordId, field: &FieldId) -> Vec<Tuple> {
        let own = self.by_rule.iter().filter(|decision| decision.record == *record);
        let meant = |decision: &Resolution| {
            let chosen = decision.outcomes.iter().find(|chosen| chosen.field == *field)?;
            let page = decision.disputes().unwrap_or_default();
            // Tidying gave it no value.
            chosen.meant(&page).filter(|_| !page.iter().any(Dispute::is_of_form))
        };
        own.filter_map(meant).collect()
    }

    /// The conflict of a record that is not closed, or the one of this id.
    pub fn conflict(&self, record: &RecordId, id: Option<&ConflictId>) -> Option<&Conflict> {
        let unclosed = self.conflicts.iter().find(|c| c.record == *record && c.closed_at.is_none());
        unclosed.or_else(|| self.conflicts.iter().find(|conflict| Some(&conflict.id) == id))
    }

    /// Every delivery of a resolution.
    pub fn deliveries(&self, resolution: &ResolutionId) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter().filter(move |delivery| delivery.resolution == *resolution)
    }

    /// The decision of that id.
    pub fn resolution(&self, id: &ResolutionId) -> Option<&Resolution> {
        self.resolutions.iter().find(|resolution| resolution.id == *id)
    }

    /// Counts, for each change by a named author, how many records that author changed then.
    async fn count_bursts(&mut self, w: &mut Session) -> Result<(), StoreError> {
        let mut keys = HashMap::new();
        for holding in self.holdings.values().flatten().filter(|holding| holding.revision > 1) {
            if let Some((author, time)) = holding.read.modified_by.as_ref().zip(holding.read.modified_at) {
                keys.insert(burst_key(&holding.system, author, time), time);
            }
        }
        for (key, time) in keys {
            let window = TimeDelta::minutes(5);
            let count = holdings::burst(w, &key.0, &key.1, time - window, time + window, BURST_MOST).await?;
            self.bursts.insert(key, count);
        }
        Ok(())
    }
}

/// What is compared of records that some system holds more than once.
fn without_duplicates(holdings: &HashMap<RecordId, Vec<Holding>>) -> HashMap<RecordId, Vec<Holding>> {
    let twice = holdings.iter().filter(|(_, all)| !duplicates(all).is_empty());
    twice.map(|(record, all)| (record.clone(), comparable(all))).collect()
}

fn burst_key(system: &SystemId, author: &str, time: Time) -> (SystemId, String, i64) {
    (system.clone(), author.to_owned(), time.timestamp() / 60)
}

fn by_record<T>(rows: Vec<T>, record: impl Fn(&T) -> RecordId) -> HashMap<RecordId, Vec<T>> {
    let mut map: HashMap<RecordId, Vec<T>> = HashMap::new();
    for row in rows {
        map.entry(record(&row)).or_default().push(row);
    }
    map
}

/// Holdings through their mappings, by record, in the order of the configuration. A holding
/// whose mapping is gone takes no part.
pub(in crate::engine) fn mapped(
    setup: &Setup,
    entity: &EntityId,
    rows: Vec<holdings::Holding>,
) -> HashMap<RecordId, Vec<Holding>> {
    let mut rows = by_record(rows, |row| row.record.clone());
    rows.drain()
        .map(|(record, mut rows)| {
            let mut all = Vec::with_capacity(rows.len());
            for mapping in setup.catalog.mappings_of(entity) {
                let (own, others): (Vec<_>, Vec<_>) =
                    rows.into_iter().partition(|row| row.system == mapping.system);
                all.extend(own.into_iter().map(|row| through(mapping, row)));
                rows = others;
            }
            (record, all)
        })
        .collect()
}

fn through(mapping: &crate::domain::mapping::Mapping, row: holdings::Holding) -> Holding {
    let mapped = mapping.read(&row.cells);
    Holding {
        record: row.record,
        system: row.system,
        external_id: row.external_id,
        present: row.present,
        cells: row.cells,
        fields: mapped.fields,
        problems: mapped.problems,
        revision: row.revision,
        version: row.version,
        read: row.read,
        token: row.token,
    }
}
