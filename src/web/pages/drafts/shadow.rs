//! A draft in shadow as its page shows it: by field, each number with its rows.

use super::build::{Asked, address_of, field, label_of, listed, shown};
use super::{DraftRowsPage, Row, ShadowPart, ShadowRow};
use crate::domain::ids::{EntityId, FieldId};
use crate::domain::shadow::{Beside, Chosen, removed};
use crate::domain::value::Tuple;
use crate::engine::Setup;
use crate::engine::detect::RECORD;
use crate::engine::policies::shadow::{self, Shadowed};
use crate::store::policy_drafts::Draft;
use crate::web::messages::{Msg, literal, msg};
use crate::web::when::Clockface;
use std::collections::BTreeMap;

/// What is counted of a field: the key of the sentence, and of the rows behind it.
fn keys() -> impl Iterator<Item = (Beside, Option<Chosen>, String)> {
    let settles = Chosen::ALL.into_iter().map(|chosen| {
        (Beside::Settles, Some(chosen), format!("settles-{}", chosen.as_str().replace('_', "-")))
    });
    let plain = |beside: Beside| (beside, None, beside.as_str().to_owned());
    std::iter::once(plain(Beside::Same)).chain(settles).chain([plain(Beside::Asks), plain(Beside::Otherwise)])
}

fn key(row: &shadow::Row) -> String {
    let is = |(beside, chosen, _): &(Beside, Option<Chosen>, String)| {
        *beside == row.beside && (chosen.is_none() || *chosen == row.chosen)
    };
    keys().find(is).map_or_else(String::new, |(.., key)| key)
}

/// The part of a draft's page that tells of its shadow.
#[must_use]
pub fn part(setup: &Setup, draft: &Draft, found: Option<&Shadowed>, face: &Clockface) -> ShadowPart {
    let form = |running: bool| ShadowPart {
        running,
        lead: None,
        ended: None,
        rows: Vec::new(),
        start: format!("/policy-drafts/{}/shadow", draft.id),
        end: format!("/policy-drafts/{}/shadow-end", draft.id),
        days: shadow::DAYS.to_string(),
        most: shadow::MOST.to_string(),
    };
    let Some(found) = found else { return form(false) };
    let own = &found.shadow;
    let mut fields: BTreeMap<(&EntityId, &FieldId), BTreeMap<String, usize>> = BTreeMap::new();
    for row in &found.rows {
        *fields.entry((&row.entity, &row.field)).or_default().entry(key(row)).or_default() += 1;
    }
    let row = |((entity, slot), counts): ((&EntityId, &FieldId), BTreeMap<String, usize>)| {
        let one = |(_, _, key): (Beside, Option<Chosen>, String)| {
            let n = *counts.get(&key)?;
            let href = address_of(
                draft,
                &[("what", &format!("shadow-{key}")), ("entity", entity.as_str()), ("field", slot.as_str())],
            );
            Some((msg(format!("shadow-{key}")).with("n", n), href))
        };
        ShadowRow { field: label_of(setup, entity, slot), parts: keys().filter_map(one).collect() }
    };
    let lead = msg("shadow-lead").with("n", found.rows.len()).with("name", &own.started_by);
    let lead = lead.with("when", face.day(own.started_at).text);
    let until = face.day(own.until).text;
    ShadowPart {
        lead: Some(match found.ended {
            None => lead.with("until", msg("shadow-until").with("when", until).with("most", own.most)),
            Some(_) => lead.with("until", literal("")),
        }),
        ended: found.ended.map(|ended| msg(format!("shadow-ended-{}", ended.as_str()))),
        rows: fields.into_iter().map(row).collect(),
        ..form(found.ended.is_none())
    }
}

/// The rows behind one number.
#[must_use]
pub fn rows(setup: &Setup, draft: &Draft, found: Option<&Shadowed>, asked: &Asked) -> DraftRowsPage {
    let wanted = asked.what.strip_prefix("shadow-").unwrap_or_default();
    let fits = |row: &&shadow::Row| {
        key(row) == wanted && row.entity.as_str() == asked.entity && row.field.as_str() == asked.field
    };
    let fit: Vec<&shadow::Row> = found.iter().flat_map(|found| &found.rows).filter(fits).collect();
    let asks = || msg("draft-row-review");
    let (all, rows) = listed(&fit, |row| Row {
        title: row.title.clone(),
        href: format!("/conflicts/{}", row.conflict),
        field: field(setup, &row.entity, &row.field),
        decided: row.decided.as_ref().map_or_else(|| not_decided(row), |tuple| kept(row, tuple)),
        would: row.would.as_ref().map_or_else(asks, |tuple| kept(row, tuple)),
    });
    let known = keys().any(|(.., key)| key == wanted);
    let heading = msg(if known { format!("shadow-{wanted}") } else { "shadow-same".to_owned() });
    DraftRowsPage {
        href: format!("/policy-drafts/{}", draft.id),
        matrix: super::build::matrix(draft),
        draft: super::build::heading(draft),
        heading: heading.with("n", all),
        past: true,
        more: (all > rows.len()).then(|| msg("draft-rows-more").with("n", rows.len()).with("of", all)),
        rows,
    }
}

/// The values of a field or group on one line, or what becomes of a record that is missing somewhere.
fn kept(row: &shadow::Row, tuple: &Tuple) -> Msg {
    if row.field.as_str() == RECORD {
        let removed = *tuple == removed();
        return msg(if removed { "draft-row-removed" } else { "draft-row-made-again" });
    }
    shown(&tuple.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn not_decided(row: &shadow::Row) -> Msg {
    match row.chosen {
        Some(Chosen::LeftDifferent) => msg("draft-left-different"),
        _ => msg("shadow-not-decided"),
    }
}
