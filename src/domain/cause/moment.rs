//! Days and instants: swapped parts, another zone, a part that is gone.

use super::conversion::{Guess, Member};
use super::{Shape, Strength};
use crate::domain::compare::Comparison;
use crate::domain::compare::moment::Moment;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// Zones lie at most so far from UTC, in minutes.
const FAR: i64 = 14 * 60;
/// Days between the two calendars that spreadsheets count from.
const CALENDARS: i64 = 1462;
const DAY: i64 = 24 * 60;
/// Zones that lie a quarter of an hour beside the half ones: Nepal, Eucla, Chatham.
const QUARTERS: [i64; 4] = [345, 525, 765, 825];

pub(super) fn conversion(member: &Member<'_>) -> Option<Guess> {
    if !matches!(member.field.comparison, Comparison::Date | Comparison::Text | Comparison::Exact) {
        return None;
    }
    let (damaged, whole) = (Moment::parse(member.damaged)?, Moment::parse(member.whole)?);
    if let (Moment::Local(_), Moment::Instant(_)) = (damaged, whole)
        && let Some(guess) = cut(member.damaged.trim(), member.whole.trim())
    {
        return Some(guess);
    }
    match (at(damaged), at(whole)) {
        ((day, None), (other, None)) => days(day, other),
        ((day, None), (other, Some(_))) => time_gone(day, other),
        ((day, Some(time)), (other, None)) => time_added(day.and_time(time), other, is_instant(damaged)),
        ((day, Some(time)), (other, Some(then))) => {
            let (new, old) = (day.and_time(time), other.and_time(then));
            instants(new, old, is_instant(damaged) == is_instant(whole))
        }
    }
}

fn is_instant(moment: Moment) -> bool {
    matches!(moment, Moment::Instant(_))
}

fn at(moment: Moment) -> (NaiveDate, Option<NaiveTime>) {
    match moment {
        Moment::Day(day) => (day, None),
        Moment::Local(at) | Moment::Instant(at) => (at.date(), Some(at.time())),
    }
}

/// `2026-03-03T09:12` for `2026-03-03T09:12:40Z`: it did not fit.
fn cut(damaged: &str, whole: &str) -> Option<Guess> {
    let minutes = "2026-03-03T09:12".len();
    let cut = damaged.len() == minutes && whole.starts_with(damaged);
    cut.then_some((Some(Shape::Truncated { at: minutes }), Strength::Strong))
}

fn days(day: NaiveDate, other: NaiveDate) -> Option<Guess> {
    let apart = (day - other).num_days();
    let century =
        day.month() == other.month() && day.day() == other.day() && (day.year() - other.year()).abs() == 100;
    match apart {
        _ if is_swapped(day, other) => Some((Some(Shape::SwappedDayAndMonth), Strength::Strong)),
        _ if apart.abs() == CALENDARS || is_reordered(day, other) => Some((None, Strength::Strong)),
        _ if century => Some((None, Strength::Likely)),
        1 | -1 => Some((Some(Shape::ZoneShift { minutes: apart * DAY }), Strength::Weak)),
        _ => None,
    }
}

fn swapped(day: NaiveDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(day.year(), day.day(), day.month()).filter(|other| *other != day)
}

/// A year of two digits may have come back in another century too.
fn is_swapped(day: NaiveDate, other: NaiveDate) -> bool {
    let other_century = if day.year() < other.year() { day.year() + 100 } else { day.year() - 100 };
    swapped(other).is_some_and(|swapped| swapped == day || Some(swapped) == day.with_year(other_century))
}

/// Written with a year of two digits, and read in another order: `26/03/04` is the fourth of March
/// in one country and the 26th in another.
fn is_reordered(day: NaiveDate, other: NaiveDate) -> bool {
    let parts = |day: NaiveDate| {
        let mut parts = [day.year().rem_euclid(100), day.month().cast_signed(), day.day().cast_signed()];
        parts.sort_unstable();
        parts
    };
    day.year() % 100 != other.year() % 100 && parts(day) == parts(other)
}

fn time_gone(day: NaiveDate, other: NaiveDate) -> Option<Guess> {
    match (day - other).num_days() {
        0 => Some((Some(Shape::Truncated { at: 10 }), Strength::Strong)),
        apart @ (1 | -1) => Some((Some(Shape::ZoneShift { minutes: apart * DAY }), Strength::Likely)),
        _ if swapped(other) == Some(day) => Some((Some(Shape::SwappedDayAndMonth), Strength::Likely)),
        _ => None,
    }
}

/// A day that became midnight somewhere.
fn time_added(at: NaiveDateTime, day: NaiveDate, instant: bool) -> Option<Guess> {
    let midnight = day.and_time(NaiveTime::MIN);
    match (at - midnight).num_minutes() {
        0 if at == midnight => Some((None, Strength::Likely)),
        minutes if instant && minutes.abs() <= FAR && is_zone(minutes) && whole_minutes(at) => {
            Some((Some(Shape::ZoneShift { minutes }), Strength::Strong))
        }
        _ => None,
    }
}

fn instants(new: NaiveDateTime, old: NaiveDateTime, same_kind: bool) -> Option<Guess> {
    if new == old {
        return Some((None, Strength::Likely));
    }
    let apart = new - old;
    let minutes = apart.num_minutes();
    if new.time() == old.time() && swapped(old.date()) == Some(new.date()) {
        return Some((Some(Shape::SwappedDayAndMonth), Strength::Strong));
    }
    if apart.num_seconds() == minutes * 60 && apart.subsec_nanos() == 0 {
        let zone = minutes.abs() <= FAR && is_zone(minutes);
        // Nobody puts an appointment off from 09:12:40 to 11:12:40.
        let odd = old.second() != 0 || old.nanosecond() != 0 || !old.minute().is_multiple_of(5);
        let strength = match () {
            () if minutes % 30 != 0 && !QUARTERS.contains(&minutes.abs()) => Strength::Weak,
            () if odd || !same_kind => Strength::Strong,
            () => Strength::Likely,
        };
        return zone.then_some((Some(Shape::ZoneShift { minutes }), strength));
    }
    let cut = |at: NaiveDateTime| at.with_nanosecond(0);
    match () {
        () if new.nanosecond() == 0 && cut(old) == Some(new) => {
            Some((Some(Shape::Rounded { decimals: 0 }), Strength::Strong))
        }
        () if whole_minutes(new) && cut(old).and_then(|at| at.with_second(0)) == Some(new) => {
            Some((None, Strength::Strong))
        }
        () if new == new.date().and_time(NaiveTime::MIN) && new.date() == old.date() => {
            Some((Some(Shape::Truncated { at: 10 }), Strength::Strong))
        }
        () => None,
    }
}

/// Zones are whole quarters of an hour apart.
fn is_zone(minutes: i64) -> bool {
    minutes != 0 && minutes % 15 == 0
}

fn whole_minutes(at: NaiveDateTime) -> bool {
    at.second() == 0 && at.nanosecond() == 0
}
