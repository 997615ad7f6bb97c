//! Writes that need a person: one retry for all of one cause, and another decision in one step.

pub use crate::connectors::exchange::Exchange as Said;

use super::deliveries::{back_to_people, retry};
use super::review::{Decision, decide_in};
use super::{Engine, Refusal};
use crate::domain::access::{Right, Viewer};
use crate::domain::ids::DeliveryId;
use crate::domain::resolution::{Outcome, Reason};
use crate::store::conflicts::Difference;
use crate::store::resolutions::Resolution;
use crate::store::resolutions::failed::{self, Cause};
use crate::store::{conflicts, resolutions};
use std::collections::HashMap;

/// Deliveries of one transaction.
const BATCH: i64 = 100;
/// Deliveries of one request: more are asked for again.
const MOST: usize = 2000;

/// How a retry of many went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    pub retried: usize,
    /// Those whose decision does not stand any longer, or that are to be entered by hand.
    pub left: usize,
    /// There are more than one request takes.
    pub more: bool,
}

/// Another decision about what a system refused.
#[derive(Clone, Debug)]
pub struct Instead {
    pub outcome: Outcome,
    pub reason: Option<Reason>,
    pub note: String,
}

impl Engine {
    /// Sends every delivery of a cause at once that is not newer than `until`: what was on the page.
    ///
    /// # Errors
    /// The viewer may not decide, or the store failed; what was retried before that stays so.
    pub async fn retry_all(
        &self,
        viewer: &Viewer,
        cause: &Cause,
        until: &DeliveryId,
    ) -> Result<Retried, Refusal> {
        if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) {
            return Err(Refusal::Forbidden);
        }
        let (mut done, mut after) = (Retried::default(), DeliveryId::default());
        while done.retried + done.left < MOST {
            let (viewer, cause, until, from) = (viewer.clone(), cause.clone(), until.clone(), after.clone());
            let (retried, left, last) = self
                .store
                .write::<_, Refusal, _>(async move |w| {
                    let all = failed::next_of_cause(w, &viewer, &cause, (&from, &until), BATCH).await?;
                    let last = all.last().map(|delivery| delivery.id.clone());
                    let conflicts: Vec<_> = all.iter().map(|delivery| delivery.conflict.clone()).collect();
                    let mut known: HashMap<_, Vec<Difference>> = HashMap::new();
                    for difference in conflicts::differences(w, &conflicts).await? {
                        known.entry(difference.conflict.clone()).or_default().push(difference);
                    }
                    let (mut events, mut left) = (Vec::new(), 0);
                    for delivery in all {
                        let own = known.get(&delivery.conflict).map_or(&[][..], Vec::as_slice);
                        match retry(w, &viewer, delivery, own).await {
                            Ok(event) => events.push(event),
                            // Nothing of it was changed.
                            Err(Refusal::WrongState(_)) => left += 1,
                            Err(other) => return Err(other),
                        }
                    }
                    Ok(((events.len(), left, last), events))
                })
                .await?;
            (done.retried, done.left) = (done.retried + retried, done.left + left);
            match last {
                Some(last) => after = last,
                None => return Ok(done),
            }
        }
        done.more = true;
        Ok(done)
    }

    /// Decides anew what a system refused, or what nobody enters there by hand, in one step: with
    /// another value, or by leaving it different.
    ///
    /// # Errors
    /// The viewer may not decide, there is no such delivery, it was not refused, what the systems hold
    /// has changed, or the outcome does not fit. Then nothing is changed.
    pub async fn decide_instead(
        &self,
        viewer: &Viewer,
        id: &DeliveryId,
        instead: Instead,
    ) -> Result<Resolution, Refusal> {
        if !viewer.may(Right::Decide) {
            return Err(Refusal::Forbidden);
        }
        let (viewer, id, setup) = (viewer.clone(), id.clone(), self.reload().await?);
        self.store
            .write(async move |w| {
                let (delivery, mut events) = back_to_people(w, &setup, &viewer, &id).await?;
                let conflict = conflicts::get(w, &viewer, &delivery.conflict).await?;
                let conflict = conflict.ok_or(Refusal::NotFound("conflict"))?;
                let all = conflicts::differences(w, std::slice::from_ref(&conflict.id)).await?;
                let own = |d: &&Difference| d.dispute.field == delivery.change.slot && d.state.is_open();
                let open = all.iter().find(own).ok_or_else(|| {
                    let text = "what the systems hold has changed: look at the conflict again";
                    Refusal::WrongState(text.to_owned())
                })?;
                let decision = Decision {
                    version: conflict.version,
                    outcomes: vec![(open.id.clone(), instead.outcome.clone())],
                    reason: instead.reason,
                    note: instead.note.clone(),
                    ..Decision::default()
                };
                let (resolution, own) = decide_in(w, &setup, &viewer, &conflict.id, &decision).await?;
                events.extend(own);
                Ok((resolution, events))
            })
            .await
    }

    /// One delivery, if its record exists for this viewer.
    ///
    /// # Errors
    /// There is no such delivery, or the store failed.
    pub async fn delivery(&self, viewer: &Viewer, id: &DeliveryId) -> Result<resolutions::Delivery, Refusal> {
        let found = resolutions::delivery(&mut self.session_for(viewer).await?, id).await?;
        found.filter(|found| viewer.sees(&found.entity)).ok_or(Refusal::NotFound("delivery"))
    }
}
