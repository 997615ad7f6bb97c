//! Targets: how writing to each system goes.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::SystemId;
use crate::domain::target::Target;
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
