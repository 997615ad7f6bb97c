//! A mass delete: held, and taken as deleted or kept as a person says.

use super::*;
use crate::support::world::steward;
use referee::domain::diff::Kind;
use referee::domain::incident::{Ending, IncidentState};
use referee::engine::Refusal;

const GONE: &str = "CREATE TABLE away AS SELECT * FROM customers WHERE id BETWEEN 'C-1000' AND 'C-1029';
    DELETE FROM customers WHERE id BETWEEN 'C-1000' AND 'C-1029'";

/// A hundred and two customers of which the portal loses thirty.
async fn lost(url: Option<String>) -> (World, Incident) {
    let world = many(url, CONFIG, 100).await;
    world.sql("portal", GONE).await;
    let run = read(&world, "portal").await;
    assert!(run.error.unwrap().contains("30 of 102"));
    let incident = unended(&world).await.remove(0);
    assert_eq!((incident.kind, incident.run.clone()), (IncidentKind::MassDelete, run.id));
    assert_eq!((incident.records, incident.held), (30, 102));
    assert_eq!(alarms(&world).await, [format!("/incidents/{}", incident.id)], "one item for all of them");
    assert_eq!((open(&world).await, present(&world, "portal").await), (vec![], 102));
    (world, incident)
}

async fn choose(world: &World, incident: &Incident, ending: Ending) -> Incident {
    world.engine.choose(&steward(), &incident.id, ending, "Moved to the archive").await.unwrap()
}

async fn kinds(world: &World) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for conflict in open(world).await {
        kinds.extend(differences(world, &conflict).await.into_iter().map(|d| d.dispute.kind));
    }
    kinds
}

#[tokio::test]
async fn exactly_the_frozen_rows_are_gone_once_it_is_allowed() {
    for url in databases().await {
        let (world, incident) = lost(url).await;
        read(&world, "portal").await;
        assert_eq!(unended(&world).await.len(), 1, "the same question is asked once");
        // Two come back, and one more is gone, which nobody was asked about.
        world
            .sql(
                "portal",
                "INSERT INTO customers SELECT * FROM away WHERE id < 'C-1002';
                 UPDATE customers SET name = 'Back' WHERE id = 'C-1000';
                 DELETE FROM customers WHERE id = 'C-1050'",
            )
            .await;
        let none = world.engine.choose(&steward(), &incident.id, Ending::Allowed, "  ").await;
        assert!(matches!(none, Err(Refusal::Invalid(_))), "{none:?}");
        let other = world.engine.choose(&steward(), &incident.id, Ending::Accepted, "because").await;
        assert!(matches!(other, Err(Refusal::Invalid(_))), "{other:?}");
        choose(&world, &incident, Ending::Allowed).await;
        let twice = world.engine.choose(&steward(), &incident.id, Ending::Refused, "because").await;
        assert!(matches!(twice, Err(Refusal::WrongState(_))), "{twice:?}");
        assert_eq!(present(&world, "portal").await, 102, "the worker does it");
        work_off(&world).await;
        assert_eq!(present(&world, "portal").await, 74);
        let mut kinds = kinds(&world).await;
        kinds.retain(|kind| *kind == Kind::Deleted);
        assert_eq!(kinds.len(), 28);
        let mut session = world.engine.store().session().await.unwrap();
        let ended = incidents::get(&mut session, &Viewer::referee(), &incident.id).await.unwrap().unwrap();
        let IncidentState::Ended(choice, _) = ended.state else { panic!("{:?}", ended.state) };
        assert_eq!((choice.by.name.as_str(), choice.reason.as_str()), ("ana", "Moved to the archive"));
        let counts = [
            incidents::count_members(&mut session, &incident.id, "done").await.unwrap(),
            incidents::count_members(&mut session, &incident.id, "kept").await.unwrap(),
        ];
        assert_eq!(counts, [28, 2]);
        drop(session);
        assert_eq!((alarms(&world).await, unended(&world).await), (vec![], vec![]));
        let told = audit_actions(&world).await;
        for action in ["incident_opened", "incident_decided", "incident_ended"] {
            assert_eq!(told.iter().filter(|entry| *entry == action).count(), 1, "{action}");
        }
        // The one that nobody was asked about goes the usual way.
        assert_eq!(read(&world, "portal").await.error, None);
        assert_eq!(present(&world, "portal").await, 73);
    }
}

#[tokio::test]
async fn what_is_refused_stays_held_and_is_not_asked_about_again() {
    for url in databases().await {
        let (world, incident) = lost(url).await;
        choose(&world, &incident, Ending::Refused).await;
        assert_eq!(unended(&world).await, []);
        for _ in 0..2 {
            assert_eq!(read(&world, "portal").await.error, None, "the others are read");
            assert_eq!((present(&world, "portal").await, open(&world).await), (102, vec![]));
            assert_eq!(unended(&world).await, []);
        }
        // One more is gone: that is taken as it is, and the thirty still stay.
        world.sql("portal", "DELETE FROM customers WHERE id = 'C-1050'").await;
        assert_eq!(read(&world, "portal").await.error, None);
        assert_eq!((present(&world, "portal").await, kinds(&world).await), (101, vec![Kind::Deleted]));
        // Another thirty are another question.
        world.sql("portal", "DELETE FROM customers WHERE id BETWEEN 'C-1060' AND 'C-1089'").await;
        assert!(read(&world, "portal").await.error.is_some());
        assert_eq!(unended(&world).await[0].records, 30);
    }
}

#[tokio::test]
async fn an_incident_ends_when_what_was_gone_comes_back() {
    for url in databases().await {
        let (world, incident) = lost(url).await;
        world.sql("portal", "INSERT INTO customers SELECT * FROM away").await;
        assert_eq!(read(&world, "portal").await.error, None);
        assert_eq!((unended(&world).await, alarms(&world).await), (vec![], vec![]));
        assert_eq!((present(&world, "portal").await, open(&world).await), (102, vec![]));
        let late = world.engine.choose(&steward(), &incident.id, Ending::Allowed, "because").await;
        assert!(matches!(late, Err(Refusal::WrongState(_))), "{late:?}");
    }
}

#[tokio::test]
async fn what_waits_stays_held_however_little_of_it_is_still_gone() {
    for url in databases().await {
        let (world, incident) = lost(url).await;
        // Four are still gone, which would be no mass delete; one more is gone that nobody asked about.
        world
            .sql(
                "portal",
                "INSERT INTO customers SELECT * FROM away WHERE id < 'C-1026';
                 DELETE FROM customers WHERE id = 'C-1050'",
            )
            .await;
        assert_eq!(read(&world, "portal").await.error, None);
        assert_eq!((present(&world, "portal").await, kinds(&world).await), (101, vec![Kind::Deleted]));
        assert_eq!(unended(&world).await, std::slice::from_ref(&incident), "it is still to be answered");
        choose(&world, &incident, Ending::Allowed).await;
        work_off(&world).await;
        assert_eq!(present(&world, "portal").await, 97, "what came back left the incident");
    }
}

#[tokio::test]
async fn a_refusal_outlives_the_next_incident() {
    for url in databases().await {
        let (world, incident) = lost(url).await;
        choose(&world, &incident, Ending::Refused).await;
        world.sql("portal", "DELETE FROM customers WHERE id BETWEEN 'C-1060' AND 'C-1089'").await;
        assert!(read(&world, "portal").await.error.is_some());
        let next = unended(&world).await.remove(0);
        choose(&world, &next, Ending::Refused).await;
        for _ in 0..2 {
            assert_eq!(read(&world, "portal").await.error, None);
            assert_eq!((present(&world, "portal").await, unended(&world).await), (102, vec![]));
        }
        // One that came back and is gone again is a new question.
        world.sql("portal", "INSERT INTO customers SELECT * FROM away WHERE id = 'C-1001'").await;
        assert_eq!(read(&world, "portal").await.error, None);
        world.sql("portal", "DELETE FROM customers WHERE id = 'C-1001'").await;
        assert_eq!(read(&world, "portal").await.error, None);
        assert_eq!((present(&world, "portal").await, kinds(&world).await), (101, vec![Kind::Deleted]));
    }
}

#[tokio::test]
async fn what_was_allowed_to_be_gone_no_rule_makes_again() {
    for url in databases().await {
        let config = CONFIG.replace(
            "source_of_truth = \"portal\"\nrule",
            "source_of_truth = \"portal\"\ndeletes = \"restore\"\nrule",
        );
        let world = many(url, &config, 100).await;
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("warehouse", "DELETE FROM SHIP_TO WHERE WH_NO BETWEEN 'WH-1000' AND 'WH-1029'").await;
        assert!(read(&world, "warehouse").await.error.is_some());
        let incident = unended(&world).await.remove(0);
        choose(&world, &incident, Ending::Allowed).await;
        work_off(&world).await;
        read(&world, "warehouse").await;
        assert_eq!(present(&world, "warehouse").await, 72);
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "settled_by_rule").count(), 0);
        assert_eq!(kinds(&world).await.len(), 30, "a person says what becomes of them in the portal");
        // One that is gone by itself is made again, as the policy says.
        world.sql("warehouse", "DELETE FROM SHIP_TO WHERE WH_NO = 'WH-1050'").await;
        read(&world, "warehouse").await;
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "settled_by_rule").count(), 1);
    }
}
