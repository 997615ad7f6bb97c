//! Dates and times in an explicit strftime format.

use crate::domain::compare::moment::Moment;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{Offset, TimeZone};

/// Longest text read.
const LONGEST: usize = 200;

/// The ISO 8601 text of a date in `format`: a day, a time without an offset, or an instant in
/// UTC. `None` if the text is not in that format, or could mean two things.
pub(super) fn read(text: &str, format: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let parsed = BrokenDownTime::parse(format, text).ok()?;
    moment(&parsed, format).filter(|_| !is_misread(&parsed, format, text)).map(|moment| moment.to_string())
}

fn moment(parsed: &BrokenDownTime, format: &str) -> Option<Moment> {
    if let Some(instant) = parsed.timestamp() {
        return Moment::instant(local(Offset::UTC.to_datetime(instant))?);
    }
    if parsed.hour().is_none() {
        let day = date(parsed.to_date().ok()?)?;
        return parsed.offset().is_none().then_some(Moment::Day(day));
    }
    let at = parsed.to_datetime().ok()?;
    if let Some(offset) = parsed.offset() {
        return Moment::instant(local(Offset::UTC.to_datetime(offset.to_timestamp(at).ok()?))?);
    }
    if let Some(zone) = parsed.iana_time_zone() {
        // An hour that the clocks skip or repeat is nobody's guess.
        let instant = TimeZone::get(zone).ok()?.to_ambiguous_timestamp(at).unambiguous().ok()?;
        return Moment::instant(local(Offset::UTC.to_datetime(instant))?);
    }
    let at = local(at)?;
    if is_utc(format) { Moment::instant(at) } else { Some(Moment::Local(at)) }
}

/// The parser is generous in three places where it would have to guess: `26` for a year of four
/// digits, an hour of twelve without a half of the day, and the second 60.
fn is_misread(parsed: &BrokenDownTime, format: &str, text: &str) -> bool {
    let short_year = parsed.year().is_some_and(|year| year < 1000 && !text.contains(&format!("{year:04}")));
    let count = |text: &str| text.matches("59").count();
    let again = || parsed.to_string(format).unwrap_or_default();
    let leap_second = parsed.second() == Some(59) && count(&again()) > count(text);
    let half_day = parsed.meridiem().is_none() && conversions(format).any(|c| c == 'I' || c == 'l');
    short_year || leap_second || half_day
}

/// The format ends in a `Z` of its own, not in the conversion `%Z`.
fn is_utc(format: &str) -> bool {
    format.ends_with('Z') && conversions(format).all(|c| c != 'Z')
}

/// The letters of the conversions: `d`, `m` and `Y` of `%d/%-m/%Y`.
fn conversions(format: &str) -> impl Iterator<Item = char> {
    let mut rest = format.chars();
    std::iter::from_fn(move || {
        rest.find(|c| *c == '%')?;
        rest.find(|c| !"_-0^#:.".contains(*c) && !c.is_ascii_digit())
    })
}

/// Our ISO 8601 text in `format`, or why not.
pub(super) fn write(text: &str, format: &str) -> Result<String, String> {
    let moment = Moment::parse(text).ok_or("it is not a date or an instant")?;
    let broken_down = match moment {
        Moment::Day(day) => jiff_date(day).map(BrokenDownTime::from),
        Moment::Local(at) => jiff_datetime(at).map(BrokenDownTime::from),
        Moment::Instant(at) => instant(at).map(BrokenDownTime::from),
    };
    let broken_down = broken_down.ok_or("it is not a date or an instant")?;
    broken_down.to_string(format).map_err(|_| format!("it does not tell all of {format}"))
}

fn instant(utc: NaiveDateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(jiff_datetime(utc)?).ok()
}

fn date(date: Date) -> Option<NaiveDate> {
    if date.year() < 1 {
        return None;
    }
    NaiveDate::from_ymd_opt(
        i32::from(date.year()),
        date.month().try_into().ok()?,
        date.day().try_into().ok()?,
    )
}

fn local(at: DateTime) -> Option<NaiveDateTime> {
    let (hour, minute) = (at.hour().try_into().ok()?, at.minute().try_into().ok()?);
    let (second, nano) = (at.second().try_into().ok()?, at.subsec_nanosecond().try_into().ok()?);
    Some(date(at.date())?.and_time(NaiveTime::from_hms_nano_opt(hour, minute, second, nano)?))
}

fn jiff_date(day: NaiveDate) -> Option<Date> {
    Date::new(day.year().try_into().ok()?, day.month().try_into().ok()?, day.day().try_into().ok()?).ok()
}

fn jiff_datetime(at: NaiveDateTime) -> Option<DateTime> {
    let (hour, minute) = (at.hour().try_into().ok()?, at.minute().try_into().ok()?);
    let (second, nano) = (at.second().try_into().ok()?, at.nanosecond().try_into().ok()?);
    Some(jiff_date(at.date())?.to_datetime(Time::new(hour, minute, second, nano).ok()?))
}
