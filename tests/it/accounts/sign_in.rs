//! Signing in and out, and guessing.

use super::{actions, on_both};
use crate::support::app::{PASSWORD, TestApp};
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::domain::audit::Action;
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn a_person_signs_in_is_led_where_they_wanted_and_signs_out() {
    on_both(async |app| {
        app.add("ana", &[Role::Steward]).await;
        let browser = app.visitor();
        assert_eq!(browser.get("/api/v1/me?x=1").await.status, StatusCode::UNAUTHORIZED);
        let wanted = "/sign-in?next=%2Fqueue%3Fstate%3Dopen";
        browser.get(wanted).await;
        let fields = [("login", " Ana "), ("password", PASSWORD), ("next", "/queue?state=open")];
        let answer = browser.post("/sign-in", &fields).await;
        assert_eq!(answer.leads_to(), "/queue?state=open");
        let cookie = answer.header("set-cookie");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
            "{cookie}"
        );
        assert_eq!(browser.get("/api/v1/me").await.json()["login"], "ana");

        let held = browser.session();
        browser.get("/no-such-page").await;
        assert_eq!(browser.post("/sign-out", &[]).await.leads_to(), "/sign-in?out=1");
        assert!(!browser.cookies.lock().unwrap().contains_key(&held.0));
        // The cookie, kept by somebody, lets nobody in any more.
        browser.cookies.lock().unwrap().insert(held.0, held.1);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(browser.get("/").await.leads_to(), "/sign-in");
        assert_eq!(actions(&app).await, [Action::UserAdded, Action::SignedIn, Action::SignedOut]);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    on_both(async |app| {
        app.add("ana", &[Role::Steward]).await;
        let browser = app.visitor();
        let wrong = browser.sign_in("ana", "three wooden forks").await;
        let unknown = browser.sign_in("nobody", "three wooden forks").await;
        // From the heading to the form, without the token: what a guesser sees.
        let seen = |body: &str, login: &str| {
            let main = &body[body.find("<main").unwrap()..];
            let (before, after) = main.split_once("name=\"csrf\"").unwrap();
            let (_, after) = after.split_once('>').unwrap();
            format!("{before}{after}").replace(&format!("\"{login}\""), "X")
        };
        for answer in [&wrong, &unknown] {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert!(answer.body.contains("Name or password is not right"), "{}", answer.body);
        }
        assert_eq!(seen(&wrong.body, "ana"), seen(&unknown.body, "nobody"));
        // What was typed is kept, but not the password.
        assert!(wrong.body.contains("value=\"ana\"") && !wrong.body.contains("three wooden forks"));
        app.accounts.set_disabled(referee::engine::accounts::command_line(), "ana", true).await.unwrap();
        assert_eq!(browser.sign_in("ana", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn guessing_gets_slower_and_the_person_is_told_how_long_to_wait() {
    on_both(async |app| {
        app.add("ana", &[Role::Steward]).await;
        let browser = app.visitor();
        for _ in 0..5 {
            assert_eq!(browser.sign_in("ana", "three wooden forks").await.status, StatusCode::UNAUTHORIZED);
        }
        let answer = browser.sign_in("ana", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(answer.body.contains("Wait 1 s"), "{}", answer.body);
        assert_eq!(answer.header("retry-after"), "1");
        // Another name is not held up by it, and the wait ends.
        app.add("bob", &[Role::Steward]).await;
        app.sign_in("bob").await;
        app.clock.advance(TimeDelta::seconds(2));
        assert_eq!(browser.sign_in("ana", PASSWORD).await.status, StatusCode::SEE_OTHER);
        // Success forgives.
        let other = app.visitor();
        assert_eq!(other.sign_in("ana", "three wooden forks").await.status, StatusCode::UNAUTHORIZED);
        let failed = actions(&app).await.iter().filter(|action| **action == Action::SignInFailed).count();
        assert_eq!(failed, 6);
    })
    .await;
}

#[tokio::test]
async fn a_strangers_guessing_does_not_lock_the_person_out() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    app.add("bob", &[Role::Steward]).await;
    let known = app.sign_in("ana").await;
    let stranger = app.visitor();
    for _ in 0..5 {
        stranger.sign_in("ana", "three wooden forks").await;
    }
    assert_eq!(stranger.sign_in("ana", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    known.post("/sign-out", &[]).await;
    assert_eq!(known.sign_in("ana", PASSWORD).await.status, StatusCode::SEE_OTHER);
    // What Bob's browser kept says nothing of Ana.
    let bob = app.sign_in("bob").await;
    bob.post("/sign-out", &[]).await;
    assert_eq!(bob.sign_in("ana", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    // Ana's own browser guesses no faster.
    known.post("/sign-out", &[]).await;
    for _ in 0..5 {
        assert_eq!(known.sign_in("ana", "three wooden forks").await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(known.sign_in("ana", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn many_guesses_at_once_do_not_slip_past_the_count() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    let browser = app.visitor();
    browser.get("/sign-in").await;
    let guesses =
        (0..12).map(|_| browser.post("/sign-in", &[("login", "ana"), ("password", "a wrong password")]));
    let answers = futures_util::future::join_all(guesses).await;
    let checked = answers.iter().filter(|answer| answer.status == StatusCode::UNAUTHORIZED).count();
    assert_eq!(checked, 5);
}

#[tokio::test]
async fn signing_in_leads_to_no_other_site() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    for target in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let browser = app.visitor();
        browser.get("/sign-in").await;
        let fields = [("login", "ana"), ("password", PASSWORD), ("next", target)];
        assert_eq!(browser.post("/sign-in", &fields).await.leads_to(), "/", "{target}");
    }
}

#[tokio::test]
async fn a_password_in_the_name_field_is_not_stored_in_the_clear() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    app.visitor().sign_in("three wooden spoons and a secret", "x").await;
    let browser = app.sign_in("ana").await;
    let token = browser.session().1;
    browser.send(browser.request(Method::GET, "/api/v1/me")).await;
    let folder = app.stop().await;
    let bytes = crate::support::bytes_of(&folder.path().join("data"), &[]);
    assert!(!bytes.is_empty());
    for secret in ["three wooden", token.as_str()] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}
