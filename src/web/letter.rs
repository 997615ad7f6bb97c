//! An alert as a mail: what happened and to what, what to do, and where.

use super::messages::{self, Msg, msg, said};
use crate::domain::language::Language;
use crate::store::alerts::{Alert, MAIL};

/// Characters of a subject.
const SUBJECT: usize = 120;

/// What to do about an alert, by what it is about.
#[must_use]
pub fn advice(alert: &Alert) -> Msg {
    msg(match alert.cause.split('/').next() {
        Some("run") => "alert-run-advice",
        Some("writes") => "alert-delivery-advice",
        Some("incident") => "alert-incident-advice",
        Some("credentials") => "alert-credentials-advice",
        Some("target") => "alert-target-advice",
        Some(MAIL) => "alert-mail-advice",
        _ => "alert-other-advice",
    })
}

/// Subject and text of an alert's mail in that language; `url` is where the server is reached.
#[must_use]
pub fn of_alert(alert: &Alert, url: &str, language: Language) -> (String, String) {
    let words = |text: Msg| messages::of(language).plain(&text);
    let what = words(said(&alert.message));
    let first = what.lines().next().unwrap_or_default();
    let mut short: String = first.chars().take(SUBJECT).collect();
    if short.len() < first.len() {
        short.push('…');
    }
    let subject = words(msg("mail-subject").with("what", short));
    let since = alert.opened_at.format("%Y-%m-%d %H:%M UTC").to_string();
    let advice = words(advice(alert));
    let link = format!("{}{}", url.trim_end_matches('/'), alert.link);
    let since = words(msg("mail-since").with("when", since));
    let (look, why) = (words(msg("mail-look")), words(msg("mail-why")));
    (subject, format!("{what}\n{since}\n\n{advice}\n\n{look}\n{link}\n\n{why}\n"))
}
