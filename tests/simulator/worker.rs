//! A worker: takes a delivery, does what the try asks for, records what it found out. It can die
//! between any two steps, and stand still in any.

use super::desk::Leased;
use super::network::{Request, Sees};
use super::system::{Condition, Row};
use super::{MINUTE, Off, SECOND, World};
use chrono::TimeDelta;
use referee::domain::delivery::attempt::{Ask, Attempt, Begin, End, Found, Kind, Look};
use referee::domain::target::Verdict;

#[derive(Default)]
pub struct Worker {
    /// Of what is meant for it only the last counts: a step, an answer, and neither once it has died.
    pub turn: u32,
    pub job: Option<Job>,
}

pub struct Job {
    leased: Leased,
    attempt: Attempt,
    ask: Ask,
    row: Option<Row>,
    looked: Found,
}

impl Worker {
    pub fn turn(&mut self) -> u32 {
        self.turn += 1;
        self.turn
    }

    pub fn die(&mut self) {
        self.turn();
        self.job = None;
    }
}

impl World {
    /// The next step of a worker that waits for nobody.
    pub fn step(&mut self, worker: usize) {
        let Some(job) = self.workers[worker].job.take() else { return self.takes(worker) };
        match &job.ask {
            Ask::Read => {
                self.workers[worker].job = Some(job);
                self.reads(worker);
            }
            Ask::Write => self.sends(worker, job),
            Ask::End(end) => {
                let end = end.clone();
                self.records(worker, &job, end);
                self.soon(worker);
            }
        }
    }

    fn takes(&mut self, worker: usize) {
        match self.desk.lease(self.now, self.off) {
            Ok(leased) => {
                let (attempt, ask) = Attempt::begin(begin(&leased, self));
                self.say(format!("worker {worker} takes {leased:?}"));
                self.workers[worker].job =
                    Some(Job { leased, attempt, ask, row: None, looked: Found::Other });
                self.soon(worker);
            }
            Err(Some(next)) => {
                self.steps(worker, next.max(self.now + SECOND));
            }
            Err(None) => {}
        }
    }

    fn sends(&mut self, worker: usize, mut job: Job) {
        if let Err(end) = job.attempt.may_send(super::desk::time(self.now)) {
            job.ask = Ask::End(end);
            self.workers[worker].job = Some(job);
            return self.soon(worker);
        }
        let delivery = &self.desk.deliveries[job.leased.id];
        let key = match self.off.key_before_try {
            true => format!("{}-{}", delivery.id, self.count),
            false => delivery.id.to_string(),
        };
        let request = Request {
            worker,
            turn: self.workers[worker].turn(),
            delivery: delivery.id,
            kind: delivery.kind,
            key,
            becomes: delivery.becomes,
            row: job.row.clone(),
            unconditional: self.off.condition,
            looked: job.looked,
            sent: self.now,
            late: false,
        };
        self.desk.deliveries[job.leased.id].tries.insert(job.leased.fence);
        self.workers[worker].job = Some(job);
        self.writes(request);
    }

    /// What was asked for is there, or will not come.
    pub fn hears(&mut self, worker: usize, sees: Sees) {
        let Some(mut job) = self.workers[worker].job.take() else { return };
        let now = super::desk::time(self.now);
        job.ask = match sees {
            Sees::Row(row) => {
                let delivery = &self.desk.deliveries[job.leased.id];
                let look = row.as_ref().map(|row| Look {
                    found: delivery.found(row.value),
                    beside: true,
                    stamp: self.system.stamp(row),
                });
                job.looked = look.as_ref().map_or(Found::Other, |look| look.found);
                job.row = row;
                job.attempt.looked(look.as_ref(), now)
            }
            Sees::Answer(answer) => job.attempt.answered(answer, now),
            Sees::Failure(failure) => {
                let ask = job.ask.clone();
                job.attempt.failed(failure, &ask, now)
            }
        };
        self.workers[worker].job = Some(job);
        self.soon(worker);
    }

    fn records(&mut self, worker: usize, job: &Job, end: End) {
        let stretch = f64::from(u8::try_from(self.dice.from(0, 255)).unwrap_or(0)) / 255.0;
        let verdict = Verdict::of(&format!("{:04}", job.leased.id).as_str().into(), &end);
        let row = job.row.clone().filter(|_| end.tells_of_the_row());
        let told = format!("worker {worker} records {}: {end:?}", job.leased.id);
        let sent = job.attempt.sent().clone();
        let made = job.attempt.made().is_some();
        let kept =
            self.desk.record(self.now, &job.leased, (end, sent, made, row), &verdict, stretch, self.off);
        self.say(format!("{told} {}", if kept { "" } else { "(too late)" }));
        self.wake();
    }

    /// Its next step, at once or after it stood still.
    fn soon(&mut self, worker: usize) {
        let still = if self.breaks(3) { self.dice.from(SECOND, 6 * MINUTE) } else { self.dice.from(0, 20) };
        self.steps(worker, self.now + still);
    }
}

fn begin(leased: &Leased, world: &World) -> Begin {
    let delivery = &world.desk.deliveries[leased.id];
    let Off { attempt: without, .. } = world.off;
    let key = "row".to_owned();
    let creates = delivery.kind == Kind::Create;
    Begin {
        kind: delivery.kind,
        state: leased.state.clone(),
        lease_until: leased.until,
        earlier: leased.fence > 1,
        maybe_sent: leased.before.is_maybe_sent(),
        writable: true,
        conditional: world.system.traits.condition != Condition::No,
        key: Some(key.clone()).filter(|_| !creates || delivery.made),
        own_key: Some(key).filter(|_| world.system.traits.own_key),
        now: super::desk::time(world.now),
        lag: if world.off.lag { TimeDelta::zero() } else { super::desk::LAG },
        without,
    }
}
