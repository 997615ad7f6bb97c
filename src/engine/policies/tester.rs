//! Trying an expression: what it says of ten real records, before anything is saved.

use super::may_change;
use crate::domain::access::Viewer;
use crate::domain::author::Hand;
use crate::domain::diff::{self, Kind, Standing};
use crate::domain::entity::{Entity, Slot};
use crate::domain::expression::Expression;
use crate::domain::ids::{EntityId, FieldId, RecordId, RunId, SystemId};
use crate::domain::judge::{Case, Circumstances, Verdict};
use crate::domain::policy_change::Change;
use crate::engine::detect::load::{Batch, Loaded};
use crate::engine::{Engine, Refusal, Setup};
use crate::store::policy_drafts;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Records that are tried.
const TRIED: usize = 10;

/// What an expression says of one record.
#[derive(Clone, Debug)]
pub struct Tried {
    pub record: RecordId,
    pub title: String,
    pub field: FieldId,
    /// What each system holds.
    pub values: Vec<(SystemId, Vec<String>)>,
    /// Whether the systems differ there now.
    pub differs: bool,
    /// Whether a person would be asked; or why there is no answer, in words.
    pub answer: Result<bool, String>,
}

impl Engine {
    /// Tries an expression on records with an open difference of the slot, then on others; of an
    /// entity's own level on the first field that differs.
    ///
    /// # Errors
    /// The viewer may not, there is no such entity or slot, or the expression cannot be used: why.
    pub async fn try_expression(
        &self,
        viewer: &Viewer,
        change: &Change,
        text: &str,
    ) -> Result<Vec<Tried>, Refusal> {
        may_change(viewer, std::slice::from_ref(change))?;
        let setup = self.setup();
        let entity = setup.entity(&change.entity)?;
        let slots: Vec<Slot<'_>> = match &change.slot {
            None => entity.slots(),
            Some(slot) => vec![entity.slot(slot).ok_or(Refusal::NotFound("field"))?],
        };
        let expression = Expression::parse(text).map_err(|error| Refusal::Invalid(error.0))?;
        let ids = self.samples(&change.entity).await?;
        let mut session = self.store().session().await?;
        let run = RunId::default();
        let batch = Batch::read(&mut session, &setup, (&change.entity, &run), &ids, self.now()).await?;
        let mut tried: Vec<Tried> = ids
            .iter()
            .filter_map(|id| batch.of(id))
            .filter_map(|loaded| one(&setup, entity, &slots, &batch, &loaded, &expression))
            .collect();
        tried.sort_by_key(|tried| !tried.differs);
        tried.truncate(TRIED);
        Ok(tried)
    }

    /// Records with an open conflict, then some that agree.
    async fn samples(&self, entity: &EntityId) -> Result<Vec<RecordId>, Refusal> {
        let mut session = self.store().session().await?;
        let open = policy_drafts::open(&mut session, entity, 100).await?;
        let mut ids: Vec<RecordId> = open.into_iter().map(|conflict| conflict.record).collect();
        ids.extend(policy_drafts::agreed(&mut session, entity, 10).await?);
        ids.dedup();
        Ok(ids)
    }
}

fn one(
    setup: &Arc<Setup>,
    entity: &Entity,
    slots: &[Slot<'_>],
    batch: &Batch,
    loaded: &Loaded<'_>,
    expression: &Expression,
) -> Option<Tried> {
    let compare = |slot: &Slot<'_>| diff::compare(slot, &loaded.base, loaded.holdings);
    let differs = |slot: &&Slot<'_>| matches!(compare(slot).standing, Standing::Differs(_));
    let slot = slots.iter().find(differs).or(slots.first())?;
    let compared = compare(slot);
    let kind = match compared.standing {
        Standing::Differs(kind) => Some(kind),
        _ => None,
    };
    let hands: Vec<Hand> = compared.candidates.iter().map(|candidate| batch.hand(candidate)).collect();
    let mut record = BTreeMap::new();
    for (field, held) in loaded.holdings.iter().filter(|own| own.present).flat_map(|own| &own.fields) {
        record.entry(field.clone()).or_insert_with(|| held.clone());
    }
    let policy = setup.policy(entity, slot);
    let case = Case {
        slot,
        kind: kind.unwrap_or(Kind::Change),
        compared: &compared,
        hands: &hands,
        unreadable: &[],
        policy: &policy,
        clock_offsets: &setup.clock_offsets(),
        circumstances: &Circumstances::default(),
        record: &record,
        expressions: &setup.expressions,
        now: batch.now,
    };
    // What the rule in force would keep, else the source's value, else the first.
    let source = compared.candidates.iter().find(|own| Some(&own.system) == policy.source_of_truth.as_ref());
    let proposed = match case.judge().verdict {
        Verdict::Settle { values, .. } => values,
        Verdict::Review => source.or(compared.candidates.first())?.shown.clone(),
    };
    let texts = |own: &diff::Candidate| own.shown.iter().map(ToString::to_string).collect();
    Some(Tried {
        record: loaded.record.id.clone(),
        title: loaded.record.title.clone(),
        field: slot.id.clone(),
        values: compared.candidates.iter().map(|own| (own.system.clone(), texts(own))).collect(),
        differs: kind.is_some(),
        answer: expression.evaluate(&case.scene(&proposed)).map_err(|error| error.0),
    })
}
