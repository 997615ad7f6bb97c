//! Pulls from a server. The first page is a statement of its own, so that a small table costs one;
//! a second page opens a cursor, which the following ones read on.
//!
//! The order by byte is seldom the order of the key's index, so a statement per page would sort
//! the whole table for each page. The cursor is only a short cut: a page whose cursor is gone,
//! after a restart on either side, is found by its position.

use super::server::{Driver, Server};
use super::{Found, Selection, Table, keyless, keys_in_order};
use crate::connectors::{ConnectorError, ObjectSpec, Page, Scope};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Most rows without a usable key that a pull tells of.
const KEYLESS: usize = 1000;

/// Most pulls whose cursors are kept open.
const OPEN: usize = 2;

/// A cursor holds off changes to its table's columns, so one that nobody reads on is soon
/// closed, here and by the server.
pub(in crate::connectors) const WAITS: Duration = Duration::from_secs(15);

/// An open cursor between two pages.
pub(in crate::connectors) struct Pull<D: Driver> {
    cursor: D::Cursor,
    object: ObjectSpec,
    scope: Scope,
    table: Arc<Table>,
    /// The last key that was given.
    position: String,
    /// Rows read and not given yet.
    ahead: Vec<Found>,
    ended: bool,
    kept: Instant,
    /// Before the cursor was: every page of it shows the table as it was about then.
    opened: Instant,
}

impl<D: Driver> Server<D> {
    pub(super) async fn pull(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        position: Option<&str>,
        limit: usize,
    ) -> Result<Page, ConnectorError> {
        let Some(position) = position else { return self.first_page(object, scope, limit).await };
        if let Some(pull) = self.take_pull(object, scope, position) {
            let age = pull.opened.elapsed();
            match self.next_page(pull, limit).await {
                // The cursor's line broke meanwhile, and the kept ones may have with it.
                Err(ConnectorError::Unavailable { .. }) => self.idle.clear(),
                result => return result.map(|page| Page { age, ..page }),
            }
        }
        let pull = self.open_pull(object, scope, position).await?;
        self.next_page(pull, limit).await
    }

    async fn first_page(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        limit: usize,
    ) -> Result<Page, ConnectorError> {
        let mut line = self.connection().await?;
        let table = self.table(&mut line, object).await?;
        let selection = Selection::new(&table, object)?;
        let statement = selection.page::<D::Dialect>(object, scope, None, limit)?;
        let found = self.found(&mut line, &selection, statement).await?;
        let (page, _) = keys_in_order(&selection, object, scope, found, limit);
        let page = self.finished(&mut line, &selection, scope, page).await?;
        self.keep(line);
        Ok(page)
    }

    /// The page with what is told at its end: the clock, and the rows that no page has.
    async fn finished(
        &self,
        line: &mut D::Line,
        selection: &Selection<'_>,
        scope: &Scope,
        mut page: Page,
    ) -> Result<Page, ConnectorError> {
        page.clock = D::clock(line).await.map_err(|error| self.fault(&error))?;
        if page.next.is_none() && *scope == Scope::Full {
            let statement = selection.keyless::<D::Dialect>(KEYLESS);
            let found = self.found(line, selection, statement).await?;
            page.unusable.extend(keyless(selection, found));
        }
        Ok(page)
    }

    async fn open_pull(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        position: &str,
    ) -> Result<Pull<D>, ConnectorError> {
        let opened = Instant::now();
        let mut line = self.connection().await?;
        let table = self.table(&mut line, object).await?;
        let statement = Selection::new(&table, object)?.after::<D::Dialect>(object, scope, Some(position))?;
        let cursor = D::open(line, statement).await.map_err(|error| self.fault(&error))?;
        let (object, scope, position) = (object.clone(), scope.clone(), position.to_owned());
        let (ahead, ended, kept) = (Vec::new(), false, Instant::now());
        Ok(Pull { cursor, object, scope, table, position, ahead, ended, kept, opened })
    }

    async fn next_page(&self, mut pull: Pull<D>, limit: usize) -> Result<Page, ConnectorError> {
        let table = Arc::clone(&pull.table);
        let selection = Selection::new(&table, &pull.object)?;
        let mut found = std::mem::take(&mut pull.ahead);
        while found.len() <= limit && !pull.ended {
            let wanted = limit + 1 - found.len();
            let more = D::more(&mut pull.cursor, &selection, wanted).await;
            let more = more.map_err(|error| self.fault(&error))?;
            pull.ended = more.len() < wanted;
            // The rest of a group that was too large for its page.
            found.extend(more.into_iter().filter(|row| row.key > pull.position));
        }
        let (page, ahead) = keys_in_order(&selection, &pull.object, &pull.scope, found, limit);
        // The cursor's own line may be busy with it.
        let mut line = self.connection().await?;
        let page = self.finished(&mut line, &selection, &pull.scope, page).await?;
        self.keep(line);
        match &page.next {
            Some(next) => {
                (pull.position, pull.ahead, pull.kept) = (next.clone(), ahead, Instant::now());
                self.keep_pull(pull);
            }
            None => {
                if let Some(line) = D::close(pull.cursor).await {
                    self.keep(line);
                }
            }
        }
        Ok(page)
    }

    fn take_pull(&self, object: &ObjectSpec, scope: &Scope, position: &str) -> Option<Pull<D>> {
        let mut pulls = self.pulls.lock().unwrap_or_else(PoisonError::into_inner);
        pulls.retain(|pull| pull.kept.elapsed() < WAITS);
        let is_it =
            |pull: &Pull<D>| pull.position == position && pull.object == *object && pull.scope == *scope;
        let place = pulls.iter().position(is_it)?;
        Some(pulls.remove(place))
    }

    fn keep_pull(&self, pull: Pull<D>) {
        let mut pulls = self.pulls.lock().unwrap_or_else(PoisonError::into_inner);
        if pulls.len() >= OPEN {
            pulls.remove(0);
        }
        pulls.push(pull);
    }
}
