//! Deliveries in a world that breaks: a system, two workers, people and outsiders on one clock, all
//! drawn from one number. What decides is the program's own (`referee::domain::delivery` and
//! `target`); store, network and system are played here, and a journal of the system tells what was
//! really done. The same number plays the same story again.

mod check;
mod desk;
mod network;
mod system;
mod worker;

use super::dice::{self, Dice};
use desk::Desk;
use network::{Request, Sees};
use referee::domain::delivery::attempt::Without;
use std::collections::BinaryHeap;
use system::System;
use worker::Worker;

/// Milliseconds since the story began.
pub type Moment = i64;

pub const SECOND: Moment = 1000;
pub const MINUTE: Moment = 60 * SECOND;
pub const HOUR: Moment = 60 * MINUTE;
/// From then on nothing breaks any more.
const CALM: Moment = HOUR;
/// By then everything must have come to its end.
const LAST: Moment = 4 * 24 * HOUR;

/// What is taken away, to see that it is missed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Off {
    pub attempt: Without,
    pub condition: bool,
    pub key_before_try: bool,
    pub order: bool,
    /// What a lagging copy shows is believed.
    pub lag: bool,
}

/// What happens next, and to whom.
#[derive(Clone, Debug)]
enum Event {
    /// A worker does its next step, unless something else became of it since.
    Step {
        worker: usize,
        turn: u32,
    },
    /// A request is there.
    Arrives(Request),
    /// What a worker hears of what it asked.
    Hears {
        worker: usize,
        turn: u32,
        sees: Sees,
    },
    Dies(usize),
    Edited,
    Synced,
    Decided,
    Undone,
    /// The decision does not stand any longer: values moved elsewhere.
    CalledOff,
    /// An admin gives a new secret.
    Resumed,
}

struct Planned {
    at: Moment,
    order: u64,
    event: Event,
}

impl Ord for Planned {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}
impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Planned {}

/// A story that was played: what was violated, what happened, and how much of it.
pub struct Story {
    pub violations: Vec<String>,
    pub log: Vec<String>,
    pub deliveries: usize,
    pub deaths: usize,
    /// Second changes that nobody could have known of: see `check`.
    pub unknowable: usize,
    pub windows: usize,
}

struct World {
    now: Moment,
    dice: Dice,
    planned: BinaryHeap<Planned>,
    count: u64,
    off: Off,
    system: System,
    desk: Desk,
    workers: Vec<Worker>,
    deaths: usize,
    quiet: bool,
    log: Vec<String>,
}

/// Plays the story of that number.
pub fn play(seed: u64, off: Off) -> Story {
    let mut dice = Dice::new(seed);
    let system = System::new(&mut dice);
    let desk = Desk::new(&system);
    let mut world = World {
        now: 0,
        planned: BinaryHeap::new(),
        count: 0,
        off,
        system,
        desk,
        workers: vec![Worker::default(), Worker::default()],
        deaths: 0,
        quiet: seed.is_multiple_of(16),
        log: Vec::new(),
        dice,
    };
    world.say(format!("{:?}", world.system.traits));
    world.begin();
    while let Some(next) = world.planned.pop() {
        if next.at > LAST {
            break;
        }
        world.now = next.at;
        world.happens(next.event);
    }
    check::story(world)
}

impl World {
    fn begin(&mut self) {
        // In some stories nothing happens but one decision: it has to arrive.
        if self.quiet {
            return self.plan(0, Event::Decided);
        }
        let span = [MINUTE, 5 * MINUTE, CALM][self.dice.weighted(&[3, 3, 1])];
        self.plan(0, Event::Decided);
        for (event, most) in [
            (Event::Decided, 3),
            (Event::Edited, 6),
            (Event::Synced, 6),
            (Event::Undone, 1),
            (Event::CalledOff, 1),
            (Event::Dies(0), 9),
        ] {
            for _ in 0..self.dice.from(0, most) {
                let at = self.dice.from(0, span);
                let event = match event {
                    Event::Dies(_) => Event::Dies(usize::from(self.dice.percent(50))),
                    ref other => other.clone(),
                };
                self.plan(at, event);
            }
        }
        // Whatever is open is seen and decided once more in the calm, and a lost sign-in renewed.
        for minutes in [10, 30, 61, 200, 3000] {
            self.plan(minutes * MINUTE, Event::Resumed);
        }
        self.plan(CALM + SECOND, Event::Synced);
    }

    fn plan(&mut self, at: Moment, event: Event) {
        self.count += 1;
        self.planned.push(Planned { at, order: self.count, event });
    }

    /// A worker's next step is then, whatever was meant to be.
    fn steps(&mut self, worker: usize, at: Moment) {
        let turn = self.workers[worker].turn();
        self.plan(at, Event::Step { worker, turn });
    }

    fn say(&mut self, what: String) {
        self.log.push(format!("{:>9} {what}", self.now));
    }

    fn breaks(&mut self, percent: i64) -> bool {
        self.now < CALM && !self.quiet && self.dice.percent(percent)
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Step { worker, turn } if self.workers[worker].turn == turn => self.step(worker),
            Event::Hears { worker, turn, sees } if self.workers[worker].turn == turn => {
                self.hears(worker, sees);
            }
            Event::Step { .. } | Event::Hears { .. } => {}
            Event::Arrives(request) => self.arrives(request),
            Event::Dies(worker) => self.dies(worker),
            Event::Edited => self.edited(),
            Event::Synced => {
                let row = self.system.shows(self.now);
                self.desk.holding = row;
            }
            Event::Decided => self.decided(),
            Event::Undone => {
                if let Some(id) = self.desk.undo(self.now) {
                    self.say(format!("delivery {id} is undone"));
                }
            }
            Event::CalledOff => {
                if let Some(id) = self.desk.call_off(self.now) {
                    self.say(format!("delivery {id} is called off"));
                }
            }
            Event::Resumed => {
                self.desk.resume(self.now);
                self.wake();
            }
        }
    }

    fn decided(&mut self) {
        let again = self.dice.percent(10);
        if let Some(told) = self.desk.decide(self.now, &self.system, &mut self.dice, again) {
            self.say(told);
            self.wake();
        }
    }

    fn edited(&mut self) {
        let told = self.system.edit(self.now, &mut self.dice);
        self.say(format!("outside: {told}"));
    }

    fn dies(&mut self, worker: usize) {
        self.deaths += usize::from(self.workers[worker].job.is_some());
        self.workers[worker].die();
        self.say(format!("worker {worker} dies"));
        let back = self.now + self.dice.from(SECOND, 5 * MINUTE);
        self.steps(worker, back);
    }

    /// Every worker that has nothing in hand looks what there is.
    fn wake(&mut self) {
        for worker in 0..self.workers.len() {
            if self.workers[worker].job.is_none() {
                self.steps(worker, self.now);
            }
        }
    }
}
