//! Reports of a view by mail: what they say, when they come, and that they end.

use super::talk::moved;
use super::*;
use crate::support::mailbox::{Mailbox, header};
use crate::support::world::{disable, other_steward, steward};
use chrono::TimeDelta;
use referee::connectors::mail::{MailSettings, Mailer, Protection};
use referee::domain::language::Language;
use referee::domain::preferences::{MailWish, Preferences};
use referee::domain::schedule::Schedule;
use referee::engine::accounts::{Accounts, Wanted};
use referee::engine::alerts::Mail;
use referee::engine::reports::Report;
use referee::engine::views::NewView;
use referee::engine::{Refusal, Setup};
use referee::store::users::User;
use referee::store::{alerts, view_reports};
use referee::web::letter;
use referee::web::pages::views::reader;

const URL: &str = "https://referee.example/";

fn mail(port: u16) -> Mail {
    let settings = MailSettings {
        host: "127.0.0.1".into(),
        port,
        protection: Protection::None,
        user: None,
        password: None,
        from: "referee@example.com".into(),
        to: vec!["it@example.com".into()],
    };
    let alerts = |alert: &alerts::Alert| letter::of_alert(alert, URL, Language::English);
    let reports = |user: &User, report: &Report, setup: &Setup| {
        letter::of_report(&setup.catalog, user, report, URL, Language::English)
    };
    Mail::new(Mailer::new(&settings).unwrap(), Box::new(alerts)).with_reports(Box::new(reports), reader())
}

async fn reached(world: &World, who: &Viewer, wish: MailWish) {
    let accounts = Accounts::new(world.engine.store().clone());
    let wanted = Wanted {
        zone: "Europe/Berlin".into(),
        theme: "system".into(),
        preferences: Preferences { mail: wish, ..Preferences::default() },
        mail: Some(format!("{}@example.com", who.login)),
    };
    accounts.set_preferences(who, wanted).await.unwrap();
}

async fn view(world: &World, shared: bool) -> String {
    let view = NewView { name: "Addresses".into(), query: "view=all&field=address".into(), shared };
    world.engine.save_view(&steward(), view).await.unwrap()
}

fn daily() -> Option<Schedule> {
    Schedule::read(None, "14:00")
}

async fn asked(world: &World, who: &Viewer, id: &str) -> bool {
    let mut session = world.engine.store().session().await.unwrap();
    view_reports::of(&mut session, id, &who.user).await.unwrap().is_some()
}

async fn count(world: &World, action: &str) -> usize {
    audit_actions(world).await.iter().filter(|own| *own == action).count()
}

#[tokio::test]
async fn a_report_comes_at_its_time_and_tells_no_values() {
    for world in worlds().await {
        let Some(mailbox) = Mailbox::start() else { return };
        let (mail, id) = (mail(mailbox.port), view(&world, false).await);
        let conflict = moved(&world).await;
        let nowhere = world.engine.schedule_report(&steward(), &id, daily()).await;
        assert!(matches!(nowhere, Err(Refusal::Invalid(_))), "no mail reaches her: {nowhere:?}");
        reached(&world, &steward(), MailWish::Never).await;
        assert!(matches!(world.engine.report_now(&steward(), &id).await, Err(Refusal::Invalid(_))));
        reached(&world, &steward(), MailWish::Digest).await;
        let theirs = world.engine.schedule_report(&other_steward(), &id, daily()).await;
        assert!(matches!(theirs, Err(Refusal::NotFound(_))), "it is not shared");
        // It is one in Berlin.
        world.engine.schedule_report(&steward(), &id, daily()).await.unwrap();
        world.engine.mail_reports(&mail).await.unwrap();
        world.clock.advance(TimeDelta::minutes(50));
        world.engine.mail_reports(&mail).await.unwrap();
        assert_eq!(mailbox.letters().len(), 0, "not yet");
        world.clock.advance(TimeDelta::minutes(20));
        for _ in 0..2 {
            world.engine.mail_reports(&mail).await.unwrap();
        }
        let first = mailbox.wait(1).await.remove(0);
        assert_eq!(first["recipients"], serde_json::json!(["ana@example.com"]));
        assert_eq!(header(&first, "subject"), "Referee: Addresses, 1 open");
        let body = first["body"].as_str().unwrap().replace("\r\n", "\n");
        for part in [
            "1 conflict is open\noverdue: 0\nof high stakes: 1\ngiven to nobody: 1\n",
            "Ada Okafor (Customer): Address\n",
            &format!("{URL}conflicts/{}\n", conflict.id),
            &format!("The view as it is now:\n{URL}views/{id}\n"),
            &format!("{URL}views/{id}/report\n"),
        ] {
            assert!(body.contains(part), "{part:?} in {body}");
        }
        assert!(!body.contains("Lindenallee") && !body.contains("Elm"), "no values: {body}");
        assert_eq!((count(&world, "exported").await, count(&world, "view_report_scheduled").await), (1, 1));
        world.clock.advance(TimeDelta::days(1));
        world.engine.mail_reports(&mail).await.unwrap();
        let second = mailbox.wait(2).await.remove(1);
        assert_ne!(header(&first, "message-id"), header(&second, "message-id"));
        // At once, beside the one that comes again.
        world.engine.report_now(&steward(), &id).await.unwrap();
        for _ in 0..2 {
            world.engine.mail_reports(&mail).await.unwrap();
        }
        mailbox.wait(3).await;
        assert!(asked(&world, &steward(), &id).await);
        world.engine.schedule_report(&steward(), &id, None).await.unwrap();
        world.clock.advance(TimeDelta::days(9));
        world.engine.mail_reports(&mail).await.unwrap();
        assert_eq!((mailbox.letters().len(), count(&world, "view_report_ended").await), (3, 1));
    }
}

#[tokio::test]
async fn one_that_is_not_taken_comes_later_as_the_same_letter() {
    for world in worlds().await {
        let Some(mailbox) = Mailbox::on(0, "refuse") else { return };
        let id = view(&world, false).await;
        reached(&world, &steward(), MailWish::AtOnce).await;
        world.engine.report_now(&steward(), &id).await.unwrap();
        let refusing = mail(mailbox.port);
        for _ in 0..2 {
            world.engine.mail_reports(&refusing).await.unwrap();
        }
        let mut session = world.engine.store().session().await.unwrap();
        let told = alerts::open_of(&mut session, "mail/report/").await.unwrap();
        assert_eq!((told.len(), told[0].times), (1, 1), "it is not tried at once again");
        assert!(told[0].message.ends_with("it is tried again"), "{}", told[0].message);
        let due =
            view_reports::due(&mut session, world.engine.now() + TimeDelta::hours(1), 10).await.unwrap();
        let letter = due[0].letter.clone();
        drop(session);
        let Some(taking) = Mailbox::start() else { return };
        world.clock.advance(TimeDelta::minutes(16));
        world.engine.mail_reports(&mail(taking.port)).await.unwrap();
        let taken = taking.wait(1).await.remove(0);
        assert_eq!(header(&taken, "message-id"), format!("<{letter}@example.com>"));
        let mut session = world.engine.store().session().await.unwrap();
        assert_eq!(alerts::open_of(&mut session, "mail/report/").await.unwrap(), []);
    }
}

#[tokio::test]
async fn it_ends_with_the_view_its_sharing_and_the_account() {
    for world in worlds().await {
        let id = view(&world, true).await;
        for who in [steward(), other_steward()] {
            reached(&world, &who, MailWish::Digest).await;
            world.engine.schedule_report(&who, &id, daily()).await.unwrap();
        }
        let view = NewView { name: "Mine".into(), query: "view=all".into(), shared: false };
        world.engine.change_view(&steward(), &id, view).await.unwrap();
        assert_eq!(
            (asked(&world, &steward(), &id).await, asked(&world, &other_steward(), &id).await),
            (true, false)
        );
        world.engine.drop_view(&steward(), &id).await.unwrap();
        assert_eq!(
            (asked(&world, &steward(), &id).await, count(&world, "view_report_ended").await),
            (false, 2)
        );
        let own = self::view(&world, false).await;
        world.engine.schedule_report(&steward(), &own, daily()).await.unwrap();
        disable(&world, &steward()).await;
        world.engine.end_reports().await.unwrap();
        assert_eq!(
            (asked(&world, &steward(), &own).await, count(&world, "view_report_ended").await),
            (false, 3)
        );
    }
}
