//! What several pages call the same things: causes, stakes, fields, reasons, values.

use crate::domain::catalog::Catalog;
use crate::domain::cause::{Cause, Shape};
use crate::domain::ids::{EntityId, FieldId, SystemId};
use crate::domain::policy::Stakes;
use crate::domain::resolution::Reason;
use crate::domain::value::{HIDDEN, Held};
use crate::engine::detect::RECORD;
use crate::web::messages::{Arg, Msg, literal, msg};
use crate::web::when::Clockface;

/// A span of so many milliseconds, never below zero: `350 ms`, `2.5 s`, `3 min`.
#[must_use]
pub fn milliseconds(ms: i64) -> Msg {
    match ms {
        ..1000 => msg("span-ms").with("n", ms),
        1000..60_000 if ms % 1000 == 0 => msg("span-s").with("n", ms / 1000),
        // Rounded up: a bound is not made smaller than it is.
        1000..60_000 => msg("span-s").with("n", Arg::Tenths((ms + 99) / 100)),
        _ => Clockface::length((ms + 999) / 1000),
    }
}

/// A likely cause, by its stored name.
#[must_use]
pub fn cause(name: &str) -> Msg {
    msg(match name {
        "race" => "cause-race",
        "stale_copy" => "cause-stale",
        "transformation" => "cause-conversion",
        "human_override" => "cause-by-hand",
        "bulk_update" => "cause-bulk",
        "interface_change" => "cause-interface",
        "echo" => "cause-echo",
        "missing_record" => "cause-missing",
        "deleted_record" => "cause-deleted",
        _ => "cause-unknown",
    })
}

/// Systems write so where the customer changed a value: no name, and said in the language of the page.
#[must_use]
pub fn is_customer(author: &str) -> bool {
    author.eq_ignore_ascii_case("customer")
}

/// `by Nele Fuchs`, under a value.
#[must_use]
pub fn by(author: &str) -> Msg {
    msg("fact-by").with("who", by_whom(author))
}

/// Who changed a value, after "by".
#[must_use]
pub fn by_whom(author: &str) -> Msg {
    if is_customer(author) { msg("by-customer") } else { literal(author) }
}

/// Who changed a value, as the first word of a sentence.
#[must_use]
pub fn who(author: &str) -> Msg {
    if is_customer(author) { msg("who-customer") } else { literal(author) }
}

/// What speaks for a cause, in a sentence; None where nothing does.
#[must_use]
pub fn evidence(catalog: &Catalog, cause: &Cause) -> Option<Msg> {
    let label = |system: &SystemId| catalog.label(system).to_owned();
    Some(match cause {
        Cause::Race { changed, rewrote } => {
            msg("evidence-race").with("changed", label(changed)).with("rewrote", label(rewrote))
        }
        Cause::StaleCopy { changed } => msg("evidence-stale").with("changed", label(changed)),
        Cause::Transformation { system, shape } => conversion(shape.as_ref()).with("system", label(system)),
        Cause::InterfaceChange { system } => msg("evidence-interface").with("system", label(system)),
        Cause::Echo { system } => msg("evidence-echo").with("system", label(system)),
        Cause::HumanOverride { system, author } => {
            msg("evidence-human").with("system", label(system)).with("author", who(author))
        }
        Cause::BulkUpdate { system, records } => {
            msg("evidence-bulk").with("system", label(system)).with("n", *records)
        }
        Cause::MissingRecord { system } => msg("evidence-missing").with("system", label(system)),
        Cause::DeletedRecord { system } => msg("evidence-deleted").with("system", label(system)),
        Cause::Unknown => return None,
    })
}

/// What a conversion did.
fn conversion(shape: Option<&Shape>) -> Msg {
    match shape {
        None => msg("evidence-conversion"),
        Some(Shape::SwappedDayAndMonth) => msg("evidence-swapped"),
        Some(Shape::Truncated { at }) => msg("evidence-truncated").with("n", *at),
        Some(Shape::Encoding) => msg("evidence-encoding"),
        Some(Shape::ZoneShift { minutes }) => msg("evidence-zone").with("n", *minutes),
        // 12.50 read where the point stands between thousands is 1250.
        Some(Shape::UnitFactor { factor }) if factor.trim_start_matches("1/").trim_matches('0') == "1" => {
            msg("evidence-ten").with("factor", factor)
        }
        Some(Shape::UnitFactor { factor }) => msg("evidence-unit").with("factor", factor),
        Some(Shape::Rounded { decimals }) => msg("evidence-rounded").with("n", *decimals),
        Some(Shape::LetterCase) => msg("evidence-case"),
        Some(Shape::LeadingZeros) => msg("evidence-zeros"),
        Some(Shape::Notation) => msg("evidence-notation"),
        Some(Shape::DialCode) => msg("evidence-dial-code"),
    }
}

/// How much harm a wrong value does.
#[must_use]
pub fn stakes(stakes: Stakes) -> Msg {
    msg(match stakes {
        Stakes::Low => "stakes-low",
        Stakes::Medium => "stakes-medium",
        Stakes::High => "stakes-high",
    })
}

/// The name of a field or group; of an entity, or of the first one that has it.
#[must_use]
pub fn field(catalog: &Catalog, entity: Option<&EntityId>, id: &FieldId) -> Msg {
    let entities = catalog.entities.iter().filter(|known| entity.is_none_or(|entity| *entity == known.id));
    let label = entities.filter_map(|known| known.slot(id)).map(|slot| slot.label.to_owned()).next();
    // A field that this kind of record does not have is still called what it is called elsewhere.
    let anywhere = || catalog.entities.iter().find_map(|known| Some(known.slot(id)?.label.to_owned()));
    match label.or_else(anywhere) {
        Some(label) => literal(label),
        None if id.as_str() == RECORD => msg("field-record"),
        None => literal(id.as_str()),
    }
}

/// A reason by its code; None when none was given.
#[must_use]
pub fn reason(code: &str) -> Option<Msg> {
    Reason::of(code).map(|reason| msg(reason_key(reason)))
}

/// The message of a reason.
#[must_use]
pub fn reason_key(reason: Reason) -> &'static str {
    match reason {
        Reason::SourceOfTruth => "reason-source-of-truth",
        Reason::NewerChange => "reason-newer",
        Reason::ConfirmedWithCustomer => "reason-confirmed",
        Reason::DocumentSeen => "reason-document",
        Reason::Formatting => "reason-formatting",
        Reason::Other => "reason-other",
    }
}

/// Words of a system, or of somebody outside; where they may tell what is hidden, that alone.
#[must_use]
pub fn told(text: &str) -> Msg {
    if text == HIDDEN { msg("state-hidden") } else { literal(text) }
}

/// The values of a slot on one line; an error names the state when there is no value at all.
///
/// # Errors
/// Nothing is there to be shown: what to say instead.
pub fn values(tuple: &[Held]) -> Result<String, Msg> {
    if tuple.iter().any(Held::is_hidden) {
        return Err(msg("state-hidden"));
    }
    let shown: Vec<&str> = tuple.iter().filter_map(Held::value).collect();
    if !shown.is_empty() {
        return Ok(shown.join(", "));
    }
    let null = tuple.iter().all(|held| *held == Held::Null);
    Err(msg(if null { "state-null" } else { "state-empty" }))
}
