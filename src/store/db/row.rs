//! One row of an answer, read by the names of its columns.

use crate::domain::sight::Sight;
use crate::store::StoreError;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, TypeInfo as _, ValueRef as _};
use std::sync::Arc;

/// One row of an answer, as its reader may see it.
pub struct Row {
    pub(super) cells: Cells,
    pub(super) sight: Arc<Sight>,
}

/// A row as it came.
pub(super) enum Cells {
    Sqlite(SqliteRow),
    Postgres(PgRow),
    /// A row that came with all others in one text, and the names of its columns.
    Packed(Vec<Value>, &'static [&'static str]),
}

/// A type a column can have in both databases.
pub trait Column: Sized {
    /// The forms SQLite may store it in. Its columns take any, and reading one as another answers
    /// 0 or an empty text without a word.
    #[doc(hidden)]
    const STORED: &'static [&'static str];
    #[doc(hidden)]
    fn sqlite(row: &SqliteRow, column: &str) -> Result<Self, sqlx::Error>;
    #[doc(hidden)]
    fn postgres(row: &PgRow, column: &str) -> Result<Self, sqlx::Error>;
    /// None where the value is of another type.
    #[doc(hidden)]
    fn packed(value: &Value) -> Option<Self>;
}
macro_rules! column {
    ($($type:ty => $stored:expr, $packed:expr),+ $(,)?) => {$(impl Column for $type {
        const STORED: &'static [&'static str] = &$stored;
        fn sqlite(row: &SqliteRow, column: &str) -> Result<Self, sqlx::Error> {
            row.try_get_unchecked(column)
        }
        fn postgres(row: &PgRow, column: &str) -> Result<Self, sqlx::Error> {
            row.try_get(column)
        }
        fn packed(value: &Value) -> Option<Self> {
            ($packed)(value)
        }
    })+};
}
column! {
    String => ["TEXT"], |value: &Value| value.as_str().map(str::to_owned),
    i64 => ["INTEGER"], Value::as_i64,
    f64 => ["REAL", "INTEGER"], Value::as_f64,
    bool => ["INTEGER"], |value: &Value| value.as_i64().map(|number| number != 0),
    Vec<u8> => ["BLOB"], |_| None,
}

impl Row {
    /// What the reader of this session may see: a row type with values of fields veils the others.
    #[must_use]
    pub fn sight(&self) -> &Sight {
        &self.sight
    }

    /// The value of a column that is never null.
    ///
    /// # Errors
    /// The column is null, missing, or of another type: the error names it.
    pub fn get<T: Column>(&self, column: &str) -> Result<T, StoreError> {
        self.maybe(column)?.ok_or_else(|| StoreError::row(column, "is null"))
    }

    /// The value of a column that may be null.
    ///
    /// # Errors
    /// The column is missing or of another type.
    pub fn maybe<T: Column>(&self, column: &str) -> Result<Option<T>, StoreError> {
        let fail = |e: sqlx::Error| StoreError::row(column, &e.to_string());
        match &self.cells {
            Cells::Sqlite(row) => {
                let raw = row.try_get_raw(column).map_err(fail)?;
                // sqlx reads NULL as 0 or an empty text here, so it is asked for first.
                if raw.is_null() {
                    return Ok(None);
                }
                let stored = raw.type_info();
                if !T::STORED.contains(&stored.name()) {
                    return Err(StoreError::row(column, &format!("is stored as {}", stored.name())));
                }
                T::sqlite(row, column).map(Some).map_err(fail)
            }
            Cells::Packed(values, names) => {
                let place = names.iter().position(|name| *name == column);
                match place.and_then(|place| values.get(place)) {
                    None => Err(StoreError::row(column, "is not there")),
                    Some(Value::Null) => Ok(None),
                    Some(value) => match T::packed(value) {
                        Some(value) => Ok(Some(value)),
                        None => Err(StoreError::row(column, &format!("is stored as {}", kind(value)))),
                    },
                }
            }
            Cells::Postgres(row) if row.try_get_raw(column).map_err(fail)?.is_null() => Ok(None),
            Cells::Postgres(row) => T::postgres(row, column).map(Some).map_err(fail),
        }
    }
}

/// What SQLite calls the form of a packed value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "TEXT",
        Value::Number(number) if number.is_f64() => "REAL",
        Value::Number(_) | Value::Bool(_) => "INTEGER",
        _ => "another form",
    }
}

/// A row type of one store function.
pub trait FromRow: Sized {
    /// Reads the row; a bad one becomes an error that names the column.
    ///
    /// # Errors
    /// A column is missing, null, of another type, or holds what the domain refuses.
    fn from_row(row: &Row) -> Result<Self, StoreError>;
}
