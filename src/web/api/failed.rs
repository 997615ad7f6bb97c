//! Writes that need a person, by their cause.

use super::body::JsonBody;
use super::decision::{OutcomeBody, OutcomeName, error, invalid};
use super::listing::{Ask, Items, rows};
use super::resolutions::{DeliveryView, decided};
use crate::domain::ids::DeliveryId;
use crate::domain::refusal;
use crate::domain::resolution::Reason;
use crate::engine::Refusal;
use crate::engine::failed::Instead;
use crate::store::resolutions::failed::{self, Cause, Group};
use crate::store::resolutions::{self, Delivery};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Causes of an answer: more at once are one problem above them.
const CAUSES: i64 = 200;

/// Writes of one cause: one fix helps them all.
#[derive(Serialize, ToSchema)]
pub struct FailedView {
    system: String,
    entity: String,
    /// The key that those of one cause share.
    cause: String,
    /// `said`: the system said no; `tried`: ten tries were not enough; `look`: it is not known
    /// whether it was done; `by_hand`: a person enters it there.
    kind: &'static str,
    /// What the system said of the newest.
    message: Option<String>,
    deliveries: i64,
    /// The newest of them.
    newest: String,
    href: String,
}

impl FailedView {
    fn of(group: Group, newest: &[Delivery]) -> Self {
        let Group { cause: Cause { system, entity, key }, deliveries, newest: id } = group;
        let message = newest.iter().find(|delivery| delivery.id == id);
        let message = message.and_then(|delivery| DeliveryView::from(delivery.clone()).message);
        let href = format!("/api/v1/failed-writes/{system}/{entity}/{key}");
        let kind = refusal::kind(&key).map_or("by_hand", refusal::Why::as_str);
        let (system, entity, newest) = (system.0, entity.0, id.0);
        Self { system, entity, cause: key, kind, message, deliveries, newest, href }
    }
}

/// `GET /api/v1/failed-writes`: the causes there are, those with the most writes first.
///
/// # Errors
/// The store cannot be read.
pub async fn list(viewer: SignedIn, site: Data<Site>) -> Result<Json<Items<FailedView>>, Failure> {
    let mut session = site.session(&viewer).await?;
    let groups = failed::groups(&mut session, &viewer, CAUSES).await?;
    let ids: Vec<DeliveryId> = groups.iter().map(|group| group.newest.clone()).collect();
    let newest = resolutions::deliveries_of_ids(&mut session, &ids).await?;
    let items = groups.into_iter().map(|group| FailedView::of(group, &newest)).collect();
    Ok(Json(Items { items, next: None }))
}

/// Which page of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedQuery {
    cursor: Option<String>,
    limit: Option<i64>,
}

fn of_path(path: Path<(String, String, String)>) -> Cause {
    let (system, entity, key) = path.into_inner();
    Cause { system: system.into(), entity: entity.into(), key }
}

/// `GET /api/v1/failed-writes/{system}/{entity}/{cause}`: its writes, newest first.
///
/// # Errors
/// The store cannot be read.
pub async fn show(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    path: Path<(String, String, String)>,
    Ask(query): Ask<FailedQuery>,
) -> Result<HttpResponse, Failure> {
    let (cause, limit) = (of_path(path), rows(query.limit)?);
    let before = query.cursor.map(DeliveryId);
    let mut session = site.session(&viewer).await?;
    let mut all = failed::of_cause(&mut session, &viewer, &cause, before.as_ref(), limit + 1).await?;
    let wanted = usize::try_from(limit).unwrap_or(0);
    let more = all.len() > wanted;
    all.truncate(wanted);
    let next = all.last().filter(|_| more).map(|last| last.id.0.clone());
    Ok(Items { items: all.into_iter().map(DeliveryView::from).collect(), next }.respond(&request))
}

/// Which of them are meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryBody {
    /// The newest that was seen: later ones are left alone.
    until: String,
}

/// How a retry of many went.
#[derive(Serialize, ToSchema)]
pub struct RetriedView {
    retried: usize,
    /// Left as they are: a later decision would be written over, or they are entered by hand.
    left: usize,
    /// There are more than one request takes: ask again.
    more: bool,
}

/// `POST /api/v1/failed-writes/{system}/{entity}/{cause}/retry`: sends all of them again.
///
/// # Errors
/// The viewer may not, or the store failed.
pub async fn retry_all(
    viewer: SignedIn,
    request: HttpRequest,
    path: Path<(String, String, String)>,
    body: JsonBody<RetryBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (cause, until) = (of_path(path), DeliveryId(body.value.until.clone()));
    once(&request, &viewer, &body.raw, async |_| {
        let done = site.engine.retry_all(&viewer, &cause, &until).await?;
        let told = RetriedView { retried: done.retried, left: done.left, more: done.more };
        Reply::of(StatusCode::OK, &told)
    })
    .await
}

/// `POST /api/v1/deliveries/{id}/retry`: sends one at once.
///
/// # Errors
/// The viewer may not, there is no such delivery, or it is being sent or has ended.
pub async fn retry(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<DeliveryId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body, async |_| {
        site.engine.retry(&viewer, &id).await?;
        Reply::of(StatusCode::OK, &DeliveryView::from(site.engine.delivery(&viewer, &id).await?))
    })
    .await
}

/// Another decision about what a system refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InsteadBody {
    /// `type` or `leave_different`.
    outcome: OutcomeName,
    /// For `type`: a text or null, or for a group an object with one for each member.
    #[schema(value_type = Option<Value>)]
    value: Option<Value>,
    /// For `leave_different`: the end of the exception, within a year.
    until: Option<DateTime<Utc>>,
    /// As of a resolution.
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
    note: Option<String>,
}

/// `POST /api/v1/deliveries/{id}/decision`: another value, or leaving it different, in one step.
///
/// # Errors
/// The viewer may not, there is no such delivery, it was not refused, or the outcome does not fit.
pub async fn decide(
    viewer: Steward,
    request: HttpRequest,
    id: Path<DeliveryId>,
    body: JsonBody<InsteadBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let sent = &body.value;
        let (outcome, value, until) = (sent.outcome, sent.value.clone(), sent.until);
        if !matches!(outcome, OutcomeName::Type | OutcomeName::LeaveDifferent) {
            return Err(invalid(vec![error("/outcome", "is type or leave_different here")]));
        }
        let delivery = site.engine.delivery(&viewer, &id).await?;
        let setup = site.engine.setup();
        let entity = setup.catalog.entity(&delivery.entity);
        let slot = entity.and_then(|entity| entity.slot(&delivery.change.slot));
        let outcome = OutcomeBody { difference: String::new(), outcome, value, until };
        let outcome = outcome.read(slot.as_ref(), None).map_err(|wrong| invalid(vec![wrong]))?;
        let note = sent.note.clone().unwrap_or_default();
        let instead = Instead { outcome, reason: sent.reason, note };
        let done = site.engine.decide_instead(&viewer, &id, instead).await.map_err(refused)?;
        let (_, text) = decided(&done);
        Ok(Reply { status: StatusCode::CREATED, body: text, kept: false })
    })
    .await
}

fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Outcomes(problems) => {
            invalid(problems.into_iter().map(|(_, problem)| error("/value", problem.to_string())).collect())
        }
        Refusal::Invalid(text) => {
            let errors = vec![error("/reason", text.clone())];
            Failure { errors, ..Refusal::Invalid(text).into() }
        }
        other => other.into(),
    }
}
