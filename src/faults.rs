//! Where the program can be ended from within, and its protections taken away: for the driver in
//! `tests/faults`, which looks from outside what became of decisions.
//!
//! Only a build with the cargo feature `faults` hears of any of this, and only by its environment.
//! Without the feature every function here is empty. What the points and protections stand for is
//! told in docs/developers/faults.md.

#[cfg(feature = "faults")]
mod armed;
#[cfg(feature = "faults")]
pub use armed::{body, checkpoint_pages, hurry, linger, pass, soon, without};

#[cfg(all(feature = "faults", not(debug_assertions)))]
compile_error!("the feature `faults` takes protections away: it is for tests, never for a release build");

/// A step after which the process may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Before the transaction of a decision.
    K1,
    /// The decision's row is there, nothing else.
    K2,
    /// Its entry is in the log, and nothing is committed.
    K3,
    /// Committed, and not answered.
    K4,
    /// A delivery is leased, and that is not committed.
    K5,
    /// The lease is committed.
    K6,
    /// Read before writing.
    K7,
    /// Half of the write was sent: of a request its head and half of its body, of a transaction the
    /// statement without its commit.
    K8,
    /// Sent, and no answer yet.
    K9,
    /// The answer came, and nothing was read back.
    K10,
    /// The delivery's end is in its row, and nothing is committed.
    K11,
    /// Read back, and nothing of it recorded.
    K12,
    /// Everything is recorded and judged, and not committed.
    K13,
    /// Committed.
    K14,
    /// A page of a system is stored with the position after it, or the reading's end.
    K17,
    /// A decision is taken back, and that is not committed.
    K18,
    /// One of many differences that are decided at once is decided, or left out.
    K23,
}

/// Pages of SQLite's log after which it is moved into the database.
const PAGES: &str = "8000";

/// What keeps write-back honest, by the name it is taken away by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    PreRead,
    Condition,
    Fencing,
    ReadBack,
    KeyBeforeTry,
    HoldLease,
    Order,
    Echo,
    UnknownByReading,
    CommitBeforeAnswer,
}

#[cfg(not(feature = "faults"))]
mod off {
    use super::{Point, Protection};
    use chrono::TimeDelta;

    #[inline]
    pub fn pass(_: Point) {}
    #[inline]
    pub fn soon(_: Point) {}
    #[inline]
    pub async fn linger(_: Point) {}
    #[inline]
    #[must_use]
    pub fn checkpoint_pages() -> &'static str {
        super::PAGES
    }
    #[inline]
    #[must_use]
    pub fn body(text: String) -> reqwest::Body {
        text.into()
    }
    #[inline]
    #[must_use]
    pub fn without(_: Protection) -> bool {
        false
    }
    #[inline]
    #[must_use]
    pub fn hurry(wait: TimeDelta) -> TimeDelta {
        wait
    }
}
#[cfg(not(feature = "faults"))]
pub use off::{body, checkpoint_pages, hurry, linger, pass, soon, without};
