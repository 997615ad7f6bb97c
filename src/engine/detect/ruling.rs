//! What comes of judging a record: everything that is to be stored.

use crate::domain::audit::Event;
use crate::domain::ids::{FieldId, IncidentId, RecordId, ResolutionId, SystemId};
use crate::domain::record::Base;
use crate::engine::routing::Opened;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::policy_shadows::Judgement;
use crate::store::resolutions::{Delivery, Resolution};
use crate::store::runs::Counts;
use std::collections::BTreeSet;

/// What is to be stored of a record after it was judged.
#[derive(Default)]
pub(in crate::engine) struct Ruling {
    pub base: Option<(RecordId, Base)>,
    /// The record's conflict, and whether it is new.
    pub conflict: Option<(Conflict, bool)>,
    pub differences: Vec<Difference>,
    pub resolutions: Vec<(Resolution, Vec<Delivery>)>,
    pub deliveries: Vec<Delivery>,
    /// Decisions of which a delivery has ended: their states are worked out when that is stored.
    pub resolutions_moved: Vec<ResolutionId>,
    /// Decisions that awaited an approval until a value moved under them.
    pub approvals_ended: BTreeSet<ResolutionId>,
    pub ended_exceptions: Vec<(RecordId, FieldId)>,
    /// What drafts in shadow would have made of it.
    pub shadows: Vec<Judgement>,
    /// Records that are new to a storm.
    pub joined: BTreeSet<(IncidentId, RecordId)>,
    /// The mappings on which a new difference counts.
    pub movers: BTreeSet<SystemId>,
    pub counts: Counts,
    pub events: Vec<Event>,
}

impl Ruling {
    /// The conflict if it has just opened, belongs to nobody and is held by no incident.
    pub(super) fn opened(&self) -> Option<Opened> {
        let (conflict, _) = self.conflict.as_ref().filter(|_| self.counts.opened > 0)?;
        if conflict.assignee.is_some() || conflict.incident.is_some() {
            return None;
        }
        let open = self.differences.iter().filter(|difference| difference.state.is_open());
        let fields = open.map(|difference| difference.dispute.field.clone()).collect();
        Some(Opened { conflict: conflict.clone(), fields })
    }
}
