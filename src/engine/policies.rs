//! Changing what needs human review. Every change begins as a draft, is looked at with what it
//! would do, and is then switched on as the next version; going back is a change as any other.

mod backtest;
mod draft;
mod preview;
pub mod shadow;
mod switch;
mod tester;

pub use backtest::{Backtest, ENOUGH, Looked};
pub use draft::PolicyChange;
pub use preview::{Judged, Preview, Standing};
pub use tester::Tried;

use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::expression::Expression;
use crate::domain::ids::{EntityId, SystemId};
use crate::domain::policy::Policy;
use crate::domain::policy_change::{Change, own};

/// An admin, who sees each of these entities.
fn may_change(viewer: &Viewer, changes: &[Change]) -> Result<(), Refusal> {
    if !viewer.may(Right::Configure) {
        return Err(Refusal::Forbidden);
    }
    if changes.iter().all(|change| viewer.sees(&change.entity)) {
        Ok(())
    } else {
        Err(Refusal::NotFound("entity"))
    }
}

/// What a condition says of records, and what a draft with it would do, answers any question about
/// their values.
fn check_condition(setup: &Setup, viewer: &Viewer, entity: &EntityId) -> Result<(), Refusal> {
    if setup.sight(viewer).sees_all(entity) {
        return Ok(());
    }
    let text = "a condition could tell values that are hidden by your role: somebody who sees them sets it";
    Err(Refusal::Invalid(text.to_owned()))
}

impl Engine {
    /// Whether a change can be made at all.
    fn check_change(&self, viewer: &Viewer, change: &Change) -> Result<(), Refusal> {
        let setup = self.setup();
        let entity = setup.entity(&change.entity)?;
        let condition = |policy: &Policy| policy.review_if.clone().filter(|text| !text.trim().is_empty());
        let now = own(&setup.policies, &change.entity, change.slot.as_ref());
        if condition(&change.policy).is_some() && condition(&change.policy) != condition(&now) {
            check_condition(&setup, viewer, &change.entity)?;
        }
        let invalid = |text: &str| Err(Refusal::Invalid(text.to_owned()));
        if let Some(id) = &change.slot {
            let slot = entity.slot(id).ok_or(Refusal::NotFound("field"))?;
            if slot.policy_id() != id {
                return invalid("a single row has no policy of its own: change that of its kind");
            }
        }
        let policy = &change.policy;
        if policy.hold_seconds.is_some_and(|hold| hold > 300) {
            return invalid("a hold is 0 to 300 seconds");
        }
        if policy.due_hours.is_some_and(|due| !(1..=8760).contains(&due)) {
            return invalid("a due time is 1 to 8,760 hours");
        }
        if policy.approval_hours.is_some_and(|hours| !(1..=8760).contains(&hours)) {
            return invalid("the time for an approval is 1 to 8,760 hours");
        }
        if let Some(text) = policy.review_if.as_deref().filter(|text| !text.trim().is_empty()) {
            Expression::parse(text).map_err(|error| Refusal::Invalid(error.0))?;
        }
        if policy.half_life_days.is_some_and(|days| days > 36_500) {
            return invalid("a half-life is 0 to 36,500 days");
        }
        let maps = |system: &SystemId| setup.catalog.mapping(system, &change.entity).is_some();
        if !policy.priority.iter().flatten().all(maps) {
            return invalid("the order of trust may name only systems that map this entity");
        }
        let source = policy.source_of_truth.as_ref();
        if source.is_some_and(|source| setup.catalog.mapping(source, &change.entity).is_none()) {
            return invalid("the source of truth must be a system that maps this entity");
        }
        Ok(())
    }
}
