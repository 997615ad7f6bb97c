//! What programs do to values on their way, each as such programs do it.

use super::dice::Dice;
use super::formats::Phone;
use chrono::NaiveDate;
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, IBM866, ISO_8859_5, ISO_8859_7, KOI8_R, MACINTOSH, SHIFT_JIS, UTF_8,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Widths of real columns: of sakila's tables, of trade messages, of accounting and CRM programs.
const WIDTHS: [usize; 17] = [9, 10, 14, 16, 17, 18, 20, 25, 27, 30, 35, 36, 40, 45, 50, 60, 80];
/// Character sets of one byte a letter, and of two.
static SINGLE: [&Encoding; 10] = [
    WINDOWS_1252,
    WINDOWS_1250,
    WINDOWS_1251,
    WINDOWS_1253,
    WINDOWS_1255,
    WINDOWS_1256,
    KOI8_R,
    IBM866,
    ISO_8859_5,
    ISO_8859_7,
];
static DOUBLE: [&Encoding; 5] = [SHIFT_JIS, EUC_JP, GBK, BIG5, EUC_KR];

/// Written day first, read month first.
pub fn swapped(day: &str) -> Option<String> {
    let date = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    let written = date.format("%d/%m/%Y").to_string();
    Some(NaiveDate::parse_from_str(&written, "%m/%d/%Y").ok()?.format("%Y-%m-%d").to_string())
}

/// Stored in a narrower column; with the column's width.
pub fn cut(text: &str, dice: &mut Dice) -> Option<(String, usize)> {
    let length = text.chars().count();
    let fitting: Vec<usize> = WIDTHS.into_iter().filter(|width| *width < length).collect();
    let width = if fitting.is_empty() { None } else { Some(*dice.pick(&fitting)) }?;
    let stored = match dice.percent(15) {
        // A column of bytes.
        true => String::from_utf8_lossy(&text.as_bytes()[..width]).into_owned(),
        false => text.chars().take(width).collect(),
    };
    Some((stored.trim_end().to_owned(), width))
}

fn reread(text: &str, written: &'static Encoding, read: &'static Encoding) -> String {
    let (bytes, _, _) = written.encode(text);
    read.decode_without_bom_handling(&bytes).0.into_owned()
}

/// Through another character set, in one of the ways that are met.
pub fn encoded(text: &str, dice: &mut Dice) -> String {
    match dice.weighted(&[30, 8, 8, 12, 16, 8, 6, 6, 3, 3]) {
        0 => reread(text, UTF_8, WINDOWS_1252),
        1 => reread(&reread(text, UTF_8, WINDOWS_1252), UTF_8, WINDOWS_1252),
        // One byte a letter, read as UTF-8.
        2 => reread(text, WINDOWS_1252, UTF_8),
        3 => asked(text, dice),
        4 => text.nfd().filter(|c| !is_combining_mark(*c)).collect(),
        5 => spelled(text),
        // What the target set lacks becomes a numeric entity.
        6 => WINDOWS_1252.decode_without_bom_handling(&WINDOWS_1250.encode(text).0).0.into_owned(),
        7 => text.bytes().map(char::from).collect(),
        8 => reread(text, MACINTOSH, WINDOWS_1252),
        _ => reread(text, WINDOWS_1254, WINDOWS_1250),
    }
}

/// A text of another alphabet than Latin through another character set.
pub fn encoded_elsewhere(text: &str, dice: &mut Dice) -> String {
    let own = SINGLE.iter().chain(&DOUBLE).filter(|set| !set.encode(text).2);
    let own: Vec<&'static Encoding> = own.copied().collect();
    match dice.weighted(&[45, 20, 10, 15, 10]) {
        0 => reread(text, UTF_8, dice.pick::<&Encoding>(&SINGLE)),
        1 if !own.is_empty() => reread(text, dice.pick::<&Encoding>(&own), dice.pick::<&Encoding>(&SINGLE)),
        2 if !own.is_empty() => reread(text, dice.pick::<&Encoding>(&own), UTF_8),
        3 => reread(text, UTF_8, dice.pick::<&Encoding>(&DOUBLE)),
        // What the target set lacks becomes a question mark.
        _ => text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
    }
}

/// What the target set lacks becomes a question mark.
fn asked(text: &str, dice: &mut Dice) -> String {
    let target = *dice.pick(&[WINDOWS_1252, WINDOWS_1250]);
    let ascii = dice.percent(60);
    let lacks = |c: char| !c.is_ascii() && (ascii || target.encode(&c.to_string()).2);
    text.chars().map(|c| if lacks(c) { '?' } else { c }).collect()
}

fn spelled(text: &str) -> String {
    [
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("Ä", "Ae"),
        ("Ö", "Oe"),
        ("Ü", "Ue"),
        ("ß", "ss"),
        ("ø", "oe"),
        ("å", "aa"),
        ("Å", "Aa"),
        ("æ", "ae"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (letter, ascii)| text.replace(letter, ascii))
}

/// The local time of a server, taken for UTC.
pub fn in_another_zone(instant: &str, zones: &[String], dice: &mut Dice) -> Option<String> {
    let at: Timestamp = instant.parse().ok()?;
    let zone = TimeZone::get(dice.pick::<String>(zones)).ok()?;
    Some(format!("{}Z", zone.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S")))
}

/// A day as its midnight in a zone, cut back to a day in UTC.
pub fn day_in_another_zone(day: &str, zones: &[String], dice: &mut Dice) -> Option<String> {
    let midnight: jiff::civil::Date = day.parse().ok()?;
    let zone = TimeZone::get(dice.pick::<String>(zones)).ok()?;
    let at = midnight.to_zoned(zone).ok()?.timestamp();
    Some(TimeZone::UTC.to_datetime(at).date().to_string())
}

/// In another unit, with as many decimals as such systems keep.
pub fn in_another_unit(number: &str, dice: &mut Dice) -> Option<String> {
    let value: f64 = number.parse().ok()?;
    let (factor, places) = *dice.pick(&[
        (100.0, 0),
        (100.0, 0),
        (1000.0, 0),
        (0.001, 6),
        (0.01, 4),
        (2.204_622_621_848_776, 2),
        (0.453_592_37, 2),
        (2.54, 1),
        (1.0 / 2.54, 2),
        (1.609_344, 1),
        (1.0 / 1.609_344, 2),
        (1.0 / 60.0, 2),
        (60.0, 0),
    ]);
    Some(format!("{:.places$}", value * factor))
}

/// With fewer decimals, rounded as binary numbers are printed, or cut to a whole one.
pub fn rounded(number: &str, dice: &mut Dice) -> Option<String> {
    let value: f64 = number.parse().ok()?;
    let has = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if has == 0 {
        return None;
    }
    let places = usize::try_from(dice.from(0, i64::try_from(has).unwrap() - 1)).unwrap();
    Some(match dice.percent(15) {
        true => format!("{:.0}", value.trunc()),
        false => format!("{value:.places$}"),
    })
}

/// An instant in a column of texts: only its day fits, or its minute.
pub fn cut_instant(instant: &str, dice: &mut Dice) -> Option<String> {
    instant.get(..*dice.pick(&[10, 10, 16])).map(str::to_owned)
}

/// The country's code is gone, or another one stands there. `home` is a number of the country in which the
/// result is dialled.
pub fn redialled(own: &Phone, home: &Phone, dice: &mut Dice) -> String {
    let (code, _) = home.international.split_once([' ', '-']).unwrap_or((&home.international, ""));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    match dice.weighted(&[50, 20, 15, 15]) {
        0 => own.national.clone(),
        1 => own.e164.trim_start_matches('+').to_owned(),
        2 => format!("{code}{}", digits(&own.national)),
        _ => format!("{code}{}", digits(&own.e164)),
    }
}

/// In other capitals, by the rules of Turkish too.
pub fn recased(text: &str, dice: &mut Dice) -> String {
    match dice.weighted(&[30, 30, 30, 10]) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        3 => text.replace('i', "İ").replace('ı', "I").to_uppercase(),
        _ => text.split(' ').map(capitalised).collect::<Vec<_>>().join(" "),
    }
}

fn capitalised(word: &str) -> String {
    let lower = word.to_lowercase();
    let mut letters = lower.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Read as a number and written again.
pub fn as_number(code: &str, dice: &mut Dice) -> Option<String> {
    let number: u64 = code.parse().ok()?;
    Some(match dice.percent(20) {
        true => format!("{:?}", f64::from(u32::try_from(number).ok()?)),
        false => number.to_string(),
    })
}
