//! Decisions and where they have arrived.

use super::approvals::ApprovalView;
use super::values::{self, FieldValue};
use crate::domain::access::Viewer;
use crate::domain::delivery::{Change, DeliveryState};
use crate::domain::ids::ResolutionId;
use crate::domain::resolution::{Chosen, Outcome};
use crate::domain::suggestion::{Shown, Suggested};
use crate::domain::value::Held;
use crate::engine::Setup;
use crate::engine::once::{Receipt, Told};
use crate::store::records;
use crate::store::records::Record;
use crate::store::resolutions::{self, Delivery, Resolution};
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A decision that was just made.
#[derive(Serialize, ToSchema)]
pub struct Decided {
    id: String,
    href: String,
    conflict: String,
    /// As in a resolution.
    state: String,
    /// Until then it can be undone and nothing is sent.
    held_until: DateTime<Utc>,
}

/// What is answered to a decision, and kept with it.
pub(super) fn decided(resolution: &Resolution) -> (u16, String) {
    let told = Decided {
        id: resolution.id.0.clone(),
        href: format!("/api/v1/resolutions/{}", resolution.id),
        conflict: resolution.conflict.0.clone(),
        state: resolution.standing().to_owned(),
        held_until: resolution.held_until,
    };
    (StatusCode::CREATED.as_u16(), serde_json::to_string(&told).unwrap_or_default())
}

/// A decision over one or more differences of one conflict.
#[derive(Serialize, ToSchema)]
pub struct ResolutionView {
    id: String,
    conflict: String,
    record: String,
    /// `awaiting_approval`, `held`, `sending`, `done`, `partly`, `undone` or `overtaken`.
    state: String,
    /// A second person's word, where the policy asks for one.
    approval: Option<ApprovalView>,
    /// The group decision that it is part of.
    group: Option<String>,
    /// Who decided.
    actor: Decider,
    reason: Option<String>,
    note: Option<String>,
    created_at: DateTime<Utc>,
    held_until: DateTime<Utc>,
    policy_version: i64,
    outcomes: Vec<OutcomeView>,
    deliveries: Vec<DeliveryView>,
}

/// A person, a program or a rule.
#[derive(Serialize, ToSchema)]
pub struct Decider {
    /// `person`, `program`, `rule` or `referee`.
    kind: String,
    id: String,
    name: String,
}

/// What was chosen for one difference.
#[derive(Serialize, ToSchema)]
pub struct OutcomeView {
    difference: String,
    field: String,
    /// `keep`, `type`, `clear`, `combine`, `leave_different`, `create_there`, `remove_elsewhere` or, of a
    /// reversal, `put_back`.
    outcome: String,
    /// The number of the listed value, or the typed or combined value.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Picked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<DateTime<Utc>>,
    /// What was suggested when it was decided; missing where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggested: Option<SuggestedView>,
}

/// A suggestion as it belonged to a decision.
#[derive(Serialize, ToSchema)]
pub struct SuggestedView {
    /// The number of the listed value.
    value: usize,
    /// `before` it was chosen, `after` (it was hidden until then), or `no`.
    #[schema(value_type = String)]
    shown: Shown,
}

/// A listed value by its number, or a typed one.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Picked {
    Number(usize),
    Typed(FieldValue),
}

/// One write to one system.
#[derive(Serialize, ToSchema)]
pub struct DeliveryView {
    id: String,
    system: String,
    /// The row's identifier there; null for one to be made.
    external_id: Option<String>,
    /// A row is made, rather than changed.
    create: bool,
    /// A row is removed, rather than changed.
    remove: bool,
    /// The fields that are written.
    fields: Vec<String>,
    /// By field, what was there and what shall be.
    changes: BTreeMap<String, ChangeView>,
    /// `proposed` (its decision awaits an approval), `waiting`, `sending`, `confirmed`, `accepted_with_changes`, `retrying`, `refused`,
    /// `overtaken`, `unknown`, `by_hand` or `undone`.
    state: String,
    /// What the system said, where it did not simply take it.
    pub(super) message: Option<String>,
    /// When it is tried next.
    next_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

/// One field of a delivery.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    from: Option<String>,
    to: Option<String>,
    /// The roles of whoever asks do not see them: both are null.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        let state = &delivery.state;
        let message = match state {
            DeliveryState::Retrying { message, .. }
            | DeliveryState::Refused { message, .. }
            | DeliveryState::Unknown { message, .. } => Some(message.clone()),
            _ => None,
        };
        Self {
            id: delivery.id.0.clone(),
            system: delivery.system.0.clone(),
            external_id: delivery.external_id.clone(),
            create: delivery.change.create,
            remove: delivery.change.remove,
            fields: delivery.change.fields.keys().map(|field| field.0.clone()).collect(),
            changes: changes(&delivery.change),
            state: state.name().to_owned(),
            message,
            next_at: state.next_at(),
            ended_at: state.ended_at(),
        }
    }
}

/// The fields of a change, as they are and as they shall be.
pub(super) fn changes(change: &Change) -> BTreeMap<String, ChangeView> {
    let field = |from: &Held, to: &Held| ChangeView {
        from: values::text(from),
        to: values::text(to),
        hidden: from.is_hidden() || to.is_hidden(),
    };
    change.fields.iter().map(|(id, (from, to))| (id.0.clone(), field(from, to))).collect()
}

fn outcome(setup: &Setup, record: &Record, chosen: Chosen) -> OutcomeView {
    let slot = setup.catalog.entity(&record.entity).and_then(|entity| entity.slot(&chosen.field));
    let (name, value, until) = match &chosen.outcome {
        Outcome::Keep { value } => ("keep", Some(Picked::Number(*value)), None),
        Outcome::CreateThere { value } => ("create_there", Some(Picked::Number(*value)), None),
        Outcome::Type { values } => ("type", Some(Picked::Typed(values::of(slot.as_ref(), values))), None),
        Outcome::Clear { .. } => ("clear", None, None),
        Outcome::Combine { values } => {
            ("combine", Some(Picked::Typed(values::of(slot.as_ref(), values))), None)
        }
        Outcome::RemoveElsewhere => ("remove_elsewhere", None, None),
        Outcome::PutBack { .. } => ("put_back", None, None),
        Outcome::LeaveDifferent { until } => ("leave_different", None, Some(*until)),
    };
    let (difference, field) = (chosen.difference.0, chosen.field.0);
    let suggested = chosen.suggested.map(|Suggested { value, shown }| SuggestedView { value, shown });
    OutcomeView { difference, field, outcome: name.to_owned(), value, until, suggested }
}

pub(super) async fn view(site: &Site, viewer: &Viewer, id: &ResolutionId) -> Result<ResolutionView, Failure> {
    let missing = || Failure::new(Code::NotFound);
    let mut session = site.session(viewer).await?;
    let resolution = resolutions::get(&mut session, viewer, id).await?.ok_or_else(missing)?;
    let record = records::get(&mut session, viewer, &resolution.record).await?.ok_or_else(missing)?;
    let deliveries = resolutions::deliveries(&mut session, std::slice::from_ref(id)).await?;
    Ok(of_parts(&site.engine.setup(), &record, resolution, deliveries))
}

/// What is answered to what was done to a decision, as it stands in its transaction.
pub(super) fn told_of(told: &Told) -> String {
    let Told { setup, record, resolution, deliveries } = told;
    let view = of_parts(setup, record, resolution.clone(), deliveries.clone());
    serde_json::to_string(&view).unwrap_or_default()
}

fn of_parts(
    setup: &Setup,
    record: &Record,
    resolution: Resolution,
    deliveries: Vec<Delivery>,
) -> ResolutionView {
    let state = resolution.standing().to_owned();
    let actor = resolution.actor;
    let kind = serde_json::to_value(actor.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    ResolutionView {
        id: resolution.id.0,
        conflict: resolution.conflict.0,
        record: resolution.record.0,
        state,
        approval: resolution.approval.map(ApprovalView::from),
        group: resolution.group.map(|group| group.0),
        actor: Decider { kind: kind.unwrap_or_default(), id: actor.id, name: actor.name },
        reason: said(resolution.reason),
        note: said(resolution.note),
        created_at: resolution.created_at,
        held_until: resolution.held_until,
        policy_version: resolution.policy_version,
        outcomes: resolution.outcomes.into_iter().map(|one| outcome(setup, record, one)).collect(),
        deliveries: deliveries.into_iter().map(DeliveryView::from).collect(),
    }
}

/// `GET /api/v1/resolutions/{id}`: a decision and its deliveries.
///
/// # Errors
/// There is no such decision for this viewer.
pub async fn show(
    viewer: SignedIn,
    id: Path<ResolutionId>,
    site: Data<Site>,
) -> Result<Json<ResolutionView>, Failure> {
    view(&site, &viewer, &id).await.map(Json)
}

/// `POST /api/v1/resolutions/{id}/undo`: takes a decision back during its hold.
///
/// # Errors
/// It is not the viewer's, there is no such decision, or something of it was sent.
pub async fn undo(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ResolutionId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body, async |key| {
        let kept = key.is_some();
        let receipt = key.map(|key| Receipt { key, answer: |told| (200, told_of(told)) });
        site.engine.undo_once(&viewer, &id, receipt).await?;
        Ok(Reply { kept, ..Reply::of(StatusCode::OK, &view(&site, &viewer, &id).await?)? })
    })
    .await
}
