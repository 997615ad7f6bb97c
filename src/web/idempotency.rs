//! `Idempotency-Key`: a request sent again is answered again, and not done again.

use super::failure::{Code, Failure};
use super::messages::msg;
use super::site::Site;
use crate::domain::access::Viewer;
use crate::domain::ids::UserId;
use crate::domain::seal::sha256;
use crate::engine::once;
use crate::store::idempotency::{self, Answer, RequestKey};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

const HEADER: &str = "idempotency-key";
/// Marks an answer that was given before.
const REPLAYED: &str = "idempotent-replayed";

/// Keys whose requests are being answered by this process.
#[derive(Default)]
pub struct Running(Mutex<HashSet<(UserId, String)>>);

/// One of them, until it is dropped.
struct Turn<'a> {
    running: &'a Running,
    key: (UserId, String),
}

impl Running {
    fn enter(&self, key: &RequestKey) -> Option<Turn<'_>> {
        let key = (key.user.clone(), key.key.clone());
        let fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        // Not `then_some`: a turn made and dropped would end the one that is under way.
        fresh.then(|| Turn { running: self, key })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// The answer of work that may be asked for again.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    /// JSON. What was made or begun has its address in the member `href`, which is sent as
    /// `Location` too, also when the answer is given again.
    pub body: String,
    /// It was kept under the key in the transaction it tells of, as is best.
    pub kept: bool,
}

impl Reply {
    /// An answer that is kept afterwards.
    ///
    /// # Errors
    /// It cannot be written as JSON, which nothing made here can cause.
    pub fn of(status: StatusCode, body: &impl serde::Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_string(body).map_err(|error| {
            tracing::error!(%error, "an answer could not be written");
            Failure::new(Code::Internal)
        })?;
        Ok(Self { status, body, kept: false })
    }
}

/// Does `work` once for the key the request carries, and answers as it was answered then. `work`
/// gets the key, to keep its reply in its own transaction; if it does not, the reply is kept
/// afterwards.
///
/// # Errors
/// What `work` refuses; the key was used for another request (422), or for one that is still
/// being answered (409).
pub async fn once(
    request: &HttpRequest,
    viewer: &Viewer,
    body: &[u8],
    work: impl AsyncFnOnce(Option<RequestKey>) -> Result<Reply, Failure>,
) -> Result<HttpResponse, Failure> {
    let site = Site::of(request);
    let Some(key) = key(request, viewer, body)? else { return Ok(respond(&work(None).await?)) };
    let in_turn = || Failure::new(Code::Conflict).detail(msg("access-key-running"));
    let _turn = site.running.enter(&key).ok_or_else(in_turn)?;
    if let Some(answer) = stored(site, &key).await? {
        return replay(&key, &answer);
    }
    match work(Some(key.clone())).await {
        Ok(reply) => {
            if !reply.kept {
                once::keep(site.store(), key, reply.status.as_u16(), reply.body.clone()).await?;
            }
            Ok(respond(&reply))
        }
        // Another process may have done it in the meantime; ours was then rolled back.
        Err(failure) => match stored(site, &key).await? {
            Some(answer) => replay(&key, &answer),
            None => Err(failure),
        },
    }
}

async fn stored(site: &Site, key: &RequestKey) -> Result<Option<Answer>, Failure> {
    let now = site.store().clock().now();
    Ok(idempotency::find(&mut site.session_outside().await?, key, now).await?)
}

fn key(request: &HttpRequest, viewer: &Viewer, body: &[u8]) -> Result<Option<RequestKey>, Failure> {
    let Some(value) = request.headers().get(HEADER) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim_matches('"');
    if text.is_empty() || text.len() > 255 {
        return Err(Failure::new(Code::Malformed).detail(msg("access-key-form")));
    }
    let what = format!("{}\n{}\n", request.method(), request.uri());
    let fingerprint = sha256(&[what.as_bytes(), body]);
    Ok(Some(RequestKey { user: viewer.user.clone(), key: text.to_owned(), fingerprint }))
}

fn replay(key: &RequestKey, answer: &Answer) -> Result<HttpResponse, Failure> {
    if answer.fingerprint != key.fingerprint {
        return Err(Failure::new(Code::IdempotencyMismatch));
    }
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let reply = Reply { status: status.unwrap_or(StatusCode::OK), body: answer.body.clone(), kept: true };
    let mut response = respond(&reply);
    response.headers_mut().insert(
        actix_web::http::header::HeaderName::from_static(REPLAYED),
        actix_web::http::header::HeaderValue::from_static("true"),
    );
    Ok(response)
}

fn respond(reply: &Reply) -> HttpResponse {
    #[derive(serde::Deserialize)]
    struct Made {
        href: String,
    }
    let mut response = HttpResponse::build(reply.status);
    if matches!(reply.status, StatusCode::CREATED | StatusCode::ACCEPTED)
        && let Ok(made) = serde_json::from_str::<Made>(&reply.body)
    {
        response.insert_header((LOCATION, made.href));
    }
    response.content_type("application/json").body(reply.body.clone())
}
