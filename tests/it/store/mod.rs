//! What the store promises, through its public interface, on SQLite and on PostgreSQL.

mod cancelled;
mod chain;
mod commit;
mod damaged;
mod erased;
mod leases;
mod paging;
mod rows;
mod schema;
mod secrets;
mod trouble;
mod words;

use crate::support::postgres;
use crate::support::world::{NOON, SystemRandom, TestClock};
use referee::domain::audit::{About, Action, Actor, Event};
use referee::domain::ids::RecordId;
use referee::domain::seal::Key;
use referee::domain::words as of_text;
use referee::engine::verify;
use referee::store::records::{self, Advanced};
use referee::store::words::{Indexed, Wanted};
use referee::store::{Backend, Options, Store, StoreError, WriteSession, read_only};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::sync::Arc;

/// A store of its own on one database, and a way into that database from outside.
pub struct Place {
    pub store: Store,
    pub url: String,
    pub clock: Arc<TestClock>,
    pub folder: tempfile::TempDir,
}

/// Options for a store there.
pub fn options(url: &str, clock: &Arc<TestClock>) -> Options {
    let (url, clock, random) = (url.to_owned(), clock.clone(), Arc::new(SystemRandom));
    Options { url, key: Key::new([7; 32]), clock, random }
}

impl Place {
    async fn at(url: Option<String>, connections: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = url.unwrap_or_else(|| format!("sqlite://{}/referee.db", folder.path().display()));
        let clock = TestClock::at(NOON.parse().unwrap());
        let store = Store::open_with(options(&url, &clock), connections).await.unwrap();
        let place = Self { store, url, clock, folder };
        place.outside("CREATE TABLE notes (id BIGINT PRIMARY KEY, body TEXT NOT NULL)").await;
        place
    }

    /// A connection to SQLite that the store knows nothing of, and that checks nothing.
    pub async fn sqlite(&self) -> SqliteConnection {
        let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
        let lenient =
            "PRAGMA busy_timeout = 20000; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON";
        sqlx::raw_sql(lenient).execute(&mut connection).await.unwrap();
        connection
    }

    /// Changes the database from outside.
    pub async fn outside(&self, sql: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self.store.backend() {
            Backend::Sqlite => sql.execute(&mut self.sqlite().await).await.map(drop).unwrap(),
            Backend::Postgres => {
                sql.execute(&mut PgConnection::connect(&self.url).await.unwrap()).await.map(drop).unwrap();
            }
        }
    }

    /// The first column of what the database answers from outside, which has to be text.
    pub async fn ask(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.store.backend() {
            Backend::Sqlite => sqlx::query_scalar(sql).fetch_all(&mut self.sqlite().await).await.unwrap(),
            Backend::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
            }
        }
    }

    /// The numbers of the notes that are stored.
    pub async fn notes(&self) -> Vec<i64> {
        let notes = self.ask("SELECT CAST(id AS TEXT) FROM notes ORDER BY notes.id").await;
        notes.iter().map(|id| id.parse().unwrap()).collect()
    }

    /// Writes a note with its entry in the log.
    pub async fn note(&self, id: i64) -> Result<i64, StoreError> {
        note(&self.store, id).await
    }

    /// Verifies the log as `referee audit verify` does, and says how many entries it has, or what
    /// is wrong.
    pub async fn verified(&self) -> Result<i64, String> {
        let mut session = read_only(&self.url).await.unwrap();
        verify::audit(&mut session).await.map(|found| found.entries).map_err(|error| error.to_string())
    }

    /// On PostgreSQL: connections of the store that stand in an open transaction.
    pub async fn left_open(&self) -> Vec<String> {
        if self.store.backend() == Backend::Sqlite {
            return Vec::new();
        }
        self.ask(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database()
             AND application_name = 'referee' AND state LIKE 'idle in transaction%'",
        )
        .await
    }
}

/// Writes a note with its entry in the log.
pub async fn note(store: &Store, id: i64) -> Result<i64, StoreError> {
    store
        .write(async move |w| {
            w.sql("INSERT INTO notes (id, body) VALUES ($1, $2)").bind(id).bind("noted").run_one().await?;
            Ok((id, vec![told(id)]))
        })
        .await
}

/// Makes a customer be found by these texts, and by nothing that it was found by before.
pub async fn find_by(
    w: &mut WriteSession,
    record: &RecordId,
    before: Option<Indexed>,
    texts: &[&str],
) -> Result<Option<Indexed>, StoreError> {
    let words = of_text::indexed(texts.iter().copied());
    let Some(wanted) = Wanted::of(record, words, before) else { return Ok(before) };
    let born = referee::store::words::add(w, &"customer".into(), &[&wanted]).await?;
    let indexed = Some(Indexed { born, digest: wanted.digest });
    records::save_advanced(w, vec![Advanced { record: record.clone(), base: None, indexed }]).await?;
    Ok(indexed)
}

/// An event that tells of a note.
pub fn told(id: i64) -> Event {
    Event::new(Action::Read, Actor::referee(), About::default()).fact("note", id)
}

/// An empty store on each database there is. PostgreSQL orders text as people do there.
pub async fn places() -> Vec<Place> {
    places_with(8).await
}

/// As [`places`], with at most so many connections.
pub async fn places_with(connections: u32) -> Vec<Place> {
    let mut places = vec![Place::at(None, connections).await];
    if let Some(url) = postgres::database_of_people().await {
        places.push(Place::at(Some(url), connections).await);
    }
    places
}
