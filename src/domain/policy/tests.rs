//! What is in force where little or nothing is set, and what is stored of it.

use super::*;

const ENTITY: &str = r#"
id = "customer"
label = "Customer"
title = "name"
fields = [{ id = "name", label = "Name" }, { id = "limit", label = "Limit", tag = "money" }]
"#;

fn policies(text: &str) -> Policies {
    let own: EntityPolicy = toml::from_str(text).unwrap();
    Policies([("customer".into(), own)].into())
}

/// What is in force for a field of the entity above.
fn effective(text: &str, field: &str) -> Effective {
    let entity: Entity = toml::from_str(ENTITY).unwrap();
    policies(text).effective(&entity, &entity.slot(&field.into()).unwrap())
}

#[test]
fn what_nobody_set_is_reviewed_within_a_day() {
    let none = effective("", "name");
    assert_eq!((none.rule, none.rule_is_set, none.stakes), (Rule::ManualReview, false, Stakes::Medium));
    assert_eq!((none.due_hours, none.hold_seconds, none.clock_margin_ms), (24, 20, 2000));
    assert_eq!((none.allow_blank, none.reason_asked, none.deletes), (false, false, Deletes::Review));
    assert!(none.bulk_allowed);
    assert_eq!((none.half_life_days, none.review_if), (None, None));
}

#[test]
fn the_stakes_say_how_soon_and_whether_many_at_once() {
    let of = |stakes: &str| {
        let own = effective(&format!("[all]\nstakes = \"{stakes}\""), "name");
        (own.due_hours, own.bulk_allowed)
    };
    assert_eq!((of("low"), of("medium"), of("high")), ((168, true), (24, true), (8, false)));
    let own = effective("[all]\nstakes = \"high\"\ndue_hours = 2\nbulk_allowed = true", "name");
    assert_eq!((own.due_hours, own.bulk_allowed), (2, true), "what is said goes before what is usual");
}

#[test]
fn money_has_high_stakes_whatever_holds_for_the_record() {
    let all = "[all]\nrule = \"max\"\nstakes = \"low\"\n";
    let limit = effective(all, "limit");
    assert_eq!((limit.rule, limit.rule_is_set, limit.stakes), (Rule::ManualReview, true, Stakes::High));
    assert_eq!(effective(all, "name").stakes, Stakes::Low);
    let limit = effective(&format!("{all}[slots.limit]\nrule = \"min\""), "limit");
    assert_eq!((limit.rule, limit.stakes), (Rule::Min, Stakes::High), "its own rule takes away no stakes");
}

#[test]
fn a_half_life_of_nothing_never_fades() {
    assert_eq!(effective("[all]\nhalf_life_days = 0", "name").half_life_days, None);
    assert_eq!(effective("[all]\nhalf_life_days = 1", "name").half_life_days, Some(1));
}

#[test]
fn a_record_as_a_whole_follows_no_rule_of_its_fields() {
    let entity: Entity = toml::from_str(ENTITY).unwrap();
    let text = "[all]\nrule = \"max\"\nstakes = \"low\"\ndeletes = \"restore\"\nsource_of_truth = \"crm\"";
    let own = policies(text).effective_for_record(&entity);
    assert_eq!((own.rule, own.rule_is_set), (Rule::ManualReview, true));
    assert_eq!((own.stakes, own.deletes), (Stakes::Low, Deletes::Restore));
    assert_eq!(own.source_of_truth, Some("crm".into()));
}

#[test]
fn every_condition_that_says_something_is_read() {
    let text =
        "[all]\nreview_if = \"true\"\n[slots.name]\nreview_if = \" \"\n[slots.limit]\nreview_if = \"false\"";
    let policies = policies(text);
    assert_eq!(policies.expressions().collect::<Vec<_>>(), ["true", "false"]);
}

#[test]
fn what_is_stored_and_posted_reads_back() {
    for rule in Rule::ALL {
        assert_eq!(Rule::of(rule.as_str()), Some(rule));
        assert_eq!(serde_json::json!(rule), rule.as_str());
    }
    assert_eq!(Rule::of("newest"), None);
    for (stakes, rank) in Stakes::ALL.into_iter().zip(1..) {
        assert_eq!(
            (stakes.rank(), Stakes::of_rank(rank)),
            (rank, Some(stakes)),
            "the queue is ordered by it"
        );
        assert_eq!(serde_json::json!(stakes), stakes.as_str());
    }
    assert_eq!((Stakes::of_rank(0), Stakes::of_rank(4)), (None, None));
    for deletes in Deletes::ALL {
        assert_eq!(serde_json::json!(deletes), deletes.as_str());
    }
}

#[test]
fn one_level_that_asks_for_it_has_the_forms_tidied() {
    let entity: Entity = toml::from_str(ENTITY).unwrap();
    let tidies = |text: &str| policies(text).tidies(&entity);
    assert!(tidies("[all]\ntidy_formatting = true"));
    assert!(tidies("[slots.name]\ntidy_formatting = true"));
    assert!(!tidies("[all]\nrule = \"max\"\n[slots.name]\ntidy_formatting = false"));
    assert!(!Policies::default().tidies(&entity));
}
