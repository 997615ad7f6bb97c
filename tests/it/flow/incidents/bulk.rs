//! Many at once: one rule over a frozen set of what the queue lists, its run, and taking it back.

use super::changed::delivered;
use super::*;
use crate::support::world::{admin, other_steward, steward};
use referee::domain::group::{Back, GroupChoice};
use referee::domain::ids::{ConflictId, DifferenceId, FieldId, GroupId};
use referee::domain::policy::Policy;
use referee::domain::suggestion;
use referee::domain::value::Held;
use referee::engine::Refusal;
use referee::engine::incidents::group::{Asked, Progress, TakeBack, Which};
use referee::engine::policies::PolicyChange;
use referee::store::field_decisions;
use referee::store::groups::{self, Group, Of, View, rows};
use std::collections::BTreeMap;

const FEW: &str = "\n[incidents]\nmass_records = 1000\nstorm_differences = 1000\n";

/// Thirty numbers that Ana changed in the portal, each waiting for a person.
pub(super) async fn numbers(url: Option<String>, policy: &str) -> World {
    let phone = "[policy.customer.slots.phone]\nrule = \"most_recent_wins\"";
    let config = CONFIG.replace(phone, &format!("[policy.customer.slots.phone]\n{policy}"));
    let world = many(url, &format!("{config}{FEW}"), 30).await;
    world.enable_writes(&["portal", "warehouse"]).await;
    let change = "UPDATE customers SET phone = '030 9' || substr(id, 3), updated_at = '2026-03-03 12:01:30',
         updated_by = 'Ana' WHERE id LIKE 'C-10%'";
    world.sql("portal", change).await;
    world.sync().await;
    assert_eq!(open(&world).await.len(), 30);
    world
}

fn listed(ids: Vec<ConflictId>) -> Of {
    let filter = Filter { entity: Some(customer()), field: Some("phone".into()), ..Filter::default() };
    Of::View(Box::new(View { filter, ids, query: "view=all&field=phone".to_owned() }))
}

pub(super) fn asked(choice: GroupChoice) -> Asked {
    Asked { of: listed(Vec::new()), choice, reason: None, note: "The new numbers".to_owned() }
}

pub(super) async fn standings(world: &World, id: &GroupId) -> BTreeMap<String, i64> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = rows::standings(&mut session, id).await.unwrap();
    for count in &all {
        let first = DifferenceId::default();
        let own = rows::standing(&mut session, id, Some(&count.value), &first, 500).await.unwrap();
        assert_eq!(own.len(), usize::try_from(count.count).unwrap(), "{}: a count is its list", count.value);
    }
    all.into_iter().map(|count| (count.value, count.count)).collect()
}

pub(super) fn of(pairs: &[(&str, i64)]) -> BTreeMap<String, i64> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

pub(super) async fn members(world: &World, group: &Group, state: &str) -> Vec<groups::Member> {
    let mut session = world.engine.store().session().await.unwrap();
    groups::members(&mut session, &group.id, state, &DifferenceId::default(), 500).await.unwrap()
}

pub(super) async fn written(world: &World) -> usize {
    let sql = "SELECT CAST(count(*) AS TEXT) FROM SHIP_TO WHERE TEL LIKE '030 9%' OR TEL LIKE '%309%'";
    world.value("warehouse", sql).await.parse().unwrap()
}

#[tokio::test]
async fn one_rule_decides_what_the_queue_lists() {
    for url in databases().await {
        let world = numbers(url, "rule = \"manual_review\"").await;
        let all = open(&world).await;
        world.engine.claim(&other_steward(), &all[3].id).await.unwrap();
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Newest)).await.unwrap();
        let progress = world.engine.progress(&draft.id).await.unwrap();
        assert_eq!(progress.excluded, [("claimed".to_owned(), 1)]);
        assert_eq!(progress.included, 29, "every other one is included");
        let included = members(&world, &draft, "included").await;
        assert!(included.iter().all(|member| member.becomes == "keep:portal"));
        // One is taken out, another in again, and one moves after the freeze.
        let (out, again) = (included[0].difference.clone(), included[1].difference.clone());
        world.engine.tick(&steward(), &draft.id, vec![], vec![out.clone(), again.clone()]).await.unwrap();
        world.engine.tick(&steward(), &draft.id, vec![again], vec![]).await.unwrap();
        let other = world.engine.tick(&other_steward(), &draft.id, vec![], vec![out]).await;
        assert!(matches!(other, Err(Refusal::WrongState(_))));
        let moved = &included[5].title;
        let id = format!("C-{}", moved.trim_start_matches("Name "));
        world.sql("portal", &format!("UPDATE customers SET phone = '030 777' WHERE id = '{id}'")).await;
        world.sync().await;
        let group = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        work_off(&world).await;
        let progress = world.engine.progress(&group.id).await.unwrap();
        let left = [("changed", 1), ("claimed", 1), ("unticked", 1)];
        let left = left.map(|(why, count)| (why.to_owned(), count)).to_vec();
        assert_eq!(progress, Progress { included: 0, decided: 27, excluded: left });
        assert_eq!(standings(&world, &group.id).await, of(&[("left_out", 3), ("waiting", 27)]));
        assert_eq!(world.deliver().await, 0, "it is held for a minute");
        delivered(&world).await;
        assert_eq!(standings(&world, &group.id).await, of(&[("confirmed", 27), ("left_out", 3)]));
        assert_eq!((written(&world).await, open(&world).await.len()), (27, 3));
        let mut session = world.engine.store().session().await.unwrap();
        let entries = audit::after(&mut session, 0, 10_000).await.unwrap();
        let own = format!("\"group\":\"{}\"", group.id);
        let told =
            entries.iter().filter(|e| e.line.contains("\"action\":\"decided\"") && e.line.contains(&own));
        assert_eq!(told.count(), 27, "each row has its entry, with the run");
        drop(session);
        audit_actions(&world).await;
    }
}

#[tokio::test]
async fn a_run_is_taken_back_in_part_and_as_a_whole() {
    for url in databases().await {
        let world = numbers(url, "rule = \"manual_review\"").await;
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Source)).await.unwrap();
        let group = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        work_off(&world).await;
        let decided = members(&world, &group, "decided").await;
        let back = |way, rows, reason: &str| TakeBack { way, rows, reason: reason.to_owned() };
        let some = decided[..4].iter().map(|member| member.difference.clone()).collect();
        let some = back(Back::Undo, Which::These(some), "");
        let other = world.engine.take_back(&other_steward(), &group.id, some.clone()).await;
        assert!(matches!(other, Err(Refusal::Forbidden)), "{other:?}");
        // A worker that went away had undone one, and not noted it down.
        world.engine.undo(&steward(), decided[0].resolution.as_ref().unwrap()).await.unwrap();
        let too = world.engine.take_back(&steward(), &group.id, some.clone()).await.unwrap();
        let twice = world.engine.take_back(&steward(), &group.id, some).await;
        assert!(matches!(twice, Err(Refusal::WrongState(_))), "one at a time: {twice:?}");
        assert!(too.back.is_some());
        work_off(&world).await;
        assert_eq!(standings(&world, &group.id).await, of(&[("undone", 4), ("waiting", 26)]));
        assert_eq!(open(&world).await.len(), 4, "they are in the queue again");
        delivered(&world).await;
        let late = back(Back::Undo, Which::All, "");
        world.engine.take_back(&steward(), &group.id, late).await.unwrap();
        work_off(&world).await;
        assert_eq!(standings(&world, &group.id).await, of(&[("confirmed", 26), ("undone", 4)]));
        let kept = members(&world, &group, "decided").await;
        let kept = kept.iter().filter(|member| member.back == "kept" && !member.back_detail.is_empty());
        assert_eq!(kept.count(), 26, "each says why it stays");
        let silent =
            world.engine.take_back(&steward(), &group.id, back(Back::Reverse, Which::All, " ")).await;
        assert!(matches!(silent, Err(Refusal::Invalid(_))));
        let all = back(Back::Reverse, Which::All, "The numbers were wrong");
        world.engine.take_back(&steward(), &group.id, all).await.unwrap();
        work_off(&world).await;
        assert_eq!(standings(&world, &group.id).await, of(&[("reversed", 26), ("undone", 4)]));
        delivered(&world).await;
        assert_eq!(written(&world).await, 0, "the warehouse has back what it held");
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|told| *told == "reversed").count(), 26);
        assert_eq!(told.iter().filter(|told| *told == "undone").count(), 4);
        assert_eq!(told.iter().filter(|told| *told == "group_taken_back").count(), 3);
    }
}

#[tokio::test]
async fn undoing_all_of_a_run_under_way_stops_it() {
    for url in databases().await {
        let world = numbers(url, "rule = \"manual_review\"").await;
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Source)).await.unwrap();
        let group = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        let all = TakeBack { way: Back::Undo, rows: Which::All, reason: String::new() };
        world.engine.take_back(&steward(), &group.id, all).await.unwrap();
        work_off(&world).await;
        let progress = world.engine.progress(&group.id).await.unwrap();
        assert_eq!(progress.excluded, [("stopped".to_owned(), 30)]);
        let group = world.engine.group(&steward(), &group.id).await.unwrap();
        assert_eq!((group.state.as_str(), group.back), ("done", None));
        assert_eq!(open(&world).await.len(), 30);
    }
}

#[tokio::test]
async fn one_value_for_those_that_were_ticked() {
    for url in databases().await {
        let world = numbers(url, "rule = \"manual_review\"").await;
        let ticked: Vec<ConflictId> = open(&world).await[..3].iter().map(|one| one.id.clone()).collect();
        let one = |text: &str| Asked {
            of: listed(ticked.clone()),
            ..asked(GroupChoice::One { values: vec![Held::from(text)] })
        };
        let blank = world.engine.freeze(&steward(), one("")).await;
        assert!(matches!(blank, Err(Refusal::Invalid(_))), "many are not emptied at once: {blank:?}");
        let draft = world.engine.freeze(&steward(), one("+49 30 5550000")).await.unwrap();
        assert_eq!(members(&world, &draft, "included").await.len(), 3);
        world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        work_off(&world).await;
        delivered(&world).await;
        let sql = "SELECT CAST(count(*) AS TEXT) FROM customers WHERE phone LIKE '%5550000'";
        assert_eq!(world.value("portal", sql).await, "3");
        assert_eq!(open(&world).await.len(), 27);
    }
}

#[tokio::test]
async fn what_no_person_changed_and_what_is_decided_one_by_one_is_left_out() {
    for url in databases().await {
        let world = numbers(url, "rule = \"manual_review\"\nstakes = \"high\"").await;
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Source)).await.unwrap();
        let progress = world.engine.progress(&draft.id).await.unwrap();
        assert_eq!(progress.excluded, [("high_stakes".to_owned(), 30)]);
        let none = world.engine.decide_group(&steward(), &draft.id, "").await;
        assert!(matches!(none, Err(Refusal::WrongState(_))), "{none:?}");
    }
}

/// From now on the phone has another policy.
pub(super) async fn switch_phone(world: &World, change: impl FnOnce(Policy) -> Policy) {
    let setup = world.engine.reload().await.unwrap();
    let own = setup.policies.0[&customer()].slots[&FieldId::from("phone")].clone();
    let change = PolicyChange {
        entity: customer(),
        slot: Some("phone".into()),
        policy: change(own),
        reason: "after an audit".to_owned(),
        version: setup.policy_version,
    };
    let draft = world.engine.draft_policy(&admin(), change).await.unwrap();
    world.engine.switch_on(&admin(), &draft.id, &draft.fingerprint().unwrap()).await.unwrap();
}

#[tokio::test]
async fn another_source_of_truth_since_the_freeze_decides_nothing() {
    for url in databases().await {
        let world = numbers(url, "rule = \"manual_review\"").await;
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Source)).await.unwrap();
        let frozen = members(&world, &draft, "included").await;
        assert!(frozen.iter().all(|member| member.becomes == "keep:portal"));
        let group = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        switch_phone(&world, |own| Policy { source_of_truth: Some("warehouse".into()), ..own }).await;
        work_off(&world).await;
        let progress = world.engine.progress(&group.id).await.unwrap();
        assert_eq!(progress.excluded, [("changed".to_owned(), 30)], "the warehouse's was never shown");
        assert_eq!((progress.decided, open(&world).await.len()), (0, 30));
        delivered(&world).await;
        let sql = "SELECT CAST(count(*) AS TEXT) FROM customers WHERE phone LIKE '030 9%'";
        assert_eq!(world.value("portal", sql).await, "30", "nothing is written");
    }
}

/// How often suggestions for a phone were tracked.
async fn tracked(world: &World, of: &Difference) -> i64 {
    let mut session = world.engine.store().session().await.unwrap();
    let pattern = referee::domain::pattern::key(&customer(), &of.dispute);
    field_decisions::of_pattern(&mut session, &pattern).await.unwrap().total
}

#[tokio::test]
async fn each_row_gets_its_own_suggestion_and_who_has_none_is_left_out() {
    for url in databases().await {
        let world = numbers(url, "rule = \"manual_review\"\nsource_of_truth = \"warehouse\"").await;
        // The source of truth says otherwise of one, later and by a person; of another nothing is left.
        let later = "UPDATE SHIP_TO SET TEL = '030 8001', CHG_AT = '2026-03-03 12:02:30', CHG_BY = 'Bo'
             WHERE WH_NO = 'WH-1001'";
        world.sql("warehouse", later).await;
        let emptied = "UPDATE SHIP_TO SET TEL = '', CHG_AT = '2026-03-03 12:02:30', CHG_BY = 'Bo'
             WHERE WH_NO = 'WH-1002'";
        world.sql("warehouse", emptied).await;
        world.sync().await;
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Suggested)).await.unwrap();
        let mut expected = BTreeMap::new();
        let setup = world.engine.setup();
        let slot = setup.catalog.entity(&customer()).unwrap().slot(&"phone".into()).unwrap();
        let mut first = None;
        for conflict in open(&world).await {
            let own = differences(&world, &conflict).await.remove(0);
            let found = suggestion::of(&own.dispute, &slot).map(|found| found.value);
            let value = found.and_then(|n| own.dispute.value(n)).filter(|value| !value.normal[0].is_blank());
            let becomes = match value {
                _ if suggestion::is_blind(&own.dispute.policy, &own.id) => "blind".to_owned(),
                Some(value) => format!("keep:{}", value.holders[0].candidate.system),
                None => "no_suggestion".to_owned(),
            };
            if conflict.title == "Name 1005" {
                first = Some(own.clone());
            }
            expected.insert(own.id, becomes);
        }
        let all = members(&world, &draft, "included").await.into_iter();
        let all = all.chain(members(&world, &draft, "excluded").await);
        let shown = |own: groups::Member| if own.why.is_empty() { own.becomes } else { own.why };
        let found: BTreeMap<_, _> = all.map(|own| (own.difference.clone(), shown(own))).collect();
        assert_eq!(found, expected);
        let portals = expected.values().filter(|becomes| *becomes == "keep:portal").count();
        assert!(portals > 15, "hardly all of them are blind: {expected:?}");
        world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        work_off(&world).await;
        delivered(&world).await;
        assert_eq!(written(&world).await, portals);
        assert_eq!(tracked(&world, &first.unwrap()).await, 0, "what is accepted in bulk praises nothing");
        // Where people decide before they see a suggestion, none is accepted for them.
        switch_phone(&world, |own| Policy { decide_blind: Some(true), ..own }).await;
        work_off(&world).await;
        let change = "UPDATE customers SET phone = '030 7' || substr(id, 3), updated_by = 'Ana',
             updated_at = '2026-03-03 12:09:30' WHERE id LIKE 'C-102%'";
        world.sql("portal", change).await;
        world.sync().await;
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Suggested)).await.unwrap();
        let progress = world.engine.progress(&draft.id).await.unwrap();
        assert_eq!(progress.included, 0);
        assert!(progress.excluded.iter().all(|(why, n)| why == "blind" && *n >= 9), "{progress:?}");
    }
}
