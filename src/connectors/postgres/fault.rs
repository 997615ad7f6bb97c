//! What PostgreSQL's errors mean for the caller.

use crate::connectors::ConnectorError;
use sqlx::postgres::PgDatabaseError;

/// The error of a statement that was not carried out.
pub(super) fn of(place: &str, error: &sqlx::Error) -> ConnectorError {
    match error {
        sqlx::Error::Database(inner) => match inner.try_downcast_ref::<PgDatabaseError>() {
            Some(inner) => of_database(place, inner),
            None => ConnectorError::Refused(inner.message().to_owned()),
        },
        sqlx::Error::Decode(source) | sqlx::Error::ColumnDecode { source, .. } => {
            ConnectorError::Shape(format!("{place}: {source}"))
        }
        sqlx::Error::Configuration(source) => ConnectorError::Refused(format!("{place}: {source}")),
        sqlx::Error::Io(source) => ConnectorError::unavailable(format!("{place}: {source}")),
        other => ConnectorError::unavailable(format!("{place}: {other}")),
    }
}

/// Whether the key's text is none of the key's type, so that no row can have it.
pub(super) fn is_no_value(error: &sqlx::Error) -> bool {
    ["22P02", "22003", "22007", "22008", "22021"].contains(&code(error).as_str())
}

/// The five characters that PostgreSQL names an error by; empty where it is none of its own.
pub(super) fn code(error: &sqlx::Error) -> String {
    let database = error.as_database_error();
    database.and_then(|error| error.code()).map(|code| code.into_owned()).unwrap_or_default()
}

/// Errors whose detail speaks of the server, the sign-in or a lock. Others repeat the row: `Failing
/// row contains (...)`, `Key (email)=(...) already exists`; their message names the constraint.
fn is_of_the_server(code: &str) -> bool {
    matches!(code.get(..2), Some("08" | "28" | "40" | "53" | "55" | "57" | "58"))
}

fn of_database(place: &str, error: &PgDatabaseError) -> ConnectorError {
    let words = match error.detail().filter(|_| is_of_the_server(error.code())) {
        Some(detail) => format!("{} ({detail})", error.message()),
        None => error.message().to_owned(),
    };
    match error.code() {
        "42501" => ConnectorError::Credentials(words),
        "42P01" | "42703" | "3D000" | "3F000" => ConnectorError::Shape(format!("{place}: {words}")),
        "55P03" => ConnectorError::unavailable_row(format!("{place}: locked by another program: {words}")),
        code => match code.get(..2) {
            Some("28") => ConnectorError::Credentials(words),
            Some("40") => ConnectorError::unavailable_row(format!("{place}: {words}")),
            Some("08" | "53" | "57" | "58" | "XX") => {
                ConnectorError::unavailable(format!("{place}: {words}"))
            }
            _ => ConnectorError::Refused(words),
        },
    }
}
