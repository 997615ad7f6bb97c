//! Dry runs: what systems disagree about now, compared in the background and written nowhere but
//! into a report. The lines of that report, here, on the page and of the command, are [`Line`]s.

use super::body::JsonBody;
use super::listing::{Ask as AskList, Items, rows, said, wrong};
use super::values::{self, FieldValue};
use crate::domain::conflict::Distinct;
use crate::domain::entity::Entity;
use crate::domain::ids::{EntityId, SystemId};
use crate::domain::judge::Finding;
use crate::engine::dry_run::{Ask, Becomes, DryRun, Found, Kind, State, Would};
use crate::web::auth::Operator;
use crate::web::failure::{Code, Failure};
use crate::web::idempotency::{Reply, once};
use crate::web::messages::msg;
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use utoipa::ToSchema;

/// One difference: a line of the report.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DryRunDifference)]
pub struct Line {
    pub entity: String,
    /// The shared identifier.
    pub key: String,
    /// The record, if it is known already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The field or group; `record` for a record that a system lacks.
    pub field: String,
    /// `change`, `clash`, `first` or `missing`.
    pub kind: String,
    /// The last agreed value; null where there is none.
    pub agreed: Option<FieldValue>,
    pub values: Vec<LineValue>,
    /// Systems that should have the record and have not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// The likely cause.
    pub cause: String,
    /// What the policy found, in order.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub findings: Vec<Finding>,
    /// What a run would do: `review`, `settle` or `leave_different`.
    pub would: String,
    /// The system whose value it would keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps: Option<String>,
}

/// One distinct value and who holds it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DryRunValue)]
pub struct LineValue {
    pub n: usize,
    pub value: FieldValue,
    pub systems: Vec<String>,
}

/// A finding as a line of the report.
#[must_use]
pub fn line(entity: &Entity, found: &Found) -> Line {
    let dispute = &found.dispute;
    let slot = entity.slot(&dispute.field);
    let source = dispute.policy.source_of_truth.as_ref();
    let value = |value: &Distinct| LineValue {
        n: value.n,
        value: values::of(slot.as_ref(), value.shown(source)),
        systems: value.holders.iter().map(|holder| holder.candidate.system.0.clone()).collect(),
    };
    Line {
        entity: entity.id.0.clone(),
        key: found.key.clone(),
        record: found.record.as_ref().map(|record| record.0.clone()),
        field: dispute.field.0.clone(),
        kind: dispute.kind.as_str().to_owned(),
        agreed: dispute.agreed.as_ref().map(|(tuple, _)| values::of(slot.as_ref(), tuple)),
        values: dispute.values.iter().map(value).collect(),
        absent: dispute.absent.iter().map(|system| system.0.clone()).collect(),
        cause: dispute.cause_name().to_owned(),
        findings: dispute.findings.clone(),
        would: match found.would {
            Would::Review => "review",
            Would::Settle { .. } => "settle",
            Would::LeaveDifferent => "leave_different",
        }
        .to_owned(),
        keeps: match &found.would {
            Would::Settle { system } => system.as_ref().map(|system| system.0.clone()),
            _ => None,
        },
    }
}

/// The line as it stands in the report.
///
/// # Errors
/// It cannot be written as JSON, which nothing made here can cause.
pub fn json_line(entity: &Entity, found: &Found) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(&line(entity, found))?)
}

/// Where a dry run stands, and what it found.
#[derive(Serialize, ToSchema)]
pub struct DryRunView {
    id: String,
    href: String,
    entity: String,
    systems: Vec<String>,
    started_by: String,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    /// `running`, `done`, `failed`, `too_long` or `cancelled`.
    state: &'static str,
    /// Records compared so far.
    compared: u64,
    /// Records the largest of the systems held when it was last read.
    expected: u64,
    /// Why it failed.
    error: Option<String>,
    found: Option<DryRunFound>,
}

/// What a dry run found. Nothing was written to any system.
#[derive(Serialize, ToSchema)]
pub struct DryRunFound {
    /// Shared identifiers met in any system.
    records: u64,
    agree: u64,
    differ: u64,
    /// Records that could not be compared: a row stands twice or cannot be read.
    left_out: u64,
    /// Records a system does not have, by system.
    lacking: BTreeMap<String, u64>,
    /// Values that are written differently and are the same, by field.
    written_differently: BTreeMap<String, u64>,
    differences: Vec<DryRunKind>,
    /// Lines of the report; fewer than the differences where it became too large.
    lines: usize,
}

/// Differences of one field of which the same would become.
#[derive(Serialize, ToSchema)]
pub struct DryRunKind {
    field: String,
    /// `review`, `settle` or `leave_different`.
    would: &'static str,
    /// The rule that would settle them, or the finding that brings them before a person.
    by: Option<String>,
    count: u64,
}

/// `review`, `settle` or `leave_different`, with the rule or finding.
#[must_use]
pub fn becomes(kind: &Kind) -> (&'static str, Option<&str>) {
    match &kind.becomes {
        Becomes::Review { why } => ("review", Some(why)),
        Becomes::Settle { rule } => ("settle", Some(rule)),
        Becomes::LeaveDifferent => ("leave_different", None),
    }
}

impl DryRunView {
    fn of(run: &DryRun) -> Self {
        let (state, ended_at, error, found) = match run.state() {
            State::Running => ("running", None, None, None),
            State::Failed { ended, error } => ("failed", Some(ended), Some(error), None),
            State::TooLong { ended, .. } => ("too_long", Some(ended), None, None),
            State::Cancelled { ended } => ("cancelled", Some(ended), None, None),
            State::Done { ended, summary, index } => {
                let kind = |(kind, count): &(Kind, u64)| {
                    let (would, by) = becomes(kind);
                    let (field, by) = (kind.field.0.clone(), by.map(str::to_owned));
                    DryRunKind { field, would, by, count: *count }
                };
                let found = DryRunFound {
                    records: summary.records,
                    agree: summary.agree,
                    differ: summary.differ,
                    left_out: summary.left_out,
                    lacking: summary.lacking.iter().map(|(system, n)| (system.0.clone(), *n)).collect(),
                    written_differently: summary.written.iter().map(|(f, n)| (f.0.clone(), *n)).collect(),
                    differences: index.kinds().iter().map(kind).collect(),
                    lines: index.len(),
                };
                ("done", Some(ended), None, Some(found))
            }
        };
        Self {
            id: run.id.clone(),
            href: format!("/api/v1/dry-runs/{}", run.id),
            entity: run.ask.entity.0.clone(),
            systems: run.ask.systems.iter().map(|system| system.0.clone()).collect(),
            started_by: run.by.clone(),
            started_at: run.started,
            ended_at,
            state,
            compared: run.seen(),
            expected: run.expected,
            error,
            found,
        }
    }
}

/// What a dry run is to compare.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRunBody {
    entity: String,
    /// Two or more that map the entity; all of them without any.
    #[serde(default)]
    systems: Vec<String>,
}

/// `GET /api/v1/dry-runs`: those since the start of this server that are kept, newest first.
///
/// # Errors
/// The viewer may not run any.
pub async fn list(viewer: Operator, site: Data<Site>) -> Result<Json<Items<DryRunView>>, Failure> {
    let all = site.engine.recent_dry_runs(&viewer)?;
    Ok(Json(Items { items: all.iter().map(|run| DryRunView::of(run)).collect(), next: None }))
}

/// `POST /api/v1/dry-runs`: starts one, which goes on after the answer.
///
/// # Errors
/// The viewer may not, there is no such entity, fewer than two systems are named, or another one
/// is under way.
pub async fn start(
    viewer: Operator,
    request: HttpRequest,
    body: JsonBody<DryRunBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let systems = body.value.systems.iter().map(|id| SystemId(id.clone())).collect();
        let ask = Ask { entity: EntityId(body.value.entity.clone()), systems };
        let run = site.engine.start_dry_run(&viewer, ask, json_line).await?;
        Reply::of(StatusCode::ACCEPTED, &DryRunView::of(&run))
    })
    .await
}

/// `GET /api/v1/dry-runs/{id}`: where it stands, and what it found.
///
/// # Errors
/// There is none of this id for this viewer.
pub async fn show(viewer: Operator, id: Path<String>, site: Data<Site>) -> Result<Json<DryRunView>, Failure> {
    Ok(Json(DryRunView::of(&*site.engine.dry_run_of(&viewer, &id)?)))
}

/// `POST /api/v1/dry-runs/{id}/cancellation`: ends it. One that has ended stays as it is.
///
/// # Errors
/// There is none of this id for this viewer.
pub async fn cancel(
    viewer: Operator,
    id: Path<String>,
    site: Data<Site>,
) -> Result<Json<DryRunView>, Failure> {
    Ok(Json(DryRunView::of(&*site.engine.cancel_dry_run(&viewer, &id)?)))
}

/// `?field=phone&would=review&cursor=50`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DifferencesQuery {
    field: Option<String>,
    would: Option<String>,
    cursor: Option<usize>,
    limit: Option<i64>,
}

/// `GET /api/v1/dry-runs/{id}/differences`: lines of the report, in the order of the identifier;
/// reading them is entered in the audit log.
///
/// # Errors
/// There is none of this id for this viewer, it has not ended well, or the query does not fit.
pub async fn differences(
    viewer: Operator,
    request: HttpRequest,
    id: Path<String>,
    ask: AskList<DifferencesQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let AskList(ask) = ask;
    let limit = usize::try_from(rows(ask.limit)?).unwrap_or(1);
    let would = said(ask.would.as_ref());
    if would.is_some_and(|would| !["review", "settle", "leave_different"].contains(&would)) {
        return Err(wrong("would", "review, settle or leave_different"));
    }
    let run = site.engine.dry_run_of(&viewer, &id)?;
    let State::Done { index, .. } = run.state() else {
        return Err(Failure::new(Code::Conflict).detail(msg("dry-run-no-report")));
    };
    site.engine.note_dry_run_read(&viewer, &run).await?;
    let field = said(ask.field.as_ref());
    let places = index.places(|kind| {
        field.is_none_or(|field| field == kind.field.as_str())
            && would.is_none_or(|would| would == becomes(kind).0)
    });
    let from = ask.cursor.unwrap_or(0).min(places.len());
    let to = (from + limit).min(places.len());
    let items = read(&run, places[from..to].to_vec()).await?;
    let next = (to < places.len()).then(|| to.to_string());
    Ok(Items { items, next }.respond(&request))
}

/// Lines of a report.
///
/// # Errors
/// The report is gone.
pub async fn read(run: &DryRun, places: Vec<u64>) -> Result<Vec<Line>, Failure> {
    let gone = |error: io::Error| {
        tracing::error!(%error, "the report of a dry run could not be read");
        Failure::new(Code::NotFound).detail(msg("dry-run-gone"))
    };
    let lines = run.lines(places).await.map_err(gone)?;
    lines.iter().map(|line| serde_json::from_str(line).map_err(|error| gone(error.into()))).collect()
}
