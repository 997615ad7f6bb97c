//! What was measured of the systems' clocks: one row per system, kept up to date.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::clock::{Clocks, Measured, Offset};
use crate::domain::ids::SystemId;

struct Clock(SystemId, Measured);

impl FromRow for Clock {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let now = Offset { ahead_ms: row.get("ahead_ms")?, within_ms: row.get("within_ms")? };
        let before: Option<i64> = row.maybe("before_ahead_ms")?;
        let within: Option<i64> = row.maybe("before_within_ms")?;
        let before = before.zip(within).map(|(ahead_ms, within_ms)| Offset { ahead_ms, within_ms });
        let before = before.zip(row.maybe_time("set_at")?);
        Ok(Self(row.get::<String>("system")?.into(), Measured { now, at: row.time("measured_at")?, before }))
    }
}

/// Every clock that was measured.
pub async fn all(s: &mut Session) -> Result<Clocks, StoreError> {
    let rows: Vec<Clock> = s.sql("SELECT * FROM system_clocks ORDER BY system").all().await?;
    Ok(Clocks(rows.into_iter().map(|Clock(system, measured)| (system, measured)).collect()))
}

/// The clock of one system, if it was measured.
pub async fn get(s: &mut Session, system: &SystemId) -> Result<Option<Measured>, StoreError> {
    let row: Option<Clock> =
        s.sql("SELECT * FROM system_clocks WHERE system = $1").bind(system).maybe().await?;
    Ok(row.map(|Clock(_, measured)| measured))
}

/// Stores what is known of a clock now.
pub async fn save(w: &mut WriteSession, system: &SystemId, clock: &Measured) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO system_clocks (system, ahead_ms, within_ms, measured_at, before_ahead_ms,
             before_within_ms, set_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (system) DO UPDATE SET ahead_ms = excluded.ahead_ms,
             within_ms = excluded.within_ms, measured_at = excluded.measured_at,
             before_ahead_ms = excluded.before_ahead_ms,
             before_within_ms = excluded.before_within_ms, set_at = excluded.set_at",
    )
    .bind(system)
    .bind(clock.now.ahead_ms)
    .bind(clock.now.within_ms)
    .bind(clock.at)
    .bind(clock.before.map(|(before, _)| before.ahead_ms))
    .bind(clock.before.map(|(before, _)| before.within_ms))
    .bind(clock.before.map(|(_, set_at)| set_at))
    .run_one()
    .await
}
