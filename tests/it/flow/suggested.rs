//! Suggestions: what is stored with a decision, and the track record that comes of it.

use super::decide::{keep, moved};
use super::*;
use crate::support::world::steward;
use chrono::TimeDelta;
use referee::domain::suggestion::{Fact, Shown, Strength, Suggested, is_blind};
use referee::engine::review::Decision;
use referee::store::StoreError;
use referee::store::field_decisions::{self, FieldDecision};

#[tokio::test]
async fn a_decision_says_what_was_suggested_and_whether_that_was_seen() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let case = world.engine.case(&steward(), &conflict.id).await.unwrap();
        let own = &case.suggestions[&difference.id];
        assert_eq!((own.suggestion.value, own.track.strength()), (1, Strength::Unknown));
        assert!(own.suggestion.reasons.contains(&Fact::Source { system: "portal".into() }));
        let seen = Decision { seen: true, ..keep(&conflict, &difference, 2) };
        let made = world.engine.resolve(&steward(), &conflict.id, seen).await.unwrap();
        let shown =
            if is_blind(&difference.dispute.policy, &difference.id) { Shown::After } else { Shown::Before };
        assert_eq!(made.outcomes[0].suggested, Some(Suggested { value: 1, shown }));
        let mut session = world.engine.store().session().await.unwrap();
        let (entity, field) = ("customer".into(), "address".into());
        let newest = field_decisions::newest(&mut session, &entity, &field, 5).await.unwrap();
        assert_eq!(newest, [(made.id.clone(), difference.id.clone())]);
        drop(session);
        world.engine.undo(&steward(), &made.id).await.unwrap();
        let mut session = world.engine.store().session().await.unwrap();
        let newest = field_decisions::newest(&mut session, &entity, &field, 5).await.unwrap();
        assert_eq!(newest, [], "what was taken back is no precedent");
        drop(session);
        let back = open(&world).await.remove(0);
        let elsewhere =
            world.engine.resolve(&steward(), &back.id, keep(&back, &difference, 1)).await.unwrap();
        assert_eq!(elsewhere.outcomes[0].suggested, Some(Suggested { value: 1, shown: Shown::No }));
    }
}

#[tokio::test]
async fn thirty_decisions_that_were_alike_are_a_track_record_and_reversals_count_against_it() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let made =
            world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await.unwrap();
        let pattern = referee::domain::pattern::key(&"customer".into(), &difference.dispute);
        let cause = difference.dispute.cause_name().to_owned();
        // As many decisions as there would be after some weeks; each beside the one that was made.
        let row = |n: i32| FieldDecision {
            resolution: made.id.clone(),
            difference: format!("another {n}").as_str().into(),
            entity: "customer".into(),
            field: "address".into(),
            pattern: if n % 2 == 0 { pattern.clone() } else { "another pattern".to_owned() },
            cause: cause.clone(),
            suggested: Some(1),
            shown: Shown::Before,
            kept: n != 7,
        };
        let rows: Vec<FieldDecision> = (0..39).map(row).collect();
        let insert = async move |w: &mut referee::store::WriteSession| {
            field_decisions::insert(w, &rows).await?;
            Ok(((), Vec::new()))
        };
        world.engine.store().write::<_, StoreError, _>(insert).await.unwrap();
        let mut session = world.engine.store().session().await.unwrap();
        let alike = field_decisions::of_pattern(&mut session, &pattern).await.unwrap();
        assert_eq!((alike.total, alike.kept, alike.strength()), (21, 21, Strength::Unknown));
        let (entity, field) = ("customer".into(), "address".into());
        let all = field_decisions::of_cause(&mut session, &entity, &field, &cause).await.unwrap();
        assert_eq!((all.total, all.kept, all.reversed, all.strength()), (40, 39, 0, Strength::High));
        drop(session);
        world.clock.advance(TimeDelta::seconds(61));
        world.deliver().await;
        world.engine.reverse(&steward(), &made.id, "the customer never moved").await.unwrap();
        let mut session = world.engine.store().session().await.unwrap();
        let all = field_decisions::of_cause(&mut session, &entity, &field, &cause).await.unwrap();
        assert_eq!((all.reversed, all.strength()), (40, Strength::Low));
        drop(session);
        // The reversal is undone while nothing of it was sent: the decision stands, and counts so.
        let mut session = world.engine.store().session().await.unwrap();
        let of = std::slice::from_ref(&conflict.record);
        let reversal = referee::store::resolutions::reversals(&mut session, of).await.unwrap().remove(0);
        drop(session);
        world.engine.undo(&steward(), &reversal.id).await.unwrap();
        let mut session = world.engine.store().session().await.unwrap();
        let all = field_decisions::of_cause(&mut session, &entity, &field, &cause).await.unwrap();
        assert_eq!((all.reversed, all.strength()), (0, Strength::High));
    }
}
