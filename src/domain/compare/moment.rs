//! Days and instants in ISO 8601, read strictly: nothing is guessed and nothing overflows.

use super::Invalid;
use super::decimal::all_digits;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use std::cmp::Ordering;
use std::fmt;

/// What a date text says, in years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain) enum Moment {
    /// A calendar day, the same everywhere.
    Day(NaiveDate),
    /// A time of day on a day, in a zone that the text does not tell.
    Local(NaiveDateTime),
    /// An instant, in UTC.
    Instant(NaiveDateTime),
}

/// Longest text looked at: an instant with nanoseconds and a far offset has 35 bytes.
const LONGEST: usize = 48;

/// The normal text: `2026-03-03`, `2026-03-03T09:12:40` or `2026-03-03T09:12:40.5Z`.
pub(super) fn normal(text: &str) -> Result<String, Invalid> {
    let wrong = || Invalid::not(text, "a date (2026-03-03) or an instant (2026-03-03T09:12:40Z)");
    Moment::parse(text).map(|moment| moment.to_string()).ok_or_else(wrong)
}

impl Moment {
    /// A calendar date, with a time of day and an offset or without. Between them may stand a
    /// `T` or a space; PostgreSQL's short offset `+00` is taken. Anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST || !text.is_ascii() {
            return None;
        }
        let date = day(text.get(..10)?)?;
        let rest = &text[10..];
        if rest.is_empty() {
            return Some(Self::Day(date));
        }
        let clock = rest.strip_prefix(['T', 't', ' '])?;
        match clock.find(['Z', 'z', '+', '-']) {
            None => Some(Self::Local(date.and_time(time_of_day(clock)?))),
            Some(at) => {
                let local = date.and_time(time_of_day(&clock[..at])?);
                Self::instant(local.checked_sub_signed(offset(&clock[at..])?)?)
            }
        }
    }

    /// Earlier or later. Two moments of different kinds go by their calendar day alone, an
    /// instant's being that of UTC: no time of day and no zone is made up.
    pub fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Local(one), Self::Local(other)) | (Self::Instant(one), Self::Instant(other)) => {
                one.cmp(&other)
            }
            (one, other) => one.date().cmp(&other.date()),
        }
    }

    /// Earlier or later, where nobody has to guess: of two of one kind alone.
    pub fn certain_order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Day(_), Self::Day(_))
            | (Self::Local(_), Self::Local(_))
            | (Self::Instant(_), Self::Instant(_)) => Some(self.order(other)),
            _ => None,
        }
    }

    fn date(self) -> NaiveDate {
        match self {
            Self::Day(date) => date,
            Self::Local(at) | Self::Instant(at) => at.date(),
        }
    }

    /// An instant given in UTC, if it falls into the years that are told apart.
    pub fn instant(utc: NaiveDateTime) -> Option<Self> {
        (1..=9999).contains(&utc.year()).then_some(Self::Instant(utc))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = match self {
            Self::Day(date) => (*date, None),
            Self::Local(at) | Self::Instant(at) => (at.date(), Some(at.time())),
        };
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())?;
        if let Some(time) = time {
            write!(f, "T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
            if time.nanosecond() > 0 {
                let nanos = format!("{:09}", time.nanosecond());
                write!(f, ".{}", nanos.trim_end_matches('0'))?;
            }
        }
        f.write_str(if matches!(self, Self::Instant(_)) { "Z" } else { "" })
    }
}

/// `YYYY-MM-DD`, a day that the calendar has.
fn day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    let (month, day) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    if parts.next().is_some() || year == 0 {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// `HH:MM`, `HH:MM:SS` or that with a fraction. A leap second (`:60`) is refused: it cannot be
/// told from its neighbour once it is an instant.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = match parts.next() {
        Some(second) => number(second, 2)?,
        None if clock.len() == text.len() => 0,
        None => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_nano_opt(hour, minute, second, nanos(fraction)?)
}

/// Nanoseconds of a fraction; finer digits are accepted only if they are zeros.
fn nanos(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !all_digits(fraction) {
        return None;
    }
    let digits = fraction.trim_end_matches('0');
    if digits.len() > 9 { None } else { format!("{digits:0<9}").parse().ok() }
}

/// `Z`, `+HH`, `+HHMM` or `+HH:MM`, up to 18 hours either way.
fn offset(text: &str) -> Option<TimeDelta> {
    if text.eq_ignore_ascii_case("z") {
        return Some(TimeDelta::zero());
    }
    let (sign, digits) = text.split_at_checked(1)?;
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => digits.split_at(2),
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    if minutes > 59 || hours * 60 + minutes > 18 * 60 {
        return None;
    }
    let delta = TimeDelta::minutes(i64::from(hours * 60 + minutes));
    Some(if sign == "-" { -delta } else { delta })
}

/// A number of exactly `width` digits.
fn number(text: &str, width: usize) -> Option<u32> {
    if text.len() == width && all_digits(text) { text.parse().ok() } else { None }
}
