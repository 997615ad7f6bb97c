//! The queue's addresses.

use super::address::Address;
use super::{QueuePage, ViewAgain, build, read};
use crate::domain::access::Viewer;
use crate::domain::time::parse_stamp;
use crate::store::queue::{self, Filter};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::{Code, Failure};
use crate::web::filters;
use crate::web::flash;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Flash, Fragment, Page, Shell, Tone};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use askama::Template;
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
    let desk = read::read(&site, &viewer, clock, address, read::PAGE).await?;
    Ok(Page::new(shell, build::page(&desk)))
}

/// The list with the form of a view that was refused, as it was typed.
///
/// # Errors
/// The store cannot be read.
pub async fn refused(
    site: &Site,
    (viewer, clock): (&Viewer, Clockface),
    shell: Shell,
    request: &HttpRequest,
    address: Address,
    again: ViewAgain,
) -> Result<HttpResponse, Failure> {
    let desk = read::read(site, viewer, clock, address, read::PAGE).await?;
    let mut page = build::page(&desk);
    if let Some(shown) = page.saved.shown.as_mut().filter(|_| !again.new) {
        (shown.name, shown.shared) = (again.name.clone(), again.shared);
    }
    page.saved.again = Some(again);
    Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).respond_to(request))
}

/// What the script asks for: since when, in which view.
#[derive(Deserialize)]
pub struct Since {
    since: String,
}

/// How many conflicts have come into a view.
#[derive(Template, Clone, Debug)]
#[template(path = "queue/arrivals.html")]
pub struct Arrivals {
    text: Option<Msg>,
}

/// `GET /queue/arrivals`: what has come into the view since it was listed, as a text; nothing where
/// nothing has.
///
/// # Errors
/// The address is not one of ours, or the store cannot be read.
pub async fn arrivals(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    Query(address): Query<Address>,
    Query(asked): Query<Since>,
) -> Result<Fragment<Arrivals>, Failure> {
    let since = parse_stamp(&asked.since).map_err(|_| Failure::new(Code::Malformed))?;
    let filter = address.filter(&clock, &site.engine.setup());
    let filter = Filter { opened: (filter.opened.0, Some(since)), ..filter };
    let mut s = site.session(&viewer).await?;
    let filter = queue::measured(&mut s, &viewer, filter).await?;
    let n = queue::count(&mut s, &viewer, &filter, clock.now).await?;
    let text = (n > 0).then(|| msg("queue-arrivals").with("n", n));
    Ok(Fragment { shell, body: Arrivals { text } })
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
    match site.engine.next(&viewer, &address.filter(&clock, &site.engine.setup())).await? {
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
