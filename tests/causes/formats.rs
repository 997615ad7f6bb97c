//! Days, numbers and telephone numbers as they are written in each country.

use super::dice::Dice;
use chrono::{Datelike, NaiveDate};
use jiff::tz;
use referee::domain::compare::Comparison;

/// How a locale writes numbers.
pub struct NumberStyle {
    decimal: char,
    group: char,
    /// Digits of every group but the last, which has three: two in India.
    size: usize,
}

/// A telephone number of some country.
pub struct Phone {
    pub region: String,
    pub e164: String,
    pub national: String,
    pub international: String,
}

pub struct Formats {
    days: Vec<String>,
    numbers: Vec<NumberStyle>,
    pub phones: Vec<Phone>,
    /// Names in other alphabets than Latin.
    pub words: Vec<String>,
    /// Every zone that has a place's name.
    pub zones: Vec<String>,
}

impl Formats {
    pub fn read() -> Self {
        let rows = |file: &str| super::corpus::rows(&format!("formats/{file}"));
        let style = |row: &csv::StringRecord| NumberStyle {
            decimal: row[1].chars().next().unwrap(),
            group: row[2].chars().next().unwrap(),
            size: if row[3].contains("##,##") { 2 } else { 3 },
        };
        let phone = |row: &csv::StringRecord| Phone {
            region: row[0].to_owned(),
            e164: row[2].to_owned(),
            national: row[3].to_owned(),
            international: row[4].to_owned(),
        };
        // What is no number to Referee could not have been agreed on.
        let known = |phone: &Phone| {
            Comparison::Phone(phone.region.clone()).normal_text(&phone.international).as_ref()
                == Ok(&phone.e164)
        };
        let place = |name: &String| name.contains('/') && !name.starts_with("Etc/");
        let mut zones: Vec<String> =
            tz::db().available().map(|name| name.to_string()).filter(place).collect();
        zones.sort();
        Self {
            days: rows("dates.csv").iter().map(|row| row[1].to_owned()).collect(),
            numbers: rows("numbers.csv").iter().map(style).collect(),
            phones: rows("phones.csv").iter().map(phone).filter(known).collect(),
            words: rows("words.csv").iter().map(|row| row[1].to_owned()).collect(),
            zones,
        }
    }

    /// A day as some country writes it.
    pub fn written_day(&self, day: &str, dice: &mut Dice) -> Option<String> {
        Some(write_day(dice.pick::<String>(&self.days), NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?))
    }

    /// A day written as in one country and read as in another, where that makes it another day.
    pub fn misread_day(&self, day: &str, dice: &mut Dice) -> Option<String> {
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
        let other = (0..60).find_map(|_| {
            let text = write_day(dice.pick::<String>(&self.days), day);
            read_day(dice.pick::<String>(&self.days), &text).filter(|read| *read != day)
        })?;
        Some(other.format("%Y-%m-%d").to_string())
    }

    /// A number as some country writes it.
    pub fn written_number(&self, number: &str, dice: &mut Dice) -> String {
        dice.pick(&self.numbers).write(number)
    }

    /// A number written as in one country and read as in another, where that makes it another one.
    pub fn misread_number(&self, number: &str, dice: &mut Dice) -> Option<String> {
        (0..60).find_map(|_| {
            let text = dice.pick(&self.numbers).write(number);
            let read = dice.pick(&self.numbers).read(&text)?;
            (read.parse::<f64>().ok()? != number.parse::<f64>().ok()?).then_some(read)
        })
    }
}

/// By a pattern of CLDR: `dd.MM.yy`.
fn write_day(pattern: &str, day: NaiveDate) -> String {
    let mut text = String::new();
    for field in fields(pattern) {
        let (letter, width) = (field.chars().next().unwrap(), field.len());
        text.push_str(&match letter {
            'd' => format!("{:0width$}", day.day()),
            'M' => format!("{:0width$}", day.month()),
            'y' if width == 2 => format!("{:02}", day.year() % 100),
            'y' => day.year().to_string(),
            _ => field,
        });
    }
    text
}

/// `dd`, `.`, `MM`, ...
fn fields(pattern: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for c in pattern.chars() {
        match fields.last_mut() {
            Some(last) if last.starts_with(c) => last.push(c),
            _ => fields.push(c.to_string()),
        }
    }
    fields
}

/// As programs read with a pattern: in its order, whatever stands between. Years of two digits
/// are of 1969 to 2068, as in POSIX.
fn read_day(pattern: &str, text: &str) -> Option<NaiveDate> {
    let order = fields(pattern).into_iter().filter(|field| field.starts_with(['d', 'M', 'y']));
    let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let (mut year, mut month, mut day) = (0, 0, 0);
    for (field, part) in order.zip(parts) {
        let number: i32 = part.parse().ok()?;
        match field.chars().next()? {
            'y' if part.len() == 2 => year = if number < 69 { 2000 + number } else { 1900 + number },
            'y' => year = number,
            'M' => month = u32::try_from(number).ok()?,
            _ => day = u32::try_from(number).ok()?,
        }
    }
    NaiveDate::from_ymd_opt(year, month, day).filter(|day| day.year() >= 1000)
}

impl NumberStyle {
    fn write(&self, number: &str) -> String {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut text = String::new();
        for (at, digit) in whole.chars().enumerate() {
            let left = whole.len() - at;
            let begins = at > 0 && (left == 3 || left > 3 && (left - 3).is_multiple_of(self.size));
            text.extend(begins.then_some(self.group));
            text.push(digit);
        }
        text.extend((!fraction.is_empty()).then_some(self.decimal));
        text + fraction
    }

    /// As programs read: signs between thousands are left out wherever they stand.
    fn read(&self, text: &str) -> Option<String> {
        let kept = text.chars().filter(|c| *c != self.group);
        let plain: String = kept.map(|c| if c == self.decimal { '.' } else { c }).collect();
        let digits = plain.chars().all(|c| c.is_ascii_digit() || c == '.');
        (digits && plain.parse::<f64>().is_ok()).then_some(plain)
    }
}
