//! Yes and no in the words systems use.

use super::Invalid;

/// `true` or `false`.
pub(super) fn normal(text: &str) -> Result<String, Invalid> {
    let word = text.trim().to_lowercase();
    let yes = match word.as_str() {
        "true" | "t" | "yes" | "y" | "1" | "on" | "ja" | "wahr" => true,
        "false" | "f" | "no" | "n" | "0" | "off" | "nein" | "falsch" => false,
        _ => return Err(Invalid::not(text, "a yes or no (yes, no, true, false, 1, 0, on, off)")),
    };
    Ok(yes.to_string())
}
