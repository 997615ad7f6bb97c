//! Review: what a steward does with a conflict. Claim, resolve, undo.

mod approve;
mod cause;
mod claim;
mod decide;
mod record;
mod reverse;
mod undo;
mod work;

use super::detect::Targets;
use super::once::Receipt;
use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::Approval;
use crate::domain::audit::About;
use crate::domain::ids::{ConflictId, DifferenceId, GroupId, IncidentId};
use crate::domain::resolution::{Outcome, OutcomeError, Reason};
use crate::faults::{self, Point};
use crate::store::conflicts::Conflict;
use crate::store::resolutions::Resolution;
use crate::store::{WriteSession, conflicts, holdings, records};
pub(super) use approve::{because, check_right, decider, look_at_decision, nobody_waits, not_as_shown};
pub(super) use decide::{Found, check_policy_version, decide_in, decided, found};
use decide::{check_sight, unsay};
pub(super) use record::{Decided, store};
pub use reverse::{Kept, PutBack};
use std::sync::Arc;
use work::{Work, compared};

/// What a steward decided, as posted.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The conflict's version on the page.
    pub version: i64,
    pub outcomes: Vec<(DifferenceId, Outcome)>,
    pub reason: Option<Reason>,
    pub note: String,
    /// May lengthen the hold, never shorten it.
    pub hold_seconds: Option<u32>,
    /// Kept with the decision, for a program that sends it again.
    pub receipt: Option<Receipt<Resolution>>,
    /// The group it is part of.
    pub part_of: Option<PartOf>,
    /// The approval that was given for all that it is part of: of a group, or of its reversal.
    pub approval: Option<Approval>,
    /// Suggestions were accepted that nobody looked at one by one: no track record comes of it.
    pub accepts: bool,
    /// It was made on the conflict's page, or over what the API says of it: there its suggestions are
    /// shown.
    pub seen: bool,
}

/// The group that a decision is part of, and the incident that ends with it.
#[derive(Clone, Debug)]
pub struct PartOf {
    pub group: GroupId,
    pub incident: Option<IncidentId>,
}

/// A decision worked out against the present state: what would be written.
pub struct Preview {
    pub targets: Vec<Targets>,
    pub problems: Vec<(DifferenceId, OutcomeError)>,
}

impl Engine {
    /// What a decision would write, without deciding.
    ///
    /// # Errors
    /// There is no such conflict, or the store failed. Outcomes that do not fit are in the answer.
    pub async fn preview(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        decision: &Decision,
    ) -> Result<Preview, Refusal> {
        let setup = self.setup();
        let mut session = self.store.session().await?;
        let conflict =
            conflicts::get(&mut session, viewer, id).await?.ok_or(Refusal::NotFound("conflict"))?;
        let differences = conflicts::differences(&mut session, std::slice::from_ref(id)).await?;
        let rows = holdings::of_records(&mut session, std::slice::from_ref(&conflict.record)).await?;
        let record = records::get(&mut session, viewer, &conflict.record).await?;
        let link = record.and_then(|record| record.link);
        let holdings = compared(&setup, &conflict, rows);
        let work = Work { setup: &setup, conflict: &conflict, holdings: &holdings, link, now: self.now() };
        check_sight(&setup, viewer, &conflict, &differences, decision)?;
        let (worked, mut problems) = work.all(&differences, &decision.outcomes)?;
        let mut targets: Vec<Targets> = worked.into_iter().flat_map(|worked| worked.targets).collect();
        // A record that is made somewhere has all of its fields.
        let sight = setup.sight(viewer);
        targets.iter_mut().for_each(|own| sight.change(&conflict.entity, &own.system, &mut own.change));
        unsay(&sight, &conflict, &differences, &mut problems);
        Ok(Preview { targets, problems })
    }

    /// Decides one or more differences of a conflict.
    ///
    /// # Errors
    /// The viewer may not decide; the page was made before something on it changed; somebody
    /// decided first; an outcome does not fit; the policy asks for a reason that is not given.
    pub async fn resolve(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        decision: Decision,
    ) -> Result<Resolution, Refusal> {
        may_decide(viewer)?;
        let setup = self.setup();
        let decided = self.decide(setup.clone(), viewer, id, decision).await;
        if matches!(decided, Err(Refusal::Stale)) {
            // The page that is shown next has the new values.
            self.judge_conflict(viewer, id).await?;
        }
        decided
    }

    /// Brings a conflict up to date with what its systems hold.
    pub(super) async fn judge_conflict(&self, viewer: &Viewer, id: &ConflictId) -> Result<(), Refusal> {
        let setup = Arc::new(Setup::load(&mut self.store.session().await?).await?);
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let (conflict, mut events) = (locked(w, &viewer, &id).await?, Vec::new());
                Self::judge_record(&setup, w, &conflict.entity, &conflict.record, &mut events).await?;
                Ok::<_, Refusal>(((), events))
            })
            .await
    }

    pub(super) async fn decide(
        &self,
        setup: Arc<Setup>,
        viewer: &Viewer,
        id: &ConflictId,
        decision: Decision,
    ) -> Result<Resolution, Refusal> {
        let (viewer, id) = (viewer.clone(), id.clone());
        faults::pass(Point::K1);
        let decided =
            self.store.write(async move |w| decide_in(w, &setup, &viewer, &id, &decision).await).await;
        faults::pass(Point::K4);
        decided
    }
}

fn may_decide(viewer: &Viewer) -> Result<(), Refusal> {
    if viewer.may(Right::Decide) { Ok(()) } else { Err(Refusal::Forbidden) }
}

pub(super) async fn locked(
    w: &mut WriteSession,
    viewer: &Viewer,
    id: &ConflictId,
) -> Result<Conflict, Refusal> {
    conflicts::lock(w, viewer, id).await?.ok_or(Refusal::NotFound("conflict"))
}

pub(super) fn about(conflict: &Conflict) -> About {
    About {
        entity: Some(conflict.entity.clone()),
        record: Some(conflict.record.clone()),
        conflict: Some(conflict.id.clone()),
        ..About::default()
    }
}
