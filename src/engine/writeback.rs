//! Write-back: one delivery at a time is leased, read before, written on a condition, read
//! back and recorded. Between the lease and the record no transaction is open; the fence
//! number tells a worker that woke up too late that the delivery is somebody else's by now.

mod after;
pub(super) mod alarm;
mod change;
mod create;
mod learn;
mod remove;
pub(super) mod target;
mod told;

use super::detect::{refresh, resolution_state};
use super::{Engine, Setup};
use crate::connectors::exchange::{Exchange, recorded};
use crate::connectors::{Connector, ConnectorError, ObjectSpec, Row};
use crate::domain::access::Viewer;
use crate::domain::chance;
use crate::domain::delivery::{DeliveryState, Why};
use crate::domain::entity::Entity;
use crate::domain::ids::SystemId;
use crate::domain::mapping::Mapping;
use crate::domain::time::{Clock, Time};
use crate::faults::{self, Point, Protection};
use crate::store::resolutions::{Delivery, Leased, exchanges};
use crate::store::{StoreError, WriteSession, configuration, conflicts, resolutions, targets};
use after::After;
use alarm::alarm;
use chrono::TimeDelta;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use target::{Next, Probe, Verdict};
use told::{by_hand, told};

/// Longer than the slowest honest try: connect, pre-read, write, read back.
const LEASE_SECONDS: i64 = 150;
/// A condition that fails over unchanged fields is tried again at once, so often.
const CONDITION_TRIES: usize = 3;

/// What one try found out.
enum Outcome {
    /// The state it ends or waits in, and the row as last read.
    State(DeliveryState, Option<Row>),
    /// Not done: try again later, or give up after ten; not before `after` seconds.
    Later { message: String, after: Option<u64>, fault: Fault },
    /// It was sent, and no answer came.
    Lost(String),
    /// It said yes at that time, and what is read does not show it yet.
    Unseen { taken: Time, message: String },
    /// The work on it broke off, before or after it was sent.
    Broken(String),
    /// A row was made under that key and cannot be read yet.
    Made { key: String, message: String },
    /// Not accepted credentials burn no try: the system is at fault, not the delivery.
    Credentials(String),
}

/// Whose fault it is that a try has to be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The row's: it changes too fast, or does not show what was written.
    Row,
    /// The system's, and perhaps with this row alone.
    System,
    /// The system's, whatever it is asked.
    Whole,
}

/// Everything one try works with.
struct Attempt<'a> {
    delivery: &'a Delivery,
    /// An earlier worker went away with it.
    orphan: bool,
    /// An earlier try may have been carried out.
    maybe_sent: bool,
    /// When the system said yes to an earlier one that is not to be seen yet.
    taken: Option<Time>,
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

/// What a worker found to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A delivery was worked on.
    Done,
    /// Nothing may be sent before that much time has passed.
    Wait(TimeDelta),
    Nothing,
}

impl Engine {
    /// Works on the next delivery that is due, whatever its system. False when none is.
    ///
    /// # Errors
    /// The store failed. What the target says is part of the delivery, not an error here.
    pub async fn deliver_next(&self) -> Result<bool, StoreError> {
        for system in self.targets_with_work().await? {
            if self.deliver_to(&system).await? == Step::Done {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The systems something is due for, the one that waits longest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn targets_with_work(&self) -> Result<Vec<SystemId>, StoreError> {
        let (mut session, now) = (self.store.session().await?, self.now());
        let mut work = targets::with_work(&mut session).await?;
        if work.is_empty() {
            return Ok(Vec::new());
        }
        // What waits for a system to come back is tried before it is due.
        let known = targets::all(&mut session).await?;
        let looked_for =
            |system: &SystemId| known.iter().any(|(id, target)| id == system && target.is_looked_for(now));
        work.retain(|(system, next)| *next <= now || looked_for(system));
        work.sort_by_key(|(_, next)| *next);
        Ok(work.into_iter().map(|(system, _)| system).collect())
    }

    /// Works on the next delivery to a system, as its rate and its standing allow.
    ///
    /// # Errors
    /// As [`Engine::deliver_next`].
    pub async fn deliver_to(&self, system: &SystemId) -> Result<Step, StoreError> {
        let (setup, system) = (self.setup(), system.clone());
        let next: (Next, bool) = self
            .store
            .write::<_, StoreError, _>(async move |w| {
                let mut next = target::next(w, &setup, &system).await?;
                let Next::Send(leased, _) = &mut next else { return Ok(((next, false), Vec::new())) };
                // As it stands in the store now: whoever switched it, and in which process.
                let state = configuration::system_state(w, &system).await?;
                let writable = state.writes_enabled;
                let mut events = Vec::new();
                if !writable && !leased.maybe_sent {
                    events = by_hand(&setup, w, &mut leased.delivery).await?;
                }
                // From now on it is not held any longer, and cannot be undone.
                update_resolution(w, &leased.delivery).await?;
                faults::pass(Point::K5);
                Ok(((next, writable), events))
            })
            .await?;
        let (leased, probe, writable) = match next {
            (Next::Send(leased, probe), writable) => (*leased, probe, writable),
            (Next::Wait(time), _) => return Ok(Step::Wait(time)),
            (Next::Nothing, _) => return Ok(Step::Nothing),
        };
        if matches!(leased.delivery.state, DeliveryState::ByHand { .. }) {
            return Ok(Step::Done);
        }
        faults::pass(Point::K6);
        let setup = self.setup();
        let (outcome, said) = recorded(self.attempt_whole(&setup, &leased, writable)).await;
        faults::linger(Point::K12).await;
        faults::pass(Point::K12);
        self.record(setup, leased, probe, (outcome, said)).await?;
        faults::pass(Point::K14);
        Ok(Step::Done)
    }

    /// A try that ends whatever happens in it: a record that nothing can be done with without a panic
    /// is settled by reading, and set aside after its tries like any other.
    async fn attempt_whole(&self, setup: &Setup, leased: &Leased, writable: bool) -> Outcome {
        let tried = AssertUnwindSafe(self.attempt(setup, leased, writable)).catch_unwind().await;
        tried.unwrap_or_else(|_| {
            tracing::error!(delivery = %leased.delivery.id, "the work on a delivery panicked");
            Outcome::Broken("Referee failed while it worked on this write".to_owned())
        })
    }

    async fn attempt(&self, setup: &Setup, leased: &Leased, writable: bool) -> Outcome {
        let Leased { delivery, orphan, maybe_sent, .. } = leased;
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
        let taken = delivery.state.taken();
        let clock = self.store.clock().clone();
        let attempt = Attempt {
            delivery,
            orphan,
            maybe_sent,
            taken,
            writable,
            entity,
            mapping,
            connector,
            spec,
            now,
            clock,
        };
        let done = match &delivery.change {
            change if change.create => attempt.create().await,
            change if change.remove => attempt.remove().await,
            _ => attempt.change().await,
        };
        done.unwrap_or_else(|error| self.failed(error))
    }

    fn refused(&self, message: String) -> Outcome {
        Outcome::State(DeliveryState::Refused { at: self.now(), message, why: Why::Said }, None)
    }

    fn failed(&self, error: ConnectorError) -> Outcome {
        match error {
            ConnectorError::Unavailable { message, retry_after_seconds, whole } => {
                let fault = if whole { Fault::Whole } else { Fault::System };
                Outcome::Later { message, after: retry_after_seconds, fault }
            }
            ConnectorError::Credentials(message) => Outcome::Credentials(message),
            ConnectorError::Refused(message) | ConnectorError::Shape(message) => self.refused(message),
            ConnectorError::Unknown(message) => Outcome::Lost(message),
        }
    }

    async fn record(
        &self,
        setup: Arc<Setup>,
        leased: Leased,
        probe: Probe,
        (outcome, said): (Outcome, Vec<Exchange>),
    ) -> Result<(), StoreError> {
        let stretch = f64::from(chance::bytes::<1>(&**self.store.random())[0]) / 255.0;
        let made = match &outcome {
            Outcome::Made { key, .. } => Some(key.clone()),
            _ => leased.delivery.external_id.clone(),
        };
        let verdict = Verdict::of(&leased.delivery.id, &outcome);
        let (state, row) = After::of(&leased, probe, self.now(), stretch)?.state(outcome)?;
        let delivery = leased.delivery;
        let removed = delivery.change.remove && state.is_done();
        let gone = row.is_none() && (removed || matches!(state, DeliveryState::Overtaken { .. }));
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let mut delivery = delivery.clone();
                delivery.state = state.clone();
                if delivery.change.create {
                    delivery.external_id = row.as_ref().map(|row| row.key.clone()).or_else(|| made.clone());
                }
                let heard = target::heard(w, &setup, &delivery.system, (&verdict, probe), stretch);
                let mut events = heard.await?;
                // Made due by the system's own answer, where that was told: its own plan is put over it.
                if !resolutions::save_delivery(w, &delivery).await? {
                    tracing::warn!(delivery = %delivery.id, "a late worker found its delivery taken over");
                    return Ok(((), events));
                }
                faults::pass(Point::K11);
                keep_said(w, &delivery, &said).await?;
                events.extend(told(&setup, w, &delivery).await?);
                alarm(w, &setup, &delivery).await?;
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
}

/// Keeps what was said about a delivery that the system did not simply take, and nothing of one that
/// has arrived.
async fn keep_said(w: &mut WriteSession, delivery: &Delivery, said: &[Exchange]) -> Result<(), StoreError> {
    match delivery.state {
        DeliveryState::Confirmed { .. } | DeliveryState::Overtaken { .. } if delivery.fence == 1 => Ok(()),
        DeliveryState::Confirmed { .. } | DeliveryState::Overtaken { .. } => {
            exchanges::forget(w, &delivery.id).await
        }
        _ if said.is_empty() => Ok(()),
        _ => exchanges::keep(w, &delivery.id, &serde_json::to_string(said)?).await,
    }
}

async fn update_resolution(w: &mut WriteSession, delivery: &Delivery) -> Result<(), StoreError> {
    let all = resolutions::lock_deliveries(w, &delivery.resolution).await?;
    let state = resolution_state(all.iter().map(|delivery| &delivery.state));
    resolutions::set_state(w, &delivery.resolution, state).await
}

/// Not done, and not for a fault of the whole system.
fn later(message: &str) -> Outcome {
    Outcome::Later { message: message.to_owned(), after: None, fault: Fault::Row }
}
