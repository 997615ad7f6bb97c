//! An approval that nobody gives: those who may are told, then reminded, then it is over and nothing is lost.

use super::approved::{again, awaiting, decided, digest, watched};
use super::decide::keep;
use super::*;
use crate::support::world::{admin, other_steward, steward};
use chrono::TimeDelta;
use referee::domain::approval::{Approval, Standing};
use referee::domain::notice::NoticeKind;
use referee::engine::Refusal;
use referee::store::resolutions::approvals;
use referee::store::{StoreError, WriteSession, alerts, notices};

/// What a person is told, the newest first; with `unread` only what they have not read.
pub async fn told(world: &World, who: &Viewer, unread: bool) -> Vec<(NoticeKind, String)> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = notices::page(&mut session, who, unread, None, 50).await.unwrap();
    all.into_iter().map(|told| (told.kind, told.link)).collect()
}

pub async fn alarms(world: &World) -> Vec<(String, String)> {
    let mut session = world.engine.store().session().await.unwrap();
    let open = alerts::open_of(&mut session, "approval/").await.unwrap();
    open.into_iter().map(|alert| (alert.message, alert.link)).collect()
}

pub async fn pass(world: &World, hours: i64) {
    world.clock.advance(TimeDelta::hours(hours));
    assert!(!world.engine.look_at_approvals().await.unwrap());
}

#[tokio::test]
async fn who_may_approve_is_told_reminded_and_then_it_is_open_again_with_its_draft() {
    for world in watched().await {
        let resolution = decided(&world).await;
        let link = format!("/resolutions/{}", resolution.id);
        // Stakes are high, so eight hours.
        let ends = resolution.approval.as_ref().unwrap().ends_at.unwrap();
        assert_eq!(ends - resolution.created_at, TimeDelta::hours(8));
        let asked = || (NoticeKind::ApprovalAsked, link.clone());
        assert_eq!(told(&world, &other_steward(), true).await, [asked()]);
        assert_eq!(told(&world, &steward(), true).await, [], "never one's own");
        assert_eq!(told(&world, &admin(), true).await, [], "an admin does not approve");
        pass(&world, 3).await;
        assert_eq!(told(&world, &other_steward(), true).await.len(), 1);
        for hours in [1, 0, 3] {
            pass(&world, hours).await;
            let due = (NoticeKind::ApprovalDue, link.clone());
            assert_eq!(told(&world, &other_steward(), true).await, [due, asked()], "reminded once");
            assert_eq!((awaiting(&world).await, alarms(&world).await.len()), (1, 0));
        }
        pass(&world, 1).await;
        let expired = again(&world, &resolution.id).await;
        assert_eq!(
            (expired.state.as_str(), expired.approval.unwrap().standing),
            ("undone", Standing::Expired)
        );
        assert_eq!((awaiting(&world).await, told(&world, &other_steward(), true).await), (0, vec![]));
        assert_eq!(told(&world, &steward(), true).await, [(NoticeKind::ApprovalExpired, link.clone())]);
        let text = "A decision of ana was not approved in time: it is open again, with what was chosen";
        assert_eq!(alarms(&world).await, [(text.to_owned(), link.clone())]);
        let late = world.engine.approve(&other_steward(), &resolution.id, &digest(&resolution), None).await;
        assert!(matches!(late, Err(Refusal::WrongState(_))), "{late:?}");
        world.clock.advance(TimeDelta::hours(1));
        assert_eq!(world.deliver().await, 0, "nothing of it is sent");
        let events = audit_actions(&world).await;
        assert_eq!(events.iter().filter(|one| *one == "approval_expired").count(), 1);
        // What was chosen stands there, and is asked for again; that is the answer to the alert.
        let conflict = open(&world).await.remove(0);
        assert!(conflict.draft.as_ref().unwrap().contains("\"value\":1"));
        let difference = differences(&world, &conflict).await.remove(0);
        pass(&world, 0).await;
        assert_eq!(alarms(&world).await.len(), 1);
        let second = world.engine.resolve(&steward(), &conflict.id, keep(&conflict, &difference, 1)).await;
        assert!(second.unwrap().is_awaiting());
        pass(&world, 0).await;
        assert_eq!(alarms(&world).await, []);
    }
}

#[tokio::test]
async fn who_decided_is_told_of_the_answer_and_nobody_is_asked_any_longer() {
    for (approves, kind) in [(true, NoticeKind::ApprovalGiven), (false, NoticeKind::ApprovalRefused)] {
        for world in watched().await {
            let resolution = decided(&world).await;
            let (id, jonas) = (&resolution.id, other_steward());
            match approves {
                true => world.engine.approve(&jonas, id, &digest(&resolution), None).await.map(drop),
                false => world.engine.send_decision_back(&jonas, id, "Ask first", None).await.map(drop),
            }
            .unwrap();
            assert_eq!(told(&world, &steward(), true).await, [(kind, format!("/resolutions/{id}"))]);
            assert_eq!(told(&world, &jonas, true).await, [], "it is read: there is nothing left to do");
            assert_eq!(told(&world, &jonas, false).await.len(), 1);
            pass(&world, 9).await;
            assert_eq!(alarms(&world).await, []);
        }
    }
}

#[tokio::test]
async fn what_is_taken_back_asks_nobody_either() {
    for world in watched().await {
        let resolution = decided(&world).await;
        world.engine.undo(&steward(), &resolution.id).await.unwrap();
        assert_eq!(told(&world, &other_steward(), true).await, []);
        pass(&world, 9).await;
        assert_eq!((alarms(&world).await, told(&world, &steward(), true).await), (vec![], vec![]));
    }
}

#[tokio::test]
async fn a_policy_says_how_long() {
    let config = CONFIG
        .replace("stakes = \"high\"\n", "stakes = \"high\"\nsecond_approver = true\napproval_hours = 48\n");
    let world = World::on(None, &config, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    world.sync().await;
    let resolution = decided(&world).await;
    pass(&world, 47).await;
    assert_eq!(awaiting(&world).await, 1);
    pass(&world, 1).await;
    assert_eq!(again(&world, &resolution.id).await.approval.unwrap().standing, Standing::Expired);
}

#[tokio::test]
async fn one_that_was_asked_for_before_there_was_an_end_gets_one() {
    for world in watched().await {
        let resolution = decided(&world).await;
        let (id, asked) = (resolution.id.clone(), resolution.approval.clone().unwrap());
        let old = async move |w: &mut WriteSession| {
            approvals::save(w, &id, &Approval { ends_at: None, ..asked.clone() }).await?;
            Ok::<_, StoreError>(((), Vec::new()))
        };
        world.engine.store().write(old).await.unwrap();
        pass(&world, 100).await;
        assert_eq!(awaiting(&world).await, 1, "it does not end at once");
        assert_eq!(told(&world, &other_steward(), true).await[0].0, NoticeKind::ApprovalDue);
        pass(&world, 23).await;
        assert_eq!(awaiting(&world).await, 1);
        pass(&world, 1).await;
        assert_eq!(again(&world, &resolution.id).await.approval.unwrap().standing, Standing::Expired);
    }
}
