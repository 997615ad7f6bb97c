//! The ruling on one record: what is agreed, what is disputed, what a rule settles. It is
//! computed from what was loaded and writes nothing itself.

use super::load::{Batch, Loaded};
use super::refresh::Summary;
use super::ruling::Ruling;
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::author::Hand;
use crate::domain::conflict::{DifferenceState, Dispute};
use crate::domain::delivery::DeliveryState;
use crate::domain::diff::{self, Compared, Kind, Standing};
use crate::domain::entity::Slot;
use crate::domain::ids::{FieldId, RecordId, SystemId};
use crate::domain::judge::Verdict;
use crate::domain::opinion::{self, Question};
use crate::domain::pattern;
use crate::domain::policy::Stakes;
use crate::domain::record::{self, Agreed, Base, Holding};
use crate::domain::routing::Ends;
use crate::domain::time::Time;
use crate::domain::value::{Held, Tuple};
use crate::engine::grades::grade;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::resolutions::{Delivery, Resolution};
use crate::store::{StoreError, WriteSession};
use std::collections::BTreeSet;

pub(in crate::engine) struct Judge<'a> {
    pub loaded: Loaded<'a>,
    pub w: &'a WriteSession,
    pub ruling: Ruling,
    base: Base,
    base_moved: bool,
    /// Child rows of which some differ: which rows there are is not agreed.
    rows_apart: BTreeSet<FieldId>,
    /// Systems that changed some field of the record since all agreed.
    pub(super) moved: BTreeSet<SystemId>,
}

impl Batch {
    /// Judges one record; None when it is no longer stored.
    pub(super) fn rule(&self, w: &WriteSession, id: &RecordId) -> Result<Option<Ruling>, StoreError> {
        let Some(mut judge) = self.judge_of(w, id) else { return Ok(None) };
        let Loaded { base, holdings, differences, .. } = &judge.loaded;
        let disputed = differences.iter().map(|difference| &difference.dispute.field);
        let slots = self.entity.slots_of(base, holdings, disputed);
        judge.presence()?;
        for slot in &slots {
            judge.slot(slot)?;
        }
        Ok(Some(judge.finish()))
    }
}

impl Batch {
    /// The judge of a record, before it has ruled on anything.
    pub(in crate::engine) fn judge_of<'a>(&'a self, w: &'a WriteSession, id: &RecordId) -> Option<Judge<'a>> {
        let loaded = self.of(id)?;
        let (ruling, rows_apart, base) = (Ruling::default(), BTreeSet::new(), loaded.base.clone());
        let moved = opinion::moved(&self.entity, &loaded.base, loaded.holdings);
        Some(Judge { loaded, w, ruling, base, base_moved: false, rows_apart, moved })
    }
}

impl<'a> Judge<'a> {
    pub fn now(&self) -> Time {
        self.loaded.batch.now
    }

    pub fn existing(&self, field: &FieldId) -> Option<&'a Difference> {
        self.loaded.differences.iter().find(|difference| difference.dispute.field == *field)
    }

    fn slot(&mut self, slot: &Slot<'_>) -> Result<(), StoreError> {
        let compared = diff::compare(slot, &self.loaded.base, self.loaded.holdings);
        let mut existing = self.existing(&slot.id);
        let tidying = |known: &&Difference| known.state.is_under_way() && known.dispute.is_of_form();
        if let Some(known) = existing.filter(tidying) {
            if self.is_being_tidied(slot, known, &compared)? {
                return Ok(());
            }
            existing = None;
        }
        if let (Standing::Differs(_), Some(children)) = (&compared.standing, slot.children()) {
            self.rows_apart.insert(children.id.clone());
        }
        match (&compared.standing, existing) {
            // A person's question goes with it: there is no value left to answer it with.
            (Standing::Waiting, Some(known))
                if self.is_nowhere() && (!known.state.is_under_way() || self.is_awaiting(known)) =>
            {
                self.came_to_agree(Some(slot), known, None)?;
            }
            (Standing::Waiting, _) => {}
            // Decided over values that stand as they were seen: a second person is waited for.
            (_, Some(decided)) if self.is_awaiting(decided) && !self.was_moved(slot, decided, &compared) => {}
            // A person's question stands until it is answered.
            (Standing::Agreed(tuple), Some(asked))
                if asked.state.is_open() && asked.dispute.asked.is_some() =>
            {
                let known = !self.rows_apart.contains(&*slot.id) && !self.is_left_out(slot);
                if known {
                    self.agree(slot, tuple);
                }
                self.still_asked(slot, &compared, asked)?;
            }
            // They agree on what a reversal is to undo, until it arrives.
            (Standing::Agreed(_), Some(reversed)) if self.is_being_reversed(reversed) => {
                if self.was_moved(slot, reversed, &compared) && self.withdraw(reversed)? {
                    self.still_asked(slot, &compared, reversed)?;
                }
            }
            // The slot of all rows says that those which are nowhere are agreed not to be there.
            (Standing::Agreed(_), _) if self.rows_apart.contains(&*slot.id) => {}
            // One that was never read may say something else: nobody knows that they agree.
            (Standing::Agreed(_), None) if self.is_unread(slot) => {}
            // Those that are compared agree. What a system with duplicates says is not known, so
            // nothing advances, and only a decision that arrived everywhere can end.
            (Standing::Agreed(_), existing) if self.is_left_out(slot) => {
                if let Some(difference) = existing {
                    self.close_if_delivered(difference)?;
                }
            }
            (Standing::Agreed(tuple), existing) => {
                self.agree(slot, tuple);
                match existing {
                    Some(difference) => self.came_to_agree(Some(slot), difference, Some(tuple))?,
                    None => self.tidy(slot, &compared)?,
                }
            }
            (Standing::Differs(kind), Some(difference)) if difference.state.is_under_way() => {
                if self.was_moved(slot, difference, &compared) && self.withdraw(difference)? {
                    self.differs(slot, *kind, &compared, Some(difference), true)?;
                }
            }
            (Standing::Differs(kind), existing) => self.differs(slot, *kind, &compared, existing, false)?,
        }
        Ok(())
    }

    /// Whether no system holds the record any longer: there is nothing left to disagree about.
    fn is_nowhere(&self) -> bool {
        self.loaded.all.iter().all(|holding| !holding.present)
    }

    /// Whether a system that maps the slot was never read to its end and has not shown the record.
    fn is_unread(&self, slot: &Slot<'_>) -> bool {
        let batch = self.loaded.batch;
        let mut mappings = batch.setup.catalog.mappings_of(&batch.entity.id);
        mappings.any(|mapping| {
            let read = batch.cursors.get(&mapping.system).is_some_and(|cursor| cursor.full_at.is_some());
            !read
                && slot.fields().all(|field| mapping.maps(&field.id))
                && self.loaded.all.iter().all(|holding| holding.system != mapping.system)
        })
    }

    /// Whether a system that maps the slot holds the record more than once.
    fn is_left_out(&self, slot: &Slot<'_>) -> bool {
        let duplicates = record::duplicates(self.loaded.all);
        let speaks = |holding: &Holding| holding.present && diff::shown(slot, holding).is_some();
        self.loaded.all.iter().any(|h| duplicates.contains_key(&h.system) && speaks(h))
    }

    /// Every system that maps the slot is known and equal: the base advances.
    fn agree(&mut self, slot: &Slot<'_>, tuple: &Tuple) {
        let speakers = self.loaded.holdings.iter().filter(|h| h.present && diff::shown(slot, h).is_some());
        let times: Option<Vec<Time>> = speakers.map(|holding| holding.read.modified_at).collect();
        let now = self.now();
        // Since the last change of any of these rows they agree; without such times, since now.
        let since =
            times.and_then(|times| times.into_iter().max()).filter(|time| *time <= now).unwrap_or(now);
        if slot.is_row() && tuple.iter().all(|held| *held == Held::Null) {
            // The row is nowhere: it is forgotten, and the slot of all rows tells of it.
            for field in slot.fields() {
                self.base_moved |= self.base.0.remove(&field.id).is_some();
            }
            return;
        }
        for (field, held) in slot.fields().zip(tuple) {
            // One that is merely near leaves the base where it is, or it would creep.
            let known = self.base.0.get(&field.id);
            if known.is_none_or(|agreed| !field.comparison.same(&agreed.0, held)) {
                self.base.0.insert(field.id.clone(), Agreed(held.clone(), since));
                self.base_moved = true;
            }
        }
    }

    pub fn differs(
        &mut self,
        slot: &Slot<'_>,
        kind: Kind,
        compared: &Compared,
        existing: Option<&Difference>,
        review: bool,
    ) -> Result<(), StoreError> {
        let batch = self.loaded.batch;
        let mut compared = compared.clone();
        batch.date(&self.loaded.record.id, slot, &mut compared);
        let compared = &compared;
        let hands: Vec<Hand> = compared.candidates.iter().map(|candidate| batch.hand(candidate)).collect();
        let mut circumstances = batch.circumstances(&self.loaded.record.id, &slot.id, existing);
        circumstances.incident = self.held(compared, existing);
        let question = Question {
            book: &batch.setup.rulebook(),
            entity: &batch.entity,
            slot,
            kind,
            compared,
            hands: &hands,
            moved: &self.moved,
            holdings: self.loaded.holdings,
            past: &batch.past(&self.loaded.record.id, slot),
            written: &batch.written(&self.loaded.record.id, slot),
            circumstances: &circumstances,
            now: batch.now,
        };
        let (mut dispute, judgement) = opinion::of_values(&question);
        // What came back from under a decision asks a person, whatever any policy says.
        let wishes = if review { Vec::new() } else { self.wishes(&question) };
        if let Some(known) = existing {
            (dispute.corrected, dispute.asked) =
                (known.dispute.corrected.clone(), known.dispute.asked.clone());
            dispute.remember(&known.dispute, None);
        }
        if self.is_excepted(&dispute) {
            return Ok(());
        }
        match &judgement.verdict {
            Verdict::Settle { values, .. } if !review => self.settle(slot, dispute, values, existing)?,
            _ => self.open(dispute, existing)?,
        }
        let settled = match &judgement.verdict {
            Verdict::Settle { values, .. } => Some(values),
            Verdict::Review => None,
        };
        self.note(Some(slot), &slot.id, wishes, settled, existing);
        Ok(())
    }

    /// Whether the difference stands by a decision; an exception that no longer fits ends.
    pub fn is_excepted(&mut self, dispute: &Dispute) -> bool {
        let exception = self.loaded.exceptions.iter().find(|exception| exception.field == dispute.field);
        let Some(exception) = exception else { return false };
        let stands = exception.until > self.now() && exception.fingerprint == dispute.fingerprint();
        if !stands {
            self.ruling.ended_exceptions.push((self.loaded.record.id.clone(), dispute.field.clone()));
        }
        stands
    }

    /// Puts a difference before a person, or brings an open one up to date.
    pub fn open(&mut self, dispute: Dispute, existing: Option<&Difference>) -> Result<(), StoreError> {
        let fingerprint = dispute.fingerprint();
        let version = self.loaded.batch.setup.policy_version;
        if let Some(known) = existing.filter(|known| known.state.is_open()) {
            let same = known.fingerprint == fingerprint && known.policy_version == version;
            let (was, now) = (&known.dispute, &dispute);
            let asked = was.asked == now.asked && was.values.len() == now.values.len();
            // Of whole records the rows are what the page is about.
            let rows = now.absent.is_empty() || was.values == now.values;
            if same && asked && rows && was.causes == now.causes && was.findings == now.findings {
                return Ok(());
            }
        }
        let mut difference = self.difference(dispute, existing, fingerprint);
        difference.state = DifferenceState::Open;
        self.ruling.differences.push(difference);
        Ok(())
    }

    /// The difference with its new dispute, in the record's conflict; the caller sets its state.
    pub(super) fn difference(
        &mut self,
        dispute: Dispute,
        existing: Option<&Difference>,
        fingerprint: String,
    ) -> Difference {
        let conflict = self.conflict(existing);
        if existing.is_none() && dispute.incident().is_none() {
            self.ruling.movers.extend(pattern::mover(&dispute).cloned());
        }
        let opened_at = existing.map_or(self.now(), |known| known.opened_at);
        let mut difference = Difference {
            id: existing.map_or_else(|| self.w.new_id().into(), |known| known.id.clone()),
            conflict,
            record: self.loaded.record.id.clone(),
            entity: self.loaded.record.entity.clone(),
            state: existing.map_or(DifferenceState::Open, |known| known.state.clone()),
            fingerprint,
            due_at: opened_at + chrono::TimeDelta::hours(i64::from(dispute.policy.due_hours)),
            policy_version: self.loaded.batch.setup.policy_version,
            opened_at,
            suggestion: None,
            dispute,
        };
        let batch = self.loaded.batch;
        difference.suggestion = Some(grade(&batch.setup, &batch.tracks, &difference));
        difference
    }

    /// The id of the record's conflict: the unclosed one, the one the difference was in, or a new one.
    fn conflict(&mut self, existing: Option<&Difference>) -> crate::domain::ids::ConflictId {
        if self.ruling.conflict.is_none() {
            let record = self.loaded.record;
            let known =
                self.loaded.batch.conflict(&record.id, existing.map(|known| &known.conflict)).cloned();
            let is_new = known.is_none();
            let conflict = known.unwrap_or_else(|| Conflict {
                id: self.w.new_id().into(),
                record: record.id.clone(),
                entity: record.entity.clone(),
                title: record.title.clone(),
                open: false,
                stakes: Stakes::Low,
                due_at: self.now(),
                opened_at: self.now(),
                closed_at: None,
                assignee: None,
                assigned_by: None,
                claimed_by: None,
                claimed_until: None,
                version: 0,
                draft: None,
                incident: None,
                wait: None,
                escalation: None,
                overdue_told: None,
            });
            self.ruling.conflict = Some((conflict, is_new));
        }
        self.ruling.conflict.as_ref().map(|(conflict, _)| conflict.id.clone()).unwrap_or_default()
    }

    /// Stores a difference whose state alone changed.
    pub fn change(&mut self, difference: &Difference, state: DifferenceState) {
        let conflict = self.conflict(Some(difference));
        self.ruling.differences.push(Difference { conflict, state, ..difference.clone() });
    }

    pub fn set_draft(&mut self, resolution: &Resolution) -> Result<(), StoreError> {
        if let Some((conflict, _)) = &mut self.ruling.conflict {
            conflict.draft = resolution.draft()?;
        }
        Ok(())
    }

    /// Ends a delivery, which is told as if the worker had found it.
    pub fn set_delivery(&mut self, delivery: &Delivery, state: DeliveryState) {
        let action = match state {
            DeliveryState::Confirmed { .. } => Some(Action::DeliveryConfirmed),
            DeliveryState::Overtaken { .. } => Some(Action::DeliveryOvertaken),
            _ => None,
        };
        if let Some(action) = action {
            self.tell(action, Some(&delivery.change.slot), |event| {
                let (system, id) = (delivery.system.clone(), delivery.id.clone());
                let about = About {
                    conflict: Some(delivery.conflict.clone()),
                    resolution: Some(delivery.resolution.clone()),
                    delivery: Some(id),
                    system: Some(system),
                    ..event.about.clone()
                };
                Event { about, ..event }
            });
        }
        self.ruling.deliveries.push(Delivery { state, ..delivery.clone() });
    }

    pub fn tell(&mut self, action: Action, field: Option<&FieldId>, more: impl FnOnce(Event) -> Event) {
        let record = self.loaded.record;
        let run = Some(self.loaded.batch.run.clone()).filter(|run| !run.0.is_empty());
        let about = About {
            entity: Some(record.entity.clone()),
            record: Some(record.id.clone()),
            conflict: self.ruling.conflict.as_ref().map(|(conflict, _)| conflict.id.clone()),
            field: field.cloned(),
            run,
            ..About::default()
        };
        let event =
            Event::new(action, Actor::referee(), about).policy(self.loaded.batch.setup.policy_version);
        self.ruling.events.push(more(event.value("record", &record.title)));
    }

    pub(in crate::engine) fn finish(mut self) -> Ruling {
        self.end_approvals();
        if self.base_moved {
            self.ruling.base = Some((self.loaded.record.id.clone(), self.base.clone()));
        }
        if self.ruling.conflict.is_some() && !self.ruling.differences.is_empty() {
            self.finish_conflict();
        }
        self.ruling
    }

    /// The conflict as its differences leave it: open, waiting for deliveries, or closed.
    fn finish_conflict(&mut self) {
        let changed = &self.ruling.differences;
        let untouched = self
            .loaded
            .differences
            .iter()
            .filter(|known| changed.iter().all(|difference| difference.id != known.id));
        let all: Vec<&Difference> = untouched.chain(changed).collect();
        let summary = Summary::of(&all);
        let now = self.now();
        let title = self.loaded.record.title.clone();
        let is_known = |own: &Difference| {
            self.loaded
                .differences
                .iter()
                .any(|known| known.id == own.id && known.fingerprint == own.fingerprint)
        };
        let moved = changed.iter().any(|own| own.state.is_open() && !is_known(own));
        let Some((conflict, is_new)) = &mut self.ruling.conflict else { return };
        let (was_open, was_closed, is_new) = (conflict.open, conflict.closed_at.is_some(), *is_new);
        conflict.title = title;
        summary.apply(conflict, now);
        let returned = moved && conflict.wait.as_ref().is_some_and(|wait| wait.ends == Ends::Change);
        if returned {
            conflict.wait = None;
        }
        let (is_open, is_closed) = (conflict.open, conflict.closed_at.is_some());
        let (fields, cause) = (summary.fields, summary.cause);
        if returned {
            self.tell(Action::ConflictReturned, None, |event| event.fact("because", "change"));
        }
        if is_open && !was_open {
            let action = if is_new { Action::ConflictOpened } else { Action::ConflictReopened };
            self.ruling.counts.opened += 1;
            self.tell(action, None, |event| event.fact("fields", fields).fact("cause", cause));
        }
        if is_closed && !was_closed && !is_new {
            self.tell(Action::ConflictClosed, None, |event| event);
        }
    }
}

/// What a resolution is after its deliveries moved.
pub(in crate::engine) fn resolution_state<'d>(
    states: impl Iterator<Item = &'d DeliveryState>,
) -> &'static str {
    let (mut all_done, mut waiting, mut moving, mut stuck) = (true, false, false, false);
    let (mut overtaken, mut undone) = (false, false);
    for state in states {
        match state {
            DeliveryState::Confirmed { .. } => {}
            DeliveryState::AcceptedWithChanges { .. }
            | DeliveryState::Refused { .. }
            | DeliveryState::ByHand { .. } => (all_done, stuck) = (false, true),
            DeliveryState::Overtaken { .. } => overtaken = true,
            DeliveryState::Undone { .. } => undone = true,
            DeliveryState::Waiting { .. } | DeliveryState::Proposed { .. } => {
                (all_done, waiting) = (false, true);
            }
            _ => (all_done, moving) = (false, true),
        }
    }
    match () {
        // What was taken back of one field does not hold up the others.
        () if moving => "sending",
        () if waiting => "held",
        () if overtaken => "overtaken",
        () if undone => "undone",
        () if all_done => "done",
        () if stuck => "partly",
        () => "sending",
    }
}
