//! A draft in shadow: put there, ended, and what it found.

use super::draft::event;
use super::may_change;
use crate::domain::access::Viewer;
use crate::domain::audit::Action;
use crate::domain::conflict::DifferenceState;
use crate::domain::diff;
use crate::domain::ids::{ConflictId, EntityId, FieldId, RecordId, ResolutionId};
use crate::domain::resolution::Outcome;
use crate::domain::shadow::{Beside, Chosen, made_again, removed};
use crate::domain::time::Time;
use crate::domain::value::Tuple;
use crate::engine::{Engine, Refusal, Setup};
use crate::store::conflicts::{Conflict, Difference};
use crate::store::policy_drafts::{self, Draft};
use crate::store::policy_shadows::{self, Judgement, Shadow};
use crate::store::resolutions::Resolution;
use crate::store::{Session, StoreError, conflicts, resolutions};
use chrono::TimeDelta;
use std::collections::HashMap;

/// Days and differences of a shadow for which nothing else was said.
pub const DAYS: u32 = 14;
pub const MOST: u32 = 1_000;
/// The most of both.
pub const LONGEST: u32 = 90;
pub const LARGEST: u32 = 5_000;

/// Rows asked for at once.
const BATCH: usize = 500;

/// What a draft in shadow found.
#[derive(Clone, Debug)]
pub struct Shadowed {
    pub shadow: Shadow,
    /// Why it does not run any longer.
    pub ended: Option<Ended>,
    pub rows: Vec<Row>,
}

/// Why a shadow ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Stopped,
    Number,
    Time,
    /// The draft was changed: what it found is of what it was.
    Changed,
}

impl Ended {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Number => "number",
            Self::Time => "time",
            Self::Changed => "changed",
        }
    }
}

/// One difference as both judged it.
#[derive(Clone, Debug)]
pub struct Row {
    pub entity: EntityId,
    pub field: FieldId,
    pub record: RecordId,
    pub conflict: ConflictId,
    pub title: String,
    pub beside: Beside,
    /// What people made of it, where the draft would have settled what they review.
    pub chosen: Option<Chosen>,
    /// What was decided, by people or by the rule in force.
    pub decided: Option<Tuple>,
    /// What the draft would have kept; none where it asks a person.
    pub would: Option<Tuple>,
}

impl Engine {
    /// Puts a draft in shadow: until it is ended, changed, switched on or thrown away, for so many
    /// days and so many differences at most. What an earlier shadow of it found is forgotten.
    ///
    /// # Errors
    /// The viewer may not, there is no such draft, or the days or differences are out of bounds.
    pub async fn start_shadow(
        &self,
        viewer: &Viewer,
        id: &str,
        (days, most): (u32, u32),
    ) -> Result<Draft, Refusal> {
        self.draft(viewer, id).await?;
        if !(1..=LONGEST).contains(&days) || !(1..=LARGEST).contains(&most) {
            let text = format!("a shadow takes 1 to {LONGEST} days and 1 to {LARGEST} differences");
            return Err(Refusal::Invalid(text));
        }
        let (viewer, id) = (viewer.clone(), id.to_owned());
        let draft = self
            .store
            .write::<_, Refusal, _>(async move |w| {
                let draft = policy_drafts::lock(w, &id).await?.ok_or(Refusal::NotFound("draft"))?;
                may_change(&viewer, &draft.changes)?;
                let now = w.now();
                let shadow = Shadow {
                    draft: id.clone(),
                    fingerprint: draft.fingerprint()?,
                    started_by: viewer.name.clone(),
                    started_at: now,
                    until: now + TimeDelta::days(i64::from(days)),
                    most: i64::from(most),
                    ended: None,
                };
                policy_shadows::start(w, &shadow).await?;
                let event = event(Action::PolicyShadowStarted, &viewer, &draft, None);
                Ok((draft, vec![event.fact("days", days).fact("differences", most)]))
            })
            .await?;
        self.reload().await?;
        Ok(draft)
    }

    /// Ends the shadow of a draft; what it found stays on the draft's page.
    ///
    /// # Errors
    /// The viewer may not, there is no such draft, or it is not in shadow.
    pub async fn end_shadow(&self, viewer: &Viewer, id: &str) -> Result<Draft, Refusal> {
        self.draft(viewer, id).await?;
        let (viewer, id) = (viewer.clone(), id.to_owned());
        let draft = self
            .store
            .write::<_, Refusal, _>(async move |w| {
                let draft = policy_drafts::lock(w, &id).await?.ok_or(Refusal::NotFound("draft"))?;
                may_change(&viewer, &draft.changes)?;
                if policy_shadows::end(w, &id, "stopped").await? == 0 {
                    return Err(Refusal::WrongState("this draft is not in shadow".to_owned()));
                }
                let events = vec![event(Action::PolicyShadowEnded, &viewer, &draft, None)];
                Ok((draft, events))
            })
            .await?;
        self.reload().await?;
        Ok(draft)
    }

    /// What the shadow of a draft found so far; none where it never was in one.
    ///
    /// # Errors
    /// The viewer may not see the draft, or the store failed.
    pub async fn shadow(&self, viewer: &Viewer, draft: &Draft) -> Result<Option<Shadowed>, Refusal> {
        may_change(viewer, &draft.changes)?;
        let setup = self.setup();
        let mut session = self.session_for(viewer).await?;
        let Some(shadow) = policy_shadows::get(&mut session, &draft.id).await? else { return Ok(None) };
        let found = policy_shadows::judgements(&mut session, &draft.id, i64::from(LARGEST)).await?;
        let mut rows = Vec::with_capacity(found.len());
        for batch in found.chunks(BATCH) {
            rows.extend(compared(&mut session, &setup, batch).await?);
        }
        let ended = ended(&shadow, draft, self.now())?;
        Ok(Some(Shadowed { shadow, ended, rows }))
    }
}

fn ended(shadow: &Shadow, draft: &Draft, now: Time) -> Result<Option<Ended>, StoreError> {
    Ok(match &shadow.ended {
        Some((_, why)) if why == "number" => Some(Ended::Number),
        Some(_) => Some(Ended::Stopped),
        None if draft.fingerprint()? != shadow.fingerprint => Some(Ended::Changed),
        None if shadow.until <= now => Some(Ended::Time),
        None => None,
    })
}

/// What was found, with what has become of each difference since.
async fn compared(s: &mut Session, setup: &Setup, found: &[Judgement]) -> Result<Vec<Row>, StoreError> {
    let ids: Vec<_> = found.iter().map(|own| own.difference.clone()).collect();
    let known: HashMap<_, Difference> =
        conflicts::of_ids(s, &ids).await?.into_iter().map(|own| (own.id.clone(), own)).collect();
    let decided: Vec<ResolutionId> =
        known.values().filter_map(|own| own.state.resolution().cloned()).collect();
    let decisions: HashMap<ResolutionId, Resolution> =
        resolutions::of_ids(s, &decided).await?.into_iter().map(|own| (own.id.clone(), own)).collect();
    let ids: Vec<ConflictId> = found.iter().map(|own| own.conflict.clone()).collect();
    let titles: HashMap<ConflictId, Conflict> =
        conflicts::conflicts_of_ids(s, &ids).await?.into_iter().map(|own| (own.id.clone(), own)).collect();
    let mut rows = Vec::new();
    for own in found {
        let Some((known, conflict)) = known.get(&own.difference).zip(titles.get(&own.conflict)) else {
            continue;
        };
        let decision = known.state.resolution().and_then(|id| decisions.get(id));
        let meant = match decision {
            Some(decision) => meant(decision, &own.field)?,
            None => None,
        };
        let settles = own.beside == Beside::Settles;
        rows.push(Row {
            entity: own.entity.clone(),
            field: own.field.clone(),
            record: known.record.clone(),
            conflict: own.conflict.clone(),
            title: conflict.title.clone(),
            beside: own.beside,
            chosen: settles.then(|| chosen(setup, own, known, meant.as_ref())),
            decided: meant,
            would: own.would.clone(),
        });
    }
    Ok(rows)
}

/// The values a decision meant for a field, or what it meant for a record that is missing somewhere.
fn meant(decision: &Resolution, field: &FieldId) -> Result<Option<Tuple>, StoreError> {
    let Some(own) = decision.outcomes.iter().find(|own| own.field == *field) else { return Ok(None) };
    Ok(match own.outcome {
        Outcome::CreateThere { .. } => Some(made_again()),
        Outcome::RemoveElsewhere => Some(removed()),
        _ => own.meant(&decision.disputes()?),
    })
}

fn chosen(setup: &Setup, own: &Judgement, known: &Difference, meant: Option<&Tuple>) -> Chosen {
    match &known.state {
        DifferenceState::Open => Chosen::Open,
        DifferenceState::SettledByItself { .. } | DifferenceState::SettledByRule { .. } => Chosen::Ended,
        DifferenceState::Excepted { .. } => Chosen::LeftDifferent,
        DifferenceState::Decided { .. } => {
            let entity = setup.catalog.entity(&own.entity);
            let slot = entity.and_then(|entity| entity.slot(&own.field));
            let both = meant.zip(own.would.as_ref());
            let alike = both.is_some_and(|(one, other)| match &slot {
                Some(slot) => diff::same(slot, one, other),
                None => one == other,
            });
            if alike { Chosen::Alike } else { Chosen::Differently }
        }
    }
}
