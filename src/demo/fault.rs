//! Breaking a system and healing it: each fault is one that real systems have, and stands in
//! the system itself, so that a restart of Referee does not heal it.

use super::DemoError;
use super::file;
use super::system::System;
use std::path::{Path, PathBuf};

/// How a system fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It cannot be reached: the file is away, the server answers 503.
    Down,
    /// It can be read, and refuses every change in its own words.
    RefuseWrites,
    /// The helpdesk no longer accepts the token.
    DeadToken,
    /// The warehouse was updated over night and calls a column by another name.
    Drift,
}

impl Fault {
    pub const ALL: [Self; 4] = [Self::Down, Self::RefuseWrites, Self::DeadToken, Self::Drift];

    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::RefuseWrites => "refuse_writes",
            Self::DeadToken => "dead_token",
            Self::Drift => "drift",
        }
    }

    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.id() == id)
    }

    /// The faults a system can have.
    #[must_use]
    pub fn of(system: System) -> &'static [Self] {
        match system {
            System::Portal | System::Billing | System::Hr => &[Self::Down, Self::RefuseWrites],
            System::Helpdesk => &[Self::Down, Self::RefuseWrites, Self::DeadToken],
            System::Warehouse => &[Self::Down, Self::RefuseWrites, Self::Drift],
        }
    }
}

const PORTAL_REFUSES: &str = "CREATE TRIGGER IF NOT EXISTS demo_refuses BEFORE UPDATE ON customers
BEGIN SELECT RAISE(ABORT, 'Postcode: more than 10 characters'); END";
const WAREHOUSE_REFUSES: &str = "CREATE TRIGGER IF NOT EXISTS demo_refuses BEFORE UPDATE ON SHIP_TO
BEGIN SELECT RAISE(ABORT, 'ZIP: more than 10 characters'); END";
const BILLING_REFUSES: &str = "CREATE TRIGGER IF NOT EXISTS demo_refuses BEFORE UPDATE ON accounts
BEGIN SELECT RAISE(ABORT, 'Plan: the invoice run is on'); END";
const HR_REFUSES: &str = "CREATE TRIGGER IF NOT EXISTS demo_refuses BEFORE UPDATE ON employees
BEGIN SELECT RAISE(ABORT, 'Record: locked for payroll'); END";
const ACCEPTS: &str = "DROP TRIGGER IF EXISTS demo_refuses";
const DRIFTS: &str = "ALTER TABLE SHIP_TO RENAME COLUMN ZIP TO POSTAL_CODE";
const DRIFTS_BACK: &str = "ALTER TABLE SHIP_TO RENAME COLUMN POSTAL_CODE TO ZIP";
const HAS_DRIFTED: &str = "SELECT count(*) FROM pragma_table_info('SHIP_TO') WHERE name = 'POSTAL_CODE'";
const HAS_TRIGGER: &str =
    "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name = 'demo_refuses'";

/// Where a file is that was taken away.
fn away(path: &Path) -> PathBuf {
    path.with_extension("sqlite.away")
}

/// Where the file is now, and whether it is away.
fn place(path: &Path) -> (PathBuf, bool) {
    let is_away = !path.exists() && away(path).exists();
    (if is_away { away(path) } else { path.to_owned() }, is_away)
}

/// Lets a system fail; failing in that way already, it goes on.
pub(super) async fn inflict(path: &Path, system: System, fault: Fault) -> Result<(), DemoError> {
    if !Fault::of(system).contains(&fault) {
        return Err(DemoError::NoFault { system: system.id(), fault: fault.id() });
    }
    if has(path, system).await?.contains(&fault) {
        return Ok(());
    }
    let (file, _) = place(path);
    match (system, fault) {
        (System::Helpdesk, _) => note(&file, fault).await,
        (_, Fault::Down) => rename(&file, &away(path)).await,
        (System::Portal, _) => run(&file, system, PORTAL_REFUSES).await,
        (System::Billing, _) => run(&file, system, BILLING_REFUSES).await,
        (System::Hr, _) => run(&file, system, HR_REFUSES).await,
        (System::Warehouse, Fault::Drift) => run(&file, system, DRIFTS).await,
        (System::Warehouse, _) => run(&file, system, WAREHOUSE_REFUSES).await,
    }
}

/// Ends every fault of a system.
pub(super) async fn heal(path: &Path, system: System) -> Result<(), DemoError> {
    let faults = has(path, system).await?;
    if faults.contains(&Fault::Down) && system != System::Helpdesk {
        rename(&away(path), path).await?;
    }
    match system {
        System::Helpdesk => return run(path, system, "DELETE FROM faults").await,
        System::Warehouse if faults.contains(&Fault::Drift) => run(path, system, DRIFTS_BACK).await?,
        System::Warehouse | System::Portal | System::Billing | System::Hr => {}
    }
    run(path, system, ACCEPTS).await
}

/// The faults a system has now.
pub(super) async fn has(path: &Path, system: System) -> Result<Vec<Fault>, DemoError> {
    let failed = |error| DemoError::sql(system, error);
    let (file, is_away) = place(path);
    let mut connection = file::open(&file, system).await?;
    if system == System::Helpdesk {
        let names: Vec<String> =
            sqlx::query_scalar("SELECT name FROM faults").fetch_all(&mut connection).await.map_err(failed)?;
        return Ok(Fault::ALL.into_iter().filter(|fault| names.iter().any(|n| n == fault.id())).collect());
    }
    let mut faults = if is_away { vec![Fault::Down] } else { Vec::new() };
    for (sql, fault) in [(HAS_TRIGGER, Fault::RefuseWrites), (HAS_DRIFTED, Fault::Drift)] {
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await.map_err(failed)?;
        faults.extend((count > 0).then_some(fault));
    }
    Ok(faults)
}

async fn note(path: &Path, fault: Fault) -> Result<(), DemoError> {
    let mut connection = file::open(path, System::Helpdesk).await?;
    let insert = sqlx::query("INSERT OR IGNORE INTO faults (name) VALUES (?)").bind(fault.id());
    insert.execute(&mut connection).await.map_err(|error| DemoError::sql(System::Helpdesk, error))?;
    Ok(())
}

async fn run(path: &Path, system: System, sql: &'static str) -> Result<(), DemoError> {
    let mut connection = file::open(path, system).await?;
    sqlx::raw_sql(sql).execute(&mut connection).await.map_err(|error| DemoError::sql(system, error))?;
    Ok(())
}

async fn rename(from: &Path, to: &Path) -> Result<(), DemoError> {
    tokio::fs::rename(from, to).await.map_err(|error| DemoError::file(from, error))
}
