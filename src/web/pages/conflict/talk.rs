//! The handlers of what is said about a conflict: comments and tags.

use super::beside::{Beside, COMMENT, TAG};
use super::form::Sent;
use crate::domain::comment::MOST;
use crate::domain::ids::{CommentId, ConflictId};
use crate::domain::tag;
use crate::engine::Refusal;
use crate::engine::comments::Said;
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::messages::{Msg, msg};
use crate::web::page::Shell;
use crate::web::site::Site;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// `POST /conflicts/{id}/comments`: leads back to the conflict, where the comment stands.
///
/// # Errors
/// The viewer may only read, there is no such conflict, or the store failed. What cannot be said
/// comes back as the same page with what was typed.
pub async fn comment(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let (id, sent) = (ConflictId(id.into_inner()), Sent::read(&body));
    if sent.is_implicit() {
        // Enter in another field of the page.
        let beside = Beside { viewer: &viewer, request: &request, site: &site, shell, id, sent };
        return beside.again(Vec::new()).await;
    }
    let said = site.engine.comment(&viewer, &id, sent.get(COMMENT), sent.get("comment-key")).await;
    let beside = Beside { viewer: &viewer, request: &request, site: &site, shell, id, sent };
    match said {
        Ok(said) => beside.done(COMMENT, &format!("c-{}", said.comment.id), heard(&said)).await,
        Err(Refusal::Invalid(_)) => beside.wrong(COMMENT, msg("problem-comment").with("most", MOST)).await,
        Err(refusal) => Err(refusal.into()),
    }
}

/// Who was told, and who was not.
fn heard(said: &Said) -> Msg {
    let list = |text: Msg, name: &'static str, all: &[String]| {
        text.with(format!("{name}-n"), all.len()).with(name, msg("list-of").with("names", all.to_vec()))
    };
    let text = list(msg("comment-said"), "told", &said.told);
    list(list(text, "unseeing", &said.unseeing), "unknown", &said.unknown)
}

/// `POST /comments/{id}/withdrawal`: leads back to the conflict.
///
/// # Errors
/// The viewer may not, there is no such comment, or the store failed.
pub async fn withdraw(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let (id, sent) = (CommentId(id.into_inner()), Sent::read(&body));
    let comment = site.engine.withdraw_comment(&viewer, &id).await?;
    let own = comment.conflict;
    let beside = Beside { viewer: &viewer, request: &request, site: &site, shell, id: own, sent };
    // The keys of forms alone go: what is typed stays.
    beside.done("comment-key", &format!("c-{id}"), msg("comment-gone")).await
}

/// `POST /conflicts/{id}/tags`: several may be added at once, parted by commas or lines; or one is
/// taken away.
///
/// # Errors
/// As [`comment`].
pub async fn tag(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let (id, sent) = (ConflictId(id.into_inner()), Sent::read(&body));
    let remove = Some(sent.get("untag").to_owned()).filter(|tag| !tag.is_empty());
    let words = sent.get(TAG).split([',', '\n']).map(str::trim).filter(|word| !word.is_empty());
    let mut add: Vec<String> = words.map(str::to_owned).collect();
    let part = match &remove {
        // What is typed beside it is not sent yet.
        Some(_) => {
            add.clear();
            "untag"
        }
        None if add.is_empty() => {
            add.push(String::new());
            TAG
        }
        None => TAG,
    };
    let done = site.engine.tag(&viewer, &id, &add, remove.as_slice()).await;
    let beside = Beside { viewer: &viewer, request: &request, site: &site, shell, id, sent };
    match done {
        Ok(_) => beside.done(part, "tags", msg("tags-saved")).await,
        Err(Refusal::Invalid(_)) => {
            let text = msg("problem-tag").with("longest", tag::LONGEST).with("most", tag::MOST);
            beside.wrong("tag", text).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}
