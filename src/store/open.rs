//! Opening the store: pools, pragmas, migrations and the writers.

use super::condition::{Condition, Files, Trouble};
use super::db::{Backend, Link, Session};
use super::error::StoreError;
use super::migrate;
use super::words;
use super::write::Writers;
use crate::domain::chance::Random;
use crate::domain::seal::Key;
use crate::domain::sight::Sight;
use crate::domain::time::Clock;
use crate::faults;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// The first SQLite without the WAL-reset corruption race.
const SQLITE_FLOOR: i64 = 3_051_003;
/// Connections of each pool, if nobody asks for another number.
const CONNECTIONS: u32 = 8;

/// Statements that the writer keeps prepared.
const WRITER_STATEMENTS: usize = 512;

/// What a store needs to open.
pub struct Options {
    /// `sqlite:///path/referee.db` or `postgres://user@host/name`.
    pub url: String,
    /// Seals secrets and the keys of subjects.
    pub key: Key,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

/// What Referee remembers. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(super) inner: Arc<Inner>,
    pub(super) writers: Arc<Writers>,
}

enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres { read: PgPool, write: PgPool },
}

pub(super) struct Inner {
    pools: Pools,
    /// To write with, on PostgreSQL.
    pub(super) connections: u32,
    pub(super) key: Key,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) condition: Condition,
    /// None for PostgreSQL.
    pub(super) files: Option<Files>,
}

impl Store {
    /// Opens the database, brings its schema up to date under a lock, and starts the writers.
    ///
    /// # Errors
    /// The address is not one of a database, the database cannot be reached or is too old,
    /// or its schema is newer than this program.
    pub async fn open(options: Options) -> Result<Self, StoreError> {
        Self::open_with(options, CONNECTIONS).await
    }

    /// As [`Store::open`], with at most so many connections to read and as many to write. SQLite
    /// writes through one in any case.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_with(options: Options, connections: u32) -> Result<Self, StoreError> {
        let inner = connect(options, connections.max(1)).await?;
        migrate::run(&mut inner.opening_session().await?).await?;
        let writers = Arc::new(Writers::start(&inner)?);
        let store = Self { inner, writers };
        words::convert(&store).await?;
        Ok(store)
    }

    /// Opens a database beside the instance that runs on it, and leaves its schema alone.
    ///
    /// # Errors
    /// As [`Store::open`]; and the schema is older or newer than this program.
    pub async fn open_beside(options: Options) -> Result<Self, StoreError> {
        let inner = connect(options, CONNECTIONS).await?;
        if !migrate::is_current(&mut inner.opening_session().await?).await? {
            let text = "its schema is of another version than this program: use the one that runs on it";
            return Err(StoreError::Unavailable(text.to_owned()));
        }
        let writers = Arc::new(Writers::start(&inner)?);
        Ok(Self { inner, writers })
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// None was free in time, or the database cannot be reached.
    pub async fn session(&self) -> Result<Session, StoreError> {
        let link = match &self.inner.pools {
            Pools::Sqlite { read, .. } => Link::Sqlite(read.acquire().await?),
            Pools::Postgres { read, .. } => Link::Postgres(read.acquire().await?),
        };
        Ok(Session::new(link))
    }

    /// A connection to read with for somebody who sees no more than this: what comes is veiled.
    ///
    /// # Errors
    /// As [`Store::session`].
    pub async fn session_for(&self, sight: Sight) -> Result<Session, StoreError> {
        Ok(self.session().await?.seen_by(sight))
    }

    /// Which database is inside.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.inner.backend()
    }

    /// Why the database takes no writes now, if it does not.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.inner.condition.trouble()
    }

    /// The clock the store was opened with.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The randomness the store was opened with.
    #[must_use]
    pub fn random(&self) -> &Arc<dyn Random> {
        &self.inner.random
    }

    /// The key that seals secrets at rest.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.inner.key
    }

    /// Closes the connections after what is being read has been read. Writes already taken
    /// are committed by their threads first, later ones are refused, also those of other clones.
    pub async fn close(self) {
        self.writers.end().await;
        match &self.inner.pools {
            Pools::Sqlite { read, .. } => read.close().await,
            Pools::Postgres { read, .. } => read.close().await,
        }
    }
}

impl Inner {
    pub(super) fn backend(&self) -> Backend {
        match self.pools {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Postgres { .. } => Backend::Postgres,
        }
    }

    pub(super) async fn write_session(&self) -> Result<Session, StoreError> {
        let link = match &self.pools {
            Pools::Sqlite { write, .. } => Link::Sqlite(write.acquire().await?),
            Pools::Postgres { write, .. } => Link::Postgres(write.acquire().await?),
        };
        Ok(Session::new(link))
    }

    /// The connection that start-up uses. A PostgreSQL socket belongs to the runtime that opened
    /// it, so the writers' pool is left to the writers.
    async fn opening_session(&self) -> Result<Session, StoreError> {
        let link = match &self.pools {
            Pools::Sqlite { write, .. } => Link::Sqlite(write.acquire().await?),
            Pools::Postgres { read, .. } => match read.acquire().await {
                Ok(connection) => Link::Postgres(connection),
                Err(error) => return Err(reason(read, error).await),
            },
        };
        Ok(Session::new(link))
    }

    pub(super) async fn write_pool_closed(&self) {
        match &self.pools {
            Pools::Sqlite { write, .. } => write.close().await,
            Pools::Postgres { write, .. } => write.close().await,
        }
    }

    async fn check_version(&self) -> Result<(), StoreError> {
        if self.backend() == Backend::Postgres {
            return Ok(());
        }
        let mut session = self.opening_session().await?;
        let version: Option<String> = session.sql("SELECT sqlite_version() AS value").value().await?;
        let version = version.unwrap_or_default();
        let number = version.split('.').fold(0, |sum, part| sum * 1000 + part.parse::<i64>().unwrap_or(0));
        if number < SQLITE_FLOOR {
            let text = format!("SQLite {version} can corrupt a database; 3.51.3 or newer is needed");
            return Err(StoreError::Unavailable(text));
        }
        Ok(())
    }
}

/// Why a pool gave no connection: it tries until its time is up, and then knows no reason.
async fn reason(pool: &PgPool, error: sqlx::Error) -> StoreError {
    if !matches!(error, sqlx::Error::PoolTimedOut) {
        return error.into();
    }
    let options = pool.connect_options();
    match tokio::time::timeout(Duration::from_secs(2), options.connect()).await {
        Ok(Err(reason)) => reason.into(),
        _ => error.into(),
    }
}

async fn connect(options: Options, connections: u32) -> Result<Arc<Inner>, StoreError> {
    let pools = match backend(&options.url)? {
        Backend::Sqlite => open_sqlite(&options.url, connections).await?,
        Backend::Postgres => open_postgres(&options.url, connections)?,
    };
    let Options { key, clock, random, .. } = options;
    let files = match &pools {
        Pools::Sqlite { write, .. } => Files::of(write.connect_options().get_filename()),
        Pools::Postgres { .. } => None,
    };
    let condition = Condition::default();
    let inner = Arc::new(Inner { pools, connections, key, clock, random, condition, files });
    inner.check_version().await?;
    Ok(inner)
}

fn backend(url: &str) -> Result<Backend, StoreError> {
    match url.split_once(':').map_or("", |(scheme, _)| scheme) {
        "sqlite" => Ok(Backend::Sqlite),
        "postgres" | "postgresql" => Ok(Backend::Postgres),
        _ => Err(StoreError::Unavailable("a database address starts with sqlite: or postgres:".to_owned())),
    }
}

/// A session on a database that nothing here can change: no schema is brought up to date, no
/// lock is taken, no file is made. For checks from outside.
///
/// # Errors
/// The address is not one of a database, or the database cannot be reached.
pub async fn read_only(url: &str) -> Result<Session, StoreError> {
    let link = match backend(url)? {
        Backend::Sqlite => {
            let options = SqliteConnectOptions::from_str(url)?.read_only(true).create_if_missing(false);
            let mut log = options.get_filename().as_os_str().to_owned();
            log.push("-wal");
            // Without a write-ahead log nobody has the file open, and SQLite need make none.
            let alone = !Path::new(&log).exists();
            let options = options.immutable(alone).pragma("query_only", "ON").pragma("trusted_schema", "OFF");
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
            Link::Sqlite(pool.acquire().await?)
        }
        Backend::Postgres => {
            let options = PgConnectOptions::from_str(url)?
                .application_name("referee-verify")
                .options([("default_transaction_read_only", "on"), ("statement_timeout", "60s")]);
            let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(10));
            Link::Postgres(pool.connect_with(options).await?.acquire().await?)
        }
    };
    Ok(Session::new(link))
}

async fn open_sqlite(url: &str, connections: u32) -> Result<Pools, StoreError> {
    let base = SqliteConnectOptions::from_str(url)?
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        // Rows cross from the driver's thread in a queue: a short one is waited for at both ends.
        .row_buffer_size(1000)
        .pragma("trusted_schema", "OFF")
        .pragma("mmap_size", "0");
    let writer = base
        .clone()
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        // A decision is a signature: what was acknowledged survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-8192")
        // All that the program ever writes with: none is taken apart and prepared anew.
        .statement_cache_capacity(WRITER_STATEMENTS)
        // 32 MB: after a large batch the same pages are not written home with every commit.
        .pragma("wal_autocheckpoint", faults::checkpoint_pages())
        .pragma("journal_size_limit", "67108864");
    let write = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    let write = write.connect_with(writer.clone()).await?;
    // A file that is gone is not made anew, empty, by the next connection.
    write.set_connect_options(writer.create_if_missing(false));
    let reader = base.read_only(true).pragma("cache_size", "-2048").pragma("query_only", "ON");
    let read = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .connect_lazy_with(reader);
    Ok(Pools::Sqlite { read, write })
}

fn open_postgres(url: &str, connections: u32) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("referee")
        .options([("statement_timeout", "30s"), ("idle_in_transaction_session_timeout", "60s")]);
    let pool = || PgPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(10));
    Ok(Pools::Postgres {
        read: pool().connect_lazy_with(options.clone()),
        write: pool().connect_lazy_with(options),
    })
}
