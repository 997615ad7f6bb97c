//! What people and programs change for good reason: none of it is damage.

use super::corpus::{Corpus, Sort};
use super::dice::Dice;
use chrono::{NaiveDate, TimeDelta};

/// The value somebody meant to have there instead.
pub fn meant(corpus: &Corpus, sort: Sort, value: &str, dice: &mut Dice) -> String {
    let edited = match sort {
        Sort::Name | Sort::Label => name(corpus, value, dice),
        Sort::Street => street(corpus, value, dice),
        Sort::Price => price(value, dice),
        Sort::Quantity => quantity(value, dice),
        Sort::Measure => measure(value, dice),
        Sort::Day => day(value, dice),
        Sort::Instant => instant(value, dice),
        Sort::Note => note(value, dice),
        _ if dice.percent(15) => typo(value, dice),
        _ => None,
    };
    edited.filter(|edited| !edited.is_empty()).unwrap_or_else(|| corpus.value(sort, dice))
}

/// Another surname by marriage, a short form, a corrected letter.
fn name(corpus: &Corpus, value: &str, dice: &mut Dice) -> Option<String> {
    let (first, last) = value.split_once(' ').unwrap_or(("", value));
    let other = corpus.value(Sort::Name, dice);
    let surname = other.rsplit(' ').next()?;
    match dice.weighted(&[35, 20, 10, 25, 10]) {
        0 => Some(format!("{first} {surname}").trim().to_owned()),
        1 => Some(format!("{value}-{surname}")),
        2 => Some(format!("{}. {last}", first.chars().next()?)),
        3 => typo(value, dice),
        _ => None,
    }
}

/// Moved house, another number, an abbreviation.
fn street(corpus: &Corpus, value: &str, dice: &mut Dice) -> Option<String> {
    let (number, rest) = value.split_once(' ')?;
    match dice.weighted(&[45, 20, 15, 10, 10]) {
        0 => Some(corpus.value(Sort::Street, dice)),
        1 => Some(format!("{} {rest}", dice.from(1, 240))),
        2 => {
            let short = [
                ("Street", "St"),
                ("Avenue", "Ave"),
                ("Place", "Pl"),
                ("Crescent", "Cres"),
                ("Boulevard", "Blvd"),
            ];
            short.iter().find(|(long, _)| rest.contains(long)).map(|(long, short)| value.replace(long, short))
        }
        3 => Some(format!("{number}{} {rest}", dice.pick(&["a", "b", "-3", "/2"]))),
        _ => typo(value, dice),
    }
}

/// A new price: a share more or less, a round one, the next one ending in 99.
fn price(value: &str, dice: &mut Dice) -> Option<String> {
    let old: f64 = value.parse().ok()?;
    let share = f64::from(i32::try_from(dice.from(-30, 60)).ok()?) / 100.0;
    let new = old * (1.0 + share);
    Some(match dice.weighted(&[40, 40, 12, 8]) {
        0 => format!("{new:.2}"),
        1 => format!("{:.2}", new.floor() + 0.99),
        2 => format!("{:.2}", (new / 5.0).ceil() * 5.0),
        _ => format!("{:.2}", old + 0.01),
    })
}

/// Stock that was sold or came in, another count.
fn quantity(value: &str, dice: &mut Dice) -> Option<String> {
    let old: i64 = value.parse().ok()?;
    Some(match dice.weighted(&[60, 30, 10]) {
        0 => (old - dice.from(-20, 20)).max(0).to_string(),
        1 => dice.from(0, 200).to_string(),
        _ => (old * 2).to_string(),
    })
}

/// Measured again.
fn measure(value: &str, dice: &mut Dice) -> Option<String> {
    let old: f64 = value.parse().ok()?;
    let places = value.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let share = f64::from(i32::try_from(dice.from(-4000, 6000)).ok()?) / 10_000.0;
    Some(format!("{:.places$}", old * (1.0 + share)))
}

/// A corrected day, month or year, or another day altogether.
fn day(value: &str, dice: &mut Dice) -> Option<String> {
    let old = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()?;
    let new = match dice.weighted(&[30, 20, 20, 30]) {
        0 => old + TimeDelta::days(dice.from(-28, 28)),
        1 => old.checked_add_months(chrono::Months::new(u32::try_from(dice.from(1, 11)).ok()?))?,
        2 => old.checked_sub_months(chrono::Months::new(12 * u32::try_from(dice.from(1, 20)).ok()?))?,
        _ => return None,
    };
    Some(new.format("%Y-%m-%d").to_string())
}

/// Put off by minutes, hours or days; people choose round times.
fn instant(value: &str, dice: &mut Dice) -> Option<String> {
    let old = chrono::NaiveDateTime::parse_from_str(value, "%Y-%m-%dT%H:%M:%SZ").ok()?;
    let new = match dice.weighted(&[25, 25, 50]) {
        0 => old + TimeDelta::minutes(dice.from(1, 300)),
        1 => old + TimeDelta::days(dice.from(1, 30)),
        _ => old + TimeDelta::seconds(dice.from(60, 2_000_000)),
    };
    Some(new.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Words left out, added, or put otherwise.
fn note(value: &str, dice: &mut Dice) -> Option<String> {
    let words: Vec<&str> = value.split(' ').collect();
    let keep = usize::try_from(dice.from(3, i64::try_from(words.len()).ok()?.max(4) - 1)).ok()?;
    match dice.weighted(&[25, 35, 40]) {
        // People stop after a noun, not after "of a".
        0 => {
            let kept = &words[..keep.min(words.len())];
            let end = kept.iter().rposition(|word| word.len() > 4)?;
            Some(kept[..=end].join(" "))
        }
        1 => Some(format!("{value}, see file {}", dice.from(10, 99))),
        _ => None,
    }
}

/// One letter another, left out, twice, or two in the wrong order.
pub fn typo(value: &str, dice: &mut Dice) -> Option<String> {
    let mut letters: Vec<char> = value.chars().collect();
    if letters.len() < 4 {
        return None;
    }
    let at = usize::try_from(dice.from(1, i64::try_from(letters.len()).ok()? - 2)).ok()?;
    match dice.from(0, 3) {
        0 => letters[at] = *dice.pick(&['e', 'a', 'n', 'r', 's', 't', '1', '7']),
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    Some(letters.into_iter().collect())
}
