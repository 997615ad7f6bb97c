//! Reverse: what a decision wrote is put back, system by system, where it still stands. It is a
//! decision of its own, asked as a question, held, delivered and told like any other; once it has
//! arrived the systems differ again, and a person decides.

use super::Decision;
use super::record;
use super::work::Worked;
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::Approval;
use crate::domain::audit::{Action, Event};
use crate::domain::conflict::{Asked, Doubted};
use crate::domain::delivery::{Change, DeliveryState};
use crate::domain::ids::{ConflictId, FieldId, ResolutionId, RunId};
use crate::domain::record::{Holding, comparable};
use crate::domain::resolution::Outcome;
use crate::domain::rows;
use crate::domain::sight::WORDS;
use crate::engine::detect::load::Batch;
use crate::engine::detect::{self, Targets, mapped, resolution_state, writable};
use crate::engine::once::{Receipt, Told};
use crate::engine::writeback::alarm;
use crate::engine::{Engine, Refusal, Setup};
use crate::store::conflicts::Difference;
use crate::store::records::Record;
use crate::store::resolutions::{Delivery, Resolution};
use crate::store::runs::Counts;
use crate::store::{Session, WriteSession, conflicts, field_decisions, holdings, records, resolutions};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Characters of a reason.
const MOST: usize = 500;

/// What reversing would do about one write.
#[derive(Clone, Debug)]
pub struct PutBack {
    pub delivery: Delivery,
    pub way: Result<Targets, Kept>,
}

/// Why a write is not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing of it arrived.
    NotWritten,
    /// The system holds something else by now.
    Moved,
    /// The system does not hold the record any longer.
    Gone,
    /// A record was made or removed: that is decided anew, not put back.
    Record,
    /// The form alone was written, and the value is agreed: nobody lost anything.
    Form,
    /// The system cannot store what it held before.
    Refused(String),
}

impl Engine {
    /// A decision, and what reversing it would put back as the systems were last read.
    ///
    /// # Errors
    /// There is no such decision for this viewer, who may not reverse it, it is not over, or it was
    /// reversed already.
    pub async fn reversal(
        &self,
        viewer: &Viewer,
        id: &ResolutionId,
    ) -> Result<(Resolution, Vec<PutBack>), Refusal> {
        let (setup, mut session) = (self.setup(), self.store.session().await?);
        let mut reversed = Reversed::read(&mut session, viewer, id).await?;
        reversed.check_sight(&setup, viewer)?;
        let mut all = reversed.put_backs(&mut session, &setup).await?;
        // A record that was made has all of its fields.
        let (sight, entity) = (setup.sight(viewer), &reversed.record.entity);
        reversed.decision.veil(&sight, entity)?;
        for PutBack { delivery, way } in &mut all {
            delivery.veil(&sight);
            match way {
                Ok(target) => sight.change(entity, &target.system, &mut target.change),
                Err(Kept::Refused(text)) if !sight.sees_all(entity) => WORDS.clone_into(text),
                Err(_) => {}
            }
        }
        Ok((reversed.decision, all))
    }

    /// Reverses a decision: what it wrote and still stands is put back, and the rest left alone.
    ///
    /// # Errors
    /// As [`Engine::reversal`]; no reason was given, or nothing of it stands any longer.
    pub async fn reverse(
        &self,
        viewer: &Viewer,
        id: &ResolutionId,
        reason: &str,
    ) -> Result<Resolution, Refusal> {
        self.reverse_once(viewer, id, reason, None).await
    }

    /// As [`Engine::reverse`], as a part of many for which somebody else gave that approval.
    ///
    /// # Errors
    /// As [`Engine::reverse`].
    pub(in crate::engine) async fn reverse_as(
        &self,
        viewer: &Viewer,
        id: &ResolutionId,
        reason: &str,
        approval: Option<Approval>,
    ) -> Result<Resolution, Refusal> {
        self.put_back(viewer, id, reason, (approval, None)).await
    }

    /// As [`Engine::reverse`], and keeps the answer for whoever asks again.
    ///
    /// # Errors
    /// As [`Engine::reverse`].
    pub async fn reverse_once(
        &self,
        viewer: &Viewer,
        id: &ResolutionId,
        reason: &str,
        receipt: Option<Receipt<Told>>,
    ) -> Result<Resolution, Refusal> {
        self.put_back(viewer, id, reason, (None, receipt)).await
    }

    async fn put_back(
        &self,
        viewer: &Viewer,
        id: &ResolutionId,
        reason: &str,
        (approval, receipt): (Option<Approval>, Option<Receipt<Told>>),
    ) -> Result<Resolution, Refusal> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > MOST {
            return Err(Refusal::Invalid(format!("say in 1 to {MOST} characters why it is reversed")));
        }
        let (viewer, id, setup) = (viewer.clone(), id.clone(), self.reload().await?);
        self.store
            .write(async move |w| {
                let found = resolutions::get(w, &viewer, &id).await?.ok_or(Refusal::NotFound("decision"))?;
                // Whatever else is decided about the record waits, and then finds it decided.
                conflicts::lock_of_records(w, std::slice::from_ref(&found.record)).await?;
                let reversed = Reversed::read(w, &viewer, &id).await?;
                reversed.check_sight(&setup, &viewer)?;
                let targets = by_slot(reversed.put_backs(w, &setup).await?);
                if targets.is_empty() {
                    let text = "no system holds any longer what it wrote: there is nothing to put back";
                    return Err(Refusal::WrongState(text.to_owned()));
                }
                reversed.give_up_what_was_refused(w, &targets).await?;
                field_decisions::reversed(w, &id, true).await?;
                let mut events = Vec::new();
                let conflict = reversed.ask(w, &setup, &viewer, &targets, &reason, &mut events).await?;
                let note = reason.clone();
                let decision = Decision { note, approval: approval.clone(), ..Decision::default() };
                let resolution =
                    reversed.decide(w, &setup, &viewer, (conflict, targets), &decision, &mut events).await?;
                if let Some(receipt) = &receipt {
                    receipt.keep_decision(w, setup.clone(), &viewer, &resolution).await?;
                }
                Ok((resolution, events))
            })
            .await
    }
}

fn by_slot(all: Vec<PutBack>) -> BTreeMap<FieldId, Vec<Targets>> {
    let mut slots: BTreeMap<FieldId, Vec<Targets>> = BTreeMap::new();
    for PutBack { delivery, way } in all {
        if let Ok(target) = way {
            slots.entry(delivery.change.slot).or_default().push(target);
        }
    }
    slots
}

/// A decision that may be reversed, with what belongs to it.
struct Reversed {
    decision: Resolution,
    deliveries: Vec<Delivery>,
    record: Record,
}

impl Reversed {
    async fn read(s: &mut Session, viewer: &Viewer, id: &ResolutionId) -> Result<Self, Refusal> {
        let decision = resolutions::get(s, viewer, id).await?.ok_or(Refusal::NotFound("decision"))?;
        let own = decision.actor.id == viewer.user.0 && viewer.may(Right::Decide);
        if !own && !viewer.may(Right::Reverse) {
            return Err(Refusal::Forbidden);
        }
        let wrong = |text: &str| Err(Refusal::WrongState(text.to_owned()));
        let deliveries = resolutions::deliveries(s, std::slice::from_ref(id)).await?;
        if deliveries.iter().any(|delivery| delivery.state.ended_at().is_none()) {
            return wrong("something of it is still to be written: wait until that has ended, or undo it");
        }
        let reversals = resolutions::reversals(s, std::slice::from_ref(&decision.record)).await?;
        if reversals.iter().any(|reversal| reversal.reverses() == Some(id)) {
            return wrong("this decision was reversed already");
        }
        let record = records::get(s, viewer, &decision.record).await?.ok_or(Refusal::NotFound("record"))?;
        Ok(Self { decision, deliveries, record })
    }

    /// Whoever puts values back has to see them.
    fn check_sight(&self, setup: &Setup, viewer: &Viewer) -> Result<(), Refusal> {
        let fields = self.decision.outcomes.iter().map(|chosen| &chosen.field);
        fields
            .chain(self.deliveries.iter().map(|delivery| &delivery.change.slot))
            .try_for_each(|field| setup.check_sight(viewer, &self.record.entity, field))
    }

    async fn put_backs(&self, s: &mut Session, setup: &Setup) -> Result<Vec<PutBack>, Refusal> {
        let rows = holdings::of_records(s, std::slice::from_ref(&self.record.id)).await?;
        let held = mapped(setup, &self.record.entity, rows).remove(&self.record.id).unwrap_or_default();
        let held = comparable(&held);
        let way = |delivery: &Delivery| way(setup, delivery, &held);
        Ok(self.deliveries.iter().map(|own| PutBack { way: way(own), delivery: own.clone() }).collect())
    }

    /// What a system refused of it is not tried any more.
    async fn give_up_what_was_refused(
        &self,
        w: &mut WriteSession,
        targets: &BTreeMap<FieldId, Vec<Targets>>,
    ) -> Result<(), Refusal> {
        let now = w.now();
        let (mut states, mut changed) = (Vec::new(), Vec::new());
        for delivery in &self.deliveries {
            let mut delivery = delivery.clone();
            let own = targets.contains_key(&delivery.change.slot);
            if own && matches!(delivery.state, DeliveryState::Refused { .. }) {
                delivery.state = DeliveryState::Overtaken { at: now, found: [].into() };
                resolutions::settle_delivery(w, &delivery).await?;
                alarm::settle(w, &delivery.system).await?;
            }
            states.push(delivery.state);
        }
        resolutions::set_state(w, &self.decision.id, resolution_state(states.iter())).await?;
        for difference in conflicts::differences(w, std::slice::from_ref(&self.decision.conflict)).await? {
            let own = difference.state.resolution() == Some(&self.decision.id)
                && targets.contains_key(&difference.dispute.field);
            if own && difference.state.is_under_way() {
                let state = difference.state.clone().reopen();
                let state = state.map_err(|error| Refusal::WrongState(error.to_string()))?;
                changed.push(Difference { state, ..difference });
            }
        }
        Ok(conflicts::save_differences(w, &changed).await?)
    }

    /// Opens the question anew: what is held now, beside what was held before. Answers its conflict.
    async fn ask(
        &self,
        w: &mut WriteSession,
        setup: &Arc<Setup>,
        viewer: &Viewer,
        targets: &BTreeMap<FieldId, Vec<Targets>>,
        reason: &str,
        events: &mut Vec<Event>,
    ) -> Result<ConflictId, Refusal> {
        let (Resolution { id: decision, actor: by, policy_version, .. }, pages) =
            (self.decision.clone(), self.decision.disputes()?);
        let doubted = Doubted { decision, by, policy_version };
        let ids = std::slice::from_ref(&self.record.id);
        let batch = Batch::load(w, setup, &self.record.entity, &RunId::default(), ids).await?;
        let mut judge = batch.judge_of(w, &self.record.id).ok_or(Refusal::NotFound("record"))?;
        let mut conflict = None;
        for field in targets.keys() {
            let page = pages.iter().find(|dispute| dispute.field == *field).cloned();
            let doubted = page.map(|page| (doubted.clone(), page));
            let asked = Asked { by: viewer.name.clone(), reason: reason.to_owned() };
            conflict = judge.ask(field, asked, doubted.as_ref())?.or(conflict);
        }
        let ruling = judge.finish();
        detect::save(w, ruling, &mut Counts::default(), events).await?;
        conflict.ok_or(Refusal::NotFound("field"))
    }

    async fn decide(
        &self,
        w: &mut WriteSession,
        setup: &Arc<Setup>,
        viewer: &Viewer,
        (conflict, mut targets): (ConflictId, BTreeMap<FieldId, Vec<Targets>>),
        decision: &Decision,
        events: &mut Vec<Event>,
    ) -> Result<Resolution, Refusal> {
        let entity = setup.entity(&self.record.entity)?;
        let found = conflicts::lock(w, viewer, &conflict).await?.ok_or(Refusal::NotFound("conflict"))?;
        let all = conflicts::differences(w, std::slice::from_ref(&conflict)).await?;
        let mut worked = Vec::new();
        for difference in all.iter().cloned() {
            // The one that was decided is part of the same conflict while anything else of it is open.
            if !difference.state.is_open() {
                continue;
            }
            let Some(targets) = targets.remove(&difference.dispute.field) else { continue };
            let policy = match entity.slot(&difference.dispute.field) {
                Some(slot) => setup.policy(entity, &slot),
                None => difference.dispute.policy.clone(),
            };
            let outcome = Outcome::PutBack { of: self.decision.id.clone() };
            worked.push(Worked { difference, outcome, targets, policy });
        }
        let decided = record::decide(w, viewer, setup, (found, all), decision, worked)?;
        let resolution = decided.resolution.clone();
        let told = record::store(w, vec![decided]).await?;
        let of_group = |event: Event| match &self.decision.group {
            Some(group) if event.action != Action::ConflictClosed => event.fact("group", group),
            _ => event,
        };
        events.extend(told.into_iter().map(of_group));
        Ok(resolution)
    }
}

/// What putting one write back takes, where the system still holds what was written.
fn way(setup: &Setup, delivery: &Delivery, held: &[Holding]) -> Result<Targets, Kept> {
    let change = &delivery.change;
    if !delivery.state.is_done() {
        return Err(Kept::NotWritten);
    }
    if change.create || change.remove {
        return Err(Kept::Record);
    }
    if change.form {
        return Err(Kept::Form);
    }
    let own = |holding: &&Holding| {
        holding.present
            && holding.system == delivery.system
            && Some(&holding.external_id) == delivery.external_id.as_ref()
    };
    let (entity, mapping) =
        (setup.catalog.entity(&delivery.entity), setup.catalog.mapping(&delivery.system, &delivery.entity));
    let (Some(holding), Some(entity), Some(mapping)) = (held.iter().find(own), entity, mapping) else {
        return Err(Kept::Gone);
    };
    let slot = entity.slot(&change.slot).ok_or(Kept::Gone)?;
    let mut fields = BTreeMap::new();
    for field in slot.fields().filter(|field| change.fields.contains_key(&field.id)) {
        let (was, becomes) = &change.fields[&field.id];
        let now = rows::held(&holding.fields, &field.id).ok_or(Kept::Gone)?;
        let ours = match &delivery.state {
            DeliveryState::AcceptedWithChanges { found, .. } => found.get(&field.id).unwrap_or(becomes),
            _ => becomes,
        };
        if field.comparison.normal(now) != field.comparison.normal(ours) {
            return Err(Kept::Moved);
        }
        fields.insert(field.id.clone(), (now.clone(), was.clone()));
    }
    let values = fields.iter().map(|(id, (_, was))| (id.clone(), was.clone())).collect();
    let cells = mapping.write(&values, &holding.cells);
    let cells = cells.map_err(|(field, error)| Kept::Refused(format!("{field}: {error}")))?;
    let columns: BTreeSet<&String> = cells.keys().collect();
    let before = holding.cells.iter().filter(|(column, _)| columns.contains(column));
    let before = before.map(|(column, cell)| (column.clone(), cell.clone())).collect();
    let beside = slot.fields().filter(|field| !fields.contains_key(&field.id));
    let beside =
        beside.filter_map(|field| Some((field.id.clone(), rows::held(&holding.fields, &field.id)?.clone())));
    let beside = beside.collect();
    Ok(Targets {
        system: delivery.system.clone(),
        external_id: delivery.external_id.clone(),
        writable: writable(setup, mapping, &slot),
        change: Change {
            create: false,
            remove: false,
            form: false,
            slot: change.slot.clone(),
            fields,
            beside,
            before,
            cells,
        },
    })
}
