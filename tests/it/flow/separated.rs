//! Not the same record: a row becomes a record of its own, stays it, and can be linked again.

use super::decide::{keep, moved};
use super::*;
use crate::support::world::{admin, steward};
use chrono::TimeDelta;
use referee::engine::Refusal;
use referee::engine::separate::Apart;
use referee::store::{holdings, records, separations};

fn apart(conflict: &Conflict, reason: &str) -> Apart {
    Apart {
        record: conflict.record.clone(),
        system: "warehouse".into(),
        external_id: "WH-1".to_owned(),
        reason: reason.to_owned(),
    }
}

async fn owner(world: &World, id: &str) -> referee::domain::ids::RecordId {
    let mut session = world.engine.store().session().await.unwrap();
    let (system, entity) = ("warehouse".into(), "customer".into());
    holdings::by_external_ids(&mut session, &system, &entity, &[id]).await.unwrap().remove(0).record
}

#[tokio::test]
async fn a_row_that_is_another_record_is_not_linked_again_by_its_declared_key() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let made = world.engine.separate(&steward(), apart(&conflict, "Two Adas live there")).await.unwrap();
        assert_eq!((&made.from, owner(&world, "WH-1").await), (&conflict.record, made.to.clone()));
        let known = differences(&world, &conflict).await;
        let ended = known.iter().find(|own| own.id == difference.id).unwrap();
        assert_eq!(ended.state.name(), "settled_by_itself");
        // The warehouse says something new, and still names the portal's customer as its own.
        world.sql("warehouse", "UPDATE SHIP_TO SET ZIP='99999', CHG_AT='2026-03-03 12:03:10', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        world.sync().await;
        assert_eq!(owner(&world, "WH-1").await, made.to, "every later read leaves it where it is");
        // The warehouse should hold every customer: now it lacks this one, and that is asked.
        let asked = open(&world).await;
        assert_eq!(asked.len(), 1, "{asked:?}");
        let missing = differences(&world, &asked[0]).await;
        let missing = missing.iter().find(|own| own.state.is_open()).unwrap();
        assert_eq!((&asked[0].record, missing.dispute.field.as_str()), (&conflict.record, "record"));
        let told = audit_actions(&world).await;
        assert!(told.contains(&"record_separated".to_owned()), "{told:?}");
    }
}

#[tokio::test]
async fn linking_it_again_brings_the_difference_back() {
    for world in worlds().await {
        let (conflict, _) = moved(&world).await;
        let made = world.engine.separate(&steward(), apart(&conflict, "Two Adas")).await.unwrap();
        let mut session = world.engine.store().session().await.unwrap();
        let standing = separations::standing(&mut session, &conflict.record).await.unwrap();
        assert_eq!(standing, std::slice::from_ref(&made));
        drop(session);
        let back = world.engine.rejoin(&steward(), &made.id).await.unwrap();
        assert!(back.ended_at.is_some());
        assert_eq!(owner(&world, "WH-1").await, conflict.record);
        let again = open(&world).await;
        assert_eq!(again.len(), 1, "they differ as they did");
        assert_eq!(again[0].record, conflict.record);
        let mut session = world.engine.store().session().await.unwrap();
        assert_eq!(separations::standing(&mut session, &conflict.record).await.unwrap(), []);
        let gone = records::of_ids(&mut session, std::slice::from_ref(&made.to)).await.unwrap();
        assert_eq!(gone, [], "nothing is left of the other");
        drop(session);
        let twice = world.engine.rejoin(&steward(), &made.id).await;
        assert!(matches!(twice, Err(Refusal::WrongState(_))), "{twice:?}");
        world.sync().await;
        assert_eq!(owner(&world, "WH-1").await, conflict.record);
        assert!(audit_actions(&world).await.contains(&"record_rejoined".to_owned()));
    }
}

#[tokio::test]
async fn it_takes_a_steward_a_reason_a_row_and_no_decision_on_its_way() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let not_allowed = world.engine.separate(&admin(), apart(&conflict, "why")).await;
        assert!(matches!(not_allowed, Err(Refusal::Forbidden)), "{not_allowed:?}");
        let silent = world.engine.separate(&steward(), apart(&conflict, " ")).await;
        assert!(matches!(silent, Err(Refusal::Invalid(_))), "{silent:?}");
        let other = Apart { external_id: "WH-2".to_owned(), ..apart(&conflict, "why") };
        let elsewhere = world.engine.separate(&steward(), other).await;
        assert!(matches!(elsewhere, Err(Refusal::NotFound(_))), "another record's row: {elsewhere:?}");
        world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await.unwrap();
        let early = world.engine.separate(&steward(), apart(&conflict, "why")).await;
        assert!(matches!(early, Err(Refusal::WrongState(_))), "{early:?}");
        world.clock.advance(TimeDelta::seconds(61));
        world.deliver().await;
        let made = world.engine.separate(&steward(), apart(&conflict, "why")).await.unwrap();
        let alone = Apart { record: made.to.clone(), ..apart(&conflict, "why") };
        let alone = world.engine.separate(&steward(), alone).await;
        assert!(matches!(alone, Err(Refusal::WrongState(_))), "{alone:?}");
    }
}
