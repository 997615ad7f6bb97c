//! Which incident holds a difference: a mass change that made it, or a storm it is part of.

use super::load::Batch;
use super::record::Judge;
use crate::domain::diff::{Candidate, Compared};
use crate::domain::ids::{IncidentId, RecordId};
use crate::domain::incident::IncidentKind;
use crate::store::conflicts::Difference;
use crate::store::incidents::Incident;

impl Batch {
    fn is_member(&self, incident: &Incident, record: &RecordId) -> bool {
        self.members.contains_key(&(incident.id.clone(), record.clone()))
    }

    /// The incident whose system moved here, and of which the record is part; a storm takes in what is new.
    fn incident_of(
        &self,
        record: &RecordId,
        compared: &Compared,
        existing: Option<&Difference>,
    ) -> Option<&Incident> {
        let moved = || compared.candidates.iter().filter(|candidate| candidate.moved);
        let last = moved().max_by_key(|candidate| candidate.read.at);
        let is_of = |candidate: &Candidate, incident: &Incident| candidate.system == incident.system;
        self.incidents.iter().find(|incident| match incident.kind {
            IncidentKind::MassChange => {
                // Where nothing was ever agreed, nobody is known to have moved.
                let speaks = |own: &&Candidate| own.moved || compared.base.is_none();
                let own = compared.candidates.iter().find(|own| is_of(own, incident));
                own.filter(speaks).is_some_and(|own| self.is_of_run(incident, record, own, existing))
            }
            IncidentKind::Storm => {
                (existing.is_none() || self.is_member(incident, record))
                    && last.is_some_and(|candidate| is_of(candidate, incident))
            }
            IncidentKind::MassDelete => false,
        })
    }

    /// Whether a mass change wrote what its system holds: the row is as that run left it, or it was
    /// changed since and this value is still the one that waits there.
    fn is_of_run(
        &self,
        incident: &Incident,
        record: &RecordId,
        own: &Candidate,
        existing: Option<&Difference>,
    ) -> bool {
        let Some(revision) = self.members.get(&(incident.id.clone(), record.clone())) else { return false };
        let waits = |known: &&Difference| known.dispute.incident() == Some(&incident.id);
        let is_same = |known: &Difference| {
            let mut holders = known.dispute.values.iter().flat_map(|value| &value.holders);
            holders.any(|was| was.candidate.system == own.system && was.candidate.normal == own.normal)
        };
        own.revision == *revision || existing.filter(waits).is_some_and(is_same)
    }
}

impl Judge<'_> {
    /// The incident that holds a slot's difference. What is new to a storm joins it; what a person asked
    /// to decide for itself is in no incident.
    pub fn held(&mut self, compared: &Compared, existing: Option<&Difference>) -> Option<IncidentId> {
        let (batch, record) = (self.loaded.batch, &self.loaded.record.id);
        if existing.is_some_and(|known| known.dispute.asked.is_some()) {
            return None;
        }
        let incident = batch.incident_of(record, compared, existing)?;
        if !batch.is_member(incident, record) {
            self.ruling.joined.insert((incident.id.clone(), record.clone()));
        }
        Some(incident.id.clone())
    }
}
