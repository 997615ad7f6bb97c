use super::*;
use crate::domain::author::Hand;
use crate::domain::diff::{Candidate, Kind};
use crate::domain::entity::Entity;
use crate::domain::policy::Policies;
use crate::domain::record::Reading;

const ENTITY: &str = "id='customer'\nlabel='C'\ntitle='name'
fields=[{id='name',label='Name',validate={pattern='[A-Za-z ]*'}}]";

fn entity() -> Entity {
    toml::from_str(ENTITY).unwrap()
}

fn at(second: i64) -> Time {
    Time::from_timestamp(1_000_000 + second, 0).unwrap()
}

/// What a system holds: its value, whether it moved, by whom and when.
fn holder(system: &str, text: &str, moved: Option<(AuthorKind, i64)>) -> Holder {
    let tuple = vec![Held::from(text)];
    let (kind, second) = moved.unwrap_or((AuthorKind::Unknown, -500));
    let read = Reading {
        after: None,
        at: at(1000),
        modified_at: moved.map(|_| at(second)),
        modified_by: moved.map(|_| "Ada".to_owned()),
    };
    let candidate = Candidate {
        system: system.into(),
        shown: tuple.clone(),
        normal: tuple,
        read,
        revision: 1,
        moved: moved.is_some(),
    };
    Holder { candidate, hand: Hand { kind, burst: 1 } }
}

fn dispute(source: Option<&str>, values: Vec<Vec<Holder>>) -> Dispute {
    let entity = entity();
    let slot = entity.slots().remove(0);
    let mut policy = Policies::default().effective(&entity, &slot);
    policy.source_of_truth = source.map(SystemId::from);
    let values = values.into_iter().enumerate().map(|(at, holders)| Distinct {
        n: at + 1,
        normal: holders[0].candidate.normal.clone(),
        holders,
        was: None,
    });
    Dispute {
        field: "name".into(),
        kind: Kind::Change,
        values: values.collect(),
        absent: Vec::new(),
        agreed: Some((vec![Held::from("Old")], at(-900))),
        findings: Vec::new(),
        causes: Vec::new(),
        corrected: None,
        asked: None,
        policy,
    }
}

fn suggested(dispute: &Dispute) -> Option<Suggestion> {
    let entity = entity();
    let slot = entity.slots().remove(0);
    of(dispute, &slot)
}

const PERSON: Option<(AuthorKind, i64)> = Some((AuthorKind::Person, 10));

#[test]
fn a_persons_change_in_the_source_of_truth_is_suggested_with_its_facts() {
    let values = vec![
        vec![holder("portal", "New", PERSON), holder("helpdesk", "New", Some((AuthorKind::Integration, 20)))],
        vec![holder("warehouse", "Old", None)],
    ];
    let found = suggested(&dispute(Some("portal"), values)).unwrap();
    assert_eq!(found.value, 1);
    assert_eq!(
        found.reasons,
        [
            Fact::Person { system: "portal".into(), author: Some("Ada".into()) },
            Fact::Source { system: "portal".into() },
            Fact::OthersStand { systems: vec!["warehouse".into()] },
            Fact::Most { holders: 2, systems: 3 },
            Fact::Valid,
        ]
    );
    assert_eq!(found.against, []);
}

#[test]
fn what_speaks_against_it_is_told_as_well() {
    let values = vec![
        vec![holder("portal", "New", PERSON)],
        vec![holder("warehouse", "Other", Some((AuthorKind::Person, 30)))],
    ];
    let found = suggested(&dispute(Some("portal"), values)).unwrap();
    assert_eq!(found.value, 1);
    assert_eq!(
        found.against,
        [
            Fact::PersonElsewhere { system: "warehouse".into(), author: Some("Ada".into()) },
            Fact::NewerElsewhere { system: "warehouse".into() },
        ]
    );
}

#[test]
fn where_two_values_weigh_the_same_nothing_is_suggested() {
    let one = |text: &str, system: &str| vec![holder(system, text, PERSON)];
    let both = vec![one("New", "portal"), one("Other", "warehouse")];
    assert_eq!(suggested(&dispute(None, both)), None);
    let still = |system: &str, text: &str| vec![holder(system, text, None)];
    let mut first = dispute(None, vec![still("portal", "A"), still("warehouse", "B")]);
    first.agreed = None;
    assert_eq!(suggested(&first), None, "no fact speaks for either");
}

#[test]
fn an_invalid_value_is_never_suggested() {
    let values = vec![vec![holder("portal", "N3w", PERSON)], vec![holder("warehouse", "Old", None)]];
    let found = suggested(&dispute(Some("portal"), values)).unwrap();
    assert_eq!((found.value, &found.reasons[0]), (2, &Fact::OthersInvalid));
    assert!(found.against.contains(&Fact::NotSource { system: "portal".into() }), "{:?}", found.against);
}

#[test]
fn a_blank_or_a_bulk_load_weighs_less_than_a_value() {
    let mut load = holder("portal", "", Some((AuthorKind::Import, 10)));
    load.hand.burst = 5000;
    let found = suggested(&dispute(None, vec![vec![load.clone()], vec![holder("warehouse", "Old", None)]]));
    assert_eq!(found, None, "neither: one is a load of blanks, for the other speaks nothing");
    let found =
        suggested(&dispute(Some("warehouse"), vec![vec![load], vec![holder("warehouse", "Old", None)]]));
    assert_eq!(found.unwrap().value, 2);
}

#[test]
fn words_come_from_the_track_record_alone() {
    let track = |total, kept, reversed| Track { total, kept, reversed }.strength();
    assert_eq!(track(29, 29, 0), Strength::Unknown);
    assert_eq!(track(30, 30, 0), Strength::High);
    assert_eq!(track(100, 96, 1), Strength::High);
    assert_eq!(track(100, 96, 3), Strength::Some, "kept, but reversed too often");
    assert_eq!(track(100, 60, 0), Strength::Some);
    assert_eq!(track(100, 59, 0), Strength::Low);
    assert_eq!(track(100, 95, 11), Strength::Low);
}

#[test]
fn one_in_twenty_is_blind_and_all_where_the_policy_says_so() {
    let entity = entity();
    let mut policy = Policies::default().effective(&entity, &entity.slots().remove(0));
    let ids: Vec<DifferenceId> = (0..10_000).map(|n| DifferenceId(format!("difference {n}"))).collect();
    let blind = ids.iter().filter(|id| is_blind(&policy, id)).count();
    assert!((400..600).contains(&blind), "{blind}");
    policy.decide_blind = true;
    assert!(ids.iter().all(|id| is_blind(&policy, id)));
}
