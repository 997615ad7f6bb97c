use super::*;
use crate::support::world::{other_steward, steward};
use chrono::TimeDelta;
use referee::domain::resolution::{Left, Outcome, OutcomeError, Reason};
use referee::domain::value::Held;
use referee::engine::Refusal;
use referee::engine::ask::Question;
use referee::engine::review::Decision;

/// A conflict over an address: changed in the portal, stale in the warehouse.
pub async fn moved(world: &World) -> (Conflict, Difference) {
    world.enable_writes(&["portal", "warehouse"]).await;
    world.sql("portal", "UPDATE customers SET street='Lindenallee 12', zip='10117', updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'").await;
    world.sync().await;
    let conflict = open(world).await.remove(0);
    let difference = differences(world, &conflict).await.remove(0);
    (conflict, difference)
}

pub fn keep(conflict: &Conflict, difference: &Difference, value: usize) -> Decision {
    let outcomes = vec![(difference.id.clone(), Outcome::Keep { value })];
    Decision { version: conflict.version, outcomes, ..Decision::default() }
}

pub async fn address(world: &World) -> String {
    world
        .value(
            "warehouse",
            "SELECT STREET || '|' || HOUSE_NO || '|' || ZIP || '|' || DOCK FROM SHIP_TO WHERE WH_NO='WH-1'",
        )
        .await
}

#[tokio::test]
async fn a_kept_value_is_held_then_written_then_agreed() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let claimed = world.engine.claim(&steward(), &conflict.id).await.unwrap();
        assert_eq!(claimed.claimed_by, Some(steward().user));
        let second = world.engine.claim(&other_steward(), &conflict.id).await;
        assert!(matches!(second, Err(Refusal::Claimed(holder)) if holder == "ana"));
        let decision = keep(&conflict, &difference, 1);
        let resolution = world.engine.resolve(&steward(), &conflict.id, decision.clone()).await.unwrap();
        assert_eq!(resolution.state, "held");
        assert_eq!(open(&world).await, [], "a decided conflict leaves the queue");
        assert_eq!(world.deliver().await, 0, "nothing is sent during the hold");
        let again = world.engine.resolve(&other_steward(), &conflict.id, decision).await;
        assert!(matches!(again, Err(Refusal::DecidedAlready(by)) if by == "ana"));
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(address(&world).await, "LINDENALLEE|12|10117|A");
        assert_eq!(
            world.value("portal", "SELECT street FROM customers WHERE id='C-1'").await,
            "Lindenallee 12"
        );
        let mut session = world.engine.store().session().await.unwrap();
        let done = conflicts::get(&mut session, &Viewer::referee(), &conflict.id).await.unwrap().unwrap();
        assert!(done.closed_at.is_some(), "confirmed everywhere: closed");
        let base = referee::store::records::bases(&mut session, std::slice::from_ref(&conflict.record))
            .await
            .unwrap()
            .remove(0)
            .1;
        assert_eq!(base.0["street"].0, Held::from("Lindenallee 12"));
        world.sync().await;
        assert_eq!(open(&world).await, []);
        let actions = audit_actions(&world).await;
        let told: Vec<&str> = actions
            .iter()
            .map(String::as_str)
            .filter(|a| a.starts_with("conflict") || *a == "decided" || a.starts_with("delivery"))
            .collect();
        assert_eq!(
            told,
            ["conflict_opened", "conflict_claimed", "decided", "delivery_confirmed", "conflict_closed"]
        );
    }
}

#[tokio::test]
async fn the_same_difference_given_twice_is_refused() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let mut decision = keep(&conflict, &difference, 1);
        decision.outcomes.push((difference.id.clone(), Outcome::Keep { value: 2 }));
        let twice = world.engine.resolve(&steward(), &conflict.id, decision.clone()).await;
        let Err(Refusal::Outcomes(wrong)) = twice else { panic!("{twice:?}") };
        assert_eq!(wrong, [(difference.id.0.clone(), OutcomeError::Twice)]);
        let preview = world.engine.preview(&steward(), &conflict.id, &decision).await.unwrap();
        assert_eq!(preview.problems, [(difference.id.clone(), OutcomeError::Twice)]);
        assert_eq!(preview.targets.len(), 1, "what would be written is the first one's");
        assert_eq!(open(&world).await.len(), 1, "nothing was decided");
        assert!(!audit_actions(&world).await.contains(&"decided".to_owned()));
        decision.outcomes.truncate(1);
        world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
    }
}

#[tokio::test]
async fn undo_during_the_hold_reopens_with_the_draft() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let decision = Decision { note: "she called".into(), ..keep(&conflict, &difference, 2) };
        let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        let refused = world.engine.undo(&other_steward(), &resolution.id).await;
        assert!(matches!(refused, Err(Refusal::Forbidden)));
        world.engine.undo(&steward(), &resolution.id).await.unwrap();
        let back = open(&world).await;
        assert_eq!(back.len(), 1);
        let left = Left::read(back[0].draft.as_deref()).unwrap();
        assert_eq!((left.note.as_str(), left.reason.as_str()), ("she called", resolution.reason.as_str()));
        assert_eq!(left.choices[0].chosen.outcome, Outcome::Keep { value: 2 });
        world.clock.advance(TimeDelta::seconds(60));
        assert_eq!(world.deliver().await, 0, "nothing of an undone decision is sent");
        let twice = world.engine.undo(&steward(), &resolution.id).await;
        assert!(matches!(twice, Err(Refusal::WrongState(_))));
    }
}

#[tokio::test]
async fn what_is_undone_joins_what_was_opened_since() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let until = world.engine.now() + TimeDelta::days(14);
        let decision = Decision {
            version: conflict.version,
            outcomes: vec![(difference.id.clone(), Outcome::LeaveDifferent { until })],
            note: "the customer will call back".into(),
            ..Decision::default()
        };
        let left = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        let asked = Question {
            record: conflict.record.clone(),
            field: "phone".into(),
            reason: "is it still theirs?".into(),
            decision: None,
        };
        let other = world.engine.ask(&steward(), asked).await.unwrap();
        assert_ne!(other, conflict.id, "the first one is closed");
        world.engine.undo(&steward(), &left.id).await.unwrap();
        let open = open(&world).await;
        assert_eq!(open.iter().map(|own| &own.id).collect::<Vec<_>>(), [&other], "a record has one");
        let both = differences(&world, &open[0]).await;
        assert_eq!(both.len(), 2);
        assert!(open[0].draft.as_ref().unwrap().contains("leave_different"), "with its draft");
        let phone = both.iter().find(|own| own.dispute.field.as_str() == "phone").unwrap();
        let decision = Decision { reason: Some(Reason::NewerChange), ..keep(&open[0], phone, 1) };
        world.engine.resolve(&steward(), &other, decision).await.unwrap();
        let rest = self::open(&world).await;
        let left = Left::read(rest[0].draft.as_deref()).unwrap();
        assert_eq!((left.choices.len(), left.note.as_str()), (1, ""), "what is not decided keeps its choice");
        assert_eq!(left.choices[0].chosen.outcome, Outcome::LeaveDifferent { until });
    }
}

#[tokio::test]
async fn a_value_that_moved_during_the_hold_is_not_overwritten() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await.unwrap();
        world.sql("warehouse", "UPDATE SHIP_TO SET ZIP='99999', CHG_AT='2026-03-03 12:02:10', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(address(&world).await, "ELMSTRAßE|4|99999|A");
        let back = open(&world).await;
        assert_eq!(back.len(), 1, "overtaken: it is back");
        assert!(back[0].draft.is_some(), "with its draft");
        let dispute = &differences(&world, &back[0]).await[0].dispute;
        assert!(dispute.values.iter().any(|value| value.shown(None)[1].to_string() == "99999"));
        assert!(audit_actions(&world).await.contains(&"delivery_overtaken".to_owned()));
    }
}

#[tokio::test]
async fn a_sync_during_the_hold_that_finds_a_new_value_cancels_the_decision() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let resolution =
            world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await.unwrap();
        world.sql("warehouse", "UPDATE SHIP_TO SET ZIP='99999', CHG_AT='2026-03-03 12:02:10', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        let trigger =
            referee::engine::sync::Trigger { full: true, ..referee::engine::sync::Trigger::schedule() };
        world.engine.sync(&"warehouse".into(), &trigger).await.unwrap();
        let back = open(&world).await;
        assert_eq!(back.len(), 1);
        assert!(back[0].draft.is_some());
        let mut session = world.engine.store().session().await.unwrap();
        let cancelled = referee::store::resolutions::get(&mut session, &steward(), &resolution.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(cancelled.state, "overtaken");
        world.clock.advance(TimeDelta::seconds(60));
        assert_eq!(world.deliver().await, 0);
    }
}

#[tokio::test]
async fn a_typed_value_is_checked_against_every_target() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let typed = |street: &str| Decision {
            version: conflict.version,
            outcomes: vec![(
                difference.id.clone(),
                Outcome::Type { values: vec![Held::from(street), Held::from("10999")] },
            )],
            ..Decision::default()
        };
        world.engine.resolve(&steward(), &conflict.id, typed("Am Markt 3b")).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 2);
        assert_eq!(address(&world).await, "AM MARKT|3B|10999|A");
        assert_eq!(
            world.value("portal", "SELECT street||'|'||zip||'|'||vip FROM customers WHERE id='C-1'").await,
            "Am Markt 3b|10999|1"
        );
    }
}

#[tokio::test]
async fn leaving_it_different_stands_until_a_value_moves() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let until = world.engine.now() + TimeDelta::days(14);
        let mut decision = Decision {
            version: conflict.version,
            outcomes: vec![(difference.id.clone(), Outcome::LeaveDifferent { until })],
            ..Decision::default()
        };
        let unreasoned = world.engine.resolve(&steward(), &conflict.id, decision.clone()).await;
        assert!(matches!(unreasoned, Err(Refusal::Invalid(_))), "it needs a reason");
        decision.note = "the customer will call back".into();
        world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        world.sync().await;
        assert_eq!(open(&world).await, [], "while nothing moves it does not come back");
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET ZIP='99999', CHG_AT='2026-03-03 12:04:10' WHERE WH_NO='WH-1'",
            )
            .await;
        world.sync().await;
        assert_eq!(open(&world).await.len(), 1);
    }
}

#[tokio::test]
async fn a_stale_page_is_refused() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        world.sql("warehouse", "UPDATE SHIP_TO SET ZIP='99999', CHG_AT='2026-03-03 12:02:10', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        world.sync().await;
        let stale = world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await;
        assert!(matches!(stale, Err(Refusal::Stale)));
    }
}

#[tokio::test]
async fn a_record_is_made_where_it_was_missing() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("portal", "INSERT INTO customers (id, name, street, zip, phone, since) VALUES ('C-3','Wei Zhang','Ring 1','20095','+49 30 55501744','2025-01-02')").await;
        world.sync().await;
        world.sync().await;
        let conflict = open(&world).await.remove(0);
        let difference = differences(&world, &conflict).await.remove(0);
        let outcomes = vec![(difference.id.clone(), Outcome::CreateThere { value: 1 })];
        let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
        world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        world.deliver().await;
        let made = world
            .value(
                "warehouse",
                "SELECT NAME||'|'||STREET||'|'||HOUSE_NO||'|'||SINCE FROM SHIP_TO WHERE CUST_REF='C-3'",
            )
            .await;
        assert_eq!(made, "WEI ZHANG|RING|1|02/01/2025");
        world.sync().await;
        assert_eq!(open(&world).await, []);
    }
}
