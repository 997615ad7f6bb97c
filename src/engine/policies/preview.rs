//! What a draft would do, found by judging for trial what is stored; nothing is written.

use super::Backtest;
use crate::domain::access::Viewer;
use crate::domain::expression::Expressions;
use crate::domain::ids::{ConflictId, EntityId, FieldId, RecordId};
use crate::domain::policy::Policies;
use crate::domain::policy_change::{applied, governed};
use crate::engine::detect::{Fate, RECORD};
use crate::engine::{Engine, Refusal, Setup};
use crate::store::conflicts::Conflict;
use crate::store::policy_drafts::{self, Draft};
use crate::store::{Session, conflicts};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Open conflicts that are judged, for each entity.
const OPEN: i64 = 2_000;
/// Records that agree and are judged, for each entity.
const AGREED: i64 = 200;
/// Records judged in one transaction: few, for it holds up whoever decides meanwhile.
const BATCH: usize = 25;

/// What would become of an open difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Judged(Fate),
    /// Somebody is deciding it: not touched before the claim ends.
    Claimed,
}

/// One difference as the draft would leave it.
#[derive(Clone, Debug)]
pub struct Judged {
    pub entity: EntityId,
    pub record: RecordId,
    pub conflict: Option<ConflictId>,
    pub title: String,
    pub field: FieldId,
    pub standing: Standing,
}

/// What a draft would do.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// The open differences that the draft governs.
    pub open: Vec<Judged>,
    /// Open conflicts there are, where there are more than were judged: judged and all.
    pub sample: Option<(usize, i64)>,
    /// Records that agree and were judged.
    pub agreed: usize,
    /// Of those, what the draft would change.
    pub changed: Vec<Judged>,
    pub backtest: Backtest,
    /// The version in force is not the one the draft is based on.
    pub stale: bool,
}

/// The entities a draft changes, each with the slots it governs.
pub(super) struct Scope {
    pub entity: EntityId,
    /// What policies are set on; of child rows their kind.
    slots: BTreeSet<FieldId>,
}

impl Scope {
    /// Whether the draft governs differences of this field, group or child row.
    pub fn governs(&self, setup: &Setup, field: &FieldId) -> bool {
        let slot = setup.catalog.entity(&self.entity).and_then(|entity| entity.slot(field));
        self.slots.contains(slot.as_ref().map_or(field, |slot| slot.policy_id()))
    }
}

impl Engine {
    /// What a draft would do with the open differences it governs, with records that agree, and
    /// with past decisions.
    ///
    /// # Errors
    /// The viewer may not see the draft, or the store failed.
    pub async fn preview_draft(&self, viewer: &Viewer, draft: &Draft) -> Result<Preview, Refusal> {
        super::may_change(viewer, &draft.changes)?;
        let now = self.reload().await?;
        let policies = applied(now.policies.clone(), &draft.changes);
        let stale = now.policy_version != draft.based_on;
        let scopes = scopes(&now, &policies, draft);
        let (expressions, policy_version) = (Expressions::of(policies.expressions()), now.policy_version + 1);
        let shadows = Vec::new();
        let trial = Arc::new(Setup { policies, policy_version, expressions, shadows, ..(*now).clone() });
        let mut preview = Preview { stale, ..Preview::default() };
        for scope in &scopes {
            self.judge_open(&trial, scope, &mut preview).await?;
            self.judge_agreed(&trial, scope, &mut preview).await?;
        }
        preview.backtest = self.backtest(&trial, &now.sight(viewer), &scopes).await?;
        Ok(preview)
    }

    async fn judge_open(
        &self,
        trial: &Arc<Setup>,
        scope: &Scope,
        preview: &mut Preview,
    ) -> Result<(), Refusal> {
        let mut session = self.store.session().await?;
        let open = policy_drafts::open(&mut session, &scope.entity, OPEN).await?;
        if i64::try_from(open.len()).is_ok_and(|n| n == OPEN) {
            let (judged, all) = preview.sample.unwrap_or_default();
            let more = policy_drafts::count_open(&mut session, &scope.entity).await?;
            if more > OPEN {
                preview.sample = Some((judged + open.len(), all + more));
            }
        }
        for batch in open.chunks(BATCH) {
            let mut governed = governed_by(&mut session, trial, scope, batch).await?;
            let now = self.now();
            let claimed = |conflict: &Conflict| conflict.claimed_until.is_some_and(|until| until >= now);
            let free = batch.iter().filter(|conflict| !claimed(conflict));
            let ids: Vec<RecordId> = free.map(|conflict| conflict.record.clone()).collect();
            let trials = self.try_judging(trial, &scope.entity, ids).await?;
            let fates: HashMap<_, Fate> =
                trials.into_iter().map(|trial| (trial.difference, trial.fate)).collect();
            for (id, judged) in &mut governed {
                let own = batch.iter().find(|conflict| Some(&conflict.id) == judged.conflict.as_ref());
                let fate = fates.get(id).cloned().unwrap_or(Fate::Review);
                let held = own.is_some_and(claimed);
                judged.standing = if held { Standing::Claimed } else { Standing::Judged(fate) };
            }
            preview.open.extend(governed.into_iter().map(|(_, judged)| judged));
        }
        Ok(())
    }

    async fn judge_agreed(
        &self,
        trial: &Arc<Setup>,
        scope: &Scope,
        preview: &mut Preview,
    ) -> Result<(), Refusal> {
        let mut session = self.store.session().await?;
        let ids = policy_drafts::agreed(&mut session, &scope.entity, AGREED).await?;
        drop(session);
        if ids.is_empty() {
            return Ok(());
        }
        preview.agreed += ids.len();
        let mut trials = Vec::new();
        for batch in ids.chunks(BATCH) {
            trials.extend(self.try_judging(trial, &scope.entity, batch.to_vec()).await?);
        }
        for trial in trials.into_iter().filter(|own| scope.governs(trial, &own.field)) {
            preview.changed.push(Judged {
                entity: scope.entity.clone(),
                title: String::new(),
                record: trial.record,
                conflict: None,
                field: trial.field,
                standing: Standing::Judged(trial.fate),
            });
        }
        Ok(())
    }
}

/// The open differences of these conflicts that a draft governs.
async fn governed_by(
    session: &mut Session,
    setup: &Setup,
    scope: &Scope,
    batch: &[Conflict],
) -> Result<Vec<(crate::domain::ids::DifferenceId, Judged)>, Refusal> {
    let ids: Vec<ConflictId> = batch.iter().map(|conflict| conflict.id.clone()).collect();
    let titles: HashMap<&ConflictId, &str> =
        batch.iter().map(|conflict| (&conflict.id, conflict.title.as_str())).collect();
    let all = conflicts::differences(session, &ids).await?;
    let open = all.into_iter().filter(|own| own.state.is_open() && scope.governs(setup, &own.dispute.field));
    let judged = open.map(|difference| {
        let title = titles.get(&difference.conflict).map_or_else(String::new, |title| (*title).to_owned());
        let judged = Judged {
            entity: scope.entity.clone(),
            record: difference.record,
            conflict: Some(difference.conflict),
            title,
            field: difference.dispute.field,
            standing: Standing::Claimed,
        };
        (difference.id, judged)
    });
    Ok(judged.collect())
}

fn scopes(now: &Setup, policies: &Policies, draft: &Draft) -> Vec<Scope> {
    let entities: BTreeSet<&EntityId> = draft.changes.iter().map(|change| &change.entity).collect();
    let scope = |id: &EntityId| {
        let (mut slots, whole) = governed(now.catalog.entity(id)?, &now.policies, policies);
        slots.extend(whole.then(|| FieldId::from(RECORD)));
        Some(Scope { entity: id.clone(), slots })
    };
    entities.into_iter().filter_map(scope).collect()
}
