//! Languages nobody speaks, made from the English text while it is shown: what they bring to
//! light is text that is not of the message files, that is put together from pieces, that has no
//! room to grow, or that stands on the wrong side. Only a demo shows them.

use super::{ENGLISH, Messages, bundle};
use std::borrow::Cow;
use std::sync::LazyLock;

/// A letter of the accented language that English does not have.
const MADE: &str = "àƀçđéƒĝĥîĵķļḿñöƥɋŕšţûṽŵẋýž";
const PLAIN: &str = "abcdefghijklmnopqrstuvwxyz";
const MADE_CAPITALS: &str = "ÀßÇĐÉƑĜĤÎĴĶĻḾÑÖƤɊŔŠŢÛṼŴẊÝŽ";
const PLAIN_CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Begins and ends text that is drawn from right to left whatever its letters.
const OVERRIDE: char = '\u{202e}';
const POP: char = '\u{202c}';

/// The pseudo-language of a tag: `en-XA` has accents, brackets and is 40% longer; `ar-XB` runs
/// from right to left.
#[must_use]
pub fn pseudo(tag: &str) -> Option<&'static Messages> {
    match tag {
        "en-XA" => Some(&ACCENTED),
        "ar-XB" => Some(&MIRRORED),
        _ => None,
    }
}

static ACCENTED: LazyLock<Messages> = LazyLock::new(|| made("en-XA", "ltr", true, accented));
static MIRRORED: LazyLock<Messages> = LazyLock::new(|| made("ar-XB", "rtl", false, mirrored));

fn made(
    lang: &'static str,
    dir: &'static str,
    bracketed: bool,
    change: fn(&str) -> Cow<'_, str>,
) -> Messages {
    // Its plurals are those of the English text.
    let bundle = bundle::read("en", ENGLISH, |bundle| {
        bundle::english(bundle);
        bundle.set_transform(Some(change));
    });
    Messages { lang, dir, bundle, bracketed, fallback: None }
}

/// Whether words of it were made here, and do not all come from data.
pub fn is_made(text: &str) -> bool {
    text.chars().any(|c| MADE.contains(c) || MADE_CAPITALS.contains(c))
}

/// The text with its tags as they are and every other piece changed.
fn outside_tags(text: &str, change: impl Fn(&str, &mut String)) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len() * 2), text);
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
        change(&rest[..start], &mut out);
        out.push_str(&rest[start..end]);
        rest = &rest[end..];
    }
    change(rest, &mut out);
    out
}

/// Each letter with an accent, and two of five vowels and all long words stretched.
fn accented(text: &str) -> Cow<'_, str> {
    let letter = |c: char| {
        let of = |from: &str, to: &str| from.chars().position(|p| p == c).and_then(|at| to.chars().nth(at));
        of(PLAIN, MADE).or_else(|| of(PLAIN_CAPITALS, MADE_CAPITALS)).unwrap_or(c)
    };
    Cow::Owned(outside_tags(text, |piece, out| {
        for c in piece.chars() {
            out.push(letter(c));
            // Vowels are about two letters of five.
            if matches!(c, 'a' | 'e' | 'i' | 'o' | 'u') {
                out.push(letter(c));
            }
        }
    }))
}

/// Each word drawn from right to left.
fn mirrored(text: &str) -> Cow<'_, str> {
    Cow::Owned(outside_tags(text, |piece, out| {
        for word in piece.split_inclusive(' ') {
            let bare = word.trim_end_matches(' ');
            if bare.chars().any(char::is_alphabetic) {
                out.extend([OVERRIDE]);
                out.push_str(bare);
                out.push(POP);
            } else {
                out.push_str(bare);
            }
            out.push_str(&word[bare.len()..]);
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::super::{Arg, msg};
    use super::*;

    #[test]
    fn the_accented_text_is_longer_and_leaves_tags_and_values_alone() {
        let of =
            |key: &'static str| msg(key).with("n", Arg::Number(2)).with("name", "Ada <b>").with("when", "x");
        let shown = ACCENTED.html(&of("claimed-title"));
        assert!(shown.starts_with("[<b><bdi>Ada &lt;b&gt;</bdi></b> "), "{shown}");
        assert!(shown.ends_with(']') && !shown.contains("this"), "{shown}");
        let (long, short) =
            (ACCENTED.plain(&msg("filters-clear")), super::super::english().plain(&msg("filters-clear")));
        assert!(long.chars().count() * 10 >= short.chars().count() * 13, "{long}");
        assert_eq!(ACCENTED.plain(&msg("number").with("n", 1204_u32)), "1,204");
    }

    #[test]
    fn the_mirrored_text_runs_from_right_to_left() {
        assert_eq!(MIRRORED.dir, "rtl");
        assert_eq!(MIRRORED.plain(&msg("sign-out")), "\u{202e}Sign\u{202c} \u{202e}out\u{202c}");
    }
}
