//! Tidy formatting: one form for what all agree on, written once and never fought over.

use super::*;
use crate::support::world::{admin, steward};
use chrono::TimeDelta;
use referee::domain::audit::ActorKind;
use referee::domain::conflict::DifferenceState;
use referee::domain::delivery::DeliveryState;
use referee::domain::policy::Policy;
use referee::engine::detect::Fate;
use referee::engine::policies::{PolicyChange, Standing};
use referee::store::policy_drafts::Draft;
use referee::store::{alerts, resolutions};

const TEL: &str = "SELECT TEL FROM SHIP_TO WHERE WH_NO='WH-1'";

async fn draft(world: &World, tidies: bool) -> Draft {
    let policy =
        Policy { tidy_formatting: Some(tidies), source_of_truth: Some("portal".into()), ..Policy::default() };
    let version = world.engine.setup().policy_version;
    let (entity, slot) = ("customer".into(), Some("phone".into()));
    let reason = "one form for phones".to_owned();
    let asked = PolicyChange { entity, slot, policy, reason, version };
    world.engine.draft_policy(&admin(), asked).await.unwrap()
}

/// Switches tidying of phones on, and works off what it makes due.
async fn tidy(world: &World) -> usize {
    switch_on(world, &draft(world, true).await).await
}

async fn switch_on(world: &World, draft: &Draft) -> usize {
    world.engine.switch_on(&admin(), &draft.id, &draft.fingerprint().unwrap()).await.unwrap();
    world.engine.keep_schedule().await.unwrap();
    world.deliver().await
}

/// The differences of the one conflict of a record, whatever became of it.
async fn all(world: &World) -> Vec<Difference> {
    let mut session = world.engine.store().session().await.unwrap();
    let found = referee::store::records::by_links(&mut session, &"customer".into(), &["C-1"]).await.unwrap();
    let conflicts = conflicts::of_record(&mut session, &steward(), &found[0].id, 10).await.unwrap();
    let ids: Vec<_> = conflicts.iter().map(|conflict| conflict.id.clone()).collect();
    conflicts::differences(&mut session, &ids).await.unwrap()
}

async fn deliveries(world: &World, difference: &Difference) -> Vec<resolutions::Delivery> {
    let mut session = world.engine.store().session().await.unwrap();
    let resolution = difference.state.resolution().unwrap();
    resolutions::deliveries(&mut session, std::slice::from_ref(resolution)).await.unwrap()
}

#[tokio::test]
async fn what_is_written_otherwise_gets_the_form_of_the_source_once() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        let draft = draft(&world, true).await;
        let preview = world.engine.preview_draft(&admin(), &draft).await.unwrap();
        assert_eq!((preview.agreed, preview.changed.len()), (2, 2));
        assert!(preview.changed.iter().all(|own| own.standing == Standing::Judged(Fate::Tidied)));
        assert_eq!(world.value("warehouse", TEL).await, "030 55501742", "off until it is switched on");

        assert_eq!(switch_on(&world, &draft).await, 2);
        assert_eq!(world.value("warehouse", TEL).await, "+49 30 55501742");
        let name = world.value("warehouse", "SELECT NAME FROM SHIP_TO WHERE WH_NO='WH-1'").await;
        assert_eq!(name, "ADA OKAFOR", "only the field that is tidied");
        assert_eq!(open(&world).await, [], "nobody is asked");
        let differences = all(&world).await;
        assert_eq!(differences.len(), 1);
        assert!(matches!(differences[0].state, DifferenceState::SettledByRule { closed: Some(_), .. }));
        assert_eq!(differences[0].dispute.rule_name(), "tidy_formatting");
        let sent = deliveries(&world, &differences[0]).await;
        assert_eq!(sent.len(), 1);
        assert_eq!((sent[0].system.as_str(), sent[0].change.cells.len()), ("warehouse", 1));
        let mut session = world.engine.store().session().await.unwrap();
        let resolution = resolutions::of_ids(&mut session, &[sent[0].resolution.clone()]).await.unwrap();
        assert_eq!(resolution[0].actor.kind, ActorKind::Rule);
        assert_eq!(resolution[0].state, "done");
        drop(session);

        // A person there writes it their way again: the same form is not written twice.
        let back = "UPDATE SHIP_TO SET TEL='(030) 555 01742', CHG_AT='2026-03-03 12:03:30', CHG_BY='Bo' WHERE WH_NO='WH-1'";
        world.sql("warehouse", back).await;
        world.sync().await;
        assert_eq!(world.deliver().await, 0);
        assert_eq!(world.value("warehouse", TEL).await, "(030) 555 01742");
        // A new value comes in the source's own form, and nothing is left to tidy.
        world.sql("portal", "UPDATE customers SET phone='+49 30 777', updated_at='2026-03-03 12:04:30', updated_by='Ada' WHERE id='C-1'").await;
        world.sync().await;
        assert_eq!(world.deliver().await, 1);
        assert_eq!(world.value("warehouse", TEL).await, "+49 30 777");
        let actions = audit_actions(&world).await;
        assert_eq!(actions.iter().filter(|action| *action == "settled_by_rule").count(), 3);
    }
}

#[tokio::test]
async fn a_target_that_rewrites_it_is_told_of_and_not_fought() {
    for world in worlds().await {
        world.enable_writes(&["warehouse"]).await;
        let rewrites = "CREATE TRIGGER own_way AFTER UPDATE OF TEL ON SHIP_TO WHEN NEW.TEL LIKE '+49 %'
            BEGIN UPDATE SHIP_TO SET TEL = '0' || substr(NEW.TEL, 5) WHERE WH_NO = NEW.WH_NO; END";
        world.sql("warehouse", rewrites).await;
        assert_eq!(tidy(&world).await, 2);
        assert_eq!(world.value("warehouse", TEL).await, "030 55501742");
        let differences = all(&world).await;
        assert!(matches!(differences[0].state, DifferenceState::SettledByRule { closed: Some(_), .. }));
        let sent = deliveries(&world, &differences[0]).await;
        assert!(matches!(sent[0].state, DeliveryState::AcceptedWithChanges { .. }), "{:?}", sent[0].state);
        let mut session = world.engine.store().session().await.unwrap();
        let told = alerts::open_of(&mut session, "tidy/").await.unwrap();
        assert_eq!(told.len(), 1, "one for the field, however many records");
        assert_eq!((told[0].cause.as_str(), told[0].times), ("tidy/warehouse/customer/phone", 2));
        drop(session);
        for _ in 0..3 {
            world
                .sql("warehouse", "UPDATE SHIP_TO SET NAME = NAME || ' ', CHG_AT='2026-03-03 12:05:30'")
                .await;
            world.sync().await;
            assert_eq!(world.deliver().await, 0, "never the same form twice");
        }
        assert_eq!(open(&world).await, []);
    }
}

#[tokio::test]
async fn a_refused_form_ends_there() {
    for world in worlds().await {
        world.enable_writes(&["warehouse"]).await;
        let refuses = "CREATE TRIGGER no BEFORE UPDATE OF TEL ON SHIP_TO WHEN NEW.TEL LIKE '+%'
            BEGIN SELECT RAISE(ABORT, 'no plus here'); END";
        world.sql("warehouse", refuses).await;
        tidy(&world).await;
        let differences = all(&world).await;
        let sent = deliveries(&world, &differences[0]).await;
        assert!(matches!(sent[0].state, DeliveryState::Refused { .. }), "{:?}", sent[0].state);
        assert!(matches!(differences[0].state, DifferenceState::SettledByRule { closed: Some(_), .. }));
        world.clock.advance(TimeDelta::hours(25));
        world.sync().await;
        assert_eq!(world.deliver().await, 0);
        assert_eq!(open(&world).await, []);
    }
}

#[tokio::test]
async fn what_is_asked_unread_or_watched_only_is_left_as_it_is() {
    for world in worlds().await {
        // Watched only: nobody is asked to type a form by hand.
        assert_eq!(tidy(&world).await, 0);
        assert_eq!(all(&world).await, []);
        world.enable_writes(&["warehouse"]).await;
        // Disputed: a person edits the phone in the warehouse, newer than the portal's.
        let edit =
            "UPDATE SHIP_TO SET TEL='030 999', CHG_AT='2026-03-03 12:01:30', CHG_BY='Bo' WHERE WH_NO='WH-1';
            UPDATE SHIP_TO SET NAME='Mateo Lindqvist', CHG_AT='2026-03-03 12:01:30' WHERE WH_NO='WH-2'";
        world.sql("warehouse", edit).await;
        let person = "UPDATE customers SET phone='+49 30 888', updated_at='2026-03-03 12:01:31', updated_by='Ada' WHERE id='C-1'";
        world.sql("portal", person).await;
        world.sync().await;
        assert_eq!(open(&world).await.len(), 1);
        assert_eq!(world.deliver().await, 1, "the other record is tidied");
        assert_eq!(world.value("warehouse", TEL).await, "030 999");
        let tel = world.value("warehouse", "SELECT TEL FROM SHIP_TO WHERE WH_NO='WH-2'").await;
        assert_eq!(tel, "+49 30 55501743");
    }
}

#[tokio::test]
async fn a_value_that_moves_while_a_form_is_on_its_way_is_judged_as_ever() {
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        let draft = draft(&world, true).await;
        world.engine.switch_on(&admin(), &draft.id, &draft.fingerprint().unwrap()).await.unwrap();
        world.engine.keep_schedule().await.unwrap();
        // Before it is sent, the portal gets another number: newest wins, with no person asked.
        world.sql("portal", "UPDATE customers SET phone='+49 30 777', updated_at='2026-03-03 12:01:30', updated_by='Ada' WHERE id='C-1'").await;
        world.sync().await;
        assert_eq!(open(&world).await, []);
        world.deliver().await;
        assert_eq!(world.value("warehouse", TEL).await, "+49 30 777");
        assert_eq!(world.value("portal", "SELECT phone FROM customers WHERE id='C-1'").await, "+49 30 777");
        let states: Vec<_> =
            all(&world).await.into_iter().map(|own| own.state.closed_at().is_some()).collect();
        assert_eq!(states, [true, true], "the form was taken back, the value arrived");
    }
}
