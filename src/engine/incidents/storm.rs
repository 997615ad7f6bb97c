//! A storm: very many new differences on one mapping in a short time. Those there are, and those that
//! still come, wait under one incident, and no rule settles them.

use super::{Found, open};
use crate::domain::audit::Event;
use crate::domain::ids::{EntityId, RunId, SystemId};
use crate::domain::incident::{IncidentKind, IncidentState};
use crate::engine::Setup;
use crate::store::{StoreError, WriteSession, conflicts, incidents, records};
use chrono::TimeDelta;

/// Looks whether the mapping has a storm, after new differences of it were stored.
pub(in crate::engine) async fn look(
    w: &mut WriteSession,
    setup: &Setup,
    entity: &EntityId,
    system: &SystemId,
) -> Result<Option<Event>, StoreError> {
    let (limits, kind) = (&setup.catalog.incidents, IncidentKind::Storm);
    let since = w.now() - TimeDelta::minutes(limits.storm_minutes);
    // What was answered is not asked again.
    let last = incidents::last_ended(w, system, entity, kind).await?;
    let since = match last.map(|last| last.state) {
        Some(IncidentState::Ended(_, at)) => since.max(at),
        _ => since,
    };
    let count = conflicts::count_new(w, entity, system, since).await?;
    if count < limits.storm_differences || incidents::unended(w, system, entity, kind).await?.is_some() {
        return Ok(None);
    }
    let (label, minutes) = (setup.catalog.label(system), limits.storm_minutes);
    let told = format!(
        "{label}: {count} new differences within {minutes} minutes; no rule settles them until somebody chooses"
    );
    let (system, run) = (system.clone(), RunId::default());
    let found =
        Found { kind, system: system.clone(), entity: entity.clone(), run, records: 0, held: 0, told };
    let (incident, event) = open(w, found).await?;
    let open = conflicts::new_open(w, entity, &system, since).await?;
    let joined = incidents::add_records(w, &incident.id, &open).await?;
    incidents::grow(w, &incident.id, i64::try_from(joined).unwrap_or(0)).await?;
    // Judged anew, they are held.
    records::mark_unjudged(w, entity, "incident", &open).await?;
    Ok(Some(event.fact("differences", count)))
}
