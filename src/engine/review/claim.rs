//! Claiming: a given conflict, or the next one that nobody else is on; and giving it back.

use super::{about, locked, may_decide};
use crate::domain::access::Viewer;
use crate::domain::audit::{Action, Event};
use crate::domain::ids::ConflictId;
use crate::domain::routing::SKIPPED_HOURS;
use crate::domain::time::Time;
use crate::engine::{Engine, Refusal};
use crate::store::conflicts::Conflict;
use crate::store::queue::{self, Filter, Position};
use crate::store::{Session, StoreError, WriteSession, conflicts, routing};
use chrono::TimeDelta;

/// How long a claim lasts after the last activity.
const CLAIM_MINUTES: i64 = 10;
/// Conflicts looked at in one read; as many may be claimed by others before another one is needed.
const BATCH: i64 = 50;

impl Engine {
    /// Takes a conflict for ten minutes, or renews one's own claim.
    ///
    /// # Errors
    /// The viewer may not decide, there is no such conflict, or somebody else holds it: named.
    pub async fn claim(&self, viewer: &Viewer, id: &ConflictId) -> Result<Conflict, Refusal> {
        may_decide(viewer)?;
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let conflict = locked(w, &viewer, &id).await?;
                take(w, &viewer, conflict).await
            })
            .await
    }

    /// Claims the first open conflict of the filter, in the order of the queue, that nobody
    /// else is on. What the viewer skipped of late and what is given to somebody else comes last.
    /// None when there is none.
    ///
    /// # Errors
    /// The viewer may not decide, or the store failed.
    pub async fn next(&self, viewer: &Viewer, filter: &Filter) -> Result<Option<Conflict>, Refusal> {
        may_decide(viewer)?;
        let mut s = self.store.session().await?;
        let (viewer, filter) = (viewer.clone(), queue::measured(&mut s, viewer, filter.clone()).await?);
        let likely = likely(&mut s, &viewer, &filter, self.now()).await?;
        drop(s);
        self.store
            .write(async move |w| {
                if let Some(taken) = first_free(w, &viewer, &likely).await? {
                    return Ok(taken);
                }
                let now = w.now();
                let skipped = skipped(w, &viewer, now).await?;
                for of in [filter.freely(&viewer.user), filter.clone()] {
                    if let Some(taken) = first_of(w, &viewer, &of, &skipped).await? {
                        return Ok(taken);
                    }
                }
                Ok((None, Vec::new()))
            })
            .await
    }
}

/// The conflicts that the viewer would be given now, the first one first: looked for beside the
/// writers, which then have little to do for each of many who press Start at once.
async fn likely(
    s: &mut Session,
    viewer: &Viewer,
    filter: &Filter,
    now: Time,
) -> Result<Vec<Conflict>, StoreError> {
    let (skipped, freely) = (skipped(s, viewer, now).await?, filter.freely(&viewer.user));
    let mut after: Option<Position> = None;
    loop {
        let mut page = queue::page(s, viewer, &freely, after.as_ref(), now, BATCH).await?;
        let Some(last) = page.last() else { return Ok(page) };
        after = Some(Position::of(last, now));
        page.retain(|found| !is_with_another(found, viewer, now) && !skipped.contains(&found.id));
        if !page.is_empty() {
            return Ok(page);
        }
    }
}

async fn skipped(s: &mut Session, viewer: &Viewer, now: Time) -> Result<Vec<ConflictId>, StoreError> {
    routing::skipped_by(s, &viewer.user, now - TimeDelta::hours(SKIPPED_HOURS)).await
}

/// Claims the first of these that nobody else took or was given meanwhile.
async fn first_free(
    w: &mut WriteSession,
    viewer: &Viewer,
    likely: &[Conflict],
) -> Result<Option<Taken>, Refusal> {
    let now = w.now();
    let free = conflicts::unclaimed(w, likely.iter().map(|found| &found.id), &viewer.user, now).await?;
    for found in likely.iter().filter(|found| free.contains(&found.id)) {
        let conflict = locked(w, viewer, &found.id).await?;
        let same = conflict.open && conflict.assignee == found.assignee;
        if same && !is_with_another(&conflict, viewer, now) {
            let (conflict, events) = take(w, viewer, conflict).await?;
            return Ok(Some((Some(conflict), events)));
        }
    }
    Ok(None)
}

type Taken = (Option<Conflict>, Vec<Event>);

/// Claims the first of a list that nobody else is on; of those that were skipped the first, where there
/// is no other.
async fn first_of(
    w: &mut WriteSession,
    viewer: &Viewer,
    filter: &Filter,
    skipped: &[ConflictId],
) -> Result<Option<Taken>, Refusal> {
    let now = w.now();
    let (mut after, mut later): (Option<Position>, Vec<ConflictId>) = (None, Vec::new());
    loop {
        let page = queue::page(w, viewer, filter, after.as_ref(), now, BATCH).await?;
        let Some(last) = page.last() else { break };
        after = Some(Position::of(last, now));
        for found in page.iter().filter(|found| !is_with_another(found, viewer, now)) {
            if skipped.contains(&found.id) {
                later.push(found.id.clone());
            } else if let Some(taken) = take_if_free(w, viewer, &found.id).await? {
                return Ok(Some(taken));
            }
        }
    }
    for id in &later {
        if let Some(taken) = take_if_free(w, viewer, id).await? {
            return Ok(Some(taken));
        }
    }
    Ok(None)
}

/// Claims a conflict unless somebody took it meanwhile: it is locked, and looked at again.
async fn take_if_free(
    w: &mut WriteSession,
    viewer: &Viewer,
    id: &ConflictId,
) -> Result<Option<Taken>, Refusal> {
    let conflict = locked(w, viewer, id).await?;
    let now = w.now();
    if !conflict.open || is_with_another(&conflict, viewer, now) {
        return Ok(None);
    }
    let (conflict, events) = take(w, viewer, conflict).await?;
    Ok(Some((Some(conflict), events)))
}

fn is_with_another(conflict: &Conflict, viewer: &Viewer, now: Time) -> bool {
    conflict.claimed_until.is_some_and(|until| until > now)
        && conflict.claimed_by.as_ref() != Some(&viewer.user)
}

/// Claims a conflict that is locked, or renews one's own claim.
async fn take(
    w: &mut WriteSession,
    viewer: &Viewer,
    mut conflict: Conflict,
) -> Result<(Conflict, Vec<Event>), Refusal> {
    let now = w.now();
    if is_with_another(&conflict, viewer, now) {
        return Err(Refusal::Claimed(conflict.claimed_by.unwrap_or_default().0));
    }
    let renewed = conflict.claimed_until.is_some_and(|until| until > now);
    conflict.claimed_by = Some(viewer.user.clone());
    conflict.claimed_until = Some(now + TimeDelta::minutes(CLAIM_MINUTES));
    conflicts::save(w, &conflict).await?;
    let event = Event::new(Action::ConflictClaimed, viewer.actor(), about(&conflict));
    Ok((conflict, if renewed { Vec::new() } else { vec![event] }))
}
