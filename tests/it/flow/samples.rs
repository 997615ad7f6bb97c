//! Blind review: a sample of what rules settled, answered without seeing what they chose.

use super::*;
use crate::support::world::{other_steward, steward};
use referee::domain::access::Role;
use referee::domain::sample::{Answer, Verdict};
use referee::engine::Refusal;
use referee::engine::samples::Draw;
use referee::store::samples::{self, Item};

/// Every customer of the portal is changed so, and the rule gives it to the warehouse.
async fn settled(world: &World, set: &str) {
    let text = format!("UPDATE customers SET {set}, updated_at='2026-03-03 12:01:30', updated_by='Ana'");
    world.sql("portal", &text).await;
    world.sync().await;
    world.deliver().await;
    assert_eq!(open(world).await, []);
}

async fn items(world: &World, sample: &str) -> Vec<Item> {
    let mut session = world.engine.store().session().await.unwrap();
    let found = samples::items(&mut session, &Viewer::referee(), &[sample.to_owned()]).await.unwrap();
    found.into_iter().map(|(_, item)| item).collect()
}

fn draw(field: &str, size: usize) -> Draw {
    Draw { entity: "customer".into(), field: field.into(), days: 30, size }
}

#[tokio::test]
async fn what_rules_settled_is_drawn_and_answered_once() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        let nothing = world.engine.draw(&steward(), draw("", 10)).await;
        assert!(matches!(nothing, Err(Refusal::Invalid(_))), "{nothing:?}");
        settled(&world, "name='Ada ' || id").await;
        settled(&world, "since='2024-07-08'").await;
        let all = world.engine.draw(&steward(), draw("", 50)).await.unwrap();
        assert_eq!(items(&world, &all).await.len(), 4);
        assert_eq!(items(&world, &world.engine.draw(&steward(), draw("", 3)).await.unwrap()).await.len(), 3);
        let sample = world.engine.draw(&steward(), draw("name", 50)).await.unwrap();
        let drawn = items(&world, &sample).await;
        assert_eq!(drawn.len(), 2);
        assert!(drawn.iter().all(|item| item.rule == "source_wins" && item.field.as_str() == "name"));
        assert_eq!(drawn.iter().map(|item| item.place).collect::<Vec<_>>(), [1, 2]);
        let answer =
            async |viewer: &Viewer, place, answer| world.engine.answer(viewer, &sample, place, answer).await;
        let foreign = answer(&other_steward(), 1, Answer::Keep { value: 1 }).await;
        assert!(matches!(foreign, Err(Refusal::Forbidden)), "{foreign:?}");
        let unfit = answer(&steward(), 1, Answer::Keep { value: 9 }).await;
        assert!(matches!(unfit, Err(Refusal::Invalid(_))), "{unfit:?}");
        assert!(matches!(answer(&steward(), 3, Answer::Unsure).await, Err(Refusal::NotFound(_))));
        assert_eq!(answer(&steward(), 1, Answer::Keep { value: 1 }).await.unwrap(), Verdict::Agrees);
        let twice = answer(&steward(), 1, Answer::Keep { value: 2 }).await;
        assert!(matches!(twice, Err(Refusal::WrongState(_))), "{twice:?}");
        assert_eq!(answer(&steward(), 2, Answer::Keep { value: 2 }).await.unwrap(), Verdict::Differs);
        let mut session = world.engine.store().session().await.unwrap();
        let figures = samples::figures(&mut session, &"customer".into()).await.unwrap();
        drop(session);
        assert_eq!(figures.len(), 1);
        assert_eq!((figures[0].agrees, figures[0].all, &figures[0].sample), (1, 2, &sample));
        let told = audit_actions(&world).await;
        let count = |action: &str| told.iter().filter(|entry| *entry == action).count();
        assert_eq!((count("sample_drawn"), count("sample_answered")), (3, 2));
    }
}

#[tokio::test]
async fn a_typed_answer_is_compared_as_the_field_is_and_unsure_counts_neither_way() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        settled(&world, "name='Ada ' || id").await;
        let sample = world.engine.draw(&steward(), draw("", 50)).await.unwrap();
        let title = |place: usize| format!("ada  c-{place}");
        let first = items(&world, &sample).await.remove(0);
        let mut session = world.engine.store().session().await.unwrap();
        let record = referee::store::records::of_ids(&mut session, &[first.record]).await.unwrap().remove(0);
        drop(session);
        let place = if record.link.as_deref() == Some("C-1") { 1 } else { 2 };
        let typed = Answer::typed(&[&title(place)]).unwrap();
        assert_eq!(world.engine.answer(&steward(), &sample, 1, typed).await.unwrap(), Verdict::Agrees);
        assert_eq!(
            world.engine.answer(&steward(), &sample, 2, Answer::Unsure).await.unwrap(),
            Verdict::Unsure
        );
        assert_eq!(Answer::typed(&[" ", ""]), None);
        let mut session = world.engine.store().session().await.unwrap();
        let figures = samples::figures(&mut session, &"customer".into()).await.unwrap();
        assert_eq!((figures[0].agrees, figures[0].all), (1, 1));
    }
}

#[tokio::test]
async fn a_draw_is_bounded_in_size_days_and_number_and_by_scope() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        settled(&world, "name='Ada ' || id").await;
        for (days, size) in [(30, 0), (30, 51), (0, 10), (366, 10)] {
            let wrong = world.engine.draw(&steward(), Draw { days, size, ..Draw::default() }).await;
            assert!(matches!(wrong, Err(Refusal::Invalid(_))), "{days} {size}: {wrong:?}");
        }
        let auditor = Viewer { roles: [Role::Auditor].into(), ..steward() };
        assert!(matches!(world.engine.draw(&auditor, draw("", 1)).await, Err(Refusal::Forbidden)));
        let elsewhere = Viewer { entities: Some(["order".into()].into()), ..steward() };
        assert!(matches!(world.engine.draw(&elsewhere, draw("", 1)).await, Err(Refusal::Invalid(_))));
        let everything = Draw { days: 1, size: 1, ..Draw::default() };
        for _ in 0..5 {
            world.engine.draw(&steward(), everything.clone()).await.unwrap();
        }
        let sixth = world.engine.draw(&steward(), everything.clone()).await;
        assert!(matches!(sixth, Err(Refusal::WrongState(_))), "{sixth:?}");
        world.engine.draw(&other_steward(), everything.clone()).await.unwrap();
        world.clock.advance(chrono::TimeDelta::days(2));
        assert!(matches!(world.engine.draw(&other_steward(), everything).await, Err(Refusal::Invalid(_))));
    }
}
