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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_long_as_a_server_takes_and_no_longer() {
        let local = "a".repeat(LONGEST - "@x.org".len());
        assert!(normal(&format!("{local}@x.org")).is_ok());
        assert!(normal(&format!("{local}a@x.org")).is_err());
    }

    #[test]
    fn what_a_label_is_made_of() {
        for domain in ["x-1.org", "my_host.org", "xn--bcher-kva.de", "bücher.example", "नमूना.example", "a.b"]
        {
            assert!(normal(&format!("ada@{domain}")).is_ok(), "{domain}");
        }
        for domain in ["-x.org", "x-.org", "x!.org", "x.org:25", "x,y.org", "x\u{7}.org", "x/y.org", "x..org"]
        {
            assert!(normal(&format!("ada@{domain}")).is_err(), "{domain}");
        }
        assert!(normal("a\tb@x.org").is_err() && normal("a\u{7}b@x.org").is_err());
    }
}
