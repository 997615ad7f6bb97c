//! Trying an expression: what it says of ten real records, before anything is saved.

use super::{check_condition, may_change};
use crate::domain::access::Viewer;
use crate::domain::author::Hand;
use crate::domain::diff::{self, Kind, Standing};
use crate::domain::entity::{Entity, Slot};
use crate::domain::expression::Expression;
use crate::domain::ids::{ConflictId, FieldId, RecordId, RunId, SystemId};
use crate::domain::judge::{Case, Circumstances, Verdict};
use crate::domain::policy_change::Change;
use crate::engine::detect::load::{Batch, Loaded};
use crate::engine::{Engine, Refusal, Setup};
use crate::store::{Session, conflicts, policy_drafts};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Records that are tried.
const TRIED: usize = 10;
/// A trial that takes longer is answered with why there is no answer.
const DEADLINE: Duration = Duration::from_secs(5);

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
        setup.entity(&change.entity)?;
        check_condition(&setup, viewer, &change.entity)?;
        let expression = Expression::parse(text).map_err(|error| Refusal::Invalid(error.0))?;
        let mut session = self.store().session().await?;
        let ids = samples(&mut session, &setup, change).await?;
        let run = RunId::default();
        let batch = Batch::read(&mut session, &setup, (&change.entity, &run), &ids, self.now()).await?;
        drop(session);
        // Off the threads that answer: an expression is a person's text.
        let change = change.clone();
        let work = tokio::task::spawn_blocking(move || all(&setup, &change, &batch, &ids, &expression));
        let late = || Refusal::Invalid("it takes too long on real records".to_owned());
        tokio::time::timeout(DEADLINE, work).await.map_err(|_| late())?.map_err(|_| late())?
    }
}

/// Up to ten records: first those with an open difference that it would be asked about, then
/// others with an open conflict, then some that agree.
async fn samples(session: &mut Session, setup: &Setup, change: &Change) -> Result<Vec<RecordId>, Refusal> {
    let open = policy_drafts::open(session, &change.entity, 100).await?;
    let ids: Vec<ConflictId> = open.iter().map(|conflict| conflict.id.clone()).collect();
    let differences = conflicts::differences(session, &ids).await?;
    let entity = setup.entity(&change.entity)?;
    let asked = |field: &FieldId| match &change.slot {
        None => true,
        Some(own) => entity.slot(field).is_some_and(|slot| slot.policy_id() == own),
    };
    let of_slot = differences.into_iter().filter(|own| own.state.is_open() && asked(&own.dispute.field));
    let mut ids: Vec<RecordId> = Vec::with_capacity(TRIED);
    let all = of_slot.map(|own| own.record).chain(open.into_iter().map(|conflict| conflict.record));
    for id in all.chain(policy_drafts::agreed(session, &change.entity, 10).await?) {
        if ids.len() < TRIED && !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn all(
    setup: &Arc<Setup>,
    change: &Change,
    batch: &Batch,
    ids: &[RecordId],
    expression: &Expression,
) -> Result<Vec<Tried>, Refusal> {
    let entity = setup.entity(&change.entity)?;
    let slots: Vec<Slot<'_>> = match &change.slot {
        None => entity.slots(),
        Some(slot) => vec![entity.slot(slot).ok_or(Refusal::NotFound("field"))?],
    };
    let loaded = ids.iter().filter_map(|id| batch.of(id));
    let mut tried: Vec<Tried> =
        loaded.filter_map(|loaded| one(setup, entity, &slots, batch, &loaded, expression)).collect();
    tried.sort_by_key(|tried| !tried.differs);
    Ok(tried)
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
        clocks: &setup.clocks,
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
