//! The versions of the policies of a kind of record, each with what it changed.

use super::build::rule;
use super::{Compared, PolicyVersion, VersionsPage};
use crate::domain::entity::Entity;
use crate::domain::ids::FieldId;
use crate::domain::policy::{EntityPolicy, Policies, Policy};
use crate::engine::Setup;
use crate::store::StoreError;
use crate::store::configuration::Version;
use crate::web::failure::Failure;
use crate::web::messages::{Msg, literal, msg};
use crate::web::when::Clockface;
use std::collections::BTreeSet;

/// One change: field, setting, before, after.
type Change = (Msg, Msg, Msg, Msg);

/// The page; `stored` is newest first, with one more than is shown to tell what the oldest changed.
///
/// # Errors
/// A stored version cannot be read.
pub fn page(
    setup: &Setup,
    entity: &Entity,
    stored: &[Version],
    face: &Clockface,
) -> Result<VersionsPage, Failure> {
    let mut bodies = Vec::with_capacity(stored.len());
    for version in stored {
        let policies: Policies = serde_json::from_str(&version.body).map_err(StoreError::from)?;
        bodies.push(policies.0.get(&entity.id).cloned().unwrap_or_default());
    }
    let mut versions = Vec::new();
    for (at, (version, body)) in stored.iter().zip(&bodies).enumerate() {
        let before = bodies.get(at + 1);
        let changes = before.map(|before| changes(setup, entity, before, body)).unwrap_or_default();
        // Versions that changed another kind of record only are left out.
        if changes.is_empty() && before.is_some() {
            continue;
        }
        versions.push(PolicyVersion {
            number: u64::try_from(version.version).unwrap_or(0),
            when: face.day(version.created_at),
            author: version.author.clone(),
            reason: version.reason.clone(),
            changes,
            current: versions.is_empty(),
            roll_back: (!versions.is_empty())
                .then(|| format!("/policies/{}/versions/{}/draft", entity.id, version.version)),
        });
    }
    Ok(VersionsPage {
        entity: entity.label.clone(),
        entity_href: format!("/policies/{}", entity.id),
        versions,
        compared: None,
        compare: format!("/policies/{}/versions", entity.id),
        problems: Vec::new(),
        admin: true,
    })
}

/// What lies between two versions.
///
/// # Errors
/// A stored version cannot be read.
pub fn compared(setup: &Setup, entity: &Entity, from: &Version, to: &Version) -> Result<Compared, Failure> {
    let of = |version: &Version| -> Result<EntityPolicy, Failure> {
        let policies: Policies = serde_json::from_str(&version.body).map_err(StoreError::from)?;
        Ok(policies.0.get(&entity.id).cloned().unwrap_or_default())
    };
    let changes = changes(setup, entity, &of(from)?, &of(to)?);
    Ok(Compared { from: from.version, to: to.version, changes })
}

fn changes(setup: &Setup, entity: &Entity, before: &EntityPolicy, after: &EntityPolicy) -> Vec<Change> {
    let mut out = Vec::new();
    let parent = msg("policy-parent").with("entity", &entity.label);
    compare(setup, &parent, &before.all, &after.all, &mut out);
    let slots: BTreeSet<&FieldId> = before.slots.keys().chain(after.slots.keys()).collect();
    let none = Policy::default();
    for id in slots {
        let label = entity.slot(id).map_or_else(|| literal(id.as_str()), |slot| literal(&*slot.label));
        let of = |policy: &EntityPolicy| policy.slots.get(id).cloned().unwrap_or_else(|| none.clone());
        compare(setup, &label, &of(before), &of(after), &mut out);
    }
    out
}

fn compare(setup: &Setup, label: &Msg, before: &Policy, after: &Policy, out: &mut Vec<Change>) {
    for ((name, was), (_, now)) in settings(setup, before).into_iter().zip(settings(setup, after)) {
        if was != now {
            out.push((label.clone(), name, was, now));
        }
    }
}

/// Every setting of a level with its words.
#[must_use]
pub fn settings(setup: &Setup, policy: &Policy) -> [(Msg, Msg); 18] {
    fn or_inherited<T>(value: Option<T>, words: impl FnOnce(T) -> Msg) -> Msg {
        value.map_or_else(|| msg("setting-inherited"), words)
    }
    let number = |key: &'static str| move |n: u32| msg(key).with("n", n);
    let yes = |yes: bool| msg(if yes { "yes" } else { "no" });
    [
        (
            msg("source-of-truth"),
            or_inherited(policy.source_of_truth.as_ref(), |id| literal(setup.catalog.label(id))),
        ),
        (msg("policy-rule"), or_inherited(policy.rule, rule)),
        (msg("policy-review-if"), or_inherited(policy.review_if.as_ref(), literal)),
        (
            msg("policy-priority"),
            or_inherited(policy.priority.as_ref(), |order| {
                let names: Vec<&str> = order.iter().map(|system| setup.catalog.label(system)).collect();
                literal(names.join(", "))
            }),
        ),
        (msg("policy-half-life"), or_inherited(policy.half_life_days, number("half-life-days"))),
        (
            msg("policy-deletes"),
            or_inherited(policy.deletes, |deletes| msg(format!("deletes-{}", deletes.as_str()))),
        ),
        (msg("policy-bulk"), or_inherited(policy.bulk_allowed, yes)),
        (msg("policy-second"), or_inherited(policy.second_approver, yes)),
        (msg("policy-approval"), or_inherited(policy.approval_hours, number("due-hours"))),
        (
            msg("column-stakes"),
            or_inherited(policy.stakes, |stakes| msg(format!("stakes-{}", stakes.as_str()))),
        ),
        (
            msg("policy-reason"),
            or_inherited(policy.reason_asked, |asked| {
                msg(if asked { "reason-asked-coded" } else { "reason-asked-no" })
            }),
        ),
        (msg("policy-hold"), or_inherited(policy.hold_seconds, number("hold-seconds"))),
        (msg("column-due"), or_inherited(policy.due_hours, number("due-hours"))),
        (msg("policy-blank"), or_inherited(policy.allow_blank, yes)),
        (msg("policy-tidy"), or_inherited(policy.tidy_formatting, yes)),
        (msg("policy-blind"), or_inherited(policy.decide_blind, yes)),
        (msg("policy-margin"), or_inherited(policy.clock_margin_ms, number("margin-ms"))),
        (msg("policy-if-wrong"), or_inherited(policy.if_wrong.as_ref(), literal)),
    ]
}
