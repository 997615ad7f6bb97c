//! E-mail addresses: the part before the @ belongs to its mail server and is left alone.

use super::Invalid;
use unicode_normalization::UnicodeNormalization;

/// Longest address a mail server may take (RFC 5321), in bytes.
const LONGEST: usize = 254;

/// The address with its domain in lower case.
pub(super) fn normal(text: &str) -> Result<String, Invalid> {
    let wrong = || Invalid::not(text, "an e-mail address (name@domain)");
    let address: String = text.trim().nfc().collect();
    let (local, domain) = address.rsplit_once('@').ok_or_else(wrong)?;
    let labels_fit = domain.split('.').all(is_label);
    if local.is_empty() || !labels_fit || address.len() > LONGEST || address.contains(is_space) {
        return Err(wrong());
    }
    let domain: String = domain.to_lowercase().nfc().collect();
    Ok(format!("{local}@{domain}"))
}

/// Letters of any script: international domains are compared as they are written.
fn is_label(label: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || !c.is_ascii();
    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(inner)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}
