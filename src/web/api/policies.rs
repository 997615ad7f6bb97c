//! Policies: what is in force, and drafts with what they would do.

use super::body::JsonBody;
use super::listing::Items;
use crate::domain::access::Viewer;
use crate::domain::ids::{EntityId, FieldId};
use crate::domain::policy::Policy;
use crate::domain::policy_change::Change;
use crate::domain::shadow::{Beside, Chosen};
use crate::engine::detect::Fate;
use crate::engine::policies::shadow::{self, Shadowed};
use crate::engine::policies::{Judged, PolicyChange, Preview, Standing};
use crate::store::configuration::{self, Document};
use crate::store::policy_drafts::Draft;
use crate::web::auth::Admin;
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

/// The version of the policies in force.
#[derive(Serialize, ToSchema)]
pub struct PolicyVersionView {
    version: i64,
    author: String,
    reason: String,
    created_at: Option<DateTime<Utc>>,
    /// By entity: `all`, and `slots` by field or group.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    policies: serde_json::Value,
}

/// `GET /api/v1/policies`: what is in force, of the entities this viewer sees.
///
/// # Errors
/// The viewer may not, or the store failed.
pub async fn current(viewer: Admin, site: Data<Site>) -> Result<Json<PolicyVersionView>, Failure> {
    let setup = site.engine.reload().await?;
    let newest = configuration::current(&mut site.session(&viewer).await?, Document::Policies).await?;
    let mut policies = setup.policies.clone();
    policies.0.retain(|entity, _| viewer.sees(entity));
    let policies = serde_json::to_value(policies).map_err(crate::store::StoreError::from)?;
    let text =
        |of: fn(&configuration::Version) -> &String| newest.as_ref().map(of).cloned().unwrap_or_default();
    Ok(Json(PolicyVersionView {
        version: setup.policy_version,
        author: text(|newest| &newest.author),
        reason: text(|newest| &newest.reason),
        created_at: newest.as_ref().map(|newest| newest.created_at),
        policies,
    }))
}

/// A draft: changes that are not in force.
#[derive(Serialize, ToSchema)]
pub struct PolicyDraftView {
    id: String,
    href: String,
    author: String,
    reason: String,
    /// The version it is based on.
    based_on: i64,
    /// The version it goes back to.
    rolls_back: Option<i64>,
    created_at: DateTime<Utc>,
    /// What switching it on names: it changes with whatever the draft says.
    fingerprint: String,
    changes: Vec<PolicyChangeView>,
    /// What it would do; only where one draft is asked for.
    preview: Option<PolicyPreview>,
    /// What it found in shadow; only where one draft is asked for that is or was there.
    shadow: Option<PolicyShadow>,
}

/// A draft in shadow: what it would have made of the differences judged meanwhile.
#[derive(Serialize, ToSchema)]
pub struct PolicyShadow {
    started_at: DateTime<Utc>,
    started_by: String,
    until: DateTime<Utc>,
    /// Differences that are written down at most.
    most: i64,
    /// `stopped`, `number`, `time` or `changed`; null while it runs.
    ended: Option<String>,
    fields: Vec<ShadowedField>,
}

/// One field in shadow, in differences.
#[derive(Default, Serialize, ToSchema)]
pub struct ShadowedField {
    entity: String,
    field: String,
    /// Both did the same.
    same: usize,
    /// The draft would have settled what people review.
    settles: usize,
    /// Of those: people chose the same value, another one, or left it different.
    settles_alike: usize,
    settles_differently: usize,
    settles_left_different: usize,
    /// The draft would have asked a person where the policy in force settles.
    asks: usize,
    /// Both settle, with different values.
    otherwise: usize,
}

impl PolicyShadow {
    fn of(found: &Shadowed) -> Self {
        let mut fields: BTreeMap<(&EntityId, &FieldId), ShadowedField> = BTreeMap::new();
        for row in &found.rows {
            let own = fields.entry((&row.entity, &row.field)).or_default();
            match row.beside {
                Beside::Same => own.same += 1,
                Beside::Settles => own.settles += 1,
                Beside::Asks => own.asks += 1,
                Beside::Otherwise => own.otherwise += 1,
            }
            match row.chosen {
                Some(Chosen::Alike) => own.settles_alike += 1,
                Some(Chosen::Differently) => own.settles_differently += 1,
                Some(Chosen::LeftDifferent) => own.settles_left_different += 1,
                Some(Chosen::Open | Chosen::Ended) | None => {}
            }
        }
        let named = |((entity, field), own): ((&EntityId, &FieldId), ShadowedField)| ShadowedField {
            entity: entity.0.clone(),
            field: field.0.clone(),
            ..own
        };
        let own = &found.shadow;
        Self {
            started_at: own.started_at,
            started_by: own.started_by.clone(),
            until: own.until,
            most: own.most,
            ended: found.ended.map(|ended| ended.as_str().to_owned()),
            fields: fields.into_iter().map(named).collect(),
        }
    }
}

/// One level with its whole new policy.
#[derive(Serialize, ToSchema)]
pub struct PolicyChangeView {
    entity: String,
    /// Null: the entity's own level.
    slot: Option<String>,
    #[schema(value_type = serde_json::Value)]
    policy: serde_json::Value,
}

/// What a draft would do, found by judging for trial.
#[derive(Serialize, ToSchema)]
pub struct PolicyPreview {
    /// Another version came in force since.
    stale: bool,
    /// Open differences it governs.
    open: usize,
    /// Those it would settle, by the system whose value is kept.
    settled: BTreeMap<String, usize>,
    /// Those it would settle with a value worked out by the rule.
    worked_out: usize,
    /// Records it would make again where they are missing.
    made_again: usize,
    /// Records it would remove where they still are.
    removed: usize,
    /// Those that stay with people.
    review: usize,
    /// Those somebody is deciding: not touched before the claim ends.
    claimed: usize,
    /// Those that would end by themselves.
    ended: usize,
    /// Only the oldest open conflicts were judged.
    sample: bool,
    /// Records that agree and were judged, and how many of their fields would change.
    agreed: usize,
    agreed_changed: usize,
    /// Of those, what would be written in another form alone.
    agreed_tidied: usize,
    /// Decided differences that were looked back on.
    past: usize,
    past_alike: usize,
    past_differently: usize,
    past_reviewed: usize,
    /// Those after which a system that held the value would have been tidied.
    past_tidied: usize,
}

impl PolicyPreview {
    fn of(preview: &Preview) -> Self {
        let mut settled: BTreeMap<String, usize> = BTreeMap::new();
        for judged in &preview.open {
            if let Standing::Judged(Fate::Settled { system: Some(system) }) = &judged.standing {
                *settled.entry(system.0.clone()).or_default() += 1;
            }
        }
        let count = |wanted: Standing| {
            preview.open.iter().filter(|judged: &&Judged| judged.standing == wanted).count()
        };
        let test = &preview.backtest;
        Self {
            stale: preview.stale,
            open: preview.open.len(),
            settled,
            worked_out: count(Standing::Judged(Fate::Settled { system: None })),
            made_again: count(Standing::Judged(Fate::MadeAgain)),
            removed: count(Standing::Judged(Fate::Removed)),
            review: count(Standing::Judged(Fate::Review)),
            claimed: count(Standing::Claimed),
            ended: count(Standing::Judged(Fate::Ended)),
            sample: preview.sample.is_some(),
            agreed: preview.agreed,
            agreed_changed: preview.changed.len(),
            agreed_tidied: preview
                .changed
                .iter()
                .filter(|own| own.standing == Standing::Judged(Fate::Tidied))
                .count(),
            past: test.looked,
            past_alike: test.alike.len(),
            past_differently: test.differently.len(),
            past_reviewed: test.reviewed,
            past_tidied: test.tidied.len(),
        }
    }
}

fn view(draft: &Draft, preview: Option<&Preview>) -> Result<PolicyDraftView, Failure> {
    let change = |change: &Change| -> Result<PolicyChangeView, Failure> {
        Ok(PolicyChangeView {
            entity: change.entity.0.clone(),
            slot: change.slot.as_ref().map(|slot| slot.0.clone()),
            policy: serde_json::to_value(&change.policy).map_err(crate::store::StoreError::from)?,
        })
    };
    Ok(PolicyDraftView {
        id: draft.id.clone(),
        href: format!("/api/v1/policy-drafts/{}", draft.id),
        author: draft.author.clone(),
        reason: draft.reason.clone(),
        based_on: draft.based_on,
        rolls_back: draft.rolls_back,
        created_at: draft.created_at,
        fingerprint: draft.fingerprint()?,
        changes: draft.changes.iter().map(change).collect::<Result<_, _>>()?,
        preview: preview.map(PolicyPreview::of),
        shadow: None,
    })
}

/// A change to be drafted, or the way back to an earlier version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDraftBody {
    /// The version the change is based on; the draft one has on it is added to.
    version: i64,
    /// Why.
    reason: String,
    #[serde(default)]
    entity: String,
    /// A field or group; null for the entity's own level.
    #[serde(default)]
    slot: Option<String>,
    /// The whole new policy of the level, as in a configuration file.
    #[serde(default)]
    #[schema(value_type = Option<serde_json::Value>)]
    policy: Option<Policy>,
    /// Instead of entity, slot and policy: the version to go back to.
    #[serde(default)]
    back_to: Option<i64>,
}

/// `GET /api/v1/policy-drafts`.
///
/// # Errors
/// The viewer may not, or the store failed.
pub async fn list(viewer: Admin, site: Data<Site>) -> Result<Json<Items<PolicyDraftView>>, Failure> {
    let drafts = site.engine.drafts(&viewer).await?;
    let items = drafts.iter().map(|draft| view(draft, None)).collect::<Result<_, _>>()?;
    Ok(Json(Items { items, next: None }))
}

/// `POST /api/v1/policy-drafts`: drafts a change.
///
/// # Errors
/// The viewer may not, nothing would change, the change cannot be made, or another version came in
/// force since.
pub async fn draft(
    viewer: Admin,
    request: HttpRequest,
    body: JsonBody<PolicyDraftBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let draft = drafted(&site, &viewer, &body.value).await?;
        Reply::of(StatusCode::CREATED, &view(&draft, None)?)
    })
    .await
}

async fn drafted(site: &Site, viewer: &Viewer, body: &PolicyDraftBody) -> Result<Draft, Failure> {
    site.engine.reload().await?;
    if let Some(version) = body.back_to {
        return Ok(site.engine.draft_rollback(viewer, version, &body.reason).await?);
    }
    let change = PolicyChange {
        entity: EntityId(body.entity.clone()),
        slot: body.slot.clone().map(FieldId),
        policy: body.policy.clone().unwrap_or_default(),
        reason: body.reason.clone(),
        version: body.version,
    };
    Ok(site.engine.draft_policy(viewer, change).await?)
}

/// `GET /api/v1/policy-drafts/{id}`: a draft, with what it would do.
///
/// # Errors
/// There is no such draft for this viewer, or the store failed.
pub async fn show(
    viewer: Admin,
    id: Path<String>,
    site: Data<Site>,
) -> Result<Json<PolicyDraftView>, Failure> {
    let draft = site.engine.draft(&viewer, &id).await?;
    let preview = site.engine.preview_draft(&viewer, &draft).await?;
    let shadow = site.engine.shadow(&viewer, &draft).await?;
    let shadow = shadow.as_ref().map(PolicyShadow::of);
    Ok(Json(PolicyDraftView { shadow, ..view(&draft, Some(&preview))? }))
}

/// How long a draft is put in shadow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShadowBody {
    /// Days, 1 to 90.
    #[serde(default = "days")]
    days: u32,
    /// Differences that are written down at most, 1 to 5,000.
    #[serde(default = "most")]
    most: u32,
}

fn days() -> u32 {
    shadow::DAYS
}

fn most() -> u32 {
    shadow::MOST
}

/// `POST /api/v1/policy-drafts/{id}/shadow`: puts a draft in shadow.
///
/// # Errors
/// There is no such draft for this viewer, or the days or differences are out of bounds.
pub async fn start_shadow(
    viewer: Admin,
    request: HttpRequest,
    id: Path<String>,
    body: JsonBody<ShadowBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let draft = site.engine.start_shadow(&viewer, &id, (body.value.days, body.value.most)).await?;
        let shadow = site.engine.shadow(&viewer, &draft).await?;
        let shadow = shadow.as_ref().map(PolicyShadow::of);
        Reply::of(StatusCode::CREATED, &PolicyDraftView { shadow, ..view(&draft, None)? })
    })
    .await
}

/// `POST /api/v1/policy-drafts/{id}/shadow-end`: ends the shadow of a draft.
///
/// # Errors
/// There is no such draft for this viewer, or it is not in shadow.
pub async fn end_shadow(
    viewer: Admin,
    id: Path<String>,
    site: Data<Site>,
) -> Result<Json<PolicyDraftView>, Failure> {
    let draft = site.engine.end_shadow(&viewer, &id).await?;
    let shadow = site.engine.shadow(&viewer, &draft).await?;
    let shadow = shadow.as_ref().map(PolicyShadow::of);
    Ok(Json(PolicyDraftView { shadow, ..view(&draft, None)? }))
}

/// The version a draft became.
#[derive(Serialize, ToSchema)]
pub struct SwitchedOn {
    version: i64,
    href: String,
}

/// Which state of a draft is switched on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchOnBody {
    /// The fingerprint of the draft as it was looked at.
    fingerprint: String,
}

/// `POST /api/v1/policy-drafts/{id}/version`: switches a draft on, as it was looked at.
///
/// # Errors
/// There is no such draft for this viewer, it was changed since, or another version came in force.
pub async fn switch_on(
    viewer: Admin,
    request: HttpRequest,
    id: Path<String>,
    body: JsonBody<SwitchOnBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let version = site.engine.switch_on(&viewer, &id, &body.value.fingerprint).await?;
        Reply::of(StatusCode::CREATED, &SwitchedOn { version, href: "/api/v1/policies".to_owned() })
    })
    .await
}

/// `POST /api/v1/policy-drafts/{id}/removal`: throws a draft away.
///
/// # Errors
/// There is no such draft for this viewer, or the store failed.
pub async fn discard(
    viewer: Admin,
    id: Path<String>,
    site: Data<Site>,
) -> Result<Json<PolicyDraftView>, Failure> {
    Ok(Json(view(&site.engine.discard_draft(&viewer, &id).await?, None)?))
}
