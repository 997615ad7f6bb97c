//! A mass change: a run that changes very much at once. Its values are taken and nothing is lost, but no
//! rule settles what they led to while a person has not chosen.

use super::{Found, open};
use crate::domain::audit::Event;
use crate::domain::incident::{IncidentKind, Limits};
use crate::engine::Engine;
use crate::engine::sync::Reading;
use crate::store::runs::Run;
use crate::store::{Store, StoreError, WriteSession, holdings, incidents};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

/// How much a run may change, and of how much.
pub(in crate::engine) struct Measure {
    pub limits: Limits,
    /// Records the system held when the run began.
    pub held: i64,
    pub label: String,
}

/// How many records a system holds, as far as that was counted: it takes a walk over all of them, and
/// a few changes are no mass change of many.
#[derive(Default)]
pub(in crate::engine) struct Held {
    /// At least so many.
    least: AtomicI64,
    /// All of them, once they were counted to the end.
    all: OnceLock<i64>,
}

impl Held {
    /// All of them; None where there are more than `most`.
    async fn up_to(&self, store: &Store, run: &Run, most: i64) -> Result<Option<i64>, StoreError> {
        if let Some(all) = self.all.get() {
            return Ok(Some(*all));
        }
        if self.least.load(Ordering::Relaxed) > most {
            return Ok(None);
        }
        // Twice as far as is asked for, so that a run with many changes does not count with every page.
        let end = most.saturating_mul(2).saturating_add(1);
        let count =
            holdings::count_present_to(&mut store.session().await?, &run.system, &run.entity, end).await?;
        self.least.store(count, Ordering::Relaxed);
        if count < end {
            return Ok(Some(*self.all.get_or_init(|| count)));
        }
        Ok(None)
    }
}

/// Looks at a run after a page was taken, of which `keys` were held before and changed. In the page's
/// transaction: nothing of a mass change is ever judged as usual.
pub(in crate::engine) async fn look(
    w: &mut WriteSession,
    run: &Run,
    keys: &[String],
    measure: &Measure,
) -> Result<Option<Event>, StoreError> {
    let Measure { limits, held, label } = measure;
    let moved = run.counts.moved;
    if keys.is_empty() || !limits.is_mass(moved, *held) {
        return Ok(None);
    }
    let before = moved - i64::try_from(keys.len()).unwrap_or(0);
    // What the pages before this one changed was not yet too much.
    let only = Some(keys).filter(|_| limits.is_mass(before, *held));
    let kind = IncidentKind::MassChange;
    let (incident, event) = match incidents::unended(w, &run.system, &run.entity, kind).await? {
        Some(incident) => (incident, None),
        None => {
            let told = format!(
                "{label}: very many records were changed at once; no rule settles what that led to until somebody chooses"
            );
            let (system, entity) = (run.system.clone(), run.entity.clone());
            let found = Found { kind, system, entity, run: run.id.clone(), records: 0, held: *held, told };
            let (incident, event) = open(w, found).await?;
            (incident, Some(event))
        }
    };
    let more = incidents::add_moved(w, &incident, &run.id, only).await?;
    incidents::grow(w, &incident.id, i64::try_from(more).unwrap_or(0)).await?;
    Ok(event.map(|event| event.fact("records", more)))
}

impl Engine {
    /// What a run is measured by; None while a page more cannot make it a mass change.
    pub(in crate::engine) async fn measure(
        &self,
        run: &Run,
        reading: &Reading,
        rows: usize,
    ) -> Result<Option<Measure>, StoreError> {
        let setup = self.setup();
        let limits = setup.catalog.incidents.clone();
        let moved = run.counts.moved + i64::try_from(rows).unwrap_or(0);
        if moved <= limits.mass_records {
            return Ok(None);
        }
        // Of more than so many it is no mass change, see `Limits::is_mass`.
        let most = moved.saturating_mul(100) / limits.mass_percent.max(1);
        let Some(held) = reading.held.up_to(self.store(), run, most).await? else { return Ok(None) };
        Ok(Some(Measure { limits, held, label: setup.catalog.label(&run.system).to_owned() }))
    }
}
