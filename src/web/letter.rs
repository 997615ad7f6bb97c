//! Mails: an alert with what happened and to what, what to do, and where; notices with their links.

use super::messages::{self, Msg, literal, msg, said};
use super::pages::{notices, questions, words as page_words};
use super::when::Clockface;
use crate::domain::catalog::Catalog;
use crate::domain::language::Language;
use crate::engine::notices::OF_ONE_MAIL;
use crate::engine::reports::Report;
use crate::store::alerts::{Alert, MAIL};
use crate::store::notices::Told;
use crate::store::objections::Objection;
use crate::store::questions::Question;
use crate::store::resolutions::Resolution;
use crate::store::users::User;
use jiff::tz::TimeZone;

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
        Some("approval") => "alert-approval-advice",
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

/// Subject and text of a mail that tells a person these notices, the newest first. It names no
/// record and no value: those stand where the links lead.
#[must_use]
pub fn of_notices(catalog: &Catalog, told: &[Told], url: &str, language: Language) -> (String, String) {
    let words = |text: Msg| messages::of(language).plain(&text);
    let url = url.trim_end_matches('/');
    let subject = match told {
        [one] => msg("mail-notice-subject").with("what", notices::sentence(catalog, one, false)),
        many => msg("mail-notices-subject").with("n", many.len()),
    };
    let mut text = String::new();
    for one in told {
        let when = one.created_at.format("%Y-%m-%d %H:%M UTC");
        let said = words(notices::sentence(catalog, one, false));
        text.push_str(&format!("{said}\n{when}\n{url}{}\n", one.link));
        if let Some(record) = &one.record {
            text.push_str(&format!("{} {url}/records/{record}/mute\n", words(msg("mail-notices-mute"))));
        }
        text.push('\n');
    }
    if i64::try_from(told.len()).is_ok_and(|told| told >= OF_ONE_MAIL) {
        text.push_str(&format!("{}\n", words(msg("mail-notices-more"))));
    }
    let (all, why) = (words(msg("mail-notices-all")), words(msg("mail-notices-why")));
    text.push_str(&format!("{all} {url}/notices\n\n{why}\n{url}/preferences\n"));
    (words(subject), text)
}

/// Subject and text of a report of a view. It names records and fields, and no values: those stand where
/// the links lead.
#[must_use]
pub fn of_report(
    catalog: &Catalog,
    reader: &User,
    report: &Report,
    url: &str,
    language: Language,
) -> (String, String) {
    let words = |text: Msg| messages::of(language).plain(&text);
    let (url, zone) = (url.trim_end_matches('/'), TimeZone::get(&reader.zone).unwrap_or(TimeZone::UTC));
    let face = Clockface { now: report.at, zone };
    let of = |key: &'static str| msg(key).with("name", &report.name).with("n", report.total);
    let mut counts = vec![words(of("mail-report-total"))];
    let more = [
        ("mail-report-overdue", report.overdue),
        ("mail-report-high", report.high),
        ("mail-report-unassigned", report.unassigned),
    ];
    counts.extend(more.into_iter().filter_map(|(key, n)| Some(words(msg(key).with("n", n?)))));
    let mut text = format!("{}\n{}\n", report.name, counts.join("\n"));
    text.push_str(&format!("{}\n\n", words(msg("report-as-of").with("when", face.exact()))));
    if report.too_many {
        text.push_str(&format!("{}\n\n", words(msg("mail-report-too-many"))));
    }
    for (conflict, fields) in &report.rows {
        let entity = catalog.entity(&conflict.entity);
        let kind = entity.map_or(conflict.entity.as_str(), |entity| entity.label.as_str());
        let fields: Vec<String> = fields
            .iter()
            .map(|field| words(page_words::field(catalog, Some(&conflict.entity), field)))
            .collect();
        let stakes = words(page_words::stakes(conflict.stakes));
        let due = words(face.due_alone(conflict.due_at).text);
        let (title, place) = (&conflict.title, format!("{url}/conflicts/{}", conflict.id));
        text.push_str(&format!("{title} ({kind}): {}\n{stakes}, {due}\n{place}\n\n", fields.join(", ")));
    }
    let left = report.total - i64::try_from(report.rows.len()).unwrap_or(0);
    if left > 0 {
        text.push_str(&format!("{}\n\n", words(msg("mail-report-more").with("n", left))));
    }
    text.push_str(&format!("{}\n{url}/views/{}\n\n", words(msg("mail-report-list")), report.view));
    let why = if report.schedule.is_some() { "mail-report-why" } else { "mail-report-once" };
    text.push_str(&format!("{}\n{url}/views/{}/report\n", words(msg(why)), report.view));
    (words(of("mail-report-subject")), text)
}

/// Subject and text of a question to somebody outside. The values stand on the page alone.
#[must_use]
pub fn of_question(
    catalog: &Catalog,
    face: &Clockface,
    question: &Question,
    link: &str,
    language: Language,
) -> (String, String) {
    let words = |text: Msg| messages::of(language).plain(&text);
    let (field, entity) = questions::what(catalog, &question.entity, &question.field);
    let subject = words(msg("mail-question-subject").with("name", &question.asker_name));
    let of = |key: &'static str| {
        let text = msg(key).with("name", &question.asker_name).with("field", field.clone());
        let until = face.moment(question.expires_at).exact;
        words(text.with("entity", entity.clone()).with("until", until))
    };
    let own = if question.text.is_empty() { String::new() } else { format!("\n{}\n", question.text) };
    let (lead, use_it, why) = (of("mail-question-lead"), of("mail-question-link"), of("mail-question-why"));
    (subject, format!("{lead}\n{own}\n{use_it}\n{link}\n\n{why}\n"))
}

/// Subject and text of a letter to somebody whose value was not kept.
#[must_use]
pub fn of_decision(
    catalog: &Catalog,
    face: &Clockface,
    told: &Objection,
    by: &Resolution,
    link: &str,
    language: Language,
) -> (String, String) {
    let words = |text: Msg| messages::of(language).plain(&text);
    let (field, entity) = questions::what(catalog, &told.entity, &told.field);
    let of = |key: &'static str, name: &str| {
        let text = msg(key).with("name", name).with("field", field.clone());
        let until = face.moment(told.expires_at).exact;
        words(text.with("entity", entity.clone()).with("until", until))
    };
    let kept = words(page_words::values(&told.kept).map_or_else(|state| state, literal));
    let reason =
        page_words::reason(&by.reason).map(|reason| words(msg("mail-told-reason").with("reason", reason)));
    let lines: Vec<String> =
        reason.into_iter().chain(Some(told.text.clone()).filter(|text| !text.is_empty())).collect();
    let lines = if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join("\n")) };
    let lead = of("mail-told-lead", &by.actor.name);
    let (object, why) = (of("mail-told-link", ""), of("mail-told-why", &told.teller_name));
    (of("mail-told-subject", ""), format!("{lead}\n{kept}\n{lines}\n{object}\n{link}\n\n{why}\n"))
}
