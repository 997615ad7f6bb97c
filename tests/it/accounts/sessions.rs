//! How long a session lasts, what ends it, and what becomes of a form it left behind.

use super::on_both;
use crate::support::app::{PASSWORD, TestApp};
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::engine::accounts::command_line;
use reqwest::StatusCode;

#[tokio::test]
async fn a_session_ends_after_half_an_hour_of_silence() {
    on_both(async |app| {
        app.add("ana", &[Role::Steward]).await;
        let browser = app.sign_in("ana").await;
        for _ in 0..3 {
            app.clock.advance(TimeDelta::minutes(29));
            assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
        }
        app.clock.advance(TimeDelta::minutes(31));
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(browser.get("/?sort=due").await.leads_to(), "/sign-in?next=%2F%3Fsort%3Ddue");
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_of_work() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    let browser = app.sign_in("ana").await;
    for _ in 0..35 {
        app.clock.advance(TimeDelta::minutes(20));
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
    }
    app.clock.advance(TimeDelta::minutes(20));
    assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_in_again_changes_the_session_and_ends_the_old_one() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    let browser = app.visitor();
    browser.get("/sign-in").await;
    let form = [("login", "ana"), ("password", PASSWORD)];
    browser.post("/sign-in", &form).await;
    let first = browser.session();
    // The same sign-in page, sent once more by the back button.
    browser.post("/sign-in", &form).await;
    let second = browser.session();
    assert_ne!(first.1, second.1);
    browser.cookies.lock().unwrap().insert(first.0, first.1);
    assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_lost_role_is_lost_on_the_next_request() {
    on_both(async |app| {
        for change in ["roles", "password", "disabled"] {
            app.add(change, &[Role::Steward, Role::Admin]).await;
            let browser = app.sign_in(change).await;
            assert_eq!(browser.get("/api/v1/users").await.status, StatusCode::OK);
            match change {
                "roles" => app.accounts.set_roles(command_line(), change, [Role::Steward].into()).await,
                "password" => app.accounts.set_password(command_line(), change, "four wooden spoons").await,
                _ => app.accounts.set_disabled(command_line(), change, true).await,
            }
            .unwrap();
            assert_eq!(browser.get("/api/v1/users").await.status, StatusCode::UNAUTHORIZED, "{change}");
        }
        let browser = app.sign_in("roles").await;
        assert_eq!(browser.get("/api/v1/users").await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn a_form_of_an_ended_session_is_kept_and_completed_by_the_password() {
    on_both(async |app| {
        app.add("ana", &[Role::Steward]).await;
        let browser = app.sign_in("ana").await;
        app.clock.advance(TimeDelta::minutes(31));
        let note = "line one\n<b>\"two\" & three</b>";
        let asked = browser.post("/sign-out?from=here", &[("note", note), ("note", "again")]).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.body.contains("action=\"/sign-out?from=here\""), "{}", asked.body);
        assert!(
            asked.body.contains("line one\n&#60;b&#62;&#34;two&#34; &#38; three&#60;/b&#62;"),
            "{}",
            asked.body
        );
        assert!(asked.body.contains("ana of the tests"));

        let fields = |password| [("note", note), ("note", "again"), ("again-password", password)];
        let wrong = browser.post("/sign-out?from=here", &fields("three wooden forks")).await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        assert!(wrong.body.contains("line one") && !wrong.body.contains("three wooden forks"));
        let done = browser.post("/sign-out?from=here", &fields(PASSWORD)).await;
        // It was done: signed in again, the request went on to its end.
        assert_eq!(done.leads_to(), "/sign-in?out=1");
    })
    .await;
}

#[tokio::test]
async fn a_form_made_for_one_person_is_completed_by_no_other() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    app.add("bob", &[Role::Steward]).await;
    let ana = app.sign_in("ana").await;
    let token = ana.csrf.lock().unwrap().clone();
    app.clock.advance(TimeDelta::minutes(31));
    // Bob signs in at the same browser; Ana's form is still open in another tab.
    assert_eq!(ana.sign_in("bob", PASSWORD).await.status, StatusCode::SEE_OTHER);
    *ana.csrf.lock().unwrap() = token.clone();
    assert_eq!(ana.post("/sign-out", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ana.get("/api/v1/me").await.json()["login"], "bob");
    // Ana herself, signed in again, can still send it.
    let again = app.sign_in("ana").await;
    *again.csrf.lock().unwrap() = token;
    assert_eq!(again.post("/sign-out", &[]).await.leads_to(), "/sign-in?out=1");
}
