//! A conflict as its differences leave it: open, waiting for deliveries, or closed.

use crate::domain::audit::{Action, Actor, Event};
use crate::domain::ids::IncidentId;
use crate::domain::policy::Stakes;
use crate::domain::time::Time;
use crate::engine::review::about;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::{StoreError, WriteSession, conflicts};

/// What the differences of a conflict add up to.
pub(super) struct Summary {
    /// Of the strictest open difference; None when none is open.
    stakes: Option<Stakes>,
    due_at: Option<Time>,
    under_way: bool,
    /// The open fields, comma-separated.
    pub fields: String,
    /// The cause of the first open difference.
    pub cause: String,
    /// The incident that holds all that is open.
    incident: Option<IncidentId>,
}

impl Summary {
    pub fn of(all: &[&Difference]) -> Self {
        let open: Vec<&&Difference> = all.iter().filter(|difference| difference.state.is_open()).collect();
        Self {
            stakes: open.iter().map(|difference| difference.dispute.policy.stakes).max(),
            due_at: open.iter().map(|difference| difference.due_at).min(),
            under_way: all.iter().any(|difference| difference.state.is_under_way()),
            fields: open.iter().map(|d| d.dispute.field.as_str()).collect::<Vec<_>>().join(","),
            cause: open.first().map_or_else(String::new, |first| first.dispute.cause_name().to_owned()),
            incident: {
                let held = open.iter().all(|difference| difference.dispute.incident().is_some());
                open.first().filter(|_| held).and_then(|first| first.dispute.incident().cloned())
            },
        }
    }

    pub fn apply(&self, conflict: &mut Conflict, now: Time) {
        conflict.open = self.stakes.is_some();
        if !conflict.open {
            // There is nothing left to wait for, or to ask anybody.
            (conflict.wait, conflict.escalation) = (None, None);
        }
        conflict.incident.clone_from(&self.incident);
        conflict.stakes = self.stakes.unwrap_or(conflict.stakes);
        conflict.due_at = self.due_at.unwrap_or(conflict.due_at);
        let unfinished = conflict.open || self.under_way;
        conflict.closed_at = if unfinished { None } else { conflict.closed_at.or(Some(now)) };
        conflict.version += 1;
    }
}

/// Stores a conflict after its differences changed, and says what that means.
pub(in crate::engine) async fn refresh(
    w: &mut WriteSession,
    mut conflict: Conflict,
) -> Result<Option<Event>, StoreError> {
    let all = conflicts::differences(w, std::slice::from_ref(&conflict.id)).await?;
    let event = sum_up(&mut conflict, &all, w.now());
    conflicts::save(w, &conflict).await?;
    Ok(event)
}

/// Makes a conflict what all of its differences add up to, and says what that means.
pub(in crate::engine) fn sum_up(conflict: &mut Conflict, all: &[Difference], now: Time) -> Option<Event> {
    let was_closed = conflict.closed_at.is_some();
    Summary::of(&all.iter().collect::<Vec<_>>()).apply(conflict, now);
    let closed = conflict.closed_at.is_some() && !was_closed;
    closed.then(|| Event::new(Action::ConflictClosed, Actor::referee(), about(conflict)))
}
