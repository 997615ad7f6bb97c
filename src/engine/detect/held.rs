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
        self.members.contains(&(incident.id.clone(), record.clone()))
    }

    /// The incident whose system moved here, and of which the record is part; a storm takes in what is new.
    fn incident_of(&self, record: &RecordId, compared: &Compared, is_new: bool) -> Option<&Incident> {
        let moved = || compared.candidates.iter().filter(|candidate| candidate.moved);
        let last = moved().max_by_key(|candidate| candidate.read.at);
        let is_of = |candidate: &Candidate, incident: &Incident| candidate.system == incident.system;
        self.incidents.iter().find(|incident| {
            let member = self.is_member(incident, record);
            match incident.kind {
                IncidentKind::MassChange => member && moved().any(|candidate| is_of(candidate, incident)),
                IncidentKind::Storm => {
                    (member || is_new) && last.is_some_and(|candidate| is_of(candidate, incident))
                }
                IncidentKind::MassDelete => false,
            }
        })
    }
}

impl Judge<'_> {
    /// The incident that holds a slot's difference. What is new to a storm joins it.
    pub fn held(&mut self, compared: &Compared, existing: Option<&Difference>) -> Option<IncidentId> {
        let (batch, record) = (self.loaded.batch, &self.loaded.record.id);
        let incident = batch.incident_of(record, compared, existing.is_none())?;
        if !batch.is_member(incident, record) {
            self.ruling.joined.insert((incident.id.clone(), record.clone()));
        }
        Some(incident.id.clone())
    }
}
