//! A draft in shadow: it judges what is judged, and nothing comes of it but what it found.

use super::*;
use crate::support::world::{admin, steward};
use chrono::TimeDelta;
use referee::domain::policy::{Policy, Rule};
use referee::domain::resolution::{Outcome, Reason};
use referee::domain::shadow::{Beside, Chosen};
use referee::engine::Refusal;
use referee::engine::policies::PolicyChange;
use referee::engine::policies::shadow::{Ended, Shadowed};
use referee::engine::review::Decision;
use referee::store::policy_drafts::Draft;

async fn draft(world: &World, slot: &str, policy: Policy) -> Draft {
    let version = world.engine.setup().policy_version;
    let (entity, slot) = ("customer".into(), Some(slot.into()));
    let reason = "the portal is right".to_owned();
    world.engine.draft_policy(&admin(), PolicyChange { entity, slot, policy, reason, version }).await.unwrap()
}

fn rule(rule: Rule) -> Policy {
    Policy { rule: Some(rule), ..Policy::default() }
}

async fn found(world: &World, draft: &Draft) -> Shadowed {
    let draft = world.engine.draft(&admin(), &draft.id).await.unwrap();
    world.engine.shadow(&admin(), &draft).await.unwrap().expect("a shadow")
}

/// What was found, as title, outcome and what people made of it.
fn rows(found: &Shadowed) -> Vec<(String, Beside, Option<Chosen>)> {
    let mut rows: Vec<_> = found.rows.iter().map(|row| (row.title.clone(), row.beside, row.chosen)).collect();
    rows.sort();
    rows
}

/// The source moves one address, and a person elsewhere another.
async fn two_addresses(world: &World) {
    world.sql("portal", "UPDATE customers SET zip='10999', updated_at='2026-03-03 12:01:30', updated_by='Ada' WHERE id='C-1'").await;
    world
        .sql(
            "warehouse",
            "UPDATE SHIP_TO SET ZIP='20999', CHG_AT='2026-03-03 12:01:30', CHG_BY='Bo' WHERE WH_NO='WH-2'",
        )
        .await;
    world.sync().await;
}

async fn decide(world: &World, title: &str, value: usize) {
    let conflict = open(world).await.into_iter().find(|own| own.title == title).unwrap();
    let id = differences(world, &conflict).await[0].id.clone();
    let decision = Decision {
        version: conflict.version,
        outcomes: vec![(id, Outcome::Keep { value })],
        reason: Some(Reason::DocumentSeen),
        ..Decision::default()
    };
    world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
}

#[tokio::test]
async fn what_it_would_have_settled_stands_beside_what_people_chose() {
    for (value, chosen) in [(1, Chosen::Alike), (2, Chosen::Differently)] {
        for world in worlds().await {
            let draft = draft(&world, "address", rule(Rule::SourceWins)).await;
            world.engine.start_shadow(&admin(), &draft.id, (14, 100)).await.unwrap();
            two_addresses(&world).await;
            assert_eq!(open(&world).await.len(), 2, "people review both, as the policy in force says");
            let (ada, mateo) = ("Ada Okafor".to_owned(), "Mateo Lindqvist".to_owned());
            let expected =
                [(ada.clone(), Beside::Settles, Some(Chosen::Open)), (mateo.clone(), Beside::Same, None)];
            assert_eq!(rows(&found(&world, &draft).await), expected);
            world.sync().await;
            assert_eq!(rows(&found(&world, &draft).await), expected, "a rescan adds nothing");
            decide(&world, "Ada Okafor", value).await;
            let shadowed = found(&world, &draft).await;
            let expected = [(ada, Beside::Settles, Some(chosen)), (mateo, Beside::Same, None)];
            assert_eq!(rows(&shadowed), expected);
            let own = shadowed.rows.iter().find(|row| row.chosen.is_some()).unwrap();
            assert_eq!(own.would.as_ref().and_then(|all| all[1].value()), Some("10999"));

            world.engine.end_shadow(&admin(), &draft.id).await.unwrap();
            world.sql("portal", "UPDATE customers SET zip='10777', updated_at='2026-03-03 12:03:30', updated_by='Ada' WHERE id='C-2'").await;
            world.sync().await;
            let after = found(&world, &draft).await;
            assert_eq!((after.rows.len(), after.ended), (2, Some(Ended::Stopped)));
            let twice = world.engine.end_shadow(&admin(), &draft.id).await;
            assert!(matches!(twice, Err(Refusal::WrongState(_))));
            let seen = world.engine.draft(&admin(), &draft.id).await.unwrap().fingerprint().unwrap();
            world.engine.switch_on(&admin(), &draft.id, &seen).await.unwrap();
            let told = audit_actions(&world).await;
            let shadows: Vec<_> = told.iter().filter(|action| action.starts_with("policy_shadow")).collect();
            assert_eq!(shadows, ["policy_shadow_started", "policy_shadow_ended"]);
        }
    }
}

#[tokio::test]
async fn where_it_would_ask_or_settle_otherwise_is_told_apart() {
    for world in worlds().await {
        let asks = draft(&world, "name", rule(Rule::ManualReview)).await;
        world.engine.start_shadow(&admin(), &asks.id, (1, 10)).await.unwrap();
        let zoe = Viewer { user: "zoe".into(), name: "zoe".into(), ..admin() };
        let other = PolicyChange {
            entity: "customer".into(),
            slot: Some("name".into()),
            policy: Policy { source_of_truth: Some("warehouse".into()), ..rule(Rule::SourceWins) },
            reason: "the warehouse is right".to_owned(),
            version: 1,
        };
        let other = world.engine.draft_policy(&zoe, other).await.unwrap();
        world.engine.start_shadow(&zoe, &other.id, (1, 10)).await.unwrap();
        world.sql("portal", "UPDATE customers SET name='Ada Bell', updated_at='2026-03-03 12:01:30', updated_by='import' WHERE id='C-1'").await;
        world.sync().await;
        assert_eq!(open(&world).await, [], "the policy in force settles it");
        let asked: Vec<_> = found(&world, &asks).await.rows.iter().map(|row| row.beside).collect();
        assert_eq!(asked, [Beside::Asks]);
        let otherwise = found(&world, &other).await;
        let beside: Vec<_> = otherwise.rows.iter().map(|row| row.beside).collect();
        assert_eq!(beside, [Beside::Otherwise]);
        assert_eq!(otherwise.rows[0].would.as_ref().and_then(|all| all[0].value()), Some("ADA OKAFOR"));
    }
}

#[tokio::test]
async fn it_ends_by_its_number_its_time_and_with_its_draft() {
    for world in worlds().await {
        let address = draft(&world, "address", rule(Rule::SourceWins)).await;
        for bounds in [(0, 10), (91, 10), (1, 0), (1, 5001)] {
            let refused = world.engine.start_shadow(&admin(), &address.id, bounds).await;
            assert!(matches!(refused, Err(Refusal::Invalid(_))), "{bounds:?}");
        }
        let refused = world.engine.start_shadow(&steward(), &address.id, (1, 1)).await;
        assert!(matches!(refused, Err(Refusal::Forbidden)));
        world.engine.start_shadow(&admin(), &address.id, (2, 1)).await.unwrap();
        two_addresses(&world).await;
        let shadowed = found(&world, &address).await;
        assert_eq!((shadowed.rows.len(), shadowed.ended), (1, Some(Ended::Number)));
        // Put there again, it begins anew, and its time passes.
        world.engine.start_shadow(&admin(), &address.id, (2, 10)).await.unwrap();
        assert!(found(&world, &address).await.rows.is_empty());
        world.clock.advance(TimeDelta::days(2));
        world.sql("portal", "UPDATE customers SET zip='10111', updated_at='2026-03-05 12:01:30', updated_by='Ada' WHERE id='C-1'").await;
        world.sync().await;
        let shadowed = found(&world, &address).await;
        assert_eq!((shadowed.rows.len(), shadowed.ended), (0, Some(Ended::Time)));
        // A draft that is changed is another one.
        world.engine.start_shadow(&admin(), &address.id, (2, 10)).await.unwrap();
        draft(&world, "phone", rule(Rule::ManualReview)).await;
        world.sql("portal", "UPDATE customers SET zip='10222', updated_at='2026-03-05 12:02:30', updated_by='Ada' WHERE id='C-1'").await;
        world.sync().await;
        let shadowed = found(&world, &address).await;
        assert_eq!((shadowed.rows.len(), shadowed.ended), (0, Some(Ended::Changed)));
        world.engine.discard_draft(&admin(), &address.id).await.unwrap();
        assert!(world.engine.setup().shadows.is_empty());
    }
}
