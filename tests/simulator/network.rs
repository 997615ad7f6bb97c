//! What is on the way between a worker and the system, and what becomes of it.

use super::system::{Reply, Row};
use super::{Event, MINUTE, Moment, SECOND, World};
use referee::domain::delivery::attempt::{Answer, Failure, Fault, Found, Kind};

/// A worker hears nothing for so long and gives up.
const PATIENCE: Moment = 30 * SECOND;

/// A write on its way.
#[derive(Clone, Debug)]
pub struct Request {
    pub worker: usize,
    /// Whose turn it is to hear of it; 0: nobody's.
    pub turn: u32,
    pub delivery: usize,
    pub kind: Kind,
    pub key: String,
    pub becomes: i64,
    /// As it was read, for the condition.
    pub row: Option<Row>,
    pub unconditional: bool,
    pub looked: Found,
    pub sent: Moment,
    /// Nobody waits for the answer any more.
    pub late: bool,
}

/// What a worker sees of what it asked for.
#[derive(Clone, Debug)]
pub enum Sees {
    Row(Option<Row>),
    Answer(Answer),
    Failure(Failure),
}

impl World {
    /// A read goes out and comes back, if it does.
    pub fn reads(&mut self, worker: usize) {
        let (turn, back) = (self.workers[worker].turn(), self.now + self.dice.from(1, 400));
        let sees = match self.breaks(8) {
            true => Sees::Failure(self.unavailable()),
            false => Sees::Row(self.system.shows(self.now)),
        };
        self.plan(back, Event::Hears { worker, turn, sees });
    }

    /// A write goes out; what happens to it on the way is drawn here.
    pub fn writes(&mut self, request: Request) {
        let there = self.now + self.dice.from(1, 300);
        let (worker, turn) = (request.worker, request.turn);
        let hears = |sees| Event::Hears { worker, turn, sees };
        let lost = || Sees::Failure(Failure::Unknown("no answer came".to_owned()));
        // A yes without a key is no answer to a row that is made.
        let lies = request.kind != Kind::Create;
        let may_be_late = self.system.traits.condition != super::system::Condition::Value;
        let way = if self.now < super::CALM && !self.quiet { self.dice.from(0, 99) } else { 99 };
        match way {
            // Nothing of it arrives, and that is known; or is not.
            0..=3 => {
                let failure = self.unavailable();
                self.plan(there, hears(Sees::Failure(failure)));
            }
            4..=6 => self.plan(self.now + PATIENCE, hears(lost())),
            // It arrives long after it was given up.
            7..=9 if may_be_late => {
                let at = self.now + PATIENCE + self.dice.from(1, 4 * MINUTE);
                self.plan(at, Event::Arrives(Request { late: true, ..request }));
                self.plan(self.now + PATIENCE, hears(lost()));
            }
            // Done, and the answer is lost.
            10..=15 => {
                self.plan(there, Event::Arrives(Request { turn: 0, ..request }));
                self.plan(self.now + PATIENCE, hears(lost()));
            }
            // Yes, and nothing is done; or later.
            16..=18 if may_be_late && lies => {
                self.plan(there, hears(Sees::Answer(Answer::Yes { shown: false })))
            }
            19..=20 if may_be_late && lies => {
                let at = self.now + self.dice.from(1, 2 * MINUTE);
                self.plan(at, Event::Arrives(Request { late: true, ..request }));
                self.plan(there, hears(Sees::Answer(Answer::Yes { shown: false })));
            }
            21..=22 => {
                self.plan(there, hears(Sees::Failure(Failure::Credentials("who are you".to_owned()))));
            }
            23 => self.plan(there, hears(Sees::Failure(Failure::Refused("no".to_owned())))),
            _ => self.plan(there, Event::Arrives(request)),
        }
    }

    pub fn arrives(&mut self, request: Request) {
        let reply = self.system.does(self.now, &request);
        self.say(format!("system: {request:?} -> {reply:?}"));
        if request.late || request.turn == 0 {
            return;
        }
        let sees = match reply {
            Reply::Yes { shown } => Sees::Answer(Answer::Yes { shown }),
            Reply::Made => Sees::Answer(Answer::Made("made".to_owned())),
            Reply::ConditionFailed => Sees::Answer(Answer::ConditionFailed),
            Reply::Gone => Sees::Answer(Answer::Gone),
            Reply::Exists => Sees::Failure(Failure::Refused("there is one".to_owned())),
        };
        let back = self.now + self.dice.from(1, 300);
        self.plan(back, Event::Hears { worker: request.worker, turn: request.turn, sees });
    }

    fn unavailable(&mut self) -> Failure {
        let after = [None, Some(7), Some(7200)][self.dice.weighted(&[6, 2, 1])];
        let fault = [Fault::System, Fault::Whole][self.dice.weighted(&[1, 1])];
        Failure::Unavailable { message: "not now".to_owned(), after, fault }
    }
}
