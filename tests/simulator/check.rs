//! What a story may not do, seen from the system's journal and the ends that were recorded.

use super::desk::Delivery;
use super::system::{Condition, Entry, Stamps, System};
use super::{Story, World};
use referee::domain::delivery::attempt::{Found, Kind};
use referee::domain::delivery::{DeliveryState, TRIES};

pub fn story(world: World) -> Story {
    let World { system, desk, deaths, log, .. } = world;
    let mut check = Check { system: &system, violations: Vec::new(), unknowable: 0, windows: 0 };
    for delivery in &desk.deliveries {
        check.delivery(delivery);
    }
    check.order();
    let Check { violations, unknowable, windows, .. } = check;
    Story { violations, log, deliveries: desk.deliveries.len(), deaths, unknowable, windows }
}

struct Check<'s> {
    system: &'s System,
    violations: Vec<String>,
    unknowable: usize,
    windows: usize,
}

impl Check<'_> {
    fn broken(&mut self, invariant: &str, what: String) {
        self.violations.push(format!("{invariant}: {what}"));
    }

    fn delivery(&mut self, delivery: &Delivery) {
        let Delivery { id, state, ends, .. } = delivery;
        if state.ended_at().is_none() {
            self.broken("I1", format!("delivery {id} has come to no end: {state:?}"));
        }
        if ends.len() > 1 {
            self.broken("I5", format!("delivery {id} ended more than once: {ends:?}"));
        }
        // Condition tries of one lease are one try; being read again is none.
        if delivery.sends > 3 * TRIES {
            self.broken("B3", format!("delivery {id} was sent {} times", delivery.sends));
        }
        if delivery.called_off.is_some_and(|sends| sends < delivery.sends) {
            self.broken("I3", format!("delivery {id} was sent after it was called off"));
        }
        let own: Vec<(usize, &Entry)> =
            self.system.journal.iter().enumerate().filter(|(_, entry)| entry.delivery == Some(*id)).collect();
        if matches!(state, DeliveryState::Undone { .. }) && !own.is_empty() {
            self.broken("I2", format!("delivery {id} is undone and changed the row"));
        }
        for pair in own.windows(2) {
            match self.nobody_could_know(pair[0].0, pair[1]) {
                true => self.unknowable += 1,
                false => {
                    self.broken("I2", format!("delivery {id} changed the row again at {}", pair[1].1.at))
                }
            }
        }
        for (_, entry) in own {
            self.landed(delivery, entry);
        }
        self.confirmed(delivery);
    }

    /// A second change is no fault where somebody put the old value back in between and the system
    /// gives no sign of it, or where a request arrives that was given up long before, and nothing at
    /// the system can refuse it.
    fn nobody_could_know(&self, first: usize, (second, entry): (usize, &Entry)) -> bool {
        let traits = &self.system.traits;
        if traits.keys {
            return false;
        }
        let late = self.system.journal[first].late || entry.late;
        let between = &self.system.journal[first + 1..second];
        let put_back = between.iter().any(|other| other.delivery.is_none() && other.after == entry.before);
        let blind = traits.stamps == Stamps::No || late;
        let loose = match traits.kind {
            // What has no key of ours cannot be looked for, and is not made again.
            Kind::Create => late,
            _ => traits.condition != Condition::Version,
        };
        loose && blind && (put_back || late)
    }

    /// I3: never on a value that the steward did not see, as far as a system can compare. Elsewhere the
    /// window is open from the last read before it on, and no longer.
    fn landed(&mut self, delivery: &Delivery, entry: &Entry) {
        if delivery.kind == Kind::Create || entry.before == delivery.was {
            return;
        }
        let open = self.system.traits.condition == Condition::No && entry.looked == Found::Was;
        match open {
            true => self.windows += 1,
            false => {
                let text = format!("{:?} was written over and {:?} was seen", entry.before, delivery.was);
                self.broken("I3", format!("delivery {}: {text}", delivery.id));
            }
        }
    }

    /// I4: what is confirmed was there.
    fn confirmed(&mut self, delivery: &Delivery) {
        let Some((at, "confirmed")) = delivery.ends.last() else { return };
        let value = Some(delivery.becomes).filter(|_| delivery.kind != Kind::Remove);
        let is_any = delivery.kind == Kind::Create && self.system.row().is_some();
        if !is_any && !self.system.had(value, delivery.created, *at) {
            self.broken("I4", format!("delivery {} is confirmed, and was never there", delivery.id));
        }
    }

    /// B15: in the order decided, but for what was given up and arrives where nothing can refuse it.
    fn order(&mut self) {
        let own = self.system.journal.iter().filter(|entry| !entry.late);
        let ids: Vec<usize> = own.filter_map(|entry| entry.delivery).collect();
        if !ids.is_sorted() {
            self.broken("B15", format!("the row got {ids:?}"));
        }
    }
}
