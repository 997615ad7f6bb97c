//! Telling those who watch a view what has entered it: opened, or brought into it by somebody's act, by
//! a rule or by time.
//!
//! A watcher is told what is in the view now and was not when they were told last. That is kept for
//! views of up to [`MOST_KNOWN`] conflicts; a larger one tells of what has opened in it.

use super::views::Reader;
use super::{Engine, Refusal, notices};
use crate::domain::ids::ConflictId;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::time::Time;
use crate::store::queue::{self, Filter};
use crate::store::users::User;
use crate::store::views::{self, Watcher};
use crate::store::{Session, StoreError, WriteSession, trail, users};
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// Conflicts of a view that are known one by one.
pub const MOST_KNOWN: i64 = 1_000;
/// What opened this lately is counted in the next look: it may not be committed yet.
const SETTLING_SECONDS: i64 = 5;
/// What was done this lately may be what brought it there: longer than two looks are apart.
const LATELY_SECONDS: i64 = 120;
/// Of so many that entered at once it is looked whose act it was.
const LOOKED_AT: usize = 50;

/// What a look at a view found.
enum Found {
    Nothing,
    /// Which members come and go. Of those that come nobody is told of their `own`. Where the members
    /// were not known before, `first` says how many have opened.
    Moved {
        enter: Vec<ConflictId>,
        own: BTreeSet<ConflictId>,
        leave: Vec<ConflictId>,
        first: Option<i64>,
    },
    /// So many have opened, up to that instant.
    Opened(i64, Time),
}

impl Engine {
    /// Tells everybody who watches a view how many conflicts have entered it since they were told last.
    /// Nobody is told of what they brought there themselves.
    ///
    /// # Errors
    /// The store failed.
    pub async fn tell_watchers(&self, reader: &Reader) -> Result<(), Refusal> {
        let mut s = self.store.session().await?;
        for watcher in views::watchers(&mut s).await? {
            let found = self.found(&mut s, reader, &watcher).await?;
            if !matches!(found, Found::Nothing) {
                self.store
                    .write::<_, StoreError, _>(async move |w| {
                        tell(w, &watcher, &found).await?;
                        Ok(((), Vec::new()))
                    })
                    .await?;
            }
        }
        Ok(())
    }

    async fn found(&self, s: &mut Session, reader: &Reader, watcher: &Watcher) -> Result<Found, StoreError> {
        let Some(user) = users::by_id(s, &watcher.user).await? else { return Ok(Found::Nothing) };
        let now = self.now();
        let Some(filter) = reader(&watcher.query, &user.zone, now, &self.setup()) else {
            return Ok(Found::Nothing);
        };
        let viewer = user.viewer(false);
        // What is hidden from them enters no view of theirs.
        let mut own = self.session_for(&viewer).await?;
        let s = &mut own;
        let filter = queue::measured(s, &viewer, filter).await?;
        if filter.words == queue::Words::TooMany {
            // It lists nothing until there are fewer: that is no leaving.
            return Ok(Found::Nothing);
        }
        let present = queue::ids(s, &viewer, &filter, now, MOST_KNOWN + 1).await?;
        if i64::try_from(present.len()).is_ok_and(|found| found > MOST_KNOWN) {
            let until = now - TimeDelta::seconds(SETTLING_SECONDS);
            let n = self.opened(s, &user, filter, (watcher.told_at, until)).await?;
            // What was known of it before it grew is known no longer.
            let moved = n > 0 || watcher.known.is_some();
            return Ok(if moved { Found::Opened(n, until) } else { Found::Nothing });
        }
        let known = watcher.known.as_ref() == Some(&watcher.query);
        let before: BTreeSet<ConflictId> = views::members(s, watcher).await?.into_iter().collect();
        let present: BTreeSet<ConflictId> = present.into_iter().collect();
        let enter: Vec<ConflictId> = present.difference(&before).cloned().collect();
        let leave: Vec<ConflictId> = before.difference(&present).cloned().collect();
        let mut own = BTreeSet::new();
        if !known {
            let first = Some(self.opened(s, &user, filter, (watcher.told_at, now)).await?);
            return Ok(Found::Moved { enter, own, leave, first });
        }
        if enter.is_empty() && leave.is_empty() {
            return Ok(Found::Nothing);
        }
        for conflict in enter.iter().take(LOOKED_AT) {
            let lately = now - TimeDelta::seconds(LATELY_SECONDS);
            if trail::last_actor(s, conflict, lately).await?.as_deref() == Some(watcher.user.as_str()) {
                own.insert(conflict.clone());
            }
        }
        Ok(Found::Moved { enter, own, leave, first: None })
    }

    /// How many have opened in it between these instants.
    async fn opened(
        &self,
        s: &mut Session,
        user: &User,
        filter: Filter,
        (from, until): (Time, Time),
    ) -> Result<i64, StoreError> {
        let (before, since) = filter.opened;
        let opened = (Some(before.map_or(until, |before| before.min(until))), since.max(Some(from)));
        queue::count(s, &user.viewer(false), &Filter { opened, ..filter }, self.now()).await
    }
}

async fn tell(w: &mut WriteSession, watcher: &Watcher, found: &Found) -> Result<(), StoreError> {
    let now = w.now();
    let (n, told_at, known) = match found {
        Found::Nothing => return Ok(()),
        Found::Opened(n, until) => {
            views::forget_members(w, watcher).await?;
            (*n, *until, None)
        }
        Found::Moved { enter, own, leave, first } => {
            views::remove_members(w, watcher, leave).await?;
            views::add_members(w, watcher, own.iter()).await?;
            // Of two servers that look at once, one adds them and tells.
            let others = enter.iter().filter(|id| !own.contains(*id));
            let added = views::add_members(w, watcher, others).await?;
            let n = first.unwrap_or_else(|| i64::try_from(added).unwrap_or(i64::MAX));
            (n, now, Some(watcher.query.as_str()))
        }
    };
    views::told(w, watcher, told_at, known).await?;
    if n > 0 {
        // What is looked for may be somebody's name: a letter does not carry it.
        let link = format!("/views/{}", watcher.view);
        let notice = Notice::new(NoticeKind::ViewEntered, link);
        let notice = notice.fact("view", &watcher.name).fact("n", n);
        notices::tell(w, &watcher.user, notice).await?;
    }
    Ok(())
}
