//! A second person's word: nothing is sent before it, and it is for exactly what was decided.

use super::decide::{address, keep, moved};
use super::*;
use crate::support::world::{admin, disable, other_steward, steward};
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::approval::Standing;
use referee::domain::ids::{EntityId, FieldId};
use referee::domain::policy::Policy;
use referee::domain::resolution::Outcome;
use referee::engine::Refusal;
use referee::engine::objections::Telling;
use referee::engine::policies::PolicyChange;
use referee::engine::review::Decision;
use referee::store::exceptions;
use referee::store::resolutions::{self, Resolution, approvals};

/// Addresses need a second person.
pub async fn watched() -> Vec<World> {
    let config = CONFIG.replace("stakes = \"high\"\n", "stakes = \"high\"\nsecond_approver = true\n");
    let mut worlds = Vec::new();
    let postgres = postgres::database().await;
    for url in [None].into_iter().chain(postgres.map(Some)) {
        let world = World::on(url, &config, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
        world.sync().await;
        worlds.push(world);
    }
    worlds
}

pub async fn decided(world: &World) -> Resolution {
    let (conflict, difference) = moved(world).await;
    let decision = keep(&conflict, &difference, 1);
    let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
    assert!(resolution.is_awaiting() && resolution.standing() == "awaiting_approval");
    assert_eq!(open(world).await, [], "a decided conflict leaves the queue");
    resolution
}

pub fn digest(resolution: &Resolution) -> String {
    resolution.approval.as_ref().unwrap().digest.clone()
}

pub async fn again(world: &World, id: &referee::domain::ids::ResolutionId) -> Resolution {
    let mut session = world.engine.store().session().await.unwrap();
    resolutions::get(&mut session, &Viewer::referee(), id).await.unwrap().unwrap()
}

/// How many await an approval: the count and the list are one.
pub async fn awaiting(world: &World) -> usize {
    let mut session = world.engine.store().session().await.unwrap();
    let viewer = Viewer::referee();
    let listed = approvals::awaiting(&mut session, &viewer, None, 100).await.unwrap();
    let count = approvals::count(&mut session, &viewer).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), listed.len());
    listed.len()
}

fn manager() -> Viewer {
    let name = "maya";
    Viewer { user: name.into(), login: name.into(), roles: [Role::Manager].into(), ..steward() }
}

#[tokio::test]
async fn nothing_is_sent_before_somebody_else_approves() {
    for world in watched().await {
        let resolution = decided(&world).await;
        assert_eq!(awaiting(&world).await, 1);
        world.clock.advance(TimeDelta::minutes(5));
        assert_eq!(world.deliver().await, 0, "the hold is over, and nothing is sent");
        world.sync().await;
        assert_eq!(awaiting(&world).await, 1, "what is read again and stands changes nothing");
        let (id, seen) = (&resolution.id, digest(&resolution));
        let own = world.engine.approve(&steward(), id, &seen, None).await;
        assert!(matches!(own, Err(Refusal::WrongState(_))), "{own:?}");
        let role = world.engine.approve(&admin(), id, &seen, None).await;
        assert!(matches!(role, Err(Refusal::Forbidden)), "{role:?}");
        let other = world.engine.approve(&other_steward(), id, "0123", None).await;
        assert!(matches!(other, Err(Refusal::WrongState(_))), "not what the page showed: {other:?}");
        let approved = world.engine.approve(&other_steward(), id, &seen, None).await.unwrap();
        assert_eq!((approved.state.as_str(), approved.is_awaiting()), ("held", false));
        assert_eq!((awaiting(&world).await, world.deliver().await), (0, 0), "it is held from now on");
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        assert_eq!(address(&world).await, "LINDENALLEE|12|10117|A");
        world.sync().await;
        assert_eq!(open(&world).await, []);
        let told = audit_actions(&world).await;
        let at =
            |name: &str| told.iter().position(|action| action == name).unwrap_or_else(|| panic!("{name}"));
        assert!(at("decided") < at("approval_asked") && at("approval_asked") < at("approved"));
        assert!(at("approved") < at("delivery_confirmed"));
    }
}

#[tokio::test]
async fn of_two_who_answer_one_is_heard() {
    for world in watched().await {
        let resolution = decided(&world).await;
        let (id, seen) = (&resolution.id, digest(&resolution));
        let (jonas, maya) = (other_steward(), manager());
        let (one, two, three) = tokio::join!(
            world.engine.approve(&jonas, id, &seen, None),
            world.engine.approve(&maya, id, &seen, None),
            world.engine.send_decision_back(&maya, id, "Ask the customer first", None),
        );
        let heard = [one.is_ok(), two.is_ok(), three.is_ok()];
        assert_eq!(heard.iter().filter(|ok| **ok).count(), 1, "{heard:?}");
        for late in [one, two, three].into_iter().filter_map(Result::err) {
            assert!(matches!(late, Refusal::WrongState(_)), "{late:?}");
        }
        let told = audit_actions(&world).await;
        let answers = told.iter().filter(|told| *told == "approved" || *told == "approval_sent_back");
        assert_eq!(answers.count(), 1);
    }
}

#[tokio::test]
async fn sent_back_it_is_open_again_with_what_was_chosen() {
    for world in watched().await {
        let resolution = decided(&world).await;
        let silent = world.engine.send_decision_back(&manager(), &resolution.id, " ", None).await;
        assert!(matches!(silent, Err(Refusal::Invalid(_))));
        let own = world.engine.send_decision_back(&steward(), &resolution.id, "No", None).await;
        assert!(matches!(own, Err(Refusal::WrongState(_))), "who decided it undoes it instead");
        let back =
            world.engine.send_decision_back(&manager(), &resolution.id, "Ask first", None).await.unwrap();
        let approval = back.approval.unwrap();
        assert_eq!((approval.standing, approval.reason.as_str()), (Standing::SentBack, "Ask first"));
        let now = open(&world).await;
        assert!(now[0].draft.as_ref().unwrap().contains("\"value\":1"), "with the draft");
        world.clock.advance(TimeDelta::minutes(5));
        assert_eq!((world.deliver().await, awaiting(&world).await), (0, 0));
        // The same decision asks anew.
        let difference = differences(&world, &now[0]).await.remove(0);
        let decision = keep(&now[0], &difference, 1);
        let second = world.engine.resolve(&steward(), &now[0].id, decision).await.unwrap();
        assert!(second.is_awaiting());
    }
}

#[tokio::test]
async fn who_decided_takes_it_back_before_anybody_approves() {
    for world in watched().await {
        let resolution = decided(&world).await;
        world.engine.undo(&steward(), &resolution.id).await.unwrap();
        let undone = again(&world, &resolution.id).await;
        assert_eq!(undone.approval.unwrap().standing, Standing::Undone);
        assert_eq!((open(&world).await.len(), awaiting(&world).await), (1, 0));
        let late = world.engine.approve(&manager(), &resolution.id, &digest(&resolution), None).await;
        assert!(matches!(late, Err(Refusal::WrongState(_))));
    }
}

#[tokio::test]
async fn a_value_that_moves_ends_it() {
    for world in watched().await {
        let resolution = decided(&world).await;
        world
            .sql(
                "portal",
                "UPDATE customers SET street='Ringstraße 3', updated_at='2026-03-03 12:05:30' WHERE id='C-1'",
            )
            .await;
        world.sync().await;
        let ended = again(&world, &resolution.id).await;
        assert_eq!((ended.state.as_str(), ended.approval.unwrap().standing), ("overtaken", Standing::Ended));
        let now = open(&world).await;
        assert!(now[0].draft.is_some(), "open again with the draft");
        assert_eq!(awaiting(&world).await, 0);
        world.clock.advance(TimeDelta::minutes(5));
        assert_eq!(world.deliver().await, 0);
        assert_eq!(address(&world).await, "ELMSTRAßE|4|10115|A");
        assert!(audit_actions(&world).await.contains(&"approval_ended".to_owned()));
        let late = world.engine.approve(&manager(), &resolution.id, &digest(&resolution), None).await;
        assert!(matches!(late, Err(Refusal::WrongState(_))));
    }
}

#[tokio::test]
async fn what_settles_by_itself_asks_nobody() {
    for world in watched().await {
        let resolution = decided(&world).await;
        world.sql("warehouse", "UPDATE SHIP_TO SET STREET='LINDENALLEE', HOUSE_NO='12', ZIP='10117', CHG_AT='2026-03-03 12:05:30' WHERE WH_NO='WH-1'").await;
        world.sync().await;
        let ended = again(&world, &resolution.id).await;
        assert_eq!(ended.approval.unwrap().standing, Standing::Ended);
        assert_eq!((open(&world).await, awaiting(&world).await), (vec![], 0));
        assert!(audit_actions(&world).await.contains(&"settled_by_itself".to_owned()));
    }
}

#[tokio::test]
async fn leaving_different_waits_as_well() {
    for world in watched().await {
        let (conflict, difference) = moved(&world).await;
        let until = world.engine.now() + TimeDelta::days(30);
        let outcomes = vec![(difference.id.clone(), Outcome::LeaveDifferent { until })];
        let note = "Two warehouses".to_owned();
        let decision = Decision { version: conflict.version, outcomes, note, ..Decision::default() };
        let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        assert!(resolution.is_awaiting());
        let exceptions = async |world: &World| {
            let mut session = world.engine.store().session().await.unwrap();
            exceptions::of_records(&mut session, std::slice::from_ref(&conflict.record)).await.unwrap()
        };
        assert_eq!(exceptions(&world).await, [], "nothing is excepted yet");
        world.sync().await;
        assert_eq!((open(&world).await, awaiting(&world).await), (vec![], 1), "and it goes on waiting");
        world.engine.approve(&manager(), &resolution.id, &digest(&resolution), None).await.unwrap();
        let left = exceptions(&world).await;
        assert_eq!((left.len(), &left[0].owner), (1, &steward().user), "owned by who decided");
        world.sync().await;
        assert_eq!(open(&world).await, []);
    }
}

#[tokio::test]
async fn of_two_fields_one_moves_and_both_are_open_again() {
    for world in watched().await {
        world.enable_writes(&["portal", "warehouse"]).await;
        world.sql("portal", "UPDATE customers SET street='Lindenallee 12', name='Ada O.', updated_at='2026-03-03 12:01:30', updated_by='Ada' WHERE id='C-1'").await;
        world.sql("warehouse", "UPDATE SHIP_TO SET NAME='A OKAFOR', CHG_AT='2026-03-03 12:01:40', CHG_BY='Bo' WHERE WH_NO='WH-1'").await;
        world.sync().await;
        let conflict = open(&world).await.remove(0);
        let all = differences(&world, &conflict).await;
        assert_eq!(all.len(), 2);
        let outcomes = all.iter().map(|one| (one.id.clone(), Outcome::Keep { value: 1 })).collect();
        let decision = Decision { version: conflict.version, outcomes, ..Decision::default() };
        let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        assert!(resolution.is_awaiting(), "one of the fields asks for it: it is one decision");
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET NAME='ADA OK', CHG_AT='2026-03-03 12:03:40' WHERE WH_NO='WH-1'",
            )
            .await;
        world.sync().await;
        let now = differences(&world, &conflict).await;
        assert!(now.iter().all(|one| one.state.is_open()), "{now:?}");
        assert_eq!(again(&world, &resolution.id).await.approval.unwrap().standing, Standing::Ended);
        world.clock.advance(TimeDelta::minutes(5));
        assert_eq!(world.deliver().await, 0);
    }
}

#[tokio::test]
async fn what_was_decided_before_nobody_asked_for_it_goes_on() {
    for world in worlds().await {
        let (conflict, difference) = moved(&world).await;
        let decision = keep(&conflict, &difference, 1);
        let resolution = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        assert!(resolution.approval.is_none());
        let stricter = stricter(&world);
        let draft = world.engine.draft_policy(&admin(), stricter).await.unwrap();
        world.engine.switch_on(&admin(), &draft.id, &draft.fingerprint().unwrap()).await.unwrap();
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1, "the policy in force when it was decided counts");
        assert_eq!(address(&world).await, "LINDENALLEE|12|10117|A");
    }
}

/// From now on addresses need a second person.
fn stricter(world: &World) -> PolicyChange {
    let setup = world.engine.setup();
    let own = setup.policies.0[&EntityId::from("customer")].slots[&FieldId::from("address")].clone();
    let policy = Policy { second_approver: Some(true), ..own };
    let (entity, slot) = ("customer".into(), Some("address".into()));
    let reason = "after an audit".to_owned();
    PolicyChange { entity, slot, policy, reason, version: setup.policy_version }
}

#[tokio::test]
async fn a_decision_of_somebody_who_was_let_in_no_more_is_not_approved() {
    for world in watched().await {
        let resolution = decided(&world).await;
        disable(&world, &steward()).await;
        let refused = world.engine.approve(&manager(), &resolution.id, &digest(&resolution), None).await;
        assert!(matches!(refused, Err(Refusal::WrongState(_))), "{refused:?}");
        assert_eq!(awaiting(&world).await, 1, "it waits on");
        world.clock.advance(TimeDelta::minutes(5));
        assert_eq!(world.deliver().await, 0);
        world.engine.send_decision_back(&manager(), &resolution.id, "Ana left", None).await.unwrap();
        assert_eq!((open(&world).await.len(), awaiting(&world).await), (1, 0), "somebody else decides");
    }
}

fn telling() -> Telling {
    let (name, address) = ("Ada".to_owned(), "ada@example.com".to_owned());
    Telling { field: "address".into(), name, address, text: "The parcel came back".to_owned() }
}

#[tokio::test]
async fn nobody_outside_is_told_of_what_is_awaited_held_or_undone() {
    for world in watched().await {
        let refused = async |id: &referee::domain::ids::ResolutionId, why: &str| {
            let told = world.engine.tell_decided(&steward(), id, telling(), None).await.map(drop);
            assert!(matches!(told, Err(Refusal::WrongState(_))), "{why}: {told:?}");
        };
        let first = decided(&world).await;
        refused(&first.id, "awaiting").await;
        world.engine.undo(&steward(), &first.id).await.unwrap();
        refused(&first.id, "undone").await;
        let conflict = open(&world).await.remove(0);
        let difference = differences(&world, &conflict).await.remove(0);
        let second =
            world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await.unwrap();
        world.engine.approve(&manager(), &second.id, &digest(&second), None).await.unwrap();
        refused(&second.id, "approved, and held").await;
        world.clock.advance(TimeDelta::seconds(21));
        assert_eq!(world.deliver().await, 1);
        world.engine.tell_decided(&steward(), &second.id, telling(), None).await.unwrap();
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|told| *told == "decision_told").count(), 1);
    }
}
