//! A system that does not answer, does not accept the sign-in, asks for time or lags behind: what it
//! is sent meanwhile, as its own journal tells.

use super::*;
use crate::support::rest_target::{Fault, RestTarget, TOKEN};
use crate::support::world::{admin, steward};
use chrono::TimeDelta;
use referee::domain::audit::Actor;
use referee::domain::delivery::{DeliveryState, Why};
use referee::domain::ids::SystemId;
use referee::domain::target::Standing;
use referee::domain::time::Time;
use referee::domain::value::{Cell, Held};
use referee::engine::Refusal;
use referee::engine::sync::Trigger;
use referee::engine::writeback::Step;
use referee::store::alerts::{self, Alert};
use referee::store::resolutions::{self, Delivery};
use referee::store::{StoreError, targets};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

pub(super) const CONFIG: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "desk"
label = "Helpdesk"
writes_per_second = 10
connector = { kind = "rest", base_url = "BASE", auth = "bearer", allow = ["127.0.0.1"], collections = { people = { path = "/people", record_path = "/data", item_path = "/people/{key}", paging = "page", page_param = "page", size_param = "size", max_size = 10, etag = ETAG } } }

[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [{ id = "name", label = "Name" }, { id = "street", label = "Street" }]

[[mapping]]
system = "portal"
entity = "customer"
object = "customers"
key = "id"
link = "id"
fields = [{ field = "name", columns = ["name"] }, { field = "street", columns = ["street"] }]

[[mapping]]
system = "desk"
entity = "customer"
object = "people"
key = "id"
link = "ref"
fields = [{ field = "name", columns = ["name"] }, { field = "street", columns = ["street"] }]

[policy.customer.all]
source_of_truth = "portal"
rule = "source_wins"

[incidents]
mass_records = 10000
"#;

/// A portal and a helpdesk, and as many writes to the helpdesk waiting as there are customers.
pub(super) async fn waiting(customers: usize, etag: bool) -> Vec<(World, RestTarget)> {
    let mut all = Vec::new();
    for url in [None, postgres::database().await] {
        if url.is_none() && !all.is_empty() {
            continue;
        }
        let desk = RestTarget::start();
        let mut rows = "CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, street TEXT);".to_owned();
        for n in 1..=customers {
            rows += &format!("INSERT INTO customers VALUES ('C-{n}', 'Customer {n}', 'Storgata {n}');");
            desk.put(
                "people",
                &format!(r#"{{"id":"P{n:03}","ref":"C-{n}","name":"Customer {n}","street":"Storgata {n}"}}"#),
            );
        }
        let config = CONFIG.replace("BASE", &desk.url).replace("ETAG", &etag.to_string());
        let world = World::on(url, &config, &[("portal", &rows)]).await;
        world.engine.save_secret(&"desk".into(), TOKEN, Actor::referee()).await.unwrap();
        world.sync().await;
        world.enable_writes(&["portal", "desk"]).await;
        world.sql("portal", "UPDATE customers SET street = replace(street, 'Storgata', 'Lindenallee')").await;
        world.sync().await;
        assert_eq!(deliveries(&world).await.len(), customers, "each by rule");
        all.push((world, desk));
    }
    all
}

pub(super) async fn deliveries(world: &World) -> Vec<Delivery> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = resolutions::by_system(&mut session, &"desk".into(), 1000).await.unwrap();
    let mut all: Vec<Delivery> = all;
    all.sort_by(|one, other| one.external_id.cmp(&other.external_id));
    all
}

pub(super) async fn states(world: &World) -> Vec<&'static str> {
    deliveries(world).await.iter().map(|delivery| delivery.state.name()).collect()
}

async fn alert(world: &World) -> Vec<Alert> {
    let mut session = world.engine.store().session().await.unwrap();
    let all = alerts::open(&mut session, 100).await.unwrap();
    all.into_iter().filter(|alert| !alert.cause.starts_with("writes/")).collect()
}

async fn standing(world: &World) -> Standing {
    let mut session = world.engine.store().session().await.unwrap();
    targets::get(&mut session, &"desk".into()).await.unwrap().standing
}

/// Works for so long by the world's clock, and says when each delivery was worked on.
pub(super) async fn work(world: &World, time: TimeDelta) -> Vec<Time> {
    let (desk, until, mut done) = (SystemId::from("desk"), world.engine.now() + time, Vec::new());
    while world.engine.now() < until {
        let due = world.engine.targets_with_work().await.unwrap().contains(&desk);
        let step = if due { world.engine.deliver_to(&desk).await.unwrap() } else { Step::Nothing };
        let left = until - world.engine.now();
        match step {
            Step::Done => done.push(world.engine.now()),
            Step::Wait(time) => world.clock.advance(time.min(left)),
            Step::Nothing => world.clock.advance(idle(world, &desk).await.min(left)),
        }
    }
    done
}

/// Until something is to be done there.
async fn idle(world: &World, desk: &SystemId) -> TimeDelta {
    let mut session = world.engine.store().session().await.unwrap();
    let due = targets::with_work(&mut session).await.unwrap();
    let due = due.into_iter().find(|(system, _)| system == desk).map(|(_, next)| next);
    let probe = match targets::get(&mut session, desk).await.unwrap().standing {
        Standing::Paused { probe_at, .. } => Some(probe_at),
        Standing::Open { .. } => None,
        Standing::NoSignIn { .. } => return TimeDelta::days(1),
    };
    let now = world.engine.now();
    let next = due.into_iter().chain(probe).filter(|time| *time > now).min();
    next.map_or(TimeDelta::days(1), |next| next - now).max(TimeDelta::milliseconds(1))
}

fn down() -> Fault {
    Fault::Answer { status: 503, headers: Vec::new(), body: "back soon".to_owned() }
}

fn requests(desk: &RestTarget) -> usize {
    desk.journal().len()
}

pub(super) fn writes(desk: &RestTarget) -> usize {
    desk.journal().iter().filter(|entry| entry.method != "GET").count()
}

#[tokio::test]
async fn a_system_that_is_down_is_left_alone_told_of_once_and_written_to_at_its_rate_when_it_is_back() {
    for (world, desk) in waiting(60, true).await {
        let before = requests(&desk);
        desk.fault_for_good("", down());
        work(&world, TimeDelta::hours(1)).await;
        let asked = requests(&desk) - before;
        assert!((5..=22).contains(&asked), "five, then one now and then: {asked}");
        let Standing::Paused { message, .. } = standing(&world).await else { panic!() };
        assert!(message.contains("back soon"), "{message}");
        let told = alert(&world).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].cause.as_str(), told[0].times), ("target/desk", 1));
        assert!(!told[0].message.contains("back soon"), "no words of the system's in a mail");
        let untouched = deliveries(&world).await;
        let untouched = untouched.iter().filter(|d| matches!(d.state, DeliveryState::Waiting { .. }));
        assert!(untouched.count() > 40, "they wait, and can be undone");

        desk.heal();
        let done = work(&world, TimeDelta::minutes(10)).await;
        assert!(states(&world).await.iter().all(|state| *state == "confirmed"), "by itself");
        let second = TimeDelta::seconds(1);
        let most = done.iter().map(|from| done.iter().filter(|at| **at >= *from && **at < *from + second));
        let most = most.map(Iterator::count).max().unwrap();
        assert!(most <= 10, "{most} in a second");
        assert_eq!(writes(&desk), 60, "each once");
        assert_eq!(alert(&world).await, [], "over");
        assert_eq!(standing(&world).await, Standing::default());
        let told = audit_actions(&world).await;
        let count = |name: &str| told.iter().filter(|action| *action == name).count();
        assert_eq!((count("target_paused"), count("target_resumed")), (1, 1));
    }
}

#[tokio::test]
async fn a_sign_in_that_is_not_accepted_pauses_the_system_with_one_alert_and_burns_no_try() {
    for (world, desk) in waiting(6, true).await {
        let fault = || Fault::Answer {
            status: 401,
            headers: Vec::new(),
            body: r#"{"message":"expired"}"#.to_owned(),
        };
        let before = requests(&desk);
        desk.fault_for_good("", fault());
        work(&world, TimeDelta::hours(30)).await;
        assert_eq!(requests(&desk) - before, 1, "one finds out for all");
        let told = alert(&world).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].cause.as_str(), told[0].times), ("credentials/desk", 1));
        assert_eq!(standing(&world).await.name(), "no_sign_in");

        // An admin says so, too early.
        world.engine.resume_target(&admin(), &"desk".into()).await.unwrap();
        assert_eq!(alert(&world).await, []);
        work(&world, TimeDelta::hours(1)).await;
        assert_eq!(requests(&desk) - before, 2);
        assert_eq!(alert(&world).await.len(), 1);
        let tried: Vec<u32> = deliveries(&world).await.iter().filter_map(attempts).collect();
        assert!(tried.iter().all(|attempt| *attempt == 0), "no try is counted: {tried:?}");

        desk.heal();
        work(&world, TimeDelta::hours(1)).await;
        assert_eq!(requests(&desk) - before, 2, "it is not tried before anybody says so");
        world.engine.save_secret(&"desk".into(), TOKEN, Actor::referee()).await.unwrap();
        work(&world, TimeDelta::seconds(10)).await;
        assert!(states(&world).await.iter().all(|state| *state == "confirmed"));
        assert_eq!((alert(&world).await, writes(&desk)), (Vec::new(), 6));
    }
}

#[tokio::test]
async fn a_sign_in_that_a_read_finds_refused_stops_reading_and_writing_with_one_alert() {
    for (world, desk) in waiting(3, true).await {
        let (system, trigger) = (SystemId::from("desk"), Trigger::schedule());
        let body = r#"{"message":"expired"}"#.to_owned();
        desk.fault_for_good("", Fault::Answer { status: 401, headers: Vec::new(), body });
        let before = requests(&desk);
        let runs = world.engine.sync(&system, &trigger).await.unwrap();
        assert!(runs[0].error.as_deref().is_some_and(|error| error.contains("expired")), "{runs:?}");
        let told = alert(&world).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].cause.as_str(), told[0].times), ("credentials/desk", 1));
        assert!(!told[0].message.contains("expired"), "no words of the system's in a mail");
        assert_eq!(standing(&world).await.name(), "no_sign_in");

        // Neither by schedule nor by hand, nor together with others, nor by a write.
        let asked = world.engine.begin(&system, &trigger).await;
        assert!(matches!(&asked, Err(Refusal::WrongState(why)) if why.contains("sign-in")), "{asked:?}");
        world.clock.advance(TimeDelta::hours(2));
        world.engine.keep_schedule().await.unwrap();
        let others = world.engine.sync_all(&trigger).await.unwrap();
        assert!(
            others.iter().all(|run| run.system.as_str() == "portal" && run.error.is_none()),
            "{others:?}"
        );
        work(&world, TimeDelta::hours(1)).await;
        assert_eq!(requests(&desk) - before, 1, "one finds out for all");
        assert_eq!(states(&world).await, ["waiting"; 3], "no try is counted");

        // An admin says so, too early: it is found out by one again.
        world.engine.resume_target(&admin(), &system).await.unwrap();
        assert_eq!(alert(&world).await, []);
        world.engine.sync(&system, &trigger).await.unwrap();
        assert_eq!((requests(&desk) - before, alert(&world).await.len()), (2, 1));

        desk.heal();
        world.engine.save_secret(&system, TOKEN, Actor::referee()).await.unwrap();
        assert_eq!(alert(&world).await, [], "another secret");
        assert!(world.engine.sync(&system, &trigger).await.unwrap()[0].error.is_none());
        work(&world, TimeDelta::seconds(10)).await;
        assert!(states(&world).await.iter().all(|state| *state == "confirmed"));
        let told = audit_actions(&world).await;
        let count = |name: &str| told.iter().filter(|action| *action == name).count();
        assert_eq!((count("target_paused"), count("target_resumed")), (2, 1));
    }
}

fn attempts(delivery: &Delivery) -> Option<u32> {
    match delivery.state {
        DeliveryState::Retrying { attempt, .. } | DeliveryState::Unknown { attempt, .. } => Some(attempt),
        _ => None,
    }
}

#[tokio::test]
async fn what_a_system_asks_for_in_retry_after_is_kept_to_by_every_write() {
    let date = ("date", "Tue, 03 Mar 2026 09:12:40 GMT".to_owned());
    for (asked, least, most) in [
        ("120", 120, 200),
        ("Tue, 03 Mar 2026 09:17:40 GMT", 300, 400),
        ("99999999999999999999", 3600, 3700),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600, 3700),
        ("Tue, 03 Mar 2020 09:12:40 GMT", 0, 60),
        ("-5", 0, 60),
        ("soon", 0, 60),
    ] {
        for (world, desk) in waiting(3, true).await {
            let headers = vec![date.clone(), ("retry-after", asked.to_owned())];
            desk.fault(Fault::Answer { status: 429, headers, body: String::new() });
            let before = requests(&desk);
            let start = world.engine.now();
            assert_eq!(world.engine.deliver_to(&"desk".into()).await.unwrap(), Step::Done);
            assert_eq!(requests(&desk) - before, 1);
            if least > 0 {
                work(&world, TimeDelta::seconds(least - 2)).await;
                assert_eq!(requests(&desk) - before, 1, "{asked}: none of them goes before");
            }
            let done = work(&world, TimeDelta::seconds(most + 5)).await;
            assert!((done[0] - start).num_seconds() >= least, "{asked}");
            assert!(states(&world).await.iter().all(|state| *state == "confirmed"), "{asked}");
            assert!((*done.last().unwrap() - start).num_seconds() <= most, "{asked}");
        }
    }
}

#[tokio::test]
async fn a_record_that_always_fails_steps_aside_and_its_neighbours_do_not_wait() {
    for (world, desk) in waiting(8, true).await {
        let broken = Fault::Answer { status: 500, headers: Vec::new(), body: "oops".to_owned() };
        desk.fault_for_good("/P003", broken);
        work(&world, TimeDelta::seconds(5)).await;
        let confirmed = states(&world).await.iter().filter(|state| **state == "confirmed").count();
        assert_eq!(confirmed, 7, "neighbours do not wait");
        work(&world, TimeDelta::hours(30)).await;
        let poison = deliveries(&world).await.remove(2);
        let DeliveryState::Refused { at, message, .. } = &poison.state else { panic!("{:?}", poison.state) };
        assert!(message.contains("500"), "{message}");
        assert!((*at - poison.created_at).num_hours() >= 23, "after a day of tries");
        let tries = desk.journal().iter().filter(|entry| entry.path.ends_with("/P003")).count();
        assert!(tries <= 10, "{tries}");
        assert_eq!(standing(&world).await.name(), "open", "the system is not blamed");
    }
}

#[tokio::test]
async fn what_a_lagging_copy_shows_is_read_again_and_nothing_is_written_twice() {
    for etag in [true, false] {
        for (world, desk) in waiting(1, etag).await {
            desk.lag(Duration::from_secs(3600));
            work(&world, TimeDelta::seconds(60)).await;
            assert_eq!((states(&world).await, writes(&desk)), (vec!["unknown"], 1));
            assert_eq!(deliveries(&world).await.iter().filter_map(attempts).collect::<Vec<_>>(), [0]);
            desk.lag(Duration::ZERO);
            work(&world, TimeDelta::seconds(20)).await;
            assert_eq!((states(&world).await, writes(&desk)), (vec!["confirmed"], 1));
            let mut session = world.engine.store().session().await.unwrap();
            let windows = targets::windows(&mut session, &"desk".into()).await.unwrap();
            let measured = windows.mean_ms().is_some() && windows.longest_ms <= 10_000;
            assert_eq!((windows.count, measured), if etag { (0, false) } else { (1, true) }, "{windows:?}");
        }
    }
}

#[tokio::test]
async fn a_yes_that_was_none_is_found_out_and_written_again() {
    for (world, desk) in waiting(1, true).await {
        desk.fault_for_good("/nowhere", down());
        // The read before passes; the write is not done.
        desk.fault(Fault::Delay(Duration::ZERO));
        desk.fault(Fault::Lie);
        work(&world, TimeDelta::seconds(60)).await;
        assert_eq!(
            (states(&world).await, writes(&desk)),
            (vec!["unknown"], 1),
            "not done, and not yet again"
        );
        work(&world, TimeDelta::seconds(120)).await;
        assert_eq!((states(&world).await, writes(&desk)), (vec!["confirmed"], 2));
    }
}

#[tokio::test]
async fn what_is_put_back_before_it_is_read_back_is_not_written_again() {
    for etag in [true, false] {
        for (world, desk) in waiting(1, etag).await {
            desk.fault(Fault::Delay(Duration::ZERO));
            desk.fault(Fault::EditAfter(r#"{"street":"Storgata 1"}"#.to_owned()));
            work(&world, TimeDelta::hours(30)).await;
            assert_eq!((states(&world).await, writes(&desk)), (vec!["refused"], 1), "etag: {etag}");
            assert_looks(&deliveries(&world).await[0].state);
        }
    }
}

fn assert_looks(state: &DeliveryState) {
    let DeliveryState::Refused { message, why: Why::Look, .. } = state else { panic!("{state:?}") };
    assert!(message.starts_with("it said yes and reads as before"), "{message}");
}

#[tokio::test]
async fn a_yes_without_any_sign_is_for_a_person() {
    for (world, desk) in waiting(1, false).await {
        desk.fault(Fault::Delay(Duration::ZERO));
        desk.fault(Fault::Lie);
        work(&world, TimeDelta::hours(30)).await;
        assert_eq!((states(&world).await, writes(&desk)), (vec!["refused"], 1));
        let refused = deliveries(&world).await.remove(0);
        assert_looks(&refused.state);
        world.engine.retry(&steward(), &refused.id).await.unwrap();
        work(&world, TimeDelta::seconds(30)).await;
        assert_eq!((states(&world).await, writes(&desk)), (vec!["confirmed"], 2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_swallows_what_it_is_sent_holds_up_no_other() {
    for (world, desk) in waiting(12, true).await {
        // One for the portal, behind all those for the helpdesk.
        let mut other = deliveries(&world).await.remove(0);
        let was = world.value("portal", "SELECT street FROM customers WHERE id = 'C-1'").await;
        let becomes = "Storgata 1".to_owned();
        let cells = |text: &str| [("street".to_owned(), Cell::Text(text.to_owned()))].into();
        (other.id, other.system, other.external_id) = ("zzz".into(), "portal".into(), Some("C-1".to_owned()));
        (other.change.before, other.change.cells) = (cells(&was), cells(&becomes));
        let pair = (Held::Value(was), Held::Value(becomes.clone()));
        other.change.fields = [("street".into(), pair)].into();
        let insert = world.engine.store().write::<_, StoreError, _>(async move |w| {
            resolutions::insert_deliveries(w, std::slice::from_ref(&other)).await?;
            Ok(((), Vec::new()))
        });
        insert.await.unwrap();

        let before = requests(&desk);
        desk.fault_for_good("", Fault::Delay(Duration::from_secs(12)));
        let stop = CancellationToken::new();
        let workers = world.engine.start_workers(&stop, None, None);
        let start = std::time::Instant::now();
        while world.value("portal", "SELECT street FROM customers WHERE id = 'C-1'").await != becomes
            || requests(&desk) == before
        {
            assert!(start.elapsed() < Duration::from_secs(10), "it waits for the other");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(writes(&desk), 0, "the other is being sent to, and has answered nothing yet");
        desk.heal();
        stop.cancel();
        for worker in workers {
            worker.await.unwrap();
        }
    }
}
