//! Times as a person reads them: near ones relative ("yesterday 14:02"), with the exact local
//! time and zone beside them for hovering, focus and print.

use super::messages::{Msg, literal, msg};
use crate::domain::time::Time;
use jiff::civil::Date;
use jiff::{Timestamp, Zoned, tz::TimeZone};

/// One shown time.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// `yesterday 14:02`, `4 min ago`.
    pub text: Msg,
    /// `12 October 2026, 14:02:03 CEST`.
    pub exact: Msg,
    /// The UTC instant for machines.
    pub utc: String,
}

/// The clock of one answer: the present and the reader's zone.
#[derive(Clone, Debug)]
pub struct Clockface {
    pub now: Time,
    pub zone: TimeZone,
}

impl Clockface {
    /// A time by its day: `14:02`, `yesterday 14:02`, `3 March`, `3 March 2025`.
    #[must_use]
    pub fn day(&self, time: Time) -> When {
        let (then, today) = (self.local(time), self.local(self.now).date());
        let text = match days_between(then.date(), today) {
            0 => msg("when-today").with("time", clock(&then)),
            1 => msg("when-yesterday").with("time", clock(&then)),
            -1 => msg("when-tomorrow").with("time", clock(&then)),
            _ => self.date(time),
        };
        self.when(time, text)
    }

    /// A time of a list that goes far back: as [`Clockface::day`], with the hour on every day.
    #[must_use]
    pub fn moment(&self, time: Time) -> When {
        match self.days_ago(time) {
            -1..=1 => self.day(time),
            _ => {
                let text = msg("when-date").with("date", self.date(time)).with("time", self.minute(time));
                self.when(time, text)
            }
        }
    }

    /// The time that has passed: `now`, `4 min ago`, `3 h ago`, `6 days ago`.
    #[must_use]
    pub fn ago(&self, time: Time) -> When {
        let seconds = (self.now - time).num_seconds().max(0);
        self.when(time, if seconds < 10 { msg("ago-now") } else { span("ago", seconds) })
    }

    /// An age without a direction: `21 h`, `3 d`.
    #[must_use]
    pub fn age(&self, time: Time) -> Msg {
        span("age", (self.now - time).num_seconds().max(0))
    }

    /// A due time: `Due in 3 h`, `2 h overdue`, `Tomorrow`, `Thursday`, `3 March`.
    #[must_use]
    pub fn due(&self, time: Time) -> When {
        let left = (time - self.now).num_seconds();
        let days = days_between(self.local(time).date(), self.local(self.now).date());
        let text = match (left, -days) {
            (..0, _) => span("overdue", -left),
            (..=36_000, _) | (_, 0) => span("due-in", left),
            (_, 1) => msg("due-tomorrow"),
            (_, 2..=6) => msg(format!("weekday-{}", self.local(time).weekday().to_monday_one_offset())),
            _ => self.date(time),
        };
        self.when(time, text)
    }

    /// A due time that stands alone: `Due tomorrow`, `Due Thursday`, else as [`Clockface::due`].
    #[must_use]
    pub fn due_alone(&self, time: Time) -> When {
        let due = self.due(time);
        let left = (time - self.now).num_seconds();
        let text = match -self.days_ago(time) {
            _ if left <= 36_000 => return due,
            0 => return due,
            1 => msg("due-by-tomorrow"),
            _ => msg("due-by").with("day", due.text.clone()),
        };
        When { text, ..due }
    }

    /// A time within a sentence: `today 14:02`, `yesterday 14:02`, `on 3 March`.
    #[must_use]
    pub fn on(&self, time: Time) -> Msg {
        match self.days_ago(time) {
            -1..=1 => self.day(time).text,
            _ => msg("when-on").with("date", self.date(time)),
        }
    }

    /// Whether it is of the reader's present year.
    #[must_use]
    pub fn is_this_year(&self, time: Time) -> bool {
        self.local(time).year() == self.local(self.now).year()
    }

    /// `3 March`, with the year unless it is this one.
    #[must_use]
    pub fn date(&self, time: Time) -> Msg {
        let then = self.local(time);
        let key = if self.is_this_year(time) { "date-short" } else { "date-long" };
        msg(key)
            .with("day", i64::from(then.day()))
            .with("month", month(&then))
            .with("year", then.year().to_string())
    }

    /// `2026-10-27`: the reader's calendar day, as a date field has it.
    #[must_use]
    pub fn iso_date(&self, time: Time) -> String {
        self.local(time).date().to_string()
    }

    /// The last second of a calendar day (`2026-10-27`) in the reader's zone.
    #[must_use]
    pub fn end_of_day(&self, date: &str) -> Option<Time> {
        let end = date.trim().parse::<Date>().ok()?.at(23, 59, 59, 0).to_zoned(self.zone.clone()).ok()?;
        Time::from_timestamp_micros(end.timestamp().as_microsecond())
    }

    /// The present, exactly: `12 October 2026, 14:02:03 CEST`.
    #[must_use]
    pub fn exact(&self) -> Msg {
        self.when(self.now, msg("ago-now")).exact
    }

    /// `14:06:12`.
    #[must_use]
    pub fn seconds(&self, time: Time) -> String {
        self.local(time).strftime("%H:%M:%S").to_string()
    }

    /// The first instant of tomorrow.
    #[must_use]
    pub fn tomorrow(&self) -> Time {
        let tomorrow = self.local(self.now).date().tomorrow().ok();
        let midnight = tomorrow.and_then(|date| date.to_zoned(self.zone.clone()).ok());
        let micros = midnight.map(|midnight| midnight.timestamp().as_microsecond());
        micros.and_then(Time::from_timestamp_micros).unwrap_or(self.now)
    }

    /// That hour of the day `days` after this one, in the reader's zone.
    #[must_use]
    pub fn at_hour(&self, days: i64, hour: i8) -> Option<Time> {
        let day = self.local(self.now).date().checked_add(jiff::Span::new().days(days)).ok()?;
        let then = day.at(hour, 0, 0, 0).to_zoned(self.zone.clone()).ok()?;
        Time::from_timestamp_micros(then.timestamp().as_microsecond())
    }

    /// A time as a form's field has it, `2026-11-24T09:30`, in the reader's zone.
    #[must_use]
    pub fn local_time(&self, text: &str) -> Option<Time> {
        let then = text.trim().parse::<jiff::civil::DateTime>().ok()?.to_zoned(self.zone.clone()).ok()?;
        Time::from_timestamp_micros(then.timestamp().as_microsecond())
    }

    /// A time as a form's field has it.
    #[must_use]
    pub fn field(&self, time: Time) -> String {
        self.local(time).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// `14:02`.
    #[must_use]
    pub fn minute(&self, time: Time) -> String {
        clock(&self.local(time))
    }

    /// The reader's zone as a person reads it: `Europe/Berlin, CEST`.
    #[must_use]
    pub fn zone_name(&self) -> Msg {
        let now = self.local(self.now);
        match self.zone.iana_name() {
            Some(name) if name != now.strftime("%Z").to_string() => {
                msg("zone-of").with("name", name).with("zone", zone(&now))
            }
            _ => zone(&now),
        }
    }

    /// Days from that time to now, by the reader's calendar: 0 is today.
    #[must_use]
    pub fn days_ago(&self, time: Time) -> i64 {
        days_between(self.local(time).date(), self.local(self.now).date())
    }

    /// `monday` is 1.
    #[must_use]
    pub fn weekday(&self, time: Time) -> i8 {
        self.local(time).weekday().to_monday_one_offset()
    }

    /// The instant at which a day (`YYYY-MM-DD`) begins for the reader, `after` days later.
    #[must_use]
    pub fn start_of(&self, day: &str, after: i64) -> Option<Time> {
        let day: Date = day.parse().ok()?;
        let day = day.checked_add(jiff::Span::new().days(after)).ok()?;
        let start = day.to_zoned(self.zone.clone()).ok()?.timestamp();
        Time::from_timestamp_micros(start.as_microsecond())
    }

    /// A length of time without a direction: `3 s`, `4 min`.
    #[must_use]
    pub fn length(seconds: i64) -> Msg {
        span("age", seconds.max(0))
    }

    fn when(&self, time: Time, text: Msg) -> When {
        let then = self.local(time);
        When {
            text,
            exact: msg("date-exact")
                .with("day", i64::from(then.day()))
                .with("month", month(&then))
                .with("year", then.year().to_string())
                .with("time", then.strftime("%H:%M:%S").to_string())
                .with("zone", zone(&then)),
            utc: time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    fn local(&self, time: Time) -> Zoned {
        Timestamp::from_microsecond(time.timestamp_micros())
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_zoned(self.zone.clone())
    }
}

fn clock(time: &Zoned) -> String {
    time.strftime("%H:%M").to_string()
}

fn month(time: &Zoned) -> Msg {
    msg(format!("month-{}", time.month()))
}

/// The short name of the zone at that time. The zones of Europe have other names in other
/// languages.
fn zone(time: &Zoned) -> Msg {
    let short = time.strftime("%Z").to_string();
    match &*short {
        "CET" => msg("zone-cet"),
        "CEST" => msg("zone-cest"),
        "WET" => msg("zone-wet"),
        "WEST" => msg("zone-west"),
        "EET" => msg("zone-eet"),
        "EEST" => msg("zone-eest"),
        _ => literal(short),
    }
}

/// Days from `then` to `today`: 1 is yesterday.
fn days_between(then: Date, today: Date) -> i64 {
    i64::from((today - then).get_days())
}

/// A length of time in its largest unit: `{prefix}-minutes` and so on.
fn span(prefix: &str, seconds: i64) -> Msg {
    let (unit, size) = match seconds {
        ..60 => ("seconds", 1),
        60..3_600 => ("minutes", 60),
        3_600..86_400 => ("hours", 3_600),
        86_400..5_184_000 => ("days", 86_400),
        _ => ("months", 2_629_746),
    };
    msg(format!("{prefix}-{unit}")).with("n", seconds / size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::domain::time::parse_stamp;
    use crate::web::messages::{english, of};

    fn face(now: &str) -> Clockface {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        Clockface { now: parse_stamp(now).unwrap(), zone }
    }

    fn shown(when: &When) -> String {
        english().plain(&when.text)
    }

    #[test]
    fn days_follow_the_readers_zone() {
        // 00:30 on the 13th in Berlin is still the 12th in UTC.
        let face = face("2026-10-12T22:30:00Z");
        assert_eq!(shown(&face.day(parse_stamp("2026-10-12T12:02:03Z").unwrap())), "yesterday 14:02");
        assert_eq!(shown(&face.day(parse_stamp("2026-03-03T08:12:40Z").unwrap())), "3 March");
        assert_eq!(shown(&face.day(parse_stamp("2025-03-03T08:12:40Z").unwrap())), "3 March 2025");
        let exact = face.day(parse_stamp("2026-10-12T12:02:03Z").unwrap()).exact;
        assert_eq!(english().plain(&exact), "12 October 2026, 14:02:03 CEST");
        assert_eq!(of(Language::German).plain(&exact), "12. Oktober 2026, 14:02:03 MESZ");
    }

    #[test]
    fn due_times_say_how_much_is_left() {
        let face = face("2026-10-13T09:00:00Z");
        let due = |time: &str| shown(&face.due(parse_stamp(time).unwrap()));
        assert_eq!(due("2026-10-13T12:10:00Z"), "Due in 3 h");
        assert_eq!(due("2026-10-13T07:00:00Z"), "2 h overdue");
        assert_eq!(due("2026-10-14T21:00:00Z"), "Tomorrow");
        assert_eq!(due("2026-10-15T12:00:00Z"), "Thursday");
        assert_eq!(shown(&face.ago(parse_stamp("2026-10-13T08:56:00Z").unwrap())), "4 min ago");
    }
}
