//! Incidents, and one decision for many differences.

use super::approvals::ApprovalView;
use super::body::JsonBody;
use super::listing::{Ask, Items, rows, wrong};
use super::values;
use crate::domain::access::Viewer;
use crate::domain::group::GroupChoice;
use crate::domain::ids::{GroupId, IncidentId};
use crate::domain::incident::{Ending, IncidentState};
use crate::domain::resolution::Reason;
use crate::engine::incidents::group::Asked;
use crate::engine::{Refusal, Setup};
use crate::store::groups::{Group, Of, rows as stored};
use crate::store::incidents::{self, Incident};
use crate::web::auth::{SignedIn, Steward};
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::idempotency::{Reply, once};
use crate::web::pages::bulk;
use crate::web::site::Site;
use crate::web::when::Clockface;
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
    let mut session = site.session(&viewer).await?;
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
    /// The incident whose differences it is for. One of `incident`, `like`, `view` and `conflicts`.
    incident: Option<String>,
    /// The pattern of the differences it is for.
    like: Option<String>,
    /// The query of the queue's address whose open differences it is for, with `entity` and `field`.
    view: Option<String>,
    /// Of these conflicts alone, with `entity` and `field`; 500 at most.
    #[serde(default)]
    conflicts: Vec<String>,
    entity: Option<String>,
    field: Option<String>,
    /// `keep` (every system gets the value of `system`), `keep_others` (`system` gets the others' value
    /// back), `source` (each gets the value of its source of truth), `newest` (what a person changed last),
    /// `suggested` (each gets what is suggested for it), `one` (all get `value`) or `leave_different` (until
    /// `until`).
    outcome: String,
    system: Option<String>,
    /// The value for all: a text or null, or of a group its fields.
    #[schema(value_type = Option<Object>)]
    value: Option<serde_json::Value>,
    until: Option<DateTime<Utc>>,
    /// The code of a reason, where a policy asks for one.
    reason: Option<String>,
    /// Why, in 1 to 500 characters.
    note: String,
}

impl GroupBody {
    fn of(&self, setup: &Setup, face: &Clockface) -> Result<Of, Failure> {
        let listed = self.view.is_some() || !self.conflicts.is_empty();
        match (&self.incident, &self.like, listed) {
            (Some(incident), None, false) => Ok(Of::Incident(incident.as_str().into())),
            (None, Some(like), false) => Ok(Of::Alike(like.clone())),
            (None, None, true) => {
                let entity = self.entity.as_deref().ok_or_else(|| wrong("entity", "a kind of record"))?;
                let field = self.field.as_deref().ok_or_else(|| wrong("field", "a field or group"))?;
                let view = self.view.as_deref().unwrap_or_default();
                Ok(Of::View(Box::new(bulk::listed(
                    setup,
                    view,
                    &self.conflicts,
                    Some((entity, field)),
                    face,
                )?)))
            }
            _ => {
                let text = "give one of incident, like, and view or conflicts";
                Err(Refusal::Invalid(text.to_owned()).into())
            }
        }
    }

    fn asked(&self, setup: &Setup, face: &Clockface) -> Result<Asked, Failure> {
        let of = self.of(setup, face)?;
        let system = || self.system.as_deref().ok_or_else(|| wrong("system", "a system"));
        let choice = match self.outcome.as_str() {
            "keep" => GroupChoice::Keep { system: system()?.into() },
            "keep_others" => GroupChoice::KeepOthers { system: system()?.into() },
            "leave_different" => {
                let until = self.until.ok_or_else(|| wrong("until", "a time"))?;
                GroupChoice::LeaveDifferent { until }
            }
            "source" => GroupChoice::Source,
            "newest" => GroupChoice::Newest,
            "suggested" => GroupChoice::Suggested,
            "one" => {
                let entity = self.entity.as_deref().and_then(|id| setup.catalog.entity(&id.into()));
                let field = self.field.clone().unwrap_or_default().into();
                let slot = entity.and_then(|entity| entity.slot(&field));
                let value = self.value.as_ref().ok_or_else(|| wrong("value", "a value"))?;
                let values = values::typed(slot.as_ref(), value);
                GroupChoice::One { values: values.map_err(|_| wrong("value", "a value of this field"))? }
            }
            _ => {
                let known = "keep, keep_others, source, newest, suggested, one or leave_different";
                return Err(wrong("outcome", known));
            }
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
    /// `others_differ`, `no_right`, `refused`, `no_person`, `no_source`, `no_suggestion`, `blind`,
    /// `needs_approval`, `unticked`, `stopped`.
    excluded: BTreeMap<String, i64>,
    /// How many rows stand how: `to_come`, `waiting`, `confirmed`, `failed`, `undone`, `reversed`,
    /// `overtaken`, `taking_back`, `left_out`.
    standings: BTreeMap<String, i64>,
    /// A second person has to approve it before it is decided.
    needs_approval: bool,
    approval: Option<ApprovalView>,
    /// Of the reversal of what it decided: nothing is put back before it is approved.
    reversal_approval: Option<ApprovalView>,
    /// `undo` or `reverse` while rows are being taken back.
    taking_back: Option<String>,
    note: String,
    by: String,
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

pub(super) async fn view(site: &Site, group: Group) -> Result<GroupView, Failure> {
    let mut session = site.session_outside().await?;
    let standings = stored::standings(&mut session, &group.id).await?;
    let standings = standings.into_iter().map(|count| (count.value, count.count)).collect();
    drop(session);
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
        standings,
        needs_approval: group.needs_approval,
        approval: group.approval.map(ApprovalView::from),
        reversal_approval: group.back_approval.map(ApprovalView::from),
        taking_back: group.back.map(|back| back.way.as_str().to_owned()),
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
        let group = site
            .engine
            .freeze(&viewer, body.value.asked(&site.engine.setup(), &clock::face(&request))?)
            .await?;
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
