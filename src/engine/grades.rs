//! What the queue's list is narrowed by as "suggestion": kept with each difference when it is judged, by the
//! track record of that moment, and brought up to date as people decide. See `domain::suggestion::Grade`.

use super::{Engine, Refusal, Setup};
use crate::domain::ids::ResolutionId;
use crate::domain::pattern;
use crate::domain::suggestion::{Grade, Scope, Strength, Tracks};
use crate::domain::time::Time;
use crate::store::conflicts::Difference;
use crate::store::suggestion_tracks::{self as tracks, Scopes};
use crate::store::{Session, StoreError};
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Minutes after which every track record is looked at again: what is reversed or taken back is no new
/// decision.
const WHOLE_MINUTES: i64 = 60;

/// Up to where the decisions were looked at, and when all of them were.
#[derive(Default)]
pub struct Looked(Mutex<Option<(Option<ResolutionId>, Time)>>);

/// The grade of a difference by these track records.
pub(super) fn grade(setup: &Setup, known: &Tracks, difference: &Difference) -> Grade {
    let Difference { dispute, entity, .. } = difference;
    let found = setup.catalog.entity(entity);
    let slot = found.and_then(|own| own.slot(&dispute.field));
    Grade::of_difference(dispute, slot.as_ref(), &difference.id, |slot| {
        let (field, cause) = (slot.policy_id().clone(), dispute.cause_name().to_owned());
        let other = Scope::Cause { entity: entity.clone(), field, cause };
        known.strength(&pattern::key(entity, dispute), &other)
    })
}

impl Engine {
    /// Grades what was not graded yet, and what people's decisions have changed the track record of;
    /// whether there may be more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn look_at_suggestions(&self) -> Result<bool, Refusal> {
        self.look_at_tracks().await?;
        let mut session = self.store.session().await?;
        let ungraded = tracks::ungraded(&mut session).await?;
        if ungraded.is_empty() {
            return Ok(false);
        }
        let (known, setup) = (tracks::all(&mut session).await?, self.setup());
        drop(session);
        self.store
            .write::<_, StoreError, _>(async move |w| {
                for difference in &ungraded {
                    tracks::set(w, &difference.id, grade(&setup, &known, difference)).await?;
                }
                Ok(((), Vec::new()))
            })
            .await?;
        Ok(true)
    }

    async fn look_at_tracks(&self) -> Result<(), StoreError> {
        let looked = self.looked.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut session = self.store.session().await?;
        let now = self.now();
        let newest = tracks::newest(&mut session).await?;
        let whole = looked.as_ref().is_none_or(|(_, at)| now - *at >= TimeDelta::minutes(WHOLE_MINUTES));
        let Scopes(scopes) = match looked.as_ref() {
            Some((Some(last), _)) if !whole => tracks::decided_since(&mut session, last).await?,
            Some((None, _)) if !whole => match &newest {
                Some(_) => tracks::decided_since(&mut session, &ResolutionId::default()).await?,
                None => Scopes(Vec::new()),
            },
            _ => tracks::of_enough(&mut session).await?,
        };
        let known = tracks::all(&mut session).await?;
        // What is known may say nothing any longer.
        let before = known.0.keys().filter(|_| whole).map(|key| Scope::read(key));
        let scopes: BTreeSet<Scope> = scopes.into_iter().chain(before).collect();
        let changed = changed(&mut session, &known, scopes).await?;
        drop(session);
        for (scope, strength) in changed {
            let save =
                async move |w: &mut crate::store::WriteSession| tracks::save(w, &scope, strength).await;
            self.write_alerts(save).await?;
        }
        let at = if whole { now } else { looked.map_or(now, |(_, at)| at) };
        *self.looked.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((newest, at));
        Ok(())
    }
}

/// The scopes of which something else is to be said than is known.
async fn changed(
    s: &mut Session,
    known: &Tracks,
    scopes: BTreeSet<Scope>,
) -> Result<Vec<(Scope, Strength)>, StoreError> {
    let mut changed = Vec::new();
    for scope in scopes {
        let strength = tracks::track(s, &scope).await?.strength();
        let before = known.0.get(&scope.key()).copied().unwrap_or(Strength::Unknown);
        changed.extend((strength != before).then_some((scope, strength)));
    }
    Ok(changed)
}
