//! Single signs: what other character sets hold in the places of letters, and what is left of
//! letters in ASCII.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The places 80 to 9F of Windows-1252; what is not given out stays a control character.
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// A byte as Windows-1252 reads it.
pub(super) fn windows(byte: u8) -> char {
    match byte {
        0x80..=0x9f => UPPER[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// The byte that Windows-1252, or Latin-1, has for a sign.
pub(super) fn byte(sign: char) -> Option<u8> {
    let place = UPPER.iter().position(|upper| *upper == sign);
    let upper = place.and_then(|place| u8::try_from(place + 0x80).ok());
    upper.or_else(|| u8::try_from(u32::from(sign)).ok())
}

/// Whether a sign takes no room: zero width, soft hyphens, controls, marks of direction.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || c.is_control()
}

/// What stands where a letter could not be read or written.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '?' | '\u{fffd}' | '□' | '\u{1a}' | '\u{7f}')
}

/// A letter as it is written where there is only ASCII, in each of the usual ways.
pub(super) fn in_ascii(c: char) -> Vec<String> {
    let mut ways: Vec<String> = Vec::new();
    let plain: String = c.nfd().filter(|part| !is_combining_mark(*part)).collect();
    if plain.is_ascii() {
        ways.push(plain);
    }
    let spelled = match c {
        'ä' | 'æ' => "ae",
        'ö' | 'œ' => "oe",
        'ü' => "ue",
        'Ä' | 'Æ' => "Ae",
        'Ö' | 'Œ' => "Oe",
        'Ü' => "Ue",
        'å' => "aa",
        'Å' => "Aa",
        'ß' => "ss",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        '‘' | '’' | '´' => "'",
        '“' | '”' | '„' | '«' | '»' => "\"",
        '–' | '—' | '‑' => "-",
        '…' => "...",
        '€' => "EUR",
        '\u{a0}' => " ",
        _ => return ways,
    };
    ways.push(spelled.to_owned());
    match c {
        'ø' | 'Ø' => ways.push("oe".to_owned()),
        'å' | 'Å' | 'æ' | 'Æ' => ways.push("a".to_owned()),
        _ => {}
    }
    ways
}
