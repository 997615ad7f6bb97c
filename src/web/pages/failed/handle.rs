//! The addresses of writes that need a person.

use super::build::{self, Desk};
use super::{CausePage, DeliveryPage, FailedPage};
use crate::domain::access::Viewer;
use crate::domain::ids::{DeliveryId, RecordId};
use crate::domain::resolution::{Outcome, Reason};
use crate::domain::value::Held;
use crate::engine::Refusal;
use crate::engine::failed::Instead;
use crate::store::resolutions::failed::{self, Cause};
use crate::store::resolutions::{self, Delivery, exchanges};
use crate::store::{Session, StoreError, records, targets};
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::parts::Pager;
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Causes of a page: more at once are one problem above them.
const CAUSES: i64 = 100;
/// Writes of a page.
const ROWS: i64 = 50;

fn desk(site: &Site, viewer: &Viewer, clock: Clockface) -> Desk {
    Desk { setup: site.engine.setup(), viewer: viewer.clone(), clock }
}

/// `GET /failed-writes`.
///
/// # Errors
/// The store cannot be read.
pub async fn list(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
) -> Result<Page<FailedPage>, Failure> {
    let mut session = site.session(&viewer).await?;
    let mut groups = failed::groups(&mut session, &viewer, CAUSES + 1).await?;
    let more = groups.len() > usize::try_from(CAUSES).unwrap_or(0);
    groups.truncate(usize::try_from(CAUSES).unwrap_or(0));
    let newest: Vec<DeliveryId> = groups.iter().map(|group| group.newest.clone()).collect();
    let newest = resolutions::deliveries_of_ids(&mut session, &newest).await?;
    let total = failed::count_failed(&mut session, &viewer).await?;
    Ok(Page::new(shell, build::list(&desk(&site, &viewer, clock), &groups, &newest, total, more)))
}

/// Which page of the writes of a cause.
#[derive(Deserialize)]
pub struct Place {
    after: Option<String>,
}

fn of_path(path: Path<(String, String, String)>) -> Cause {
    let (system, entity, key) = path.into_inner();
    Cause { system: system.into(), entity: entity.into(), key }
}

/// `GET /failed-writes/{system}/{entity}/{cause}`.
///
/// # Errors
/// There is nothing of that cause for this viewer any longer, or the store cannot be read.
pub async fn cause(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    path: Path<(String, String, String)>,
    place: Query<Place>,
) -> Result<Page<CausePage>, Failure> {
    let cause = of_path(path);
    let mut session = site.session(&viewer).await?;
    let s = &mut session;
    let count = failed::count_of_cause(s, &viewer, &cause).await?;
    let newest = failed::of_cause(s, &viewer, &cause, None, 1).await?.pop();
    let newest = newest.ok_or_else(|| gone(msg("failed-gone")))?;
    let after = place.after.clone().map(DeliveryId);
    let mut rows = failed::of_cause(s, &viewer, &cause, after.as_ref(), ROWS + 1).await?;
    let next = usize::try_from(ROWS).unwrap_or(0);
    let next = (rows.len() > next).then(|| rows[next - 1].id.clone());
    rows.truncate(usize::try_from(ROWS).unwrap_or(0));
    let titles = titles(s, &rows).await?;
    let place = build::address(&cause);
    let pager = Pager {
        range: Some(msg("range-total").with("total", count)),
        previous: after.is_some().then(|| place.clone()),
        next: next.map(|last| format!("{place}?after={last}")),
    };
    let desk = desk(&site, &viewer, clock);
    Ok(Page::new(shell, build::cause(&desk, &cause, (count, &newest), &rows, &titles, pager)))
}

fn gone(text: Msg) -> Failure {
    Failure::new(Code::NotFound).detail(text).link(msg("failed-title"), "/failed-writes")
}

async fn titles(s: &mut Session, rows: &[Delivery]) -> Result<Vec<records::Record>, StoreError> {
    let ids: Vec<RecordId> = rows.iter().map(|delivery| delivery.record.clone()).collect();
    records::of_ids(s, &ids).await
}

/// The newest write that "Retry all" is for: later ones were not on the page.
#[derive(Deserialize)]
pub struct Until {
    until: String,
}

/// `POST /failed-writes/{system}/{entity}/{cause}/retry`.
///
/// # Errors
/// The viewer may not, or the store failed.
pub async fn retry_all(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    path: Path<(String, String, String)>,
    Form(sent): Form<Until>,
) -> Result<HttpResponse, Failure> {
    let cause = of_path(path);
    let done = site.engine.retry_all(&viewer, &cause, &DeliveryId(sent.until)).await?;
    let text = match (done.more, done.left) {
        (true, _) => msg("flash-retried-more"),
        (false, 0) => msg("flash-retried-all"),
        (false, _) => msg("flash-retried-but"),
    };
    let tone = if done.retried > 0 { Tone::Done } else { Tone::Warning };
    let text = text.with("n", done.retried).with("left", done.left);
    Ok(told(&request, &viewer, "/failed-writes", tone, text))
}

/// `GET /deliveries/{id}`.
///
/// # Errors
/// There is no such write for this viewer, or the store cannot be read.
pub async fn delivery(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<DeliveryPage>, Failure> {
    Ok(Page::new(shell, shown(&site, &viewer, clock, &DeliveryId(id.into_inner())).await?))
}

async fn shown(
    site: &Site,
    viewer: &Viewer,
    clock: Clockface,
    id: &DeliveryId,
) -> Result<DeliveryPage, Failure> {
    let delivery = site.engine.delivery(viewer, id).await?;
    let mut session = site.session(viewer).await?;
    let s = &mut session;
    let titles = titles(s, std::slice::from_ref(&delivery)).await?;
    let (targets, kept) = (targets::all(s).await?, exchanges::get(s, id).await?);
    Ok(build::delivery(&desk(site, viewer, clock), &delivery, &titles, &targets, kept.as_ref()))
}

/// `POST /deliveries/{id}/decision`: another value, or leaving it different, in one step. Leads to the
/// decision.
///
/// # Errors
/// The viewer may not, there is no such write, or the store failed. What does not fit comes back as
/// the same page with what was sent.
pub async fn decide(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let id = DeliveryId(id.into_inner());
    let pairs = url::form_urlencoded::parse(&body);
    let sent: BTreeMap<String, String> = pairs.map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
    let get = |name: &str| sent.get(name).map_or("", |text| text.trim());
    let form = if get("outcome") == "leave" { "leave" } else { "type" };
    let mut page = shown(&site, &viewer, clock.clone(), &id).await?;
    let names = page.instead.iter().flat_map(|forms| &forms.values);
    let values: Vec<Held> = names.map(|(name, ..)| Held::from(get(&format!("value.{name}")))).collect();
    let outcome = match form {
        "leave" => clock.end_of_day(get("until")).map(|until| Outcome::LeaveDifferent { until }),
        _ => Some(Outcome::Type { values }),
    };
    let wrong = match outcome {
        None => msg("failed-until"),
        Some(outcome) => {
            let (reason, note) = (Reason::of(get("reason")), get("note").to_owned());
            match site.engine.decide_instead(&viewer, &id, Instead { outcome, reason, note }).await {
                Ok(decision) => {
                    let place = format!("/resolutions/{}", decision.id);
                    return Ok(told(&request, &viewer, &place, Tone::Done, msg("flash-decided-instead")));
                }
                Err(refusal) => problem(refusal)?,
            }
        }
    };
    if let Some(forms) = &mut page.instead {
        filled(forms, form, wrong, &get);
    }
    Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

/// The forms as they were sent, and what is wrong with one of them.
fn filled<'s>(forms: &mut super::Instead, form: &'static str, wrong: Msg, get: &impl Fn(&str) -> &'s str) {
    for (name, _, value) in forms.values.iter_mut().filter(|_| form == "type") {
        get(&format!("value.{name}")).clone_into(value);
    }
    for choice in &mut forms.reasons {
        choice.chosen = choice.value == get("reason");
    }
    if form == "leave" {
        get("until").clone_into(&mut forms.until);
    }
    (forms.note, forms.error) = (get("note").to_owned(), Some((form, wrong)));
}

/// What the engine says against another decision, as far as the form can be put right.
fn problem(refusal: Refusal) -> Result<Msg, Failure> {
    Ok(said(match refusal {
        Refusal::Outcomes(problems) => {
            problems.iter().map(|(_, problem)| problem.to_string()).collect::<Vec<_>>().join("; ")
        }
        Refusal::Invalid(text) | Refusal::WrongState(text) => text,
        stale @ (Refusal::Stale | Refusal::DecidedAlready(_)) => stale.to_string(),
        other => return Err(other.into()),
    }))
}

fn told(request: &HttpRequest, viewer: &Viewer, place: &str, tone: Tone, text: Msg) -> HttpResponse {
    flash::redirect(request, viewer, place, &Flash { tone, text, undo: None, link: None })
}
