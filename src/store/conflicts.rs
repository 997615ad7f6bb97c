//! Conflicts and their differences.

use super::db::{Backend, FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::conflict::{DifferenceState, Dispute};
use crate::domain::ids::{
    ConflictId, DifferenceId, EntityId, IncidentId, RecordId, ResolutionId, SystemId, UserId,
};
use crate::domain::pattern;
use crate::domain::policy::Stakes;
use crate::domain::routing::{Desk, Ends, Escalation, Wait};
use crate::domain::suggestion::Grade;
use crate::domain::time::Time;
use serde::{Deserialize, Serialize};

/// A record's conflict: claim and assignee belong to it, state belongs to its differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub id: ConflictId,
    pub record: RecordId,
    pub entity: EntityId,
    pub title: String,
    pub open: bool,
    /// Stakes and due time of the strictest open difference.
    pub stakes: Stakes,
    pub due_at: Time,
    pub opened_at: Time,
    pub closed_at: Option<Time>,
    pub assignee: Option<UserId>,
    /// Who gave it to the assignee; None: they took it themselves, or a route did.
    pub assigned_by: Option<UserId>,
    pub claimed_by: Option<UserId>,
    pub claimed_until: Option<Time>,
    /// Raised with every change of what the page shows.
    pub version: i64,
    /// JSON of the outcomes of a decision that was cancelled or overtaken.
    pub draft: Option<String>,
    /// The incident that holds everything that is open of it.
    pub incident: Option<IncidentId>,
    /// It is put off.
    pub wait: Option<Wait>,
    /// It waits for the word of another desk, and stays in the queue.
    pub escalation: Option<Escalation>,
    /// When the owner of its field was told that it is overdue.
    pub overdue_told: Option<Time>,
}

impl FromRow for Conflict {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let stakes: i64 = row.get("stakes")?;
        let entity: EntityId = row.get::<String>("entity")?.into();
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            record: row.get::<String>("record_id")?.into(),
            draft: row.sight().drafts(&entity, row.maybe("draft")?)?,
            entity,
            title: row.get("title")?,
            open: row.get("open")?,
            stakes: Stakes::of_rank(stakes).ok_or_else(|| StoreError::row("stakes", "is not 1, 2 or 3"))?,
            due_at: row.time("due_at")?,
            opened_at: row.time("opened_at")?,
            closed_at: row.maybe_time("closed_at")?,
            assignee: row.maybe::<String>("assignee")?.map(UserId),
            assigned_by: row.maybe::<String>("assigned_by")?.map(UserId),
            claimed_by: row.maybe::<String>("claimed_by")?.map(UserId),
            claimed_until: row.maybe_time("claimed_until")?,
            version: row.get("version")?,
            incident: row.maybe::<String>("incident_id")?.map(IncidentId),
            wait: wait(row)?,
            escalation: escalation(row)?,
            overdue_told: row.maybe_time("overdue_told")?,
        })
    }
}

fn wait(row: &Row) -> Result<Option<Wait>, StoreError> {
    let Some(until) = row.maybe_time("waits_until")? else { return Ok(None) };
    let ends = row.named("waits_for", Ends::of)?;
    Ok(Some(Wait { until, ends, by: UserId(row.get("waits_by")?) }))
}

fn escalation(row: &Row) -> Result<Option<Escalation>, StoreError> {
    if row.maybe::<String>("escalated_to")?.is_none() {
        return Ok(None);
    }
    Ok(Some(Escalation {
        to: row.named("escalated_to", Desk::of)?,
        by: row.maybe::<String>("escalated_by")?.map(UserId),
        at: row.time("escalated_at")?,
        question: row.get("question")?,
    }))
}

/// One disputed field or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub id: DifferenceId,
    pub conflict: ConflictId,
    pub record: RecordId,
    pub entity: EntityId,
    pub state: DifferenceState,
    pub dispute: Dispute,
    pub fingerprint: String,
    pub due_at: Time,
    pub policy_version: i64,
    pub opened_at: Time,
    /// What is suggested, as the list is narrowed by it; None where nobody has looked yet.
    pub suggestion: Option<Grade>,
}

/// The stored form of what a difference says.
#[derive(Serialize, Deserialize)]
struct Body {
    dispute: Dispute,
}

impl FromRow for Difference {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let mut body: Body = row.json("body")?;
        let entity: EntityId = row.get::<String>("entity")?.into();
        row.sight().dispute(&entity, &mut body.dispute);
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            conflict: row.get::<String>("conflict_id")?.into(),
            record: row.get::<String>("record_id")?.into(),
            entity,
            state: state(row)?,
            dispute: body.dispute,
            fingerprint: row.get("fingerprint")?,
            due_at: row.time("due_at")?,
            policy_version: row.get("policy_version")?,
            opened_at: row.time("opened_at")?,
            suggestion: Grade::of(&row.get::<String>("suggestion")?),
        })
    }
}

fn state(row: &Row) -> Result<DifferenceState, StoreError> {
    let closed = row.maybe_time("closed_at")?;
    let resolution = || row.get::<String>("resolution_id").map(ResolutionId);
    Ok(match row.get::<String>("state")?.as_str() {
        "open" => DifferenceState::Open,
        "decided" => DifferenceState::Decided { resolution: resolution()?, closed },
        "excepted" => DifferenceState::Excepted { resolution: resolution()? },
        "settled_by_rule" => DifferenceState::SettledByRule { resolution: resolution()?, closed },
        "settled_by_itself" => DifferenceState::SettledByItself { at: row.time("closed_at")? },
        other => return Err(StoreError::row("state", &format!("holds “{other}”"))),
    })
}

/// The conflict, if it exists for this viewer.
pub async fn get(s: &mut Session, viewer: &Viewer, id: &ConflictId) -> Result<Option<Conflict>, StoreError> {
    let conflict: Option<Conflict> = s.sql("SELECT * FROM conflicts WHERE id = $1").bind(id).maybe().await?;
    Ok(conflict.filter(|conflict| viewer.sees(&conflict.entity)))
}

/// Those of these conflicts that this viewer sees, in this order.
pub async fn some(s: &mut Session, viewer: &Viewer, ids: &[ConflictId]) -> Result<Vec<Conflict>, StoreError> {
    let found: Vec<Conflict> = s.sql("SELECT * FROM conflicts WHERE id IN ").push_list(ids).all().await?;
    let mut found: Vec<Conflict> = found.into_iter().filter(|own| viewer.sees(&own.entity)).collect();
    found.sort_by_key(|own| ids.iter().position(|id| *id == own.id));
    Ok(found)
}

/// The conflict, its row locked until the transaction ends.
pub async fn lock(
    w: &mut WriteSession,
    viewer: &Viewer,
    id: &ConflictId,
) -> Result<Option<Conflict>, StoreError> {
    Ok(lock_some(w, viewer, std::slice::from_ref(id)).await?.pop())
}

/// Those of these conflicts that exist for this viewer, their rows locked until the transaction ends.
pub async fn lock_some(
    w: &mut WriteSession,
    viewer: &Viewer,
    ids: &[ConflictId],
) -> Result<Vec<Conflict>, StoreError> {
    // In one order for all: two transactions that each wait for what the other has would end each other.
    let end = w.either(" ORDER BY id", " ORDER BY id FOR UPDATE");
    let query = w.sql("SELECT * FROM conflicts WHERE id IN ").push_list(ids).push(end);
    let all: Vec<Conflict> = query.all().await?;
    Ok(all.into_iter().filter(|conflict| viewer.sees(&conflict.entity)).collect())
}

/// Which of these nobody but `person` is on.
pub async fn unclaimed(
    s: &mut Session,
    ids: impl IntoIterator<Item = &ConflictId>,
    person: &UserId,
    now: Time,
) -> Result<Vec<ConflictId>, StoreError> {
    let query = s.sql("SELECT id AS value FROM conflicts WHERE open AND id IN ").push_list(ids);
    let free = " AND (claimed_until IS NULL OR claimed_until <= ? OR claimed_by = ?)";
    let ids: Vec<String> = query.push_bind(free, [now.into(), person.into()]).values().await?;
    Ok(ids.into_iter().map(ConflictId).collect())
}

/// Keeps everybody else from judging or deciding these records until the transaction ends: what
/// is read of them afterwards stays as it is. SQLite has one writer, so there is nothing to lock.
pub async fn lock_of_records(w: &mut WriteSession, records: &[RecordId]) -> Result<(), StoreError> {
    if w.backend() == Backend::Sqlite {
        return Ok(());
    }
    // Who refers to a record may go on; who changes or locks it waits.
    let lock = " ORDER BY id FOR NO KEY UPDATE";
    let _: Vec<String> =
        w.sql("SELECT id AS value FROM records WHERE id IN ").push_list(records).push(lock).values().await?;
    let query = w.sql("SELECT id AS value FROM conflicts WHERE closed_at IS NULL AND record_id IN ");
    let _: Vec<String> = query.push_list(records).push(lock).values().await?;
    Ok(())
}

/// The conflicts of these records that are open or have decisions on their way, and those of
/// these ids.
pub async fn unclosed(
    s: &mut Session,
    records: &[RecordId],
    ids: impl IntoIterator<Item = &ConflictId>,
) -> Result<Vec<Conflict>, StoreError> {
    let query =
        s.sql("SELECT * FROM conflicts WHERE (closed_at IS NULL AND record_id IN ").push_list(records);
    query.push(") OR id IN ").push_list(ids).all().await
}

/// Every conflict of a record, newest first.
pub async fn of_record(
    s: &mut Session,
    viewer: &Viewer,
    record: &RecordId,
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    let query = s.sql("SELECT * FROM conflicts WHERE record_id = $1 ORDER BY id DESC LIMIT $2");
    let all: Vec<Conflict> = query.bind(record).bind(limit).all().await?;
    Ok(all.into_iter().filter(|conflict| viewer.sees(&conflict.entity)).collect())
}

/// Stores a new conflict.
pub async fn insert(w: &mut WriteSession, conflict: &Conflict) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO conflicts (id, record_id, entity, title, open, stakes, due_at, opened_at, version, assignee)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&conflict.id)
    .bind(&conflict.record)
    .bind(&conflict.entity)
    .bind(&conflict.title)
    .bind(conflict.open)
    .bind(conflict.stakes.rank())
    .bind(conflict.due_at)
    .bind(conflict.opened_at)
    .bind(conflict.version)
    .bind(conflict.assignee.as_ref())
    .run_one()
    .await
}

/// Stores a conflict that changed.
pub async fn save(w: &mut WriteSession, conflict: &Conflict) -> Result<(), StoreError> {
    let (wait, escalation) = (conflict.wait.as_ref(), conflict.escalation.as_ref());
    w.sql(
        "UPDATE conflicts SET title = $2, open = $3, stakes = $4, due_at = $5, closed_at = $6, assignee = $7,
             claimed_by = $8, claimed_until = $9, version = $10, draft = $11, incident_id = $12,
             assigned_by = $13, waits_until = $14, waits_for = $15, waits_by = $16, escalated_to = $17,
             escalated_by = $18, escalated_at = $19, question = $20, overdue_told = $21 WHERE id = $1",
    )
    .bind(&conflict.id)
    .bind(&conflict.title)
    .bind(conflict.open)
    .bind(conflict.stakes.rank())
    .bind(conflict.due_at)
    .bind(conflict.closed_at)
    .bind(conflict.assignee.as_ref())
    .bind(conflict.claimed_by.as_ref())
    .bind(conflict.claimed_until)
    .bind(conflict.version)
    .bind(conflict.draft.as_ref())
    .bind(conflict.incident.as_ref())
    .bind(conflict.assigned_by.as_ref())
    .bind(wait.map(|wait| wait.until))
    .bind(wait.map(|wait| wait.ends.as_str()))
    .bind(wait.map(|wait| &wait.by))
    .bind(escalation.map(|asked| asked.to.text()))
    .bind(escalation.and_then(|asked| asked.by.as_ref()))
    .bind(escalation.map(|asked| asked.at))
    .bind(escalation.map(|asked| asked.question.as_str()))
    .bind(conflict.overdue_told)
    .run_one()
    .await
}

/// The differences of these conflicts, oldest first.
pub async fn differences(s: &mut Session, conflicts: &[ConflictId]) -> Result<Vec<Difference>, StoreError> {
    s.sql("SELECT * FROM differences WHERE conflict_id IN ")
        .push_list(conflicts)
        .push(" ORDER BY id")
        .all()
        .await
}

/// The differences of these records that have not ended: open, excepted, or decided and on
/// their way.
pub async fn unfinished(s: &mut Session, records: &[RecordId]) -> Result<Vec<Difference>, StoreError> {
    s.sql("SELECT * FROM differences WHERE closed_at IS NULL AND record_id IN ")
        .push_list(records)
        .all()
        .await
}

/// Stores new differences and those that changed.
pub async fn save_differences(w: &mut WriteSession, differences: &[Difference]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(differences.len());
    for difference in differences {
        let dispute = difference.dispute.clone();
        let closed = difference.state.closed_at();
        rows.push(vec![
            (&difference.id).into(),
            (&difference.conflict).into(),
            (&difference.record).into(),
            (&difference.entity).into(),
            (&dispute.field).into(),
            dispute.kind.as_str().into(),
            difference.state.name().into(),
            dispute.systems().into(),
            (&difference.fingerprint).into(),
            dispute.cause_name().into(),
            dispute.policy.stakes.rank().into(),
            difference.due_at.into(),
            difference.policy_version.into(),
            difference.opened_at.into(),
            closed.into(),
            difference.state.resolution().into(),
            pattern::key(&difference.entity, &dispute).into(),
            pattern::mover(&dispute).map_or("", SystemId::as_str).into(),
            dispute.incident().into(),
            difference.suggestion.map_or("", Grade::as_str).into(),
            serde_json::to_string(&Body { dispute })?.into(),
        ]);
    }
    w.insert_rows(
        "INSERT INTO differences (id, conflict_id, record_id, entity, field, kind, state, systems, fingerprint,
             cause, stakes, due_at, policy_version, opened_at, closed_at, resolution_id, pattern, mover, incident_id, suggestion, body)",
        rows,
        "ON CONFLICT (id) DO UPDATE SET conflict_id = excluded.conflict_id, kind = excluded.kind, state = excluded.state, systems = excluded.systems,
             fingerprint = excluded.fingerprint, cause = excluded.cause, stakes = excluded.stakes,
             due_at = excluded.due_at, policy_version = excluded.policy_version, closed_at = excluded.closed_at,
             resolution_id = excluded.resolution_id, pattern = excluded.pattern, mover = excluded.mover,
             incident_id = excluded.incident_id, suggestion = excluded.suggestion, body = excluded.body",
    )
    .await?;
    Ok(())
}

/// How many differences of changes on this mapping are new since then, but for those that an incident
/// holds already.
pub async fn count_new(
    s: &mut Session,
    entity: &EntityId,
    system: &SystemId,
    since: Time,
) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM differences WHERE entity = $1 AND mover = $2
             AND opened_at >= $3 AND kind IN ('change', 'clash') AND incident_id IS NULL",
    );
    Ok(query.bind(entity).bind(system).bind(since).value().await?.unwrap_or(0))
}

/// The records of those that are open.
pub async fn new_open(
    s: &mut Session,
    entity: &EntityId,
    system: &SystemId,
    since: Time,
) -> Result<Vec<RecordId>, StoreError> {
    let query = s.sql(
        "SELECT DISTINCT record_id AS value FROM differences WHERE entity = $1 AND mover = $2
             AND opened_at >= $3 AND kind IN ('change', 'clash') AND incident_id IS NULL AND state = 'open'",
    );
    let ids: Vec<String> = query.bind(entity).bind(system).bind(since).values().await?;
    Ok(ids.into_iter().map(RecordId).collect())
}

/// Other open conflicts whose records have this name, oldest first.
pub async fn of_title(
    s: &mut Session,
    viewer: &Viewer,
    (title, but): (&str, &ConflictId),
    limit: i64,
) -> Result<Vec<Conflict>, StoreError> {
    // The beginning alone is indexed: a name may be of any length.
    let query = s.sql(
        "SELECT * FROM conflicts WHERE open AND substr(title, 1, 200) = substr($1, 1, 200) AND title = $1
             AND id <> $2 ORDER BY id LIMIT $3",
    );
    let all: Vec<Conflict> = query.bind(title).bind(but).bind(limit).all().await?;
    Ok(all.into_iter().filter(|conflict| viewer.sees(&conflict.entity)).collect())
}

/// How many open differences are alike.
pub async fn count_alike(s: &mut Session, pattern: &str) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM differences WHERE state = 'open' AND pattern = $1",
    );
    Ok(query.bind(pattern).value().await?.unwrap_or(0))
}

/// These differences, in no order.
pub async fn of_ids(s: &mut Session, ids: &[DifferenceId]) -> Result<Vec<Difference>, StoreError> {
    s.sql("SELECT * FROM differences WHERE id IN ").push_list(ids).all().await
}

/// These conflicts, in no order.
pub async fn conflicts_of_ids(s: &mut Session, ids: &[ConflictId]) -> Result<Vec<Conflict>, StoreError> {
    s.sql("SELECT * FROM conflicts WHERE id IN ").push_list(ids).all().await
}
