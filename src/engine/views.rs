//! Views of the queue: named, shared, watched; and everything that matches one, frozen.

use super::reports::ended;
use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::ids::ConflictId;
use crate::domain::time::Time;
use crate::store::queue::{self, Filter};
use crate::store::{conflicts, selections, view_reports, views};
use chrono::TimeDelta;
use std::sync::Arc;

/// Characters of a name.
const MOST_NAME: usize = 60;
/// Characters of an address.
const MOST_QUERY: usize = 2000;
/// Conflicts ticked one by one.
const MOST_TICKED: usize = 1000;
/// How long a selection is kept.
const KEPT_HOURS: i64 = 24;

/// What the query of a view asks the store for: a reader's zone, the present, the configuration. Words of
/// addresses are the upper floor's. None where it is no address any longer.
pub type Reader = Arc<dyn Fn(&str, &str, Time, &Setup) -> Option<Filter> + Send + Sync>;

/// A view as a form gives it.
#[derive(Clone, Debug)]
pub struct NewView {
    pub name: String,
    /// The query of the queue's address.
    pub query: String,
    pub shared: bool,
}

impl NewView {
    fn checked(mut self) -> Result<Self, Refusal> {
        self.name = self.name.trim().to_owned();
        let invalid = |text: String| Err(Refusal::Invalid(text));
        match self.name.chars().count() {
            0 => invalid("give the view a name".to_owned()),
            long if long > MOST_NAME => invalid(format!("a name may have {MOST_NAME} characters")),
            _ if self.query.len() > MOST_QUERY => invalid("this address is too long to be kept".to_owned()),
            _ => Ok(self),
        }
    }
}

impl Engine {
    /// Keeps an address of the queue under a name; the view's id.
    ///
    /// # Errors
    /// The name is missing or too long, the viewer has 100 views, or the store failed.
    pub async fn save_view(&self, viewer: &Viewer, new: NewView) -> Result<String, Refusal> {
        let (by, new) = (viewer.clone(), new.checked()?);
        self.store
            .write(async move |w| {
                if views::count(w, &by.user).await? >= views::MOST {
                    return Err(Refusal::Invalid(format!(
                        "{} views are the most: remove one first",
                        views::MOST
                    )));
                }
                Ok((views::insert(w, &by.user, &new.name, &new.query, new.shared).await?, Vec::new()))
            })
            .await
    }

    /// Changes a view of one's own.
    ///
    /// # Errors
    /// As [`Engine::save_view`]; there is no such view, or it is somebody else's.
    pub async fn change_view(&self, viewer: &Viewer, id: &str, new: NewView) -> Result<(), Refusal> {
        let (by, id, new) = (viewer.clone(), id.to_owned(), new.checked()?);
        self.store
            .write(async move |w| {
                own(w, &by, &id).await?;
                views::update(w, &id, &new.name, &new.query, new.shared).await?;
                if new.shared {
                    return Ok(((), Vec::new()));
                }
                let over = view_reports::of_view(w, &id, Some(&by.user)).await?;
                view_reports::end_of_view(w, &id, Some(&by.user)).await?;
                views::unshare(w, &id, &by.user).await?;
                Ok(((), over.iter().map(ended).collect()))
            })
            .await
    }

    /// Takes a view of one's own away.
    ///
    /// # Errors
    /// There is no such view, it is somebody else's, or the store failed.
    pub async fn drop_view(&self, viewer: &Viewer, id: &str) -> Result<(), Refusal> {
        let (by, id) = (viewer.clone(), id.to_owned());
        self.store
            .write(async move |w| {
                own(w, &by, &id).await?;
                let over = view_reports::of_view(w, &id, None).await?;
                view_reports::end_of_view(w, &id, None).await?;
                views::delete(w, &id).await?;
                Ok(((), over.iter().map(ended).collect()))
            })
            .await
    }

    /// Has the viewer told of what enters a view, or no longer.
    ///
    /// # Errors
    /// There is no such view for this viewer, or the store failed.
    pub async fn watch_view(&self, viewer: &Viewer, id: &str, on: bool) -> Result<(), Refusal> {
        let (by, id) = (viewer.clone(), id.to_owned());
        self.store
            .write(async move |w| {
                views::get(w, &by, &id).await?.ok_or(Refusal::NotFound("view"))?;
                views::watch(w, &by, &id, on).await?;
                Ok(((), Vec::new()))
            })
            .await
    }

    /// Freezes these conflicts; the selection's id.
    ///
    /// # Errors
    /// The viewer may neither decide nor lead, there is none or one that they do not see, or the store
    /// failed.
    pub async fn freeze_these(
        &self,
        viewer: &Viewer,
        ids: Vec<ConflictId>,
        query: &str,
    ) -> Result<String, Refusal> {
        if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) {
            return Err(Refusal::Forbidden);
        }
        if ids.is_empty() || ids.len() > MOST_TICKED {
            return Err(Refusal::Invalid(format!("tick 1 to {MOST_TICKED} conflicts")));
        }
        let (by, query) = (viewer.clone(), query.to_owned());
        self.store
            .write(async move |w| {
                let now = w.now();
                selections::drop_before(w, now - TimeDelta::hours(KEPT_HOURS)).await?;
                if conflicts::some(w, &by, &ids).await?.len() < ids.len() {
                    return Err(Refusal::NotFound("conflict"));
                }
                Ok((selections::insert(w, &by, &query, &ids).await?, Vec::new()))
            })
            .await
    }

    /// Freezes what matches now, in its order and 10,000 at most; the selection's id.
    ///
    /// # Errors
    /// The viewer may neither decide nor lead, or the store failed.
    pub async fn freeze_view(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        query: &str,
    ) -> Result<String, Refusal> {
        if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) {
            return Err(Refusal::Forbidden);
        }
        let (by, query) = (viewer.clone(), query.to_owned());
        // What is hidden from them is no part of what they see of the view.
        let mut session = self.session_for(viewer).await?;
        let filter = queue::measured(&mut session, viewer, filter.clone()).await?;
        if filter.words == queue::Words::TooMany {
            let text = "too many records have the words that are looked for: write more of them";
            return Err(Refusal::Invalid(text.to_owned()));
        }
        let rows = queue::page(&mut session, &by, &filter, None, self.now(), selections::MOST).await?;
        drop(session);
        let ids: Vec<ConflictId> = rows.into_iter().map(|row| row.id).collect();
        self.store
            .write(async move |w| {
                selections::drop_before(w, w.now() - TimeDelta::hours(KEPT_HOURS)).await?;
                Ok((selections::insert(w, &by, &query, &ids).await?, Vec::new()))
            })
            .await
    }
}

/// The view, if it is the viewer's own.
async fn own(w: &mut crate::store::WriteSession, viewer: &Viewer, id: &str) -> Result<views::View, Refusal> {
    let found = views::get(w, viewer, id).await?.ok_or(Refusal::NotFound("view"))?;
    if found.owner == viewer.user { Ok(found) } else { Err(Refusal::Forbidden) }
}
