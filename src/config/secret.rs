//! A setting that is never shown.

use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use url::Url;

/// A password, or an address that may hold one. `Debug`, `Display` and `Serialize` leave it out.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that uses it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    /// An address without its password; anything else as three asterisks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Url::parse(&self.0) {
            Ok(mut url) if url.has_host() || url.scheme() == "sqlite" => {
                if url.password().is_some() {
                    // Fails only for addresses that cannot have one.
                    let _ = url.set_password(Some("***"));
                }
                if url.query().is_some() {
                    url.set_query(Some("***"));
                }
                f.write_str(url.as_str())
            }
            _ => f.write_str("***"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_shown() {
        let shown = |text: &str| format!("{0} {0:?}", Secret::new(text));
        assert_eq!(shown("hunter2"), "*** ***");
        assert!(!shown("postgres://app:hunter2@db/referee").contains("hunter2"));
        assert!(shown("postgres://app:hunter2@db/referee").contains("postgres://app:***@db/referee"));
        assert!(!shown("postgres://db/referee?password=hunter2").contains("hunter2"));
    }
}
