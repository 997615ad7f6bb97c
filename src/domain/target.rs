//! Targets: how writing to a system goes, and whether it is left alone for a while.
//!
//! ```text
//!   Open --five failures of the system in a row--> Paused --one write is let through--+
//!    ^                                               ^  |                             |
//!    |<------------ the system answers --------------+--+<------ it fails again ------+
//!    |
//!    +-- sign-in not accepted --> NoSignIn --another secret, or an admin says so--> Open
//! ```
//!
//! What a system answers to one record, also a refusal, shows that it works. What keeps every record
//! from being written counts as often as it happens: no connection, "not now". Another failure may be
//! the record's own, and counts once for each delivery that meets it.

use super::delivery::attempt::{End, Fault};
use super::ids::DeliveryId;
use super::time::Time;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Failures in a row after which a system is left alone.
pub const FAILURES: u32 = 5;
/// Seconds before the first, second, ... write that looks whether it is back.
const PROBES: [i64; 4] = [30, 60, 120, 300];
/// The longest that a system can ask to be left alone, in seconds.
const LONGEST_QUIET: i64 = 3600;

/// What is remembered of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// When the next write would go, were all sent evenly.
    pub paced_at: Option<Time>,
    /// It asked to be left alone until then.
    pub quiet_until: Option<Time>,
    pub standing: Standing,
}

/// How a target stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// It is written to. `failures`: in a row, up to now; `met`: whose own they may be.
    Open { failures: u32, met: Vec<DeliveryId> },
    /// It fails whatever it is sent. One write is let through at `probe_at`; `step` counts those
    /// that failed too.
    Paused { since: Time, probe_at: Time, step: u32, message: String },
    /// It does not accept our sign-in.
    NoSignIn { since: Time, message: String },
}

impl Default for Standing {
    fn default() -> Self {
        Self::Open { failures: 0, met: Vec::new() }
    }
}

impl Standing {
    /// The text form, as stored.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Paused { .. } => "paused",
            Self::NoSignIn { .. } => "no_sign_in",
        }
    }
}

/// That a write may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    /// The target, once it has gone.
    pub after: Target,
    /// It goes to see whether the system is back: also one that is not due yet.
    pub probe: bool,
}

/// Why none may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Not before then.
    Until(Time),
    /// Not before a person says so.
    Person,
}

/// Whether a write is sent to see if the system is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    No,
    /// It was due.
    Due,
    /// Its own next try is later, and is not taken from it.
    Early,
}

/// What a try tells of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It works, whatever it said to this one.
    Answered,
    Failed(Failure),
    NoSignIn(String),
}

impl Verdict {
    /// What the end of a delivery's try tells.
    #[must_use]
    pub fn of(delivery: &DeliveryId, end: &End) -> Self {
        let failed = |message: &String, asked, whole| {
            Self::Failed(Failure { delivery: delivery.clone(), whole, asked, message: message.clone() })
        };
        match end {
            End::Later { fault: Fault::Row, .. } => Self::Answered,
            End::Later { message, after, fault } => failed(message, *after, *fault == Fault::Whole),
            End::Lost(message) => failed(message, None, false),
            End::Credentials(message) => Self::NoSignIn(message.clone()),
            _ => Self::Answered,
        }
    }
}

/// A try that failed, and not by what it was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub delivery: DeliveryId,
    /// Whatever the system is asked.
    pub whole: bool,
    /// Seconds that the system wants to be left alone for.
    pub asked: Option<u64>,
    pub message: String,
}

/// How long, at a system that cannot write on a condition, values could change unseen: from the answer
/// to a read to the answer to the write over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// Writes that were measured.
    pub count: i64,
    /// In milliseconds, all of them together and the longest.
    pub total_ms: i64,
    pub longest_ms: i64,
}

impl Windows {
    /// The mean in milliseconds, at least 1; None where nothing was written yet.
    #[must_use]
    pub fn mean_ms(&self) -> Option<i64> {
        (self.count > 0).then(|| (self.total_ms / self.count).max(1))
    }
}

/// How often a system may be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Writes in any one second, at least 1.
    pub per_second: u32,
}

impl Rate {
    /// How many may go at once after a pause: a fifth of a second's.
    fn at_once(self) -> u32 {
        (self.per_second / 5).max(1)
    }

    /// The distance of the others, so that no second has more than allowed, the first ones included.
    fn distance(self) -> TimeDelta {
        let evenly = i64::from(self.per_second.max(1) - self.at_once() + 1);
        TimeDelta::microseconds((1_000_000 + evenly - 1) / evenly)
    }
}

impl Target {
    /// Whether a write may go now, and what is remembered of it. `lease`: how long the one that
    /// looks whether the system is back has for it.
    ///
    /// # Errors
    /// Until when none may.
    pub fn permit(&self, now: Time, rate: Rate, lease: TimeDelta) -> Result<Permit, Hold> {
        if let Standing::NoSignIn { .. } = self.standing {
            return Err(Hold::Person);
        }
        if let Some(until) = self.quiet_until.filter(|until| *until > now) {
            return Err(Hold::Until(until));
        }
        let mut after = Self { quiet_until: None, ..self.clone() };
        let mut probe = false;
        if let Standing::Paused { probe_at, .. } = &mut after.standing {
            if *probe_at > now {
                return Err(Hold::Until(*probe_at));
            }
            (*probe_at, probe) = (now + lease, true);
        }
        let own = self.paced_at.unwrap_or(now).max(now);
        let early = rate.distance() * i32::try_from(rate.at_once() - 1).unwrap_or(0);
        if own - early > now {
            return Err(Hold::Until(own - early));
        }
        after.paced_at = Some(own + rate.distance());
        Ok(Permit { after, probe })
    }

    /// Whether it is not known to refuse our sign-in: if it does, nothing is read or written there.
    #[must_use]
    pub fn signs_in(&self) -> bool {
        !matches!(self.standing, Standing::NoSignIn { .. })
    }

    /// Whether it is time to see if it is back.
    #[must_use]
    pub fn is_looked_for(&self, now: Time) -> bool {
        matches!(self.standing, Standing::Paused { probe_at, .. } if probe_at <= now)
    }

    /// The target after a try. `stretch` 0 to 1 lengthens a pause by up to a fifth, so that many do
    /// not end at once.
    #[must_use]
    pub fn heard(&self, now: Time, verdict: &Verdict, probe: Probe, stretch: f64) -> Self {
        match verdict {
            Verdict::Answered => self.answered(),
            Verdict::Failed(failure) => self.failed(now, probe != Probe::No, failure, stretch),
            Verdict::NoSignIn(message) => self.refused_sign_in(now, message),
        }
    }

    /// The system answered.
    #[must_use]
    pub fn answered(&self) -> Self {
        Self { standing: Standing::default(), ..self.clone() }
    }

    /// The system failed. `probe`: asked to see if it is back; `stretch` as of [`Target::heard`].
    #[must_use]
    pub fn failed(&self, now: Time, probe: bool, failure: &Failure, stretch: f64) -> Self {
        let message = failure.message.clone();
        let asked =
            failure.asked.map(|seconds| i64::try_from(seconds).unwrap_or(LONGEST_QUIET).min(LONGEST_QUIET));
        let quiet = asked.map(|seconds| now + TimeDelta::seconds(seconds));
        let standing = match &self.standing {
            Standing::Open { met, .. } if !failure.whole && met.contains(&failure.delivery) => {
                self.standing.clone()
            }
            Standing::Open { failures, met } if failures + 1 < FAILURES => {
                let met = met.iter().chain([&failure.delivery]).cloned().collect();
                Standing::Open { failures: failures + 1, met }
            }
            Standing::Open { .. } => {
                Standing::Paused { since: now, probe_at: now + pause(0, stretch), step: 0, message }
            }
            Standing::Paused { since, step, .. } if probe => {
                let step = step + 1;
                Standing::Paused { since: *since, probe_at: now + pause(step, stretch), step, message }
            }
            // It was sent before the pause: nothing new.
            other => other.clone(),
        };
        Self { quiet_until: quiet.max(self.quiet_until), standing, ..self.clone() }
    }

    /// The system did not accept the sign-in.
    #[must_use]
    pub fn refused_sign_in(&self, now: Time, message: &str) -> Self {
        let standing = match &self.standing {
            known @ Standing::NoSignIn { .. } => known.clone(),
            _ => Standing::NoSignIn { since: now, message: message.to_owned() },
        };
        Self { standing, ..self.clone() }
    }

    /// A person says that it can go on: one write goes at once, and the others if it is answered.
    #[must_use]
    pub fn resumed(&self, now: Time) -> Self {
        let standing = match &self.standing {
            Standing::Paused { since, step, message, .. } => {
                Standing::Paused { since: *since, probe_at: now, step: *step, message: message.clone() }
            }
            _ => Standing::default(),
        };
        Self { quiet_until: None, standing, ..self.clone() }
    }
}

fn pause(step: u32, stretch: f64) -> TimeDelta {
    let index = usize::try_from(step).unwrap_or(PROBES.len()).min(PROBES.len() - 1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a few minutes in ms")]
    let planned = (PROBES[index] as f64 * 1000.0 * (1.0 + stretch.clamp(0.0, 1.0) / 5.0)) as i64;
    TimeDelta::milliseconds(planned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: TimeDelta = TimeDelta::seconds(150);

    fn at(micros: i64) -> Time {
        chrono::DateTime::from_timestamp_micros(1_772_539_200_000_000 + micros).expect("time")
    }

    fn whole(message: &str, asked: Option<u64>) -> Failure {
        Failure { delivery: "one".into(), whole: true, asked, message: message.to_owned() }
    }

    fn second(seconds: i64) -> Time {
        at(seconds * 1_000_000)
    }

    #[test]
    fn in_no_second_go_more_than_allowed() {
        for per_second in [1, 2, 3, 4, 5, 7, 10, 20, 99, 200, 1000] {
            let rate = Rate { per_second };
            let (mut target, mut now, mut sent) = (Target::default(), 0, Vec::new());
            while now < 5_000_000 {
                match target.permit(at(now), rate, LEASE) {
                    Ok(permit) => {
                        target = permit.after;
                        sent.push(now);
                    }
                    Err(Hold::Until(until)) => {
                        assert!(until > at(now), "a hold ends later");
                        now = (until - at(0)).num_microseconds().expect("µs");
                    }
                    Err(Hold::Person) => panic!("it is open"),
                }
            }
            let most =
                sent.iter().map(|from| sent.iter().filter(move |t| **t >= *from && **t < from + 1_000_000));
            let most = most.map(Iterator::count).max().expect("sent");
            assert!(most <= per_second as usize, "{most} of {per_second}");
            assert!(sent.len() >= 4 * per_second as usize * 4 / 5, "{} of {per_second} in 5 s", sent.len());
        }
    }

    #[test]
    fn five_failures_in_a_row_pause_it_and_an_answer_opens_it() {
        let mut target = Target::default();
        for _ in 0..FAILURES - 1 {
            target = target.failed(second(0), false, &whole("no route", None), 0.0);
        }
        assert!(matches!(target.standing, Standing::Open { failures: 4, .. }));
        assert_eq!(target.answered().standing, Standing::default(), "in a row");
        target = target.failed(second(0), false, &whole("no route", None), 1.0);
        let paused = Standing::Paused {
            since: second(0),
            probe_at: second(36),
            step: 0,
            message: "no route".to_owned(),
        };
        assert_eq!(target.standing, paused, "30 s and a fifth");
        let rate = Rate { per_second: 10 };
        assert_eq!(target.permit(second(35), rate, LEASE), Err(Hold::Until(second(36))));
        let late = target.failed(second(35), false, &whole("late", None), 0.0);
        assert_eq!(late.standing, paused, "what was sent before says nothing new");
        let permit = target.permit(second(36), rate, LEASE).expect("one goes");
        assert!(permit.probe);
        assert_eq!(permit.after.permit(second(37), rate, LEASE), Err(Hold::Until(second(186))), "one alone");
        let mut again = permit.after;
        for (step, pause) in [(1, 60), (2, 120), (3, 300), (4, 300)] {
            again = again.failed(second(40), true, &whole("no route", None), 0.0);
            let Standing::Paused { step: known, probe_at, since, .. } = &again.standing else { panic!() };
            assert_eq!((*known, *probe_at, *since), (step, second(40 + pause), second(0)));
        }
        assert_eq!(again.answered().standing, Standing::default());
    }

    #[test]
    fn what_may_be_a_record_s_own_fault_counts_once_for_each() {
        let own = |id: &str| Failure { whole: false, delivery: id.into(), ..whole("500", None) };
        let mut target = Target::default();
        for _ in 0..100 {
            target = target.failed(second(0), false, &own("poison"), 0.0);
        }
        assert!(matches!(target.standing, Standing::Open { failures: 1, .. }), "{target:?}");
        for id in ["b", "c", "d", "e"] {
            target = target.failed(second(0), false, &own(id), 0.0);
        }
        assert_eq!(target.standing.name(), "paused", "five of them are no coincidence");
    }

    #[test]
    fn what_a_system_asks_for_is_kept_by_all_and_capped() {
        let rate = Rate { per_second: 10 };
        for (asked, until) in [(0, None), (17, Some(17)), (3600, Some(3600)), (u64::MAX, Some(3600))] {
            let target = Target::default().failed(second(0), false, &whole("slow", Some(asked)), 0.0);
            let held = target.permit(second(0), rate, LEASE).err();
            assert_eq!(held, until.map(|seconds| Hold::Until(second(seconds))));
        }
        let longer = Target::default().failed(second(0), false, &whole("", Some(60)), 0.0);
        let shorter = longer.failed(second(1), false, &whole("", Some(1)), 0.0);
        assert_eq!(shorter.quiet_until, Some(second(60)), "the longest of what was asked");
    }

    #[test]
    fn a_sign_in_that_is_refused_waits_for_a_person() {
        let refused = Target::default().refused_sign_in(second(0), "expired");
        let rate = Rate { per_second: 10 };
        assert_eq!(refused.permit(second(99_999), rate, LEASE), Err(Hold::Person));
        assert_eq!(refused.refused_sign_in(second(9), "again"), refused, "told once");
        assert!(!refused.resumed(second(9)).permit(second(9), rate, LEASE).expect("goes").probe);
    }
}
