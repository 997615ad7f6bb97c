//! A draft as its page shows it: the changes in words, and numbers with their rows.

use super::{ChangeRow, DraftPage, DraftRowsPage, Part, Row, Tally};
use crate::domain::entity::Entity;
use crate::domain::ids::{EntityId, FieldId, SystemId};
use crate::domain::policy_change::{Change, applied, own};
use crate::domain::value::HIDDEN;
use crate::engine::Setup;
use crate::engine::detect::{Fate, RECORD};
use crate::engine::policies::shadow::Shadowed;
use crate::engine::policies::{Backtest, Judged, Looked, Preview, Standing};
use crate::store::StoreError;
use crate::store::configuration::Version;
use crate::store::policy_drafts::Draft;
use crate::web::messages::{Arg, Msg, literal, msg};
use crate::web::pages::policies::build::warning;
use crate::web::pages::policies::versions::settings;
use crate::web::when::Clockface;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Rows that are listed behind one number.
const ROWS: usize = 500;

/// Which rows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `settled`, `made-again`, `removed`, `review`, `claimed`, `ended`, `changed`, `tidied`, `alike`, `differently` or `past-tidied`.
    pub what: String,
    pub system: String,
    /// Of a shadow's numbers.
    pub entity: String,
    pub field: String,
}

/// The address of rows, by what is asked of them.
pub(super) fn address_of(draft: &Draft, asked: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
    format!("/policy-drafts/{}/differences?{query}", draft.id)
}

fn address(draft: &Draft, what: &str, system: Option<&SystemId>) -> String {
    let system = system.map(|system| ("system", system.as_str()));
    let asked: Vec<(&str, &str)> = std::iter::once(("what", what)).chain(system).collect();
    address_of(draft, &asked)
}

/// `2 changes`, `Back to version 3`.
#[must_use]
pub fn heading(draft: &Draft) -> Msg {
    match draft.rolls_back {
        Some(n) => msg("draft-back-to").with("n", n),
        None => msg("draft-changes").with("n", draft.changes.len()),
    }
}

/// The level of a change by its name on screen.
fn level(setup: &Setup, change: &Change) -> Msg {
    match &change.slot {
        None => msg("policy-parent").with("entity", kind(setup, &change.entity)),
        Some(slot) => label_of(setup, &change.entity, slot),
    }
}

fn kind(setup: &Setup, entity: &EntityId) -> String {
    setup.catalog.entity(entity).map_or_else(|| entity.0.clone(), |entity| entity.label.clone())
}

/// `Phone of Customer`.
pub(super) fn label_of(setup: &Setup, entity: &EntityId, slot: &FieldId) -> Msg {
    msg("policy-heading").with("field", field(setup, entity, slot)).with("entity", kind(setup, entity))
}

fn label(entity: Option<&Entity>, field: &FieldId) -> Msg {
    let slot = entity.and_then(|entity| entity.slot(field)).map(|slot| literal(&*slot.label));
    let other = || if field.as_str() == RECORD { msg("dry-run-whole") } else { literal(&field.0) };
    slot.unwrap_or_else(other)
}

pub(super) fn field(setup: &Setup, entity: &EntityId, field: &FieldId) -> Msg {
    label(setup.catalog.entity(entity), field)
}

/// The page.
///
/// # Errors
/// The draft cannot be written as JSON, which nothing stored can cause.
pub fn page(
    setup: &Setup,
    draft: &Draft,
    preview: &Preview,
    shadow: Option<&Shadowed>,
    newest: Option<&Version>,
    face: &Clockface,
) -> Result<DraftPage, StoreError> {
    let stale = newest.filter(|_| preview.stale).map(|newest| {
        msg("draft-stale")
            .with("name", &newest.author)
            .with("n", newest.version)
            .with("based", draft.based_on)
    });
    Ok(DraftPage {
        href: format!("/policy-drafts/{}", draft.id),
        matrix: matrix(draft),
        heading: heading(draft),
        author: draft.author.clone(),
        when: face.day(draft.changed_at),
        reason: draft.reason.clone(),
        fingerprint: draft.fingerprint()?,
        based_on: draft.based_on,
        changes: changes(setup, draft),
        warnings: warnings(setup, draft),
        stale,
        notice: None,
        open: open(setup, draft, preview),
        agreed: agreed(draft, preview),
        past: past(draft, &preview.backtest),
        shadow: super::shadow::part(setup, draft, shadow, face),
    })
}

/// The matrix of the first kind of record it changes.
#[must_use]
pub fn matrix(draft: &Draft) -> String {
    let first = draft.changes.first();
    first.map_or_else(|| "/policies".to_owned(), |change| format!("/policies/{}", change.entity))
}

fn changes(setup: &Setup, draft: &Draft) -> Vec<ChangeRow> {
    let mut rows = Vec::new();
    for change in &draft.changes {
        let before = own(&setup.policies, &change.entity, change.slot.as_ref());
        let pairs = settings(setup, &before).into_iter().zip(settings(setup, &change.policy));
        for ((setting, was), (_, becomes)) in pairs.filter(|((_, was), (_, becomes))| was != becomes) {
            rows.push(ChangeRow { field: level(setup, change), setting, was, becomes });
        }
    }
    rows
}

fn warnings(setup: &Setup, draft: &Draft) -> Vec<Msg> {
    let policies = applied(setup.policies.clone(), &draft.changes);
    let trial = Setup { policies, ..setup.clone() };
    let mut warnings = Vec::new();
    for change in &draft.changes {
        let Some(entity) = trial.catalog.entity(&change.entity) else { continue };
        for slot in entity.slots() {
            if change.slot.as_ref().is_none_or(|own| *own == *slot.id) {
                let told = warning(&trial, entity, &slot, &trial.policy(entity, &slot));
                warnings.extend(told.filter(|told| !warnings.contains(told)));
            }
        }
    }
    warnings
}

fn is(judged: &Judged, what: &str, system: Option<&SystemId>) -> bool {
    match (&judged.standing, what) {
        (Standing::Judged(Fate::Settled { system: own }), "settled") => own.as_ref() == system,
        (Standing::Judged(Fate::Review), "review")
        | (Standing::Judged(Fate::MadeAgain), "made-again")
        | (Standing::Judged(Fate::Removed), "removed")
        | (Standing::Judged(Fate::Ended), "ended")
        | (Standing::Claimed, "claimed") => true,
        _ => false,
    }
}

fn open(setup: &Setup, draft: &Draft, preview: &Preview) -> Tally {
    let mut settled: BTreeMap<Option<&SystemId>, usize> = BTreeMap::new();
    for judged in &preview.open {
        if let Standing::Judged(Fate::Settled { system }) = &judged.standing {
            *settled.entry(system.as_ref()).or_default() += 1;
        }
    }
    let settles = |judged: &&Judged| ["made-again", "removed"].iter().any(|what| is(judged, what, None));
    let records = preview.open.iter().filter(settles).count();
    let all = records + settled.values().sum::<usize>();
    let mut parts = Vec::new();
    for (system, n) in settled {
        let text = match system {
            Some(system) => msg("draft-settles").with("system", setup.catalog.label(system)),
            None => msg("draft-settles-computed"),
        };
        parts.push(Part { text: text.with("n", n), href: Some(address(draft, "settled", system)) });
    }
    for what in ["made-again", "removed", "review", "claimed", "ended"] {
        let n = preview.open.iter().filter(|judged| is(judged, what, None)).count();
        if n > 0 {
            let text = msg(format!("draft-{what}")).with("n", n);
            parts.push(Part { text, href: Some(address(draft, what, None)) });
        }
    }
    let lead = match preview.open.len() {
        0 => msg("draft-open-none"),
        n => msg("draft-open").with("n", n).with("settled", all),
    };
    let sample = preview.sample.map(|(judged, of)| msg("draft-sample").with("n", judged).with("of", of));
    Tally { lead: Some(lead), parts, note: sample }
}

fn agreed(draft: &Draft, preview: &Preview) -> Tally {
    if preview.agreed == 0 {
        return Tally::default();
    }
    let lead = msg("draft-agreed").with("n", preview.agreed).with("changed", preview.changed.len());
    let tidied = preview.changed.iter().filter(|judged| is_tidied(judged)).count();
    let part = |n: usize, what: &str, key: &'static str| {
        (n > 0).then(|| Part { text: msg(key).with("n", n), href: Some(address(draft, what, None)) })
    };
    let others = part(preview.changed.len() - tidied, "changed", "draft-agreed-changed");
    let parts = others.into_iter().chain(part(tidied, "tidied", "draft-tidied")).collect();
    Tally { lead: Some(lead), parts, note: None }
}

fn is_tidied(judged: &Judged) -> bool {
    judged.standing == Standing::Judged(Fate::Tidied)
}

fn past(draft: &Draft, test: &Backtest) -> Tally {
    if test.looked == 0 {
        return Tally { lead: Some(msg("draft-past-none")), ..Tally::default() };
    }
    let part = |what: &str, n: usize| {
        let text = msg(format!("draft-{what}")).with("n", n);
        (n > 0).then(|| Part { text, href: Some(address(draft, what, None)) })
    };
    let mut parts: Vec<Part> = part("alike", test.alike.len()).into_iter().collect();
    parts.extend(part("differently", test.differently.len()));
    let tidied = (!test.tidied.is_empty()).then(|| msg("draft-past-tidied").with("n", test.tidied.len()));
    parts.extend(tidied.map(|text| Part { text, href: Some(address(draft, "past-tidied", None)) }));
    let reviewed = msg("draft-reviewed").with("n", test.reviewed);
    parts.extend((test.reviewed > 0).then_some(Part { text: reviewed, href: None }));
    let lead = msg("draft-past").with("n", test.looked).with("itself", test.itself());
    let thin = test.is_thin().then(|| msg("draft-thin").with("n", test.looked));
    Tally { lead: Some(lead), parts, note: thin }
}

/// The rows behind one number.
#[must_use]
pub fn rows(setup: &Setup, draft: &Draft, preview: &Preview, asked: &Asked) -> DraftRowsPage {
    let system = (!asked.system.is_empty()).then(|| SystemId(asked.system.clone()));
    let past = matches!(asked.what.as_str(), "alike" | "differently" | "past-tidied");
    let (all, rows): (usize, Vec<Row>) = match asked.what.as_str() {
        "alike" => listed(&preview.backtest.alike, |looked| looked_row(setup, looked)),
        "differently" => listed(&preview.backtest.differently, |looked| looked_row(setup, looked)),
        "past-tidied" => listed(&preview.backtest.tidied, |looked| looked_row(setup, looked)),
        what @ ("changed" | "tidied") => {
            let fit: Vec<&Judged> =
                preview.changed.iter().filter(|own| is_tidied(own) == (what == "tidied")).collect();
            listed(&fit, |judged| judged_row(setup, judged))
        }
        what => {
            let fit: Vec<&Judged> =
                preview.open.iter().filter(|judged| is(judged, what, system.as_ref())).collect();
            listed(&fit, |judged| judged_row(setup, judged))
        }
    };
    let heading = match (asked.what.as_str(), &system) {
        ("settled", Some(system)) => msg("draft-settles").with("system", setup.catalog.label(system)),
        ("settled", None) => msg("draft-settles-computed"),
        ("changed", _) => msg("draft-agreed-changed"),
        (what @ ("made-again" | "removed" | "review" | "claimed" | "ended" | "alike" | "differently"), _)
        | (what @ ("tidied" | "past-tidied"), _) => msg(format!("draft-{what}")),
        _ => msg("draft-review"),
    };
    DraftRowsPage {
        href: format!("/policy-drafts/{}", draft.id),
        matrix: matrix(draft),
        draft: self::heading(draft),
        heading: heading.with("n", all),
        past,
        more: (all > rows.len()).then(|| msg("draft-rows-more").with("n", rows.len()).with("of", all)),
        rows,
    }
}

pub(super) fn listed<T>(all: &[T], row: impl Fn(&T) -> Row) -> (usize, Vec<Row>) {
    (all.len(), all.iter().take(ROWS).map(row).collect())
}

fn judged_row(setup: &Setup, judged: &Judged) -> Row {
    let would = match &judged.standing {
        Standing::Judged(Fate::Settled { system: Some(system) }) => {
            msg("dry-run-keeps").with("system", setup.catalog.label(system))
        }
        Standing::Judged(Fate::Settled { system: None }) => msg("draft-row-computed"),
        Standing::Judged(Fate::MadeAgain) => msg("draft-row-made-again"),
        Standing::Judged(Fate::Removed) => msg("draft-row-removed"),
        Standing::Judged(Fate::Tidied) => msg("draft-row-tidied"),
        Standing::Judged(Fate::Review) => msg("draft-row-review"),
        Standing::Judged(Fate::Ended) => msg("draft-row-ended"),
        Standing::Claimed => msg("draft-row-claimed"),
    };
    let record = || format!("/records/{}", judged.record);
    Row {
        title: if judged.title.is_empty() { judged.record.0.clone() } else { judged.title.clone() },
        href: judged.conflict.as_ref().map_or_else(record, |conflict| format!("/conflicts/{conflict}")),
        field: field(setup, &judged.entity, &judged.field),
        decided: literal(""),
        would,
    }
}

/// The values of a field or group on one line.
pub(super) fn shown(texts: &[String]) -> Msg {
    if texts.iter().any(|text| text == HIDDEN) {
        return msg("state-hidden");
    }
    let known: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    if known.is_empty() { msg("value-none") } else { literal(known.join(", ")) }
}

fn looked_row(setup: &Setup, looked: &Looked) -> Row {
    let decided = looked.decided.as_deref();
    Row {
        title: looked.title.clone(),
        href: format!("/resolutions/{}", looked.resolution),
        field: field(setup, &looked.entity, &looked.field),
        decided: decided.map_or_else(|| msg("draft-left-different"), shown),
        would: shown(&looked.would),
    }
}

/// What a flash says of a draft's changes: `Phone of Customer`, or how many.
#[must_use]
pub fn what(setup: &Setup, draft: &Draft) -> Arg {
    match draft.changes.as_slice() {
        [one] => level(setup, one).into(),
        _ => heading(draft).into(),
    }
}
