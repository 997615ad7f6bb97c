//! Incidents, and one decision for many differences.

use super::body::JsonBody;
use super::listing::{Ask, Items, rows, wrong};
use crate::domain::access::Viewer;
use crate::domain::group::GroupChoice;
use crate::domain::ids::{GroupId, IncidentId};
use crate::domain::incident::{Ending, IncidentState};
use crate::domain::resolution::Reason;
use crate::engine::Refusal;
use crate::engine::incidents::group::Asked;
use crate::store::groups::{Group, Of};
use crate::store::incidents::{self, Incident};
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One problem of one mapping that holds many records.
#[derive(Serialize, ToSchema)]
pub struct IncidentView {
    id: String,
    /// `mass_delete`, `mass_change` or `storm`.
    kind: String,
    system: String,
    entity: String,
    /// The run that showed it.
    run: Option<String>,
    opened_at: DateTime<Utc>,
    /// Records it was opened over, of so many that the system held (0 where that means nothing).
    records: i64,
    of: i64,
    /// `open`, `working` or `ended`.
    state: String,
    /// `allowed`, `refused`, `accepted`, `decided`, `released` or `came_back`.
    ending: Option<String>,
    by: Option<String>,
    reason: Option<String>,
    ended_at: Option<DateTime<Utc>>,
}

impl From<Incident> for IncidentView {
    fn from(incident: Incident) -> Self {
        let choice = incident.state.choice();
        Self {
            state: incident.state.name().to_owned(),
            ending: choice.map(|choice| choice.ending.as_str().to_owned()),
            by: choice.map(|choice| choice.by.name.clone()),
            reason: choice.map(|choice| choice.reason.clone()),
            ended_at: match &incident.state {
                IncidentState::Ended(_, at) => Some(*at),
                _ => None,
            },
            id: incident.id.0,
            kind: incident.kind.as_str().to_owned(),
            system: incident.system.0,
            entity: incident.entity.0,
            run: Some(incident.run.0).filter(|run| !run.is_empty()),
            opened_at: incident.opened_at,
            records: incident.records,
            of: incident.held,
        }
    }
}

/// Which page of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentQuery {
    cursor: Option<String>,
    limit: Option<i64>,
}

/// `GET /api/v1/incidents`: those that are open, then those that ended, newest first.
///
/// # Errors
/// The store cannot be read.
pub async fn list(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    Ask(query): Ask<IncidentQuery>,
) -> Result<HttpResponse, Failure> {
    let limit = rows(query.limit)?;
    let mut session = site.store().session().await?;
    let mut items = match query.cursor {
        None => incidents::open(&mut session, &viewer, 200).await?,
        Some(_) => Vec::new(),
    };
    let before = query.cursor.map(IncidentId);
    let mut ended = incidents::ended(&mut session, &viewer, before.as_ref(), limit + 1).await?;
    let wanted = usize::try_from(limit).unwrap_or(0);
    let more = ended.len() > wanted;
    ended.truncate(wanted);
    let next = ended.last().filter(|_| more).map(|last| last.id.0.clone());
    items.extend(ended);
    Ok(Items { items: items.into_iter().map(IncidentView::from).collect(), next }.respond(&request))
}

/// `GET /api/v1/incidents/{id}`: one incident.
///
/// # Errors
/// There is no such incident for this viewer.
pub async fn show(
    viewer: SignedIn,
    id: Path<IncidentId>,
    site: Data<Site>,
) -> Result<Json<IncidentView>, Failure> {
    Ok(Json(site.engine.incident(&viewer, &id).await?.into()))
}

/// How an incident ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndingBody {
    /// `allowed` or `refused` for a mass delete; `released` for the others.
    ending: String,
    /// Why, in 1 to 500 characters.
    reason: String,
}

/// `POST /api/v1/incidents/{id}/choice`: allows or refuses a mass delete, or lets the others go.
///
/// # Errors
/// The viewer may not, there is no such incident, something was chosen before, or it does not fit.
pub async fn choose(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<IncidentId>,
    body: JsonBody<EndingBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let ending = Ending::of(&body.value.ending);
        let ending = ending.ok_or_else(|| wrong("ending", "allowed, refused or released"))?;
        let chosen = site.engine.choose(&viewer, &id, ending, &body.value.reason).await?;
        Reply::of(StatusCode::OK, &IncidentView::from(chosen))
    })
    .await
}

/// One outcome for many differences.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupBody {
    /// The incident whose differences it is for; or `like`.
    incident: Option<String>,
    /// The pattern of the differences it is for; or `incident`.
    like: Option<String>,
    /// `keep` (every system gets the value of `system`), `keep_others` (`system` gets the others' value
    /// back) or `leave_different` (until `until`).
    outcome: String,
    system: Option<String>,
    until: Option<DateTime<Utc>>,
    /// The code of a reason, where a policy asks for one.
    reason: Option<String>,
    /// Why, in 1 to 500 characters.
    note: String,
}

impl GroupBody {
    fn asked(&self) -> Result<Asked, Failure> {
        let of = match (&self.incident, &self.like) {
            (Some(incident), None) => Of::Incident(incident.as_str().into()),
            (None, Some(like)) => Of::Alike(like.clone()),
            _ => return Err(Refusal::Invalid("give either incident or like".to_owned()).into()),
        };
        let system = || self.system.as_deref().ok_or_else(|| wrong("system", "a system"));
        let choice = match self.outcome.as_str() {
            "keep" => GroupChoice::Keep { system: system()?.into() },
            "keep_others" => GroupChoice::KeepOthers { system: system()?.into() },
            "leave_different" => {
                let until = self.until.ok_or_else(|| wrong("until", "a time"))?;
                GroupChoice::LeaveDifferent { until }
            }
            _ => return Err(wrong("outcome", "keep, keep_others or leave_different")),
        };
        let known = |code: &String| Reason::of(code).ok_or_else(|| wrong("reason", "a known code"));
        let reason = self.reason.as_ref().map(known).transpose()?;
        Ok(Asked { of, choice, reason, note: self.note.clone() })
    }
}

/// A frozen set of differences and how far it is.
#[derive(Serialize, ToSchema)]
pub struct GroupView {
    id: String,
    href: String,
    /// The incident that ends with it.
    incident: Option<String>,
    entity: String,
    /// `draft`, `working` or `done`.
    state: String,
    /// Differences still to be decided.
    included: i64,
    decided: i64,
    /// How many are left out, by why: `claimed`, `changed`, `decided`, `high_stakes`, `value_missing`,
    /// `others_differ`, `no_right`, `refused`.
    excluded: BTreeMap<String, i64>,
    note: String,
    by: String,
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

async fn view(site: &Site, group: Group) -> Result<GroupView, Failure> {
    let progress = site.engine.progress(&group.id).await?;
    Ok(GroupView {
        href: format!("/api/v1/groups/{}", group.id),
        id: group.id.0,
        incident: group.incident.map(|incident| incident.0),
        entity: group.entity.0,
        state: group.state,
        included: progress.included,
        decided: progress.decided,
        excluded: progress.excluded.into_iter().collect(),
        note: group.note,
        by: group.actor.name,
        created_at: group.created_at,
        ended_at: group.ended_at,
    })
}

/// `POST /api/v1/groups`: freezes a set as a draft; nothing is decided yet.
///
/// # Errors
/// The viewer may not decide, nothing is open of it, or the outcome does not fit.
pub async fn freeze(
    viewer: Steward,
    request: HttpRequest,
    body: JsonBody<GroupBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let group = site.engine.freeze(&viewer, body.value.asked()?).await?;
        Reply::of(StatusCode::CREATED, &view(&site, group).await?)
    })
    .await
}

/// `GET /api/v1/groups/{id}`: how far it is.
///
/// # Errors
/// There is no such group for this viewer.
pub async fn show_group(
    viewer: SignedIn,
    id: Path<GroupId>,
    site: Data<Site>,
) -> Result<Json<GroupView>, Failure> {
    let viewer: &Viewer = &viewer;
    let group = site.engine.group(viewer, &id).await?;
    Ok(Json(view(&site, group).await?))
}

/// The number of differences that are decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountBody {
    /// As many as the draft includes: asked for above 100.
    count: Option<i64>,
}

/// `POST /api/v1/groups/{id}/decision`: decides a frozen set, one difference after the other.
///
/// # Errors
/// The viewer may not or did not freeze it, the number is another one, or it was decided before.
pub async fn decide(
    viewer: Steward,
    request: HttpRequest,
    id: Path<GroupId>,
    body: JsonBody<CountBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let typed = body.value.count.map(|count| count.to_string()).unwrap_or_default();
        let group = site.engine.decide_group(&viewer, &id, &typed).await?;
        Reply::of(StatusCode::ACCEPTED, &view(&site, group).await?)
    })
    .await
}
