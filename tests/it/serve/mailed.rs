//! Alerts that leave by mail, as a mail server receives them.

use super::Place;
use crate::support::app::{Browser, TestApp};
use crate::support::mailbox::{Mailbox, header};
use chrono::{DateTime, TimeDelta};
use referee::clock::SystemClock;
use referee::connectors::mail::{MailSettings, Mailer, Protection};
use referee::domain::access::Role;
use referee::domain::catalog::Catalog;
use referee::domain::time::Clock as _;
use referee::engine::alerts::Mail;
use referee::engine::sync::Trigger;
use referee::store::alerts;
use referee::web::letter;
use serde_json::{Value, json};
use std::time::Duration;

fn settings(port: u16) -> String {
    format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n\
         from = \"Referee <referee@example.com>\"\nto = [\"it@example.com\", \"Ops <ops@example.com>\"]"
    )
}

/// What every letter has.
fn check(letter: &Value, url: &str) {
    assert_eq!(letter["sender"], "referee@example.com");
    assert_eq!(letter["recipients"], json!(["it@example.com", "ops@example.com"]));
    assert_eq!(header(letter, "from"), "Referee <referee@example.com>");
    assert_eq!(header(letter, "to"), "it@example.com, Ops <ops@example.com>");
    let date = DateTime::parse_from_rfc2822(&header(letter, "date")).unwrap();
    assert!((SystemClock.now() - date.to_utc()).num_minutes().abs() < 5, "{date}");
    let id = header(letter, "message-id");
    assert!(id.starts_with('<') && id.ends_with("@example.com>"), "not this computer's name: {id}");
    assert_eq!(header(letter, "auto-submitted"), "auto-generated");
    assert!(header(letter, "content-type").starts_with("text/plain"));
    let body = letter["body"].as_str().unwrap();
    assert!(body.lines().any(|line| line.starts_with(url)), "a link that can be opened: {body}");
    assert!(!body.contains('<') && !body.contains("Am Markt"), "text alone, and no values: {body}");
}

#[tokio::test]
async fn a_failed_run_and_a_refused_delivery_are_mailed_once_each() {
    let Some(mailbox) = Mailbox::start() else { return };
    let place = Place::with_two_systems(None, 1, &settings(mailbox.port)).await;
    let running = place.serve();
    let api = &running.api;
    api.read_well(&["portal", "warehouse"]).await;
    api.enable_writes(&["portal", "warehouse"]).await;
    let refuse =
        "CREATE TRIGGER no BEFORE UPDATE ON SHIP_TO BEGIN SELECT RAISE(ABORT, 'no, not Am Markt 3b'); END";
    place.sql("warehouse", refuse).await;
    place.sql("portal", "UPDATE customers SET street='Am Markt 3b', zip='10117' WHERE id='C-1'").await;
    api.read_well(&["portal"]).await;
    let conflict = api.conflicts(1).await.remove(0);
    let resolution = api.decide(&conflict, json!({"outcome": "keep", "value": 1})).await;
    api.until(&resolution, |told| told["deliveries"][0]["state"] == "refused").await;
    let refused = mailbox.wait(1).await.remove(0);
    check(&refused, &format!("{}/failed-writes/warehouse/", running.served.url));
    let subject = header(&refused, "subject");
    let what = "Warehouse refused the decision on Address of Customer WH-1";
    assert_eq!(subject, format!("Referee: {what}"));
    let body = refused["body"].as_str().unwrap();
    assert!(body.starts_with(what) && body.contains("decide again"), "{body}");
    // The system's own words, which repeat a value, stand on the page alone.
    let page = api.browser().await.get(&format!("/{resolution}")).await.body;
    assert!(page.contains("no, not Am Markt 3b"), "{page}");

    std::fs::rename(place.file("portal"), place.path().join("away")).unwrap();
    for _ in 0..2 {
        let run = api.read(&["portal"]).await.remove(0);
        assert_eq!(run["state"], "failed", "{run:#}");
    }
    let failed = mailbox.wait(2).await.remove(1);
    check(&failed, &format!("{}/runs/", running.served.url));
    assert_eq!(header(&failed, "subject"), "Referee: Portal could not be read (Customer)", "{failed:#}");
    let body = failed["body"].as_str().unwrap();
    assert!(!body.contains("portal.sqlite") && body.contains("Check that it runs"), "{body}");
    assert_ne!(header(&failed, "message-id"), header(&refused, "message-id"));
    let banner = api.browser().await.get("/queue").await.body;
    assert!(banner.contains("2 things need attention"), "{banner}");

    // The mail worker looks every 5 s; neither it nor another start mails anything again.
    running.served.stop();
    let again = place.serve();
    again.api.read(&["portal"]).await;
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(mailbox.letters().len(), 2, "{:#?}", mailbox.letters());
    // Closed and open again, it is news.
    std::fs::rename(place.path().join("away"), place.file("portal")).unwrap();
    again.api.read_well(&["portal"]).await;
    std::fs::remove_file(place.file("portal")).unwrap();
    again.api.read(&["portal"]).await;
    mailbox.wait(3).await;
    again.served.stop();
    place.verify(None);
}

const MISSING: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "shop"
label = "Shop"
connector = { kind = "sqlite", path = "FOLDER/shop.sqlite" }
[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [{ id = "name", label = "Name" }]
[[mapping]]
system = "portal"
entity = "customer"
object = "customers"
key = "id"
fields = [{ field = "name", columns = ["name"] }]
[[mapping]]
system = "shop"
entity = "customer"
object = "customers"
key = "id"
fields = [{ field = "name", columns = ["name"] }]
"#;

/// A server whose systems are not there, so that reading them raises alerts.
async fn failing() -> (TestApp, Browser) {
    let app = TestApp::start().await;
    let catalog: Catalog =
        toml::from_str(&MISSING.replace("FOLDER", &app.folder.path().display().to_string())).unwrap();
    assert!(app.engine.seed(catalog).await.unwrap());
    app.add("tariq", &[Role::Admin]).await;
    read(&app, "portal").await;
    let browser = app.sign_in("tariq").await;
    (app, browser)
}

async fn read(app: &TestApp, system: &str) {
    let run = app.engine.sync(&system.into(), &Trigger::schedule()).await.unwrap().remove(0);
    assert_eq!(run.state, "failed");
}

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
    let words = |alert: &alerts::Alert| {
        letter::of_alert(alert, "https://referee.example", referee::domain::language::Language::English)
    };
    Mail::new(Mailer::new(&settings).unwrap(), Box::new(words))
}

/// A port where nobody listens.
fn nobody() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The open alert about mail, if there is one.
async fn about_mail(app: &TestApp) -> Option<alerts::Alert> {
    let mut session = app.engine.store().session().await.unwrap();
    let open = alerts::open(&mut session, 100).await.unwrap();
    open.into_iter().find(|alert| alert.cause == alerts::MAIL)
}

#[tokio::test]
async fn a_mail_server_that_is_down_loses_no_alert_and_is_told_of() {
    let (app, tariq) = failing().await;
    let mail = mail(nobody());
    for _ in 0..5 {
        app.engine.mail_alerts(&mail).await.unwrap();
    }
    let told = about_mail(&app).await.unwrap();
    assert_eq!(told.times, 1, "not tried again at once");
    let page = tariq.get("/alerts").await.body.replace("<bdi>", "").replace("</bdi>", "");
    for part in ["Alerts cannot be mailed by 127.0.0.1:", "refused", "they are tried again", "section mail"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // Ten tries in a day, at growing distances; then no more by itself.
    for _ in 0..(48 * 60) {
        app.clock.advance(TimeDelta::minutes(1));
        app.engine.mail_alerts(&mail).await.unwrap();
    }
    let told = about_mail(&app).await.unwrap();
    assert_eq!(told.times, 10);
    assert!(told.message.contains("with the next alert or at the next start"), "{}", told.message);
    // The next alert tries once more, for both.
    read(&app, "shop").await;
    app.engine.mail_alerts(&mail).await.unwrap();
    app.engine.mail_alerts(&mail).await.unwrap();
    assert_eq!(about_mail(&app).await.unwrap().times, 11);
    // Nothing is lost: a start with a server that works mails both, oldest first.
    let Some(mailbox) = Mailbox::start() else { return };
    app.engine.mail_alerts(&self::mail(mailbox.port)).await.unwrap();
    let letters = mailbox.wait(2).await;
    assert!(header(&letters[0], "subject").contains("Portal"), "{letters:#?}");
    assert!(header(&letters[1], "subject").contains("Shop"), "{letters:#?}");
    assert!(letters[0]["body"].as_str().unwrap().contains("\nhttps://referee.example/runs/"));
    assert_eq!(about_mail(&app).await, None, "it is over");
}

#[tokio::test]
async fn a_mail_server_that_refuses_and_comes_to_itself_gets_each_alert_once() {
    let Some(refusing) = Mailbox::on(0, "refuse") else { return };
    let (app, _) = failing().await;
    let mail = mail(refusing.port);
    app.engine.mail_alerts(&mail).await.unwrap();
    let told = about_mail(&app).await.unwrap().message;
    assert!(told.contains("nobody of that name here"), "in the server's words: {told}");
    let port = refusing.port;
    drop(refusing);
    let mailbox = Mailbox::on(port, "take").unwrap();
    for _ in 0..5 {
        app.clock.advance(TimeDelta::seconds(10));
        app.engine.mail_alerts(&mail).await.unwrap();
    }
    mailbox.wait(1).await;
    assert_eq!(about_mail(&app).await, None);
}
