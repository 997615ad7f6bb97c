//! Who looks at a conflict, and when: put off and back, given, escalated, sent back, skipped, routed.

use super::*;
use crate::support::world::{admin, disable, other_steward, steward};
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::ids::{ConflictId, EntityId, UserId};
use referee::domain::notice::NoticeKind;
use referee::domain::routing::{Desk, Ends, Route};
use referee::domain::time::Clock as _;
use referee::engine::Refusal;
use referee::engine::routing::Away;
use referee::engine::views::NewView;
use referee::store::queue::{Order, Waiting};
use referee::store::{comments, notices, selections};
use referee::web::pages::views::reader;

/// Both customers are in dispute over their address.
async fn stirred() -> Vec<World> {
    let worlds = worlds().await;
    for world in &worlds {
        for n in [1, 2] {
            let sql = format!(
                "UPDATE customers SET street='Lindenallee {n}', zip='1011{n}', updated_at='2026-03-03 12:0{n}:00',
                     updated_by='Ada' WHERE id='C-{n}'"
            );
            world.sql("portal", &sql).await;
        }
        world.sync().await;
        assert_eq!(open(world).await.len(), 2);
    }
    worlds
}

async fn listed(world: &World, filter: &Filter) -> Vec<ConflictId> {
    let mut s = world.engine.store().session().await.unwrap();
    let (viewer, now) = (steward(), world.clock.now());
    let page = queue::page(&mut s, &viewer, filter, None, now, 50).await.unwrap();
    let count = queue::count(&mut s, &viewer, filter, now).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), page.len(), "the number is the length of the list");
    page.into_iter().map(|conflict| conflict.id).collect()
}

fn waiting() -> Filter {
    Filter { waiting: Waiting::Only, ..Filter::default() }
}

fn mine() -> Filter {
    Filter { whose: queue::Whose::Mine, ..Filter::default() }
}

/// What somebody is told and has not read.
async fn unread(world: &World, viewer: &Viewer) -> Vec<NoticeKind> {
    let mut s = world.engine.store().session().await.unwrap();
    let page = notices::page(&mut s, viewer, true, None, 50).await.unwrap();
    page.into_iter().map(|told| told.kind).collect()
}

#[tokio::test]
async fn what_is_put_off_leaves_the_queue_and_comes_back_at_its_time() {
    for world in stirred().await {
        let id = open(&world).await[0].id.clone();
        let until = world.clock.now() + TimeDelta::hours(3);
        let done =
            world.engine.put_off(&steward(), std::slice::from_ref(&id), until, Ends::Time).await.unwrap();
        assert_eq!(done.done[0].wait.as_ref().unwrap().until, until);
        assert_eq!(
            (listed(&world, &Filter::default()).await.len(), listed(&world, &waiting()).await),
            (1, vec![id.clone()])
        );
        assert!(!world.engine.bring_back().await.unwrap());
        world.clock.advance(TimeDelta::hours(2));
        world.engine.bring_back().await.unwrap();
        assert_eq!(listed(&world, &waiting()).await, std::slice::from_ref(&id), "its time has not come");
        world.clock.advance(TimeDelta::hours(1));
        world.engine.bring_back().await.unwrap();
        assert_eq!(
            (listed(&world, &Filter::default()).await.len(), listed(&world, &waiting()).await.len()),
            (2, 0)
        );
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|action| *action == "conflict_put_off").count(), 1);
        assert_eq!(told.iter().filter(|action| *action == "conflict_returned").count(), 1);

        let past = world.engine.put_off(&steward(), std::slice::from_ref(&id), until, Ends::Time).await;
        assert!(matches!(past, Err(Refusal::Invalid(_))), "that time has passed");
        let far = world.clock.now() + TimeDelta::days(91);
        assert!(matches!(
            world.engine.put_off(&steward(), std::slice::from_ref(&id), far, Ends::Time).await,
            Err(Refusal::Invalid(_))
        ));
        let auditor = Viewer { roles: [Role::Auditor].into(), ..steward() };
        let soon = world.clock.now() + TimeDelta::hours(1);
        assert!(matches!(
            world.engine.put_off(&auditor, &[id], soon, Ends::Time).await,
            Err(Refusal::Forbidden)
        ));
    }
}

#[tokio::test]
async fn a_changed_value_brings_back_what_waits_for_it_and_nothing_else() {
    for world in stirred().await {
        let all = open(&world).await;
        let (first, second) = (all[0].id.clone(), all[1].id.clone());
        let until = world.clock.now() + TimeDelta::days(30);
        world
            .engine
            .put_off(&steward(), std::slice::from_ref(&first), until, Ends::Change)
            .await
            .unwrap()
            .only()
            .unwrap();
        world
            .engine
            .put_off(&steward(), std::slice::from_ref(&second), until, Ends::Time)
            .await
            .unwrap()
            .only()
            .unwrap();
        world.sync().await;
        assert_eq!(listed(&world, &waiting()).await.len(), 2, "nothing has changed");
        for n in [1, 2] {
            let sql = format!(
                "UPDATE customers SET street='Nebenweg {n}', updated_at='2026-03-03 12:09:00' WHERE id='C-{n}'"
            );
            world.sql("portal", &sql).await;
        }
        world.sync().await;
        assert_eq!(
            listed(&world, &waiting()).await,
            std::slice::from_ref(&second),
            "that one waits for its time"
        );
        assert_eq!(listed(&world, &Filter::default()).await, [first]);
        // Called back by hand; what does not wait cannot be.
        world.engine.call_back(&steward(), std::slice::from_ref(&second)).await.unwrap().only().unwrap();
        let again = world.engine.call_back(&steward(), &[second]).await.unwrap().only();
        assert!(matches!(again, Err(Refusal::WrongState(_))));
        // Systems that agree leave nothing to wait for.
        let id = open(&world).await[0].id.clone();
        world
            .engine
            .put_off(&steward(), std::slice::from_ref(&id), until, Ends::Time)
            .await
            .unwrap()
            .only()
            .unwrap();
        for n in [1, 2] {
            let sql = format!(
                "UPDATE customers SET street='{}', zip='{}', updated_at='2026-03-03 12:10:00' WHERE id='C-{n}'",
                ["Elmstraße 4", "Storgata 8"][n - 1],
                ["10115", "0184"][n - 1]
            );
            world.sql("portal", &sql).await;
        }
        world.sync().await;
        let mut s = world.engine.store().session().await.unwrap();
        let closed = conflicts::get(&mut s, &steward(), &id).await.unwrap().unwrap();
        assert!(!closed.open && closed.wait.is_none());
    }
}

#[tokio::test]
async fn work_is_given_escalated_and_sent_back() {
    for world in stirred().await {
        let id = open(&world).await[0].id.clone();
        let only = std::slice::from_ref(&id);
        let given =
            world.engine.assign(&steward(), only, Some(&other_steward().user)).await.unwrap().only().unwrap();
        assert_eq!((given.assignee, given.assigned_by), (Some(other_steward().user), Some(steward().user)));
        assert_eq!(unread(&world, &other_steward()).await, [NoticeKind::Assigned]);
        let wrong = world.engine.assign(&steward(), only, Some(&admin().user)).await.unwrap().only();
        assert!(matches!(wrong, Err(Refusal::Invalid(_))), "an admin does not decide");
        let back =
            world.engine.send_back(&other_steward(), only, "Not my field").await.unwrap().only().unwrap();
        assert_eq!(back.assignee, Some(steward().user));
        let question = "Is this contract still running?";
        let asked =
            world.engine.escalate(&steward(), only, &Desk::Role(Role::Manager), question).await.unwrap();
        let asked = asked.only().unwrap().escalation.unwrap();
        assert_eq!(
            (asked.to, asked.by, asked.question.as_str()),
            (Desk::Role(Role::Manager), Some(steward().user), question)
        );
        assert_eq!(
            listed(&world, &Filter { escalated: true, ..Filter::default() }).await,
            std::slice::from_ref(&id)
        );
        assert_eq!(listed(&world, &Filter::default()).await.len(), 2, "it stays in the queue");
        let manager = Viewer { user: UserId::from("maya"), roles: [Role::Manager].into(), ..admin() };
        let answered =
            world.engine.send_back(&manager, only, "Yes, until June").await.unwrap().only().unwrap();
        assert_eq!((answered.escalation, answered.assignee), (None, Some(steward().user)));
        assert_eq!(
            unread(&world, &steward()).await,
            [NoticeKind::SentBack, NoticeKind::SentBack],
            "both answers"
        );
        let mut s = world.engine.store().session().await.unwrap();
        let said = comments::of_conflict(&mut s, &id, 10).await.unwrap();
        let said: Vec<&str> = said.iter().map(|comment| comment.text.as_str()).collect();
        assert_eq!(said.len(), 2);
        assert!(said.contains(&"Yes, until June") && said.contains(&"Not my field"), "{said:?}");
        drop(s);
        let own = Desk::Person(steward().user);
        assert!(matches!(world.engine.escalate(&steward(), only, &own, "?").await, Err(Refusal::Invalid(_))));
        let silent = Desk::Role(Role::Manager);
        assert!(matches!(
            world.engine.escalate(&steward(), only, &silent, " ").await,
            Err(Refusal::Invalid(_))
        ));
        let nobody = world.engine.send_back(&steward(), only, "back").await.unwrap();
        assert!(nobody.only().is_ok(), "the manager gave it to ana");
        let again = world.engine.assign(&steward(), only, None).await.unwrap().only().unwrap();
        assert_eq!((again.assignee, again.assigned_by), (None, None));
        let nobody = world.engine.send_back(&steward(), only, "back").await.unwrap().only();
        assert!(matches!(nobody, Err(Refusal::WrongState(_))));
    }
}

#[tokio::test]
async fn who_is_away_has_a_deputy() {
    for world in stirred().await {
        let all = open(&world).await;
        let only = std::slice::from_ref(&all[0].id);
        world.engine.assign(&steward(), only, Some(&steward().user)).await.unwrap().only().unwrap();
        let now = world.clock.now();
        let away = |deputy: UserId| Away { from: now, until: now + TimeDelta::days(3), deputy: Some(deputy) };
        let own = world.engine.set_away(&steward(), Some(away(steward().user))).await;
        assert!(matches!(own, Err(Refusal::Invalid(_))));
        world.engine.set_away(&steward(), Some(away(other_steward().user))).await.unwrap();
        let both = world.engine.set_away(&other_steward(), Some(away(steward().user))).await;
        assert!(matches!(both, Err(Refusal::Invalid(_))), "she is away then too");
        let of = |viewer: Viewer| {
            let world = &world;
            async move {
                let mut s = world.engine.store().session().await.unwrap();
                let now = world.clock.now();
                queue::page(&mut s, &viewer, &mine(), None, now, 50).await.unwrap().len()
            }
        };
        assert_eq!((of(steward()).await, of(other_steward()).await), (1, 1), "it is her deputy's too");
        let given = world
            .engine
            .assign(&admin_who_leads(), std::slice::from_ref(&all[1].id), Some(&steward().user))
            .await;
        assert_eq!(
            given.unwrap().only().unwrap().assignee,
            Some(other_steward().user),
            "given to who is there"
        );
        world.clock.advance(TimeDelta::days(3));
        assert_eq!((of(steward()).await, of(other_steward()).await), (1, 1), "back: each has their own");
    }
}

#[tokio::test]
async fn what_belonged_to_somebody_who_was_let_in_no_more_belongs_to_nobody() {
    for world in stirred().await {
        let all = open(&world).await;
        let ids: Vec<ConflictId> = all.iter().map(|one| one.id.clone()).collect();
        let jonas = other_steward();
        world.engine.assign(&steward(), &ids, Some(&jonas.user)).await.unwrap();
        let away =
            Away { from: world.clock.now(), until: world.clock.now() + TimeDelta::days(3), deputy: None };
        disable(&world, &jonas).await;
        let now = open(&world).await;
        assert!(now.iter().all(|one| one.assignee.is_none() && one.assigned_by.is_none()), "{now:?}");
        let free = Filter { whose: queue::Whose::Unassigned, ..Filter::default() };
        assert_eq!(listed(&world, &free).await.len(), 2, "whoever looks for work finds them");
        let told = unread(&world, &jonas).await.len();
        let again = world.engine.assign(&steward(), &ids[..1], Some(&jonas.user)).await.unwrap().only();
        assert!(matches!(again, Err(Refusal::Invalid(_))), "nobody gives them work: {again:?}");
        let desk = Desk::Person(jonas.user.clone());
        let asked = world.engine.escalate(&steward(), &ids[..1], &desk, "Is it?").await;
        let asked = asked.and_then(referee::engine::routing::Routed::only);
        assert!(matches!(asked, Err(Refusal::Invalid(_))), "nor asks them: {asked:?}");
        let deputy = Away { deputy: Some(jonas.user.clone()), ..away };
        let deputy = world.engine.set_away(&steward(), Some(deputy)).await;
        assert!(matches!(deputy, Err(Refusal::Invalid(_))), "nor are they a deputy: {deputy:?}");
        assert_eq!(unread(&world, &jonas).await.len(), told, "and nothing is told to them");
        let lines = audit_actions(&world).await;
        assert!(lines.contains(&"user_changed".to_owned()));
    }
}

fn admin_who_leads() -> Viewer {
    Viewer { roles: [Role::Manager].into(), ..admin() }
}

#[tokio::test]
async fn new_conflicts_go_to_whoever_has_least_and_late_ones_to_the_owner() {
    for world in worlds().await {
        let route = |people: Vec<UserId>, owner: Option<UserId>, escalates| Route {
            entity: EntityId::from("customer"),
            field: None,
            people,
            owner,
            escalates,
        };
        let crew = vec![steward().user, other_steward().user];
        let unnamed = world.engine.set_route(&admin(), route(Vec::new(), None, false)).await;
        assert!(matches!(unnamed, Err(Refusal::Invalid(_))));
        let mine = world.engine.set_route(&steward(), route(crew.clone(), None, false)).await;
        assert!(matches!(mine, Err(Refusal::Forbidden)));
        world.engine.set_route(&admin(), route(crew, Some(admin().user), true)).await.unwrap();
        for n in [1, 2] {
            let sql = format!("UPDATE customers SET street='Neu {n}', zip='1011{n}' WHERE id='C-{n}'");
            world.sql("portal", &sql).await;
        }
        world.sync().await;
        let mut takers: Vec<_> =
            open(&world).await.into_iter().map(|conflict| conflict.assignee.unwrap()).collect();
        takers.sort();
        assert_eq!(takers, [steward().user, other_steward().user], "one each");
        assert!(!world.engine.escalate_overdue().await.unwrap());
        assert!(open(&world).await.iter().all(|conflict| conflict.escalation.is_none()));
        world.clock.advance(TimeDelta::days(90));
        world.engine.escalate_overdue().await.unwrap();
        for conflict in open(&world).await {
            let escalation = conflict.escalation.unwrap();
            assert_eq!((escalation.to, escalation.by), (Desk::Person(admin().user), None));
            assert!(conflict.assignee.is_some(), "an owner who does not decide takes it from nobody");
        }
        let entries = audit_actions(&world).await;
        world.engine.escalate_overdue().await.unwrap();
        assert_eq!(audit_actions(&world).await, entries, "told once");
    }
}

#[tokio::test]
async fn what_is_skipped_comes_last_for_who_skipped_it() {
    for world in stirred().await {
        let all = open(&world).await;
        world.engine.skip(&steward(), &all[0].id, "no idea", None).await.unwrap();
        let next = |viewer: Viewer| {
            let world = &world;
            async move {
                world
                    .engine
                    .next(&viewer, &Filter { order: Order::Urgency, ..Filter::default() })
                    .await
                    .unwrap()
                    .unwrap()
                    .id
            }
        };
        assert_eq!(next(steward()).await, all[1].id);
        assert_eq!(next(other_steward()).await, all[0].id, "for others it stands where it stood");
        world.engine.assign(&other_steward(), std::slice::from_ref(&all[0].id), None).await.unwrap();
        world
            .engine
            .assign(&steward(), std::slice::from_ref(&all[1].id), Some(&other_steward().user))
            .await
            .unwrap();
        assert_eq!(next(steward()).await, all[0].id, "rather what was skipped than nothing");
    }
}

#[tokio::test]
async fn who_watches_a_view_is_told_once_of_what_enters_it() {
    for world in worlds().await {
        let view =
            |shared| NewView { name: "Addresses".into(), query: "view=all&field=address".into(), shared };
        let id = world.engine.save_view(&steward(), view(true)).await.unwrap();
        world.engine.watch_view(&other_steward(), &id, true).await.unwrap();
        let theirs = world.engine.change_view(&other_steward(), &id, view(false)).await;
        assert!(matches!(theirs, Err(Refusal::Forbidden)), "it is ana's");
        world.clock.advance(TimeDelta::seconds(60));
        world.engine.tell_watchers(&reader()).await.unwrap();
        assert_eq!(unread(&world, &other_steward()).await, []);
        world.sql("portal", "UPDATE customers SET street='Neu 1', zip='10117' WHERE id='C-1'").await;
        world.sync().await;
        world.engine.tell_watchers(&reader()).await.unwrap();
        for _ in 0..2 {
            world.engine.tell_watchers(&reader()).await.unwrap();
            assert_eq!(unread(&world, &other_steward()).await, [NoticeKind::ViewEntered], "once");
        }
        assert_eq!(unread(&world, &steward()).await, [], "she watches nothing");
        // What is not of the view, and what is shared no longer.
        world.engine.change_view(&steward(), &id, view(false)).await.unwrap();
        let gone = world.engine.watch_view(&other_steward(), &id, false).await;
        assert!(matches!(gone, Err(Refusal::NotFound(_))));
        world.sql("portal", "UPDATE customers SET street='Neu 2', zip='10118' WHERE id='C-2'").await;
        world.sync().await;
        world.clock.advance(TimeDelta::seconds(60));
        world.engine.tell_watchers(&reader()).await.unwrap();
        assert_eq!(unread(&world, &other_steward()).await.len(), 1);
        let empty = NewView { name: " ".into(), query: String::new(), shared: false };
        assert!(matches!(world.engine.save_view(&steward(), empty).await, Err(Refusal::Invalid(_))));
        world.engine.drop_view(&steward(), &id).await.unwrap();
        assert!(matches!(world.engine.drop_view(&steward(), &id).await, Err(Refusal::NotFound(_))));
    }
}

#[tokio::test]
async fn what_matches_is_frozen_for_who_froze_it() {
    for world in stirred().await {
        let id = world.engine.freeze_view(&steward(), &Filter::default(), "view=all").await.unwrap();
        world
            .sql(
                "portal",
                "UPDATE customers SET phone='+49 30 1', updated_at='2026-03-03 12:30:00' WHERE id='C-1'",
            )
            .await;
        let first = open(&world).await[0].id.clone();
        let until = world.clock.now() + TimeDelta::days(1);
        world.engine.put_off(&steward(), &[first], until, Ends::Time).await.unwrap().only().unwrap();
        let mut s = world.engine.store().session().await.unwrap();
        let found = selections::get(&mut s, &steward(), &id).await.unwrap().unwrap();
        assert_eq!(selections::members(&mut s, &found.id).await.unwrap().len(), 2, "as it stood");
        assert_eq!(selections::get(&mut s, &other_steward(), &id).await.unwrap(), None);
        let ids = selections::members(&mut s, &found.id).await.unwrap();
        let given = world.engine.assign(&steward(), &ids, Some(&other_steward().user)).await.unwrap();
        assert_eq!((given.done.len(), given.left_out.len()), (2, 0));
        let none = world.engine.freeze_these(&steward(), Vec::new(), "").await;
        assert!(matches!(none, Err(Refusal::Invalid(_))));
        let unknown = world.engine.freeze_these(&steward(), vec!["nothing".into()], "").await;
        assert!(matches!(unknown, Err(Refusal::NotFound(_))));
    }
}

#[tokio::test]
async fn each_late_conflict_goes_by_its_own_route() {
    for world in stirred().await {
        let route = |field: Option<&str>, owner: Viewer, escalates| Route {
            entity: EntityId::from("customer"),
            field: field.map(Into::into),
            people: Vec::new(),
            owner: Some(owner.user),
            escalates,
        };
        world.engine.set_route(&admin(), route(None, admin(), true)).await.unwrap();
        world.engine.set_route(&admin(), route(Some("address"), steward(), false)).await.unwrap();
        world.clock.advance(TimeDelta::days(90));
        world.engine.escalate_overdue().await.unwrap();
        assert!(
            open(&world).await.iter().all(|own| own.escalation.is_none()),
            "the address stays where it is"
        );
        // Another route: what stayed is looked at again.
        world.engine.set_route(&admin(), route(Some("address"), other_steward(), true)).await.unwrap();
        world.engine.escalate_overdue().await.unwrap();
        for own in open(&world).await {
            assert_eq!(own.escalation.unwrap().to, Desk::Person(other_steward().user));
            assert_eq!(own.assignee, Some(other_steward().user));
        }
        assert_eq!(unread(&world, &other_steward()).await, [NoticeKind::Escalated, NoticeKind::Escalated]);
    }
}

#[tokio::test]
async fn who_watches_is_told_of_what_comes_in_otherwise_and_not_of_own_acts() {
    for world in stirred().await {
        let (ana, jonas) = (steward(), other_steward());
        let all: Vec<_> = open(&world).await.into_iter().map(|conflict| conflict.id).collect();
        for (name, query) in [("Mine", "view=mine"), ("Late", "view=all&due=overdue"), ("VIP", "tag=vip")] {
            let view = NewView { name: name.into(), query: query.into(), shared: false };
            let id = world.engine.save_view(&jonas, view).await.unwrap();
            world.engine.watch_view(&jonas, &id, true).await.unwrap();
        }
        let entered = async || {
            world.clock.advance(TimeDelta::seconds(30));
            // Two servers look at once.
            let (reader, engine) = (reader(), &world.engine);
            let (one, two) = tokio::join!(engine.tell_watchers(&reader), engine.tell_watchers(&reader));
            one.and(two).unwrap();
            let mut session = world.engine.store().session().await.unwrap();
            let told = notices::page(&mut session, &jonas, true, None, 50).await.unwrap();
            let told = told.into_iter().filter(|told| told.kind == NoticeKind::ViewEntered);
            let told: Vec<_> =
                told.map(|told| (told.facts["view"].clone(), told.facts["n"].clone(), told.id)).collect();
            if let Some((.., last)) = told.first() {
                drop(session);
                world.engine.read_notices(&jonas, last).await.unwrap();
            }
            told.into_iter().map(|(view, n, _)| format!("{view} {n}")).collect::<Vec<_>>()
        };
        assert_eq!(entered().await, [""; 0], "what was there before the watching began");
        let me = Some(&jonas.user);
        world.engine.assign(&ana, &all[..1], me).await.unwrap();
        assert_eq!(entered().await, ["Mine 1"]);
        world.engine.assign(&jonas, &all[1..], me).await.unwrap();
        assert_eq!(entered().await, [""; 0], "nobody is told of an own act");
        world.engine.assign(&ana, &all, None).await.unwrap();
        assert_eq!(entered().await, [""; 0], "nor of what leaves");
        world.engine.assign(&ana, &all, me).await.unwrap();
        assert_eq!(entered().await, ["Mine 2"], "once more when it comes back");
        world.engine.tag(&ana, &all[0], &["vip".into()], &[]).await.unwrap();
        assert_eq!(entered().await, ["VIP 1"]);
        world.engine.tag(&jonas, &all[1], &["vip".into()], &[]).await.unwrap();
        assert_eq!(entered().await, [""; 0]);
        let due = open(&world).await.iter().map(|conflict| conflict.due_at).max().unwrap();
        world.clock.advance(due - world.clock.now() + TimeDelta::minutes(1));
        assert_eq!(entered().await, ["Late 2"], "by time");
        assert_eq!(entered().await, [""; 0]);
    }
}
