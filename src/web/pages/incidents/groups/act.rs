//! What is done with a group beside deciding it: rows are taken out, and decided ones taken back.

use super::{Again, refused};
use crate::domain::access::Viewer;
use crate::domain::group::Back;
use crate::domain::ids::{DifferenceId, GroupId};
use crate::engine::Refusal;
use crate::engine::incidents::group::{TakeBack, Which};
use crate::web::auth::{SignedIn, Steward};
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::flash;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Shell, Tone};
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

/// Where a form came from, and who sent it.
struct Place<'a> {
    viewer: &'a Viewer,
    request: &'a HttpRequest,
    site: &'a Site,
    shell: Shell,
    id: GroupId,
}

impl Place<'_> {
    /// Leads to the page of the group, or shows it with what was sent and refused.
    async fn told(self, done: Result<Msg, Refusal>, sent: Sent) -> Result<HttpResponse, Failure> {
        let text = match done {
            Ok(text) => text,
            Err(Refusal::WrongState(why) | Refusal::Invalid(why)) => {
                let (why, problem) = (sent.reason, said(why));
                let again = Again { why, rows: sent.rows, ..Again::new(problem) };
                let seen = (self.viewer, &clock::face(self.request));
                return refused(self.site, seen, self.shell, self.request, &self.id, again).await;
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let flash = Flash { tone: Tone::Done, text, undo: None, link: None };
        Ok(flash::redirect(self.request, self.viewer, &format!("/groups/{}", self.id), &flash))
    }
}

/// `POST /groups/{id}/rows`: of the rows that stood on the page, those that are ticked stay in the set.
///
/// # Errors
/// The viewer may not decide, there is no such group, or the store failed.
pub async fn tick(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let (id, mut sent) = (GroupId(id.into_inner()), Sent::read(&body));
    sent.shown.retain(|row| !sent.rows.contains(row));
    let done = site.engine.tick(&viewer, &id, sent.rows.clone(), std::mem::take(&mut sent.shown)).await;
    let place = Place { viewer: &viewer, request: &request, site: &site, shell, id };
    place.told(done.map(|()| msg("flash-ticked")), sent).await
}

/// `POST /groups/{id}/undo`: undoes all of it, or what is ticked.
///
/// # Errors
/// The viewer may not, there is no such group, or the store failed.
pub async fn undo(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let id = GroupId(id.into_inner());
    back(Place { viewer: &viewer, request: &request, site: &site, shell, id }, Back::Undo, &body).await
}

/// `POST /groups/{id}/reversal`: reverses all of it, or what is ticked.
///
/// # Errors
/// The viewer may not, there is no such group, or the store failed.
pub async fn reverse(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let id = GroupId(id.into_inner());
    back(Place { viewer: &viewer, request: &request, site: &site, shell, id }, Back::Reverse, &body).await
}

async fn back(place: Place<'_>, way: Back, body: &[u8]) -> Result<HttpResponse, Failure> {
    let sent = Sent::read(body);
    let rows = match sent.all {
        true => Which::All,
        false => Which::These(sent.rows.clone()),
    };
    let none = matches!(&rows, Which::These(rows) if rows.is_empty());
    let asked = TakeBack { way, rows, reason: sent.reason.clone() };
    let done = match none {
        true => Err(Refusal::Invalid("Tick at least one row".to_owned())),
        false => place.site.engine.take_back(place.viewer, &place.id, asked).await,
    };
    let text = |group: crate::store::groups::Group| match group.back {
        Some(_) if group.awaits_reversal() => msg("flash-asked-approval"),
        Some(_) => msg("flash-taking-back"),
        None => msg("flash-withdrawn"),
    };
    place.told(done.map(text), sent).await
}
