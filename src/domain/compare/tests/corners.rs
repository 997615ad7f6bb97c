//! Corner cases with an outcome of their own: letters that look alike, numbers beyond a double,
//! and times that clocks show twice or never.

use super::*;
use crate::domain::transform::{Chain, Transform};

fn same(kind: &Comparison, a: &str, b: &str) -> bool {
    kind.same(&a.into(), &b.into())
}

#[test]
fn letters_that_look_alike() {
    let text = Comparison::Text;
    for (why, a, b, equal) in [
        ("composed and decomposed", "é", "e\u{301}", true),
        ("marks in another order", "a\u{323}\u{302}", "a\u{302}\u{323}", true),
        ("a ligature is other letters", "ﬁ", "fi", false),
        ("full width", "ＡＢＣ", "ABC", false),
        ("Cyrillic", "Сorp", "Corp", false),
        ("the dotted capital i", "İ", "i", false),
        ("the dotless i", "ı", "i", false),
        ("the capital of both i is I", "I", "i", true),
        ("a text turned around", "\u{202e}abc", "abc", false),
        ("a mark of direction", "abc\u{200e}", "abc", false),
        ("a joiner", "ab\u{200d}c", "abc", false),
        ("a byte order mark", "\u{feff}abc", "abc", false),
        ("a soft hyphen", "ab\u{ad}c", "abc", false),
        ("a no-break space is a space", "a\u{a0}b", "a b", true),
        ("a zero-width space is none", "a\u{200b}b", "a b", false),
    ] {
        assert_eq!(same(&text, a, b), equal, "{why}");
    }
    // An identifier in the invisible is another one also where a kind reads the text.
    assert!(!same(&Comparison::Decimal, "12\u{200b}", "12"));
    assert!(!same(&Comparison::Date, "2026-03-03\u{200f}", "2026-03-03"));
    assert!(!same(&Comparison::Email, "a\u{200b}@b.de", "a@b.de"));
}

#[test]
fn numbers_beyond_a_double() {
    let decimal = Comparison::Decimal;
    assert!(!same(&decimal, "9007199254740993", "9007199254740992"));
    assert!(!same(&decimal, "123456789012345678.01", "123456789012345678.02"));
    assert!(same(&decimal, "0.100000000000000000", "0.1"));
    assert!(!same(&decimal, "0.1", "0.10000000000000001"));
    assert!(same(&decimal, "-0", "0") && same(&decimal, "-0.0", "+0"));
    // Too large to be read: compared by its letters, never as another number.
    assert!(!same(&decimal, "1e400", "10e399") && same(&decimal, "1e400", "1e400"));
    // 1.000,00 may be a thousand or one: only a mapping's marks say so.
    assert!(!same(&decimal, "1.000,00", "1000") && !same(&decimal, "1.000,00", "1"));
    let marks = Transform::Number { decimal: ',', thousands: Some('.') };
    assert_eq!(marks.read("1.000,00"), Ok("1000.00".to_owned()));
    assert!(marks.read("1.00,00").is_err() && marks.read("1,000.00").is_err());
}

#[test]
fn times_that_clocks_show_twice_or_never() {
    let zoned = [Transform::Date { format: "%Y-%m-%d %H:%M %Q".to_owned() }];
    let read = |text: &str| Chain::new(&zoned).read(vec![text.into()]);
    assert_eq!(read("2026-03-29 01:30 Europe/Berlin").unwrap(), "2026-03-29T00:30:00Z".into());
    assert!(read("2026-03-29 02:30 Europe/Berlin").is_err(), "skipped");
    assert!(read("2026-10-25 02:30 Europe/Berlin").is_err(), "shown twice");
    // With its offset either of the two is an instant, and they are an hour apart.
    let date = Comparison::Date;
    assert!(!same(&date, "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"));
    assert!(same(&date, "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z"));
    // A time of day in a zone that is not told equals no instant, in whatever zone.
    for offset in ["Z", "+01:00", "+02:00", "-14:00", "+14:00"] {
        assert!(!same(&date, "2026-10-25T02:30:00", &format!("2026-10-25T02:30:00{offset}")));
    }
    assert!(same(&date, "2026-01-01T00:00:00+14:00", "2025-12-30T20:00:00-14:00"));
}

#[test]
fn the_first_and_the_last_year_and_days_that_could_be_months() {
    let date = Comparison::Date;
    assert!(!same(&date, "0001-01-01", "9999-12-31"));
    for text in ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59.999999999Z"] {
        normal(&date, text, text);
    }
    // Beyond the calendar by their offset: not read, and equal to their own letters alone.
    assert!(!same(&date, "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59Z"));
    for (a, b) in [("04/10/2024", "2024-10-04"), ("04/10/2024", "2024-04-10"), ("4/10/2024", "04/10/2024")] {
        assert!(!same(&date, a, b), "{a} {b}");
    }
    let days = Transform::Date { format: "%d/%m/%Y".to_owned() };
    let months = Transform::Date { format: "%m/%d/%Y".to_owned() };
    assert_eq!(days.read("04/10/2024"), Ok("2024-10-04".to_owned()));
    assert_eq!(months.read("04/10/2024"), Ok("2024-04-10".to_owned()));
    assert!(months.read("13/10/2024").is_err(), "no month is the thirteenth, and no other reading is tried");
}
