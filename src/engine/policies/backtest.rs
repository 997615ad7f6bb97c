//! Looking back: what a rule would have done with differences that people decided, judged over
//! what was on their page.

use super::preview::Scope;
use crate::domain::conflict::Dispute;
use crate::domain::diff::{self, Compared, Standing};
use crate::domain::entity::{Entity, Slot};
use crate::domain::ids::{EntityId, FieldId, RecordId, ResolutionId};
use crate::domain::judge::{Case, Circumstances, Verdict};
use crate::domain::sight::{Sight, WORDS};
use crate::domain::tidy::untidy;
use crate::domain::value::Held;
use crate::engine::{Engine, Refusal, Setup};
use crate::store::policy_drafts::{self, Past};
use std::collections::BTreeMap;

/// Decided differences that are looked at.
const MOST: usize = 500;
/// Decisions read to find them, for each entity.
const READ: i64 = 1_000;
/// Fewer decided differences than this tell little.
pub const ENOUGH: usize = 30;

/// What the draft would have done with past decisions.
#[derive(Clone, Debug, Default)]
pub struct Backtest {
    /// Decided differences that were looked at.
    pub looked: usize,
    /// Those it would have decided as people did.
    pub alike: Vec<Looked>,
    /// Those it would have decided otherwise.
    pub differently: Vec<Looked>,
    /// Those that would still have come before a person.
    pub reviewed: usize,
    /// Those after which a system that held the value already would have been tidied.
    pub tidied: Vec<Looked>,
}

impl Backtest {
    /// How many it would have decided itself.
    #[must_use]
    pub fn itself(&self) -> usize {
        self.alike.len() + self.differently.len()
    }

    /// Whether there is too little history to tell.
    #[must_use]
    pub fn is_thin(&self) -> bool {
        self.looked < ENOUGH
    }
}

/// One past decision beside what the draft would have done.
#[derive(Clone, Debug)]
pub struct Looked {
    pub entity: EntityId,
    pub resolution: ResolutionId,
    pub record: RecordId,
    pub title: String,
    pub field: FieldId,
    /// What the person decided; none where it was left different.
    pub decided: Option<Vec<String>>,
    /// What the rule would have kept.
    pub would: Vec<String>,
}

impl Engine {
    /// Values that `sight` hides are not told.
    pub(super) async fn backtest(
        &self,
        trial: &Setup,
        sight: &Sight,
        scopes: &[Scope],
    ) -> Result<Backtest, Refusal> {
        let (mut session, mut test) = (self.store.session().await?, Backtest::default());
        for scope in scopes {
            for past in policy_drafts::past(&mut session, &scope.entity, READ).await? {
                look(trial, scope, &past, &mut test);
            }
        }
        for looked in test.alike.iter_mut().chain(&mut test.differently).chain(&mut test.tidied) {
            if sight.hides(&looked.entity, &looked.field) {
                looked.decided = looked.decided.as_ref().map(|_| vec![WORDS.to_owned()]);
                looked.would = vec![WORDS.to_owned()];
            }
        }
        Ok(test)
    }
}

fn look(trial: &Setup, scope: &Scope, past: &Past, test: &mut Backtest) {
    for chosen in past.outcomes.iter().filter(|chosen| scope.governs(trial, &chosen.field)) {
        let Some(entity) = trial.catalog.entity(&scope.entity) else { continue };
        let dispute = past.page.iter().find(|dispute| dispute.field == chosen.field);
        let Some((slot, dispute)) = entity.slot(&chosen.field).zip(dispute) else { continue };
        if test.looked >= MOST {
            return;
        }
        test.looked += 1;
        let texts = |tuple: &[Held]| -> Vec<String> { tuple.iter().map(ToString::to_string).collect() };
        let looked = |decided: Option<&[Held]>, would: &[Held]| Looked {
            entity: scope.entity.clone(),
            resolution: ResolutionId(past.id.clone()),
            record: past.record.clone(),
            title: past.title.clone(),
            field: chosen.field.clone(),
            decided: decided.map(texts),
            would: texts(would),
        };
        let meant = chosen.meant(&past.page);
        if let Some(form) = tidied(trial, entity, &slot, dispute, meant.as_deref()) {
            test.tidied.push(looked(meant.as_deref(), &form));
        }
        let Verdict::Settle { values, .. } = verdict(trial, entity, &slot, dispute, past) else {
            test.reviewed += 1;
            continue;
        };
        let same =
            meant.as_ref().is_some_and(|meant| diff::normal(&slot, meant) == diff::normal(&slot, &values));
        let looked = looked(meant.as_deref(), &values);
        if same { test.alike.push(looked) } else { test.differently.push(looked) }
    }
}

/// The form that a system would have been given which held what was decided, but wrote it otherwise
/// than the source of truth.
fn tidied(
    trial: &Setup,
    entity: &Entity,
    slot: &Slot<'_>,
    dispute: &Dispute,
    meant: Option<&[Held]>,
) -> Option<Vec<Held>> {
    let policy = trial.policy(entity, slot);
    let kept = diff::normal(slot, meant?);
    let value = dispute.values.iter().find(|value| value.normal == kept)?;
    let compared = Compared {
        standing: Standing::Agreed(kept),
        candidates: value.holders.iter().map(|holder| holder.candidate.clone()).collect(),
        base: None,
    };
    let first = untidy(slot, &compared, &policy).into_iter().next()?;
    Some(first.fields.into_iter().map(|form| form.becomes).collect())
}

/// The judge's verdict over a page as it was seen. Of the record's other fields it knows those
/// that were disputed there.
fn verdict(trial: &Setup, entity: &Entity, slot: &Slot<'_>, dispute: &Dispute, past: &Past) -> Verdict {
    let holders = || dispute.values.iter().flat_map(|value| &value.holders);
    let compared = Compared {
        standing: Standing::Differs(dispute.kind),
        candidates: holders().map(|holder| holder.candidate.clone()).collect(),
        base: dispute.agreed.clone(),
    };
    let hands: Vec<_> = holders().map(|holder| holder.hand.clone()).collect();
    let case = Case {
        slot,
        kind: dispute.kind,
        compared: &compared,
        hands: &hands,
        unreadable: &[],
        policy: &trial.policy(entity, slot),
        clocks: &trial.clocks,
        circumstances: &Circumstances::default(),
        record: &record(entity, &past.page),
        expressions: &trial.expressions,
        now: past.created_at,
    };
    case.judge().verdict
}

fn record(entity: &Entity, page: &[Dispute]) -> BTreeMap<FieldId, Held> {
    let mut fields = BTreeMap::new();
    for dispute in page {
        let first = dispute.values.first().and_then(|value| value.holders.first());
        let Some((slot, holder)) = entity.slot(&dispute.field).zip(first) else { continue };
        let own = slot.fields().zip(&holder.candidate.shown);
        fields.extend(own.map(|(field, held)| (field.id.clone(), held.clone())));
    }
    fields
}
