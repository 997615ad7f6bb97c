//! Comments, tags, and what people are told of: in the browser and by mail.

use super::*;
use crate::support::mailbox::{Mailbox, header};
use crate::support::world::{admin, other_steward, steward};
use chrono::TimeDelta;
use referee::connectors::mail::{MailSettings, Mailer, Protection};
use referee::domain::access::Role;
use referee::domain::language::Language;
use referee::domain::notice::NoticeKind;
use referee::domain::preferences::{MailWish, Preferences};
use referee::domain::routing::Ends;
use referee::engine::Refusal;
use referee::engine::accounts::{AccountError, Accounts, Wanted, command_line};
use referee::engine::alerts::Mail;
use referee::engine::questions::Asking;
use referee::store::notices::{self, After, Told};
use referee::store::{StoreError, WriteSession, alerts, comments, conflicts, tags};
use referee::web::letter;

/// The one conflict, about an address.
pub async fn moved(world: &World) -> Conflict {
    let text = "UPDATE customers SET street='Lindenallee 12', zip='10117', updated_at='2026-03-03 12:01:30', updated_by='Ana' WHERE id='C-1'";
    world.sql("portal", text).await;
    world.sync().await;
    open(world).await.remove(0)
}

async fn told(world: &World, who: &Viewer) -> Vec<Told> {
    let mut session = world.engine.store().session().await.unwrap();
    notices::page(&mut session, who, false, None, 50).await.unwrap()
}

async fn unread(world: &World, who: &Viewer) -> i64 {
    let mut session = world.engine.store().session().await.unwrap();
    notices::count_unread(&mut session, &who.user, 100).await.unwrap()
}

fn mail(world: &World, port: u16) -> Mail {
    let settings = MailSettings {
        host: "127.0.0.1".into(),
        port,
        protection: Protection::None,
        user: None,
        password: None,
        from: "referee@example.com".into(),
        to: vec!["it@example.com".into()],
    };
    let catalog = world.engine.setup().catalog.clone();
    let alerts =
        |alert: &alerts::Alert| letter::of_alert(alert, "https://referee.example", Language::English);
    let notices = move |_: &_, told: &[Told]| {
        letter::of_notices(&catalog, told, "https://referee.example/", Language::English)
    };
    let mailer = Mailer::new(&settings).unwrap();
    Mail::new(mailer, Box::new(alerts)).with_notices(Box::new(notices))
}

async fn wants(world: &World, who: &Viewer, wish: MailWish) {
    let accounts = Accounts::new(world.engine.store().clone());
    let wanted = Wanted {
        zone: "UTC".into(),
        theme: "system".into(),
        preferences: Preferences { mail: wish, ..Preferences::default() },
        mail: Some(format!("{}@example.com", who.login)),
    };
    accounts.set_preferences(who, wanted).await.unwrap();
}

#[tokio::test]
async fn a_comment_calls_whom_it_names_and_nobody_else() {
    for world in worlds().await {
        let conflict = moved(&world).await;
        let text = " @jonas, @Tariq and @nobody: see me@example.com\r\n@ana ";
        let said = world.engine.comment(&steward(), &conflict.id, text, "form-1").await.unwrap();
        assert_eq!(said.comment.text, "@jonas, @Tariq and @nobody: see me@example.com\n@ana");
        assert_eq!(
            (said.told.as_slice(), said.unknown.as_slice()),
            (&["jonas".to_owned(), "tariq".into()][..], &["nobody".to_owned()][..])
        );
        for who in [other_steward(), admin()] {
            let all = told(&world, &who).await;
            assert_eq!((all.len(), all[0].kind), (1, NoticeKind::Mentioned), "{}", who.login);
            assert_eq!(all[0].facts["by"], "ana");
            assert_eq!(all[0].title.as_deref(), Some("Ada Okafor"));
            assert_eq!(all[0].link, format!("/conflicts/{}#c-{}", conflict.id, said.comment.id));
        }
        assert_eq!(told(&world, &steward()).await, [], "nobody is told of an own act");
        // The same form sent again is the same comment, and tells nobody again.
        let again = world.engine.comment(&steward(), &conflict.id, text, "form-1").await.unwrap();
        assert_eq!(
            (again.comment.id, again.comment.text),
            (said.comment.id.clone(), said.comment.text.clone())
        );
        assert_eq!(unread(&world, &other_steward()).await, 1);
        // Another text under that key is not swallowed; sent twice it is one as well.
        let other = world.engine.comment(&steward(), &conflict.id, "first", "form-2").await.unwrap();
        for _ in 0..2 {
            let next = world.engine.comment(&steward(), &conflict.id, "second", "form-2").await.unwrap();
            assert_eq!(next.comment.text, "second");
            assert_ne!(next.comment.id, other.comment.id);
        }
        // What a person may not see is not named to that person.
        let blind = Viewer { entities: Some(Default::default()), ..other_steward() };
        assert_eq!(told(&world, &blind).await[0].title, None);
        let auditor = Viewer { roles: [Role::Auditor].into(), ..other_steward() };
        let refused = world.engine.comment(&auditor, &conflict.id, "I", "").await;
        assert!(matches!(refused, Err(Refusal::Forbidden)), "{refused:?}");
        for none in ["", "  \r\n ", &"x".repeat(4001), "a\u{0}b"] {
            let refused = world.engine.comment(&steward(), &conflict.id, none, "").await;
            assert!(matches!(refused, Err(Refusal::Invalid(_))), "{refused:?}");
        }
        let entries = audit_actions(&world).await;
        assert_eq!(entries.iter().filter(|entry| *entry == "commented").count(), 3, "{entries:?}");
    }
}

#[tokio::test]
async fn a_comment_is_withdrawn_by_its_author_or_a_manager_and_leaves_its_place() {
    for world in worlds().await {
        let conflict = moved(&world).await;
        let say = async |text: &str| {
            world.engine.comment(&steward(), &conflict.id, text, "").await.unwrap().comment
        };
        let (first, second) = (say("one").await, say("two").await);
        let refused = world.engine.withdraw_comment(&other_steward(), &first.id).await;
        assert!(matches!(refused, Err(Refusal::Forbidden)), "{refused:?}");
        world.engine.withdraw_comment(&steward(), &first.id).await.unwrap();
        let manager = Viewer { roles: [Role::Manager].into(), ..other_steward() };
        world.engine.withdraw_comment(&manager, &second.id).await.unwrap();
        world.engine.withdraw_comment(&manager, &first.id).await.unwrap();
        let mut session = world.engine.store().session().await.unwrap();
        let all = comments::of_conflict(&mut session, &conflict.id, 10).await.unwrap();
        let by: Vec<&str> =
            all.iter().map(|comment| comment.withdrawn.as_ref().unwrap().by.as_str()).collect();
        assert_eq!(by, ["ana", "jonas"], "the first one to do it stands there");
        assert!(all.iter().all(|comment| comment.text.is_empty()), "{all:?}");
        assert_eq!(comments::of_conflict(&mut session, &conflict.id, 1).await.unwrap()[0].id, second.id);
    }
}

#[tokio::test]
async fn tags_have_one_form_and_an_end() {
    for world in worlds().await {
        let conflict = moved(&world).await;
        let tag = async |add: &[&str], remove: &[&str]| {
            let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
            world.engine.tag(&steward(), &conflict.id, &own(add), &own(remove)).await
        };
        assert_eq!(tag(&["VIP ", "#ask  them"], &[]).await.unwrap(), ["ask them", "vip"]);
        assert_eq!(tag(&["vip"], &["Ask Them", "none"]).await.unwrap(), ["vip"]);
        let many: Vec<String> = (0..20).map(|n| format!("t{n:02}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(matches!(tag(&many, &[]).await, Err(Refusal::Invalid(_))));
        assert_eq!(tag(&many[..19], &[]).await.unwrap().len(), 20);
        assert!(matches!(tag(&["a,b"], &[]).await, Err(Refusal::Invalid(_))));
        let mut session = world.engine.store().session().await.unwrap();
        let counts = tags::counts(&mut session, &steward(), 2).await.unwrap();
        assert_eq!(
            counts.iter().map(|one| (one.tag.as_str(), one.count)).collect::<Vec<_>>(),
            [("t00", 1), ("t01", 1)]
        );
        let blind = Viewer { entities: Some(Default::default()), ..steward() };
        assert_eq!(tags::counts(&mut session, &blind, 5).await.unwrap(), []);
        let told = audit_actions(&world).await;
        let count = |action: &str| told.iter().filter(|entry| *entry == action).count();
        assert_eq!((count("tagged"), count("untagged")), (21, 1));
    }
}

#[tokio::test]
async fn notices_come_unread_first_and_are_read_up_to_what_was_seen() {
    for world in worlds().await {
        let conflict = moved(&world).await;
        for n in 0..5 {
            world.clock.advance(TimeDelta::seconds(1));
            world.engine.comment(&steward(), &conflict.id, &format!("@jonas {n}"), "").await.unwrap();
        }
        let jonas = other_steward();
        let all = told(&world, &jonas).await;
        assert!(all.windows(2).all(|pair| pair[0].id > pair[1].id), "the newest first");
        world.engine.read_notice(&jonas, &all[0].id).await.unwrap();
        let refused = world.engine.read_notice(&steward(), &all[1].id).await;
        assert!(matches!(refused, Err(Refusal::NotFound(_))), "somebody else's");
        let now = told(&world, &jonas).await;
        let ids = |all: &[Told]| all.iter().map(|told| told.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&now)[..4], ids(&all)[1..], "the unread come first");
        assert_eq!(now[4].id, all[0].id);
        let mut session = world.engine.store().session().await.unwrap();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = notices::page(&mut session, &jonas, false, after.as_ref(), 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(After::of(last));
            seen.extend(ids(&page));
        }
        assert_eq!(seen, ids(&now), "page by page it is the same list");
        drop(session);
        // One that came after the page was drawn stays unread.
        world.engine.comment(&steward(), &conflict.id, "@jonas again", "").await.unwrap();
        assert_eq!(world.engine.read_notices(&jonas, &now[0].id).await.unwrap(), 4);
        assert_eq!(unread(&world, &jonas).await, 1);
    }
}

#[tokio::test]
async fn what_is_due_soon_is_told_once_to_whom_it_is_assigned() {
    for world in worlds().await {
        let conflict = moved(&world).await;
        let (ids, ana) = ([conflict.id.clone()], steward());
        world.engine.assign(&ana, &ids, Some(&ana.user)).await.unwrap();
        world.engine.look_at_notices().await.unwrap();
        let early = told(&world, &steward()).await.len();
        let left = conflict.due_at - world.engine.now() - TimeDelta::hours(3);
        world.clock.advance(left.max(TimeDelta::zero()));
        for _ in 0..3 {
            let (one, two) = tokio::join!(world.engine.look_at_notices(), world.engine.look_at_notices());
            one.and(two).unwrap();
        }
        let all = told(&world, &steward()).await;
        assert_eq!((early, all.len(), all[0].kind), (0, 1, NoticeKind::DueSoon));
        assert_eq!(unread(&world, &other_steward()).await, 0);
        // What was read long ago is forgotten; it is not told again.
        world.engine.read_notice(&steward(), &all[0].id).await.unwrap();
        world.clock.advance(TimeDelta::days(89));
        world.engine.look_at_notices().await.unwrap();
        assert_eq!(told(&world, &steward()).await.len(), 1);
    }
}

#[tokio::test]
async fn a_refused_write_is_told_to_whom_decided() {
    for world in worlds().await {
        let conflict = moved(&world).await;
        world.enable_writes(&["portal", "warehouse"]).await;
        let frozen = "CREATE TRIGGER no BEFORE UPDATE ON SHIP_TO BEGIN SELECT RAISE(ABORT, 'no'); END";
        world.sql("warehouse", frozen).await;
        let all = differences(&world, &conflict).await;
        let decision = super::decide::keep(&conflict, &all[0], 1);
        let decided = world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        world.clock.advance(TimeDelta::seconds(61));
        world.deliver().await;
        let all = told(&world, &steward()).await;
        assert_eq!((all.len(), all[0].kind), (1, NoticeKind::WriteFailed), "{all:?}");
        assert_eq!(
            (all[0].link.clone(), all[0].facts["system"].as_str()),
            (format!("/resolutions/{}", decided.id), "Warehouse")
        );
    }
}

#[tokio::test]
async fn mail_gathers_what_is_unread_names_no_value_and_can_be_ended_for_a_record() {
    let Some(mailbox) = Mailbox::start() else { return };
    for (n, world) in worlds().await.into_iter().enumerate() {
        let (conflict, mail, before) = (moved(&world).await, mail(&world, mailbox.port), n * 4);
        let (jonas, tariq) = (other_steward(), admin());
        wants(&world, &jonas, MailWish::Digest).await;
        wants(&world, &tariq, MailWish::AtOnce).await;
        let say = async |text: &str| {
            world.engine.comment(&steward(), &conflict.id, text, "").await.unwrap();
            world.engine.mail_notices(&mail).await.unwrap();
        };
        say("@jonas @tariq Lindenallee, not Elmstraße").await;
        let at_once = mailbox.wait(before + 1).await.remove(before);
        assert_eq!(header(&at_once, "to"), "tariq@example.com");
        assert_eq!(header(&at_once, "subject"), "Referee: ana mentioned you on Customer");
        say("@jonas a second thing").await;
        assert_eq!(mailbox.letters().len(), before + 1, "they are gathered");
        world.clock.advance(TimeDelta::minutes(16));
        world.engine.mail_notices(&mail).await.unwrap();
        world.engine.mail_notices(&mail).await.unwrap();
        let digest = mailbox.wait(before + 2).await.remove(before + 1);
        assert_eq!(
            (header(&digest, "to"), header(&digest, "subject")),
            ("jonas@example.com".into(), "Referee: 2 notices".into())
        );
        let body = digest["body"].as_str().unwrap();
        for part in [
            format!("https://referee.example/conflicts/{}#c-", conflict.id),
            format!("https://referee.example/records/{}/mute", conflict.record),
            "https://referee.example/preferences".to_owned(),
        ] {
            assert!(body.contains(&part), "{part}: {body}");
        }
        assert!(!body.contains("Lindenallee") && !body.contains("Okafor"), "no values: {body}");
        // What was read by then is not mailed; of a muted record nothing is.
        say("@jonas read at once").await;
        let last = told(&world, &jonas).await.remove(0);
        world.engine.read_notice(&jonas, &last.id).await.unwrap();
        world.engine.mute(&tariq, &conflict.record, true).await.unwrap();
        say("@tariq unheard").await;
        world.clock.advance(TimeDelta::minutes(16));
        world.engine.mail_notices(&mail).await.unwrap();
        assert_eq!(mailbox.letters().len(), before + 2);
        assert_eq!(unread(&world, &tariq).await, 2, "in the browser it stands all the same");
        world.engine.mute(&tariq, &conflict.record, false).await.unwrap();
        say("@tariq heard").await;
        mailbox.wait(before + 3).await;
        // A wish that changed since counts.
        say("@jonas never mind").await;
        wants(&world, &jonas, MailWish::Never).await;
        world.clock.advance(TimeDelta::minutes(16));
        world.engine.mail_notices(&mail).await.unwrap();
        wants(&world, &jonas, MailWish::AtOnce).await;
        say("@jonas now").await;
        let now = mailbox.wait(before + 4).await.remove(before + 3);
        assert_eq!(header(&now, "subject"), "Referee: ana mentioned you on Customer");
    }
}

#[tokio::test]
async fn one_mail_tells_of_everything_and_none_of_what_was_muted_or_taken_by_another_server() {
    let Some(mailbox) = Mailbox::start() else { return };
    for (n, world) in worlds().await.into_iter().enumerate() {
        let (conflict, mail, jonas) = (moved(&world).await, mail(&world, mailbox.port), other_steward());
        wants(&world, &jonas, MailWish::Digest).await;
        for n in 0..60 {
            world.engine.comment(&steward(), &conflict.id, &format!("@jonas {n}"), "").await.unwrap();
        }
        world.clock.advance(TimeDelta::minutes(16));
        let (one, two) = tokio::join!(world.engine.mail_notices(&mail), world.engine.mail_notices(&mail));
        one.and(two).unwrap();
        world.engine.mail_notices(&mail).await.unwrap();
        let letters = mailbox.wait(n + 1).await;
        assert_eq!(letters.len(), n + 1, "one for all sixty");
        assert_eq!(unread(&world, &jonas).await, 60);
        // What is still to leave when its record is muted stays.
        world.engine.comment(&steward(), &conflict.id, "@jonas unheard", "").await.unwrap();
        world.engine.mute(&jonas, &conflict.record, true).await.unwrap();
        world.clock.advance(TimeDelta::minutes(16));
        world.engine.mail_notices(&mail).await.unwrap();
        assert_eq!(mailbox.letters().len(), n + 1);
    }
}

#[tokio::test]
async fn a_mail_server_that_takes_nothing_is_tried_again_and_told_of() {
    let Some(refusing) = Mailbox::on(0, "refuse") else { return };
    for world in worlds().await {
        let (conflict, sending) = (moved(&world).await, mail(&world, refusing.port));
        wants(&world, &other_steward(), MailWish::AtOnce).await;
        world.engine.comment(&steward(), &conflict.id, "@jonas", "").await.unwrap();
        for _ in 0..3 {
            world.engine.mail_notices(&sending).await.unwrap();
        }
        let mut session = world.engine.store().session().await.unwrap();
        let open = alerts::open(&mut session, 10).await.unwrap();
        assert_eq!((open.len(), open[0].cause.as_str(), open[0].times), (1, "mail/jonas", 1), "{open:?}");
        drop(session);
        let Some(taking) = Mailbox::start() else { return };
        world.clock.advance(TimeDelta::minutes(16));
        world.engine.mail_notices(&mail(&world, taking.port)).await.unwrap();
        taking.wait(1).await;
        let mut session = world.engine.store().session().await.unwrap();
        assert_eq!(alerts::open(&mut session, 10).await.unwrap(), []);
    }
}

#[tokio::test]
async fn an_address_is_one_mailbox() {
    for world in worlds().await {
        let accounts = Accounts::new(world.engine.store().clone());
        for bad in
            ["", "ana", "a@b@c", "Ana <ana@example.com>", "a@example.com, b@example.com", "a b@example.com"]
        {
            let refused = accounts.set_mail(command_line(), "ana", Some(bad)).await;
            assert!(matches!(refused, Err(AccountError::BadMail(_))), "{bad}: {refused:?}");
        }
        accounts.set_mail(command_line(), "ana", Some(" ana@example.com ")).await.unwrap();
        accounts.set_mail(command_line(), "ana", None).await.unwrap();
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|entry| *entry == "user_changed").count(), 2);
    }
}

#[tokio::test]
async fn a_mail_of_a_server_that_died_is_sent_again_after_its_lease() {
    let Some(mailbox) = Mailbox::start() else { return };
    for (n, world) in worlds().await.into_iter().enumerate() {
        let (conflict, mail) = (moved(&world).await, mail(&world, mailbox.port));
        let jonas = other_steward();
        wants(&world, &jonas, MailWish::AtOnce).await;
        world.engine.comment(&steward(), &conflict.id, "@jonas one", "").await.unwrap();
        // Another server takes it, and dies before it is sent.
        let (user, lease) = (jonas.user.clone(), world.engine.now() + TimeDelta::minutes(10));
        let store = world.engine.store();
        let claim = async move |w: &mut WriteSession| {
            let claimed = notices::claim(w, &user, lease, 50).await?;
            Ok::<_, StoreError>((claimed.ids.len(), Vec::new()))
        };
        assert_eq!(store.write(claim).await.unwrap(), 1);
        world.clock.advance(TimeDelta::minutes(9));
        // What came meanwhile leaves by itself, without what another server has.
        world.engine.comment(&steward(), &conflict.id, "@jonas two", "").await.unwrap();
        world.engine.mail_notices(&mail).await.unwrap();
        let letters = mailbox.wait(2 * n + 1).await;
        assert_eq!(header(&letters[2 * n], "subject"), "Referee: ana mentioned you on Customer");
        world.engine.mail_notices(&mail).await.unwrap();
        assert_eq!(mailbox.letters().len(), 2 * n + 1, "it is taken");
        world.clock.advance(TimeDelta::minutes(2));
        for _ in 0..2 {
            let (one, two) = tokio::join!(world.engine.mail_notices(&mail), world.engine.mail_notices(&mail));
            one.and(two).unwrap();
        }
        assert_eq!(mailbox.wait(2 * n + 2).await.len(), 2 * n + 2, "once more, and once");
    }
}

#[tokio::test]
async fn what_a_person_put_off_stays_put_off_beside_a_question() {
    for world in worlds().await {
        let conflict = moved(&world).await;
        let difference = differences(&world, &conflict).await.remove(0).id;
        let now = world.engine.now();
        let wait = async || {
            let mut session = world.engine.store().session().await.unwrap();
            let found = conflicts::get(&mut session, &steward(), &conflict.id).await.unwrap().unwrap();
            found.wait.map(|wait| (wait.ends, (wait.until - now).num_minutes()))
        };
        let ask = async |text: &str, days: i64| {
            let asking = Asking {
                difference: difference.clone(),
                address: "ada@example.com".into(),
                text: text.into(),
                days: Some(days),
                ..Asking::default()
            };
            world.engine.ask_person(&steward(), &conflict.id, asking, None).await.unwrap()
        };
        // Put off until tomorrow, it is back tomorrow, answered or not.
        let tomorrow = now + TimeDelta::days(1);
        let ids = [conflict.id.clone()];
        world.engine.put_off(&steward(), &ids, tomorrow, Ends::Change).await.unwrap();
        ask("Where?", 3).await;
        assert_eq!(wait().await, Some((Ends::Change, 24 * 60)));
        // Where that is over, the question is what it waits for; of two the longer.
        world.clock.advance(TimeDelta::hours(25));
        let hours = |hours: i64| Some((Ends::Reply, (25 + hours) * 60));
        ask("Since when?", 2).await;
        assert_eq!(wait().await, hours(48));
        ask("By whom?", 1).await;
        assert_eq!(wait().await, hours(48));
        ask("Why?", 5).await;
        assert_eq!(wait().await, hours(120));
    }
}
