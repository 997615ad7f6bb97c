//! The dry run: compares what systems say now, writing nothing anywhere but the report.
//!
//! The plan is that of a merge: the rows of all systems stream by in the order of the shared
//! identifier. Rows equal as bytes under equal mappings agree; the others are mapped,
//! normalised and judged like any holding, with the agreed values the store already knows.

mod desk;
mod found;
mod report;
mod side;

pub use desk::{Ask, DryRun, DryRuns, Limits, State};
pub use found::{Counts, Found, Summary, Would};
pub use report::{Becomes, Format, Index, Kind, why};

use super::merge::Merge;
use super::{Engine, Refusal};
use crate::connectors::{ConnectorError, scan};
use crate::domain::diff::{self, Standing};
use crate::domain::entity::Entity;
use crate::domain::ids::{EntityId, FieldId, SystemId};
use crate::domain::record::{Base, Holding};
use crate::domain::time::Time;
use crate::store::{StoreError, runs};
use found::{Judge, Pending};
use side::Side;
use std::sync::atomic::{AtomicU64, Ordering};

/// Differing records looked up in the store at once.
const BATCH: usize = 200;

/// Takes one finding; an error of it ends the run.
pub type Report<'r> = dyn FnMut(&Found) -> std::io::Result<()> + Send + 'r;

/// Why a dry run ended early. What was reported until then is not the whole.
#[derive(Debug, thiserror::Error)]
pub enum DryRunError {
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("{system} could not be read: {error}")]
    Connector { system: String, error: ConnectorError },
    #[error("the report could not be written: {0}")]
    Report(#[from] std::io::Error),
}

impl DryRunError {
    fn unread(system: &str, error: ConnectorError) -> Self {
        Self::Connector { system: system.to_owned(), error }
    }
}

impl From<StoreError> for DryRunError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl Engine {
    /// Compares the systems that map an entity, or those of them that are named, and gives every
    /// difference to `report`, in the order of the shared identifier.
    ///
    /// # Errors
    /// There is no such entity, fewer than two systems can be compared, one could not be read,
    /// the store failed, or the report could not be written.
    pub async fn dry_run(
        &self,
        entity: &EntityId,
        systems: &[SystemId],
        report: &mut Report<'_>,
    ) -> Result<Summary, DryRunError> {
        self.compare_now(entity, systems, report, &AtomicU64::new(0)).await
    }

    /// As [`Engine::dry_run`], telling how many records were compared so far.
    async fn compare_now(
        &self,
        entity: &EntityId,
        systems: &[SystemId],
        report: &mut Report<'_>,
        seen: &AtomicU64,
    ) -> Result<Summary, DryRunError> {
        let setup = self.setup();
        let entity = setup.entity(entity)?;
        let sides = self.sides(entity, systems).await?;
        let mut merge = merge(&sides).await?;
        let judge = Judge::new(self, &setup, entity, &sides);
        let (aligned, now) = (side::aligned(&sides), self.now());
        let (pending, agreed, summary) = (Vec::new(), false, Summary::default());
        let mut all = Comparison { sides: &sides, entity, aligned, now, pending, agreed, summary };
        let unread = |(at, error): (usize, ConnectorError)| DryRunError::unread(&sides[at].label, error);
        while merge.next().await.map_err(unread)? {
            // The last one stays until it is known that its key does not stand twice.
            if all.pending.len() >= BATCH && !merge.is_repeated() {
                judge.judge(&mut all.pending, &mut all.summary, report).await?;
            }
            all.take(&merge);
            seen.store(all.summary.records, Ordering::Relaxed);
            // Rows that are there already would let no stop and no deadline in.
            if all.summary.records.is_multiple_of(256) {
                tokio::task::yield_now().await;
            }
        }
        judge.judge(&mut all.pending, &mut all.summary, report).await?;
        Ok(all.summary)
    }

    async fn sides(&self, entity: &Entity, systems: &[SystemId]) -> Result<Vec<Side>, DryRunError> {
        let setup = self.setup();
        for system in systems {
            let known = setup.catalog.mapping(system, &entity.id);
            known.ok_or_else(|| Refusal::Invalid(format!("{system} does not map {}", entity.id)))?;
        }
        let (mut session, mut sides) = (self.store().session().await?, Vec::new());
        for mapping in setup.catalog.mappings_of(&entity.id) {
            if !systems.is_empty() && !systems.contains(&mapping.system) {
                continue;
            }
            let label = setup.catalog.label(&mapping.system);
            let connector =
                self.connector(&mapping.system).map_err(|error| DryRunError::unread(label, error))?;
            let cursor = runs::cursor(&mut session, &mapping.system, &entity.id).await?;
            sides.push(Side::new(entity, mapping, label, connector, cursor.read_at)?);
        }
        if sides.len() < 2 {
            let message = format!("fewer than two of these systems map {}: nothing to compare", entity.id);
            return Err(Refusal::Invalid(message).into());
        }
        Ok(sides)
    }
}

async fn merge(sides: &[Side]) -> Result<Merge<'_>, DryRunError> {
    let mut orders = Vec::new();
    for side in sides {
        let order = side.connector.scan_order(&side.spec).await;
        orders.push(order.map_err(|error| DryRunError::unread(&side.label, error))?);
    }
    let order = scan::common(orders);
    Ok(Merge::new(order, sides.iter().map(|side| side.connector.scan(&side.spec, order)).collect()))
}

/// The records as they stream by: most agree and are only counted.
struct Comparison<'a> {
    sides: &'a [Side],
    entity: &'a Entity,
    /// See [`side::aligned`].
    aligned: Option<usize>,
    now: Time,
    pending: Vec<Pending>,
    /// The last record agreed, as far as its first row tells.
    agreed: bool,
    summary: Summary,
}

impl Comparison<'_> {
    fn take(&mut self, merge: &Merge<'_>) {
        if merge.is_repeated() {
            return self.leave_out(&merge.key());
        }
        self.summary.records += 1;
        let absent = self.absent(merge);
        self.agreed = absent.is_empty() && self.is_same(merge);
        if !self.agreed {
            self.look_closer(merge, absent);
        }
        self.summary.agree += u64::from(self.agreed);
    }

    fn look_closer(&mut self, merge: &Merge<'_>, absent: Vec<SystemId>) {
        let holdings = merge.rows().map(|(side, line)| self.sides[side].holding(line, self.now));
        let Some(holdings) = holdings.collect::<Option<Vec<Holding>>>() else {
            self.summary.left_out += 1;
            return;
        };
        let fields = self.differing(&holdings);
        self.agreed = absent.is_empty() && fields.is_empty();
        if !self.agreed {
            self.pending.push(Pending { key: merge.key().into_owned(), holdings, absent, fields });
        }
    }

    /// Systems that do not have the record; those that should are answered.
    fn absent(&mut self, merge: &Merge<'_>) -> Vec<SystemId> {
        if merge.rows().len() == self.sides.len() {
            return Vec::new();
        }
        let mut absent = Vec::new();
        for (at, side) in self.sides.iter().enumerate() {
            if merge.rows().all(|(present, _)| present != at) {
                *self.summary.lacking.entry(side.mapping.system.clone()).or_default() += 1;
                absent.extend(side.mapping.complete.then(|| side.mapping.system.clone()));
            }
        }
        absent
    }

    /// Whether the rows are equal as bytes where it matters.
    fn is_same(&self, merge: &Merge<'_>) -> bool {
        let Some(count) = self.aligned else { return false };
        let mut rows = merge.rows().map(|(_, line)| line);
        let Some(first) = rows.next() else { return true };
        rows.all(|line| side::same_cells(first, line, count))
    }

    /// The slots that differ after normalising; what is agreed has no part in that.
    fn differing(&mut self, holdings: &[Holding]) -> Vec<FieldId> {
        let (base, mut differing) = (Base::default(), Vec::new());
        for slot in self.entity.slots_of(&base, holdings, std::iter::empty()) {
            let mut shown = holdings.iter().filter_map(|holding| diff::shown(&slot, holding));
            let first = shown.next();
            // Most fields of a record that differs are the same letter for letter.
            if shown.all(|tuple| Some(&tuple) == first.as_ref()) {
                continue;
            }
            match diff::compare(&slot, &base, holdings).standing {
                Standing::Differs(_) => differing.push(slot.id.clone()),
                Standing::Agreed(_) => *self.summary.written.entry(slot.id.clone()).or_default() += 1,
                Standing::Waiting => {}
            }
        }
        differing
    }

    /// A key that stands twice: nobody can say which of its rows is meant.
    fn leave_out(&mut self, key: &str) {
        let pending = self.pending.pop_if(|last| last.key == key).is_some();
        if std::mem::take(&mut self.agreed) {
            self.summary.agree -= 1;
        } else if !pending {
            return;
        }
        self.summary.left_out += 1;
    }
}
