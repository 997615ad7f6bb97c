//! A person asks for a decision about a field, one that a rule has settled among them.

use super::decide::keep;
use super::*;
use crate::support::world::{other_steward, steward};
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::ids::{RecordId, ResolutionId};
use referee::domain::judge::Finding;
use referee::domain::value::Held;
use referee::engine::Refusal;
use referee::engine::ask::Question;
use referee::store::resolutions::{self, Resolution};

const FROZEN: &str =
    "CREATE TRIGGER frozen BEFORE UPDATE ON SHIP_TO BEGIN SELECT RAISE(ABORT, 'stock-taking'); END";

async fn renamed(world: &World, name: &str) {
    let text = format!(
        "UPDATE customers SET name='{name}', updated_at='2026-03-03 12:01:30', updated_by='Ana' WHERE id='C-1'"
    );
    world.sql("portal", &text).await;
    world.sync().await;
}

async fn names(world: &World) -> (String, String) {
    let portal = world.value("portal", "SELECT name FROM customers WHERE id='C-1'").await;
    (portal, world.value("warehouse", "SELECT NAME FROM SHIP_TO WHERE WH_NO='WH-1'").await)
}

async fn record(world: &World) -> RecordId {
    let mut session = world.engine.store().session().await.unwrap();
    let found = referee::store::records::find(&mut session, &Viewer::referee(), &["ada".into()], 5).await;
    found.unwrap().remove(0).id
}

/// The decisions on a record, newest first.
async fn decisions(world: &World, record: &RecordId) -> Vec<Resolution> {
    let mut session = world.engine.store().session().await.unwrap();
    resolutions::of_record(&mut session, record, 20).await.unwrap()
}

/// The portal's new name, given to the warehouse by the rule.
async fn settled(world: &World) -> (RecordId, ResolutionId) {
    world.enable_writes(&["portal", "warehouse"]).await;
    renamed(world, "Ada Bell").await;
    assert_eq!(open(world).await, []);
    assert_eq!(world.deliver().await, 1);
    assert_eq!(names(world).await, ("Ada Bell".to_owned(), "ADA BELL".to_owned()));
    let record = record(world).await;
    let decision = decisions(world, &record).await.remove(0);
    assert_eq!((decision.state.as_str(), decision.actor.id.as_str()), ("done", "1"));
    (record, decision.id)
}

fn question(record: &RecordId, decision: Option<&ResolutionId>) -> Question {
    let reason = "the customer says she never married".to_owned();
    Question { record: record.clone(), field: "name".into(), reason, decision: decision.cloned() }
}

/// The conflict that a steward asked for, doubting what the rule settled.
async fn asked(world: &World) -> (Conflict, Difference) {
    let (record, decision) = settled(world).await;
    let id = world.engine.ask(&steward(), question(&record, Some(&decision))).await.unwrap();
    let conflict = open(world).await.remove(0);
    assert_eq!(conflict.id, id);
    let difference = differences(world, &conflict).await.into_iter().find(|d| d.state.is_open()).unwrap();
    (conflict, difference)
}

#[tokio::test]
async fn what_a_rule_settled_is_overturned_and_stays_so() {
    for world in worlds().await {
        let (conflict, difference) = asked(&world).await;
        let (dispute, values) = (&difference.dispute, &difference.dispute.values);
        assert_eq!(dispute.asked.as_ref().map(|asked| asked.by.as_str()), Some("ana"));
        assert_eq!((values.len(), values[0].holders.len(), values[1].holders.len()), (2, 2, 0));
        assert_eq!(values[0].shown(None), [Held::from("Ada Bell")]);
        assert_eq!(values[1].shown(None), [Held::from("Ada Okafor")], "as it was agreed on");
        let before = values[1].was.as_ref().and_then(|was| was.before.as_ref()).unwrap();
        assert_eq!((before.by.name.as_str(), before.policy_version), ("policy version 1", 1));
        world.sync().await;
        assert_eq!(
            open(&world).await,
            std::slice::from_ref(&conflict),
            "it stands, and nothing is written anew"
        );
        let kept =
            world.engine.resolve(&other_steward(), &conflict.id, keep(&conflict, &difference, 2)).await;
        assert_eq!(kept.unwrap().state, "held");
        world.sync().await;
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 2);
        assert_eq!(names(&world).await, ("Ada Okafor".to_owned(), "ADA OKAFOR".to_owned()));
        let ended = differences(&world, &conflict).await;
        assert!(ended.iter().all(|difference| difference.state.closed_at().is_some()), "{ended:?}");
        let mut session = world.engine.store().session().await.unwrap();
        let ids = std::slice::from_ref(&conflict.record);
        let base = referee::store::records::bases(&mut session, ids).await.unwrap().remove(0).1;
        assert_eq!(base.0["name"].0, Held::from("Ada Okafor"));
        for _ in 0..2 {
            world.sync().await;
            assert_eq!((open(&world).await.len(), world.deliver().await), (0, 0));
        }
        assert_eq!(decisions(&world, &conflict.record).await.len(), 2, "no rule puts it back");
        let told = audit_actions(&world).await;
        let at = |action: &str| told.iter().position(|entry| entry == action).unwrap();
        assert!(at("settled_by_rule") < at("review_asked") && at("review_asked") < at("decided"), "{told:?}");
    }
}

#[tokio::test]
async fn keeping_what_is_held_now_ends_the_question_with_no_write() {
    for world in worlds().await {
        let (conflict, difference) = asked(&world).await;
        let kept = world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await;
        assert_eq!(kept.unwrap().state, "done");
        assert_eq!(open(&world).await, []);
        let mut session = world.engine.store().session().await.unwrap();
        let found = conflicts::get(&mut session, &Viewer::referee(), &conflict.id).await.unwrap().unwrap();
        assert!(found.closed_at.is_some(), "closed at once");
        drop(session);
        world.clock.advance(TimeDelta::seconds(61));
        assert_eq!(world.deliver().await, 0);
        world.sync().await;
        assert_eq!((open(&world).await.len(), decisions(&world, &conflict.record).await.len()), (0, 2));
        assert_eq!(names(&world).await, ("Ada Bell".to_owned(), "ADA BELL".to_owned()));
    }
}

#[tokio::test]
async fn what_moves_while_a_question_is_open_joins_it_and_no_rule_answers() {
    for world in worlds().await {
        let (conflict, _) = asked(&world).await;
        renamed(&world, "Ada Lovelace").await;
        let now = open(&world).await;
        assert_eq!((now.len(), &now[0].id), (1, &conflict.id));
        assert_eq!(world.deliver().await, 0, "the rule waits for the answer");
        let all = differences(&world, &conflict).await;
        let difference = all.iter().find(|difference| difference.state.is_open()).unwrap();
        let shown = difference.dispute.values.iter().map(|value| value.shown(None)[0].to_string());
        assert_eq!(shown.collect::<Vec<_>>(), ["Ada Lovelace", "ADA BELL", "Ada Okafor"]);
        renamed(&world, "Ada Bell").await;
        let back = open(&world).await.remove(0);
        assert_eq!(back.id, conflict.id, "they agree again, and the question stands");
        let all = differences(&world, &back).await;
        let difference = all.iter().find(|difference| difference.state.is_open()).unwrap();
        assert_eq!(difference.dispute.values.len(), 3, "{:?}", difference.dispute.values);
        world.engine.resolve(&steward(), &back.id, keep(&back, difference, 1)).await.unwrap();
        assert_eq!(open(&world).await, []);
    }
}

#[tokio::test]
async fn a_question_needs_a_right_a_reason_a_field_and_a_decision_that_has_arrived() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        renamed(&world, "Ada Bell").await;
        let record = record(&world).await;
        let under_way = world.engine.ask(&steward(), question(&record, None)).await;
        assert!(matches!(under_way, Err(Refusal::WrongState(_))), "{under_way:?}");
        world.deliver().await;
        let auditor = Viewer { roles: [Role::Auditor].into(), ..steward() };
        let forbidden = world.engine.ask(&auditor, question(&record, None)).await;
        assert!(matches!(forbidden, Err(Refusal::Forbidden)), "{forbidden:?}");
        let none = Question { reason: "  ".to_owned(), ..question(&record, None) };
        assert!(matches!(world.engine.ask(&steward(), none).await, Err(Refusal::Invalid(_))));
        for field in ["nothing", "street", "record"] {
            let other = Question { field: field.into(), ..question(&record, None) };
            let gone = world.engine.ask(&steward(), other).await;
            assert!(matches!(gone, Err(Refusal::NotFound(_))), "{field}: {gone:?}");
        }
        let other = Question { field: "phone".into(), ..question(&record, None) };
        let decision = decisions(&world, &record).await.remove(0).id;
        let foreign = Question { decision: Some(decision), ..other.clone() };
        let gone = world.engine.ask(&steward(), foreign).await;
        assert!(matches!(gone, Err(Refusal::NotFound(_))), "it decided another field: {gone:?}");
        assert_eq!(open(&world).await, []);
        let manager = Viewer { roles: [Role::Manager].into(), ..other_steward() };
        let id = world.engine.ask(&manager, other.clone()).await.unwrap();
        assert_eq!(world.engine.ask(&manager, other.clone()).await.unwrap(), id, "asked twice: one question");
        let again = Question { reason: "he called again".to_owned(), ..other };
        assert_eq!(world.engine.ask(&steward(), again).await.unwrap(), id);
        let conflict = open(&world).await.remove(0);
        let all = differences(&world, &conflict).await;
        assert_eq!((all.len(), all[0].dispute.values.len()), (1, 1), "nothing was held before");
        assert_eq!(all[0].dispute.asked.as_ref().map(|asked| asked.reason.as_str()), Some("he called again"));
    }
}

#[tokio::test]
async fn what_is_decided_again_is_not_settled_by_the_rule_again() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("warehouse", FROZEN).await;
        renamed(&world, "Ada Bell").await;
        world.deliver().await;
        let record = record(&world).await;
        let decision = decisions(&world, &record).await.remove(0);
        let mut session = world.engine.store().session().await.unwrap();
        let own = resolutions::deliveries(&mut session, std::slice::from_ref(&decision.id)).await.unwrap();
        drop(session);
        assert_eq!(own[0].state.name(), "refused");
        let id = world.engine.decide_again(&steward(), &own[0].id).await.unwrap();
        world.sql("warehouse", "DROP TRIGGER frozen").await;
        for _ in 0..2 {
            world.sync().await;
            assert_eq!(world.deliver().await, 0);
        }
        let conflict = open(&world).await.remove(0);
        assert_eq!(conflict.id, id);
        let difference = differences(&world, &conflict).await.remove(0);
        assert!(difference.dispute.findings.contains(&Finding::Reopened), "{:?}", difference.dispute);
        world.engine.resolve(&steward(), &id, keep(&conflict, &difference, 2)).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        world.deliver().await;
        assert_eq!(names(&world).await, ("ADA OKAFOR".to_owned(), "ADA OKAFOR".to_owned()));
        world.sync().await;
        assert_eq!((open(&world).await.len(), decisions(&world, &record).await.len()), (0, 2));
    }
}

#[tokio::test]
async fn two_robots_at_war_are_one_item_decided_once() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        let flip = async |time: i64| {
            let text = format!(
                "UPDATE SHIP_TO SET NAME='ROBOT {time}', CHG_AT='2026-03-03 12:0{time}:30', CHG_BY='import' WHERE WH_NO='WH-1'"
            );
            world.sql("warehouse", &text).await;
            world.sync().await;
        };
        for time in 1..=3 {
            flip(time).await;
            assert_eq!((open(&world).await.len(), world.deliver().await), (0, 1), "{time}");
            assert_eq!(names(&world).await.1, "ADA OKAFOR");
        }
        flip(4).await;
        assert_eq!(world.deliver().await, 0);
        let conflict = open(&world).await.remove(0);
        for time in 5..=6 {
            flip(time).await;
            let now = open(&world).await;
            assert_eq!((now.len(), &now[0].id), (1, &conflict.id), "one item, however often they flip");
        }
        let conflict = open(&world).await.remove(0);
        let difference =
            differences(&world, &conflict).await.into_iter().find(|own| own.state.is_open()).unwrap();
        assert!(difference.dispute.findings.contains(&Finding::Flapping { times: 3 }));
        world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(names(&world).await.1, "ADA OKAFOR");
        world.sync().await;
        assert_eq!((open(&world).await.len(), world.deliver().await), (0, 0));
    }
}
