//! Clear and combine: what they write into each system, what they refuse, and how they are taken back.

use super::*;
use crate::support::world::steward;
use chrono::TimeDelta;
use referee::domain::resolution::{Outcome, OutcomeError, cleared, combined};
use referee::domain::value::Held;
use referee::engine::Refusal;
use referee::engine::review::Decision;
use referee::store::resolutions::{self, Resolution};

const LISTS: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "crm"
label = "CRM"
connector = { kind = "sqlite", path = "FOLDER/crm.sqlite" }

[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [
  { id = "name", label = "Name", validate = { required = true } },
  { id = "note", label = "Note" },
  { id = "rank", label = "Rank", comparison = "decimal" },
  { id = "tags", label = "Tags", comparison = { set = { separator = ";" } } },
]

[[mapping]]
system = "portal"
entity = "customer"
object = "customers"
key = "id"
link = "id"
fields = [
  { field = "name", columns = ["name"] },
  { field = "note", columns = ["note"] },
  { field = "rank", columns = ["rank"] },
  { field = "tags", columns = ["tags"] },
]
[[mapping]]
system = "crm"
entity = "customer"
object = "people"
key = "no"
link = "ref"
fields = [
  { field = "name", columns = ["name"] },
  { field = "note", columns = ["remark"] },
  { field = "rank", columns = ["rank"] },
  { field = "tags", columns = ["labels"] },
]

[policy.customer.all]
source_of_truth = "crm"
rule = "manual_review"
"#;
const ONE: &str =
    "CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, note TEXT, rank INTEGER, tags TEXT);
INSERT INTO customers VALUES ('C-1','Ada','old',1,'b;c');";
const OTHER: &str =
    "CREATE TABLE people (no TEXT PRIMARY KEY, ref TEXT, name TEXT, remark TEXT, rank INTEGER, labels TEXT);
INSERT INTO people VALUES ('P-1','C-1','Bea','older',2,'a; b');";

/// Two systems that differ in every field, on each database there is.
async fn apart() -> Vec<World> {
    let mut worlds = Vec::new();
    for url in [None, postgres::database().await] {
        if url.is_none() && !worlds.is_empty() {
            continue;
        }
        let world = World::on(url, LISTS, &[("portal", ONE), ("crm", OTHER)]).await;
        world.sync().await;
        world.enable_writes(&["portal", "crm"]).await;
        worlds.push(world);
    }
    worlds
}

/// The open difference of a field, and its conflict.
async fn of(world: &World, field: &str) -> (Conflict, Difference) {
    let conflict = open(world).await.remove(0);
    let all = differences(world, &conflict).await;
    let found = all.into_iter().find(|own| own.dispute.field.as_str() == field && own.state.is_open());
    (conflict, found.unwrap())
}

fn values(world: &World, difference: &Difference, make: &str) -> referee::domain::value::Tuple {
    let setup = world.engine.setup();
    let entity = setup.catalog.entity(&"customer".into()).unwrap();
    let slot = entity.slot(&difference.dispute.field).unwrap();
    let made = match make {
        "clear" => cleared(&slot, &difference.dispute),
        _ => combined(&slot, &difference.dispute),
    };
    made.unwrap()
}

async fn decided(
    world: &World,
    conflict: &Conflict,
    difference: &Difference,
    outcome: Outcome,
) -> Resolution {
    let outcomes = vec![(difference.id.clone(), outcome)];
    let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
    world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap()
}

async fn arrived(world: &World) {
    world.clock.advance(TimeDelta::seconds(61));
    world.deliver().await;
}

#[tokio::test]
async fn what_is_cleared_is_empty_in_every_system_and_can_be_reversed() {
    for world in apart().await {
        for (field, column) in [("note", ("note", "remark")), ("rank", ("rank", "rank"))] {
            let (conflict, difference) = of(&world, field).await;
            let cleared = Outcome::Clear { values: values(&world, &difference, "clear") };
            let decision = decided(&world, &conflict, &difference, cleared).await;
            arrived(&world).await;
            let left = |table: &str, name: &str| format!("SELECT coalesce({name}, '') || '|' FROM {table}");
            assert_eq!(world.value("portal", &left("customers", column.0)).await, "|", "{field}");
            assert_eq!(world.value("crm", &left("people", column.1)).await, "|", "{field}");
            let known = differences(&world, &conflict).await;
            let now = known.iter().find(|own| own.id == difference.id).unwrap();
            assert_eq!(now.state.name(), "decided");
            assert!(now.state.closed_at().is_some(), "both were read back empty: {field}");
            let back = world.engine.reverse(&steward(), &decision.id, "it was right").await.unwrap();
            arrived(&world).await;
            let mut session = world.engine.store().session().await.unwrap();
            let writes = resolutions::deliveries(&mut session, std::slice::from_ref(&back.id)).await.unwrap();
            let states: Vec<_> = writes.iter().map(|own| (own.system.as_str(), &own.state)).collect();
            assert!(writes.iter().all(|own| own.state.is_done()) && writes.len() == 2, "{states:?}");
        }
        assert_eq!(world.value("portal", "SELECT note FROM customers").await, "old");
        assert_eq!(world.value("crm", "SELECT remark FROM people").await, "older");
    }
}

#[tokio::test]
async fn a_required_field_is_not_cleared() {
    for world in apart().await {
        let (conflict, difference) = of(&world, "name").await;
        let outcomes = vec![(difference.id.clone(), Outcome::Clear { values: vec![Held::Empty] })];
        let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
        let preview = world.engine.preview(&steward(), &conflict.id, &decision).await.unwrap();
        assert_eq!(preview.problems.len(), 1);
        let refused = world.engine.resolve(&steward(), &conflict.id, decision).await;
        let Err(Refusal::Outcomes(wrong)) = refused else { panic!("{refused:?}") };
        assert!(matches!(wrong[0].1, OutcomeError::Invalid { .. }), "{wrong:?}");
    }
}

#[tokio::test]
async fn lists_are_combined_in_each_system_and_the_decision_is_undone_with_its_draft() {
    for world in apart().await {
        let (conflict, difference) = of(&world, "tags").await;
        let all = values(&world, &difference, "combine");
        let combine = Outcome::Combine { values: all.clone() };
        let first = decided(&world, &conflict, &difference, combine.clone()).await;
        world.engine.undo(&steward(), &first.id).await.unwrap();
        let (conflict, difference) = of(&world, "tags").await;
        assert!(conflict.draft.as_ref().unwrap().contains("\"combine\""), "{:?}", conflict.draft);
        decided(&world, &conflict, &difference, combine).await;
        arrived(&world).await;
        let members = |text: String| {
            let mut all: Vec<String> = text.split(';').map(|own| own.trim().to_owned()).collect();
            all.sort();
            all.join(" ")
        };
        assert_eq!(members(world.value("portal", "SELECT tags FROM customers").await), "a b c");
        assert_eq!(members(world.value("crm", "SELECT labels FROM people").await), "a b c");
        let mut session = world.engine.store().session().await.unwrap();
        let kept = resolutions::of_conflict(&mut session, &conflict.id, 5).await.unwrap();
        assert_eq!(kept.len(), 2);
        assert!(audit_actions(&world).await.contains(&"undone".to_owned()));
    }
}

#[tokio::test]
async fn what_was_not_on_the_page_is_not_combined() {
    for world in apart().await {
        let (conflict, difference) = of(&world, "tags").await;
        let outcome = Outcome::Combine { values: vec![Held::from("a;b;c;d")] };
        let outcomes = vec![(difference.id.clone(), outcome)];
        let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
        let refused = world.engine.resolve(&steward(), &conflict.id, decision).await;
        let Err(Refusal::Outcomes(wrong)) = refused else { panic!("{refused:?}") };
        assert_eq!(wrong[0].1, OutcomeError::NotLists);
    }
}
