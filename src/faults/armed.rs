//! What a build for the fault driver does. Its environment:
//!
//! - `REFEREE_FAULT=K7:3` ends the process at the third pass of K7;
//! - `REFEREE_PAUSE=K7:400` rests there for 400 ms each time; `K7:400:2` only the first two times;
//! - `REFEREE_WITHOUT=pre_read,order` takes protections away;
//! - `REFEREE_CHECKPOINT=40` moves SQLite's log into the database after so many pages;
//! - `REFEREE_HASTE=50` makes leases and waits for the next try so many times shorter.

use super::{Point, Protection};
use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt as _};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// From the sending of a request to the end of the process, at K9.
const SOON: Duration = Duration::from_millis(40);
/// An answer that is given before its commit gets so long to leave.
const TOO_EARLY: Duration = Duration::from_millis(150);

struct Plan {
    /// The point, and the passes left until it ends the process.
    end: Option<(String, AtomicU32)>,
    /// The point, how long, and how often still.
    pause: Option<(String, Duration, AtomicU32)>,
    without: Vec<String>,
    haste: i32,
}

static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    let said = |name: &str| std::env::var(name).unwrap_or_default();
    let words = |name: &str| said(name).split(':').map(str::to_owned).collect::<Vec<_>>();
    let number = |words: &[String], at: usize| words.get(at).and_then(|word| word.parse::<u32>().ok());
    let (end, pause) = (words("REFEREE_FAULT"), words("REFEREE_PAUSE"));
    Plan {
        end: number(&end, 1).map(|count| (end[0].clone(), AtomicU32::new(count))),
        pause: number(&pause, 1).map(|time| {
            let often = AtomicU32::new(number(&pause, 2).unwrap_or(u32::MAX));
            (pause[0].clone(), Duration::from_millis(time.into()), often)
        }),
        without: said("REFEREE_WITHOUT").split(',').map(str::to_owned).collect(),
        haste: said("REFEREE_HASTE").parse().unwrap_or(1).max(1),
    }
});

/// Counts down; true at the one call that reaches nought.
fn is_last(left: &AtomicU32) -> bool {
    let down = |left: u32| left.checked_sub(1);
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, down) == Ok(1)
}

fn is_its_turn(point: Point) -> bool {
    let armed = PLAN.end.as_ref().filter(|(name, _)| *name == format!("{point:?}"));
    armed.is_some_and(|(_, left)| is_last(left))
}

/// Ends the process here, if this is the pass it was asked for: at once, nothing is dropped and
/// nothing flushed.
pub fn pass(point: Point) {
    if is_its_turn(point) {
        if without(Protection::CommitBeforeAnswer) {
            std::thread::sleep(TOO_EARLY);
        }
        std::process::abort();
    }
}

/// As [`pass`], a moment later: while what follows is under way.
pub fn soon(point: Point) {
    if is_its_turn(point) {
        std::thread::spawn(|| {
            std::thread::sleep(SOON);
            std::process::abort();
        });
    }
}

/// The body of a write. At K8 only its first half is sent before the process ends.
#[must_use]
pub fn body(text: String) -> reqwest::Body {
    if !is_its_turn(Point::K8) {
        return text.into();
    }
    let half = text.as_bytes()[..text.len() / 2].to_vec();
    let end = async {
        tokio::time::sleep(SOON).await;
        std::process::abort()
    };
    let halves = stream::once(async { Ok::<_, std::io::Error>(half) }).chain(stream::once(end));
    reqwest::Body::wrap_stream(halves)
}

/// Rests here, if asked to.
pub async fn linger(point: Point) {
    let asked = PLAN.pause.as_ref().filter(|(name, ..)| *name == format!("{point:?}"));
    let Some((_, time, left)) = asked else { return };
    if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
        tokio::time::sleep(*time).await;
    }
}

/// Whether the program is to go without.
#[must_use]
pub fn without(protection: Protection) -> bool {
    let name = match protection {
        Protection::PreRead => "pre_read",
        Protection::Condition => "condition",
        Protection::Fencing => "fencing",
        Protection::ReadBack => "read_back",
        Protection::KeyBeforeTry => "key_before_try",
        Protection::HoldLease => "hold_lease",
        Protection::Order => "order",
        Protection::Echo => "echo",
        Protection::UnknownByReading => "unknown_by_reading",
        Protection::CommitBeforeAnswer => "commit_before_answer",
    };
    PLAN.without.iter().any(|said| said == name)
}

/// How far SQLite's log may grow: `REFEREE_CHECKPOINT=40` has it moved often.
#[must_use]
pub fn checkpoint_pages() -> &'static str {
    static PAGES: LazyLock<String> =
        LazyLock::new(|| std::env::var("REFEREE_CHECKPOINT").unwrap_or_else(|_| super::PAGES.to_owned()));
    &PAGES
}

/// A wait or a lease, shortened as asked.
#[must_use]
pub fn hurry(wait: TimeDelta) -> TimeDelta {
    wait / PLAN.haste
}
