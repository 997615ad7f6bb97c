//! Comments: what may be said, and who is named in it.

use std::collections::BTreeSet;

/// Characters of a comment.
pub const MOST: usize = 4_000;
/// People one comment can call.
pub const MOST_NAMED: usize = 20;

/// A part of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    Text(&'a str),
    /// `@ana`, with its sign.
    Named(&'a str),
}

/// The text as it is kept: without blanks around it and with one kind of line end. None where it
/// says nothing or too much.
#[must_use]
pub fn checked(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    let fits = !text.is_empty() && text.chars().count() <= MOST && !text.contains(control);
    fits.then(|| text.to_owned())
}

/// The logins that a comment names, in lower case: `@ana`, but not the host of `me@example.com`.
#[must_use]
pub fn named(text: &str) -> BTreeSet<String> {
    let named = parts(text).into_iter().filter_map(|part| match part {
        Part::Named(name) => Some(name[1..].to_lowercase()),
        Part::Text(_) => None,
    });
    named.take(MOST_NAMED).collect()
}

/// The text in parts, so that names can be marked.
#[must_use]
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut all, mut from, mut before) = (Vec::new(), 0, ' ');
    for (at, c) in text.char_indices() {
        // What a name took is behind it.
        if at < from {
            continue;
        }
        let opens = c == '@' && !before.is_alphanumeric() && !"._-@+".contains(before);
        before = c;
        let length = if opens { login_length(&text[at + 1..]) } else { 0 };
        if length == 0 {
            continue;
        }
        let start = all.last().map_or(0, |(_, end)| *end);
        if start < at {
            all.push((Part::Text(&text[start..at]), at));
        }
        (from, before) = (at + 1 + length, 'x');
        all.push((Part::Named(&text[at..from]), from));
    }
    let start = all.last().map_or(0, |(_, end)| *end);
    let rest = (start < text.len()).then(|| Part::Text(&text[start..]));
    all.into_iter().map(|(part, _)| part).chain(rest).collect()
}

/// How much of the text is a login: what ends a sentence is none of it.
fn login_length(text: &str) -> usize {
    let usual = |c: char| c.is_ascii_alphanumeric();
    let end = text.find(|c: char| !usual(c) && !"._-@+".contains(c)).unwrap_or(text.len());
    let login = text[..end].trim_end_matches(|c: char| !usual(c));
    if login.starts_with(usual) && login.len() <= 64 { login.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_addresses_are_not() {
        let named = |text: &str| named(text).into_iter().collect::<Vec<_>>();
        assert_eq!(named("@ana, ask @Jonas.K. (or @maya)"), ["ana", "jonas.k", "maya"]);
        assert_eq!(named("write to me@example.com or a.@b"), [""; 0]);
        assert_eq!(named("@ana@example.com knows"), ["ana@example.com"]);
        assert_eq!(named("@ @- @é and é@ana"), [""; 0]);
        assert_eq!(named("@ana@jonas"), ["ana@jonas"], "a login may hold the sign");
        assert_eq!(named(&format!("@{}", "a".repeat(65))), [""; 0]);
        let many: String = (0..50).map(|n| format!("@u{n:02} ")).collect();
        assert_eq!(named(&many).len(), MOST_NAMED);
    }

    #[test]
    fn the_parts_are_the_whole_text() {
        for text in ["", "plain", "@ana", "é @ana, @bo!", "x@y @z", "@@ana", "שלום @ana"] {
            let whole: String = parts(text)
                .iter()
                .map(|part| match part {
                    Part::Text(text) | Part::Named(text) => *text,
                })
                .collect();
            assert_eq!(whole, text);
        }
        assert_eq!(parts("to @ana."), [Part::Text("to "), Part::Named("@ana"), Part::Text(".")]);
    }

    #[test]
    fn a_comment_says_something_and_not_too_much() {
        assert_eq!(checked(" a\r\nb \n").as_deref(), Some("a\nb"));
        assert_eq!((checked(" \n"), checked("a\0b"), checked("a\u{1b}b")), (None, None, None));
        assert!(checked(&"é".repeat(MOST)).is_some());
        assert_eq!(checked(&"é".repeat(MOST + 1)), None);
    }
}
