//! People outside: one question by a link, answered once; and an objection to a decision.

use super::talk::disputed;
use crate::support::app::{Answer, Browser, TestApp, form};
use crate::support::mailbox::{Mailbox, header};
use chrono::TimeDelta;
use referee::connectors::mail::{MailSettings, Mailer, Protection};
use referee::domain::access::Viewer;
use referee::domain::ids::ConflictId;
use referee::domain::routing::Ends;
use referee::store::{conflicts, notices, questions};
use reqwest::{Method, StatusCode};
use std::sync::Arc;

fn has(page: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
}

/// What stands after `name="…" value="` first.
fn value(page: &Answer, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    page.body.split(&marker).nth(1).unwrap_or_else(|| panic!("{name}")).split('"').next().unwrap().to_owned()
}

/// Asks `ada@example.com`, and answers the path of the link as it is shown once.
async fn ask(ana: &Browser, place: &str, more: &[(&str, &str)]) -> String {
    let page = ana.get(place).await;
    let about = page
        .body
        .split("name=\"question-about\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let mut fields = vec![
        ("question-about", about.as_str()),
        ("question-address", "ada@example.com"),
        ("question-text", "Where do you live?"),
    ];
    fields.extend(more);
    let sent = ana.post(&format!("{place}/questions"), &fields).await;
    let page = ana.get(sent.leads_to().split('#').next().unwrap()).await;
    has(&page, &["it is shown this once", "Not answered yet", "It was not mailed"]);
    let link = page.body.split("/ask/").nth(1).unwrap_or_else(|| panic!("{}", page.body));
    let token: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    assert_eq!(token.len(), 43, "256 bits");
    assert!(!ana.get(place).await.body.contains("/ask/"), "once");
    format!("/ask/{token}")
}

/// Sends a form without any cookie or token of ours, from anywhere.
async fn send(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let visitor = app.visitor();
    visitor.send(form(visitor.request(Method::POST, path).header("origin", "null"), fields)).await
}

async fn conflict(app: &TestApp, place: &str) -> conflicts::Conflict {
    let id = ConflictId(place.trim_start_matches("/conflicts/").to_owned());
    let mut session = app.engine.store().session().await.unwrap();
    conflicts::get(&mut session, &Viewer::referee(), &id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_link_answers_once_and_the_conflict_waits_and_returns() {
    let (app, place) = disputed().await;
    let ana = app.sign_in("ana").await;
    let before = conflict(&app, &place).await;
    let link = ask(&ana, &place, &[("question-name", "Ada <Okafor>")]).await;
    let waiting = conflict(&app, &place).await;
    let wait = waiting.wait.expect("it waits");
    assert_eq!((wait.ends.as_str(), (wait.until - app.engine.now()).num_hours()), ("reply", 71));
    // Whoever looks, and however often, changes nothing.
    for _ in 0..3 {
        let page = app.visitor().get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        has(
            &page,
            &[
                "ana of the tests",
                "Address (Customer)",
                "Lindenallee 12",
                "10115",
                "Where do you live?",
                "WH-1",
            ],
        );
        assert_eq!(
            (page.header("referrer-policy"), page.header("cache-control")),
            ("no-referrer", "no-store")
        );
        for hidden in ["Ada Okafor", "55501742", "<nav", "customer<", "/queue", "Sign out"] {
            assert!(!page.body.contains(hidden), "{hidden}: {}", page.body);
        }
    }
    let nothing = send(&app, &link, &[("text", "kept <words>")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(&nothing, &["Choose one of the answers", "kept &#60;words&#62;"]);
    let none = send(&app, &link, &[("choice", "other"), ("other", " ")]).await;
    has(&none, &["Give the other value"]);
    let done =
        send(&app, &link, &[("choice", "other"), ("other", "Lindenallee 14"), ("text", "I <moved>")]).await;
    assert_eq!(done.status, StatusCode::OK);
    has(&done, &["Thank you"]);
    for again in [send(&app, &link, &[("choice", "unknown")]).await, app.visitor().get(&link).await] {
        assert_eq!(again.status, StatusCode::GONE);
        has(&again, &["This question is answered"]);
        assert!(!again.body.contains("Lindenallee"), "no value stays there");
    }
    let now = conflict(&app, &place).await;
    assert!(now.wait.is_none() && now.open && now.version > before.version, "{now:?}");
    let page = ana.get(&place).await;
    has(&page, &["Ada &lt;Okafor&gt;", "Another value: <q><bdi>Lindenallee 14</bdi></q>", "I &lt;moved&gt;"]);
    has(&ana.get("/notices").await, &["answered your question about"]);
    let timeline = ana.get(&format!("/records/{}/timeline", now.record)).await;
    has(&timeline, &["Asked", "answered: ", "Lindenallee 14"]);
    let told: Vec<String> = app.audit().await.iter().map(|line| line.action.as_str()).collect();
    for action in ["question_asked", "question_answered", "conflict_returned"] {
        assert!(told.iter().any(|entry| entry == action), "{action}: {told:?}");
    }
}

#[tokio::test]
async fn an_answer_does_not_end_a_longer_wait() {
    let (app, place) = disputed().await;
    let ana = app.sign_in("ana").await;
    let (steward, id) = (crate::support::world::steward(), conflict(&app, &place).await.id);
    let until = app.engine.now() + TimeDelta::days(9);
    app.engine.put_off(&steward, &[id], until, Ends::Time).await.unwrap();
    let link = ask(&ana, &place, &[]).await;
    assert_eq!(send(&app, &link, &[("choice", "unknown")]).await.status, StatusCode::OK);
    let wait = conflict(&app, &place).await.wait.expect("it still waits");
    assert_eq!((wait.ends, wait.until), (Ends::Time, until));
}

#[tokio::test]
async fn a_question_ends_by_time_by_its_asker_and_with_its_field() {
    let (app, place) = disputed().await;
    let (ana, jonas, vera) =
        (app.sign_in("ana").await, app.sign_in("jonas").await, app.sign_in("vera").await);
    let first = ask(&ana, &place, &[("question-days", "1")]).await;
    app.clock.advance(TimeDelta::hours(25));
    let late = app.visitor().get(&first).await;
    assert_eq!(late.status, StatusCode::GONE);
    has(&late, &["This question has expired"]);
    assert_eq!(send(&app, &first, &[("choice", "unknown")]).await.status, StatusCode::GONE);
    app.engine.end_questions().await.unwrap();
    app.engine.end_questions().await.unwrap();
    let ana = app.sign_in("ana").await;
    assert!(conflict(&app, &place).await.wait.is_none());
    let page = ana.get("/notices").await;
    assert_eq!(page.body.matches("was not answered in time").count(), 1, "{}", page.body);

    let second = ask(&ana, &place, &[]).await;
    let mut session = app.engine.store().session().await.unwrap();
    let all = questions::of_conflict(&mut session, &conflict(&app, &place).await.id, 9).await.unwrap();
    drop(session);
    let withdrawal = format!("/questions/{}/withdrawal", all.last().unwrap().id);
    drop((jonas, vera));
    let jonas = app.sign_in("jonas").await;
    assert_eq!(jonas.post(&withdrawal, &[]).await.status, StatusCode::FORBIDDEN);
    ana.post(&withdrawal, &[]).await.leads_to();
    has(&app.visitor().get(&second).await, &["This question was withdrawn"]);

    let third = ask(&ana, &place, &[]).await;
    let page = ana.get(&place).await;
    let difference =
        page.body.split("data-difference=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let outcome = format!("outcome.{difference}");
    let version = value(&page, "version");
    let sent = [("version", &*version), (&*outcome, "keep:1"), ("reason", "newer_change"), ("then", "stay")];
    assert_eq!(ana.post(&format!("{place}/resolution"), &sent).await.status, StatusCode::SEE_OTHER);
    has(&app.visitor().get(&third).await, &["This question is settled"]);
    app.engine.end_questions().await.unwrap();
    has(&ana.get(&place).await, &["Settled before anybody answered"]);
}

#[tokio::test]
async fn what_cannot_be_asked_comes_back_and_links_cannot_be_guessed() {
    let (app, place) = disputed().await;
    let (ana, vera) = (app.sign_in("ana").await, app.sign_in("vera").await);
    let page = ana.get(&place).await;
    let about = value(&page, "question-about");
    for (fields, text) in [
        (
            vec![
                ("question-about", about.as_str()),
                ("question-address", "no <one>"),
                ("question-text", "kept <so>"),
            ],
            "“no &#60;one&#62;” is no mail address",
        ),
        (
            vec![
                ("question-about", about.as_str()),
                ("question-address", "a@example.com"),
                ("question-days", "31"),
                ("question-text", "kept <so>"),
            ],
            "open 1 to 30 days",
        ),
        (
            vec![
                ("question-about", "x"),
                ("question-address", "a@example.com"),
                ("question-text", "kept <so>"),
            ],
            "Choose the field",
        ),
    ] {
        let refused = ana.post(&format!("{place}/questions"), &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        has(&refused, &[text, "kept &#60;so&#62;"]);
    }
    let fields = [("question-about", about.as_str()), ("question-address", "a@example.com")];
    assert_eq!(vera.post(&format!("{place}/questions"), &fields).await.status, StatusCode::FORBIDDEN);
    assert!(!vera.get(&place).await.body.contains("name=\"question-about\""));
    for n in 0..25 {
        assert_eq!(app.visitor().get(&format!("/ask/{n}")).await.status, StatusCode::NOT_FOUND, "{n}");
    }
    let wait = app.visitor().get("/object/x").await;
    assert_eq!(wait.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!wait.header("retry-after").is_empty());
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn an_objection_brings_the_field_before_a_person_once() {
    let (app, place) = disputed().await;
    let Some(mailbox) = Mailbox::start() else { return };
    let settings = MailSettings {
        host: "127.0.0.1".into(),
        port: mailbox.port,
        protection: Protection::None,
        user: None,
        password: None,
        from: "referee@example.com".into(),
        to: vec!["it@example.com".into()],
    };
    for system in ["portal", "warehouse"] {
        let admin = crate::support::world::admin();
        app.engine.enable_writes(&admin, &system.into(), true).await.unwrap();
    }
    app.engine.post_by(Arc::new(Mailer::new(&settings).unwrap()));
    let ana = app.sign_in("ana").await;
    let page = ana.get(&place).await;
    let difference =
        page.body.split("data-difference=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (outcome, version) = (format!("outcome.{difference}"), value(&page, "version"));
    let sent = [("version", &*version), (&*outcome, "keep:2"), ("reason", "newer_change"), ("then", "stay")];
    let saved = ana.post(&format!("{place}/resolution"), &sent).await;
    let page = ana.get(saved.leads_to()).await;
    let decision =
        page.body.split("href=\"/resolutions/").nth(1).unwrap().split(['"', '/']).next().unwrap().to_owned();
    let letters = format!("/resolutions/{decision}/letters");
    // While it may be taken back nobody is told.
    let early = ana.post(&letters, &[("field", "address"), ("address", "ada@example.com")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.body);
    app.clock.advance(TimeDelta::seconds(61));
    while app.engine.deliver_next().await.unwrap() {}
    app.sync().await;
    let wrong = ana.post(&letters, &[("field", "address"), ("address", "nobody"), ("text", "kept")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(&wrong, &["“nobody” is no mail address", "kept</textarea>"]);
    let told = ana
        .post(
            &letters,
            &[("field", "address"), ("address", "ada@example.com"), ("text", "The parcel came back")],
        )
        .await;
    has(
        &ana.get(told.leads_to()).await,
        &["<bdi>ada@example.com</bdi> was mailed", "was told by <bdi>ana of the tests</bdi>"],
    );
    let letter = mailbox.wait(1).await.remove(0);
    assert_eq!(header(&letter, "to"), "ada@example.com");
    let body = letter["body"].as_str().unwrap().to_owned();
    for part in ["ana of the tests decided", "The parcel came back", &format!("{}/object/", app.url)] {
        assert!(body.contains(part), "{part}: {body}");
    }
    let token = body.split("/object/").nth(1).unwrap().split_whitespace().next().unwrap();
    let link = format!("/object/{token}");
    let page = app.visitor().get(&link).await;
    has(&page, &["What is wrong with it?", "The parcel came back", "Address (Customer)"]);
    let empty = send(&app, &link, &[("words", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(&empty, &["Say in 1 to 500 characters"]);
    let done = send(&app, &link, &[("words", "I moved in May")]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    has(&done, &["Thank you"]);
    let asked = app.audit().await.into_iter().find(|line| line.action.as_str() == "review_asked").unwrap();
    assert_eq!((asked.actor.name.as_str(), asked.actor.role.as_str()), ("somebody by a link", ""));
    assert_eq!(send(&app, &link, &[("words", "twice")]).await.status, StatusCode::GONE);
    let mut session = app.engine.store().session().await.unwrap();
    let ana_is = referee::store::users::by_login(&mut session, "ana").await.unwrap().unwrap();
    let all = notices::page(&mut session, &ana_is.viewer(false), true, None, 9).await.unwrap();
    assert_eq!((all.len(), all[0].kind.as_str()), (1, "objected"), "{all:?}");
    drop(session);
    has(&ana.get(&all[0].link).await, &["I moved in May"]);
    has(&ana.get(&format!("/resolutions/{decision}")).await, &["Objected", "I moved in May", "The review"]);
}
