//! Instants and the clock they come from.
//!
//! Inside Referee a time is a UTC instant with microseconds; its one text form has a fixed
//! width, so that byte order is time order in both databases.

use chrono::{DateTime, Datelike, SubsecRound, Timelike, Utc};

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
    let (date, own) = (time.date_naive(), time.time());
    let year = date.year();
    if !(0..=9999).contains(&year) {
        return time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    }
    // By hand, since every row has several of them. A leap second is told as chrono tells it.
    let nanos = own.nanosecond();
    let (seconds, micros) = (own.second() + nanos / 1_000_000_000, nanos % 1_000_000_000 / 1000);
    let mut text = String::with_capacity(27);
    let mut put = |number: u32, digits: u32, end: char| {
        for place in (0..digits).rev() {
            text.push(char::from(b'0' + u8::try_from(number / 10_u32.pow(place) % 10).unwrap_or(0)));
        }
        text.push(end);
    };
    put(year.unsigned_abs(), 4, '-');
    put(date.month(), 2, '-');
    put(date.day(), 2, 'T');
    put(own.hour(), 2, ':');
    put(own.minute(), 2, ':');
    put(seconds, 2, '.');
    put(micros, 6, 'Z');
    text
}

/// Reads what [`stamp`] wrote, and any other RFC 3339 text with an offset.
///
/// # Errors
/// The text is not an RFC 3339 instant.
pub fn parse_stamp(text: &str) -> Result<Time, chrono::ParseError> {
    Ok(DateTime::parse_from_rfc3339(text)?.with_timezone(&Utc).trunc_subsecs(6))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_stamp_is_what_the_format_says_and_is_read_back(micros in -62_167_219_200_000_000_i64..253_402_300_800_000_000) {
            let time = DateTime::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(stamp(time), time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
            prop_assert_eq!(parse_stamp(&stamp(time)), Ok(time));
        }

        #[test]
        fn a_leap_second_and_a_far_year_are_told_as_before(seconds in -99_999_999_999_i64..999_999_999_999, nanos in 0_u32..2_000_000_000) {
            if let Some(time) = DateTime::from_timestamp(seconds, nanos) {
                prop_assert_eq!(stamp(time), time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
            }
        }
    }
}
