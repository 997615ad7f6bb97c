//! A second person and runs: one approval for all of a run, and one for all of its reversal.

use super::bulk::{asked, members, numbers, of, standings, switch_phone, written};
use super::changed::{delivered, of as of_incident};
use super::*;
use crate::flow::approval_ends::{alarms, pass, told};
use crate::support::world::{disable, other_steward, steward};
use referee::domain::access::Role;
use referee::domain::approval::Standing;
use referee::domain::group::{Back, GroupChoice};
use referee::domain::notice::NoticeKind;
use referee::domain::policy::Policy;
use referee::engine::Refusal;
use referee::engine::incidents::group::{TakeBack, Which};
use referee::store::groups::Group;
use referee::store::resolutions::{self, approvals};

fn manager() -> Viewer {
    let name = "maya";
    Viewer { user: name.into(), login: name.into(), roles: [Role::Manager].into(), ..steward() }
}

#[tokio::test]
async fn one_approval_is_for_the_whole_run_and_never_ones_own() {
    for url in databases().await {
        // Many at once in a field of high stakes: allowed, and then somebody else approves.
        let policy = "rule = \"manual_review\"\nstakes = \"high\"\nbulk_allowed = true";
        let world = numbers(url, policy).await;
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Source)).await.unwrap();
        let waiting = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        let approval = waiting.approval.clone().unwrap();
        assert!(approval.is_awaited());
        work_off(&world).await;
        assert_eq!(open(&world).await.len(), 30, "nothing is decided before");
        let changed = members(&world, &draft, "included").await[0].difference.clone();
        let late = world.engine.tick(&steward(), &draft.id, vec![], vec![changed]).await;
        assert!(matches!(late, Err(Refusal::WrongState(_))), "the set is what is approved");
        let own = world.engine.approve_group(&steward(), &draft.id, &approval.digest).await;
        assert!(matches!(own, Err(Refusal::WrongState(_))), "{own:?}");
        let back = world.engine.send_group_back(&other_steward(), &draft.id, "Without C-1000").await.unwrap();
        assert_eq!(back.approval.unwrap().standing, Standing::SentBack);
        let anew = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        let seen = anew.approval.unwrap().digest;
        let (jonas, maya) = (other_steward(), Viewer { user: "maya".into(), ..other_steward() });
        let (one, two) = tokio::join!(
            world.engine.approve_group(&jonas, &draft.id, &seen),
            world.engine.approve_group(&maya, &draft.id, &seen),
        );
        assert!(one.is_ok() != two.is_ok(), "of two one is heard");
        work_off(&world).await;
        delivered(&world).await;
        assert_eq!(standings(&world, &draft.id).await, of(&[("confirmed", 30)]));
        let mut session = world.engine.store().session().await.unwrap();
        let member = &members(&world, &draft, "decided").await[0];
        let id = member.resolution.clone().unwrap();
        let found = resolutions::get(&mut session, &Viewer::referee(), &id).await.unwrap().unwrap();
        assert_eq!(found.actor.id, "ana");
        assert_eq!(found.approval.unwrap().standing, Standing::Approved);
    }
}

#[tokio::test]
async fn a_run_of_somebody_who_may_no_longer_is_neither_approved_nor_decided() {
    for url in databases().await {
        let policy = "rule = \"manual_review\"\nstakes = \"high\"\nbulk_allowed = true";
        let world = numbers(url, policy).await;
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Source)).await.unwrap();
        let waiting = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        disable(&world, &steward()).await;
        let seen = waiting.approval.unwrap().digest;
        let refused = world.engine.approve_group(&other_steward(), &draft.id, &seen).await;
        assert!(matches!(refused, Err(Refusal::WrongState(_))), "{refused:?}");
        work_off(&world).await;
        assert_eq!((members(&world, &draft, "included").await.len(), open(&world).await.len()), (30, 30));
        let back = world.engine.send_group_back(&other_steward(), &draft.id, "Ana left").await.unwrap();
        assert_eq!(back.approval.unwrap().standing, Standing::SentBack);
        // Let in no more while it is being decided: what is left is left.
        let own = numbers(None, "rule = \"manual_review\"").await;
        let draft = own.engine.freeze(&steward(), asked(GroupChoice::Source)).await.unwrap();
        own.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        disable(&own, &steward()).await;
        work_off(&own).await;
        let progress = own.engine.progress(&draft.id).await.unwrap();
        assert_eq!(progress.excluded, [("no_right".to_owned(), 30)]);
    }
}

/// A run of thirty numbers that arrived, of which reversing asks a second person.
async fn arrived(url: Option<String>) -> (World, Group) {
    let world = numbers(url, "rule = \"manual_review\"").await;
    let draft = world.engine.freeze(&steward(), asked(GroupChoice::Source)).await.unwrap();
    let group = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
    work_off(&world).await;
    delivered(&world).await;
    assert_eq!((standings(&world, &group.id).await, written(&world).await), (of(&[("confirmed", 30)]), 30));
    switch_phone(&world, |own| Policy { second_approver: Some(true), ..own }).await;
    work_off(&world).await;
    (world, group)
}

fn reversal(rows: Which) -> TakeBack {
    TakeBack { way: Back::Reverse, rows, reason: "The numbers were wrong".to_owned() }
}

async fn listed(world: &World) -> Vec<(approvals::What, i64, String)> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = approvals::awaiting(&mut session, &Viewer::referee(), None, 100).await.unwrap();
    let count = approvals::count(&mut session, &Viewer::referee()).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), all.len(), "the count is the list");
    all.into_iter().map(|one| (one.what, one.differences, one.actor.id)).collect()
}

#[tokio::test]
async fn a_reversal_has_one_approval_for_all_its_rows() {
    for url in databases().await {
        let (world, group) = arrived(url).await;
        let asked = world.engine.take_back(&steward(), &group.id, reversal(Which::All)).await.unwrap();
        let seen = asked.back_approval.clone().unwrap();
        assert!(asked.awaits_reversal() && seen.is_awaited());
        work_off(&world).await;
        assert_eq!(listed(&world).await, [(approvals::What::Reversal, 30, "ana".to_owned())], "one for all");
        assert_eq!(standings(&world, &group.id).await, of(&[("taking_back", 30)]));
        assert_eq!(open(&world).await.len(), 0, "nothing is reversed before");
        let twice = world.engine.take_back(&steward(), &group.id, reversal(Which::All)).await;
        assert!(matches!(twice, Err(Refusal::WrongState(_))), "{twice:?}");
        let own = world.engine.approve_group(&steward(), &group.id, &seen.digest).await;
        assert!(matches!(own, Err(Refusal::WrongState(_))), "never one's own: {own:?}");
        let other = world.engine.approve_group(&other_steward(), &group.id, "0123").await;
        assert!(matches!(other, Err(Refusal::WrongState(_))), "not what the page showed: {other:?}");
        let (jonas, maya) = (other_steward(), manager());
        let (one, two) = tokio::join!(
            world.engine.approve_group(&jonas, &group.id, &seen.digest),
            world.engine.approve_group(&maya, &group.id, seen.short()),
        );
        assert!(one.is_ok() != two.is_ok(), "of two one is heard");
        work_off(&world).await;
        assert_eq!(standings(&world, &group.id).await, of(&[("reversed", 30)]));
        assert_eq!(listed(&world).await, [], "no row asks for an approval of its own");
        delivered(&world).await;
        assert_eq!(written(&world).await, 0, "the warehouse has back what it held");
        let mut session = world.engine.store().session().await.unwrap();
        let record = &resolutions::get(
            &mut session,
            &Viewer::referee(),
            members(&world, &group, "decided").await[0].resolution.as_ref().unwrap(),
        )
        .await
        .unwrap()
        .unwrap()
        .record;
        let all = resolutions::reversals(&mut session, std::slice::from_ref(record)).await.unwrap();
        assert_eq!((all.len(), all[0].actor.id.as_str()), (1, "ana"));
        assert_eq!(all[0].approval.as_ref().unwrap().standing, Standing::Approved, "each row tells of it");
        drop(session);
        let told = audit_actions(&world).await;
        let at = |name: &str| told.iter().position(|told| told == name).unwrap();
        assert!(at("approval_asked") < at("approved") && at("approved") < at("group_taken_back"));
        assert_eq!(told.iter().filter(|told| *told == "approval_asked").count(), 1);
        assert_eq!(told.iter().filter(|told| *told == "reversed").count(), 30);
    }
}

#[tokio::test]
async fn a_reversal_that_is_sent_back_or_withdrawn_leaves_all_as_it_was() {
    for url in databases().await {
        let (world, group) = arrived(url).await;
        let rows = members(&world, &group, "decided").await;
        let some = Which::These(rows[..3].iter().map(|row| row.difference.clone()).collect());
        world.engine.take_back(&steward(), &group.id, reversal(some)).await.unwrap();
        let now = standings(&world, &group.id).await;
        assert_eq!(now, of(&[("confirmed", 27), ("taking_back", 3)]));
        let silent = world.engine.send_group_back(&manager(), &group.id, " ").await;
        assert!(matches!(silent, Err(Refusal::Invalid(_))), "{silent:?}");
        let back = world.engine.send_group_back(&manager(), &group.id, "They are right").await.unwrap();
        let answer = back.back_approval.unwrap();
        assert_eq!((answer.standing, answer.reason.as_str()), (Standing::SentBack, "They are right"));
        work_off(&world).await;
        assert_eq!(
            (standings(&world, &group.id).await, listed(&world).await),
            (of(&[("confirmed", 30)]), vec![])
        );
        // Asked again, and taken back by who asked.
        world.engine.take_back(&steward(), &group.id, reversal(Which::All)).await.unwrap();
        let all = TakeBack { way: Back::Undo, rows: Which::All, reason: String::new() };
        let other = world.engine.take_back(&other_steward(), &group.id, all.clone()).await;
        assert!(matches!(other, Err(Refusal::Forbidden)), "{other:?}");
        let withdrawn = world.engine.take_back(&steward(), &group.id, all).await.unwrap();
        assert_eq!(withdrawn.back_approval.unwrap().standing, Standing::Undone);
        work_off(&world).await;
        assert_eq!(
            (standings(&world, &group.id).await, written(&world).await),
            (of(&[("confirmed", 30)]), 30)
        );
        // Who asked may no longer: it is not carried out in their name.
        let asked = world.engine.take_back(&steward(), &group.id, reversal(Which::All)).await.unwrap();
        disable(&world, &steward()).await;
        let seen = asked.back_approval.unwrap().digest;
        let refused = world.engine.approve_group(&manager(), &group.id, &seen).await;
        assert!(matches!(refused, Err(Refusal::WrongState(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn whether_a_set_asks_is_known_anew_when_rows_are_taken_out() {
    for url in databases().await {
        let name = "[policy.customer.slots.name]\nrule = \"manual_review\"\nstakes = \"high\"\nbulk_allowed = true\n";
        let world = many(url, &format!("{CONFIG}{name}"), 60).await;
        let loaded = "UPDATE SHIP_TO SET TEL = '030 9' || substr(TEL, 6), CHG_AT = '2026-03-03 12:01:30',
             CHG_BY = 'bulk load' WHERE WH_NO LIKE 'WH-10%'";
        world.sql("warehouse", loaded).await;
        world.sql("warehouse", "UPDATE SHIP_TO SET NAME = NAME || ' LTD' WHERE WH_NO LIKE 'WH-100%'").await;
        world.sync().await;
        let incident = unended(&world).await.remove(0);
        let keep = GroupChoice::Keep { system: system("warehouse") };
        let draft = world.engine.freeze(&steward(), of_incident(&incident, keep)).await.unwrap();
        assert!(draft.needs_approval, "ten names are among them");
        let all = members(&world, &draft, "included").await;
        let names: Vec<_> =
            all.iter().filter(|row| row.field.as_str() == "name").map(|row| row.difference.clone()).collect();
        assert_eq!((all.len(), names.len()), (70, 10));
        let needs = async || world.engine.group(&steward(), &draft.id).await.unwrap().needs_approval;
        world.engine.tick(&steward(), &draft.id, vec![], names[1..].to_vec()).await.unwrap();
        assert!(needs().await, "one is left");
        world.engine.tick(&steward(), &draft.id, vec![], names[..1].to_vec()).await.unwrap();
        assert!(!needs().await, "the rest is nobody else's");
        world.engine.tick(&steward(), &draft.id, names[..1].to_vec(), vec![]).await.unwrap();
        assert!(needs().await, "in again");
        world.engine.tick(&steward(), &draft.id, vec![], names[..1].to_vec()).await.unwrap();
        let group = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        assert_eq!((group.state.as_str(), group.approval), ("working", None), "nobody is asked");
        work_off(&world).await;
        let progress = world.engine.progress(&draft.id).await.unwrap();
        assert_eq!((progress.decided, progress.excluded), (60, vec![("unticked".to_owned(), 10)]));
    }
}

#[tokio::test]
async fn a_run_that_nobody_approves_stays_as_it_was_frozen() {
    for url in databases().await {
        let policy = "rule = \"manual_review\"\nstakes = \"high\"\nbulk_allowed = true";
        let world = numbers(url, policy).await;
        let draft = world.engine.freeze(&steward(), asked(GroupChoice::Source)).await.unwrap();
        world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        let link = format!("/groups/{}", draft.id);
        assert_eq!(told(&world, &other_steward(), true).await, [(NoticeKind::ApprovalAsked, link.clone())]);
        pass(&world, 8).await;
        let now = world.engine.group(&steward(), &draft.id).await.unwrap();
        assert_eq!((now.state.as_str(), now.approval.unwrap().standing), ("draft", Standing::Expired));
        assert_eq!(members(&world, &draft, "included").await.len(), 30, "the set is as it was");
        assert_eq!(told(&world, &steward(), true).await, [(NoticeKind::ApprovalExpired, link.clone())]);
        assert_eq!(alarms(&world).await[0].1, link);
        let anew = world.engine.decide_group(&steward(), &draft.id, "").await.unwrap();
        assert!(anew.approval.clone().unwrap().is_awaited());
        pass(&world, 0).await;
        assert_eq!(alarms(&world).await, []);
        let seen = anew.approval.unwrap().digest;
        world.engine.approve_group(&other_steward(), &draft.id, &seen).await.unwrap();
        assert_eq!(told(&world, &steward(), true).await[0].0, NoticeKind::ApprovalGiven);
    }
}
