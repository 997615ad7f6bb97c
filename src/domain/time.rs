//! Instants and the clock they come from.
//!
//! Inside Referee a time is a UTC instant with microseconds; its one text form has a fixed
//! width, so that byte order is time order in both databases.

use chrono::{DateTime, SubsecRound, Utc};

/// A UTC instant.
pub type Time = DateTime<Utc>;

/// Where the present time comes from. Nothing below the roof reads the wall clock itself.
pub trait Clock: Send + Sync {
    /// The present instant, cut to microseconds.
    fn now(&self) -> Time;
}

/// `2026-03-03T09:12:40.000000Z`: 27 bytes, always.
#[must_use]
pub fn stamp(time: Time) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Reads what [`stamp`] wrote, and any other RFC 3339 text with an offset.
///
/// # Errors
/// The text is not an RFC 3339 instant.
pub fn parse_stamp(text: &str) -> Result<Time, chrono::ParseError> {
    Ok(DateTime::parse_from_rfc3339(text)?.with_timezone(&Utc).trunc_subsecs(6))
}
