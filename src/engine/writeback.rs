//! Write-back: one delivery at a time is leased, read before, written on a condition, read
//! back and recorded. Between the lease and the record no transaction is open; the fence
//! number tells a worker that woke up too late that the delivery is somebody else's by now.

pub(super) mod alarm;
mod carry;
mod learn;
mod look;
pub(super) mod target;
mod told;

use super::detect::{refresh, resolution_state};
use super::{Engine, Setup};
use crate::connectors::exchange::{Exchange, recorded};
use crate::connectors::{Capabilities, Row};
use crate::domain::access::Viewer;
use crate::domain::chance;
use crate::domain::delivery::after::{After, LAG_SECONDS};
use crate::domain::delivery::attempt::{Attempt, Begin, End};
use crate::domain::delivery::{DeliveryState, Sent, Why};
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::mapping::Mapping;
use crate::domain::target::{Probe, Verdict};
use crate::domain::time::Time;
use crate::domain::value::{Cell, Held};
use crate::faults::{self, Point, Protection};
use crate::store::resolutions::{Delivery, Leased, exchanges};
use crate::store::{StoreError, WriteSession, configuration, conflicts, resolutions, targets};
use alarm::alarm;
use carry::Carrier;
use chrono::TimeDelta;
use futures_util::FutureExt as _;
use look::Lens;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use target::Next;
use told::{by_hand, told};

/// Longer than the slowest honest try: connect, pre-read, write, read back.
const LEASE_SECONDS: i64 = 150;

/// What one try left.
struct Tried {
    end: End,
    /// What is known by now of what was sent.
    sent: Sent,
    /// Of a row that was made.
    made: Option<String>,
    /// The row as last read, and how the fields of the change read there.
    row: Option<Row>,
    found: BTreeMap<FieldId, Held>,
    /// How long the value that was written over could have changed unseen.
    window: Option<Duration>,
}

impl Tried {
    /// A try that ended before anything was asked of the system.
    fn without_a_row(leased: &Leased, end: End) -> Self {
        let delivery = &leased.delivery;
        let sent = delivery.state.sent().cloned().unwrap_or_default();
        let (made, found) = (delivery.external_id.clone(), BTreeMap::new());
        Self { end, sent, made, row: None, found, window: None }
    }
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
        let (tried, said) = recorded(self.attempt(&setup, &leased, writable)).await;
        faults::linger(Point::K12).await;
        faults::pass(Point::K12);
        self.record(setup, leased, probe, (tried, said)).await?;
        faults::pass(Point::K14);
        Ok(Step::Done)
    }

    /// A try that ends whatever happens in it: a record that nothing can be done with without a panic
    /// is settled by reading, and set aside after its tries like any other.
    async fn attempt(&self, setup: &Setup, leased: &Leased, writable: bool) -> Tried {
        let delivery = &leased.delivery;
        let catalog = &setup.catalog;
        let mapping = catalog.mapping(&delivery.system, &delivery.entity);
        let (Some(entity), Some(mapping)) = (catalog.entity(&delivery.entity), mapping) else {
            let message = "its mapping is not configured any longer".to_owned();
            return Tried::without_a_row(leased, End::Refused { message, why: Why::Said });
        };
        let connector = match self.connector(&delivery.system) {
            Ok(connector) => connector,
            Err(error) => return Tried::without_a_row(leased, carry::failure(error).end()),
        };
        let begin = begin(leased, mapping, (connector.capabilities(), writable), self.now());
        let spec = super::sync::object_spec(mapping, connector.capabilities());
        let clock = self.store.clock().clone();
        let lens = Lens { delivery, entity, mapping };
        let read_at = Instant::now();
        let mut carrier = Carrier { lens, connector, spec, clock, row: None, read_at, window: None };
        let (mut attempt, first) = Attempt::begin(begin);
        let carried = AssertUnwindSafe(carrier.carry(&mut attempt, first)).catch_unwind().await;
        let end = carried.unwrap_or_else(|_| {
            tracing::error!(delivery = %delivery.id, "the work on a delivery panicked");
            End::Broken("Referee failed while it worked on this write".to_owned())
        });
        let row = carrier.row.take().filter(|_| end.tells_of_the_row());
        let beside = end == End::Overtaken;
        let found = row.as_ref().map(|row| carrier.lens.fields(row, beside)).unwrap_or_default();
        let made = attempt.made().map(str::to_owned).or_else(|| delivery.external_id.clone());
        Tried { end, sent: attempt.sent().clone(), made, row, found, window: carrier.window }
    }

    async fn record(
        &self,
        setup: Arc<Setup>,
        leased: Leased,
        probe: Probe,
        (tried, said): (Tried, Vec<Exchange>),
    ) -> Result<(), StoreError> {
        let stretch = f64::from(chance::bytes::<1>(&**self.store.random())[0]) / 255.0;
        let Tried { end, sent, made, row, found, window } = tried;
        let verdict = Verdict::of(&leased.delivery.id, &end);
        let (now, lag) = (self.now(), lag());
        let Leased { delivery, before, maybe_sent, .. } = leased;
        let after =
            After { leased: &delivery.state, before: &before, maybe_sent, sent, probe, now, stretch, lag };
        let state = after.state(end, found).map_err(|error| StoreError::Row(error.to_string()))?;
        let state = if probe == Probe::Early { state } else { hurried(state, now) };
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
                if let Some(window) = window {
                    let ms = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
                    targets::add_window(w, &delivery.system, ms).await?;
                }
                // Made due by the system's own answer, where that was told: its own plan is put over it.
                if !resolutions::save_delivery(w, &delivery).await? {
                    tracing::warn!(delivery = %delivery.id, "a late worker found its delivery taken over");
                    return Ok(((), events));
                }
                faults::pass(Point::K11);
                keep_said(w, &delivery, maybe_sent, &said).await?;
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
async fn keep_said(
    w: &mut WriteSession,
    delivery: &Delivery,
    maybe_sent: bool,
    said: &[Exchange],
) -> Result<(), StoreError> {
    let told = match delivery.state {
        DeliveryState::Confirmed { .. } => true,
        // What may have been sent of it is still there to be seen.
        DeliveryState::Overtaken { .. } => !maybe_sent,
        _ => false,
    };
    match told {
        true if delivery.fence == 1 => Ok(()),
        true => exchanges::forget(w, &delivery.id).await,
        _ if said.is_empty() => Ok(()),
        _ => exchanges::keep(w, &delivery.id, &serde_json::to_string(said)?).await,
    }
}

async fn update_resolution(w: &mut WriteSession, delivery: &Delivery) -> Result<(), StoreError> {
    let all = resolutions::lock_deliveries(w, &delivery.resolution).await?;
    let state = resolution_state(all.iter().map(|delivery| &delivery.state));
    resolutions::set_state(w, &delivery.resolution, state).await
}

/// How a try of a delivery begins.
fn begin(leased: &Leased, mapping: &Mapping, (can, writable): (Capabilities, bool), now: Time) -> Begin {
    let delivery = &leased.delivery;
    let own_key = match delivery.change.cells.get(&mapping.key) {
        Some(Cell::Text(key)) => Some(key.clone()),
        _ => None,
    };
    Begin {
        kind: carry::kind(delivery),
        state: delivery.state.clone(),
        lease_until: delivery.lease_until.unwrap_or(Time::MAX_UTC),
        earlier: delivery.fence > 1,
        maybe_sent: leased.maybe_sent,
        writable: writable && (can.delete || !delivery.change.remove),
        conditional: can.condition,
        key: delivery.external_id.clone(),
        own_key,
        now,
        lag: lag(),
        without: carry::without(),
    }
}

/// How much later than its yes a system may show what it did.
pub(super) fn lag() -> TimeDelta {
    faults::hurry(TimeDelta::seconds(LAG_SECONDS))
}

/// The same, so much sooner as a build for the fault driver is told.
fn hurried(state: DeliveryState, now: Time) -> DeliveryState {
    match state.next_at() {
        Some(next) => state.due_at(now + faults::hurry(next - now)),
        None => state,
    }
}
