//! What can go wrong in the store.

/// A failure of the store. Its text is for the log; people get a reference number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("no such row")]
    NotFound,
    /// A unique constraint refused the row.
    #[error("already there: {0}")]
    Duplicate(String),
    /// A stored row that the code cannot read: table, key, column and problem.
    #[error("a stored row is not readable: {0}")]
    Row(String),
    #[error("a text holds a NUL character, which cannot be stored")]
    Nul,
    /// The database is not to be had now: full, locked, read-only, gone, or its pool is empty.
    #[error("the database cannot be used now: {0}")]
    Unavailable(String),
    /// Two transactions could not both go on; trying again may help.
    #[error("the transaction met another one: {0}")]
    Conflict(String),
    #[error("the database refused: {0}")]
    Database(String),
    /// A write closure panicked; its transaction was rolled back.
    #[error("a write panicked and was rolled back")]
    Panic,
    /// The store is stopping and takes no more writes.
    #[error("the store is stopping")]
    Stopping,
    #[error("sealed value: {0}")]
    Seal(#[from] crate::domain::seal::SealBroken),
}

impl StoreError {
    pub(super) fn row(column: &str, problem: &str) -> Self {
        Self::Row(format!("column {column} {problem}"))
    }

    /// Whether the whole transaction may be tried again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// What keeps the database from being written, in its words.
    #[must_use]
    pub fn of_the_place(&self) -> Option<String> {
        match self {
            Self::Unavailable(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Whether what was to be written, or stood there, is at fault: another try fails in the same
    /// way. Otherwise the database cannot be used now.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        !matches!(self, Self::Unavailable(_) | Self::Conflict(_) | Self::Stopping)
    }

    /// Whether what is stored is damaged, and not the way to it.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Row(_) | Self::Database(_))
    }
}

/// Whether an error is one of the place and not of the statement. SQLite's codes are numbers with the
/// kind in the last eight bits: read-only, I/O, full, cannot open. PostgreSQL's have five characters:
/// no connection, read-only, no resources, an operator's doing, the system's own errors.
fn is_of_the_place(code: &str) -> bool {
    if code.len() == 5 {
        return code == "25006" || ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 8 | 10 | 13 | 14))
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Row(format!("JSON: {error}"))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::Unavailable(error.to_string())
            }
            sqlx::Error::Database(cause) => {
                let text = cause.message().to_owned();
                match cause.code().as_deref() {
                    _ if cause.is_unique_violation() => Self::Duplicate(text),
                    Some("40001" | "40P01" | "5" | "6" | "517") => Self::Conflict(text),
                    Some(code) if is_of_the_place(code) => Self::Unavailable(text),
                    _ => Self::Database(text),
                }
            }
            _ => Self::Database(error.to_string()),
        }
    }
}
