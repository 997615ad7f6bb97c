//! Idempotency keys, bodies of JSON, panics and deadlines, on routes that only these tests add
//! to the real application.

use crate::support::app::{Answer, Browser, TestApp};
use actix_web::web::{Data, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, HttpServer};
use chrono::TimeDelta;
use referee::domain::access::Role;
use referee::engine::accounts::{NewToken, command_line};
use referee::web::api::body::JsonBody;
use referee::web::auth::SignedIn;
use referee::web::failure::Failure;
use referee::web::idempotency::{Reply, once};
use referee::web::routes;
use referee::web::site::{Reach, Site};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often the work was done.
type Done = Data<AtomicUsize>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    slow: bool,
}

async fn order(
    viewer: SignedIn,
    request: HttpRequest,
    done: Done,
    body: JsonBody<Order>,
) -> Result<HttpResponse, Failure> {
    let slow = body.value.slow;
    once(&request, &viewer, &body.raw, async move |_| {
        if slow {
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        let n = done.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(Reply {
            status: actix_web::http::StatusCode::CREATED,
            body: format!("{{\"n\":{n}}}"),
            kept: false,
        })
    })
    .await
}

async fn panics() -> HttpResponse {
    panic!("a secret in a panic");
}

async fn never() -> HttpResponse {
    tokio::time::sleep(Duration::from_secs(3600)).await;
    HttpResponse::Ok().finish()
}

/// The application with the routes of these tests, its work counter, and a token for it.
async fn server(app: &TestApp) -> (Browser, Arc<AtomicUsize>, String) {
    let reach = Reach {
        origin: None,
        cookie: "referee-test".into(),
        body_limit: 100_000,
        timeout: Duration::from_secs(1),
        trust_forwarded: false,
        demo: false,
        language: Default::default(),
    };
    let site = Data::new(Site::new(app.engine.clone(), app.accounts.clone(), reach, Box::new(|| Ok(()))));
    let done: Done = Data::new(AtomicUsize::new(0));
    let count = done.clone().into_inner();
    let server = HttpServer::new(move || {
        routes::application(site.clone())
            .app_data(done.clone())
            .service(resource("/api/v1/orders").route(post().to(order)))
            .service(resource("/api/v1/panic").route(get().to(panics)))
            .service(resource("/panic").route(get().to(panics)))
            .service(resource("/never").route(get().to(never)))
    });
    let server = server.workers(2).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    app.add("ana", &[Role::Steward]).await;
    let new = NewToken { login: "ana".into(), name: "orders".into(), days: 30 };
    (Browser::at(&url), count, app.accounts.issue_token(command_line(), new).await.unwrap())
}

async fn send(program: &Browser, token: &str, key: &str, body: &str) -> Answer {
    let mut request = program.request(Method::POST, "/api/v1/orders").bearer_auth(token);
    if !key.is_empty() {
        request = request.header("idempotency-key", key);
    }
    program.send(request.header("content-type", "application/json").body(body.to_owned())).await
}

const ORDER: &str = "{\"slow\":false}";

#[tokio::test]
async fn a_request_sent_again_is_answered_again_and_not_done_again() {
    super::on_both(async |app| {
        let (program, done, token) = server(&app).await;
        let first = send(&program, &token, "k1", ORDER).await;
        assert_eq!((first.status, first.body.as_str()), (StatusCode::CREATED, "{\"n\":1}"));
        for _ in 0..5 {
            let again = send(&program, &token, "k1", ORDER).await;
            assert_eq!((again.status, again.body.as_str()), (StatusCode::CREATED, "{\"n\":1}"));
            assert_eq!(again.header("idempotent-replayed"), "true");
        }
        assert_eq!(done.load(Ordering::SeqCst), 1);
        let other = send(&program, &token, "k1", "{\"slow\":false }").await;
        assert_eq!(
            (other.status, other.json()["code"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("idempotency_mismatch"))
        );
        // Another key, or none, is another request; a day later the key is free again.
        assert_eq!(send(&program, &token, "k2", ORDER).await.body, "{\"n\":2}");
        assert_eq!(send(&program, &token, "", ORDER).await.body, "{\"n\":3}");
        app.clock.advance(TimeDelta::hours(25));
        assert_eq!(send(&program, &token, "k1", ORDER).await.body, "{\"n\":4}");
        let long = "k".repeat(256);
        assert_eq!(send(&program, &token, &long, ORDER).await.status, StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_one_is_done_and_the_others_are_told_to_wait() {
    let app = TestApp::start().await;
    let (program, done, token) = server(&app).await;
    let all = (0..20).map(|_| send(&program, &token, "k", "{\"slow\":true}"));
    let answers = futures_util::future::join_all(all).await;
    for answer in &answers {
        assert!(matches!(answer.status, StatusCode::CREATED | StatusCode::CONFLICT), "{answer:?}");
    }
    assert!(answers.iter().any(|answer| answer.status == StatusCode::CREATED));
    assert_eq!(send(&program, &token, "k", "{\"slow\":true}").await.body, "{\"n\":1}");
    assert_eq!(done.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn broken_json_is_answered_with_its_place() {
    let app = TestApp::start().await;
    let (program, done, token) = server(&app).await;
    let broken = send(&program, &token, "", "{\"slow\":\n  tru").await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    assert!(broken.json()["errors"][0]["detail"].as_str().unwrap().contains("line 2"), "{}", broken.body);
    let wrong = send(&program, &token, "", "{\"slow\":1}").await;
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/slow");
    let unknown = send(&program, &token, "", "{\"slow\":false,\"role\":\"admin\"}").await;
    assert!(unknown.body.contains("role"), "{}", unknown.body);
    let large = send(&program, &token, "", &format!("\"{}\"", "a".repeat(200_000))).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let form = program.request(Method::POST, "/api/v1/orders").bearer_auth(&token);
    let form = form.header("content-type", "text/plain").body(ORDER);
    assert_eq!(program.send(form).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(done.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_panic_is_one_answer_that_tells_an_id_and_nothing_else() {
    let app = TestApp::start().await;
    let (program, _, _) = server(&app).await;
    for path in ["/panic", "/api/v1/panic"] {
        let answer = program.get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            answer.body.contains(answer.header("x-request-id")) && !answer.header("x-request-id").is_empty()
        );
        assert!(!answer.body.contains("a secret") && !answer.body.contains(".rs"), "{}", answer.body);
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    }
    assert_eq!(program.get("/livez").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let app = TestApp::start().await;
    let (program, _, _) = server(&app).await;
    let answer = program.get("/never").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("took too long"), "{}", answer.body);
}
