//! The queue's addresses.

use super::address::Address;
use super::{QueuePage, build, read};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::messages::msg;
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// `GET /queue`.
///
/// # Errors
/// The address is not one of ours, or the store cannot be read.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    Query(address): Query<Address>,
) -> Result<Page<QueuePage>, Failure> {
    let desk = read::read(&site, &viewer, clock, address).await?;
    Ok(Page::new(shell, build::page(&desk)))
}

/// The view in which Start was pressed.
#[derive(Deserialize)]
pub struct StartForm {
    #[serde(default)]
    view: String,
}

/// `POST /queue/start`: claims the next conflict of the view and opens it.
///
/// # Errors
/// The viewer may not decide, the view is not one of ours, or the store failed.
pub async fn start(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    clock: Clockface,
    Form(sent): Form<StartForm>,
) -> Result<HttpResponse, Failure> {
    let address = Query::<Address>::from_query(&sent.view).map_err(|_| Failure::new(Code::Malformed))?;
    let address = address.from_the_top();
    match site.engine.next(&viewer, &address.filter(&clock)).await? {
        Some(conflict) => {
            let place = format!("/conflicts/{}?{}", conflict.id, address.query());
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, place)).finish())
        }
        None => {
            let text = msg("flash-nothing-to-start");
            let flash = Flash { tone: Tone::Info, text, undo: None, link: None };
            Ok(flash::redirect(&request, &viewer, &address.href(), &flash))
        }
    }
}
