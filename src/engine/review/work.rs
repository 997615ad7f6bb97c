//! What outcomes mean: which system gets what, or why an outcome does not fit.

use crate::domain::conflict::Dispute;
use crate::domain::entity::{Entity, Slot};
use crate::domain::ids::{DifferenceId, SystemId};
use crate::domain::policy::Effective;
use crate::domain::record::{Holding, comparable};
use crate::domain::resolution::{Outcome, OutcomeError};
use crate::domain::time::Time;
use crate::domain::transform::TransformError;
use crate::engine::detect::{RECORD, Targets, creation, mapped, plan, removals};
use crate::engine::{Refusal, Setup};
use crate::store::conflicts::{Conflict, Difference};
use crate::store::holdings;

/// What one difference's outcome means, worked out.
pub(super) struct Worked {
    pub difference: Difference,
    pub outcome: Outcome,
    pub targets: Vec<Targets>,
    /// The policy in force now, which may ask for more than the one the page was made under.
    pub policy: Effective,
}

/// A conflict as it stands, for outcomes to be worked out against.
pub(super) struct Work<'a> {
    pub setup: &'a Setup,
    pub conflict: &'a Conflict,
    pub holdings: &'a [Holding],
    pub link: Option<String>,
    pub now: Time,
}

/// What the systems hold, without those that hold the record more than once.
pub(super) fn compared(setup: &Setup, conflict: &Conflict, rows: Vec<holdings::Holding>) -> Vec<Holding> {
    let all = mapped(setup, &conflict.entity, rows).remove(&conflict.record);
    all.as_deref().map(comparable).unwrap_or_default()
}

type WorkedAll = (Vec<Worked>, Vec<(DifferenceId, OutcomeError)>);

impl Work<'_> {
    /// Works out each outcome; those that do not fit come back as problems.
    pub fn all(
        &self,
        differences: &[Difference],
        outcomes: &[(DifferenceId, Outcome)],
    ) -> Result<WorkedAll, Refusal> {
        let entity = self.setup.entity(&self.conflict.entity)?;
        let (mut worked, mut problems) = (Vec::new(), Vec::new());
        for (at, (id, outcome)) in outcomes.iter().enumerate() {
            // Two outcomes would be two sets of deliveries, and the later one would win unseen.
            if outcomes[..at].iter().any(|(earlier, _)| earlier == id) {
                problems.push((id.clone(), OutcomeError::Twice));
                continue;
            }
            let difference = differences.iter().find(|difference| difference.id == *id);
            let difference = difference.ok_or(Refusal::NotFound("difference"))?;
            match self.targets(entity, &difference.dispute, outcome) {
                Ok(targets) => {
                    let policy = match entity.slot(&difference.dispute.field) {
                        Some(slot) => self.setup.policy(entity, &slot),
                        None => self.setup.policies.effective_for_record(entity),
                    };
                    let (difference, outcome) = (difference.clone(), outcome.clone());
                    worked.push(Worked { difference, outcome, targets, policy });
                }
                Err(error) => problems.push((id.clone(), error)),
            }
        }
        if worked.is_empty() && problems.is_empty() {
            return Err(Refusal::Invalid("nothing was chosen".to_owned()));
        }
        Ok((worked, problems))
    }

    fn targets(
        &self,
        entity: &Entity,
        dispute: &Dispute,
        outcome: &Outcome,
    ) -> Result<Vec<Targets>, OutcomeError> {
        if dispute.field.as_str() == RECORD {
            return self.of_record(entity, dispute, outcome);
        }
        let gone = || OutcomeError::Invalid {
            label: dispute.field.to_string(),
            reason: "is not a field of this entity any longer".to_owned(),
        };
        let slot: Slot<'_> = entity.slot(&dispute.field).ok_or_else(gone)?;
        match outcome.target(Some(&slot), dispute, self.now)? {
            None => Ok(Vec::new()),
            Some(target) => plan(self.setup, entity, &slot, &target, self.holdings)
                .map_err(|(system, error)| self.unwritable(&slot.label, &system, &error)),
        }
    }

    /// What is made where the record is missing, or removed where it still is.
    fn of_record(
        &self,
        entity: &Entity,
        dispute: &Dispute,
        outcome: &Outcome,
    ) -> Result<Vec<Targets>, OutcomeError> {
        if outcome.target(None, dispute, self.now)?.is_none() {
            return Ok(Vec::new());
        }
        if *outcome == Outcome::RemoveElsewhere {
            return Ok(removals(self.setup, entity, &dispute.field, self.holdings));
        }
        let mut all = Vec::new();
        for system in &dispute.absent {
            let made =
                creation(self.setup, entity, &dispute.field, system, self.link.as_deref(), self.holdings);
            all.extend(made.map_err(|(system, error)| self.unwritable("the record", &system, &error))?);
        }
        Ok(all)
    }

    fn unwritable(&self, label: &str, system: &SystemId, error: &TransformError) -> OutcomeError {
        let reason = format!("{} cannot store it: {error}", self.setup.catalog.label(system));
        OutcomeError::Invalid { label: label.to_owned(), reason }
    }
}
