//! Opening the file: one that is there, and the one that is there now.

use super::fault;
use crate::connectors::{ConnectorError, DEADLINE};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a lock of another program is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// Steps of SQLite's machine between two looks at the clock: some milliseconds.
const STEPS: i32 = 100_000;

/// Which file a connection has open. A file that was replaced keeps its name but not this, and
/// writing to the old one would write into nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

/// The file of that name.
///
/// # Errors
/// `Unavailable` where there is none or it cannot be seen, `Shape` where it is no file.
pub(super) async fn identity(path: &Path) -> Result<Identity, ConnectorError> {
    let place = path.display();
    match tokio::fs::metadata(path).await {
        Ok(found) if found.is_file() => Ok(Identity { device: found.dev(), inode: found.ino() }),
        Ok(_) => Err(ConnectorError::Shape(format!("{place} is not a file"))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(ConnectorError::unavailable(format!("the file {place} is not there")))
        }
        Err(error) => Err(ConnectorError::unavailable(format!("{place}: {error}"))),
    }
}

/// A connection to an existing file; none is ever made.
pub(super) async fn connect(path: &Path) -> Result<SqliteConnection, ConnectorError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY)
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging();
    options.connect().await.map_err(|error| fault::of(&path.display().to_string(), &error))
}

/// Ends a statement that runs past the deadline: dropping the future alone would leave it
/// running in the driver's thread, with the file locked.
pub(super) async fn limit(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let deadline = Instant::now() + DEADLINE;
    connection.lock_handle().await?.set_progress_handler(STEPS, move || Instant::now() < deadline);
    Ok(())
}
