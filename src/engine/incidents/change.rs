//! A mass change: a run that changes very much at once. Its values are taken and nothing is lost, but no
//! rule settles what they led to while a person has not chosen.

use super::{Found, open};
use crate::domain::audit::Event;
use crate::domain::incident::{IncidentKind, Limits};
use crate::engine::Engine;
use crate::engine::sync::Reading;
use crate::store::runs::Run;
use crate::store::{StoreError, WriteSession, holdings, incidents};

/// How much a run may change, and of how much.
pub(in crate::engine) struct Measure {
    pub limits: Limits,
    /// Records the system held when the run began.
    pub held: i64,
    pub label: String,
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
    /// What a run is measured by; None while a page more cannot make it a mass change. The system's
    /// records are counted once a run at most.
    pub(in crate::engine) async fn measure(
        &self,
        run: &Run,
        reading: &Reading,
        rows: usize,
    ) -> Result<Option<Measure>, StoreError> {
        let setup = self.setup();
        let limits = setup.catalog.incidents.clone();
        if run.counts.moved + i64::try_from(rows).unwrap_or(0) <= limits.mass_records {
            return Ok(None);
        }
        let held = match reading.held.get() {
            Some(held) => *held,
            None => {
                let mut session = self.store().session().await?;
                let held = holdings::count_present(&mut session, &run.system, &run.entity).await?;
                *reading.held.get_or_init(|| held)
            }
        };
        Ok(Some(Measure { limits, held, label: setup.catalog.label(&run.system).to_owned() }))
    }
}
