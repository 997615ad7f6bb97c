//! Who has a delivery in hand: leases with fencing numbers, in the order they are due.

use super::Delivery;
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::SystemId;
use crate::domain::time::Time;
use crate::faults::{self, Protection};
use crate::store::{StoreError, WriteSession};

/// A delivery that a worker has now.
#[derive(Clone, Debug)]
pub struct Leased {
    pub delivery: Delivery,
    /// How it stood before.
    pub before: DeliveryState,
    /// An earlier try may have been carried out: its worker went away, or no answer came.
    pub maybe_sent: bool,
}

/// Ends the leases of deliveries that are being sent, so that they are due at once: for the
/// start of the only instance there can be, whose workers have none in hand yet.
pub async fn end_leases(w: &mut WriteSession) -> Result<u64, StoreError> {
    let now = w.now();
    w.sql("UPDATE deliveries SET next_at = $1, lease_until = NULL WHERE state = 'sending' AND next_at > $1")
        .bind(now)
        .run()
        .await
}

/// Those whose turn it is: no unfinished predecessor for the same record and system, so that order
/// per field is kept, and no pause of what they belong to.
const IN_TURN: &str = " AND NOT EXISTS
         (SELECT 1 FROM deliveries e WHERE e.record_id = d.record_id AND e.system = d.system AND e.id < d.id
              AND e.next_at IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM mapping_pauses p WHERE p.system = d.system AND p.entity = d.entity
          AND p.writing IS NOT NULL)";

/// The next delivery to a system that is due, leased until `until` with its fence raised: waiting
/// ones whose hold is over, retries, unknown ones, and those whose worker is gone. `early`: also one
/// that waits for another try. One with an unfinished predecessor for the same record waits, so order
/// per field is kept.
pub async fn lease(
    w: &mut WriteSession,
    system: &SystemId,
    until: Time,
    early: bool,
) -> Result<Option<Leased>, StoreError> {
    let (now, locked) = (w.now(), w.either("", " FOR UPDATE SKIP LOCKED"));
    let query = w.sql("SELECT d.* FROM deliveries d WHERE d.system = $1 AND d.next_at IS NOT NULL");
    let query = match early {
        false => query.bind(system).push_bind(" AND d.next_at <= ?", [now.into()]),
        true => {
            let due = " AND (d.next_at <= ? OR d.state IN ('retrying', 'unknown'))";
            query.bind(system).push_bind(due, [now.into()])
        }
    };
    let query = match faults::without(Protection::Order) {
        true => query.push(" ORDER BY d.id DESC LIMIT 1"),
        false => query.push(IN_TURN).push(" ORDER BY d.next_at, d.id LIMIT 1").push(locked),
    };
    match query.maybe().await? {
        Some(delivery) => Ok(Some(leased(w, delivery, until).await?)),
        None => Ok(None),
    }
}

async fn leased(w: &mut WriteSession, mut delivery: Delivery, until: Time) -> Result<Leased, StoreError> {
    let before = delivery.state.clone();
    let maybe_sent = before.is_maybe_sent();
    let state = before.clone().lease();
    delivery.state = state.map_err(|error| StoreError::row("detail", &error.to_string()))?;
    delivery.fence += 1;
    delivery.lease_until = Some(until);
    if faults::without(Protection::HoldLease) {
        let query = w.sql("UPDATE deliveries SET fence = $2 WHERE id = $1").bind(&delivery.id);
        query.bind(delivery.fence).run_one().await?;
        return Ok(Leased { delivery, before, maybe_sent });
    }
    // While it is leased its next event is the lease's end.
    w.sql(
        "UPDATE deliveries SET state = $2, detail = $3, next_at = $4, lease_until = $4, fence = $5 WHERE id = $1",
    )
    .bind(&delivery.id)
    .bind(delivery.state.column())
    .bind(serde_json::to_string(&delivery.state)?)
    .bind(until)
    .bind(delivery.fence)
    .run_one()
    .await?;
    Ok(Leased { delivery, before, maybe_sent })
}

/// How many deliveries to a system are being sent now.
pub async fn in_flight(w: &mut WriteSession, system: &SystemId) -> Result<i64, StoreError> {
    let now = w.now();
    let query = w.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM deliveries
         WHERE system = $1 AND next_at > $2 AND state = 'sending'",
    );
    Ok(query.bind(system).bind(now).value().await?.unwrap_or(0))
}

/// Makes every delivery of a system that waits for another try due now: it is back.
pub async fn hurry(w: &mut WriteSession, system: &SystemId) -> Result<u64, StoreError> {
    let now = w.now();
    let query = w.sql(
        "UPDATE deliveries SET next_at = $2
         WHERE system = $1 AND next_at > $2 AND state IN ('retrying', 'unknown')",
    );
    query.bind(system).bind(now).run().await
}
