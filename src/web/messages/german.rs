//! The German messages.

use super::{Messages, bundle, english};
use std::sync::LazyLock;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(include_str!(concat!("../../../locales/de/", $name, ".ftl"))),+]
    };
}

/// The message files of German, one for each English one.
pub const GERMAN: &[&str] = files![
    "access",
    "account",
    "approvals",
    "audit",
    "bulk",
    "common",
    "conflict",
    "deciding",
    "decisions",
    "demo",
    "dry_runs",
    "failed",
    "incidents",
    "keys",
    "notices",
    "policies",
    "preferences",
    "questions",
    "queue",
    "records",
    "routing",
    "said",
    "samples",
    "separations",
    "systems",
    "talk",
];

/// The German messages, read from the binary once.
pub fn german() -> &'static Messages {
    static MESSAGES: LazyLock<Messages> = LazyLock::new(|| Messages {
        lang: "de",
        dir: "ltr",
        bundle: bundle::read("de", GERMAN, bundle::german),
        bracketed: false,
        fallback: Some(english()),
    });
    &MESSAGES
}
