//! What was chosen and typed on the page of a conflict that is passed on instead of decided.

use super::talk::{disputed, follow, half_decided, has, input, send, value};
use crate::support::app::{Answer, TestApp};
use referee::domain::access::Viewer;
use referee::domain::ids::ConflictId;
use referee::domain::resolution::Left;
use referee::store::conflicts::{self, Conflict};
use reqwest::StatusCode;

type Fields = Vec<(String, String)>;

/// The form with fields of one way to pass it on, and without the question that was typed.
fn passing(place: &str, form: &Fields, own: &[(&str, &str)]) -> Fields {
    let mut fields: Fields = form
        .iter()
        .filter(|(name, _)| name != "question-address" && name != "question-text")
        .cloned()
        .collect();
    let id = place.trim_start_matches("/conflicts/");
    let all = [("from", "conflict"), ("conflict", id)].into_iter().chain(own.iter().copied());
    fields.extend(all.map(|(name, value)| (name.to_owned(), value.to_owned())));
    fields
}

async fn stored(app: &TestApp, place: &str) -> Conflict {
    let id = ConflictId(place.trim_start_matches("/conflicts/").to_owned());
    let mut session = app.engine.store().session().await.unwrap();
    conflicts::get(&mut session, &Viewer::referee(), &id).await.unwrap().unwrap()
}

fn is_chosen(page: &Answer) {
    assert!(input(page, "value=\"keep:2\"").contains(" checked"), "{}", page.body);
    has(page, &["value=\"half a &#60;note&#62;\""]);
}

#[tokio::test]
async fn whoever_takes_it_goes_on_with_what_was_chosen() {
    let (app, place) = disputed().await;
    let ana = app.sign_in("ana").await;
    let page = ana.get(&place).await;
    has(&page, &["form=\"decide\" name=\"assign-to\"", "form=\"decide\" formaction=\"/waits\""]);
    let me = value(&page, "assign-me");
    let mut form = half_decided(&page);
    form.push(("escalate-question".to_owned(), "is <it>?".to_owned()));
    let mut mine = passing(&place, &form, &[("assign-me", &me)]);
    // A question that is typed does not hinder what stays on the page.
    mine.push(("question-text".to_owned(), "Which <gate>?".to_owned()));
    let page = send(&ana, "/assignments?view=all", &mine).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    is_chosen(&page);
    has(
        &page,
        &[
            "You have it now",
            "the gate is new</textarea>",
            "Which &#60;gate&#62;?</textarea>",
            "is &#60;it&#62;?</textarea>",
            "?view=all",
        ],
    );
    let own = stored(&app, &place).await;
    assert_eq!(
        (own.assignee.map(|id| id.0), own.draft),
        (Some(me.clone()), None),
        "nothing is left for others"
    );
    // Where nothing is chosen or typed, one is led back.
    let id = place.trim_start_matches("/conflicts/").to_owned();
    let bare = ana.post("/assignments", &[("from", "conflict"), ("conflict", &id), ("assign-me", &me)]).await;
    assert_eq!(bare.leads_to(), format!("{place}#passing"));
}

#[tokio::test]
async fn what_was_chosen_waits_for_whoever_opens_it_next() {
    let (app, place) = disputed().await;
    let (ana, jonas) = (app.sign_in("ana").await, app.sign_in("jonas").await);
    let form = half_decided(&ana.get(&place).await);
    let waits = send(&ana, "/waits?view=all", &passing(&place, &form, &[("wait-until", "tomorrow")])).await;
    assert_eq!(waits.status, StatusCode::SEE_OTHER, "{}", waits.body);
    let own = stored(&app, &place).await;
    assert!(own.wait.is_some() && own.open);
    let left = Left::read(own.draft.as_deref()).unwrap();
    assert_eq!((left.choices.len(), left.note.as_str()), (1, "half a <note>"));
    assert!(left.choices[0].meant.is_some(), "by its value, not by its number");
    // A colleague finds it chosen, with what was said along.
    let page = jonas.get(&place).await;
    is_chosen(&page);
    has(&page, &["the gate is new</p>", "put this off until"]);
    let back = jonas.post(&format!("{place}/recall"), &[]).await;
    has(&follow(&jonas, &back).await, &["It is in the queue again."]);
    // They choose nothing and skip: it is empty for the next, and their note is why they skipped.
    let bare: Fields =
        half_decided(&page).into_iter().filter(|(name, _)| name == "version" || name == "note").collect();
    let skipped = send(&jonas, &format!("{place}/deferral"), &bare).await;
    assert_eq!(skipped.status, StatusCode::SEE_OTHER, "{}", skipped.body);
    assert_eq!(stored(&app, &place).await.draft, None);
    // And each other way to leave keeps it as well.
    for (path, own) in [
        ("/escalations", [("escalate-to", "role/manager"), ("escalate-question", "is it?")]),
        ("/assignments", [("assign-to", ""), ("wait-until", "")]),
    ] {
        let fields: Fields = passing(&place, &half_decided(&ana.get(&place).await), &own);
        let done = send(&ana, path, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{path}: {}", done.body);
        let left = Left::read(stored(&app, &place).await.draft.as_deref()).unwrap();
        assert_eq!(left.choices.len(), 1, "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_passed_on_comes_back_on_its_page_with_everything() {
    let (app, place) = disputed().await;
    let ana = app.sign_in("ana").await;
    let form = half_decided(&ana.get(&place).await);
    let asked = [("escalate-to", "role/manager"), ("escalate-question", ""), ("return-words", "so <so>")];
    let refused = send(&ana, "/escalations?view=all", &passing(&place, &form, &asked)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    is_chosen(&refused);
    has(
        &refused,
        &["href=\"#escalate-question\"", "value=\"role/manager\" selected", "the gate is new</textarea>"],
    );
    let refused = send(&ana, "/waits", &passing(&place, &form, &[("wait-until", "at")])).await;
    is_chosen(&refused);
    has(&refused, &["href=\"#wait-at\"", "value=\"at\" selected"]);
    assert_eq!(stored(&app, &place).await.draft, None, "nothing was passed on");
}

#[tokio::test]
async fn a_question_that_was_typed_is_not_lost_with_the_page() {
    let (app, place) = disputed().await;
    let ana = app.sign_in("ana").await;
    let mut form = half_decided(&ana.get(&place).await);
    form.push(("reason".to_owned(), "newer_change".to_owned()));
    let id = place.trim_start_matches("/conflicts/").to_owned();
    for (path, own) in [
        (format!("{place}/resolution"), ("then", "next")),
        (format!("{place}/deferral"), ("then", "skip")),
        ("/waits".to_owned(), ("wait-until", "tomorrow")),
    ] {
        let mut fields = form.clone();
        for (name, value) in [("from", "conflict"), ("conflict", &id), own] {
            fields.push((name.to_owned(), value.to_owned()));
        }
        let page = send(&ana, &path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        is_chosen(&page);
        has(
            &page,
            &[
                "href=\"#question-text\"",
                "A question is typed and not sent",
                "Which &#60;gate&#62;?</textarea>",
            ],
        );
    }
    let own = stored(&app, &place).await;
    assert!(own.open && own.wait.is_none() && own.draft.is_none());
    assert!(!ana.get(&place).await.body.contains("the gate is new"), "nothing was said along");
}

#[tokio::test]
async fn enter_in_a_field_decides_nothing_and_a_cause_is_said_with_the_decision() {
    let (app, place) = disputed().await;
    let ana = app.sign_in("ana").await;
    let page = ana.get(&place).await;
    let form: Fields =
        half_decided(&page).into_iter().filter(|(name, _)| !name.starts_with("question")).collect();
    let first = page.body.find("name=\"go\"").unwrap();
    assert!(
        !page.body[..first].contains("form=\"decide\" name=\"then\""),
        "it is the first button of the form"
    );
    let with = |own: &[(&str, &str)]| -> Fields {
        form.iter()
            .cloned()
            .chain(own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
            .collect()
    };
    let page =
        send(&ana, &format!("{place}/resolution"), &with(&[("go", "check"), ("reason", "newer_change")]))
            .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    is_chosen(&page);
    has(&page, &["Nothing is saved yet"]);
    assert!(stored(&app, &place).await.open);
    // Of a form that decides nothing it says nothing either.
    let maya = app.sign_in("maya").await;
    let page = maya.get(&place).await;
    has(&page, &["form=\"say\" formaction=\"/escalations\"", "id=\"say\""]);
    let page = maya.post(&format!("{place}/comments"), &[("go", "check"), ("comment", "half")]).await;
    has(&page, &["half</textarea>"]);
    assert!(!maya.get(&place).await.body.contains("half</p>"));
    // A cause that was chosen goes along with the decision.
    let page = ana.get(&place).await;
    let id = page.body.split("data-difference=\"").nth(1).unwrap().split('"').next().unwrap();
    let (cause, found) = (format!("cause-{id}"), format!("found-cause-{id}"));
    has(&page, &[&format!("name=\"{found}\" value=\"\"")]);
    let own = [(&*cause, "human_override"), (&*found, ""), ("reason", "newer_change"), ("then", "stay")];
    let saved = send(&ana, &format!("{place}/resolution"), &with(&own)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let log = maya.get("/audit").await;
    has(&log, &["that its cause is"]);
}
