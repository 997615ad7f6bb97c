//! What is done with a group beside deciding it: rows are taken out, and decided ones taken back.

use crate::domain::access::Viewer;
use crate::domain::group::Back;
use crate::domain::ids::{DifferenceId, GroupId};
use crate::engine::Refusal;
use crate::engine::incidents::group::{TakeBack, Which};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::Failure;
use crate::web::flash;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Tone};
use crate::web::site::Site;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use url::form_urlencoded::parse;

/// What the forms send.
#[derive(Default)]
struct Sent {
    /// The rows that stood on the page.
    shown: Vec<DifferenceId>,
    /// Those of them that are ticked.
    rows: Vec<DifferenceId>,
    all: bool,
    reason: String,
}

impl Sent {
    fn read(body: &[u8]) -> Self {
        let mut sent = Self::default();
        for (name, value) in parse(body).into_owned() {
            match name.as_str() {
                "shown" => sent.shown.push(value.into()),
                "row" => sent.rows.push(value.into()),
                "which" => sent.all = value == "all",
                "reason" => sent.reason = value,
                _ => {}
            }
        }
        sent
    }
}

fn told(
    request: &HttpRequest,
    viewer: &Viewer,
    id: &GroupId,
    done: Result<Msg, Refusal>,
) -> Result<HttpResponse, Failure> {
    let (tone, text) = match done {
        Ok(text) => (Tone::Done, text),
        Err(Refusal::WrongState(why) | Refusal::Invalid(why)) => (Tone::Danger, said(why)),
        Err(refusal) => return Err(refusal.into()),
    };
    let flash = Flash { tone, text, undo: None, link: None };
    Ok(flash::redirect(request, viewer, &format!("/groups/{id}"), &flash))
}

/// `POST /groups/{id}/rows`: of the rows that stood on the page, those that are ticked stay in the set.
///
/// # Errors
/// The viewer may not decide, there is no such group, or the store failed.
pub async fn tick(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let (id, mut sent) = (GroupId(id.into_inner()), Sent::read(&body));
    sent.shown.retain(|row| !sent.rows.contains(row));
    let done = site.engine.tick(&viewer, &id, sent.rows, sent.shown).await;
    told(&request, &viewer, &id, done.map(|()| msg("flash-ticked")))
}

/// `POST /groups/{id}/undo`: undoes all of it, or what is ticked.
///
/// # Errors
/// The viewer may not, there is no such group, or the store failed.
pub async fn undo(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    back(&viewer, &request, &site, GroupId(id.into_inner()), Back::Undo, &body).await
}

/// `POST /groups/{id}/reversal`: reverses all of it, or what is ticked.
///
/// # Errors
/// The viewer may not, there is no such group, or the store failed.
pub async fn reverse(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    back(&viewer, &request, &site, GroupId(id.into_inner()), Back::Reverse, &body).await
}

async fn back(
    viewer: &Viewer,
    request: &HttpRequest,
    site: &Site,
    id: GroupId,
    way: Back,
    body: &[u8],
) -> Result<HttpResponse, Failure> {
    let sent = Sent::read(body);
    let rows = match sent.all {
        true => Which::All,
        false => Which::These(sent.rows),
    };
    let none = matches!(&rows, Which::These(rows) if rows.is_empty());
    let done = match none {
        true => Err(Refusal::Invalid("Tick at least one row".to_owned())),
        false => site.engine.take_back(viewer, &id, TakeBack { way, rows, reason: sent.reason }).await,
    };
    let text = |group: crate::store::groups::Group| match group.back {
        Some(_) => msg("flash-taking-back"),
        None => msg("flash-withdrawn"),
    };
    told(request, viewer, &id, done.map(text))
}
