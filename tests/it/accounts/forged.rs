//! Requests that another site made a browser send: none changes anything.

use super::actions;
use crate::support::app::{Browser, PASSWORD, TestApp, form};
use referee::domain::access::Role;
use referee::domain::audit::Action;
use reqwest::{Method, RequestBuilder, StatusCode};

/// What a forged request lacks or shows.
const FORGERIES: &[&str] = &[
    "no token",
    "empty token",
    "another's token",
    "cross-site",
    "same-site",
    "origin null",
    "other origin",
    "own site, origin null",
    "text/plain",
    "multipart",
    "token in the address",
];

fn forge(
    kind: &str,
    browser: &Browser,
    path: &str,
    token: &str,
    other: &str,
    fields: &[(&str, &str)],
) -> RequestBuilder {
    let with = |token: &str| {
        let mut all = fields.to_vec();
        let token = token.to_owned();
        let leaked: &'static str = token.leak();
        all.push(("csrf", leaked));
        form(browser.request(Method::POST, path), &all)
    };
    match kind {
        "no token" => form(browser.request(Method::POST, path), fields),
        "empty token" => with(""),
        "another's token" => with(other),
        "cross-site" => with(token).header("sec-fetch-site", "cross-site"),
        "same-site" => with(token).header("sec-fetch-site", "same-site"),
        "origin null" => with(token).header("origin", "null"),
        "other origin" => with(token).header("origin", "http://evil.example"),
        "own site, origin null" => {
            with(token).header("sec-fetch-site", "same-origin").header("origin", "null")
        }
        "text/plain" => {
            let body = format!("csrf={token}");
            browser.request(Method::POST, path).header("content-type", "text/plain").body(body)
        }
        "multipart" => {
            let body =
                format!("--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--x--\r\n");
            browser
                .request(Method::POST, path)
                .header("content-type", "multipart/form-data; boundary=x")
                .body(body)
        }
        "token in the address" => {
            form(browser.request(Method::POST, &format!("{path}?csrf={token}")), fields)
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_forged_sign_out_does_nothing() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    app.add("bob", &[Role::Steward]).await;
    let (ana, bob) = (app.sign_in("ana").await, app.sign_in("bob").await);
    let (token, other) = (ana.csrf.lock().unwrap().clone(), bob.csrf.lock().unwrap().clone());
    for kind in FORGERIES {
        let answer = ana.send(forge(kind, &ana, "/sign-out", &token, &other, &[])).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{kind}");
        assert_eq!(ana.get("/api/v1/me").await.status, StatusCode::OK, "{kind}");
    }
    assert!(!actions(&app).await.contains(&Action::SignedOut));
    // The same with the token, from our own origin, by field or by header.
    let own = app.url.clone();
    let request = form(ana.request(Method::POST, "/sign-out"), &[("csrf", &token)]).header("origin", own);
    assert_eq!(ana.send(request).await.leads_to(), "/sign-in?out=1");
    let token = bob.csrf.lock().unwrap().clone();
    let request = bob.request(Method::POST, "/sign-out").header("x-csrf-token", token);
    assert_eq!(bob.send(request).await.leads_to(), "/sign-in?out=1");
}

#[tokio::test]
async fn a_forged_sign_in_does_nothing() {
    let app = TestApp::start().await;
    app.add("mallory", &[Role::Steward]).await;
    let (victim, mallory) = (app.visitor(), app.visitor());
    victim.get("/sign-in").await;
    mallory.get("/sign-in").await;
    let (token, other) = (victim.csrf.lock().unwrap().clone(), mallory.csrf.lock().unwrap().clone());
    assert_ne!(token, other);
    for kind in FORGERIES {
        let fields = [("login", "mallory"), ("password", PASSWORD)];
        let answer = victim.send(forge(kind, &victim, "/sign-in", &token, &other, &fields)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{kind}");
    }
    assert_eq!(victim.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(actions(&app).await, [Action::UserAdded]);
}

#[tokio::test]
async fn a_program_needs_no_token_of_a_form_and_a_browser_does() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    let browser = app.sign_in("ana").await;
    // A script of another site, with the browser's cookie, on the interface for programs.
    let request = browser.request(Method::POST, "/api/v1/me").header("content-type", "text/plain").body("{}");
    let answer = browser.send(request).await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (StatusCode::FORBIDDEN, Some("bad_form_token"))
    );
    let new = referee::engine::accounts::NewToken { login: "ana".into(), name: "t".into(), days: 1 };
    let token = app.accounts.issue_token(referee::engine::accounts::command_line(), new).await.unwrap();
    let program = app.visitor();
    let request = program.request(Method::POST, "/api/v1/me").bearer_auth(token);
    assert_eq!(program.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED);
}
