//! Judging for trial: what would become of records under policies that are not in force. The
//! ruling is the same as for good, and nothing of it is stored.

use super::load::Batch;
use crate::domain::conflict::DifferenceState;
use crate::domain::ids::{DifferenceId, EntityId, FieldId, RecordId, RunId, SystemId};
use crate::domain::resolution::Outcome;
use crate::engine::{Engine, Setup};
use crate::store::StoreError;
use crate::store::conflicts::Difference;
use std::sync::Arc;

/// What a judge would do with a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Trial {
    pub difference: DifferenceId,
    pub record: RecordId,
    pub field: FieldId,
    pub fate: Fate,
}

/// What would become of a difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A rule would settle it: with this system's value, or one it works out.
    Settled { system: Option<SystemId> },
    /// A rule would make the record again where it is missing.
    MadeAgain,
    /// A rule would remove the record where it still is.
    Removed,
    /// All agree, and some would get the form of its source of truth.
    Tidied,
    /// It would stay with people, or come before them.
    Review,
    /// It would end without anybody: the systems agree.
    Ended,
}

impl Engine {
    /// Judges records under `setup`. What stays as it is, is left out.
    pub(in crate::engine) async fn try_judging(
        &self,
        setup: &Arc<Setup>,
        entity: &EntityId,
        ids: Vec<RecordId>,
    ) -> Result<Vec<Trial>, StoreError> {
        let (setup, entity) = (setup.clone(), entity.clone());
        self.store()
            .write(async move |w| {
                // In a write session for its locks and numbers alone.
                let batch = Batch::load(w, &setup, &entity, &RunId::default(), &ids).await?;
                let mut trials = Vec::new();
                for id in &ids {
                    let Some(ruling) = batch.rule(w, id)? else { continue };
                    let outcomes: Vec<_> =
                        ruling.resolutions.iter().flat_map(|(resolution, _)| &resolution.outcomes).collect();
                    for difference in &ruling.differences {
                        let chosen = outcomes.iter().find(|chosen| chosen.difference == difference.id);
                        trials.push(Trial {
                            difference: difference.id.clone(),
                            record: id.clone(),
                            field: difference.dispute.field.clone(),
                            fate: fate(difference, chosen.map(|chosen| &chosen.outcome)),
                        });
                    }
                }
                Ok::<_, StoreError>((trials, Vec::new()))
            })
            .await
    }
}

fn fate(difference: &Difference, outcome: Option<&Outcome>) -> Fate {
    match difference.state {
        DifferenceState::SettledByRule { .. } if difference.dispute.is_of_form() => Fate::Tidied,
        DifferenceState::SettledByRule { .. } if matches!(outcome, Some(Outcome::CreateThere { .. })) => {
            Fate::MadeAgain
        }
        DifferenceState::SettledByRule { .. } if matches!(outcome, Some(Outcome::RemoveElsewhere)) => {
            Fate::Removed
        }
        DifferenceState::SettledByRule { .. } => {
            let kept = match outcome {
                Some(Outcome::Keep { value }) => difference.dispute.value(*value),
                _ => None,
            };
            let source = difference.dispute.policy.source_of_truth.as_ref();
            let system = kept.and_then(|kept| {
                let holds = |system: &&SystemId| Some(*system) == source;
                let mut systems = kept.holders.iter().map(|holder| &holder.candidate.system);
                systems.clone().find(holds).or_else(|| systems.next()).cloned()
            });
            Fate::Settled { system }
        }
        DifferenceState::SettledByItself { .. } => Fate::Ended,
        _ => Fate::Review,
    }
}
