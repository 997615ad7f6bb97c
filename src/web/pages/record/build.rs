//! A record's page and its timeline, built from a dossier.

use super::events::{self, Happened};
use super::handle::Narrowed;
use super::{Cause, RecordCell, RecordColumn, RecordField, RecordPage, TimelinePage};
use crate::domain::access::Viewer;
use crate::domain::entity::{Entity, Field, Slot};
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::mapping::Mapping;
use crate::domain::record::{self, Holding};
use crate::domain::rows::{self as child_rows};
use crate::domain::value::Held;
use crate::engine::dossier::Dossier;
use crate::store::resolutions::Resolution;
use crate::web::marks::{Mark, Piece, against};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::parts::{Choice, Link, Pager, SystemLink};
use crate::web::pages::reviews::{self, Ask};
use crate::web::pages::{separations, words};
use crate::web::when::Clockface;

/// Events of the timeline on one page.
const PAGE: usize = 200;
/// Events shown on the record's own page, and decisions.
const NEWEST: usize = 12;
/// Fields and rows to ask about.
const ASKED: usize = 200;

/// The record's page.
#[must_use]
pub fn page(dossier: &Dossier, viewer: &Viewer, face: &Clockface) -> RecordPage {
    let record = &dossier.record;
    let newest = events::of(dossier, face, None).into_iter().take(NEWEST);
    let fields = dossier.entity().map(|entity| {
        let own = entity.fields.iter().map(|f| field(dossier, entity, Dossier::slot_of(entity, f), f, face));
        own.chain(rows(dossier, entity, face)).collect()
    });
    RecordPage {
        name: record.title.clone(),
        entity: dossier.entity().map_or_else(|| record.entity.0.clone(), |entity| entity.label.clone()),
        ids: dossier.holdings.iter().map(|holding| system_link(dossier, holding)).collect(),
        conflict: dossier
            .open_conflict()
            .map(|conflict| Link::new(msg("record-open-conflict"), format!("/conflicts/{}", conflict.id))),
        duplicates: duplicates(dossier),
        columns: mappings(dossier).map(|mapping| column(dossier, mapping, face)).collect(),
        fields: fields.unwrap_or_default(),
        timeline: format!("/records/{}/timeline", record.id),
        events: newest.map(|happened| happened.event).collect(),
        decisions: dossier.decisions.iter().take(NEWEST).map(|d| decision(dossier, d, face)).collect(),
        ask: ask(dossier, viewer),
        apart: separations::form(dossier, viewer),
        separated: separations::of(dossier, viewer, face),
    }
}

/// The form that asks for a decision about what is not disputed.
fn ask(dossier: &Dossier, viewer: &Viewer) -> Option<Ask> {
    let entity = dossier.entity().filter(|_| reviews::may_ask(viewer))?;
    let held = dossier.holdings.iter().any(|holding| holding.present);
    let slots = entity.slots_of(&dossier.base, &dossier.holdings, std::iter::empty());
    let sight = dossier.setup.sight(viewer);
    let seen = slots.iter().filter(|slot| !sight.hides(&entity.id, &slot.id));
    let free = seen.filter(|slot| held && !slot.is_all_rows() && !dossier.is_disputed(&slot.id));
    let choice =
        |slot: &Slot<'_>| Choice { value: slot.id.0.clone(), text: literal(&*slot.label), chosen: false };
    let fields: Vec<Choice> = free.take(ASKED).map(choice).collect();
    (!fields.is_empty()).then(|| Ask::about(&dossier.record.id, fields, None))
}

/// A system holds the record more than once: which, and under which identifiers.
fn duplicates(dossier: &Dossier) -> Vec<Msg> {
    let found = record::duplicates(&dossier.holdings);
    let label = |system: &SystemId| dossier.setup.catalog.label(system).to_owned();
    let told = |(system, ids): (&SystemId, &Vec<String>)| {
        msg("record-duplicate").with("system", label(system)).with("ids", ids.clone())
    };
    found.iter().map(told).collect()
}

fn mappings(dossier: &Dossier) -> impl Iterator<Item = &Mapping> {
    dossier.setup.catalog.mappings_of(&dossier.record.entity)
}

fn system_link(dossier: &Dossier, holding: &Holding) -> SystemLink {
    let mapping = dossier.setup.catalog.mapping(&holding.system, &dossier.record.entity);
    SystemLink {
        system: dossier.setup.catalog.label(&holding.system).to_owned(),
        id: holding.external_id.clone(),
        href: mapping.and_then(|mapping| deep_link(mapping, &holding.external_id)),
    }
}

/// The way into a system; only to a web page, never to a script.
pub fn deep_link(mapping: &Mapping, key: &str) -> Option<String> {
    let pattern = mapping.deep_link.as_ref()?;
    let key: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    // In a path a plus sign is a plus sign.
    let target = pattern.replace("{key}", &key.replace('+', "%20"));
    let web = target.starts_with("https://") || target.starts_with("http://");
    web.then_some(target)
}

fn column(dossier: &Dossier, mapping: &Mapping, face: &Clockface) -> RecordColumn {
    let read = dossier.read_at.get(&mapping.system).map(|time| face.ago(*time).text);
    RecordColumn {
        name: dossier.setup.catalog.label(&mapping.system).to_owned(),
        read: read.map_or_else(|| msg("record-never-read"), |when| msg("column-read").with("when", when)),
    }
}

/// The fields of every child row, each named with its row.
fn rows(dossier: &Dossier, entity: &Entity, face: &Clockface) -> Vec<RecordField> {
    let slots = entity.slots_of(&dossier.base, &dossier.holdings, std::iter::empty());
    let of_row = |slot: &Slot<'_>| -> Vec<RecordField> {
        let fields = slot.fields();
        let one = |own: &Field| {
            let label = format!("{}: {}", slot.label, own.label);
            let shown = field(dossier, entity, &slot.id, own, face);
            RecordField { label, ..shown }
        };
        fields.map(one).collect()
    };
    slots.iter().filter(|slot| slot.is_row()).flat_map(of_row).collect()
}

fn field(dossier: &Dossier, entity: &Entity, slot: &FieldId, field: &Field, face: &Clockface) -> RecordField {
    // Of a group that is disputed as a whole, the members that differ.
    let disputed = dossier.is_disputed(slot) && differs(dossier, field);
    let source = entity.slot(slot).and_then(|slot| dossier.setup.policy(entity, &slot).source_of_truth);
    let agreed = dossier.base.0.get(&field.id).map(|agreed| &agreed.0);
    let doubled = record::duplicates(&dossier.holdings);
    let cell = |mapping: &Mapping| {
        let holding = dossier.holdings.iter().find(|holding| holding.system == mapping.system);
        let (pieces, state) = if doubled.contains_key(&mapping.system) {
            (Vec::new(), Some(msg("state-held-twice")))
        } else {
            held(mapping, holding, field, agreed.filter(|_| disputed), face)
        };
        RecordCell { pieces, state, source_of_truth: source.as_ref() == Some(&mapping.system) }
    };
    RecordField {
        label: field.label.clone(),
        timeline: timeline_of(dossier, &field.id),
        cells: mappings(dossier).map(cell).collect(),
        agreed: agreed.map_or_else(|| msg("agreed-unknown"), shown),
        disputed,
    }
}

/// The timeline of one field. The key of a row may hold anything.
fn timeline_of(dossier: &Dossier, field: &FieldId) -> String {
    let field: String = url::form_urlencoded::byte_serialize(field.as_str().as_bytes()).collect();
    format!("/records/{}/timeline?field={field}", dossier.record.id)
}

/// Whether the systems hold different values of a field.
fn differs(dossier: &Dossier, field: &Field) -> bool {
    let compared = record::comparable(&dossier.holdings);
    let present = compared.iter().filter(|holding| holding.present);
    let mut held = present.filter_map(|holding| child_rows::held(&holding.fields, &field.id));
    let first = held.next();
    first.is_some_and(|first| held.any(|other| !field.comparison.same(first, other)))
}

/// A value, or the word for there being none.
#[must_use]
pub fn shown(held: &Held) -> Msg {
    match held {
        Held::Value(text) => literal(text),
        Held::Empty => msg("state-empty"),
        Held::Null => msg("state-null"),
        Held::Unknown => msg("timeline-unreadable"),
        Held::Hidden(_) => msg("state-hidden"),
    }
}

/// What a system holds of a field; marked against what was agreed, where that is disputed.
fn held(
    mapping: &Mapping,
    holding: Option<&Holding>,
    field: &Field,
    agreed: Option<&Held>,
    face: &Clockface,
) -> (Vec<Piece>, Option<Msg>) {
    let odd = |state: Msg| (Vec::new(), Some(state));
    let Some(holding) = holding else { return odd(msg("state-absent")) };
    if !holding.present {
        return odd(msg("state-deleted"));
    }
    if !mapping.maps(&field.id) {
        return odd(msg("state-no-field"));
    }
    match child_rows::held(&holding.fields, &field.id) {
        Some(value @ Held::Value(text)) => {
            // What is only written differently is not marked.
            let agreed = agreed.filter(|agreed| !field.comparison.same(agreed, value));
            let pieces = match agreed.and_then(Held::value) {
                Some(agreed) => against(agreed, text),
                None => Piece::whole(Mark::Plain, text),
            };
            (pieces, None)
        }
        Some(Held::Unknown) | None => odd(msg("state-unknown").with("when", face.day(holding.read.at).text)),
        Some(blank) => odd(shown(blank)),
    }
}

fn decision(dossier: &Dossier, decision: &Resolution, face: &Clockface) -> Link {
    let text = msg(if decision.actor.kind == crate::domain::audit::ActorKind::Rule {
        "record-settled"
    } else {
        "record-decided"
    });
    let text = text
        .with("name", &decision.actor.name)
        .with("fields", events::fields_of(dossier, decision))
        .with("when", face.day(decision.created_at).text);
    Link::new(text, format!("/resolutions/{}", decision.id))
}

/// One page of the timeline.
#[must_use]
pub fn timeline(
    dossier: &Dossier,
    face: &Clockface,
    all: Vec<Happened>,
    narrowed: &Narrowed,
) -> TimelinePage {
    let entity = dossier.entity();
    let asked = FieldId::from(narrowed.field.as_str());
    let field = entity.and_then(|entity| Some(Field { id: asked.clone(), ..entity.field(&asked)?.clone() }));
    let field = field.as_ref();
    let row = child_rows::row_of_field(&asked);
    let slot =
        field.zip(entity).map(|(field, entity)| row.as_ref().unwrap_or(Dossier::slot_of(entity, field)));
    let wanted = |happened: &Happened| {
        let of_field = field.is_none_or(|field| {
            happened.fields.is_empty() || happened.fields.iter().any(|f| *f == field.id || Some(f) == slot)
        });
        let of_system = narrowed.system.is_empty()
            || happened.system.as_ref().is_some_and(|system| system.0 == narrowed.system);
        of_field && of_system
    };
    let mut rest =
        all.into_iter().filter(wanted).filter(|h| narrowed.before.is_empty() || h.key < narrowed.before);
    let page: Vec<Happened> = rest.by_ref().take(PAGE).collect();
    let older = rest.next().and(page.last()).map(|last| older(dossier, narrowed, &last.key));
    let record = &dossier.record;
    TimelinePage {
        field: field.map(|_| events::label(dossier, &asked)),
        name: record.title.clone(),
        entity: entity.map_or_else(|| record.entity.0.clone(), |entity| entity.label.clone()),
        id: record.link.clone().unwrap_or_else(|| events::short(&record.id.0)),
        href: format!("/records/{}", record.id),
        conflict: dossier.open_conflict().map(|conflict| format!("/conflicts/{}", conflict.id)),
        fields: field_choices(entity, &narrowed.field),
        systems: system_choices(dossier, &narrowed.system),
        zone: face.zone_name(),
        cause: cause_of(dossier, slot),
        events: page.into_iter().map(|happened| happened.event).collect(),
        pager: Pager { range: None, previous: None, next: older },
    }
}

fn older(dossier: &Dossier, narrowed: &Narrowed, key: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("field", &narrowed.field), ("system", &narrowed.system)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.append_pair("before", key);
    format!("/records/{}/timeline?{}", dossier.record.id, query.finish())
}

fn field_choices(entity: Option<&Entity>, chosen: &str) -> Vec<Choice> {
    let all = Choice { value: String::new(), text: msg("timeline-all-fields"), chosen: chosen.is_empty() };
    let one = |field: &Field| Choice {
        value: field.id.0.clone(),
        text: literal(&field.label),
        chosen: field.id.0 == chosen,
    };
    std::iter::once(all).chain(entity.iter().flat_map(|entity| &entity.fields).map(one)).collect()
}

fn system_choices(dossier: &Dossier, chosen: &str) -> Vec<Choice> {
    let all = Choice { value: String::new(), text: msg("timeline-all-systems"), chosen: chosen.is_empty() };
    let one = |mapping: &Mapping| Choice {
        value: mapping.system.0.clone(),
        text: literal(dossier.setup.catalog.label(&mapping.system)),
        chosen: mapping.system.0 == chosen,
    };
    std::iter::once(all).chain(mappings(dossier).map(one)).collect()
}

/// The likely cause of what is disputed now.
fn cause_of(dossier: &Dossier, slot: Option<&crate::domain::ids::FieldId>) -> Option<Cause> {
    let open = dossier.differences.iter().filter(|difference| difference.state.is_open());
    let mut open = open.filter(|difference| slot.is_none_or(|slot| difference.dispute.field == *slot));
    let found = open.next()?.dispute.cause();
    let evidence = words::evidence(&dossier.setup.catalog, found)?;
    Some(Cause { name: words::cause(found.name()), evidence: vec![evidence], clock: None })
}
