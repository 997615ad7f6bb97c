//! A case: everything one page needs to know of a conflict, read at one moment.

use super::detect::mapped;
use super::questions::{Whom, whom};
use super::{Engine, Refusal, Setup};
use crate::domain::access::Viewer;
use crate::domain::conflict::DifferenceState;
use crate::domain::ids::{
    ConflictId, DifferenceId, EntityId, RecordId, ResolutionId, SystemId, UserId, VersionId,
};
use crate::domain::pattern;
use crate::domain::record::{Base, Holding};
use crate::domain::rows;
use crate::domain::suggestion::{self, Suggestion, Track};
use crate::domain::time::Time;
use crate::store::comments::Comment;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::holdings::Version;
use crate::store::questions::Question;
use crate::store::records::Record;
use crate::store::resolutions::Resolution;
use crate::store::{
    Session, StoreError, comments, conflicts, field_decisions, holdings, questions, records, resolutions,
    runs, tags, users,
};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Versions of the record shown beside the grid.
const EVENTS: i64 = 4;
/// Comments on the page; earlier ones stand on the timeline.
const COMMENTS: i64 = 100;
/// Questions on the page.
const QUESTIONS: i64 = 50;

/// The last decisions on a field that are shown.
const PRECEDENTS: i64 = 5;
/// Other conflicts that are named; one more tells that there are more.
const OTHERS: i64 = 6;

/// What is suggested for a difference.
pub struct Suggested {
    pub suggestion: Suggestion,
    pub track: Track,
    /// It is hidden until something is chosen.
    pub blind: bool,
}

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
    /// What is suggested for its open differences, with how such suggestions did before.
    pub suggestions: HashMap<DifferenceId, Suggested>,
    /// The last decisions on the fields of its open differences, newest first.
    pub precedents: Vec<Precedent>,
    /// Other open conflicts on what has the same name.
    pub others: Vec<Conflict>,
    /// The newest comments on it, oldest of them first.
    pub comments: Vec<Comment>,
    /// How many comments there are in all.
    pub comment_count: i64,
    pub tags: Vec<String>,
    /// What people outside were asked, oldest first.
    pub questions: Vec<Question>,
    /// Who may know about what is open.
    pub whom: Vec<Whom>,
    /// Names of the people on the page.
    pub names: HashMap<UserId, String>,
}

impl Case {
    /// The differences that wait for a person.
    pub fn open(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.state.is_open())
    }

    /// Those of them that this viewer may decide: whose values are not hidden.
    pub fn decidable(&self) -> impl Iterator<Item = &Difference> {
        self.open().filter(|difference| !difference.dispute.is_hidden())
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
        let mut s = self.session_for(viewer).await?;
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
        let open = || differences.iter().filter(|difference| difference.state.is_open());
        let suggestions = suggestions(&mut s, &setup, open()).await?;
        let precedents = precedents(&mut s, &setup, open()).await?;
        let alike = alike(&mut s, open()).await?;
        let others = (&*conflict.title, id);
        let others = conflicts::of_title(&mut s, viewer, others, OTHERS).await?;
        let versions = holdings::versions(&mut s, &record, EVENTS).await?;
        let known = |id: &VersionId| versions.iter().any(|version| version.id == *id);
        let parents: Vec<_> = versions.iter().filter_map(|version| version.parent.clone()).collect();
        let parents: Vec<_> = parents.into_iter().filter(|id| !known(id)).collect();
        Ok(Case {
            record: records::get(&mut s, viewer, &record).await?.ok_or(Refusal::NotFound("record"))?,
            holdings: mapped(&setup, &conflict.entity, rows).remove(&record).unwrap_or_default(),
            base: records::bases(&mut s, only).await?.pop().map(|(_, base)| base).unwrap_or_default(),
            parents: holdings::versions_of_ids(&mut s, &parents).await?,
            versions,
            decisions: resolutions::of_conflict(&mut s, id, 5).await?,
            comments: comments::of_conflict(&mut s, id, COMMENTS).await?,
            comment_count: comments::count(&mut s, id).await?,
            tags: tags::of_conflict(&mut s, id).await?,
            questions: questions::of_conflict(&mut s, id, QUESTIONS).await?,
            whom: whom::of(&mut s, viewer, &open().collect::<Vec<_>>()).await?,
            differences,
            read_at,
            alike,
            suggestions,
            precedents,
            others,
            names,
            setup,
            conflict,
        })
    }
}

/// How many open differences are like each of these, by pattern: more than itself.
async fn alike(
    s: &mut Session,
    open: impl Iterator<Item = &Difference>,
) -> Result<HashMap<String, i64>, StoreError> {
    let mut alike = HashMap::new();
    // The pattern of what is hidden would tell of it.
    for difference in open.filter(|own| !own.dispute.is_hidden()) {
        let key = pattern::key(&difference.entity, &difference.dispute);
        let count = conflicts::count_alike(s, &key).await?;
        if count > 1 {
            alike.insert(key, count);
        }
    }
    Ok(alike)
}

impl Engine {
    /// What is suggested for those of these differences that are open.
    ///
    /// # Errors
    /// The store failed.
    pub async fn suggestions(
        &self,
        differences: &[Difference],
    ) -> Result<HashMap<DifferenceId, Suggested>, StoreError> {
        let (setup, mut session) = (self.setup(), self.store.session().await?);
        let open = differences.iter().filter(|difference| difference.state.is_open());
        suggestions(&mut session, &setup, open).await
    }
}

/// What is suggested for these differences. Where too few were alike in every way, those count that
/// were about the same field and had the same cause.
async fn suggestions(
    s: &mut Session,
    setup: &Setup,
    open: impl Iterator<Item = &Difference>,
) -> Result<HashMap<DifferenceId, Suggested>, StoreError> {
    let mut all = HashMap::new();
    // Facts for a value tell of it, so nothing is suggested to who may not see any.
    for difference in open.filter(|difference| !difference.dispute.is_hidden()) {
        let dispute = &difference.dispute;
        let entity = setup.catalog.entity(&difference.entity);
        let slot = entity.and_then(|entity| entity.slot(&dispute.field));
        let found = slot.as_ref().and_then(|slot| Some((slot, suggestion::of(dispute, slot)?)));
        let Some((slot, suggestion)) = found else { continue };
        let pattern = pattern::key(&difference.entity, dispute);
        let mut track = field_decisions::of_pattern(s, &pattern).await?;
        if !track.is_enough() {
            let (entity, field) = (&difference.entity, slot.policy_id());
            track = field_decisions::of_cause(s, entity, field, dispute.cause_name()).await?;
        }
        let blind = suggestion::is_blind(&dispute.policy, &difference.id);
        all.insert(difference.id.clone(), Suggested { suggestion, track, blind });
    }
    Ok(all)
}

/// One of the last decisions on a field.
pub struct Precedent {
    /// The title of the record that it was on.
    pub record: String,
    pub resolution: Resolution,
    /// The place of its outcome for the field.
    pub at: usize,
}

async fn precedents(
    s: &mut Session,
    setup: &Setup,
    open: impl Iterator<Item = &Difference>,
) -> Result<Vec<Precedent>, StoreError> {
    let (mut all, mut asked) = (Vec::new(), BTreeSet::new());
    for difference in open {
        let entity = setup.catalog.entity(&difference.entity);
        let slot = entity.and_then(|entity| entity.slot(&difference.dispute.field));
        let field = slot.map_or_else(|| difference.dispute.field.clone(), |slot| slot.policy_id().clone());
        if asked.insert(field.clone()) {
            let own = field_decisions::newest(s, &difference.entity, &field, PRECEDENTS).await?;
            all.extend(own);
        }
    }
    let ids: Vec<ResolutionId> = all.iter().map(|(id, _)| id.clone()).collect();
    let known = resolutions::of_ids(s, &ids).await?;
    let on: Vec<RecordId> = known.iter().map(|known| known.record.clone()).collect();
    let on = records::of_ids(s, &on).await?;
    let precedent = |(id, difference): (ResolutionId, DifferenceId)| {
        let resolution = known.iter().find(|known| known.id == id)?.clone();
        let at = resolution.outcomes.iter().position(|chosen| chosen.difference == difference)?;
        let record = on.iter().find(|record| record.id == resolution.record);
        Some(Precedent { record: record.map(|own| own.title.clone()).unwrap_or_default(), resolution, at })
    };
    Ok(all.into_iter().filter_map(precedent).collect())
}
