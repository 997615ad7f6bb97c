//! What is said on the page of a conflict, and the notices of whom it names.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{Answer, Browser, TestApp};
use referee::domain::access::{Role, Viewer};
use referee::store::queue::{self, Filter};
use reqwest::StatusCode;

/// A server with one conflict about an address, and its place.
pub async fn disputed() -> (TestApp, String) {
    let app = TestApp::start().await;
    app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    let people =
        [("ana", Role::Steward), ("jonas", Role::Steward), ("maya", Role::Manager), ("vera", Role::Auditor)];
    for (login, role) in people {
        app.add(login, &[role]).await;
    }
    let text = "UPDATE customers SET street='Lindenallee 12', zip='10117', updated_at='2026-03-03 12:01:30', updated_by='customer' WHERE id='C-1'";
    app.sql("portal", text).await;
    app.sync().await;
    let mut session = app.engine.store().session().await.unwrap();
    let now = app.engine.now();
    let all = queue::page(&mut session, &Viewer::referee(), &Filter::default(), None, now, 5).await.unwrap();
    (app, format!("/conflicts/{}", all[0].id))
}

pub fn has(page: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
}

/// Follows a redirect without its fragment.
pub async fn follow(browser: &Browser, answer: &Answer) -> Answer {
    browser.get(answer.leads_to().split('#').next().unwrap()).await
}

#[tokio::test]
async fn a_comment_stands_on_the_conflict_the_timeline_and_the_decision() {
    let (app, place) = disputed().await;
    let ana = app.sign_in("ana").await;
    let page = ana.get(&place).await;
    has(
        &page,
        &["Nobody has said anything yet", "id=\"comment\"", "data-act=\"comment\"", "maxlength=\"4000\""],
    );
    let text = "Call @jonas & <b>ask</b>\nsecond line @ghost";
    let sent =
        ana.post(&format!("{place}/comments?view=all"), &[("comment", text), ("comment-key", "k1")]).await;
    assert!(sent.leads_to().starts_with(&format!("{place}?view=all#c-")), "{}", sent.leads_to());
    let page = follow(&ana, &sent).await;
    has(
        &page,
        &[
            "Your comment is on the record. Told: <bdi>jonas of the tests</bdi>. Nobody signs in as <bdi>ghost</bdi>.",
            "Call <b>@jonas</b> &#38; &#60;b&#62;ask&#60;/b&#62;\nsecond line <b>@ghost</b>",
            "Withdraw",
        ],
    );
    // Sent twice it stands once.
    ana.post(&format!("{place}/comments"), &[("comment", text), ("comment-key", "k1")]).await;
    assert_eq!(ana.get(&place).await.body.matches("second line").count(), 1);
    let record =
        page.body.split("href=\"/records/").nth(1).unwrap().split(['"', '/']).next().unwrap().to_owned();
    let timeline = ana.get(&format!("/records/{record}/timeline")).await;
    has(&timeline, &["Comment: ", "second line", "ana of the tests"]);
    let vera = app.sign_in("vera").await;
    let read = vera.get(&place).await;
    has(&read, &["second line"]);
    assert!(!read.body.contains("id=\"comment\"") && !read.body.contains("Withdraw"), "read only");
    assert_eq!(
        vera.post(&format!("{place}/comments"), &[("comment", "no")]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(vera.post(&format!("{place}/tags"), &[("tag", "no")]).await.status, StatusCode::FORBIDDEN);
    // Decided and over, it can still be talked about.
    let difference =
        page.body.split("data-difference=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let version =
        page.body.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let outcome = format!("outcome.{difference}");
    let decided = ana
        .post(
            &format!("{place}/resolution"),
            &[("version", &version), (&outcome, "keep:1"), ("reason", "newer_change"), ("then", "stay")],
        )
        .await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.body);
    let later = ana.post(&format!("{place}/comments"), &[("comment", "decided now")]).await;
    let page = follow(&ana, &later).await;
    has(&page, &["decided now"]);
    let decision = page.body.split("href=\"/resolutions/").nth(1).unwrap().split(['"', '/']).next().unwrap();
    has(&ana.get(&format!("/resolutions/{decision}")).await, &["Comments on the conflict", "decided now"]);
    // Its audit entry has the text.
    let log = app.sign_in("maya").await.get("/audit").await;
    has(&log, &["commented", "decided now"]);
}

#[tokio::test]
async fn what_cannot_be_said_comes_back_as_it_was_typed() {
    let (app, place) = disputed().await;
    let ana = app.sign_in("ana").await;
    let long = format!("<{}>", "x".repeat(4000));
    let refused = ana.post(&format!("{place}/comments"), &[("comment", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(
        &refused,
        &[
            "Problem: ",
            "href=\"#comment\"",
            "Say something in 1 to 4,000 characters",
            &format!("&#60;{}", "x".repeat(4000)),
        ],
    );
    let refused = ana.post(&format!("{place}/tags"), &[("tag", &"y".repeat(31))]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(&refused, &["href=\"#tag\"", "A tag has 1 to 30 characters", &"y".repeat(31)]);
    let tagged = ana.post(&format!("{place}/tags"), &[("tag", "VIP, ask <them>")]).await;
    has(&follow(&ana, &tagged).await, &["The tags are saved", "value=\"vip\"", "ask &#60;them&#62;"]);
    let gone = ana.post(&format!("{place}/tags"), &[("untag", "vip")]).await;
    assert!(!follow(&ana, &gone).await.body.contains("value=\"vip\""));
    assert_eq!(ana.post("/conflicts/none/comments", &[("comment", "a")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_withdrawn_comment_says_so_in_its_place() {
    let (app, place) = disputed().await;
    let (ana, jonas) = (app.sign_in("ana").await, app.sign_in("jonas").await);
    let sent = ana.post(&format!("{place}/comments"), &[("comment", "a slip")]).await;
    let id = sent.leads_to().split("#c-").nth(1).unwrap().to_owned();
    let action = format!("/comments/{id}/withdrawal");
    assert!(!jonas.get(&place).await.body.contains(&action));
    assert_eq!(jonas.post(&action, &[]).await.status, StatusCode::FORBIDDEN);
    let page = follow(&ana, &ana.post(&action, &[]).await).await;
    has(&page, &["Withdrawn by ana of the tests", "The comment is withdrawn"]);
    assert!(!page.body.contains("a slip"));
}

#[tokio::test]
async fn the_count_on_top_is_the_list_and_reading_takes_it_down() {
    let (app, place) = disputed().await;
    let (ana, jonas) = (app.sign_in("ana").await, app.sign_in("jonas").await);
    has(&jonas.get("/queue").await, &["href=\"/notices\" aria-label=\"Notices\""]);
    has(&jonas.get("/notices").await, &["Nothing to read", "Nothing unread"]);
    for n in 0..3 {
        ana.post(&format!("{place}/comments"), &[("comment", &format!("@jonas {n}"))]).await;
    }
    has(&jonas.get("/queue").await, &["href=\"/notices?view=unread\" aria-label=\"3 unread notices\""]);
    let list = jonas.get("/notices?view=unread").await;
    assert_eq!(list.body.matches("<li id=\"n-").count(), 3, "{}", list.body);
    has(
        &list,
        &["<b><bdi>ana of the tests</bdi></b> mentioned you on <b><bdi>Ada Okafor</bdi></b>", "(3) Notices"],
    );
    let first = list.body.split("<li id=\"n-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let opened = jonas.post(&format!("/notices/{first}/reading"), &[]).await;
    assert!(opened.leads_to().starts_with(&format!("{place}#c-")), "{}", opened.leads_to());
    assert_eq!(ana.post(&format!("/notices/{first}/reading"), &[]).await.status, StatusCode::NOT_FOUND);
    let list = jonas.get("/notices").await;
    has(&list, &["2 unread"]);
    let last =
        list.body.split("name=\"last\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let done = jonas.post("/notices/reading", &[("last", &last)]).await;
    has(&follow(&jonas, &done).await, &["Marked as read", "Nothing unread"]);
}

#[tokio::test]
async fn mail_about_a_record_ends_by_one_button_and_an_address_is_checked() {
    let (app, place) = disputed().await;
    let (ana, jonas) = (app.sign_in("ana").await, app.sign_in("jonas").await);
    ana.post(&format!("{place}/comments"), &[("comment", "@jonas")]).await;
    let list = jonas.get("/notices").await;
    let action = list.body.split("action=\"/records/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let action = format!("/records/{action}");
    let page = jonas.get(&action).await;
    has(&page, &["Mail about", "Ada Okafor", &format!("action=\"{action}\"")]);
    let muted = jonas.post(&action, &[]).await;
    let list = follow(&jonas, &muted).await;
    has(&list, &["No more mail about", "Mail about this record again"]);
    has(&jonas.get(&action).await, &["No mail about this record reaches you"]);
    assert_eq!(jonas.post("/records/none/mute", &[]).await.status, StatusCode::NOT_FOUND);
    let form = [("zone", "UTC"), ("notify", "at_once"), ("mail", "not <one>")];
    let refused = jonas.post("/preferences", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(&refused, &["“not &#60;one&#62;” is no mail address", "value=\"at_once\" checked"]);
    let form = [("zone", "UTC"), ("notify", "at_once"), ("mail", "jonas@example.com")];
    assert_eq!(jonas.post("/preferences", &form).await.status, StatusCode::SEE_OTHER);
    has(&jonas.get("/preferences").await, &["value=\"jonas@example.com\"", "value=\"at_once\" checked"]);
}

/// The start tag of the input that sends this.
pub fn input<'a>(page: &'a Answer, part: &str) -> &'a str {
    let at = page.body.find(part).unwrap_or_else(|| panic!("{part}: {}", page.body));
    let start = page.body[..at].rfind('<').unwrap();
    &page.body[start..][..page.body[start..].find('>').unwrap()]
}

/// What stands after `name="…" value="` first.
pub fn value(page: &Answer, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    page.body.split(&marker).nth(1).unwrap_or_else(|| panic!("{name}")).split('"').next().unwrap().to_owned()
}

/// The decide form of a page with the second value chosen, and more typed beside it.
pub fn half_decided(page: &Answer) -> Vec<(String, String)> {
    let id = page.body.split("data-difference=\"").nth(1).unwrap().split('"').next().unwrap();
    let seen = format!("seen.{id}");
    let pairs = [
        ("version", value(page, "version")),
        (&*seen, value(page, &seen)),
        (&*format!("outcome.{id}"), "keep:2".to_owned()),
        ("note", "half a <note>".to_owned()),
        ("comment-key", value(page, "comment-key")),
        ("comment", "the gate is new".to_owned()),
        ("tag", "gate, half".to_owned()),
        ("question-about", value(page, "question-about")),
        ("question-address", "ada@example.com".to_owned()),
        ("question-text", "Which <gate>?".to_owned()),
        ("question-days", "5".to_owned()),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub async fn send(browser: &Browser, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.post(path, &fields).await
}

#[tokio::test]
async fn what_was_chosen_stays_chosen_while_something_is_said() {
    let (app, place) = disputed().await;
    let ana = app.sign_in("ana").await;
    let fields = half_decided(&ana.get(&place).await);
    let typed = ["the gate is new</textarea>", "gate, half</textarea>", "Which &#60;gate&#62;?</textarea>"];
    let chosen = |page: &Answer| {
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(input(page, "value=\"keep:2\"").contains(" checked"), "{}", page.body);
        has(page, &["value=\"half a &#60;note&#62;\""]);
    };
    // The comment is made, and nothing else: what is chosen and typed is there again.
    let page = send(&ana, &format!("{place}/comments?view=all"), &fields).await;
    chosen(&page);
    has(&page, &["Your comment is on the record.", "the gate is new</p>", typed[1], typed[2], "?view=all"]);
    assert!(!page.body.contains(typed[0]), "what was said is not typed any longer");
    assert_ne!(value(&page, "comment-key"), fields[4].1, "another comment has another key");
    // The same page sent again, as a browser does that loads it anew, is the same comment.
    chosen(&send(&ana, &format!("{place}/comments"), &fields).await);
    assert_eq!(ana.get(&place).await.body.matches("the gate is new</p>").count(), 1);

    let page = send(&ana, &format!("{place}/tags"), &fields).await;
    chosen(&page);
    has(&page, &["The tags are saved", "name=\"untag\" value=\"gate\"", typed[0], typed[2]]);
    assert!(!page.body.contains(typed[1]));
    let page = send(&ana, &format!("{place}/questions"), &fields).await;
    chosen(&page);
    has(&page, &["it is shown this once", "Which &#60;gate&#62;?", typed[0], typed[1]]);
    assert!(!page.body.contains(typed[2]));
    let again = send(&ana, &format!("{place}/questions"), &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(&again, &["This question is open already", typed[0], "value=\"half a &#60;note&#62;\""]);
    assert!(input(&again, "value=\"keep:2\"").contains(" checked"));

    // What cannot be said comes back with all the rest, and so does a decision that cannot be saved.
    let mut wrong = fields.clone();
    wrong.retain(|(name, _)| name != "comment");
    let page = send(&ana, &format!("{place}/comments"), &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(&page, &["href=\"#comment\"", typed[1], "value=\"half a &#60;note&#62;\""]);
    wrong.push(("then".to_owned(), "check".to_owned()));
    has(&send(&ana, &format!("{place}/resolution"), &wrong).await, &[typed[1], typed[2]]);

    // A value that moved meanwhile is told, and the choice stays on what was meant.
    let text = "UPDATE customers SET street='Neue Gasse 3', updated_at='2026-03-03 12:05:30' WHERE id='C-1'";
    app.sql("portal", text).await;
    app.sync().await;
    let page = send(&ana, &format!("{place}/tags"), &fields).await;
    has(&page, &["while you were deciding", "Your choices are kept below", "The tags are saved"]);
    let now = page.body.split("checked").next().unwrap().rsplit("value=\"").next().unwrap();
    assert!(now.starts_with("keep:"), "{now}");
    assert!(!page.body.contains("Nothing was saved"));
    // Where nothing is chosen or typed, one is led back as ever.
    let bare: Vec<_> = fields.into_iter().filter(|(name, _)| name == "version" || name == "tag").collect();
    assert!(send(&ana, &format!("{place}/tags"), &bare).await.leads_to().ends_with("#tags"));
}

#[tokio::test]
async fn a_conflict_is_passed_on_as_text_while_others_look_at_it_and_talk() {
    let (app, place) = disputed().await;
    let (ana, jonas) = (app.sign_in("ana").await, app.sign_in("jonas").await);
    let before = ana.get(&format!("{place}/summary")).await;
    assert_eq!(before.header("content-type"), "text/plain; charset=utf-8");
    // Jonas chooses, which takes it, and says something; Ana marks it.
    let page = jonas.get(&place).await;
    let difference = page.body.split("data-difference=\"").nth(1).unwrap().split('"').next().unwrap();
    let version = page.body.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let outcome = format!("outcome.{difference}");
    let chosen = jonas.post(&format!("{place}/preview"), &[("version", version), (&outcome, "keep:1")]).await;
    assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.body);
    jonas.post(&format!("{place}/comments"), &[("comment", "@ana I call them")]).await;
    ana.post(&format!("{place}/tags"), &[("tag", "vip")]).await;
    let page = ana.get(&place).await;
    has(
        &page,
        &[
            "class=\"muted presence\"",
            "jonas of the tests",
            "I call them",
            &format!("href=\"{place}/summary\" data-copy-text"),
            &format!("href=\"{place}\" data-copy-link"),
        ],
    );
    let after = ana.get(&format!("{place}/summary")).await;
    assert_eq!(after.status, StatusCode::OK);
    assert_eq!(after.body, before.body, "who looks at it and what is said is no part of it");
    has(&after, &["Ada Okafor", "Lindenallee 12", &format!("{}{place}\n", app.url)]);
    assert!(!jonas.get(&place).await.body.contains("class=\"muted presence\""), "nobody sees themselves");
}
