//! When something is to be done again that a person asked for: a day and a time as their clock says it.

use super::time::Time;
use chrono::DateTime;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Minutes of a day.
const DAY: u32 = 24 * 60;
/// The days of a week, as the log names them.
pub const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Days that are looked through: a week, and the day after.
const LOOKED_AT: i64 = 8;

/// Every day or every week, at a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// 1 is Monday; None: every day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<i8>,
    /// Minutes after midnight.
    pub minute: u32,
}

impl Schedule {
    /// One on that weekday, or on every day, at `08:30`; None where there is no such day or time.
    #[must_use]
    pub fn read(weekday: Option<i8>, time: &str) -> Option<Self> {
        if weekday.is_some_and(|day| Weekday::from_monday_one_offset(day).is_err()) {
            return None;
        }
        let (hour, minute) = time.trim().split_once(':')?;
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
        let minute = (hour < 24 && minute < 60).then_some(hour * 60 + minute)?;
        Some(Self { weekday, minute })
    }

    /// `08:30`.
    #[must_use]
    pub fn time(&self) -> String {
        let minute = self.minute % DAY;
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }

    /// `monday`, or `daily`.
    #[must_use]
    pub fn day(&self) -> &'static str {
        let day = self.weekday.and_then(|day| usize::try_from(day - 1).ok());
        day.and_then(|day| WEEKDAYS.get(day)).copied().unwrap_or("daily")
    }

    /// The first time after `after` in that zone (an IANA name; UTC where it is none). A time that a clock
    /// passes over is taken as much later, one that it shows twice the first time.
    #[must_use]
    pub fn next(&self, zone: &str, after: Time) -> Option<Time> {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let since = Timestamp::from_second(after.timestamp()).ok()?;
        let today = since.to_zoned(zone.clone()).date();
        let days = (0..=LOOKED_AT).filter_map(|days| today.checked_add(Span::new().days(days)).ok());
        let at = days.filter(|day| self.is_on(*day)).find_map(|day| {
            let minute = self.minute % DAY;
            let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
            let at = day.at(hour, minute, 0, 0).to_zoned(zone.clone()).ok()?.timestamp();
            (at > since).then_some(at)
        });
        DateTime::from_timestamp(at?.as_second(), 0)
    }

    fn is_on(&self, day: Date) -> bool {
        self.weekday.is_none_or(|own| day.weekday().to_monday_one_offset() == own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(weekday: Option<i8>, time: &str, zone: &str, after: &str) -> String {
        let schedule = Schedule::read(weekday, time).unwrap();
        schedule.next(zone, after.parse().unwrap()).unwrap().to_rfc3339()
    }

    #[test]
    fn the_next_time_is_by_the_clock_of_the_zone() {
        // A Wednesday; in Berlin two hours ahead of UTC.
        let now = "2026-10-14T06:00:00Z";
        for (weekday, time, zone, expected) in [
            (None, "08:30", "Europe/Berlin", "2026-10-14T06:30:00+00:00"),
            (None, "08:00", "Europe/Berlin", "2026-10-15T06:00:00+00:00"),
            (None, "08:30", "UTC", "2026-10-14T08:30:00+00:00"),
            (None, "08:30", "Nowhere/Atall", "2026-10-14T08:30:00+00:00"),
            (Some(3), "08:30", "Europe/Berlin", "2026-10-14T06:30:00+00:00"),
            (Some(3), "07:00", "Europe/Berlin", "2026-10-21T05:00:00+00:00"),
            (Some(1), "08:30", "Asia/Tokyo", "2026-10-18T23:30:00+00:00"),
        ] {
            assert_eq!(next(weekday, time, zone, now), expected, "{weekday:?} {time} {zone}");
        }
    }

    #[test]
    fn when_the_clock_is_put_forward_or_back_it_comes_once() {
        let berlin = "Europe/Berlin";
        // 02:30 is passed over on 29 March, and there twice on 25 October.
        assert_eq!(next(None, "02:30", berlin, "2026-03-28T12:00:00Z"), "2026-03-29T01:30:00+00:00");
        let first = next(None, "02:30", berlin, "2026-10-24T12:00:00Z");
        assert_eq!(first, "2026-10-25T00:30:00+00:00");
        assert_eq!(next(None, "02:30", berlin, &first), "2026-10-26T01:30:00+00:00");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for time in ["", "8", "24:00", "08:60", "-1:00", "noon"] {
            assert_eq!(Schedule::read(None, time), None, "{time}");
        }
        assert_eq!(Schedule::read(Some(8), "08:00"), None);
        let read = |time| Schedule::read(None, time).map(|own| own.time());
        assert_eq!((read("8:05"), read("08:05:00")), (Some("08:05".into()), Some("08:05".into())));
    }
}
