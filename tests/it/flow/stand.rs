//! Which decision stands: what is older, meant something else, or was never sent does not.

use super::decide::{address, keep, moved};
use super::*;
use crate::support::world::{admin, other_steward, steward};
use chrono::TimeDelta;
use referee::domain::policy::{Policy, Rule, Stakes};
use referee::domain::resolution::{Left, Outcome};
use referee::domain::value::Held;
use referee::engine::Refusal;
use referee::engine::policies::PolicyChange;
use referee::engine::review::Decision;
use referee::store::resolutions::{self, Delivery, Resolution};

const FROZEN: &str =
    "CREATE TRIGGER frozen BEFORE UPDATE ON SHIP_TO BEGIN SELECT RAISE(ABORT, 'stock-taking'); END";

async fn resolution(world: &World, of: &Resolution) -> (Resolution, Vec<Delivery>) {
    let mut session = world.engine.store().session().await.unwrap();
    let ids = std::slice::from_ref(&of.id);
    let found = resolutions::of_ids(&mut session, ids).await.unwrap().remove(0);
    (found, resolutions::deliveries(&mut session, ids).await.unwrap())
}

fn states(deliveries: &[Delivery]) -> Vec<(&str, &str)> {
    let mut states: Vec<_> = deliveries.iter().map(|d| (d.system.as_str(), d.state.name())).collect();
    states.sort_unstable();
    states
}

async fn decided(world: &World, conflict: &Conflict, decision: Decision) -> Resolution {
    let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
    world.clock.advance(TimeDelta::seconds(61));
    world.deliver().await;
    resolution
}

async fn portal_says(world: &World, street: &str, zip: &str) {
    let sql = format!(
        "UPDATE customers SET street='{street}', zip='{zip}', updated_at='2026-03-03 12:05:30' WHERE id='C-1'"
    );
    world.sql("portal", &sql).await;
}

#[tokio::test]
async fn a_refused_delivery_of_a_decision_that_was_overtaken_is_not_tried_again() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        world.sql("warehouse", FROZEN).await;
        let first = decided(&world, &conflict, keep(&conflict, &difference, 1)).await;
        let (_, deliveries) = resolution(&world, &first).await;
        assert_eq!(states(&deliveries), [("warehouse", "refused")]);
        portal_says(&world, "Parkweg 9", "10119").await;
        world.sync().await;
        let again = open(&world).await.remove(0);
        let difference = differences(&world, &again).await.remove(0);
        world.sql("warehouse", "DROP TRIGGER frozen").await;
        let second = world.engine.resolve(&other_steward(), &again.id, keep(&again, &difference, 2)).await;
        second.unwrap();
        world.clock.advance(TimeDelta::seconds(61));
        world.deliver().await;
        let old = world.engine.retry(&steward(), &deliveries[0].id).await;
        assert!(matches!(old, Err(Refusal::WrongState(_))), "{old:?}");
        world.deliver().await;
        assert_eq!(address(&world).await, "ELMSTRAßE|4|10115|A", "the later decision stands");
        assert_eq!(world.value("portal", "SELECT zip FROM customers WHERE id='C-1'").await, "10115");
        assert_eq!(states(&resolution(&world, &first).await.1), [("warehouse", "overtaken")]);
    }
}

#[tokio::test]
async fn a_value_that_was_read_and_not_judged_yet_makes_the_page_stale() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        portal_says(&world, "Parkweg 9", "10119").await;
        let trigger = referee::engine::sync::Trigger::schedule();
        let (system, entity) = ("portal".into(), "customer".into());
        let run = world.engine.start_run(&system, &entity, &trigger).await.unwrap();
        assert_eq!(world.engine.carry_out(run).await.unwrap().counts.changed, 1);
        let stale = world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await;
        assert!(matches!(stale, Err(Refusal::Stale)), "{stale:?}");
        let now = differences(&world, &conflict).await.remove(0);
        assert_eq!(
            now.dispute.values[0].shown(None)[0].to_string(),
            "Parkweg 9",
            "the page made anew shows it"
        );
        let fresh = open(&world).await.remove(0);
        world.engine.resolve(&steward(), &fresh.id, keep(&fresh, &now, 1)).await.unwrap();
    }
}

#[tokio::test]
async fn a_draft_keeps_the_value_that_was_meant_and_not_its_number() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await.unwrap();
        portal_says(&world, "Parkweg 9", "10119").await;
        world.sync().await;
        let back = open(&world).await.remove(0);
        let left = Left::read(back.draft.as_deref()).unwrap();
        let meant = left.choices[0].meant.clone().unwrap();
        assert_eq!(meant, [Held::from("Lindenallee 12"), Held::from("10117")]);
        let now = differences(&world, &back).await.remove(0);
        let listed = now.dispute.values.iter().any(|value| value.shown(None) == meant);
        assert!(!listed, "nobody holds it any longer, so nothing can be chosen for the steward");
    }
}

#[tokio::test]
async fn a_system_that_falls_back_after_it_was_written_brings_the_conflict_back() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        world.sql("warehouse", FROZEN).await;
        let typed = vec![Held::from("Parkweg 9"), Held::from("10119")];
        let outcomes = vec![(difference.id.clone(), Outcome::Type { values: typed })];
        let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
        let typed = decided(&world, &conflict, decision).await;
        let (_, deliveries) = resolution(&world, &typed).await;
        assert_eq!(states(&deliveries), [("portal", "confirmed"), ("warehouse", "refused")]);
        portal_says(&world, "Lindenallee 12", "10117").await;
        world.sync().await;
        let back = open(&world).await;
        assert_eq!(back.len(), 1, "the portal no longer holds what was decided");
        assert_eq!(back[0].id, conflict.id);
    }
}

#[tokio::test]
async fn agreement_on_something_else_is_not_the_decision_arriving() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        world.sql("warehouse", FROZEN).await;
        let first = decided(&world, &conflict, keep(&conflict, &difference, 1)).await;
        portal_says(&world, "Elmstraße 4", "10115").await;
        world.sync().await;
        assert_eq!(open(&world).await, []);
        let (found, deliveries) = resolution(&world, &first).await;
        assert_eq!(found.state, "overtaken");
        assert_eq!(states(&deliveries), [("warehouse", "overtaken")]);
        let ended = differences(&world, &conflict).await.remove(0);
        assert_eq!(ended.state.name(), "settled_by_itself");
        let told = audit_actions(&world).await;
        for action in ["delivery_overtaken", "settled_by_itself", "conflict_closed"] {
            assert!(told.iter().any(|entry| entry == action), "{action}: {told:?}");
        }
    }
}

#[tokio::test]
async fn what_was_overtaken_of_one_field_leaves_the_others_to_be_undone() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("warehouse", "UPDATE SHIP_TO SET NAME='A OKAFOR', CHG_AT='2026-03-03 12:01:20', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        let (conflict, _) = moved(&world).await;
        let both = differences(&world, &conflict).await;
        assert_eq!(both.len(), 2);
        let outcomes = both.iter().map(|d| (d.id.clone(), Outcome::Keep { value: 1 })).collect();
        let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
        let first = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        let hold = first.held_until - first.created_at;
        assert!(hold > TimeDelta::seconds(5));
        portal_says(&world, "Parkweg 9", "10119").await;
        let trigger =
            referee::engine::sync::Trigger { full: true, ..referee::engine::sync::Trigger::schedule() };
        world.engine.sync(&"portal".into(), &trigger).await.unwrap();
        let (found, deliveries) = resolution(&world, &first).await;
        assert_eq!(found.state, "held", "{:?}", states(&deliveries));
        world.engine.undo(&steward(), &first.id).await.unwrap();
        world.clock.advance(TimeDelta::seconds(61));
        assert_eq!(world.deliver().await, 0, "nothing of it is sent");
        assert_eq!(world.value("warehouse", "SELECT NAME FROM SHIP_TO WHERE WH_NO='WH-1'").await, "A OKAFOR");
        let open = differences(&world, &conflict).await;
        assert!(open.iter().all(|difference| difference.state.is_open()));
    }
}

#[tokio::test]
async fn what_a_system_refuses_can_be_decided_again() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        world.sql("warehouse", FROZEN).await;
        let first = decided(&world, &conflict, keep(&conflict, &difference, 1)).await;
        let (_, deliveries) = resolution(&world, &first).await;
        world.engine.decide_again(&steward(), &deliveries[0].id).await.unwrap();
        let again = world.engine.decide_again(&steward(), &deliveries[0].id).await;
        assert!(matches!(again, Err(Refusal::WrongState(_))), "{again:?}");
        let back = open(&world).await.remove(0);
        assert_eq!((&back.id, back.draft.is_some()), (&conflict.id, true));
        let now = differences(&world, &back).await.remove(0);
        let second = decided(&world, &back, keep(&back, &now, 2)).await;
        assert_eq!(resolution(&world, &second).await.0.state, "done");
        assert_eq!(world.value("portal", "SELECT zip FROM customers WHERE id='C-1'").await, "10115");
        assert_eq!(open(&world).await, []);
    }
}

#[tokio::test]
async fn a_stricter_policy_binds_a_conflict_that_was_claimed_before_it() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        world.engine.claim(&steward(), &conflict.id).await.unwrap();
        let change = stricter(&world);
        let draft = world.engine.draft_policy(&admin(), change).await.unwrap();
        world.engine.switch_on(&admin(), &draft.id, &draft.fingerprint().unwrap()).await.unwrap();
        let now = open(&world).await.remove(0);
        let without = world.engine.resolve(&steward(), &conflict.id, keep(&now, &difference, 1)).await;
        assert!(matches!(without, Err(Refusal::Invalid(_))), "{without:?}");
        let reason = Some(referee::domain::resolution::Reason::DocumentSeen);
        let decision = Decision { reason, ..keep(&now, &difference, 1) };
        let with = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        assert_eq!(with.held_until - with.created_at, TimeDelta::seconds(120));
    }
}

fn stricter(world: &World) -> PolicyChange {
    let policy = Policy {
        rule: Some(Rule::ManualReview),
        stakes: Some(Stakes::High),
        reason_asked: Some(true),
        hold_seconds: Some(120),
        ..Policy::default()
    };
    let (entity, slot) = ("customer".into(), Some("address".into()));
    let version = world.engine.setup().policy_version;
    PolicyChange { entity, slot, policy, reason: "after an audit".to_owned(), version }
}
