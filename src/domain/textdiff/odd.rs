//! Characters that a reader cannot see or would take for others.

use similar::DiffableStr;

/// One such character, to be drawn with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Odd {
    /// Where it stands, in bytes from the start of the text.
    pub at: usize,
    pub character: char,
    /// What it is: `no-break space`.
    pub name: &'static str,
    /// What may be drawn in its place; the character itself if it can be seen.
    pub shown: char,
}

/// Invisible characters, odd white space, spaces at the ends and in runs, and letters that look
/// like Latin ones inside a Latin word, in the order of the text. What joins an emoji together
/// is no oddity.
#[must_use]
pub fn odd_characters(text: &str) -> Vec<Odd> {
    // Nearly every text: nothing but visible ASCII and single spaces inside.
    let plain = |b: u8| (b' '..=b'~').contains(&b);
    if text.bytes().all(plain) && !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ") {
        return Vec::new();
    }
    let mut odd = Vec::new();
    unseen(text, &mut odd);
    spaces(text, &mut odd);
    look_alikes(text, &mut odd);
    odd.sort_by_key(|odd| odd.at);
    odd
}

fn unseen(text: &str, odd: &mut Vec<Odd>) {
    let mut start = 0;
    for grapheme in text.tokenize_graphemes() {
        let pictured = grapheme.chars().count() > 1 && grapheme.starts_with(is_pictured);
        for (at, character) in grapheme.char_indices() {
            let joins = matches!(character, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}');
            if let Some((name, shown)) = unseen_name(character).filter(|_| !(pictured && joins)) {
                odd.push(Odd { at: start + at, character, name, shown });
            }
        }
        start += grapheme.len();
    }
}

/// Symbols and emoji: what comes in pictures, `#` and digits of key caps included.
fn is_pictured(c: char) -> bool {
    matches!(c, '#' | '*' | '0'..='9' | '©' | '®' | '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// The name of a character that is not seen as it is, and what to draw for it.
fn unseen_name(c: char) -> Option<(&'static str, char)> {
    Some(match c {
        '\t' => ("tab", '→'),
        '\n' => ("line feed", '↵'),
        '\r' => ("carriage return", '␍'),
        '\u{85}' | '\u{2028}' | '\u{2029}' => ("line separator", '↵'),
        '\0' => ("null character", '␀'),
        '\u{a0}' => ("no-break space", '⍽'),
        '\u{202f}' => ("narrow no-break space", '⍽'),
        '\u{3000}' => ("ideographic space", '⍽'),
        '\u{2007}' => ("figure space", '⍽'),
        '\u{2009}' | '\u{200a}' => ("thin space", '⍽'),
        '\u{1680}' | '\u{2000}'..='\u{2006}' | '\u{2008}' | '\u{205f}' => ("wide space", '⍽'),
        '\u{ad}' => ("soft hyphen", '·'),
        '\u{200b}' => ("zero-width space", '·'),
        '\u{200c}' => ("zero-width non-joiner", '·'),
        '\u{200d}' => ("zero-width joiner", '·'),
        '\u{2060}' => ("word joiner", '·'),
        '\u{feff}' => ("byte order mark", '·'),
        '\u{200e}' | '\u{202a}' | '\u{202d}' | '\u{2066}' => ("left-to-right mark", '▸'),
        '\u{200f}' | '\u{61c}' | '\u{202b}' | '\u{202e}' | '\u{2067}' => ("right-to-left mark", '◂'),
        '\u{2068}' | '\u{2069}' | '\u{202c}' => ("text direction mark", '◂'),
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' => ("blank filler", '·'),
        '\u{34f}' | '\u{180e}' | '\u{2061}'..='\u{2064}' | '\u{206a}'..='\u{206f}' => ("invisible mark", '·'),
        '\u{180b}'..='\u{180d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            ("variation selector", '·')
        }
        '\u{e0000}'..='\u{e007f}' => ("invisible tag", '·'),
        '\u{fff9}'..='\u{fffb}' => ("invisible mark", '·'),
        '\u{fffd}' => ("unreadable character", '\u{fffd}'),
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => ("private character", '\u{fffd}'),
        c if c.is_control() => ("control character", '·'),
        _ => return None,
    })
}

/// Plain spaces where one does not see them.
fn spaces(text: &str, odd: &mut Vec<Odd>) {
    let (first, last) = (text.len() - text.trim_start().len(), text.trim_end().len());
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let name = match character {
            ' ' if at < first => "space at the start",
            ' ' if at >= last => "space at the end",
            ' ' if before == ' ' => "repeated space",
            _ => "",
        };
        if !name.is_empty() {
            odd.push(Odd { at, character, name, shown: '·' });
        }
        before = character;
    }
}

/// Greek and Cyrillic letters in a word that has Latin ones, and full-width forms.
fn look_alikes(text: &str, odd: &mut Vec<Odd>) {
    let mut start = 0;
    for word in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        let latin = word.contains(|c: char| matches!(c, 'a'..='z' | 'A'..='Z' | 'À'..='ɏ'));
        for (at, character) in word.char_indices() {
            let name = match character {
                '！'..='～' => "full-width form",
                'Ͱ'..='Ͽ' if latin => "Greek letter",
                'Ѐ'..='ԯ' if latin => "Cyrillic letter",
                _ => continue,
            };
            odd.push(Odd { at: start + at, character, name, shown: character });
        }
        start += word.len();
    }
}
