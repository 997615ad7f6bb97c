//! Write-back: one delivery at a time is leased, read before, written on a condition, read
//! back and recorded. Between the lease and the record no transaction is open; the fence
//! number tells a worker that woke up too late that the delivery is somebody else's by now.

mod alarm;
mod create;
mod learn;
mod remove;
mod told;

use super::detect::{refresh, resolution_state};
use super::{Engine, Setup};
use crate::connectors::{Connector, ConnectorError, ObjectSpec, Row, Written};
use crate::domain::access::Viewer;
use crate::domain::chance;
use crate::domain::delivery::{DeliveryState, TRIES};
use crate::domain::entity::Entity;
use crate::domain::ids::FieldId;
use crate::domain::mapping::Mapping;
use crate::domain::rows;
use crate::domain::time::{Clock, Time};
use crate::domain::value::{Cells, Held};
use crate::faults::{self, Point, Protection};
use crate::store::resolutions::{Delivery, Leased};
use crate::store::{StoreError, WriteSession, configuration, conflicts, resolutions};
use alarm::alarm;
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::sync::Arc;
use told::{by_hand, told};

/// Longer than the slowest honest try: connect, pre-read, write, read back.
const LEASE_SECONDS: i64 = 150;
/// Seconds before the second, third, ... try; together 24 hours.
const WAITS: [i64; 9] = [5, 15, 60, 300, 900, 3600, 10_800, 28_800, 43_200];
/// A condition that fails over unchanged fields is tried again at once, so often.
const CONDITION_TRIES: usize = 3;
/// Credentials that were not accepted: nothing is tried for so long.
const CREDENTIALS_WAIT: i64 = 900;

/// What one try found out.
enum Outcome {
    /// The state it ends or waits in, and the row as last read.
    State(DeliveryState, Option<Row>),
    /// Nothing was sent: try again later, or give up after ten.
    Later { message: String, after: Option<u64> },
    /// A row was made under that key and cannot be read yet.
    Made { key: String, message: String },
    /// Not accepted credentials burn no try: the system is at fault, not the delivery.
    Credentials(String),
}

/// Everything one try works with.
struct Attempt<'a> {
    delivery: &'a Delivery,
    /// An earlier worker went away with it.
    orphan: bool,
    /// An earlier try may have been carried out.
    maybe_sent: bool,
    /// The system takes writes from us. Where it does not any longer, what may have been sent is
    /// settled by reading and nothing is sent.
    writable: bool,
    entity: &'a Entity,
    mapping: &'a Mapping,
    connector: Arc<dyn Connector>,
    spec: ObjectSpec,
    now: Time,
    clock: Arc<dyn Clock>,
}

impl Engine {
    /// Works on the next delivery that is due. False when none is.
    ///
    /// # Errors
    /// The store failed. What the target says is part of the delivery, not an error here.
    pub async fn deliver_next(&self) -> Result<bool, StoreError> {
        let setup = self.setup();
        let leased: Option<(Leased, bool)> = self
            .store
            .write::<_, StoreError, _>(async move |w| {
                let until = w.now() + faults::hurry(TimeDelta::seconds(LEASE_SECONDS));
                let Some(mut leased) = resolutions::lease(w, until).await? else {
                    return Ok((None, Vec::new()));
                };
                // As it stands in the store now: whoever switched it, and in which process.
                let state = configuration::system_state(w, &leased.delivery.system).await?;
                let writable = state.writes_enabled;
                let mut events = Vec::new();
                if !writable && !leased.maybe_sent {
                    events = by_hand(&setup, w, &mut leased.delivery).await?;
                }
                // From now on it is not held any longer, and cannot be undone.
                update_resolution(w, &leased.delivery).await?;
                faults::pass(Point::K5);
                Ok((Some((leased, writable)), events))
            })
            .await?;
        let Some((leased, writable)) = leased else { return Ok(false) };
        if matches!(leased.delivery.state, DeliveryState::ByHand { .. }) {
            return Ok(true);
        }
        faults::pass(Point::K6);
        let setup = self.setup();
        let outcome = self.attempt(&setup, &leased, writable).await;
        faults::linger(Point::K12).await;
        faults::pass(Point::K12);
        self.record(setup, leased.delivery, outcome).await?;
        faults::pass(Point::K14);
        Ok(true)
    }

    async fn attempt(&self, setup: &Setup, leased: &Leased, writable: bool) -> Outcome {
        let Leased { delivery, orphan, maybe_sent } = leased;
        let catalog = &setup.catalog;
        let mapping = catalog.mapping(&delivery.system, &delivery.entity);
        let (Some(entity), Some(mapping)) = (catalog.entity(&delivery.entity), mapping) else {
            return self.refused("its mapping is not configured any longer".to_owned());
        };
        let connector = match self.connector(&delivery.system) {
            Ok(connector) => connector,
            Err(error) => return self.failed(error),
        };
        let spec = super::sync::object_spec(mapping, connector.capabilities());
        let (orphan, maybe_sent, now) = (*orphan, *maybe_sent, self.now());
        let clock = self.store.clock().clone();
        let attempt =
            Attempt { delivery, orphan, maybe_sent, writable, entity, mapping, connector, spec, now, clock };
        let done = match &delivery.change {
            change if change.create => attempt.create().await,
            change if change.remove => attempt.remove().await,
            _ => attempt.change().await,
        };
        done.unwrap_or_else(|error| self.failed(error))
    }

    fn refused(&self, message: String) -> Outcome {
        Outcome::State(DeliveryState::Refused { at: self.now(), message }, None)
    }

    fn failed(&self, error: ConnectorError) -> Outcome {
        match error {
            ConnectorError::Unavailable { message, retry_after_seconds } => {
                Outcome::Later { message, after: retry_after_seconds }
            }
            ConnectorError::Credentials(message) => Outcome::Credentials(message),
            ConnectorError::Refused(message) | ConnectorError::Shape(message) => self.refused(message),
            ConnectorError::Unknown(message) => {
                let next = self.now() + faults::hurry(TimeDelta::seconds(2));
                Outcome::State(DeliveryState::Unknown { attempt: 0, next, message }, None)
            }
        }
    }

    async fn record(
        &self,
        setup: Arc<Setup>,
        delivery: Delivery,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        let jitter = f64::from(chance::bytes::<1>(&**self.store.random())[0]) / 255.0;
        let made = match &outcome {
            Outcome::Made { key, .. } => Some(key.clone()),
            _ => delivery.external_id.clone(),
        };
        let no_sign_in = matches!(outcome, Outcome::Credentials(_));
        let (state, row) = self.after(&delivery, outcome, jitter)?;
        let removed = delivery.change.remove && state.is_done();
        let gone = row.is_none() && (removed || matches!(state, DeliveryState::Overtaken { .. }));
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let mut delivery = delivery.clone();
                delivery.state = state.clone();
                if delivery.change.create {
                    delivery.external_id = row.as_ref().map(|row| row.key.clone()).or_else(|| made.clone());
                }
                if !resolutions::save_delivery(w, &delivery).await? {
                    tracing::warn!(delivery = %delivery.id, "a late worker found its delivery taken over");
                    return Ok(((), Vec::new()));
                }
                faults::pass(Point::K11);
                let mut events = told(&setup, w, &delivery).await?;
                alarm(w, &setup, &delivery, no_sign_in).await?;
                update_resolution(w, &delivery).await?;
                match row.clone() {
                    Some(_) if faults::without(Protection::Echo) => {}
                    Some(row) => learn::row(w, &setup, &delivery, row).await?,
                    None if gone => learn::absence(w, &setup, &delivery).await?,
                    None => {}
                }
                Engine::judge_record(&setup, w, &delivery.entity, &delivery.record, &mut events).await?;
                events.extend(learn::reopen(&setup, w, &delivery).await?);
                if let Some(conflict) = conflicts::get(w, &Viewer::referee(), &delivery.conflict).await? {
                    events.extend(refresh(w, conflict).await?);
                }
                faults::pass(Point::K13);
                Ok(((), events))
            })
            .await
    }

    /// The state after a try, and the row it read.
    fn after(
        &self,
        delivery: &Delivery,
        outcome: Outcome,
        jitter: f64,
    ) -> Result<(DeliveryState, Option<Row>), StoreError> {
        let DeliveryState::Sending { attempt } = delivery.state else {
            return Err(StoreError::Row(format!("delivery {} was leased and is not sending", delivery.id)));
        };
        let now = self.now();
        Ok(match outcome {
            Outcome::Made { message, .. } if attempt < TRIES => {
                let next = now + faults::hurry(TimeDelta::seconds(2));
                (DeliveryState::Unknown { attempt, next, message }, None)
            }
            Outcome::Made { message, .. } => (DeliveryState::Refused { at: now, message }, None),
            Outcome::State(DeliveryState::Unknown { next, message, .. }, row) if attempt < TRIES => {
                (DeliveryState::Unknown { attempt, next, message }, row)
            }
            Outcome::State(DeliveryState::Unknown { message, .. }, row) => {
                (DeliveryState::Refused { at: now, message }, row)
            }
            Outcome::State(state, row) => (state, row),
            Outcome::Later { message, after } => {
                let wait = wait(attempt, after, jitter);
                let state = delivery.state.clone().retry(now, wait, message);
                (state.map_err(|e| StoreError::Row(e.to_string()))?, None)
            }
            Outcome::Credentials(message) => {
                let next = now + faults::hurry(TimeDelta::seconds(CREDENTIALS_WAIT));
                (DeliveryState::Retrying { attempt: attempt - 1, next, message }, None)
            }
        })
    }
}

/// Seconds to wait before the next try: the plan's, stretched by up to a fifth so that many
/// do not come back at once, or what the system asks for, capped at an hour.
fn wait(attempt: u32, after: Option<u64>, jitter: f64) -> TimeDelta {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(WAITS.len() - 1);
    let asked = after.map_or(0, |seconds| i64::try_from(seconds).unwrap_or(3600).min(3600));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "at most a few hours in ms"
    )]
    let planned = (WAITS[index] as f64 * 1000.0 * (1.0 + jitter / 5.0)) as i64;
    faults::hurry(TimeDelta::milliseconds(planned.max(asked * 1000)))
}

impl Attempt<'_> {
    /// Changes fields of a row.
    async fn change(&self) -> Result<Outcome, ConnectorError> {
        let key = self.delivery.external_id.as_deref().unwrap_or_default();
        let mut message = String::new();
        for _ in 0..CONDITION_TRIES {
            let Some(row) = self.connector.read(&self.spec, key).await? else {
                return Ok(self.overtaken(None));
            };
            let blind = faults::without(Protection::PreRead)
                || (self.maybe_sent && faults::without(Protection::UnknownByReading));
            match self.compare(&row) {
                _ if blind => {}
                // Ours has arrived: what moved beside it since then is judged like any change.
                Found::Becomes if self.maybe_sent || self.stands_beside(&row) => {
                    return Ok(self.confirmed(row));
                }
                Found::Was if self.stands_beside(&row) => {}
                _ => return Ok(self.overtaken(Some(row))),
            }
            if !self.writable {
                return Ok(self.by_hand(Some(row)));
            }
            let cells = match self.cells(&row.cells) {
                Ok(cells) => cells,
                Err(reason) => {
                    return Ok(Outcome::State(
                        DeliveryState::Refused { at: self.now, message: reason },
                        None,
                    ));
                }
            };
            faults::linger(Point::K7).await;
            faults::pass(Point::K7);
            if self.is_late() {
                break;
            }
            faults::soon(Point::K9);
            let written = self.connector.write(&self.spec, &row, &cells, &self.key()).await?;
            faults::linger(Point::K10).await;
            faults::pass(Point::K10);
            match written {
                Written::Applied if faults::without(Protection::ReadBack) => {
                    let cells = row.cells.into_iter().chain(cells).collect();
                    return Ok(self.confirmed(Row { cells, ..row }));
                }
                Written::Applied => return self.read_back(key).await,
                Written::Gone => return Ok(self.overtaken(None)),
                // Another field of the row moved, or this one in between: read again.
                Written::ConditionFailed => {
                    "the row changes faster than it can be written".clone_into(&mut message)
                }
            }
        }
        Ok(Outcome::Later { message, after: None })
    }

    /// Whether its lease has ended: another worker may have written by now, and the value may stand
    /// as it did again. What is read then says nothing of whether this was sent.
    fn is_late(&self) -> bool {
        let ended = self.delivery.lease_until.is_some_and(|until| until <= self.clock.now());
        ended && !faults::without(Protection::Fencing)
    }

    /// The key the write carries, made with the decision.
    fn key(&self) -> String {
        let Delivery { idempotency_key, fence, .. } = self.delivery;
        match faults::without(Protection::KeyBeforeTry) {
            true => format!("{idempotency_key}-{fence}-{}", std::process::id()),
            false => idempotency_key.clone(),
        }
    }

    async fn read_back(&self, key: &str) -> Result<Outcome, ConnectorError> {
        let later = |message: String| {
            let next = self.now + faults::hurry(TimeDelta::seconds(2));
            Outcome::State(DeliveryState::Unknown { attempt: 0, next, message }, None)
        };
        // The write was taken: whatever reading says, it must not look as if nothing was sent.
        Ok(match self.connector.read(&self.spec, key).await {
            Err(error) => later(format!("written, but not read back yet: {error}")),
            Ok(None) => self.overtaken(None),
            Ok(Some(row)) => match self.compare(&row) {
                Found::Becomes => self.confirmed(row),
                // It keeps its own way of writing: that is no value, and nothing to fight over.
                Found::Was if self.delivery.change.form => {
                    let found = self.fields(&row);
                    Outcome::State(DeliveryState::AcceptedWithChanges { at: self.now, found }, Some(row))
                }
                Found::Was => {
                    Outcome::Later { message: "it said yes, and the value is unchanged".into(), after: None }
                }
                Found::Other => {
                    let found = self.fields(&row);
                    Outcome::State(DeliveryState::AcceptedWithChanges { at: self.now, found }, Some(row))
                }
            },
        })
    }

    /// The system is watched only by now, and nothing of it was sent: a person enters it there.
    fn by_hand(&self, row: Option<Row>) -> Outcome {
        Outcome::State(DeliveryState::ByHand { since: self.now }, row)
    }

    fn confirmed(&self, row: Row) -> Outcome {
        Outcome::State(DeliveryState::Confirmed { at: self.now }, Some(row))
    }

    fn overtaken(&self, row: Option<Row>) -> Outcome {
        let change = &self.delivery.change;
        let mut found = row.as_ref().map(|row| self.mapping.read(&row.cells).fields).unwrap_or_default();
        found.retain(|id, _| change.fields.contains_key(id) || change.beside.contains_key(id));
        Outcome::State(DeliveryState::Overtaken { at: self.now, found }, row)
    }

    /// How the fields to be written read now.
    fn compare(&self, row: &Row) -> Found {
        match () {
            () if self.all_are(row, |(_, becomes)| becomes) => Found::Becomes,
            () if self.all_are(row, |(was, _)| was) => Found::Was,
            () => Found::Other,
        }
    }

    /// Whether all fields of the change read as one side of it.
    fn all_are(&self, row: &Row, side: fn(&(Held, Held)) -> &Held) -> bool {
        let now = self.fields(row);
        self.delivery.change.fields.iter().all(|(id, pair)| match self.delivery.change.form {
            // Of its form alone every text of the value is another one.
            true => rows::held(&now, id) == Some(side(pair)),
            false => self.is_now(id, side(pair), &now, row),
        })
    }

    /// Whether the slot's other fields are as they were when the decision was made: one choice
    /// takes a whole group, so that no mixture of two choices is ever written.
    fn stands_beside(&self, row: &Row) -> bool {
        let now = self.mapping.read(&row.cells).fields;
        self.delivery.change.beside.iter().all(|(id, was)| self.is_now(id, was, &now, row))
    }

    /// Whether a field reads as it is said to, in normal form and to the digit: a value that is
    /// merely within a tolerance of the one on the page was not seen. Two texts that cannot be read
    /// are the same only if they are the same text.
    fn is_now(&self, id: &FieldId, said: &Held, now: &BTreeMap<FieldId, Held>, row: &Row) -> bool {
        let comparison = self.entity.field(id).map(|field| &field.comparison);
        let same = |one: &Held, other: &Held| {
            comparison.map_or_else(|| one == other, |c| c.normal(one) == c.normal(other))
        };
        match (said, rows::held(now, id)) {
            (Held::Unknown, Some(Held::Unknown)) => {
                let before = &self.delivery.change.before;
                let columns = self.mapping.field(id).map_or(&[][..], |field| &field.columns);
                columns.iter().all(|column| before.get(column) == row.cells.get(column))
            }
            (Held::Unknown, _) | (_, Some(Held::Unknown) | None) => false,
            (said, Some(held)) => same(held, said),
        }
    }

    fn fields(&self, row: &Row) -> BTreeMap<FieldId, Held> {
        let all = self.mapping.read(&row.cells).fields;
        let own = self.delivery.change.fields.keys();
        own.filter_map(|id| Some((id.clone(), rows::held(&all, id)?.clone()))).collect()
    }

    /// The columns to write, made anew over the row just read: a column shared by several
    /// fields keeps the parts that are not ours. The columns of the slot's other fields are there
    /// as they stand, for the write's condition.
    fn cells(&self, current: &Cells) -> Result<Cells, String> {
        let change = &self.delivery.change;
        let values = change.fields.iter().map(|(id, (_, becomes))| (id.clone(), becomes.clone())).collect();
        let write = self.mapping.write(&values, current);
        let mut cells = write.map_err(|(field, error)| format!("{field}: {error}"))?;
        let beside = change.beside.keys().filter_map(|id| self.mapping.field(id));
        for column in beside.flat_map(|field| &field.columns) {
            if let Some(cell) = current.get(column) {
                cells.entry(column.clone()).or_insert_with(|| cell.clone());
            }
        }
        Ok(cells)
    }
}

/// What a read found in the fields to be written.
enum Found {
    Was,
    Becomes,
    Other,
}

async fn update_resolution(w: &mut WriteSession, delivery: &Delivery) -> Result<(), StoreError> {
    let all = resolutions::lock_deliveries(w, &delivery.resolution).await?;
    let state = resolution_state(all.iter().map(|delivery| &delivery.state));
    resolutions::set_state(w, &delivery.resolution, state).await
}
