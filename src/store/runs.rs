//! Runs (executions of reading a system), cursors, and rows set aside.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::{EntityId, RunId, SystemId};
use crate::domain::sight::WORDS;
use crate::domain::time::Time;

/// One execution of reading one object of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: RunId,
    pub system: SystemId,
    pub entity: EntityId,
    /// `full` or `changes`.
    pub kind: String,
    /// `schedule`, `person`, `program` or `command`.
    pub trigger: String,
    pub started_by: String,
    /// `running`, `done` or `failed`.
    pub state: String,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    pub position: Option<String>,
    pub since: Option<Time>,
    pub counts: Counts,
    pub error: Option<String>,
    pub lease_until: Option<Time>,
    pub fence: i64,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub read: i64,
    pub changed: i64,
    /// Of those, rows that were held before.
    pub moved: i64,
    pub quarantined: i64,
    pub opened: i64,
    pub settled_by_rule: i64,
    pub settled_by_itself: i64,
}

impl Counts {
    /// Adds another count to this one.
    pub fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.changed += other.changed;
        self.moved += other.moved;
        self.quarantined += other.quarantined;
        self.opened += other.opened;
        self.settled_by_rule += other.settled_by_rule;
        self.settled_by_itself += other.settled_by_itself;
    }
}

impl FromRow for Run {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            system: row.get::<String>("system")?.into(),
            entity: row.get::<String>("entity")?.into(),
            kind: row.get("kind")?,
            trigger: row.get("trigger_name")?,
            started_by: row.get("started_by")?,
            state: row.get("state")?,
            started_at: row.time("started_at")?,
            ended_at: row.maybe_time("ended_at")?,
            position: row.maybe("position")?,
            since: row.maybe_time("since")?,
            counts: Counts {
                read: row.get("rows_read")?,
                changed: row.get("rows_changed")?,
                moved: row.get("rows_moved")?,
                quarantined: row.get("rows_quarantined")?,
                opened: row.get("conflicts_opened")?,
                settled_by_rule: row.get("settled_by_rule")?,
                settled_by_itself: row.get("settled_by_itself")?,
            },
            error: row.maybe("error")?,
            lease_until: row.maybe_time("lease_until")?,
            fence: row.get("fence")?,
        })
    }
}

/// Stores a new run.
pub async fn insert(w: &mut WriteSession, run: &Run) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO runs (id, system, entity, kind, trigger_name, started_by, state, started_at, since, lease_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&run.id)
    .bind(&run.system)
    .bind(&run.entity)
    .bind(&run.kind)
    .bind(&run.trigger)
    .bind(&run.started_by)
    .bind(&run.state)
    .bind(run.started_at)
    .bind(run.since)
    .bind(run.lease_until)
    .run_one()
    .await
}

/// Stores where a run stands. A run taken over by another worker (its fence raised) is not
/// touched: the answer is then false.
pub async fn save(w: &mut WriteSession, run: &Run) -> Result<bool, StoreError> {
    let changed = w
        .sql(
            "UPDATE runs SET state = $3, ended_at = $4, position = $5, rows_read = $6, rows_changed = $7,
                 rows_quarantined = $8, conflicts_opened = $9, settled_by_rule = $10, settled_by_itself = $11,
                 error = $12, lease_until = $13, rows_moved = $14
             WHERE id = $1 AND fence = $2",
        )
        .bind(&run.id)
        .bind(run.fence)
        .bind(&run.state)
        .bind(run.ended_at)
        .bind(run.position.as_ref())
        .bind(run.counts.read)
        .bind(run.counts.changed)
        .bind(run.counts.quarantined)
        .bind(run.counts.opened)
        .bind(run.counts.settled_by_rule)
        .bind(run.counts.settled_by_itself)
        .bind(run.error.as_ref())
        .bind(run.lease_until)
        .bind(run.counts.moved)
        .run()
        .await?;
    Ok(changed == 1)
}

/// Renews the lease of a run under way and holds it until this transaction ends. False when
/// another worker took it over: nothing may be written for it any more.
pub async fn renew(w: &mut WriteSession, run: &Run, until: Time) -> Result<bool, StoreError> {
    let query = w.sql("UPDATE runs SET lease_until = $3 WHERE id = $1 AND fence = $2 AND state = 'running'");
    Ok(query.bind(&run.id).bind(run.fence).bind(until).run().await? == 1)
}

/// Takes over a run whose worker is gone, raising its fence. False when somebody else did.
pub async fn take_over(w: &mut WriteSession, run: &Run, until: Time) -> Result<bool, StoreError> {
    let query = w.sql(
        "UPDATE runs SET fence = fence + 1, lease_until = $3
         WHERE id = $1 AND fence = $2 AND state = 'running'",
    );
    Ok(query.bind(&run.id).bind(run.fence).bind(until).run().await? == 1)
}

/// One run.
pub async fn get(s: &mut Session, id: &RunId) -> Result<Option<Run>, StoreError> {
    s.sql("SELECT * FROM runs WHERE id = $1").bind(id).maybe().await
}

/// The run of this mapping that has not ended.
pub async fn running(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
) -> Result<Option<Run>, StoreError> {
    s.sql(
        "SELECT * FROM runs WHERE system = $1 AND entity = $2 AND state = 'running' ORDER BY id DESC LIMIT 1",
    )
    .bind(system)
    .bind(entity)
    .maybe()
    .await
}

/// Runs whose worker is gone: it has not renewed its lease. Oldest first.
pub async fn orphans(s: &mut Session, now: Time, limit: i64) -> Result<Vec<Run>, StoreError> {
    s.sql("SELECT * FROM runs WHERE state = 'running' AND lease_until < $1 ORDER BY id LIMIT $2")
        .bind(now)
        .bind(limit)
        .all()
        .await
}

/// Runs that somebody has in hand: under way with a lease at `now`, or ended after `ended` and
/// perhaps being judged.
pub async fn in_hand(s: &mut Session, now: Time, ended: Time) -> Result<Vec<RunId>, StoreError> {
    // Of the ended ones only the newest are looked at: there is no index of when they ended.
    let query = s.sql(
        "SELECT id AS value FROM runs WHERE state = 'running' AND lease_until > $1 UNION SELECT id FROM
             (SELECT id, ended_at FROM runs ORDER BY id DESC LIMIT 200) AS newest WHERE ended_at > $2",
    );
    Ok(query.bind(now).bind(ended).values::<String>().await?.into_iter().map(RunId).collect())
}

/// The newest runs, of one system or of all, newest first.
pub async fn newest(s: &mut Session, system: Option<&SystemId>, limit: i64) -> Result<Vec<Run>, StoreError> {
    let mut query = s.sql("SELECT * FROM runs WHERE 1 = 1");
    if let Some(system) = system {
        query = query.push_bind(" AND system = ?", [system.into()]);
    }
    query.push(" ORDER BY id DESC").limit(limit).all().await
}

/// Runs older than `before`, of one system or of all, newest first.
pub async fn older(
    s: &mut Session,
    system: Option<&SystemId>,
    before: &RunId,
    limit: i64,
) -> Result<Vec<Run>, StoreError> {
    let mut query = s.sql("SELECT * FROM runs WHERE id < $1").bind(before);
    if let Some(system) = system {
        query = query.push_bind(" AND system = ?", [system.into()]);
    }
    query.push(" ORDER BY id DESC").limit(limit).all().await
}

/// How far a mapping has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The start of the last completed pull of any kind.
    pub read_at: Option<Time>,
    /// The start of the last completed full pull.
    pub full_at: Option<Time>,
}

impl FromRow for Cursor {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { read_at: row.maybe_time("read_at")?, full_at: row.maybe_time("full_at")? })
    }
}

/// The cursor of a mapping; empty when it was never read.
pub async fn cursor(s: &mut Session, system: &SystemId, entity: &EntityId) -> Result<Cursor, StoreError> {
    let query = s.sql("SELECT read_at, full_at FROM cursors WHERE system = $1 AND entity = $2");
    Ok(query.bind(system).bind(entity).maybe().await?.unwrap_or_default())
}

/// The cursors of an entity, by system: of those that were read.
pub async fn cursors(s: &mut Session, entity: &EntityId) -> Result<Vec<(SystemId, Cursor)>, StoreError> {
    struct Of(SystemId, Cursor);
    impl FromRow for Of {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.get::<String>("system")?.into(), Cursor::from_row(row)?))
        }
    }
    let query = s.sql("SELECT system, read_at, full_at FROM cursors WHERE entity = $1");
    let all: Vec<Of> = query.bind(entity).all().await?;
    Ok(all.into_iter().map(|own| (own.0, own.1)).collect())
}

/// Stores the cursor of a mapping.
pub async fn save_cursor(
    w: &mut WriteSession,
    system: &SystemId,
    entity: &EntityId,
    cursor: &Cursor,
) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO cursors (system, entity, read_at, full_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (system, entity) DO UPDATE SET read_at = excluded.read_at, full_at = excluded.full_at",
    )
    .bind(system)
    .bind(entity)
    .bind(cursor.read_at)
    .bind(cursor.full_at)
    .run_one()
    .await
}

/// An incoming row that could not be taken, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub external_id: Option<String>,
    pub raw: String,
    pub reason: String,
}

impl FromRow for SetAside {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let own =
            Self { external_id: row.maybe("external_id")?, raw: row.get("raw")?, reason: row.get("reason")? };
        // It could not be taken apart, so that nobody knows which part of it is which field.
        if row.sight().sees_all(&row.get::<String>("entity")?.into()) {
            return Ok(own);
        }
        Ok(Self { raw: WORDS.to_owned(), reason: WORDS.to_owned(), ..own })
    }
}

/// Puts rows of a run into quarantine.
pub async fn set_aside(w: &mut WriteSession, run: &Run, rows: &[SetAside]) -> Result<(), StoreError> {
    let now = w.now();
    let row = |row: &SetAside| {
        vec![
            w.new_id().into(),
            (&run.id).into(),
            (&run.system).into(),
            (&run.entity).into(),
            row.external_id.as_ref().into(),
            (&row.raw).into(),
            (&row.reason).into(),
            now.into(),
        ]
    };
    let rows = rows.iter().map(row).collect();
    let head = "INSERT INTO quarantine (id, run_id, system, entity, external_id, raw, reason, created_at)";
    w.insert_rows(head, rows, "").await?;
    Ok(())
}

/// The rows a run set aside, oldest first.
pub async fn quarantine(s: &mut Session, run: &RunId, limit: i64) -> Result<Vec<SetAside>, StoreError> {
    s.sql("SELECT * FROM quarantine WHERE run_id = $1 ORDER BY id").bind(run).limit(limit).all().await
}
