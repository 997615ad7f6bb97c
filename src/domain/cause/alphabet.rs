//! Texts in other alphabets than Latin, read in a character set that is not theirs.
//!
//! No tables of the sets are needed, of which there are dozens: whatever a byte is taken for, it is
//! taken for the same sign each time. Only two sets of one alphabet have to be known, since names
//! of one alphabet that are as long as each other are not rare.

use super::signs::is_mark;
use std::collections::BTreeMap;

/// Fewer letters or bytes that are each taken for a sign of their own may be so by chance.
const FEWEST: usize = 3;
/// Longest text looked at, in characters.
const LONGEST: usize = 1024;
/// The letters of Russian as KOI8-R has them, from C0 to FF.
const KOI8: &str = "юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ";
/// And as DOS had them, from 80 to 9F, A0 to AF and E0 to EF.
const DOS: [(u8, char, u8); 3] = [(0x80, 'А', 32), (0xa0, 'а', 16), (0xe0, 'р', 16)];

pub(super) fn is_misread(damaged: &str, whole: &str) -> bool {
    let foreign = |c: char| !c.is_ascii() && !is_latin(c);
    if !whole.contains(foreign) || damaged.chars().count() > LONGEST || whole.len() > LONGEST {
        return false;
    }
    let damaged: Vec<char> = damaged.chars().collect();
    bytes(&damaged, whole)
        || (1..=3).any(|n| letters(&damaged, whole, n))
        || garbled(&damaged, whole)
        || cyrillic(&damaged, whole)
}

pub(super) fn is_latin(c: char) -> bool {
    u32::from(c) < 0x250 || ('\u{1e00}'..='\u{1eff}').contains(&c)
}

/// Signs that belong to one script, roughly: Unicode gives a script a block or some.
fn script(c: char) -> u32 {
    match u32::from(c) {
        0x0000..=0x024f => 0,
        0x0370..=0x03ff => 1,
        0x0400..=0x052f => 2,
        0x2e80..=0x9fff | 0xf900..=0xfaff | 0xff00..=0xffef => 3,
        other => 16 + (other >> 7),
    }
}

/// Each byte of UTF-8 became one sign, the same one each time.
fn bytes(damaged: &[char], whole: &str) -> bool {
    let pairs = whole.bytes().map(char::from).zip(damaged.iter().copied());
    whole.len() == damaged.len() && is_code(pairs.map(|(byte, sign)| (byte, vec![sign])))
}

/// Each letter became `n` signs, the same ones each time, of other scripts than the letters are.
fn letters(damaged: &[char], whole: &str, n: usize) -> bool {
    let mut rest = damaged;
    let mut pairs: Vec<(char, Vec<char>)> = Vec::new();
    for letter in whole.chars() {
        let length = if letter.is_ascii() { 1 } else { n };
        let Some((signs, after)) = rest.split_at_checked(length) else { return false };
        // The second byte of two may be that of an ASCII letter, the first may not.
        if !letter.is_ascii() && (signs[0].is_ascii() || script(signs[0]) == script(letter)) {
            return false;
        }
        pairs.push((letter, signs.to_vec()));
        rest = after;
    }
    // Names are also written letter for letter in another alphabet. The sets have the alphabets in
    // the same places in one order, so that all letters are moved by as much.
    let moved = |(letter, signs): &(char, Vec<char>)| u32::from(signs[0]).wrapping_sub(u32::from(*letter));
    let mut written = pairs.iter().filter(|(letter, signs)| {
        n == 1 && !letter.is_ascii() && signs[0].is_alphabetic() && !is_latin(signs[0])
    });
    let by = written.next().map(moved);
    rest.is_empty() && written.all(|pair| Some(moved(pair)) == by) && is_code(pairs.into_iter())
}

/// ASCII stays, and everything else has a sign of its own; what could not be read has the same.
fn is_code(pairs: impl Iterator<Item = (char, Vec<char>)>) -> bool {
    let (mut code, mut back): (BTreeMap<char, Vec<char>>, BTreeMap<Vec<char>, char>) = Default::default();
    for (letter, signs) in pairs {
        if letter.is_ascii() {
            if signs.iter().ne([&letter]) {
                return false;
            }
            continue;
        }
        if code.entry(letter).or_insert_with(|| signs.clone()) != &signs {
            return false;
        }
        let marked = signs.iter().any(|sign| is_mark(*sign));
        if !marked && *back.entry(signs).or_insert(letter) != letter {
            return false;
        }
    }
    code.len() >= FEWEST && !back.is_empty()
}

/// ASCII stays, and of its other letters none is left: half of them or more could not be read as UTF-8.
fn garbled(damaged: &[char], whole: &str) -> bool {
    let lost = damaged.iter().filter(|c| **c == '\u{fffd}').count();
    let letters: Vec<char> = whole.chars().filter(|c| !c.is_ascii()).collect();
    let plain = damaged.iter().copied().filter(char::is_ascii);
    let same = plain.eq(whole.chars().filter(char::is_ascii)) && letters.iter().any(|c| c.is_alphabetic());
    same && lost * 2 >= letters.len() && !damaged.iter().any(|c| letters.contains(c))
}

/// Russian in one of its sets, read in another one of them, which has no letters in some places.
fn cyrillic(damaged: &[char], whole: &str) -> bool {
    type Set = fn(char) -> Option<u8>;
    let sets: [Set; 4] = [windows, koi8, iso, dos];
    let whole: Vec<char> = whole.chars().collect();
    let same = |written: Set, read: Set| {
        let mut met = 0;
        let mut pairs = whole.iter().zip(damaged);
        let all = pairs.all(|(letter, sign)| match (written(*letter), read(*sign)) {
            (None, _) => letter == sign,
            (Some(byte), Some(seen)) => {
                met += 1;
                byte == seen
            }
            (Some(_), None) => !sign.is_ascii() && script(*sign) != script(*letter),
        });
        all && met >= FEWEST
    };
    // A set read as itself changes nothing.
    let changed = whole.len() == damaged.len() && whole.as_slice() != damaged;
    changed && sets.iter().any(|written| sets.iter().any(|read| same(*written, *read)))
}

/// Where a letter stands, the alphabet beginning there.
fn from(letter: char, first: char, byte: u8, count: u8) -> Option<u8> {
    let at = u8::try_from(u32::from(letter).checked_sub(u32::from(first))?).ok()?;
    (at < count).then(|| byte + at)
}

fn windows(letter: char) -> Option<u8> {
    from(letter, 'А', 0xc0, 64)
}

fn iso(letter: char) -> Option<u8> {
    from(letter, 'А', 0xb0, 64)
}

fn koi8(letter: char) -> Option<u8> {
    let at = KOI8.chars().position(|known| known == letter)?;
    u8::try_from(at).ok().map(|at| 0xc0 + at)
}

fn dos(letter: char) -> Option<u8> {
    DOS.iter().find_map(|(byte, first, count)| from(letter, *first, *byte, *count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_the_wrong_set_is_told() {
        for (whole, damaged) in [
            // UTF-8, a byte a sign.
            ("Москва", "РњРѕСЃРєРІР°"),
            ("北京市", "å\u{8c}—äº¬å¸‚"),
            // A byte a letter, in a set of another alphabet, or of the same one.
            ("Москва", "Ìîñêâà"),
            ("Москва", "лНЯЙБЮ"),
            ("Москва", "Œ®áª¢\u{a0}"),
            // Two bytes a letter.
            ("東京都", "“Œ‹ž“s"),
            // What is no UTF-8.
            ("Москва", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        ] {
            assert!(is_misread(damaged, whole), "{whole} {damaged}");
        }
    }

    #[test]
    fn another_value_is_not_taken_for_it() {
        for (whole, damaged) in [
            ("Москва", "Казань"),
            ("Москва", "Moskva"),
            ("Москва", "Мoсква"),
            ("匈牙利", "西班牙"),
            ("Zürich", "Zürich Ⅱ"),
            ("Österreich", "Oesterreich"),
            ("日本", "Japan"),
            ("Афины", "Αθήνα"),
            ("Москва", ""),
        ] {
            assert!(!is_misread(damaged, whole), "{whole} {damaged}");
        }
    }
}
