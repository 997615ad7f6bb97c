//! The helpdesk over HTTP, as any client would use it.

use super::{now, world};
use referee::demo::{Fault, Helpdesk, Start, System, World};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use std::collections::BTreeSet;

/// A client that knows the token.
struct Client<'a> {
    world: &'a World,
    helpdesk: &'a Helpdesk,
    http: reqwest::Client,
}

impl<'a> Client<'a> {
    fn new(world: &'a World, helpdesk: &'a Helpdesk) -> Self {
        // The one crypto provider; an error means that it is in place already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { world, helpdesk, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Response {
        let url = self.helpdesk.url().join(path).unwrap();
        let mut request = self.http.request(method, url).bearer_auth(self.world.token());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, None, &[]).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    async fn patch(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Response {
        self.send(Method::PATCH, path, Some(body), headers).await
    }
}

/// A refusal: its status and its words.
async fn problem(answer: Response) -> (StatusCode, String) {
    let status = answer.status();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["status"], status.as_u16());
    (status, format!("{}: {}", body["title"].as_str().unwrap(), body["detail"].as_str().unwrap()))
}

async fn journal(world: &World) -> Vec<(String, String, String, i64, String)> {
    let file = SqliteConnectOptions::new().filename(world.path(System::Helpdesk)).read_only(true);
    let query = sqlx::query_as("SELECT by, kind, object, id, body FROM journal ORDER BY n");
    query.fetch_all(&mut file.connect().await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_contact_is_nested_and_its_id_a_number() {
    let (world, _folder) = world(Start::Agreed).await;
    let helpdesk = world.start_helpdesk().await.unwrap();
    let client = Client::new(&world, &helpdesk);
    assert!(helpdesk.address().ip().is_loopback());
    let answer = client.send(Method::GET, "/contacts/503127", None, &[]).await;
    assert_eq!(answer.headers()["etag"], "\"1\"");
    let contact: Value = answer.json().await.unwrap();
    assert_eq!((&contact["id"], &contact["ref"]), (&json!(503_127), &json!("C-20418")));
    let address = json!({"street": "Elmstraße 4", "postcode": "10115", "city": "Berlin", "country": "DE"});
    assert_eq!(contact["address"], address);
    assert!(contact["lead"]["status"].is_string() && contact["updated_by"].is_string());
    let articles = client.send(Method::GET, "/articles?per_page=200", None, &[]).await.text().await.unwrap();
    assert!(articles.contains("0,\"discontinued\""), "a price keeps its nought");
    let refused = client.send(Method::GET, "/contacts/1", None, &[]).await;
    assert_eq!(
        problem(refused).await,
        (StatusCode::NOT_FOUND, "Not found: there is no contact 1".to_owned())
    );
    helpdesk.stop().await;
}

#[tokio::test]
async fn nobody_is_let_in_without_the_token() {
    let (world, _folder) = world(Start::Agreed).await;
    let helpdesk = world.start_helpdesk().await.unwrap();
    let client = Client::new(&world, &helpdesk);
    let url = helpdesk.url().join("/contacts").unwrap();
    let wanted = "Unauthorized: the bearer token is missing or wrong".to_owned();
    for request in [client.http.get(url.clone()), client.http.get(url.clone()).bearer_auth("guess")] {
        let answer = request.send().await.unwrap();
        assert_eq!(problem(answer).await, (StatusCode::UNAUTHORIZED, wanted.clone()));
    }
    world.break_system(System::Helpdesk, Fault::DeadToken).await.unwrap();
    let answer = client.send(Method::GET, "/contacts", None, &[]).await;
    let expired = "Unauthorized: the token has expired".to_owned();
    assert_eq!(problem(answer).await, (StatusCode::UNAUTHORIZED, expired));
    world.heal(System::Helpdesk).await.unwrap();
    client.get("/contacts").await;
}

#[tokio::test]
async fn pages_together_hold_everybody_once() {
    let (world, _folder) = world(Start::Agreed).await;
    let helpdesk = world.start_helpdesk().await.unwrap();
    let client = Client::new(&world, &helpdesk);
    let (mut ids, mut pages) = (Vec::new(), 0);
    let mut next = Some("/contacts?page=1&per_page=137".to_owned());
    while let Some(path) = next {
        let page = client.get(&path).await;
        assert_eq!(page["total"], 2000);
        ids.extend(page["data"].as_array().unwrap().iter().map(|contact| contact["id"].as_i64().unwrap()));
        (next, pages) = (page["next"].as_str().map(str::to_owned), pages + 1);
    }
    assert_eq!(pages, 15);
    assert!(ids.is_sorted());
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (2000, 2000));
    assert_eq!(client.get("/contacts?page=99").await["data"], json!([]));
    for (path, words) in [
        ("/contacts?page=0", "Bad request: page is not a number from 1 to 1000000"),
        ("/contacts?per_page=201", "Bad request: per_page is not a number from 1 to 200"),
        ("/contacts?updated_since=yesterday", "Bad request: updated_since is not an instant (RFC 3339)"),
    ] {
        let answer = client.send(Method::GET, path, None, &[]).await;
        assert_eq!(problem(answer).await, (StatusCode::BAD_REQUEST, words.to_owned()));
    }
}

#[tokio::test]
async fn what_changed_since_is_what_was_written_since() {
    let (world, _folder) = world(Start::Agreed).await;
    let helpdesk = world.start_helpdesk().await.unwrap();
    let client = Client::new(&world, &helpdesk);
    let since = "/contacts?updated_since=2026-10-14T08:59:59.000000Z";
    assert_eq!(client.get(since).await["total"], 0);
    let answer = client.patch("/contacts/503127", json!({"phone": "+49 30 5550 1472"}), &[]).await;
    assert_eq!(answer.status(), 200);
    let contact: Value = answer.json().await.unwrap();
    let changed: chrono::DateTime<chrono::Utc> = contact["updated_at"].as_str().unwrap().parse().unwrap();
    assert_eq!((changed - now()).num_seconds(), 0, "the injected clock's time");
    assert_eq!(contact["updated_by"], "Referee");
    let page = client.get(since).await;
    assert_eq!((&page["total"], &page["data"][0]["id"]), (&json!(1), &json!(503_127)));
}

#[tokio::test]
async fn a_write_obeys_its_condition_and_is_done_once() {
    let (world, _folder) = world(Start::Agreed).await;
    let helpdesk = world.start_helpdesk().await.unwrap();
    let client = Client::new(&world, &helpdesk);
    let body = json!({"address": {"street": "Lindenallee 12", "postcode": "10117"}});
    let first = [("if-match", "\"1\""), ("idempotency-key", "k-1")];
    for _ in 0..2 {
        let answer = client.patch("/contacts/503127", body.clone(), &first).await;
        assert_eq!((answer.status().as_u16(), answer.headers()["etag"].to_str().unwrap()), (200, "\"2\""));
    }
    let contact = client.get("/contacts/503127").await;
    assert_eq!(contact["address"]["city"], "Berlin", "what is not sent stays");
    assert_eq!(contact["address"]["street"], "Lindenallee 12");
    let late = client.patch("/contacts/503127", json!({"phone": "1"}), &[("if-match", "\"1\"")]).await;
    let words = "Changed in the meantime: the contact is now \"2\"".to_owned();
    assert_eq!(problem(late).await, (StatusCode::PRECONDITION_FAILED, words));
    let other = client.patch("/contacts/503127", json!({"phone": "2"}), &[("idempotency-key", "k-1")]).await;
    let words = "Idempotency-Key: was used for another request".to_owned();
    assert_eq!(problem(other).await, (StatusCode::UNPROCESSABLE_ENTITY, words));
    let text = body.to_string();
    assert_eq!(
        journal(&world).await,
        [("Referee".into(), "change".into(), "contacts".into(), 503_127, text)]
    );
}

#[tokio::test]
async fn what_it_cannot_store_it_refuses_in_words() {
    let (world, _folder) = world(Start::Agreed).await;
    let helpdesk = world.start_helpdesk().await.unwrap();
    let client = Client::new(&world, &helpdesk);
    for (body, words) in [
        (json!({"address": {"postcode": "12345678901"}}), "Postcode: more than 10 characters"),
        (json!({"plan": "Gold"}), "Plan: not one of Free, Starter, Team, Enterprise"),
        (json!({"id": 4}), "/id: is not a member that can be written"),
    ] {
        let answer = client.patch("/contacts/503127", body, &[]).await;
        assert_eq!(problem(answer).await, (StatusCode::UNPROCESSABLE_ENTITY, words.to_owned()));
    }
    world.break_system(System::Helpdesk, Fault::RefuseWrites).await.unwrap();
    let answer = client.patch("/contacts/503127", json!({"plan": "Team"}), &[]).await;
    let words = "Postcode: more than 10 characters".to_owned();
    assert_eq!(problem(answer).await, (StatusCode::UNPROCESSABLE_ENTITY, words));
    client.get("/contacts/503127").await;
    world.break_system(System::Helpdesk, Fault::Down).await.unwrap();
    let answer = client.send(Method::GET, "/contacts/503127", None, &[]).await;
    assert_eq!(answer.headers()["retry-after"], "5");
    let words = "Maintenance: the helpdesk is down for maintenance".to_owned();
    assert_eq!(problem(answer).await, (StatusCode::SERVICE_UNAVAILABLE, words));
    world.heal(System::Helpdesk).await.unwrap();
    assert_eq!(client.patch("/contacts/503127", json!({"plan": "Team"}), &[]).await.status(), 200);
    let before = journal(&world).await;
    assert_eq!(before.len(), 1, "a refusal is no write");
}

#[tokio::test]
async fn a_contact_is_made_once_and_outlives_a_restart() {
    let (world, _folder) = world(Start::Agreed).await;
    let helpdesk = world.start_helpdesk().await.unwrap();
    let (address, body) = (
        helpdesk.address(),
        json!({"ref": "C-30000", "name": "Wei Zhang", "plan": "Free", "lead": {"status": "Cold"}}),
    );
    let client = Client::new(&world, &helpdesk);
    let mut locations = BTreeSet::new();
    for _ in 0..2 {
        let answer =
            client.send(Method::POST, "/contacts", Some(body.clone()), &[("idempotency-key", "m-1")]).await;
        assert_eq!(answer.status(), 201);
        locations.insert(answer.headers()["location"].to_str().unwrap().to_owned());
    }
    let location = locations.pop_first().unwrap();
    assert!(locations.is_empty());
    let taken = client.send(Method::POST, "/contacts", Some(body), &[]).await;
    assert_eq!(problem(taken).await.0, StatusCode::CONFLICT);
    helpdesk.stop().await;
    let helpdesk = world.start_helpdesk().await.unwrap();
    assert_eq!(helpdesk.address(), address, "where it was before");
    assert_eq!(Client::new(&world, &helpdesk).get(&location).await["name"], "Wei Zhang");
    let second = world.start_helpdesk().await.unwrap();
    assert_ne!(second.address(), address, "somewhere else while that is taken");
}
