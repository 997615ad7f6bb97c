//! The review queue and its conflicts for programs.

use super::decision::{ResolutionBody, decision, refused};
use super::filter::{ConflictQuery, cursor, position};
use super::listing::{Ask, Items, cut, rows, said, wrong};
use super::resolutions::decided;
use super::values::{self, FieldValue};
use crate::domain::access::Viewer;
use crate::domain::cause::Suspect;
use crate::domain::ids::{ConflictId, UserId};
use crate::domain::suggestion::{Fact, Track};
use crate::domain::time::Time;
use crate::engine::case::Suggested;
use crate::engine::{Refusal, Setup};
use crate::store::conflicts::{self, Conflict, Difference};
use crate::store::queue::{self, MOST_FOUND, Position, Words};
use crate::store::{Session, users};
use crate::web::api::body::JsonBody;
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::{Code, Failure};
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A conflict: one record with at least one disputed field.
#[derive(Serialize, ToSchema)]
pub struct ConflictHead {
    id: String,
    record: String,
    entity: String,
    title: String,
    /// Something of it waits for a decision.
    open: bool,
    /// `low`, `medium` or `high`: of the strictest open difference.
    stakes: String,
    due_at: DateTime<Utc>,
    overdue: bool,
    opened_at: DateTime<Utc>,
    /// Once nothing of it is open and every decision has arrived.
    closed_at: Option<DateTime<Utc>>,
    /// Raised with every change of what is shown; a resolution names it.
    version: i64,
    /// The id of whom it is given to.
    assignee: Option<String>,
    /// Who is deciding it at this moment.
    claim: Option<Claim>,
    /// It is put off until then, and not in the queue meanwhile.
    waits_until: Option<DateTime<Utc>>,
    /// What may end that before: `time`, `change` of a value, or the `reply` of somebody who was asked.
    waits_for: Option<String>,
    /// Before which desk it was put: `user/<id>` or `role/<name>`.
    escalated_to: Option<String>,
    /// What was asked there.
    question: Option<String>,
}

/// A claim lasts ten minutes from the last activity.
#[derive(Serialize, ToSchema)]
pub struct Claim {
    by: String,
    name: String,
    until: DateTime<Utc>,
}

/// A conflict as a list shows it.
#[derive(Serialize, ToSchema)]
pub struct ConflictItem {
    #[serde(flatten)]
    head: ConflictHead,
    /// The open ones.
    differences: Vec<DifferenceHead>,
}

/// One disputed field or group.
#[derive(Serialize, ToSchema)]
pub struct DifferenceHead {
    id: String,
    /// The field or group; `record` where the record itself is missing somewhere.
    field: String,
    label: String,
    /// `open`, `decided`, `excepted`, `settled_by_rule` or `settled_by_itself`.
    state: String,
    /// `change`, `clash`, `first`, `missing` or `deleted`.
    kind: String,
    /// What a steward said, or the likeliest: `stale_copy`, `human_override`, `race`,
    /// `transformation`, `bulk_update`, `interface_change`, `echo`, `missing_record`,
    /// `deleted_record` or `unknown`.
    cause: String,
}

/// A conflict with everything that a decision needs.
#[derive(Serialize, ToSchema)]
pub struct ConflictView {
    #[serde(flatten)]
    head: ConflictHead,
    differences: Vec<DifferenceView>,
}

/// One disputed field or group with its values.
#[derive(Serialize, ToSchema)]
pub struct DifferenceView {
    #[serde(flatten)]
    head: DifferenceHead,
    stakes: String,
    due_at: DateTime<Utc>,
    /// What it may come from, the likeliest first.
    causes: Vec<CauseView>,
    /// Who said that it is another cause.
    cause_said_by: Option<String>,
    /// The last value on which all systems agreed; null if there never was one.
    agreed: Option<FieldValue>,
    agreed_since: Option<DateTime<Utc>>,
    values: Vec<ValueView>,
    /// Systems that have no such record.
    absent: Vec<String>,
    /// The system with authority over the field.
    source_of_truth: Option<String>,
    /// The policy asks for a reason with the decision.
    reason_asked: bool,
    /// Seconds for which a decision is held at least before it is sent.
    hold_seconds: u32,
    /// What goes wrong in the business if this is wrong.
    if_wrong: Option<String>,
    /// The decision over it, if there is one.
    resolution: Option<String>,
    /// A person asked for a decision: it stays open though all systems agree, and no rule settles it.
    asked: Option<AskedFor>,
    /// What the facts speak for, while it is open; null where they speak for nothing, and where it is
    /// decided blind.
    suggestion: Option<SuggestionView>,
    /// What would be suggested is hidden from whoever decides.
    blind: bool,
}

/// A value that the facts speak for. Nothing is chosen by it.
#[derive(Serialize, ToSchema)]
pub struct SuggestionView {
    /// The number of the listed value.
    value: usize,
    /// `high`, `some` or `low`, by how such suggestions did before; `unknown` where fewer than 30 were.
    strength: String,
    /// The facts for it: `person`, `source`, `others_stand`, `newest`, `valid`, `others_invalid`, `most`.
    reasons: Vec<String>,
    /// The facts against it: `not_source`, `person_elsewhere`, `newer_elsewhere`, `bulk`, `machine`,
    /// `blank`.
    against: Vec<String>,
    /// Of the last 100 decisions like it at most: how many there were,
    total: i64,
    /// how many kept what was suggested,
    kept: i64,
    /// and how many of those decisions were reversed.
    reversed: i64,
}

fn suggestion_view(own: &Suggested) -> SuggestionView {
    let names = |facts: &[Fact]| facts.iter().map(|fact| fact.name().to_owned()).collect();
    let Track { total, kept, reversed } = own.track;
    SuggestionView {
        value: own.suggestion.value,
        strength: own.track.strength().as_str().to_owned(),
        reasons: names(&own.suggestion.reasons),
        against: names(&own.suggestion.against),
        total,
        kept,
        reversed,
    }
}

/// Who asked for a decision, and why.
#[derive(Serialize, ToSchema)]
pub struct AskedFor {
    by: String,
    reason: String,
}

/// One of the causes a difference may have.
#[derive(Serialize, ToSchema)]
pub struct CauseView {
    cause: String,
    /// `strong`, `likely` or `weak`.
    strength: String,
}

/// One distinct value and who holds it.
#[derive(Serialize, ToSchema)]
pub struct ValueView {
    /// The number by which it is kept.
    n: usize,
    value: FieldValue,
    /// None where it was held earlier: it can be kept all the same.
    systems: Vec<String>,
}

/// `GET /api/v1/conflicts`: open conflicts in the order of the queue.
///
/// # Errors
/// The query does not fit, or the store cannot be read.
pub async fn list(
    viewer: SignedIn,
    request: HttpRequest,
    ask: Ask<ConflictQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (query, now, setup) = (ask.0, site.engine.now(), site.engine.setup());
    let (filter, limit) = (query.filter(now)?, rows(query.limit)?);
    let after = match said(query.cursor.as_ref()) {
        None => None,
        Some(text) => Some(position(text).ok_or_else(|| wrong("cursor", "a cursor of this list"))?),
    };
    let mut session = site.session(&viewer).await?;
    let filter = queue::measured(&mut session, &viewer, filter).await?;
    if filter.words == Words::TooMany {
        return Err(wrong("q", &format!("words that at most {MOST_FOUND} records have")));
    }
    let mut found = queue::page(&mut session, &viewer, &filter, after.as_ref(), now, limit + 1).await?;
    let more = cut(&mut found, limit);
    let next = found.last().filter(|_| more).map(|last| cursor(&Position::of(last, now)));
    let ids: Vec<ConflictId> = found.iter().map(|conflict| conflict.id.clone()).collect();
    let all = conflicts::differences(&mut session, &ids).await?;
    let names = names(&mut session, &found).await?;
    let items = found.into_iter().map(|conflict| {
        let open = all.iter().filter(|d| d.conflict == conflict.id && d.state.is_open());
        let differences = open.map(|difference| difference_head(&setup, difference)).collect();
        ConflictItem { differences, head: head(conflict, &names, now) }
    });
    Ok(Items { items: items.collect(), next }.respond(&request))
}

/// The names of those who hold claims.
async fn names(s: &mut Session, all: &[Conflict]) -> Result<HashMap<UserId, String>, Failure> {
    let mut names = HashMap::new();
    for id in all.iter().filter_map(|conflict| conflict.claimed_by.as_ref()) {
        if !names.contains_key(id) {
            let name = users::by_id(s, id).await?.map_or_else(String::new, |user| user.name);
            names.insert(id.clone(), name);
        }
    }
    Ok(names)
}

fn head(conflict: Conflict, names: &HashMap<UserId, String>, now: Time) -> ConflictHead {
    let claim = conflict.claimed_by.zip(conflict.claimed_until).filter(|(_, until)| *until > now);
    ConflictHead {
        id: conflict.id.0,
        record: conflict.record.0,
        entity: conflict.entity.0,
        title: conflict.title,
        open: conflict.open,
        stakes: conflict.stakes.as_str().to_owned(),
        due_at: conflict.due_at,
        overdue: conflict.open && conflict.due_at < now,
        opened_at: conflict.opened_at,
        closed_at: conflict.closed_at,
        version: conflict.version,
        assignee: conflict.assignee.map(|user| user.0),
        claim: claim.map(|(by, until)| {
            let name = names.get(&by).cloned().unwrap_or_default();
            Claim { by: by.0, name, until }
        }),
        waits_until: conflict.wait.as_ref().map(|wait| wait.until),
        waits_for: conflict.wait.as_ref().map(|wait| wait.ends.as_str().to_owned()),
        escalated_to: conflict.escalation.as_ref().map(|asked| asked.to.text()),
        question: conflict.escalation.map(|asked| asked.question).filter(|text| !text.is_empty()),
    }
}

fn difference_head(setup: &Setup, difference: &Difference) -> DifferenceHead {
    let dispute = &difference.dispute;
    let slot = setup.catalog.entity(&difference.entity).and_then(|entity| entity.slot(&dispute.field));
    DifferenceHead {
        id: difference.id.0.clone(),
        field: dispute.field.0.clone(),
        label: slot.map_or_else(|| dispute.field.0.clone(), |slot| slot.label.to_owned()),
        state: difference.state.name().to_owned(),
        kind: dispute.kind.as_str().to_owned(),
        cause: dispute.cause_name().to_owned(),
    }
}

fn cause_view(suspect: &Suspect) -> CauseView {
    CauseView { cause: suspect.cause.name().to_owned(), strength: suspect.strength.as_str().to_owned() }
}

fn difference_view(setup: &Setup, difference: &Difference, suggested: Option<&Suggested>) -> DifferenceView {
    let dispute = &difference.dispute;
    let slot = setup.catalog.entity(&difference.entity).and_then(|entity| entity.slot(&dispute.field));
    let (policy, source) = (&dispute.policy, dispute.policy.source_of_truth.as_ref());
    let values = dispute.values.iter().map(|value| ValueView {
        n: value.n,
        value: values::of(slot.as_ref(), value.shown(source)),
        systems: value.holders.iter().map(|holder| holder.candidate.system.0.clone()).collect(),
    });
    DifferenceView {
        head: difference_head(setup, difference),
        stakes: policy.stakes.as_str().to_owned(),
        due_at: difference.due_at,
        causes: dispute.causes.iter().map(cause_view).collect(),
        cause_said_by: dispute.corrected.as_ref().map(|own| own.by.clone()),
        agreed: dispute.agreed.as_ref().map(|(tuple, _)| values::of(slot.as_ref(), tuple)),
        agreed_since: dispute.agreed.as_ref().map(|(_, since)| *since),
        values: values.collect(),
        absent: dispute.absent.iter().map(|system| system.0.clone()).collect(),
        source_of_truth: source.map(|system| system.0.clone()),
        reason_asked: policy.reason_asked,
        hold_seconds: policy.hold_seconds,
        if_wrong: policy.if_wrong.clone(),
        resolution: difference.state.resolution().map(|resolution| resolution.0.clone()),
        asked: dispute
            .asked
            .as_ref()
            .map(|asked| AskedFor { by: asked.by.clone(), reason: asked.reason.clone() }),
        suggestion: suggested.filter(|own| !own.blind).map(suggestion_view),
        blind: suggested.is_some_and(|own| own.blind),
    }
}

/// A conflict and its differences as they are now.
pub(super) async fn read(
    site: &Site,
    viewer: &Viewer,
    id: &ConflictId,
) -> Result<(Conflict, Vec<Difference>), Failure> {
    let mut session = site.session(viewer).await?;
    let conflict = conflicts::get(&mut session, viewer, id).await?;
    let conflict = conflict.ok_or_else(|| Failure::new(Code::NotFound))?;
    let differences = conflicts::differences(&mut session, std::slice::from_ref(id)).await?;
    Ok((conflict, differences))
}

pub(super) async fn view(site: &Site, viewer: &Viewer, id: &ConflictId) -> Result<ConflictView, Failure> {
    let (conflict, differences) = read(site, viewer, id).await?;
    let setup = site.engine.setup();
    let own = std::slice::from_ref(&conflict);
    let names = names(&mut site.session(viewer).await?, own).await?;
    let suggested = site.engine.suggestions(&differences).await?;
    let differences = differences.iter().map(|own| difference_view(&setup, own, suggested.get(&own.id)));
    let differences = differences.collect();
    Ok(ConflictView { differences, head: head(conflict, &names, site.engine.now()) })
}

/// `GET /api/v1/conflicts/{id}`: one conflict with its values.
///
/// # Errors
/// There is no such conflict for this viewer.
pub async fn show(
    viewer: SignedIn,
    id: Path<ConflictId>,
    site: Data<Site>,
) -> Result<Json<ConflictView>, Failure> {
    view(&site, &viewer, &id).await.map(Json)
}

/// `POST /api/v1/conflicts/{id}/claim`: takes it for ten minutes, or renews that.
///
/// # Errors
/// The viewer may not decide, there is no such conflict, it is decided, or somebody has it.
pub async fn claim(
    viewer: Steward,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body, async |_| {
        // What is decided has nothing to claim.
        let (conflict, _) = read(&site, &viewer, &id).await?;
        let over = || Refusal::WrongState("nothing of this conflict is open any longer".to_owned());
        let claimed = match conflict.open {
            true => site.engine.claim(&viewer, &id).await,
            false => Err(over()),
        };
        if let Err(refusal) = claimed {
            let refusal = with_name(&site, refusal).await?;
            return Err(with_version(&site, &viewer, &id, refusal.into()).await);
        }
        Reply::of(StatusCode::OK, &view(&site, &viewer, &id).await?)
    })
    .await
}

/// `POST /api/v1/conflicts/{id}/resolution`: decides one or more of its differences.
///
/// # Errors
/// The viewer may not decide, there is no such conflict, it changed since it was read, somebody
/// decided first, or an outcome does not fit: then each with its place.
pub async fn resolve(
    viewer: Steward,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: JsonBody<ResolutionBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |key| {
        let (conflict, differences) = read(&site, &viewer, &id).await?;
        let kept = key.is_some();
        let made = match decision(&site, &conflict, &differences, &body.value, key) {
            Ok(decision) => site.engine.resolve(&viewer, &id, decision).await,
            // What does not fit may be for what was there before.
            Err(_) if conflict.version != body.value.version => Err(Refusal::Stale),
            Err(failure) => return Err(failure),
        };
        match made {
            Ok(resolution) => {
                let (_, text) = decided(&resolution);
                Ok(Reply { status: StatusCode::CREATED, body: text, kept })
            }
            Err(refusal) => {
                let failure = refused(refusal, &body.value);
                Err(with_version(&site, &viewer, &id, failure).await)
            }
        }
    })
    .await
}

/// A refusal that names who holds the claim by name, as far as it is known.
async fn with_name(site: &Site, refusal: Refusal) -> Result<Refusal, Failure> {
    let Refusal::Claimed(holder) = refusal else { return Ok(refusal) };
    let known = users::by_id(&mut site.session_outside().await?, &UserId(holder.clone())).await?;
    Ok(Refusal::Claimed(known.map_or(holder, |user| user.name)))
}

/// A refusal of what came too late, with the version there is now.
async fn with_version(site: &Site, viewer: &Viewer, id: &ConflictId, mut failure: Failure) -> Failure {
    if matches!(failure.code, Code::Stale | Code::Conflict)
        && let Ok((conflict, _)) = read(site, viewer, id).await
    {
        failure.version = Some(conflict.version);
    }
    failure
}
