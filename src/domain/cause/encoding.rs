//! Letters that were written in one character set and read in another, or lost on the way.

use super::conversion::{Guess, Member};
use super::signs::{byte, in_ascii, is_mark, is_unseen, windows};
use super::{Shape, Strength, alphabet};
use crate::domain::compare::Comparison;
use crate::domain::compare::text::fold_case;

/// Ways of reading a text that are followed at once; more are only found in made-up ones.
const WAYS: usize = 16;

pub(super) fn conversion(member: &Member<'_>) -> Option<Guess> {
    use Comparison::{Country, Email, Exact, Text};
    if !matches!(member.field.comparison, Exact | Text | Email | Country) {
        return None;
    }
    let (damaged, whole) = (member.damaged, member.whole);
    let strength = match whole.is_ascii() {
        _ if is_escaped(damaged, whole) => Strength::Strong,
        true => return None,
        // What one set lacks is written as an escape by some, and the rest is read as another.
        false => letters(damaged, whole).or_else(|| letters(&unescape(damaged, '&', entity), whole))?,
    };
    Some((Some(Shape::Encoding), strength))
}

fn letters(damaged: &str, whole: &str) -> Option<Strength> {
    if is_misread(damaged, whole) || alphabet::is_misread(damaged, whole) {
        return Some(Strength::Strong);
    }
    let (damaged, whole) = (fold_case(damaged), fold_case(whole));
    let (damaged, whole): (Vec<char>, Vec<char>) = (damaged.chars().collect(), whole.chars().collect());
    let became = |ways: fn(char, &[char]) -> Vec<usize>| walk(&damaged, &whole, ways);
    match () {
        () if became(marked) => Some(Strength::Strong),
        () if became(folded) => Some(Strength::Likely),
        () if became(dropped) => Some(Strength::Likely),
        () if became(replaced) => Some(Strength::Likely),
        () => None,
    }
}

/// UTF-8 read as Windows-1252 or Latin-1, once or twice.
fn is_misread(damaged: &str, whole: &str) -> bool {
    let (seen, original) = (squeeze(damaged), squeeze(whole));
    if seen == original {
        return false;
    }
    let readings: [fn(u8) -> char; 2] = [windows, char::from];
    let forward = readings.iter().any(|read| {
        let once = misread(whole, *read);
        squeeze(&once) == seen || squeeze(&misread(&once, *read)) == seen
    });
    // The other way round the capitals do not matter: the whole may be written in others.
    let once = read_again(damaged);
    let twice = once.as_deref().and_then(read_again);
    forward || [once, twice].into_iter().flatten().any(|text| squeeze(&text) == original)
}

/// What a text says if its signs are bytes of UTF-8.
fn read_again(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
    String::from_utf8(bytes?).ok()
}

fn misread(text: &str, read: fn(u8) -> char) -> String {
    text.bytes().map(read).collect()
}

/// What is left to see: places that a character set does not give out come as anything.
fn squeeze(text: &str) -> String {
    let seen = text.chars().filter(|c| !is_unseen(*c) && !is_mark(*c) && !c.is_whitespace());
    fold_case(&seen.collect::<String>())
}

/// Whether a text becomes the other when each letter beyond ASCII stays, or becomes as many of
/// the next signs as `ways` says.
fn walk(damaged: &[char], whole: &[char], ways: fn(char, &[char]) -> Vec<usize>) -> bool {
    let mut states: Vec<usize> = vec![0];
    for &letter in whole {
        let mut next: Vec<usize> = Vec::with_capacity(states.len() + 1);
        for &at in &states {
            let rest = damaged.get(at..).unwrap_or(&[]);
            let stays = (rest.first() == Some(&letter)).then_some(1);
            let becomes = if letter.is_ascii() { Vec::new() } else { ways(letter, rest) };
            for step in stays.into_iter().chain(becomes) {
                if next.len() < WAYS && !next.contains(&(at + step)) {
                    next.push(at + step);
                }
            }
        }
        if next.is_empty() {
            return false;
        }
        states = next;
    }
    states.contains(&damaged.len())
}

/// As marks: one for the letter, or one for each of its bytes.
fn marked(letter: char, rest: &[char]) -> Vec<usize> {
    let bytes = letter.len_utf8();
    let marks = rest.iter().take(bytes).take_while(|c| is_mark(**c)).count();
    let twice = rest.starts_with(&['ï', '¿', '½']);
    (1..=marks).chain(twice.then_some(3)).collect()
}

/// As what it is in ASCII.
fn folded(letter: char, rest: &[char]) -> Vec<usize> {
    let ways = in_ascii(letter).into_iter().map(|way| way.to_lowercase().chars().collect::<Vec<char>>());
    ways.filter(|way| !way.is_empty() && rest.starts_with(way)).map(|way| way.len()).collect()
}

/// A Latin letter as nothing.
fn dropped(letter: char, _: &[char]) -> Vec<usize> {
    if alphabet::is_latin(letter) { vec![0] } else { Vec::new() }
}

/// A Latin letter as one other sign beyond ASCII that is not a form of the same letter.
fn replaced(letter: char, rest: &[char]) -> Vec<usize> {
    let sign = rest.first().filter(|sign| !sign.is_ascii() && alphabet::is_latin(letter));
    let Some(&sign) = sign else { return Vec::new() };
    let (is, was) = (in_ascii(sign), in_ascii(letter));
    let related = is.iter().any(|way| was.contains(way));
    if related { Vec::new() } else { vec![1] }
}

/// What one escape says, and how long it is.
type Read = fn(&str) -> Option<(String, usize)>;

/// Signs written as escapes of HTML, of an address, of a mail or of JSON.
fn is_escaped(damaged: &str, whole: &str) -> bool {
    let escapes: [(char, Read); 4] = [('&', entity), ('%', octets), ('=', octets), ('\\', unit)];
    escapes.into_iter().any(|(sign, read)| {
        damaged.contains(sign) && {
            let read = unescape(damaged, sign, read);
            // An escape may have been escaped again.
            read != damaged
                && (same(&read, whole) || sign == '&' && same(&unescape(&read, '&', entity), whole))
        }
    })
}

fn same(a: &str, b: &str) -> bool {
    fold_case(a).split_whitespace().eq(fold_case(b).split_whitespace())
}

/// The text with every escape that begins with `sign` read by `read`, which takes what follows
/// and says what it means and how long it is.
fn unescape(text: &str, sign: char, read: fn(&str) -> Option<(String, usize)>) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(sign) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (meaning, length) = read(rest).unwrap_or((sign.to_string(), sign.len_utf8()));
        plain.push_str(&meaning);
        rest = &rest[length..];
    }
    plain + rest
}

/// `&uuml;`, `&#252;` or `&#xfc;`.
fn entity(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let letter = match name.strip_prefix('#') {
        Some(number) => {
            let hex = number.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16));
            char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?)?
        }
        None => named(name)?,
    };
    Some((letter.to_string(), end + 1))
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "szlig" => 'ß',
        "aelig" => 'æ',
        "AElig" => 'Æ',
        "oslash" => 'ø',
        "Oslash" => 'Ø',
        "aring" => 'å',
        "Aring" => 'Å',
        _ => return accented(name),
    })
}

/// `uuml`: a letter and the name of its mark.
fn accented(name: &str) -> Option<char> {
    let (letter, mark) = name.split_at_checked(1)?;
    let mark = match mark {
        "uml" => '\u{308}',
        "acute" => '\u{301}',
        "grave" => '\u{300}',
        "circ" => '\u{302}',
        "tilde" => '\u{303}',
        "cedil" => '\u{327}',
        "caron" => '\u{30c}',
        _ => return None,
    };
    unicode_normalization::char::compose(letter.chars().next()?, mark)
}

/// `%C3%BC` or `=C3=BC`: the bytes of one letter or more.
fn octets(text: &str) -> Option<(String, usize)> {
    let sign = text.as_bytes().first()?;
    let mut bytes = Vec::new();
    for part in text.as_bytes().chunks(3).take(8) {
        let [first, digits @ ..] = part else { break };
        let Some(byte) = std::str::from_utf8(digits).ok().filter(|_| first == sign && digits.len() == 2)
        else {
            break;
        };
        let Ok(byte) = u8::from_str_radix(byte, 16) else { break };
        bytes.push(byte);
    }
    let valid = match std::str::from_utf8(&bytes) {
        Ok(text) => text.len(),
        Err(error) => error.valid_up_to(),
    };
    bytes.truncate(valid);
    let meaning = String::from_utf8(bytes).ok().filter(|text| !text.is_empty())?;
    let length = meaning.len() * 3;
    Some((meaning, length))
}

/// `\u00fc`.
fn unit(text: &str) -> Option<(String, usize)> {
    let digits = text.get(2..6).filter(|_| text.starts_with("\\u"))?;
    let letter = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((letter.to_string(), 6))
}
