//! Suggestions: what is stored with a decision, and the track record that comes of it.

use super::decide::{keep, moved};
use super::*;
use crate::support::world::steward;
use chrono::TimeDelta;
use referee::domain::ids::ResolutionId;
use referee::domain::suggestion::{Fact, Grade, Shown, Strength, Suggested, is_blind};
use referee::engine::review::Decision;
use referee::store::StoreError;
use referee::store::field_decisions::{self, FieldDecision};
use referee::store::queue::Facet;

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

/// How many conflicts have this grade, by the facet; the list has exactly so many.
async fn graded(world: &World, grade: Grade) -> i64 {
    let (now, viewer) = (world.engine.now(), steward());
    let mut session = world.engine.store().session().await.unwrap();
    let s = &mut session;
    let facet = queue::facet(s, &viewer, &Filter::default(), Facet::Suggestion, now, now).await.unwrap();
    let counted = facet.iter().find(|own| own.value == grade.as_str()).map_or(0, |own| own.count);
    let filter = Filter { suggestion: Some(grade), ..Filter::default() };
    for rare in [false, true] {
        let filter = Filter { rare, ..filter.clone() };
        let listed = queue::page(s, &viewer, &filter, None, now, 100).await.unwrap().len();
        assert_eq!(i64::try_from(listed).unwrap(), counted, "{grade:?}: a count is its list");
        assert_eq!(queue::count(s, &viewer, &filter, now).await.unwrap(), counted);
    }
    counted
}

/// Decisions on the same field with the same cause, of which two in three kept what was suggested.
fn alike(resolution: &ResolutionId, cause: &str) -> Vec<FieldDecision> {
    let row = |n: i32| FieldDecision {
        resolution: resolution.clone(),
        difference: format!("another {n}").as_str().into(),
        entity: "customer".into(),
        field: "address".into(),
        pattern: "another pattern".to_owned(),
        cause: cause.to_owned(),
        suggested: Some(1),
        shown: Shown::Before,
        kept: n % 3 > 0,
    };
    (0..39).map(row).collect()
}

#[tokio::test]
async fn the_queue_is_narrowed_by_what_is_suggested_and_follows_the_track_record() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let blind = is_blind(&difference.dispute.policy, &difference.id);
        let first = if blind { Grade::Hidden } else { Grade::Unknown };
        assert_eq!(graded(&world, first).await, 1, "graded when it was judged");
        assert!(!world.engine.look_at_suggestions().await.unwrap(), "nothing is left to grade");
        let made =
            world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await.unwrap();
        let (cause, id) = (difference.dispute.cause_name().to_owned(), made.id.clone());
        let rows = alike(&id, &cause);
        let insert = async move |w: &mut referee::store::WriteSession| {
            field_decisions::insert(w, &rows).await?;
            Ok(((), Vec::new()))
        };
        world.engine.store().write::<_, StoreError, _>(insert).await.unwrap();
        world.engine.look_at_suggestions().await.unwrap();
        // Another one of that kind is graded by it as it is judged, and one that was there is brought up to date.
        let text = "UPDATE customers SET street='Neu 2', zip='10118', updated_at='2026-03-03 12:01:31',
             updated_by='Ana' WHERE id='C-2'";
        world.sql("portal", text).await;
        world.sync().await;
        let second = open(&world).await.remove(0);
        let own = differences(&world, &second).await.remove(0);
        let expected = if is_blind(&own.dispute.policy, &own.id) { Grade::Hidden } else { Grade::Some };
        assert_eq!(
            (own.suggestion, own.dispute.cause_name()),
            (Some(expected), difference.dispute.cause_name())
        );
        assert_eq!(graded(&world, expected).await, 1);
        // All of it was reversed: within the hour that is known.
        let made = made.id.clone();
        let reverse = async move |w: &mut referee::store::WriteSession| {
            Ok((field_decisions::reversed(w, &made, true).await?, Vec::new()))
        };
        world.engine.store().write::<_, StoreError, _>(reverse).await.unwrap();
        world.engine.look_at_suggestions().await.unwrap();
        assert_eq!(graded(&world, expected).await, 1, "not yet");
        world.clock.advance(TimeDelta::minutes(61));
        world.engine.look_at_suggestions().await.unwrap();
        if expected == Grade::Some {
            assert_eq!((graded(&world, Grade::Some).await, graded(&world, Grade::Low).await), (0, 1));
        }
        // What a version without this had stored is graded as soon as it is looked at.
        let forget = async move |w: &mut referee::store::WriteSession| {
            w.sql("UPDATE differences SET suggestion = ''").run().await?;
            Ok(((), Vec::new()))
        };
        world.engine.store().write::<_, StoreError, _>(forget).await.unwrap();
        assert_eq!(graded(&world, Grade::None).await, 0);
        assert!(world.engine.look_at_suggestions().await.unwrap());
        let now = if expected == Grade::Some { Grade::Low } else { Grade::Hidden };
        assert_eq!(graded(&world, now).await, 1);
    }
}
