//! Putting conflicts off, and their way back.

use super::{Batch, Routed, entry, release};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{Action, Actor, Event};
use crate::domain::routing::{Ends, Wait};
use crate::domain::time::{Time, stamp};
use crate::engine::review::{about, locked};
use crate::engine::{Engine, Refusal};
use crate::store::{conflicts, routing};

/// Conflicts that come back in one look.
const AT_ONCE: i64 = 200;

impl Engine {
    /// Puts conflicts off until then, or until any of their values changes if that is before. The due
    /// time stays.
    ///
    /// # Errors
    /// The viewer may not decide, the time has passed or is more than 90 days ahead, or the store failed.
    pub async fn put_off(
        &self,
        viewer: &Viewer,
        ids: impl Into<Batch<'_>>,
        until: Time,
        ends: Ends,
    ) -> Result<Routed, Refusal> {
        if !viewer.may(Right::Decide) {
            return Err(Refusal::Forbidden);
        }
        let wait = Wait::new(self.now(), until, ends, viewer.user.clone());
        let wait = wait.map_err(|error| Refusal::Invalid(error.to_string()))?;
        let by = viewer.clone();
        self.each(viewer, ids.into(), move |conflict, _| {
            conflict.wait = Some(wait.clone());
            release(conflict, &by);
            let event = entry(Action::ConflictPutOff, &by, conflict);
            Ok(event.fact("until", stamp(wait.until)).fact("ends", wait.ends.as_str()))
        })
        .await
    }

    /// Brings conflicts back before their time.
    ///
    /// # Errors
    /// The viewer may not decide, or the store failed. One that does not wait is left out.
    pub async fn call_back(&self, viewer: &Viewer, ids: impl Into<Batch<'_>>) -> Result<Routed, Refusal> {
        if !viewer.may(Right::Decide) {
            return Err(Refusal::Forbidden);
        }
        let by = viewer.clone();
        self.each(viewer, ids.into(), move |conflict, _| {
            if conflict.wait.take().is_none() {
                return Err(Refusal::WrongState("it does not wait".to_owned()));
            }
            Ok(entry(Action::ConflictReturned, &by, conflict).fact("because", "called"))
        })
        .await
    }

    /// Brings back what has waited long enough; whether there may be more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn bring_back(&self) -> Result<bool, Refusal> {
        let ids = routing::returning(&mut self.store.session().await?, self.now(), AT_ONCE).await?;
        if ids.is_empty() {
            return Ok(false);
        }
        let more = i64::try_from(ids.len()).is_ok_and(|found| found == AT_ONCE);
        self.store
            .write(async move |w| {
                let (now, mut events) = (w.now(), Vec::new());
                for id in &ids {
                    let mut conflict = locked(w, &Viewer::referee(), id).await?;
                    if conflict.wait.as_ref().is_none_or(|wait| wait.until > now) {
                        continue;
                    }
                    conflict.wait = None;
                    conflicts::save(w, &conflict).await?;
                    let event = Event::new(Action::ConflictReturned, Actor::referee(), about(&conflict));
                    events.push(event.value("record", &conflict.title).fact("because", "time"));
                }
                Ok::<_, Refusal>((more, events))
            })
            .await
    }
}
