//! Decisions with what belongs to them, read from the store.

use crate::domain::access::{Right, Viewer};
use crate::domain::ids::{RecordId, ResolutionId, SystemId};
use crate::domain::target::Target;
use crate::engine::Setup;
use crate::store::comments::Comment;
use crate::store::conflicts::Difference;
use crate::store::objections::Objection;
use crate::store::records::Record;
use crate::store::resolutions::{Delivery, Resolution};
use crate::store::{Session, StoreError, comments, conflicts, objections, records, resolutions, targets};
use crate::web::pages::decisions::Recover;
use crate::web::site::Site;
use crate::web::when::Clockface;
use std::sync::Arc;

/// The decisions of the list.
const LISTED: i64 = 10;
/// Comments on the page of a decision.
const COMMENTS: i64 = 100;

/// Decisions, and what they are shown with.
pub struct Decisions {
    pub setup: Arc<Setup>,
    pub viewer: Viewer,
    pub clock: Clockface,
    pub all: Vec<Resolution>,
    /// How writing to each system goes.
    pub targets: Vec<(SystemId, Target)>,
    /// What was said about the conflict of the only one.
    pub comments: Vec<Comment>,
    /// Who was told of the only one.
    pub told: Vec<Objection>,
    /// Letters can leave.
    pub has_post: bool,
    deliveries: Vec<Delivery>,
    records: Vec<Record>,
    differences: Vec<Difference>,
    reversals: Vec<Resolution>,
}

impl Decisions {
    /// The last ten of this person.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn recent(site: &Site, viewer: &Viewer, clock: Clockface) -> Result<Self, StoreError> {
        let mut session = site.session(viewer).await?;
        let all = resolutions::recent(&mut session, viewer, LISTED).await?;
        Self::with(&mut session, site, viewer, clock, all).await
    }

    /// One of anybody, if this viewer may see its record.
    ///
    /// # Errors
    /// There is no such decision, or the store cannot be read.
    pub async fn one(
        site: &Site,
        viewer: &Viewer,
        clock: Clockface,
        id: &ResolutionId,
    ) -> Result<Self, StoreError> {
        let mut session = site.session(viewer).await?;
        let found = resolutions::get(&mut session, viewer, id).await?.ok_or(StoreError::NotFound)?;
        let said = comments::of_conflict(&mut session, &found.conflict, COMMENTS).await?;
        let told = objections::of_resolution(&mut session, id, 50).await?;
        let read = Self::with(&mut session, site, viewer, clock, vec![found]).await?;
        Ok(Self { comments: said, told, ..read })
    }

    async fn with(
        s: &mut Session,
        site: &Site,
        viewer: &Viewer,
        clock: Clockface,
        all: Vec<Resolution>,
    ) -> Result<Self, StoreError> {
        let ids: Vec<ResolutionId> = all.iter().map(|decision| decision.id.clone()).collect();
        let of: Vec<RecordId> = all.iter().map(|decision| decision.record.clone()).collect();
        let conflicts: Vec<_> = all.iter().map(|decision| decision.conflict.clone()).collect();
        Ok(Self {
            setup: site.engine.setup(),
            viewer: viewer.clone(),
            clock,
            comments: Vec::new(),
            told: Vec::new(),
            has_post: site.engine.has_post(),
            targets: targets::all(s).await?,
            deliveries: resolutions::deliveries(s, &ids).await?,
            records: records::of_ids(s, &of).await?,
            differences: conflicts::differences(s, &conflicts).await?,
            reversals: resolutions::reversals(s, &of).await?,
            all,
        })
    }

    /// The writes of a decision.
    #[must_use]
    pub fn deliveries(&self, decision: &Resolution) -> Vec<&Delivery> {
        self.deliveries.iter().filter(|delivery| delivery.resolution == decision.id).collect()
    }

    /// The record of a decision.
    #[must_use]
    pub fn record(&self, decision: &Resolution) -> Option<&Record> {
        self.records.iter().find(|record| record.id == decision.record)
    }

    /// Whether nothing that it decided waits for its writes any longer.
    #[must_use]
    pub fn is_over(&self, decision: &Resolution) -> bool {
        let own = |difference: &&Difference| difference.state.resolution() == Some(&decision.id);
        self.differences.iter().filter(own).all(|difference| difference.state.closed_at().is_some())
            && matches!(decision.state.as_str(), "done" | "partly")
    }

    /// Whether another decision reverses it.
    #[must_use]
    pub fn is_reversed(&self, decision: &Resolution) -> bool {
        self.reversals.iter().any(|reversal| reversal.reverses() == Some(&decision.id))
    }

    /// Whether something of it arrived that can be put back.
    fn can_be_reversed(&self, decision: &Resolution) -> bool {
        let own = self.deliveries(decision);
        let arrived = |delivery: &&Delivery| {
            delivery.state.is_done() && !delivery.change.create && !delivery.change.remove
        };
        let over = own.iter().all(|delivery| delivery.state.ended_at().is_some());
        over && own.iter().any(arrived) && !self.is_reversed(decision)
    }

    /// How a decision can be taken back by whoever may: undone while nothing of it was sent and what
    /// it decided still stands on it, reversed once it has arrived.
    #[must_use]
    pub fn recover(&self, decision: &Resolution) -> Recover {
        let own = decision.actor.id == self.viewer.user.0 && self.viewer.may(Right::Decide);
        let ended = matches!(decision.state.as_str(), "undone" | "overtaken");
        let unsent = |delivery: &&Delivery| delivery.state.is_unsent();
        let standing = self.differences.iter().any(|difference| {
            difference.state.resolution() == Some(&decision.id) && difference.state.closed_at().is_none()
        });
        let may = own || self.viewer.may(Right::Reverse);
        let unsent = !ended && standing && self.deliveries(decision).iter().all(unsent);
        match () {
            () if may && unsent => Recover::Undo(format!("/resolutions/{}/undo", decision.id)),
            () if may && self.can_be_reversed(decision) => {
                Recover::Reverse(format!("/resolutions/{}/reversal", decision.id))
            }
            () => Recover::No,
        }
    }
}
