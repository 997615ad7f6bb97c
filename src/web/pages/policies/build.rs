//! The matrix of policies: what is set at each field, and what it inherits.

use super::{PoliciesPage, PolicyRow, Setting, TriedRow};
use crate::domain::entity::{Entity, Slot};
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::policy::{Effective, EntityPolicy, Policies, Policy, Rule};
use crate::engine::Setup;
use crate::engine::policies::Tried;
use crate::store::configuration::Version;
use crate::store::policy_drafts::Draft;
use crate::store::queue::Count as Counted;
use crate::store::samples::Figure;
use crate::web::failure::{Code, Failure};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::drafts::build as drafts;
use crate::web::pages::parts::{Count, Link, Tab};
use crate::web::when::Clockface;

/// How many conflicts wait for a person, and what people said of those that rules settled.
pub struct Reviews {
    pub all: i64,
    pub fields: Vec<Counted>,
    pub blind: Vec<Figure>,
}

/// The newest blind review of a field.
fn reviewed(figure: &Figure) -> Link {
    let text = msg("samples-figure").with("agrees", figure.agrees).with("all", figure.all);
    Link::new(text, format!("/samples/{}", figure.sample))
}

/// The kind of record of that id, or the first one.
///
/// # Errors
/// There is no such kind, or none at all.
pub fn entity_or_first<'a>(setup: &'a Setup, id: &str) -> Result<&'a Entity, Failure> {
    let found = match id {
        "" => setup.catalog.entities.first(),
        id => setup.catalog.entity(&id.into()),
    };
    found.ok_or_else(|| Failure::new(Code::NotFound))
}

/// The name of a rule.
#[must_use]
pub fn rule(rule: Rule) -> Msg {
    msg(match rule {
        Rule::ManualReview => "rule-manual",
        Rule::SourceWins => "rule-source",
        Rule::MostRecentWins => "rule-newest",
        Rule::MostFrequent => "rule-frequent",
        Rule::Priority => "rule-priority",
        Rule::Max => "rule-max",
        Rule::Min => "rule-min",
        Rule::Delta => "rule-delta",
        Rule::Union => "rule-union",
    })
}

/// What is in force where nothing is set at a level: with the level itself left out.
#[must_use]
pub fn inherited(setup: &Setup, entity: &Entity, slot: Option<&Slot<'_>>) -> Effective {
    let Some(slot) = slot else {
        return Policies::default().effective_for_record(entity);
    };
    let mut policies = setup.policies.clone();
    if let Some(policy) = policies.0.get_mut(&entity.id) {
        policy.slots.remove(&*slot.id);
    }
    policies.effective(entity, slot)
}

/// The policy set at a level itself.
#[must_use]
pub fn own(setup: &Setup, entity: &Entity, slot: Option<&FieldId>) -> Policy {
    let none = EntityPolicy::default();
    let policy = setup.policies.0.get(&entity.id).unwrap_or(&none);
    match slot {
        Some(slot) => policy.slots.get(slot).cloned().unwrap_or_default(),
        None => policy.all.clone(),
    }
}

/// A time to decide in: hours, or days where they are whole and many.
fn due(hours: u32) -> Msg {
    match (hours / 24, hours % 24) {
        (days @ 2.., 0) => msg("due-days").with("n", days),
        _ => msg("due-hours").with("n", hours),
    }
}

/// The settings of an effective policy in the order of the matrix, as words.
fn words(setup: &Setup, effective: &Effective) -> [Msg; 6] {
    let source = effective.source_of_truth.as_ref();
    [
        source.map_or_else(|| msg("source-none"), |source| literal(setup.catalog.label(source))),
        if effective.rule_is_set { rule(effective.rule) } else { msg("rule-unset") },
        msg(format!("stakes-{}", effective.stakes.as_str())),
        msg(if effective.reason_asked { "reason-asked-coded" } else { "reason-asked-no" }),
        msg("hold-seconds").with("n", effective.hold_seconds),
        due(effective.due_hours),
    ]
}

fn row(setup: &Setup, entity: &Entity, slot: Option<&Slot<'_>>, effective: &Effective) -> PolicyRow {
    let own = own(setup, entity, slot.map(|slot| &*slot.id));
    let set = [
        own.source_of_truth.is_some(),
        own.rule.is_some(),
        own.stakes.is_some(),
        own.reason_asked.is_some(),
        own.hold_seconds.is_some(),
        own.due_hours.is_some(),
    ];
    let mut settings = words(setup, effective).into_iter().zip(set);
    let mut next = || {
        let (text, set) = settings.next().unwrap_or_else(|| (literal(""), true));
        Setting { text, inherited: !set }
    };
    let id = slot.map_or("_all", |slot| slot.id.as_str());
    PolicyRow {
        label: slot.map_or(String::new(), |slot| slot.label.to_owned()),
        href: format!("/policies/{}/{id}", entity.id),
        source: next(),
        rule: next(),
        reviewed: None,
        stakes: next(),
        reason: next(),
        hold: next(),
        due: next(),
        reviews: 0,
        reviews_href: format!("/queue?entity={}", entity.id),
        warning: slot.and_then(|slot| warning(setup, entity, slot, effective)),
        marked: false,
    }
}

/// A danger of the rule that is in force.
#[must_use]
pub fn warning(setup: &Setup, entity: &Entity, slot: &Slot<'_>, effective: &Effective) -> Option<Msg> {
    if effective.rule == Rule::SourceWins && effective.source_of_truth.is_none() {
        return Some(msg("warning-no-source").with("field", &*slot.label));
    }
    if effective.tidy_formatting && effective.source_of_truth.is_none() {
        return Some(msg("warning-tidy-no-source").with("field", &*slot.label));
    }
    if effective.rule == Rule::Priority && effective.priority.is_empty() {
        return Some(msg("warning-no-priority").with("field", &*slot.label));
    }
    let maps = |mapping: &&crate::domain::mapping::Mapping| {
        slot.fields().all(|field| mapping.field(&field.id).is_some())
    };
    let voices = setup.catalog.mappings_of(&entity.id).filter(maps).count();
    if effective.rule == Rule::MostFrequent && voices < 3 {
        return Some(msg("warning-too-few").with("field", &*slot.label).with("n", voices));
    }
    if effective.rule != Rule::MostRecentWins {
        return None;
    }
    let maps = |mapping: &&crate::domain::mapping::Mapping| {
        slot.fields().any(|field| mapping.field(&field.id).is_some()) && !mapping.machine_authors.is_empty()
    };
    let batch = setup.catalog.mappings_of(&entity.id).find(maps)?;
    let text = msg("warning-newest-batch").with("field", &*slot.label);
    Some(text.with("system", setup.catalog.label(&batch.system)))
}

/// The matrix of one kind of record.
#[must_use]
pub fn page(
    setup: &Setup,
    entity: &Entity,
    reviews: &Reviews,
    version: Option<&Version>,
    face: &Clockface,
    changed: &str,
) -> PoliciesPage {
    let slots = entity.slots();
    let effective: Vec<Effective> = slots.iter().map(|slot| setup.policy(entity, slot)).collect();
    let rows = slots.iter().zip(&effective).map(|(slot, effective)| {
        let count = reviews.fields.iter().find(|counted| counted.value == slot.id.0);
        PolicyRow {
            reviews: count.map_or(0, |counted| u64::try_from(counted.count).unwrap_or(0)),
            reviews_href: format!("/queue?entity={}&field={}", entity.id, slot.id),
            marked: slot.id.0 == changed,
            reviewed: reviews.blind.iter().find(|figure| figure.field == *slot.id).map(reviewed),
            ..row(setup, entity, Some(slot), effective)
        }
    });
    let parent = PolicyRow {
        reviews: u64::try_from(reviews.all).unwrap_or(0),
        marked: changed == "_all",
        ..row(setup, entity, None, &of_parent(setup, entity))
    };
    let tab = |one: &Entity| Tab {
        text: literal(&one.label),
        count: Some(Count::Exact(one.slots().len() as u64)),
        href: format!("/policies/{}", one.id),
        current: one.id == entity.id,
    };
    PoliciesPage {
        tabs: setup.catalog.entities.iter().map(tab).collect(),
        entity: entity.label.clone(),
        version: version.map_or_else(
            || msg("policies-no-version"),
            |version| {
                let said = msg("policies-version").with("n", version.version);
                said.with("when", face.day(version.created_at).text).with("author", &version.author)
            },
        ),
        versions: format!("/policies/{}/versions", entity.id),
        parent,
        rows: rows.collect(),
        without_rule: effective.iter().filter(|effective| !effective.rule_is_set).count() as u64,
        drafts: Vec::new(),
        admin: true,
    }
}

/// What a condition says of one record, as words.
#[must_use]
pub fn tried(setup: &Setup, entity: &Entity, tried: &Tried) -> TriedRow {
    let answer = match &tried.answer {
        Ok(true) => msg("tried-asks"),
        Ok(false) => msg("tried-settles"),
        Err(why) => msg("tried-no-answer").with("why", why),
    };
    let value = |(system, texts): &(SystemId, Vec<String>)| {
        let known: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        (setup.catalog.label(system).to_owned(), known.join(", "))
    };
    TriedRow {
        title: tried.title.clone(),
        href: format!("/records/{}", tried.record),
        field: entity.slot(&tried.field).map_or(String::new(), |slot| slot.label.to_owned()),
        values: tried.values.iter().map(value).collect(),
        answer,
        asks: tried.answer != Ok(false),
    }
}

/// A draft as a line that leads to its page.
#[must_use]
pub fn draft(draft: &Draft) -> Link {
    let text = msg("draft-line").with("what", drafts::heading(draft)).with("author", &draft.author);
    Link::new(text.with("reason", &draft.reason), format!("/policy-drafts/{}", draft.id))
}

/// What the kind of record itself sets, with the defaults where it sets nothing.
fn of_parent(setup: &Setup, entity: &Entity) -> Effective {
    let own = own(setup, entity, None);
    let effective = setup.policies.effective_for_record(entity);
    // A record as a whole is always reviewed; here the rule for its fields is shown.
    Effective { rule_is_set: own.rule.is_some(), rule: own.rule.unwrap_or(Rule::ManualReview), ..effective }
}
