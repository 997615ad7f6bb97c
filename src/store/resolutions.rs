//! Resolutions and their deliveries.

pub mod approvals;
pub mod exchanges;
pub mod failed;
mod leases;

pub use failed::{count_failed, failed, failed_after};
pub use leases::{Leased, end_leases, hurry, in_flight, lease};

use super::db::{Arg, Backend, FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::approval::Approval;
use crate::domain::audit::{Actor, ActorKind};
use crate::domain::conflict::Dispute;
use crate::domain::delivery::{Change, DeliveryState};
use crate::domain::ids::{
    ConflictId, DeliveryId, EntityId, FieldId, GroupId, RecordId, ResolutionId, SystemId,
};
use crate::domain::refusal;
use crate::domain::resolution::{Chosen, Left, Outcome};
use crate::domain::sight::{Sight, WORDS};
use crate::domain::time::Time;
use crate::faults::{self, Point, Protection};

/// A statement over decisions, each with the kind of its record: by that it is told what a reader sees.
macro_rules! all {
    ($rest:literal) => {
        concat!("SELECT s.*, r.entity FROM resolutions s JOIN records r ON r.id = s.record_id", $rest)
    };
}

/// A decision, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    pub id: ResolutionId,
    pub conflict: ConflictId,
    pub record: RecordId,
    /// `held`, `sending`, `done`, `partly`, `undone` or `overtaken`.
    pub state: String,
    pub actor: Actor,
    pub reason: String,
    pub note: String,
    pub created_at: Time,
    pub held_until: Time,
    pub policy_version: i64,
    /// JSON of what was on the page: each difference with its values and their versions.
    pub page: String,
    pub outcomes: Vec<Chosen>,
    /// A second person's word, where the policy asks for one.
    pub approval: Option<Approval>,
    /// The group decision that it is part of.
    pub group: Option<GroupId>,
}

impl Resolution {
    /// Nothing of it is sent before somebody else approves.
    #[must_use]
    pub fn is_awaiting(&self) -> bool {
        self.approval.as_ref().is_some_and(Approval::is_awaited)
    }

    /// Its state, or that it awaits an approval.
    #[must_use]
    pub fn standing(&self) -> &str {
        if self.is_awaiting() { "awaiting_approval" } else { &self.state }
    }

    /// The disputes as they stood on the page that was decided.
    ///
    /// # Errors
    /// The stored page cannot be read.
    pub fn disputes(&self) -> Result<Vec<Dispute>, StoreError> {
        Ok(serde_json::from_str(&self.page)?)
    }

    /// The fields that it decides.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldId> {
        self.outcomes.iter().map(|chosen| chosen.field.clone()).collect()
    }

    /// The decision that this one reverses.
    #[must_use]
    pub fn reverses(&self) -> Option<&ResolutionId> {
        self.outcomes.iter().find_map(|chosen| match &chosen.outcome {
            Outcome::PutBack { of } => Some(of),
            _ => None,
        })
    }

    /// Its choices with what was written beside them, to be offered again.
    ///
    /// # Errors
    /// The stored page cannot be read.
    pub fn draft(&self) -> Result<Option<String>, StoreError> {
        let page = self.disputes()?;
        let choices = self.outcomes.iter().map(|chosen| chosen.draft(&page)).collect();
        let left = Left { choices, note: self.note.clone(), reason: self.reason.clone() };
        Ok(left.text()?)
    }
}

impl FromRow for Resolution {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let mut resolution = Self::stored(row)?;
        if !row.sight().is_whole() {
            resolution.veil(row.sight(), &row.get::<String>("entity")?.into())?;
        }
        Ok(resolution)
    }
}

impl Resolution {
    /// Veils what of a decision over this entity's records may not be seen. The digest that an approval
    /// is for covers every value, and few values can be tried out: it goes with them.
    ///
    /// # Errors
    /// The stored page cannot be read.
    pub fn veil(&mut self, sight: &Sight, entity: &EntityId) -> Result<(), StoreError> {
        if !self.outcomes.iter().any(|chosen| sight.hides(entity, &chosen.field)) {
            return Ok(());
        }
        let mut page = self.disputes()?;
        sight.page(entity, &mut page);
        self.page = serde_json::to_string(&page)?;
        self.outcomes.iter_mut().for_each(|chosen| sight.chosen(entity, chosen));
        if let Some(approval) = &mut self.approval {
            approval.digest.clear();
        }
        Ok(())
    }

    fn stored(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            conflict: row.get::<String>("conflict_id")?.into(),
            record: row.get::<String>("record_id")?.into(),
            state: row.get("state")?,
            actor: row.json("actor")?,
            reason: row.get("reason")?,
            note: row.get("note")?,
            created_at: row.time("created_at")?,
            held_until: row.time("held_until")?,
            policy_version: row.get("policy_version")?,
            page: row.get("page")?,
            outcomes: row.json("outcomes")?,
            approval: approvals::of_row(row)?,
            group: row.maybe::<String>("group_id")?.map(GroupId),
        })
    }
}

/// Stores new resolutions.
pub async fn insert(w: &mut WriteSession, all: &[Resolution]) -> Result<(), StoreError> {
    let mut rows: Vec<Vec<Arg>> = Vec::with_capacity(all.len());
    for own in all {
        rows.push(vec![
            (&own.id).into(),
            (&own.conflict).into(),
            (&own.record).into(),
            own.state.as_str().into(),
            serde_json::to_string(&own.actor)?.into(),
            own.actor.id.as_str().into(),
            own.reason.as_str().into(),
            own.note.as_str().into(),
            own.created_at.into(),
            own.held_until.into(),
            own.policy_version.into(),
            own.page.as_str().into(),
            serde_json::to_string(&own.outcomes)?.into(),
            own.approval.as_ref().map(|approval| approval.standing.found_by()).into(),
            own.approval.as_ref().map(serde_json::to_string).transpose()?.into(),
            own.group.as_ref().into(),
            own.approval.as_ref().map(|approval| approval.asked_at).into(),
            own.approval.as_ref().and_then(Approval::next).into(),
        ]);
    }
    w.insert_rows(
        "INSERT INTO resolutions (id, conflict_id, record_id, state, actor, actor_id, reason, note, created_at,
             held_until, policy_version, page, outcomes, approval, approval_body, group_id,
             approval_at, approval_next)",
        rows,
        "",
    )
    .await?;
    faults::pass(Point::K2);
    Ok(())
}

/// Stores the state of a resolution.
pub async fn set_state(w: &mut WriteSession, id: &ResolutionId, state: &str) -> Result<(), StoreError> {
    w.sql("UPDATE resolutions SET state = $2 WHERE id = $1").bind(id).bind(state).run_one().await
}

/// Its deliveries, oldest first, once no other transaction has any of them in hand: what they come to
/// together is worked out by one after the other. On PostgreSQL two workers that end two of them at
/// the same time would each see the other's as under way.
pub async fn lock_deliveries(w: &mut WriteSession, id: &ResolutionId) -> Result<Vec<Delivery>, StoreError> {
    if w.backend() == Backend::Postgres {
        let lock = "SELECT id AS value FROM resolutions WHERE id = $1 FOR UPDATE";
        w.sql(lock).bind(id).value::<String>().await?;
    }
    deliveries(w, std::slice::from_ref(id)).await
}

/// One resolution, if its record's entity exists for this viewer.
pub async fn get(
    s: &mut Session,
    viewer: &Viewer,
    id: &ResolutionId,
) -> Result<Option<Resolution>, StoreError> {
    let query = s.sql(all!(" WHERE s.id = $1"));
    let mut query = query.bind(id);
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND r.entity IN ").push_list(entities.iter());
    }
    query.maybe().await
}

/// The resolutions of these ids, in no order.
pub async fn of_ids(s: &mut Session, ids: &[ResolutionId]) -> Result<Vec<Resolution>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    s.sql(all!(" WHERE s.id IN ")).push_list(ids).all().await
}

/// The newest decisions of a viewer, newest first.
pub async fn recent(s: &mut Session, viewer: &Viewer, limit: i64) -> Result<Vec<Resolution>, StoreError> {
    let query = s.sql(all!(" WHERE s.actor_id = $1 ORDER BY s.id DESC LIMIT $2"));
    query.bind(&viewer.user).bind(limit).all().await
}

/// The newest decisions on a conflict, newest first.
pub async fn of_conflict(
    s: &mut Session,
    conflict: &ConflictId,
    limit: i64,
) -> Result<Vec<Resolution>, StoreError> {
    let query = s.sql(all!(" WHERE s.conflict_id = $1 ORDER BY s.id DESC LIMIT $2"));
    query.bind(conflict).bind(limit).all().await
}

/// The newest decisions on a record, newest first.
pub async fn of_record(
    s: &mut Session,
    record: &RecordId,
    limit: i64,
) -> Result<Vec<Resolution>, StoreError> {
    let query = s.sql(all!(" WHERE s.record_id = $1 ORDER BY s.id DESC LIMIT $2"));
    query.bind(record).bind(limit).all().await
}

/// The decisions on these records that reverse another one and stand.
pub async fn reversals(s: &mut Session, records: &[RecordId]) -> Result<Vec<Resolution>, StoreError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    // By way of the conflicts, which have an index.
    let query = s.sql(all!(
        " WHERE s.state NOT IN ('undone', 'overtaken') AND s.outcomes LIKE '%\"put_back\"%'
             AND s.conflict_id IN (SELECT id FROM conflicts WHERE record_id IN "
    ));
    query.push_list(records).push(")").all().await
}

/// What rules have decided of these records since then, whatever became of it.
pub async fn by_rule(
    s: &mut Session,
    records: &[RecordId],
    since: Time,
) -> Result<Vec<Resolution>, StoreError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    // By way of the conflicts, which have an index.
    let query = s.sql(all!(
        " WHERE s.created_at >= $1 AND s.conflict_id IN
             (SELECT conflict_id FROM differences WHERE record_id IN "
    ));
    let all: Vec<Resolution> = query.bind(since).push_list(records).push(")").all().await?;
    Ok(all.into_iter().filter(|decision| decision.actor.kind == ActorKind::Rule).collect())
}

/// What was written to these records for its form alone, whatever became of it.
pub async fn of_form(s: &mut Session, records: &[RecordId]) -> Result<Vec<Delivery>, StoreError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let text = "SELECT * FROM deliveries WHERE body LIKE '%\"form\":true%' AND record_id IN ";
    s.sql(text).push_list(records).all().await
}

/// One write to one system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub resolution: ResolutionId,
    pub conflict: ConflictId,
    pub record: RecordId,
    pub system: SystemId,
    pub entity: EntityId,
    /// None for a row to be created.
    pub external_id: Option<String>,
    pub change: Change,
    pub state: DeliveryState,
    pub idempotency_key: String,
    pub lease_until: Option<Time>,
    /// Raised with every lease; a worker with an older number changes nothing.
    pub fence: i64,
    pub created_at: Time,
}

impl Delivery {
    /// Veils what of a write may not be seen.
    pub fn veil(&mut self, sight: &Sight) {
        sight.delivery_state(&self.entity, &self.change, &mut self.state);
        sight.change(&self.entity, &self.system, &mut self.change);
    }

    /// Whether the system's words are hidden from whoever reads it.
    #[must_use]
    pub fn is_unsaid(&self) -> bool {
        matches!(&self.state, DeliveryState::Refused { message, .. } | DeliveryState::Unknown { message, .. }
            if message == WORDS)
    }

    /// The key of what it needs a person for, if it does.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        refusal::cause(&self.state, self.external_id.as_deref(), &self.change)
    }
}

impl FromRow for Delivery {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        // The column tells when it is due: of very many it is set at once.
        let state = match (row.json::<DeliveryState>("detail")?, row.maybe_time("next_at")?) {
            (state, Some(next)) => state.due_at(next),
            (state, None) => state,
        };
        let mut delivery = Self {
            id: row.get::<String>("id")?.into(),
            resolution: row.get::<String>("resolution_id")?.into(),
            conflict: row.get::<String>("conflict_id")?.into(),
            record: row.get::<String>("record_id")?.into(),
            system: row.get::<String>("system")?.into(),
            entity: row.get::<String>("entity")?.into(),
            external_id: row.maybe("external_id")?,
            change: row.json("body")?,
            state,
            idempotency_key: row.get("idempotency_key")?,
            lease_until: row.maybe_time("lease_until")?,
            fence: row.get("fence")?,
            created_at: row.time("created_at")?,
        };
        delivery.veil(row.sight());
        Ok(delivery)
    }
}

/// Stores new deliveries.
pub async fn insert_deliveries(w: &mut WriteSession, deliveries: &[Delivery]) -> Result<(), StoreError> {
    let mut rows: Vec<Vec<Arg>> = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        rows.push(vec![
            (&delivery.id).into(),
            (&delivery.resolution).into(),
            (&delivery.conflict).into(),
            (&delivery.record).into(),
            (&delivery.system).into(),
            (&delivery.entity).into(),
            delivery.external_id.as_ref().into(),
            serde_json::to_string(&delivery.change)?.into(),
            delivery.state.column().into(),
            serde_json::to_string(&delivery.state)?.into(),
            delivery.state.next_at().into(),
            (&delivery.idempotency_key).into(),
            delivery.created_at.into(),
            delivery.cause().into(),
        ]);
    }
    w.insert_rows(
        "INSERT INTO deliveries (id, resolution_id, conflict_id, record_id, system, entity, external_id, body, state,
             detail, next_at, idempotency_key, created_at, cause)",
        rows,
        "",
    )
    .await?;
    Ok(())
}

/// Stores the state of a delivery and gives its lease back, if its fence is still the one the
/// worker got; the answer is false when another worker took it over.
pub async fn save_delivery(w: &mut WriteSession, delivery: &Delivery) -> Result<bool, StoreError> {
    let mut fence = delivery.fence;
    if faults::without(Protection::Fencing) {
        fence = self::delivery(w, &delivery.id).await?.map_or(fence, |stored| stored.fence);
    }
    let changed = w
        .sql(
            "UPDATE deliveries SET state = $3, detail = $4, next_at = $5, lease_until = NULL, ended_at = $6,
                 external_id = $7, cause = $8 WHERE id = $1 AND fence = $2",
        )
        .bind(&delivery.id)
        .bind(fence)
        .bind(delivery.state.column())
        .bind(serde_json::to_string(&delivery.state)?)
        .bind(delivery.state.next_at())
        .bind(delivery.state.ended_at())
        .bind(delivery.external_id.as_ref())
        .bind(delivery.cause())
        .run()
        .await?;
    Ok(changed == 1)
}

/// Stores the state of a delivery that nobody was sending when it was loaded.
///
/// # Errors
/// `Conflict` if a worker has taken it since: what the caller knows is no longer so, and its whole
/// transaction has to be tried again. On PostgreSQL a lease can be committed between the two.
pub async fn settle_delivery(w: &mut WriteSession, delivery: &Delivery) -> Result<(), StoreError> {
    match save_delivery(w, delivery).await? {
        true => Ok(()),
        false => Err(StoreError::Conflict(format!("delivery {} was taken by a worker", delivery.id))),
    }
}

/// One delivery.
pub async fn delivery(s: &mut Session, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
    s.sql("SELECT * FROM deliveries WHERE id = $1").bind(id).maybe().await
}

/// The deliveries of these ids, in no order.
pub async fn deliveries_of_ids(s: &mut Session, ids: &[DeliveryId]) -> Result<Vec<Delivery>, StoreError> {
    s.sql("SELECT * FROM deliveries WHERE id IN ").push_list(ids).all().await
}

/// The deliveries of these resolutions, oldest first.
pub async fn deliveries(s: &mut Session, resolutions: &[ResolutionId]) -> Result<Vec<Delivery>, StoreError> {
    if resolutions.is_empty() {
        return Ok(Vec::new());
    }
    s.sql("SELECT * FROM deliveries WHERE resolution_id IN ")
        .push_list(resolutions)
        .push(" ORDER BY id")
        .all()
        .await
}

/// The newest deliveries to a system, newest first.
pub async fn by_system(s: &mut Session, system: &SystemId, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    let query = s.sql("SELECT * FROM deliveries WHERE system = $1 ORDER BY id DESC").bind(system);
    query.limit(limit).all().await
}

/// When a system last took a write.
pub async fn last_write(s: &mut Session, system: &SystemId) -> Result<Option<Time>, StoreError> {
    struct Ended(Option<Time>);
    impl FromRow for Ended {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.maybe_time("ended_at")?))
        }
    }
    let query = s.sql(
        "SELECT ended_at FROM deliveries WHERE system = $1 AND state IN ('confirmed', 'accepted_with_changes')
         ORDER BY id DESC LIMIT 1",
    );
    let last: Option<Ended> = query.bind(system).maybe().await?;
    Ok(last.and_then(|last| last.0))
}

/// When the next delivery is due, if any waits.
pub async fn next_due(s: &mut Session) -> Result<Option<Time>, StoreError> {
    struct Next(Option<Time>);
    impl FromRow for Next {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.maybe_time("value")?))
        }
    }
    let next: Next =
        s.sql("SELECT min(next_at) AS value FROM deliveries WHERE next_at IS NOT NULL").one().await?;
    Ok(next.0)
}
