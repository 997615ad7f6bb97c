//! Modified times as systems write them.

use crate::domain::time::Time;
use crate::domain::value::Cell;
use chrono::{DateTime, Datelike, NaiveDateTime, SubsecRound, TimeDelta, Utc};

/// The instant a modified-time column tells: an ISO 8601 text (without an offset it is UTC), or
/// seconds since 1970 as a number. None for anything else, a bare date among it: a day is not an
/// instant, and a guess would pick winners.
pub(super) fn instant(cell: &Cell) -> Option<Time> {
    let time = match cell {
        Cell::Text(text) => written(text.trim())?,
        Cell::Number(lexeme) => counted(lexeme)?,
        Cell::Null | Cell::Bool(_) | Cell::Json(_) | Cell::Hidden(_) => return None,
    };
    (1..=9999).contains(&time.year()).then(|| time.trunc_subsecs(6))
}

/// `2026-03-03T09:12:40Z`, `2026-03-03 09:12:40.123456`, `2026-03-03 09:12:40+01`.
fn written(text: &str) -> Option<Time> {
    let (date, rest) = text.split_at_checked(10)?;
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let text = match time.strip_suffix(['Z', 'z']) {
        Some(time) => format!("{date} {time}+00"),
        None => format!("{date} {time}"),
    };
    if time.contains(['+', '-', 'Z', 'z']) {
        let zoned = DateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f%#z").ok()?;
        return Some(zoned.with_timezone(&Utc));
    }
    let plain = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f").ok()?;
    Some(plain.and_utc())
}

fn counted(lexeme: &str) -> Option<Time> {
    if let Ok(seconds) = lexeme.parse::<i64>() {
        return DateTime::from_timestamp(seconds, 0);
    }
    let seconds: f64 = lexeme.parse().ok()?;
    let whole = seconds.floor();
    // Beyond this no year has four digits; it also keeps the conversion exact.
    if !(-1e11..1e12).contains(&whole) {
        return None;
    }
    let micros = ((seconds - whole) * 1e6).round();
    let text = format!("{whole}");
    let start = DateTime::from_timestamp(text.parse().ok()?, 0)?;
    let micros: i64 = format!("{micros}").parse().ok()?;
    start.checked_add_signed(TimeDelta::microseconds(micros))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::stamp;

    fn read(cell: Cell) -> Option<String> {
        instant(&cell).map(stamp)
    }

    #[test]
    fn reads_what_systems_write() {
        for (text, expected) in [
            ("2026-03-03T09:12:40Z", "2026-03-03T09:12:40.000000Z"),
            ("2026-03-03 09:12:40", "2026-03-03T09:12:40.000000Z"),
            ("2026-03-03 09:12:40.1234567", "2026-03-03T09:12:40.123456Z"),
            ("2026-03-03 09:12:40.5+00", "2026-03-03T09:12:40.500000Z"),
            ("2026-03-03T09:12:40+05:30", "2026-03-03T03:42:40.000000Z"),
            ("2026-03-03 09:12:40-0800", "2026-03-03T17:12:40.000000Z"),
        ] {
            assert_eq!(read(Cell::Text(text.to_owned())).as_deref(), Some(expected), "{text}");
        }
        let epoch = |lexeme: &str| read(Cell::Number(lexeme.to_owned()));
        assert_eq!(epoch("0").as_deref(), Some("1970-01-01T00:00:00.000000Z"));
        assert_eq!(epoch("1772529160").as_deref(), Some("2026-03-03T09:12:40.000000Z"));
        assert_eq!(epoch("1772529160.25").as_deref(), Some("2026-03-03T09:12:40.250000Z"));
    }

    #[test]
    fn guesses_nothing() {
        for text in ["", "2026-03-03", "03/04/2026 10:00:00", "2026-02-30 10:00:00", "yesterday", "äöüäöüäöü"]
        {
            assert_eq!(read(Cell::Text(text.to_owned())), None, "{text}");
        }
        // Milliseconds would be a year beyond 9999.
        for lexeme in ["1772529160000", "1e300", "-1e300"] {
            assert_eq!(read(Cell::Number(lexeme.to_owned())), None, "{lexeme}");
        }
        assert_eq!(read(Cell::Null), None);
        assert_eq!(read(Cell::Bool(true)), None);
    }
}
