//! Targets: how writing to each system goes.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::SystemId;
use crate::domain::target::{Target, Windows};
use crate::domain::time::Time;

impl FromRow for (SystemId, Target) {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let target = Target {
            paced_at: row.maybe_time("paced_at")?,
            quiet_until: row.maybe_time("quiet_until")?,
            standing: row.json("detail")?,
        };
        Ok((row.get::<String>("system")?.into(), target))
    }
}

impl FromRow for Windows {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            count: row.get("window_count")?,
            total_ms: row.get("window_total_ms")?,
            longest_ms: row.get("window_longest_ms")?,
        })
    }
}

/// What is remembered of every target.
pub async fn all(s: &mut Session) -> Result<Vec<(SystemId, Target)>, StoreError> {
    s.sql("SELECT * FROM targets ORDER BY system").all().await
}

/// How a target stands.
pub async fn get(s: &mut Session, system: &SystemId) -> Result<Target, StoreError> {
    let known: Option<(SystemId, Target)> =
        s.sql("SELECT * FROM targets WHERE system = $1").bind(system).maybe().await?;
    Ok(known.map(|known| known.1).unwrap_or_default())
}

/// A target for this transaction alone: those who want to write there, or to say how it went, take
/// turns. It is taken before any delivery, in every transaction.
pub async fn lock(w: &mut WriteSession, system: &SystemId) -> Result<Target, StoreError> {
    let text = w.either(
        "SELECT * FROM targets WHERE system = $1",
        "SELECT * FROM targets WHERE system = $1 FOR UPDATE",
    );
    let known: Option<(SystemId, Target)> = w.sql(text).bind(system).maybe().await?;
    if let Some((_, known)) = known {
        return Ok(known);
    }
    w.sql(
        "INSERT INTO targets (system, state, detail) VALUES ($1, 'open', '{\"state\":\"open\",\"failures\":0,\"met\":[]}')
         ON CONFLICT (system) DO NOTHING",
    )
    .bind(system)
    .run()
    .await?;
    let known: (SystemId, Target) = w.sql(text).bind(system).one().await?;
    Ok(known.1)
}

/// Stores how a target stands.
pub async fn save(w: &mut WriteSession, system: &SystemId, target: &Target) -> Result<(), StoreError> {
    w.sql("UPDATE targets SET paced_at = $2, quiet_until = $3, state = $4, detail = $5 WHERE system = $1")
        .bind(system)
        .bind(target.paced_at)
        .bind(target.quiet_until)
        .bind(target.standing.name())
        .bind(serde_json::to_string(&target.standing)?)
        .run_one()
        .await
}

/// Adds what was measured of one write without a condition, in milliseconds.
pub async fn add_window(w: &mut WriteSession, system: &SystemId, ms: i64) -> Result<(), StoreError> {
    let query = w.sql(
        "UPDATE targets SET window_count = window_count + 1, window_total_ms = window_total_ms + $2,
             window_longest_ms = CASE WHEN window_longest_ms < $2 THEN $2 ELSE window_longest_ms END
         WHERE system = $1",
    );
    query.bind(system).bind(ms).run().await.map(|_| ())
}

/// What was measured of writes without a condition.
pub async fn windows(s: &mut Session, system: &SystemId) -> Result<Windows, StoreError> {
    let known: Option<Windows> =
        s.sql("SELECT * FROM targets WHERE system = $1").bind(system).maybe().await?;
    Ok(known.unwrap_or_default())
}

/// The systems something is to be sent to, each with when the first of it is due.
pub async fn with_work(s: &mut Session) -> Result<Vec<(SystemId, Time)>, StoreError> {
    struct Work(SystemId, Time);
    impl FromRow for Work {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.get::<String>("system")?.into(), row.time("next_at")?))
        }
    }
    // From one system to the next by the index, however much waits for each.
    let work: Vec<Work> = s
        .sql(
            "WITH RECURSIVE own (system) AS (
                 SELECT min(d.system) FROM deliveries d WHERE d.next_at IS NOT NULL
                 UNION ALL
                 SELECT (SELECT min(d.system) FROM deliveries d WHERE d.next_at IS NOT NULL AND d.system > own.system)
                     FROM own WHERE own.system IS NOT NULL)
             SELECT own.system AS system, (SELECT min(d.next_at) FROM deliveries d
                     WHERE d.next_at IS NOT NULL AND d.system = own.system) AS next_at
                 FROM own WHERE own.system IS NOT NULL",
        )
        .all()
        .await?;
    Ok(work.into_iter().map(|Work(system, next)| (system, next)).collect())
}
