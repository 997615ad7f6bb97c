//! What Referee has stored: deliveries with their leases, what it holds of the row, how the system
//! stands. Each call is one transaction.

use super::dice::Dice;
use super::system::{Row, System, VALUES};
use super::{Moment, Off, SECOND};
use chrono::{DateTime, TimeDelta};
use referee::domain::delivery::after::{After, LAG_SECONDS};
use referee::domain::delivery::attempt::{End, Found, Kind};
use referee::domain::delivery::{DeliveryState, Sent};
use referee::domain::target::{Hold, Probe, Rate, Standing, Target, Verdict};
use referee::domain::time::Time;
use std::collections::{BTreeMap, BTreeSet};

const LEASE: TimeDelta = TimeDelta::seconds(150);
pub const LAG: TimeDelta = TimeDelta::seconds(LAG_SECONDS);
const RATE: Rate = Rate { per_second: 50 };

pub fn time(at: Moment) -> Time {
    DateTime::from_timestamp_millis(1_772_539_200_000 + at).expect("a time")
}

pub fn moment(time: Time) -> Moment {
    time.timestamp_millis() - 1_772_539_200_000
}

#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: usize,
    pub kind: Kind,
    pub was: Option<i64>,
    pub becomes: i64,
    pub state: DeliveryState,
    pub fence: u32,
    pub created: Moment,
    /// The row that was to be made has a key by now.
    pub made: bool,
    /// The leases in which it was sent.
    pub tries: BTreeSet<u32>,
    /// When a yes to it was recorded.
    pub taken: BTreeSet<Time>,
    /// In how many leases it had been sent when it was called off.
    pub called_off: Option<usize>,
    /// Its ends, with when they were recorded.
    pub ends: Vec<(Moment, &'static str)>,
    /// While it was leased: until when.
    until: Option<Time>,
}

impl Delivery {
    /// How a value reads, to this delivery.
    pub fn found(&self, value: i64) -> Found {
        match () {
            () if self.kind != Kind::Remove && value == self.becomes => Found::Becomes,
            () if Some(value) == self.was => Found::Was,
            () => Found::Other,
        }
    }

    fn next(&self) -> Option<Time> {
        self.until.or_else(|| self.state.next_at())
    }
}

/// A delivery in a worker's hand.
#[derive(Clone, Debug)]
pub struct Leased {
    pub id: usize,
    pub fence: u32,
    pub state: DeliveryState,
    pub before: DeliveryState,
    pub until: Time,
    pub probe: Probe,
}

pub struct Desk {
    pub deliveries: Vec<Delivery>,
    pub holding: Option<Row>,
    target: Target,
}

impl Desk {
    pub fn new(system: &System) -> Self {
        Self { deliveries: Vec::new(), holding: system.row().cloned(), target: Target::default() }
    }

    /// Somebody decides on what is held; mostly not while an earlier decision is on its way.
    pub fn decide(&mut self, now: Moment, system: &System, dice: &mut Dice, again: bool) -> Option<String> {
        let open = self.deliveries.iter().any(|delivery| delivery.state.ended_at().is_none());
        let kind = system.traits.kind;
        let was = self.holding.as_ref().map(|row| row.value);
        if (open && !again) || self.deliveries.len() >= 4 || was.is_none() != (kind == Kind::Create) {
            return None;
        }
        let becomes = (was.unwrap_or(0) + dice.from(1, VALUES - 1)) % VALUES;
        let held = now + dice.from(0, 20) * SECOND;
        let id = self.deliveries.len();
        self.deliveries.push(Delivery {
            id,
            kind,
            was,
            becomes,
            state: DeliveryState::Waiting { until: time(held) },
            fence: 0,
            created: now,
            made: false,
            tries: BTreeSet::new(),
            taken: BTreeSet::new(),
            called_off: None,
            ends: Vec::new(),
            until: None,
        });
        Some(format!("decided: delivery {id}, {was:?} becomes {becomes} ({kind:?})"))
    }

    pub fn undo(&mut self, now: Moment) -> Option<usize> {
        let last = self.deliveries.last_mut()?;
        last.state = last.state.clone().undo(time(now)).ok()?;
        last.ends.push((now, last.state.name()));
        Some(last.id)
    }

    pub fn call_off(&mut self, now: Moment) -> Option<usize> {
        let open = |delivery: &&mut Delivery| delivery.until.is_none() && delivery.next().is_some();
        let last = self.deliveries.iter_mut().rev().find(open)?;
        last.state = last.state.clone().call_off(time(now));
        last.called_off = Some(last.tries.len());
        if last.state.ended_at().is_some() {
            last.ends.push((now, last.state.name()));
        }
        Some(last.id)
    }

    /// The next one that is due; else when to look again, if ever.
    pub fn lease(&mut self, now: Moment, off: Off) -> Result<Leased, Option<Moment>> {
        let at = time(now);
        let permit = match self.target.permit(at, RATE, LEASE) {
            Ok(permit) => permit,
            Err(Hold::Until(until)) => return Err(Some(moment(until))),
            Err(Hold::Person) => return Err(None),
        };
        let waits = |delivery: &Delivery| {
            matches!(delivery.state, DeliveryState::Retrying { .. } | DeliveryState::Unknown { .. })
        };
        let open: Vec<&Delivery> =
            self.deliveries.iter().filter(|delivery| delivery.next().is_some()).collect();
        let first = open.first().map(|delivery| delivery.id);
        let in_turn = |delivery: &&&Delivery| off.order || Some(delivery.id) == first;
        let due = |delivery: &&&Delivery| {
            delivery.next().is_some_and(|next| next <= at)
                || (permit.probe && delivery.until.is_none() && waits(delivery))
        };
        let mut all: Vec<usize> =
            open.iter().filter(in_turn).filter(due).map(|delivery| delivery.id).collect();
        if off.order {
            all.reverse();
        }
        let Some(id) = all.first().copied() else {
            let next = open.iter().filter(in_turn).filter_map(|delivery| delivery.next()).min();
            return Err(next.map(moment));
        };
        let delivery = &mut self.deliveries[id];
        let before = delivery.state.clone();
        let on_time = before.next_at().is_none_or(|next| next <= at);
        delivery.state = before.clone().lease().expect("it is due");
        delivery.fence += 1;
        delivery.until = Some(at + LEASE);
        self.target = permit.after;
        let probe = match (permit.probe, on_time) {
            (false, _) => Probe::No,
            (true, true) => Probe::Due,
            (true, false) => Probe::Early,
        };
        let (fence, state) = (delivery.fence, delivery.state.clone());
        Ok(Leased { id, fence, state, before, until: at + LEASE, probe })
    }

    /// Keeps what a try found out, unless another worker has it by now.
    pub fn record(
        &mut self,
        now: Moment,
        leased: &Leased,
        (end, sent, made, row): (End, Sent, bool, Option<Row>),
        verdict: &Verdict,
        stretch: f64,
        off: Off,
    ) -> bool {
        let (at, maybe_sent, taken) = (time(now), leased.before.is_maybe_sent(), sent.taken);
        let (leased_state, before, probe) = (&leased.state, &leased.before, leased.probe);
        let after =
            After { leased: leased_state, before, maybe_sent, sent, probe, now: at, stretch, lag: LAG };
        let confirms = end == End::Confirmed;
        // A sign-in that is not accepted takes no try.
        let no_try = matches!(end, End::Credentials(_));
        let state = after.state(end, BTreeMap::new()).expect("it was being sent");
        self.hears(at, verdict, probe, stretch);
        let delivery = &mut self.deliveries[leased.id];
        if delivery.fence != leased.fence && !off.attempt.fencing {
            return false;
        }
        (delivery.state, delivery.until) = (state, None);
        delivery.taken.extend(taken);
        if no_try {
            delivery.tries.remove(&leased.fence);
        }
        delivery.made |= made || (confirms && delivery.kind == Kind::Create);
        if delivery.state.ended_at().is_some() {
            delivery.ends.push((now, delivery.state.name()));
        }
        if let Some(row) = row {
            self.holding = Some(row);
        } else if confirms {
            self.holding = None;
        }
        true
    }

    fn hears(&mut self, at: Time, verdict: &Verdict, probe: Probe, stretch: f64) {
        let before = self.target.standing.name();
        self.target = self.target.heard(at, verdict, probe, stretch);
        if before != self.target.standing.name() && self.target.standing == Standing::default() {
            self.hurry(at);
        }
    }

    fn hurry(&mut self, at: Time) {
        for delivery in &mut self.deliveries {
            if matches!(delivery.state, DeliveryState::Retrying { .. } | DeliveryState::Unknown { .. }) {
                delivery.state =
                    delivery.state.clone().due_at(delivery.state.next_at().unwrap_or(at).min(at));
            }
        }
    }

    /// A new secret, or an admin who says that the system is back.
    pub fn resume(&mut self, now: Moment) {
        let at = time(now);
        if self.target.standing != Standing::default() || self.target.quiet_until.is_some() {
            self.target = self.target.resumed(at);
            self.hurry(at);
        }
    }
}
