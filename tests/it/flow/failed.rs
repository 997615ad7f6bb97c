//! Writes that a system refused: told of by cause, tried again at once, decided otherwise.

use super::targets::{deliveries, states, waiting, work, writes};
use super::*;
use crate::support::rest_target::{Fault, RestTarget, TOKEN};
use crate::support::world::{admin, steward};
use chrono::TimeDelta;
use referee::domain::delivery::DeliveryState;
use referee::domain::resolution::{Outcome, Reason};
use referee::domain::value::Held;
use referee::engine::Refusal;
use referee::engine::failed::{Instead, Retried};
use referee::store::alerts;
use referee::store::resolutions::failed::{self, Group};
use referee::store::resolutions::{Delivery, exchanges};

fn refusal(words: &str) -> Fault {
    let body = format!(r#"{{"title":"Refused","detail":"{words}"}}"#);
    Fault::Answer { status: 422, headers: Vec::new(), body }
}

async fn groups(world: &World) -> Vec<Group> {
    let mut session = world.engine.store().session().await.unwrap();
    let groups = failed::groups(&mut session, &steward(), 100).await.unwrap();
    let total: i64 = groups.iter().map(|group| group.deliveries).sum();
    assert_eq!(failed::count_failed(&mut session, &steward()).await.unwrap(), total, "none is in no group");
    for group in &groups {
        let own = failed::of_cause(&mut session, &steward(), &group.cause, None, 100).await.unwrap();
        assert_eq!((own.len() as i64, &own[0].id), (group.deliveries, &group.newest), "a count is its list");
    }
    groups
}

/// Five refused for what their values are, one for another reason.
async fn refused() -> Vec<(World, RestTarget)> {
    let all = waiting(6, true).await;
    for (world, desk) in &all {
        for n in 1..=5 {
            let words = format!("the street Lindenallee {n} has more than {} characters", n + 10);
            desk.fault_for_good(&format!("/P00{n}"), refusal(&words));
        }
        desk.fault_for_good("/P006", refusal("the record is frozen"));
        work(world, TimeDelta::seconds(20)).await;
        assert_eq!(states(world).await, ["refused"; 6]);
    }
    all
}

#[tokio::test]
async fn what_has_one_cause_is_one_group_one_alert_and_one_retry() {
    for (world, desk) in refused().await {
        let found = groups(&world).await;
        assert_eq!(found.iter().map(|group| group.deliveries).collect::<Vec<_>>(), [5, 1]);
        let mut session = world.engine.store().session().await.unwrap();
        let told = alerts::open(&mut session, 100).await.unwrap();
        let mut times: Vec<_> = told.iter().map(|alert| alert.times).collect();
        times.sort_unstable();
        assert_eq!(times, [1, 5], "one for each cause");
        assert!(told.iter().all(|alert| !alert.message.contains("Lindenallee")), "without values");

        let program = Viewer { roles: [].into(), ..steward() };
        let forbidden = world.engine.retry_all(&program, &found[0].cause, &found[0].newest).await;
        assert!(matches!(forbidden, Err(Refusal::Forbidden)), "{forbidden:?}");
        desk.heal();
        let before = writes(&desk);
        let done = world.engine.retry_all(&steward(), &found[0].cause, &found[0].newest).await.unwrap();
        assert_eq!(done, Retried { retried: 5, left: 0, more: false });
        work(&world, TimeDelta::seconds(20)).await;
        assert_eq!(
            states(&world).await,
            ["confirmed", "confirmed", "confirmed", "confirmed", "confirmed", "refused"]
        );
        assert_eq!(writes(&desk) - before, 5);
        assert_eq!(groups(&world).await.len(), 1);
        assert_eq!(alerts::open(&mut session, 100).await.unwrap().len(), 1, "the other is still there");
        let again = world.engine.retry_all(&steward(), &found[0].cause, &found[0].newest).await.unwrap();
        assert_eq!(again, Retried::default(), "nothing is left of it");
        let retried = audit_actions(&world).await.iter().filter(|told| *told == "delivery_retried").count();
        assert_eq!(retried, 5, "each is told of");
    }
}

async fn sixth(world: &World) -> Delivery {
    deliveries(world).await.pop().unwrap()
}

fn typed(street: &str) -> Instead {
    let outcome = Outcome::Type { values: vec![Held::Value(street.to_owned())] };
    Instead { outcome, reason: Some(Reason::ConfirmedWithCustomer), note: String::new() }
}

#[tokio::test]
async fn another_value_is_decided_and_sent_in_one_step() {
    for (world, desk) in refused().await {
        let refused = sixth(&world).await;
        let late = world.engine.decide_instead(&admin(), &refused.id, typed("Weg 1")).await;
        assert!(matches!(late, Err(Refusal::Forbidden)), "{late:?}");
        desk.heal();
        let decided = world.engine.decide_instead(&steward(), &refused.id, typed("Weg 1")).await.unwrap();
        assert_eq!(decided.record, refused.record);
        world.clock.advance(TimeDelta::minutes(5));
        world.deliver().await;
        assert_eq!(world.value("portal", "SELECT street FROM customers WHERE id = 'C-6'").await, "Weg 1");
        assert!(desk.records("people")["P006"].contains("Weg 1"));
        assert_eq!(groups(&world).await.len(), 1, "what was refused of it is over");
        world.sync().await;
        assert_eq!(open(&world).await, []);
        let twice = world.engine.decide_instead(&steward(), &refused.id, typed("Weg 2")).await;
        assert!(matches!(twice, Err(Refusal::WrongState(_))), "{twice:?}");
    }
}

#[tokio::test]
async fn it_is_left_different_with_a_reason_and_without_one_nothing_is_changed() {
    for (world, desk) in refused().await {
        let refused = sixth(&world).await;
        let until = world.engine.now() + TimeDelta::days(30);
        let outcome = Outcome::LeaveDifferent { until };
        let without = Instead { outcome: outcome.clone(), reason: None, note: String::new() };
        let unsaid = world.engine.decide_instead(&steward(), &refused.id, without).await;
        assert!(matches!(unsaid, Err(Refusal::Invalid(_))), "{unsaid:?}");
        assert_eq!(sixth(&world).await, refused, "nothing is changed");
        assert_eq!(groups(&world).await.len(), 2);
        let with = Instead { outcome, reason: None, note: "frozen by law".to_owned() };
        world.engine.decide_instead(&steward(), &refused.id, with).await.unwrap();
        assert_eq!(groups(&world).await.len(), 1);
        let before = writes(&desk);
        world.sync().await;
        world.deliver().await;
        assert_eq!((writes(&desk), open(&world).await), (before, Vec::new()), "it is left as it is");
    }
}

#[tokio::test]
async fn what_was_said_is_kept_without_what_signs_in_until_it_has_arrived() {
    for (world, desk) in refused().await {
        let refused = sixth(&world).await;
        assert!(matches!(refused.state, DeliveryState::Refused { .. }));
        let mut session = world.engine.store().session().await.unwrap();
        let kept = exchanges::get(&mut session, &refused.id).await.unwrap().unwrap();
        for text in ["GET ", "/people/P006", "authorization: ***", "422", "the record is frozen"] {
            assert!(kept.body.contains(text), "{text} in {}", kept.body);
        }
        assert!(!kept.body.contains(TOKEN), "{}", kept.body);
        desk.heal();
        world.engine.retry(&steward(), &refused.id).await.unwrap();
        work(&world, TimeDelta::seconds(5)).await;
        assert_eq!(exchanges::get(&mut session, &refused.id).await.unwrap(), None, "over");
    }
}
