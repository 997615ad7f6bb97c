//! A value that cannot be read is not known: it is never written over unseen, and nothing is
//! agreed over it.

use super::*;
use crate::support::world::steward;
use chrono::TimeDelta;
use referee::domain::resolution::Outcome;
use referee::domain::value::Held;
use referee::engine::Refusal;
use referee::engine::review::Decision;
use referee::engine::sync::Trigger;
use referee::store::resolutions::{self, Resolution};
use referee::store::{alerts, records, trail};

const BILLING: &str = r#"
[[system]]
id = "billing"
label = "Billing"
connector = { kind = "sqlite", path = "FOLDER/billing.sqlite" }
[[mapping]]
system = "billing"
entity = "customer"
object = "payer"
key = "no"
link = "no"
machine_authors = ["import"]
fields = [{ field = "since", columns = ["since"], transforms = [{ date = { format = "%d/%m/%Y" } }] }]
"#;
const PAYERS: &str = "CREATE TABLE payer (no TEXT PRIMARY KEY, since TEXT);
INSERT INTO payer VALUES ('C-1', '04/03/2024'), ('C-2', '06/05/2024')";

/// Three systems that agree and take writes, on each database there is.
async fn three() -> Vec<World> {
    let mut worlds = Vec::new();
    for url in [None, postgres::database().await] {
        if url.is_none() && !worlds.is_empty() {
            continue;
        }
        let tables = [("portal", PORTAL), ("warehouse", WAREHOUSE), ("billing", PAYERS)];
        let world = World::on(url, &format!("{CONFIG}{BILLING}"), &tables).await;
        world.sync().await;
        assert_eq!(open(&world).await, []);
        world.enable_writes(&["portal", "warehouse", "billing"]).await;
        worlds.push(world);
    }
    worlds
}

/// Since when a customer is one, as the warehouse says; set by a person, so that no rule puts it back.
async fn set_warehouse(world: &World, since: &str) {
    let set = format!(
        "UPDATE SHIP_TO SET SINCE='{since}', CHG_AT='2026-03-03 12:00:30', CHG_BY='Bo' WHERE WH_NO='WH-1'"
    );
    world.sql("warehouse", &set).await;
}

async fn warehouse(world: &World) -> String {
    world.value("warehouse", "SELECT SINCE FROM SHIP_TO WHERE WH_NO='WH-1'").await
}

async fn keep_portal(world: &World, conflict: &Conflict) -> Resolution {
    let difference = differences(world, conflict).await.remove(0);
    let outcomes = vec![(difference.id.clone(), Outcome::Keep { value: 1 })];
    let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
    world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap()
}

/// A conflict over a date that a person changed in the warehouse.
async fn edited() -> Vec<(World, Conflict)> {
    let mut all = Vec::new();
    for world in worlds().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        set_warehouse(&world, "04/04/2024").await;
        world.sync().await;
        let conflict = open(&world).await.remove(0);
        all.push((world, conflict));
    }
    all
}

async fn base(world: &World, conflict: &Conflict) -> Held {
    let mut session = world.engine.store().session().await.unwrap();
    let bases = records::bases(&mut session, std::slice::from_ref(&conflict.record)).await.unwrap();
    bases[0].1.0["since"].0.clone()
}

async fn written(world: &World, resolution: &Resolution) -> Vec<&'static str> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = resolutions::deliveries(&mut session, std::slice::from_ref(&resolution.id)).await.unwrap();
    all.iter().map(|delivery| delivery.state.name()).collect()
}

#[tokio::test]
async fn a_rule_does_not_write_over_what_cannot_be_read() {
    for world in three().await {
        let billing =
            async |world: &World| world.value("billing", "SELECT since FROM payer WHERE no='C-1'").await;
        world.sql("billing", "UPDATE payer SET since='soon' WHERE no='C-1'").await;
        world
            .sql(
                "portal",
                "UPDATE customers SET since='2024-04-04', updated_at='2026-03-03 12:01:30' WHERE id='C-1'",
            )
            .await;
        world.sync().await;
        world.deliver().await;
        assert_eq!(warehouse(&world).await, "04/04/2024", "the rule's value");
        assert_eq!(billing(&world).await, "soon", "nobody knows what it means");
        world.sync().await;
        assert_eq!(open(&world).await, [], "nothing is disputed among those that can be read");
        let actions = audit_actions(&world).await;
        let settled = actions.iter().filter(|action| *action == "settled_by_rule").count();
        assert_eq!(settled, 1);
        assert!(!actions.contains(&"conflict_closed".to_owned()), "not everywhere yet");
        // Once it can be read it is judged: here it is another date.
        world.sql("billing", "UPDATE payer SET since='05/05/2024' WHERE no='C-1'").await;
        world.sync().await;
        let back = open(&world).await;
        assert_eq!(back.len(), 1);
        assert_eq!(base(&world, &back[0]).await, Held::from("2024-03-04"), "nothing was agreed");
        world.deliver().await;
        assert_eq!(billing(&world).await, "05/05/2024");
    }
}

#[tokio::test]
async fn a_decision_does_not_write_over_what_its_page_did_not_show() {
    for (world, conflict) in edited().await {
        set_warehouse(&world, "soon").await;
        world.sync().await;
        let conflict = open(&world).await.into_iter().find(|open| open.id == conflict.id).unwrap();
        let difference = differences(&world, &conflict).await.remove(0);
        let outcomes = vec![(difference.id.clone(), Outcome::Keep { value: 1 })];
        let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
        let unseen = world.engine.resolve(&steward(), &conflict.id, decision).await;
        assert!(matches!(unseen, Err(Refusal::Stale)), "{unseen:?}");
        world.clock.advance(TimeDelta::seconds(21));
        world.deliver().await;
        assert_eq!(warehouse(&world).await, "soon");
        // It reads again as the page has it.
        set_warehouse(&world, "04/04/2024").await;
        world.sync().await;
        let back = open(&world).await;
        assert_eq!(back.len(), 1);
        let resolution = keep_portal(&world, &back[0]).await;
        world.clock.advance(TimeDelta::seconds(21));
        world.deliver().await;
        assert_eq!(warehouse(&world).await, "04/03/2024");
        assert_eq!(written(&world, &resolution).await, ["confirmed"]);
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_read_any_longer_when_it_is_to_be_written_comes_back() {
    for (world, conflict) in edited().await {
        let resolution = keep_portal(&world, &conflict).await;
        set_warehouse(&world, "soon").await;
        world.clock.advance(TimeDelta::seconds(21));
        world.deliver().await;
        assert_eq!(warehouse(&world).await, "soon");
        assert_eq!(written(&world, &resolution).await, ["overtaken"]);
        let back = open(&world).await;
        assert_eq!(back.len(), 1, "it is back, though nothing can be compared");
        assert!(back[0].draft.is_some(), "with its draft");
        let actions = audit_actions(&world).await;
        assert_eq!(actions[actions.len() - 2..], ["delivery_overtaken", "conflict_reopened"]);
        world.sync().await;
        assert_eq!(open(&world).await.len(), 1);
        set_warehouse(&world, "04/03/2024").await;
        world.sync().await;
        assert_eq!(open(&world).await, [], "they agree");
    }
}

#[tokio::test]
async fn the_words_of_a_system_that_cannot_be_read_are_sealed_and_leave_by_no_mail() {
    for world in worlds().await {
        world.sql("portal", "ALTER TABLE customers RENAME COLUMN phone TO landline").await;
        let run = world.engine.sync(&"portal".into(), &Trigger::schedule()).await.unwrap().remove(0);
        let words = run.error.unwrap();
        assert!(words.contains("phone"), "{words}");
        let store = world.engine.store();
        let mut session = store.session().await.unwrap();
        let last = audit::after(&mut session, 0, 10_000).await.unwrap().pop().unwrap();
        assert!(last.line.contains("run_failed") && !last.line.contains(&words), "{}", last.line);
        let values = trail::values(&mut session, store, &[last.seq]).await.unwrap();
        assert_eq!(values[&last.seq]["error"], words);
        let told = alerts::open(&mut session, 10).await.unwrap().remove(0);
        assert_eq!(told.message, "Portal could not be read (Customer)");
        assert_eq!(told.link, format!("/runs/{}", run.id));
    }
}
