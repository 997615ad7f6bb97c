//! A case: everything one page needs to know of a conflict, read at one moment.

use super::detect::mapped;
use super::{Engine, Refusal, Setup};
use crate::domain::access::Viewer;
use crate::domain::conflict::DifferenceState;
use crate::domain::ids::{ConflictId, EntityId, SystemId, UserId, VersionId};
use crate::domain::pattern;
use crate::domain::record::{Base, Holding};
use crate::domain::rows;
use crate::domain::time::Time;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::holdings::Version;
use crate::store::records::Record;
use crate::store::resolutions::Resolution;
use crate::store::{conflicts, holdings, records, resolutions, runs, users};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

/// Versions of the record shown beside the grid.
const EVENTS: i64 = 4;

/// A conflict with its record, as one viewer may see it.
pub struct Case {
    pub setup: Arc<Setup>,
    pub conflict: Conflict,
    /// Every difference of the conflict, as [`order`] has it.
    pub differences: Vec<Difference>,
    pub record: Record,
    /// In the order of the configuration.
    pub holdings: Vec<Holding>,
    pub base: Base,
    /// When each system's object was last read to its end.
    pub read_at: HashMap<SystemId, Time>,
    /// The newest versions of the record, newest first.
    pub versions: Vec<Version>,
    /// What came before each of those, as far as it is not one of them, in no order.
    pub parents: Vec<Version>,
    /// The decisions on this conflict, newest first.
    pub decisions: Vec<Resolution>,
    /// How many open differences are like each of its own, by pattern: more than itself.
    pub alike: HashMap<String, i64>,
    /// Names of the people on the page.
    pub names: HashMap<UserId, String>,
}

impl Case {
    /// The differences that wait for a person.
    pub fn open(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.state.is_open())
    }

    /// The newest difference that ended without a person, and when.
    #[must_use]
    pub fn settled_by_itself(&self) -> Option<Time> {
        let at = |difference: &Difference| match difference.state {
            DifferenceState::SettledByItself { at } => Some(at),
            _ => None,
        };
        self.differences.iter().filter_map(at).max()
    }
}

/// The differences of one conflict as they are shown: highest stakes first, then in the order of
/// the entity's fields.
pub fn order(setup: &Setup, entity: &EntityId, differences: &mut [Difference]) {
    let slots = setup.catalog.entity(entity).map(|entity| entity.slots()).unwrap_or_default();
    differences.sort_by_key(|difference| {
        let dispute = &difference.dispute;
        let slot = rows::row_of(&dispute.field).map_or(dispute.field.as_str(), |(children, _)| children);
        let place = slots.iter().position(|known| known.id.as_str() == slot);
        (Reverse(dispute.policy.stakes.rank()), place, dispute.field.clone())
    });
}

impl Engine {
    /// Reads a case.
    ///
    /// # Errors
    /// There is no such conflict for this viewer, or the store failed.
    pub async fn case(&self, viewer: &Viewer, id: &ConflictId) -> Result<Case, Refusal> {
        let setup = self.setup();
        let mut s = self.store.session().await?;
        let conflict = conflicts::get(&mut s, viewer, id).await?.ok_or(Refusal::NotFound("conflict"))?;
        let record = conflict.record.clone();
        let only = std::slice::from_ref(&record);
        let rows = holdings::of_records(&mut s, only).await?;
        let mut read_at = HashMap::new();
        for mapping in setup.catalog.mappings_of(&conflict.entity) {
            let cursor = runs::cursor(&mut s, &mapping.system, &conflict.entity).await?;
            read_at.extend(cursor.read_at.map(|time| (mapping.system.clone(), time)));
        }
        let mut names = HashMap::new();
        for user in conflict.assignee.iter().chain(&conflict.claimed_by) {
            names.extend(users::by_id(&mut s, user).await?.map(|found| (user.clone(), found.name)));
        }
        let mut differences = conflicts::differences(&mut s, std::slice::from_ref(id)).await?;
        order(&setup, &conflict.entity, &mut differences);
        let mut alike = HashMap::new();
        for difference in differences.iter().filter(|difference| difference.state.is_open()) {
            let key = pattern::key(&difference.entity, &difference.dispute);
            let count = conflicts::count_alike(&mut s, &key).await?;
            if count > 1 {
                alike.insert(key, count);
            }
        }
        let versions = holdings::versions(&mut s, &record, EVENTS).await?;
        let known = |id: &VersionId| versions.iter().any(|version| version.id == *id);
        let parents: Vec<_> = versions.iter().filter_map(|version| version.parent.clone()).collect();
        let parents: Vec<_> = parents.into_iter().filter(|id| !known(id)).collect();
        Ok(Case {
            differences,
            record: records::get(&mut s, viewer, &record).await?.ok_or(Refusal::NotFound("record"))?,
            holdings: mapped(&setup, &conflict.entity, rows).remove(&record).unwrap_or_default(),
            base: records::bases(&mut s, only).await?.pop().map(|(_, base)| base).unwrap_or_default(),
            parents: holdings::versions_of_ids(&mut s, &parents).await?,
            versions,
            decisions: resolutions::of_conflict(&mut s, id, 5).await?,
            read_at,
            alike,
            names,
            setup,
            conflict,
        })
    }
}
