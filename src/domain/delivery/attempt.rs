//! One try of a delivery, as a machine without input or output: it is told what was read and
//! answered, and says what to do next. The engine carries it out against systems, the simulator
//! (`tests/simulator`) against worlds that break.

use super::sent::{Sent, Settled, Stamp};
use super::{DeliveryState, TRIES, Why};
use crate::domain::time::Time;
use chrono::TimeDelta;

/// A condition that fails over unchanged fields is tried again at once, so often.
const CONDITION_TRIES: u32 = 3;

/// What a try writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Change,
    /// The form of values alone.
    Form,
    Create,
    Remove,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Read the row of [`Attempt::key`], and tell [`Attempt::looked`].
    Read,
    /// Ask [`Attempt::may_send`], send, and tell [`Attempt::answered`].
    Write,
    /// That is what the try found out.
    End(End),
}

/// How the fields to be written read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// As the steward saw them.
    Was,
    /// As they shall be.
    Becomes,
    Other,
}

/// What a read showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub found: Found,
    /// The slot's other fields are as they were when the decision was made: one choice takes a whole
    /// group, so that no mixture of two choices is ever written.
    pub beside: bool,
    pub stamp: Stamp,
}

/// How a system answered a write, as far as the answer tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It says it did it. `shown`: the answer shows the values as they shall be.
    Yes { shown: bool },
    /// It made a row under that key.
    Made(String),
    /// The row was no longer as expected: nothing was written.
    ConditionFailed,
    /// The row is gone: nothing was written.
    Gone,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Not reached, or not now; `after` as many seconds, if it said so.
    Unavailable {
        message: String,
        after: Option<u64>,
        fault: Fault,
    },
    Credentials(String),
    /// It understood and said no.
    Refused(String),
    /// It went out, and no answer came.
    Unknown(String),
}

/// Whose fault it is that a try has to be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The row's: it changes too fast, or does not show what was written.
    Row,
    /// The system's, and perhaps with this row alone.
    System,
    /// The system's, whatever it is asked.
    Whole,
}

/// What a try found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Read back and equal.
    Confirmed,
    /// The system took it and made something else of it.
    Accepted,
    /// It holds something else, or the decision does not stand any longer: it is left as it is.
    Overtaken,
    /// The system is watched only by now, and nothing of it was sent: a person enters it there.
    ByHand,
    Refused {
        message: String,
        why: Why,
    },
    /// Not done: try again later, or give up after ten; not before `after` seconds.
    Later {
        message: String,
        after: Option<u64>,
        fault: Fault,
    },
    /// It was sent, and no answer came.
    Lost(String),
    /// It said yes, and what is read does not show it yet.
    Unseen(String),
    /// The work on it broke off, before or after it was sent.
    Broken(String),
    /// A row was made and cannot be read yet.
    Made(String),
    /// Not accepted credentials burn no try: the system is at fault, not the delivery.
    Credentials(String),
}

/// What is taken away of the protections, by a build that looks whether anybody notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Without {
    pub pre_read: bool,
    pub read_back: bool,
    pub unknown_by_reading: bool,
    pub fencing: bool,
}

/// What a try begins with.
#[derive(Clone, Debug)]
pub struct Begin {
    pub kind: Kind,
    /// As it was leased: being sent.
    pub state: DeliveryState,
    pub lease_until: Time,
    /// Leases before this one.
    pub earlier: bool,
    /// An earlier try may have been carried out.
    pub maybe_sent: bool,
    /// The system takes such writes from us. Where it does not any longer, what may have been sent is
    /// settled by reading and nothing is sent.
    pub writable: bool,
    /// A write is conditional on what was read: on a copy that lags behind it fails.
    pub conditional: bool,
    /// The row's key: of a row to be made None, until it is made.
    pub key: Option<String>,
    /// The key that a row to be made gets from us, where the mapping says how.
    pub own_key: Option<String>,
    pub now: Time,
    /// How much later a system may show what it did.
    pub lag: TimeDelta,
    pub without: Without,
}

/// A try under way.
#[derive(Clone, Debug)]
pub struct Attempt {
    begin: Begin,
    stage: Stage,
    sent: Sent,
    /// Under which the row is looked for.
    key: Option<String>,
    /// Conditions that failed.
    failed: u32,
    /// As the last read before writing showed the row.
    seen: Stamp,
}

/// What a read is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Before,
    Back,
}

impl Attempt {
    /// A try, and what it does first.
    #[must_use]
    pub fn begin(begin: Begin) -> (Self, Ask) {
        let mut sent = begin.state.sent().cloned().unwrap_or_default();
        if begin.maybe_sent && sent.at().is_none() {
            // Its worker went away, nobody knows when.
            sent.lost = Some(begin.now);
        }
        let key = begin.key.clone();
        let mut own = Self { begin, stage: Stage::Before, sent, key, failed: 0, seen: Stamp::default() };
        let first = if own.begin.kind == Kind::Create { own.before_making() } else { Ask::Read };
        (own, first)
    }

    /// The key under which the row is to be read.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    /// Of a row that was made.
    #[must_use]
    pub fn made(&self) -> Option<&str> {
        self.key.as_deref().filter(|_| self.stage == Stage::Back)
    }

    /// What is known by now of what was sent.
    #[must_use]
    pub fn sent(&self) -> &Sent {
        &self.sent
    }

    /// What a read showed; None: there is no such row.
    pub fn looked(&mut self, look: Option<&Look>, now: Time) -> Ask {
        match (self.begin.kind, self.stage) {
            (Kind::Create, stage) => self.looked_for_made(look, stage),
            (Kind::Remove, Stage::Before) => self.before_removing(look, now),
            (Kind::Remove, Stage::Back) => self.removed(look, now),
            (_, Stage::Before) => self.before_changing(look, now),
            (_, Stage::Back) => self.changed(look, now),
        }
    }

    /// Whether it may still be sent, asked right before: another worker may have written when the
    /// lease has ended, and the value may stand as it did again. What was read then says nothing of
    /// whether this was sent.
    ///
    /// # Errors
    /// It may not: the try ends so.
    pub fn may_send(&self, now: Time) -> Result<(), End> {
        match self.begin.lease_until <= now && !self.begin.without.fencing {
            true => Err(later("its worker was too slow")),
            false => Ok(()),
        }
    }

    /// What a write was answered.
    pub fn answered(&mut self, answer: Answer, now: Time) -> Ask {
        match answer {
            Answer::Yes { .. } if self.begin.without.read_back => end(End::Confirmed),
            Answer::Yes { shown } => {
                self.stage = Stage::Back;
                self.sent = Sent { taken: Some(now), shown, stamp: self.seen.clone(), ..Sent::default() };
                Ask::Read
            }
            Answer::Made(key) => {
                (self.stage, self.key) = (Stage::Back, Some(key));
                self.sent.taken = Some(now);
                Ask::Read
            }
            Answer::Gone if self.begin.kind == Kind::Remove => end(End::Confirmed),
            Answer::Gone => end(End::Overtaken),
            // Another field of the row moved, or this one in between: read again.
            Answer::ConditionFailed => {
                self.failed += 1;
                match self.failed < CONDITION_TRIES {
                    true => Ask::Read,
                    false => end(later("the row changes faster than it can be written")),
                }
            }
        }
    }

    /// That a call failed which was asked for.
    pub fn failed(&mut self, failure: Failure, asked: &Ask, now: Time) -> Ask {
        let (made, back) = (self.begin.kind == Kind::Create, self.stage == Stage::Back);
        end(match (asked, failure) {
            // It was taken: whatever reading says, it must not look as if nothing was sent.
            (Ask::Read, failure) if back => match made {
                true => End::Made(format!(
                    "“{}” was made, but not read back yet: {}",
                    self.key(),
                    failure.words()
                )),
                false => End::Unseen(format!("done, but not read back yet: {}", failure.words())),
            },
            (_, Failure::Unknown(message)) if made => {
                let message = format!("no answer came; look there whether the record was made: {message}");
                End::Refused { message, why: Why::Look }
            }
            (Ask::Write, Failure::Unknown(message)) => {
                self.sent = Sent { lost: Some(now), ..Sent::default() };
                End::Lost(message)
            }
            (Ask::Read, Failure::Refused(message)) if self.begin.maybe_sent => {
                let message = format!("it may have been done, and cannot be read: {message}");
                End::Refused { message, why: Why::Look }
            }
            (_, failure) => failure.end(),
        })
    }

    // --- a row that is changed --------------------------------------------------------------

    fn before_changing(&mut self, look: Option<&Look>, now: Time) -> Ask {
        let Some(look) = look else { return end(End::Overtaken) };
        let Without { pre_read, unknown_by_reading, .. } = self.begin.without;
        if pre_read || (unknown_by_reading && self.begin.maybe_sent) {
            return self.write(look);
        }
        match look.found {
            // Ours has arrived: what moved beside it since then is judged like any change.
            Found::Becomes if self.begin.maybe_sent || look.beside => end(End::Confirmed),
            Found::Was if self.sent.taken.is_some() => self.changed(Some(look), now),
            Found::Was if look.beside => self.unless_sent(look, now),
            // A copy that lags behind may show what was there before, and later what the system made of it.
            Found::Other if self.waits(now) => end(End::Unseen(NOT_SEEN.to_owned())),
            Found::Other if self.sent.taken.is_some() => end(End::Accepted),
            _ => end(End::Overtaken),
        }
    }

    /// The system said yes so lately that it may not show yet what it did.
    fn waits(&self, now: Time) -> bool {
        self.sent.taken.is_some_and(|taken| now - taken < self.begin.lag)
    }

    fn changed(&mut self, look: Option<&Look>, now: Time) -> Ask {
        let Some(look) = look else { return end(End::Overtaken) };
        end(match look.found {
            Found::Becomes => End::Confirmed,
            // It keeps its own way of writing: that is no value, and nothing to fight over.
            Found::Was if self.begin.kind == Kind::Form => End::Accepted,
            Found::Was => return self.unless_sent(look, now),
            Found::Other => End::Accepted,
        })
    }

    /// The row stands as it did: writes it, unless that was done before and put back, or cannot be
    /// told yet.
    fn unless_sent(&mut self, look: &Look, now: Time) -> Ask {
        let removes = self.begin.kind == Kind::Remove;
        let Begin { maybe_sent, conditional, lag, .. } = self.begin;
        let settled = match maybe_sent || self.stage == Stage::Back {
            true => self.sent.settle(&look.stamp, conditional, now, lag),
            false => Settled::Free,
        };
        end(match settled {
            Settled::Wait => End::Unseen(match self.sent.taken {
                None => "it is not known yet whether it was done".to_owned(),
                Some(_) if removes => "it said yes, and the record is still to be seen".to_owned(),
                Some(_) => NOT_SEEN.to_owned(),
            }),
            Settled::Look => End::Refused { message: PUT_BACK.to_owned(), why: Why::Look },
            Settled::Free if self.sent.called_off => End::Overtaken,
            Settled::Free if self.sent.taken.is_some() => {
                self.sent.taken = None;
                later(if removes { STILL_THERE } else { NOT_APPLIED })
            }
            Settled::Free if self.is_tried() => {
                End::Refused { message: BROKE_OFF.to_owned(), why: Why::Tried }
            }
            Settled::Free if self.begin.writable => return self.write(look),
            Settled::Free => End::ByHand,
        })
    }

    /// Its workers went away with all the tries it has: it may be what ends them.
    fn is_tried(&self) -> bool {
        self.begin.state.attempt().is_some_and(|attempt| attempt > TRIES)
    }

    fn write(&mut self, look: &Look) -> Ask {
        self.seen = look.stamp.clone();
        Ask::Write
    }

    // --- a row that is removed --------------------------------------------------------------

    /// Only as the steward saw it. One that is gone already is as it was to be, whoever removed it.
    fn before_removing(&mut self, look: Option<&Look>, now: Time) -> Ask {
        match look {
            Some(look) if look.found == Found::Was => self.unless_sent(look, now),
            Some(_) if self.waits(now) => end(End::Unseen(NOT_SEEN.to_owned())),
            Some(_) => end(End::Overtaken),
            // One such answer may be a fault of the way: it is looked for once more before it counts.
            None if !self.begin.maybe_sent && self.begin.state.attempt() == Some(1) => {
                end(later("the record is not there: it is looked for once more"))
            }
            None => end(End::Confirmed),
        }
    }

    fn removed(&mut self, look: Option<&Look>, now: Time) -> Ask {
        match look {
            None => end(End::Confirmed),
            Some(look) => self.unless_sent(look, now),
        }
    }

    // --- a row that is made -----------------------------------------------------------------

    /// At most once: where an earlier try may have made it, it is looked for, and made only where
    /// looking proves that it is not there.
    fn before_making(&mut self) -> Ask {
        if self.key.is_some() {
            self.stage = Stage::Back;
            return Ask::Read;
        }
        if self.begin.earlier && !self.begin.without.unknown_by_reading {
            match &self.begin.own_key {
                Some(key) => {
                    self.key = Some(key.clone());
                    return Ask::Read;
                }
                // Without a key it cannot be looked for: a person has to look whether it was made.
                None if self.begin.maybe_sent => {
                    let message =
                        "the work on it broke off while the record was made: look there whether it was";
                    return end(End::Refused { message: message.to_owned(), why: Why::Look });
                }
                None => {}
            }
        }
        self.make()
    }

    fn make(&mut self) -> Ask {
        match self.begin.writable {
            _ if self.sent.called_off => end(End::Overtaken),
            _ if self.is_tried() => end(End::Refused { message: BROKE_OFF.to_owned(), why: Why::Tried }),
            true => Ask::Write,
            false => end(End::ByHand),
        }
    }

    fn looked_for_made(&mut self, look: Option<&Look>, stage: Stage) -> Ask {
        match (stage, look) {
            (Stage::Back, Some(_)) => end(End::Confirmed),
            // Whatever reading says, it is not made again.
            (Stage::Back, None) => end(End::Made(format!("“{}” was made and cannot be read", self.key()))),
            (Stage::Before, Some(look)) if look.found == Found::Becomes => end(End::Confirmed),
            (Stage::Before, Some(_)) => {
                let message = format!("there is another record under the key “{}”", self.key());
                end(End::Refused { message, why: Why::Said })
            }
            (Stage::Before, None) => self.make(),
        }
    }
}

/// A yes that was none.
const NOT_APPLIED: &str = "it said yes, and the value is unchanged";
/// A yes that is not to be seen.
const NOT_SEEN: &str = "it said yes, and what is read does not show it yet";
/// A yes of which nothing is left.
const PUT_BACK: &str =
    "it said yes and reads as before: somebody put it back, or the system does not keep it. Look there";
const BROKE_OFF: &str = "Referee was stopped at each of its tries";
const STILL_THERE: &str = "it said yes, and the record is still there";

impl End {
    /// The row as last read is how the system has it now, and nothing of ours is under way to it.
    #[must_use]
    pub fn tells_of_the_row(&self) -> bool {
        matches!(self, Self::Confirmed | Self::Accepted | Self::Overtaken | Self::ByHand)
    }
}

impl Failure {
    /// What a try found out that met it before anything was sent.
    #[must_use]
    pub fn end(self) -> End {
        match self {
            Self::Unavailable { message, after, fault } => End::Later { message, after, fault },
            Self::Credentials(message) => End::Credentials(message),
            Self::Refused(message) => End::Refused { message, why: Why::Said },
            Self::Unknown(message) => End::Lost(message),
        }
    }

    fn words(&self) -> &str {
        match self {
            Self::Unavailable { message, .. }
            | Self::Credentials(message)
            | Self::Refused(message)
            | Self::Unknown(message) => message,
        }
    }
}

fn end(end: End) -> Ask {
    Ask::End(end)
}

/// Not done, and not for a fault of the whole system.
fn later(message: &str) -> End {
    End::Later { message: message.to_owned(), after: None, fault: Fault::Row }
}
