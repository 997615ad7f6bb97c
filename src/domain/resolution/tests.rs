use super::*;
use crate::domain::author::{AuthorKind, Hand};
use crate::domain::conflict::{Distinct, Holder};
use crate::domain::diff::{self, Candidate, Kind};
use crate::domain::entity::Entity;
use crate::domain::ids::SystemId;
use crate::domain::policy::Policies;
use crate::domain::record::Reading;

const ENTITY: &str = r#"
id = "customer"
label = "Customer"
title = "name"
fields = [
  { id = "name", label = "Name", validate = { required = true } },
  { id = "note", label = "Note" },
  { id = "rank", label = "Rank", comparison = "decimal" },
  { id = "tags", label = "Tags", comparison = { set = { separator = ";" } } },
]
"#;

fn now() -> Time {
    Time::from_timestamp(1_000, 0).unwrap()
}

/// A dispute over a field, by what each system holds.
fn dispute(entity: &Entity, field: &str, held: &[(&str, Held)]) -> Dispute {
    let slot = entity.slot(&field.into()).unwrap();
    let value = |(at, (system, held)): (usize, &(&str, Held))| {
        let shown = vec![held.clone()];
        let read = Reading { after: None, at: now(), modified_at: None, modified_by: None };
        let (system, normal) = (SystemId::from(*system), diff::normal(&slot, &shown));
        let candidate = Candidate { system, shown, normal: normal.clone(), read, revision: 1, moved: true };
        let holder = Holder { candidate, hand: Hand { kind: AuthorKind::Unknown, burst: 0 } };
        Distinct { n: at + 1, normal, holders: vec![holder], was: None }
    };
    let mut policy = Policies::default().effective(entity, &slot);
    policy.source_of_truth = Some("crm".into());
    Dispute {
        field: field.into(),
        kind: Kind::Clash,
        values: held.iter().enumerate().map(value).collect(),
        absent: Vec::new(),
        agreed: None,
        findings: Vec::new(),
        causes: Vec::new(),
        corrected: None,
        asked: None,
        policy,
    }
}

fn text(text: &str) -> Held {
    Held::from(text)
}

#[test]
fn what_is_cleared_is_empty_in_the_form_that_a_system_has_for_nothing() {
    let entity: Entity = toml::from_str(ENTITY).unwrap();
    let of = |field: &str, held: &[(&str, Held)]| {
        let dispute = dispute(&entity, field, held);
        cleared(&entity.slot(&field.into()).unwrap(), &dispute)
    };
    let two = |a: Held, b: Held| [("portal", a), ("crm", b)];
    assert_eq!(of("note", &two(text("a"), text("b"))), Some(vec![Held::Empty]));
    assert_eq!(of("note", &two(text("a"), Held::Null)), Some(vec![Held::Null]));
    assert_eq!(of("rank", &two(text("1"), text("2"))), Some(vec![Held::Null]));
}

#[test]
fn a_required_field_cannot_be_cleared_and_no_other_blank_is_taken_for_it() {
    let entity: Entity = toml::from_str(ENTITY).unwrap();
    let clear = |field: &str, values: Tuple| {
        let dispute = dispute(&entity, field, &[("portal", text("a")), ("crm", text("b"))]);
        Outcome::Clear { values }.target(entity.slot(&field.into()).as_ref(), &dispute, now())
    };
    assert_eq!(clear("note", vec![Held::Empty]), Ok(Some(vec![Held::Empty])));
    assert_eq!(clear("note", vec![text("x")]), Err(OutcomeError::NotCleared("Note".to_owned())));
    assert!(matches!(clear("name", vec![Held::Empty]), Err(OutcomeError::Invalid { .. })));
}

#[test]
fn lists_are_combined_with_those_of_the_source_of_truth_first() {
    let entity: Entity = toml::from_str(ENTITY).unwrap();
    let slot = entity.slot(&"tags".into()).unwrap();
    let tags = dispute(&entity, "tags", &[("portal", text("b;c")), ("crm", text("a; b"))]);
    let all = combined(&slot, &tags).unwrap();
    assert_eq!(
        slot.fields().next().unwrap().comparison.normal(&all[0]),
        slot.fields().next().unwrap().comparison.normal(&text("a;b;c"))
    );
    assert!(all[0].to_string().starts_with('a'), "{all:?}");
    let outcome = Outcome::Combine { values: all.clone() };
    assert_eq!(outcome.target(Some(&slot), &tags, now()), Ok(Some(all)));
    let other = Outcome::Combine { values: vec![text("a;b;c;d")] };
    assert_eq!(
        other.target(Some(&slot), &tags, now()),
        Err(OutcomeError::NotLists),
        "what was not on the page"
    );
    let name = dispute(&entity, "name", &[("portal", text("a")), ("crm", text("b"))]);
    assert_eq!(combined(&entity.slot(&"name".into()).unwrap(), &name), None);
    let one = dispute(&entity, "tags", &[("portal", text("")), ("crm", text("a"))]);
    assert_eq!(combined(&slot, &one), None, "one list is a listed value");
}

#[test]
fn a_decision_of_earlier_days_has_no_suggestion() {
    let stored = r#"{"difference":"d1","field":"name","outcome":"keep","value":2}"#;
    let chosen: Chosen = serde_json::from_str(stored).unwrap();
    assert_eq!((chosen.suggested, &chosen.outcome), (None, &Outcome::Keep { value: 2 }));
    assert_eq!(serde_json::to_string(&chosen).unwrap(), stored);
}
