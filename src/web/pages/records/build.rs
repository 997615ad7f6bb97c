//! The found records with their identifiers, what matched, and their open conflict.

use super::handle::{Asked, PAGE};
use super::{Found, RecordsPage};
use crate::domain::ids::RecordId;
use crate::domain::value::Held;
use crate::domain::words::Sought;
use crate::engine::Setup;
use crate::store::holdings::Holding;
use crate::store::records::Record;
use crate::store::search::OfEntity;
use crate::store::{Session, StoreError, conflicts, holdings};
use crate::web::messages::{literal, msg};
use crate::web::pages::parts::{Count, Empty, Link, Pager, Tab};
use std::collections::HashMap;

/// Cuts a page that was read one row too far; says whether there is more in that direction.
pub fn cut(found: &mut Vec<Record>, backwards: bool) -> bool {
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > most;
    if more && backwards {
        found.remove(0);
    }
    found.truncate(most);
    more
}

/// A row per record.
///
/// # Errors
/// The store failed.
pub async fn rows(
    s: &mut Session,
    setup: &Setup,
    sought: &Sought,
    found: &[Record],
) -> Result<Vec<(RecordId, Found)>, StoreError> {
    let ids: Vec<RecordId> = found.iter().map(|record| record.id.clone()).collect();
    let mut held: HashMap<RecordId, Vec<Holding>> = HashMap::new();
    for holding in holdings::of_records(s, &ids).await? {
        held.entry(holding.record.clone()).or_default().push(holding);
    }
    let open = conflicts::unclosed(s, &ids, []).await?;
    let unfinished = conflicts::unfinished(s, &ids).await?;
    let row = |record: &Record| {
        let mut held = held.remove(&record.id).unwrap_or_default();
        let place = |holding: &Holding| setup.catalog.systems.iter().position(|one| one.id == holding.system);
        held.sort_by_key(place);
        let conflict = open.iter().find(|conflict| conflict.open && conflict.record == record.id);
        let fields = unfinished.iter().filter(|d| d.state.is_open() && d.record == record.id).count();
        let label = |holding: &Holding| setup.catalog.label(&holding.system).to_owned();
        let found = Found {
            name: record.title.clone(),
            href: format!("/records/{}", record.id),
            entity: setup.catalog.entity(&record.entity).map_or("", |entity| &entity.label).to_owned(),
            ids: held.iter().map(|holding| (label(holding), holding.external_id.clone())).collect(),
            matched: matched(setup, sought, record, &held),
            conflict: conflict.map(|conflict| {
                let text = msg("records-fields-disagree").with("n", fields);
                Link::new(text, format!("/conflicts/{}", conflict.id))
            }),
        };
        (record.id.clone(), found)
    };
    Ok(found.iter().map(row).collect())
}

/// The field and value that were found, if the name and the identifiers do not show it.
fn matched(setup: &Setup, sought: &Sought, record: &Record, held: &[Holding]) -> Option<(String, String)> {
    let shown = sought.is_in(&record.title) || held.iter().any(|holding| sought.is_in(&holding.external_id));
    if sought.is_empty() || shown {
        return None;
    }
    let entity = setup.catalog.entity(&record.entity)?;
    let values: Vec<(String, String)> = held
        .iter()
        .filter_map(|holding| Some(setup.catalog.mapping(&holding.system, &entity.id)?.read(&holding.cells)))
        .flat_map(|mapped| mapped.fields)
        .filter_map(|(field, held)| {
            let Held::Value(text) = held else { return None };
            Some((entity.field(&field)?.label.clone(), text))
        })
        .collect();
    let whole = values.iter().find(|(_, text)| sought.is_in(text));
    whole.or_else(|| values.iter().find(|(_, text)| sought.touches(text))).cloned()
}

/// The page of these rows.
#[must_use]
pub fn page(
    setup: &Setup,
    asked: &Asked,
    counts: &[OfEntity],
    rows: Vec<(RecordId, Found)>,
    more: bool,
) -> RecordsPage {
    let count =
        |entity: &str| counts.iter().filter(|of| of.entity.0 == entity).map(|of| of.count).sum::<i64>();
    let all: i64 = counts.iter().map(|of| of.count).sum();
    let total = if asked.entity.is_empty() { all } else { count(&asked.entity) };
    let tab = |entity: &str, text, n: i64| Tab {
        text,
        count: Some(Count::Exact(u64::try_from(n).unwrap_or(0))),
        href: address(&asked.q, entity, &[]),
        current: asked.entity == entity,
    };
    let of = |entity: &crate::domain::entity::Entity| {
        tab(&entity.id.0, literal(&entity.label), count(&entity.id.0))
    };
    let kinds = std::iter::once(tab("", msg("all"), all)).chain(setup.catalog.entities.iter().map(of));
    let several = setup.catalog.entities.len() > 1 && (all > 0 || !asked.entity.is_empty());
    let query = asked.q.trim();
    let found = msg("records-found").with("n", total).with("query", query);
    RecordsPage {
        query: asked.q.clone(),
        tabs: if several { kinds.collect() } else { Vec::new() },
        found: (!query.is_empty() && !rows.is_empty()).then_some(found),
        pager: pager(asked, &rows, total, more),
        empty: rows.is_empty().then(|| empty(query)),
        rows: rows.into_iter().map(|(_, found)| found).collect(),
    }
}

fn empty(query: &str) -> Empty {
    let title = match query {
        "" => msg("empty-records-title-all"),
        query => msg("empty-records-title").with("query", query),
    };
    Empty { title, text: msg("empty-records-text"), link: None }
}

fn pager(asked: &Asked, rows: &[(RecordId, Found)], total: i64, more: bool) -> Pager {
    let backwards = !asked.before.is_empty();
    let (earlier, later) = if backwards { (more, true) } else { (!asked.after.is_empty(), more) };
    let end = |name, row: Option<&(RecordId, Found)>| {
        row.map(|(id, _)| address(&asked.q, &asked.entity, &[(name, id.as_str())]))
    };
    let whole = rows.len() == usize::try_from(total).unwrap_or(usize::MAX);
    Pager {
        range: (!whole).then(|| msg("records-of").with("n", rows.len()).with("total", total)),
        previous: earlier.then(|| end("before", rows.first())).flatten(),
        next: later.then(|| end("after", rows.last())).flatten(),
    }
}

fn address(query: &str, entity: &str, more: &[(&str, &str)]) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    let own = [("q", query), ("entity", entity)];
    for (name, value) in own.iter().chain(more).filter(|(_, value)| !value.is_empty()) {
        out.append_pair(name, value);
    }
    match out.finish().as_str() {
        "" => "/records".to_owned(),
        query => format!("/records?{query}"),
    }
}
