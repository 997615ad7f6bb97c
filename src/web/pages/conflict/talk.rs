//! The handlers of what is said about a conflict: comments and tags.

use super::super::parts::Problem;
use super::super::talk::Draft;
use super::form::Sent;
use super::handle::{Look, Told};
use super::trail;
use crate::domain::access::Viewer;
use crate::domain::comment::MOST;
use crate::domain::ids::{CommentId, ConflictId};
use crate::domain::tag;
use crate::engine::Refusal;
use crate::engine::comments::Said;
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Flash, Shell, Tone};
use crate::web::site::Site;
use crate::web::{clock, flash};
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// What the form of a comment sends.
#[derive(Deserialize)]
pub struct SentComment {
    #[serde(default)]
    text: String,
    #[serde(default)]
    key: String,
}

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
    Form(sent): Form<SentComment>,
) -> Result<HttpResponse, Failure> {
    let id = ConflictId(id.into_inner());
    match site.engine.comment(&viewer, &id, &sent.text, &sent.key).await {
        Ok(said) => {
            let place = format!("{}#c-{}", trail::address(&request, id.as_str()), said.comment.id);
            Ok(told(&request, &viewer, &place, heard(&said)))
        }
        Err(Refusal::Invalid(_)) => {
            let text = msg("problem-comment").with("most", MOST);
            let problem = Some(Problem { field: "comment".to_owned(), text });
            let draft = Draft { comment: sent.text, problem, ..Draft::default() };
            again(&viewer, &request, &site, shell, &id, draft).await
        }
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
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let id = CommentId(id.into_inner());
    let comment = site.engine.withdraw_comment(&viewer, &id).await?;
    let place = format!("/conflicts/{}#c-{id}", comment.conflict);
    Ok(told(&request, &viewer, &place, msg("comment-gone")))
}

/// What the forms of tags send: one to be added, one to be taken away.
#[derive(Deserialize)]
pub struct SentTag {
    #[serde(default)]
    add: String,
    #[serde(default)]
    remove: String,
}

/// `POST /conflicts/{id}/tags`: several may be added at once, parted by commas.
///
/// # Errors
/// As [`comment`].
pub async fn tag(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<SentTag>,
) -> Result<HttpResponse, Failure> {
    let id = ConflictId(id.into_inner());
    let words = |text: &str| -> Vec<String> {
        text.split(',').filter(|word| !word.trim().is_empty()).map(str::to_owned).collect()
    };
    let (mut add, remove) = (words(&sent.add), words(&sent.remove));
    if add.is_empty() && remove.is_empty() {
        add.push(String::new());
    }
    match site.engine.tag(&viewer, &id, &add, &remove).await {
        Ok(_) => {
            let place = format!("{}#tags", trail::address(&request, id.as_str()));
            Ok(told(&request, &viewer, &place, msg("tags-saved")))
        }
        Err(Refusal::Invalid(_)) => {
            let text = msg("problem-tag").with("longest", tag::LONGEST).with("most", tag::MOST);
            let problem = Some(Problem { field: "tag".to_owned(), text });
            let draft = Draft { tag: sent.add, problem, ..Draft::default() };
            again(&viewer, &request, &site, shell, &id, draft).await
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The page of the conflict with what was typed and what is wrong with it.
pub(super) async fn again(
    viewer: &Viewer,
    request: &HttpRequest,
    site: &Data<Site>,
    shell: Shell,
    id: &ConflictId,
    draft: Draft,
) -> Result<HttpResponse, Failure> {
    let case = site.engine.case(viewer, id).await?;
    let face = clock::face(request);
    let sent = Sent::of_case(&case, &face);
    let look = Look { request, viewer, face: &face };
    let problems = draft.problem.iter().cloned().collect();
    look.answer(site, shell, &case, &sent, Told { problems, draft, ..Told::default() }).await
}

pub(super) fn told(request: &HttpRequest, viewer: &Viewer, place: &str, text: Msg) -> HttpResponse {
    flash::redirect(request, viewer, place, &Flash { tone: Tone::Done, text, undo: None, link: None })
}
