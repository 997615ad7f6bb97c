//! What the errors of MariaDB and MySQL mean for the caller.

use crate::connectors::ConnectorError;
use sqlx::mysql::MySqlDatabaseError;

/// The error of a statement that was not carried out.
pub(super) fn of(place: &str, error: &sqlx::Error) -> ConnectorError {
    match error {
        sqlx::Error::Database(inner) => match inner.try_downcast_ref::<MySqlDatabaseError>() {
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

/// The server's number of an error; 0 where it is none of its own.
pub(super) fn number(error: &sqlx::Error) -> u16 {
    let database = error.as_database_error();
    database.and_then(|error| error.try_downcast_ref::<MySqlDatabaseError>()).map_or(0, |own| own.number())
}

fn of_database(place: &str, error: &MySqlDatabaseError) -> ConnectorError {
    let words = error.message().to_owned();
    match error.number() {
        // Access denied: to the server, the database, the table, the column, or for lack of a privilege.
        1044 | 1045 | 1142 | 1143 | 1227 | 1370 | 1698 => ConnectorError::Credentials(words),
        // No such database, table or column; a view over what is gone.
        1049 | 1051 | 1054 | 1109 | 1146 | 1356 => ConnectorError::Shape(format!("{place}: {words}")),
        // Another program holds the row, or both wanted each other's.
        1205 | 1213 | 3572 => ConnectorError::unavailable_row(format!("{place}: {words}")),
        // Full, ending, cut off or too slow.
        1021 | 1040 | 1053 | 1129 | 1158..=1161 | 1203 | 1290 | 1317 | 1836 | 1927 | 1969 | 3024 => {
            ConnectorError::unavailable(format!("{place}: {words}"))
        }
        // `Duplicate entry 'ada@example.com' for key 'email'`: the key is named, the value is not.
        1062 => ConnectorError::Refused(match words.rsplit_once(" for key ") {
            Some((_, key)) => format!("Duplicate entry for key {key}"),
            None => words,
        }),
        _ => ConnectorError::Refused(words),
    }
}
