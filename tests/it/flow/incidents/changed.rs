//! A mass change: taken in whole, settled by no rule, and decided as one.

use super::*;
use crate::support::world::{other_steward, steward};
use referee::domain::group::{Back, GroupChoice};
use referee::domain::ids::IncidentId;
use referee::domain::incident::{Ending, IncidentState};
use referee::engine::Refusal;
use referee::engine::incidents::group::{Asked, Progress, TakeBack, Which};
use referee::store::groups::{self, Group, Of};
use referee::store::queue::Under;

/// The loader of the warehouse turns 120 phone numbers around; the portal would win by rule.
const LOADED: &str = "UPDATE SHIP_TO SET TEL = '030 9' || substr(TEL, 6), CHG_AT = '2026-03-03 12:01:30',
    CHG_BY = 'bulk load' WHERE WH_NO BETWEEN 'WH-1000' AND 'WH-1119'";

/// Phone numbers go to whoever changed them last, by rule and without a person.
fn config() -> String {
    CONFIG.replace(
        "[policy.customer.slots.phone]\nrule = \"most_recent_wins\"",
        "[policy.customer.slots.phone]\nrule = \"most_recent_wins\"\nstakes = \"low\"",
    )
}

pub async fn loaded(url: Option<String>) -> (World, Incident) {
    let world = many(url, &config(), 200).await;
    world.enable_writes(&["portal", "warehouse"]).await;
    world.sql("warehouse", LOADED).await;
    // A person changes an address elsewhere at the same time.
    world
        .sql(
            "portal",
            "UPDATE customers SET street = 'Lindenallee 12', updated_at = '2026-03-03 12:01:20',
             updated_by = 'Ada' WHERE id = 'C-1150'",
        )
        .await;
    world.sync().await;
    let incident = unended(&world).await.remove(0);
    assert_eq!((incident.kind, incident.records), (IncidentKind::MassChange, 120));
    (world, incident)
}

pub fn of(incident: &Incident, choice: GroupChoice) -> Asked {
    Asked { of: Of::Incident(incident.id.clone()), choice, reason: None, note: "The loader was right".into() }
}

pub async fn confirm(world: &World, asked: Asked) -> Group {
    let group = world.engine.freeze(&steward(), asked).await.unwrap();
    let count = world.engine.progress(&group.id).await.unwrap().included.to_string();
    world.engine.decide_group(&steward(), &group.id, &count).await.unwrap()
}

pub async fn under(world: &World, id: &IncidentId) -> i64 {
    let mut session = world.engine.store().session().await.unwrap();
    let filter = Filter { under: Under::Incident(id.clone()), ..Filter::default() };
    queue::count(&mut session, &Viewer::referee(), &filter, world.engine.now()).await.unwrap()
}

pub async fn judged(world: &World) {
    world.engine.judge(&customer(), &Default::default()).await.unwrap();
}

pub async fn delivered(world: &World) {
    world.clock.advance(TimeDelta::seconds(61));
    world.deliver().await;
}

async fn numbers(world: &World, name: &str) -> i64 {
    let sql = match name {
        "portal" => {
            "SELECT CAST(count(*) AS TEXT) FROM customers WHERE phone LIKE '%30 9%' OR phone LIKE '030 9%'"
        }
        _ => "SELECT CAST(count(*) AS TEXT) FROM SHIP_TO WHERE TEL LIKE '%30 9%' OR TEL LIKE '030 9%'",
    };
    world.value(name, sql).await.parse().unwrap()
}

#[tokio::test]
async fn a_mass_change_is_settled_by_no_rule_and_buries_nobodys_edit() {
    for url in databases().await {
        let (world, incident) = loaded(url).await;
        let waiting = open(&world).await;
        assert_eq!(waiting.len(), 1, "the queue holds the person's edit alone");
        assert_eq!(waiting[0].title, "Name 1150");
        assert_eq!(under(&world, &incident.id).await, 120);
        assert_eq!(alarms(&world).await.len(), 1);
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "settled_by_rule").count(), 0);
        assert_eq!(world.deliver().await, 0);
        // What is read again, and what is judged again, is still held.
        world.sync().await;
        assert_eq!((under(&world, &incident.id).await, unended(&world).await.len()), (120, 1));
    }
}

#[tokio::test]
async fn accepted_it_stands_everywhere_and_each_row_is_told() {
    for url in databases().await {
        let (world, incident) = loaded(url).await;
        let keep = GroupChoice::Keep { system: system("warehouse") };
        let draft = world.engine.freeze(&steward(), of(&incident, keep.clone())).await.unwrap();
        let wrong = world.engine.decide_group(&steward(), &draft.id, "12").await;
        assert!(matches!(wrong, Err(Refusal::Invalid(_))), "{wrong:?}");
        let other = world.engine.decide_group(&other_steward(), &draft.id, "120").await;
        assert!(matches!(other, Err(Refusal::WrongState(_))), "{other:?}");
        let group = world.engine.decide_group(&steward(), &draft.id, "120").await.unwrap();
        let again = world.engine.decide_group(&steward(), &draft.id, "120").await;
        assert!(matches!(again, Err(Refusal::WrongState(_))), "{again:?}");
        work_off(&world).await;
        let progress = world.engine.progress(&group.id).await.unwrap();
        assert_eq!(progress, Progress { included: 0, decided: 120, excluded: vec![] });
        assert_eq!(world.deliver().await, 0, "it is held for a minute");
        delivered(&world).await;
        assert_eq!(numbers(&world, "portal").await, 120, "the portal has what the loader wrote");
        let incident = world.engine.incident(&Viewer::referee(), &incident.id).await.unwrap();
        let IncidentState::Ended(choice, _) = &incident.state else { panic!("{:?}", incident.state) };
        assert_eq!((choice.ending, choice.reason.as_str()), (Ending::Accepted, "The loader was right"));
        let mut session = world.engine.store().session().await.unwrap();
        let entries = audit::after(&mut session, 0, 10_000).await.unwrap();
        let own = format!("\"incident\":\"{}\"", incident.id);
        let rows =
            entries.iter().filter(|e| e.line.contains("\"action\":\"decided\"") && e.line.contains(&own));
        assert_eq!(rows.count(), 120, "each row has its entry, with the incident");
        drop(session);
        audit_actions(&world).await;
        world.sync().await;
        assert_eq!((open(&world).await.len(), unended(&world).await.len()), (1, 0));
    }
}

#[tokio::test]
async fn refused_it_is_put_back_where_it_came_from() {
    for url in databases().await {
        let (world, incident) = loaded(url).await;
        confirm(&world, of(&incident, GroupChoice::KeepOthers { system: system("warehouse") })).await;
        work_off(&world).await;
        delivered(&world).await;
        assert_eq!((numbers(&world, "warehouse").await, numbers(&world, "portal").await), (0, 0));
        let incident = world.engine.incident(&Viewer::referee(), &incident.id).await.unwrap();
        assert_eq!(incident.state.choice().map(|choice| choice.ending), Some(Ending::Refused));
        assert_eq!(alarms(&world).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_run_that_is_stopped_leaves_the_incident_open() {
    for url in databases().await {
        let (world, incident) = loaded(url).await;
        let group = confirm(&world, of(&incident, GroupChoice::Keep { system: system("warehouse") })).await;
        let all = TakeBack { way: Back::Undo, rows: Which::All, reason: String::new() };
        world.engine.take_back(&steward(), &group.id, all).await.unwrap();
        work_off(&world).await;
        judged(&world).await;
        let progress = world.engine.progress(&group.id).await.unwrap();
        assert_eq!(progress.excluded, [("stopped".to_owned(), 120)]);
        let incident = world.engine.incident(&Viewer::referee(), &incident.id).await.unwrap();
        assert_eq!(incident.state, IncidentState::Open);
        assert_eq!(under(&world, &incident.id).await, 120, "all of it waits under it");
        let again = confirm(&world, of(&incident, GroupChoice::Keep { system: system("warehouse") })).await;
        work_off(&world).await;
        assert_eq!(world.engine.progress(&again.id).await.unwrap().decided, 120);
    }
}

#[tokio::test]
async fn released_it_is_judged_as_usual() {
    for url in databases().await {
        let (world, incident) = loaded(url).await;
        world.engine.choose(&steward(), &incident.id, Ending::Released, "The rules know").await.unwrap();
        judged(&world).await;
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "settled_by_rule").count(), 120);
        assert_eq!((open(&world).await.len(), under(&world, &incident.id).await), (1, 0));
    }
}

#[tokio::test]
async fn a_group_goes_on_after_a_restart_and_leaves_out_what_is_not_its_own() {
    for url in databases().await {
        let (world, incident) = loaded(url).await;
        let listed = {
            let mut session = world.engine.store().session().await.unwrap();
            let filter = Filter { under: Under::Incident(incident.id.clone()), ..Filter::default() };
            let now = world.engine.now();
            queue::page(&mut session, &Viewer::referee(), &filter, None, now, 200).await.unwrap()
        };
        // One is being decided by somebody else, one moves after the set is frozen.
        world.engine.claim(&other_steward(), &listed[0].id).await.unwrap();
        let asked = of(&incident, GroupChoice::Keep { system: system("warehouse") });
        let draft = world.engine.freeze(&steward(), asked).await.unwrap();
        let progress = world.engine.progress(&draft.id).await.unwrap();
        assert_eq!((progress.included, progress.excluded), (119, vec![("claimed".to_owned(), 1)]));
        let moved = listed[5].title.trim_start_matches("Name ").to_owned();
        let sql = format!(
            "UPDATE customers SET phone = '030 777', updated_at = '2026-03-03 12:04:30' WHERE id = 'C-{moved}'"
        );
        world.sql("portal", &sql).await;
        read(&world, "portal").await;
        world.engine.decide_group(&steward(), &draft.id, "119").await.unwrap();
        assert!(world.engine.work_off().await.unwrap());
        let halfway = world.engine.progress(&draft.id).await.unwrap();
        assert!(halfway.decided > 0 && halfway.included > 0, "{halfway:?}");
        // Another process on the same store has it in hand as this one dies: its lease runs out.
        let engine = referee::engine::Engine::start(world.engine.store().clone()).await.unwrap();
        world.clock.advance(TimeDelta::seconds(121));
        while engine.work_off().await.unwrap() {}
        let done = engine.progress(&draft.id).await.unwrap();
        assert_eq!((done.included, done.decided), (0, 118));
        assert_eq!(done.excluded, [("changed".to_owned(), 1), ("claimed".to_owned(), 1)]);
        judged(&world).await;
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "decided").count(), 118, "none is decided twice");
        assert_eq!(unended(&world).await, []);
        // Rules would settle the two: people do, in the queue.
        judged(&world).await;
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "settled_by_rule").count(), 0);
        assert_eq!((open(&world).await.len(), under(&world, &incident.id).await), (3, 0));
        // Nor what is undone.
        let mut session = world.engine.store().session().await.unwrap();
        let first = Default::default();
        let decided = groups::members(&mut session, &draft.id, "decided", &first, 200).await.unwrap();
        drop(session);
        let last = decided.last().unwrap().resolution.clone().unwrap();
        engine.undo(&steward(), &last).await.unwrap();
        read(&world, "warehouse").await;
        judged(&world).await;
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "settled_by_rule").count(), 0);
        assert_eq!(open(&world).await.len(), 4);
    }
}

#[tokio::test]
async fn what_comes_in_after_the_freeze_is_not_answered_with_it() {
    for url in databases().await {
        let (world, incident) = loaded(url).await;
        let asked = of(&incident, GroupChoice::KeepOthers { system: system("warehouse") });
        let draft = world.engine.freeze(&steward(), asked).await.unwrap();
        // The loader goes on.
        let more = LOADED.replace("'WH-1000' AND 'WH-1119'", "'WH-1120' AND 'WH-1149'");
        world.sql("warehouse", &more.replace("12:01:30", "12:04:30")).await;
        read(&world, "warehouse").await;
        assert_eq!(under(&world, &incident.id).await, 150);
        world.engine.decide_group(&steward(), &draft.id, "120").await.unwrap();
        work_off(&world).await;
        judged(&world).await;
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "settled_by_rule").count(), 0);
        assert_eq!((under(&world, &incident.id).await, unended(&world).await.len()), (30, 1));
        assert_eq!(alarms(&world).await.len(), 1);
        confirm(&world, of(&incident, GroupChoice::KeepOthers { system: system("warehouse") })).await;
        work_off(&world).await;
        delivered(&world).await;
        assert_eq!((numbers(&world, "warehouse").await, numbers(&world, "portal").await), (0, 0));
        assert_eq!((unended(&world).await, alarms(&world).await.len()), (vec![], 0));
    }
}

#[tokio::test]
async fn a_later_edit_leaves_the_incident() {
    for url in databases().await {
        let (world, incident) = loaded(url).await;
        // Bo corrects one number there, and another row's name: that row's number still waits.
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET TEL = '030 4711', CHG_AT = '2026-03-03 12:03:30', CHG_BY = 'Bo'
                 WHERE WH_NO = 'WH-1005';
                 UPDATE SHIP_TO SET NAME = 'NEW NAME', CHG_AT = '2026-03-03 12:03:30', CHG_BY = 'Bo'
                 WHERE WH_NO = 'WH-1006'",
            )
            .await;
        read(&world, "warehouse").await;
        // A conflict is under it where everything that is open of it is.
        assert!(under(&world, &incident.id).await >= 118);
        confirm(&world, of(&incident, GroupChoice::KeepOthers { system: system("warehouse") })).await;
        work_off(&world).await;
        delivered(&world).await;
        let of_bo = "SELECT TEL FROM SHIP_TO WHERE WH_NO = 'WH-1005'";
        assert_eq!(world.value("warehouse", of_bo).await, "030 4711", "nobody's edit is put back");
        let other = "SELECT TEL FROM SHIP_TO WHERE WH_NO = 'WH-1006'";
        assert_eq!(world.value("warehouse", other).await, "030 11006");
    }
}

#[tokio::test]
async fn what_is_changed_once_more_is_counted_once() {
    for url in databases().await {
        let (world, incident) = loaded(url).await;
        let again = LOADED.replace("'030 9'", "'030 8'").replace("12:01:30", "12:03:30");
        world.sql("warehouse", &again).await;
        read(&world, "warehouse").await;
        let now = unended(&world).await.remove(0);
        assert_eq!((now.id, now.records), (incident.id.clone(), 120));
        assert_eq!(under(&world, &incident.id).await, 120, "held for what the second run wrote");
    }
}

#[tokio::test]
async fn an_incident_under_which_nothing_waits_ends() {
    for url in databases().await {
        let (world, _) = loaded(url).await;
        // The loader takes everything back.
        let back = LOADED.replace("'030 9' || substr(TEL, 6)", "'030 1' || substr(WH_NO, 4)");
        world.sql("warehouse", &back.replace("12:01:30", "12:03:30")).await;
        read(&world, "warehouse").await;
        assert_eq!((unended(&world).await, alarms(&world).await.len()), (vec![], 0));
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "incident_ended").count(), 1);
    }
}

#[tokio::test]
async fn what_is_alike_is_listed_and_decided_together() {
    for url in databases().await {
        let world = many(url, CONFIG, 40).await;
        world.enable_writes(&["portal", "warehouse"]).await;
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET NAME = NAME || ' LTD', ZIP = '20095', CHG_AT = '2026-03-03 12:01:30',
                 CHG_BY = NULL WHERE WH_NO IN ('WH-1001', 'WH-1002')",
            )
            .await;
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET NAME = NAME || ' LTD', CHG_AT = '2026-03-03 12:01:30', CHG_BY = NULL
                 WHERE WH_NO IN ('WH-1003', 'WH-1004', 'WH-1005')",
            )
            .await;
        world.sync().await;
        let conflicts = open(&world).await;
        assert_eq!(conflicts.len(), 5);
        let differences = differences(&world, &conflicts[4]).await;
        let name = differences.iter().find(|d| d.dispute.field.as_str() == "name").unwrap();
        let like = referee::domain::pattern::key(&customer(), &name.dispute);
        let mut session = world.engine.store().session().await.unwrap();
        let filter = Filter { like: Some(like.clone()), ..Filter::default() };
        let now = world.engine.now();
        let count = queue::count(&mut session, &Viewer::referee(), &filter, now).await.unwrap();
        assert_eq!(count, 5, "the same field, cause and way");
        drop(session);
        let asked = Asked {
            of: Of::Alike(like),
            choice: GroupChoice::KeepOthers { system: system("warehouse") },
            reason: None,
            note: "Nobody is a company".into(),
        };
        confirm(&world, asked).await;
        work_off(&world).await;
        delivered(&world).await;
        let left = "SELECT CAST(count(*) AS TEXT) FROM SHIP_TO WHERE NAME LIKE '% LTD'";
        assert_eq!(world.value("warehouse", left).await, "0");
        let address = open(&world).await;
        assert_eq!(address.len(), 2, "the addresses still wait");
        // High stakes are never decided as a group.
        let mut session = world.engine.store().session().await.unwrap();
        let all = conflicts::differences(&mut session, &[address[0].id.clone()]).await.unwrap();
        drop(session);
        let street = all.iter().find(|d| d.dispute.field.as_str() == "address").unwrap();
        let of = Of::Alike(referee::domain::pattern::key(&customer(), &street.dispute));
        let choice = GroupChoice::Keep { system: system("warehouse") };
        let asked = Asked { of, choice, reason: None, note: "all".into() };
        let group = world.engine.freeze(&steward(), asked).await.unwrap();
        let progress = world.engine.progress(&group.id).await.unwrap();
        assert_eq!((progress.included, progress.excluded), (0, vec![("high_stakes".to_owned(), 2)]));
        assert!(world.engine.decide_group(&steward(), &group.id, "0").await.is_err());
    }
}
