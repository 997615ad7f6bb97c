//! What SQLite's errors mean for the caller.

use crate::connectors::ConnectorError;

/// The error of a statement that was not carried out.
pub(super) fn of(place: &str, error: &sqlx::Error) -> ConnectorError {
    let sqlx::Error::Database(inner) = error else {
        return match error {
            sqlx::Error::Decode(source) | sqlx::Error::ColumnDecode { source, .. } => {
                ConnectorError::Shape(format!("{place}: {source}"))
            }
            other => ConnectorError::unavailable(format!("{place}: {other}")),
        };
    };
    let words = inner.message();
    match code(error) {
        // BUSY, LOCKED
        5 | 6 => {
            ConnectorError::unavailable(format!("{place} is locked by another program; waited 5 s ({words})"))
        }
        // PERM, IOERR, FULL, CANTOPEN
        3 | 10 | 13 | 14 => ConnectorError::unavailable(format!("{place}: {words}")),
        // INTERRUPT: by our own deadline.
        9 => ConnectorError::unavailable(format!("{place}: no answer within 30 s")),
        // CORRUPT, NOTADB
        11 | 26 => ConnectorError::Shape(format!("{place}: {words}")),
        1 if words.starts_with("no such") => ConnectorError::Shape(format!("{place}: {words}")),
        _ => ConnectorError::Refused(words.to_owned()),
    }
}

/// The error of a commit. A locked file is an answer; a failed write to the disk is none.
pub(super) fn of_commit(place: &str, error: &sqlx::Error) -> ConnectorError {
    match of(place, error) {
        ConnectorError::Unavailable { message, .. } if ![5, 6].contains(&code(error)) => {
            ConnectorError::Unknown(message)
        }
        other => other,
    }
}

/// The primary result code, 0 where the error is none of SQLite's.
fn code(error: &sqlx::Error) -> u32 {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<u32>().ok()).map_or(0, |code| code & 0xff)
}
