//! Requests that cannot be answered, and the headers of every answer.

use crate::support::app::{TestApp, form};
use referee::domain::access::Role;
use reqwest::{Body, Method, StatusCode};
use std::collections::HashSet;

const MEGABYTES_10: usize = 10 * 1024 * 1024;

#[tokio::test]
async fn a_body_of_10_mb_is_refused_with_a_clear_answer() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    browser.get("/sign-in").await;
    let large = "a".repeat(MEGABYTES_10);
    let page = browser.send(form(browser.request(Method::POST, "/sign-in"), &[("login", &large)])).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.header("content-type").starts_with("text/html"));
    let problem = browser.send(browser.request(Method::POST, "/api/v1/me").body(large.clone())).await;
    assert_eq!(problem.json()["code"], "too_large");
    // Without its length said first.
    let chunks = futures_util::stream::iter((0..160).map(|_| Ok::<_, std::io::Error>(vec![b'a'; 64 * 1024])));
    let request = browser.request(Method::POST, "/sign-in").body(Body::wrap_stream(chunks));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(browser.send(request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(browser.get("/livez").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_there_says_so_in_the_asked_form() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    let browser = app.sign_in("ana").await;
    let page = browser.get("/conflicts/no-such-thing/at/all").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains(page.header("x-request-id")), "the page names the request");
    let problem = browser.get("/api/v1/no-such-thing").await;
    assert_eq!(problem.status, StatusCode::NOT_FOUND);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.json()["status"], 404);
    let method = browser.send(browser.request(Method::DELETE, "/livez")).await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(method.header("allow"), "GET, HEAD");
    let head = browser.send(browser.request(Method::HEAD, "/livez")).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(browser.get("/static/app.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn another_roles_page_is_refused() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    app.add("ada", &[Role::Admin]).await;
    let refused = app.sign_in("ana").await.get("/api/v1/users").await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (StatusCode::FORBIDDEN, Some("forbidden")));
    assert_eq!(app.sign_in("ada").await.get("/api/v1/users").await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_answer_has_its_headers_and_every_page_its_own_nonce() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    let mut nonces = HashSet::new();
    for path in ["/sign-in", "/sign-in", "/nowhere", "/api/nowhere", "/livez", "/readyz", "/"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 16, "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "not on http");
        if let Some((_, rest)) = policy.split_once("'nonce-") {
            assert!(nonces.insert(rest.split('\'').next().unwrap().to_owned()), "a nonce came twice");
            assert!(answer.body.contains(&format!("nonce=\"{}\"", rest.split('\'').next().unwrap())));
        }
    }
    assert_eq!(nonces.len(), 3);
    let page = browser.get("/sign-in").await.body;
    let style = page.split("href=\"").find(|rest| rest.starts_with("/static/app.")).unwrap();
    let address = style.split('"').next().unwrap();
    let style = browser.get(address).await;
    assert!(style.header("cache-control").contains("immutable"));
    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let squeezed = plain.get(format!("{}{address}", app.url)).header("accept-encoding", "br, gzip");
    let squeezed = squeezed.send().await.unwrap();
    assert_eq!(squeezed.headers()["content-encoding"], "gzip");
    assert_eq!(squeezed.headers()["vary"], "accept-encoding");
    let size = squeezed.bytes().await.unwrap().len();
    assert!((1_000..20_000).contains(&size), "{size}: 20 kB is what a style sheet may weigh");
    let refused = plain.get(format!("{}{address}", app.url)).header("accept-encoding", "gzip;q=0");
    assert_eq!(refused.send().await.unwrap().text().await.unwrap(), style.body);
}

#[tokio::test]
async fn behind_https_the_cookie_is_bound_to_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = crate::support::app::config(folder.path());
    config.server.public_url = Some("https://referee.example".parse().unwrap());
    config.server.trust_forwarded = true;
    let app = TestApp::start_with(folder, config).await;
    app.add("ana", &[Role::Steward]).await;
    let browser = app.visitor();
    let answer = browser.sign_in("ana", crate::support::app::PASSWORD).await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-referee=") && cookie.contains("Secure") && !cookie.contains("Domain"),
        "{cookie}"
    );
    assert!(answer.header("strict-transport-security").contains("max-age"));
    let token = browser.csrf.lock().unwrap().clone();
    let post = |origin: &str| {
        form(browser.request(Method::POST, "/sign-out"), &[("csrf", &token)])
            .header("origin", origin.to_owned())
    };
    assert_eq!(browser.send(post(&app.url)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.send(post("https://referee.example")).await.leads_to(), "/sign-in?out=1");
}

#[tokio::test]
async fn health_is_told_without_signing_in() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    let ready = browser.get("/readyz?verbose").await;
    assert_eq!(ready.status, StatusCode::OK);
    for check in ["running", "database", "schema", "key", "disk"] {
        assert!(ready.body.contains(&format!("ok {check}")), "{}", ready.body);
    }
    assert_eq!(browser.get("/healthz").await.body, "ready\n");
}
