//! Pulls. The first page is a statement of its own, so that a small table costs one; a second
//! page opens a cursor, which the following ones read on.
//!
//! The order by byte is seldom the order of the key's index, so a statement per page would sort
//! the whole table for each page. The cursor is only a short cut: a page whose cursor is gone,
//! after a restart on either side, is found by its position.

use super::{Inner, dialect, fetch};
use crate::connectors::sql::{self, Found, Selection, Table};
use crate::connectors::{ConnectorError, Heard, ObjectSpec, Page, Scope};
use crate::domain::value::Cell;
use sqlx::PgConnection;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Most rows without a usable key that a pull tells of.
const KEYLESS: usize = 1000;

/// Most pulls whose cursors are kept open.
const OPEN: usize = 2;

/// A cursor holds off changes to its table's columns, so one that nobody reads on is soon
/// closed, here and by the server.
const WAITS: Duration = Duration::from_secs(15);

/// An open cursor between two pages.
pub(super) struct Pull {
    connection: PgConnection,
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

impl Inner {
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
                // The cursor's line broke meanwhile.
                Err(ConnectorError::Unavailable { .. }) => {}
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
        let mut connection = self.connection().await?;
        let table = self.table(&mut connection, object).await?;
        let selection = Selection::new(&table, object)?;
        let statement = selection.page::<dialect::Postgres>(object, scope, None, limit)?;
        let found = self.found(&mut connection, &selection, statement).await?;
        let (page, _) = sql::keys_in_order(&selection, object, scope, found, limit);
        let page = self.finished(&mut connection, &selection, scope, page).await?;
        self.keep(connection);
        Ok(page)
    }

    /// The page with what is told at its end: the clock, and the rows that no page has.
    async fn finished(
        &self,
        connection: &mut PgConnection,
        selection: &Selection<'_>,
        scope: &Scope,
        mut page: Page,
    ) -> Result<Page, ConnectorError> {
        page.clock = self.clock(connection).await?;
        if page.next.is_none() && *scope == Scope::Full {
            let statement = selection.keyless::<dialect::Postgres>(KEYLESS);
            let found = self.found(connection, selection, statement).await?;
            page.unusable.extend(sql::keyless(selection, found));
        }
        Ok(page)
    }

    async fn open_pull(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        position: &str,
    ) -> Result<Pull, ConnectorError> {
        let opened = Instant::now();
        let mut connection = self.connection().await?;
        let table = self.table(&mut connection, object).await?;
        let mut statement =
            Selection::new(&table, object)?.after::<dialect::Postgres>(object, scope, Some(position))?;
        let seconds = WAITS.as_secs();
        let begin = format!("BEGIN READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '{seconds}s'");
        self.run(&mut connection, begin).await?;
        statement.sql = format!("DECLARE pull NO SCROLL CURSOR FOR {}", statement.sql);
        fetch(&mut connection, statement).await.map_err(|error| self.fault(&error))?;
        let (object, scope, position) = (object.clone(), scope.clone(), position.to_owned());
        let (ahead, ended, kept) = (Vec::new(), false, Instant::now());
        Ok(Pull { connection, object, scope, table, position, ahead, ended, kept, opened })
    }

    async fn next_page(&self, mut pull: Pull, limit: usize) -> Result<Page, ConnectorError> {
        let table = Arc::clone(&pull.table);
        let selection = Selection::new(&table, &pull.object)?;
        let mut found = std::mem::take(&mut pull.ahead);
        while found.len() <= limit && !pull.ended {
            let wanted = limit + 1 - found.len();
            let sql = format!("FETCH FORWARD {wanted} FROM pull");
            let statement = sql::Statement { sql, params: Vec::new() };
            let more = self.found(&mut pull.connection, &selection, statement).await?;
            pull.ended = more.len() < wanted;
            // The rest of a group that was too large for its page.
            found.extend(more.into_iter().filter(|row| row.key > pull.position));
        }
        let (page, ahead) = sql::keys_in_order(&selection, &pull.object, &pull.scope, found, limit);
        let page = self.finished(&mut pull.connection, &selection, &pull.scope, page).await?;
        match &page.next {
            Some(next) => {
                (pull.position, pull.ahead, pull.kept) = (next.clone(), ahead, Instant::now());
                self.keep_pull(pull);
            }
            None => {
                self.run(&mut pull.connection, "ROLLBACK".to_owned()).await?;
                self.keep(pull.connection);
            }
        }
        Ok(page)
    }

    fn take_pull(&self, object: &ObjectSpec, scope: &Scope, position: &str) -> Option<Pull> {
        let mut pulls = self.pulls.lock().unwrap_or_else(PoisonError::into_inner);
        pulls.retain(|pull| pull.kept.elapsed() < WAITS);
        let is_it = |pull: &Pull| pull.position == position && pull.object == *object && pull.scope == *scope;
        let place = pulls.iter().position(is_it)?;
        Some(pulls.remove(place))
    }

    fn keep_pull(&self, pull: Pull) {
        let mut pulls = self.pulls.lock().unwrap_or_else(PoisonError::into_inner);
        if pulls.len() >= OPEN {
            pulls.remove(0);
        }
        pulls.push(pull);
    }

    /// Runs a statement of our own words.
    pub(super) async fn run(&self, connection: &mut PgConnection, sql: String) -> Result<(), ConnectorError> {
        // Safe: no word in it comes from outside.
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await;
        done.map(|_| ()).map_err(|error| self.fault(&error))
    }

    async fn clock(&self, connection: &mut PgConnection) -> Result<Option<Heard>, ConnectorError> {
        let asking = Instant::now();
        let asked = sqlx::query_scalar("SELECT clock_timestamp()::text").fetch_one(connection).await;
        let text: String = asked.map_err(|error| self.fault(&error))?;
        let (trip, answered, step) = (asking.elapsed(), Instant::now(), Duration::from_micros(1));
        let time = crate::connectors::time::instant(&Cell::Text(text));
        Ok(time.map(|time| Heard::Said { time, step, trip, answered }))
    }
}
