//! What a story may not do, seen from the system's journal and the ends that were recorded.

use super::desk::{Delivery, moment};
use super::system::{Condition, Entry, System};
use super::{SECOND, Story, World};
use referee::domain::delivery::attempt::{Found, Kind};
use referee::domain::delivery::{DeliveryState, TRIES};

pub fn story(world: World) -> Story {
    let World { system, desk, deaths, log, quiet, .. } = world;
    let mut check = Check { system: &system, quiet, violations: Vec::new(), unknowable: 0, windows: 0 };
    for delivery in &desk.deliveries {
        check.delivery(delivery);
    }
    check.order();
    let Check { violations, unknowable, windows, .. } = check;
    Story { violations, log, deliveries: desk.deliveries.len(), deaths, unknowable, windows }
}

struct Check<'s> {
    system: &'s System,
    quiet: bool,
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
        if delivery.tries.len() > TRIES as usize {
            self.broken("B3", format!("delivery {id} was sent in {} tries", delivery.tries.len()));
        }
        if delivery.called_off.is_some_and(|tries| tries < delivery.tries.len()) {
            self.broken("I3", format!("delivery {id} was sent after it was called off"));
        }
        let own: Vec<(usize, &Entry)> =
            self.system.journal.iter().enumerate().filter(|(_, entry)| entry.delivery == Some(*id)).collect();
        if matches!(state, DeliveryState::Undone { .. }) && !own.is_empty() {
            self.broken("I2", format!("delivery {id} is undone and changed the row"));
        }
        for pair in own.windows(2) {
            match self.nobody_could_know(delivery, pair[0].0, pair[1]) {
                true => self.unknowable += 1,
                false => {
                    self.broken("I2", format!("delivery {id} changed the row again at {}", pair[1].1.at))
                }
            }
        }
        self.not_done(delivery, &own);
        if self.quiet
            && !matches!(state, DeliveryState::Confirmed { .. } | DeliveryState::AcceptedWithChanges { .. })
        {
            self.broken("I1", format!("nothing happened, and delivery {id} is {}", state.name()));
        }
        for (_, entry) in own {
            self.landed(delivery, entry);
        }
        self.confirmed(delivery);
    }

    /// A second change is no fault where nobody could know of the first: the system has no keys, and
    /// either somebody put the old value back before an answer to the first was recorded, or one of the
    /// two arrived after whoever sent it had given it up, where nothing refuses it.
    fn nobody_could_know(&self, delivery: &Delivery, first: usize, (second, entry): (usize, &Entry)) -> bool {
        let traits = &self.system.traits;
        let earlier = &self.system.journal[first];
        if traits.keys {
            return false;
        }
        let late = entry.late || (earlier.late && earlier.at > entry.sent);
        let known =
            delivery.taken.iter().any(|taken| (earlier.at..earlier.at + SECOND).contains(&moment(*taken)));
        let between = &self.system.journal[first + 1..second];
        let put_back =
            between.iter().any(|other| other.delivery != entry.delivery && other.after == entry.before);
        match traits.kind {
            // What has no key of ours cannot be looked for, and is not made again.
            Kind::Create => late,
            _ => (late && traits.condition != Condition::Version) || (put_back && !known),
        }
    }

    /// Not done is an end too, but only where something came in between.
    fn not_done(&mut self, delivery: &Delivery, own: &[(usize, &Entry)]) {
        let Some((at, end)) = delivery.ends.last() else { return };
        if *end != "overtaken" || delivery.called_off.is_some() {
            return;
        }
        let traits = &self.system.traits;
        let others =
            self.system.journal.iter().any(|entry| entry.delivery.is_some_and(|id| id != delivery.id));
        let touched = self.system.touched.iter().any(|touched| touched <= at);
        if !touched && !others && !traits.rewrites {
            self.broken("I1", format!("delivery {} is overtaken, and nobody touched the row", delivery.id));
        }
        // What arrives after it was given up says nothing of what was known then.
        if let Some((place, entry)) = own.iter().rfind(|(_, entry)| entry.at <= *at && !entry.late) {
            let after = self.system.touched.iter().any(|touched| *touched >= entry.at - traits.lag);
            let later = self.system.journal[place + 1..].iter().any(|other| other.delivery.is_some());
            if !after && !later && !traits.rewrites {
                self.broken("I6", format!("delivery {} is overtaken, and stands in the system", delivery.id));
            }
        }
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
