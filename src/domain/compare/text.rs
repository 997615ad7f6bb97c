//! Plain text: letter case and spacing do not count.
//!
//! Case is folded letter by letter (Unicode lower case), not by the rules of one language: `İ`
//! and `ı` stay other letters than `i`, and `ß` stays another than `ss`, so nothing that a
//! reader could hold for two spellings is declared equal unseen.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// NFC, case folded, every run of white space (no-break spaces included) one space, none at the
/// ends. Zero-width characters are not white space and stay.
pub(super) fn normal(text: &str) -> String {
    fold_case(&collapse(text))
}

/// The text without regard to letter case, in NFC.
pub(in crate::domain) fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let folded: String = text.nfc().flat_map(char::to_lowercase).map(unify_sigma).collect();
    // Lowering can leave a letter and a mark that compose.
    if is_nfc(&folded) { folded } else { folded.nfc().collect() }
}

/// The sigma at the end of a word is the same letter as the one inside.
fn unify_sigma(c: char) -> char {
    if c == 'ς' { 'σ' } else { c }
}

fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}
